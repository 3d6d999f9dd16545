"""What the commands share: options, opening the graph, and putting a result out."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from kg.errors import Misuse, UnknownName

if TYPE_CHECKING:
    from kg.graph import Graph

__all__ = [
    "GRAPH_FORMATS",
    "Choice",
    "by_suffix",
    "format_option",
    "graph_options",
    "open_graph",
    "out_option",
    "put",
]

_Command = TypeVar("_Command", bound=Callable[..., Any])

#: What a graph can be written as; the names are those of ``kg.formats``.
GRAPH_FORMATS = ("ttl", "nt", "nq", "trig", "rdfxml", "jsonld")


class Choice(click.Choice[str]):
    """A choice that answers a mistyped value with the close matches."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the value where it is one of the choices."""
        from difflib import get_close_matches

        matches = get_close_matches(str(value), self.choices, n=2, cutoff=0.5)
        if value not in self.choices and matches:
            self.fail(f"'{value}' is not known; did you mean {' or '.join(matches)}?", param, ctx)
        return super().convert(value, param, ctx)


_PATH = click.Path(path_type=Path)


def graph_options(command: _Command) -> _Command:
    """Give a command the options that name another graph than the one that kg ships."""
    ontology = click.option(
        "--ontology",
        type=_PATH,
        multiple=True,
        help="Ontology file of another graph; may be repeated.",
    )
    data = click.option(
        "--data",
        type=_PATH,
        multiple=True,
        help="File or folder of another graph; may be repeated.",
    )
    return data(ontology(command))


def out_option(command: _Command) -> _Command:
    """Give a command ``-o``."""
    option = click.option(
        "-o",
        "--output",
        type=_PATH,
        help="Write to a file, whole or not at all, and print nothing.",
    )
    return option(command)


def format_option(formats: Sequence[str], text: str) -> Callable[[_Command], _Command]:
    """Give a command ``--format`` with the names it may have."""
    return click.option("--format", "format_name", type=Choice(formats), help=text)


def open_graph(data: Sequence[Path], ontology: Sequence[Path]) -> Graph:
    """Open the graph that the options name; make its snapshot first where there is none."""
    from kg.graph import load

    return load(data=list(data) or None, ontology=list(ontology) or None)


def by_suffix(output: Path, formats: Sequence[str]) -> str:
    """Tell the format that a file's name asks for.

    >>> by_suffix(Path("events.csv"), ["csv", "json"])
    'csv'
    """
    suffix = output.suffix.removeprefix(".").lower()
    if suffix in formats:
        return suffix
    from kg.formats import by_path

    # The RDF formats have suffixes that differ from their names, such as .rdf.
    try:
        known = by_path(output).name
    except UnknownName:
        known = ""
    if known in formats:
        return known
    raise Misuse(
        f"{output}: the suffix tells no format that fits; give --format: {', '.join(formats)}"
    )


def put(content: bytes | str, output: Path | None = None) -> None:
    """Write a result to a file, or else to standard output."""
    if isinstance(content, str):
        content = (content if content.endswith("\n") or not content else content + "\n").encode()
    if output is not None:
        from kg.export import write

        write(output, content)
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()
