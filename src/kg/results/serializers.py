"""The formats that SPARQL has for the results of SELECT and ASK, to the letter.

JSON and CSV are written here, and XML and TSV by pyoxigraph from the JSON. The specifications:
https://www.w3.org/TR/sparql11-results-json/, https://www.w3.org/TR/rdf-sparql-XMLres/ and
https://www.w3.org/TR/sparql11-results-csv-tsv/; triple terms as in those of SPARQL 1.2.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    QueryResultsFormat,
    Triple,
    parse_query_results,
)

from kg.errors import Misuse
from kg.namespaces import XSD

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    Term = NamedNode | BlankNode | Literal | Triple
    Cell = Term | None

__all__ = ["boolean_to_json", "boolean_to_xml", "to_csv", "to_json", "to_tsv", "to_xml"]

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
