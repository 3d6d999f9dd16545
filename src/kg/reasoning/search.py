"""Finds the shortest way from what is asserted to a statement of the closed graph."""

from __future__ import annotations

import heapq
from collections import defaultdict
from itertools import count
from typing import TYPE_CHECKING

from pyoxigraph import Literal

from kg.namespaces import OWL, RDF, RDFS
from kg.reasoning.index import Index, Statement, nameless
from kg.reasoning.rules import RULES_FOR_ALL, RULES_FOR_SAMENESS, RULES_FOR_TYPES, Premises
from kg.reasoning.schema import RULES_FOR_SCHEMA, complete

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Search", "Step"]

#: The rule that gives a statement, and its premises.
Step = tuple[str, Premises]
_Cost = tuple[int, int]

#: The rules whose last two premises are of the conclusion's own kind: from x to y, from y to z.
_CHAINING = frozenset({"eq-trans", "prp-trp", "scm-sco", "scm-spo"})
_REFLEXIVE = frozenset({OWL.sameAs, RDFS.subClassOf, RDFS.subPropertyOf})
_RULES = {
    **RULES_FOR_SCHEMA,
    RDF.type: RULES_FOR_TYPES,
    OWL.sameAs: RULES_FOR_SAMENESS,
}


class Search:
    """Searches one closed graph.

    Args:
        asserted: what is given, facts and ontology.
        closed: what it entails; that nameless classes and literals have types may be missing.
    """

    def __init__(self, asserted: set[Statement], closed: Iterable[Statement]) -> None:
        self.asserted = asserted
        self._nameless = nameless(asserted)
        self._index = Index([*asserted, *closed])
        complete(self._index, self._nameless)
        self._known: dict[Statement, list[Step]] = {}
        self._links: dict[Statement, list[Step]] = {}

    def shortest(self, target: Statement) -> dict[Statement, Step] | None:
        """Return the steps of the shortest proof of a statement, None where it has none.

        First the steps that may be of use are collected backwards from the target. Then proofs are
        built forwards from what is asserted, always finishing the shortest one next (D. E. Knuth,
        A generalization of Dijkstra's algorithm, 1977): a proof can use only what was proved
        before it, so never what it proves.

        Returns:
            The step for each statement that was proved and is not asserted, the target's among
            them; more may be in it than the proof needs.
        """
        if target in self.asserted:
            return {}
        uses, steps = self._collect(target)
        proofs = _Proofs(steps, uses)
        for one in self.asserted & uses.keys():
            proofs.propose(one, (0, 0))
        proofs.finish(target)
        return proofs.chosen if target in proofs.chosen else None

    def _collect(
        self, target: Statement
    ) -> tuple[dict[Statement, list[int]], list[tuple[Statement, Step]]]:
        """Return the steps that may be of use, and for each statement the steps that use it."""
        uses: dict[Statement, list[int]] = {target: []}
        steps: list[tuple[Statement, Step]] = []
        waiting = [target]
        while waiting:
            goal = waiting.pop()
            for step in self._alternatives(goal):
                for premise in set(step[1]):
                    if premise not in uses:
                        uses[premise] = []
                        if premise not in self.asserted:
                            waiting.append(premise)
                    uses[premise].append(len(steps))
                steps.append((goal, step))
        return uses, steps

    def _alternatives(self, goal: Statement) -> list[Step]:
        """Return the ways to conclude a statement in one step."""
        if goal not in self._known:
            found = self._plain(goal) + [
                step for step in self._apply(goal, chaining=True) if self._is_link(step[1][-2])
            ]
            # No proof of what is not asserted is shorter than one step from what is.
            direct = [step for step in found if all(one in self.asserted for one in step[1])]
            self._known[goal] = direct or found
        return self._known[goal]

    def _plain(self, goal: Statement) -> list[Step]:
        """Return the ways to conclude a statement by rules that do not chain."""
        if goal not in self._links:
            self._links[goal] = list(self._apply(goal, chaining=False))
        return self._links[goal]

    def _is_link(self, one: Statement) -> bool:
        """Tell whether a statement may be the first link of a chain.

        A chain has the same number of steps from whichever end it is built, so it is enough to
        build chains link by link, and a link is what does not come from chaining itself.
        """
        return one in self.asserted or bool(self._plain(one))

    def _apply(self, goal: Statement, *, chaining: bool) -> Iterator[Step]:
        for name, rule in RULES_FOR_ALL + _RULES.get(goal[1], ()):
            if (name in _CHAINING) is chaining:
                for premises in rule(goal, self._index):
                    if goal not in premises and all(map(self._may_hold, premises)):
                        yield name, premises

    def _may_hold(self, one: Statement) -> bool:
        """Tell whether a statement holds, or is of a kind that the closure leaves out."""
        subject, predicate, value = one
        if one in self._index:
            return True
        if predicate == RDF.type:
            return value in self._nameless or value == OWL.Thing or isinstance(subject, Literal)
        if predicate == RDFS.subClassOf and value == OWL.Thing:
            return True
        return subject == value and predicate in _REFLEXIVE


class _Proofs:
    """The proofs found so far, cheapest first.

    A cost is the number of steps, then the depth.
    """

    def __init__(
        self, steps: list[tuple[Statement, Step]], uses: dict[Statement, list[int]]
    ) -> None:
        self.chosen: dict[Statement, Step] = {}
        self._steps = steps
        self._uses = uses
        self._missing = [len(set(premises)) for _, (_, premises) in steps]
        self._costs: dict[Statement, _Cost] = {}
        self._offers: dict[Statement, list[tuple[_Cost, Step]]] = defaultdict(list)
        # The number keeps statements, which have no order, out of comparisons. It has no bearing
        # on what is chosen: that is decided once all steps of the same cost are in.
        self._queue: list[tuple[_Cost, int, Statement]] = []
        self._numbers = count()
        for number, missing in enumerate(self._missing):
            if missing == 0:
                self._offer(number)

    def propose(self, one: Statement, cost: _Cost) -> None:
        """Put a statement in line."""
        heapq.heappush(self._queue, (cost, next(self._numbers), one))

    def finish(self, target: Statement) -> None:
        """Settle statements in the order of their cost until the target is settled."""
        while self._queue and target not in self._costs:
            cost, _, one = heapq.heappop(self._queue)
            if one in self._costs:
                continue
            self._costs[one] = cost
            best = [step for offered, step in self._offers[one] if offered == cost]
            if best:
                self.chosen[one] = min(best, key=_order) if len(best) > 1 else best[0]
            for number in self._uses[one]:
                self._missing[number] -= 1
                if self._missing[number] == 0:
                    self._offer(number)

    def _offer(self, number: int) -> None:
        conclusion, step = self._steps[number]
        below = [self._costs[premise] for premise in step[1]]
        cost = (
            1 + sum(steps for steps, _ in below),
            1 + max((depth for _, depth in below), default=0),
        )
        self._offers[conclusion].append((cost, step))
        self.propose(conclusion, cost)


def _order(step: Step) -> tuple[str, list[str]]:
    """Order steps of the same cost, so that the same graph gives the same proof."""
    name, premises = step
    return name, [str(term) for premise in premises for term in premise]
