"""Evidence of a triple: claims, who makes them, passages; and labels and values in a store."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, TypeAlias

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Store, Triple

from kg import labels
from kg.namespaces import DCTERMS, OA, PROV, RDF, RDFS, REL, compact, is_inferred

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = [
    "Accounts",
    "Claim",
    "Evidence",
    "Passage",
    "Place",
    "accounts",
    "agents_of",
    "denials_of",
    "evidence",
    "instances",
    "is_a",
    "kind_of",
    "label",
    "name",
    "names",
    "objects",
    "say",
    "subjects",
    "value",
]

Term: TypeAlias = NamedNode | BlankNode | Literal | Triple


@dataclass(frozen=True)
class Place:
    """Something that can be looked up: a source, with the address where it is published."""

    name: str
    address: str | None

    def __str__(self) -> str:
        """Return the name and the address."""
        return f"{self.name} {self.address}" if self.address else self.name


@dataclass(frozen=True)
class Passage:
    """A position in a source text, counted in code points, with the address that opens it there."""

    node: str
    source: str
    unit: str
    section: str | None
    start: int
    end: int
    address: str | None


@dataclass(frozen=True)
class Claim:
    """One statement by someone of one triple.

    ``sources`` are where it is made, ``evidence`` what bears on whether it is right.
    """

    node: str
    name: str
    identifier: str | None
    asserted_by: tuple[str, ...]
    standing: str
    doubts: tuple[str, ...]
    disputes: tuple[str, ...]
    passages: tuple[Passage, ...]
    sources: tuple[Place, ...]
    evidence: tuple[Place, ...]


@dataclass(frozen=True)
class Evidence:
    """A triple with all that speaks for it.

    ``origin`` is the graph that holds it: asserted, reference, ontology, claims, links, inferred.
    """

    triple: Triple
    subject_name: str
    predicate_name: str
    object_name: str
    statement: str
    origin: str
    claims: tuple[Claim, ...]
    sources: tuple[Place, ...]

    def to_dict(self) -> dict[str, object]:
        """Return the evidence as plain dictionaries, ready for JSON."""
        return {
            "subject": str(self.triple.subject),
            "predicate": str(self.triple.predicate),
            "object": str(self.triple.object),
            "statement": self.statement,
            "origin": self.origin,
            "claims": [asdict(claim) for claim in self.claims],
            "sources": [asdict(source) for source in self.sources],
        }


def evidence(store: Store, triple: Triple) -> Evidence:
    """Collect the claims that state a triple; for reference data, the source of its subject."""
    origin = _origin(store, triple)
    sources = _places(store, triple.subject, DCTERMS.source) if origin == "reference" else ()
    claims = sorted(_claims(store, triple), key=lambda claim: (claim.identifier or "", claim.node))
    return Evidence(
        triple=triple,
        subject_name=name(store, triple.subject),
        predicate_name=name(store, triple.predicate),
        object_name=name(store, triple.object),
        statement=say(store, triple),
        origin=origin,
        claims=tuple(claims),
        sources=sources,
    )


@dataclass(frozen=True)
class Accounts:
    """Who speaks of a thing.

    Args:
        asserted_by: who asserts what counts of it, those with most claims first.
        denied_by: who denies some of that, by a claim that disputes it.
        claims: the claims that count.
        disputed: those of them that are disputed.
        uncounted: the claims about the thing that do not count from this viewpoint.
    """

    asserted_by: tuple[Term, ...]
    denied_by: tuple[Term, ...]
    claims: tuple[Term, ...]
    disputed: tuple[Term, ...]
    uncounted: tuple[Term, ...]


def accounts(store: Store, node: NamedNode) -> Accounts:
    """Return who asserts what counts of a thing, and who denies it.

    A claim counts where what it says is a fact. One that disputes such a claim is a denial:
    whoever makes it does not thereby assert that the thing is so.
    """
    about = {quad.subject for quad in store.quads_for_pattern(None, RDF.subject, node)}
    counted = {claim for claim in about if _counts(store, claim, node)}
    denials: dict[Term, set[Term]] = {}
    for claim in counted:
        for quad in store.quads_for_pattern(None, REL.disputes, claim):
            denials.setdefault(quad.subject, set()).add(claim)
    denied = set().union(*denials.values())
    claims = counted - denials.keys()
    agents = Counter(agent for one in claims for agent in _objects(store, one, REL.assertedBy))
    deniers = {agent for one in denials for agent in _objects(store, one, REL.assertedBy)}
    disputed = {
        one for one in claims if one in denied or REL.disputed in _objects(store, one, REL.standing)
    }
    return Accounts(
        tuple(sorted(agents, key=lambda agent: (-agents[agent], str(agent)))),
        tuple(sorted(deniers, key=str)),
        tuple(sorted(claims, key=str)),
        tuple(sorted(disputed, key=str)),
        tuple(sorted(about - counted, key=str)),
    )


def agents_of(store: Store, claims: Iterable[Term]) -> tuple[str, ...]:
    """Return the names of those who make some claims, each once."""
    found = {agent for claim in claims for agent in _objects(store, claim, REL.assertedBy)}
    return tuple(sorted(name(store, agent) for agent in found))


def denials_of(store: Store, claims: Iterable[Term]) -> tuple[Term, ...]:
    """Return the claims that dispute some claims."""
    found = {
        quad.subject
        for claim in claims
        for quad in store.quads_for_pattern(None, REL.disputes, claim)
    }
    return tuple(sorted(found, key=str))


def _counts(store: Store, claim: Term, node: NamedNode) -> bool:
    return any(
        isinstance(predicate, NamedNode)
        and next(store.quads_for_pattern(node, predicate, value), None) is not None
        for predicate in _objects(store, claim, RDF.predicate)
        for value in _objects(store, claim, RDF.object)
    )


def label(store: Store, node: Term) -> str | None:
    """Return the label of a node, as ``kg.labels`` chooses it."""
    return labels.chosen(lambda predicate: _objects(store, node, predicate))


def name(store: Store, term: Term) -> str:
    """Return what to call a term in a sentence: its label, its CURIE, or its text."""
    if isinstance(term, Literal):
        return term.value
    if isinstance(term, Triple):
        return f"“{say(store, term)}”"
    if isinstance(term, BlankNode):
        return label(store, term) or str(term)
    if term == RDF.type:
        return "kind"
    return label(store, term) or compact(term.value)


def say(store: Store, triple: Triple) -> str:
    """Put a triple into words by the labels of its parts."""
    subject, value = name(store, triple.subject), name(store, triple.object)
    if triple.predicate == RDF.type:
        return f"{subject} is {_article(value)} {value}"
    return f"{subject} — {name(store, triple.predicate)} — {value}"


def _article(noun: str) -> str:
    return "an" if noun[:1].lower() in "aeiou" else "a"


def _objects(store: Store, subject: Term, predicate: NamedNode) -> list[Term]:
    if isinstance(subject, Literal | Triple):
        return []
    found = {quad.object for quad in store.quads_for_pattern(subject, predicate, None)}
    return sorted(found, key=str)


def _text(store: Store, subject: Term, predicate: NamedNode) -> str | None:
    found = [
        term.value for term in _objects(store, subject, predicate) if isinstance(term, Literal)
    ]
    return found[0] if found else None


def _number(store: Store, subject: Term, predicate: NamedNode) -> int:
    # A snapshot may hold a user's incomplete graph: a passage without positions is shown as 0-0.
    return int(_text(store, subject, predicate) or 0)


def _origin(store: Store, triple: Triple) -> str:
    for quad in store.quads_for_pattern(triple.subject, triple.predicate, triple.object):
        graph = quad.graph_name
        if not isinstance(graph, DefaultGraph):
            derived = is_inferred(graph)
            return "inferred" if derived else compact(graph.value).removeprefix("graph:")
    return "asserted"


def _claims(store: Store, triple: Triple) -> Iterator[Claim]:
    for quad in store.quads_for_pattern(None, RDF.subject, triple.subject):
        node = quad.subject
        if triple.predicate in _objects(store, node, RDF.predicate) and triple.object in _objects(
            store, node, RDF.object
        ):
            yield _claim(store, node)


def _claim(store: Store, node: Term) -> Claim:
    standings = [name(store, standing) for standing in _objects(store, node, REL.standing)]
    doubts = [term.value for term in _objects(store, node, REL.doubt) if isinstance(term, Literal)]
    return Claim(
        node=_curie(node),
        name=_text(store, node, DCTERMS.identifier) or name(store, node),
        identifier=_text(store, node, DCTERMS.identifier),
        asserted_by=tuple(name(store, agent) for agent in _objects(store, node, REL.assertedBy)),
        standing=" ".join(standings) or "unknown",
        doubts=tuple(doubts),
        disputes=tuple(name(store, other) for other in _objects(store, node, REL.disputes)),
        passages=_passages(store, node),
        sources=_places(store, node, PROV.hadPrimarySource),
        evidence=_places(store, node, REL.evidence),
    )


def _passages(store: Store, claim: Term) -> tuple[Passage, ...]:
    passages = [_passage(store, node) for node in _objects(store, claim, PROV.wasQuotedFrom)]
    return tuple(sorted(passages, key=lambda passage: (passage.start, passage.end, passage.node)))


def _passage(store: Store, node: Term) -> Passage:
    units = _objects(store, node, REL.unit)
    sections = [_text(store, unit, REL.sectionTitle) for unit in (node, *units)]
    return Passage(
        node=_curie(node),
        source=" ".join(name(store, source) for source in _objects(store, node, OA.hasSource)),
        unit=" ".join(name(store, unit) for unit in units),
        section=next(filter(None, sections), None),
        start=_number(store, node, OA.start),
        end=_number(store, node, OA.end),
        address=_address(store, node),
    )


def _places(store: Store, node: Term, *predicates: NamedNode) -> tuple[Place, ...]:
    found = {one for predicate in predicates for one in _objects(store, node, predicate)}
    return tuple(Place(name(store, one), _address(store, one)) for one in sorted(found, key=str))


def _address(store: Store, node: Term) -> str | None:
    for found in _objects(store, node, RDFS.seeAlso):
        if isinstance(found, NamedNode):
            return found.value
    return None


def _curie(node: Term) -> str:
    return compact(node.value) if isinstance(node, NamedNode) else str(node)


# The nodes and values at the ends of a triple, in a fixed order.


def objects(store: Store, subject: Term, *predicates: NamedNode) -> list[NamedNode]:
    """Return the things that a thing is related to, each once, in the order of their IRIs."""
    found = {
        quad.object
        for predicate in predicates
        for quad in store.quads_for_pattern(subject, predicate, None)  # type: ignore[arg-type]
        if isinstance(quad.object, NamedNode)
    }
    return sorted(found, key=lambda node: node.value)


def subjects(store: Store, predicate: NamedNode, node: NamedNode) -> list[NamedNode]:
    """Return the things that are related to a thing, each once, in the order of their IRIs."""
    found = {
        quad.subject
        for quad in store.quads_for_pattern(None, predicate, node)
        if isinstance(quad.subject, NamedNode)
    }
    return sorted(found, key=lambda one: one.value)


def instances(store: Store, kind: NamedNode) -> list[NamedNode]:
    """Return the things of a class, in the order of their IRIs."""
    return subjects(store, RDF.type, kind)


def is_a(store: Store, node: NamedNode, kind: NamedNode) -> bool:
    """Tell whether a thing is of a class."""
    return any(True for _ in store.quads_for_pattern(node, RDF.type, kind))


def value(store: Store, subject: NamedNode | BlankNode, predicate: NamedNode) -> str | None:
    """Return the text of a literal of a thing, the first in order; None where there is none."""
    found = [
        quad.object.value
        for quad in store.quads_for_pattern(subject, predicate, None)
        if isinstance(quad.object, Literal)
    ]
    return min(found, default=None)


def names(store: Store, nodes: Iterable[NamedNode]) -> tuple[str, ...]:
    """Return what things are called, each once, in order."""
    return tuple(sorted({name(store, node) for node in nodes}))


def kind_of(store: Store, node: NamedNode) -> str:
    """Return what kind of thing something is said to be, by the labels of its asserted classes."""
    said = {
        quad.object
        for quad in store.quads_for_pattern(node, RDF.type, None)
        if isinstance(quad.object, NamedNode) and not is_inferred(quad.graph_name)
    }
    own = {kind for kind in said if kind in REL} or said
    if len(own) > 1:
        own -= {REL.Event}
    return ", ".join(names(store, own))
