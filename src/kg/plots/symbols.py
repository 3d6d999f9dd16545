"""The symbols of a map: places, missions and events, and their samples in the legend."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.plots.marks import mark
from kg.plots.shapes import rectangle, segment

if TYPE_CHECKING:
    from collections.abc import Callable

    from kg.plots.drawing import Element
    from kg.plots.sites import Item, Site

__all__ = [
    "diamond",
    "dot",
    "mission_sample",
    "sample_border",
    "sample_lit",
    "sample_near",
    "spot",
    "symbol",
]


def dot(group: Element, x: float, y: float, site: Site) -> None:
    """Mark a place: a province otherwise than a point."""
    if site.area:
        diamond(group, x, y)
    else:
        spot(group, x, y)


def spot(parent: Element, x: float, y: float) -> None:
    """Draw the mark of a place."""
    parent.add("circle", cx=x, cy=y, r=4.2, fill="ink", stroke="halo", stroke_width=1.5)


def diamond(parent: Element, x: float, y: float) -> None:
    """Draw the mark of a point inside a province."""
    parent.add(
        "path",
        d=f"M{x:.1f} {y - 5:.1f}l5 5 -5 5 -5 -5z",
        fill="paper",
        stroke="ink",
        stroke_width=1.2,
    )


def symbol(parent: Element, x: float, y: float, item: Item) -> None:
    """Draw what is, or happened, at a place."""
    if item.event:
        mark(parent, x, y, item.event.effect, size=5.5, disputed=bool(item.event.disputed))
    else:
        mission(parent, x, y, item.kind)


def mission(parent: Element, x: float, y: float, kind: str) -> None:
    """Draw the flag of a mission; that of an embassy is filled."""
    segment(parent, (x - 4, y - 6), (x - 4, y + 6), "ink", 1.5)
    fill = "ink" if kind == "embassy" else "paper"
    rectangle(parent, (x - 4, y - 6), (10, 7), fill, stroke="ink", stroke_width=1.2)


def mission_sample(kind: str) -> Callable[[Element, float, float], None]:
    """Return what draws a mission in a legend."""
    return lambda parent, x, y: mission(parent, x, y, kind)


def sample_border(parent: Element, x: float, y: float) -> None:
    """Draw a piece of the border."""
    segment(parent, (x - 14, y), (x + 14, y), "ink", 2, "7 2.5 1.5 2.5")


def sample_lit(parent: Element, x: float, y: float) -> None:
    """Draw a piece of either State."""
    for shift, role in ((-13, "first"), (0, "second")):
        rectangle(parent, (x + shift, y - 6), (13, 12), role, stroke="edge", stroke_width=0.7)


def sample_near(parent: Element, x: float, y: float) -> None:
    """Draw the ring of what is near."""
    parent.add(
        "circle",
        cx=x,
        cy=y,
        r=7,
        fill="none",
        stroke="ink",
        stroke_width=1.2,
        stroke_dasharray="3 2.5",
    )
