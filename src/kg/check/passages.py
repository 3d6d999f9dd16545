"""Passages: positions in a source, checked among themselves and against the source's text.

Positions are those of the Web Annotation model, https://www.w3.org/TR/annotation-model/
(``oa:TextPositionSelector``): code points, from the start to the end exclusive.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode, Triple

from kg.namespaces import DCTERMS, GRAPH, OA, PROV, REL
from kg.validation.index import Index, Term
from kg.validation.outcome import Findings
from kg.validation.report import ValidationResult, describe

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kg.dataset import Dataset

__all__ = ["check_passages", "check_sources", "passages", "uncited_units"]

_DIGEST = re.compile(r"[0-9a-f]{64}")
# What remains of a range of text when the signs of wiki and Markdown markup are taken away.
_MARKUP = re.compile(r"[\s=*#:;|\-_\[\]{}'<>/]+")
_SHOWN = 40


@dataclass(frozen=True)
class _Span:
    """A position in a source."""

    node: Term
    start: int
    end: int
    source: Term | None

    def holds(self, other: _Span) -> bool:
        return self.start <= other.start and other.end <= self.end

    def meets(self, other: _Span) -> bool:
        return self.start < other.end and other.start < self.end

    def __str__(self) -> str:
        return f"{self.start}-{self.end}"


def _integer(index: Index, node: Term, predicate: NamedNode) -> int | None:
    value = index.one(node, predicate)
    if isinstance(value, Literal) and re.fullmatch(r"[+-]?[0-9]+", value.value):
        return int(value.value)
    return None


def _span(index: Index, node: Term) -> _Span | None:
    start, end = _integer(index, node, OA.start), _integer(index, node, OA.end)
    if start is None or end is None:
        return None
    return _Span(node, start, end, index.one(node, OA.hasSource))


def check_passages(index: Index, findings: Findings) -> None:
    """Check every passage and unit: its numbers, its source, its unit, its digest, its use.

    Args:
        index: the graph of claims.
        findings: takes the results.
    """
    quoted = {
        passage
        for claim in index.of_type(REL.Claim)
        for passage in index.values(claim, PROV.wasQuotedFrom)
    }
    for unit in index.of_type(REL.Unit):
        _check_span(unit, index, findings)
    for passage in index.of_type(REL.Passage):
        span = _check_span(passage, index, findings)
        _check_unit(passage, span, index, findings)
        digest = index.one(passage, REL.textDigest)
        if not isinstance(digest, Literal) or not _DIGEST.fullmatch(digest.value):
            message = "give one digest of 64 hexadecimal digits: the SHA-256 of the text"
            findings.add("passage", passage, message, path=REL.textDigest, value=digest)
        if passage not in quoted:
            message = "no claim quotes this passage: quote it with prov:wasQuotedFrom, or remove it"
            findings.add("passage-unused", passage, message)


def _check_span(node: Term, index: Index, findings: Findings) -> _Span | None:
    span = _span(index, node)
    if span is None:
        message = "give one oa:start and one oa:end, both whole numbers"
        findings.add("passage", node, message, path=OA.start)
        return None
    if not 0 <= span.start < span.end:
        message = f"the position {span} is empty or runs backwards: the start is below the end"
        findings.add("passage", node, message, path=OA.start, value=index.one(node, OA.start))
    if span.source is None:
        findings.add("passage", node, "name exactly one source", path=OA.hasSource)
        return span
    extent = _integer(index, span.source, DCTERMS.extent)
    if extent is None:
        message = f"{describe(span.source)} has no dcterms:extent: give its length in code points"
        findings.add("passage", node, message, path=OA.hasSource, value=span.source)
    elif span.end > extent:
        message = f"the position {span} runs past the end of its source at {extent}: correct it"
        findings.add("passage", node, message, path=OA.end, value=index.one(node, OA.end))
    return span


def _check_unit(passage: Term, span: _Span | None, index: Index, findings: Findings) -> None:
    unit = index.one(passage, REL.unit)
    if unit is None or not index.is_a(unit, REL.Unit):
        message = "name exactly one rel:unit that sources.ttl describes"
        findings.add("passage", passage, message, path=REL.unit, value=unit)
        return
    whole = _span(index, unit)
    if span is None or whole is None:
        return
    if whole.source != span.source:
        message = f"the unit {describe(unit)} is of another source: name one of the same source"
    elif not whole.holds(span):
        message = f"{span} does not lie in its unit {describe(unit)} ({whole}): correct one of them"
    else:
        return
    findings.add("passage", passage, message, path=REL.unit, value=unit)


def check_sources(index: Index, cited: Iterable[Triple], findings: Findings) -> None:
    """Check that what is cited exists, and that every source is cited.

    Args:
        index: the graph of claims.
        cited: triples outside of it whose object is a source.
        findings: takes the results.
    """
    used: set[Term] = set()
    kinds = (
        (PROV.wasQuotedFrom, REL.Passage),
        (PROV.hadPrimarySource, REL.Source),
        (REL.evidence, REL.Source),
        (OA.hasSource, REL.Source),
    )
    for node in index.nodes():
        for predicate, class_ in kinds:
            for value in index.values(node, predicate):
                used.add(value)
                _check_reference(Triple(node, predicate, value), class_, index, findings)
        used.update(index.values(node, REL.assertedBy))
    for triple in cited:
        used.add(triple.object)
        _check_reference(triple, REL.Source, index, findings)
    for source in index.of_type(REL.Source):
        if source not in used:
            message = "nothing cites this source: cite it, or remove it"
            findings.add("source-unused", source, message)


def _check_reference(triple: Triple, class_: NamedNode, index: Index, findings: Findings) -> None:
    if not index.is_a(triple.object, class_):
        findings.add(
            "citation",
            triple.subject,
            f"{describe(triple.predicate)} {describe(triple.object)}: "
            f"there is no such {describe(class_)}: describe it, or correct the name",
            path=triple.predicate,
            value=triple.object,
        )


def passages(dataset: Dataset, text: str) -> list[ValidationResult]:
    """Check the passages against the text of their source.

    Args:
        dataset: the claims and sources.
        text: the source's text, with its line ends as they are.

    Returns:
        A result for the text if it is not the one that was cited, and one for each passage that
        the text does not hold at its position.
    """
    index = Index(dataset.graph(GRAPH.claims) | dataset.graph(GRAPH.asserted))
    findings = Findings(dataset)
    source = _source_of(index, text)
    if source is None:
        return []
    _check_whole(source, text, index, findings)
    for passage in index.of_type(REL.Passage):
        span, digest = _span(index, passage), index.one(passage, REL.textDigest)
        if span is None or span.source != source or not isinstance(digest, Literal):
            continue
        found = _sha256(text[max(span.start, 0) : max(span.end, 0)])
        if found != digest.value:
            message = (
                f"the text at {span} is not the one that was cited, by its digest: "
                f"correct the position, or the digest, which for this text is {found}"
            )
            findings.add("passage-text", passage, message, path=REL.textDigest, value=digest)
    return findings.results()


def _source_of(index: Index, text: str) -> Term | None:
    """The source with this text, or else the one that comes nearest in length."""
    digest = _sha256(text)
    sources = [node for node in index.of_type(REL.Source) if index.values(node, REL.textDigest)]
    for source in sources:
        if Literal(digest) in index.values(source, REL.textDigest):
            return source
    lengths = {source: _integer(index, source, DCTERMS.extent) or 0 for source in sources}
    return min(sources, key=lambda source: abs(lengths[source] - len(text)), default=None)


def _check_whole(source: Term, text: str, index: Index, findings: Findings) -> None:
    extent = _integer(index, source, DCTERMS.extent)
    hint = "give the text that was cited, unchanged"
    if "\r\n" in text:
        hint = "it has Windows line ends: give the text with line feeds alone"
    elif text.startswith("\ufeff"):
        hint = "it begins with a byte order mark: remove that"
    if extent != len(text):
        message = f"the text has {len(text)} code points, the source {extent}: {hint}"
        findings.add("source-text", source, message, path=DCTERMS.extent)
    for value in index.values(source, REL.textDigest):
        if value != Literal(_sha256(text)):
            message = f"the text has another SHA-256 digest than the source: {hint}"
            findings.add("source-text", source, message, path=REL.textDigest, value=value)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def uncited_units(dataset: Dataset, text: str) -> list[ValidationResult]:
    """Tell which units of a source no claim cites, and what stands in no unit.

    Args:
        dataset: the claims and sources.
        text: the source's text.

    Returns:
        A warning for each unit and each range that is left out; for a heading, which need not be
        cited, a remark.
    """
    index = Index(dataset.graph(GRAPH.claims) | dataset.graph(GRAPH.asserted))
    findings = Findings(dataset)
    source = _source_of(index, text)
    units = _spans(index, index.of_type(REL.Unit), source)
    quoted = {
        passage
        for claim in index.of_type(REL.Claim)
        for passage in index.values(claim, PROV.wasQuotedFrom)
    }
    cited = _spans(index, quoted, source)
    for unit in units:
        if any(unit.meets(passage) for passage in cited):
            continue
        heading = _is_heading(text[unit.start : unit.end])
        kind = "heading" if heading else "unit"
        message = f"no claim cites this {kind} of the source ({unit})"
        findings.add("unit-uncited", unit.node, message, severity="Info" if heading else "Warning")
    if source is not None:
        _uncovered(source, units, text, findings)
    return findings.results()


def _is_heading(text: str) -> bool:
    # A title between equals signs, or a word that stands alone.
    return text.lstrip().startswith("=") or len(text.split()) < 2  # noqa: PLR2004


def _spans(index: Index, nodes: Iterable[Term], source: Term | None) -> list[_Span]:
    spans = [span for node in nodes if (span := _span(index, node)) and span.source == source]
    return sorted(spans, key=lambda span: (span.start, span.end))


def _uncovered(source: Term, units: list[_Span], text: str, findings: Findings) -> None:
    reached = 0
    for start, end in [*((unit.start, unit.end) for unit in units), (len(text), len(text))]:
        between = text[reached:start]
        if _MARKUP.sub("", between):
            begin = reached + len(between) - len(between.lstrip())
            words = " ".join(between.split())
            words = words if len(words) <= _SHOWN else words[: _SHOWN - 1] + "…"
            message = (
                f"the text at {begin}-{begin + len(between.strip())} stands in no unit: {words}"
            )
            findings.add("text-uncovered", source, message, severity="Warning")
        reached = max(reached, end)
