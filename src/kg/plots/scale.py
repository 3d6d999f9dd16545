"""A scale of scores, from bottom to top, on the ground of a time axis."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from kg.plots.drawing import text
from kg.plots.ruler import grid
from kg.plots.scores import signed
from kg.plots.shapes import segment

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kg.plots.axis import Axis
    from kg.plots.drawing import Element

__all__ = ["Scale"]

#: Left free above the highest line and below the lowest.
_EDGE = 8.0


class Scale:
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
            words = signed(score)
            text(root, laid.left - 8, y + 3.5, words, size=10.5, fill="muted", anchor="end")
