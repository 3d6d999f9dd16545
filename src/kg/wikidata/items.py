"""Items of a Wikibase, read from its JSON layout.

Specification: https://doc.wikimedia.org/Wikibase/master/php/docs_topics_json.html.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from kg.errors import ParseFailure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = [
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


@dataclass(frozen=True)
class Coordinate:
    """A point in degrees, with the precision in degrees where it is known."""

    latitude: float
    longitude: float
    precision: float | None = None


@dataclass(frozen=True)
class Time:
    """A time as Wikibase writes it, such as ``+2012-04-00T00:00:00Z``.

    ``precision`` is 9 for a year, 10 for a month, 11 for a day.
    """

    text: str
    precision: int


@dataclass(frozen=True)
class Quantity:
    """An amount as decimal text with a sign, and the id of its unit where it has one."""

    amount: str
    unit: str | None = None


@dataclass(frozen=True)
class Text:
    """A text in one language."""

    text: str
    language: str


@dataclass(frozen=True)
class EntityId:
    """The id of an item or property."""

    id: str


#: What a statement may say of a thing.
Value: TypeAlias = Coordinate | Time | Quantity | Text | EntityId | str


@dataclass(frozen=True)
class Snak:
    """A property with its value; None where the value is unknown, or where there is none."""

    property: str
    kind: str
    value: Value | None


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
    """

    id: str
    asked: str
    labels: Mapping[str, str] = field(default_factory=dict)
    descriptions: Mapping[str, str] = field(default_factory=dict)
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    statements: Mapping[str, tuple[Statement, ...]] = field(default_factory=dict)
    revision: int | None = None
    retrieved: str | None = None

    @property
    def redirects(self) -> bool:
        """Whether the id that was asked for leads to another item."""
        return self.id != self.asked

    def label(self, language: str = "en") -> str:
        """Return the label in a language, or else in any, or else the id.

        >>> Item("Q912", "Q912", {"fr": "Mali"}).label()
        'Mali'
        """
        return self.labels.get(language) or next(iter(self.labels.values()), self.id)

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
                key: tuple(_statement(one) for one in several)
                for key, several in _object(document, "claims").items()
            },
            document.get("lastrevid"),
            retrieved,
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


def _statement(document: Mapping[str, Any]) -> Statement:
    if document["rank"] not in ("preferred", "normal", "deprecated"):
        raise ValueError(f'rank "{document["rank"]}"')
    return Statement(
        document.get("id", ""),
        document["rank"],
        _snak(document["mainsnak"]),
        tuple(_snaks(document, "qualifiers")),
        tuple(tuple(_snaks(one, "snaks")) for one in document.get("references", ())),
    )


def _snaks(document: Mapping[str, Any], key: str) -> Iterator[Snak]:
    for several in _object(document, key).values():
        yield from (_snak(one) for one in several)


def _snak(document: Mapping[str, Any]) -> Snak:
    kind = document["snaktype"]
    if kind != "value":
        return Snak(document["property"], kind, None)
    return Snak(document["property"], kind, _value(document["datavalue"]))


def _value(document: Mapping[str, Any]) -> Value:
    kind, value = document["type"], document["value"]
    if kind == "string":
        return str(value)
    if kind == "wikibase-entityid":
        return EntityId(value.get("id") or f"Q{value['numeric-id']}")
    if kind == "globecoordinate":
        precision = value.get("precision")
        return Coordinate(float(value["latitude"]), float(value["longitude"]), precision)
    if kind == "time":
        return Time(value["time"], int(value["precision"]))
    if kind == "quantity":
        unit = str(value.get("unit", "1")).rpartition("/")[2]
        return Quantity(str(value["amount"]), unit if is_id(unit) else None)
    if kind == "monolingualtext":
        return Text(value["text"], value["language"])
    raise ValueError(f'a value of the kind "{kind}"')
