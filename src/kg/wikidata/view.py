"""A graph in Wikidata's words: the triples that the Wikidata Query Service would have of it.

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

from kg.labels import LABELS
from kg.namespaces import DCTERMS, GRAPH, OA, PREFIXES, PROV, RDF, RDFS, REL, SKOS, WGS84
from kg.wikidata.terms import ONTOLOGY, RANK, RANKS, REFERENCE
from kg.wikidata.view_prefixes import STATEMENTS, WDQS_PREFIXES
from kg.wikidata.view_values import NATURES, Value, fits_code, is_one_period, point, value
from kg.wikidata.view_words import Words, words_of, words_of_store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kg.sssom import MappingSet

__all__ = ["view"]

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

    value: Value
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

    def __init__(self, store: Store, words: Words) -> None:
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
            and is_one_period(one.object)
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
                self._add(subject, _INSTANCE, Value(self._words.item(target)), fact, is_accepted)
            return
        for identifier in sorted(self._identifiers(fact)):
            made = (
                value(target, identifier)
                if isinstance(target, Literal)
                else Value(self._words.item(target))
            )
            if made is not None:
                self._add(subject, identifier, made, fact, is_accepted)

    def _add(
        self,
        subject: NamedNode,
        identifier: str,
        made: Value,
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
            found |= {one for one in narrower if fits_code(one, target.value)}
        return found

    def _is_a(self, node: object, *kinds: NamedNode) -> bool:
        return isinstance(node, NamedNode) and not self._types[node].isdisjoint(kinds)

    def _take_points(self) -> None:
        for fact in self._facts:
            if fact.predicate == WGS84.lat:
                for longitude in self._values(fact.subject, WGS84.long):
                    made = point(fact.object.value, longitude.value)
                    self._add(fact.subject, _COORDINATES, made, fact)

    def _take_classes(self) -> None:
        pairs = list(self._pairs(RDFS.subClassOf, GRAPH.ontology))
        pairs += [(one, item) for one, items in self._words.broader.items() for item in items]
        for below, above in pairs:
            if self._is_class(below) and self._is_class(above):
                item = self._words.item(above)
                if self._words.item(below) != item:
                    self._add(below, _SUBCLASS, Value(item))

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
        for nature in set(NATURES.values()) & used:
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
