"""Links to Wikidata: one for each row of the table of mappings; rows that a person accepts."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from kg import sssom
from kg.check.links import VERIFIED_IDS
from kg.dataset.documents import SSSOM as SSSOM_TABLE
from kg.dataset.documents import shown
from kg.errors import Misuse, ParseFailure, ResourceNotFound
from kg.labels import LABELS, language_rank
from kg.namespaces import PREFIXES, RDF, REL, SKOS, SSSOM, WGS84, compact
from kg.sssom import slots
from kg.wikidata.items import Coordinate, is_id

if TYPE_CHECKING:
    from pathlib import Path

    from pyoxigraph import Store

    from kg.dataset import Dataset
    from kg.wikidata.items import Item

__all__ = [
    "Acceptance",
    "Link",
    "Links",
    "Thing",
    "Unlinked",
    "accept",
    "distance",
    "iso_property",
    "links_of",
    "nodes",
    "thing",
    "values",
]

_NONE = SSSOM.NoTermFound
_CLOSE = {SKOS.exactMatch, SKOS.closeMatch}


@dataclass(frozen=True)
class Link:
    """A row that links a thing or a term to an item or a property.

    Args:
        subject: what is linked.
        predicate: skos:exactMatch, or one that says less.
        id: of the item or property.
        label: of that, as the row has it.
        place: the file and line of the row.
    """

    subject: NamedNode
    predicate: NamedNode
    id: str
    label: str
    place: str

    @property
    def is_exact(self) -> bool:
        """Whether both are the same."""
        return self.predicate == SKOS.exactMatch

    @property
    def of_term(self) -> bool:
        """Whether it is a class or property of an ontology that is linked."""
        return not self.subject.value.startswith(PREFIXES["kg"])


@dataclass(frozen=True)
class Unlinked:
    """A row that says that nothing was found, with the reason."""

    subject: NamedNode
    reason: str
    place: str


@dataclass(frozen=True)
class Links:
    """What a graph is linked to.

    Args:
        links: in the order of the table.
        unlinked: likewise.
        path: the file of the table.
    """

    links: tuple[Link, ...]
    unlinked: tuple[Unlinked, ...]
    path: Path

    def of_things(self) -> tuple[Link, ...]:
        """Return the links of things, without those of terms."""
        return tuple(link for link in self.links if not link.of_term)

    def item_of(self) -> dict[NamedNode, str]:
        """Return the id of each thing that is the same as an item."""
        return {link.subject: link.id for link in self.of_things() if link.is_exact}

    def thing_of(self) -> dict[str, NamedNode]:
        """Return the thing that is the same as an item, by the id of that."""
        return {identifier: node for node, identifier in self.item_of().items()}

    def classes(self) -> dict[NamedNode, frozenset[str]]:
        """Return the ids of the classes that a class is linked to as the same, or nearly so."""
        return self._terms("Q")

    def properties(self) -> dict[NamedNode, frozenset[str]]:
        """Return the ids of the properties that a property is linked to as the same, or nearly."""
        return self._terms("P")

    def _terms(self, letter: str) -> dict[NamedNode, frozenset[str]]:
        found: dict[NamedNode, set[str]] = {}
        for link in self.links:
            if link.of_term and link.id[0] == letter and link.predicate in _CLOSE:
                found.setdefault(link.subject, set()).add(link.id)
        return {subject: frozenset(ids) for subject, ids in found.items()}


def links_of(dataset: Dataset, entities: str = PREFIXES["wd"]) -> Links:
    """Return the links of a dataset.

    Args:
        dataset: with one table of mappings among its files.
        entities: what the IRIs begin with that links lead to; rows that lead elsewhere are none.

    Raises:
        Misuse: the dataset has no table of mappings, or several.
        ParseFailure: the table is not SSSOM; names the line.

    >>> from kg import load
    >>> found = links_of(load().dataset)
    >>> found.thing_of()["Q912"].value
    'https://w3id.org/relations-kg/id/mali'
    """
    tables = [document for document in dataset.documents if document.format == SSSOM_TABLE]
    if len(tables) != 1:
        files = ", ".join(shown(table.path) for table in tables) or "none"
        raise Misuse(f"links stand in one table, a file NAME.sssom.tsv; here: {files}")
    path = tables[0].path
    mappings = sssom.parse(tables[0].content, shown(path))
    links, unlinked = [], []
    shared = sssom.propagated(mappings)
    for row in mappings.rows:
        if not sssom.is_match(row, shared):
            continue
        place = f"{shown(path)}:{row.line}"
        subject, predicate, found = (
            slots.iri(row.values[column], mappings.curie_map)
            for column in ("subject_id", "predicate_id", "object_id")
        )
        identifier = found.value.removeprefix(entities)
        if found == _NONE:
            unlinked.append(Unlinked(subject, row.values.get("comment", ""), place))
        elif found.value.startswith(entities) and is_id(identifier):
            label = row.values.get("object_label", "")
            links.append(Link(subject, predicate, identifier, label, place))
    return Links(tuple(links), tuple(unlinked), path)


_NO_LINK = "sssom:NoTermFound"
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
        if slots.iri(row.values.get("subject_id", _NO_LINK), mappings.curie_map) == node
    ]
    name = compact(node.value)
    if not rows:
        raise Misuse(f"{name} has no row in {shown(path)}: is it a thing of this graph?")
    free = [row for row in rows if row.values.get("object_id") == _NO_LINK]
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


# What the graph knows of a thing that an item can be compared with.

_EARTH = 6371.0088


@dataclass(frozen=True)
class Thing:
    """A thing with what can be compared.

    Args:
        node: its IRI.
        names: its labels and other names, with the language of each.
        types: its classes, inferred ones among them.
        point: where it is, None where the graph does not say.
        codes: its ISO 3166 codes.
    """

    node: NamedNode
    names: tuple[tuple[str, str], ...]
    types: frozenset[NamedNode]
    point: Coordinate | None
    codes: tuple[str, ...]

    @property
    def label(self) -> str:
        """The English label, or else one without a language, or any name, or the IRI."""
        ordered = sorted(self.names, key=lambda name: language_rank(name[1]))
        return ordered[0][0] if ordered else self.node.value


def thing(store: Store, node: NamedNode) -> Thing:
    """Read a thing.

    >>> from pyoxigraph import Store
    >>> thing(Store(), NamedNode("https://w3id.org/relations-kg/id/mali")).point is None
    True
    """
    names = [
        (term.value, term.language or "")
        for predicate in LABELS
        for term in values(store, node, predicate)
        if isinstance(term, Literal)
    ]
    latitude, longitude = (
        [float(term.value) for term in values(store, node, axis)]
        for axis in (WGS84.lat, WGS84.long)
    )
    point = Coordinate(latitude[0], longitude[0]) if latitude and longitude else None
    types = {term for term in values(store, node, RDF.type) if isinstance(term, NamedNode)}
    codes = tuple(sorted(term.value for term in values(store, node, REL.isoCode)))
    return Thing(node, tuple(dict.fromkeys(names)), frozenset(types), point, codes)


def values(store: Store, node: NamedNode, predicate: NamedNode) -> list[NamedNode | Literal]:
    """Return the objects of a thing and a property in any graph, each once, in order."""
    found = {
        quad.object
        for quad in store.quads_for_pattern(node, predicate, None, None)
        if isinstance(quad.object, NamedNode | Literal)
    }
    return sorted(found, key=str)


def nodes(store: Store, node: NamedNode, predicate: NamedNode) -> list[NamedNode]:
    """Return those of the objects that are things."""
    return [term for term in values(store, node, predicate) if isinstance(term, NamedNode)]


def distance(one: Coordinate, other: Coordinate) -> float:
    """Return the great-circle distance of two points in kilometres.

    >>> round(distance(Coordinate(36.73225, 3.08746), Coordinate(12.60915, -7.97522)))
    2901
    """
    first, second = math.radians(one.latitude), math.radians(other.latitude)
    across = math.radians(other.longitude - one.longitude)
    half = math.sin((second - first) / 2) ** 2
    half += math.cos(first) * math.cos(second) * math.sin(across / 2) ** 2
    return 2 * _EARTH * math.asin(min(1.0, math.sqrt(half)))


def iso_property(code: str) -> str:
    """Return the property of Wikidata for an ISO 3166 code, by its form.

    >>> [iso_property(code) for code in ("DZ", "DZA", "012", "DZ-16")]
    ['P297', 'P298', 'P299', 'P300']
    """
    if "-" in code:
        return "P300"
    if code.isdecimal():
        return "P299"
    return "P297" if len(code) == len("DZ") else "P298"
