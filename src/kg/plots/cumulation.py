"""Scores added up over time, between the lowest and the highest sum that fuzzy dates allow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kg.plots.spans import Span

__all__ = ["Step", "moments", "steps"]

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Step:
    """From a day on, the sum lies between two numbers; they are one where no date is open.

    Args:
        day: None is before all days.
        low: the lowest sum.
        high: the highest.
    """

    day: date | None
    low: float
    high: float


def moments(span: Span) -> tuple[date | None, date | None]:
    """Return the first and the last day on which what has a date may have begun to count.

    What lasts counts from its start; None is any day before.

    >>> from kg.plots.spans import span
    >>> moments(span("2025-04-07/.."))
    (datetime.date(2025, 4, 7), datetime.date(2025, 4, 7))
    """
    if span.lasting and span.first is not None:
        return span.first, span.first
    return span.first, span.last


def steps(scored: Iterable[tuple[float, date | None, date | None]]) -> list[Step]:
    """Add scores up.

    Args:
        scored: the score, and the first and the last day on which it may begin to count.

    >>> for step in steps([(-4, date(2023, 12, 1), date(2023, 12, 31))]):
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
        found.append(Step(day, round(at[0], 6), round(at[1], 6)))
    return [Step(one.day, one.low or 0, one.high or 0) for one in found]
