"""Worker processes: each runs, answers, and may be killed; a crew replaces those that end."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import socket
import struct
import tempfile
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg.web.responses import Problem
from kg.web.workers import limits
from kg.web.workers.forkserver import forkserver

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

__all__ = ["Crew", "Process", "pack", "receive"]

_PIECE = 1 << 18
#: So much of what a worker wrote last to its standard error is read, and kept while it runs.
_LAST_WORDS = 1 << 14
_MOST_WORDS = 1 << 20
#: The lowest priority there is.
_LOWEST = 19
#: How often a process that was killed is looked after, in seconds.
_LOOK = 0.02


class Process:
    """A worker that was started just now."""

    def __init__(self) -> None:
        self._socket, theirs = socket.socketpair()
        self._socket.setblocking(False)  # noqa: FBT003 - the library's own way
        self._words = tempfile.TemporaryFile()  # noqa: SIM115 - closed by ``buried``
        self._inbox = _Inbox()
        self.digest = ""
        with theirs:
            self._child = forkserver().fork(theirs, self._words.fileno())

    @property
    def pid(self) -> int:
        """Return its number."""
        return self._child.pid

    @property
    def is_alive(self) -> bool:
        """Tell whether it runs."""
        return self._child.poll() is None

    async def exchange(self, header: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        """Send a message and wait for its answer.

        Raises:
            Problem: it ended instead.
        """
        loop = asyncio.get_running_loop()
        with contextlib.suppress(OSError):  # it has ended, as its status will tell
            await loop.sock_sendall(self._socket, pack(header))
            while part := await loop.sock_recv(self._socket, _PIECE):
                if (found := self._inbox.take(part)) is not None:
                    self._forget_words()
                    return found
        raise await self._ended()

    async def _ended(self) -> Problem:
        # It has closed its side, so that it is about to end by itself if it is not killed.
        for _ in range(50):
            if not self.is_alive:
                break
            await asyncio.sleep(_LOOK)
        self.kill()
        return limits.ended(self._child.poll(), self.last_words())

    def last_words(self) -> str:
        """Return the last that it wrote, whatever for."""
        if self._words.closed:
            return ""
        size = os.fstat(self._words.fileno()).st_size
        words = os.pread(self._words.fileno(), _LAST_WORDS, max(0, size - _LAST_WORDS))
        return words.decode("utf-8", "replace")

    def _forget_words(self) -> None:
        if os.fstat(self._words.fileno()).st_size > _MOST_WORDS:
            # Its place in the file is ours as well.
            os.ftruncate(self._words.fileno(), 0)
            os.lseek(self._words.fileno(), 0, os.SEEK_SET)

    def spent(self) -> float:
        """Return the seconds of a processor that it has had; 0 where the system does not tell."""
        try:
            told = Path(f"/proc/{self.pid}/stat").read_text("ascii", "replace")
        except OSError:
            return 0.0
        fields = told.rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def lower(self) -> None:
        """Let everybody else go first."""
        if not self.is_alive:
            return
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, self.pid, _LOWEST)

    def restore(self) -> bool:
        """Take back what ``lower`` did; tell whether the system lets us."""
        if not self.is_alive:
            return False
        try:
            os.setpriority(os.PRIO_PROCESS, self.pid, os.getpriority(os.PRIO_PROCESS, 0))
        except OSError:
            return False
        return True

    def watch(self, ended: Any) -> None:
        """Call a function once it says something unasked: that it has ended."""
        asyncio.get_running_loop().add_reader(self._socket, ended)

    def unwatch(self) -> None:
        """Undo ``watch``."""
        asyncio.get_running_loop().remove_reader(self._socket)

    def kill(self) -> None:
        """End it now, in the middle of whatever it does."""
        self._child.kill()

    async def buried(self) -> None:
        """Kill it, and wait until the system has let go of all it held."""
        self.kill()
        while self.is_alive:  # noqa: ASYNC110 - the system tells of an end only who asks
            await asyncio.sleep(_LOOK)
        self._socket.close()
        self._words.close()
        self._child.close()


_LOG = logging.getLogger("kg.web")
#: Seconds that a worker may take until it is ready, and that a request waits for one.
_START = 120.0
_WAIT = 30.0
#: Seconds before a worker that did not get ready is started again: first and at most.
_PAUSE, _LONGEST_PAUSE = 0.1, 5.0


class Crew:
    """Workers, started and kept.

    Args:
        size: how many there are.
        welcome: gives the first message for a worker, which makes it ready.
    """

    def __init__(self, size: int, welcome: Callable[[Process], dict[str, Any]]) -> None:
        self._size, self._welcome = size, welcome
        self._ready: deque[Process] = deque()
        self._waiting: deque[asyncio.Future[Process]] = deque()
        self._all: set[Process] = set()
        self._errands: set[asyncio.Task[None]] = set()
        self._burials: set[asyncio.Task[None]] = set()
        self._closed = False
        self.restarted = 0

    @property
    def ready(self) -> int:
        """Tell how many wait for work."""
        return len(self._ready)

    def pids(self) -> list[int]:
        """Return the number of each process, also of those that are getting ready."""
        return sorted(process.pid for process in self._all)

    async def start(self, first: int) -> None:
        """Start all of them; return when some are ready.

        Args:
            first: how many.

        Raises:
            Problem: a worker cannot get ready.
        """
        hired = await asyncio.gather(*(self._hired() for _ in range(first)), return_exceptions=True)
        for failure in filter(None, hired):
            raise failure
        for _ in range(self._size - first):
            self.later(self._replace())

    def dismiss(self) -> None:
        """Let nobody wait for a worker any more."""
        while self._waiting:
            place = self._waiting.popleft()
            if not place.done():
                place.set_exception(Problem("not-ready", "the endpoint is about to end"))

    async def stop(self) -> None:
        """End all of them."""
        self._closed = True
        self.dismiss()
        for errand in self._errands:
            errand.cancel()
        await asyncio.gather(*self._errands, return_exceptions=True)
        for process in self._ready:
            process.unwatch()
        self._ready.clear()
        for process in self._all:
            self._bury(process)
        self._all.clear()
        await asyncio.gather(*self._burials)

    async def take(self) -> Process:
        """Return a worker that is ready; it is the caller's until it is given back.

        Raises:
            Problem: there is none, and none gets ready.
        """
        while self._ready:
            process = self._ready.pop()
            process.unwatch()
            if process.is_alive:
                return process
            self.lose(process)
        place: asyncio.Future[Process] = asyncio.get_running_loop().create_future()
        self._waiting.append(place)
        try:
            async with asyncio.timeout(_WAIT):
                return await place
        except TimeoutError:
            detail = "no worker is ready; try again later"
            raise Problem("not-ready", detail, headers={"Retry-After": "5"}) from None
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():
                self.give(place.result())
            raise
        finally:
            if place in self._waiting:
                self._waiting.remove(place)

    def give(self, process: Process) -> None:
        """Give back a worker that can do more."""
        if self._closed:
            return
        while self._waiting:
            place = self._waiting.popleft()
            if not place.done():
                place.set_result(process)
                return
        self._ready.append(process)
        process.watch(lambda: self._died(process))

    def _died(self, process: Process) -> None:
        process.unwatch()
        if process in self._ready:
            self._ready.remove(process)
            _LOG.warning("a worker that did nothing ended; another takes its place")
            self.lose(process)

    def lose(self, process: Process) -> None:
        """End a worker, whatever it does, and have another one take its place."""
        if self._closed or process not in self._all:
            return
        self._all.discard(process)
        self._bury(process)
        self.restarted += 1
        self.later(self._replace())

    async def refresh(self) -> None:
        """Make those that wait for work ready anew, one after the other."""
        for process in list(self._ready):
            if process in self._ready:
                self._ready.remove(process)
                process.unwatch()
                try:
                    await self.greet(process)
                except Problem:
                    self.lose(process)
                else:
                    self.give(process)

    def later(self, errand: Coroutine[Any, Any, None]) -> None:
        """Do something beside all else."""
        self._send(errand, self._errands)

    def _bury(self, process: Process) -> None:
        process.kill()
        self._send(process.buried(), self._burials)

    def _send(self, errand: Coroutine[Any, Any, None], among: set[asyncio.Task[None]]) -> None:
        task = asyncio.get_running_loop().create_task(errand)
        among.add(task)
        task.add_done_callback(among.discard)

    async def _replace(self) -> None:
        pause = _PAUSE
        while not self._closed:
            try:
                await self._hired()
            except Problem as problem:
                _LOG.error("a worker did not get ready: %s", problem.detail)
            except OSError as error:
                _LOG.error("no worker could be started: %s", error.strerror)
            else:
                return
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    async def _hired(self) -> None:
        process = Process()
        self._all.add(process)
        try:
            await self.greet(process)
        except BaseException:
            self._all.discard(process)
            await process.buried()
            raise
        self.give(process)

    async def greet(self, process: Process) -> None:
        """Have a worker open the present state.

        Raises:
            Problem: it does not get ready.
        """
        try:
            async with asyncio.timeout(_START):
                header, _ = await process.exchange(self._welcome(process))
        except TimeoutError:
            raise Problem("not-ready", f"a worker took more than {_START:g} s to start") from None
        except Problem:
            if words := process.last_words().strip():
                _LOG.error("a worker ended: %s", words)
            raise
        if "code" in header:
            if "fault" in header:
                _LOG.error("%s", header["fault"])
            raise Problem(header["code"], header["detail"])


# What the HTTP process and a worker say to each other: a header in JSON, then bytes.
#
# ::
#
#     4 bytes   length of the header, big endian
#     4 bytes   length of the body
#     header    JSON
#     body      bytes

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


class _Inbox:
    """Messages put together from pieces as they come.

    >>> inbox, message = _Inbox(), pack({"a": 1}, b"xy")
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
