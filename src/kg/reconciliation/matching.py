"""Candidates for one query of a batch, with the features that their scores are made of."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pyoxigraph import Literal

from kg.errors import Misuse
from kg.namespaces import PREFIXES
from kg.reconciliation.index import Thing
from kg.reconciliation.names import likeness, plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kg.reconciliation.index import Index

__all__ = ["Query", "candidates", "described", "query_of"]

_LIMIT, _MOST = 10, 100
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


def query_of(key: str, given: Any, index: Index) -> Query:
    """Read a query of a batch.

    Args:
        key: its name in the batch.
        given: what JSON holds.
        index: knows the classes and properties.

    Raises:
        Misuse: it is no query; says what is wrong.
    """
    if not isinstance(given, dict):
        raise Misuse(f"query {key}: is no object")
    known = ("query", "type", "limit", "properties", "type_strict")
    for name in given:
        if name not in known:
            raise Misuse(f'query {key}: has no member "{name}": it may have {", ".join(known)}')
    text = given.get("query", "")
    listed = given.get("properties", [])
    if not isinstance(text, str) or not isinstance(listed, list):
        raise Misuse(f"query {key}: query is a text, and properties a list")
    if not plain(text) and not listed:
        raise Misuse(f"query {key}: give a query, or properties")
    types = given.get("type", [])
    types = [types] if isinstance(types, str) else types
    if not isinstance(types, list) or not all(isinstance(one, str) for one in types):
        raise Misuse(f"query {key}: type is an id, or a list of ids")
    strict = given.get("type_strict", "any")
    if strict not in _STRICT:
        raise Misuse(f"query {key}: type_strict is one of {', '.join(_STRICT)}")
    limit = given.get("limit", _LIMIT)
    if isinstance(limit, bool) or not isinstance(limit, int | float) or limit < 1:
        raise Misuse(f"query {key}: limit is a number from 1 on")
    properties = tuple(_property(key, one, index) for one in listed)
    names = tuple(_local(one) for one in types if one)
    return Query(text, names, strict, min(int(limit), _MOST), properties)


def _property(key: str, given: Any, index: Index) -> tuple[str, tuple[Any, ...]]:
    if not isinstance(given, dict) or not {"pid", "v"} <= given.keys():
        raise Misuse(f"query {key}: a property has a pid and a v")
    if not isinstance(given["pid"], str):
        raise Misuse(f"query {key}: a property has a pid and a v")
    path = "/".join(_local(one) for one in given["pid"].split("/"))
    for name in path.split("/"):
        if name not in index.properties:
            raise Misuse(f'query {key}: no property "{name}" here')
    wanted = given["v"] if isinstance(given["v"], list) else [given["v"]]
    for one in wanted:
        is_thing = isinstance(one, dict) and isinstance(one.get("id"), str)
        if not is_thing and not isinstance(one, str | int | float):
            raise Misuse(f"query {key}: a value is a text, a number, yes or no, or has an id")
    return path, tuple(wanted)


def _local(identifier: str) -> str:
    return re.sub(r"^rel:", "", identifier.removeprefix(PREFIXES["rel"]))


def candidates(index: Index, query: Query) -> list[dict[str, Any]]:
    """Return the candidates of a query, the best first, as the API writes them."""
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
    >>> from kg.reconciliation.index import Index
    >>> index = Index(load().store)
    >>> described(index, index.things["mali"])
    'State, Q912 in Wikidata'
    """
    kinds = " and ".join(index.types[kind] for kind in thing.kinds)
    return f"{kinds}, {thing.item} in Wikidata" if thing.item else kinds


def _agreement(index: Index, thing: Thing, path: str, wanted: Sequence[Any]) -> float:
    """Tell how well the values of a property agree with one of those wanted, from 0 to 100."""
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
        return _near(found, float(wanted))
    if isinstance(found, Thing):
        if found is _by_id(index, wanted):
            return _WHOLE
        return max((likeness(plain(wanted), one) for one in found.names), default=0.0)
    return likeness(plain(wanted), plain(str(found.value)))


def _near(found: Any, wanted: float) -> float:
    if not isinstance(found, Literal):
        return 0.0
    try:
        value = float(found.value)
    except ValueError:
        return 0.0
    widest = max(abs(value), abs(wanted))
    return _WHOLE if widest == 0 else _WHOLE * max(0.0, 1 - abs(value - wanted) / widest)
