"""Handlers of requests: for programs, for people, and for clients of the Reconciliation API.

Each reads what an address asks, has a worker do it, and returns the response; an address for both
programs and people answers by ``Accept``.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from kg.namespaces import PREFIXES
from kg.reconciliation.service import manifest
from kg.web import protocol
from kg.web.links import Links, is_plain
from kg.web.negotiation import choose, media_types
from kg.web.request_bodies import received
from kg.web.responses import Answer, Problem
from kg.web.security import check_writer
from kg.web.static_files import static_files

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from kg.web.edition import Health
    from kg.web.settings import Settings
    from kg.web.workers.pool import Pool
    from kg.web.writing.writer import Writer

__all__ = ["Endpoint", "Pages", "Reconciliation", "formats_of", "name_of", "params_of", "response"]

_HTML = "text/html"
_RDF = ("text/turtle", "application/ld+json", "application/rdf+xml", "application/n-triples")
#: Room for what a form adds to the query that it sends: names, escapes.
_FORM = 3
#: Addresses that cost most and say nothing new.
_NOT_CRAWLED = ("sparql", "store", "why", "search", "query?", "plots/")
#: What answers a request.
_Handler = Callable[[Request], Awaitable[Response]]
_GRAPH_TYPES = (
    *("text/turtle", "application/ld+json", "application/rdf+xml", "application/n-triples"),
    *("application/trig", "application/n-quads"),
)
_ROW_TYPES = (
    *("application/sparql-results+json", "application/sparql-results+xml", "application/json"),
    *("text/csv", "text/tab-separated-values", "application/xml", "text/markdown"),
)
#: Of an address for both, those who say nothing are programs; browsers say what they read.
_VARY = {"Vary": "Accept"}
_KINDS = ("entity", "type", "property")
_FORM_TYPE = "application/x-www-form-urlencoded"
_OPEN = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}


class Endpoint:
    """Answers for programs.

    Args:
        settings: with the port that is listened at.
        pool: does the work.
        health: how the endpoint is.
        writer: changes what is served; None where nobody may.
    """

    def __init__(
        self, settings: Settings, pool: Pool, health: Health, writer: Writer | None
    ) -> None:
        self.settings, self.pool, self._health = settings, pool, health
        self._writer = writer
        self.own = f"http://{host_of(settings.host)}:{settings.port}/"
        self.base = settings.base or self.own

    async def ask(self, request: Request, task: str, **arguments: Any) -> Response:
        """Have a worker do a task, as long as whoever asks is there."""
        async with _presence(request) as gone:
            return response(await self.pool.ask(task, arguments, gone=gone))

    async def sparql(self, request: Request) -> Response:
        """Answer an operation of the SPARQL 1.1 Protocol, or say what the endpoint is."""
        asked = await self._operation(request)
        accept = request.headers.get("accept")
        if isinstance(asked, protocol.Description):
            if choose(accept, (*_RDF, _HTML)) == _HTML:
                return RedirectResponse(f"{self.path}query", 303, {"Vary": "Accept"})
            return await self.ask(
                request,
                "description.service",
                accept=accept,
                format=list(asked.formats),
                base=self.base,
                writable=self._writer is not None,
            )
        if isinstance(asked, protocol.Update):
            return await self._updated(request, asked)
        if request.method != "POST" and _is_for_people(asked, accept):
            chosen = {"query": asked.text, "viewpoint": asked.viewpoint or ""}
            told = urlencode({name: value for name, value in chosen.items() if value})
            return RedirectResponse(f"{self.path}query?{told}", 303, {"Vary": "Accept"})
        return await self.ask(
            request,
            "query.evaluate",
            text=asked.text,
            default_graphs=list(asked.default_graphs),
            named_graphs=list(asked.named_graphs),
            viewpoint=asked.viewpoint or None,
            accept=accept,
            format=list(asked.formats),
            hints=list(asked.hints),
            base=f"{self.base.rstrip('/')}/sparql",
        )

    async def update(self, request: Request) -> Response:
        """Carry out an update; queries are not answered here."""
        asked = await self._operation(request)
        if not isinstance(asked, protocol.Update):
            raise Problem("bad-request", "this address takes updates; /sparql answers queries")
        return await self._updated(request, asked)

    async def _operation(
        self, request: Request
    ) -> protocol.Query | protocol.Update | protocol.Description:
        body, kind = b"", request.headers.get("content-type")
        if request.method == "POST":
            limits = self.pool.limits
            is_form = (kind or "").lower().startswith("application/x-www-form")
            body = await received(request, limits.query * _FORM if is_form else limits.query)
        return protocol.operation(
            request.method, request.url.query, kind, body, updates=self.settings.writable
        )

    async def _updated(self, request: Request, asked: protocol.Update) -> Response:
        writer = self._who_writes(request)
        async with _presence(request) as gone:
            return response(
                await writer.update(asked.text, asked.using_default, asked.using_named, gone)
            )

    def _who_writes(self, request: Request) -> Writer:
        check_writer(request.headers, self.settings, self.own)
        if self._writer is None:
            raise Problem("read-only", "this endpoint only reads")
        return self._writer

    async def store(self, request: Request) -> Response:
        """Read or write one graph, https://www.w3.org/TR/sparql11-http-rdf-update/."""
        told = protocol.fields_of(request.url.query, "the address")
        names, is_default = told.get("graph", []), "default" in told
        creates = request.method == "POST" and not names and not is_default
        if not creates and len(names) + is_default != 1:
            raise Problem("bad-request", "name one graph: ?default or ?graph=IRI")
        graph = names[0] if names else None
        if request.method in ("GET", "HEAD"):
            accept, formats = request.headers.get("accept"), formats_of(request)
            return await self.ask(
                request, "data.named_graph", graph=graph, accept=accept, format=formats
            )
        writer = self._who_writes(request)
        body = await received(request, self.pool.limits.body)
        kind = request.headers.get("content-type")
        change = {"PUT": writer.put, "POST": writer.post, "DELETE": writer.delete}[request.method]
        async with _presence(request) as gone:
            if creates:
                return response(await writer.create(body, kind, gone))
            return response(await change(graph, body, kind, gone))

    async def data(self, request: Request) -> Response:
        """Give what is known of a thing, as data."""
        params = params_of(request)
        iri, path = params.get("iri", ""), ""
        if "slug" in request.path_params:
            iri, path = "", name_of(request)
        if not iri and not path:
            raise Problem("bad-request", "name a thing: /data/NAME or /data?iri=IRI")
        return await self.ask(
            request,
            "data.thing",
            iri=iri,
            path=path,
            accept=request.headers.get("accept"),
            format=formats_of(request),
            viewpoint=params.get("viewpoint") or None,
            base=self.base,
        )

    async def void(self, request: Request) -> Response:
        """Describe the data set, https://www.w3.org/TR/void/."""
        return await self.ask(
            request,
            "description.void",
            accept=request.headers.get("accept"),
            format=formats_of(request),
            base=self.base,
        )

    async def plot(self, request: Request) -> Response:
        """Give a picture by itself."""
        name, _, ending = request.path_params["file"].partition(".")
        return await self.ask(
            request,
            "pictures.picture",
            name=name,
            format=ending,
            params=params_of(request),
            base=self.base,
        )

    async def static(self, request: Request) -> Response:
        """Give a file that is served as it is."""
        return response(
            static_files().answer(
                request.path_params["path"],
                version=request.query_params.get("v"),
                accept_encoding=request.headers.get("accept-encoding", ""),
                if_none_match=request.headers.get("if-none-match", ""),
            )
        )

    async def icon(self, _: Request) -> Response:
        """Give the icon that a browser asks for where no page names one."""
        return response(static_files().answer("icon.svg"))

    async def health(self, _: Request) -> Response:
        """Tell how the endpoint is; no worker is asked."""
        return response(self._health.answer(self.pool.state()))

    async def robots(self, _: Request) -> Response:
        """Keep crawlers from what costs most and says nothing new."""
        lines = ["User-agent: *", *(f"Disallow: {self.path}{one}" for one in _NOT_CRAWLED)]
        return response(Answer("\n".join([*lines, ""]).encode(), "text/plain; charset=utf-8"))

    @property
    def path(self) -> str:
        """The path that every address begins with."""
        return urlsplit(self.base).path or "/"


def _is_for_people(asked: protocol.Query, accept: str | None) -> bool:
    """Return whether a browser asks, in whose page the editor shows the same answer."""
    if asked.formats or asked.default_graphs or asked.named_graphs:
        return False
    return choose(accept, (*media_types(), _HTML)) == _HTML


def host_of(host: str) -> str:
    """Write a host as an address has it.

    >>> host_of("::1"), host_of("127.0.0.1")
    ('[::1]', '127.0.0.1')
    """
    return f"[{host}]" if ":" in host else host


def name_of(request: Request) -> str:
    """Return what follows ``/id/``, ``/page/`` or ``/data/`` in an address, as it was sent.

    Raises:
        Problem: the slash before it was sent as ``%2F``, which is another address.
    """
    path: bytes = request.scope["raw_path"]
    _, slash, name = path.decode("ascii").lstrip("/").partition("/")
    if not slash:
        raise Problem("not-found", "there is nothing at this address")
    return name


def params_of(request: Request) -> dict[str, str]:
    """Return the parameters of an address; one that is there twice is refused, but for a format.

    Raises:
        Problem: it is, or one is not UTF-8.
    """
    told = protocol.fields_of(request.url.query, "the address")
    twice = [name for name, values in told.items() if len(values) > 1 and name != "format"]
    if twice:
        raise Problem("bad-request", f"{twice[0][:80]}= is there twice")
    return {name: values[0] for name, values in told.items()}


def formats_of(request: Request) -> list[str]:
    """Return the formats that an address names, of which the first known counts."""
    return protocol.fields_of(request.url.query, "the address").get("format", [])


def response(answer: Answer) -> Response:
    """Return an answer as Starlette sends it."""
    headers: Mapping[str, str] = dict(answer.headers)
    body = b"" if answer.status in (204, 304) else answer.body
    return Response(body, answer.status, headers, answer.media_type)


@asynccontextmanager
async def _presence(request: Request) -> AsyncIterator[asyncio.Event]:
    """Watch whether whoever asked is still there."""
    gone = asyncio.Event()

    async def watch() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass
        gone.set()

    watching = asyncio.get_running_loop().create_task(watch())
    try:
        yield gone
    finally:
        watching.cancel()


class Pages:
    """Answers for people.

    Args:
        endpoint: does what is the same for programs.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint

    def named(self, name: str) -> _Handler:
        """Return what answers with the page of a module of ``kg.web.resources``."""

        async def answer(request: Request) -> Response:
            return await self._page(request, f"{name}.page")

        return answer

    def picture(self, name: str) -> _Handler:
        """Return what answers with the page of a picture."""

        async def answer(request: Request) -> Response:
            return await self._page(request, "pictures.page", name=name)

        return answer

    async def _page(self, request: Request, task: str, **more: str) -> Response:
        path = self._endpoint.path + request.scope["raw_path"].decode("ascii").lstrip("/")
        return await self._endpoint.ask(
            request, task, params=params_of(request), path=path, base=self._endpoint.base, **more
        )

    async def identifier(self, request: Request) -> Response:
        """Send whoever asks for a thing to what tells of it, https://www.w3.org/TR/cooluris/."""
        params, query = params_of(request), request.url.query
        viewpoint, path = params.get("viewpoint") or None, name_of(request)
        is_page = choose(request.headers.get("accept"), (*_GRAPH_TYPES, _HTML)) == _HTML
        if (query and params.keys() != {"viewpoint"}) or not is_plain(path):
            return await self._endpoint.ask(
                request,
                "thing.identified",
                path=path,
                query="" if params.keys() == {"viewpoint"} else query,
                viewpoint=viewpoint,
                is_page=is_page,
                base=self._endpoint.base,
            )
        links, iri = Links(self._endpoint.path, viewpoint), PREFIXES["kg"] + path
        return RedirectResponse(links.page(iri) if is_page else links.data(iri), 303, _VARY)

    async def ontology(self, request: Request) -> Response:
        """Tell the terms of the ontology, as a page or as data."""
        formats, accept = formats_of(request), request.headers.get("accept")
        if not formats and choose(accept, (_HTML, *_GRAPH_TYPES)) == _HTML:
            return _varied(await self._page(request, "ontology.page"))
        return await self._endpoint.ask(request, "data.ontology", accept=accept, format=formats)

    async def editor(self, request: Request) -> Response:
        """Give the editor of queries."""
        return await self._page(request, "query.page")

    async def queries(self, request: Request) -> Response:
        """List the saved queries, as a page or as data."""
        formats, accept = formats_of(request), request.headers.get("accept")
        if not formats and choose(accept, (_HTML, *_GRAPH_TYPES)) == _HTML:
            return _varied(await self._page(request, "saved_queries.listing"))
        return await self._endpoint.ask(
            request,
            "saved_queries.catalogue_rdf",
            accept=accept,
            format=formats,
            base=self._endpoint.base,
        )

    async def query(self, request: Request) -> Response:
        """Ask a saved query, on its page or as data; or give its text."""
        slug, params = request.path_params["slug"], params_of(request)
        if slug.endswith(".rq"):
            return await self._endpoint.ask(
                request, "saved_queries.text", slug=slug.removesuffix(".rq")
            )
        formats, accept = formats_of(request), request.headers.get("accept")
        if not formats and choose(accept, (_HTML, *_ROW_TYPES, *_GRAPH_TYPES)) == _HTML:
            return _varied(await self._page(request, "saved_queries.page", slug=slug))
        return await self._endpoint.ask(
            request,
            "saved_queries.run",
            slug=slug,
            params=params,
            accept=accept,
            format=formats,
            viewpoint=params.get("viewpoint") or None,
        )


def _varied(response: Response) -> Response:
    response.headers["Vary"] = "Accept"
    return response


class Reconciliation:
    """Answers for OpenRefine and others, by the Reconciliation Service API 0.2.

    The answers are public and are read only, so that pages of any site may read them
    (https://fetch.spec.whatwg.org/#http-cors-protocol). There is no JSONP: it would have a page run
    what another server sends.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint

    async def service(self, request: Request) -> Response:
        """Tell what the service is, or answer a batch of queries or of properties."""
        params = params_of(request)
        if request.method == "POST":
            params |= await self._form(request)
        _refuse_callback(params)
        asked = [name for name in ("queries", "extend") if params.get(name)]
        if len(asked) > 1:
            raise Problem("bad-request", "queries= and extend= go into two requests")
        if not asked:
            if request.method == "POST":
                raise Problem("bad-request", "send queries= or extend=, as a form")
            told = json.dumps(manifest(self._endpoint.base), ensure_ascii=False, indent=2)
            return Response(told, 200, _OPEN, "application/json")
        task = {"queries": "reconcile", "extend": "extend"}[asked[0]]
        return await self._ask(request, task, text=params[asked[0]])

    async def suggest(self, request: Request) -> Response:
        """Complete a name."""
        params = params_of(request)
        _refuse_callback(params)
        prefix, cursor = params.get("prefix", ""), params.get("cursor") or "0"
        return await self._ask(
            request, "suggest", kind=_kind(request), prefix=prefix, cursor=cursor
        )

    async def flyout(self, request: Request) -> Response:
        """Tell a few words about what is suggested."""
        params = params_of(request)
        _refuse_callback(params)
        return await self._ask(request, "flyout", kind=_kind(request), id=_id(params))

    async def preview(self, request: Request) -> Response:
        """Give a small page about a thing."""
        identifier = _id(params_of(request))
        return await self._ask(request, "preview", id=identifier, base=self._endpoint.base)

    async def properties(self, request: Request) -> Response:
        """Propose properties of a class."""
        params = params_of(request)
        _refuse_callback(params)
        return await self._ask(
            request, "properties", kind=params.get("type") or None, limit=params.get("limit")
        )

    async def _ask(self, request: Request, task: str, **arguments: object) -> Response:
        answer = await self._endpoint.ask(request, f"reconciliation.{task}", **arguments)
        for name, value in _OPEN.items():
            answer.headers[name] = value
        return answer

    async def _form(self, request: Request) -> dict[str, str]:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != _FORM_TYPE:
            raise Problem("unsupported-media-type", f"send queries= or extend= as {_FORM_TYPE}")
        body = await received(request, self._endpoint.pool.limits.body)
        try:
            told = protocol.fields_of(body.decode("utf-8"), "the form")
        except UnicodeDecodeError:
            raise Problem("bad-request", "the form is not UTF-8") from None
        twice = next((name for name, values in told.items() if len(values) > 1), None)
        if twice is not None:
            raise Problem("bad-request", f"{twice[:80]}= is there twice")
        return {name: values[0] for name, values in told.items()}


def _kind(request: Request) -> str:
    kind: str = request.path_params["kind"]
    if kind not in _KINDS:
        raise Problem("not-found", f"what is suggested is {', '.join(_KINDS)}")
    return kind


def _id(params: Mapping[str, str]) -> str:
    if not params.get("id"):
        raise Problem("bad-request", "name what is meant: ?id=mali")
    return params["id"]


def _refuse_callback(params: Mapping[str, str]) -> None:
    if "callback" in params:
        raise Problem(
            "bad-request",
            "there is no JSONP: leave out callback=; pages of any site may read the answer",
        )
