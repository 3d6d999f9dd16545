"""Shortcuts for rules that joins would be slow at: keys and limits, and transitive properties.

Functional properties, keys and limits make terms the same if they agree in something.

Such a rule says of two variables the same: whoever has the same values is the same. Joining all
with all of the same values would be quadratic; sorting by the values and joining neighbours is not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kg.reasoning.columns.plans import SAME, Pattern, Slot
from kg.reasoning.columns.relation import Relation, Rows, pack, union

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kg.reasoning.columns.joins import Joiner
    from kg.reasoning.columns.plans import Plan

__all__ = ["Half", "Transitive", "agreeing", "halves"]


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


class Transitive:
    """A rule that makes a property transitive.

    Joining all paths with all paths finds each path once for every place in which it can be cut.
    Paths are therefore made longer by edges only: by what did not come from this rule.

    Args:
        plan: the rule.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._key = plan.body[0].key
        self._edges: Relation | None = None

    def rename(self, moved: NDArray[np.bool_], names: Rows) -> None:
        """Put another term for each that has moved."""
        if self._edges is not None:
            self._edges.rename(moved, names)

    def run(self, paths: Relation, joiner: Joiner) -> bool:
        """Add all paths that follow; return whether there were any."""
        seen = self.plan.seen[0]
        if paths.version == seen:
            return False
        new, before = paths.since(seen), paths.version
        if self._edges is None:
            self._edges = Relation(joiner.equality.names.size, pairs=True)
        self._edges.add([new])
        if seen:
            # What leads to where a new edge begins.
            new = union([new, paths.add(self._compose(joiner, 1, new))])
        edges = joiner.over({self._key: self._edges})
        while new.size:
            joiner.budget.check("following a transitive property")
            new = paths.add(self._compose(edges, 0, new))
        self.plan.seen = [paths.version] * 2
        return paths.version > before

    def _compose(self, joiner: Joiner, place: int, rows: Rows) -> list[Rows]:
        """Return the paths from x by y to z, with some rows as their first or second part."""
        body = Pattern(self._key, "x", "y"), Pattern(self._key, "y", "z")
        tables = joiner.solve(body, frozenset({"x", "z"}), place, rows)
        return [pack(table.columns["x"], table.columns["z"]) for table in tables]
