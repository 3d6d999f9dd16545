"""What the fast engine is handed of a graph: as much as the shapes look at, and no more."""

from __future__ import annotations

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kg.errors import Misuse
from kg.namespaces import RDF, RDFS
from kg.validation import validate
from notation import turtle

SHAPES = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix : <urn:x:> .
"""
DATA = """
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix : <urn:x:> .
:Embassy rdfs:subClassOf :Mission . :Mission rdfs:subClassOf :Thing , :Body .
:Body rdfs:subClassOf :Mission .
:a a :Embassy ; :seat :bamako ; :note "unseen" .
:b a :Mission , :Embassy ; :seat _:somewhere ; :day 3 .
:c a :Other ; :seat "Gao" .
_:somewhere a :City .
"""
CASES = {
    "a class above": ":S a sh:NodeShape ; sh:targetClass :Thing ; sh:property :P . "
    ":P sh:path :seat ; sh:nodeKind sh:IRI .",
    "a class of values": ":S sh:targetSubjectsOf :seat ; sh:property :P . "
    ":P sh:path :seat ; sh:class :City .",
    "two classes of one circle": ":S sh:targetClass :Mission , :Body ; sh:property :P . "
    ":P sh:path :day ; sh:minCount 1 .",
    "a class that is a shape": "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . "
    ":Mission a sh:NodeShape , rdfs:Class ; sh:property :P . :P sh:path :day ; sh:minCount 1 .",
    "the types themselves": ":S sh:targetClass :Mission ; sh:property :P . "
    ":P sh:path rdf:type ; sh:maxCount 1 .",
    "the types as allowed values": ":S sh:targetSubjectsOf :seat ; sh:property :P . "
    ":P sh:path rdf:type ; sh:in ( :Embassy :Mission ) .",
    "every property": ":S sh:targetClass :Mission ; sh:closed true ; "
    "sh:ignoredProperties ( rdf:type ) ; sh:property :P . :P sh:path :seat .",
    "objects as targets": ":S sh:targetObjectsOf :seat ; sh:nodeKind sh:BlankNode .",
    "a node that is not there": ":S sh:targetNode :nowhere ; sh:property :P . "
    ":P sh:path :seat ; sh:minCount 1 .",
}


@pytest.mark.parametrize("shapes", CASES.values(), ids=CASES)
def test_what_the_shapes_do_not_look_at_changes_no_report(shapes):
    data, graph = turtle(DATA), turtle(SHAPES + shapes)

    fast = validate(data, graph, engine="shacl")
    reference = validate(data, graph, engine="pyshacl")

    assert fast.results
    assert [one.row() for one in fast.results] == [one.row() for one in reference.results]


@pytest.mark.parametrize("engine", ["shacl", "pyshacl"])
def test_a_triple_term_is_refused_where_no_shape_looks(engine):
    node = NamedNode("urn:x:a")
    term = Triple(node, RDF.type, node)
    data = [*turtle(DATA), Triple(BlankNode(), RDFS.seeAlso, term)]

    with pytest.raises(Misuse, match="no triple terms"):
        validate(data, turtle(SHAPES + CASES["a class above"]), engine=engine)


def test_labels_of_the_focus_nodes_are_told_without_a_dataset():
    node, shapes = NamedNode("urn:x:b"), turtle(SHAPES + CASES["a class above"])
    data = [
        *turtle(DATA),
        Triple(node, RDFS.label, Literal("Embajada", language="es")),
        Triple(node, RDFS.label, Literal("Embassy", language="en")),
    ]

    [result] = validate(data, shapes, engine="shacl").results

    assert (result.focus_node, result.label) == (node, "Embassy")
