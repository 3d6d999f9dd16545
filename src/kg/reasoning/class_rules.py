"""Rules from class expressions and class axioms: W3C tables 6 and 7, those with a conclusion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.namespaces import OWL, RDFS
from kg.reasoning.rules import Atom, Rule, V, falls_under, is_count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kg.reasoning.ontology import Axioms, Order
    from kg.reasoning.statements import Statement, Term

__all__ = ["class_rules", "subclass_rules"]

_X, _Y, _U, _V, _Y1, _Y2 = V["x"], V["y"], V["u"], V["v"], V["y1"], V["y2"]


def class_rules(axioms: Axioms) -> Iterator[Rule]:
    """Yield the rules that class expressions come to."""
    for said, parts in axioms.lists(OWL.intersectionOf):
        if parts:
            body = tuple(falls_under(_Y, part) for part in dict.fromkeys(parts))
            yield Rule("cls-int1", falls_under(_Y, said[0]), body, (said,))
    for said, members in axioms.lists(OWL.oneOf):
        for member in dict.fromkeys(members):
            yield Rule("cls-oo", falls_under(member, said[0]), (), (said,))
    yield from _quantifiers(axioms)
    yield from _limits(axioms)


def _quantifiers(axioms: Axioms) -> Iterator[Rule]:
    for said, kind, p, filler in axioms.restrictions(OWL.someValuesFrom):
        related = axioms.related(_U, p, _V)
        if filler == OWL.Thing:
            yield Rule("cls-svf2", falls_under(_U, kind), (related,), said)
        else:
            body = related, falls_under(_V, filler)
            yield Rule("cls-svf1", falls_under(_U, kind), body, said)
    for said, kind, p, filler in axioms.restrictions(OWL.allValuesFrom):
        body = falls_under(_U, kind), axioms.related(_U, p, _V)
        yield Rule("cls-avf", falls_under(_V, filler), body, said)
    for said, kind, p, value in axioms.restrictions(OWL.hasValue):
        related = axioms.related(_U, p, value)
        yield Rule("cls-hv1", related, (falls_under(_U, kind),), said)
        yield Rule("cls-hv2", falls_under(_U, kind), (related,), said)


def _limits(axioms: Axioms) -> Iterator[Rule]:
    same = Atom(_Y1, OWL.sameAs, _Y2)
    for said, kind, p, number in axioms.restrictions(OWL.maxCardinality):
        if is_count(number, 1):
            both = axioms.related(_U, p, _Y1), axioms.related(_U, p, _Y2)
            yield Rule("cls-maxc2", same, (falls_under(_U, kind), *both), said)
    for said, kind, p, number in axioms.restrictions(OWL.maxQualifiedCardinality):
        for filler in axioms.objects(kind, OWL.onClass) if is_count(number, 1) else ():
            both = axioms.related(_U, p, _Y1), axioms.related(_U, p, _Y2)
            whole = *said, (kind, OWL.onClass, filler)
            if filler == OWL.Thing:
                yield Rule("cls-maxqc4", same, (falls_under(_U, kind), *both), whole)
            else:
                of_kind = falls_under(_Y1, filler), falls_under(_Y2, filler)
                body = falls_under(_U, kind), both[0], of_kind[0], both[1], of_kind[1]
                yield Rule("cls-maxqc3", same, body, whole)


def subclass_rules(axioms: Axioms, classes: Order) -> Iterator[Rule]:
    """Yield so few copies from class to class that all others follow from them.

    A step that comes from an equivalence, an intersection or a union has the name of its rule;
    the closed ontology states all of them as subclasses too (scm-eqc1, scm-int, scm-uni).
    """
    parts = _composed(axioms, OWL.intersectionOf)
    unions = _composed(axioms, OWL.unionOf)
    equals = axioms.index.by_subject(OWL.equivalentClass)
    below, same = RDFS.subClassOf, OWL.equivalentClass
    for narrower, wider in classes.steps():
        name = "cax-sco"
        said: Statement = (narrower, below, wider)
        for form, one, other in (("cax-eqc1", narrower, wider), ("cax-eqc2", wider, narrower)):
            if other in equals.get(one, ()) and str(one) < str(other):
                name, said = form, (one, same, other)
        if name == "cax-sco" and (narrower, wider) in parts:
            name, said = "cls-int2", parts[narrower, wider]
        elif name == "cax-sco" and (wider, narrower) in unions:
            name, said = "cls-uni", unions[wider, narrower]
        yield Rule(name, falls_under(_X, wider), (falls_under(_X, narrower),), (said,))


def _composed(axioms: Axioms, predicate: Term) -> dict[tuple[Term, Term], Statement]:
    """Return the axiom for each class and each member of the list that composes it."""
    return {
        (said[0], member): said for said, members in axioms.lists(predicate) for member in members
    }
