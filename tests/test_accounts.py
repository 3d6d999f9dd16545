"""Who asserts that an event happened, and who denies it: in answers, pictures and pages."""

from __future__ import annotations

import csv
import io
import json

import pytest
from pyoxigraph import NamedNode

from kg.evidence import accounts
from kg.graph import load
from kg.resources import ontology as ontology_files

GRAPH = """\
@prefix ex: <http://example.org/> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix rel: <https://w3id.org/relations-kg/ontology#> .
@prefix edtf: <http://id.loc.gov/datatypes/edtf/> .
ex:north a rel:State ; rdfs:label "North"@en .
ex:south a rel:State ; rdfs:label "South"@en .
ex:paper a rel:Source ; rdfs:label "The Paper"@en .
ex:raid a rel:AirspaceViolation, rel:TensionRaisingEvent ; rdfs:label "raid"@en ;
    rel:initiatingState ex:south ; rel:affectedState ex:north ;
    rel:actor ex:south ; rel:target ex:north ; rel:date "2024"^^edtf:EDTF .
ex:says a rel:Claim, rdf:Statement ; rel:assertedBy ex:north ; rel:standing rel:attributed ;
    rdf:subject ex:raid ; rdf:predicate rel:actor ; rdf:object ex:south .
ex:writes a rel:Claim, rdf:Statement ; rel:assertedBy ex:paper ; rel:standing rel:attributed ;
    rdf:subject ex:raid ; rdf:predicate rel:date ; rdf:object "2024"^^edtf:EDTF .
"""
#: Three ways to deny: by a claim that does not count, by one that does, by one of another thing.
DENIALS = {
    "contradicted": "rel:standing rel:contradicted ; rdf:subject ex:raid ; "
    "rdf:predicate rel:target ; rdf:object ex:south",
    "attributed": "rel:standing rel:attributed ; rdf:subject ex:raid ; "
    "rdf:predicate rel:place ; rdf:object ex:south",
    "of another thing": "rel:standing rel:attributed ; rdf:subject ex:exercise ; "
    "rdf:predicate rel:place ; rdf:object ex:south",
}


@pytest.fixture(scope="module", params=DENIALS)
def denied(request, tmp_path_factory):
    path = tmp_path_factory.mktemp("denied") / "raid.ttl"
    denial = (
        "ex:denies a rel:Claim, rdf:Statement ; rel:assertedBy ex:south ; "
        f"rel:disputes ex:says ; {DENIALS[request.param]} .\n"
    )
    fact = "ex:raid rel:place ex:south .\n" if request.param == "attributed" else ""
    path.write_text(GRAPH + denial + fact, "utf-8")
    return path


@pytest.fixture
def mine(denied):
    return ["--data", denied, *(arg for path in ontology_files() for arg in ("--ontology", path))]


def test_who_denies_an_event_stands_in_a_column_of_its_own(cli, mine):
    for slug in ("tension-raising-events", "events-since"):
        answer = cli("run", slug, *mine, "--format", "csv")
        assert answer.code == 0, answer.err
        rows = list(csv.DictReader(io.StringIO(answer.out)))
        assert {row["asserted_by"].rpartition("/")[2] for row in rows} == {"north", "paper"}
        assert {row["denied_by"].rpartition("/")[2] for row in rows} == {"south"}


def test_a_timeline_tells_who_says_and_who_denies(cli, mine, tmp_path):
    picture = tmp_path / "timeline.svg"
    assert cli("plot", "timeline", *mine, "-o", picture).code == 0
    drawn = picture.read_text("utf-8")
    assert "denied by South" in drawn
    assert "says South" not in drawn


def test_accounts_are_of_the_viewpoint(denied):
    graph = load(denied, ontology_files())
    found = accounts(graph.store, NamedNode("http://example.org/raid"))
    assert [str(agent) for agent in found.denied_by] == ["<http://example.org/south>"]
    assert len(found.asserted_by) == len(found.claims) == 2
    assert [str(claim) for claim in found.disputed] == ["<http://example.org/says>"]


def test_nobody_who_only_denies_an_event_is_said_to_assert_it(graph):
    rows = list(graph.run("tension-raising-events"))
    incursion = [row for row in rows if row["event"].value.endswith("drone-incursion-2025")]
    assert {row["denied_by"].value.rpartition("/")[2] for row in incursion} == {"mali"}
    assert "mali" not in {row["asserted_by"].value.rpartition("/")[2] for row in incursion}


def test_why_not_says_that_no_claim_counts_from_a_viewpoint_and_who_denies_it(cli):
    asked = ("explain", "kg:drone-incursion-2025", "a", "rel:AirspaceViolation", "--why-not")
    told = cli(*asked, "--viewpoint", "according-to:Mali").out
    assert "No claim about “incursion of a Malian drone, 2025” counts from this viewpoint" in told
    assert "asserted by Algerian Ministry of National Defence" in told
    assert "denied by Mali" in told
    data = json.loads(cli(*asked, "--viewpoint", "according-to:Mali", "--format", "json").out)
    assert data["uncounted"] in told


@pytest.mark.parametrize(
    "parts",
    [
        ("kg:drone-shootdown-2025", "a", "rel:TensionRaisingEvent"),
        ("Mali", "has diplomatic ties with", "Algeria"),
    ],
)
def test_the_json_of_a_proof_has_the_sentences_of_the_text(cli, parts):
    data = json.loads(cli("explain", *parts, "--format", "json").out)
    text = cli("explain", *parts).out
    sentences = [step["conclusion"] for step in data["steps"]]
    sentences += [premise for step in data["steps"] for premise in step["premises"]]
    assert sentences
    for sentence in sentences:
        assert "_:" not in sentence
        assert sentence in text
