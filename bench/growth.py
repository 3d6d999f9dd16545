"""What twice the data costs in time and memory, and how large a graph a machine closes."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

from graphs import generated, program
from measure import Job, Row, measured, spoken

__all__ = ["doubling", "largest"]

_TIMES = 2.2
_GIGABYTE = 1024
_MEMORY = 24 * _GIGABYTE


def close_to_file(path: str, target: str) -> Job:
    """Read a file, close it, and write what follows."""
    from kg.reasoning.columns import read, run

    rules = program()

    def timed() -> dict[str, int]:
        closure = run(rules, read([path]))
        closure.write(Path(target))
        return closure.counts

    return timed, lambda counts: counts


def close_to_text(path: str) -> Job:
    """Read a file, close it, and write the text of what follows, which nothing keeps.

    How long a system takes to find room for a gigabyte depends on what it did before.
    """
    from kg.reasoning.columns import read, run

    rules = program()

    def timed() -> dict[str, int]:
        closure = run(rules, read([path]))
        with Path(os.devnull).open("wb") as text:
            closure.write(text)
        return closure.counts

    return timed, lambda counts: counts


def doubling(folder: Path, sizes: list[int]) -> Row:
    """Close graphs that are each twice as large as the one before."""
    target = folder / "closure.nt"
    paths = [generated(folder, one) for one in sizes]
    samples = [measured("growth.close_to_text", path) for path in paths]
    kept = [measured("growth.close_to_file", path, target) for path in paths]
    times, memory, details = [], [], []
    for size, one, on_disk in zip(sizes, samples, kept, strict=True):
        details.append(
            f"{size:,} triples: {one}, {one.told['inferred']:,} inferred; "
            f"with a file on disk {spoken(on_disk.seconds)}"
        )
    for one, other in itertools.pairwise(samples):
        times.append(other.seconds / one.seconds)
        memory.append(other.peak / one.peak)
    target.unlink(missing_ok=True)
    return Row(
        f"growth: doubling from {sizes[0]:,} to {sizes[-1]:,}, file to text",
        "at most 2.2 times the time and memory",
        f"{max(times):.2f} times the time, {max(memory):.2f} times the memory at most",
        kept=max(*times, *memory) <= _TIMES,
        equal=None,
        details=tuple(details),
    )


def largest(folder: Path, size: int) -> Row:
    """Close one large graph."""
    target = folder / "closure.nt"
    sample = measured("growth.close_to_file", generated(folder, size), target)
    target.unlink(missing_ok=True)
    return Row(
        f"{size:,} triples closed, file to file",
        "under 24 GB",
        f"{sample.peak / _GIGABYTE:.1f} GB",
        kept=sample.peak < _MEMORY,
        equal=None,
        details=(
            (
                f"{spoken(sample.seconds)} for {sample.told['inferred']:,} inferred triples, "
                f"{sample.rounds} round{'s' if sample.rounds > 1 else ''}"
            ),
        ),
    )
