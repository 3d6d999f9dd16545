"""Scores above and their sum below, on one axis of time."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from kg.plots.axis import axis, shifted
from kg.plots.bars import effects_of
from kg.plots.cumulation import steps
from kg.plots.drawing import Group, number, text
from kg.plots.marks import effect_entries, legend, mark
from kg.plots.metrics import wrapped
from kg.plots.picture import NARROW
from kg.plots.ruler import ruler
from kg.plots.scale import Scale
from kg.plots.scores import signed
from kg.plots.shapes import DASHES, head, polygon, rectangle, segment

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kg.plots.axis import Axis
    from kg.plots.cumulation import Step
    from kg.plots.drawing import Element
    from kg.plots.marks import Entry
    from kg.plots.scores import Scored

__all__ = ["Chart", "by_year"]

_MARGIN = 16.0
_LEFT = 58.0
_SCORES, _SUMS = 190.0, 190.0
#: The number of a long range stands no farther from its end than this.
_NEAR_END = 90.0


def by_year(placed: Sequence[Scored]) -> dict[int, tuple[float, float, int]]:
    """Add up the scores of each year: of conflict, of cooperation, and of how many events."""
    totals: dict[int, tuple[float, float, int]] = {}
    for one in placed:
        year = (one.last or date.min).year
        low, high, count = totals.get(year, (0.0, 0.0, 0))
        totals[year] = (low + min(0, one.score), high + max(0, one.score), count + 1)
    return {year: (round(a, 6), round(b, 6), n) for year, (a, b, n) in sorted(totals.items())}


class Chart:
    """Draws the scores, their sum, and the key to their numbers.

    Args:
        placed: the events with a date, in order.
        undated: those that are only listed.
        link: from the IRI of a thing to the address of its page.
        many: whether events are too many to be drawn one by one.
    """

    def __init__(
        self,
        placed: Sequence[Scored],
        undated: Sequence[Scored],
        link: Callable[[str], str] | None,
        *,
        many: bool,
    ) -> None:
        self.placed, self.undated, self.link, self.many = placed, undated, link, many
        self.sums = steps((one.score, one.first, one.last) for one in placed)

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
        scale = Scale([one.score for one in self.placed], top + 8, top + _SCORES)
        scale.draw(root, laid)
        told: dict[tuple[float, float, bool], list[int]] = {}
        for one in self.placed:
            label = one.event.label if one.event else ""
            group = Group(f"{one.number}: {label}, {signed(one.score)}", class_="score")
            root.children.append(group)
            y = scale.y(one.score)
            x = self._point(group, one, laid, scale) if one.exact else _range(group, one, laid, y)
            told.setdefault((round(x), round(y), one.exact), []).append(one.number)
        for (x, y, exact), numbers in told.items():
            words = ", ".join(map(str, numbers))
            at, anchor = ((x + 10, y + 4), "start") if exact else ((x, y - 6), "middle")
            text(root, *at, words, size=11, bold=True, halo=True, anchor=anchor)

    @staticmethod
    def _point(group: Element, one: Scored, laid: Axis, scale: Scale) -> float:
        x, y = laid.x(one.last or date.min), scale.y(one.score)
        segment(group, (x, scale.y(0)), (x, y), one.effect, 1.6, DASHES if one.disputed else None)
        mark(group, x, y, one.effect, size=6.5, disputed=one.disputed)
        return x

    def _years(self, root: Element, laid: Axis, top: float) -> None:
        totals = by_year(self.placed)
        every = [score for low, high, _ in totals.values() for score in (low, high)]
        scale = Scale(every, top + 8, top + _SCORES)
        scale.draw(root, laid)
        for year, (low, high, count) in totals.items():
            left = laid.x(date(year, 1, 1))
            wide = max(1.5, laid.x(date(year, 12, 31)) - left - 1)
            words = f"{year}: {signed(low)} and {signed(high)}, of {count}"
            group = Group(words, class_="year", data_year=str(year))
            root.children.append(group)
            for score, effect in ((low, "raising"), (high, "easing")):
                y, zero = scale.y(score), scale.y(0)
                rectangle(group, (left, min(y, zero)), (wide, abs(zero - y)), effect)

    def _sums(self, root: Element, laid: Axis, top: float) -> None:
        sums = self.sums
        every = [score for step in sums for score in (step.low, step.high)]
        scale = Scale(every, top + 16, top + _SUMS)
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

    def _entry(self, root: Element, one: Scored, corner: tuple[float, float], room: float) -> float:
        told = one.event
        if told is None:
            return corner[1]
        words = f"{told.label}, {told.when or 'no date'}, {signed(one.score)}"
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
        parts = [told.when or "no date, so not in the sum", signed(one.score), told.direction]
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


def _range(group: Element, one: Scored, laid: Axis, y: float) -> float:
    """Draw the days on which an event may have been, and return where its number goes."""
    end = laid.x(shifted(one.last or date.min, 1))
    start = laid.x(one.first) if one.first else laid.left
    segment(group, (start, y), (end, y), one.effect, 2, DASHES if one.disputed else None)
    segment(group, (end, y - 5), (end, y + 5), one.effect, 2)
    if one.first:
        segment(group, (start, y - 5), (start, y + 5), one.effect, 2)
    else:
        head(group, (start, y), -1, one.effect)
    return (max(start, end - _NEAR_END) + end) / 2


def _between(step: Step) -> str:
    if step.low == step.high:
        return signed(step.low)
    return f"{signed(step.low)} to {signed(step.high)}"


def _sample_open(parent: Element, x: float, y: float) -> None:
    segment(parent, (x - 13, y), (x + 13, y), "other", 2)
    segment(parent, (x + 13, y - 5), (x + 13, y + 5), "other", 2)
    head(parent, (x - 13, y), -1, "other")


def _sample_range(parent: Element, x: float, y: float) -> None:
    segment(parent, (x - 13, y), (x + 13, y), "other", 2)
    for end in (x - 13, x + 13):
        segment(parent, (end, y - 5), (end, y + 5), "other", 2)


def _sample_sum(parent: Element, x: float, y: float) -> None:
    look = {"fill_opacity": 0.22, "stroke": "ink", "stroke_width": 1.0}
    rectangle(parent, (x - 13, y - 6), (26, 12), "doubt", **look)
