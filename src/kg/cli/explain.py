"""The command that explains why a triple follows: ``kg explain``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kg.cli.options import format_option, graph_options, open_graph, out_option, put
from kg.errors import Misuse

if TYPE_CHECKING:
    from pathlib import Path

    from kg.explanation import Explanation, Explanations
    from kg.graph import Graph

__all__ = ["explain"]

_FORMATS = ("text", "json", "ttl", "dot", "svg")


@click.command()
@click.argument("subject", metavar="SUBJECT")
@click.argument("predicate", metavar="[PREDICATE", required=False)
@click.argument("object_", metavar="OBJECT]", required=False)
@click.option("--all", "every", is_flag=True, help="Give other proofs too, the shortest first.")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=10,
    show_default=True,
    help="With --all: give so many at most.",
)
@click.option("--why-not", "lacking", is_flag=True, help="Tell what is missing for it to follow.")
@format_option(_FORMATS, "How to write it; by the file's suffix, or else text.")
@out_option
@graph_options
def explain(
    subject: str,
    predicate: str | None,
    object_: str | None,
    *,
    every: bool,
    limit: int,
    lacking: bool,
    format_name: str | None,
    output: Path | None,
    data: tuple[Path, ...],
    ontology: tuple[Path | str, ...],
) -> None:
    """Tell why a triple holds, down to the passages it rests on.

    The predicate `a` is rdf:type. SUBJECT alone shows all that was derived about it, and why.
    Pictures (svg) are drawn by Graphviz. Exits with 1 where the triple is neither asserted nor
    inferred; with --why-not, where it is.

    \b
    kg explain kg:drone-shootdown-2025 a rel:TensionRaisingEvent
    kg explain Algeria rel:neighbours Mali --format json
    kg explain Mali "has diplomatic ties with" Algeria --all
    kg explain Mali "has diplomatic ties with" Algeria -o ties.svg
    kg explain kg:drone-shootdown-2025
    kg explain Algeria rel:neighbours kg:france --why-not
    """
    format_name = format_name or _suffix(output)
    if predicate is None:
        _only(format_name, every=every, lacking=lacking)
        told = open_graph(data, ontology).consequences(subject)
        put(told.to_json() if format_name == "json" else str(told), output)
        return
    if object_ is None:
        raise click.UsageError("an object is missing: give SUBJECT PREDICATE OBJECT, or SUBJECT")
    graph = open_graph(data, ontology)
    if lacking:
        _only(format_name, every=every, lacking=False)
        _why_not(graph, (subject, predicate, object_), format_name, output)
    elif every:
        found = graph.explain_all(subject, predicate, object_, limit=limit)
        put(_written(found, format_name), output)
    else:
        put(_written(graph.explain(subject, predicate, object_), format_name), output)


def _suffix(output: Path | None) -> str:
    suffix = "" if output is None else output.suffix.removeprefix(".").lower()
    return suffix if suffix in _FORMATS else "text"


def _only(format_name: str, *, every: bool, lacking: bool) -> None:
    """Refuse what only goes with a triple that is proved."""
    if every or lacking:
        option = "--all" if every else "--why-not"
        raise Misuse(f"{option} goes with the proof of a triple: give SUBJECT PREDICATE OBJECT")
    if format_name not in ("text", "json"):
        raise Misuse(f"{format_name} is a format of proofs; this is written as text or json")


def _why_not(
    graph: Graph, parts: tuple[str, str, str], format_name: str, output: Path | None
) -> None:
    told = graph.why_not(*parts)
    if told.holds:
        click.echo(f"kg: {told.sentence}: this holds; leave out --why-not to see why", err=True)
        raise click.exceptions.Exit(1)
    put(told.to_json() if format_name == "json" else str(told), output)


def _written(told: Explanation | Explanations, format_name: str) -> bytes | str:
    if format_name == "json":
        return told.to_json()
    if format_name == "ttl":
        from kg.export import canonical_turtle

        return canonical_turtle(told.triples)
    if format_name == "dot":
        return told.to_dot()
    return told.to_svg() if format_name == "svg" else str(told)
