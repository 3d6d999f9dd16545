"""Look-up of what holds in a closed graph, statement by statement or by pattern.

A closure leaves out what no reader wants: that a thing is of a nameless class, that a literal is
of a datatype, whatever has the nameless inverse of a property as its predicate. Proofs pass
through such statements, so here they count as what may hold, until a search finds out.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import islice
from typing import TYPE_CHECKING, TypeAlias, cast

from pyoxigraph import BlankNode, Literal, Variable

from kg.namespaces import OWL, RDF, RDFS
from kg.reasoning.datatypes import OWL_2_RL
from kg.reasoning.statements import (
    STRUCTURE,
    STRUCTURE_CLASSES,
    Index,
    Statement,
    Term,
    nameless,
    terms,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from kg.reasoning.rules import Pattern
    from kg.reasoning.statements import Lookup

__all__ = ["Completion", "Entailed", "Premises", "fill", "open_terms"]

_EVERYTHING = frozenset({OWL.Thing, RDFS.Resource})
_REFLEXIVE = frozenset({OWL.sameAs, RDFS.subClassOf, RDFS.subPropertyOf})
_LISTS = frozenset({RDF.first, RDF.rest})
_SCHEMA = (
    STRUCTURE
    | terms(RDFS, "domain range subClassOf subPropertyOf")
    | terms(OWL, "equivalentClass equivalentProperty hasKey propertyChainAxiom")
)
_SCHEMA_CLASSES = STRUCTURE_CLASSES | terms(
    OWL,
    """DatatypeProperty FunctionalProperty InverseFunctionalProperty SymmetricProperty
    TransitiveProperty""",
)
_PROPERTY_CLASSES = (OWL.ObjectProperty, OWL.DatatypeProperty)
#: How many subjects of a literal are asked whether they have another one in its place.
_SHARERS = 100


class Entailed:
    """Looks up what holds; what was asked is remembered.

    Args:
        given: what is asserted, facts and ontology.
        derived: what follows from it; what is given may be in it too.

    >>> from kg.namespaces import REL
    >>> entailed = Entailed(Index([(REL.Event, RDF.type, OWL.Class)]), Index())
    >>> entailed.is_given((REL.Event, RDF.type, OWL.Class))
    True
    """

    def __init__(self, given: Lookup, derived: Lookup) -> None:
        self._given, self._derived = given, derived
        axioms = list(_axioms(given))
        self.nameless = nameless(axioms)
        #: The parts of nameless class expressions, for a rendering to say what they mean.
        self.definitions = tuple(one for one in axioms if one[0] in self.nameless)
        #: What the rules need to know of the ontology, which fits in memory.
        self.schema = Index(axioms)
        for one in _axioms(derived):
            if one[1] not in _LISTS:
                self.schema.add(one)
        _complete(self.schema, self.nameless)
        functional = self.schema.subjects(RDF.type, OWL.FunctionalProperty)
        self._functional = sorted(functional, key=str)
        self._asserted: dict[Statement, bool] = {}
        self._possible: dict[Statement, bool] = {}

    def is_given(self, one: Statement) -> bool:
        """Return whether a statement is asserted."""
        if one not in self._asserted:
            self._asserted[one] = one in self._given
        return self._asserted[one]

    def holds(self, one: Statement) -> bool:
        """Return whether a statement is asserted, or derived and kept."""
        return self.is_given(one) or one in self._derived

    def may_hold(self, one: Statement) -> bool:
        """Return whether a statement holds, or is of a kind that the closure leaves out."""
        if one not in self._possible:
            self._possible[one] = self._is_left_out(one) or self.holds(one) or one in self.schema
        return self._possible[one]

    def _is_left_out(self, one: Statement) -> bool:
        subject, predicate, value = one
        if predicate == RDF.type and isinstance(subject, Literal):
            return True
        if predicate in (RDF.type, RDFS.subClassOf) and (
            value in _EVERYTHING or (predicate == RDF.type and value in self.nameless)
        ):
            return True
        if predicate == OWL.sameAs and isinstance(subject, Literal) and isinstance(value, Literal):
            return True
        if isinstance(predicate, BlankNode):
            return any(self.may_hold((value, p, subject)) for p in self._inverses(predicate))
        return subject == value and predicate in _REFLEXIVE

    def is_schema(self, predicate: object) -> bool:
        """Return whether statements with a predicate are part of the ontology."""
        return predicate in _SCHEMA

    def is_listed(self, predicate: object, value: object) -> bool:
        """Return whether all that has a value as a predicate can be listed."""
        if predicate == RDF.type:
            return not (value in self.nameless or value in _EVERYTHING or value in OWL_2_RL)
        return predicate != RDFS.subClassOf or value not in _EVERYTHING

    def terms(
        self, subject: Term | None, predicate: Term, value: Term | None, *, given: bool
    ) -> Iterator[Term]:
        """Yield what completes a statement that lacks its subject or its object.

        What is asserted comes first, and all comes as it is asked for.

        Args:
            subject: of the statement, or None.
            predicate: of the statement.
            value: the object of the statement, or None.
            given: whether only what is asserted counts.
        """
        place = 0 if subject is None else 2
        if predicate in _SCHEMA and not given:
            found = (one[place] for one in self.schema.statements(subject, predicate, value))
            yield from sorted(found, key=str)
            return
        if isinstance(predicate, BlankNode):
            for p in self._inverses(predicate):
                yield from self.terms(value, p, subject, given=given)
        for one in _read(self._given, subject, predicate, value):
            yield one[place]
        if not given:
            for one in _read(self._derived, subject, predicate, value):
                yield one[place]
            literal = value if subject is None else subject
            if predicate == OWL.sameAs and isinstance(literal, Literal):
                yield from self._same_literals(literal)

    def _inverses(self, nameless_property: BlankNode) -> list[Term]:
        found = self.schema.objects(nameless_property, OWL.inverseOf) | self.schema.subjects(
            OWL.inverseOf, nameless_property
        )
        return sorted((p for p in found if not isinstance(p, BlankNode)), key=str)

    def _same_literals(self, literal: Literal) -> Iterator[Term]:
        """Yield the literals that a functional property makes the same as one."""
        for p in self._functional:
            for subject in islice(self.terms(None, p, literal, given=False), _SHARERS):
                yield from (
                    one for one in self.terms(subject, p, None, given=False) if one != literal
                )


def _axioms(lookup: Lookup) -> Iterator[Statement]:
    """Yield the statements that say what the terms mean, without a look at the others."""
    for predicate in sorted(_SCHEMA, key=str):
        yield from lookup.statements(None, predicate)
    for kind in sorted(_SCHEMA_CLASSES, key=str):
        yield from lookup.statements(None, RDF.type, kind)


def _read(
    lookup: Lookup, subject: Term | None, predicate: Term, value: Term | None
) -> Iterator[Statement]:
    found = lookup.statements(subject, predicate, value)
    # A set has no order of its own; a store has one.
    return iter(sorted(found, key=_words)) if isinstance(lookup, Index) else found


def _words(one: Statement) -> list[str]:
    return [str(term) for term in one]


def _complete(index: Index, nameless: Collection[BlankNode]) -> None:
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


#: What a rule takes, each statement in its place.
Premises: TypeAlias = tuple[Statement, ...]

#: How many terms are tried for each that may be found.
_REACH = 16


class Completion:
    """Completes patterns.

    Args:
        entailed: what holds.
        limit: how many statements of the data are taken where more complete a pattern.
    """

    def __init__(self, entailed: Entailed, limit: int) -> None:
        #: Whether there was more than the limit.
        self.was_cut = False
        self._entailed, self._limit = entailed, limit
        self._found: dict[tuple[tuple[Pattern, ...], bool], list[Term]] = {}

    def premises(self, body: Sequence[Pattern], *, given: bool) -> Iterator[Premises]:
        """Yield the ways to complete patterns so that all of them may hold.

        Args:
            body: the patterns.
            given: whether only what is asserted counts.
        """
        holds = self._entailed.is_given if given else self._entailed.may_hold
        pending = [one for one in body if open_terms(one)]
        if all(holds(cast("Statement", one)) for one in body if one not in pending):
            yield from self._complete(tuple(body), pending, given=given)

    def _complete(
        self, body: tuple[Pattern, ...], pending: list[Pattern], *, given: bool
    ) -> Iterator[Premises]:
        if not pending:
            yield cast("Premises", body)
            return
        options: dict[Variable, list[Pattern]] = {}
        for one in pending:
            if len(found := open_terms(one)) == 1:
                options.setdefault(found[0], []).append(one)
        choices = {
            variable: self._candidates(tuple(patterns), given=given)
            for variable, patterns in options.items()
        }
        # A chain is followed from the end that branches less.
        variable = min(choices, key=lambda one: len(choices[one]))
        for term in choices[variable]:
            filled = tuple(fill(one, variable, term) for one in body)
            rest = [one for one in filled if open_terms(one)]
            yield from self._complete(filled, rest, given=given)

    def _candidates(self, patterns: tuple[Pattern, ...], *, given: bool) -> list[Term]:
        """Return the terms that complete patterns of one variable, what is asserted first."""
        key = (patterns, given)
        if key not in self._found:
            self._found[key] = self._find(patterns, given=given)
        return self._found[key]

    def _find(self, patterns: tuple[Pattern, ...], *, given: bool) -> list[Term]:
        entailed = self._entailed
        (variable,) = open_terms(patterns[0])
        listed = [
            one for one in patterns if one[1] != variable and entailed.is_listed(one[1], one[2])
        ]
        # A literal may be of a class, but is not listed there: that side comes in late.
        sides = [one for one in listed if one[1] != RDF.type] or listed
        found, ended = self._meet(sides, patterns, given=given)
        if not ended and len(sides) < len(listed):
            found, ended = self._meet(listed, patterns, given=given)

        def rank(term: Term) -> tuple[int, str]:
            whole = (cast("Statement", fill(one, variable, term)) for one in patterns)
            return -sum(map(entailed.is_given, whole)), str(term)

        if len(found) > 1:
            found.sort(key=rank)
        if any(entailed.is_schema(one[1]) for one in sides):
            return found
        self.was_cut |= not given and (not ended or len(found) > self._limit)
        return found[: self._limit]

    def _meet(
        self, sides: list[Pattern], patterns: tuple[Pattern, ...], *, given: bool
    ) -> tuple[list[Term], bool]:
        """Read the sides in turn, until the shortest of them ends or enough is found.

        Returns:
            The terms that complete all patterns, and whether these are all.
        """
        entailed = self._entailed
        (variable,) = open_terms(patterns[0])
        holds = entailed.is_given if given else entailed.may_hold
        readers = [entailed.terms(*_lacking(one), given=given) for one in sides]
        found: list[Term] = []
        seen: set[Term] = set()
        # An ontology is read whole; only the data may be too much.
        whole = any(entailed.is_schema(one[1]) for one in sides)
        while whole or len(seen) <= _REACH * self._limit:
            for reader in readers:
                term = next(reader, None)
                if term is None:
                    return found, True
                if term not in seen:
                    seen.add(term)
                    if all(holds(cast("Statement", fill(one, variable, term))) for one in patterns):
                        found.append(term)
        return found, False


def open_terms(pattern: Pattern) -> tuple[Variable, ...]:
    """Return the variables of a pattern.

    >>> open_terms((Variable("x"), RDF.type, RDF.List))
    (<Variable value=x>,)
    """
    return tuple(slot for slot in pattern if isinstance(slot, Variable))


def fill(pattern: Pattern, variable: Variable, term: Term) -> Pattern:
    """Put a term in the place of a variable.

    >>> fill((Variable("x"), RDF.type, RDF.List), Variable("x"), RDF.nil)[0] == RDF.nil
    True
    """
    subject, predicate, value = pattern
    return (
        term if subject == variable else subject,
        term if predicate == variable else predicate,
        term if value == variable else value,
    )


def _lacking(pattern: Pattern) -> tuple[Term | None, Term, Term | None]:
    subject, predicate, value = pattern
    return (
        None if isinstance(subject, Variable) else subject,
        cast("Term", predicate),
        None if isinstance(value, Variable) else value,
    )
