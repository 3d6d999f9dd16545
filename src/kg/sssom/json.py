"""Mapping sets as JSON, https://mapping-commons.github.io/sssom/spec-formats-json/."""

from __future__ import annotations

import json
import re
from typing import Any

from kg.errors import ParseFailure
from kg.namespaces import PREFIXES
from kg.sssom import slots
from kg.sssom.canonical import canonical
from kg.sssom.table import MappingSet, Row, extensions, parse

__all__ = ["from_json", "to_json"]

_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
# What no value of SSSOM begins with stands for a number until the text is written.
_MARK = "\x00"


def to_json(mappings: MappingSet) -> str:
    r"""Write a mapping set as JSON, with every number as it is written.

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
    metadata = {key: value for key, value in whole.items() if key not in ("mappings", "@context")}
    rows = []
    for number, mapping in enumerate(whole.get("mappings", ()), 1):
        if not isinstance(mapping, dict):
            raise ParseFailure(source, f"mapping {number} is no object")
        rows.append(Row(number, {key: _cell(one) for key, one in mapping.items() if one}))
    read = MappingSet(metadata, rows, source)
    if not rows:
        return read
    try:
        # The table has the rules; what it takes keeps the order of the JSON.
        parse(canonical(read).encode(), source, lenient=bool(extensions(read)) or _extra(rows))
    except ParseFailure as error:
        raise ParseFailure(source, re.sub(r"^[^:]*:(\d+: )?", "", str(error)).strip()) from error
    return read


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


def _extra(rows: list[Row]) -> bool:
    return any(column not in slots.COLUMNS for row in rows for column in row.values)


def _value(slot: str, text: str) -> Any:
    if slot in slots.NUMBERS and _NUMBER.fullmatch(text):
        return _MARK + text
    return float(text) if slot in slots.NUMBERS else text


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return slots.join([str(one) for one in value])
    return str(value)
