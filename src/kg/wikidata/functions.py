"""The functions of the Wikidata Query Service that SPARQL itself does not have.

https://www.mediawiki.org/wiki/Wikidata_Query_Service/User_Manual#Extensions has them. An argument
that a function cannot take is an error, as in SPARQL: the expression has no value.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import unquote_plus

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kg.namespaces import BASE, PREFIXES, XSD
from kg.wikidata.items import Coordinate
from kg.wikidata.links import distance
from kg.wikidata.vocabulary import ONTOLOGY, prefix

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["DAYS", "FUNCTIONS", "MOMENT", "NAMED", "midnight"]

_Term: TypeAlias = NamedNode | BlankNode | Literal | Triple

_GEOF = "http://www.opengis.net/def/geosparql/function/"
#: What a difference of dates is put through, and what makes a date of any text.
DAYS, MOMENT = BASE + "function/days", BASE + "function/moment"
_EARTH = PREFIXES["wd"] + "Q2"
_NUMBER = r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?"
_POINT = re.compile(rf"(?:<([^>]*)>\s*)?Point\(\s*({_NUMBER})\s+({_NUMBER})\s*\)", re.IGNORECASE)
_DURATION = re.compile(
    r"(-?)P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?", re.ASCII
)
# What the Query Service takes for a date: a day, with or without a time, in UTC.
_DATE = re.compile(
    r"([+-]?)(\d+)-(\d\d?)-(\d\d?)(?:T(\d\d?):(\d\d?)(?::(\d\d?(?:\.\d+)?))?)?(?:Z|[+-]00:00)?",
    re.ASCII,
)
_MONTHS, _DAYS, _HOUR, _MINUTE = 12, 31, 3_600, 60
_DAY_TIME = NamedNode(PREFIXES["xsd"] + "dayTimeDuration")


def midnight(text: str) -> str | None:
    """Return a date, with or without a time, as xsd:dateTime has it; None where it is none.

    >>> midnight("2023-01-01"), midnight("+2023-1-1T12:00Z"), midnight("2023")
    ('2023-01-01T00:00:00Z', '2023-01-01T12:00:00Z', None)
    """
    found = _DATE.fullmatch(text.strip())
    if not found:
        return None
    sign, year, month, day = found.group(1, 2, 3, 4)
    if not (1 <= int(month) <= _MONTHS and 1 <= int(day) <= _DAYS):
        return None
    hours, minutes, seconds = (part or "0" for part in found.group(5, 6, 7))
    whole, _, fraction = seconds.partition(".")
    time = f"{int(hours):02}:{int(minutes):02}:{int(whole):02}{f'.{fraction}' if fraction else ''}"
    digits = f"{'-' if sign == '-' else ''}{int(year):04}-{int(month):02}-{int(day):02}"
    return f"{digits}T{time}Z"


def _days(value: _Term) -> _Term:
    """Return a difference of two dates in days, and anything else as it is."""
    if not isinstance(value, Literal) or value.datatype != _DAY_TIME:
        return value
    found = _DURATION.fullmatch(value.value)
    if not found:
        return value
    days, hours, minutes, seconds = (float(part or 0) for part in found.group(2, 3, 4, 5))
    total = days + (hours * _HOUR + minutes * _MINUTE + seconds) / (24 * _HOUR)
    return Literal(-total if found[1] else total)


def _moment(value: _Term) -> _Term | None:
    """Return what the Query Service makes a date of as xsd:dateTime."""
    if not isinstance(value, Literal):
        return None
    moment = midnight(value.value)
    if moment is not None:
        return Literal(moment, datatype=XSD.dateTime)
    return value if value.datatype == XSD.dateTime else None


def _point(value: _Term) -> tuple[str, str, str] | None:
    """Return the globe, latitude and longitude of a point."""
    found = _POINT.fullmatch(value.value) if isinstance(value, Literal) else None
    return (found[1] or _EARTH, found[3], found[2]) if found else None


def _distance(one: _Term, other: _Term) -> Literal | None:
    first, second = _point(one), _point(other)
    if first is None or second is None or first[0] != second[0]:
        return None
    places = [Coordinate(float(place[1]), float(place[2])) for place in (first, second)]
    return Literal(distance(*places))


def _latitude(value: _Term) -> Literal | None:
    found = _point(value)
    return Literal(float(found[1])) if found else None


def _longitude(value: _Term) -> Literal | None:
    found = _point(value)
    return Literal(float(found[2])) if found else None


def _globe(value: _Term) -> NamedNode | None:
    found = _point(value)
    return NamedNode(found[0]) if found else None


def _is_some_value(value: _Term) -> Literal:
    unknown = isinstance(value, NamedNode) and value.value.startswith(prefix("genid"))
    return Literal(unknown or isinstance(value, BlankNode))


def _decode_uri(value: _Term) -> Literal | None:
    return Literal(unquote_plus(value.value)) if isinstance(value, Literal) else None


#: How a message names the functions, after those of SPARQL.
NAMED = (
    ", geof:distance, geof:latitude, geof:longitude, geof:globe, wikibase:isSomeValue and "
    "wikibase:decodeUri"
)
#: The functions by their IRI.
FUNCTIONS: dict[NamedNode, Callable[..., _Term | None]] = {
    NamedNode(iri): function
    for iri, function in (
        (DAYS, _days),
        (MOMENT, _moment),
        (_GEOF + "distance", _distance),
        (_GEOF + "latitude", _latitude),
        (_GEOF + "longitude", _longitude),
        (_GEOF + "globe", _globe),
        (ONTOLOGY + "isSomeValue", _is_some_value),
        (ONTOLOGY + "decodeUri", _decode_uri),
    )
}
