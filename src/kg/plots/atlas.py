"""The borders of the world: Natural Earth at 1:50 million, as TopoJSON.

https://github.com/topojson/topojson-specification: a border is an arc, shared by the countries on
both sides, so that what two countries share is told by the data and not computed.
"""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

__all__ = ["SOURCE", "Atlas", "Country", "Point", "atlas", "country_number"]

#: What a map says of its borders.
SOURCE = (
    "Borders: Natural Earth 1:50 million (public domain), through world-atlas 2.0.2; they show who "
    "holds the land rather than who claims it, and are no statement of kg."
)
_FOLDER = Path(__file__).parent / "data"

#: Longitude and latitude in degrees, WGS 84.
Point = tuple[float, float]


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


class Atlas:
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
def atlas() -> Atlas:
    """Return the atlas that kg ships.

    >>> atlas().country("466").name
    'Mali'
    """
    with gzip.open(_FOLDER / "countries-50m.json.gz") as file:
        return Atlas(json.load(file))


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
