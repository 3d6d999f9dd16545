"""The endpoint as an ASGI application: its routes, and the middleware around every request."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import logging
import re
import secrets
import time
from importlib.metadata import version
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match, Route, Router

from kg.errors import KgError
from kg.web import security
from kg.web.handlers import Endpoint, Pages, Reconciliation
from kg.web.links import Links
from kg.web.negotiation import choose
from kg.web.responses import Problem, problem_of
from kg.web.static_files import takes_gzip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from kg.web.edition import Health
    from kg.web.settings import Settings
    from kg.web.workers.pool import Pool
    from kg.web.writing.writer import Writer

__all__ = ["application"]

_LOG = logging.getLogger("kg.web")
_REQUESTS = logging.getLogger("kg.web.requests")
_MOST_ADDRESS, _MOST_HEADERS = 32 << 10, 32 << 10
#: Bodies of so many bytes are worth compressing; those of so many are compressed in a thread.
_SMALL, _LARGE = 1 << 10, 1 << 18
_COMPRESSED = ("text/", "image/svg", "application/")
_OK, _NOT_MODIFIED, _FAULT = 200, 304, 500
_ABSOLUTE = re.compile(rb"https?://[^/]*", re.IGNORECASE)
_METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS")
_READ = ["GET"]
_ASK = ["GET", "POST"]
#: The methods that are there only where updates are taken.
_WRITTEN = {"/store": {"PUT", "POST", "DELETE"}, "/update": {"POST"}}
_OF_STATUS = {404: "not-found", 405: "method-not-allowed"}
_TOLD = {404: "there is nothing at this address", 405: "the method does not fit the address"}


class Middleware:
    """What is done with every request and every answer: checks, headers, tags, compression, log.

    Args:
        inner: answers what gets through.
        routes: the addresses that it answers.
        endpoint: knows the settings and the state.
        logs: whether each request is a line of the log.
    """

    def __init__(
        self, inner: ASGIApp, routes: Sequence[Route], endpoint: Endpoint, *, logs: bool = False
    ) -> None:
        self._inner, self._endpoint, self._logs = inner, endpoint, logs
        self._routes = routes
        self._headers = security.headers(endpoint.settings)
        self._base_path = urlsplit(endpoint.base).path.rstrip("/")
        self._version = version("relations-kg")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            return
        began = time.monotonic()
        scope = _origin_form(scope)
        received = Headers(scope=scope)
        name = secrets.token_hex(8)
        answer = await self._answer(scope, received, receive, name)
        await self._finish(scope, received, answer, name)
        if self._logs:
            took = (time.monotonic() - began) * 1000
            path = scope.get("raw_path", b"").decode("ascii", "replace")
            status, size = answer.status_code, len(answer.body)
            _REQUESTS.info(
                "%s %s %s %d %d B %.1f ms", name, scope["method"], path, status, size, took
            )
        await answer(scope, receive, send)

    async def _answer(
        self, scope: Scope, received: Headers, receive: Receive, name: str
    ) -> Response:
        try:
            self._check_head(scope)
            tag = self._tag(scope, received)
            if tag and _knows(received, tag):
                return Response(status_code=_NOT_MODIFIED, headers={"ETag": tag})
            if scope["method"] == "OPTIONS":
                return self._options(scope)
            answer = await self._inside(scope, receive)
            if answer.status_code == _OK and _wants_none(scope, received):
                return Response(status_code=_NOT_MODIFIED, headers={"ETag": tag} if tag else {})
        except Exception as error:  # noqa: BLE001 - whoever asked gets an answer, the log the reason
            return self._problem(scope, received, _problem_of(error, name))
        if tag and answer.status_code == _OK and "etag" not in answer.headers:
            answer.headers["ETag"] = tag
            answer.headers.setdefault("Cache-Control", "no-cache")
        return answer

    async def _inside(self, scope: Scope, receive: Receive) -> Response:
        """Have the request answered below the path of the base, and take the answer in whole."""
        # Where there is an app, Starlette raises what it would answer itself elsewhere.
        scope = {**self._below_base(scope), "app": self}
        parts: list[bytes] = []
        start: dict[str, Any] = {}

        async def take(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            elif message["type"] == "http.response.body":
                parts.append(message.get("body", b""))

        await self._inner(scope, receive, take)
        answer = Response(b"".join(parts), start["status"])
        answer.raw_headers = list(start["headers"])
        return answer

    def _below_base(self, scope: Scope) -> Scope:
        path, raw = scope["path"], scope["raw_path"]
        if self._base_path and (path + "/").startswith(self._base_path + "/"):
            path = path[len(self._base_path) :] or "/"
            raw = b"/" + raw.split(b"/", self._base_path.count("/") + 1)[-1]
        return {**scope, "path": path, "raw_path": raw}

    def _check_head(self, scope: Scope) -> None:
        if scope["http_version"] not in ("1.0", "1.1"):
            told = f"HTTP/{scope['http_version']} is not spoken here"
            raise Problem("bad-request", told, headers={"Connection": "close"})
        names = {name for name, _ in scope["headers"]}
        if b"transfer-encoding" in names and (
            b"content-length" in names or scope["http_version"] == "1.0"
        ):
            # Who sends both may be smuggling a request: RFC 9112, section 6.3.
            told = "Transfer-Encoding goes with no Content-Length, and with HTTP/1.1"
            raise Problem("bad-request", told, headers={"Connection": "close"})
        if len(scope.get("raw_path", b"")) + len(scope["query_string"]) > _MOST_ADDRESS:
            told = f"more than {_MOST_ADDRESS:,} bytes; send a long query by POST"
            raise Problem("uri-too-long", told)
        if sum(len(name) + len(value) for name, value in scope["headers"]) > _MOST_HEADERS:
            raise Problem("headers-too-large", f"more than {_MOST_HEADERS:,} bytes")

    def _tag(self, scope: Scope, received: Headers) -> str:
        """Name the answer to a request for reading: another state, another name."""
        if scope["method"] not in ("GET", "HEAD"):
            return ""
        path, query = scope["path"], scope["query_string"]
        last = path.rpartition("/")[2]
        # What these say changes while the data stay; a query may ask for the time or for chance.
        if last in ("health", "sparql", "query", "robots.txt") or "/static/" in path:
            return ""
        edition = self._endpoint.pool.edition.digest
        parts = (self._version, edition, path, repr(query), received.get("accept", ""))
        return f'W/"{hashlib.sha256(chr(0).join(parts).encode()).hexdigest()[:32]}"'

    def _options(self, scope: Scope) -> Response:
        headers = dict(security.preflight(self._endpoint.settings))
        return Response(status_code=204, headers={"Allow": self._allowed(scope), **headers})

    def _allowed(self, scope: Scope) -> str:
        """Return the methods of an address; ``*`` is the server, which has those of any.

        Raises:
            Problem: there is no such address.
        """
        routes = self._routes
        if scope["path"] != "*":
            below = self._below_base(scope)
            routes = [one for one in routes if one.matches(below)[0] is not Match.NONE][:1]
        if not routes:
            raise Problem("not-found", _TOLD[404])
        found = {"OPTIONS"}
        for route in routes:
            found |= route.methods or set()
            if not self._endpoint.settings.writable:
                found -= _WRITTEN.get(route.path, set())
        return ", ".join(method for method in _METHODS if method in found)

    def _problem(self, scope: Scope, received: Headers, problem: Problem) -> Response:
        """Tell a problem: as a page to who reads pages, else as RFC 9457 has it."""
        headers = {**problem.headers, "Cache-Control": "no-store"}
        if problem.code == "method-not-allowed":
            headers["Allow"] = self._allowed(scope)
        if _reads_pages(scope, received):
            from kg.web.layout import problem_page

            links = Links(self._endpoint.path)
            page = problem_page(problem, links, self._endpoint.pool.edition.title)
            return Response(page.body, page.status, headers, page.media_type)
        return Response(problem.to_json(), problem.status, headers, "application/problem+json")

    async def _finish(self, scope: Scope, received: Headers, answer: Response, name: str) -> None:
        headers: MutableHeaders = answer.headers
        kind = headers.get("content-type", "")
        for header, value in self._headers:
            # A browser shows a picture by itself in a page of its own, which has a style inside;
            # nothing in such a picture runs.
            if kind != "image/png" or header != "Content-Security-Policy":
                headers.setdefault(header, value)
        headers["X-Request-Id"] = name
        if (
            len(answer.body) > _SMALL
            and kind.startswith(_COMPRESSED)
            and "content-encoding" not in headers
        ):
            headers.add_vary_header("Accept-Encoding")
            if takes_gzip(received.get("accept-encoding", "")) and scope["method"] != "HEAD":
                large = len(answer.body) > _LARGE
                answer.body = (
                    await asyncio.to_thread(_zipped, answer.body) if large else _zipped(answer.body)
                )
                headers["Content-Encoding"] = "gzip"
        if answer.status_code not in (204, _NOT_MODIFIED):
            headers["Content-Length"] = str(len(answer.body))


def _origin_form(scope: Scope) -> Scope:
    """Return a request whose target is an absolute address as one whose target is its path.

    Whose address it is does not matter here: https://www.rfc-editor.org/rfc/rfc9112#section-3.2.2.
    """
    found = _ABSOLUTE.match(scope.get("raw_path", b""))
    if not found:
        return scope
    raw = scope["raw_path"][found.end() :] or b"/"
    return {**scope, "raw_path": raw, "path": unquote(raw.decode("ascii"))}


def _wants_none(scope: Scope, received: Headers) -> bool:
    """Return whether an answer is only wanted where there was none: RFC 9110, section 13.1.2."""
    is_read = scope["method"] in ("GET", "HEAD")
    return is_read and received.get("if-none-match", "").strip() == "*"


def _zipped(body: bytes | memoryview) -> bytes:
    return gzip.compress(body, 5, mtime=0)


def _problem_of(error: Exception, name: str) -> Problem:
    """Tell whatever went wrong as a problem; the log has what is nobody else's business."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, KgError):
        return problem_of(error)
    if isinstance(error, HTTPException):
        code = _OF_STATUS.get(error.status_code, "bad-request")
        told = _TOLD.get(error.status_code, str(error.detail))
        return Problem(code, told, headers=error.headers)
    _LOG.error("request %s failed", name, exc_info=error)
    return Problem("internal", f"this is a fault of kg; its log has more at {name}")


def _knows(received: Headers, tag: str) -> bool:
    """Tell whether the client has the answer already; RFC 9110, section 13.1.2."""
    told = received.get("if-none-match", "")
    return tag.removeprefix("W/") in {one.strip().removeprefix("W/") for one in told.split(",")}


def _reads_pages(scope: Scope, received: Headers) -> bool:
    if scope["method"] not in ("GET", "HEAD"):
        return False
    try:
        offered = ("application/problem+json", "text/html")
        return choose(received.get("accept"), offered) == "text/html"
    except Problem:
        return False


def _routes(endpoint: Endpoint, pages: Pages, matching: Reconciliation) -> list[Route]:
    """Return every address with what answers it; HEAD works wherever GET does.

    Args:
        endpoint: answers programs.
        pages: answer people, and programs where an address is for both.
        matching: answers those who reconcile.
    """
    listed = [
        ("/", pages.named("home"), _READ),
        ("/sparql", endpoint.sparql, _ASK),
        ("/update", endpoint.update, ["POST"]),
        ("/store", endpoint.store, ["GET", "PUT", "POST", "DELETE"]),
        ("/void", endpoint.void, _READ),
        ("/.well-known/void", endpoint.void, _READ),
        ("/health", endpoint.health, _READ),
        ("/robots.txt", endpoint.robots, _READ),
        ("/static/{path:path}", endpoint.static, _READ),
        ("/favicon.ico", endpoint.icon, _READ),
        ("/id/{slug:path}", pages.identifier, _READ),
        ("/data", endpoint.data, _READ),
        ("/data/{slug:path}", endpoint.data, _READ),
        ("/page", pages.named("thing"), _READ),
        ("/page/{slug:path}", pages.named("thing"), _READ),
        ("/ontology", pages.ontology, _READ),
        ("/why", pages.named("why"), _READ),
        ("/search", pages.named("search"), _READ),
        ("/viewpoint", pages.named("viewpoints"), _READ),
        ("/query", pages.editor, _READ),
        ("/queries", pages.queries, _READ),
        ("/queries/{slug}", pages.query, _READ),
        *((f"/{name}", pages.picture(name), _READ) for name in ("timeline", "tension", "map")),
        ("/network", pages.picture("network"), _READ),
        ("/plots/{file}", endpoint.plot, _READ),
        ("/reconcile", matching.service, _ASK),
        ("/reconcile/suggest/{kind}", matching.suggest, _READ),
        ("/reconcile/flyout/{kind}", matching.flyout, _READ),
        ("/reconcile/preview", matching.preview, _READ),
        ("/reconcile/properties", matching.properties, _READ),
    ]
    return [Route(path, answer, methods=methods) for path, answer, methods in listed]


def application(
    settings: Settings,
    pool: Pool,
    health: Health,
    writer: Writer | None = None,
    *,
    logs: bool = False,
) -> Middleware:
    """Put the endpoint together.

    Args:
        settings: with the port that is listened at.
        pool: does what looks at the graph.
        health: how the endpoint is.
        writer: changes what is served; None where nobody may.
        logs: whether each request is a line of the log.
    """
    endpoint = Endpoint(settings, pool, health, writer)
    # An address that is nearly right is not sent elsewhere: it would be to the client's Host.
    listed = _routes(endpoint, Pages(endpoint), Reconciliation(endpoint))
    router = Router(listed, redirect_slashes=False)
    return Middleware(router, listed, endpoint, logs=logs)
