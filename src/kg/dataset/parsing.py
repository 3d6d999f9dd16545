"""One document's bytes become quads, or a refusal that names the line and what is wrong."""

from __future__ import annotations

import re
from itertools import count
from typing import TYPE_CHECKING, Any

from pyoxigraph import BlankNode, Literal, Quad, RdfFormat, Triple
from pyoxigraph import parse as parse_rdf

from kg.errors import ParseFailure

if TYPE_CHECKING:
    from kg.formats import Format

__all__ = ["decode", "links", "parse"]

# git writes these lines around the two sides of a conflict.
_CONFLICT = re.compile(r"^(?:<{7} .*|\|{7} .*|={7}|>{7} .*)$", re.MULTILINE)
_WHOLE_CONFLICT = re.compile(r"^<{7} .*\n(?:.*\n)*?={7}\n(?:.*\n)*?>{7} ", re.MULTILINE)
# pyoxigraph says the place at the start of its message, and again in the attributes.
_PLACE = re.compile(r"^Parser error (?:at|between) [^:]*: ")
_QUOTED = re.compile(r"'([^']+)'")
_REMOTE_CONTEXT = re.compile(r'"@(?:context|import)"\s*:\s*(?:\[[^]"]*)?"([^"]*)"')
# JSON-LD drops what has a relative IRI; below this base it can be seen and refused.
_RELATIVE = "x-relative:///"


def decode(name: str, content: bytes) -> str:
    """Decode the bytes of a document, or say what they are instead of text.

    Raises:
        ParseFailure: the content is empty, not UTF-8, or holds an unresolved merge conflict.

    >>> decode("a.ttl", b"")
    Traceback (most recent call last):
    kg.errors.ParseFailure: a.ttl: is empty: no triples
    """
    if not content.strip(b"\xef\xbb\xbf \t\r\n"):
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
    text = decode(name, content)
    if kind.rdf == RdfFormat.RDF_XML:
        _check_xml(name, content)
    marked = _RELATIVE if kind.rdf == RdfFormat.JSON_LD and base is None else base
    try:
        quads = list(parse_rdf(text, kind.rdf, base_iri=marked, rename_blank_nodes=True))
    except SyntaxError as error:
        raise _failure(name, text, error) from error
    if not quads and not may_be_empty:
        raise ParseFailure(name, "has no triples, only prefixes, comments or unknown keys")
    _check_terms(name, text, quads)
    if marked == _RELATIVE:
        _check_absolute(name, text, quads)
    return _numbered(quads, blank_prefix)


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


def _failure(name: str, text: str, error: SyntaxError) -> ParseFailure:
    """Say what pyoxigraph found, in one line that begins with the place."""
    conflict = _CONFLICT.search(text)
    if conflict:
        return _conflict(name, text, conflict)
    message = _PLACE.sub("", str(error.msg)).replace("\n", " ")
    line, column = error.lineno, error.offset
    if "LoadDocumentCallback" in message or "remote context" in message:
        remote = _REMOTE_CONTEXT.search(text)
        address = f' "{remote.group(1)}"' if remote else ""
        message = f"the context{address} is elsewhere and kg fetches none: write it into the file"
        line = _line(text, remote.start()) if remote else None
    elif message.startswith("Unexpected end"):
        message = "the file ends in the middle of a statement: is it cut off?"
    elif "No scheme found" in message:
        message = "a relative IRI, and the file declares no base: write the whole IRI or a base"
    if line is None:
        quoted = _QUOTED.search(str(error.msg))
        offset = text.find(f'"{quoted.group(1)}"') if quoted else -1
        line = _line(text, offset) if offset >= 0 else None
    return ParseFailure(name, message[:1].lower() + message[1:], line, column)


def _check_xml(name: str, content: bytes) -> None:
    """Refuse XML that is not well formed: pyoxigraph takes a cut-off file for a whole one."""
    from xml.parsers import expat

    parser = expat.ParserCreate(namespace_separator=" ")
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


def _check_terms(name: str, text: str, quads: list[Quad]) -> None:
    """Refuse what came with RDF 1.2: neither OWL 2, SHACL 1.0 nor rdflib can say it."""
    for quad in quads:
        term = quad.object
        if isinstance(term, Triple):
            sign, message = "<<", "a triple about a triple: state it as an rdf:Statement instead"
        elif isinstance(term, Literal) and term.direction is not None:
            sign, message = "--", "a text with a base direction: leave the direction out"
        else:
            continue
        offset = text.find(sign)
        line = _line(text, offset) if offset >= 0 else None
        raise ParseFailure(name, f"RDF 1.2 is not supported: {message}", line)


def _check_absolute(name: str, text: str, quads: list[Quad]) -> None:
    for quad in quads:
        for term in quad:
            value = str(term.datatype if isinstance(term, Literal) else term)[1:-1]
            if value.startswith(_RELATIVE):
                iri = value.removeprefix(_RELATIVE)
                offset = text.find(f'"{iri}"')
                line = _line(text, offset) if offset >= 0 else None
                message = f'the IRI "{iri}" is relative, and the context declares no @base'
                raise ParseFailure(name, message, line)


def _numbered(quads: list[Quad], prefix: str) -> list[Quad]:
    """Give blank nodes labels that depend on the document alone, not on the run."""
    numbers = count()
    labels: dict[object, BlankNode] = {}

    def numbered(term: Any) -> Any:
        if not isinstance(term, BlankNode):
            return term
        if term not in labels:
            labels[term] = BlankNode(f"{prefix}{next(numbers)}")
        return labels[term]

    if not any(isinstance(term, BlankNode) for quad in quads for term in quad):
        return quads
    return [Quad(*map(numbered, quad)) for quad in quads]
