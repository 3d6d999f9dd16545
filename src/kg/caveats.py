"""What the rules of OWL 2 RL leave of an ontology, and where its axioms are written."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from pyoxigraph import BlankNode, NamedNode, Triple

from kg.errors import OutsideProfile
from kg.namespaces import GRAPH, OWL, RDF, RDFS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kg.dataset import Dataset, Location
    from kg.reasoning.clashes import Unsatisfiable
    from kg.reasoning.statements import Statement, Term
    from kg.tables.triples import Triples

__all__ = ["admit", "caveats", "home"]

_One = TypeVar("_One")
#: How many sentences a note has, and how long each may be.
_FIRST, _LONG = 5, 300
_OF_LISTS = frozenset((RDF.first, RDF.rest))
#: Said of things as well as of terms, and of no consequence for what terms mean.
_OF_THINGS = frozenset(
    (OWL.sameAs, OWL.differentFrom, RDFS.label, RDFS.comment, RDFS.seeAlso, RDFS.isDefinedBy)
)


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
    from kg.reasoning.clashes import unsatisfiable
    from kg.reasoning.profile import faults

    axioms = _axioms(dataset)
    notes = []
    if beyond := faults(axioms):
        count = f"{len(beyond):,} axioms go" if len(beyond) > 1 else "1 axiom goes"
        notes.append(
            f"{count} beyond OWL 2 RL, and what follows by the rules is not all: "
            f"{_shortened(beyond, lambda one: _at_home(dataset, *one))}"
        )
    if empty := unsatisfiable(*_with_equalities(dataset, axioms), dataset.ontology):
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
    if dataset.columns is None:
        said = {t for t in dataset.state().facts if _is_about_terms(t)}
        return dataset.graph(GRAPH.ontology) | said
    parts = [_near_terms(part) for part in dataset.columns.values()]
    return dataset.graph(GRAPH.ontology).union(*(filter(_is_about_terms, part) for part in parts))


def _with_equalities(
    dataset: Dataset, axioms: frozenset[Triple]
) -> tuple[frozenset[Triple], set[Term]]:
    """Return axioms with what is said to be the same, and all properties and classes in use.

    So does a closure see the ontology, which then need not be closed once more.
    """
    from kg.reasoning.ontology import in_use
    from kg.reasoning.statements import statement

    used: set[Term] = set()
    if dataset.columns is None:
        given = dataset.state().facts | dataset.graph(GRAPH.ontology)
        same = frozenset(triple for triple in given if triple.predicate == OWL.sameAs)
        return axioms | same, used | in_use(map(statement, given)) if same else used
    parts = dataset.columns.values()
    same = frozenset[Triple]().union(*(part.with_predicates([OWL.sameAs]) for part in parts))
    return axioms | same, used.union(*(part.in_use() for part in parts)) if same else used


def _near_terms(triples: Triples) -> Triples:
    """Return, of triples in columns, those that may be about terms."""
    texts = triples.texts.texts()
    is_term = texts.str.starts_with(f"<{OWL.iri}") | texts.str.starts_with(f"<{RDFS.iri}")
    flags = is_term.to_numpy()
    kind, *lists = triples.texts.encode((RDF.type, *_OF_LISTS))
    predicate = triples.predicate
    is_near = flags[predicate] | ((predicate == kind) & flags[triples.value])
    for number in lists:
        is_near |= predicate == number
    return triples.take(is_near)


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
    from kg.reasoning.statements import as_triple

    triple = as_triple(about) if isinstance(about, tuple) else about
    if isinstance(triple, Triple):
        return dataset.locate(triple)
    return dataset.locate_node(triple) if isinstance(triple, NamedNode | BlankNode) else None


def _placed(place: Location | None, sentence: str) -> str:
    return f"{place}: {sentence}" if place else sentence
