"""Shows on a terminal how far a long task is, and nothing where no terminal is."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["steps"]


@contextmanager
def steps(title: str, total: int | None) -> Iterator[Callable[[str], None]]:
    """Show a bar on standard error while a task goes through its steps, if that is a terminal.

    Args:
        title: what is being done.
        total: how many steps there are; None where nobody knows.

    Yields:
        A function to call with the name of each step as it begins.

    >>> with steps("building the graph", 2) as begin:
    ...     begin("load")
    ...     begin("close")
    """
    if not sys.stderr.isatty():
        yield _say_nothing
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


def _say_nothing(_step: str) -> None:
    """Take the name of a step and do nothing with it."""
