"""From places on the earth to places on paper.

Lambert azimuthal equal-area projection (J. P. Snyder, Map Projections, USGS Professional Paper
1395, equations 24-2 to 24-4) around the middle of what is shown; for more than a continent, the
equidistant cylindrical one (12-1, 12-2), which has no far side.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kg.plots.atlas import Point

__all__ = ["KILOMETRES", "View", "clipped", "thinned", "view"]

#: Kilometres of a degree of latitude, on a sphere of 6,371 km.
KILOMETRES = 111.195
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


def clipped(ring: list[Point], bounds: tuple[float, float, float, float]) -> list[Point]:
    """Return the part of a ring inside bounds (I. E. Sutherland and G. W. Hodgman, 1974).

    >>> clipped([(-1, -1), (3, -1), (3, 3), (-1, 3)], (0, 0, 2, 2))
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


def thinned(points: Iterable[Point], least: float) -> list[Point]:
    """Leave out points that are closer than a distance to the one before them, but not the last.

    >>> thinned([(0, 0), (0.1, 0), (2, 0), (2.1, 0)], 1)
    [(0, 0), (2, 0), (2.1, 0)]
    """
    every = list(points)
    kept = every[:1]
    for point in every[1:-1]:
        if abs(point[0] - kept[-1][0]) + abs(point[1] - kept[-1][1]) >= least:
            kept.append(point)
    return kept + every[-1:] if len(every) > 1 else kept
