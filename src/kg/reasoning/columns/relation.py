"""What one property relates, or what is of one class; it grows, and tells what is new."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kg.reasoning.columns.arrays import (
    EMPTY,
    Rows,
    first_of,
    objects,
    pack,
    subjects,
    swap,
    union,
    within,
    without,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

__all__ = ["Relation", "Run"]

#: Above this share of all terms, a table with a place for each term is quicker than searching.
_DENSE = 16


class Run:
    """Sorted rows, and where those of each subject begin."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self._offsets: NDArray[np.int64] | None = None

    def bounds(self, keys: Rows, terms: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return where the pairs of each subject begin, and how many they are.

        Args:
            keys: the subjects.
            terms: how many terms there are.
        """
        if keys.size * _DENSE < terms and self._offsets is None:
            begin = np.searchsorted(self.rows, first_of(keys))
            return begin, np.searchsorted(self.rows, first_of(keys + np.uint64(1))) - begin
        if self._offsets is None:
            every = np.arange(terms + 1, dtype=np.uint64)
            self._offsets = np.searchsorted(self.rows, first_of(every))
        begin = self._offsets[keys]
        return begin, self._offsets[keys + np.uint64(1)] - begin


class Relation:
    """Rows in a few sorted runs, each at least twice as long as the next.

    Args:
        pairs: whether the rows are pairs, not single terms.
        terms: how many terms there are.
        rows: the first rows, sorted, each once.

    Attributes:
        version: how often rows were added; rules keep the version that they have seen.
        size: how many rows there are.
    """

    def __init__(self, terms: int, *, pairs: bool, rows: Rows = EMPTY) -> None:
        self.pairs = pairs
        self.version = 0
        self.size = 0
        self._terms = terms
        self._runs: list[Run] = []
        self._swapped: list[Run] | None = None
        self._log: dict[int, Rows] = {}
        self._flags: tuple[int, NDArray[np.bool_]] | None = None
        if rows.size:
            self._append(rows)

    def add(self, parts: Sequence[Rows]) -> Rows:
        """Put rows in, in whatever order, and return those that were not there."""
        count = sum(part.size for part in parts)
        if not self.pairs and count * _DENSE > self._terms:
            flags = np.zeros(self._terms, dtype=bool)
            for part in parts:
                flags[part] = True
            for run in self._runs:
                flags[run.rows] = False
            rows = np.flatnonzero(flags).astype(np.uint64)
        else:
            rows = union(parts)
            for run in self._runs:
                rows = without(rows, run.rows)
        if rows.size:
            self._append(rows)
        return rows

    def _append(self, rows: Rows) -> None:
        self.version += 1
        self.size += rows.size
        if self.version > 1:
            # What is there from the start is never asked for as a change: it is everything.
            self._log[self.version] = rows
        _push(self._runs, rows)
        if self._swapped is not None:
            _push(self._swapped, np.sort(swap(rows)))

    def rows(self) -> Rows:
        """Return all rows, sorted."""
        if len(self._runs) > 1:
            self._runs = [Run(union([run.rows for run in self._runs]))]
        return self._runs[0].rows if self._runs else EMPTY

    def since(self, version: int) -> Rows:
        """Return the rows that were added after a version, sorted; all for version 0."""
        if version == 0:
            return self.rows()
        return union([rows for added, rows in self._log.items() if added > version])

    def forget(self, version: int) -> None:
        """Let go of the changes up to a version, which nobody will ask for again."""
        self._log = {added: rows for added, rows in self._log.items() if added > version}

    def by_subject(self) -> list[Run]:
        """Return the runs of the pairs."""
        return self._runs

    def by_object(self) -> list[Run]:
        """Return the runs of the swapped pairs."""
        if self._swapped is None:
            self._swapped = [Run(np.sort(swap(run.rows))) for run in self._runs]
        return self._swapped

    @property
    def has_swapped(self) -> bool:
        """Tell whether the pairs are at hand sorted by object."""
        return self._swapped is not None

    def holds(self, rows: Rows) -> NDArray[np.bool_]:
        """Tell of each row whether it is in."""
        if not self.pairs and rows.size * _DENSE > self._terms:
            if self._flags is None or self._flags[0] != self.version:
                flags = np.zeros(self._terms, dtype=bool)
                for run in self._runs:
                    flags[run.rows] = True
                self._flags = self.version, flags
            found: NDArray[np.bool_] = self._flags[1][rows]
            return found
        found = np.zeros(rows.size, dtype=bool)
        for run in self._runs:
            found |= within(rows, run.rows)
        return found

    def rename(self, moved: NDArray[np.bool_], names: Rows) -> bool:
        """Put another term for each that has moved, and count what becomes new as added.

        Args:
            moved: for each term, whether another stands for it from now on.
            names: for each term, what stands for it.

        Returns:
            Whether any row has changed.
        """
        gone = list(_take(self._runs, moved, pairs=self.pairs))
        if not gone:
            return False
        if self._swapped is not None:
            list(_take(self._swapped, moved, pairs=True))
        self.size -= sum(part.size for part in gone)
        self._flags = None
        old = np.concatenate(gone)
        new = pack(names[subjects(old)], names[objects(old)]) if self.pairs else names[old]
        if not self.add([new]).size:
            # The rows that are left are fewer, which is a change as well.
            self.version += 1
        return True


def _take(runs: list[Run], moved: NDArray[np.bool_], *, pairs: bool) -> Iterator[Rows]:
    """Take the rows with a moved term out of the runs, and yield them."""
    for place, run in enumerate(runs):
        rows = run.rows
        hit = moved[subjects(rows)] | moved[objects(rows)] if pairs else moved[rows]
        if hit.any():
            runs[place] = Run(rows[~hit])
            yield rows[hit]
    runs[:] = [run for run in runs if run.rows.size]


def _push(runs: list[Run], rows: Rows) -> None:
    runs.append(Run(rows))
    while len(runs) > 1 and runs[-2].rows.size < 2 * runs[-1].rows.size:
        last, before = runs.pop(), runs.pop()
        both = np.concatenate([before.rows, last.rows])
        runs.append(Run(np.sort(both, kind="stable")))
