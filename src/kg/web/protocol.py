"""What a request of the SPARQL 1.1 Protocol asks, told from its parts alone.

See https://www.w3.org/TR/sparql11-protocol/.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from kg.web.responses import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "DIRECT_QUERY",
    "DIRECT_UPDATE",
    "FORM",
    "Description",
    "Query",
    "Update",
    "fields_of",
    "operation",
]

#: The media types of the bodies that the protocol has.
FORM = "application/x-www-form-urlencoded"
DIRECT_QUERY = "application/sparql-query"
DIRECT_UPDATE = "application/sparql-update"

_METHODS = ("GET", "HEAD", "POST")
_MOST_FIELDS = 1000
_MEDIA_TYPE = re.compile(r"\s*([^;\s]+)\s*(?:;(.*))?\Z", re.DOTALL)
_CHARSET = re.compile(r"(?:\A|;)\s*charset\s*=\s*\"?([^\s\";]*)", re.IGNORECASE)
_UTF_8 = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})
_OF_QUERIES = ("default-graph-uri", "named-graph-uri")
_HINTS = ("output", "results")
_OF_UPDATES = ("using-graph-uri", "using-named-graph-uri")


@dataclass(frozen=True)
class Query:
    """A query, and the dataset that the request chooses for it.

    Args:
        text: SPARQL.
        default_graphs: the values of ``default-graph-uri``.
        named_graphs: the values of ``named-graph-uri``.
        viewpoint: the slug of the one it is asked from; None for the default.
        formats: names of a format of the answer, the first that is known counts; none leaves it to
            ``Accept``.
        hints: values of parameters by which other endpoints take a format.
    """

    text: str
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    viewpoint: str | None = None
    formats: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()


@dataclass(frozen=True)
class Update:
    """An update, and the dataset that the request chooses for its WHERE.

    Args:
        text: SPARQL Update.
        using_default: the values of ``using-graph-uri``.
        using_named: the values of ``using-named-graph-uri``.
    """

    text: str
    using_default: tuple[str, ...] = ()
    using_named: tuple[str, ...] = ()


@dataclass(frozen=True)
class Description:
    """No query: the client wants to know what the endpoint is.

    Args:
        formats: names of a format of graphs; none leaves it to ``Accept``.
    """

    formats: tuple[str, ...] = ()


def operation(
    method: str, query_string: str, content_type: str | None, body: bytes, *, updates: bool
) -> Query | Update | Description:
    """Tell what a request asks.

    Parameters that the protocol does not know are left to whoever sent them.

    Args:
        method: of HTTP.
        query_string: of the address, without its question mark.
        content_type: the header.
        body: of the request, whole.
        updates: whether updates are taken here.

    Raises:
        Problem: the request is none of the protocol's, asks two things, or asks for an update where
            none is taken.

    >>> operation("GET", "query=ASK+%7B%7D", None, b"", updates=False).text
    'ASK {}'
    >>> operation("GET", "", None, b"", updates=False)
    Description(formats=())
    """
    if method not in _METHODS:
        allowed = ", ".join(_METHODS)
        raise Problem(
            "method-not-allowed", f"{method} is none of {allowed}", headers={"Allow": allowed}
        )
    fields = fields_of(query_string, "the address")
    if method != "POST":
        return _asked(fields)
    kind = _kind(content_type)
    text = _decoded(body)
    if kind == FORM:
        for name, values in fields_of(text, "the form").items():
            fields[name] += values
    else:
        fields["query" if kind == DIRECT_QUERY else "update"].append(text)
    return _posted(fields, updates=updates)


def _asked(fields: Mapping[str, list[str]]) -> Query | Description:
    if "update" in fields:
        raise Problem("bad-request", "an update is sent by POST, never by GET")
    if "query" not in fields:
        return Description(tuple(fields.get("format", ())))
    return _query(fields)


def _posted(fields: Mapping[str, list[str]], *, updates: bool) -> Query | Update:
    if "query" in fields and "update" in fields:
        raise Problem("bad-request", "query and update are two requests")
    if "query" in fields:
        return _query(fields)
    if "update" not in fields:
        raise Problem("bad-request", "the form has neither query nor update")
    return _update(fields, updates=updates)


def _query(fields: Mapping[str, list[str]]) -> Query:
    _refuse(fields, _OF_UPDATES, "a query takes default-graph-uri and named-graph-uri")
    default, named = (tuple(fields.get(name, ())) for name in _OF_QUERIES)
    text = _one(fields, "query") or ""
    return Query(
        text,
        default,
        named,
        _one(fields, "viewpoint"),
        tuple(fields.get("format", ())),
        tuple(value for name in _HINTS for value in fields.get(name, ())),
    )


def _update(fields: Mapping[str, list[str]], *, updates: bool) -> Update:
    _refuse(fields, _OF_QUERIES, "an update takes using-graph-uri and using-named-graph-uri")
    default, named = (tuple(fields.get(name, ())) for name in _OF_UPDATES)
    text = _one(fields, "update") or ""
    if not updates:
        raise Problem("read-only", "this endpoint only reads; no update is taken")
    return Update(text, default, named)


def _refuse(fields: Mapping[str, list[str]], names: tuple[str, ...], advice: str) -> None:
    for name in names:
        if name in fields:
            raise Problem("bad-request", f"{name} does not belong here: {advice}")


def _one(fields: Mapping[str, list[str]], name: str) -> str | None:
    values = fields.get(name, ())
    if len(values) > 1:
        raise Problem("bad-request", f"{name} is there {len(values)} times, and may be there once")
    return values[0] if values else None


def fields_of(text: str, where: str) -> defaultdict[str, list[str]]:
    """Read parameters as a form writes them.

    Args:
        text: of them all.
        where: what a message calls their place.

    Raises:
        Problem: one is not UTF-8, or there are too many.

    >>> dict(fields_of("a=1&a=2&b=", "the form"))
    {'a': ['1', '2'], 'b': ['']}
    """
    try:
        pairs = parse_qsl(
            text, keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS
        )
    except UnicodeDecodeError:
        raise Problem("bad-request", f"{where} is not UTF-8") from None
    except ValueError:
        told = f"{where} has more than {_MOST_FIELDS:,} parameters"
        raise Problem("bad-request", told) from None
    fields: defaultdict[str, list[str]] = defaultdict(list)
    for name, value in pairs:
        fields[name].append(value)
    return fields


def _kind(content_type: str | None) -> str:
    """Return the media type of a body; refuse those that the protocol does not have."""
    known = (FORM, DIRECT_QUERY, DIRECT_UPDATE)
    found = _MEDIA_TYPE.match(content_type or "")
    kind = found[1].lower() if found else ""
    if kind not in known:
        told = f"a body is sent as {', '.join(known[:-1])} or {known[-1]}"
        raise Problem("unsupported-media-type", told)
    for charset in _CHARSET.findall((found and found[2]) or ""):
        if charset.lower() not in _UTF_8:
            raise Problem("bad-request", "a body is sent in UTF-8, and in no other charset")
    return kind


def _decoded(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Problem("bad-request", f"byte {error.start + 1} of the body is not UTF-8") from None
