"""The ground of a map: borders of the world (Natural Earth), map projection, land and sea.

Borders are TopoJSON, https://github.com/topojson/topojson-specification: a border is an arc,
shared by the countries on both sides, so that the data say what two countries share.
"""

from __future__ import annotations

import gzip
import json
import math
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg.plots.map_labels import Box, Point
from kg.plots.svg import Element, number, rectangle, segment, text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

__all__ = ["SOURCE", "Country", "Land", "View", "atlas", "country_number", "main_part", "view"]

#: What a map says of its borders.
SOURCE = (
    "Borders: Natural Earth 1:50 million (public domain), through world-atlas 2.0.2; they show who "
    "holds the land rather than who claims it, and are no statement of kg."
)
_FOLDER = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Country:
    """A country: its name, and its polygons as rings of arcs; the first ring is the outer one."""

    number: str
    name: str
    polygons: tuple[tuple[tuple[int, ...], ...], ...]

    def arcs(self) -> frozenset[int]:
        """Return the arcs that bound it, whichever way they run."""
        return frozenset(
            arc if arc >= 0 else ~arc
            for polygon in self.polygons
            for ring in polygon
            for arc in ring
        )


class _Atlas:
    """All countries, and the arcs that bound them.

    Args:
        topology: the TopoJSON.
    """

    def __init__(self, topology: dict[str, Any]) -> None:
        self._arcs = topology["arcs"]
        self._scale = topology["transform"]["scale"]
        self._translate = topology["transform"]["translate"]
        self._points: dict[int, tuple[Point, ...]] = {}
        self.countries = tuple(
            _country(one) for one in topology["objects"]["countries"]["geometries"]
        )
        # Small territories share the number of their country, whose land has more parts.
        by_size = sorted(self.countries, key=lambda one: len(one.polygons))
        self._by_number = {one.number: one for one in by_size if one.number}

    def country(self, number: str) -> Country | None:
        """Return a country by the number of ISO 3166-1; None where it has no polygon."""
        return self._by_number.get(number)

    def arc(self, place: int) -> tuple[Point, ...]:
        """Return the points of an arc; a negative place is that of the reversed arc, as ``~``."""
        if place < 0:
            return self.arc(~place)[::-1]
        if place not in self._points:
            x = y = 0
            found = []
            for step_x, step_y in self._arcs[place]:
                x, y = x + step_x, y + step_y
                found.append(
                    (
                        x * self._scale[0] + self._translate[0],
                        y * self._scale[1] + self._translate[1],
                    )
                )
            self._points[place] = tuple(found)
        return self._points[place]

    def ring(self, arcs: tuple[int, ...]) -> list[Point]:
        """Return the points of a ring, in which no longitude jumps across the date line."""
        points: list[Point] = []
        for place in arcs:
            points += self.arc(place)[1 if points else 0 :]
        return unwrapped(points)

    def shared(self, one: Country, other: Country) -> list[list[Point]]:
        """Return the border of two countries; empty where they have none."""
        return [list(self.arc(place)) for place in sorted(one.arcs() & other.arcs())]

    def lines(self) -> tuple[list[int], list[int]]:
        """Return the arcs between two countries, and those between a country and the sea."""
        counts = [0] * len(self._arcs)
        for country in self.countries:
            for place in country.arcs():
                counts[place] += 1
        return (
            [place for place, count in enumerate(counts) if count > 1],
            [place for place, count in enumerate(counts) if count == 1],
        )


def unwrapped(points: list[Point]) -> list[Point]:
    """Return points in which no longitude is more than half the world from the one before it.

    >>> unwrapped([(179.0, 0.0), (-179.0, 1.0)])
    [(179.0, 0.0), (181.0, 1.0)]
    """
    found: list[Point] = []
    for lon, lat in points:
        near = found[-1][0] if found else lon
        found.append((lon - 360 * round((lon - near) / 360), lat))
    return found


def _country(geometry: dict[str, Any]) -> Country:
    arcs = geometry["arcs"]
    polygons = [arcs] if geometry["type"] == "Polygon" else arcs
    return Country(
        geometry.get("id", ""),
        geometry["properties"]["name"],
        tuple(tuple(tuple(ring) for ring in polygon) for polygon in polygons),
    )


@lru_cache(maxsize=1)
def atlas() -> _Atlas:
    """Return the atlas that kg ships.

    >>> atlas().country("466").name
    'Mali'
    """
    with gzip.open(_FOLDER / "countries-50m.json.gz") as file:
        return _Atlas(json.load(file))


@lru_cache(maxsize=1)
def _codes() -> dict[str, str]:
    lines = (_FOLDER / "iso-3166-1.tsv").read_text("ascii").splitlines()[1:]
    return {line.split("\t")[0]: line.split("\t")[2] for line in lines}


def country_number(code: str | None) -> str:
    """Return the number that ISO 3166-1 gives a code of two letters; empty where there is none.

    >>> country_number("DZ"), country_number("??")
    ('012', '')
    """
    return _codes().get(code or "", "")


# The projection: Lambert azimuthal equal-area (J. P. Snyder, Map Projections, USGS Professional
# Paper 1395, equations 24-2 to 24-4) around the middle of what is shown; for more than a
# continent, the equidistant cylindrical one (12-1, 12-2), which has no far side.

#: Kilometres of a degree of latitude, on a sphere of 6,371 km.
_KILOMETRES = 111.195
#: Degrees across which a view is still drawn around its middle.
_CONTINENT = 70.0
#: Degrees of a view at the least: a single town has something around it.
_LEAST = 3.0
#: A frame that reaches so far north or south, in degrees, may hold the pole.
_POLAR = 88.0
#: Half of the earth, and what rounding may add to it.
_HALF = 180 + 1e-9


@dataclass(frozen=True)
class View:
    """A frame on paper, and what of the earth it shows.

    Args:
        lon: of its middle.
        lat: of its middle.
        scale: units of paper for a degree at the middle.
        x: of the middle on paper.
        y: of the middle on paper.
        width: of the frame.
        height: of the frame.
        flat: whether it is drawn as one flat sheet instead of around its middle.
    """

    lon: float
    lat: float
    scale: float
    x: float
    y: float
    width: float
    height: float
    flat: bool

    def at(self, point: Point) -> Point:
        """Return where a place is on paper.

        >>> View(0, 0, 10, 50, 50, 100, 100, flat=False).at((0, 0))
        (50.0, 50.0)
        """
        east, north = _projected(point, self.lon, self.lat, flat=self.flat)
        return self.x + east * self.scale, self.y - north * self.scale

    def holds(self, point: Point, margin: float = 0.0) -> bool:
        """Tell whether a place on paper is inside the frame."""
        left, top = self.x - self.width / 2 + margin, self.y - self.height / 2 + margin
        return (
            left <= point[0] <= left + self.width - 2 * margin
            and top <= point[1] <= top + self.height - 2 * margin
        )

    def bounds(self) -> tuple[float, float, float, float]:
        """Return degrees that hold all that the frame shows: west, south, east, north."""
        high = min(89.0, self.height / self.scale * 0.65 + 2)
        far = min(89.5, max(abs(self.lat - high), abs(self.lat + high)))
        wide = self.width / self.scale * 0.6 / max(0.15, math.cos(math.radians(far)))
        # Around a pole, a frame shows every longitude.
        wide = 180.0 if far > _POLAR else min(180.0 if self.flat else 85.0, wide)
        return (
            self.lon - wide,
            max(-89.9, self.lat - high),
            self.lon + wide,
            min(89.9, self.lat + high),
        )


def view(points: Sequence[Point], width: float, height: float, x: float, y: float) -> View:
    """Return the view that shows all points, with something around them.

    Args:
        points: longitude and latitude; at least one.
        width: of the frame.
        height: of the frame.
        x: of its middle on paper.
        y: of its middle on paper.
    """
    west, east = _longitudes(points)
    points = [(west + (lon - west) % 360, lat) for lon, lat in points]
    south, north = min(lat for _, lat in points), max(lat for _, lat in points)
    flat = max(east - west, north - south) > _CONTINENT
    lon, lat = _turned((west + east) / 2), (south + north) / 2
    placed = [_projected(point, lon, lat, flat=flat) for point in points]
    across = max(_LEAST, 2 * max(abs(one[0]) for one in placed))
    down = max(_LEAST, 2 * max(abs(one[1]) for one in placed))
    scale = min(width / across, height / down) * 0.92
    return View(lon, lat, scale, x, y, width, height, flat)


def _longitudes(points: Sequence[Point]) -> tuple[float, float]:
    """Return the shortest way around the earth that holds all points, from west to east.

    >>> _longitudes([(178.0, -18.0), (-175.0, -21.0)])
    (178.0, 185.0)
    """
    lons = sorted({lon % 360 for lon, _ in points})
    gaps = [other - one for one, other in zip(lons, [*lons[1:], lons[0] + 360], strict=True)]
    place = gaps.index(max(gaps))
    west = lons[(place + 1) % len(lons)]
    return west, west + 360 - gaps[place]


def _turned(lon: float) -> float:
    """Return a longitude as at most 180 degrees to the east or to the west.

    >>> _turned(190.0), _turned(180.0)
    (-170.0, 180.0)
    >>> _turned(180.00000000000003) > 0  # the edge of a sheet stays on its side
    True
    """
    return lon if abs(lon) < _HALF else lon - 360 * round(lon / 360)


def _projected(point: Point, lon: float, lat: float, *, flat: bool) -> Point:
    """Return degrees to the east and to the north, as paper has them."""
    if flat:
        return _turned(point[0] - lon) * math.cos(math.radians(lat)), point[1] - lat
    east, here, middle = map(math.radians, (point[0] - lon, point[1], lat))
    cosine = math.cos(here) * math.cos(east)
    along = 1 + math.sin(middle) * math.sin(here) + math.cos(middle) * cosine
    factor = math.degrees(math.sqrt(2 / max(along, 1e-9)))
    return (
        factor * math.cos(here) * math.sin(east),
        factor * (math.cos(middle) * math.sin(here) - math.sin(middle) * cosine),
    )


def _clipped(ring: list[Point], bounds: tuple[float, float, float, float]) -> list[Point]:
    """Return the part of a ring inside bounds (I. E. Sutherland and G. W. Hodgman, 1974).

    >>> _clipped([(-1, -1), (3, -1), (3, 3), (-1, 3)], (0, 0, 2, 2))
    [(0.0, 2), (0.0, 0), (2.0, 0), (2.0, 2)]
    """
    west, south, east, north = bounds
    for axis, limit, sign in ((0, west, 1), (0, east, -1), (1, south, 1), (1, north, -1)):
        if not ring:
            return []
        kept: list[Point] = []
        for before, point in zip([ring[-1], *ring], ring, strict=False):
            inside, was = ((one[axis] - limit) * sign >= 0 for one in (point, before))
            if inside != was:
                share = (limit - before[axis]) / (point[axis] - before[axis])
                other = before[1 - axis] + share * (point[1 - axis] - before[1 - axis])
                kept.append((limit, other) if axis == 0 else (other, limit))
            if inside:
                kept.append(point)
        ring = kept
    return ring


def _thinned(points: Iterable[Point], least: float) -> list[Point]:
    """Leave out points that are closer than a distance to the one before them, but not the last.

    >>> _thinned([(0, 0), (0.1, 0), (2, 0), (2.1, 0)], 1)
    [(0, 0), (2, 0), (2.1, 0)]
    """
    every = list(points)
    kept = every[:1]
    for point in every[1:-1]:
        if abs(point[0] - kept[-1][0]) + abs(point[1] - kept[-1][1]) >= least:
            kept.append(point)
    return kept + every[-1:] if len(every) > 1 else kept


# Land, sea and borders inside a frame.

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


def main_part(atlas: _Atlas, country: Country) -> list[Point]:
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

    def __init__(self, atlas: _Atlas, view: View, name: str) -> None:
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

    def rooms(self, country: Country, width: float, height: float) -> Iterator[Box]:
        """Yield where a name fits inside a country, nearest to its middle first."""
        if country not in self._seen:
            return
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
        inside = _inside(ring)
        yield from (box for box in boxes if all(map(inside, box.rim())))

    def scale_bar(self, frame: Element) -> None:
        """Draw how long a round number of kilometres is, at the middle of the map."""
        unit = self.view.scale / _KILOMETRES
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
                    kept = self._projected(_clipped(shifted, self._bounds))
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
        return _thinned([self.view.at(point) for point in points], _FINE)


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


def _inside(ring: Sequence[Point]) -> Callable[[Point], bool]:
    """Return whether a point is inside a ring: a line from it crosses the ring oddly often."""
    edges = list(zip(ring, [*ring[1:], ring[0]], strict=True))

    @cache
    def crossings(y: float) -> list[float]:
        return [
            one[0] + (y - one[1]) / (other[1] - one[1]) * (other[0] - one[0])
            for one, other in edges
            if (one[1] > y) != (other[1] > y)
        ]

    return lambda point: sum(point[0] < x for x in crossings(point[1])) % 2 == 1
