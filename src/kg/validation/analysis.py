"""What shapes ask for: how far they look, and whether the fast engine does all of it alike.

The queries in shapes are read with rdflib, which takes longer than to validate a graph. What is
found of shapes is kept on disk, as plain data.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyoxigraph import NamedNode, RdfFormat, parse

from kg.snapshot import kept
from kg.validation.features import in_shapes
from kg.validation.reach import Reach, Step, Unbounded, reach
from kg.validation.sparql_constraints import constraints, ordered_predicates

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kg.validation.index import Term
    from kg.validation.shapes import ShapesGraph

__all__ = ["Analysis", "analyse"]

_KIND = "shapes"
#: The code that judges shapes.
_MADE_BY = ("validation", "sparql")


@dataclass(frozen=True)
class Analysis:
    """What is found of shapes that can be used.

    Args:
        only_pyshacl: the first feature that only pyshacl evaluates; None where there is none.
        unbounded: what of the shapes looks at the whole graph; None where nothing does.
        reach: how far they look; None where that is not bounded, or only pyshacl evaluates them.
        ordered: for each query that orders values, the predicates that these are of.
    """

    only_pyshacl: str | None
    unbounded: str | None
    reach: Reach | None
    ordered: tuple[frozenset[NamedNode], ...] = ()


def analyse(graph: ShapesGraph) -> Analysis:
    """Find out what shapes ask for; where that is known from before, without reading a query.

    Raises:
        Misuse: as ``require_usable`` does.
        ParseFailure: likewise.
        QueryRefused: likewise.

    >>> from kg.validation.shapes import ShapesGraph
    >>> analyse(ShapesGraph([])).reach.steps
    []
    """
    name = _digest(graph)
    body = kept.find(_KIND, name)
    if body is not None:
        return _read(json.loads(body))
    graph.require_usable()
    found = _found(graph)
    kept.keep(_KIND, name, json.dumps(_written(found), separators=(",", ":")).encode())
    return found


def _found(graph: ShapesGraph) -> Analysis:
    asked = constraints(graph)
    if feature := in_shapes(graph, asked):
        return Analysis(feature, feature, None)
    ordered = tuple(frozenset(names) for one in asked if (names := ordered_predicates(one)))
    try:
        return Analysis(None, None, reach(graph, asked), ordered)
    except Unbounded as reason:
        return Analysis(None, str(reason), None, ordered)


def _digest(graph: ShapesGraph) -> str:
    """Name shapes by what they say, blank nodes and all, and by the code that judges them."""
    made = hashlib.sha256()
    package = Path(__file__).parent.parent
    own = (path for folder in _MADE_BY for path in sorted((package / folder).rglob("*.py")))
    for path in (*own, *_parsers()):
        made.update(path.read_bytes())
    for line in sorted(map(str, graph.triples)):
        made.update(f"{line}\n".encode())
    return made.hexdigest()[:32]


def _parsers() -> list[Path]:
    """Return the code of rdflib that reads queries, without importing it."""
    found = find_spec("rdflib")
    if found is None or found.origin is None:
        return []
    return sorted((Path(found.origin).parent / "plugins" / "sparql").glob("*.py"))


def _written(found: Analysis) -> dict[str, Any]:
    return {
        "only_pyshacl": found.only_pyshacl,
        "unbounded": found.unbounded,
        "ordered": [sorted(one.value for one in names) for names in found.ordered],
        "reach": None if found.reach is None else _written_reach(found.reach),
    }


def _written_reach(found: Reach) -> dict[str, Any]:
    terms = {term for step in found.steps for term in (step.predicate, step.class_, step.value)}
    known = sorted(str(term) for term in terms if term is not None)
    numbers = {text: number for number, text in enumerate(known)}
    return {
        "terms": known,
        "states": found.states,
        "free": [[state, sorted(others)] for state, others in found.free.items()],
        "steps": [
            [
                *(one.start, numbers[str(one.predicate)], one.inverse, one.end),
                *(None if term is None else numbers[str(term)] for term in (one.class_, one.value)),
            ]
            for one in found.steps
        ],
    }


def _read(told: dict[str, Any]) -> Analysis:
    return Analysis(
        told["only_pyshacl"],
        told["unbounded"],
        None if told["reach"] is None else _read_reach(told["reach"]),
        tuple(frozenset(map(NamedNode, names)) for names in told["ordered"]),
    )


def _read_reach(told: dict[str, Any]) -> Reach:
    terms: list[Any] = _terms(told["terms"])
    found = Reach(states=told["states"])
    for state, others in told["free"]:
        found.free[state].update(others)
    for start, predicate, inverse, end, class_, value in told["steps"]:
        ends = (None if one is None else terms[one] for one in (class_, value))
        found.steps.append(Step(start, terms[predicate], inverse, end, *ends))
    return found


def _terms(texts: Iterable[str]) -> list[Term]:
    lines = "".join(f"<urn:x:s> <urn:x:p> {text} .\n" for text in texts)
    return [quad.object for quad in parse(lines, RdfFormat.N_TRIPLES)]
