"""How much of what a graph holds."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from kg.evidence import name
from kg.namespaces import GRAPH, RDF, REL
from kg.snapshot.written import as_written

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyoxigraph import NamedNode, Store

    from kg.snapshot.written import Written

__all__ = ["statistics"]


def statistics(
    store: Store, whole: Mapping[str, int] | None = None, written: Written | None = None
) -> dict[str, dict[str, int]]:
    """Count the triples of each graph, the things of each kind, the claims of each standing.

    A thing is counted by what the facts say it is, and not by what is inferred.

    Args:
        store: the graphs, each triple in one of them.
        whole: the sizes of those that hold triples of others as well, by name.
        written: what keeps literals as they are written; None where the store does.
    """
    counted = as_written(store, written)
    triples = {
        graph.value.removeprefix(GRAPH.iri): sum(
            1 for _ in counted.quads_for_pattern(None, None, None, graph)
        )
        for graph in sorted(store.named_graphs(), key=str)
    }
    for graph_name, size in (whole or {}).items():
        triples[graph_name.removeprefix(GRAPH.iri)] = size
    return {
        "triples": dict(sorted(triples.items())) | {"all": len(counted)},
        "things": _counts(store, RDF.type, GRAPH.asserted),
        "claims": _counts(store, REL.standing, GRAPH.claims),
    }


def _counts(store: Store, predicate: NamedNode, graph: NamedNode) -> dict[str, int]:
    """Count by object, the most frequent first."""
    found = Counter(
        name(store, quad.object) for quad in store.quads_for_pattern(None, predicate, None, graph)
    )
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))
