"""SSSOM/TSV read and written: rows that know their lines, or one clear refusal."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg import files
from kg.errors import KgError, ParseFailure
from kg.sssom import slots
from kg.sssom.slots import read_metadata, write_metadata

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["MappingSet", "Row", "canonical", "checked", "extensions", "parse", "propagated", "read"]

# The sides of a mapping; one that is a literal may have a label alone.
_SIDES = ("subject", "object")
# How the names of slots begin that SSSOM itself will never have.
_EXTENSION = "ext_"
# How much an unknown column is like a known one, of 1, to be taken for that, misspelt.
_ALIKE = 0.8
# The lines of metadata; a spreadsheet puts quotes around one that has quotes in it.
_METADATA_BLOCK = re.compile(r'\A(?:"?\#[^\n]*(?:\n|\Z))*')
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
    return files.read(Path(path))


def parse(content: bytes, source: str = "mappings", *, lenient: bool = False) -> MappingSet:
    r"""Parse the bytes of an SSSOM/TSV file.

    Args:
        content: the table, with its metadata before it.
        source: what messages call it.
        lenient: whether to take what SSSOM lets a reader take: a row without its last, empty
            cells, and a column that is like one of SSSOM's. Other columns that are defined nowhere
            are kept.

    Raises:
        ParseFailure: the file breaks a rule of SSSOM; names the line.

    >>> head = b"subject_id\tpredicate_id\tobject_id\tmapping_justification\n"
    >>> row = b"kg:mali\tskos:exactMatch\twd:Q912\tsemapv:ManualMappingCuration\n"
    >>> parse(head + row).rows[0].values["object_id"]
    'wd:Q912'
    """
    text = _decode(content, source)
    block = "".join(_METADATA_BLOCK.findall(text)[:1])
    metadata, lines = read_metadata(source, "".join(map(_yaml, block.splitlines(keepends=True))))
    curie_map = metadata.get("curie_map", {})
    if not isinstance(curie_map, dict) or not all(isinstance(v, str) for v in curie_map.values()):
        raise ParseFailure(source, "curie_map must map prefixes to IRIs", lines["curie_map"])
    first = block.count("\n") + 1
    mappings = MappingSet(metadata, [], source)
    _check_metadata(mappings, lines)
    table = _table(text[len(block) :], first, source)
    header = _header(next(table, None), mappings, first, lenient=lenient)
    mappings.rows.extend(
        _row(line, header, cells, source, lenient=lenient) for line, cells in table
    )
    _check_rows(mappings)
    return mappings


def checked(mappings: MappingSet) -> MappingSet:
    """Return a mapping set that was not read from a table, once it keeps the rules of one.

    Raises:
        ParseFailure: it breaks a rule of SSSOM; names the number of the mapping.
    """
    try:
        _check_metadata(mappings, {})
        _check_rows(mappings)
    except ParseFailure as error:
        where = f"mapping {error.line}: " if error.line else ""
        raise ParseFailure(mappings.source, f"{where}{error.reason}") from error
    return mappings


def propagated(mappings: MappingSet) -> dict[str, list[str]]:
    """Return what the metadata say of every row: slots in which no row has a value of its own."""
    own = {column for row in mappings.rows for column in row.values}
    shared = {}
    for slot in slots.PROPAGATED:
        found = mappings.metadata.get(slot)
        if found and slot not in own:
            shared[slot] = found if isinstance(found, list) else [found]
    return shared


def _check_rows(mappings: MappingSet) -> None:
    """Refuse a row without what SSSOM requires, with a wrong value, or with another's record_id."""
    shared = propagated(mappings)
    records: dict[str, int] = {}
    for row in mappings.rows:
        for slot in slots.REQUIRED:
            if slot not in row.values and not _is_literal(slot, row, shared):
                raise ParseFailure(mappings.source, f"no {slot}, which SSSOM requires", row.line)
        for column, cell in row.values.items():
            for value in slots.split(column, cell):
                _check(column, value, mappings, row.line)
        record = row.values.get("record_id")
        if record is not None:
            first = records.setdefault(record, row.line)
            if first != row.line:
                message = f"the record_id {record} is that of line {first}: give each its own"
                raise ParseFailure(mappings.source, message, row.line)


def _is_literal(slot: str, row: Row, shared: dict[str, list[str]]) -> bool:
    """Tell whether the id of a side may be left out: the side is a literal, and has its text."""
    side = slot.removesuffix("_id")
    kind = row.values.get(f"{side}_type") or "".join(shared.get(f"{side}_type", ()))
    return side in _SIDES and kind == slots.LITERAL and f"{side}_label" in row.values


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


def _yaml(line: str) -> str:
    """Return a line of metadata without its ``#``, and without what a spreadsheet adds to it."""
    text = line.rstrip("\t\r\n")
    if text.startswith('"'):
        [text] = next(csv.reader([text]), [""])[:1]
    return text.removeprefix("#") + "\n"


def _table(text: str, first: int, source: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the cells of each row and the line where it begins."""
    reader = csv.reader(io.StringIO(text, newline=""), "excel-tab", strict=True)
    start = 0
    try:
        for cells in reader:
            if any(cells):  # an empty line says nothing
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
    while not header[-1]:  # tabs that a spreadsheet adds
        header = header[:-1]
    own = extensions(mappings)
    if not set(header) & set(slots.REQUIRED):
        columns = ", ".join(slots.REQUIRED)
        raise ParseFailure(mappings.source, f"no header row: it must name {columns}", line)
    for column in slots.REQUIRED:
        if column not in header and not _may_be_literal(column, header, mappings):
            raise ParseFailure(mappings.source, f"no column {column}, which SSSOM requires", line)
    for position, column in enumerate(header):
        if column in header[:position]:
            raise ParseFailure(mappings.source, f"the column {column} is there twice", line)
        known = column in slots.COLUMNS or column in own or column.startswith(_EXTENSION)
        close = [] if known or lenient else get_close_matches(column, slots.COLUMNS, 1, _ALIKE)
        if close or not column:
            meant = f"did you mean {close[0]}?" if close else "name it"
            message = f'no SSSOM column "{column}", nor in extension_definitions; {meant}'
            raise ParseFailure(mappings.source, message, line)
    return header


def _may_be_literal(column: str, header: list[str], mappings: MappingSet) -> bool:
    """Tell whether a label may stand in for an id: where its type can say that it is a literal."""
    side = column.removesuffix("_id")
    typed = f"{side}_type" in header or mappings.metadata.get(f"{side}_type") == slots.LITERAL
    return side in _SIDES and typed and f"{side}_label" in header


def _row(line: int, header: list[str], cells: list[str], source: str, *, lenient: bool) -> Row:
    if lenient:
        cells = cells + [""] * (len(header) - len(cells))
    while len(cells) > len(header) and not cells[-1]:
        cells = cells[:-1]
    if len(cells) != len(header):
        message = f"{len(cells)} columns, but the header names {len(header)}"
        raise ParseFailure(source, message, line)
    return Row(line, {column: cell for column, cell in zip(header, cells, strict=True) if cell})


def _check_metadata(mappings: MappingSet, lines: dict[str, int]) -> None:
    for key, found in mappings.metadata.items():
        values = found if isinstance(found, list) else [found]
        if key in slots.COLUMNS and not all(isinstance(value, str) for value in values):
            raise ParseFailure(mappings.source, f"{key} must be text", lines.get(key))
        for value in values:
            if isinstance(value, str):
                _check(key, value, mappings, lines.get(key))


def _check(slot: str, value: str, mappings: MappingSet, line: int | None) -> None:
    try:
        slots.check(slot, value, mappings.curie_map, mappings.metadata.get("sssom_version", "1.0"))
    except KgError as error:
        raise ParseFailure(mappings.source, str(error), line) from error
    except ValueError as error:
        message = str(error) if value in str(error) else f'{slot} "{value}": {error}'
        raise ParseFailure(mappings.source, message, line) from error


# The canonical form: the same mapping set is always the same text.


def canonical(mappings: MappingSet) -> str:
    r"""Write a mapping set in the canonical form of SSSOM/TSV, with every value as it is.

    Columns, keys and prefixes come in canonical order, rows by subject, predicate and object.
    Unlike https://mapping-commons.github.io/sssom/spec-formats-tsv/#canonical-sssomtsv-format
    this moves no value between rows and metadata, rounds no number and drops no prefix.

    >>> from kg.sssom.table import parse
    >>> head = b"predicate_id\tobject_id\tsubject_id\tmapping_justification\n"
    >>> row = b"skos:exactMatch\twd:Q912\tkg:mali\tsemapv:ManualMappingCuration\n"
    >>> canonical(parse(head + row)).split("\n")[0]
    'subject_id\tpredicate_id\tobject_id\tmapping_justification'
    """
    used = {column for row in mappings.rows for column in row.values} | set(slots.REQUIRED)
    properties = {name: entry["property"] for name, entry in extensions(mappings).items()}
    columns = [column for column in slots.COLUMNS if column in used]
    further = used - set(columns)
    columns += sorted(further, key=lambda column: (properties.get(column, ""), column))

    def order(row: Row) -> list[str]:
        first = ("subject_id", "predicate_id", "object_id")
        return [row.values.get(column, "") for column in (*first, *columns)]

    table = [columns]
    table += [[row.values.get(c, "") for c in columns] for row in sorted(mappings.rows, key=order)]
    lines = [*write_metadata(mappings.metadata), *("\t".join(map(_quoted, row)) for row in table)]
    return "\n".join(lines) + "\n"


def _quoted(value: str) -> str:
    if re.search(r'[\t\r\n"]', value):
        return '"' + value.replace('"', '""') + '"'
    return value
