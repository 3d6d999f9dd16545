"""Rules whose conclusion is "false", from all the tables: what no consistent graph holds."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from kg.namespaces import OWL, RDF
from kg.reasoning.rules import Atom, Rule, V, falls_under, is_count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kg.reasoning.ontology import Axioms
    from kg.reasoning.statements import Statement, Term

__all__ = ["clash_rules"]

_X, _Y, _U = V["x"], V["y"], V["u"]


def clash_rules(axioms: Axioms) -> Iterator[Rule]:
    """Yield the rules that tell a contradiction; their bodies can never hold together."""
    yield from _equality(axioms)
    yield from _properties(axioms)
    yield from _denials(axioms)
    yield from _classes(axioms)
    yield from _limits(axioms)


def _equality(axioms: Axioms) -> Iterator[Rule]:
    different = Atom(_X, OWL.differentFrom, _Y)
    yield Rule("eq-diff1", None, (different, Atom(_X, OWL.sameAs, _Y)))
    # Each thing is the same as itself without being told (rule eq-ref).
    yield Rule("eq-diff1", None, (Atom(_X, OWL.differentFrom, _X),))
    for axiom in axioms.of_kind(OWL.AllDifferent):
        for name, predicate in (("eq-diff2", OWL.members), ("eq-diff3", OWL.distinctMembers)):
            for listed, one, other in _two_of(axioms, axiom, OWL.AllDifferent, predicate):
                # So it is where one is listed twice.
                body = () if one == other else (Atom(one, OWL.sameAs, other),)
                yield Rule(name, None, body, listed)


def _properties(axioms: Axioms) -> Iterator[Rule]:
    for p in axioms.of_kind(OWL.IrreflexiveProperty):
        said = ((p, RDF.type, OWL.IrreflexiveProperty),)
        yield Rule("prp-irp", None, (axioms.related(_X, p, _X),), said)
    for p in axioms.of_kind(OWL.AsymmetricProperty):
        body = axioms.related(_X, p, _Y), axioms.related(_Y, p, _X)
        yield Rule("prp-asyp", None, body, ((p, RDF.type, OWL.AsymmetricProperty),))
    for p, q in axioms.pairs(OWL.propertyDisjointWith):
        body = axioms.related(_X, p, _Y), axioms.related(_X, q, _Y)
        yield Rule("prp-pdw", None, body, ((p, OWL.propertyDisjointWith, q),))
    for axiom in axioms.of_kind(OWL.AllDisjointProperties):
        for listed, p, q in _two_of(axioms, axiom, OWL.AllDisjointProperties, OWL.members):
            body = axioms.related(_X, p, _Y), axioms.related(_X, q, _Y)
            yield Rule("prp-adp", None, body, listed)


def _denials(axioms: Axioms) -> Iterator[Rule]:
    for axiom, x in axioms.pairs(OWL.sourceIndividual):
        for p in axioms.objects(axiom, OWL.assertionProperty):
            said = (axiom, OWL.sourceIndividual, x), (axiom, OWL.assertionProperty, p)
            for name, target in (
                ("prp-npa1", OWL.targetIndividual),
                ("prp-npa2", OWL.targetValue),
            ):
                for y in axioms.objects(axiom, target):
                    body = (axioms.related(x, p, y),)
                    yield Rule(name, None, body, (*said, (axiom, target, y)))


def _classes(axioms: Axioms) -> Iterator[Rule]:
    yield Rule("cls-nothing2", None, (falls_under(_X, OWL.Nothing),))
    for name, predicate in (("cls-com", OWL.complementOf), ("cax-dw", OWL.disjointWith)):
        for kind, other in axioms.pairs(predicate):
            body = tuple(falls_under(_X, one) for one in dict.fromkeys((kind, other)))
            yield Rule(name, None, body, ((kind, predicate, other),))
    for axiom in axioms.of_kind(OWL.AllDisjointClasses):
        for said, kind, other in _two_of(axioms, axiom, OWL.AllDisjointClasses, OWL.members):
            body = tuple(falls_under(_X, one) for one in dict.fromkeys((kind, other)))
            yield Rule("cax-adc", None, body, said)


def _limits(axioms: Axioms) -> Iterator[Rule]:
    for said, kind, p, number in axioms.restrictions(OWL.maxCardinality):
        if is_count(number, 0):
            body = falls_under(_U, kind), axioms.related(_U, p, _Y)
            yield Rule("cls-maxc1", None, body, said)
    for said, kind, p, number in axioms.restrictions(OWL.maxQualifiedCardinality):
        for filler in axioms.objects(kind, OWL.onClass) if is_count(number, 0) else ():
            body = falls_under(_U, kind), axioms.related(_U, p, _Y)
            whole = *said, (kind, OWL.onClass, filler)
            if filler == OWL.Thing:
                yield Rule("cls-maxqc2", None, body, whole)
            else:
                yield Rule("cls-maxqc1", None, (*body, falls_under(_Y, filler)), whole)


def _two_of(
    axioms: Axioms, axiom: Term, kind: Term, predicate: Term
) -> Iterator[tuple[tuple[Statement, ...], Term, Term]]:
    """Yield each two members of an axiom about several terms, with what says so."""
    for head in axioms.objects(axiom, predicate):
        said = (axiom, RDF.type, kind), (axiom, predicate, head)
        for one, other in combinations(axioms.members(head), 2):
            yield said, one, other
