"""``kg link pull``: what Wikidata says of our things, in a graph of its own."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Triple, serialize

from kg.errors import Misuse
from kg.namespaces import PREFIXES, PROV, RDF, REL, XSD
from kg.wikidata.check import tolerance
from kg.wikidata.items import UNREADABLE, Text
from kg.wikidata.links import distance, iso_property, nodes, thing
from kg.wikidata.vocabulary import (
    ONTOLOGY,
    RANK,
    RANKS,
    REFERENCE,
    parts,
    prefix,
    statement_node,
    term,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from pyoxigraph import Store

    from kg.wikidata.client import Client
    from kg.wikidata.items import Coordinate, Item, Snak, Statement
    from kg.wikidata.links import Links

__all__ = ["GRAPH", "LANGUAGES", "PROPERTIES", "Conflict", "Pulled", "conflicts", "pull", "to_text"]

#: The graph that holds what was read.
GRAPH = NamedNode(PREFIXES["graph"] + "import/wikidata")
#: What is read unless told otherwise: coordinates, ISO codes, flag, official name, population,
#: diplomatic relation, shared border, membership, capital.
PROPERTIES = (
    *("P625", "P297", "P298", "P299", "P300", "P41", "P1448"),
    *("P1082", "P530", "P47", "P463", "P36"),
)
#: The languages of texts that are read.
LANGUAGES = ("ar", "en", "fr")
#: The way to the node that tells all of a value, by the way to the simple value.
_WHOLE = {"ps": "psv", "pq": "pqv", "pr": "prv"}
#: Which property of an item says what one of ours says, where there can be one value only.
_SAME = {"P17": REL.receivingState, "P137": REL.sendingState, "P131": REL.seat}


@dataclass(frozen=True)
class Conflict:
    """What an item says otherwise than we do."""

    thing: NamedNode
    id: str
    property: str
    ours: str
    theirs: str


@dataclass(frozen=True)
class Pulled:
    """What was read.

    Args:
        quads: all of it, in one graph.
        statements: the number of statements.
        conflicts: what differs from what we have.
        missing: the things whose item is not there any more, with its id.
    """

    quads: tuple[Quad, ...]
    statements: int
    conflicts: tuple[Conflict, ...]
    missing: tuple[tuple[NamedNode, str], ...]


def pull(
    store: Store,
    links: Links,
    client: Client,
    properties: Sequence[str] = PROPERTIES,
    languages: Sequence[str] = LANGUAGES,
) -> Pulled:
    """Read what the items say that our things are the same as.

    Each statement keeps its rank, its references, and the time when it was read. Nothing of it
    goes among the facts.

    Args:
        store: the graph.
        links: of the graph.
        client: asks the site.
        properties: which ones.
        languages: of texts; others are left out.

    Raises:
        Misuse: one of the properties is none.
        ServiceFailure: the site does not answer as it should.
    """
    wrong = [one for one in properties if one[:1] != "P" or not one[1:].isdecimal()]
    if wrong:
        raise Misuse(f'"{wrong[0]}" is no property: write P625')
    linked = links.item_of()
    items = client.items(linked.values())
    node_of = links.thing_of()
    quads: dict[Quad, None] = {}
    statements = 0
    found: list[Conflict] = []
    missing: list[tuple[NamedNode, str]] = []
    for node, identifier in sorted(linked.items(), key=str):
        item = items[identifier]
        if item is None:
            missing.append((node, identifier))
            continue
        for one in _chosen(item, properties, languages):
            statements += 1
            for triple in _triples(node, one, item, node_of):
                quads[Quad(triple.subject, triple.predicate, triple.object, GRAPH)] = None
        found += conflicts(store, node, item, links)
    return Pulled(tuple(quads), statements, tuple(found), tuple(missing))


def to_text(quads: Iterable[Quad], name: str) -> bytes:
    """Write quads as trig or nq, in an order that is always the same."""
    ordered = sorted(quads, key=str)
    if name == "nq":
        return serialize(ordered, format=RdfFormat.N_QUADS) or b""
    kinds = ("wdt", "p", "ps", "psv", "pq", "pqv", "pr", "prv", "wdno", "wds", "wdv", "wdref")
    prefixes = {one: prefix(one) for one in kinds} | {"wikibase": ONTOLOGY}
    prefixes |= {one: PREFIXES[one] for one in ("geo", "graph", "kg", "prov", "wd", "xsd")}
    return serialize(ordered, format=RdfFormat.TRIG, prefixes=prefixes) or b""


def conflicts(store: Store, node: NamedNode, item: Item, links: Links) -> Iterator[Conflict]:
    """Yield what an item says otherwise than we do of the same thing."""
    ours = thing(store, node)
    points = item.points()
    if ours.point is not None and points:
        apart, nearest = min(
            ((distance(ours.point, one), one) for one in points), key=lambda pair: pair[0]
        )
        if apart > tolerance(ours.types):
            yield Conflict(node, item.id, "P625", _shown(ours.point), _shown(nearest))
    for code in ours.codes:
        key = iso_property(code)
        theirs = [value for value in item.values(key) if isinstance(value, str)]
        if theirs and code not in theirs:
            yield Conflict(node, item.id, key, code, " or ".join(theirs))
    linked = links.item_of()
    for key, predicate in _SAME.items():
        own = {linked[one] for one in nodes(store, node, predicate) if one in linked}
        ids = item.ids(key)
        if own and ids and own.isdisjoint(ids):
            yield Conflict(node, item.id, key, " or ".join(sorted(own)), " or ".join(ids))


def _shown(point: Coordinate) -> str:
    return f"{point.latitude:.4f} N {point.longitude:.4f} E"


def _chosen(item: Item, properties: Iterable[str], languages: Sequence[str]) -> Iterator[Statement]:
    for key in properties:
        for one in item.statements.get(key, ()):
            value = one.main.value
            if one.main.kind != UNREADABLE and (
                not isinstance(value, Text) or value.language in languages
            ):
                yield one


def _triples(
    node: NamedNode, one: Statement, item: Item, node_of: dict[str, NamedNode]
) -> Iterator[Triple]:
    """Yield a statement: its value, its rank, when it was read, its qualifiers and references."""

    def named(identifier: str) -> NamedNode:
        return node_of.get(identifier, NamedNode(PREFIXES["wd"] + identifier))

    def said(kind: str, subject: NamedNode, snaks: Iterable[Snak]) -> Iterator[Triple]:
        for snak in snaks:
            yield from _said(kind, subject, snak, one.id, named)

    key, place = one.main.property, statement_node(one.id)
    if one in item.best(key):
        yield from said("wdt", node, [one.main])
    yield Triple(node, NamedNode(prefix("p") + key), place)
    yield from said("ps", place, [one.main])
    yield Triple(place, RANK, RANKS[one.rank])
    if item.retrieved:
        retrieved = Literal(item.retrieved, datatype=XSD.dateTime)
        yield Triple(place, PROV.generatedAtTime, retrieved)
    yield from said("pq", place, one.qualifiers)
    for number, reference in enumerate(one.references, 1):
        # Wikidata names references by digests; here, each is of one statement.
        source = NamedNode(f"{prefix('wdref')}{place.value.rpartition('/')[2]}-{number}")
        yield Triple(place, PROV.wasDerivedFrom, source)
        yield Triple(source, RDF.type, REFERENCE)
        yield from said("pr", source, reference)


def _said(
    kind: str, subject: NamedNode, snak: Snak, statement: str, named: Callable[[str], NamedNode]
) -> Iterator[Triple]:
    """Yield what a snak says: a value, that there is one which is not known, or that none is."""
    found = term(snak, named)
    if snak.kind == "novalue":
        yield Triple(subject, RDF.type, NamedNode(prefix("wdno") + snak.property))
    elif snak.kind == "somevalue":
        found = NamedNode(prefix("genid") + _digest(f"{statement} {kind} {snak.property}"))
    if found is not None:
        yield Triple(subject, NamedNode(prefix(kind) + snak.property), found)
    if kind in _WHOLE:
        yield from _whole(NamedNode(prefix(_WHOLE[kind]) + snak.property), subject, snak)


def _whole(predicate: NamedNode, subject: NamedNode, snak: Snak) -> Iterator[Triple]:
    """Yield the node that tells all of a value: its precision, calendar, unit, bounds or globe."""
    found = parts(snak.value) if snak.value is not None else None
    if found is None:
        return
    kind, told = found
    node = NamedNode(prefix("wdv") + _digest(f"{kind} {told}"))
    yield Triple(subject, predicate, node)
    yield Triple(node, RDF.type, NamedNode(ONTOLOGY + kind))
    yield from (Triple(node, NamedNode(ONTOLOGY + name), value) for name, value in told)


def _digest(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()[:32]
