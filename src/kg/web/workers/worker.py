"""The process that does tasks.

It waits for one message, does what it says, answers, and waits for the next; it ends when the other
side closes, or is killed in the middle, which hurts nobody: it has nothing that it could break.
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
import pkgutil
import re
import traceback
from functools import cache
from typing import TYPE_CHECKING, Any

from kg.errors import KgError
from kg.web import resources
from kg.web.edition import Edition, Pending
from kg.web.responses import Problem, problem_of
from kg.web.settings import Limits
from kg.web.workers import limits, processes
from kg.web.workers.held import Held

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from kg.web.responses import Answer

__all__ = ["Worker", "warm"]

_NAME = re.compile(r"([a-z_]+)\.([a-z][a-z_]*)\Z")


class Worker:
    """One process that does tasks.

    Args:
        connection: to the process that asks.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._held: Held | None = None
        self._size: int | None = None

    def run(self) -> None:
        """Do what is asked until nobody asks any more."""
        while (message := processes.receive(self._connection)) is not None:
            header, _ = message
            self._connection.sendall(self._done(header))

    def _done(self, header: dict[str, Any]) -> bytes:
        allowed = Limits(**header["limits"])
        try:
            held = self._hold(header.get("edition"), header["digest"], allowed)
            if header["task"] is None:
                held.warm()
                warm()
                self._size = limits.size()
                return processes.pack({"status": 200})
            limits.allow(wall=allowed.wall, cpu=allowed.cpu, memory=allowed.memory)
            try:
                return self._packed(_task(header["task"])(held, **header["arguments"]), allowed)
            finally:
                limits.release()
        except Pending:
            problem = Problem("not-ready", "the state of other viewpoints is being made")
            return processes.pack(_written(problem) | {"pending": True})
        except (KgError, Problem) as error:
            problem = error if isinstance(error, Problem) else problem_of(error)
            return processes.pack(_written(problem))
        except MemoryError:
            problem = Problem("out-of-memory", "the evaluation was ended at its limit of memory")
            return processes.pack(_written(problem) | {"retire": True})
        except Exception:  # noqa: BLE001 - whoever asked must get an answer, and the log the reason
            problem = Problem("internal", "this is a fault of kg; its log has more")
            return processes.pack(_written(problem) | {"fault": traceback.format_exc()})

    def _hold(self, edition: dict[str, Any] | None, digest: str, allowed: Limits) -> Held:
        if edition is not None:
            before, self._held = self._held, Held(Edition.read(edition), allowed)
            if before is not None:
                self._held.take_over(before)
                before.close()
            self._size = None
        if self._held is None or self._held.edition.digest != digest:
            raise Problem("internal", "the state that was asked for is not held")
        return self._held

    def _packed(self, answer: Answer, allowed: Limits) -> bytes:
        if len(answer.body) > allowed.bytes:
            told = f"the answer has {len(answer.body):,} bytes; {allowed.bytes:,} are given"
            raise Problem("too-many-bytes", told, more={"bytes": len(answer.body)})
        header = {
            "status": answer.status,
            "type": answer.media_type,
            "headers": answer.headers,
            "retire": limits.is_grown(self._size, allowed.memory // 2),
        }
        return processes.pack(header, answer.body)


@cache
def warm() -> None:
    """Import all tasks, so that none has to wait for that; one that fails says so when asked."""
    for module in pkgutil.iter_modules(resources.__path__):
        with contextlib.suppress(Exception):
            importlib.import_module(f"{resources.__name__}.{module.name}")


@cache
def _task(name: str) -> Callable[..., Answer]:
    """Return a task by its name: one of those that a module of resources offers."""
    found = _NAME.match(name)
    if found is None:
        raise Problem("internal", f"{name} is no name of a task")
    module = importlib.import_module(f"{resources.__name__}.{found[1]}")
    task = getattr(module, found[2], None)
    if not inspect.isfunction(task) or found[2] not in module.__all__ or not _is_task(task):
        raise Problem("internal", f"there is no task {name}")
    return task


def _is_task(function: Callable[..., Any]) -> bool:
    """Return whether a function takes what is held, and nothing else but by name."""
    first, *others = inspect.signature(function).parameters.values()
    return first.name == "held" and all(one.kind is one.KEYWORD_ONLY for one in others)


def _written(problem: Problem) -> dict[str, Any]:
    return {
        "status": problem.status,
        "code": problem.code,
        "detail": problem.detail,
        "headers": list(problem.headers.items()),
        "more": problem.more,
    }
