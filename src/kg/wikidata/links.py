"""The links of a graph, one for each row of its table of mappings, by what they are good for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kg import sssom
from kg.dataset.documents import SSSOM as SSSOM_TABLE
from kg.dataset.documents import shown
from kg.errors import Misuse
from kg.namespaces import PREFIXES, SKOS, SSSOM
from kg.sssom import slots
from kg.wikidata.items import is_id

if TYPE_CHECKING:
    from pathlib import Path

    from pyoxigraph import NamedNode

    from kg.dataset import Dataset

__all__ = ["Link", "Links", "Unlinked", "links_of"]

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
