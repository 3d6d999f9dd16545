"""The steps between files and a snapshot: what is accepted, what follows, whether it conforms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.dataset import accept
from kg.errors import Inconsistent
from kg.namespaces import GRAPH

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pyoxigraph import NamedNode, Triple

    from kg.dataset import Dataset, Location
    from kg.validation.report import ValidationReport

__all__ = ["accepted", "close", "facts", "shape_triples", "validate"]

_OWN = frozenset(GRAPH.terms.values())


def facts(dataset: Dataset) -> frozenset[Triple]:
    """Return what counts as a fact: what is accepted, and the user's own named graphs."""
    own = [dataset.graph(name) for name in dataset.graphs() if name not in _OWN]
    return accept(dataset).union(*own)


def accepted(dataset: Dataset) -> dict[NamedNode, frozenset[Triple]]:
    """Return the named graphs of a dataset without the facts that are not accepted."""
    chosen = accept(dataset)
    graphs = {name: dataset.graph(name) for name in dataset.graphs()}
    for name in {GRAPH.asserted, GRAPH.reference} & graphs.keys():
        graphs[name] &= chosen
    return graphs


def close(dataset: Dataset) -> frozenset[Triple]:
    """Derive what the facts entail by the ontology, without what the dataset says itself.

    Raises:
        Inconsistent: the facts contradict the ontology or each other.
    """
    from kg.reasoning import close as close_triples

    try:
        closure = close_triples(facts(dataset), dataset.graph(GRAPH.ontology)).inferred
    except Inconsistent as error:
        places = [_place(dataset, clash) for clash in error.clashes]
        raise Inconsistent(error.clashes, places) from None
    return closure.difference(*(dataset.graph(name) for name in dataset.graphs()))


def _place(dataset: Dataset, clash: str) -> Location | None:
    """Find the first fact that a contradiction follows from, or else the first axiom."""
    triples = getattr(clash, "triples", ())
    axioms = dataset.graph(GRAPH.ontology)
    for triple in sorted(triples, key=axioms.__contains__):
        if place := dataset.locate(triple):
            return place
    return None


def validate(
    dataset: Dataset, closure: frozenset[Triple], shapes: Sequence[Path]
) -> ValidationReport:
    """Hold facts, claims, links and what is inferred against shapes."""
    from kg.validation import validate as validate_triples

    data = closure.union(*accepted(dataset).values())
    return validate_triples(data, shape_triples(shapes), dataset=dataset)


def shape_triples(shapes: Sequence[Path]) -> list[Triple]:
    """Read files of shapes.

    Raises:
        ResourceNotFound: a file is not there.
        ParseFailure: a file is not well formed.
    """
    from kg.dataset import load

    documents = load(shapes, []).documents
    return [quad.triple for document in documents for quad in document.quads()]
