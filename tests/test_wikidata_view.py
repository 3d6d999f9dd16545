"""The graph in Wikidata's words: what is stated, how precisely, by whom, and what is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Store

from kg import load, sssom
from kg.graph import to_rdflib
from kg.namespaces import EDTF, GRAPH, PREFIXES, RDF, REL, SKOS, XSD, expand
from kg.results import serialize
from kg.sparql import evaluate
from kg.wikidata.query_service import ask, rewrite
from kg.wikidata.view import value, view, words_of, words_of_store
from kg.wikidata.vocabulary import RANK, RANKS, STATEMENTS, WDQS_PREFIXES

QUERIES = sorted((Path(__file__).parent / "wikidata-queries").glob("*.rq"))
TABLE = """\
#curie_map:
#  kg: https://w3id.org/relations-kg/id/
#  rel: https://w3id.org/relations-kg/ontology#
#  wd: http://www.wikidata.org/entity/
#license: https://creativecommons.org/licenses/by/4.0/
#mapping_set_id: https://example.org/links
subject_id\tpredicate_id\tobject_id\tobject_label\tmapping_justification
"""
ROWS = [
    "kg:mali skos:exactMatch wd:Q912 Mali",
    "kg:region skos:closeMatch wd:Q99999901 near",
    "rel:City skos:closeMatch wd:Q515 city",
    "rel:TroopDeployment skos:broadMatch wd:Q645883 operation",
    "rel:actor skos:closeMatch wd:P710 participant",
    "rel:target skos:narrowMatch wd:P533 target",
    "rel:partOf skos:closeMatch wd:P131 in",
    "rel:partOf skos:closeMatch wd:P361 part",
    "rel:date skos:exactMatch wd:P585 time",
    "rel:earliest skos:closeMatch wd:P1319 earliest",
    "rel:isoCode skos:narrowMatch wd:P297 two",
    "rel:isoCode skos:narrowMatch wd:P300 division",
]


def node(curie):
    for prefix, namespace in (WDQS_PREFIXES | PREFIXES).items():
        if curie.startswith(f"{prefix}:"):
            return NamedNode(namespace + curie.partition(":")[2])
    raise AssertionError(curie)


def mappings(*rows):
    lines = ["\t".join([*row.split(" "), "semapv:ManualMappingCuration"]) for row in rows or ROWS]
    return sssom.parse((TABLE + "\n".join(lines) + "\n").encode())


def made(*triples, rows=()):
    """Return the view of a graph of some facts; a term is a CURIE or a literal."""
    store = Store()
    for triple in triples:
        terms = [node(one) if isinstance(one, str) else one for one in triple]
        store.add(Quad(*terms, GRAPH.asserted))
    return view(store, mappings(*rows))


def direct(store, subject="kg:e"):
    """Return the direct statements of a thing, by property."""
    found = {}
    for quad in store.quads_for_pattern(node(subject), None, None):
        if quad.predicate.value.startswith(WDQS_PREFIXES["wdt"]):
            found.setdefault(quad.predicate.value[len(WDQS_PREFIXES["wdt"]) :], set()).add(
                quad.object.value
            )
    return found


@pytest.fixture(scope="module")
def graph():
    return load()


@pytest.fixture(scope="module")
def shipped(graph):
    return view(graph.store)


def test_there_are_queries_as_one_writes_them_for_wikidata():
    assert len(QUERIES) >= 12


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
def test_a_query_for_wikidata_gives_its_golden_answer(path, graph):
    answer = serialize(ask(graph.store, path.read_text("utf-8")), "tsv").decode()

    assert answer == path.with_suffix(".tsv").read_text("utf-8")
    assert answer.count("\n") > 1


@pytest.fixture(scope="module")
def second(shipped):
    """Return the view as rdflib has it: the other engine."""
    store = Store()
    store.bulk_extend(
        Quad(one.subject, one.predicate, one.object, GRAPH.asserted) for one in shipped
    )
    return to_rdflib(store)


def _plain(term):
    """Return a term as both engines write it: the lexical forms of numbers may differ."""
    if term is None:
        return None
    text = str(getattr(term, "value", term)) if isinstance(term, NamedNode) else str(term)
    datatype = str(getattr(term, "datatype", "") or "")
    if isinstance(term, Literal):
        text, datatype = term.value, term.datatype.value
    if "#" in datatype and datatype.rpartition("#")[2] in {"decimal", "integer", "double"}:
        return float(text)
    if datatype.endswith("dateTime"):
        return text.replace("+00:00", "Z")
    return text.lower() if datatype.endswith("boolean") else text


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
def test_rdflib_gives_the_same_answer(path, graph, second):
    text = path.read_text("utf-8")
    ours = ask(graph.store, text)

    theirs = second.query(rewrite(text))

    assert [str(one) for one in theirs.vars] == list(ours.variables)
    expected = sorted(([_plain(one) for one in row] for row in theirs), key=str)
    assert sorted(([_plain(one) for one in row] for row in ours.rows), key=str) == expected


def test_the_view_is_made_of_statements_as_wikibase_has_them(shipped):
    claim, statement = WDQS_PREFIXES["p"], WDQS_PREFIXES["ps"]
    checked = 0
    for quad in shipped:
        name = quad.predicate.value.removeprefix(claim)
        if "/" in name or not quad.predicate.value.startswith(claim):
            continue
        values = list(shipped.quads_for_pattern(quad.object, NamedNode(statement + name), None))
        ranks = {one.object for one in shipped.quads_for_pattern(quad.object, RANK, None)}
        assert len(values) == 1
        assert len(ranks) == 1
        stated = Quad(quad.subject, node(f"wdt:{name}"), values[0].object)
        assert (stated in shipped) == (ranks == {RANKS["normal"]})
        checked += 1
    assert checked > 300


def test_every_direct_triple_has_a_statement(shipped):
    for quad in shipped:
        if quad.predicate.value.startswith(WDQS_PREFIXES["wdt"]):
            name = quad.predicate.value.removeprefix(WDQS_PREFIXES["wdt"])
            nodes = shipped.quads_for_pattern(quad.subject, node(f"p:{name}"), None)
            assert any(
                Quad(one.object, node(f"ps:{name}"), quad.object) in shipped for one in nodes
            )


def test_the_view_has_no_blank_nodes_and_the_same_nodes_each_time(graph, shipped):
    again = view(graph.store)

    assert set(shipped) == set(again)
    assert not any(isinstance(term, BlankNode) for quad in shipped for term in quad.triple)


def test_the_view_holds_nothing_in_words_of_ours_but_names(shipped):
    ours = {quad.predicate.value for quad in shipped if quad.predicate in REL}
    assert ours == set()
    assert all(str(quad.graph_name) == "DEFAULT" for quad in shipped)


def test_the_view_is_only_a_view(graph):
    before = len(graph.store)
    view(graph.store)
    assert len(graph.store) == before


def test_ids_of_properties_are_those_of_the_links_or_of_wikibase_itself(graph, shipped):
    words = words_of_store(graph.store)
    known = set().union(*words.properties.values(), *words.narrower.values())
    known |= {"P31", "P279", "P361", "P625", "P1310", "P1480", "P248", "P854"}
    used = {
        quad.predicate.value.rpartition("/")[2]
        for quad in shipped
        if quad.predicate.value.startswith("http://www.wikidata.org/prop/")
    }
    assert used <= known
    assert {"P530", "P137", "P585", "P297"} <= used


@pytest.mark.parametrize(
    ("text", "moment", "precision"),
    [
        ("2012", "2012-01-01T00:00:00Z", "9"),
        ("2023-12", "2023-12-01T00:00:00Z", "10"),
        ("2023-12-22", "2023-12-22T00:00:00Z", "11"),
        ("2025-03-31~", "2025-03-31T00:00:00Z", "11"),
    ],
)
def test_a_date_is_as_precise_as_it_is_stated(text, moment, precision):
    store = made(("kg:e", "rel:date", Literal(text, datatype=EDTF)))

    assert direct(store) == {"P585": {moment}}
    rows = evaluate(
        store,
        "PREFIX p: <http://www.wikidata.org/prop/> "
        "PREFIX psv: <http://www.wikidata.org/prop/statement/value/> "
        "PREFIX wb: <http://wikiba.se/ontology#> "
        "SELECT ?v ?n { kg:e p:P585/psv:P585 [ wb:timeValue ?v ; wb:timePrecision ?n ] }",
    ).rows
    assert [[one.value for one in row] for row in rows] == [[moment, precision]]


@pytest.mark.parametrize("text", ["../2023-12", "2025-04-07/..", "2012-04-XX", "2012-21", "y20120"])
def test_a_date_that_is_no_one_period_is_told_by_its_bounds(text):
    store = made(
        ("kg:e", "rel:date", Literal(text, datatype=EDTF)),
        ("kg:e", "rel:earliest", Literal("2012-04-01", datatype=XSD.date)),
    )
    assert direct(store) == {"P1319": {"2012-04-01T00:00:00Z"}}


def test_the_bounds_of_a_date_are_not_repeated():
    store = made(
        ("kg:e", "rel:date", Literal("2012", datatype=EDTF)),
        ("kg:e", "rel:earliest", Literal("2012-01-01", datatype=XSD.date)),
    )
    assert direct(store) == {"P585": {"2012-01-01T00:00:00Z"}}


@given(st.dates(), st.sampled_from([4, 7, 10]), st.sampled_from(["", "~", "?", "%"]))
def test_no_date_is_told_more_precisely_than_it_is(day, length, mark):
    text = day.isoformat()[:length]

    found = value(Literal(text + mark, datatype=EDTF), "P585")

    assert found.simple.value.startswith(text)
    parts = {predicate.value.rpartition("#")[2]: part.value for predicate, part in found.parts}
    assert parts["timePrecision"] == {4: "9", 7: "10", 10: "11"}[length]
    assert (found.nature is None) == (mark == "")


def test_what_is_the_same_as_an_item_becomes_it_and_what_is_near_does_not():
    store = made(("kg:e", "rel:actor", "kg:mali"), ("kg:region", "rel:actor", "kg:region"))

    assert direct(store) == {"P710": {expand("wd:Q912")}}
    assert direct(store, "kg:region") == {"P710": {expand("kg:region")}}


def test_a_class_near_to_an_item_is_told_by_it_and_a_narrower_one_is_below_it():
    store = made(("kg:e", "rdf:type", "rel:City"), ("kg:f", "rdf:type", "rel:TroopDeployment"))

    assert direct(store) == {"P31": {expand("wd:Q515")}}
    assert direct(store, "kg:f") == {"P31": {expand("rel:TroopDeployment")}}
    assert direct(store, "rel:TroopDeployment") == {"P279": {expand("wd:Q645883")}}


def test_a_property_that_is_narrower_says_nothing_unless_the_value_is_of_its_kind():
    store = made(
        ("kg:e", "rel:target", "kg:mali"),
        ("kg:e", "rel:isoCode", Literal("ML")),
        ("kg:f", "rel:isoCode", Literal("DZ-01")),
        ("kg:g", "rel:isoCode", Literal("?")),
    )
    assert direct(store) == {"P297": {"ML"}}
    assert direct(store, "kg:f") == {"P300": {"DZ-01"}}
    assert direct(store, "kg:g") == {}


def test_part_of_is_a_place_of_places_and_a_part_of_anything_else():
    store = made(
        ("kg:e", "rel:partOf", "kg:p"),
        ("kg:p", "rdf:type", "rel:Place"),
        ("kg:q", "rel:partOf", "kg:p"),
        ("kg:q", "rdf:type", "rel:Place"),
        ("kg:f", "rel:partOf", "kg:e"),
    )
    assert direct(store, "kg:q")["P131"] == {expand("kg:p")}
    assert "P361" not in direct(store, "kg:q")
    assert direct(store) == {"P361": {expand("kg:p")}}
    assert direct(store, "kg:f") == {"P361": {expand("kg:e")}}


def test_what_is_denied_to_be_a_match_is_none():
    table = TABLE.replace("predicate_id\t", "predicate_id\tpredicate_modifier\t")
    row = "rel:actor\tskos:exactMatch\tNot\twd:P710\tx\tsemapv:ManualMappingCuration\n"
    assert words_of(sssom.parse((table + row).encode())).properties == {}


def test_a_link_to_nothing_is_none():
    store = Store()
    store.add(Quad(node("kg:e"), SKOS.exactMatch, node("sssom:NoTermFound"), GRAPH.links))
    assert words_of_store(store).items == {}


def test_a_contradicted_claim_is_deprecated_unless_another_says_the_same():
    claim = [
        ("kg:claim", "rdf:subject", "kg:e"),
        ("kg:claim", "rdf:predicate", "rel:actor"),
        ("kg:claim", "rdf:object", "kg:mali"),
        ("kg:claim", "rel:standing", "rel:contradicted"),
    ]
    fact = ("kg:e", "rel:actor", "kg:mali")
    for facts, rank, told in (((), "deprecated", {}), ((fact,), "normal", {"P710"})):
        store = Store()
        for triples, graph in ((claim, GRAPH.claims), (facts, GRAPH.asserted)):
            for triple in triples:
                store.add(Quad(*map(node, triple), graph))
        found = view(store, mappings())
        statements = [one.object for one in found.quads_for_pattern(node("kg:e"), None, None)]
        ranks = {
            one.object
            for statement in statements
            for one in found.quads_for_pattern(statement, RANK, None)
        }
        assert ranks == {RANKS[rank]}
        assert set(direct(found)) == set(told)


def test_a_name_in_each_language_is_one_label():
    store = made(
        ("kg:mali", "rel:actor", "kg:mali"),
        ("kg:mali", "rdfs:label", Literal("Mali", language="en")),
        ("kg:mali", "rdfs:label", Literal("Mali", language="fr")),
        ("kg:mali", "rdfs:label", Literal("Republic of Mali", language="en")),
        ("kg:mali", "skos:altLabel", Literal("ML", language="en")),
    )

    def names(predicate):
        found = store.quads_for_pattern(node("wd:Q912"), node(predicate), None)
        return {(one.object.value, one.object.language) for one in found}

    assert names("rdfs:label") == {("Mali", "en"), ("Mali", "fr")}
    assert names("skos:altLabel") == {("Republic of Mali", "en"), ("ML", "en")}


def test_from_another_viewpoint_the_view_is_another():
    text = "ASK { wd:Q34490 wdt:P2541 kg:islamic-maghreb }"
    assert ask(load().store, text)
    assert not ask(load(viewpoint="undisputed").store, text)


def test_statement_nodes_lie_below_the_address_of_kg(shipped):
    nodes = {one.subject for one in shipped.quads_for_pattern(None, RANK, None)}
    assert nodes
    assert all(one.value.startswith(STATEMENTS) for one in nodes)
    assert len(nodes) == len(list(shipped.quads_for_pattern(None, RANK, None)))
    assert not list(shipped.quads_for_pattern(None, RDF.type, REL.Claim))


def test_the_command_asks_in_the_words_of_wikidata(cli):
    text = (
        "SELECT ?item ?itemLabel { ?item wdt:P137 wd:Q912 . "
        'SERVICE wikibase:label { bd:serviceParam wikibase:language "en" } } ORDER BY ?item'
    )
    done = cli("query", "--wikidata", text, "--format", "csv")

    assert done.code == 0
    assert done.out.splitlines()[1:] == [
        "https://w3id.org/relations-kg/id/embassy-of-mali-in-algiers,Embassy of Mali in Algiers",
        "https://w3id.org/relations-kg/id/malian-drone-2025,Malian drone shot down in 2025",
        "https://w3id.org/relations-kg/id/malian-military-drones,Malian military drones",
    ]


def test_without_the_option_the_words_are_not_there(cli):
    done = cli("query", "ASK { ?mission wdt:P137 ?state }")
    assert done.code == 1


def test_the_view_and_services_do_not_go_together(cli):
    done = cli("query", "--wikidata", "--service", "https://example.org/sparql", "ASK {}")
    assert done.code == 2
    assert "do not go together" in done.err
