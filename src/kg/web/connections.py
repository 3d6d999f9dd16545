"""Connections: one that never says what it wants is closed, so that it takes nobody's place."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from kg.web.responses import Problem

if TYPE_CHECKING:
    import asyncio

__all__ = ["HEAD_BYTES", "Connection"]

#: Seconds in which the head of a request must have come.
_SECONDS = 10.0
#: A head of this size is read, so that the answer can say why it is too long.
HEAD_BYTES = 1 << 18


class Connection(H11Protocol):
    """A connection that closes where the head of a request takes too long; uvicorn has no such."""

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Wait for the first request."""
        # The body follows the head at once: waiting for the client's word takes 40 ms. asyncio sees
        # to that only where a socket names its protocol, which those of ``create_server`` do not.
        connection = transport.get_extra_info("socket")
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take in a piece; the clock runs from the first piece of a head to its last."""
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._stop_waiting()
        elif self._deadline is None and data:
            self._wait()

    def _wait(self) -> None:
        self._deadline = self.loop.call_later(_SECONDS, self._too_slow)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _too_slow(self) -> None:
        self._deadline = None
        if self.transport.is_closing() or self.conn.their_state is not h11.IDLE:
            return
        problem = Problem("request-timeout", f"no whole request came in {_SECONDS:g} s")
        body = problem.to_json()
        head = (
            "HTTP/1.1 408 Request Timeout\r\nContent-Type: application/problem+json\r\n"
            f"X-Content-Type-Options: nosniff\r\nContent-Length: {len(body)}\r\n"
            "Connection: close\r\n\r\n"
        )
        self.transport.write(head.encode("ascii") + body)
        self.transport.close()
