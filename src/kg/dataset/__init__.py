"""Files become a dataset: its triples in named graphs, its labels, and the place of each triple.

Reading takes the bytes and nothing more, so that a dataset can be named by its digest without
being parsed. Parsing happens when a graph is first asked for.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from kg.dataset.documents import Document, Location, read_documents
from kg.errors import UnknownName
from kg.namespaces import GRAPH, RDF, RDFS, REL, SKOS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pyoxigraph import Triple

    from kg.dataset.documents import Node

__all__ = ["VIEWPOINTS", "Dataset", "Document", "Location", "accept", "load", "read_documents"]

#: The viewpoints that ``accept`` knows.
VIEWPOINTS = ("reported",)

# A triple that several graphs would hold belongs to the first of them.
_OWN_GRAPHS: tuple[NamedNode, ...] = (
    GRAPH.asserted,
    GRAPH.reference,
    GRAPH.ontology,
    GRAPH.claims,
    GRAPH.links,
)


class Dataset:
    """Documents, and the named graphs that their triples make up.

    The graphs are pairwise disjoint: a triple that two documents put into different graphs is in
    the first of asserted, reference, ontology, claims, links, and then any other by name.

    >>> from kg import resources
    >>> from kg.namespaces import expand
    >>> dataset = load([resources.data()], resources.ontology())
    >>> dataset.label(NamedNode(expand("kg:algeria")))
    'Algeria'
    """

    def __init__(self, documents: Sequence[Document]) -> None:
        self.documents = tuple(documents)

    @classmethod
    def from_documents(cls, data: Sequence[Document], ontology: Sequence[Document]) -> Dataset:
        """Put documents together, giving each its role and its number.

        Args:
            data: documents of facts, claims and links.
            ontology: documents that say what the terms mean; one that is in both is one of these.
        """
        meaning = {document.path.resolve() for document in ontology}
        facts = [document for document in data if document.path.resolve() not in meaning]
        roles = [(d, "data") for d in facts] + [(d, "ontology") for d in ontology]
        return cls([replace(d, role=role, number=n) for n, (d, role) in enumerate(roles)])

    def graphs(self) -> tuple[NamedNode, ...]:
        """Return the names of the graphs that hold anything, kg's own first."""
        return tuple(self._graphs)

    def graph(self, name: NamedNode) -> frozenset[Triple]:
        """Return the triples of one named graph; none where the dataset has no such graph."""
        return self._graphs.get(name, frozenset())

    @property
    def notes(self) -> tuple[str, ...]:
        """Say in sentences what was met and not loaded."""
        return tuple(note for document in self.documents for note in document.notes)

    def digest(self) -> str:
        """Return the SHA-256 of every document's role, name and bytes, without parsing one."""
        total = hashlib.sha256()
        for document in self.documents:
            # The folder is left out, so that a clone elsewhere has the same digest.
            for part in (document.role, document.path.name):
                total.update(part.encode("utf-8", "surrogateescape") + b"\0")
            total.update(hashlib.sha256(document.content).digest())
        return total.hexdigest()

    def locate(self, triple: Triple) -> Location | None:
        """Find the file and line that states a triple; None where no document states it."""
        for document in self.documents:
            if triple in document.triples:
                return Location(document.path, document.line_of(triple))
        return None

    def locate_node(self, node: Node) -> Location | None:
        """Find where a node is described, where it is given its kind before all; or else None."""
        homes = [document for document in self.documents if node in document.subjects]
        typed = [document for document in homes if node in document.typed]
        for document in typed or homes:
            return Location(document.path, document.line_of_subject(node))
        return None

    def label(self, node: object) -> str | None:
        """Return the label of a node, English first; None where it has none."""
        entry = self._labels.get(node)
        return None if entry is None else entry[-1]

    @cached_property
    def _graphs(self) -> dict[NamedNode, frozenset[Triple]]:
        found: dict[NamedNode, set[Triple]] = {}
        for document in self.documents:
            for quad in document.quads():
                found.setdefault(quad.graph_name, set()).add(quad.triple)  # type: ignore[arg-type]
        others = sorted((name for name in found if name not in _OWN_GRAPHS), key=str)
        disjoint: dict[NamedNode, frozenset[Triple]] = {}
        for name in (*_OWN_GRAPHS, *others):
            rest = found.get(name, set()).difference(*disjoint.values())
            if rest:
                disjoint[name] = frozenset(rest)
        return disjoint

    @cached_property
    def _labels(self) -> dict[object, tuple[int, int, str, str]]:
        labels: dict[object, tuple[int, int, str, str]] = {}
        for triples in self._graphs.values():
            for triple in triples:
                kind = {RDFS.label: 0, SKOS.prefLabel: 1}.get(triple.predicate)
                if kind is None or not isinstance(triple.object, Literal):
                    continue
                language = triple.object.language or ""
                foreign = 1 if not language else 0 if language.split("-")[0] == "en" else 2
                entry = (foreign, kind, language, triple.object.value)
                labels[triple.subject] = min(entry, labels.get(triple.subject, entry))
        return labels


def load(data: Sequence[Path], ontology: Sequence[Path]) -> Dataset:
    """Read files and folders into a dataset.

    Args:
        data: files or folders of facts, claims and links.
        ontology: files or folders that say what the terms mean.

    Raises:
        ResourceNotFound: a path does not exist, or a folder holds no file that kg reads.
        UnknownName: a file's ending tells no format that kg reads.
    """
    return Dataset.from_documents(read_documents(data), read_documents(ontology))


def accept(dataset: Dataset, viewpoint: str = "reported") -> frozenset[Triple]:
    """Choose the triples that count as facts from a viewpoint.

    ``reported`` takes everything asserted and all reference data, without the triples for which
    every claim is contradicted.

    Raises:
        UnknownName: there is no such viewpoint.
    """
    if viewpoint not in VIEWPOINTS:
        hint = "one of " + ", ".join(VIEWPOINTS)
        raise UnknownName("viewpoint", viewpoint, VIEWPOINTS, hint=hint)
    parts = (RDF.subject, RDF.predicate, RDF.object, REL.standing)
    claims: dict[object, dict[object, object]] = {}
    for triple in dataset.graph(GRAPH.claims):
        if triple.predicate in parts:
            claims.setdefault(triple.subject, {})[triple.predicate] = triple.object
    refused: set[tuple[object, ...]] = set()
    upheld: set[tuple[object, ...]] = set()
    for claim in claims.values():
        said = tuple(claim.get(part) for part in parts[:3])
        (refused if claim.get(REL.standing) == REL.contradicted else upheld).add(said)
    facts = dataset.graph(GRAPH.asserted) | dataset.graph(GRAPH.reference)
    against = refused - upheld
    return frozenset(t for t in facts if (t.subject, t.predicate, t.object) not in against)
