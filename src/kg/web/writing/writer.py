"""Changes of what is served, one after the other, each made in a process that may be killed.

From before that process reads until the change is committed, other writers are kept away from what
is served, with the lock that ``kg add`` takes. It makes the state after the change and writes
nothing that anybody sees; its end, however it ends, leaves all as it was. The process that asked it
commits: by giving one file its name, if nothing was changed meanwhile. Workers take the new state
before the client has its answer: that of the viewpoint that is meant. The states of the others
follow once no change came for a moment, or when they are asked for.
"""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import os
import uuid
from contextlib import ExitStack, asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg.edit.working import LOOK, PATIENCE, take_lock, write_change
from kg.errors import KgError
from kg.web import building
from kg.web.edition import Edition, SnapshotLocks, now
from kg.web.reload import mark, state_of
from kg.web.responses import Answer, Problem, problem_of
from kg.web.security import discreet
from kg.web.workers.pool import Lane
from kg.web.workers.processes import Process
from kg.web.writing.served_file import clean, part_of, take_over

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence

    from kg.web.edition import Health
    from kg.web.reload import State
    from kg.web.settings import Settings
    from kg.web.workers.pool import Pool

__all__ = ["Writer"]

_LOG = logging.getLogger("kg.web")
#: What polars, numpy and the threads of a store that is written take of the address space, most of
#: which they never use.
_RESERVED = 4 << 30
#: Seconds in which a change that was ended is told so.
_ENDING = 5.0
#: Seconds without a change after which the states of all viewpoints are made.
_REST = 5.0
_CREATED = 201


class _Preparer:
    """The process that makes the states after changes, started when it is first asked for one.

    It keeps what it knows of the files, so that a change takes as long as what it touches. It may
    be killed at any moment: the next one reads the files anew.

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
        """Have a task of ``kg.web.resources.update`` done; one at a time.

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


class _Errands:
    """Work that comes to its end, whoever waits for it."""

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


class Writer:
    """Who changes what is served.

    Args:
        settings: say what is served; ``base`` is what relative IRIs are resolved against.
        pool: takes the new states.
        health: tells of them.
    """

    def __init__(self, settings: Settings, pool: Pool, health: Health) -> None:
        self._settings, self._pool, self._health = settings, pool, health
        self._lane = Lane(1)
        self._preparer = _Preparer(settings, pool)
        self._completion: asyncio.TimerHandle | None = None
        self._adopting: asyncio.Task[Edition] | None = None
        self._changes, self._errands = _Errands(), _Errands()
        #: The files as the last change left them, once that is served.
        self.state: State | None = None
        self._is_stopping = self._is_ended = False
        pool.completed = self.completed
        if settings.dataset is not None:
            clean(settings.dataset)

    async def update(
        self,
        text: str,
        using_default: Sequence[str] = (),
        using_named: Sequence[str] = (),
        gone: asyncio.Event | None = None,
    ) -> Answer:
        """Carry out a SPARQL update, all of it or nothing.

        Args:
            text: one or more operations.
            using_default: IRIs of ``using-graph-uri``.
            using_named: IRIs of ``using-named-graph-uri``.
            gone: set when nobody waits for the answer any more; a change that has begun is made.

        Raises:
            Problem: nothing was changed; says why.
        """
        arguments = {
            "text": text,
            "using_default": list(using_default),
            "using_named": list(using_named),
        }
        return await self._changed("update.operation", arguments, gone)

    async def put(
        self,
        graph: str | None,
        body: bytes,
        media_type: str | None,
        gone: asyncio.Event | None = None,
    ) -> Answer:
        """Replace a graph; None is the default graph.

        Raises:
            Problem: nothing was changed; says why.
        """
        return await self._written("PUT", graph, body, media_type, gone)

    async def post(
        self,
        graph: str | None,
        body: bytes,
        media_type: str | None,
        gone: asyncio.Event | None = None,
    ) -> Answer:
        """Add to a graph; None is the default graph.

        Raises:
            Problem: nothing was changed; says why.
        """
        return await self._written("POST", graph, body, media_type, gone)

    async def create(
        self, body: bytes, media_type: str | None, gone: asyncio.Event | None = None
    ) -> Answer:
        """Add a graph under a name that is made for it, and is the ``Location`` of the answer.

        Raises:
            Problem: nothing was changed; says why.
        """
        name = uuid.uuid4().urn
        made = await self._written("POST", name, body, media_type, gone)
        if made.status != _CREATED:
            raise Problem("bad-request", "a graph needs at least one triple: send some")
        return Answer(made.body, made.media_type, made.status, (("Location", name),))

    async def delete(
        self,
        graph: str | None,
        body: bytes = b"",
        media_type: str | None = None,
        gone: asyncio.Event | None = None,
    ) -> Answer:
        """Delete a graph; the default graph, which is None, is emptied.

        Raises:
            Problem: nothing was changed; says why.
        """
        return await self._written("DELETE", graph, body, media_type, gone)

    @asynccontextmanager
    async def in_turn(self, gone: asyncio.Event | None = None) -> AsyncIterator[None]:
        """Wait until nobody here makes a new state of what is served, and keep others from it.

        Args:
            gone: set when nobody wants it any more.

        Raises:
            Problem: nobody does.
        """
        if not await self._lane.take(None, gone):
            raise Problem("request-timeout", "whoever asked is gone; nothing was changed")
        try:
            yield
        finally:
            self._lane.give()

    def pids(self) -> list[int]:
        """Return the process number of whoever makes a change at present."""
        return self._preparer.pids()

    def begin(self) -> None:
        """Have all made ready that the first change would wait for."""
        self._errands.begin(self._begun())

    async def _begun(self) -> None:
        async with self.in_turn():
            await self._preparer.ask("update.ready", {})

    async def completed(self) -> None:
        """Have the states of all viewpoints made, where a change left them for later.

        Raises:
            Problem: they cannot be served.
        """
        await asyncio.shield(self._errands.begin(self._complete()))

    async def _complete(self) -> None:
        async with self.in_turn():
            if not self._pool.edition.pending or self._is_stopping:
                return
            try:
                made = await self._preparer.ask("update.whole", {})
                edition = Edition.read(made["edition"])
            except (Problem, KgError):
                edition = await self._built()
            self._serve(edition)

    async def stop(self, grace: float = 5.0) -> int:
        """Take no more changes; let the one that runs come to its end, or end it.

        Args:
            grace: seconds after which it is ended.

        Returns:
            How many changes were not made.
        """
        self._is_stopping = True
        self._errands.cancel()
        if left := self._changes.left():
            await asyncio.wait(left, timeout=grace)
        left = self._changes.left()
        self._is_ended = True
        if self._completion is not None:
            self._completion.cancel()
        self._preparer.kill()
        if self._adopting is not None:
            self._adopting.cancel()
        if left:
            await asyncio.wait(left, timeout=_ENDING)
        await self._preparer.end()
        return sum(not change.done() or change.exception() is not None for change in left)

    async def _written(
        self,
        method: str,
        graph: str | None,
        body: bytes,
        media_type: str | None,
        gone: asyncio.Event | None,
    ) -> Answer:
        arguments = {
            "method": method,
            "graph": graph,
            "body": base64.b64encode(body).decode(),
            "media_type": media_type,
        }
        return await self._changed("update.write", arguments, gone)

    async def _changed(
        self, task: str, arguments: Mapping[str, Any], gone: asyncio.Event | None
    ) -> Answer:
        if self._lane.waiting >= self._pool.limits.waiting:
            raise Problem("busy", "many changes are waiting already", headers={"Retry-After": "5"})
        # Whoever asked may go; a change that has begun comes to its end.
        return await asyncio.shield(self._changes.begin(self._in_turn(task, arguments, gone)))

    async def _in_turn(
        self, task: str, arguments: Mapping[str, Any], gone: asyncio.Event | None
    ) -> Answer:
        try:
            async with self.in_turn(gone):
                return await self._done(task, arguments)
        except Problem as problem:
            raise self._discreet(problem) from None
        except KgError as error:
            raise self._discreet(problem_of(error)) from None

    async def _done(self, task: str, arguments: Mapping[str, Any]) -> Answer:
        dataset = self._settings.dataset
        part = None if dataset is None else part_of(dataset)
        with ExitStack() as held:
            if part is not None:
                held.callback(part.unlink, missing_ok=True)
            async with self._alone():
                state = await asyncio.to_thread(state_of, self._settings)
                prepared = await self._prepared(task, arguments, str(part), held)
                if prepared["changed"]:
                    state |= await asyncio.to_thread(self._commit, prepared, part, state)
            if prepared["changed"]:
                await self._adopt(prepared)
                self.state = state
        return Answer(b"", "text/plain; charset=utf-8", prepared["status"])

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        """Keep other processes from changing what is served; wait until they have.

        Raises:
            Problem: they take too long, or the endpoint is about to end.
            WriteFailure: the folder cannot be locked.
        """
        dataset = self._settings.dataset
        folder = self._settings.data[0] if dataset is None else part_of(dataset).parent
        loop = asyncio.get_running_loop()
        until = loop.time() + PATIENCE
        while True:
            if self._is_stopping:
                raise _stopping()
            if (descriptor := take_lock(folder)) is not None:
                break
            if loop.time() > until:
                detail = "another kg is changing the graph; try again later"
                raise Problem("busy", detail, headers={"Retry-After": "5"})
            await asyncio.sleep(LOOK)
        try:
            yield
        finally:
            os.close(descriptor)

    async def _prepared(
        self, task: str, arguments: Mapping[str, Any], part: str, held: ExitStack
    ) -> dict[str, Any]:
        """Have the state after a change made, and hold its snapshots.

        Raises:
            Problem: it was refused, or took too much.
        """
        try:
            made = await self._preparer.ask(task, {**arguments, "base": self._base(), "part": part})
        except Problem:
            if self._is_ended:
                raise _stopping() from None
            raise
        if "edition" in made:
            held.callback(SnapshotLocks(Edition.read(made["edition"])).release)
        return made

    def _commit(self, prepared: Mapping[str, Any], part: Path | None, state: State) -> State:
        """Make a prepared change: the one moment at which it happens; return the file's mark.

        Raises:
            Problem: the files are not those that it was made from any more.
            WriteFailure: the disk refuses.
        """
        dataset = self._settings.dataset
        if dataset is not None and part is not None:
            new = mark(part)
            take_over(part, dataset, prepared["earlier"])
            return {str(dataset): new}
        # Editors of text take no lock.
        if state_of(self._settings) != state:
            raise Problem("conflict", "the files have changed meanwhile; nothing was changed")
        path = Path(prepared["path"])
        write_change(path, prepared["document"].encode())
        return {str(path): mark(path)}

    async def _adopt(self, prepared: Mapping[str, Any]) -> None:
        """Have the workers take the state after a change that was committed."""
        try:
            edition = (
                Edition.read(prepared["edition"]) if "edition" in prepared else await self._built()
            )
        except asyncio.CancelledError:
            if self._is_ended:
                return  # the change is made, and nobody is answered here any more
            raise
        self._serve(edition)
        if edition.pending and not self._is_stopping:
            if self._completion is not None:
                self._completion.cancel()
            loop = asyncio.get_running_loop()
            self._completion = loop.call_later(_REST, lambda: self._errands.begin(self._complete()))

    async def _built(self) -> Edition:
        """Have an edition made from the files.

        Raises:
            Problem: they cannot be served.
        """
        self._adopting = asyncio.get_running_loop().create_task(building.build(self._settings))
        try:
            return await self._adopting
        except building.BuildFailure as error:
            self._health.reload_error = discreet(error.message, self._settings)
            _LOG.error("changed, and not served: %s", error.message)
            detail = "the change was written, and cannot be served; /health has the reason"
            raise Problem("internal", detail) from None
        finally:
            self._adopting = None

    def _serve(self, edition: Edition) -> None:
        self._pool.adopt(edition)
        self._health.edition = edition
        self._health.last_reload, self._health.reload_error = now(), None

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


def _stopping() -> Problem:
    return Problem("not-ready", "the endpoint is about to end; nothing was changed")
