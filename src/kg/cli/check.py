"""Commands that check: ``kg validate``, ``kg check``, ``kg fmt``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from kg.cli.options import (
    INPUT,
    PATH,
    data_option,
    format_option,
    input_format_option,
    is_strict,
    ontology_option,
    out_option,
    put,
    reading,
    reading_options,
    shapes_option,
    strict_option,
    tell_notes,
    viewpoint,
    viewpoint_option,
)
from kg.errors import Misuse
from kg.sources import KG

if TYPE_CHECKING:
    from pathlib import Path

    from kg.check import CheckReport
    from kg.validation import Engine
    from kg.validation.report import ValidationReport

__all__ = ["check", "fmt", "validate"]


@click.command(short_help="Check files against SHACL shapes.")
@click.argument("files", nargs=-1, type=INPUT)
@shapes_option
@ontology_option
@click.option(
    "--engine",
    type=click.Choice(("auto", "pyshacl", "shacl")),
    default="auto",
    help="pyshacl, the reference; shacl, the fast one; auto chooses what fits the graph.",
)
@click.option(
    "--allow-warnings", is_flag=True, help="Conform with warnings and remarks, as in pyshacl."
)
@click.option("--allow-infos", is_flag=True, help="Conform with remarks, as in pyshacl.")
@data_option
@strict_option
@viewpoint_option
@reading_options
@format_option(
    ("text", "json", "ttl", "github", "sarif"), "How to write the report (default: text)."
)
@out_option
@click.pass_context
def validate(
    context: click.Context,
    files: tuple[Path, ...],
    shapes: tuple[Path | str, ...],
    ontology: tuple[Path | str, ...],
    engine: Engine,
    data: tuple[Path, ...],
    format_name: str | None,
    output: Path | None,
    *,
    allow_warnings: bool,
    allow_infos: bool,
) -> None:
    """Check FILES against SHACL shapes; exit with 1 where they do not conform.

    They conform where there is no result: as SHACL has it, a warning counts too, unless it is
    allowed.

    Without FILES, the graph that kg ships. Without --shapes, the shapes that kg ships, for a graph
    of kg; --shapes kg takes them for any file. What the files entail is checked against the shapes
    too. Nothing is changed.

    \b
    kg validate
    kg validate --shapes my-shapes.ttl my-data/ --format json
    kg validate --shapes kg my-events.ttl
    """
    from kg.caveats import admit
    from kg.graph import Graph

    # The shapes of kg look at what its ontology entails.
    meaning = ontology or ([KG] if KG in shapes else None)
    graph = Graph(files + data or None, meaning, viewpoint(), reading())
    if is_strict():
        admit(graph.dataset)
    allow = "Warning" if allow_warnings else "Info" if allow_infos else ""
    report = graph.validate(shapes or None, engine=engine, allow=allow)
    tell_notes(graph, report.notes)
    _report(report, format_name, output)
    context.exit(0 if report.conforms else 1)


@click.command(short_help="Check a graph in every way that kg knows.")
@click.option(
    "--source", type=PATH, help="The source text: check every passage against it as well."
)
@shapes_option
@format_option(("text", "json", "github", "sarif"), "How to write the report (default: text).")
@out_option
@data_option
@ontology_option
@reading_options
@click.pass_context
def check(
    context: click.Context,
    source: Path | None,
    shapes: tuple[Path | str, ...],
    format_name: str | None,
    output: Path | None,
    data: tuple[Path, ...],
    ontology: tuple[Path | str, ...],
) -> None:
    """Check a graph in every way that kg knows; exit with 1 where something is wrong.

    Shapes, every fact's claim and every claim's fact, quality queries, links, canonical form.
    With --source, also every passage's place and digest in the text, and which of its units no
    claim cites.

    Files of your own are checked in the ways that hold for any: whether they can be read and
    contradict themselves, what goes beyond OWL 2 RL, their shapes (--shapes), and slips such as two
    labels, which are warnings. For continuous integration: --format github or sarif.

    \b
    kg check
    kg check --source article.txt
    kg check --data my-graph/
    kg check --data data.ttl --ontology terms.ttl --shapes shapes.ttl --format github
    """
    from kg.graph import Graph

    graph = Graph(data or None, ontology or None, reading=reading())
    report = graph.check(source, shapes=shapes or None)
    _report(report, format_name, output)
    context.exit(report.exit_code)


@click.command(short_help="Rewrite data files in canonical form.")
@click.argument("files", nargs=-1, type=INPUT)
@input_format_option
@click.option(
    "--check", is_flag=True, help="Change nothing; exit with 1 where a file would change."
)
@click.pass_context
def fmt(context: click.Context, files: tuple[Path, ...], *, check: bool) -> None:
    """Rewrite data files in canonical form: Turtle, and SSSOM tables of links.

    Without FILES, those of the graph that kg ships; - writes standard input to standard output.
    Comments stay with the thing that they stand before or in the middle of, and relative IRIs stay
    relative.

    \b
    kg fmt
    kg fmt --check my-graph/*.ttl
    kg fmt - --input-format ttl < draft.ttl
    """
    from kg.dataset.documents import SSSOM, read_documents, shown
    from kg.export import canonical_text, format_file
    from kg.files import STDIN
    from kg.resources import data

    changed = 0
    for document in read_documents(files or [data()]):
        if document.path == STDIN:
            if document.format.name != "ttl":
                raise Misuse("kg fmt rewrites Turtle: give --input-format ttl")
            text = canonical_text(document.path, document.content)
            is_other = text.encode() != document.content
            changed += is_other
            if not check:
                put(text)
            elif is_other:
                put("<stdin>: not in canonical form")
            continue
        # A folder may hold files of formats that have no canonical form; a file named is meant.
        if document.path not in files and document.format.name not in ("ttl", SSSOM.name):
            continue
        if format_file(document.path, check=check) is None:
            continue
        changed += 1
        name = shown(document.path)
        put(f"{name}: not in canonical form: run kg fmt {name}" if check else f"{name}: rewritten")
    context.exit(1 if check and changed else 0)


def _report(
    report: ValidationReport | CheckReport, format_name: str | None, output: Path | None
) -> None:
    if format_name == "json":
        whole = {"conforms": report.conforms, **_engine(report), "results": report.rows()}
        put(json.dumps(whole, ensure_ascii=False, indent=2), output)
    elif format_name in ("github", "sarif"):
        from kg.check.annotations import to_github, to_sarif

        put(to_github(report) if format_name == "github" else to_sarif(report), output)
    elif format_name == "ttl":
        from kg.export import canonical_turtle
        from kg.validation.report import ValidationReport

        shacl = report if isinstance(report, ValidationReport) else ValidationReport(report.results)
        put(canonical_turtle(shacl.to_triples()), output)
    else:
        counts = ", ".join(f"{n} {kind}" for kind, n in report.counts().items() if n)
        verdict = _verdict(report)
        verdict += "".join(f" ({engine})" for engine in _engine(report).values())
        lines = [str(report), f"{verdict}: {counts}" if counts else verdict]
        put("\n".join(line for line in lines if line), output)


def _verdict(report: ValidationReport | CheckReport) -> str:
    if report.conforms:
        return "conforms"
    # A check passes with warnings, and SHACL does not call that conforming.
    return "passes" if getattr(report, "passes", False) else "does not conform"


def _engine(report: ValidationReport | CheckReport) -> dict[str, str]:
    """What validated, where a report is of one validation."""
    engine = getattr(report, "engine", "")
    return {"engine": engine} if engine else {}
