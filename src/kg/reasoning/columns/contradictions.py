"""Contradictions in a closure: the rules whose conclusion is "false"."""

from __future__ import annotations

from collections import defaultdict
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
from pyoxigraph import Literal, NamedNode, Variable

from kg.namespaces import OWL, RDF
from kg.reasoning.columns.plans import SAME, Key, Plan
from kg.reasoning.columns.relation import EMPTY, objects, subjects
from kg.reasoning.datatypes import belongs, differ
from kg.reasoning.rules import Atom, Rule
from kg.reasoning.statements import Statement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kg.reasoning.columns.facts import Facts
    from kg.reasoning.columns.joins import Joiner
    from kg.reasoning.columns.literals import Literals
    from kg.reasoning.columns.plans import Dictionary
    from kg.reasoning.statements import Term

__all__ = ["Contradictions", "Found"]

#: A rule, and statements that fulfil its body.
Found = tuple[Rule, tuple[Statement, ...]]

#: So many ways to break one rule are told.
_MOST = 20
_BITS = 64
_X, _Y = Variable("x"), Variable("y")
_DIFFERENT = Rule("dt-diff", None, (Atom(_X, OWL.sameAs, _Y),))
_ILL_TYPED = Rule("dt-not-type", None, (Atom(_X, OWL.topDataProperty, _Y),))
_NOT_OF_TYPE = Rule("dt-not-type", None, (Atom(_X, RDF.type, OWL.Thing),))


class Contradictions:
    """Looks for what breaks a rule.

    Args:
        joiner: the closed relations.
        facts: what is given.
        dictionary: the terms.
    """

    def __init__(self, joiner: Joiner, facts: Facts, dictionary: Dictionary) -> None:
        self._joiner, self._facts, self._dictionary = joiner, facts, dictionary
        self._is_literal = dictionary.texts().str.starts_with('"').to_numpy()
        self._groups: dict[int, list[int]] = {
            int(joiner.equality.names[group[0]]): group.tolist()
            for group in joiner.equality.groups()
        }

    def find(self, plans: Sequence[Plan], literals: Literals) -> list[Found]:
        """Return what breaks each rule, a few ways for each.

        Args:
            plans: the rules.
            literals: those of the facts.
        """
        self._joiner.budget.check("looking for contradictions")
        found: list[Found] = []
        rules = [one for one in plans if one.head is None]
        for one in self._suspects(rules):
            found += self._few(one.rule, self._broken(one))
        found += self._few(_DIFFERENT, self._different())
        found += self._few(_ILL_TYPED, self._ill_typed(literals))
        found += self._few(_NOT_OF_TYPE, self._not_of_type())
        return found

    def _few(self, rule: Rule, found: Iterable[tuple[Statement, ...]]) -> list[Found]:
        """Return some ways to break a rule, always the same ones."""
        some = sorted(set(islice(found, _MOST * _MOST)), key=_texts)
        return [(rule, premises) for premises in some[:_MOST]]

    def _suspects(self, rules: Sequence[Plan]) -> Iterator[Plan]:
        """Yield the rules that may be broken, leaving out quickly those that cannot be."""
        same = [one for one in rules if _names_two(one)]
        first = np.array([one.body[0].subject for one in same], dtype=np.int64)
        second = np.array([one.body[0].object for one in same], dtype=np.int64)
        names = self._joiner.equality.names
        equal = {
            one for one, alike in zip(same, names[first] == names[second], strict=True) if alike
        }
        exclusive = {one: _two_classes(one) for one in rules}
        meeting = self._meeting({pair for pair in exclusive.values() if pair})
        apart = {*same} - equal
        for one in rules:
            pair = exclusive[one]
            if one not in apart and (pair is None or pair in meeting):
                yield one

    def _meeting(self, pairs: set[tuple[Key, Key]]) -> set[tuple[Key, Key]]:
        """Return the pairs of classes that share a member.

        Each class of a batch is a bit for each of its members, so that one look at a class tells
        whether a member is of any class that excludes it.
        """
        relations = self._joiner.relations
        pairs = {(one, other) for one, other in pairs if one in relations and other in relations}
        excluded: dict[Key, set[Key]] = defaultdict(set)
        for one, other in pairs:
            excluded[other].add(one)
        batches = sorted(excluded)
        found = set()
        for begin in range(0, len(batches), _BITS):
            batch = batches[begin : begin + _BITS]
            bits = np.zeros(self._joiner.equality.names.size, dtype=np.uint64)
            asked: dict[Key, np.uint64] = defaultdict(np.uint64)
            for place, key in enumerate(batch):
                bit = np.uint64(1) << np.uint64(place)
                bits[relations[key].rows()] |= bit
                for other in excluded[key]:
                    asked[other] |= bit
            for one, mask in asked.items():
                seen = np.bitwise_or.reduce(bits[relations[one].rows()] & mask, initial=0)
                found |= {
                    (one, key)
                    for place, key in enumerate(batch)
                    if one in excluded[key] and int(seen) >> place & 1
                }
        return found

    def _broken(self, one: Plan) -> Iterator[tuple[Statement, ...]]:
        """Yield statements that fulfil the body of a rule together."""
        if not all(self._joiner.size(pattern) for pattern in one.body):
            return
        if not one.body:
            yield ()
            return
        names = frozenset().union(*(pattern.variables() for pattern in one.body))
        for table in self._joiner.solve(one.body, names):
            for row in range(min(table.size, _MOST * _MOST)):
                solution = {name: int(column[row]) for name, column in table.columns.items()}
                yield self._premises(one, solution)

    def _premises(self, one: Plan, solution: dict[str, int]) -> tuple[Statement, ...]:
        """Return statements about terms that are given, not about those that stand for them."""
        chosen: dict[str, int] = {}
        for pattern in sorted(one.body, key=lambda one: one.key == SAME):
            slots = [slot for slot in pattern[1:] if slot is not None]
            names = [
                chosen.get(slot, solution[slot]) if isinstance(slot, str) else slot
                for slot in slots
            ]
            for slot, term in zip(
                slots, self._given(pattern.key, names, slots, chosen), strict=True
            ):
                if isinstance(slot, str):
                    chosen.setdefault(slot, term)
        statements = []
        for atom in one.rule.body:
            terms = [
                self._term(chosen[slot.value]) if isinstance(slot, Variable) else slot
                for slot in (atom.subject, atom.predicate, atom.object)
            ]
            statements.append((terms[0], terms[1], terms[2]))
        return tuple(statements)

    def _given(
        self, key: Key, names: list[int], slots: Sequence[str | int], chosen: dict[str, int]
    ) -> list[int]:
        """Return terms that are the same as some, and of which the facts say what a rule asks."""
        fixed = [isinstance(slot, int) or slot in chosen for slot in slots]
        if key == SAME:
            # That a thing is the same as itself contradicts nothing.
            first, second = map(self._members, names)
            return [names[0] if fixed[0] else first[0], names[1] if fixed[1] else second[-1]]
        rows = self._facts.relations.get(key, EMPTY)
        columns = [rows] if key.is_class else [subjects(rows), objects(rows)]
        stands = self._joiner.equality.names
        hit = np.ones(rows.size, dtype=bool)
        for column, name, is_fixed in zip(columns, names, fixed, strict=True):
            hit &= column == name if is_fixed else stands[column] == stands[name]
        if len(set(slots)) < len(slots):
            hit &= columns[0] == columns[1]
        hits = list(zip(*(column[hit][:_MOST].tolist() for column in columns), strict=True))
        return list(min(hits, key=lambda row: [*map(str, map(self._term, row))], default=names))

    def _members(self, name: int) -> list[int]:
        return self._groups.get(int(self._joiner.equality.names[name]), [name])

    def _term(self, number: int) -> Term:
        return self._dictionary.decode(np.array([number], dtype=np.uint64))[0]

    def _different(self) -> Iterator[tuple[Statement, ...]]:
        """Yield literals that are made the same though their values differ."""
        for group in self._groups.values():
            terms = self._dictionary.decode(
                np.array([one for one in group if self._is_literal[one]], dtype=np.uint64)
            )
            values = sorted((one for one in terms if isinstance(one, Literal)), key=str)
            for place, one in enumerate(values):
                # One that differs is enough for each.
                other = next((two for two in values[place + 1 :] if differ(one, two)), None)
                if other is not None:
                    yield ((one, OWL.sameAs, other),)

    def _ill_typed(self, literals: Literals) -> Iterator[tuple[Statement, ...]]:
        ill = literals.ill_typed()
        for key, rows in self._facts.relations.items() if ill.size else ():
            if not key.is_class:
                for row in rows[np.isin(objects(rows), ill)][: _MOST * _MOST].tolist():
                    yield (
                        (self._term(row >> 32), self._term(key.term), self._term(row & 0xFFFFFFFF)),
                    )

    def _not_of_type(self) -> Iterator[tuple[Statement, ...]]:
        """Yield literals of a class that they cannot be of."""
        for key, relation in self._joiner.relations.items():
            if key.is_class and isinstance(kind := self._term(key.term), NamedNode):
                rows = relation.rows()
                for number in rows[self._is_literal[rows]].tolist():
                    for member in self._members(number):
                        literal = self._term(member)
                        if isinstance(literal, Literal) and not belongs(literal, kind):
                            yield ((literal, RDF.type, kind),)


def _texts(premises: tuple[Statement, ...]) -> list[str]:
    return [str(term) for one in premises for term in one]


def _names_two(one: Plan) -> bool:
    """Return whether a rule is that two named terms are not the same."""
    return (
        len(one.body) == 1
        and one.body[0].key == SAME
        and all(isinstance(slot, int) for slot in one.body[0][1:])
    )


def _two_classes(one: Plan) -> tuple[Key, Key] | None:
    """Return two classes if a rule is that nothing is of both."""
    if len(one.body) != 2:  # noqa: PLR2004 - both
        return None
    first, second = one.body
    if not (first.key.is_class and second.key.is_class) or first.subject != second.subject:
        return None
    return (first.key, second.key) if isinstance(first.subject, str) else None
