"""Who may read and write: nobody writes unless the server was told so, and pages of other sites
neither read nor write.
"""

from __future__ import annotations

import pytest

import small
from serving import problem, refused, serving

SHOWN = "long-and-hard-to-guess"
INSERT = "INSERT DATA { GRAPH <urn:g> { <urn:a> <urn:b> <urn:c> } }"
ASK = "ASK { GRAPH <urn:g> { <urn:a> <urn:b> <urn:c> } }"
QUAD = "<urn:s> <urn:p> <urn:o> <urn:g> .\n"
EVIL = {"Origin": "http://evil.example"}
BEARER = {"Authorization": f"Bearer {SHOWN}"}


@pytest.fixture
def dataset(tmp_path):
    path = tmp_path / "graphs.nq"
    path.write_text(QUAD, encoding="utf-8")
    return path


@pytest.fixture
def token(tmp_path):
    path = tmp_path / "token"
    path.write_text(f"{SHOWN}\n", encoding="utf-8")
    path.chmod(0o600)
    return path


def test_a_server_says_where_and_how_it_serves(dataset):
    with serving("--dataset", dataset) as server:
        assert server.url.startswith("http://127.0.0.1:")
        assert server.ready.endswith(" (read only); press Ctrl-C to stop\n")
    with serving("--dataset", dataset, "--writable") as server:
        assert "read only" not in server.ready


def test_an_update_is_in_the_file_before_it_is_answered(dataset):
    with serving("--dataset", dataset, "--writable") as server:
        before = server.health()["digest"]
        assert server.update(INSERT).status_code in {200, 204}
        assert "<urn:a> <urn:b> <urn:c> <urn:g> ." in dataset.read_text(encoding="utf-8")
        assert server.query(ASK).json()["boolean"] is True
        assert server.health()["digest"] != before
    with serving("--dataset", dataset) as server:
        assert server.query(ASK).json()["boolean"] is True


def test_an_update_that_fails_half_way_changes_nothing(dataset):
    with serving("--dataset", dataset, "--writable") as server:
        before = server.health()["digest"], dataset.read_bytes()
        problem(server.update(f"{INSERT} ; LOAD <urn:x>"), 403, "load-denied")
        assert server.update(f"{INSERT} ; CREATE GRAPH <urn:g>").status_code in range(400, 500)
        assert (server.health()["digest"], dataset.read_bytes()) == before


def test_only_who_shows_the_token_writes(dataset, token):
    with serving("--dataset", dataset, "--writable", "--token-file", token) as server:
        for headers in ({}, {"Authorization": "Bearer x"}, {"Authorization": f"Basic {SHOWN}"}):
            response = server.update(INSERT, headers=headers)
            problem(response, 401, "unauthorized")
            assert response.headers["www-authenticate"].startswith("Bearer")
            store = server.request("DELETE", "store?graph=urn:g", headers=headers)
            assert store.status_code == 401
        assert server.query(ASK).json()["boolean"] is False
        assert server.update(INSERT, headers=BEARER).status_code in {200, 204}
        assert server.query(ASK).json()["boolean"] is True
        assert SHOWN not in server.log.read_text(encoding="utf-8")


def test_no_page_of_another_site_writes(dataset):
    with serving("--dataset", dataset, "--writable") as server:
        for headers in (EVIL, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
            response = server.update(INSERT, headers=headers)
            assert response.status_code == 403, response.text
            form = server.post("update", data={"update": INSERT}, headers=headers)
            assert form.status_code == 403
        own = {"Origin": server.url.rstrip("/"), "Sec-Fetch-Site": "same-origin"}
        assert server.query(ASK).json()["boolean"] is False
        assert server.update(INSERT, headers=own).status_code in {200, 204}


def test_cors_lets_pages_of_other_sites_read_and_no_more(dataset):
    with serving("--dataset", dataset, "--cors", "--writable") as server:
        asked = server.query(ASK, headers=EVIL)
        assert asked.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in asked.headers
        preflight = server.request(
            "OPTIONS",
            "sparql",
            headers={
                **EVIL,
                "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": "content-type",
            },
        )
        assert preflight.status_code in {200, 204}
        assert preflight.headers["access-control-allow-origin"] == "*"
        assert "content-type" in preflight.headers["access-control-allow-headers"].lower()
        assert "authorization" not in preflight.headers["access-control-allow-headers"].lower()
        assert server.update(INSERT, headers=EVIL).status_code == 403
        assert server.query(ASK).json()["boolean"] is False


def test_nobody_writes_from_afar_without_a_token(dataset, token):
    code, told = refused("--dataset", dataset, "--writable", "--host", "192.0.2.1")
    assert (code, len(told.splitlines())) == (2, 1)
    assert "--token-file" in told
    token.write_text("\n", encoding="utf-8")
    code, told = refused("--dataset", dataset, "--writable", "--token-file", token)
    assert (code, len(told.splitlines())) == (2, 1)


def test_the_graph_that_kg_ships_is_not_written():
    code, told = refused("--writable")
    assert code == 2
    assert "kg init" in told


@pytest.mark.parametrize(
    "options",
    [
        ("--data", "x", "--dataset", "y"),
        ("--max-seconds", "-1"),
        ("--max-seconds", "soon"),
        ("--max-rows", "-1"),
        ("--workers", "0"),
        ("--port", "70000"),
        ("--base", "ftp://example.org/"),
        ("--viewpoint", "no-such-viewpoint"),
        ("--no-such-option",),
    ],
    ids=" ".join,
)
def test_an_option_that_makes_no_sense_is_refused(options):
    code, told = refused(*options)
    assert code == 2
    assert "Traceback" not in told


def test_links_begin_with_the_base(dataset):
    base = "https://example.org/kg/"
    with serving("--dataset", dataset, "--base", base) as server:
        text = server.get("sparql", headers={"Accept": "text/turtle"}).text
        assert f"{base}sparql" in text
        assert server.url not in text


def test_an_update_of_a_folder_goes_through_the_gate(tmp_path):
    folder = small.part(tmp_path / "graph")
    with serving("--data", folder, "--writable") as server:
        before = server.health()["digest"]
        text = """
            PREFIX kg: <https://w3id.org/relations-kg/id/>
            PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
            INSERT DATA { kg:mali rdfs:label "Another label in English"@en }
        """
        response = server.update(text)
        problem(response, 422, "does-not-conform")
        assert server.health()["digest"] == before
        assert not list(folder.glob("changes/*"))
        label = """
            PREFIX kg: <https://w3id.org/relations-kg/id/>
            PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
            INSERT DATA { kg:mali skos:altLabel "Republic of Mali"@en }
        """
        assert server.update(label).status_code in {200, 204}
        assert len(list(folder.glob("changes/*"))) == 1
        asked = server.query('ASK { ?s ?p "Republic of Mali"@en }')
        assert asked.json()["boolean"] is True
