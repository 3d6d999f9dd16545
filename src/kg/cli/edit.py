"""Commands that change a graph of the user's own: ``kg init``, ``kg add``, ``kg remove``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeVar

import click

from kg.cli.options import (
    INPUT,
    PATH,
    format_option,
    input_format_option,
    ontology_option,
    put,
    reading,
    reading_options,
)
from kg.errors import DoesNotConform, Inconsistent

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kg.edit import Edit

__all__ = ["add", "init", "remove"]

_Command = TypeVar("_Command", bound="Callable[..., object]")


def _change_options(command: _Command) -> _Command:
    """Give a command the options of every change."""
    for option in (
        format_option(("text", "json"), "How to write what changed (default: text)."),
        click.option("--dry-run", is_flag=True, help="Tell what would change, and change nothing."),
        reading_options,
        input_format_option,
        ontology_option,
        click.option("--data", type=PATH, help="Folder of the graph; kg init makes one."),
        click.argument("files", nargs=-1, type=INPUT, required=True),
    ):
        command = option(command)
    return command


@click.command(short_help="Begin a graph of your own.")
@click.argument("folder", type=PATH)
def init(folder: Path) -> None:
    """Copy the graph that kg ships into FOLDER, which is empty or not there yet.

    There it can be changed, by editing its files or with `kg add` and `kg remove`.

    \b
    kg init my-graph
    kg add more.ttl --data my-graph
    """
    from kg.edit import init as begin

    put(f"{begin(folder)}: a graph of your own: kg add FILE --data {folder}")


@click.command(short_help="Add triples to a graph of your own.")
@_change_options
@click.pass_context
def add(context: click.Context, /, files: tuple[Path, ...], **options: Any) -> None:
    """Add the triples of FILES to the graph in a folder: all of them, or none.

    The new state goes through the same checks as any graph: a change that makes the graph
    contradict itself, or not conform, is refused (exit code 1). The change is kept as a numbered
    document in the folder `changes` there; the other files stay as they are.

    \b
    kg add more.ttl --data my-graph
    kg add more.ttl more-claims.ttl --data my-graph --dry-run
    """
    from kg.edit import Edit

    context.exit(_apply(Edit.add, files, **options))


@click.command(short_help="Remove triples from a graph of your own.")
@_change_options
@click.pass_context
def remove(context: click.Context, /, files: tuple[Path, ...], **options: Any) -> None:
    """Remove the triples of FILES from the graph in a folder: all of them, or none.

    A triple that is not there is refused, and so is a state that would contradict itself or not
    conform (exit code 1). What follows from others cannot be removed: `kg explain` shows from what.

    \b
    kg remove wrong.ttl --data my-graph
    kg remove wrong.ttl --data my-graph --format json
    """
    from kg.edit import Edit

    context.exit(_apply(Edit.remove, files, **options))


def _apply(
    change: Callable[[Edit, Path], None],
    files: tuple[Path, ...],
    data: Path | None,
    ontology: tuple[Path | str, ...],
    format_name: str | None,
    *,
    dry_run: bool,
) -> int:
    """Make a change, tell what it did or why it was refused, and return the exit code."""
    from kg.graph import Graph

    graph = Graph(data, ontology or None, reading=reading())
    try:
        with graph.edit(save=not dry_run) as edit:
            for file in files:
                change(edit, file)
    except (DoesNotConform, Inconsistent) as error:
        if format_name == "json":
            put(json.dumps(_refusal(error), ensure_ascii=False, indent=2))
        else:
            put(str(getattr(error, "report", None) or error))
            click.echo("kg: nothing was changed", err=True)
        return error.exit_code
    for note in edit.notes:
        click.echo(f"kg: note: {note}", err=True)
    outcome = edit.changes
    if format_name == "json":
        put(outcome.to_json())
    else:
        put(f"{outcome}\nnothing was written: a dry run" if dry_run else str(outcome))
    return 0


def _refusal(error: DoesNotConform | Inconsistent) -> dict[str, object]:
    if isinstance(error, Inconsistent):
        places = [None if place is None else str(place) for place in error.places]
        pairs = zip(error.clashes, places, strict=True)
        return {"consistent": False, "clashes": [{"text": c, "place": p} for c, p in pairs]}
    report: Any = error.report
    return {"consistent": True, "conforms": False, "results": report.rows()}
