"""Wikibase's RDF vocabulary: prefixes, and the terms for its values and statements.

Specification: https://www.mediawiki.org/wiki/Wikibase/Indexing/RDF_Dump_Format.
"""

from __future__ import annotations

import calendar
import re
from decimal import Decimal
from typing import TYPE_CHECKING
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode

from kg.namespaces import BASE, PREFIXES, XSD
from kg.wikidata.items import Coordinate, EntityId, Quantity, Snak, Text, Time

if TYPE_CHECKING:
    from collections.abc import Callable

    from kg.wikidata.items import Value

__all__ = [
    "GREGORIAN",
    "HINTS",
    "JULIAN",
    "LABEL_SERVICE",
    "LANGUAGE",
    "ONTOLOGY",
    "PARAMETER",
    "RANK",
    "RANKS",
    "REFERENCE",
    "STATEMENTS",
    "WDQS_PREFIXES",
    "WIKIDATA",
    "file_address",
]

__all__ += ["moment", "parts", "plain", "prefix", "statement_node", "term"]

#: What the IRIs of Wikidata begin with.
WIKIDATA = "http://www.wikidata.org/"
ONTOLOGY = "http://wikiba.se/ontology#"
_KINDS = {
    "wdt": "prop/direct/",
    "p": "prop/",
    "ps": "prop/statement/",
    "pq": "prop/qualifier/",
    "pr": "prop/reference/",
    "psv": "prop/statement/value/",
    "pqv": "prop/qualifier/value/",
    "prv": "prop/reference/value/",
    "wdno": "prop/novalue/",
    "wds": "entity/statement/",
    "wdv": "value/",
    "wdref": "reference/",
    "genid": ".well-known/genid/",
}
#: The rank of a statement, by Wikibase's word for it.
RANKS = {
    rank: NamedNode(f"{ONTOLOGY}{rank.capitalize()}Rank")
    for rank in ("preferred", "normal", "deprecated")
}
RANK = NamedNode(f"{ONTOLOGY}rank")
REFERENCE = NamedNode(f"{ONTOLOGY}Reference")
GREGORIAN, JULIAN = (NamedNode(PREFIXES["wd"] + one) for one in ("Q1985727", "Q1985786"))
_WKT = NamedNode(PREFIXES["geo"] + "wktLiteral")
_MATHML = NamedNode("http://www.w3.org/1998/Math/MathML")
#: Where the files lie that values of a datatype name.
_FILES = {
    "commonsMedia": "http://commons.wikimedia.org/wiki/Special:FilePath/",
    "geo-shape": "http://commons.wikimedia.org/data/main/",
    "tabular-data": "http://commons.wikimedia.org/data/main/",
}
#: The unit of what has none; Wikibase's numbers for how precise a time is: a year, a day.
_ONE, _YEAR, _DAY = "Q199", 9, 11


def prefix(kind: str) -> str:
    """Return what the IRIs of a kind begin with.

    >>> prefix("ps")
    'http://www.wikidata.org/prop/statement/'
    """
    return WIKIDATA + _KINDS[kind]


def statement_node(identifier: str) -> NamedNode:
    """Return the node of a statement, as Wikidata's own RDF names it.

    >>> statement_node("Q912$1b-2c").value
    'http://www.wikidata.org/entity/statement/Q912-1b-2c'
    """
    return NamedNode(prefix("wds") + re.sub(r"[^\w-]", "-", identifier))


def term(  # noqa: PLR0911 - one for each kind of value
    snak: Snak, thing: Callable[[str], NamedNode]
) -> Literal | NamedNode | None:
    """Return the value of a snak as a term; None where there is none, or none that can be read.

    Args:
        snak: of a statement, a qualifier or a reference.
        thing: tells what stands for an id.

    >>> term(Snak("P625", "value", Coordinate(36.75, 3.05)), NamedNode).value
    'Point(3.05 36.75)'
    >>> term(Snak("P569", "value", Time("-0044-03-15T00:00:00Z", 11)), NamedNode).value
    '-0043-03-15T00:00:00Z'
    """
    value = snak.value
    if value is None:
        return None
    if isinstance(value, EntityId):
        return thing(value.id)
    if isinstance(value, Coordinate):
        globe = "" if value.is_on_earth else f"<{PREFIXES['wd']}{value.globe}> "
        point = f"{globe}Point({plain(value.longitude)} {plain(value.latitude)})"
        return Literal(point, datatype=_WKT)
    if isinstance(value, Time):
        return moment(value)
    if isinstance(value, Quantity):
        return Literal(value.amount, datatype=XSD.decimal)
    if isinstance(value, Text):
        return Literal(value.text, language=value.language)
    return _string(value, snak.datatype)


def parts(value: Value) -> tuple[str, tuple[tuple[str, Literal | NamedNode], ...]] | None:
    """Return the kind of node that tells all of a value, and what it says by name.

    None where the simple value says it all.

    >>> parts(Quantity("+5", "Q712226"))[1][1]
    ('quantityUnit', <NamedNode value=http://www.wikidata.org/entity/Q712226>)
    """
    wd = PREFIXES["wd"]
    if isinstance(value, Coordinate):
        numbers = {"geoLatitude": value.latitude, "geoLongitude": value.longitude}
        if value.precision is not None:
            numbers["geoPrecision"] = value.precision
        told = [(name, Literal(str(one), datatype=XSD.double)) for name, one in numbers.items()]
        return "GlobecoordinateValue", (*told, ("geoGlobe", NamedNode(wd + value.globe)))
    if isinstance(value, Time):
        return "TimeValue", (
            ("timeValue", moment(value)),
            ("timePrecision", Literal(str(value.precision), datatype=XSD.integer)),
            ("timeTimezone", Literal("0", datatype=XSD.integer)),
            ("timeCalendarModel", JULIAN if value.is_julian else GREGORIAN),
        )
    if isinstance(value, Quantity):
        amounts = {"quantityUpperBound": value.upper, "quantityLowerBound": value.lower}
        return "QuantityValue", (
            ("quantityAmount", Literal(value.amount, datatype=XSD.decimal)),
            ("quantityUnit", NamedNode(wd + (value.unit or _ONE))),
            *(
                (name, Literal(amount, datatype=XSD.decimal))
                for name, amount in amounts.items()
                if amount is not None
            ),
        )
    return None


def plain(number: float) -> str:
    """Return a number without an exponent.

    >>> plain(0.00001), plain(-7.5)
    ('0.00001', '-7.5')
    """
    return f"{Decimal(str(number)):f}"


def moment(value: Time) -> Literal:
    """Return the first moment of a time as xsd:dateTime, as Wikidata's own RDF has it.

    A day of the Julian calendar becomes that of the Gregorian; the year before 1 is 0, as XSD 1.1
    has it.

    >>> moment(Time("+1582-10-04T00:00:00Z", 11, is_julian=True)).value
    '1582-10-14T00:00:00Z'
    >>> moment(Time("-0001-00-00T00:00:00Z", 9)).value
    '0000-01-01T00:00:00Z'
    """
    month, day = (int(part) for part in value.text[1:].partition("T")[0].split("-")[1:])
    year = value.year if value.year > 0 else value.year + 1
    month = max(1, min(month, 12)) if value.precision > _YEAR else 1
    day = max(1, day) if value.precision >= _DAY else 1
    if value.is_julian and value.precision >= _DAY:
        year, month, day = _gregorian(_days(year, month, day))
    last = calendar.monthrange(2000 + year % 400, month)[1]
    digits = f"{'-' if year < 0 else ''}{abs(year):04}-{month:02}-{min(day, last):02}"
    return Literal(f"{digits}T{value.text.partition('T')[2]}", datatype=XSD.dateTime)


def _days(year: int, month: int, day: int) -> int:
    """Return the number of days from 1 March of the Gregorian year 0 to a Julian day."""
    shifted = (month + 9) % 12
    years = year - (month <= 2)  # noqa: PLR2004 - a year that begins in March
    return 365 * years + years // 4 + (153 * shifted + 2) // 5 + day - 3


def _gregorian(days: int) -> tuple[int, int, int]:
    """Return the Gregorian day so many days after 1 March of the year 0."""
    era, within = divmod(days, 146_097)
    years = (within - within // 1_460 + within // 36_524 - within // 146_096) // 365
    rest = within - (365 * years + years // 4 - years // 100)
    shifted = (5 * rest + 2) // 153
    month = shifted + 3 if shifted < 10 else shifted - 9  # noqa: PLR2004 - March is the first
    year = years + era * 400 + (month <= 2)  # noqa: PLR2004 - January and February end it
    return year, month, rest - (153 * shifted + 2) // 5 + 1


def file_address(name: str) -> NamedNode:
    """Return the address of a file of Wikimedia Commons.

    >>> file_address("Flag of Mali.svg").value
    'http://commons.wikimedia.org/wiki/Special:FilePath/Flag%20of%20Mali.svg'
    """
    return NamedNode(_FILES["commonsMedia"] + quote(name, safe=""))


def _string(text: str, datatype: str) -> Literal | NamedNode:
    if datatype in _FILES:
        return NamedNode(_FILES[datatype] + quote(text, safe=""))
    if datatype == "url":
        try:
            return NamedNode(text)
        except ValueError:
            return Literal(text)
    return Literal(text, datatype=_MATHML) if datatype == "math" else Literal(text)


# The prefixes that the Wikidata Query Service knows without a PREFIX line.
#
# Specification: https://www.mediawiki.org/wiki/Wikibase/Indexing/RDF_Dump_Format#Prefixes_used.

#: Where the view's own nodes lie: statements, values and references.
STATEMENTS = BASE + "statement/"

WDQS_PREFIXES: dict[str, str] = {
    **{name: PREFIXES[name] for name in ("wd", "wdt", "rdf", "rdfs", "owl", "skos", "xsd", "prov")},
    "geo": "http://www.opengis.net/ont/geosparql#",
    "geof": "http://www.opengis.net/def/geosparql/function/",
    "schema": "http://schema.org/",
    "dct": PREFIXES["dcterms"],
    "cc": PREFIXES["cc"],
    "foaf": PREFIXES["foaf"],
    "ontolex": "http://www.w3.org/ns/lemon/ontolex#",
    "wikibase": ONTOLOGY,
    "wikibaseqs": "http://wikiba.se/queryService#",
    "mediawiki": "https://www.mediawiki.org/ontology#",
    "mwapi": "https://www.mediawiki.org/ontology#API/",
    "bd": "http://www.bigdata.com/rdf#",
    "bds": "http://www.bigdata.com/rdf/search#",
    "gas": "http://www.bigdata.com/rdf/gas#",
    "hint": "http://www.bigdata.com/queryHints#",
    "fn": "http://www.w3.org/2005/xpath-functions#",
    "wdata": WIKIDATA + "wiki/Special:EntityData/",
    "wdtn": WIKIDATA + "prop/direct-normalized/",
    "wds": WIKIDATA + "entity/statement/",
    "wdv": WIKIDATA + "value/",
    "wdref": WIKIDATA + "reference/",
    "p": WIKIDATA + "prop/",
    "ps": WIKIDATA + "prop/statement/",
    "psv": WIKIDATA + "prop/statement/value/",
    "psn": WIKIDATA + "prop/statement/value-normalized/",
    "pq": WIKIDATA + "prop/qualifier/",
    "pqv": WIKIDATA + "prop/qualifier/value/",
    "pqn": WIKIDATA + "prop/qualifier/value-normalized/",
    "pr": WIKIDATA + "prop/reference/",
    "prv": WIKIDATA + "prop/reference/value/",
    "prn": WIKIDATA + "prop/reference/value-normalized/",
    "wdno": WIKIDATA + "prop/novalue/",
}

LABEL_SERVICE = WDQS_PREFIXES["wikibase"] + "label"
LANGUAGE = WDQS_PREFIXES["wikibase"] + "language"
PARAMETER = WDQS_PREFIXES["bd"] + "serviceParam"
#: What the IRIs of hints to the Query Service's own engine begin with.
HINTS = WDQS_PREFIXES["hint"]
