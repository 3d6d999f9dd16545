"""The command that tells whom one may believe: ``kg viewpoints``."""

from __future__ import annotations

import json
from textwrap import wrap
from typing import TYPE_CHECKING

import click

from kg.cli.common import data_option, format_option, ontology_option, out_option, put

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kg.comparison import Outcome

__all__ = ["viewpoints"]

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
