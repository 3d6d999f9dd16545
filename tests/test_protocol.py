"""The W3C's tests of the SPARQL 1.1 Protocol: a server that takes updates passes all 34; one that
only reads refuses each update, and nothing changes.

See https://www.w3.org/TR/sparql11-protocol/.
"""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

import pytest

from exchanges import cases, each_case
from serving import serving

#: Whatever a server holds, one row for each quad.
QUADS = """
    SELECT ?g ?s ?p ?o { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } } ORDER BY ?g ?s ?p ?o
"""
FORMS = {
    "boolean": {"application/sparql-results+json", "application/sparql-results+xml"},
    "tabular": {
        *("application/sparql-results+json", "application/sparql-results+xml"),
        *("text/csv", "text/tab-separated-values"),
    },
    "RDF": {
        *("text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json"),
        "application/xhtml+xml",
    },
}


def suite():
    root = os.environ.get("KG_SUITES")
    if not root:
        pytest.skip("KG_SUITES names no folder of conformance suites")
    return Path(root) / "sparql11" / "protocol"


def quads(folder):
    """Return all graphs of the suite as N-Quads."""
    graphs = {
        iri: path for case in cases(folder / "manifest.ttl") for iri, path in case.graphs.items()
    }
    lines = [
        line.rstrip(" .") + f" <{iri}> .\n"
        for iri, path in graphs.items()
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    return "".join(lines)


@pytest.fixture(scope="module")
def writable(tmp_path_factory):
    folder = tmp_path_factory.mktemp("protocol-writable")
    dataset = folder / "graphs.nq"
    dataset.write_text(quads(suite()), encoding="utf-8")
    with serving("--dataset", dataset, "--writable") as server:
        yield server


@pytest.fixture(scope="module")
def read_only(tmp_path_factory):
    folder = tmp_path_factory.mktemp("protocol-read-only")
    dataset = folder / "graphs.nq"
    dataset.write_text(quads(suite()), encoding="utf-8")
    with serving("--dataset", dataset) as server:
        yield server, dataset


def digest(server, dataset):
    """Return a digest of all that is served, and of the file."""
    answer = server.query(QUADS, headers={"Accept": "text/tab-separated-values"})
    assert answer.status_code == 200
    return hashlib.sha256(answer.content + dataset.read_bytes()).hexdigest()


def send(server, exchange):
    path = exchange.path.replace("/sparql/", "/sparql", 1)
    return server.request(exchange.method, path, content=exchange.body, headers=exchange.headers)


def hold(exchange, response):
    """Hold a response against what the manifest expects."""
    assert any(response.status_code in codes for codes in exchange.status), response.text
    media_type = response.headers.get("content-type", "").partition(";")[0]
    if exchange.form is not None:
        assert media_type in FORMS[exchange.form]
    if exchange.boolean is not None:
        assert response.json()["boolean"] is exchange.boolean


def is_update(exchange):
    body = exchange.body or b""
    kind = exchange.headers.get("content-type", "")
    return "sparql-update" in kind or body.startswith(b"update=") or "update=" in exchange.path


@each_case("protocol")
def test_a_writable_server_answers_as_the_protocol_says(case, writable):
    filled = "".join(
        f"GRAPH <{iri}> {{ {path.read_text(encoding='utf-8')} }}"
        for iri, path in case.graphs.items()
    )
    reset = writable.update(f"DROP ALL ; INSERT DATA {{ {filled} }}")
    assert reset.status_code in (200, 204), reset.text
    for exchange in case.exchanges:
        hold(exchange, send(writable, exchange))


@each_case("protocol")
def test_a_read_only_server_refuses_updates_and_answers_queries_alike(case, read_only):
    server, dataset = read_only
    before = digest(server, dataset)
    inverted = is_update(case.exchanges[0]) and not case.name.startswith("bad_")
    if inverted:
        response = send(server, case.exchanges[0])
        assert response.status_code == 403
        assert response.json()["code"] == "read-only"
    else:
        for exchange in case.exchanges:
            hold(exchange, send(server, exchange))
    assert digest(server, dataset) == before


def test_the_suite_is_whole():
    listed = cases(suite() / "manifest.ttl")
    bad = [case for case in listed if re.match("bad_.*update", case.name)]
    updates = [case for case in listed if case.name.startswith("update")]
    assert (len(listed), len(updates), len(bad)) == (34, 7, 7)
