"""A reader of QuickStatements commands, written from the tool's help page and its behaviour.

https://www.wikidata.org/wiki/Help:QuickStatements: a command a line, its parts between tabs (or |
where a line has none, and || for the end of a line where there is one line alone). It knows nothing
of the writer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_SUBJECT = re.compile(r"Q\d+|LAST")
_VALUES = (
    ("entity", re.compile(r"[QP]\d+")),
    ("text", re.compile(r'"(?P<text>.*)"')),
    ("monolingual", re.compile(r'(?P<language>[a-z_-]+):"(?P<text>.*)"')),
    (
        "time",
        re.compile(
            r"(?P<time>[+-]?\d+-\d\d-\d\dT\d\d:\d\d:\d\dZ)/(?P<precision>\d+)(?P<julian>/J)?"
        ),
    ),
    ("point", re.compile(r"@(?P<latitude>[+-]?[0-9.]+)/(?P<longitude>[+-]?[0-9.]+)")),
    (
        "amount",
        re.compile(r"(?P<amount>[+-]?\d+(\.\d+)?)(~(?P<error>[+-]?\d+(\.\d+)?))?(U(?P<unit>\d+))?"),
    ),
)


@dataclass
class Entity:
    """What commands make of one item; a new one has no id."""

    id: str | None
    labels: dict[str, str] = field(default_factory=dict)
    statements: list[tuple[str, dict[str, str], list[dict[str, str]]]] = field(default_factory=list)


def read(text: str) -> list[Entity]:
    """Carry the commands out on nothing, and return the items; raise ValueError for an error."""
    entities: dict[str, Entity] = {}
    made: list[Entity] = []
    lines = text if "\n" in text else text.replace("||", "\n")
    for line in lines.split("\n"):
        cells = line.strip().split("\t" if "\t" in line else "|")
        if cells == [""]:
            continue
        if cells == ["CREATE"]:
            made.append(Entity(None))
            continue
        if not _SUBJECT.fullmatch(cells[0]) or len(cells) < 3:
            raise ValueError(f"no command: {line}")
        known = made[-1:] if cells[0] == "LAST" else []
        entity = known[0] if known else entities.setdefault(cells[0], Entity(cells[0]))
        if re.fullmatch(r"L[a-z_-]+", cells[1]):
            value = read_value(cells[2])
            if value["kind"] != "text" or not value["text"]:
                raise ValueError(f"an empty label removes the label: {line}")
            entity.labels[cells[1][1:]] = value["text"]
            continue
        sources = []
        for key, cell in zip(cells[3::2], cells[4::2], strict=True):
            if not re.fullmatch(r"S\d+", key):
                raise ValueError(f"no source: {line}")
            sources.append(read_value(cell) | {"property": f"P{key[1:]}"})
        entity.statements.append((cells[1], read_value(cells[2]), sources))
    return [*entities.values(), *made]


def read_value(cell: str) -> dict[str, str]:
    """Return what a cell means; nothing in quotes is escaped, and blanks around it are lost."""
    for kind, pattern in _VALUES:
        found = pattern.fullmatch(cell.strip())
        if found:
            parts = {name: part for name, part in found.groupdict().items() if part is not None}
            if "text" in parts:
                parts["text"] = parts["text"].strip()
            return {"kind": kind, **({"id": cell.strip()} if kind == "entity" else parts)}
    raise ValueError(f"unknown value: {cell}")
