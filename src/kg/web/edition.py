"""An edition: one state of what is served, the locks on its snapshots, and its health.

It is made before anybody is answered; workers open its snapshots.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg import files
from kg.errors import ResourceNotFound
from kg.web.responses import Answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kg.snapshot import Snapshot

__all__ = ["Built", "Edition", "Health", "Pending", "SnapshotLocks", "now"]


class Pending(Exception):
    """What is asked for is not made yet; once the edition is whole, it is there."""


@dataclass(frozen=True)
class Edition:
    """The snapshots of one state of the data.

    Args:
        digest: names the state; it is the ETag of everything.
        title: what is served, in a few words, such as the label of the bilateral relation.
        viewpoint: the one that is meant where a request names none.
        snapshots: the folder of the snapshot for each viewpoint, by slug.
        beside: the folder of a snapshot that holds the graphs of all viewpoints, for queries that
            compare them; None where there is nothing to compare.
        graphs: of ``beside``, the graphs that a query sees as one.
        overlaps: whether graphs of the files hold the same triples: what names graphs is then asked
            of ``beside``, where each graph is whole.
        union: whether the default graph is all graphs as one; else it is that of the store.
        notes: what whoever starts the server should know of the data.
        pending: the viewpoints whose snapshots follow a change and are not made yet; then that
            beside is not either.
        difference: how the snapshot of the viewpoint that is meant differs from another one, so
            that a copy of that one need not be made anew: ``base``, its folder, and the quads that
            are ``added`` and ``removed``, in N-Quads; None where that is not known.
        made: when the state was made, in ISO 8601, UTC.

    >>> Edition.read(Edition("d", "t", "reported", {"reported": "/x"}).written()).digest
    'd'
    """

    digest: str
    title: str
    viewpoint: str
    snapshots: dict[str, str]
    beside: str | None = None
    graphs: tuple[str, ...] = field(default=())
    overlaps: bool = False
    union: bool = True
    made: str = ""
    notes: tuple[str, ...] = field(default=())
    pending: tuple[str, ...] = field(default=())
    difference: dict[str, str] | None = None

    @property
    def viewpoints(self) -> list[str]:
        """Return the names of the viewpoints, sorted."""
        return sorted({*self.snapshots, *self.pending})

    def whole(self) -> Edition:
        """Return it, where it is whole.

        Raises:
            Pending: it is not.
        """
        if self.pending:
            raise Pending
        return self

    def written(self) -> dict[str, Any]:
        """Return it as JSON can write it."""
        return asdict(self)

    @classmethod
    def read(cls, written: dict[str, Any]) -> Edition:
        """Return what ``written`` gave."""
        lists = {name: tuple(written.get(name, ())) for name in ("graphs", "notes", "pending")}
        return cls(**{**written, **lists})


class SnapshotLocks:
    """The locks on the snapshots of an edition, so that nothing removes what is served.

    Args:
        edition: a state of what is served.

    Raises:
        ResourceNotFound: a snapshot is not there any more.
    """

    def __init__(self, edition: Edition) -> None:
        self._descriptors: list[int] = []
        folders = {*edition.snapshots.values(), *filter(None, [edition.beside])}
        for folder in sorted(folders):
            self._take(Path(folder))

    def _take(self, folder: Path) -> None:
        try:
            descriptor = os.open(folder / "lock", os.O_RDONLY)
        except OSError as error:
            self.release()
            raise ResourceNotFound(folder, f"{folder}: {error.strerror or error}") from error
        self._descriptors.append(descriptor)
        if files.lock_shared(descriptor) is False:
            self.release()
            raise ResourceNotFound(folder, f"{folder}: it is being removed")

    def release(self) -> None:
        """Let go of them."""
        while self._descriptors:
            os.close(self._descriptors.pop())


def now() -> str:
    """Return the time in ISO 8601, UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


@dataclass
class Health:
    """What ``/health`` tells; those who reload the data write it.

    Args:
        edition: what is served at present.
        started: when the endpoint began to answer.
        last_reload: when data were last taken over; None where they are those of the start.
        reload_error: why the data on disk are not what is served, in one line.
        stopping: whether it is about to end.

    >>> from kg.web.edition import Edition
    >>> Health(Edition("d", "t", "reported", {}), reload_error="a.ttl:3: no dot").status
    'stale'
    """

    edition: Edition
    started: str = field(default_factory=now)
    last_reload: str | None = None
    reload_error: str | None = None
    stopping: bool = False

    @property
    def status(self) -> str:
        """Tell how it is: ok, stale (what is served is older than what is on disk) or stopping."""
        if self.stopping:
            return "stopping"
        return "stale" if self.reload_error else "ok"

    def answer(self, pool: Mapping[str, Any]) -> Answer:
        """Tell it as JSON.

        Args:
            pool: the state of the workers.
        """
        told = {
            "status": self.status,
            "title": self.edition.title,
            "digest": self.edition.digest,
            "made": self.edition.made,
            "started": self.started,
            "last_reload": self.last_reload,
            "reload_error": self.reload_error,
            "viewpoint": self.edition.viewpoint,
            "viewpoints": self.edition.viewpoints,
            "workers": dict(pool),
        }
        body = json.dumps(told, ensure_ascii=False, indent=1).encode()
        return Answer(body, "application/json", headers=(("Cache-Control", "no-store"),))


class Built:
    """An edition, and the snapshots that it needs, held as long as this is.

    Args:
        edition: the state.
        snapshots: all of them, open.
    """

    def __init__(self, edition: Edition, snapshots: list[Snapshot]) -> None:
        self.edition, self.snapshots = edition, snapshots
