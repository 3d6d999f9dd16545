"""What the service answers: manifest, batches, suggestions, previews, values; data for JSON."""

from __future__ import annotations

import json
import math
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode

from kg.errors import Misuse
from kg.namespaces import PREFIXES, XSD, compact
from kg.reconciliation.matching import Thing, candidates, described, likeness, plain, query_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from kg.reconciliation.matching import Index

__all__ = ["extend", "flyout", "manifest", "preview", "propose", "reconcile", "suggest"]

#: How many queries, or things, one request may have.
MOST = 1000
_PAGE, _NEAR = 20, 75.0
#: More digits than a number of a cell has; Python reads no more than 4,300.
_DIGITS = 300
_WIDTH, _HEIGHT = 400, 120
_NUMBERS = {XSD.decimal, XSD.double, XSD.float}
_SETTINGS = [
    {
        "name": "limit",
        "label": "Limit",
        "type": "number",
        "default": 0,
        "help_text": "How many values to give for each thing; 0 gives all.",
    },
    {
        "name": "content",
        "label": "Content",
        "type": "select",
        "default": "thing",
        "help_text": "Whether a value that is a thing is given as that, by its id, or by its name.",
        "choices": [
            {"value": "thing", "name": "the thing"},
            {"value": "id", "name": "its id"},
            {"value": "literal", "name": "its name"},
        ],
    },
]


def manifest(base: str, name: str = "Algeria–Mali relations") -> dict[str, Any]:  # noqa: RUF001 - its name
    """Return what the service is and can.

    >>> manifest("http://127.0.0.1:8010/")["versions"]
    ['0.2']
    """
    at = f"{base.rstrip('/')}/reconcile"
    suggested = ("entity", "type", "property")
    return {
        "versions": ["0.2"],
        "name": name,
        "identifierSpace": PREFIXES["kg"],
        "schemaSpace": PREFIXES["rel"],
        "documentation": f"{base.rstrip('/')}/ontology",
        # Clients escape the id as a part of a query, so that one with a slash keeps it.
        "view": {"url": f"{base.rstrip('/')}/page?iri={quote(PREFIXES['kg'], '')}{{{{id}}}}"},
        "defaultTypes": [
            {"id": "State", "name": "State"},
            {"id": "DiplomaticMission", "name": "diplomatic mission"},
            {"id": "Event", "name": "event"},
            {"id": "Place", "name": "place"},
            {"id": "Organization", "name": "organization"},
        ],
        "preview": {"url": f"{at}/preview?id={{{{id}}}}", "width": _WIDTH, "height": _HEIGHT},
        "suggest": {
            kind: {
                "service_url": at,
                "service_path": f"/suggest/{kind}",
                "flyout_service_url": at,
                "flyout_service_path": f"/flyout/{kind}?id=${{id}}",
            }
            for kind in suggested
        },
        "extend": {
            "propose_properties": {"service_url": at, "service_path": "/properties"},
            "property_settings": _SETTINGS,
        },
    }


def reconcile(index: Index, text: str) -> dict[str, Any]:
    """Answer a batch of queries.

    One that is not well formed has no candidates and leaves the others their answers; where none is
    well formed, the batch is refused.

    Args:
        index: of the graph.
        text: JSON, queries by name.

    Raises:
        Misuse: it is no batch, too large, or no query is well formed; says what is wrong.

    >>> from kg import load
    >>> from kg.reconciliation.matching import Index
    >>> index = Index(load().store)
    >>> found = reconcile(index, '{"q0": {"query": "Mali", "type": "State"}}')["q0"]["result"]
    >>> found[0]["id"], found[0]["score"], found[0]["match"]
    ('mali', 100.0, True)
    """
    batch = _object("queries", text)
    if len(batch) > MOST:
        raise Misuse(f"{len(batch):,} queries: send at most {MOST:,} at once")
    found: dict[str, Any] = {}
    refused: list[Misuse] = []
    for key, given in batch.items():
        try:
            found[key] = {"result": candidates(index, query_of(key, given))}
        except Misuse as error:
            found[key] = {"result": []}
            refused.append(error)
    if refused and len(refused) == len(batch):
        raise refused[0]
    return found


def suggest(index: Index, kind: str, prefix: str, cursor: str = "0") -> dict[str, Any]:
    """Complete a name of an entity, a type or a property.

    Args:
        index: of the graph.
        kind: entity, type or property.
        prefix: what was typed.
        cursor: how many to pass over.

    Raises:
        Misuse: the cursor is no number.
    """
    if not _is_count(cursor):
        raise Misuse(f'cursor "{cursor[:40]}" is no number')
    if kind == "entity":
        names = {one.id: (one.name, *one.names) for one in index.things.values()}
    else:
        known = index.types if kind == "type" else index.properties
        names = {name: (label, plain(label), plain(name)) for name, label in known.items()}
    found = _completed(names, prefix)[int(cursor) :][:_PAGE]
    return {"result": [_suggested(index, kind, identifier) for identifier in found]}


def _completed(names: Mapping[str, tuple[str, ...]], prefix: str) -> list[str]:
    """Return the ids whose names begin so, then those with such a word, then those nearly so."""
    wanted = plain(prefix)
    if not wanted:
        return []
    ranked = []
    for identifier, (shown, *others) in names.items():
        if any(one.startswith(wanted) for one in others):
            rank = 0.0
        elif any(f" {wanted}" in f" {one}" for one in others):
            rank = 1.0
        else:
            near = max((likeness(wanted, one) for one in others), default=0.0)
            if near < _NEAR:
                continue
            rank = 2 + (100 - near)
        ranked.append((rank, shown.casefold(), identifier))
    return [identifier for *_, identifier in sorted(ranked)]


def _suggested(index: Index, kind: str, identifier: str) -> dict[str, Any]:
    if kind == "entity":
        thing = index.things[identifier]
        notable = [{"id": one, "name": index.types[one]} for one in thing.kinds]
        described_ = described(index, thing)
        return {
            "id": identifier,
            "name": thing.name,
            "description": described_,
            "notable": notable,
        }
    if kind == "property":
        return {"id": identifier, "name": index.properties[identifier]}
    above = [{"id": one, "name": index.types[one]} for one in index.broader[identifier]]
    return {"id": identifier, "name": index.types[identifier], "broader": above}


def preview(index: Index, identifier: str, page: Callable[[str], str]) -> str | None:
    """Return a small page about a thing, None where there is none such.

    Args:
        index: of the graph.
        identifier: of the thing.
        page: gives the address of the page of an IRI.
    """
    thing = index.things.get(identifier)
    if thing is None:
        return None
    address = page(thing.node.value)
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(thing.name)}</title></head><body>"
        f'<p><a href="{escape(address)}" target="_blank" rel="noopener">{escape(thing.name)}</a>'
        f"<br>{escape(described(index, thing))}</p></body></html>\n"
    )


def flyout(index: Index, kind: str, identifier: str) -> dict[str, Any] | None:
    """Return a few words in HTML about an entity, a type or a property; None where none is such."""
    if kind == "entity":
        thing = index.things.get(identifier)
        told = (thing.name, described(index, thing)) if thing else None
    else:
        known = index.types if kind == "type" else index.properties
        told = (known[identifier], f"{kind} of kg") if identifier in known else None
    if told is None:
        return None
    return {"id": identifier, "html": f"<p>{escape(told[0])}<br>{escape(told[1])}</p>"}


def propose(index: Index, kind: str | None, limit: str | None) -> dict[str, Any]:
    """Return the properties that things of a class have, the most frequent first.

    Raises:
        Misuse: the limit is no number.
    """
    if limit is not None and not _is_count(limit):
        raise Misuse(f'limit "{limit[:40]}" is no number')
    things = [one for one in index.things.values() if kind is None or kind in one.types]
    counts = {
        name: sum(bool(index.values(one, name)) for one in things) for name in index.properties
    }
    used = sorted((name for name in counts if counts[name]), key=lambda one: (-counts[one], one))
    chosen = used[: int(limit)] if limit else used
    answer: dict[str, Any] = {
        "properties": [{"id": name, "name": index.properties[name]} for name in chosen]
    }
    if kind is not None:
        answer["type"] = kind
    if limit is not None:
        answer["limit"] = int(limit)
    return answer


def extend(index: Index, text: str) -> dict[str, Any]:
    """Give values of properties for things.

    Args:
        index: of the graph.
        text: JSON, ids and properties.

    Raises:
        Misuse: it is no such query; says what is wrong.
    """
    asked = _object("extend", text)
    ids, properties = asked.get("ids"), asked.get("properties")
    if not isinstance(ids, list) or not all(isinstance(one, str) for one in ids):
        raise Misuse("extend: ids is a list of ids")
    if not isinstance(properties, list) or not all(
        isinstance(one, dict) and isinstance(one.get("id"), str) for one in properties
    ):
        raise Misuse("extend: properties is a list, each with an id")
    if len(ids) > MOST:
        raise Misuse(f"extend: {len(ids):,} ids: send at most {MOST:,} at once")
    for one in properties:
        for name in one["id"].split("/"):
            if name not in index.properties:
                raise Misuse(f'extend: no property "{name}" here')
        _settings(one)
    return {
        "meta": [_meta(index, one["id"]) for one in properties],
        "rows": {
            identifier: {one["id"]: _cells(index, identifier, one) for one in properties}
            for identifier in ids
        },
    }


def _settings(given: Mapping[str, Any]) -> tuple[int, str]:
    settings = given.get("settings") or {}
    if not isinstance(settings, dict):
        raise Misuse(f"extend: the settings of {given['id']} are no object")
    limit, content = settings.get("limit") or 0, settings.get("content") or "thing"
    limit = str(limit).removesuffix(".0")
    if not _is_count(limit):
        raise Misuse(f"extend: the limit of {given['id']} is no number")
    if content not in ("thing", "id", "literal"):
        raise Misuse(f"extend: the content of {given['id']} is thing, id or literal")
    return int(limit), content


def _meta(index: Index, path: str) -> dict[str, Any]:
    name = " of ".join(index.properties[one] for one in reversed(path.split("/")))
    found: Iterable[Any] = (
        value for one in index.things.values() for value in index.values(one, path)
    )
    kinds = {kind for value in found if isinstance(value, Thing) for kind in value.kinds}
    if len(kinds) == 1:
        [kind] = kinds
        return {"id": path, "name": name, "type": {"id": kind, "name": index.types[kind]}}
    return {"id": path, "name": name}


def _cells(index: Index, identifier: str, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    thing = index.things.get(identifier)
    limit, content = _settings(given)
    found = index.values(thing, given["id"]) if thing else []
    chosen = found[:limit] if limit else found
    return [_cell(one, content) for one in chosen]


def _cell(value: Thing | NamedNode | Literal, content: str) -> dict[str, Any]:
    if isinstance(value, Thing):
        if content == "thing":
            return {"id": value.id, "name": value.name}
        return {"str": value.id if content == "id" else value.name}
    if isinstance(value, NamedNode):
        return {"str": compact(value.value)}
    if (number := _number(value)) is not None:
        return {"int" if isinstance(number, int) else "float": number}
    if value.datatype == XSD.date:
        return {"date": f"{value.value}T00:00:00"}
    return {"str": value.value}


def _number(value: Literal) -> float | None:
    """Return the number that a literal is and that JSON can write; None for any other."""
    try:
        if value.datatype == XSD.integer:
            return int(value.value)
        number = float(value.value) if value.datatype in _NUMBERS else math.nan
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= _DIGITS


def _integer(digits: str) -> float:
    return int(digits) if len(digits) <= _DIGITS else float(digits)


def _object(name: str, text: str) -> dict[str, Any]:
    try:
        found = json.loads(text, parse_int=_integer)
    except (ValueError, RecursionError):
        raise Misuse(f"{name}: is not JSON") from None
    if not isinstance(found, dict):
        raise Misuse(f"{name}: is no JSON object")
    return found
