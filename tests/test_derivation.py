"""Why it follows: each rule, the shortest way, no circles, and words that need no OWL."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Triple, parse

import proof_checker
import small
from counted import Counted
from kg import resources
from kg.errors import NotEntailed
from kg.namespaces import OWL, RDF
from kg.reasoning import Prover, close, derive
from kg.reasoning.proof.search import Search
from kg.reasoning.rdflib_terms import to_rdflib
from kg.reasoning.rules import RULES as TABLE
from kg.reasoning.rules import reason
from kg.reasoning.statements import Index, statement
from notation import turtle


def one(text):
    (triple,) = turtle(text)
    return triple


def local(term):
    return term.value.rpartition("/")[2] if isinstance(term, NamedNode) else term.value


# --- the rules ------------------------------------------------------------------------------------

#: For each rule what is given, what follows by it in one step, and the leaves of the proof.
RULES = {
    "prp-dom": (":p rdfs:domain :C . :a :p :b .", ":a a :C .", ":p rdfs:domain :C . :a :p :b ."),
    "prp-rng": (":p rdfs:range :C . :a :p :b .", ":b a :C .", ":p rdfs:range :C . :a :p :b ."),
    "prp-symp": (
        ":p a owl:SymmetricProperty . :a :p :b .",
        ":b :p :a .",
        ":p a owl:SymmetricProperty . :a :p :b .",
    ),
    "prp-trp": (
        ":p a owl:TransitiveProperty . :a :p :b . :b :p :c . :a :p :d .",
        ":a :p :c .",
        ":p a owl:TransitiveProperty . :a :p :b . :b :p :c .",
    ),
    "prp-inv1": (
        ":p owl:inverseOf :q . :a :p :b .",
        ":b :q :a .",
        ":p owl:inverseOf :q . :a :p :b .",
    ),
    "prp-inv2": (
        ":p owl:inverseOf :q . :a :q :b .",
        ":b :p :a .",
        ":p owl:inverseOf :q . :a :q :b .",
    ),
    "prp-spo1": (
        ":p rdfs:subPropertyOf :q . :a :p :b .",
        ":a :q :b .",
        ":p rdfs:subPropertyOf :q . :a :p :b .",
    ),
    "prp-spo2": (
        (
            ":r owl:propertyChainAxiom _:l . _:l rdf:first :p ; rdf:rest (:q :s) ."
            ":a :p :b . :b :q :c . :c :s :d . :b :q :e ."
        ),
        ":a :r :d .",
        ":r owl:propertyChainAxiom _:l . :a :p :b . :b :q :c . :c :s :d .",
    ),
    "prp-eqp1": (
        ":p owl:equivalentProperty :q . :a :p :b .",
        ":a :q :b .",
        ":p owl:equivalentProperty :q . :a :p :b .",
    ),
    "prp-eqp2": (
        ":p owl:equivalentProperty :q . :a :q :b .",
        ":a :p :b .",
        ":p owl:equivalentProperty :q . :a :q :b .",
    ),
    "prp-fp": (
        ":p a owl:FunctionalProperty . :a :p :b , :c .",
        ":b owl:sameAs :c .",
        ":p a owl:FunctionalProperty . :a :p :b , :c .",
    ),
    "prp-ifp": (
        ":p a owl:InverseFunctionalProperty . :b :p :a . :c :p :a .",
        ":b owl:sameAs :c .",
        ":p a owl:InverseFunctionalProperty . :b :p :a . :c :p :a .",
    ),
    "prp-key": (
        (
            ":C owl:hasKey _:l . _:l rdf:first :p ; rdf:rest (:q) ."
            ":a a :C ; :p 1 ; :q 2 . :b a :C ; :p 1 ; :q 2 , 3 ."
        ),
        ":a owl:sameAs :b .",
        ":C owl:hasKey _:l . :a a :C ; :p 1 ; :q 2 . :b a :C ; :p 1 ; :q 2 .",
    ),
    "cls-int1": (
        ":I owl:intersectionOf _:l . _:l rdf:first :C ; rdf:rest (:D) . :a a :C , :D .",
        ":a a :I .",
        ":I owl:intersectionOf _:l . :a a :C , :D .",
    ),
    "cls-int2": (
        ":I owl:intersectionOf _:l . _:l rdf:first :C ; rdf:rest (:D) . :a a :I .",
        ":a a :C .",
        ":I owl:intersectionOf _:l . :a a :I .",
    ),
    "cls-uni": (
        ":U owl:unionOf _:l . _:l rdf:first :C ; rdf:rest (:D) . :a a :D .",
        ":a a :U .",
        ":U owl:unionOf _:l . :a a :D .",
    ),
    "cls-svf1": (
        ":R owl:onProperty :p ; owl:someValuesFrom :C . :a :p :b , :c . :b a :C .",
        ":a a :R .",
        ":R owl:onProperty :p ; owl:someValuesFrom :C . :a :p :b . :b a :C .",
    ),
    "cls-svf2": (
        ":R owl:onProperty :p ; owl:someValuesFrom owl:Thing . :a :p :b .",
        ":a a :R .",
        ":R owl:onProperty :p ; owl:someValuesFrom owl:Thing . :a :p :b .",
    ),
    "cls-avf": (
        ":R owl:onProperty :p ; owl:allValuesFrom :C . :a a :R ; :p :b .",
        ":b a :C .",
        ":R owl:onProperty :p ; owl:allValuesFrom :C . :a a :R ; :p :b .",
    ),
    "cls-hv1": (
        ":R owl:onProperty :p ; owl:hasValue :v . :a a :R .",
        ":a :p :v .",
        ":R owl:onProperty :p ; owl:hasValue :v . :a a :R .",
    ),
    "cls-hv2": (
        ":R owl:onProperty :p ; owl:hasValue :v . :a :p :v .",
        ":a a :R .",
        ":R owl:onProperty :p ; owl:hasValue :v . :a :p :v .",
    ),
    "cls-oo": (
        ":C owl:oneOf _:l . _:l rdf:first :a ; rdf:rest (:b) .",
        ":b a :C .",
        ":C owl:oneOf _:l .",
    ),
    "cls-maxc2": (
        ":R owl:onProperty :p ; owl:maxCardinality 1 . :a a :R ; :p :b , :c .",
        ":b owl:sameAs :c .",
        ":R owl:onProperty :p ; owl:maxCardinality 1 . :a a :R ; :p :b , :c .",
    ),
    "cls-maxqc3": (
        (
            ":R owl:onProperty :p ; owl:maxQualifiedCardinality 1 ; owl:onClass :D ."
            ":a a :R ; :p :b , :c , :d . :b a :D . :c a :D ."
        ),
        ":b owl:sameAs :c .",
        (
            ":R owl:onProperty :p ; owl:maxQualifiedCardinality 1 ; owl:onClass :D ."
            ":a a :R ; :p :b , :c . :b a :D . :c a :D ."
        ),
    ),
    "cls-maxqc4": (
        (
            ":R owl:onProperty :p ; owl:maxQualifiedCardinality 1 ; owl:onClass owl:Thing ."
            ":a a :R ; :p :b , :c ."
        ),
        ":b owl:sameAs :c .",
        (
            ":R owl:onProperty :p ; owl:maxQualifiedCardinality 1 ; owl:onClass owl:Thing ."
            ":a a :R ; :p :b , :c ."
        ),
    ),
    "cax-sco": (
        ":C rdfs:subClassOf :D . :a a :C .",
        ":a a :D .",
        ":C rdfs:subClassOf :D . :a a :C .",
    ),
    "cax-eqc1": (
        ":C owl:equivalentClass :D . :a a :C .",
        ":a a :D .",
        ":C owl:equivalentClass :D . :a a :C .",
    ),
    "cax-eqc2": (
        ":C owl:equivalentClass :D . :a a :D .",
        ":a a :C .",
        ":C owl:equivalentClass :D . :a a :D .",
    ),
    "eq-sym": (":a owl:sameAs :b .", ":b owl:sameAs :a .", ":a owl:sameAs :b ."),
    "eq-trans": (
        ":a owl:sameAs :b . :b owl:sameAs :c .",
        ":a owl:sameAs :c .",
        ":a owl:sameAs :b . :b owl:sameAs :c .",
    ),
    "eq-rep-s": (":a owl:sameAs :b ; :p :c .", ":b :p :c .", ":a owl:sameAs :b ; :p :c ."),
    "eq-rep-p": (":p owl:sameAs :q . :a :p :c .", ":a :q :c .", ":p owl:sameAs :q . :a :p :c ."),
    "eq-rep-o": (":a owl:sameAs :b . :c :p :a .", ":c :p :b .", ":a owl:sameAs :b . :c :p :a ."),
    "scm-sco": (
        ":C rdfs:subClassOf :D . :D rdfs:subClassOf :E .",
        ":C rdfs:subClassOf :E .",
        ":C rdfs:subClassOf :D . :D rdfs:subClassOf :E .",
    ),
    "scm-eqc1": (
        ":C owl:equivalentClass :D .",
        ":D rdfs:subClassOf :C .",
        ":C owl:equivalentClass :D .",
    ),
    "scm-eqc2": (
        ":C rdfs:subClassOf :D . :D rdfs:subClassOf :C .",
        ":C owl:equivalentClass :D .",
        ":C rdfs:subClassOf :D . :D rdfs:subClassOf :C .",
    ),
    "scm-int": (
        ":I owl:intersectionOf _:l . _:l rdf:first :C ; rdf:rest (:D) .",
        ":I rdfs:subClassOf :D .",
        ":I owl:intersectionOf _:l .",
    ),
    "scm-uni": (
        ":U owl:unionOf _:l . _:l rdf:first :C ; rdf:rest (:D) .",
        ":D rdfs:subClassOf :U .",
        ":U owl:unionOf _:l .",
    ),
    "scm-spo": (
        ":p rdfs:subPropertyOf :q . :q rdfs:subPropertyOf :r .",
        ":p rdfs:subPropertyOf :r .",
        ":p rdfs:subPropertyOf :q . :q rdfs:subPropertyOf :r .",
    ),
    "scm-eqp1": (
        ":p owl:equivalentProperty :q .",
        ":q rdfs:subPropertyOf :p .",
        ":p owl:equivalentProperty :q .",
    ),
    "scm-eqp2": (
        ":p rdfs:subPropertyOf :q . :q rdfs:subPropertyOf :p .",
        ":p owl:equivalentProperty :q .",
        ":p rdfs:subPropertyOf :q . :q rdfs:subPropertyOf :p .",
    ),
    "scm-dom1": (
        ":p rdfs:domain :C . :C rdfs:subClassOf :D .",
        ":p rdfs:domain :D .",
        ":p rdfs:domain :C . :C rdfs:subClassOf :D .",
    ),
    "scm-dom2": (
        ":p rdfs:domain :C . :q rdfs:subPropertyOf :p .",
        ":q rdfs:domain :C .",
        ":p rdfs:domain :C . :q rdfs:subPropertyOf :p .",
    ),
    "scm-rng1": (
        ":p rdfs:range :C . :C rdfs:subClassOf :D .",
        ":p rdfs:range :D .",
        ":p rdfs:range :C . :C rdfs:subClassOf :D .",
    ),
    "scm-rng2": (
        ":p rdfs:range :C . :q rdfs:subPropertyOf :p .",
        ":q rdfs:range :C .",
        ":p rdfs:range :C . :q rdfs:subPropertyOf :p .",
    ),
    "scm-hv": (
        (
            ":R owl:onProperty :p ; owl:hasValue :v . :S owl:onProperty :q ; owl:hasValue :v ."
            ":p rdfs:subPropertyOf :q ."
        ),
        ":R rdfs:subClassOf :S .",
        (
            ":R owl:onProperty :p ; owl:hasValue :v . :S owl:onProperty :q ; owl:hasValue :v ."
            ":p rdfs:subPropertyOf :q ."
        ),
    ),
    **{
        f"scm-{short}1": (
            (
                f":R owl:onProperty :p ; owl:{word} :C . :S owl:onProperty :p ; owl:{word} :D ."
                ":C rdfs:subClassOf :D ."
            ),
            ":R rdfs:subClassOf :S .",
            (
                f":R owl:onProperty :p ; owl:{word} :C . :S owl:onProperty :p ; owl:{word} :D ."
                ":C rdfs:subClassOf :D ."
            ),
        )
        for short, word in (("svf", "someValuesFrom"), ("avf", "allValuesFrom"))
    },
    "scm-svf2": (
        (
            ":R owl:onProperty :p ; owl:someValuesFrom :C . :S owl:onProperty :q ;"
            " owl:someValuesFrom :C . :p rdfs:subPropertyOf :q ."
        ),
        ":R rdfs:subClassOf :S .",
        (
            ":R owl:onProperty :p ; owl:someValuesFrom :C . :S owl:onProperty :q ;"
            " owl:someValuesFrom :C . :p rdfs:subPropertyOf :q ."
        ),
    ),
    "scm-avf2": (
        (
            ":R owl:onProperty :p ; owl:allValuesFrom :C . :S owl:onProperty :q ;"
            " owl:allValuesFrom :C . :p rdfs:subPropertyOf :q ."
        ),
        ":S rdfs:subClassOf :R .",
        (
            ":R owl:onProperty :p ; owl:allValuesFrom :C . :S owl:onProperty :q ;"
            " owl:allValuesFrom :C . :p rdfs:subPropertyOf :q ."
        ),
    ),
}


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_explains_its_conclusion_by_its_premises(rule):
    premises, goal, leaves = RULES[rule]
    asserted = turtle(premises + " :x :unrelated :y . :X rdfs:subClassOf :Y .")

    proof = derive(one(goal), asserted, close(asserted).inferred)

    assert proof.rule == rule
    assert set(proof.leaves()) == set(turtle(leaves))
    assert proof.steps() == (proof,)
    assert proof.depth == 1


# --- proofs of several steps ----------------------------------------------------------------------

EVENTS = """
    :Event a owl:Class . :State a owl:Class ; rdfs:label "State" .
    :eventType a owl:ObjectProperty . :actor a owl:ObjectProperty . :actsFor a owl:ObjectProperty .
    :HostileType a owl:Class .
    _:hostile a owl:Restriction ; owl:onProperty :eventType ; owl:someValuesFrom :HostileType ;
        rdfs:subClassOf :HostileEvent .
    :HostileEvent a owl:Class .
    :initiator a owl:ObjectProperty ; owl:propertyChainAxiom ( :actor :actsFor ) .
    :ByState a owl:Class ; owl:equivalentClass [ a owl:Class ; owl:intersectionOf
        ( :HostileEvent [ a owl:Restriction ; owl:onProperty :initiator ;
                          owl:someValuesFrom :State ] ) ] .
    :Raid a owl:Class ; rdfs:subClassOf :Event ,
        [ a owl:Restriction ; owl:onProperty :eventType ; owl:hasValue :assault ] .
    :assault a :HostileType .
    :raid a :Raid ; :actor :army . :army :actsFor :aland . :aland a :State .
"""


def test_a_proof_passes_through_nameless_classes_and_says_so_in_words():
    asserted = turtle(EVENTS)

    proof = derive(one(":raid a :ByState ."), asserted, close(asserted).inferred)

    assert proof.text(local) == (
        "cax-eqc2  raid is a ByState\n"
        "asserted  ├─ by definition, a ByState is a HostileEvent whose initiator is a State\n"
        "cls-int1  └─ raid is a HostileEvent whose initiator is a State\n"
        "cax-sco      ├─ raid is a HostileEvent\n"
        "asserted     │  ├─ whatever is a thing whose eventType is a HostileType "
        "is a HostileEvent\n"
        "cls-svf1     │  └─ raid is a thing whose eventType is a HostileType\n"
        "cls-hv1      │     ├─ raid — eventType — assault\n"
        "cax-sco      │     │  └─ raid is a thing whose eventType is assault\n"
        "asserted     │     │     ├─ whatever is a Raid is a thing whose eventType is assault\n"
        "asserted     │     │     └─ raid is a Raid\n"
        "asserted     │     └─ assault is a HostileType\n"
        "cls-svf1     └─ raid is a thing whose initiator is a State\n"
        "prp-spo2        ├─ raid — initiator — aland\n"
        "asserted        │  ├─ “actor” then “actsFor” gives “initiator”\n"
        "asserted        │  ├─ raid — actor — army\n"
        "asserted        │  └─ army — actsFor — aland\n"
        "asserted        └─ aland is a State"
    )
    assert proof.depth == 6
    assert len(proof.steps()) == 8
    assert one(":army :actsFor :aland .") in proof.leaves()


def test_an_asserted_triple_is_its_own_proof():
    asserted = turtle(":a a :C . :C rdfs:subClassOf :D . :a a :D .")

    proof = derive(one(":a a :D ."), asserted, close(asserted).inferred)

    assert (proof.rule, proof.premises, proof.depth, proof.steps()) == ("asserted", (), 0, ())
    assert proof.leaves() == (one(":a a :D ."),)
    assert str(proof) == "asserted  <http://example.org/a> is a <http://example.org/D>"


def test_what_does_not_follow_is_refused_in_one_line():
    asserted = turtle(":a a :C .")

    with pytest.raises(NotEntailed, match=r"^<\S+a> rdf:type <\S+D> is neither asserted nor infe"):
        derive(one(":a a :D ."), asserted, close(asserted).inferred)


def test_a_closure_of_something_else_is_refused():
    with pytest.raises(NotEntailed, match="is inferred, but not from what is asserted here"):
        derive(one(":a a :D ."), turtle(":b a :C ."), turtle(":a a :D ."))


def test_the_shortest_proof_is_taken():
    asserted = turtle(
        """
        :A rdfs:subClassOf :B . :B rdfs:subClassOf :C . :C rdfs:subClassOf :D .
        :p rdfs:domain :D . :a a :A ; :p :b .
        """
    )

    proof = derive(one(":a a :D ."), asserted, close(asserted).inferred)

    assert [step.rule for step in proof.steps()] == ["prp-dom"]


def test_no_proof_uses_what_it_proves():
    """Symmetric, equivalent and inverse axioms invite circles."""
    asserted = turtle(
        """
        :p a owl:SymmetricProperty , owl:TransitiveProperty ; owl:equivalentProperty :q .
        :q owl:inverseOf :p . :A owl:equivalentClass :B . :B rdfs:subClassOf :A .
        :p rdfs:domain :A ; rdfs:range :B . :a :q :b . :b :p :c . :a owl:sameAs :d .
        """
    )
    check_all(asserted)


def test_steps_through_literals_and_nameless_inverses_are_left_out():
    asserted = turtle(
        """
        :D owl:equivalentClass [ owl:onProperty :p ; owl:someValuesFrom xsd:decimal ] .
        :r owl:propertyChainAxiom ( [ owl:inverseOf :q ] :s ) .
        :a :p 5 . :b :q :a . :b :s :c .
        """
    )
    prover = Prover.of(asserted, close(asserted).inferred)

    typed = prover.derive(one(":a a :D ."))
    chained = prover.derive(one(":a :r :c ."))

    assert [step.rule for step in typed.steps()] == ["cls-svf1", "cax-eqc2"]
    assert one(":a :p 5 .") in typed.leaves()
    assert {one(":b :q :a ."), one(":b :s :c .")} < set(chained.leaves())
    assert "“q, inverted” then “s” gives “r”" in chained.text(local)


def test_a_repeated_conclusion_is_proved_once_and_told_once():
    asserted = turtle(
        """
        :p rdfs:domain :A . :A rdfs:subClassOf :B . :a :p :b .
        :I owl:equivalentClass [ owl:intersectionOf ( :J :K ) ] .
        :J owl:equivalentClass [ owl:intersectionOf ( :A :L ) ] .
        :K owl:equivalentClass [ owl:intersectionOf ( :A :L ) ] .
        :q rdfs:domain :L . :a :q :b .
        """
    )

    proof = derive(one(":a a :I ."), asserted, close(asserted).inferred)

    assert str(proof).count("is a <http://example.org/A> (as above)") == 1
    assert len({step.conclusion for step in proof.steps()}) == len(proof.steps())


def test_a_proof_deeper_than_the_stack_is_built_told_and_measured():
    chain = "".join(f":c{n} rdfs:subClassOf :c{n + 1} . " for n in range(12))
    links = "".join(f":p{n} rdfs:subPropertyOf :p{n + 1} . " for n in range(12))
    asserted = turtle(chain + links + ":p12 rdfs:domain :c0 . :a :p0 :b .")
    inferred = close(asserted).inferred
    proof = derive(one(":a a :c12 ."), asserted, inferred)
    assert len(proof.leaves()) == len(set(proof.leaves()))

    deep = proof
    for _ in range(1200):
        deep = type(proof)(Triple(BlankNode(), RDF.type, OWL.Class), "cax-sco", (deep,))

    assert deep.depth == proof.depth + 1200
    assert len(deep.text().splitlines()) > 1200
    assert deep.leaves() == proof.leaves()


def test_the_same_graph_gives_the_same_proof_whatever_its_order():
    asserted = turtle(
        """
        :A rdfs:subClassOf :D . :B rdfs:subClassOf :D . :C rdfs:subClassOf :D .
        :a a :A , :B , :C . :p rdfs:domain :D . :q rdfs:range :D . :a :p :b . :b :q :a .
        """
    )
    inferred = sorted(close(asserted).inferred, key=str)
    goal = one(":a a :D .")
    first = derive(goal, asserted, inferred)

    for _ in range(5):
        assert derive(goal, list(reversed(asserted)), set(inferred)) == first
        asserted = asserted[3:] + asserted[:3]


# --- words ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("axiom", "sentence"),
    [
        (":p a owl:SymmetricProperty .", "“p” holds both ways or not at all"),
        (":p owl:inverseOf :q .", "“p” is “q” the other way round"),
        (":p rdfs:subPropertyOf :q .", "“p” implies “q”"),
        (":p rdfs:range :C .", "whatever is a value of “p” is a C"),
        (":A owl:disjointWith :B .", "nothing is both an A and a B"),
        (":A owl:unionOf (:B :C :D) .", "by definition, an A is either a B, a C or a D"),
        (":A owl:oneOf (:b :c) .", "by definition, an A is one of b or c"),
        (
            ":A owl:hasKey (:p :q) .",
            "an A is the same as another that agrees with it in “p” and “q”",
        ),
        (
            ":A rdfs:subClassOf [owl:onProperty :p ; owl:allValuesFrom :C] .",
            "whatever is an A is a thing with nothing as “p” but a C",
        ),
        (
            (
                ":A rdfs:subClassOf [owl:onProperty :p ; owl:maxQualifiedCardinality 1 ;"
                " owl:onClass :C] ."
            ),
            "whatever is an A is a thing with at most 1 “p” that is a C",
        ),
        (
            "[owl:onProperty :p ; owl:someValuesFrom owl:Thing] rdfs:subClassOf :A .",
            "whatever is a thing with some “p” is an A",
        ),
        (
            ":A rdfs:subClassOf [owl:complementOf :B] .",
            "whatever is an A is a thing that is not a B",
        ),
        (":a :p :b .", "a — p — b"),
        (":a owl:sameAs :b .", "a is the same as b"),
        ("_:x :p 'text' .", "x — p — text"),
    ],
)
def test_words_for_axioms(axiom, sentence):
    from kg.reasoning import Wording
    from kg.reasoning.statements import statement

    parts = [statement(triple) for triple in turtle(axiom)]

    assert sentence in {Wording(parts, local).sentence(one) for one in parts}


# --- every proof of a graph, checked apart --------------------------------------------------------


def owlrl_closure(triples):
    """Close by owlrl as it comes; return its statements, noise and all."""
    import rdflib
    from owlrl import OWLRL_Semantics

    graph = rdflib.Graph()
    for triple in triples:
        graph.add(tuple(to_rdflib(term) for term in triple))
    OWLRL_Semantics(graph, axioms=False, daxioms=False).closure()
    return set(graph)


def check_all(asserted):
    """Prove all that is inferred, and check each step; return what was proved, and the rules."""
    inferred = close(asserted).inferred
    given = {statement(triple) for triple in asserted}
    search = Search(Index(given), Index(map(statement, inferred)))
    prover = Prover.of(asserted, inferred)
    rules = set()
    for goal in inferred:
        steps = search.shortest(statement(goal))
        proof_checker.check(statement(goal), steps, given)
        rules.update(rule for rule, _ in steps.values())
        proof = prover.derive(goal)
        assert proof.conclusion == goal
        assert set(proof.leaves()) <= set(asserted)
    return inferred, rules


@pytest.mark.parametrize("rule", RULES)
def test_all_that_follows_from_a_small_graph_has_a_sound_proof(rule):
    check_all(turtle(RULES[rule][0]))


def test_each_step_follows_from_its_premises_alone():
    asserted = turtle(EVENTS)
    cells = [triple for triple in asserted if isinstance(triple.subject, BlankNode)]
    lists = [triple for triple in cells if triple.predicate in (RDF.first, RDF.rest)]
    inferred = close(asserted).inferred
    prover = Prover.of(asserted, inferred)
    steps = {step for goal in inferred for step in prover.derive(goal).steps()}
    assert len(steps) > 10

    for step in steps:
        premises = [premise.conclusion for premise in step.premises]
        alone = owlrl_closure([*premises, *lists])
        assert tuple(to_rdflib(term) for term in step.conclusion) in alone, step.rule


def test_the_checker_and_the_words_know_every_rule_that_the_search_uses():
    searched = {name for name, found in TABLE.items() if any(one.head for one in found)}

    assert searched == proof_checker.RULES
    assert all(map(reason, (*searched, "asserted")))


@pytest.mark.parametrize("rule", RULES)
def test_the_checker_refuses_a_step_that_lacks_a_premise_or_has_one_too_many(rule):
    premises, goal, leaves = RULES[rule]
    given = {statement(triple) for triple in turtle(premises)}
    cells = proof_checker._Lists(given)
    taken = tuple(map(statement, turtle(leaves)))
    conclusion = statement(one(goal))
    _, step = Search(Index(given), Index([conclusion])).shortest(conclusion)[conclusion]
    assert set(step) == set(taken)
    assert proof_checker.follows(rule, step, conclusion, cells)

    for number in range(1, len(step)):
        assert not proof_checker.follows(
            rule, step[:number] + step[number + 1 :], conclusion, cells
        )
    assert not proof_checker.follows(rule, step, (*conclusion[:2], OWL.Nothing), cells)


NODES = [NamedNode(f"http://example.org/{name}") for name in "abcd"] + [BlankNode("x")]
ONTOLOGY = turtle(
    """
    :borders a owl:SymmetricProperty ; rdfs:domain :State ; rdfs:range :State .
    :partOf a owl:TransitiveProperty . :sends owl:inverseOf :sender .
    :ties owl:propertyChainAxiom ( [ owl:inverseOf :sender ] :receiver ) .
    :borders rdfs:subPropertyOf :near . :capital a owl:FunctionalProperty .
    :State a owl:Class ; rdfs:subClassOf :Place ; owl:hasKey ( :code ) .
    :Peaceful owl:equivalentClass [ owl:intersectionOf
        ( :State [ owl:onProperty :near ; owl:hasValue :a ] ) ] .
    [ owl:onProperty :ties ; owl:someValuesFrom :Peaceful ] rdfs:subClassOf :Friendly .
    :Friendly rdfs:subClassOf [ owl:onProperty :ties ; owl:allValuesFrom :Friend ] .
    :Friend rdfs:subClassOf [ owl:unionOf ( :State :Group ) ] , [ owl:onProperty :capital ;
        owl:maxCardinality 1 ] .
    """
)
KINDS = [NamedNode(f"http://example.org/{name}") for name in ("State", "Friend")]
ROLES = [
    NamedNode(f"http://example.org/{name}")
    for name in ("borders", "partOf", "sends", "sender", "receiver", "ties", "near", "capital")
]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.one_of(
            st.builds(
                Triple,
                st.sampled_from(NODES),
                st.sampled_from([*ROLES, *ROLES, OWL.sameAs]),
                st.sampled_from(NODES),
            ),
            st.builds(
                Triple,
                st.sampled_from(NODES),
                st.just(RDF.type),
                st.sampled_from(
                    [NamedNode(f"http://example.org/{n}") for n in ("State", "Friend")]
                ),
            ),
            st.builds(
                Triple,
                st.sampled_from(NODES),
                st.just(NamedNode("http://example.org/code")),
                st.sampled_from([Literal("DZ"), Literal("ML")]),
            ),
        ),
        max_size=6,
    )
)
def test_whatever_is_inferred_has_a_proof(facts):
    check_all({*facts, *ONTOLOGY})


# --- the graph that kg ships ----------------------------------------------------------------------


def test_all_that_follows_from_a_part_of_it_has_a_sound_proof(tmp_path):
    data = small.part(tmp_path / "data", "kg:drone-shootdown-2025")
    files = [*resources.ontology(), data / "relations.ttl", data / "reference.ttl"]
    asserted = [quad.triple for path in files for quad in parse(path=path)]

    inferred, rules = check_all(asserted)

    assert len(inferred) > 100
    assert {"cls-int1", "cls-svf1", "prp-spo2", "cax-sco"} <= rules


def counted(asserted, inferred):
    """Return what proves statements of a graph, and what counts how much of it is looked at."""
    parts = [Counted(Index(map(statement, triples))) for triples in (asserted, inferred)]
    return Prover(*parts), parts


@pytest.mark.parametrize("events", [200, 1600])
def test_a_proof_looks_at_a_few_statements_however_many_there_are(events):
    facts = [
        f":e{n} a :Raid ; :actor :g{n % 50} ; :after :e{n + 1} . :g{n % 50} :actsFor :s{n % 9} ."
        f" :s{n % 9} a :State ."
        for n in range(events)
    ]
    inferred = [
        f":e{n} :initiator :s{n % 50 % 9} ; :eventType :assault ; a :HostileEvent , :ByState ."
        for n in range(events)
    ]
    prover, parts = counted(turtle(EVENTS + "".join(facts)), turtle("".join(inferred)))

    proof = prover.derive(one(":e7 a :ByState ."))

    assert proof.depth == 6
    assert sum(part.read for part in parts) < 100
    assert sum(part.asked for part in parts) < 500


def test_a_long_chain_is_proved_link_by_link():
    length = 90
    links = [f":e{n} :before :e{n + 1} ." for n in range(length)]
    asserted = turtle(":before a owl:TransitiveProperty . " + "".join(links))
    pairs = [(n, m) for n in range(length + 1) for m in range(n + 2, length + 1)]
    inferred = turtle("".join(f":e{n} :before :e{m} ." for n, m in pairs))
    prover, parts = counted(asserted, inferred)

    proof = prover.derive(one(f":e0 :before :e{length} ."))

    assert len(proof.steps()) == length - 1
    assert len(proof.leaves()) == length + 1
    # A few lookups for each pair of links, of which all but one are no step of the proof.
    assert sum(part.asked for part in parts) < 10 * length**2
