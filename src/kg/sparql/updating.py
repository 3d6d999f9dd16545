"""SPARQL Update, checked and carried out: nothing is fetched, and all of it happens or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.errors import Misuse
from kg.namespaces import PREFIXES
from kg.sparql import syntax_failure
from kg.sparql.guard import Query
from kg.sparql.refusals import make_unambiguous, readable, refuse_chains, refuse_service
from kg.sparql.tokens import MOST_BRACKETS, tokenize

if TYPE_CHECKING:
    from pyoxigraph import Store

__all__ = ["apply", "read_update"]


def read_update(text: str, source: str = "update", *, depth: int = MOST_BRACKETS) -> Query:
    """Check an update as a query is checked.

    Args:
        text: one or more operations.
        source: what messages call it.
        depth: how deep brackets may nest.

    Raises:
        QueryRefused: it has a SERVICE, nests too deep or is too long.
        ParseFailure: a string or a bracket is not closed.

    >>> read_update("INSERT DATA { kg:mali rdfs:label 'SERVICE' }").tokens[0].text
    'INSERT'
    """
    text = readable(text, source, "an update")
    update = Query(text, source, tokenize(text, source, depth))
    refuse_service(update)
    refuse_chains(update)
    make_unambiguous(update)
    return update


def apply(store: Store, update: Query, base: str) -> None:
    """Carry out an update that was checked.

    Args:
        store: takes all of it, or stays as it is.
        update: as ``read_update`` gives it.
        base: what relative IRIs are resolved against.

    Raises:
        ParseFailure: it is no update.
        Misuse: a graph that it creates is there, or one that it drops is not.
    """
    try:
        store.update(update.sent, base_iri=base, prefixes=PREFIXES)
    except SyntaxError as error:
        raise syntax_failure(update, str(error)) from None
    except (RuntimeError, ValueError) as error:
        raise Misuse(str(error)) from None
