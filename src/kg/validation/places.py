"""Where a fault is written, and what the node at fault is called."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Triple

if TYPE_CHECKING:
    from collections.abc import Iterable

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
        for document in self._documents:
            if document.describes(node, home):
                return document.place_of_subject(node)
        return None

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

    @property
    def _documents(self) -> tuple[Document, ...]:
        return self._dataset.documents if self._dataset else ()

    @cached_property
    def _uses(self) -> dict[NamedNode, dict[GraphName, int]]:
        """How often each property is used in each graph."""
        uses: dict[NamedNode, dict[GraphName, int]] = {}
        used: Counter[tuple[NamedNode, GraphName]] = Counter()
        for document in self._documents:
            used.update(document.uses)
        for (predicate, graph), count in used.items():
            uses.setdefault(predicate, {})[graph] = count
        return uses
