"""The lines of a document's statements about blank nodes.

A blank node is numbered in the order in which the parser meets it. So the parser is given the
document once more, statement by statement, which tells of which statement each quad is; only the
statements that a message is about are read for their lines.
"""

from __future__ import annotations

import io
from collections import Counter
from functools import cached_property
from typing import IO, TYPE_CHECKING, NamedTuple, cast

from pyoxigraph import BlankNode, Triple, parse

from kg.dataset.parsing import Numbering
from kg.dataset.statements import Reader

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyoxigraph import RdfFormat

    from kg.dataset.sections import Section
    from kg.dataset.statements import Statement

__all__ = ["Blanks"]


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


class Blanks:
    r"""Finds the lines of blank nodes in a document.

    Args:
        text: the document.
        format: Turtle, TriG, N-Triples or N-Quads.
        sections: its statements, or parts of several, in order.
        prefix: begins the labels of its blank nodes, numbered in the parser's order.
        base: what its relative IRIs are resolved against.

    >>> from pyoxigraph import RdfFormat
    >>> from kg.dataset.sections import Sections
    >>> text = "@prefix x: <http://e.org/> .\nx:a x:b [\n x:c 1 ] ."
    >>> blanks = Blanks(text, RdfFormat.TURTLE, Sections(text).all, "d0b", "")
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
