"""Which address is answered by what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Route

if TYPE_CHECKING:
    from kg.web.endpoint import Endpoint
    from kg.web.pages_http import Pages
    from kg.web.reconciliation_http import Reconciliation

__all__ = ["routes"]

_READ = ["GET"]
_ASK = ["GET", "POST"]


def routes(endpoint: Endpoint, pages: Pages, matching: Reconciliation) -> list[Route]:
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
