"""What programs ask for: queries, updates, graphs, descriptions, files, how the endpoint is."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from starlette.responses import RedirectResponse, Response

from kg.web import protocol
from kg.web.bodies import received
from kg.web.formats import media_types
from kg.web.negotiation import choose
from kg.web.responses import Answer, Problem
from kg.web.security import check_writer
from kg.web.static_files import static_files

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from starlette.requests import Request

    from kg.web.edition import Health
    from kg.web.settings import Settings
    from kg.web.workers.pool import Pool
    from kg.web.writing.writer import Writer

__all__ = ["Endpoint", "formats_of", "name_of", "params_of", "response"]

_HTML = "text/html"
_RDF = ("text/turtle", "application/ld+json", "application/rdf+xml", "application/n-triples")
#: Room for what a form adds to the query that it sends: names, escapes.
_FORM = 3


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


_NOT_CRAWLED = ("sparql", "store", "why", "search", "query?", "plots/")


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
