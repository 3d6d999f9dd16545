"""Which viewpoint a user means, and which viewpoints a query compares."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode, Quad, Store

from kg import build, snapshot
from kg.dataset.viewpoints import is_slug, slug_named, slug_of
from kg.errors import Inconsistent, Misuse, UnknownName
from kg.namespaces import GRAPH, PREFIXES, RDF, REL, accepted_graph, inferred_graph
from kg.progress import steps

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyoxigraph import Triple

    from kg.dataset import Dataset
    from kg.dataset.state import State
    from kg.dataset.viewpoints import Viewpoint
    from kg.results import Term
    from kg.sparql import Query

__all__ = ["Outcome", "compared", "elsewhere", "meant", "outcomes"]

_GRAPHS = (accepted_graph("").value, inferred_graph("").value)
_MADE = PREFIXES["kg"] + "viewpoint-"


@dataclass(frozen=True)
class Outcome:
    """What a viewpoint comes to.

    Args:
        viewpoint: the viewpoint.
        facts: how many triples count as facts.
        inferred: how many follow from them; None where they contradict each other.
        tension_raising: how many events raise tension; None likewise.
        contradiction: why they contradict each other, in a sentence; empty where they do not.
        same_as: the name of an earlier viewpoint that accepts the same facts; empty without one.
    """

    viewpoint: Viewpoint
    facts: int
    inferred: int | None
    tension_raising: int | None
    contradiction: str = ""
    same_as: str = ""

    def to_dict(self) -> dict[str, object]:
        """Return the outcome as plain values, ready for JSON."""
        return {
            "viewpoint": self.viewpoint.slug,
            "definition": self.viewpoint.definition,
            "agents": sorted(agent.value for agent in self.viewpoint.agents),
            "facts": self.facts,
            "inferred": self.inferred,
            "tension_raising_events": self.tension_raising,
            "contradiction": self.contradiction,
            "same_as": self.same_as,
        }


def outcomes(dataset: Dataset) -> tuple[Outcome, ...]:
    """Tell of each viewpoint that there is what it comes to."""
    known = dataset.viewpoints
    # Who disputes nothing and claims nothing that is disputed sees what is undisputed.
    seen: dict[frozenset[Triple], Outcome] = {}
    found = []
    with steps("closing the viewpoints", len(known)) as begin:
        for one in known:
            begin(one.slug)
            accepted = dataset.state(one).facts
            if earlier := seen.get(accepted):
                found.append(replace(earlier, viewpoint=one, same_as=earlier.viewpoint.slug))
            else:
                seen[accepted] = _outcome(dataset.state(one))
                found.append(seen[accepted])
    return tuple(found)


def _outcome(state: State) -> Outcome:
    accepted = state.facts
    try:
        inferred = build.inferred(state)
    except Inconsistent as error:
        return Outcome(state.viewpoint, len(accepted), None, None, str(error))
    raising = {
        triple.subject
        for triple in accepted | inferred
        if triple.predicate == RDF.type and triple.object == REL.TensionRaisingEvent
    }
    return Outcome(state.viewpoint, len(accepted), len(inferred), len(raising))


def elsewhere(triple: Triple, state: State) -> str:
    """Say from which other viewpoint a triple holds that does not hold from this one; or nothing.

    Where the triple is no fact from any, it is looked for among what follows.
    """
    dataset = state.dataset
    others = [dataset.state(one) for one in dataset.viewpoints if one.slug != state.slug]
    found = next((other.slug for other in others if triple in other.facts), None)
    done = {state.facts}
    for other in others:
        if found is None and other.facts not in done:
            done.add(other.facts)
            try:
                inferred = build.inferred(other)
            except Inconsistent:
                continue
            found = other.slug if triple in inferred else None
    if found is None:
        return ""
    return (
        f"; not from the viewpoint {state.slug}, though it holds from {found}: --viewpoint {found}"
    )


def meant(text: str, dataset: Dataset) -> str:
    """Return the name of the viewpoint that a user means; whether there is one is told later.

    Args:
        text: a name, ``according-to:`` and an agent as a label, CURIE or Wikidata id, or the node
            of a viewpoint.
        dataset: parsed only where a thing is to be found and there is no snapshot to find it in.

    Raises:
        UnknownName: nothing is called so; carries the close matches.
        Misuse: several things are.
    """
    if is_slug(text):
        return text
    from kg.terms import resolve

    found = snapshot.find(build.digest(dataset.state()))
    store = _store(dataset) if found is None else found.store

    def node(name: str) -> NamedNode:
        term = resolve(name, store)
        if isinstance(term, NamedNode):
            return term
        raise Misuse(f"{name} is a value, and no agent or viewpoint")

    try:
        return slug_named(text, node)
    except UnknownName:
        known = []
        for one in dataset.viewpoints:
            known.append(one.slug)
            known += [f"according-to:{dataset.label(agent) or agent}" for agent in one.agents]
        raise UnknownName("viewpoint", text, known, hint="kg viewpoints lists them") from None


def _store(dataset: Dataset) -> Store:
    store = Store()
    for name in dataset.graphs():
        store.extend(Quad(t.subject, t.predicate, t.object, name) for t in dataset.graph(name))
    return store


def compared(query: Query, bound: Iterable[Term], store: Store, viewpoint: str) -> set[str]:
    """Return the viewpoints whose graphs a query needs beside those of the one it is asked from.

    They are those whose graph it names (``accepted/…``, ``inferred/…``); and where it speaks of
    ``rel:viewpoint``, those that it names, or that are according to an agent it names. What its
    variables are bound to counts as named.

    Args:
        query: as ``kg.sparql.read`` gives it.
        bound: the values of its variables.
        store: the graphs of the viewpoint it is asked from.
        viewpoint: that one.
    """
    named = query.iris() | {term.value for term in bound if isinstance(term, NamedNode)}
    found = {
        iri.removeprefix(start)
        for iri in named
        for start in _GRAPHS
        if iri.startswith(start) and iri != inferred_graph(viewpoint).value
    }
    if REL.viewpoint.value in named:
        for iri in named:
            found |= _viewpoint_of(iri, store)
    return found


def _viewpoint_of(iri: str, store: Store) -> set[str]:
    """Return the viewpoint that an IRI is, or that is according to it; none for anything else."""
    if iri.startswith(_MADE):
        return {iri.removeprefix(_MADE)}
    try:
        node = NamedNode(iri)
    except ValueError:  # which the engine will say
        return set()
    if next(store.quads_for_pattern(node, RDF.type, REL.Viewpoint, GRAPH.claims), None):
        return {slug_of(node)}
    speakers = {node, *(q.subject for q in store.quads_for_pattern(None, REL.actsFor, node))}
    if any(next(store.quads_for_pattern(None, REL.assertedBy, one), None) for one in speakers):
        return {f"according-to-{slug_of(node)}"}
    return set()
