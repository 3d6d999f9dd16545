"""The command that answers over HTTP: ``kg serve``."""

from __future__ import annotations

import ipaddress
import os
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from kg.cli.options import (
    PATH,
    is_strict,
    ontology_option,
    strict_option,
    takes_standard_input,
    viewpoint,
    viewpoint_option,
)
from kg.errors import Misuse
from kg.sources import ontology_files

if TYPE_CHECKING:
    from kg.web.settings import Settings

__all__ = ["serve"]

_SECONDS = click.FloatRange(min=0.1, max=86_400)
_COUNT = click.IntRange(min=1, max=1_000_000_000)
_PLACES = click.IntRange(min=1, max=256)


@click.command(short_help="Answer over HTTP: SPARQL, pages, data.")
@click.option(
    "--data", type=PATH, multiple=True, help="File or folder of another graph; may be repeated."
)
@ontology_option
@strict_option
@viewpoint_option
@click.option("--dataset", type=PATH, help="Serve one RDF file as it is; nothing is inferred.")
@click.option(
    "--union-default-graph",
    is_flag=True,
    help="Have all graphs of --dataset be its default graph; so it is of kg's own exports.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8010,
    show_default=True,
    help="Port to listen at; 0 takes one that is free.",
)
@click.option("--base", metavar="IRI", help="What links begin with, behind another server.")
@click.option("--cors", is_flag=True, help="Let pages of other sites read.")
@click.option("--writable", is_flag=True, help="Take updates.")
@click.option(
    "--token-file", type=PATH, help="File with the token that a client must send to write."
)
@click.option("--max-seconds", type=_SECONDS, default=20.0, show_default=True, help="For a query.")
@click.option(
    "--max-cpu-seconds",
    type=_SECONDS,
    default=10.0,
    show_default=True,
    help="Of a processor, for a query.",
)
@click.option(
    "--max-memory",
    type=click.IntRange(64, 1 << 20),
    default=1024,
    show_default=True,
    metavar="MIB",
    help="For a query, in MiB.",
)
@click.option("--max-rows", type=_COUNT, default=10_000, show_default=True, help="Of a result.")
@click.option("--max-triples", type=_COUNT, default=100_000, show_default=True, help="Of a result.")
@click.option("--workers", type=_PLACES, default=2, show_default=True, help="For quick queries.")
@click.option(
    "--slow-workers", type=_PLACES, default=2, show_default=True, help="For slow queries."
)
@click.option(
    "--page-workers", type=_PLACES, default=2, show_default=True, help="For pages and pictures."
)
@click.option(
    "--max-waiting",
    type=click.IntRange(1, 100_000),
    default=64,
    show_default=True,
    help="Requests that may wait; further ones get status 503 and Retry-After.",
)
@click.option("--log", "logs", is_flag=True, help="Write a line for each request.")
def serve(
    data: tuple[Path, ...],
    ontology: tuple[Path | str, ...],
    dataset: Path | None,
    host: str,
    port: int,
    base: str | None,
    token_file: Path | None,
    max_seconds: float,
    max_cpu_seconds: float,
    max_memory: int,
    max_rows: int,
    max_triples: int,
    workers: int,
    slow_workers: int,
    page_workers: int,
    max_waiting: int,
    *,
    union_default_graph: bool,
    cors: bool,
    writable: bool,
    logs: bool,
) -> None:
    """Serve the graph as a SPARQL endpoint and as pages, until Ctrl-C.

    By default, only this machine is answered and nothing can be changed. A query that takes too
    much time or memory is ended, and the others go on.

    \b
    kg serve
    kg serve --port 0 --viewpoint according-to:Mali
    kg serve --dataset graphs.trig --writable
    kg serve --data my-graph --host 0.0.0.0 --writable --token-file token
    """
    from kg.web.settings import Limits, Settings

    if os.name != "posix":
        raise Misuse("kg serve limits what a query takes as Linux and macOS do, and runs there")
    if dataset is not None and (data or ontology):
        raise Misuse("--dataset serves a file as it is; leave out --data and --ontology")
    if union_default_graph and (dataset is None or writable):
        told = "an update would not say which graph it changes" if writable else "name its file"
        raise Misuse(f"--union-default-graph goes with --dataset that is read only: {told}")
    if Path("-") in (*data, dataset) or takes_standard_input():
        raise Misuse("kg serve reads its files more than once: save standard input to one first")
    limits = Limits(
        wall=max_seconds,
        cpu=max_cpu_seconds,
        memory=max_memory << 20,
        rows=max_rows,
        triples=max_triples,
        workers=workers,
        slow=slow_workers,
        pages=page_workers,
        waiting=max_waiting,
    )
    settings = Settings(
        data=data,
        ontology=ontology_files(ontology) if ontology else None,
        dataset=dataset,
        union_default_graph=union_default_graph,
        viewpoint=viewpoint(),
        host=host,
        port=port,
        base=None if base is None else _base(base),
        cors=cors,
        writable=writable,
        token=None if token_file is None else _token(token_file),
        limits=limits,
    )
    _check_writing(settings)
    if is_strict() and dataset is None:
        from kg.caveats import admit
        from kg.graph import Graph

        admit(Graph(data or None, ontology or None).dataset)
    from kg.web.server import serve as run

    raise SystemExit(run(settings, logs=logs))


def _base(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise Misuse(f"--base {text}: not the address of a site, such as https://example.org/kg/")
    return text if text.endswith("/") else f"{text}/"


def _token(path: Path) -> str:
    from kg.errors import ResourceNotFound

    try:
        token = path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8"
        raise ResourceNotFound(path, f"{path}: cannot be read: {reason}") from error
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise Misuse(f"{path}: a token is one line of printable characters without blanks")
    return token


def _check_writing(settings: Settings) -> None:
    if not settings.writable:
        return
    if not settings.data and settings.dataset is None:
        raise Misuse("the graph that kg ships is not changed; make your own: kg init DIR")
    if settings.token is None and not _is_loopback(settings.host):
        raise Misuse(f"--writable at {settings.host} needs --token-file: others reach that address")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
