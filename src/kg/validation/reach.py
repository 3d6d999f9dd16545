"""What shapes can see from a focus node: the paths along which they look.

Each way of looking is a step from a node to its neighbours: along a predicate, forwards or
backwards. The steps make up an automaton, whose first state is the focus node. Walked forwards
from a node, it finds all that its shapes look at; walked backwards from a changed statement, it
finds the nodes whose shapes can see the change.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pyoxigraph import Literal, NamedNode

from kg.namespaces import RDF, RDFS, SH
from kg.validation.shapes import references, targeted, targets
from kg.validation.sparql_constraints import parts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kg.reasoning.statements import Term
    from kg.validation.index import Term as Node
    from kg.validation.shapes import ShapesGraph
    from kg.validation.sparql_constraints import Constraint

__all__ = ["Reach", "Step", "Unbounded", "reach"]


class Unbounded(Exception):  # a signal, never shown to a user
    """Says which part of the shapes looks at the whole graph."""


@dataclass(frozen=True)
class Step:
    """From one state to another along a predicate.

    Args:
        start: the state before.
        predicate: of the statement.
        inverse: whether it leads from the object to the subject.
        end: the state after.
        class_: only a class that is this one or below it is of interest.
        value: only this neighbour is of interest.
    """

    start: int
    predicate: NamedNode
    inverse: bool
    end: int
    class_: Term | None = None
    value: Term | None = None


@dataclass
class Reach:
    """The steps of all shapes; state 0 is a focus node.

    Args:
        steps: the steps from each state.
        free: pairs of states where the second is entered with the first, by no step.
    """

    steps: list[Step] = field(default_factory=list)
    free: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    states: int = 1

    def new(self) -> int:
        """Return a new state."""
        self.states += 1
        return self.states - 1

    def step(
        self,
        start: int,
        predicate: NamedNode,
        *,
        inverse: bool = False,
        class_: Term | None = None,
        value: Term | None = None,
    ) -> int:
        """Add a step to a new state, or find the one that is there already."""
        for one in self.steps:
            if one == Step(start, predicate, inverse, one.end, class_, value):
                return one.end
        end = self.new()
        self.steps.append(Step(start, predicate, inverse, end, class_, value))
        return end

    def classes(self, start: int, class_: Any) -> None:
        """Look at the classes of a node as far as it takes to know whether one is the class."""
        end = self.step(start, RDF.type, class_=class_)
        loop = Step(end, RDFS.subClassOf, inverse=False, end=end, class_=class_)
        if loop not in self.steps:
            self.steps.append(loop)

    def follow(self, start: int, path: _Path, *, inverse: bool = False) -> int:
        """Add the steps of a path and return the state at its end."""
        kind, inner = path
        if kind == "link":
            return self.step(start, inner, inverse=inverse)
        if kind == "inverse":
            return self.follow(start, inner, inverse=not inverse)
        if kind == "sequence":
            for one in reversed(inner) if inverse else inner:
                start = self.follow(start, one, inverse=inverse)
            return start
        if kind == "choice":
            end = self.new()
            for one in inner:
                self.free[self.follow(start, one, inverse=inverse)].add(end)
            return end
        entry, end = self.new(), self.new()
        self.free[start].add(entry)
        last = self.follow(entry, inner, inverse=inverse)
        self.free[last].add(end)
        if kind in ("*", "+"):
            self.free[last].add(entry)
        if kind in ("*", "?"):
            self.free[start].add(end)
        return end

    def with_free(self, state: int) -> set[int]:
        """Return the states that are entered together with one."""
        found, waiting = {state}, [state]
        while waiting:
            for other in self.free.get(waiting.pop(), ()):
                if other not in found:
                    found.add(other)
                    waiting.append(other)
        return found


_Path = tuple[str, Any]


def reach(graph: ShapesGraph, asked: Sequence[Constraint]) -> Reach:
    """Find how far shapes look.

    Args:
        graph: the shapes, of SHACL Core but for their SPARQL constraints.
        asked: the SPARQL constraints.

    Raises:
        Unbounded: a shape looks at more than paths from its focus nodes.
    """
    found = Reach()
    for shape in targeted(graph):
        for kind, value in targets(graph, shape):
            if kind == SH.targetClass:
                found.classes(0, value)
            elif kind == SH.targetSubjectsOf:
                found.step(0, value)  # type: ignore[arg-type]
            elif kind == SH.targetObjectsOf:
                found.step(0, value, inverse=True)  # type: ignore[arg-type]
        _shape(graph, shape, 0, found)
    for constraint in asked:
        _query(constraint, found)
    return found


def _shape(graph: ShapesGraph, shape: Node, state: int, found: Reach) -> None:
    values = state
    if any(value == Literal(True) for value in graph.values(shape, SH.closed)):  # noqa: FBT003
        raise Unbounded("sh:closed, which looks at every property of a node")
    for path in graph.values(shape, SH.path):
        values = found.follow(state, _path(graph, path))
    for name in ("equals", "disjoint", "lessThan", "lessThanOrEquals"):
        for other in graph.values(shape, SH[name]):
            found.step(state, other)  # type: ignore[arg-type]
    for class_ in graph.values(shape, SH["class"]):
        found.classes(values, class_)
    for _, inner in references(graph, shape):
        _shape(graph, inner, values, found)


def _path(graph: ShapesGraph, node: Node) -> _Path:
    """Read a path of SHACL."""
    if isinstance(node, NamedNode):
        return "link", node
    if graph.values(node, RDF.first):
        return "sequence", [_path(graph, one) for one in graph.members(node)]
    for inner in graph.values(node, SH.inversePath):
        return "inverse", _path(graph, inner)
    for inner in graph.values(node, SH.alternativePath):
        return "choice", [_path(graph, one) for one in graph.members(inner)]
    kinds = ((SH.zeroOrMorePath, "*"), (SH.oneOrMorePath, "+"), (SH.zeroOrOnePath, "?"))
    for predicate, kind in kinds:
        for inner in graph.values(node, predicate):
            return kind, _path(graph, inner)
    raise Unbounded(f"the path {node}")


def _query(constraint: Constraint, found: Reach) -> None:
    """Add the patterns of a query, each from a variable that a required pattern reaches."""
    query = constraint.algebra
    if any(part.name == "Extend" and _is_looked_up(part) for part in parts(query)):
        raise Unbounded("sh:sparql that looks up what BIND computes")
    _group(query.p, {"this": 0}, found, constraint)


def _is_looked_up(part: Any) -> bool:
    return any(
        part.var in (subject, value)
        for inner in parts(part)
        if inner.name == "BGP"
        for subject, _, value in inner.triples
    )


def _group(part: Any, states: dict[str, int], found: Reach, constraint: Constraint) -> None:
    """Add a group: what it requires, and then the groups in it, each with variables of its own."""
    states = dict(states)
    _spread(list(_required(part)), states, found, constraint)
    for inner in _inner(part):
        _group(inner, states, found, constraint)


def _required(part: Any) -> Iterator[Any]:
    """Yield the patterns that every solution of a group matches."""
    if part.name == "BGP":
        yield from part.triples
    elif part.name == "Join":
        yield from _required(part.p1)
        yield from _required(part.p2)
    elif part.name == "LeftJoin":
        yield from _required(part.p1)
    elif part.name in ("Project", "Extend", "Filter"):
        yield from _required(part.p)
    elif part.name != "ToMultiSet":
        raise Unbounded(f"sh:sparql with {part.name}")


def _inner(part: Any) -> Iterator[Any]:
    """Yield the groups of EXISTS and OPTIONAL, but for those inside another."""
    if part.name == "BGP":
        return
    if part.name in ("Builtin_EXISTS", "Builtin_NOTEXISTS"):
        yield part.graph
    elif part.name == "LeftJoin":
        yield part.p2
        yield from _inner(part.p1)
        yield from _inner(part.expr)
    else:
        for value in part.values():
            for one in value if isinstance(value, list | tuple) else (value,):
                if hasattr(one, "name") and hasattr(one, "items"):
                    yield from _inner(one)


def _spread(
    patterns: list[Any], states: dict[str, int], found: Reach, constraint: Constraint
) -> None:
    """Add a step for each pattern that has a variable which is reached, until all have."""
    waiting = list(patterns)
    while waiting:
        reached = [one for one in waiting if {_key(one[0]), _key(one[2])} & states.keys()]
        if not reached:
            raise Unbounded(f"sh:sparql of {constraint.shape}, which looks beyond $this")
        subject, predicate, value = reached[0]
        waiting.remove(reached[0])
        path = _algebra_path(predicate)
        inverse = _key(subject) not in states
        start, end = (value, subject) if inverse else (subject, value)
        if path[0] == "link" and _is_iri(end):
            given = NamedNode(str(end))
            found.step(states[_key(start)], path[1], inverse=inverse, value=given)
            continue
        state = found.follow(states[_key(start)], path, inverse=inverse)
        if _is_variable(end):
            states.setdefault(_key(end), state)


def _key(term: Any) -> str:
    return str(term) if _is_variable(term) else f"<{term}>"


def _is_variable(term: Any) -> bool:
    from rdflib.term import BNode, Variable

    return isinstance(term, BNode | Variable)


def _is_iri(term: Any) -> bool:
    from rdflib.term import URIRef

    return isinstance(term, URIRef)


def _algebra_path(path: Any) -> _Path:
    """Read a path of rdflib's algebra."""
    from rdflib import paths
    from rdflib.term import URIRef

    if isinstance(path, URIRef):
        return "link", NamedNode(str(path))
    if isinstance(path, paths.SequencePath):
        return "sequence", [_algebra_path(one) for one in path.args]
    if isinstance(path, paths.AlternativePath):
        return "choice", [_algebra_path(one) for one in path.args]
    if isinstance(path, paths.InvPath):
        return "inverse", _algebra_path(path.arg)
    if isinstance(path, paths.MulPath):
        return str(path.mod), _algebra_path(path.path)
    raise Unbounded("sh:sparql with a variable or a negation for a predicate")
