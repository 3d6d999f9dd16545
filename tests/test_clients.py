"""Clients that others wrote get from the endpoint what `kg.load()` gives."""

from __future__ import annotations

import csv
import html
import io
import json
import shutil
import subprocess

import pytest
from rdflib import Graph, URIRef
from rdflib.compare import isomorphic
from rdflib.plugins.stores.sparqlstore import SPARQLStore, SPARQLUpdateStore
from SPARQLWrapper import CSV, JSON, POST, POSTDIRECTLY, TURTLE, XML, SPARQLWrapper

from serving import serving

PREFIXES = "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>\n"
SELECT = PREFIXES + "SELECT ?thing ?label { ?thing rdfs:label ?label } ORDER BY ?thing ?label"
KG = "https://w3id.org/relations-kg/id/"
CURL = (shutil.which("curl") or "curl", "--silent", "--fail", "--noproxy", "*")
with_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")


@pytest.fixture(scope="module")
def server():
    with serving() as server:
        yield server


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
