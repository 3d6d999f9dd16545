"""Matching of names with things: an index of names, classes and values, candidates, scores."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pyoxigraph import Literal, NamedNode

from kg.errors import Misuse
from kg.evidence import label
from kg.labels import LABELS
from kg.namespaces import PREFIXES, RDF, RDFS, REL, SKOS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pyoxigraph import Store

__all__ = ["Index", "Query", "Thing", "candidates", "described", "likeness", "plain", "query_of"]


#: Properties that are not of the ontology: the names of a thing, and the item that it is.
_LABEL, _WIKIDATA = "label", "wikidata"
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
        own = {_LABEL: "name", _WIKIDATA: "Wikidata id"}
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
        if name == _LABEL:
            return [
                quad.object
                for predicate in LABELS
                for quad in self._store.quads_for_pattern(thing.node, predicate, None, None)
                if isinstance(quad.object, Literal)
            ]
        if name == _WIKIDATA:
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


_LIMIT, _MOST = 10, 100
#: A text that is longer is no name.
_LONGEST = 1000
_STRICT = ("any", "should", "all")
#: What the name counts beside the properties, and what a type that is only wished for takes away.
_NAME_SHARE, _WRONG_TYPE = 0.6, 20.0
#: A candidate whose name is less alike is none; one that is sure is at least so much so.
_LEAST, _SURE, _WHOLE = 50.0, 100.0, 100.0


@dataclass(frozen=True)
class Query:
    """One query of a batch.

    Args:
        text: the name; empty where only properties are given.
        types: the ids of classes.
        strict: any of them, all of them, or ``should`` where they are only wished for.
        limit: how many candidates at most.
        properties: each a property, or several joined by ``/``, with its values.
    """

    text: str
    types: tuple[str, ...] = ()
    strict: str = "any"
    limit: int = _LIMIT
    properties: tuple[tuple[str, tuple[Any, ...]], ...] = field(default=())


def query_of(key: str, given: Any) -> Query:
    """Read a query of a batch.

    What comes from a cell of a table (the query, the values of properties) may be anything that
    JSON has: what says nothing is left out.

    Args:
        key: its name in the batch.
        given: what JSON holds.

    Raises:
        Misuse: it is no query; says what is wrong.

    >>> query_of("q0", {"query": 1960, "limit": 3, "properties": [{"pid": "seat", "v": None}]})
    Query(text='1960', types=(), strict='any', limit=3, properties=())
    """
    if not isinstance(given, dict):
        raise Misuse(f"query {key}: is no object")
    known = ("query", "type", "limit", "properties", "type_strict")
    for name in given:
        if name not in known:
            raise Misuse(f'query {key}: has no member "{name}": it may have {", ".join(known)}')
    listed = given.get("properties") or []
    if isinstance(given.get("query"), dict | list) or not isinstance(listed, list):
        raise Misuse(f"query {key}: query is a text, and properties a list")
    if "query" not in given and not listed:
        raise Misuse(f"query {key}: give a query, or properties")
    strict = given.get("type_strict") or "any"
    if strict not in _STRICT:
        raise Misuse(f"query {key}: type_strict is one of {', '.join(_STRICT)}")
    text = _text(given.get("query"))
    types = tuple(_local_name(one) for one in _types(given.get("type")))
    properties = [_property(key, one) for one in listed]
    return Query(
        text if plain(text) and len(text) <= _LONGEST else "",
        types,
        strict,
        _limit(given.get("limit")),
        tuple((path, wanted) for path, wanted in properties if wanted),
    )


def _text(value: Any) -> str:
    """Return a value of a cell as its text."""
    is_number = not isinstance(value, float) or math.isfinite(value)
    if value is None or isinstance(value, dict | list) or not is_number:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _types(given: Any) -> list[str]:
    found = given if isinstance(given, list) else [given]
    ids = [one.get("id") if isinstance(one, dict) else one for one in found]
    return [text for text in map(_text, ids) if text]


def _limit(given: Any) -> int:
    """Return how many candidates are wanted; what is no number leaves it to the service."""
    try:
        limit = float(given)
    except OverflowError:
        return _MOST if given > 0 else 0
    except (TypeError, ValueError):
        return _LIMIT
    if isinstance(given, bool) or math.isnan(limit):
        return _LIMIT
    return int(max(0, min(limit, _MOST)))


def _property(key: str, given: Any) -> tuple[str, tuple[Any, ...]]:
    if not isinstance(given, dict) or not isinstance(given.get("pid"), str) or "v" not in given:
        raise Misuse(f"query {key}: a property has a pid and a v")
    path = "/".join(_local_name(one) for one in given["pid"].split("/"))
    wanted = given["v"] if isinstance(given["v"], list) else [given["v"]]
    return path, tuple(one for one in wanted if _says_something(one))


def _says_something(value: Any) -> bool:
    if isinstance(value, dict):
        return isinstance(value.get("id"), str)
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) or (isinstance(value, str) and bool(plain(value)))


def _local_name(identifier: str) -> str:
    return re.sub(r"^rel:", "", identifier.removeprefix(PREFIXES["rel"]))


def candidates(index: Index, query: Query) -> list[dict[str, Any]]:
    """Return the candidates of a query, the best first, as the API writes them."""
    if not query.text and not query.properties:
        return []
    text = plain(query.text)
    own = _by_id(index, query.text)
    scored = []
    for thing in [own] if own else index.things.values():
        fits = _fits(thing, query)
        if not fits and query.strict != "should":
            continue
        name = _SURE if own else max((likeness(text, one) for one in thing.names), default=0.0)
        if query.text and name < _LEAST:
            continue
        values = [_agreement(index, thing, path, wanted) for path, wanted in query.properties]
        if not query.text and not any(values):
            continue
        scored.append((_score(query, name, values, fits=fits), thing, name, values, fits))
    scored.sort(key=lambda one: (-one[0], one[1].id))
    best = [one for one in scored if _is_sure(query, *one[2:])]
    return [_written(index, query, one, match=[one] == best) for one in scored[: query.limit]]


def _by_id(index: Index, text: str) -> Thing | None:
    """Return the thing that a text names by its id, its IRI, or its item."""
    name = re.sub(r"^kg:", "", text.strip().removeprefix(PREFIXES["kg"]))
    if text.strip() != name and name in index.things:
        return index.things[name]
    return index.by_item(text.strip().removeprefix(PREFIXES["wd"]).removeprefix("wd:"))


def _fits(thing: Thing, query: Query) -> bool:
    wanted = set(query.types)
    if not wanted:
        return True
    return wanted <= thing.types if query.strict == "all" else bool(wanted & thing.types)


def _score(query: Query, name: float, values: Sequence[float], *, fits: bool) -> float:
    if not query.text:
        score = sum(values) / len(values)
    elif values:
        score = _NAME_SHARE * name + (1 - _NAME_SHARE) * sum(values) / len(values)
    else:
        score = name
    return round(max(0.0, score if fits else score - _WRONG_TYPE), 2)


def _is_sure(query: Query, name: float, values: Sequence[float], fits: object) -> bool:
    named = not query.text or name == _SURE
    return bool(fits) and named and all(value == _WHOLE for value in values)


def _written(index: Index, query: Query, scored: tuple[Any, ...], *, match: bool) -> dict[str, Any]:
    score, thing, name, values, fits = scored
    features: list[Mapping[str, Any]] = []
    if query.text:
        features.append({"id": "name", "value": round(name, 2)})
    if query.types:
        features.append({"id": "type", "value": fits})
    features += [
        {"id": path, "value": round(value, 2)}
        for (path, _), value in zip(query.properties, values, strict=True)
    ]
    return {
        "id": thing.id,
        "name": thing.name,
        "description": described(index, thing),
        "score": score,
        "match": match,
        "type": [{"id": kind, "name": index.types[kind]} for kind in thing.kinds],
        "features": features,
    }


def described(index: Index, thing: Thing) -> str:
    """Tell in a few words what a thing is.

    >>> from kg import load
    >>> from kg.reconciliation.matching import Index
    >>> index = Index(load().store)
    >>> described(index, index.things["mali"])
    'State, Q912 in Wikidata'
    """
    kinds = " and ".join(index.types[kind] for kind in thing.kinds)
    return f"{kinds}, {thing.item} in Wikidata" if thing.item else kinds


def _agreement(index: Index, thing: Thing, path: str, wanted: Sequence[Any]) -> float:
    """Tell how well the values of a property agree with one of those wanted, from 0 to 100."""
    if not all(name in index.properties for name in path.split("/")):
        return 0.0
    found = index.values(thing, path)
    return max((_alike(index, one, other) for one in found for other in wanted), default=0.0)


def _alike(  # noqa: PLR0911 - one for each kind of value
    index: Index, found: Any, wanted: Any
) -> float:
    if isinstance(wanted, dict):
        identifier = wanted["id"]
        meant = index.things.get(identifier) or _by_id(index, identifier)
        if isinstance(found, Thing):
            return _WHOLE if meant is found else 0.0
        return _WHOLE if getattr(found, "value", None) == identifier else 0.0
    if isinstance(wanted, bool):
        return _WHOLE if str(getattr(found, "value", "")) == str(wanted).lower() else 0.0
    if isinstance(wanted, int | float):
        return _near(found, wanted)
    if isinstance(found, Thing):
        if found is _by_id(index, wanted):
            return _WHOLE
        return max((likeness(plain(wanted), one) for one in found.names), default=0.0)
    return likeness(plain(wanted), plain(str(found.value)))


def _near(found: Any, wanted: float) -> float:
    if not isinstance(found, Literal):
        return 0.0
    try:
        value, number = float(found.value), float(wanted)
    except (ValueError, OverflowError):
        return 0.0
    widest = max(abs(value), abs(number))
    if not math.isfinite(widest):
        return 0.0
    return _WHOLE if widest == 0 else _WHOLE * max(0.0, 1 - abs(value - number) / widest)
