"""The words around a picture: what the graph is of, how many, and whose data it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.evidence import name
from kg.namespaces import DEFAULT_VIEWPOINT, REL
from kg.plots.reading import instances, is_a, names, objects

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyoxigraph import NamedNode, Store

__all__ = ["counted", "listed", "parties", "source_line", "subject"]

_MOST_SOURCES = 2


def counted(number: int, noun: str) -> str:
    """Return a number with its noun.

    >>> counted(1, "event"), counted(1200, "event")
    ('1 event', '1,200 events')
    """
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def listed(words: Sequence[str]) -> str:
    """Return words in a row.

    >>> listed(["actor", "date", "place"])
    'actor, date, place'
    """
    return ", ".join(words)


def parties(store: Store) -> tuple[NamedNode, NamedNode] | None:
    """Return the two States that the graph is about: those of its one bilateral relation."""
    relations = instances(store, REL.BilateralRelation)
    if len(relations) != 1:
        return None
    found = [
        one for one in objects(store, relations[0], REL.hasParty) if is_a(store, one, REL.State)
    ]
    return (found[0], found[1]) if len(found) == 2 else None  # noqa: PLR2004 - it has two


def subject(store: Store) -> str:
    """Return what the graph is about, in a few words."""
    relations = instances(store, REL.BilateralRelation)
    if len(relations) == 1:
        return name(store, relations[0])
    states = names(store, instances(store, REL.State))
    return f"Relations of {counted(len(states), 'State')}" if states else "The graph"


def source_line(store: Store, viewpoint: str) -> str:
    """Say whose data a picture is drawn from."""
    sources = [name(store, one) for one in _main_sources(store)]
    told = listed(sources[:_MOST_SOURCES])
    if len(sources) > _MOST_SOURCES:
        told += f" and {counted(len(sources) - _MOST_SOURCES, 'other source')}"
    seen = f"Viewpoint: {viewpoint or DEFAULT_VIEWPOINT}."
    origin = f"the claims of {told}" if told else "the facts of the graph"
    return f"Drawn by kg from {origin}. {seen}"


def _main_sources(store: Store) -> list[NamedNode]:
    """Return the sources that make most claims in their own voice, those first."""
    from pyoxigraph import NamedNode

    counts: dict[NamedNode, int] = {}
    for quad in store.quads_for_pattern(None, REL.assertedBy, None):
        if isinstance(quad.object, NamedNode):
            counts[quad.object] = counts.get(quad.object, 0) + 1
    ranked = sorted(counts, key=lambda one: (-counts[one], one.value))
    return [one for one in ranked if is_a(store, one, REL.Source)]
