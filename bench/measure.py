"""One measurement: a process of its own, several rounds, the median and the peak of its memory.

A job is a function of this folder, named as ``file.function``. It makes ready what is not to be
timed and returns two functions: the one that is timed, and one that tells of its last result what
the table needs, as anything that JSON holds.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["ROUNDS", "Job", "Row", "Sample", "Unfinished", "measured", "spoken"]

#: A job that takes longer is run once.
_LONG = 30.0
#: The variable of the environment that says how often any other job is run.
ROUNDS = "KG_BENCH_ROUNDS"
_MEGABYTE = 1 << 20
#: What another's engine may take, so that the machine stays usable.
_MEMORY = 16 << 30
#: macOS counts bytes, the others kilobytes.
_UNIT = 1 if sys.platform == "darwin" else 1024

#: What a job returns: what is timed, and what is told of its result.
Job = tuple[Any, Any]


@dataclass(frozen=True)
class Sample:
    """What a job took.

    Args:
        seconds: the median of the rounds.
        rounds: how many there were.
        peak: the most memory that its process held before anything was told, in megabytes.
        ready: the memory before what is timed, in megabytes.
        told: what the job told of its result.
    """

    seconds: float
    rounds: int
    peak: float
    ready: float
    told: Any

    def __str__(self) -> str:
        """Return time and memory in words."""
        return f"{spoken(self.seconds)}, {self.peak:,.0f} MB"


@dataclass(frozen=True)
class Row:
    """A row of the table: a number to reach, and what was found.

    Args:
        what: what is compared.
        reach: the number to reach.
        found: the number that was found.
        kept: whether that reaches it.
        equal: whether the results that are compared are equal; None where there are none.
        details: how the number came about, a sentence each.
    """

    what: str
    reach: str
    found: str
    kept: bool
    equal: bool | None
    details: tuple[str, ...]


def spoken(seconds: float) -> str:
    """Write a time so that it can be read.

    >>> spoken(12.345), spoken(0.0123), spoken(0.000045)
    ('12.3 s', '12.3 ms', '0.0450 ms')
    """
    return f"{seconds:.3g} s" if seconds >= 1 else f"{seconds * 1000:.3g} ms"


class Unfinished(Exception):
    """A job took more time or memory than it may.

    Args:
        reason: which, in words.
        seconds: how long it ran.
    """

    def __init__(self, reason: str, seconds: float) -> None:
        self.reason = reason
        self.seconds = seconds
        super().__init__(reason)


def measured(job: str, *arguments: object, limit: float | None = None) -> Sample:
    """Run a job in a process of its own.

    Args:
        job: file and function.
        arguments: what it is given.
        limit: how many seconds it may take, making ready and all rounds included; a job with a
            limit is another's program, and its memory is limited too.

    Raises:
        Unfinished: it takes longer, or more memory than there is for it.
    """
    memory = 0 if limit is None else _MEMORY
    command = [sys.executable, __file__, job, json.dumps(arguments, default=str), str(memory)]
    begin = time.perf_counter()
    try:
        done = subprocess.run(
            command, check=limit is None, stdout=subprocess.PIPE, text=True, timeout=limit
        )
    except subprocess.TimeoutExpired:
        raise Unfinished(f"not finished after {limit:.0f} s", limit or 0) from None
    if done.returncode:
        took = time.perf_counter() - begin
        raise Unfinished(f"ended without a result after {took:.0f} s", took)
    return Sample(**json.loads(done.stdout.splitlines()[-1]))


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _UNIT / _MEGABYTE


def _main(job: str, arguments: list[Any], memory: int) -> None:
    if memory:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    file, _, function = job.partition(".")
    timed, told = getattr(importlib.import_module(file), function)(*arguments)
    ready = _peak()
    times: list[float] = []
    peak = ready
    rounds = int(os.environ.get(ROUNDS, "3"))
    while len(times) < rounds and (not times or times[0] < _LONG):
        start = time.perf_counter()
        result = timed()
        times.append(time.perf_counter() - start)
        if len(times) == 1:
            peak = _peak()
    sample = {
        "seconds": statistics.median(times),
        "rounds": len(times),
        "peak": peak,
        "ready": ready,
        "told": told(result),
    }
    print(json.dumps(sample))


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    _main(sys.argv[1], json.loads(sys.argv[2]), int(sys.argv[3]))
