"""The page of the viewpoints, and the way from one to another."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from pyoxigraph import NamedNode, Store, Triple

from kg.dataset.viewpoints import slug_of
from kg.namespaces import GRAPH, RDF, REL, SKOS, is_inferred
from kg.web.layout import opened, render, viewpoint_label
from kg.web.links import Link, call, first, linked, sentence, values
from kg.web.responses import Answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kg.web.links import Links
    from kg.web.workers.held import Held

__all__ = ["Change", "Stance", "page", "way_back"]

_LABELLED = REL.date, REL.earliest, REL.latest


@dataclass(frozen=True)
class Change:
    """A fact that counts from one viewpoint and not from another."""

    sentence: str
    href: str


@dataclass(frozen=True)
class Stance:
    """A viewpoint, and what it comes to.

    Args:
        slug: its name in addresses.
        label: what people call it.
        definition: whom it believes.
        accepts: the standings whose claims count.
        agents: those all of whose claims count.
        facts: how many facts it accepts.
        follows: how many follow.
        raising: the events that raise tension.
        added: the facts that do not count from the default viewpoint.
        missing: those of the default viewpoint that do not count from here.
        same: further viewpoints that accept the same facts.
        is_here: whether it is the one that is looked from.
        is_default: whether it goes without saying.
        href: this page from there.
    """

    slug: str
    label: str
    definition: str
    accepts: tuple[str, ...]
    agents: tuple[Link, ...]
    facts: int
    follows: int
    raising: tuple[Link, ...]
    added: tuple[Change, ...]
    missing: tuple[Change, ...]
    same: tuple[str, ...]
    is_here: bool
    is_default: bool
    href: str


def page(held: Held, *, params: Mapping[str, str], path: str, base: str) -> Answer:
    """Return the page of the viewpoints; with ``back``, send the reader back there instead.

    Args:
        held: what is served.
        params: of the request: ``back`` and ``viewpoint``.
        path: of the request.
        base: what absolute links begin with.

    Raises:
        UnknownName: there is no such viewpoint.
    """
    links, here = opened(held, params, path, base)
    if params.get("back"):
        default = held.edition.viewpoint
        slug = params.get("viewpoint") or default
        to = way_back(params["back"], None if slug == default else slug, links.base_path)
        return Answer(b"", "text/plain; charset=utf-8", 303, (("Location", to),))
    return render("viewpoints.html", held, links, here=here, stances=_all(held, links))


def way_back(back: str, viewpoint: str | None, base_path: str) -> str:
    """Return an address of this endpoint with another viewpoint; its start for any other address.

    >>> way_back("/search?q=a+b&viewpoint=x", "undisputed", "/")
    '/search?q=a+b&viewpoint=undisputed'
    >>> way_back("//evil.example/", None, "/"), way_back("https://evil.example/", None, "/")
    ('/', '/')
    """
    try:
        parts = urlsplit(back)
    except ValueError:
        return base_path
    plain = not any(ord(one) <= ord(" ") or one == "\\" for one in back)
    inside = back.startswith(base_path) and not back.startswith("//")
    climbs = ".." in unquote(parts.path).split("/")
    if parts.scheme or parts.netloc or climbs or not plain or not inside:
        return base_path
    kept = [(key, value) for key, value in parse_qsl(parts.query) if key != "viewpoint"]
    if viewpoint:
        kept.append(("viewpoint", viewpoint))
    return f"{parts.path}?{urlencode(kept)}" if kept else parts.path


def _all(held: Held, links: Links) -> list[Stance]:
    from kg.web.layout import site

    base = held.store()
    facts, _ = _size(base)
    found = []
    choices = site(held, links.viewpoint).viewpoints
    for one in choices:
        if one.same_as:
            continue
        same = tuple(other.label for other in choices if other.same_as == one.slug)
        found.append(_stance(held, links, one.slug, facts, same))
    return found


def _stance(
    held: Held, links: Links, slug: str, default: frozenset[Triple], same: tuple[str, ...]
) -> Stance:
    store = held.store(slug)
    is_default = slug == held.edition.viewpoint
    seen = replace(links, viewpoint=None if is_default else slug)
    node = _node(store, slug)
    facts, follows = _size(store)
    kind = REL.TensionRaisingEvent
    raising = {quad.subject for quad in store.quads_for_pattern(None, RDF.type, kind)}
    return Stance(
        slug=slug,
        label=viewpoint_label(store, slug),
        definition=first(store, node, SKOS.definition) if node else "",
        accepts=tuple(call(store, one) for one in values(store, node, REL.acceptsStanding))
        if node
        else (),
        agents=tuple(linked(store, seen, one) for one in values(store, node, REL.accordingTo))
        if node
        else (),
        facts=len(facts),
        follows=follows,
        raising=tuple(
            sorted((linked(store, seen, one) for one in raising), key=lambda one: one.text)
        ),
        added=_changes(store, seen, facts - default),
        missing=_changes(held.store(), replace(links, viewpoint=None), default - facts),
        same=same,
        is_here=(links.viewpoint or held.edition.viewpoint) == slug,
        is_default=is_default,
        href=seen.to("/viewpoint"),
    )


def _node(store: Store, slug: str) -> NamedNode | None:
    quads = store.quads_for_pattern(None, RDF.type, REL.Viewpoint)
    nodes = sorted({q.subject for q in quads if isinstance(q.subject, NamedNode)}, key=str)
    return next((one for one in nodes if slug_of(one) == slug), None)


def _size(store: Store) -> tuple[frozenset[Triple], int]:
    facts = frozenset(
        quad.triple
        for graph in (GRAPH.asserted, GRAPH.reference)
        for quad in store.quads_for_pattern(None, None, None, graph)
    )
    follows = sum(
        1
        for graph in store.named_graphs()
        if is_inferred(graph)
        for _ in store.quads_for_pattern(None, None, None, graph)
    )
    return facts, follows


def _changes(store: Store, links: Links, triples: frozenset[Triple]) -> tuple[Change, ...]:
    told = [one for one in triples if one.predicate not in _LABELLED[1:]]
    made = [Change(sentence(store, one), links.why(tuple(one))) for one in told]
    return tuple(sorted(made, key=lambda one: (one.sentence, one.href)))
