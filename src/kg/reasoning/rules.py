"""The rules of OWL 2 RL for assertions, read backwards: from a conclusion to premises.

Each function takes a goal and the index of the closed graph and yields the lists of premises that
give the goal by one rule, named as in https://www.w3.org/TR/owl2-profiles/#Reasoning_in_OWL_2_RL
(tables 4 to 7). The cells of an RDF list count as part of the axiom that holds the list; whether
the premises hold is for the caller to check.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from itertools import product

from pyoxigraph import Literal

from kg.namespaces import OWL, RDF, RDFS
from kg.reasoning.datatypes import OWL_2_RL, broader
from kg.reasoning.index import Index, Statement, Term

__all__ = ["RULES_FOR_ALL", "RULES_FOR_SAMENESS", "RULES_FOR_TYPES", "Premises", "Rule", "is_count"]

Premises = tuple[Statement, ...]
Rule = Callable[[Statement, Index], Iterator[Premises]]


def is_count(term: Term, number: int) -> bool:
    """Tell whether a term is the number of a cardinality restriction.

    >>> from kg.namespaces import XSD
    >>> is_count(Literal("1", datatype=XSD.nonNegativeInteger), 1)
    True
    """
    return isinstance(term, Literal) and term.value.isdecimal() and int(term.value) == number


# --- any predicate (tables 4 and 5) ---------------------------------------------------------------


def _eq_rep_s(goal: Statement, index: Index) -> Iterator[Premises]:
    subject, predicate, value = goal
    for other in _other_names(subject, predicate, index):
        yield (other, OWL.sameAs, subject), (other, predicate, value)


def _eq_rep_p(goal: Statement, index: Index) -> Iterator[Premises]:
    subject, predicate, value = goal
    for other in index.subjects(OWL.sameAs, predicate) - {predicate}:
        yield (other, OWL.sameAs, predicate), (subject, other, value)


def _eq_rep_o(goal: Statement, index: Index) -> Iterator[Premises]:
    subject, predicate, value = goal
    for other in _other_names(value, predicate, index):
        yield (other, OWL.sameAs, value), (subject, predicate, other)


def _other_names(term: Term, predicate: Term, index: Index) -> Collection[Term]:
    # Of sameness itself, rules eq-sym and eq-trans say it more plainly.
    return () if predicate == OWL.sameAs else index.subjects(OWL.sameAs, term) - {term}


def _prp_symp(goal: Statement, index: Index) -> Iterator[Premises]:
    x, p, y = goal
    symmetric = (p, RDF.type, OWL.SymmetricProperty)
    if symmetric in index:
        yield symmetric, (y, p, x)


def _prp_trp(goal: Statement, index: Index) -> Iterator[Premises]:
    x, p, z = goal
    transitive = (p, RDF.type, OWL.TransitiveProperty)
    if transitive in index:
        for y in index.objects(x, p) & index.subjects(p, z):
            yield transitive, (x, p, y), (y, p, z)


def _prp_spo1(goal: Statement, index: Index) -> Iterator[Premises]:
    x, p, y = goal
    for narrower in index.subjects(RDFS.subPropertyOf, p) - {p}:
        yield (narrower, RDFS.subPropertyOf, p), (x, narrower, y)


def _prp_spo2(goal: Statement, index: Index) -> Iterator[Premises]:
    x, p, y = goal
    for head in index.objects(p, OWL.propertyChainAxiom):
        chain = index.members(head)
        for path in _paths(x, chain, y, index):
            yield (p, OWL.propertyChainAxiom, head), *path


def _paths(start: Term, chain: tuple[Term, ...], end: Term, index: Index) -> Iterator[Premises]:
    if len(chain) == 1 and (start, chain[0], end) in index:
        yield ((start, chain[0], end),)
    elif len(chain) > 1:
        for middle in index.objects(start, chain[0]):
            for path in _paths(middle, chain[1:], end, index):
                yield (start, chain[0], middle), *path


def _prp_eqp1(goal: Statement, index: Index) -> Iterator[Premises]:
    x, p, y = goal
    for other in index.subjects(OWL.equivalentProperty, p) - {p}:
        yield (other, OWL.equivalentProperty, p), (x, other, y)


def _prp_eqp2(goal: Statement, index: Index) -> Iterator[Premises]:
    x, p, y = goal
    for other in index.objects(p, OWL.equivalentProperty) - {p}:
        yield (p, OWL.equivalentProperty, other), (x, other, y)


def _prp_inv1(goal: Statement, index: Index) -> Iterator[Premises]:
    y, p, x = goal
    for other in index.subjects(OWL.inverseOf, p):
        yield (other, OWL.inverseOf, p), (x, other, y)


def _prp_inv2(goal: Statement, index: Index) -> Iterator[Premises]:
    x, p, y = goal
    for other in index.objects(p, OWL.inverseOf):
        yield (p, OWL.inverseOf, other), (y, other, x)


def _cls_hv1(goal: Statement, index: Index) -> Iterator[Premises]:
    u, p, y = goal
    for x in index.subjects(OWL.onProperty, p) & index.subjects(OWL.hasValue, y):
        yield (x, OWL.hasValue, y), (x, OWL.onProperty, p), (u, RDF.type, x)


# --- owl:sameAs (tables 4 to 6) -------------------------------------------------------------------


def _eq_ref(goal: Statement, _index: Index) -> Iterator[Premises]:
    if goal[0] == goal[2]:
        yield ()


def _eq_sym(goal: Statement, _index: Index) -> Iterator[Premises]:
    x, same, y = goal
    yield ((y, same, x),)


def _eq_trans(goal: Statement, index: Index) -> Iterator[Premises]:
    x, same, z = goal
    for y in index.objects(x, same) - {x, z}:
        yield (x, same, y), (y, same, z)


def _prp_fp(goal: Statement, index: Index) -> Iterator[Premises]:
    y1, _, y2 = goal
    for p in index.subjects(RDF.type, OWL.FunctionalProperty):
        for x in index.subjects(p, y1) & index.subjects(p, y2):
            yield (p, RDF.type, OWL.FunctionalProperty), (x, p, y1), (x, p, y2)


def _prp_ifp(goal: Statement, index: Index) -> Iterator[Premises]:
    x1, _, x2 = goal
    for p in index.subjects(RDF.type, OWL.InverseFunctionalProperty):
        for y in index.objects(x1, p) & index.objects(x2, p):
            yield (p, RDF.type, OWL.InverseFunctionalProperty), (x1, p, y), (x2, p, y)


def _prp_key(goal: Statement, index: Index) -> Iterator[Premises]:
    x, _, y = goal
    for holder, head in index.pairs(OWL.hasKey):
        keys = index.members(head)
        shared = [index.objects(x, key) & index.objects(y, key) for key in keys]
        axiom = ((holder, OWL.hasKey, head), (x, RDF.type, holder), (y, RDF.type, holder))
        for values in product(*shared) if keys else ():
            agreed = zip(keys, values, strict=True)
            yield axiom + tuple((who, key, value) for key, value in agreed for who in (x, y))


def _cls_maxc2(goal: Statement, index: Index) -> Iterator[Premises]:
    for limit, x, p, u in _at_most_one(goal, OWL.maxCardinality, index):
        y1, _, y2 = goal
        yield limit, (x, OWL.onProperty, p), (u, RDF.type, x), (u, p, y1), (u, p, y2)


def _cls_maxqc3(goal: Statement, index: Index) -> Iterator[Premises]:
    y1, _, y2 = goal
    for limit, x, p, u in _at_most_one(goal, OWL.maxQualifiedCardinality, index):
        where = (limit, (x, OWL.onProperty, p))
        for kind in index.objects(x, OWL.onClass) - {OWL.Thing}:
            of_kind = ((x, OWL.onClass, kind), (u, RDF.type, x))
            values = ((u, p, y1), (y1, RDF.type, kind), (u, p, y2), (y2, RDF.type, kind))
            yield where + of_kind + values


def _cls_maxqc4(goal: Statement, index: Index) -> Iterator[Premises]:
    y1, _, y2 = goal
    for limit, x, p, u in _at_most_one(goal, OWL.maxQualifiedCardinality, index):
        where = (limit, (x, OWL.onProperty, p))
        if OWL.Thing in index.objects(x, OWL.onClass):
            of_kind = ((x, OWL.onClass, OWL.Thing), (u, RDF.type, x))
            yield where + of_kind + ((u, p, y1), (u, p, y2))


def _at_most_one(
    goal: Statement, predicate: Term, index: Index
) -> Iterator[tuple[Statement, Term, Term, Term]]:
    """Yield the limit, the restriction, its property, and who has both values of it."""
    y1, _, y2 = goal
    for x, number in index.pairs(predicate):
        if is_count(number, 1):
            for p in index.objects(x, OWL.onProperty):
                for u in index.subjects(p, y1) & index.subjects(p, y2):
                    yield (x, predicate, number), x, p, u


# --- rdf:type (tables 5 to 8) ---------------------------------------------------------------------


def _prp_dom(goal: Statement, index: Index) -> Iterator[Premises]:
    x, _, kind = goal
    for p in index.subjects(RDFS.domain, kind):
        for y in index.objects(x, p):
            yield (p, RDFS.domain, kind), (x, p, y)


def _prp_rng(goal: Statement, index: Index) -> Iterator[Premises]:
    y, _, kind = goal
    for p in index.subjects(RDFS.range, kind):
        for x in index.subjects(p, y):
            yield (p, RDFS.range, kind), (x, p, y)


def _cls_int1(goal: Statement, index: Index) -> Iterator[Premises]:
    y, _, kind = goal
    for head in index.objects(kind, OWL.intersectionOf):
        parts = dict.fromkeys(index.members(head))
        yield (kind, OWL.intersectionOf, head), *((y, RDF.type, part) for part in parts)


def _cls_int2(goal: Statement, index: Index) -> Iterator[Premises]:
    y, _, part = goal
    for kind, head in index.holders(OWL.intersectionOf, part):
        yield (kind, OWL.intersectionOf, head), (y, RDF.type, kind)


def _cls_uni(goal: Statement, index: Index) -> Iterator[Premises]:
    y, _, kind = goal
    for head in index.objects(kind, OWL.unionOf):
        for part in dict.fromkeys(index.members(head)):
            yield (kind, OWL.unionOf, head), (y, RDF.type, part)


def _cls_svf1(goal: Statement, index: Index) -> Iterator[Premises]:
    u, _, x = goal
    for filler in index.objects(x, OWL.someValuesFrom) - {OWL.Thing}:
        for p in index.objects(x, OWL.onProperty):
            restriction = ((x, OWL.someValuesFrom, filler), (x, OWL.onProperty, p))
            for v in index.objects(u, p):
                yield (*restriction, (u, p, v), (v, RDF.type, filler))


def _cls_svf2(goal: Statement, index: Index) -> Iterator[Premises]:
    u, _, x = goal
    if OWL.Thing in index.objects(x, OWL.someValuesFrom):
        for p in index.objects(x, OWL.onProperty):
            for v in index.objects(u, p):
                yield (x, OWL.someValuesFrom, OWL.Thing), (x, OWL.onProperty, p), (u, p, v)


def _cls_avf(goal: Statement, index: Index) -> Iterator[Premises]:
    v, _, filler = goal
    for x in index.subjects(OWL.allValuesFrom, filler):
        for p in index.objects(x, OWL.onProperty):
            restriction = ((x, OWL.allValuesFrom, filler), (x, OWL.onProperty, p))
            for u in index.subjects(p, v):
                yield (*restriction, (u, RDF.type, x), (u, p, v))


def _cls_hv2(goal: Statement, index: Index) -> Iterator[Premises]:
    u, _, x = goal
    for y in index.objects(x, OWL.hasValue):
        for p in index.objects(x, OWL.onProperty):
            yield (x, OWL.hasValue, y), (x, OWL.onProperty, p), (u, p, y)


def _cls_oo(goal: Statement, index: Index) -> Iterator[Premises]:
    y, _, kind = goal
    for holder, head in index.holders(OWL.oneOf, y):
        if holder == kind:
            yield ((kind, OWL.oneOf, head),)


def _cax_sco(goal: Statement, index: Index) -> Iterator[Premises]:
    x, _, kind = goal
    # That a class is a subclass of owl:Thing goes without saying, so the index does not say it.
    narrower = index.objects(x, RDF.type) if kind == OWL.Thing else set()
    for other in (index.subjects(RDFS.subClassOf, kind) | narrower) - {kind}:
        yield (other, RDFS.subClassOf, kind), (x, RDF.type, other)


def _cax_eqc1(goal: Statement, index: Index) -> Iterator[Premises]:
    x, _, kind = goal
    for other in index.subjects(OWL.equivalentClass, kind) - {kind}:
        yield (other, OWL.equivalentClass, kind), (x, RDF.type, other)


def _cax_eqc2(goal: Statement, index: Index) -> Iterator[Premises]:
    x, _, kind = goal
    for other in index.objects(kind, OWL.equivalentClass) - {kind}:
        yield (kind, OWL.equivalentClass, other), (x, RDF.type, other)


def _dt_type2(goal: Statement, _index: Index) -> Iterator[Premises]:
    literal, _, kind = goal
    datatype = literal.datatype if isinstance(literal, Literal) else None
    # That "5" is an xsd:integer and an xsd:decimal needs no premise.
    if datatype in OWL_2_RL and kind in broader(datatype):
        yield ()


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
