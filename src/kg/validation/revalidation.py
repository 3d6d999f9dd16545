"""Validate again after a change: only the nodes whose shapes can see what changed."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from pyoxigraph import Literal, NamedNode, Triple

from kg.errors import Misuse
from kg.namespaces import OWL, RDF, RDFS, SH
from kg.validation.analysis import analyse
from kg.validation.outcome import Places, report
from kg.validation.shacl_engine import FastShapes, to_ntriples
from kg.validation.shapes import TARGETS, ShapesGraph, targeted, targets
from kg.validation.sparql_constraints import constraints

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from collections.abc import Set as AbstractSet

    from kg.dataset import Dataset
    from kg.reasoning.statements import Lookup, Statement, Term
    from kg.validation.index import Term as Node
    from kg.validation.reach import Reach, Step
    from kg.validation.report import ValidationReport

__all__ = ["Revalidator"]

_ANCHOR = NamedNode("urn:x-kg-anchor")
_FOCUS = "urn:x-kg-focus:"


class Revalidator:
    """Shapes made ready once, to check one change after another against them.

    Args:
        shapes: as for :func:`kg.validation.validate`.

    Raises:
        Misuse: the shapes are ill formed.

    >>> from pyoxigraph import RdfFormat, parse
    >>> from kg.namespaces import REL
    >>> from kg.reasoning.statements import Index
    >>> text = "@prefix sh: <http://www.w3.org/ns/shacl#> . <urn:x-s> sh:targetClass <urn:x-c> ;"
    >>> shapes = parse(text + "sh:nodeKind sh:BlankNode .", RdfFormat.TURTLE)
    >>> revalidator = Revalidator(quad.triple for quad in shapes)
    >>> new = (REL.Claim, RDF.type, NamedNode("urn:x-c"))
    >>> print(revalidator.revalidate(Index([new]), [new]))
    Violation: rel:Claim: Value is not of node kind sh:BlankNode
    """

    def __init__(self, shapes: Iterable[Triple]) -> None:
        self._graph = ShapesGraph(shapes)
        found = analyse(self._graph)
        self._shapes = {shape: targets(self._graph, shape) for shape in targeted(self._graph)}
        self._anchored = ShapesGraph(self._with_anchors())
        #: What of the shapes looks at the whole graph, so that only ``validate`` can judge it.
        self.unbounded: str | None = found.unbounded or _find_result_about_values(self._graph)
        self._fast: FastShapes | None = None
        if self.unbounded is None and found.reach is not None:
            self._reach = _Walks(found.reach)
            self._fast = FastShapes(self._anchored, constraints(self._graph), found)

    def revalidate(
        self, data: Lookup, changed: Collection[Statement], *, dataset: Dataset | None = None
    ) -> ValidationReport:
        """Validate the focus nodes that a change can affect.

        Args:
            data: the graph after the change.
            changed: the statements that came or went.
            dataset: knows the labels, and the file and line of each triple.

        Returns:
            Their results; ``focus_nodes`` of the report are the nodes that were looked at, and
            ``revised`` of an earlier report takes it in.

        Raises:
            Misuse: the shapes look at the whole graph; see ``unbounded``.
        """
        if self._fast is None:
            raise Misuse(f"{self.unbounded}: a change may affect any node; validate the graph")
        view = _View(data, changed)
        affected = self._reach.affected(view)
        focus = {shape: view.targets(affected, wanted) for shape, wanted in self._shapes.items()}
        looked_at = {node for nodes in focus.values() for node in nodes}
        triples = self._reach.extract(looked_at, view)
        text = to_ntriples(triples)
        anchors = [
            Triple(_ANCHOR, NamedNode(f"{_FOCUS}{number}"), node)
            for number, shape in enumerate(self._shapes)
            for node in focus[shape]
        ]
        engine = "shacl"
        if not looked_at:
            outcomes = []
        elif self._fast.obstacle(text) is None:
            outcomes = self._fast.run(triples, text, anchors, focus)
        else:
            from kg.validation import pyshacl_engine

            engine = "pyshacl"
            outcomes = pyshacl_engine.run([*triples, *anchors], self._anchored)
        labels = [
            Triple(node, RDFS.label, label)  # type: ignore[arg-type]
            for node in {outcome.focus for outcome in outcomes}
            for label in data.objects(node, RDFS.label)  # type: ignore[arg-type]
        ]
        found = report(outcomes, self._graph, Places(dataset, labels), engine)
        return found.of_nodes(frozenset(affected))

    def _with_anchors(self) -> Iterator[Triple]:
        """Yield the shapes with explicit targets: what an anchor of their own leads to."""
        own = set(self._shapes)
        for triple in self._graph.triples:
            is_class = triple.predicate == RDF.type and triple.object in (RDFS.Class, OWL.Class)
            if triple.predicate not in TARGETS and not (is_class and triple.subject in own):
                yield triple
        for number, shape in enumerate(self._shapes):
            yield Triple(shape, SH.targetObjectsOf, NamedNode(f"{_FOCUS}{number}"))  # type: ignore[arg-type]


def _find_result_about_values(graph: ShapesGraph) -> str | None:
    """Name what gives results about values: which focus node led to them, no report tells."""
    for triple in graph.triples:
        if triple.predicate == SH.property and graph.values(triple.subject, SH.path):
            return "sh:property in a property shape, which is told of values"
    return None


class _View:
    """The graph after a change, and around the change also as it was before."""

    def __init__(self, data: Lookup, changed: Collection[Statement]) -> None:
        self.data = data
        self.changed = changed
        self._objects: dict[tuple[Term, Term], set[Term]] = defaultdict(set)
        self._subjects: dict[tuple[Term, Term], set[Term]] = defaultdict(set)
        for subject, predicate, value in changed:
            self._objects[subject, predicate].add(value)
            self._subjects[value, predicate].add(subject)
        self._above: dict[Term, set[Term]] = {}

    def objects(self, node: Term, predicate: Term) -> AbstractSet[Term]:
        """Return what the node has as the predicate, before or after the change."""
        met = self._objects.get((node, predicate))
        found = self.data.objects(node, predicate)
        return found | met if met else found

    def subjects(self, node: Term, predicate: Term) -> AbstractSet[Term]:
        """Return what has the node as the predicate, before or after the change."""
        met = self._subjects.get((node, predicate))
        found = self.data.subjects(predicate, node)
        return found | met if met else found

    def ever_above(self, class_: Term) -> set[Term]:
        """Return a class and those above it, before or after the change."""
        if class_ not in self._above:
            found, waiting = {class_}, [class_]
            while waiting:
                for higher in self.objects(waiting.pop(), RDFS.subClassOf):
                    if higher not in found:
                        found.add(higher)
                        waiting.append(higher)
            self._above[class_] = found
        return self._above[class_]

    def why_instance(self, node: Term, class_: Term) -> list[Statement] | None:
        """The statements by which a node is an instance of a class; None where it is none."""
        direct = (node, RDF.type, class_)
        if direct in self.data:
            return [direct]
        for start in self.data.objects(node, RDF.type):
            if class_ in self.ever_above(start) and (chain := self._chain(start, class_)):
                return [(node, RDF.type, start), *chain]
        return None

    def _chain(self, start: Term, class_: Term) -> list[Statement]:
        came: dict[Term, Term] = {start: start}
        waiting = [start]
        for lower in waiting:
            for higher in self.data.objects(lower, RDFS.subClassOf):
                if higher not in came:
                    came[higher] = lower
                    waiting.append(higher)
        steps: list[Statement] = []
        while class_ in came and class_ != start:
            steps.append((came[class_], RDFS.subClassOf, class_))
            class_ = came[class_]
        return steps

    def targets(
        self, nodes: Iterable[Term], wanted: Iterable[tuple[NamedNode, Node]]
    ) -> list[Term]:
        """Those of some nodes that are targets after the change, in the order of their text."""
        return sorted(
            (n for n in nodes if any(self._is_target(n, *one) for one in wanted)), key=str
        )

    def _is_target(self, node: Term, kind: NamedNode, given: Any) -> bool:
        if kind == SH.targetClass:
            return self.why_instance(node, given) is not None
        if kind == SH.targetNode:
            return bool(node == given)
        if kind == SH.targetSubjectsOf:
            return bool(self.data.objects(node, given))
        return bool(self.data.subjects(given, node))


class _Walks:
    """Walks along the steps of shapes, backwards to focus nodes and forwards from them."""

    def __init__(self, found: Reach) -> None:
        self._first = found.with_free(0)
        self._closed = {state: found.with_free(state) for state in range(found.states)}
        self._from: dict[int, list[Step]] = defaultdict(list)
        self._into: dict[int, list[Step]] = defaultdict(list)
        self._by_predicate: dict[Term, list[Step]] = defaultdict(list)
        for step in found.steps:
            self._from[step.start].append(step)
            self._by_predicate[step.predicate].append(step)
            for state in self._closed[step.end]:
                self._into[state].append(step)

    def affected(self, view: _View) -> set[Term]:
        """Return the nodes from which a path leads through a changed statement."""
        waiting: list[tuple[Term, int]] = []
        for subject, predicate, value in view.changed:
            for step in self._by_predicate.get(predicate, ()):
                start, end = (value, subject) if step.inverse else (subject, value)
                if step.value not in (None, end):
                    continue
                if step.class_ is None or step.class_ in view.ever_above(end):
                    waiting.append((start, step.start))
        seen = set(waiting)
        nodes: set[Term] = set()
        while waiting:
            node, state = waiting.pop()
            if state in self._first:
                nodes.add(node)
            for step in self._into[state]:
                follow = view.objects if step.inverse else view.subjects
                for before in follow(node, step.predicate):
                    if (before, step.start) not in seen:
                        seen.add((before, step.start))
                        waiting.append((before, step.start))
        return nodes

    def extract(self, nodes: Iterable[Term], view: _View) -> list[Triple]:
        """Return the triples that the shapes of some nodes look at, after the change."""
        found: set[Statement] = set()
        waiting = [(node, state) for node in nodes for state in self._first]
        seen = set(waiting)
        while waiting:
            node, state = waiting.pop()
            for step in self._from[state]:
                if step.class_ is not None:
                    if step.predicate == RDF.type:
                        found.update(view.why_instance(node, step.class_) or ())
                    continue
                if step.inverse:
                    ends = view.data.subjects(step.predicate, node)
                else:
                    ends = view.data.objects(node, step.predicate)
                for end in ends if step.value is None else {step.value} & ends:
                    pair = (end, node) if step.inverse else (node, end)
                    found.add((pair[0], step.predicate, pair[1]))
                    for after in self._closed[step.end]:
                        if (end, after) not in seen:
                            seen.add((end, after))
                            waiting.append((end, after))
        return [Triple(*one) for one in found if not isinstance(one[0], Literal)]  # type: ignore[arg-type]
