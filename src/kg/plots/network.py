"""The network of two States as a picture: each on its side, and between them what they share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kg.english import counted
from kg.evidence import instances, is_a, kind_of, name, objects, subjects
from kg.namespaces import REL
from kg.plots.events import (
    Event,
    Filter,
    effect_of,
    events_in_order,
    parties,
    read_event,
    source_line,
    spans_of,
)
from kg.plots.fonts import wrapped
from kg.plots.marks import effects_of, legend, mark
from kg.plots.picture import NARROW, NothingToDraw, Picture
from kg.plots.svg import DASHES, Group, arrow_head, curve, number, rectangle, segment, text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pyoxigraph import NamedNode, Store

    from kg.plots.marks import Entry
    from kg.plots.picture import Row
    from kg.plots.svg import Element

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
    found = _collect_ties(store, shown or Filter())
    if found is None or not found.things:
        raise NothingToDraw(
            "nothing ties two States in the graph, so that there is nothing to draw"
        )
    first, second = (name(store, one) for one in found.pair)
    things = {one.node: one for one in found.things}
    return Picture(
        name="network",
        title=f"{first} and {second}: what ties them",
        summary=f"What is related to {first}, to {second}, and to both. {_summary(found.things)}.",
        draw=_Diagram(found, (first, second), link).draw,
        columns=("thing", "kind", "relation", "to", "date"),
        rows=tuple(_row(store, one, things) for one in found.ties),
        notes=(*found.notes, _HOW),
        source=source_line(store, viewpoint),
        linked=link is not None,
    )


def _row(store: Store, tie: _Tie, things: dict[NamedNode, _Thing]) -> Row:
    one = things.get(tie.source)
    return (
        (name(store, tie.source), tie.source.value),
        (one.kind if one else "State", ""),
        (tie.words, ""),
        (name(store, tie.target), tie.target.value),
        (one.event.when if one and one.event else "", ""),
    )


# What ties two States: missions, events, organs, groups, other States, and by which relation.

#: The groups of things, with their heading and how many of each are drawn at most.
_GROUPS = {
    "event": ("Events", 24),
    "mission": ("Missions", 8),
    "tie": ("Relations, borders, cooperation", 8),
    "organ": ("Offices and government bodies", 8),
    "group": ("Organizations", 8),
    "state": ("Other States", 6),
}
#: How a thing is related to a State: the property, its group, and whether the thing comes first.
_TO_STATE = (
    ("initiatingState", "event"),
    ("affectedState", "event"),
    ("sendingState", "mission"),
    ("receivingState", "mission"),
    ("hasParty", "tie"),
    ("organOf", "organ"),
    ("accreditedTo", "organ"),
    ("presentIn", "group"),
)
#: How things that are drawn are related to each other.
_BETWEEN = ("respondsTo", "blamedOn", "claimedBy", "partOf")
#: By these, an organization is related to an event.
_ROLES = ("blamedOn", "claimedBy", "target", "actor")


@dataclass(frozen=True)
class _Tie:
    """A relation between two things: from the one that comes first in the triple."""

    source: NamedNode
    property: str
    words: str
    target: NamedNode


@dataclass
class _Thing:
    """A thing that is drawn.

    Args:
        node: names it.
        label: what to call it.
        group: one of ``GROUPS``.
        kind: what it is said to be.
        event: what is known of it where it is one.
        states: the States of the two that it is related to, each with the properties by which.
    """

    node: NamedNode
    label: str
    group: str
    kind: str
    event: Event | None = None
    states: dict[NamedNode, list[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class _Ties:
    """Two States, what is related to them, and what is said of what was left out."""

    pair: tuple[NamedNode, NamedNode]
    things: list[_Thing]
    ties: list[_Tie]
    notes: list[str]


def _collect_ties(store: Store, shown: Filter) -> _Ties | None:
    """Collect what ties the two States that the graph is about; None where it has no two."""
    pair = parties(store) or _busiest(store)
    if pair is None:
        return None
    found: dict[NamedNode, _Thing] = {}
    for local, group in _TO_STATE:
        for state in pair:
            for node in subjects(store, REL[local], state):
                if node not in pair and (group != "event" or _shown(store, node, shown)):
                    thing = found.setdefault(node, _thing(store, node, group))
                    thing.states.setdefault(state, []).append(local)
    _colonies(store, pair, found)
    kept, notes = _limited(store, found)
    _organizations(store, pair, kept)
    if shown.words:
        notes.insert(0, f"Events shown: {shown.words}.")
    return _Ties(pair, list(kept.values()), _ties(store, pair, kept), notes)


def _shown(store: Store, node: NamedNode, shown: Filter) -> bool:
    if shown.effect not in ("", effect_of(store, node)):
        return False
    return not (shown.since or shown.until) or shown.admits(spans_of(store, node))


def _thing(store: Store, node: NamedNode, group: str) -> _Thing:
    return _Thing(node, name(store, node), group, kind_of(store, node))


def _busiest(store: Store) -> tuple[NamedNode, NamedNode] | None:
    """Return the two States with most events between them."""
    counts: dict[tuple[NamedNode, NamedNode], int] = {}
    for state in instances(store, REL.State):
        for node in subjects(store, REL.initiatingState, state):
            for other in objects(store, node, REL.affectedState):
                if other != state:
                    first, second = sorted((state, other), key=lambda one: one.value)
                    counts[first, second] = counts.get((first, second), 0) + 1
    ranked = sorted(counts, key=lambda two: (-counts[two], two[0].value, two[1].value))
    if ranked:
        return ranked[0]
    states = instances(store, REL.State)
    return (states[0], states[1]) if len(states) > 1 else None


def _colonies(
    store: Store, pair: tuple[NamedNode, NamedNode], found: dict[NamedNode, _Thing]
) -> None:
    for state in pair:
        for node in objects(store, state, REL.formerColonyOf):
            if node not in pair:
                thing = found.setdefault(node, _thing(store, node, "state"))
                thing.states.setdefault(state, []).append("formerColonyOf")
    # A State that acts or is affected beside the two, such as in talks.
    for thing in [one for one in found.values() if one.group == "event"]:
        for node in objects(store, thing.node, REL.initiatingState, REL.affectedState):
            if node not in pair and is_a(store, node, REL.State):
                found.setdefault(node, _thing(store, node, "state"))


def _limited(
    store: Store, found: dict[NamedNode, _Thing]
) -> tuple[dict[NamedNode, _Thing], list[str]]:
    """Keep so many of each group as a picture can hold, and say how many there are."""
    kept: dict[NamedNode, _Thing] = {}
    notes = []
    order = {node: place for place, node in enumerate(events_in_order(store)[0])}
    for group, (heading, most) in _GROUPS.items():
        # What ties both States comes before what ties one of them.
        every = [one for one in found.values() if one.group == group]
        every.sort(key=lambda one: (-len(one.states), -order.get(one.node, -1), one.node.value))
        if len(every) > most:
            then = "the latest" if group == "event" else "in the order of their identifiers"
            notes.append(
                f"{heading}: {most} of {len(every):,} are drawn, those of both States first, "
                f"{then}."
            )
        chosen = every[:most]
        for one in chosen:
            one.event = read_event(store, one.node) if group == "event" else None
        chosen.sort(key=lambda one: (order.get(one.node, len(order)), one.node.value))
        kept |= {one.node: one for one in chosen}
    return kept, notes


def _organizations(
    store: Store, pair: tuple[NamedNode, NamedNode], kept: dict[NamedNode, _Thing]
) -> None:
    """Add the organizations that have a part in an event that is drawn."""
    for thing in [one for one in kept.values() if one.group == "event"]:
        for local in _ROLES:
            for node in objects(store, thing.node, REL[local]):
                if node in kept or node in pair or not is_a(store, node, REL.Organization):
                    continue
                if sum(one.group == "group" for one in kept.values()) < _GROUPS["group"][1]:
                    kept[node] = _thing(store, node, "group")


def _ties(
    store: Store, pair: tuple[NamedNode, NamedNode], kept: dict[NamedNode, _Thing]
) -> list[_Tie]:
    found = []
    for thing in kept.values():
        for state, properties in thing.states.items():
            for local in dict.fromkeys(properties):
                words = name(store, REL[local])
                ends = (state, thing.node) if local == "formerColonyOf" else (thing.node, state)
                found.append(_Tie(ends[0], local, words, ends[1]))
        among = (*_BETWEEN, *(_ROLES if thing.group == "event" else ()))
        among += ("initiatingState", "affectedState") if thing.group == "event" else ()
        found += [
            _Tie(thing.node, local, name(store, REL[local]), node)
            for local in dict.fromkeys(among)
            for node in objects(store, thing.node, REL[local])
            if node in kept and node not in pair
        ]
    neighbours = REL.neighbours
    if pair[1] in objects(store, pair[0], neighbours):
        found.append(_Tie(pair[0], "neighbours", name(store, neighbours), pair[1]))
    return found


def _summary(things: list[_Thing]) -> str:
    """Say how many things of each group are drawn."""
    parts = []
    for group, (heading, _) in _GROUPS.items():
        count = sum(one.group == group for one in things)
        if count:
            parts.append(f"{heading}: {counted(count, 'thing')}")
    return "; ".join(parts)


# The diagram: boxes in columns, between and beside two States, and the lines between them.

_GAP = 7.0
#: Of the columns beside the two States, and of the room on each side of a State's bar.
_SIDE, _GUTTER, _NARROW_GUTTER = 196.0, 44.0, 30.0
_BAR, _NARROW_BAR = 30.0, 24.0
#: A State's name stands on its bar once in so much of it, to be in sight beside every box.
_NAME_EVERY = 420.0
#: Of the ties between things, this one is a curve where both stand in one column; the others are
#: words in the box of the thing that they are said of.
_CURVE = "respondsTo"
_IN_BOX = ("partOf", "blamedOn", "claimedBy", "target", "actor", _CURVE)
_ACTS = {"initiatingState", "sendingState"}
_IS_AFFECTED = {"affectedState", "receivingState"}


@dataclass
class _Box:
    thing: _Thing
    column: int
    left: float
    top: float
    width: float
    small: list[str]

    @property
    def room(self) -> float:
        return self.width - (35 if self.thing.event else 18)

    @property
    def lines(self) -> list[str]:
        return wrapped(self.thing.label, 12, self.room)

    @property
    def height(self) -> float:
        return 10.0 + 14.5 * len(self.lines) + 12.5 * len(self.small)

    @property
    def middle(self) -> float:
        return self.top + self.height / 2


@dataclass(frozen=True)
class _Layout:
    """Where the bars of the two States are, and the three columns: left edge and width."""

    bars: tuple[float, float]
    bar: float
    columns: tuple[tuple[float, float], ...]
    narrow: bool

    @classmethod
    def of(cls, width: float) -> _Layout:
        """Return the layout for a width: on a phone the columns stand below each other."""
        if width <= NARROW:
            bar, left = _NARROW_BAR, 10 + _NARROW_BAR + _NARROW_GUTTER
            column = (left, width - 2 * left)
            return cls((10.0, width - 10 - bar), bar, (column, column, column), narrow=True)
        first = 16 + _SIDE + _GUTTER
        inner = first + _BAR + _GUTTER + 8
        columns = ((16.0, _SIDE), (inner, width - 2 * inner), (width - 16 - _SIDE, _SIDE))
        return cls((first, width - first - _BAR), _BAR, columns, narrow=False)


class _Diagram:
    """Draws what ties two States.

    Args:
        found: the States, the things and the ties.
        names: of the two States.
        link: from the IRI of a thing to the address of its page.
    """

    def __init__(
        self, found: _Ties, names: tuple[str, str], link: Callable[[str], str] | None
    ) -> None:
        self.web, self.names, self.link = found, names, link
        self._things = {one.node: one for one in found.things}

    def draw(self, root: Element, top: float, width: float) -> float:
        """Draw all, and return how far down it reaches."""
        layout = _Layout.of(width)
        boxes: dict[NamedNode, _Box] = {}
        headings = Group()
        bottom = top + 8
        for column in (1, 0, 2) if layout.narrow else (0, 1, 2):
            start = bottom if layout.narrow else top + 8
            bottom = max(bottom, self._stack(headings, boxes, layout, column, start))
        for x, words in zip(layout.bars, self.names, strict=True):
            _bar(root, (x, top + 8), (layout.bar, bottom - top - 8), words)
        root.children.append(headings)
        for box in boxes.values():
            self._lines(root, box, layout)
        for tie in self.web.ties:
            self._curve(root, tie, boxes, layout)
        for box in boxes.values():
            self._box(root, box)
        return legend(root, bottom + 4, width, self._entries())

    def _column(self, thing: _Thing) -> int:
        """Return 0 for what is related to one State, 2 for the other, 1 for both."""
        if thing.states:
            places = [self.web.pair.index(state) for state in thing.states]
            return 1 if len(places) > 1 else 2 * places[0]
        # Beside the first thing that it is related to.
        for tie in self.web.ties:
            if thing.node in {tie.source, tie.target}:
                other = tie.target if tie.source == thing.node else tie.source
                near = self._things.get(other)
                if near and near.states:
                    return self._column(near)
        return 1

    def _stack(
        self,
        headings: Element,
        boxes: dict[NamedNode, _Box],
        layout: _Layout,
        column: int,
        y: float,
    ) -> float:
        """Lay the things of a column below each other, and return how far down they reach."""
        things = [one for one in self.web.things if self._column(one) == column]
        if not things:
            return y
        left, width = layout.columns[column]
        words = f"Related to {(self.names[0], 'both', self.names[1])[column]}"
        for line in wrapped(words, 12.5, width, bold=True):
            y += 15
            text(headings, left, y, line, size=12.5, bold=True)
        for group, (plural, _) in _GROUPS.items():
            inside = [one for one in things if one.group == group]
            if not inside:
                continue
            y += 18
            text(headings, left, y, plural, size=11, fill="muted")
            y += 6
            for one in inside:
                box = _Box(one, column, left, y, width, [])
                box.small = [
                    line
                    for part in self._small(box, things)
                    for line in wrapped(part, 10.5, box.room)
                ]
                boxes[one.node] = box
                y += box.height + _GAP
        return y + 8

    def _small(self, box: _Box, beside: list[_Thing]) -> Iterator[str]:
        """Yield what a box says below its name: its kind, its date, and what no line shows."""
        thing = box.thing
        when = thing.event.when or "no date" if thing.event else ""
        yield " · ".join(filter(None, [thing.kind, when]))
        here = {one.node for one in beside}
        said = set()
        for tie in self.web.ties:
            other = self._things.get(tie.target)
            curved = tie.property == _CURVE and tie.target in here
            if tie.source == thing.node and tie.property in _IN_BOX and other and not curved:
                words = f"{tie.words}: {other.label}"
                if words not in said:
                    yield words
                said.add(words)
            near = self._things.get(tie.source)
            if not thing.states and tie.target == thing.node and near and near.event:
                words = f"in: {near.label}"
                if words not in said:
                    yield words
                said.add(words)

    def _lines(self, root: Element, box: _Box, layout: _Layout) -> None:
        """Draw the lines between a thing and the States that it is related to."""
        one, y = box.thing.event, box.middle
        for state, properties in box.thing.states.items():
            bar = layout.bars[self.web.pair.index(state)]
            right = bar < box.left
            edge = bar + layout.bar if right else bar
            end = box.left if right else box.left + box.width
            acts, affected = _ACTS & set(properties), _IS_AFFECTED & set(properties)
            stroke = one.effect if one and (acts or affected) else "edge"
            dashes = DASHES if one and one.disputed else None
            segment(root, (edge, y), (end, y), stroke, 1.6, dashes)
            sign = 1 if right else -1
            if acts:
                arrow_head(root, (end, y), sign, stroke)
            if affected:
                arrow_head(root, (edge, y), -sign, stroke)

    @staticmethod
    def _curve(root: Element, tie: _Tie, boxes: dict[NamedNode, _Box], layout: _Layout) -> None:
        """Draw what answers what, beside the column that both stand in."""
        one, other = boxes.get(tie.source), boxes.get(tie.target)
        if tie.property != _CURVE or not one or not other or one.column != other.column:
            return
        words = f"{one.thing.label} — {tie.words} — {other.thing.label}"
        group = Group(words, class_="tie")
        root.children.append(group)
        outer = one.column == 0 and not layout.narrow
        x = one.left if outer else one.left + one.width
        reach = min(24.0 if layout.narrow else 34.0, 10 + abs(one.middle - other.middle) * 0.12)
        far = x - min(reach, 14.0) if outer else x + reach
        start, end = one.middle + 5, other.middle + (-5 if other.top > one.top else 5)
        curve(group, (x, start), ((far, start), (far, end)), (x, end))
        arrow_head(group, (x, end), 1 if outer else -1, "muted", size=5)

    def _box(self, root: Element, box: _Box) -> None:
        one = box.thing
        words = ". ".join(filter(None, [one.label, *box.small]))
        group: Element = Group(words, data_iri=one.node.value, class_=one.group)
        root.children.append(group)
        if self.link:
            group = group.add("a", href=self.link(one.node.value))
        effect = one.event.effect if one.event else "edge"
        disputed = bool(one.event and one.event.disputed)
        look = {"rx": 5, "stroke": effect, "stroke_width": 1.3}
        dashes = DASHES if disputed else None
        size = (box.width, box.height)
        rectangle(group, (box.left, box.top), size, "paper", **look, stroke_dasharray=dashes)
        if one.event:
            mark(group, box.left + 14, box.top + 14.5, effect, size=5.5, disputed=disputed)
        x, y = box.left + box.width - box.room - 9, box.top + 4.5
        for line in box.lines:
            y += 14.5
            text(group, x, y, line, size=12)
        for line in box.small:
            y += 12.5
            text(group, x, y, line, size=10.5, fill="muted")

    def _entries(self) -> list[Entry]:
        entries: list[Entry] = [(_sample_arrow, "acts or sends → is affected or receives")]
        entries += effects_of(one.event for one in self.web.things if one.event)
        if any(tie.property == _CURVE for tie in self.web.ties):
            entries.append((_sample_curve, "answers"))
        return entries


def _bar(root: Element, corner: tuple[float, float], size: tuple[float, float], words: str) -> None:
    rectangle(root, corner, size, "faint", rx=6, stroke="edge", stroke_width=1)
    count = max(1, int(size[1] // _NAME_EVERY))
    for place in range(count):
        x, y = corner[0] + size[0] / 2, corner[1] + size[1] * (place + 0.5) / count
        turned = f"rotate(-90 {number(x)} {number(y)})"
        text(
            root,
            x,
            y + 5,
            words.upper(),
            size=14,
            bold=True,
            anchor="middle",
            letter_spacing=2,
            transform=turned,
        )


def _sample_arrow(parent: Element, x: float, y: float) -> None:
    segment(parent, (x - 13, y), (x + 8, y), "edge", 1.6)
    arrow_head(parent, (x + 14, y), 1, "edge")


def _sample_curve(parent: Element, x: float, y: float) -> None:
    curve(parent, (x - 4, y - 7), ((x + 12, y - 7), (x + 12, y + 6)), (x - 2, y + 6))
    arrow_head(parent, (x - 4, y + 6), -1, "muted", size=4)
