"""Events as a list tells them: when, what, who says so, and whether anybody denies it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode, Store

from kg.namespaces import RDF, REL
from kg.web.pages.dates import in_words
from kg.web.pages.words import Link, linked, values

if TYPE_CHECKING:
    from kg.web.links import Links

__all__ = ["Happening", "latest"]


@dataclass(frozen=True)
class Happening:
    """An event that raises tension.

    Args:
        event: the event.
        date: when it was, in words; empty where no source says.
        written: the same as it is written.
        place_in_time: what events are ordered by.
        speakers: who makes claims about it.
        disputed: how many of these claims are denied.
        claims: how many there are.
        why: the proof that it raises tension.
        is_inferred: whether that follows, or is given.
    """

    event: Link
    date: str
    written: str
    place_in_time: str
    speakers: tuple[Link, ...]
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


def _happening(store: Store, links: Links, node: NamedNode) -> Happening:
    dates = _texts(store, node, REL.date)
    days = _texts(store, node, REL.latest) or _texts(store, node, REL.earliest)
    claims = sorted({q.subject for q in store.quads_for_pattern(None, RDF.subject, node)}, key=str)
    agents = {agent for claim in claims for agent in values(store, claim, REL.assertedBy)}
    disputed = [
        claim
        for claim in claims
        if REL.disputed in values(store, claim, REL.standing)
        or next(store.quads_for_pattern(None, REL.disputes, claim), None)
    ]
    return Happening(
        event=linked(store, links, node),
        date=in_words(dates[0]) if dates else "",
        written=dates[0] if dates else "",
        place_in_time=days[-1] if days else "",
        speakers=tuple(
            sorted((linked(store, links, one) for one in agents), key=lambda one: one.text)
        ),
        disputed=len(disputed),
        claims=len(claims),
        why=links.why((node, RDF.type, REL.TensionRaisingEvent)),
        is_inferred=True,
    )


def _texts(store: Store, node: NamedNode, predicate: NamedNode) -> list[str]:
    return [one.value for one in values(store, node, predicate) if isinstance(one, Literal)]
