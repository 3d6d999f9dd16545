"""How long the import of a file of missions takes, beside merely reading it.

python bench/importing.py FILE.csv [--quick]
"""

from __future__ import annotations

import argparse
import csv
import statistics
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from measure import Row
from table import machine, written

from kg.export import export
from kg.imports.missions import GRAPH, import_missions

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["main"]

_ROUNDS = 3


def seconds(work: Callable[[], object], rounds: int) -> float:
    """Return the median of a few runs."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def merely(path: Path) -> int:
    """Read a table and do nothing with it."""
    with path.open(encoding="utf-8", newline="") as file:
        return sum(1 for _ in csv.reader(file, delimiter=";"))


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; return 1 where a row is lost."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--quick", action="store_true", help="once instead of three times")
    options = parser.parse_args(arguments)
    rounds = 1 if options.quick else _ROUNDS
    found = import_missions(options.file)
    triples = [quad.triple for quad in found.quads]
    reading = seconds(lambda: merely(options.file), rounds)
    importing = seconds(lambda: import_missions(options.file), rounds)
    ordering = seconds(lambda: export({GRAPH: triples}, "ttl"), rounds)
    kept = found.rows == found.imported + found.refused == merely(options.file) - 1
    row = Row(
        "missions to triples",
        "no row lost",
        f"{importing:.2f} s for {found.rows:,} rows, {found.rows / importing:,.0f} a second",
        kept=kept,
        equal=kept,
        details=(
            f"{importing / reading:.0f} times reading the file with the csv module",
            f"{len(found.quads):,} triples; as canonical Turtle in {ordering:.2f} s more",
        ),
    )
    print(written([row], machine(), "python bench/importing.py FILE.csv"))
    return int(not kept)


if __name__ == "__main__":
    sys.exit(main())
