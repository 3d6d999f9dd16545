"""The ways to complete what a rule asks for: joins over a closed graph, asserted facts first."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, cast

from pyoxigraph import Variable

from kg.namespaces import RDF
from kg.reasoning.statements import Statement, Term

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kg.reasoning.entailed import Entailed
    from kg.reasoning.rules import Pattern

__all__ = ["Completion", "Premises", "fill", "open_terms"]

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
