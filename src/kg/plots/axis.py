"""A time axis with its ruler and grid, broken where nothing is dated for long."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from kg.english import MONTHS
from kg.plots.fonts import fitted, width
from kg.plots.svg import rectangle, segment, text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from kg.plots.svg import Element

__all__ = ["Axis", "axis", "grid", "ruler", "shifted"]

_MONTHS = tuple(month[:3] for month in MONTHS)
#: A stretch without a date is left out where it is longer than this part of what is left.
_LONG = 0.22
_MOST_BREAKS = 4
_GAP = 26.0
#: A part is never shorter than these days, so that a single one has something around it.
_SHORTEST = 31
_TICK_SIZE = 10.5
#: Days are marked where there are no more than these, months where there are no more of them.
_MANY_DAYS = 80
_MANY_MONTHS = 400


@dataclass(frozen=True)
class _Tick:
    """A mark on the axis: where, what it says, and whether a unit begins there."""

    x: float
    words: str
    major: bool = False


@dataclass(frozen=True)
class _Part:
    """An unbroken stretch of the axis, from the start of one day to the start of another."""

    first: date
    end: date
    left: float
    right: float

    def x(self, day: date) -> float:
        """Return where a day begins; days outside lie at the ends."""
        share = (day - self.first).days / max(1, (self.end - self.first).days)
        return self.left + min(1.0, max(0.0, share)) * (self.right - self.left)

    @property
    def words(self) -> str:
        """The years, months or days that it covers."""
        last = self.end - timedelta(days=1)
        if (self.first.month, self.first.day, last.month, last.day) == (1, 1, 12, 31):
            one, other = str(self.first.year), str(last.year)
        elif self.first.year == last.year:
            one = _MONTHS[self.first.month - 1]
            other = f"{_MONTHS[last.month - 1]} {last.year}"
            if self.first.month == last.month:
                return other
        else:
            one, other = (f"{_MONTHS[day.month - 1]} {day.year}" for day in (self.first, last))
        return one if one == other else f"{one}\N{EN DASH}{other}"

    def ticks(self) -> list[_Tick]:
        """Return marks that leave each other room."""
        for step in _STEPS:
            ticks = [_Tick(self.x(day), words, major) for day, words, major in step(self)]
            wide = [width(tick.words, _TICK_SIZE) for tick in ticks]
            roomy = all(
                right.x - left.x >= (one + other) / 2 + 6
                for left, right, one, other in zip(ticks, ticks[1:], wide, wide[1:], strict=False)
            )
            if ticks and roomy:
                return ticks
        return []


@dataclass(frozen=True)
class Axis:
    """The parts of the axis, in order; none of them overlap."""

    parts: tuple[_Part, ...]

    def x(self, day: date) -> float:
        """Return where a day begins; one in a break lies at the end of the part before it."""
        for part in reversed(self.parts):
            if day >= part.first:
                return part.x(day)
        return self.parts[0].left

    @property
    def left(self) -> float:
        """Where the axis begins."""
        return self.parts[0].left

    @property
    def right(self) -> float:
        """Where the axis ends."""
        return self.parts[-1].right

    def breaks(self) -> list[tuple[float, str]]:
        """Return where the axis is broken, and how much is left out there."""
        return [
            ((one.right + other.left) / 2, _length((other.first - one.end).days))
            for one, other in zip(self.parts, self.parts[1:], strict=False)
        ]

    def note(self) -> str:
        """Say what a reader must know of the scale; empty where it is even."""
        left_out = [words for _, words in self.breaks()]
        if not left_out:
            return ""
        between = " and ".join(left_out)
        return (
            f"The time axis is broken: {between} without a dated event are left out, "
            "and each part has a scale of its own."
        )


def axis(stretches: Iterable[tuple[date, date]], left: float, right: float) -> Axis:
    """Lay out an axis for what happened from one day to another, both included.

    >>> days = [(date(2012, 1, 1), date(2012, 12, 31)), (date(2023, 12, 22), date(2023, 12, 22))]
    >>> [part.words for part in axis(days, 0, 300).parts]
    ['2012', 'Dec 2023']
    """
    merged = _merged(sorted(stretches))
    joined = _joined(merged)
    parts = [(*_padded(first, last), count) for first, last, count in joined]
    room = right - left - _GAP * (len(parts) - 1)
    weights = [1.0 + count**0.5 for _, _, count in parts]
    laid, x = [], left
    for (first, end, _), weight in zip(parts, weights, strict=True):
        wide = room * weight / sum(weights)
        laid.append(_Part(first, end, x, x + wide))
        x += wide + _GAP
    return Axis(tuple(laid))


def _merged(stretches: Sequence[tuple[date, date]]) -> list[tuple[date, date, int]]:
    found: list[tuple[date, date, int]] = []
    for first, last in stretches:
        if found and (first - found[-1][1]).days <= _SHORTEST:
            before, end, count = found[-1]
            found[-1] = (before, max(end, last), count + 1)
        else:
            found.append((first, last, 1))
    return found


def _joined(stretches: list[tuple[date, date, int]]) -> list[tuple[date, date, int]]:
    """Join what is not far apart; the longest gaps stay, as long as they are long."""
    gaps = [
        ((other[0] - one[1]).days, place) for place, (one, other) in enumerate(pairwise(stretches))
    ]
    left = (stretches[-1][1] - stretches[0][0]).days
    kept = set()
    for length, place in sorted(gaps, key=lambda gap: (-gap[0], gap[1]))[:_MOST_BREAKS]:
        if length < max(_LONG * left, 2 * _SHORTEST):
            break
        kept.add(place)
        left -= length
    parts = [stretches[0]]
    for place, (first, last, count) in enumerate(stretches[1:]):
        if place in kept:
            parts.append((first, last, count))
        else:
            parts[-1] = (parts[-1][0], max(parts[-1][1], last), parts[-1][2] + count)
    return parts


def _padded(first: date, last: date) -> tuple[date, date]:
    """Widen a stretch to whole months, or to whole years where it is long."""
    days = (last - first).days + 1
    if days > 300:  # noqa: PLR2004 - about a year: whole years
        return date(first.year, 1, 1), _month_after(date(last.year, 12, 1))
    # Something is left around a day at the edge of a month.
    before, after = shifted(first, -_edge(days)), shifted(last, _edge(days))
    begins = date(first.year, first.month, 1)
    ends = _month_after(last)
    if days < 28 and (before < begins or after >= ends):  # noqa: PLR2004 - less than a month
        begins = date(before.year, before.month, 1)
        ends = _month_after(after)
    return begins, ends


def shifted(day: date, days: int) -> date:
    """Return the day so many days later; the first or the last of the calendar where it ends.

    >>> shifted(date(2023, 12, 31), 1), shifted(date.max, 1)
    (datetime.date(2024, 1, 1), datetime.date(9999, 12, 31))
    """
    within = min(max(day.toordinal() + days, date.min.toordinal()), date.max.toordinal())
    return date.fromordinal(within)


def _edge(days: int) -> int:
    return 2 if days < _SHORTEST else 0


def _month_after(day: date) -> date:
    if (day.year, day.month) >= (9999, 12):
        return date.max
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def _length(days: int) -> str:
    years, months = divmod(round(days / 30.44), 12)
    told = [f"{years} year" + ("s" if years > 1 else "") if years else ""]
    told.append(f"{months} month" + ("s" if months > 1 else "") if months else "")
    return " ".join(filter(None, told)) or f"{days} days"


def _days(part: _Part, step: int) -> list[tuple[date, str, bool]]:
    found: list[tuple[date, str, bool]] = []
    if (part.end - part.first).days > _MANY_DAYS:
        return found
    for day in _range(part):
        if day.day == 1 or ((day.day - 1) % step == 0 and day.day <= 31 - step // 2):
            words = f"1 {_MONTHS[day.month - 1]}" if day.day == 1 else str(day.day)
            found.append((day, words, day.day == 1))
    return found


def _range(part: _Part) -> list[date]:
    return [part.first + timedelta(days=days) for days in range((part.end - part.first).days)]


def _months(part: _Part, step: int) -> list[tuple[date, str, bool]]:
    found: list[tuple[date, str, bool]] = []
    year, month = part.first.year, part.first.month
    while len(found) < _MANY_MONTHS and year <= date.max.year and date(year, month, 1) < part.end:
        if (month - 1) % step == 0:
            several = part.first.year != (part.end - timedelta(days=1)).year
            words = str(year) if several and month == 1 else _MONTHS[month - 1]
            found.append((date(year, month, 1), words, month == 1))
        year, month = year + month // 12, month % 12 + 1
    return found


def _years(part: _Part, step: int) -> list[tuple[date, str, bool]]:
    first = -(-part.first.year // step) * step
    years = range(max(1, first), part.end.year + (part.end > date(part.end.year, 1, 1)), step)
    return [(date(year, 1, 1), str(year), True) for year in years]


_STEPS: tuple[Callable[[_Part], list[tuple[date, str, bool]]], ...] = (
    lambda part: _days(part, 5),
    lambda part: _days(part, 10),
    lambda part: _days(part, 15),
    lambda part: _months(part, 1),
    lambda part: _months(part, 3),
    lambda part: _months(part, 6),
    lambda part: _years(part, 1),
    lambda part: _years(part, 2),
    lambda part: _years(part, 5),
    lambda part: _years(part, 10),
    lambda part: _years(part, 20),
    lambda part: _years(part, 50),
    lambda part: _years(part, 100),
    lambda part: _years(part, 500),
)

# The ruler: what each part covers, its ticks, and where the axis is broken.

#: How far the axis lies below the top of its head.
_HEIGHT = 42.0


def ruler(root: Element, laid: Axis, top: float) -> float:
    """Draw the head of an axis, and return where its line is."""
    y = top + _HEIGHT
    for part in laid.parts:
        middle, wide = (part.left + part.right) / 2, part.right - part.left
        words = fitted(part.words, 12, wide + 20, bold=True)
        text(root, middle, top + 14, words, size=12, bold=True, anchor="middle")
        segment(root, (part.left, y), (part.right, y), "edge")
        for tick in part.ticks():
            segment(root, (tick.x, y - 4), (tick.x, y), "edge")
            if tick.x < part.right - 1:
                text(root, tick.x, y - 8, tick.words, size=10.5, fill="muted", anchor="middle")
    for x, _ in laid.breaks():
        for shift in (-3, 3):
            segment(root, (x + shift - 3, y + 6), (x + shift + 3, y - 6), "muted", 1.2)
    return y


def grid(root: Element, laid: Axis, top: float, bottom: float) -> None:
    """Draw the ground of the parts, with a line for each tick."""
    for part in laid.parts:
        rectangle(root, (part.left, top), (part.right - part.left, bottom - top), "faint")
        for tick in part.ticks():
            segment(root, (tick.x, top), (tick.x, bottom), "rule", 1 if tick.major else 0.6)
