"""Relations as sorted arrays of rows, and the operations on such arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

__all__ = [
    "EMPTY",
    "Relation",
    "Rows",
    "Run",
    "distinct",
    "fan_out",
    "objects",
    "pack",
    "subjects",
    "swap",
    "union",
    "within",
    "without",
]

# Sets of numbers, and of pairs of numbers, are sorted arrays without repetition.
# A term is a number below 2**32. A pair is one number: the subject times 2**32 plus the object, so
# that sorting pairs sorts them by subject.

#: Terms, or pairs of terms.
Rows: TypeAlias = "NDArray[np.uint64]"

EMPTY: Rows = np.empty(0, dtype=np.uint64)
_HALF = np.uint64(32)
_LOW = np.uint64(0xFFFFFFFF)


def pack(subject: Rows, value: Rows) -> Rows:
    """Return pairs.

    >>> one = np.array([1], dtype=np.uint64)
    >>> swap(pack(one, one + one)) == pack(one + one, one)
    array([ True])
    """
    return (subject << _HALF) | value


def subjects(pairs: Rows) -> Rows:
    """Return the first of each pair.

    >>> subjects(pack(*np.array([[7], [2]], dtype=np.uint64)))
    array([7], dtype=uint64)
    """
    return pairs >> _HALF


def _first_of(subject: Rows) -> Rows:
    """Return the first pair that each subject can have.

    >>> _first_of(np.array([1], dtype=np.uint64)) == pack(*np.array([[1], [0]], dtype=np.uint64))
    array([ True])
    """
    return subject << _HALF


def objects(pairs: Rows) -> Rows:
    """Return the second of each pair.

    >>> objects(pack(*np.array([[7], [2]], dtype=np.uint64)))
    array([2], dtype=uint64)
    """
    return pairs & _LOW


def swap(pairs: Rows) -> Rows:
    """Return each pair the other way round; sorted no longer.

    >>> objects(swap(pack(*np.array([[7], [2]], dtype=np.uint64))))
    array([7], dtype=uint64)
    """
    return (pairs << _HALF) | (pairs >> _HALF)


def distinct(rows: Rows) -> Rows:
    """Return the rows sorted, each once.

    >>> distinct(np.array([3, 1, 3], dtype=np.uint64))
    array([1, 3], dtype=uint64)
    """
    return union([rows])


def union(parts: Sequence[Rows]) -> Rows:
    """Return the rows of all parts sorted, each once.

    >>> union([np.array([3, 1], dtype=np.uint64), np.array([1, 2], dtype=np.uint64)])
    array([1, 2, 3], dtype=uint64)
    """
    # Parts are often sorted already; then they are merged, which is six times as fast.
    ordered = [part if _ascends(part) else np.sort(part) for part in parts if part.size]
    if not ordered:
        return EMPTY
    rows = ordered[0]
    if len(ordered) > 1:
        rows = np.sort(np.concatenate(ordered), kind="stable")
    first = np.empty(rows.size, dtype=bool)
    first[0] = True
    np.not_equal(rows[1:], rows[:-1], out=first[1:])
    return rows if first.all() else rows[first]


def _ascends(rows: Rows) -> bool:
    return bool((rows[1:] >= rows[:-1]).all())


def within(rows: Rows, known: Rows) -> NDArray[np.bool_]:
    """Return for each row whether it is among the known ones, which are sorted.

    >>> within(np.array([5, 1], dtype=np.uint64), np.array([1, 2], dtype=np.uint64))
    array([False,  True])
    """
    if not known.size:
        return np.zeros(rows.size, dtype=bool)
    place = np.searchsorted(known, rows)
    place[place == known.size] = 0
    found: NDArray[np.bool_] = known[place] == rows
    return found


def without(rows: Rows, known: Rows) -> Rows:
    """Return the rows that are not among the known ones, which are sorted.

    >>> without(np.array([5, 1], dtype=np.uint64), np.array([1, 2], dtype=np.uint64))
    array([5], dtype=uint64)
    """
    return rows[~within(rows, known)] if known.size and rows.size else rows


def fan_out(
    starts: NDArray[np.int64], counts: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return which range each place is of, and the places of all ranges one after the other.

    >>> which, place = fan_out(np.array([10, 20]), np.array([2, 1]))
    >>> which.tolist(), place.tolist()
    ([0, 0, 1], [10, 11, 20])
    """
    which = np.repeat(np.arange(counts.size), counts)
    ends = np.cumsum(counts)
    place = np.arange(which.size) + (starts - ends + counts)[which]
    return which, place


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
            begin = np.searchsorted(self.rows, _first_of(keys))
            return begin, np.searchsorted(self.rows, _first_of(keys + np.uint64(1))) - begin
        if self._offsets is None:
            every = np.arange(terms + 1, dtype=np.uint64)
            self._offsets = np.searchsorted(self.rows, _first_of(every))
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
        """Return whether the pairs are at hand sorted by object."""
        return self._swapped is not None

    def holds(self, rows: Rows) -> NDArray[np.bool_]:
        """Return for each row whether it is in."""
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
