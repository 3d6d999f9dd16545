"""Statements for Wikidata in the two forms of QuickStatements.

Specification: https://www.wikidata.org/wiki/Help:QuickStatements, commands (version 1, columns
between tabs) and CSV (version 2).
"""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from typing import TYPE_CHECKING

from kg.errors import Misuse
from kg.wikidata.items import Coordinate, EntityId, Quantity, Text, Time

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kg.wikidata.differences import Difference
    from kg.wikidata.items import Value

__all__ = ["FORMS", "givable", "shown", "version_1", "version_2", "written"]

FORMS = ("v1", "v2")
_REFERENCE_URL = "P854"
_LABEL = "Len"


def givable(found: Sequence[Difference]) -> tuple[list[Difference], list[Difference]]:
    """Return what may be given to Wikidata, and what must not.

    What is disputed, contradicted, or without an address of a source must not. Nor must what is
    said of a new item of which the first statement, that says what it is, must not.
    """
    given, refused = [], []
    barred = {one.thing for one in found if one.id is None and one.refused and _is_first(one)}
    for one in found:
        if one.kind != "wikidata-lacks":
            continue
        if one.refused or one.thing in barred:
            refused.append(one)
        else:
            given.append(one)
    return given, refused


def written(found: Sequence[Difference], form: str, labels: dict[str, str]) -> str:
    """Write statements.

    Args:
        found: none of them refused; those of one thing stand together.
        form: v1 or v2.
        labels: the English label of each new item, by the IRI of the thing.

    Raises:
        Misuse: a statement is refused, or cannot be written; or the form is not known.
    """
    wrong = [one for one in found if one.refused]
    if wrong:
        raise Misuse(f"{wrong[0].told}: must not be given to Wikidata: {wrong[0].refused}")
    if form == "v1":
        return version_1(found, labels)
    if form == "v2":
        return version_2(found, labels)
    raise Misuse(f'no form "{form}" of QuickStatements: write {" or ".join(FORMS)}')


def version_1(found: Sequence[Difference], labels: dict[str, str]) -> str:
    """Write commands, a statement a line.

    >>> version_1([], {})
    ''
    """
    lines = []
    for group in _groups(found):
        subject = group[0].id or "LAST"
        if group[0].id is None:
            lines.append("CREATE")
            lines.append(f"LAST\t{_LABEL}\t{_quoted(labels[group[0].thing.value])}")
        for one in group:
            cells = [subject, one.property, _value(one.value)]
            for url in one.references[:1]:
                cells += [f"S{_REFERENCE_URL[1:]}", _quoted(url)]
            lines.append("\t".join(cells))
    return "".join(f"{line}\n" for line in lines)


def version_2(found: Sequence[Difference], labels: dict[str, str]) -> str:
    r"""Write CSV with one header: each statement a row, and each new item one, with an empty qid.

    A column with a reference belongs to the column before it.

    >>> version_2([], {})
    'qid,Len\n'
    """
    rows = []
    for group in _groups(found):
        if group[0].id is None:
            rows.append((["", _quoted(labels[group[0].thing.value])], group))
        else:
            rows += [([one.id or "", ""], [one]) for one in group]
    columns: dict[str, int] = {}
    for _, group in rows:
        for key, count in Counter(one.property for one in group).items():
            columns[key] = max(columns.get(key, 0), count)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    keys = [key for key, count in columns.items() for _ in range(count)]
    source = f"S{_REFERENCE_URL[1:]}"
    writer.writerow(["qid", _LABEL, *(name for key in keys for name in (key, source))])
    for cells, group in rows:
        left = list(group)
        for key in keys:
            one = next((one for one in left if one.property == key), None)
            if one is None:
                cells += ["", ""]
            else:
                left.remove(one)
                cells += [_value(one.value), next(map(_quoted, one.references), "")]
        writer.writerow(cells)
    return text.getvalue()


def shown(value: Value) -> str:
    """Return a value as it is written for QuickStatements.

    >>> shown(EntityId("Q912")), shown("DZ")
    ('Q912', '"DZ"')
    """
    return _value(value)


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


def _value(value: Value) -> str:
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, Text):
        return f"{value.language}:{_quoted(value.text)}"
    return _plain(value)


def _plain(value: Value) -> str:
    if isinstance(value, EntityId):
        return value.id
    if isinstance(value, Coordinate):
        return f"@{value.latitude}/{value.longitude}"
    if isinstance(value, Time):
        return f"{value.text}/{value.precision}"
    if isinstance(value, Quantity):
        return value.amount
    raise Misuse(f"{value!r}: QuickStatements has no form for it")


def _quoted(text: str) -> str:
    if "\t" in text or "\n" in text:
        raise Misuse(f"{text!r}: a tab or a new line cannot be written for QuickStatements")
    return json.dumps(text, ensure_ascii=False)
