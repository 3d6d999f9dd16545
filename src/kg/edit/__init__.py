"""Changing a graph: all that one edit says, or nothing, so that each state holds together.

What an edit says becomes a document of changes (``kg.dataset.changes``). The graph after it is
made as from files, through the same gate, and only then is the document written: the text stays
the master, and its renaming into place is the moment of the change.
"""

from __future__ import annotations

import re
from contextlib import ExitStack
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, DefaultGraph, Quad, RdfFormat, Triple, serialize

from kg.dataset import Dataset, Document, read_documents
from kg.dataset.changes import CHANGES, Change, close_match
from kg.edit.outcome import Outcome
from kg.edit.revision import Origin, revised
from kg.edit.working import alone, init, next_change, working_folder, write_change
from kg.errors import DoesNotConform, Misuse, ParseFailure, WriteFailure
from kg.formats import FORMATS
from kg.namespaces import GRAPH, PREFIXES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import TracebackType
    from typing import Self, TypeAlias

    from kg.snapshot import Snapshot

    #: A file or folder, a text in Turtle or TriG, or triples.
    Statements: TypeAlias = Path | str | Iterable[Triple | Quad]

__all__ = ["Edit", "Origin", "Outcome", "init"]

_DECLARED = "".join(f"@prefix {prefix}: <{iri}> . " for prefix, iri in PREFIXES.items())


class Edit:
    """What is to be changed in a graph, all at once or not at all.

    Args:
        dataset: the graph as it is.
        origin: what it is made from, and how.
        adopt: called with the new state when that is good.
        save: whether the change is written into the folder that the graph is made from.
        current: the snapshot of the graph as it is, where it is open.

    >>> from kg import load
    >>> g = load()
    >>> with g.edit() as edit:
    ...     edit.remove("kg:mali rel:neighbours kg:algeria .")
    Traceback (most recent call last):
    kg.errors.Misuse: <text>:1: ...
    """

    def __init__(
        self,
        dataset: Dataset,
        origin: Origin,
        adopt: Callable[[Dataset, Snapshot], None],
        *,
        save: bool = False,
        current: Snapshot | None = None,
    ) -> None:
        self._dataset, self._current = dataset, current
        self._origin = origin
        self._adopt = adopt
        self._save = save
        self._held = ExitStack()
        self._sources: list[Document] = []
        self._added: dict[Quad, None] = {}
        self._removed: dict[Quad, None] = {}
        self._present: dict[Triple, None] = {}
        self._outcome: Outcome | None = None

    @property
    def changes(self) -> Outcome:
        """What the edit changed, once its block has ended well."""
        if self._outcome is None:
            raise Misuse("nothing is changed before the block of the edit has ended well")
        return self._outcome

    @property
    def notes(self) -> tuple[str, ...]:
        """Say in sentences what was given and not taken."""
        notes = [note for source in self._sources for note in source.notes]
        text = Change(list(self._added), []).text().encode()
        return (*notes, *filter(None, [Dataset(self._sources).machine_paths(text)]))

    def add(self, statements: Statements) -> None:
        """Add triples where a file of data would have them; one that is there stays as it is.

        Args:
            statements: the path of a file or folder; a ``str`` is the text itself, in Turtle or
                TriG, with kg's prefixes; or triples. Their blank nodes are new ones.

        Raises:
            ParseFailure: what is given is not well formed; says where.
            Misuse: a triple has a blank node of the graph itself, which only its file can name.
        """
        for source in self._documents(statements):
            for quad in self._placed(source):
                named = not _is_own(quad.graph_name)
                again = [
                    one
                    for one in self._removed
                    if (one == quad if named else one.triple == quad.triple)
                ]
                for one in again:
                    del self._removed[one]
                if again:
                    continue
                homes = self._dataset.holders(quad.triple)
                # A graph of the files holds what it is given, whatever others hold.
                if quad.graph_name in homes if named else homes:
                    self._present[quad.triple] = None
                else:
                    self._added[quad] = None

    def remove(self, statements: Statements) -> None:
        """Take triples away from wherever the graph has them.

        Args:
            statements: as for :meth:`add`.

        Raises:
            ParseFailure: what is given is not well formed; says where.
            Misuse: a triple is not there, has a blank node, or is the ontology's.
        """
        for source in self._documents(statements):
            for quad in source.quads():
                self._remove(source, quad)

    def __enter__(self) -> Self:
        """Begin; where the change is to be saved, wait until nobody else changes the folder."""
        if self._save:
            folder = working_folder(self._origin.data)
            if any(document.sources is not None for document in self._dataset.documents):
                raise Misuse("the graph has changes that were not saved: load it again to save any")
            self._held.enter_context(alone(folder))
            current = self._origin.load()
            # Where others changed the folder since it was loaded, theirs come first.
            if current.digest() != self._dataset.digest():
                self._dataset, self._current = current, None
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Have the graph take the new state where that is good; after an error change nothing."""
        with self._held:
            if kind is None:
                self._outcome = self._commit()

    def _commit(self) -> Outcome:
        content = Change(list(self._added), list(self._removed)).text().encode()
        draft = Document(self._path, CHANGES, content, "change", sources=tuple(self._sources))
        changed = bool(self._added or self._removed)
        later = self._dataset.changed(draft) if changed else self._dataset
        try:
            made = revised(self._dataset, later, self._origin, self._current)
        except DoesNotConform as error:
            told = str(error).removesuffix("; run kg check")
            raise DoesNotConform(f"{told}; nothing was changed", error.report) from None
        path = None
        if self._save and changed:
            # Editors of text take no lock.
            if self._origin.load().digest() != self._dataset.digest():
                raise WriteFailure(self._path, "the files have changed meanwhile: try again")
            write_change(self._path, content)
            path, later = self._path, later.saved()
        self._adopt(later, made.after)
        parts = (tuple(self._added), tuple(self._removed), tuple(self._present))
        follows = made.follows, made.ceased
        return Outcome(*parts, *follows, made.after, made.before, path, made.difference)

    @property
    def _path(self) -> Path:
        return next_change(self._origin.data[0] if self._save else Path(), self._dataset.documents)

    def _documents(self, statements: Statements) -> Iterator[Document]:
        """Give what was passed the form of documents, each parsed, so that a fault shows now."""
        if isinstance(statements, Path):
            found = read_documents([statements], self._origin.reading.base)
        elif isinstance(statements, str):
            found = (Document(Path("<text>"), FORMATS["trig"], statements.encode()),)
        else:
            found = self._written(list(statements))
        for document in found:
            if document.format is CHANGES:
                raise Misuse(f"{document.path}: is a document of changes: give files of triples")
            number = len(self._dataset.documents) + 1 + len(self._sources)
            source = replace(document, number=number)
            if isinstance(statements, str):
                source = _with_prefixes(source)
            source.quads()
            self._sources.append(source)
            yield source

    def _written(self, statements: list[Triple | Quad]) -> tuple[Document, ...]:
        for one in statements:
            for node in (one.subject, one.object):
                if isinstance(node, BlankNode) and node in self._blank_nodes:
                    raise Misuse(
                        f"{node} is a blank node of the graph, which has no name elsewhere"
                    )
        quads = [_quad(one, getattr(one, "graph_name", DefaultGraph())) for one in statements]
        content = serialize(quads, format=RdfFormat.N_QUADS) or b""
        return (Document(Path("<triples>"), FORMATS["nq"], content),) if statements else ()

    @cached_property
    def _blank_nodes(self) -> frozenset[BlankNode]:
        triples = (t for name in self._dataset.graphs() for t in self._dataset.graph(name))
        nodes = (node for triple in triples for node in (triple.subject, triple.object))
        return frozenset(node for node in nodes if isinstance(node, BlankNode))

    def _placed(self, source: Document) -> Iterator[Quad]:
        """Put what is said of a claim that the graph has with the claims, as its file would."""
        for quad in source.quads():
            if quad.graph_name == GRAPH.asserted and quad.subject in self._claimed:
                yield Quad(quad.subject, quad.predicate, quad.object, GRAPH.claims)
            else:
                yield quad

    @cached_property
    def _claimed(self) -> frozenset[object]:
        return frozenset(triple.subject for triple in self._dataset.graph(GRAPH.claims))

    def _remove(self, source: Document, quad: Quad) -> None:
        triple = quad.triple
        pending = [one for one in self._added if one.triple == triple]
        for one in pending:
            del self._added[one]
        homes = self._dataset.holders(triple)
        if quad.graph_name in homes and not _is_own(quad.graph_name):
            # Who names a graph of the files means what that graph says, whatever others say.
            homes = (quad.graph_name,)  # type: ignore[assignment]
        gone = [name for name in homes if _quad(triple, name) in self._removed]
        if homes and not gone:
            self._check_removable(source, triple, homes)
            self._removed.update((_quad(triple, name), None) for name in homes)
        elif not pending and not gone:
            raise self._absent(source, triple)

    def _check_removable(self, source: Document, triple: Triple, homes: Iterable[object]) -> None:
        place = source.place_of(triple)
        if GRAPH.ontology in homes:
            where = self._dataset.locate(triple)
            raise Misuse(f"{place}: {triple} is in the ontology, which is changed in {where}")

    def _absent(self, source: Document, triple: Triple) -> Misuse:
        place = source.place_of(triple)
        if isinstance(triple.subject, BlankNode) or isinstance(triple.object, BlankNode):
            advice = "edit the file that states it, or give it an IRI there"
            return Misuse(f"{place}: a blank node has no name to be removed by: {advice}")
        graphs = [self._dataset.graph(name) for name in self._dataset.graphs()]
        found = close_match(triple, graphs)
        hint = f"; did you mean {found}?" if found else ""
        return Misuse(f"{place}: not there to be removed: {triple}{hint}")


def _is_own(graph: object) -> bool:
    """Return whether a graph is one of kg's own, which share no triple."""
    return graph in GRAPH.terms.values()


def _quad(triple: Triple | Quad, graph: object) -> Quad:
    return Quad(triple.subject, triple.predicate, triple.object, graph)  # type: ignore[arg-type]


def _with_prefixes(source: Document) -> Document:
    """Declare kg's prefixes at the start of a text, where it stays on its lines."""
    declared = replace(source, content=_DECLARED.encode() + source.content)
    try:
        declared.quads()
    except ParseFailure as error:
        column = error.column
        if error.line == 1 and column is not None:
            column -= len(_DECLARED)
        message = re.sub(r"^(?:[^:]*:){1,3} ", "", str(error)) if error.line else str(error)
        raise ParseFailure(error.source, message, error.line, column) from None
    return declared
