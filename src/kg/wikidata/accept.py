"""``kg link suggest --accept``: a person says yes, and the table of links gets its row."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kg import sssom
from kg.check.links import VERIFIED_IDS
from kg.dataset.documents import shown
from kg.errors import Misuse, ParseFailure, ResourceNotFound
from kg.namespaces import compact
from kg.sssom import slots

if TYPE_CHECKING:
    from pathlib import Path

    from pyoxigraph import NamedNode

    from kg.wikidata.items import Item

__all__ = ["Acceptance", "accept"]

_NONE = "sssom:NoTermFound"
_JUSTIFICATION = "semapv:ManualMappingCuration"
_MATCHES = ("skos:exactMatch", "skos:closeMatch")
_HEAD = "id\tlabel\tevidence"


@dataclass(frozen=True)
class Acceptance:
    """What a person said yes to.

    Args:
        thing: what is linked.
        item: what it is linked to, as it was read.
        predicate: skos:exactMatch or skos:closeMatch.
        confidence: from 0 to 1.
        comment: why, for the table.
        evidence: where the item was read, for the list of verified ids.
    """

    thing: NamedNode
    item: Item
    predicate: str
    confidence: float
    comment: str
    evidence: str


def accept(path: Path, choice: Acceptance) -> tuple[Path, bytes, Path, bytes]:
    """Return what the table of links and the list of verified ids are to hold; writes nothing.

    Args:
        path: the table of links; the list of verified ids lies beside it.
        choice: what is accepted.

    Returns:
        The list's file and content, then the table's: to be written in this order, since a table
        may only lead to ids that are listed.

    Raises:
        Misuse: the thing is linked already, or has no row; the id is linked to another thing; or
            the confidence is none.
        ParseFailure: a file is not what it should be.
    """
    mappings = sssom.read(path)
    node, item = choice.thing, choice.item
    if choice.predicate not in _MATCHES:
        raise Misuse(f"{choice.predicate}: write {' or '.join(_MATCHES)}")
    if item.redirects:
        raise Misuse(f"{item.asked} redirects to {item.id}: accept that")
    row = _row(mappings, node, path)
    for other in mappings.rows:
        same = other.values["predicate_id"] == choice.predicate == _MATCHES[0]
        if same and other.values.get("object_id", "").endswith(f":{item.id}"):
            where = f"{shown(path)}:{other.line}"
            raise Misuse(f"{item.id} is {other.values['subject_id']} already ({where})")
    changed = row.values | {
        "predicate_id": choice.predicate,
        "object_id": f"wd:{item.id}",
        "object_label": item.label(),
        "mapping_justification": _JUSTIFICATION,
        "confidence": f"{choice.confidence:g}",
        "comment": choice.comment,
    }
    for slot in ("confidence", "object_id"):
        try:
            slots.check(slot, changed[slot], mappings.curie_map)
        except ValueError as error:
            raise Misuse(str(error)) from None
    rows = [sssom.Row(one.line, changed) if one is row else one for one in mappings.rows]
    table = sssom.canonical(sssom.MappingSet(mappings.metadata, rows, mappings.source)).encode()
    sssom.parse(table, shown(path))
    listed = path.parent / VERIFIED_IDS
    return listed, _listed(listed, item, choice.evidence), path, table


def _row(mappings: sssom.MappingSet, node: NamedNode, path: Path) -> sssom.Row:
    rows = [
        row
        for row in mappings.rows
        if slots.iri(row.values.get("subject_id", _NONE), mappings.curie_map) == node
    ]
    name = compact(node.value)
    if not rows:
        raise Misuse(f"{name} has no row in {shown(path)}: is it a thing of this graph?")
    free = [row for row in rows if row.values.get("object_id") == _NONE]
    if not free:
        there, line = rows[0].values.get("object_id"), rows[0].line
        raise Misuse(f"{name} is linked to {there} already ({shown(path)}:{line}): edit that row")
    return free[0]


def _listed(path: Path, item: Item, evidence: str) -> bytes:
    """Return the list of verified ids with one more, in the order of their numbers."""
    if not path.is_file():
        raise ResourceNotFound(path)
    head, *lines = path.read_text("utf-8").splitlines()
    if head != _HEAD:
        raise ParseFailure(shown(path), "the columns are id, label and evidence: write those", 1)
    if any(line.startswith(f"{item.id}\t") for line in lines):
        return path.read_bytes()
    cells = (item.id, item.label(), evidence)
    lines.append("\t".join(re.sub(r"\s+", " ", cell) for cell in cells))
    lines.sort(key=lambda line: (line[0] != "Q", int(line.partition("\t")[0][1:])))
    return "\n".join([head, *lines, ""]).encode()
