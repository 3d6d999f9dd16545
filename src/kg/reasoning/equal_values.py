"""Literals that mean the same in other words: rules dt-eq and eq-rep-o, as far as they matter.

That ``"01"^^xsd:integer`` is ``1`` makes every statement of the one a statement of the other. Such
copies say nothing: what follows from them is what counts, and they are left out of a closure.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from pyoxigraph import Literal, Triple

from kg.namespaces import OWL, RDF
from kg.reasoning.datatypes import TEXTS, has_one_form, meaning
from kg.reasoning.index import statement

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from kg.reasoning.datatypes import Value
    from kg.reasoning.index import Statement, Term

__all__ = ["equalities", "identity", "matter", "other_forms", "without_copies"]

#: Axioms with these look for two values that are equal.
_COMPARING = frozenset((OWL.hasKey, OWL.oneOf, OWL.propertyDisjointWith))
#: Axioms with these do where they name a literal.
_NAMING = frozenset((OWL.hasValue, OWL.targetValue))
_COMPARING_CLASSES = frozenset((OWL.InverseFunctionalProperty, OWL.AllDisjointProperties))


def matter(statements: Iterable[Statement]) -> bool:
    """Check whether an axiom among some statements compares values.

    >>> matter([(OWL.Thing, OWL.hasKey, RDF.nil)]), matter([(OWL.Thing, RDF.type, OWL.Class)])
    (True, False)
    """
    return any(
        predicate in _COMPARING
        or (predicate in _NAMING and isinstance(value, Literal))
        or (predicate == RDF.type and value in _COMPARING_CLASSES)
        for _, predicate, value in statements
    )


def equalities(statements: Collection[Statement]) -> set[Statement]:
    """Return that literals of some statements are the same, where an axiom compares values.

    >>> from kg.namespaces import XSD
    >>> one, other = Literal("1", datatype=XSD.integer), Literal("01", datatype=XSD.integer)
    >>> said = [(OWL.Thing, OWL.hasValue, one), (OWL.Thing, OWL.targetValue, other)]
    >>> equalities(said) == {(other, OWL.sameAs, one)}
    True
    """
    if not matter(statements):
        return set()
    groups: dict[Value, set[Literal]] = defaultdict(set)
    for _, _, value in statements:
        if isinstance(value, Literal) and (meant := identity(value)) is not None:
            groups[meant].add(value)
    found: set[Statement] = set()
    for group in groups.values():
        first, *others = sorted(group, key=str)
        found.update((first, OWL.sameAs, other) for other in others)
    return found


def without_copies(inferred: frozenset[Triple], given: Iterable[Statement]) -> frozenset[Triple]:
    """Return what follows without what says of an equal literal what is said already.

    Args:
        inferred: what follows; of several forms of a value that all follow, one stays.
        given: what is stated.
    """
    valued: dict[tuple[Term, Term], list[Literal]] = defaultdict(list)
    for subject, predicate, value in map(statement, inferred):
        if isinstance(value, Literal):
            valued[subject, predicate].append(value)
    if not valued:
        return inferred
    known: dict[tuple[Term, Term], set[Value | None]] = defaultdict(set)
    for subject, predicate, value in given:
        if isinstance(value, Literal) and (subject, predicate) in valued:
            known[subject, predicate].add(identity(value))
    copies: set[Statement] = set()
    for key, literals in valued.items():
        for literal in sorted(literals, key=lambda one: (len(one.value), str(one))):
            meant = identity(literal)
            if meant is not None and meant in known[key]:
                copies.add((*key, literal))
            known[key].add(meant)
    return frozenset(one for one in inferred if statement(one) not in copies)


def identity(literal: Literal) -> Value | None:
    """Return what tells a value from others; zero and minus zero are equal, and two values.

    >>> identity(Literal(1)) == identity(Literal("01", datatype=Literal(1).datatype))
    True
    """
    meant = meaning(literal)
    if meant is not None and meant[0] in ("float", "double") and meant[1] == 0:
        return (*meant, literal.value.startswith("-"))
    return meant


def other_forms(literal: Literal) -> list[Literal] | None:
    """Return the other literals that mean the same; None where they are not a few.

    >>> from kg.namespaces import XSD
    >>> other_forms(Literal("2024-02-29", datatype=XSD.date)), other_forms(Literal(1))
    ([], None)
    >>> len(other_forms(Literal("Mali")))
    6
    """
    if literal.language or identity(literal) is None or has_one_form(literal):
        return []
    if literal.datatype in TEXTS:
        return [Literal(literal.value, datatype=one) for one in TEXTS - {literal.datatype}]
    return None
