"""Literals in validation: lexical forms, order, and rare ones that the engines read differently.

Datatypes are those of https://www.w3.org/TR/xmlschema11-2/ and
https://www.w3.org/TR/rdf11-concepts/#section-Datatypes.
"""

from __future__ import annotations

import json
import re
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    QuerySolutions,
    RdfFormat,
    Store,
    Triple,
    Variable,
    parse,
)

from kg.namespaces import RDF, XSD
from kg.reasoning.datatypes import broader, is_ill_typed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kg.validation.index import Term

__all__ = ["common_kind", "find_rare_literal", "is_day", "is_less", "is_well_typed"]

_TIME = r"T(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?"
_DURATIONS = {
    XSD.duration: re.compile(rf"-?P(?=\d|T)(?:\d+Y)?(?:\d+M)?(?:\d+D)?(?:{_TIME})?", re.ASCII),
    XSD.yearMonthDuration: re.compile(r"-?P(?=\d)(?:\d+Y)?(?:\d+M)?", re.ASCII),
    XSD.dayTimeDuration: re.compile(rf"-?P(?=\d|T)(?:\d+D)?(?:{_TIME})?", re.ASCII),
}


def is_well_typed(literal: Literal) -> bool:
    """Return whether the lexical form belongs to the datatype; True where that is not known.

    >>> from pyoxigraph import Literal
    >>> [is_well_typed(Literal(text, datatype=XSD.duration)) for text in ("P1Y", "P1Y2H", "P")]
    [True, False, False]
    >>> is_well_typed(Literal("-0044-03-15", datatype=XSD.date))
    True
    """
    datatype, text = literal.datatype, literal.value
    if datatype in _DURATIONS:
        return _DURATIONS[datatype].fullmatch(text) is not None
    if datatype == RDF.XMLLiteral:
        return _is_xml(text)
    if datatype == RDF.JSON:
        return _is_json(text)
    return not is_ill_typed(literal)


def _is_xml(text: str) -> bool:
    from xml.parsers import expat

    parser = expat.ParserCreate(namespace_separator=" ")
    try:
        # A document type or a second root cannot stand within an element: nothing is fetched.
        parser.Parse(f"<content>{text}</content>".encode(), True)  # noqa: FBT003  # the last part
    except (expat.ExpatError, UnicodeEncodeError):
        return False
    return True


def _is_json(text: str) -> bool:
    def refuse(constant: str) -> None:
        raise ValueError(constant)

    try:
        json.loads(text, parse_constant=refuse)
    except (ValueError, RecursionError):
        return False
    return True


# Rare literals. A comparison of the engines over all datatypes of XML Schema found that they agree
# on every literal that is written as usual, right or wrong, and differ on a few rare forms.

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


def find_rare_literal(text: bytes) -> str | None:
    """Find a literal in N-Triples that the engines read differently.

    >>> find_rare_literal(b'_:a <urn:x:p> "2024-13-45"^^<http://www.w3.org/2001/XMLSchema#date> .')
    >>> find_rare_literal(b'_:a <urn:x:p> "12024-01-01"^^<http://www.w3.org/2001/XMLSchema#date> .')
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
    """Return whether a term in N-Triples is a day of the calendar without a time zone.

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


def common_kind(terms: Iterable[Term]) -> str | None:
    """Tell of what one kind literals are, so that every engine orders them in the same way.

    Returns:
        The kind, empty where there is no literal; None where they differ or one is ill formed.

    >>> common_kind([Literal("1"), Literal("2")]), common_kind([Literal("1"), Literal(2)])
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


# Order: the operators of SPARQL, https://www.w3.org/TR/sparql11-query/#OperatorMapping.

_ASKED = {
    False: "SELECT ?first ?second (?first < ?second AS ?answer) {}",
    True: "SELECT ?first ?second (?first <= ?second AS ?answer) {}",
}


@lru_cache(maxsize=1 << 14)
def is_less(first: Term, second: Term, *, or_equal: bool = False) -> bool:
    """Return whether a term is less than another; False where they do not compare.

    Oxigraph answers, as it does in queries, but for numbers that are too long for it.

    >>> is_less(Literal(9), Literal("10.5", datatype=XSD.decimal))
    True
    >>> ides, future = (Literal(day, datatype=XSD.date) for day in ("-0044-03-15", "12024-01-01"))
    >>> is_less(ides, future), is_less(Literal("9"), Literal(10))
    (True, False)
    """
    if not isinstance(first, Literal) or not isinstance(second, Literal):
        return False
    # Texts with a language do not compare, though Oxigraph orders them.
    if first.language or second.language:
        return False
    if not is_well_typed(first) or not is_well_typed(second):
        return False
    one, other = _number(first), _number(second)
    if one is None or other is None:
        return _is_answered(first, second, or_equal=or_equal)
    if one[0] != other[0]:
        return False
    return one <= other if or_equal else one < other


def _is_answered(first: Literal, second: Literal, *, or_equal: bool) -> bool:
    bound: dict[Variable, NamedNode | BlankNode | Literal | Triple] = {
        Variable("first"): first,
        Variable("second"): second,
    }
    answers = Store().query(_ASKED[or_equal], substitutions=bound)
    if not isinstance(answers, QuerySolutions):
        return False
    answer = next(answers)["answer"]
    return isinstance(answer, Literal) and answer.value == "true"


def _number(literal: Literal) -> tuple[str, Decimal] | None:
    """Return the exact value of an integer, a decimal or a boolean, with its kind."""
    text, kinds = literal.value, broader(literal.datatype)
    if XSD.boolean in kinds:
        return "boolean", Decimal(text in ("true", "1"))
    return ("number", Decimal(text)) if XSD.decimal in kinds else None
