"""Triples into a store on disk, as fast as Oxigraph takes them.

What takes the time is not parsing but writing six indexes. So the text of a graph is cut into
pieces, and as many threads as there are processors load them side by side. A large piece saves
nothing, and takes memory. All goes into one empty store: clearing a graph of an old store takes
longer than writing all of it anew.
"""

from __future__ import annotations

import io
import os
from dataclasses import dataclass
from itertools import islice
from traceback import clear_frames
from typing import TYPE_CHECKING, Protocol, TypeAlias, cast, runtime_checkable

from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, Store, Triple, parse, serialize

from kg.errors import Misuse
from kg.files import sync_one
from kg.snapshot import written

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from pyoxigraph import QuerySolutions

__all__ = ["InLines", "Lines", "sync", "write_store"]

#: So many bytes of text, or so many triples, make a piece; as long as it takes to fill a second.
_PIECE = 1 << 25
_TRIPLES = 250_000
#: More threads than that wait for the disk; each needs memory of its own.
_MOST_THREADS = 4


@dataclass(frozen=True)
class Lines:
    r"""The triples of a graph as text that a program wrote; it is not checked again.

    Args:
        source: the text, in UTF-8, or the file that has it.
        format: N-Triples, or N-Quads that name the graph in each line.

    >>> Lines(b"<http://e.org/a> <http://e.org/b> <http://e.org/c> .\n").source
    b'<http://e.org/a> <http://e.org/b> <http://e.org/c> .\n'
    """

    source: bytes | Path
    format: RdfFormat = RdfFormat.N_TRIPLES


@runtime_checkable
class InLines(Protocol):
    """Triples that are written as N-Triples faster than one by one."""

    def lines(self) -> Iterator[bytes]:
        """Yield the triples as N-Triples, some at a time."""

    def has_blank_nodes(self) -> bool:
        """Return whether a blank node is in a triple."""

    def ordered(self) -> InLines:
        """Return the triples in the order of their texts."""


#: A part of a graph: the text, its format and the name of the graph.
_Piece: TypeAlias = tuple[bytes, RdfFormat, NamedNode]


def write_store(
    place: Path, graphs: Mapping[NamedNode, AbstractSet[Triple] | Lines]
) -> dict[str, int]:
    """Write graphs into a new store and return how many triples each one has.

    Args:
        place: the folder of the store.
        graphs: the triples of each named graph, or their text.

    Raises:
        Misuse: a line of N-Quads is of another graph than the one that it is given for.
        SyntaxError: a text is not what its format says.
        OSError: the disk is full or not writable.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from kg.namespaces import GRAPH, REL
    >>> with TemporaryDirectory() as folder:
    ...     write_store(Path(folder), {GRAPH.links: {Triple(REL.Event, REL.date, REL.Claim)}})
    {'https://w3id.org/relations-kg/graph/links': 1}
    """
    store = Store(str(place))
    try:
        changed = _load(store, _pieces(graphs))
        _check_names(store, graphs)
        store.optimize()
        store.flush()
        written.write(place, store, changed, _stated(graphs, written.kept_forms(changed)))
        return {name.value: _size(store, name, triples) for name, triples in graphs.items()}
    except BaseException as error:
        # What failed still holds the store, which would go on writing behind whoever removes it.
        clear_frames(error.__traceback__)
        raise
    finally:
        # The store lets go of its files when it is forgotten.
        del store


def _pieces(graphs: Mapping[NamedNode, AbstractSet[Triple] | Lines]) -> Iterator[_Piece]:
    for name, triples in graphs.items():
        if isinstance(triples, Lines):
            for text in _texts(triples.source):
                yield text, triples.format, name
            continue
        if isinstance(triples, InLines):
            for text in triples.lines():
                yield text, RdfFormat.N_TRIPLES, name
            continue
        left = iter(triples)
        while some := list(islice(left, _TRIPLES)):
            # Without a file to write to, the text is returned.
            text = cast("bytes", serialize(some, format=RdfFormat.N_TRIPLES))
            yield text, RdfFormat.N_TRIPLES, name


def _texts(source: bytes | Path) -> Iterator[bytes]:
    """Cut a text into pieces, each of whole lines."""
    with io.BytesIO(source) if isinstance(source, bytes) else source.open("rb") as file:
        while text := file.read(_PIECE):
            yield text + file.readline()


def _load(store: Store, pieces: Iterable[_Piece]) -> set[Quad]:
    """Load the pieces side by side, with no more of them in memory than there are threads.

    Returns:
        The quads that the store gives back in another form.
    """
    from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

    threads = min(_MOST_THREADS, os.cpu_count() or 1)
    waiting: set[Future[set[Quad]]] = set()
    changed: set[Quad] = set()
    with ThreadPoolExecutor(threads) as pool:
        for piece in pieces:
            waiting.add(pool.submit(_load_one, store, *piece))
            if len(waiting) > threads:
                done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                for one in done:
                    changed |= one.result()
        for one in waiting:
            changed |= one.result()
    return changed


def _load_one(store: Store, text: bytes, kind: RdfFormat, name: NamedNode) -> set[Quad]:
    if b"_:" in text:
        # A bulk load gives the blank nodes of each text other names, so that the same one in two
        # pieces or two graphs would become two.
        store.bulk_extend(
            _placed(quad, name) if kind == RdfFormat.N_TRIPLES else quad
            for quad in parse(text, format=kind, lenient=True)
        )
    elif kind == RdfFormat.N_TRIPLES:
        store.bulk_load(text, format=kind, to_graph=name, lenient=True)
    else:
        store.bulk_load(text, format=kind, lenient=True)
    return written.changed_in(text, name if kind == RdfFormat.N_TRIPLES else None)


def _stated(graphs: Mapping[NamedNode, AbstractSet[Triple] | Lines], forms: set[Quad]) -> set[Quad]:
    """Return those of some quads that the graphs state in just this form."""
    found = set()
    texts: dict[NamedNode, dict[bytes, Quad]] = {}
    for quad in forms:
        triples = graphs[quad.graph_name]  # type: ignore[index]
        if not isinstance(triples, Lines):
            found |= {quad} if quad.triple in triples else set()
            continue
        line = cast("bytes", serialize([quad], format=triples.format)).rstrip(b"\n")
        texts.setdefault(quad.graph_name, {})[line] = quad  # type: ignore[arg-type]
    for name, lines in texts.items():
        for text in _texts(cast("Lines", graphs[name]).source):
            found |= {lines[line] for line in lines.keys() & set(text.split(b"\n"))}
    return found


def _placed(quad: Quad, name: NamedNode) -> Quad:
    return Quad(quad.subject, quad.predicate, quad.object, name)


def _check_names(store: Store, graphs: Mapping[NamedNode, AbstractSet[Triple] | Lines]) -> None:
    strange = sorted(set(map(str, store.named_graphs())) - set(map(str, graphs)))
    if next(store.quads_for_pattern(None, None, None, DefaultGraph()), None) is not None:
        strange.append("the default graph")
    if strange:
        raise Misuse(f"there are lines of {strange[0]}: give each graph its own lines")


def _size(store: Store, name: NamedNode, triples: AbstractSet[Triple] | Lines) -> int:
    if not isinstance(triples, Lines):
        return len(triples)
    counted = store.query(
        "SELECT (COUNT(*) AS ?count) WHERE { ?subject ?predicate ?object }", default_graph=name
    )
    return int(next(cast("QuerySolutions", counted))["count"].value)


def sync(place: Path, kept: set[int] | None = None) -> None:
    """Have the disk keep a folder and its files, so that a power cut leaves no half snapshot.

    Args:
        place: the folder.
        kept: the numbers of files that the disk keeps already, by whatever name; it takes in more.
    """
    from concurrent.futures import ThreadPoolExecutor

    done = set() if kept is None else kept
    found = {file: file.stat().st_ino for file in place.iterdir() if file.is_file()}
    new = [file for file, number in found.items() if number not in done]
    # The disk takes several at once.
    with ThreadPoolExecutor(_MOST_THREADS) as pool:
        for _ in pool.map(sync_one, new):
            pass
    done.update(found.values())
    if os.name != "nt":
        sync_one(place)
