"""The line on which a document states a triple, or first describes a node.

pyoxigraph tells the place of a syntax error and of nothing else. So a message that is to name a
line looks into the document once more. In Turtle, TriG, N-Triples and N-Quads it reads the
statements about the node; in RDF/XML and JSON-LD it looks for the names.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple

from kg.dataset import statements
from kg.dataset.blanks import Blanks
from kg.dataset.parsing import Numbering
from kg.dataset.sections import Sections
from kg.namespaces import RDF, compact

if TYPE_CHECKING:
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
    def _blanks(self) -> Blanks:
        assert self._rdf is not None  # noqa: S101 - asked only for what is read again
        given = self._text, self._rdf, self._sections.all
        return Blanks(*given, self._blank_prefix, self._base)

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
