"""The rules of OWL 2 RL: what a rule is, the rules from a conclusion to premises, and in words.

An ontology compiles to a program of rules without variables for its properties and classes. It is
data and knows no engine: one engine runs it on integer columns, another follows a change through
it, and others can write it as SPARQL or as operations on tables.

Each function below takes a goal and what the ontology says, and yields the ways to conclude the
goal by one rule, named as in https://www.w3.org/TR/owl2-profiles/#Reasoning_in_OWL_2_RL (tables 4
to 7). The cells of an RDF list count as part of the axiom that holds the list. Whether the premises
hold is for the caller to check.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode, Variable

from kg.namespaces import OWL, RDF, RDFS
from kg.reasoning.datatypes import OWL_2_RL, broader
from kg.reasoning.statements import Index, Statement, Term

__all__ = [
    "REASONS",
    "RULES_FOR_ALL",
    "RULES_FOR_SAMENESS",
    "RULES_FOR_SCHEMA",
    "RULES_FOR_TYPES",
    "Atom",
    "Backwards",
    "Pattern",
    "Program",
    "Rule",
    "Slot",
    "V",
    "Way",
    "falls_under",
    "is_count",
    "reason",
    "variables",
]

#: A term, or a variable that stands for any.
Slot: TypeAlias = Term | Variable


@dataclass(frozen=True, slots=True)
class Atom:
    """A pattern for statements.

    Args:
        subject: a term or a variable.
        predicate: a term; a variable only in the rules of equality (``eq-rep-s`` and its like).
        object: a term or a variable; a term where the predicate is ``rdf:type``, except in the
            rules of equality.
    """

    subject: Slot
    predicate: Slot
    object: Slot


@dataclass(frozen=True, slots=True)
class Rule:
    """If all of the body holds, so does the head.

    Args:
        name: the rule of the OWL 2 RL specification that it comes from, such as ``prp-symp``.
        head: what follows; None for "false", a contradiction.
        body: what must hold of the data; empty for what holds anyhow.
        axioms: the statements of the closed ontology that were the other premises of the rule.
    """

    name: str
    head: Atom | None
    body: tuple[Atom, ...]
    axioms: tuple[Statement, ...] = ()


@dataclass(frozen=True)
class Program:
    """An ontology compiled to rules.

    Args:
        rules: those with a head, and those that tell a contradiction.
        schema: the statements of the ontology and all that they entail among themselves.
        nameless: the blank nodes that are part of axioms; what is said of them is not for readers.
        datatypes: those that a rule asks for as a class: a literal is of its own and all broader
            ones without being told (rule dt-type2).
    """

    rules: tuple[Rule, ...]
    schema: frozenset[Statement] = frozenset()
    nameless: frozenset[BlankNode] = frozenset()
    datatypes: frozenset[NamedNode] = frozenset()


def variables(atom: Atom) -> frozenset[Variable]:
    """Return the variables of an atom.

    >>> from kg.namespaces import REL
    >>> sorted(one.value for one in variables(Atom(Variable("x"), REL.unit, Variable("y"))))
    ['x', 'y']
    """
    return frozenset(
        slot for slot in (atom.subject, atom.predicate, atom.object) if isinstance(slot, Variable)
    )


#: A statement, some of whose terms are still to be found.
Pattern: TypeAlias = tuple[Slot, Slot, Slot]
#: The axioms that make a way to a conclusion, and what must hold besides.
Way: TypeAlias = tuple[tuple[Statement, ...], tuple[Pattern, ...]]
#: What yields the ways to a goal by one rule, from the statements of the ontology.
Backwards: TypeAlias = Callable[[Statement, Index], Iterator[Way]]

_U, _V, _W = Variable("u"), Variable("v"), Variable("w")


def is_count(term: Term, number: int) -> bool:
    """Return whether a term is the number of a cardinality restriction.

    >>> from kg.namespaces import XSD
    >>> is_count(Literal("1", datatype=XSD.nonNegativeInteger), 1)
    True
    """
    return isinstance(term, Literal) and term.value.isdecimal() and int(term.value) == number


# --- any predicate (tables 4 and 5) ---------------------------------------------------------------


def _eq_rep_s(goal: Statement, _schema: Index) -> Iterator[Way]:
    subject, predicate, value = goal
    # Of sameness itself, rules eq-sym and eq-trans say it more plainly.
    if predicate != OWL.sameAs:
        yield (), ((_U, OWL.sameAs, subject), (_U, predicate, value))


def _eq_rep_p(goal: Statement, _schema: Index) -> Iterator[Way]:
    subject, predicate, value = goal
    yield (), ((_U, OWL.sameAs, predicate), (subject, _U, value))


def _eq_rep_o(goal: Statement, _schema: Index) -> Iterator[Way]:
    subject, predicate, value = goal
    if predicate != OWL.sameAs:
        yield (), ((_U, OWL.sameAs, value), (subject, predicate, _U))


def _prp_symp(goal: Statement, schema: Index) -> Iterator[Way]:
    x, p, y = goal
    symmetric = (p, RDF.type, OWL.SymmetricProperty)
    if symmetric in schema:
        yield (symmetric,), ((y, p, x),)


def _prp_trp(goal: Statement, schema: Index) -> Iterator[Way]:
    x, p, z = goal
    transitive = (p, RDF.type, OWL.TransitiveProperty)
    if transitive in schema:
        yield (transitive,), ((x, p, _V), (_V, p, z))


def _prp_spo1(goal: Statement, schema: Index) -> Iterator[Way]:
    x, p, y = goal
    for narrower in schema.subjects(RDFS.subPropertyOf, p):
        yield ((narrower, RDFS.subPropertyOf, p),), ((x, narrower, y),)


def _prp_spo2(goal: Statement, schema: Index) -> Iterator[Way]:
    x, p, y = goal
    for head in schema.objects(p, OWL.propertyChainAxiom):
        chain = schema.members(head)
        stops = [x, *(Variable(f"v{number}") for number in range(1, len(chain))), y]
        links = tuple(zip(stops, chain, stops[1:], strict=False))
        if chain:
            yield ((p, OWL.propertyChainAxiom, head),), links


def _prp_eqp1(goal: Statement, schema: Index) -> Iterator[Way]:
    x, p, y = goal
    for other in schema.subjects(OWL.equivalentProperty, p):
        yield ((other, OWL.equivalentProperty, p),), ((x, other, y),)


def _prp_eqp2(goal: Statement, schema: Index) -> Iterator[Way]:
    x, p, y = goal
    for other in schema.objects(p, OWL.equivalentProperty):
        yield ((p, OWL.equivalentProperty, other),), ((x, other, y),)


def _prp_inv1(goal: Statement, schema: Index) -> Iterator[Way]:
    y, p, x = goal
    for other in schema.subjects(OWL.inverseOf, p):
        yield ((other, OWL.inverseOf, p),), ((x, other, y),)


def _prp_inv2(goal: Statement, schema: Index) -> Iterator[Way]:
    x, p, y = goal
    for other in schema.objects(p, OWL.inverseOf):
        yield ((p, OWL.inverseOf, other),), ((y, other, x),)


def _cls_hv1(goal: Statement, schema: Index) -> Iterator[Way]:
    u, p, y = goal
    for x in schema.subjects(OWL.onProperty, p) & schema.subjects(OWL.hasValue, y):
        yield ((x, OWL.hasValue, y), (x, OWL.onProperty, p)), ((u, RDF.type, x),)


# --- owl:sameAs (tables 4 to 6) -------------------------------------------------------------------


def _eq_ref(goal: Statement, _schema: Index) -> Iterator[Way]:
    if goal[0] == goal[2]:
        yield (), ()


def _eq_sym(goal: Statement, _schema: Index) -> Iterator[Way]:
    x, same, y = goal
    yield (), ((y, same, x),)


def _eq_trans(goal: Statement, _schema: Index) -> Iterator[Way]:
    x, same, z = goal
    yield (), ((x, same, _V), (_V, same, z))


def _prp_fp(goal: Statement, schema: Index) -> Iterator[Way]:
    y1, _, y2 = goal
    for p in schema.subjects(RDF.type, OWL.FunctionalProperty):
        yield ((p, RDF.type, OWL.FunctionalProperty),), ((_U, p, y1), (_U, p, y2))


def _prp_ifp(goal: Statement, schema: Index) -> Iterator[Way]:
    x1, _, x2 = goal
    for p in schema.subjects(RDF.type, OWL.InverseFunctionalProperty):
        yield ((p, RDF.type, OWL.InverseFunctionalProperty),), ((x1, p, _V), (x2, p, _V))


def _prp_key(goal: Statement, schema: Index) -> Iterator[Way]:
    x, _, y = goal
    for holder, head in schema.pairs(OWL.hasKey):
        agreed = [
            (who, key, Variable(f"v{number}"))
            for number, key in enumerate(schema.members(head))
            for who in (x, y)
        ]
        if agreed:
            kinds = ((x, RDF.type, holder), (y, RDF.type, holder))
            yield ((holder, OWL.hasKey, head),), (*kinds, *agreed)


def _cls_maxc2(goal: Statement, schema: Index) -> Iterator[Way]:
    y1, _, y2 = goal
    for axioms, x, p in _at_most_one(OWL.maxCardinality, schema):
        yield axioms, ((_U, RDF.type, x), (_U, p, y1), (_U, p, y2))


def _cls_maxqc3(goal: Statement, schema: Index) -> Iterator[Way]:
    y1, _, y2 = goal
    for axioms, x, p in _at_most_one(OWL.maxQualifiedCardinality, schema):
        for kind in schema.objects(x, OWL.onClass) - {OWL.Thing}:
            first, second = ((_U, p, y1), (y1, RDF.type, kind)), ((_U, p, y2), (y2, RDF.type, kind))
            yield (*axioms, (x, OWL.onClass, kind)), ((_U, RDF.type, x), *first, *second)


def _cls_maxqc4(goal: Statement, schema: Index) -> Iterator[Way]:
    y1, _, y2 = goal
    for axioms, x, p in _at_most_one(OWL.maxQualifiedCardinality, schema):
        if OWL.Thing in schema.objects(x, OWL.onClass):
            values = ((_U, p, y1), (_U, p, y2))
            yield (*axioms, (x, OWL.onClass, OWL.Thing)), ((_U, RDF.type, x), *values)


def _at_most_one(
    predicate: Term, schema: Index
) -> Iterator[tuple[tuple[Statement, ...], Term, Term]]:
    """Yield what says that there is a limit of one, the restriction, and its property."""
    for x, number in schema.pairs(predicate):
        if is_count(number, 1):
            for p in schema.objects(x, OWL.onProperty):
                yield ((x, predicate, number), (x, OWL.onProperty, p)), x, p


# --- rdf:type (tables 5 to 8) ---------------------------------------------------------------------


def _prp_dom(goal: Statement, schema: Index) -> Iterator[Way]:
    x, _, kind = goal
    for p in schema.subjects(RDFS.domain, kind):
        yield ((p, RDFS.domain, kind),), ((x, p, _V),)


def _prp_rng(goal: Statement, schema: Index) -> Iterator[Way]:
    y, _, kind = goal
    for p in schema.subjects(RDFS.range, kind):
        yield ((p, RDFS.range, kind),), ((_U, p, y),)


def _cls_int1(goal: Statement, schema: Index) -> Iterator[Way]:
    y, _, kind = goal
    for head in schema.objects(kind, OWL.intersectionOf):
        parts = dict.fromkeys(schema.members(head))
        yield ((kind, OWL.intersectionOf, head),), tuple((y, RDF.type, part) for part in parts)


def _cls_int2(goal: Statement, schema: Index) -> Iterator[Way]:
    y, _, part = goal
    for kind, head in schema.holders(OWL.intersectionOf, part):
        yield ((kind, OWL.intersectionOf, head),), ((y, RDF.type, kind),)


def _cls_uni(goal: Statement, schema: Index) -> Iterator[Way]:
    y, _, kind = goal
    for head in schema.objects(kind, OWL.unionOf):
        for part in dict.fromkeys(schema.members(head)):
            yield ((kind, OWL.unionOf, head),), ((y, RDF.type, part),)


def _cls_svf1(goal: Statement, schema: Index) -> Iterator[Way]:
    u, _, x = goal
    for filler in schema.objects(x, OWL.someValuesFrom) - {OWL.Thing}:
        for p in schema.objects(x, OWL.onProperty):
            restriction = ((x, OWL.someValuesFrom, filler), (x, OWL.onProperty, p))
            yield restriction, ((u, p, _V), (_V, RDF.type, filler))


def _cls_svf2(goal: Statement, schema: Index) -> Iterator[Way]:
    u, _, x = goal
    if OWL.Thing in schema.objects(x, OWL.someValuesFrom):
        for p in schema.objects(x, OWL.onProperty):
            yield ((x, OWL.someValuesFrom, OWL.Thing), (x, OWL.onProperty, p)), ((u, p, _V),)


def _cls_avf(goal: Statement, schema: Index) -> Iterator[Way]:
    v, _, filler = goal
    for x in schema.subjects(OWL.allValuesFrom, filler):
        for p in schema.objects(x, OWL.onProperty):
            restriction = ((x, OWL.allValuesFrom, filler), (x, OWL.onProperty, p))
            yield restriction, ((_U, RDF.type, x), (_U, p, v))


def _cls_hv2(goal: Statement, schema: Index) -> Iterator[Way]:
    u, _, x = goal
    for y in schema.objects(x, OWL.hasValue):
        for p in schema.objects(x, OWL.onProperty):
            yield ((x, OWL.hasValue, y), (x, OWL.onProperty, p)), ((u, p, y),)


def _cls_oo(goal: Statement, schema: Index) -> Iterator[Way]:
    y, _, kind = goal
    for holder, head in schema.holders(OWL.oneOf, y):
        if holder == kind:
            yield ((kind, OWL.oneOf, head),), ()


def _cax_sco(goal: Statement, schema: Index) -> Iterator[Way]:
    x, _, kind = goal
    for other in schema.subjects(RDFS.subClassOf, kind):
        yield ((other, RDFS.subClassOf, kind),), ((x, RDF.type, other),)
    # That a class is a subclass of owl:Thing goes without saying, so no ontology says it.
    if kind == OWL.Thing:
        yield (), ((_W, RDFS.subClassOf, kind), (x, RDF.type, _W))


def _cax_eqc1(goal: Statement, schema: Index) -> Iterator[Way]:
    x, _, kind = goal
    for other in schema.subjects(OWL.equivalentClass, kind):
        yield ((other, OWL.equivalentClass, kind),), ((x, RDF.type, other),)


def _cax_eqc2(goal: Statement, schema: Index) -> Iterator[Way]:
    x, _, kind = goal
    for other in schema.objects(kind, OWL.equivalentClass):
        yield ((kind, OWL.equivalentClass, other),), ((x, RDF.type, other),)


def _dt_type2(goal: Statement, _schema: Index) -> Iterator[Way]:
    literal, _, kind = goal
    datatype = literal.datatype if isinstance(literal, Literal) else None
    # That "5" is an xsd:integer and an xsd:decimal needs no premise.
    if datatype in OWL_2_RL and kind in broader(datatype):
        yield (), ()


RULES_FOR_ALL: tuple[tuple[str, Backwards], ...] = (
    ("eq-rep-s", _eq_rep_s),
    ("eq-rep-p", _eq_rep_p),
    ("eq-rep-o", _eq_rep_o),
    ("prp-symp", _prp_symp),
    ("prp-trp", _prp_trp),
    ("prp-spo1", _prp_spo1),
    ("prp-spo2", _prp_spo2),
    ("prp-eqp1", _prp_eqp1),
    ("prp-eqp2", _prp_eqp2),
    ("prp-inv1", _prp_inv1),
    ("prp-inv2", _prp_inv2),
    ("cls-hv1", _cls_hv1),
)
RULES_FOR_SAMENESS: tuple[tuple[str, Backwards], ...] = (
    ("eq-ref", _eq_ref),
    ("eq-sym", _eq_sym),
    ("eq-trans", _eq_trans),
    ("prp-fp", _prp_fp),
    ("prp-ifp", _prp_ifp),
    ("prp-key", _prp_key),
    ("cls-maxc2", _cls_maxc2),
    ("cls-maxqc3", _cls_maxqc3),
    ("cls-maxqc4", _cls_maxqc4),
)
RULES_FOR_TYPES: tuple[tuple[str, Backwards], ...] = (
    ("prp-dom", _prp_dom),
    ("prp-rng", _prp_rng),
    ("cls-int1", _cls_int1),
    ("cls-int2", _cls_int2),
    ("cls-uni", _cls_uni),
    ("cls-svf1", _cls_svf1),
    ("cls-svf2", _cls_svf2),
    ("cls-avf", _cls_avf),
    ("cls-hv2", _cls_hv2),
    ("cls-oo", _cls_oo),
    ("cax-sco", _cax_sco),
    ("cax-eqc1", _cax_eqc1),
    ("cax-eqc2", _cax_eqc2),
    ("dt-type2", _dt_type2),
)

# --- classes and properties (table 9) -------------------------------------------------------------

_MIDDLE = Variable("v")


def _scm_cls(goal: Statement, _schema: Index) -> Iterator[Way]:
    narrower, _, wider = goal
    if wider in (narrower, OWL.Thing):
        yield (), ((narrower, RDF.type, OWL.Class),)


def _scm_sco(goal: Statement, _schema: Index) -> Iterator[Way]:
    narrower, sub, wider = goal
    yield (), ((narrower, sub, _MIDDLE), (_MIDDLE, sub, wider))


def _scm_eqc1(goal: Statement, _schema: Index) -> Iterator[Way]:
    narrower, _, wider = goal
    yield (), ((narrower, OWL.equivalentClass, wider),)
    yield (), ((wider, OWL.equivalentClass, narrower),)


def _scm_eqc2(goal: Statement, _schema: Index) -> Iterator[Way]:
    one, _, other = goal
    yield (), ((one, RDFS.subClassOf, other), (other, RDFS.subClassOf, one))


def _scm_int(goal: Statement, schema: Index) -> Iterator[Way]:
    kind, _, part = goal
    for holder, head in schema.holders(OWL.intersectionOf, part):
        if holder == kind:
            yield ((kind, OWL.intersectionOf, head),), ()


def _scm_uni(goal: Statement, schema: Index) -> Iterator[Way]:
    part, _, kind = goal
    for holder, head in schema.holders(OWL.unionOf, part):
        if holder == kind:
            yield ((kind, OWL.unionOf, head),), ()


def _scm_hv(goal: Statement, schema: Index) -> Iterator[Way]:
    one, _, other = goal
    for value in schema.objects(one, OWL.hasValue) & schema.objects(other, OWL.hasValue):
        for p1, p2, ends in _on(goal, OWL.hasValue, value, value, schema):
            yield ends, ((p1, RDFS.subPropertyOf, p2),)


def _scm_svf1(goal: Statement, schema: Index) -> Iterator[Way]:
    yield from _narrower_filler(goal, OWL.someValuesFrom, schema)


def _scm_svf2(goal: Statement, schema: Index) -> Iterator[Way]:
    for p1, p2, ends in _same_filler(goal, OWL.someValuesFrom, schema):
        yield ends, ((p1, RDFS.subPropertyOf, p2),)


def _scm_avf1(goal: Statement, schema: Index) -> Iterator[Way]:
    yield from _narrower_filler(goal, OWL.allValuesFrom, schema)


def _scm_avf2(goal: Statement, schema: Index) -> Iterator[Way]:
    # All values of the wider property being of a kind, so are those of the narrower.
    for p1, p2, ends in _same_filler(goal, OWL.allValuesFrom, schema):
        yield ends, ((p2, RDFS.subPropertyOf, p1),)


def _same_filler(
    goal: Statement, quantifier: Term, schema: Index
) -> Iterator[tuple[Term, Term, tuple[Statement, ...]]]:
    for filler in schema.objects(goal[0], quantifier) & schema.objects(goal[2], quantifier):
        yield from _on(goal, quantifier, filler, filler, schema)


def _narrower_filler(goal: Statement, quantifier: Term, schema: Index) -> Iterator[Way]:
    one, _, other = goal
    for narrower in schema.objects(one, quantifier):
        for wider in schema.objects(other, quantifier):
            for p1, p2, ends in _on(goal, quantifier, narrower, wider, schema):
                if p1 == p2:
                    yield ends, ((narrower, RDFS.subClassOf, wider),)


def _on(
    goal: Statement, quantifier: Term, narrower: Term, wider: Term, schema: Index
) -> Iterator[tuple[Term, Term, tuple[Statement, ...]]]:
    """Yield the properties that two restrictions are on, and what says so."""
    one, _, other = goal
    for p1 in schema.objects(one, OWL.onProperty):
        for p2 in schema.objects(other, OWL.onProperty):
            first = ((one, quantifier, narrower), (one, OWL.onProperty, p1))
            yield p1, p2, (*first, (other, quantifier, wider), (other, OWL.onProperty, p2))


def _scm_op(goal: Statement, _schema: Index) -> Iterator[Way]:
    if goal[0] == goal[2]:
        yield (), ((goal[0], RDF.type, OWL.ObjectProperty),)


def _scm_dp(goal: Statement, _schema: Index) -> Iterator[Way]:
    if goal[0] == goal[2]:
        yield (), ((goal[0], RDF.type, OWL.DatatypeProperty),)


def _scm_eqp1(goal: Statement, _schema: Index) -> Iterator[Way]:
    narrower, _, wider = goal
    yield (), ((narrower, OWL.equivalentProperty, wider),)
    yield (), ((wider, OWL.equivalentProperty, narrower),)


def _scm_eqp2(goal: Statement, _schema: Index) -> Iterator[Way]:
    one, _, other = goal
    yield (), ((one, RDFS.subPropertyOf, other), (other, RDFS.subPropertyOf, one))


def _scm_1(goal: Statement, _schema: Index) -> Iterator[Way]:
    p, end, wider = goal
    yield (), ((p, end, _MIDDLE), (_MIDDLE, RDFS.subClassOf, wider))


def _scm_2(goal: Statement, _schema: Index) -> Iterator[Way]:
    p, end, kind = goal
    yield (), ((_MIDDLE, end, kind), (p, RDFS.subPropertyOf, _MIDDLE))


RULES_FOR_SCHEMA: dict[Term, tuple[tuple[str, Backwards], ...]] = {
    RDFS.subClassOf: (
        ("scm-cls", _scm_cls),
        ("scm-sco", _scm_sco),
        ("scm-eqc1", _scm_eqc1),
        ("scm-int", _scm_int),
        ("scm-uni", _scm_uni),
        ("scm-hv", _scm_hv),
        ("scm-svf1", _scm_svf1),
        ("scm-svf2", _scm_svf2),
        ("scm-avf1", _scm_avf1),
        ("scm-avf2", _scm_avf2),
    ),
    OWL.equivalentClass: (("scm-eqc2", _scm_eqc2),),
    RDFS.subPropertyOf: (
        ("scm-op", _scm_op),
        ("scm-dp", _scm_dp),
        ("scm-spo", _scm_sco),
        ("scm-eqp1", _scm_eqp1),
    ),
    OWL.equivalentProperty: (("scm-eqp2", _scm_eqp2),),
    RDFS.domain: (("scm-dom1", _scm_1), ("scm-dom2", _scm_2)),
    RDFS.range: (("scm-rng1", _scm_1), ("scm-rng2", _scm_2)),
}


#: Why a conclusion holds, by the name of the rule that gives it; each follows the conclusion.
REASONS: dict[str, str] = {
    "asserted": "given",
    "eq-ref": "everything is itself",
    "eq-sym": "being the same holds both ways",
    "eq-trans": "both are the same as a third",
    "eq-rep-s": "what holds of a thing holds under its other name",
    "eq-rep-p": "the relation goes by another name too",
    "eq-rep-o": "what holds of a thing holds under its other name",
    "prp-dom": "only such a thing can have that relation",
    "prp-rng": "only such a thing can stand at the end of that relation",
    "prp-fp": "there is one value at most, so the two are one",
    "prp-ifp": "no two things share that value, so the two are one",
    "prp-key": "they agree in what tells such things apart",
    "prp-symp": "holds both ways",
    "prp-trp": "carries on from one thing to the next",
    "prp-spo1": "implied by a narrower relation",
    "prp-spo2": "a chain of relations gives it",
    "prp-eqp1": "another relation means the same",
    "prp-eqp2": "another relation means the same",
    "prp-inv1": "the same, the other way round",
    "prp-inv2": "the same, the other way round",
    "cls-int1": "it meets each part of the definition",
    "cls-int2": "part of the definition of what it is",
    "cls-uni": "one of the alternatives holds",
    "cls-svf1": "it has a value of that kind",
    "cls-svf2": "it has such a value",
    "cls-avf": "such things have nothing else there",
    "cls-hv1": "all such things have this value",
    "cls-hv2": "it has the value that such things have",
    "cls-oo": "it is on the list",
    "cls-maxc2": "there is one at most, so the two are one",
    "cls-maxqc3": "there is one of that kind at most, so the two are one",
    "cls-maxqc4": "there is one at most, so the two are one",
    "cax-sco": "a narrower kind is of the wider kind",
    "cax-eqc1": "by definition the same kind",
    "cax-eqc2": "by definition the same kind",
    "dt-type2": "the value is written as one",
    "scm-cls": "every kind is",
    "scm-sco": "a kind of a kind",
    "scm-eqc1": "by definition the same kind",
    "scm-eqc2": "each is a kind of the other",
    "scm-op": "every relation implies itself",
    "scm-dp": "every relation implies itself",
    "scm-spo": "implied by what is implied",
    "scm-eqp1": "they mean the same",
    "scm-eqp2": "each implies the other",
    "scm-dom1": "what is of a kind is of the wider kind",
    "scm-dom2": "a narrower relation starts from no other kind",
    "scm-rng1": "what is of a kind is of the wider kind",
    "scm-rng2": "a narrower relation leads to no other kind",
    "scm-hv": "a narrower relation to the same value",
    "scm-svf1": "a value of a narrower kind",
    "scm-svf2": "a value by a narrower relation",
    "scm-avf1": "values of a narrower kind",
    "scm-avf2": "fewer relations, the same kind",
    "scm-int": "part of the definition",
    "scm-uni": "one of the alternatives",
}


def reason(rule: str) -> str:
    """Return a rule in words.

    >>> reason("prp-symp")
    'holds both ways'
    """
    return REASONS[rule]


#: The variables of the rules, in the letters of the specification.
V = {name: Variable(name) for name in ("u", "v", "x", "y", "z", "p", "x2", "y1", "y2", "p2")}


def falls_under(member: Slot, kind: Term) -> Atom:
    """Return the atom that says that something is of a class.

    >>> falls_under(V["x"], OWL.Thing).predicate == RDF.type
    True
    """
    return Atom(member, RDF.type, kind)
