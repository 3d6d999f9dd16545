"""Shows how far a long task is: a bar on a terminal, elsewhere a line for each step that lasts."""

from __future__ import annotations

import sys
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from threading import Timer

__all__ = ["LONG", "steps"]

#: After so many seconds a step is told where no terminal is.
LONG = 3.0
#: What begins a step of the task that is shown; a task within it has no display of its own.
_shown: ContextVar[Callable[[str], None] | None] = ContextVar("_shown", default=None)


@contextmanager
def steps(title: str, total: int | None) -> Iterator[Callable[[str], None]]:
    """Show on standard error how a task goes through its steps.

    On a terminal that is a bar, which is gone in the end. Elsewhere it is a line for each step
    that lasts longer than three seconds, so that a log tells what is waited for, and nothing for a
    task that is quick. The steps of a task within another are told as steps of the whole.

    Args:
        title: what is being done.
        total: how many steps there are; None where nobody knows.

    Yields:
        A function to call with the name of each step as it begins.

    >>> with steps("building the graph", 2) as begin:
    ...     begin("load")
    ...     begin("close")
    """
    if whole := _shown.get():
        yield whole
        return
    with _display(title, total) as begin:
        reset = _shown.set(begin)
        try:
            yield begin
        finally:
            _shown.reset(reset)


@contextmanager
def _display(title: str, total: int | None) -> Iterator[Callable[[str], None]]:
    if not sys.stderr.isatty():
        lines = _Lines(title, total)
        try:
            yield lines.begin
        finally:
            lines.end()
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[step]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=total, step="")
        begun = 0

        def begin(step: str) -> None:
            nonlocal begun
            bar.update(task, completed=begun, step=step)
            begun += 1

        yield begin


class _Lines:
    """Tells of each step that lasts, once.

    Args:
        title: what is being done.
        total: how many steps there are, or None.
    """

    def __init__(self, title: str, total: int | None) -> None:
        self._title, self._total = title, total
        self._begun = 0
        self._waiting: Timer | None = None

    def begin(self, step: str) -> None:
        """Wait whether a step lasts; the one before is over."""
        from threading import Timer

        self.end()
        self._begun += 1
        counted = self._total and self._begun <= self._total
        place = f" ({self._begun} of {self._total})" if counted else ""
        self._waiting = Timer(LONG, _tell, [f"kg: {self._title}: {step}{place}\n"])
        self._waiting.daemon = True
        self._waiting.start()

    def end(self) -> None:
        """Tell no more of the step that is over."""
        if self._waiting:
            self._waiting.cancel()


def _tell(line: str) -> None:
    # A reader that is gone is no reason to stop.
    with suppress(OSError, ValueError):
        sys.stderr.write(line)
        sys.stderr.flush()
