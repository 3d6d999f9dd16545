"""Results of validation and what they look like: a line, a row, SHACL triples.

The words are those of SHACL, https://www.w3.org/TR/shacl/#validation-report.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from pyoxigraph import BlankNode, NamedNode, Triple
from pyoxigraph import Literal as RdfLiteral

from kg.namespaces import RDF, SH, XSD, compact
from kg.validation.index import Term

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kg.dataset import Location

__all__ = [
    "PathNode",
    "Severity",
    "Term",
    "ValidationReport",
    "ValidationResult",
    "describe",
    "sort_key",
]

Severity = Literal["Violation", "Warning", "Info"]

#: A path's node in the shapes graph, and for a blank node the triples that describe it.
PathNode = tuple[Term, tuple[tuple[BlankNode, NamedNode, Term], ...]]

_RANK: dict[str, int] = {"Violation": 0, "Warning": 1, "Info": 2}


def describe(term: Term | None) -> str:
    """Write a term the way a person reads it: a CURIE, a literal without its usual datatype.

    >>> from kg.namespaces import REL
    >>> describe(REL.Claim), describe(RdfLiteral("12", datatype=XSD.integer))
    ('rel:Claim', '"12"^^xsd:integer')
    """
    if term is None:
        return ""
    if isinstance(term, NamedNode):
        return compact(term.value)
    if isinstance(term, BlankNode):
        return "[]"
    if isinstance(term, Triple):
        parts = (term.subject, term.predicate, term.object)
        return "<<( " + " ".join(describe(part) for part in parts) + " )>>"
    text = '"' + term.value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
    if term.language:
        return f"{text}@{term.language}"
    return text if term.datatype == XSD.string else f"{text}^^{compact(term.datatype.value)}"


def _described(term: Term | None) -> str | None:
    return None if term is None else describe(term)


@dataclass(frozen=True)
class ValidationResult:
    """One thing that a check found, with the place to look at.

    Args:
        focus_node: the node that was checked; None for a fault of a whole file.
        path: the property path as SPARQL writes it, with CURIEs.
        value: the value that is at fault, where there is one.
        severity: only a ``Violation`` keeps a graph from conforming.
        source: the shape; None for a check that is not a shape.
        component: the constraint component of SHACL; None for a check that is not a shape.
        message: what is wrong and what to do.
        location: the file and line of the triple at fault, or else of the focus node.
        label: the label of the focus node.
        check: the name of the check, ``shapes`` for SHACL.
    """

    focus_node: Term | None
    path: str | None
    value: Term | None
    severity: Severity
    source: Term | None
    component: Term | None
    message: str
    location: Location | None = None
    label: str | None = None
    check: str = "shapes"

    def __str__(self) -> str:
        """One line: file and line, severity, label and name of the node, message."""
        node = describe(self.focus_node)
        name = f"{self.label} ({node})" if self.label else node
        return ": ".join(
            filter(None, [str(self.location or ""), self.severity, name, self.message])
        )

    def row(self) -> dict[str, str | int | None]:
        """The result as plain values, for JSON and tables; blank nodes are written ``[]``."""
        location = self.location
        return {
            "severity": self.severity,
            "check": self.check,
            "file": location.path.as_posix() if location else None,
            "line": location.line if location else None,
            "focus_node": _described(self.focus_node),
            "label": self.label,
            "path": self.path,
            "value": _described(self.value),
            "component": _described(self.component),
            "source": _described(self.source),
            "message": self.message,
        }


def sort_key(result: ValidationResult) -> tuple[object, ...]:
    """Order by severity, file, line, focus node, path, value, message; unplaced results last."""
    location = result.location
    place = (0, location.path.as_posix(), location.line or 0) if location else (1, "", 0)
    return (
        _RANK[result.severity],
        place,
        describe(result.focus_node),
        result.path or "",
        describe(result.value),
        result.message,
        describe(result.component),
        describe(result.source),
        # Blank nodes are all written alike: their labels decide last.
        tuple(str(term) for term in (result.focus_node, result.value, result.source)),
    )


@dataclass(frozen=True)
class ValidationReport:
    """The results of one validation, in their order.

    Args:
        results: sorted by :func:`sort_key`.
        paths: for each path text, what it stands for in the shapes graph.
        engine: what found the results, ``pyshacl`` or ``shacl``.
        focus_nodes: the nodes that were looked at, where not all were.
    """

    results: tuple[ValidationResult, ...]
    paths: Mapping[str, PathNode] = field(default_factory=dict, repr=False, compare=False)
    engine: str = field(default="", compare=False)
    focus_nodes: frozenset[Term] | None = field(default=None, repr=False, compare=False)

    @property
    def conforms(self) -> bool:
        """Whether no result is a violation.

        SHACL lets any result count against the graph, warnings and remarks too. kg prints those
        and goes on: they are advice. The triples of :meth:`to_triples` keep SHACL's own meaning.
        """
        return not any(result.severity == "Violation" for result in self.results)

    def counts(self) -> dict[str, int]:
        """How many results there are of each severity, the gravest first."""
        found = Counter(result.severity for result in self.results)
        return {severity: found[severity] for severity in ("Violation", "Warning", "Info")}

    def rows(self) -> list[dict[str, str | int | None]]:
        """The results as plain values, for JSON and tables."""
        return [result.row() for result in self.results]

    def __str__(self) -> str:
        """One line for each result; empty where there is none."""
        return "\n".join(str(result) for result in self.results)

    def of_nodes(self, nodes: frozenset[Term]) -> ValidationReport:
        """The report, saying that no other nodes than these were looked at."""
        return replace(self, focus_nodes=nodes)

    def revised(self, part: ValidationReport) -> ValidationReport:
        """The report after a change, by a report on the nodes that the change could affect."""
        affected = part.focus_nodes or frozenset()
        kept = [result for result in self.results if result.focus_node not in affected]
        results = sorted([*kept, *part.results], key=sort_key)
        paths = {**self.paths, **part.paths}
        return ValidationReport(tuple(results), paths, self.engine, self.focus_nodes)

    def to_triples(self) -> list[Triple]:
        """The report as SHACL has it; blank nodes are numbered in order, so the bytes repeat."""
        names = _Names()
        report = BlankNode("report")
        conforms = RdfLiteral("false" if self.results else "true", datatype=XSD.boolean)
        triples = [
            Triple(report, RDF.type, SH.ValidationReport),
            Triple(report, SH.conforms, conforms),
        ]
        for number, result in enumerate(self.results, start=1):
            node = BlankNode(f"result{number}")
            triples.append(Triple(report, SH.result, node))
            triples += self._result_triples(node, result, names)
        # Two results of one shape share the triples of its path.
        return list(dict.fromkeys(triples))

    def _result_triples(
        self, node: BlankNode, result: ValidationResult, names: _Names
    ) -> Iterable[Triple]:
        yield Triple(node, RDF.type, SH.ValidationResult)
        if result.focus_node is not None:
            yield Triple(node, SH.focusNode, names.of(result.focus_node, "node"))
        yield Triple(node, SH.resultSeverity, SH[result.severity])
        yield Triple(node, SH.resultMessage, RdfLiteral(result.message))
        if result.source is not None:
            yield Triple(node, SH.sourceShape, names.of(result.source, "shape"))
        if result.component is not None:
            yield Triple(node, SH.sourceConstraintComponent, names.of(result.component, "shape"))
        if result.value is not None:
            yield Triple(node, SH.value, names.of(result.value, "node"))
        start, below = self.paths.get(result.path or "", (None, ()))
        if start is not None:
            yield Triple(node, SH.resultPath, names.of(start, "path"))
        for subject, predicate, object_ in below:
            yield Triple(names.blank(subject, "path"), predicate, names.of(object_, "path"))


class _Names:
    """Blank nodes of the data, the shapes and the paths, renamed by their first appearance."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], BlankNode] = {}
        self._numbers: Counter[str] = Counter()

    def of(self, term: Term, kind: str) -> Term:
        return self.blank(term, kind) if isinstance(term, BlankNode) else term

    def blank(self, node: BlankNode, kind: str) -> BlankNode:
        # A blank node of the data and one of the shapes may carry the same label.
        key = (kind, node.value)
        if key not in self._known:
            self._numbers[kind] += 1
            self._known[key] = BlankNode(f"{kind}{self._numbers[kind]}")
        return self._known[key]
