"""The folder that is served, with a change: through ``kg.edit``, and so through the gate.

Nothing is written here: the document of the change is returned to the process that keeps others
from changing the folder, which commits it (``kg.web.writing``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyoxigraph import DefaultGraph, NamedNode, Quad, Store, Triple

from kg import build
from kg.comparison import meant
from kg.dataset import load
from kg.dataset.documents import DERIVED
from kg.edit import Edit, Origin
from kg.edit.successors import succeed
from kg.edit.working import next_change, working_folder
from kg.lexical import decode
from kg.namespaces import GRAPH
from kg.snapshot.written import as_written
from kg.sources import sources
from kg.sparql.updating import apply
from kg.web import building
from kg.web.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kg.dataset import Dataset
    from kg.snapshot import Snapshot
    from kg.sparql.guard import Query
    from kg.web.settings import Settings

__all__ = ["updated", "written"]

#: What was made stays open, so that nothing removes it before somebody else holds it.
_MADE: list[Snapshot] = []


def updated(settings: Settings, update: Query, base: str) -> dict[str, Any]:
    """Return what an update of the graphs of a folder as one changes.

    Args:
        settings: say which folder.
        update: what is to be done.
        base: what relative IRIs are resolved against.

    Returns:
        ``status``; ``changed``, whether anything is; and then ``path`` and ``document``, the change
        and its place, and ``edition``, the new state, where it follows from the one before.

    Raises:
        KgError: the state after it is refused; nothing is changed.
        Problem: it is about a graph by name, or removes what is not stated.
    """
    dataset, origin = _opened(settings)
    found = build.open_snapshot(dataset, gated=origin.gated, viewpoint=origin.viewpoint)
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
    removed, added = (map(_decoded, triples) for triples in (before - after, after - before))
    stated = [_stated(triple, dataset) for triple in removed]
    return _edited(settings, dataset, origin, stated, added) | {"status": 204}


def written(
    settings: Settings, method: str, graph: NamedNode | None, triples: Iterable[Triple]
) -> dict[str, Any]:
    """Return what putting, adding to or deleting a graph of a folder changes.

    Args:
        settings: say which folder.
        method: PUT, POST or DELETE.
        graph: its name; None is all graphs as one, which can be added to.
        triples: what is put or added.

    Returns:
        As ``updated`` does.

    Raises:
        KgError: the state after it is refused; nothing is changed.
        Problem: the graph cannot be written so, or is not there.
    """
    dataset, origin = _opened(settings)
    new = frozenset(triples)
    if graph is None:
        if method != "POST":
            told = "the default graph is all graphs as one: name one, or add to it with POST"
            raise Problem("query-refused", told)
        return _edited(settings, dataset, origin, (), new) | {"status": 204}
    if graph == GRAPH.ontology or str(graph).startswith(DERIVED):
        raise Problem("query-refused", f"{graph} is not written: kg makes it from files")
    old = dataset.graph(graph)
    if method == "DELETE" and not old:
        raise Problem("not-found", f"there is no graph {graph}")
    removed = old - new if method in ("PUT", "DELETE") else frozenset()
    changed = _edited(settings, dataset, origin, _in(graph, removed), _in(graph, new - old))
    return changed | {"status": 201 if new and not old else 204}


def _opened(settings: Settings) -> tuple[Dataset, Origin]:
    data, ontology, gated = sources(settings.data or None, settings.ontology)
    dataset = load(data, ontology)
    viewpoint = meant(settings.viewpoint, dataset, gated=gated)
    return dataset, Origin(data, ontology, gated=gated, viewpoint=viewpoint)


def _edited(
    settings: Settings,
    dataset: Dataset,
    origin: Origin,
    removed: Iterable[Triple | Quad],
    added: Iterable[Triple | Quad],
) -> dict[str, Any]:
    gone, come = list(removed), list(added)
    if not gone and not come:
        return {"changed": False}
    later: list[Dataset] = []
    with Edit(dataset, origin, lambda state, _: later.append(state)) as edit:
        edit.remove(gone)
        edit.add(come)
    if not edit.changes:
        return {"changed": False}
    path = next_change(working_folder(origin.data), dataset.documents)
    changed = {"changed": True, "path": str(path), "document": edit.changes.document().decode()}
    snapshots = succeed(dataset, later[0], origin, edit.changes)
    if snapshots is None:
        return changed
    built = building.made_of(later[0], settings, is_gated=origin.gated)
    _MADE.extend([*snapshots, *built.snapshots])
    return changed | {"edition": built.edition.written()}


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
