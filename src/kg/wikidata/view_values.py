"""Our values in Wikidata's forms: dates no more precise than stated, points, codes, files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from kg.namespaces import EDTF, PREFIXES, XSD
from kg.wikidata.terms import GREGORIAN, ONTOLOGY, file_address
from kg.wikidata.view_prefixes import STATEMENTS

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["NATURES", "Value", "fits_code", "is_one_period", "point", "value"]

#: What a date is that EDTF marks so; the nodes are the view's own.
NATURES = {
    "~": NamedNode(STATEMENTS + "approximate"),
    "?": NamedNode(STATEMENTS + "uncertain"),
    "%": NamedNode(STATEMENTS + "uncertain-and-approximate"),
}
_PERIOD = re.compile(r"(\d{4})(?:-(0[1-9]|1[0-2])(?:-([0-3]\d))?)?([~?%]?)\Z")
# Wikibase's numbers for how precise a time is: a year, a month, a day.
_PRECISION = {4: 9, 7: 10, 10: 11}
_DAY = 11
# The globe of our points, and the unit of what has none.
_EARTH, _ONE = (NamedNode(PREFIXES["wd"] + one) for one in ("Q2", "Q199"))
_NUMBERS = {XSD.integer, XSD.decimal, XSD.nonNegativeInteger, XSD.double, XSD.float}
_FILES = {"P18", "P41", "P242"}
# ISO 3166-1 alpha-2, alpha-3, numeric, and ISO 3166-2.
_CODES = {"P297": r"[A-Z]{2}", "P298": r"[A-Z]{3}", "P299": r"\d{3}", "P300": r"[A-Z]{2}-.+"}


@dataclass(frozen=True)
class Value:
    """A value in Wikidata's form.

    Args:
        simple: as the object of wdt: and ps:.
        kind: of the node that tells all of it, such as TimeValue; empty where there is none.
        parts: what that node says, by the name in Wikibase's ontology.
        nature: what qualifies the statement, such as that the date is approximate.
    """

    simple: NamedNode | Literal
    kind: str = ""
    parts: tuple[tuple[NamedNode, Literal | NamedNode], ...] = ()
    nature: NamedNode | None = None


def value(term: Literal, identifier: str) -> Value | None:
    """Return a literal as Wikidata has values of a property; None where it has no form for it.

    >>> value(Literal("2012-04", datatype=EDTF), "P585").simple.value
    '2012-04-01T00:00:00Z'
    >>> value(Literal("2025-04-07/..", datatype=EDTF), "P585") is None
    True
    """
    if term.datatype == EDTF:
        return _period(term.value)
    if term.datatype == XSD.date:
        return _time(term.value, _DAY)
    if term.datatype in _NUMBERS:
        return _amount(term.value)
    if identifier in _FILES:
        return Value(file_address(term.value))
    return Value(term)


def is_one_period(term: Literal) -> bool:
    """Tell whether a date is one year, month or day, and so has a form in Wikidata.

    >>> is_one_period(Literal("2012-04", datatype=EDTF)), is_one_period(Literal("../2023-12"))
    (True, False)
    """
    return bool(_PERIOD.match(term.value))


def fits_code(identifier: str, code: str) -> bool:
    """Tell whether an ISO 3166 code is of the kind that a property is for.

    >>> fits_code("P297", "ML"), fits_code("P300", "ML"), fits_code("P300", "DZ-01")
    (True, False, True)
    """
    return identifier in _CODES and bool(re.fullmatch(_CODES[identifier], code))


def point(latitude: str, longitude: str) -> Value:
    """Return coordinates as a point, its longitude first, as GeoSPARQL has it.

    >>> point("36.75", "3.05").simple.value
    'Point(3.05 36.75)'
    """
    parts = {"geoLatitude": latitude, "geoLongitude": longitude}
    literal = Literal(f"Point({longitude} {latitude})", datatype=NamedNode(_wkt()))
    globe = (NamedNode(ONTOLOGY + "geoGlobe"), _EARTH)
    return Value(literal, "GlobecoordinateValue", (*_parts(parts, XSD.double), globe))


def _amount(number: str) -> Value:
    amount = Literal(number, datatype=XSD.decimal)
    told = (NamedNode(ONTOLOGY + "quantityAmount"), amount)
    return Value(amount, "QuantityValue", (told, (NamedNode(ONTOLOGY + "quantityUnit"), _ONE)))


def _wkt() -> str:
    return PREFIXES["geo"] + "wktLiteral"


def _period(text: str) -> Value | None:
    found = _PERIOD.match(text)
    if not found:
        return None
    day = "-".join(part for part in found.group(1, 2, 3) if part)
    made = _time(day, _PRECISION[len(day)])
    return Value(made.simple, made.kind, made.parts, NATURES.get(found[4]))


def _time(day: str, precision: int) -> Value:
    """Return the first moment of a year, month or day, with the precision beside it."""
    start = f"{day}{'-01-01'[len(day) - 10 :] if len(day) < 10 else ''}T00:00:00Z"  # noqa: PLR2004
    moment = Literal(start, datatype=XSD.dateTime)
    numbers = {"timePrecision": str(precision), "timeTimezone": "0"}
    told = (NamedNode(ONTOLOGY + "timeValue"), moment)
    calendar = (NamedNode(ONTOLOGY + "timeCalendarModel"), GREGORIAN)
    return Value(moment, "TimeValue", (told, *_parts(numbers, XSD.integer), calendar))


def _parts(
    numbers: Mapping[str, str], datatype: NamedNode
) -> tuple[tuple[NamedNode, Literal], ...]:
    return tuple(
        (NamedNode(ONTOLOGY + name), Literal(number, datatype=datatype))
        for name, number in numbers.items()
    )
