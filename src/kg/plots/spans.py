"""When something was, no more precisely than it is written: a span of days with its doubts.

Extended Date/Time Format, https://www.loc.gov/standards/datetime/
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from kg.dates import Day, bounds, day_in_words, in_words
from kg.errors import ParseFailure

if TYPE_CHECKING:
    from datetime import date

    from kg.dates import Bounds

__all__ = ["Span", "between", "span"]


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
        days: the first and the last day of any year; a picture has those of the years 1 to 9999.
    """

    text: str
    words: str
    first: date | None
    last: date | None
    lasting: bool = False
    approximate: bool = False
    days: Bounds = (None, None)

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
        days = bounds(text)
    except ParseFailure:
        return Span(text, f"“{text}”, which is no date", None, None)
    first, last = (day and day.to_date() for day in days)
    # A year that Python's calendar lacks has no place on an axis: it is told in words alone.
    if (first, last).count(None) > days.count(None):
        first = last = None
    approximate = any(mark in text for mark in "~%")
    return Span(text, in_words(text, short=True), first, last, "/" in text, approximate, days)


def between(first: date | None, last: date | None) -> Span:
    """Return the span of an event whose first and last possible day alone are known.

    >>> from datetime import date
    >>> between(date(2023, 12, 1), date(2023, 12, 31)).words
    '1 Dec 2023 to 31 Dec 2023'
    """
    start, end = (day_in_words(day) if day else "" for day in (first, last))
    words = f"{start} to {end}" if start and end else f"from {start} on" if start else f"by {end}"
    days = Day.of(first) if first else None, Day.of(last) if last else None
    return Span("", words if first != last else start, first, last, days=days)
