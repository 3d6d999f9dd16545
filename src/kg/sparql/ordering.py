"""What ORDER BY compares before the terms themselves, so that their order is one.

The engine puts two literals that do not compare in the order of their texts, and others in that of
their values. Together these may go in a circle (1 before "a", "a" before -1), on which a sort of
many rows ends the process. So literals of a kind come together.
"""

from __future__ import annotations

__all__ = ["kind"]

_XSD = "http://www.w3.org/2001/XMLSchema#"
#: Datatypes that compare with themselves by another order than that of their texts.
_ORDERED = (
    *("boolean", "date", "dateTime", "time", "gYear", "gYearMonth", "gMonth", "gMonthDay", "gDay"),
    *("duration", "dayTimeDuration", "yearMonthDuration"),
)
_NAMES = ", ".join(f"<{_XSD}{name}>" for name in _ORDERED)


def kind(term: str) -> str:
    """Return an expression that gives the kind of a literal: numbers, each ordered datatype, texts.

    It gives an error, which comes first, where there is no literal, as SPARQL orders terms.

    Args:
        term: an expression that gives the term.
    """
    duration = f'CONTAINS(STR(DATATYPE({term})), "uration")'
    named = f'IF({duration}, "duration", STR(DATATYPE({term})))'
    compares = f"DATATYPE({term}) IN ({_NAMES}) && {term} <= {term}"
    other = f'IF(ISLITERAL({term}), "~", 1/0)'
    return f'IF(ISNUMERIC({term}), "0", COALESCE(IF({compares}, {named}, 1/0), {other}))'
