"""The locator map: a small map that shows where a thing is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.plots.fonts import width as measured
from kg.plots.map_ground import Land, atlas, view
from kg.plots.map_labels import Box, Labels
from kg.plots.svg import FONT, Element, text

if TYPE_CHECKING:
    from kg.plots.map_labels import Point

__all__ = ["locator"]

_WIDTH, _HEIGHT = 360.0, 240.0
_SMALL = 11.0
#: Degrees from the point to the upper and the lower side.
_AROUND = 9.0
_POLE, _HALF_TURN = 90, 180


def locator(latitude: float, longitude: float, label: str) -> str | None:
    """Draw where a point is, among the countries around it; None where it is no place on earth.

    Args:
        latitude: in degrees, north of the equator.
        longitude: in degrees, east of Greenwich.
        label: what is there, for those who cannot see the map.

    >>> locator(12.65, -8.0, "Bamako").startswith("<svg")
    True
    >>> locator(112.65, 0.0, "nowhere") is None
    True
    """
    if not (abs(latitude) <= _POLE and abs(longitude) <= _HALF_TURN):
        return None
    seen = view(_corners((longitude, latitude)), _WIDTH, _HEIGHT, _WIDTH / 2, _HEIGHT / 2)
    root = Element("svg", {"class_": "plot locator", "role": "img", "font_family": FONT})
    root.attributes |= {
        "width": _WIDTH,
        "height": _HEIGHT,
        "viewBox": f"0 0 {_WIDTH:g} {_HEIGHT:g}",
        "aria_labelledby": "locator-title",
    }
    root.add("title", f"Map: where {label} is", id="locator-title")
    land = Land(atlas(), seen, "locator-land")
    frame = land.draw(root, [], [])
    x, y = seen.at((longitude, latitude))
    _names(frame, land, x, y)
    frame.add("circle", cx=x, cy=y, r=8, fill="raising", fill_opacity=0.25)
    frame.add("circle", cx=x, cy=y, r=4, fill="raising", stroke="halo", stroke_width=1.5)
    return root.written()


def _names(frame: Element, land: Land, x: float, y: float) -> None:
    """Name the countries in which there is room, but not over the point."""
    labels = Labels(Box(4, 4, _WIDTH - 8, _HEIGHT - 8))
    labels.take([Box(x - 10, y - 10, 20, 20)])
    for country in land.others([]):
        box = labels.first(land.rooms(country, measured(country.name, _SMALL) + 8, 15))
        if box:
            text(frame, box.left + 4, box.top + 11, country.name, size=_SMALL, fill="muted")


def _corners(point: Point) -> list[Point]:
    longitude, latitude = point
    low, high = max(latitude - _AROUND, -_POLE), min(latitude + _AROUND, _POLE)
    return [(longitude, low), (longitude, latitude), (longitude, high)]
