"""Literals that the engines read in one way, and those that they do not.

Found by holding the engines against each other over all datatypes of XML Schema: they agree on
every literal that is written as usual, right or wrong, and differ on a few rare forms.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from kg.namespaces import XSD
from kg.validation.lexical import is_well_typed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kg.validation.index import Term

__all__ = ["is_day", "kind", "odd"]

# The object of a line of N-Triples; written so that it never tries a place twice.
_TYPED = re.compile(
    rb'> "([^"\\]*(?:\\.[^"\\]*)*)"\^\^<' + re.escape(XSD.iri).encode() + rb"([A-Za-z0-9]+)>"
)
_ANY_TEXT = frozenset({b"string", b"anyURI"})
# Escapes and blanks, which engines may trim, and numbers too long for 64 bits.
_RARE = re.compile(rb"[\s\\]|\d{19}")
_YEAR = rb"-?(?:\d{5,}|0000)-"
_RARE_BY_TYPE = {
    b"date": re.compile(rb".*T|" + _YEAR),
    b"dateTime": re.compile(rb"\d{4}-\d\d-\d\d(?:[Z+-].*)?$|.*T24|" + _YEAR),
    b"decimal": re.compile(rb".*(?:\d[eE]|INF|NaN)"),
}
#: Datatypes that the engine shacl knows by name alone: it takes any text for one of theirs.
_UNCHECKED = frozenset(
    b"""language Name NCName NMTOKEN gYear gYearMonth gMonth gMonthDay gDay dateTimeStamp
    hexBinary base64Binary duration dayTimeDuration yearMonthDuration""".split()
)
_NUMBER = re.compile(r"[+-]?(?:\d{1,18}(?:\.\d{0,18})?|\.\d{1,18})(?:[eE][+-]?\d{1,2})?\Z")
_INTEGER = re.compile(r"[+-]?\d{1,18}\Z")
_DECIMAL = re.compile(r"[+-]?(?:\d{1,15}(?:\.\d{0,9})?|\.\d{1,9})\Z")
_NUMBERS = {
    XSD.integer: _INTEGER,
    XSD.decimal: _DECIMAL,
    XSD.double: _NUMBER,
    XSD.float: _NUMBER,
}
_DAY = re.compile(r"\d{4}-\d\d-\d\d\Z")
_WRITTEN_DAY = re.compile(rb'"(\d{4}-\d\d-\d\d)"\^\^' + re.escape(str(XSD.date)).encode() + rb"\Z")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\Z")


def odd(text: bytes) -> str | None:
    """Find a literal in N-Triples that the engines read differently.

    >>> odd(b'_:a <urn:x:p> "2024-13-45"^^<http://www.w3.org/2001/XMLSchema#date> .')
    >>> odd(b'_:a <urn:x:p> "12024-01-01"^^<http://www.w3.org/2001/XMLSchema#date> .')
    '"12024-01-01"^^xsd:date'
    """
    for lexical, name in sorted(set(_TYPED.findall(text))):
        if name in _ANY_TEXT:
            continue
        if name in _UNCHECKED:
            written = Literal(_unescaped(lexical), datatype=NamedNode(XSD.iri + name.decode()))
            if not is_well_typed(written):
                return f'"{lexical.decode()}"^^xsd:{name.decode()}'
            continue
        rare = _RARE_BY_TYPE.get(name)
        if _RARE.search(lexical) or (rare is not None and rare.match(lexical)):
            return f'"{lexical.decode()}"^^xsd:{name.decode()}'
    return None


def _unescaped(lexical: bytes) -> str:
    line = b'<urn:x:s> <urn:x:p> "' + lexical + b'" .'
    return str(next(parse(line, RdfFormat.N_TRIPLES)).object.value)


def is_day(text: bytes) -> bool:
    """Tell whether a term in N-Triples is a day of the calendar without a time zone.

    >>> is_day(b'"2024-02-30"^^<http://www.w3.org/2001/XMLSchema#date>')
    False
    """
    found = _WRITTEN_DAY.match(text)
    if found is None:
        return False
    try:
        date.fromisoformat(found[1].decode())
    except ValueError:
        return False
    return True


def kind(terms: Iterable[Term]) -> str | None:
    """Tell of what one kind literals are, so that every engine orders them in the same way.

    Returns:
        The kind, empty where there is no literal; None where they differ or one is ill formed.

    >>> kind([Literal("1"), Literal("2")]), kind([Literal("1"), Literal(2)])
    ('text', None)
    """
    kinds = {_kind(term) for term in terms if isinstance(term, Literal)}
    return None if len(kinds) > 1 else next(iter(kinds), "")


def _kind(literal: Literal) -> str | None:
    if literal.language:
        return None
    lexical = literal.value
    if literal.datatype in _NUMBERS:
        return "number" if _NUMBERS[literal.datatype].match(lexical) else None
    try:
        if literal.datatype == XSD.date and _DAY.match(lexical):
            date.fromisoformat(lexical)
            return "day"
        if literal.datatype == XSD.dateTime and _MOMENT.match(lexical):
            datetime.fromisoformat(lexical)
            return "moment"
    except ValueError:
        return None
    return "text" if literal.datatype == XSD.string else None
