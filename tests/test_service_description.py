"""What the endpoint says of itself: the three tests of the W3C, and nothing that is not so.

See https://www.w3.org/TR/sparql11-service-description/.
"""

from __future__ import annotations

import pytest
from rdflib import RDF, Graph, Namespace, URIRef

from serving import serving

SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
VOID = Namespace("http://rdfs.org/ns/void#")
FORMATS = {
    "text/turtle": "turtle",
    "application/n-triples": "nt",
    "application/rdf+xml": "xml",
    "application/ld+json": "json-ld",
}
#: Of the schema, what each property leads to.
RANGES = {
    SD.defaultDataset: SD.Dataset,
    SD.defaultGraph: SD.Graph,
    SD.namedGraph: SD.NamedGraph,
    SD.graph: SD.Graph,
}


@pytest.fixture(scope="module")
def server(served):
    return served


@pytest.fixture(scope="module")
def described(server):
    response = server.get("sparql", headers={"Accept": "text/turtle"})
    assert response.status_code == 200
    return Graph().parse(data=response.text, format="turtle")


# The reader of JSON-LD in rdflib uses what rdflib itself calls deprecated.
@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
@pytest.mark.parametrize("media_type", FORMATS)
def test_returns_rdf(server, media_type):
    response = server.get("sparql", headers={"Accept": media_type})
    assert response.status_code == 200
    assert response.headers["content-type"].partition(";")[0] == media_type
    assert len(Graph().parse(data=response.text, format=FORMATS[media_type])) > 0


def test_returns_rdf_to_a_client_that_says_nothing(server):
    response = server.get("sparql")
    assert response.status_code == 200
    assert response.headers["content-type"].partition(";")[0] in FORMATS


def test_has_endpoint_triple(server, described):
    (service,) = described.subjects(RDF.type, SD.Service)
    assert (service, SD.endpoint, URIRef(f"{server.url}sparql")) in described


def test_conforms_to_schema(described):
    (service,) = described.subjects(RDF.type, SD.Service)
    assert len(list(described.objects(service, SD.endpoint))) == 1
    assert len(list(described.objects(service, SD.defaultDataset))) == 1
    for property_, class_ in RANGES.items():
        for _, _, node in described.triples((None, property_, None)):
            assert (node, RDF.type, class_) in described, property_
    for _, _, graph in described.triples((None, SD.namedGraph, None)):
        assert len(list(described.objects(graph, SD.name))) == 1
    ours = {p for _, p, _ in described if p.startswith(str(SD))}
    ours |= {o for _, _, o in described if isinstance(o, URIRef) and o.startswith(str(SD))}
    assert {term.removeprefix(str(SD)) for term in ours} <= TERMS


def test_claims_no_update_and_no_federation(described):
    assert (None, SD.supportedLanguage, SD.SPARQL11Query) in described
    assert (None, SD.supportedLanguage, SD.SPARQL11Update) not in described
    for feature in (SD.BasicFederatedQuery, SD.DereferencesURIs):
        assert (None, SD.feature, feature) not in described
    assert (None, SD.feature, SD.UnionDefaultGraph) in described


def test_names_the_graphs_that_are_there_with_their_sizes(server, described):
    counted = server.query("SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g")
    rows = counted.json()["results"]["bindings"]
    sizes = {row["g"]["value"]: int(row["n"]["value"]) for row in rows}
    told = {
        str(name): int(described.value(described.value(node, SD.graph), VOID.triples))
        for node, name in described.subject_objects(SD.name)
    }
    assert told == sizes


def test_claims_updates_where_it_takes_them(tmp_path):
    dataset = tmp_path / "graphs.nq"
    dataset.write_text("<urn:s> <urn:p> <urn:o> <urn:g> .\n", encoding="utf-8")
    with serving("--dataset", dataset, "--writable") as server:
        text = server.get("sparql", headers={"Accept": "text/turtle"}).text
    described = Graph().parse(data=text, format="turtle")
    assert (None, SD.supportedLanguage, SD.SPARQL11Update) in described
    assert (None, SD.feature, SD.UnionDefaultGraph) not in described


#: Every term of the vocabulary.
TERMS = {
    *("BasicFederatedQuery", "Dataset", "DereferencesURIs", "EmptyGraphs", "EntailmentProfile"),
    *("EntailmentRegime", "Feature", "Function", "Graph", "GraphCollection", "Language"),
    *("NamedGraph", "RequiresDataset", "SPARQL10Query", "SPARQL11Query", "SPARQL11Update"),
    *("Service", "Aggregate", "UnionDefaultGraph", "availableGraphs", "defaultDataset"),
    *("defaultEntailmentRegime", "defaultGraph", "defaultSupportedEntailmentProfile"),
    *("endpoint", "entailmentRegime", "extensionAggregate", "extensionFunction", "feature"),
    *("graph", "inputFormat", "languageExtension", "name", "namedGraph", "propertyFeature"),
    *("resultFormat", "supportedEntailmentProfile", "supportedLanguage"),
}
