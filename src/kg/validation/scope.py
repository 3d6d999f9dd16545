"""What of a data graph the shapes look at: the engine in Rust is handed no more than that."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode, Triple

from kg.namespaces import RDF, RDFS
from kg.validation import columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from kg.tables.triples import Triples
    from kg.validation.index import Term
    from kg.validation.reach import Reach

__all__ = ["ByPredicate", "Scope", "by_predicate"]

ByPredicate = dict[NamedNode, list[Triple]]
_HIERARCHY = frozenset({RDF.type, RDFS.subClassOf})


def by_predicate(triples: Iterable[Triple]) -> ByPredicate:
    """Group triples by their predicates, in the order of the graph."""
    found: ByPredicate = defaultdict(list)
    for triple in triples:
        found[triple.predicate].append(triple)
    return dict(found)


class Scope:
    """The predicates and the classes that shapes ask for.

    Where nothing but classes is asked of types, a node gets the classes that the shapes name, each
    written out, and the engine has no hierarchy to climb: it takes half of the time.

    Args:
        found: how far the shapes look; None where that is not bounded.

    >>> from pyoxigraph import RdfFormat, parse
    >>> from kg.namespaces import SH
    >>> from kg.validation.reach import reach
    >>> from kg.validation.shapes import ShapesGraph
    >>> shape, path = NamedNode("urn:x:shape"), NamedNode("urn:x:age")
    >>> shapes = [Triple(shape, SH.targetSubjectsOf, path), Triple(shape, SH.path, path)]
    >>> john = NamedNode("urn:x:john")
    >>> data = [Triple(john, path, john), Triple(john, NamedNode("urn:x:knows"), john)]
    >>> seen, unseen = Scope(reach(ShapesGraph(shapes), [])).split(by_predicate(data))
    >>> [triple.predicate.value for triple in seen], len(unseen)
    (['urn:x:age'], 1)
    """

    def __init__(self, found: Reach | None) -> None:
        self._predicates: frozenset[NamedNode] | None = None
        self._classes: frozenset[Term] | None = None
        if found is None:
            return
        steps = found.steps
        self._predicates = frozenset(step.predicate for step in steps)
        if all(step.class_ is not None for step in steps if step.predicate in _HIERARCHY):
            self._classes = frozenset(step.class_ for step in steps if step.class_ is not None)

    def select(self, triples: Triples) -> Triples:
        """Return what the shapes look at of a graph in columns, their classes written out."""
        seen = triples
        if self._predicates is not None:
            seen = triples.with_predicates(self._predicates)
        if self._classes is None:
            return seen
        rest = seen.take(~seen.has_predicate(_HIERARCHY))
        return rest.union([rest, columns.typed(triples, self._above)])

    def split(self, data: ByPredicate) -> tuple[list[Triple], list[Triple]]:
        """Part a graph into what the shapes look at, their classes written out, and the rest.

        Args:
            data: the graph, as :func:`by_predicate` gives it.
        """
        seen: list[Triple] = []
        unseen: list[Triple] = []
        for predicate, triples in data.items():
            if self._predicates is not None and predicate not in self._predicates:
                unseen += triples
            elif self._classes is None or predicate not in _HIERARCHY:
                seen += triples
        if self._classes is not None:
            seen += self._typed(data.get(RDF.type, ()), data.get(RDFS.subClassOf, ()))
        return seen, unseen

    def _typed(self, types: Sequence[Triple], below: Sequence[Triple]) -> Iterator[Triple]:
        """Type each node by every class of the shapes that its classes are below."""
        parents: dict[Term, set[Term]] = defaultdict(set)
        for triple in below:
            parents[triple.subject].add(triple.object)
        above: dict[Term, list[Term]] = {}
        kind = RDF.type
        for triple in types:
            own = triple.object
            if own not in above:
                above[own] = sorted(self._above(own, parents), key=str)
            yield from (Triple(triple.subject, kind, one) for one in above[own])

    def _above(self, start: Term, parents: Mapping[Term, set[Term]]) -> frozenset[Term]:
        found, waiting = {start}, [start]
        while waiting:
            for one in parents.get(waiting.pop(), ()):
                if one not in found:
                    found.add(one)
                    waiting.append(one)
        return (self._classes or frozenset()) & found
