"""Changes of what is served, one after the other, each made in a process that may be killed.

The process makes the state after a change and writes nothing that anybody sees; its end, however it
ends, leaves all as it was. Then one renaming is the moment of the change, and workers take the new
state before the client has its answer. The files of a folder are renamed by ``kg.edit`` itself, as
those of anybody else who changes them.
"""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import os
import secrets
import uuid
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg.errors import KgError
from kg.web import building
from kg.web.answers import Answer
from kg.web.edition import Edition
from kg.web.health import now
from kg.web.problems import Problem, problem_of
from kg.web.rewriting import clean, take_over
from kg.web.telling import discreet
from kg.web.workers.process import Process

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kg.web.health import Health
    from kg.web.settings import Settings
    from kg.web.workers.pool import Pool

__all__ = ["Writer"]

_LOG = logging.getLogger("kg.web")
#: Seconds that a change in the middle of its work gets when the endpoint is to end.
_GRACE = 5.0
#: What polars, numpy and the threads of a store that is written take of the address space, most of
#: which they never use.
_RESERVED = 4 << 30
_CREATED = 201


class Writer:
    """Who changes what is served.

    Args:
        settings: say what is served; ``base`` is what relative IRIs are resolved against.
        pool: takes the new states.
        health: tells of them.
    """

    def __init__(self, settings: Settings, pool: Pool, health: Health) -> None:
        self._settings, self._pool, self._health = settings, pool, health
        #: Held by whoever makes a new state of what is served.
        self.lock = asyncio.Lock()
        self._waiting = 0
        self._process: Process | None = None
        self._changes: set[asyncio.Task[Answer]] = set()
        self._is_stopping = False
        if settings.dataset is not None:
            clean(settings.dataset)

    async def update(
        self, text: str, using_default: Sequence[str] = (), using_named: Sequence[str] = ()
    ) -> Answer:
        """Carry out a SPARQL update, all of it or nothing.

        Args:
            text: one or more operations.
            using_default: IRIs of ``using-graph-uri``.
            using_named: IRIs of ``using-named-graph-uri``.

        Raises:
            Problem: nothing was changed; says why.
        """
        arguments = {
            "text": text,
            "using_default": list(using_default),
            "using_named": list(using_named),
        }
        return await self._changed("update.operation", arguments)

    async def put(self, graph: str | None, body: bytes, media_type: str | None) -> Answer:
        """Replace a graph; None is the default graph.

        Raises:
            Problem: nothing was changed; says why.
        """
        return await self._written("PUT", graph, body, media_type)

    async def post(self, graph: str | None, body: bytes, media_type: str | None) -> Answer:
        """Add to a graph; None is the default graph.

        Raises:
            Problem: nothing was changed; says why.
        """
        return await self._written("POST", graph, body, media_type)

    async def create(self, body: bytes, media_type: str | None) -> Answer:
        """Add a graph under a name that is made for it, and is the ``Location`` of the answer.

        Raises:
            Problem: nothing was changed; says why.
        """
        name = uuid.uuid4().urn
        made = await self._written("POST", name, body, media_type)
        if made.status != _CREATED:
            raise Problem("bad-request", "a graph without triples is none: send some")
        return Answer(made.body, made.media_type, made.status, (("Location", name),))

    async def delete(
        self, graph: str | None, body: bytes = b"", media_type: str | None = None
    ) -> Answer:
        """Delete a graph; the default graph, which is None, is emptied.

        Raises:
            Problem: nothing was changed; says why.
        """
        return await self._written("DELETE", graph, body, media_type)

    def pids(self) -> list[int]:
        """Return the process number of whoever makes a change at present."""
        return [] if self._process is None else [self._process.pid]

    async def stop(self) -> None:
        """Take no more changes; let the one that runs come to its end, or kill it."""
        self._is_stopping = True
        if self._changes:
            await asyncio.wait(set(self._changes), timeout=_GRACE)
        if self._process is not None:
            self._process.kill()
        if self._changes:
            await asyncio.wait(set(self._changes), timeout=_GRACE)

    async def _written(
        self, method: str, graph: str | None, body: bytes, media_type: str | None
    ) -> Answer:
        arguments = {
            "method": method,
            "graph": graph,
            "body": base64.b64encode(body).decode(),
            "media_type": media_type,
        }
        return await self._changed("update.write", arguments)

    async def _changed(self, task: str, arguments: Mapping[str, Any]) -> Answer:
        if self._waiting >= self._pool.limits.waiting:
            raise Problem("busy", "many changes are waiting already", headers={"Retry-After": "5"})
        # Whoever asked may go; a change that has begun comes to its end.
        change = asyncio.get_running_loop().create_task(self._in_turn(task, arguments))
        self._changes.add(change)
        change.add_done_callback(self._settled)
        return await asyncio.shield(change)

    def _settled(self, change: asyncio.Task[Answer]) -> None:
        self._changes.discard(change)
        if not change.cancelled():
            # Whoever asked may be gone, and nobody else wants to know.
            change.exception()

    async def _in_turn(self, task: str, arguments: Mapping[str, Any]) -> Answer:
        self._waiting += 1
        try:
            async with self.lock:
                return await self._done(task, arguments)
        except Problem as problem:
            raise self._discreet(problem) from None
        except KgError as error:
            raise self._discreet(problem_of(error)) from None
        finally:
            self._waiting -= 1

    async def _done(self, task: str, arguments: Mapping[str, Any]) -> Answer:
        if self._is_stopping:
            raise Problem("not-ready", "the endpoint is about to end")
        part, folder = self._part(), self._folder()
        process = self._process = Process()
        try:
            try:
                told = await self._made(process, task, arguments, str(part))
            except Problem:
                # Its process may have been killed after the files were changed.
                if self._folder() == folder:
                    raise
                told = {"changed": True, "status": 204}
            if told["changed"]:
                await self._take(told, part)
        finally:
            self._process = None
            await process.buried()
            if part is not None:
                part.unlink(missing_ok=True)
        return Answer(b"", "text/plain; charset=utf-8", told["status"])

    async def _made(
        self, process: Process, task: str, arguments: Mapping[str, Any], part: str
    ) -> dict[str, Any]:
        """Have the state after a change made.

        Raises:
            Problem: it was refused, or took too much.
        """
        edition, limits = self._pool.edition, self._pool.limits
        served = building.written(self._settings)
        more = {"served": served, "base": self._base(), "part": part}
        header = {
            "task": task,
            "arguments": {**arguments, **more},
            "digest": edition.digest,
            "edition": edition.written(),
            "limits": asdict(limits) | {"memory": limits.memory + _RESERVED},
        }
        try:
            async with asyncio.timeout(limits.wall):
                told, body = await process.exchange(header)
        except TimeoutError:
            process.kill()
            detail = f"ended after {limits.wall:g} s, as long as one may take; nothing was changed"
            raise Problem("timeout", detail) from None
        if "code" in told:
            if "fault" in told:
                _LOG.error("%s failed:\n%s", task, told["fault"])
            raise Problem(
                told["code"], told["detail"], headers=dict(told["headers"]), more=told["more"]
            )
        made: dict[str, Any] = json.loads(body)
        return made

    async def _take(self, told: Mapping[str, Any], part: Path | None) -> None:
        """Make a state the present one: on the disk, and then for the workers."""
        path = self._settings.dataset
        if path is not None and part is not None:
            await asyncio.to_thread(take_over, part, path, told["earlier"])
            edition = Edition.read(told["edition"])
        else:
            try:
                edition = await building.build(self._settings)
            except building.BuildFailure as error:
                self._health.reload_error = discreet(error.message, self._settings)
                _LOG.error("changed, and not served: %s", error.message)
                detail = "the change was written, and cannot be served; /health has the reason"
                raise Problem("internal", detail) from None
        self._pool.adopt(edition)
        self._health.edition = edition
        self._health.last_reload, self._health.reload_error = now(), None

    def _part(self) -> Path | None:
        path = self._settings.dataset
        if path is None:
            return None
        path = Path(os.path.realpath(path))
        return path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")

    def _folder(self) -> frozenset[str]:
        """Return the names of the changes that were made of a folder so far."""
        if self._settings.dataset is not None or len(self._settings.data) != 1:
            return frozenset()
        return frozenset(path.name for path in (self._settings.data[0] / "changes").glob("[!.]*"))

    def _base(self) -> str:
        host = f"[{self._settings.host}]" if ":" in self._settings.host else self._settings.host
        base = self._settings.base or f"http://{host}:{self._settings.port}/"
        return f"{base.rstrip('/')}/sparql"

    def _discreet(self, problem: Problem) -> Problem:
        text = discreet(json.dumps(problem.more, ensure_ascii=False), self._settings)
        return Problem(
            problem.code,
            discreet(problem.detail, self._settings),
            headers=problem.headers,
            more=json.loads(text),
        )
