"""A dataset as a viewpoint has it: what counts as a fact, and the graphs with these alone."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from kg.dataset.viewpoints import DEFAULT, find
from kg.namespaces import GRAPH

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

    from pyoxigraph import NamedNode, Triple

    from kg.dataset import Dataset
    from kg.dataset.viewpoints import Viewpoint
    from kg.tables.triples import Triples

__all__ = ["State"]

_OWN = frozenset(GRAPH.terms.values())
_NONE: frozenset[Triple] = frozenset()


class State:
    """What a dataset comes to from a viewpoint; each part is made when it is first asked for.

    Args:
        dataset: has facts, claims and ontology.
        viewpoint: tells which claims count as facts.

    Raises:
        UnknownName: there is no such viewpoint.
    """

    def __init__(self, dataset: Dataset, viewpoint: Viewpoint | str) -> None:
        self._dataset = dataset
        self._viewpoint = find(dataset, viewpoint) if isinstance(viewpoint, str) else viewpoint

    @cached_property
    def accepted(self) -> frozenset[Triple]:
        """The triples that count as facts, of what is asserted, claimed and reference data."""
        return self._dataset.ledger.accepted(self._viewpoint)

    @cached_property
    def facts(self) -> frozenset[Triple]:
        """What counts as a fact: what is accepted, and the user's own named graphs."""
        named = self._dataset.graphs()
        own = [self._dataset.graph(name) for name in named if name not in _OWN]
        return self.accepted.union(*own) if own else self.accepted

    @cached_property
    def whole(self) -> dict[NamedNode, frozenset[Triple]]:
        """The named graphs.

        The facts that are not accepted are left out, and what an agent claims that no file asserts
        is among the asserted.
        """
        chosen = self.accepted
        graphs = {name: self._dataset.graph(name) for name in self._dataset.graphs()}
        for name in {GRAPH.asserted, GRAPH.reference} & graphs.keys():
            graphs[name] = graphs[name] if graphs[name] <= chosen else graphs[name] & chosen
        if not self._dataset.ledger.claims:
            return graphs
        claimed = chosen.difference(*map(self._dataset.graph, self._dataset.graphs()))
        if claimed:
            graphs[GRAPH.asserted] = graphs.get(GRAPH.asserted, _NONE) | claimed
        return graphs

    @cached_property
    def graphs(self) -> dict[NamedNode, frozenset[Triple]]:
        """The named graphs, pairwise disjoint: what several hold is in the first of them."""
        found: dict[NamedNode, frozenset[Triple]] = {}
        for name, triples in sorted(self.whole.items(), key=lambda item: item[0] not in _OWN):
            own = name in _OWN or not found
            rest = triples if own else triples.difference(*found.values())
            if rest or name in _OWN:
                found[name] = rest
        return found

    @cached_property
    def columns(self) -> dict[NamedNode, Triples] | None:
        """What ``graphs`` has in columns; None where it takes objects to weigh claims."""
        columns = self._dataset.columns
        if columns is None or self._viewpoint.slug != DEFAULT:
            return None
        found: dict[NamedNode, Triples] = {}
        for name, triples in columns.items():
            rest = triples if name in _OWN else triples.without([*found.values()])
            if rest or name in _OWN:
                found[name] = rest
        return found

    @cached_property
    def overlapping(self) -> dict[str, int]:
        """The graphs with triples that ones before them hold too, and the size of each."""
        disjoint: Mapping[NamedNode, AbstractSet[Triple]]
        whole: Mapping[NamedNode, AbstractSet[Triple]]
        if self.columns is None:
            disjoint, whole = self.graphs, self.whole
        else:
            disjoint, whole = self.columns, self._dataset.columns or {}
        return {
            name.value: len(triples)
            for name, triples in whole.items()
            if len(triples) != len(disjoint.get(name, ()))
        }
