"""Files read into columns, block by block; polars does the work.

What looks as N-Triples is nearly always written is checked by patterns. Whatever else there is, be
it right or wrong, is left to pyoxigraph's parser, which knows the grammar and finds the words. What
is written in another format is read by that parser and written by it as N-Quads, which need no
check.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import numpy as np
import polars as pl
from pyoxigraph import BlankNode, NamedNode, RdfFormat, Triple, parse, serialize

from kg.budget import Budget
from kg.errors import Misuse, ParseFailure
from kg.namespaces import RDF, XSD
from kg.tables.triples import Triples

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from pyoxigraph import Quad

    from kg.tables.triples import Texts

__all__ = ["Columns", "Reader", "iter_quads", "read_triples"]

# Characters of RFC 3986 that an IRI may have anywhere; an IRI with others may be right as well.
_CHAR = r"(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})"
_IRI = (
    r"<[A-Za-z][A-Za-z0-9+.-]*:"
    rf"(?://[A-Za-z0-9._~-]*(?::[0-9]*)?(?:/(?:{_CHAR}|/)*)?|/?(?:{_CHAR}(?:{_CHAR}|/)*)?)"
    rf"(?:\?(?:{_CHAR}|[/?])*)?(?:#(?:{_CHAR}|[/?])*)?>"
)
_BLANK = r"_:[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9_-])?"
_LITERAL = rf'"[^"\\\x00-\x1f\x7f]*"(?:@[a-z]{{2,3}}(?:-[a-z]{{2}})?|\^\^{_IRI})?'
_PLAIN = (
    f"^(?:{_IRI}|{_BLANK})$",
    f"^{_IRI}$",
    f"^(?:{_IRI}|{_BLANK}|{_LITERAL})$",
)
#: A statement with a term to be looked at in each place.
_FRAMES = ("{} <urn:p> <urn:o> .", "<urn:s> {} <urn:o> .", "<urn:s> <urn:p> {} .")
_GRAPH_FRAME = "<urn:s> <urn:p> <urn:o> {} ."
_STRING = f'"^^<{XSD.string.value}>'
#: A literal with a datatype of RDF itself is never what it looks like.
_RDF_DATATYPE = f'"^^<{RDF.iri}'
#: Other white space than one space between terms.
_SPACED = r"^[ \t]*(<[^<> \t]*>|_:[^<> \t]+)[ \t]*(<[^<> \t]*>)[ \t]*(.*?)[ \t]*\.[ \t]*$"
_GRAPH = r'^(.*) (<[^ "]*>|_:[^ "]+)$'
_COLUMNS = ("subject", "predicate", "object")
#: What pyoxigraph says before it says what is wrong.
_PLACE = re.compile(r"^Parser error at line [^:]*: ")
#: So many quads are written at a time, and so many bytes read.
_MANY, _PIECE = 1 << 17, 8 << 20
#: The text of no graph, which stands for the default graph.
DEFAULT_GRAPH = ""

#: The numbers of subjects, predicates, objects and graphs.
Columns: TypeAlias = "tuple[NDArray[np.uint32], ...]"
#: Subject, predicate, object and graph.
_Statement: TypeAlias = tuple[Any, Any, Any, Any]


class Reader:
    """Reads N-Triples and N-Quads, one text after the other.

    What it knows of a term it knows for all of them.

    Args:
        texts: where the terms get their numbers.
        budget: what the work may take.
    """

    def __init__(self, texts: Texts, budget: Budget | None = None) -> None:
        self.texts, self.budget = texts, budget or Budget()
        #: For each number, whether its text is not plainly a term in its canonical form.
        self._doubtful = np.zeros(0, dtype=bool)
        self._path: Path | str = ""
        self._prefix, self._format = "_:", RdfFormat.N_TRIPLES
        # For each place, what such texts are called; None where they are no term.
        self._names: tuple[dict[str, str | None], ...] = ({}, {}, {})
        self._graphs: dict[str, str | None] = {}

    def columns(
        self, path: Path | str, pieces: Iterable[bytes], form: RdfFormat, prefix: str = "_:"
    ) -> Iterator[Columns]:
        """Yield the numbers of subjects, predicates, objects and graphs, block by block.

        Args:
            path: the file, as messages call it.
            pieces: its bytes.
            form: N-Triples or N-Quads.
            prefix: what the labels of its blank nodes begin with.

        Raises:
            ParseFailure: a line is not well formed; carries the file and the line.
            BudgetExceeded: it takes too long or too much memory.
        """
        self._path, self._prefix, self._format = path, prefix, form
        self._names, self._graphs = ({}, {}, {}), {}
        first = 1
        for block in _blocks(pieces):
            self.budget.check("reading the graph")
            lines = self._lines(block, first)
            numbers = np.arange(first, first + len(lines))
            first += len(lines) - 1
            left = yield from self._terms(lines, numbers)
            left &= lines != ""
            if not left.any():
                continue
            # Most of what is left has other white space than is usual.
            lines, numbers = lines.filter(left), numbers[left.to_numpy()]
            left = yield from self._terms(
                lines.str.strip_suffix("\r").str.replace(_SPACED, "$1 $2 $3 ."), numbers
            )
            yield from self._parsed(lines.filter(left).to_list(), numbers[left.to_numpy()].tolist())

    def _lines(self, block: bytes, first: int) -> pl.Series:
        """Return the lines of a block; the last one is empty."""
        try:
            text = pl.Series("line", [block]).cast(pl.String)
        except pl.exceptions.PolarsError:
            for number, line in enumerate(block.split(b"\n"), first):
                try:
                    line.decode()
                except UnicodeDecodeError as error:
                    message = f"not UTF-8: {error.reason} at byte {error.start + 1} of the line"
                    raise ParseFailure(self._path, message, number) from None
            raise
        return text.str.split("\n").explode()

    def _terms(
        self, lines: pl.Series, numbers: NDArray[np.int64]
    ) -> Generator[Columns, None, pl.Series]:
        """Yield the terms of lines as they are nearly always written; tell which are not."""
        parts = lines.str.strip_suffix("\r").str.splitn(" ", 3).struct.unnest()
        parts.columns = list(_COLUMNS)
        parts = parts.with_row_index("row")
        named = parts["subject"].str.starts_with("<") | parts["subject"].str.starts_with("_:")
        good = named & parts["predicate"].str.starts_with("<") & parts["object"].str.ends_with(" .")
        parts = parts.filter(good).with_columns(pl.col("object").str.strip_suffix(" ."))
        graphs = np.zeros(0, dtype=np.uint32)
        if self._format == RdfFormat.N_QUADS:
            parts, graphs = self._apart_from_graphs(parts)
        found = [self._numbers(place, parts[name]) for place, name in enumerate(_COLUMNS)]
        whole = np.logical_and.reduce([right for _, right in found])
        if not graphs.size:
            graphs = self._default_graph(whole.size)
        yield (*(column[whole] for column, _ in found), graphs[whole])
        left = np.ones(numbers.size, dtype=bool)
        left[parts["row"].to_numpy()[whole]] = False
        return pl.Series(left)

    def _numbers(
        self, place: int, texts: pl.Series
    ) -> tuple[NDArray[np.uint32], NDArray[np.bool_]]:
        """Return the numbers of terms, and which texts are terms that can stand in a place."""
        known = len(self.texts)
        texts = self._canonical(texts)
        numbers = self.texts.number(texts)
        if len(self.texts) > self._doubtful.size:
            grown = np.zeros(2 * len(self.texts), dtype=bool)
            grown[: self._doubtful.size] = self._doubtful
            self._doubtful = grown
        new = np.flatnonzero(numbers >= known)
        if new.size:
            fresh = texts.gather(new)
            plain = fresh.str.contains(_PLAIN[place]) & ~fresh.str.contains(
                _RDF_DATATYPE, literal=True
            )
            self._doubtful[numbers[new[~plain.to_numpy()]]] = True
        right = np.ones(numbers.size, dtype=bool)
        unsure = np.flatnonzero(self._doubtful[numbers])
        if unsure.size:
            written = texts.gather(unsure).to_list()
            self._look_at(place, written)
            names = [self._names[place][text] for text in written]
            right[unsure] = [name is not None for name in names]
            numbers = numbers.copy()
            named = pl.Series([name for name in names if name is not None], dtype=pl.String)
            numbers[unsure[right[unsure]]] = self.texts.number(named)
        return numbers, right

    def _canonical(self, texts: pl.Series) -> pl.Series:
        """Leave out the datatype that goes without saying, and tell blank nodes of files apart."""
        is_string = texts.str.ends_with(_STRING)
        if is_string.any():
            short = texts.str.strip_suffix(_STRING) + '"'
            texts = short.zip_with(is_string, texts)
        if self._prefix != "_:":
            # A label that begins in another way is looked at one by one.
            texts = texts.str.replace("^_:([A-Za-z0-9])", self._prefix + "$1")
        return texts

    def _look_at(self, place: int, texts: Iterable[str]) -> None:
        """Let pyoxigraph read what is not plainly a term."""
        names = self._names[place]
        new = [text for text in dict.fromkeys(texts) if text not in names]
        names.update(dict.fromkeys(new))
        new = [text for text in new if "\r" not in text]
        for text, one in zip(new, _tried(_FRAMES[place], new), strict=True):
            if one is not None:
                term = one[place]
                blank = isinstance(term, BlankNode)
                # The label of a blank node that was told apart already stays as it is.
                told = blank and text.startswith(self._prefix)
                names[text] = str(term) if told or not blank else self._prefix + str(term)[2:]

    def _default_graph(self, size: int) -> NDArray[np.uint32]:
        number = self.texts.number(pl.Series([DEFAULT_GRAPH]))[0]
        return np.full(size, number, dtype=np.uint32)

    def _apart_from_graphs(self, parts: pl.DataFrame) -> tuple[pl.DataFrame, NDArray[np.uint32]]:
        """Part objects from the graphs that are named as they should be."""
        split = parts["object"].str.extract_groups(_GRAPH).struct.unnest()
        value, graph = split.to_series(0), self._canonical(split.to_series(1))
        new = [one for one in graph.unique().drop_nulls().to_list() if one not in self._graphs]
        for text, found in zip(new, _tried(_GRAPH_FRAME, new, RdfFormat.N_QUADS), strict=True):
            self._graphs[text] = None if found is None else str(found[3])
        names = {text: name for text, name in self._graphs.items() if name is not None}
        named = graph.replace_strict(names, default=None, return_dtype=pl.String)
        is_named = named.is_not_null()
        parts = parts.with_columns(value.zip_with(is_named, parts["object"]).alias("object"))
        return parts, self.texts.number(named.fill_null(DEFAULT_GRAPH))

    def _parsed(self, lines: list[str], numbers: list[int]) -> Iterator[Columns]:
        """Yield the terms of lines that only a parser can read, or that are comments."""
        for line, number in zip(lines, numbers, strict=True):
            if not line.strip(" \t\r"):
                continue
            try:
                found = _statements(line, self._format)
            except SyntaxError as error:
                message = _PLACE.sub("", str(error.msg)).replace("\n", " ")
                raise ParseFailure(self._path, message, number, error.offset) from None
            for statement in found:
                texts = [
                    self._prefix + term.value if isinstance(term, BlankNode) else str(term)
                    for term in statement[:3]
                ]
                graph = statement[3]
                texts.append(
                    self._prefix + graph.value
                    if isinstance(graph, BlankNode)
                    else str(graph)
                    if isinstance(graph, NamedNode)
                    else DEFAULT_GRAPH
                )
                yield tuple(self.texts.number(pl.Series([text])) for text in texts)


def read_triples(texts: Texts, lines: bytes) -> Triples:
    """Return the triples of a text that a store wrote, no two of which are equal.

    Args:
        texts: where the terms get their numbers.
        lines: N-Triples.
    """
    pieces = (lines[begin : begin + _PIECE] for begin in range(0, len(lines), _PIECE))
    parts = [*Reader(texts).columns("the snapshot", pieces, RdfFormat.N_TRIPLES)]
    if not parts:
        return Triples(texts)
    columns = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Triples(texts, *islice(columns, 3))


def iter_quads(texts: Texts, quads: Iterator[Quad]) -> Iterator[Columns]:
    """Yield the numbers of the terms of quads, block by block.

    Args:
        texts: where the terms get their numbers.
        quads: of RDF 1.1.
    """
    while block := cast("bytes", serialize(islice(quads, _MANY), format=RdfFormat.N_QUADS)):
        if b"<<(" in block:
            raise Misuse("a triple term of RDF 1.2; kg reads RDF 1.1")
        lines = pl.Series([block]).cast(pl.String).str.split("\n").explode()
        parts = lines.head(len(lines) - 1).str.strip_suffix(" .").str.splitn(" ", 3)
        frame = parts.struct.unnest()
        frame.columns = list(_COLUMNS)
        split = frame["object"].str.extract_groups(_GRAPH).struct.unnest()
        value = split.to_series(0).fill_null(frame["object"])
        graph = split.to_series(1).fill_null(DEFAULT_GRAPH)
        columns = (frame["subject"], frame["predicate"], value, graph)
        yield tuple(texts.number(column) for column in columns)


def _blocks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield pieces of a text that end where a line ends."""
    kept: list[bytes] = []
    for block in pieces:
        end = block.rfind(b"\n") + 1
        if end:
            yield b"".join([*kept, block[:end]])
            kept = []
        kept.append(block[end:])
    if any(kept):
        yield b"".join([*kept, b"\n"])


def _statements(text: str, form: RdfFormat) -> list[_Statement]:
    return [_statement(quad) for quad in parse(input=text, format=form)]


def _statement(quad: Quad) -> _Statement:
    if isinstance(quad.object, Triple):
        raise Misuse(f"{quad.triple}: a triple term of RDF 1.2; kg reads RDF 1.1")
    return quad.subject, quad.predicate, quad.object, quad.graph_name


def _tried(
    frame: str, texts: Sequence[str], form: RdfFormat = RdfFormat.N_TRIPLES
) -> list[_Statement | None]:
    """Read statements, each with one of the texts in it; None for one that is not well formed."""
    try:
        # All at once, since few are wrong.
        found: list[_Statement | None] = [
            *_statements("\n".join(frame.format(text) for text in texts), form)
        ]
    except SyntaxError:
        if len(texts) == 1:
            return [None]
        half = len(texts) // 2
        return _tried(frame, texts[:half], form) + _tried(frame, texts[half:], form)
    return found
