"""The statements of a Turtle, TriG, N-Triples or N-Quads document, with their lines and sections.

A second reading for the sake of messages (Turtle 1.1, https://www.w3.org/TR/turtle/, section 6.5):
the document has already been parsed, so that nothing is checked here, and a statement that is not
understood, such as one about a triple (RDF 1.2), is passed over.
"""

from __future__ import annotations

import re
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol
from urllib.parse import urljoin

from pyoxigraph import BaseDirection, BlankNode, Literal, NamedNode, Triple

from kg.namespaces import RDF, XSD

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = [
    "DIRECTIVES",
    "TOKENS",
    "Reader",
    "Section",
    "Sections",
    "Statement",
    "Token",
    "read",
    "resolved",
    "unescaped",
]


class Statement(NamedTuple):
    """A triple, its graph, the line of its object and the line where its subject is named."""

    subject: Any
    predicate: Any
    object: Any
    graph: Any
    line: int
    subject_line: int

    def triple(self) -> Triple:
        """Return the triple without its graph."""
        return Triple(self.subject, self.predicate, self.object)


def read(text: str, *, one_per_line: bool = False, base: str = "") -> list[Statement]:
    r"""Read the statements in the order in which pyoxigraph hands them out.

    Args:
        text: the document.
        one_per_line: whether it is N-Triples or N-Quads, where a fourth term names the graph.
        base: what relative IRIs are resolved against.

    >>> [found] = read("PREFIX x: <http://e.org/>\nx:a x:b\n  'c'@en .")
    >>> str(found.object), found.subject_line, found.line
    ('"c"@en', 2, 3)
    """
    return Reader(text, one_per_line=one_per_line, base=base).read()


# What may stand in a name besides the dot and the colon; wider than PN_CHARS on purpose.
_CHARACTER = r"[^\x00-\x20<>\"'{}|^`\\()\[\];,#@%.:~!$&*+/=?]"
TOKENS = re.compile(
    rf"""
    (?P<space>(?:[ \t\r\n]+|\#[^\r\n]*)+)
  | (?P<iri><[^<>"{{}}|^`\x00-\x20]*>)
  | (?P<string>\"{{3}}(?:\"{{0,2}}(?:[^\"\\]|\\.))*\"{{3}}
             |'{{3}}(?:'{{0,2}}(?:[^'\\]|\\.))*'{{3}}
             |\"(?:[^\"\\\n\r]|\\.)*\"|'(?:[^'\\\n\r]|\\.)*')
  | (?P<language>@[A-Za-z]+(?:-[A-Za-z0-9]+)*(?:--[a-z]+)?)
  | (?P<blank>_:(?:{_CHARACTER}|:|\.+(?={_CHARACTER}|:))+)
  | (?P<number>[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)[eE][+-]?[0-9]+|[+-]?[0-9]*\.[0-9]+|[+-]?[0-9]+)
  | (?P<name>(?:{_CHARACTER}|\.(?={_CHARACTER}|\.))*:
             (?:{_CHARACTER}|[.:]|%[0-9A-Fa-f]{{2}}|\\.)*(?:(?<!\.)|(?<=\\\.)))
  | (?P<word>[A-Za-z]+)
  | (?P<mark>\^\^|<<\(?|\)?>>|\{{\||\|\}}|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_ESCAPED = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
DIRECTIVES = ("prefix", "base", "version")


class Token(NamedTuple):
    """One token, and the line that it begins on."""

    kind: str
    text: str
    line: int


class _Emit(Protocol):
    def __call__(self, value: Any, line: int, *, late: bool = False) -> None: ...


class _LostError(Exception):
    """What comes next is nothing that the reader knows."""


_END = Token("end", "", 0)


def _tokens(text: str) -> Iterator[Token]:
    line, counted = 1, 0
    for match in TOKENS.finditer(text):
        if match.lastgroup != "space":
            line += text.count("\n", counted, match.start())
            counted = match.start()
            yield Token(str(match.lastgroup), match.group(), line)


def unescaped(text: str) -> str:
    """Return a string or an IRI without its escapes."""

    def plain(match: re.Match[str]) -> str:
        code = match[1] or match[2]
        return chr(int(code, 16)) if code else _ESCAPED.get(match[3], match[3])

    return _ESCAPE.sub(plain, text) if "\\" in text else text


def resolved(iri: str, base: str) -> str:
    """Return the IRI that stands between angle brackets, unescaped and absolute."""
    iri = unescaped(iri)
    if _SCHEME.match(iri):
        return iri
    joined = urljoin(base, iri)
    # An empty fragment is one, which Python leaves out.
    return joined + "#" if iri.endswith("#") and not joined.endswith("#") else joined


class Reader:
    """Reads one document.

    The order in which pyoxigraph hands out triples gives blank nodes their numbers. It hands out
    what one token completes in reverse, and a string without language or datatype is completed
    only by the token after it.
    """

    def __init__(
        self,
        text: str,
        *,
        one_per_line: bool = False,
        base: str = "",
        prefixes: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._tokens = self.scan(text)
        self._next = next(self._tokens, _END)
        self._one_per_line = one_per_line
        self._prefixes = dict(prefixes)
        self._base = base
        self._graph: Any = None
        self._labelled: dict[str, BlankNode] = {}
        self.done: list[Statement] = []
        self._step: list[Statement] = []
        self._late: list[Statement] = []

    def scan(self, text: str) -> Iterator[Token]:
        """Yield the tokens of the document."""
        return _tokens(text)

    def read(self) -> list[Statement]:
        """Return the statements in order."""
        while self._next is not _END:
            try:
                self._statement()
            except (_LostError, ValueError, RecursionError):
                while self._next is not _END and self._take().text != ".":
                    pass
        self._flush()
        self._flush()
        return self.done

    def _flush(self) -> None:
        self.done += reversed(self._step)
        self._step, self._late = self._late, []

    def _take(self) -> Token:
        if self._next is _END:
            raise _LostError
        self._flush()
        token, self._next = self._next, next(self._tokens, _END)
        return token

    def _sees(self, *marks: str) -> bool:
        return self._next.kind == "mark" and self._next.text in marks

    def _statement(self) -> None:
        token = self._take()
        word = token.text.lower().removeprefix("@")
        if token.kind in ("language", "word") and word in DIRECTIVES:
            self._directive(word)
        elif token.kind == "word" and word == "graph":
            self._graph = self._term(self._take())
        elif token.kind != "mark" or token.text in ("[", "("):
            subject = self._subject(token)
            if self._sees("{"):
                self._graph = subject
            else:
                self._predicates(subject, token.line)
        elif token.text == "}":
            self._graph = None
        elif token.text not in ("{", "."):
            raise _LostError

    def _directive(self, word: str) -> None:
        if word == "prefix":
            name = self._take().text.removesuffix(":")
            self._prefixes[name] = self._term(self._take()).value
        elif word == "base":
            self._base = self._term(self._take()).value
        else:
            self._take()

    def _subject(self, token: Token) -> Any:
        if token.text == "[":
            return self._properties(token)
        if token.text != "(":
            return self._term(token)
        if self._sees(")"):
            self._take()
            return RDF.nil
        head = BlankNode()
        self._items(head, self._take())
        return head

    def _predicates(self, subject: Any, subject_line: int) -> None:
        while True:
            while self._sees(";"):
                self._take()
            if self._next is _END or self._sees(".", "]", "}", "|}"):
                return
            verb = self._take()
            predicate = RDF.type if verb.text == "a" else self._term(verb)
            emit = self._emitter(subject, predicate, subject_line)
            self._object(self._take(), emit)
            self._after_object()
            while self._sees(","):
                self._take()
                self._object(self._take(), emit)
                self._after_object()

    def _emitter(self, subject: Any, predicate: Any, subject_line: int) -> _Emit:
        def emit(value: Any, line: int, *, late: bool = False) -> None:
            graph = self._graph
            if self._one_per_line and self._next.kind in ("iri", "blank"):
                graph = self._term(self._next)
            statement = Statement(subject, predicate, value, graph, line, subject_line)
            (self._late if late else self._step).append(statement)

        return emit

    def _after_object(self) -> None:
        """Pass over the graph of N-Quads, and over reifiers and annotations (RDF 1.2)."""
        if self._one_per_line and self._next.kind in ("iri", "blank"):
            self._take()
        while self._sees("~", "{|"):
            if self._take().text == "{|":
                while self._take().text != "|}":
                    pass
            elif self._next.kind in ("iri", "blank", "name"):
                self._take()

    def _object(self, token: Token, emit: _Emit) -> None:
        if token.text == "[":
            emit(self._properties(token), token.line)
        elif token.text == "(":
            item = self._take()
            head = RDF.nil if item.text == ")" else BlankNode()
            emit(head, token.line)
            if item.text != ")":
                self._items(head, item)
        elif token.kind == "string":
            self._string(token, emit)
        else:
            emit(self._term(token), token.line)

    def _string(self, token: Token, emit: _Emit) -> None:
        width = 3 if token.text[:3] in ('"""', "'''") and len(token.text) > 5 else 1  # noqa: PLR2004
        value = unescaped(token.text[width:-width])
        if self._next.kind == "language":
            language, _, direction = self._take().text[1:].partition("--")
            to = BaseDirection(direction) if direction else None
            emit(Literal(value, language=language, direction=to), token.line)
        elif self._sees("^^"):
            self._take()
            emit(Literal(value, datatype=self._term(self._take())), token.line)
        else:
            emit(Literal(value), token.line, late=True)

    def _properties(self, token: Token) -> BlankNode:
        node = BlankNode()
        if not self._sees("]"):
            self._predicates(node, token.line)
        if self._take().text != "]":
            raise _LostError
        return node

    def _items(self, head: NamedNode | BlankNode, token: Token) -> None:
        while token.text != ")":
            self._object(token, self._emitter(head, RDF.first, token.line))
            token = self._take()
            rest = RDF.nil if token.text == ")" else BlankNode()
            self._emitter(head, RDF.rest, token.line)(rest, token.line)
            head = rest

    def _term(self, token: Token) -> Any:
        if token.kind == "iri":
            return NamedNode(resolved(token.text[1:-1], self._base))
        if token.kind == "name":
            prefix, _, local = token.text.partition(":")
            if prefix not in self._prefixes:
                raise _LostError
            return NamedNode(self._prefixes[prefix] + re.sub(r"\\(.)", r"\1", local))
        if token.kind == "blank":
            return self._labelled.setdefault(token.text, BlankNode())
        if token.kind == "number":
            real = "e" in token.text.lower()
            kind = XSD.double if real else XSD.decimal if "." in token.text else XSD.integer
            return Literal(token.text, datatype=kind)
        if token.text in ("true", "false"):
            return Literal(token.text, datatype=XSD.boolean)
        raise _LostError


# Sections. One regular expression passes over whole statements, so that only the statements about
# the IRI that a message is about are read again.

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
