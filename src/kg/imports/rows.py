"""Reading a table row by row, with the line of each, and what is wrong with a row instead of it."""

from __future__ import annotations

import csv
import hashlib
import io
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kg import files
from kg.errors import Misuse, ParseFailure

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

__all__ = ["Fault", "Row", "Table", "read"]

#: The longest cell that is read, in characters.
_LONGEST = 1 << 20


@dataclass(frozen=True)
class Row:
    """The cells of a row by column, without spaces around them, and the line where it begins."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True)
class Fault:
    """What cannot be used, or is wrong in the file itself.

    Args:
        line: where the row begins.
        column: the one it is about; empty where it is the row.
        value: what stands there.
        message: what is wrong, and what became of it.
        refused: whether the whole row was left out.
    """

    line: int
    column: str
    value: str
    message: str
    refused: bool = False


@dataclass(frozen=True)
class Table:
    """A table as it was read.

    Args:
        rows: those that have the form of the table.
        faults: one for each row that has not.
        digest: the SHA-256 of the file, in hexadecimal digits.
    """

    rows: tuple[Row, ...]
    faults: tuple[Fault, ...]
    digest: str

    @property
    def count(self) -> int:
        """The number of rows in the file, those refused among them."""
        return len(self.rows) + len(self.faults)


def read(path: Path, columns: Sequence[str], delimiter: str) -> Table:
    """Read a table whose first line names its columns.

    Args:
        path: of the file, in UTF-8.
        columns: those that it must have, in any order; an empty name is passed over.
        delimiter: what stands between cells.

    Raises:
        ResourceNotFound: there is no such file.
        Misuse: the first line does not name the columns; says which ones.
        ParseFailure: the file is not UTF-8; names the line.
    """
    content = files.read(path)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        message = f"byte 0x{content[error.start]:02x} is not UTF-8: save the file as UTF-8"
        raise ParseFailure(path, message, line) from error
    lines = _records(text, delimiter)
    _, head, _ = next(lines, (1, [], ""))
    while head and not head[-1]:
        head.pop()
    missing = [column for column in columns if column not in head]
    if missing:
        raise Misuse(f"{path}:1: no column {', '.join(missing)}: is it the file that is meant?")
    repeated = [name for name, count in Counter(head).items() if name and count > 1]
    if repeated:
        raise Misuse(f"{path}:1: the column {repeated[0]} is there twice")
    rows, faults = [], []
    for line, cells, wrong in lines:
        if wrong:
            faults.append(Fault(line, "", "", wrong, refused=True))
        elif len(cells) < len(head) or any(cells[len(head) :]):
            message = f"{len(cells)} cells, but the first line names {len(head)}: left out"
            faults.append(Fault(line, "", delimiter.join(cells)[:200], message, refused=True))
        else:
            # A delimiter at the end of a line begins a cell that no column names.
            named = zip(head, cells, strict=False)
            rows.append(Row(line, {name: cell.strip() for name, cell in named if name}))
    return Table(tuple(rows), tuple(faults), hashlib.sha256(content).hexdigest())


def _records(text: str, delimiter: str) -> Iterator[tuple[int, list[str], str]]:
    """Yield each record with its first line, or with what is wrong with it.

    A quote that does not end takes what follows with it up to the next one: only the line where it
    begins is left out then, and reading goes on with the next.
    """
    # A line ends where an editor says so; str.splitlines knows seven further ends.
    lines = list(io.StringIO(text, newline="\n"))
    width = 0
    at = 0
    before = csv.field_size_limit(_LONGEST)
    try:
        while at < len(lines):
            rest = (lines[number] for number in range(at, len(lines)))
            reader = csv.reader(rest, delimiter=delimiter, strict=True)
            first = at
            try:
                for cells in reader:
                    several = at + reader.line_num > first + 1
                    if several and width and not width <= len(cells) <= width + 1:
                        raise csv.Error("a quote does not end")  # noqa: TRY301 - as csv does
                    width = width or len([name for name in cells if name])
                    if cells:
                        yield first + 1, cells, ""
                    first = at + reader.line_num
                at = len(lines)
            except csv.Error as error:
                yield first + 1, [], f"is no row of a table: {error}: left out"
                at = first + 1
    finally:
        csv.field_size_limit(before)
