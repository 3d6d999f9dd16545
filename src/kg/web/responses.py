"""What a request gets: an answer with a whole body, or a problem (RFC 9457) with a code.

There is nothing between the two: no answer is begun that may fail. A code never changes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kg import errors

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CODES", "Answer", "Problem", "problem_of"]


@dataclass(frozen=True)
class Answer:
    """An answer, whole.

    Args:
        body: all of it.
        media_type: with its charset where it has one.
        status: of HTTP.
        headers: further ones, name and value.

    >>> Answer(b"ok", "text/plain").status
    200
    """

    body: bytes
    media_type: str
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()


#: Every code with its status and its title; a code never changes its meaning.
CODES: dict[str, tuple[int, str]] = {
    "bad-request": (400, "The request does not make sense"),
    "parse-error": (400, "The text does not parse"),
    "query-refused": (400, "The query asks for what this endpoint does not do"),
    "unknown-graph": (400, "There is no such graph here"),
    "unknown-name": (400, "A name is not known"),
    "too-deep": (400, "The query nests too deep"),
    "too-complex": (400, "The query has too many parts"),
    "too-many-rows": (400, "The result has more rows than this endpoint gives"),
    "too-many-triples": (400, "The result has more triples than this endpoint gives"),
    "too-many-bytes": (400, "The result is larger than this endpoint gives"),
    "remote-context-denied": (400, "A document names a context elsewhere, and none is fetched"),
    "unauthorized": (401, "A token is needed"),
    "service-denied": (403, "No other server is asked"),
    "load-denied": (403, "No document is fetched"),
    "cross-origin": (403, "The page of another site may not do that"),
    "read-only": (403, "The graph is read only"),
    "not-found": (404, "There is nothing here"),
    "method-not-allowed": (405, "The method does not fit the address"),
    "not-acceptable": (406, "None of the formats asked for is given here"),
    "request-timeout": (408, "The request took too long to arrive"),
    "conflict": (409, "The graph has changed meanwhile"),
    "too-large": (413, "The request is too large"),
    "uri-too-long": (414, "The address is too long"),
    "unsupported-media-type": (415, "The request has a format that is not read here"),
    "does-not-conform": (422, "The graph would not conform to its shapes"),
    "inconsistent": (422, "The graph would contradict itself"),
    "headers-too-large": (431, "The headers are too large"),
    "internal": (500, "Something went wrong here"),
    "timeout": (503, "The query took more time than it may"),
    "out-of-memory": (503, "The query took more memory than it may"),
    "engine-crashed": (503, "The query brought its engine down; the others run on"),
    "busy": (503, "Too many requests are waiting"),
    "not-ready": (503, "The graph is not ready yet"),
}


class Problem(Exception):  # an answer, not a failure of kg
    """A request that gets no answer.

    Args:
        code: one of ``CODES``; it decides the status.
        detail: what happened, where, and what to do; shown to whoever asked.
        headers: further headers, such as ``Retry-After`` or ``Allow``.
        more: further members of the problem, which JSON can write, such as the rows counted.

    >>> Problem("too-deep", "101 groups").status
    400
    """

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, object] | None = None,
    ) -> None:
        self.code, self.detail = code, detail
        self.status, self.title = CODES[code]
        self.headers = dict(headers or {})
        self.more = dict(more or {})
        super().__init__(f"{code}: {detail}")

    def to_json(self) -> bytes:
        """Return ``application/problem+json``; what it echoes is text, and read by no browser."""
        members = {
            "type": f"https://w3id.org/relations-kg/problem/{self.code}",
            "title": self.title,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
            **self.more,
        }
        return json.dumps(members, ensure_ascii=False).encode("utf-8", "replace")


def problem_of(error: errors.KgError) -> Problem:
    """Tell an error of kg as a problem.

    >>> problem_of(errors.ParseFailure("query", "no }", 1, 7)).code
    'parse-error'
    """
    if isinstance(error, errors.UnknownName):
        code = "unknown-graph" if error.kind == "graph" else "unknown-name"
        return Problem(code, str(error), more={"matches": error.matches})
    if isinstance(error, errors.QueryRefused):
        more = {} if error.count is None else {"count": error.count}
        return Problem(error.code, str(error), more=more)
    by_kind: tuple[tuple[type[errors.KgError], str], ...] = (
        (errors.ParseFailure, "parse-error"),
        (errors.DoesNotConform, "does-not-conform"),
        (errors.Inconsistent, "inconsistent"),
        (errors.NotEntailed, "not-found"),
        (errors.BudgetExceeded, "timeout"),
        (errors.WriteFailure, "internal"),
    )
    for kind, code in by_kind:
        if isinstance(error, kind):
            return Problem(code, str(error))
    return Problem("bad-request", str(error))
