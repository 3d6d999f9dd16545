"""The head of a time axis: what each part covers, its ticks, and where it is broken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.plots.drawing import text
from kg.plots.metrics import fitted
from kg.plots.shapes import rectangle, segment

if TYPE_CHECKING:
    from kg.plots.axis import Axis
    from kg.plots.drawing import Element

__all__ = ["HEIGHT", "grid", "ruler"]

#: How far the axis lies below the top of its head.
HEIGHT = 42.0


def ruler(root: Element, laid: Axis, top: float) -> float:
    """Draw the head of an axis, and return where its line is."""
    y = top + HEIGHT
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
