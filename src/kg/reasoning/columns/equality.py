"""Which terms are the same: one number stands for all of them."""

from __future__ import annotations

import numpy as np

from kg.reasoning.columns.relation import (
    EMPTY,
    Rows,
    distinct,
    fan_out,
    objects,
    pack,
    subjects,
    union,
)

__all__ = ["Equality"]


class Equality:
    """Terms in groups of the same, the smallest number of each standing for it.

    Args:
        terms: how many terms there are.

    Attributes:
        names: for each term, the one that stands for it.

    >>> equality = Equality(4)
    >>> equality.merge(np.array([3], dtype=np.uint64), np.array([1], dtype=np.uint64))
    array([3], dtype=uint64)
    >>> equality.names
    array([0, 1, 2, 1], dtype=uint64)
    """

    def __init__(self, terms: int) -> None:
        self.names: Rows = np.arange(terms, dtype=np.uint64)

    def merge(self, ones: Rows, others: Rows) -> Rows:
        """Make terms the same, and return those for which another stands from now on."""
        first, second = self.names[ones], self.names[others]
        apart = first != second
        first, second = first[apart], second[apart]
        if not first.size:
            return EMPTY
        nodes = union([first, second])
        label = np.arange(nodes.size)
        one, other = np.searchsorted(nodes, first), np.searchsorted(nodes, second)
        while True:
            high, low = np.maximum(label[one], label[other]), np.minimum(label[one], label[other])
            apart = high != low
            if not apart.any():
                break
            np.minimum.at(label, high[apart], low[apart])
            while (label[label] != label).any():
                label = label[label]
        moved: Rows = nodes[label != np.arange(nodes.size)]
        self.names[nodes] = nodes[label]
        self.names = self.names[self.names]
        return moved

    def groups(self) -> list[Rows]:
        """Return the groups with more than one term, and within each the terms in order."""
        members, starts, counts = self._members()
        heads = np.flatnonzero(counts > 1)
        return [members[starts[head] : starts[head] + counts[head]] for head in heads]

    def _members(self) -> tuple[Rows, np.ndarray, np.ndarray]:
        """Return the terms that are not alone, and where those of each name begin, and how many."""
        counts = np.bincount(self.names.astype(np.int64), minlength=self.names.size)
        grouped = np.flatnonzero(counts[self.names] > 1)
        order = np.argsort(self.names[grouped], kind="stable")
        members = grouped[order].astype(np.uint64)
        starts = np.zeros(self.names.size, dtype=np.int64)
        heads = np.flatnonzero(counts > 1)
        starts[heads] = np.cumsum(counts[heads]) - counts[heads]
        return members, starts, counts

    def expansion(self) -> Expansion | None:
        """Return what puts all terms of a group for the one that stands for it.

        None where no two terms are the same.
        """
        members, starts, counts = self._members()
        return Expansion(members, starts, counts) if members.size else None


class Expansion:
    """Writes rows out for all terms that are the same.

    Args:
        members: the terms that are not alone, by group.
        starts: for the term that stands for a group, where the group begins.
        counts: for each term, for how many it stands.
    """

    def __init__(self, members: Rows, starts: np.ndarray, counts: np.ndarray) -> None:
        self._members, self._starts, self._counts = members, starts, counts

    def terms(self, rows: Rows) -> Rows:
        """Return all terms for which those given stand, sorted."""
        shared = self._counts[rows] > 1
        if not shared.any():
            return rows
        _, value = self._fan(rows[shared])
        return union([rows[~shared], distinct(value)])

    def size(self, rows: Rows) -> int:
        """Return how many pairs there are when all are written out."""
        counts = self._counts
        return int((counts[subjects(rows)] * counts[objects(rows)]).sum())

    def pairs(self, rows: Rows) -> Rows:
        """Return all pairs for which those given stand, sorted."""
        shared = (self._counts[subjects(rows)] > 1) | (self._counts[objects(rows)] > 1)
        if not shared.any():
            return rows
        old = rows[shared]
        which, subject = self._fan(subjects(old))
        again, value = self._fan(objects(old)[which])
        return union([rows[~shared], distinct(pack(subject[again], value))])

    def same(self) -> Rows:
        """Return each two terms that are the same and not one, sorted."""
        heads = np.flatnonzero(self._counts > 1).astype(np.uint64)
        rows = self.pairs(pack(heads, heads))
        apart: Rows = rows[subjects(rows) != objects(rows)]
        return apart

    def _fan(self, terms: Rows) -> tuple[np.ndarray, Rows]:
        """Return, for all members of the groups of some terms, which term and which member."""
        counts = self._counts[terms]
        which, place = fan_out(np.where(counts > 1, self._starts[terms], 0), counts)
        alone = counts[which] == 1
        place[alone] = 0
        return which, np.where(alone, terms[which], self._members[place])
