"""Exports: the same graph in every format, the same bytes every time, whole files or none."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest
import rdflib
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyoxigraph import (
    BaseDirection,
    BlankNode,
    Literal,
    NamedNode,
    RdfFormat,
    Triple,
    parse,
)

from kg import formats
from kg.errors import Misuse, UnknownName
from kg.export import GRAPHS, canonical_turtle, export, format_file, serialize_triples
from kg.export.canonical import canonical_triples
from kg.namespaces import GRAPH, OWL, PREFIXES, RDF, RDFS, REL, XSD, expand

EX = "http://example.org/"
NS = {"g": "http://graphml.graphdrawing.org/xmlns"}


# --- terms and graphs that have broken serializers -------------------------------------------

IRIS = [
    *(EX + local for local in ("a", "a.", ".a", "7", "7a", "a-b", "-", "_", "a%20b", "é")),
    *(EX + local for local in ("a'b()", ";,&=", "#x.y.", "//a", "a:b", "~!$*+@")),
    f"{EX}?a=1&b=2#c",
    f"{EX}a/../b",
    f"{EX}#",
    EX,
    "urn:x:1",
    "urn:uuid:4b1f8e3e-6f0d-4c8e-9b7e-000000000009",
    "mailto:a@b.example",
    "x:",
    *(namespace + "a" for namespace in (PREFIXES["kg"], PREFIXES["rel"], PREFIXES["schema"])),
    PREFIXES["rel"] + "a.b-c",
    PREFIXES["rel"] + "a/b",
    PREFIXES["wd"] + "Q912",
    PREFIXES["rdf"] + "_1",
    *(node.value for node in (RDF.type, RDF.first, RDF.rest, RDF.nil, RDFS.label, OWL.Ontology)),
]
LEXICAL = {
    XSD.integer: ["007", "+1", "-0", "1", "", "abc", "1.0", "٣"],
    XSD.decimal: ["1.50", ".5", "5.", "1", "-0.0", "1e3"],
    XSD.double: ["1E2", "1e+02", "1.E3", ".5e-1", "INF", "NaN", "1.0"],
    XSD.boolean: ["1", "0", "true", "false", "True"],
    XSD.date: ["2025-03-31", "2024-13-45"],
    NamedNode(PREFIXES["edtf"] + "EDTF"): ["2025-03-31~", "2012/2013-01", ".."],
    NamedNode(PREFIXES["rdf"] + "JSON"): ['{ "a" : 1 }', "{"],
    NamedNode(PREFIXES["rdf"] + "HTML"): ["<b>", "<b>x</b>"],
    NamedNode(EX + "7"): ["x"],
    NamedNode("urn:d:t"): [""],
}
TEXTS = [
    "",
    " a  b ",
    'say "so"',
    "it's",
    "back\\slash\\",
    "tab\tline\nreturn\rboth\r\nend",
    "\"\"\" and '''",
    'ends with ""',
    "#no comment",
    "<&>]]>",
    "é é ﷽ 𝄞 \u202e \ufeff \x85\u2028",
    "\x00\x01\x0b\x7f\ufffe",
    "{{x}} ${y} _:b0 @en ^^x",
    "a,b;c",
]
predicates = st.sampled_from([iri for iri in IRIS if iri != RDF.nil.value]).map(NamedNode)
iris = st.sampled_from(IRIS).map(NamedNode)
blanks = st.sampled_from("abcde").map(BlankNode)
texts = st.sampled_from(TEXTS) | st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
literals = st.one_of(
    texts.map(Literal),
    st.tuples(texts, st.sampled_from(["en", "fr", "zh-hant", "de-ch-1901"])).map(
        lambda pair: Literal(pair[0], language=pair[1])
    ),
    st.sampled_from([(kind, text) for kind, forms in LEXICAL.items() for text in forms]).map(
        lambda pair: Literal(pair[1], datatype=pair[0])
    ),
    st.tuples(texts, st.sampled_from(list(LEXICAL))).map(
        lambda pair: Literal(pair[0], datatype=pair[1])
    ),
)
triples = st.builds(Triple, iris | blanks, predicates, iris | blanks | literals)


@st.composite
def lists(draw):
    """A list of terms, well formed or not quite: shared, cyclic, broken off, said more of."""
    items = draw(st.lists(iris | blanks | literals, min_size=1, max_size=4))
    name = draw(st.sampled_from("lm"))
    cells = [BlankNode(f"{name}{number}") for number in range(len(items))]
    ends = st.sampled_from([RDF.nil, RDF.nil, RDF.nil, cells[0], BlankNode("a"), RDF.first])
    found = [Triple(draw(iris | blanks), draw(predicates), cells[0])]
    if draw(st.booleans()) and draw(st.booleans()):
        found.append(Triple(draw(iris), draw(predicates), draw(st.sampled_from(cells))))
    for cell, item, rest in zip(cells, items, [*cells[1:], draw(ends)], strict=True):
        found += [Triple(cell, RDF.first, item), Triple(cell, RDF.rest, rest)]
        if draw(st.integers(0, 9)) == 0:
            found.append(Triple(cell, RDF.type, RDF.List))
    return found


graphs = st.builds(
    lambda plain, *more: [*plain, *(triple for found in more for triple in found)],
    st.lists(triples, max_size=10),
    st.lists(lists(), max_size=2).map(lambda found: [t for each in found for t in each]),
)


def turtle(text):
    return [quad.triple for quad in parse(text.encode(), RdfFormat.TURTLE)]


SAMPLE = turtle(
    """
    @prefix ex: <http://example.org/> . @prefix rel: <https://w3id.org/relations-kg/ontology#> .
    @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
    @prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
    @prefix owl: <http://www.w3.org/2002/07/owl#> .
    ex:b a rel:Event, ex:C ; rdfs:label "b"@en, "bé"@fr ; ex:n 007, 1E2, "1.50" ;
        ex:l (1 (2) [] ex:a) .
    ex:a ex:p [ ex:q [ ex:r 1 ], [ ex:r 2 ] ], _:shared . ex:c ex:p _:shared . _:shared ex:p "s" .
    <http://example.org/o> a owl:Ontology . _:x ex:p _:y . _:y ex:p _:x .
    [] a owl:AllDifferent ; owl:members ( ex:a ex:b ) . _:loop rdf:first 1 ; rdf:rest _:loop .
    """
)


# --- one reader for each format: pyoxigraph's, or a few lines that know nothing of the writer --


def expanded(name):
    return NamedNode(name[1:-1] if name[0] == "<" else expand(name))


def read_csv(content):
    def node(text):
        return BlankNode(text[2:]) if text.startswith("_:") else NamedNode(text)

    for row in csv.DictReader(io.StringIO(content.decode(), newline="")):
        term = row["object"]
        if row["object_kind"] != "literal":
            term = node(term)
        elif row["language"]:
            term = Literal(term, language=row["language"])
        else:
            term = Literal(term, datatype=NamedNode(row["datatype"]))
        yield Triple(node(row["subject"]), NamedNode(row["predicate"]), term)


def read_graphml(content):
    root = ET.fromstring(content)  # noqa: S314 - written a moment ago
    names = {key.get("id"): key.get("attr.name") for key in root.findall("g:key", NS)}

    def data(element):
        return {
            names[datum.get("key")]: datum.text or "" for datum in element.findall("g:data", NS)
        }

    nodes = {}
    for element in root.iterfind(".//g:node", NS):
        iri = data(element).get("iri")
        identifier = element.get("id")
        nodes[identifier] = NamedNode(iri) if iri else BlankNode(identifier.partition(":")[2])
        for name, text in data(element).items():
            if name == "types[]":
                for kind in json.loads(text):
                    yield Triple(nodes[identifier], RDF.type, NamedNode(kind))
            elif ":" in name:
                values = json.loads(text) if name.endswith("[]") else [text]
                yield from stated(nodes[identifier], name.removesuffix("[]"), values)
    for element in root.iterfind(".//g:edge", NS):
        predicate = NamedNode(data(element)["iri"])
        yield Triple(nodes[element.get("source")], predicate, nodes[element.get("target")])


def stated(subject, name, values):
    predicate, kind, detail = re.fullmatch(r"(<[^>]*>|[^@^]*)(?:(@|\^\^)(.*))?", name).groups()
    for value in values:
        if kind == "@":
            term = Literal(value, language=detail)
        else:
            term = Literal(value, datatype=expanded(detail) if kind else XSD.string)
        yield Triple(subject, expanded(predicate), term)


def read(content, name):
    own = {"csv": read_csv, "graphml": read_graphml}
    if name in own:
        return list(own[name](content))
    return [quad.triple for quad in parse(content, formats.by_name(name).rdf)]


def same(a, b):
    return canonical_triples(a) == canonical_triples(b)


# --- the laws ---------------------------------------------------------------------------------

LOSSLESS = ["ttl", "nt", "nq", "trig", "csv", "graphml"]
#: What these formats cannot carry they refuse; all else comes back.
PARTIAL = ["rdfxml", "jsonld"]


@pytest.mark.parametrize("name", LOSSLESS)
@settings(deadline=None, max_examples=60)
@given(graph=graphs)
@example(graph=SAMPLE)
@example(graph=[])
def test_what_is_written_reads_back_as_the_same_graph(name, graph):
    assert same(read(serialize_triples(graph, name), name), graph)


@pytest.mark.parametrize("name", PARTIAL)
@settings(deadline=None, max_examples=60)
@given(graph=graphs)
@example(graph=SAMPLE)
@example(graph=[])
def test_what_is_written_reads_back_as_the_same_graph_or_is_refused(name, graph):
    refusal = None
    try:
        content = serialize_triples(graph, name)
    except Misuse as error:
        refusal = str(error)

    if refusal is None:
        assert same(read(content, name), graph)
        if name == "rdfxml":
            ET.fromstring(content)  # noqa: S314 - written a moment ago
    else:
        assert refusal.endswith("choose another format")


@pytest.mark.parametrize("name", formats.FORMATS)
def test_the_sample_is_refused_by_no_format(name):
    assert same(read(serialize_triples(SAMPLE, name), name), SAMPLE)


@settings(deadline=None, max_examples=50)
@given(graph=graphs, order=st.randoms(use_true_random=False))
def test_turtle_does_not_depend_on_order_or_on_labels(graph, order):
    names = {label: f"z{number}" for number, label in enumerate("edcba")}

    def renamed(term):
        return BlankNode(names.get(term.value, term.value)) if isinstance(term, BlankNode) else term

    other = [Triple(renamed(t.subject), t.predicate, renamed(t.object)) for t in graph]
    order.shuffle(other)

    assert canonical_turtle(other) == canonical_turtle(graph)


@pytest.mark.filterwarnings("ignore:Parsing weird boolean:UserWarning")
@settings(deadline=None, max_examples=50)
@given(graph=graphs)
@example(graph=SAMPLE)
def test_turtle_is_read_by_rdflib_as_the_same_graph(graph):
    text = canonical_turtle(graph)

    normalize = rdflib.NORMALIZE_LITERALS
    rdflib.NORMALIZE_LITERALS = False
    try:
        found = rdflib.Graph().parse(data=text, format="turtle").serialize(format="nt11")
    finally:
        rdflib.NORMALIZE_LITERALS = normalize

    assert same(read(found.encode(), "nt"), graph)


@settings(deadline=None, max_examples=60)
@given(
    graph=graphs.filter(bool), head=st.sampled_from(["", "# one\n", "#\n##### two\n\n# three\n"])
)
def test_format_is_idempotent_and_never_changes_the_graph(tmp_path_factory, graph, head):
    file = tmp_path_factory.mktemp("format") / "a.ttl"
    nt = "".join(f"{triple} .\n" for triple in graph)
    file.write_bytes((head + nt).encode())

    format_file(file)

    assert same(read(file.read_bytes(), "ttl"), graph)
    assert format_file(file) is None


PRINT_DIGESTS = """
import hashlib, sys
from pathlib import Path
from pyoxigraph import RdfFormat, parse
from kg import export, formats, resources
from kg.namespaces import GRAPH
facts, terms = resources.data() / "relations.ttl", resources.ontology()[0]
files = {GRAPH.asserted: facts, GRAPH.ontology: terms}
graphs = {name: [q.triple for q in parse(path=path)] for name, path in files.items()}
graphs[GRAPH.links] = [q.triple for q in parse(sys.stdin.buffer.read(), RdfFormat.TURTLE)]
for name in formats.FORMATS:
    print(name, hashlib.sha256(export.export(graphs, name)).hexdigest())
"""


def digests(**environment):
    done = subprocess.run(
        [sys.executable, "-c", PRINT_DIGESTS],
        input=canonical_turtle(SAMPLE).encode(),
        env=os.environ | environment,
        capture_output=True,
        check=True,
    )
    return done.stdout.decode().splitlines()


def test_exports_are_the_same_bytes_in_every_process():
    first = digests(PYTHONHASHSEED="0", LC_ALL="C", TZ="UTC")
    second = digests(PYTHONHASHSEED="4242", LC_ALL="tr_TR.UTF-8", TZ="Asia/Kathmandu")

    assert [line.split()[0] for line in first] == list(formats.FORMATS)
    assert first == second


# --- what the formats look like ---------------------------------------------------------------

LAYOUT = """\
# Two lines
#
# of remarks

@prefix rel: <https://w3id.org/relations-kg/ontology#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix ex: <http://example.org/> .

ex:o a owl:Ontology .

ex:a
    ex:p
        [
            ex:q
                [
                    ex:r 1 ;
                ] ,
                [
                    ex:r 2 ;
                ] ;
        ] ,
        _:c14n0 ;
.

ex:b a
        ex:C ,
        rel:Event ;
    rdfs:label
        "b"@en ,
        "bé"@fr ;
    ex:l (
        1
        (
            2
        )
        []
        ex:a
    ) ;
    ex:n
        "007"^^xsd:integer ,
        "1.50" ,
        1E2 ;
.

ex:c
    ex:p _:c14n0 ;
.

_:c14n0
    ex:p "s" ;
.

_:c14n1
    rdf:first 1 ;
    rdf:rest _:c14n1 ;
.

_:c14n2
    ex:p [
        ex:p _:c14n2 ;
    ] ;
.

[] a owl:AllDifferent ;
    owl:members (
        ex:a
        ex:b
    ) ;
.
"""


def test_turtle_is_laid_out_for_people_and_diffs():
    assert canonical_turtle(SAMPLE, "Two lines\n\nof remarks", {"ex": EX}) == LAYOUT


def test_a_new_triple_is_one_new_line():
    before = canonical_turtle(SAMPLE).splitlines()
    more = turtle("<http://example.org/c> <http://example.org/z> 5 .")

    after = canonical_turtle([*SAMPLE, *more]).splitlines()

    assert [line for line in after if line not in before] == ["    <http://example.org/z> 5 ;"]
    assert len(after) == len(before) + 1


def test_prefixes_of_a_file_go_before_those_of_kg():
    text = canonical_turtle(
        turtle("<http://example.org/a> a <https://w3id.org/relations-kg/ontology#Event> ."),
        prefixes={"rel": EX, "r": PREFIXES["rel"], "ex": EX, "unused": "http://x.example/"},
    )

    assert text == (f"@prefix ex: <{EX}> .\n@prefix r: <{PREFIXES['rel']}> .\n\nex:a a r:Event .\n")


@pytest.mark.parametrize("length", [3, 2000])
@pytest.mark.parametrize("name", ["ttl", "jsonld"])
def test_long_lists_and_deep_nests_do_not_run_out_of_stack(name, length):
    cells = [BlankNode(f"c{number}") for number in range(length)]
    chain = [Triple(a, RDFS.seeAlso, b) for a, b in pairwise(cells)]
    listed = [BlankNode(f"l{number}") for number in range(length)]
    for cell, rest in zip(listed, [*listed[1:], RDF.nil], strict=True):
        chain += [Triple(cell, RDF.first, REL.Event), Triple(cell, RDF.rest, rest)]
    graph = [*chain, Triple(REL.Event, RDFS.seeAlso, listed[0])]

    assert same(read(serialize_triples(graph, name), name), graph)


def test_an_empty_graph_is_an_empty_document():
    assert canonical_turtle([]) == ""
    assert serialize_triples([], "nt") == b""


def test_csv_keeps_the_graphs_in_a_column():
    graphs = {
        GRAPH.claims: [Triple(REL.Claim, RDFS.label, Literal('a "b",\r\nc', language="en"))],
        GRAPH.asserted: [Triple(REL.Event, RDFS.seeAlso, BlankNode())],
    }

    rows = list(csv.reader(io.StringIO(export(graphs, "csv").decode(), newline="")))

    see, label = RDFS.seeAlso.value, RDFS.label.value
    assert rows == [
        ["subject", "predicate", "object", "object_kind", "datatype", "language", "graph"],
        [REL.Event.value, see, rows[1][2], "bnode", "", "", GRAPH.asserted.value],
        [
            *(REL.Claim.value, label, 'a "b",\r\nc', "literal"),
            *(RDF.langString.value, "en", GRAPH.claims.value),
        ],
    ]
    assert rows[1][2].startswith("_:")


# --- which graphs -----------------------------------------------------------------------------

NAMED = {
    GRAPH[name]: [Triple(REL.Event, RDFS.label, Literal(name))]
    for name in ("asserted", "reference", "ontology", "claims", "links", "inferred/reported")
}


@pytest.mark.parametrize("name", ["nq", "trig"])
def test_quads_keep_their_graphs(name):
    found = parse(export(NAMED, name), formats.by_name(name).rdf)

    assert {(quad.graph_name, quad.triple) for quad in found} == {
        (graph, triple) for graph, held in NAMED.items() for triple in held
    }


@pytest.mark.parametrize("name", formats.FORMATS)
def test_blank_nodes_that_two_graphs_share_stay_one(name):
    shared = BlankNode("x")
    graphs = {
        GRAPH.asserted: [Triple(REL.Event, RDFS.seeAlso, shared)],
        GRAPH.claims: [Triple(shared, RDFS.label, Literal("x"))],
    }

    assert same(read(export(graphs, name), name), [t for held in graphs.values() for t in held])


@pytest.mark.parametrize("graph", GRAPHS)
def test_one_graph_can_be_chosen(graph):
    labels = {triple.object.value for triple in read(export(NAMED, "nt", graph), "nt")}

    every = {held[0].object.value for held in NAMED.values()}
    assert labels == (every if graph == "all" else {graph.replace("inferred", "inferred/reported")})


def test_an_unknown_graph_or_format_gets_the_close_ones():
    with pytest.raises(UnknownName, match='no graph "assertd"; did you mean asserted'):
        export(NAMED, "ttl", "assertd")
    with pytest.raises(UnknownName, match='no format "turtl"'):
        export(NAMED, "turtl")


# --- what is refused --------------------------------------------------------------------------

RDF12 = [
    Triple(REL.Event, RDFS.label, Literal("x", language="ar", direction=BaseDirection.RTL)),
    Triple(REL.Event, RDFS.seeAlso, Triple(REL.Event, RDFS.label, Literal("x"))),
]


@pytest.mark.parametrize("name", formats.FORMATS)
@pytest.mark.parametrize("triple", RDF12, ids=["direction", "triple term"])
def test_terms_of_rdf_1_2_are_refused_by_every_format_alike(name, triple):
    with pytest.raises(Misuse, match=r"is RDF 1\.2"):
        serialize_triples([triple], name)


@pytest.mark.parametrize(
    ("triple", "reason"),
    [
        (f"<{EX}a> <{EX}7> 1 .", "the predicate does not end in an XML name"),
        (f"<{EX}a> <{PREFIXES['rdf']}li> 1 .", "the predicate is a word of RDF/XML itself"),
        (f'<{EX}a> <{EX}p> "\\u0000" .', "the text has a character that XML cannot carry"),
    ],
    ids=["digit", "reserved", "control character"],
)
def test_rdfxml_says_what_it_cannot_carry(triple, reason):
    with pytest.raises(Misuse, match=f"{reason}: choose another format"):
        serialize_triples(turtle(triple), "rdfxml")


def test_rdfxml_takes_classes_and_resources_of_any_name():
    graph = turtle(f'<{EX}7> a <{EX}8> ; <{EX}p7> <{EX}9>, "a\\rb\\r\\n" ; <{EX}7a> 1 .')

    content = serialize_triples(graph, "rdfxml")

    ET.fromstring(content)  # noqa: S314 - written a moment ago
    assert same(read(content, "rdfxml"), graph)
