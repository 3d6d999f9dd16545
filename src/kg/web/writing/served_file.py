"""One RDF file that is served as it is: its snapshot, and its content after a change.

Its graphs are in a snapshot, with nothing accepted, inferred or checked. A change is written beside
the file, ready to be renamed.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import time
from contextlib import suppress
from glob import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyoxigraph import DefaultGraph, NamedNode, Quad, Store
from pyoxigraph import parse as parse_rdf
from pyoxigraph import serialize as serialize_rdf

from kg import files, formats, snapshot
from kg.dataset import parsing
from kg.dataset.documents import Document, shown
from kg.errors import KgError, Misuse, ParseFailure, ResourceNotFound, WriteFailure
from kg.files import sync_one
from kg.lexical import decode_quad, encode_quad
from kg.namespaces import GRAPH
from kg.snapshot import written
from kg.web.edition import Edition, now
from kg.web.responses import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from pyoxigraph import Triple

    from kg.formats import Format
    from kg.snapshot import Snapshot
    from kg.web.edition import Built

__all__ = [
    "clean",
    "content",
    "fitting",
    "kind_of",
    "made",
    "made_of",
    "part_of",
    "quads",
    "rewritten",
    "serialize",
    "take_over",
    "write",
]

#: The viewpoint of a file that knows of none.
_SLUG = "reported"
_AN_HOUR = 3600
#: What was made stays open, so that nothing removes it before somebody else holds it.
_MADE: list[Built] = []


def made(path: Path, *, writable: bool = False, union: bool = False) -> Built:
    """Make the snapshot of a file.

    Args:
        path: of the file.
        writable: whether it is to be changed.
        union: whether the default graph is all graphs as one. That of an export of kg's is, unless
            it is to be changed.

    Raises:
        ResourceNotFound: it is not there, or cannot be read.
        ParseFailure: it is not well formed; names the line.
        UnknownName: its ending tells no format that kg reads.
        Misuse: it cannot be changed.
    """
    kind, text = kind_of(path), content(path)
    if writable:
        _check_writable(path)
        _check_whole(path, kind, text)
    return made_of(path, kind, text, union=union or (False if writable else None))


def made_of(
    path: Path,
    kind: Format,
    text: bytes,
    *,
    expected: int | None = None,
    union: bool | None = False,
) -> Built:
    """Make the snapshot of the content that a file has, or is about to have.

    Args:
        path: of the file.
        kind: its format.
        text: the content.
        expected: how many quads it must have.
        union: whether the default graph is all graphs as one; None has it be so of an export of
            kg's.

    Raises:
        ParseFailure: it is not well formed.
        WriteFailure: it was written, and does not say what it should.
    """
    from kg.web.edition import Built

    name = hashlib.sha256(text).hexdigest()
    document = Document(path, kind, text)
    base = (document.address or "") if document.has_relative else ""
    digest = snapshot.digest_of("as it is", kind.name, name, base, str(union))
    found = snapshot.find(digest)
    if found is None:
        parsed = quads(path, kind, text)
        if expected is not None and len(set(parsed)) != expected:
            raise WriteFailure(
                path, f"{kind.name} would not say what it should: please report this"
            )
        is_union = _is_export(parsed) if union is None else union
        if is_union:
            parsed += {Quad(q.subject, q.predicate, q.object, DefaultGraph()) for q in parsed}
        found = snapshot.make(digest, lambda place: _load(place, parsed), {})
    edition = Edition(
        digest=digest[: snapshot.cache.NAME_LENGTH],
        title=path.name,
        viewpoint=_SLUG,
        snapshots={_SLUG: str(found.path)},
        union=False,
        made=now(),
        notes=_notes(path, found, union=union),
    )
    return Built(edition, [found])


def _is_export(found: Collection[Quad]) -> bool:
    """Return whether quads are an export of kg's, which asks all of its graphs as one."""
    return bool(found) and all(_is_own(quad.graph_name) for quad in found)


def _is_own(graph: object) -> bool:
    return isinstance(graph, NamedNode) and graph.value.startswith(GRAPH.iri)


def _notes(path: Path, found: Snapshot, *, union: bool | None) -> tuple[str, ...]:
    """Return what a query without GRAPH finds, where that may surprise."""
    counts = json.loads((found.path / "meta.json").read_text("utf-8"))["triples"]
    if not counts or union or str(DefaultGraph()) in counts:
        return ()
    told = "has no triples in its default graph: a query without GRAPH finds nothing"
    advice = "--union-default-graph has all graphs be the default graph"
    return (f"{shown(path)} {told}; {advice}",)


def kind_of(path: Path) -> Format:
    """Tell the format of a file by its ending.

    Raises:
        UnknownName: it tells none.
        Misuse: kg writes that format, and does not read it.
    """
    if not path.exists():
        raise ResourceNotFound(path)
    kind = formats.by_path(path)
    if not kind.readable:
        raise Misuse(f"{path}: kg writes {kind.name} but does not read it")
    return kind


def content(path: Path) -> bytes:
    """Return the bytes of a file.

    Raises:
        ResourceNotFound: it is no file, or cannot be read.
    """
    return files.read(path)


def quads(path: Path, kind: Format, text: bytes) -> list[Quad]:
    """Parse a file; one that says nothing is fine, and stands for no triples.

    Its blank nodes are named by their order, so that the same file has the same names.

    Raises:
        ParseFailure: it is not well formed; names the line.
    """
    if not text.strip(b"\xef\xbb\xbf \t\r\n"):
        if kind.name in ("rdfxml", "jsonld"):
            raise ParseFailure(shown(path), "is empty: no document")
        return []
    base = Document(path, kind, text).address
    return parsing.parse(shown(path), kind, text, "b", base=base, may_be_empty=True)


def _load(place: Path, found: Collection[Quad]) -> dict[str, int]:
    store = Store(str(place))
    store.bulk_extend(found)
    store.optimize()
    store.flush()
    changed = written.changed_quads(found)
    if changed:
        stated = written.kept_forms(changed).intersection(found)
        written.write(place, store, changed, stated)
    counts = {}
    for name in (DefaultGraph(), *store.named_graphs()):
        size = sum(1 for _ in store.quads_for_pattern(None, None, None, name))
        if size:
            counts[name.value if isinstance(name, NamedNode) else str(name)] = size
    # The store lets go of its files when it is forgotten.
    del store
    return counts


def _check_writable(path: Path) -> None:
    import os

    if files.is_packed(path):
        raise Misuse(f"{path}: is gzip, which is not served writable: unpack it first")

    if not os.access(path, os.W_OK) or not os.access(path.resolve().parent, os.W_OK):
        raise Misuse(f"{path}: cannot be written to, nor be served writable")


def _check_whole(path: Path, kind: Format, text: bytes) -> None:
    """Refuse to rewrite relative IRIs, which would come back with this machine's path."""
    document = Document(path, kind, text)
    if text.strip() and document.has_relative:
        try:
            parsing.parse(shown(path), kind, text, "b", may_be_empty=True)
        except ParseFailure as error:
            # What does not parse with a base either has another fault.
            parsing.parse(shown(path), kind, text, "b", base=document.address, may_be_empty=True)
            told = f"{error}; served writable, it would be written with this machine's path"
            raise Misuse(told) from None


def fitting(kind: Format, found: Iterable[Quad]) -> list[Quad]:
    """Return quads in the order in which a file has them.

    Raises:
        Misuse: the format has no room for a named graph, and one is there.
    """
    ordered = sorted(found, key=lambda quad: (str(quad.graph_name), str(quad)))
    strange = next((q for q in ordered if q.graph_name != DefaultGraph()), None)
    if strange is not None and not kind.keeps_graphs:
        raise Misuse(
            f"a file of {kind.name} keeps no graph such as {strange.graph_name}: "
            "serve a .trig or .nq file"
        )
    return ordered


def serialize(kind: Format, found: Iterable[Quad], earlier: bytes = b"") -> bytes:
    """Write quads in the format of a file, with the prefixes that it had.

    Raises:
        Misuse: as for ``fitting``.
    """
    prefixes = None
    if kind.name in ("ttl", "trig") and earlier.strip():
        parser = parse_rdf(earlier, kind.rdf)
        for _ in parser:
            pass
        prefixes = dict(parser.prefixes)
    ordered = fitting(kind, found)
    if not kind.keeps_graphs:
        return (
            serialize_rdf((quad.triple for quad in ordered), format=kind.rdf, prefixes=prefixes)
            or b""
        )
    return serialize_rdf(ordered, format=kind.rdf, prefixes=prefixes) or b""


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
        kind, earlier = kind_of(path), content(path)
        before = quads(path, kind, earlier)
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
    text = serialize(kind, [*kept, *added], earlier)
    built = made_of(path, kind, text, expected=len({*kept, *added}))
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
