"""What the commands share: options, opening the graph, and putting a result out."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from kg.errors import Misuse, UnknownName
from kg.files import STDIN, StandardInput, standard_input, unpacked_name
from kg.formats import INPUT_FORMATS
from kg.namespaces import DEFAULT_VIEWPOINT, using
from kg.sources import KG, NONE

if TYPE_CHECKING:
    from kg.dataset import Reading
    from kg.graph import Graph

__all__ = [
    "INPUT",
    "PATH",
    "Choice",
    "FileOrWord",
    "by_suffix",
    "data_option",
    "format_option",
    "graph_options",
    "input_format_option",
    "is_strict",
    "ontology_option",
    "open_graph",
    "out_option",
    "put",
    "put_from",
    "reading",
    "reading_options",
    "shapes_option",
    "strict_option",
    "takes_standard_input",
    "tell",
    "tell_notes",
    "viewpoint",
    "viewpoint_option",
]

_Command = TypeVar("_Command", bound=Callable[..., Any])

#: A path as a value of an option or argument.
PATH = click.Path(path_type=Path)
_VIEWPOINT = "kg.viewpoint"
_STRICT = "kg.strict"
_STDIN = "kg.stdin"
_INPUT_FORMAT = "kg.input_format"


class InputPath(click.Path):
    """A path to read from, or - for standard input, which a command can read once."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path, or what stands for standard input."""
        if value != "-":
            return super().convert(value, param, ctx)
        context = ctx or click.get_current_context()
        if takes_standard_input():
            raise Misuse("standard input can be read once: give one - and name the other files")
        context.meta[_STDIN] = True
        given = StandardInput(lambda: sys.stdin.buffer, lambda: context.meta.get(_INPUT_FORMAT))
        context.with_resource(standard_input(given))
        return STDIN


#: A path to read from, or - for standard input.
INPUT = InputPath(path_type=Path)


def takes_standard_input() -> bool:
    """Return whether - stands in place of a file in the command that runs."""
    return _STDIN in click.get_current_context().meta


class Choice(click.Choice[str]):
    """A choice that answers a mistyped value with the close matches."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the value where it is one of the choices."""
        from difflib import get_close_matches

        matches = get_close_matches(str(value), self.choices, n=2, cutoff=0.5)
        if value not in self.choices and matches:
            self.fail(f"'{value}' is not known; did you mean {' or '.join(matches)}?", param, ctx)
        return super().convert(value, param, ctx)


def data_option(command: _Command) -> _Command:
    """Give a command ``--data``."""
    option = click.option(
        "--data",
        type=INPUT,
        multiple=True,
        help="File or folder of another graph, or - for standard input; may be repeated.",
    )
    return option(input_format_option(command))


def input_format_option(command: _Command) -> _Command:
    """Give a command ``--input-format``, which tells what standard input is written in."""

    def keep(context: click.Context, _option: click.Parameter, value: str | None) -> None:
        context.meta[_INPUT_FORMAT] = value

    option = click.option(
        "--input-format",
        type=Choice(tuple(INPUT_FORMATS)),
        callback=keep,
        expose_value=False,
        help="What standard input, given as -, is written in.",
    )
    return option(command)


class FileOrWord(InputPath):
    """A path; or one of some words, which stay as they are.

    Args:
        words: what stands for files that need no path.
    """

    def __init__(self, *words: str) -> None:
        super().__init__(path_type=Path)
        self._words = words

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the word, or else the path."""
        return value if value in self._words else super().convert(value, param, ctx)


def ontology_option(command: _Command) -> _Command:
    """Give a command ``--ontology``."""
    text = (
        "File that says what the terms mean, or kg, or none; may be repeated "
        "(default: kg where the data are a graph of kg, otherwise none)."
    )
    option = click.option(
        "--ontology",
        type=FileOrWord(KG, NONE),
        multiple=True,
        help=text,
    )
    return option(command)


def shapes_option(command: _Command) -> _Command:
    """Give a command ``--shapes``."""
    option = click.option(
        "--shapes",
        type=FileOrWord(KG),
        multiple=True,
        help="File of SHACL shapes, or kg; may be repeated.",
    )
    return option(command)


def viewpoint_option(command: _Command) -> _Command:
    """Give a command ``--viewpoint``, whose value ``viewpoint`` returns."""

    def keep(context: click.Context, _option: click.Parameter, value: str) -> None:
        context.meta[_VIEWPOINT] = value

    option = click.option(
        "--viewpoint",
        default=DEFAULT_VIEWPOINT,
        show_default=True,
        metavar="NAME",
        callback=keep,
        expose_value=False,
        help=(
            f"Whom to believe: {DEFAULT_VIEWPOINT}, undisputed, according-to:AGENT; "
            "kg viewpoints lists them."
        ),
    )
    return option(command)


def viewpoint() -> str:
    """Return what ``--viewpoint`` says in the command that runs."""
    name: str = click.get_current_context().meta.get(_VIEWPOINT, DEFAULT_VIEWPOINT)
    return name


def strict_option(command: _Command) -> _Command:
    """Give a command ``--strict``, which ``is_strict`` returns."""

    def keep(context: click.Context, _option: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click's signature
        context.meta[_STRICT] = value

    option = click.option(
        "--strict",
        is_flag=True,
        callback=keep,
        expose_value=False,
        help="Refuse an ontology that goes beyond OWL 2 RL.",
    )
    return option(command)


def is_strict() -> bool:
    """Return whether the command that runs has ``--strict``."""
    return bool(click.get_current_context().meta.get(_STRICT))


def graph_options(command: _Command) -> _Command:
    """Give a command the options that name another graph, and whom to believe."""
    return data_option(ontology_option(strict_option(viewpoint_option(reading_options(command)))))


def reading_options(command: _Command) -> _Command:
    """Give a command ``--base`` and ``--catalog``, whose values ``reading`` returns."""

    def keep(context: click.Context, option: click.Parameter, value: object) -> None:
        context.meta[f"kg.{option.name}"] = value

    base = click.option(
        "--base",
        metavar="IRI",
        callback=keep,
        expose_value=False,
        help="Resolve relative IRIs of files against this, not against each file's address.",
    )
    catalog = click.option(
        "--catalog",
        type=PATH,
        callback=keep,
        expose_value=False,
        help="Find what owl:imports names by this XML catalogue; nothing is fetched.",
    )
    return base(catalog(command))


def reading() -> Reading:
    """Return what ``--base`` and ``--catalog`` say in the command that runs."""
    from kg.dataset import Catalog, Reading

    meta = click.get_current_context().meta
    base, catalog = meta.get("kg.base"), meta.get("kg.catalog")
    if meta.get(_INPUT_FORMAT) and not takes_standard_input():
        raise Misuse("--input-format is for standard input: give - in place of a file")
    if base is not None:
        from pyoxigraph import NamedNode

        try:
            NamedNode(base)
        except ValueError as error:
            raise Misuse(f"--base {base}: no whole IRI: {error}") from None
    return Reading(base, None if catalog is None else Catalog.read(catalog))


def out_option(command: _Command) -> _Command:
    """Give a command ``-o``."""
    option = click.option(
        "-o",
        "--output",
        type=PATH,
        callback=lambda _context, _option, path: None if path == Path("-") else path,
        help="Write to a file, whole or not at all, and print nothing.",
    )
    return option(command)


def format_option(formats: Sequence[str], text: str) -> Callable[[_Command], _Command]:
    """Give a command ``--format`` with the names it may have."""
    return click.option("--format", "format_name", type=Choice(formats), help=text)


def open_graph(data: Sequence[Path], ontology: Sequence[Path | str]) -> Graph:
    """Open the graph that the options name; make its snapshot first where there is none."""
    from kg.graph import load

    graph = load(
        list(data) or None, list(ontology) or None, viewpoint(), reading(), strict=is_strict()
    )
    # To tell what was left out means to parse the files, which happened if the snapshot is new.
    known = graph.snapshot.meta()["made_from"]
    if graph.snapshot.built:
        tell(graph.notes)
    else:
        tell(known.get("imports", ()))
    tell((*graph.snapshot.notes(), *graph.caveats))
    click.get_current_context().with_resource(using(known.get("prefixes", {})))
    return graph


def put_from(graph: Graph, content: bytes, output: Path | None = None) -> None:
    """Write what a graph gave, with a note where that names places on this machine."""
    put(content, output)
    if note := graph.dataset.machine_paths(content):
        tell([note])


def tell_notes(graph: Graph, more: Iterable[str] = ()) -> None:
    """Say on standard error what of the files was not loaded, what may be lacking, and more."""
    tell((*graph.notes, *more, *graph.caveats))


def tell(notes: Iterable[str]) -> None:
    """Write notes to standard error, one a line."""
    for note in notes:
        click.echo(f"kg: note: {note}", err=True)


def by_suffix(output: Path, formats: Sequence[str]) -> str:
    """Tell the format that a file's name asks for, before ``.gz`` if any.

    >>> by_suffix(Path("events.csv"), ["csv", "json"])
    'csv'
    """
    suffix = Path(unpacked_name(output)).suffix.removeprefix(".").lower()
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
        f"{output}: no format that fits has this suffix; give --format: {', '.join(formats)}"
    )


def put(content: bytes | str, output: Path | None = None) -> None:
    """Write a result to a file, or else to standard output."""
    if isinstance(content, str):
        content = (content if content.endswith("\n") or not content else content + "\n").encode()
    if output is not None:
        from kg.files import write

        write(output, content)
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()
