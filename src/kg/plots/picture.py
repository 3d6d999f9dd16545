"""A picture as SVG, PNG or HTML page, with the table of what it was drawn from."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from kg.errors import Misuse
from kg.plots.fonts import FONTS, wrapped
from kg.plots.palette import stylesheet
from kg.plots.svg import FONT, Element, number, printable, text

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
        return _page(self)

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


# The HTML page, which asks nothing of any other place.

#: The page opens no connection, whatever is in it.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_STYLE = """
:root { color-scheme: light dark; }
body { margin: 0 auto; max-width: 62rem; padding: 1rem; background: #ffffff; color: #1c2128;
  font: 1rem/1.5 system-ui, "Liberation Sans", sans-serif; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 0.9rem; margin-top: 1.5rem; }
caption { text-align: left; font-weight: 600; padding: 0.4rem 0; }
th, td { text-align: left; vertical-align: top; padding: 0.4rem 0.7rem 0.4rem 0;
  border-top: 1px solid #8b8f96; }
a { color: #1b4f8f; }
:focus-visible { outline: 3px solid #1b4f8f; }
@media (prefers-color-scheme: dark) {
  body { background: #1b1f26; color: #e7e9ec; }
  a { color: #8fbcf7; }
}
"""


def _page(picture: Picture) -> bytes:
    """Return the page of a picture; a phone gets the narrow one."""
    wide = picture.svg(kind="wide", prefix="wide-").decode()
    narrow = picture.svg(NARROW, kind="narrow", prefix="narrow-").decode()
    head = "".join(f'<th scope="col">{_text(column)}</th>' for column in picture.columns)
    body = "".join(f"<tr>{_cells(row)}</tr>\n" for row in picture.rows)
    title = _text(picture.title)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{_STYLE}{stylesheet()}</style>
</head>
<body>
<main>
{wide}
{narrow}
<div class="scroll" tabindex="0" role="region" aria-label="Table">
<table>
<caption>What the picture is drawn from</caption>
<thead><tr>{head}</tr></thead>
<tbody>
{body}</tbody>
</table>
</div>
</main>
</body>
</html>
""".encode()


def _cells(row: Row) -> str:
    cells = []
    for words, iri in row:
        told = _text(words)
        web = iri.startswith(("http://", "https://"))
        cells.append(f'<td><a href="{escape(iri)}">{told}</a></td>' if web else f"<td>{told}</td>")
    return "".join(cells)


def _text(words: str) -> str:
    return escape(printable(words))
