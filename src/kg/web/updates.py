"""SPARQL Update as text: what is refused before the engine sees it, and which dataset it is given.

See https://www.w3.org/TR/sparql11-update/ and
https://www.w3.org/TR/sparql11-protocol/#update-operation.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode

from kg.errors import ParseFailure
from kg.sparql.tokens import place
from kg.sparql.update import read_update
from kg.web.responses import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kg.sparql.guard import Query
    from kg.sparql.tokens import Token
    from kg.web.settings import Limits

__all__ = ["iri", "read"]

#: The words of an update that stand outside of all brackets. The engine wants no blank between
#: them, so that a word which is none of these could still be two of them.
_WORDS = frozenset(
    (
        *("BASE", "PREFIX", "LOAD", "SILENT", "INTO", "GRAPH", "CLEAR", "DROP", "CREATE", "ADD"),
        *("MOVE", "COPY", "TO", "DEFAULT", "NAMED", "ALL", "INSERT", "DELETE", "DATA", "WHERE"),
        *("WITH", "USING"),
    )
)


def read(
    text: str, limits: Limits, default: Sequence[str] = (), named: Sequence[str] = ()
) -> Query:
    """Check an update, and give its operations the dataset that the request names.

    Args:
        text: one or more operations.
        limits: how deep it may nest.
        default: IRIs of ``using-graph-uri``.
        named: IRIs of ``using-named-graph-uri``.

    Returns:
        The update with that dataset.

    Raises:
        ParseFailure: it is no update, as far as can be seen without a parser.
        QueryRefused: it has a SERVICE, or is too long or too deep.
        Problem: it has a LOAD, or says itself which dataset it is for, as the request does.

    >>> from kg.web.settings import Limits
    >>> read("DELETE { ?s ?p 1 } WHERE { ?s ?p 1 }", Limits(), ["urn:g"]).sent
    'DELETE { ?s ?p 1 } USING <urn:g> WHERE { ?s ?p 1 }'
    """
    update = _checked(text, limits)
    if not default and not named:
        return update
    using = "".join(
        [f"USING {iri(one)} " for one in default] + [f"USING NAMED {iri(one)} " for one in named]
    )
    return _checked(_with_dataset(update, using), limits)


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


def _checked(text: str, limits: Limits) -> Query:
    update = read_update(text, depth=limits.depth)
    for token in update.tokens:
        if token.kind != "word" or not token.is_outside:
            continue
        word = token.text.upper()
        if word == "LOAD":
            raise Problem("load-denied", f"{update.at(token)}: LOAD is refused: kg fetches nothing")
        if word not in _WORDS:
            message = f"{token.text} cannot stand here in an update"
            raise ParseFailure(update.source, message, *place(update.text, token.start))
    return update


def _with_dataset(update: Query, using: str) -> str:
    """Write USING into each operation that has a WHERE."""
    outside = [token for token in update.tokens if token.is_outside]
    for token in outside:
        if token.kind == "word" and token.text.upper() in {"WITH", "USING"}:
            told = "names its dataset, and so does the request: leave one of them out"
            raise Problem("bad-request", f"{update.at(token)}: {token.text.upper()} {told}")
    parts, done = [], 0
    for before, token in pairwise(outside):
        if token.kind != "word" or token.text.upper() != "WHERE":
            continue
        parts.append(update.text[done : token.start])
        if before.kind == "word" and before.text.upper() == "DELETE":
            # The short form stands for a template that is the pattern, and takes no USING.
            parts.append(_group(update, token) + " ")
        parts.append(using)
        done = token.start
    return "".join([*parts, update.text[done:]])


def _group(update: Query, where: Token) -> str:
    """Return the text of the group after a WHERE."""
    begun = None
    for token in update.tokens[update.tokens.index(where) + 1 :]:
        if token.kind == "symbol" and token.is_outside:
            if token.text == "{" and begun is None:
                begun = token.start
            elif token.text == "}" and begun is not None:
                return update.text[begun : token.start + 1]
        if begun is None:
            break
    raise ParseFailure(update.source, "no group after WHERE", *place(update.text, where.start))
