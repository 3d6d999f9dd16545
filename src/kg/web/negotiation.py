"""Content negotiation: the ``Accept`` header, the formats of answers, and answers written in them.

See https://www.rfc-editor.org/rfc/rfc9110#name-accept.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from kg.export import serialize_triples
from kg.formats import GRAPH_FORMATS, by_name
from kg.results import Boolean, GraphResult, Solutions, serialize
from kg.web.responses import Answer, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pyoxigraph import Triple

    from kg.sparql import Result

__all__ = [
    "GRAPHS",
    "ROWS",
    "Kind",
    "acceptable",
    "agreed",
    "answered",
    "choose",
    "chosen",
    "known",
    "media_types",
    "noted",
    "written",
]

# token of RFC 9110, section 5.6.2
_WORD = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_RANGE = re.compile(rf"({_WORD})/({_WORD})")
_PARAMETER = re.compile(rf'\s*;\s*({_WORD})\s*=\s*({_WORD}|"(?:[^"\\]|\\.)*")')
_QUALITY = re.compile(r"(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)\Z")
_COMMA = re.compile(r',(?=(?:[^"]*"[^"]*")*[^"]*\Z)')
#: Nobody needs more to say what they read.
_LONGEST = 4096


def choose(accept: str | None, offered: Sequence[str]) -> str | None:
    """Choose the media type that a client likes best; the order of offers decides between equals.

    Args:
        accept: the ``Accept`` header; None or empty where there is none, which takes anything.
        offered: media types without parameters, the usual one first.

    Returns:
        One of those offered, or None where none of them is accepted.

    Raises:
        Problem: the header is not well formed, or longer than any needs to be.

    >>> choose("text/turtle;q=0.5, application/*", ["text/turtle", "application/n-triples"])
    'application/n-triples'
    >>> choose("text/turtle;q=0, */*", ["text/turtle", "text/csv"])
    'text/csv'
    >>> choose("image/png", ["text/turtle"]) is None
    True
    """
    return _choose(accept or "", tuple(offered))


def chosen(accept: str | None, offered: Sequence[str]) -> str:
    """Choose as ``choose`` does, and refuse where none is accepted.

    Raises:
        Problem: 406, with what there is.

    >>> chosen(None, ["text/turtle"])
    'text/turtle'
    """
    found = choose(accept, offered)
    if found is None:
        told = ", ".join(offered)
        raise Problem("not-acceptable", f"this is given as {told}", more={"offered": list(offered)})
    return found


@lru_cache(maxsize=1024)
def _choose(accept: str, offered: tuple[str, ...]) -> str | None:
    if not accept.strip():
        return offered[0] if offered else None
    if len(accept) > _LONGEST:
        raise Problem("headers-too-large", f"Accept is longer than {_LONGEST} characters")
    ranges = [_range(part.strip()) for part in _COMMA.split(accept) if part.strip()]
    best = max(offered, key=lambda one: _quality(one, ranges), default=None)
    return best if best is not None and _quality(best, ranges) > 0 else None


def _range(text: str) -> tuple[str, str, float]:
    """Read one media range; parameters other than ``q`` do not narrow it."""
    name = _RANGE.match(text)
    end = name.end() if name else 0
    quality = 1.0
    while name and end < len(text):
        parameter = _PARAMETER.match(text, end)
        if not parameter:
            break
        end = parameter.end()
        if parameter[1].lower() == "q":
            if not _QUALITY.match(parameter[2]):
                raise Problem("bad-request", f'Accept: q is from 0 to 1, in "{text[:80]}"')
            quality = float(parameter[2])
    if not name or text[end:].strip() or (name[1] == "*" and name[2] != "*"):
        raise Problem("bad-request", f'Accept: "{text[:80]}" is no media range')
    return name[1].lower(), name[2].lower(), quality


def _quality(offer: str, ranges: Sequence[tuple[str, str, float]]) -> float:
    """Tell how much an offer is liked: the range that names it most closely decides."""
    kind, _, subtype = offer.partition("/")
    closest, found = 0, 0.0
    for range_kind, range_subtype, quality in ranges:
        if range_kind == kind and range_subtype == subtype:
            closeness = 3
        elif range_kind == kind and range_subtype == "*":
            closeness = 2
        elif range_kind == range_subtype == "*":
            closeness = 1
        else:
            continue
        if closeness > closest or (closeness == closest and quality > found):
            closest, found = closeness, quality
    return found


@dataclass(frozen=True)
class Kind:
    """One format of answers.

    Args:
        name: as ``format`` names it, and as ``kg.results.serialize`` does.
        media_type: the registered one.
        also: further media types that clients ask for it by, and then get it as.
        names: further names that clients send.
        charset: whether its media type is told with one.
        w3c: the name that the W3C gives to it, https://www.w3.org/ns/formats/.
    """

    name: str
    media_type: str
    also: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    charset: bool = False
    w3c: str = ""

    @property
    def content_type(self) -> str:
        """The media type as a header says it.

        >>> Kind("csv", "text/csv", charset=True).content_type
        'text/csv; charset=utf-8'
        """
        return f"{self.media_type}; charset=utf-8" if self.charset else self.media_type


#: Those of an ASK, the usual one first.
_YES_OR_NO = (
    Kind(
        "json",
        "application/sparql-results+json",
        ("application/json", "text/json"),
        ("sparql-results+json", "srj"),
        w3c="SPARQL_Results_JSON",
    ),
    Kind(
        "xml",
        "application/sparql-results+xml",
        ("application/xml", "text/xml"),
        ("sparql-results+xml", "srx"),
        w3c="SPARQL_Results_XML",
    ),
)
#: Those of a SELECT.
ROWS = (
    *_YES_OR_NO,
    Kind("csv", "text/csv", charset=True, w3c="SPARQL_Results_CSV"),
    Kind("tsv", "text/tab-separated-values", charset=True, w3c="SPARQL_Results_TSV"),
    Kind("md", "text/markdown", names=("markdown",), charset=True),
    Kind("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
)
#: The formats of graphs that go before the others where a client takes several.
_USUAL = ("ttl", "nt", "jsonld", "rdfxml", "trig", "nq")
#: Those of a graph, as ``kg.formats`` has them.
GRAPHS = tuple(
    Kind(one.name, one.media_type, one.also, one.names, one.has_charset, one.w3c)
    for one in map(by_name, dict.fromkeys((*_USUAL, *GRAPH_FORMATS)))
)
_OF: dict[type[Result], tuple[Kind, ...]] = {
    Solutions: ROWS,
    Boolean: _YES_OR_NO,
    GraphResult: GRAPHS,
}


def acceptable(accept: str | None, name: str | Sequence[str] | None) -> None:
    """Refuse what no result of a query could please, before it is asked.

    Args:
        accept: the header.
        name: of a format, or several of which the first known counts; it goes before the header.

    Raises:
        Problem: there is no such format, or none that the client takes.

    >>> acceptable("image/png", "csv")
    """
    agreed((*ROWS, *GRAPHS), accept, name)


def media_types() -> tuple[str, ...]:
    """Return every media type that a result is given in, the usual one first.

    >>> media_types()[0]
    'application/sparql-results+json'
    """
    kinds = (*ROWS, *GRAPHS)
    return tuple(dict.fromkeys(one for kind in kinds for one in (kind.media_type, *kind.also)))


def known(names: Sequence[str]) -> list[str]:
    """Return the names that are of a format of any result.

    >>> known(["html", "turtle", "application/rdf xml"])
    ['turtle', 'application/rdf xml']
    """
    return [name for name in names if _first((*ROWS, *GRAPHS), [name])]


def answered(result: Result, accept: str | None, name: str | Sequence[str] | None) -> Answer:
    """Write the result of a query.

    Args:
        result: of whatever form.
        accept: the header.
        name: of a format, or several of which the first known counts; it goes before the header.

    Raises:
        Problem: the result fits no such format, or none that the client takes.
        Misuse: the format cannot hold this result; says why.

    >>> answered(Boolean(True), "application/json", None).media_type
    'application/json'
    """
    kind = agreed(_OF[type(result)], accept, name)
    body = serialize(result, kind.name, serialize_triples)
    return Answer(body, kind.content_type, headers=(("Vary", "Accept"),))


def noted(answer: Answer, notes: Sequence[str]) -> Answer:
    r"""Return an answer with notes: a header for each, and in JSON of SPARQL the member ``notes``.

    Args:
        answer: to a query.
        notes: sentences for whoever asked.

    >>> noted(answered(Boolean(False), None, None), ["no term"]).body
    b'{"head":{},"notes":["no term"],"boolean":false}\n'
    """
    if not notes:
        return answer
    headers = [("KG-Note", note.encode("ascii", "backslashreplace").decode()) for note in notes]
    body = answer.body
    if body.startswith(b'{"head":'):
        members = json.dumps(list(notes), ensure_ascii=False, separators=(",", ":"))
        start = body.index(b"}") + 1
        body = body[:start] + b',"notes":' + members.encode() + body[start:]
    return replace(answer, body=body, headers=(*answer.headers, *headers))


def written(triples: Iterable[Triple], kind: Kind) -> Answer:
    """Write triples that belong to no named graph.

    Args:
        triples: the graph.
        kind: one of ``GRAPHS``.

    Raises:
        Misuse: the format cannot hold them; says why.
    """
    body = serialize_triples(triples, kind.name)
    return Answer(body, kind.content_type, headers=(("Vary", "Accept"),))


def agreed(kinds: Sequence[Kind], accept: str | None, name: str | Sequence[str] | None) -> Kind:
    """Choose a format; its media type is the one that the client asked for.

    Args:
        kinds: those that there are, the usual one first.
        accept: the header.
        name: of a format, or several of which the first known counts; it goes before the header
            unless it is blank.

    Raises:
        Problem: there is no such format, or none that the client takes.

    >>> agreed(ROWS, "text/csv, */*;q=0.1", None).name, agreed(ROWS, "text/csv", "xml").name
    ('csv', 'xml')
    >>> agreed(GRAPHS, None, ["tables", "rdf xml"]).name
    'rdfxml'
    >>> agreed(GRAPHS, "application/json", [""]).content_type
    'application/json'
    """
    names = [name] if isinstance(name, str) else name or ()
    if any(part.strip() for part in names):
        return _named(kinds, names)
    offered: dict[str, Kind] = {}
    for kind in kinds:
        offered.setdefault(kind.media_type, kind)
    for kind in kinds:
        for media_type in kind.also:
            offered.setdefault(media_type, replace(kind, media_type=media_type))
    return offered[chosen(accept, list(offered))]


def _named(kinds: Sequence[Kind], names: Sequence[str]) -> Kind:
    """Return the format that is called by the first known name."""
    found = _first(kinds, names)
    if found is None:
        told = ", ".join(kind.name for kind in kinds)
        raise Problem("bad-request", f"no format {names[0][:80]!r} for this; one of {told}")
    return found


def _first(kinds: Sequence[Kind], names: Sequence[str]) -> Kind | None:
    """Return the first format that a name is of: its own name, before one that others call it by.

    Clients send lists as they do in ``Accept``, and ``+`` as it is, which a form reads as a blank.
    """
    for part in (part for name in names for part in name.split(",")):
        name = part.partition(";")[0].strip().lower().replace(" ", "+")
        for kind in kinds:
            if kind.name == name:
                return kind
        for kind in kinds:
            if name in (kind.media_type, *kind.names, *kind.also):
                return kind
    return None
