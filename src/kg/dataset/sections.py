"""The sections of a Turtle, TriG, N-Triples or N-Quads document: what it says of which IRI, where.

The document has already been parsed. One regular expression passes over whole statements, so that
only the statements about the IRI that a message is about are read again.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from pyoxigraph import NamedNode

from kg.dataset.statements import TOKENS, Reader, resolved, unescaped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyoxigraph import Triple

__all__ = ["Section", "Sections"]

#: What a statement of Turtle or TriG is made of, up to the mark that ends it. The tokens are those
#: of ``TOKENS``; quantifiers are possessive, so that time and memory grow with the text alone.
_STATEMENT = re.compile(
    r"""
    (?: [ \t\r\n;,]++
      | [+-]?(?:[0-9]++\.[0-9]*+[eE][+-]?[0-9]++|\.?[0-9]++[eE][+-]?[0-9]++|[0-9]*+\.[0-9]++)
      | (?:[^\x00-\x20<>"'{}|^`\\()\[\];,\#@.+-] | [+-](?![0-9.]))
        (?:[^\x00-\x20<>"'{}|^`\\()\[\];,\#@.]++ | \\. | \.(?=[^\x00-\x20<>"'{}|^`()\[\];,\#@]))*+
      | <[^<>"{}|^`\x00-\x20]*+>
      | \"{3}(?:[^"\\]++|\\.|\"{1,2}(?!"))*+\"{3} | '{3}(?:[^'\\]++|\\.|'{1,2}(?!'))*+'{3}
      | \"(?:[^"\\\n\r]++|\\.)*+\" | '(?:[^'\\\n\r]++|\\.)*+'
      | \#[^\r\n]*+
      | @[A-Za-z]++(?:-[A-Za-z0-9]++)*+
      | \{\||\|\}
      | [^.{}]
    )*+ (?P<end>[.{}]|\Z)
    """,
    re.VERBOSE | re.DOTALL,
)
_SPACE = re.compile(r"(?:[ \t\r\n]++|\#[^\r\n]*+)*+")
_DIRECTIVE = re.compile(
    rf"""
    @?(?:(?P<prefix>prefix){_SPACE.pattern}(?P<name>[^\s:]*+):|(?P<base>base))
    {_SPACE.pattern}<(?P<iri>[^<>"{{}}|^`\x00-\x20]*+)>{_SPACE.pattern}
    | @?version{_SPACE.pattern}(?:"[^"\r\n]*+"|'[^'\r\n]*+'){_SPACE.pattern}
    """,
    re.VERBOSE | re.IGNORECASE,
)
#: So many characters of N-Triples or N-Quads are read at a time.
_BLOCK = 1 << 15
#: Rows of N-Triples or N-Quads, one after the other, that begin with the same IRI.
_ROWS = re.compile(r"[ \t]*+(?:<([^>\n]*+)>[^\n]*+(?:\n<\1>[^\n]*+)*+|[^\n]*+)\n?")


class Section(NamedTuple):
    """Statements about one node, which begin on a line, and what their names are short for."""

    start: int
    end: int
    line: int
    prefixes: dict[str, str]
    base: str
    one_per_line: bool = False


class Sections:
    r"""What a document says of each IRI that it describes.

    Args:
        text: the document.
        one_per_line: whether it is N-Triples or N-Quads.
        base: what relative IRIs are resolved against.

    >>> from pyoxigraph import NamedNode
    >>> Sections("PREFIX x: <http://e.org/>\n\nx:a x:b\n  'c' .").line_of_subject(
    ...     NamedNode("http://e.org/a"))
    3
    """

    def __init__(self, text: str, *, one_per_line: bool = False, base: str = "") -> None:
        self._text = text
        self._one_per_line = one_per_line
        self._base = base
        self._read: dict[int, dict[Triple, int]] = {}

    def line_of_subject(self, node: NamedNode) -> int | None:
        """Return the line on which a node is first the subject of a statement."""
        sections = self._sections.get(node.value)
        return sections[0].line if sections else None

    def line_of(self, triple: Triple) -> int | None:
        """Return the line of the object where a triple without blank nodes is first stated."""
        return next(filter(None, self._found(triple)), None)

    def _found(self, triple: Triple) -> Iterator[int | None]:
        name = triple.subject.value if isinstance(triple.subject, NamedNode) else ""
        for section in self._sections.get(name, ()):
            if self._one_per_line:
                yield from self._in_rows(section, triple)
            else:
                yield self._statements(section).get(triple)

    def _in_rows(self, section: Section, triple: Triple) -> Iterator[int | None]:
        rows = self._text[section.start : section.end].split("\n")
        for line, row in enumerate(rows, start=section.line):
            # Before it is read, a row must have the predicate's name, unless it may be escaped.
            if triple.predicate.value in row or "\\" in row:
                found = Reader(row, one_per_line=True).read()
                yield line if any(one.triple() == triple for one in found) else None

    def _statements(self, section: Section) -> dict[Triple, int]:
        if section.start not in self._read:
            text = self._text[section.start : section.end]
            reader = Reader(text, base=section.base, prefixes=section.prefixes)
            lines: dict[Triple, int] = {}
            for one in reader.read():
                line = one.line + section.line - 1
                lines[one.triple()] = min(line, lines.get(one.triple(), line))
            self._read[section.start] = lines
        return self._read[section.start]

    @cached_property
    def all(self) -> list[Section]:
        """The statements of the document, of N-Triples and N-Quads many rows together."""
        return list(self._blocks() if self._one_per_line else self._turtle())

    @cached_property
    def _sections(self) -> dict[str, list[Section]]:
        found: dict[str, list[Section]] = {}
        for iri, section in self._rows() if self._one_per_line else self._named():
            found.setdefault(iri, []).append(section)
        return found

    def _named(self) -> Iterator[tuple[str, Section]]:
        for section in self.all:
            iri = _iri(self._text, section)
            if iri is not None:
                yield iri, section

    def _blocks(self) -> Iterator[Section]:
        start, line = 0, 1
        while start < len(self._text):
            end = self._text.find("\n", start + _BLOCK)
            end = len(self._text) if end < 0 else end
            yield Section(start, end, line, {}, "", one_per_line=True)
            line += self._text.count("\n", start, end + 1)
            start = end + 1

    def _rows(self) -> Iterator[tuple[str, Section]]:
        line, counted = 1, 0
        for match in _ROWS.finditer(self._text):
            iri = match[1]
            if iri is not None:
                line += self._text.count("\n", counted, match.start())
                counted = match.start()
                yield unescaped(iri), Section(match.start(), match.end(), line, {}, "")

    def _turtle(self) -> Iterator[Section]:
        text, line, counted = self._text, 1, 0
        prefixes: dict[str, str] = {}
        base = self._base
        for match in _STATEMENT.finditer(text):
            start = _SPACE.match(text, match.start()).end()  # type: ignore[union-attr]
            while directive := _DIRECTIVE.match(text, start, match.end()):
                if directive["prefix"]:
                    named = resolved(directive["iri"], base)
                    prefixes = {**prefixes, directive["name"]: named}
                elif directive["base"]:
                    base = resolved(directive["iri"], base)
                start = directive.end()
            if match["end"] in ("{", "") or start >= match.start("end"):
                continue
            line += text.count("\n", counted, start)
            counted = start
            yield Section(start, match.end(), line, prefixes, base)


def _iri(text: str, section: Section) -> str | None:
    """Return the IRI that a section begins with; None where it begins with another token."""
    token = TOKENS.match(text, section.start)
    if token is None:
        return None
    if token.lastgroup == "iri":
        return resolved(token[0][1:-1], section.base)
    if token.lastgroup == "name":
        prefix, _, local = token[0].partition(":")
        if prefix in section.prefixes:
            return section.prefixes[prefix] + re.sub(r"\\(.)", r"\1", local)
    return None
