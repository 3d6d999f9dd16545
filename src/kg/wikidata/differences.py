"""``kg link diff``: what we have and Wikidata lacks, and the reverse."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode, Triple

from kg.evidence import evidence
from kg.evidence import name as name_of
from kg.namespaces import EDTF, PREFIXES, RDF, REL, XSD, compact, is_inferred
from kg.wikidata.items import UNREADABLE, Coordinate, EntityId, Quantity, Text, Time
from kg.wikidata.links import iso_property, thing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pyoxigraph import Store

    from kg.evidence import Claim
    from kg.wikidata.client import Client
    from kg.wikidata.items import Item, Statement, Value
    from kg.wikidata.links import Links, Thing

    #: Tells the claims that an inferred triple rests on.
    Proven = Callable[[Triple], Iterable[Claim]]

__all__ = ["LACKED_BY_US", "LACKED_BY_WIKIDATA", "Difference", "differences"]

LACKED_BY_WIKIDATA, LACKED_BY_US = "wikidata-lacks", "we-lack"
#: Claims with these standings are not for others to take over.
_REFUSED = ("disputed", "contradicted")
#: New items are proposed for these.
_NEW = (REL.DiplomaticMission, REL.BilateralRelation, REL.Event)
_INSTANCE, _POINT, _DATE = "P31", "P625", "P585"
_YEAR, _MONTH, _DAY = 9, 10, 11
_PLAIN_DATE = re.compile(r"(\d{4})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01]))?)?", re.ASCII)


@dataclass(frozen=True)
class Difference:
    """One statement that one side has and the other lacks.

    Args:
        kind: ``wikidata-lacks`` or ``we-lack``.
        thing: what it is about.
        id: its item; None where there is none, and one would be made.
        property: of Wikidata.
        value: what is said.
        told: the same in words.
        references: the addresses where it is written.
        refused: why it must not be given to Wikidata; empty where it may.
    """

    kind: str
    thing: NamedNode
    id: str | None
    property: str
    value: Value
    told: str
    references: tuple[str, ...] = ()
    refused: str = ""


def differences(store: Store, links: Links, client: Client, proven: Proven) -> list[Difference]:
    """Compare what is said of linked things, and list the new items that we could give.

    Only what a mapped property says, of a thing that is the same as an item, to a value that
    Wikidata can have, is compared; an item lacks it where none of its statements by any property
    that ours is mapped to has that value. What it has as deprecated, as unknown, as not there, or
    in a form that kg cannot read is not to be given again.

    Args:
        store: the graph.
        links: of the graph.
        client: asks the site.
        proven: tells the claims that an inferred triple rests on.

    Raises:
        ServiceFailure: the site does not answer as it should.
    """
    linked = links.item_of()
    items = client.items(linked.values())
    found: list[Difference] = []
    for node, identifier in sorted(linked.items(), key=str):
        item = items[identifier]
        if item is None:
            continue
        for one in _said(store, links, node, proven):
            statements = [
                statement
                for key in sorted(_alternatives(links, one))
                for statement in item.statements.get(key, ())
            ]
            if not _has(statements, one.value):
                refused = one.refused or _why_not(item, one, statements)
                found.append(replace(one, id=identifier, refused=refused))
        found += _lacking(store, links, node, item)
    for node in _new(store, links):
        found += _proposed(store, links, node, proven)
    return found


def _alternatives(links: Links, one: Difference) -> frozenset[str]:
    """Return all properties that what is said may be said by."""
    return frozenset({one.property}).union(
        *(ids for ids in links.properties().values() if one.property in ids)
    )


def _said(store: Store, links: Links, node: NamedNode, proven: Proven) -> Iterator[Difference]:
    """Yield what we say of a thing in the words of Wikidata."""
    linked, properties = links.item_of(), links.properties()
    seen: set[tuple[str, Value]] = set()
    for triple in _own(store, node):
        keys = sorted(properties.get(triple.predicate, ()), key=lambda one: int(one[1:]))
        value = _value(triple.object, linked)
        if keys and value is not None and (keys[0], value) not in seen:
            seen.add((keys[0], value))
            yield _told(store, triple, keys[0], value, proven)
    ours = thing(store, node)
    if ours.point is not None:
        source = _of_reference(store, node)
        told = f"{ours.label} lies at {ours.point.latitude} N {ours.point.longitude} E"
        yield Difference(
            LACKED_BY_WIKIDATA, node, None, _POINT, ours.point, told, source[0], source[1]
        )
    for code in ours.codes:
        if {REL.State, REL.Province} & ours.types:
            key = iso_property(code)
            source = _of_reference(store, node)
            told = f"{ours.label} has the ISO 3166 code {code}"
            yield Difference(LACKED_BY_WIKIDATA, node, None, key, code, told, source[0], source[1])


def _own(store: Store, node: NamedNode) -> list[Triple]:
    """Return what is asserted of a thing, and what is inferred by other properties than that.

    What follows by a property that also asserts something, such as that a city is a part of its
    State, says less than what it follows from.
    """
    quads = sorted(store.quads_for_pattern(node, None, None, None), key=str)
    asserted = {quad.triple: None for quad in quads if not is_inferred(quad.graph_name)}
    said = {triple.predicate for triple in asserted}
    inferred = {
        quad.triple: None
        for quad in quads
        if is_inferred(quad.graph_name) and quad.predicate not in said
    }
    return [*asserted, *inferred]


def _of_reference(store: Store, node: NamedNode) -> tuple[tuple[str, ...], str]:
    """Return the addresses of the sources of reference data, and why it is not to be given."""
    source = NamedNode("http://purl.org/dc/terms/source")
    found = evidence(store, Triple(node, source, node))
    addresses = tuple(place.address for place in found.sources if place.address)
    return addresses, "" if addresses else "no address of a source is known"


def _value(term: object, linked: dict[NamedNode, str]) -> Value | None:
    if isinstance(term, NamedNode):
        return EntityId(linked[term]) if term in linked else None
    if not isinstance(term, Literal):
        return None
    if term.language:
        return Text(term.value, term.language)
    if term.datatype in (EDTF, XSD.date):
        return _time(term.value)
    if term.datatype in (XSD.integer, XSD.decimal, XSD.nonNegativeInteger):
        sign = "" if term.value[:1] in ("+", "-") else "+"
        return Quantity(sign + term.value)
    return term.value


def _time(text: str) -> Time | None:
    """Return an EDTF date as Wikibase has dates; None where it is not one plain date.

    >>> _time("2023-12").text, _time("2025-04-07/.."), _time("2025-03-31~"), _time("2021-21")
    ('+2023-12-00T00:00:00Z', None, None, None)
    """
    found = _PLAIN_DATE.fullmatch(text)
    if not found or found[1] == "0000":
        return None
    year, month, day = found[1], found[2] or "00", found[3] or "00"
    precision = _DAY if found[3] else _MONTH if found[2] else _YEAR
    return Time(f"+{year}-{month}-{day}T00:00:00Z", precision)


def _told(store: Store, triple: Triple, key: str, value: Value, proven: Proven) -> Difference:
    found = evidence(store, triple)
    claims = list(found.claims) or (list(proven(triple)) if found.origin == "inferred" else [])
    addresses = [passage.address for claim in claims for passage in claim.passages]
    addresses += [place.address for claim in claims for place in claim.sources]
    if found.origin == "reference":
        addresses += [place.address for place in found.sources]
    references = tuple(dict.fromkeys(one for one in addresses if one))
    wrong = [claim for claim in claims if claim.standing in _REFUSED]
    if wrong:
        refused = f"{wrong[0].name} is {wrong[0].standing}"
    elif not references:
        refused = "no address of a source is known"
    else:
        refused = ""
    subject = triple.subject
    assert isinstance(subject, NamedNode)  # noqa: S101 - it is that of a thing
    return Difference(
        LACKED_BY_WIKIDATA, subject, None, key, value, found.statement, references, refused
    )


def _has(statements: list[Statement], value: Value) -> bool:
    """Tell whether one of the statements that count says it."""
    return any(one.rank != "deprecated" and _is_same(one.main.value, value) for one in statements)


def _why_not(item: Item, one: Difference, statements: list[Statement]) -> str:
    """Return why an item that lacks a statement is not to be given it; empty where it may."""
    if any(_is_same(statement.main.value, one.value) for statement in statements):
        return f"{item.id} has it, deprecated"
    own = [
        statement.main.kind
        for statement in item.statements.get(one.property, ())
        if statement.rank != "deprecated"
    ]
    if "novalue" in own:
        return f"{item.id} says that there is no value of {one.property}"
    if "somevalue" in own:
        return f"{item.id} says that the value of {one.property} is unknown"
    if UNREADABLE in own or one.property in dict(item.unread):
        return f"{item.id} has a value of {one.property} that kg cannot read"
    return ""


def _is_same(theirs: Value | None, ours: Value) -> bool:
    if isinstance(ours, Coordinate):
        # One point is enough: whether it is the right one is for `kg link check`.
        return isinstance(theirs, Coordinate) and theirs.is_on_earth
    if isinstance(ours, Time):
        return isinstance(theirs, Time) and theirs.year == ours.year
    if isinstance(ours, Quantity) and isinstance(theirs, Quantity):
        return (Decimal(ours.amount), ours.unit) == (Decimal(theirs.amount), theirs.unit)
    if isinstance(ours, str) and isinstance(theirs, Text):
        return theirs.text == ours
    return theirs == ours


def _lacking(store: Store, links: Links, node: NamedNode, item: Item) -> Iterator[Difference]:
    """Yield what an item says of two things of ours that we do not say, and points that we lack."""
    ours = thing(store, node)
    node_of, properties = links.thing_of(), links.properties()
    by_key: dict[str, list[NamedNode]] = {}
    for predicate, ids in properties.items():
        for key in ids:
            by_key.setdefault(key, []).append(predicate)
    for key in sorted(set(by_key) & set(item.statements), key=lambda one: int(one[1:])):
        for identifier in item.ids(key):
            other = node_of.get(identifier)
            if other is None:
                continue
            fitting = [one for one in by_key[key] if _is_used(store, one, ours)]
            if fitting and not any(
                any(store.quads_for_pattern(node, predicate, other, None)) for predicate in fitting
            ):
                told = f"{item.label()} — {key} — {name_of(store, other)}"
                yield Difference(LACKED_BY_US, node, item.id, key, EntityId(identifier), told)
    points = item.points()
    if ours.point is None and points:
        point = points[0]
        told = f"{item.label()} lies at {point.latitude} N {point.longitude} E"
        yield Difference(LACKED_BY_US, node, item.id, _POINT, point, told)


def _is_used(store: Store, predicate: NamedNode, ours: Thing) -> bool:
    """Tell whether a thing of the same classes has the property, as States have neighbours."""
    subjects = {quad.subject for quad in store.quads_for_pattern(None, predicate, None, None)}
    kinds = {kind for kind in ours.types if kind in REL}
    return any(isinstance(one, NamedNode) and kinds & thing(store, one).types for one in subjects)


def _new(store: Store, links: Links) -> list[NamedNode]:
    """Return the missions, relations and events that have no item."""
    found = []
    for one in links.unlinked:
        if one.subject.value.startswith(PREFIXES["kg"]):
            types = thing(store, one.subject).types
            if any(kind in types for kind in _NEW):
                found.append(one.subject)
    return sorted(found, key=str)


def _proposed(store: Store, links: Links, node: NamedNode, proven: Proven) -> list[Difference]:
    """Return a new item: its class first, then what we say of it."""
    ours = thing(store, node)
    classes = links.classes()
    kinds = [
        (kind, identifier)
        for quad in store.quads_for_pattern(node, RDF.type, None, None)
        if isinstance(kind := quad.object, NamedNode) and kind in REL
        for identifier in classes.get(kind, ())
    ]
    said = list(_said(store, links, node, proven))
    if not kinds:
        types = ", ".join(sorted(compact(kind.value) for kind in ours.types if kind in REL))
        refused = f"no class of Wikidata is known for {types}"
        told = f"{ours.label} has no item"
        return [
            Difference(LACKED_BY_WIKIDATA, node, None, _INSTANCE, EntityId(""), told, (), refused)
        ]
    kind, identifier = _narrowest(store, kinds)
    first = Difference(
        LACKED_BY_WIKIDATA,
        node,
        None,
        _INSTANCE,
        EntityId(identifier),
        f"{ours.label} is a new item, {name_of(store, kind)}",
        next((one.references for one in said if one.references), ()),
        next((one.refused for one in said if one.refused and one.property != _POINT), ""),
    )
    return [first, *said]


def _narrowest(store: Store, kinds: list[tuple[NamedNode, str]]) -> tuple[NamedNode, str]:
    """Return the class that is below all others, or else the first."""
    below = NamedNode(PREFIXES["rdfs"] + "subClassOf")

    def depth(kind: NamedNode) -> int:
        return len({quad.object for quad in store.quads_for_pattern(kind, below, None, None)})

    return max(sorted(kinds, key=str), key=lambda pair: depth(pair[0]))
