"""The formats in which kg reads and writes graphs, found by name or by a file's ending."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import RdfFormat

from kg.errors import UnknownName

__all__ = ["FORMATS", "Format", "by_name", "by_path"]


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
    """

    name: str
    rdf: RdfFormat | None
    suffixes: tuple[str, ...]
    media_type: str
    keeps_graphs: bool = False
    readable: bool = True


#: Every format by name, the most usual first.
FORMATS: dict[str, Format] = {
    entry.name: entry
    for entry in (
        Format("ttl", RdfFormat.TURTLE, (".ttl", ".turtle"), "text/turtle"),
        Format("nt", RdfFormat.N_TRIPLES, (".nt",), "application/n-triples"),
        Format("nq", RdfFormat.N_QUADS, (".nq",), "application/n-quads", keeps_graphs=True),
        Format("trig", RdfFormat.TRIG, (".trig",), "application/trig", keeps_graphs=True),
        Format(
            "rdfxml",
            RdfFormat.RDF_XML,
            (".rdf", ".owl", ".xml", ".rdfxml"),
            "application/rdf+xml",
        ),
        Format(
            "jsonld",
            RdfFormat.JSON_LD,
            (".jsonld", ".json-ld"),
            "application/ld+json",
            keeps_graphs=True,
        ),
        Format("graphml", None, (".graphml",), "application/graphml+xml", readable=False),
        Format("csv", None, (".csv",), "text/csv", readable=False),
    )
}


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
    """Find a format by the ending of a file's name, in capitals or not.

    Raises:
        UnknownName: no format has files that end so; carries the close matches.

    >>> by_path("data/relations.ttl").name, by_path("PIZZA.OWL").name
    ('ttl', 'rdfxml')
    >>> by_path("a.graph")
    Traceback (most recent call last):
    kg.errors.UnknownName: no format for a.graph by its ending ".graph"; did you mean .graphml?
    """
    suffix = Path(path).suffix.lower()
    endings = {ending: entry for entry in FORMATS.values() for ending in entry.suffixes}
    if suffix not in endings:
        kind = f"format for {path} by its ending"
        raise UnknownName(kind, suffix, list(endings), hint="kg knows " + " ".join(endings))
    return endings[suffix]
