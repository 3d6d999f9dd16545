"""A graph in columns, as the fast engine takes it: no object is made for each triple."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TypeGuard

from pyoxigraph import RdfFormat

from kg.namespaces import RDF, RDFS, XSD

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from pyoxigraph import NamedNode, Store, Triple

    from kg.tables.triples import Triples
    from kg.validation.index import Term

__all__ = ["fill", "is_in_columns", "literals_of", "typed"]


def is_in_columns(triples: object) -> TypeGuard[Triples]:
    """Return whether a graph is in columns, without importing what these take."""
    tables = sys.modules.get("kg.tables.triples")
    return tables is not None and isinstance(triples, tables.Triples)


def typed(
    triples: Triples,
    above: Callable[[Term, Mapping[Term, set[Term]]], Collection[Term]],
) -> Triples:
    """Return a type of each node for every class of the shapes that its classes are below.

    Args:
        triples: the graph.
        above: returns the classes of the shapes that a class is below, by the parents of each.
    """
    import numpy as np

    from kg.tables.triples import Triples as InColumns

    texts = triples.texts
    parents: dict[Term, set[Term]] = {}
    for triple in triples.with_predicates([RDFS.subClassOf]):
        parents.setdefault(triple.subject, set()).add(triple.object)
    types = triples.with_predicates([RDF.type])
    (kind,) = texts.encode([RDF.type])
    parts = [InColumns(texts)]
    numbers = np.unique(types.value)
    for number, own in zip(numbers, texts.decode(numbers.astype(np.uint64)), strict=True):
        subject = types.subject[types.value == number]
        for wide in texts.encode(sorted(above(own, parents), key=str)):  # type: ignore[arg-type]
            predicate, value = (np.full(subject.size, one, np.uint32) for one in (kind, wide))
            parts.append(InColumns(texts, subject, predicate, value))
    return InColumns.union(parts)


def fill(store: Store, triples: Triples) -> None:
    """Put a graph into a store; its blank nodes keep their labels."""
    if triples.has_blank_nodes():
        from pyoxigraph import Quad

        store.bulk_extend(Quad(*triple) for triple in triples)
        return
    for text in triples.lines():
        store.bulk_load(text, RdfFormat.N_TRIPLES, lenient=True)


def literals_of(triples: Triples, datatypes: Iterable[NamedNode]) -> list[Triple]:
    """Return the triples whose object is a literal of one of some datatypes."""
    import numpy as np

    texts = triples.texts.texts()
    flags = np.zeros(len(texts), dtype=bool)
    for datatype in datatypes:
        end = '"' if datatype == XSD.string else f'"^^{datatype}'
        flags |= (texts.str.starts_with('"') & texts.str.ends_with(end)).to_numpy()
    return list(triples.take(flags[triples.value]))
