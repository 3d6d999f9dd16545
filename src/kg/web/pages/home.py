"""The first page: what this is, what happened last, and how to ask."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode, Store

from kg.namespaces import GRAPH, RDF, REL, is_inferred
from kg.web.pages.catalogue import misfit, shipped
from kg.web.pages.events import latest
from kg.web.pages.rendering import render
from kg.web.pages.words import Link, call, linked

if TYPE_CHECKING:
    from kg.results import Term
    from kg.web.links import Links
    from kg.web.responses import Answer
    from kg.web.workers.held import Held

__all__ = ["home"]

_EVENTS = 6
_KINDS = 24
_ASKED = (
    "tension-raising-events",
    "disputed-claims",
    "doubts",
    "events-in-order",
    "missions",
    "tension-by-viewpoint",
)


def home(held: Held, links: Links, *, here: str) -> Answer:
    """Set the first page."""
    store = held.store(links.viewpoint)
    events, count = latest(store, links, _EVENTS)
    relation = next(store.quads_for_pattern(None, RDF.type, REL.BilateralRelation), None)
    return render(
        "home.html",
        held,
        links,
        here=here,
        relation=linked(store, links, relation.subject) if relation else None,
        parties=_parties(store, links),
        sources=_main_sources(store, links),
        counts=_counts(store),
        events=events,
        event_count=count,
        standings=_standings(store),
        kinds=_kinds(store, links),
        asked=_asked(held, links),
        endpoint=links.to("/sparql"),
    )


def _parties(store: Store, links: Links) -> list[Link]:
    found = {
        party.object
        for quad in store.quads_for_pattern(None, RDF.type, REL.BilateralRelation)
        for party in store.quads_for_pattern(quad.subject, REL.hasParty, None)
    }
    return sorted((linked(store, links, one) for one in found), key=lambda one: one.text)


def _main_sources(store: Store, links: Links) -> list[tuple[Link, int]]:
    """Return who makes the most claims."""
    found = Counter(quad.object for quad in store.quads_for_pattern(None, REL.assertedBy, None))
    ordered = sorted(found.items(), key=lambda one: (-one[1], str(one[0])))
    return [(linked(store, links, node), count) for node, count in ordered[:8]]


def _counts(store: Store) -> list[tuple[str, int]]:
    facts = _size(store, GRAPH.asserted) + _size(store, GRAPH.reference)
    derived = sum(_size(store, g) for g in store.named_graphs() if is_inferred(g))
    claims = _many(store, REL.Claim)
    told = [
        ("facts", facts),
        ("facts that follow", derived),
        ("claims", claims),
        ("sources", _many(store, REL.Source)),
    ]
    if not facts and not claims:
        told = [("triples", len(store)), ("graphs", sum(1 for _ in store.named_graphs()))]
    return [(words, number) for words, number in told if number]


def _size(store: Store, graph: NamedNode | BlankNode) -> int:
    return sum(1 for _ in store.quads_for_pattern(None, None, None, graph))


def _many(store: Store, kind: NamedNode) -> int:
    return len({quad.subject for quad in store.quads_for_pattern(None, RDF.type, kind)})


def _standings(store: Store) -> list[tuple[str, str, int]]:
    found = Counter(quad.object for quad in store.quads_for_pattern(None, REL.standing, None))
    ordered = sorted(found.items(), key=lambda one: (-one[1], str(one[0])))
    return [(call(store, node), str(node), count) for node, count in ordered]


def _kinds(store: Store, links: Links) -> list[tuple[Link, int]]:
    """Return what there is most of, by what is asserted of things and not by what follows."""
    graph = GRAPH.asserted if _size(store, GRAPH.asserted) else None
    found: Counter[Term] = Counter()
    for number, quad in enumerate(store.quads_for_pattern(None, RDF.type, None, graph)):
        if number > 200_000:  # noqa: PLR2004 - counting more would take the time of a page
            return []
        if not isinstance(quad.object, Literal):
            found[quad.object] += 1
    ordered = sorted(found.items(), key=lambda one: (-one[1], str(one[0])))
    return [(linked(store, links, node), count) for node, count in ordered[:_KINDS]]


def _asked(held: Held, links: Links) -> list[tuple[str, str]]:
    known = shipped()
    return [
        (links.query(slug), known[slug].summary)
        for slug in _ASKED
        if slug in known and not misfit(held, known[slug], links.viewpoint)
    ]
