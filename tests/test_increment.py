"""A change followed through the rules comes to the same as closing the changed graph afresh."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from pyoxigraph import NamedNode, Quad, Store

from kg import resources
from kg.dataset import load
from kg.errors import Inconsistent
from kg.namespaces import GRAPH, OWL, RDF, REL, XSD, expand, inferred_graph
from kg.reasoning import Clash, close
from kg.reasoning.compiler import compile_ontology
from kg.reasoning.hierarchy import close_schema
from kg.reasoning.increment import NeedsRecompute, update
from kg.reasoning.increment.before import Before, Rules
from kg.reasoning.lookups import Buffered, Overlay
from kg.reasoning.lookups import closed as stored_closed
from kg.reasoning.lookups import given as stored_given
from kg.reasoning.ontology import in_use, schema_of
from kg.reasoning.statements import Index, as_triple, statement
from notation import statements


@dataclass
class Kept:
    """A graph whose closure is kept up to date."""

    ontology: set
    facts: set = field(default_factory=set)

    def __post_init__(self):
        self.program = compile_ontology(
            close_schema(schema_of(self.ontology, in_use(self.ontology)))
        )
        self.inferred = self.afresh(self.facts)

    def afresh(self, facts):
        """Close by the reference."""
        closure = close(map(as_triple, facts), map(as_triple, self.ontology), engine="owlrl")
        return set(map(statement, closure.inferred))

    def followed(self, add, remove):
        asserted = self.ontology | self.facts
        change = update(self.program, Index(asserted), Index(asserted | self.inferred), add, remove)
        assert change.added.isdisjoint(self.inferred)
        assert change.removed <= self.inferred
        return (self.inferred - change.removed) | change.added

    def edit(self, add="", remove=""):
        """Follow a change, and hold the outcome to the reference."""
        add, remove = statements(add), statements(remove)
        after = (self.facts - remove) | add
        found = self.followed(add, remove)
        assert found == self.afresh(after)
        self.facts, self.inferred = after, found


# --- any ontology, any edits ----------------------------------------------------------------------

CLASSES = [f":C{number}" for number in range(5)]
PROPERTIES = [f":p{number}" for number in range(4)]
DATA_PROPERTIES = [":d0", ":d1"]
CHARACTERS = ["Symmetric", "Transitive", "Functional", "InverseFunctional", "Asymmetric"]
CHARACTERS += ["Irreflexive"]
THINGS = [":a", ":b", ":c", ":d", ":e"]
EDTF = "<http://id.loc.gov/datatypes/edtf/EDTF>"
VALUES = [
    "1",
    "1.0",
    "2",
    '"x"',
    '"y"',
    f'"2024-01"^^{EDTF}',
    f'"2024"^^{EDTF}',
    '"q"^^xsd:integer',
]


@st.composite
def classes(draw, depth=2):
    """Draw a class expression that may stand on either side of an axiom."""
    pick = lambda options: draw(st.sampled_from(options))  # noqa: E731 - as short as what it picks
    kinds = ["name"] * 4 + (["some", "value", "and", "or", "all"] if depth else [])
    part = lambda: draw(classes(depth=depth - 1))  # noqa: E731 - drawn where it is needed
    match pick(kinds):
        case "some":
            filler = pick([*CLASSES, "xsd:integer", "xsd:decimal", "owl:Thing"])
            on = pick(PROPERTIES + DATA_PROPERTIES)
            return f"[ a owl:Restriction ; owl:onProperty {on} ; owl:someValuesFrom {filler} ]"
        case "value":
            on, value = pick(PROPERTIES), pick(THINGS)
            return f"[ a owl:Restriction ; owl:onProperty {on} ; owl:hasValue {value} ]"
        case "all":
            on, filler = pick(PROPERTIES), pick(CLASSES)
            return f"[ a owl:Restriction ; owl:onProperty {on} ; owl:allValuesFrom {filler} ]"
        case "and":
            return f"[ a owl:Class ; owl:intersectionOf ( {part()} {part()} ) ]"
        case "or":
            return f"[ a owl:Class ; owl:unionOf ( {part()} {part()} ) ]"
    return pick(CLASSES)


@st.composite
def axioms(draw):
    """Draw an axiom."""
    pick = lambda options: draw(st.sampled_from(options))  # noqa: E731 - as short as what it picks
    c, p, q, r = pick(CLASSES), pick(PROPERTIES), pick(PROPERTIES), pick(PROPERTIES)
    any_property = pick(PROPERTIES + DATA_PROPERTIES)
    most = f"[ a owl:Restriction ; owl:onProperty {any_property} ; owl:maxCardinality 1 ]"
    most_of = f"[ a owl:Restriction ; owl:onProperty {p} ; owl:onClass {c} ; "
    kind = pick(CHARACTERS)
    return pick(
        [
            f"{draw(classes())} rdfs:subClassOf {draw(classes())} .",
            f"{draw(classes())} rdfs:subClassOf {draw(classes())} .",
            f"{c} owl:equivalentClass {draw(classes())} .",
            f"{c} rdfs:subClassOf {pick(CLASSES)} .",
            f"{draw(classes())} rdfs:subClassOf {most} .",
            f"{c} rdfs:subClassOf {most_of} owl:maxQualifiedCardinality 1 ] .",
            f"{p} rdfs:subPropertyOf {q} .",
            f"{any_property} rdfs:domain {c} .",
            f"{p} rdfs:range {c} .",
            f"{pick(DATA_PROPERTIES)} rdfs:range xsd:decimal .",
            f"{p} a owl:{kind}Property .",
            f"{pick(DATA_PROPERTIES)} a owl:FunctionalProperty .",
            f"{p} owl:inverseOf {q} .",
            f"{p} rdfs:subPropertyOf [ owl:inverseOf {q} ] .",
            f"{p} owl:propertyChainAxiom ( {q} {r} ) .",
            f"{p} owl:propertyChainAxiom ( [ owl:inverseOf {q} ] {r} ) .",
            f"{c} owl:hasKey ( {any_property} ) .",
            f"{c} owl:disjointWith {pick(CLASSES)} .",
            f"{p} owl:propertyDisjointWith {q} .",
            f"{c} owl:oneOf ( {pick(THINGS)} ) .",
        ]
    )


def facts():
    thing, literal = st.sampled_from(THINGS), st.sampled_from(VALUES)
    return st.one_of(
        st.builds("{} a {} .".format, thing, st.sampled_from(CLASSES)),
        st.builds("{} {} {} .".format, thing, st.sampled_from(PROPERTIES), thing),
        st.builds("{} {} {} .".format, thing, st.sampled_from(PROPERTIES), thing),
        st.builds("{} {} {} .".format, thing, st.sampled_from(DATA_PROPERTIES), literal),
        st.builds("{} owl:sameAs {} .".format, thing, thing),
        st.builds("{} owl:differentFrom {} .".format, thing, thing),
    )


@settings(max_examples=60)
@given(
    st.lists(axioms(), min_size=1, max_size=8),
    st.lists(facts(), min_size=2, max_size=16, unique=True),
    st.data(),
)
def test_edits_followed_come_to_what_the_reference_makes_of_the_edited_graph(ontology, pool, data):
    some = st.lists(st.sampled_from(pool), max_size=6, unique=True)
    start = " ".join(data.draw(some))
    try:
        kept = Kept(statements(" ".join(ontology)), statements(start))
    except Inconsistent:
        event("contradicts itself from the start")
        return
    for _ in range(3):
        add, remove = statements(" ".join(data.draw(some))), statements(" ".join(data.draw(some)))
        after = (kept.facts - remove) | add
        expected, found = outcome(kept.afresh, after), outcome(kept.followed, add, remove)
        if isinstance(found, NeedsRecompute):
            event("needs a recompute")
            found = expected
        assert found == expected
        if isinstance(found, tuple):
            event("contradicts itself")
        else:
            event("followed")
            kept.facts, kept.inferred = after, found


def outcome(close_by, *change):
    """Return the closure, the contradictions, or why there is neither."""
    try:
        return close_by(*change)
    except Inconsistent as error:
        return error.clashes
    except NeedsRecompute as signal:
        return signal


# --- what each kind of change does ----------------------------------------------------------------


def test_what_only_goes_round_in_a_circle_falls():
    kept = Kept(statements(":p a owl:TransitiveProperty , owl:SymmetricProperty ."))

    kept.edit(add=":a :p :b . :b :p :c .")
    kept.edit(remove=":a :p :b .")

    assert kept.inferred == statements(":c :p :b . :b :p :b . :c :p :c .")


def test_names_of_one_thing_fall_apart_and_keep_what_is_their_own():
    kept = Kept(statements(":p rdfs:domain :C ."), statements(":a :p :x . :b a :D . :c :q :a ."))

    kept.edit(add=":a owl:sameAs :b . :b owl:sameAs :c .")
    assert statements(":c a :C , :D . :a owl:sameAs :c . :b :q :c .") <= kept.inferred
    kept.edit(remove=":a owl:sameAs :b .")

    assert kept.inferred == statements(":a a :C . :c owl:sameAs :b . :c a :D . :b :q :a .")


def test_names_stay_together_where_a_key_still_says_so():
    kept = Kept(
        statements(":C owl:hasKey ( :k ) ."),
        statements(":a a :C ; :k 1 ; owl:sameAs :b . :b a :C ; :k 1 ; :p :x ."),
    )

    kept.edit(remove=":a owl:sameAs :b .")

    assert statements(":a owl:sameAs :b ; :p :x .") <= kept.inferred


def test_what_is_asserted_leaves_the_inferred_and_comes_back():
    kept = Kept(statements(":p a owl:SymmetricProperty ."), statements(":a :p :b ."))

    kept.edit(add=":b :p :a .")
    assert kept.inferred == set()
    kept.edit(remove=":a :p :b .")

    assert kept.inferred == statements(":a :p :b .")


def test_removed_and_added_at_once_is_added():
    kept = Kept(statements(":p a owl:SymmetricProperty ."), statements(":a :p :b ."))

    kept.edit(add=":a :p :b . :c :p :d .", remove=":a :p :b .")

    assert kept.inferred == statements(":b :p :a . :d :p :c .")


def test_nothing_changes_where_nothing_is_new():
    kept = Kept(statements(":p a owl:SymmetricProperty ."), statements(":a :p :b ."))
    asserted = kept.ontology | kept.facts

    change = update(
        kept.program,
        Index(asserted),
        Index(asserted | kept.inferred),
        statements(":a :p :b ."),
        statements(":x :p :y ."),
    )

    assert (change.added, change.removed) == (frozenset(), frozenset())


def test_classes_without_names_that_need_each_other_are_worked_out():
    kept = Kept(
        statements(
            """
            :A owl:equivalentClass [ owl:unionOf ( :B [ owl:intersectionOf ( :A :C ) ] ) ] .
            [ owl:onProperty :p ; owl:someValuesFrom [ owl:unionOf ( :A :B ) ] ]
                rdfs:subClassOf :C , :B .
            """
        )
    )

    kept.edit(add=":x :p :y . :y :p :x . :z a :B .")
    kept.edit(add=":y :p :z .")
    assert statements(":x a :A , :B , :C . :y a :A , :C .") <= kept.inferred
    kept.edit(remove=":y :p :z .")

    assert {one for one in kept.inferred if one[1] == RDF.type} == statements(":z a :A .")


def test_a_state_of_many_events_keeps_its_kind_when_one_event_goes(monkeypatch):
    events = " ".join(f":e{number} :actor :mali ." for number in range(300))
    kept = Kept(
        statements(
            """
            :actor rdfs:range :Agent .
            [ owl:onProperty :actor ; owl:someValuesFrom :Agent ] rdfs:subClassOf :Event .
            """
        )
    )
    kept.facts, kept.inferred = statements(events), kept.afresh(statements(events))
    asked = []
    lookup = Index.statements
    monkeypatch.setattr(
        Index, "statements", lambda *where: [asked.append(1), *lookup(*where)][1:].__iter__()
    )

    change = kept.followed(set(), statements(":e7 :actor :mali ."))

    assert kept.inferred - change == statements(":e7 a :Event .")
    assert len(asked) < 60


# --- contradictions -------------------------------------------------------------------------------


def test_a_contradiction_is_told_with_what_it_follows_from_and_nothing_changes():
    kept = Kept(
        statements(
            """
            :City rdfs:label "city"@en ; a owl:Class ; owl:disjointWith :State .
            :State rdfs:label "State"@en ; a owl:Class . :hosts rdfs:domain :State .
            """
        ),
        statements(':gao a :City ; rdfs:label "Gao"@en . :ber a :City .'),
    )

    with pytest.raises(Inconsistent) as caught:
        kept.edit(add=":gao :hosts :e .")

    (clash,) = caught.value.clashes
    assert isinstance(clash, Clash)
    assert clash == (
        "Gao (<http://example.org/gao>) is a State and a city, and nothing can be both (cax-dw)"
    )
    assert set(map(statement, clash.triples)) == statements(
        ":gao a :City ; :hosts :e . :City owl:disjointWith :State . :hosts rdfs:domain :State ."
    )
    kept.edit(add=":gao :hosts :e .", remove=":gao a :City .")


@pytest.mark.parametrize(
    ("ontology", "fact"),
    [
        ("", ":a :d 'x'^^xsd:integer ."),
        (":d rdfs:range xsd:decimal .", ":a :d 'many' ."),
        (":d a owl:FunctionalProperty .", ":a :d 1 , 2 ."),
        ("", ":a owl:sameAs :b ; owl:differentFrom :b ."),
        ("[] a owl:AllDisjointClasses ; owl:members ( :C :D ) .", ":a a :C , :D ."),
    ],
)
def test_a_contradiction_is_that_of_the_whole_graph(ontology, fact):
    kept = Kept(statements(ontology), statements(":c :d 3 ."))

    with pytest.raises(Inconsistent) as afresh:
        kept.afresh(kept.facts | statements(fact))
    with pytest.raises(Inconsistent) as followed:
        kept.followed(statements(fact), set())

    assert followed.value.clashes == afresh.value.clashes


# --- what cannot be followed ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        ":C rdfs:subClassOf :D .",
        ":p a owl:SymmetricProperty .",
        ":p owl:inverseOf :r .",
        "[] owl:intersectionOf ( :C :D ) .",
        ":C owl:sameAs :D .",
        ":p owl:sameAs :r .",
        ":v owl:sameAs :w .",
        ":x :narrower :D .",
        ":a owl:sameAs 5 .",
    ],
)
def test_what_changes_the_rules_is_left_to_a_recompute(change):
    kept = Kept(
        statements(
            """
            :p rdfs:domain :C . :narrower rdfs:subPropertyOf rdfs:subClassOf .
            :C rdfs:subClassOf [ owl:onProperty :q ; owl:hasValue :v ] .
            """
        )
    )
    # Rules about the vocabulary itself do not compile; this one does.
    with pytest.raises(NeedsRecompute):
        kept.followed(statements(change), set())


def test_an_axiom_about_sameness_is_left_to_a_recompute():
    program = compile_ontology(close_schema(statements("owl:sameAs rdfs:subPropertyOf :like .")))

    with pytest.raises(NeedsRecompute, match="owl:sameAs"):
        update(program, Index(), Index(), statements(":a :p :b ."), [])


# --- the shipped graph ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shipped():
    dataset = load([resources.data()], resources.ontology())
    kept = Kept.__new__(Kept)
    kept.ontology = set(map(statement, dataset.graph(GRAPH.ontology)))
    kept.facts = set(map(statement, dataset.state().facts))
    stated = kept.ontology | kept.facts
    kept.program = compile_ontology(close_schema(schema_of(stated, in_use(stated))))
    kept.inferred = kept.afresh(kept.facts)
    return kept


def test_each_fact_goes_and_comes_back(shipped):
    whole, facts = shipped.inferred, sorted(shipped.facts, key=str)
    asserted = shipped.ontology | shipped.facts
    gone = 0
    for one in facts[:: max(1, len(facts) // 60)]:
        without = update(shipped.program, Index(asserted), Index(asserted | whole), [], [one])
        less, rest = (whole - without.removed) | without.added, asserted - {one}
        back = update(shipped.program, Index(rest), Index(rest | less), [one], [])
        assert (less - back.removed) | back.added == whole
        gone += len(without.removed)
    assert gone > 15


@settings(max_examples=4)
@given(data=st.data())
def test_facts_of_the_shipped_graph_go_as_if_they_had_never_been(shipped, data):
    remove = data.draw(st.sets(st.sampled_from(sorted(shipped.facts, key=str)), max_size=30))

    assert shipped.followed(set(), remove) == shipped.afresh(shipped.facts - remove)


def test_a_new_event_raises_tension(shipped):
    shot = NamedNode(expand("kg:another-shootdown"))
    told = shipped.facts
    old = next(s for s, p, o in sorted(shipped.inferred, key=str) if o == REL.TensionRaisingEvent)
    add = {(shot, p, o) for s, p, o in told if s == old}

    found = shipped.followed(add, set())

    assert (shot, RDF.type, REL.TensionRaisingEvent) in found
    assert found == shipped.afresh(told | add)


def test_a_store_gives_what_memory_gives(shipped):
    store = Store()
    store.extend(Quad(*one, GRAPH.asserted) for one in shipped.facts)
    store.extend(Quad(*one, GRAPH.ontology) for one in shipped.ontology)
    store.extend(Quad(*one, inferred_graph("reported")) for one in shipped.inferred - shipped.facts)
    for one in sorted(shipped.facts, key=str)[::100]:
        change = update(shipped.program, stored_given(store), stored_closed(store), [], [one])
        assert (shipped.inferred - change.removed) | change.added == shipped.followed(set(), [one])


# --- the parts ------------------------------------------------------------------------------------

STATEMENTS = sorted(statements(":a :p :b , :c . :b :p :c . :c :q :a . :a :d 1 ."), key=str)
SOME = st.sets(st.sampled_from(STATEMENTS))
GOALS = st.tuples(
    *(
        st.sampled_from([None, *sorted({one[place] for one in STATEMENTS}, key=str)])
        for place in range(3)
    )
)


@given(SOME, SOME, SOME, st.lists(GOALS, min_size=1, max_size=40))
def test_lookups_over_lookups_give_what_an_index_of_the_same_gives(base, added, removed, goals):
    whole = Index((base - removed) | added)
    over = Overlay(Index(base), added, removed)
    buffered = Buffered(over)
    for goal in goals:
        expected = sorted(whole.statements(*goal), key=str)
        assert sorted(over.statements(*goal), key=str) == expected
        assert sorted(buffered.statements(*goal), key=str) == expected
    for one in STATEMENTS:
        assert (one in over) == (one in buffered) == (one in whole)


def test_what_readers_do_not_see_is_worked_out():
    ontology = statements(
        """
        [ owl:onProperty :d ; owl:someValuesFrom xsd:decimal ] rdfs:subClassOf :C .
        :e a owl:FunctionalProperty ; rdfs:subPropertyOf [ owl:inverseOf :f ] .
        """
    )
    kept = Kept(ontology, statements(f':a :d 5 ; :e "1"^^{EDTF} , "01"^^{EDTF} .'))
    asserted = kept.ontology | kept.facts
    before = Before(
        Rules(kept.program), Buffered(Index(asserted)), Buffered(Index(asserted | kept.inferred))
    )
    (five,) = {o for s, p, o in kept.facts if p.value.endswith("/d")}
    one, other = sorted((o for s, p, o in kept.facts if p.value.endswith("/e")), key=str)

    assert (five, RDF.type, XSD.decimal) in before
    assert (one, RDF.type, XSD.decimal) not in before
    assert (one, OWL.sameAs, other) in before
    assert (five, OWL.sameAs, other) not in before
