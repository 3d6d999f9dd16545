"""The restrictions that OWL 2 DL, and so OWL 2 RL, puts on object properties.

After https://www.w3.org/TR/owl2-syntax/#Global_Restrictions_on_Axioms_in_OWL_2_DL: a property that
is transitive or that a chain gives is not simple and cannot be counted; chains must not go round.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, NamedNode

from kg.namespaces import OWL, RDF, RDFS, compact
from kg.reasoning.statements import Index, Term, terms

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["role_faults"]

_NEEDS_SIMPLE: dict[Term, str] = {
    OWL.FunctionalProperty: "functional",
    OWL.InverseFunctionalProperty: "inverse functional",
    OWL.IrreflexiveProperty: "irreflexive",
    OWL.AsymmetricProperty: "asymmetric",
}
_COUNTING = terms(
    OWL,
    """cardinality hasSelf maxCardinality maxQualifiedCardinality minCardinality
    minQualifiedCardinality qualifiedCardinality""",
)


def role_faults(index: Index) -> Iterator[tuple[str, Term]]:
    """Yield what is wrong with how object properties hang together, and of which property."""
    not_simple = _not_simple(index)
    for prop, use in _uses(index):
        if prop in not_simple:
            so = f"so it is not simple and cannot be {use} in OWL 2 DL"
            yield f"{_curie(prop)}: {not_simple[prop]}, {so}", prop
    yield from _circles(index)


def _not_simple(index: Index) -> dict[Term, str]:
    """Return each property that is not simple, with the reason."""
    reasons: dict[Term, str] = {}
    for prop in index.subjects(RDF.type, OWL.TransitiveProperty):
        reasons[_base(prop, index)] = "it is transitive"
    for prop, _ in index.pairs(OWL.propertyChainAxiom):
        reasons[_base(prop, index)] = "a property chain gives it"
    waiting = sorted(reasons, key=str)
    while waiting:
        prop = waiting.pop()
        for wider in sorted(_wider(prop, index), key=str):
            if wider not in reasons:
                reasons[wider] = f"{_curie(prop)}, which implies it, is not simple"
                waiting.append(wider)
    return reasons


def _wider(prop: Term, index: Index) -> set[Term]:
    """Return the properties that a property, or its inverse, implies."""
    forms = {prop, *(one for one in index.subjects(OWL.inverseOf, prop))}
    forms |= {*index.objects(prop, OWL.inverseOf)}
    found = {_base(one, index) for one in forms}
    for form in forms:
        for predicate in (RDFS.subPropertyOf, OWL.equivalentProperty):
            found |= {_base(one, index) for one in index.objects(form, predicate)}
        found |= {_base(one, index) for one in index.subjects(OWL.equivalentProperty, form)}
    return found


def _base(prop: Term, index: Index) -> Term:
    """Return the property itself for a nameless inverse: the two are simple together."""
    if isinstance(prop, BlankNode):
        for inverse in sorted(index.objects(prop, OWL.inverseOf), key=str):
            return inverse
    return prop


def _uses(index: Index) -> Iterator[tuple[Term, str]]:
    """Yield each property where only a simple one may stand."""
    for kind, word in _NEEDS_SIMPLE.items():
        yield from ((_base(prop, index), word) for prop in index.subjects(RDF.type, kind))
    groups: list[tuple[Term, ...]] = [*index.pairs(OWL.propertyDisjointWith)]
    for axiom in index.subjects(RDF.type, OWL.AllDisjointProperties):
        groups += [index.members(head) for head in index.objects(axiom, OWL.members)]
    for group in groups:
        yield from ((_base(prop, index), "disjoint with another") for prop in group)
    for kind in _COUNTING:
        use = f"counted by {compact(kind.value)}"
        for restriction, _ in index.pairs(kind):
            for prop in index.objects(restriction, OWL.onProperty):
                yield _base(prop, index), use


def _circles(index: Index) -> Iterator[tuple[str, Term]]:
    """Yield each chain that cannot be put in an order (section 11.2, regularity)."""
    implied: dict[Term, set[Term]] = {}
    for narrower, wider in index.pairs(RDFS.subPropertyOf):
        implied.setdefault(_base(narrower, index), set()).add(_base(wider, index))
    for one, other in index.pairs(OWL.equivalentProperty):
        implied.setdefault(_base(one, index), set()).add(_base(other, index))
        implied.setdefault(_base(other, index), set()).add(_base(one, index))
    chains = [
        (_base(prop, index), [_base(one, index) for one in index.members(head)])
        for prop, head in index.pairs(OWL.propertyChainAxiom)
    ]
    steps = [(part, prop) for prop, chain in chains for part in _below(prop, chain)]
    for part, prop in steps:
        implied.setdefault(part, set()).add(prop)
    for part, prop in steps:
        if part == prop or part in _reached(prop, implied):
            yield f"{_curie(prop)}: the chain with {_curie(part)} runs in a circle", prop


def _below(prop: Term, chain: list[Term]) -> list[Term]:
    """Return the parts of a chain that must come before the property it gives."""
    if chain == [prop, prop]:
        return []
    if chain and chain[0] == prop:
        return chain[1:]
    return chain[:-1] if chain and chain[-1] == prop else chain


def _reached(start: Term, implied: dict[Term, set[Term]]) -> set[Term]:
    found: set[Term] = set()
    waiting = [start]
    while waiting:
        for one in implied.get(waiting.pop(), ()):
            if one not in found:
                found.add(one)
                waiting.append(one)
    return found


def _curie(term: Term) -> str:
    return compact(term.value) if isinstance(term, NamedNode) else "a blank node"
