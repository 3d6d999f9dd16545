"""The pages that tell of the graph: home, a thing, a proof, the terms, a search, the viewpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.errors import KgError
from kg.web.pages.home import home
from kg.web.pages.ontology import ontology
from kg.web.pages.rendering import HTML, links_for, place
from kg.web.pages.searching import searching
from kg.web.pages.stances import stances
from kg.web.pages.thing import thing
from kg.web.pages.why import why
from kg.web.resource import named
from kg.web.responses import Answer, Problem

if TYPE_CHECKING:
    from pyoxigraph import BlankNode, NamedNode

    from kg.web.links import Links
    from kg.web.workers.held import Held

__all__ = ["identified", "page"]

#: The longest text that a page is asked about.
_LONGEST = 8000


def page(held: Held, *, name: str, params: dict[str, str], path: str, base: str) -> Answer:
    """Set a page.

    Args:
        held: what is served.
        name: home, thing, why, ontology, search or viewpoint.
        params: those of the request: ``viewpoint`` for every page; ``iri`` for a thing that has no
            name of kg's own; ``s``, ``p``, ``o``, ``all`` and ``format`` for a proof; ``q``,
            ``kind`` and ``format`` for a search; ``back`` for a switch of the viewpoint.
        path: that of the request, such as ``/page/mali``.
        base: what absolute links begin with.

    Raises:
        Problem: the request makes no sense, or there is no such page.
        UnknownName: there is no such viewpoint.
    """
    if any(len(value) > _LONGEST for value in params.values()):
        raise Problem("bad-request", f"a parameter is longer than {_LONGEST:,} characters")
    links = links_for(held, base, params)
    here = place(path, params)
    if name == "home":
        return home(held, links, here=here)
    if name == "thing":
        return thing(held, links, _node(held, links, params, path), here=here)
    if name == "why":
        return why(held, links, params, here=here)
    if name == "ontology":
        return ontology(held, links, here=here)
    if name == "search":
        return searching(held, links, params, here=here)
    if name in {"viewpoint", "viewpoints"}:
        return stances(held, links, params, here=here)
    raise Problem("not-found", f"there is no page {name!r}")


def identified(  # noqa: PLR0913 - what an address says
    held: Held,
    *,
    path: str,
    query: str,
    viewpoint: str | None = None,
    is_page: bool,
    base: str,
) -> Answer:
    """Send on from an identifier to the page of what it names, or to its data.

    Args:
        held: what is served.
        path: what follows ``/id/``, percent-encoded, as it was sent.
        query: of the address, which may be part of the IRI.
        viewpoint: the one that is looked from; None for the default.
        is_page: whether the page is wanted.
        base: what absolute links begin with.

    Raises:
        Problem: it is no IRI.
        UnknownName: there is no such viewpoint.
    """
    params = {"viewpoint": viewpoint} if viewpoint else {}
    links = links_for(held, base, params)
    node = _named(held, links, "", path, query)
    to = links.page(node) if is_page else links.data(node)
    return Answer(b"", HTML, 303, (("Location", to), ("Vary", "Accept")))


def _node(held: Held, links: Links, params: dict[str, str], path: str) -> NamedNode | BlankNode:
    iri, (_, named_so, name) = params.get("iri", ""), path.partition("/page/")
    if not iri and not named_so:
        raise Problem("not-found", "name a thing: /page/NAME or /page?iri=IRI")
    return _named(held, links, iri, name)


def _named(
    held: Held, links: Links, iri: str, path: str, query: str | None = None
) -> NamedNode | BlankNode:
    try:
        return named(held.store(links.viewpoint), iri, path, query)
    except KgError as error:
        raise Problem("bad-request", str(error)) from None
