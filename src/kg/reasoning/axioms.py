"""A closed ontology as the compiler reads it: pairs in order, lists, atoms, what implies what."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Variable

from kg.namespaces import OWL, RDF, RDFS
from kg.reasoning.hierarchy import close_schema
from kg.reasoning.index import Index, Statement, Term
from kg.reasoning.program import Atom

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from collections.abc import Set as AbstractSet

    from kg.budget import Budget
    from kg.reasoning.program import Slot

__all__ = ["Axioms", "Memory", "Order", "V", "falls_under"]

#: The variables of the rules, in the letters of the specification.
V = {name: Variable(name) for name in ("u", "v", "x", "y", "z", "p", "x2", "y1", "y2", "p2")}


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

    def of_kind(self, kind: Term) -> list[Term]:
        """Return what is of a class, in order."""
        return sorted(self.index.subjects(RDF.type, kind), key=str)

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

    def restrictions(
        self, predicate: Term
    ) -> Iterator[tuple[tuple[Statement, Statement], Term, Term, Term]]:
        """Yield the two axioms of each restriction, the restriction, its property and its value."""
        for kind, value in self.pairs(predicate):
            for prop in self.objects(kind, OWL.onProperty):
                said = (kind, predicate, value), (kind, OWL.onProperty, prop)
                yield said, kind, prop, value

    def related(self, subject: Slot, prop: Term, value: Slot) -> Atom:
        """Return the atom of a property; of the property itself where it is a nameless inverse."""
        seen = set()
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


def falls_under(member: Slot, kind: Term) -> Atom:
    """Return the atom that says that something is of a class.

    >>> falls_under(V["x"], OWL.Thing).predicate == RDF.type
    True
    """
    return Atom(member, RDF.type, kind)


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
        """Tell whether one term implies another, or is it."""
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
