"""The merge of graphs that a query names as its default graph, each triple once.

Oxigraph gives a triple once for each of the graphs; the default graph is their merge, which is a
set (https://www.w3.org/TR/sparql11-query/#specifyingDataset).
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode, Quad, Store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kg.sparql.guard import Query
    from kg.sparql.scope import Scope

__all__ = ["merged"]


def merged(store: Store, query: Query, scope: Scope) -> Store:
    """Return a store in which the graphs that are the default graph share no triple.

    It is the same store where they share none; else a copy in memory of the graphs that the query
    reaches, in which the first of them holds what all hold.

    Args:
        store: the graphs.
        query: what is asked; with several FROM, and no FROM NAMED.
        scope: or else the dataset that a request names.
    """
    graphs, named = _dataset(query, scope)
    if len(graphs) < 2 or set(graphs) & set(named) or not _share(store, graphs):  # noqa: PLR2004 - one graph is no merge
        return store
    copy = Store()
    for graph in (*graphs, *named):
        copy.add_graph(graph)
        home = graphs[0] if graph in graphs else graph
        for quad in store.quads_for_pattern(None, None, None, graph):
            copy.add(Quad(quad.subject, quad.predicate, quad.object, home))
    return copy


def _dataset(query: Query, scope: Scope) -> tuple[Sequence[NamedNode], Sequence[NamedNode]]:
    if scope.is_final:
        return list(dict.fromkeys(scope.default_graphs or ())), list(scope.named_graphs or ())  # type: ignore[arg-type]
    if any(token.text.upper() == "NAMED" for token in query.tokens):
        return [], []
    return [NamedNode(graph) for graph in dict.fromkeys(query.graphs)], []


def _share(store: Store, graphs: Sequence[NamedNode]) -> bool:
    pattern = "{ ?s ?p ?o }"
    return any(
        bool(store.query(f"ASK {{ GRAPH {one} {pattern} GRAPH {other} {pattern} }}"))
        for one, other in combinations(graphs, 2)
    )
