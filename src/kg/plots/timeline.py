"""The events of a graph in time: a line for each, and no day that the source does not give."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kg.english import counted
from kg.plots.axis import axis, grid, ruler
from kg.plots.events import (
    EFFECTS,
    Event,
    Filter,
    effect_of,
    events_in_order,
    read_event,
    source_line,
    spans_of,
    subject,
)
from kg.plots.fonts import fitted, wrapped
from kg.plots.fonts import width as measured
from kg.plots.marks import bar, bar_entries, effects_of, legend, mark
from kg.plots.picture import NARROW, WIDE, NothingToDraw, Picture
from kg.plots.svg import Group, rectangle, segment, text

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyoxigraph import NamedNode, Store

    from kg.dates import Span
    from kg.plots.axis import Axis
    from kg.plots.picture import Row
    from kg.plots.svg import Element

__all__ = ["MOST", "timeline"]

#: A picture with more lines is not read: so many events with a date, and so many without.
MOST = 40
_LABELS = 398.0
_MARGIN = 16.0
_INDENT = 20.0


def timeline(
    store: Store,
    *,
    link: Callable[[str], str] | None = None,
    viewpoint: str = "",
    shown: Filter | None = None,
) -> Picture:
    """Draw the events of a graph in time.

    Args:
        store: the graph.
        link: from the IRI of a thing to the address of its page.
        viewpoint: the one that the store is of, for the source line.
        shown: which events; all unless given.

    Raises:
        NothingToDraw: there is no event to draw.
    """
    chosen = _choose(store, shown or Filter())
    lines = _Lines(chosen.dated, chosen.undated, link)
    laid = lines.axis(WIDE)
    told = ", ".join([f"{one.label}, {one.when}" for one in chosen.dated])
    return Picture(
        name="timeline",
        title=f"{subject(store)}: events in time",
        summary=f"{counted(len(chosen.dated), 'event')} with a date: {told or 'none'}. "
        f"{counted(len(chosen.undated), 'event')} without a date.",
        draw=lines.draw,
        columns=(
            "event",
            "kind",
            "date",
            "tension",
            "by → towards",
            "says who",
            "denied by",
            "disputed",
        ),
        rows=tuple(_row(one) for one in (*chosen.dated, *chosen.undated)),
        notes=tuple(filter(None, (*chosen.notes, laid.note() if laid else ""))),
        source=source_line(store, viewpoint),
        linked=link is not None,
    )


@dataclass(frozen=True)
class _Chosen:
    dated: list[Event]
    undated: list[Event]
    notes: tuple[str, ...]


def _choose(store: Store, shown: Filter) -> _Chosen:
    dated, undated = events_in_order(store)
    whole = len(dated) + len(undated)
    if not whole:
        raise NothingToDraw("there is no event in the graph, so that there is nothing to draw")
    if shown.effect:
        dated = [node for node in dated if effect_of(store, node) == shown.effect]
        undated = [node for node in undated if effect_of(store, node) == shown.effect]
    if shown.since or shown.until:
        dated = [node for node in dated if shown.admits(spans_of(store, node))]
        undated = [node for node in undated if _may_be(shown, spans_of(store, node))]
    left = len(dated) + len(undated)
    if not left:
        raise NothingToDraw(f"no event is left ({shown.words}), so that there is nothing to draw")
    notes = []
    if shown.words:
        notes.append(f"Shown: {shown.words}; {left:,} of {counted(whole, 'event')}.")
        if undated and (shown.since or shown.until):
            notes.append("Those without a date may lie at any time, and are all here.")
    if len(dated) > MOST:
        notes.append(
            f"Of {len(dated):,} events with a date, the {MOST} that began last are drawn; "
            "choose another time to see others."
        )
    if len(undated) > MOST:
        notes.append(
            f"Of {len(undated):,} events without a date, {MOST} are drawn, "
            "in the order of their identifiers."
        )
    drawn = dated[-MOST:], undated[:MOST]
    return _Chosen(_events(store, drawn[0]), _events(store, drawn[1]), tuple(notes))


def _may_be(shown: Filter, spans: tuple[Span, ...]) -> bool:
    return not spans or shown.admits(spans)


def _events(store: Store, nodes: list[NamedNode]) -> list[Event]:
    return [read_event(store, node) for node in nodes]


def _row(one: Event) -> Row:
    return (
        (one.label, one.iri),
        (one.kind, ""),
        (one.when or "none given", ""),
        (EFFECTS[one.effect], ""),
        (one.direction, ""),
        (", ".join(one.said_by), ""),
        (", ".join(one.denied_by), ""),
        (", ".join(one.disputed), ""),
    )


class _Lines:
    """Draws a line for each event."""

    def __init__(
        self, dated: list[Event], undated: list[Event], link: Callable[[str], str] | None
    ) -> None:
        self.dated, self.undated, self.link = dated, undated, link

    def axis(self, width: float) -> Axis | None:
        """Return the axis for a picture of some width; None where no event has a date."""
        stretches = [one.known for each in self.dated for one in each.spans if one.known]
        left = _MARGIN if width <= NARROW else _LABELS
        return axis(stretches, left, width - _MARGIN - 26) if stretches else None

    def draw(self, root: Element, top: float, width: float) -> float:
        """Draw the dated events on their axis, then the others, then the legend."""
        laid, y = self.axis(width), top
        if laid:
            y = self._dated(root, y, width, laid)
        if self.undated:
            y = self._undated(root, y + 14, width)
        entries = effects_of((*self.dated, *self.undated)) + bar_entries(self.dated)
        return legend(root, y + 4, width, entries)

    def _dated(self, root: Element, top: float, width: float, laid: Axis) -> float:
        narrow = width <= NARROW
        room = (width - _MARGIN if narrow else _LABELS - 26) - _MARGIN - _INDENT
        heights = [_height(one, room) + (38 if narrow else 16) for one in self.dated]
        body = ruler(root, laid, top)
        grid(root, laid, body, body + sum(heights))
        y = body
        for place, (one, height) in enumerate(zip(self.dated, heights, strict=True)):
            if place:
                segment(root, (_MARGIN, y), (width - _MARGIN, y), "rule", 0.7)
            group = _group(root, one, self.link)
            if narrow:
                # The words stand on paper, the bar below them on the grid.
                rectangle(group, (0, y + 0.5), (width, height - 33), "paper")
            used = _label(group, one, (_MARGIN, y), room)
            for span in one.spans:
                bar(group, one, span, laid, y + used + 12 if narrow else y + height / 2)
            y += height
        return y

    def _undated(self, root: Element, top: float, width: float) -> float:
        columns = 1 if width <= NARROW else 2
        step = (width - 2 * _MARGIN) / columns
        segment(root, (_MARGIN, top), (width - _MARGIN, top), "edge")
        y = top + 24
        lack = (
            "a date that can be drawn"
            if any(one.when for one in self.undated)
            else "a date in the graph"
        )
        words = f"Without {lack} ({len(self.undated)}), in no order of time"
        for line in wrapped(words, 12.5, width - 2 * _MARGIN, bold=True):
            text(root, _MARGIN, y, line, size=12.5, bold=True)
            y += 17
        half = -(-len(self.undated) // columns)
        ends = []
        for column in range(columns):
            at = y - 6
            for one in self.undated[column * half : (column + 1) * half]:
                group = _group(root, one, self.link)
                at += _label(group, one, (_MARGIN + column * step, at), step - 36) + 10
            ends.append(at)
        return max(ends)


def _group(root: Element, one: Event, link: Callable[[str], str] | None) -> Element:
    told = ". ".join(filter(None, [one.label, one.when or "no date", one.direction]))
    group = Group(told, data_iri=one.iri, class_="event")
    root.children.append(group)
    return group.add("a", href=link(one.iri)) if link else group


def _details(one: Event, room: float) -> list[str]:
    lines = wrapped(" · ".join(filter(None, [one.when, one.direction])), 11, room)
    if one.said_by:
        more = len(one.said_by) - 1
        tail = f" and {counted(more, 'other')}" if more else ""
        lines.append(fitted(f"says {one.said_by[0]}", 11, room - measured(tail, 11)) + tail)
    if one.denied_by:
        lines += wrapped(f"denied by {', '.join(one.denied_by)}", 11, room)
    if one.disputed:
        lines += wrapped(f"disputed: {', '.join(one.disputed)}", 11, room)
    return [line for line in lines if line]


def _height(one: Event, room: float) -> float:
    return len(wrapped(one.label, 13, room)) * 16 + len(_details(one, room)) * 14


def _label(group: Element, one: Event, corner: tuple[float, float], room: float) -> float:
    """Write what an event is, and return how high that is."""
    x, y = corner[0] + _INDENT, corner[1] + 6
    mark(group, corner[0] + 7, corner[1] + 17, one.effect, disputed=bool(one.disputed))
    for line in wrapped(one.label, 13, room):
        y += 16
        text(group, x, y, line, size=13)
    for line in _details(one, room):
        y += 14
        fill = "doubt" if line.startswith(("disputed", "denied")) else "muted"
        text(group, x, y, line, size=11, fill=fill)
    return y + 2 - corner[1]
