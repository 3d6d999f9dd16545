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
from kg.reasoning.rdflib_terms import to_rdflib
from kg.validation.corrections import corrected
from kg.validation.outcome import Outcome, one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

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

    with _LOCK, _quiet(), corrected():
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
    """What pyshacl says of a query's solution, its values filled in."""
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
