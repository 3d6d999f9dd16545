"""Requests a second of ``kg serve`` beside those of other endpoints, on the same file.

    python bench/endpoints.py [--quick] [--triples 100k] [--seconds 5] [--folder FOLDER]

All run at once, and are asked in turns, so that a busy machine slows all alike; the medians of the
rounds are compared. Each query is another one, so that no answer can be a remembered one, except
where the table says so. Before anything is timed, all have to give the same rows. The others are
installed in environments of their own in the folder. Run it on a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import math
import statistics
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import servers
from clients import Client, asked, bindings
from graphs import generated
from measure import Row
from table import machine, number, written

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servers import Served

__all__ = ["main"]

_CLIENTS, _ROUNDS = 8, 3
_PREFIXES = (
    "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "
    "PREFIX rel: <https://w3id.org/relations-kg/ontology#> "
    "PREFIX : <http://example.org/id/> "
)
#: What is asked, with a number for the thing that it is asked of.
QUERIES = {
    "point query": "SELECT ?label {{ :city-{thing} rdfs:label ?label }}",
    "all that is said of a thing": "SELECT ?p ?o {{ :event-{thing} ?p ?o }}",
    "join of three": (
        "SELECT ?event ?date {{ ?event rel:actor ?body ; rel:date ?date . "
        "?body rel:organOf :state-{thing} }}"
    ),
    "count by group": (
        "SELECT ?type (COUNT(*) AS ?n) {{ ?thing a ?type ; ?said :state-{thing} }} GROUP BY ?type"
    ),
}
#: The share of its requests that a point query has to reach, and of whom.
_SHARE, _RIVAL = 0.5, "oxigraph serve"
#: The things of each kind that are asked about: so many are in the smallest graph.
_THINGS = 6


def _numbered(query: str) -> Iterator[str]:
    """Yield the query about one thing after the other, each time with another text."""
    for count in itertools.count():
        yield f"{_PREFIXES}{query.format(thing=count % _THINGS)} # {count}"


def _repeated(query: str) -> Iterator[str]:
    """Yield the same few texts again and again."""
    for count in itertools.count():
        yield f"{_PREFIXES}{query.format(thing=count % _THINGS)}"


async def _rows(url: str, query: str) -> list[dict[str, str]]:
    client = Client(url)
    reply = await client.ask(query)
    await client.close()
    if reply[0] != 200:  # noqa: PLR2004 - of HTTP
        raise RuntimeError(f"{url} answers {reply[0]}: {reply[2][:500]!r}")
    return bindings(reply)


def _are_equal(served: list[Served], query: str) -> tuple[bool, int]:
    """Tell whether all give the same rows for each thing, and how many rows there are."""
    total, equal = 0, True
    for text in itertools.islice(_repeated(query), _THINGS):
        found = [asyncio.run(_rows(one.url, text)) for one in served]
        total += len(found[0])
        equal = equal and all(rows == found[0] for rows in found)
    return equal and total > 0, total


def _speeds(served: list[Served], query: str, seconds: float, *, repeat: bool) -> dict[str, float]:
    """Return the requests that each answers in a second."""
    texts = {one.name: _repeated(query) if repeat else _numbered(query) for one in served}
    found: dict[str, list[float]] = {one.name: [] for one in served}
    for _ in range(_ROUNDS):
        for one in served:
            began = time.perf_counter()
            asking = asked(one.url, texts[one.name], _CLIENTS, seconds, time.perf_counter)
            done, failed = asyncio.run(asking)
            if failed:
                raise RuntimeError(f"{one.name} answers {failed[0]}, {len(failed)} times")
            found[one.name].append(done / (time.perf_counter() - began))
    return {name: statistics.median(each) for name, each in found.items()}


def compared(served: list[Served], what: str, seconds: float, *, repeat: bool = False) -> Row:
    """Return the row of a query.

    Args:
        served: the endpoints, kg's first.
        what: names the query.
        seconds: for how long each is asked in each round.
        repeat: whether the same texts come again.
    """
    equal, rows = _are_equal(served, QUERIES[what])
    speeds = _speeds(served, QUERIES[what], seconds, repeat=repeat)
    own = speeds.pop(served[0].name)
    shares = [f"{own / speed:.2f} of {name}" for name, speed in speeds.items()]
    promised = what == "point query" and not repeat
    details = [f"kg serve {own:,.0f} requests a second, {rows} rows of {_THINGS} things"]
    details += [f"{name} {speed:,.0f}" for name, speed in speeds.items()]
    if not equal:
        details.append("THE ROWS ARE NOT THE SAME")
    return Row(
        f"{what}, {'the same texts again' if repeat else 'each another text'}",
        f">= {_SHARE} of {_RIVAL}" if promised else "-",
        f"{own:,.0f} requests a second: {', '.join(shares)}",
        kept=equal and not (promised and own < _SHARE * speeds.get(_RIVAL, math.inf)),
        equal=equal,
        details=tuple(details),
    )


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; return 1 where rows differ, or a promise is missed in a full run."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a small graph, a short time")
    parser.add_argument("--triples", type=number, default=number("100k"))
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--folder", type=Path, help="where environments and graphs are kept")
    options = parser.parse_args(arguments)
    size, seconds = (2_000, 0.3) if options.quick else (options.triples, options.seconds)
    about = machine()
    with TemporaryDirectory() as own, ExitStack() as stack:
        folder = options.folder or Path(own)
        folder.mkdir(parents=True, exist_ok=True)
        path = generated(folder, size)
        served = [
            stack.enter_context(servers.kg(Path(own), "--dataset", str(path))),
            stack.enter_context(servers.oxigraph(folder, path)),
            stack.enter_context(servers.rdflib_endpoint(folder, path)),
        ]
        found = [compared(served, what, seconds) for what in QUERIES]
        found.append(compared(served, "point query", seconds, repeat=True))
    about.append(f"{', '.join(servers.PEERS.values())}; {_CLIENTS} clients in one process")
    words = sys.argv[1:] if arguments is None else arguments
    print(written(found, about, " ".join(["python bench/endpoints.py", *words])))
    return int(any(not row.equal or not (row.kept or options.quick) for row in found))


if __name__ == "__main__":
    sys.exit(main())
