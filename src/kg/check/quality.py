"""Quality queries: what no shape sees, asked of the ontology and the data together.

Each file of ``queries/checks/`` is one check in the manner of ROBOT's report,
https://robot.obolibrary.org/report: a header that says what is wrong and what to do, and a SELECT
whose rows are the faults.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, cast

from pyoxigraph import NamedNode, Quad, Store

from kg import resources
from kg.errors import ParseFailure, ResourceNotFound
from kg.namespaces import DEFAULT_VIEWPOINT, GRAPH, REL, inferred_graph
from kg.results import Solutions
from kg.sparql import evaluate
from kg.validation.outcome import Findings
from kg.validation.report import Severity, ValidationResult, describe

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pyoxigraph import Triple

    from kg.dataset import Dataset
    from kg.validation.index import Term

__all__ = ["QualityQuery", "defined_terms", "quality_queries", "run_quality_queries", "suggestion"]

_HEADER = re.compile(r"#\+ (summary|problem|solution|level): (\S.*)")
_LEVELS: dict[str, Severity] = {"error": "Violation", "warning": "Warning", "info": "Info"}
_COLUMNS = ("entity", "property", "value")


@dataclass(frozen=True)
class QualityQuery:
    """One check: the header of its file, and the query.

    Args:
        slug: the name of the file without its ending.
        summary: what the rows are, as a heading.
        problem: what is wrong with one of them, as the end of a sentence.
        solution: what to do, as an order.
        severity: ``level: error`` is a violation.
        text: the query, header included.
    """

    slug: str
    summary: str
    problem: str
    solution: str
    severity: Severity
    text: str


def quality_queries(folder: Path | None = None) -> list[QualityQuery]:
    """Read the checks of a folder, by default those that kg ships.

    Raises:
        ResourceNotFound: there is no such folder, or no check in it.
        ParseFailure: the header of a check is not complete.

    >>> "missing-label" in [query.slug for query in quality_queries()]
    True
    """
    folder = folder or resources.queries() / "checks"
    files = sorted(folder.glob("*.rq"))
    if not files:
        raise ResourceNotFound(folder, f"{folder}: no folder of checks (*.rq)")
    return [_read(file) for file in files]


def _read(file: Path) -> QualityQuery:
    text = file.read_text(encoding="utf-8")
    header: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.startswith("#+"):
            break
        found = _HEADER.fullmatch(line)
        if found is None:
            raise ParseFailure(file, 'write "#+ summary: …", problem, solution or level', number)
        header[found[1]] = found[2]
    for word in ("summary", "problem", "solution", "level"):
        if word not in header:
            raise ParseFailure(file, f'the header has no "#+ {word}: …": add it', 1)
    if header["level"] not in _LEVELS:
        raise ParseFailure(file, f"level {header['level']}: write one of {', '.join(_LEVELS)}", 1)
    return QualityQuery(
        slug=file.stem,
        summary=header["summary"],
        problem=header["problem"],
        solution=header["solution"],
        severity=_LEVELS[header["level"]],
        text=text,
    )


def run_quality_queries(
    dataset: Dataset, inferred: Iterable[Triple] = (), folder: Path | None = None
) -> list[ValidationResult]:
    """Ask every check of a dataset.

    Args:
        dataset: the facts, claims, links and ontology.
        inferred: what follows from the facts.
        folder: the checks, by default those that kg ships.

    Returns:
        One result for each row of each check.

    Raises:
        ParseFailure: a check is not a SPARQL SELECT of ?entity ?property ?value.
    """
    store = _store(dataset, inferred)
    findings = Findings(dataset)
    defined = defined_terms(dataset)
    for query in quality_queries(folder):
        for entity, property_, value in _rows(query, store):
            path = property_ if isinstance(property_, NamedNode) else None
            said = " ".join(describe(term) for term in (property_, value) if term is not None)
            message = (
                f"{query.problem} ({said}): {query.solution}"
                if value
                else (f"{query.problem}: {query.solution}")
            )
            if query.slug == "undefined-term":
                message += suggestion([property_, value], defined)
            findings.add(
                query.slug, entity, message, path=path, value=value, severity=query.severity
            )
    return findings.results()


def _store(dataset: Dataset, inferred: Iterable[Triple]) -> Store:
    store = Store()
    known: set[Triple] = set()
    for name in dataset.graphs():
        triples = dataset.graph(name)
        store.extend(Quad(t.subject, t.predicate, t.object, name) for t in triples)
        known |= triples
    # With the union as default graph, a triple in two graphs would be found twice.
    rest = set(inferred) - known
    derived = inferred_graph(DEFAULT_VIEWPOINT)
    store.extend(Quad(t.subject, t.predicate, t.object, derived) for t in rest)
    return store


def _rows(query: QualityQuery, store: Store) -> list[tuple[Term, Term | None, Term | None]]:
    file = f"{query.slug}.rq"
    solutions = evaluate(store, query.text, source=file)
    if not isinstance(solutions, Solutions) or solutions.variables != _COLUMNS:
        raise ParseFailure(file, "write SELECT ?entity ?property ?value")
    return [cast("tuple[Term, Term | None, Term | None]", row) for row in solutions]


def defined_terms(dataset: Dataset) -> list[str]:
    """The CURIEs of the ``rel:`` terms that the ontology describes, sorted."""
    subjects = {triple.subject for triple in dataset.graph(GRAPH.ontology)}
    return sorted(describe(node) for node in subjects if node in REL)


def suggestion(terms: Iterable[Term | None], defined: list[str]) -> str:
    """The defined term that comes nearest to one that is not, as the end of a message.

    >>> suggestion([NamedNode(REL.iri + "sendingSate")], ["rel:seat", "rel:sendingState"])
    '; did you mean rel:sendingState?'
    """
    for term in terms:
        if term is not None and term in REL and describe(term) not in defined:
            close = get_close_matches(describe(term), defined, n=1, cutoff=0.7)
            return f"; did you mean {close[0]}?" if close else ""
    return ""
