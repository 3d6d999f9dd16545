"""The Wikibase that ``kg link`` asks: options that name it, a client of it, tables of answers."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import click

from kg.cli.common import by_suffix, data_option, ontology_option, put

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from kg.graph import Graph
    from kg.wikidata.client import Client
    from kg.wikidata.links import Links

__all__ = ["TABLES", "asked", "put_table", "site_options"]

_Command = TypeVar("_Command", bound="Callable[..., Any]")
#: How tables can be written.
TABLES = ("table", "csv", "tsv", "json", "md")
_CLIENT = "kg.cli.site.client"
#: How many of the values that kg cannot read are named.
_MOST_TOLD = 3


def site_options(command: _Command) -> _Command:
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
def asked(graph: Graph) -> Iterator[tuple[Client, Links]]:
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


def put_table(
    columns: Sequence[str],
    rows: Iterable[Sequence[str]],
    format_name: str | None,
    output: Path | None,
) -> None:
    """Write a table in the format asked for, or in the one that the file's name says."""
    from pyoxigraph import Literal

    from kg.results import Solutions, serialize

    name = format_name or (by_suffix(output, TABLES) if output else "table")
    table = Solutions(columns, [[Literal(one) if one else None for one in row] for row in rows])
    put(serialize(table, name), output)
