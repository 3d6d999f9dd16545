"""The metadata of a mapping set: a block of YAML in which every scalar is kept as text."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from kg.errors import ParseFailure
from kg.sssom.slots import METADATA, MULTIVALUED, NUMBERS

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["read_metadata", "write_metadata"]

# What YAML 1.2, section 5.1, or a reader of YAML 1.1 would not take as it is.
_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def read_metadata(source: str, block: str) -> tuple[dict[str, Any], dict[str, int]]:
    r"""Parse a block of YAML to texts, lists and mappings.

    Args:
        source: the file, for messages.
        block: the lines without their ``#``.

    Returns:
        The metadata, and the line of each key.

    Raises:
        ParseFailure: the block is not YAML, repeats a key, or uses what SSSOM forbids.

    >>> read_metadata("a.sssom.tsv", "license: https://x.org/\nmapping_date: 2025-03-31")[0]
    {'license': 'https://x.org/', 'mapping_date': '2025-03-31'}
    """
    import yaml

    try:
        root = yaml.compose(block, Loader=yaml.BaseLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise ParseFailure(source, f"the metadata are not YAML: {error.problem}", line) from error
    except (yaml.YAMLError, RecursionError) as error:
        reason = str(error).splitlines()[0]
        raise ParseFailure(source, f"the metadata are not YAML: {reason}") from error
    if root is None:
        return {}, {}
    if not isinstance(root, yaml.MappingNode):
        raise ParseFailure(source, "the metadata must be lines of the form key: value", 1)
    metadata = _Plain(source).value(root)
    for key in metadata.keys() & MULTIVALUED:
        if isinstance(metadata[key], str):
            metadata[key] = [metadata[key]] if metadata[key] else []
    if isinstance(metadata.get("extension_definitions"), list):
        # Their order says nothing, and the canonical form has it by property.
        metadata["extension_definitions"].sort(key=_definition_order)
    lines = {key.value: key.start_mark.line + 1 for key, _ in root.value}
    return {key: value for key, value in metadata.items() if value not in ("", [], {})}, lines


def _definition_order(definition: Any) -> str:
    known = definition if isinstance(definition, dict) else {}
    return json.dumps([known.get("property"), definition])


class _Plain:
    """Turns YAML nodes into plain values, and refuses what would be lost on the way."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._seen: set[int] = set()

    def value(self, node: Any) -> Any:
        line = node.start_mark.line + 1
        if id(node) in self._seen:
            raise ParseFailure(self._source, "SSSOM does not allow YAML anchors: repeat it", line)
        self._seen.add(id(node))
        if isinstance(node.value, str):
            return node.value
        if node.id == "sequence":
            return [self.value(entry) for entry in node.value]
        values: dict[str, Any] = {}
        for key, entry in node.value:
            if not isinstance(key.value, str) or key.value in values:
                line = key.start_mark.line + 1
                raise ParseFailure(self._source, f"the key {key.value} is there twice", line)
            values[key.value] = self.value(entry)
        return values


def write_metadata(metadata: dict[str, Any]) -> Iterator[str]:
    """Write metadata as the lines of a canonical block, each with its ``#``.

    >>> list(write_metadata({"license": "https://x.org/", "creator_id": ["orcid:1"]}))
    ['#creator_id:', '#  - orcid:1', '#license: https://x.org/']
    """
    order = {key: number for number, key in enumerate(METADATA)}
    for key in sorted(metadata, key=lambda key: (order.get(key, len(order)), key)):
        value = metadata[key]
        if key == "curie_map":
            value = dict(sorted(value.items()))
        for line in _lines({key: value}, numeric=key in NUMBERS):
            yield f"#{line}"


def _lines(value: Any, *, numeric: bool = False) -> Iterator[str]:
    if isinstance(value, dict) and value:
        for key, entry in value.items():
            if isinstance(entry, str):
                yield f"{_scalar(key)}: {_scalar(entry, numeric=numeric)}"
            else:
                yield f"{_scalar(key)}:"
                yield from (f"  {line}" for line in _lines(entry))
    elif isinstance(value, list) and value:
        for entry in value:
            first, *others = _lines(entry)
            yield f"- {first}"
            yield from (f"  {line}" for line in others)
    elif isinstance(value, str):
        yield _scalar(value)
    else:
        yield "[]" if isinstance(value, list) else "{}"


def _scalar(text: str, *, numeric: bool = False) -> str:
    """Write a text plain where YAML reads it as that text, and else in double quotes."""
    import yaml

    kinds = ("str", "timestamp", "float", "int") if numeric else ("str", "timestamp")
    try:
        root = yaml.compose(f"- {text}", Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        root = None
    for node in root.value if root is not None else ():
        plain = isinstance(node, yaml.ScalarNode) and node.style is None and node.value == text
        if plain and node.tag.rpartition(":")[2] in kinds:
            return text
    quoted = json.dumps(text, ensure_ascii=False)
    return _UNPRINTABLE.sub(lambda match: f"\\u{ord(match.group()):04x}", quoted)
