"""Wikibase's values and statements as RDF terms, in the words of its own RDF form.

Specification: https://www.mediawiki.org/wiki/Wikibase/Indexing/RDF_Dump_Format.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from kg.namespaces import PREFIXES, XSD
from kg.wikidata.items import Coordinate, EntityId, Quantity, Text, Time

if TYPE_CHECKING:
    from collections.abc import Callable

    from kg.wikidata.items import Value

__all__ = ["BASE", "ONTOLOGY", "RANK", "RANKS", "REFERENCE", "prefix", "statement_node", "term"]

#: What the IRIs of Wikidata begin with.
BASE = "http://www.wikidata.org/"
ONTOLOGY = "http://wikiba.se/ontology#"
_KINDS = {
    "wdt": "prop/direct/",
    "p": "prop/",
    "ps": "prop/statement/",
    "pq": "prop/qualifier/",
    "pr": "prop/reference/",
    "wds": "entity/statement/",
    "wdref": "reference/",
}
#: The rank of a statement, by Wikibase's word for it.
RANKS = {
    rank: NamedNode(f"{ONTOLOGY}{rank.capitalize()}Rank")
    for rank in ("preferred", "normal", "deprecated")
}
RANK = NamedNode(f"{ONTOLOGY}rank")
REFERENCE = NamedNode(f"{ONTOLOGY}Reference")
_WKT = NamedNode(PREFIXES["geo"] + "wktLiteral")


def prefix(kind: str) -> str:
    """Return what the IRIs of a kind begin with.

    >>> prefix("ps")
    'http://www.wikidata.org/prop/statement/'
    """
    return BASE + _KINDS[kind]


def statement_node(identifier: str) -> NamedNode:
    """Return the node of a statement, as Wikidata's own RDF names it.

    >>> statement_node("Q912$1b-2c").value
    'http://www.wikidata.org/entity/statement/Q912-1b-2c'
    """
    return NamedNode(prefix("wds") + re.sub(r"[^\w-]", "-", identifier))


def term(value: Value, thing: Callable[[str], NamedNode]) -> Literal | NamedNode:
    """Return a value as a term.

    Args:
        value: of a statement.
        thing: tells what stands for an id.

    >>> term(Coordinate(36.75, 3.05), lambda one: NamedNode(PREFIXES["wd"] + one)).value
    'Point(3.05 36.75)'
    >>> term(Time("+2012-04-00T00:00:00Z", 10), lambda one: NamedNode(one))
    <Literal value=2012-04 datatype=<NamedNode value=http://www.w3.org/2001/XMLSchema#gYearMonth>>
    """
    if isinstance(value, EntityId):
        return thing(value.id)
    if isinstance(value, Coordinate):
        return Literal(f"Point({value.longitude} {value.latitude})", datatype=_WKT)
    if isinstance(value, Time):
        return _time(value)
    if isinstance(value, Quantity):
        return Literal(value.amount.removeprefix("+"), datatype=XSD.decimal)
    if isinstance(value, Text):
        return Literal(value.text, language=value.language)
    return Literal(value)


def _time(value: Time) -> Literal:
    """Write a time no more precisely than it is known, which is where the word for a day ends."""
    when = value.text.removeprefix("+")
    sign, digits = ("-", when[1:]) if when.startswith("-") else ("", when)
    year, month, rest = digits.split("-", 2)
    year = sign + year.zfill(4)
    if value.precision == 9:  # noqa: PLR2004 - Wikibase's number for a year
        return Literal(year, datatype=XSD.gYear)
    if value.precision == 10:  # noqa: PLR2004 - for a month
        return Literal(f"{year}-{month}", datatype=XSD.gYearMonth)
    if value.precision == 11:  # noqa: PLR2004 - for a day
        return Literal(f"{year}-{month}-{rest[:2]}", datatype=XSD.date)
    return Literal(f"{value.text} (precision {value.precision})")
