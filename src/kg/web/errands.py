"""Work that comes to its end, whoever waits for it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Coroutine

__all__ = ["Errands"]


class Errands:
    """What was begun and has not ended."""

    def __init__(self) -> None:
        self._all: set[asyncio.Task[Any]] = set()

    def begin(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Begin something; nobody need wait for it."""
        task = asyncio.get_running_loop().create_task(work)
        self._all.add(task)
        task.add_done_callback(self._settled)
        return task

    def left(self) -> set[asyncio.Task[Any]]:
        """Return what has not ended."""
        return set(self._all)

    def cancel(self) -> None:
        """End all of it."""
        for task in self._all:
            task.cancel()

    def _settled(self, task: asyncio.Task[Any]) -> None:
        self._all.discard(task)
        if not task.cancelled():
            # Whoever asked may be gone, and nobody else wants to know.
            task.exception()
