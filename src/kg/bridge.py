"""The graph as rdflib knows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyoxigraph import Literal

from kg.namespaces import PREFIXES, XSD
from kg.snapshot.written import as_written

if TYPE_CHECKING:
    from collections.abc import Collection

    import rdflib
    from pyoxigraph import NamedNode, Store

    from kg.snapshot.written import Written

__all__ = ["to_rdflib"]


def to_rdflib(
    store: Store,
    default_graphs: Collection[NamedNode] | None = None,
    written: Written | None = None,
) -> rdflib.Dataset:
    """Copy a store into an rdflib dataset that queries all its graphs as one.

    Lexical forms are kept, and so are the labels of blank nodes.

    Args:
        store: the graphs.
        default_graphs: those that are queried as one, unless all are; the others have to be named.
        written: what keeps literals as they are written, where the store does not.
    """
    import rdflib

    from kg.lexical import decode
    from kg.reasoning.convert import to_rdflib as convert

    store = as_written(store, written)

    def term(value: Any) -> Any:
        # Parsers of rdflib give a string no datatype, and to rdflib the two are not equal.
        if isinstance(value, Literal) and not value.language and value.datatype == XSD.string:
            return rdflib.Literal(value.value)
        return convert(value)

    dataset = rdflib.Dataset(default_union=default_graphs is None)
    for prefix, namespace in PREFIXES.items():
        dataset.bind(prefix, namespace, replace=True)
    for name in store.named_graphs():
        graph = dataset.graph(term(name))
        graphs = [graph, dataset.default_graph] if name in (default_graphs or ()) else [graph]
        for quad in store.quads_for_pattern(None, None, None, name):
            for one in graphs:
                one.add((term(quad.subject), term(quad.predicate), term(decode(quad.object))))
    return dataset
