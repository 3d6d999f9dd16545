"""What the graph knows of a thing that an item can be compared with."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from kg.labels import LABELS, language_rank
from kg.namespaces import RDF, REL, WGS84
from kg.wikidata.items import Coordinate

if TYPE_CHECKING:
    from pyoxigraph import Store

__all__ = ["Thing", "distance", "iso_property", "nodes", "thing", "values"]

_EARTH = 6371.0088


@dataclass(frozen=True)
class Thing:
    """A thing with what can be compared.

    Args:
        node: its IRI.
        names: its labels and other names, with the language of each.
        types: its classes, inferred ones among them.
        point: where it is, None where the graph does not say.
        codes: its ISO 3166 codes.
    """

    node: NamedNode
    names: tuple[tuple[str, str], ...]
    types: frozenset[NamedNode]
    point: Coordinate | None
    codes: tuple[str, ...]

    @property
    def label(self) -> str:
        """The English label, or else one without a language, or any name, or the IRI."""
        ordered = sorted(self.names, key=lambda name: language_rank(name[1]))
        return ordered[0][0] if ordered else self.node.value


def thing(store: Store, node: NamedNode) -> Thing:
    """Read a thing.

    >>> from pyoxigraph import Store
    >>> thing(Store(), NamedNode("https://w3id.org/relations-kg/id/mali")).point is None
    True
    """
    names = [
        (term.value, term.language or "")
        for predicate in LABELS
        for term in values(store, node, predicate)
        if isinstance(term, Literal)
    ]
    latitude, longitude = (
        [float(term.value) for term in values(store, node, axis)]
        for axis in (WGS84.lat, WGS84.long)
    )
    point = Coordinate(latitude[0], longitude[0]) if latitude and longitude else None
    types = {term for term in values(store, node, RDF.type) if isinstance(term, NamedNode)}
    codes = tuple(sorted(term.value for term in values(store, node, REL.isoCode)))
    return Thing(node, tuple(dict.fromkeys(names)), frozenset(types), point, codes)


def values(store: Store, node: NamedNode, predicate: NamedNode) -> list[NamedNode | Literal]:
    """Return the objects of a thing and a property in any graph, each once, in order."""
    found = {
        quad.object
        for quad in store.quads_for_pattern(node, predicate, None, None)
        if isinstance(quad.object, NamedNode | Literal)
    }
    return sorted(found, key=str)


def nodes(store: Store, node: NamedNode, predicate: NamedNode) -> list[NamedNode]:
    """Return those of the objects that are things."""
    return [term for term in values(store, node, predicate) if isinstance(term, NamedNode)]


def distance(one: Coordinate, other: Coordinate) -> float:
    """Return the great-circle distance of two points in kilometres.

    >>> round(distance(Coordinate(36.73225, 3.08746), Coordinate(12.60915, -7.97522)))
    2901
    """
    first, second = math.radians(one.latitude), math.radians(other.latitude)
    across = math.radians(other.longitude - one.longitude)
    half = math.sin((second - first) / 2) ** 2
    half += math.cos(first) * math.cos(second) * math.sin(across / 2) ** 2
    return 2 * _EARTH * math.asin(min(1.0, math.sqrt(half)))


def iso_property(code: str) -> str:
    """Return the property of Wikidata for an ISO 3166 code, by its form.

    >>> [iso_property(code) for code in ("DZ", "DZA", "012", "DZ-16")]
    ['P297', 'P298', 'P299', 'P300']
    """
    if "-" in code:
        return "P300"
    if code.isdecimal():
        return "P299"
    return "P297" if len(code) == len("DZ") else "P298"
