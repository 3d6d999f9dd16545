"""The triples that a thing stands in, in groups: each with its claims, sources and denials."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby, islice
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, NamedNode, Store, Triple

from kg.evidence import Evidence, evidence
from kg.labels import LABELS, NAMES
from kg.namespaces import DCTERMS, OA, OWL, PROV, RDF, REL, SKOS, expand
from kg.web.links import Link, address, call, linked, property_of, values

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kg.evidence import Claim
    from kg.results import Term
    from kg.web.links import Links

__all__ = ["MOST", "Fact", "Facts", "Group", "Said", "about", "facts", "grouped", "said", "stated"]


@dataclass(frozen=True)
class _Where:
    """A place in a source.

    Args:
        source: the source.
        unit: the line or sentence of it.
        section: the heading that it stands under; empty where that is not told.
        start: the first character.
        end: the one after the last.
        href: what opens the source there; empty without one.
    """

    source: Link
    unit: str
    section: str
    start: int
    end: int
    href: str


@dataclass(frozen=True)
class _Denial:
    """A claim that denies another."""

    claim: Link
    speakers: tuple[Link, ...]


@dataclass(frozen=True)
class Said:
    """A claim, as a reader meets it.

    Args:
        node: the claim.
        claim: its name and its page.
        standing: its standing, in a word.
        speakers: who makes it.
        passages: where it is quoted from.
        sources: other sources that it is taken from.
        doubts: why it may be wrong, vague or open.
        evidence: what bears on that.
        denies: the claims that it denies.
        denied: the claims that deny it.
    """

    node: Term
    claim: Link
    standing: str
    speakers: tuple[Link, ...]
    passages: tuple[_Where, ...]
    sources: tuple[Link, ...]
    doubts: tuple[str, ...]
    evidence: tuple[Link, ...]
    denies: tuple[Link, ...]
    denied: tuple[_Denial, ...]

    @property
    def is_disputed(self) -> bool:
        """Whether somebody denies it."""
        return bool(self.denied) or self.standing == "disputed"


def said(store: Store, links: Links, told: Evidence) -> tuple[Said, ...]:
    """Return the claims that state a triple."""
    return tuple(_said(store, links, claim) for claim in told.claims)


def about(store: Store, links: Links, node: NamedNode | BlankNode) -> list[tuple[Triple, Said]]:
    """Return every claim whose statement has a node as its subject or its object."""
    found = {
        quad.subject
        for predicate in (RDF.subject, RDF.object)
        for quad in store.quads_for_pattern(None, predicate, node)
    }
    told = []
    for claim in sorted(found, key=str):
        if REL.Claim not in values(store, claim, RDF.type):
            continue
        for triple in stated(store, claim):
            told += [
                (triple, one)
                for one in said(store, links, evidence(store, triple))
                if one.node == claim
            ]
    return told


def _speakers(store: Store, links: Links, claim: Term) -> tuple[Link, ...]:
    """Return who makes a claim."""
    return tuple(linked(store, links, one) for one in values(store, claim, REL.assertedBy))


def stated(store: Store, claim: Term) -> list[Triple]:
    """Return the triple that a claim is of; in order all of them, where it names several.

    >>> stated(Store(), RDF.subject)
    []
    """
    return [
        Triple(subject, predicate, target)
        for subject in values(store, claim, RDF.subject)
        for predicate in values(store, claim, RDF.predicate)
        for target in values(store, claim, RDF.object)
        if isinstance(subject, NamedNode | BlankNode) and isinstance(predicate, NamedNode)
    ]


def _said(store: Store, links: Links, claim: Claim) -> Said:
    node = _node(claim.node)
    denying = sorted(
        {q.subject for q in store.quads_for_pattern(None, REL.disputes, node)}, key=str
    )
    return Said(
        node=node,
        claim=Link(claim.name, links.page(node)),
        standing=claim.standing,
        speakers=_speakers(store, links, node),
        passages=tuple(_passages(store, links, claim)),
        sources=_linked(store, links, node, PROV.hadPrimarySource),
        doubts=claim.doubts,
        evidence=_linked(store, links, node, REL.evidence),
        denies=_linked(store, links, node, REL.disputes),
        denied=tuple(
            _Denial(linked(store, links, one), _speakers(store, links, one)) for one in denying
        ),
    )


def _linked(store: Store, links: Links, node: Term, predicate: NamedNode) -> tuple[Link, ...]:
    return tuple(linked(store, links, one) for one in values(store, node, predicate))


def _passages(store: Store, links: Links, claim: Claim) -> list[_Where]:
    found = []
    for passage in claim.passages:
        sources = values(store, _node(passage.node), OA.hasSource)
        source = sources[0] if sources else None
        found.append(
            _Where(
                source=Link(call(store, source), links.page(source))
                if isinstance(source, NamedNode | BlankNode)
                else Link(passage.source),
                unit=passage.unit,
                section=passage.section or "",
                start=passage.start,
                end=passage.end,
                href=address(NamedNode(passage.address)) if passage.address else "",
            )
        )
    return found


def _node(written: str) -> NamedNode | BlankNode:
    """Read a name back that ``kg.evidence`` shortened."""
    if written.startswith("_:"):
        return BlankNode(written[2:])
    return NamedNode(written[1:-1] if written.startswith("<") else expand(written))


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
