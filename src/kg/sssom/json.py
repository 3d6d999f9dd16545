"""Mapping sets as JSON, https://mapping-commons.github.io/sssom/spec-formats-json/."""

from __future__ import annotations

import json
import re
from typing import Any

from kg.errors import ParseFailure
from kg.namespaces import PREFIXES
from kg.sssom import slots
from kg.sssom.table import MappingSet, Row, checked, extensions

__all__ = ["from_json", "to_json"]

_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
# What no value of SSSOM begins with stands for a number until the text is written.
_MARK = "\x00"


def to_json(mappings: MappingSet) -> str:
    r"""Write a mapping set as JSON, with every number as it is written.

    >>> from kg.sssom import parse
    >>> head = b"subject_id\tpredicate_id\tobject_id\tmapping_justification\tconfidence\n"
    >>> row = b"kg:mali\tskos:exactMatch\twd:Q912\tsemapv:ManualMappingCuration\t1.0\n"
    >>> '"confidence": 1.0' in to_json(parse(head + row))
    True
    """
    # Readers of JSON-LD take the prefixes from the context.
    whole: dict[str, Any] = {"@context": _known(mappings) | mappings.curie_map}
    whole |= {
        key: value if isinstance(value, list | dict) else _value(key, value)
        for key, value in mappings.metadata.items()
    }
    whole["mappings"] = [
        {
            column: slots.split(column, text)
            if column in slots.MULTIVALUED
            else _value(column, text)
            for column, text in row.values.items()
        }
        for row in mappings.rows
    ]
    text = json.dumps(whole, ensure_ascii=False, indent=2)
    mark = json.dumps(_MARK)[1:-1]
    return re.sub(rf'"{re.escape(mark)}([^"]*)"', r"\1", text) + "\n"


def from_json(content: bytes | str, source: str = "mappings.json") -> MappingSet:
    """Read a mapping set from JSON; all rules of the table hold for it.

    Raises:
        ParseFailure: it is not JSON, or breaks a rule of SSSOM.

    >>> from_json('{"mappings": []}').rows
    []
    """
    try:
        # Numbers stay as they are written.
        whole = json.loads(content, parse_float=str, parse_int=str)
    except ValueError as error:
        raise ParseFailure(source, f"is not JSON: {error}") from error
    if not isinstance(whole, dict) or not isinstance(whole.get("mappings", []), list):
        raise ParseFailure(source, "is no mapping set: an object with a list of mappings")
    metadata = {
        key: _metadata(key, value)
        for key, value in whole.items()
        if key != "mappings" and not key.startswith(("@", "$")) and value not in (None, "", [], {})
    }
    rows = []
    for number, mapping in enumerate(whole.get("mappings") or (), 1):
        if not isinstance(mapping, dict):
            raise ParseFailure(source, f"mapping {number} is no object")
        cells = {
            key: _cell(key, value)
            for key, value in mapping.items()
            if value not in (None, "", []) and not key.startswith("@")
        }
        rows.append(Row(number, cells))
    read = MappingSet(metadata, rows, source)
    context = _used(read, _context(whole.get("@context")))
    if context:
        metadata["curie_map"] = context | read.curie_map
    return checked(read)


def _metadata(key: str, value: Any) -> Any:
    """Return the value of a slot of the set as a table has it."""
    if key == "curie_map":
        return _curie_map(value)
    if key == "extension_definitions":
        return value
    if key in slots.MULTIVALUED:
        return [str(one) for one in value] if isinstance(value, list) else [str(value)]
    return value if isinstance(value, dict | list) else _text(value)


def _curie_map(value: Any) -> Any:
    """Return prefixes by name; the schema has them as objects, in a list or by name."""
    if isinstance(value, list):
        value = {one.get("prefix_name"): one for one in value if isinstance(one, dict)}
    if not isinstance(value, dict):
        return value
    return {
        name: one.get("prefix_url") if isinstance(one, dict) else one for name, one in value.items()
    }


def _context(context: Any) -> dict[str, str]:
    """Return the prefixes of a JSON-LD context: a text, or an object that says that it is one."""
    if isinstance(context, list):
        return {name: iri for part in context for name, iri in _context(part).items()}
    found = {}
    for name, value in context.items() if isinstance(context, dict) else ():
        iri = value.get("@id") if isinstance(value, dict) and value.get("@prefix") else value
        if isinstance(iri, str) and not name.startswith("@"):
            found[name] = iri
    return found


def _used(mappings: MappingSet, context: dict[str, str]) -> dict[str, str]:
    """Return the prefixes of a context that the set uses and neither it nor kg declares."""
    whole = {key: value for key, value in mappings.metadata.items() if key in slots.ENTITIES}
    texts = [
        text for value in whole.values() for text in ([value] if isinstance(value, str) else value)
    ]
    definitions = extensions(mappings).values()
    texts += [text for one in definitions for key, text in one.items() if key != "slot_name"]
    texts += [
        text
        for row in mappings.rows
        for column in slots.ENTITIES & row.values.keys()
        for text in slots.split(column, row.values[column])
    ]
    used = {text.partition(":")[0] for text in texts} - mappings.curie_map.keys()
    return {
        name: iri
        for name, iri in context.items()
        if name in used and slots.BUILT_IN.get(name) != iri
    }


def _known(mappings: MappingSet) -> dict[str, str]:
    """Return the prefixes that the mappings use and every reader knows."""
    cells = (
        text
        for row in mappings.rows
        for column in slots.ENTITIES & row.values.keys()
        for text in slots.split(column, row.values[column])
    )
    used = {text.partition(":")[0] for text in cells}
    return {prefix: PREFIXES[prefix] for prefix in sorted(used & PREFIXES.keys())}


def _value(slot: str, text: str) -> Any:
    if slot in slots.NUMBERS and _NUMBER.fullmatch(text):
        return _MARK + text
    return float(text) if slot in slots.NUMBERS else text


def _cell(slot: str, value: Any) -> str:
    """Return a value as the cell of a table has it."""
    if isinstance(value, list):
        return slots.join([_text(one) for one in value])
    return slots.join([_text(value)]) if slot in slots.MULTIVALUED else _text(value)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)
