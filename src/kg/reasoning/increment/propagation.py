"""Propagation of a change through the rules: deletion, rederivation, addition.

Removal deletes all that a removed statement had a part in and derives again what follows from the
rest (A. Gupta, I. S. Mumick, V. S. Subrahmanian, Maintaining views incrementally, 1993), except
that what has a short proof from what stays asserted is not deleted in the first place (after
B. Motik et al., Incremental update of datalog materialisation: the backward/forward algorithm,
2015). Addition follows each new statement through the rules that it is a premise of.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode

from kg.namespaces import OWL, RDF
from kg.reasoning.datatypes import belongs, differ, is_ill_typed
from kg.reasoning.increment.before import Before, Rules, Support, types_of_literals
from kg.reasoning.increment.matching import solutions
from kg.reasoning.lookups import Overlay
from kg.reasoning.ontology import is_axiom
from kg.reasoning.rules import Rule
from kg.reasoning.statements import Index, Statement, is_vocabulary, nameless

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kg.reasoning.increment.matching import Plan
    from kg.reasoning.lookups import Buffered
    from kg.reasoning.statements import Term

__all__ = ["NeedsRecompute", "Propagation"]

# An attribute of a namespace costs a search each time.
_TYPE, _SAME_AS = RDF.type, OWL.sameAs
_LISTS = frozenset({RDF.first, RDF.rest})
_NOT_TYPE, _DIFFERENT = Rule("dt-not-type", None, ()), Rule("dt-diff", None, ())


class NeedsRecompute(Exception):
    """The change is one that cannot be followed through the rules; close the graph afresh.

    Args:
        reason: what of the change it is.
    """

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class Propagation:
    """What holds after a change: what held before, less what is gone, and what is fresh.

    Args:
        rules: the rules that the graph is closed by.
        given: what was asserted before.
        closed: what was asserted, and what followed less what is hidden.
        added: what is asserted anew.
        removed: what is asserted no longer.

    Raises:
        NeedsRecompute: the change reaches the ontology itself.
    """

    def __init__(
        self,
        rules: Rules,
        given: Buffered,
        closed: Buffered,
        added: set[Statement],
        removed: set[Statement],
    ) -> None:
        for one in added | removed:
            _hold_schema(one)
        self.rules, self._given, self._closed = rules, given, closed
        self._before = Before(rules, given, closed)
        #: What is asserted now.
        self.asserted = Overlay(given, added, removed)
        self._support = Support(rules, self._before, self.asserted, _is_schema)
        self._touched = added | removed
        #: What held and does not, and what holds and did not, hidden statements among both.
        self.gone: set[Statement] = set()
        self.fresh = Index()
        # What is the same as something else now and was not.
        self._renamed: set[Term] = set()
        #: What contradicts itself: a rule, and the statements that it met.
        self.clashes: list[tuple[Rule, tuple[Statement, ...]]] = []
        if rules.reflexive:
            raise NeedsRecompute("an axiom is about owl:sameAs itself")
        self._delete(removed)
        self._derive_again()
        self._insert(added)

    def __contains__(self, one: Statement) -> bool:
        """Return whether a statement holds."""
        return one in self.fresh or (one not in self.gone and one in self._before)

    def statements(
        self,
        subject: Term | None = None,
        predicate: Term | None = None,
        value: Term | None = None,
    ) -> Iterator[Statement]:
        """Yield the statements with the terms that are given."""
        for one in self._before.statements(subject, predicate, value):
            if one not in self.gone:
                yield one
        yield from self.fresh.statements(subject, predicate, value)

    def _delete(self, removed: set[Statement]) -> None:
        """Delete what a removed statement had a part in, unless it is sure to hold anyhow."""
        waiting = [one for one in removed if one not in self._support]
        for value in {one[2] for one in removed if isinstance(one[2], Literal)}:
            if not any(True for _ in self.asserted.statements(value=value)):
                types = types_of_literals(value, self.rules.datatypes)
                waiting += [(value, _TYPE, kind) for kind in types]
        self.gone.update(waiting)
        while waiting:
            one = waiting.pop()
            self._hold_constants(one)
            for head in self._conclusions(one, self._before):
                if head not in self.gone and head not in self._support:
                    _hold_schema(head)
                    self.gone.add(head)
                    waiting.append(head)

    def _derive_again(self) -> None:
        """Take back what still follows from what is left."""
        waiting = [one for one in self.gone if self._follows(one)]
        self.gone.difference_update(waiting)
        while waiting:
            one = waiting.pop()
            back = {head for head in self._conclusions(one, self) if head in self.gone}
            self.gone -= back
            waiting += back

    def _insert(self, added: set[Statement]) -> None:
        """Add what is asserted anew, and what follows."""
        waiting: list[Statement] = []
        for one in added:
            value = one[2]
            if isinstance(value, Literal):
                if is_ill_typed(value):
                    self.clashes.append((_NOT_TYPE, (one,)))
                for kind in types_of_literals(value, self.rules.datatypes):
                    self._put((value, _TYPE, kind), waiting)
            self._put(one, waiting)
        while waiting:
            one = waiting.pop()
            self._hold_constants(one)
            for head in list(self._conclusions(one, self)):
                self._put(head, waiting)

    def _put(self, one: Statement, waiting: list[Statement]) -> None:
        if one in self:
            return
        _hold_schema(one)
        if one in self._before:
            self.gone.discard(one)
        else:
            self.fresh.add(one)
        waiting.append(one)
        subject, predicate, value = one
        if predicate == _SAME_AS:
            self._renamed |= {subject, value}
        if isinstance(subject, Literal):
            self._judge(subject, predicate, value)

    def _judge(self, literal: Literal, predicate: Term, value: Term) -> None:
        """Record where a literal is made what it is not (rules dt-not-type and dt-diff)."""
        if predicate == _TYPE and isinstance(value, NamedNode) and not belongs(literal, value):
            self.clashes.append((_NOT_TYPE, ((literal, predicate, value),)))
        if predicate == _SAME_AS and isinstance(value, Literal) and differ(literal, value):
            self.clashes.append((_DIFFERENT, ((literal, predicate, value),)))

    def _conclusions(self, one: Statement, source: Before | Propagation) -> Iterator[Statement]:
        """Yield what follows in one step from a statement, with others that hold in the source."""
        for plan in self._plans(one):
            binding = plan.begin(one)
            if binding is None:
                continue
            for solution in solutions(plan, binding, source):
                head = plan.conclusion(solution)
                if head is None:
                    if source is self:
                        self.clashes.append((plan.rule, plan.premises(solution)))
                elif self._matters(head):
                    yield head

    def _plans(self, one: Statement) -> tuple[Plan, ...]:
        plans = self.rules.book.for_premise(one)
        # The copies of hidden statements follow by the rules that these do.
        if self.rules.hides(one) or not self._has_other_names(one):
            return plans
        return plans + self.rules.book.for_any_premise()

    def _has_other_names(self, one: Statement) -> bool:
        return self._before.has_other_names(one) or not self._renamed.isdisjoint(one)

    def _matters(self, head: Statement) -> bool:
        """Return whether anyone sees a statement, or anything follows from it."""
        if not self.rules.hides(head):
            return True
        subject, predicate, value = head
        if predicate == _SAME_AS:
            return subject != value
        is_typing = predicate == _TYPE and isinstance(subject, Literal)
        return is_typing or bool(self.rules.book.for_premise(head))

    def _follows(self, one: Statement) -> bool:
        """Return whether a statement follows in one step from what is left."""
        return one in self.asserted or any(
            all(premise in self for premise in premises) for premises in self._support.steps(one)
        )

    def _hold_constants(self, one: Statement) -> None:
        subject, predicate, value = one
        if predicate == _SAME_AS:
            if isinstance(subject, Literal) != isinstance(value, Literal):
                # It is of the datatypes of the literal then, whether a rule asks for them or not.
                raise NeedsRecompute(f"{subject} is the same as {value}, one of them a literal")
            for term in (subject, value):
                if term in self.rules.constants or is_vocabulary(term):
                    raise NeedsRecompute(f"{term} of the ontology is the same as another term")

    def changes(self) -> tuple[frozenset[Statement], frozenset[Statement]]:
        """Return what is inferred now and was not, and what was and is not."""
        added, removed = set(), set()
        for one in {*self._touched, *self.gone, *self.fresh}:
            if self.rules.hides(one):
                continue
            was = one in self._closed and one not in self._given
            now = one in self and one not in self.asserted
            if now and not was:
                added.add(one)
            if was and not now:
                removed.add(one)
        return frozenset(added), frozenset(removed)


def _is_schema(one: Statement) -> bool:
    """Return whether a statement is part of the ontology: a change of it changes the rules."""
    if is_axiom(one) or one[1] in _LISTS:
        return True
    return isinstance(one[0], BlankNode) and bool(nameless([one]))


def _hold_schema(one: Statement) -> None:
    if _is_schema(one):
        raise NeedsRecompute(f"{' '.join(map(str, one))} is about the ontology itself")
