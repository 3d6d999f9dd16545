"""The index of names, classes and values that reconciliation matches, made once for a store."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from kg.evidence import label
from kg.labels import LABELS
from kg.namespaces import PREFIXES, RDF, RDFS, REL, SKOS

if TYPE_CHECKING:
    from pyoxigraph import Store

__all__ = ["LABEL", "WIKIDATA", "Index", "Thing", "likeness", "plain"]

#: Properties that are not of the ontology: the names of a thing, and the item that it is.
LABEL, WIKIDATA = "label", "wikidata"
#: What is of these says something of statements, and is matched with nothing.
_APART = {REL.Claim, REL.Passage, REL.Source, REL.Unit, REL.Viewpoint}


@dataclass(frozen=True)
class Thing:
    """A thing that names can be matched with.

    Args:
        id: what follows kg's prefix.
        node: its IRI.
        name: what it is called here.
        names: every label and other name, in plain letters.
        types: the ids of its classes, inferred ones among them.
        kinds: of these, the ones that no other of them is below.
        item: the id of the item of Wikidata that it is, or is near to.
    """

    id: str
    node: NamedNode
    name: str
    names: tuple[str, ...]
    types: frozenset[str]
    kinds: tuple[str, ...]
    item: str | None


class Index:
    """The things of a store.

    >>> from kg import load
    >>> index = Index(load().store)
    >>> index.things["mali"].name, index.things["mali"].kinds, index.things["mali"].item
    ('Mali', ('State',), 'Q912')
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self.things = {one.id: one for one in sorted(self._read(), key=lambda one: one.id)}

    @cached_property
    def types(self) -> dict[str, str]:
        """The label of each class that a thing is of, by its id."""
        used = {kind for one in self.things.values() for kind in one.types}
        return {kind: self._label(kind) for kind in sorted(used)}

    @cached_property
    def properties(self) -> dict[str, str]:
        """The label of each property that a thing has, by its id."""
        used = {
            quad.predicate.value.removeprefix(PREFIXES["rel"])
            for one in self.things.values()
            for quad in self._store.quads_for_pattern(one.node, None, None, None)
            if quad.predicate in REL
        }
        own = {LABEL: "name", WIKIDATA: "Wikidata id"}
        return own | {name: self._label(name) for name in sorted(used)}

    @cached_property
    def broader(self) -> dict[str, tuple[str, ...]]:
        """The ids of the classes right above each class."""
        return {kind: self._above(kind) for kind in self.types}

    def by_item(self, item: str) -> Thing | None:
        """Return the thing that is linked to an item."""
        return self._items.get(item)

    @cached_property
    def _items(self) -> dict[str, Thing]:
        return {one.item: one for one in self.things.values() if one.item}

    def of_node(self, node: NamedNode) -> Thing | None:
        """Return the thing that an IRI names."""
        return self.things.get(node.value.removeprefix(PREFIXES["kg"]))

    def values(self, thing: Thing, path: str) -> list[Thing | NamedNode | Literal]:
        """Return the values of a property, or of one after the other where ``/`` joins them."""
        first, _, rest = path.partition("/")
        found = self._values(thing, first)
        if not rest:
            return found
        return [
            one
            for middle in found
            if isinstance(middle, Thing)
            for one in self.values(middle, rest)
        ]

    def _values(self, thing: Thing, name: str) -> list[Thing | NamedNode | Literal]:
        if name == LABEL:
            return [
                quad.object
                for predicate in LABELS
                for quad in self._store.quads_for_pattern(thing.node, predicate, None, None)
                if isinstance(quad.object, Literal)
            ]
        if name == WIKIDATA:
            return [Literal(thing.item)] if thing.item else []
        predicate = NamedNode(PREFIXES["rel"] + name)
        found = {
            quad.object
            for quad in self._store.quads_for_pattern(thing.node, predicate, None, None)
            if isinstance(quad.object, NamedNode | Literal)
        }
        return [
            (self.of_node(term) or term) if isinstance(term, NamedNode) else term
            for term in sorted(found, key=str)
        ]

    def _read(self) -> list[Thing]:
        types: dict[NamedNode, set[NamedNode]] = {}
        for quad in self._store.quads_for_pattern(None, RDF.type, None, None):
            node, kind = quad.subject, quad.object
            if (
                isinstance(node, NamedNode)
                and node.value.startswith(PREFIXES["kg"])
                and isinstance(kind, NamedNode)
                and kind in REL
            ):
                types.setdefault(node, set()).add(kind)
        return [self._thing(node, kinds) for node, kinds in types.items() if not kinds & _APART]

    def _thing(self, node: NamedNode, kinds: set[NamedNode]) -> Thing:
        names = [
            plain(quad.object.value)
            for predicate in LABELS
            for quad in self._store.quads_for_pattern(node, predicate, None, None)
            if isinstance(quad.object, Literal)
        ]
        below = {
            quad.object
            for kind in kinds
            for quad in self._store.quads_for_pattern(kind, RDFS.subClassOf, None, None)
            if quad.object != kind
        }
        items = [
            quad.object.value.removeprefix(PREFIXES["wd"])
            for predicate in (SKOS.exactMatch, SKOS.closeMatch)
            for quad in self._store.quads_for_pattern(node, predicate, None, None)
            if isinstance(quad.object, NamedNode) and quad.object.value.startswith(PREFIXES["wd"])
        ]
        identifier = node.value.removeprefix(PREFIXES["kg"])
        return Thing(
            identifier,
            node,
            label(self._store, node) or identifier,
            tuple(dict.fromkeys(filter(None, names))),
            frozenset(_local(kind) for kind in kinds),
            tuple(sorted(_local(kind) for kind in kinds if kind not in below)),
            items[0] if items else None,
        )

    def _label(self, name: str) -> str:
        return label(self._store, NamedNode(PREFIXES["rel"] + name)) or name

    def _above(self, kind: str) -> tuple[str, ...]:
        node = NamedNode(PREFIXES["rel"] + kind)
        above = {
            _local(quad.object)
            for quad in self._store.quads_for_pattern(node, RDFS.subClassOf, None, None)
            if isinstance(quad.object, NamedNode) and quad.object in REL and quad.object != node
        }
        return tuple(sorted(above & self.types.keys()))


def _local(node: NamedNode) -> str:
    return node.value.removeprefix(PREFIXES["rel"])


# Names as they are compared: without case, accents and punctuation, and how alike two are.

#: What a name counts whose words are all in the other one, as Adrar's are in Adrar Province.
_PART = 0.75


def plain(name: str) -> str:
    """Return a name without case, accents and punctuation.

    >>> plain("  Bámako (Mali) "), plain("Conseil  de Sécurité"), plain("Algeria/Mali")
    ('bamako mali', 'conseil de securite', 'algeria mali')
    """
    # U+0131, the Turkish i without a dot, is a letter of its own to Unicode.
    folded = unicodedata.normalize("NFKD", name.casefold().replace("\u0131", "i"))
    letters = "".join(mark for mark in folded if not unicodedata.combining(mark))
    return " ".join(re.findall(r"[^\W_]+", letters))


def likeness(one: str, other: str) -> float:
    """Tell how alike two plain names are, from 0 to 100, whatever the order of their words.

    >>> likeness("mali embassy", "embassy mali") > likeness("mali", "malawi")
    True
    """
    from rapidfuzz.fuzz import ratio, token_set_ratio, token_sort_ratio

    if one == other:
        return 100.0
    part = _PART * token_set_ratio(one, other)
    return min(99.0, max(ratio(one, other), token_sort_ratio(one, other), part))
