"""What counts as a fact from a viewpoint, by the claims that there are."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, NamedNode, Triple

from kg.dataset.viewpoints import Viewpoint, below
from kg.namespaces import GRAPH, RDF, RDFS, REL

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kg.dataset import Dataset

__all__ = ["Ledger", "claims_of"]

_STANDINGS = frozenset((REL.stated, REL.attributed, REL.implied, REL.disputed, REL.contradicted))

# What a claim says, or a triple without its place: subject, predicate, object.
_Said = tuple[object, object, object]


def claims_of(dataset: Dataset, triple: Triple) -> list[str]:
    """Say which claims state a triple, each with who makes it."""
    said, found = _said(triple), []
    for node, one in dataset.ledger.claims.items():
        if one.said == said:
            agents = " and ".join(
                sorted(dataset.label(agent) or str(agent) for agent in one.agents)
            )
            found.append((dataset.label(node) or str(node)) + (f" by {agents}" if agents else ""))
    return sorted(found)


def _said(triple: Triple) -> _Said:
    return triple.subject, triple.predicate, triple.object


@dataclass
class _Claim:
    """What one claim says, who makes it, how it stands, and which claims it disputes."""

    subject: object = None
    predicate: object = None
    value: object = None
    standing: object = None
    agents: set[object] = field(default_factory=set)
    disputes: set[object] = field(default_factory=set)

    @property
    def said(self) -> _Said:
        return self.subject, self.predicate, self.value


class Ledger:
    """The claims of a dataset, and what counts as a fact by them.

    Args:
        dataset: has facts, claims and ontology.
    """

    def __init__(self, dataset: Dataset) -> None:
        self.claims = _claims(dataset.graph(GRAPH.claims))
        asserted, reference = map(dataset.graph, (GRAPH.asserted, GRAPH.reference))
        self.facts = asserted | reference if reference else asserted
        self.of: dict[_Said, list[_Claim]] = defaultdict(list)
        self.about: dict[object, list[_Claim]] = defaultdict(list)
        for one in self.claims.values():
            self.of[one.said].append(one)
            # That reference data contradict a claim tells nothing of the thing's being there.
            if one.standing != REL.contradicted:
                self.about[one.subject].append(one)
        self.events = below(dataset, REL.Event, RDFS.subClassOf)
        self.through: dict[object, set[object]] = defaultdict(set)
        for triple in dataset.graph(GRAPH.ontology):
            if triple.predicate == REL.citedThrough:
                self.through[triple.subject].add(triple.object)
        self._accepted: dict[Viewpoint, frozenset[Triple]] = {}

    def accepted(self, viewpoint: Viewpoint) -> frozenset[Triple]:
        """Return the triples that count as facts from a viewpoint.

        Of what is asserted and the reference data, a triple with claims counts where one of them
        does. Without any it counts too, but for two: what is covered by the claim of another
        property counts where that does, and the kind of an event where anything counts that is
        claimed of it. The claims of the agents that a viewpoint is according to count even where
        no file asserts what they say.
        """
        if not self.claims:
            return self.facts
        if viewpoint not in self._accepted:
            chosen = _Choice(self, viewpoint)
            kept = frozenset(triple for triple in self.facts if chosen.holds(_said(triple)))
            self._accepted[viewpoint] = kept.union(chosen.added())
        return self._accepted[viewpoint]


class _Choice:
    """Which of the claims count from a viewpoint."""

    def __init__(self, ledger: Ledger, viewpoint: Viewpoint) -> None:
        self._ledger, self._viewpoint = ledger, viewpoint
        claims = ledger.claims
        self._disputed = {one.said for one in claims.values() if one.standing == REL.disputed}
        self._omitted: set[_Said] = set()
        for one in claims.values():
            denied = {claims[other].said for other in one.disputes if other in claims}
            self._disputed |= denied
            if viewpoint.omits_disputed and one.agents & viewpoint.speakers:
                self._omitted |= denied

    def holds(self, said: _Said) -> bool:
        """Return whether a triple of the files counts as a fact."""
        if said in self._omitted:
            return False
        ledger = self._ledger
        if said in ledger.of:
            return any(map(self._counts, ledger.of[said]))
        about = ledger.about.get(said[0], [])
        if said[1] == RDF.type:
            # Where nothing that is claimed of an event counts, nobody says that it happened.
            return said[2] not in ledger.events or not about or any(map(self._counts, about))
        # A first day is covered by the claim of the date.
        covering = [one for one in about if one.predicate in ledger.through.get(said[1], ())]
        return not covering or any(map(self._counts, covering))

    def added(self) -> Iterator[Triple]:
        """Yield what the agents of the viewpoint claim, be it asserted or not."""
        for one in (one for claims in self._ledger.of.values() for one in claims):
            if self._is_spoken(one) and self._counts(one):
                subject, predicate, value = one.said
                if isinstance(subject, NamedNode | BlankNode) and isinstance(predicate, NamedNode):
                    yield Triple(subject, predicate, value)  # type: ignore[arg-type]

    def _counts(self, claim: _Claim) -> bool:
        if claim.said in self._omitted:
            return False
        return self._is_spoken(claim) or self._standing(claim) in self._viewpoint.standings

    def _is_spoken(self, claim: _Claim) -> bool:
        return bool(claim.agents & self._viewpoint.speakers)

    def _standing(self, claim: _Claim) -> object:
        if claim.standing == REL.contradicted:
            return REL.contradicted
        if claim.said in self._disputed:
            return REL.disputed
        # The shapes refuse a claim without a standing; elsewhere it is one like any other.
        return claim.standing if claim.standing in _STANDINGS else REL.stated


def _claims(graph: Iterable[Triple]) -> dict[object, _Claim]:
    """Gather the claims that say anything."""
    claims: dict[object, _Claim] = defaultdict(_Claim)
    single = {
        RDF.subject: "subject",
        RDF.predicate: "predicate",
        RDF.object: "value",
        REL.standing: "standing",
    }
    for triple in graph:
        if name := single.get(triple.predicate):
            setattr(claims[triple.subject], name, triple.object)
        elif triple.predicate == REL.assertedBy:
            claims[triple.subject].agents.add(triple.object)
        elif triple.predicate == REL.disputes:
            claims[triple.subject].disputes.add(triple.object)
    return {node: one for node, one in claims.items() if None not in one.said}
