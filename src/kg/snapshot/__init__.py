"""Immutable stores on disk, each named by the digest of all that it was made from.

::

    $KG_CACHE/snapshots/<32 hex digits>/
        store/       the Oxigraph store, opened read only
        written/     where the store changes literals: a store that keeps them as they are written
        changed      the predicates of these
        files        name and size of each file of the stores
        meta.json    what it was made from, and how many triples each graph has
        lock         held shared by every reader

A snapshot is written beside its place, in a folder ending in ``.tmp``, and then renamed into it.
So it is there whole or not at all, and of two processes that build the same one, the second takes
the first one's. Whoever reads holds the lock; what is held is not pruned.
"""

from __future__ import annotations

import os
import weakref
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pyoxigraph
from pyoxigraph import NamedNode, Store, Triple

from kg import files
from kg.errors import Misuse, ResourceNotFound, WriteFailure
from kg.snapshot import written
from kg.snapshot.cache import KEPT, NAME_LENGTH, aside, discard, folder, prune, remove
from kg.snapshot.written import Written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from kg.snapshot.writing import Lines

__all__ = ["FORMAT_VERSION", "Snapshot", "build", "digest_of", "find", "folder", "make", "prune"]

#: Raised when kg writes snapshots that an older kg would misread, or the other way round.
FORMAT_VERSION = 2

# RocksDB writes these for people; nothing reads them back.
_NOT_NEEDED = ("LOG", "LOCK", "IDENTITY")


@dataclass(frozen=True, eq=False)
class Snapshot:
    """An open snapshot, which nothing removes before it is closed or forgotten.

    Args:
        store: the graphs, read only; use it only as long as the snapshot is kept.
        path: its folder.
        digest: what it is named by.
        built: whether it was made just now.
    """

    store: Store
    path: Path
    digest: str
    built: bool
    _close: Any = field(repr=False, default=None)

    @cached_property
    def written(self) -> Written | None:
        """What keeps literals as they are written; None where the store does."""
        return Written.of(self.path)

    def meta(self) -> dict[str, Any]:
        """Return what the snapshot was made from and the number of triples of each graph."""
        import json

        meta: dict[str, Any] = json.loads((self.path / "meta.json").read_text("utf-8"))
        return meta

    def notes(self) -> tuple[str, ...]:
        """Return what a user must know of how the graph was made, in sentences."""
        return tuple(self.meta()["made_from"].get("notes", ()))

    def close(self) -> None:
        """Let go of the lock; the store must not be used any more."""
        if self._close is not None:
            self._close()


def digest_of(*parts: str) -> str:
    """Return the SHA-256 of what a snapshot is made from, in order.

    The version of kg's layout and of pyoxigraph count too: another one would write other files.

    >>> digest_of("dataset", "reported", "owlrl") == digest_of("dataset", "reported", "compiled")
    False
    """
    import hashlib

    named = (f"kg snapshot {FORMAT_VERSION}", f"pyoxigraph {pyoxigraph.__version__}", *parts)
    return hashlib.sha256("\0".join(named).encode("utf-8")).hexdigest()


def find(digest: str) -> Snapshot | None:
    """Open the snapshot of a digest; None where there is none, or it is damaged.

    A damaged snapshot is moved out of the way, so that it can be built again.

    Raises:
        ResourceNotFound: the snapshot is there and whole, but the system does not let it be opened.
    """
    return _open(folder() / digest[:NAME_LENGTH], digest, built=False)


def _open(path: Path, digest: str, *, built: bool) -> Snapshot | None:
    try:
        descriptor = os.open(path / "lock", os.O_RDONLY)
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        # Another process may have put one there since, and that one has a lock.
        if path.is_dir() and not (path / "lock").exists():
            discard(path)
        return None
    except OSError as error:
        raise _unopened(path, error) from error
    store = None
    try:
        if files.lock_shared(descriptor) is False or not _same_file(descriptor, path / "lock"):
            # Somebody is pruning it this very moment.
            return None
        store = _opened_store(path)
        if store is None:
            # Another process may have replaced the damaged one since.
            if _same_file(descriptor, path / "lock"):
                discard(path)
            return None
    finally:
        if store is None:
            os.close(descriptor)
    _touch(path)
    snapshot = Snapshot(store, path, digest, built)
    close = weakref.finalize(snapshot, os.close, descriptor)
    object.__setattr__(snapshot, "_close", close)
    return snapshot


def _same_file(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except OSError:
        return False


def _opened_store(path: Path) -> Store | None:
    """Open the store, or return None where files are missing, cut short or spoilt."""
    try:
        # RocksDB takes a manifest that is cut short for an empty store.
        if (path / "files").read_text("utf-8") != _inventory(path):
            return None
        return Store.read_only(str(path / "store"))
    except (FileNotFoundError, RuntimeError, UnicodeDecodeError):
        return None
    except OSError as error:
        raise _unopened(path, error) from error


def _unopened(path: Path, error: OSError) -> ResourceNotFound:
    return ResourceNotFound(path, f"{path}: cannot be opened: {error.strerror or error}")


def _inventory(path: Path) -> str:
    lines = []
    for store in _stores(path):
        prefix = "" if store.name == "store" else f"{store.name}/"
        with os.scandir(store) as entries:
            sizes = {entry.name: entry.stat().st_size for entry in entries}
        kept = sorted(name for name in sizes if name not in _NOT_NEEDED)
        lines += [f"{prefix}{name} {sizes[name]}\n" for name in kept]
    return "".join(lines)


def _stores(path: Path) -> list[Path]:
    """Return the folders of the stores of a snapshot."""
    second = path / written.STORE
    return [path / "store", second] if (path / written.LIST).exists() else [path / "store"]


def _touch(path: Path) -> None:
    """Note that it was used; a read-only folder is pruned by nobody."""
    try:
        os.utime(path)
    except OSError:
        return


def build(
    digest: str,
    graphs: Mapping[NamedNode, Iterable[Triple] | Lines],
    meta: Mapping[str, object],
    *,
    beside: Mapping[NamedNode, Iterable[Triple]] | None = None,
    keep: int | None = KEPT,
) -> Snapshot:
    """Write a snapshot, or take the one that another process wrote meanwhile.

    Args:
        digest: what it is named by, from ``digest_of``.
        graphs: the triples of each named graph, or their text as ``kg.snapshot.writing.Lines``
            or ``InLines``; no triple may be in two of them, which is not checked of text.
        meta: what it was made from, for people to read; anything that JSON holds.
        beside: further graphs, which may hold triples of the others: no query takes them together
            with these.
        keep: how many snapshots are kept when older ones are pruned; None where none are.

    Raises:
        Misuse: two graphs hold the same triple, or a text has lines of another graph.
        WriteFailure: the disk is full or the folder is not writable; nothing is left behind.
    """
    from kg.snapshot.writing import InLines, Lines, write_store

    held = {
        name: triples if isinstance(triples, Lines | InLines) else frozenset(triples)
        for name, triples in graphs.items()
    }
    _check_disjoint(
        {name: triples for name, triples in held.items() if isinstance(triples, frozenset)}
    )
    held |= {name: frozenset(triples) for name, triples in (beside or {}).items()}
    return make(digest, lambda place: write_store(place, held), meta, keep=keep)


def make(
    digest: str,
    write: Callable[[Path], Mapping[str, int]],
    meta: Mapping[str, object],
    *,
    keep: int | None = KEPT,
    base: Snapshot | None = None,
) -> Snapshot:
    """Make a snapshot of a store that a function writes; as for ``build`` otherwise.

    Args:
        digest: what it is named by.
        write: writes the store into a folder; returns the number of triples of each graph.
        meta: what it was made from.
        keep: how many snapshots are kept when older ones are pruned; None where none are.
        base: a snapshot that the store shares files with.
    """
    target = folder() / digest[:NAME_LENGTH]
    ours = aside(target)
    try:
        ours.mkdir(parents=True)
        descriptor = os.open(ours / "lock", os.O_RDWR | os.O_CREAT, 0o644)
        try:
            files.lock_exclusive(descriptor)
            _write(ours, write, {"digest": digest, "made_from": dict(meta)}, base)
            files.lock_shared(descriptor)
            snapshot = _swap_in(ours, target, digest)
        finally:
            os.close(descriptor)
    except (OSError, RuntimeError) as error:
        raise WriteFailure(target, _advice(error)) from error
    finally:
        # Where it was renamed into its place, nothing is left here to remove.
        remove(ours)
    if keep is not None:
        prune(keep)
    return snapshot


def _advice(error: Exception) -> str:
    reason = getattr(error, "strerror", None) or str(error)
    return f"{reason}; set KG_CACHE to a folder with room that you may write"


def _check_disjoint(graphs: Mapping[NamedNode, frozenset[Triple]]) -> None:
    """Refuse a triple in two graphs: over all graphs, Oxigraph would count it twice."""
    names = list(graphs)
    for number, name in enumerate(names):
        for other in names[:number]:
            if not graphs[name].isdisjoint(graphs[other]):
                triple = min(graphs[name] & graphs[other], key=str)
                raise Misuse(f"{triple} is in both {other} and {name}: keep it in one of them")


def _write(
    path: Path,
    write: Callable[[Path], Mapping[str, int]],
    meta: dict[str, Any],
    base: Snapshot | None,
) -> None:
    import json

    from kg.snapshot.writing import sync

    counts = write(path / "store")
    for store in _stores(path):
        for name in _NOT_NEEDED:
            (store / name).unlink(missing_ok=True)
    text = json.dumps(
        {**meta, "triples": dict(counts)}, ensure_ascii=False, indent=2, sort_keys=True
    )
    (path / "meta.json").write_text(text + "\n", "utf-8", newline="\n")
    (path / "files").write_text(_inventory(path), "utf-8", newline="\n")
    shared = _stores(base.path) if base else ()
    kept = {entry.inode() for store in shared for entry in os.scandir(store)}
    for place in (*_stores(path), path):
        sync(place, kept)


def _swap_in(ours: Path, target: Path, digest: str) -> Snapshot:
    # A snapshot that is there but damaged, or being pruned, is out of the way at the next try.
    for _ in range(5):
        try:
            ours.rename(target)
        except OSError:
            if not target.exists():
                raise
            built = False
        else:
            if os.name != "nt":
                from kg.files import sync_one

                sync_one(target.parent)
            built = True
        snapshot = _open(target, digest, built=built)
        if snapshot is not None:
            return snapshot
        if built:
            break
    raise WriteFailure(target, "what was just written cannot be read back: check the disk")
