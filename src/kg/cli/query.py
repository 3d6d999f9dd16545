"""Commands that ask: ``kg query``, ``kg run``, ``kg queries``."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from kg.cli.options import (
    PATH,
    by_suffix,
    format_option,
    graph_options,
    open_graph,
    out_option,
    put,
    put_from,
    takes_standard_input,
)
from kg.errors import Misuse, ParseFailure, ResourceNotFound
from kg.formats import GRAPH_FORMATS

if TYPE_CHECKING:
    from collections.abc import Callable

    from kg.graph import Graph
    from kg.queries import SavedQuery
    from kg.results import Boolean, GraphResult, GraphWriter, Solutions

    _Result = Solutions | Boolean | GraphResult

__all__ = ["queries", "query", "run"]

_Command = TypeVar("_Command", bound="Callable[..., Any]")

_BINARY = ("parquet", "xlsx")
#: The formats whose cells may hold labels, and those for people, which do unless told.
_MAY_HAVE_LABELS = ("table", "csv", "tsv", "md", *_BINARY)
_FOR_PEOPLE = ("table", "xlsx")
_FORMATS = ("table", "csv", "tsv", "json", "xml", "md", *_BINARY, *GRAPH_FORMATS)
_FORMAT_HELP = "How to write the answer (default: a table for rows, Turtle for a graph)."


def labels_option(*, default: str) -> Callable[[_Command], _Command]:
    """Give a command ``--labels`` and ``--iris``; ``default`` tells which goes without saying."""
    text = (
        "Call things by their labels, or by their IRIs (default: "
        f"{default} in a table or a spreadsheet, IRIs in csv, tsv, md and parquet)."
    )
    return click.option("--labels/--iris", "labels", default=None, help=text)


def _limit(_context: click.Context, _option: click.Parameter, seconds: float | None) -> None:
    if seconds is None:
        return
    if not seconds > 0:
        raise Misuse(f"--max-seconds {seconds:g}: give a time above zero")
    from kg.cli.streams import end_after

    end_after(
        seconds,
        f"the query was ended after {seconds:g} s: allow more by --max-seconds, or ask for less",
    )


_max_seconds = click.option(
    "--max-seconds",
    type=float,
    callback=_limit,
    expose_value=False,
    metavar="N",
    help="End the query after so many seconds, with exit code 2 (default: no limit).",
)


@click.command()
@click.argument("text", required=False)
@click.option("-f", "--file", type=PATH, help="Read the query from a file.")
@click.option("--wikidata", is_flag=True, help="Ask in Wikidata's words: wd:, wdt:, p:, ps:, pq:.")
@click.option(
    "--service",
    "services",
    multiple=True,
    metavar="URL",
    help="Let SERVICE ask this service; may be repeated.",
)
@click.option(
    "--service-private",
    is_flag=True,
    help="Let services be on this machine and the networks around it.",
)
@_max_seconds
@labels_option(default="IRIs")
@format_option(_FORMATS, _FORMAT_HELP)
@out_option
@graph_options
def query(
    text: str | None,
    file: Path | None,
    wikidata: bool,  # noqa: FBT001 - click hands it over by name
    services: tuple[str, ...],
    service_private: bool,  # noqa: FBT001 - click hands it over by name
    labels: bool | None,  # noqa: FBT001 - click hands it over by name
    format_name: str | None,
    output: Path | None,
    data: tuple[Path, ...],
    ontology: tuple[Path | str, ...],
) -> None:
    """Answer a SPARQL query; - reads it from standard input.

    The prefixes that kg knows need no PREFIX line. Asserted and inferred triples are one graph,
    unless the query says GRAPH. ASK exits with 0 for yes and 1 for no.

    \b
    kg query 'SELECT ?event WHERE { ?event a rel:TensionRaisingEvent }'
    kg query 'ASK { kg:algeria rel:neighbours kg:mali }'
    kg query -f question.rq -o answer.csv
    kg query --wikidata 'SELECT ?mission WHERE { ?mission wdt:P137 wd:Q262 }'
    echo 'DESCRIBE kg:mali' | kg query -
    """
    asked = _text(text, file)
    if wikidata and services:
        raise Misuse("--wikidata and --service do not go together: ask one or the other")
    graph = open_graph(data, ontology)
    if wikidata:
        from kg.wikidata.query_service import ask

        result = ask(
            graph.store, asked, note=lambda told: click.echo(f"kg: note: {told}", err=True)
        )
    elif services:
        from kg import federation

        result = federation.evaluate(
            graph.store,
            asked,
            allowed=services,
            allow_private=service_private,
            written=graph.snapshot.written,
        )
    else:
        result = graph.query(asked)
    is_short = not result or len(getattr(result, "rows", "more")) == 1
    if is_short and not (wikidata or services):
        from kg.terms import absent

        for note in absent(asked, graph.store, result):
            click.echo(f"kg: note: {note}", err=True)
    _answer(graph, result, format_name, output, labels=labels, default=False)


@click.command()
@click.argument("name")
@click.option(
    "--param", "params", multiple=True, metavar="NAME=VALUE", help="Give a parameter its value."
)
@_max_seconds
@labels_option(default="labels")
@format_option(_FORMATS, _FORMAT_HELP)
@out_option
@graph_options
def run(
    name: str,
    params: tuple[str, ...],
    labels: bool | None,  # noqa: FBT001 - click hands it over by name
    format_name: str | None,
    output: Path | None,
    data: tuple[Path, ...],
    ontology: tuple[Path | str, ...],
) -> None:
    """Answer a saved query; `kg queries` lists them.

    A thing may be given as an IRI, a CURIE, a Wikidata id or a label.

    \b
    kg run tension-raising-events
    kg run tension-raising-events --param since=2023 -o events.csv
    kg run events-since --param since=2023 -o events.xlsx
    kg run events-since --labels --format csv
    """
    values: dict[str, str] = {}
    for param in params:
        key, separator, value = param.partition("=")
        if not separator:
            raise Misuse(f'--param {param}: write it as NAME=VALUE, for example "since=2023"')
        if key in values:
            raise Misuse(f"--param {key}: given twice")
        values[key] = value
    graph = open_graph(data, ontology)
    result = graph.run(name, **values)
    if not result and not _explains_kg(graph):
        click.echo(
            f"kg: note: {name} asks in kg's terms, which nothing explains here: --ontology kg does",
            err=True,
        )
    _answer(graph, result, format_name, output, labels=labels, default=True)


@click.command()
@click.argument("name", required=False)
@click.option("--tag", help="List only the queries with this tag.")
def queries(name: str | None, tag: str | None) -> None:
    """List the saved queries, or show one of them whole.

    \b
    kg queries
    kg queries --tag missions
    kg queries tension-raising-events
    """
    from kg.queries import catalogue, find

    if name is not None:
        put(_whole(find(name)))
        return
    known = catalogue().values()
    listed = [one for one in known if tag is None or tag in one.tags]
    if not listed:
        tags = sorted({tag for one in known for tag in one.tags})
        raise Misuse(f'no query has the tag "{tag}"; the tags are {", ".join(tags)}')
    width = max(len(one.slug) for one in listed)
    put("\n".join(f"{one.slug:<{width}}  {one.summary}" for one in listed))


def _explains_kg(graph: Graph) -> bool:
    """Check whether a graph has kg's ontology, be it given or in the data."""
    from kg.namespaces import RDF, REL

    return any(graph.store.quads_for_pattern(REL.Event, RDF.type, None))


def _whole(saved: SavedQuery) -> str:
    lines = [saved.slug, saved.summary, ""]
    if saved.description:
        lines += [saved.description, ""]
    lines.append(f"tags: {', '.join(saved.tags)}")
    for name, parameter in saved.parameters.items():
        default = f" (default {parameter.default})" if parameter.default is not None else ""
        lines.append(f"--param {name}=VALUE  {parameter.type}{default}: {parameter.description}")
    # The header was just told; the text begins below it.
    below = [line for line in saved.text.splitlines() if not line.startswith("#+")]
    return "\n".join([*lines, "", *below])


def _text(text: str | None, file: Path | None) -> str:
    if (text is None) == (file is None):
        raise Misuse("give one query: its text, or -f FILE, or - to read standard input")
    if file == Path("-"):
        text, file = "-", None
    if text == "-" and takes_standard_input():
        raise Misuse("standard input is either the query or the data: give one of them as a file")
    if file is not None and not file.is_file():
        raise ResourceNotFound(file)
    if text not in (None, "-"):
        return text
    name = str(file or "standard input")
    content = file.read_bytes() if file else sys.stdin.buffer.read()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ParseFailure(name, "not UTF-8 text", line) from error


def _answer(
    graph: Graph,
    result: _Result,
    format_name: str | None,
    output: Path | None,
    *,
    labels: bool | None,
    default: bool,
) -> None:
    """Write a result as it was asked for, and exit with 1 for a no."""
    from kg.results import Boolean

    name = _format(result, format_name, output)
    _put(graph, _named(result, name, graph, labels=labels, default=default), name, output)
    if isinstance(result, Boolean) and not result:
        click.get_current_context().exit(1)


def _format(result: _Result, format_name: str | None, output: Path | None) -> str:
    """Tell what to write a result as: what was asked for, what the file's name says, or a table."""
    from kg.results import FORMATS

    fitting = FORMATS[type(result)]
    if format_name is None and output is not None:
        format_name = by_suffix(output, fitting)
    if format_name in _BINARY and output is None:
        raise Misuse(f"{format_name} is not text: give -o FILE.{format_name}")
    return format_name or fitting[0]


def _named(
    result: _Result, format_name: str, graph: Graph, *, labels: bool | None, default: bool
) -> _Result:
    """Return the result with labels in place of IRIs where it is to have them."""
    from kg.results import Solutions

    if labels is not None and not (
        isinstance(result, Solutions) and format_name in _MAY_HAVE_LABELS
    ):
        raise Misuse(
            f"--labels and --iris are for rows as {', '.join(_MAY_HAVE_LABELS)}; "
            f"{format_name} always has IRIs"
        )
    if labels is None:
        labels = default and format_name in _FOR_PEOPLE
    return result.labelled(graph.name) if labels and isinstance(result, Solutions) else result


def _put(graph: Graph, result: _Result, name: str, output: Path | None) -> None:
    """Write a result in a format, laid out for the terminal where it goes to one."""
    from kg.results import Solutions, serialize

    if name == "table" and isinstance(result, Solutions) and output is None and sys.stdout.isatty():
        import shutil

        width = shutil.get_terminal_size().columns
        put(result.to_table(width, color="NO_COLOR" not in os.environ))
    else:
        put_from(graph, serialize(result, name, _graph_writer(result)), output)


def _graph_writer(result: _Result) -> GraphWriter | None:
    from kg.results import GraphResult

    if not isinstance(result, GraphResult):
        return None
    from kg.export import serialize_triples

    return serialize_triples
