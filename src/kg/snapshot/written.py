"""The second store of a snapshot: the graphs with each literal as it is written.

The first store keeps values, and all that reads the graph by its terms works on it. Where that
changes a literal, there is a second one, in which such literals have names of their own
(``kg.lexical``); it shares what it can of its files with the first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import Quad, RdfFormat, Store, parse

from kg.lexical import encode_quad, iter_changed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

    from pyoxigraph import NamedNode

__all__ = [
    "LIST",
    "STORE",
    "Written",
    "as_written",
    "change",
    "changed_in",
    "changed_quads",
    "in_memory",
    "kept_forms",
    "write",
]

#: The folder of the store, and the file that lists the predicates of what is kept in it.
STORE, LIST = "written", "changed"


class Written:
    """A store that keeps literals as they are written.

    Args:
        predicates: those that have a literal which a store of values changes.
        opened: the store, or its folder.
    """

    def __init__(self, predicates: Iterable[str], opened: Store | Path) -> None:
        self.predicates = frozenset(predicates)
        self._opened = opened

    @property
    def store(self) -> Store:
        """The store, opened when it is first asked for."""
        if not isinstance(self._opened, Store):
            self._opened = Store.read_only(str(self._opened))
        return self._opened

    def in_memory(self) -> Written:
        """Return a copy in memory."""
        return Written(self.predicates, in_memory(self.store))

    def changed(self, added: Iterable[Quad], removed: Iterable[Quad]) -> Written:
        """Return what is kept after a change, which is made to the store.

        Args:
            added: quads as they are written.
            removed: likewise.
        """
        new = list(added)
        change(self.store, map(encode_quad, new), map(encode_quad, removed))
        names = {quad.predicate.value for quad in changed_quads(new)}
        return Written(self.predicates | names, self.store)

    @classmethod
    def of(cls, folder: Path) -> Written | None:
        """Return what is kept beside the store of a snapshot; None where nothing has to be.

        Args:
            folder: of the snapshot.
        """
        try:
            text = (folder / LIST).read_text("utf-8")
        except FileNotFoundError:
            return None
        return cls(text.split(), folder / STORE)

    @classmethod
    def of_quads(cls, quads: Iterable[Quad]) -> Written | None:
        """Return what has to be kept beside a store of quads; None where nothing has to be.

        Args:
            quads: as they are written.
        """
        stated = list(quads)
        changed = changed_quads(stated)
        if not changed:
            return None
        store = Store()
        store.extend(map(encode_quad, stated))
        return cls({quad.predicate.value for quad in changed}, store)


def in_memory(store: Store) -> Store:
    """Return a copy of a store in memory, with the names of its empty graphs."""
    copy = Store()
    for graph in store.named_graphs():
        copy.add_graph(graph)
    copy.extend(store)
    return copy


def change(store: Store, added: Iterable[Quad], removed: Iterable[Quad]) -> None:
    """Remove quads from a store, and then add others."""
    for quad in removed:
        store.remove(quad)
    store.extend(added)


def as_written(store: Store, written: Written | None) -> Store:
    """Return the store that has each literal as it is written, in the form of ``kg.lexical``.

    Args:
        store: of values.
        written: what is kept beside it; None where nothing has to be.
    """
    return store if written is None else written.store


def changed_quads(quads: Iterable[Quad]) -> set[Quad]:
    """Return the quads that a store of values changes."""
    return {quad for quad in quads if encode_quad(quad) is not quad}


def changed_in(text: bytes, name: NamedNode | None = None) -> set[Quad]:
    """Return the quads of a text that a store of values changes.

    Args:
        text: N-Quads, or N-Triples of a graph.
        name: of that graph.
    """
    lines = b"\n".join(iter_changed(text))
    if not lines:
        return set()
    quads = parse(lines, RdfFormat.N_QUADS, lenient=True)
    if name is None:
        return set(quads)
    return {Quad(quad.subject, quad.predicate, quad.object, name) for quad in quads}


def kept_forms(quads: Iterable[Quad]) -> set[Quad]:
    """Return quads in the form in which a store of values gives them back."""
    store = Store()
    store.extend(quads)
    return set(store)


def write(place: Path, store: Store, changed: Collection[Quad], stated: Collection[Quad]) -> None:
    """Write the second store beside the first one, where there has to be one.

    Args:
        place: the folder of the first store.
        store: the first store, filled.
        changed: the quads that it changes.
        stated: the quads among its own that are also stated in the form that it gives.
    """
    if not changed:
        return
    store.flush()
    store.backup(str(place.with_name(STORE)))
    _change(place, changed, kept_forms(changed).difference(stated))
    write_list(place, {quad.predicate.value for quad in changed})


def derive(
    base: Written | None, first: Store, place: Path, added: Iterable[Quad], removed: Iterable[Quad]
) -> None:
    """Write the second store of a snapshot that is made from another one.

    Args:
        base: what is kept beside the store of the other.
        first: the first store of the other.
        place: the folder of the new first store.
        added: the quads that the new one has more.
        removed: the quads that it does not have any more.
    """
    changed = {quad.predicate.value for quad in changed_quads(added)}
    if base is None and not changed:
        return
    (first if base is None else base.store).backup(str(place.with_name(STORE)))
    _change(place, added, map(encode_quad, removed))
    write_list(place, changed | (base.predicates if base else frozenset()))


def _change(place: Path, added: Iterable[Quad], removed: Iterable[Quad]) -> None:
    store = Store(str(place.with_name(STORE)))
    change(store, map(encode_quad, added), removed)
    store.flush()
    # The store lets go of its files when it is forgotten.
    del store


def write_list(place: Path, predicates: Iterable[str]) -> None:
    """Write which predicates have literals that the first store changes."""
    text = "".join(f"{name}\n" for name in sorted(predicates))
    place.with_name(LIST).write_text(text, "utf-8", newline="\n")
