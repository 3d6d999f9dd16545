"""The statements of a store, looked up in its graphs when they are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Store

from kg.namespaces import GRAPH, accepted_graph, is_inferred

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kg.reasoning.index import Statement, Term

__all__ = ["StoredIndex", "closed", "derived", "given"]

_GraphName = NamedNode | BlankNode | DefaultGraph

#: Claims, links and what is said of graphs are not reasoned over.
_APART = frozenset({GRAPH.claims, GRAPH.links, GRAPH.void})
#: What a viewpoint accepts stands here beside the facts that the store is of.
_BESIDE = accepted_graph("").value


def given(store: Store, without: NamedNode | None = None) -> StoredIndex:
    """Return what is reasoned from: facts, reference data, ontology and a user's own graphs.

    Args:
        store: the graphs.
        without: a graph that is left out.

    >>> from pyoxigraph import Quad
    >>> from kg.namespaces import OWL, RDF, REL
    >>> store = Store()
    >>> store.add(Quad(REL.Event, RDF.type, OWL.Class, GRAPH.ontology))
    >>> (REL.Event, RDF.type, OWL.Class) in given(store)
    True
    """
    return StoredIndex(
        store, (name for name in _graphs(store) if not is_inferred(name) and name != without)
    )


def derived(store: Store) -> StoredIndex:
    """Return what follows from it: the graph of the viewpoint that the store is of.

    >>> list(derived(Store()))
    []
    """
    return StoredIndex(store, filter(is_inferred, _graphs(store)))


def closed(store: Store) -> StoredIndex:
    """Return both: what is given, and what follows.

    >>> list(closed(Store()))
    []
    """
    return StoredIndex(store, _graphs(store))


def _graphs(store: Store) -> list[_GraphName]:
    named = sorted(store.named_graphs(), key=str)
    return [
        name
        for name in (*named, DefaultGraph())
        if name not in _APART
        and not (isinstance(name, NamedNode) and name.value.startswith(_BESIDE))
    ]


class StoredIndex:
    """The statements of some graphs of a store that does not change.

    What was looked up is remembered.

    Args:
        store: where they are.
        graphs: the names of the graphs.
    """

    def __init__(self, store: Store, graphs: Iterable[_GraphName]) -> None:
        self._store = store
        self._graphs = tuple(graphs)
        self._names = frozenset(self._graphs)
        self._known: dict[tuple[Term | None, Term, Term | None], frozenset[Term]] = {}

    def __contains__(self, one: Statement) -> bool:
        """Tell whether a statement is in one of the graphs."""
        subject, predicate, value = one
        if isinstance(subject, Literal) or not isinstance(predicate, NamedNode):
            return False
        held = self._store.quads_for_pattern(subject, predicate, value)
        return any(quad.graph_name in self._names for quad in held)

    def __iter__(self) -> Iterator[Statement]:
        """Yield each statement."""
        return self.statements()

    def objects(self, subject: Term, predicate: Term) -> frozenset[Term]:
        """Return what the subject has as this predicate."""
        return self._terms((subject, predicate, None))

    def subjects(self, predicate: Term, value: Term) -> frozenset[Term]:
        """Return what has the value as this predicate."""
        return self._terms((None, predicate, value))

    def pairs(self, predicate: Term) -> Iterator[tuple[Term, Term]]:
        """Yield subject and object of each statement with this predicate."""
        return ((subject, value) for subject, _, value in self.statements(None, predicate))

    def statements(
        self,
        subject: Term | None = None,
        predicate: Term | None = None,
        value: Term | None = None,
    ) -> Iterator[Statement]:
        """Yield the statements with the terms that are given, read no further than asked for.

        Their order is that of the graphs and, within one, that of the store.
        """
        if isinstance(subject, Literal) or isinstance(predicate, BlankNode | Literal):
            return
        for graph in self._graphs:
            for quad in self._store.quads_for_pattern(subject, predicate, value, graph):
                # What was reasoned over has no triple terms: `statement` refused them.
                yield quad.subject, quad.predicate, quad.object  # type: ignore[misc]

    def _terms(self, pattern: tuple[Term | None, Term, Term | None]) -> frozenset[Term]:
        if pattern not in self._known:
            found = self.statements(*pattern)
            place = 0 if pattern[0] is None else 2
            self._known[pattern] = frozenset(one[place] for one in found)
        return self._known[pattern]
