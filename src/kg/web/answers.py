"""What a task answers: a whole body, or a problem; there is nothing between the two."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Answer"]


@dataclass(frozen=True)
class Answer:
    """An answer, whole.

    Args:
        body: all of it.
        media_type: with its charset where it has one.
        status: of HTTP.
        headers: further ones, name and value.

    >>> Answer(b"ok", "text/plain").status
    200
    """

    body: bytes
    media_type: str
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
