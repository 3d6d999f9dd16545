"""A picture: what it shows as SVG, PNG or a page, and the table of what it was drawn from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kg.errors import Misuse
from kg.plots.drawing import FONT, Element, number, text
from kg.plots.metrics import FONTS, wrapped

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["NARROW", "WIDE", "NothingToDraw", "Picture", "Row"]

#: The width of a picture on paper and on a screen, and on a phone.
WIDE, NARROW = 960, 360
_MARGIN = 16.0
#: Most pixels of a PNG: 400 megabytes of memory.
_MOST_PIXELS = 100_000_000

#: A cell of a table: its words, and the IRI of the thing that they name.
Row = tuple[tuple[str, str], ...]


class NothingToDraw(Misuse):
    """The graph, or the part of it that was asked for, has nothing that the picture shows."""


@dataclass(frozen=True)
class Picture:
    """A picture.

    Args:
        name: timeline, tension, map or network.
        title: what it shows.
        summary: the same in a sentence, for readers who cannot see it.
        draw: draws all below the title for a width, below a given height, and returns how far
            down it reaches.
        columns: the heads of the table.
        rows: what is drawn, a row a thing.
        notes: what a reader must know: what is left out, and by which rule; how it is made.
        source: whose data it is, and from which viewpoint.
        linked: whether there are links in it.

    The same store gives the same bytes.
    """

    name: str
    title: str
    summary: str
    draw: Callable[[Element, float, float], float]
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    source: str = ""
    linked: bool = False

    def svg(
        self, width: int = WIDE, *, prefix: str = "", kind: str = "", bare: bool = False
    ) -> bytes:
        """Return the picture as SVG.

        Args:
            width: ``WIDE`` or ``NARROW``.
            prefix: begins every id, where several pictures are on a page.
            kind: a further class of the root element.
            bare: without the title above and the notes below, where a page has them.
        """
        return self._root(width, prefix, kind, bare=bare)[0].written().encode()

    def png(self, scale: float = 2, width: int = WIDE) -> bytes:
        """Return the picture as PNG, on white paper, with the fonts that kg ships.

        Args:
            scale: pixels for each unit of the picture.
            width: as for :meth:`svg`.

        Raises:
            Misuse: the scale is none, or the picture would be too large.
        """
        import resvg_py

        root, height = self._root(width, "", "")
        if not 0.1 <= scale <= 10 or width * height * scale**2 > _MOST_PIXELS:  # noqa: PLR2004
            raise Misuse(f"{number(scale)}: the scale of a picture is between 0.1 and 10")
        return bytes(
            resvg_py.svg_to_bytes(
                svg_string=root.written(),
                zoom=scale,
                skip_system_fonts=True,
                font_files=list(FONTS),
                font_family="Liberation Sans",
            )
        )

    def html(self) -> bytes:
        """Return a page with the picture and its table, which asks nothing of any other place."""
        from kg.plots.page import page

        return page(self)

    def _repr_svg_(self) -> str:
        return self.svg().decode()

    def table(self) -> list[dict[str, str]]:
        """Return what is drawn, as rows of words by column."""
        return [
            {column: words for column, (words, _) in zip(self.columns, row, strict=True)}
            for row in self.rows
        ]

    def _root(
        self, width: int, prefix: str, kind: str, *, bare: bool = False
    ) -> tuple[Element, float]:
        # What is inside an image is hidden from readers of the screen, and so would its links be.
        role = "graphics-document document" if self.linked else "img"
        root = Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "role": role})
        title, description = f"{prefix}{self.name}-title", f"{prefix}{self.name}-description"
        root.attributes |= {
            "class_": " ".join(filter(None, ["plot", kind])),
            "aria_labelledby": title,
            "aria_describedby": description,
            "font_family": FONT,
            "width": width,
        }
        root.add("title", self.title, id=title)
        root.add("desc", self.summary, id=description)
        paper = root.add("rect", fill="paper", width=width)
        y = self.draw(root, 6.0 if bare else self._head(root, width), width)
        height = float(round(y + 6)) if bare else self._foot(root, y, width)
        paper.attributes["height"] = root.attributes["height"] = height
        root.attributes["viewBox"] = f"0 0 {number(width)} {number(height)}"
        return root, height

    def _head(self, root: Element, width: float) -> float:
        size = 20 if width > NARROW * 1.5 else 16
        y = 14.0
        for line in wrapped(self.title, size, width - 2 * _MARGIN, bold=True):
            y += size * 1.2
            text(root, _MARGIN, y, line, size=size, bold=True)
        return y + 10

    def _foot(self, root: Element, y: float, width: float) -> float:
        y += 8
        for note in (*self.notes, self.source):
            for line in wrapped(note, 10.5, width - 2 * _MARGIN):
                y += 14.5
                text(root, _MARGIN, y, line, size=10.5, fill="muted")
            y += 3 if note else 0
        return float(round(y + 16))
