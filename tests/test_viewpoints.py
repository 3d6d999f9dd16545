"""Viewpoints: what counts as a fact, and what follows, depends on whom one believes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Triple

import kg
from kg import resources
from kg.dataset import Dataset, load
from kg.dataset.documents import Document
from kg.dataset.viewpoints import find, viewpoints
from kg.errors import Inconsistent, NotEntailed, UnknownName
from kg.export import canonical_turtle
from kg.formats import FORMATS
from kg.namespaces import (
    GRAPH,
    PREFIXES,
    RDF,
    RDFS,
    REL,
    accepted_graph,
    expand,
    inferred_graph,
)

SHIPPED = load([resources.data()], resources.ontology())
RAISING = NamedNode(expand("rel:TensionRaisingEvent"))
INCURSION = NamedNode(expand("kg:drone-incursion-2025"))
INTERFERENCE = NamedNode(expand("kg:alleged-interference-in-mali"))
STANDINGS = ("stated", "attributed", "implied", "disputed", "contradicted")
PREFIX = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())


def thing(name: str) -> NamedNode:
    return NamedNode(PREFIXES["kg"] + name)


@pytest.fixture(scope="module")
def algeria() -> kg.Graph:
    return kg.load(viewpoint="according-to:Algeria")


@pytest.fixture(scope="module")
def mali() -> kg.Graph:
    return kg.load(viewpoint="according-to:Mali")


# --- the laws, over claims of all kinds ---------------------------------------------------------

ASSERTERS = ("algeria", "mali", "ministry")
CLAIM = st.fixed_dictionaries(
    {
        "fact": st.integers(0, 4),
        "by": st.sampled_from(ASSERTERS),
        "standing": st.sampled_from(STANDINGS),
        "disputes": st.sets(st.integers(0, 7), max_size=3),
    }
)


def fact(number: int) -> Triple:
    return Triple(thing(f"event-{number}"), REL.actsFor, thing("somebody"))


def written(claims: list[dict], asserted: set[int]) -> Dataset:
    """A graph of these claims, in which some of what they say is asserted."""
    facts = {fact(number) for number in asserted}
    facts.add(Triple(thing("ministry"), REL.actsFor, thing("algeria")))
    said: list[Triple] = []
    for number, one in enumerate(claims):
        claim, triple = thing(f"claim-{number}"), fact(one["fact"])
        said += [
            Triple(claim, RDF.type, REL.Claim),
            Triple(claim, RDF.subject, triple.subject),
            Triple(claim, RDF.predicate, triple.predicate),
            Triple(claim, RDF.object, triple.object),
            Triple(claim, REL.assertedBy, thing(one["by"])),
            Triple(claim, REL.standing, REL[one["standing"]]),
        ]
        said += [Triple(claim, REL.disputes, thing(f"claim-{other}")) for other in one["disputes"]]
    content = canonical_turtle(facts.union(said)).encode()
    return Dataset.from_documents([Document(Path("data.ttl"), FORMATS["ttl"], content)], [])


def said_by(claims: list[dict], *agents: str) -> set[Triple]:
    return {fact(one["fact"]) for one in claims if one["by"] in agents}


def disputed_by(claims: list[dict], *agents: str) -> set[Triple]:
    return {
        fact(claims[other]["fact"])
        for one in claims
        if one["by"] in agents
        for other in one["disputes"]
        if other < len(claims)
    }


GRAPHS = (st.lists(CLAIM, max_size=8), st.sets(st.integers(0, 4)))


@given(*GRAPHS)
def test_what_is_undisputed_is_reported(claims: list[dict], asserted: set[int]) -> None:
    dataset = written(claims, asserted)

    assert dataset.state("undisputed").accepted <= dataset.state("reported").accepted


@given(*GRAPHS)
def test_nothing_that_anybody_denies_is_undisputed(claims: list[dict], asserted: set[int]) -> None:
    denied = disputed_by(claims, *ASSERTERS)
    denied |= {fact(one["fact"]) for one in claims if one["standing"] == "disputed"}

    assert written(claims, asserted).state("undisputed").accepted.isdisjoint(denied)


@given(*GRAPHS)
def test_according_to_an_agent_is_all_it_says_and_nothing_it_denies(
    claims: list[dict], asserted: set[int]
) -> None:
    if not said_by(claims, "mali"):
        return
    dataset = written(claims, asserted)
    facts, denied = dataset.state("according-to-mali").accepted, disputed_by(claims, "mali")

    assert said_by(claims, "mali") - denied <= facts
    assert facts.isdisjoint(denied)
    assert facts <= dataset.state("undisputed").accepted | said_by(claims, "mali")
    assert dataset.state("undisputed").accepted - denied <= facts


@given(*GRAPHS)
def test_a_state_speaks_through_who_acts_for_it_and_not_the_other_way(
    claims: list[dict], asserted: set[int]
) -> None:
    if not said_by(claims, "ministry"):
        return
    dataset = written(claims, asserted)
    both = disputed_by(claims, "algeria", "ministry")

    state = dataset.state("according-to-algeria").accepted
    assert said_by(claims, "algeria", "ministry") - both <= state
    assert state.isdisjoint(both)
    ministry = dataset.state("according-to-ministry").accepted
    assert ministry <= dataset.state("undisputed").accepted | said_by(claims, "ministry")


@given(*GRAPHS)
def test_reported_is_what_some_claim_upholds_or_no_claim_is_about(
    claims: list[dict], asserted: set[int]
) -> None:
    """What viewpoints were before there were others: all but contradicted claims."""
    refused = {fact(one["fact"]) for one in claims if one["standing"] == "contradicted"}
    refused -= {fact(one["fact"]) for one in claims if one["standing"] != "contradicted"}
    dataset = written(claims, asserted)

    assert dataset.state().accepted == dataset.graph(GRAPH.asserted) - refused


# --- the shipped graph --------------------------------------------------------------------------


def test_the_default_is_what_is_asserted_and_as_much_follows_as_ever(graph: kg.Graph) -> None:
    assert graph.viewpoint == "reported"
    assert SHIPPED.state().accepted == SHIPPED.graph(GRAPH.asserted) | SHIPPED.graph(
        GRAPH.reference
    )
    assert len(graph.infer()) == 717


def test_a_sources_word_is_a_fact_even_against_reference_data() -> None:
    facts = SHIPPED.state("according-to-source-article").accepted

    assert Triple(thing("constantine"), RDF.type, NamedNode(expand("rel:CoastalCity"))) in facts
    assert len(facts - SHIPPED.graph(GRAPH.asserted) - SHIPPED.graph(GRAPH.reference)) == 6


def test_an_event_that_nobody_believes_in_has_no_kind_and_no_days() -> None:
    facts = SHIPPED.state("according-to-mali").accepted
    told = {triple.predicate for triple in facts if triple.subject == INCURSION}

    assert told == {RDFS.label}
    everything = SHIPPED.state("according-to-algeria").accepted
    assert {RDF.type, REL.earliest, REL.latest} <= {
        triple.predicate for triple in everything if triple.subject == INCURSION
    }


def test_a_thing_that_is_no_event_keeps_its_kind() -> None:
    facts = SHIPPED.state("undisputed").accepted

    assert Triple(thing("al-qaeda"), RDF.type, NamedNode(expand("rel:ArmedGroup"))) in facts


def test_what_follows_depends_on_whom_one_believes(algeria: kg.Graph, mali: kg.Graph) -> None:
    raising = Triple(INCURSION, RDF.type, RAISING)
    between = Triple(INTERFERENCE, RDF.type, NamedNode(expand("rel:InterstateEvent")))

    assert raising in algeria.infer()
    assert raising not in mali.infer()
    assert between in mali.infer()
    assert between not in algeria.infer()


def test_every_viewpoint_has_a_name_of_its_own_and_a_definition() -> None:
    known = viewpoints(SHIPPED)

    assert {"reported", "undisputed"} < {one.slug for one in known}
    assert len({one.slug for one in known}) == len(known) >= 15
    assert all(one.definition.endswith(".") for one in known)
    speakers = find(SHIPPED, "according-to-algeria").speakers
    assert thing("algerian-ministry-of-national-defence") in speakers
    assert thing("prime-minister-of-algeria") in speakers


# --- names --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "according-to:Mali", "according-to:Q912", "according-to:kg:mali", "according-to-mali",
        "according-to:mali",
    ],
)  # fmt: skip
def test_an_agent_may_be_named_as_things_are(name: str, mali: kg.Graph) -> None:
    assert kg.Graph(viewpoint=name).viewpoint == mali.viewpoint == "according-to-mali"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("undisputd", 'no viewpoint "undisputd"; did you mean undisputed'),
        ("according-to:Algera", "did you mean according-to:Algeria"),
        ("according-to:Bamako", 'no viewpoint "according-to-bamako"'),
        ("Mali", 'no viewpoint "mali"; did you mean according-to-mali?'),
        ("according-to", 'no viewpoint "according-to"'),
        ("kg:mali", "did you mean according-to-mali?"),
    ],
)
def test_an_unknown_viewpoint_is_answered_with_those_that_are_near(name: str, told: str) -> None:
    with pytest.raises(UnknownName) as caught:
        kg.load(viewpoint=name)

    assert told in str(caught.value)


def copy_of_data(folder: Path, more: str) -> Path:
    shutil.copytree(resources.data(), folder)
    (folder / "more.ttl").write_text(PREFIX + more, "utf-8")
    return folder


def test_a_viewpoint_of_ones_own_is_a_node_in_the_data(tmp_path: Path) -> None:
    data = copy_of_data(
        tmp_path / "data",
        "kg:viewpoint-without-mali a rel:Viewpoint ; rdfs:label 'all but what Mali denies'@en ;"
        " skos:definition 'All claims, without what Mali denies.'@en ;"
        " rel:acceptsStanding rel:stated , rel:attributed , rel:implied , rel:disputed ;"
        " rel:accordingTo kg:mali ; rel:omitsDisputed true .",
    )

    by_node = kg.load(data, viewpoint="kg:viewpoint-without-mali")

    assert by_node.viewpoint == "without-mali"
    assert Triple(INCURSION, RDF.type, RAISING) not in by_node.infer()
    assert Triple(INTERFERENCE, REL.assertedBy, thing("mali")) not in by_node.asserted()
    assert "without-mali" in [one.viewpoint.slug for one in by_node.viewpoints()]


def test_viewpoints_that_contradict_themselves_are_named_with_their_claims(tmp_path: Path) -> None:
    data = copy_of_data(
        tmp_path / "data",
        "kg:claim-odd a rdf:Statement , rel:Claim ; rdfs:label 'odd claim'@en ;"
        " prov:hadPrimarySource kg:source-press-april-2025 ; rdf:subject kg:bamako ;"
        " rdf:predicate rdf:type ; rdf:object rel:State ; rel:assertedBy kg:mali ;"
        " rel:doubt 'It is a city.'@en ; rel:evidence kg:source-press-april-2025 ;"
        " rel:standing rel:contradicted .",
    )
    graph = kg.load(data)

    with pytest.raises(Inconsistent, match=r"viewpoint according-to-mali.*odd claim by Mali"):
        kg.load(data, viewpoint="according-to:Mali")
    (found,) = (one for one in graph.viewpoints() if one.inferred is None)
    assert found.viewpoint.slug == "according-to-mali"
    report = graph.check()
    (section,) = (one for one in report.sections if one.name == "viewpoints")
    assert {result.severity for result in section.results} == {"Warning"}
    assert "from the viewpoint according-to-mali" in str(section.results[0])


def test_a_viewpoint_stands_on_claims_that_are_in_order(tmp_path: Path) -> None:
    data = copy_of_data(tmp_path / "data", "kg:mali rel:neighbours kg:france .")

    with pytest.raises(kg.errors.DoesNotConform, match="fact without a claim"):
        kg.load(data, viewpoint="undisputed")


def test_a_graph_without_claims_is_the_same_from_everywhere(tmp_path: Path) -> None:
    data = tmp_path / "plain.ttl"
    data.write_text(PREFIX + "kg:a a rel:State .", "utf-8")

    plain, undisputed = (kg.load(data, viewpoint=v) for v in ("reported", "undisputed"))

    assert plain.asserted() == undisputed.asserted()
    assert plain.infer() == undisputed.infer()
    assert len(plain.viewpoints()) == 2


# --- queries ------------------------------------------------------------------------------------

ALGERIAN, MALIAN = (inferred_graph(f"according-to-{state}") for state in ("algeria", "mali"))


def test_a_query_compares_the_graphs_that_it_names(graph: kg.Graph) -> None:
    rows = graph.query(
        f"SELECT ?event {{ GRAPH {ALGERIAN} {{ ?event a rel:TensionRaisingEvent }}"
        f" MINUS {{ GRAPH {MALIAN} {{ ?event a rel:TensionRaisingEvent }} }} }} ORDER BY ?event"
    )

    names = ["drone-incursion-2025", "recurring-violations-of-algerian-airspace"]
    assert [row["event"] for row in rows] == [thing(name) for name in names]


@pytest.mark.parametrize(
    "named",
    [
        r"graph:inferred\/according-to-mali",
        "<https://w3id.org/relations-kg/graph/inferred/according-to-mali>",
        "<https://w3id.org/relations-kg/graph/inferred/according-to-m\\u0061li>",
    ],
)
def test_a_graph_is_named_however_it_is_written(graph: kg.Graph, named: str) -> None:
    rows = graph.query(f"SELECT (COUNT(*) AS ?n) {{ GRAPH {named} {{ ?s ?p ?o }} }}")

    assert int(rows[0]["n"].value) == 685


def test_a_graph_is_named_by_what_a_variable_is_bound_to(graph: kg.Graph) -> None:
    query = "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g"

    assert [int(row["n"].value) for row in graph.query(query, g=MALIAN)] == [685]
    facts = accepted_graph("according-to-mali")
    assert [int(row["n"].value) for row in graph.query(query, g=facts)] == [
        len(SHIPPED.state("according-to-mali").accepted)
    ]


def test_the_graphs_of_an_agent_are_found_by_its_name(graph: kg.Graph) -> None:
    rows = graph.query("SELECT ?g { ?g rel:viewpoint/rel:accordingTo kg:mali } ORDER BY ?g")

    assert [row["g"] for row in rows] == [accepted_graph("according-to-mali"), MALIAN]


def test_what_others_believe_stays_out_of_what_is_asked_without_naming_them(
    graph: kg.Graph, mali: kg.Graph
) -> None:
    alone = "SELECT (COUNT(*) AS ?n) { ?event a rel:TensionRaisingEvent }"
    beside = f"{alone[:-1]} FILTER EXISTS {{ GRAPH {ALGERIAN} {{ ?s ?p ?o }} }} }}"

    assert [graph.query(one)[0]["n"].value for one in (alone, beside)] == ["8", "8"]
    assert [mali.query(one)[0]["n"].value for one in (alone, beside)] == ["6", "6"]


def test_from_takes_the_graph_of_a_viewpoint(graph: kg.Graph) -> None:
    result = graph.query(f"CONSTRUCT FROM {MALIAN} WHERE {{ ?s ?p ?o }}")

    assert len(result.triples) == 685


def test_a_graph_of_no_viewpoint_is_refused(graph: kg.Graph) -> None:
    with pytest.raises(UnknownName, match="did you mean according-to-mali"):
        graph.query(r"ASK { GRAPH graph:inferred\/according-to-mal { ?s ?p ?o } }")


def test_the_incursion_holds_according_to_algeria_alone(graph: kg.Graph) -> None:
    rows = {tuple(row)[2:] for row in graph.run("only-according-to")}

    assert (INCURSION, RDF.type, RAISING, Literal("inferred")) in rows
    assert {row[0] for row in rows} == {
        INCURSION,
        thing("drone-shootdown-2025"),
        thing("flight-ban-by-algeria-2025"),
        thing("recurring-violations-of-algerian-airspace"),
    }


def test_the_interference_holds_according_to_mali_alone(graph: kg.Graph) -> None:
    rows = {tuple(row)[2:5] for row in graph.run("only-according-to", agent="Mali", other="Q262")}

    assert (thing("drone-shootdown-2025"), NamedNode(expand("rel:place")), thing("mali")) in rows
    assert (INTERFERENCE, RDF.type, NamedNode(expand("rel:Interference"))) in rows
    assert not {row[0] for row in rows} & {INCURSION, thing("flight-ban-by-algeria-2025")}


def test_an_agent_without_claims_is_refused(graph: kg.Graph) -> None:
    with pytest.raises(UnknownName, match=r'no agent with claims "Bamako"; one of .*Mali'):
        graph.run("only-according-to", agent="Bamako")


def test_rdflib_has_the_graphs_of_other_viewpoints_beside_its_own(graph: kg.Graph) -> None:
    dataset = graph.to_rdflib(beside=("according-to-mali",))
    query = "SELECT (COUNT(*) AS ?n) {{ {} {{ ?event a rel:TensionRaisingEvent }} }}"

    def count(where: str) -> int:
        (row,) = dataset.query(query.format(where))
        return int(row[0])

    assert count("") == 8
    assert count(f"GRAPH {MALIAN}") == 6


# --- proofs, exports, commands ------------------------------------------------------------------


def test_a_proof_rests_on_what_the_viewpoint_accepts(mali: kg.Graph) -> None:
    told = mali.explain("kg:drone-shootdown-2025", "a", "rel:TensionRaisingEvent")

    accepted = mali.asserted() | mali.dataset.graph(GRAPH.ontology)
    assert told.premises
    assert set(told.derivation.leaves()) <= accepted


def test_a_refusal_names_a_viewpoint_that_does_not_hold_it_and_one_that_does(
    graph: kg.Graph, mali: kg.Graph
) -> None:
    with pytest.raises(NotEntailed) as inferred:
        mali.explain(INCURSION, "a", "rel:TensionRaisingEvent")
    with pytest.raises(NotEntailed) as claimed:
        graph.explain("kg:constantine", "a", "rel:CoastalCity")

    told = "not from the viewpoint according-to-mali, though it holds from reported"
    assert told in str(inferred.value)
    assert "though it holds from according-to-source-article" in str(claimed.value)


def test_the_word_of_an_agent_is_shown_with_its_claim() -> None:
    article = kg.load(viewpoint="according-to-source-article")

    told = str(article.explain("kg:constantine", "a", "rel:CoastalCity"))

    assert "F089, contradicted, asserted by Algeria" in told


def test_an_export_says_of_which_viewpoint_it_is(mali: kg.Graph, graph: kg.Graph) -> None:
    quads = mali.serialize("nq").decode()

    assert str(MALIAN) in quads
    assert "inferred/reported" not in quads
    assert f"{GRAPH.asserted} {REL.viewpoint} {thing('viewpoint-according-to-mali')}" in quads
    assert str(GRAPH.void) not in graph.serialize("nq").decode()


def test_an_export_from_a_viewpoint_is_read_back_without_what_is_derived(
    mali: kg.Graph, tmp_path: Path
) -> None:
    path = tmp_path / "mali.trig"
    mali.export(path)

    back = load([path], [])

    assert GRAPH.void not in back.graphs()
    assert MALIAN not in back.graphs()
    assert any("triples about viewpoints were left out" in note for note in back.notes)


def test_a_snapshot_says_of_which_viewpoint_it_is(mali: kg.Graph, graph: kg.Graph) -> None:
    assert mali.snapshot.meta()["made_from"]["viewpoint"] == "according-to-mali"
    assert mali.snapshot.digest != graph.snapshot.digest


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["query", "SELECT ?e { ?e a rel:TensionRaisingEvent }"], "kg:drone-incursion-2025"),
        (["run", "tension-raising-events"], "incursion of a Malian drone, 2025"),
        (["show", "kg:drone-incursion-2025"], "airspace violation"),
        (["export", "--format", "nt"], "id/drone-incursion-2025> <http://www.w3.org/1999/02/"),
        (["infer", "--data", resources.data()], "id/drone-incursion-2025> <http://www.w3"),
        (["stats"], "inferred/reported"),
    ],
)  # fmt: skip
def test_every_command_that_reads_takes_a_viewpoint(cli, words: list[str], found: str) -> None:
    assert found in cli(*words).out
    seen = cli(*words, "--viewpoint", "according-to:Mali")
    assert seen.code == 0
    assert found not in seen.out


def test_validate_tells_what_a_viewpoint_lacks_and_check_does_not_ask(cli) -> None:
    assert cli("validate", "--viewpoint", "according-to:Algeria").code == 1
    assert cli("validate").code == 0
    assert cli("check", "--viewpoint", "undisputed").code == 2


def test_explain_takes_a_viewpoint(cli) -> None:
    words = ("explain", "kg:drone-incursion-2025", "a", "rel:TensionRaisingEvent")

    assert cli(*words).code == 0
    refused = cli(*words, "--viewpoint", "according-to-mali")
    assert (refused.code, refused.out) == (1, "")
    assert "though it holds from reported" in refused.err


def test_viewpoints_lists_them_with_what_each_comes_to(cli) -> None:
    listed = cli("viewpoints").out

    assert "reported\n  All claims but those" in listed
    assert "717 inferred, 8 tension-raising events" in listed
    assert "the facts are those of undisputed" in listed
    rows = {row["viewpoint"]: row for row in json.loads(cli("viewpoints", "--format", "json").out)}
    assert rows["according-to-mali"]["tension_raising_events"] == 6
    assert rows["according-to-algeria"]["agents"] == [thing("algeria").value]


def test_an_unknown_viewpoint_is_one_line(cli) -> None:
    answer = cli("stats", "--viewpoint", "according-to:Algera")

    assert answer.code == 2
    assert answer.err.count("\n") == 1
    assert "did you mean according-to:Algeria" in answer.err


def test_claims_about_a_claim_that_is_not_there_deny_nothing() -> None:
    one = {"fact": 0, "by": "mali", "standing": "stated", "disputes": {5}}

    assert fact(0) in written([one], {0}).state("undisputed").accepted
