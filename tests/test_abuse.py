"""A server that only reads opens nothing, connects to nothing and changes nothing, whatever a
request asks. The number in front of a case is that of its row in the table of abuses.
"""

from __future__ import annotations

from urllib.parse import quote

import pytest

from serving import Trap, Watched, problem, serving

FROM = "SELECT * FROM <IRI> { ?s ?p ?o }"
FROM_NAMED = "SELECT * FROM NAMED <IRI> { GRAPH ?g { ?s ?p ?o } }"
CLEAR = "DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def server():
    with serving("--max-seconds", 2) as server:
        yield server


@pytest.fixture(autouse=True)
def unchanged(server):
    """Hold the graph to be the same after each test, and the server to answer."""
    digest = server.health()["digest"]
    yield
    assert server.health()["digest"] == digest
    assert server.query("ASK { ?s ?p ?o }").json() == {"head": {}, "boolean": True}


@pytest.fixture
def trap():
    with Trap() as trap:
        yield trap
        assert trap.connections() == 0


@pytest.fixture
def secret(tmp_path):
    """A file next door, which nobody may open."""
    path = tmp_path / "secret.nt"
    path.write_text("<urn:secret> <urn:secret> <urn:secret> .\n", encoding="utf-8")
    with Watched(path) as watched:
        yield path
        assert not watched.opened()


def get(server, text):
    return server.get("sparql", params={"query": text})


def form(server, text):
    return server.post("sparql", data={"query": text})


def direct(server, text):
    return server.query(text)


BY = {"get": get, "form": form, "direct": direct}


def each_way(number, name):
    """Run a test with each of the three ways to send a query."""
    ways = [pytest.param(send, id=f"{number}-{name}-{way}") for way, send in BY.items()]
    return pytest.mark.parametrize("send", ways)


# --- Files and addresses --------------------------------------------------------------------------


@each_way(1, "from-file")
def test_from_a_file_is_an_unknown_graph_and_opens_nothing(server, send, secret):
    response = send(server, FROM.replace("IRI", secret.as_uri()))
    problem(response, 400, "unknown-graph")


@each_way(2, "from-address")
def test_from_an_address_is_an_unknown_graph_and_asks_nobody(server, send, trap):
    response = send(server, FROM.replace("IRI", trap.url))
    problem(response, 400, "unknown-graph")


@each_way(3, "from-named")
def test_from_named_is_no_way_round(server, send, trap, secret):
    for iri in (secret.as_uri(), f"{trap.url}x"):
        response = send(server, FROM_NAMED.replace("IRI", iri))
        problem(response, 400, "unknown-graph")


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("default-graph-uri", id="3-default-graph-uri"),
        pytest.param("named-graph-uri", id="3-named-graph-uri"),
    ],
)
def test_an_unknown_graph_of_the_protocol_is_empty(server, name, trap, secret):
    text = "SELECT * { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"
    for iri in (secret.as_uri(), f"{trap.url}x"):
        response = server.get("sparql", params={"query": text, name: iri})
        assert (response.status_code, response.json()["results"]["bindings"]) == (200, [])


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("SELECT * { SERVICE <URL> { ?s ?p ?o } }", id="4-service"),
        pytest.param("SELECT * { VALUES ?u { <URL> } SERVICE ?u { } }", id="5-service-variable"),
        pytest.param("SELECT * { SERVICE SILENT <URL> { ?s ?p ?o } }", id="6-service-silent"),
        pytest.param("SELECT * { sErViCe<URL>{ ?s ?p ?o } }", id="4-service-spelling"),
        pytest.param("SELECT * { SERVICE <URL> { SERVICE <URL> { } } }", id="22-service-twice"),
        pytest.param("ASK { FILTER EXISTS { SERVICE <URL> { } } }", id="4-service-in-filter"),
    ],
)
def test_service_is_refused_out_loud(server, text, trap):
    found = problem(server.query(text.replace("URL", trap.url)), 403, "service-denied")
    assert "SERVICE" in found["detail"]


@pytest.mark.parametrize("silent", ["", "SILENT "], ids=["8-load", "8-load-silent"])
def test_load_is_refused(server, silent, trap, secret):
    for iri in (secret.as_uri(), f"{trap.url}x"):
        response = server.update(f"LOAD {silent}<{iri}>")
        assert response.status_code == 403
        assert response.json()["code"] in {"read-only", "load-denied"}


# --- Updates --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(CLEAR, id="9-delete"),
        pytest.param("DROP ALL", id="9-drop"),
        pytest.param("CLEAR ALL", id="9-clear"),
        pytest.param("INSERT DATA { <urn:s> <urn:p> <urn:o> }", id="9-insert"),
        pytest.param(f"# ASK {{}}\n{CLEAR}", id="10-behind-comment"),
        pytest.param(f"\ufeff{CLEAR}", id="10-behind-byte-order-mark"),
        pytest.param(f"PREFIX a: <urn:a> BASE <urn:b> {CLEAR}", id="10-behind-prefix"),
        pytest.param(f"ASK {{ ?s ?p ?o }} ; {CLEAR}", id="10-behind-query"),
        pytest.param(f"PREFIX ASK: <urn:{{}}>\n#\u2028ASK {{}}\n{CLEAR}", id="10-disguised"),
        pytest.param("\\u0044ROP ALL", id="10-escaped"),
    ],
)
def test_an_update_sent_as_a_query_is_refused(server, text):
    for send in BY.values():
        response = send(server, text)
        assert response.status_code == 400, response.text
        assert response.json()["code"] in {"query-refused", "parse-error", "unknown-name"}


def test_an_update_is_refused_as_read_only(server):
    for path in ("sparql", "update"):
        for body, headers in (
            (CLEAR, {"Content-Type": "application/sparql-update"}),
            (f"update={quote(CLEAR)}", FORM),
        ):
            problem(server.post(path, content=body, headers=headers), 403, "read-only")


def test_no_token_makes_a_read_only_server_write(server):
    response = server.update(CLEAR, headers={"Authorization": "Bearer x"})
    problem(response, 403, "read-only")


@pytest.mark.parametrize(
    ("method", "query", "body"),
    [
        pytest.param("GET", f"update={quote('CLEAR ALL')}", None, id="11-get-update"),
        pytest.param("GET", "query=ASK+%7B%7D&update=CLEAR+ALL", None, id="12-both-get"),
        pytest.param("POST", "", "query=ASK+%7B%7D&update=CLEAR+ALL", id="12-both-form"),
        pytest.param("POST", "update=CLEAR+ALL", "query=ASK+%7B%7D", id="12-both-places"),
        pytest.param("GET", "query=ASK+%7B%7D&query=ASK+%7B%7D", None, id="13-two-get"),
        pytest.param("POST", "", "query=ASK+%7B%7D&query=ASK+%7B%7D", id="13-two-form"),
        pytest.param("POST", "query=ASK+%7B%7D", "query=ASK+%7B%7D", id="13-two-places"),
    ],
)
def test_a_request_that_asks_two_things_is_refused(server, method, query, body):
    headers = FORM if body else {}
    response = server.request(method, f"sparql?{query}", content=body, headers=headers)
    problem(response, 400, "bad-request")


@pytest.mark.parametrize(
    "media_type",
    [
        pytest.param("text/plain", id="14-text"),
        pytest.param(None, id="14-none"),
        pytest.param("application/json", id="14-json"),
        pytest.param("multipart/form-data; boundary=x", id="14-multipart"),
        pytest.param("nonsense", id="14-nonsense"),
    ],
)
def test_a_body_of_another_kind_is_refused(server, media_type):
    headers = {"Content-Type": media_type} if media_type else {}
    for body in ("ASK {}", "query=ASK+%7B%7D", "CLEAR ALL"):
        response = server.post("sparql", content=body, headers=headers)
        assert response.status_code in {400, 415}
        assert response.headers["content-type"] == "application/problem+json"
