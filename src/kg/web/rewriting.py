"""The file that is served, with a change: its new content beside it, ready to be renamed."""

from __future__ import annotations

import hashlib
import os
import secrets
import time
from contextlib import suppress
from glob import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyoxigraph import DefaultGraph, NamedNode, Quad, Store

from kg.errors import KgError, WriteFailure
from kg.lexical import decode_quad, encode_quad
from kg.snapshot.writing import sync_one
from kg.web import as_is
from kg.web.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pyoxigraph import Triple

    from kg.web.building import Built

__all__ = ["clean", "part_of", "rewritten", "take_over", "write"]

_AN_HOUR = 3600
#: What was made stays open, so that nothing removes it before somebody else holds it.
_MADE: list[Built] = []


def rewritten(path: Path, change: Callable[[Store], int], part: str) -> dict[str, Any]:
    """Write the content that a file has after a change to another one.

    Each literal is written in the form that it has, or is sent in.

    Args:
        path: of the file.
        change: makes the change, and tells the status of its answer; the literals of the store are
            as ``kg.lexical`` encodes them.
        part: the other file, in the same folder.

    Returns:
        ``status``, ``changed``, ``edition`` with the new state, and ``earlier``, the SHA-256 of the
        content that was changed.

    Raises:
        Problem: the file cannot be read at present.
        KgError: the change is refused.
    """
    try:
        kind, earlier = as_is.kind_of(path), as_is.content(path)
        before = as_is.quads(path, kind, earlier)
    except KgError as error:
        told = f"the file that is served cannot be read, and has to be mended first: {error}"
        raise Problem("conflict", told) from None
    was, store = Store(), Store()
    for one in (was, store):
        one.extend(map(encode_quad, before))
    status = change(store)
    kept = [quad for quad in before if encode_quad(quad) in store]
    added = [decode_quad(quad) for quad in store if quad not in was]
    if not added and len(kept) == len(before):
        return {"status": status, "changed": False}
    text = as_is.serialize(kind, [*kept, *added], earlier)
    built = as_is.made_of(path, kind, text, expected=len({*kept, *added}))
    _MADE[:] = [built]
    _write(Path(part), text, path)
    return {
        "status": status,
        "changed": True,
        "edition": built.edition.written(),
        "earlier": hashlib.sha256(earlier).hexdigest(),
    }


def clean(path: Path) -> None:
    """Remove what a process that was killed an hour ago or earlier left beside a file.

    Args:
        path: of the file.
    """
    target = Path(os.path.realpath(path))
    for left in target.parent.glob(f".{escape(target.name)}.*.part"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > _AN_HOUR:
                left.unlink()


def part_of(path: Path) -> Path:
    """Return a place beside a file for its next content."""
    target = Path(os.path.realpath(path))
    return target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")


def _write(part: Path, text: bytes, like: Path) -> None:
    try:
        with part.open("xb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.chmod(like.stat().st_mode & 0o7777)
    except OSError as error:
        raise WriteFailure(like, error.strerror or str(error)) from error


def write(store: Store, method: str, graph: NamedNode | None, triples: Iterable[Triple]) -> int:
    """Put, add to or delete a graph; return the status of the answer.

    Args:
        store: is changed.
        method: PUT, POST or DELETE.
        graph: its name; None is the default graph, which is always there.
        triples: what is put or added.

    Raises:
        Problem: a graph that is to be deleted is not there.

    >>> from kg.namespaces import OWL, RDF
    >>> from pyoxigraph import Triple
    >>> store = Store()
    >>> write(store, "PUT", RDF.type, [Triple(OWL.Thing, RDF.type, OWL.Class)])
    201
    >>> write(store, "DELETE", RDF.type, [])
    204
    """
    name = DefaultGraph() if graph is None else graph
    was_there = graph is None or _has(store, graph)
    if method == "DELETE" and not was_there:
        raise Problem("not-found", f"there is no graph {graph}")
    if method in ("PUT", "DELETE"):
        store.remove_graph(name)
    store.extend(encode_quad(Quad(t.subject, t.predicate, t.object, name)) for t in triples)
    is_there = graph is None or _has(store, graph)
    return 201 if is_there and not was_there else 204


def _has(store: Store, graph: NamedNode) -> bool:
    return next(store.quads_for_pattern(None, None, None, graph), None) is not None


def take_over(part: Path, path: Path, earlier: str) -> None:
    """Put a file in the place of another one, if that is still what it was.

    Args:
        part: the file.
        path: of the other one, whose folder is locked.
        earlier: the SHA-256 of what that had.

    Raises:
        Problem: it has something else by now, or the disk refuses.
    """
    target = Path(os.path.realpath(path))
    try:
        if hashlib.sha256(target.read_bytes()).hexdigest() != earlier:
            raise Problem("conflict", "the file has changed meanwhile; nothing was changed")
        part.replace(target)
        sync_one(target.parent)
    except OSError as error:
        detail = f"not written: {error.strerror or error}; nothing was changed"
        raise Problem("internal", detail) from None
