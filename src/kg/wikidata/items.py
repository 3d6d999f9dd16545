"""Items of a Wikibase, read from its JSON layout.

Specification: https://doc.wikimedia.org/Wikibase/master/php/docs_topics_json.html.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from kg.errors import ParseFailure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = [
    "UNREADABLE",
    "Coordinate",
    "EntityId",
    "Item",
    "Quantity",
    "Snak",
    "Statement",
    "Text",
    "Time",
    "Value",
    "is_id",
    "parse",
]

_ID = re.compile(r"[QP][1-9][0-9]*")
_TIME = re.compile(r"[+-]\d{1,16}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_AMOUNT = re.compile(r"[+-]?\d+(?:\.\d+)?")
_EARTH, _JULIAN = "Q2", "Q1985786"
#: Where a label is looked for that a language lacks: the default of all languages, then English.
_DEFAULTS = ("mul", "en")
#: The kind of a snak whose value kg does not know how to read.
UNREADABLE = "unreadable"


@dataclass(frozen=True)
class Coordinate:
    """A point in degrees, with the precision in degrees where it is known, and its globe."""

    latitude: float
    longitude: float
    precision: float | None = None
    globe: str = _EARTH

    @property
    def is_on_earth(self) -> bool:
        """Whether the globe is the Earth."""
        return self.globe == _EARTH


@dataclass(frozen=True)
class Time:
    """A time as Wikibase writes it, such as ``+2012-04-00T00:00:00Z``.

    ``precision`` is 9 for a year, 10 for a month, 11 for a day. The year before +0001 is -0001, and
    a day of the Julian calendar is given in that calendar.
    """

    text: str
    precision: int
    is_julian: bool = False

    @property
    def year(self) -> int:
        """The year, with its sign.

        >>> Time("-0044-03-15T00:00:00Z", 11).year
        -44
        """
        sign, digits = self.text[:1], self.text[1:].partition("-")[0]
        return -int(digits) if sign == "-" else int(digits)


@dataclass(frozen=True)
class Quantity:
    """An amount as decimal text with a sign, the id of its unit, and its bounds, where known."""

    amount: str
    unit: str | None = None
    lower: str | None = None
    upper: str | None = None


@dataclass(frozen=True)
class Text:
    """A text in one language."""

    text: str
    language: str


@dataclass(frozen=True)
class EntityId:
    """The id of an item or property, or of a lexeme, form, sense or schema."""

    id: str


#: What a statement may say of a thing.
Value: TypeAlias = Coordinate | Time | Quantity | Text | EntityId | str


@dataclass(frozen=True)
class Snak:
    """A property with its value.

    Args:
        property: its id.
        kind: value, somevalue (there is one, and it is not known), novalue, or unreadable.
        value: None where the kind is another than value.
        datatype: of the property, such as commonsMedia; empty where the site does not tell.
    """

    property: str
    kind: str
    value: Value | None
    datatype: str = ""


@dataclass(frozen=True)
class Statement:
    """What an item says by one property.

    Args:
        id: the statement's own, as Wikibase has it.
        rank: preferred, normal or deprecated.
        main: the property and the value.
        qualifiers: what qualifies it.
        references: each the snaks of one reference.
    """

    id: str
    rank: str
    main: Snak
    qualifiers: tuple[Snak, ...] = ()
    references: tuple[tuple[Snak, ...], ...] = ()


@dataclass(frozen=True)
class Item:
    """One item or property, as it was read.

    Args:
        id: its own, which differs from ``asked`` where that redirects here.
        asked: the id that was asked for.
        labels: by language.
        descriptions: by language.
        aliases: by language.
        statements: by property.
        revision: the number of the revision, None where the site does not tell.
        retrieved: when it was read, as xsd:dateTime.
        unread: the properties with a value, a statement or a reference that kg cannot read, with
            the reason; all else is there.
    """

    id: str
    asked: str
    labels: Mapping[str, str] = field(default_factory=dict)
    descriptions: Mapping[str, str] = field(default_factory=dict)
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    statements: Mapping[str, tuple[Statement, ...]] = field(default_factory=dict)
    revision: int | None = None
    retrieved: str | None = None
    unread: tuple[tuple[str, str], ...] = ()

    @property
    def redirects(self) -> bool:
        """Whether the id that was asked for leads to another item."""
        return self.id != self.asked

    def label(self, language: str = "en") -> str:
        """Return the label in a language, or the one for all, or English, or any, or the id.

        >>> Item("Q912", "Q912", {"ar": "مالي", "mul": "Mali"}).label()
        'Mali'
        """
        found = [self.labels[code] for code in (language, *_DEFAULTS) if code in self.labels]
        return next(iter(found), None) or next(iter(self.labels.values()), self.id)

    def names(self) -> Iterator[str]:
        """Yield every label and every alias, in all languages."""
        yield from self.labels.values()
        for aliases in self.aliases.values():
            yield from aliases

    def best(self, identifier: str) -> tuple[Statement, ...]:
        """Return the statements that count: preferred ones, or else normal ones, never deprecated.

        >>> Item("Q912", "Q912").best("P297")
        ()
        """
        found = self.statements.get(identifier, ())
        preferred = tuple(one for one in found if one.rank == "preferred")
        return preferred or tuple(one for one in found if one.rank == "normal")

    def values(self, identifier: str) -> tuple[Value, ...]:
        """Return the values that count of a property, without unknown ones."""
        mains = (one.main.value for one in self.best(identifier))
        return tuple(value for value in mains if value is not None)

    def points(self) -> tuple[Coordinate, ...]:
        """Return the points on Earth among the values of P625 that count."""
        found = (one for one in self.values("P625") if isinstance(one, Coordinate))
        return tuple(one for one in found if one.is_on_earth)

    def ids(self, identifier: str) -> tuple[str, ...]:
        """Return the ids among the values that count."""
        return tuple(one.id for one in self.values(identifier) if isinstance(one, EntityId))


def is_id(text: str) -> bool:
    """Tell whether a text has the form of an item's or a property's id.

    >>> is_id("Q912"), is_id("P530"), is_id("Q0"), is_id("L7")
    (True, True, False, False)
    """
    return _ID.fullmatch(text) is not None


def parse(
    document: Mapping[str, Any],
    asked: str | None = None,
    source: str = "item",
    retrieved: str | None = None,
) -> Item:
    """Read one entity of an answer of ``wbgetentities`` or ``Special:EntityData``.

    Args:
        document: the JSON object of one item or property.
        asked: the id that was asked for; its own unless given.
        source: what messages call it.
        retrieved: when it was read.

    Raises:
        ParseFailure: the layout is not that of an item.

    >>> parse({"id": "Q912", "labels": {"en": {"language": "en", "value": "Mali"}}}).label()
    'Mali'
    """
    unread: list[tuple[str, str]] = []
    try:
        own = str(document["id"])
        return Item(
            own,
            asked or own,
            {key: one["value"] for key, one in _object(document, "labels").items()},
            {key: one["value"] for key, one in _object(document, "descriptions").items()},
            {
                key: tuple(one["value"] for one in several)
                for key, several in _object(document, "aliases").items()
            },
            {
                key: tuple(_statements(key, several, unread))
                for key, several in _object(document, "claims").items()
            },
            document.get("lastrevid"),
            retrieved,
            tuple(dict.fromkeys(unread)),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        told = f"no {error}" if isinstance(error, KeyError) else str(error)
        raise ParseFailure(source, f"is not an item in Wikibase's layout: {told}") from error


def _object(document: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    # PHP writes an empty object as an empty list.
    found = document.get(key) or {}
    if not isinstance(found, dict):
        raise TypeError(f"{key} is no object")
    return found


def _statements(
    key: str, documents: list[Mapping[str, Any]], unread: list[tuple[str, str]]
) -> Iterator[Statement]:
    """Yield the statements of a property; one that cannot be read is told in ``unread``."""
    for document in documents:
        try:
            yield _statement(document, unread)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            unread.append((key, _reason(error)))


def _statement(document: Mapping[str, Any], unread: list[tuple[str, str]]) -> Statement:
    if document["rank"] not in ("preferred", "normal", "deprecated"):
        raise ValueError(f'rank "{document["rank"]}"')
    return Statement(
        document.get("id", ""),
        document["rank"],
        _snak(document["mainsnak"], unread),
        tuple(_snaks(document, "qualifiers", unread)),
        tuple(
            tuple(_snaks(one, "snaks", unread)) for one in document.get("references") or () if one
        ),
    )


def _snaks(document: Mapping[str, Any], key: str, unread: list[tuple[str, str]]) -> Iterator[Snak]:
    for several in _object(document, key).values():
        yield from (_snak(one, unread) for one in several)


def _snak(document: Mapping[str, Any], unread: list[tuple[str, str]]) -> Snak:
    """Read a property with its value; a value that cannot be read is told in ``unread``."""
    key, kind, datatype = document["property"], document["snaktype"], document.get("datatype", "")
    if kind != "value":
        return Snak(key, kind, None, datatype)
    try:
        return Snak(key, kind, _value(document["datavalue"]), datatype)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        unread.append((key, _reason(error)))
        return Snak(key, UNREADABLE, None, datatype)


def _reason(error: Exception) -> str:
    return f"no {error}" if isinstance(error, KeyError) else str(error)


def _value(document: Mapping[str, Any]) -> Value:
    kind, value = document["type"], document["value"]
    if kind == "string":
        return _text(value)
    if kind == "wikibase-entityid":
        return EntityId(_text(value["id"]) if "id" in value else f"Q{int(value['numeric-id'])}")
    if kind == "globecoordinate":
        precision, globe = value.get("precision"), str(value.get("globe") or _EARTH)
        latitude, longitude = float(value["latitude"]), float(value["longitude"])
        if not (math.isfinite(latitude) and math.isfinite(longitude)):
            raise ValueError("a point that is nowhere")
        return Coordinate(latitude, longitude, precision, globe.rpartition("/")[2])
    if kind == "time":
        calendar = str(value.get("calendarmodel", "")).rpartition("/")[2]
        if not _TIME.fullmatch(_text(value["time"])):
            raise ValueError(f'the time "{value["time"]}"')
        return Time(value["time"], int(value["precision"]), calendar == _JULIAN)
    if kind == "quantity":
        unit = str(value.get("unit", "1")).rpartition("/")[2]
        amounts = [value.get(key) for key in ("amount", "lowerBound", "upperBound")]
        if not all(_AMOUNT.fullmatch(str(one)) for one in amounts if one is not None):
            raise ValueError(f'the amount "{amounts[0]}"')
        lower, upper = (None if one is None else str(one) for one in amounts[1:])
        return Quantity(str(value["amount"]), unit if is_id(unit) else None, lower, upper)
    if kind == "monolingualtext":
        return Text(_text(value["text"]), _text(value["language"]))
    raise ValueError(f'a value of the kind "{kind}"')


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("a text that is none")
    return value
