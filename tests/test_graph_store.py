"""The W3C's tests of the SPARQL 1.1 Graph Store HTTP Protocol, with graphs named by a parameter.

See https://www.w3.org/TR/sparql11-http-rdf-update/.
"""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from rdflib import Graph
from rdflib.compare import isomorphic

from exchanges import each_case
from serving import serving

GRAPH = "http://example.org/graph"
NT = "<http://example.org/s> <http://example.org/p> <http://example.org/o> .\n"


def dataset(folder):
    path = folder / "graphs.nq"
    path.write_text(NT + NT.replace(" .", f" <{GRAPH}> ."), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def writable(tmp_path_factory):
    path = dataset(tmp_path_factory.mktemp("store-writable"))
    with serving("--dataset", path, "--writable") as server:
        yield server


@pytest.fixture(scope="module")
def read_only(tmp_path_factory):
    path = dataset(tmp_path_factory.mktemp("store-read-only"))
    with serving("--dataset", path) as server:
        yield server, path


def parsed(text):
    return Graph().parse(data=text, format="turtle", publicID="http://www.example/")


def hold(exchange, response):
    assert any(response.status_code in codes for codes in exchange.status), response.text
    if exchange.media_type is not None:
        media_type = response.headers["content-type"]
        assert media_type.lower().replace(" ", "") == exchange.media_type.replace(" ", "")
    if exchange.graph is not None:
        assert isomorphic(parsed(response.text), parsed(exchange.graph))


@each_case("graph-store-protocol", "manifest-indirect.ttl")
def test_a_graph_is_read_and_written_as_the_protocol_says(case, writable):
    assert writable.update("DROP ALL").status_code in (200, 204)
    known = {}
    for exchange in case.exchanges:
        path = exchange.path
        for name, value in known.items():
            path = path.replace(name, quote(value, safe=""))
        path = path.replace("/gsp", "/store", 1)
        response = writable.request(
            exchange.method, path, content=exchange.body, headers=exchange.headers
        )
        hold(exchange, response)
        if exchange.location is not None:
            known[exchange.location] = response.headers["location"]


@each_case("graph-store-protocol", "manifest-direct.ttl")
def test_a_graph_that_only_the_path_names_is_not_there(case, writable):
    assert "DirectGraphIdentification" in case.requires
    path = case.exchanges[0].path.replace("/gsp", "/store", 1)
    for method in ("GET", "PUT", "POST", "DELETE"):
        assert writable.request(method, path, content=b"").status_code in (404, 405)


@pytest.mark.parametrize("which", ["default", f"graph={quote(GRAPH)}"])
def test_a_read_only_server_gives_its_graphs(read_only, which):
    server, _ = read_only
    got = server.get(f"store?{which}", headers={"Accept": "application/n-triples"})
    assert (got.status_code, got.text) == (200, NT)
    head = server.request("HEAD", f"store?{which}", headers={"Accept": "application/n-triples"})
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"] == got.headers["content-type"]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_graph_that_is_not_there_is_not_found(read_only, method):
    server, _ = read_only
    assert server.request(method, "store?graph=http://example.org/none").status_code == 404


@pytest.mark.parametrize("which", ["default", f"graph={quote(GRAPH)}", "graph=urn:new"])
@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "PATCH"])
def test_a_read_only_server_writes_no_graph(read_only, method, which):
    server, path = read_only
    before = path.read_bytes(), server.health()["digest"]
    response = server.request(
        method, f"store?{which}", content=NT, headers={"Content-Type": "application/n-triples"}
    )
    assert response.status_code in (403, 405)
    assert (path.read_bytes(), server.health()["digest"]) == before


@pytest.mark.parametrize("query", ["", "?", "?default&graph=urn:g", "?graph=a&graph=b", "?graph="])
def test_a_request_that_names_no_one_graph_is_refused(read_only, query):
    server, _ = read_only
    response = server.get(f"store{query}")
    assert response.status_code == 400
    assert response.headers["content-type"] == "application/problem+json"


def test_what_is_put_is_what_the_query_sees_and_the_file_holds(tmp_path):
    path = dataset(tmp_path)
    with serving("--dataset", path, "--writable") as server:
        put = server.request(
            "PUT",
            "store?graph=urn:new",
            content="<http://example.org/a> <http://example.org/b> 'é' .",
            headers={"Content-Type": "text/turtle"},
        )
        assert put.status_code == 201
        asked = server.query("ASK { GRAPH <urn:new> { ?s ?p 'é' } }")
        assert asked.json()["boolean"] is True
    assert "<urn:new>" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("media_type", "content"),
    [
        ("text/turtle", "<a> <b>"),
        ("application/n-triples", "<a> <b> <c> ."),
        ("application/rdf+xml", "<rdf"),
        ("application/ld+json", "{"),
        ("text/plain", NT),
        ("image/png", NT),
        (None, NT),
    ],
)
def test_what_does_not_parse_changes_nothing(writable, media_type, content):
    before = writable.health()["digest"]
    headers = {"Content-Type": media_type} if media_type else {}
    response = writable.request("PUT", "store?graph=urn:bad", content=content, headers=headers)
    assert response.status_code in (400, 415)
    assert writable.health()["digest"] == before
    assert writable.get("store?graph=urn:bad").status_code == 404


#: Literals that Oxigraph, SPARQL's arithmetic or a reader of JSON would write in another form.
FORMS = [
    *('"5"^^xsd:byte', '"0042"^^xsd:integer', '"+1"^^xsd:integer', '"1.50"^^xsd:decimal'),
    *('"1"^^xsd:boolean', '"1E0"^^xsd:double', '"07"^^xsd:unsignedInt', '"1.0"^^xsd:float'),
    *(
        '"2024-01-01T24:00:00"^^xsd:dateTime',
        '"2024-01-01Z"^^xsd:dateTimeStamp',
        '"P0Y"^^xsd:duration',
    ),
    *(
        '"99999999999999999999999"^^xsd:integer',
        '"-0"^^xsd:integer',
        '"x"^^xsd:integer',
        '"\u00e9"@fr',
    ),
]
XSD_PREFIX = "PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> "


def written(forms, subject="a", graph=""):
    """Return the lines of N-Quads with one subject and some literals, as the file has them."""
    full = [re.sub(r"xsd:(\w+)", r"<http://www.w3.org/2001/XMLSchema#\1>", form) for form in forms]
    return {
        f"<urn:{subject}> <urn:p> {form} {graph and f'<{graph}> '}.".replace("\\u00e9", "é")
        for form in full
    }


def lines_of(path, subject):
    found = path.read_text("utf-8").splitlines()
    return {line for line in found if line.startswith(f"<urn:{subject}> ")}


def given(server, subject, graph="default"):
    response = server.get(f"store?{graph}", headers={"Accept": "application/n-triples"})
    return {line for line in response.text.splitlines() if line.startswith(f"<urn:{subject}> ")}


@pytest.fixture(scope="module")
def as_written(tmp_path_factory):
    path = dataset(tmp_path_factory.mktemp("store-as-written"))
    with serving("--dataset", path, "--writable") as server:
        yield server, path


def objects(forms):
    return " , ".join(forms)


@pytest.mark.parametrize("how", ["PUT", "POST", "INSERT DATA", "INSERT WHERE"])
def test_a_literal_is_kept_and_given_in_the_form_in_which_it_is_sent(as_written, how):
    server, path = as_written
    subject = how.replace(" ", "-")
    said = f"<urn:{subject}> <urn:p> {objects(FORMS)} ."
    if how in ("PUT", "POST"):
        headers = {"Content-Type": "text/turtle"}
        graph, name = f"graph=urn:g:{how}", f"urn:g:{how}"
        response = server.request(how, f"store?{graph}", content=XSD_PREFIX + said, headers=headers)
        assert response.status_code == 201
    else:
        graph, name = "default", ""
        text = f"INSERT DATA {{ {said} }}"
        if how == "INSERT WHERE":
            text = f"INSERT {{ {said} }} WHERE {{ ?s ?p ?o }}"
        assert server.update(XSD_PREFIX + text).status_code == 204
    assert lines_of(path, subject) == written(FORMS, subject, name)
    assert given(server, subject, graph) == written(FORMS, subject)


def test_an_update_deletes_the_form_that_it_names_and_keeps_the_others(as_written):
    server, path = as_written
    forms = ['"0042"^^xsd:integer', '"42"^^xsd:integer', '"42"^^xsd:byte', '"42.0"^^xsd:decimal']
    kept = ['"007"^^xsd:integer']

    def update(text):
        assert server.update(XSD_PREFIX + text).status_code == 204

    update(f"INSERT DATA {{ <urn:d> <urn:p> {objects(forms)} . <urn:k> <urn:p> {kept[0]} }}")
    update("DELETE DATA { <urn:d> <urn:p> '0042'^^xsd:integer , '042'^^xsd:integer }")
    assert lines_of(path, "d") == written(forms[1:], "d")
    update("DELETE { ?s ?p ?o } INSERT { <urn:e> ?p ?o } WHERE { ?s ?p ?o FILTER(?s = <urn:d>) }")
    assert (lines_of(path, "d"), lines_of(path, "e")) == (set(), written(forms[1:], "e"))
    # Values are compared as values, and what is computed has the form that SPARQL gives it.
    update(
        "DELETE { ?s ?p ?o } INSERT { ?s ?p ?n } "
        "WHERE { ?s ?p ?o BIND(?o + 1 AS ?n) FILTER(?o = 7) }"
    )
    assert lines_of(path, "k") == written(['"8"^^xsd:integer'], "k")
    # What an operation writes is found by the next one.
    update(
        "INSERT DATA { <urn:m> <urn:q> '01'^^xsd:integer } ; "
        "INSERT { <urn:m> <urn:p> ?o } WHERE { ?s <urn:q> ?o FILTER(?o = 1) }"
    )
    assert lines_of(path, "m") >= written(['"01"^^xsd:integer'], "m")
