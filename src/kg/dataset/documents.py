"""The files of a dataset: found in folders, read as bytes, parsed when first asked for."""

from __future__ import annotations

import os
import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, Triple

from kg import files, formats
from kg.dataset import changes, parsing
from kg.dataset.changes import CHANGES
from kg.errors import Misuse, ResourceNotFound, UnknownName
from kg.formats import FORMATS, INPUT_FORMATS, Format
from kg.namespaces import GRAPH, PREFIXES, RDF, REL

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kg.dataset.columns import Read
    from kg.dataset.lines import Positions
    from kg.tables.triples import Triples

__all__ = ["CLAIM_CLASSES", "DERIVED", "SSSOM", "Document", "Location", "Node", "read_documents"]

__all__ += ["shown"]

#: The links between things here and things elsewhere come as SSSOM tables, not as RDF.
SSSOM = Format("sssom", None, (".sssom.tsv",), "text/tab-separated-values")

#: What a triple can be about.
Node = NamedNode | BlankNode

#: The names of graphs that kg makes itself begin so, in N-Triples.
DERIVED = tuple(f"<{PREFIXES['graph']}{name}" for name in ("inferred/", "accepted/", "void>"))
#: What a relative IRI looks like; a comment or a string may look so, too.
_SCHEME = rb"[A-Za-z][A-Za-z0-9+.-]*:"
_IN_TURTLE = re.compile(rb"<(?!" + _SCHEME + rb")[^<>\"{}|^`\x00-\x20]*>")
_RELATIVE = {
    "ttl": _IN_TURTLE,
    "trig": _IN_TURTLE,
    "rdfxml": re.compile(
        rb":(?:about|resource|datatype)\s*=\s*[\"'](?!&|" + _SCHEME + rb")|:ID\s*="
    ),
}
#: What is of these says what is claimed, and is no fact itself.
CLAIM_CLASSES = frozenset((REL.Claim, REL.Passage, REL.Source, REL.Unit, REL.Viewpoint))
#: So many bytes of a document tell whether it holds claims.
_BEGIN = 1 << 20
_CLAIMED = re.compile(rb"[:#](?:Claim|Passage|Source|Unit|Viewpoint)\b")


def shown(path: Path) -> str:
    """Write a path as the user would: below the current folder without the way to it.

    >>> shown(Path.cwd() / "data" / "relations.ttl")
    'data/relations.ttl'
    """
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


@dataclass(frozen=True)
class Location:
    """A file, and the line in it where that is known.

    >>> str(Location(Path("data/relations.ttl"), 12))
    'data/relations.ttl:12'
    """

    path: Path
    line: int | None = None

    def __str__(self) -> str:
        """Write the place as editors and compilers do."""
        return shown(self.path) if self.line is None else f"{shown(self.path)}:{self.line}"


@dataclass(frozen=True)
class Document:
    """The bytes of one file, parsed when its quads are first asked for.

    Args:
        path: where the bytes were read.
        format: what they are written in.
        content: the bytes.
        role: ``data``, ``ontology`` for a file that says what the terms mean, or ``change`` for
            what is added to and deleted from the documents before it.
        number: tells its blank nodes from those of the other documents of a dataset.
        sources: for a change that is not written yet, where its triples are told to be.
        base: what relative IRIs are resolved against; the file's own address where it is None.
        in_columns: whether it is read into columns, so that no object is made for each triple.
    """

    path: Path
    format: Format
    content: bytes
    role: str = "data"
    number: int = 0
    sources: tuple[Document, ...] | None = None
    base: str | None = None
    in_columns: bool = False

    def quads(self) -> list[Quad]:
        """Return the quads, each in the named graph that it belongs to.

        Raises:
            ParseFailure: the document is empty or not well formed; names the line.
        """
        return self._placed[0]

    def removals(self) -> list[Quad]:
        """Return the quads that a change deletes; none where this is no change."""
        return self._change.removed if self.format is CHANGES else []

    @property
    def notes(self) -> tuple[str, ...]:
        """Say in sentences what the file holds that was not loaded."""
        return self.columns.notes if self.columns else self._placed[1]

    @cached_property
    def columns(self) -> Read | None:
        """The document in columns; None where it is no RDF, or only objects will do.

        Raises:
            ParseFailure: the document is empty or not well formed; names the line.
        """
        if not self.in_columns:
            return None
        from kg.dataset import columns

        name, base = shown(self.path), self.base or self.address
        return columns.read(name, self, self._home, base, self._blank_prefix, CLAIM_CLASSES)

    def values(self, predicate: NamedNode) -> Iterator[tuple[object, object]]:
        """Yield the subject and the object of each triple with a predicate."""
        if self.columns is None:
            quads = (quad for quad in self.quads() if quad.predicate == predicate)
            yield from ((quad.subject, quad.object) for quad in quads)
        else:
            found = self.columns.table.triples.with_predicates([predicate])
            yield from ((triple.subject, triple.object) for triple in found)

    def states(self, triple: Triple) -> bool:
        """Return whether the document states a triple."""
        if self.columns is None:
            return triple in self.triples
        return triple in self._triples

    def describes(self, node: object, graph: Any = None) -> bool:
        """Return whether the document says something of a node, in a graph or in any."""
        if self.columns is None:
            return node in (self.subjects if graph is None else self.described.get(graph, ()))
        if not isinstance(node, Node):
            return False
        triples = self._triples if graph is None else self.columns.table.of_graph(graph)
        return len(triples.about(node)) > 0

    @property
    def uses(self) -> Counter[tuple[Any, Any]]:
        """How often each property is used in each graph."""
        if self.columns is not None:
            return self.columns.table.uses()
        return Counter((quad.predicate, quad.graph_name) for quad in self.quads())

    def types(self, node: object) -> bool:
        """Return whether the document gives a node a kind."""
        if self.columns is None:
            return node in self.typed
        if not isinstance(node, Node):
            return False
        return len(self._triples.about(node).with_predicates([RDF.type])) > 0

    @cached_property
    def _triples(self) -> Triples:
        assert self.columns is not None  # noqa: S101 - asked only where there are some
        return self.columns.table.triples

    @cached_property
    def triples(self) -> frozenset[Triple]:
        """The triples of every graph of the document."""
        return frozenset(quad.triple for quad in self.quads())

    @cached_property
    def subjects(self) -> frozenset[object]:
        """The nodes that the document says something of."""
        return frozenset().union(*self.described.values())

    @cached_property
    def described(self) -> dict[object, set[object]]:
        """The nodes that the document says something of in each graph."""
        nodes: dict[object, set[object]] = {}
        for quad in self.quads():
            nodes.setdefault(quad.graph_name, set()).add(quad.subject)
        return nodes

    @cached_property
    def typed(self) -> frozenset[object]:
        """The nodes that the document gives a kind."""
        return frozenset(quad.subject for quad in self.quads() if quad.predicate == RDF.type)

    def place_of(self, triple: Triple) -> Location:
        """Find the file and the line that states a triple."""
        for source in self.sources or ():
            if triple in source.triples:
                return source.place_of(triple)
        return Location(self.path, self.line_of(triple))

    def place_of_subject(self, node: Node) -> Location:
        """Find the file and the line where a node is first described."""
        for source in self.sources or ():
            if node in source.subjects:
                return source.place_of_subject(node)
        return Location(self.path, self.line_of_subject(node))

    def place_of_removal(self, triple: Triple) -> Location:
        """Find the line that deletes a triple."""
        from kg.dataset.lines import Positions

        text = changes.only("D", self.content.decode("utf-8-sig"))
        return Location(self.path, Positions(text, FORMATS["nq"]).line_of(triple))

    def line_of(self, triple: Triple) -> int | None:
        """Find the line that states a triple."""
        if self.format is SSSOM:
            return self._links.get(triple)
        return self._positions.line_of(triple)

    def line_of_subject(self, node: Node) -> int | None:
        """Find the line where a node is first described."""
        if self.format is SSSOM:
            lines = (line for triple, line in self._links.items() if triple.subject == node)
            return min(lines, default=None)
        return self._positions.line_of_subject(node)

    @cached_property
    def _links(self) -> dict[Triple, int]:
        return parsing.links(shown(self.path), self.content)

    @cached_property
    def _positions(self) -> Positions:
        from kg.dataset.lines import Positions

        text = self.content.decode("utf-8-sig")
        if self.format is CHANGES:
            return Positions(changes.only("A", text), FORMATS["nq"], self._blank_prefix)
        return Positions(text, self.format, self._blank_prefix, self.base or self.address)

    @cached_property
    def _change(self) -> changes.Change:
        return changes.read(shown(self.path), self.content, self._blank_prefix)

    @property
    def _blank_prefix(self) -> str:
        return f"d{self.number}b"

    @cached_property
    def _placed(self) -> tuple[list[Quad], tuple[str, ...]]:
        name = shown(self.path)
        if self.format is SSSOM:
            links = self._links
            return [Quad(t.subject, t.predicate, t.object, GRAPH.links) for t in links], ()
        notes: tuple[str, ...] = ()
        if self.format is CHANGES:
            quads = self._change.added
        else:
            quads, notes = self._parsed.quads, self._parsed.notes
        placed = list(_placed(quads, self._home))
        kept = [quad for quad in placed if not str(quad.graph_name).startswith(DERIVED)]
        if len(kept) == len(placed):
            return kept, notes
        derived = sum("/graph/inferred/" in str(quad.graph_name) for quad in placed)
        described = len(placed) - len(kept) - derived
        left_out = (
            f"{name}: {number:,} {kind} were left out: kg derives them anew"
            for number, kind in (
                (derived, "inferred triples"),
                (described, "triples about viewpoints"),
            )
            if number
        )
        return kept, (*notes, *left_out)

    @cached_property
    def _parsed(self) -> parsing.Parsed:
        name = shown(self.path)
        # Data are asked for what is in them; an ontology may say nothing.
        return parsing.read(
            name,
            self.format,
            self.content,
            self._blank_prefix,
            base=self.base or self.address,
            may_be_empty=self.role == "ontology",
        )

    @property
    def prefixes(self) -> dict[str, str]:
        """The prefixes that the file declares."""
        if self.columns is not None:
            return self.columns.prefixes
        is_rdf = self.format is not SSSOM and self.format is not CHANGES
        return self._parsed.prefixes if is_rdf else {}

    @property
    def may_be_in_columns(self) -> bool:
        """Whether it is RDF that seems to hold no claim, which takes objects to be weighed.

        Only its beginning is looked at: a claim that is found further on is found in columns.
        """
        if self.format.rdf is None or self.role == "change":
            return False
        begin = self.content[:_BEGIN]
        is_kgs = PREFIXES["rel"].encode() in begin
        return self.role == "ontology" or not (is_kgs and _CLAIMED.search(begin))

    @property
    def address(self) -> str | None:
        """The IRI of the file, which its relative IRIs begin from (RFC 3986, section 5.1.3)."""
        return self.path.resolve().as_uri() if self.path.is_file() else None

    @property
    def has_relative(self) -> bool:
        """Whether the file may have relative IRIs; false only where it surely has none."""
        pattern = _RELATIVE.get(self.format.name)
        return self.format.name == "jsonld" or bool(pattern and pattern.search(self.content))

    @property
    def _home(self) -> NamedNode:
        if self.role == "ontology":
            return GRAPH.ontology
        return (
            GRAPH.reference
            if Path(files.unpacked_name(self.path)).stem == "reference"
            else GRAPH.asserted
        )


def _placed(quads: list[Quad], home: NamedNode) -> Iterator[Quad]:
    """Give the quads without a graph one: claims and sources apart from the facts."""
    default = DefaultGraph()
    apart: set[object] = set()
    if home == GRAPH.asserted:
        apart = {
            quad.subject
            for quad in quads
            if quad.predicate == RDF.type
            and quad.object in CLAIM_CLASSES
            and quad.graph_name == default
        }
    for quad in quads:
        if quad.graph_name == default:
            graph = GRAPH.claims if quad.subject in apart else home
            yield Quad(quad.subject, quad.predicate, quad.object, graph)
        else:
            yield quad


_CONTEXT = "context.jsonld"


def read_documents(paths: Sequence[Path], base: str | None = None) -> tuple[Document, ...]:
    """Read files, and the RDF and SSSOM files of folders, without parsing them.

    A folder is searched at every depth, in the order of the names, leaving out what is hidden
    (its name begins with a dot) and ``context.jsonld``, which only tells how to read other files. A
    file that is met twice is read once.

    Args:
        paths: files and folders.
        base: what relative IRIs are resolved against; the address of each file where it is None.

    Raises:
        ResourceNotFound: a path does not exist, or a folder holds no file that kg reads.
        UnknownName: a file's ending tells no format that kg reads.
    """
    found: dict[Path, Document] = {}
    for path in paths:
        for file, kind in _files(Path(path)):
            if file.resolve() not in found:
                role = "change" if kind is CHANGES else "data"
                found[file.resolve()] = Document(file, kind, files.read(file), role, base=base)
    return tuple(found.values())


def _files(path: Path) -> Iterable[tuple[Path, Format]]:
    standard = files.given(path)
    if standard is not None:
        return [(path, _format_of_input(standard.format_name))]
    if not path.exists():
        raise ResourceNotFound(path)
    if not path.is_dir():
        return [(path, _format(path))]

    def refuse(error: OSError) -> None:
        raise ResourceNotFound(path, f"{error.filename}: cannot be read: {error.strerror}")

    entries = []
    for folder, folders, names in os.walk(path, onerror=refuse):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            hidden = name.startswith(".") or name == _CONTEXT
            kind = None if hidden else _format_or_none(Path(name))
            if kind is not None:
                entries.append((Path(folder) / name, kind))
    if not entries:
        endings = " ".join(suffix for kind in _readable() for suffix in kind.suffixes)
        raise ResourceNotFound(path, f"{path}: the folder holds no file that kg reads: {endings}")
    return sorted(entries, key=lambda entry: entry[0].relative_to(path).as_posix())


def _readable() -> list[Format]:
    return [*(kind for kind in FORMATS.values() if kind.readable), SSSOM, CHANGES]


def _format_or_none(path: Path) -> Format | None:
    name = files.unpacked_name(path).lower()
    return next((kind for kind in _readable() if name.endswith(kind.suffixes)), None)


def _format(path: Path) -> Format:
    kind = _format_or_none(path)
    if kind is None:
        name = formats.by_path(path).name
        raise UnknownName("reader for", str(path), hint=f"kg writes {name} but does not read it")
    return kind


def _format_of_input(name: str | None) -> Format:
    if name is None:
        listed = ", ".join(INPUT_FORMATS)
        raise Misuse(f"say what standard input is written in: --input-format, one of {listed}")
    return INPUT_FORMATS[name]
