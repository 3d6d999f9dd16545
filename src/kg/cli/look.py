"""Commands that look things up: ``kg show``, ``kg stats``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from kg.cli.common import format_option, graph_options, open_graph, out_option, put

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["show", "stats"]


@click.command()
@click.argument("thing")
@format_option(("text", "json", "ttl"), "How to write it (default: text).")
@out_option
@graph_options
def show(
    thing: str,
    format_name: str | None,
    output: Path | None,
    data: tuple[Path, ...],
    ontology: tuple[Path | str, ...],
) -> None:
    """Show all that the graph knows about one thing.

    THING is an IRI in < >, a CURIE, a Wikidata id or a label. Each fact stands with its claim
    and the unit of the source that it is written in.

    \b
    kg show Mali
    kg show Q912 --format json
    kg show kg:algeria-mali-border --format ttl
    """
    entity = open_graph(data, ontology).show(thing)
    if format_name == "json":
        put(json.dumps(entity.to_dict(), ensure_ascii=False, indent=2), output)
    elif format_name == "ttl":
        from kg.export import canonical_turtle

        put(canonical_turtle(entity.triples), output)
    else:
        put(str(entity), output)


@click.command()
@format_option(("text", "json"), "How to write it (default: text).")
@out_option
@graph_options
def stats(
    format_name: str | None,
    output: Path | None,
    data: tuple[Path, ...],
    ontology: tuple[Path | str, ...],
) -> None:
    """Count the triples of each graph, the things and the claims.

    \b
    kg stats
    kg stats --format json
    """
    counted = open_graph(data, ontology).stats()
    if format_name == "json":
        put(json.dumps(counted, ensure_ascii=False, indent=2), output)
        return
    lines = []
    for title, counts in counted.items():
        lines += [title, *(f"  {name:<24}{number:>8}" for name, number in counts.items())]
    put("\n".join(lines), output)
