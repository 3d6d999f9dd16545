"""Near misses: for a statement that does not follow, which premises are there or missing."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, islice
from typing import TYPE_CHECKING, cast

from pyoxigraph import Variable

from kg.namespaces import OWL, RDF
from kg.reasoning.proof.entailed import Completion, open_terms
from kg.reasoning.rules import substitute

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kg.reasoning.proof.search import Search
    from kg.reasoning.rules import Pattern, Slot
    from kg.reasoning.statements import Statement, Term

__all__ = ["Near", "Nearness"]

#: So many statements of the data are looked at where more complete a pattern.
_LIMIT = 32
#: So many ways to complete what is there are tried for one rule.
_TRIES = 8
#: What goes through nameless classes is followed no deeper than this.
_DEPTH = 8
#: What holds of a thing under another name is the same question again; that it is the same as
#: another thing would give it nearly anything.
_IDLE = frozenset({"eq-rep-s", "eq-rep-p", "eq-rep-o", "eq-sym", "eq-trans", "eq-ref"})


@dataclass(frozen=True)
class Near:
    """A way in which a statement would follow.

    Args:
        rule: the rule of OWL 2 RL.
        axioms: what the ontology says to that effect.
        there: the premises that hold.
        missing: the premises that do not; a variable stands for anything that would do.
    """

    rule: str
    axioms: tuple[Statement, ...]
    there: tuple[Statement, ...]
    missing: tuple[Pattern, ...]

    @property
    def rank(self) -> tuple[int, int, list[str], str]:
        """What the nearest has least of."""
        words = [str(slot) for one in (*self.missing, *self.there) for slot in one]
        return len(self.missing), -len(self.there), words, self.rule


class Nearness:
    """Finds the ways in which statements would follow, the nearest first.

    Args:
        search: of the closed graph.
    """

    def __init__(self, search: Search) -> None:
        self._search = search
        self._entailed = search.entailed
        self._completion = Completion(search.entailed, _LIMIT)

    def ways(self, goal: Statement, *, without: tuple[Statement, ...] = ()) -> list[Near]:
        """Return the ways in which a statement would follow, the nearest first.

        Args:
            goal: the statement.
            without: what may not be among the missing premises.
        """
        found = {(one.there, one.missing): one for one in self._ways(goal, (*without, goal))}
        return sorted(found.values(), key=lambda one: one.rank)

    def _ways(self, goal: Statement, above: tuple[Statement, ...]) -> Iterator[Near]:
        for rule, (axioms, body) in self._search.ways.to(goal):
            # A nameless class is what it is made of; what else implies it is no nearer.
            is_definition = goal[2] not in self._entailed.nameless or all(
                map(self._entailed.is_given, axioms)
            )
            if rule not in _IDLE and body and goal not in body and is_definition:
                yield from self._fit(rule, axioms, body, above)

    def _fit(
        self,
        rule: str,
        axioms: tuple[Statement, ...],
        body: Sequence[Pattern],
        above: tuple[Statement, ...],
    ) -> Iterator[Near]:
        """Yield the ways with the fewest missing premises to meet what a rule asks for."""
        # What is said of nameless classes no reader sees: their definitions are looked into.
        nameless = [one for one in body if self._is_nameless(one)]
        plain = [one for one in body if one not in nameless]
        goal = above[-1]
        ends = {goal[0]} if goal[1] == RDF.type else {goal[0], goal[2]}
        for number in range(len(plain) + 1):
            found: list[Near] = []
            for left_out in combinations(plain, number):
                rest = [one for one in plain if one not in left_out]
                if not _is_anchored(rest, ends):
                    continue
                for there in islice(self._completion.premises(rest, given=False), _TRIES):
                    bound = _binding(rest, there)
                    missing = [substitute(one, bound) for one in left_out]
                    if any(self._is_there(one) for one in missing):
                        continue
                    near: Near | None = Near(rule, axioms, there, tuple(missing))
                    for one in nameless:
                        near = near and self._look_into(near, substitute(one, bound), above)
                    if near and near.missing and not set(near.missing) & set(above):
                        found.append(near)
            if found:
                yield from found
                return

    def _look_into(self, near: Near, one: Pattern, above: tuple[Statement, ...]) -> Near | None:
        """Add what is there and what is missing for a thing to be of a nameless class."""
        if open_terms(one):
            return Near(near.rule, near.axioms, near.there, (*near.missing, one))
        goal = cast("Statement", one)
        if goal in above or len(above) > _DEPTH:
            return None
        if self._search.shortest(goal) is not None:
            return Near(near.rule, near.axioms, (*near.there, goal), near.missing)
        inner = min(self._ways(goal, (*above, goal)), key=lambda way: way.rank, default=None)
        if inner is None:
            return None
        there = dict.fromkeys((*near.there, *inner.there))
        missing = dict.fromkeys((*near.missing, *inner.missing))
        return Near(near.rule, (*near.axioms, *inner.axioms), tuple(there), tuple(missing))

    def _is_nameless(self, one: Pattern) -> bool:
        return one[1] == RDF.type and one[2] in self._entailed.nameless

    def _is_there(self, one: Pattern) -> bool:
        if open_terms(one):
            return False
        return one[2] == OWL.Thing or self._entailed.holds(cast("Statement", one))


def _is_anchored(patterns: Sequence[Pattern], ends: set[Term]) -> bool:
    """Return whether patterns hang together with the ends of a goal: others are met by anything."""
    known: set[object] = set(ends)
    loose = list(patterns)
    while loose:
        held = [one for one in loose if known & {one[0], one[2]}]
        if not held:
            return False
        known.update(slot for one in held for slot in open_terms(one))
        loose = [one for one in loose if one not in held]
    return True


def _binding(patterns: Sequence[Pattern], there: Sequence[Statement]) -> dict[Slot, Term]:
    return {
        slot: term
        for pattern, one in zip(patterns, there, strict=True)
        for slot, term in zip(pattern, one, strict=True)
        if isinstance(slot, Variable)
    }
