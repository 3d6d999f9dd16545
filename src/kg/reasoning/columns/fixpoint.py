"""Runs the rules with a conclusion until nothing new follows."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from kg.reasoning.columns.plans import SAME, Key, Plan, components
from kg.reasoning.columns.relation import Relation, Rows, objects, pack, subjects, swap, union
from kg.reasoning.columns.shortcuts import Transitive, agreeing, halves

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kg.reasoning.columns.joins import Joiner, Table

__all__ = ["Fixpoint"]

#: So many rows are collected before those that are the same are put together.
_MANY = 1 << 23


class _Heap:
    """Rows that rules conclude, put in order when there are many, since many are the same."""

    def __init__(self) -> None:
        self.parts: list[Rows] = []
        self._size, self._most = 0, _MANY

    def add(self, rows: Rows) -> None:
        """Put rows on the heap."""
        self.parts.append(rows)
        self._size += rows.size
        if self._size > self._most:
            self.parts = [union(self.parts)]
            self._size = self.parts[0].size
            self._most = _MANY + 2 * self._size


class Fixpoint:
    """The state of a closure that is being made.

    A rule is run on what is new since it last ran, in one place of its body after the other, and
    on everything in the other places (semi-naive evaluation). Rules that do not need each other
    run one after the other, so that most run once. What is found to be the same is put together
    when nothing else follows any more, and then the rules go on.

    Args:
        joiner: the relations, which grow.
        plans: the rules.
    """

    def __init__(self, joiner: Joiner, plans: Sequence[Plan]) -> None:
        self.joiner = joiner
        self.relations, self.equality = joiner.relations, joiner.equality
        self._plans = [one for one in plans if one.head is not None and one.body]
        self._groups = components(self._plans)
        self._readers: dict[Key, list[tuple[Plan, int]]] = defaultdict(list)
        for one in self._plans:
            for place, pattern in enumerate(one.body):
                self._readers[pattern.key].append((one, place))
        self._transitive = {one: Transitive(one) for one in self._plans if one.is_transitive}
        self._named = {one: one.constants() for one in self._plans}
        self._same: list[tuple[Rows, Rows]] = []

    def run(self) -> None:
        """Derive all that follows."""
        self._merge()
        while True:
            for group in self._groups:
                self._run_group(group)
            if not self._merge():
                return

    def merge(self, ones: Rows, others: Rows) -> None:
        """Make terms the same; the next run goes by it."""
        self._same.append((ones, others))

    def _run_group(self, group: Sequence[Plan]) -> None:
        plain = due = [one for one in group if one not in self._transitive]
        made = {one.head.key for one in group if one.head}
        circular = any(pattern.key in made for one in group for pattern in one.body)
        while True:
            self.joiner.budget.check("closing the graph")
            found: dict[Key, _Heap] = defaultdict(_Heap)
            for one in due:
                for rows in self._conclusions(one):
                    if one.head:
                        found[one.head.key].add(rows)
            grown = [key for key, heap in found.items() if self.add(key, heap.parts)]
            for one in group:
                if one in self._transitive and one.body[0].key in self.relations:
                    relation = self.relations[one.body[0].key]
                    grown += [one.body[0].key] * self._transitive[one].run(relation, self.joiner)
            if not (grown and circular):
                break
            # Nothing is new to a rule that asks for none of what has grown.
            readers = {one for key in grown for one, _ in self._readers[key]}
            due = [one for one in plain if one in readers]
        self._forget(group)

    def add(self, key: Key, parts: list[Rows]) -> bool:
        """Add rows to a relation; return whether there were new ones."""
        if key not in self.relations:
            terms = self.equality.names.size
            self.relations[key] = Relation(terms, pairs=not key.is_class)
        self.joiner.budget.need(2 * sum(part.nbytes for part in parts), "closing the graph")
        return bool(self.relations[key].add(parts).size)

    def _forget(self, group: Sequence[Plan]) -> None:
        """Let go of the changes that all rules have seen."""
        for key in {pattern.key for one in group for pattern in one.body} - {SAME}:
            if key in self.relations:
                seen = [one.seen[place] for one, place in self._readers[key]]
                self.relations[key].forget(min((one for one in seen if one), default=0))

    def _conclusions(self, one: Plan) -> Iterator[Rows]:
        """Yield what a rule concludes from what it has not seen."""
        if not all(self.joiner.size(pattern) for pattern in one.body):
            return
        now = [self.joiner.version(pattern) for pattern in one.body]
        fresh = [place for place, version in enumerate(now) if version > one.seen[place]]
        if not fresh:
            return
        if one.head is not None and one.head.key == SAME:
            self._find_same(one, fresh)
        elif len(one.body) == 1 and (copied := self._copied(one)) is not None:
            yield copied
        elif 0 in one.seen:
            # What comes first makes all that it is joined with new.
            yield from self._heads(one, None, None)
        else:
            for place in fresh:
                rows = self._since(one, place)
                if rows.size:
                    yield from self._heads(one, place, rows)
        one.seen = now

    def _copied(self, one: Plan) -> Rows | None:
        """Return the new rows of the body if they are those of the head too, as they are."""
        (body,), head = one.body, one.head
        if head is None or body.key == SAME or body.key.is_class != head.key.is_class:
            return None
        slots = (body.subject, body.object)
        if any(isinstance(slot, int) for slot in slots) or slots[0] == slots[1]:
            return None
        if slots == (head.subject, head.object):
            return self.relations[body.key].since(one.seen[0])
        if slots == (head.object, head.subject):
            relation = self.relations[body.key]
            if one.seen[0] == 0 and relation.has_swapped and len(relation.by_object()) == 1:
                return relation.by_object()[0].rows
            return swap(relation.since(one.seen[0]))
        return None

    def _heads(self, one: Plan, place: int | None, rows: Rows | None) -> Iterator[Rows]:
        if one.head is None:
            return
        for table in self.joiner.solve(one.body, one.head.variables(), place, rows):
            subject = self._values(table, one.head.subject)
            if one.head.object is None:
                yield subject
            else:
                yield pack(subject, self._values(table, one.head.object))

    def _values(self, table: Table, slot: str | int) -> Rows:
        if isinstance(slot, int):
            return np.full(table.size, self.equality.names[slot])
        return table.columns[slot]

    def _find_same(self, one: Plan, fresh: Sequence[int]) -> None:
        """Note which terms a rule makes the same."""
        places = [None] if 0 in one.seen else fresh
        changes = [None if place is None else self._since(one, place) for place in places]
        new = sum(rows.size for rows in changes if rows is not None)
        most = sum(self.joiner.size(one.body[place]) for place in fresh)
        half = halves(one) if 0 in one.seen or 2 * new > most else None
        if half is not None:
            self._same.extend(agreeing(self.joiner, half))
            return
        for place, rows in zip(places, changes, strict=True):
            for pairs in self._heads(one, place, rows):
                self._same.append((subjects(pairs), objects(pairs)))

    def _since(self, one: Plan, place: int) -> Rows:
        return self.relations[one.body[place].key].since(one.seen[place])

    def _merge(self) -> bool:
        """Put together what is the same; return whether rules have to run again."""
        if not self._same:
            return False
        ones = np.concatenate([one for one, _ in self._same])
        others = np.concatenate([other for _, other in self._same])
        self._same = []
        moved = self.equality.merge(ones, others)
        if not moved.size:
            return False
        flags = np.zeros(self.equality.names.size, dtype=bool)
        flags[moved] = True
        for relation in self.relations.values():
            relation.rename(flags, self.equality.names)
        for rule in self._transitive.values():
            rule.rename(flags, self.equality.names)
        gone = set(moved.tolist())
        for one, named in self._named.items():
            # What the rule names is now also what others are called.
            if named & gone or any(int(self.equality.names[term]) != term for term in named):
                one.seen = [0] * len(one.body)
        return True
