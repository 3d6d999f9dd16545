"""Locks between processes, on systems that have them."""

from __future__ import annotations

import os
import sys

# Windows has no flock; there kg relies on renaming alone.
if sys.platform != "win32":
    import fcntl

__all__ = ["exclusive", "is_running", "shared"]


def shared(descriptor: int) -> bool | None:
    """Take a lock together with others, without waiting.

    Returns:
        Whether it was taken; None where the system or the file system has no locks.
    """
    return _take(descriptor, exclusively=False)


def exclusive(descriptor: int) -> bool | None:
    """Take a lock alone, without waiting; returns what ``shared`` returns."""
    return _take(descriptor, exclusively=True)


def _take(descriptor: int, *, exclusively: bool) -> bool | None:
    if sys.platform == "win32":
        return None
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_EX if exclusively else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True


def is_running(process: int) -> bool:
    """Say whether a process of that number runs; on Windows always, since asking would end it.

    >>> is_running(os.getpid())
    True
    """
    if os.name == "nt":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
