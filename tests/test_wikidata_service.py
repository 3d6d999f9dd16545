"""Queries in what only the Wikidata Query Service has: dates, functions, subqueries, prefixes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, Store

from kg.errors import ParseFailure, QueryRefused, UnknownName
from kg.namespaces import RDFS
from kg.sparql import evaluate
from kg.wikidata.functions import FUNCTIONS, midnight
from kg.wikidata.query_service import rewrite
from kg.wikidata.vocabulary import WDQS_PREFIXES

WD, WDT, XSD = (WDQS_PREFIXES[name] for name in ("wd", "wdt", "xsd"))
POINT = NamedNode(WDQS_PREFIXES["geo"] + "wktLiteral")


def at(moment):
    return Literal(moment, datatype=NamedNode(XSD + "dateTime"))


@pytest.fixture(scope="module")
def store():
    """Events of three days, two places on Earth and one on the Moon, a value that is unknown."""
    store = Store()
    for name, key, value in (
        ("Q1", "P585", at("2022-12-31T00:00:00Z")),
        ("Q2", "P585", at("2023-01-01T00:00:00Z")),
        ("Q3", "P585", at("2025-03-31T00:00:00Z")),
        ("Q4", "P625", Literal("Point(3.08746 36.73225)", datatype=POINT)),
        ("Q5", "P625", Literal("Point(-7.97522 12.60915)", datatype=POINT)),
        ("Q6", "P625", Literal(f"<{WD}Q405> Point(23.47 0.67)", datatype=POINT)),
        ("Q7", "P276", NamedNode("http://www.wikidata.org/.well-known/genid/1")),
        ("Q8", "P276", NamedNode(WD + "Q262")),
    ):
        store.add(Quad(NamedNode(WD + name), NamedNode(WDT + key), value))
    store.add(Quad(NamedNode(WD + "Q262"), RDFS.label, Literal("Algeria", language="en")))
    return store


def answered(store, text):
    """Return the values of the rows of a query, in order; an IRI by its last part."""
    result = evaluate(store, rewrite(text), functions=FUNCTIONS)
    return sorted(
        tuple(None if term is None else term.value.rpartition("/")[2] for term in row)
        for row in result.rows
    )


LAST_TWO = [("Q2",), ("Q3",)]


@pytest.mark.parametrize(
    "test",
    [
        '?d >= "2023-01-01"^^xsd:dateTime',
        '"2023-01-01"^^xsd:dateTime <= ?d && ?d < "2026-01-01"^^xsd:dateTime',
        '?d>="2023-1-1"^^xsd:dateTime',
        "?d >= '2023-01-01'^^<http://www.w3.org/2001/XMLSchema#dateTime>",
        '?d >= "2023-01-01T00:00:00"^^xsd:dateTime',
        '?d >= "+2023-01-01T00:00:00Z"^^xsd:dateTime',
        '?d >= "2023-01-01T00:00:00+00:00"^^xsd:dateTime',
        '?d >= "2023-01-01"^^xsd:date',
        '!(?d < "2023-01-01"^^xsd:date)',
        'xsd:date(?d) >= "2023-01-01"^^xsd:date',
        '"2023-01-01"^^xsd:date <= xsd:date(?d)',
        '?d >= xsd:dateTime("2023-01-01")',
        '?d >= STRDT("2023-01-01", xsd:dateTime)',
        '?d >= STRDT(CONCAT("2023", "-01-01"), xsd:date)',
        '?d >= xsd:dateTime(CONCAT(STR(2022 + 1), "-01-01"))',
        '?d IN ("2023-01-01"^^xsd:date, "2025-03-31"^^xsd:dateTime)',
        "YEAR(?d) >= 2023",
        '?d - "2023-01-01"^^xsd:dateTime >= 0',
        '"2023-01-01"^^xsd:date - ?d <= 0',
        "(?d - '2022-12-31'^^xsd:dateTime) / 365.25 > 0",
        "ABS(?d - '2022-12-31'^^xsd:dateTime) >= 1",
        "IF(?d - '2022-12-31'^^xsd:dateTime > 0.5, true, false)",
        "0<?d-'2022-12-31'^^xsd:dateTime",
        "NOW() - ?d < (NOW() - '2022-12-31'^^xsd:dateTime)",
        '?d > "2023-01-31"^^xsd:dateTime - "P31D"^^xsd:duration',
        "YEAR(?d) - 2022 > 0",
    ],
)
def test_dates_are_read_as_the_query_service_reads_them(store, test):
    assert answered(store, f"SELECT ?s {{ ?s wdt:P585 ?d FILTER({test}) }}") == LAST_TWO


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ('SELECT ?s { ?s wdt:P585 "2023-01-01"^^xsd:dateTime }', [("Q2",)]),
        ('SELECT ?s { VALUES ?d { "2023-01-01"^^xsd:date } ?s wdt:P585 ?d }', [("Q2",)]),
        ("SELECT (MAX(?d) - MIN(?d) AS ?n) { ?s wdt:P585 ?d }", [("821",)]),
        ("SELECT (COUNT(?d) - 1 AS ?n) { ?s wdt:P585 ?d }", [("2",)]),
        ("SELECT ?a { VALUES (?a ?b) { (1 -5) } FILTER(?a - ?b > 5) }", [("1",)]),
        ("SELECT (-1 AS ?a) (3 -1 AS ?b) {}", [("-1", "2")]),
        (
            "SELECT ?s (?d - '2023-01-01'^^xsd:date AS ?n) { ?s wdt:P585 ?d } HAVING(?n > 5)",
            [("Q3", "820")],
        ),
        (
            (
                "SELECT ?s ?n { ?s wdt:P585 ?d BIND('2023-01-02T12:00Z'^^xsd:dateTime - ?d AS ?n) "
                "FILTER(0 <= ?n && ?n < 31) }"
            ),
            [("Q1", "2.5"), ("Q2", "1.5")],
        ),
        (
            (
                "SELECT ?s { ?s wdt:P585 ?d BIND(xsd:date(?d) AS ?x) "
                "FILTER(?x > '2023-01-01'^^xsd:date) }"
            ),
            [("Q3",)],
        ),
    ],
)
def test_dates_are_so_wherever_they_stand(store, text, rows):
    assert answered(store, text) == rows


@pytest.mark.parametrize("text", ["2023", "2023-01", "2023-13-01", "soon", ""])
def test_a_literal_that_is_no_date_is_refused_at_its_place(text):
    with pytest.raises(ParseFailure) as failure:
        rewrite(f'SELECT ?s {{\n ?s wdt:P585 ?d FILTER(?d > "{text}"^^xsd:dateTime) }}')

    assert str(failure.value) == (
        f'query:2:29: "{text}" is no date: write it as "2023-01-01T00:00:00Z"'
    )


def test_other_zones_are_left_to_sparql(store):
    test = '?d >= "2023-01-01T00:00:00+02:00"^^xsd:dateTime'
    assert answered(store, f"SELECT ?s {{ ?s wdt:P585 ?d FILTER({test}) }}") == LAST_TWO


@given(st.datetimes())
def test_a_day_with_a_time_keeps_it(moment):
    text = f"{moment.year:04}-{moment.month:02}-{moment.day:02}T{moment.time().isoformat()}"
    assert midnight(text + "Z") == f"{text}Z"


# Functions


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("STRBEFORE(STR(geof:distance(?a, ?b)), '.')", "2900"),
        ("geof:latitude(?a)", "36.73225"),
        ("geof:longitude(?b)", "-7.97522"),
        ("geof:globe(?a)", "Q2"),
        ("geof:globe(?moon)", "Q405"),
        ("geof:distance(?a, ?moon)", None),
        ("geof:latitude('x')", None),
        ("wikibase:isSomeValue(?unknown)", "true"),
        ("wikibase:isSomeValue(?known)", "false"),
        ("wikibase:isSomeValue('x')", "false"),
        ("wikibase:decodeUri('R%C3%A9publique+du%20Mali')", "République du Mali"),
        ("wikibase:decodeUri(STR(<http://e.x/a%20b>))", "a b"),
        ("wikibase:decodeUri(?known)", None),
        ("<http://www.opengis.net/def/geosparql/function/latitude>(?a)", "36.73225"),
    ],
)
def test_functions_of_the_query_service(store, expression, value):
    rows = answered(
        store,
        f"SELECT ({expression} AS ?value) {{ wd:Q4 wdt:P625 ?a . wd:Q5 wdt:P625 ?b . "
        "wd:Q6 wdt:P625 ?moon . wd:Q7 wdt:P276 ?unknown . wd:Q8 wdt:P276 ?known }",
    )

    assert rows == [(value,)]


@pytest.mark.parametrize(
    "call",
    ["geof:northEast(?a, ?b)", "wikibase:nope(?a)", "fn:upper-case(?a)", "<http://e.x/f>(1)"],
)
def test_any_other_function_is_refused_by_its_name(call):
    name = call.partition("(")[0].rpartition(":")[2].strip("<>").rpartition("/")[2]
    with pytest.raises(UnknownName, match=f'no function "<http.*{name}>"; .*geof:distance'):
        rewrite(f"SELECT ({call} AS ?x) {{ ?a ?b ?c }}")


# Named subqueries


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ?s WITH { SELECT ?s { ?s wdt:P276 ?o } } AS %x WHERE { INCLUDE %x }",
        "select ?s with { select ?s { ?s wdt:P276 ?o } } as %x { include %x . }",
        "SELECT ?s WITH { SELECT ?s { ?s wdt:P276 ?o # a } here\n } } AS %x\n{ INCLUDE %x }",
        (
            "SELECT ?s WITH { SELECT * { ?s wdt:P276 ?o } } AS %a "
            "WITH { SELECT ?s { INCLUDE %a . FILTER(BOUND(?o)) } } AS %b WHERE { INCLUDE %b }"
        ),
        (
            "SELECT ?s WITH { SELECT ?s { ?s wdt:P276 ?o } } AS %x "
            "{ { INCLUDE %x } UNION { INCLUDE %x } } GROUP BY ?s"
        ),
        "SELECT ?s WITH { SELECT ?s { ?s ?p ?o } } AS %x { INCLUDE %x ?s wdt:P276 ?o }",
    ],
)
def test_named_subqueries_are_groups(store, text):
    assert answered(store, text) == [("Q7",), ("Q8",)]


def test_labels_inside_and_around_a_named_subquery(store):
    service = "SERVICE wikibase:label { bd:serviceParam wikibase:language '[AUTO_LANGUAGE],en' }"
    inside = (
        f"SELECT ?oLabel WITH {{ SELECT ?oLabel {{ wd:Q8 wdt:P276 ?o {service} }} }} AS %x "
        "{ INCLUDE %x }"
    )
    around = (
        f"SELECT ?oLabel WITH {{ SELECT ?o {{ wd:Q8 wdt:P276 ?o }} }} AS %x "
        f"{{ INCLUDE %x {service} }}"
    )
    assert answered(store, inside) == answered(store, around) == [("Algeria",)]


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        (
            "SELECT ?s WITH { SELECT ?s { ?s ?p ?o } } AS %a\n{ INCLUDE %b }",
            ParseFailure,
            r"query:2:3: INCLUDE %b: no WITH .* names a subquery so",
        ),
        (
            "SELECT ?s WITH { SELECT ?s { INCLUDE %a } } AS %a { INCLUDE %a }",
            ParseFailure,
            "include each other without an end",
        ),
        ("SELECT ?s WITH { SELECT ?s { ?s ?p ?o } } { ?s ?p ?o }", ParseFailure, "not understood"),
        ("SELECT ?s { INCLUDE %a }", ParseFailure, "INCLUDE %a: no WITH"),
    ],
)
def test_a_subquery_that_is_not_there_is_refused(text, error, message):
    with pytest.raises(error, match=message):
        rewrite(text)


# Languages and prefixes


@pytest.mark.parametrize(
    "text",
    [
        'SELECT ?l { wd:Q262 rdfs:label ?l FILTER(LANG(?l) = "[AUTO_LANGUAGE]") }',
        "SELECT ?l { wd:Q262 rdfs:label ?l FILTER(LANGMATCHES(LANG(?l), '[AUTO_LANGUAGE]')) }",
        'SELECT ?l { VALUES ?l { "Algeria"@[AUTO_LANGUAGE] } wd:Q262 rdfs:label ?l }',
        ('SELECT (?xLabel AS ?l) { VALUES ?x { wd:Q262 } SERVICE wikibase:label { '
        'bd:serviceParam wikibase:language "ar", "[AUTO_LANGUAGE]" } }'),
        ('SELECT (?xLabel AS ?l) { VALUES ?x { wd:Q262 } SERVICE wikibase:label { '
        'bd:serviceParam wikibase:language "ar" ; wikibase:language "mul,[AUTO_LANGUAGE]" . } }'),
    ],
)  # fmt: skip
def test_the_language_of_the_reader_is_put_in_wherever_it_stands(store, text):
    assert answered(store, text) == [("Algeria",)]


@pytest.mark.parametrize(
    "prefix",
    """wd wdt wdtn wds wdv wdref wdata wdno p ps psv psn pq pqv pqn pr prv prn wikibase wikibaseqs
    schema prov skos rdf rdfs owl xsd geo geof dct ontolex mediawiki mwapi bd bds gas cc foaf
    fn""".split(),  # noqa: SIM905 - a list of names
)
def test_the_prefixes_of_the_query_service_need_no_line(prefix):
    assert rewrite(f"ASK {{ ?s ?p {prefix}:x }}").startswith(f"PREFIX {prefix}: <http")


def test_what_is_refused_stays_refused():
    with pytest.raises(QueryRefused, match="the service gas:service is refused"):
        rewrite("SELECT * { SERVICE gas:service { } }")


# The command


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("SELECT ?s ?a { ?s p:P2046/psn:P2046/wikibase:quantityAmount ?a }", "psn:P2046"),
        ("SELECT ?s { ?s wdt:P31 wd:Q5 }", "wd:Q5"),
        ("ASK { ?s <http://schema.org/about> ?o }", "<http://schema.org/about>"),
        ("SELECT (COUNT(*) AS ?n) { ?s wdtn:P214 ?o }", "wdtn:P214"),
    ],
)
def test_an_answer_with_nothing_names_what_the_graph_lacks(cli, text, word):
    done = cli("query", "--wikidata", text)

    assert f"kg: note: {word}: nothing in this graph has it, in the words of Wikidata\n" in done.err
    assert word not in done.out


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        (
            (
                "SELECT ?e { ?e p:P585/psv:P585 [ wikibase:timePrecision 11 ; "
                "wikibase:timeCalendarModel wd:Q1985727 ] } ORDER BY ?e"
            ),
            5,
        ),
        ("SELECT ?s ?n { ?s p:P1114/psn:P1114/wikibase:quantityAmount ?n }", 1),
        ("SELECT ?s { ?s p:P625/psv:P625/wikibase:geoGlobe wd:Q2 }", 5),
        ("SELECT ?p ?place { ?p wdt:P276 ?place FILTER(!wikibase:isSomeValue(?place)) }", 5),
    ],
)
def test_what_the_query_service_tells_of_a_value_is_there(cli, text, rows):
    done = cli("query", "--wikidata", text, "--format", "csv")

    assert done.code == 0, done.err
    assert done.err == ""
    assert done.out.count("\n") > rows
