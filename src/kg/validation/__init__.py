"""Validate a graph against SHACL shapes, with pyshacl, and say where each fault is written.

Validation reads: neither the data nor the shapes are changed, nothing is inferred, and nothing is
fetched. https://www.w3.org/TR/shacl/
"""

from __future__ import annotations

import logging
import re
import threading
import warnings
from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING, Any

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kg.errors import KgError, Misuse
from kg.namespaces import SH, XSD, compact
from kg.validation.places import Places
from kg.validation.report import Severity, ValidationReport, ValidationResult, sort_key
from kg.validation.shapes import ShapesGraph

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import rdflib

    from kg.dataset import Dataset
    from kg.validation.index import Term

__all__ = ["ValidationReport", "ValidationResult", "validate"]

# pyshacl and rdflib keep state in their modules (functions, switches, caches): one run at a time.
_LOCK = threading.Lock()
# pyshacl remembers the text of blank nodes for ever, by graph address and label: never reuse one.
_FRESH = count(1)
_FRESH_PATTERN = re.compile(r"\bkgb\d+z\b")
# An IRI in a message, without the punctuation of the sentence.
_IRI = re.compile(r"<?(https?://[^\s<>\"']*[^\s<>\"'.,;:)])>?")
_SEVERITIES: dict[Term, Severity] = {
    SH.Violation: "Violation",
    SH.Warning: "Warning",
    SH.Info: "Info",
}


def validate(
    data: Iterable[Triple], shapes: Iterable[Triple], *, dataset: Dataset | None = None
) -> ValidationReport:
    """Check every triple of a graph against shapes.

    Args:
        data: the graph; give the closure too, so that shapes see what is inferred.
        shapes: SHACL Core and SHACL-SPARQL; of SHACL-AF, targets, functions and expressions.
        dataset: knows the labels, and the file and line of each triple.

    Returns:
        The report; it conforms where no result is a violation.

    Raises:
        Misuse: the shapes are ill formed, recursive, or ask for what kg does not run.
        ParseFailure: the SPARQL text of a shape does not parse.
        QueryRefused: the SPARQL text of a shape contains SERVICE, FROM or an update.

    >>> from pyoxigraph import RdfFormat, parse
    >>> from kg.namespaces import PREFIXES, RDF, REL
    >>> text = b'''@prefix sh: <http://www.w3.org/ns/shacl#> .
    ... @prefix rel: <https://w3id.org/relations-kg/ontology#> .
    ... rel:EventShape a sh:NodeShape ; sh:targetClass rel:Event ;
    ...     sh:property [ sh:path rel:date ; sh:minCount 1 ; sh:message "give a date" ] .'''
    >>> shapes = [quad.triple for quad in parse(text, RdfFormat.TURTLE)]
    >>> recall = NamedNode(PREFIXES["kg"] + "recall")
    >>> report = validate([Triple(recall, RDF.type, REL.Event)], shapes)
    >>> print(report)
    Violation: kg:recall: give a date
    >>> report.conforms
    False
    """
    triples = list(data)
    graph = ShapesGraph(shapes)
    graph.require_usable()
    terms = _Terms()
    data_graph = terms.graph(triples)
    shapes_graph = terms.graph(graph.usable())
    try:
        report = _run(data_graph, shapes_graph)
    except _EngineError as failure:
        raise _named(failure, triples, graph) from None
    found = [_Finding(node, report, terms, graph) for node in _result_nodes(report)]
    places = Places(dataset, triples)
    results = sorted((finding.result(places) for finding in found), key=sort_key)
    paths = {
        finding.path_text: (finding.path, graph.below(finding.path))
        for finding in found
        if finding.path is not None and finding.path_text is not None
    }
    return ValidationReport(tuple(results), paths)


class _EngineError(Exception):
    """What stopped pyshacl, as one line."""


def _run(data_graph: rdflib.Graph, shapes_graph: rdflib.Graph) -> rdflib.Graph:
    """Run pyshacl; what it logs and warns of comes back as its report or its exception."""
    from pyshacl import validate as pyshacl_validate

    with _LOCK, _quiet():
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
    text = " ".join(str(error).split("\nFor reference")[0].split())
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

    if term.language:
        return rdflib.Literal(term.value, lang=term.language)
    # A plain literal and an xsd:string are one term in RDF 1.1, two in rdflib.
    datatype = None if term.datatype == XSD.string else rdflib.URIRef(term.datatype.value)
    return rdflib.Literal(term.value, datatype=datatype, normalize=False)


def _result_nodes(report: rdflib.Graph) -> list[Any]:
    import rdflib

    return list(report.objects(None, rdflib.SH.result))


class _Finding:
    """One sh:ValidationResult of pyshacl's report, in pyoxigraph's terms."""

    def __init__(self, node: Any, report: rdflib.Graph, terms: _Terms, graph: ShapesGraph) -> None:
        import rdflib

        def one(predicate: NamedNode) -> Term | None:
            found = report.value(node, rdflib.URIRef(predicate.value))
            return None if found is None else terms.original(found)

        focus, source = one(SH.focusNode), one(SH.sourceShape)
        if focus is None or source is None:
            raise Misuse("pyshacl reported a result without its focus node or its shape")
        self.focus, self.source = focus, source
        self.value = one(SH.value)
        self.component = one(SH.sourceConstraintComponent)
        self.path = one(SH.resultPath)
        self.path_text = None if self.path is None else graph.path(self.path)
        severity = one(SH.resultSeverity)
        # Any IRI may be a severity; one that SHACL does not name is taken seriously.
        self.severity = _SEVERITIES.get(severity, "Violation") if severity else "Violation"
        messages = list(report.objects(node, rdflib.SH.resultMessage))
        constraint = one(SH.sourceConstraint)
        if constraint is not None and graph.values(constraint, SH.message):
            # Section 5.3.2: the message of a SPARQL constraint stands instead of the shape's.
            general = {
                text.value for text in graph.values(source, SH.message) if isinstance(text, Literal)
            }
            messages = [text for text in messages if str(text) not in general] or messages
        self.message = _message(messages) or f"does not conform to {graph.name(source)}"

    def result(self, places: Places) -> ValidationResult:
        return ValidationResult(
            focus_node=self.focus,
            path=self.path_text,
            value=self.value,
            severity=self.severity,
            source=self.source,
            component=self.component,
            message=self.message,
            location=places.location(self.focus, self.path, self.value),
            label=places.label(self.focus),
        )


def _message(literals: Iterable[Any]) -> str:
    """The messages in English, or else those in no language, or else all; on one line."""
    by_rank: dict[int, set[str]] = {}
    for literal in literals:
        language = literal.language or ""
        rank = 0 if language.split("-")[0] == "en" else 2 if language else 1
        by_rank.setdefault(rank, set()).add(_IRI.sub(_curie, _reason(literal)))
    return " ".join(sorted(by_rank[min(by_rank)])) if by_rank else ""


def _curie(found: re.Match[str]) -> str:
    curie = compact(found[1])
    return found[0] if curie.startswith("<") else curie
