"""From the outcomes of an engine to a validation report: messages, labels, files and lines."""

from __future__ import annotations

import re
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeGuard

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Triple

from kg.namespaces import RDF, SH, compact
from kg.validation.report import (
    Severity,
    Structure,
    ValidationReport,
    ValidationResult,
    describe,
    sort_key,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kg.dataset import Dataset
    from kg.dataset.documents import Document, Location
    from kg.tables.triples import Triples
    from kg.validation.index import Term
    from kg.validation.shapes import ShapesGraph

__all__ = ["Findings", "Outcome", "Places", "is_in_columns", "one_line", "report"]

_SEVERITIES: dict[Term, Severity] = {
    SH.Violation: "Violation",
    SH.Warning: "Warning",
    SH.Info: "Info",
}
# An IRI in a message, without the punctuation of the sentence.
_IRI = re.compile(r"<?(https?://[^\s<>\"']*[^\s<>\"'.,;:)])>?")


@dataclass(frozen=True)
class Outcome:
    """One sh:ValidationResult in the terms that were given.

    Args:
        focus: the node that was checked.
        source: the shape, as it stands in the shapes graph.
        component: the constraint component.
        severity: the term of SHACL or one of the shapes' own.
        path: the node of the path in the shapes graph, or a predicate.
        value: the value that is at fault.
        messages: what the constraint itself says; where it says nothing, its shape does.
        constraint: the SPARQL constraint, where there is one.
    """

    focus: Term
    source: Term
    component: Term | None
    severity: Term | None
    path: Term | None = None
    value: Term | None = None
    messages: tuple[Literal, ...] = ()
    constraint: Term | None = None


def report(
    outcomes: Sequence[Outcome],
    graph: ShapesGraph,
    places: Places,
    engine: str,
    data: Iterable[Triple] = (),
) -> ValidationReport:
    """Put what an engine found into words, with the place of each, in order.

    Args:
        outcomes: what it found.
        graph: the shapes.
        places: labels, and where triples are written.
        engine: its name.
        data: the graph that it found them in, to describe its blank nodes.
    """
    results, paths = [], {}
    sources: dict[Term, Structure] = {}
    for outcome in outcomes:
        for source in (outcome.source, outcome.constraint):
            if isinstance(source, BlankNode) and source not in sources:
                sources[source] = graph.below(source)
        path = None if outcome.path is None else graph.path(outcome.path)
        if path is not None and outcome.path is not None:
            paths[path] = (outcome.path, graph.below(outcome.path))
        results.append(_result(outcome, path, graph, places))
    ordered = tuple(sorted(results, key=sort_key))
    nodes = _described(outcomes, data)
    return ValidationReport(ordered, paths, engine, sources=sources, nodes=nodes)


def _described(outcomes: Iterable[Outcome], data: Iterable[Triple]) -> Structure:
    """Return what describes the blank nodes of results, and the blank nodes within these."""
    ends = (end for outcome in outcomes for end in (outcome.focus, outcome.value))
    waiting = list(dict.fromkeys(end for end in ends if isinstance(end, BlankNode)))
    if not waiting:
        return ()
    about: dict[BlankNode, list[Triple]] = defaultdict(list)
    for triple in data.blank_subjects() if is_in_columns(data) else data:
        if isinstance(triple.subject, BlankNode):
            about[triple.subject].append(triple)
    seen = set(waiting)
    found = []
    while waiting:
        for triple in sorted(about.get(waiting.pop(), ()), key=str):
            found.append((triple.subject, triple.predicate, triple.object))
            if isinstance(triple.object, BlankNode) and triple.object not in seen:
                seen.add(triple.object)
                waiting.append(triple.object)
    return tuple(found)  # type: ignore[arg-type]  # the subjects are blank nodes


def _result(
    outcome: Outcome, path: str | None, graph: ShapesGraph, places: Places
) -> ValidationResult:
    said = outcome.messages or graph.values(outcome.source, SH.message)
    messages = sorted((one for one in said if isinstance(one, Literal)), key=str)
    message = _in_english(messages)
    severity = outcome.severity or SH.Violation
    return ValidationResult(
        focus_node=outcome.focus,
        path=path,
        value=outcome.value,
        severity=_SEVERITIES.get(severity) or describe(severity),
        source=outcome.source,
        component=outcome.component,
        message=message or _default_message(outcome.component, outcome.source, graph),
        location=places.location(outcome.focus, outcome.path, outcome.value),
        label=places.label(outcome.focus),
        constraint=outcome.constraint,
        messages=tuple(dict.fromkeys(messages)),
        severity_term=None if severity in _SEVERITIES else severity,
    )


def _in_english(literals: Iterable[Literal]) -> str:
    """Return the messages in English, or else those in no language, or else all; on one line."""
    by_rank: dict[int, set[str]] = {}
    for literal in literals:
        language = literal.language or ""
        rank = 0 if language.split("-")[0] == "en" else 2 if language else 1
        by_rank.setdefault(rank, set()).add(_IRI.sub(_curie, one_line(literal.value)))
    return " ".join(sorted(by_rank[min(by_rank)])) if by_rank else ""


def one_line(text: str) -> str:
    r"""Write a text without its line breaks.

    >>> one_line("Give the date\n    once.")
    'Give the date once.'
    """
    return " ".join(text.split())


def _curie(found: re.Match[str]) -> str:
    curie = compact(found[1])
    return found[0] if curie.startswith("<") else curie


def is_in_columns(triples: object) -> TypeGuard[Triples]:
    """Return whether a graph is in columns, without importing what these take."""
    tables = sys.modules.get("kg.tables.triples")
    return tables is not None and isinstance(triples, tables.Triples)


# Default messages, for shapes without sh:message. SHACL leaves the words to each engine; kg has its
# own, so that a report is the same from every engine.

#: The parameter of each component of SHACL Core, and what to say with its values.
_SENTENCES = {
    "And": ("and", "Value does not conform to all of {}"),
    "Class": ("class", "Value does not have class {}"),
    "Closed": ("closed", "Node has a property that its closed shape does not list"),
    "Datatype": ("datatype", "Value is not a literal with datatype {}"),
    "Disjoint": ("disjoint", "Value is also a value of {}"),
    "Equals": ("equals", "Values are not those of {}"),
    "HasValue": ("hasValue", "Value {} is missing"),
    "In": ("in", "Value is not one of {}"),
    "LanguageIn": ("languageIn", "Language of the value is not one of {}"),
    "LessThan": ("lessThan", "Value is not less than that of {}"),
    "LessThanOrEquals": ("lessThanOrEquals", "Value is more than that of {}"),
    "MaxCount": ("maxCount", "More than {} values"),
    "MaxExclusive": ("maxExclusive", "Value is not less than {}"),
    "MaxInclusive": ("maxInclusive", "Value is more than {}"),
    "MaxLength": ("maxLength", "Value is longer than {} characters"),
    "MinCount": ("minCount", "Less than {} values"),
    "MinExclusive": ("minExclusive", "Value is not more than {}"),
    "MinInclusive": ("minInclusive", "Value is less than {}"),
    "MinLength": ("minLength", "Value is shorter than {} characters"),
    "Node": ("node", "Value does not conform to shape {}"),
    "NodeKind": ("nodeKind", "Value is not of node kind {}"),
    "Not": ("not", "Value conforms to shape {}, which it must not"),
    "Or": ("or", "Value conforms to none of {}"),
    "Pattern": ("pattern", "Value does not match the pattern {}"),
    "QualifiedMaxCount": ("qualifiedMaxCount", "More than {} values conform to the shape"),
    "QualifiedMinCount": ("qualifiedMinCount", "Less than {} values conform to the shape"),
    "UniqueLang": ("uniqueLang", "Several values have the same language"),
    "Xone": ("xone", "Value does not conform to exactly one of {}"),
}


def _default_message(component: Term | None, source: Term, graph: ShapesGraph) -> str:
    """Return the message of a component where neither constraint nor shape have one.

    Args:
        component: the constraint component.
        source: the shape that has the constraint.
        graph: the shapes graph.

    >>> from pyoxigraph import NamedNode, RdfFormat, parse
    >>> from kg.validation.shapes import ShapesGraph
    >>> text = "@prefix sh: <http://www.w3.org/ns/shacl#> . <urn:x-s> sh:nodeKind sh:IRI ."
    >>> graph = ShapesGraph(quad.triple for quad in parse(text, RdfFormat.TURTLE))
    >>> component = NamedNode(SH.iri + "NodeKindConstraintComponent")
    >>> _default_message(component, NamedNode("urn:x-s"), graph)
    'Value is not of node kind sh:IRI'
    """
    kind = ""
    if component is not None and component in SH:
        kind = component.value.removeprefix(SH.iri).removesuffix("ConstraintComponent")  # type: ignore[union-attr]
    if kind not in _SENTENCES:
        return f"does not conform to {graph.name(source)}"
    parameter, sentence = _SENTENCES[kind]
    values = graph.values(source, SH[parameter])
    return sentence.format(", ".join(_written(value, graph) for value in values))


def _written(value: Term, graph: ShapesGraph) -> str:
    if isinstance(value, BlankNode) and graph.values(value, RDF.first):
        return "(" + " ".join(describe(member) for member in graph.members(value)) + ")"
    text = describe(value)
    return text.split("^^")[0].strip('"') if text[:1] == '"' and text[1:2].isdigit() else text


GraphName = NamedNode | BlankNode | DefaultGraph


def _foreignness(label: Literal) -> tuple[bool, str]:
    return label.language != "en", str(label)


class Places:
    """The places and labels of a dataset's nodes.

    Args:
        dataset: the documents; without one, no place is known.
        labels: the triples of labels, used if there is no dataset.
    """

    def __init__(self, dataset: Dataset | None, labels: Iterable[Triple] = ()) -> None:
        self._dataset = dataset
        self._given = labels

    def label(self, node: Term | None) -> str | None:
        """Return what a node is called, in English where there is a choice."""
        if node is None or isinstance(node, Literal | Triple):
            return None
        if self._dataset is not None:
            return self._dataset.label(node)
        return self._labels[node].value if node in self._labels else None

    def location(
        self, node: Term | None, path: Term | None = None, value: Term | None = None
    ) -> Location | None:
        """Return the line of the triple at fault, or else where the node is said to be what it is.

        Args:
            node: the node at fault.
            path: the property at fault; only a predicate leads to a line.
            value: the value at fault.
        """
        if self._dataset is None or not isinstance(node, NamedNode | BlankNode):
            return None
        if isinstance(path, NamedNode):
            place = self._dataset.locate(Triple(node, path, value)) if value is not None else None
            place = place or self._where_missing(node, path)
            if place is not None:
                return place
        return self._dataset.locate_node(node)

    def _where_missing(self, node: NamedNode | BlankNode, path: NamedNode) -> Location | None:
        """Return where the node would have a property: in the file that has it for other nodes."""
        uses = self._uses.get(path)
        if not uses:
            return None
        home = min(uses, key=lambda graph: (-uses[graph], str(graph)))
        for document in self._documents:
            if document.describes(node, home):
                return document.place_of_subject(node)
        return None

    @cached_property
    def _labels(self) -> dict[Term, Literal]:
        labels: dict[Term, Literal] = {}
        for triple in self._given:
            if not isinstance(triple.object, Literal):
                continue
            subject, label = triple.subject, triple.object
            if subject in labels:
                label = min(labels[subject], label, key=_foreignness)
            labels[subject] = label
        return labels

    @property
    def _documents(self) -> tuple[Document, ...]:
        return self._dataset.documents if self._dataset else ()

    @cached_property
    def _uses(self) -> dict[NamedNode, dict[GraphName, int]]:
        """How often each property is used in each graph."""
        uses: dict[NamedNode, dict[GraphName, int]] = {}
        used: Counter[tuple[NamedNode, GraphName]] = Counter()
        for document in self._documents:
            used.update(document.uses)
        for (predicate, graph), count in used.items():
            uses.setdefault(predicate, {})[graph] = count
        return uses


class Findings:
    """Collects the results of kg's own checks, each with its place and the label of its node.

    Args:
        dataset: the documents that the nodes and triples stand in.
    """

    def __init__(self, dataset: Dataset) -> None:
        self._places = Places(dataset)
        self._results: list[ValidationResult] = []

    def add(  # noqa: PLR0913  # one word for each part of a result
        self,
        check: str,
        node: Term,
        message: str,
        *,
        path: NamedNode | None = None,
        value: Term | None = None,
        severity: Severity = "Violation",
        location: Location | None = None,
    ) -> None:
        """Note one result.

        Args:
            check: the name of the check.
            node: the node at fault.
            message: what is wrong and what to do.
            path: the property at fault.
            value: the value at fault; with a path, the triple's own line is given.
            severity: only a violation makes a check fail.
            location: where it is known already.
        """
        self._results.append(
            ValidationResult(
                focus_node=node,
                path=compact(path.value) if path else None,
                value=value,
                severity=severity,
                source=None,
                component=None,
                message=message,
                location=location or self._places.location(node, path, value),
                label=self._places.label(node),
                check=check,
            )
        )

    def results(self) -> list[ValidationResult]:
        """Return all that was noted, in the order of :func:`kg.validation.report.sort_key`."""
        return sorted(self._results, key=sort_key)
