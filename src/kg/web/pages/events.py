"""Events as a list tells them: when, what, who says so, and whether anybody denies it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode, Store

from kg.dates import in_words
from kg.evidence import accounts
from kg.namespaces import RDF, REL
from kg.web.pages.words import Link, linked, values

if TYPE_CHECKING:
    from kg.results import Term
    from kg.web.links import Links

__all__ = ["Happening", "latest"]


@dataclass(frozen=True)
class Happening:
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


def latest(store: Store, links: Links, most: int) -> tuple[list[Happening], int]:
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


def _happening(store: Store, links: Links, node: NamedNode) -> Happening:
    dates = _texts(store, node, REL.date)
    days = _texts(store, node, REL.latest) or _texts(store, node, REL.earliest)
    told = accounts(store, node)
    return Happening(
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
