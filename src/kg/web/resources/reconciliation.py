"""The Reconciliation Service API; its index is made once for each state."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from kg.reconciliation import service
from kg.reconciliation.matching import Index
from kg.web.layout import links_for
from kg.web.links import origin
from kg.web.responses import Answer, Problem

if TYPE_CHECKING:
    from kg.web.workers.held import Held

__all__ = ["extend", "flyout", "preview", "properties", "reconcile", "suggest"]

#: The index of the state that was asked last, with what names that state.
_REMEMBERED: dict[str, Index] = {}


def reconcile(held: Held, *, text: str) -> Answer:
    """Answer a batch of queries.

    Raises:
        KgError: it is no batch.
    """
    return _json(service.reconcile(_index(held), text))


def extend(held: Held, *, text: str) -> Answer:
    """Give values of properties.

    Raises:
        KgError: it is no such query.
    """
    return _json(service.extend(_index(held), text))


def suggest(held: Held, *, kind: str, prefix: str, cursor: str) -> Answer:
    """Complete a name.

    Raises:
        KgError: the cursor is no number.
    """
    return _json(service.suggest(_index(held), kind, prefix, cursor))


def flyout(held: Held, *, kind: str, id: str) -> Answer:  # noqa: A002 - the word of the API
    """Tell a few words about a thing, a class or a property.

    Raises:
        Problem: there is none such.
    """
    found = service.flyout(_index(held), kind, id)
    if found is None:
        raise Problem("not-found", f"no {kind} {id[:80]} here")
    return _json(found)


def preview(held: Held, *, id: str, base: str) -> Answer:  # noqa: A002 - the word of the API
    """Give a small page about a thing.

    Raises:
        Problem: there is none such.
    """
    links = links_for(held, base, {})
    found = service.preview(_index(held), id, lambda iri: origin(base) + links.page(iri))
    if found is None:
        raise Problem("not-found", f"nothing is called {id[:80]} here")
    return Answer(found.encode(), "text/html; charset=utf-8")


def properties(held: Held, *, kind: str | None, limit: str | None) -> Answer:
    """Propose properties of a class.

    Raises:
        KgError: the limit is no number.
    """
    return _json(service.propose(_index(held), kind, limit))


def _index(held: Held) -> Index:
    key = held.edition.digest
    if key not in _REMEMBERED:
        _REMEMBERED.clear()
        _REMEMBERED[key] = Index(held.store())
    return _REMEMBERED[key]


def _json(content: Any) -> Answer:
    # What a client sent may have half a character, which JSON can only write as an escape.
    return Answer(json.dumps(content).encode("ascii"), "application/json")
