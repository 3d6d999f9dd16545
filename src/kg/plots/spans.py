"""When something was, no more precisely than it is written: a span of days with its doubts.

Extended Date/Time Format, https://www.loc.gov/standards/datetime/
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from kg.dates import as_date, bounds
from kg.errors import ParseFailure

if TYPE_CHECKING:
    from datetime import date

__all__ = ["Span", "between", "day_in_words", "span"]

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?([~?%]?)", re.ASCII)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MARKS = {"": "", "~": "about ", "?": "perhaps ", "%": "perhaps about "}


@dataclass(frozen=True)
class Span:
    """The days that a date allows.

    Args:
        text: the date as it is written.
        words: as a reader says it.
        first: the first day; None where it has no known start.
        last: the last day; None where it has no known end.
        lasting: whether it is all of these days; otherwise it is some day of them.
        approximate: whether the days are about right only.
    """

    text: str
    words: str
    first: date | None
    last: date | None
    lasting: bool = False
    approximate: bool = False

    @property
    def known(self) -> tuple[date, date] | None:
        """The first and the last day that are known; one stands for both where an end is open."""
        ends = [day for day in (self.first, self.last) if day is not None]
        return (ends[0], ends[-1]) if ends else None

    @property
    def exact(self) -> bool:
        """Whether it is one day and no other."""
        return self.first is not None and self.first == self.last and not self.approximate


@lru_cache(maxsize=4096)
def span(text: str) -> Span:
    """Read a date; one that cannot be read has no days, and words that say so.

    >>> span("2023-12").last, span("2025-03-31~").words
    (datetime.date(2023, 12, 31), 'about 31 Mar 2025')
    >>> span("../2023-12").first, span("2025-04-07/..").words
    (None, 'from 7 Apr 2025 on')
    >>> span("soon").known, span("soon").words
    (None, '“soon”, which is no date')
    """
    try:
        first, last = _bounds(text)
    except ParseFailure:
        return Span(text, f"“{text}”, which is no date", None, None)
    words = _in_words(text)
    return Span(text, words, first, last, "/" in text, any(mark in text for mark in "~%"))


def between(first: date | None, last: date | None) -> Span:
    """Return the span of an event whose first and last possible day alone are known.

    >>> from datetime import date
    >>> between(date(2023, 12, 1), date(2023, 12, 31)).words
    '1 Dec 2023 to 31 Dec 2023'
    """
    start, end = (day_in_words(day) if day else "" for day in (first, last))
    words = f"{start} to {end}" if start and end else f"from {start} on" if start else f"by {end}"
    return Span("", words if first != last else start, first, last)


def day_in_words(day: date) -> str:
    """Write a day.

    >>> from datetime import date
    >>> day_in_words(date(2025, 4, 7))
    '7 Apr 2025'
    """
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def _bounds(text: str) -> tuple[date | None, date | None]:
    match = _DATE.fullmatch(text)
    # Most dates are days, and parsing one as EDTF takes a thousand times as long.
    if match and match[3]:
        day = as_date(text[:10])
        return day, day
    return bounds(text)


def _in_words(text: str) -> str:
    start, slash, end = text.partition("/")
    if not slash:
        return _one(text) or text
    first, last = _one(start), _one(end)
    forms = {
        (start == "..", last): f"by {last}",
        (end == "..", first): f"from {first} on",
        (not start, last): f"from an unknown time to {last}",
        (not end, first): f"from {first} to an unknown time",
    }
    for (holds, other), words in forms.items():
        if holds and other:
            return words
    return f"{first} to {last}" if first and last else text


def _one(text: str) -> str:
    match = _DATE.fullmatch(text)
    if match is None:
        return ""
    year, month, day, mark = match.groups(default="")
    parts = [str(int(day)) if day else "", _MONTHS[int(month) - 1] if month else "", year]
    return _MARKS[mark] + " ".join(filter(None, parts))
