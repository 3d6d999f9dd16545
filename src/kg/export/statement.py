"""A statement of RDF 1.1: what every writer of kg writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Triple

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["GraphName", "Properties", "Statement", "Subject", "Term", "by_subject"]

Subject = NamedNode | BlankNode
Term = NamedNode | BlankNode | Literal
GraphName = NamedNode | BlankNode | DefaultGraph
#: What is said of each subject: the objects by predicate.
Properties = dict[Subject, dict[NamedNode, list[Term]]]


class Statement(NamedTuple):
    """A triple of RDF 1.1 and the graph that it stands in."""

    subject: Subject
    predicate: NamedNode
    object: Term
    graph: GraphName

    @property
    def triple(self) -> Triple:
        """The triple without its graph."""
        return Triple(self.subject, self.predicate, self.object)


def by_subject(statements: Iterable[Statement]) -> Properties:
    """Gather what is said of each subject, in the order of the statements.

    >>> from kg.namespaces import OWL, RDF
    >>> said = by_subject([Statement(OWL.Thing, RDF.type, OWL.Class, DefaultGraph())])
    >>> said == {OWL.Thing: {RDF.type: [OWL.Class]}}
    True
    """
    properties: Properties = {}
    for statement in statements:
        objects = properties.setdefault(statement.subject, {})
        objects.setdefault(statement.predicate, []).append(statement.object)
    return properties
