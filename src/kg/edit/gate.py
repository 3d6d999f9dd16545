"""Whether a graph that conformed still does after a change: only what the change can affect."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from kg import build, pipeline, resources
from kg.check.citations import drift
from kg.edit.step import Unfollowed
from kg.namespaces import GRAPH
from kg.validation.revalidation import Revalidator

if TYPE_CHECKING:
    from collections.abc import Collection

    from kg.dataset import Dataset
    from kg.edit.step import After
    from kg.reasoning.statements import Statement

__all__ = ["prepare", "require_still"]


def require_still(
    earlier: Dataset, later: Dataset, after: After, changed: Collection[Statement]
) -> None:
    """Check a changed graph against kg's shapes and its citations.

    Args:
        earlier: the dataset before, of which there is a snapshot: it went through the gate.
        later: the dataset after.
        after: the graph after, with what follows.
        changed: every statement that came or went.

    Raises:
        Unfollowed: it does not conform any more; ``build.require`` tells all that is wrong.
        DoesNotConform: as ``build.require`` does, where the shapes look at the whole graph.
    """
    ready = prepare()
    # Without claims it went through no gate.
    if ready.unbounded is not None or not earlier.graph(GRAPH.claims):
        build.require(later, after.closure())
        return
    report = ready.revalidate(after.statements, changed)
    drifts = drift(later, after)
    if report.violations or any(result.is_violation for result in drifts):
        raise Unfollowed("the graph does not conform any more")


def prepare() -> Revalidator:
    """Return kg's shapes, made ready once."""
    return _ready(tuple(path.read_bytes() for path in resources.shapes()))


@lru_cache(maxsize=2)
def _ready(_contents: tuple[bytes, ...]) -> Revalidator:
    return Revalidator(pipeline.shape_triples(resources.shapes()))
