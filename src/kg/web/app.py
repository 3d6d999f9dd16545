"""The endpoint as an ASGI application."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Router

from kg.web.endpoint import Endpoint
from kg.web.frame import Frame
from kg.web.pages_http import Pages
from kg.web.reconciliation_http import Reconciliation
from kg.web.routing import routes

if TYPE_CHECKING:
    from kg.web.edition import Health
    from kg.web.settings import Settings
    from kg.web.workers.pool import Pool
    from kg.web.writing.writer import Writer

__all__ = ["application"]


def application(
    settings: Settings,
    pool: Pool,
    health: Health,
    writer: Writer | None = None,
    *,
    logs: bool = False,
) -> Frame:
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
    listed = routes(endpoint, Pages(endpoint), Reconciliation(endpoint))
    router = Router(listed, redirect_slashes=False)
    return Frame(router, listed, endpoint, logs=logs)
