"""Things that break the shapes of the generated graph, each in one way.

They contradict no axiom, so that a graph with faults can be closed; the name of each tells that it
is one, so that a report can be held against what was put in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from generate import BENCH, ID, Parts, lines, name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from generate import World

from kg.namespaces import RDF, RDFS, XSD

__all__ = ["faulty"]

_DAY, _DECIMAL = f"^^{XSD.date}", f"^^{XSD.decimal}"


def faulty(world: World, count: int) -> Iterator[str]:
    """Yield so many things with one fault each, the kinds of faults in turn."""
    for number in range(count):
        make = _FAULTS[number % len(_FAULTS)]
        yield lines(f"<{ID}fault-{number}>", make(world))


def _without(parts: Parts, *predicates: str) -> Parts:
    left_out = {name(predicate) for predicate in predicates}
    return [part for part in parts if part[0] not in left_out]


def _with(parts: Parts, predicate: str, *values: str) -> Parts:
    return _without(parts, predicate) + [(name(predicate), value) for value in values]


def _event(world: World) -> Parts:
    return world.event_parts("Faulty event")


def _mission(world: World) -> Parts:
    """Return a mission without a fault: of the first State in the second one's capital."""
    # The draw keeps the faults of two seeds apart.
    sending = 2 + world.pick(world.states - 2)
    return [
        (str(RDF.type), name("bench:Consulate")),
        (str(RDFS.label), '"Faulty mission"@en'),
        (name("rel:sendingState"), name(f":state-{sending}")),
        (name("rel:receivingState"), name(":state-1")),
        (name("rel:seat"), name(":city-1")),
        (f"<{BENCH}status>", '"open"'),
    ]


def _border(_: World) -> Parts:
    return [
        (str(RDF.type), name("rel:Border")),
        (str(RDFS.label), '"Faulty border"@en'),
        (name("rel:hasParty"), name(":state-0")),
        (name("rel:hasParty"), name(":state-1")),
    ]


_FAULTS: list[Callable[[World], Parts]] = [
    lambda world: _without(_event(world), "rel:actor"),
    lambda world: _with(_event(world), "rel:latest", f'"1950-01-01"{_DAY}'),
    lambda world: _with(
        _event(world), "rel:date", *(f'"{y}"^^{name("edtf:EDTF")}' for y in (1970, 1971))
    ),
    lambda world: _with(_event(world), "rel:date", '"soon"'),
    lambda world: _without(_mission(world), "rel:seat"),
    lambda world: _with(_mission(world), "bench:status", '"unheard of"'),
    lambda world: _without(_event(world), "rdfs:label"),
    lambda world: _with(_event(world), "rdfs:label", '"One"@en', '"Two"@en'),
    lambda world: _without(_border(world), "rel:hasParty"),
    lambda world: _with(_border(world), "rel:lengthInKilometres", f'"-2.5"{_DECIMAL}'),
    lambda world: _with(_event(world), "rel:place", name(":body-0")),
    lambda world: _with(_border(world), "rdfs:label", '""@en'),
    # This one takes the constraint of seats.ttl, which is written in SPARQL.
    lambda world: _with(_mission(world), "rel:seat", name(":city-0")),
]
