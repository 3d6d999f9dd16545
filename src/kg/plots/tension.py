"""The picture of tension over time: the score of each event between States, and their sum."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from kg.english import counted
from kg.evidence import name, objects, value
from kg.namespaces import REL
from kg.plots.axis import axis, grid, ruler, shifted
from kg.plots.events import (
    EFFECTS,
    Event,
    Filter,
    effect_of,
    events_in_order,
    parties,
    read_event,
    source_line,
    spans_of,
    subject,
)
from kg.plots.fonts import wrapped
from kg.plots.marks import effect_entries, effects_of, legend, mark
from kg.plots.picture import NARROW, WIDE, NothingToDraw, Picture
from kg.plots.svg import DASHES, Group, arrow_head, number, polygon, rectangle, segment, text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pyoxigraph import NamedNode, Store

    from kg.dates import Span
    from kg.plots.axis import Axis
    from kg.plots.marks import Entry
    from kg.plots.picture import Row
    from kg.plots.svg import Element

__all__ = ["tension"]

#: More events than these are added up by year, since they would hide each other.
_MOST = 30
_HOW = (
    "How it is made: each event that raises or eases tension, as the ontology derives it, has the "
    "Goldstein score of its CAMEO event type, from \N{MINUS SIGN}10 (conflict) to +10 "
    "(cooperation); the lowest where it has several types. The score says what such events are "
    "like, not how grave this one was. What lasts counts from its start, and a date that is about "
    "right counts on its day."
)
_EACH = ("event", "date", "tension", "score", "by → towards", "in the sum")
_YEARS = ("year", "conflict", "cooperation", "events")


def tension(
    store: Store,
    *,
    link: Callable[[str], str] | None = None,
    viewpoint: str = "",
    shown: Filter | None = None,
) -> Picture:
    """Draw how events between States bear on tension, and the sum of their scores.

    Args:
        store: the graph; where it has one bilateral relation, the two States of that.
        link: from the IRI of a thing to the address of its page.
        viewpoint: the one that the store is of, for the source line.
        shown: which events; all unless given.

    Raises:
        NothingToDraw: no event with a date and a score bears on tension.
    """
    found = _collect_scores(store, shown or Filter(), _MOST)
    if not found.placed:
        raise NothingToDraw(
            "no event that raises or eases tension has a date and a score, "
            "so that there is nothing to draw"
        )
    many = len(found.placed) > _MOST
    chart = _Chart(found.placed, found.undated, link, many=many)
    last = chart.sums[-1]
    total = _signed(last.low) if last.low == last.high else f"{_signed(last.low)} or more"
    rows = _years(found) if many else tuple(map(_row, _drawn(found)))
    return Picture(
        name="tension",
        title=f"{_title(store)}: tension over time",
        summary=f"{counted(len(found.placed), 'dated event')}; their scores add up to {total}.",
        draw=chart.draw,
        columns=_YEARS if many else _EACH,
        rows=rows,
        notes=(*_notes(found, many=many), _HOW, *filter(None, [chart.axis(WIDE).note()])),
        source=source_line(store, viewpoint),
        linked=link is not None and not many,
    )


def _title(store: Store) -> str:
    pair = parties(store)
    return " and ".join(name(store, one) for one in pair) if pair else subject(store)


def _drawn(found: _Scores) -> list[_Scored]:
    return [one for one in (*found.placed, *found.undated) if one.event]


def _notes(found: _Scores, *, many: bool) -> list[str]:
    notes = list(found.notes)
    if many:
        words = counted(len(found.placed), "event")
        notes.append(f"{words}, more than {_MOST}, are added up by the year in which each ended.")
    if found.undated:
        listed = sum(one.event is not None for one in found.undated)
        words = counted(len(found.undated), "event")
        notes.append(f"Not in the sum: {words} without a date; {listed} of them listed.")
    return notes


def _row(one: _Scored) -> Row:
    told = one.event
    if told is None:
        return ()
    return (
        (told.label, told.iri),
        (told.when or "none given", ""),
        (EFFECTS[one.effect], ""),
        (_signed(one.score), ""),
        (told.direction, ""),
        ("yes" if one.last else "no", ""),
    )


def _years(found: _Scores) -> tuple[Row, ...]:
    return tuple(
        ((str(year), ""), (_signed(low), ""), (_signed(high), ""), (f"{count:,}", ""))
        for year, (low, high, count) in _by_year(found.placed).items()
    )


# The sum of scores over time, between the lowest and the highest sum that fuzzy dates allow.

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class _Sum:
    """From a day on, the sum lies between two numbers; they are one where no date is open.

    Args:
        day: None is before all days.
        low: the lowest sum.
        high: the highest.
    """

    day: date | None
    low: float
    high: float


def _days_of_effect(span: Span) -> tuple[date | None, date | None]:
    """Return the first and the last day on which what has a date may have begun to count.

    What lasts counts from its start; None is any day before.

    >>> from kg.dates import span
    >>> _days_of_effect(span("2025-04-07/.."))
    (datetime.date(2025, 4, 7), datetime.date(2025, 4, 7))
    """
    if span.lasting and span.first is not None:
        return span.first, span.first
    return span.first, span.last


def _running_sum(scored: Iterable[tuple[float, date | None, date | None]]) -> list[_Sum]:
    """Add scores up.

    Args:
        scored: the score, and the first and the last day on which it may begin to count.

    >>> for step in _running_sum([(-4, date(2023, 12, 1), date(2023, 12, 31))]):
    ...     print(step.day, step.low, step.high)
    None 0 0
    2023-12-01 -4.0 0
    2024-01-01 -4.0 -4.0
    """
    low: dict[date | None, float] = {None: 0}
    high: dict[date | None, float] = {None: 0}
    for score, first, last in scored:
        if last is None:
            continue
        # Of a span of days, the last one is over when the next begins; a single day counts at once.
        certain = last if last in (first, date.max) else last + _DAY
        early, late = (low, high) if score < 0 else (high, low)
        early[first] = early.get(first, 0) + score
        late[certain] = late.get(certain, 0) + score
    found, at = [], [0.0, 0.0]
    for day in sorted({*low, *high}, key=lambda one: one or date.min):
        at = [at[0] + low.get(day, 0), at[1] + high.get(day, 0)]
        found.append(_Sum(day, round(at[0], 6), round(at[1], 6)))
    return [_Sum(one.day, one.low or 0, one.high or 0) for one in found]


# The scores of events, each with the days on which it may begin to count.


@dataclass(frozen=True)
class _Scored:
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
class _Scores:
    """The events with a date, in order; those without; and what was left out."""

    placed: list[_Scored]
    undated: list[_Scored]
    notes: list[str]


def _collect_scores(store: Store, shown: Filter, most: int) -> _Scores:
    """Collect the events that raise or ease tension and have a score.

    Args:
        store: the graph; where it is about two States, what is between these.
        shown: which events.
        most: up to how many events all is told of each.
    """
    pair, known = parties(store), _TypeScores(store)
    found: list[_Scored] = []
    elsewhere = unscored = 0
    for nodes in events_in_order(store):
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
                found.append(_Scored(node, effect, score, *_days(store, node)))
    notes = [f"Shown: {shown.words}."] if shown.words else []
    if elsewhere:
        notes.append(f"Left out: {counted(elsewhere, 'event')} that other States have a part in.")
    if unscored:
        notes.append(f"Left out: {counted(unscored, 'event')} of a type without a score.")
    placed = [one for one in found if one.last]
    undated = [one for one in found if not one.last]
    if len(placed) <= most:
        placed = [_with_event(store, one, place) for place, one in enumerate(placed, start=1)]
        undated = [_with_event(store, one) for one in undated[:most]] + undated[most:]
    return _Scores(placed, undated, notes)


def _with_event(store: Store, one: _Scored, place: int = 0) -> _Scored:
    return replace(one, number=place, event=read_event(store, one.node))


def _states(store: Store, node: NamedNode) -> set[NamedNode]:
    return {*objects(store, node, REL.initiatingState), *objects(store, node, REL.affectedState)}


def _days(store: Store, node: NamedNode) -> tuple[date | None, date | None]:
    """Return the first and the last day on which an event may begin to count, by any date of it."""
    ends = [_days_of_effect(span) for span in spans_of(store, node) if span.known]
    starts = [first for first, _ in ends]
    lasts = [day for first, last in ends if (day := last or first)]
    open_start = None in starts
    first = None if open_start else min((day for day in starts if day), default=None)
    return first, max(lasts, default=None)


class _TypeScores:
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


def _signed(score: float) -> str:
    """Write a score with its sign.

    >>> _signed(6.4), _signed(0)
    ('+6.4', '0')
    """
    if not score:
        return "0"
    sign = "+" if score > 0 else "\N{MINUS SIGN}"
    return f"{sign}{number(abs(score))}"


# A scale of scores, from bottom to top, on the ground of a time axis.

#: Left free above the highest line and below the lowest.
_EDGE = 8.0


class _Scale:
    """A scale that holds some values, and zero.

    Args:
        values: what it holds.
        top: where its highest line is.
        bottom: where its lowest line is.
    """

    def __init__(self, values: Iterable[float], top: float, bottom: float) -> None:
        every = [0.0, *values]
        low, high = min(every), max(every)
        rough = ((high - low) or 1.0) / 4
        power = 10.0 ** math.floor(math.log10(rough))
        self.step = next(power * one for one in (1, 2, 5, 10) if power * one >= rough)
        self.low = -self.step * math.ceil(-low / self.step)
        self.high = self.step * math.ceil(high / self.step) if high > low else self.step
        self.top, self.bottom = top, bottom

    def y(self, score: float) -> float:
        """Return where a score is."""
        share = (score - self.low) / (self.high - self.low)
        return self.bottom - share * (self.bottom - self.top)

    def draw(self, root: Element, laid: Axis) -> None:
        """Draw the ground, the lines and their numbers."""
        grid(root, laid, self.top - _EDGE, self.bottom + _EDGE)
        for place in range(round((self.high - self.low) / self.step) + 1):
            score = round(self.low + place * self.step, 9)
            y, zero = self.y(score), not score
            look = ("edge", 1.2) if zero else ("rule", 0.7)
            segment(root, (laid.left, y), (laid.right, y), *look)
            words = _signed(score)
            text(root, laid.left - 8, y + 3.5, words, size=10.5, fill="muted", anchor="end")


# The chart: scores above and their sum below, on one axis of time.

_MARGIN = 16.0
_LEFT = 58.0
_SCORES, _SUMS = 190.0, 190.0
#: The number of a long range stands no farther from its end than this.
_NEAR_END = 90.0


def _by_year(placed: Sequence[_Scored]) -> dict[int, tuple[float, float, int]]:
    """Add up the scores of each year: of conflict, of cooperation, and of how many events."""
    totals: dict[int, tuple[float, float, int]] = {}
    for one in placed:
        year = (one.last or date.min).year
        low, high, count = totals.get(year, (0.0, 0.0, 0))
        totals[year] = (low + min(0, one.score), high + max(0, one.score), count + 1)
    return {year: (round(a, 6), round(b, 6), n) for year, (a, b, n) in sorted(totals.items())}


class _Chart:
    """Draws the scores, their sum, and the key to their numbers.

    Args:
        placed: the events with a date, in order.
        undated: those that are only listed.
        link: from the IRI of a thing to the address of its page.
        many: whether events are too many to be drawn one by one.
    """

    def __init__(
        self,
        placed: Sequence[_Scored],
        undated: Sequence[_Scored],
        link: Callable[[str], str] | None,
        *,
        many: bool,
    ) -> None:
        self.placed, self.undated, self.link, self.many = placed, undated, link, many
        self.sums = _running_sum((one.score, one.first, one.last) for one in placed)

    def axis(self, width: float) -> Axis:
        """Return the axis for a picture of some width."""
        ends = [(one.first or one.last, one.last) for one in self.placed]
        known = [(first, last) for first, last in ends if first and last]
        return axis(known, _LEFT, width - _MARGIN - 14)

    def draw(self, root: Element, top: float, width: float) -> float:
        """Draw all, and return how far down it reaches."""
        laid = self.axis(width)
        words = "Score of each event: below 0 is conflict"
        if self.many:
            words = "Scores of each year, conflict and cooperation each added up"
        y = ruler(root, laid, _heading(root, top + 4, words, width))
        if self.many:
            self._years(root, laid, y)
        else:
            self._scores(root, laid, y)
        words = "Sum of the scores since the first event drawn"
        y = _heading(root, y + _SCORES + 22, words, width)
        self._sums(root, laid, y)
        y += _SUMS + 18
        if not self.many:
            y = self._key(root, y, width)
        return legend(root, y + 8, width, self._entries())

    def _scores(self, root: Element, laid: Axis, top: float) -> None:
        scale = _Scale([one.score for one in self.placed], top + 8, top + _SCORES)
        scale.draw(root, laid)
        told: dict[tuple[float, float, bool], list[int]] = {}
        for one in self.placed:
            label = one.event.label if one.event else ""
            group = Group(f"{one.number}: {label}, {_signed(one.score)}", class_="score")
            root.children.append(group)
            y = scale.y(one.score)
            x = self._point(group, one, laid, scale) if one.exact else _range(group, one, laid, y)
            told.setdefault((round(x), round(y), one.exact), []).append(one.number)
        for (x, y, exact), numbers in told.items():
            words = ", ".join(map(str, numbers))
            at, anchor = ((x + 10, y + 4), "start") if exact else ((x, y - 6), "middle")
            text(root, *at, words, size=11, bold=True, halo=True, anchor=anchor)

    @staticmethod
    def _point(group: Element, one: _Scored, laid: Axis, scale: _Scale) -> float:
        x, y = laid.x(one.last or date.min), scale.y(one.score)
        segment(group, (x, scale.y(0)), (x, y), one.effect, 1.6, DASHES if one.disputed else None)
        mark(group, x, y, one.effect, size=6.5, disputed=one.disputed)
        return x

    def _years(self, root: Element, laid: Axis, top: float) -> None:
        totals = _by_year(self.placed)
        every = [score for low, high, _ in totals.values() for score in (low, high)]
        scale = _Scale(every, top + 8, top + _SCORES)
        scale.draw(root, laid)
        for year, (low, high, count) in totals.items():
            left = laid.x(date(year, 1, 1))
            wide = max(1.5, laid.x(date(year, 12, 31)) - left - 1)
            words = f"{year}: {_signed(low)} and {_signed(high)}, of {count}"
            group = Group(words, class_="year", data_year=str(year))
            root.children.append(group)
            for score, effect in ((low, "raising"), (high, "easing")):
                y, zero = scale.y(score), scale.y(0)
                rectangle(group, (left, min(y, zero)), (wide, abs(zero - y)), effect)

    def _sums(self, root: Element, laid: Axis, top: float) -> None:
        sums = self.sums
        every = [score for step in sums for score in (step.low, step.high)]
        scale = _Scale(every, top + 16, top + _SUMS)
        scale.draw(root, laid)
        low = [(laid.left, scale.y(sums[0].low))]
        high = [(laid.left, scale.y(sums[0].high))]
        for step in sums[1:]:
            x = laid.x(step.day or date.min)
            for line, score in ((low, step.low), (high, step.high)):
                line += [(x, line[-1][1]), (x, scale.y(score))]
        for line in (low, high):
            line.append((laid.right, line[-1][1]))
        polygon(root, [*low, *reversed(high)], fill="doubt", fill_opacity=0.22)
        for line in (low, high):
            points = " ".join(f"{number(x)},{number(y)}" for x, y in line)
            root.add(
                "polyline",
                points=points,
                fill="none",
                stroke="ink",
                stroke_width=1.8,
                stroke_linejoin="round",
            )
        words, y = _between(sums[-1]), scale.y(sums[-1].low) - 7
        x = laid.right - 4
        text(root, x, y, words, size=13, bold=True, anchor="end", halo=True)

    def _key(self, root: Element, top: float, width: float) -> float:
        every = [one for one in (*self.placed, *self.undated) if one.event]
        columns = 1 if width <= NARROW else 2
        step = (width - 2 * _MARGIN) / columns
        half = -(-len(every) // columns)
        ends = []
        for column in range(columns):
            y = top
            for one in every[column * half : (column + 1) * half]:
                y = self._entry(root, one, (_MARGIN + column * step, y), step - 58)
            ends.append(y)
        return max(ends)

    def _entry(
        self, root: Element, one: _Scored, corner: tuple[float, float], room: float
    ) -> float:
        told = one.event
        if told is None:
            return corner[1]
        words = f"{told.label}, {told.when or 'no date'}, {_signed(one.score)}"
        group: Element = Group(words, data_iri=told.iri, class_="event")
        root.children.append(group)
        if self.link:
            group = group.add("a", href=self.link(told.iri))
        x, y = corner[0], corner[1] + 16
        place = str(one.number or "\N{EN DASH}")
        text(group, x + 16, y, place, size=11.5, bold=True, anchor="end")
        mark(group, x + 28, y - 4, one.effect, size=5.5, disputed=one.disputed)
        for line in wrapped(told.label, 12.5, room):
            text(group, x + 40, y, line, size=12.5)
            y += 15
        parts = [told.when or "no date, so not in the sum", _signed(one.score), told.direction]
        parts.append("disputed in part" if one.disputed else "")
        for line in wrapped(" · ".join(filter(None, parts)), 11, room):
            text(group, x + 40, y, line, size=11, fill="muted")
            y += 14
        return y - 6

    def _entries(self) -> list[Entry]:
        if self.many:
            entries = effect_entries({one.effect for one in self.placed})
        else:
            every = (*self.placed, *self.undated)
            entries = effects_of(one.event for one in every if one.event)
            if any(not one.exact and one.first for one in self.placed):
                entries.append((_sample_range, "some day in these, not known which"))
            if any(not one.first for one in self.placed):
                entries.append((_sample_open, "some day up to then, not known since when"))
        if any(step.low != step.high for step in self.sums):
            entries.append((_sample_sum, "the sum lies in here, since days are not known"))
        return entries


def _heading(root: Element, y: float, words: str, width: float) -> float:
    for line in wrapped(words, 12.5, width - 2 * _MARGIN, bold=True):
        text(root, _MARGIN, y + 12, line, size=12.5, bold=True)
        y += 15
    return y


def _range(group: Element, one: _Scored, laid: Axis, y: float) -> float:
    """Draw the days on which an event may have been, and return where its number goes."""
    end = laid.x(shifted(one.last or date.min, 1))
    start = laid.x(one.first) if one.first else laid.left
    segment(group, (start, y), (end, y), one.effect, 2, DASHES if one.disputed else None)
    segment(group, (end, y - 5), (end, y + 5), one.effect, 2)
    if one.first:
        segment(group, (start, y - 5), (start, y + 5), one.effect, 2)
    else:
        arrow_head(group, (start, y), -1, one.effect)
    return (max(start, end - _NEAR_END) + end) / 2


def _between(step: _Sum) -> str:
    if step.low == step.high:
        return _signed(step.low)
    return f"{_signed(step.low)} to {_signed(step.high)}"


def _sample_open(parent: Element, x: float, y: float) -> None:
    segment(parent, (x - 13, y), (x + 13, y), "other", 2)
    segment(parent, (x + 13, y - 5), (x + 13, y + 5), "other", 2)
    arrow_head(parent, (x - 13, y), -1, "other")


def _sample_range(parent: Element, x: float, y: float) -> None:
    segment(parent, (x - 13, y), (x + 13, y), "other", 2)
    for end in (x - 13, x + 13):
        segment(parent, (end, y - 5), (end, y + 5), "other", 2)


def _sample_sum(parent: Element, x: float, y: float) -> None:
    look = {"fill_opacity": 0.22, "stroke": "ink", "stroke_width": 1.0}
    rectangle(parent, (x - 13, y - 6), (26, 12), "doubt", **look)
