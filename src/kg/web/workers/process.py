"""A worker as the process that asks sees it: one that runs, answers, and may be killed."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg.web.workers import limits, messages
from kg.web.workers.forkserver import forkserver

if TYPE_CHECKING:
    from kg.web.problems import Problem

__all__ = ["Process"]

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
        self._inbox = messages.Inbox()
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
            await loop.sock_sendall(self._socket, messages.pack(header))
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
