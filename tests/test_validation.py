"""SHACL: results with their place, refusals in one line, and the W3C's own tests."""

from __future__ import annotations

import socket
import threading
import warnings
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Triple

from kg.dataset import load
from kg.errors import Misuse, ParseFailure, QueryRefused
from kg.namespaces import PREFIXES, SH, expand
from kg.validation import validate
from kg.validation.report import describe
from kg.validation.shapes import ShapesGraph
from notation import HEAD, turtle

DATA = """
ex:a a rel:Event ; rdfs:label "first"@en ; rel:date "2024-13-45"^^xsd:date , "x" .
ex:b a rel:Event ; rel:partOf ex:a .
"""
SHAPE = "ex:S a sh:NodeShape ; sh:targetClass rel:Event ; "


def report_on(shape, data=DATA):
    return validate(turtle(data), turtle(shape))


def test_a_graph_without_faults_conforms_and_has_no_results():
    report = report_on(SHAPE + "sh:nodeKind sh:IRI .")

    assert report.conforms
    assert report.results == ()
    assert str(report) == ""


def test_a_result_tells_all_that_shacl_says_of_it():
    (result,) = report_on(
        SHAPE + 'sh:property [ sh:path rel:date ; sh:minCount 1 ; sh:message "give a date" ] .'
    ).results

    assert result.focus_node == NamedNode("http://example.org/b")
    assert result.path == "rel:date"
    assert result.value is None
    assert result.severity == "Violation"
    assert result.component == NamedNode(SH.iri + "MinCountConstraintComponent")
    assert result.message == "give a date"
    assert result.label is None


def test_a_label_is_taken_from_the_data_where_there_is_no_dataset():
    report = report_on(SHAPE + 'sh:nodeKind sh:Literal ; sh:message "wrong" .')

    assert str(report).splitlines() == [
        "Violation: first (<http://example.org/a>): wrong",
        "Violation: <http://example.org/b>: wrong",
    ]


def test_triple_terms_are_refused_rather_than_left_out():
    inner = turtle("ex:a rel:partOf ex:b .")[0]
    data = [Triple(inner.subject, inner.predicate, inner)]

    with pytest.raises(Misuse, match="knows no triple terms"):
        validate(data, turtle(SHAPE + "sh:nodeKind sh:IRI ."))


def test_warnings_and_remarks_count_unless_they_are_allowed():
    warning = report_on(SHAPE + "sh:nodeKind sh:Literal ; sh:severity sh:Warning .")
    remark = report_on(SHAPE + "sh:nodeKind sh:Literal ; sh:severity sh:Info .")

    assert [result.severity for result in warning.results] == ["Warning", "Warning"]
    assert warning.counts() == {"Violation": 0, "Warning": 2, "Info": 0}
    assert not warning.conforms
    assert not remark.conforms
    assert warning.allowing("Warning").conforms
    assert not warning.allowing("Info").conforms
    assert remark.allowing("Info").conforms
    assert str(remark).startswith("Info: ")


def test_a_line_names_file_line_label_and_message(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = 'ex:a a rel:Event ;\n    rdfs:label "first"@en ;\n    rel:depth 3 .\n'
    Path("data.ttl").write_text(HEAD + text, encoding="utf-8")
    Path("terms.ttl").write_text(HEAD + "rel:Event a owl:Class .", encoding="utf-8")
    dataset = load([Path("data.ttl")], [Path("terms.ttl")])
    shape = turtle(
        SHAPE
        + 'sh:property [ sh:path rel:depth ; sh:maxInclusive 2 ; sh:message "too deep" ] ,'
        + ' [ sh:path rel:date ; sh:minCount 1 ; sh:message "give a date" ] .'
    )

    report = validate(turtle(text), shape, dataset=dataset)

    first = len(HEAD.splitlines()) + 1
    assert str(report).splitlines() == [
        f"data.ttl:{first}: Violation: first (<http://example.org/a>): give a date",
        f"data.ttl:{first + 2}: Violation: first (<http://example.org/a>): too deep",
    ]
    assert report.rows()[1] == {
        "severity": "Violation",
        "check": "shapes",
        "file": "data.ttl",
        "line": first + 2,
        "focus_node": "<http://example.org/a>",
        "label": "first",
        "path": "rel:depth",
        "value": '"3"^^xsd:integer',
        "component": "sh:MaxInclusiveConstraintComponent",
        "source": "[]",
        "message": "too deep",
    }


def test_violations_come_before_warnings():
    report = report_on(
        SHAPE + "sh:property [ sh:path rel:date ; sh:minCount 1 ; sh:severity sh:Warning ] ;"
        " sh:property [ sh:path rel:partOf ; sh:minCount 1 ] ."
    )

    assert [result.severity for result in report.results] == ["Violation", "Warning"]


def test_literals_keep_their_spelling():
    report = report_on(
        SHAPE + "sh:property [ sh:path rel:size ; sh:maxInclusive 5 ] .",
        'ex:a a rel:Event ; rel:size "007"^^xsd:integer , "bad"^^xsd:integer .',
    )

    assert {describe(result.value) for result in report.results} == {
        '"007"^^xsd:integer',
        '"bad"^^xsd:integer',
    }


PATHS = {
    "rel:date": "rel:date",
    "( rel:partOf rel:date )": "rel:partOf/rel:date",
    "[ sh:inversePath rel:partOf ]": "^rel:partOf",
    "[ sh:alternativePath ( rel:date rel:day ) ]": "rel:date|rel:day",
    "[ sh:zeroOrMorePath [ sh:alternativePath ( rel:date rel:day ) ] ]": "(rel:date|rel:day)*",
    "( [ sh:inversePath rel:partOf ] [ sh:oneOrMorePath rel:day ] )": "(^rel:partOf)/(rel:day+)",
    "[ sh:zeroOrOnePath rel:date ]": "rel:date?",
}


@pytest.mark.parametrize("written", PATHS)
def test_a_path_is_written_as_sparql_writes_it(written):
    report = report_on(SHAPE + f"sh:property [ sh:path {written} ; sh:minCount 9 ] .")

    assert {result.path for result in report.results} == {PATHS[written]}
    assert len(report.results) == 2
    # The triples keep the path as a structure: as many blank nodes, the same spelling.
    graph = ShapesGraph(report.to_triples())
    roots = [triple.object for triple in graph.triples if triple.predicate == SH.resultPath]
    assert {graph.path(root) for root in roots} == {PATHS[written]}


def test_a_sparql_constraint_is_evaluated_with_its_prefixes():
    report = report_on(
        'ex:shapes a owl:Ontology ; sh:declare [ sh:prefix "rel" ;'
        f' sh:namespace "{PREFIXES["rel"]}"^^xsd:anyURI ] .'
        + SHAPE
        + 'sh:message "general"@en ;'
        + ' sh:sparql [ sh:prefixes ex:shapes ; sh:message "not {?value}, {$this}"@en ;'
        ' sh:select "SELECT $this (rel:partOf AS ?path) ?value { $this rel:partOf ?value }" ] .'
    )

    (result,) = report.results
    assert result.focus_node == NamedNode("http://example.org/b")
    assert result.path == "rel:partOf"
    assert result.value == NamedNode("http://example.org/a")
    assert result.message == "not http://example.org/a, http://example.org/b"


def test_known_addresses_in_a_message_become_curies():
    report = report_on(
        SHAPE + "sh:property [ sh:path rel:partOf ; sh:class rel:Place ] .",
        "kg:b a rel:Event ; rel:partOf kg:a .",
    )

    assert str(report) == "Violation: kg:b: Value does not have class rel:Place"


def test_a_message_in_english_is_preferred():
    report = report_on(SHAPE + 'sh:message "falsch"@de , "wrong"@en ; sh:nodeKind sh:Literal .')

    assert {result.message for result in report.results} == {"wrong"}


def test_a_target_may_be_a_query():
    report = report_on(
        "ex:S a sh:NodeShape ; sh:nodeKind sh:Literal ; sh:target [ a sh:SPARQLTarget ;"
        f' sh:select "SELECT ?this {{ ?this <{PREFIXES["rel"]}partOf> ?x }}" ] .'
    )

    assert [result.focus_node.value for result in report.results] == ["http://example.org/b"]


def test_rules_are_not_run():
    report = report_on(
        SHAPE + "sh:rule [ a sh:TripleRule ; sh:subject sh:this ; sh:predicate rel:new ;"
        " sh:object ex:z ] ; sh:property [ sh:path rel:new ; sh:maxCount 0 ] ."
    )

    assert report.conforms


def test_neither_data_nor_shapes_are_changed():
    data, shapes = turtle(DATA), turtle(SHAPE + "sh:nodeKind sh:Literal .")
    before = (list(data), list(shapes))

    first = validate(data, shapes)
    second = validate(data, shapes)

    assert (data, shapes) == before
    assert first == second


def test_blank_nodes_of_data_and_shapes_with_one_label_stay_apart():
    shapes = turtle(SHAPE + "sh:property _:b0 . _:b0 sh:path rel:inner ; sh:nodeKind sh:IRI .")
    shape_node = next(t.object for t in shapes if t.predicate == SH.property)
    data = [
        *turtle("ex:a a rel:Event ."),
        Triple(NamedNode("http://example.org/a"), NamedNode(expand("rel:inner")), shape_node),
    ]

    (result,) = validate(data, shapes).results

    assert result.value == shape_node
    assert result.source == shape_node
    values = {triple.predicate: triple.object for triple in validate(data, shapes).to_triples()}
    assert values[SH.value] != values[SH.sourceShape]


def test_the_triples_of_a_report_are_shacl_and_always_the_same():
    shape = SHAPE + "sh:property [ sh:path ( rel:partOf rel:date ) ; sh:minCount 9 ] ."

    first, second = (report_on(shape).to_triples() for _ in range(2))

    assert first == second
    assert sum(triple.object == SH.ValidationResult for triple in first) == 2
    conforms = [triple.object.value for triple in first if triple.predicate == SH.conforms]
    assert conforms == ["false"]


NAMED = "shape <http://example.org/S>"
ILL_FORMED = [
    ('sh:property [ sh:path rel:date ; sh:minCount "a" ] .', "sh:minCount must be a literal"),
    ("sh:property [ sh:path rel:date , rel:day ] .", "more than one 'sh:path'"),
    ("sh:property [ sh:minCount 1 ] .", "not a well-formed SHACL PropertyShape"),
    ("sh:property [ sh:path [ rel:a rel:b ] ; sh:minCount 1 ] .", "not a known property"),
    ('sh:property [ sh:path rel:date ; sh:pattern "(" ] .', "a group is not closed"),
    ("sh:or () .", "well-formed RDF list"),
    ("sh:property [ sh:path rel:date ; sh:minCuont 1 ] .", "did you mean sh:minCount?"),
    ("sh:property [ sh:path rel:date ; sh:nodeKind sh:IRl ] .", "sh:IRl is no term of SHACL"),
    ("sh:node ex:S .", "refers to itself"),
    ("sh:property [ sh:path rel:partOf ; sh:node ex:S ] .", "refers to itself"),
    ("sh:or ( [ sh:not ex:S ] ex:T ) .", "refers to itself"),
    ('sh:js [ sh:jsFunctionName "f" ] .', "does not run JavaScript"),
    ("sh:entailment rel:x .", "validation infers nothing"),
    ('sh:sparql [ sh:select "SELECT $this { $this nope:x ?x }" ] .', "Unknown namespace prefix"),
    ('sh:sparql [ sh:select "SELECT $this { $this a ?x MINUS { ?x a ?y } }" ] .', "MINUS"),
]


@pytest.mark.parametrize(("rest", "words"), ILL_FORMED)
def test_ill_formed_shapes_are_refused_in_one_line_with_their_name(rest, words, capfd):
    with pytest.raises(Misuse) as refused:
        report_on(SHAPE + rest)

    message = str(refused.value)
    assert words in message
    assert message.startswith(NAMED)
    assert "\n" not in message
    assert capfd.readouterr() == ("", "")


def test_a_query_that_does_not_parse_names_its_shape(capfd):
    with pytest.raises(ParseFailure, match=NAMED):
        report_on(SHAPE + 'sh:sparql [ sh:select "SELECT $this { $this " ] .')

    assert capfd.readouterr() == ("", "")


def test_ill_typed_literals_raise_no_warning(capfd):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        report = report_on(SHAPE + "sh:property [ sh:path rel:date ; sh:datatype xsd:date ] .")

    assert len(report.results) == 2
    assert capfd.readouterr() == ("", "")


class Trap:
    """A server that answers nobody and knows whether anyone came."""

    def __init__(self, server):
        self._server = server
        self.address = f"http://127.0.0.1:{server.getsockname()[1]}/"

    def was_visited(self):
        self._server.settimeout(0.05)
        try:
            self._server.accept()
        except TimeoutError:
            return False
        return True


@pytest.fixture
def trap():
    before = socket.getdefaulttimeout()
    with socket.create_server(("127.0.0.1", 0)) as server:
        # Whoever walks into the trap waits for an answer that never comes.
        socket.setdefaulttimeout(1)
        yield Trap(server)
        socket.setdefaulttimeout(before)


OUTWARD = [
    "SELECT $this { SERVICE <URL> { $this ?p ?o } }",
    "SELECT $this { SERVICE SILENT <URL> { $this ?p ?o } }",
    # rdflib reads a keyword here, others a prefixed name.
    "PREFIX : <URL> SELECT $this { SERVICE:x { $this ?p ?o } }",
    "PREFIX : <URL> SELECT $this { FILTER EXISTS { SERVICE:x { $this ?p ?o } } }",
    "SELECT $this { { SELECT $this { SERVICE <URL> { $this ?p ?o } } } }",
    "SELECT $this { SERV\\\\u0049CE <URL> { $this ?p ?o } }",
    "SELECT $this FROM <URL> { $this ?p ?o }",
    "SELECT $this FROM NAMED <URL> { GRAPH ?g { $this ?p ?o } }",
]


@pytest.mark.parametrize("query", OUTWARD)
def test_shapes_never_reach_outside(query, trap):
    with pytest.raises((QueryRefused, ParseFailure), match=NAMED):
        report_on(SHAPE + f'sh:sparql [ sh:select "{query.replace("URL", trap.address)}" ] .')

    assert not trap.was_visited()


@pytest.mark.parametrize("kind", ["ask", "construct"])
def test_every_kind_of_query_in_shapes_is_looked_at(kind, trap):
    text = (
        f"{kind.upper()} {'{}' if kind == 'construct' else ''} {{ SERVICE <{trap.address}> {{}} }}"
    )
    shape = f'ex:f a sh:SPARQLFunction ; sh:{kind} "{text.replace("{}", "{ ?s ?p ?o }", 1)}" .'

    with pytest.raises((QueryRefused, ParseFailure)):
        report_on(shape)

    assert not trap.was_visited()


def test_imports_are_not_fetched(trap):
    report = report_on(f"<http://example.org/> a owl:Ontology ; owl:imports <{trap.address}> .")

    assert report.conforms
    assert not trap.was_visited()


def test_updates_in_shapes_are_refused():
    with pytest.raises(QueryRefused, match="validation changes nothing"):
        report_on('ex:S a sh:SPARQLUpdateExecutable ; sh:update "CLEAR ALL" .')


def test_runs_in_several_threads_give_the_same_report():
    shape = turtle(SHAPE + "sh:property [ sh:path rel:date ; sh:datatype xsd:date ] .")
    data = turtle(DATA)
    reports = []
    threads = [
        threading.Thread(target=lambda: reports.append(validate(data, shape))) for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(reports) == 6
    assert all(report == reports[0] for report in reports)
