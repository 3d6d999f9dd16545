"""Boxes in columns, between and beside two States, and the lines between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kg.plots.bars import effects_of
from kg.plots.drawing import Group, number, text
from kg.plots.marks import legend, mark
from kg.plots.metrics import wrapped
from kg.plots.picture import NARROW
from kg.plots.shapes import DASHES, curve, head, rectangle, segment
from kg.plots.ties import GROUPS, Thing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pyoxigraph import NamedNode

    from kg.plots.drawing import Element
    from kg.plots.marks import Entry
    from kg.plots.ties import Tie, Web

__all__ = ["Board"]

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
    thing: Thing
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


class Board:
    """Draws what ties two States.

    Args:
        found: the States, the things and the ties.
        names: of the two States.
        link: from the IRI of a thing to the address of its page.
    """

    def __init__(
        self, found: Web, names: tuple[str, str], link: Callable[[str], str] | None
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

    def _column(self, thing: Thing) -> int:
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
        for group, (plural, _) in GROUPS.items():
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

    def _small(self, box: _Box, beside: list[Thing]) -> Iterator[str]:
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
                head(root, (end, y), sign, stroke)
            if affected:
                head(root, (edge, y), -sign, stroke)

    @staticmethod
    def _curve(root: Element, tie: Tie, boxes: dict[NamedNode, _Box], layout: _Layout) -> None:
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
        head(group, (x, end), 1 if outer else -1, "muted", size=5)

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
    head(parent, (x + 14, y), 1, "edge")


def _sample_curve(parent: Element, x: float, y: float) -> None:
    curve(parent, (x - 4, y - 7), ((x + 12, y - 7), (x + 12, y + 6)), (x - 2, y + 6))
    head(parent, (x - 4, y + 6), -1, "muted", size=4)
