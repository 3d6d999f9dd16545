"""The addresses of the Reconciliation Service API 0.2, for OpenRefine and others.

The answers are public and are read only, so that pages of any site may read them
(https://fetch.spec.whatwg.org/#http-cors-protocol). There is no JSONP: it would have a page run
what another server sends.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from starlette.responses import Response

from kg.reconciliation.service import manifest
from kg.web import protocol
from kg.web.bodies import received
from kg.web.endpoint import params_of
from kg.web.responses import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from kg.web.endpoint import Endpoint

__all__ = ["Reconciliation"]

_KINDS = ("entity", "type", "property")
_FORM = "application/x-www-form-urlencoded"
_OPEN = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}


class Reconciliation:
    """Answers for those who match names with the things of the graph."""

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
        if kind != _FORM:
            raise Problem("unsupported-media-type", f"send queries= or extend= as {_FORM}")
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
