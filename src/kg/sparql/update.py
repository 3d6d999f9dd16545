"""SPARQL Update, checked and applied: nothing is fetched, and all of it happens or nothing."""

from __future__ import annotations

from pyoxigraph import NamedNode, Store, Triple

from kg.errors import Misuse, QueryRefused
from kg.lexical import KEPT, decode
from kg.namespaces import PREFIXES
from kg.sparql import syntax_failure
from kg.sparql.guard import Query, make_unambiguous, readable, refuse_chains, refuse_service
from kg.sparql.rewriting import rewrite_update
from kg.sparql.tokens import MOST_BRACKETS, tokenize

__all__ = ["apply", "data_of", "read_update"]

_PROLOGUE = frozenset(("BASE", "PREFIX"))
_KEPT = f'SELECT DISTINCT ?p {{ ?s ?p ?o FILTER(STRSTARTS(STR(DATATYPE(?o)), "{KEPT}")) }}'


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


def data_of(update: Query, base: str) -> tuple[str, list[Triple]] | None:
    """Return what an update names triple by triple, and whether it inserts or deletes it.

    Args:
        update: as ``read_update`` gives it.
        base: what relative IRIs are resolved against.

    Returns:
        ``INSERT`` or ``DELETE``, and the triples; None where it is anything but one INSERT DATA
        or DELETE DATA of the default graph.

    Raises:
        ParseFailure: it is no update.

    >>> word, triples = data_of(read_update("DELETE DATA { kg:mali rdfs:label '01' }"), "urn:x")
    >>> word, len(triples)
    ('DELETE', 1)
    """
    words = [one for one in update.tokens if one.kind == "word"]
    outside = [one for one in words if one.is_outside and one.text.upper() not in _PROLOGUE]
    said = [one.text.upper() for one in outside]
    if said not in (["INSERT", "DATA"], ["DELETE", "DATA"]):
        return None
    if any(one.text.upper() == "GRAPH" for one in words):
        return None
    text, verb = update.text, outside[0]
    inserting = f"{text[: verb.start]}INSERT{text[verb.start + len(verb.text) :]}"
    if said[0] == "DELETE":
        _check_syntax(update, base)
    store = Store()
    apply(store, read_update(inserting, update.source), base)
    return said[0], [Triple(q.subject, q.predicate, decode(q.object)) for q in store]


def apply(store: Store, update: Query, base: str) -> None:
    """Carry out an update that was checked, on terms as they are written.

    Args:
        store: takes all of it, or stays as it is; its literals are as ``kg.lexical`` encodes them.
        update: as ``read_update`` gives it.
        base: what relative IRIs are resolved against.

    Raises:
        ParseFailure: it is no update.
        QueryRefused: it is one whose literals cannot be told from its text.
        Misuse: a graph that it creates is there, or one that it drops is not.
    """
    before = list(store) if _is_sequence(update) else None
    changed = _changed(store)
    while True:
        rewritten = rewrite_update(update, _graphs(store), changed)
        if not rewritten.is_understood:
            _check_syntax(update, base)
            detail = "cannot be carried out on literals as they are written: write it plainly"
            raise QueryRefused(f"{update.source}: {detail}")
        try:
            store.update(rewritten.text, base_iri=base, prefixes=PREFIXES, **rewritten.options)
        except SyntaxError as error:
            _check_syntax(update, base)
            raise syntax_failure(update, str(error)) from None
        except (RuntimeError, ValueError) as error:
            raise Misuse(str(error)) from None
        later = changed | _changed(store)
        if before is None or later == changed:
            return
        # An operation read what an earlier one wrote: it has to be looked at as well.
        changed = later
        store.clear()
        store.extend(before)


def _check_syntax(update: Query, base: str) -> None:
    """Raise what is wrong with the text that the user wrote, with its place there."""
    try:
        Store().update(update.sent, base_iri=base, prefixes=PREFIXES)
    except SyntaxError as error:
        raise syntax_failure(update, str(error)) from None
    except (RuntimeError, ValueError):
        return  # an empty store lacks what it drops


def _is_sequence(update: Query) -> bool:
    return any(token.is_outside and token.text == ";" for token in update.tokens)


def _changed(store: Store) -> frozenset[str]:
    """Return the predicates of the literals that have names of kg's own."""
    found = store.query(_KEPT, use_default_graph_as_union=True)
    return frozenset(row[0].value for row in found)  # type: ignore[union-attr] # it is a SELECT


def _graphs(store: Store) -> list[str] | None:
    names = list(store.named_graphs())
    if any(not isinstance(name, NamedNode) for name in names):
        return None
    return [name.value for name in names]
