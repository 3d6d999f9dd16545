"""Sets of numbers, and of pairs of numbers, as sorted arrays without repetition.

A term is a number below 2**32. A pair is one number: the subject times 2**32 plus the object, so
that sorting pairs sorts them by subject.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = [
    "EMPTY",
    "Rows",
    "distinct",
    "fan_out",
    "first_of",
    "objects",
    "pack",
    "subjects",
    "swap",
    "union",
    "within",
    "without",
]

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


def first_of(subject: Rows) -> Rows:
    """Return the first pair that each subject can have.

    >>> first_of(np.array([1], dtype=np.uint64)) == pack(*np.array([[1], [0]], dtype=np.uint64))
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
    """Tell of each row whether it is among the known ones, which are sorted.

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
