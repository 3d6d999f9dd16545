"""The rules of OWL 2 RL for assertions, read backwards: from a conclusion to premises.

Each function takes a goal and what the ontology says, and yields the ways to conclude the goal by
one rule, named as in https://www.w3.org/TR/owl2-profiles/#Reasoning_in_OWL_2_RL (tables 4 to 7).
The cells of an RDF list count as part of the axiom that holds the list. Whether the premises hold
is for the caller to check.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from pyoxigraph import Literal, Variable

from kg.namespaces import OWL, RDF, RDFS
from kg.reasoning.datatypes import OWL_2_RL, broader
from kg.reasoning.index import Index, Statement, Term
from kg.reasoning.program import Slot

__all__ = [
    "RULES_FOR_ALL",
    "RULES_FOR_SAMENESS",
    "RULES_FOR_TYPES",
    "Pattern",
    "Rule",
    "Way",
    "is_count",
]

#: A statement, some of whose terms are still to be found.
Pattern: TypeAlias = tuple[Slot, Slot, Slot]
#: The axioms that make a way to a conclusion, and what must hold besides.
Way: TypeAlias = tuple[tuple[Statement, ...], tuple[Pattern, ...]]
#: What yields the ways to a goal by one rule, from the statements of the ontology.
Rule: TypeAlias = Callable[[Statement, Index], Iterator[Way]]

_U, _V, _W = Variable("u"), Variable("v"), Variable("w")


def is_count(term: Term, number: int) -> bool:
    """Tell whether a term is the number of a cardinality restriction.

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


RULES_FOR_ALL: tuple[tuple[str, Rule], ...] = (
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
RULES_FOR_SAMENESS: tuple[tuple[str, Rule], ...] = (
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
RULES_FOR_TYPES: tuple[tuple[str, Rule], ...] = (
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
