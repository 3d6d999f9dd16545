"""Transitive properties: from path to longer path, one edge at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.reasoning.columns.arrays import Rows, pack, union
from kg.reasoning.columns.plans import Pattern
from kg.reasoning.columns.relation import Relation

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from kg.reasoning.columns.joins import Joiner
    from kg.reasoning.columns.plans import Plan

__all__ = ["Transitive"]


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
        """Add all paths that follow; tell whether there were any."""
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
