"""Serialization of query results: JSON, XML, CSV and TSV as SPARQL has them; tables for people.

JSON and CSV are written here, and XML and TSV by pyoxigraph from the JSON. The specifications:
https://www.w3.org/TR/sparql11-results-json/, https://www.w3.org/TR/rdf-sparql-XMLres/ and
https://www.w3.org/TR/sparql11-results-csv-tsv/; triple terms as in those of SPARQL 1.2.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import zip_longest
from typing import TYPE_CHECKING

from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    QueryResultsFormat,
    Triple,
    parse_query_results,
)

from kg.english import counted
from kg.errors import Misuse
from kg.namespaces import XSD, compact

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    Term = NamedNode | BlankNode | Literal | Triple
    Cell = Term | None

__all__ = [
    "boolean_to_json",
    "boolean_to_xml",
    "cell",
    "to_csv",
    "to_html",
    "to_json",
    "to_markdown",
    "to_table",
    "to_tsv",
    "to_xml",
]

# Compiled when XML is first written: that takes 3 ms.
_XML_HOLDS_NOT = "[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"


def to_json(variables: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """Write rows as JSON, one a line.

    >>> print(to_json(["n"], [[Literal("x")], [None]]), end="")
    {"head":{"vars":["n"]},"results":{"bindings":[
    {"n":{"type":"literal","value":"x"}},
    {}
    ]}}
    """
    import json

    def dump(value: object) -> str:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    lines = ",\n".join(
        dump({n: _json_term(t) for n, t in zip(variables, row, strict=True) if t is not None})
        for row in rows
    )
    return f'{{"head":{dump({"vars": variables})},"results":{{"bindings":[\n{lines}\n]}}}}\n'


def to_xml(variables: Sequence[str], rows: Sequence[Sequence[Cell]]) -> str:
    """Write rows as XML.

    Raises:
        Misuse: a literal holds a character that XML 1.0 has no way to write.
    """
    for number, row in enumerate(rows, 1):
        for name, term in zip(variables, row, strict=True):
            if wrong := re.search(_XML_HOLDS_NOT, _text(term)):
                raise Misuse(
                    f"row {number}, ?{name}: XML cannot hold U+{ord(wrong[0]):04X}; "
                    "write json, csv or tsv"
                )
    return _converted(to_json(variables, rows), QueryResultsFormat.XML)


def to_csv(variables: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    r"""Write rows as CSV: plain values, lines that end in CR LF.

    >>> to_csv(["n"], [[Literal("a,b", language="en")]])
    'n\r\n"a,b"\r\n'
    """
    # The engine's own writer leaves the commas of a triple term unquoted.
    lines = [variables, *([_plain(term) for term in row] for row in rows)]
    return "".join(",".join(map(_quoted, line)) + "\r\n" for line in lines)


def to_tsv(variables: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """Write rows as TSV: terms as Turtle writes them."""
    return _converted(to_json(variables, rows), QueryResultsFormat.TSV)


def boolean_to_json(value: bool) -> str:  # noqa: FBT001  # it is all that there is to write
    """Write the answer to an ASK as JSON."""
    return f'{{"head":{{}},"boolean":{"true" if value else "false"}}}\n'


def boolean_to_xml(value: bool) -> str:  # noqa: FBT001  # it is all that there is to write
    """Write the answer to an ASK as XML."""
    return _converted(boolean_to_json(value), QueryResultsFormat.XML)


def _json_term(term: Term) -> dict[str, object]:
    """Write a term as section 3.2.2 of the JSON format says; a triple as that of SPARQL 1.2."""
    if isinstance(term, NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, BlankNode):
        return {"type": "bnode", "value": term.value}
    if isinstance(term, Triple):
        parts = zip(("subject", "predicate", "object"), term, strict=True)
        return {"type": "triple", "value": {name: _json_term(part) for name, part in parts}}
    written: dict[str, object] = {"type": "literal", "value": term.value}
    if term.language:
        written["xml:lang"] = term.language
        if term.direction:
            written["its:dir"] = str(term.direction)
    elif term.datatype != XSD.string:
        written["datatype"] = term.datatype.value
    return written


def _plain(term: Cell) -> str:
    """Write a term as section 3 of SPARQL 1.1 CSV says."""
    if isinstance(term, NamedNode | Literal):
        return term.value
    return "" if term is None else str(term)


def _quoted(value: str) -> str:
    return '"' + value.replace('"', '""') + '"' if set(value) & set(',"\r\n') else value


def _text(term: Cell) -> str:
    """Return all text that a term holds."""
    if isinstance(term, Triple):
        return "".join(map(_text, term))
    return "" if term is None else term.value


def _converted(json_text: str, form: QueryResultsFormat) -> str:
    from io import BytesIO

    buffer = BytesIO()
    parse_query_results(json_text, QueryResultsFormat.JSON).serialize(buffer, form)
    text = buffer.getvalue().decode()
    # An XML parser would read a bare carriage return as a line feed (XML 1.0, section 2.11).
    return text.replace("\r", "&#13;") + "\n" if form == QueryResultsFormat.XML else text


# Tables for people: plain text, Markdown and HTML, with terms in their short form.

_GAP = "  "
_NARROWEST = 8
# What a notebook shows of a long result, which it says; a browser would choke on all of it.
_MOST_ROWS = 1000
_NUMBERS = {XSD.integer, XSD.decimal, XSD.double, XSD.float}
# A control character would move the cursor or change the terminal: show its picture instead.
_PICTURES = (
    {n: 0x2400 + n for n in range(32)} | {127: 0x2421} | dict.fromkeys(range(128, 160), 0xFFFD)
)
_BOLD, _CYAN, _PLAIN = "\x1b[1m", "\x1b[36m", "\x1b[0m"


def cell(term: Cell) -> str:
    """Return the short form of a term: a CURIE, the text of a literal, nothing where unbound.

    >>> cell(NamedNode("http://www.wikidata.org/entity/Q262")), cell(Literal("Mali", language="fr"))
    ('wd:Q262', 'Mali')
    """
    if term is None:
        return ""
    if isinstance(term, NamedNode):
        return compact(term.value)
    if isinstance(term, Literal):
        return term.value
    if isinstance(term, BlankNode):
        return str(term)
    return f"<<( {' '.join(cell(part) for part in term)} )>>"


def to_table(
    variables: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    parameters: Mapping[str, Cell],
    width: int | None = None,
    *,
    color: bool = False,
) -> str:
    r"""Lay rows out in columns; see ``Solutions.to_table``.

    >>> print(to_table(["a", "n"], [[NamedNode("http://www.wikidata.org/entity/Q262"), None]], {}))
    a        n
    ───────  ─
    wd:Q262
    <BLANKLINE>
    1 row
    <BLANKLINE>
    """
    rows = list(rows)
    shown = [number for number, name in enumerate(variables) if name not in parameters]
    columns = [[cell(row[number]).translate(_PICTURES) for row in rows] for number in shown]
    heads = [variables[number] for number in shown]
    widths = [
        max(map(_width, [head, *column])) for head, column in zip(heads, columns, strict=True)
    ]
    if width is not None:
        widths = _squeezed(widths, width)
    right = [all(_is_number(row[number]) for row in rows) and bool(rows) for number in shown]
    lines = []
    if shown:
        lines += _folded(heads, widths, right, [_BOLD if color else ""] * len(shown))
        lines.append(_GAP.join("─" * w for w in widths))
        for row, cells in zip(rows, zip(*columns, strict=True), strict=True):
            iris = [color and isinstance(row[number], NamedNode) for number in shown]
            lines += _folded(cells, widths, right, [_CYAN if iri else "" for iri in iris])
        lines.append("")
    lines += _captions(parameters)
    return "\n".join([*lines, counted(len(rows), "row"), ""])


def to_markdown(
    variables: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    parameters: Mapping[str, Cell],
) -> str:
    """Lay rows out as a Markdown table; see ``Solutions.to_markdown``."""
    shown = [number for number, name in enumerate(variables) if name not in parameters]
    table = [[_markdown(Literal(variables[number])) for number in shown], ["---"] * len(shown)]
    table += [[_markdown(row[number]) for number in shown] for row in rows]
    lines = [f"| {' | '.join(line)} |" for line in table] if shown else []
    captions = [f"{_escaped(line)}  " for line in _captions(parameters)]
    return "\n".join([*lines, *([""] if lines and captions else []), *captions, ""])


def to_html(
    variables: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    parameters: Mapping[str, Cell],
) -> str:
    """Lay rows out as an HTML table for notebooks; nothing in a term becomes markup."""
    from html import escape

    def linked(term: Cell) -> str:
        text = escape(cell(term).translate(_PICTURES))
        if isinstance(term, NamedNode) and _is_address(term):
            return f'<a href="{escape(term.value)}" rel="noopener noreferrer">{text}</a>'
        return text

    rows = list(rows)
    shown = [number for number, name in enumerate(variables) if name not in parameters]
    head = "".join(f"<th>{escape(variables[number])}</th>" for number in shown)
    body = "".join(
        f"<tr>{''.join(f'<td>{linked(row[number])}</td>' for number in shown)}</tr>\n"
        for row in rows[:_MOST_ROWS]
    )
    number = counted(len(rows), "row")
    if len(rows) > _MOST_ROWS:
        number = f"the first {_MOST_ROWS:,} of {number}"
    caption = "<br>".join(map(escape, [*_captions(parameters), number]))
    return (
        f'<table>\n<caption style="caption-side: bottom">{caption}</caption>\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>"
    )


def _captions(parameters: Mapping[str, Cell]) -> list[str]:
    return [f"{name} = {cell(term).translate(_PICTURES)}" for name, term in parameters.items()]


def _is_address(node: NamedNode) -> bool:
    # A link to javascript: or data: would run what a file brought in.
    return node.value.startswith(("http://", "https://"))


def _is_number(term: Cell) -> bool:
    return term is None or (isinstance(term, Literal) and term.datatype in _NUMBERS)


def _width(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    return sum(map(_character_width, text))


def _character_width(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _squeezed(widths: list[int], width: int) -> list[int]:
    """Take from the widest columns until all fit, but leave each ``_NARROWEST``."""
    widths = list(widths)
    while sum(widths) + len(_GAP) * (len(widths) - 1) > width and max(widths) > _NARROWEST:
        widths[widths.index(max(widths))] -= 1
    return widths


def _folded(
    cells: Sequence[str], widths: Sequence[int], right: Sequence[bool], styles: Sequence[str]
) -> list[str]:
    """Lay one row out in as many lines as its longest cell needs."""
    pieces = [_pieces(text, width) for text, width in zip(cells, widths, strict=True)]
    lines = []
    for line in zip_longest(*pieces, fillvalue=""):
        padded = []
        for text, width, on_right, style in zip(line, widths, right, styles, strict=True):
            blank = " " * (width - _width(text))
            styled = f"{style}{text}{_PLAIN}" if style and text else text
            padded.append(blank + styled if on_right else styled + blank)
        lines.append(_GAP.join(padded).rstrip())
    return lines


def _pieces(text: str, width: int) -> list[str]:
    """Cut a text into pieces that are at most so many columns wide, at blanks if there are any."""
    if _width(text) <= width:
        return [text]
    pieces, piece = [], ""
    for character in text:
        if _width(piece + character) > width:
            head, blank, tail = piece.rpartition(" ")
            if character == " " or not blank or not head.strip():
                head, tail = piece, ""
            pieces.append(head)
            piece = tail + character if character != " " else ""
        else:
            piece += character
    return [*pieces, piece]


def _markdown(term: Cell) -> str:
    text = _escaped(cell(term))
    if isinstance(term, NamedNode) and _is_address(term):
        return f"[{text}](<{term.value}>)"  # an IRI holds no <, > or |
    return text


def _escaped(text: str) -> str:
    text = re.sub(r"([\\`*_\[\]<>|&~])", r"\\\1", text)
    return "<br>".join(part.translate(_PICTURES) for part in re.split(r"\r\n?|\n", text))
