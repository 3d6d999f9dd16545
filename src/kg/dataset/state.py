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

    What is made raises ``UnknownName`` where there is no such viewpoint.

    Args:
        dataset: has facts, claims and ontology.
        viewpoint: tells which claims count as facts; one, or the name of one.
    """

    def __init__(self, dataset: Dataset, viewpoint: Viewpoint | str) -> None:
        self.dataset = dataset
        if isinstance(viewpoint, str):
            self.slug = viewpoint
        else:
            self.slug, self.viewpoint = viewpoint.slug, viewpoint

    @cached_property
    def viewpoint(self) -> Viewpoint:
        """The viewpoint."""
        return find(self.dataset, self.slug)

    @property
    def is_default(self) -> bool:
        """Whether the viewpoint is the one that goes without saying."""
        return self.slug == DEFAULT

    @cached_property
    def accepted(self) -> frozenset[Triple]:
        """The triples that count as facts, of what is asserted, claimed and reference data."""
        return self.dataset.ledger.accepted(self.viewpoint)

    @cached_property
    def facts(self) -> frozenset[Triple]:
        """What counts as a fact: what is accepted, and the user's own named graphs."""
        named = self.dataset.graphs()
        own = [self.dataset.graph(name) for name in named if name not in _OWN]
        return self.accepted.union(*own) if own else self.accepted

    @cached_property
    def whole(self) -> dict[NamedNode, frozenset[Triple]]:
        """The named graphs.

        The facts that are not accepted are left out, and what an agent claims that no file asserts
        is among the asserted.
        """
        chosen = self.accepted
        graphs = {name: self.dataset.graph(name) for name in self.dataset.graphs()}
        for name in {GRAPH.asserted, GRAPH.reference} & graphs.keys():
            graphs[name] = graphs[name] if graphs[name] <= chosen else graphs[name] & chosen
        if not self.dataset.ledger.claims:
            return graphs
        claimed = chosen.difference(*map(self.dataset.graph, self.dataset.graphs()))
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
        columns = self.dataset.columns
        if columns is None or not self.is_default:
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
            disjoint, whole = self.columns, self.dataset.columns or {}
        return {
            name.value: len(triples)
            for name, triples in whole.items()
            if len(triples) != len(disjoint.get(name, ()))
        }
