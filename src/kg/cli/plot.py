"""The command that draws: ``kg plot``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kg.cli.options import (
    Choice,
    by_suffix,
    format_option,
    graph_options,
    open_graph,
    out_option,
    put,
)
from kg.errors import Misuse

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["plot"]

_PICTURES = ("timeline", "tension", "map", "network")
_FORMATS = ("svg", "png", "html")


@click.command(short_help="Draw the graph: timeline, tension, map, network.")
@click.argument("picture", type=Choice(_PICTURES))
@format_option(_FORMATS, "How to draw it (default: by the ending of the file's name, or svg).")
@out_option
@click.option("--since", default="", metavar="DATE", help="Leave out events that ended before.")
@click.option("--until", default="", metavar="DATE", help="Leave out events that began after.")
@click.option("--kind", default="", type=Choice(("", "raising", "easing", "other")),
              help="Only events that raise or ease tension, or do neither.")  # fmt: skip
@click.option("--scale", type=float, default=2.0, show_default=True, help="Size of a PNG.")
@click.option("--narrow", is_flag=True, help="Draw it for a phone.")
@graph_options
def plot(
    picture: str,
    format_name: str | None,
    output: Path | None,
    since: str,
    until: str,
    kind: str,
    scale: float,
    data: tuple[Path, ...],
    ontology: tuple[Path | str, ...],
    *,
    narrow: bool,
) -> None:
    """Draw a picture of the graph, the same bytes every time.

    PICTURE is timeline, tension, map or network. An HTML file holds the table of the data as
    well, and asks nothing of any other place.

    \b
    kg plot timeline -o timeline.svg
    kg plot tension -o tension.png --since 2023
    kg plot map -o map.html --viewpoint according-to:Mali
    """
    from kg.plots import NARROW, WIDE, Filter

    if format_name is None:
        format_name = by_suffix(output, _FORMATS) if output else "svg"
    if narrow and format_name == "html":
        raise Misuse("--narrow: an HTML file holds the picture for a phone already")
    # What makes no sense is said before a graph is made.
    Filter.read(since, until, kind)
    drawn = open_graph(data, ontology).plot(picture, since=since, until=until, kind=kind)
    width = NARROW if narrow else WIDE
    if format_name == "html":
        content = drawn.html()
    else:
        content = drawn.svg(width) if format_name == "svg" else drawn.png(scale, width)
    put(content, output)
