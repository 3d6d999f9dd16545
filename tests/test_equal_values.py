"""Values that are equal in other words are equal to the rules (dt-eq, eq-rep-o), by each engine."""

from __future__ import annotations

import pytest

from kg.graph import Graph
from kg.reasoning import close
from kg.reasoning.closure import ENGINES
from notation import turtle

#: Two ways to write one value, and a third that is another one.
EQUAL = {
    "leading zero": ('"1"^^xsd:integer', '"01"^^xsd:integer', '"2"^^xsd:integer'),
    "sign": ('"1"^^xsd:integer', '"+1"^^xsd:integer', '"-1"^^xsd:integer'),
    "decimal": ('"1"^^xsd:integer', '"1.0"^^xsd:decimal', '"1.01"^^xsd:decimal'),
    "derived": ('"1"^^xsd:byte', '"1"^^xsd:nonNegativeInteger', '"1"'),
    "boolean": ('"true"^^xsd:boolean', '"1"^^xsd:boolean', '"0"^^xsd:boolean'),
    "double": ('"1e0"^^xsd:double', '"10E-1"^^xsd:double', '"1"^^xsd:integer'),
    "float": ('"1.5"^^xsd:float', '"15e-1"^^xsd:float', '"1.5"^^xsd:double'),
    "zero": ('"0"^^xsd:double', '"0.0"^^xsd:double', '"-0"^^xsd:double'),
    "zone": (
        '"2020-01-01T00:00:00Z"^^xsd:dateTime',
        '"2020-01-01T01:00:00+01:00"^^xsd:dateTime',
        '"2020-01-01T00:00:00"^^xsd:dateTime',
    ),
    "midnight": (
        '"2020-01-01T24:00:00Z"^^xsd:dateTime',
        '"2020-01-02T00:00:00Z"^^xsd:dateTimeStamp',
        '"2020-01-01T00:00:00Z"^^xsd:dateTime',
    ),
    "date": ('"2020-01-01Z"^^xsd:date', '"2020-01-01+00:00"^^xsd:date', '"2020-01-01"^^xsd:date'),
    "text": ('"a"', '"a"^^xsd:token', '"a"@en'),
    "hexadecimal": ('"0f"^^xsd:hexBinary', '"0F"^^xsd:hexBinary', '"0f"'),
}
BASE = ":v a owl:DatatypeProperty . :w a owl:DatatypeProperty . :C a owl:Class . "


def inferred(text, engine):
    return close(turtle(BASE + text), engine=engine).inferred


@pytest.fixture(params=ENGINES)
def engine(request):
    return request.param


@pytest.fixture(params=EQUAL.values(), ids=EQUAL)
def values(request):
    return request.param


def test_what_has_an_equal_value_has_the_value(engine, values):
    one, same, other = values
    axiom = (
        f":C owl:equivalentClass [ a owl:Restriction ; owl:onProperty :v ; owl:hasValue {one} ] ."
    )

    found = inferred(f"{axiom} :a :v {same} . :b :v {one} . :c :v {other} .", engine)

    assert found == set(turtle(":a a :C . :b a :C ."))


def test_equal_keys_make_things_the_same(engine, values):
    one, same, other = values
    keyed = (
        f":C owl:hasKey ( :v ) . :a a :C ; :v {one} . :b a :C ; :v {same} . :c a :C ; :v {other} ."
    )

    assert inferred(keyed, engine) == set(turtle(":a owl:sameAs :b . :b owl:sameAs :a ."))


@pytest.mark.parametrize(
    "text",
    [
        (
            "[] a owl:NegativePropertyAssertion ; owl:sourceIndividual :a ; "
            "owl:assertionProperty :v ; owl:targetValue ONE . :a :v SAME ."
        ),
        ":v owl:propertyDisjointWith :w . :a :v ONE ; :w SAME .",
    ],
    ids=["prp-npa", "prp-pdw"],
)
def test_what_equal_values_contradict_is_told_once(cli, tmp_path, engine, text):
    path = tmp_path / "x.ttl"
    prefixes = "".join(
        f"@prefix {name}: <{iri}> .\n"
        for name, iri in {
            "": "http://example.org/",
            "owl": "http://www.w3.org/2002/07/owl#",
            "xsd": "http://www.w3.org/2001/XMLSchema#",
        }.items()
    )
    path.write_text(prefixes + BASE + text.replace("ONE", "1").replace("SAME", '"01"^^xsd:integer'))

    answer = cli("infer", "--engine", engine, path)

    assert answer.code == 1
    assert "x.ttl:4" in answer.err
    path.write_text(prefixes + BASE + text.replace("ONE", "1").replace("SAME", "2"))
    assert cli("infer", "--engine", engine, path).code == 0


def test_one_value_in_several_forms_is_one_value(engine):
    axioms = (
        ":v a owl:FunctionalProperty . :C rdfs:subClassOf [ a owl:Restriction ; "
        'owl:onProperty :w ; owl:hasValue "1"^^xsd:integer ] . '
    )

    found = inferred(axioms + ':a a :C ; :v 1 , "01"^^xsd:integer , 1.0 .', engine)

    assert len([one for one in found if one.predicate.value.endswith("/w")]) == 1
    assert not [one for one in found if one.predicate.value.endswith("/v")]


def test_every_form_of_a_value_that_follows_is_kept(engine):
    said = ':v rdfs:subPropertyOf :w . :a :v 1 , "01"^^xsd:integer , "1"^^xsd:byte .'

    assert inferred(said, engine) == set(turtle(':a :w 1 , "01"^^xsd:integer , "1"^^xsd:byte .'))


def test_every_form_that_follows_is_asked_and_exported(cli, tmp_path):
    path = tmp_path / "values.ttl"
    path.write_text(
        "@prefix : <http://example.org/> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"
        "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
        ':v rdfs:subPropertyOf :w . :a :v 1 , "01"^^xsd:integer .\n'
    )
    query = "SELECT (COUNT(?value) AS ?n) { <http://example.org/a> <http://example.org/w> ?value }"

    # The first command makes the snapshot, and the second one reads it.
    for _ in range(2):
        exported = cli("export", "--data", path, "--graph", "inferred", "--format", "nt").out
        assert [line.split(" ")[2] for line in exported.splitlines()] == [
            '"01"^^<http://www.w3.org/2001/XMLSchema#integer>',
            '"1"^^<http://www.w3.org/2001/XMLSchema#integer>',
        ]
    assert cli("query", "--data", path, "--format", "csv", query).out == "n\r\n2\r\n"


def test_a_further_form_of_a_value_gives_what_reading_all_anew_gives(tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    head = (
        "@prefix : <http://example.org/> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> ."
    )
    (folder / "facts.ttl").write_text(f"{head}\n:a :v 1 .\n")
    (tmp_path / "terms.ttl").write_text(f"{head}\n:v rdfs:subPropertyOf :w .\n")
    graph = Graph(folder, tmp_path / "terms.ttl")

    with graph.edit(save=True) as edit:
        edit.add(
            "<http://example.org/a> <http://example.org/v> "
            '"01"^^<http://www.w3.org/2001/XMLSchema#integer> .'
        )

    assert len(graph.infer()) == 2
    assert graph.infer() == Graph(folder, tmp_path / "terms.ttl").infer()


def test_a_change_of_a_value_gives_what_reading_all_anew_gives(tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    head = "@prefix : <http://example.org/> . @prefix owl: <http://www.w3.org/2002/07/owl#> .\n"
    (folder / "facts.ttl").write_text(f"{head}:a a :C ; :v 1 . :b a :C .\n")
    (tmp_path / "terms.ttl").write_text(
        f"{head}:C a owl:Class ; owl:hasKey ( :v ) . :v a owl:DatatypeProperty .\n"
    )
    graph = Graph(folder, tmp_path / "terms.ttl")

    with graph.edit(save=True) as edit:
        edit.add(
            "<http://example.org/b> <http://example.org/v> "
            '"01"^^<http://www.w3.org/2001/XMLSchema#integer> .'
        )

    assert len(graph.infer()) == 2
    assert graph.infer() == Graph(folder, tmp_path / "terms.ttl").infer()
