"""An ontology compiles to rules that mean what it says, and nothing else.

The rules are run here by the simplest engine there can be, so that a fault is the compiler's.
"""

from __future__ import annotations

import os
from collections import defaultdict
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Triple, Variable, parse

from kg import resources
from kg.errors import Inconsistent
from kg.namespaces import OWL, RDF, RDFS, XSD
from kg.reasoning import closure, ontology
from kg.reasoning.compiler import compile_ontology, uncompilable
from kg.reasoning.datatypes import (
    belongs,
    broader,
    differ,
    equalities,
    is_ill_typed,
    without_copies,
)
from kg.reasoning.hierarchy import close_schema, is_plain
from kg.reasoning.owlrl_engine import entail
from kg.reasoning.rules import Rule, variables
from kg.reasoning.statements import Index, as_triple, noise, statement
from notation import statements, turtle

# --- the simplest engine --------------------------------------------------------------------------


class Naive:
    """All rules on all statements, again and again until nothing is new."""

    def __init__(self, program, facts, *, budget=None):
        assert budget is None
        self.given, self.nameless = {*facts}, program.nameless
        self.index = Index([*facts, *program.schema])
        self._add_types(program)
        growing = True
        while growing:
            heads = {
                filled(rule.head, found)
                for rule in program.rules
                if rule.head
                for found in self.solutions(rule.body)
            }
            new = [
                one
                for one in heads
                if one not in self.index
                and not isinstance(one[1], Literal)
                and not (one[1] == OWL.sameAs and one[0] == one[2])
            ]
            growing = bool(new)
            for one in new:
                self.index.add(one)
        self.clashes = [*self.about_literals()]
        self.clashes += [
            (rule, tuple(filled(atom, found) for atom in rule.body))
            for rule in program.rules
            if rule.head is None
            for found in self.solutions(rule.body)
        ]

    def about_literals(self):
        for one in self.index:
            subject, predicate, value = one
            if isinstance(value, Literal) and is_ill_typed(value):
                yield Rule("dt-not-type", None, ()), (one,)
            if not isinstance(subject, Literal):
                continue
            named = isinstance(value, NamedNode) and predicate == RDF.type
            if named and not belongs(subject, value):
                yield Rule("dt-not-type", None, ()), (one,)
            same = isinstance(value, Literal) and predicate == OWL.sameAs
            if same and differ(subject, value):
                yield Rule("dt-diff", None, ()), (one,)

    def _add_types(self, program):
        for literal in {one[2] for one in self.index if isinstance(one[2], Literal)}:
            for kind in program.datatypes & {*broader(literal.datatype)}:
                self.index.add((literal, RDF.type, kind))

    def solutions(self, body, known=None):
        known = known or {}
        if not body:
            yield known
            return
        subject, predicate, value = (
            known.get(slot, slot) for slot in (body[0].subject, body[0].predicate, body[0].object)
        )
        wanted = {
            "subject": None if isinstance(subject, Variable) else subject,
            "predicate": None if isinstance(predicate, Variable) else predicate,
            "value": None if isinstance(value, Variable) else value,
        }
        for one in list(self.index.statements(**wanted)):
            bound = dict(known)
            if all(
                not isinstance(slot, Variable) or bound.setdefault(slot, term) == term
                for slot, term in zip((subject, predicate, value), one, strict=True)
            ):
                yield from self.solutions(body[1:], bound)

    def statements(self):
        yield from self.index

    def inferred(self):
        new = {*self.index} - self.given
        yield from filter(
            None, (as_triple(one) for one in new if noise(one, self.nameless) is None)
        )

    def select(self, predicates, classes):
        return [
            one
            for one in self.index
            if one[1] in predicates or (one[1] == RDF.type and one[2] in classes)
        ]

    def equalities(self):
        groups = defaultdict(set)
        for one, other in self.index.pairs(OWL.sameAs):
            groups[one] |= {one, other}
        return [*{frozenset(group) for group in groups.values() if len(group) > 1}]


def schema_of(given):
    return ontology.schema_of(given, ontology.in_use(given))


def filled(atom, found):
    return tuple(found.get(slot, slot) for slot in (atom.subject, atom.predicate, atom.object))


def outcome(close, *given):
    """Return what is inferred, or the contradictions."""
    try:
        return close(*given)
    except Inconsistent as error:
        return error.clashes


def by_naive(facts, ontology=()):
    given = {statement(triple) for triple in [*facts, *ontology]}
    equal = equalities(given)
    found = closure._by_rules(given | equal, Naive).inferred
    return without_copies(found, given) if equal else found


def by_columns(facts, ontology=()):
    return closure.close(facts, ontology).inferred


def by_owlrl(facts, ontology=()):
    return closure.close(facts, ontology, engine="owlrl").inferred


# --- one test for each rule of the W3C ------------------------------------------------------------

R = ":R owl:onProperty :p ;"
RULES = {
    "eq-sym": ":a owl:sameAs :b .",
    "eq-trans": ":a owl:sameAs :b . :b owl:sameAs :c .",
    "eq-rep-s": ":a owl:sameAs :b ; :p :c .",
    "eq-rep-p": ":p owl:sameAs :q . :a :p :b . :q rdfs:domain :C .",
    "eq-rep-o": ":a owl:sameAs :b . :c :p :a .",
    "eq-rep-o (classes)": ":C owl:sameAs :D . :a a :C . :D rdfs:subClassOf :E .",
    "eq-diff1": ":a owl:sameAs :b ; owl:differentFrom :b .",
    "eq-diff1 (itself)": ":unlike rdfs:subPropertyOf owl:differentFrom . :a :unlike :a .",
    "eq-diff2": "[] a owl:AllDifferent ; owl:members (:a :b :c) . :a owl:sameAs :c .",
    "eq-diff2 (twice)": "[] a owl:AllDifferent ; owl:members (:a :b :a) .",
    "eq-diff3": "[] a owl:AllDifferent ; owl:distinctMembers (:a :b) . :a owl:sameAs :b .",
    "prp-dom": ":p rdfs:domain :C . :a :p :b .",
    "prp-rng": ":p rdfs:range :C . :a :p :b .",
    "prp-fp": ":p a owl:FunctionalProperty . :a :p :b , :c .",
    "prp-ifp": ":p a owl:InverseFunctionalProperty . :b :p :a . :c :p :a .",
    "prp-irp": ":p a owl:IrreflexiveProperty . :a :p :a .",
    "prp-symp": ":p a owl:SymmetricProperty . :a :p :b .",
    "prp-asyp": ":p a owl:AsymmetricProperty . :a :p :b . :b :p :a .",
    "prp-trp": ":p a owl:TransitiveProperty . :a :p :b . :b :p :c .",
    "prp-spo1": ":p rdfs:subPropertyOf :q . :q rdfs:subPropertyOf :r . :a :p :b .",
    "prp-spo2": ":r owl:propertyChainAxiom (:p :q) . :a :p :b . :b :q :c .",
    "prp-spo2 (four steps)": (
        ":r owl:propertyChainAxiom (:p :q :p :q) . :a :p :b . :b :q :c . :c :p :d . :d :q :e ."
    ),
    "prp-spo2 (two chains)": (
        ":r owl:propertyChainAxiom (:p :p) , (:q :q) . :a :p :b ; :q :b . :b :p :c ; :q :d ."
    ),
    "prp-spo2 (nameless inverse)": (
        ":r owl:propertyChainAxiom ([owl:inverseOf :p] :q) . :b :p :a . :b :q :c ."
    ),
    "prp-spo2 (itself)": ":r owl:propertyChainAxiom (:r :s) . :a :r :b . :b :s :c . :c :s :b .",
    "prp-eqp1": ":p owl:equivalentProperty :q . :a :p :b .",
    "prp-eqp2": ":p owl:equivalentProperty :q . :a :q :b .",
    "prp-pdw": ":p owl:propertyDisjointWith :q . :a :p :b ; :q :b .",
    "prp-adp": "[] a owl:AllDisjointProperties ; owl:members (:p :q :r) . :a :p :b ; :r :b .",
    "prp-inv1": ":p owl:inverseOf :q . :a :p :b .",
    "prp-inv2": ":p owl:inverseOf :q . :a :q :b .",
    "prp-key": ":C owl:hasKey (:p :q) . :a a :C ; :p 1 ; :q :x . :b a :C ; :p 1 ; :q :x .",
    "prp-key (two keys)": (
        ":C owl:hasKey (:p) , (:q) . :a a :C ; :p 1 . :b a :C ; :p 1 ; :q 2 . :c a :C ; :q 2 ."
    ),
    "prp-npa1": (
        "[] owl:sourceIndividual :a ; owl:assertionProperty :p ; owl:targetIndividual :b ."
        " :a :p :b ."
    ),
    "prp-npa2": (
        "[] owl:sourceIndividual :a ; owl:assertionProperty :p ; owl:targetValue 5 . :a :p 5 ."
    ),
    "cls-nothing2": ":a a owl:Nothing .",
    "cls-int1": ":I owl:intersectionOf (:C :D :E) . :a a :C , :D , :E .",
    "cls-int2": ":I owl:intersectionOf (:C :D) . :a a :I .",
    "cls-uni": ":U owl:unionOf (:C :D) . :a a :C . :b a :D .",
    "cls-com": ":N owl:complementOf :C . :a a :C , :N .",
    "cls-svf1": f"{R} owl:someValuesFrom :C . :a :p :b . :b a :C .",
    "cls-svf1 (literal)": f"{R} owl:someValuesFrom xsd:decimal . :a :p 5 .",
    "cls-svf2": f"{R} owl:someValuesFrom owl:Thing . :a :p :b .",
    "cls-avf": f"{R} owl:allValuesFrom :C . :a a :R ; :p :b .",
    "cls-hv1": f"{R} owl:hasValue :v . :a a :R .",
    "cls-hv2": f"{R} owl:hasValue :v . :a :p :v .",
    "cls-maxc1": f"{R} owl:maxCardinality 0 . :a a :R ; :p :b .",
    "cls-maxc2": f"{R} owl:maxCardinality 1 . :a a :R ; :p :b , :c .",
    "cls-maxqc1": (
        f"{R} owl:maxQualifiedCardinality 0 ; owl:onClass :C . :a a :R ; :p :b . :b a :C ."
    ),
    "cls-maxqc2": f"{R} owl:maxQualifiedCardinality 0 ; owl:onClass owl:Thing . :a a :R ; :p :b .",
    "cls-maxqc3": (
        f"{R} owl:maxQualifiedCardinality 1 ; owl:onClass :C . :a a :R ; :p :b , :c , :d ."
        " :b a :C . :c a :C ."
    ),
    "cls-maxqc4": (
        f"{R} owl:maxQualifiedCardinality 1 ; owl:onClass owl:Thing . :a a :R ; :p :b , :c ."
    ),
    "cls-oo": ":C owl:oneOf (:a :b) .",
    "cax-sco": ":C rdfs:subClassOf :D . :D rdfs:subClassOf :E . :a a :C .",
    "cax-eqc1": ":C owl:equivalentClass :D . :a a :C .",
    "cax-eqc2": ":C owl:equivalentClass :D . :a a :D .",
    "cax-dw": ":C owl:disjointWith :D . :a a :C , :D .",
    "cax-adc": "[] a owl:AllDisjointClasses ; owl:members (:C :D :E) . :a a :C , :E .",
    "dt-type2": (
        "xsd:decimal rdfs:subClassOf :D . :q a owl:FunctionalProperty . :a :q 5 , :five ."
    ),
    "dt-not-type": ':a :p "x"^^xsd:date .',
    "dt-not-type (range)": ':p rdfs:range xsd:decimal . :a :p "x" .',
    "dt-diff": ":p a owl:FunctionalProperty . :a :p 1 , 2 .",
    "dt-eq": ":p a owl:FunctionalProperty . :a :p 1 , 01 .",
    "scm-cls": ":C a owl:Class . :a a :C .",
    "scm-sco": ":C rdfs:subClassOf :D . :D rdfs:subClassOf :E .",
    "scm-eqc1": ":C owl:equivalentClass :D .",
    "scm-eqc2": ":C rdfs:subClassOf :D . :D rdfs:subClassOf :C . :a a :C . :b a :D .",
    "scm-op": ":p a owl:ObjectProperty .",
    "scm-dp": ":p a owl:DatatypeProperty .",
    "scm-spo": ":p rdfs:subPropertyOf :q . :q rdfs:subPropertyOf :r .",
    "scm-eqp1": ":p owl:equivalentProperty :q .",
    "scm-eqp2": ":p rdfs:subPropertyOf :q . :q rdfs:subPropertyOf :p . :a :p :b . :c :q :d .",
    "scm-dom1": ":p rdfs:domain :C . :C rdfs:subClassOf :D . :a :p :b .",
    "scm-dom2": ":q rdfs:domain :C . :p rdfs:subPropertyOf :q . :a :p :b .",
    "scm-rng1": ":p rdfs:range :C . :C rdfs:subClassOf :D . :a :p :b .",
    "scm-rng2": ":q rdfs:range :C . :p rdfs:subPropertyOf :q . :a :p :b .",
    "scm-hv": (
        ":A owl:onProperty :p ; owl:hasValue :v . :B owl:onProperty :q ; owl:hasValue :v ."
        " :p rdfs:subPropertyOf :q . :a a :A ."
    ),
    "scm-svf1": (
        ":A owl:onProperty :p ; owl:someValuesFrom :C . :B owl:onProperty :p ;"
        " owl:someValuesFrom :D . :C rdfs:subClassOf :D . :a a :A ."
    ),
    "scm-svf2": (
        ":A owl:onProperty :p ; owl:someValuesFrom :C . :B owl:onProperty :q ;"
        " owl:someValuesFrom :C . :p rdfs:subPropertyOf :q . :a a :A ."
    ),
    "scm-avf1": (
        ":A owl:onProperty :p ; owl:allValuesFrom :C . :B owl:onProperty :p ;"
        " owl:allValuesFrom :D . :C rdfs:subClassOf :D . :a a :A ; :p :b ."
    ),
    "scm-avf2": (
        ":A owl:onProperty :p ; owl:allValuesFrom :C . :B owl:onProperty :q ;"
        " owl:allValuesFrom :C . :p rdfs:subPropertyOf :q . :a a :B ; :q :b ."
    ),
    "scm-int": ":I owl:intersectionOf (:C :D) .",
    "scm-uni": ":U owl:unionOf (:C :D) .",
}


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_gives_what_owlrl_gives(rule):
    graph = turtle(RULES[rule])

    found = outcome(by_naive, graph)

    assert found == outcome(by_owlrl, graph) == outcome(by_columns, graph)
    assert found or rule in {"dt-eq", "scm-cls", "scm-op", "scm-dp"}


@pytest.mark.parametrize(
    "rule",
    [
        name
        for name in RULES
        if " " not in name and not name.startswith(("scm-", "eq-rep", "eq-sym", "eq-tr", "dt-"))
    ],
)
def test_each_rule_keeps_its_name_and_its_axioms(rule):
    closed = close_schema(schema_of(statements(RULES[rule])))
    program = compile_ontology(closed)

    found = [one for one in program.rules if one.name == rule]

    assert found
    assert all(axiom in closed for one in found for axiom in one.axioms)
    assert all(one.axioms for one in found if rule not in {"eq-diff1", "cls-nothing2"})


def test_the_rules_of_equality_are_always_there():
    names = {rule.name for rule in compile_ontology([]).rules}

    assert names >= {"eq-sym", "eq-trans", "eq-rep-s", "eq-rep-p", "eq-rep-o"}


# --- the shape of a program -----------------------------------------------------------------------


def shipped():
    return {statement(q.triple) for path in resources.ontology() for q in parse(path=path)}


def test_atoms_have_constants_where_engines_look_for_them():
    program = compile_ontology(close_schema(schema_of(shipped())))

    atoms = [
        atom
        for rule in program.rules
        if not rule.name.startswith("eq-")
        for atom in (*rule.body, *filter(None, [rule.head]))
    ]
    assert len(atoms) > 500
    assert not any(isinstance(atom.predicate, Variable | BlankNode) for atom in atoms)
    assert not any(
        isinstance(atom.object, Variable) for atom in atoms if atom.predicate == RDF.type
    )


def test_every_variable_of_a_head_is_in_the_body():
    program = compile_ontology(close_schema(schema_of(shipped())))

    for rule in filter(lambda one: one.head, program.rules):
        assert variables(rule.head) <= frozenset().union(*map(variables, rule.body))


def test_a_rule_that_cannot_add_anything_is_left_out():
    text = """
        :p a owl:ObjectProperty ; rdfs:subPropertyOf :p ; rdfs:domain owl:Thing .
        :C a owl:Class ; rdfs:subClassOf :C , owl:Thing .
        [] owl:onProperty :p ; owl:someValuesFrom :C .
    """
    program = compile_ontology(close_schema(statements(text)))

    rules = [rule for rule in program.rules if not rule.name.startswith("eq-") and rule.head]
    # All that is left is the rule that owl:Nothing is a subclass of each class.
    assert {rule.body[0].object for rule in rules} == {OWL.Nothing}


def test_of_copies_those_stay_that_the_others_follow_from():
    text = ":A rdfs:subClassOf :B , :C . :B rdfs:subClassOf :C . :p rdfs:domain :A , :C ."
    program = compile_ontology(close_schema(statements(text)))

    assert sum(rule.name == "cax-sco" for rule in program.rules) == 2
    assert sum(rule.name == "prp-dom" for rule in program.rules) == 1


def test_the_order_of_statements_makes_no_difference():
    closed = sorted(close_schema(schema_of(shipped())), key=str)

    assert compile_ontology(closed).rules == compile_ontology(reversed(closed)).rules


def test_datatypes_are_those_that_rules_ask_for():
    text = f"{R} owl:someValuesFrom xsd:decimal . :q rdfs:range xsd:integer ."
    program = compile_ontology(statements(text))

    assert program.datatypes == {XSD.decimal}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("owl:sameAs rdfs:subPropertyOf :like .", "about owl:sameAs itself"),
        ("owl:sameAs a owl:SymmetricProperty .", "about owl:sameAs itself"),
        ("rdf:type rdfs:domain :C .", "about rdf:type itself"),
        (":p rdfs:subPropertyOf rdf:type .", "about rdf:type itself"),
        (":C owl:sameAs owl:Thing .", "owl:Thing is said to be the same"),
        (":C rdfs:subClassOf 'x' .", "a literal stands where"),
        (f"{R} owl:maxCardinality 1.0 .", "is no plain number"),
        ("_:l owl:sameAs :x . :U owl:unionOf _:l . _:l rdf:first :C ; rdf:rest () .", "part of an"),
    ],
)
def test_what_does_not_compile_is_told_and_left_to_owlrl(text, reason):
    graph = turtle(f"{text} :a a :C ; :p :b . :b owl:sameAs :c .")
    given = {statement(triple) for triple in graph}

    assert reason in uncompilable(compile_ontology(close_schema(schema_of(given))))

    found = closure._by_rules(given, Naive)
    assert (found.engine, reason in found.reason) == ("owlrl", True)
    assert found.inferred == by_owlrl(graph)


# --- data that says what terms mean ---------------------------------------------------------------

EXTENDING = {
    "a subclass in the data": ":a a :C . :C rdfs:subClassOf :D .",
    "a class that makes properties symmetric": (
        ":Mutual rdfs:subClassOf owl:SymmetricProperty . :p a :Mutual . :a :p :b ."
    ),
    "a property that says what a subclass is": (
        ":broader rdfs:subPropertyOf rdfs:subClassOf . :C :broader :D . :a a :C ."
    ),
    "the same the other way round": (
        "rdfs:subClassOf rdfs:subPropertyOf :broader ."
        " :C rdfs:subClassOf :D . :D rdfs:subClassOf :E ."
    ),
    "properties that are the same": ":p owl:sameAs :q . :a :p :b . :q a owl:TransitiveProperty .",
    "properties that turn out to be the same": (
        ":name a owl:InverseFunctionalProperty . :p :name :n . :q :name :n . :a :p :b . :c :q :d ."
    ),
    "classes that turn out to be the same": (
        ":name a owl:InverseFunctionalProperty . :C :name :n . :D :name :n . :a a :C . :b a :D ."
    ),
    "values of restrictions that are the same": (
        ":A rdfs:subClassOf [owl:onProperty :p ; owl:hasValue :v] ."
        "[owl:onProperty :p ; owl:hasValue :w] rdfs:subClassOf :B . :v owl:sameAs :w . :a a :A ."
    ),
    "members of a list that are the same": ":C owl:oneOf (:a :b) . :b owl:sameAs :c .",
    "a chain of properties that are the same": (
        ":r owl:propertyChainAxiom (:p :q) . :p owl:sameAs :s . :a :s :b . :b :q :c ."
    ),
    "a term that is a class, a property and a thing": (
        ":x a :x ; :x :x . :x rdfs:subClassOf :y ; rdfs:subPropertyOf :z . :y owl:sameAs :z ."
    ),
    "an instance of what follows to be a class": (
        ":kind rdfs:range owl:Class ; rdfs:subPropertyOf rdf:value . :a :kind :C . :b a :C ."
    ),
}


@pytest.mark.parametrize("case", EXTENDING)
def test_data_may_say_what_terms_mean(case):
    graph = turtle(EXTENDING[case])

    found = outcome(by_naive, graph)

    assert found == outcome(by_owlrl, graph) == outcome(by_columns, graph)
    assert found


# --- random ontologies ----------------------------------------------------------------------------

THINGS = [*(NamedNode(f"http://example.org/{name}") for name in "abc"), BlankNode("x")]
KINDS = [NamedNode(f"http://example.org/{name}") for name in "CDEF"]
PROPERTIES = [NamedNode(f"http://example.org/{name}") for name in "pqr"]
VALUES = [
    Literal("1", datatype=XSD.integer),
    Literal("01", datatype=XSD.integer),
    Literal("1.0", datatype=XSD.decimal),
    Literal("x"),
    Literal("x", language="en"),
]
things, kinds, properties = map(st.sampled_from, (THINGS, KINDS, PROPERTIES))
values = st.sampled_from([*THINGS, *VALUES])
CHARACTERISTICS = [
    OWL.SymmetricProperty,
    OWL.TransitiveProperty,
    OWL.FunctionalProperty,
    OWL.InverseFunctionalProperty,
    OWL.ObjectProperty,
]
EXCLUSIONS = [OWL.IrreflexiveProperty, OWL.AsymmetricProperty]
one = st.sampled_from([Literal("1", datatype=XSD.nonNegativeInteger)])
none = st.sampled_from([Literal("0", datatype=XSD.nonNegativeInteger)])


def rdf_list(members, name):
    cells = [BlankNode(f"{name}{number}") for number in range(len(members))]
    ends = [*cells[1:], RDF.nil]
    for cell, member, rest in zip(cells, members, ends, strict=True):
        yield Triple(cell, RDF.first, member)
        yield Triple(cell, RDF.rest, rest)


@st.composite
def expressions(draw, name, *, exclusive):
    """A class expression: its node, and the triples that say what it is."""
    node = BlankNode(name)
    forms = [OWL.someValuesFrom, OWL.allValuesFrom, OWL.hasValue, OWL.maxCardinality]
    forms += [OWL.maxQualifiedCardinality, OWL.intersectionOf, OWL.unionOf, OWL.oneOf]
    form = draw(st.sampled_from([*forms, *([OWL.complementOf] if exclusive else [])]))
    if form in (OWL.intersectionOf, OWL.unionOf, OWL.oneOf):
        members = draw(st.lists(things if form == OWL.oneOf else kinds, min_size=1, max_size=3))
        head = BlankNode(f"{name}l0")
        return node, [Triple(node, form, head), *rdf_list(members, f"{name}l")]
    if form == OWL.complementOf:
        return node, [Triple(node, form, draw(kinds))]
    number = none | one if exclusive else one
    fillers = st.sampled_from([*KINDS, OWL.Thing, XSD.integer, XSD.decimal])
    filler = {OWL.hasValue: values, OWL.maxCardinality: number}.get(form, fillers)
    if form == OWL.maxQualifiedCardinality:
        filler = number
    triples = [Triple(node, OWL.onProperty, draw(properties)), Triple(node, form, draw(filler))]
    if form == OWL.maxQualifiedCardinality:
        triples.append(Triple(node, OWL.onClass, draw(kinds | st.just(OWL.Thing))))
    return node, triples


def pairs(subjects, predicates, values):
    """Axioms of one triple."""
    return st.builds(Triple, subjects, st.sampled_from(predicates), values).map(lambda one: [one])


@st.composite
def class_axioms(draw, name, *, exclusive):
    node, triples = draw(expressions(name, exclusive=exclusive))
    ends = draw(st.sampled_from([(node, draw(kinds)), (draw(kinds), node)]))
    return [*triples, Triple(ends[0], RDFS.subClassOf, ends[1])]


@st.composite
def chains(draw, name):
    inverse, head = BlankNode(f"{name}i"), BlankNode(f"{name}l0")
    steps = draw(st.lists(properties | st.just(inverse), min_size=1, max_size=3))
    return [
        Triple(inverse, OWL.inverseOf, draw(properties)),
        Triple(draw(properties), OWL.propertyChainAxiom, head),
        *rdf_list(steps, f"{name}l"),
    ]


@st.composite
def keys(draw, name):
    found = draw(st.lists(properties, min_size=1, max_size=2))
    return [Triple(draw(kinds), OWL.hasKey, BlankNode(f"{name}l0")), *rdf_list(found, f"{name}l")]


@st.composite
def groups(draw, name):
    """Axioms about several terms at once, and denials."""
    node, head = BlankNode(name), BlankNode(f"{name}l0")
    kind, members = draw(
        st.sampled_from(
            [
                (OWL.AllDifferent, things),
                (OWL.AllDisjointClasses, kinds),
                (OWL.AllDisjointProperties, properties),
                (OWL.NegativePropertyAssertion, things),
            ]
        )
    )
    if kind == OWL.NegativePropertyAssertion:
        return [
            Triple(node, OWL.sourceIndividual, draw(things)),
            Triple(node, OWL.assertionProperty, draw(properties)),
            Triple(node, OWL.targetIndividual, draw(things)),
        ]
    found = draw(st.lists(members, min_size=2, max_size=3))
    about = [Triple(node, RDF.type, kind), Triple(node, OWL.members, head)]
    return [*about, *rdf_list(found, f"{name}l")]


def axioms(name, *, exclusive):
    """One axiom as triples."""
    between = [RDFS.subPropertyOf, OWL.equivalentProperty, OWL.inverseOf]
    forms = [
        pairs(kinds, [RDFS.subClassOf, OWL.equivalentClass], kinds),
        pairs(properties, between, properties),
        pairs(properties, [RDFS.domain, RDFS.range], st.sampled_from([*KINDS, XSD.decimal])),
        pairs(properties, [RDF.type], st.sampled_from(CHARACTERISTICS)),
        class_axioms(name, exclusive=exclusive),
        class_axioms(name, exclusive=exclusive),
        chains(name),
        keys(name),
    ]
    exclusions = [
        pairs(kinds, [OWL.disjointWith], kinds),
        pairs(properties, [OWL.propertyDisjointWith], properties),
        pairs(things, [OWL.differentFrom], things),
        pairs(properties, [RDF.type], st.sampled_from(EXCLUSIONS)),
        groups(name),
    ]
    return st.one_of(*forms, *(exclusions if exclusive else []))


facts = st.one_of(
    st.builds(Triple, things, st.just(RDF.type), kinds),
    st.builds(Triple, things, properties, values),
    st.builds(Triple, things, properties, values),
    st.builds(Triple, things, st.just(OWL.sameAs), things),
)
#: Now and then, data says that terms are the same.
twists = st.one_of(
    st.builds(Triple, kinds, st.just(OWL.sameAs), kinds),
    st.builds(Triple, properties, st.just(OWL.sameAs), properties),
    st.builds(Triple, kinds, properties, things),
    st.builds(Triple, things, st.just(RDFS.subClassOf), kinds),
    st.builds(Triple, things, st.just(RDF.type), st.sampled_from([OWL.Class, OWL.Thing])),
    st.builds(
        Triple,
        properties,
        st.sampled_from([RDFS.subPropertyOf, OWL.inverseOf, OWL.sameAs]),
        st.sampled_from([RDF.type, RDFS.subClassOf, RDFS.domain, OWL.sameAs, OWL.differentFrom]),
    ),
)


@st.composite
def graphs(draw, *, exclusive):
    """Draw a graph of axioms and facts."""
    said = [
        triple
        for number in range(draw(st.integers(1, 4)))
        for triple in draw(axioms(f"n{number}", exclusive=exclusive))
    ]
    return [*said, *draw(st.lists(facts, max_size=7)), *draw(st.lists(twists, max_size=1))]


random = settings(
    max_examples=int(os.environ.get("KG_EXAMPLES", "60")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@random
@given(graphs(exclusive=False))
def test_a_random_graph_is_closed_as_owlrl_closes_it(graph):
    assert outcome(by_naive, graph) == outcome(by_owlrl, graph) == outcome(by_columns, graph)


@random
@given(graphs(exclusive=True))
def test_a_random_graph_is_contradicted_as_by_owlrl(graph):
    assert outcome(by_naive, graph) == outcome(by_owlrl, graph) == outcome(by_columns, graph)


# --- ontologies, closed ---------------------------------------------------------------------------


def telling(closed):
    """Leave out what is no axiom, and that something is itself."""
    return {one for one in closed if ontology.is_axiom(one) and one[0] != one[2]}


def by_table_9(schema):
    return telling(close_schema(schema))


def reference(schema):
    return telling(entail(schema)[0])


@settings(random, max_examples=20)
@given(graphs(exclusive=False))
def test_a_random_ontology_is_closed_as_by_owlrl(graph):
    schema = schema_of({statement(triple) for triple in graph})

    assert by_table_9(schema) <= reference(schema)
    if is_plain(schema):
        assert by_table_9(schema) == reference(schema)
    else:
        triples = [Triple(*statement) for statement in schema]
        assert outcome(by_columns, triples) == outcome(by_owlrl, triples)


@pytest.mark.parametrize(
    "text",
    [
        ":A owl:sameAs :B . :B rdfs:subClassOf :C . :D rdfs:subClassOf :A .",
        ":A owl:sameAs :B . :A owl:equivalentClass :B .",
        ":A rdfs:subClassOf :B . :B rdfs:subClassOf :A , :A .",
        ":p owl:sameAs :q . :q owl:sameAs :r . :r rdfs:domain :A . :s rdfs:subPropertyOf :p .",
        f"{R} owl:hasValue :v . :v owl:sameAs :w . :p a rdf:Property . [] owl:hasValue :w .",
        ":A owl:oneOf (:a :b) ; rdfs:subClassOf [owl:onProperty :p ; owl:hasValue 5] .",
    ],
)
def test_an_ontology_is_closed_as_by_owlrl(text):
    schema = schema_of(statements(text))

    assert by_table_9(schema) == reference(schema)


def branching(depth):
    """Return a tree of classes; each is more than its parent, and wants a value of its kind."""
    classes = " ".join(
        f":C{number} a owl:Class ; rdfs:subClassOf :C{number // 2} , [a owl:Restriction ;"
        f" owl:onProperty :kind ; owl:someValuesFrom :C{number}] ."
        for number in range(2, 2**depth)
    )
    return schema_of(statements(f":kind rdfs:domain :C1 ; rdfs:subPropertyOf :about . {classes}"))


def test_a_tree_of_classes_is_closed_as_by_owlrl():
    schema = branching(4)

    assert by_table_9(schema) == reference(schema)


def test_a_large_tree_of_classes_is_closed_whole():
    closed = close_schema(branching(10))
    wider = Index(closed).objects(NamedNode("http://example.org/C1023"), RDFS.subClassOf)

    assert sum(isinstance(one, NamedNode) for one in wider) == 10 + 1
    assert sum(isinstance(one, BlankNode) for one in wider) == 9


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        (":A rdfs:subClassOf owl:Class . :p rdfs:domain rdf:Property .", True),
        ("owl:Class a owl:Class . rdfs:label a owl:FunctionalProperty .", True),
        ("rdfs:subClassOf a owl:TransitiveProperty .", False),
        (":p owl:inverseOf rdfs:subClassOf .", False),
        (":A owl:unionOf (owl:Class :B) .", False),
        (":p a owl:ObjectProperty ; owl:sameAs rdf:type .", False),
    ],
)
def test_an_ontology_is_plain_unless_it_says_what_the_words_of_owl_mean(text, plain):
    assert is_plain(schema_of(statements(text))) is plain


def test_of_two_disjoint_pairs_all_are_compared():
    text = "[] a owl:AllDisjointClasses ; owl:members (:A :B :C) ."
    rules = compile_ontology(close_schema(statements(text))).rules

    pairs = {
        frozenset(str(atom.object) for atom in rule.body)
        for rule in rules
        if rule.name == "cax-adc"
    }
    names = [f"<http://example.org/{name}>" for name in "ABC"]
    assert pairs == {frozenset(pair) for pair in product(names, names) if len(set(pair)) == 2}
