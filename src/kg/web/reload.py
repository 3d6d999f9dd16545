"""What is served follows the files: looked at every second, built anew when they are at rest.

A state that cannot be served is not taken over; the one before stays, and ``/health`` says why.
"""

from __future__ import annotations

import asyncio
import logging
import os
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from kg import resources
from kg.errors import KgError
from kg.sources import sources
from kg.web.building import BuildFailure, build
from kg.web.edition import now
from kg.web.security import discreet

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kg.web.edition import Health
    from kg.web.settings import Settings
    from kg.web.workers.pool import Pool
    from kg.web.writing.writer import Writer

    #: Of each file: when it was changed, its size and its number; None where it is not there.
    State: TypeAlias = dict[str, tuple[int, int, int] | None]

__all__ = ["mark", "state_of", "watch"]

_LOG = logging.getLogger("kg.web")
#: Seconds from one look to the next, and in which nothing may change before a build.
_LOOK, _QUIET = 1.0, 0.5
#: What failed is tried again after so many seconds: the disk may have been full.
_AGAIN = 60.0
#: A file that was changed so many seconds before a state was ready may be newer than that.
_RECENT = 300.0


async def watch(settings: Settings, pool: Pool, health: Health, writer: Writer | None) -> None:
    """Take over each new state of the files, until this is cancelled.

    Args:
        settings: say what is served.
        pool: takes the new states.
        health: tells of them, or why there is none.
        writer: changes the files as well; one of the two at a time.
    """
    seen = await asyncio.to_thread(state_of, settings)
    # What was changed while the first state was made is not part of it, and shows no more.
    is_new = _latest(seen) > datetime.fromisoformat(pool.edition.made).timestamp() - _RECENT
    tried = asyncio.get_running_loop().time()
    while True:
        if not is_new:
            await asyncio.sleep(_LOOK)
        found = await asyncio.to_thread(state_of, settings)
        failed = health.reload_error is not None
        again = failed and asyncio.get_running_loop().time() - tried > _AGAIN
        if found == seen and not again and not is_new:
            continue
        must_look = is_new or failed
        is_new, seen = False, await _at_rest(settings, found)
        tried = asyncio.get_running_loop().time()
        async with AsyncExitStack() as held:
            if writer is not None:
                await held.enter_async_context(writer.in_turn())
                seen = await asyncio.to_thread(state_of, settings)
                if seen == writer.state and not must_look:
                    continue  # it is served since the writer made it
            await _reload(settings, pool, health)


async def _at_rest(settings: Settings, found: State) -> State:
    """Wait until nobody writes any more; return the state then."""
    while True:
        await asyncio.sleep(_QUIET)
        later = await asyncio.to_thread(state_of, settings)
        if later == found:
            return later
        found = later


async def _reload(settings: Settings, pool: Pool, health: Health) -> None:
    try:
        edition = await build(settings)
        if edition.digest != pool.edition.digest:
            pool.adopt(edition)
            health.edition, health.last_reload = edition, now()
            _LOG.info("reloaded: %s", edition.digest)
    except (BuildFailure, KgError, OSError) as error:
        told = discreet(str(error), settings)
        if told != health.reload_error:
            _LOG.warning("not reloaded, the state before is served: %s", error)
        health.reload_error = told
    else:
        health.reload_error = None


def state_of(settings: Settings) -> State:
    """Look at each file that what is served is made from, without reading it.

    Args:
        settings: say what is served.

    >>> from pathlib import Path
    >>> from kg.web.settings import Settings
    >>> state_of(Settings(dataset=Path("/no/such.ttl")))
    {'/no/such.ttl': None}
    """
    return {str(path): mark(path) for path in _files(_roots(settings))}


def _roots(settings: Settings) -> tuple[Path, ...]:
    if settings.dataset is not None:
        return (settings.dataset,)
    data, ontology, _ = sources(settings.data or None, settings.ontology)
    return (*data, *ontology, *resources.shapes(), resources.viewpoints())


def _files(roots: Iterable[Path]) -> Iterator[Path]:
    for root in roots:
        if not root.is_dir():
            yield root
        for folder, folders, names in os.walk(root):
            folders[:] = [name for name in folders if not name.startswith(".")]
            yield from (Path(folder) / name for name in names if not name.startswith("."))


def mark(path: Path) -> tuple[int, int, int] | None:
    """Return when a file was changed, its size and its number; None where it is not there."""
    try:
        stat = os.stat(path)  # noqa: PTH116 - one call a second for each file
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size, stat.st_ino


def _latest(state: State) -> float:
    return max((mark[0] / 1e9 for mark in state.values() if mark), default=0.0)
