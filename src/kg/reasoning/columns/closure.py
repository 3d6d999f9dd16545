"""What a program makes of facts, in columns."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from typing import IO, TYPE_CHECKING

import numpy as np
import polars as pl
from pyoxigraph import NamedNode

from kg import contents
from kg.budget import Budget
from kg.errors import WriteFailure
from kg.namespaces import OWL, RDF, RDFS, XSD
from kg.reasoning.columns.arrays import EMPTY, Rows, objects, subjects, union
from kg.reasoning.columns.facts import keys_of, listed
from kg.reasoning.columns.plans import Key
from kg.reasoning.index import as_triple
from kg.reasoning.noise import noise
from kg.snapshot import cache

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from numpy.typing import NDArray
    from pyoxigraph import BlankNode, Triple

    from kg.reasoning.columns.contradictions import Found
    from kg.reasoning.columns.equality import Equality
    from kg.reasoning.columns.facts import Facts
    from kg.reasoning.columns.relation import Relation
    from kg.reasoning.index import Statement, Term

__all__ = ["ColumnClosure"]

#: So many triples are written at a time.
_PIECE = 1 << 20
_VOCABULARIES = [f"<{one.iri}" for one in (RDF, RDFS, OWL, XSD)]
#: A term that stands for any.
_ONE = NamedNode("urn:one")


class ColumnClosure:
    """What facts entail by a program, with terms that are the same kept together.

    Args:
        facts: what is given.
        relations: what holds, said of the terms that stand for others.
        equality: which terms are the same.
        nameless: the blank nodes that are part of axioms.
        clashes: rules that are broken, each with statements that break it; some for each rule.

    Attributes:
        clashes: see above; empty where the facts contradict nothing.
    """

    def __init__(
        self,
        facts: Facts,
        relations: dict[Key, Relation],
        equality: Equality,
        nameless: Collection[BlankNode],
        clashes: list[Found],
    ) -> None:
        self.clashes = clashes
        self._facts, self._dictionary = facts, facts.dictionary
        self._relations, self._nameless = relations, nameless
        self._groups = equality.groups()
        self._expansion = equality.expansion()

    def statements(self) -> Iterator[Statement]:
        """Yield all that is entailed: what is given, and what no graph may hold too."""
        for key in self._keys():
            yield from listed(self._dictionary, key, self._rows(key))

    def inferred(self) -> Iterator[Triple]:
        """Yield what is entailed and not given, less the noise."""
        for key, rows in self._inferred.items():
            for one in listed(self._dictionary, key, rows):
                triple = as_triple(one)
                if triple is not None:
                    yield triple

    def select(self, predicates: Collection[Term], classes: Collection[Term]) -> list[Statement]:
        """Return what is entailed with some predicates, and of what is of some classes."""
        keys = keys_of(self._dictionary, predicates, classes)
        return [
            one
            for key in self._keys()
            if key in keys
            for one in listed(self._dictionary, key, self._rows(key))
        ]

    def equalities(self) -> list[frozenset[Term]]:
        """Return the groups of terms that are the same, those with more than one."""
        return [frozenset(self._dictionary.decode(group)) for group in self._groups]

    @property
    def counts(self) -> dict[str, int]:
        """How many triples are given and how many inferred, and how many groups are the same."""
        return {
            "given": len(self._facts),
            "inferred": sum(rows.size for rows in self._inferred.values()),
            "equal": len(self._groups),
        }

    def write(
        self,
        target: Path | str | IO[bytes],
        graph: NamedNode | None = None,
        *,
        ordered: bool = False,
        budget: Budget | None = None,
    ) -> None:
        """Write what is inferred as N-Triples, or as N-Quads of one graph.

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
        texts = self._dictionary.texts()
        columns = self._columns()
        if ordered:
            rank = np.empty(len(texts), dtype=np.uint64)
            rank[texts.arg_sort().to_numpy()] = np.arange(len(texts), dtype=np.uint64)
            order = np.lexsort([rank[column] for column in reversed(columns)])
            columns = tuple(column[order] for column in columns)
        end = "." if graph is None else f"{graph} ."
        for begin in range(0, columns[0].size, _PIECE):
            budget.check("writing what is inferred")
            parts = [texts.gather(column[begin : begin + _PIECE]) for column in columns]
            names = ("subject", "predicate", "object")
            frame = pl.DataFrame(dict(zip(names, parts, strict=True)))
            frame.with_columns(pl.lit(end).alias("end")).write_csv(
                target, include_header=False, separator=" ", quote_style="never"
            )

    def _columns(self) -> tuple[Rows, ...]:
        """Return subjects, predicates and objects of what is inferred."""
        parts: list[tuple[Rows, Rows, Rows]] = [(EMPTY, EMPTY, EMPTY)]
        for key, rows in self._inferred.items():
            named = np.full(rows.size, key.term, dtype=np.uint64)
            if key.is_class:
                types = np.full(rows.size, self._facts.type, dtype=np.uint64)
                parts.append((rows, types, named))
            else:
                parts.append((subjects(rows), named, objects(rows)))
        return tuple(np.concatenate(column) for column in zip(*parts, strict=True))

    def _keys(self) -> list[Key]:
        same = Key(is_class=False, term=self._facts.same_as)
        return [*self._relations, same]

    def _rows(self, key: Key) -> Rows:
        """Return what holds of a relation, of all terms that are the same."""
        if key.term == self._facts.same_as and not key.is_class:
            given = self._facts.relations.get(key, EMPTY)
            return union([given, self._expansion.same()]) if self._expansion else given
        rows = self._relations[key].rows()
        if self._expansion is None:
            return rows
        return self._expansion.terms(rows) if key.is_class else self._expansion.pairs(rows)

    @cached_property
    def _inferred(self) -> dict[Key, Rows]:
        silent = self._silent()
        found = {}
        for key in self._keys():
            rows = self._rows(key)
            given = self._facts.relations.get(key, EMPTY)
            if given.size == rows.size:
                continue
            new = np.ones(rows.size, dtype=bool)
            new[np.searchsorted(rows, given)] = False
            rows = self._telling(key, rows[new], *silent)
            if rows.size:
                found[key] = rows
        return found

    def _silent(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Tell of each term whether it says nothing as a subject, and whether as an object."""
        hidden = self._dictionary.encode(sorted(self._nameless, key=str))
        texts = self._dictionary.texts()
        parts = np.zeros(len(texts), dtype=bool)
        parts[hidden] = True
        subject = texts.str.starts_with('"')
        for vocabulary in _VOCABULARIES:
            subject |= texts.str.starts_with(vocabulary)
        return parts | subject.to_numpy(), parts

    def _telling(
        self, key: Key, rows: Rows, subject: NDArray[np.bool_], value: NDArray[np.bool_]
    ) -> Rows:
        """Return the rows that are no noise."""
        (named,) = self._dictionary.decode(np.array([key.term], dtype=np.uint64))
        if key.is_class:
            if value[key.term] or noise((_ONE, RDF.type, named), ()):
                return EMPTY
            return rows[~subject[rows]]
        if not isinstance(named, NamedNode):
            return EMPTY
        rows = rows[~(subject[subjects(rows)] | value[objects(rows)])]
        if noise((_ONE, named, _ONE), ()):
            rows = rows[subjects(rows) != objects(rows)]
        for thing in (OWL.Thing, RDFS.Resource):
            if noise((_ONE, named, thing), ()):
                (number,) = self._dictionary.encode([thing])
                rows = rows[objects(rows) != number]
        return rows
