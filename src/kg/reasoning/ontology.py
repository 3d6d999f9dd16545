"""The ontology of a graph: its axioms found wherever they are written, and closed.

The rules of OWL 2 RL take some premises from axioms and the others from facts.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal

from kg.namespaces import OWL, RDF, RDFS
from kg.reasoning.hierarchy import close_schema
from kg.reasoning.rules import Atom
from kg.reasoning.statements import (
    AXIOM_CLASSES,
    AXIOM_PREDICATES,
    LIST_PREDICATES,
    OF_INDIVIDUALS,
    STRUCTURE,
    STRUCTURE_CLASSES,
    Index,
    Statement,
    Term,
    is_vocabulary,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from collections.abc import Set as AbstractSet

    from kg.budget import Budget
    from kg.reasoning.rules import Slot

__all__ = [
    "CLASSES",
    "PREDICATES",
    "Axioms",
    "Memory",
    "Order",
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
    """Return whether a rule may take a statement as a premise about the terms.

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


class Axioms:
    """The statements of a closed ontology.

    Args:
        statements: the ontology with all that it entails among itself.
    """

    def __init__(self, statements: Iterable[Statement]) -> None:
        self.statements = frozenset(statements)
        self.index = Index(self.statements)

    @cached_property
    def classes(self) -> Order:
        """Which classes are subclasses of which others."""
        return Order(self.index.by_subject(RDFS.subClassOf))

    def pairs(self, predicate: Term) -> list[tuple[Term, Term]]:
        """Return subject and object of each statement with a predicate, in order."""
        return sorted(self.index.pairs(predicate), key=_key)

    def objects(self, subject: Term, predicate: Term) -> list[Term]:
        """Return what the subject has as this predicate, in order."""
        found = self.index.objects(subject, predicate)
        return sorted(found, key=str) if len(found) > 1 else list(found)

    def lists(self, predicate: Term) -> Iterator[tuple[Statement, tuple[Term, ...]]]:
        """Yield each statement whose object is a list, with the members of the list."""
        for holder, head in self.pairs(predicate):
            yield (holder, predicate, head), self.members(head)

    def members(self, head: Term) -> tuple[Term, ...]:
        """Return the members of a list, one for each cell.

        Where a member is the same as another, the closed list has both in one cell, and either
        will do.
        """
        members: list[Term] = []
        seen: set[Term] = {RDF.nil}
        while head not in seen:
            seen.add(head)
            members += self.objects(head, RDF.first)[:1]
            head = next(iter(self.objects(head, RDF.rest)), RDF.nil)
        return tuple(members)

    def related(self, subject: Slot, prop: Slot, value: Slot) -> Atom:
        """Return the atom of a property; of the property itself where it is a nameless inverse."""
        if not isinstance(prop, BlankNode):
            return Atom(subject, prop, value)
        seen: set[Slot] = set()
        while isinstance(prop, BlankNode) and prop not in seen:
            seen.add(prop)
            inverses = self.index.objects(prop, OWL.inverseOf)
            inverses = inverses | self.index.subjects(OWL.inverseOf, prop)
            # A property with a name ends the search.
            named = [one for one in inverses if not isinstance(one, BlankNode)]
            for other in sorted(named or inverses - seen, key=str)[:1]:
                subject, prop, value = value, other, subject
        return Atom(subject, prop, value)


class Memory:
    """Closes ontologies by the rules for classes and properties, and remembers the last one.

    Whatever looks at the ontology of a graph then finds it closed.
    """

    def __init__(self) -> None:
        self._last: tuple[frozenset[Statement], Axioms] | None = None

    def closed(self, schema: Collection[Statement], budget: Budget | None = None) -> Axioms:
        """Return an ontology with all that it entails, as ``close_schema`` has it.

        >>> memory = Memory()
        >>> memory.closed([]) is memory.closed([])
        True
        """
        said = frozenset(schema)
        if self._last is None or self._last[0] != said:
            self._last = said, Axioms(close_schema(said, budget))
        return self._last[1]


class Order:
    """Which of some terms imply which others: subclasses or subproperties.

    Args:
        wider: for each term, what it implies; itself counts for nothing.
        without: a term that implies nothing and is of no interest.

    >>> from kg.namespaces import REL
    >>> order = Order({REL.Claim: {REL.Unit, REL.Event}, REL.Unit: {REL.Event}})
    >>> [wider.value.rpartition("#")[2] for _, wider in order.steps()]
    ['Unit', 'Event']
    """

    def __init__(
        self, wider: Mapping[Term, AbstractSet[Term]], without: Term | None = None
    ) -> None:
        self._wider = {one: {*above} - {one, without} for one, above in wider.items()}
        for top in set[Term]().union(*self._wider.values()) - self._wider.keys():
            self._wider[top] = set()

    def wider(self, term: Term) -> set[Term]:
        """Return what a term implies, itself left out."""
        return self._wider.get(term, set())

    def implies(self, narrower: Term, wider: Term) -> bool:
        """Return whether one term implies another, or is it."""
        return narrower == wider or wider in self.wider(narrower)

    def leader(self, term: Term) -> Term:
        """Return the one that speaks for all terms that imply each other."""
        equals = [one for one in self.wider(term) if term in self.wider(one)]
        return min((term, *equals), key=str)

    def steps(self) -> Iterator[tuple[Term, Term]]:
        """Yield so few pairs that all others follow from them, in order."""
        leaders = {term: self.leader(term) for term in self._wider}
        above: dict[Term, set[Term]] = {}
        for term, leader in leaders.items():
            if term == leader:
                above[term] = {leaders[one] for one in self._wider[term]} - {term}
        for term in sorted(self._wider, key=str):
            leader = leaders[term]
            if term != leader:
                yield term, leader
                yield leader, term
            else:
                indirect: set[Term] = set().union(*(above[one] for one in above[term]))
                yield from ((term, wider) for wider in sorted(above[term] - indirect, key=str))


def _key(pair: tuple[Term, Term]) -> tuple[str, str]:
    return str(pair[0]), str(pair[1])
