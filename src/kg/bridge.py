"""The graph as rdflib knows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyoxigraph import Literal

from kg.namespaces import PREFIXES, XSD

if TYPE_CHECKING:
    import rdflib
    from pyoxigraph import Store

__all__ = ["to_rdflib"]


def to_rdflib(store: Store) -> rdflib.Dataset:
    """Copy a store into an rdflib dataset that queries all its graphs as one.

    Lexical forms are kept, and so are the labels of blank nodes.
    """
    import rdflib

    from kg.reasoning.convert import to_rdflib as convert

    def term(value: Any) -> Any:
        # Parsers of rdflib give a string no datatype, and to rdflib the two are not equal.
        if isinstance(value, Literal) and not value.language and value.datatype == XSD.string:
            return rdflib.Literal(value.value)
        return convert(value)

    dataset = rdflib.Dataset(default_union=True)
    for prefix, namespace in PREFIXES.items():
        dataset.bind(prefix, namespace, replace=True)
    for name in store.named_graphs():
        graph = dataset.graph(term(name))
        for quad in store.quads_for_pattern(None, None, None, name):
            graph.add((term(quad.subject), term(quad.predicate), term(quad.object)))
    return dataset
