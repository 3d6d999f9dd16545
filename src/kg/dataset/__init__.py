"""Files become a dataset: its triples in named graphs, its labels, and the place of each triple.

Reading takes the bytes and nothing more, so that a dataset can be named by its digest without
being parsed. Parsing happens when a graph is first asked for.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode

from kg import labels
from kg.dataset import changes
from kg.dataset.acceptance import Ledger
from kg.dataset.catalog import Catalog, Reading, unresolved, with_imports
from kg.dataset.documents import Document, Location, read_documents
from kg.dataset.state import State
from kg.dataset.viewpoints import DEFAULT, Viewpoint, viewpoints
from kg.files import STDIN
from kg.namespaces import GRAPH

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from pyoxigraph import Triple

    from kg.dataset.documents import Node
    from kg.reasoning.ontology import Memory
    from kg.tables.triples import Triples

__all__ = [
    "Catalog",
    "Dataset",
    "Document",
    "Location",
    "Reading",
    "Viewpoint",
    "load",
    "read_documents",
]

# A triple that several of these would hold belongs to the first of them.
_OWN_GRAPHS: tuple[NamedNode, ...] = (
    GRAPH.asserted,
    GRAPH.reference,
    GRAPH.ontology,
    GRAPH.claims,
    GRAPH.links,
)


class Dataset:
    """Documents, and the named graphs that their triples make up.

    The graphs of kg are pairwise disjoint: a triple that two documents put into different ones is
    in the first of asserted, reference, ontology, claims, links. Any other graph holds all that
    the documents put into it.

    >>> from kg import resources
    >>> from kg.namespaces import expand
    >>> dataset = load([resources.data()], resources.ontology())
    >>> dataset.label(NamedNode(expand("kg:algeria")))
    'Algeria'
    """

    def __init__(self, documents: Sequence[Document]) -> None:
        self.documents = tuple(documents)
        #: How the documents were read.
        self.reading = Reading()
        #: Whether kg's own ontology says what the terms mean, so that a graph with claims must
        #: conform to kg's shapes and citation checks before it can be asked.
        self.gated = False

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
        changed = [(d, "change") for d, _ in roles if d.role == "change"]
        # The changes come last, so that one more leaves the numbers of the others as they are.
        roles = [each for each in roles if each[0].role != "change"] + changed
        numbered = [replace(d, role=role, number=n) for n, (d, role) in enumerate(roles)]
        in_columns = all(document.may_be_in_columns for document in numbered)
        return cls([replace(document, in_columns=in_columns) for document in numbered])

    def changed(self, change: Document) -> Dataset:
        """Return the dataset after one more change; this one stays as it is.

        Raises:
            ParseFailure: the change deletes what is not there.
        """
        later = Dataset([*self.documents, replace(change, number=len(self.documents))])
        later.reading, later.gated = self.reading, self.gated
        # What is known of the dataset need not be read again.
        later._stated = changes.applied(self._stated, later.documents[-1:])
        return later

    def graphs(self) -> tuple[NamedNode, ...]:
        """Return the names of the graphs that hold anything, kg's own first."""
        return tuple(self._graphs if self.columns is None else self.columns)

    def graph(self, name: NamedNode) -> frozenset[Triple]:
        """Return the triples of one named graph; none where the dataset has no such graph."""
        if self.columns is None:
            return self._graphs.get(name, frozenset())
        return self.columns[name].objects if name in self.columns else frozenset()

    def named_graphs(self) -> Mapping[NamedNode, AbstractSet[Triple]]:
        """Return the triples of each graph, in columns where there are any."""
        return self._graphs if self.columns is None else self.columns

    @cached_property
    def columns(self) -> dict[NamedNode, Triples] | None:
        """The named graphs in columns; None where it takes objects to tell what they hold.

        The graphs are as ``graph`` returns them, and share their texts.
        """
        found = [document.columns for document in self.documents if document.in_columns]
        tables = [read.table for read in found if read is not None]
        if not tables or len(tables) < len(self.documents):
            return None
        from kg.tables.triples import Table

        graphs = Table.merged(tables).named_graphs(_OWN_GRAPHS)
        # A user's file that names the graphs of claims or links says what no fact is.
        return None if graphs.keys() & {GRAPH.claims, GRAPH.links} else graphs

    def saved(self, path: Path | None = None) -> Dataset:
        """Return the same dataset, its changes being documents that are written by now.

        Args:
            path: where the last one is; where it was told to be, by default.
        """
        documents = self.documents
        # A document that stays the same one need not be parsed again.
        later = Dataset(
            [replace(d, sources=None, path=path or d.path) if d.sources else d for d in documents]
        )
        later.reading, later.gated = self.reading, self.gated
        later._stated = self._stated
        return later

    def holders(self, triple: Triple) -> tuple[NamedNode, ...]:
        """Return the graphs that documents state a triple in; it belongs to the first of them."""
        return tuple(name for name, triples in self._stated.items() if triple in triples)

    @property
    def notes(self) -> tuple[str, ...]:
        """Say in sentences what was met and not loaded."""
        return (*(note for document in self.documents for note in document.notes), *self.imports)

    @cached_property
    def viewpoints(self) -> tuple[Viewpoint, ...]:
        """The viewpoints that there are: those declared, and one for each agent with claims."""
        return viewpoints(self)

    def state(self, viewpoint: Viewpoint | str = DEFAULT) -> State:
        """Return the dataset as a viewpoint has it; whether there is one is told by its parts."""
        slug = viewpoint if isinstance(viewpoint, str) else viewpoint.slug
        if slug not in self._states:
            self._states[slug] = State(self, viewpoint)
        return self._states[slug]

    @cached_property
    def _states(self) -> dict[str, State]:
        return {}

    @cached_property
    def ledger(self) -> Ledger:
        """The claims, and what counts as a fact by them."""
        return Ledger(self)

    @cached_property
    def ontology(self) -> Memory:
        """The ontology closed, once something asked for that."""
        from kg.reasoning.ontology import Memory

        return Memory()

    @cached_property
    def prefixes(self) -> dict[str, str]:
        """The prefixes of the documents; of two IRIs for one, the first document's counts."""
        found: dict[str, str] = {}
        for document in self.documents:
            for prefix, iri in document.prefixes.items():
                found.setdefault(prefix, iri)
        return found

    @cached_property
    def imports(self) -> tuple[str, ...]:
        """Say in a sentence what the documents import and what was not found."""
        return unresolved(self.documents, self.reading)

    def machine_paths(self, content: bytes) -> str | None:
        """Say of an output that it names places on this machine, where it does.

        Args:
            content: the output.
        """
        for document in self.documents:
            if document.base is not None or document.address is None or not document.has_relative:
                continue
            folder = document.address.rpartition("/")[0] + "/"
            if folder.encode() in content and folder.encode() not in document.content:
                return (
                    f"the output names this machine's {folder}, since relative IRIs of "
                    f"{document.path.name} begin from its address; --base IRI sets another"
                )
        return None

    def digest(self) -> str:
        """Return the SHA-256 of every document's role, name and bytes, without parsing one."""
        total = hashlib.sha256()
        for document in self.documents:
            # The folder is left out, so that a clone elsewhere has the same digest.
            for part in (document.role, document.path.name):
                total.update(part.encode("utf-8", "surrogateescape") + b"\0")
            total.update(hashlib.sha256(document.content).digest())
            if document.path == STDIN:
                total.update(document.format.name.encode())
            if document.has_relative:
                total.update((document.base or document.address or "").encode())
        return total.hexdigest()

    def locate(self, triple: Triple) -> Location | None:
        """Find the file and line that states a triple; None where no document states it."""
        for document, stands in zip(self.documents, self._standing, strict=True):
            if stands.states(triple):
                return document.place_of(triple)
        return None

    def locate_node(self, node: Node) -> Location | None:
        """Find where a node is described, where it is given its kind before all; or else None."""
        pairs = zip(self.documents, self._standing, strict=True)
        homes = [(document, stands) for document, stands in pairs if stands.describes(node)]
        typed = [(document, stands) for document, stands in homes if stands.types(node)]
        for document, _ in typed or homes:
            return document.place_of_subject(node)
        return None

    def label(self, node: object) -> str | None:
        """Return the label of a node, English first; None where it has none."""
        entry = self._labels.get(node) if self.columns is None else self._best_label(node)
        return None if entry is None else entry[-1]

    def _best_label(self, node: object) -> labels.Rank | None:
        """Return the best label of a node, without looking at those of all others."""
        if not isinstance(node, NamedNode | BlankNode):
            return None
        found = (
            labels.rank(triple.predicate, triple.object)
            for triples in self._naming
            for triple in triples.about(node)
            if isinstance(triple.object, Literal) and triple.object.value.strip()
        )
        return min(found, default=None)

    @cached_property
    def _naming(self) -> list[Triples]:
        """Return the triples of each graph that name something."""
        kinds = [*labels.LABELS, *labels.NAMES]
        return [triples.with_predicates(kinds) for triples in (self.columns or {}).values()]

    @cached_property
    def _graphs(self) -> dict[NamedNode, frozenset[Triple]]:
        found = self._stated
        graphs: dict[NamedNode, frozenset[Triple]] = {}
        for name in _OWN_GRAPHS:
            rest = found.get(name, frozenset()).difference(*graphs.values())
            if rest:
                graphs[name] = rest
        others = sorted((name for name in found if name not in _OWN_GRAPHS), key=str)
        return graphs | {name: found[name] for name in others if found[name]}

    @cached_property
    def _stated(self) -> changes.Graphs:
        """What each graph is said to hold, also where an earlier one holds it too."""
        found: dict[NamedNode, set[Triple]] = {}
        for document in self.documents:
            if document.role != "change":
                for quad in document.quads():
                    found.setdefault(quad.graph_name, set()).add(quad.triple)  # type: ignore[arg-type]
        graphs = {name: frozenset(triples) for name, triples in found.items()}
        return changes.applied(graphs, [d for d in self.documents if d.role == "change"])

    @cached_property
    def _standing(self) -> list[Document | changes.Standing]:
        return changes.standing(self.documents)

    @cached_property
    def _labels(self) -> dict[object, labels.Rank]:
        kinds = {*labels.LABELS, *labels.NAMES}
        found: dict[object, labels.Rank] = {}
        for triples in self._graphs.values():
            for triple in triples:
                name = triple.object
                if triple.predicate not in kinds or not isinstance(name, Literal):
                    continue
                if name.value.strip():
                    entry = labels.rank(triple.predicate, name)
                    found[triple.subject] = min(entry, found.get(triple.subject, entry))
        return found


def load(
    data: Sequence[Path],
    ontology: Sequence[Path],
    reading: Reading | None = None,
    *,
    gated: bool = False,
) -> Dataset:
    """Read files and folders into a dataset.

    Args:
        data: files or folders of facts, claims and links.
        ontology: files or folders that say what the terms mean.
        reading: how to read them, where not as they are.
        gated: whether a graph with claims must conform to kg's shapes before it can be asked.

    Raises:
        ResourceNotFound: a path does not exist, or a folder holds no file that kg reads.
        UnknownName: a file's ending tells no format that kg reads.
    """
    reading = reading or Reading()
    terms = with_imports(read_documents(ontology, reading.base), reading)
    facts = with_imports(read_documents(data, reading.base), reading, terms)
    dataset = Dataset.from_documents(facts, terms)
    dataset.reading, dataset.gated = reading, gated
    return dataset
