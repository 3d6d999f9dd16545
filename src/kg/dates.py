"""Extended Date/Time Format (EDTF): what a date says, the days it allows, and its words.

The specification is https://www.loc.gov/standards/datetime/, all three levels: `2023-12` is a
month, `2012/..` has an open end, `/2023-12` an unknown start, `2025-03-31~` is approximate,
`1984-1X` is October, November or December 1984, `Y17E7` is the year 170,000,000.
"""

from __future__ import annotations

import calendar
import json
import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import pairwise, product
from typing import TYPE_CHECKING, NamedTuple

from kg.english import MONTHS
from kg.errors import ParseFailure

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = [
    "Bounds",
    "Day",
    "EdtfDate",
    "EdtfInterval",
    "EdtfSet",
    "Span",
    "as_date",
    "between",
    "bounds",
    "day_in_words",
    "fits",
    "in_words",
    "span",
    "years",
]


class Day(NamedTuple):
    """A day of the proleptic Gregorian calendar, of any year; the year 0 is 1 BC.

    >>> Day(-44, 3, 15).isoformat(), Day(12024, 1, 1).isoformat(), Day(2024, 2, 9).to_date()
    ('-0044-03-15', '12024-01-01', datetime.date(2024, 2, 9))
    """

    year: int
    month: int
    day: int

    def isoformat(self) -> str:
        """Return the day as xsd:date writes it."""
        sign = "-" if self.year < 0 else ""
        return f"{sign}{abs(self.year):04}-{self.month:02}-{self.day:02}"

    @classmethod
    def of(cls, day: date) -> Day:
        """Return a day of Python's calendar."""
        return cls(day.year, day.month, day.day)

    def to_date(self) -> date | None:
        """Return the day as Python has it; None for a year outside 1 to 9999."""
        return date(*self) if date.min.year <= self.year <= date.max.year else None


Bounds = tuple[Day | None, Day | None]


@dataclass(frozen=True)
class EdtfDate:
    """A year, a month, a season, a day or a moment, as it is written.

    Args:
        year: its digits, with `X` where one is unspecified, and a minus sign before 1 BC.
        month: two digits or `X`; 21 to 41 is a season or another part of a year; may be empty.
        day: two digits or `X`; may be empty.
        time: the time of the day with its offset from UTC; may be empty.
        marks: how the year, the month and the day are qualified: `?`, `~`, `%` or nothing.
        significant: how many digits of the year are certain; 0 where that is not said.
    """

    year: str
    month: str = ""
    day: str = ""
    time: str = ""
    marks: tuple[str, str, str] = ("", "", "")
    significant: int = 0


@dataclass(frozen=True)
class EdtfInterval:
    """From one date to another; an end is `..` where it is open, and empty where it is unknown."""

    start: EdtfDate | str
    end: EdtfDate | str


@dataclass(frozen=True)
class EdtfSet:
    """One of several dates (`[…]`) or all of them (`{…}`); a range in it is an interval."""

    members: tuple[EdtfDate | EdtfInterval, ...]
    inclusive: bool


_MARK = "[?~%]?"
_DATE = re.compile(
    rf"(?P<before_year>{_MARK})(?P<year>-?[\dX]{{4}})(?:S(?P<significant>\d{{1,4}}))?"
    rf"(?P<after_year>{_MARK})"
    rf"(?:-(?P<before_month>{_MARK})(?P<month>[\dX]{{2}})(?P<after_month>{_MARK})"
    rf"(?:-(?P<before_day>{_MARK})(?P<day>[\dX]{{2}})(?P<after_day>{_MARK}))?)?",
    re.ASCII,
)
_LONG_YEAR = re.compile(
    rf"Y(?P<digits>-?[1-9]\d*)(?:E(?P<exponent>[1-9]\d*))?(?:S(?P<significant>\d{{1,4}}))?"
    rf"(?P<mark>{_MARK})",
    re.ASCII,
)
_TIME = re.compile(
    r"(?:(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d|24:00:00)"
    r"(?:Z|[+-](?:(?:0\d|1[0-3])(?::[0-5]\d)?|14(?::00)?))?",
    re.ASCII,
)
_PLAIN = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)
#: Years of more digits are refused: no database of dates has them.
_MOST_DIGITS = 18
_SHORTEST_LONG_YEAR = 5
_LONGEST_SHOWN = 80
#: The first month and the number of months of each part of a year. Seasons are those of
#: meteorology, in the north unless the south is said; a winter ends in the next year.
PARTS_OF_YEAR = (
    {21: (3, 3), 22: (6, 3), 23: (9, 3), 24: (12, 3), 25: (3, 3), 26: (6, 3), 27: (9, 3)}
    | {28: (12, 3), 29: (9, 3), 30: (12, 3), 31: (3, 3), 32: (6, 3), 33: (1, 3), 34: (4, 3)}
    | {35: (7, 3), 36: (10, 3), 37: (1, 4), 38: (5, 4), 39: (9, 4), 40: (1, 6), 41: (7, 6)}
)
_SIDES = ("before", "after")
_NO_DATE = "not an EDTF date such as 2023, 2023-12, 2023-12-22, 2023~ or 2012/.."


@lru_cache(maxsize=4096)
def _parse(text: str) -> EdtfDate | EdtfInterval | EdtfSet:
    """Return what an EDTF date says.

    Raises:
        ParseFailure: the text is no EDTF date, has a month or a day that does not exist, ends
            before it starts, or has a year of more than 18 digits.

    >>> _parse("2004-06~").marks, _parse("1984-1X").month
    (('~', '~', ''), '1X')
    """
    if text[:1] + text[-1:] in {"[]", "{}"}:
        parsed: EdtfDate | EdtfInterval | EdtfSet = _parse_set(text)
    elif "/" in text:
        parsed = _parse_interval(text, *text.split("/", 1))
    else:
        parsed = _parse_date(text, text)
    _bounds_of(text, parsed)
    return parsed


@lru_cache(maxsize=4096)
def bounds(text: str) -> Bounds:
    """Return the first and the last day that a date can mean; None where an end is open or unknown.

    An approximate or uncertain date (`~`, `?`, `%`) has the bounds of the same date without that
    mark: how far off it may be is not said. A season has the months that meteorologists count to
    it, and 24:00:00 belongs to the day that ends.

    Raises:
        ParseFailure: the text is no EDTF date (see `parse`).

    >>> [day.isoformat() for day in bounds("1984-1X")]
    ['1984-10-01', '1984-12-31']
    >>> bounds("2012~/..")
    (Day(year=2012, month=1, day=1), None)
    >>> bounds("2025-04-10/2025-04-07")
    Traceback (most recent call last):
    kg.errors.ParseFailure: 2025-04-10/2025-04-07: the interval ends before it starts
    """
    return _bounds_of(text, _parse(text))


def _refusal(text: str, message: str) -> ParseFailure:
    """Return the error for a date, which stands in it in one short line whatever it holds."""
    shown = text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
    return ParseFailure(shown if shown and shown.isprintable() else json.dumps(shown), message)


def as_date(text: str) -> date:
    """Return the first day of a year, a month or a day.

    Raises:
        ParseFailure: the text is none of them, or there is no such day.

    >>> as_date("2023"), as_date("2023-12")
    (datetime.date(2023, 1, 1), datetime.date(2023, 12, 1))
    """
    match = _PLAIN.fullmatch(text)
    if match is None:
        raise _refusal(text, "not a date such as 2023, 2023-12 or 2023-12-22")
    try:
        return date(*(int(part or 1) for part in match.groups()))
    except ValueError as error:
        raise _refusal(text, f"there is no such day: {error}") from error


def _parse_set(text: str) -> EdtfSet:
    members: list[EdtfDate | EdtfInterval] = []
    elements = [element.strip(" ") for element in text[1:-1].split(",")]
    for place, element in enumerate(elements):
        start, dots, end = element.partition("..")
        # Only the first element may leave its start open, only the last one its end.
        if (not start and place) or (dots and not end and place < len(elements) - 1):
            raise _refusal(text, _NO_DATE)
        if not dots:
            members.append(_parse_date(text, element))
        elif start or end:
            ends = [_parse_date(text, part) if part else ".." for part in (start, end)]
            members.append(EdtfInterval(*ends))
        else:
            raise _refusal(text, _NO_DATE)
    return EdtfSet(tuple(members), text[0] == "{")


def _parse_interval(text: str, start: str, end: str) -> EdtfInterval:
    if not start and not end:
        raise _refusal(text, _NO_DATE)
    ends = [part if part in {"", ".."} else _parse_date(text, part) for part in (start, end)]
    if any(isinstance(part, EdtfDate) and part.time for part in ends):
        raise _refusal(text, "an interval of EDTF has days, not times: leave the times out")
    return EdtfInterval(*ends)


def _parse_date(text: str, part: str) -> EdtfDate:
    if part.startswith("Y"):
        return _parse_long_year(text, part)
    written, at, time = part.partition("T")
    match = _DATE.fullmatch(written)
    if match is None or match["year"] == "-0000" or (at and not _TIME.fullmatch(time)):
        raise _refusal(text, _NO_DATE)
    if at and not re.fullmatch(r"-?\d{4}-\d\d-\d\d", written, re.ASCII):
        raise _refusal(text, "a time needs a whole day before it, such as 2023-12-22T10:00:00")
    if match["significant"] and (match["month"] or "X" in match["year"]):
        raise _refusal(text, "significant digits (S) are for a year of digits alone")
    return EdtfDate(
        match["year"],
        match["month"] or "",
        match["day"] or "",
        time,
        _marks(text, match),
        _significant(text, match["significant"]),
    )


def _marks(text: str, match: re.Match[str]) -> tuple[str, str, str]:
    """Return what qualifies each part: a mark before it, or one after it or after a later part."""
    names = ("year", "month", "day")
    before, after = ([match[f"{side}_{name}"] or "" for name in names] for side in _SIDES)
    if any(one and other for one, other in zip(before, after, strict=True)):
        raise _refusal(text, "a part of a date has one mark, before it or after it")
    marks = list(before)
    for place in range(len(names)):
        behind = [mark for mark in after[place:] if mark]
        if match[names[place]] and behind:
            marks[place] = _both(marks[place], *behind)
    return (marks[0], marks[1], marks[2])


def _both(*marks: str) -> str:
    kinds = set("".join(marks).replace("%", "?~"))
    return "%" if len(kinds) > 1 else kinds.pop()


def _parse_long_year(text: str, part: str) -> EdtfDate:
    match = _LONG_YEAR.fullmatch(part)
    if match is None:
        raise _refusal(text, _NO_DATE)
    digits, exponent = match["digits"], match["exponent"]
    if len(digits) > _MOST_DIGITS + 1 or (exponent and len(exponent) > len(str(_MOST_DIGITS))):
        raise _refusal(text, f"the year has more than {_MOST_DIGITS} digits")
    digits += "0" * int(exponent or 0)
    length = len(digits.lstrip("-"))
    if length > _MOST_DIGITS:
        raise _refusal(text, f"the year has more than {_MOST_DIGITS} digits")
    if not exponent and length < _SHORTEST_LONG_YEAR:
        raise _refusal(text, "a year of four digits is written without Y")
    marks = (match["mark"], "", "")
    return EdtfDate(digits, marks=marks, significant=_significant(text, match["significant"]))


def _significant(text: str, digits: str | None) -> int:
    if digits is not None and int(digits) == 0:
        raise _refusal(text, "at least one digit of a year is significant")
    return int(digits or 0)


def _bounds_of(text: str, parsed: EdtfDate | EdtfInterval | EdtfSet) -> Bounds:
    if isinstance(parsed, EdtfDate):
        return _bounds_of_date(text, parsed)
    if isinstance(parsed, EdtfInterval):
        first, last = (
            (None, None) if isinstance(end, str) else _bounds_of_date(text, end)
            for end in (parsed.start, parsed.end)
        )
        if first[0] and last[1] and last[1] < first[0]:
            raise _refusal(text, "the interval ends before it starts")
        return first[0], last[1]
    members = [_bounds_of(text, member) for member in parsed.members]
    firsts, lasts = zip(*members, strict=True)
    return (
        None if None in firsts else min(day for day in firsts if day),
        None if None in lasts else max(day for day in lasts if day),
    )


def _bounds_of_date(text: str, written: EdtfDate) -> Bounds:
    first_year, last_year = years(written)
    if written.month.isdecimal() and int(written.month) in PARTS_OF_YEAR:
        if written.day:
            raise _refusal(text, "a season has no days")
        return _part_of_year(first_year, last_year, int(written.month))
    if "X" not in written.year:
        orders: tuple[Iterable[int], Iterable[int]] = ([first_year], [last_year])
    else:
        orders = (_matching(written.year), _matching(written.year, last=True))
    if not written.month:
        return Day(first_year, 1, 1), Day(last_year, 12, 31)
    months = [month for month in range(1, 13) if fits(written.month, month)]
    first = _first(orders[0], months, written.day)
    last = _first(orders[1], months[::-1], written.day, last=True)
    if not first or not last:
        raise _refusal(text, "there is no such day" if written.day else "there is no such month")
    return first, last


def years(written: EdtfDate) -> tuple[int, int]:
    """Return the first and the last year that a date allows.

    >>> years(_parse("1950S2")), years(_parse("-00XX"))
    ((1900, 1999), (-99, -1))
    """
    low, high = written.year.replace("X", "0"), written.year.replace("X", "9")
    if low == "-0000":
        # There is no year -0000: the digits that are unspecified are not all 0.
        low = "-0001"
    first, last = sorted((int(low), int(high)))
    if written.significant:
        unit = 10 ** max(0, len(written.year.lstrip("-")) - written.significant)
        nearest = abs(first) // unit * unit
        ends = (nearest, nearest + unit - 1)
        first, last = ends if first >= 0 else (-ends[1], -ends[0])
    return first, last


def _matching(pattern: str, *, last: bool = False) -> Iterable[int]:
    """Yield the years that fit a pattern, the first one first, or the last one."""
    negative = pattern.startswith("-")
    digits = "9876543210" if last != negative else "0123456789"
    for chosen in product(*(digits if one == "X" else one for one in pattern.lstrip("-"))):
        year = int("".join(chosen))
        if year or not negative:
            yield -year if negative else year


def fits(pattern: str, number: int) -> bool:
    """Return whether a month or a day is one that two digits, or `X` for one of them, allow."""
    return all(one in {"X", digit} for one, digit in zip(pattern, f"{number:02}", strict=True))


def _first(
    years: Iterable[int], months: list[int], pattern: str, *, last: bool = False
) -> Day | None:
    """Return the first day that fits, of years and months in the order to look; or the last day."""
    for year, month in product(years, months):
        days = list(range(1, _days_in(year, month) + 1))
        fitting = [day for day in days if not pattern or fits(pattern, day)]
        if fitting:
            return Day(year, month, fitting[-1 if last else 0])
    return None


def _days_in(year: int, month: int) -> int:
    # The calendar repeats itself every 400 years; Python's ends at the year 9999.
    return calendar.monthrange(2000 + year % 400, month)[1]


def _part_of_year(first_year: int, last_year: int, part: int) -> Bounds:
    month, length = PARTS_OF_YEAR[part]
    end = month + length - 1
    year, month_of_end = last_year + (end - 1) // 12, (end - 1) % 12 + 1
    return Day(first_year, month, 1), Day(year, month_of_end, _days_in(year, month_of_end))


# Dates in words, no more precise than they are written.

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
_SHOWN_TIME = re.compile(r"(\d{2}:\d{2})(?::\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}(?::?\d{2})?)?", re.ASCII)
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
        parsed = _parse(_FRACTION.sub(r"\1", text))
    except ParseFailure:
        return text
    months = tuple(month[:3] for month in MONTHS) if short else MONTHS
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
            return _part_in_words(int(written.month), _years_in_words(written))
        year = _years_in_words(written)
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
            return f"{words}{_time_in_words(written.time)}"
        day = (
            "some day"
            if written.day == "XX"
            else f"some day from {_numbers_in_words(written.day, 31)}"
        )
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


def _years_in_words(written: EdtfDate) -> str:
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
        return f"{year:04}" if year < _FIRST_LONG_YEAR else f"the year {year:,}"
    return f"{1 - year} BC" if -year < _FIRST_LONG_YEAR else f"the year \N{MINUS SIGN}{-year:,}"


_FIRST_LONG_YEAR = 10000


def _part_in_words(part: int, year: str) -> str:
    first = max(number for number in _PARTS if number <= part)
    names, rest = _PARTS[first]
    of = "of " if year.startswith("some ") and "of " not in rest else ""
    return names[part - first] + rest.format(year=of + year)


def _numbers_in_words(pattern: str, most: int) -> str:
    fitting = [number for number in range(1, most + 1) if fits(pattern, number)]
    if all(other - one == 1 for one, other in pairwise(fitting)):
        return f"{fitting[0]} to {fitting[-1]}"
    return ", ".join(map(str, fitting[:-1])) + f" or {fitting[-1]}"


def _time_in_words(time: str) -> str:
    match = _SHOWN_TIME.fullmatch(time)
    if match is None:
        return ""
    zone = {"Z": " UTC", None: ""}.get(match[2], f" {match[2]}")
    return f", {match[1]}{zone}"


def _from_to(first: str, last: str) -> str:
    """Return from one date to another, so that a range in the first one does not mislead."""
    return f"from {first} until {last}" if " to " in f"{first} {last}" else f"{first} to {last}"


# A date as a span of days, with its doubts.


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
