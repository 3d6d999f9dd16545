"""The state of a graph after a change: made as from files, or from the state before."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from kg import build, pipeline, snapshot
from kg.dataset import Reading, load
from kg.dataset.viewpoints import DEFAULT
from kg.errors import DoesNotConform, Inconsistent
from kg.namespaces import GRAPH, inferred_graph

if TYPE_CHECKING:
    from pathlib import Path

    from pyoxigraph import Triple

    from kg.dataset import Dataset
    from kg.snapshot import Snapshot
    from kg.snapshot.derived import Difference

__all__ = ["Origin", "Revision", "prepare", "revised"]


@dataclass(frozen=True)
class Origin:
    """What a graph is made from, and how.

    Args:
        data: files and folders of facts, claims and links.
        ontology: files that say what the terms mean.
        gated: whether a graph with claims must conform to kg's shapes.
        viewpoint: tells which claims count as facts.
        reading: how the files are read.
    """

    data: tuple[Path, ...]
    ontology: tuple[Path, ...]
    gated: bool
    viewpoint: str = DEFAULT
    reading: Reading = field(default_factory=Reading)

    def load(self) -> Dataset:
        """Read the files as they are now."""
        return load(self.data, self.ontology, self.reading, gated=self.gated)


class Revision(NamedTuple):
    """The states before and after a change, and how what follows differs between them.

    Args:
        before: the snapshot before; None where that state was not fit for one.
        after: the snapshot after.
        follows: what follows only after; None where the state before contradicted itself.
        ceased: what followed only before; None likewise.
        difference: how the snapshots differ; None where the later one was made anew.
    """

    before: Snapshot | None
    after: Snapshot
    follows: frozenset[Triple] | None
    ceased: frozenset[Triple] | None
    difference: Difference | None = None


def revised(
    earlier: Dataset, later: Dataset, origin: Origin, current: Snapshot | None = None
) -> Revision:
    """Make the snapshot of a changed dataset, through the gate that every graph goes through.

    Args:
        earlier: the dataset before.
        later: the dataset after.
        origin: what they are made from.
        current: the snapshot of the dataset before, where it is open.

    Raises:
        DoesNotConform: the changed graph breaks its shapes or citations; carries the report.
        Inconsistent: the changed graph contradicts itself.
    """
    before, inferred = (current, None) if current else _before(earlier, origin)
    if origin.viewpoint != DEFAULT:
        # Whoever is believed, the graph must hold together as it is reported.
        build.open_snapshot(later.state())
    elif before is not None:
        step = _followed(before, earlier, later)
        if step is not None:
            return step
    after = build.open_snapshot(later.state(origin.viewpoint))
    if inferred is None:
        inferred = None if before is None else build.written(before, origin.viewpoint)
    if inferred is None:
        return Revision(before, after, None, None)
    written = build.written(after, origin.viewpoint)
    return Revision(before, after, written - inferred, inferred - written)


def prepare(dataset: Dataset) -> None:
    """Make ready what the first change of a dataset would wait for."""
    from kg.edit import step

    step.prepare(dataset)
    if dataset.gated:
        step.prepare_shapes()


def _before(dataset: Dataset, origin: Origin) -> tuple[Snapshot | None, frozenset[Triple] | None]:
    """Return the state before; a graph that is being repaired may have no snapshot."""
    try:
        found = build.open_snapshot(dataset.state(origin.viewpoint))
    except DoesNotConform:
        return None, frozenset(pipeline.close(dataset.state(origin.viewpoint)))
    except Inconsistent:
        return None, None
    return found, None


def _followed(before: Snapshot, earlier: Dataset, later: Dataset) -> Revision | None:
    """Follow the change through the rules; None where all is to be made anew, and told."""
    from kg.edit.step import Step, Unfollowed, require_conformance
    from kg.snapshot.derived import Difference, derive

    name = build.digest(later.state())
    graph = inferred_graph(DEFAULT)
    try:
        step = Step(before, earlier, later)
        change = step.inferred()
    except (Unfollowed, Inconsistent):
        return None
    difference = Difference(
        step.added | step.quads(change.added, graph),
        step.removed | step.quads(change.removed, graph),
    )
    after = snapshot.find(name)
    if after is None:

        def check() -> None:
            if later.gated and later.graph(GRAPH.claims):
                require_conformance(earlier, later, step.after(change), step.touched(change))

        try:
            after = derive(before, name, difference, build.made_from(later.state()), check)
        except Unfollowed:
            return None
    return Revision(before, after, change.added, change.removed, difference)
