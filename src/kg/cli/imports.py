"""Commands that import tables of others: ``kg import missions``."""

from __future__ import annotations

import csv
import io
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.cli.options import INPUT, PATH, by_suffix, format_option, put

if TYPE_CHECKING:
    from kg.imports.missions import Imported

__all__ = ["imports"]

_FORMATS = ("ttl", "nt", "nq", "trig")


@click.group("import")
def imports() -> None:
    """Turn tables that others publish into triples in kg's terms.

    \b
    kg import missions database_of_embassies.csv -o missions.ttl
    """


@imports.command(short_help="Wikidata's diplomatic missions, a CSV file.")
@click.argument("file", type=INPUT)
@click.option(
    "-o", "--output", type=PATH, required=True, help="The file to write, whole or not at all."
)
@click.option("--report", type=PATH, help="A TSV file of what is wrong in FILE, by line.")
@format_option(_FORMATS, "How to write it (default: by the ending of the file's name).")
@click.pass_context
def missions(
    context: click.Context,
    file: Path,
    output: Path,
    report: Path | None,
    format_name: str | None,
) -> None:
    """Turn the Database of Embassies, an extract from Wikidata, into missions of all States.

    Every row is imported or refused with its line; what cannot be used of a row, and what is wrong
    in the file itself, is counted, and listed with --report. Things that kg knows keep kg's names.
    Exit with 1 where a row was refused.

    \b
    kg import missions database_of_embassies.csv -o missions.ttl --report faults.tsv
    kg query --data missions.ttl --ontology kg 'SELECT (COUNT(*) AS ?n) { ?m a rel:Embassy }'
    """
    from kg.dataset import load
    from kg.export import export
    from kg.imports.missions import GRAPH, import_missions
    from kg.progress import steps
    from kg.resources import data
    from kg.wikidata.links import links_of

    to_stdout = output == Path("-")
    name = format_name or ("ttl" if to_stdout else by_suffix(output, _FORMATS))
    with steps("importing missions", 3) as begin:
        begin("read")
        dataset = load([data()], [])
        known = links_of(dataset).thing_of()
        names = {node: label for node in known.values() if (label := dataset.label(node))}
        found = import_missions(file, known, names)
        begin("order")
        content = export({GRAPH: [quad.triple for quad in found.quads]}, name)
        begin("write")
        put(content, None if to_stdout else output)
        if report is not None:
            put(_table(found), report)
    _summarize(found)
    context.exit(1 if found.refused else 0)


def _table(found: Imported) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter="\t", lineterminator="\n")
    writer.writerow(("line", "column", "value", "message"))
    for fault in found.faults:
        writer.writerow((fault.line, fault.column, fault.value, fault.message))
    return text.getvalue()


def _summarize(found: Imported) -> None:
    """Say on standard error what became of the file."""
    click.echo(
        f"{found.rows:,} rows: {found.imported:,} imported, {found.refused:,} refused; "
        f"{found.missions:,} missions, {len(found.quads):,} triples",
        err=True,
    )
    counts = Counter(
        (
            fault.column,
            " ".join(word if not word.isdecimal() else "N" for word in fault.message.split()),
        )
        for fault in found.faults
    )
    for (column, message), count in counts.most_common():
        click.echo(f"{count:>6,}  {column or 'row'}: {message}", err=True)
