"""Marks and cards on a map: what is at a place and what happened there."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

from kg.evidence import name
from kg.plots.events import EFFECTS
from kg.plots.fonts import width as measured
from kg.plots.fonts import wrapped
from kg.plots.map_labels import Box, Labels
from kg.plots.marks import Entry, effect_entries, legend, mark
from kg.plots.svg import Element, Group, rectangle, segment, text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pyoxigraph import NamedNode, Store

    from kg.plots.map_ground import Country, Land, View
    from kg.plots.map_labels import Point
    from kg.plots.map_places import Item, Place

__all__ = ["Cards"]

_CARD = 214.0
_NARROW_CARD = 110.0
# The size of the letters of what is inside of a place.
_INSIDE = 11.0


class Cards:
    """Places marks and labels so that none hides another.

    Args:
        store: for names.
        view: what is shown, and where on paper.
        link: from the IRI of a thing to the address of its page.
        narrow: whether it is for a phone.
    """

    def __init__(
        self, store: Store, view: View, link: Callable[[str], str] | None, *, narrow: bool
    ) -> None:
        self.store, self.view, self.link, self.narrow = store, view, link, narrow
        left, top = view.x - view.width / 2, view.y - view.height / 2
        self.labels = Labels(Box(left + 4, top + 4, view.width - 8, view.height - 8))
        # The scale stands there.
        self.labels.take([Box(left, top + view.height - 40, max(130, view.width * 0.24), 40)])
        self.drawn: list[Place] = []
        self.padding = 4.0 if narrow else 7.0

    def states(
        self,
        frame: Element,
        states: Sequence[tuple[NamedNode, Point, Country | None]],
        land: Land,
    ) -> None:
        """Name the States, inside their land where there is room; their names are the largest."""
        size = 14 if self.narrow else 22
        for node, point, country in states:
            words = name(self.store, node).upper()
            wide = measured(words, size, bold=True) + len(words) * 2.5 + 8
            high = size * 1.1
            box = self.labels.first(land.rooms(country, wide, high)) if country else None
            box = box or self.labels.place(self.view.at(point), wide, high)
            group = self._group(frame, node.value, name(self.store, node))
            if country is None:
                x, y = self.view.at(point)
                rectangle(group, (x - 4, y - 4), (8, 8), "muted")
            if box:
                text(
                    group,
                    box.left + 4,
                    box.top + size * 0.92,
                    words,
                    size=size,
                    bold=True,
                    fill="muted",
                    letter_spacing=2.5,
                    fill_opacity=0.8,
                )

    def keep_free(self, lines: Sequence[Sequence[Point]]) -> None:
        """Keep labels off some lines of the map, such as the border that it is about."""
        for line in lines:
            spots = [self.view.at(point) for point in line]
            for one, other in pairwise(spots):
                count = int(math.dist(one, other) / 5) + 1
                for place in range(count):
                    x = one[0] + (other[0] - one[0]) * place / count
                    y = one[1] + (other[1] - one[1]) * place / count
                    self.labels.take([Box(x - 3, y - 3, 6, 6)])

    def sites(self, frame: Element, sites: Sequence[Place]) -> None:
        """Draw the places: all marks first, so that no label covers one."""
        for site in sites:
            x, y = self.view.at(site.point)
            self.labels.take([Box(x - 6, y - 6, 12, 12)])
        for site in sites:
            if self.view.holds(self.view.at(site.point)):
                self._site(frame, site)
                self.drawn.append(site)

    def _site(self, frame: Element, site: Place) -> None:
        x, y = self.view.at(site.point)
        group = Group(_title(site), class_="site")
        frame.children.append(group)
        lines = self._lines(site)
        padding = 2 * self.padding if site.items else 0
        high = sum(_height(size) for _, _, size, _ in lines) + max(2, padding)
        wide = max(
            (20 if item else 0) + measured(words, size, bold=not item and bool(site.items))
            for words, item, size, _ in lines
        )
        if self.narrow and site.items:
            wide += 4 + 15 * len(site.items)
        wide += padding
        box = self.labels.place((x, y), wide, high)
        if box is None:
            # Where there is no room for all, the table beside the map still has it.
            lines = self._lines(site)[:1]
            box = self.labels.place((x, y), measured(lines[0][0], 12) + 4, 16)
        if box and site.items:
            self._card(group, box, (x, y))
        if any(item.near for item in site.items):
            _ring(group, x, y, 13)
        _dot(group, x, y, site)
        if box:
            self._words(group, site, lines, box)
            self._symbols(group, site, box)
        else:
            self._anchor(group, site.node.value)

    def _lines(self, site: Place) -> list[tuple[str, Item | None, float, bool]]:
        """Return the lines of a label: words, what they are of, size, whether they begin it."""
        limit = _NARROW_CARD if self.narrow else _CARD
        size = 12 if site.items else 11.5
        found: list[tuple[str, Item | None, float, bool]] = [
            (line, None, size, place == 0)
            for place, line in enumerate(wrapped(site.label, size, limit, bold=bool(site.items)))
        ]
        for item in () if self.narrow else site.items:
            if item.node == site.node:
                continue
            words = f"near: {item.label}" if item.near else item.label
            if item.note:
                words += f" ({item.note})"
            for place, line in enumerate(wrapped(words, 11, limit)):
                found.append((line, item, 11, place == 0))
        return found

    def _card(self, group: Element, box: Box, point: Point) -> None:
        near = box.nearest(point)
        segment(group, (point[0], point[1]), (near[0], near[1]), "ink", 1)
        rectangle(
            group,
            (box.left, box.top),
            (box.width, box.height),
            "paper",
            rx=5,
            fill_opacity=0.94,
            stroke="edge",
            stroke_width=0.8,
        )

    def _words(
        self,
        group: Element,
        site: Place,
        lines: Sequence[tuple[str, Item | None, float, bool]],
        box: Box,
    ) -> None:
        inset = self.padding if site.items else 0
        y = box.top + inset
        here: Element = self._anchor(group, site.node.value)
        for words, item, size, begins in lines:
            y += _height(size)
            if item is None:
                text(
                    here,
                    box.left + inset,
                    y - 4,
                    words,
                    size=size,
                    bold=bool(site.items),
                    halo=not site.items,
                    font_style="italic" if site.area else None,
                )
                continue
            if begins:
                here = self._anchor(group, item.node.value)
                _symbol(here, box.left + inset + 7, y - 7.5, item)
            text(here, box.left + inset + 20, y - 3.5, words, size=size)

    def _symbols(self, group: Element, site: Place, box: Box) -> None:
        """On a phone the symbols stand beside the name, and below the map what they are."""
        for place, item in enumerate(site.items if self.narrow else ()):
            x = box.left + box.width - self.padding - 15 * (len(site.items) - place) + 8
            _symbol(group, x, box.top + box.height / 2, item)

    def _anchor(self, group: Element, iri: str) -> Element:
        inside = group.add("g", data_iri=iri)
        return inside.add("a", href=self.link(iri)) if self.link else inside

    def _group(self, frame: Element, iri: str, title: str) -> Element:
        group = Group(title, data_iri=iri)
        frame.children.append(group)
        return group.add("a", href=self.link(iri)) if self.link else group

    def border(self, frame: Element, node: NamedNode, borders: Sequence[Sequence[Point]]) -> None:
        """Name the border, beside its middle."""
        points = [self.view.at(point) for line in borders for point in line]
        points = [point for point in points if self.view.holds(point, 20)]
        lines = wrapped(name(self.store, node), 11.5, 100, bold=True)
        wide = max(measured(line, 11.5, bold=True) for line in lines) + 4
        order = sorted(range(len(points)), key=lambda place: abs(place - len(points) // 2))
        for place in order:
            box = self.labels.place(points[place], wide, 14 * len(lines))
            if box:
                group = self._group(frame, node.value, name(self.store, node))
                for row, line in enumerate(lines):
                    text(
                        group,
                        box.left,
                        box.top + 11 + 14 * row,
                        line,
                        size=11.5,
                        bold=True,
                        halo=True,
                    )
                return

    def neighbours(self, frame: Element, countries: Sequence[Country], land: Land) -> None:
        """Name the countries around, where there is room inside them."""
        for country in countries:
            wide = measured(country.name, 11) + 8
            box = self.labels.first(land.rooms(country, wide, 15))
            if box:
                text(frame, box.left + 4, box.top + 11, country.name, size=11, fill="muted")

    def details(self, root: Element, top: float, width: float) -> float:
        """Tell below a map for a phone what its symbols stand for, place by place."""
        y = top + 6
        for site in self.drawn if self.narrow else ():
            if not site.items:
                continue
            y += 18
            text(root, 16, y, site.label, size=12.5, bold=True)
            for item in site.items:
                if item.node == site.node:
                    continue
                here = self._anchor(root, item.node.value)
                words = " ".join(
                    filter(
                        None,
                        [
                            "near:" if item.near else "",
                            item.label,
                            f"({item.note})" if item.note else "",
                        ],
                    )
                )
                for place, line in enumerate(wrapped(words, 11.5, width - 56)):
                    y += 15.5
                    if not place:
                        _symbol(here, 24, y - 4, item)
                    text(here, 38, y, line, size=11.5)
        return y

    def legend(self, root: Element, y: float, width: float, *, border: bool, lit: bool) -> float:
        """Tell what the marks mean."""
        items = [item for site in self.drawn for item in site.items]
        entries: list[Entry] = []
        if border:
            entries.append((_sample_border, "border of the two States"))
        if lit:
            entries.append((_sample_lit, "the States it is about"))
        if any(not site.area for site in self.drawn):
            entries.append((_spot, "place"))
        if any(site.area for site in self.drawn):
            entries.append((_diamond, "a point inside a province"))
        entries += [
            (_mission_sample(kind), words)
            for kind, words in (("embassy", "embassy"), ("post", "other mission"))
            if any(item.kind == kind for item in items)
        ]
        events = [item.event for item in items if item.event]
        entries += effect_entries(
            [effect for effect in EFFECTS if any(one.effect == effect for one in events)]
        )
        if any(one.disputed for one in events):
            entries.append(
                (
                    lambda parent, x, y: mark(parent, x, y, "raising", disputed=True),
                    "dashed: part of it is disputed",
                )
            )
        if any(item.near for item in items):
            entries.append((_sample_near, "near here; where is not said"))
        return legend(root, y + 2, width, entries)


def _title(site: Place) -> str:
    return ". ".join([site.label, *(item.label for item in site.items)])


def _height(size: float) -> float:
    """Return how high a line is."""
    return 16.0 if size > _INSIDE else 14.0


# The symbols of a map: places, missions and events, and their samples in the legend.


def _dot(group: Element, x: float, y: float, site: Place) -> None:
    """Mark a place: a province otherwise than a point."""
    if site.area:
        _diamond(group, x, y)
    else:
        _spot(group, x, y)


def _spot(parent: Element, x: float, y: float) -> None:
    """Draw the mark of a place."""
    parent.add("circle", cx=x, cy=y, r=4.2, fill="ink", stroke="halo", stroke_width=1.5)


def _diamond(parent: Element, x: float, y: float) -> None:
    """Draw the mark of a point inside a province."""
    parent.add(
        "path",
        d=f"M{x:.1f} {y - 5:.1f}l5 5 -5 5 -5 -5z",
        fill="paper",
        stroke="ink",
        stroke_width=1.2,
    )


def _symbol(parent: Element, x: float, y: float, item: Item) -> None:
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


def _mission_sample(kind: str) -> Callable[[Element, float, float], None]:
    """Return what draws a mission in a legend."""
    return lambda parent, x, y: mission(parent, x, y, kind)


def _sample_border(parent: Element, x: float, y: float) -> None:
    """Draw a piece of the border."""
    segment(parent, (x - 14, y), (x + 14, y), "ink", 2, "7 2.5 1.5 2.5")


def _sample_lit(parent: Element, x: float, y: float) -> None:
    """Draw a piece of either State."""
    for shift, role in ((-13, "first"), (0, "second")):
        rectangle(parent, (x + shift, y - 6), (13, 12), role, stroke="edge", stroke_width=0.7)


def _sample_near(parent: Element, x: float, y: float) -> None:
    """Draw the ring of what is near, small."""
    _ring(parent, x, y, 7)


def _ring(parent: Element, x: float, y: float, radius: float) -> None:
    """Draw the ring of what is near."""
    parent.add(
        "circle",
        cx=x,
        cy=y,
        r=radius,
        fill="none",
        stroke="ink",
        stroke_width=1.2,
        stroke_dasharray="3 2.5",
    )
