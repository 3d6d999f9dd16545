"""Data about one thing, and the ontology, in every format of graphs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, NamedNode

from kg.entity import entity
from kg.errors import UnknownName
from kg.lexical import decode_quad
from kg.namespaces import GRAPH, OWL, RDF, RDFS, compact
from kg.snapshot.written import as_written
from kg.web.formats import GRAPHS, Kind, agreed, written
from kg.web.links import ENDINGS
from kg.web.resource import described, named, stands
from kg.web.responses import Answer, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyoxigraph import Quad, Store

    from kg.web.workers.held import Held

__all__ = ["ontology", "thing"]

_JSON = Kind("json", "application/json")
_TERMS = (
    *(OWL.Ontology, OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty),
    *(RDFS.Class, RDF.Property),
)


def thing(  # noqa: PLR0913 - what an address says
    held: Held,
    *,
    iri: str = "",
    path: str = "",
    accept: str | None = None,
    format: str | list[str] | None = None,  # noqa: A002 - the word of the address
    viewpoint: str | None = None,
    base: str = "",
) -> Answer:
    """Give what the graph says of a thing.

    That is every triple in which it stands, the claims about it, and the blank nodes that any of
    them leads to. All are in the default graph, where whoever follows a link looks for them.

    Args:
        held: what is served.
        iri: of the thing, or ``_:`` and the name of a blank node; empty where the path has it.
        path: what follows ``/data/``, percent-encoded; it may end with a format, as ``.ttl``.
        accept: the header.
        format: the name of a format, which goes before the header.
        viewpoint: the one it is looked at from; None for the default.
        base: what addresses begin with; the data has none of them.

    Raises:
        Problem: nothing is known of it, there is more than this endpoint gives, or none of the
            formats asked for is given.
        UnknownName: there is no such viewpoint.
    """
    del base
    store = held.store(viewpoint)
    node, ending = _found(store, iri, path)
    kind = agreed((*GRAPHS, _JSON), accept, ending or format)
    told = described(as_written(store, held.written(viewpoint)), node)
    quads = _capped(map(decode_quad, told), held.limits.triples)
    if not quads:
        raise Problem("not-found", f"nothing is known of {_called(node)} here")
    if kind.name == _JSON.name:
        text = json.dumps(entity(store, node).to_dict(), ensure_ascii=False, indent=2) + "\n"
        return Answer(text.encode(), kind.content_type, headers=(("Vary", "Accept"),))
    return written({quad.triple for quad in quads}, kind)


def ontology(
    held: Held,
    *,
    accept: str | None = None,
    format: str | list[str] | None = None,  # noqa: A002 - the word of the address
) -> Answer:
    """Give the ontology: its graph, or where none is called so, what is said of each term.

    Args:
        held: what is served.
        accept: the header.
        format: the name of a format, which goes before the header.

    Raises:
        Problem: there is none, or none of the formats asked for is given.
    """
    kind = agreed(GRAPHS, accept, format)
    store = held.store()
    found: Iterable[Quad] = store.quads_for_pattern(None, None, None, GRAPH.ontology)
    if not store.contains_named_graph(GRAPH.ontology):
        found = _terms(store)
    quads = _capped(found, held.limits.triples)
    if not quads:
        raise Problem("not-found", "what is served has no ontology")
    return written({quad.triple for quad in quads}, kind)


def _found(store: Store, iri: str, path: str) -> tuple[NamedNode | BlankNode, str | None]:
    """Return the thing that an address is of, and the format that the path ends with."""
    stem, _, ending = path.rpartition(".")
    try:
        node = named(store, iri, path)
        if stem and ending in ENDINGS:
            short = named(store, "", stem)
            if stands(store, short) or not stands(store, node):
                return short, ENDINGS[ending]
    except UnknownName as error:
        raise Problem("bad-request", str(error)) from None
    return node, None


def _called(node: NamedNode | BlankNode) -> str:
    return compact(node.value) if isinstance(node, NamedNode) else str(node)


def _terms(store: Store) -> Iterator[Quad]:
    for kind in _TERMS:
        for typed in store.quads_for_pattern(None, RDF.type, kind):
            if isinstance(typed.subject, NamedNode | BlankNode):
                yield from _told(store, typed.subject)


def _told(store: Store, node: NamedNode | BlankNode) -> Iterator[Quad]:
    for quad in store.quads_for_pattern(node, None, None):
        yield quad
        if isinstance(quad.object, BlankNode):
            yield from store.quads_for_pattern(quad.object, None, None)


def _capped(quads: Iterable[Quad], most: int) -> set[Quad]:
    found: set[Quad] = set()
    for quad in quads:
        found.add(quad)
        if len(found) > most:
            told = f"there are more than {most:,} triples, as many as are given: ask with CONSTRUCT"
            raise Problem("too-many-triples", told, more={"count": most})
    return found
