"""How long an answer takes: kg's saved queries against rdflib, and the command from a cold start.

The queries are those of kg that need no claims, over a generated graph and its closure: on kg's
side in a snapshot on disk, as every command has it, on rdflib's in memory.
"""

from __future__ import annotations

import math
import os
import statistics
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import start
from graphs import generated, program
from measure import Job, Row, measured, spoken

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["cold_start", "saved_queries"]

_TIMES = 10
_COLD = 0.100
_QUERIES = (
    "armed-groups",
    "diplomatic-ties",
    "events-in-order",
    "neighbours",
    "places",
    "shared-colonial-past",
    "tension-network",
    "undated-events",
    "what-came-before-what",
)


def _closure(path: str) -> bytes:
    """Return what follows from a file, as N-Triples."""
    import io

    from kg.reasoning.columns import read, run

    text = io.BytesIO()
    run(program(), read([Path(path)])).write(text)
    return text.getvalue()


def oxigraph(path: str) -> Job:
    """Ask kg the saved queries, of a snapshot on disk."""
    from kg import queries, snapshot
    from kg.namespaces import GRAPH, inferred_graph
    from kg.snapshot.writing import Lines

    os.environ["KG_CACHE"] = str(Path(path).parent / "cache")
    name = snapshot.digest_of(Path(path).name)
    inferred = Lines(_closure(path))
    graphs = {GRAPH.asserted: Lines(Path(path)), inferred_graph("reported"): inferred}
    held = snapshot.find(name) or snapshot.build(name, graphs, {})
    saved = {slug: queries.find(slug) for slug in _QUERIES}
    return _asked(lambda slug: _rows(queries.run(held.store, saved[slug], {})))


def rdflib(path: str) -> Job:
    """Ask rdflib the same queries."""
    import rdflib as engine

    from kg import queries

    graph = engine.Graph()
    graph.parse(path, format="nt")
    graph.parse(_closure(path), format="nt")
    texts = {slug: queries.find(slug).text for slug in _QUERIES}
    return _asked(lambda slug: [tuple(row) for row in graph.query(texts[slug])])


def _rows(result: Any) -> list[tuple[Any, ...]]:
    from kg.results import Solutions

    return [*map(tuple, result if isinstance(result, Solutions) else result.triples)]


def _asked(ask: Callable[[str], list[tuple[Any, ...]]]) -> Job:
    """Return a job that asks all queries and tells of each its median and its rows."""
    times: dict[str, list[float]] = {slug: [] for slug in _QUERIES}

    def timed() -> dict[str, list[tuple[Any, ...]]]:
        found = {}
        for slug in _QUERIES:
            begin = time.perf_counter()
            found[slug] = ask(slug)
            times[slug].append(time.perf_counter() - begin)
        return found

    def told(found: dict[str, list[tuple[Any, ...]]]) -> dict[str, Any]:
        return {
            slug: {
                "seconds": statistics.median(times[slug]),
                "rows": sorted([_written(term) for term in row] for row in rows),
            }
            for slug, rows in found.items()
        }

    return timed, told


def _written(term: Any) -> str:
    # A term of rdflib is a string; its value is what Python makes of it.
    return str(term) if term is None or isinstance(term, str) else str(term.value)


def saved_queries(folder: Path, size: int) -> Row:
    """Compare all queries by the geometric mean of their ratios."""
    path = generated(folder, size)
    mine, theirs = measured("asking.oxigraph", path).told, measured("asking.rdflib", path).told
    ratios, details, equal = [], [], True
    for slug in _QUERIES:
        one, other = mine[slug], theirs[slug]
        ratios.append(other["seconds"] / one["seconds"])
        same = one["rows"] == other["rows"]
        equal = equal and same
        details.append(
            f"{slug}: {spoken(one['seconds'])}, rdflib {spoken(other['seconds'])}, "
            f"{ratios[-1]:,.1f} times, {len(one['rows']):,} rows{'' if same else ', NOT THE SAME'}"
        )
    mean = math.exp(statistics.fmean(map(math.log, ratios)))
    return Row(
        f"saved queries against rdflib at {size:,} triples and their closure",
        f">= {_TIMES} times",
        f"{mean:,.0f} times (geometric mean), {min(ratios):,.1f} at least",
        kept=mean >= _TIMES and equal,
        equal=equal,
        details=tuple(details),
    )


def cold_start(rounds: int) -> Row:
    """Start the command on the graph that kg ships."""
    with TemporaryDirectory() as cache:
        os.environ["KG_CACHE"] = cache
        median = start.medians(rounds)
    asked, reference = median["kg query 'ASK {}'"], median["ASK {} through rdflib"]
    share = asked / reference
    return Row(
        "command from a cold start to an answer",
        "<= 100 ms, and <= half of the same query through rdflib",
        f"{asked:.0f} ms, {share:.2f} of rdflib",
        kept=asked <= _COLD * 1000 and share <= start.SHARE,
        equal=None,
        details=tuple(f"{name}: {value:.0f} ms" for name, value in median.items()),
    )
