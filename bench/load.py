"""Many clients for a while, some of whom ask what cannot be answered in time.

    python bench/load.py [--quick] [--seconds 60] [--clients 50]

Every tenth client asks queries of death, one after the other, and comes back when it is told to;
the others ask point queries whose answers are known, with a pause between two. Half of the point
queries have never been asked before, so that no answer to them is a remembered one. What has to
hold is in the table; where it does not, the program returns 1. Run it on a machine that does
nothing else.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import random
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from urllib.request import ProxyHandler, build_opener

import servers
from clients import Client, bindings
from measure import Row
from table import machine, written

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servers import Served

__all__ = ["main"]

_OK, _REFUSED = 200, 400
_MEGABYTE = 1 << 20
#: One client in so many asks queries of death.
_ONE_IN = 10
#: Seconds between an answer and the next point query of the same client, at most.
_PAUSE = 0.1
#: The 95th percentile of the time that a point query takes.
_P95 = 0.050
#: Megabytes that the process that speaks HTTP may grow by, of which 32 are answers it remembers.
_GROWTH = 48
#: Descriptors that may be open at the end and were not at the beginning.
_OPEN = 8
_ALL = "{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
#: What takes longer, more memory or more room than it may. The number makes each another text.
_DEATHS = (
    "SELECT (COUNT(*) + {n} AS ?x) " + _ALL.replace("{", "{{").replace("}", "}}"),
    "SELECT * {{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }} ORDER BY RAND() # {n}",
    "SELECT (COUNT(DISTINCT *) + {n} AS ?x) {{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }}",
    "ASK {{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(STRLEN(CONCAT(STR(?c), STR(?i))) = -{n}) }}",
    "SELECT * {{ ?a ?b ?c . ?d ?e ?f }} # {n}",
)
_CODES = {"timeout", "out-of-memory", "busy", "too-many-rows", "too-many-bytes"}
_POINT = "SELECT ?label {{ <{iri}> <http://www.w3.org/2000/01/rdf-schema#label> ?label }}"


@dataclass
class _Seen:
    """What the clients saw.

    Args:
        times: of the point queries, in seconds.
        wrong: what was not as it must be.
        codes: what queries of death came to.
    """

    times: list[float] = field(default_factory=list)
    wrong: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)


def labels() -> dict[str, list[dict[str, str]]]:
    """Return the answer to each point query, from the library."""
    import kg

    with_label = "SELECT ?thing ?label { ?thing rdfs:label ?label FILTER(isIRI(?thing)) }"
    found: dict[str, list[dict[str, str]]] = {}
    for thing, label in kg.load().query(with_label):
        found.setdefault(thing.value, []).append({"label": label.value})
    return {
        _POINT.format(iri=iri): sorted(rows, key=lambda row: sorted(row.items()))
        for iri, rows in found.items()
    }


async def _quick(url: str, known: dict[str, Any], end: float, seed: int, seen: _Seen) -> None:
    """Ask point queries, half of them with a text that nobody has sent before."""
    client, chance = Client(url), random.Random(seed)  # noqa: S311 - nothing here is secret
    texts = sorted(known)
    for count in itertools.count():
        if time.monotonic() >= end:
            break
        text = chance.choice(texts)
        sent = f"{text} # {seed}.{count}" if chance.random() < 0.5 else text  # noqa: PLR2004
        began = time.perf_counter()
        try:
            reply = await client.ask(sent)
        except (OSError, asyncio.IncompleteReadError) as error:
            seen.wrong[f"a point query broke: {type(error).__name__}"] += 1
            continue
        seen.times.append(time.perf_counter() - began)
        if reply[0] != _OK:
            seen.wrong[f"a point query got {reply[0]} {_code(reply[2])}"] += 1
        elif bindings(reply) != known[text]:
            seen.wrong["a point query got a wrong answer"] += 1
        await asyncio.sleep(chance.random() * _PAUSE)
    await client.close()


async def _deadly(url: str, texts: Iterator[str], end: float, seen: _Seen) -> None:
    """Ask queries of death, and come back when the answer says so."""
    client = Client(url)
    while time.monotonic() < end:
        try:
            status, headers, body = await client.ask(next(texts))
        except (OSError, asyncio.IncompleteReadError) as error:
            seen.wrong[f"a query of death broke: {type(error).__name__}"] += 1
            continue
        code = _code(body) if status >= _REFUSED else str(status)
        seen.codes[code] += 1
        if code not in _CODES:
            seen.wrong[f"a query of death got {status} {code}"] += 1
        wait = int(headers.get("retry-after", "0"))
        await asyncio.sleep(max(0.0, min(wait, end - time.monotonic())))
    await client.close()


def _code(body: bytes) -> str:
    try:
        return str(json.loads(body).get("code"))
    except ValueError:
        return "without a code"


async def _besieged(url: str, known: dict[str, Any], clients: int, seconds: float) -> _Seen:
    seen, end = _Seen(), time.monotonic() + seconds
    deaths = (_DEATHS[n % len(_DEATHS)].format(n=n) for n in itertools.count())
    deadly = max(1, clients // _ONE_IN)
    await asyncio.gather(
        *(_deadly(url, deaths, end, seen) for _ in range(deadly)),
        *(_quick(url, known, end, seed, seen) for seed in range(clients - deadly)),
    )
    return seen


@dataclass(frozen=True)
class _Size:
    """What the process that speaks HTTP holds: megabytes, descriptors, and how its workers are."""

    memory: float
    descriptors: int
    workers: dict[str, Any]


def _size(one: Served) -> _Size:
    folder = Path(f"/proc/{one.process.pid}")
    pages = int((folder / "statm").read_text().split()[1])
    memory = pages * os.sysconf("SC_PAGE_SIZE") / _MEGABYTE
    health = one.url.removesuffix("sparql") + "health"
    with build_opener(ProxyHandler({})).open(health, timeout=5) as reply:
        workers = json.loads(reply.read())["workers"]
    return _Size(memory, len(list((folder / "fd").iterdir())), workers)


def _settled(one: Served, seconds: float = 60) -> _Size:
    """Return what it holds once nothing runs any more."""
    end = time.monotonic() + seconds
    while _size(one).workers["busy"] and time.monotonic() < end:
        time.sleep(0.1)
    time.sleep(1)
    return _size(one)


def rows(seen: _Seen, before: _Size, after: _Size) -> list[Row]:
    """Return what was promised, and what was seen."""
    times = sorted(seen.times)
    median, late = times[len(times) // 2], times[int(len(times) * 0.95)]
    deaths = ", ".join(f"{code} {count}" for code, count in sorted(seen.codes.items()))
    growth, opened = after.memory - before.memory, after.descriptors - before.descriptors
    wrong = sum(seen.wrong.values())
    told = [f"{what}: {count} times" for what, count in sorted(seen.wrong.items())]
    found = [
        (
            "no wrong answer, no failure, and what is refused has its code",
            "0",
            f"{wrong:,} of {len(times) + sum(seen.codes.values()):,}",
            not wrong,
            [*told, f"queries of death: {deaths or 'none came back'}"],
        ),
        (
            "95th percentile of a point query while queries of death run",
            f"< {_P95 * 1000:.0f} ms",
            f"{late * 1000:.1f} ms",
            late < _P95,
            [f"median {median * 1000:.1f} ms, longest {times[-1] * 1000:.0f} ms"],
        ),
        (
            "memory of the process that speaks HTTP",
            f"grows by at most {_GROWTH} MB",
            f"{growth:+.0f} MB",
            growth <= _GROWTH,
            [f"{before.memory:.0f} MB before, {after.memory:.0f} MB after; {after.workers}"],
        ),
        (
            "its open descriptors, once all is quiet",
            f"at most {_OPEN} more",
            f"{opened:+d}",
            opened <= _OPEN,
            [f"{before.descriptors} before, {after.descriptors} after"],
        ),
    ]
    return [
        Row(what, reach, said, kept=kept, equal=None, details=tuple(details))
        for what, reach, said, kept, details in found
    ]


def main(arguments: list[str] | None = None) -> int:
    """Ask, print the table, and return 1 where a promise is broken."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="few clients, a short time")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--clients", type=int, default=50)
    options = parser.parse_args(arguments)
    clients, seconds = (10, 3.0) if options.quick else (options.clients, options.seconds)
    about, known = machine(), labels()
    with TemporaryDirectory() as own, servers.kg(Path(own)) as served:
        before = _settled(served)
        seen = asyncio.run(_besieged(served.url, known, clients, seconds))
        after = _settled(served)
        found = rows(seen, before, after)
    about.append(f"{clients} clients, {seconds:g} s, {len(seen.times):,} point queries")
    words = sys.argv[1:] if arguments is None else arguments
    print(written(found, about, " ".join(["python bench/load.py", *words])))
    if options.quick:
        # A short run on a machine that does other things has no time to promise.
        found = [row for row in found if "percentile" not in row.what]
    return int(not all(row.kept for row in found))


if __name__ == "__main__":
    sys.exit(main())
