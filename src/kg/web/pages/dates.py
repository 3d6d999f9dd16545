"""Dates as a reader says them, no more precise than they are written."""

from __future__ import annotations

import re

__all__ = ["in_words"]

_DATE = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?([~?%]?)", re.ASCII)
_TIME = re.compile(r"T(\d{2}:\d{2})(?::\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}:\d{2})?", re.ASCII)
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_MARKS = {"": "", "~": "about ", "?": "perhaps ", "%": "perhaps about "}


def in_words(text: str) -> str:
    """Return an EDTF date or an ISO date in words; what is neither stays as it is written.

    >>> in_words("2025-03-31~"), in_words("2023-12"), in_words("2012/..")
    ('about 31 March 2025', 'December 2023', 'from 2012 on')
    >>> in_words("../2023-12"), in_words("2012-04-05/2012-04-08"), in_words("soon")
    ('by December 2023', '5 April 2012 to 8 April 2012', 'soon')
    >>> in_words("/2012"), in_words("2026-11-24T00:32:25Z")
    ('from an unknown time to 2012', '24 November 2026, 00:32 UTC')
    """
    start, slash, end = text.partition("/")
    if not slash:
        return _moment(text) or _one(text) or text
    first, last = _one(start), _one(end)
    if start == ".." and last:
        return f"by {last}"
    if end == ".." and first:
        return f"from {first} on"
    if not start and last:
        return f"from an unknown time to {last}"
    if not end and first:
        return f"from {first} to an unknown time"
    return f"{first} to {last}" if first and last else text


def _one(text: str) -> str:
    match = _DATE.fullmatch(text)
    if match is None:
        return ""
    year, month, day, mark = match.groups(default="")
    if month and not 1 <= int(month) <= len(_MONTHS):
        return ""
    parts = [str(int(day)) if day else "", _MONTHS[int(month) - 1] if month else "", year]
    return _MARKS[mark] + " ".join(filter(None, parts))


def _moment(text: str) -> str:
    day, _, _ = text.partition("T")
    match = _TIME.fullmatch(text[len(day) :])
    said = _one(day)
    if match is None or not said:
        return ""
    zone = {"Z": " UTC", None: ""}.get(match[2], f" {match[2]}")
    return f"{said}, {match[1]}{zone}"
