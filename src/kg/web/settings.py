"""What an endpoint is told when it starts: what it serves, to whom, and how much it gives."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Limits", "Settings"]


@dataclass(frozen=True)
class Limits:
    """How much one request may take.

    Args:
        wall: seconds that an evaluation may last.
        cpu: seconds of a processor that it may take.
        memory: bytes that a worker may take beyond what it holds when it is idle.
        rows: rows of a result.
        triples: triples of a result.
        bytes: bytes of a result.
        query: bytes of a query.
        body: bytes of any other body.
        depth: how deep a query may nest.
        patterns: triple patterns of a query.
        waiting: requests of a kind that wait for a worker; more get 503.
        workers: processes for queries that are answered quickly.
        slow: further processes, for those that turn out slow.
        pages: further processes, for pages and pictures, which queries never take.
    """

    wall: float = 20.0
    cpu: float = 10.0
    memory: int = 1 << 30
    rows: int = 10_000
    triples: int = 100_000
    bytes: int = 64 << 20
    query: int = 1 << 20
    body: int = 16 << 20
    depth: int = 100
    patterns: int = 200
    waiting: int = 64
    workers: int = 2
    slow: int = 2
    pages: int = 2


@dataclass(frozen=True)
class Settings:
    """What is served, and to whom.

    Args:
        data: files or folders, as ``--data``; none is the graph that kg ships.
        ontology: the files of ``--ontology``; None is kg's own where data is a graph of kg.
        dataset: one RDF file that is served as it is, instead of data; nothing is inferred.
        union_default_graph: whether the default graph of that file is all its graphs as one.
        viewpoint: whom to believe where a request does not say.
        host: the address to listen at.
        port: 0 takes one that is free.
        base: the address that links begin with, such as ``https://example.org/kg/``; by default
            that of host and port.
        cors: whether pages of other sites may read.
        writable: whether updates are taken.
        token: what a writer shows as ``Authorization: Bearer``; needed off the loopback address.
        limits: how much one request may take.
    """

    data: tuple[Path, ...] = ()
    ontology: tuple[Path, ...] | None = None
    dataset: Path | None = None
    union_default_graph: bool = False
    viewpoint: str = "reported"
    host: str = "127.0.0.1"
    port: int = 8010
    base: str | None = None
    cors: bool = False
    writable: bool = False
    token: str | None = None
    limits: Limits = field(default_factory=Limits)
