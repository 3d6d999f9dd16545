"""What callers write for a term, and the term that it stands for in a graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kg.errors import Misuse
from kg.namespaces import XSD

if TYPE_CHECKING:
    from datetime import date

    from pyoxigraph import Store

    from kg.results import Term
    from kg.terms import Position

    #: What a variable may be bound to: a term, the name of a thing, or a plain value.
    Value: TypeAlias = Term | str | bool | int | float | date

__all__ = ["node", "term", "text", "triple"]


def node(thing: str | Term, store: Store) -> NamedNode | BlankNode:
    """Return the thing that is meant.

    Args:
        thing: a term, or a name as ``kg.terms.resolve`` reads it.
        store: the graph in which it is to be.

    Raises:
        UnknownName: nothing is called so; carries the close matches.
        Misuse: several things are, or it is a value.

    >>> from pyoxigraph import Store
    >>> node(BlankNode("b"), Store())
    <BlankNode value=b>
    """
    from kg.terms import resolve

    found = resolve(thing, store) if isinstance(thing, str) else thing
    if not isinstance(found, NamedNode | BlankNode):
        raise Misuse(f"{found} is a value, and only things can be shown")
    return found


def triple(parts: tuple[str | Term, str | Term, str | Term], store: Store) -> Triple:
    """Return the triple that is meant, in the form in which the store holds it.

    Args:
        parts: subject, predicate and object, each a term or a name.
        store: the graph in which the terms are to be.

    Raises:
        UnknownName: nothing is called so; carries the close matches.
        Misuse: several things are, or a term cannot stand where it is.

    >>> from pyoxigraph import Store
    >>> a, p = NamedNode("http://example.org/a"), NamedNode("http://example.org/p")
    >>> triple((a, p, Literal("1.0", datatype=XSD.decimal)), Store()).object.value
    '1.0'
    """
    from kg.terms import resolve

    positions: tuple[Position, ...] = ("subject", "predicate", "object")
    subject, predicate, value = (
        resolve(part, store, position) if isinstance(part, str) else part
        for part, position in zip(parts, positions, strict=True)
    )
    if not isinstance(subject, NamedNode | BlankNode):
        raise Misuse(f"{subject} is a value, and only a thing can be a subject")
    if not isinstance(predicate, NamedNode):
        raise Misuse(f"{predicate} is no property")
    # The store writes a number or a date in one way: 1.0 as 1.
    held = store.quads_for_pattern(subject, predicate, value)
    return next((quad.triple for quad in held), Triple(subject, predicate, value))


def term(value: Value, store: Store) -> Term:
    """Return the term for a plain value; a text names a thing.

    Args:
        value: a term, a name, a truth value, a number or a date.
        store: the graph in which what is named is to be.

    >>> from pyoxigraph import Store
    >>> term(3, Store()).datatype == XSD.integer
    True
    """
    if isinstance(value, NamedNode | BlankNode | Literal | Triple):
        return value
    if isinstance(value, str):
        from kg.terms import resolve

        return resolve(value, store)
    from datetime import date, datetime

    if isinstance(value, date):
        kind = XSD.dateTime if isinstance(value, datetime) else XSD.date
        return Literal(value.isoformat(), datatype=kind)
    return Literal(value)


def text(value: Value) -> str:
    """Write a value as the command line would have it.

    >>> text(True), text(Literal("x")), text(NamedNode("http://e.org/a"))
    ('true', 'x', '<http://e.org/a>')
    """
    if isinstance(value, NamedNode):
        return f"<{value.value}>"
    if isinstance(value, Literal):
        return value.value
    return str(value).lower() if isinstance(value, bool) else str(value)
