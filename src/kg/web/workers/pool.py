"""The pool of workers: lanes for what is quick, what is slow and for pages, with bounded queues.

A query begins in one of a few quick places. One that turns out slow moves to a slow place, at the
lowest priority, and a worker that stands by takes over its quick place: what is quick stays so,
whatever else runs. Where no slow place is free, it is ended, and whoever asked may try again.
Pages and pictures have places and workers of their own: they never wait for a user's query.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from kg.web.edition import Pending, SnapshotLocks
from kg.web.responses import Answer, Problem
from kg.web.workers.cache import AnswerCache, RecentKeys, is_steady, key_of
from kg.web.workers.processes import Crew

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from kg.web.edition import Edition
    from kg.web.settings import Limits
    from kg.web.workers.processes import Process

__all__ = ["Lane", "Pool"]


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


_LOG = logging.getLogger("kg.web")
#: Room for answers that are remembered, in bytes; and how many slow questions are.
_ROOM, _SLOW_ONES = 32 << 20, 4096
#: A task is slow once it took so many seconds of a processor, or so many altogether.
_QUICK, _LONG = 0.1, 1.0
#: Seconds that a request waits for a slow place, and for a quick one.
_WAIT_SLOW, _WAIT_QUICK = 2.0, 30.0
#: How often a task that runs is looked at, in seconds.
_LOOK = 0.05


def is_of_clients(task: str, arguments: Mapping[str, Any]) -> bool:
    """Return whether a task is as much work as a client likes: a query, and not kg's own page.

    >>> is_of_clients("query.evaluate", {}), is_of_clients("home.page", {"params": {}})
    (True, False)
    >>> is_of_clients("query.page", {"params": {"query": "ASK {}"}})
    True
    """
    if task == "query.page":
        return bool(arguments["params"].get("query", "").strip())
    return task == "query.evaluate"


@dataclass(eq=False)
class _Run:
    """A task that runs, or is about to.

    Args:
        task: its name.
        name: of the question.
        lane: where it has its place.
        crew: whose workers do it.
        gone: set when nobody wants the answer any more.
        process: the worker that does it.
        reply: what it will say.
        is_lowered: whether that has a low priority.
    """

    task: str
    name: str
    lane: Lane
    crew: Crew
    gone: asyncio.Event | None
    process: Process | None = None
    reply: asyncio.Task[Any] | None = None
    is_lowered: bool = False


class Pool:
    """The workers of an endpoint.

    Args:
        edition: what is served.
        limits: how much one task may take.
    """

    def __init__(self, edition: Edition, limits: Limits) -> None:
        self.edition, self.limits = edition, limits
        self._limits = asdict(limits)
        self._quick, self._slow = Lane(limits.workers), Lane(limits.slow)
        self._pages = Lane(limits.pages)
        # One more than there are places, for a worker that is getting ready.
        self._crew = Crew(limits.workers + limits.slow + 1, self._welcome)
        self._page_crew = Crew(limits.pages, self._welcome)
        self._answers, self._slow_ones = AnswerCache(_ROOM), RecentKeys(_SLOW_ONES)
        self._kept = [SnapshotLocks(edition)]
        self._runs: set[_Run] = set()
        self._is_stopping = False
        self._killed = 0
        #: Has the edition made whole, where it is not.
        self.completed: Callable[[], Awaitable[None]] | None = None

    async def start(self) -> None:
        """Start the workers; return when there is one for each quick place.

        Raises:
            Problem: they cannot get ready.
        """
        try:
            # Each crew has ended what it began before the failure of one is told.
            begun = await asyncio.gather(
                self._crew.start(self._quick.places),
                self._page_crew.start(self._pages.places),
                return_exceptions=True,
            )
            for failure in filter(None, begun):
                raise failure  # noqa: TRY301 - what began is to be ended for it, too
        except BaseException:
            await self.stop(0)
            raise

    async def drain(self, grace: float) -> int:
        """Take no more tasks, and let those that run finish.

        Args:
            grace: seconds after which whatever still runs, or waits, is ended.

        Returns:
            How many tasks were ended.
        """
        self._is_stopping = True
        loop = asyncio.get_running_loop()
        end = loop.time() + grace
        while self._is_occupied() and loop.time() < end:  # noqa: ASYNC110 - it is soon over
            await asyncio.sleep(_LOOK)
        ended = len(self._runs) + sum(lane.waiting for lane in self._lanes)
        for lane in self._lanes:
            lane.dismiss()
        for crew in self._crews:
            crew.dismiss()
        for run in self._runs:
            if run.reply is not None:
                run.reply.cancel()
        return ended

    async def stop(self, grace: float = 5.0) -> None:
        """Take no more tasks, let those that run finish, and end the workers.

        Args:
            grace: as for ``drain``.
        """
        await self.drain(grace)
        await asyncio.gather(*(crew.stop() for crew in self._crews))
        for kept in self._kept:
            kept.release()
        self._kept = []

    @property
    def _lanes(self) -> tuple[Lane, ...]:
        return self._quick, self._slow, self._pages

    @property
    def _crews(self) -> tuple[Crew, ...]:
        return self._crew, self._page_crew

    def _is_occupied(self) -> bool:
        return bool(self._runs or any(lane.waiting for lane in self._lanes))

    def adopt(self, edition: Edition) -> None:
        """Serve another state from now on; tasks that run keep theirs.

        Raises:
            ResourceNotFound: its snapshots are not there; the present state is kept.
        """
        self._kept.append(SnapshotLocks(edition))
        self.edition = edition
        # The state before stays for those who were sent to it a moment ago.
        while len(self._kept) > 2:  # noqa: PLR2004 - this one and the one before
            self._kept.pop(0).release()
        for crew in self._crews:
            crew.later(crew.refresh())

    def state(self) -> dict[str, Any]:
        """Tell how the workers are."""
        return {
            "workers": self._quick.places,
            "slow_workers": self._slow.places,
            "page_workers": self._pages.places,
            "ready": sum(crew.ready for crew in self._crews),
            "busy": len(self._runs),
            "slow": self._slow.taken,
            "waiting": sum(lane.waiting for lane in self._lanes),
            "killed": self._killed,
            "restarted": sum(crew.restarted for crew in self._crews),
            "remembered": len(self._answers),
        }

    def pids(self) -> list[int]:
        """Return the process number of each worker."""
        return sorted(pid for crew in self._crews for pid in crew.pids())

    async def ask(
        self, task: str, arguments: Mapping[str, Any], *, gone: asyncio.Event | None = None
    ) -> Answer:
        """Have a task done.

        Args:
            task: ``module.function`` of ``kg.web.resources``.
            arguments: those of the function, which JSON can write.
            gone: set when nobody wants the answer any more.

        Raises:
            Problem: there is no answer.
        """
        if self._is_stopping:
            raise _stopping()
        try:
            return await self._asked(task, arguments, gone)
        except Pending:
            if self.completed is None:
                raise Problem("internal", "nobody makes the state of other viewpoints") from None
            await self.completed()
        return await self._asked(task, arguments, gone)

    async def _asked(
        self, task: str, arguments: Mapping[str, Any], gone: asyncio.Event | None
    ) -> Answer:
        name = key_of(self.edition.digest, task, arguments)
        if (known := self._answers.get(name)) is not None:
            return known
        if is_of_clients(task, arguments):
            lane = self._slow if name in self._slow_ones else self._quick
            run = _Run(task, name, lane, self._crew, gone)
        else:
            run = _Run(task, name, self._pages, self._page_crew, gone)
        await self._enter(run)
        self._runs.add(run)
        try:
            return await self._done(run, arguments)
        finally:
            self._runs.discard(run)
            run.lane.give()

    async def _enter(self, run: _Run) -> None:
        """Give a task its place, now or when there is one."""
        if run.lane.take_now():
            return
        lines = (run.lane,) if run.lane is self._pages else (self._quick, self._slow)
        waiting = sum(lane.waiting for lane in lines)
        if waiting >= self.limits.waiting:
            raise _busy(f"{waiting} requests are waiting already; try again later", 1)
        seconds = _WAIT_SLOW if run.lane is self._slow else _WAIT_QUICK
        if await run.lane.take(seconds, run.gone):
            return
        if run.gone and run.gone.is_set():
            raise _gone()
        if self._is_stopping:
            raise _stopping()
        raise _busy("too many requests of this kind are running; try again later", 5)

    async def _done(self, run: _Run, arguments: Mapping[str, Any]) -> Answer:
        process = run.process = await run.crew.take()
        if process.digest != self.edition.digest:
            # To open a state is no work of the query that happens to come first.
            try:
                await run.crew.greet(process)
            except BaseException:
                run.crew.lose(process)
                raise
        edition = self.edition
        header = {**self._welcome(process), "task": run.task, "arguments": dict(arguments)}
        if run.lane is self._slow:
            self._lower(run)
        reply = asyncio.get_running_loop().create_task(process.exchange(header))
        run.reply = reply
        try:
            await self._watch(run, process, reply)
            told, body = reply.result()
        except BaseException as error:
            # Nobody may talk to a worker that is in the middle of something.
            process.kill()
            reply.add_done_callback(lambda _: run.crew.lose(process))
            reply.cancel()
            if reply.cancelled() and isinstance(error, asyncio.CancelledError):
                raise _stopping() from None
            raise
        if told.get("retire") or (run.is_lowered and not process.restore()):
            run.crew.lose(process)
        else:
            run.crew.give(process)
        if told.get("pending"):
            raise Pending
        if "code" in told:
            raise self._refused(run, told)
        answer = Answer(body, told["type"], told["status"], tuple(map(tuple, told["headers"])))
        if is_steady(arguments):
            self._answers.put(key_of(edition.digest, run.task, arguments), answer)
        return answer

    def _welcome(self, process: Process) -> dict[str, Any]:
        """Return a message without a task; it tells the worker of the present state if need be."""
        edition = self.edition
        told = None if process.digest == edition.digest else edition.written()
        process.digest = edition.digest
        return {"task": None, "digest": edition.digest, "edition": told, "limits": self._limits}

    def _refused(self, run: _Run, told: dict[str, Any]) -> Problem:
        if "fault" in told:
            _LOG.error("%s failed:\n%s", run.task, told["fault"])
        return Problem(
            told["code"], told["detail"], headers=dict(told["headers"]), more=told["more"]
        )

    async def _watch(self, run: _Run, process: Process, reply: asyncio.Task[Any]) -> None:
        """Wait for the reply; move the task that is slow, end the one that takes too long.

        Raises:
            Problem: it was ended.
        """
        loop = asyncio.get_running_loop()
        began, spent = loop.time(), process.spent()
        pause = _QUICK
        ends: set[asyncio.Task[Any]] = {reply}
        if run.gone is not None:
            ends.add(leaving := loop.create_task(run.gone.wait()))
            reply.add_done_callback(lambda _: leaving.cancel())
        while not reply.done():
            await asyncio.wait(ends, timeout=pause, return_when=asyncio.FIRST_COMPLETED)
            if reply.done():
                return
            pause, took = _LOOK, loop.time() - began
            if took >= self.limits.wall:
                raise self._ended(run, self._too_long())
            if run.gone and run.gone.is_set():
                raise self._ended(run, _gone())
            if run.lane is self._quick and (took >= _LONG or process.spent() - spent >= _QUICK):
                self._move(run)

    def _move(self, run: _Run) -> None:
        if not self._slow.take_now():
            detail = "the request takes long, and as many as may are running; try again later"
            raise self._ended(run, _busy(detail, 5))
        self._quick.give()
        run.lane = self._slow
        self._lower(run)
        self._slow_ones.add(run.name)

    def _lower(self, run: _Run) -> None:
        run.is_lowered = True
        if run.process is not None:
            run.process.lower()

    def _ended(self, run: _Run, problem: Problem) -> Problem:
        self._killed += 1
        if run.lane is not self._pages and problem.code != "request-timeout":
            self._slow_ones.add(run.name)
        return problem

    def _too_long(self) -> Problem:
        return Problem("timeout", f"ended after {self.limits.wall:g} s, as long as one may take")


def _busy(detail: str, seconds: int) -> Problem:
    return Problem("busy", detail, headers={"Retry-After": str(seconds)})


def _stopping() -> Problem:
    return Problem("not-ready", "the endpoint is about to end")


def _gone() -> Problem:
    return Problem("request-timeout", "whoever asked is gone")
