"""What a map shows: places with a point, and what is or happened there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kg.evidence import instances, is_a, kind_of, name, names, objects, value
from kg.namespaces import DCTERMS, REL, WGS84
from kg.plots.events import Event, Filter, read_event

if TYPE_CHECKING:
    from pyoxigraph import NamedNode, Store

    from kg.plots.map_labels import Point

__all__ = ["Item", "Place", "Places", "collect_places", "point_of"]

#: Things that lie closer than this, in degrees, are at one place.
_NEAR = 0.02


@dataclass(frozen=True)
class Item:
    """A mission or an event at a place.

    Args:
        node: names it.
        label: what to call it.
        kind: ``embassy``, ``post`` or ``event``.
        note: its date, or nothing.
        event: what is known of it where it is one.
        near: whether it is near the place only.
    """

    node: NamedNode
    label: str
    kind: str
    note: str = ""
    event: Event | None = None
    near: bool = False


@dataclass
class Place:
    """A place with a point.

    Args:
        node: the place; a mission where it stands alone.
        label: what to call it.
        kind: what it is said to be.
        point: longitude and latitude.
        area: whether it is a province or a region, of which the point is one inside.
        items: what is or happened there.
    """

    node: NamedNode
    label: str
    kind: str
    point: Point
    area: bool = False
    items: list[Item] = field(default_factory=list)


@dataclass
class Places:
    """All that has a point, and the names of what has none."""

    sites: list[Place]
    unplaced: list[str]
    sources: tuple[str, ...]


def point_of(store: Store, node: NamedNode) -> Point | None:
    """Return where a thing is; None where the graph does not say, or says what is no place."""
    lon, lat = value(store, node, WGS84["long"]), value(store, node, WGS84["lat"])
    try:
        point = (float(lon or ""), float(lat or ""))
    except ValueError:
        return None
    return point if abs(point[0]) <= 180 and abs(point[1]) <= 90 else None  # noqa: PLR2004


def collect_places(store: Store, shown: Filter) -> Places:
    """Collect the places with a point, the missions, and the events that are there."""
    sites: list[Place] = []
    for node in instances(store, REL.Place):
        point = point_of(store, node)
        if point is not None:
            area = any(is_a(store, node, kind) for kind in (REL.Province, REL.Region))
            sites.append(Place(node, name(store, node), kind_of(store, node), point, area))
    by_place = {site.node: site for site in sites}
    sources = {source for site in sites for source in objects(store, site.node, DCTERMS.source)}
    unplaced = _missions(store, sites, by_place) + _events(store, by_place, shown)
    sites.sort(key=lambda site: (-len(site.items), site.area, site.node.value))
    return Places(sites, unplaced, names(store, sources))


def _missions(store: Store, sites: list[Place], by_place: dict[NamedNode, Place]) -> list[str]:
    unplaced = []
    for node in instances(store, REL.DiplomaticMission):
        kind = "embassy" if is_a(store, node, REL.Embassy) else "post"
        item = Item(node, name(store, node), kind)
        found = [by_place[seat] for seat in objects(store, node, REL.seat) if seat in by_place]
        point = point_of(store, node)
        if not found and point is not None:
            found = [site for site in sites if not site.area and _together(site.point, point)]
        if found:
            found[0].items.append(item)
        elif point is not None:
            site = Place(node, item.label, kind_of(store, node), point, items=[item])
            sites.append(site)
        else:
            unplaced.append(item.label)
    return unplaced


def _together(one: Point, other: Point) -> bool:
    return abs(one[0] - other[0]) < _NEAR and abs(one[1] - other[1]) < _NEAR


def _events(store: Store, by_place: dict[NamedNode, Place], shown: Filter) -> list[str]:
    unplaced = []
    for node in instances(store, REL.Event):
        places = objects(store, node, REL.place)
        close = objects(store, node, REL.near)
        if not places and not close:
            continue
        at = [by_place[one] for one in places if one in by_place and not by_place[one].area]
        near = [by_place[one] for one in close if one in by_place and not by_place[one].area]
        told = read_event(store, node)
        if shown.effect not in ("", told.effect):
            continue
        if (shown.since or shown.until) and not shown.admits(told.spans):
            continue
        for site in at or near:
            site.items.append(Item(node, told.label, "event", told.when, told, near=not at))
        if not at and not near:
            unplaced.append(told.label)
    return unplaced
