"""What kg's own checks find, in the form of validation results, with place and label."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.namespaces import compact
from kg.validation.places import Places
from kg.validation.report import Severity, ValidationResult, sort_key

if TYPE_CHECKING:
    from pyoxigraph import NamedNode

    from kg.dataset import Dataset
    from kg.dataset.documents import Location
    from kg.validation.index import Term

__all__ = ["Findings"]


class Findings:
    """Collects results, looking up where each is written and what its node is called.

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
        """All that was noted, in the order of :func:`kg.validation.report.sort_key`."""
        return sorted(self._results, key=sort_key)
