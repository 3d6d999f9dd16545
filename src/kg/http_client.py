"""How long a service asks to wait, https://www.rfc-editor.org/rfc/rfc9110#name-retry-after."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

__all__ = ["retry_after"]


def retry_after(text: str | None) -> float | None:
    """Return the seconds that a Retry-After header tells to wait, None where it tells none.

    >>> retry_after("7"), retry_after("soon"), retry_after("Mon, 01 Jan 2024 00:00:00 GMT")
    (7.0, None, 0.0)
    """
    if text is None:
        return None
    if text.strip().isdecimal():
        return float(text)
    try:
        when = parsedate_to_datetime(text)
    except ValueError:
        return None
    if when.tzinfo is None:
        return None
    return max(0.0, (when - datetime.now(UTC)).total_seconds())
