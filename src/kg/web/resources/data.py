"""Data about one thing, a graph of the store, and the ontology, in every format of graphs.

A graph is read as the SPARQL 1.1 Graph Store HTTP Protocol says:
https://www.w3.org/TR/sparql11-http-rdf-update/#http-get.
"""

from __future__ import annotations

import json
from contextlib import suppress
from itertools import chain, islice
from typing import TYPE_CHECKING, TypeVar

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Store, Triple
from pyoxigraph import serialize as serialize_rdf

from kg.entity import entity
from kg.errors import UnknownName
from kg.formats import by_name
from kg.lexical import decode_quad
from kg.namespaces import GRAPH, OWL, PREFIXES, RDF, RDFS, compact
from kg.snapshot.written import as_written
from kg.web.links import ENDINGS, iris_of
from kg.web.negotiation import GRAPHS, Kind, agreed, written
from kg.web.responses import Answer, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyoxigraph import Quad

    from kg.web.workers.held import Held

__all__ = ["described", "iri", "named", "named_graph", "ontology", "thing"]

_CLAIMED = (RDF.subject, RDF.object)
_N = TypeVar("_N", NamedNode, BlankNode)


def named(
    store: Store, iri: str, path: str = "", query: str | None = None
) -> NamedNode | BlankNode:
    """Return the node that an address is of.

    Args:
        store: decides between IRIs that an address cannot tell apart.
        iri: any IRI, or ``_:`` and the name of a blank node; empty where the path has the name.
        path: what follows ``/id/``, ``/page/`` or ``/data/``, percent-encoded, as it was sent.
        query: of an address below ``/id/``, which may be part of the IRI; None for other addresses.

    Raises:
        UnknownName: what is given can be no node.

    >>> named(Store(), "", "mali").value
    'https://w3id.org/relations-kg/id/mali'
    """
    if iri.startswith("_:"):
        return _node(BlankNode, iri.removeprefix("_:"))
    meant = (iri,) if iri else iris_of(path, query)
    nodes = []
    for one in meant:
        with suppress(UnknownName):
            nodes.append(_node(NamedNode, one))
    known = (one for one in nodes if _stands(store, one))
    return next(known, nodes[0] if nodes else None) or _node(NamedNode, meant[0])


def _node(kind: type[_N], name: str) -> _N:
    try:
        return kind(name)
    except ValueError as error:
        raise UnknownName("thing", name, hint=f"this is no IRI: {error}") from None


def _stands(store: Store, node: NamedNode | BlankNode) -> bool:
    """Return whether a node stands in any triple.

    >>> _stands(Store(), RDF.type)
    False
    """
    quads = chain(
        store.quads_for_pattern(node, None, None),
        store.quads_for_pattern(None, None, node),
        store.quads_for_pattern(None, node, None) if isinstance(node, NamedNode) else (),
    )
    return next(quads, None) is not None


def described(store: Store, node: NamedNode | BlankNode) -> Iterator[Quad]:
    """Yield what the graph says of a node: every statement in which it stands, and what these need.

    That is the claims about it, and the blank nodes that any statement leads to.

    >>> list(described(Store(), RDF.type))
    []
    """
    done: set[NamedNode | BlankNode] = set()
    todo = [node]
    if isinstance(node, NamedNode):
        yield from store.quads_for_pattern(None, node, None)
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
            if _stands(store, short) or not _stands(store, node):
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


def named_graph(
    held: Held,
    *,
    graph: str | None = None,
    accept: str | None = None,
    format: str | list[str] | None = None,  # noqa: A002 - the word of the address
) -> Answer:
    """Give one graph.

    Args:
        held: has it.
        graph: its name; None is the default graph.
        accept: the header.
        format: the name of one, or several; the first known goes before the header.

    Raises:
        Problem: there is no such graph, it is larger than this endpoint gives, or none of the
            formats asked for is given.
    """
    kind = agreed(GRAPHS, accept, format)
    most = held.limits.triples
    triples = list(islice(_triples(held, graph), most + 1))
    if len(triples) > most:
        told = f"the graph has more than {most:,} triples, as many as are given: ask with CONSTRUCT"
        raise Problem("too-many-triples", told, more={"triples": most})
    if graph is not None and not triples:
        raise Problem("not-found", f"there is no graph {iri(graph)}")
    triples.sort(key=str)
    prefixes = _used(triples) if kind.name in ("ttl", "trig", "rdfxml") else None
    try:
        body = serialize_rdf(triples, format=by_name(kind.name).rdf, prefixes=prefixes)
    except (ValueError, OSError) as error:
        raise Problem("not-acceptable", f"{kind.name} cannot say this graph: {error}") from None
    return Answer(body or b"", kind.content_type, headers=(("Vary", "Accept"),))


def _triples(held: Held, graph: str | None) -> Iterable[Triple]:
    store, written = held.store(), held.written()
    name: NamedNode | DefaultGraph | None
    if graph is None:
        name = None if held.edition.union else DefaultGraph()
    else:
        name = iri(graph)
        is_whole = not held.edition.overlaps and store.contains_named_graph(name)
        if not is_whole and held.edition.whole().beside is not None:
            store, written = held.beside(), held.written_beside()
    # No triple is in two of the graphs that are one.
    quads = as_written(store, written).quads_for_pattern(None, None, None, name)
    return (decode_quad(quad).triple for quad in quads)


def _used(triples: Iterable[Triple]) -> dict[str, str]:
    """Return the prefixes of kg that some IRI of the triples begins with."""
    found = {
        term.value
        for triple in triples
        for term in (triple.subject, triple.predicate, triple.object)
        if isinstance(term, NamedNode)
    }
    return {
        prefix: start
        for prefix, start in PREFIXES.items()
        if any(value.startswith(start) for value in found)
    }


def iri(text: str) -> NamedNode:
    """Return the node of an absolute IRI that a request names.

    Raises:
        Problem: it is none.

    >>> iri("urn:g").value
    'urn:g'
    """
    try:
        return NamedNode(text)
    except ValueError:
        raise Problem("bad-request", f'"{text[:200]}" is not an absolute IRI') from None
