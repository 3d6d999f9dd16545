"""The rules of OWL 2 RL for classes and properties (table 9), read backwards.

Also what they make of nameless class expressions: the closure that kg keeps leaves such statements
out, but proofs of what it keeps pass through them. They are made of the ontology alone, without a
look at the data.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Variable

from kg.namespaces import OWL, RDF, RDFS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from kg.reasoning.index import Index, Statement, Term
    from kg.reasoning.rules import Rule, Way

__all__ = ["RULES_FOR_SCHEMA", "complete"]

_MIDDLE = Variable("v")
_PROPERTY_CLASSES = (OWL.ObjectProperty, OWL.DatatypeProperty)


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


RULES_FOR_SCHEMA: dict[Term, tuple[tuple[str, Rule], ...]] = {
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


def complete(index: Index, nameless: Collection[BlankNode]) -> None:
    """Add the subclass statements with a nameless class at an end, for proofs to pass through.

    Args:
        index: the statements of a closed ontology, which lacks them.
        nameless: the nameless classes.
    """
    for narrower, widers in _subclasses(index).items():
        for wider in widers - {narrower}:
            if narrower in nameless or wider in nameless:
                index.add((narrower, RDFS.subClassOf, wider))


def _subclasses(index: Index) -> dict[Term, set[Term]]:
    """Return each class with its superclasses, nameless ones among both."""
    widers: dict[Term, set[Term]] = defaultdict(set)
    for narrower, wider in index.pairs(RDFS.subClassOf):
        widers[narrower].add(wider)
    for one, other in index.pairs(OWL.equivalentClass):
        widers[one].add(other)
        widers[other].add(one)
    for kind, head in index.pairs(OWL.intersectionOf):
        widers[kind].update(index.members(head))
    for kind, head in index.pairs(OWL.unionOf):
        for part in index.members(head):
            widers[part].add(kind)
    growing = True
    while growing:
        for narrower in list(widers):
            widers[narrower] = _reachable(narrower, widers)
        growing = False
        for one, other in _restrictions_within(index, widers):
            if other not in widers[one]:
                widers[one].add(other)
                growing = True
    return widers


def _reachable(start: Term, widers: dict[Term, set[Term]]) -> set[Term]:
    found: set[Term] = set()
    waiting = [start]
    while waiting:
        for wider in widers.get(waiting.pop(), ()):
            if wider not in found:
                found.add(wider)
                waiting.append(wider)
    return found


def _restrictions_within(
    index: Index, widers: dict[Term, set[Term]]
) -> Iterator[tuple[Term, Term]]:
    """Yield pairs of restrictions, the first a subclass of the second."""

    def within(narrower: Term, wider: Term) -> bool:
        return wider in widers.get(narrower, ()) or (
            narrower == wider and (narrower, RDF.type, OWL.Class) in index
        )

    def below(narrower: Term, wider: Term) -> bool:
        return (narrower, RDFS.subPropertyOf, wider) in index or (
            narrower == wider
            and any((narrower, RDF.type, kind) in index for kind in _PROPERTY_CLASSES)
        )

    for quantifier in (OWL.hasValue, OWL.someValuesFrom, OWL.allValuesFrom):
        restrictions = [
            (x, p, filler)
            for x, filler in index.pairs(quantifier)
            for p in index.objects(x, OWL.onProperty)
        ]
        for one, p1, filler1 in restrictions:
            for other, p2, filler2 in restrictions:
                if one == other:
                    continue
                if filler1 == filler2 and below(p1, p2):
                    yield (other, one) if quantifier == OWL.allValuesFrom else (one, other)
                if quantifier != OWL.hasValue and p1 == p2 and within(filler1, filler2):
                    yield one, other
