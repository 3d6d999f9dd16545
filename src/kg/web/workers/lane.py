"""Places that requests take, and the line of those who wait for one."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any

__all__ = ["Lane"]


class Lane:
    """So many places; who finds none free waits in line.

    Args:
        places: how many there are.

    >>> lane = Lane(1)
    >>> lane.take_now(), lane.take_now(), lane.taken
    (True, False, 1)
    """

    def __init__(self, places: int) -> None:
        self.places, self.taken = places, 0
        self._line: deque[tuple[asyncio.Future[None], asyncio.Event | None]] = deque()

    @property
    def waiting(self) -> int:
        """Return how many wait whose answer somebody still wants."""
        return sum(gone is None or not gone.is_set() for _, gone in self._line)

    def take_now(self) -> bool:
        """Take a place if one is free; tell whether it is taken."""
        if self.taken >= self.places:
            return False
        self.taken += 1
        return True

    async def take(self, seconds: float | None, gone: asyncio.Event | None = None) -> bool:
        """Wait for a place, in line.

        Args:
            seconds: how long; None is for ever.
            gone: set when nobody wants it any more, which ends the wait at once.

        Returns:
            Whether it is taken.
        """
        if self.take_now():
            return True
        loop = asyncio.get_running_loop()
        place: asyncio.Future[None] = loop.create_future()
        leaving = None if gone is None else loop.create_task(gone.wait())
        entry = (place, gone)
        self._line.append(entry)
        ends: set[asyncio.Future[Any]] = {place} if leaving is None else {place, leaving}
        is_taken = False
        try:
            await asyncio.wait(ends, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            is_taken = place.done() and not place.cancelled() and not (gone and gone.is_set())
        finally:
            if leaving is not None:
                leaving.cancel()
            if not is_taken:
                self._leave(entry)
        return is_taken

    def _leave(self, entry: tuple[asyncio.Future[None], asyncio.Event | None]) -> None:
        if entry in self._line:
            self._line.remove(entry)
        elif not entry[0].cancelled():
            self.give()

    def give(self) -> None:
        """Give a place back: to the first in line who still wants it, if there is one."""
        while self._line:
            place, gone = self._line.popleft()
            if gone is None or not gone.is_set():
                place.set_result(None)
                return
            place.cancel()
        self.taken -= 1

    def dismiss(self) -> None:
        """Let nobody wait any more; who does is told that no place is taken."""
        while self._line:
            self._line.popleft()[0].cancel()
