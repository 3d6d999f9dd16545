"""Commands about links to Wikidata: ``kg link check | suggest | pull | diff | quickstatements``."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import click

from kg.cli.options import (
    by_suffix,
    data_option,
    format_option,
    ontology_option,
    open_graph,
    out_option,
    put,
)
from kg.errors import Misuse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from pyoxigraph import NamedNode, Triple

    from kg.evidence import Claim
    from kg.graph import Graph
    from kg.wikidata.client import Client
    from kg.wikidata.differences import Difference
    from kg.wikidata.items import Text
    from kg.wikidata.links import Links

__all__ = ["link"]

# The Wikibase that ``kg link`` asks: options that name it, a client of it, tables of answers.

_Command = TypeVar("_Command", bound="Callable[..., Any]")
#: How tables can be written.
_TABLES = ("table", "csv", "tsv", "json", "md")
_CLIENT = "kg.cli.link.client"
#: How many of the values that kg cannot read are named.
_MOST_TOLD = 3


def _site_options(command: _Command) -> _Command:
    """Give a command the options that say who is asked, and how."""

    def keep(context: click.Context, parameter: click.Parameter, value: object) -> None:
        context.meta.setdefault(_CLIENT, {})[parameter.name] = value

    def option(*names: str, **settings: Any) -> Callable[[_Command], _Command]:
        return click.option(*names, callback=keep, expose_value=False, **settings)

    for one in (
        option("--offline", is_flag=True, help="Use only what was read before."),
        option(
            "--max-age",
            type=click.FloatRange(0),
            default=24.0,
            show_default=True,
            metavar="HOURS",
            help="Read again what was read longer ago; 0 reads all again.",
        ),
        option(
            "--contact",
            envvar="KG_CONTACT",
            metavar="ADDRESS",
            help="Your e-mail address or page, which Wikimedia requires. Or set KG_CONTACT.",
        ),
        option("--entities", metavar="IRI", help="What the IRIs of its entities begin with."),
        option("--query-service", metavar="URL", help="Its SPARQL service."),
        option("--api", metavar="URL", help="The API of another Wikibase than Wikidata."),
        data_option,
        ontology_option,
    ):
        command = one(command)
    return command


@contextmanager
def _asked(graph: Graph) -> Iterator[tuple[Client, Links]]:
    """Return a client as the options want it, and the links to what it asks."""
    from dataclasses import replace

    from kg.progress import steps
    from kg.wikidata.client import WIKIDATA, Cache, Client, default_folder
    from kg.wikidata.links import links_of

    given: dict[str, Any] = click.get_current_context().meta[_CLIENT]
    addresses = {"api": given["api"], "sparql": given["query_service"]}
    addresses["entities"] = given["entities"]
    site = replace(WIKIDATA, **{name: one for name, one in addresses.items() if one})
    age = None if given["offline"] else timedelta(hours=given["max_age"])
    cache = Cache(default_folder(), age)
    options = {"contact": given["contact"], "cache": cache, "offline": given["offline"]}
    with steps("asking", None) as begin, Client(site, told=begin, **options) as client:
        yield client, links_of(graph.dataset, site.entities)
    if client.unread:
        listed = [f"{one} {key} ({reason})" for one, key, reason in client.unread]
        more = f" and {len(listed) - _MOST_TOLD:,} more" if len(listed) > _MOST_TOLD else ""
        told = f"{', '.join(listed[:_MOST_TOLD])}{more}"
        click.echo(f"kg: note: skipped what kg cannot read: {told}", err=True)


def _put_table(
    columns: Sequence[str],
    rows: Iterable[Sequence[str]],
    format_name: str | None,
    output: Path | None,
) -> None:
    """Write a table in the format asked for, or in the one that the file's name says."""
    from pyoxigraph import Literal

    from kg.results import Solutions, serialize

    name = format_name or (by_suffix(output, _TABLES) if output else "table")
    table = Solutions(columns, [[Literal(one) if one else None for one in row] for row in rows])
    put(serialize(table, name), output)


_GRAPHS = ("trig", "nq")


@click.group()
def link() -> None:
    """Check the links to Wikidata, find, fill and compare them, and give back.

    Nothing else of kg asks Wikidata. Answers are kept for a day, requests go out one at a time,
    and another Wikibase can take Wikidata's place.

    \b
    kg link check --contact mailto:you@example.org
    kg link suggest "Embassy of Mali in Algiers"
    kg link pull -o wikidata.trig
    kg link diff
    kg link quickstatements -o commands.tsv
    """


@link.command(short_help="Check every link against the item it leads to.")
@_site_options
@format_option(_TABLES, "How to write what was found (default: a table).")
@out_option
@click.pass_context
def check(
    context: click.Context,
    format_name: str | None,
    output: Path | None,
    data: tuple[Path, ...],
    ontology: tuple[Path | str, ...],
) -> None:
    """Check every link against the item it leads to; exit with 1 where one is wrong.

    Each id must exist, and neither be deleted nor redirect. A thing that is the same as an item
    shares a name with it, is of a fitting class (P31/P279*), lies where it lies, and has the same
    ISO codes. Nothing is written; where an id redirects, the new id is shown.

    \b
    kg link check
    kg link check --data my-graph -o links.csv
    """
    from kg.namespaces import compact
    from kg.wikidata.check import check_links

    graph = open_graph(data, ontology)
    with _asked(graph) as (client, links):
        report = check_links(graph.store, links, client)
    rows = [
        (
            "wrong" if one.wrong else "note",
            compact(one.link.subject.value),
            one.link.id,
            one.fault,
            one.message,
            one.fix,
            one.link.place,
        )
        for one in sorted(report.findings, key=lambda one: (not one.wrong, one.link.place))
    ]
    columns = ("verdict", "thing", "id", "fault", "message", "fix", "place")
    _put_table(columns, rows, format_name, output)
    total, wrong = len(report.links), report.wrong_links
    click.echo(f"{total - wrong} of {total} links are right", err=True)
    context.exit(0 if report.right else 1)


@link.command(short_help="Find items for what has no link.")
@click.argument("things", nargs=-1, metavar="[THING]...")
@click.option(
    "--accept", metavar="ID", help="Link the one THING to this item: write the row of the table."
)
@click.option("--close", is_flag=True, help="With --accept: nearly the same, skos:closeMatch.")
@click.option(
    "--confidence",
    type=click.FloatRange(0, 1),
    default=1.0,
    show_default=True,
    help="With --accept: how sure you are.",
)
@click.option("--least", type=click.FloatRange(0, 100), default=50.0, show_default=True)
@click.option("--language", "languages", multiple=True, help="Search names in it; may be repeated.")
@_site_options
@format_option(_TABLES, "How to write the candidates (default: a table).")
@out_option
def suggest(
    things: tuple[str, ...],
    accept: str | None,
    close: bool,  # noqa: FBT001 - click hands it over by name
    confidence: float,
    least: float,
    languages: tuple[str, ...],
    format_name: str | None,
    output: Path | None,
    data: tuple[Path, ...],
    ontology: tuple[Path | str, ...],
) -> None:
    """Find items for THINGs without a link, or for all of them, with the reasons.

    Nothing is linked without your yes: give the THING and --accept with the id that you looked at.
    That writes the row of the table of links, and where the item was read to the list of verified
    ids.

    \b
    kg link suggest
    kg link suggest kg:azawad --language fr --language ar
    kg link suggest kg:azawad --accept Q999999 --close --data my-graph
    """
    from kg.namespaces import compact
    from kg.wikidata import suggest as suggesting

    graph = open_graph(data, ontology)
    nodes = [_thing(graph, one) for one in things]
    if accept is not None:
        if len(nodes) != 1:
            raise Misuse("--accept links one THING: name it")
        _accept(graph, nodes[0], accept, confidence=confidence, close=close)
        return
    chosen = languages or suggesting.LANGUAGES
    with _asked(graph) as (client, links):
        unlinked = {one.subject for one in links.unlinked}
        for node in nodes:
            if node not in unlinked:
                raise Misuse(f"{compact(node.value)} has a link, or no row: see kg show")
        found = suggesting.suggest(
            graph.store, links, client, nodes or None, languages=chosen, least=least
        )
    rows = [
        (compact(one.thing.value), one.id, f"{one.score:.0f}", one.label, one.description, one.told)
        for one in found
    ]
    _put_table(
        ("thing", "id", "score", "label", "description", "reasons"), rows, format_name, output
    )


@link.command(short_help="Read what Wikidata says of our things.")
@click.option(
    "--property", "properties", multiple=True, metavar="P625", help="Which; may be repeated."
)
@_site_options
@format_option(_GRAPHS, "How to write what was read; what the file's name says, or TriG.")
@out_option
def pull(
    properties: tuple[str, ...],
    format_name: str | None,
    output: Path | None,
    data: tuple[Path, ...],
    ontology: tuple[Path | str, ...],
) -> None:
    """Read what Wikidata says of the things that have an item, into a graph of its own.

    Coordinates, ISO codes, flags, official names in Arabic, English and French, populations,
    diplomatic relations, borders, memberships and capitals, each with its rank, its references and
    the time when it was read. Nothing of it goes among the facts; differences from them are listed.

    \b
    kg link pull -o wikidata.trig
    kg link pull --property P1082 --property P36 -o more.nq
    """
    from kg.namespaces import compact
    from kg.wikidata import pull as pulling

    name = format_name or (by_suffix(output, _GRAPHS) if output else "trig")
    graph = open_graph(data, ontology)
    with _asked(graph) as (client, links):
        found = pulling.pull(graph.store, links, client, properties or pulling.PROPERTIES)
    put(pulling.to_text(found.quads, name), output)
    for node, identifier in found.missing:
        click.echo(f"kg: note: {compact(node.value)}: {identifier} is not there", err=True)
    for one in found.conflicts:
        told = (
            f"{compact(one.thing.value)} {one.property}: we have {one.ours}, {one.id} {one.theirs}"
        )
        click.echo(f"kg: conflict: {told}", err=True)
    click.echo(
        f"{found.statements} statements of {len(links.item_of())} items, "
        f"{len(found.conflicts)} conflicts",
        err=True,
    )


@link.command(short_help="Tell what we have and Wikidata lacks, and the reverse.")
@_site_options
@format_option(_TABLES, "How to write the differences (default: a table).")
@out_option
def diff(
    format_name: str | None,
    output: Path | None,
    data: tuple[Path, ...],
    ontology: tuple[Path | str, ...],
) -> None:
    """Tell what we have and Wikidata lacks, and the reverse.

    What is disputed, contradicted or has no address of a source is listed with the reason why it
    must not be given to Wikidata. Missions, relations and events without an item are new items.

    \b
    kg link diff
    kg link diff -o differences.csv
    """
    _, found = _differences(data, ontology)
    rows = [
        (
            one.kind,
            one.id or "new",
            one.property,
            _said(one),
            one.told,
            one.refused,
            " ".join(one.references[:1]),
        )
        for one in found
    ]
    columns = ("kind", "item", "property", "value", "told", "refused", "reference")
    _put_table(columns, rows, format_name, output)


@link.command(short_help="Write what Wikidata lacks as QuickStatements.")
@click.option("--yes", is_flag=True, help="Take every statement without asking.")
@_site_options
@out_option
def quickstatements(
    yes: bool,  # noqa: FBT001 - click hands it over by name
    output: Path | None,
    data: tuple[Path, ...],
    ontology: tuple[Path | str, ...],
) -> None:
    """Write what we have and Wikidata lacks as QuickStatements, each with its reference.

    You are asked about each statement: y takes it, n leaves it out, q ends without writing
    anything. What is disputed, contradicted or deprecated in Wikidata, or cannot be said in
    QuickStatements, is never asked about: it is listed, with the reason.

    \b
    kg link quickstatements -o commands.tsv
    kg link quickstatements --yes -o commands.tsv
    """
    from kg.english import counted
    from kg.wikidata.quickstatements import givable, written

    graph, found = _differences(data, ontology)
    labels = _labels(graph, found)
    given, refused = givable(found, labels)
    for one in refused:
        reason = one.refused or "its new item must not be made"
        click.echo(f"kg: refused: {one.told}: {reason}", err=True)
    if not yes:
        given = _reviewed(given)
    put(written(given, "v1", labels), output)
    told = f"{counted(len(given), 'statement')} written, {len(refused):,} refused"
    click.echo(told, err=True)


def _labels(graph: Graph, found: Iterable[Difference]) -> dict[str, str | Text]:
    """Return the label of each new item: the English one, or else the first with its language."""
    from kg.wikidata.items import Text
    from kg.wikidata.links import thing

    labels: dict[str, str | Text] = {}
    for node in {one.thing for one in found if one.id is None}:
        names = thing(graph.store, node).names
        english = [name for name, language in names if language == "en"]
        if english:
            labels[node.value] = english[0]
        elif names:
            # "mul" is Wikidata's word for a name in no language in particular.
            labels[node.value] = Text(names[0][0], names[0][1] or "mul")
    return labels


def _reviewed(given: Sequence[Difference]) -> list[Difference]:
    """Ask about each statement; what is said of a new item goes with that."""
    taken: list[Difference] = []
    left_out = set()
    for number, one in enumerate(given, 1):
        if one.thing in left_out:
            continue
        source = one.references[0] if one.references else "no reference"
        item = one.id or "a new item"
        click.echo(f"{number}/{len(given)} {one.told}", err=True)
        click.echo(f"    {item} {one.property} {_said(one)}", err=True)
        click.echo(f"    {source}", err=True)
        answer = _answer()
        if answer == "q":
            raise Misuse("ended: nothing was written")
        if answer == "y":
            taken.append(one)
        elif one.id is None and one.property == "P31":
            left_out.add(one.thing)
    return taken


def _answer() -> str:
    while True:
        click.echo("    give it to Wikidata? [y/n/q] ", nl=False, err=True)
        line = sys.stdin.readline()
        if not line:
            raise Misuse("no answer on standard input: nothing was written; --yes takes all")
        if line.strip().lower() in ("y", "n", "q"):
            return line.strip().lower()


def _differences(
    data: Sequence[Path], ontology: Sequence[Path | str]
) -> tuple[Graph, list[Difference]]:
    from kg.wikidata.differences import differences

    graph = open_graph(data, ontology)

    def proven(triple: Triple) -> Iterable[Claim]:
        why = graph.explain(triple.subject, triple.predicate, triple.object)
        return [claim for premise in why.premises for claim in premise.claims]

    with _asked(graph) as (client, links):
        return graph, differences(graph.store, links, client, proven)


def _said(one: Difference) -> str:
    from kg.wikidata.quickstatements import shown

    return shown(one.value)


def _thing(graph: Graph, text: str) -> NamedNode:
    from pyoxigraph import NamedNode

    from kg.terms import resolve

    found = resolve(text, graph.store)
    if not isinstance(found, NamedNode):
        raise Misuse(f"{text}: is no thing with an IRI")
    return found


def _accept(
    graph: Graph, node: NamedNode, identifier: str, *, confidence: float, close: bool
) -> None:
    from datetime import UTC, datetime

    from kg.check.links import VERIFIED_IDS
    from kg.dataset.documents import shown
    from kg.edit.working import alone
    from kg.files import write
    from kg.wikidata.links import Acceptance, accept
    from kg.wikidata.suggest import judged

    with _asked(graph) as (client, links):
        item = client.items([identifier])[identifier]
        if item is None:
            raise Misuse(f"{identifier} does not exist, or was deleted")
        candidate = judged(graph.store, links, client, node, item)
        today = datetime.now(UTC).date().isoformat()
        choice = Acceptance(
            node,
            item,
            "skos:closeMatch" if close else "skos:exactMatch",
            confidence,
            f"Accepted by hand on {today}: {candidate.told}.",
            f"{client.site.api} revision {item.revision}, read {item.retrieved}",
        )
    # Others who accept a link wait, and read what is written here.
    with alone(links.path.parent):
        places = (links.path, links.path.with_name(VERIFIED_IDS))
        earlier = {path: path.read_bytes() for path in places if path.is_file()}
        listed, ids, table, rows = accept(links.path, choice)
        _refuse_wrong({listed: ids, table: rows})
        # The list comes first: the table may only lead to what is listed.
        write(listed, ids, earlier=earlier.get(listed))
        write(table, rows, earlier=earlier.get(table))
    put(f"{shown(table)}: {choice.predicate} wd:{item.id} ({item.label()})")


def _refuse_wrong(changed: dict[Path, bytes]) -> None:
    """Check a copy of the folder with the files changed, where it is the folder of a graph.

    Raises:
        DoesNotConform: the graph would not be right with them.
    """
    import shutil
    from pathlib import Path
    from tempfile import TemporaryDirectory

    from kg import graph as graphs
    from kg.errors import DoesNotConform

    folder = next(iter(changed)).parent
    if not (folder / "claims.ttl").is_file():
        return
    with TemporaryDirectory() as place:
        trial = Path(place) / folder.name
        shutil.copytree(folder, trial)
        for path, content in changed.items():
            (trial / path.name).write_bytes(content)
        report = graphs.Graph([trial]).check()
    if not report.passes:
        first = str(report.results[0]).replace(str(trial), str(folder))
        raise DoesNotConform(f"{first}; nothing was changed", report)
