"""Analysis of SHACL shapes: how far they look, and what in them the fast engine does not support.

The queries in shapes are read with rdflib, which takes longer than to validate a graph. What is
found of shapes is kept on disk, as plain data.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from kg.namespaces import EDTF, RDF, SH, XSD
from kg.reasoning.statements import terms
from kg.snapshot import cache
from kg.sparql.regex import PatternError, for_rust
from kg.validation.literals import common_kind, find_rare_literal, is_day
from kg.validation.reach import Reach, Step, Unbounded, reach
from kg.validation.report import describe
from kg.validation.shapes import REFERENCES, references, targets
from kg.validation.sparql_constraints import constraints, ordered_predicates, unlike_pyshacl

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from collections.abc import Set as AbstractSet

    from kg.validation.index import Term
    from kg.validation.shapes import ShapesGraph
    from kg.validation.sparql_constraints import Constraint

__all__ = ["Analysis", "Obstacles", "analyse"]

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
    body = cache.find_file(_KIND, name)
    if body is not None:
        return _read(json.loads(body))
    graph.require_usable()
    found = _found(graph)
    cache.keep_file(_KIND, name, json.dumps(_written(found), separators=(",", ":")).encode())
    return found


def _found(graph: ShapesGraph) -> Analysis:
    asked = constraints(graph)
    if feature := _find_unsupported(graph, asked):
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


# What the fast engine does not support, or does unlike the reference: every shape and every graph
# that auto gives to the fast engine gets the report that pyshacl gives.

_COMPARED = ("minInclusive", "maxInclusive", "minExclusive", "maxExclusive")
_PAIRS = ("lessThan", "lessThanOrEquals")
_IRIS = terms(
    SH,
    """class datatype disjoint equals lessThan lessThanOrEquals nodeKind targetClass
    targetObjectsOf targetSubjectsOf severity""",
)
_COUNTS = terms(
    SH,
    """minCount maxCount minLength maxLength qualifiedMinCount qualifiedMaxCount""",
)
_TEXTS = terms(SH, "pattern flags")
_SWITCHES = terms(SH, "closed deactivated uniqueLang qualifiedValueShapesDisjoint")
_LISTS = terms(SH, "and or xone in languageIn ignoredProperties")
_ONCE = terms(
    SH,
    """path severity minCount maxCount datatype nodeKind closed uniqueLang pattern languageIn
    in minLength maxLength minInclusive maxInclusive minExclusive maxExclusive flags
    deactivated ignoredProperties qualifiedMinCount qualifiedMaxCount qualifiedValueShape
    select""",
)
# What changes nothing of what is found: words for people, and reports that stand beside shapes.
_REMARKS = terms(
    SH,
    """message name description order group defaultValue declare prefix namespace prefixes select
    sparql conforms result focusNode resultMessage resultPath resultSeverity sourceConstraint
    sourceConstraintComponent sourceShape value""",
)
_STEPS = terms(
    SH,
    """path inversePath alternativePath zeroOrMorePath oneOrMorePath zeroOrOnePath""",
)
_KNOWN = (
    _IRIS
    | _COUNTS
    | _SWITCHES
    | _LISTS
    | _REMARKS
    | _STEPS
    | _TEXTS
    | frozenset(REFERENCES)
    | terms(SH, " ".join(("targetNode", "hasValue", *_COMPARED)))
)
_NODE_KINDS = terms(SH, "IRI Literal BlankNode BlankNodeOrIRI BlankNodeOrLiteral IRIOrLiteral")
#: Datatypes whose literals the fast engine finds well typed or not, but for rare ones.
_DATATYPES = terms(
    XSD,
    """string integer decimal double float boolean date dateTime dateTimeStamp time gYear
    gYearMonth gMonth gMonthDay gDay duration dayTimeDuration yearMonthDuration anyURI int byte
    long short nonNegativeInteger positiveInteger negativeInteger nonPositiveInteger unsignedByte
    unsignedShort unsignedInt unsignedLong language token normalizedString Name NCName NMTOKEN
    hexBinary base64Binary""",
) | {RDF.langString, EDTF}


def _find_unsupported(graph: ShapesGraph, asked: Sequence[Constraint]) -> str | None:
    """Name the first feature of shapes that only pyshacl evaluates; None where there is none."""
    for triple in sorted(graph.triples, key=str):
        predicate = triple.predicate
        if predicate in SH and predicate not in _KNOWN:
            return describe(predicate)
        if reason := _argument(graph, predicate, triple.object):
            return f"{describe(predicate)} {reason}"
    for node in sorted({triple.subject for triple in graph.triples}, key=str):
        if reason := _shape(graph, node):
            return reason
    return _referred(graph) or next(filter(None, map(unlike_pyshacl, asked)), None)


def _argument(graph: ShapesGraph, predicate: NamedNode, value: Term) -> str | None:  # noqa: PLR0911  # one line a kind of argument
    text = describe(value)
    if predicate in _IRIS and not isinstance(value, NamedNode):
        return f"{text}, which is no IRI"
    if predicate == SH.nodeKind and value not in _NODE_KINDS:
        return text
    if predicate == SH.datatype and value not in _DATATYPES:
        return text
    if predicate in _COUNTS and not _is(value, XSD.integer, r"\d{1,9}"):
        return f"{text}, which is no whole number"
    if predicate in _SWITCHES and not _is(value, XSD.boolean, r"true|false"):
        return f"{text}, which is neither true nor false"
    if predicate in _LISTS and not _is_list(graph, value):
        return "with what is no list"
    if predicate in _TEXTS and not (isinstance(value, Literal) and value.datatype == XSD.string):
        return f"{text}, which is no text"
    if predicate == SH.pattern and not _is_rust(value):
        return f"{text}, which refers back to a group"
    if predicate.value.removeprefix(SH.iri) in _COMPARED and not common_kind([value]):
        return f"{text}, which engines may order differently"
    return None


def _is(value: Term, datatype: NamedNode, pattern: str) -> bool:
    return (
        isinstance(value, Literal)
        and value.datatype == datatype
        and re.fullmatch(pattern, value.value) is not None
    )


def _is_rust(pattern: Term) -> bool:
    """Return whether the engine in Rust reads a pattern, flags aside."""
    try:
        for_rust(getattr(pattern, "value", ""))
    except PatternError:
        return False
    return True


def _is_list(graph: ShapesGraph, head: Term) -> bool:
    seen: set[Term] = set()
    while head != RDF.nil:
        first, rest = graph.values(head, RDF.first), graph.values(head, RDF.rest)
        if head in seen or len(first) != 1 or len(rest) != 1:
            return False
        seen.add(head)
        head = rest[0]
    return True


def _shape(graph: ShapesGraph, node: Term) -> str | None:
    """Name what is wrong with a shape, which pyshacl tells its author."""
    for predicate in sorted(_ONCE, key=str):
        if len(graph.values(node, predicate)) > 1:
            return f"more than one {describe(predicate)}"
    if not all(_is_path(graph, path) for path in graph.values(node, SH.path)):
        return "sh:path that is no path"
    if graph.values(node, SH.path) and Literal(True) in graph.values(node, SH.closed):  # noqa: FBT003  # a term
        # The engine looks at the node that has the value, and not at the value.
        return "sh:closed in a property shape"
    for name in (*_COMPARED, *_PAIRS):
        if graph.values(node, SH[name]) and not graph.values(node, SH.path):
            return f"sh:{name} without sh:path"
    return _inner(graph, node)


def _inner(graph: ShapesGraph, node: Term) -> str | None:
    """Name what is wrong with the shapes that a shape refers to."""
    for kind_, value in references(graph, node):
        if isinstance(value, Literal):
            return f"{describe(kind_)} of a literal"
        if kind_ == SH.property and not graph.values(value, SH.path):
            return "sh:property of a shape without sh:path"
    for kind_ in (SH["and"], SH["or"], SH.xone):
        if RDF.nil in graph.values(node, kind_):
            return f"{describe(kind_)} of no shapes"
    return None


def _is_path(graph: ShapesGraph, path: Term) -> bool:
    """Return whether every part of a path is one, each written once."""
    if isinstance(path, Literal):
        return False
    if isinstance(path, NamedNode):
        return True
    own = [predicate for node, predicate, _ in graph.below(path) if node == path]
    if sorted(own, key=str) == [RDF.first, RDF.rest]:
        return _is_list(graph, path) and all(_is_path(graph, one) for one in graph.members(path))
    if len(own) != 1 or own[0] not in _STEPS or own[0] == SH.path:
        return False
    (value,) = graph.values(path, own[0])
    if own[0] == SH.alternativePath:
        return _is_list(graph, value) and all(_is_path(graph, one) for one in graph.members(value))
    return _is_path(graph, value)


def _referred(graph: ShapesGraph) -> str | None:
    """SPARQL constraints are asked of targets alone: no other shape may depend on one."""
    nodes = {triple.subject for triple in graph.triples}
    for node in nodes:
        kinds = {kind_ for kind_, value in targets(graph, node)}
        literals = any(isinstance(value, Literal) for _, value in targets(graph, node))
        asks = [node, *graph.values(node, SH.property)]
        if any(graph.values(one, SH.sparql) for one in asks) and (
            literals or SH.targetObjectsOf in kinds
        ):
            # A store gives "007" back as "7", and would take the two for one focus node.
            return "sh:sparql of what may be a literal"
    held = [
        (holder, kind_, value) for holder in nodes for kind_, value in references(graph, holder)
    ]
    inner = {value for _, _, value in held}
    asking = {triple.subject for triple in graph.triples if triple.predicate == SH.sparql}
    for holder, kind_, value in held:
        if value in asking and (
            kind_ != SH.property or holder in inner or not targets(graph, holder)
        ):
            return "sh:sparql in a shape that another shape refers to"
    return None


class Obstacles:
    """What of a graph the engines read differently, as far as some shapes look at it.

    Args:
        graph: the shapes.
        ordered: for each of their queries that orders values, the predicates that these are of.
    """

    def __init__(self, graph: ShapesGraph, ordered: Iterable[frozenset[NamedNode]]) -> None:
        self._groups: list[_Group] = [*_compared(graph), *((one, (), False) for one in ordered)]

    def find(self, text: bytes) -> str | None:
        """Name the first obstacle in a graph in N-Triples; None if there is none."""
        if found := find_rare_literal(text):
            return f"the literal {found}, which engines read differently"
        for predicates, bounds, only_literals in self._groups:
            met = [*bounds, *_values(text, predicates)]
            if common_kind(met) is None or (
                only_literals and any(not isinstance(one, Literal) for one in met)
            ):
                names = ", ".join(sorted(describe(name) for name in predicates))
                return f"the values of {names}, which are not all of one kind to be ordered"
        return None


def _values(text: bytes, predicates: Iterable[NamedNode]) -> list[Term]:
    """Return the values of predicates in N-Triples, each once; of all days, one."""
    found = set()
    for predicate in predicates:
        for before, after in pairwise(text.split(f" {predicate} ".encode())):
            # A predicate has the subject before it in its line, and nothing else.
            if b" " not in before[before.rfind(b"\n") + 1 :]:
                found.add(after.partition(b" .\n")[0])
    # Most of what is ordered are days, and a graph has thousands.
    days = {value for value in found if is_day(value)}
    kept = sorted(found - days) + sorted(days)[:1]
    lines = b"".join(b"<urn:x:s> <urn:x:p> " + value + b" .\n" for value in kept)
    return [quad.object for quad in parse(lines, RdfFormat.N_TRIPLES)]


_Group = tuple["AbstractSet[NamedNode]", "Sequence[Term]", bool]


def _compared(graph: ShapesGraph) -> Iterator[_Group]:
    """What shapes order: the predicates, the bounds, and whether nothing but literals may be."""
    for node in {triple.subject for triple in graph.triples}:
        for path in graph.values(node, SH.path):
            own = {path} if isinstance(path, NamedNode) else _predicates(graph, path)
            bounds = [value for name in _COMPARED for value in graph.values(node, SH[name])]
            if bounds:
                yield own, bounds, False
            for name in _PAIRS:
                for other in graph.values(node, SH[name]):
                    if isinstance(other, NamedNode):
                        yield own | {other}, (), True


def _predicates(graph: ShapesGraph, path: Term) -> set[NamedNode]:
    return {
        value
        for _, _, value in graph.below(path)
        if isinstance(value, NamedNode) and value != RDF.nil
    }
