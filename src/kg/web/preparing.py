"""The process that makes the states after changes: one after the other, as long as none fails.

It keeps what it knows of the files, so that a change takes as long as what it touches. It may be
killed at any moment: the next one reads the files anew.
"""

from __future__ import annotations

import asyncio
import json
import logging
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from kg.web import building
from kg.web.problems import Problem
from kg.web.workers.process import Process

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kg.web.settings import Settings
    from kg.web.workers.pool import Pool

__all__ = ["Preparer"]

_LOG = logging.getLogger("kg.web")
#: What polars, numpy and the threads of a store that is written take of the address space, most of
#: which they never use.
_RESERVED = 4 << 30


class Preparer:
    """The process, started when it is first asked for anything.

    Args:
        settings: say what is served.
        pool: has the state that is served, and the limits.
    """

    def __init__(self, settings: Settings, pool: Pool) -> None:
        self._settings, self._pool = settings, pool
        self._process: Process | None = None
        self._is_asked = False

    def pids(self) -> list[int]:
        """Return the number of the process while it makes a state."""
        return [self._process.pid] if self._process is not None and self._is_asked else []

    async def ask(self, task: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Have a task of ``kg.web.tasks.update`` done; one at a time.

        Args:
            task: its name.
            arguments: those beside ``served``.

        Raises:
            Problem: it was refused, or took too much.
        """
        if self._process is not None and not self._process.is_alive:
            await self.end()
        process = self._process = self._process or Process()
        self._is_asked = is_of_use = True
        try:
            told, body = await self._told(process, task, arguments)
            is_of_use = not told.get("retire")
        except BaseException:
            is_of_use = False
            raise
        finally:
            self._is_asked = False
            if not is_of_use:
                await self.end()
        if "code" in told:
            if "fault" in told:
                _LOG.error("%s failed:\n%s", task, told["fault"])
            raise Problem(
                told["code"], told["detail"], headers=dict(told["headers"]), more=told["more"]
            )
        made: dict[str, Any] = json.loads(body)
        return made

    async def _told(
        self, process: Process, task: str, arguments: Mapping[str, Any]
    ) -> tuple[dict[str, Any], bytes]:
        edition, limits = self._pool.edition, self._pool.limits
        # What it is told of at first is what it begins with; it follows the files from there.
        told = None if process.digest else edition.written()
        process.digest = process.digest or edition.digest
        header = {
            "task": task,
            "arguments": {**arguments, "served": building.written(self._settings)},
            "digest": process.digest,
            "edition": told,
            "limits": asdict(limits) | {"memory": limits.memory + _RESERVED},
        }
        try:
            async with asyncio.timeout(limits.wall):
                return await process.exchange(header)
        except TimeoutError:
            detail = f"ended after {limits.wall:g} s, as long as one may take; nothing was changed"
            raise Problem("timeout", detail) from None

    def kill(self) -> None:
        """End the process now, whatever it does."""
        if self._process is not None:
            self._process.kill()

    async def end(self) -> None:
        """End the process, and wait until it has."""
        process, self._process = self._process, None
        if process is not None:
            await process.buried()
