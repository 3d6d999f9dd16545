"""The first and the last day that an EDTF date can mean.

Extended Date/Time Format, https://www.loc.gov/standards/datetime/: `2023-12` is some time in that
month, `2012/..` has an open end, `/2023-12` an unknown start, `2025-03-31~` is approximate.
"""

from __future__ import annotations

import re
from contextlib import redirect_stdout
from datetime import date
from functools import lru_cache
from io import StringIO
from typing import Any

from kg.errors import ParseFailure

__all__ = ["as_date", "bounds"]

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)


@lru_cache(maxsize=4096)
def bounds(edtf_text: str) -> tuple[date | None, date | None]:
    """Return the first and the last day that a date can mean; None where an end is open or unknown.

    An approximate or uncertain date (`~`, `?`, `%`) has the bounds of the same date without that
    mark: how far off it may be is not said.

    Raises:
        ParseFailure: the text is no EDTF date, an interval ends before it starts, a season, or
            a year outside 1 to 9999.

    >>> bounds("2023-12")
    (datetime.date(2023, 12, 1), datetime.date(2023, 12, 31))
    >>> bounds("2012~/..")
    (datetime.date(2012, 1, 1), None)
    >>> bounds("2025-04-10/2025-04-07")
    Traceback (most recent call last):
    kg.errors.ParseFailure: 2025-04-10/2025-04-07: the interval ends before it starts
    """
    from edtf import parse_edtf
    from edtf.parser.edtf_exceptions import EDTFParseException
    from edtf.parser.parser_classes import Season

    try:
        # On some wrong intervals, such as "../", the package prints before it fails.
        with redirect_stdout(StringIO()):
            parsed = parse_edtf(edtf_text)
    except (EDTFParseException, TypeError):
        parsed = None
    if parsed is None or edtf_text != edtf_text.strip():
        message = "not an EDTF date such as 2023, 2023-12, 2023-12-22, 2023~ or 2012/.."
        raise ParseFailure(edtf_text or '""', message)
    parts = (getattr(parsed, "lower", parsed), getattr(parsed, "upper", parsed))
    if any(isinstance(getattr(part, "date", part), Season) for part in parts):
        raise ParseFailure(edtf_text, "a season begins on different days: write months instead")
    earliest = _day(edtf_text, parts[0], "lower_strict")
    latest = _day(edtf_text, parts[1], "upper_strict")
    if earliest and latest and latest < earliest:
        raise ParseFailure(edtf_text, "the interval ends before it starts")
    return earliest, latest


def _day(text: str, part: Any, bound: str) -> date | None:
    from edtf.parser.parser_classes import UnspecifiedIntervalSection

    # The package makes up a bound ten years away for an unknown end.
    if isinstance(part, UnspecifiedIntervalSection):
        return None
    day = getattr(part, bound)()
    if isinstance(day, float):
        return None
    try:
        return date(*day[:3])
    except ValueError as error:
        raise ParseFailure(text, "the year is not between 1 and 9999") from error


def as_date(text: str) -> date:
    """Return the first day of a year, a month or a day.

    Raises:
        ParseFailure: the text is none of them, or there is no such day.

    >>> as_date("2023"), as_date("2023-12")
    (datetime.date(2023, 1, 1), datetime.date(2023, 12, 1))
    """
    match = _DATE.fullmatch(text)
    if match is None:
        raise ParseFailure(text or '""', "not a date such as 2023, 2023-12 or 2023-12-22")
    try:
        return date(*(int(part or 1) for part in match.groups()))
    except ValueError as error:
        raise ParseFailure(text, f"there is no such day: {error}") from error
