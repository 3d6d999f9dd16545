"""The snapshots of all viewpoints after a change, each made from the one before the change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg import build, snapshot
from kg.dataset.viewpoints import DEFAULT
from kg.edit.step import Inferred, Step, Unfollowed
from kg.namespaces import GRAPH, accepted_graph, inferred_graph
from kg.snapshot.derived import Difference, derive

if TYPE_CHECKING:
    from collections.abc import Collection

    from pyoxigraph import Quad, Triple

    from kg.dataset import Dataset
    from kg.edit.revision import Origin
    from kg.snapshot import Snapshot

__all__ = ["succeed"]

#: What counts as a fact before and after a change, which tells what follows.
_Facts = tuple["frozenset[Triple]", "frozenset[Triple]"]


def succeed(earlier: Dataset, later: Dataset, origin: Origin) -> list[Snapshot]:
    """Make what a graph with all its viewpoints is opened from after one change or several.

    Args:
        earlier: the dataset before, of which there are snapshots.
        later: the dataset after, of which there is that of the viewpoint that goes without saying.
        origin: what they are made from.

    Returns:
        The snapshots of the other viewpoints, and those that they were made from, open.

    Raises:
        Unfollowed: they cannot be made from those before, and have to be made anew.
        Inconsistent: a viewpoint contradicts itself.
    """
    if origin.viewpoint != DEFAULT:
        raise Unfollowed("another viewpoint is meant")
    if not earlier.graph(GRAPH.claims) and not later.graph(GRAPH.claims):
        return []
    return _Succession(earlier, later).snapshots()


class _Succession:
    """From the snapshots of one state to those of the next."""

    def __init__(self, earlier: Dataset, later: Dataset) -> None:
        self._earlier, self._later = earlier, later
        self._held: list[Snapshot] = []
        self._slugs = sorted(one.slug for one in later.viewpoints)
        if self._slugs != sorted(one.slug for one in earlier.viewpoints):
            raise Unfollowed("there are other viewpoints")
        self._step = Step(self._before(DEFAULT), earlier, later)
        self._changes: dict[_Facts, Inferred] = {self._facts(DEFAULT): self._step.inferred()}

    def snapshots(self) -> list[Snapshot]:
        """Make and return those of the other viewpoints, and the one that holds them all."""
        for slug in (one.slug for one in self._later.viewpoints):
            if self._facts(slug) not in self._changes:
                self._changes[self._facts(slug)] = self._followed(slug)
        before = self._before(DEFAULT, self._slugs)
        added, removed = set(self._step.added), set(self._step.removed)
        quads = self._step.quads
        for slug in self._slugs:
            old, new = self._facts(slug)
            added |= quads(new - old, accepted_graph(slug))
            removed |= quads(old - new, accepted_graph(slug))
            come, gone = self._changes[old, new]
            added |= quads(come, inferred_graph(slug))
            removed |= quads(gone, inferred_graph(slug))
        meta = build.made_from(self._later.state()) | {"beside": self._slugs}
        self._made(before, DEFAULT, (added, removed), meta, self._slugs)
        return self._held

    def _facts(self, slug: str) -> _Facts:
        return self._earlier.state(slug).facts, self._later.state(slug).facts

    def _before(self, slug: str, beside: Collection[str] = ()) -> Snapshot:
        name = build.digest(self._earlier.state(slug), beside)
        found = snapshot.find(name)
        if found is None:
            raise Unfollowed("a snapshot of the state before is not there")
        self._held.append(found)
        return found

    def _followed(self, slug: str) -> Inferred:
        before = self._before(slug)
        step = Step(before, self._earlier, self._later, slug)
        change = step.inferred()
        graph = inferred_graph(slug)
        added = step.added | step.quads(change.added, graph)
        removed = step.removed | step.quads(change.removed, graph)
        meta = build.made_from(self._later.state(slug))
        self._made(before, slug, (added, removed), meta)
        return change

    def _made(
        self,
        before: Snapshot,
        slug: str,
        changed: tuple[Collection[Quad], Collection[Quad]],
        meta: dict[str, object],
        beside: Collection[str] = (),
    ) -> None:
        name = build.digest(self._later.state(slug), beside)
        made = snapshot.find(name)
        if made is None:
            come, gone = (set(quads) for quads in changed)
            old, new = (
                build.described(dataset.state(slug), *beside)
                if slug != DEFAULT or beside
                else frozenset()
                for dataset in (self._earlier, self._later)
            )
            come |= self._step.quads(new - old, GRAPH.void)
            gone |= self._step.quads(old - new, GRAPH.void)
            made = derive(before, name, Difference(come, gone), meta)
        self._held.append(made)
