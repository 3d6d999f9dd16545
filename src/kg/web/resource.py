"""One node of the graph: which one an address means, and what is said of it."""

from __future__ import annotations

from contextlib import suppress
from itertools import chain
from typing import TYPE_CHECKING, TypeVar

from pyoxigraph import BlankNode, NamedNode, Store

from kg.errors import UnknownName
from kg.namespaces import RDF
from kg.web.links import iris_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyoxigraph import Quad

__all__ = ["described", "named", "stands"]

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
    known = (one for one in nodes if stands(store, one))
    return next(known, nodes[0] if nodes else None) or _node(NamedNode, meant[0])


def _node(kind: type[_N], name: str) -> _N:
    try:
        return kind(name)
    except ValueError as error:
        raise UnknownName("thing", name, hint=f"this is no IRI: {error}") from None


def stands(store: Store, node: NamedNode | BlankNode) -> bool:
    """Return whether a node stands in any triple.

    >>> stands(Store(), RDF.type)
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
