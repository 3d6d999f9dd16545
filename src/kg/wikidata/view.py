"""A graph in Wikidata's vocabulary: the triples that the Wikidata Query Service would have of it.

Specification: https://www.mediawiki.org/wiki/Wikibase/Indexing/RDF_Dump_Format. What is not linked
to an item keeps its IRI, and has statements all the same.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from pyoxigraph import Literal, NamedNode, Quad, Store, Triple

from kg import sssom
from kg.labels import LABELS
from kg.namespaces import (
    DCTERMS,
    EDTF,
    GRAPH,
    OA,
    PREFIXES,
    PROV,
    RDF,
    RDFS,
    REL,
    SKOS,
    SSSOM,
    WGS84,
    XSD,
)
from kg.wikidata.vocabulary import (
    GREGORIAN,
    ONTOLOGY,
    RANK,
    RANKS,
    REFERENCE,
    STATEMENTS,
    WDQS_PREFIXES,
    file_address,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from kg.sssom import MappingSet

__all__ = ["value", "view", "words_of", "words_of_store"]

_Term = NamedNode | Literal
_OUTSIDE = {GRAPH.claims, GRAPH.links, GRAPH.ontology, GRAPH.void}
_INSTANCE, _SUBCLASS, _COORDINATES = "P31", "P279", "P625"
_IN_PLACE, _PART, _COUNTRY = "P131", "P361", "P17"
_DISPUTED_BY, _CIRCUMSTANCES, _STATED_IN, _ADDRESS = "P1310", "P1480", "P248", "P854"
_BEST = NamedNode(ONTOLOGY + "BestRank")
#: What Wikibase calls the namespaces of a property, and the prefix of each.
_WAYS = {
    "directClaim": "wdt",
    "claim": "p",
    "statementProperty": "ps",
    "statementValue": "psv",
    "statementValueNormalized": "psn",
    "qualifier": "pq",
    "reference": "pr",
}


class _Fact(NamedTuple):
    """A triple about a thing with an IRI."""

    subject: NamedNode
    predicate: NamedNode
    object: NamedNode | Literal


@dataclass
class _Statement:
    """A statement to be: the facts that it comes from, and whether any of them is accepted."""

    value: _Value
    facts: set[_Fact] = field(default_factory=set)
    is_accepted: bool = False


def view(store: Store, mappings: MappingSet | None = None) -> Store:
    """Return a store in memory with what a graph says in Wikidata's words, and nothing else.

    Args:
        store: of a snapshot; it is only read.
        mappings: of things, classes and properties; by default the links in the store.

    >>> from kg import load
    >>> one = "ASK { wd:Q100268078 wdt:P137 wd:Q262 }"
    >>> bool(view(load().store).query(one, prefixes=WDQS_PREFIXES))
    True
    """
    words = words_of_store(store) if mappings is None else words_of(mappings)
    made = Store()
    made.bulk_extend(Quad(*triple) for triple in _View(store, words).triples())
    return made


class _View:
    """One pass over a store."""

    def __init__(self, store: Store, words: _Words) -> None:
        self._store, self._words = store, words
        # The things that the statements are about; what the ontology defines is none.
        terms = {quad.subject for quad in store.quads_for_pattern(None, None, None, GRAPH.ontology)}
        self._facts = [
            _Fact(quad.subject, quad.predicate, quad.object)
            for quad in store
            if quad.graph_name not in _OUTSIDE
            and quad.subject not in terms
            and isinstance(quad.subject, NamedNode)
            and isinstance(quad.object, NamedNode | Literal)
        ]
        self._types: dict[NamedNode, set[NamedNode]] = defaultdict(set)
        for one in self._facts:
            if one.predicate == RDF.type and isinstance(one.object, NamedNode):
                self._types[one.subject].add(one.object)
        self._supers: dict[NamedNode, set[NamedNode]] = defaultdict(set)
        for below, above in self._pairs(RDFS.subClassOf):
            if below != above:
                self._supers[below].add(above)
        self._dated = {
            one.subject
            for one in self._facts
            if one.predicate == REL.date
            and isinstance(one.object, Literal)
            and _is_one_period(one.object)
        }
        self._claims = self._stated()
        self._disputed = self._disputes()
        self._statements: dict[tuple[NamedNode, str, _Term], _Statement] = {}

    def triples(self) -> set[Triple]:
        """Return all triples of the view."""
        for fact in self._facts:
            self._take(fact, is_accepted=True)
        self._take_points()
        self._take_classes()
        for fact, claims in self._claims.items():
            if any(REL.contradicted in self._objects(claim, REL.standing) for claim in claims):
                self._take(fact, is_accepted=False)
        made: set[Triple] = set()
        for key, statement in self._statements.items():
            made.update(self._written(*key, statement))
        made.update(self._properties())
        made.update(self._labels(made))
        return made

    def _take(self, fact: _Fact, *, is_accepted: bool) -> None:
        subject, predicate, target = fact
        if predicate == RDF.type:
            if isinstance(target, NamedNode) and self._is_kind(subject, target):
                self._add(subject, _INSTANCE, _Value(self._words.item(target)), fact, is_accepted)
            return
        for identifier in sorted(self._identifiers(fact)):
            made = (
                value(target, identifier)
                if isinstance(target, Literal)
                else _Value(self._words.item(target))
            )
            if made is not None:
                self._add(subject, identifier, made, fact, is_accepted)

    def _add(
        self,
        subject: NamedNode,
        identifier: str,
        made: _Value,
        fact: _Fact | None = None,
        is_accepted: bool = True,  # noqa: FBT001, FBT002 - what most are
    ) -> None:
        key = (self._words.item(subject), identifier, made.simple)
        statement = self._statements.setdefault(key, _Statement(made))
        statement.is_accepted |= is_accepted
        if fact is not None:
            statement.facts.add(fact)

    def _is_kind(self, subject: NamedNode, kind: NamedNode) -> bool:
        """Tell whether a class is one of ours, and no other class of the thing is below it."""
        if kind not in REL and kind not in self._words.items:
            return False
        below = (one for one in self._types[subject] if kind in self._supers[one] and one != kind)
        return all(one in self._supers[kind] and kind.value < one.value for one in below)

    def _identifiers(self, fact: _Fact) -> set[str]:
        """Return the ids of the properties that say what a fact says."""
        subject, predicate, target = fact
        if predicate in (REL.earliest, REL.latest) and subject in self._dated:
            return set()  # the date says it
        found = set(self._words.properties.get(predicate, ()))
        if _COUNTRY in found and not self._is_a(target, REL.State):
            found.discard(_COUNTRY)
        if _IN_PLACE in found:
            if not self._is_a(target, REL.Place, REL.State):
                found.discard(_IN_PLACE)
            elif self._is_a(subject, REL.Place, REL.DiplomaticMission):
                found.discard(_PART)
            elif _PART in found:
                found.discard(_IN_PLACE)
        if isinstance(target, Literal):
            narrower = self._words.narrower.get(predicate, set())
            found |= {one for one in narrower if _fits_code(one, target.value)}
        return found

    def _is_a(self, node: object, *kinds: NamedNode) -> bool:
        return isinstance(node, NamedNode) and not self._types[node].isdisjoint(kinds)

    def _take_points(self) -> None:
        for fact in self._facts:
            if fact.predicate == WGS84.lat:
                for longitude in self._values(fact.subject, WGS84.long):
                    made = _point(fact.object.value, longitude.value)
                    self._add(fact.subject, _COORDINATES, made, fact)

    def _take_classes(self) -> None:
        pairs = list(self._pairs(RDFS.subClassOf, GRAPH.ontology))
        pairs += [(one, item) for one, items in self._words.broader.items() for item in items]
        for below, above in pairs:
            if self._is_class(below) and self._is_class(above):
                item = self._words.item(above)
                if self._words.item(below) != item:
                    self._add(below, _SUBCLASS, _Value(item))

    def _is_class(self, node: NamedNode) -> bool:
        known = (PREFIXES["rel"], PREFIXES["wd"])
        return node.value.startswith(known) or node in self._words.items

    def _written(
        self, subject: NamedNode, identifier: str, simple: _Term, statement: _Statement
    ) -> Iterator[Triple]:
        node = _node(_local(subject), identifier, f"{subject} {identifier} {simple}")
        accepted = statement.is_accepted
        if accepted:
            yield Triple(subject, _iri("wdt", identifier), simple)
            yield Triple(node, RDF.type, _BEST)
        yield Triple(subject, _iri("p", identifier), node)
        yield Triple(node, _iri("ps", identifier), simple)
        yield Triple(node, RANK, RANKS["normal" if accepted else "deprecated"])
        made = statement.value
        if made.kind:
            full = _node("value", made.kind, f"{made.kind} {made.parts}")
            yield Triple(node, _iri("psv", identifier), full)
            yield Triple(full, RDF.type, NamedNode(ONTOLOGY + made.kind))
            yield from (Triple(full, predicate, part) for predicate, part in made.parts)
            if made.kind == "QuantityValue":
                # What has no unit is as it would be in any other one.
                yield Triple(node, _iri("psn", identifier), full)
                yield Triple(full, NamedNode(ONTOLOGY + "quantityNormalized"), full)
        if made.nature:
            yield Triple(node, _iri("pq", _CIRCUMSTANCES), made.nature)
        for fact in statement.facts:
            for agent in self._disputed.get(fact, ()):
                yield Triple(node, _iri("pq", _DISPUTED_BY), self._words.item(agent))
            yield from self._references(node, fact)

    def _references(self, node: NamedNode, fact: _Fact) -> Iterator[Triple]:
        """Yield a reference for each passage and each source that speaks for a fact."""
        found: set[tuple[NamedNode, NamedNode]] = set()
        for claim in self._claims.get(fact, ()):
            for passage in self._objects(claim, PROV.wasQuotedFrom):
                found |= {(passage, source) for source in self._objects(passage, OA.hasSource)}
            found |= {(one, one) for one in self._objects(claim, PROV.hadPrimarySource)}
        if next(self._store.quads_for_pattern(*fact, GRAPH.reference), None):
            found |= {(one, one) for one in self._objects(fact.subject, DCTERMS.source)}
        for place, source in found:
            reference = _node("reference", _local(place), str(place))
            yield Triple(node, PROV.wasDerivedFrom, reference)
            yield Triple(reference, RDF.type, REFERENCE)
            yield Triple(reference, _iri("pr", _STATED_IN), self._words.item(source))
            for address in self._objects(place, RDFS.seeAlso):
                yield Triple(reference, _iri("pr", _ADDRESS), address)

    def _properties(self) -> Iterator[Triple]:
        """Yield what Wikibase says of each property that is used."""
        own = {_INSTANCE: "instance of", _SUBCLASS: "subclass of", _PART: "part of"}
        own |= {_COORDINATES: "coordinate location", _DISPUTED_BY: "statement disputed by"}
        own |= {_CIRCUMSTANCES: "sourcing circumstances", _STATED_IN: "stated in"}
        own |= {_ADDRESS: "reference URL"}
        used = {identifier for _, identifier, _ in self._statements} | own.keys()
        for identifier in used:
            entity = _iri("wd", identifier)
            yield Triple(entity, RDF.type, NamedNode(ONTOLOGY + "Property"))
            for name, prefix in _WAYS.items():
                yield Triple(entity, NamedNode(ONTOLOGY + name), _iri(prefix, identifier))
            label = self._words.labels.get(identifier) or own.get(identifier)
            if label:
                yield Triple(entity, RDFS.label, Literal(label, language="en"))

    def _labels(self, made: set[Triple]) -> Iterator[Triple]:
        """Yield the names of all that the view speaks of: one label in each language."""
        used = {term for one in made for term in (one.subject, one.object)}
        names: dict[tuple[NamedNode, str], list[Literal]] = defaultdict(list)
        for predicate in LABELS:
            found = self._store.quads_for_pattern(None, predicate, None, None)
            for quad in sorted(found, key=str):
                if isinstance(quad.subject, NamedNode) and isinstance(quad.object, Literal):
                    item = self._words.item(quad.subject)
                    if item in used:
                        names[item, quad.object.language or ""].append(quad.object)
        for (item, _), labels in names.items():
            yield Triple(item, RDFS.label, labels[0])
            yield from (Triple(item, SKOS.altLabel, one) for one in labels if one != labels[0])
        for nature in set(_NATURES.values()) & used:
            label = _local(nature).replace("-", " ")
            yield Triple(nature, RDFS.label, Literal(label, language="en"))

    def _stated(self) -> dict[_Fact, list[NamedNode]]:
        """Return the claims of each fact."""
        claims: dict[_Fact, list[NamedNode]] = defaultdict(list)
        for claim, subject in self._pairs(RDF.subject):
            for predicate in self._objects(claim, RDF.predicate):
                for target in self._values(claim, RDF.object):
                    claims[_Fact(subject, predicate, target)].append(claim)
        return claims

    def _disputes(self) -> dict[_Fact, set[NamedNode]]:
        """Return who disputes each fact of which a claim is disputed."""
        by: dict[NamedNode, set[NamedNode]] = defaultdict(set)
        for claim, disputed in self._pairs(REL.disputes):
            by[disputed] |= set(self._objects(claim, REL.assertedBy))
        return {
            fact: {agent for claim in claims for agent in by.get(claim, ())}
            for fact, claims in self._claims.items()
        }

    def _pairs(
        self, predicate: NamedNode, graph: NamedNode | None = None
    ) -> Iterator[tuple[NamedNode, NamedNode]]:
        for quad in self._store.quads_for_pattern(None, predicate, None, graph):
            if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode):
                yield quad.subject, quad.object

    def _objects(self, subject: NamedNode, predicate: NamedNode) -> list[NamedNode]:
        return [one for one in self._values(subject, predicate) if isinstance(one, NamedNode)]

    def _values(self, subject: NamedNode, predicate: NamedNode) -> list[_Term]:
        found = self._store.quads_for_pattern(subject, predicate, None, None)
        return [quad.object for quad in found if isinstance(quad.object, NamedNode | Literal)]


def _iri(prefix: str, identifier: str) -> NamedNode:
    return NamedNode(WDQS_PREFIXES[prefix] + identifier)


def _local(node: NamedNode) -> str:
    return re.sub(r"[^A-Za-z0-9-]", "-", re.split(r"[/#]", node.value)[-1])


def _node(kind: str, name: str, content: str) -> NamedNode:
    """Return a node that is the same for the same content, whenever the view is made."""
    digest = hashlib.sha256(content.encode()).hexdigest()[:16]
    return NamedNode(f"{STATEMENTS}{kind}-{name}-{digest}")


# Which item or property of Wikidata stands for a thing, a class or a property of ours.

_ITEM, _PROPERTY = re.compile(r"Q[1-9]\d*\Z"), re.compile(r"P[1-9]\d*\Z")
_NARROW = NamedNode(PREFIXES["skos"] + "narrowMatch")
_OBJECT_ID, _OBJECT_LABEL = (NamedNode(SSSOM.iri + name) for name in ("object_id", "object_label"))


@dataclass
class _Words:
    """The words of Wikidata for those of a graph.

    Args:
        items: the item that is the same as a thing, or the same as or near to a class.
        broader: items that are broader than a class.
        properties: the ids of the properties that are the same as one of ours, near or broader.
        narrower: the ids of the properties that are narrower: they fit some values only.
        labels: the labels of the properties, by id.
    """

    items: dict[NamedNode, NamedNode] = field(default_factory=dict)
    broader: dict[NamedNode, set[NamedNode]] = field(default_factory=dict)
    properties: dict[NamedNode, set[str]] = field(default_factory=dict)
    narrower: dict[NamedNode, set[str]] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)

    def item(self, node: NamedNode) -> NamedNode:
        """Return the item that stands for a node, or the node itself where there is none."""
        return self.items.get(node, node)


def words_of(mappings: MappingSet) -> _Words:
    r"""Return the words that a table of mappings gives.

    >>> head = b"#curie_map:\n#  rel: https://w3id.org/relations-kg/ontology#\n"
    >>> head += b"subject_id\tpredicate_id\tobject_id\tmapping_justification\n"
    >>> row = b"rel:place\tskos:exactMatch\twd:P276\tsemapv:ManualMappingCuration\n"
    >>> sorted(words_of(sssom.parse(head + row)).properties.values())
    [{'P276'}]
    """
    return _words(sssom.to_triples(mappings))


def words_of_store(store: Store) -> _Words:
    """Return the words that the links in a store give."""
    predicates = (*_predicates(), _OBJECT_ID, _OBJECT_LABEL)
    return _words(
        quad.triple
        for predicate in predicates
        for quad in store.quads_for_pattern(None, predicate, None, None)
    )


def _predicates() -> tuple[NamedNode, ...]:
    return (SKOS.exactMatch, SKOS.closeMatch, SKOS.broadMatch, _NARROW)


def _words(triples: Iterable[Triple]) -> _Words:
    words = _Words()
    ids: dict[NamedNode, str] = {}
    labels: dict[NamedNode, str] = {}
    for triple in sorted(triples, key=str):
        subject, predicate, value = triple.subject, triple.predicate, triple.object
        if not isinstance(subject, NamedNode):
            continue
        if predicate == _OBJECT_LABEL and isinstance(value, Literal):
            labels[subject] = value.value
        elif isinstance(value, NamedNode):
            entity = value.value.removeprefix(PREFIXES["wd"])
            if predicate == _OBJECT_ID:
                ids[subject] = entity
            elif predicate in _predicates() and _ITEM.match(entity):
                _take_item(words, subject, predicate, value)
            elif predicate in _predicates() and _PROPERTY.match(entity):
                found = words.narrower if predicate == _NARROW else words.properties
                found.setdefault(subject, set()).add(entity)
    words.labels = {ids[row]: label for row, label in labels.items() if row in ids}
    return words


def _take_item(words: _Words, subject: NamedNode, predicate: NamedNode, item: NamedNode) -> None:
    # A thing that is only near to an item is not that item; a class that is near to one is the
    # best word for it that Wikidata has.
    is_thing = subject.value.startswith(PREFIXES["kg"])
    if predicate == SKOS.exactMatch:
        words.items[subject] = item
    elif predicate == SKOS.closeMatch and not is_thing:
        words.items.setdefault(subject, item)
    elif predicate == SKOS.broadMatch and not is_thing:
        words.broader.setdefault(subject, set()).add(item)


# Values in Wikidata's forms: dates no more precise than stated, points, codes, files.

#: What a date is that EDTF marks so; the nodes are the view's own.
_NATURES = {
    "~": NamedNode(STATEMENTS + "approximate"),
    "?": NamedNode(STATEMENTS + "uncertain"),
    "%": NamedNode(STATEMENTS + "uncertain-and-approximate"),
}
_PERIOD = re.compile(r"(\d{4})(?:-(0[1-9]|1[0-2])(?:-([0-3]\d))?)?([~?%]?)\Z")
# Wikibase's numbers for how precise a time is: a year, a month, a day.
_PRECISION = {4: 9, 7: 10, 10: 11}
_DAY = 11
# The globe of our points, and the unit of what has none.
_EARTH, _ONE = (NamedNode(PREFIXES["wd"] + one) for one in ("Q2", "Q199"))
_NUMBERS = {XSD.integer, XSD.decimal, XSD.nonNegativeInteger, XSD.double, XSD.float}
_FILES = {"P18", "P41", "P242"}
# ISO 3166-1 alpha-2, alpha-3, numeric, and ISO 3166-2.
_CODES = {"P297": r"[A-Z]{2}", "P298": r"[A-Z]{3}", "P299": r"\d{3}", "P300": r"[A-Z]{2}-.+"}


@dataclass(frozen=True)
class _Value:
    """A value in Wikidata's form.

    Args:
        simple: as the object of wdt: and ps:.
        kind: of the node that tells all of it, such as TimeValue; empty where there is none.
        parts: what that node says, by the name in Wikibase's ontology.
        nature: what qualifies the statement, such as that the date is approximate.
    """

    simple: NamedNode | Literal
    kind: str = ""
    parts: tuple[tuple[NamedNode, Literal | NamedNode], ...] = ()
    nature: NamedNode | None = None


def value(term: Literal, identifier: str) -> _Value | None:
    """Return a literal as Wikidata has values of a property; None where it has no form for it.

    >>> value(Literal("2012-04", datatype=EDTF), "P585").simple.value
    '2012-04-01T00:00:00Z'
    >>> value(Literal("2025-04-07/..", datatype=EDTF), "P585") is None
    True
    """
    if term.datatype == EDTF:
        return _period(term.value)
    if term.datatype == XSD.date:
        return _time(term.value, _DAY)
    if term.datatype in _NUMBERS:
        return _amount(term.value)
    if identifier in _FILES:
        return _Value(file_address(term.value))
    return _Value(term)


def _is_one_period(term: Literal) -> bool:
    """Tell whether a date is one year, month or day, and so has a form in Wikidata.

    >>> _is_one_period(Literal("2012-04", datatype=EDTF)), _is_one_period(Literal("../2023-12"))
    (True, False)
    """
    return bool(_PERIOD.match(term.value))


def _fits_code(identifier: str, code: str) -> bool:
    """Tell whether an ISO 3166 code is of the kind that a property is for.

    >>> _fits_code("P297", "ML"), _fits_code("P300", "ML"), _fits_code("P300", "DZ-01")
    (True, False, True)
    """
    return identifier in _CODES and bool(re.fullmatch(_CODES[identifier], code))


def _point(latitude: str, longitude: str) -> _Value:
    """Return coordinates as a point, its longitude first, as GeoSPARQL has it.

    >>> _point("36.75", "3.05").simple.value
    'Point(3.05 36.75)'
    """
    parts = {"geoLatitude": latitude, "geoLongitude": longitude}
    literal = Literal(f"Point({longitude} {latitude})", datatype=NamedNode(_wkt()))
    globe = (NamedNode(ONTOLOGY + "geoGlobe"), _EARTH)
    return _Value(literal, "GlobecoordinateValue", (*_parts(parts, XSD.double), globe))


def _amount(number: str) -> _Value:
    amount = Literal(number, datatype=XSD.decimal)
    told = (NamedNode(ONTOLOGY + "quantityAmount"), amount)
    return _Value(amount, "QuantityValue", (told, (NamedNode(ONTOLOGY + "quantityUnit"), _ONE)))


def _wkt() -> str:
    return PREFIXES["geo"] + "wktLiteral"


def _period(text: str) -> _Value | None:
    found = _PERIOD.match(text)
    if not found:
        return None
    day = "-".join(part for part in found.group(1, 2, 3) if part)
    made = _time(day, _PRECISION[len(day)])
    return _Value(made.simple, made.kind, made.parts, _NATURES.get(found[4]))


def _time(day: str, precision: int) -> _Value:
    """Return the first moment of a year, month or day, with the precision beside it."""
    start = f"{day}{'-01-01'[len(day) - 10 :] if len(day) < 10 else ''}T00:00:00Z"  # noqa: PLR2004
    moment = Literal(start, datatype=XSD.dateTime)
    numbers = {"timePrecision": str(precision), "timeTimezone": "0"}
    told = (NamedNode(ONTOLOGY + "timeValue"), moment)
    calendar = (NamedNode(ONTOLOGY + "timeCalendarModel"), GREGORIAN)
    return _Value(moment, "TimeValue", (told, *_parts(numbers, XSD.integer), calendar))


def _parts(
    numbers: Mapping[str, str], datatype: NamedNode
) -> tuple[tuple[NamedNode, Literal], ...]:
    return tuple(
        (NamedNode(ONTOLOGY + name), Literal(number, datatype=datatype))
        for name, number in numbers.items()
    )
