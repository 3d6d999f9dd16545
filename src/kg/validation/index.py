"""Triples by subject and predicate, for checks that look at one node after another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kg.namespaces import RDF

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Index", "Node", "Term"]

Node = NamedNode | BlankNode | Triple
Term = Node | Literal


class Index:
    """The values of nodes, always in the same order.

    Args:
        triples: in any order.

    >>> from kg.namespaces import REL
    >>> index = Index([Triple(NamedNode("urn:x-a"), RDF.type, REL.Claim)])
    >>> index.of_type(REL.Claim) == [NamedNode("urn:x-a")]
    True
    >>> index.one(NamedNode("urn:x-a"), REL.standing) is None
    True
    """

    def __init__(self, triples: Iterable[Triple]) -> None:
        self._values: dict[Node, dict[NamedNode, list[Term]]] = {}
        self._types: dict[Term, list[Node]] = {}
        for triple in sorted(triples, key=str):
            values = self._values.setdefault(triple.subject, {})
            values.setdefault(triple.predicate, []).append(triple.object)
            if triple.predicate == RDF.type:
                self._types.setdefault(triple.object, []).append(triple.subject)

    def __contains__(self, node: object) -> bool:
        """Return whether anything is said of a node."""
        return node in self._values

    def nodes(self) -> Iterator[Node]:
        """Yield the nodes of which something is said, in the order of their text."""
        yield from self._values

    def predicates(self, node: Term) -> list[NamedNode]:
        """Return the predicates of a node's triples."""
        return list(self._described(node))

    def values(self, node: Term, predicate: NamedNode) -> list[Term]:
        """Return the objects of a node's triples with one predicate."""
        return self._described(node).get(predicate, [])

    def one(self, node: Term, predicate: NamedNode) -> Term | None:
        """Return the object where there is exactly one, else None."""
        values = self.values(node, predicate)
        return values[0] if len(values) == 1 else None

    def of_type(self, class_: NamedNode) -> list[Node]:
        """Return the nodes that are stated to be of a class."""
        return self._types.get(class_, [])

    def is_a(self, node: Term, class_: NamedNode) -> bool:
        """Return whether a node is stated to be of a class."""
        return class_ in self.values(node, RDF.type)

    def _described(self, node: Term) -> dict[NamedNode, list[Term]]:
        return {} if isinstance(node, Literal) else self._values.get(node, {})
