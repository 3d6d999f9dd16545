"""Search for the shortest proofs of a statement in a closed graph.

The graph of all steps that could be of use is far too large to be laid out where a state has
thousands of missions, so it is laid out where the shortest proof may yet be: a goal that was not
looked at counts as one step away, the shortest proof on these terms is found (D. E. Knuth, A
generalization of Dijkstra's algorithm, 1977), the goals that it takes on trust are looked at, and
so on until it takes nothing on trust (after N. J. Nilsson's AO*). A proof is built forwards, from
what is proved, so it never uses what it proves.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import chain, count
from typing import TYPE_CHECKING, TypeAlias

from pyoxigraph import Variable

from kg.reasoning.proof.entailed import Completion, Entailed, Premises
from kg.reasoning.rules import RULES, Pattern, substitute
from kg.reasoning.statements import Statement

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from kg.reasoning.rules import Entry, Slot
    from kg.reasoning.statements import Index, Lookup, Term

__all__ = ["Search", "Step", "Ways"]

#: The rule that gives a statement, and its premises.
Step = tuple[str, Premises]
#: The number of steps, then the depth.
_Cost = tuple[int, int]

#: How many statements of the data are looked at where many would do. What is asserted comes first,
#: and where there is no proof among them, more are looked at.
_LIMITS = (32, 512, 1 << 62)
#: The rules whose last two premises are of the conclusion's own kind: from x to y, from y to z.
_CHAINING = frozenset({"eq-trans", "prp-trp", "scm-sco", "scm-spo"})
#: The axioms that make a way to a conclusion, and what must hold besides.
Way: TypeAlias = tuple[tuple[Statement, ...], tuple[Pattern, ...]]


def _by_conclusion() -> dict[Slot | None, list[tuple[int, Entry]]]:
    """Return the rules, numbered, by the predicate that they conclude; None for any."""
    found: dict[Slot | None, list[tuple[int, Entry]]] = defaultdict(list)
    for number, entry in enumerate(chain.from_iterable(RULES.values())):
        if entry.head is not None:
            predicate = entry.head[1]
            found[None if isinstance(predicate, Variable) else predicate].append((number, entry))
    return {key: (found[None] if key else []) + rules for key, rules in found.items()}


_CONCLUDING = _by_conclusion()


class Ways:
    """The rules read backwards, from a conclusion to premises.

    The cells of an RDF list count as part of the axiom that holds the list. Whether the premises
    hold is for the caller to check.

    Args:
        schema: what the ontology says.

    >>> from kg.namespaces import OWL, REL
    >>> from kg.reasoning.statements import Index
    >>> [rule for rule, _ in Ways(Index()).to((REL.Event, OWL.sameAs, REL.Claim))]
    ['eq-rep-p', 'eq-sym', 'eq-trans']
    """

    def __init__(self, schema: Index) -> None:
        self._schema = schema
        # What is asked of the ontology, such as whether a property is symmetric, is asked often.
        self._known: dict[tuple[object, ...], list[Way]] = {}

    def to(self, goal: Statement) -> Iterator[tuple[str, Way]]:
        """Yield the rules that could conclude a statement, each with what it takes."""
        for number, entry in _CONCLUDING.get(goal[1]) or _CONCLUDING[None]:
            asked = tuple([goal[place] for place in entry.places])
            known = self._known.get((number, asked))
            if known is None:
                known = self._known[number, asked] = self._look(entry, asked)
            if known and (bound := entry.match(goal)) is not None:
                for axioms, body in known:
                    yield entry.name, (axioms, tuple([substitute(one, bound) for one in body]))

    def _look(self, entry: Entry, asked: Sequence[Term]) -> list[Way]:
        head = entry.head or ()
        bound = {head[place]: term for place, term in zip(entry.places, asked, strict=True)}
        found = entry.instances(self._schema, self._schema.members, bound)
        return [(axioms, body) for axioms, _, body in found]


@dataclass(frozen=True)
class _Bounds:
    """Which steps a proof may take."""

    forced: Mapping[Statement, Step] = field(default_factory=dict)
    banned: Mapping[Statement, frozenset[Step]] = field(default_factory=dict)

    def allow(self, goal: Statement, steps: list[Step]) -> list[Step]:
        """Return the steps to a goal that may be taken."""
        if goal in self.forced:
            return [self.forced[goal]]
        banned = self.banned.get(goal, frozenset())
        return [step for step in steps if step not in banned]


class Search:
    """Searches one closed graph.

    Args:
        given: what is asserted, facts and ontology.
        derived: what it entails; that nameless classes and literals have types may be missing.
    """

    def __init__(self, given: Lookup, derived: Lookup) -> None:
        self.entailed = Entailed(given, derived)
        self.ways = Ways(self.entailed.schema)
        self._levels: dict[int, _Steps] = {}

    def shortest(self, target: Statement) -> dict[Statement, Step] | None:
        """Return the steps of the shortest proof of a statement, None where it has none.

        Where a step could take one of very many statements of the data, it is the shortest among
        those with the first of them.

        Returns:
            The step for each statement that was proved and is not asserted, the target's among
            them; more may be in it than the proof needs.
        """
        return {} if self.entailed.is_given(target) else self._first(target)[1]

    def _first(self, target: Statement) -> tuple[int, dict[Statement, Step] | None]:
        """Return the shortest proof, and how far it was looked for."""
        for limit in _LIMITS:
            level = self._level(limit)
            found = _prove(target, level.quick, self.entailed, _Bounds())
            if found is not None or not level.was_cut:
                return limit, found
        return limit, None

    def proofs(self, target: Statement, most: int) -> Iterator[dict[Statement, Step]]:
        """Yield the proofs of a statement, the shortest first, each with other steps.

        Each proof is cut off the space of those that remain by its steps: there are those without
        its first step, those with its first step and without its second, and so on (after
        E. L. Lawler, A procedure for computing the k best solutions, 1972).

        Args:
            target: what is proved; where it is asserted, the proofs do without that.
            most: how many proofs are wanted; more are only looked for among the first statements.
        """
        limit, first = self._first(target)
        if first is None:
            return
        level = self._level(max(limit, most))
        queue: list[tuple[_Cost, list[str], int, dict[Statement, Step], _Bounds]] = []
        numbers = count()

        def propose(bounds: _Bounds) -> None:
            found = _prove(target, level.all, self.entailed, bounds)
            if found is not None:
                words = [text for step in found.values() for text in (step[0], *_words(step))]
                line = (_cost(target, found), words, next(numbers), found, bounds)
                heapq.heappush(queue, line)

        propose(_Bounds())
        while queue:
            *_, used, bounds = heapq.heappop(queue)
            yield used
            forced = dict(bounds.forced)
            for goal, step in used.items():
                if goal in bounds.forced:
                    continue
                banned = {**bounds.banned, goal: bounds.banned.get(goal, frozenset()) | {step}}
                propose(_Bounds(dict(forced), banned))
                forced[goal] = step

    def _level(self, limit: int) -> _Steps:
        if limit not in self._levels:
            self._levels[limit] = _Steps(self, Completion(self.entailed, limit))
        return self._levels[limit]


class _Steps:
    """The steps that conclude a statement; what was asked is remembered."""

    def __init__(self, search: Search, completion: Completion) -> None:
        self._entailed, self._ways = search.entailed, search.ways
        self._completion = completion
        self._quick: dict[Statement, list[Step]] = {}
        self._all: dict[Statement, list[Step]] = {}
        self._links: dict[Statement, bool] = {}

    @property
    def was_cut(self) -> bool:
        """Whether there is more to look at than the limit allows."""
        return self._completion.was_cut

    def quick(self, goal: Statement) -> list[Step]:
        """Return the steps that the shortest proof may take."""
        if goal not in self._quick:
            # No proof of what is not asserted is shorter than one step from what is.
            direct = list(self._apply(goal, given=True))
            self._quick[goal] = direct or self.all(goal)
        return self._quick[goal]

    def all(self, goal: Statement) -> list[Step]:
        """Return the steps that any proof may take."""
        if goal not in self._all:
            self._all[goal] = [
                (name, premises)
                for name, premises in self._apply(goal, given=False)
                if name not in _CHAINING or self._is_link(premises[-2])
            ]
        return self._all[goal]

    def _is_link(self, one: Statement) -> bool:
        """Return whether a statement may be the first link of a chain.

        A chain has the same number of steps from whichever end it is built, so it is enough to
        build chains link by link, and a link is what does not come from chaining itself.
        """
        if one not in self._links:
            plain = (name not in _CHAINING for name, _ in self._apply(one, given=False))
            self._links[one] = self._entailed.is_given(one) or any(plain)
        return self._links[one]

    def _apply(self, goal: Statement, *, given: bool) -> Iterator[Step]:
        holds = self._entailed.is_given if given else self._entailed.may_hold
        for name, (axioms, body) in self._ways.to(goal):
            if all(map(holds, axioms)):
                for rest in self._completion.premises(body, given=given):
                    premises = axioms + rest
                    if goal not in premises:
                        yield name, premises


class _Layout:
    """The part of the graph of steps that is laid out, and the shortest proof on it."""

    def __init__(self, entailed: Entailed) -> None:
        self._entailed = entailed
        self._known: set[Statement] = set()
        self._steps: list[tuple[Statement, Step, frozenset[Statement]]] = []
        self._uses: dict[Statement, list[int]] = defaultdict(list)
        self._orders: dict[Step, tuple[str, list[str]]] = {}

    def add(self, goal: Statement, steps: Iterable[Step]) -> None:
        """Lay out the steps to a goal."""
        self._known.add(goal)
        for step in steps:
            premises = frozenset(step[1])
            for one in premises:
                self._uses[one].append(len(self._steps))
            self._steps.append((goal, step, premises))

    def unknown(self, used: Iterable[Step]) -> list[Statement]:
        """Return the premises of steps that are taken on trust."""
        premises = dict.fromkeys(one for _, premises in used for one in premises)
        return [
            one for one in premises if one not in self._known and not self._entailed.is_given(one)
        ]

    def shortest(self, target: Statement) -> dict[Statement, Step]:
        """Settle goals, the one with the shortest proof next, until the target is settled."""
        costs: dict[Statement, _Cost] = {}
        chosen: dict[Statement, Step] = {}
        offers: dict[Statement, list[tuple[_Cost, Step]]] = defaultdict(list)
        # The number keeps statements, which have no order, out of comparisons. It has no bearing
        # on what is chosen: that is decided once all steps of the same cost are in.
        queue: list[tuple[_Cost, int, Statement]] = []
        numbers = count()

        def offer(number: int) -> None:
            goal, step, _ = self._steps[number]
            below = [costs.get(one) or self._trusted(one) for one in step[1]]
            steps = 1 + sum(cost[0] for cost in below)
            cost = (steps, 1 + max((cost[1] for cost in below), default=0))
            offers[goal].append((cost, step))
            heapq.heappush(queue, (cost, next(numbers), goal))

        missing = [len(premises & self._known) for _, _, premises in self._steps]
        for number, lacking in enumerate(missing):
            if not lacking:
                offer(number)
        while queue and target not in costs:
            cost, _, goal = heapq.heappop(queue)
            if goal in costs:
                continue
            costs[goal] = cost
            best = [step for offered, step in offers[goal] if offered == cost]
            chosen[goal] = min(best, key=self._order) if len(best) > 1 else best[0]
            for number in self._uses[goal]:
                missing[number] -= 1
                if not missing[number]:
                    offer(number)
        return chosen if target in costs else {}

    def _trusted(self, one: Statement) -> _Cost:
        """Return the cost of what is not laid out: what is asserted costs nothing."""
        return (0, 0) if self._entailed.is_given(one) else (1, 1)

    def _order(self, step: Step) -> tuple[str, list[str]]:
        """Order steps of the same cost, so that the same graph gives the same proof."""
        if step not in self._orders:
            self._orders[step] = (step[0], _words(step))
        return self._orders[step]


def _prove(
    target: Statement,
    steps: Callable[[Statement], list[Step]],
    entailed: Entailed,
    bounds: _Bounds,
) -> dict[Statement, Step] | None:
    """Return the steps of the shortest proof within bounds, the target's first."""
    layout = _Layout(entailed)
    waiting = [target]
    used: dict[Statement, Step] = {}
    while waiting:
        for goal in waiting:
            layout.add(goal, bounds.allow(goal, steps(goal)))
        used = _used(target, layout.shortest(target))
        waiting = layout.unknown(used.values())
    return used or None


def _used(target: Statement, chosen: dict[Statement, Step]) -> dict[Statement, Step]:
    """Return the steps that a proof takes, each after one that needs it."""
    used: dict[Statement, Step] = {}
    waiting = [target]
    for one in waiting:
        if one in chosen and one not in used:
            used[one] = chosen[one]
            waiting.extend(chosen[one][1])
    return used


def _cost(target: Statement, used: dict[Statement, Step]) -> _Cost:
    """Return the cost of a proof as it is reckoned in the search."""
    costs: dict[Statement, _Cost] = {}
    waiting = [target]
    while waiting:
        one = waiting[-1]
        lacking = [premise for premise in used[one][1] if premise in used and premise not in costs]
        waiting.extend(lacking)
        if not lacking:
            waiting.pop()
            below = [costs.get(premise, (0, 0)) for premise in used[one][1]]
            depth = 1 + max((cost[1] for cost in below), default=0)
            costs[one] = (1 + sum(cost[0] for cost in below), depth)
    return costs[target]


def _words(step: Step) -> list[str]:
    return [str(term) for premise in step[1] for term in premise]
