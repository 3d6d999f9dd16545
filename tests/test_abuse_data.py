"""Documents that are made to break whoever reads them, values that are made to become text of a
query, and files that change under the server. The number in front of a case is that of its row in
the table of abuses.
"""

from __future__ import annotations

import json
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import small
from serving import Trap, Watched, problem, refused, serving

QUAD = "<urn:s> <urn:p> <urn:o> <urn:g> .\n"
BOMB = '<?xml version="1.0"?><!DOCTYPE rdf:RDF [<!ENTITY a0 "ha">' + "".join(
    f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)
)
RDF_XML = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="urn:e:">
<rdf:Description rdf:about="urn:s"><e:p>%s</e:p></rdf:Description></rdf:RDF>"""
MARKERS = "<<<<<<< ours\n%s=======\n>>>>>>> theirs\n"


@pytest.fixture(scope="module")
def writable(tmp_path_factory):
    path = tmp_path_factory.mktemp("documents") / "graphs.nq"
    path.write_text(QUAD, encoding="utf-8")
    with serving("--dataset", path, "--writable", "--max-seconds", 5) as server:
        yield server


@pytest.fixture(scope="module")
def shipped(served):
    return served


@pytest.fixture
def secret(tmp_path):
    path = tmp_path / "secret"
    path.write_text('{"@context": {}}', encoding="utf-8")
    with Watched(path) as watched:
        yield path.as_uri()
        assert not watched.opened()


@pytest.fixture
def trap():
    with Trap() as trap:
        yield trap.url
        assert trap.connections() == 0


def put(server, media_type, document, graph="urn:upload"):
    return server.request(
        "PUT", f"store?graph={graph}", content=document, headers={"Content-Type": media_type}
    )


# --- Documents ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "context",
    [
        pytest.param("URL", id="50-remote"),
        pytest.param("FILE", id="50-file"),
        pytest.param(["URL", {}], id="50-in-a-list"),
        pytest.param({"@version": 1.1, "@import": "URL"}, id="50-import"),
        pytest.param({"a": {"@id": "urn:a", "@context": "URL"}}, id="50-scoped"),
        pytest.param("context.jsonld", id="50-relative"),
    ],
)
def test_a_context_that_lies_elsewhere_is_not_fetched(writable, context, trap, secret):
    before = writable.health()["digest"]
    document = json.dumps({"@context": context, "@id": "urn:s", "a": {"@id": "urn:o"}})
    document = document.replace("URL", trap).replace("FILE", secret)
    response = put(writable, "application/ld+json", document)
    problem(response, 400, "remote-context-denied")
    assert writable.health()["digest"] == before


def test_50_json_that_nests_2000_deep_is_refused(writable):
    document = '{"urn:p":' * 2000 + "{}" + "}" * 2000
    response = put(writable, "application/ld+json", document)
    assert response.status_code == 400
    assert writable.health()["status"] == "ok"


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(BOMB + "]>" + RDF_XML % "&a9;", id="51-billion-laughs"),
        pytest.param(
            f'<!DOCTYPE r [<!ENTITY x SYSTEM "FILE">]>{RDF_XML % "&x;"}', id="51-external-entity"
        ),
        pytest.param(f'<!DOCTYPE r SYSTEM "URL">{RDF_XML % "x"}', id="51-external-definition"),
        pytest.param(
            f'<!DOCTYPE r [<!ENTITY % x SYSTEM "URL"> %x;]>{RDF_XML % "x"}',
            id="51-parameter-entity",
        ),
    ],
)
def test_a_document_type_is_refused_before_it_is_read(writable, document, trap, secret):
    before = writable.health()["digest"]
    response = put(
        writable, "application/rdf+xml", document.replace("URL", trap).replace("FILE", secret)
    )
    problem(response, 400, "parse-error")
    assert writable.health()["digest"] == before


def test_51_an_inclusion_is_not_followed(writable, secret):
    included = f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{secret}"/>'
    response = put(writable, "application/rdf+xml", RDF_XML % included)
    assert response.status_code in {200, 201, 204, 400}


def test_55_a_graph_that_poisons_canonical_forms_is_taken_or_refused_in_time(writable):
    names = range(10)
    lines = [f"_:b{a} <urn:p> _:b{b} ." for a in names for b in names if a != b]
    response = put(writable, "application/n-triples", "\n".join(lines), graph="urn:poison")
    assert response.status_code in {201, 400, 503}, response.text
    if response.status_code == 201:
        headers = {"Accept": "application/n-triples"}
        text = writable.get("store?graph=urn:poison", headers=headers).text
        assert len(text.splitlines()) == len(lines)
    assert writable.health()["status"] == "ok"


# --- Values ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("slug", "values"),
    [
        pytest.param("tension-raising-events", {"since": '2023" } ; DROP ALL #'}, id="56-quote"),
        pytest.param("tension-raising-events", {"since": "yesterday"}, id="56-wrong-type"),
        pytest.param("tension-raising-events", {"since": "2024-13-45"}, id="53-no-such-day"),
        pytest.param("events-of-state", {"state": "<http://a> <b"}, id="56-iri"),
        pytest.param("events-of-state", {"state": "x> ?p ?o } #"}, id="56-iri-end"),
        pytest.param("events-of-state", {"state": "no such thing at all"}, id="56-unknown"),
        pytest.param("events-of-state", {"state": ["kg:mali", "kg:algeria"]}, id="56-twice"),
        pytest.param("events-of-state", {"state": "kg:mali", "no": "x"}, id="56-extra"),
        pytest.param("only-according-to", {"agent": "kg:adrar"}, id="56-no-agent"),
    ],
)
def test_a_value_that_is_not_of_its_type_is_refused(shipped, slug, values):
    response = shipped.get(f"queries/{slug}", params={**values, "format": "json"})
    assert response.status_code == 400, response.text
    assert response.headers["content-type"] == "application/problem+json"


def test_56_text_is_only_ever_a_value(shipped):
    unit = 'S09" } ; DROP ALL #'
    response = shipped.get("queries/facts-of-unit", params={"unit": unit, "format": "json"})
    assert (response.status_code, response.json()["results"]["bindings"]) == (200, [])


def test_56_a_value_that_is_too_long_is_refused(shipped):
    response = shipped.get("queries/facts-of-unit", params={"unit": "x" * 60_000})
    assert response.status_code in {414, 431}


@pytest.mark.parametrize(
    ("slug", "values"),
    [
        ("tension-raising-events", {"since": "2023-12-21"}),
        ("events-of-state", {"state": "kg:algeria"}),
        ("has-embassy", {"sending": "Algeria", "receiving": "Q912"}),
        ("facts-of-unit", {"unit": "S03"}),
        ("only-according-to", {}),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_57_a_saved_query_gives_what_python_gives(shipped, graph, slug, values):
    response = shipped.get(f"queries/{slug}", params={**values, "format": "json"})
    assert response.status_code == 200, response.text
    assert response.text == graph.run(slug, **values).to_json()


# --- Files ----------------------------------------------------------------------------------------


def cut(text):
    return text[: len(text) // 2]


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(lambda text: cut(text).encode(), id="58-truncated"),
        pytest.param(lambda text: text.encode("utf-16"), id="58-not-utf-8"),
        pytest.param(lambda text: (cut(text) + MARKERS % cut(text)).encode(), id="58-markers"),
    ],
)
def test_a_start_on_broken_data_is_refused_with_the_place(tmp_path, broken):
    small.part(tmp_path / "graph")
    relations = tmp_path / "graph" / "relations.ttl"
    relations.write_bytes(broken(relations.read_text(encoding="utf-8")))
    code, told = refused("--data", tmp_path / "graph")
    assert code in {1, 2}
    assert "relations.ttl:" in told
    assert "Traceback" not in told


@pytest.mark.parametrize("option", ["--data", "--dataset", "--ontology", "--token-file"])
def test_a_start_on_a_file_that_is_not_there_is_refused(tmp_path, option):
    code, told = refused(option, tmp_path / "none.ttl")
    assert (code, len(told.splitlines())) == (2, 1)
    assert "none.ttl" in told


def test_58_a_reload_that_fails_keeps_the_old_state_and_says_why(tmp_path):
    path = tmp_path / "graphs.nq"
    path.write_text(QUAD, encoding="utf-8")
    with serving("--dataset", path) as server:
        first = server.health()
        path.write_text(QUAD + "<urn:s> <urn:p>", encoding="utf-8")
        stale = wait(server, lambda health: health["reload_error"])
        assert (stale["status"], stale["digest"]) == ("stale", first["digest"])
        assert "graphs.nq:2" in stale["reload_error"]
        assert server.query("ASK { GRAPH ?g { ?s ?p ?o } }").json()["boolean"] is True
        path.write_text(QUAD + QUAD.replace(":o>", ":o2>"), encoding="utf-8")
        wait(
            server, lambda health: health["status"] == "ok" and health["digest"] != first["digest"]
        )
        counted = server.query("SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }").json()
        assert counted["results"]["bindings"][0]["n"]["value"] == "2"


def test_59_each_query_sees_one_state_while_the_file_changes(tmp_path):
    path, seen, ended = tmp_path / "graphs.nq", set(), []
    text = "SELECT ?a ?b { GRAPH <urn:g> { <urn:a> <urn:v> ?a . <urn:b> <urn:v> ?b } }"

    def write(number):
        line = f'<urn:NAME> <urn:v> "{number}" <urn:g> .\n'
        beside = tmp_path / "new"
        beside.write_text(line.replace("NAME", "a") + line.replace("NAME", "b"), encoding="utf-8")
        beside.replace(path)

    def ask(server):
        while not ended:
            response = server.query(text)
            assert response.status_code == 200, response.text
            (row,) = response.json()["results"]["bindings"]
            assert row["a"] == row["b"]
            seen.add(row["a"]["value"])

    write(0)
    with serving("--dataset", path) as server, ThreadPoolExecutor(2) as threads:
        asking = [threads.submit(ask, server) for _ in range(2)]
        try:
            for number in range(1, 4):
                before = server.health()["digest"]
                write(number)
                wait(server, lambda health, before=before: health["digest"] != before)
                time.sleep(0.2)
        finally:
            ended.append(True)
        for one in asking:
            one.result()
    assert seen == {"0", "1", "2", "3"}


def test_59_the_graph_that_is_served_is_not_changed_by_reading(tmp_path):
    small.part(tmp_path / "graph")
    before = contents(tmp_path / "graph")
    with serving("--data", tmp_path / "graph") as server:
        for path in ("", "sparql?query=ASK+%7B%7D", "queries/missions?format=csv", "data/mali.ttl"):
            assert server.get(path).status_code == 200
    assert contents(tmp_path / "graph") == before
    shutil.rmtree(tmp_path / "graph")


def contents(folder):
    return {
        str(path.relative_to(folder)): (path.stat().st_mtime_ns, path.read_bytes())
        for path in Path(folder).rglob("*")
        if path.is_file()
    }


def wait(server, when, seconds=30):
    """Return what the server says of its health as soon as it is as it should be."""
    began = time.monotonic()
    while True:
        health = server.health()
        if when(health):
            return health
        assert time.monotonic() - began < seconds, health
        time.sleep(0.05)
