"""Results of validation and what they look like: a line, a row, SHACL triples.

The words are those of SHACL, https://www.w3.org/TR/shacl/#validation-report.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from pyoxigraph import BlankNode, NamedNode, Triple
from pyoxigraph import Literal as RdfLiteral

from kg.errors import Misuse
from kg.namespaces import RDF, SH, XSD, compact
from kg.validation.index import Term

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kg.dataset import Location

__all__ = [
    "PathNode",
    "Severity",
    "Structure",
    "Term",
    "ValidationReport",
    "ValidationResult",
    "describe",
    "sort_key",
]

Severity = Literal["Violation", "Warning", "Info"]

#: The triples that describe a blank node, and the blank nodes within it.
Structure = tuple[tuple[BlankNode, NamedNode, Term], ...]
#: A path's node in the shapes graph, and for a blank node the triples that describe it.
PathNode = tuple[Term, Structure]

_RANK: dict[str, int] = {"Violation": 0, "Warning": 1, "Info": 2}
#: The severities that are advice: shapes of any other, also of one's own, say that it is wrong.
_ADVICE = frozenset({"Warning", "Info"})


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
        severity: ``Violation``, ``Warning``, ``Info``, or the CURIE of a severity of one's own.
        source: the shape; None for a check that is not a shape.
        component: the constraint component of SHACL; None for a check that is not a shape.
        message: what is wrong and what to do.
        location: the file and line of the triple at fault, or else of the focus node.
        label: the label of the focus node.
        check: the name of the check, ``shapes`` for SHACL.
        constraint: the SPARQL constraint, where there is one.
        messages: all that the shape says, in every language; the message unless told.
        severity_term: the severity, where it is one of the shapes' own.
    """

    focus_node: Term | None
    path: str | None
    value: Term | None
    severity: Severity | str
    source: Term | None
    component: Term | None
    message: str
    location: Location | None = None
    label: str | None = None
    check: str = "shapes"
    constraint: Term | None = None
    messages: tuple[RdfLiteral, ...] = ()
    severity_term: Term | None = None

    @property
    def is_violation(self) -> bool:
        """Whether the result says that something is wrong, and is no mere advice."""
        return self.severity not in _ADVICE

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
        _RANK.get(result.severity, 0),
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
        allowed: severities that do not count against the graph.
        notes: what a user must know of how the graph was made ready.
        sources: for each blank node that is a shape or a constraint, what describes it.
        nodes: what describes the blank nodes of the data that results are about.
    """

    results: tuple[ValidationResult, ...]
    paths: Mapping[str, PathNode] = field(default_factory=dict, repr=False, compare=False)
    engine: str = field(default="", compare=False)
    focus_nodes: frozenset[Term] | None = field(default=None, repr=False, compare=False)

    allowed: frozenset[str] = field(default=frozenset(), compare=False)
    notes: tuple[str, ...] = field(default=(), compare=False)
    sources: Mapping[Term, Structure] = field(default_factory=dict, repr=False, compare=False)
    nodes: Structure = field(default=(), repr=False, compare=False)

    @property
    def conforms(self) -> bool:
        """Whether no result counts against the graph.

        As in SHACL, any result does, warnings and remarks too, unless they are allowed.
        https://www.w3.org/TR/shacl/#conforms
        """
        return all(result.severity in self.allowed for result in self.results)

    @property
    def violations(self) -> tuple[ValidationResult, ...]:
        """The results that are more than advice."""
        return tuple(result for result in self.results if result.is_violation)

    def counts(self) -> dict[str, int]:
        """Return how many results there are of each severity, the gravest first."""
        found = Counter(str(result.severity) for result in self.results)
        own = sorted(found.keys() - _RANK.keys())
        return {severity: found[severity] for severity in ("Violation", *own, "Warning", "Info")}

    def rows(self) -> list[dict[str, str | int | None]]:
        """Return the results as plain values, for JSON and tables."""
        return [result.row() for result in self.results]

    def __str__(self) -> str:
        """One line for each result; empty where there is none."""
        return "\n".join(str(result) for result in self.results)

    def of_nodes(self, nodes: frozenset[Term]) -> ValidationReport:
        """Return the report, saying that no other nodes than these were looked at."""
        return replace(self, focus_nodes=nodes)

    def revised(self, part: ValidationReport) -> ValidationReport:
        """The report after a change, by a report on the nodes that the change could affect."""
        affected = part.focus_nodes or frozenset()
        kept = [result for result in self.results if result.focus_node not in affected]
        results = sorted([*kept, *part.results], key=sort_key)
        paths, sources = {**self.paths, **part.paths}, {**self.sources, **part.sources}
        return replace(self, results=tuple(results), paths=paths, sources=sources)

    def allowing(self, severity: str) -> ValidationReport:
        """Return the report with a severity, and those below it, not counting against the graph.

        Args:
            severity: ``Warning``, ``Info``, or empty for none.

        Raises:
            Misuse: it is another.

        >>> warning = ValidationResult(None, None, None, "Warning", None, None, "look again")
        >>> report = ValidationReport((warning,))
        >>> report.conforms, report.allowing("Warning").conforms
        (False, True)
        """
        allowed = {"": set(), "Info": {"Info"}, "Warning": {"Warning", "Info"}}
        if severity not in allowed:
            raise Misuse(f'a graph cannot conform with "{severity}": allow Warning or Info')
        return replace(self, allowed=frozenset(allowed[severity]))

    def to_triples(self) -> list[Triple]:
        """The report as SHACL has it; blank nodes are numbered in order, so the bytes repeat."""
        names = _Names()
        report = BlankNode("report")
        conforms = RdfLiteral("true" if self.conforms else "false", datatype=XSD.boolean)
        triples = [
            Triple(report, RDF.type, SH.ValidationReport),
            Triple(report, SH.conforms, conforms),
        ]
        for number, result in enumerate(self.results, start=1):
            node = BlankNode(f"result{number}")
            triples.append(Triple(report, SH.result, node))
            triples += self._result_triples(node, result, names)
        triples += _described_by(self.nodes, "node", names)
        # Two results of one shape share the triples that describe it.
        return list(dict.fromkeys(triples))

    def _result_triples(
        self, node: BlankNode, result: ValidationResult, names: _Names
    ) -> Iterable[Triple]:
        yield Triple(node, RDF.type, SH.ValidationResult)
        if result.focus_node is not None:
            yield Triple(node, SH.focusNode, names.of(result.focus_node, "node"))
        yield Triple(node, SH.resultSeverity, result.severity_term or SH[result.severity])
        for message in result.messages or (RdfLiteral(result.message),):
            yield Triple(node, SH.resultMessage, message)
        if result.component is not None:
            yield Triple(node, SH.sourceConstraintComponent, names.of(result.component, "shape"))
        if result.value is not None:
            yield Triple(node, SH.value, names.of(result.value, "node"))
        for predicate, source in (
            (SH.sourceShape, result.source),
            (SH.sourceConstraint, result.constraint),
        ):
            if source is not None:
                yield Triple(node, predicate, names.of(source, "shape"))
                yield from _described_by(self.sources.get(source, ()), "shape", names)
        start, below = self.paths.get(result.path or "", (None, ()))
        if start is not None:
            # Each result has a path of its own, as other engines write it.
            kind = f"{node.value}path"
            yield Triple(node, SH.resultPath, names.of(start, kind))
            yield from _described_by(below, kind, names)


def _described_by(structure: Structure, kind: str, names: _Names) -> Iterable[Triple]:
    for subject, predicate, value in structure:
        yield Triple(names.blank(subject, kind), predicate, names.of(value, kind))


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
