"""Where a fault is written, and what the node at fault is called."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Triple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyoxigraph import Quad

    from kg.dataset import Dataset
    from kg.dataset.documents import Document, Location
    from kg.validation.index import Term

__all__ = ["Places"]

GraphName = NamedNode | BlankNode | DefaultGraph


def _foreignness(label: Literal) -> tuple[bool, str]:
    return label.language != "en", str(label)


class Places:
    """The places and labels of a dataset's nodes.

    Args:
        dataset: the documents; without one, no place is known.
        labels: the triples of labels, used if there is no dataset.
    """

    def __init__(self, dataset: Dataset | None, labels: Iterable[Triple] = ()) -> None:
        self._dataset = dataset
        self._given = labels

    def label(self, node: Term | None) -> str | None:
        """What a node is called, in English where there is a choice."""
        if node is None or isinstance(node, Literal | Triple):
            return None
        if self._dataset is not None:
            return self._dataset.label(node)
        return self._labels[node].value if node in self._labels else None

    def location(
        self, node: Term | None, path: Term | None = None, value: Term | None = None
    ) -> Location | None:
        """The line of the triple at fault, or else where the node is said to be what it is.

        Args:
            node: the node at fault.
            path: the property at fault; only a predicate leads to a line.
            value: the value at fault.
        """
        if self._dataset is None or not isinstance(node, NamedNode | BlankNode):
            return None
        if isinstance(path, NamedNode):
            place = self._dataset.locate(Triple(node, path, value)) if value is not None else None
            place = place or self._where_missing(node, path)
            if place is not None:
                return place
        return self._dataset.locate_node(node)

    def _where_missing(self, node: NamedNode | BlankNode, path: NamedNode) -> Location | None:
        """Where the node would have a property: in the file that has it for other nodes."""
        uses = self._uses.get(path)
        if not uses:
            return None
        home = min(uses, key=lambda graph: (-uses[graph], str(graph)))
        document = self._describing.get((home, node))
        if document is None:
            return None
        return document.place_of_subject(node)

    @cached_property
    def _labels(self) -> dict[Term, Literal]:
        labels: dict[Term, Literal] = {}
        for triple in self._given:
            if not isinstance(triple.object, Literal):
                continue
            subject, label = triple.subject, triple.object
            if subject in labels:
                label = min(labels[subject], label, key=_foreignness)
            labels[subject] = label
        return labels

    @cached_property
    def _quads(self) -> list[tuple[Document, Quad]]:
        documents = self._dataset.documents if self._dataset else ()
        return [(document, quad) for document in documents for quad in document.quads()]

    @cached_property
    def _uses(self) -> dict[NamedNode, Counter[GraphName]]:
        uses: dict[NamedNode, Counter[GraphName]] = {}
        for _, quad in self._quads:
            uses.setdefault(quad.predicate, Counter())[quad.graph_name] += 1
        return uses

    @cached_property
    def _describing(self) -> dict[tuple[GraphName, Term], Document]:
        describing: dict[tuple[GraphName, Term], Document] = {}
        for document, quad in self._quads:
            describing.setdefault((quad.graph_name, quad.subject), document)
        return describing
