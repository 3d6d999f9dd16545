"""The line on which a document states a triple, or first describes a node.

pyoxigraph tells the place of a syntax error and of nothing else. So a message that is to name a
line looks into the document once more. In Turtle, TriG, N-Triples and N-Quads it reads the
statements about the node; in RDF/XML and JSON-LD it looks for the names.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from functools import cached_property
from typing import IO, TYPE_CHECKING, NamedTuple, cast

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from kg.dataset import statements
from kg.dataset.parsing import Numbering
from kg.dataset.statements import Reader, Sections
from kg.namespaces import RDF, compact

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kg.dataset.statements import Section, Statement
    from kg.formats import Format

__all__ = ["Positions"]

_ONE_PER_LINE = (RdfFormat.N_TRIPLES, RdfFormat.N_QUADS)
_READ_AGAIN = (RdfFormat.TURTLE, RdfFormat.TRIG, *_ONE_PER_LINE)


class Positions:
    r"""The lines of one document.

    Args:
        text: the document.
        format: what it is written in.
        blank_prefix: begins the labels of its blank nodes, numbered in the parser's order.
        base: what its relative IRIs are resolved against.

    >>> from kg.formats import FORMATS
    >>> text = "@prefix x: <http://e.org/> .\nx:a x:b 1 ;\n   x:c 'x', 'y' ."
    >>> a, c = NamedNode("http://e.org/a"), NamedNode("http://e.org/c")
    >>> positions = Positions(text, FORMATS["ttl"])
    >>> positions.line_of(Triple(a, c, Literal("y"))), positions.line_of_subject(a)
    (3, 2)
    """

    def __init__(
        self,
        text: str,
        format: Format,  # noqa: A002 - the word of the other modules
        blank_prefix: str = "b",
        base: str | None = None,
    ) -> None:
        self._text = text
        self._rdf = format.rdf
        self._blank_prefix = blank_prefix
        self._base = base or ""

    def line_of(self, triple: Triple) -> int | None:
        """Return the line of the object where the triple is first stated."""
        if self._rdf in _READ_AGAIN:
            named = not any(isinstance(term, BlankNode) for term in triple)
            found = (self._sections if named else self._blanks).line_of(triple)
            return found or self._lines[0].get(triple)
        return _search(self._text, triple.subject, triple.predicate, triple.object)

    def line_of_subject(self, node: object) -> int | None:
        """Return the line on which a node is first the subject of a statement."""
        if self._rdf in _READ_AGAIN:
            if isinstance(node, NamedNode):
                found = self._sections.line_of_subject(node)
            else:
                found = self._blanks.line_of_subject(node)
            return found or self._lines[1].get(node)
        return _search(self._text, node)

    @cached_property
    def _sections(self) -> Sections:
        return Sections(self._text, one_per_line=self._rdf in _ONE_PER_LINE, base=self._base)

    @cached_property
    def _blanks(self) -> _Blanks:
        assert self._rdf is not None  # noqa: S101 - asked only for what is read again
        given = self._text, self._rdf, self._sections.all
        return _Blanks(*given, self._blank_prefix, self._base)

    @cached_property
    def _lines(self) -> tuple[dict[Triple, int], dict[object, int]]:
        triples: dict[Triple, int] = {}
        subjects: dict[object, int] = {}
        numbering = Numbering(self._blank_prefix)
        for found in statements.read(
            self._text, one_per_line=self._rdf in _ONE_PER_LINE, base=self._base
        ):
            subject, predicate, value, _ = map(numbering, found[:4])
            triple = Triple(subject, predicate, value)
            triples[triple] = min(found.line, triples.get(triple, found.line))
            subjects[subject] = min(found.subject_line, subjects.get(subject, found.subject_line))
        return triples, subjects


def _search(text: str, *terms: object) -> int | None:
    """Find the terms one after the other, and say on which line the last of them is.

    A literal or a blank node may be written in many ways, so that a triple is on the line of its
    predicate where its object is not found after it.
    """
    end, start = 0, None
    for number, term in enumerate(terms):
        match = _find(text, term, end)
        if match is not None:
            start, end = match.span()
        elif number == 0:
            return None
    return None if start is None else text.count("\n", 0, start) + 1


def _find(text: str, term: object, after: int) -> re.Match[str] | None:
    """Find a term as a whole word, preferring its full name to its short ones."""
    if isinstance(term, Literal):
        spellings = [term.value]
    elif isinstance(term, NamedNode):
        local = re.split(r"[/#]", term.value)[-1]
        spellings = [term.value, compact(term.value), "@type" if term == RDF.type else local]
    else:
        return None
    for spelling in filter(None, spellings):
        word = re.compile(rf"(?<![\w:/#.-]){re.escape(spelling)}(?![\w:/#-])")
        match = word.search(text, after)
        if match is not None:
            return match
    return None


# A blank node is numbered in the order in which the parser meets it. So the parser is given the
# document once more, statement by statement, which tells of which statement each quad is; only the
# statements that a message is about are read for their lines.


class _Place(NamedTuple):
    """Where a quad is: in which statement, and the how manieth quad of the document it is."""

    section: int
    number: int


class _Met(NamedTuple):
    """What the parser met.

    Args:
        triples: the place of each triple with a blank node.
        subjects: the place where each blank node is first a subject.
        first: the number of the first quad of each statement.
        sizes: how many quads each statement has.
    """

    triples: dict[Triple, _Place]
    subjects: dict[object, _Place]
    first: dict[int, int]
    sizes: Counter[int]


class _Blanks:
    r"""Finds the lines of blank nodes in a document.

    Args:
        text: the document.
        format: Turtle, TriG, N-Triples or N-Quads.
        sections: its statements, or parts of several, in order.
        prefix: begins the labels of its blank nodes, numbered in the parser's order.
        base: what its relative IRIs are resolved against.

    >>> from pyoxigraph import RdfFormat
    >>> from kg.dataset.statements import Sections
    >>> text = "@prefix x: <http://e.org/> .\nx:a x:b [\n x:c 1 ] ."
    >>> blanks = _Blanks(text, RdfFormat.TURTLE, Sections(text).all, "d0b", "")
    >>> blanks.line_of_subject(BlankNode("d0b0"))
    2
    """

    def __init__(
        self,
        text: str,
        format: RdfFormat,  # noqa: A002 - the word of the other modules
        sections: Sequence[Section],
        prefix: str,
        base: str,
    ) -> None:
        self._text, self._format = text, format
        self._sections, self._prefix, self._base = sections, prefix, base
        self._read: dict[int, list[Statement]] = {}

    def line_of(self, triple: Triple) -> int | None:
        """Return the line of the object where a triple is first stated; None if that is unclear."""
        found = self._statement(self._met.triples.get(triple))
        return None if found is None else found.line

    def line_of_subject(self, node: object) -> int | None:
        """Return the line on which a node is first a subject; None if that is unclear."""
        found = self._statement(self._met.subjects.get(node))
        return None if found is None else found.subject_line

    def _statement(self, place: _Place | None) -> Statement | None:
        """Return the quad at a place with its lines in the document."""
        if place is None:
            return None
        met, section = self._met, self._sections[place.section]
        if place.section not in self._read:
            self._read[place.section] = Reader(
                self._text[section.start : section.end],
                one_per_line=section.one_per_line,
                base=section.base,
                prefixes=section.prefixes,
            ).read()
        statements = self._read[place.section]
        if len(statements) != met.sizes[place.section]:
            # The two did not read the same.
            return None
        found = statements[place.number - met.first[place.section]]
        line, subject_line = (n + section.line - 1 for n in (found.line, found.subject_line))
        return found._replace(line=line, subject_line=subject_line)

    @cached_property
    def _met(self) -> _Met:
        met = _Met({}, {}, {}, Counter())
        pieces = _Pieces(self._text, [section.end for section in self._sections])
        numbering = Numbering(self._prefix)
        quads = parse(cast("IO[bytes]", pieces), self._format, base_iri=self._base or None)
        for number, quad in enumerate(quads):
            place = _Place(pieces.number, number)
            met.first.setdefault(place.section, number)
            met.sizes[place.section] += 1
            subject, predicate, value, graph = quad
            if isinstance(subject, BlankNode) or isinstance(value, BlankNode):
                subject, value = numbering(subject), numbering(value)
                met.triples.setdefault(Triple(subject, predicate, value), place)
                met.subjects.setdefault(subject, place)
            numbering(graph)
        return met


class _Pieces(io.RawIOBase):
    """A document that is handed out statement by statement.

    Args:
        text: the document.
        ends: where each statement ends.

    Attributes:
        number: the statement that is being handed out.
    """

    def __init__(self, text: str, ends: Sequence[int]) -> None:
        self.number = -1
        self._text, self._ends, self._begin = text, ends, 0
        self._left = memoryview(b"")

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        if not self._left and self._begin < len(self._text):
            self.number += 1
            last = self.number >= len(self._ends)
            # The character after the full stop tells that it is one.
            end = len(self._text) if last else self._ends[self.number] + 1
            self._left = memoryview(self._text[self._begin : end].encode())
            self._begin = end
        part = self._left if size < 0 else self._left[:size]
        self._left = self._left[len(part) :]
        return bytes(part)
