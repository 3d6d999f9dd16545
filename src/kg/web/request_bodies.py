"""The body of a request: taken in within bounds of size and time, and read as triples.

Nothing that it names is fetched, and no entity is expanded. See
https://www.w3.org/TR/sparql11-http-rdf-update/.
"""

from __future__ import annotations

import asyncio
import re
import secrets
from typing import TYPE_CHECKING

from pyoxigraph import DefaultGraph

from kg.dataset import parsing
from kg.errors import ParseFailure
from kg.formats import FORMATS
from kg.web.responses import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyoxigraph import Triple
    from starlette.requests import Request

    from kg.formats import Format

__all__ = ["READ", "received", "triples"]

#: So long may a body take to arrive.
_SECONDS = 10.0
#: So many bytes too many are still taken, so that who sends them hears why they are refused.
_SPARE = 4 << 20
#: Nothing more is read on a connection whose body was not taken to its end.
_CLOSE = {"Connection": "close"}
#: The formats that a graph may be sent in, by media type.
READ: dict[str, Format] = {
    FORMATS[name].media_type: FORMATS[name] for name in ("ttl", "nt", "rdfxml", "jsonld")
}
#: Further names of these; what may be anything else as well is not guessed.
_ALSO = {
    media_type: one
    for one in READ.values()
    for media_type in one.also
    if media_type not in {"text/plain", "application/json"}
}
_SOURCE = "document"
_MOST_PARTS = 100
_CHARSET = re.compile(r';\s*charset\s*=\s*"?([^";\s]*)', re.IGNORECASE)
_JSON = re.compile(r'"(?:[^"\\]++|\\.)*+"|[\[{]|[\]}]', re.DOTALL)


async def received(request: Request, most: int) -> bytes:
    """Return the body of a request.

    Args:
        request: of which nothing was read yet.
        most: so many bytes it may have.

    Raises:
        Problem: it is larger, slower, or not sent as it is.
    """
    if "content-encoding" in request.headers:
        raise Problem("unsupported-media-type", "send the body without Content-Encoding")
    length = request.headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > most + _SPARE:
        raise _too_large(most)
    body = bytearray()
    try:
        async with asyncio.timeout(_SECONDS):
            async for part in request.stream():
                body += part
                if len(body) > most + _SPARE:
                    raise _too_large(most)
    except TimeoutError:
        told = f"the body took more than {_SECONDS:g} s to arrive"
        raise Problem("request-timeout", told, headers=_CLOSE) from None
    if len(body) > most:
        raise _too_large(most)
    return bytes(body)


def _too_large(most: int) -> Problem:
    return Problem("too-large", f"more than {most:,} bytes", headers=_CLOSE)


def triples(body: bytes, media_type: str | None, *, base: str, depth: int) -> list[Triple]:
    """Read the triples of a body; its blank nodes are new ones.

    Args:
        body: one document, or several as ``multipart/form-data``.
        media_type: of the body, with its parameters.
        base: what relative IRIs are resolved against.
        depth: how deep a document may nest.

    Raises:
        Problem: its format is none that is read, or it is refused.
        ParseFailure: it is not well formed.

    >>> body = b"<http://example.org/a> <http://example.org/b> 1 ."
    >>> len(triples(body, "text/turtle", base="http://example.org/", depth=100))
    1
    """
    name = _name(media_type)
    if name != "multipart/form-data":
        return list(_read(body, media_type, base, depth))
    parts = list(_parts(body, media_type or ""))
    if not 0 < len(parts) <= _MOST_PARTS:
        raise Problem(
            "bad-request", f"the body has {len(parts)} parts; 1 to {_MOST_PARTS} are read"
        )
    return [triple for part, kind in parts for triple in _read(part, kind, base, depth)]


def _name(media_type: str | None) -> str:
    return (media_type or "").partition(";")[0].strip().lower()


def _parts(body: bytes, media_type: str) -> Iterator[tuple[bytes, str]]:
    from email.parser import BytesParser
    from email.policy import HTTP

    header = media_type.encode("ascii", "replace").replace(b"\r", b"").replace(b"\n", b"")
    message = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + header + b"\r\n\r\n" + body)
    for part in message.iter_parts():
        content = part.get_payload(decode=True)
        if not isinstance(content, bytes):
            raise Problem("unsupported-media-type", "a part of the body has parts itself")
        yield content, str(part.get("Content-Type", ""))


def _read(body: bytes, media_type: str | None, base: str, depth: int) -> Iterator[Triple]:
    kind = (READ | _ALSO).get(_name(media_type))
    if kind is None:
        told = f"{_name(media_type) or 'no Content-Type'}: graphs are read as {', '.join(READ)}"
        raise Problem("unsupported-media-type", told)
    charset = _CHARSET.search(media_type or "")
    if charset and charset[1].lower() not in {"utf-8", "utf8"}:
        raise Problem("bad-request", f"charset {charset[1][:40]}: only UTF-8 is read")
    if kind.name == "rdfxml":
        _check_xml(body, depth)
    elif kind.name == "jsonld":
        _check_json(body, depth)
    elif not body.strip(b"\xef\xbb\xbf \t\r\n"):
        return
    quads = parsing.parse(
        _SOURCE, kind, body, f"u{secrets.token_hex(8)}n", base=base, may_be_empty=True
    )
    for quad in quads:
        if quad.graph_name != DefaultGraph():
            told = f"the document has the graph {quad.graph_name}: send the triples of one graph"
            raise Problem("bad-request", told)
        yield quad.triple


def _check_xml(body: bytes, depth: int) -> None:
    """Refuse a document type, at its first character, and elements that nest too deep."""
    from xml.parsers import expat

    parser, opened = expat.ParserCreate("utf-8"), 0

    def refuse(*_: object) -> None:
        told = "a document type is refused: write its entities out"
        raise ParseFailure(_SOURCE, told, parser.CurrentLineNumber)

    def begin(*_: object) -> None:
        nonlocal opened
        opened += 1
        if opened > depth:
            raise Problem("too-deep", f"the document nests deeper than {depth} elements")

    def end(_: str) -> None:
        nonlocal opened
        opened -= 1

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler, parser.EndElementHandler = begin, end
    try:
        parser.Parse(body, True)  # noqa: FBT003 - expat's own order
    except expat.ExpatError:
        return  # as will be told, with its place


def _check_json(body: bytes, depth: int) -> None:
    """Refuse what nests too deep, and a context that lies elsewhere."""
    import json

    opened = 0
    for token in _JSON.finditer(parsing.decode(_SOURCE, body)):
        opened += {"[": 1, "{": 1, "]": -1, "}": -1}.get(token[0], 0)
        if opened > depth:
            raise Problem("too-deep", f"the document nests deeper than {depth} brackets")
    try:
        left = [json.loads(body)]
    except ValueError:
        return  # as will be told, with its place
    while left:
        value = left.pop()
        if isinstance(value, list):
            left += value
        elif isinstance(value, dict):
            left += value.values()
            _check_context(value)


def _check_context(value: dict[str, object]) -> None:
    for key in ("@context", "@import"):
        named = value.get(key)
        for one in named if isinstance(named, list) else [named]:
            if isinstance(one, str):
                told = f'the context "{one[:200]}" is elsewhere: write it into the document'
                raise Problem("remote-context-denied", told)
