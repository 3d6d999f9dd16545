"""The part of a graph that is its ontology, wherever it is written.

The rules of OWL 2 RL take some premises from axioms and the others from facts.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from pyoxigraph import Literal

from kg.namespaces import OWL, RDF
from kg.reasoning.index import STRUCTURE, STRUCTURE_CLASSES, Index, Statement, Term
from kg.reasoning.vocabulary import (
    AXIOM_CLASSES,
    AXIOM_PREDICATES,
    LIST_PREDICATES,
    OF_INDIVIDUALS,
    is_vocabulary,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator


__all__ = [
    "CLASSES",
    "PREDICATES",
    "check_lists",
    "in_use",
    "is_axiom",
    "schema_of",
    "schema_terms",
    "unforeseen",
]

#: What a statement has as predicate, or a type as class, for this module to look at it.
PREDICATES = AXIOM_PREDICATES | STRUCTURE | {RDF.first, RDF.rest, OWL.sameAs}
CLASSES = AXIOM_CLASSES | STRUCTURE_CLASSES

# An attribute of a namespace costs a call each time, and each statement asks.
_TYPE, _FIRST, _REST, _SAME = RDF.type, RDF.first, RDF.rest, OWL.sameAs
_OF_LISTS = frozenset({_FIRST, _REST, OWL.oneOf, OWL.members, OWL.distinctMembers})


def is_axiom(one: Statement) -> bool:
    """Tell whether a rule may take a statement as a premise about the terms.

    >>> is_axiom((OWL.Thing, RDF.type, OWL.Class)), is_axiom((OWL.Thing, RDF.type, OWL.Thing))
    (True, False)
    """
    return one[1] in AXIOM_PREDICATES or (one[1] == _TYPE and one[2] in AXIOM_CLASSES)


def in_use(given: Iterable[Statement]) -> set[Term]:
    """Return what statements have as a predicate or a class.

    >>> in_use([(OWL.Thing, RDF.type, OWL.Class)]) == {RDF.type, OWL.Class}
    True
    """
    found: set[Term] = set()
    for _, predicate, value in given:
        found.add(predicate)
        if predicate == _TYPE:
            found.add(value)
    return found


def schema_of(given: Collection[Statement], used: Collection[Term]) -> set[Statement]:
    """Return the statements that say what terms mean, whatever file they come from.

    These are the axioms, the lists that they hold, and that a term is the same as another where
    one of them is a class or a property.

    Args:
        given: what is stated; of it all, those of ``PREDICATES`` and ``CLASSES`` are enough.
        used: what all that is stated has as a predicate or a class, see ``in_use``.
    """
    schema = {one for one in given if is_axiom(one)}
    cells: dict[Term, list[Statement]] = defaultdict(list)
    for one in given:
        if one[1] in (_FIRST, _REST):
            cells[one[0]].append(one)
    waiting = [one[2] for one in schema if one[1] in LIST_PREDICATES]
    while waiting:
        for cell in cells.pop(waiting.pop(), ()):
            schema.add(cell)
            if cell[1] == _REST:
                waiting.append(cell[2])
    same = [one for one in given if one[1] == _SAME and one[0] != one[2]]
    if same:
        schema.update(_touching(same, schema_terms(schema, used)))
    return schema


def schema_terms(schema: Collection[Statement], used: Collection[Term]) -> set[Term]:
    """Return the terms that work as a class, a property or a part of an axiom.

    Args:
        schema: the axioms.
        used: what all statements have as a predicate or a class, which are such terms too.
    """
    individuals = _listed_individuals(schema)
    found = set(used)
    for subject, predicate, value in schema:
        if predicate in (OWL.sourceIndividual, OWL.targetIndividual, OWL.targetValue):
            continue
        if predicate == _FIRST and value in individuals:
            continue
        found |= {subject} if isinstance(value, Literal) else {subject, value}
    return found


def _listed_individuals(schema: Iterable[Statement]) -> set[Term]:
    """Return the members of the lists that are of individuals, not of classes or properties."""
    lists = Index(one for one in schema if one[1] in _OF_LISTS or one[2] == OWL.AllDifferent)
    return {
        member
        for predicate in (OWL.oneOf, OWL.members, OWL.distinctMembers)
        for axiom, head in lists.pairs(predicate)
        if predicate == OWL.oneOf or (axiom, _TYPE, OWL.AllDifferent) in lists
        for member in lists.members(head)
    }


def _touching(same: Iterable[Statement], known: set[Term]) -> Iterator[Statement]:
    """Yield which of some owl:sameAs are about known terms, by way of each other too."""
    around: dict[Term, list[Statement]] = defaultdict(list)
    for one in same:
        around[one[0]].append(one)
        around[one[2]].append(one)
    waiting = [term for term in around if term in known]
    seen = set(waiting)
    while waiting:
        for one in around[waiting.pop()]:
            yield one
            for term in (one[0], one[2]):
                if term not in seen:
                    seen.add(term)
                    waiting.append(term)


def unforeseen(
    statements: Iterable[Statement],
    equalities: Iterable[Collection[Term]],
    closed: Collection[Statement],
    known: Collection[Term],
) -> set[Statement]:
    """Return what follows from facts and says what terms mean, and is not in the ontology yet.

    Args:
        statements: what follows; of it all, the axioms are enough.
        equalities: the terms that are the same, in groups.
        closed: the ontology, closed.
        known: the terms that work as a class, a property or a part of an axiom.
    """
    new: set[Statement] = set()
    names: dict[Term, Term] = {}
    for group in equalities:
        # A literal comes last, so that it is never the subject.
        first, *others = sorted(group, key=lambda one: (isinstance(one, Literal), str(one)))
        names.update(dict.fromkeys(group, first))
        if any(one in known or is_vocabulary(one) for one in group):
            new.update((first, _SAME, other) for other in others)
    new = {one for one in new if one not in closed}
    merged: set[Statement] | None = None
    for one in statements:
        if is_axiom(one) and one not in closed:
            if one[1] in OF_INDIVIDUALS:
                # That a thing in it has another name makes no other axiom.
                merged = merged or {_renamed(old, names) for old in closed}
                if _renamed(one, names) in merged:
                    continue
            new.add(one)
    return new


def _renamed(one: Statement, names: dict[Term, Term]) -> Statement:
    subject, predicate, value = one
    return names.get(subject, subject), predicate, names.get(value, value)


def check_lists(given: Iterable[Statement]) -> None:
    """Read each list of a graph once.

    Raises:
        Misuse: a list runs in a circle.
    """
    Index(one for one in given if one[1] in (_FIRST, _REST)).check_lists()
