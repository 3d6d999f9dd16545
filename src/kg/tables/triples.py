"""A set of triples in columns, of which an object is made only where one is asked for."""

from __future__ import annotations

import os
from collections.abc import Set as AbstractSet
from functools import cached_property
from pathlib import Path
from typing import IO, TYPE_CHECKING

import numpy as np
import polars as pl
from pyoxigraph import RdfFormat, Triple, parse

from kg import contents
from kg.budget import Budget
from kg.errors import WriteFailure
from kg.namespaces import RDF
from kg.snapshot import cache

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray
    from pyoxigraph import NamedNode

    from kg.tables.texts import Term, Texts

__all__ = ["Triples"]

#: So many triples are written at a time.
_MANY = 1 << 18
_NOTHING = np.empty(0, dtype=np.uint32)


class Triples(AbstractSet[Triple]):
    """Triples in columns.

    Args:
        texts: the texts of the terms.
        subject: the number of each triple's subject.
        predicate: that of its predicate.
        value: that of its object; no triple is there twice.

    >>> from kg.namespaces import RDF, REL
    >>> from kg.tables.texts import Texts
    >>> triple = Triple(REL.Claim, RDF.type, REL.Unit)
    >>> triples = Triples.of(Texts(), [triple])
    >>> list(triples) == [triple], triple in triples, len(triples)
    (True, True, 1)
    """

    def __init__(
        self,
        texts: Texts,
        subject: NDArray[np.uint32] = _NOTHING,
        predicate: NDArray[np.uint32] = _NOTHING,
        value: NDArray[np.uint32] = _NOTHING,
    ) -> None:
        self.texts = texts
        self.subject, self.predicate, self.value = subject, predicate, value

    @classmethod
    def of(cls, texts: Texts, triples: Iterable[Triple]) -> Triples:
        """Return triples in columns.

        Args:
            texts: where the terms have their numbers.
            triples: no two of which are equal.
        """
        flat = texts.encode(term for triple in triples for term in triple)
        numbers = np.array(flat, dtype=np.uint32).reshape(-1, 3)
        return cls(texts, numbers[:, 0], numbers[:, 1], numbers[:, 2])

    @classmethod
    def _from_iterable(cls, it: Iterable[Triple]) -> frozenset[Triple]:  # type: ignore[override]
        return frozenset(it)

    def __len__(self) -> int:
        """Return how many triples there are."""
        return int(self.subject.size)

    def __iter__(self) -> Iterator[Triple]:
        """Yield the triples in their order."""
        if not len(self):
            return iter(())
        lines = b"".join(self.lines())
        return (quad.triple for quad in parse(lines, RdfFormat.N_TRIPLES, lenient=True))

    def __contains__(self, triple: object) -> bool:
        """Return whether a triple is there."""
        if not isinstance(triple, Triple) or isinstance(triple.object, Triple):
            return False
        _, predicate, value = self.texts.encode((triple.subject, triple.predicate, triple.object))  # type: ignore[arg-type]
        rows = self._rows_of(triple.subject)  # type: ignore[arg-type]
        return bool(((self.predicate[rows] == predicate) & (self.value[rows] == value)).any())

    @cached_property
    def objects(self) -> frozenset[Triple]:
        """The triples as objects."""
        return frozenset(self)

    def lines(self, graph: NamedNode | None = None) -> Iterator[bytes]:
        """Yield the triples as N-Triples, or as N-Quads of one graph, some at a time."""
        texts = self.texts.texts()
        end = "." if graph is None else f"{graph} ."
        for begin in range(0, len(self), _MANY):
            some = slice(begin, begin + _MANY)
            columns = (self.subject[some], self.predicate[some], self.value[some])
            frame = pl.DataFrame(
                {str(n): texts.gather(column) for n, column in enumerate(columns)}
            ).with_columns(pl.lit(end).alias("end"))
            lines = frame.write_csv(include_header=False, separator=" ", quote_style="never")
            yield lines.encode()

    def text(self) -> str:
        """Return the triples as N-Triples."""
        return "".join(lines.decode() for lines in self.lines())

    def distinct_values(self) -> bytes:
        """Return N-Triples with each value that a predicate has once, of some one subject."""
        pairs = self.predicate.astype(np.uint64) << np.uint64(32) | self.value
        _, first = np.unique(pairs, return_index=True)
        subject = np.full(first.size, self.subject[0] if first.size else 0, dtype=np.uint32)
        some = Triples(self.texts, subject, self.predicate[first], self.value[first])
        return b"".join(some.lines())

    def ordered(self) -> Triples:
        """Return the triples in the order of their texts."""
        texts = self.texts.texts()
        rank = np.empty(len(texts), dtype=np.uint32)
        rank[texts.arg_sort().to_numpy()] = np.arange(len(texts), dtype=np.uint32)
        columns = (self.value, self.predicate, self.subject)
        return self.take(np.lexsort([rank[column] for column in columns]))

    def has_blank_nodes(self) -> bool:
        """Return whether a blank node is in a triple."""
        is_blank = self.texts.texts().str.starts_with("_:").to_numpy()
        return bool(is_blank[self.subject].any() or is_blank[self.value].any())

    def write(
        self,
        target: Path | str | IO[bytes],
        graph: NamedNode | None = None,
        *,
        ordered: bool = False,
        budget: Budget | None = None,
    ) -> None:
        """Write the triples as N-Triples, or as N-Quads of one graph.

        Args:
            target: a path, where the whole is put or nothing; or an open file.
            graph: the graph to say it in.
            ordered: whether to sort the triples by their texts.
            budget: what the work may take.

        Raises:
            WriteFailure: the file cannot be written; what was there before still is.
            BudgetExceeded: it takes too long or too much memory.
        """
        budget = budget or Budget()
        if isinstance(target, str | Path):
            path, beside = Path(target), cache.aside(Path(target))
            try:
                with beside.open("wb") as file:
                    if contents.is_packed(path):
                        with contents.packing(file) as packed:
                            self.write(packed, graph, ordered=ordered, budget=budget)
                    else:
                        self.write(file, graph, ordered=ordered, budget=budget)
                    file.flush()
                    os.fsync(file.fileno())
                beside.replace(path)
            except OSError as error:
                raise WriteFailure(path, error.strerror or str(error)) from None
            finally:
                beside.unlink(missing_ok=True)
            return
        triples = self.ordered() if ordered else self
        target.writelines(budget.checked(triples.lines(graph), "writing what is inferred"))

    def take(self, rows: NDArray[np.bool_] | NDArray[np.int64]) -> Triples:
        """Return some of the triples.

        Args:
            rows: their places, or a flag for each triple.
        """
        return Triples(self.texts, self.subject[rows], self.predicate[rows], self.value[rows])

    def about(self, subject: Term) -> Triples:
        """Return the triples of a subject."""
        return self.take(self._rows_of(subject))

    def with_predicates(self, predicates: Iterable[Term]) -> Triples:
        """Return the triples that have one of some predicates."""
        return self.take(self.has_predicate(predicates))

    def has_predicate(self, predicates: Iterable[Term]) -> NDArray[np.bool_]:
        """Return for each triple whether it has one of some predicates."""
        return np.isin(self.predicate, self.texts.encode(predicates))

    def in_use(self) -> set[Term]:
        """Return what the triples have as a predicate or a class."""
        (kind,) = self.texts.encode([RDF.type])
        numbers = np.concatenate([self.predicate, self.value[self.predicate == kind]])
        return set(self.texts.decode(np.unique(numbers).astype(np.uint64)))

    def blank_subjects(self) -> Triples:
        """Return the triples of blank nodes."""
        return self.take(self.texts.texts().str.starts_with("_:").to_numpy()[self.subject])

    def values(self) -> NDArray[np.uint64]:
        """Return the numbers of all objects, sorted."""
        return np.unique(self.value).astype(np.uint64)

    def has_value(self, numbers: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """Return for each triple whether its object has one of some numbers."""
        return np.isin(self.value, numbers)

    def without(self, others: Sequence[Triples]) -> Triples:
        """Return the triples that are in none of some sets with the same texts."""
        if not any(map(len, others)):
            return self
        known = _frame(Triples.union(others))
        kept = _frame(self).with_row_index().join(known, on=known.columns, how="anti")
        return self.take(np.sort(kept["index"].to_numpy()).astype(np.int64))

    @staticmethod
    def union(parts: Sequence[Triples]) -> Triples:
        """Return the triples of several sets with the same texts.

        Args:
            parts: at least one.
        """
        first, *others = parts
        if not any(map(len, others)):
            return first
        kept = pl.concat(map(_frame, parts)).unique(maintain_order=True)
        return Triples(first.texts, *(kept[name].to_numpy() for name in kept.columns))

    @cached_property
    def _by_subject(self) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
        order = np.argsort(self.subject, kind="stable")
        return order, self.subject[order]

    def _rows_of(self, subject: Term) -> NDArray[np.int64]:
        (number,) = self.texts.encode([subject])
        order, subjects = self._by_subject
        begin, end = np.searchsorted(subjects, [number, number + 1])
        return order[begin:end]


def _frame(triples: Triples) -> pl.DataFrame:
    columns = {"s": triples.subject, "p": triples.predicate, "o": triples.value}
    return pl.DataFrame(columns)
