"""Rules from axioms about properties: W3C table 5 (prp-*), those with a conclusion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import Variable

from kg.namespaces import OWL, RDF, RDFS
from kg.reasoning.ontology import Order
from kg.reasoning.rules import Atom, Rule, V, falls_under

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kg.reasoning.ontology import Axioms
    from kg.reasoning.statements import Term

__all__ = ["property_rules"]

_X, _Y, _Z, _Y1, _Y2 = V["x"], V["y"], V["z"], V["y1"], V["y2"]


def property_rules(axioms: Axioms, classes: Order) -> Iterator[Rule]:
    """Yield the rules that properties come to.

    Args:
        axioms: the closed ontology.
        classes: which classes imply which others.
    """
    properties = Order(axioms.index.by_subject(RDFS.subPropertyOf))
    yield from _ends(axioms, RDFS.domain, "prp-dom", properties, classes)
    yield from _ends(axioms, RDFS.range, "prp-rng", properties, classes)
    yield from _characteristics(axioms)
    yield from _implications(axioms, properties)
    yield from _inverses(axioms)
    yield from _chains(axioms)
    yield from _keys(axioms)


def _ends(
    axioms: Axioms, predicate: Term, name: str, properties: Order, classes: Order
) -> Iterator[Rule]:
    """Yield prp-dom or prp-rng, less what follows by other rules from a wider property's."""
    said = axioms.index.by_subject(predicate)
    for prop in sorted(said, key=str):
        kinds = said[prop]
        indirect = {
            kind
            for better in kinds
            for kind in kinds & classes.wider(better)
            if not classes.implies(kind, better)
        }
        for kind in sorted(kinds - indirect, key=str):
            if not any(
                (other, better) != (prop, kind)
                and classes.implies(better, kind)
                and (
                    not (properties.implies(other, prop) and classes.implies(kind, better))
                    or (str(other), str(better)) < (str(prop), str(kind))
                )
                for other in (prop, *properties.wider(prop))
                for better in said.get(other, ())
            ):
                end = _X if predicate == RDFS.domain else _Y
                body = (axioms.related(_X, prop, _Y),)
                yield Rule(name, falls_under(end, kind), body, ((prop, predicate, kind),))


def _characteristics(axioms: Axioms) -> Iterator[Rule]:
    related = axioms.related
    for p in axioms.of_kind(OWL.FunctionalProperty):
        body = related(_X, p, _Y1), related(_X, p, _Y2)
        said = ((p, RDF.type, OWL.FunctionalProperty),)
        yield Rule("prp-fp", Atom(_Y1, OWL.sameAs, _Y2), body, said)
    for p in axioms.of_kind(OWL.InverseFunctionalProperty):
        body = related(_Y1, p, _X), related(_Y2, p, _X)
        said = ((p, RDF.type, OWL.InverseFunctionalProperty),)
        yield Rule("prp-ifp", Atom(_Y1, OWL.sameAs, _Y2), body, said)
    for p in axioms.of_kind(OWL.SymmetricProperty):
        said = ((p, RDF.type, OWL.SymmetricProperty),)
        yield Rule("prp-symp", related(_Y, p, _X), (related(_X, p, _Y),), said)
    for p in axioms.of_kind(OWL.TransitiveProperty):
        body = related(_X, p, _Y), related(_Y, p, _Z)
        said = ((p, RDF.type, OWL.TransitiveProperty),)
        yield Rule("prp-trp", related(_X, p, _Z), body, said)


def _implications(axioms: Axioms, properties: Order) -> Iterator[Rule]:
    for narrower, wider in properties.steps():
        name, said = "prp-spo1", (narrower, RDFS.subPropertyOf, wider)
        for form, one, other in (("prp-eqp1", narrower, wider), ("prp-eqp2", wider, narrower)):
            equal = (one, OWL.equivalentProperty, other)
            if equal in axioms.index and str(one) < str(other):
                name, said = form, equal
        body = (axioms.related(_X, narrower, _Y),)
        yield Rule(name, axioms.related(_X, wider, _Y), body, (said,))


def _inverses(axioms: Axioms) -> Iterator[Rule]:
    for p, q in axioms.pairs(OWL.inverseOf):
        said = ((p, OWL.inverseOf, q),)
        yield Rule("prp-inv1", axioms.related(_Y, q, _X), (axioms.related(_X, p, _Y),), said)
        yield Rule("prp-inv2", axioms.related(_Y, p, _X), (axioms.related(_X, q, _Y),), said)


def _chains(axioms: Axioms) -> Iterator[Rule]:
    for said, chain in axioms.lists(OWL.propertyChainAxiom):
        if chain:
            body = tuple(
                axioms.related(_u(number), step, _u(number + 1))
                for number, step in enumerate(chain)
            )
            head = axioms.related(_u(0), said[0], _u(len(chain)))
            yield Rule("prp-spo2", head, body, (said,))


def _keys(axioms: Axioms) -> Iterator[Rule]:
    for said, keys in axioms.lists(OWL.hasKey):
        if keys:
            body = [falls_under(_X, said[0]), falls_under(_Y, said[0])]
            for number, key in enumerate(dict.fromkeys(keys)):
                value = Variable(f"z{number}")
                body += axioms.related(_X, key, value), axioms.related(_Y, key, value)
            head = Atom(_X, OWL.sameAs, _Y)
            yield Rule("prp-key", head, tuple(body), (said,))


def _u(number: int) -> Variable:
    return Variable(f"u{number}")
