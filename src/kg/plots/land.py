"""Land, sea and borders inside a frame."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from kg.plots.drawing import Element, number, text
from kg.plots.labels import Box
from kg.plots.projection import KILOMETRES, View, clipped, thinned
from kg.plots.shapes import rectangle, segment

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kg.plots.atlas import Atlas, Country, Point

__all__ = ["Land", "main_part"]

#: Points of a line that are closer than this on paper are one.
_FINE = 1.1
#: Parts of a country that are farther than this from its largest one, in degrees, are not its main
#: land: a map of France need not show the Pacific.
_NEAR = 12.0
_ALONG = 8
_DOT = 4.0
#: A country that is smaller on paper gets no name.
_LARGE = 1500
_GRID = 15


def main_part(atlas: Atlas, country: Country) -> list[Point]:
    """Return points of the box around the largest part of a country and what is near it."""
    boxes = []
    for polygon in country.polygons:
        ring = atlas.ring(polygon[0])
        lons, lats = [lon for lon, _ in ring], [lat for _, lat in ring]
        boxes.append((min(lons), min(lats), max(lons), max(lats)))
    largest = max(boxes, key=lambda box: (box[2] - box[0]) * (box[3] - box[1]))
    near = [box for box in boxes if _apart(box, largest) < _NEAR]
    west, south = min(box[0] for box in near), min(box[1] for box in near)
    east, north = max(box[2] for box in near), max(box[3] for box in near)
    # A view looks for the widest gap without a point: none may lie inside the box.
    lons = [west + (east - west) * place / _ALONG for place in range(_ALONG + 1)]
    return [(lon, lat) for lon in lons for lat in (south, north)]


def _apart(one: Sequence[float], other: Sequence[float]) -> float:
    across = max(one[0], other[0]) - min(one[2], other[2])
    down = max(one[1], other[1]) - min(one[3], other[3])
    return max(across, down, 0.0)


class Land:
    """Draws the countries that a view shows.

    Args:
        atlas: the countries.
        view: what is shown, and where on paper.
        name: an id for the frame, its own on a page.
    """

    def __init__(self, atlas: Atlas, view: View, name: str) -> None:
        self.atlas, self.view, self.name = atlas, view, name
        self._bounds = view.bounds()
        self._seen: dict[Country, list[list[Point]]] = {}

    def draw(
        self, root: Element, lit: Sequence[Country], borders: Sequence[Sequence[Point]]
    ) -> Element:
        """Draw the land, and return the frame that all else is drawn in.

        Args:
            root: where.
            lit: the countries that it is about.
            borders: those between them.
        """
        seen = self.view
        left, top = seen.x - seen.width / 2, seen.y - seen.height / 2
        clip = root.add("clipPath", id=self.name)
        clip.add("rect", x=left, y=top, width=seen.width, height=seen.height)
        frame = root.add("g", clip_path=f"url(#{self.name})", class_="frame")
        rectangle(frame, (left, top), (seen.width, seen.height), "sea")
        for country in self.atlas.countries:
            rings = self._rings(country)
            if rings:
                fill = ("first", "second")[lit.index(country) % 2] if country in lit else "land"
                frame.add("path", d=_path(rings, close=True), fill=fill, fill_rule="evenodd")
        between, coasts = self.atlas.lines()
        self._lines(frame, coasts, "edge", 0.7)
        self._lines(frame, between, "border", 1.0)
        for place, country in enumerate(lit):
            if country not in self._seen:
                self._dot(frame, country, ("first", "second")[place % 2])
        paths = [self._projected(line) for line in borders]
        if paths:
            drawn = _path(paths, close=False)
            frame.add(
                "path", d=drawn, fill="none", stroke="halo", stroke_width=5, stroke_linejoin="round"
            )
            frame.add(
                "path",
                d=drawn,
                fill="none",
                stroke="ink",
                stroke_width=2,
                stroke_dasharray="7 2.5 1.5 2.5",
                stroke_linejoin="round",
            )
        return frame

    def others(self, lit: Sequence[Country]) -> list[Country]:
        """Return the countries around that are large enough on paper for a name."""
        return [
            country
            for country, rings in self._seen.items()
            if country not in lit and _area(max(rings, key=_area)) > _LARGE
        ]

    def rooms(self, country: Country, width: float, height: float) -> list[Box]:
        """Return where a name fits inside a country, nearest to its middle first."""
        if country not in self._seen:
            return []
        ring = max(self._seen[country], key=_area)
        frame = self.view
        left = max(min(x for x, _ in ring), frame.x - frame.width / 2)
        right = min(max(x for x, _ in ring), frame.x + frame.width / 2)
        top = max(min(y for _, y in ring), frame.y - frame.height / 2)
        bottom = min(max(y for _, y in ring), frame.y + frame.height / 2)
        middle = (left + right) / 2, (top + bottom) / 2
        places = [
            (left + (right - left) * across / _GRID, top + (bottom - top) * down / _GRID)
            for across in range(1, _GRID)
            for down in range(1, _GRID)
        ]
        places.sort(key=lambda one: (math.dist(one, middle), one))
        boxes = (Box(x - width / 2, y - height / 2, width, height) for x, y in places)
        return [box for box in boxes if all(_inside(point, ring) for point in box.rim())]

    def scale_bar(self, frame: Element) -> None:
        """Draw how long a round number of kilometres is, at the middle of the map."""
        unit = self.view.scale / KILOMETRES
        most = self.view.width * 0.22 / unit
        power = 10.0 ** math.floor(math.log10(most))
        length = max(power * one for one in (1, 2, 5) if power * one <= most)
        x = self.view.x - self.view.width / 2 + 16
        y = self.view.y + self.view.height / 2 - 16
        for shift, tall in ((0, 4), (length * unit, 4)):
            segment(frame, (x + shift, y - tall), (x + shift, y), "ink", 1.3)
        segment(frame, (x, y), (x + length * unit, y), "ink", 1.3)
        text(
            frame,
            x + 2,
            y - 7,
            f"{number(length)} km at the middle",
            size=10,
            fill="muted",
            halo=True,
        )

    def _rings(self, country: Country) -> list[list[Point]]:
        found = []
        west, _, east, _ = self._bounds
        for polygon in country.polygons:
            for place, arcs in enumerate(polygon):
                ring = self.atlas.ring(arcs)
                low, high = min(lon for lon, _ in ring), max(lon for lon, _ in ring)
                for turn in (-360.0, 0.0, 360.0):
                    if high + turn < west or low + turn > east:
                        continue
                    shifted = [(lon + turn, lat) for lon, lat in ring] if turn else ring
                    kept = self._projected(clipped(shifted, self._bounds))
                    if len(kept) > 2 and (place == 0 or _area(kept) > 1):  # noqa: PLR2004
                        found.append(kept)
        if found:
            self._seen[country] = found
        return found

    def _dot(self, frame: Element, country: Country, fill: str) -> None:
        """Draw a country that is too small on paper for its outline."""
        corners = main_part(self.atlas, country)
        lons, lats = [lon for lon, _ in corners], [lat for _, lat in corners]
        x, y = self.view.at(((min(lons) + max(lons)) / 2, (min(lats) + max(lats)) / 2))
        frame.add("circle", cx=x, cy=y, r=_DOT, fill=fill, stroke="ink", stroke_width=1.0)

    def _lines(self, frame: Element, places: Iterable[int], stroke: str, width: float) -> None:
        west, south, east, north = self._bounds
        paths = []
        for place in places:
            points = self.atlas.arc(place)
            for turn in (-360.0, 0.0, 360.0):
                run: list[Point] = []
                for lon, lat in points:
                    # The date line is where the data are cut, and no coast.
                    edge = abs(abs(lon) - 180) < 1e-6 or lat < -89.9  # noqa: PLR2004
                    if west <= lon + turn <= east and south <= lat <= north and not edge:
                        run.append((lon + turn, lat))
                    elif run:
                        paths.append(self._projected(run))
                        run = []
                if run:
                    paths.append(self._projected(run))
        drawn = _path([path for path in paths if len(path) > 1], close=False)
        if drawn:
            frame.add(
                "path",
                d=drawn,
                fill="none",
                stroke=stroke,
                stroke_width=width,
                stroke_linejoin="round",
            )

    def _projected(self, points: Iterable[Point]) -> list[Point]:
        return thinned([self.view.at(point) for point in points], _FINE)


def _path(lines: Iterable[Sequence[Point]], *, close: bool) -> str:
    """Write lines as SVG does, each point as its distance from the one before, to a tenth."""
    parts = []
    for line in lines:
        x, y = round(line[0][0] * 10), round(line[0][1] * 10)
        told = [f"M{number(x / 10)} {number(y / 10)}l"]
        for point in line[1:]:
            to_x, to_y = round(point[0] * 10), round(point[1] * 10)
            if (to_x, to_y) != (x, y):
                told.append(f"{number((to_x - x) / 10)} {number((to_y - y) / 10)} ")
                x, y = to_x, to_y
        if len(told) > 1:
            parts.append("".join(told).rstrip() + ("z" if close else ""))
    return "".join(parts)


def _area(ring: Sequence[Point]) -> float:
    pairs = zip(ring, [*ring[1:], ring[0]], strict=True)
    return abs(sum(one[0] * other[1] - other[0] * one[1] for one, other in pairs)) / 2


def _inside(point: Point, ring: Sequence[Point]) -> bool:
    """Tell whether a point is inside a ring: a line from it crosses the ring oddly often."""
    x, y = point
    crossed = False
    for one, other in zip(ring, [*ring[1:], ring[0]], strict=True):
        if (one[1] > y) != (other[1] > y):
            share = (y - one[1]) / (other[1] - one[1])
            crossed ^= x < one[0] + share * (other[0] - one[0])
    return crossed
