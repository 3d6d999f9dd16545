"""Which literals are well typed: the lexical forms of XML Schema 1.1 and of RDF's own datatypes.

https://www.w3.org/TR/xmlschema11-2/ and https://www.w3.org/TR/rdf11-concepts/#section-Datatypes
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from kg.namespaces import RDF, XSD
from kg.reasoning.datatypes import is_ill_typed

if TYPE_CHECKING:
    from pyoxigraph import Literal

__all__ = ["is_well_typed"]

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
