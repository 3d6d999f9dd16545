"""The canonical order and names that make every export the same bytes for the same graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    DefaultGraph,
    Literal,
    Quad,
    Triple,
)

from kg.errors import Misuse
from kg.export.statement import Statement
from kg.export.trees import Trees

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kg.export.statement import GraphName

__all__ = ["canonical_statements", "canonical_triples"]


def canonical_statements(
    graphs: Iterable[tuple[GraphName, Iterable[Triple]]],
) -> list[Statement]:
    """Name the blank nodes of a dataset canonically and sort its statements.

    Two isomorphic datasets give the same list. Blank nodes that form trees, lists among them, are
    named by where they hang and what hangs on them; the others by RDFC-1.0
    (https://www.w3.org/TR/rdf-canon/), which alone would take minutes for a list of a thousand.

    Raises:
        Misuse: a term is of RDF 1.2, which the formats of kg cannot carry alike.

    >>> from kg.namespaces import OWL, RDF
    >>> def one(label):
    ...     return [(DefaultGraph(), [Triple(BlankNode(label), RDF.type, OWL.Thing)])]
    >>> canonical_statements(one("a")) == canonical_statements(one("b"))
    True
    """
    found = {_statement(triple, graph): None for graph, triples in graphs for triple in triples}
    statements = list(found)
    if any(isinstance(term, BlankNode) for statement in statements for term in statement):
        trees = Trees(statements)
        statements = trees.grown(_renamed(trees.core()))
    return sorted(statements, key=_order)


def _renamed(statements: list[Statement]) -> list[Statement]:
    if not any(isinstance(term, BlankNode) for statement in statements for term in statement):
        return statements
    dataset = Dataset(Quad(*statement) for statement in statements)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return [_statement(quad.triple, quad.graph_name) for quad in dataset]


def canonical_triples(triples: Iterable[Triple]) -> list[Statement]:
    """Name the blank nodes of one graph canonically and sort its triples.

    Raises:
        Misuse: a term is of RDF 1.2, which the formats of kg cannot carry alike.

    >>> from kg.namespaces import OWL, RDF
    >>> len(canonical_triples([Triple(OWL.Thing, RDF.type, OWL.Class)] * 2))
    1
    """
    return canonical_statements([(DefaultGraph(), triples)])


def _order(statement: Statement) -> tuple[str, str, str, str]:
    name = "" if isinstance(statement.graph, DefaultGraph) else str(statement.graph)
    return name, str(statement.subject), str(statement.predicate), str(statement.object)


def _statement(triple: Triple, graph: GraphName) -> Statement:
    subject, term = triple.subject, triple.object
    directed = isinstance(term, Literal) and term.direction is not None
    if isinstance(subject, Triple) or isinstance(term, Triple) or directed:
        raise Misuse(
            f"{triple}: a triple term or a text direction is RDF 1.2, which kg does not "
            "export: state it in RDF 1.1"
        )
    return Statement(subject, triple.predicate, term, graph)
