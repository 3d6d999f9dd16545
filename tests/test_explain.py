"""Why it holds, why it does not, and all that follows about a thing; in every form."""

from __future__ import annotations

import json
import shutil
from html import unescape
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import NamedNode, Quad, RdfFormat, Store, Triple, parse

import proof_checker
from counted import Counted
from kg import terms
from kg.errors import Misuse, NotEntailed
from kg.namespaces import DCTERMS, GRAPH, PROV, RDF, REL, accepted_graph, inferred_graph
from kg.reasoning import Prover, close
from kg.reasoning.lookups import closed, derived
from kg.reasoning.lookups import given as asserted_in
from kg.reasoning.proof.search import Search
from kg.reasoning.statements import Index, as_triple, statement
from notation import turtle

needs_graphviz = pytest.mark.skipif(
    shutil.which("dot") is None, reason="Graphviz, which draws the pictures, is not installed"
)
INFERRED = inferred_graph("reported")
DRONE = ("kg:drone-shootdown-2025", "a", "rel:TensionRaisingEvent")


def one(text):
    (triple,) = turtle(text)
    return triple


def stored(asserted, inferred=None):
    """Put a graph and its closure into a store, as a snapshot does."""
    store = Store()
    store.extend(Quad(*triple, GRAPH.asserted) for triple in asserted)
    found = close(asserted).inferred if inferred is None else inferred
    store.extend(Quad(*triple, INFERRED) for triple in found)
    return store


# --- looking up in a store ------------------------------------------------------------------------


def test_a_store_is_looked_up_as_a_set_of_statements_is(graph):
    found = closed(graph.store)
    index = Index(found)

    statements = list(index)
    assert len(statements) == len(set(found)) > 2000
    for s, p, o in statements[::7]:
        assert (s, p, o) in found
        assert (s, p, p) not in found
        assert found.objects(s, p) == index.objects(s, p)
        assert found.subjects(p, o) == index.subjects(p, o)
        assert set(found.pairs(p)) == set(index.pairs(p))
        assert set(found.statements(None, p, o)) == set(index.statements(None, p, o))
        assert set(found.statements(s)) == set(index.statements(s))


def test_claims_links_and_other_viewpoints_are_no_premises():
    store = Store()
    names = [GRAPH.asserted, GRAPH.claims, GRAPH.links, GRAPH.void, accepted_graph("undisputed")]
    for number, name in enumerate([*names, INFERRED]):
        store.add(Quad(NamedNode(f"http://example.org/{number}"), RDF.type, REL.Event, name))

    assert [s.value[-1] for s, _, _ in asserted_in(store)] == ["0"]
    assert [s.value[-1] for s, _, _ in derived(store)] == ["5"]
    assert sorted(s.value[-1] for s, _, _ in closed(store)) == ["0", "5"]


def test_every_inferred_triple_of_the_snapshot_has_a_checked_proof_from_the_store(graph):
    asserted, inferred = asserted_in(graph.store), derived(graph.store)
    search = Search(asserted, inferred)
    in_memory = Search(Index(asserted), Index(inferred))
    leaves = set(asserted)

    goals = list(inferred)
    assert len(goals) > 100
    for goal in goals:
        steps = search.shortest(goal)
        proof_checker.check(goal, steps, leaves)
        assert len(steps) == len(in_memory.shortest(goal))


def test_what_thousands_of_statements_give_is_proved_by_one_of_them():
    many = 20_000
    facts = [
        Triple(
            NamedNode(f"http://example.org/e{number}"),
            NamedNode("http://example.org/actor"),
            NamedNode("http://example.org/aland"),
        )
        for number in range(many)
    ]
    ontology = turtle(
        ":actor rdfs:range :State ; rdfs:subPropertyOf :involves . :involves owl:inverseOf :acts ."
    )
    place = NamedNode("http://example.org/aland")
    acts = [Triple(place, NamedNode("http://example.org/acts"), fact.subject) for fact in facts]
    involved = [Triple(a.object, NamedNode("http://example.org/involves"), place) for a in acts]
    store = stored([*facts, *ontology], [one(":aland a :State ."), *acts, *involved])
    parts = [Counted(asserted_in(store)), Counted(derived(store))]

    prover = Prover(*parts)
    kind = prover.derive(one(":aland a :State ."))
    acted = prover.derive(one(":aland :acts :e19999 ."))

    assert sum(part.read for part in parts) < 1000
    assert [step.rule for step in kind.steps()] == ["prp-rng"]
    assert [step.rule for step in acted.steps()] == ["prp-spo1", "prp-inv1"]


# --- other proofs ---------------------------------------------------------------------------------

TWO_WAYS = """
    :p rdfs:domain :A . :A rdfs:subClassOf :B . :a :p :b . :q rdfs:range :B . :c :q :a .
    :B owl:equivalentClass :E .
"""


def steps_of(proof):
    return {(step.conclusion, step.rule, *(p.conclusion for p in step.premises)) for step in proof}


def test_all_proofs_are_told_the_shortest_first():
    asserted = turtle(TWO_WAYS)
    prover = Prover.of(asserted, close(asserted).inferred)

    proofs = list(prover.derivations(one(":a a :B ."), 50))

    rules = [tuple(step.rule for step in proof.steps()) for proof in proofs]
    assert rules[0] == ("prp-rng",)
    assert ("prp-dom", "cax-sco") in rules
    assert ("scm-dom1", "prp-dom") in rules
    assert [len(one) for one in rules] == sorted(len(one) for one in rules)


def test_no_two_proofs_take_the_same_steps_and_none_uses_what_it_proves(graph):
    goals = sorted(map(as_triple, derived(graph.store)), key=str)[::40]
    assert len(goals) > 5
    for triple in goals:
        proofs = graph.explain_all(triple.subject, triple.predicate, triple.object, limit=6)
        told = [frozenset(steps_of(one.derivation.steps())) for one in proofs]
        assert len(told) == len(set(told)) <= 6
        for proof in proofs:
            waiting = [(proof.derivation, frozenset())]
            while waiting:
                step, above = waiting.pop()
                assert step.conclusion not in above
                waiting += [(below, above | {step.conclusion}) for below in step.premises]
        first = graph.explain(triple.subject, triple.predicate, triple.object)
        assert len(first.steps) == len(proofs[0].steps)


def test_an_asserted_triple_may_follow_as_well():
    asserted = turtle(":p a owl:SymmetricProperty . :a :p :b . :b :p :a .")

    first, second = Prover.of(asserted, []).derivations(one(":a :p :b ."), 9)

    assert first.rule == "asserted"
    assert [step.rule for step in second.steps()] == ["prp-symp"]


def test_the_limit_holds_and_what_is_left_out_is_told(graph):
    some = graph.explain_all("Mali", "has diplomatic ties with", "Algeria", limit=2)
    all_of_them = graph.explain_all("Mali", "has diplomatic ties with", "Algeria", limit=99)

    assert (len(some), some.more) == (2, True)
    assert len(all_of_them) > 2
    assert not all_of_them.more
    assert [len(one.steps) for one in all_of_them] == sorted(len(o.steps) for o in all_of_them)
    assert "2 proofs, and there are more" in str(some)
    assert [str(one) for one in all_of_them[:2]] == [str(one) for one in some]


# --- forms ----------------------------------------------------------------------------------------


def test_the_text_says_each_rule_in_words(graph):
    told = str(graph.explain("Mali", "rel:sends", "kg:embassy-of-mali-in-algiers"))

    assert "prp-inv2  Mali — sends — Embassy of Mali in Algiers (the same, the other way" in told


def test_turtle_holds_the_whole_proof_down_to_the_claims(graph):
    told = graph.explain(*DRONE)
    triples = set(told.triples)

    nodes = {t.subject for t in triples if t.predicate == RDF.type and t.object == RDF.Statement}
    sources = {t.subject: set() for t in triples}
    for triple in triples:
        if triple.predicate == PROV.wasDerivedFrom:
            sources[triple.subject].add(triple.object)
    roots = nodes - {node for found in sources.values() for node in found}
    assert len(roots) == 1
    reached, waiting = set(), list(roots)
    while waiting:
        node = waiting.pop()
        reached.add(node)
        waiting += [found for found in sources.get(node, ()) if found not in reached]
    assert nodes <= reached
    claims = {c.node for premise in told.premises for c in premise.claims}
    named = {node.value for node in reached if isinstance(node, NamedNode)}
    assert {c.replace("kg:", "https://w3id.org/relations-kg/id/") for c in claims} == named
    rules = {t.object.value for t in triples if t.predicate == DCTERMS.identifier}
    assert rules == {rule for _, rule, _ in told.steps}


def test_the_turtle_of_a_command_reads_back(cli):
    answer = cli("explain", *DRONE, "--format", "ttl")

    triples = [quad.triple for quad in parse(input=answer.raw, format=RdfFormat.TURTLE)]
    assert sum(triple.object == RDF.Statement for triple in triples) > 10


def test_a_picture_tells_facts_axioms_conclusions_and_passages_apart(graph):
    told = graph.explain(*DRONE)

    nodes = [line for line in told.to_dot().splitlines() if "shape=" in line]

    kinds = {kind: sum(f"shape={kind}," in line for line in nodes) for kind in ("note", "folder")}
    claims = sum(len(premise.claims) + bool(premise.sources) for premise in told.premises)
    assert kinds["folder"] == claims > 0
    assert kinds["note"] > 0
    fills = {line.partition('fillcolor="')[2][:7] for line in nodes}
    assert len(fills) == 5
    assert sum("bold" in line for line in nodes) == 1
    assert "prp-spo2" in told.to_dot()


@needs_graphviz
def test_svg_is_drawn_and_written_to_a_file(cli, tmp_path):
    place = tmp_path / "proof.svg"

    answer = cli("explain", *DRONE, "-o", place)

    assert (answer.code, answer.out) == (0, "")
    drawn = unescape(place.read_text("utf-8"))
    assert drawn.count("<title>p1_") > 20
    assert "tension-raising" in drawn
    assert drawn.rstrip().endswith("</svg>")


def test_without_graphviz_the_package_is_named(cli, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))

    answer = cli("explain", *DRONE, "--format", "svg")

    assert (answer.code, answer.out) == (2, "")
    assert "install the package graphviz" in answer.err
    assert cli("explain", *DRONE, "--format", "dot").out.startswith("digraph")


def test_words_that_would_break_a_picture_are_escaped():
    from kg.explanation import proof
    from kg.explanation.proof import Line

    sentence = 'a <b> & "c" \\ {d|e}'
    line = Line(one(":a a :B ."), sentence, "asserted", (), None)

    source = proof.to_dot([[line]])

    assert "a &lt;b&gt; &amp; &quot;c&quot;" in source
    if shutil.which("dot"):
        assert b"a &lt;b&gt; &amp; &quot;c&quot; \\ {d|e}" in proof.draw_svg(source)


def test_json_names_rule_and_reason(cli):
    told = json.loads(cli("explain", *DRONE, "--all", "--limit", "2", "--format", "json").out)

    assert set(told["proofs"][0]["steps"][0]) == {
        "conclusion",
        "rule",
        "reason",
        "premises",
    }
    assert told["more"] in (True, False)


# --- all about a thing ----------------------------------------------------------------------------


def test_all_that_was_derived_about_a_thing_is_told(graph):
    told = graph.consequences("Mali")
    node = told.node

    found = {as_triple(s) for s in derived(graph.store) if node in (s[0], s[2])}
    assert {one.triple for one in told} == found
    assert len(found) > 10
    assert all(one.premises and one.length > 0 for one in told)


def test_a_thing_alone_is_told_in_groups(cli):
    answer = cli("explain", "kg:drone-shootdown-2025")

    assert answer.code == 0
    assert "\nkind:\n" in answer.out
    assert "\ninitiating state:\n" in answer.out
    told = json.loads(cli("explain", "kg:drone-shootdown-2025", "--format", "json").out)
    assert {"statement", "rule", "premises", "steps"} <= set(told["inferred"][0])


def test_a_thing_of_which_nothing_follows_says_so():
    from kg.explanation import consequences

    store = stored(turtle(":a :p :b ."))
    prover = Prover(asserted_in(store), derived(store))

    told = consequences(store, prover, NamedNode("http://example.org/a"))

    assert len(told) == 0
    assert "Nothing was derived" in str(told)


# --- why not --------------------------------------------------------------------------------------

EVENTS = """
    :eventType a owl:ObjectProperty . :actor a owl:ObjectProperty . :State a owl:Class .
    [] a owl:Restriction ; owl:onProperty :eventType ; owl:someValuesFrom :HostileType ;
        rdfs:subClassOf :HostileEvent .
    :initiator a owl:ObjectProperty ; owl:propertyChainAxiom ( :actor :actsFor ) .
    :ByState owl:equivalentClass [ a owl:Class ; owl:intersectionOf
        ( :HostileEvent [ a owl:Restriction ; owl:onProperty :initiator ;
                          owl:someValuesFrom :State ] ) ] .
    :borders a owl:SymmetricProperty ; rdfs:domain :State .
    :partOf a owl:TransitiveProperty . :capital a owl:FunctionalProperty .
"""


def whynot(facts, goal):
    asserted = turtle(EVENTS + facts)
    prover = Prover.of(asserted, close(asserted).inferred)
    target = one(goal)
    assert not prover.holds(target)
    return asserted, prover.nearness().ways(statement(target))


def test_the_missing_premise_of_the_nearest_rule_is_named():
    _, ways = whynot(
        ":raid :eventType :assault ; :actor :army . :assault a :HostileType . :aland a :State .",
        ":raid a :ByState .",
    )

    nearest = ways[0]
    assert statement(one(":raid a :HostileEvent .")) in nearest.there
    missing = [str(slot) for pattern in nearest.missing for slot in pattern]
    assert "<http://example.org/initiator>" in missing


@settings(max_examples=25)
@given(
    st.sets(
        st.sampled_from(
            [
                ":raid :eventType :assault .",
                ":raid :actor :army .",
                ":army :actsFor :aland .",
                ":aland a :State .",
                ":assault a :HostileType .",
                ":aland :borders :bland .",
                ":b :partOf :c .",
                ":a :capital :x .",
            ]
        )
    ),
    st.sampled_from(
        [
            ":raid a :ByState .",
            ":raid a :HostileEvent .",
            ":raid :initiator :aland .",
            ":bland :borders :aland .",
            ":bland a :State .",
            ":a :partOf :c .",
            ":x <http://www.w3.org/2002/07/owl#sameAs> :y .",
        ]
    ),
)
def test_with_what_is_missing_it_does_follow(facts, goal):
    asserted = turtle(EVENTS + "".join(sorted(facts)))
    inferred = close(asserted).inferred
    prover = Prover.of(asserted, inferred)
    target = one(goal)
    closure = set(map(statement, inferred))
    if prover.holds(target):
        return

    ways = prover.nearness().ways(statement(target))

    assert ways
    for number, way in enumerate(ways):
        names = {}
        added = [
            Triple(*(_named(slot, names, number) for slot in pattern)) for pattern in way.missing
        ]
        assert added
        held = Search(Index(map(statement, asserted)), Index(closure)).entailed
        assert all(held.may_hold(there) for there in way.there)
        assert target in close([*asserted, *added]).inferred, way


def _named(slot, names, number):
    """Put a new thing in the place of a variable."""
    from pyoxigraph import Variable

    if not isinstance(slot, Variable):
        return slot
    return names.setdefault(slot.value, NamedNode(f"http://example.org/new{number}{slot.value}"))


def test_ways_are_told_from_the_nearest(graph):
    prover = graph._prover
    goal = terms.triple(("Algeria", "has diplomatic ties with", "kg:france"), graph.store)

    ranks = [way.rank[:2] for way in prover.nearness().ways(statement(goal))]

    assert len(ranks) > 2
    assert all(first <= second for first, second in pairwise(ranks))


def test_why_not_of_what_holds_exits_1_and_points_to_explain(cli):
    answer = cli("explain", "Algeria", "rel:neighbours", "Mali", "--why-not")

    assert (answer.code, answer.out) == (1, "")
    assert "this holds; leave out --why-not" in answer.err


def test_why_not_answers_with_0_and_names_what_is_missing(cli):
    answer = cli("explain", "Algeria", "rel:neighbours", "kg:france", "--why-not")

    assert answer.code == 0
    assert "this does not follow" in answer.out
    assert "missing  France — neighbours — Algeria" in answer.out


def test_why_not_tells_a_claim_that_is_not_accepted(graph):
    rows = graph.query(
        "SELECT ?s ?p ?o { ?c rel:standing rel:contradicted ; rdf:subject ?s ; "
        "rdf:predicate ?p ; rdf:object ?o } ORDER BY ?s ?p ?o"
    )
    row = next(iter(rows))

    told = graph.why_not(row.s, row.p, row.o)

    assert not told.holds
    assert "claims it" in told.claimed
    assert told.claimed in str(told)
    assert told.to_dict()["claimed"] == told.claimed


def test_what_no_rule_concludes_would_have_to_be_asserted():
    from kg.explanation import why_not

    store = stored(turtle(":a :p :b ."))

    told = why_not(store, Prover(asserted_in(store), derived(store)), one(":b :p :a ."))

    assert told.ways == ()
    assert "would have to be asserted" in str(told)


# --- the command ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("Mali", "a"), "an object is missing"),
        (("Mali", "--all"), "--all goes with the proof of a triple"),
        (("Mali", "--why-not"), "--why-not goes with the proof of a triple"),
        (("Mali", "--format", "svg"), "svg is a format of proofs"),
        (("Mali", "a", "rel:Event", "--why-not", "--all"), "--all goes with"),
        (("Mali", "a", "rel:Event", "--why-not", "--format", "dot"), "dot is a format of proofs"),
        (("Mali", "a", "rel:State", "--limit", "0"), "--limit"),
        (("Mail", "a", "rel:State"), "did you mean"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_line(cli, args, message):
    answer = cli("explain", *args)

    assert (answer.code, answer.out) == (2, "")
    assert message in answer.err


def test_a_claim_is_its_own_proof(graph):
    quad = next(graph.store.quads_for_pattern(None, REL.standing, None, GRAPH.claims))

    assert graph.explain(*quad.triple).derivation.rule == "asserted"


def test_what_does_not_hold_is_refused_by_each_way_to_ask(graph):
    with pytest.raises(NotEntailed, match="neither asserted nor inferred"):
        graph.explain_all("Algeria", "rel:neighbours", "kg:france")
    with pytest.raises(Misuse, match="only things"):
        graph.consequences('"text"')
