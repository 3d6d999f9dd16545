"""One state of what is served: the snapshots that workers open, made before anybody is answered."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

__all__ = ["Edition", "Pending"]


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
