"""The engine on columns: exactly what the rules say, whatever they are."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import partial
from itertools import combinations, pairwise, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, Variable, parse

from kg import files
from kg.budget import Budget, resident
from kg.errors import BudgetExceeded, Misuse, ParseFailure, ResourceNotFound, WriteFailure
from kg.namespaces import OWL, RDF, RDFS, XSD
from kg.reasoning.columns import Facts, read, run
from kg.reasoning.datatypes import OWL_2_RL, broader
from kg.reasoning.rules import Atom, Program, Rule, variables
from kg.reasoning.statements import noise

BASE = "http://example.org/"
NODES = [NamedNode(BASE + name) for name in "abcd"]
ONE, WORD = Literal("1", datatype=XSD.integer), Literal("word")
THINGS = [*NODES, BlankNode("e"), ONE, WORD]
PROPERTIES = [NamedNode(BASE + name) for name in "pqr"]
CLASSES = [NamedNode(BASE + name) for name in "CDE"]
A, B, C, D = NODES
P, Q, R = PROPERTIES
X, Y, Z, W = (Variable(name) for name in "xyzw")


# --- a second engine, as plain as can be ---------------------------------------------------------


def bound(atom, solution):
    return tuple(solution.get(slot, slot) for slot in (atom.subject, atom.predicate, atom.object))


def solutions(body, statements):
    """Return the ways in which a body holds."""
    found = [{}]
    for atom in body:
        wider = []
        for solution in found:
            for one in statements:
                extended = dict(solution)
                for slot, term in zip(
                    (atom.subject, atom.predicate, atom.object), one, strict=True
                ):
                    if isinstance(slot, Variable):
                        if extended.setdefault(slot, term) != term:
                            break
                    elif slot != term:
                        break
                else:
                    wider.append(extended)
        found = wider
    return found


def of_equality(statements):
    """Return what rules eq-sym, eq-trans, eq-rep-s and eq-rep-o give."""
    same = [(one, other) for one, p, other in statements if p == OWL.sameAs]
    found = {(other, OWL.sameAs, one) for one, other in same}
    for one, other in same:
        for s, p, o in statements:
            if s == one:
                found.add((other, p, o))
            if o == one and p != RDF.type:
                found.add((s, p, other))
    return found


def naive(program, facts):
    closed = {*facts, *program.schema}
    atoms = [a for r in program.rules for a in (*r.body, *((r.head,) if r.head else ()))]
    named = {a.subject for a in atoms} | {a.object for a in atoms if a.predicate != RDF.type}
    used = {term for one in closed for term in one} | {
        term for term in named if not isinstance(term, Variable)
    }
    closed |= {(term, OWL.sameAs, term) for term in used}
    closed |= {
        (term, RDF.type, kind)
        for term in used
        if isinstance(term, Literal) and term.datatype in OWL_2_RL
        for kind in broader(term.datatype)
        if kind in program.datatypes
    }
    while True:
        new = of_equality(closed) | {
            bound(rule.head, solution)
            for rule in program.rules
            if rule.head
            for solution in solutions(rule.body, closed)
        }
        if new <= closed:
            return closed
        closed |= new


def telling(statements):
    """Return the statements less that each thing is itself."""
    return {one for one in statements if not (one[1] == OWL.sameAs and one[0] == one[2])}


# --- random programs -----------------------------------------------------------------------------

slots = st.one_of(st.sampled_from([X, Y, Z, W]), st.sampled_from([X, Y]), st.sampled_from(NODES))
atoms = st.one_of(
    st.builds(Atom, slots, st.sampled_from(PROPERTIES), slots),
    st.builds(Atom, slots, st.just(RDF.type), st.sampled_from([*CLASSES, XSD.decimal])),
)
same_atoms = st.builds(Atom, slots, st.just(OWL.sameAs), slots)


@st.composite
def rules(draw):
    body = draw(st.lists(st.one_of(atoms, atoms, atoms, same_atoms), min_size=1, max_size=4))
    known = sorted({slot for atom in body for slot in variables(atom)}, key=str)
    ends = st.sampled_from([*known, *known, *known, A])
    head = draw(
        st.one_of(
            st.none(),
            st.builds(Atom, ends, st.sampled_from(PROPERTIES), ends),
            st.builds(Atom, ends, st.sampled_from(PROPERTIES), ends),
            st.builds(Atom, ends, st.just(RDF.type), st.sampled_from(CLASSES)),
            st.builds(Atom, ends, st.just(OWL.sameAs), ends),
        )
    )
    return Rule(f"rule-{draw(st.integers())}", head, tuple(body))


def chain(*steps, to):
    names = [Variable(f"u{number}") for number in range(len(steps) + 1)]
    body = tuple(Atom(names[n], step, names[n + 1]) for n, step in enumerate(steps))
    return Rule("prp-spo2", Atom(names[0], to, names[-1]), body)


USUAL = [
    Rule("prp-trp", Atom(X, P, Z), (Atom(X, P, Y), Atom(Y, P, Z))),
    Rule("prp-symp", Atom(Y, P, X), (Atom(X, P, Y),)),
    Rule("prp-inv1", Atom(Y, Q, X), (Atom(X, P, Y),)),
    Rule("prp-spo1", Atom(X, Q, Y), (Atom(X, R, Y),)),
    Rule("prp-dom", Atom(X, RDF.type, CLASSES[0]), (Atom(X, P, Y),)),
    Rule("prp-rng", Atom(Y, RDF.type, CLASSES[1]), (Atom(X, Q, Y),)),
    Rule("prp-fp", Atom(Y, OWL.sameAs, Z), (Atom(X, R, Y), Atom(X, R, Z))),
    Rule("prp-ifp", Atom(Y, OWL.sameAs, Z), (Atom(Y, Q, X), Atom(Z, Q, X))),
    Rule(
        "prp-key",
        Atom(X, OWL.sameAs, Y),
        (
            Atom(X, RDF.type, CLASSES[0]),
            Atom(Y, RDF.type, CLASSES[0]),
            *(Atom(X, P, Z), Atom(Y, P, Z), Atom(X, R, W), Atom(Y, R, W)),
        ),
    ),
    Rule("cls-hv1", Atom(X, R, A), (Atom(X, RDF.type, CLASSES[2]),)),
    Rule("cls-hv2", Atom(X, RDF.type, CLASSES[2]), (Atom(X, R, A),)),
    Rule("cls-oo", Atom(A, RDF.type, CLASSES[2]), ()),
    chain(P, Q, to=R),
    chain(R, R, to=P),
    chain(P, Q, R, to=Q),
    Rule("eq-diff1", None, (Atom(X, Q, Y), Atom(X, OWL.sameAs, Y))),
    Rule("cax-dw", None, (Atom(X, RDF.type, CLASSES[0]), Atom(X, RDF.type, CLASSES[1]))),
    Rule("eq-diff2", None, (Atom(A, OWL.sameAs, B),)),
    Rule("prp-npa1", None, (Atom(A, P, B),)),
]
statements = st.one_of(
    st.tuples(st.sampled_from(THINGS), st.sampled_from(PROPERTIES), st.sampled_from(THINGS)),
    st.tuples(st.sampled_from(THINGS), st.just(RDF.type), st.sampled_from(CLASSES)),
    st.tuples(st.sampled_from(THINGS), st.just(OWL.sameAs), st.sampled_from(THINGS)),
)
usual_facts = st.lists(
    st.one_of(
        *[st.tuples(st.sampled_from(NODES), st.sampled_from(PROPERTIES), st.sampled_from(NODES))]
        * 3,
        statements,
    ),
    max_size=9,
)
programs = st.builds(
    lambda some, schema: Program(
        tuple(some), frozenset(schema), frozenset({BlankNode("e")}), frozenset({XSD.decimal})
    ),
    st.lists(st.one_of(st.sampled_from(USUAL), st.sampled_from(USUAL), rules()), max_size=6),
    st.lists(statements, max_size=2),
)


@settings(max_examples=50, deadline=None)
@given(programs, usual_facts)
def test_a_closure_is_exactly_the_fixpoint_of_the_rules(program, facts):
    closure = run(program, facts)

    assert telling(closure.statements()) == telling(naive(program, facts))


@settings(max_examples=60, deadline=None)
@given(programs, usual_facts)
def test_what_is_inferred_is_new_and_no_noise(program, facts):
    expected = {
        Triple(*one)
        for one in naive(program, facts) - set(facts)
        if noise(one, program.nameless) is None
    }

    closure = run(program, facts)

    inferred = list(closure.inferred())
    assert set(inferred) == expected
    assert len(inferred) == len(expected) == closure.counts["inferred"]


@settings(max_examples=70, deadline=None)
@given(programs, usual_facts)
def test_a_rule_is_told_to_be_broken_if_and_only_if_it_is(program, facts):
    closed = naive(program, facts)
    broken = {rule for rule in program.rules if not rule.head and solutions(rule.body, closed)}

    clashes = [found for found in run(program, facts).clashes if found[0] in program.rules]

    assert {rule for rule, _ in clashes} == broken
    for rule, premises in clashes:
        assert closed.issuperset(premises)
        assert len(premises) == len(rule.body)
        assert solutions(rule.body, premises)


@settings(max_examples=50, deadline=None)
@given(usual_facts)
def test_terms_that_are_the_same_are_told_in_groups(facts):
    closure = run(Program(()), facts)

    pairs = {
        (one, other)
        for group in closure.equalities()
        for one, other in product(group, repeat=2)
        if one != other
    }
    closed = telling(naive(Program(()), facts))
    assert pairs == {(one, other) for one, p, other in closed if p == OWL.sameAs}


@pytest.mark.parametrize(("piece", "dense"), [(1, 16), (2, 0), (1 << 22, 0)])
@settings(max_examples=50, deadline=None)
@given(program=programs, facts=usual_facts)
def test_a_closure_does_not_depend_on_how_it_is_worked_off(piece, dense, program, facts):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kg.reasoning.columns.joins._PIECE", piece)
        patch.setattr("kg.reasoning.columns.relation._DENSE", dense)
        patch.setattr("kg.reasoning.columns.fixpoint._MANY", piece)
        cut = set(run(program, facts).statements())

    assert cut == set(run(program, facts).statements())


# --- rules at their worst ------------------------------------------------------------------------


def nodes(count, name="n"):
    return [NamedNode(f"{BASE}{name}{number}") for number in range(count)]


def test_a_long_path_of_a_transitive_property_is_followed_to_its_end():
    path = nodes(300)
    rule = Rule("prp-trp", Atom(X, P, Z), (Atom(X, P, Y), Atom(Y, P, Z)))
    # Two terms in the middle are the same only by another rule: the path is one after that.
    joint = Rule("prp-fp", Atom(Y, OWL.sameAs, Z), (Atom(X, R, Y), Atom(X, R, Z)))
    facts = [(one, P, other) for one, other in pairwise(path[:150])]
    facts += [(one, P, other) for one, other in pairwise(path[150:])]
    facts += [(A, R, path[149]), (A, R, path[150])]

    closure = run(Program((rule, joint)), facts)

    found = {(s, o) for s, p, o in closure.statements() if p == P}
    joined = [*path[:149], path[150], *path[151:]]
    assert {pair for pair in found if path[149] not in pair} == set(combinations(joined, 2))


def test_a_functional_property_with_many_values_is_not_quadratic():
    values = nodes(20_000)
    rule = Rule("prp-fp", Atom(Y, OWL.sameAs, Z), (Atom(X, R, Y), Atom(X, R, Z)))

    # All pairs of values together would be 400 million, of eight bytes at the least.
    budget = Budget(memory=resident() + 1_000_000_000)
    closure = run(Program((rule,)), [(A, R, one) for one in values], budget=budget)

    assert closure.equalities() == [frozenset(values)]


def test_of_twenty_thousand_rules_about_two_terms_each_the_one_that_is_met_is_told():
    different = tuple(
        Rule(f"eq-diff2-{number}", None, (Atom(one, OWL.sameAs, other),))
        for number, (one, other) in enumerate(combinations(nodes(200), 2))
    )
    same = [(nodes(200)[3], OWL.sameAs, A), (A, OWL.sameAs, nodes(200)[7])]

    closure = run(Program(different), same)

    assert [rule.body for rule, _ in closure.clashes] == [
        (Atom(nodes(200)[3], OWL.sameAs, nodes(200)[7]),)
    ]


def test_each_two_of_many_classes_that_exclude_each_other_are_told():
    kinds = nodes(100, "Kind")
    apart = tuple(
        Rule("cax-adc", None, (Atom(X, RDF.type, one), Atom(X, RDF.type, other)))
        for one, other in combinations(kinds, 2)
    )
    facts = [(A, RDF.type, kinds[3]), (A, RDF.type, kinds[90]), (B, RDF.type, kinds[3])]

    ((rule, premises),) = run(Program(apart), facts).clashes

    assert premises == ((A, RDF.type, kinds[3]), (A, RDF.type, kinds[90]))
    assert {atom.object for atom in rule.body} == {kinds[3], kinds[90]}


def test_a_clash_is_told_of_what_is_given_not_of_what_stands_for_it():
    rule = Rule("eq-diff1", None, (Atom(X, OWL.differentFrom, Y), Atom(X, OWL.sameAs, Y)))
    facts = [(A, OWL.sameAs, B), (B, OWL.sameAs, C), (C, OWL.differentFrom, B)]

    clashes = run(Program((rule,)), facts).clashes

    assert clashes == [(rule, ((C, OWL.differentFrom, B), (C, OWL.sameAs, B)))]


@pytest.mark.parametrize(
    ("facts", "name", "premise"),
    [
        ([(A, P, Literal("x", datatype=XSD.integer))], "dt-not-type", 0),
        ([(A, P, Literal("2024-02-30", datatype=XSD.date))], "dt-not-type", 0),
        ([(A, P, Literal("300", datatype=XSD.byte))], "dt-not-type", 0),
        ([(WORD, RDF.type, XSD.decimal)], "dt-not-type", 0),
        ([(ONE, OWL.sameAs, Literal("2", datatype=XSD.integer))], "dt-diff", 0),
    ],
)
def test_a_literal_that_cannot_be_is_a_contradiction(facts, name, premise):
    ((rule, premises),) = run(Program(()), facts).clashes

    assert rule.name == name
    assert premises == (facts[premise],)


def test_literals_of_one_value_may_be_the_same():
    facts = [(ONE, OWL.sameAs, Literal("1.0", datatype=XSD.decimal))]

    assert run(Program(()), facts).clashes == []


def test_a_variable_for_a_class_is_refused():
    rule = Rule("prp-spo1", Atom(X, RDF.type, Y), (Atom(X, P, Y),))

    with pytest.raises(Misuse, match=r"prp-spo1: the variable \?y stands for a property or a cla"):
        run(Program((rule,)), [])


# --- budgets -------------------------------------------------------------------------------------

EVERY_PAIR = Rule("prp-spo2", Atom(X, Q, Z), (Atom(X, P, Y), Atom(Z, P, Y)))


def test_a_closure_that_takes_too_long_says_so():
    with pytest.raises(BudgetExceeded, match=r"closing the graph took .* --max-seconds"):
        run(Program((EVERY_PAIR,)), [(A, P, B)], budget=Budget(seconds=1e-9))


def test_a_closure_that_would_be_too_large_says_so_before_it_is_made():
    facts = [(one, P, A) for one in nodes(30_000)]

    with pytest.raises(BudgetExceeded, match=r"closing the graph takes .* --max-memory"):
        run(Program((EVERY_PAIR,)), facts, budget=Budget(memory=600_000_000))


@pytest.mark.parametrize("limits", [{"seconds": 0}, {"memory": -1}, {"seconds": float("nan")}])
def test_a_budget_of_nothing_is_refused(limits):
    with pytest.raises(Misuse, match="a budget is above zero"):
        Budget(**limits)


# --- reading -------------------------------------------------------------------------------------

NASTY = r"""# a comment
<http://example.org/a> <http://example.org/p> "caf\u00e9 \U0001F600 \"quoted\" \\ \n\t" .

<http://example.org/a> <http://example.org/p> "two  spaces . and a dot ."@EN-us . # said twice
<http://example.org/a>	<http://example.org/p>	"tabs	inside" .
  <http://example.org/a>   <http://example.org/p>   _:b1.x   .
_:b1.x<http://example.org/p><http://example.org/caf\u00e9>.
<http://example.org/a> <http://example.org/p> "5"^^<http://www.w3.org/2001/XMLSchema#string> .
<http://example.org/a> <http://example.org/p> "5"^^<http://www.w3.org/2001/XMLSchema#integer> .
<http://example.org/a> <http://example.org/p> "<http://example.org/a> <b> ." .
<http://example.org/a> <http://example.org/p> "5" .
<http://example.org/é?q=x&y#%20> <http://example.org/p> "" .
<urn:a> <http://example.org/p> "été"@fr .
<urn:a> <http://example.org/p> "x"@zh-hant-tw .
_:_x <urn:p> _:0 ."""


def parsed(content, form=RdfFormat.N_TRIPLES):
    return {(q.subject, q.predicate, q.object) for q in parse(input=content, format=form)}


@pytest.fixture
def write(tmp_path):
    def written(content, name="facts.nt"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return written


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_nasty_n_triples_are_read_as_pyoxigraph_reads_them(write, end):
    content = NASTY.replace("\n", end or "\n") + end

    facts = read([write(content)])

    assert set(facts.statements()) == parsed(content)
    assert len(facts) == len(parsed(content))


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
iris = st.sampled_from(
    ["urn:a", "http://example.org/a%20b", "http://é.example/ü?#", "urn:x:\U0001f600"]
)
resources = st.one_of(
    st.builds(NamedNode, iris), st.builds(BlankNode, st.sampled_from(["a", "b1", "_c", "d.e"]))
)
terms = st.one_of(
    resources,
    st.builds(Literal, texts),
    st.builds(Literal, texts, language=st.sampled_from(["en", "de-at", "zh-hant", "en-x-y"])),
    st.builds(Literal, texts, datatype=st.sampled_from([XSD.string, XSD.date, NamedNode("urn:d")])),
)
triples = st.builds(
    Triple,
    resources,
    st.builds(NamedNode, iris),
    terms,
)


@settings(max_examples=70, deadline=None)
@given(st.lists(triples, max_size=10), st.integers(1, 200))
def test_generated_n_triples_are_read_as_pyoxigraph_reads_them(tmp_path_factory, some, block):
    path = tmp_path_factory.mktemp("read") / "facts.nt"
    content = "".join(f"{triple} .\n" for triple in some)
    path.write_text(content, encoding="utf-8", newline="\n")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "pieces", partial(files.pieces, length=block))
        facts = read([path])

    assert set(facts.statements()) == parsed(content)


lines = st.lists(
    st.sampled_from(
        [
            *(
                "<urn:a>",
                "<urn:p>",
                "_:b",
                '"x"',
                '"a\\"b"',
                '"a . b"',
                "@en",
                "@EN",
                "^^",
                "<urn:d>",
            ),
            *(".", "..", "#", "<", ">", '"', "\\u0041", "\\", "<a\tb", "\n", "", " ", "\t", "\r"),
            *("<a b>", "<urn:s> <urn:p> <urn:o> .", "\x01", '"\x01"', "_:a.", "<urn:é>", "<<("),
        ]
    ),
    max_size=8,
).map(" ".join)


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.one_of(lines, triples.map("{} .".format)), max_size=4),
    st.sampled_from(["nt", "nq"]),
)
def test_whatever_is_in_a_file_is_read_or_refused_as_pyoxigraph_does(
    tmp_path_factory, some, suffix
):
    path = tmp_path_factory.mktemp("read") / f"facts.{suffix}"
    content = "\n".join(some)
    path.write_text(content, encoding="utf-8", newline="\n")
    form = RdfFormat.N_TRIPLES if suffix == "nt" else RdfFormat.N_QUADS
    try:
        expected = parsed(content, form)
    except SyntaxError:
        expected = None

    try:
        found = set(read([path]).statements())
    except ParseFailure:
        found = None

    assert found == expected


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("<urn:a> <urn:p> <b c> .", "17: Invalid IRI code point ' '"),
        ("<urn:a> <urn:p> <b> .", "17: No scheme found in an absolute IRI"),
        ('<urn:a> <urn:p> "x .', "17: Unexpected end of file"),
        ("<urn:a> <urn:p> <urn:o>", "24: Triples must be followed by a dot"),
        ('"a" <urn:p> <urn:o> .', "1: The subject of a triple must be an IRI or a blank node"),
        ("<urn:a> _:p <urn:o> .", "9: The predicate of a triple must be an IRI"),
        ("<urn:a> <urn:p> <urn:o> <urn:g> .", "25: Quads must be followed by a dot"),
        ("nonsense", "1: "),
        ("<urn:a> <urn:p> nonsense .\n<urn:a> <urn:p>  .", "17: "),
        ("<urn:a> <urn:p>  .", "18: "),
    ],
)
def test_a_malformed_line_is_refused_with_its_number(write, line, message):
    path = write(f"<urn:a> <urn:p> <urn:o> .\n\n# fine\n{line}\n<urn:a> <urn:p> <urn:o> .\n")

    with pytest.raises(ParseFailure) as refused:
        read([path])

    assert str(refused.value).startswith(f"{path}:4:{message}")


def test_a_line_that_is_not_utf_8_is_refused_with_its_number(write):
    path = write(b'<urn:a> <urn:p> "x" .\n<urn:a> <urn:p> "\xff" .\n')

    with pytest.raises(ParseFailure, match=r"facts.nt:2: not UTF-8: invalid start byte at byte 18"):
        read([path])


def test_the_graphs_of_n_quads_are_read_as_one(write):
    content = (
        '<urn:a> <urn:p> "x <urn:g>" <urn:g> .\n<urn:a> <urn:p> <urn:o> _:g .\n'
        '<urn:a> <urn:p> "_:x" .\n<urn:a> <urn:p> "y"@en <urn:é> .\n'
    )

    facts = read([write(content, "facts.nq")])

    assert set(facts.statements()) == parsed(content, RdfFormat.N_QUADS)


def test_a_graph_that_is_no_iri_is_refused(write):
    with pytest.raises(ParseFailure, match=r"facts.nq:1:\d+: No scheme found"):
        read([write("<urn:a> <urn:p> <urn:o> <g> .\n", "facts.nq")])


def test_blank_nodes_of_different_files_are_kept_apart(write):
    one = write("_:x <urn:p> _:_y .\n_:d.e <urn:p> _:é .\n", "one.nt")
    other = write("_:x <urn:p> _:_y .\n_:f0xx <urn:p> _:é .\n", "other.nt")

    facts = read([one, other])

    assert len(facts) == 4
    assert len({end for s, _, o in facts.statements() for end in (s, o)}) == 8
    assert all(isinstance(s, BlankNode) for s, _, _ in facts.statements())


def test_other_formats_and_missing_files_are_refused(write, tmp_path):
    with pytest.raises(Misuse, match="convert it first"):
        read([write("", "facts.ttl")])
    with pytest.raises(ResourceNotFound, match="No such file"):
        read([tmp_path / "none.nt"])


def test_reading_keeps_to_its_budget(write):
    with pytest.raises(BudgetExceeded, match="reading the graph took"):
        read([write("<urn:a> <urn:p> <urn:o> .")], budget=Budget(seconds=1e-9))


def test_axioms_are_found_among_facts(write):
    subclass = (CLASSES[0], RDFS.subClassOf, CLASSES[1])
    symmetric = (P, RDF.type, OWL.SymmetricProperty)
    other = [(A, RDF.type, CLASSES[0]), (A, P, B)]
    content = "".join(f"{Triple(*one)} .\n" for one in [subclass, symmetric, *other])

    for facts in (read([write(content)]), Facts.of([subclass, symmetric, *other])):
        found = facts.select({RDFS.subClassOf, RDFS.domain}, {OWL.SymmetricProperty})
        assert set(found) == {subclass, symmetric}
        assert set(facts.select({RDF.type}, ())) == {symmetric, other[0]}


# --- writing -------------------------------------------------------------------------------------


@settings(max_examples=50, deadline=None)
@given(programs, usual_facts)
def test_files_are_closed_as_statements_are(tmp_path_factory, program, facts):
    folder = tmp_path_factory.mktemp("close")
    plain = [one for one in facts if not isinstance(one[0], Literal)]
    content = "".join(f"{Triple(*one)} .\n" for one in plain)
    (folder / "facts.nt").write_text(content, encoding="utf-8")
    graph = NamedNode("urn:graph")

    closure = run(program, read([folder / "facts.nt"]))

    closure.write(folder / "out.nt")
    closure.write(folder / "out.nq", graph, ordered=True)
    inferred = set(run(program, plain).inferred())
    assert set(closure.inferred()) == inferred
    assert parsed((folder / "out.nt").read_bytes()) == {
        (t.subject, t.predicate, t.object) for t in inferred
    }
    quads = list(parse(path=folder / "out.nq"))
    assert {quad.triple for quad in quads} == inferred
    assert all(quad.graph_name == graph for quad in quads)


def test_a_file_that_cannot_be_written_whole_is_left_as_it_was(tmp_path):
    closure = run(Program((USUAL[1],)), [(A, P, B)])
    there = tmp_path / "there.nt"
    there.write_text("before")

    with pytest.raises(WriteFailure, match="not written: No such file"):
        closure.write(tmp_path / "none" / "out.nt")
    with pytest.raises(BudgetExceeded, match="writing what is inferred took"):
        closure.write(there, budget=Budget(seconds=1e-9))

    assert there.read_text() == "before"
    assert list(tmp_path.iterdir()) == [there]


def test_what_is_written_is_the_same_for_every_hash_seed_and_order():
    code = r"""
import sys
from pyoxigraph import Literal, NamedNode, Variable
from kg.namespaces import OWL
from kg.reasoning.columns import run
from kg.reasoning.rules import Atom, Program, Rule
x, y, z = Variable("x"), Variable("y"), Variable("z")
p, q = NamedNode("urn:p"), NamedNode("urn:q")
rules = (Rule("prp-trp", Atom(x, p, z), (Atom(x, p, y), Atom(y, p, z))),
         Rule("prp-spo1", Atom(x, q, y), (Atom(x, p, y),)),
         Rule("prp-irp", None, (Atom(x, p, x),)))
nodes = [NamedNode(f"urn:n{n}") for n in range(30)]
facts = {(a, p, b) for a, b in zip(nodes, nodes[1:] + nodes[:1])}
facts |= {(nodes[0], OWL.sameAs, nodes[5]), (nodes[3], q, Literal("é\\n"))}
closure = run(Program(rules), set(map(tuple, sorted(facts, key=hash))))
closure.write(sys.stdout.buffer, ordered=True)
print(closure.clashes, file=sys.stderr)
"""
    outputs = []
    for seed in ("0", "1", "77"):
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        )
        outputs.append((done.stdout, done.stderr))
    assert len(set(outputs)) == 1
    assert outputs[0][0].count(b"\n") > 1000
    assert b"prp-irp" in outputs[0][1]
