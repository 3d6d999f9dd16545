"""``kg validate``: what the command prints and how it ends, by each engine, at each size."""

from __future__ import annotations

import json

import pytest
import rdflib

from notation import HEAD

SH = rdflib.SH
#: More triples than the reference is asked for by itself.
PADDING = "".join(f"ex:pad{n} ex:unrelated {n} .\n" for n in range(1100))
SUBJECTS = "ex:S a sh:NodeShape ; sh:targetSubjectsOf ex:p ; "
SHAPE = "ex:S a sh:NodeShape ; sh:targetClass ex:C ; "


@pytest.fixture
def validate(tmp_path, cli):
    """Run the command on Turtle without prefixes."""

    def run(shapes, data, *options):
        paths = [tmp_path / "data.ttl", tmp_path / "shapes.ttl"]
        for path, text in zip(paths, (data, shapes), strict=True):
            path.write_text(HEAD + text, encoding="utf-8")
        return cli("validate", paths[0], "--shapes", paths[1], *options)

    return run


def report(answer):
    return rdflib.Graph().parse(data=answer.out, format="turtle")


# --- the report -----------------------------------------------------------------------------------

PATHS = (
    "ex:p",
    "[ sh:inversePath ex:p ]",
    "( ex:p [ sh:zeroOrMorePath ex:q ] )",
    "[ sh:alternativePath ( ex:p [ sh:oneOrMorePath ex:q ] ) ]",
)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("engine", ["pyshacl", "shacl"])
def test_the_report_has_the_path_of_each_result(path, engine, validate):
    shapes = SHAPE + f"sh:property [ sh:path {path} ; sh:minCount 9 ] ."
    found = report(
        validate(shapes, "ex:a a ex:C . ex:b a ex:C .", "--format", "ttl", "--engine", engine)
    )

    paths = [found.cbd(path) for path in found.objects(None, SH.resultPath)]
    assert len(paths) == 2
    assert all(len(path) == len(paths[0]) for path in paths)
    sources = set(found.objects(None, SH.sourceShape))
    assert {found.value(source, SH.minCount).toPython() for source in sources} == {9}


def test_the_report_says_all_that_a_shape_says_and_in_which_language(validate):
    shapes = SHAPE + 'sh:nodeKind sh:Literal ; sh:message "wrong"@en , "falsch"@de .'
    found = report(validate(shapes, "ex:a a ex:C .", "--format", "ttl"))

    messages = {(str(text), text.language) for text in found.objects(None, SH.resultMessage)}
    assert messages == {("wrong", "en"), ("falsch", "de")}


def test_the_report_names_the_sparql_constraint(validate):
    shapes = SHAPE + 'sh:sparql ex:query . ex:query sh:select "SELECT $this { $this a ?c }" .'
    for engine in ("pyshacl", "shacl"):
        answer = validate(shapes, "ex:a a ex:C .", "--format", "ttl", "--engine", engine)
        (constraint,) = report(answer).objects(None, SH.sourceConstraint)
        assert constraint == rdflib.URIRef("http://example.org/query")


# --- conforms -------------------------------------------------------------------------------------

ALLOWED = [
    ("sh:Violation", "--allow-warnings", 1),
    ("sh:Warning", "--allow-infos", 1),
    ("sh:Warning", "--allow-warnings", 0),
    ("sh:Info", "--allow-infos", 0),
    ("sh:Info", "--allow-warnings", 0),
    ("ex:Grave", "--allow-warnings", 1),
]


@pytest.mark.parametrize(("severity", "option", "code"), ALLOWED)
def test_conforming_is_one_thing_in_every_format(severity, option, code, validate):
    shapes = SHAPE + f"sh:nodeKind sh:Literal ; sh:severity {severity} ."
    for options, expected in (((), 1), ((option,), code)):
        text, rows, triples = (
            validate(shapes, "ex:a a ex:C .", *options, "--format", name)
            for name in ("text", "json", "ttl")
        )
        assert {text.code, rows.code, triples.code} == {expected}
        verdict = "does not conform" if expected else "conforms"
        assert text.out.splitlines()[-1].startswith(verdict)
        assert json.loads(rows.out)["conforms"] is not bool(expected)
        (conforms,) = report(triples).objects(None, SH.conforms)
        assert conforms.toPython() is not bool(expected)
        (found,) = report(triples).objects(None, SH.resultSeverity)
        assert str(found).endswith(severity.split(":")[1])


# --- at every size --------------------------------------------------------------------------------

SAME = {
    "closed in a property": (
        "sh:property [ sh:path ex:p ; sh:closed true ; sh:property [ sh:path ex:q ] ] .",
        "ex:a a ex:C ; ex:p ex:b . ex:b ex:q 1 .",
        0,
    ),
    "closed in a property below not": (
        "sh:not [ sh:path ex:p ; sh:closed true ; sh:property [ sh:path ex:q ] ] .",
        "ex:a a ex:C ; ex:p ex:b . ex:b ex:q 1 .",
        1,
    ),
    "a filter in a group": (
        'sh:sparql [ sh:select "SELECT $this { { { FILTER (bound($this)) } } FILTER (true) }" ] .',
        "ex:a a ex:C .",
        1,
    ),
    "a filter beside a pattern in a group": (
        'sh:sparql [ sh:select "SELECT $this { $this a ?c { ?x a ?c FILTER (?x = $this) } }" ] .',
        "ex:a a ex:C . ex:b a ex:C .",
        2,
    ),
    "BIND in OPTIONAL": (
        'sh:sparql [ sh:select "SELECT $this { $this a ?c OPTIONAL { BIND ($this AS ?x) } }" ] .',
        "ex:a a ex:C .",
        1,
    ),
    "a path of no length": (
        'sh:targetNode ex:away ; sh:sparql [ sh:select "SELECT $this ?x { $this <urn:p>* ?x }" ] .',
        "ex:d ex:p 1 .",
        1,
    ),
}


@pytest.mark.parametrize("case", SAME)
def test_a_graph_is_judged_alike_at_every_size(case, validate):
    rest, data, count = SAME[case]
    small, large = (
        json.loads(validate(SHAPE + rest, text, "--format", "json").out)
        for text in (data, data + "\n" + PADDING)
    )

    assert len(small["results"]) == len(large["results"]) == count, large


# --- datatypes ------------------------------------------------------------------------------------

TYPED = {
    "date": ("-0044-03-15 12024-01-01 0000-01-01 2024-02-29+14:00", "2023-02-29 02024-01-01 1-1-1"),
    "dateTime": ("2024-01-01T24:00:00 -0044-03-15T00:00:00Z", "2024-01-01T24:00:01 2024-01-01"),
    "dateTimeStamp": ("2024-01-01T00:00:00Z", "2024-01-01T00:00:00"),
    "time": ("24:00:00 12:00:00.5Z", "25:00:00 12:00"),
    "gYear": ("-0044 12024 2024Z", "24 02024 2024-01"),
    "gMonthDay": ("--02-29", "--02-30 02-28"),
    "duration": ("P1Y2M3DT4H5M6.7S -P1D PT5M", "P PT P1Y2H P1.5Y P1W P1YT"),
    "dayTimeDuration": ("P1DT2H", "P1M"),
    "integer": ("007 +1 -0 123456789012345678901234567890", "1.0 1_000 \u0661"),
    "byte": ("-128 127", "128"),
    "decimal": (".5 1.", "1e3 INF . NaN"),
    "double": ("INF +INF -INF NaN 1e3", "inf Infinity 0x1p3 1e"),
    "boolean": ("1 0 true false", "TRUE yes 2"),
    "hexBinary": ("0aFF", "0aF zz"),
    "base64Binary": ("AQI= AA==", "A AQI* AB=="),
    "language": ("en de-CH-1996", "en_GB toolonglanguage"),
}


@pytest.mark.parametrize("datatype", TYPED)
@pytest.mark.parametrize("padding", ["", PADDING], ids=["small", "large"])
def test_well_typed_is_what_xml_schema_says(datatype, padding, validate):
    right, wrong = (forms.split() for forms in TYPED[datatype])
    shapes = SUBJECTS + f"sh:property [ sh:path ex:p ; sh:datatype xsd:{datatype} ] ."
    data = "".join(f'ex:a ex:p "{form}"^^xsd:{datatype} .' for form in right + wrong)

    rows = json.loads(validate(shapes, data + padding, "--format", "json").out)["results"]

    assert {row["value"] for row in rows} == {f'"{form}"^^xsd:{datatype}' for form in wrong}


def test_white_space_of_a_token_is_kept_and_told(validate):
    shapes = (
        "ex:S sh:targetSubjectsOf ex:p ; sh:property [ sh:path ex:p ; sh:datatype xsd:token ] ."
    )
    answer = validate(
        shapes, 'ex:a ex:p " a  b "^^xsd:token , "a b"^^xsd:token .', "--format", "json"
    )

    assert [row["value"] for row in json.loads(answer.out)["results"]] == ['" a  b "^^xsd:token']


BOUNDS = [
    ('"-0044-03-15"^^xsd:date', '"12024-01-01"^^xsd:date'),
    ('"2024-01-01T12:00:00"^^xsd:dateTime', '"2024-01-01T24:00:00"^^xsd:dateTime'),
    ("123456789012345678901234567890", "123456789012345678901234567891"),
    ("0.1", "0.10000000000000000000000001"),
    ("false", "true"),
    ('"P1D"^^xsd:dayTimeDuration', '"PT25H"^^xsd:dayTimeDuration'),
    ("1", "1.5e0"),
]


@pytest.mark.parametrize(("low", "high"), BOUNDS)
def test_values_are_ordered_by_the_operators_of_sparql(low, high, validate):
    shapes = SHAPE + (
        f"sh:property [ sh:path ex:p ; sh:minExclusive {low} ] ,"
        " [ sh:path ex:p ; sh:lessThan ex:q ] , [ sh:path ex:q ; sh:lessThanOrEquals ex:p ] ."
    )
    rows = json.loads(
        validate(shapes, f"ex:a a ex:C ; ex:p {low} ; ex:q {high} .", "--format", "json").out
    )["results"]

    components = sorted(row["component"] for row in rows)
    assert components == [
        "sh:LessThanOrEqualsConstraintComponent",
        "sh:MinExclusiveConstraintComponent",
    ]


@pytest.mark.parametrize("value", ["ex:b", "_:b", '"a"@en', '"5"', '"x"^^xsd:integer'])
def test_what_does_not_compare_is_a_result(value, validate):
    shapes = SHAPE + "sh:property [ sh:path ex:p ; sh:lessThan ex:q ; sh:maxInclusive 9 ] ."
    answer = validate(shapes, f"ex:a a ex:C ; ex:p {value} ; ex:q 7 .")

    assert answer.out.splitlines()[-1] == "does not conform (pyshacl): 2 Violation"


# --- ill-typed literals ---------------------------------------------------------------------------

ILL = 'ex:a a ex:C ; ex:age "abc"^^xsd:integer . ex:b a ex:C .'
AGE = SHAPE + "sh:property [ sh:path ex:age ; sh:datatype xsd:integer ; sh:minCount 1 ] ."


@pytest.mark.parametrize("range_", ["", "ex:age a owl:DatatypeProperty ; rdfs:range xsd:integer ."])
def test_an_ill_typed_literal_is_reported(range_, validate, tmp_path):
    (tmp_path / "terms.ttl").write_text(HEAD + "ex:C a owl:Class ." + range_)

    without, beside = (
        validate(AGE, ILL, *options) for options in ((), ("--ontology", tmp_path / "terms.ttl"))
    )

    assert (without.code, "ill typed" in without.err) == (1, False)
    assert [line.split(": ")[-1] for line in without.out.splitlines()] == [
        "Value is not a literal with datatype xsd:integer",
        "Less than 1 values",
        "2 Violation",
    ]
    assert (beside.code, beside.out) == (1, without.out)
    assert 'kg: note: 1 literal is ill typed, such as "abc"^^xsd:integer at ' in beside.err


def test_a_graph_with_an_ill_typed_literal_is_asked_and_exported(cli, tmp_path):
    data, terms = tmp_path / "data.ttl", tmp_path / "terms.ttl"
    data.write_text(HEAD + ILL)
    terms.write_text(HEAD + "ex:C a owl:Class ; rdfs:subClassOf ex:D .")
    given = ("--data", data, "--ontology", terms)

    for _ in range(2):
        asked = cli("query", *given, "SELECT ?s { ?s a <http://example.org/D> }", "--format", "csv")
        assert (asked.code, len(asked.out.split())) == (0, 3)
        assert "1 literal is ill typed" in asked.err
    exported = cli("export", *given, "--format", "nt")
    assert '"abc"^^<http://www.w3.org/2001/XMLSchema#integer>' in exported.out
    assert "1 literal is ill typed" in exported.err
    assert cli("infer", data, "--ontology", terms).code == 1


# --- patterns -------------------------------------------------------------------------------------

PATTERNS = [
    (r"^a$", "", "a", "a\\n"),
    (r"^a.b$", "s", "a\\nb", "ab"),
    (r"^a b$", "x", "ab", "a b"),
    (r"a.b", "q", "a.b", "axb"),
    (r"^b", "m", "a\\nb", "ab"),
    (r"^STRASSE$", "i", "strasse", "strase"),
    (r"^\\p{L}+$", "", "Éa日", "a1"),
    (r"^\\p{Lu}\\P{Lu}$", "", "Éa", "éA"),
    (r"^\\p{IsGreek}+$", "", "αβ", "ab"),
    (r"^[a-z-[aeiou]]+$", "", "xyz", "xay"),
    (r"^\\i\\c*$", "", "a-b.c", "1a"),
    (r"^\\d$", "", "٣", "x"),
    (r"^(a|b)\\1$", "", "bb", "ab"),
    (r"^[\\w-[\\d]]{2,3}$", "", "ab", "a1"),
]


@pytest.mark.parametrize("case", PATTERNS)
@pytest.mark.parametrize("padding", ["", PADDING], ids=["small", "large"])
def test_a_pattern_is_a_regular_expression_of_sparql(case, padding, validate):
    pattern, flags, right, wrong = case
    given = f'sh:pattern "{pattern}"' + (f' ; sh:flags "{flags}"' if flags else "")
    shapes = SUBJECTS + f"sh:property [ sh:path ex:p ; {given} ] ."
    data = f'ex:right ex:p "{right}" . ex:wrong ex:p "{wrong}" .'

    rows = json.loads(validate(shapes, data + padding, "--format", "json").out)["results"]

    assert [row["focus_node"] for row in rows] == ["<http://example.org/wrong>"]


REFUSED = [
    ("(a", "", "a group is not closed"),
    ("[z-a]", "", 'the range "z-a" runs backwards'),
    (r"\\p{Latin}", "", "neither a category nor a block"),
    ("(?=a)", "", "is no group"),
    (r"a\\b", "", r'"\b" is no escape'),
    ("a{2,1}", "", "asks for fewer"),
    (r"\\2(a)", "", r"\2 refers to no group"),
    ("a", "g", 'there is no flag "g"'),
]


@pytest.mark.parametrize(("pattern", "flags", "said"), REFUSED)
def test_what_is_no_regular_expression_is_refused_by_the_name_of_its_shape(
    pattern, flags, said, validate
):
    shapes = SHAPE + f'sh:property [ sh:path ex:p ; sh:pattern "{pattern}" ; sh:flags "{flags}" ] .'
    answer = validate(shapes, 'ex:a a ex:C ; ex:p "a" .')

    assert answer.code == 2
    assert answer.err.startswith("kg: shape <http://example.org/S>: sh:pattern ")
    assert said in answer.err
    assert answer.err.count("\n") == 1
