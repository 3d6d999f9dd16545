"""Validate a graph against SHACL shapes and say where each fault is written.

Validation reads: neither the data nor the shapes are changed, nothing is inferred, and nothing is
fetched. https://www.w3.org/TR/shacl/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from kg.errors import Misuse
from kg.namespaces import RDFS
from kg.validation.outcome import Places, is_in_columns, report
from kg.validation.report import ValidationReport, ValidationResult
from kg.validation.revalidation import Revalidator
from kg.validation.shacl_engine import FastShapes, by_predicate
from kg.validation.shapes import ShapesGraph

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from pyoxigraph import Triple

    from kg.dataset import Dataset
    from kg.reasoning.statements import Lookup, Statement
    from kg.tables.triples import Triples

__all__ = [
    "ENGINES",
    "Engine",
    "Revalidator",
    "ValidationReport",
    "ValidationResult",
    "revalidate",
    "validate",
]

Engine = Literal["auto", "pyshacl", "shacl"]
ENGINES: tuple[Engine, ...] = ("auto", "pyshacl", "shacl")
#: Up to here the reference takes a quarter of a second, and is asked itself.
_SMALL = 1000


def validate(
    data: Iterable[Triple],
    shapes: Iterable[Triple],
    *,
    dataset: Dataset | None = None,
    engine: Engine = "auto",
) -> ValidationReport:
    """Check every triple of a graph against shapes.

    Args:
        data: the graph; give the closure too, so that shapes see what is inferred.
        shapes: SHACL Core and SHACL-SPARQL; of SHACL-AF, targets, functions and expressions.
        dataset: knows the labels, and the file and line of each triple.
        engine: ``pyshacl``, the reference, or ``shacl``, fast; ``auto`` takes the reference for
            small graphs and for what the fast one does not do alike.

    Returns:
        The report, which names its engine; it conforms where no result is a violation.

    Raises:
        Misuse: the shapes are ill formed, recursive, or ask for what kg or the engine does not run.
        ParseFailure: the SPARQL text of a shape does not parse.
        QueryRefused: the SPARQL text of a shape contains SERVICE, FROM or an update.

    >>> from pyoxigraph import NamedNode, RdfFormat, Triple, parse
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
    >>> report.conforms, report.engine
    (False, 'pyshacl')
    """
    if engine not in ENGINES:
        raise Misuse(f"no engine {engine!r}; one of {', '.join(ENGINES)}")
    triples: Sequence[Triple] | Triples = data if is_in_columns(data) else list(data)
    graph = ShapesGraph(shapes)
    fast = None
    if engine == "shacl" or (engine == "auto" and len(triples) > _SMALL):
        fast = FastShapes.of(graph)
    else:
        graph.require_usable()
    grouped = {} if is_in_columns(triples) else by_predicate(triples)
    places = Places(dataset, grouped.get(RDFS.label, ()))
    if fast is not None:
        found = fast if isinstance(fast, str) else fast.check(triples, grouped)
        if not isinstance(found, str):
            return report(found, graph, places, "shacl", triples)
        if engine == "shacl":
            raise Misuse(f"the engine shacl does not do {found}; use pyshacl, or auto")
    from kg.validation import pyshacl_engine

    return report(pyshacl_engine.run(list(triples), graph), graph, places, "pyshacl", triples)


def revalidate(
    shapes: Iterable[Triple], data: Lookup, changed: Collection[Statement]
) -> ValidationReport:
    """Validate only the focus nodes that a change can affect.

    For one change after another, make a :class:`Revalidator` once.

    Args:
        shapes: as for :func:`validate`.
        data: the graph after the change.
        changed: the statements that came or went.

    Raises:
        Misuse: the shapes are ill formed, or look at the whole graph.

    >>> from kg.reasoning.statements import Index
    >>> revalidate([], Index(), []).conforms
    True
    """
    return Revalidator(shapes).revalidate(data, changed)
