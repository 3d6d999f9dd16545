"""The map of places, missions and events with coordinates, on borders and no remote tiles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.english import counted
from kg.evidence import instances, name, value
from kg.namespaces import REL
from kg.plots.events import Filter, parties, source_line, subject
from kg.plots.fonts import width as measured
from kg.plots.map_cards import Cards
from kg.plots.map_ground import SOURCE, Land, View, atlas, country_number, main_part, view
from kg.plots.map_labels import Box, Labels
from kg.plots.map_places import Places, collect_places, point_of
from kg.plots.picture import NARROW, NothingToDraw, Picture
from kg.plots.svg import FONT, Element, text

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyoxigraph import NamedNode, Store

    from kg.plots.map_ground import Country
    from kg.plots.map_labels import Point
    from kg.plots.picture import Row

__all__ = ["locator", "map_"]

#: With more places the labels hide the map.
MOST = 40
#: So many States are shown by their land where the graph is about no two.
_MOST_STATES = 8
_MOST_NAMES = 8


def map_(
    store: Store,
    *,
    link: Callable[[str], str] | None = None,
    viewpoint: str = "",
    shown: Filter | None = None,
    most: int = MOST,
) -> Picture:
    """Draw the places of a graph that have a point, with the missions and events that are there.

    Args:
        store: the graph.
        link: from the IRI of a thing to the address of its page.
        viewpoint: the one that the store is of, for the source line.
        shown: which events; all unless given.
        most: how many places are drawn at most.

    Raises:
        NothingToDraw: nothing in the graph has a point or a country code that the atlas knows.
    """
    gathered = collect_places(store, shown or Filter())
    states = _states(store)
    if not gathered.sites and not any(point or country for _, point, country in states):
        raise NothingToDraw(
            "no place in the graph has a point, and no State a code of ISO 3166-1 that the atlas "
            "knows, so that there is nothing to draw"
        )
    sheet = _Sheet(store, gathered, states, link, most)
    return Picture(
        name="map",
        title=f"{subject(store)}: places, missions and events",
        summary=sheet.summary(),
        draw=sheet.draw,
        columns=("thing", "kind", "at or near", "latitude", "longitude"),
        rows=tuple(sheet.rows()),
        notes=tuple(sheet.notes(shown or Filter())),
        source=source_line(store, viewpoint),
        linked=link is not None,
    )


def _states(store: Store) -> list[tuple[NamedNode, Point | None, Country | None]]:
    return [
        (
            node,
            point_of(store, node),
            atlas().country(country_number(value(store, node, REL.isoCode))),
        )
        for node in instances(store, REL.State)
    ]


class _Sheet:
    def __init__(
        self,
        store: Store,
        gathered: Places,
        states: list[tuple[NamedNode, Point | None, Country | None]],
        link: Callable[[str], str] | None,
        most: int,
    ) -> None:
        self.store, self.gathered, self.link = store, gathered, link
        self.all_sites = len(gathered.sites)
        self.sites = gathered.sites[:most]
        self.states = states
        pair = parties(store)
        self.lit = [country for node, _, country in states if country and pair and node in pair]
        if not self.lit and len(states) <= _MOST_STATES:
            self.lit = [country for _, _, country in states if country]
        self.borders = [
            line
            for place, one in enumerate(self.lit)
            for other in self.lit[place + 1 :]
            for line in atlas().shared(one, other)
        ]

    def corners(self) -> list[Point]:
        """Return what the map must show: the places, and the main land of the States."""
        points = [site.point for site in self.sites]
        points += [point for country in self.lit for point in main_part(atlas(), country)]
        if not points:
            points = [point for _, point, _ in self.states if point]
        for _, _, country in self.states if not points else ():
            points += main_part(atlas(), country) if country else []
        return points

    def draw(self, root: Element, top: float, width: float) -> float:
        """Draw the land, then what is on it, then the legend."""
        narrow = width < 1.5 * NARROW
        height = width * (1.15 if narrow else 0.8)
        seen = view(self.corners(), width, height, width / 2, top + height / 2)
        land = Land(atlas(), seen, f"land-{round(width)}")
        frame = land.draw(root, self.lit, self.borders)
        pins = Cards(self.store, seen, self.link, narrow=narrow)
        pins.keep_free(self.borders)
        pins.states(frame, self._named(seen), land)
        pins.sites(frame, self.sites)
        border = instances(self.store, REL.Border)
        if self.borders and len(border) == 1:
            pins.border(frame, border[0], self.borders)
        pins.neighbours(frame, land.others(self.lit), land)
        land.scale_bar(frame)
        y = pins.details(root, top + height, width)
        return pins.legend(root, y, width, border=bool(self.borders), lit=bool(self.lit))

    def _named(self, seen: View) -> list[tuple[NamedNode, Point, Country | None]]:
        """Return the States inside the frame, with the point where their name may stand."""
        found = []
        for node, point, country in self.states:
            at = point
            if at is None and country:
                part = main_part(atlas(), country)
                at = (
                    sum(lon for lon, _ in part) / len(part),
                    sum(lat for _, lat in part) / len(part),
                )
            if at and seen.holds(seen.at(at), 10):
                found.append((node, at, country))
        return found

    def summary(self) -> str:
        """Return what is where in words, for readers who cannot see it."""
        told = []
        for site in self.sites:
            items = ", ".join([item.label for item in site.items])
            told.append(f"{site.label}: {items}" if items else site.label)
        return f"A map with {counted(len(self.sites), 'place')}. {'. '.join(told)}."

    def rows(self) -> list[Row]:
        """Return a row for each thing on the map."""
        found: list[Row] = []
        for site in self.sites:
            at = (f"{site.point[1]:.4f}", ""), (f"{site.point[0]:.4f}", "")
            found.append(((site.label, site.node.value), (site.kind, ""), ("", ""), *at))
            for item in site.items:
                if item.node == site.node:
                    continue
                kind = (
                    item.event.kind
                    if item.event
                    else {"embassy": "embassy", "post": "mission"}[item.kind]
                )
                near = f"{'near ' if item.near else ''}{site.label}"
                found.append(((item.label, item.node.value), (kind, ""), (near, ""), *at))
        return found

    def notes(self, shown: Filter) -> list[str]:
        """Say what is not on the map, and where points and borders are from."""
        notes = [f"Events shown: {shown.words}."] if shown.words else []
        if self.all_sites > len(self.sites):
            notes.append(
                f"Of {self.all_sites:,} places with a point {len(self.sites)} are drawn, those "
                "with most missions and events first."
            )
        if self.gathered.unplaced:
            notes.append(f"Without a point, and so not drawn: {_some(self.gathered.unplaced)}.")
        seen = view(self.corners(), 960, 768, 480, 384)
        drawn = {node for node, _, _ in self._named(seen)}
        away = [name(self.store, node) for node, _, _ in self.states if node not in drawn]
        if away:
            noun = "State" if len(away) == 1 else "States"
            notes.append(
                f"{noun} outside the frame or without a place in the atlas: {_some(away)}."
            )
        if self.gathered.sources:
            notes.append(
                f"Points: {', '.join(self.gathered.sources)}. A province has a point inside it, "
                "not an outline."
            )
        return [*notes, SOURCE]


def _some(names: list[str]) -> str:
    shown = sorted(names)[:_MOST_NAMES]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {counted(more, 'other')}" if more else "")


# The locator map: a small map that shows where a thing is.

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
