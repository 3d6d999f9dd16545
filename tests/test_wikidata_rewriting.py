"""Queries for the Wikidata Query Service: what they become, and what is refused by its name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, Store

from kg.errors import ParseFailure, QueryRefused, UnknownName
from kg.namespaces import RDFS, SKOS, expand
from kg.sparql import evaluate
from kg.wikidata.query_service import rewrite

SERVICE = 'SERVICE wikibase:label { bd:serviceParam wikibase:language "LANGUAGES" . }'
P = NamedNode(expand("wdt:P17"))
MALI, ALGERIA, NAMELESS = (NamedNode(expand(one)) for one in ("wd:Q912", "wd:Q262", "wd:Q42"))


@pytest.fixture
def store():
    """Two things with names, and one without; Mali has a French one, Algeria an Arabic one."""
    store = Store()
    for subject, text, language in (
        (MALI, "Mali", "en"),
        (MALI, "République du Mali", "fr"),
        (ALGERIA, "Algeria", "en"),
        (ALGERIA, "الجزائر", "ar"),
    ):
        store.add(Quad(subject, RDFS.label, Literal(text, language=language)))
    for text in ("Soudan", "Mali Rep."):
        store.add(Quad(MALI, SKOS.altLabel, Literal(text, language="en")))
    for subject in (MALI, ALGERIA, NAMELESS):
        store.add(Quad(subject, P, Literal("x")))
    return store


def answered(store, text, languages="en", language="en"):
    """Return the rows of a query as texts; $ stands for the label service."""
    whole = rewrite(text.replace("$", SERVICE.replace("LANGUAGES", languages)), language=language)
    result = evaluate(store, whole)
    rows = [[None if term is None else term.value for term in row] for row in result.rows]
    return sorted(rows, key=str)


@pytest.mark.parametrize(
    ("languages", "names"),
    [
        ("en", ["Algeria", "Mali"]),
        ("fr,en", ["Algeria", "République du Mali"]),
        ("ar, fr ,en", ["الجزائر", "République du Mali"]),
        ("fr", ["Q262", "République du Mali"]),
        ("[AUTO_LANGUAGE],en", ["Algeria", "République du Mali"]),
        ("mul,en", ["Algeria", "Mali"]),
        ("FR", ["Q262", "République du Mali"]),
    ],
)
def test_the_first_language_that_has_a_name_gives_it_and_else_the_id(store, languages, names):
    rows = answered(store, "SELECT ?s ?sLabel { ?s wdt:P17 ?o . $ }", languages, language="fr")

    assert {row[0]: row[1] for row in rows} == dict(
        zip([ALGERIA.value, MALI.value, NAMELESS.value], [*names, "Q42"], strict=True)
    )


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ?s ?sLabel { $ ?s wdt:P17 ?o }",
        "SELECT ?s ?sLabel WHERE { ?s wdt:P17 ?o $ }",
        "SELECT ?s ?sLabel { ?s wdt:P17 ?o . $ } ORDER BY ?sLabel",
        "SELECT ?s ?sLabel { { SELECT ?s ?sLabel { ?s wdt:P17 ?o . $ } } }",
        "SELECT ?s ?sLabel { { ?s wdt:P17 ?o . $ } }",
        "SELECT ?s ?sLabel { ?s wdt:P17 ?o . $ } GROUP BY ?s ?sLabel",
        "SELECT ?s (MIN(?sLabel) AS ?name) { ?s wdt:P17 ?o . $ } GROUP BY ?s",
        "select ?s ?sLabel { ?s wdt:P17 ?o . service wikibase:label { } }",
        "SELECT ?s ?sLabel { ?s wdt:P17 ?o . SERVICE SILENT wikibase:label { } }",
        "SELECT ?s ?sLabel { ?s wdt:P17 ?o . SERVICE <http://wikiba.se/ontology#label> { } }",
        "PREFIX w: <http://wikiba.se/ontology#> SELECT ?s ?sLabel { ?s ?p 'x' SERVICE w:label {} }",
        "SELECT ?s ?n { ?s wdt:P17 ?o . SERVICE wikibase:label { ?s rdfs:label ?n } }",
        """SELECT ?s ?n { ?s ?p 'x' SERVICE wikibase:label {
            ?s rdfs:label ?n ; skos:altLabel ?m ; schema:description ?d . } }""",
    ],
)
def test_wherever_the_service_stands_it_gives_the_names(store, text):
    assert answered(store, text) == [
        [ALGERIA.value, "Algeria"],
        [NAMELESS.value, "Q42"],
        [MALI.value, "Mali"],
    ]


def test_other_names_are_one_text_in_order_and_descriptions_are_unbound(store):
    rows = answered(store, "SELECT ?s ?sAltLabel ?sDescription { ?s wdt:P17 ?o . $ }")

    assert rows == [
        [ALGERIA.value, None, None],
        [NAMELESS.value, None, None],
        [MALI.value, "Mali Rep., Soudan", None],
    ]


def test_a_thing_that_is_not_bound_has_no_name_and_makes_no_rows(store):
    rows = answered(store, "SELECT ?s ?o ?oLabel { ?s wdt:P17 ?x OPTIONAL { ?s wdt:P1 ?o } $ }")
    assert [row[1:] for row in rows] == [[None, None]] * 3


def test_a_literal_and_another_iri_are_called_what_they_are(store):
    assert answered(store, "SELECT ?oLabel { wd:Q912 wdt:P17 ?o $ }") == [["x"]]
    rows = answered(store, "SELECT ?oLabel { VALUES ?o { <http://example.org/a> } $ }")
    assert rows == [["http://example.org/a"]]


def test_a_star_has_the_variables_of_the_query_and_no_others(store):
    text = "SELECT * { ?s wdt:P17 ?o SERVICE wikibase:label { ?s rdfs:label ?n } }"
    assert evaluate(store, rewrite(text)).variables == ("s", "o", "n")


def test_a_name_that_the_query_finds_itself_is_left_to_it(store):
    rows = answered(
        store, "SELECT ?s ?sLabel { ?s rdfs:label ?sLabel FILTER(LANG(?sLabel)='ar') $ }"
    )
    assert rows == [[ALGERIA.value, "الجزائر"]]


def test_construct_takes_names_into_its_template(store):
    text = f"CONSTRUCT {{ ?s rdfs:label ?sLabel }} WHERE {{ ?s wdt:P17 ?o . {SERVICE} }}"
    found = evaluate(store, rewrite(text.replace("LANGUAGES", "en")))
    assert {triple.object.value for triple in found.triples} == {"Algeria", "Mali", "Q42"}


def test_variables_of_the_user_are_never_those_of_the_rewriting(store):
    text = "SELECT ?kg_label1 ?s ?sLabel { ?s wdt:P17 ?kg_label1 . $ }"
    assert [row[0] for row in answered(store, text)] == ["x"] * 3


def test_strings_comments_and_iris_are_left_alone(store):
    text = (
        "SELECT ?s ('SERVICE wikibase:mwapi { }' AS ?text) # SERVICE wikibase:around { }\n"
        "{ ?s wdt:P17 ?o FILTER(?s != <http://example.org/SERVICE>) }"
    )
    assert rewrite(text).endswith(text)
    assert len(answered(store, text)) == 3


@pytest.mark.parametrize("having", ["?n > 1", "?n > 1 && ?n < 9", "COUNT(?o) > 1", "(?n - 1) > 0"])
def test_having_may_use_the_names_that_select_gives(store, having):
    text = f"SELECT ?o (COUNT(?s) AS ?n) {{ ?s wdt:P17 ?o }} GROUP BY ?o HAVING({having}) LIMIT 9"
    assert answered(store, text) == [["x", "3"]]


@pytest.mark.parametrize(
    "hint",
    [
        'hint:Query hint:optimizer "None" .',
        "hint:Prior hint:rangeSafe true .",
        "hint:Prior hint:rangeSafe true ; hint:runLast true",
        "<http://www.bigdata.com/queryHints#Prior> hint:runFirst true .",
    ],
)
def test_hints_are_left_out(store, hint):
    assert len(answered(store, f"SELECT ?s {{ ?s wdt:P17 ?o . {hint} }}")) == 3


def test_the_prefix_of_hints_may_be_declared(store):
    text = (
        "prefix hint: <http://www.bigdata.com/queryHints#> SELECT ?s { "
        'hint:Query hint:optimizer "None" . ?s wdt:P17 ?o }'
    )
    assert len(answered(store, text)) == 3


@pytest.mark.parametrize(
    ("service", "name"),
    [
        ("SERVICE wikibase:around { }", "wikibase:around"),
        ("SERVICE wikibase:mwapi { bd:serviceParam wikibase:api 'Search' }", "wikibase:mwapi"),
        ("SERVICE bd:sample { ?s ?p ?o }", "bd:sample"),
        ("SERVICE SILENT <http://example.org/sparql> { }", "<http://example.org/sparql>"),
        ("SERVICE ?x { }", "?x"),
        ("service gas:service { }", "gas:service"),
    ],
)
def test_any_other_service_is_refused_by_its_name(service, name):
    with pytest.raises(QueryRefused) as refused:
        rewrite(f"SELECT * {{\n  {service} }}")

    assert str(refused.value).startswith(f"query:2:3: the service {name} is refused")
    assert refused.value.code == "service-denied"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("SELECT ?s {\n ?s wdt:P17 ; }} ", "2:16"),
        ("SELECT ?s { $\n ?s wdt:P17 }", "2:13"),
        ("SELECT ?s { SERVICE wikibase:label { ?s rdfs:label } }", "1:38"),
        ("SELECT ?s { SERVICE wikibase:label { ?s wdt:P17 ?o } }", "1:41"),
        ("SELECT ?s { SERVICE wikibase:label ?s }", "1:21"),
    ],
)
def test_what_is_no_query_is_refused_at_its_place(text, place):
    with pytest.raises(ParseFailure) as refused:
        rewrite(text.replace("$", SERVICE))
    assert str(refused.value).startswith(f"query:{place}: ")


def test_a_prefix_that_nobody_knows_is_refused():
    with pytest.raises(UnknownName, match='no prefix "wdtt"'):
        rewrite("ASK { ?s wdtt:P17 ?o }")


def test_updates_stay_refused():
    with pytest.raises(QueryRefused, match="INSERT is refused"):
        rewrite("INSERT DATA { wd:Q912 wdt:P17 wd:Q262 }")


def test_a_prefix_of_the_query_counts_more_than_the_usual_one(store):
    text = "PREFIX wdt: <http://www.wikidata.org/entity/> ASK { ?s wdt:P17 ?o }"
    assert rewrite(text) == text
    assert not evaluate(store, rewrite(text))


def test_the_words_of_schema_are_those_of_the_query_service():
    assert rewrite("ASK { ?s schema:about ?o }").startswith("PREFIX schema: <http://schema.org/>\n")


@given(st.text(alphabet="\"'\\}{. <>#?en,-", max_size=12))
def test_no_text_for_the_languages_breaks_out_of_the_query(text):
    written = '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    query = (
        f"SELECT ?s ?sLabel {{ VALUES ?s {{ wd:Q42 }} "
        f"SERVICE wikibase:label {{ bd:serviceParam wikibase:language {written} }} }}"
    )
    assert evaluate(Store(), rewrite(query)).rows[0][1].value == "Q42"
