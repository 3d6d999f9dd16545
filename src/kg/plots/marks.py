"""Marks, bars and legends of events: a shape for each effect, so that no colour speaks alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kg.plots.axis import shifted
from kg.plots.events import EFFECTS
from kg.plots.fonts import width as measured
from kg.plots.svg import DASHES, arrow_head, polygon, rectangle, segment, text

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from kg.dates import Span
    from kg.plots.axis import Axis
    from kg.plots.events import Event
    from kg.plots.svg import Element

__all__ = ["Entry", "bar", "bar_entries", "effect_entries", "effects_of", "legend", "mark"]

_LINE = 20.0
#: An entry of a legend: draws its mark around a point, and the words beside it.
Entry = tuple["Callable[[Element, float, float], None]", str]


def mark(  # noqa: PLR0913 - what a mark needs
    parent: Element,
    x: float,
    y: float,
    effect: str,
    *,
    size: float = 6,
    disputed: bool = False,
) -> None:
    """Draw the mark of an event: ▲ raises, ▼ eases, ● neither; hollow and dashed where disputed."""
    look: dict[str, Any] = {
        "fill": "paper" if disputed else effect,
        "stroke": effect,
        "stroke_width": 1.6,
        "stroke_dasharray": "2.2 1.6" if disputed else None,
        "stroke_linejoin": "round",
    }
    if effect == "other":
        parent.add("circle", cx=x, cy=y, r=size * 0.82, **look)
        return
    sign = -1 if effect == "raising" else 1
    base = y - sign * size * 0.8
    polygon(parent, [(x, y + sign * size), (x - size, base), (x + size, base)], **look)


def effect_entries(effects: Collection[str]) -> list[Entry]:
    """Return the entries of a legend for the marks of events, always in one order."""

    def drawn(effect: str) -> Callable[[Element, float, float], None]:
        return lambda parent, x, y: mark(parent, x, y, effect)

    return [(drawn(effect), words) for effect, words in EFFECTS.items() if effect in effects]


def legend(parent: Element, y: float, width: float, entries: Sequence[Entry]) -> float:
    """Set a legend in as many lines as it needs, and return how far down it reaches.

    Args:
        parent: where.
        y: below which.
        width: of the picture.
        entries: what it tells.
    """
    left = 16.0
    x, y = left, y + _LINE
    for draw, words in entries:
        wide = 36 + measured(words, 11.5) + 20
        if x > left and x + wide - 20 > width - left:
            x, y = left, y + _LINE
        draw(parent, x + 14, y - 4)
        text(parent, x + 34, y, words, size=11.5)
        x += wide
    return y + 6


# Bars: spans of time on an axis, each as fuzzy as its date.

#: How far an approximate day fades to each side; how far off it may be is not said.
_FADE = 13.0
#: A band is never so short that it looks like a day.
_SHORTEST = 12.0
#: How far an arrow runs beyond the axis where the end is open.
_BEYOND = 18.0


def bar(group: Element, one: Event, span: Span, laid: Axis, y: float) -> None:
    """Draw a span: a mark for a day, a band for some day in it, an arrow where an end is open."""
    if span.known is None:
        return
    first, last = span.known
    left, right = laid.x(first), laid.x(shifted(last, 1))
    dashes = DASHES if one.disputed else None
    if span.first is None:
        _arrow(group, one.effect, (right, laid.left), y, dashes)
    if span.last is None:
        _arrow(group, one.effect, (left, laid.right + _BEYOND), y, dashes)
    if span.approximate:
        _fade(group, (left + right) / 2, y, (right - left) / 2 + _FADE, one.effect)
    if span.first is None or span.last is None:
        return
    if first == last:
        size = 6 if span.approximate else 7
        mark(group, (left + right) / 2, y, one.effect, size=size, disputed=bool(one.disputed))
    elif not span.approximate:
        short = max(0.0, _SHORTEST - (right - left)) / 2
        ends = left - short, right + short
        _band(group, one.effect, ends, y, dashes=dashes, lasting=span.lasting)


def bar_entries(events: Iterable[Event]) -> list[Entry]:
    """Return what a legend must tell of the bars of some events."""
    spans = [span for one in events for span in one.spans if span.known]
    closed = [span for span in spans if span.first and span.last and span.first != span.last]
    entries: list[Entry] = []
    if any(not span.lasting and not span.approximate for span in closed):
        entries.append((_sample_band, "some day in these, not known which"))
    if any(span.lasting and not span.approximate for span in closed):
        entries.append((_sample_lasting, "all of these days"))
    if any(span.approximate for span in spans):
        entries.append((_sample_fade, "about then; how far off is not said"))
    if any(span.first is None or span.last is None for span in spans):
        entries.append((_sample_arrow, "open: how far it reaches is not known"))
    return entries


def effects_of(events: Iterable[Event]) -> list[Entry]:
    """Return what a legend must tell of the marks of some events."""
    every = list(events)
    entries = effect_entries({one.effect for one in every})
    if any(one.disputed for one in every):
        entries.append((_sample_disputed, "dashed: part of it is disputed"))
    return entries


def _band(  # noqa: PLR0913 - what a band needs
    parent: Element,
    effect: str,
    ends: tuple[float, float],
    y: float,
    *,
    dashes: str | None,
    lasting: bool,
) -> None:
    size = ends[1] - ends[0], 12.0
    look: dict[str, str | float | None] = {"stroke": effect, "stroke_width": 1.3}
    look |= {"rx": 2 if lasting else 6, "stroke_dasharray": dashes}
    rectangle(parent, (ends[0], y - 6), size, effect if lasting else f"{effect}-wash", **look)


def _arrow(
    parent: Element, effect: str, ends: tuple[float, float], y: float, dashes: str | None = None
) -> None:
    start, end = ends
    sign = 1 if end > start else -1
    segment(parent, (start, y), (end - sign * 7, y), effect, 2.4, dashes)
    segment(parent, (start, y - 7), (start, y + 7), effect, 2.4)
    arrow_head(parent, (end, y), sign, effect)


def _fade(parent: Element, x: float, y: float, reach: float, effect: str) -> None:
    """Draw a stretch that fades to both sides, in steps."""
    for step in range(6, 0, -1):
        half = reach * step / 6
        size = (2 * half, 14.0)
        rectangle(parent, (x - half, y - 7), size, effect, rx=min(half, 7), fill_opacity=0.13)


def _sample_band(parent: Element, x: float, y: float) -> None:
    _band(parent, "other", (x - 13, x + 13), y, dashes=None, lasting=False)


def _sample_lasting(parent: Element, x: float, y: float) -> None:
    _band(parent, "other", (x - 13, x + 13), y, dashes=None, lasting=True)


def _sample_fade(parent: Element, x: float, y: float) -> None:
    _fade(parent, x, y, 16, "other")


def _sample_arrow(parent: Element, x: float, y: float) -> None:
    _arrow(parent, "other", (x - 13, x + 14), y)


def _sample_disputed(parent: Element, x: float, y: float) -> None:
    mark(parent, x, y, "raising", disputed=True)
