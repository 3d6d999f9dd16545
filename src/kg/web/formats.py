"""The formats of answers: which one a client gets, and what it is called."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kg.export import serialize_triples
from kg.formats import by_name
from kg.results import Boolean, GraphResult, Solutions, serialize
from kg.web.negotiation import chosen
from kg.web.responses import Answer, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pyoxigraph import Triple

    from kg.sparql import Result

__all__ = [
    "GRAPHS",
    "ROWS",
    "YES_OR_NO",
    "Kind",
    "acceptable",
    "agreed",
    "answered",
    "known",
    "media_types",
    "noted",
    "written",
]


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
YES_OR_NO = (
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
    *YES_OR_NO,
    Kind("csv", "text/csv", charset=True, w3c="SPARQL_Results_CSV"),
    Kind("tsv", "text/tab-separated-values", charset=True, w3c="SPARQL_Results_TSV"),
    Kind("md", "text/markdown", names=("markdown",), charset=True),
    Kind("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
)
#: Those of a graph, as ``kg.formats`` has them.
GRAPHS = tuple(
    Kind(one.name, one.media_type, one.also, one.names, one.has_charset, one.w3c)
    for one in map(by_name, ("ttl", "nt", "jsonld", "rdfxml", "trig", "nq"))
)
_OF: dict[type[Result], tuple[Kind, ...]] = {
    Solutions: ROWS,
    Boolean: YES_OR_NO,
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
