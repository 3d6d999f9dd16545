"""A picture as SVG, https://www.w3.org/TR/SVG2/: elements whose text is text wherever it is from.

Colours are attributes and classes, never styles: a page with a strict policy shows them, and its
own rules may replace them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

from kg.plots.palette import colour

__all__ = ["FONT", "Element", "Group", "number", "printable", "text"]

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
