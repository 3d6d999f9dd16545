"""The first page: what this is, which events raised tension last, and how to ask."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode, Store

from kg.dates import in_words
from kg.evidence import accounts
from kg.namespaces import GRAPH, RDF, REL, is_inferred
from kg.web.layout import opened, render
from kg.web.links import Link, call, linked, values
from kg.web.resources.saved_queries import misfit, shipped

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kg.results import Term
    from kg.web.links import Links
    from kg.web.responses import Answer
    from kg.web.workers.held import Held

__all__ = ["page"]


@dataclass(frozen=True)
class _Happening:
    """An event that raises tension.

    Args:
        event: the event.
        date: when it was, in words; empty where no source says.
        written: the same as it is written.
        place_in_time: the year, the month and the day that events are ordered by.
        speakers: who makes the claims about it that count.
        deniers: who denies some of these.
        disputed: how many of these claims are denied.
        claims: how many there are.
        why: the proof that it raises tension.
        is_inferred: whether that follows, or is given.
    """

    event: Link
    date: str
    written: str
    place_in_time: tuple[int, ...]
    speakers: tuple[Link, ...]
    deniers: tuple[Link, ...]
    disputed: int
    claims: int
    why: str
    is_inferred: bool


def _latest(store: Store, links: Links, most: int) -> tuple[list[_Happening], int]:
    """Return the events that raise tension, the latest first, those without a date last.

    Args:
        store: the graph.
        links: the addresses.
        most: how many to return at most.

    Returns:
        The events, and how many there are.
    """
    kind = REL.TensionRaisingEvent
    quads = store.quads_for_pattern(None, RDF.type, kind)
    nodes = sorted({q.subject for q in quads if isinstance(q.subject, NamedNode)}, key=str)
    found = [_happening(store, links, node) for node in nodes]
    found.sort(key=lambda one: (one.place_in_time, one.event.text), reverse=True)
    return found[:most], len(found)


_DAY = re.compile(r"(-?\d{4,})-(\d\d)-(\d\d)", re.ASCII)


def _place_in_time(day: str) -> tuple[int, ...]:
    match = _DAY.match(day)
    return tuple(map(int, match.groups())) if match else ()


def _happening(store: Store, links: Links, node: NamedNode) -> _Happening:
    dates = _texts(store, node, REL.date)
    days = _texts(store, node, REL.latest) or _texts(store, node, REL.earliest)
    told = accounts(store, node)
    return _Happening(
        event=linked(store, links, node),
        date=in_words(dates[0]) if dates else "",
        written=dates[0] if dates else "",
        place_in_time=max(map(_place_in_time, days), default=()),
        speakers=_agents(store, links, told.asserted_by),
        deniers=_agents(store, links, told.denied_by),
        disputed=len(told.disputed),
        claims=len(told.claims),
        why=links.why((node, RDF.type, REL.TensionRaisingEvent)),
        is_inferred=True,
    )


def _agents(store: Store, links: Links, agents: tuple[Term, ...]) -> tuple[Link, ...]:
    found = [linked(store, links, agent) for agent in agents]
    return tuple(sorted(found, key=lambda link: link.text))


def _texts(store: Store, node: NamedNode, predicate: NamedNode) -> list[str]:
    return [one.value for one in values(store, node, predicate) if isinstance(one, Literal)]


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


def page(held: Held, *, params: Mapping[str, str], path: str, base: str) -> Answer:
    """Return the first page.

    Args:
        held: what is served.
        params: of the request.
        path: of the request.
        base: what absolute links begin with.

    Raises:
        UnknownName: there is no such viewpoint.
    """
    links, here = opened(held, params, path, base)
    store = held.store(links.viewpoint)
    events, count = _latest(store, links, _EVENTS)
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
