"""Commands that look things up: ``kg show``, ``kg stats``, ``kg viewpoints``."""

from __future__ import annotations

import json
from textwrap import wrap
from typing import TYPE_CHECKING

import click

from kg.cli.options import (
    data_option,
    format_option,
    graph_options,
    ontology_option,
    open_graph,
    out_option,
    put,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kg.perspectives import Outcome

__all__ = ["show", "stats", "viewpoints"]


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


# ``kg viewpoints``.

_WIDTH = 92


@click.command()
@format_option(("text", "json"), "How to write it (default: text).")
@out_option
@data_option
@ontology_option
def viewpoints(
    format_name: str | None,
    output: Path | None,
    data: tuple[Path, ...],
    ontology: tuple[Path | str, ...],
) -> None:
    """List the viewpoints from which the graph can be seen, and what each comes to.

    Every command that reads takes one with --viewpoint.

    \b
    kg viewpoints
    kg run tension-raising-events --viewpoint undisputed
    kg run only-according-to --param agent=Mali --param other=Algeria
    """
    from kg.graph import Graph

    found = Graph(data or None, ontology or None).viewpoints()
    if format_name == "json":
        rows = [one.to_dict() for one in found]
        put(json.dumps(rows, ensure_ascii=False, indent=2), output)
    else:
        put("\n".join(line for one in found for line in _lines(one)), output)


def _lines(one: Outcome) -> Iterator[str]:
    yield one.viewpoint.slug
    if one.same_as:
        yield f"  {one.viewpoint.label}: the facts are those of {one.same_as}"
        return
    yield from (f"  {line}" for line in wrap(one.viewpoint.definition, _WIDTH))
    if one.inferred is None:
        yield f"  {one.facts:,} facts; {one.contradiction}"
    else:
        events = f"{one.tension_raising} tension-raising events"
        yield f"  {one.facts:,} facts, {one.inferred:,} inferred, {events}"
