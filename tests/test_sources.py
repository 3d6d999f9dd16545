"""Files of one's own are taken as they are; kg's ontology joins where it is asked for."""

from __future__ import annotations

import shutil

import pytest

import kg
from kg import resources
from kg.errors import Misuse

OWN = """
@prefix ex: <http://example.org/> .
ex:rex a ex:Dog ; ex:name "Rex" .
"""
TERMS = """
@prefix ex: <http://example.org/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
ex:Animal a owl:Class .
ex:Dog a owl:Class ; rdfs:subClassOf ex:Animal .
"""
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
EVENT = """
@prefix rel: <https://w3id.org/relations-kg/ontology#> .
@prefix kg: <https://w3id.org/relations-kg/id/> .
kg:x a rel:Shootdown .
"""
#: What kg's ontology makes of it.
FOLLOWS = "ASK { kg:x a rel:Event }"


@pytest.fixture
def files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.ttl").write_text(OWN, "utf-8")
    (tmp_path / "event.ttl").write_text(EVENT, "utf-8")
    (tmp_path / "empty.ttl").write_text("@prefix ex: <http://example.org/> .\n", "utf-8")
    (tmp_path / "terms.ttl").write_text(TERMS, "utf-8")
    return tmp_path


@pytest.mark.parametrize("ontology", [[], ["none"], ["empty.ttl"]], ids=str)
def test_files_are_taken_as_they_are(cli, files, ontology):
    graph = ["--data", files / "own.ttl", *(word for o in ontology for word in ("--ontology", o))]

    counted = cli("query", COUNT, *graph, "--format", "csv")
    exported = cli("export", *graph, "--format", "nt")
    inferred = cli("infer", *graph)
    stats = cli("stats", *graph)

    assert counted.out.split() == ["n", "2"]
    assert len(exported.out.splitlines()) == 2
    assert (inferred.code, inferred.raw, inferred.err) == (0, b"", "")
    assert "ontology" not in stats.out
    for answer in (counted, exported, stats):
        assert (answer.code, answer.err) == (0, "")


@pytest.mark.usefixtures("files")
def test_what_follows_comes_from_the_files_alone(cli):
    given = ["--ontology", "terms.ttl", "own.ttl"]

    assert cli("infer", *given).out.split() == [
        "<http://example.org/rex>",
        "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>",
        "<http://example.org/Animal>",
        ".",
    ]
    assert cli("infer", "own.ttl", "terms.ttl").raw == cli("infer", *given).raw


def test_things_of_kg_are_not_in_files_that_do_not_name_them(cli, files):
    data = ["--data", files / "own.ttl"]

    for command in (["show", "rel:Event"], ["explain", "Mali", "rel:neighbours", "Algeria"]):
        answer = cli(*command, *data)
        assert answer.code == 2
        assert "no term" in answer.err
    assert cli("show", "<http://example.org/rex>", *data).code == 0
    assert "2 facts, 0 inferred" in cli("viewpoints", *data).out


@pytest.mark.usefixtures("files")
def test_the_ontology_of_kg_joins_where_it_is_asked_for(cli):
    data = ["--data", "event.ttl"]

    assert cli("query", FOLLOWS, *data, "--ontology", "kg").out == "yes\n"
    assert cli("query", FOLLOWS, *data).out == "no\n"
    assert (
        "event.ttl: uses kg's terms, taken as they are: --ontology kg"
        in cli("infer", "event.ttl").err
    )
    assert "uses kg's terms" not in cli("infer", "event.ttl", "--ontology", "none").err
    both = cli("infer", "event.ttl", "own.ttl", "--ontology", "kg", "--ontology", "terms.ttl").out
    assert "ontology#Event>" in both
    assert "Animal" in both


def test_a_file_called_kg_is_a_file(cli, files):
    shutil.copy(files / "terms.ttl", files / "kg.ttl")
    (files / "kg").mkdir()
    shutil.move(files / "kg.ttl", files / "kg")

    assert "Animal" in cli("infer", "own.ttl", "--ontology", "./kg").out
    assert kg.Graph("own.ttl", files / "kg").infer()


@pytest.mark.usefixtures("files")
def test_none_stands_alone(cli):
    answer = cli("query", COUNT, "--data", "own.ttl", "--ontology", "none", "--ontology", "kg")

    assert answer.code == 2
    assert "none" in answer.err
    with pytest.raises(Misuse, match="none"):
        kg.Graph("own.ttl", ["none", "kg"])


def test_a_folder_that_makes_claims_in_terms_of_kg_is_a_graph_of_kg(cli, files):
    (files / "strange").mkdir()
    (files / "strange" / "claims.ttl").write_text(OWN, "utf-8")

    assert cli("init", "mine").code == 0
    assert cli("query", "ASK { ?e a rel:TensionRaisingEvent }", "--data", "mine").out == "yes\n"
    assert cli("query", COUNT, "--data", "strange", "--format", "csv").out.split() == ["n", "2"]
    assert cli("query", "ASK { ?c a owl:Class }", "--data", "mine", "--ontology", "none").code == 1


def test_a_graph_of_kg_is_the_same_by_whichever_way_it_is_named(graph):
    shipped = graph.serialize("nt")

    assert kg.load(resources.data()).serialize("nt") == shipped
    assert kg.load(resources.data(), "kg").serialize("nt") == shipped


@pytest.mark.parametrize("ontology", ["none", ()])
def test_from_python_files_are_taken_as_they_are_too(files, ontology):
    assert len(kg.load(files / "own.ttl").query("SELECT * { ?s ?p ?o }")) == 2
    assert len(kg.load("own.ttl", ontology).query("SELECT * { ?s ?p ?o }")) == 2
    assert kg.load("event.ttl", ontology="kg").query(FOLLOWS)
    assert not kg.load("event.ttl", ontology=ontology).query(FOLLOWS)


@pytest.mark.usefixtures("files")
def test_files_are_validated_against_the_shapes_that_are_named(cli):
    refused = cli("validate", "own.ttl")
    by_kg = cli("validate", "event.ttl", "--shapes", "kg")

    assert refused.code == 2
    assert "give --shapes FILE, or --shapes kg" in refused.err
    assert by_kg.code == 1
    assert "Violation" in by_kg.out
    assert cli("validate", "event.ttl", "--ontology", "kg").raw == by_kg.raw
    with pytest.raises(Misuse, match="no shapes"):
        kg.Graph("own.ttl").validate()
    assert not kg.Graph("event.ttl", "kg").validate("kg").conforms


def test_what_needs_terms_of_kg_says_so_on_other_files(cli, files):
    events = cli("run", "tension-raising-events", "--data", "own.ttl")
    plot = cli("plot", "timeline", "--data", "own.ttl", "-o", "x.svg")

    assert events.code == 0
    assert "asks in kg's terms" in events.err
    assert plot.code == 2
    assert "no event in the graph" in plot.err
    assert not (files / "x.svg").exists()
    assert cli("run", "tension-raising-events", "--data", "event.ttl", "--ontology", "kg").err == ""


def test_a_difference_is_never_that_of_kgs_ontology(cli, files):
    shutil.copy(files / "own.ttl", files / "same.ttl")
    shutil.copytree(resources.data(), files / "mine")

    assert cli("diff", "own.ttl", "same.ttl").out == "no differences\n"
    assert "own.ttl" not in cli("diff", "own.ttl", "same.ttl").err
    told = cli("diff", "mine", "own.ttl", "--format", "json").out
    assert "graph/ontology" not in told
    assert '"thing": "https://w3id.org/relations-kg/ontology#TensionRaisingEvent"' not in told


def test_a_graph_of_ones_own_is_changed_without_terms_of_kg(cli, files):
    (files / "mine").mkdir()
    shutil.copy(files / "own.ttl", files / "mine")

    told = cli("add", "terms.ttl", "--data", "mine")

    assert told.code == 0, told.err
    assert cli("query", COUNT, "--data", "mine", "--format", "csv").out.split() == ["n", "6"]


def test_a_dash_as_output_is_standard_output(cli, files):
    for command in (["export", "--data", "own.ttl"], ["stats", "--data", "own.ttl"]):
        assert cli(*command, "-o", "-") == cli(*command)
    assert not (files / "-").exists()
