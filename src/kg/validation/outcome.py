"""What an engine found, before it has its words and its place: the same for every engine."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal

from kg.namespaces import SH, compact
from kg.validation.columns import is_in_columns
from kg.validation.messages import usual_message
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

    from pyoxigraph import Triple

    from kg.validation.index import Term
    from kg.validation.places import Places
    from kg.validation.shapes import ShapesGraph

__all__ = ["Outcome", "one_line", "report"]

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
    """What describes the blank nodes of results, and the blank nodes within these."""
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
        message=message or usual_message(outcome.component, outcome.source, graph),
        location=places.location(outcome.focus, outcome.path, outcome.value),
        label=places.label(outcome.focus),
        constraint=outcome.constraint,
        messages=tuple(dict.fromkeys(messages)),
        severity_term=None if severity in _SEVERITIES else severity,
    )


def _in_english(literals: Iterable[Literal]) -> str:
    """The messages in English, or else those in no language, or else all; on one line."""
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
