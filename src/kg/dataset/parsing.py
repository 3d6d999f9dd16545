"""One document's bytes become quads, or a refusal that names the line and what is wrong."""

from __future__ import annotations

import io
import re
from typing import IO, TYPE_CHECKING, Any, NamedTuple, cast

from pyoxigraph import BlankNode, Literal, Quad, RdfFormat, Triple
from pyoxigraph import parse as parse_rdf

from kg.dataset import jsonld, rdfxml
from kg.errors import ParseFailure
from kg.namespaces import RDF

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyoxigraph import QuadParser

    from kg.formats import Format

__all__ = ["Parsed", "decode", "links", "notes_on", "parse", "parser_of", "prefixes_of", "prepared"]
__all__ += ["Numbering", "read", "refuse"]

# git writes these lines around the two sides of a conflict.
_CONFLICT = re.compile(r"^(?:<{7} .*|\|{7} .*|={7}|>{7} .*)$", re.MULTILINE)
_WHOLE_CONFLICT = re.compile(r"^<{7} .*\n(?:.*\n)*?={7}\n(?:.*\n)*?>{7} ", re.MULTILINE)
# pyoxigraph says the place at the start of its message, and again in the attributes.
_PLACE = re.compile(r"^Parser error (?:at|between) [^:]*: ")
_QUOTED = re.compile(r"'([^']+)'")
_REMOTE_CONTEXT = re.compile(r'"@(?:context|import)"\s*:\s*(?:\[[^]"]*)?"([^"]*)"')
# What Notation3 adds to Turtle, at the place where Turtle ends.
_NOTATION3 = re.compile(
    r"(?P<formula>[{}])|(?P<rule><=(?!\w)|=>?|<-)|(?P<variable>\?[\w-]+)"
    r"|(?P<keyword>(?:@(?:forAll|forSome|keywords|a)|@?(?:is|of|has))\b)|(?P<path>[!^])"
)
_BEYOND_TURTLE = {
    "formula": "a formula ({})",
    "rule": "{}",
    "variable": "the variable {}",
    "keyword": "{}",
    "path": "a path ({})",
}
_TAGLESS = (RDF.langString, RDF.dirLangString)


class Parsed(NamedTuple):
    """What a document says.

    Args:
        quads: its statements.
        prefixes: the prefixes that it declares.
        notes: sentences about what was left out.
    """

    quads: list[Quad]
    prefixes: dict[str, str]
    notes: tuple[str, ...] = ()


class Numbering:
    """Labels for blank nodes, numbered in the order in which they are met.

    Args:
        prefix: begins the labels.

    >>> numbering = Numbering("d0b")
    >>> [str(numbering(BlankNode(label))) for label in ("x", "y", "x")]
    ['_:d0b0', '_:d0b1', '_:d0b0']
    """

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self.labels: dict[object, BlankNode] = {}

    def __call__(self, term: Any) -> Any:
        """Return the label of a blank node, and any other term as it is."""
        if not isinstance(term, BlankNode):
            return term
        if term not in self.labels:
            self.labels[term] = BlankNode(f"{self._prefix}{len(self.labels)}")
        return self.labels[term]


def decode(name: str, content: bytes, *, may_be_empty: bool = False) -> str:
    """Decode the bytes of a document, or say what they are instead of text.

    Raises:
        ParseFailure: the content is empty, not UTF-8, or holds an unresolved merge conflict.

    >>> decode("a.ttl", b"")
    Traceback (most recent call last):
    kg.errors.ParseFailure: a.ttl: is empty: no triples
    """
    if not may_be_empty and not content.strip(b"\xef\xbb\xbf \t\r\n"):
        raise ParseFailure(name, "is empty: no triples")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        byte = f"byte 0x{content[error.start]:02x} at offset {error.start} is not UTF-8"
        raise ParseFailure(name, f"{byte}: save the file as UTF-8", line) from error
    # Both sides of a conflict may lie inside one long string, which parses.
    whole = _WHOLE_CONFLICT.search(text) if "<<<<<<< " in text else None
    if whole:
        raise _conflict(name, text, whole)
    return text


def parse(  # noqa: PLR0913 - what a document may leave to whoever reads it
    name: str,
    kind: Format,
    content: bytes,
    blank_prefix: str,
    *,
    base: str | None = None,
    may_be_empty: bool = False,
) -> list[Quad]:
    """Parse an RDF document; blank nodes are numbered in the order of the parser.

    Args:
        name: the file as the user knows it.
        kind: what the document is written in.
        content: its bytes.
        blank_prefix: begins the labels of the document's blank nodes.
        base: what relative IRIs are resolved against where the document declares no base.
        may_be_empty: whether it may be well formed and have no triples.

    Raises:
        ParseFailure: the document is not well formed or has no triples.
    """
    return read(name, kind, content, blank_prefix, base=base, may_be_empty=may_be_empty).quads


def read(  # noqa: PLR0913 - what a document may leave to whoever reads it
    name: str,
    kind: Format,
    content: bytes,
    blank_prefix: str,
    *,
    base: str | None = None,
    may_be_empty: bool = False,
) -> Parsed:
    """Parse an RDF document as ``parse`` does, and return what else it says.

    Args:
        name: the file as the user knows it.
        kind: what the document is written in.
        content: its bytes.
        blank_prefix: begins the labels of the document's blank nodes.
        base: what relative IRIs are resolved against where the document declares no base.
        may_be_empty: whether it may be well formed and have no triples.

    Raises:
        ParseFailure: the document is not well formed or has no triples.
    """
    text = prepared(name, kind, content, may_be_empty=may_be_empty)
    try:
        parser = parser_of(kind, text, base)
        quads = list(parser)
    except SyntaxError as error:
        raise _failure(name, text, kind, base, error) from error
    notes = notes_on(name, kind, text, base, len(quads))
    if not quads and not may_be_empty:
        raise ParseFailure(name, "has no triples, only prefixes, comments or unknown keys")
    _check_terms(name, text, kind, base, quads)
    if rdfxml.NO_LANGUAGE in text:
        quads = list(map(_without_language, quads))
    return Parsed(_numbered(quads, blank_prefix), prefixes_of(kind, text, parser), notes)


def prepared(name: str, kind: Format, content: bytes, *, may_be_empty: bool) -> str:
    """Return the text of a document as pyoxigraph's parser reads it rightly.

    Raises:
        ParseFailure: the content is no text, or no well-formed XML where it has to be.
    """
    text = decode(name, content, may_be_empty=may_be_empty)
    if kind.rdf == RdfFormat.RDF_XML:
        _check_xml(name, content)
        text = rdfxml.rewritten(name, text)
    return text


def parser_of(kind: Format, text: str, base: str | None) -> QuadParser:
    """Return what yields the quads of a text."""
    return parse_rdf(text, kind.rdf, base_iri=base, rename_blank_nodes=True)


def notes_on(name: str, kind: Format, text: str, base: str | None, size: int) -> tuple[str, ...]:
    """Return sentences about what was left out of a document with so many quads."""
    keys = jsonld.omitted(name, text, base, size) if kind.rdf == RdfFormat.JSON_LD else ()
    if not keys:
        return ()
    listed = ", ".join(f'"{key}"' for key in keys)
    return (f"{name}: left out what is said by keys that no context explains: {listed}",)


def prefixes_of(kind: Format, text: str, parser: QuadParser) -> dict[str, str]:
    """Return the prefixes that a document declares, after its parser has read it."""
    return dict(rdfxml.prefixes(text) if kind.rdf == RdfFormat.RDF_XML else parser.prefixes)


def refuse(name: str, kind: Format, text: str, base: str | None) -> None:
    """Refuse a text that is not well formed, as ``read`` does, keeping no quad.

    Raises:
        ParseFailure: it is not well formed; names the line.
    """
    try:
        for _ in parser_of(kind, text, base):
            pass
    except SyntaxError as error:
        raise _failure(name, text, kind, base, error) from error


def links(name: str, content: bytes) -> dict[Triple, int]:
    """Parse an SSSOM table to the triples that it states, each with the line of its row.

    Raises:
        ParseFailure: the table is not well formed; names the line.
    """
    from kg import sssom

    rows = sssom.row_triples(sssom.parse(content, name))
    lines: dict[Triple, int] = {}
    for row, triples in rows:
        for triple in triples:
            lines.setdefault(triple, row.line)
    return lines


def _line(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1


def _conflict(name: str, text: str, match: re.Match[str]) -> ParseFailure:
    marker = match.group()[:7]
    return ParseFailure(
        name,
        f"unresolved merge conflict ({marker}): keep one side and delete the marker lines",
        _line(text, match.start()),
    )


def _failure(
    name: str, text: str, kind: Format, base: str | None, error: SyntaxError
) -> ParseFailure:
    """Return what pyoxigraph found, in one line that begins with the place."""
    conflict = _CONFLICT.search(text)
    if conflict:
        return _conflict(name, text, conflict)
    message = _PLACE.sub("", str(error.msg)).replace("\n", " ")
    line, column = error.lineno, error.offset
    surrogate = jsonld.lone_surrogate(text) if kind.rdf == RdfFormat.JSON_LD else None
    if "LoadDocumentCallback" in message or "remote context" in message:
        remote = _REMOTE_CONTEXT.search(text)
        address = f' "{remote.group(1)}"' if remote else ""
        message = f"the context{address} is elsewhere and kg fetches none: write it into the file"
        line = _line(text, remote.start()) if remote else None
    elif surrogate is not None:
        half, offset = surrogate
        message = f"{half} is half of a character (a lone surrogate): write the whole character"
        line, column = _line(text, offset), offset - text.rfind("\n", 0, offset)
    elif kind.rdf == RdfFormat.TURTLE and (beyond := _notation3(text, line, column)):
        message = f"{beyond} is Notation3 and not RDF: kg reads Turtle"
    elif message.startswith("Unexpected end"):
        message = "the file ends in the middle of a statement: is it cut off?"
    elif "No scheme found" in message and kind.rdf in (RdfFormat.N_TRIPLES, RdfFormat.N_QUADS):
        message = "a relative IRI, and this format has none: write the whole IRI"
    elif "No scheme found" in message and base is None:
        iri = _QUOTED.search(message)
        message = jsonld.relative(iri and iri.group(1))
    if line is None and kind.rdf == RdfFormat.JSON_LD:
        quoted = _QUOTED.search(str(error.msg))
        offset = text.find(f'"{quoted.group(1)}"') if quoted else -1
        line = _line(text, offset) if offset >= 0 else None
    if line is None:
        line = _line_reached(text, kind, base)
    return ParseFailure(name, _uncapitalized(message), line, column)


def _notation3(text: str, line: int | None, column: int | None) -> str | None:
    """Return what Notation3 has and Turtle has not, where a document has that at a place."""
    if line is None or column is None:
        return None
    rest = text.split("\n")[line - 1][column - 1 :]
    match = _NOTATION3.match(rest)
    return _BEYOND_TURTLE[match.lastgroup or ""].format(match.group()) if match else None


def _uncapitalized(message: str) -> str:
    return message if message[1:2].isupper() else message[:1].lower() + message[1:]


def _line_reached(
    text: str, kind: Format, base: str | None, found: Callable[[Quad], bool] | None = None
) -> int | None:
    """Return the line up to which the parser read when it found a quad, or gave up."""
    lines = _Lines(text)
    try:
        for quad in parse_rdf(cast("IO[bytes]", lines), kind.rdf, base_iri=base):
            if found is not None and found(quad):
                return lines.number
    except SyntaxError:
        return lines.number if found is None else None
    return None


class _Lines(io.RawIOBase):
    """A document that is handed out line by line."""

    def __init__(self, text: str) -> None:
        self._lines = text.encode().splitlines(keepends=True)
        self.number = 0

    def readable(self) -> bool:
        return True

    def read(self, _size: int = -1) -> bytes:
        if self.number >= len(self._lines):
            return b""
        self.number += 1
        return self._lines[self.number - 1]


def _check_xml(name: str, content: bytes) -> None:
    """Refuse XML that is not well formed: pyoxigraph takes a cut-off file for a whole one."""
    from xml.parsers import expat

    parser = expat.ParserCreate("utf-8", namespace_separator=" ")
    try:
        parser.Parse(content, True)  # noqa: FBT003 - expat's own order
    except expat.ExpatError as error:
        problem = expat.ErrorString(error.code)
        if problem in ("no element found", "unclosed token"):
            problem = "the file ends before its last element does: is it cut off?"
        conflict = _CONFLICT.search(content.decode("utf-8-sig"))
        if conflict:
            raise _conflict(name, conflict.string, conflict) from error
        message = f"not well-formed XML: {problem}"
        raise ParseFailure(name, message, error.lineno, error.offset + 1) from error


def _check_terms(name: str, text: str, kind: Format, base: str | None, quads: list[Quad]) -> None:
    """Refuse what came with RDF 1.2, and a text in a language that names none.

    Neither OWL 2, SHACL 1.0 nor rdflib can say what RDF 1.2 says.
    """
    for quad in quads:
        term = quad.object
        if isinstance(term, Triple):
            sign, problem = "<<", "a triple about a triple: state it as an rdf:Statement instead"
        elif isinstance(term, Literal) and term.direction is not None:
            sign, problem = "--", "a text with a base direction: leave the direction out"
        elif isinstance(term, Literal) and term.language is None and term.datatype in _TAGLESS:
            sign = term.datatype.value.rpartition("#")[2]
            message = f"{Literal(term.value)} is of rdf:{sign}, which only a language tag gives"
            raise ParseFailure(name, message, _place(text, kind, base, quad, sign))
        else:
            continue
        message = f"RDF 1.2 is not supported: {problem}"
        raise ParseFailure(name, message, _place(text, kind, base, quad, sign))


def _place(text: str, kind: Format, base: str | None, quad: Quad, sign: str) -> int | None:
    """Return the line of a quad that the parser took, by what stands in it."""
    if kind.rdf == RdfFormat.RDF_XML:
        said = quad.object
        return _line_reached(text, kind, base, lambda found: found.object == said)
    offset = text.find('"@direction"' if kind.rdf == RdfFormat.JSON_LD and sign == "--" else sign)
    return _line(text, offset) if offset >= 0 else None


def _without_language(quad: Quad) -> Quad:
    term = quad.object
    if isinstance(term, Literal) and term.language == rdfxml.NO_LANGUAGE:
        return Quad(quad.subject, quad.predicate, Literal(term.value), quad.graph_name)
    return quad


def _numbered(quads: list[Quad], prefix: str) -> list[Quad]:
    """Give blank nodes labels that depend on the document alone, not on the run."""
    if not any(isinstance(term, BlankNode) for quad in quads for term in quad):
        return quads
    numbering = Numbering(prefix)
    return [Quad(*map(numbering, quad)) for quad in quads]
