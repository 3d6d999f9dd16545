"""One label for a thing, wherever it is named."""

from __future__ import annotations

import pytest

from kg.graph import load

HEAD = """\
@prefix ex: <http://example.org/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
"""


@pytest.mark.parametrize(
    ("names", "label"),
    [
        ('rdfs:label "Ville"@fr ; skos:prefLabel "Town"@en', "Town"),
        ('rdfs:label "Ville"@fr ; skos:prefLabel "Town"', "Town"),
        ('rdfs:label "Town"@en ; skos:prefLabel "Another"@en', "Town"),
        ('rdfs:label "Town"@en-GB , "Stadt"@de , "Plain"', "Town"),
        ('rdfs:label "Ville"@fr ; skos:altLabel "Borough"@en', "Ville"),
        ('skos:altLabel "Borough"@en ; foaf:name "Name"', "Borough"),
        ('foaf:name "Name"', "Name"),
        ('rdfs:label "Ville"@fr , "Town"@mul', "Town"),
        ('rdfs:label ""@en , "Ville"@fr', "Ville"),
        ('rdfs:label " " ; foaf:name "Name"', "Name"),
    ],
)
def test_a_thing_has_one_label_wherever_it_is_named(cli, tmp_path, names, label):
    before, after = tmp_path / "before.ttl", tmp_path / "after.ttl"
    before.write_text(f"{HEAD}ex:town {names} ; ex:near ex:river .\n", "utf-8")
    after.write_text(f"{HEAD}ex:town {names} ; ex:near ex:lake .\n", "utf-8")
    data = ("--data", before, "--ontology", "none")

    assert cli("show", "<http://example.org/town>", *data).out.startswith(f"{label}  (")
    assert cli("diff", before, after).out.startswith(f"{label}: ")
    asked = "SELECT ?town { ?town <http://example.org/near> ?thing }"
    table = cli("query", asked, *data, "--labels")
    assert table.out.splitlines()[2] == label
    graph = load(before, ())
    assert label in graph.show("<http://example.org/town>").label
