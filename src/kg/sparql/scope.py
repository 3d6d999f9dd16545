"""The dataset of a query, the merge of its graphs, and limits on its result."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

from pyoxigraph import BlankNode, NamedNode, Quad, Store

from kg.errors import ParseFailure, QueryRefused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kg.sparql.guard import Query

__all__ = ["Cap", "Scope", "merged"]


@dataclass(frozen=True)
class Scope:
    """The dataset of a query, https://www.w3.org/TR/sparql11-query/#rdfDataset.

    Args:
        union: whether the default graph is all graphs as one, unless another is named.
        default_graphs: those that the default graph is made of; None leaves it to ``union``.
        named_graphs: those that GRAPH reaches; None is all.
        is_final: whether this stands before what FROM and FROM NAMED say.
    """

    union: bool = True
    default_graphs: Sequence[NamedNode] | None = None
    named_graphs: Sequence[NamedNode | BlankNode] | None = None
    is_final: bool = False

    @classmethod
    def of_protocol(cls, default: Iterable[str], named: Iterable[str]) -> Scope:
        """Return the dataset that a request names, whatever the query says.

        A graph that is not there is an empty one, and nothing is fetched. See
        https://www.w3.org/TR/sparql11-protocol/#dataset.

        Args:
            default: IRIs of ``default-graph-uri``.
            named: IRIs of ``named-graph-uri``.

        Raises:
            ParseFailure: one is no IRI.

        >>> Scope.of_protocol(["urn:a"], []).named_graphs
        ()
        """
        return cls(
            default_graphs=tuple(map(_graph, default)),
            named_graphs=tuple(map(_graph, named)),
            is_final=True,
        )

    def options(self, *, has_dataset: bool) -> dict[str, Any]:
        """Return what the engine is told.

        Args:
            has_dataset: whether the query itself has FROM or FROM NAMED.
        """
        if has_dataset and not self.is_final:
            # Anything else would hide what FROM says.
            return {"use_default_graph_as_union": False}
        named = None if self.named_graphs is None else list(self.named_graphs)
        if self.default_graphs is None:
            return {"use_default_graph_as_union": self.union, "named_graphs": named}
        return {"default_graph": list(self.default_graphs), "named_graphs": named}


def _graph(iri: str) -> NamedNode:
    try:
        return NamedNode(iri)
    except ValueError:
        raise ParseFailure("dataset", f"{iri!r} is no IRI of a graph") from None


@dataclass(frozen=True)
class Cap:
    """How much a result may have; more is refused as soon as it is seen.

    Args:
        rows: of a SELECT.
        triples: of a CONSTRUCT or DESCRIBE.
        bytes: of the texts of its terms.

    >>> list(Cap(rows=2).over_rows([(None,), (None,)]))
    [(None,), (None,)]
    >>> list(Cap(rows=1).over_rows([(None,), (None,)]))
    Traceback (most recent call last):
    kg.errors.QueryRefused: more than 1 row; add LIMIT, or ask for less
    """

    rows: int | None = None
    triples: int | None = None
    bytes: int | None = None

    def over_rows(self, rows: Iterable[Sequence[Any]]) -> Iterator[Sequence[Any]]:
        """Let rows through up to the cap.

        Raises:
            QueryRefused: there is one more, or they are too long together.
        """
        return self._over(rows, self.rows, "row")

    def over_triples(self, triples: Iterable[Any]) -> Iterator[Any]:
        """Let triples through up to the cap.

        Raises:
            QueryRefused: there is one more, or they are too long together.
        """
        return self._over(triples, self.triples, "triple")

    def _over(self, items: Iterable[Any], most: int | None, noun: str) -> Iterator[Any]:
        size = 0
        for number, item in enumerate(items, 1):
            if most is not None and number > most:
                raise QueryRefused(
                    f"more than {most:,} {noun}{'' if most == 1 else 's'}; "
                    "add LIMIT, or ask for less",
                    code=f"too-many-{noun}s",
                    count=most,
                )
            if self.bytes is not None:
                size += sum(_length(term) for term in item)
                if size > self.bytes:
                    raise QueryRefused(
                        f"more than {self.bytes:,} bytes after {number:,} {noun}s; "
                        "add LIMIT, or ask for less",
                        code="too-many-bytes",
                        count=number,
                    )
            yield item


def _length(term: Any) -> int:
    value = getattr(term, "value", None)
    return len(value) if isinstance(value, str) else len(str(term)) if term is not None else 0


# Oxigraph gives a triple once for each of the graphs that a query names as its default graph; that
# is their merge, which is a set (https://www.w3.org/TR/sparql11-query/#specifyingDataset).


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
