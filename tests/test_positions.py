"""The line that a message names is the line where the triple stands."""

from __future__ import annotations

from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    RdfFormat,
    Triple,
    serialize,
)

from kg.dataset import parsing, statements
from kg.dataset.lines import Positions
from kg.formats import FORMATS
from kg.namespaces import RDF, XSD

E = "http://e.org/"


def node(name):
    return NamedNode(E + name)


def lines_of(text, kind="ttl"):
    """Say for each triple that pyoxigraph reads on which line it is found."""
    positions = Positions(text, FORMATS[kind], "d0b")
    quads = parsing.parse("x", FORMATS[kind], text.encode(), "d0b")
    return [(str(quad.triple), positions.line_of(quad.triple)) for quad in quads]


def test_each_object_of_a_list_is_on_its_own_line():
    text = dedent("""\
        @prefix : <http://e.org/> .
        # :a :b :not .
        :a
            :b :c ,
               :d ; # :x
            ;
            a
               :e
            .
        """)
    positions = Positions(text, FORMATS["ttl"])
    assert positions.line_of(Triple(node("a"), node("b"), node("c"))) == 4
    assert positions.line_of(Triple(node("a"), node("b"), node("d"))) == 5
    assert positions.line_of(Triple(node("a"), RDF.type, node("e"))) == 8
    assert positions.line_of(Triple(node("a"), node("b"), node("not"))) is None
    assert positions.line_of_subject(node("a")) == 3
    assert positions.line_of_subject(node("c")) is None


def test_strings_names_and_numbers_in_every_spelling_are_found():
    text = dedent('''\
        PREFIX p: <http://e.org/>
        BASE <http://e.org/f/>
        @prefix bAse.x: <http://e.org/y#> .
        p:a p:b """long "quoted"
        string # with .""" , "x\\ty\\u00e9\\U0001F600" ,
          'single' , \'\'\'l'o''ng\'\'\' , "" ,
          "tag"@en-GB , "1"^^p:t , "2"^^<../t> ,
          1 , -1.5 , +1e-3 , .5 , true ,
          p:with\\,escape , p:a.b-c%20d , bAse.x:n.1 ,
          <../g> , <#h> , <http://other.org/> .
        p:été p:b p:中文 .
        ''')
    found = lines_of(text)
    assert [line for _, line in found] == [
        4,
        5,
        6,
        6,
        6,
        7,
        7,
        7,
        *[8] * 5,
        *[9] * 3,
        *[10] * 3,
        11,
    ]


@pytest.mark.parametrize(
    "text",
    [
        ":a :b [ :c [ :d 1 ] ; :e 2 ],\n (1 [ :z 3 ]\n () ) .\n [ :q 1 ]\n :r 2 .",
        "[ :only 1 ] .\n( 5\n 6 \n7) :p :o .\n _:x :y _:x, \n_:z.1 .",
        "_:s :p [ :q 's' ] .\n_:s :p [\n :q 's', [\n :t 'u' ] ; :v _:z ] .",
        ":s :p ('a'\n ('b'\n 'c' [])\n [] :o 'd'@en) .".replace(":o", ""),
        "_:s :p ('a' _:t) , 'x' ; :q (_:t 'x') .\n() :p () .",
        "_:a :b 'x' .\n_:c :d 'y' .\n[] :e [] .\n",
        "[ :p 'x'\n] :q [ :r 'y' ] , 'z' ; :s ( 'z'\n) .",
    ],
)
def test_blank_nodes_are_told_apart_as_the_parser_tells_them(text):
    found = lines_of("@prefix : <http://e.org/> .\n" + text)
    lines = text.split("\n")
    assert found
    for triple, line in found:
        assert line is not None, triple
        shown = triple.split(" ")[2]
        if shown.startswith('"'):
            assert shown.split('"')[1] in lines[line - 2], triple


def test_trig_and_nquads_name_the_line_inside_a_graph():
    trig = "@prefix : <http://e.org/> .\n{ :a :b 1 }\n:g { :a :b\n 2 . :c :d 3 }\n"
    trig += "GRAPH :h {\n:a :b _:x }"
    assert [line for _, line in lines_of(trig, "trig")] == [2, 4, 4, 6]
    nquads = (
        "<http://e.org/a> <http://e.org/b> 'x' <http://e.org/g> .\n".replace("'", '"')
        + "# comment\n_:a <http://e.org/b> _:c _:g .\n_:c <http://e.org/b> <http://e.org/d>.\n"
    )
    assert [line for _, line in lines_of(nquads, "nq")] == [1, 3, 4]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("ttl", "@prefix : <http://e.org/> .:a :b :c.\n:a.x :b 1.5.\n<x>:b 'a'@en.<y> :b .5,5.e1."),
        (
            "ttl",
            "PREFIX : <http://e.org/>\nBASE <http://e.org/f/> # . :no :b 1 .\n:a :b <>.<#x> a :C.",
        ),
        (
            "ttl",
            "@prefix p: <http://a.org/> . p:a p:b 1 .\n@prefix p: <http://b.org/> .\np:a p:b 1 .",
        ),
        (
            "ttl",
            "<a> <b> \"\"\"\n<c> <b> 1 .\n\\\"\"\"\" ; <d> ''' . '' ''' .\n<c> <b> \"'\" , '\"' .",
        ),
        (
            "ttl",
            "<\\u0061> <b> 1 . # <c> <b> 2 .\n<c> <b> '# . ' ;;; <d> [ <b> <e> . ] .".replace(
                " . ]", " ]"
            ),
        ),
        ("trig", "@prefix : <http://e.org/> .\n:g { :a :b 1 }\n:a :b 2 .\n{ :a :b 3 . :c :d 4 }"),
        (
            "nt",
            '<x:a> <x:b> "1" .\n<x:c> <x:b> "<x:a>" .\n <x:a>\t<x:\\u0062> "\\u0032"@en .\n#\n\n',
        ),
        (
            "nq",
            '<x:a> <x:b> <x:c> <x:g> .\n<x:a> <x:b> <x:d> _:g .\n_:s <x:b> <x:c>.\n<x:s> <x:b> "".',
        ),
    ],
)
def test_the_statements_about_an_iri_are_found_without_reading_all_others(kind, text):
    positions = Positions(text, FORMATS[kind], base="http://e.org/doc/")
    quads = parsing.parse("x", FORMATS[kind], text.encode(), "b", base="http://e.org/doc/")
    named = [quad.triple for quad in quads if isinstance(quad.subject, NamedNode)]
    named = [triple for triple in named if not isinstance(triple.object, BlankNode)]
    found = [(positions.line_of(one), positions.line_of_subject(one.subject)) for one in named]
    assert "_lines" not in vars(positions)
    triples, subjects = positions._lines
    assert found == [(triples[one], subjects[one.subject]) for one in named]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (
            "ttl",
            (
                "@prefix p: <http://a.org/> .\np:a p:b [ p:c\n1 ],[] . p:d p:e _:x .\n"
                "PREFIX p: <http://b.org/>\n# . [ ]\n[ p:q 's' ] p:r\n( 1 2.5\n[ p:s _:x ] ) .\n"
                '_:x p:b \'a\\nb\', """x .\n""" ; p:c _:y .\n<x> p:b [ p:c ()\n ] .'
            ),
        ),
        (
            "trig",
            "@prefix : <http://e.org/> .\n:g { :a :b [\n:c 1 ] }\n_:h { [] :b 2 .\n:c :d _:x }",
        ),
        (
            "nt",
            "".join(f'_:n{n % 3} <x:b> _:n{n} .\n# _:n\n<x:a> <x:b> "{n}" .\n' for n in range(9)),
        ),
        ("nq", "<x:a> <x:b> _:z _:g .\n_:g <x:b> <x:c> <x:g> .\n\n_:z <x:b> _:g ."),
    ],
)
def test_the_statements_about_a_blank_node_are_found_without_reading_all_others(
    kind, text, monkeypatch
):
    monkeypatch.setattr(statements, "_BLOCK", 40)
    positions = Positions(text, FORMATS[kind], base="http://e.org/doc/")
    quads = parsing.parse("x", FORMATS[kind], text.encode(), "b", base="http://e.org/doc/")
    blank = [quad.triple for quad in quads if BlankNode in {type(one) for one in quad.triple}]
    subjects = [one.subject for one in blank if isinstance(one.subject, BlankNode)]

    lines = [positions.line_of(one) for one in blank]
    of_subjects = [positions.line_of_subject(one) for one in subjects]

    assert "_lines" not in vars(positions)
    assert lines == [positions._lines[0][one] for one in blank]
    assert of_subjects == [positions._lines[1][one] for one in subjects]


def test_what_is_not_understood_is_passed_over():
    text = (
        "@prefix : <http://e.org/> .\n<< :a :b :c >> :d :e .\n:a :b :c ~ :r {| :s :t |} ,\n:f .\n"
        ":x :y <<( :a :b :c )>> .\n:g :h :i ."
    )
    positions = Positions(text, FORMATS["ttl"])
    assert positions.line_of(Triple(node("a"), node("b"), node("f"))) == 4
    assert positions.line_of(Triple(node("g"), node("h"), node("i"))) == 6


def test_nesting_without_end_costs_no_traceback():
    text = "<http://e.org/a> <http://e.org/b> " + "[ <http://e.org/b> " * 5000
    assert Positions(text, FORMATS["ttl"]).line_of_subject(node("a")) is None


def test_jsonld_and_rdfxml_are_searched_for_the_names():
    triple = Triple(node("a"), node("b"), Literal("x"))
    jsonld = f'{{\n "@id": "{E}a",\n "{E}b":\n  ["y",\n  "x"]\n}}'
    assert Positions(jsonld, FORMATS["jsonld"]).line_of(triple) == 5
    assert Positions(jsonld, FORMATS["jsonld"]).line_of_subject(node("a")) == 2
    rdfxml = (
        f'<rdf:RDF xmlns:e="{E}">\n<x rdf:about="{E}ab"/>\n<x rdf:about="{E}a">\n<e:b>x</e:b></x>'
    )
    assert Positions(rdfxml, FORMATS["rdfxml"]).line_of(triple) == 4
    assert Positions(rdfxml, FORMATS["rdfxml"]).line_of_subject(node("a")) == 3
    assert Positions(rdfxml, FORMATS["rdfxml"]).line_of_subject(node("q")) is None


names = st.builds(node, st.from_regex(r"[abé中.\-_0:/'()]{1,5}(#[ab.]{0,3})?", fullmatch=True))
text_of_any_kind = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12
)
literals = st.one_of(
    st.builds(Literal, text_of_any_kind),
    st.builds(lambda t: Literal(t, language="en-gb"), text_of_any_kind),
    st.builds(lambda t: Literal(t, datatype=node("t")), text_of_any_kind),
    st.builds(lambda n: Literal(str(n), datatype=XSD.integer), st.integers()),
    st.builds(lambda b: Literal(str(b).lower(), datatype=XSD.boolean), st.booleans()),
    st.builds(lambda n: Literal(f"{n}.5", datatype=XSD.decimal), st.integers()),
)
triples = st.lists(st.builds(Triple, names, names, st.one_of(names, literals)), max_size=12)


@settings(deadline=None)
@given(triples, st.sampled_from(["ttl", "nt", "trig", "nq"]), st.booleans())
def test_every_triple_is_found_on_the_line_that_writes_its_object(some, kind, prefixed):
    rdf = FORMATS[kind].rdf
    prefixes = {"e": E} if prefixed and kind in ("ttl", "trig") else None
    text = serialize(some, format=rdf, prefixes=prefixes).decode()
    positions = Positions(text, FORMATS[kind])
    lines = text.split("\n")
    for triple in some:
        line = positions.line_of(triple)
        assert line is not None, text
        written = {
            serialize(
                [Triple(NamedNode("x:s"), NamedNode("x:p"), triple.object)],
                format=rdf,
                prefixes=prefixes,
            )
            .decode()
            .split("<x:p> ")[1]
            .removesuffix(" .\n")
        }
        assert any(each in lines[line - 1] for each in written)
        assert positions.line_of_subject(triple.subject) <= line


blank_or_name = st.one_of(names, st.sampled_from([BlankNode(f"n{n}") for n in range(4)]))


@settings(deadline=None)
@given(st.lists(st.builds(Triple, blank_or_name, names, st.one_of(blank_or_name, literals))))
def test_blank_nodes_have_the_numbers_that_the_parser_gives(some):
    text = serialize(some, format=RdfFormat.TURTLE).decode()
    if some:
        assert None not in [line for _, line in lines_of(text)]


def nested(children):
    return st.one_of(
        st.lists(children, max_size=3).map(lambda parts: "(\n" + "\n".join(parts) + ")"),
        st.lists(children, max_size=2).map(
            lambda parts: "[" + " ;\n".join(f":p {part}" for part in parts) + "]"
        ),
    )


written_terms = st.recursive(
    st.sampled_from([":a", "_:x", "_:y", "1", "'s'", "'s'@en", "'s'^^:t", "true", "1.5e3"]),
    nested,
    max_leaves=12,
)


@settings(deadline=None)
@given(st.lists(st.tuples(written_terms, st.lists(written_terms, min_size=1)), min_size=1))
def test_nested_blank_nodes_and_collections_have_the_parsers_numbers(statements):
    text = "@prefix : <http://e.org/> .\n"
    for subject, objects in statements:
        fit = subject if subject[0] in ":_[(" else ":s"
        text += f"{fit} :p {' , '.join(objects)} .\n"
    assert None not in [line for _, line in lines_of(text)]
