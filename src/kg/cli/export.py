"""Commands that write: ``kg export``, ``kg infer``, ``kg diff``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from kg.cli.options import (
    INPUT,
    Choice,
    by_suffix,
    data_option,
    format_option,
    graph_options,
    input_format_option,
    is_strict,
    ontology_option,
    open_graph,
    out_option,
    put,
    put_from,
    reading,
    reading_options,
    strict_option,
    tell,
    tell_notes,
    viewpoint,
    viewpoint_option,
)
from kg.formats import FORMATS, GRAPH_FORMATS
from kg.progress import steps
from kg.sources import KG, NONE, is_graph_of_kg

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["diff", "export", "infer"]

_EXPORT_FORMATS = tuple(FORMATS)
_GRAPHS = ("all", "asserted", "inferred", "claims", "links", "reference", "ontology")


@click.command(short_help="Write the graph in any of eight formats.")
@format_option(_EXPORT_FORMATS, "How to write it (default: by the ending of the file's name).")
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
    ontology: tuple[Path | str, ...],
) -> None:
    """Write the graph, or one of its named graphs, the same bytes every time.

    \b
    kg export -o relations.ttl
    kg export -o relations.jsonld --graph asserted
    kg export --format nq > everything.nq
    """
    if format_name is None:
        format_name = by_suffix(output, _EXPORT_FORMATS) if output else "ttl"
    opened = open_graph(data, ontology)
    with steps("exporting", None) as begin:
        begin(f"write {format_name}")
        written = opened.serialize(format_name, graph)
    put_from(opened, written, output)


@click.command(short_help="Write what data entails by OWL 2 RL.")
@click.argument("files", nargs=-1, type=INPUT, metavar="DATA...")
@ontology_option
@data_option
@viewpoint_option
@reading_options
@click.option("--asserted", is_flag=True, help="Write the asserted triples as well.")
@click.option(
    "--engine",
    type=Choice(("compiled", "owlrl")),
    default="compiled",
    show_default=True,
    help="What derives; owlrl is the reference, and slow.",
)
@strict_option
@click.option("--partial", is_flag=True, hidden=True, expose_value=False, help="What goes anyway.")
@click.option("--max-seconds", type=float, metavar="S", help="Give up after so many seconds.")
@click.option("--max-memory", type=float, metavar="MB", help="Give up above so much memory.")
@format_option(GRAPH_FORMATS, "How to write it (default: by the ending of the file's name).")
@out_option
def infer(
    files: tuple[Path, ...],
    ontology: tuple[Path | str, ...],
    data: tuple[Path, ...],
    format_name: str | None,
    output: Path | None,
    engine: str,
    max_seconds: float | None,
    max_memory: float | None,
    *,
    asserted: bool,
) -> None:
    """Write the triples that DATA entails by OWL 2 RL, and not DATA itself.

    Files are taken as they are; --ontology says what their terms mean. The rules hold for any
    graph: a note names what an ontology says beyond OWL 2 RL, which makes what follows
    incomplete, never wrong. Exits with 1 where the graph contradicts itself.

    \b
    kg infer my-events.ttl --ontology kg -o inferred.nt
    kg infer --ontology my-ontology.ttl my-data/ -o inferred.ttl
    """
    from kg.budget import Budget
    from kg.export import serialize_triples
    from kg.files import write
    from kg.graph import Graph
    from kg.snapshot.writing import InLines

    budget = Budget(max_seconds, None if max_memory is None else int(max_memory * 1e6))
    if not files + data:
        raise click.UsageError("Missing argument 'DATA...'.")

    if format_name is None:
        format_name = by_suffix(output, GRAPH_FORMATS) if output else "nt"
    graph = Graph(files + data or None, ontology or None, viewpoint(), reading())
    with steps("deriving", None) as begin:
        begin("read")
        _ = graph.dataset.columns
        begin("close")
        closure = graph.close(engine, budget=budget, strict=is_strict())
    triples = closure.inferred
    tell_notes(graph)
    if closure.reason:
        tell([f"owlrl did the work, since {closure.reason}"])
    if asserted:
        triples = triples | graph.asserted()
    # An output that may name places on this machine is looked through as a whole.
    has_relative = any(document.has_relative for document in graph.dataset.documents)
    in_lines = format_name == "nt" and not has_relative
    if in_lines and isinstance(triples, InLines) and not triples.has_blank_nodes():
        lines = budget.checked(triples.ordered().lines(), "writing what is inferred")
        if output is None:
            sys.stdout.buffer.writelines(lines)
        else:
            write(output, lines)
        return
    put_from(graph, serialize_triples(triples, format_name, graph.dataset.prefixes), output)


@click.command(short_help="Tell in words what changed.")
@click.argument("before", type=INPUT)
@click.argument("after", type=INPUT)
@reading_options
@input_format_option
@format_option(("text", "json"), "How to write it (default: text).")
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

    BEFORE and AFTER are files or folders; - is standard input.

    \b
    kg diff data-of-last-year/ data/
    kg diff a.ttl b.nt --format json
    """
    from kg.graph import Graph

    # What says what the terms mean is no difference: where one graph has kg's ontology, both do.
    meaning = KG if any(map(is_graph_of_kg, (before, after))) else NONE
    first, second = (Graph(one, meaning, reading=reading()) for one in (before, after))
    with steps("comparing", None) as begin:
        begin("read")
        for graph in (first, second):
            _ = graph.dataset.named_graphs()
        begin("compare")
        found = first.diff(second)
    tell_notes(first)
    tell_notes(second)
    put(found.to_json() if format_name == "json" else str(found), output)
    context.exit(1 if found else 0)
