"""What the shapes ask of each kind of thing, in their own words."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, TypeGuard

from pyoxigraph import Literal, NamedNode, RdfFormat, Store

from kg import resources
from kg.namespaces import RDF, SH
from kg.web.pages.words import values

if TYPE_CHECKING:
    from pathlib import Path

    from kg.results import Term

__all__ = ["messages"]

_TARGETS = SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf
_PARTS = SH.property, SH.sparql


def messages() -> dict[NamedNode, tuple[str, ...]]:
    """Return the messages of kg's shapes by the classes and properties that they are about.

    >>> from kg.namespaces import REL
    >>> any("label" in message for message in messages()[REL.Event])
    True
    """
    return _messages(tuple(resources.shapes()))


@lru_cache(maxsize=1)
def _messages(paths: tuple[Path, ...]) -> dict[NamedNode, tuple[str, ...]]:
    store = Store()
    for path in paths:
        store.bulk_load(path=str(path), format=RdfFormat.TURTLE)
    found: dict[NamedNode, dict[str, None]] = {}
    for quad in store.quads_for_pattern(None, RDF.type, SH.NodeShape):
        targets = _ends(store, quad.subject, *_TARGETS)
        for part in (quad.subject, *_ends(store, quad.subject, *_PARTS)):
            texts = filter(_is_text, _ends(store, part, SH.message))
            said = [one.value for one in texts]
            for term in (*targets, *_ends(store, part, SH.path)):
                if isinstance(term, NamedNode):
                    found.setdefault(term, {}).update(dict.fromkeys(said))
    return {term: tuple(sorted(said)) for term, said in found.items() if said}


def _is_text(term: Term) -> TypeGuard[Literal]:
    return isinstance(term, Literal)


def _ends(store: Store, subject: Term, *predicates: NamedNode) -> list[Term]:
    return [one for predicate in predicates for one in values(store, subject, predicate)]
