"""What the HTTP process and a worker say to each other: a header in JSON, then bytes.

::

    4 bytes   length of the header, big endian
    4 bytes   length of the body
    header    JSON
    body      bytes
"""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import socket

__all__ = ["Inbox", "pack", "receive"]

_LENGTHS = struct.Struct("!II")


def pack(header: dict[str, Any], body: bytes = b"") -> bytes:
    r"""Write a message.

    >>> pack({"a": 1}, b"xy")
    b'\x00\x00\x00\x07\x00\x00\x00\x02{"a":1}xy'
    """
    head = json.dumps(header, separators=(",", ":")).encode()
    return _LENGTHS.pack(len(head), len(body)) + head + body


def receive(connection: socket.socket) -> tuple[dict[str, Any], bytes] | None:
    """Wait for a message; None where the other side has closed."""
    lengths = _exactly(connection, _LENGTHS.size)
    if lengths is None:
        return None
    head, body = _LENGTHS.unpack(lengths)
    content = _exactly(connection, head + body)
    return None if content is None else (json.loads(content[:head]), content[head:])


def _exactly(connection: socket.socket, size: int) -> bytes | None:
    parts = []
    while size:
        part = connection.recv(min(size, 1 << 20))
        if not part:
            return None
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


class Inbox:
    """Messages put together from pieces as they come.

    >>> inbox, message = Inbox(), pack({"a": 1}, b"xy")
    >>> inbox.take(message[:5]), inbox.take(message[5:])
    (None, ({'a': 1}, b'xy'))
    """

    def __init__(self) -> None:
        self._parts = bytearray()

    def take(self, part: bytes) -> tuple[dict[str, Any], bytes] | None:
        """Take in a piece; return the message that it completes, if it does."""
        self._parts += part
        if len(self._parts) < _LENGTHS.size:
            return None
        head, body = _LENGTHS.unpack_from(self._parts)
        start = _LENGTHS.size + head
        if len(self._parts) < start + body:
            return None
        content = bytes(self._parts[_LENGTHS.size : start + body])
        del self._parts[: start + body]
        return json.loads(content[:head]), content[head:]
