"""Closed ontologies on disk, each under the digest of what it was closed from.

A cache and nothing more: what is damaged is taken for absent, and what cannot be written is not
kept.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import defaultdict
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, parse, serialize

from kg.snapshot import cache

if TYPE_CHECKING:
    from collections.abc import Collection

    from kg.reasoning.index import Statement, Term

__all__ = ["digest", "find", "folder", "keep", "labels"]

#: So many closed ontologies stay on disk, those that were last written.
_KEPT = 64
#: The code that decides what an ontology entails.
_MADE_BY = ("engine.py", "convert.py", "datatypes.py")
_ANY = NamedNode("urn:any")


def folder() -> Path:
    """Return the folder of closed ontologies, beside that of the snapshots."""
    return cache.folder().parent / "ontologies"


def digest(statements: Collection[Statement]) -> str:
    """Name an ontology by what it says and by the code that closes it."""
    made = hashlib.sha256(version("owlrl").encode())
    for name in _MADE_BY:
        made.update(Path(__file__).with_name(name).read_bytes())
    for line in sorted(" ".join(map(str, one)) for one in statements):
        made.update(f"{line}\n".encode())
    return made.hexdigest()[:32]


def labels(statements: Collection[Statement]) -> dict[BlankNode, BlankNode]:
    """Give each blank node a label by what is said with it, whatever its label was.

    Blank nodes of which the same is said get labels in some order. Where they are not alike after
    all, a cache may miss, and that is all.
    """
    colours = {term: "" for one in statements for term in one if isinstance(term, BlankNode)}
    around: dict[BlankNode, list[tuple[int, Statement]]] = defaultdict(list)
    for one in statements:
        for place, term in enumerate(one):
            if isinstance(term, BlankNode):
                around[term].append((place, one))
    kinds = 0
    while colours and len({*colours.values()}) > kinds:
        kinds = len({*colours.values()})
        colours = {
            term: _colour(
                [f"{place} {' '.join(_told(one, colours, term))}" for place, one in around[term]]
            )
            for term in colours
        }
    order = sorted(colours, key=lambda term: (colours[term], term.value))
    return {term: BlankNode(f"b{number}") for number, term in enumerate(order)}


def _told(one: Statement, colours: dict[BlankNode, str], own: BlankNode) -> list[str]:
    return [
        str(term) if not isinstance(term, BlankNode) else "_" if term == own else colours[term]
        for term in one
    ]


def _colour(lines: list[str]) -> str:
    return "_:" + hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()


def find(name: str) -> frozenset[Statement] | None:
    """Return the closed ontology of a name, None where there is none or it is damaged."""
    try:
        head, _, body = (folder() / name).read_bytes().partition(b"\n")
    except OSError:
        return None
    if hashlib.sha256(body).hexdigest().encode() != head:
        return None
    text, numbers = json.loads(body)
    terms = [quad.object for quad in parse(input=text, format=RdfFormat.N_TRIPLES)]
    return frozenset((_plain(terms[s]), _plain(terms[p]), _plain(terms[o])) for s, p, o in numbers)


def _plain(term: object) -> Term:
    if not isinstance(term, NamedNode | BlankNode | Literal):
        raise TypeError(term)
    return term


def keep(name: str, statements: Collection[Statement]) -> None:
    """Write a closed ontology, whole or not at all; where that cannot be, nothing is said."""
    terms = sorted({term for one in statements for term in one}, key=str)
    numbers = {term: number for number, term in enumerate(terms)}
    text = serialize((Quad(_ANY, _ANY, term) for term in terms), format=RdfFormat.N_TRIPLES)
    coded = sorted([numbers[s], numbers[p], numbers[o]] for s, p, o in statements)
    body = json.dumps([(text or b"").decode(), coded], separators=(",", ":")).encode()
    path = folder() / name
    aside = cache.aside(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside.write_bytes(hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
        aside.replace(path)
        _prune()
    except OSError:
        with suppress(OSError):
            aside.unlink()


def _prune() -> None:
    """Remove the oldest files, and with them what a killed process left."""
    entries = sorted(os.scandir(folder()), key=lambda entry: entry.stat().st_mtime)
    for entry in entries[:-_KEPT]:
        Path(entry.path).unlink(missing_ok=True)
