"""Both engines give the same on every graph there is, and refuse what neither can follow."""

from __future__ import annotations

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store, Triple

from kg.budget import Budget
from kg.errors import BudgetExceeded, Inconsistent, Misuse, OutsideProfile
from kg.graph import Graph, load
from kg.namespaces import OWL, PREFIXES, RDF, XSD
from kg.reasoning import ENGINES, close, is_noise
from kg.reasoning.clashes import unsatisfiable
from notation import HEAD, turtle
from suites import each_owl_case, owl_cases, rdf_xml


def outcome(graph, engine):
    """Return what is inferred as sorted lines, or the contradictions."""
    try:
        return sorted(str(triple) for triple in close(graph, engine=engine).inferred)
    except Inconsistent as error:
        return error.clashes


# --- the cases of the W3C -------------------------------------------------------------------------


def is_right(case, engine):
    """Tell whether an engine gives a case the outcome that the W3C gives it."""
    premise = rdf_xml(case["premise"])
    try:
        store = Store()
        store.extend(Quad(*one) for one in [*premise, *close(premise, engine=engine).inferred])
    except Inconsistent:
        return "InconsistencyTest" in case["types"]
    right = "InconsistencyTest" not in case["types"]
    for kind, key, entailed in [
        ("PositiveEntailmentTest", "conclusion", True),
        ("NegativeEntailmentTest", "nonconclusion", False),
    ]:
        if kind in case["types"]:
            wanted = [one for one in rdf_xml(case[key]) if not is_noise(one)]
            found = store.query(f"ASK {{ {' . '.join(map(str, wanted))} }}")
            right = right and bool(found) is entailed
    return right


@each_owl_case
def test_a_case_of_the_w3c_comes_out_the_same(case):
    premise = rdf_xml(case["premise"])

    assert outcome(premise, "compiled") == outcome(premise, "owlrl")


def test_of_the_cases_of_the_w3c_as_many_are_right(suites):
    assert suites

    right = {
        engine: {one["id"] for one in owl_cases() if is_right(one, engine)} for engine in ENGINES
    }

    assert right["compiled"] == right["owlrl"]
    # tests/test_closure.py lists the others by name, with the reason.
    assert len(right["compiled"]) == 48


def test_the_graph_that_kg_ships_comes_out_the_same():
    graph = Graph()
    found = {engine: graph.close(engine) for engine in ENGINES}

    assert {name: one.engine for name, one in found.items()} == {name: name for name in ENGINES}
    assert found["compiled"].inferred == found["owlrl"].inferred
    assert len(found["compiled"].inferred) > 500


# --- bad input ------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ENGINES)
def test_a_contradiction_is_told_with_its_premises(engine):
    graph = turtle(":a a :C ; :p :b . :p rdfs:domain :D . :C owl:disjointWith :D .")

    with pytest.raises(Inconsistent) as caught:
        close(graph, engine=engine)

    (clash,) = caught.value.clashes
    assert clash.rule == "cax-dw"
    assert set(clash.triples) == set(graph)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_chain_that_refers_to_itself_ends(engine):
    text = ":r owl:propertyChainAxiom (:r :s) . :a :r :b . :b :s :c . :c :s :d . :d :s :b ."

    assert set(close(turtle(text), engine=engine).inferred) == set(turtle(":a :r :c , :d ."))


def test_a_large_contradiction_is_told_by_the_rule_and_the_statements(monkeypatch):
    monkeypatch.setattr("kg.reasoning.closure._MOST_IN_WORDS", 0)
    graph = turtle(":a a :C , :D . :C owl:disjointWith :D . :b :p 'x'^^xsd:date .")

    with pytest.raises(Inconsistent) as caught:
        close(graph)

    rules = {clash.rule: set(clash.triples) for clash in caught.value.clashes}
    assert rules == {"cax-dw": set(graph[:3]), "dt-not-type": {graph[3]}}


def test_an_axiom_about_owl_itself_is_left_to_the_reference_and_it_is_said():
    graph = turtle("owl:sameAs rdfs:subPropertyOf :like . :a :p :b .")
    found = close(graph)

    assert (found.engine, found.reason) == ("owlrl", "an axiom is about owl:sameAs itself")
    assert found.inferred == close(graph, engine="owlrl").inferred


def test_an_engine_that_is_not_there_is_refused():
    with pytest.raises(Misuse, match='no engine "fast": there are compiled and owlrl'):
        close([], engine="fast")


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("limits", [{"seconds": 1e-9}, {"memory": 1}], ids=str)
def test_a_budget_ends_the_work(engine, limits):
    graph = turtle(":p a owl:TransitiveProperty . :a :p :b . :b :p :c .")

    with pytest.raises(BudgetExceeded, match=r"allow more by --max-"):
        close(graph, engine=engine, budget=Budget(**limits))


def test_two_spellings_of_a_value_are_one_value_in_both_engines():
    text = (
        ":p a owl:FunctionalProperty . :a :p 1 , 01 ; :q 1 . :b :q 01 . :p a owl:DatatypeProperty ."
    )

    assert outcome(turtle(text), "compiled") == outcome(turtle(text), "owlrl")


def test_a_thing_that_is_the_same_as_a_literal_is_of_its_datatype():
    graph = turtle(":p a owl:FunctionalProperty . :a :p 5 , :five .")
    five = NamedNode("http://example.org/five")

    assert Triple(five, RDF.type, XSD.decimal) in close(graph).inferred
    assert outcome(graph, "compiled") == outcome(graph, "owlrl")
    assert Triple(five, OWL.sameAs, Literal("5", datatype=XSD.integer)) in close(graph).inferred


def test_two_states_with_codes_of_their_own_cannot_be_the_same():
    graph = Graph()
    code = Triple(NamedNode(PREFIXES["rel"] + "isoCode"), RDF.type, OWL.FunctionalProperty)
    algeria, mali = (NamedNode(PREFIXES["kg"] + name) for name in ("algeria", "mali"))
    terms = graph.dataset.graph(NamedNode(PREFIXES["graph"] + "ontology"))
    given = [*graph.dataset.state().facts, *terms, code, Triple(algeria, OWL.sameAs, mali)]

    found = {engine: outcome(given, engine) for engine in ENGINES}

    assert found["compiled"] == found["owlrl"]
    clash = next(one for one in found["compiled"] if one.rule == "dt-diff")
    assert {code, Triple(algeria, OWL.sameAs, mali)} <= set(clash.triples)


# --- classes that nothing can be of ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "names", "rule"),
    [
        (":C owl:equivalentClass :D ; owl:disjointWith :D .", "CD", "cax-dw"),
        (":C rdfs:subClassOf :D , :E . :D owl:disjointWith :E .", "C", "cax-dw"),
        (":C rdfs:subClassOf :D . :D rdfs:subClassOf owl:Nothing .", "CD", "cls-nothing2"),
        (
            "[] a owl:AllDisjointClasses ; owl:members (:C :D :E) . :F rdfs:subClassOf :C , :E .",
            "F",
            "cax-adc",
        ),
        (":C rdfs:subClassOf :D , [owl:complementOf :D] .", "C", "cls-com"),
        (":C rdfs:subClassOf :D . :E owl:disjointWith :D .", "", ""),
    ],
)
def test_a_class_that_nothing_can_be_of_is_found(text, names, rule):
    found = unsatisfiable(turtle(text))

    assert [one.name.value[-1] for one in found] == list(names)
    assert all(one.sentence.endswith(f"({rule})") for one in found)
    assert all(one.premises for one in found)


def test_the_ontology_that_kg_ships_has_no_such_class():
    terms = Graph().dataset.graph(NamedNode(PREFIXES["graph"] + "ontology"))

    assert terms
    assert unsatisfiable(terms) == []


# --- the command ----------------------------------------------------------------------------------


@pytest.fixture
def files(tmp_path):
    """Write an ontology and facts, and return what the command takes."""

    def write(ontology, facts):
        (tmp_path / "terms.ttl").write_text(HEAD + ontology, "utf-8")
        (tmp_path / "facts.ttl").write_text(HEAD + facts, "utf-8")
        return ["--ontology", tmp_path / "terms.ttl", tmp_path / "facts.ttl"]

    return write


@pytest.mark.parametrize("engine", ENGINES)
def test_infer_takes_an_engine(cli, files, engine):
    args = files(":p a owl:ObjectProperty , owl:SymmetricProperty .", ":a :p :b .")

    answer = cli("infer", "--engine", engine, *args)

    assert "<http://example.org/b> <http://example.org/p> <http://example.org/a> ." in answer.out


@pytest.mark.parametrize(
    ("ontology", "facts", "told"),
    [
        (
            ":C a owl:Class ; owl:disjointWith :D . :D a owl:Class .",
            ":a a :C , :D .",
            "facts.ttl:LINE: <http://example.org/a> is",
        ),
        (
            ":C a owl:Class ; owl:disjointUnionOf (:D) . :D a owl:Class .",
            ":a a :D .",
            "OWL 2 RL has no owl:disjointUnionOf",
        ),
        (":p a owl:ReflexiveProperty .", ":a :p :b .", "terms.ttl:LINE: <http://example.org/p>"),
    ],
)
def test_strict_refuses_what_the_rules_cannot_follow_and_writes_nothing(
    cli, files, ontology, facts, told
):
    args = files(ontology, facts)
    out = args[-1].with_name("out.nt")

    answer = cli("infer", "--strict", *args, "-o", out)

    assert answer.code == 1
    assert told.replace("LINE", str(HEAD.count("\n") + 1)) in answer.err
    assert not out.exists()


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("flags", [[], ["--partial"]], ids=str)
def test_an_axiom_beyond_the_profile_is_told_and_the_rules_are_applied(cli, files, engine, flags):
    args = files(
        ":p a owl:ObjectProperty , owl:ReflexiveProperty , owl:SymmetricProperty .", ":a :p :b ."
    )

    answer = cli("infer", "--engine", engine, *flags, *args)

    assert answer.code == 0
    assert answer.out == "<http://example.org/b> <http://example.org/p> <http://example.org/a> .\n"
    assert "kg: note: 1 axiom goes beyond OWL 2 RL" in answer.err
    assert "owl:ReflexiveProperty" in answer.err


BEYOND = ":C a owl:Class ; rdfs:subClassOf :B , [ owl:unionOf (:D :E) ] . :B a owl:Class ."


@pytest.mark.parametrize("place", ["ontology", "data"])
@pytest.mark.parametrize(
    "command",
    [
        ["query", "ASK { <http://example.org/a> a <http://example.org/B> }", "--data"],
        ["explain", "<http://example.org/a>", "a", "<http://example.org/B>", "--data"],
        ["infer"],
        ["validate", "--shapes", "kg", "--data"],
    ],
    ids=lambda command: command[0],
)
def test_every_command_says_what_goes_beyond_the_profile(cli, files, command, place):
    _, ontology, facts = files(BEYOND, ":a a :C .")
    if place == "data":
        facts.write_text(facts.read_text() + BEYOND, "utf-8")
    graph = [facts, "--ontology", ontology if place == "ontology" else "none"]

    for _ in range(2):
        answer = cli(*command, *graph)
        assert answer.code == 0
        assert answer.err.count("\n") == 1
        assert "kg: note: 1 axiom goes beyond OWL 2 RL" in answer.err
        assert "owl:unionOf cannot stand in a superclass" in answer.err
    strict = cli(*command, *graph, "--strict")
    assert strict.code == 1
    assert strict.err.startswith("kg: the ontology goes beyond OWL 2 RL")


def test_a_note_names_a_few_axioms_and_is_short(cli, files):
    long = " ".join(f":Class{n}{'x' * 200}" for n in range(12))
    axioms = [f":A{n} rdfs:subClassOf [ owl:unionOf ({long}) ] ." for n in range(12)]
    args = files(" ".join(axioms), ":a a :A1 .")

    answer = cli("infer", *args)

    assert answer.code == 0
    assert "12 axioms go beyond OWL 2 RL" in answer.err
    assert "and 7 more (kg check lists them all)" in answer.err
    assert max(map(len, answer.err.splitlines())) < 2500
    assert len(cli("infer", "--strict", *args).err) < 2500


def test_a_class_without_members_is_told_and_a_member_of_it_refused(cli, files):
    ontology = (
        ":A a owl:Class ; owl:disjointWith :B . :B a owl:Class . :C a owl:Class ."
        " :AB a owl:Class ; rdfs:subClassOf :A , :B . :C rdfs:subClassOf :A ."
    )

    told = cli("infer", *files(ontology, ":x a :C ."))
    assert told.code == 0
    assert told.out.split()[2] == "<http://example.org/A>"
    assert told.err.count("\n") == 1
    assert "kg: note: 1 class can have no members: " in told.err
    assert "nothing can be of <http://example.org/AB>" in told.err
    refused = cli("infer", *files(ontology, ":x a :AB ."))
    assert refused.code == 1
    assert "nothing can be both" in refused.err


@pytest.mark.parametrize("engine", ENGINES)
def test_infer_keeps_to_its_budget_and_writes_nothing(cli, files, tmp_path, engine):
    args = files(":p a owl:ObjectProperty , owl:SymmetricProperty .", ":a :p :b .")

    answer = cli("infer", "--engine", engine, "--max-memory", 1, *args, "-o", tmp_path / "out.nt")

    assert answer.code == 2
    assert "allow more by --max-memory" in answer.err
    assert not (tmp_path / "out.nt").exists()


def test_infer_says_why_owlrl_did_the_work(cli, files):
    args = files("rdf:type rdfs:subPropertyOf :is .", ":a a :C .")

    answer = cli("infer", "--partial", *args)

    assert "<http://example.org/a> <http://example.org/is> <http://example.org/C> ." in answer.out
    assert "kg: note: owlrl did the work, since an axiom is about rdf:type itself" in answer.err


def test_the_python_interface_refuses_too(files):
    _, ontology, facts = files(":p a owl:ReflexiveProperty .", ":a :p :b .")

    with pytest.raises(OutsideProfile) as caught:
        Graph(facts, ontology).close(strict=True)

    assert len(caught.value.faults) == 1
    graph = Graph(facts, ontology)
    assert graph.close().inferred == frozenset()
    assert "1 axiom goes beyond OWL 2 RL" in graph.caveats[0]
    with pytest.raises(OutsideProfile):
        load(facts, ontology, strict=True)
