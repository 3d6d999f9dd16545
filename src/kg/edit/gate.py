"""Whether a graph that conformed still does after a change: only what the change can affect."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode

from kg import build, flow, resources
from kg.check.citations import drift
from kg.edit.step import Unfollowed
from kg.namespaces import GRAPH
from kg.reasoning.stored import StoredIndex
from kg.validation.revalidation import Revalidator

if TYPE_CHECKING:
    from collections.abc import Collection

    from pyoxigraph import Store, Triple

    from kg.dataset import Dataset
    from kg.reasoning.index import Statement

__all__ = ["require_still"]


def require_still(
    earlier: Dataset,
    later: Dataset,
    closure: frozenset[Triple],
    changed: Collection[Statement],
    store: Store,
) -> None:
    """Check a changed graph against kg's shapes and its citations.

    Args:
        earlier: the dataset before, of which there is a snapshot: it went through the gate.
        later: the dataset after.
        closure: what follows after.
        changed: every statement that came or went.
        store: the graph after, with what follows.

    Raises:
        Unfollowed: it does not conform any more; ``build.require`` tells all that is wrong.
        DoesNotConform: as ``build.require`` does, where the shapes look at the whole graph.
    """
    ready = _ready(tuple(path.read_bytes() for path in resources.shapes()))
    # Without claims it went through no gate.
    if ready.unbounded is not None or not earlier.graph(GRAPH.claims):
        build.require(later, closure)
        return
    names = [name for name in store.named_graphs() if isinstance(name, NamedNode)]
    report = ready.revalidate(StoredIndex(store, names), changed)
    drifts = drift(later, closure)
    if report.violations or any(result.is_violation for result in drifts):
        raise Unfollowed("the graph does not conform any more")


@lru_cache(maxsize=2)
def _ready(_contents: tuple[bytes, ...]) -> Revalidator:
    return Revalidator(flow.shape_triples(resources.shapes()))
