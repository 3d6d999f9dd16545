"""Dates as a reader says them, no more precise than they are written."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from kg.dates.edtf import EdtfDate, EdtfInterval, EdtfSet, fits, parse, years
from kg.errors import ParseFailure

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

__all__ = ["day_in_words", "in_words"]

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_QUALIFIED = {"~": "about ", "?": "perhaps ", "%": "perhaps about "}
_QUALITIES = {"~": "approximate", "?": "uncertain", "%": "uncertain and approximate"}
_SEASONS = ("spring", "summer", "autumn", "winter")
#: From the first number of each kind of part of a year: its names, and what follows them.
_PARTS = {
    21: (_SEASONS, " {year}"),
    25: (_SEASONS, " {year} in the northern hemisphere"),
    29: (_SEASONS, " {year} in the southern hemisphere"),
    33: (("first", "second", "third", "fourth"), " quarter of {year}"),
    37: (("first", "second", "third"), " four months of {year}"),
    40: (("first", "second"), " half of {year}"),
}
_TIME = re.compile(r"(\d{2}:\d{2})(?::\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}(?::?\d{2})?)?", re.ASCII)
_FRACTION = re.compile(r"(T\d{2}:\d{2}:\d{2})\.\d+", re.ASCII)


@lru_cache(maxsize=4096)
def in_words(text: str, *, short: bool = False) -> str:
    """Return an EDTF date or an ISO date in words; what is neither stays as it is written.

    Args:
        text: the date.
        short: whether the names of months have three letters.

    >>> in_words("2025-03-31~"), in_words("2023-12"), in_words("2012/..")
    ('about 31 March 2025', 'December 2023', 'from 2012 on')
    >>> in_words("../2023-12"), in_words("2012-04-05/2012-04-08"), in_words("soon")
    ('by December 2023', '5 April 2012 to 8 April 2012', 'soon')
    >>> in_words("/2012"), in_words("2026-11-24T00:32:25Z")
    ('from an unknown time to 2012', '24 November 2026, 00:32 UTC')
    >>> in_words("1984-1X", short=True), in_words("[1667,1670..1672]"), in_words("-0043")
    ('Oct to Dec 1984', '1667 or 1670 to 1672', '44 BC')
    """
    try:
        # A moment of xsd:dateTime may have a fraction of a second, which EDTF has not.
        parsed = parse(_FRACTION.sub(r"\1", text))
    except ParseFailure:
        return text
    months = tuple(month[:3] for month in _MONTHS) if short else _MONTHS
    return _Writer(months).write(parsed)


def day_in_words(day: date) -> str:
    """Return a day in words.

    >>> from datetime import date
    >>> day_in_words(date(2025, 4, 7))
    '7 Apr 2025'
    """
    return in_words(day.isoformat(), short=True)


class _Writer:
    """Writes dates with long or short names of months."""

    def __init__(self, months: Sequence[str]) -> None:
        self.months = months

    def write(self, parsed: EdtfDate | EdtfInterval | EdtfSet) -> str:
        if isinstance(parsed, EdtfDate):
            return self.date(parsed)
        return self.interval(parsed) if isinstance(parsed, EdtfInterval) else self.set(parsed)

    def interval(self, interval: EdtfInterval) -> str:
        start, end = interval.start, interval.end
        if isinstance(start, str) and isinstance(end, str):
            return "at any time" if start == end else "at an unknown time"
        if isinstance(start, str):
            assert isinstance(end, EdtfDate)  # noqa: S101 - one end is a date
            return f"{'by' if start else 'from an unknown time to'} {self.date(end)}"
        first = self.date(start)
        if isinstance(end, str):
            return f"from {first} on" if end else f"from {first} to an unknown time"
        return _from_to(first, self.date(end))

    def set(self, dates: EdtfSet) -> str:
        members = [self.member(member) for member in dates.members]
        word = " and " if dates.inclusive else " or "
        *but_last, last = members
        return word.join([*([", ".join(but_last)] if but_last else []), last])

    def member(self, member: EdtfDate | EdtfInterval) -> str:
        if isinstance(member, EdtfDate):
            return self.date(member)
        if isinstance(member.start, str):
            assert isinstance(member.end, EdtfDate)  # noqa: S101 - one end is a date
            return f"{self.date(member.end)} or earlier"
        if isinstance(member.end, str):
            return f"{self.date(member.start)} or later"
        return _from_to(self.date(member.start), self.date(member.end))

    def date(self, written: EdtfDate) -> str:
        words = self.day(written)
        parts = (written.year, written.month, written.day)
        marks = [mark for part, mark in zip(parts, written.marks, strict=True) if part]
        if written.significant:
            first, last = years(written)
            return f"about {words} (some year from {_year(first)} to {_year(last)})"
        if len(set(marks)) == 1:
            return _QUALIFIED.get(marks[0], "") + words
        names = ("year", "month", "day")
        told = [
            f"the {name} is {_QUALITIES[mark]}"
            for name, mark in zip(names, written.marks, strict=True)
            if mark
        ]
        return f"{words} ({', '.join(told)})"

    def day(self, written: EdtfDate) -> str:
        if written.month.isdecimal() and int(written.month) > len(self.months):
            return _part_of_year(int(written.month), _years(written))
        year = _years(written)
        month = self.month(written)
        if not written.month:
            return year
        of = "" if "X" not in written.year and not month.startswith("some ") else "of "
        if not written.day:
            return f"{month} {of}{year}"
        if "X" not in written.day:
            day = str(int(written.day))
            exact = "X" not in written.month
            words = f"{day} {month} {of}{year}" if exact else f"day {day} of {month} {of}{year}"
            return f"{words}{_time(written.time)}"
        day = "some day" if written.day == "XX" else f"some day from {_numbers(written.day, 31)}"
        month = "" if month == "some month" else f"{month} "
        return f"{day} of {month}{of if month else ''}{year}"

    def month(self, written: EdtfDate) -> str:
        if "X" not in written.month:
            return self.months[int(written.month) - 1] if written.month else ""
        if written.month == "XX":
            return "some month"
        fitting = [place for place in range(1, 13) if fits(written.month, place)]
        names = [self.months[place - 1] for place in fitting]
        if all(other - one == 1 for one, other in pairwise(fitting)):
            return f"{names[0]} to {names[-1]}"
        return " or ".join(names)


def _years(written: EdtfDate) -> str:
    if "X" not in written.year:
        return _year(int(written.year))
    if not written.year.strip("-X"):
        return "some year" if written.year[0] == "X" else "some year BC"
    first, last = years(written)
    if "X" in written.year.rstrip("X"):
        return f"some year from {_year(first)} to {_year(last)} ({written.year})"
    return f"some year from {_year(first)} to {_year(last)}"


def _year(year: int) -> str:
    """Return a year; 44 BC is -43 in EDTF, which has a year 0."""
    if year > 0:
        return f"{year:04}" if year < _LONG_YEAR else f"the year {year:,}"
    return f"{1 - year} BC" if -year < _LONG_YEAR else f"the year \N{MINUS SIGN}{-year:,}"


_LONG_YEAR = 10000


def _part_of_year(part: int, year: str) -> str:
    first = max(number for number in _PARTS if number <= part)
    names, rest = _PARTS[first]
    of = "of " if year.startswith("some ") and "of " not in rest else ""
    return names[part - first] + rest.format(year=of + year)


def _numbers(pattern: str, most: int) -> str:
    fitting = [number for number in range(1, most + 1) if fits(pattern, number)]
    if all(other - one == 1 for one, other in pairwise(fitting)):
        return f"{fitting[0]} to {fitting[-1]}"
    return ", ".join(map(str, fitting[:-1])) + f" or {fitting[-1]}"


def _time(time: str) -> str:
    match = _TIME.fullmatch(time)
    if match is None:
        return ""
    zone = {"Z": " UTC", None: ""}.get(match[2], f" {match[2]}")
    return f", {match[1]}{zone}"


def _from_to(first: str, last: str) -> str:
    """Return from one date to another, so that a range in the first one does not mislead."""
    return f"from {first} until {last}" if " to " in f"{first} {last}" else f"{first} to {last}"
