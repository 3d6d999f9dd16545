"""Two engines, one report: what is given to the fast one gets the reference's word."""

from __future__ import annotations

import functools
import itertools
import random
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

import test_faults
from kg import resources
from kg.dataset import load
from kg.errors import Misuse
from kg.namespaces import PREFIXES, RDF, RDFS, XSD
from kg.pipeline import shape_triples
from kg.reasoning.statements import Index, statement
from kg.validation import Revalidator, revalidate, validate
from kg.validation.shacl_engine import FastShapes, to_ntriples
from kg.validation.shapes import ShapesGraph
from notation import turtle

SHAPES = shape_triples(resources.shapes())


@functools.cache
def shipped():
    """Return what is stated in the graph that kg ships, in an order."""
    dataset = load([resources.data()], resources.ontology())
    return sorted(frozenset().union(*(dataset.graph(name) for name in dataset.graphs())), key=str)


@functools.cache
def sixth():
    """Return what is said of every sixth thing, and all that is said of terms."""
    about = itertools.groupby(shipped(), key=lambda triple: triple.subject)
    return [
        triple
        for number, (subject, said) in enumerate(about)
        for triple in said
        if number % 6 == 0 or not subject.value.startswith(PREFIXES["kg"])
    ]


def both(data, shapes):
    """Return the two reports, which must be equal in every word and in order."""
    reference, fast = (validate(data, shapes, engine=name) for name in ("pyshacl", "shacl"))
    assert (reference.engine, fast.engine) == ("pyshacl", "shacl")
    assert fast == reference
    assert fast.paths == reference.paths
    return reference


# Faults.


@given(st.integers(0, 2**32))
@settings(max_examples=5)
def test_random_faults_of_the_shipped_graph_draw_one_report(seed):
    rng = random.Random(seed)  # noqa: S311  # no secrets
    data = set(sixth())
    for triple in rng.sample(sixth(), rng.randint(0, 100)):
        data.discard(triple)
    for _ in range(rng.randint(0, 30)):
        one, two, three = (rng.choice(sixth()) for _ in range(3))
        value = rng.choice([two.object, three.object, three.subject])
        data.add(Triple(one.subject, two.predicate, value))

    fast = FastShapes.of(ShapesGraph(SHAPES))
    if fast.obstacle(to_ntriples(sorted(data, key=str))) is None:
        both(data, SHAPES)
    else:
        # A wrong value among those that shapes order is left to pyshacl.
        assert validate(data, SHAPES).engine == "pyshacl"


@pytest.mark.parametrize("faults", test_faults.TOGETHER, ids=lambda faults: faults[0].name)
def test_seeded_faults_draw_one_report(faults, tmp_path):
    folder = shutil.copytree(resources.data(), tmp_path / "data")
    for fault in faults:
        test_faults.seed(folder, fault)
    dataset = load([folder], resources.ontology())
    data = [triple for name in dataset.graphs() for triple in dataset.graph(name)]

    reports = [
        validate(data, SHAPES, dataset=dataset, engine=engine) for engine in ("pyshacl", "shacl")
    ]

    assert str(reports[0]) == str(reports[1])
    assert reports[0] == reports[1]


BENCH = Path(__file__).parent.parent / "bench"


def test_a_generated_graph_of_10k_draws_one_report(tmp_path):
    path = tmp_path / "graph.nt"
    command = [
        sys.executable,
        BENCH / "generate.py",
        "--triples",
        "10000",
        "--faults",
        "20",
        "-o",
        path,
    ]
    subprocess.run(command, check=True, capture_output=True)
    data = [quad.triple for quad in parse(path.read_bytes(), RdfFormat.N_TRIPLES)]
    data += shape_triples([BENCH / "ontology.ttl"])
    shapes = shape_triples([BENCH / "shapes.ttl", BENCH / "seats.ttl"])

    assert len(both(data, shapes).results) >= 15


CORE = {
    "a datatype": "sh:datatype xsd:integer",
    "a day": "sh:datatype xsd:date",
    "a class": "sh:class ex:C",
    "a node kind": "sh:nodeKind sh:BlankNode",
    "a least count": "sh:minCount 2",
    "a length": "sh:minLength 2 ; sh:maxLength 3",
    "a pattern": 'sh:pattern "^[a-c]+$"',
    "a pattern with flags": 'sh:pattern "A . C" ; sh:flags "six"',
    "a class less another": r'sh:pattern "^[\\p{L}-[bc]]\\c*$"',
    "languages": 'sh:languageIn ( "en" )',
    "one text a language": "sh:uniqueLang true",
    "listed values": 'sh:in ( 1 "a"@en ex:c )',
    "a certain value": "sh:hasValue 1",
    "equal values": "sh:equals ex:q",
    "other values": "sh:disjoint ex:q",
    "one of two": "sh:or ( [ sh:nodeKind sh:IRI ] [ sh:datatype xsd:integer ] )",
    "exactly one of two": "sh:xone ( [ sh:nodeKind sh:IRI ] [ sh:class ex:C ] )",
    "both": "sh:and ( [ sh:nodeKind sh:IRI ] [ sh:class ex:C ] )",
    "a negation": "sh:not [ sh:nodeKind sh:IRI ]",
    "an inner shape": "sh:node [ sh:property [ sh:path ex:q ; sh:minCount 1 ] ]",
    "an inner property": "sh:property [ sh:path ex:q ; sh:minCount 1 ]",
    "a qualified count": "sh:qualifiedValueShape [ sh:nodeKind sh:IRI ] ; sh:qualifiedMinCount 1",
    "a warning": "sh:nodeKind sh:IRI ; sh:severity sh:Warning",
    "a deactivated shape": "sh:nodeKind sh:IRI ; sh:deactivated true",
}
PATHS = {
    "p": "ex:p",
    "p/q": "( ex:p ex:q )",
    "^p": "[ sh:inversePath ex:p ]",
    "p|q": "[ sh:alternativePath ( ex:p ex:q ) ]",
    "p*": "[ sh:zeroOrMorePath ex:p ]",
    "(p/^q)+": "[ sh:oneOrMorePath ( ex:p [ sh:inversePath ex:q ] ) ]",
}
TARGETS = (
    "sh:targetClass ex:C",
    "sh:targetNode ex:a",
    "sh:targetSubjectsOf ex:p",
    "sh:targetObjectsOf ex:q",
)
#: Targets that are no literals, of which a query in a shape is left to pyshacl.
OF_NODES = TARGETS[:3]
NODES = [NamedNode(f"http://example.org/{name}") for name in "abcd"] + [
    BlankNode("x"),
    BlankNode("y"),
]
LITERALS = [
    Literal("1", datatype=XSD.integer),
    Literal("007", datatype=XSD.integer),
    Literal("bad", datatype=XSD.integer),
    Literal("1.50", datatype=XSD.decimal),
    Literal("2024-02-30", datatype=XSD.date),
    Literal("2024-02-29", datatype=XSD.date),
    Literal("abc"),
    Literal('say "é€"\n\tend'),
    Literal("a", language="en"),
    Literal("b", language="en"),
    Literal("c", language="de"),
]
EX = [NamedNode(f"http://example.org/{name}") for name in ("p", "q")]
CLASSES = [NamedNode(f"http://example.org/{name}") for name in ("C", "D")]
FACTS = st.one_of(
    st.builds(Triple, st.sampled_from(NODES), st.sampled_from(EX), st.sampled_from(NODES)),
    st.builds(Triple, st.sampled_from(NODES), st.sampled_from(EX), st.sampled_from(LITERALS)),
    st.builds(Triple, st.sampled_from(NODES), st.just(RDF.type), st.sampled_from(CLASSES)),
    st.just(Triple(CLASSES[1], RDFS.subClassOf, CLASSES[0])),
)
GRAPHS = st.frozensets(FACTS, max_size=25)


def shape(path, constraint, target, rest=""):
    return turtle(
        f"ex:S a sh:NodeShape ; {target} ; {rest} sh:property [ sh:path {path} ; {constraint} ] ."
    )


@given(
    GRAPHS,
    st.sampled_from(sorted(PATHS)),
    st.sampled_from(sorted(CORE)),
    st.sampled_from(TARGETS),
)
def test_every_constraint_on_every_path_draws_one_report(data, path, constraint, target):
    both(data, shape(PATHS[path], CORE[constraint], target))


def test_a_closed_shape_draws_one_report():
    closed = "sh:closed true ; sh:ignoredProperties ( rdf:type ) ;"
    shapes = shape("ex:p", "sh:minCount 1", TARGETS[0], closed)
    data = turtle('ex:a a ex:C ; ex:q 1 , "007"^^xsd:integer ; ex:p _:b . _:b a ex:C ; ex:q _:b .')

    assert len(both(data, shapes).results) == 4


def test_bounds_and_order_draw_one_report():
    shapes = shape("ex:p", "sh:minInclusive 2 ; sh:maxExclusive 5", "sh:targetSubjectsOf ex:p")
    shapes += shape("ex:f", "sh:lessThan ex:t", "sh:targetSubjectsOf ex:f")
    data = turtle(
        "ex:a ex:p 1 , 2.0 , 5 , 7e0 , ex:b ."
        'ex:b ex:f "2024-01-02"^^xsd:date ; ex:t "2024-01-01"^^xsd:date .'
    )

    assert len(both(data, shapes).results) == 6


QUERIES = {
    "a pattern": "SELECT $this ?value { $this ex:p ?value }",
    "a missing pattern": "SELECT $this ?value { $this ex:p ?value"
    " FILTER NOT EXISTS { ?value ex:q+ ?end } }",
    "an optional one": "SELECT $this (ex:p AS ?path) ?value { $this a ex:C"
    " OPTIONAL { $this ex:p ?value } FILTER (!BOUND(?value)) }",
    "two others": "SELECT $this ?value { $this ex:p ?one . ?value ex:p ?one"
    " FILTER (?value != $this) }",
}


@settings(max_examples=10)
@given(GRAPHS, st.sampled_from(sorted(QUERIES)), st.sampled_from(OF_NODES))
def test_every_query_draws_one_report(data, query, target):
    text = f"PREFIX ex: <http://example.org/> {QUERIES[query]}"
    both(data, turtle(f'ex:S a sh:NodeShape ; {target} ; sh:sparql [ sh:select "{text}" ] .'))


# The choice.


LEFT = {
    "sh:target": "sh:target [ a sh:SPARQLTarget ]",
    "sh:pattern": 'sh:property [ sh:path ex:p ; sh:pattern "(a)\\\\1" ]',
    "sh:datatype rdf:HTML": "sh:property [ sh:path ex:p ; sh:datatype rdf:HTML ]",
    "sh:closed in a property shape": "sh:property [ sh:path ex:p ; sh:closed true ]",
    "sh:minInclusive without sh:path": "sh:minInclusive 1",
    "UNION or a group in a group": "sh:sparql"
    ' [ sh:select "SELECT $this { { $this ?p 1 } UNION { $this ?p 2 } }" ]',
    "$currentShape": 'sh:sparql [ sh:select "SELECT $this { $this ?p $currentShape }" ]',
    "another shape refers to": 'sh:node [ sh:sparql [ sh:select "SELECT $this { $this ?p 1 }" ] ]',
}


@pytest.mark.parametrize(("said", "rest"), LEFT.items(), ids=LEFT)
def test_what_the_fast_engine_does_not_do_is_refused_by_name(said, rest):
    shapes = turtle(f"ex:S a sh:NodeShape ; sh:targetClass ex:C ; {rest} .")

    with pytest.raises(Misuse, match=re.escape(said) if said[0] != "s" else said):
        validate(turtle("ex:a a ex:C ."), shapes, engine="shacl")


LITERALS_LEFT = [
    '"12024-01-01"^^xsd:date',
    '" 1 "^^xsd:integer',
    '"2024-01-01"^^xsd:dateTime',
    "1000000000000000000000",
]


@pytest.mark.parametrize("literal", LITERALS_LEFT)
def test_a_literal_that_engines_read_differently_is_left_to_pyshacl(literal, capfd):
    shapes = shape("ex:p", "sh:datatype xsd:date", TARGETS[2])
    data = turtle(f"ex:a ex:p {literal} .")

    with pytest.raises(Misuse, match=r"the literal .* which engines read differently"):
        validate(data, shapes, engine="shacl")
    many = [*data, *turtle("".join(f"ex:n{n} ex:q {n} ." for n in range(1100)))]
    assert validate(many, shapes).engine == "pyshacl"
    assert capfd.readouterr().err == ""


def test_auto_takes_the_reference_for_small_graphs_and_the_fast_engine_for_large_ones():
    shapes = shape("ex:p", "sh:datatype xsd:date", TARGETS[2])
    many = turtle("".join(f"ex:n{n} ex:p {n} ." for n in range(1100)))

    assert validate(many[:50], shapes).engine == "pyshacl"
    assert validate(many, shapes).engine == "shacl"
    assert len(validate(many, shapes).results) == 1100


def test_an_engine_that_is_none_is_refused():
    with pytest.raises(Misuse, match="one of auto, pyshacl, shacl"):
        validate([], [], engine="jena")


def test_the_command_prints_and_writes_the_engine(cli, tmp_path):
    for name, text in {
        "data.ttl": "<urn:a> a <urn:C> .",
        "shapes.ttl": "@prefix sh: <http://www.w3.org/ns/shacl#> . "
        "<urn:S> a sh:NodeShape ; sh:targetClass <urn:C> ; sh:nodeKind sh:IRI .",
    }.items():
        (tmp_path / name).write_text(text, "utf-8")
    of = [tmp_path / "data.ttl", "--shapes", tmp_path / "shapes.ttl"]
    for engine in ("pyshacl", "shacl"):
        answer = cli("validate", "--engine", engine, *of)
        assert (answer.code, answer.out) == (0, f"conforms ({engine})\n")
        written = cli("validate", "--engine", engine, *of, "--format", "json").out
        assert f'"engine": "{engine}"' in written
    answer = cli("validate", "--engine", "pyshacl")
    assert (answer.code, answer.out) == (0, "conforms (pyshacl)\n")


# After a change.


def test_only_nodes_that_see_the_change_are_looked_at():
    data = Index(map(statement, shipped()))
    mission = NamedNode(PREFIXES["kg"] + "embassy-of-algeria-in-bamako")
    seat = next(x for x in data.pairs(NamedNode(PREFIXES["rel"] + "seat")) if x[0] == mission)
    gone = (mission, NamedNode(PREFIXES["rel"] + "seat"), seat[1])
    after = Index(one for one in map(statement, shipped()) if one != gone)

    report = revalidate(SHAPES, after, [gone])

    assert mission in report.focus_nodes
    assert len(report.focus_nodes) < 20
    assert {result.focus_node for result in report.results} >= {mission}


@pytest.fixture(scope="module")
def revalidator():
    return Revalidator(SHAPES)


@given(seed=st.integers(0, 2**32))
@settings(max_examples=5)
def test_revising_a_report_is_validating_again(revalidator, seed):
    rng = random.Random(seed)  # noqa: S311  # no secrets
    data = set(rng.sample(sixth(), len(sixth()) - 50))
    report = validate(data, SHAPES)
    for _ in range(3):
        lines = sorted(data, key=str)
        new = set(rng.sample(sixth(), rng.randint(0, 3)))
        for _ in range(rng.randint(0, 4)):
            one, two, three = (rng.choice(lines) for _ in range(3))
            value = rng.choice([two.object, three.object, three.subject])
            new.add(Triple(one.subject, two.predicate, value))
        after = (data | new).difference(rng.sample(lines, rng.randint(0, 4)))
        changed = [statement(triple) for triple in after ^ data]
        part = revalidator.revalidate(Index(map(statement, after)), changed)
        report, data = report.revised(part), after

        assert report == validate(data, SHAPES)


def test_results_about_values_are_left_to_whole_validation():
    inner = shape(PATHS["p"], CORE["an inner property"], "sh:targetClass ex:C")

    with pytest.raises(Misuse, match="sh:property in a property shape"):
        revalidate(inner, Index(), [])


@given(
    GRAPHS,
    GRAPHS,
    st.sampled_from(sorted(PATHS)),
    st.sampled_from(sorted(CORE.keys() - {"an inner property"})),
    st.sampled_from(TARGETS),
)
def test_every_constraint_is_revised_after_every_change(before, after, path, constraint, target):
    shapes = shape(PATHS[path], CORE[constraint], target)
    part = revalidate(
        shapes, Index(map(statement, after)), [statement(one) for one in before ^ after]
    )

    revised = validate(before, shapes, engine="shacl").revised(part)
    assert Counter(revised.results) == Counter(validate(after, shapes, engine="shacl").results)


@settings(max_examples=10)
@given(GRAPHS, GRAPHS, st.sampled_from(sorted(QUERIES)), st.sampled_from(OF_NODES))
def test_every_query_is_revised_after_every_change(before, after, query, target):
    text = f"PREFIX ex: <http://example.org/> {QUERIES[query]}"
    shapes = turtle(f'ex:S a sh:NodeShape ; {target} ; sh:sparql [ sh:select "{text}" ] .')
    part = revalidate(
        shapes, Index(map(statement, after)), [statement(one) for one in before ^ after]
    )

    revised = validate(before, shapes, engine="shacl").revised(part)
    assert Counter(revised.results) == Counter(validate(after, shapes, engine="shacl").results)


UNBOUNDED = {
    "sh:closed": "sh:closed true",
    "beyond": 'sh:sparql [ sh:select "SELECT $this { $this a ?c . ?x a ?y }" ]',
    "a variable": 'sh:sparql [ sh:select "SELECT $this { $this ?p ?c }" ]',
    "(a)": 'sh:property [ sh:path ex:p ; sh:pattern "(a)\\\\1" ]',
}


@pytest.mark.parametrize(("said", "rest"), UNBOUNDED.items(), ids=UNBOUNDED)
def test_shapes_that_look_at_the_whole_graph_are_not_revised(said, rest):
    revalidator = Revalidator(turtle(f"ex:S a sh:NodeShape ; sh:targetClass ex:C ; {rest} ."))

    assert said in revalidator.unbounded
    with pytest.raises(Misuse, match="validate the graph"):
        revalidator.revalidate(Index(), [])
