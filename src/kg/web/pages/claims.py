"""Who says a thing, where it is written, who denies it: what stands beside every fact."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, NamedNode, Store, Triple

from kg.evidence import evidence
from kg.namespaces import OA, PROV, RDF, REL, expand
from kg.web.pages.words import Link, address, call, linked, values

if TYPE_CHECKING:
    from kg.evidence import Claim, Evidence
    from kg.results import Term
    from kg.web.links import Links

__all__ = ["Denial", "Said", "Where", "about", "said", "speakers", "stated"]


@dataclass(frozen=True)
class Where:
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
class Denial:
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
    passages: tuple[Where, ...]
    sources: tuple[Link, ...]
    doubts: tuple[str, ...]
    evidence: tuple[Link, ...]
    denies: tuple[Link, ...]
    denied: tuple[Denial, ...]

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


def speakers(store: Store, links: Links, claim: Term) -> tuple[Link, ...]:
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
        speakers=speakers(store, links, node),
        passages=tuple(_passages(store, links, claim)),
        sources=_linked(store, links, node, PROV.hadPrimarySource),
        doubts=claim.doubts,
        evidence=_linked(store, links, node, REL.evidence),
        denies=_linked(store, links, node, REL.disputes),
        denied=tuple(
            Denial(linked(store, links, one), speakers(store, links, one)) for one in denying
        ),
    )


def _linked(store: Store, links: Links, node: Term, predicate: NamedNode) -> tuple[Link, ...]:
    return tuple(linked(store, links, one) for one in values(store, node, predicate))


def _passages(store: Store, links: Links, claim: Claim) -> list[Where]:
    found = []
    for passage in claim.passages:
        sources = values(store, _node(passage.node), OA.hasSource)
        source = sources[0] if sources else None
        found.append(
            Where(
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
