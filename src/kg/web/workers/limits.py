"""What the system holds a worker to, even when nobody watches it any more."""

from __future__ import annotations

import math
import os
import resource
import signal
import sys
from pathlib import Path

from kg.web.responses import Problem

__all__ = ["allow", "ended", "is_grown", "outlive_nobody", "release", "size"]

#: Seconds after which the system ends what its watcher should have ended before.
_GRACE = 2.0
#: The signal that a process gets when its parent ends (prctl(2)).
_PR_SET_PDEATHSIG = 1
#: How readily the kernel takes this process where the machine runs out of memory: before others.
_OOM_SCORE = "600"

# A name of its own: mypy would take the code for other systems as never reached.
_PLATFORM: str = sys.platform


def outlive_nobody(parent: int) -> None:
    """End with the process that started this one, and be the first to go where memory is short.

    Args:
        parent: the number of that process.
    """
    if _PLATFORM != "linux":
        return
    import ctypes

    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)  # it ended before it could be asked for
    try:
        Path("/proc/self/oom_score_adj").write_text(_OOM_SCORE, "ascii")
    except OSError:
        return


def allow(*, wall: float, cpu: float, memory: int) -> None:
    """Give the task that follows so much and no more; the system ends the process beyond it.

    Args:
        wall: seconds; a little more than the watcher gives, who has the better words.
        cpu: seconds of a processor.
        memory: bytes beyond those that the process has now.
    """
    used = resource.getrusage(resource.RUSAGE_SELF)
    _soft(resource.RLIMIT_CPU, math.ceil(used.ru_utime + used.ru_stime + cpu))
    if now := size():
        _soft(resource.RLIMIT_AS, now + memory)
    signal.setitimer(signal.ITIMER_REAL, wall + _GRACE)


def release() -> None:
    """Take the limits away again, for what a worker does between two tasks."""
    signal.setitimer(signal.ITIMER_REAL, 0)
    for kind in (resource.RLIMIT_CPU, resource.RLIMIT_AS):
        _soft(kind, resource.RLIM_INFINITY)


def is_grown(before: int | None, most: int) -> bool:
    """Tell whether the process has grown by more than so many bytes since it had ``before``."""
    now = size()
    return bool(before and now and now - before > most)


def size() -> int | None:
    """Return the bytes of the address space; None where the system does not tell."""
    try:
        pages = Path("/proc/self/statm").read_text("ascii").split()[0]
    except OSError:
        return None
    return int(pages) * resource.getpagesize()


def _soft(kind: int, value: int) -> None:
    hard = resource.getrlimit(kind)[1]
    if hard != resource.RLIM_INFINITY:
        value = hard if value == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(kind, (value, hard))


def ended(status: int | None, said: str) -> Problem:
    """Tell why a worker ended that was not told to.

    Args:
        status: as ``subprocess.Popen.returncode``.
        said: the last that it wrote to its standard error.

    >>> ended(-signal.SIGXCPU, "").code
    'timeout'
    >>> ended(-signal.SIGABRT, "memory allocation of 1073741824 bytes failed").code
    'out-of-memory'
    >>> ended(-signal.SIGSEGV, "").code
    'engine-crashed'
    """
    if status in (-signal.SIGXCPU, -signal.SIGALRM):
        return Problem("timeout", "the evaluation was ended at its limit of time")
    if "memory allocation" in said or "bad_alloc" in said or "MemoryError" in said:
        return Problem("out-of-memory", "the evaluation was ended at its limit of memory")
    return Problem("engine-crashed", "the process that evaluated it ended; nothing else was hurt")
