"""A snapshot made from another one by what differs, which takes as long as the difference.

Oxigraph makes a copy of a store whose files are the same files (hard links): they are never
changed once they are written, and what is new goes to files beside them.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

from pyoxigraph import DefaultGraph, NamedNode, Store

from kg.errors import Misuse
from kg.snapshot import make, written
from kg.snapshot.cache import KEPT, prune

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from pathlib import Path

    from pyoxigraph import Quad

    from kg.snapshot import Snapshot

__all__ = ["Difference", "derive"]


class Difference(NamedTuple):
    """How one snapshot differs from another.

    Args:
        added: quads that the first does not have.
        removed: quads that it has.
    """

    added: Collection[Quad]
    removed: Collection[Quad]


def derive(
    base: Snapshot,
    digest: str,
    difference: Difference,
    meta: Mapping[str, object],
    check: Callable[[], object] | None = None,
) -> Snapshot:
    """Make a snapshot from another one; that one stays as it is.

    Args:
        base: the snapshot to begin with.
        digest: what the new one is named by.
        difference: how the new one is to differ from it.
        meta: what the new one is made from.
        check: is called while it is written; what it raises leaves no new one.

    Raises:
        Misuse: an added quad is there, or a removed one is not: the base is another one.
        WriteFailure: the disk is full or the folder is not writable; nothing is left behind.
    """

    def write(place: Path) -> dict[str, int]:
        _check(base.store, difference)
        # Of each of the two stores most of the time goes to opening it and writing its files.
        with ThreadPoolExecutor(3) as beside:
            beside.submit(prune, KEPT - 1)
            first = beside.submit(_written, base, place, difference)
            second = beside.submit(written.derive, base.written, base.store, place, *difference)
            if check is not None:
                check()
            second.result()
            return first.result()

    return make(digest, write, meta, keep=None, base=base)


def _written(base: Snapshot, place: Path, difference: Difference) -> dict[str, int]:
    base.store.backup(str(place))
    store = Store(str(place))
    for quad in difference.removed:
        store.remove(quad)
    store.extend(difference.added)
    counts = _counts(base, store, difference)
    store.flush()
    # The store lets go of its files when it is forgotten.
    return counts


def _check(store: Store, difference: Difference) -> None:
    for quads, there in ((difference.added, False), (difference.removed, True)):
        for quad in quads:
            if (quad in store) != there:
                state = "is not" if there else "is"
                raise Misuse(f"{quad} {state} in the snapshot to begin with")


def _counts(base: Snapshot, store: Store, difference: Difference) -> dict[str, int]:
    counts: dict[str, int] = dict(base.meta()["triples"])
    for quads, sign in ((difference.added, 1), (difference.removed, -1)):
        for quad in quads:
            name = quad.graph_name.value if isinstance(quad.graph_name, NamedNode) else ""
            counts[name] = counts.get(name, 0) + sign
    # A graph without triples has no name in a store that is made afresh.
    for name in [name for name, count in counts.items() if not count]:
        del counts[name]
        store.remove_graph(NamedNode(name) if name else DefaultGraph())
    return counts
