"""The prefixes that files declare are kept where IRIs are shortened."""

from __future__ import annotations

import pytest
import rdflib
from pyoxigraph import RdfFormat, parse

from kg.namespaces import compact

TURTLE = """@prefix ex: <http://example.org/> .
@prefix schema: <http://schema.org/> .
@prefix s: <http://www.w3.org/2004/02/skos/core#> .
@prefix sub: <http://example.org/sub/> .
ex:a a schema:Thing ; s:prefLabel "x" ; ex:r sub:b .
ex:r a <http://www.w3.org/2002/07/owl#SymmetricProperty> .
"""
XML = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:ex="http://example.org/"'
    ' xmlns:sub="http://example.org/sub/"><rdf:Description rdf:about="http://example.org/a">'
    '<ex:r rdf:resource="http://example.org/sub/b"/></rdf:Description></rdf:RDF>'
)
JSON = (
    '{"@context": {"ex": "http://example.org/", "sub": "http://example.org/sub/"},'
    ' "@id": "ex:a", "ex:r": {"@id": "sub:b"}}'
)


@pytest.fixture
def ask(cli, tmp_path):
    def run(command, *args, files=None):
        where = []
        for name, text in (files or {"a.ttl": TURTLE}).items():
            (tmp_path / name).write_text(text)
            where += ["--data", tmp_path / name]
        answer = cli(command, *args, *where, "--ontology", "none")
        assert answer.code == 0, answer.err
        return answer.out

    return run


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph:DeprecationWarning")
@pytest.mark.parametrize("kind", ["ttl", "trig"])
def test_exports_keep_prefixes_also_those_that_kg_gives_another_meaning(ask, kind):
    text = ask("export", "--format", kind)
    for row in (
        "@prefix ex: <http://example.org/> .",
        "@prefix schema: <http://schema.org/> .",
        "@prefix s: <http://www.w3.org/2004/02/skos/core#> .",
    ):
        assert row in text
    for name in ("schema:Thing", "s:prefLabel", "sub:b", "owl:SymmetricProperty"):
        assert name in text
    form = {"ttl": RdfFormat.TURTLE, "trig": RdfFormat.TRIG}[kind]
    found = {(q.subject, q.predicate, q.object) for q in parse(text, form)}
    assert {tuple(q.triple) for q in parse(TURTLE, RdfFormat.TURTLE)} <= found
    assert len(rdflib.Dataset(default_union=True).parse(data=text, format=kind)) == len(found)


@pytest.mark.parametrize(("name", "text"), [("a.rdf", XML), ("a.jsonld", JSON)])
def test_rdf_xml_and_json_ld_declare_prefixes_too(ask, name, text):
    assert "\nex:a\n    ex:r sub:b ;\n" in ask("export", "--format", "ttl", files={name: text})


def test_of_two_meanings_of_a_prefix_the_first_file_has_it(ask):
    files = {
        "b.ttl": "@prefix ex: <http://b.example/> . ex:b ex:p 1 .",
        "a.ttl": "@prefix ex: <http://a.example/> . ex:a ex:p 1 .",
    }
    text = ask("export", "--format", "ttl", files=files)
    assert "@prefix ex: <http://b.example/> ." in text
    assert "\n<http://a.example/a>\n" in text
    assert "a.example/> ." not in text


def test_tables_and_proofs_use_them_and_take_them_back(ask):
    query = "SELECT ?s ?o { ?s ex:r ?o } ORDER BY ?s"
    rows = [row.split() for row in ask("query", query).splitlines()]
    assert ["ex:a", "sub:b"] in rows
    assert ["sub:b", "ex:a"] in rows
    proof = ask("explain", "sub:b", "ex:r", "ex:a")
    assert "sub:b — ex:r — x (inferred)" in proof
    assert "(ex:a)" in ask("show", "ex:a")
    built = ask("query", "CONSTRUCT { ?s ex:r ?o } WHERE { ?s ex:r ?o }")
    assert {str(q.subject) for q in parse(built, RdfFormat.TURTLE)} == {
        "<http://example.org/a>",
        "<http://example.org/sub/b>",
    }
    # What one command knew, the next one does not.
    assert compact("http://example.org/a") == "<http://example.org/a>"


def test_a_prefix_of_kg_keeps_its_meaning_in_queries(ask):
    query = "ASK { ?s a <http://schema.org/Thing> FILTER NOT EXISTS { ?s a schema:Thing } }"
    assert ask("query", query).strip() == "yes"
