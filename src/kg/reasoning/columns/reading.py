"""N-Triples and N-Quads read into columns, block by block; polars does the work.

What looks as N-Triples is nearly always written is checked by patterns. Whatever else there is, be
it right or wrong, is left to pyoxigraph's parser, which knows the grammar and finds the words.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import polars as pl
from pyoxigraph import BlankNode, RdfFormat, parse

from kg import contents
from kg.budget import Budget
from kg.errors import Misuse, ParseFailure
from kg.namespaces import RDF, XSD
from kg.reasoning.columns.dictionary import Texts
from kg.reasoning.columns.facts import Facts
from kg.reasoning.index import statement

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from kg.reasoning.index import Statement

__all__ = ["read"]

_FORMATS = {".nt": RdfFormat.N_TRIPLES, ".nq": RdfFormat.N_QUADS}

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

_Columns: TypeAlias = "tuple[NDArray[np.uint32], ...]"


def read(paths: Sequence[Path | str], *, budget: Budget | None = None) -> Facts:
    """Read files into columns.

    The graphs of N-Quads are read as one. Blank nodes of one file keep their labels; those of
    several get the number of their file, since the same label means another node there.

    Args:
        paths: files of N-Triples (.nt) or N-Quads (.nq).
        budget: what reading may take.

    Raises:
        ParseFailure: a line is not well formed; carries the file and the line.
        Misuse: a file of another format, or a triple term of RDF 1.2.
        ResourceNotFound: a file is not there.
        BudgetExceeded: reading takes too long or too much memory.

    >>> len(read([]))
    0
    """
    reader = _Reader(budget or Budget())
    parts: list[_Columns] = [(np.empty(0, dtype=np.uint32),) * 3]
    for number, path in enumerate(map(Path, paths)):
        parts.extend(reader.columns(path, f"_:f{number}x" if len(paths) > 1 else "_:"))
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    parts.clear()
    reader.budget.need(10 * columns[0].nbytes, "reading the graph")
    return Facts(reader.texts, *columns)


class _Reader:
    """Reads one file after the other; what it knows of a term it knows for all of them.

    Args:
        budget: what the work may take.
    """

    def __init__(self, budget: Budget) -> None:
        self.texts, self.budget = Texts(), budget
        #: For each number, whether its text is not plainly a term in its canonical form.
        self._doubtful = np.zeros(0, dtype=bool)
        self._path, self._prefix, self._format = Path(), "_:", RdfFormat.N_TRIPLES
        # For each place, what such texts are called; None where they are no term.
        self._names: tuple[dict[str, str | None], ...] = ({}, {}, {})
        self._graphs: dict[str, bool] = {}

    def columns(self, path: Path, prefix: str) -> Iterator[_Columns]:
        """Yield the numbers of subjects, predicates and objects, block by block.

        Args:
            path: the file.
            prefix: what the labels of its blank nodes begin with.
        """
        standard = contents.given(path)
        suffix = Path(contents.unpacked_name(path)).suffix
        if standard is not None:
            suffix = f".{standard.format_name}"
        if suffix not in _FORMATS:
            raise Misuse(f"{path}: not N-Triples (.nt) or N-Quads (.nq): convert it first")
        self._path, self._prefix, self._format = path, prefix, _FORMATS[suffix]
        self._names = ({}, {}, {})
        first = 1
        for block in _blocks(path):
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
    ) -> Generator[_Columns, None, pl.Series]:
        """Yield the terms of lines as they are nearly always written; tell which are not."""
        parts = lines.str.strip_suffix("\r").str.splitn(" ", 3).struct.unnest()
        parts.columns = list(_COLUMNS)
        parts = parts.with_row_index("row")
        named = parts["subject"].str.starts_with("<") | parts["subject"].str.starts_with("_:")
        good = named & parts["predicate"].str.starts_with("<") & parts["object"].str.ends_with(" .")
        parts = parts.filter(good).with_columns(pl.col("object").str.strip_suffix(" ."))
        if self._format == RdfFormat.N_QUADS:
            parts = self._without_graphs(parts)
        found = [self._numbers(place, parts[name]) for place, name in enumerate(_COLUMNS)]
        whole = np.logical_and.reduce([right for _, right in found])
        yield tuple(column[whole] for column, _ in found)
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

    def _without_graphs(self, parts: pl.DataFrame) -> pl.DataFrame:
        """Leave out the graphs that are named as they should be."""
        split = parts["object"].str.extract_groups(_GRAPH).struct.unnest()
        value, graph = split.to_series(0), split.to_series(1)
        new = [one for one in graph.unique().drop_nulls().to_list() if one not in self._graphs]
        for one, read in zip(new, _tried(_GRAPH_FRAME, new, RdfFormat.N_QUADS), strict=True):
            self._graphs[one] = read is not None
        named = graph.is_in([one for one, right in self._graphs.items() if right])
        named = named.fill_null(value=False)
        return parts.with_columns(value.zip_with(named, parts["object"]).alias("object"))

    def _parsed(self, lines: list[str], numbers: list[int]) -> Iterator[_Columns]:
        """Yield the terms of lines that only a parser can read, or that are comments."""
        for line, number in zip(lines, numbers, strict=True):
            if not line.strip(" \t\r"):
                continue
            try:
                found = _statements(line, self._format)
            except SyntaxError as error:
                message = _PLACE.sub("", str(error.msg)).replace("\n", " ")
                raise ParseFailure(self._path, message, number, error.offset) from None
            for one in found:
                texts = [
                    self._prefix + term.value if isinstance(term, BlankNode) else str(term)
                    for term in one
                ]
                yield tuple(self.texts.number(pl.Series([text])) for text in texts)


def _blocks(path: Path) -> Iterator[bytes]:
    """Yield pieces of a file that end where a line ends."""
    kept: list[bytes] = []
    for block in contents.pieces(path):
        end = block.rfind(b"\n") + 1
        if end:
            yield b"".join([*kept, block[:end]])
            kept = []
        kept.append(block[end:])
    if any(kept):
        yield b"".join([*kept, b"\n"])


def _statements(text: str, form: RdfFormat) -> list[Statement]:
    return [statement(quad.triple) for quad in parse(input=text, format=form)]


def _tried(
    frame: str, texts: Sequence[str], form: RdfFormat = RdfFormat.N_TRIPLES
) -> list[Statement | None]:
    """Read statements, each with one of the texts in it; None for one that is not well formed."""
    try:
        # All at once, since few are wrong.
        found: list[Statement | None] = [
            *_statements("\n".join(frame.format(text) for text in texts), form)
        ]
    except SyntaxError:
        if len(texts) == 1:
            return [None]
        half = len(texts) // 2
        return _tried(frame, texts[:half], form) + _tried(frame, texts[half:], form)
    return found
