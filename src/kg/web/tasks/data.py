"""Data about one thing, and the ontology, in every format of graphs."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, NamedNode

from kg.entity import entity
from kg.errors import UnknownName
from kg.namespaces import GRAPH, OWL, RDF, RDFS, compact
from kg.web.answers import Answer
from kg.web.formats import GRAPHS, Kind, agreed, written, written_apart
from kg.web.pages.thing import named
from kg.web.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyoxigraph import Quad, Store, Triple

    from kg.web.held import Held

__all__ = ["ontology", "thing"]

_JSON = Kind("json", "application/json")
_CLAIMED = (RDF.subject, RDF.object)
_TERMS = (
    *(OWL.Ontology, OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty),
    *(RDFS.Class, RDF.Property),
)


def thing(  # noqa: PLR0913 - what an address says
    held: Held,
    *,
    iri: str,
    accept: str | None = None,
    format: str | None = None,  # noqa: A002 - the word of the address
    viewpoint: str | None = None,
    base: str = "",
) -> Answer:
    """Give what the graph says of a thing.

    That is every triple in which it stands, the claims about it, and the blank nodes that any of
    them leads to.

    Args:
        held: what is served.
        iri: of the thing, or ``_:`` and the name of a blank node.
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
    kind = agreed((*GRAPHS, _JSON), accept, format)
    store, node = held.store(viewpoint), _node(iri)
    quads = _capped(_described(store, node), held.limits.triples)
    if not quads:
        raise Problem("not-found", f"nothing is known of {compact(iri)} here")
    if kind.name == _JSON.name:
        text = json.dumps(entity(store, node).to_dict(), ensure_ascii=False, indent=2) + "\n"
        return Answer(text.encode(), kind.content_type, headers=(("Vary", "Accept"),))
    return _written(quads, kind)


def ontology(
    held: Held,
    *,
    accept: str | None = None,
    format: str | None = None,  # noqa: A002 - the word of the address
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


def _node(iri: str) -> NamedNode | BlankNode:
    try:
        return named({"iri": iri}, "")
    except UnknownName as error:
        raise Problem("bad-request", str(error)) from None


def _described(store: Store, node: NamedNode | BlankNode) -> Iterator[Quad]:
    done: set[NamedNode | BlankNode] = set()
    todo = [node]
    for quad in store.quads_for_pattern(None, None, node):
        yield quad
        subject, is_claim = quad.subject, quad.predicate in _CLAIMED
        if isinstance(subject, BlankNode) or (is_claim and isinstance(subject, NamedNode)):
            todo.append(subject)
    while todo:
        one = todo.pop()
        if one in done:
            continue
        done.add(one)
        for quad in store.quads_for_pattern(one, None, None):
            yield quad
            if isinstance(quad.object, BlankNode):
                todo.append(quad.object)


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


def _written(quads: Iterable[Quad], kind: Kind) -> Answer:
    graphs: defaultdict[NamedNode, set[Triple]] = defaultdict(set)
    for quad in quads:
        graphs[quad.graph_name].add(quad.triple)  # type: ignore[index] # any name is written
    return written_apart(graphs, kind)
