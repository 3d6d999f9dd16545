"""The steps between files and a snapshot: what is accepted, what follows, whether it conforms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import Literal, Triple

from kg.dataset.acceptance import claims_of
from kg.errors import Inconsistent, Misuse
from kg.namespaces import GRAPH

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from kg.budget import Budget
    from kg.dataset import Dataset, Location, Reading
    from kg.dataset.state import State
    from kg.reasoning import Closure
    from kg.validation import Engine
    from kg.validation.report import ValidationReport

__all__ = [
    "DEFAULT_ENGINE",
    "are_consistent",
    "beyond",
    "close",
    "derived",
    "derived_beside_ill_typed",
    "everything",
    "shape_triples",
    "validate",
]

#: What derives where nothing else is asked for.
DEFAULT_ENGINE = "compiled"
#: Of so many triples, a contradiction is told with what it follows from.
_TOLD_IN_FULL = 100_000


def close(state: State) -> AbstractSet[Triple]:
    """Derive what the facts entail by the ontology, without what the dataset says itself.

    Raises:
        Inconsistent: the facts contradict the ontology or each other.
    """
    return beyond(state, derived(state).inferred)


def beyond(state: State, inferred: AbstractSet[Triple]) -> AbstractSet[Triple]:
    """Return what is inferred without what the dataset says itself."""
    if state.columns is not None:
        # All that such a dataset says was given to what inferred this.
        return inferred
    return frozenset(inferred).difference(*state.graphs.values())


def derived(
    state: State,
    *,
    engine: str = DEFAULT_ENGINE,
    budget: Budget | None = None,
    without: frozenset[Triple] = frozenset(),
) -> Closure:
    """Derive what the facts entail, also what is said among claims and links all the same.

    Args:
        state: facts and ontology.
        engine: what derives.
        budget: how much time and memory it may take.
        without: triples that nothing is derived from.

    Raises:
        BudgetExceeded: it took more time or memory than it may.
        Inconsistent: the facts contradict the ontology or each other.
    """
    from kg.reasoning import close as close_triples

    dataset = state.dataset
    if engine == DEFAULT_ENGINE and state.is_default:
        found = _derived_in_columns(dataset, budget, without)
        if found is not None:
            return found
    terms = dataset.graph(GRAPH.ontology) - without
    given = state.facts - without
    try:
        return close_triples(given, terms, engine=engine, budget=budget, memory=dataset.ontology)
    except Inconsistent as error:
        places = [_place(dataset, clash) for clash in error.clashes]
        if state.is_default:
            raise Inconsistent(error.clashes, places) from None
        clashes = [f"{clash}{_claimed(dataset, clash)}" for clash in error.clashes]
        raise Inconsistent(clashes, places, state.slug) from None


def are_consistent(states: Sequence[State]) -> bool:
    """Return whether all that some viewpoints of a dataset accept contradicts nothing."""
    from kg.reasoning import close as close_triples

    try:
        if states:
            accepted = frozenset[Triple]().union(*(state.facts for state in states))
            close_triples(accepted, states[0].dataset.graph(GRAPH.ontology))
    except Inconsistent:
        return False
    return True


def _derived_in_columns(
    dataset: Dataset, budget: Budget | None, without: frozenset[Triple]
) -> Closure | None:
    """Return what follows, derived in columns; None where it takes objects.

    Args:
        dataset: with facts and ontology.
        budget: how much time and memory it may take.
        without: triples that nothing is derived from.
    """
    if dataset.columns is None:
        return None
    from kg.reasoning.closure import Closure, close_columns
    from kg.reasoning.columns import Facts
    from kg.tables.triples import Triples

    given = Triples.union([*dataset.columns.values()])
    if without:
        given = given.without([Triples.of(given.texts, without)])
    facts = Facts(given.texts, given.subject, given.predicate, given.value)
    try:
        return Closure(
            close_columns(facts, budget=budget, memory=dataset.ontology).triples(), DEFAULT_ENGINE
        )
    except Misuse:
        return None
    except Inconsistent:
        if len(given) > _TOLD_IN_FULL:
            raise
        # Of a small graph it is told with the places and what it follows from.
        return None


def derived_beside_ill_typed(state: State) -> tuple[Closure, tuple[str, ...]]:
    """Return what follows, from ill-typed literals nothing, and a note where there are any.

    A literal such as ``"abc"^^xsd:integer`` contradicts RDF itself (rule dt-not-type). It is well
    formed all the same, and a graph that holds one can be asked, exported and validated.

    Raises:
        Inconsistent: the facts contradict the ontology or each other in another way.
    """
    from kg.reasoning.closure import Closure
    from kg.validation.report import describe

    try:
        return derived(state), ()
    except Inconsistent as error:
        if not any(map(_is_ill_typed, error.clashes)):
            raise
    ill = _ill_typed(state)
    first = min(ill, key=str, default=None)
    place = state.dataset.locate(first) if first is not None else None
    shown = f", such as {describe(first.object)} at {place}" if first and place else ""
    try:
        found = derived(state, without=ill)
    except Inconsistent as error:
        if not all(map(_is_ill_typed, error.clashes)):
            raise
        return Closure(frozenset()), (f"{error}; nothing is derived",)
    count = f"{len(ill)} literals are" if len(ill) > 1 else "1 literal is"
    return found, (f"{count} ill typed{shown}; nothing is derived from such",)


def _ill_typed(state: State) -> frozenset[Triple]:
    """Return the triples whose object is ill typed."""
    from kg.reasoning.datatypes import is_ill_typed

    given: AbstractSet[Triple]
    columns = state.dataset.columns
    if columns is None or not state.is_default:
        given = state.facts | state.dataset.graph(GRAPH.ontology)
    else:
        from kg.reasoning.columns.literals import Literals
        from kg.tables.triples import Triples

        said = Triples.union([*columns.values()])
        ill = Literals(said.texts.texts(), said.values()).ill_typed()
        given = said.take(said.has_value(ill))
    return frozenset(
        triple
        for triple in given
        if isinstance(triple.object, Literal) and is_ill_typed(triple.object)
    )


def _is_ill_typed(clash: str) -> bool:
    return getattr(clash, "rule", "") == "dt-not-type"


def _place(dataset: Dataset, clash: str) -> Location | None:
    """Find the first fact that a contradiction follows from, or else the first axiom."""
    triples = getattr(clash, "triples", ())
    axioms = dataset.graph(GRAPH.ontology)
    for triple in sorted(triples, key=axioms.__contains__):
        if place := dataset.locate(triple):
            return place
    return None


def _claimed(dataset: Dataset, clash: str) -> str:
    """Name the claims that a contradiction rests on, each with who makes it."""
    triples = getattr(clash, "triples", ())
    claims = {name for triple in triples for name in claims_of(dataset, triple)}
    return f" (claimed in {', '.join(sorted(claims))})" if claims else ""


def validate(
    state: State,
    closure: AbstractSet[Triple],
    shapes: Sequence[Path],
    engine: Engine = "auto",
    reading: Reading | None = None,
) -> ValidationReport:
    """Check facts, claims, links and what is inferred against shapes."""
    from kg.validation import validate as validate_triples

    data = everything(state, closure)
    read = shape_triples(shapes, reading)
    return validate_triples(data, read, dataset=state.dataset, engine=engine)


def everything(state: State, closure: AbstractSet[Triple]) -> AbstractSet[Triple]:
    """Return what a dataset says from a viewpoint, and what follows."""
    columns = state.columns
    if columns:
        from kg.tables.triples import Triples

        said = Triples.union([*columns.values()])
        if not closure:
            return said
        if isinstance(closure, Triples) and closure.texts is said.texts:
            return Triples.union([said, closure])
    return frozenset(closure).union(*state.graphs.values())


def shape_triples(shapes: Sequence[Path], reading: Reading | None = None) -> list[Triple]:
    """Read files of shapes.

    Raises:
        ResourceNotFound: a file is not there.
        ParseFailure: a file is not well formed.
    """
    from kg.dataset import load

    documents = load(shapes, [], reading).documents
    return [quad.triple for document in documents for quad in document.quads()]
