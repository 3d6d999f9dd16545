"""The folder that is served, and its changes: through ``kg.edit``, and so through the gate.

Nothing is written here: the document of the change is returned to the process that keeps others
from changing the folder, which commits it (``kg.web.writing.writer``). What was read or made for
one change is there for the next.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, Store, Triple, serialize

from kg import build, snapshot
from kg.dataset.documents import DERIVED
from kg.dataset.viewpoints import DEFAULT
from kg.edit import Edit, Origin
from kg.edit.revision import prepare
from kg.edit.step import Unfollowed, succeed
from kg.edit.working import next_change, working_folder
from kg.errors import KgError, ResourceNotFound
from kg.lexical import decode, encode
from kg.namespaces import GRAPH
from kg.perspectives import meant
from kg.snapshot.written import as_written
from kg.sources import sources
from kg.sparql.update import apply, data_of
from kg.web import building
from kg.web.edition import Edition, SnapshotLocks, now
from kg.web.responses import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kg.dataset import Dataset
    from kg.edit.outcome import Outcome
    from kg.snapshot import Snapshot
    from kg.snapshot.derived import Difference
    from kg.sparql.guard import Query
    from kg.web.settings import Settings

__all__ = ["Folder", "updated", "written"]

#: Of more quads than so many, a worker makes another copy.
_FEW = 10_000


class _State(NamedTuple):
    """A folder at one moment.

    Args:
        dataset: its files, with what was read of them.
        snapshot: from the viewpoint that is meant.
    """

    dataset: Dataset
    snapshot: Snapshot


class Folder:
    """What is known of the folder that is served: as it was before the last change, and after it.

    Args:
        settings: say which folder.
        edition: the state that is served when this begins.
    """

    def __init__(self, settings: Settings, edition: Edition) -> None:
        self._settings = settings
        data, ontology, gated = sources(settings.data or None, settings.ontology)
        self._origin = Origin(data, ontology, gated=gated)
        self._states: list[_State] = []
        #: The last state with snapshots of all viewpoints, and what keeps these from being removed.
        self._complete: Dataset | None = None
        self._kept: list[Any] = []
        with suppress(ResourceNotFound):
            self._kept.append(SnapshotLocks(edition))

    def opened(self) -> _State:
        """Return the folder as it is now.

        Raises:
            KgError: it cannot be read, or not be served.
        """
        settings, origin = self._settings, self._origin
        dataset = origin.load()
        for state in self._states:
            if state.dataset.digest() == dataset.digest():
                return state
        viewpoint = meant(settings.viewpoint, dataset)
        self._origin = replace(origin, viewpoint=viewpoint)
        found = build.open_snapshot(dataset.state(viewpoint))
        self._states, self._complete = [_State(dataset, found)], dataset
        return self._states[0]

    def prepare(self) -> None:
        """Read the files, and make ready the rules and the shapes."""
        prepare(self.opened().dataset)

    def changed(
        self, removed: Iterable[Triple | Quad], added: Iterable[Triple | Quad]
    ) -> dict[str, Any]:
        """Return what a change comes to, as ``updated`` does; the folder stays as it is.

        Args:
            removed: what is taken away.
            added: what comes.

        Raises:
            KgError: the state after it is refused.
        """
        gone, come = list(removed), list(added)
        if not gone and not come:
            return {"changed": False}
        state = self.opened()
        later: list[Dataset] = []
        adopt = lambda dataset, _: later.append(dataset)  # noqa: E731
        with Edit(state.dataset, self._origin, adopt, current=state.snapshot) as edit:
            edit.remove(gone)
            edit.add(come)
        if not edit.changes:
            return {"changed": False}
        path = next_change(working_folder(self._origin.data), state.dataset.documents)
        self._states = [state, _State(later[0].saved(path), edit.changes.after)]
        changed = {
            "changed": True,
            "path": str(path),
            "document": edit.changes.document().decode(),
        }
        edition = self._edition(state.dataset, later[0], edit.changes)
        return changed if edition is None else changed | {"edition": edition.written()}

    def _edition(self, earlier: Dataset, later: Dataset, outcome: Outcome) -> Edition | None:
        """Return the state after a change with one viewpoint; None where all is to be made."""
        if self._origin.viewpoint != DEFAULT or outcome.before is None:
            return None
        if earlier.state().overlapping or later.state().overlapping:
            return None
        others = (one.slug for one in later.viewpoints) if later.graph(GRAPH.claims) else ()
        after = outcome.after
        return Edition(
            digest=snapshot.digest_of("edition", DEFAULT, f"{DEFAULT} {after.digest}")[:32],
            title=building.title(later),
            viewpoint=DEFAULT,
            snapshots={DEFAULT: str(after.path)},
            made=now(),
            pending=tuple(sorted(set(others) - {DEFAULT})),
            difference=_told(outcome.before, outcome.difference),
        )

    def whole(self) -> Edition:
        """Make the snapshots of all viewpoints of the folder as it is now.

        Raises:
            KgError: it cannot be served.
        """
        state = self.opened()
        held: list[Any] = []
        if self._complete is not None:
            with suppress(Unfollowed, KgError):
                held = succeed(self._complete, state.dataset, self._origin)
        built = building.made_of(state.dataset, self._settings)
        self._complete, self._kept = state.dataset, [held, built]
        return built.edition


def updated(folder: Folder, update: Query, base: str) -> dict[str, Any]:
    """Return what an update of the graphs of a folder as one changes.

    Args:
        folder: is not changed.
        update: what is to be done.
        base: what relative IRIs are resolved against.

    Returns:
        ``status``; ``changed``, whether anything is; and then ``path`` and ``document``, the change
        and its place, and ``edition``, the new state, where it need not be made from the files.

    Raises:
        KgError: the state after it is refused; nothing is changed.
        Problem: it is about a graph by name, or removes what is not stated.
    """
    dataset, found = folder.opened()
    named = data_of(update, base)
    if named is None:
        removed, added = _evaluated(found, update, base)
    else:
        store = as_written(found.store, found.written)
        there = {triple: _is_in(store, triple) for triple in named[1]}
        removed = [one for one in there if there[one] and named[0] == "DELETE"]
        added = [one for one in there if not there[one] and named[0] == "INSERT"]
    return folder.changed([_stated(one, dataset) for one in removed], added) | {"status": 204}


def _is_in(store: Store, triple: Triple) -> bool:
    pattern = triple.subject, triple.predicate, encode(triple.object)
    return next(store.quads_for_pattern(*pattern), None) is not None


def _evaluated(
    found: Snapshot, update: Query, base: str
) -> tuple[Iterable[Triple], Iterable[Triple]]:
    """Carry out an update on a copy; return what it removes and what it adds."""
    store = Store()
    quads = as_written(found.store, found.written)
    store.extend(quads)
    store.extend(_in(DefaultGraph(), (quad.triple for quad in quads)))
    before, others = _triples(store), _named(store)
    apply(store, update, base)
    after = _triples(store)
    if _named(store) != others:
        told = "kg knows which graph a triple belongs to: leave GRAPH, CLEAR and the like out"
        raise Problem("query-refused", told)
    return map(_decoded, before - after), map(_decoded, after - before)


def written(
    folder: Folder, method: str, graph: NamedNode | None, triples: Iterable[Triple]
) -> dict[str, Any]:
    """Return what putting, adding to or deleting a graph of a folder changes.

    Args:
        folder: is not changed.
        method: PUT, POST or DELETE.
        graph: its name; None is all graphs as one, which can be added to.
        triples: what is put or added.

    Returns:
        As ``updated`` does.

    Raises:
        KgError: the state after it is refused; nothing is changed.
        Problem: the graph cannot be written so, or is not there.
    """
    dataset, _ = folder.opened()
    new = frozenset(triples)
    if graph is None:
        if method != "POST":
            told = "the default graph is all graphs as one: name one, or add to it with POST"
            raise Problem("query-refused", told)
        return folder.changed((), new) | {"status": 204}
    if graph == GRAPH.ontology or str(graph).startswith(DERIVED):
        raise Problem("query-refused", f"{graph} is not written: kg makes it from files")
    old = dataset.graph(graph)
    if method == "DELETE" and not old:
        raise Problem("not-found", f"there is no graph {graph}")
    removed = old - new if method in ("PUT", "DELETE") else frozenset()
    changed = folder.changed(_in(graph, removed), _in(graph, new - old))
    return changed | {"status": 201 if new and not old else 204}


def _told(before: Snapshot, difference: Difference | None) -> dict[str, str] | None:
    """Say how two snapshots differ, where that is little and has no blank nodes."""
    if difference is None or len(difference.added) + len(difference.removed) > _FEW:
        return None
    texts = [(serialize(quads, format=RdfFormat.N_QUADS) or b"").decode() for quads in difference]
    if any("_:" in text for text in texts):
        return None
    return {"base": str(before.path), "added": texts[0], "removed": texts[1]}


def _stated(triple: Triple, dataset: Dataset) -> Triple:
    """Return a triple that some file states."""
    if not dataset.holders(triple):
        detail = f"{triple} is not stated, but follows: remove what it follows from"
        raise Problem("query-refused", detail)
    return triple


def _decoded(triple: Triple) -> Triple:
    return Triple(triple.subject, triple.predicate, decode(triple.object))


def _triples(store: Store) -> frozenset[Triple]:
    quads = store.quads_for_pattern(None, None, None, DefaultGraph())
    return frozenset(quad.triple for quad in quads)


def _named(store: Store) -> frozenset[Quad]:
    return frozenset(quad for quad in store if quad.graph_name != DefaultGraph())


def _in(graph: NamedNode | DefaultGraph, triples: Iterable[Triple]) -> list[Quad]:
    return [Quad(t.subject, t.predicate, t.object, graph) for t in triples]
