"""The body of a request: whole, no larger than it may be, and within the time that it may take."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from kg.web.responses import Problem

if TYPE_CHECKING:
    from starlette.requests import Request

__all__ = ["SECONDS", "received"]

#: So long may a body take to arrive.
SECONDS = 10.0
#: So many bytes too many are still taken, so that who sends them hears why they are refused.
_SPARE = 4 << 20
#: Nothing more is read on a connection whose body was not taken to its end.
_CLOSE = {"Connection": "close"}


async def received(request: Request, most: int) -> bytes:
    """Return the body of a request.

    Args:
        request: of which nothing was read yet.
        most: so many bytes it may have.

    Raises:
        Problem: it is larger, slower, or not sent as it is.
    """
    if "content-encoding" in request.headers:
        raise Problem("unsupported-media-type", "send the body without Content-Encoding")
    length = request.headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > most + _SPARE:
        raise _too_large(most)
    body = bytearray()
    try:
        async with asyncio.timeout(SECONDS):
            async for part in request.stream():
                body += part
                if len(body) > most + _SPARE:
                    raise _too_large(most)
    except TimeoutError:
        told = f"the body took more than {SECONDS:g} s to arrive"
        raise Problem("request-timeout", told, headers=_CLOSE) from None
    if len(body) > most:
        raise _too_large(most)
    return bytes(body)


def _too_large(most: int) -> Problem:
    return Problem("too-large", f"more than {most:,} bytes", headers=_CLOSE)
