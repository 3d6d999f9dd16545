"""What holds whatever else falls: statements with a short proof from what stays asserted."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from pyoxigraph import Literal

from kg.namespaces import OWL, RDF
from kg.reasoning.hidden import types_of_literals
from kg.reasoning.matching import solutions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kg.reasoning.hidden import Before, Rules
    from kg.reasoning.lookups import Overlay
    from kg.reasoning.statements import Statement

__all__ = ["Support"]

# An attribute of a namespace costs a search each time.
_TYPE, _SAME_AS = RDF.type, OWL.sameAs
#: How many steps a proof may have one upon the other, and how many are tried for a conclusion.
#: What is not found within these bounds is deleted and derived again, which only takes longer.
_DEPTH, _WIDTH = 6, 50


class Support:
    """Proofs of a few steps, found backwards.

    Such a proof ends in what is asserted, so it cannot be one of what it rests on.

    Args:
        rules: the rules.
        before: the closed graph as it was, for what to try.
        asserted: what stays asserted.
        is_fixed: tells of a statement whether no change that is followed can reach it.
    """

    def __init__(
        self,
        rules: Rules,
        before: Before,
        asserted: Overlay,
        is_fixed: Callable[[Statement], bool],
    ) -> None:
        self._rules, self._before, self._asserted = rules, before, asserted
        self._is_fixed = is_fixed
        self._proved: set[Statement] = set()
        self._failed: dict[Statement, int] = {}
        # The steps to a conclusion as far as they were looked for, and how to go on.
        self._tried: dict[Statement, list[tuple[Statement, ...]]] = {}
        self._untried: dict[Statement, Iterator[tuple[Statement, ...]]] = {}

    def __contains__(self, one: Statement) -> bool:
        """Tell whether a statement has a short proof."""
        return self._is_proved(one, _DEPTH)

    def _is_proved(self, one: Statement, depth: int) -> bool:
        if one in self._proved:
            return True
        if self._failed.get(one, -1) >= depth:
            return False
        if self._is_ground(one) or (depth > 0 and self._has_step(one, depth)):
            self._proved.add(one)
            return True
        self._failed[one] = depth
        return False

    def _is_ground(self, one: Statement) -> bool:
        subject, predicate, value = one
        if one in self._asserted or (predicate == _SAME_AS and subject == value):
            return True
        if predicate == _TYPE and isinstance(subject, Literal):
            types = tuple(types_of_literals(subject, self._rules.datatypes))
            return value in types and any(True for _ in self._asserted.statements(value=subject))
        return self._is_fixed(one) and one in self._before

    def _has_step(self, one: Statement, depth: int) -> bool:
        return any(
            all(self._is_proved(premise, depth - 1) for premise in premises)
            for premises in islice(self.steps(one), _WIDTH)
        )

    def steps(self, one: Statement) -> Iterator[tuple[Statement, ...]]:
        """Yield the premises of each way to a statement, none of them looked for twice."""
        if one not in self._tried:
            self._tried[one] = []
            self._untried[one] = self._look(one)
        tried = self._tried[one]
        at = 0
        while True:
            while at < len(tried):
                yield tried[at]
                at += 1
            found = next(self._untried[one], None)
            if found is None:
                return
            tried.append(found)

    def _look(self, one: Statement) -> Iterator[tuple[Statement, ...]]:
        for plan in self._before.plans_for(one):
            binding = plan.begin(one)
            if binding is not None:
                for solution in solutions(plan, binding, self._before):
                    premises = plan.premises(solution)
                    if one not in premises:
                        yield premises
