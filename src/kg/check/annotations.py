"""Reports as continuous integration reads them: GitHub's workflow commands, and SARIF."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple, Protocol

from kg.dataset.documents import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kg.validation.report import ValidationResult

__all__ = ["FORMATS", "to_github", "to_sarif"]

#: What commands call these formats.
FORMATS = ("github", "sarif")
_GITHUB = {"Violation": "error", "Warning": "warning", "Info": "notice"}
_SARIF = {"Violation": "error", "Warning": "warning", "Info": "note"}
# How a message about a file that could not be read begins.
_PLACE = re.compile(r"(?P<file>.+?):(?P<line>\d+)?(?::\d+)?:? (?P<message>.+)", re.DOTALL)


class _Report(Protocol):
    @property
    def results(self) -> tuple[ValidationResult, ...]:
        """What was found."""


class _Note(NamedTuple):
    """One remark about a file.

    Args:
        severity: ``Violation``, ``Warning`` or ``Info``, or one of the shapes' own.
        rule: the check that found it.
        message: what is wrong and what to do.
        file: the path, where there is one.
        line: the line, where it is known.
    """

    severity: str
    rule: str
    message: str
    file: str | None
    line: int | None


def to_github(report: _Report) -> str:
    """Return a report as workflow commands, which GitHub shows beside the lines they are about.

    https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions

    >>> from kg.check import CheckReport
    >>> to_github(CheckReport((), ("a.ttl:3: no dot",)))
    '::error file=a.ttl,line=3,title=kg form::no dot'
    """
    lines = []
    for note in _notes(report):
        place = [] if note.file is None else [f"file={_property(note.file)}"]
        place += [] if note.line is None else [f"line={note.line}"]
        place.append(f"title={_property(f'kg {note.rule}')}")
        level = _GITHUB.get(note.severity, "error")
        lines.append(f"::{level} {','.join(place)}::{_data(note.message)}")
    return "\n".join(lines)


def to_sarif(report: _Report) -> str:
    """Return a report as SARIF 2.1.0, the OASIS format of results of static analysis.

    >>> from kg.check import CheckReport
    >>> json.loads(to_sarif(CheckReport(())))["version"]
    '2.1.0'
    """
    notes = list(_notes(report))
    results = [
        {
            "ruleId": note.rule,
            "level": _SARIF.get(note.severity, "error"),
            "message": {"text": note.message},
            **({} if note.file is None else {"locations": [_location(note.file, note.line)]}),
        }
        for note in notes
    ]
    rules = [{"id": rule} for rule in sorted({note.rule for note in notes})]
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": {"name": "kg", "rules": rules}}, "results": results}],
    }
    return json.dumps(log, ensure_ascii=False, indent=2)


def _notes(report: _Report) -> Iterator[_Note]:
    failures: tuple[str, ...] = getattr(report, "failures", ())
    for failure in failures:
        found = _PLACE.fullmatch(failure)
        file, line = (found["file"], found["line"]) if found else (None, None)
        message = found["message"] if found else failure
        yield _Note("Violation", "form", message, file, int(line) if line else None)
    for result in report.results:
        place = result.location
        told = str(result).removeprefix(f"{place}: ").removeprefix(f"{result.severity}: ")
        file, line = (None, None) if place is None else (shown(place.path), place.line)
        yield _Note(result.severity, result.check, told, file, line)


def _location(file: str, line: int | None) -> dict[str, object]:
    from urllib.parse import quote

    physical: dict[str, object] = {"artifactLocation": {"uri": quote(file)}}
    if line is not None:
        physical["region"] = {"startLine": line}
    return {"physicalLocation": physical}


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
