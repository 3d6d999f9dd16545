"""The quads of a document in columns."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from kg.namespaces import RDF
from kg.tables.texts import read_terms
from kg.tables.triples import Triples

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pyoxigraph import NamedNode

    from kg.tables.reading import Columns
    from kg.tables.texts import Term, Texts

__all__ = ["Table"]


class Table:
    """Quads in columns, in the order in which they are written.

    Args:
        texts: the texts of the terms; the empty one is the default graph.
        columns: the numbers of subjects, predicates, objects and graphs, in pieces.
    """

    def __init__(self, texts: Texts, columns: Iterable[Columns]) -> None:
        parts = [(np.empty(0, dtype=np.uint32),) * 4, *columns]
        self.texts = texts
        self._of_graphs: dict[Term, Triples] = {}
        self.subject, self.predicate, self.value, self.graph = (
            np.concatenate(part) for part in zip(*parts, strict=True)
        )

    def __len__(self) -> int:
        """Return how many quads there are."""
        return int(self.subject.size)

    @cached_property
    def triples(self) -> Triples:
        """The triples of all graphs; one that is there twice is among them twice."""
        return Triples(self.texts, self.subject, self.predicate, self.value)

    def of_graph(self, graph: Term) -> Triples:
        """Return the triples of one graph."""
        if graph not in self._of_graphs:
            rows = self.graph == self.texts.encode([graph])[0]
            self._of_graphs[graph] = self.triples.take(rows)
        return self._of_graphs[graph]

    def uses(self) -> Counter[tuple[Any, Any]]:
        """Return how often each predicate is used in each graph."""
        pairs = self.predicate.astype(np.uint64) << np.uint64(32) | self.graph
        met, counts = np.unique(pairs, return_counts=True)
        predicates = self.texts.decode(met >> np.uint64(32))
        graphs = self.texts.decode(met & np.uint64(0xFFFFFFFF))
        named = zip(predicates, graphs, strict=True)
        return Counter(dict(zip(named, counts.tolist(), strict=True)))

    def graphs(self) -> list[str]:
        """Return the texts of the graphs."""
        return self.texts.texts().gather(np.unique(self.graph)).to_list()

    def has_instances(self, class_: NamedNode) -> bool:
        """Return whether anything is said to be of a class."""
        kind, number = self.texts.encode((RDF.type, class_))
        return bool(((self.predicate == kind) & (self.value == number)).any())

    def rename_blank_nodes(self, prefix: str) -> None:
        """Give the blank nodes labels by the order in which they are met.

        Args:
            prefix: what the labels begin with, ``_:`` included.
        """
        is_blank = self.texts.texts().str.starts_with("_:").to_numpy()
        columns = (self.subject, self.value, self.graph)
        if not any(is_blank[column].any() for column in columns):
            return
        places, numbers = [], []
        for offset, column in enumerate(columns):
            rows = np.flatnonzero(is_blank[column])
            places.append(3 * rows + offset)
            numbers.append(column[rows])
        order = np.argsort(np.concatenate(places), kind="stable")
        met, first = np.unique(np.concatenate(numbers)[order], return_index=True)
        met = met[np.argsort(first)]
        labels = pl.Series([f"{prefix}{n}" for n in range(met.size)], dtype=pl.String)
        changed = np.arange(is_blank.size, dtype=np.uint32)
        changed[met] = self.texts.number(labels)
        self.subject, self.value, self.graph = (changed[column] for column in columns)

    def rename_graphs(self, names: Mapping[str, str]) -> None:
        """Give graphs other names, by their texts."""
        before, after = (
            self.texts.number(pl.Series(list(each), dtype=pl.String))
            for each in (names.keys(), names.values())
        )
        changed = np.arange(len(self.texts), dtype=np.uint32)
        changed[before] = after
        self.graph = changed[self.graph]

    @staticmethod
    def merged(tables: Sequence[Table]) -> Table:
        """Return the quads of several tables as one, with the texts of the largest of them."""
        if len(tables) == 1:
            return tables[0]
        texts = max(tables, key=lambda table: len(table.texts)).texts
        parts: list[Columns] = []
        for table in tables:
            columns = (table.subject, table.predicate, table.value, table.graph)
            if table.texts is not texts:
                changed = texts.number(table.texts.texts())
                columns = tuple(changed[column] for column in columns)
            parts.append(columns)
        return Table(texts, parts)

    def named_graphs(self, first: Sequence[NamedNode]) -> dict[NamedNode, Triples]:
        """Return the triples of each graph.

        Those that are given come first, and a triple is in one of these only; then all others, in
        the order of their names.

        Args:
            first: names of graphs, in order.
        """
        names = [*map(str, first)]
        others = sorted(name for name in self.graphs() if name not in names)
        numbers = self.texts.number(pl.Series([*names, *others], dtype=pl.String))
        rank = np.full(len(self.texts), 0, dtype=np.uint32)
        rank[numbers] = np.arange(numbers.size, dtype=np.uint32)
        frame = pl.DataFrame(
            {
                "subject": self.subject,
                "predicate": self.predicate,
                "value": self.value,
                "graph": rank[self.graph],
            }
        )
        triple = ("subject", "predicate", "value")
        own = frame.filter(pl.col("graph") < len(names))
        if own["graph"].n_unique() > 1:
            own = own.sort("graph", maintain_order=True)
        own = own.unique(triple, keep="first", maintain_order=True)
        rest = frame.filter(pl.col("graph") >= len(names)).unique(maintain_order=True)
        terms = read_terms(pl.Series([*names, *others], dtype=pl.String))
        found: dict[NamedNode, Triples] = {}
        for place, term in enumerate(terms):
            part = (own if place < len(names) else rest).filter(pl.col("graph") == place)
            if part.height:
                columns = (part[name].to_numpy() for name in triple)
                found[term] = Triples(self.texts, *columns)  # type: ignore[index]
        return found
