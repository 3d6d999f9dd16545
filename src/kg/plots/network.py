"""What ties two States, as a picture: each on its side, and between them what they share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.evidence import name
from kg.plots.board import Board
from kg.plots.events import Filter
from kg.plots.picture import NothingToDraw, Picture
from kg.plots.ties import told, web
from kg.plots.wording import source_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyoxigraph import NamedNode, Store

    from kg.plots.picture import Row
    from kg.plots.ties import Thing, Tie

__all__ = ["network"]

_HOW = (
    "A line means that something is related to a State; an arrow runs from who acts or sends to "
    "who is affected or receives. What no line shows is said in the box."
)


def network(
    store: Store,
    *,
    link: Callable[[str], str] | None = None,
    viewpoint: str = "",
    shown: Filter | None = None,
) -> Picture:
    """Draw what ties two States: those of the one bilateral relation, or else the busiest two.

    Args:
        store: the graph.
        link: from the IRI of a thing to the address of its page.
        viewpoint: the one that the store is of, for the source line.
        shown: which events; all unless given.

    Raises:
        NothingToDraw: the graph has no two States, or nothing that ties them.
    """
    found = web(store, shown or Filter())
    if found is None or not found.things:
        raise NothingToDraw(
            "nothing ties two States in the graph, so that there is nothing to draw"
        )
    first, second = (name(store, one) for one in found.pair)
    things = {one.node: one for one in found.things}
    return Picture(
        name="network",
        title=f"{first} and {second}: what ties them",
        summary=f"What is related to {first}, to {second}, and to both. {told(found.things)}.",
        draw=Board(found, (first, second), link).draw,
        columns=("thing", "kind", "relation", "to", "date"),
        rows=tuple(_row(store, one, things) for one in found.ties),
        notes=(*found.notes, _HOW),
        source=source_line(store, viewpoint),
        linked=link is not None,
    )


def _row(store: Store, tie: Tie, things: dict[NamedNode, Thing]) -> Row:
    one = things.get(tie.source)
    return (
        (name(store, tie.source), tie.source.value),
        (one.kind if one else "State", ""),
        (tie.words, ""),
        (name(store, tie.target), tie.target.value),
        (one.event.when if one and one.event else "", ""),
    )
