"""CSV: one row a triple, nothing lost, for spreadsheets and data frames."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from pyoxigraph import DefaultGraph

from kg.export.ntriples import literal_parts, split

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kg.export.canonical import Lines

__all__ = ["COLUMNS", "to_csv"]

#: The first line of the table.
COLUMNS = ("subject", "predicate", "object", "object_kind", "datatype", "language", "graph")


def to_csv(graphs: Iterable[Lines]) -> str:
    r"""Write canonical lines as RFC 4180 CSV, with line feeds between the rows.

    IRIs are whole; blank nodes begin with ``_:``; ``datatype`` is there for literals alone.

    >>> from kg.export.canonical import Lines
    >>> text = Lines(DefaultGraph(), ['<x:s> <x:p> "the \\"big\\" one"@en .'])
    >>> to_csv([text]).splitlines()[1].split(",")[2:4]
    ['"the ""big"" one"', 'literal']
    """
    # A term is put into its form once, wherever it stands.
    named, valued = cache(_named), cache(_valued)
    rows = [",".join(COLUMNS)]
    for name, lines in graphs:
        end = "" if isinstance(name, DefaultGraph) else _named(str(name))
        for line in lines:
            subject, predicate, value = split(line)
            rows.append(f"{named(subject)},{named(predicate)},{valued(value)},{end}")
    return "\n".join([*rows, ""])


def _quoted(value: str) -> str:
    # The csv module of Python 3.11 leaves a lone carriage return unquoted, which splits the row.
    return '"' + value.replace('"', '""') + '"' if set(value) & set(',"\r\n') else value


def _named(node: str) -> str:
    return _quoted(node[1:-1] if node[0] == "<" else node)


def _valued(term: str) -> str:
    """Return the columns of an object."""
    if term[0] != '"':
        return f"{_named(term)},{'iri' if term[0] == '<' else 'bnode'},,"
    value, language, datatype = literal_parts(term)
    return f"{_quoted(value)},literal,{_quoted(datatype)},{language or ''}"
