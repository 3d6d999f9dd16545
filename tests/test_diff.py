"""Differences in words: what a person reads, sorted, and nothing where nothing changed."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from kg.diff import diff
from kg.export.canonical import canonical_triples
from kg.namespaces import GRAPH, RDFS, XSD, compact

PREFIXES = """
@prefix kg: <https://w3id.org/relations-kg/id/> .
@prefix rel: <https://w3id.org/relations-kg/ontology#> .
@prefix dcterms: <http://purl.org/dc/terms/> . @prefix edtf: <http://id.loc.gov/datatypes/edtf/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
"""
LABELS = """
kg:embassy rdfs:label "Embassy of Algeria in Bamako"@en . kg:bamako rdfs:label "Bamako"@en .
kg:gao rdfs:label "Gao"@en . kg:algeria rdfs:label "Algeria"@en . kg:mali rdfs:label "Mali"@en .
kg:niger rdfs:label "Niger"@en . rel:seat rdfs:label "seat"@en . rel:City rdfs:label "city"@en .
rel:neighbours rdfs:label "neighbours"@en . rel:stated rdfs:label "stated"@en .
rel:disputed rdfs:label "disputed"@en . rel:standing rdfs:label "standing"@en .
"""


def triples(text):
    return [quad.triple for quad in parse((PREFIXES + text).encode(), RdfFormat.TURTLE)]


NAMES = {t.subject: t.object.value for t in triples(LABELS)}


def name(node):
    return NAMES.get(node) or compact(node.value)


def lines(before, after):
    return str(diff(triples(before), triples(after), name)).splitlines()


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("rel:seat kg:bamako", "rel:seat kg:gao", "seat was Bamako, is now Gao"),
        ("a rel:City", "a rel:City ; rel:seat kg:gao", "seat: now Gao"),
        ("a rel:City ; rel:seat kg:gao", "a rel:City", "seat: no longer Gao"),
        (
            "rel:neighbours kg:mali, kg:gao",
            "rel:neighbours kg:mali, kg:niger",
            "neighbours: also Niger, no longer Gao",
        ),
        (
            "rel:neighbours kg:mali",
            "rel:neighbours kg:niger, kg:gao",
            "neighbours was Mali, is now Gao, Niger",
        ),
        ("a rel:City", "a rel:State", "class was city, is now rel:State"),
        ('rdfs:label "A"@en', 'rdfs:label "B"@en', "label was “A”, is now “B”"),
        ('rel:seat "Gao"', 'rel:seat "Gao"@en', 'seat was "Gao", is now "Gao"@en'),
        ('rel:seat "Gao"@en', 'rel:seat "Gao"@fr', "seat was “Gao”, is now “Gao” (fr)"),
        (
            'rel:date "2023-12"^^edtf:EDTF',
            'rel:date "2023-12-22"^^edtf:EDTF',
            "rel:date was 2023-12, is now 2023-12-22",
        ),
        (
            "rel:seat 1",
            "rel:seat 1.0 , '1'^^xsd:string",
            "seat was 1, is now 1.0, “1”",
        ),
        (
            "rel:seat 1",
            "rel:seat '1'^^xsd:decimal",
            f'seat was "1"^^{XSD.integer}, is now "1"^^{XSD.decimal}',
        ),
    ],
)
def test_a_changed_thing_is_told_in_one_line(before, after, said):
    found = lines(f"kg:embassy {before} .", f"kg:embassy {after} .")

    assert found == [f"Embassy of Algeria in Bamako: {said}"]


def test_added_and_removed_things_are_told_with_what_is_said_of_them():
    gao = 'kg:gao a rel:City ; rdfs:label "Gao"@en ; rel:partOf kg:mali ; rel:size 3 .'

    assert lines("", gao) == ["added Gao: class city; rel:partOf Mali; rel:size 3"]
    assert lines(gao, "") == ["removed Gao: class city; rel:partOf Mali; rel:size 3"]


def test_things_come_by_name_and_properties_by_name():
    before = "kg:mali rel:b 1 ; rel:a 1 . kg:gao rel:b 1 . kg:algeria a rel:City ."
    after = "kg:mali rel:b 2 ; rel:a 2 . kg:algeria a rel:State . kg:niger rel:b 1 ."

    assert lines(before, after) == [
        "Algeria: class was city, is now rel:State",
        "removed Gao: rel:b 1",
        "Mali: rel:a was 1, is now 2; rel:b was 1, is now 2",
        "added Niger: rel:b 1",
    ]


def test_things_of_the_same_name_are_told_apart():
    found = diff(
        triples("kg:a rel:n 1 . kg:b rel:n 1 . kg:c rel:n 1 ."),
        triples("kg:a rel:n 2 . kg:b rel:n 2 . kg:c rel:n 2 ."),
        lambda node: "Adrar" if node.value[-1] in "ab" else compact(node.value),
    )

    assert [thing.name for thing in found.things] == ["Adrar (kg:a)", "Adrar (kg:b)", "kg:c"]


CLAIM = """kg:claim-f050 a rel:Claim ; dcterms:identifier "F050" ; rdf:subject kg:embassy ;
    rdf:predicate rel:seat ; rdf:object kg:{} ; rel:standing rel:{} ."""


def test_a_claim_is_told_by_what_it_says():
    found = lines(CLAIM.format("bamako", "stated"), CLAIM.format("gao", "disputed"))

    said = "Embassy of Algeria in Bamako seat"
    assert "; ".join(found) == (
        f"claim F050: now says {said} Gao (before: {said} Bamako); "
        "standing was stated, is now disputed"
    )


def test_a_new_claim_says_its_sentence():
    said = "says Embassy of Algeria in Bamako seat Gao; standing stated"

    assert lines("", CLAIM.format("gao", "stated")) == [f"added claim F050: {said}"]
    assert lines(CLAIM.format("gao", "stated"), "") == [f"removed claim F050: {said}"]


def test_claims_that_share_an_identifier_keep_what_tells_them_apart():
    date = CLAIM.replace("kg:claim-f050 ", "kg:claim-f050-date ")
    before = CLAIM.format("gao", "stated") + date.format("gao", "stated")
    after = CLAIM.format("gao", "disputed") + date.format("gao", "disputed")

    change = "standing was stated, is now disputed"
    assert lines(before, after) == [f"claim F050: {change}", f"claim F050-date: {change}"]


def test_what_follows_from_a_change_is_marked():
    stated, inferred = GRAPH.asserted, GRAPH["inferred/reported"]
    before = {stated: triples("kg:mali rel:n 1 .")}
    after = {
        stated: triples("kg:mali rel:n 2 ."),
        inferred: triples("kg:mali rel:neighbours kg:niger ."),
    }

    found = diff(before, after, name)

    assert str(found) == "Mali: neighbours: now Niger (inferred); rel:n was 1, is now 2"
    assert [change.inferred for change in found.things[0].changes] == [True, False]


def test_a_triple_that_moves_to_another_graph_is_no_difference():
    held = triples("kg:mali rel:n 1 .")

    assert not diff({GRAPH.asserted: held}, {GRAPH.reference: held}, name)


def test_json_has_the_same_things_as_the_text():
    found = diff(
        triples("kg:embassy rel:seat kg:bamako ."), triples("kg:embassy rel:seat kg:gao ."), name
    )

    assert json.loads(found.to_json()) == [
        {
            "kind": "changed",
            "thing": "https://w3id.org/relations-kg/id/embassy",
            "name": "Embassy of Algeria in Bamako",
            "changes": [
                {
                    "property": "seat",
                    "removed": ["Bamako"],
                    "added": ["Gao"],
                    "inferred": False,
                    "text": "seat was Bamako, is now Gao",
                }
            ],
        }
    ]


# --- blank nodes ------------------------------------------------------------------------------

RESTRICTION = """kg:mali rdfs:subClassOf [ a owl:Restriction ; owl:onProperty rel:seat ;
    owl:someValuesFrom rel:{} ] . kg:gao owl:unionOf ( rel:City {} ) ."""


def test_blank_nodes_are_compared_by_what_they_say():
    before = RESTRICTION.format("City", "rel:State")
    after = before.replace("[", "[ # other\n").replace("kg:gao", "\n\nkg:gao")

    assert lines(before, after) == ["no differences"]


def test_a_change_inside_a_blank_node_is_told_of_what_it_belongs_to():
    found = lines(RESTRICTION.format("City", ""), RESTRICTION.format("State", "rel:State"))

    value = "[class owl:Restriction; owl:onProperty seat; owl:someValuesFrom {}]"
    was, now = value.format("city"), value.format("rel:State")
    assert found == [
        "Gao: owl:unionOf was (city), is now (city, rel:State)",
        f"Mali: rdfs:subClassOf was {was}, is now {now}",
    ]


def test_a_blank_node_of_its_own_is_told_whole():
    found = lines("", "[] a owl:AllDifferent ; owl:members ( kg:mali kg:niger ) .")

    assert found == ["added [class owl:AllDifferent; owl:members (Mali, Niger)]"]


def test_two_that_say_the_same_are_not_one():
    one, two = "[] a owl:AllDifferent .", "[] a owl:AllDifferent . [] a owl:AllDifferent ."

    assert lines(one, one) == ["no differences"]
    assert lines(one, two) == ["added [class owl:AllDifferent]"]


def test_a_change_deeper_than_is_told_is_still_a_change():
    def nested(leaf):
        return "kg:mali rel:n [" + "rel:n [" * 8 + f"rel:n {leaf}" + "]" * 9 + " ."

    (line,) = lines(nested(1), nested(2))

    assert line.startswith("Mali: rel:n was [rel:n [rel:n [rel:n [rel:n […]]]]] as _:")


nodes = st.sampled_from([*(BlankNode(label) for label in "abc"), *list(NAMES)[:3]])
predicates = st.sampled_from([RDFS.label, RDFS.seeAlso, *list(NAMES)[5:7]])
values = nodes | st.sampled_from([Literal("x"), Literal("x", language="en"), Literal("y")])
graphs = st.lists(st.builds(Triple, nodes, predicates, values), max_size=6)


@settings(deadline=None, max_examples=50)
@given(a=graphs, b=graphs)
def test_there_are_differences_exactly_where_the_graphs_are_not_the_same(a, b):
    assert bool(diff(a, b, name)) == (canonical_triples(a) != canonical_triples(b))


@settings(deadline=None, max_examples=50)
@given(a=graphs, b=graphs)
def test_the_way_back_tells_of_the_same_things(a, b):
    there = Counter((thing.thing, thing.kind) for thing in diff(a, b, name).things)
    back = Counter((thing.thing, thing.kind) for thing in diff(b, a, name).things)

    opposite = {"added": "removed", "removed": "added", "changed": "changed"}
    assert back == Counter(
        {(thing, opposite[kind]): count for (thing, kind), count in there.items()}
    )


def test_nothing_is_no_difference():
    found = diff([], {}, name)

    assert str(found) == "no differences"
    assert not found
    assert found.to_json() == "[]\n"
    assert NamedNode("http://example.org/") not in found.things
