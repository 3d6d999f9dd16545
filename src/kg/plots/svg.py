"""SVG, https://www.w3.org/TR/SVG2/: elements with escaped text, and shapes.

Colours are attributes and classes, never styles: a page with a strict policy shows them, and its
own rules may replace them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

from kg.plots.palette import colour

if TYPE_CHECKING:
    from collections.abc import Iterable

    Point = tuple[float, float]

__all__ = [
    "DASHES",
    "FONT",
    "Element",
    "Group",
    "arrow_head",
    "curve",
    "number",
    "polygon",
    "printable",
    "rectangle",
    "segment",
    "text",
]

#: The font that the pictures are measured in, then those of the same widths.
FONT = "Liberation Sans, Arial, Helvetica, DejaVu Sans, sans-serif"
#: What XML 1.0 cannot hold, section 2.2.
_CONTROL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def number(value: float) -> str:
    """Write a number as short as a picture needs it.

    >>> number(3.0), number(2.0 / 3), number(-0.001)
    ('3', '0.67', '0')
    """
    short = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if short == "-0" else short


def printable(words: str) -> str:
    r"""Return text in one line without what XML cannot hold.

    >>> printable("a\x00b \n c")
    'a�b c'
    """
    return " ".join(_CONTROL.sub("\ufffd", words).split())


@dataclass
class Element:
    """An element of SVG.

    Args:
        name: of the element.
        attributes: by name; an underscore at the end is dropped, others are hyphens, None is left
            out. ``fill`` and ``stroke`` are roles of the palette.
        words: the text inside, escaped when it is written.
        children: the elements inside.

    >>> print(Element("text", {"x": 1.5, "fill": "ink"}, words="<b>").written())
    <text class="f-ink" fill="#1c2128" x="1.5">&lt;b&gt;</text>
    """

    name: str
    attributes: dict[str, str | float | None] = field(default_factory=dict)
    words: str = ""
    children: list[Element] = field(default_factory=list)

    def add(self, name: str, words: str = "", **attributes: str | float | None) -> Element:
        """Put an element inside, and return it."""
        child = Element(name, attributes, words)
        self.children.append(child)
        return child

    def written(self) -> str:
        """Return the element as XML, its attributes in the order of their names."""
        return "".join(self.parts())

    def parts(self) -> list[str]:
        """Return the same in pieces."""
        head = "".join(f" {name}={quoteattr(value)}" for name, value in self._told())
        if not self.words and not self.children:
            return [f"<{self.name}{head}/>"]
        inside = [part for child in self.children for part in child.parts()]
        return [f"<{self.name}{head}>", escape(printable(self.words)), *inside, f"</{self.name}>"]

    def _told(self) -> list[tuple[str, str]]:
        told: dict[str, str] = {}
        classes = []
        for key, value in self.attributes.items():
            if value is None:
                continue
            name = key.rstrip("_").replace("_", "-")
            written = number(value) if isinstance(value, int | float) else printable(value)
            role = not isinstance(value, int | float) and name in _LETTERS
            if role and not written.startswith("url(") and written != "none":
                classes.append(f"{_LETTERS[name]}-{written}")
                written = colour(written)
            told[name] = written
        if classes:
            told["class"] = " ".join([*classes, *filter(None, [told.get("class", "")])])
        return sorted(told.items())


_LETTERS = {"fill": "f", "stroke": "s", "stop-color": "c"}


class Group(Element):
    """A ``g`` element, with words for what is in it.

    Args:
        title: what it is; a reader of the screen says it, a pointer shows it.
        attributes: as for ``Element``.
    """

    def __init__(self, title: str = "", **attributes: str | float | None) -> None:
        super().__init__("g", dict(attributes))
        if title:
            self.add("title", title)


def text(  # noqa: PLR0913 - what a line of text needs
    parent: Element,
    x: float,
    y: float,
    words: str,
    *,
    size: float = 12,
    bold: bool = False,
    fill: str = "ink",
    anchor: str = "start",
    halo: bool = False,
    **more: str | float | None,
) -> Element:
    """Write a line of text.

    Args:
        parent: where.
        x: of its start, middle or end, as ``anchor`` says.
        y: of its base line.
        words: what it says.
        size: of its letters.
        bold: whether they are.
        fill: the role of their colour.
        anchor: ``start``, ``middle`` or ``end``.
        halo: whether paper is laid around the letters, to read them on lines.
        more: further attributes.
    """
    look: dict[str, str | float | None] = {
        "x": x,
        "y": y,
        "font_size": size,
        "font_weight": "700" if bold else None,
        "text_anchor": anchor if anchor != "start" else None,
        **more,
    }
    if halo:
        parent.add("text", words, **look, fill="none", stroke="halo", stroke_width=3.2,
                   stroke_linejoin="round", stroke_opacity=0.85, aria_hidden="true")  # fmt: skip
    return parent.add("text", words, **look, fill=fill)


# Shapes.

#: How the outline of what is disputed is broken.
DASHES = "4 2.5"


def segment(  # noqa: PLR0913, PLR0917 - what a line needs
    parent: Element,
    start: Point,
    end: Point,
    stroke: str,
    width: float = 1.0,
    dashes: str | None = None,
) -> None:
    """Draw a line from one point to another, in the colour of a role."""
    (x1, y1), (x2, y2) = start, end
    parent.add(
        "line", x1=x1, y1=y1, x2=x2, y2=y2, stroke=stroke, stroke_width=width,
        stroke_dasharray=dashes,
    )  # fmt: skip


def rectangle(parent: Element, corner: Point, size: Point, fill: str, **more: Any) -> None:
    """Draw a rectangle from its upper left corner."""
    parent.add("rect", x=corner[0], y=corner[1], width=size[0], height=size[1], fill=fill, **more)


def polygon(parent: Element, points: Iterable[Point], **look: Any) -> None:
    """Draw a closed shape around points."""
    parent.add("polygon", points=" ".join(f"{number(x)},{number(y)}" for x, y in points), **look)


def arrow_head(parent: Element, tip: Point, sign: int, fill: str, size: float = 6) -> None:
    """Draw the head of an arrow that runs to the right (1) or to the left (-1)."""
    x, y = tip
    back = x - sign * size * 1.5
    polygon(parent, [(x, y), (back, y - size * 0.8), (back, y + size * 0.8)], fill=fill)


def curve(parent: Element, start: Point, bends: tuple[Point, Point], end: Point) -> None:
    """Draw a cubic Bézier curve."""
    points = [f"{number(x)} {number(y)}" for x, y in (start, *bends, end)]
    path = f"M{points[0]}C{points[1]} {points[2]} {points[3]}"
    parent.add("path", d=path, fill="none", stroke="muted", stroke_width=1.5)
