"""pyshacl, the reference: all of SHACL Core and SHACL-SPARQL, and what it knows of SHACL-AF."""

from __future__ import annotations

import logging
import re
import threading
import warnings
from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING, Any

from pyoxigraph import BlankNode, Literal, NamedNode

from kg.errors import KgError, Misuse
from kg.namespaces import SH, XSD
from kg.reasoning.rdflib_terms import from_rdflib, to_rdflib
from kg.sparql.regex import matching
from kg.validation.literals import is_less, is_well_typed
from kg.validation.outcome import Outcome, one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import rdflib
    from pyoxigraph import Triple

    from kg.validation.index import Term
    from kg.validation.shapes import ShapesGraph

__all__ = ["run"]

# pyshacl and rdflib keep state in their modules (functions, switches, caches): one run at a time.
_LOCK = threading.Lock()
# pyshacl remembers the text of blank nodes for ever, by graph address and label: never reuse one.
_FRESH = count(1)
_FRESH_PATTERN = re.compile(r"\bkgb\d+z\b")


def run(triples: list[Triple], graph: ShapesGraph) -> list[Outcome]:
    """Check a graph against shapes with pyshacl.

    Raises:
        Misuse: the shapes are ill formed, or the data hold what SHACL does not know.
    """
    terms = _Terms()
    data_graph = terms.graph(triples)
    shapes_graph = terms.graph(graph.usable())
    try:
        report = _run(data_graph, shapes_graph)
    except _EngineError as failure:
        raise _named(failure, triples, graph) from None
    return [_outcome(node, report, terms, graph) for node in _result_nodes(report)]


class _EngineError(Exception):
    """What stopped pyshacl, as one line."""


def _run(data_graph: rdflib.Graph, shapes_graph: rdflib.Graph) -> rdflib.Graph:
    """Run pyshacl; what it logs and warns of comes back as its report or its exception."""
    from pyshacl import validate as pyshacl_validate

    with _LOCK, _quiet(), _corrected():
        _parse_once(data_graph)
        try:
            _, report, text = pyshacl_validate(
                data_graph,
                shacl_graph=shapes_graph,
                advanced=True,
                inference="none",
                # The graph is a copy already, and a copy of it would parse every query anew.
                inplace=True,
                do_owl_imports=False,
            )
        except Exception as error:  # noqa: BLE001  # pyshacl lets through what rdflib raises
            raise _EngineError(_reason(error)) from None
    if not hasattr(report, "triples"):
        raise _EngineError(_reason(report if isinstance(report, Exception) else text))
    return report  # type: ignore[no-any-return]  # pyshacl carries no types


def _parse_once(graph: rdflib.Graph) -> None:
    """Let a graph keep the queries it has parsed: pyshacl asks one for each focus node.

    Parsing is most of what a SPARQL constraint costs in rdflib.
    """
    from rdflib.plugins.sparql import prepareQuery

    evaluate = graph.query
    prepared: dict[str, Any] = {}

    def query(text: str, *args: Any, **options: Any) -> Any:
        if text not in prepared:
            prepared[text] = prepareQuery(text)
        return evaluate(prepared[text], *args, **options)

    graph.query = query  # type: ignore[method-assign,assignment]  # for this one graph


@contextmanager
def _quiet() -> Iterator[None]:
    """Log nothing, warn of nothing, and load no graph that a query names; hold the lock for it."""
    from rdflib.plugins import sparql

    loggers = [logging.getLogger(name) for name in ("pyshacl-validate", "rdflib.term")]
    before = [logger.disabled for logger in loggers]
    loads = sparql.SPARQL_LOAD_GRAPHS
    try:
        for logger in loggers:
            logger.disabled = True
        sparql.SPARQL_LOAD_GRAPHS = False
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        sparql.SPARQL_LOAD_GRAPHS = loads
        for logger, disabled in zip(loggers, before, strict=True):
            logger.disabled = disabled


def _reason(error: object) -> str:
    text = one_line(str(error).split("\nFor reference")[0])
    text = _FRESH_PATTERN.sub("[]", text)
    return text or type(error).__name__


def _named(failure: _EngineError, triples: list[Triple], graph: ShapesGraph) -> KgError:
    """Find the shape that pyshacl stumbled over by giving it one shape at a time."""
    for shape in graph.named_shapes():
        terms = _Terms()
        try:
            _run(terms.graph(triples), terms.graph(graph.only(shape).usable()))
        except _EngineError as again:
            return Misuse(f"shape {graph.name(shape)}: {again}")
    return Misuse(f"the shapes cannot be used: {failure}")


class _Terms:
    """Terms of pyoxigraph to terms of rdflib and back, exactly.

    Each graph gets blank nodes of its own: one label may stand in the data and in the shapes.
    """

    def __init__(self) -> None:
        self._back: dict[Any, Term] = {}

    def graph(self, triples: Iterable[Triple]) -> rdflib.Graph:
        import rdflib

        graph = rdflib.Graph(bind_namespaces="none")
        blanks: dict[str, rdflib.BNode] = {}
        with _LOCK, _quiet():
            for triple in triples:
                subject, predicate, object_ = (
                    self._convert(term, blanks)
                    for term in (triple.subject, triple.predicate, triple.object)
                )
                graph.add((subject, predicate, object_))
        return graph

    def _convert(self, term: Term, blanks: dict[str, rdflib.BNode]) -> Any:
        import rdflib

        converted: Any
        if isinstance(term, NamedNode):
            return rdflib.URIRef(term.value)
        if isinstance(term, BlankNode):
            if term.value not in blanks:
                blanks[term.value] = rdflib.BNode(f"kgb{next(_FRESH)}z")
            converted = blanks[term.value]
        elif isinstance(term, Literal) and term.direction is None:
            converted = _literal(term)
        else:
            raise Misuse(f"{term}: SHACL 1.0 knows no triple terms and no base directions")
        self._back[converted] = term
        return converted

    def original(self, term: Any) -> Term:
        """The term that was given, or for a value that a query computed, the same in pyoxigraph."""
        import rdflib

        if isinstance(term, rdflib.URIRef):
            return NamedNode(str(term))
        if term in self._back:
            return self._back[term]
        if isinstance(term, rdflib.BNode):
            return BlankNode(str(term))
        if term.language:
            return Literal(str(term), language=term.language)
        datatype = NamedNode(str(term.datatype)) if term.datatype else XSD.string
        return Literal(str(term), datatype=datatype)


def _literal(term: Literal) -> Any:
    import rdflib

    # A plain literal and an xsd:string are one term in RDF 1.1, two in rdflib.
    return rdflib.Literal(term.value) if term.datatype == XSD.string else to_rdflib(term)


def _result_nodes(report: rdflib.Graph) -> list[Any]:
    import rdflib

    return list(report.objects(None, rdflib.SH.result))


def _outcome(node: Any, report: rdflib.Graph, terms: _Terms, graph: ShapesGraph) -> Outcome:
    """Read one sh:ValidationResult of pyshacl's report."""
    import rdflib

    def one(predicate: NamedNode) -> Term | None:
        found = report.value(node, rdflib.URIRef(predicate.value))
        return None if found is None else terms.original(found)

    focus, source = one(SH.focusNode), one(SH.sourceShape)
    if focus is None or source is None:
        raise Misuse("pyshacl reported a result without its focus node or its shape")
    component = one(SH.sourceConstraintComponent)
    return Outcome(
        focus=focus,
        source=source,
        component=component,
        severity=one(SH.resultSeverity),
        path=one(SH.resultPath),
        value=one(SH.value),
        constraint=one(SH.sourceConstraint),
        messages=_messages(node, report, one(SH.sourceConstraint), source, graph)
        if component == SH.SPARQLConstraintComponent or component not in SH
        else (),
    )


def _messages(
    node: Any, report: rdflib.Graph, constraint: Term | None, source: Term, graph: ShapesGraph
) -> tuple[Literal, ...]:
    """Return what pyshacl says of a query's solution, its values filled in."""
    import rdflib

    messages = [
        Literal(_FRESH_PATTERN.sub("[]", str(found)), language=found.language or None)
        for found in report.objects(node, rdflib.SH.resultMessage)
        if isinstance(found, rdflib.Literal)
    ]
    if constraint is not None and graph.values(constraint, SH.message):
        # Section 5.3.2: the message of a SPARQL constraint stands instead of the shape's.
        general = {
            text.value for text in graph.values(source, SH.message) if isinstance(text, Literal)
        }
        messages = [text for text in messages if text.value not in general] or messages
    return tuple(messages)


# Corrections of pyshacl, where it is not what the specifications say. Its own checks go by Python's
# regular expressions, by what Python's ``datetime`` can hold, and by rdflib's order of literals.
# https://www.w3.org/TR/shacl/#core-components


@contextmanager
def _corrected() -> Iterator[None]:
    """Correct pyshacl for as long as it runs; hold the lock for it."""
    before = [(kind, name, kind.__dict__[name]) for kind, name, _ in _corrections()]
    try:
        for kind, name, method in _corrections():
            setattr(kind, name, method)
        yield
    finally:
        for kind, name, method in before:
            setattr(kind, name, method)


def _corrections() -> list[tuple[Any, str, Any]]:
    """Return each class of pyshacl with the name of a method and what stands in its place."""
    from pyshacl.constraints.core import property_pair_constraints as pairs
    from pyshacl.constraints.core import string_based_constraints as strings
    from pyshacl.constraints.core import value_constraints as values
    from pyshacl.constraints.core import value_range_constraints as ranges

    least, most = "_evaluate_min_rule", "_evaluate_max_rule"
    return [
        (values.DatatypeConstraintComponent, "evaluate", _evaluate_datatype),
        (strings.PatternConstraintComponent, "__init__", _read_patterns),
        (strings.PatternConstraintComponent, "_evaluate_string_rule", _evaluate_pattern),
        (ranges.MinExclusiveConstraintComponent, least, _bounded(is_less)),
        (ranges.MinInclusiveConstraintComponent, least, _bounded(_at_most)),
        (ranges.MaxExclusiveConstraintComponent, most, _bounded(lambda b, v: is_less(v, b))),
        (ranges.MaxInclusiveConstraintComponent, most, _bounded(lambda b, v: _at_most(v, b))),
        (pairs.LessThanConstraintComponent, "_compare_lt", _paired(is_less)),
        (pairs.LessThanOrEqualsConstraintComponent, "_compare_ltoe", _paired(_at_most)),
    ]


def _at_most(first: Term, second: Term) -> bool:
    return is_less(first, second, or_equal=True)


def _failing(component: Any, graph: Any, nodes: Any, conforms: Callable[[Any], bool]) -> Any:
    """Make a result for each value that does not conform, as the methods of pyshacl do."""
    reports = [
        component.make_v_result(graph, focus, value_node=value)
        for focus, values in nodes.items()
        for value in values
        if not conforms(value)
    ]
    return bool(reports), reports


def _evaluate_datatype(self: Any, executor: Any, graph: Any, nodes: Any, path: list[Any]) -> Any:  # noqa: ARG001  # pyshacl's own signature
    datatype = NamedNode(str(self.datatype_rule))

    def conforms(value: Any) -> bool:
        term = from_rdflib(value)
        return isinstance(term, Literal) and term.datatype == datatype and is_well_typed(term)

    failed, reports = _failing(self, graph, nodes, conforms)
    return not failed, reports


def _read_patterns(self: Any, shape: Any) -> None:
    from pyshacl.constraints.core.string_based_constraints import (
        SH_flags,
        SH_pattern,
        StringBasedConstraintBase,
    )

    StringBasedConstraintBase.__init__(self, shape)
    self.string_rules = list(shape.objects(SH_pattern))
    self.flags = next(iter(shape.objects(SH_flags)), "")


def _evaluate_pattern(self: Any, rule: Any, graph: Any, nodes: Any) -> Any:
    import rdflib

    texts = {str(v) for values in nodes.values() for v in values if not isinstance(v, rdflib.BNode)}
    found = matching(str(rule), texts, str(self.flags))

    def conforms(value: Any) -> bool:
        return not isinstance(value, rdflib.BNode) and str(value) in found

    return _failing(self, graph, nodes, conforms)


def _bounded(holds: Callable[[Term, Term], bool]) -> Any:
    def evaluate(self: Any, bound: Any, graph: Any, nodes: Any) -> Any:
        given = from_rdflib(bound)
        return _failing(self, graph, nodes, lambda value: holds(given, from_rdflib(value)))

    return evaluate


def _paired(holds: Callable[[Term, Term], bool]) -> Any:
    def compare(self: Any, values: Any, others: Any, graph: Any, focus: Any) -> Any:
        reports = [
            self.make_v_result(graph, focus, value_node=value)
            for value in values
            for other in others
            if not holds(from_rdflib(value), from_rdflib(other))
        ]
        return bool(reports), reports

    return compare
