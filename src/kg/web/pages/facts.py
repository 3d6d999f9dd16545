"""The triples that a thing stands in, put in groups as a reader looks for them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby, islice
from typing import TYPE_CHECKING

from kg.evidence import Evidence, evidence
from kg.labels import LABELS, NAMES
from kg.namespaces import DCTERMS, OWL, RDF, REL, SKOS
from kg.web.pages.claims import Said, said
from kg.web.pages.words import Link, linked, property_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyoxigraph import BlankNode, NamedNode, Store, Triple

    from kg.results import Term
    from kg.web.links import Links

__all__ = ["MOST", "Fact", "Facts", "Group", "facts", "grouped"]

#: So many triples of a thing are shown, from each end; a page with more is no page.
MOST = 1000
_NAMED = {*LABELS, *NAMES}
_REIFICATION = {RDF.subject, RDF.predicate, RDF.object}
_LINKS = {SKOS.exactMatch, SKOS.closeMatch, SKOS.broadMatch, SKOS.relatedMatch}
# How a claim or a mapping is made of parts is told in words, and no fact of the thing it is about.
_PARTS = {OWL.annotatedSource, OWL.annotatedTarget}
_WITH_THE_DATE = {REL.earliest, REL.latest}


@dataclass(frozen=True)
class Fact:
    """A triple, seen from one of its ends.

    Args:
        triple: the triple.
        value: the other end.
        origin: the graph that holds it.
        why: the page that proves it.
        said: the claims that state it.
        sources: of reference data.
    """

    triple: Triple
    value: Link
    origin: str
    why: str
    said: tuple[Said, ...]
    sources: tuple[str, ...]

    @property
    def is_disputed(self) -> bool:
        """Whether somebody denies it."""
        return any(one.is_disputed for one in self.said)


@dataclass(frozen=True)
class Group:
    """The facts of one property."""

    predicate: Link
    facts: tuple[Fact, ...]
    is_own: bool


@dataclass(frozen=True)
class Facts:
    """All triples of a thing.

    Args:
        outward: those with the thing as subject, names left out.
        inward: those with the thing as object, less what the outward ones tell as well.
        more: whether there are more of either than are shown.
    """

    outward: tuple[Fact, ...]
    inward: tuple[Fact, ...]
    more: bool

    def of(self, *origins: str) -> list[Fact]:
        """Return the outward facts of some graphs, kinds and links left out."""
        return [
            one
            for one in self.outward
            if one.origin in origins and one.triple.predicate not in {RDF.type, *_LINKS}
        ]

    @property
    def kinds(self) -> list[Fact]:
        """What the thing is, what is asserted first."""
        kinds = [one for one in self.outward if one.triple.predicate == RDF.type]
        return sorted(kinds, key=lambda one: (one.origin == "inferred", one.triple.object in OWL))

    @property
    def links(self) -> list[Fact]:
        """What the thing is in other data sets."""
        return [one for one in self.outward if one.triple.predicate in _LINKS]


def facts(store: Store, links: Links, node: NamedNode | BlankNode) -> Facts:
    """Collect the triples of a node."""
    out = list(islice(store.quads_for_pattern(node, None, None), MOST + 1))
    into = list(islice(store.quads_for_pattern(None, None, node), MOST + 1))
    outward = _ordered(store, {quad.triple for quad in out[:MOST] if quad.predicate not in _NAMED})
    dated = any(one.triple.predicate == REL.date for one in outward)
    told = {(one.triple.predicate, one.triple.object) for one in outward}
    inward = _ordered(
        store,
        {
            quad.triple
            for quad in into[:MOST]
            if quad.predicate not in _REIFICATION | _PARTS
            and quad.subject != node
            and (quad.predicate, quad.subject) not in told
        },
    )
    return Facts(
        tuple(
            _fact(store, links, one, one.triple.object)
            for one in outward
            if not (dated and one.triple.predicate in _WITH_THE_DATE)
        ),
        tuple(_fact(store, links, one, one.triple.subject) for one in inward),
        len(out) > MOST or len(into) > MOST,
    )


def grouped(store: Store, links: Links, told: Iterable[Fact]) -> list[Group]:
    """Put facts in order together by their properties, kg's own before those of others."""
    return [
        Group(property_of(store, links, predicate), tuple(group), predicate in REL)
        for predicate, group in groupby(told, key=lambda one: one.triple.predicate)
    ]


def _fact(store: Store, links: Links, told: Evidence, end: Term) -> Fact:
    return Fact(
        triple=told.triple,
        value=linked(store, links, end),
        origin=told.origin,
        why=links.why(tuple(told.triple)),
        said=said(store, links, told),
        sources=tuple(source.name for source in told.sources),
    )


def _ordered(store: Store, triples: Iterable[Triple]) -> list[Evidence]:
    return sorted(
        (evidence(store, triple) for triple in triples),
        key=lambda one: (
            one.triple.predicate not in REL,
            one.triple.predicate == DCTERMS.source,
            one.predicate_name.casefold(),
            str(one.triple.predicate),
            one.origin == "inferred",
            one.object_name,
            str(one.triple),
        ),
    )
