"""The fast way to validate: the engine ``shacl`` for Core, and one query for each constraint."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from kg.validation.analysis import Analysis, analyse
from kg.validation.columns import is_in_columns
from kg.validation.features import Obstacles
from kg.validation.scope import Scope
from kg.validation.shacl_engine import (
    CoreShapes,
    refuse_what_shacl_does_not_know,
    written,
)
from kg.validation.sparql_constraints import Constraint, constraints, evaluate

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from pyoxigraph import Triple

    from kg.tables.triples import Triples
    from kg.validation.index import Term
    from kg.validation.outcome import Outcome
    from kg.validation.scope import ByPredicate
    from kg.validation.shapes import ShapesGraph

__all__ = ["FastShapes"]


class FastShapes:
    """Shapes made ready once, for any number of graphs.

    Args:
        graph: shapes of which nothing is left to pyshacl, as :meth:`of` finds.
        asked: their SPARQL constraints.
        found: what is found of them.
    """

    def __init__(self, graph: ShapesGraph, asked: Sequence[Constraint], found: Analysis) -> None:
        self._graph = graph
        self._asked = asked
        self._core = CoreShapes(graph)
        self._obstacles = Obstacles(graph, found.ordered)
        self._scope = Scope(found.reach)

    @classmethod
    def of(cls, graph: ShapesGraph) -> FastShapes | str:
        """Make shapes ready; or else name what only pyshacl evaluates.

        Raises:
            Misuse: as ``require_usable`` does.
            ParseFailure: likewise.
            QueryRefused: likewise.

        >>> from kg.validation.shapes import ShapesGraph
        >>> isinstance(FastShapes.of(ShapesGraph([])), FastShapes)
        True
        """
        found = analyse(graph)
        return found.only_pyshacl or cls(graph, constraints(graph), found)

    def hold(self, triples: Sequence[Triple] | Triples, data: ByPredicate) -> list[Outcome] | str:
        """Check a whole graph against the shapes; or else name what only pyshacl reads.

        The engine holds no lock of Python's, so obstacles are looked for beside it.

        Args:
            triples: the graph.
            data: the same, as ``scope.by_predicate`` gives it; not asked for in columns.

        Raises:
            Misuse: a term is none of RDF 1.1, wherever it stands.
        """
        if is_in_columns(triples):
            selected = self._scope.select(triples)
            text, values = selected.text(), selected.distinct_values()
        else:
            seen, unseen = self._scope.split(data)
            refuse_what_shacl_does_not_know(unseen)
            values = written(seen)
            text = values.decode()
        with ThreadPoolExecutor(1) as beside:
            outcomes = beside.submit(self._core.run, text)
            del text
            if obstacle := self.obstacle(values):
                return obstacle
            asked = evaluate(self._asked, triples, None, self._graph)
            return outcomes.result() + asked

    def obstacle(self, text: bytes) -> str | None:
        """Name what of a graph only pyshacl reads as pyshacl does; None where there is nothing.

        Args:
            text: the graph, or what the shapes look at of it, in N-Triples, as
                ``shacl_engine.written`` gives it; the subjects make no difference.
        """
        return self._obstacles.find(text)

    def run(
        self,
        triples: Sequence[Triple],
        text: bytes,
        anchors: Sequence[Triple] = (),
        focus: Mapping[Term, Collection[Term]] | None = None,
    ) -> list[Outcome]:
        """Check a graph against the shapes.

        Args:
            triples: the graph.
            text: the same in N-Triples.
            anchors: what gives the shapes their targets and is no part of the graph.
            focus: the targets of each shape, where anchors give them.
        """
        outcomes = self._core.run((text + written(anchors) if anchors else text).decode())
        return outcomes + evaluate(self._asked, triples, focus, self._graph)
