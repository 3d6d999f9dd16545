"""Rows as a polars data frame, with a type for each column whose values it can hold exactly."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pyoxigraph import Literal, NamedNode

from kg.namespaces import XSD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import polars as pl
    from pyoxigraph import BlankNode, Triple

    Cell = NamedNode | BlankNode | Literal | Triple | None

__all__ = ["to_polars"]

_INTEGER = re.compile(r"[+-]?[0-9]+\Z")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)\Z")
_DOUBLE = re.compile(
    r"(?:[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[+-]?INF|NaN)\Z"
)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_DATE_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?(?:Z|[+-][0-9]{2}:[0-9]{2})?\Z"
)


def to_polars(variables: Sequence[str], rows: Iterable[Sequence[Cell]]) -> pl.DataFrame:
    """Make a data frame of rows; see ``Solutions.to_polars``.

    >>> dict(to_polars(["n"], [[Literal(1)], [None]]).schema)
    {'n': Int64}
    """
    import polars as pl

    rows = list(rows)
    columns = [[row[number] for row in rows] for number in range(len(variables))]
    return pl.DataFrame(
        [_series(name, column) for name, column in zip(variables, columns, strict=True)]
    )


def _series(name: str, terms: Sequence[Cell]) -> pl.Series:
    """Make one column: typed where one datatype fits all its terms, text otherwise."""
    import polars as pl

    kinds = {term.datatype if isinstance(term, Literal) else None for term in terms if term}
    types: dict[NamedNode, tuple[Any, Callable[[str], Any]]] = {
        XSD.integer: (pl.Int64, _integer),
        XSD.decimal: (pl.Float64, _decimal),
        XSD.double: (pl.Float64, _double),
        XSD.float: (pl.Float64, _double),
        XSD.boolean: (pl.Boolean, _boolean),
        XSD.date: (pl.Date, _date),
        XSD.dateTime: (pl.Datetime("us"), _date_time),
    }
    kind = kinds.pop() if len(kinds) == 1 else None
    if kind in types:
        type_, convert = types[kind]
        try:
            values = [convert(term.value) if isinstance(term, Literal) else None for term in terms]
        except (ValueError, OverflowError):
            return pl.Series(name, [_text(term) for term in terms], pl.String)
        zones = {value.tzinfo for value in values if isinstance(value, datetime)}
        if zones == {UTC}:
            type_ = pl.Datetime("us", "UTC")
        if len(zones) <= 1:
            return pl.Series(name, values, type_)
    return pl.Series(name, [_text(term) for term in terms], pl.String)


def _text(term: Cell) -> str | None:
    if isinstance(term, NamedNode | Literal):
        return term.value
    return None if term is None else str(term)


def _matching(pattern: re.Pattern[str], lexical: str) -> str:
    if not pattern.match(lexical):
        raise ValueError(lexical)
    return lexical


def _integer(lexical: str) -> int:
    value = int(_matching(_INTEGER, lexical))
    if not -(2**63) <= value < 2**63:
        raise ValueError(lexical)
    return value


def _decimal(lexical: str) -> float:
    value = float(_matching(_DECIMAL, lexical))
    # A number of more digits than a float keeps would come back as another one.
    if Decimal(repr(value)) != Decimal(lexical):
        raise ValueError(lexical)
    return value


def _double(lexical: str) -> float:
    return float(_matching(_DOUBLE, lexical))


def _boolean(lexical: str) -> bool:
    values = {"true": True, "1": True, "false": False, "0": False}
    if lexical not in values:
        raise ValueError(lexical)
    return values[lexical]


def _date(lexical: str) -> date:
    return date.fromisoformat(_matching(_DATE, lexical))


def _date_time(lexical: str) -> datetime:
    value = datetime.fromisoformat(_matching(_DATE_TIME, lexical))
    return value.astimezone(UTC) if value.tzinfo else value
