"""Commands that write: ``kg export``, ``kg infer``, ``kg diff``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kg.cli.common import (
    GRAPH_FORMATS,
    PATH,
    Choice,
    by_suffix,
    data_option,
    format_option,
    graph_options,
    open_graph,
    out_option,
    put,
    tell_notes,
)
from kg.formats import FORMATS

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["diff", "export", "infer"]

_EXPORT_FORMATS = tuple(FORMATS)
_GRAPHS = ("all", "asserted", "inferred", "claims", "links", "reference", "ontology")


@click.command(short_help="Write the graph in any of eight formats.")
@format_option(_EXPORT_FORMATS, "How to write it; told by the file's name unless given.")
@click.option(
    "--graph", type=Choice(_GRAPHS), default="all", show_default=True, help="Which graph to write."
)
@out_option
@graph_options
def export(
    format_name: str | None,
    graph: str,
    output: Path | None,
    data: tuple[Path, ...],
    ontology: tuple[Path, ...],
) -> None:
    """Write the graph, or one of its named graphs, the same bytes every time.

    \b
    kg export -o relations.ttl
    kg export -o relations.jsonld --graph asserted
    kg export --format nq > everything.nq
    """
    if format_name is None:
        format_name = by_suffix(output, _EXPORT_FORMATS) if output else "ttl"
    put(open_graph(data, ontology).serialize(format_name, graph), output)


@click.command(short_help="Write what data entails by OWL 2 RL.")
@click.argument("files", nargs=-1, type=PATH, metavar="DATA...")
@click.option(
    "--ontology",
    type=PATH,
    multiple=True,
    help="What the terms mean; the one that kg ships unless given; may be repeated.",
)
@data_option
@click.option("--asserted", is_flag=True, help="Write the asserted triples as well.")
@format_option(GRAPH_FORMATS, "How to write it; told by the file's name unless given.")
@out_option
def infer(
    files: tuple[Path, ...],
    ontology: tuple[Path, ...],
    data: tuple[Path, ...],
    format_name: str | None,
    output: Path | None,
    *,
    asserted: bool,
) -> None:
    """Write the triples that DATA entails by OWL 2 RL, and not DATA itself.

    \b
    kg infer my-events.ttl -o inferred.nt
    kg infer --ontology my-ontology.ttl my-data/ -o inferred.ttl
    """
    from kg.export import serialize_triples
    from kg.graph import Graph

    if not files + data:
        raise click.UsageError("Missing argument 'DATA...'.")

    if format_name is None:
        format_name = by_suffix(output, GRAPH_FORMATS) if output else "nt"
    graph = Graph(files + data or None, ontology or None)
    triples = graph.infer()
    tell_notes(graph)
    if asserted:
        triples |= graph.asserted()
    put(serialize_triples(triples, format_name), output)


@click.command(short_help="Tell in words what changed.")
@click.argument("before", type=PATH)
@click.argument("after", type=PATH)
@format_option(("text", "json"), "How to write it; text unless told.")
@out_option
@click.pass_context
def diff(
    context: click.Context,
    before: Path,
    after: Path,
    format_name: str | None,
    output: Path | None,
) -> None:
    """Tell in words what changed between two graphs; exit with 1 where anything did.

    BEFORE and AFTER are files or folders.

    \b
    kg diff data-of-last-year/ data/
    kg diff a.ttl b.nt --format json
    """
    from kg.graph import Graph

    first, second = Graph(before), Graph(after)
    found = first.diff(second)
    tell_notes(first)
    tell_notes(second)
    put(found.to_json() if format_name == "json" else str(found), output)
    context.exit(1 if found else 0)
