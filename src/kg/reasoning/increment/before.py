"""A closed graph before a change, with the statements that its closure leaves out.

That a thing is of a nameless class, that a literal is of a datatype or the same as another, and
whatever has the nameless inverse of a property as its predicate: none of it is kept in a graph, so
it is worked out backwards, by the rules that conclude it, when it is asked for.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal

from kg.namespaces import OWL, RDF, RDFS
from kg.reasoning.datatypes import OWL_2_RL, broader, differ
from kg.reasoning.increment.matching import Goal, Plan, Rulebook, solutions
from kg.reasoning.rules import EQUALITY, variables
from kg.reasoning.statements import Statement, Term, noise

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from pyoxigraph import NamedNode

    from kg.reasoning.lookups import Buffered, Overlay
    from kg.reasoning.rules import Program, Rule

__all__ = ["Before", "Rules", "Support", "types_of_literals"]

# An attribute of a namespace costs a search each time.
_TYPE, _SAME_AS = RDF.type, OWL.sameAs
_NEVER = 1 << 30
_EVERYTHING = frozenset({OWL.Thing, RDFS.Resource})
_EQUAL = frozenset(rule.name for rule in EQUALITY)


class Rules:
    """The rules of a program, those of equality among them, and what there is to know of them."""

    def __init__(self, program: Program) -> None:
        self.nameless, self.datatypes = program.nameless, program.datatypes
        own = [rule for rule in program.rules if rule.name not in _EQUAL]
        # Rule eq-trans is eq-rep-o applied to owl:sameAs itself.
        self.book = Rulebook([*own, *(one for one in EQUALITY if one.name != "eq-trans")])
        #: What rules name; a term that is made the same as one of them changes the rules.
        self.constants = frozenset(
            slot
            for rule in own
            for atom in (*rule.body, *((rule.head,) if rule.head else ()))
            for slot in (atom.subject, atom.predicate, atom.object)
            if isinstance(slot, Term) and slot not in (_TYPE, _SAME_AS)
        )
        #: Whether that each thing is the same as itself (eq-ref) is a premise of anything.
        self.reflexive = any(
            atom.predicate == _SAME_AS and variables(atom)
            for rule in own
            if rule.name != "eq-diff1"
            for atom in rule.body
        )
        self.turning = _turning(own)
        self._concluded = {
            slot
            for rule in own
            if rule.head
            for slot in (rule.head.subject, rule.head.object)
            if isinstance(slot, Term)
        }

    def hides(self, one: Statement) -> bool:
        """Return whether a statement, if not asserted, is kept from readers."""
        return noise(one, self.nameless) is not None

    def is_concluded(self, term: Term) -> bool:
        """Return whether a rule says something of this very term."""
        return term in self._concluded


def _turning(rules: Iterable[Rule]) -> frozenset[Term]:
    """Return the predicates that a rule gives to what is the object of another statement.

    That may be a literal.
    """
    found: set[Term] = set()
    growing = True
    while growing:
        growing = False
        for rule in rules:
            head = rule.head
            if head is None or head.predicate in found or head.predicate == _TYPE:
                continue
            sure = any(
                atom.subject == head.subject and atom.predicate not in found for atom in rule.body
            )
            if not sure and isinstance(head.predicate, Term):
                found.add(head.predicate)
                growing = True
    return frozenset(found)


def types_of_literals(literal: Literal, datatypes: Collection[NamedNode]) -> Iterator[NamedNode]:
    """Yield those of some datatypes that a literal is of without being told (rule dt-type2).

    >>> from kg.namespaces import XSD
    >>> two = Literal("2", datatype=XSD.byte)
    >>> list(types_of_literals(two, [XSD.integer, XSD.string])) == [XSD.integer]
    True
    """
    if datatypes and literal.datatype in OWL_2_RL:
        yield from (one for one in broader(literal.datatype) if one in datatypes)


class Before:
    """A closed graph, and all that follows from it.

    Args:
        rules: the rules it is closed by.
        given: what is asserted.
        closed: what is asserted and what follows, less what is hidden.
    """

    def __init__(self, rules: Rules, given: Buffered, closed: Buffered) -> None:
        self._rules, self._given, self._closed = rules, given, closed
        self._seen: dict[Statement, bool] = {}
        self._same: dict[Term, frozenset[Term]] = {}
        self._tables: dict[Goal, frozenset[Statement]] = {}
        # The goals being worked on, each with what was found so far and how deep it stands.
        self._partial: dict[Goal, set[Statement]] = {}
        self._depths: dict[Goal, int] = {}
        self._lowest = _NEVER

    def __contains__(self, one: Statement) -> bool:
        """Return whether a statement holds."""
        if one not in self._seen:
            self._seen[one] = one in self._closed
        return self._seen[one] or (self._rules.hides(one) and self._follows(one))

    def _follows(self, one: Statement) -> bool:
        subject, predicate, value = one
        if predicate == _SAME_AS:
            return subject == value or value in self.same(subject)
        return self._by_itself(one) or bool(self._solve(one))

    def _by_itself(self, one: Statement) -> bool:
        """Return whether a literal is of a datatype by rule dt-type2."""
        subject, predicate, value = one
        return (
            isinstance(subject, Literal)
            and predicate == _TYPE
            and value in tuple(types_of_literals(subject, self._rules.datatypes))
            and any(True for _ in self._given.statements(value=subject))
        )

    def plans_for(self, one: Statement) -> tuple[Plan, ...]:
        """Return the plans of the rules that may conclude a statement."""
        book = self._rules.book
        plans = book.for_conclusion(one)
        return plans + book.for_any_conclusion(one) if self.has_other_names(one) else plans

    def has_other_names(self, one: Statement) -> bool:
        """Return whether a term of a statement is the same as another."""
        return any(map(self.same, one))

    def statements(
        self,
        subject: Term | None = None,
        predicate: Term | None = None,
        value: Term | None = None,
    ) -> Iterator[Statement]:
        """Yield the statements with the terms that are given.

        Without a predicate, hidden ones are left out: rules eq-rep-s and eq-rep-o make copies of
        all that they rest on, so that the copies of hidden ones follow by the same rules.
        """
        if predicate == _SAME_AS and subject is not None:
            yield from ((subject, predicate, one) for one in self.same(subject))
        elif predicate == _SAME_AS and value is not None:
            yield from ((one, predicate, value) for one in self.same(value))
        else:
            yield from self._closed.statements(subject, predicate, value)
            if predicate is not None and self._may_hide(subject, predicate, value):
                goal = (subject, predicate, value)
                yield from (one for one in self._solve(goal) if one not in self._closed)

    def _may_hide(self, subject: Term | None, predicate: Term, value: Term | None) -> bool:
        if isinstance(predicate, BlankNode) or isinstance(subject, Literal):
            return True
        if predicate == _TYPE:
            return value in _EVERYTHING or value in self._rules.nameless
        return subject is None and value is not None and predicate in self._rules.turning

    def same(self, term: Term) -> frozenset[Term]:
        """Return what else is the same as a term."""
        if term not in self._same:
            self._same[term] = frozenset()
            if isinstance(term, Literal):
                self._same[term] = self._same_literals(term)
            else:
                found = self._closed.statements(term, _SAME_AS)
                self._same[term] = frozenset(value for _, _, value in found) - {term}
        return self._same[term]

    def _same_literals(self, literal: Literal) -> frozenset[Term]:
        """Return what is the same as a literal; a graph cannot hold that it is.

        Whatever has the literal as a value has the others as well, so that one place where it is
        found tells what to look at.
        """
        for holder, predicate, _ in self._closed.statements(value=literal):
            if not self._rules.hides((holder, predicate, literal)):
                others = {o for _, _, o in self._closed.statements(holder, predicate)}
                if predicate == _SAME_AS:
                    return frozenset(others | {holder}) - {literal}
                return self._connected(literal, others - {literal})
        return frozenset()

    def _connected(self, literal: Literal, others: set[Term]) -> frozenset[Term]:
        reached: set[Term] = {literal}
        waiting: list[Term] = [literal]
        while waiting:
            one = waiting.pop()
            for other in others - reached:
                if self._are_made_same(one, other) or self._are_made_same(other, one):
                    reached.add(other)
                    waiting.append(other)
        return frozenset(reached - {literal})

    def _are_made_same(self, one: Term, other: Term) -> bool:
        """Return whether a rule that is not about equality makes two terms the same."""
        if isinstance(one, Literal) and isinstance(other, Literal) and differ(one, other):
            return False
        goal = (one, _SAME_AS, other)
        if goal in self._closed:
            return True
        for plan in self._rules.book.for_conclusion(goal):
            binding = plan.begin(goal)
            if plan.rule.name in _EQUAL or binding is None:
                continue
            if any(True for _ in solutions(plan, binding, self)):
                return True
        return False

    def _solve(self, goal: Goal) -> frozenset[Statement] | set[Statement]:
        """Return the hidden statements that a goal stands for.

        Goals may depend on each other in a circle, such as classes that are defined by each other.
        The first of a circle is gone through again until nothing new is found, and only then is
        the result kept; what the others found meanwhile is not, since it may be too little.
        """
        if goal in self._tables:
            return self._tables[goal]
        if goal in self._depths:
            self._lowest = min(self._lowest, self._depths[goal])
            return set(self._partial[goal])
        depth, outer = len(self._depths), self._lowest
        self._depths[goal], self._partial[goal] = depth, set()
        found, lowest, ground = self._partial[goal], _NEVER, None not in goal
        before = -1
        while before < len(found) and not (ground and found):
            before = len(found)
            self._lowest = _NEVER
            self._conclude(goal, found, ground=ground)
            lowest = min(lowest, self._lowest)
            if lowest > depth:
                break
        del self._depths[goal], self._partial[goal]
        if lowest >= depth or (ground and found):
            self._tables[goal] = frozenset(found)
            lowest = _NEVER
        self._lowest = min(outer, lowest)
        return found

    def _conclude(self, goal: Goal, found: set[Statement], *, ground: bool) -> None:
        plans = self._rules.book.for_conclusion(goal)
        if self._names_individuals(goal):
            plans += self._rules.book.for_any_conclusion(goal)
        for plan in plans:
            binding = plan.begin(goal)
            if binding is None:
                continue
            for solution in solutions(plan, binding, self):
                one = plan.conclusion(solution)
                if one is not None and self._rules.hides(one):
                    found.add(one)
                    if ground:
                        return

    def _names_individuals(self, goal: Goal) -> bool:
        """Return whether a hidden statement may follow by equality alone.

        Where a rule names no individual, what it says of one it says of all that are the same.
        """
        return any(
            self._rules.is_concluded(other)
            for term in (goal[0], goal[2])
            if term is not None and term not in self._rules.nameless
            for other in self.same(term)
        )


#: How many steps a proof may have one upon the other, and how many are tried for a conclusion.
#: What is not found within these bounds is deleted and derived again, which only takes longer.
_DEPTH, _WIDTH = 6, 50


class Support:
    """Proofs of a few steps, found backwards.

    Such a proof ends in what is asserted, so it cannot be one of what it rests on.

    Args:
        rules: the rules.
        before: the closed graph as it was, for what to try.
        asserted: what stays asserted.
        is_fixed: tells of a statement whether no change that is followed can reach it.
    """

    def __init__(
        self,
        rules: Rules,
        before: Before,
        asserted: Overlay,
        is_fixed: Callable[[Statement], bool],
    ) -> None:
        self._rules, self._before, self._asserted = rules, before, asserted
        self._is_fixed = is_fixed
        self._proved: set[Statement] = set()
        self._failed: dict[Statement, int] = {}
        # The steps to a conclusion as far as they were looked for, and how to go on.
        self._tried: dict[Statement, list[tuple[Statement, ...]]] = {}
        self._untried: dict[Statement, Iterator[tuple[Statement, ...]]] = {}

    def __contains__(self, one: Statement) -> bool:
        """Return whether a statement has a short proof."""
        return self._is_proved(one, _DEPTH)

    def _is_proved(self, one: Statement, depth: int) -> bool:
        if one in self._proved:
            return True
        if self._failed.get(one, -1) >= depth:
            return False
        if self._is_ground(one) or (depth > 0 and self._has_step(one, depth)):
            self._proved.add(one)
            return True
        self._failed[one] = depth
        return False

    def _is_ground(self, one: Statement) -> bool:
        subject, predicate, value = one
        if one in self._asserted or (predicate == _SAME_AS and subject == value):
            return True
        if predicate == _TYPE and isinstance(subject, Literal):
            types = tuple(types_of_literals(subject, self._rules.datatypes))
            return value in types and any(True for _ in self._asserted.statements(value=subject))
        return self._is_fixed(one) and one in self._before

    def _has_step(self, one: Statement, depth: int) -> bool:
        return any(
            all(self._is_proved(premise, depth - 1) for premise in premises)
            for premises in islice(self.steps(one), _WIDTH)
        )

    def steps(self, one: Statement) -> Iterator[tuple[Statement, ...]]:
        """Yield the premises of each way to a statement, none of them looked for twice."""
        if one not in self._tried:
            self._tried[one] = []
            self._untried[one] = self._look(one)
        tried = self._tried[one]
        at = 0
        while True:
            while at < len(tried):
                yield tried[at]
                at += 1
            found = next(self._untried[one], None)
            if found is None:
                return
            tried.append(found)

    def _look(self, one: Statement) -> Iterator[tuple[Statement, ...]]:
        for plan in self._before.plans_for(one):
            binding = plan.begin(one)
            if binding is not None:
                for solution in solutions(plan, binding, self._before):
                    premises = plan.premises(solution)
                    if one not in premises:
                        yield premises
