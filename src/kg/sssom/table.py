"""Reading an SSSOM/TSV file: bytes to rows that know their lines, or one clear refusal."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg.errors import KgError, ParseFailure, ResourceNotFound
from kg.sssom import slots
from kg.sssom.metadata import read_metadata

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["MappingSet", "Row", "extensions", "parse", "read"]

# What has a label alone where it is a literal.
_OF_LITERALS = ("subject_id", "object_id")
# git writes these lines around the two sides of a conflict.
_CONFLICT = re.compile(r"^(<{7}|={7}|>{7}|\|{7})(?: .*)?\r?$", re.MULTILINE)


@dataclass(frozen=True)
class Row:
    """One mapping: its values by column, without the empty ones, as they are written.

    Args:
        line: where the row begins in its file.
        values: the text of each cell that is not empty.
    """

    line: int
    values: dict[str, str]


@dataclass(frozen=True)
class MappingSet:
    """A table of mappings with what is said of all of them.

    Args:
        metadata: texts, lists and mappings; slots of several values are lists.
        rows: in the order of the file.
        source: the file, for messages.
    """

    metadata: dict[str, Any]
    rows: list[Row]
    source: str = "mappings"

    @property
    def curie_map(self) -> dict[str, str]:
        """The prefixes that the file declares."""
        return self.metadata.get("curie_map") or {}


def read(
    path: Path | str, metadata: Path | str | None = None, *, lenient: bool = False
) -> MappingSet:
    """Read an SSSOM/TSV file.

    Args:
        path: of the table.
        metadata: the YAML file that holds the metadata; where None, the table holds them.
        lenient: as for :func:`parse`.

    Raises:
        ResourceNotFound: there is no such file.
        ParseFailure: the file breaks a rule of SSSOM; names the line.
    """
    content = _content(path)
    if metadata is not None:
        lines = _decode(_content(metadata), str(metadata)).splitlines()
        content = "".join(f"#{line}\n" for line in lines).encode() + content
    return parse(content, str(path), lenient=lenient)


def _content(path: Path | str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise ResourceNotFound(path, f"{path}: cannot be read: {error.strerror}") from error


def parse(content: bytes, source: str = "mappings", *, lenient: bool = False) -> MappingSet:
    r"""Parse the bytes of an SSSOM/TSV file.

    Args:
        content: the table, with its metadata before it.
        source: what messages call it.
        lenient: whether to take what SSSOM lets a reader take: a row without its last, empty
            cells, and columns that are defined nowhere.

    Raises:
        ParseFailure: the file breaks a rule of SSSOM; names the line.

    >>> head = b"subject_id\tpredicate_id\tobject_id\tmapping_justification\n"
    >>> row = b"kg:mali\tskos:exactMatch\twd:Q912\tsemapv:ManualMappingCuration\n"
    >>> parse(head + row).rows[0].values["object_id"]
    'wd:Q912'
    """
    text = _decode(content, source)
    rest = re.search(r"(?m)^(?!#)", text)
    block = text if rest is None else text[: rest.start()]
    metadata, lines = read_metadata(source, re.sub(r"(?m)^#", "", block))
    curie_map = metadata.get("curie_map", {})
    if not isinstance(curie_map, dict) or not all(isinstance(v, str) for v in curie_map.values()):
        raise ParseFailure(source, "curie_map must map prefixes to IRIs", lines["curie_map"])
    first = block.count("\n") + 1
    mappings = MappingSet(metadata, [], source)
    _check_metadata(mappings, lines)
    table = _table(text[len(block) :], first, source)
    header = _header(next(table, None), mappings, first, lenient=lenient)
    mappings.rows.extend(
        _row(line, header, cells, mappings, lenient=lenient) for line, cells in table
    )
    _refuse_duplicates(mappings)
    return mappings


def extensions(mappings: MappingSet) -> dict[str, dict[str, str]]:
    """Return the definitions of the columns that SSSOM itself does not have, by name."""
    definitions = mappings.metadata.get("extension_definitions") or []
    return {
        entry["slot_name"]: entry
        for entry in definitions
        if isinstance(entry, dict) and {"slot_name", "property"} <= entry.keys()
    }


def _decode(content: bytes, source: str) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        byte = f"byte 0x{content[error.start]:02x} is not UTF-8: save the file as UTF-8"
        raise ParseFailure(source, byte, line) from error
    if not text.strip():
        raise ParseFailure(source, "the file is empty")
    conflict = _CONFLICT.search(text)
    if conflict:
        line = text.count("\n", 0, conflict.start()) + 1
        message = f"unresolved merge conflict ({conflict.group(1)}): keep one side"
        raise ParseFailure(source, message, line)
    return text


def _table(text: str, first: int, source: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the cells of each row and the line where it begins."""
    reader = csv.reader(io.StringIO(text, newline=""), "excel-tab", strict=True)
    start = 0
    try:
        for cells in reader:
            if cells:  # an empty line says nothing
                yield first + start, cells
            start = reader.line_num
    except csv.Error as error:
        raise ParseFailure(source, f"the row is not TSV: {error}", first + start) from error


def _header(
    found: tuple[int, list[str]] | None, mappings: MappingSet, first: int, *, lenient: bool
) -> list[str]:
    if found is None:
        raise ParseFailure(mappings.source, "no header row after the metadata", first)
    line, header = found
    own = extensions(mappings)
    if not set(header) & set(slots.REQUIRED):
        columns = ", ".join(slots.REQUIRED)
        raise ParseFailure(mappings.source, f"no header row: it must name {columns}", line)
    for column in slots.REQUIRED:
        if column not in header and not (column in _OF_LITERALS and _has_literals(header, column)):
            raise ParseFailure(mappings.source, f"no column {column}, which SSSOM requires", line)
    for position, column in enumerate(header):
        if column in header[:position]:
            raise ParseFailure(mappings.source, f"the column {column} is there twice", line)
        if column not in slots.COLUMNS and column not in own and not lenient:
            close = get_close_matches(column, slots.COLUMNS, n=1)
            meant = f"; did you mean {close[0]}?" if close else ""
            message = f'no SSSOM column "{column}", nor in extension_definitions{meant}'
            raise ParseFailure(mappings.source, message, line)
    return header


def _has_literals(columns: Iterable[str], column: str) -> bool:
    """Tell whether a label may stand in for an id: where its type can say that it is a literal."""
    kind = column.removesuffix("_id")
    return {f"{kind}_label", f"{kind}_type"} <= set(columns)


def _row(
    line: int, header: list[str], cells: list[str], mappings: MappingSet, *, lenient: bool
) -> Row:
    if lenient:
        cells = cells + [""] * (len(header) - len(cells))
    if len(cells) != len(header):
        message = f"{len(cells)} columns, but the header names {len(header)}"
        raise ParseFailure(mappings.source, message, line)
    values = {column: cell for column, cell in zip(header, cells, strict=True) if cell}
    for column in slots.REQUIRED:
        literal = values.get(column.replace("_id", "_type")) == "rdfs literal"
        if column not in values and not (
            column in _OF_LITERALS and literal and _has_literals(values, column)
        ):
            raise ParseFailure(mappings.source, f"no {column}, which SSSOM requires", line)
    for column, cell in values.items():
        for value in slots.split(column, cell):
            _check(column, value, mappings, line)
    return Row(line, values)


def _check_metadata(mappings: MappingSet, lines: dict[str, int]) -> None:
    for key, found in mappings.metadata.items():
        values = found if isinstance(found, list) else [found]
        if key in slots.COLUMNS and not all(isinstance(value, str) for value in values):
            raise ParseFailure(mappings.source, f"{key} must be text", lines[key])
        for value in values:
            if isinstance(value, str):
                _check(key, value, mappings, lines[key])


def _check(slot: str, value: str, mappings: MappingSet, line: int) -> None:
    try:
        slots.check(slot, value, mappings.curie_map)
    except KgError as error:
        raise ParseFailure(mappings.source, str(error), line) from error
    except ValueError as error:
        message = str(error) if value in str(error) else f'{slot} "{value}": {error}'
        raise ParseFailure(mappings.source, message, line) from error


def _refuse_duplicates(mappings: MappingSet) -> None:
    seen: dict[tuple[str | None, ...], int] = {}
    for row in mappings.rows:
        # A literal has no id, and its label tells it apart.
        texts = row.values | {
            column: row.values.get(column) or row.values.get(column.replace("_id", "_label"), "")
            for column in _OF_LITERALS
        }
        key = tuple(texts.get(column) for column in ("record_id", *slots.REQUIRED))
        if key in seen:
            message = f"repeats line {seen[key]}: delete one, or give each a record_id"
            raise ParseFailure(mappings.source, message, row.line)
        seen[key] = row.line
