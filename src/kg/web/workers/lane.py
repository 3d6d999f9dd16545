"""Places that requests take, and the line of those who wait for one."""

from __future__ import annotations

import asyncio
from collections import deque

__all__ = ["Lane"]

#: How often, in seconds, who waits looks whether anybody still wants the answer.
_LOOK = 0.1


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
        self._line: deque[asyncio.Future[None]] = deque()

    @property
    def waiting(self) -> int:
        """Tell how many wait."""
        return len(self._line)

    def take_now(self) -> bool:
        """Take a place if one is free; tell whether it is taken."""
        if self.taken >= self.places:
            return False
        self.taken += 1
        return True

    async def take(self, seconds: float, gone: asyncio.Event | None = None) -> bool:
        """Wait for a place, in line.

        Args:
            seconds: how long.
            gone: set when nobody wants it any more.

        Returns:
            Whether it is taken.
        """
        if self.take_now():
            return True
        loop = asyncio.get_running_loop()
        place: asyncio.Future[None] = loop.create_future()
        self._line.append(place)
        end = loop.time() + seconds
        try:
            while not place.done() and loop.time() < end and not (gone and gone.is_set()):
                await asyncio.wait({place}, timeout=min(_LOOK, end - loop.time()))
        except asyncio.CancelledError:
            if place.done():
                self.give()
            else:
                self._line.remove(place)
            raise
        if not place.done():
            self._line.remove(place)
            return False
        return True

    def give(self) -> None:
        """Give a place back: to the first in line, if there is one."""
        if self._line:
            self._line.popleft().set_result(None)
        else:
            self.taken -= 1
