"""Clients that others wrote get from the endpoint what `kg.load()` gives."""

from __future__ import annotations

import csv
import html
import io
import json
import os
import shutil
import subprocess

import pytest
from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, parse
from rdflib import Graph, URIRef
from rdflib.compare import isomorphic
from rdflib.plugins.stores.sparqlstore import SPARQLStore, SPARQLUpdateStore
from SPARQLWrapper import (
    CSV,
    JSON,
    JSONLD,
    N3,
    POST,
    POSTDIRECTLY,
    RDF,
    RDFXML,
    TSV,
    TURTLE,
    URLENCODED,
    XML,
    SPARQLWrapper,
)

from serving import serving

PREFIXES = "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>\n"
SELECT = PREFIXES + "SELECT ?thing ?label { ?thing rdfs:label ?label } ORDER BY ?thing ?label"
KG = "https://w3id.org/relations-kg/id/"
REL = "https://w3id.org/relations-kg/ontology#"
CURL = (shutil.which("curl") or "curl", "--silent", "--fail", "--noproxy", "*")
with_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")


@pytest.fixture(scope="module")
def server(served):
    return served


@pytest.fixture(scope="module")
def expected(graph):
    """The rows of the query, each value as its text, from Python."""
    return [tuple(term.value for term in row) for row in graph.query(SELECT)]


def wrapped(server, query, form, method=None):
    wrapper = SPARQLWrapper(f"{server.url}sparql")
    wrapper.setQuery(query)
    wrapper.setReturnFormat(form)
    if method:
        wrapper.setMethod(POST)
        wrapper.setRequestMethod(method)
    return wrapper.query()


@pytest.mark.parametrize("method", [None, "urlencoded", POSTDIRECTLY])
def test_sparqlwrapper_gets_the_rows_as_json(server, expected, method):
    rows = wrapped(server, SELECT, JSON, method).convert()["results"]["bindings"]
    assert [(row["thing"]["value"], row["label"]["value"]) for row in rows] == expected


def test_sparqlwrapper_gets_the_rows_as_xml(server, expected):
    document = wrapped(server, SELECT, XML).convert()
    rows = document.getElementsByTagName("result")
    assert len(rows) == len(expected)
    labels = [row.getElementsByTagName("literal")[0].firstChild.nodeValue for row in rows]
    assert labels == [label for _, label in expected]


def test_sparqlwrapper_gets_the_rows_as_csv(server, expected):
    text = wrapped(server, SELECT, CSV).convert().decode()
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert [tuple(row) for row in rows[1:]] == expected


ROWS = {
    JSON: "application/sparql-results+json",
    XML: "application/sparql-results+xml",
    CSV: "text/csv",
    TSV: "text/tab-separated-values",
}
GRAPHS = {
    XML: "application/rdf+xml",
    RDF: "application/rdf+xml",
    RDFXML: "application/rdf+xml",
    N3: "text/turtle",
    TURTLE: "text/turtle",
    JSON: "application/ld+json",
    JSONLD: "application/ld+json",
}
ASKED = {
    "SELECT ?x { VALUES ?x { 1 } }": ROWS,
    "ASK {}": {JSON: ROWS[JSON], XML: ROWS[XML]},
    "CONSTRUCT { <urn:a> <urn:b> 1 } {}": GRAPHS,
    f"DESCRIBE <{KG}mali>": GRAPHS,
}


@pytest.mark.filterwarnings("ignore:Sending Accept header")
@pytest.mark.parametrize("method", [None, URLENCODED, POSTDIRECTLY])
@pytest.mark.parametrize(
    ("query", "form", "media_type"),
    [(query, form, kind) for query, kinds in ASKED.items() for form, kind in kinds.items()],
)
def test_sparqlwrapper_gets_each_format(server, query, form, media_type, method):
    answer = wrapped(server, query, form, method)
    assert answer.info()["content-type"].partition(";")[0] == media_type
    assert answer.response.read()


@pytest.mark.parametrize(
    ("told", "media_type"),
    [
        ("format=rdf+xml", "application/rdf+xml"),
        ("format=application/rdf+xml", "application/rdf+xml"),
        ("format=tables&format=turtle&format=nt", "text/turtle"),
        ("output=ttl", "text/turtle"),
        ("results=html&output=nothing", "application/n-triples"),
        ("output=ttl&format=jsonld", "application/ld+json"),
        ("format=application%2Fld%2Bjson%2Capplication%2Fx-json%2Bld", "application/ld+json"),
    ],
)
def test_the_first_format_that_is_known_counts(server, told, media_type):
    address = f"sparql?query=CONSTRUCT%20%7B%7D%20%7B%7D&{told}"
    answer = server.get(address, headers={"Accept": "application/n-triples"})
    assert answer.status_code == 200
    assert answer.headers["content-type"].partition(";")[0] == media_type


ALIASES = {
    **dict.fromkeys(("application/x-turtle", "text/n3", "text/rdf+n3"), "turtle"),
    **dict.fromkeys(("text/plain", "application/n-triples"), "nt"),
    **dict.fromkeys(("application/json", "application/x-json+ld"), "json-ld"),
    "application/x-trig": "trig",
    "text/x-nquads": "nquads",
    "application/rdf+xml": "xml",
}


@pytest.mark.parametrize(
    "address",
    [
        f"sparql?query=DESCRIBE%20%3C{KG}mali%3E",
        *("store?default", "data/mali", "queries", "ontology", "void", "sparql"),
    ],
)
@pytest.mark.parametrize("how", ALIASES)
def test_every_address_knows_the_same_formats(server, address, how):
    by_header = server.get(address, headers={"Accept": how})
    joined = "&" if "?" in address else "?"
    by_name = server.get(f"{address}{joined}format={ALIASES[how]}")
    assert by_header.status_code == by_name.status_code == 200
    assert by_header.headers["content-type"].partition(";")[0] == how
    if (address, how) != ("data/mali", "application/json"):  # which has a form of its own there
        assert by_header.content == by_name.content


def test_sparqlwrapper_gets_a_graph(server, graph):
    text = wrapped(server, f"DESCRIBE <{KG}mali>", TURTLE).convert()
    got = Graph().parse(data=text, format="turtle")
    same = Graph().parse(data=graph.query(f"DESCRIBE <{KG}mali>").serialize("nt"), format="nt")
    assert len(got) > 0
    assert isomorphic(got, same)


def test_rdflib_reads_through_its_store(server, expected):
    remote = Graph(SPARQLStore(f"{server.url}sparql"))
    rows = [(str(row.thing), str(row.label)) for row in remote.query(SELECT)]
    assert rows == expected
    label = URIRef("http://www.w3.org/2000/01/rdf-schema#label")
    assert str(remote.value(URIRef(f"{KG}mali"), label)) == "Mali"


def test_rdflib_writes_through_its_store(tmp_path):
    dataset = tmp_path / "graphs.nq"
    dataset.write_text("<urn:s> <urn:p> <urn:o> <urn:g> .\n", encoding="utf-8")
    triple = tuple(map(URIRef, ("urn:a", "urn:b", "urn:c")))
    with serving("--dataset", dataset, "--writable") as server:
        address = f"{server.url}sparql"
        store = SPARQLUpdateStore(address, f"{server.url}update", returnFormat="json")
        remote = Graph(store, identifier=URIRef("urn:new"))
        remote.add(triple)
        assert triple in remote
        assert "<urn:a> <urn:b> <urn:c> <urn:new> ." in dataset.read_text(encoding="utf-8")
        remote.remove(triple)
        assert triple not in remote
    assert "urn:new" not in dataset.read_text(encoding="utf-8")


@with_curl
@pytest.mark.parametrize(
    "how",
    [
        pytest.param(("--get", "--data-urlencode", f"query={SELECT}"), id="get"),
        pytest.param(("--data-urlencode", f"query={SELECT}"), id="form"),
        pytest.param(
            ("-H", "Content-Type: application/sparql-query", "--data-binary", SELECT), id="direct"
        ),
    ],
)
def test_curl_gets_the_rows(server, expected, how):
    done = subprocess.run(
        [*CURL, *how, f"{server.url}sparql"],
        capture_output=True,
        check=True,
    )
    rows = json.loads(done.stdout)["results"]["bindings"]
    assert [(row["thing"]["value"], row["label"]["value"]) for row in rows] == expected


@with_curl
def test_curl_follows_an_identifier_to_its_data(server):
    done = subprocess.run(
        [
            *(*CURL, "--location", "--compressed"),
            *("-H", "Accept: text/turtle", f"{server.url}id/mali"),
        ],
        capture_output=True,
        check=True,
    )
    described = Graph().parse(data=done.stdout, format="turtle")
    assert (URIRef(f"{KG}mali"), None, None) in described


@pytest.mark.parametrize("form", ["json", "xml", "csv", "tsv"])
def test_each_format_is_the_one_that_python_writes(server, graph, form):
    got = server.get("sparql", params={"query": SELECT, "format": form})
    assert got.status_code == 200
    assert got.text == getattr(graph.query(SELECT), f"to_{form}")()


def test_a_misspelt_name_is_noted_in_a_header_in_the_json_and_on_the_page(server):
    note = 'no term "rel:TensionRaisingEvnt"; did you mean rel:TensionRaisingEvent or '
    query = "SELECT ?e { ?e a rel:TensionRaisingEvnt }"
    answer = server.query(query)
    assert answer.json()["results"]["bindings"] == []
    assert [text[: len(note)] for text in answer.json()["notes"]] == [note]
    assert answer.headers["KG-Note"].startswith(note)
    table = server.query(query, headers={"Accept": "text/csv"})
    assert (table.text, table.headers["KG-Note"][: len(note)]) == ("e\r\n", note)
    page = server.get("query", params={"query": query}, headers={"Accept": "text/html"}).text
    assert (
        html.escape(note, quote=False) in page
        or html.escape(note).replace("&quot;", "&#34;") in page
    )
    found = server.query("SELECT ?e { ?e a rel:TensionRaisingEvent }")
    assert "KG-Note" not in found.headers
    assert "notes" not in found.json()


@pytest.mark.parametrize(
    "form", [RdfFormat.N_QUADS, RdfFormat.TRIG, RdfFormat.JSON_LD, RdfFormat.TURTLE]
)
def test_what_an_identifier_leads_to_is_in_the_default_graph(server, form):
    accept = {"Accept": form.media_type.partition(";")[0]}
    answer = server.get("id/mali", headers=accept, follow_redirects=True)
    assert answer.headers["content-type"].startswith(accept["Accept"])
    quads = list(parse(answer.content, form))
    mali, algeria = NamedNode(f"{KG}mali"), NamedNode(f"{KG}algeria")
    assert Quad(mali, NamedNode(f"{REL}neighbours"), algeria) in quads
    assert {quad.graph_name for quad in quads} == {DefaultGraph()}


#: Questions by each form of SPARQL, and one that follows the links of a document.
COMUNICA = """
import { createRequire } from 'node:module';
const { QueryEngine } = createRequire(process.argv[2] + '/')('@comunica/query-sparql');
const [base, kg, rel] = process.argv.slice(3);
const engine = new QueryEngine();
const endpoint = { sources: [{ type: 'sparql', value: base + 'sparql' }] };
const document = { sources: [base + 'id/mali'] };
const neighbours = `SELECT ?x { <${kg}mali> <${rel}neighbours> ?x }`;
const values = async (text, context) =>
  (await (await engine.queryBindings(text, context)).toArray()).map(one => one.get('x').value);
const quads = await engine.queryQuads(
  `CONSTRUCT { ?s <urn:by> ?o } { ?s <${rel}neighbours> ?o }`, endpoint);
console.log(JSON.stringify({
  select: await values(neighbours, endpoint),
  count: await values('SELECT (COUNT(*) AS ?x) { ?s ?p ?o }', endpoint),
  ask: await engine.queryBoolean(`ASK { <${kg}mali> a <${rel}State> }`, endpoint),
  construct: (await quads.toArray()).map(one => one.subject.value).sort(),
  document: await values(neighbours, document),
}));
"""


@pytest.mark.skipif("KG_COMUNICA" not in os.environ, reason="KG_COMUNICA names no Comunica")
def test_comunica_asks_the_endpoint_and_follows_identifiers(server, graph, tmp_path):
    script = tmp_path / "ask.mjs"
    script.write_text(COMUNICA, encoding="utf-8")
    told = [os.environ["KG_COMUNICA"], server.url, KG, REL]
    done = subprocess.run(
        [shutil.which("node") or "node", script, *told],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "select": [f"{KG}algeria"],
        "count": [next(iter(graph.query("SELECT (COUNT(*) AS ?x) { ?s ?p ?o }")))[0].value],
        "ask": True,
        "construct": [f"{KG}algeria", f"{KG}mali"],
        "document": [f"{KG}algeria"],
    }
