"""The addresses of pages; those that are for programs too answer by ``Accept``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from kg.namespaces import PREFIXES
from kg.web.endpoint import formats_of, name_of, params_of
from kg.web.links import Links, is_plain
from kg.web.negotiation import choose

if TYPE_CHECKING:
    from kg.web.endpoint import Endpoint

__all__ = ["Handler", "Pages"]

#: What answers a request.
Handler = Callable[[Request], Awaitable[Response]]
_HTML = "text/html"
_RDF = (
    *("text/turtle", "application/ld+json", "application/rdf+xml", "application/n-triples"),
    *("application/trig", "application/n-quads"),
)
_ROWS = (
    *("application/sparql-results+json", "application/sparql-results+xml", "application/json"),
    *("text/csv", "text/tab-separated-values", "application/xml", "text/markdown"),
)
#: Of an address for both, those who say nothing are programs; browsers say what they read.
_VARY = {"Vary": "Accept"}


class Pages:
    """Answers for people.

    Args:
        endpoint: does what is the same for programs.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint

    def named(self, name: str) -> Handler:
        """Return what answers with the page of a module of ``kg.web.resources``."""

        async def answer(request: Request) -> Response:
            return await self._page(request, f"{name}.page")

        return answer

    def picture(self, name: str) -> Handler:
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
        is_page = choose(request.headers.get("accept"), (*_RDF, _HTML)) == _HTML
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
        if not formats and choose(accept, (_HTML, *_RDF)) == _HTML:
            return _varied(await self._page(request, "ontology.page"))
        return await self._endpoint.ask(request, "data.ontology", accept=accept, format=formats)

    async def editor(self, request: Request) -> Response:
        """Give the editor of queries."""
        return await self._page(request, "query.page")

    async def queries(self, request: Request) -> Response:
        """List the saved queries, as a page or as data."""
        formats, accept = formats_of(request), request.headers.get("accept")
        if not formats and choose(accept, (_HTML, *_RDF)) == _HTML:
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
        if not formats and choose(accept, (_HTML, *_ROWS, *_RDF)) == _HTML:
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
