"""Which blank nodes of a graph can be written inside their parents, and which are lists."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode

from kg.namespaces import RDF

if TYPE_CHECKING:
    from pyoxigraph import NamedNode

    from kg.export.statement import Properties, Subject, Term

__all__ = ["Nesting"]

#: Blank nodes nested deeper are labelled instead: parsers recurse, and a reader gets lost.
_DEEPEST = 12


class Nesting:
    """Sorts the blank nodes of a graph by the way they are written.

    Args:
        properties: the objects by subject and predicate.

    >>> cell = BlankNode()
    >>> nesting = Nesting({RDF.List: {RDF.first: [cell]}, cell: {RDF.rest: [RDF.nil]}})
    >>> cell in nesting.nested, cell in nesting.cells, cell in nesting.referenced
    (True, False, True)
    """

    def __init__(self, properties: Properties) -> None:
        self._properties = properties
        self._parents: dict[Subject, tuple[Subject, NamedNode]] = {}
        references: Counter[BlankNode] = Counter()
        for node, objects in properties.items():
            for predicate, terms in objects.items():
                for term in terms:
                    if isinstance(term, BlankNode):
                        references[term] += 1
                        self._parents[term] = (node, predicate)
        #: The blank nodes that some triple points at.
        self.referenced = frozenset(references)
        for node, count in references.items():
            if count > 1:
                del self._parents[node]
        #: The cells of well-formed lists, which Turtle writes as ``( )``.
        self.cells = self._find_cells()
        #: The blank nodes that are written inside their only parent.
        self.nested = self._find_nested()

    def items(self, cell: BlankNode) -> list[Term]:
        """List the members of a list from one of its cells on.

        >>> cell = BlankNode()
        >>> properties = {cell: {RDF.first: [RDF.type], RDF.rest: [RDF.nil]}}
        >>> Nesting(properties | {RDF.List: {RDF.first: [cell]}}).items(cell) == [RDF.type]
        True
        """
        members: list[Term] = []
        node: Term = cell
        while isinstance(node, BlankNode):
            members += self._properties[node][RDF.first]
            node = self._properties[node][RDF.rest][0]
        return members

    def _find_cells(self) -> frozenset[Subject]:
        # From each end backwards, so that a broken list costs no second walk.
        cells: set[Subject] = set()
        for node, objects in self._properties.items():
            if objects.get(RDF.rest) != [RDF.nil]:
                continue
            cell, predicate = node, RDF.rest
            while predicate == RDF.rest and cell in self._parents and self._is_cell(cell):
                cells.add(cell)
                cell, predicate = self._parents[cell]
        return frozenset(cells)

    def _is_cell(self, node: Subject) -> bool:
        objects = self._properties[node]
        return objects.keys() == {RDF.first, RDF.rest} and all(
            len(terms) == 1 for terms in objects.values()
        )

    def _find_nested(self) -> frozenset[Subject]:
        depths: dict[Subject, int] = {}
        for start in self._parents:
            chain: dict[Subject, int] = {}
            node: Subject = start
            while node in self._parents and node not in depths and node not in chain:
                chain[node] = len(chain)
                node = self._parents[node][0]
            ascending = list(chain)
            if node in chain:
                ascending = self._cut(ascending, chain[node], depths)
            for member in reversed(ascending):
                self._set_depth(member, depths)
        return frozenset(node for node, depth in depths.items() if depth)

    def _cut(self, chain: list[Subject], start: int, depths: dict[Subject, int]) -> list[Subject]:
        """Open a chain that came round: one node of the cycle gets a label, the others follow."""
        cycle = chain[start:]
        pivot = min(range(len(cycle)), key=lambda i: (cycle[i] in self.cells, cycle[i].value))
        depths[cycle[pivot]] = 0
        return chain[:start] + cycle[pivot + 1 :] + cycle[:pivot]

    def _set_depth(self, node: Subject, depths: dict[Subject, int]) -> None:
        parent, predicate = self._parents[node]
        depth = depths.get(parent, 0)
        continues = predicate == RDF.rest and node in self.cells and parent in self.cells
        if not (continues and depth):
            depth += 1
        depths[node] = depth if depth <= _DEEPEST else 0
