"""Rules that make terms the same if they agree in something: functional properties, keys, limits.

Such a rule says of two variables the same: whoever has the same values is the same. Joining all
with all of the same values would be quadratic; sorting by the values and joining neighbours is not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kg.reasoning.columns.plans import SAME, Pattern, Slot

if TYPE_CHECKING:
    from kg.reasoning.columns.arrays import Rows
    from kg.reasoning.columns.joins import Joiner
    from kg.reasoning.columns.plans import Plan

__all__ = ["Half", "agreeing", "halves"]


class Half(NamedTuple):
    """What one of two terms must be for both to be the same.

    Args:
        body: what must hold of it.
        one: the variable of the term.
        values: the variables in which two terms must agree.
    """

    body: tuple[Pattern, ...]
    one: str
    values: tuple[str, ...]


def halves(plan: Plan) -> Half | None:
    """Return half of a rule whose body says the same of two terms, None for another rule.

    >>> from kg.reasoning.columns.plans import Key, Plan
    >>> p = Key(is_class=False, term=7)
    >>> body = Pattern(p, "x", "y"), Pattern(p, "x", "z")
    >>> halves(Plan(None, Pattern(SAME, "y", "z"), body))[1:]
    ('y', ('x',))
    """
    if plan.head is None or plan.head.key != SAME:
        return None
    one, other = plan.head.subject, plan.head.object
    if not isinstance(one, str) or not isinstance(other, str) or one == other:
        return None
    swapped: dict[Slot, Slot] = {one: other, other: one}
    mirrored = {
        Pattern(
            pattern.key,
            swapped.get(pattern.subject, pattern.subject),
            swapped.get(pattern.object, pattern.object) if pattern.object is not None else None,
        )
        for pattern in plan.body
    }
    own = tuple(pattern for pattern in plan.body if other not in pattern.variables())
    if mirrored != set(plan.body) or any(
        {one, other} <= pattern.variables() for pattern in plan.body
    ):
        return None
    values = frozenset().union(*(pattern.variables() for pattern in own)) - {one}
    return Half(own, one, tuple(sorted(values)))


def agreeing(joiner: Joiner, half: Half) -> list[tuple[Rows, Rows]]:
    """Return pairs of terms that agree, enough of them to link all that do."""
    tables = list(joiner.solve(half.body, frozenset({half.one, *half.values})))
    if not tables:
        return []
    columns = {
        name: np.concatenate([table.columns[name] for table in tables])
        for name in (half.one, *half.values)
    }
    term = columns[half.one]
    values = [columns[name] for name in half.values]
    if values:
        order = np.lexsort((term, *values))
        term, values = term[order], [column[order] for column in values]
    alike = term[1:] != term[:-1]
    for column in values:
        alike &= column[1:] == column[:-1]
    return [(term[1:][alike], term[:-1][alike])]
