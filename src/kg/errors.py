"""The errors a user can meet, as one small tree.

::

    KgError                  one line for the user; exit code 2
    ├── ResourceNotFound     a file or folder is missing
    ├── ParseFailure         RDF, SSSOM, SPARQL or JSON did not parse
    ├── QueryRefused         an update, SERVICE, FROM an unknown graph, nested too deep
    ├── UnknownName          a term, prefix, query, format or graph is not known
    ├── Misuse               the call does not make sense as given
    ├── NotEntailed          the triple is neither asserted nor inferred; exit code 1
    ├── Inconsistent         the graph contradicts itself; exit code 1
    ├── DoesNotConform       the graph breaks its shapes or its citations; exit code 1
    ├── OutsideProfile       the ontology says what OWL 2 RL cannot follow; exit code 1
    ├── BudgetExceeded       the work took more time or memory than it was given
    ├── ServiceFailure       a service elsewhere did not answer as it should
    └── WriteFailure         the result could not be written; nothing was changed

Every message says what happened, where, and what to do.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "BudgetExceeded",
    "DoesNotConform",
    "Inconsistent",
    "KgError",
    "Misuse",
    "NotEntailed",
    "OutsideProfile",
    "ParseFailure",
    "QueryRefused",
    "ResourceNotFound",
    "ServiceFailure",
    "UnknownName",
    "WriteFailure",
]


#: How many faults the message about an ontology names, and how much of each.
_FIRST, _LONG = 5, 300


class KgError(Exception):
    """Anything kg refuses; catch this to catch them all.

    >>> try:
    ...     raise KgError("no such thing")
    ... except KgError as error:
    ...     print(error.exit_code, error)
    2 no such thing
    """

    exit_code = 2


class ResourceNotFound(KgError):
    """A file or folder that was named, or that kg ships, is not there."""

    def __init__(self, path: Path | str, message: str | None = None) -> None:
        self.path = Path(path)
        super().__init__(message or f"{path}: no such file or folder")


class ParseFailure(KgError):
    """A document did not parse; carries the place.

    >>> str(ParseFailure("a.ttl", "the prefix x: has not been declared", 2, 10))
    'a.ttl:2:10: the prefix x: has not been declared'
    """

    def __init__(
        self,
        source: Path | str,
        message: str,
        line: int | None = None,
        column: int | None = None,
    ) -> None:
        self.source, self.line, self.column = str(source), line, column
        self.reason = message
        place = ":".join(str(part) for part in (source, line, column) if part is not None)
        super().__init__(f"{place}: {message}")


class QueryRefused(KgError):
    """The query asks for something that kg does not do, or not safely.

    Args:
        message: what, where, and what to do.
        code: why, in a word that stays the same: query-refused, service-denied, load-denied,
            too-deep, too-complex, too-large, too-many-rows, too-many-triples or too-many-bytes.
        count: how many there were when it was ended, where that is why.

    >>> QueryRefused("1,001 rows", code="too-many-rows", count=1001).count
    1001
    """

    def __init__(
        self, message: str, *, code: str = "query-refused", count: int | None = None
    ) -> None:
        self.code, self.count = code, count
        super().__init__(message)


class UnknownName(KgError):
    """A name is not known; carries the close matches.

    >>> str(UnknownName("query", "tension-rising", ["tension-raising-events", "missions"]))
    'no query "tension-rising"; did you mean tension-raising-events?'
    """

    def __init__(
        self, kind: str, name: str, known: Sequence[str] = (), hint: str | None = None
    ) -> None:
        # Importing it takes 5 ms, which every answer would wait for.
        from difflib import get_close_matches

        self.kind, self.name = kind, name
        self.matches = get_close_matches(name, known, n=3, cutoff=0.5)
        message = f'no {kind} "{name}"'
        if self.matches:
            message += f"; did you mean {' or '.join(self.matches)}?"
        elif hint:
            message += f"; {hint}"
        super().__init__(message)


class Misuse(KgError):
    """The call does not make sense as given; the message says what would."""


class ServiceFailure(KgError):
    """A service elsewhere did not answer as it should; nothing was changed for it.

    >>> str(ServiceFailure("https://example.org/api", "answers 403"))
    'https://example.org/api: answers 403'
    """

    def __init__(self, address: str, message: str) -> None:
        self.address = address
        super().__init__(f"{address}: {message}")


class NotEntailed(KgError):
    """The triple asked about is neither asserted nor inferred."""

    exit_code = 1


class Inconsistent(KgError):
    """The graph contradicts itself; carries one sentence for each clash, and its place if known.

    ``viewpoint`` is the one that it is seen from, where that is not the one without saying.

    >>> str(Inconsistent(["Mali is a State and an event"], ["data/relations.ttl:360"]))
    'the graph is inconsistent: data/relations.ttl:360: Mali is a State and an event'
    """

    exit_code = 1

    def __init__(
        self, clashes: Sequence[str], places: Sequence[Any] = (), viewpoint: str | None = None
    ) -> None:
        self.clashes = tuple(clashes)
        self.viewpoint = viewpoint
        self.places = tuple(places) or (None,) * len(self.clashes)
        told = (
            clash if place is None else f"{place}: {clash}"
            for clash, place in zip(self.clashes, self.places, strict=True)
        )
        seen = f" from the viewpoint {viewpoint}" if viewpoint else ""
        super().__init__(f"the graph is inconsistent{seen}: " + "; ".join(told))


class DoesNotConform(KgError):
    """The graph breaks its shapes or its citations; carries the report."""

    exit_code = 1

    def __init__(self, message: str, report: object = None) -> None:
        self.report = report
        super().__init__(message)


class OutsideProfile(KgError):
    """The ontology says what OWL 2 RL cannot follow; carries a sentence for each such place."""

    exit_code = 1

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        more = len(faults) - _FIRST
        rest = f"; and {more:,} more (kg check lists them all)" if more > 0 else ""
        first = "; ".join(fault[:_LONG] for fault in self.faults[:_FIRST])
        super().__init__(f"the ontology goes beyond OWL 2 RL: {first}{rest}")


class BudgetExceeded(KgError):
    """The work took more time or memory than it was given; nothing was written."""


class WriteFailure(KgError):
    """A result could not be written; what was there before is unchanged."""

    def __init__(self, path: Path | str, reason: str) -> None:
        self.path = Path(path)
        super().__init__(f"{path}: not written: {reason}")
