"""The marks of events: a shape for each way to bear on tension, so that no colour speaks alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kg.plots.drawing import text
from kg.plots.events import EFFECTS
from kg.plots.metrics import width as measured
from kg.plots.shapes import polygon

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from kg.plots.drawing import Element

__all__ = ["LINE", "Entry", "effect_entries", "legend", "mark"]

LINE = 20.0
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
    x, y = left, y + LINE
    for draw, words in entries:
        wide = 36 + measured(words, 11.5) + 20
        if x > left and x + wide - 20 > width - left:
            x, y = left, y + LINE
        draw(parent, x + 14, y - 4)
        text(parent, x + 34, y, words, size=11.5)
        x += wide
    return y + 6
