"""How long one new event takes, closed and validated, and its removal.

The graph and its closure are in a store in memory. What an event makes of the closure is held
against closing the changed graph afresh, and the report against validating all of it.
"""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generate import new_event
from graphs import ONTOLOGY, SHAPES, generated, program, triples
from measure import Job, Row, measured, spoken
from pyoxigraph import Quad, RdfFormat, Store, Triple, parse

from kg.namespaces import GRAPH, inferred_graph
from kg.reasoning.statements import statement

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["one_event"]

_LIMIT = 0.010
_INFERRED = inferred_graph("reported")
#: So many events are added, and then removed, one after the other.
_EVENTS = 9


@dataclass
class _Kept:
    """A store with a graph, its ontology and its closure, which events are added to.

    Args:
        store: the graphs.
        rules: the compiled ontology.
        revalidator: the shapes, made ready for one change after the other.
        times: what each change took: to close, and to validate.
    """

    store: Store
    rules: Any
    revalidator: Any
    times: list[tuple[float, float]] = field(default_factory=list)
    focus: set[str] = field(default_factory=set)

    def change(self, add: Iterable[Triple], remove: Iterable[Triple]) -> None:
        """Follow a change, validate what it reaches, and keep it."""
        from kg.reasoning.increment import update
        from kg.reasoning.lookups import closed, given

        added, removed = [*map(statement, add)], [*map(statement, remove)]
        start = time.perf_counter()
        change = update(self.rules, given(self.store), closed(self.store), added, removed)
        derived = time.perf_counter()
        self._put(added, GRAPH.asserted)
        self._take(removed, GRAPH.asserted)
        self._put(change.added, _INFERRED)
        self._take(change.removed, _INFERRED)
        kept = time.perf_counter()
        changed = {*added, *removed, *change.added, *change.removed}
        report = self.revalidator.revalidate(closed(self.store), changed)
        end = time.perf_counter()
        self.times.append((derived - start, end - kept))
        self.focus |= {str(result.focus_node) for result in report.results}

    def _put(self, statements: Iterable[Any], graph: Any) -> None:
        for one in statements:
            self.store.add(Quad(*one, graph))

    def _take(self, statements: Iterable[Any], graph: Any) -> None:
        for one in statements:
            self.store.remove(Quad(*one, graph))

    def inferred(self) -> set[Triple]:
        """Return the closure as the changes have left it."""
        return {quad.triple for quad in self.store.quads_for_pattern(None, None, None, _INFERRED)}


def events(path: str, size: int) -> Job:
    """Add events to a closed graph one by one, then remove them again."""
    from kg.reasoning import close
    from kg.validation.revalidation import Revalidator

    facts, ontology = triples(Path(path)), triples(ONTOLOGY)
    before = close(facts, ontology).inferred
    store = Store()
    for graph, held in ((GRAPH.asserted, facts), (GRAPH.ontology, ontology), (_INFERRED, before)):
        store.bulk_extend(Quad(one.subject, one.predicate, one.object, graph) for one in held)
    kept = _Kept(store, program(), Revalidator(triples(SHAPES)))
    texts = [new_event(size, 1, number).encode() for number in range(_EVENTS)]
    new = [[quad.triple for quad in parse(text, RdfFormat.N_TRIPLES)] for text in texts]
    compared: dict[str, Any] = {}

    def timed() -> None:
        if kept.times:
            return
        for event in new:
            kept.change(event, ())
        compared["with"] = kept.inferred()
        for event in new:
            kept.change((), event)
        compared["without"] = kept.inferred()

    def told(_: None) -> dict[str, Any]:
        everything = [*facts, *(one for event in new for one in event)]
        return {
            "add": _medians(kept.times[:_EVENTS]),
            "remove": _medians(kept.times[_EVENTS:]),
            "added": compared["with"] == close(everything, ontology).inferred,
            "removed": compared["without"] == before,
            "faults": sorted(kept.focus),
            "derived": len(compared["with"] - before),
        }

    return timed, told


def _medians(times: list[tuple[float, float]]) -> list[float]:
    return [statistics.median(column) for column in zip(*times, strict=True)]


def one_event(folder: Path, size: int) -> Row:
    """Tell what one event costs."""
    told = measured("increments.events", generated(folder, size), size).told
    add, remove = sum(told["add"]), sum(told["remove"])
    equal = told["added"] and told["removed"] and not told["faults"]
    return Row(
        f"one new event, closed and validated, at {size:,} triples; also a removal",
        "<= 10 ms, equal to a full recompute",
        f"{spoken(add)}; removal {spoken(remove)}",
        kept=max(add, remove) <= _LIMIT and equal,
        equal=equal,
        details=(
            "added: closed in {}, validated in {}".format(*map(spoken, told["add"])),
            "removed: closed in {}, validated in {}".format(*map(spoken, told["remove"])),
            f"medians of {_EVENTS} events, which derive {told['derived']:,} triples; "
            + ("equal to a full recompute" if equal else "NOT EQUAL TO A FULL RECOMPUTE"),
        ),
    )
