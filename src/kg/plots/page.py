"""A page that holds a picture and its table, and asks nothing of any other place."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from kg.plots.drawing import printable
from kg.plots.palette import stylesheet
from kg.plots.picture import NARROW

if TYPE_CHECKING:
    from kg.plots.picture import Picture, Row

__all__ = ["page"]

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


def page(picture: Picture) -> bytes:
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
