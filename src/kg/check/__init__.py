"""Everything that ``kg check`` looks at, in one report: nothing stops at the first fault."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from kg import resources
from kg.caveats import home
from kg.check.citations import drift, passages, uncited_units
from kg.check.links import check_links
from kg.check.quality import defined_terms, run_quality_queries, suggestion
from kg.dataset import Dataset
from kg.dataset.documents import SSSOM, Document, Location, read_documents, shown
from kg.errors import Inconsistent, KgError, ParseFailure, ResourceNotFound
from kg.namespaces import GRAPH, REL
from kg.pipeline import are_consistent, close, validate
from kg.progress import steps
from kg.validation.report import ValidationReport, ValidationResult, describe, sort_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from pyoxigraph import Triple

    from kg.dataset.state import State
    from kg.validation.report import Severity

__all__ = ["CheckReport", "Section", "check"]

# Checks of what the shapes may ask for too.
_RESTATED = frozenset(
    ("citation", "claim-incomplete", "claim-reference", "date", "passage", "unknown-thing")
)
# Quality queries that ask nothing of a graph that is kg's own way alone.
_UNIVERSAL = frozenset(
    (
        *("circular-hierarchy", "deprecated-term", "inverse-stated-twice", "several-labels"),
        *("shared-label", "stray-space"),
    )
)
_TERM = re.compile(r"(?<![\w:])rel:([A-Za-z_]\w*)")


@dataclass(frozen=True)
class Section:
    """What one kind of check found.

    Args:
        name: the kind of check.
        results: in their order; warnings and remarks among them.
    """

    name: str
    results: tuple[ValidationResult, ...]

    @property
    def problems(self) -> int:
        """How many of the results are violations."""
        return sum(result.is_violation for result in self.results)


@dataclass(frozen=True)
class CheckReport:
    """All that the checks found.

    Args:
        sections: one for each kind of check, in the order in which they were made.
        failures: one line for each file that could not be read; then there are no sections.
    """

    sections: tuple[Section, ...]
    failures: tuple[str, ...] = ()

    @property
    def results(self) -> tuple[ValidationResult, ...]:
        """The results of all sections."""
        return tuple(result for section in self.sections for result in section.results)

    @property
    def conforms(self) -> bool:
        """Whether all could be read and there is no result, not even a warning."""
        return not self.failures and not self.results

    @property
    def passes(self) -> bool:
        """Whether all could be read and nothing is wrong; warnings and remarks do not count."""
        return self.exit_code == 0

    @property
    def exit_code(self) -> int:
        """0 where nothing is wrong, 1 where something is, 2 where a file could not be read."""
        if self.failures:
            return 2
        return int(any(section.problems for section in self.sections))

    def counts(self) -> dict[str, int]:
        """How many results there are of each severity, the gravest first."""
        return ValidationReport(self.results).counts()

    def rows(self) -> list[dict[str, str | int | None]]:
        """The results as plain values, for JSON and tables."""
        return ValidationReport(self.results).rows()

    def __str__(self) -> str:
        """The failures, or for each section its count and its results, a line each."""
        return "\n".join(self.failures or self._lines())

    def _lines(self) -> Iterator[str]:
        for section in self.sections:
            yield f"{section.name}: {section.problems}"
            yield from map(str, section.results)
            if section.name == "consistency" and section.problems:
                yield "shapes, citations, quality: not checked while the graph is inconsistent"


def check(  # noqa: PLR0913 - what a check may be of
    data: Sequence[Path] | Dataset | None = None,
    ontology: Sequence[Path] | None = None,
    shapes: Sequence[Path] | None = None,
    *,
    queries: Path | None = None,
    source_text: Path | None = None,
    own: bool = False,
) -> CheckReport:
    """Check data, ontology, shapes, queries and links together.

    Args:
        data: files or folders, by default those that kg ships; or a dataset as it is in memory,
            with its ontology.
        ontology: files that say what the terms mean, by default those that kg ships.
        shapes: files of SHACL shapes, by default those that kg ships.
        queries: the folder of saved queries, with the quality queries in ``checks/``.
        source_text: the text that the passages are positions in; without it, their digests are
            not checked.
        own: whether data and ontology are of another's making than kg's: then what kg asks of its
            own graph is left out, there are no shapes unless they are given, and kg's own files are
            never at fault.

    Returns:
        The report. Where a file does not parse, the failures of all files and nothing else.

    Raises:
        ResourceNotFound: a path does not exist.
        Misuse: the shapes cannot be used; names the shape.
    """
    parts = _Parts(data, ontology, () if own and shapes is None else shapes, queries)
    text = None if source_text is None else _text(source_text)
    failures = [failure for document in parts.documents for failure in _failures(document)]
    if failures:
        return CheckReport((), tuple(failures))
    with steps("checking", None) as parts.begin:
        if own:
            return CheckReport(tuple(_own_sections(parts)))
        sections = tuple(_sections(parts, text))
    # Who checks a graph of theirs can do nothing about the files that kg came with.
    return CheckReport(sections if parts.are_kgs else tuple(map(_of_the_user, sections)))


class _Parts:
    """The files that are checked, read once; ``begin`` is told each part of the check."""

    begin: Callable[[str], None]

    def __init__(
        self,
        data: Sequence[Path] | Dataset | None,
        ontology: Sequence[Path] | None,
        shapes: Sequence[Path] | None,
        queries: Path | None,
    ) -> None:
        if isinstance(data, Dataset):
            self.dataset = data
        else:
            facts = read_documents([resources.data()] if data is None else data)
            terms = read_documents(resources.ontology() if ontology is None else ontology)
            self.dataset = Dataset.from_documents(facts, terms)
        self.shapes = read_documents(resources.shapes() if shapes is None else shapes)
        self.documents = (*self.dataset.documents, *self.shapes)
        self.queries = queries or resources.queries()
        shipped = resources.data()
        self.are_kgs = any(one.path.resolve().is_relative_to(shipped) for one in self.documents)
        # The saved queries speak the language of the ontology that kg ships.
        self.queries_fit = queries is not None or ontology is None


def _of_the_user(section: Section) -> Section:
    """Return what a section found in other files than those that kg came with."""
    folders = (resources.context().parent, resources.queries())
    paths = (
        (one, one.location.path.resolve() if one.location else None) for one in section.results
    )
    kept = (one for one, at in paths if at is None or not any(map(at.is_relative_to, folders)))
    return replace(section, results=tuple(kept))


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ParseFailure(shown(path), "is not UTF-8: save it as UTF-8", line) from None
    except OSError as error:
        message = f"{shown(path)}: cannot be read: {error.strerror}"
        raise ResourceNotFound(path, message) from None


def _failures(document: Document) -> Iterator[str]:
    try:
        document.quads()
    except KgError as error:
        yield str(error)


def _sections(parts: _Parts, text: str | None) -> Iterator[Section]:
    dataset = parts.dataset
    parts.begin("form")
    left_out = [_finding("form", note, None, severity="Info") for note in dataset.notes]
    faults = (fault for file in dataset.documents for fault in _form(file))
    yield _section("form", [*faults, *left_out])
    parts.begin("profile")
    yield _section("profile", _profile(dataset, "Violation"))
    parts.begin("consistency")
    inferred, clashes = _close(dataset)
    yield _section("consistency", clashes)
    # From a contradiction anything follows: what rests on the closure would only mislead.
    if not clashes:
        yield from _entailed(parts, inferred)
        parts.begin("viewpoints")
        if contradictions := list(_viewpoints(dataset)):
            yield _section("viewpoints", contradictions)
    parts.begin("terms")
    yield _section("terms", _terms(parts))
    parts.begin("links")
    yield _section("links", check_links(dataset))
    if text is not None:
        parts.begin("source")
        yield _section("source", [*passages(dataset, text), *uncited_units(dataset, text)])


def _own_sections(parts: _Parts) -> Iterator[Section]:
    """The checks that hold for any graph; a remark on how it is written is a warning."""
    dataset = parts.dataset
    parts.begin("form")
    remarks = [_finding("form", note, None, severity="Info") for note in dataset.notes]
    yield _section("form", remarks)
    parts.begin("profile")
    yield _section("profile", _profile(dataset, "Warning"))
    parts.begin("consistency")
    inferred, clashes = _close(dataset)
    yield _section("consistency", clashes)
    if clashes:
        return
    if parts.shapes:
        parts.begin("shapes")
        found = validate(dataset.state(), inferred, [document.path for document in parts.shapes])
        yield _section("shapes", found.results)
    parts.begin("quality")
    quality = run_quality_queries(dataset, inferred, parts.queries / "checks")
    remarks = [replace(one, severity="Warning") for one in quality if one.check in _UNIVERSAL]
    yield _section("quality", remarks)


def _entailed(parts: _Parts, inferred: frozenset[Triple]) -> Iterator[Section]:
    """The checks that need what the facts entail."""
    dataset = parts.dataset
    seen: set[tuple[object, ...]] = set()
    parts.begin("shapes")
    shapes = validate(dataset.state(), inferred, [document.path for document in parts.shapes])
    yield _section("shapes", _new(shapes.results, seen))
    parts.begin("citations")
    yield _section("citations", _new(drift(dataset, inferred), seen))
    parts.begin("quality")
    quality = run_quality_queries(dataset, inferred, parts.queries / "checks")
    yield _section("quality", _new(quality, seen))


def _section(name: str, results: Iterable[ValidationResult]) -> Section:
    return Section(name, tuple(sorted(results, key=sort_key)))


def _new(
    results: Iterable[ValidationResult], seen: set[tuple[object, ...]]
) -> list[ValidationResult]:
    """Leave out what an earlier check said of the same node and property in other words."""
    kept = [
        result
        for result in results
        if result.check not in _RESTATED or (result.focus_node, result.path) not in seen
    ]
    violations = [result for result in kept if result.is_violation and result.path]
    seen.update((result.focus_node, result.path) for result in violations)
    return kept


def _finding(
    check_name: str,
    message: str,
    location: Location | None,
    value: NamedNode | None = None,
    severity: Severity = "Violation",
) -> ValidationResult:
    """A result about a file rather than a node."""
    return ValidationResult(
        focus_node=None,
        path=None,
        value=value,
        severity=severity,
        source=None,
        component=None,
        message=message,
        location=location,
        check=check_name,
    )


def _form(document: Document) -> Iterator[ValidationResult]:
    from kg.export import format_file

    if document.role != "data" or document.format.name not in ("ttl", SSSOM.name):
        return
    try:
        canonical = format_file(document.path, check=True)
    except KgError as error:
        yield _finding(
            "form", f"cannot be put into canonical form: {error}", Location(document.path)
        )
        return
    if canonical is not None:
        lines = zip(document.content.decode().split("\n"), canonical.split("\n"), strict=False)
        changed = next((n for n, (old, new) in enumerate(lines, start=1) if old != new), None)
        message = f"is not in canonical form: run kg fmt {shown(document.path)}"
        yield _finding("form", message, Location(document.path, changed))


def _profile(dataset: Dataset, of_slips: Severity) -> Iterator[ValidationResult]:
    """What goes beyond the profile, and terms that are not declared, of a severity."""
    from kg.reasoning import profile

    faults, slips = profile.judged(dataset.graph(GRAPH.ontology))
    for sentence, about in faults:
        yield _finding("profile", sentence, home(dataset, about))
    for sentence, about in slips:
        yield _finding("profile", sentence, home(dataset, about), severity=of_slips)


def _close(dataset: Dataset) -> tuple[frozenset[Triple], list[ValidationResult]]:
    try:
        return frozenset(close(dataset.state())), []
    except Inconsistent as error:
        places = zip(error.clashes, error.places, strict=True)
        return frozenset(), [_finding("consistency", clash, place) for clash, place in places]


def _viewpoints(dataset: Dataset) -> Iterator[ValidationResult]:
    """Viewpoints whose claims contradict each other: what an agent says is as it is, so a warning.

    What the shapes ask for may be missing from a viewpoint for good reason: only the one that goes
    without saying, which contradicts nothing, is checked against them.
    """
    reported = dataset.state().accepted
    # What follows from some facts follows from more of them, so that what is part of a graph
    # without contradictions has none.
    others: dict[frozenset[Triple], State] = {}
    for state in map(dataset.state, dataset.viewpoints):
        if not state.accepted <= reported:
            others.setdefault(state.accepted, state)
    if are_consistent([*others.values()]):
        return
    for state in others.values():
        try:
            close(state)
        except Inconsistent as error:
            seen = f"from the viewpoint {state.slug}: "
            for clash, place in zip(error.clashes, error.places, strict=True):
                yield _finding("viewpoint", seen + clash, place, severity="Warning")


def _terms(parts: _Parts) -> Iterator[ValidationResult]:
    """Terms of kg's own vocabulary in shapes and saved queries that the ontology lacks."""
    defined = defined_terms(parts.dataset)
    for document in parts.shapes:
        for triple in sorted(document.triples, key=str):
            location = Location(document.path, document.line_of(triple))
            text = triple.object.value if isinstance(triple.object, Literal) else ""
            # A subject in the namespace is a shape of that name, not a use of a term.
            used = [describe(term) for term in (triple.predicate, triple.object) if term in REL]
            used += [f"rel:{name}" for name in _TERM.findall(text)]
            yield from _undefined(used, defined, location)
    if not parts.queries_fit:
        return
    for file in sorted(parts.queries.rglob("*.rq")):
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
            used = [] if line.startswith("#") else [f"rel:{name}" for name in _TERM.findall(line)]
            yield from _undefined(used, defined, Location(file, number))


def _undefined(
    used: Iterable[str], defined: list[str], location: Location
) -> Iterator[ValidationResult]:
    for name in used:
        if name not in defined:
            term = NamedNode(REL.iri + name.removeprefix("rel:"))
            message = f"the ontology does not define {name}: correct the name, or define it"
            yield _finding("term", message + suggestion([term], defined), location, term)
