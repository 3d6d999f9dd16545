"""Statements for Wikidata as commands of QuickStatements (its form "V1").

Specification: https://www.wikidata.org/wiki/Help:QuickStatements. A text stands in double quotes,
and nothing in it is escaped: a double quote or a backslash inside is itself. The CSV of
QuickStatements is not written: there, an empty cell is a command too, so that each set of columns
would need a file of its own, and the commands say all that it says.
"""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from kg.errors import Misuse
from kg.wikidata.items import Coordinate, EntityId, Quantity, Text, Time

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kg.wikidata.differences import Difference
    from kg.wikidata.items import Value

__all__ = ["FORMS", "givable", "shown", "written"]

FORMS = ("v1",)
_REFERENCE_URL = "P854"
# What ends a command, or a cell of it, for QuickStatements.
_BREAKS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]|\|\|")


def givable(
    found: Sequence[Difference], labels: Mapping[str, str | Text] | None = None
) -> tuple[list[Difference], list[Difference]]:
    """Return what may be given to Wikidata, and what must not, each with the reason.

    What is disputed, contradicted, without an address of a source, or not to be said in
    QuickStatements must not. Nor must what is said of a new item of which the first statement, that
    says what it is, must not.

    Args:
        found: what one side has and the other lacks.
        labels: of new items, by the IRI of the thing; what has none is not to be given.
    """
    given, refused = [], []
    wanted = [_checked(one, labels) for one in found if one.kind == "wikidata-lacks"]
    barred = {one.thing for one in wanted if one.id is None and one.refused and _is_first(one)}
    for one in wanted:
        if one.refused or one.thing in barred:
            refused.append(one)
        else:
            given.append(one)
    return given, refused


def written(found: Sequence[Difference], form: str, labels: Mapping[str, str | Text]) -> str:
    """Return commands, a statement a line.

    Args:
        found: none of them refused; those of one thing stand together.
        form: v1.
        labels: the label of each new item, by the IRI of the thing; a plain text is English.

    Raises:
        Misuse: a statement is refused, or cannot be written; or the form is not known.

    >>> written([], "v1", {})
    ''
    """
    if form not in FORMS:
        raise Misuse(f'no form "{form}" of QuickStatements: kg writes its commands, v1')
    lines = []
    for group in _groups([_checked(one, labels) for one in found]):
        wrong = [one for one in group if one.refused]
        if wrong:
            raise Misuse(f"{wrong[0].told}: must not be given to Wikidata: {wrong[0].refused}")
        subject = group[0].id or "LAST"
        if group[0].id is None:
            label = _label(labels[group[0].thing.value])
            lines += ["CREATE", f'LAST\tL{label.language}\t"{label.text}"']
        for one in group:
            cells = [subject, one.property, shown(one.value)]
            for url in one.references[:1]:
                cells += [f"S{_REFERENCE_URL[1:]}", shown(url)]
            lines.append("\t".join(cells))
    return "".join(f"{line}\n" for line in lines)


def shown(value: Value) -> str:
    """Return a value as it is written for QuickStatements.

    >>> shown(EntityId("Q912")), shown("DZ"), shown(Quantity("+5", "Q11573"))
    ('Q912', '"DZ"', '+5U11573')
    """
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, Text):
        return f'{value.language}:"{value.text}"'
    if isinstance(value, EntityId):
        return value.id
    if isinstance(value, Coordinate):
        return f"@{_plain(value.latitude)}/{_plain(value.longitude)}"
    if isinstance(value, Time):
        return f"{value.text}/{value.precision}{'/J' if value.is_julian else ''}"
    unit = f"U{value.unit[1:]}" if value.unit else ""
    return f"{_plain(value.amount)}{_error(value)}{unit}"


def _checked(one: Difference, labels: Mapping[str, str | Text] | None) -> Difference:
    """Return a statement as refused, with the reason, where QuickStatements cannot say it."""
    if one.refused:
        return one
    reason = _unsayable(one.value) or next(map(_unsayable, one.references[:1]), "")
    if one.id is None and labels is not None and not reason and _is_first(one):
        label = labels.get(one.thing.value)
        reason = _unsayable(_label(label)) if label is not None else "it has no label"
    return replace(one, refused=reason) if reason else one


def _unsayable(value: Value) -> str:
    """Return why QuickStatements cannot say a value; empty where it can."""
    text = value.text if isinstance(value, Text) else value
    if isinstance(text, str):
        if not text.strip():
            return "QuickStatements takes an empty text for none"
        if text != text.strip():
            return f"{text!r}: QuickStatements takes away the blanks around a text"
        if _BREAKS.search(text) or not _is_utf8(text):
            return f"{text!r}: QuickStatements cannot say a tab, a new line or ||"
    if isinstance(value, Coordinate) and not value.is_on_earth:
        return "QuickStatements takes every point for one on Earth"
    if isinstance(value, Quantity) and value.upper is not None and not _error(value):
        return "QuickStatements cannot say bounds that are not as far apart on both sides"
    return ""


def _is_utf8(text: str) -> bool:
    return not re.search("[\ud800-\udfff]", text)


def _label(label: str | Text) -> Text:
    return label if isinstance(label, Text) else Text(label, "en")


def _is_first(one: Difference) -> bool:
    return one.property == "P31"


def _groups(found: Sequence[Difference]) -> Iterator[list[Difference]]:
    group: list[Difference] = []
    for one in found:
        if group and (one.thing, one.id) != (group[0].thing, group[0].id):
            yield group
            group = []
        group.append(one)
    if group:
        yield group


def _plain(number: float | str) -> str:
    """Return a number without an exponent, which QuickStatements does not read.

    >>> _plain(0.00001), _plain("+1e3"), _plain(-7.5)
    ('0.00001', '+1000', '-7.5')
    """
    sign = "+" if str(number).startswith("+") else ""
    return f"{sign}{Decimal(str(number)):f}"


def _error(value: Quantity) -> str:
    """Return how far the bounds of an amount are from it, where they are equally far."""
    if value.lower is None or value.upper is None:
        return ""
    below, above = (
        abs(Decimal(bound) - Decimal(value.amount)) for bound in (value.lower, value.upper)
    )
    return f"~{_plain(str(above))}" if below == above else ""
