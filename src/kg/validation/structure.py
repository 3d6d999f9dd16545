"""How shapes hang together: their targets, the shapes that hold them, their prefixes and paths."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode

from kg.namespaces import OWL, RDF, RDFS, SH
from kg.validation.index import Index

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kg.validation.index import Term
    from kg.validation.shapes import ShapesGraph

__all__ = [
    "REFERENCES",
    "TARGETS",
    "is_off",
    "is_shape",
    "prefixes",
    "references",
    "sparql_path",
    "targeted",
    "targets",
]

TARGETS = (SH.targetClass, SH.targetNode, SH.targetObjectsOf, SH.targetSubjectsOf)
REFERENCES = (SH.node, SH.property, SH["not"], SH.qualifiedValueShape)
_LISTS = (SH["and"], SH["or"], SH.xone)
_SUFFIXES = ((SH.zeroOrMorePath, "*"), (SH.oneOrMorePath, "+"), (SH.zeroOrOnePath, "?"))


def is_off(graph: ShapesGraph, node: Term) -> bool:
    """Whether a shape or a constraint is deactivated."""
    return any(
        isinstance(value, Literal) and value.value in ("true", "1")
        for value in graph.values(node, SH.deactivated)
    )


def is_shape(graph: ShapesGraph, node: Term) -> bool:
    """Whether a node is said to be a shape, https://www.w3.org/TR/shacl/#dfn-shape."""
    kinds = graph.values(node, RDF.type)
    return SH.NodeShape in kinds or SH.PropertyShape in kinds


def targets(graph: ShapesGraph, shape: Term) -> list[tuple[NamedNode, Term]]:
    """The targets of a shape: the kind of each, and its value.

    A shape that is a class has its own instances as targets, too.
    """
    found = [(kind, value) for kind in TARGETS for value in graph.values(shape, kind)]
    classes = {RDFS.Class, OWL.Class} & set(graph.values(shape, RDF.type))
    if classes and is_shape(graph, shape):
        found.append((SH.targetClass, shape))
    return found


def targeted(graph: ShapesGraph) -> list[Term]:
    """The shapes that have targets and are not deactivated, in the order of their text."""
    nodes = dict.fromkeys(triple.subject for triple in sorted(graph.triples, key=str))
    return [node for node in nodes if targets(graph, node) and not is_off(graph, node)]


def references(graph: ShapesGraph, shape: Term) -> Iterator[tuple[NamedNode, Term]]:
    """The shapes that a shape refers to, and by what."""
    for kind in REFERENCES:
        yield from ((kind, value) for value in graph.values(shape, kind))
    for kind in _LISTS:
        for head in graph.values(shape, kind):
            yield from ((kind, member) for member in graph.members(head))


def prefixes(graph: ShapesGraph, constraint: Term) -> dict[str, str]:
    """The prefixes of a query, https://www.w3.org/TR/shacl/#sparql-prefixes."""
    usable = Index(graph.usable())
    ontologies = usable.of_type(OWL.Ontology)
    found: dict[str, str] = {}
    for holder in graph.values(constraint, SH.prefixes):
        own = usable.values(holder, SH.declare)
        if not own or holder not in ontologies:
            own = [*own, *(one for node in ontologies for one in usable.values(node, SH.declare))]
        for declaration in own:
            for prefix in graph.values(declaration, SH.prefix):
                for namespace in graph.values(declaration, SH.namespace):
                    found[prefix.value] = namespace.value  # type: ignore[union-attr]
    return found


def sparql_path(graph: ShapesGraph, node: Term) -> str:
    """Write a path in SPARQL, with whole IRIs.

    >>> from kg.namespaces import REL
    >>> from kg.validation.shapes import ShapesGraph
    >>> sparql_path(ShapesGraph([]), REL.date)
    '<https://w3id.org/relations-kg/ontology#date>'
    """
    if not isinstance(node, BlankNode):
        return str(node)
    if graph.values(node, RDF.first):
        return "(" + "/".join(sparql_path(graph, step) for step in graph.members(node)) + ")"
    for inverted in graph.values(node, SH.inversePath):
        return f"(^{sparql_path(graph, inverted)})"
    for choices in graph.values(node, SH.alternativePath):
        return "(" + "|".join(sparql_path(graph, step) for step in graph.members(choices)) + ")"
    for predicate, suffix in _SUFFIXES:
        for repeated in graph.values(node, predicate):
            return f"({sparql_path(graph, repeated)}){suffix}"
    return str(node)
