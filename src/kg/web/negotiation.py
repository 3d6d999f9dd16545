"""Which format a client gets: its ``Accept`` header against what there is.

See https://www.rfc-editor.org/rfc/rfc9110#name-accept.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from kg.web.responses import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["choose", "chosen"]

# token of RFC 9110, section 5.6.2
_WORD = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_RANGE = re.compile(rf"({_WORD})/({_WORD})")
_PARAMETER = re.compile(rf'\s*;\s*({_WORD})\s*=\s*({_WORD}|"(?:[^"\\]|\\.)*")')
_QUALITY = re.compile(r"(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)\Z")
_COMMA = re.compile(r',(?=(?:[^"]*"[^"]*")*[^"]*\Z)')
#: Nobody needs more to say what they read.
_LONGEST = 4096


def choose(accept: str | None, offered: Sequence[str]) -> str | None:
    """Choose the media type that a client likes best; the order of offers decides between equals.

    Args:
        accept: the ``Accept`` header; None or empty where there is none, which takes anything.
        offered: media types without parameters, the usual one first.

    Returns:
        One of those offered, or None where none of them is accepted.

    Raises:
        Problem: the header is not well formed, or longer than any needs to be.

    >>> choose("text/turtle;q=0.5, application/*", ["text/turtle", "application/n-triples"])
    'application/n-triples'
    >>> choose("text/turtle;q=0, */*", ["text/turtle", "text/csv"])
    'text/csv'
    >>> choose("image/png", ["text/turtle"]) is None
    True
    """
    return _choose(accept or "", tuple(offered))


def chosen(accept: str | None, offered: Sequence[str]) -> str:
    """Choose as ``choose`` does, and refuse where none is accepted.

    Raises:
        Problem: 406, with what there is.

    >>> chosen(None, ["text/turtle"])
    'text/turtle'
    """
    found = choose(accept, offered)
    if found is None:
        told = ", ".join(offered)
        raise Problem("not-acceptable", f"this is given as {told}", more={"offered": list(offered)})
    return found


@lru_cache(maxsize=1024)
def _choose(accept: str, offered: tuple[str, ...]) -> str | None:
    if not accept.strip():
        return offered[0] if offered else None
    if len(accept) > _LONGEST:
        raise Problem("headers-too-large", f"Accept is longer than {_LONGEST} characters")
    ranges = [_range(part.strip()) for part in _COMMA.split(accept) if part.strip()]
    best = max(offered, key=lambda one: _quality(one, ranges), default=None)
    return best if best is not None and _quality(best, ranges) > 0 else None


def _range(text: str) -> tuple[str, str, float]:
    """Read one media range; parameters other than ``q`` do not narrow it."""
    name = _RANGE.match(text)
    end = name.end() if name else 0
    quality = 1.0
    while name and end < len(text):
        parameter = _PARAMETER.match(text, end)
        if not parameter:
            break
        end = parameter.end()
        if parameter[1].lower() == "q":
            if not _QUALITY.match(parameter[2]):
                raise Problem("bad-request", f'Accept: q is from 0 to 1, in "{text[:80]}"')
            quality = float(parameter[2])
    if not name or text[end:].strip() or (name[1] == "*" and name[2] != "*"):
        raise Problem("bad-request", f'Accept: "{text[:80]}" is no media range')
    return name[1].lower(), name[2].lower(), quality


def _quality(offer: str, ranges: Sequence[tuple[str, str, float]]) -> float:
    """Tell how much an offer is liked: the range that names it most closely decides."""
    kind, _, subtype = offer.partition("/")
    closest, found = 0, 0.0
    for range_kind, range_subtype, quality in ranges:
        if range_kind == kind and range_subtype == subtype:
            closeness = 3
        elif range_kind == kind and range_subtype == "*":
            closeness = 2
        elif range_kind == range_subtype == "*":
            closeness = 1
        else:
            continue
        if closeness > closest or (closeness == closest and quality > found):
            closest, found = closeness, quality
    return found
