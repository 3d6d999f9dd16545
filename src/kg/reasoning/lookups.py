"""Lookup of statements that are kept elsewhere: in a store, under a change, behind a buffer."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Store

from kg.namespaces import GRAPH, accepted_graph, is_inferred
from kg.reasoning.statements import Index, Lookup

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from kg.reasoning.statements import Source, Statement, Term

__all__ = ["Buffered", "Overlay", "StoredIndex", "closed", "derived", "given"]

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


class StoredIndex(Lookup):
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
        """Return whether a statement is in one of the graphs."""
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


class Overlay(Lookup):
    """Statements as they would be after a change.

    Args:
        base: the statements before it; they must not change meanwhile.
        added: what is added.
        removed: what is removed; what is added as well is there.

    >>> from kg.namespaces import OWL, RDF
    >>> old, new = (OWL.Thing, RDF.type, OWL.Class), (OWL.Nothing, RDF.type, OWL.Class)
    >>> after = Overlay(Index([old]), [new], [old])
    >>> old in after, after.subjects(RDF.type, OWL.Class) == {OWL.Nothing}
    (False, True)
    """

    def __init__(
        self, base: Source, added: Collection[Statement], removed: Collection[Statement]
    ) -> None:
        self._base = base
        self._removed = frozenset(removed)
        self._added = Index(added)

    def __contains__(self, one: Statement) -> bool:
        """Return whether a statement holds after the change."""
        return one in self._added or (one not in self._removed and one in self._base)

    def statements(
        self,
        subject: Term | None = None,
        predicate: Term | None = None,
        value: Term | None = None,
    ) -> Iterator[Statement]:
        """Yield the statements with the terms that are given, each once."""
        yield from self._added.statements(subject, predicate, value)
        for one in self._base.statements(subject, predicate, value):
            if one not in self._removed and one not in self._added:
                yield one


#: A thing is looked up piece by piece until this many pieces were asked for, and ever after if it
#: has more statements than this.
_FEW, _MOST = 8, 32

_Sorted = dict["Term", dict["Term", None]]


class Buffered:
    """Statements that are kept elsewhere, and do not change meanwhile.

    The rules ask dozens of things about an event of ten statements, and a store on disk takes
    about as long for one of them as for all ten.

    >>> from kg.namespaces import OWL, RDF
    >>> from kg.reasoning.statements import Index
    >>> (OWL.Thing, RDF.type, OWL.Class) in Buffered(Index([(OWL.Thing, RDF.type, OWL.Class)]))
    True
    """

    def __init__(self, base: Lookup) -> None:
        self._base = base
        self._by_subject: dict[Term, _Sorted | None] = {}
        self._by_value: dict[Term, _Sorted | None] = {}
        self._asked: dict[tuple[Term, int], int] = {}
        self._held: dict[Statement, bool] = {}

    def __contains__(self, one: Statement) -> bool:
        """Return whether a statement holds."""
        subject, predicate, value = one
        near = self._about(subject)
        if near is not None:
            return value in near.get(predicate, ())
        if one not in self._held:
            self._held[one] = one in self._base
        return self._held[one]

    def statements(
        self,
        subject: Term | None = None,
        predicate: Term | None = None,
        value: Term | None = None,
    ) -> Iterator[Statement]:
        """Yield the statements with the terms that are given."""
        if subject is not None and (near := self._about(subject)) is not None:
            for p in near if predicate is None else (predicate,):
                for o in near.get(p, ()):
                    if value is None or o == value:
                        yield subject, p, o
        elif value is not None and subject is None and (near := self._with(value)) is not None:
            for p in near if predicate is None else (predicate,):
                for s in near.get(p, ()):
                    yield s, p, value
        else:
            yield from self._base.statements(subject, predicate, value)

    def _about(self, subject: Term) -> _Sorted | None:
        if subject not in self._by_subject:
            if self._is_asked_little(subject, 0):
                return None
            self._by_subject[subject] = _sorted(self._base.statements(subject), 2)
        return self._by_subject[subject]

    def _with(self, value: Term) -> _Sorted | None:
        if value not in self._by_value:
            if self._is_asked_little(value, 2):
                return None
            self._by_value[value] = _sorted(self._base.statements(value=value), 0)
        return self._by_value[value]

    def _is_asked_little(self, term: Term, place: int) -> bool:
        asked = self._asked.get((term, place), 0) + 1
        self._asked[term, place] = asked
        return asked < _FEW


def _sorted(statements: Iterator[Statement], place: int) -> _Sorted | None:
    """Return the subjects or objects by predicate, None where there are many."""
    first = list(islice(statements, _MOST + 1))
    if len(first) > _MOST:
        return None
    found: _Sorted = {}
    for one in first:
        found.setdefault(one[1], {})[one[place]] = None
    return found
