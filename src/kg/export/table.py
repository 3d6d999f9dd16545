"""CSV: one row a triple, nothing lost, for spreadsheets and data frames."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import DefaultGraph, Literal, NamedNode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kg.export.statement import Statement, Subject

__all__ = ["COLUMNS", "to_csv"]

#: The first line of the table.
COLUMNS = ("subject", "predicate", "object", "object_kind", "datatype", "language", "graph")


def to_csv(statements: Iterable[Statement]) -> str:
    r"""Write statements as RFC 4180 CSV, with line feeds between the rows.

    IRIs are whole; blank nodes begin with ``_:``; ``datatype`` is there for literals alone.

    >>> from kg.export.statement import Statement
    >>> from kg.namespaces import RDFS, REL
    >>> text = Literal('the "big" one', language="en")
    >>> table = to_csv([Statement(REL.Claim, RDFS.label, text, DefaultGraph())])
    >>> table.splitlines()[1].split(",")[2:4]
    ['"the ""big"" one"', 'literal']
    """
    rows = [COLUMNS, *map(_row, statements)]
    return "".join(",".join(map(_quoted, row)) + "\n" for row in rows)


def _quoted(value: str) -> str:
    # The csv module of Python 3.11 leaves a lone carriage return unquoted, which splits the row.
    return '"' + value.replace('"', '""') + '"' if set(value) & set(',"\r\n') else value


def _row(statement: Statement) -> tuple[str, ...]:
    subject, predicate, term, graph = statement
    if isinstance(term, Literal):
        rest = (term.value, "literal", term.datatype.value, term.language or "")
    else:
        rest = (_identifier(term), "iri" if isinstance(term, NamedNode) else "bnode", "", "")
    name = "" if isinstance(graph, DefaultGraph) else _identifier(graph)
    return (_identifier(subject), predicate.value, *rest, name)


def _identifier(node: Subject) -> str:
    return node.value if isinstance(node, NamedNode) else str(node)
