"""The rules of OWL 2 RL for classes and properties (table 9), from what is said to what follows.

Ontologies have thousands of classes, so terms are numbers here, each rule runs on all statements
of its form at once, and what is above a term is found by going up from it.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from kg.namespaces import OWL, RDF, RDFS
from kg.reasoning.statements import AXIOM_CLASSES, AXIOM_PREDICATES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from kg.budget import Budget
    from kg.reasoning.statements import Statement, Term

__all__ = ["close_schema", "is_plain"]

#: What is above what, or related to what, in numbers.
_Pairs = dict[int, set[int]]

_TYPE, _FIRST, _REST, _SAME = RDF.type, RDF.first, RDF.rest, OWL.sameAs
_DECLARATIONS = frozenset({OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, RDF.Property})
#: What the rules look for as a predicate or a class.
_LANGUAGE = AXIOM_PREDICATES | AXIOM_CLASSES | {_TYPE, _FIRST, _REST, _SAME}
#: As the object of one of these, a term is used as much as a subject is.
_BOTH_WAYS = frozenset(
    {_FIRST, _SAME, OWL.equivalentClass, OWL.equivalentProperty, OWL.inverseOf, OWL.onProperty}
)


def is_plain(schema: Iterable[Statement]) -> bool:
    """Return whether table 9 alone makes axioms of axioms.

    That is where nothing is said of the words of OWL themselves.

    >>> is_plain([(OWL.Thing, RDFS.subClassOf, OWL.Thing)])
    True
    >>> is_plain([(OWL.Class, RDFS.subClassOf, OWL.Thing)])
    False
    """
    for subject, predicate, value in schema:
        if subject in _LANGUAGE and not (predicate == _TYPE and value in _DECLARATIONS):
            return False
        if predicate in _BOTH_WAYS and value in _LANGUAGE:
            return False
    return True


def close_schema(
    schema: Collection[Statement], budget: Budget | None = None
) -> frozenset[Statement]:
    """Return an ontology with all that it entails by the rules for classes and properties.

    What the other rules make of axioms, as facts, is left to those who run them. It is no axiom
    as long as the ontology ``is_plain``.

    >>> from kg.namespaces import REL
    >>> said = [(REL.Claim, RDFS.subClassOf, REL.Unit), (REL.Unit, RDFS.subClassOf, REL.Event)]
    >>> (REL.Claim, RDFS.subClassOf, REL.Event) in close_schema(said)
    True
    """
    return _Hierarchy(schema).closed(budget)


class _Hierarchy:
    """Axioms by predicate, in numbers; terms that are the same have one number."""

    def __init__(self, schema: Collection[Statement]) -> None:
        self._terms: list[list[Term]] = []
        self._numbers: dict[Term, int] = {}
        self._said: dict[Term, _Pairs] = {}
        for group in _groups((one[0], one[2]) for one in schema if one[1] == _SAME):
            self._numbers.update(dict.fromkeys(group, len(self._terms)))
            self._terms.append(group)
        self._merged = range(len(self._terms))
        for subject, predicate, value in schema:
            self._pairs(predicate).setdefault(self._number(subject), set()).add(self._number(value))
        self._thing, self._nothing = self._number(OWL.Thing), self._number(OWL.Nothing)
        types = self._pairs(_TYPE)
        for built_in in (self._thing, self._nothing):
            types.setdefault(built_in, set()).add(self._number(OWL.Class))

    def _number(self, term: Term) -> int:
        number = self._numbers.get(term)
        if number is None:
            number = self._numbers[term] = len(self._terms)
            self._terms.append([term])
        return number

    def _pairs(self, predicate: Term) -> _Pairs:
        return self._said.setdefault(predicate, {})

    def closed(self, budget: Budget | None) -> frozenset[Statement]:
        """Apply all rules, and return what is said and what follows."""
        said = self._pairs
        properties = self._above(self._steps(RDFS.subPropertyOf, OWL.equivalentProperty))
        for one in self._of(OWL.ObjectProperty, OWL.DatatypeProperty, RDF.Property):
            properties.setdefault(one, set()).add(one)
        classes = self._classes(properties, budget)
        for order, below, same in (
            (properties, RDFS.subPropertyOf, OWL.equivalentProperty),
            (classes, RDFS.subClassOf, OWL.equivalentClass),
        ):
            _put(said(below), order)
            mutual = {
                one: {other for other in above if one in order.get(other, ())}
                for one, above in order.items()
            }
            _put(said(same), mutual)
        for predicate in (RDFS.domain, RDFS.range):
            _put(said(predicate), _ends(said(predicate), properties, classes))
        return frozenset(self._statements())

    def _statements(self) -> Iterator[Statement]:
        terms = self._terms
        for predicate, pairs in self._said.items():
            for subject, values in pairs.items():
                for one in terms[subject]:
                    yield from (
                        (one, predicate, other) for value in values for other in terms[value]
                    )

    def _of(self, *kinds: Term) -> list[int]:
        wanted = {self._number(kind) for kind in kinds}
        return [one for one, found in self._pairs(_TYPE).items() if not wanted.isdisjoint(found)]

    def _steps(self, below: Term, same: Term) -> _Pairs:
        """Return which term is said to be below which, also by being equivalent."""
        steps: _Pairs = defaultdict(set)
        _put(steps, self._pairs(below))
        for one, others in self._pairs(same).items():
            # What has two names is said to be itself by the one that is equivalent to the other.
            for other in others if one in self._merged else others - {one}:
                steps[one].add(other)
                steps[other].add(one)
        return steps

    def _classes(self, properties: _Pairs, budget: Budget | None) -> _Pairs:
        """Return what is above each class, restrictions above others among it."""
        steps = self._steps(RDFS.subClassOf, OWL.equivalentClass)
        for kind, part in self._members(OWL.intersectionOf):
            steps[kind].add(part)
        for kind, part in self._members(OWL.unionOf):
            steps[part].add(kind)
        for declared in self._of(OWL.Class):
            steps[declared] |= {declared, self._thing}
            steps[self._nothing].add(declared)
        restrictions = {
            quantifier: self._restrictions(quantifier)
            for quantifier in (OWL.hasValue, OWL.someValuesFrom, OWL.allValuesFrom)
        }
        while True:
            if budget:
                budget.check("closing the ontology")
            classes = self._above(steps)
            grown = False
            for quantifier, held in restrictions.items():
                for one, others in _within(quantifier, held, properties, classes):
                    if not others <= classes.get(one, set()):
                        steps[one] |= others
                        grown = True
            if not grown:
                return classes

    def _above(self, steps: _Pairs) -> _Pairs:
        """Return all that is above each term; itself only if that is said, as owlrl has it."""
        found: _Pairs = {}
        for start in _downwards(steps):
            above: set[int] = set()
            waiting = [*steps[start]]
            while waiting:
                one = waiting.pop()
                if one not in above:
                    above.add(one)
                    if one in found:
                        above |= found[one]
                    else:
                        waiting += steps.get(one, ())
            if start not in steps[start] and start not in self._merged:
                above.discard(start)
            found[start] = above
        return found

    def _members(self, predicate: Term) -> Iterator[tuple[int, int]]:
        """Yield what has a list as this predicate, with each member."""
        firsts, rests = self._pairs(_FIRST), self._pairs(_REST)
        for holder, heads in self._pairs(predicate).items():
            seen: set[int] = set()
            waiting = [*heads]
            while waiting:
                cell = waiting.pop()
                if cell not in seen:
                    seen.add(cell)
                    yield from ((holder, member) for member in firsts.get(cell, ()))
                    waiting += rests.get(cell, ())

    def _restrictions(self, quantifier: Term) -> dict[int, dict[int, set[int]]]:
        """Return the restrictions with a filler on a property, by property and filler."""
        found: dict[int, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
        properties = self._pairs(OWL.onProperty)
        for kind, fillers in self._pairs(quantifier).items():
            for prop in properties.get(kind, ()):
                for filler in fillers:
                    found[prop][filler].add(kind)
        return found


def _within(
    quantifier: Term,
    held: dict[int, dict[int, set[int]]],
    properties: _Pairs,
    classes: _Pairs,
) -> Iterator[tuple[int, set[int]]]:
    """Yield each restriction with those that it is a subclass of; rules scm-hv, svf and avf."""
    for prop, by_filler in held.items():
        for wider in properties.get(prop, ()):
            of_wider = held.get(wider, {})
            for filler in by_filler.keys() & of_wider.keys():
                below, above = by_filler[filler], of_wider[filler]
                # All values of the wider property being of a kind, so are those of the narrower.
                if quantifier == OWL.allValuesFrom:
                    below, above = above, below
                yield from ((one, above) for one in below)
        for filler in by_filler if quantifier != OWL.hasValue else ():
            for wider in classes.get(filler, set()) & by_filler.keys():
                yield from ((one, by_filler[wider]) for one in by_filler[filler])


def _downwards(steps: _Pairs) -> list[int]:
    """Return what has something above it, after all that is above it unless in a circle."""
    order: list[int] = []
    seen: set[int] = set()
    for root in list(steps):
        waiting = [root]
        while waiting:
            one = waiting.pop()
            if one < 0:
                # All that is above it has been seen.
                order.append(~one)
            elif one not in seen and one in steps:
                seen.add(one)
                waiting.append(~one)
                waiting += steps[one]
    return order


def _ends(said: _Pairs, properties: _Pairs, classes: _Pairs) -> _Pairs:
    """Return the domains or the ranges of properties: rules scm-dom1, scm-dom2 and their like."""
    found: _Pairs = {}
    for prop in {*properties, *said}:
        near: set[int] = set().union(
            *(said.get(one, ()) for one in {prop, *properties.get(prop, ())})
        )
        if near:
            found[prop] = near.union(*(classes.get(kind, ()) for kind in near))
    return found


def _groups(pairs: Iterable[tuple[Term, Term]]) -> Iterator[list[Term]]:
    """Yield the terms that are the same, in groups."""
    beside: dict[Term, set[Term]] = defaultdict(set)
    for one, other in pairs:
        beside[one].add(other)
        beside[other].add(one)
    seen: set[Term] = set()
    for start in beside:
        group = [] if start in seen else [start]
        seen.add(start)
        for one in group:
            group += beside[one] - seen
            seen |= beside[one]
        if len(group) > 1:
            yield group


def _put(target: _Pairs, more: _Pairs) -> None:
    for one, others in more.items():
        if others:
            target.setdefault(one, set()).update(others)
