"""The steps between files and a snapshot: what is accepted, what follows, whether it conforms."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kg.dataset.acceptance import claims_of
from kg.dataset.viewpoints import DEFAULT
from kg.errors import Inconsistent, OutsideProfile
from kg.namespaces import GRAPH, OWL, RDF, RDFS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from kg.budget import Budget
    from kg.dataset import Dataset, Location, Reading, Viewpoint
    from kg.reasoning import Closure
    from kg.reasoning.index import Statement, Term
    from kg.reasoning.satisfiability import Unsatisfiable
    from kg.validation import Engine
    from kg.validation.report import ValidationReport

__all__ = [
    "DEFAULT_ENGINE",
    "accepted",
    "admit",
    "are_consistent",
    "caveats",
    "close",
    "derived",
    "derived_beside_ill_typed",
    "entailed",
    "facts",
    "home",
    "overlapping",
    "shape_triples",
    "validate",
    "whole",
]

_One = TypeVar("_One")
#: What derives where nothing else is asked for.
DEFAULT_ENGINE = "compiled"
#: How many sentences a note has, and how long each may be.
_FIRST, _LONG = 5, 300
_OF_LISTS = frozenset((RDF.first, RDF.rest))
#: Said of things as well as of terms, and of no consequence for what terms mean.
_OF_THINGS = frozenset(
    (OWL.sameAs, OWL.differentFrom, RDFS.label, RDFS.comment, RDFS.seeAlso, RDFS.isDefinedBy)
)


def facts(dataset: Dataset, viewpoint: Viewpoint | str = DEFAULT) -> frozenset[Triple]:
    """Return what counts as a fact: what is accepted, and the user's own named graphs."""
    return dataset.state(viewpoint).facts


def accepted(dataset: Dataset, viewpoint: str = DEFAULT) -> dict[NamedNode, frozenset[Triple]]:
    """Return the named graphs of a dataset as a viewpoint has them, pairwise disjoint.

    A triple that several graphs hold is in the first of them; ``whole`` returns them as they are.
    """
    return dict(dataset.state(viewpoint).graphs)


def overlapping(dataset: Dataset, viewpoint: str = DEFAULT) -> dict[str, int]:
    """Return the graphs with triples that ones before them hold too, and the size of each."""
    return dataset.state(viewpoint).overlapping


def whole(dataset: Dataset, viewpoint: str = DEFAULT) -> dict[NamedNode, frozenset[Triple]]:
    """Return the named graphs of a dataset as a viewpoint has them.

    The facts that are not accepted are left out, and what an agent claims that no file asserts is
    among the asserted.
    """
    return dict(dataset.state(viewpoint).whole)


def close(dataset: Dataset, viewpoint: str = DEFAULT) -> frozenset[Triple]:
    """Derive what the facts entail by the ontology, without what the dataset says itself.

    Raises:
        Inconsistent: the facts contradict the ontology or each other.
    """
    return entailed(dataset, viewpoint).difference(*accepted(dataset, viewpoint).values())


def entailed(dataset: Dataset, viewpoint: str = DEFAULT) -> frozenset[Triple]:
    """Derive what the facts entail, also what is said among claims and links all the same.

    Raises:
        Inconsistent: the facts contradict the ontology or each other.
    """
    return derived(dataset, viewpoint).inferred


def derived(
    dataset: Dataset,
    viewpoint: str = DEFAULT,
    *,
    engine: str = DEFAULT_ENGINE,
    budget: Budget | None = None,
    without: frozenset[Triple] = frozenset(),
) -> Closure:
    """Do as ``entailed`` does, by a chosen engine, and tell which one it was in the end.

    Args:
        dataset: with facts and ontology.
        viewpoint: tells which claims count as facts.
        engine: what derives.
        budget: how much time and memory it may take.
        without: triples that nothing is derived from.

    Raises:
        BudgetExceeded: it took more time or memory than it may.
        Inconsistent: as for ``entailed``.
    """
    from kg.reasoning import close as close_triples

    terms = dataset.graph(GRAPH.ontology) - without
    given = facts(dataset, viewpoint) - without
    try:
        return close_triples(given, terms, engine=engine, budget=budget)
    except Inconsistent as error:
        places = [_place(dataset, clash) for clash in error.clashes]
        if viewpoint == DEFAULT:
            raise Inconsistent(error.clashes, places) from None
        clashes = [f"{clash}{_claimed(dataset, clash)}" for clash in error.clashes]
        raise Inconsistent(clashes, places, viewpoint) from None


def are_consistent(dataset: Dataset, viewpoints: Iterable[Viewpoint]) -> bool:
    """Return whether all that some viewpoints accept contradicts nothing, taken together."""
    from kg.reasoning import close as close_triples

    accepted = [facts(dataset, viewpoint) for viewpoint in viewpoints]
    try:
        if accepted:
            close_triples(accepted[0].union(*accepted[1:]), dataset.graph(GRAPH.ontology))
    except Inconsistent:
        return False
    return True


def derived_beside_ill_typed(
    dataset: Dataset, viewpoint: str = DEFAULT
) -> tuple[Closure, tuple[str, ...]]:
    """Return what follows, from ill-typed literals nothing, and a note where there are any.

    A literal such as ``"abc"^^xsd:integer`` contradicts RDF itself (rule dt-not-type). It is well
    formed all the same, and a graph that holds one can be asked, exported and validated.

    Raises:
        Inconsistent: the facts contradict the ontology or each other in another way.
    """
    try:
        return derived(dataset, viewpoint), ()
    except Inconsistent as error:
        if not any(map(_is_ill_typed, error.clashes)):
            raise
    return _beside_ill_typed(dataset, viewpoint)


def _beside_ill_typed(dataset: Dataset, viewpoint: str) -> tuple[Closure, tuple[str, ...]]:
    from kg.reasoning.closure import Closure
    from kg.reasoning.datatypes import is_ill_typed
    from kg.validation.report import describe

    given = facts(dataset, viewpoint) | dataset.graph(GRAPH.ontology)
    ill = frozenset(
        triple
        for triple in given
        if isinstance(triple.object, Literal) and is_ill_typed(triple.object)
    )
    first = min(ill, key=str, default=None)
    place = dataset.locate(first) if first is not None else None
    shown = f", such as {describe(first.object)} at {place}" if first and place else ""
    try:
        found = derived(dataset, viewpoint, without=ill)
    except Inconsistent as error:
        if not all(map(_is_ill_typed, error.clashes)):
            raise
        return Closure(frozenset()), (f"{error}; nothing is derived",)
    count = f"{len(ill)} literals are" if len(ill) > 1 else "1 literal is"
    return found, (f"{count} ill typed{shown}; nothing is derived from such",)


def _is_ill_typed(clash: str) -> bool:
    return getattr(clash, "rule", "") == "dt-not-type"


def admit(dataset: Dataset) -> None:
    """Refuse an ontology that says more than OWL 2 RL has rules for.

    Raises:
        OutsideProfile: it goes beyond OWL 2 RL; carries a sentence for each place.
    """
    from kg.reasoning.profile import faults

    if beyond := faults(_axioms(dataset)):
        raise OutsideProfile([_at_home(dataset, *one) for one in beyond])


def caveats(dataset: Dataset) -> tuple[str, ...]:
    """Return notes on what the rules of OWL 2 RL leave of an ontology, and on its empty classes.

    What the rules derive holds for any graph: an axiom beyond the profile makes it incomplete, and
    never wrong.
    """
    from kg.reasoning.profile import faults
    from kg.reasoning.satisfiability import unsatisfiable

    axioms = _axioms(dataset)
    notes = []
    if beyond := faults(axioms):
        count = f"{len(beyond):,} axioms go" if len(beyond) > 1 else "1 axiom goes"
        notes.append(
            f"{count} beyond OWL 2 RL, and what follows by the rules is not all: "
            f"{_shortened(beyond, lambda one: _at_home(dataset, *one))}"
        )
    if empty := unsatisfiable(axioms):
        classes = f"{len(empty):,} classes" if len(empty) > 1 else "1 class"
        told = _shortened(empty, lambda one: _explained(dataset, one))
        notes.append(f"{classes} can have no members: {told}")
    return tuple(notes)


def _at_home(dataset: Dataset, sentence: str, about: Statement | Triple | Term | None) -> str:
    return _placed(home(dataset, about), sentence)


def _explained(dataset: Dataset, empty: Unsatisfiable) -> str:
    stated = (triple for triple in empty.premises if dataset.locate(triple))
    return _at_home(dataset, empty.sentence, next(stated, empty.name))


def _axioms(dataset: Dataset) -> frozenset[Triple]:
    """Return the ontology, and what the data themselves say of what terms mean."""
    said = {t for t in facts(dataset) if _is_about_terms(t)}
    return dataset.graph(GRAPH.ontology) | said


def _is_about_terms(triple: Triple) -> bool:
    predicate, value = triple.predicate, triple.object
    if predicate == RDF.type:
        return isinstance(value, NamedNode) and value.value.startswith((OWL.iri, RDFS.iri))
    return predicate in _OF_LISTS or (
        predicate.value.startswith((OWL.iri, RDFS.iri)) and predicate not in _OF_THINGS
    )


def _shortened(found: Sequence[_One], told: Callable[[_One], str]) -> str:
    """Tell the first few of what is found, none of them at length, and how many more there are."""
    sentences = map(told, found[:_FIRST])
    first = [one if len(one) <= _LONG else one[: _LONG - 1] + "…" for one in sentences]
    more = len(found) - len(first)
    return "; ".join(first) + (f"; and {more:,} more (kg check lists them all)" if more else "")


def home(dataset: Dataset, about: Statement | Triple | Term | None) -> Location | None:
    """Find where a statement is made or a term described; None where no document does."""
    from kg.reasoning.index import as_triple

    triple = as_triple(about) if isinstance(about, tuple) else about
    if isinstance(triple, Triple):
        return dataset.locate(triple)
    return dataset.locate_node(triple) if isinstance(triple, NamedNode | BlankNode) else None


def _placed(place: Location | None, sentence: str) -> str:
    return f"{place}: {sentence}" if place else sentence


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


def validate(  # noqa: PLR0913, PLR0917 - what is validated, by what, and how it is read
    dataset: Dataset,
    closure: frozenset[Triple],
    shapes: Sequence[Path],
    viewpoint: str = DEFAULT,
    engine: Engine = "auto",
    reading: Reading | None = None,
) -> ValidationReport:
    """Hold facts, claims, links and what is inferred against shapes."""
    from kg.validation import validate as validate_triples

    data = closure.union(*accepted(dataset, viewpoint).values())
    read = shape_triples(shapes, reading)
    return validate_triples(data, read, dataset=dataset, engine=engine)


def shape_triples(shapes: Sequence[Path], reading: Reading | None = None) -> list[Triple]:
    """Read files of shapes.

    Raises:
        ResourceNotFound: a file is not there.
        ParseFailure: a file is not well formed.
    """
    from kg.dataset import load

    documents = load(shapes, [], reading).documents
    return [quad.triple for document in documents for quad in document.quads()]
