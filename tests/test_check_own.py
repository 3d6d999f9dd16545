"""`kg check` on files of others checks what was given, and nothing that kg came with."""

from __future__ import annotations

import json
import shutil

import pytest

from kg import resources

PREFIXES = """
@prefix : <http://example.org/lib#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
"""
TERMS = """
:Book a owl:Class ; rdfs:subClassOf :Work .
:Work a owl:Class . :Person a owl:Class ; owl:disjointWith :Work .
:writtenBy a owl:ObjectProperty ; rdfs:range :Person .
"""
DATA = ":b1 a :Book ; rdfs:label 'First book' ;\n  :writtenBy :p1 .\n"
SHAPES = """
:WorkShape a sh:NodeShape ; sh:targetClass :Work ;
  sh:property [ sh:path :writtenBy ; sh:minCount 1 ; sh:message "A work, 100 %, has: a writer." ] .
"""


@pytest.fixture
def check(cli, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def run(*args, data=DATA, terms=TERMS, shapes=SHAPES):
        for name, text in (("data", data), ("terms", terms), ("shapes", shapes)):
            (tmp_path / f"{name}.ttl").write_text(PREFIXES + text, "utf-8")
        return cli("check", "--data", "data.ttl", "--ontology", "terms.ttl", *args)

    return run


def test_right_files_of_others_are_right(check):
    answer = check("--shapes", "shapes.ttl")

    assert (answer.code, answer.err) == (0, "")
    assert answer.out == ("form: 0\nprofile: 0\nconsistency: 0\nshapes: 0\nquality: 0\nconforms\n")
    assert "shapes" not in check().out


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"data": ":b2 a :Book ."}, "data.ttl:6: Violation: :b2: A work, 100 %, has: a writer."),
        ({"data": ":p a :Book , :Person ."}, "nothing can be both"),
        (
            {"terms": TERMS + ":Book owl:disjointUnionOf ( :Work ) ."},
            "OWL 2 RL has no owl:disjoint",
        ),
        ({"data": ":b2 a :Book"}, "data.ttl:"),
    ],
    ids=["shapes", "consistency", "profile", "form"],
)
def test_what_is_wrong_is_told_with_its_place(check, changed, told):
    answer = check("--shapes", "shapes.ttl", **changed)

    assert answer.code in (1, 2)
    assert told.replace(":b2:", "<http://example.org/lib#b2>:") in answer.out
    assert str(resources.context().parent) not in answer.out


def test_slips_are_warnings(check):
    answer = check(
        data=DATA + ":b1 rdfs:label 'Second label' .",
        terms=TERMS + ":Book rdfs:subClassOf :Missing .",
    )

    assert answer.code == 0
    assert "Warning" in answer.out
    assert "has another label in the same language" in answer.out
    assert "<http://example.org/lib#Missing> is not declared" in answer.out


def test_reports_for_github_stand_beside_the_lines(check):
    lines = check("--shapes", "shapes.ttl", "--format", "github", data=":b2 a :Book .").out

    assert lines == (
        "::error file=data.ttl,line=6,title=kg shapes::"
        "<http://example.org/lib#b2>: A work, 100 %25, has: a writer.\n"
    )
    unreadable = check("--format", "github", data=":b2 a :Book")
    assert unreadable.code == 2
    assert unreadable.out.startswith("::error file=data.ttl,line=")


def test_reports_in_sarif(check, cli):
    log = json.loads(check("--shapes", "shapes.ttl", "--format", "sarif", data=":b2 a :Book .").out)
    validated = cli(
        *("validate", "data.ttl", "--ontology", "terms.ttl", "--shapes", "shapes.ttl"),
        *("--format", "sarif"),
    )

    (run,) = log["runs"]
    (result,) = run["results"]
    assert log["version"] == "2.1.0"
    assert (result["ruleId"], result["level"]) == ("shapes", "error")
    (location,) = result["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "data.ttl"},
        "region": {"startLine": 6},
    }
    assert json.loads(validated.out)["runs"][0]["results"] == run["results"]


def test_files_that_kg_came_with_are_never_to_blame(cli, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data.ttl").write_text(
        "@prefix kg: <https://w3id.org/relations-kg/id/> .\n"
        "@prefix rel: <https://w3id.org/relations-kg/ontology#> .\nkg:x a rel:Shootdown .\n",
        "utf-8",
    )
    shutil.copytree(resources.data(), tmp_path / "mine")
    (tmp_path / "mine" / "reference.ttl").unlink()

    for args in (["data.ttl", "--ontology", "kg"], ["mine"]):
        answer = cli("check", "--data", *args)
        assert answer.code == 1
        assert str(resources.context().parent) not in answer.out
        assert "queries/" not in answer.out
        assert "is not used" not in answer.out
