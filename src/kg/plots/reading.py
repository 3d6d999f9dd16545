"""What a picture asks of a store: the ends of a triple, in a fixed order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from kg.evidence import name
from kg.namespaces import RDF, REL, is_inferred

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyoxigraph import BlankNode, Store

    from kg.evidence import Term

__all__ = ["instances", "is_a", "kind_of", "names", "objects", "subjects", "value"]


def objects(store: Store, subject: Term, *predicates: NamedNode) -> list[NamedNode]:
    """Return the things that a thing is related to, each once, in the order of their IRIs."""
    found = {
        quad.object
        for predicate in predicates
        for quad in store.quads_for_pattern(subject, predicate, None)  # type: ignore[arg-type]
        if isinstance(quad.object, NamedNode)
    }
    return sorted(found, key=lambda node: node.value)


def subjects(store: Store, predicate: NamedNode, node: NamedNode) -> list[NamedNode]:
    """Return the things that are related to a thing, each once, in the order of their IRIs."""
    found = {
        quad.subject
        for quad in store.quads_for_pattern(None, predicate, node)
        if isinstance(quad.subject, NamedNode)
    }
    return sorted(found, key=lambda one: one.value)


def instances(store: Store, kind: NamedNode) -> list[NamedNode]:
    """Return the things of a class, in the order of their IRIs."""
    return subjects(store, RDF.type, kind)


def is_a(store: Store, node: NamedNode, kind: NamedNode) -> bool:
    """Tell whether a thing is of a class."""
    return any(True for _ in store.quads_for_pattern(node, RDF.type, kind))


def value(store: Store, subject: NamedNode | BlankNode, predicate: NamedNode) -> str | None:
    """Return the text of a literal of a thing, the first in order; None where there is none."""
    found = [
        quad.object.value
        for quad in store.quads_for_pattern(subject, predicate, None)
        if isinstance(quad.object, Literal)
    ]
    return min(found, default=None)


def names(store: Store, nodes: Iterable[NamedNode]) -> tuple[str, ...]:
    """Return what things are called, each once, in order."""
    return tuple(sorted({name(store, node) for node in nodes}))


def kind_of(store: Store, node: NamedNode) -> str:
    """Return what kind of thing something is said to be, by the labels of its asserted classes."""
    said = {
        quad.object
        for quad in store.quads_for_pattern(node, RDF.type, None)
        if isinstance(quad.object, NamedNode) and not is_inferred(quad.graph_name)
    }
    own = {kind for kind in said if kind in REL} or said
    if len(own) > 1:
        own -= {REL.Event}
    return ", ".join(names(store, own))
