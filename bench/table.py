"""The numbers that kg is to reach, side by side in one run, with the machine that they are of.

    python bench/table.py [--quick] [--largest 10M] [--only closing,growth]

It prints a table and, unless it is a quick run, writes it to ``RESULTS.md``. Each measurement is a
process of its own; times are medians of three rounds where a round takes less than 30 s, and of
one where the run is quick. Run it on a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import datetime as dt
import importlib.metadata
import os
import platform
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import asking
import closing
import commands
import growth
import increments
import measure
import storing
import validating

if TYPE_CHECKING:
    from collections.abc import Callable

    from measure import Row

__all__ = ["main", "rows"]

RESULTS = Path(__file__).parent / "RESULTS.md"
_PACKAGES = [
    "pyoxigraph",
    "numpy",
    "polars",
    "shacl",
    "owlrl",
    "rdflib",
    "pyshacl",
    "reasonable",
    "nemo-python",
]
_UNITS = {"k": 1_000, "M": 1_000_000}


def number(text: str) -> int:
    """Read a size such as 250k or 10M.

    >>> number("250k"), number("10M"), number("1234")
    (250000, 10000000, 1234)
    """
    unit = _UNITS.get(text[-1:], 1)
    return int(text.rstrip("kM")) * unit


def rows(folder: Path, *, quick: bool, largest: int) -> dict[str, list[Callable[[], Row]]]:
    """Return the rows of the table by part, each to be measured when it is called.

    Args:
        folder: where the generated graphs lie.
        quick: whether small graphs do, to see that everything runs and the results are equal.
        largest: the size of the largest graph; none beyond it is closed.
    """
    tiny, small, middle, large = (
        (200, 500, 1_000, 2_000) if quick else (10_000, 100_000, 100_000, 1_000_000)
    )
    doubled = [500, 1_000] if quick else [250_000, 500_000, 1_000_000, 2_000_000, 4_000_000]
    sizes = [1_000] if quick else [10_000, 100_000, 1_000_000]
    endings = [".nt"] if quick else [".nt", ".ttl"]
    return {
        "commands": commands.rows(folder, sizes, endings, 2 if quick else 120),
        "closing": [
            lambda: closing.against_owlrl(folder, tiny),
            lambda: closing.against_packaged(folder, large, small, 30 if quick else 240),
            lambda: closing.against_parsing(folder, large),
        ],
        "storing": [lambda: storing.closure_into_store(folder, large)],
        "increments": [lambda: increments.one_event(folder, middle)],
        "validating": [lambda: validating.against_pyshacl(folder, middle)],
        "asking": [
            lambda: asking.cold_start(1 if quick else 15),
            lambda: asking.saved_queries(folder, small),
        ],
        "growth": [
            lambda: growth.doubling(folder, [size for size in doubled if size <= largest]),
            lambda: growth.largest(folder, large if quick else largest),
        ],
    }


def machine() -> list[str]:
    """Return what the numbers depend on, besides kg."""
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in _PACKAGES)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = os.getloadavg()[0]
    return [
        (
            f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors, "
            f"{memory:.0f} GB of memory; load before the run {load:.1f}"
        ),
        f"Python {platform.python_version()}, {versions}",
    ]


def written(found: list[Row], about: list[str], command: str) -> str:
    """Write the table in Markdown."""
    table = ["| what | reach | found | |", "|---|---|---|---|"]
    table += [
        f"| {row.what} | {row.reach} | {row.found} | {'kept' if row.kept else 'MISSED'} |"
        for row in found
    ]
    details = [
        line for row in found for line in (f"- {row.what}", *(f"  - {one}" for one in row.details))
    ]
    today = dt.datetime.now(tz=dt.UTC).date()
    intro = f"Measured on {today} by `{command}`, each line in a process of its own."
    parts = ["# Results", intro, "\n".join(f"- {one}" for one in about), "\n".join(table)]
    return "\n\n".join([*parts, "## How the numbers came about", "\n".join(details)]) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Measure, print and keep the table; return 1 where results that should be equal are not."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="small graphs; nothing is kept")
    parser.add_argument("--largest", type=number, default=number("10M"), help="such as 4M")
    parser.add_argument("--only", default="", help="parts, separated by commas")
    parser.add_argument("--folder", type=Path, help="where to keep the generated graphs")
    options = parser.parse_args(arguments)
    if options.quick:
        os.environ[measure.ROUNDS] = "1"
    about = machine()
    found: list[Row] = []
    with TemporaryDirectory() as own:
        folder = options.folder or Path(own)
        folder.mkdir(parents=True, exist_ok=True)
        parts = rows(folder, quick=options.quick, largest=options.largest)
        chosen = options.only.split(",") if options.only else list(parts)
        if unknown := set(chosen) - set(parts):
            parser.error(f"no part {min(unknown)}: there are {', '.join(parts)}")
        for row_of in (one for name in chosen for one in parts[name]):
            begin = time.perf_counter()
            row = row_of()
            found.append(row)
            took = time.perf_counter() - begin
            print(f"{row.what}: {row.found} ({took:.0f} s)", file=sys.stderr, flush=True)
    words = sys.argv[1:] if arguments is None else arguments
    if options.quick:
        about.append("Small graphs: that results are equal means something, the ratios do not.")
    text = written(found, about, " ".join(["python bench/table.py", *words]))
    print(text)
    if not options.quick and not options.only:
        RESULTS.write_text(text, "utf-8", newline="\n")
    return int(any(row.equal is False for row in found))


if __name__ == "__main__":
    sys.exit(main())
