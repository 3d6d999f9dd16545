"""``kg serve``: a server from what is to be served, which answers until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from kg.errors import Misuse
from kg.web import reload
from kg.web.app import application
from kg.web.building import BuildFailure, build
from kg.web.edition import Health
from kg.web.handlers import host_of
from kg.web.responses import Problem
from kg.web.workers.pool import Pool
from kg.web.writing.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kg.web.edition import Edition
    from kg.web.settings import Settings

__all__ = ["serve"]

_LOG = logging.getLogger("kg.web")
#: Seconds that requests get to finish in when the endpoint is to stop, and answers to be sent in.
_GRACE, _SENDING = 5.0, 1.0
#: What uvicorn waits at most: longer than all else takes, since what it cancels gets no answer.
_LONGEST = 60
#: What the exit code of a process begins at that a signal has ended.
_BY_SIGNAL = 128
#: Connections that wait to be taken.
_BACKLOG = 512
#: Seconds in which the head of a request must have come.
_SECONDS = 10.0
#: A head of this size is read, so that the answer can say why it is too long.
_HEAD_BYTES = 1 << 18


class _Connection(H11Protocol):
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


class _Server(uvicorn.Server):
    """A server of uvicorn's that says when it is ready, and leaves signals to whoever started it.

    Args:
        config: of uvicorn.
        ready: called once it listens.
    """

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen."""
        await super().startup(sockets)
        if self.started:
            self._ready()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


def serve(settings: Settings, *, logs: bool = False) -> int:
    """Serve until SIGINT or SIGTERM.

    Args:
        settings: what, to whom, and how much.
        logs: whether to write a line for each request to standard error.

    Returns:
        The exit code.

    Raises:
        Misuse: the address cannot be listened at.
    """
    level = logging.INFO if logs else logging.WARNING
    logging.basicConfig(level=level, stream=sys.stderr, format="kg: %(message)s")
    with _listening(settings) as listener:
        port = listener.getsockname()[1]
        try:
            return asyncio.run(_serve(replace(settings, port=port), listener, logs=logs))
        except BuildFailure as failure:
            sys.stderr.write(f"kg: {failure.message}\n")
            return failure.exit_code
        except Problem as problem:
            sys.stderr.write(f"kg: {problem.detail}\n")
            return 1


def _listening(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family, backlog=_BACKLOG)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise Misuse(
            f"cannot listen at {settings.host} port {settings.port}: {reason}; "
            "--port 0 takes one that is free"
        ) from error


async def _serve(settings: Settings, listener: socket.socket, *, logs: bool) -> int:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, _told_to_stop, stopped, number)
    edition = await _unless(stopped, build(settings))
    if edition is None:
        return 0
    pool, health = Pool(edition, settings.limits), Health(edition)
    try:
        await pool.start()
        writer = Writer(settings, pool, health) if settings.writable else None
        if writer is not None:
            writer.begin()
        app = application(settings, pool, health, writer, logs=logs)
        config = uvicorn.Config(
            app,
            http=_Connection,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            h11_max_incomplete_event_size=_HEAD_BYTES,
            timeout_keep_alive=15,
            timeout_graceful_shutdown=_LONGEST,
            backlog=_BACKLOG,
        )
        server = _Server(config, lambda: _say_ready(settings, edition))
        watching = loop.create_task(reload.watch(settings, pool, health, writer))
        stopping = loop.create_task(_stop(stopped, server, health, pool, writer))
        try:
            await server.serve([listener])
        finally:
            for task in (watching, stopping):
                task.cancel()
            await asyncio.gather(watching, stopping, return_exceptions=True)
            if writer is not None:
                await writer.stop(0)
    finally:
        await pool.stop(0)
    return 0


def _told_to_stop(stopped: asyncio.Event, number: int) -> None:
    """Stop in order; told so again, end at once."""
    if stopped.is_set():
        # The processes below end with this one; what they have written is whole.
        os._exit(_BY_SIGNAL + number)
    stopped.set()


async def _unless(stopped: asyncio.Event, building: object) -> Edition | None:
    """Wait for the first state, or for the word to stop."""
    made = asyncio.ensure_future(building)  # type: ignore[call-overload]
    stop = asyncio.get_running_loop().create_task(stopped.wait())
    await asyncio.wait({made, stop}, return_when=asyncio.FIRST_COMPLETED)
    stop.cancel()
    if made.done():
        edition: Edition = made.result()
        return edition
    made.cancel()
    await asyncio.gather(made, return_exceptions=True)
    return None


async def _stop(
    stopped: asyncio.Event,
    server: _Server,
    health: Health,
    pool: Pool,
    writer: Writer | None,
) -> None:
    """Wait for the word to stop; have every request answered, and the server end."""
    await stopped.wait()
    health.stopping = True
    server.should_exit = True
    ended, halted = await asyncio.gather(
        pool.drain(_GRACE), asyncio.sleep(0, 0) if writer is None else writer.stop(_GRACE)
    )
    if ended + halted:
        _LOG.warning("stopped; unfinished requests, answered with 503: %d", ended + halted)
    await asyncio.sleep(_SENDING)
    for connection in list(server.server_state.connections):
        if connection.transport is not None:
            connection.transport.abort()


def _say_ready(settings: Settings, edition: Edition) -> None:
    address = f"http://{host_of(settings.host)}:{settings.port}/"
    how = "writable" if settings.writable else "read only"
    for note in edition.notes:
        sys.stderr.write(f"kg: note: {note}\n")
    sys.stdout.write(f"Serving {edition.title} at {address} ({how}); press Ctrl-C to stop\n")
    sys.stdout.flush()
