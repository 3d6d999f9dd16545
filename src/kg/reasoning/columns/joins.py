"""The solutions of the bodies of rules, as columns of terms."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kg.reasoning.columns.plans import SAME, Key, Pattern, Slot
from kg.reasoning.columns.relation import EMPTY, Rows, distinct, fan_out, objects, pack, subjects

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from kg.budget import Budget
    from kg.reasoning.columns.equality import Equality
    from kg.reasoning.columns.relation import Relation, Run

__all__ = ["Joiner", "Table"]

#: So many solutions are held at a time; more are worked off in pieces.
_PIECE = 1 << 22
#: A class is worth going through first if its property is that many times as large.
_SMALLER = 8


class Table:
    """Solutions: a column for each variable.

    Args:
        columns: the terms that each variable stands for.
        size: how many solutions there are, also where there is no column.
    """

    def __init__(self, columns: dict[str, Rows], size: int) -> None:
        self.columns, self.size = columns, size

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_] | slice) -> Table:
        """Return some of the solutions."""
        columns = {name: column[rows] for name, column in self.columns.items()}
        size = np.empty(self.size, dtype=bool)[rows].size
        return Table(columns, size)

    def keep(self, names: frozenset[str]) -> Table:
        """Return the table with no other columns."""
        return Table(
            {name: self.columns[name] for name in self.columns if name in names}, self.size
        )


class Joiner:
    """Finds what holds of relations.

    Args:
        relations: those that there are; the others are empty.
        equality: which terms are the same.
        universe: the terms that are used at all.
        budget: what the work may take.
    """

    def __init__(
        self, relations: dict[Key, Relation], equality: Equality, universe: Rows, budget: Budget
    ) -> None:
        self.relations, self.equality, self.budget = relations, equality, budget
        self._universe = universe
        self._terms = equality.names.size

    def over(self, relations: dict[Key, Relation]) -> Joiner:
        """Return the same over other relations."""
        return Joiner(relations, self.equality, self._universe, self.budget)

    def size(self, pattern: Pattern) -> int:
        """Return how many statements a pattern has to choose from."""
        if pattern.key == SAME:
            return self._universe.size
        relation = self.relations.get(pattern.key)
        return relation.size if relation else 0

    def version(self, pattern: Pattern) -> int:
        """Return how often the relation of a pattern has grown."""
        return 1 if pattern.key == SAME else self.relations[pattern.key].version

    def solve(
        self,
        body: Sequence[Pattern],
        needed: frozenset[str],
        first: int | None = None,
        rows: Rows | None = None,
    ) -> Iterator[Table]:
        """Yield the solutions of a body in pieces, some maybe more than once.

        Args:
            body: what must hold.
            needed: the variables that matter.
            first: the pattern to begin with; the best one if not given.
            rows: the statements that the first pattern may take; all if not given.
        """
        if first is None:
            first = self._cheapest(body)
        order = self._order(body, first)
        for start in self._start(order[0], rows, _later(order, 0, needed)):
            yield from self._extend(start, order, 1, needed)

    def _cheapest(self, body: Sequence[Pattern]) -> int:
        sizes = [self.size(pattern) for pattern in body]
        best = min(range(len(body)), key=lambda place: (body[place].key == SAME, sizes[place]))
        if body[best].key.is_class:
            # Looking for the members of a large class among pairs is quicker than the reverse.
            for place, pattern in enumerate(body):
                if (
                    not pattern.key.is_class
                    and pattern.key != SAME
                    and body[best].variables() <= pattern.variables()
                    and sizes[place] < _SMALLER * sizes[best]
                ):
                    return place
        return best

    def _order(self, body: Sequence[Pattern], first: int) -> list[Pattern]:
        """Put what only tests solutions before what multiplies them, and small before large."""
        order = [body[first]]
        left = [pattern for place, pattern in enumerate(body) if place != first]
        bound = set(body[first].variables())
        while left:
            following = min(
                left,
                key=lambda one: (
                    bool(one.variables() - bound),
                    not one.variables() & bound and bool(one.variables()),
                    self.size(one),
                ),
            )
            left.remove(following)
            order.append(following)
            bound |= following.variables()
        return order

    def _start(
        self, pattern: Pattern, rows: Rows | None, wanted: frozenset[str]
    ) -> Iterator[Table]:
        if rows is None:
            if pattern.key == SAME:
                names = distinct(self.equality.names[self._universe])
                rows = pack(names, names)
            else:
                rows = self._rows(pattern)
        for begin in range(0, rows.size, _PIECE):
            self.budget.check("closing the graph")
            yield self._match(pattern, rows[begin : begin + _PIECE], wanted)

    def _rows(self, pattern: Pattern) -> Rows:
        """Return the rows that a pattern may match; few where it names a term."""
        relation = self.relations[pattern.key]
        if not pattern.key.is_class:
            for slot, runs in ((pattern.subject, True), (pattern.object, False)):
                if isinstance(slot, int):
                    name = self.equality.names[slot : slot + 1]
                    found = relation.by_subject() if runs else relation.by_object()
                    values = np.concatenate([EMPTY, *(_among(run, name) for run in found)])
                    return pack(name, values) if runs else pack(values, name)
        return relation.rows()

    def _match(self, pattern: Pattern, rows: Rows, wanted: frozenset[str]) -> Table:
        """Return what the variables of a pattern stand for in rows."""
        if pattern.key.is_class:
            return self._bind(pattern.subject, rows, wanted)
        subject, value = pattern.subject, pattern.object
        if isinstance(subject, int):
            found = rows[subjects(rows) == self.equality.names[subject]]
            return self._bind(value, objects(found), wanted)
        if isinstance(value, int):
            found = rows[objects(rows) == self.equality.names[value]]
            return self._bind(subject, subjects(found), wanted)
        if subject == value:
            return self._bind(subject, subjects(rows[subjects(rows) == objects(rows)]), wanted)
        columns = {subject: subjects(rows)} if subject in wanted else {}
        if value in wanted:
            columns[str(value)] = objects(rows)
        return Table(columns, rows.size)

    def _bind(self, slot: Slot | None, values: Rows, wanted: frozenset[str]) -> Table:
        if isinstance(slot, int):
            return Table({}, int((values == self.equality.names[slot]).sum()))
        return Table({str(slot): values} if slot in wanted else {}, values.size)

    def _extend(
        self, table: Table, order: Sequence[Pattern], place: int, needed: frozenset[str]
    ) -> Iterator[Table]:
        """Join a table with the rest of the patterns."""
        if not table.size:
            return
        if place == len(order):
            yield table
            return
        wanted = _later(order, place, needed)
        for piece in self._join(table, order[place], wanted):
            yield from self._extend(piece, order, place + 1, needed)

    def _join(self, table: Table, pattern: Pattern, wanted: frozenset[str]) -> Iterator[Table]:
        subject = self._column(table, pattern.subject)
        if pattern.key == SAME:
            yield from self._join_same(table, pattern, wanted)
            return
        relation = self.relations[pattern.key]
        if pattern.key.is_class:
            if subject is not None:
                yield table.take(relation.holds(subject)).keep(wanted)
            else:
                yield from self._cross(table, pattern, relation.rows(), wanted)
            return
        value = self._column(table, pattern.object)
        if subject is not None and value is not None:
            yield table.take(relation.holds(pack(subject, value))).keep(wanted)
        elif subject is not None:
            yield from self._follow(table, subject, relation.by_subject(), pattern.object, wanted)
        elif value is not None:
            yield from self._follow(table, value, relation.by_object(), pattern.subject, wanted)
        else:
            yield from self._cross(table, pattern, relation.rows(), wanted)

    def _column(self, table: Table, slot: Slot | None) -> Rows | None:
        """Return what a slot stands for in each solution, None where that is open."""
        if isinstance(slot, int):
            return np.full(table.size, self.equality.names[slot])
        return table.columns.get(slot) if slot is not None else None

    def _join_same(self, table: Table, pattern: Pattern, wanted: frozenset[str]) -> Iterator[Table]:
        subject = self._column(table, pattern.subject)
        value = self._column(table, pattern.object)
        if subject is not None and value is not None:
            yield table.take(subject == value).keep(wanted)
        elif subject is None and value is None:
            names = distinct(self.equality.names[self._universe])
            yield from self._cross(table, pattern, pack(names, names), wanted)
        else:
            known, opened = (subject, pattern.object) if value is None else (value, pattern.subject)
            columns = {**table.columns, str(opened): known}
            yield Table(columns, table.size).keep(wanted)  # type: ignore[arg-type]

    def _follow(
        self,
        table: Table,
        keys: Rows,
        runs: list[Run],
        opened: Slot | None,
        wanted: frozenset[str],
    ) -> Iterator[Table]:
        """Put what each key is related to beside it."""
        for run in runs:
            begin, counts = run.bounds(keys, self._terms)
            for low, high in _pieces(counts):
                self.budget.check("closing the graph")
                which, place = fan_out(begin[low:high], counts[low:high])
                piece = table.take(slice(low, high)).keep(wanted).take(which)
                if opened in wanted:
                    piece.columns[str(opened)] = objects(run.rows[place])
                yield piece

    def _cross(
        self, table: Table, pattern: Pattern, rows: Rows, wanted: frozenset[str]
    ) -> Iterator[Table]:
        """Put each row beside each solution."""
        found = self._match(pattern, rows, pattern.variables())
        if not found.size:
            return
        step = max(1, _PIECE // found.size)
        for begin in range(0, table.size, step):
            self.budget.check("closing the graph")
            part = table.take(slice(begin, begin + step))
            left = np.repeat(np.arange(part.size), found.size)
            right = np.tile(np.arange(found.size), part.size)
            joined = Table({**part.take(left).columns, **found.take(right).columns}, left.size)
            yield joined.keep(wanted)


def _later(order: Sequence[Pattern], place: int, needed: frozenset[str]) -> frozenset[str]:
    """Return the variables that matter after a pattern has been joined."""
    return needed.union(*(pattern.variables() for pattern in order[place + 1 :]))


def _among(run: Run, name: Rows) -> Rows:
    begin, count = run.bounds(name, 1 << 62)
    return objects(run.rows[begin[0] : begin[0] + count[0]])


def _pieces(counts: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Cut a table so that each piece has not too many solutions; one row is never cut."""
    ends = np.cumsum(counts)
    if not ends.size or not ends[-1]:
        return
    low = 0
    while low < counts.size:
        done = ends[low - 1] if low else 0
        high = max(low + 1, int(np.searchsorted(ends, done + _PIECE, side="right")))
        yield low, high
        low = high
