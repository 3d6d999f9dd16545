"""The formats in which kg reads and writes graphs, found by name or by a file's ending."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import RdfFormat

from kg.errors import UnknownName
from kg.files import unpacked_name

__all__ = ["FORMATS", "GRAPH_FORMATS", "INPUT_FORMATS", "Format", "by_name", "by_path"]


@dataclass(frozen=True)
class Format:
    """One format of graphs.

    Args:
        name: what ``--format`` calls it.
        rdf: pyoxigraph's own format, or None where kg writes the format itself.
        suffixes: the endings of its files, the usual one first.
        media_type: its registered media type.
        keeps_graphs: whether it says which named graph a triple belongs to.
        readable: whether kg reads it; every format is written.
        names: further names that clients of a server send.
        also: further media types that clients ask for it by.
        w3c: the name that the W3C gives to it, https://www.w3.org/ns/formats/.
        has_charset: whether its media type has a parameter for the charset.
    """

    name: str
    rdf: RdfFormat | None
    suffixes: tuple[str, ...]
    media_type: str
    keeps_graphs: bool = False
    readable: bool = True
    names: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    w3c: str = ""
    has_charset: bool = False


#: Every format by name, the most usual first.
FORMATS: dict[str, Format] = {
    entry.name: entry
    for entry in (
        Format(
            "ttl",
            RdfFormat.TURTLE,
            (".ttl", ".turtle", ".n3"),
            "text/turtle",
            names=("turtle", "n3"),
            also=(
                *("application/turtle", "application/x-turtle", "text/n3", "text/rdf+n3"),
                *("application/n3", "application/rdf+n3"),
            ),
            w3c="Turtle",
            has_charset=True,
        ),
        Format(
            "nt",
            RdfFormat.N_TRIPLES,
            (".nt",),
            "application/n-triples",
            names=("ntriples", "n-triples"),
            also=("text/plain", "text/ntriples", "application/ntriples"),
            w3c="N-Triples",
        ),
        Format(
            "nq",
            RdfFormat.N_QUADS,
            (".nq",),
            "application/n-quads",
            keeps_graphs=True,
            names=("nquads", "n-quads"),
            also=("text/x-nquads", "application/nquads"),
            w3c="N-Quads",
        ),
        Format(
            "trig",
            RdfFormat.TRIG,
            (".trig",),
            "application/trig",
            keeps_graphs=True,
            also=("application/x-trig",),
            w3c="TriG",
            has_charset=True,
        ),
        Format(
            "rdfxml",
            RdfFormat.RDF_XML,
            (".rdf", ".owl", ".xml", ".rdfxml"),
            "application/rdf+xml",
            names=("rdf", "xml", "rdf+xml", "rdf/xml", "rdf-xml"),
            w3c="RDF_XML",
        ),
        Format(
            "jsonld",
            RdfFormat.JSON_LD,
            (".jsonld", ".json-ld"),
            "application/ld+json",
            keeps_graphs=True,
            names=("json-ld", "json", "ld+json"),
            also=("application/json", "application/x-json+ld", "application/json+ld"),
            w3c="JSON-LD",
        ),
        Format("graphml", None, (".graphml",), "application/graphml+xml", readable=False),
        Format("csv", None, (".csv",), "text/csv", readable=False),
    )
}

#: What a graph can be written as and read back from.
GRAPH_FORMATS = tuple(name for name, kind in FORMATS.items() if kind.readable)
#: What a graph may be read from, by the name that ``--input-format`` takes; of Notation3 only
#: what is Turtle is read.
INPUT_FORMATS = {name: kind for name, kind in FORMATS.items() if kind.readable}
INPUT_FORMATS["n3"] = FORMATS["ttl"]


def by_name(name: str) -> Format:
    """Find a format by the name that ``--format`` takes.

    Raises:
        UnknownName: there is no such format; carries the close matches.

    >>> by_name("jsonld").media_type
    'application/ld+json'
    >>> by_name("json-ld")
    Traceback (most recent call last):
    kg.errors.UnknownName: no format "json-ld"; did you mean jsonld?
    """
    if name not in FORMATS:
        raise UnknownName("format", name, list(FORMATS), hint="one of " + ", ".join(FORMATS))
    return FORMATS[name]


def by_path(path: Path | str) -> Format:
    """Find a format by the ending of a file's name, in capitals or not, before ``.gz`` if any.

    Raises:
        UnknownName: no format has files that end so; carries the close matches.

    >>> by_path("data/relations.ttl").name, by_path("PIZZA.OWL").name
    ('ttl', 'rdfxml')
    >>> by_path("events.nt.gz").name
    'nt'
    >>> by_path("a.graph")
    Traceback (most recent call last):
    kg.errors.UnknownName: no format for a.graph by its ending ".graph"; did you mean .graphml?
    """
    suffix = Path(unpacked_name(path)).suffix.lower()
    endings = {ending: entry for entry in FORMATS.values() for ending in entry.suffixes}
    if suffix not in endings:
        kind = f"format for {path} by its ending"
        raise UnknownName(kind, suffix, list(endings), hint="kg knows " + " ".join(endings))
    return endings[suffix]
