"""Rows as a spreadsheet: Office Open XML (ECMA-376), one sheet of text and numbers.

A cell is a number where its datatype says so and a spreadsheet can hold it exactly, and text
otherwise, whatever it begins with: a spreadsheet has no formula that kg did not write, and kg
writes none.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from pyoxigraph import Literal, NamedNode

from kg.errors import Misuse
from kg.namespaces import XSD

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyoxigraph import BlankNode, Triple

    Cell = NamedNode | BlankNode | Literal | Triple | None

__all__ = ["to_xlsx"]

# The limits of a sheet that Excel opens.
_MOST_ROWS, _MOST_COLUMNS, _MOST_CHARACTERS = 1_048_576, 16_384, 32_767
#: A spreadsheet keeps 15 digits of a number.
_NUMBER = re.compile(r"[+-]?(?=.{1,16}$)(?:\d{1,15}(?:\.\d*)?|\.\d+)", re.ASCII)
_NUMBERS = {XSD.integer, XSD.decimal, XSD.double, XSD.float, XSD.nonNegativeInteger}
#: What XML cannot hold, and what would read as the escape of it (ECMA-376 part 1, 22.9.2.19).
_ESCAPED = re.compile(
    "[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|_(?=x[0-9A-Fa-f]{4}_)"
)
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="rId1" '
    f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
    '<sheet name="answer" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="rId1" '
    f'Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}


def to_xlsx(variables: Sequence[str], rows: Sequence[Sequence[Cell]]) -> bytes:
    """Return rows as an .xlsx file, the names of the variables in its first row.

    Raises:
        Misuse: a spreadsheet has no room for so many rows, columns or characters.

    >>> to_xlsx(["n"], [[Literal(1)]])[:2]
    b'PK'
    """
    from io import BytesIO
    from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

    if len(rows) >= _MOST_ROWS or len(variables) > _MOST_COLUMNS:
        raise Misuse(
            f"{len(rows):,} rows of {len(variables):,} columns are more than a spreadsheet holds "
            f"({_MOST_ROWS - 1:,} of {_MOST_COLUMNS:,}): write csv or parquet"
        )
    lines = [_row([_text(name) for name in variables])]
    lines += [_row([_cell(term, number, name) for name, term in zip(variables, row, strict=True)])
              for number, row in enumerate(rows, 1)]  # fmt: skip
    sheet = f'<worksheet xmlns="{_MAIN}"><sheetData>{"".join(lines)}</sheetData></worksheet>'
    buffer = BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as file:
        for path, text in {**_PARTS, "xl/worksheets/sheet1.xml": sheet}.items():
            # The same rows give the same bytes: ZipInfo has a date of its own, 1980-01-01.
            part = ZipInfo(path)
            part.compress_type = ZIP_DEFLATED
            file.writestr(part, (_HEAD + text).encode())
    return buffer.getvalue()


def _row(cells: list[str]) -> str:
    return f"<row>{''.join(cells)}</row>"


def _cell(term: Cell, number: int, name: str) -> str:
    if term is None:
        return "<c/>"
    if not isinstance(term, NamedNode | Literal):
        return _text(str(term))
    if isinstance(term, Literal) and term.datatype in _NUMBERS and _NUMBER.fullmatch(term.value):
        return f"<c><v>{term.value.removeprefix('+')}</v></c>"
    if len(term.value) > _MOST_CHARACTERS:
        raise Misuse(
            f"row {number}, ?{name}: {len(term.value):,} characters are more than a cell of a "
            f"spreadsheet holds ({_MOST_CHARACTERS:,}): write csv or parquet"
        )
    return _text(term.value)


def _text(text: str) -> str:
    written = _ESCAPED.sub(lambda match: f"_x{ord(match[0]):04X}_", text)
    # A parser of XML would read a carriage return as a line feed.
    written = escape(written).replace("\r", "_x000D_")
    return f'<c t="inlineStr"><is><t xml:space="preserve">{written}</t></is></c>'
