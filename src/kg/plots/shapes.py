"""The shapes that the pictures are made of, each in one call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kg.plots.drawing import number

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kg.plots.drawing import Element

    Point = tuple[float, float]

__all__ = ["DASHES", "curve", "head", "polygon", "rectangle", "segment"]

#: How the outline of what is disputed is broken.
DASHES = "4 2.5"


def segment(  # noqa: PLR0913, PLR0917 - what a line needs
    parent: Element,
    start: Point,
    end: Point,
    stroke: str,
    width: float = 1.0,
    dashes: str | None = None,
) -> None:
    """Draw a line from one point to another, in the colour of a role."""
    (x1, y1), (x2, y2) = start, end
    parent.add(
        "line", x1=x1, y1=y1, x2=x2, y2=y2, stroke=stroke, stroke_width=width,
        stroke_dasharray=dashes,
    )  # fmt: skip


def rectangle(parent: Element, corner: Point, size: Point, fill: str, **more: Any) -> None:
    """Draw a rectangle from its upper left corner."""
    parent.add("rect", x=corner[0], y=corner[1], width=size[0], height=size[1], fill=fill, **more)


def polygon(parent: Element, points: Iterable[Point], **look: Any) -> None:
    """Draw a closed shape around points."""
    parent.add("polygon", points=" ".join(f"{number(x)},{number(y)}" for x, y in points), **look)


def head(parent: Element, tip: Point, sign: int, fill: str, size: float = 6) -> None:
    """Draw the head of an arrow that runs to the right (1) or to the left (-1)."""
    x, y = tip
    back = x - sign * size * 1.5
    polygon(parent, [(x, y), (back, y - size * 0.8), (back, y + size * 0.8)], fill=fill)


def curve(parent: Element, start: Point, bends: tuple[Point, Point], end: Point) -> None:
    """Draw a cubic Bézier curve."""
    points = [f"{number(x)} {number(y)}" for x, y in (start, *bends, end)]
    path = f"M{points[0]}C{points[1]} {points[2]} {points[3]}"
    parent.add("path", d=path, fill="none", stroke="muted", stroke_width=1.5)
