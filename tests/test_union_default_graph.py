"""A file without a default graph is told, and its graphs can be asked as one."""

from __future__ import annotations

import pytest

from serving import refused, serving

TWICE = """\
<urn:a> <urn:p> <urn:b> <urn:monday> .
<urn:a> <urn:p> <urn:b> <urn:tuesday> .
<urn:a> <urn:p> <urn:c> <urn:tuesday> .
"""


@pytest.fixture
def days(tmp_path):
    path = tmp_path / "days.nq"
    path.write_text(TWICE, "utf-8")
    return path


def count(server, pattern="?s ?p ?o"):
    response = server.query(f"SELECT (COUNT(*) AS ?n) {{ {pattern} }}")
    return int(response.json()["results"]["bindings"][0]["n"]["value"])


def test_a_file_without_a_default_graph_is_told(days):
    with serving("--dataset", days) as server:
        assert count(server) == 0
        assert count(server, "GRAPH ?g { ?s ?p ?o }") == 3
        assert server.log.read_text() == (
            f"kg: note: {days} has no triples in its default graph: a query without GRAPH finds "
            "nothing; --union-default-graph has all graphs be the default graph\n"
        )


def test_all_graphs_are_the_default_graph_where_that_is_asked_for(days):
    with serving("--dataset", days, "--union-default-graph") as server:
        assert count(server) == 2
        assert count(server, "GRAPH ?g { ?s ?p ?o }") == 3
        assert (
            len(server.get("store?default", headers={"Accept": "text/plain"}).text.split("\n")) == 3
        )
        assert server.log.read_text() == ""


def test_an_export_of_kg_is_asked_as_kg_asks_it(cli, tmp_path):
    path = tmp_path / "everything.nq"
    assert cli("export", "-o", path).code == 0

    with serving("--dataset", path) as server:
        assert count(server, "?event a rel:TensionRaisingEvent") > 5
        assert server.log.read_text() == ""


def test_a_default_graph_of_all_graphs_takes_no_updates(days):
    code, told = refused("--dataset", days, "--union-default-graph", "--writable")

    assert code == 2
    assert told == (
        "kg: --union-default-graph goes with --dataset that is read only: "
        "an update would not say which graph it changes\n"
    )
