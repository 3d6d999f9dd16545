"""Whole commands on files, as a user runs them, beside the plain tool that does the same work.

The time is that of the process from its start to its end, and the memory the most that it held.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from graphs import ONTOLOGY, SHAPES, generated
from measure import ROUNDS, Row, spoken
from pyoxigraph import RdfFormat, parse, serialize

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

__all__ = ["rows"]

#: A command that takes longer is run once.
_LONG = 30.0
_KG = [sys.executable, "-m", "kg"]
_ONTOLOGY = ["--ontology", str(ONTOLOGY)]
_COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"

_READ = """
import sys, rdflib
form = {".nt": "nt", ".ttl": "turtle"}
def read(path):
    return rdflib.Graph().parse(path, format=form[path[-3:] if path.endswith(".nt") else ".ttl"])
"""
#: What rdflib or owlrl does for the same, told the files.
_PLAIN = {
    "query": _READ + "print(*[row for row in read(sys.argv[1]).query(sys.argv[2])][0])",
    "export ttl": _READ + "read(sys.argv[1]).serialize(sys.argv[2], format='turtle')",
    "export jsonld": _READ + "read(sys.argv[1]).serialize(sys.argv[2], format='json-ld')",
    "diff": _READ + "a, b = map(read, sys.argv[1:]); print(len(a - b), len(b - a))",
    "infer": _READ
    + "import owlrl; g = read(sys.argv[1]); g.parse(sys.argv[2], format='turtle')\n"
    + "owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(g)",
    "parse": "import sys, pyoxigraph\nfor quad in pyoxigraph.parse(path=sys.argv[1]): pass",
}


@dataclass(frozen=True)
class Run:
    """What a command took: the median of its rounds, and the most memory of any, in megabytes."""

    seconds: float
    peak: float
    output: bytes

    def __str__(self) -> str:
        """Return time and memory in words."""
        return f"{spoken(self.seconds)}, {self.peak:,.0f} MB"


def run(command: Sequence[str | Path], folder: Path, limit: float | None = None) -> Run | None:
    """Return what a command took; None where it takes longer than it may.

    Args:
        command: the words.
        folder: where kg keeps its cache, which is empty before each round.
        limit: how many seconds it may take.
    """
    seconds, peak, output = [], 0.0, b""
    for _ in range(int(os.environ.get(ROUNDS, "3"))):
        cache = folder / "cache"
        shutil.rmtree(cache, ignore_errors=True)
        begin = time.perf_counter()
        with (folder / "output").open("wb") as file:
            process = subprocess.Popen(
                [str(word) for word in command],
                stdout=file,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "KG_CACHE": str(cache)},
            )
            _, _, used = _waited(process, limit)
        if used is None:
            return None
        seconds.append(time.perf_counter() - begin)
        peak = max(peak, used / 1024)
        output = (folder / "output").read_bytes()
        if seconds[-1] > _LONG:
            break
    return Run(statistics.median(seconds), peak, output)


def _waited(process: subprocess.Popen[bytes], limit: float | None) -> tuple[int, int, float | None]:
    """Wait for a process; return its number, its status and the most memory that it held."""
    end = None if limit is None else time.perf_counter() + limit
    while True:
        number, status, usage = os.wait4(process.pid, 0 if end is None else os.WNOHANG)
        if number:
            process.returncode = os.waitstatus_to_exitcode(status)
            return number, status, float(usage.ru_maxrss)
        if end is not None and time.perf_counter() > end:
            process.kill()
            os.wait4(process.pid, 0)
            process.returncode = -9
            return process.pid, -9, None
        time.sleep(0.005)


def _turtle(path: Path) -> Path:
    """Return a file of N-Triples as Turtle, beside it."""
    target = path.with_suffix(".ttl")
    if not target.exists():
        serialize(parse(path=str(path)), str(target), format=RdfFormat.TURTLE)
    return target


def _other(path: Path) -> Path:
    """Return a file that differs in one triple of a hundred."""
    target = path.with_name(f"other-{path.name}")
    lines = _nt(path).read_bytes().splitlines(keepends=True)
    kept = b"".join(line for number, line in enumerate(lines) if number % 100)
    target.with_suffix(".nt").write_bytes(kept)
    return _turtle(target.with_suffix(".nt")) if path.suffix == ".ttl" else target


def _nt(path: Path) -> Path:
    return path.with_suffix(".nt")


def _plain(name: str, *arguments: object) -> list[str]:
    return [sys.executable, "-c", _PLAIN[name], *map(str, arguments)]


@dataclass(frozen=True)
class _Pair:
    """What is compared: both commands, and how many times faster the first is to be."""

    what: str
    ours: list[str]
    theirs: list[str]
    least: float


def _compared(pair: _Pair, about: str, folder: Path, limit: float) -> Row:
    found, plain = run(pair.ours, folder), run(pair.theirs, folder, limit)
    what = f"{pair.what}, {about}"
    if found is None:
        raise RuntimeError(f"{what}: not finished")
    ratio = (limit if plain is None else plain.seconds) / found.seconds
    more = f"not finished after {limit:.0f} s" if plain is None else str(plain)
    return Row(
        what,
        f">= {pair.least:g} times",
        f"{'> ' if plain is None else ''}{ratio:.2g} times",
        kept=ratio >= pair.least,
        equal=None,
        details=(f"the whole command {found}; the other tool {more}",),
    )


def _pairs(path: Path, folder: Path) -> list[_Pair]:
    """Return what is compared on one file."""
    out = folder / "out"
    alone = ["--data", str(path), "--ontology", "none"]
    form = "nt" if path.suffix == ".nt" else "turtle"
    pyshacl = [sys.executable, "-m", "pyshacl", "-s", str(SHAPES), "-e", str(ONTOLOGY)]
    validate = [*_KG, "validate", str(path), *_ONTOLOGY, "--shapes", str(SHAPES)]
    export = [*_KG, "export", *alone, "--graph", "asserted", "-o"]
    other = _other(path)
    diff = [*_KG, "diff", str(path), str(other)]
    query = [*_KG, "query", *alone, _COUNT]
    return [
        _Pair("kg query, the first, against rdflib", query, _plain("query", path, _COUNT), 1.5),
        _Pair("kg validate against pyshacl", validate, [*pyshacl, "-df", form, str(path)], 8),
        _Pair(
            "kg export to Turtle against rdflib",
            [*export, f"{out}.ttl"],
            _plain("export ttl", path, f"{out}.ttl"),
            3,
        ),
        _Pair(
            "kg export to JSON-LD against rdflib",
            [*export, f"{out}.jsonld"],
            _plain("export jsonld", path, f"{out}.jsonld"),
            1,
        ),
        _Pair("kg diff against rdflib", diff, _plain("diff", path, other), 3),
    ]


#: How many pairs there are of each file.
_PAIRS = 5


def beside(folder: Path, size: int, ending: str, number: int, limit: float) -> Row:
    """Compare one command on one file with the tool that does the same."""
    path = generated(folder, size)
    path = path if ending == ".nt" else _turtle(path)
    about = f"{size:,} triples of {'N-Triples' if ending == '.nt' else 'Turtle'}"
    return _compared(_pairs(path, folder)[number], about, folder, limit)


def infer(folder: Path, size: int, least: float, limit: float) -> Row:
    """Compare ``kg infer`` with owlrl, which reads the same files."""
    path = generated(folder, size)
    ours = [*_KG, "infer", str(path), *_ONTOLOGY, "-o", str(folder / "out.nt")]
    pair = _Pair("kg infer against owlrl", ours, _plain("infer", path, ONTOLOGY), least)
    return _compared(pair, f"{size:,} triples of N-Triples", folder, limit)


def growth(folder: Path, small: int, large: int) -> Row:
    """Compare ``kg infer`` on a file with one on a file of ten times its size, and with parsing."""
    found = []
    for size in (small, large):
        path = generated(folder, size)
        command = [*_KG, "infer", str(path), *_ONTOLOGY, "-o", str(folder / "out.nt")]
        found.append(run(command, folder))
    parsed = run(_plain("parse", generated(folder, large)), folder)
    first, second = found
    if first is None or second is None or parsed is None:
        raise RuntimeError("not finished")
    share, ratio = first.seconds / second.seconds, second.seconds / parsed.seconds
    return Row(
        f"kg infer, {small:,} against {large:,} triples, and against parsing the larger file",
        "at most a fifth; <= 3.5",
        f"{share:.2g}; {ratio:.2g}",
        kept=share <= 0.2 and ratio <= 3.5,  # noqa: PLR2004 - the numbers to reach
        equal=None,
        details=(f"{first}; {second}; pyoxigraph parses it in {parsed}",),
    )


def rows(
    folder: Path, sizes: Sequence[int], endings: Sequence[str], limit: float
) -> list[Callable[[], Row]]:
    """Return the rows of all sizes, each to be measured when it is called.

    Args:
        folder: where the generated graphs lie.
        sizes: how many triples, ascending.
        endings: of the files, .nt or .ttl.
        limit: how many seconds another tool may take.
    """
    return [
        lambda: infer(folder, sizes[0], 60, limit),
        lambda: growth(folder, sizes[-1] // 10, sizes[-1]),
        *(
            partial(beside, folder, size, ending, number, limit)
            for size in sizes
            for ending in endings
            for number in range(_PAIRS)
        ),
    ]
