"""What the endpoint says of itself: SPARQL 1.1 Service Description, and VoID.

See https://www.w3.org/TR/sparql11-service-description/ and https://www.w3.org/TR/void/.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from pyoxigraph import DefaultGraph, Literal, NamedNode, Triple

from kg.namespaces import PREFIXES, RDF, RDFS, XSD, Namespace
from kg.web.layout import site
from kg.web.negotiation import GRAPHS, ROWS, agreed, written

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from kg.web.negotiation import Kind
    from kg.web.responses import Answer
    from kg.web.workers.held import Held

__all__ = ["service", "void"]

_SD = Namespace(
    "http://www.w3.org/ns/sparql-service-description#",
    """Dataset Graph NamedGraph SPARQL11Query SPARQL11Update Service UnionDefaultGraph
    defaultDataset defaultEntailmentRegime defaultGraph endpoint feature graph inputFormat name
    namedGraph resultFormat supportedLanguage""",
)
_VOID = Namespace(
    PREFIXES["void"],
    """Dataset DatasetDescription class classPartition classes distinctSubjects entities
    feature openSearchDescription properties property propertyPartition sparqlEndpoint triples
    uriLookupEndpoint uriSpace vocabulary""",
)
_DCTERMS = Namespace(PREFIXES["dcterms"], "identifier license modified title")
_FOAF = Namespace(PREFIXES["foaf"], "primaryTopic topic")
_SIMPLE = NamedNode("http://www.w3.org/ns/entailment/Simple")
_FORMATS = "http://www.w3.org/ns/formats/"
_READ = ("ttl", "nt", "rdfxml", "jsonld")


def _sizes(held: Held) -> dict[str | None, int]:
    """Tell how many triples each graph has; that of None is the default graph.

    They are those of the viewpoint that is meant where a query names none.
    """
    folder = Path(held.edition.snapshots[held.edition.viewpoint])
    counts: Mapping[str, int] = json.loads((folder / "meta.json").read_text("utf-8"))["triples"]
    unnamed = str(DefaultGraph())
    named: dict[str | None, int] = {
        name: count for name, count in sorted(counts.items()) if name != unnamed and count
    }
    # No triple is in two of the graphs that are one.
    whole = sum(named.values()) if held.edition.union else counts.get(unnamed, 0)
    return {None: whole, **named}


def _service_triples(held: Held, base: str, *, writable: bool) -> Iterator[Triple]:
    """Describe the endpoint.

    Args:
        held: what it serves.
        base: what its address begins with.
        writable: whether it takes updates.
    """
    address = base.rstrip("/") + "/sparql"
    node, whole = NamedNode(f"{address}#service"), NamedNode(f"{address}#dataset")
    yield Triple(node, RDF.type, _SD.Service)
    yield Triple(node, _SD.endpoint, NamedNode(address))
    yield Triple(node, RDFS.label, Literal(held.edition.title))
    yield Triple(node, _SD.supportedLanguage, _SD.SPARQL11Query)
    if writable:
        yield Triple(node, _SD.supportedLanguage, _SD.SPARQL11Update)
        yield from _formats(node, _SD.inputFormat, [one for one in GRAPHS if one.name in _READ])
    if held.edition.union:
        yield Triple(node, _SD.feature, _SD.UnionDefaultGraph)
    yield from _formats(node, _SD.resultFormat, (*ROWS, *GRAPHS))
    # What follows is there as triples; no query makes more of them.
    yield Triple(node, _SD.defaultEntailmentRegime, _SIMPLE)
    yield Triple(node, _SD.defaultDataset, whole)
    yield Triple(whole, RDF.type, _SD.Dataset)
    yield from _graphs(whole, _sizes(held))


def _formats(node: NamedNode, property_: NamedNode, kinds: Iterable[Kind]) -> Iterator[Triple]:
    for kind in kinds:
        if kind.w3c:  # others have no name
            yield Triple(node, property_, NamedNode(_FORMATS + kind.w3c))


def _graphs(whole: NamedNode, counts: Mapping[str | None, int]) -> Iterator[Triple]:
    for number, (name, count) in enumerate(counts.items()):
        graph = NamedNode(f"{whole.value.removesuffix('#dataset')}#graph-{number}")
        yield Triple(graph, RDF.type, _SD.Graph)
        yield Triple(graph, _VOID.triples, _number(count))
        if name is None:
            yield Triple(whole, _SD.defaultGraph, graph)
            continue
        named = NamedNode(f"{graph.value}-named")
        yield Triple(whole, _SD.namedGraph, named)
        yield Triple(named, RDF.type, _SD.NamedGraph)
        yield Triple(named, _SD.name, _name(name))
        yield Triple(named, _SD.graph, graph)


def _name(name: str) -> NamedNode | Literal:
    # A graph that is named by a blank node has no name outside.
    return Literal(name) if name.startswith("_:") else NamedNode(name)


def _dataset_triples(held: Held, base: str, licence: str) -> Iterator[Triple]:
    """Describe what is served: how much there is, of which kinds, and where.

    Args:
        held: what is served.
        base: what addresses begin with.
        licence: of what is served; empty where the graph does not say.
    """
    root = base.rstrip("/") + "/"
    document, node = NamedNode(f"{root}void"), NamedNode(f"{root}void#dataset")
    edition = held.edition
    yield Triple(document, RDF.type, _VOID.DatasetDescription)
    yield Triple(document, _FOAF.primaryTopic, node)
    yield Triple(node, RDF.type, _VOID.Dataset)
    yield Triple(node, _DCTERMS.title, Literal(edition.title))
    yield Triple(node, _DCTERMS.identifier, Literal(edition.digest))
    yield Triple(node, _VOID.sparqlEndpoint, NamedNode(f"{root}sparql"))
    yield Triple(node, _VOID.uriLookupEndpoint, NamedNode(f"{root}data?iri="))
    if edition.made:
        yield Triple(node, _DCTERMS.modified, Literal(edition.made, datatype=XSD.dateTime))
    if licence:
        yield Triple(node, _DCTERMS.license, NamedNode(licence))
    yield from _formats(node, _VOID.feature, GRAPHS)
    yield from _counted(held, node)


def _counted(held: Held, node: NamedNode) -> Iterator[Triple]:
    totals = (
        (_VOID.triples, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"),
        (_VOID.distinctSubjects, "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }"),
        (_VOID.properties, "SELECT (COUNT(DISTINCT ?p) AS ?n) { ?s ?p ?o }"),
        (_VOID.classes, "SELECT (COUNT(DISTINCT ?o) AS ?n) { ?s a ?o }"),
    )
    for property_, text in totals:
        for (count,) in _rows(held, text):
            yield Triple(node, property_, count)
    parts = (
        (
            *("class", _VOID.entities),
            "SELECT ?o (COUNT(DISTINCT ?s) AS ?n) { ?s a ?o FILTER(isIRI(?o)) } GROUP BY ?o",
        ),
        ("property", _VOID.triples, "SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p"),
    )
    spaces = set()
    for word, counted, text in parts:
        rows = sorted(_rows(held, text), key=lambda row: str(row[0]))
        for number, (what, count) in enumerate(rows):
            part = NamedNode(f"{node.value.removesuffix('dataset')}{word}-{number}")
            yield Triple(node, _VOID[f"{word}Partition"], part)
            yield Triple(part, _VOID[word], what)
            yield Triple(part, counted, count)
            spaces.add(_space(what.value))
    for space in sorted(spaces):
        yield Triple(node, _VOID.vocabulary, NamedNode(space))


def _rows(held: Held, text: str) -> Iterable[tuple[NamedNode, ...]]:
    return held.query(text, source="void")  # type: ignore[return-value] # each is a SELECT


def _space(iri: str) -> str:
    """Return the namespace of a term.

    >>> _space("http://www.w3.org/2002/07/owl#Class"), _space("http://xmlns.com/foaf/0.1/name")
    ('http://www.w3.org/2002/07/owl#', 'http://xmlns.com/foaf/0.1/')
    """
    end = max(iri.rfind("#"), iri.rfind("/"), iri.rfind(":"))
    return iri[: end + 1]


def _number(count: int) -> Literal:
    return Literal(str(count), datatype=XSD.integer)


def service(
    held: Held,
    *,
    accept: str | None = None,
    format: str | list[str] | None = None,  # noqa: A002 - the word of the address
    base: str,
    writable: bool,
) -> Answer:
    """Describe the endpoint.

    Args:
        held: what is served.
        accept: the header.
        format: the name of a format of graphs, which goes before the header.
        base: what addresses begin with.
        writable: whether updates are taken.

    Raises:
        Problem: none of the formats asked for is given.
    """
    kind = agreed(GRAPHS, accept, format)
    return written(_service_triples(held, base, writable=writable), kind)


def void(
    held: Held,
    *,
    accept: str | None = None,
    format: str | list[str] | None = None,  # noqa: A002 - the word of the address
    base: str,
) -> Answer:
    """Describe what is served.

    Args:
        held: it.
        accept: the header.
        format: the name of a format of graphs, which goes before the header.
        base: what addresses begin with.

    Raises:
        Problem: none of the formats asked for is given.
    """
    kind = agreed(GRAPHS, accept, format)
    return written(_dataset_triples(held, base, site(held).licence), kind)
