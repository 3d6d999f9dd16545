"""The open edition of a worker: its stores, opened when they are first asked for."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode, RdfFormat, Store, parse

from kg import files
from kg.errors import UnknownName
from kg.namespaces import GRAPH, accepted_graph, inferred_graph
from kg.snapshot.written import Written, change, in_memory

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kg.reasoning import Prover
    from kg.results import Term
    from kg.sparql import Query, Result
    from kg.web.edition import Edition
    from kg.web.settings import Limits
    from kg.web.writing.served_folder import Folder

__all__ = ["Held"]

#: Snapshots of so many triples are copied to memory, where sorting is 8 times as fast. That takes
#: 5 microseconds and 700 bytes for each triple, in each worker.
_SMALL = 50_000


class Held:
    """The stores of an edition, read only.

    Args:
        edition: the state that is served.
        limits: how much one request may take.
    """

    def __init__(self, edition: Edition, limits: Limits) -> None:
        self.edition, self.limits = edition, limits
        self._stores: dict[str, Store] = {}
        self._copies: dict[str, Store] = {}
        self._written: dict[str, Written | None] = {}
        self._written_copies: dict[str, Written] = {}
        self._provers: dict[str, Prover] = {}
        self._descriptors: list[int] = []
        #: What is served and changed here, in the process that makes changes.
        self.folder: Folder | None = None

    def close(self) -> None:
        """Let go of the snapshots; the stores must not be used any more."""
        self._provers.clear()
        self._copies.clear()
        self._written.clear()
        self._written_copies.clear()
        self._stores.clear()
        while self._descriptors:
            os.close(self._descriptors.pop())

    def take_over(self, before: Held) -> None:
        """Take what an earlier edition has in memory, where this one has it too or nearly so.

        Args:
            before: has the earlier edition; it is not asked any more.
        """
        folders = {*self.edition.snapshots.values()}
        copies = {
            one: copy for one, copy in before._copies.items() if copy is not before._stores.get(one)
        }
        self._copies |= {one: copies[one] for one in folders & copies.keys()}
        kept_copies = before._written_copies
        self._written_copies |= {one: kept_copies[one] for one in folders & kept_copies.keys()}
        # The rest is changed in place: nobody looks at the state before any more.
        told, folder = self.edition.difference, self.edition.snapshots[self.edition.viewpoint]
        if told is None or folder in self._copies or told["base"] not in copies:
            return
        added, removed = (
            list(parse(told[name].encode(), RdfFormat.N_QUADS)) for name in ("added", "removed")
        )
        self._copies[folder] = copies[told["base"]]
        change(self._copies[folder], added, removed)
        kept = kept_copies.get(told["base"])
        if kept is not None:
            self._written_copies[folder] = kept.changed(added, removed)

    def store(self, viewpoint: str | None = None) -> Store:
        """Return the store of a viewpoint, or of the one that is meant where none is named.

        Raises:
            UnknownName: there is no such viewpoint; carries the close matches.
        """
        return self._copied(self.edition.snapshots[self._slug(viewpoint)])

    def warm(self) -> None:
        """Open or copy now what the first query would wait for."""
        folder = self.edition.snapshots[self._slug(None)]
        self._copied(folder)
        self._kept(folder, is_copied=True)

    def beside(self) -> Store:
        """Return the store that has the graphs of all viewpoints, where there is one."""
        edition = self.edition.whole()
        return self._opened(edition.beside or edition.snapshots[self._slug(None)])

    def prover(self, viewpoint: str | None = None) -> Prover:
        """Return what proves the triples of a viewpoint; it remembers what it was asked."""
        slug = self._slug(viewpoint)
        if slug not in self._provers:
            from kg.reasoning import Prover
            from kg.reasoning.lookups import derived, given

            store = self.store(slug)
            self._provers[slug] = Prover(given(store), derived(store))
        return self._provers[slug]

    def query(  # noqa: PLR0913 - what the protocol lets a client choose
        self,
        text: str | Query,
        *,
        viewpoint: str | None = None,
        bindings: Mapping[str, Term] | None = None,
        default_graphs: Sequence[str] | None = None,
        named_graphs: Sequence[str] | None = None,
        source: str = "query",
        base: str = "",
    ) -> Result:
        """Evaluate a query within the limits.

        Args:
            text: SELECT, ASK, CONSTRUCT or DESCRIBE; or what ``kg.sparql.read`` made of it.
            viewpoint: the one it is asked from.
            bindings: values for variables, by name.
            default_graphs: IRIs of ``default-graph-uri``; with these or the next, they are the
                dataset whatever FROM says (https://www.w3.org/TR/sparql11-protocol/#dataset).
            named_graphs: IRIs of ``named-graph-uri``.
            source: what messages call the query.
            base: what relative IRIs are resolved against.

        Raises:
            UnknownName: the query compares viewpoints, and there is not each of them here.
            KgError: as ``kg.sparql.evaluate`` does.
        """
        from kg.sparql import Cap, Scope, evaluate, read

        query = text
        if isinstance(query, str):
            query = read(
                query, source, depth=self.limits.depth, patterns=self.limits.patterns, base=base
            )
        values = bindings or {}
        names_graphs = query.names_graphs() or bool(default_graphs or named_graphs)
        folder, graphs = self._compared(
            query, values, self._slug(viewpoint), names_graphs=names_graphs
        )
        scope = Scope(union=self.edition.union, default_graphs=graphs)
        if default_graphs or named_graphs:
            scope = Scope.of_protocol(default_graphs or (), named_graphs or ())
        cap = Cap(self.limits.rows, self.limits.triples, self.limits.bytes)
        # A copy gives the names of graphs in another order in each process.
        store = self._opened(folder) if query.names_graphs() else self._copied(folder)
        kept = self._kept(folder, is_copied=not query.names_graphs())
        return evaluate(store, query, bindings=values, scope=scope, cap=cap, written=kept)

    def notes(
        self, text: str, result: Result, viewpoint: str | None = None, base: str = ""
    ) -> list[str]:
        """Return notes on the terms of a query that the graph lacks, where it answers nothing."""
        from kg.sparql import read
        from kg.terms import absent

        return absent(read(text, "query", base=base), self.store(viewpoint), result)

    def written(self, viewpoint: str | None = None) -> Written | None:
        """Return what keeps literals as they are written, where the store does not."""
        return self._kept(self.edition.snapshots[self._slug(viewpoint)])

    def check(self, text: str, viewpoint: str | None, bindings: Mapping[str, Term]) -> None:
        """Raise what ``query`` would before it evaluates anything.

        Raises:
            UnknownName: the query compares viewpoints, and there is not each of them here.
            KgError: as ``kg.sparql.read`` does.
        """
        from kg.sparql import read

        self._compared(read(text, "query"), bindings, self._slug(viewpoint))

    def _compared(
        self, query: Query, values: Mapping[str, Term], slug: str, *, names_graphs: bool = False
    ) -> tuple[str, list[NamedNode] | None]:
        """Return the snapshot that a query needs, and the graphs that are its default graph."""
        from kg.perspectives import compared

        edition, folder = self.edition, self.edition.snapshots[slug]
        store = self.store(slug)
        others = compared(query, values.values(), store, slug)
        # A file that is served as it is may have graphs that are called so.
        lacking = {
            one
            for one in others - edition.snapshots.keys()
            if not any(
                store.contains_named_graph(graph(one)) for graph in (accepted_graph, inferred_graph)
            )
        }
        if others - {slug}:
            edition = edition.whole()
        if lacking:
            raise UnknownName("viewpoint", min(lacking), list(edition.snapshots))
        is_apart = edition.overlaps and names_graphs and slug == edition.viewpoint
        if edition.beside is None or not (others or is_apart):
            return folder, None
        own = {
            GRAPH.asserted.value: accepted_graph(slug).value,
            inferred_graph(edition.viewpoint).value: inferred_graph(slug).value,
        }
        renamed = own if slug != edition.viewpoint else {}
        return edition.beside, [NamedNode(renamed.get(one, one)) for one in edition.graphs]

    def _slug(self, viewpoint: str | None) -> str:
        slug = viewpoint or self.edition.viewpoint
        if slug not in self.edition.snapshots:
            raise UnknownName("viewpoint", slug, list(self.edition.whole().snapshots))
        return slug

    def _opened(self, folder: str) -> Store:
        if folder not in self._stores:
            descriptor = os.open(Path(folder) / "lock", os.O_RDONLY)
            self._descriptors.append(descriptor)
            files.lock_shared(descriptor)
            self._stores[folder] = Store.read_only(str(Path(folder) / "store"))
        return self._stores[folder]

    def written_beside(self) -> Written | None:
        """Return what keeps literals as they are written of the graphs of all viewpoints."""
        edition = self.edition.whole()
        return self._kept(edition.beside or edition.snapshots[self._slug(None)])

    def _kept(self, folder: str, *, is_copied: bool = False) -> Written | None:
        """Return what keeps literals as they are written, opened once, or copied to memory."""
        if is_copied and folder in self._written_copies:
            return self._written_copies[folder]
        self._opened(folder)
        if folder not in self._written:
            self._written[folder] = Written.of(Path(folder))
        kept = self._written[folder]
        if kept is None or not is_copied or self._copied(folder) is self._opened(folder):
            return kept
        if folder not in self._written_copies:
            self._written_copies[folder] = kept.in_memory()
        return self._written_copies[folder]

    def _copied(self, folder: str) -> Store:
        """Return a store in memory where the snapshot is small, as fast as that is; or itself."""
        if folder not in self._copies:
            opened = self._opened(folder)
            meta = json.loads((Path(folder) / "meta.json").read_text("utf-8"))
            if sum(meta["triples"].values()) > _SMALL:
                self._copies[folder] = opened
            else:
                copy = in_memory(opened)
                self._copies[folder] = copy
        return self._copies[folder]
