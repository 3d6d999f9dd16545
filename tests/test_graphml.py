"""GraphML: pleasant in graph programs, and exact."""

from __future__ import annotations

import io
import json
import xml.etree.ElementTree as ET

import pytest
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Triple

from kg import resources
from kg.export import export
from kg.export.canonical import canonical_statements
from kg.export.graphml import to_graphml
from kg.namespaces import GRAPH, OWL, RDF, RDFS, REL, SKOS, WGS84, XSD, expand

NS = {"g": "http://graphml.graphdrawing.org/xmlns"}
GAO = NamedNode(expand("kg:gao"))
MALI = NamedNode(expand("kg:mali"))
CITY = NamedNode(expand("rel:City"))
PLACE = NamedNode(expand("rel:Place"))


def english(text):
    return Literal(text, language="en")


def parsed(text):
    """Return the data of the nodes by id, and the edges."""
    root = ET.fromstring(text)  # noqa: S314 - written a moment ago
    names = {key.get("id"): key.get("attr.name") for key in root.findall("g:key", NS)}

    def data(element):
        return {names[d.get("key")]: d.text for d in element.findall("g:data", NS)}

    nodes = {element.get("id"): data(element) for element in root.iterfind(".//g:node", NS)}
    edges = [
        (element.get("source"), element.get("target"), data(element))
        for element in root.iterfind(".//g:edge", NS)
    ]
    return nodes, edges


def written(*triples):
    return to_graphml(canonical_statements([(DefaultGraph(), triples)]))


def test_a_node_has_what_drawing_needs_and_every_literal_under_its_name():
    nodes, edges = parsed(
        written(
            Triple(GAO, RDF.type, CITY),
            Triple(GAO, RDFS.label, english("Gao")),
            Triple(GAO, RDFS.label, Literal("Gawgaw", language="ses")),
            Triple(GAO, WGS84.lat, Literal("16.27", datatype=XSD.decimal)),
            Triple(GAO, WGS84.long, Literal("-0.05", datatype=XSD.decimal)),
            Triple(GAO, SKOS.altLabel, english("Kawkaw")),
            Triple(GAO, SKOS.altLabel, english("Gago")),
        )
    )

    assert nodes == {
        "kg:gao": {
            "iri": GAO.value,
            "label": "Gao",
            "type": "rel:City",
            "lat": "16.27",
            "long": "-0.05",
            "rdfs:label@en": "Gao",
            "rdfs:label@ses": "Gawgaw",
            "skos:altLabel@en[]": '["Gago", "Kawkaw"]',
            "types[]": json.dumps([CITY.value]),
            "wgs84:lat^^xsd:decimal": "16.27",
            "wgs84:long^^xsd:decimal": "-0.05",
        }
    }
    assert edges == []


def test_an_edge_tells_its_property_and_its_graph():
    graphs = {GRAPH.asserted: [Triple(GAO, NamedNode(expand("rel:partOf")), MALI)]}

    nodes, edges = parsed(export(graphs, "graphml"))

    data = {"iri": expand("rel:partOf"), "label": "rel:partOf", "graph": "graph:asserted"}
    assert edges == [("kg:gao", "kg:mali", data)]
    assert nodes["kg:mali"] == {"iri": MALI.value, "label": "kg:mali"}


def test_the_most_telling_class_is_specific_and_stated():
    stated = [Triple(GAO, RDF.type, CITY), Triple(CITY, RDFS.subClassOf, PLACE)]
    inferred = [Triple(GAO, RDF.type, kind) for kind in (PLACE, OWL.Thing, REL.Event)]

    nodes, _ = parsed(
        export({GRAPH.asserted: stated, GRAPH["inferred/reported"]: inferred}, "graphml")
    )

    assert nodes["kg:gao"]["type"] == "rel:City"


def test_names_of_nodes_are_names_of_xml():
    odd = NamedNode("http://example.org/a?b=1&c=<>".removesuffix("<>"))

    nodes, edges = parsed(written(Triple(odd, RDFS.seeAlso, BlankNode("x"))))

    (source, target, _), *_ = edges
    assert nodes[source]["iri"] == odd.value
    assert source.startswith("iri:")
    assert target.startswith("bnode:")
    assert "iri" not in nodes[target]


@pytest.mark.parametrize("text", ["", "\x00", "a\rb", "\ufffe", " x \n", "<&>"])
def test_text_comes_back_as_it_was(text):
    nodes, _ = parsed(written(Triple(GAO, RDFS.label, Literal(text))))

    data = nodes["kg:gao"]
    found = data.get("rdfs:label")
    assert text == (json.loads(data["rdfs:label[]"])[0] if found is None else found)


def test_a_latitude_that_is_no_number_is_kept_and_not_drawn():
    nodes, _ = parsed(written(Triple(GAO, WGS84.lat, Literal("north"))))

    assert nodes["kg:gao"] == {"iri": GAO.value, "label": "kg:gao", "wgs84:lat": "north"}


def test_networkx_loads_the_shipped_graph():
    networkx = pytest.importorskip("networkx", reason="networkx is not installed")
    from pyoxigraph import parse

    triples = [q.triple for q in parse(path=resources.data() / "relations.ttl")]
    triples += [q.triple for q in parse(path=resources.data() / "reference.ttl")]
    text = export({GRAPH.asserted: triples}, "graphml")

    graph = networkx.read_graphml(io.BytesIO(text))

    assert graph.is_directed()
    assert graph.nodes["kg:mali"]["label"] == "Mali"
    assert graph.nodes["kg:mali"]["type"] == "rel:State"
    assert isinstance(graph.nodes["kg:bamako"]["lat"], float)
    edges = {
        (t.subject, t.predicate, t.object)
        for t in triples
        if not isinstance(t.object, Literal) and t.predicate != RDF.type
    }
    assert graph.number_of_edges() == len(edges)
