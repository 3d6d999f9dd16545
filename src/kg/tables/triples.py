"""Triples and quads in columns of numbers; an object is made only where one is asked for."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Set as AbstractSet
from functools import cached_property
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeAlias, cast

import numpy as np
import polars as pl
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from kg import files
from kg.budget import Budget
from kg.errors import WriteFailure
from kg.namespaces import RDF
from kg.snapshot import cache

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from kg.tables.reading import Columns

    Term: TypeAlias = NamedNode | BlankNode | Literal

__all__ = ["Table", "Texts", "Triples", "read_terms"]

#: So many terms are read one by one and remembered.
_FEW = 8


class Texts:
    """A dictionary of the canonical texts of terms, which polars keeps.

    >>> texts = Texts()
    >>> texts.encode([RDF.type])
    [0]
    >>> texts.texts()[0]
    '<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>'
    """

    def __init__(self) -> None:
        # Each dictionary has categories of its own, which are gone when it is.
        self._categories = pl.Categories.random()
        self._type = pl.Categorical(self._categories)
        # Categories are forgotten as soon as no column has them.
        self._anchor = pl.Series([None], dtype=self._type)
        self._texts = pl.Series("term", [], dtype=pl.String)
        self._size = 0
        # The terms of rules and axioms, which are asked for again and again.
        self._numbers: dict[Term, int] = {}
        # The few terms that are asked for one by one, such as properties.
        self._known: dict[int, Term] = {}

    def __len__(self) -> int:
        """Return how many numbers there are."""
        return self._size

    def number(self, texts: pl.Series) -> NDArray[np.uint32]:
        """Return the numbers of terms by their texts."""
        # One piece is numbered in its own order; several would be at the same time.
        numbers = texts.rechunk().cast(self._type).to_physical().to_numpy()
        if numbers.size:
            self._size = max(self._size, int(numbers.max()) + 1)
        return numbers

    def encode(self, terms: Iterable[Term]) -> list[int]:
        """Return the numbers of terms, new ones where they have none yet."""
        wanted, numbers = list(terms), self._numbers
        found = list(map(numbers.get, wanted))
        places = [place for place, number in enumerate(found) if number is None]
        if places:
            new = list(dict.fromkeys(wanted[place] for place in places))
            texts = pl.Series("term", list(map(str, new)), dtype=pl.String)
            numbers.update(zip(new, self.number(texts).tolist(), strict=True))
            for place in places:
                found[place] = numbers[wanted[place]]
        return cast("list[int]", found)

    def decode(self, numbers: NDArray[np.uint64]) -> list[Term]:
        """Return the terms of numbers."""
        if numbers.size > _FEW:
            return read_terms(self.texts().gather(numbers))
        return [self._term(number) for number in numbers.tolist()]

    def _term(self, number: int) -> Term:
        if number not in self._known:
            text = self.texts()[number]
            self._known[number] = _plain(text) or next(_parsed([text]))
        return self._known[number]

    def texts(self) -> pl.Series:
        """Return all terms as N-Triples writes them."""
        if len(self._texts) != self._size:
            numbers = pl.Series("term", np.arange(self._size, dtype=np.uint32))
            self._texts = numbers.cat.to(self._type).cast(pl.String)
        return self._texts


def read_terms(texts: pl.Series) -> list[Term]:
    """Read terms from the way that N-Triples writes them.

    >>> read_terms(pl.Series(['"a"@en']))
    [<Literal value=a language=en>]
    """
    known: dict[str, Term] = {}
    hard = []
    for text in texts.unique(maintain_order=True).to_list():
        term = _plain(text)
        if term is None:
            hard.append(text)
        else:
            known[text] = term
    known.update(zip(hard, _parsed(hard), strict=True))
    return [known[text] for text in texts.to_list()]


def _plain(text: str) -> Term | None:
    """Return a term that needs no parser; None where it needs one."""
    if text.startswith("_:"):
        return BlankNode(text[2:])
    if "\\" in text or text[-1] not in '>"' or "^^" in text:
        return None
    return (NamedNode if text[0] == "<" else Literal)(text[1:-1])


def _parsed(texts: Sequence[str]) -> Iterator[Term]:
    lines = "\n".join(f"<{RDF.type.value}> <{RDF.type.value}> {text} ." for text in texts)
    for quad in parse(input=lines, format=RdfFormat.N_TRIPLES):
        yield quad.object


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
    >>> from kg.tables.triples import Texts
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
                    if files.is_packed(path):
                        with files.packing(file) as packed:
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
