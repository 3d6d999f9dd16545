"""Files of others are read as their specifications say, or refused with file, line and reason."""

# ruff: noqa: E501 - each case of a table is one row

from __future__ import annotations

import json

import lxml.etree
import pytest
import rdflib.compare
from pyoxigraph import Literal, NamedNode, RdfFormat, parse, serialize

from kg.dataset import parsing
from kg.formats import FORMATS
from kg.namespaces import RDF

RDF_IRI = RDF.type.value.removesuffix("type")
HEAD = (
    f'<?xml version="1.0"?>\n<rdf:RDF xmlns:rdf="{RDF_IRI}" xmlns:e="http://e.org/" '
    'xml:base="http://e.org/base" xml:lang="en">\n'
)


def xml(*rows):
    """Put each row on a line of its own, the first on line 3."""
    return HEAD + "\n".join(rows) + "\n</rdf:RDF>\n"


def about(*rows):
    return xml('<rdf:Description rdf:about="http://e.org/a">', *rows, "</rdf:Description>")


def read(kind, text):
    return parsing.parse(f"a.{kind}", FORMATS[kind], text.encode(), "b", base="http://e.org/f")


@pytest.fixture
def export(cli, tmp_path):
    """Export a file by the command, as N-Quads or what is told."""

    def run(name, text, *options):
        path = tmp_path / name
        path.write_text(text, "utf-8")
        return cli("export", "--data", path, "--ontology", path, "--format", "nt", *options)

    return run


# What pyoxigraph's readers let through or leave out: in which file, what stands there, on which
# line, and what the message must name.
GOOD = '{"@id": "http://e.org/a",\n "http://e.org/ok": 1,\n '
REFUSED = {
    "langString in XML": ("rdf", about(f'<e:p rdf:datatype="{RDF_IRI}langString">x</e:p>'), 4, "rdf:langString"),
    "langString with a language in XML": ("rdf", about(f'<e:p xml:lang="en"\n rdf:datatype="{RDF_IRI}langString">x</e:p>'), 5, "rdf:langString"),
    "dirLangString in XML": ("rdf", about("<e:q>y</e:q>", f'<e:p rdf:datatype="{RDF_IRI}dirLangString">x</e:p>'), 5, "rdf:dirLangString"),
    "langString in JSON": ("jsonld", GOOD + f'"http://e.org/p": {{"@value": "x", "@type": "{RDF_IRI}langString"}}}}', 3, "rdf:langString"),
    "dirLangString in JSON": ("jsonld", GOOD + f'"http://e.org/p": {{"@value": "x", "@type": "{RDF_IRI}dirLangString"}}}}', 3, "rdf:dirLangString"),
    "langString by a term": ("jsonld", f'{{"@context": {{"rdf": "{RDF_IRI}", "p": {{"@id": "http://e.org/p", "@type": "rdf:langString"}}}}, "p": "x"}}', 1, "rdf:langString"),
    "langString in Turtle": ("ttl", f'\n<http://e.org/a> <http://e.org/p> "x"^^<{RDF_IRI}langString> .', 2, "rdf:langString"),
    "language": ("jsonld", GOOD + '"http://e.org/p": {"@value": "x", "@language": "en_GB"}}', 3, '"en_GB"'),
    "empty language": ("jsonld", GOOD + '"http://e.org/p": {"@value": "x", "@language": ""}}', 3, '""'),
    "language of a map": ("jsonld", '{"@context": {"p": {"@id": "http://e.org/p", "@container": "@language"}},\n "p": {"en": "x",\n "de_AT": "y"}}', 3, '"de_AT"'),
    "default language": ("jsonld", '{"@context":\n {"@language": "x y"}, "http://e.org/p": "x"}', 2, '"x y"'),
    "node": ("jsonld", '[{"@id": "http://e.org/a", "http://e.org/p": 1},\n {"@id": "http://e.org/a b", "http://e.org/p": 1}]', 2, '"http://e.org/a b"'),
    "value": ("jsonld", GOOD + '"http://e.org/p": {"@id": "http://e.org/<x>"}}', 3, '"http://e.org/<x>"'),
    "value of a typed term": ("jsonld", '{"@context": {"p": {"@id": "http://e.org/p", "@type": "@id"}},\n "p": ["http://e.org/x",\n "http://e.org/y z"]}', 3, '"http://e.org/y z"'),
    "property": ("jsonld", GOOD + '"http://e.org/p q": 1}', 3, '"http://e.org/p q"'),
    "property by a prefix": ("jsonld", '{"@context": {"e": "http://e.org/"},\n "e:p": 1,\n "e:q r": 2}', 3, '"http://e.org/q r"'),
    "property by @vocab": ("jsonld", '{"@context": {\n "@vocab": "http://e.org/ v/"}, "@id": "http://e.org/a",\n "p": 1}', 2, '"http://e.org/ v/p"'),
    "blank property": ("jsonld", GOOD + '"_:p": 1}', 3, '"_:p"'),
    "reverse property": ("jsonld", GOOD + '"@reverse": {"http://e.org/p>": {"@id": "http://e.org/b"}}}', 3, '"http://e.org/p>"'),
    "type": ("jsonld", GOOD + '"@type": "http://e.org/T U"}', 3, '"http://e.org/T U"'),
    "graph": ("jsonld", '{"@id": "http://e.org/g h",\n "@graph": [{"@id": "http://e.org/a", "http://e.org/p": 1}]}', 1, '"http://e.org/g h"'),
    "datatype": ("jsonld", GOOD + '"http://e.org/p": {"@value": "x", "@type": "http://e.org/d t"}}', 3, "http://e.org/d t"),
    "base": ("jsonld", '{"@context": {\n "@base": "http://e.org/a b/"}, "@id": "c", "http://e.org/p": 1}', 2, "http://e.org/a b/"),
    "relative node with a blank": ("jsonld", GOOD + '"http://e.org/p": {"@id": "my file.txt"}}', 3, "my file.txt"),
    "in a list": ("jsonld", GOOD + '"http://e.org/p": {"@list": [{"@id": "http://e.org/a|b"}]}}', 3, '"http://e.org/a|b"'),
    "blank node": ("jsonld", GOOD + '"http://e.org/p": {"@id": "_:a b"}}', 3, '"_:a b"'),
    "high surrogate": ("jsonld", GOOD + '"http://e.org/p": "x\\ud83dy"}', 3, "\\ud83d is half of a character"),
    "low surrogate": ("jsonld", GOOD + '"http://e.org/p": "\\ud83d\\ude00 \\uDE00"}', 3, "\\uDE00 is half of a character"),
    "surrogate in a key": ("jsonld", GOOD + '"http://e.org/\\ud800": "x"}', 3, "\\ud800 is half of a character"),
    "direction in JSON": ("jsonld", GOOD + '"http://e.org/p": {"@value": "x",\n "@language": "ar", "@direction": "rtl"}}', 4, "base direction"),
    "structure of JSON": ("jsonld", '[{"@id": "http://e.org/a", "http://e.org/p": 1},\n {"@id": null, "http://e.org/p": 1\n}]', 3, "@id value must be a string"),
}  # fmt: skip
# Every kind of refusal of the RDF/XML reader: what stands on line 4, and what the message names.
REFUSED_XML = {
    "language": ('<e:p xml:lang="en_GB">x</e:p>', "en_gb"),
    "datatype": ('<e:p rdf:datatype="http://e.org/d t">x</e:p>', "http://e.org/d t"),
    "value": ('<e:p rdf:resource="http://e.org/&lt;a&gt;"/>', "http://e.org/<a>"),
    "node": ('<e:p><rdf:Description rdf:about="http://e.org/x y"/></e:p>', "http://e.org/x y"),
    "base": ('<e:p xml:base="http://e.org/ b"><e:T rdf:about="c"/></e:p>', "http://e.org/ b"),
    "no scheme": ('<e:p xml:base=":::"><e:T rdf:about="c"/></e:p>', ":::"),
    "ID": ('<e:p rdf:ID="1a">x</e:p>', "1a"),
    "ID twice": ('<e:p rdf:ID="i">x</e:p><e:p rdf:ID="i">y</e:p>', "http://e.org/base#i"),
    "nodeID": ('<e:p rdf:nodeID="a b"/>', "a b"),
    "nodeID and resource": ('<e:p rdf:nodeID="a" rdf:resource="http://e.org/b"/>', "rdf:nodeID"),
    "literal and resource": ('<e:p rdf:parseType="Literal" rdf:resource="http://e.org/b"/>', "rdf:resource"),
    "literal and datatype": ('<e:p rdf:parseType="Literal" rdf:datatype="http://e.org/b"/>', "rdf:datatype"),
    "bagID": ('<e:p rdf:bagID="b">x</e:p>', "rdf:bagID"),
    "aboutEach": ('<e:p><e:T rdf:aboutEach="http://e.org/b"/></e:p>', "aboutEach"),
    "li": ("<e:p><rdf:li/></e:p>", "#li"),
    "Description as property": ("<rdf:Description>x</rdf:Description>", "#Description"),
    "text": ("text<e:p>x</e:p>", "text"),
    "text and node": ("<e:p>text<e:T/></e:p>", "text"),
    "two nodes": ("<e:p><e:T/><e:T/></e:p>", "already present"),
    "no namespace": ("<p>x</p>", "namespaces"),
    "unknown prefix": ("<x:p>x</x:p>", "unbound prefix"),
    "unknown entity": ("<e:p>&nbsp;</e:p>", "undefined entity"),
    "direction": ('<e:p rdf:version="1.2" xmlns:its="http://www.w3.org/2005/11/its" its:version="2.0" its:dir="rtl">x</e:p>', "base direction"),
}  # fmt: skip


@pytest.mark.parametrize(("ending", "text", "line", "named"), REFUSED.values(), ids=REFUSED)
def test_what_a_reader_would_leave_out_is_refused_by_name_and_line(
    export, ending, text, line, named
):
    answer = export(f"a.{ending}", text)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.count("\n") == 1
    assert f"a.{ending}:{line}:" in answer.err
    assert named in answer.err


@pytest.mark.parametrize(("row", "named"), REFUSED_XML.values(), ids=REFUSED_XML)
def test_each_refusal_of_rdf_xml_names_its_line(export, row, named):
    answer = export("a.rdf", about(row, "<e:ok>1</e:ok>"))
    assert (answer.code, answer.out) == (2, "")
    assert "a.rdf:4:" in answer.err
    assert named in answer.err
    assert answer.err.count("\n") == 1


@pytest.mark.parametrize("encoding", ["ISO-8859-1", "no-such-encoding"])
def test_another_encoding_is_refused(export, encoding):
    text = about("<e:p>x</e:p>").replace("?>", f' encoding="{encoding}"?>')
    answer = export("a.rdf", text)
    assert (answer.code, answer.out) == (2, "")
    assert "a.rdf:1: only UTF-8 is supported" in answer.err


def test_an_empty_language_takes_the_language_away():
    found = read(
        "rdfxml",
        about(
            "<e:a>x</e:a>",
            '<e:b xml:lang="">x</e:b>',
            "<e:c xml:lang = ''><e:T e:d='x'><e:f xml:lang='fr'>x</e:f></e:T></e:c>",
            '<e:g rdf:parseType="Literal"><i xml:lang="">x</i></e:g>',
        ),
    )
    said = {quad.predicate.value[-1]: quad.object for quad in found}
    assert said["a"] == Literal("x", language="en")
    assert said["b"] == said["d"] == Literal("x")
    assert said["f"] == Literal("x", language="fr")
    assert said["g"] == Literal('<i xml:lang="">x</i>', datatype=RDF.XMLLiteral)


def test_rdf_xml_says_what_rdflib_reads():
    text = about(
        '<e:a xml:lang="">x</e:a>',
        "<e:b rdf:datatype='http://www.w3.org/2001/XMLSchema#int'>1</e:b>",
        '<e:c rdf:parseType="Resource"><e:d>y</e:d></e:c>',
        '<e:f rdf:parseType="Collection"><e:T rdf:about="g"/><e:T rdf:ID="h"/></e:f>',
        "<e:i rdf:resource=''/><rdf:li>one</rdf:li><rdf:li>two</rdf:li>",
    )
    ours = rdflib.Graph().parse(data=serialize(read("rdfxml", text), format=RdfFormat.N_TRIPLES))
    assert rdflib.compare.isomorphic(ours, rdflib.Graph().parse(data=text, format="xml"))


# The content of an XML literal, what is around it, and its exclusive canonical form.
LITERALS = {
    "an empty element": ("<br/>", "<br></br>"),
    "attributes in order": ("<b z='1' a=\"2\"/>", '<b a="2" z="1"></b>'),
    "what is to be escaped": (
        "a &amp; b &gt; <![CDATA[<c>]]>&#13;<d e='\"&lt;&#9;&#10;'/>",
        'a &amp; b &gt; &lt;c&gt;&#xD;<d e="&quot;&lt;&#x9;&#xA;"></d>',
    ),
    "comments and instructions": ("<!-- c --><?pi d?><?e?>", "<!-- c --><?pi d?><?e?>"),
    "only the namespaces used": (
        '<e:p xmlns:u="urn:u" u:q="1"/>',
        '<e:p xmlns:e="http://e.org/" xmlns:u="urn:u" u:q="1"></e:p>',
    ),
    "its own prefix of two": (
        '<a xmlns:k="urn:u" xmlns:j="urn:u"><k:x j:b="1" k:a="2"/></a>',
        '<a><k:x xmlns:j="urn:u" xmlns:k="urn:u" k:a="2" j:b="1"></k:x></a>',
    ),
    "a default namespace taken away": (
        '<a xmlns="urn:d"><b xmlns=""><c xmlns="urn:d"/></b></a>',
        '<a xmlns="urn:d"><b xmlns=""><c xmlns="urn:d"></c></b></a>',
    ),
    "declared again where it is used": (
        "<e:a><e:b/><c><e:d/></c></e:a>",
        '<e:a xmlns:e="http://e.org/"><e:b></e:b><c><e:d></e:d></c></e:a>',
    ),
    "blanks": (" \n <b> </b>", " \n <b> </b>"),
    "nothing": ("", ""),
}


@pytest.mark.parametrize(("content", "canonical"), LITERALS.values(), ids=LITERALS)
def test_an_xml_literal_has_its_exclusive_canonical_form(content, canonical):
    for extra in ("", ' xmlns:unused="urn:unused"'):
        [quad] = read("rdfxml", about(f'<e:p rdf:parseType="Literal"{extra}>{content}</e:p>'))
        assert quad.object == Literal(canonical, datatype=RDF.XMLLiteral)
    # Another program's canonical form, which needs one element around it.
    around = f"<e:around xmlns:e='http://e.org/'>{content}</e:around>"
    theirs = lxml.etree.tostring(
        lxml.etree.fromstring(around), method="c14n", exclusive=True, with_comments=True
    ).decode()
    [quad] = read("rdfxml", about(f'<e:p rdf:parseType="Literal">{around}</e:p>'))
    assert quad.object.value == theirs


def test_an_unknown_parse_type_is_a_literal_and_the_lines_stay():
    found = read("rdfxml", about('<e:p rdf:parseType="Other">', "<b\n/>", "</e:p>", "<e:q>x</e:q>"))
    assert [quad.object.value for quad in found] == ["\n<b></b>\n", "x"]
    text = about('<e:p rdf:parseType="Literal">\n<b\n/>\n</e:p>', '<e:q rdf:datatype=" ">x</e:q>')
    with pytest.raises(parsing.ParseFailure, match=r"a\.rdfxml:8: "):
        read("rdfxml", text)


def test_a_prefix_that_is_not_used_makes_no_difference(cli, tmp_path):
    text = about('<e:p rdf:parseType="Literal">see <b>bold</b></e:p>')
    (tmp_path / "a.rdf").write_text(text)
    (tmp_path / "b.rdf").write_text(text.replace("<rdf:RDF", '<rdf:RDF xmlns:u="urn:u"'))
    answer = cli("diff", tmp_path / "a.rdf", tmp_path / "b.rdf")
    assert (answer.code, answer.out) == (0, "no differences\n")


def test_keys_that_no_context_explains_are_told(export):
    answer = export("a.jsonld", '{"@id": "http://e.org/a", "http://e.org/p": 1, "name": "x"}')
    assert answer.code == 0
    assert 'a.jsonld: left out what is said by keys that no context explains: "name"' in answer.err


@pytest.mark.parametrize("kind", ["jsonld", "rdfxml"])
def test_what_is_posted_is_read_by_the_same_reader(kind):
    from kg.errors import ParseFailure
    from kg.web.request_bodies import triples

    bad = {
        "jsonld": json.dumps({"@id": "http://e.org/a b", "http://e.org/p": 1}),
        "rdfxml": about(f'<e:p rdf:datatype="{RDF_IRI}langString">x</e:p>'),
    }[kind]
    with pytest.raises(ParseFailure):
        triples(bad.encode(), FORMATS[kind].media_type, base="http://e.org/", depth=100)


def test_json_ld_says_what_pyld_reads():
    from pyld import jsonld

    document = {
        "@context": {"e": "http://e.org/", "@vocab": "http://e.org/v#", "@base": "http://e.org/b/"},
        "@id": "x",
        "p": [{"@id": "../y"}, {"@value": "a", "@language": "EN-us"}, 1.5, True, None],
        "e:q": {"@list": ["z", {"@type": "T"}]},
        "@reverse": {"r": {"@id": "_:b", "s": {"@value": {"k": [1]}, "@type": "@json"}}},
    }
    theirs = jsonld.to_rdf(document, {"format": "application/n-quads"})
    ours = read("jsonld", json.dumps(document))
    assert len(ours) == len(list(parse(theirs, RdfFormat.N_QUADS)))
    assert NamedNode("http://e.org/y") in {quad.object for quad in ours}


@pytest.mark.parametrize(
    ("content", "value"),
    [
        ("<![CDATA[<x>&amp;]]>&#x41;", "<x>&amp;A"),
        ("t <![CDATA[a\nb]]> u &lt;<![CDATA[]]>", "t a\nb u <"),
        ("<![CDATA[]]]]><![CDATA[>]]>", "]]>"),
        ("<!-- <![CDATA[x]]> -->y", "y"),
    ],
)
def test_a_section_of_cdata_is_text_among_other_text(cli, tmp_path, content, value):
    """https://www.w3.org/TR/xml/#sec-cdata-sect."""
    names = f'xmlns:rdf="{RDF.type.value.removesuffix("type")}" xmlns:e="http://example.org/"'
    text = f'<rdf:RDF {names}><rdf:Description rdf:about="urn:a"><e:p>{content}</e:p>'
    file = tmp_path / "a.rdf"
    file.write_text(f"{text}</rdf:Description></rdf:RDF>", "utf-8")
    out = cli("export", "--data", file, "--ontology", "none", "--format", "nt").raw
    assert [triple.object for triple in parse(out, RdfFormat.N_TRIPLES)] == [Literal(value)]
