"""English for people: a number with its noun, words in a row, the names of the months."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["MONTHS", "counted", "listed"]

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def counted(number: int, noun: str, plural: str = "") -> str:
    """Return a number with its noun.

    Args:
        number: how many there are.
        noun: of one.
        plural: of several; the noun with an s by default.

    >>> counted(1, "event"), counted(1200, "event"), counted(0, "entry", "entries")
    ('1 event', '1,200 events', '0 entries')
    """
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"


def listed(words: Sequence[str], conjunction: str = "and") -> str:
    """Return words as a sentence lists them.

    >>> listed(["a", "b", "c"]), listed(["a", "b"], "or"), listed([])
    ('a, b and c', 'a or b', '')
    """
    start, end = words[:-1], words[-1:]
    return f" {conjunction} ".join([", ".join(start), *end] if start else end)
