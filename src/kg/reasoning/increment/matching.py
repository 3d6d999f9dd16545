"""Matching of rule bodies against a store of statements, the narrowest pattern first."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from pyoxigraph import Variable

from kg.namespaces import OWL, RDF
from kg.reasoning.rules import Atom, Rule, Slot, variables
from kg.reasoning.statements import Source, Statement, Term

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Iterable, Iterator

__all__ = ["Goal", "Plan", "Rulebook", "Source", "solutions"]

# An attribute of a namespace costs a search each time.
_TYPE, _SAME_AS = RDF.type, OWL.sameAs
#: A statement that is asked for, None where any term will do.
Goal: TypeAlias = tuple[Term | None, Term | None, Term | None]
#: What a plan knows of the variables of its rule so far.
Binding: TypeAlias = tuple[Term | None, ...]
#: An atom whose variables are numbers.
_Step: TypeAlias = tuple[Term | int, Term | int, Term | int]


@dataclass(frozen=True, slots=True)
class Plan:
    """The order in which a rule is matched, from one of its atoms on.

    Args:
        rule: the rule.
        start: the atom that is known to begin with.
        steps: the other atoms of the body, each followed by what it makes narrow.
        head: what follows, None for a contradiction.
        body: all atoms of the body, as the rule has them.
        size: how many variables the rule has.
    """

    rule: Rule
    start: _Step
    steps: tuple[_Step, ...]
    head: _Step | None
    body: tuple[_Step, ...]
    size: int

    def begin(self, goal: Goal) -> Binding | None:
        """Return the binding under which the start is what is asked for, None where it is not."""
        return _extend(self.start, (None,) * self.size, goal)

    def premises(self, binding: Binding) -> tuple[Statement, ...]:
        """Return the body under a binding of all its variables."""
        return tuple(_instance(step, binding) for step in self.body)

    def conclusion(self, binding: Binding) -> Statement | None:
        """Return the head under a binding of all its variables."""
        return None if self.head is None else _instance(self.head, binding)


def solutions(plan: Plan, binding: Binding, source: Source, at: int = 0) -> Iterator[Binding]:
    """Yield the bindings under which all steps of a plan hold.

    >>> from kg.namespaces import REL
    >>> from kg.reasoning.rules import Atom, Rule
    >>> from kg.reasoning.statements import Index
    >>> x, y = Variable("x"), Variable("y")
    >>> symmetric = Rule("prp-symp", Atom(y, REL.disputes, x), (Atom(x, REL.disputes, y),))
    >>> (plan,) = Rulebook([symmetric]).for_conclusion((REL.Claim, REL.disputes, REL.Unit))
    >>> binding = plan.begin((REL.Claim, REL.disputes, REL.Unit))
    >>> any(solutions(plan, binding, Index([(REL.Unit, REL.disputes, REL.Claim)])))
    True
    """
    if at == len(plan.steps):
        yield binding
        return
    step = plan.steps[at]
    goal = _filled(step, binding)
    subject, predicate, value = goal
    if subject is not None and predicate is not None and value is not None:
        if (subject, predicate, value) in source:
            yield from solutions(plan, binding, source, at + 1)
        return
    for found in source.statements(subject, predicate, value):
        wider = _extend(step, binding, found)
        if wider is not None:
            yield from solutions(plan, wider, source, at + 1)


class Rulebook:
    """Rules by what may fire them and by what they may conclude."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._users: dict[Hashable, list[tuple[Rule, int]]] = defaultdict(list)
        self._makers: dict[Hashable, list[Rule]] = defaultdict(list)
        self._plans: dict[Hashable, tuple[Plan, ...]] = {}
        for rule in rules:
            for number, atom in enumerate(rule.body):
                self._users[_key(atom.predicate, atom.object)].append((rule, number))
            if rule.head is not None:
                self._makers[_key(rule.head.predicate, rule.head.object)].append(rule)

    def for_premise(self, one: Statement) -> tuple[Plan, ...]:
        """Return the plans from the premises that a statement may be."""
        return self._starting(_key(one[1], one[2]))

    def for_any_premise(self) -> tuple[Plan, ...]:
        """Return the plans from premises that any statement is."""
        return self._starting(None)

    def for_conclusion(self, goal: Goal) -> tuple[Plan, ...]:
        """Return the plans for the rules that may conclude a statement with this predicate."""
        return self._ending(_key(goal[1], goal[2]), goal)

    def for_any_conclusion(self, goal: Goal) -> tuple[Plan, ...]:
        """Return the plans for the rules that conclude statements with any predicate."""
        return self._ending(None, goal)

    def _starting(self, key: Hashable) -> tuple[Plan, ...]:
        if key not in self._plans:
            self._plans[key] = tuple(
                _plan(
                    rule,
                    rule.body[number],
                    rule.body[:number] + rule.body[number + 1 :],
                    (True, True, True),
                )
                for rule, number in self._users.get(key, ())
            )
        return self._plans[key]

    def _ending(self, key: Hashable, goal: Goal) -> tuple[Plan, ...]:
        known = tuple(term is not None for term in goal)
        if (key, known) not in self._plans:
            self._plans[key, known] = tuple(
                _plan(rule, rule.head, rule.body, known)
                for rule in self._makers.get(key, ())
                if rule.head is not None
            )
        return self._plans[key, known]


def _key(predicate: object, value: object) -> Hashable:
    """Return what rules are sorted by: the class for rdf:type, else the predicate."""
    if isinstance(predicate, Variable):
        return None
    if predicate == _TYPE and value is not None and not isinstance(value, Variable):
        return predicate, value
    return predicate


def _plan(rule: Rule, start: Atom, rest: tuple[Atom, ...], known: tuple[bool, ...]) -> Plan:
    numbers: dict[object, int] = {}
    for atom in (start, *rest):
        for slot in _slots(atom):
            if isinstance(slot, Variable):
                numbers.setdefault(slot, len(numbers))

    def step(atom: Atom) -> _Step:
        s, p, o = (numbers[x] if isinstance(x, Variable) else x for x in _slots(atom))
        return s, p, o

    bound = {slot for slot, given in zip(_slots(start), known, strict=True) if given}
    left, order = list(rest), []
    while left:
        best = min(left, key=lambda atom: _breadth(atom, bound))
        left.remove(best)
        order.append(best)
        bound |= variables(best)
    head = None if rule.head is None else step(rule.head)
    return Plan(
        rule, step(start), tuple(map(step, order)), head, tuple(map(step, rule.body)), len(numbers)
    )


def _slots(atom: Atom) -> tuple[Slot, Slot, Slot]:
    return atom.subject, atom.predicate, atom.object


def _breadth(atom: Atom, bound: Collection[object]) -> int:
    """Return a guess of how many statements match; smaller is better."""
    subject, predicate, value = (
        not isinstance(slot, Variable) or slot in bound for slot in _slots(atom)
    )
    if subject and predicate and value:
        return 0
    if not predicate:
        return 4 if subject or value else 9
    if atom.predicate == _SAME_AS and (subject or value):
        return 1
    if atom.predicate == _TYPE and not subject:
        # The members of a class may be all that there is.
        return 8
    if subject:
        return 2
    return 3 if value else 7


def _filled(step: _Step, binding: Binding) -> Goal:
    s, p, o = step
    return (
        binding[s] if isinstance(s, int) else s,
        binding[p] if isinstance(p, int) else p,
        binding[o] if isinstance(o, int) else o,
    )


def _instance(step: _Step, binding: Binding) -> Statement:
    subject, predicate, value = _filled(step, binding)
    if subject is None or predicate is None or value is None:
        raise AssertionError("a rule concludes only about what its body names")
    return subject, predicate, value


def _extend(step: _Step, binding: Binding, goal: Goal) -> Binding | None:
    """Return the binding with what a step is to be, None where it cannot be that."""
    wider = list(binding)
    for slot, term in zip(step, goal, strict=True):
        if term is None:
            continue
        if isinstance(slot, int):
            if wider[slot] is None:
                wider[slot] = term
            elif wider[slot] != term:
                return None
        elif slot != term:
            return None
    return tuple(wider)
