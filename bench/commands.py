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
#: What rdflib, owlrl or reasonable does for the same, told the files.
_PLAIN = {
    "query": _READ + "print(*[row for row in read(sys.argv[1]).query(sys.argv[2])][0])",
    "export ttl": _READ + "read(sys.argv[1]).serialize(sys.argv[2], format='turtle')",
    "export jsonld": _READ + "read(sys.argv[1]).serialize(sys.argv[2], format='json-ld')",
    "diff": _READ + "a, b = map(read, sys.argv[1:]); print(len(a - b), len(b - a))",
    "infer": _READ
    + "import owlrl; g = read(sys.argv[1]); g.parse(sys.argv[2], format='turtle')\n"
    + "owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(g)",
    # It reads no ending but that of Turtle.
    "infer quickly": "import os, sys, tempfile, reasonable; r = reasonable.PyReasoner()\n"
    "with tempfile.TemporaryDirectory() as folder:\n"
    "    os.symlink(os.path.abspath(sys.argv[1]), folder + '/graph.ttl')\n"
    "    r.load_file(folder + '/graph.ttl')\n"
    "r.load_file(sys.argv[2]); r.reason_full()",
    "parse": "import sys, pyoxigraph\nfor quad in pyoxigraph.parse(path=sys.argv[1]): pass",
}


@dataclass(frozen=True)
class Run:
    """What a command took: the median of its rounds, and the most memory of any, in megabytes."""

    seconds: float
    peak: float

    def __str__(self) -> str:
        """Return time and memory in words."""
        return f"{spoken(self.seconds)}, {self.peak:,.0f} MB"


class Unfinished(Exception):
    """A command that did not end in time, or ended without a result."""


def run(
    command: Sequence[str | Path],
    folder: Path,
    limit: float | None = None,
    codes: Sequence[int] = (0,),
) -> Run:
    """Return what a command took.

    Args:
        command: the words.
        folder: where kg keeps its cache, which is empty before each round.
        limit: how many seconds it may take.
        codes: the exit codes of a command that does its work.

    Raises:
        Unfinished: if it takes longer, or fails.
    """
    seconds, peak = [], 0.0
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
            peak = max(peak, _waited(process, limit) / 1024)
        seconds.append(time.perf_counter() - begin)
        if process.returncode not in codes:
            raise Unfinished(f"ended without a result after {spoken(seconds[-1])}")
        if seconds[-1] > _LONG:
            break
    return Run(statistics.median(seconds), peak)


def _waited(process: subprocess.Popen[bytes], limit: float | None) -> float:
    """Wait for a process, and return the most memory that it held, in kilobytes."""
    end = None if limit is None else time.perf_counter() + limit
    while True:
        number, status, usage = os.wait4(process.pid, 0 if end is None else os.WNOHANG)
        if number:
            process.returncode = os.waitstatus_to_exitcode(status)
            return float(usage.ru_maxrss)
        if end is not None and time.perf_counter() > end:
            process.kill()
            os.wait4(process.pid, 0)
            process.returncode = -9
            raise Unfinished(f"not finished after {limit:.0f} s")
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
    codes: tuple[int, ...] = (0,)


def _compared(pair: _Pair, about: str, folder: Path, limit: float) -> Row:
    found = run(pair.ours, folder, codes=pair.codes)
    begin = time.perf_counter()
    try:
        plain = run(pair.theirs, folder, limit, pair.codes)
        ratio, more = plain.seconds / found.seconds, str(plain)
    except Unfinished as end:
        ratio, more = (time.perf_counter() - begin) / found.seconds, str(end)
    return Row(
        f"{pair.what}, {about}",
        f">= {pair.least:g} times",
        f"{ratio:.2g} times" if more[0].isdigit() else f"> {ratio:.2g} times",
        kept=ratio >= pair.least,
        equal=None,
        details=(f"the whole command {found}; the other tool {more}",),
    )


def _pairs(path: Path, folder: Path) -> list[_Pair]:
    """Return what is compared on one file."""
    out = folder / "out"
    infer = [*_KG, "infer", str(path), *_ONTOLOGY, "-o", f"{out}.nt"]
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
        _Pair(
            "kg validate against pyshacl",
            validate,
            [*pyshacl, "-df", form, str(path)],
            8,
            codes=(0, 1),  # 1: it does not conform
        ),
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
        _Pair("kg diff against rdflib", diff, _plain("diff", path, other), 3, codes=(0, 1)),
        _Pair("kg infer against reasonable", infer, _plain("infer quickly", path, ONTOLOGY), 1),
    ]


#: How many pairs there are of each file.
_PAIRS = 6


def beside(folder: Path, size: int, ending: str, number: int, limit: float) -> Row:
    """Compare one command on one file with the tool that does the same."""
    path = generated(folder, size)
    path = path if ending == ".nt" else _turtle(path)
    about = f"{size:,} triples of {'N-Triples' if ending == '.nt' else 'Turtle'}"
    return _compared(_pairs(path, folder)[number], about, folder, limit)


def against_owlrl(folder: Path, size: int, least: float, limit: float) -> Row:
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
        lambda: against_owlrl(folder, sizes[0], 60, limit),
        lambda: growth(folder, sizes[-1] // 10, sizes[-1]),
        *(
            partial(beside, folder, size, ending, number, limit)
            for size in sizes
            for ending in endings
            for number in range(_PAIRS)
        ),
    ]
