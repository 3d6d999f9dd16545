"""The scores of events between States, each with the days on which it may begin to count."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kg.namespaces import REL
from kg.plots.cumulation import moments
from kg.plots.drawing import number
from kg.plots.events import Event, effect_of, event, ordered, spans_of
from kg.plots.reading import objects, value
from kg.plots.wording import counted, parties

if TYPE_CHECKING:
    from datetime import date

    from pyoxigraph import NamedNode, Store

    from kg.plots.events import Filter

__all__ = ["Scored", "Scores", "scores", "signed"]


@dataclass(frozen=True)
class Scored:
    """An event with its score.

    Args:
        node: names the event.
        effect: whether it raises or eases tension.
        score: of its type.
        first: the first day on which it may begin to count; None where any day before is possible.
        last: the last such day; None where the event has no date.
        number: in the picture.
        event: what else is known of it, where each event is drawn by itself.
    """

    node: NamedNode
    effect: str
    score: float
    first: date | None
    last: date | None
    number: int = 0
    event: Event | None = None

    @property
    def disputed(self) -> bool:
        """Whether part of it is disputed."""
        return bool(self.event and self.event.disputed)

    @property
    def exact(self) -> bool:
        """Whether it is one day."""
        return self.first == self.last


@dataclass(frozen=True)
class Scores:
    """The events with a date, in order; those without; and what was left out."""

    placed: list[Scored]
    undated: list[Scored]
    notes: list[str]


def scores(store: Store, shown: Filter, most: int) -> Scores:
    """Collect the events that raise or ease tension and have a score.

    Args:
        store: the graph; where it is about two States, what is between these.
        shown: which events.
        most: up to how many events all is told of each.
    """
    pair, known = parties(store), _Known(store)
    found: list[Scored] = []
    elsewhere = unscored = 0
    for nodes in ordered(store):
        for node in nodes:
            effect = effect_of(store, node)
            if effect == "other" or shown.effect not in {"", effect}:
                continue
            if (shown.since or shown.until) and not shown.admits(spans_of(store, node)):
                continue
            score = known.score(node)
            if pair and not set(pair) <= _states(store, node):
                elsewhere += 1
            elif score is None:
                unscored += 1
            else:
                found.append(Scored(node, effect, score, *_days(store, node)))
    notes = [f"Shown: {shown.words}."] if shown.words else []
    if elsewhere:
        notes.append(f"Left out: {counted(elsewhere, 'event')} that other States have a part in.")
    if unscored:
        notes.append(f"Left out: {counted(unscored, 'event')} of a type without a score.")
    placed = [one for one in found if one.last]
    undated = [one for one in found if not one.last]
    if len(placed) <= most:
        placed = [_told(store, one, place) for place, one in enumerate(placed, start=1)]
        undated = [_told(store, one) for one in undated[:most]] + undated[most:]
    return Scores(placed, undated, notes)


def _told(store: Store, one: Scored, place: int = 0) -> Scored:
    return replace(one, number=place, event=event(store, one.node))


def _states(store: Store, node: NamedNode) -> set[NamedNode]:
    return {*objects(store, node, REL.initiatingState), *objects(store, node, REL.affectedState)}


def _days(store: Store, node: NamedNode) -> tuple[date | None, date | None]:
    """Return the first and the last day on which an event may begin to count, by any date of it."""
    ends = [moments(span) for span in spans_of(store, node) if span.known]
    starts = [first for first, _ in ends]
    lasts = [day for first, last in ends if (day := last or first)]
    open_start = None in starts
    first = None if open_start else min((day for day in starts if day), default=None)
    return first, max(lasts, default=None)


class _Known:
    """The scores of event types, each looked up once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._scores: dict[NamedNode, float | None] = {}

    def score(self, node: NamedNode) -> float | None:
        """Return the lowest score of the types of an event; None where they have none."""
        found = [self._of_type(one) for one in objects(self._store, node, REL.eventType)]
        return min((one for one in found if one is not None), default=None)

    def _of_type(self, node: NamedNode) -> float | None:
        if node not in self._scores:
            text = value(self._store, node, REL.goldsteinScore)
            self._scores[node] = float(text) if text else None
        return self._scores[node]


def signed(score: float) -> str:
    """Write a score with its sign.

    >>> signed(6.4), signed(0)
    ('+6.4', '0')
    """
    if not score:
        return "0"
    sign = "+" if score > 0 else "\N{MINUS SIGN}"
    return f"{sign}{number(abs(score))}"
