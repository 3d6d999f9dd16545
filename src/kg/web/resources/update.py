"""Changes by SPARQL Update and the Graph Store Protocol, checked and made ready to be committed.

These tasks run in a process of their own that may be killed, one after the other, and answer with
JSON for ``kg.web.writing.writer``, which commits. See https://www.w3.org/TR/sparql11-update/ and
https://www.w3.org/TR/sparql11-protocol/#update-operation.
"""

from __future__ import annotations

import base64
import json
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from kg.errors import DoesNotConform, Inconsistent, ParseFailure
from kg.sparql.tokens import place
from kg.sparql.update import read_update
from kg.web import building, request_bodies
from kg.web.resources.data import iri
from kg.web.responses import Answer, Problem
from kg.web.writing import served_file, served_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pyoxigraph import Store

    from kg.sparql.guard import Query
    from kg.sparql.tokens import Token
    from kg.web.settings import Limits, Settings
    from kg.web.workers.held import Held

__all__ = ["operation", "read", "ready", "whole", "write"]

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


#: How many results of a report a problem carries.
_MOST_RESULTS = 100


def operation(  # noqa: PLR0913 - what the protocol lets a client choose
    held: Held,
    *,
    served: dict[str, Any],
    text: str,
    using_default: Sequence[str],
    using_named: Sequence[str],
    base: str,
    part: str,
) -> Answer:
    """Make the state after an update.

    Args:
        held: tells how much one request may take.
        served: what is served, as ``kg.web.building.written`` gives it.
        text: of the update.
        using_default: IRIs of ``using-graph-uri``.
        using_named: IRIs of ``using-named-graph-uri``.
        base: what relative IRIs are resolved against.
        part: the file that takes the new content of the one that is served.

    Raises:
        KgError: it is refused, or the state would be; nothing is changed.
        Problem: likewise.
    """
    update = read(text, held.limits, using_default, using_named)
    settings = building.opened(served)
    if settings.dataset is None:
        return _told(lambda: served_folder.updated(_folder(held, settings), update, base))

    def change(store: Store) -> int:
        from kg.sparql.update import apply

        apply(store, update, base)
        return 204

    path = settings.dataset
    return _told(lambda: served_file.rewritten(path, change, part))


def write(  # noqa: PLR0913 - what the protocol lets a client choose
    held: Held,
    *,
    served: dict[str, Any],
    method: str,
    graph: str | None,
    body: str,
    media_type: str | None,
    base: str,
    part: str,
) -> Answer:
    """Make the state after a graph was put, added to or deleted.

    Args:
        held: as for ``operation``.
        served: as for ``operation``.
        method: PUT, POST or DELETE.
        graph: its name; None is the default graph.
        body: the triples, in base64.
        media_type: of the body.
        base: what relative IRIs in the default graph are resolved against.
        part: as for ``operation``.

    Raises:
        KgError: as for ``operation``.
        Problem: likewise.
    """
    settings, name = building.opened(served), None if graph is None else iri(graph)
    triples = []
    if method != "DELETE":
        content = base64.b64decode(body)
        depth = held.limits.depth
        triples = request_bodies.triples(content, media_type, base=graph or base, depth=depth)
    if settings.dataset is None:
        return _told(lambda: served_folder.written(_folder(held, settings), method, name, triples))
    path = settings.dataset
    return _told(
        lambda: served_file.rewritten(
            path, lambda store: served_file.write(store, method, name, triples), part
        )
    )


def ready(held: Held, *, served: dict[str, Any]) -> Answer:
    """Make ready what the first change would wait for.

    Args:
        held: takes it.
        served: as for ``operation``.

    Raises:
        KgError: what is served cannot be read at present.
    """
    settings = building.opened(served)
    if settings.dataset is None:
        _folder(held, settings).prepare()
    return Answer(b"{}", "application/json")


def whole(held: Held, *, served: dict[str, Any]) -> Answer:
    """Make the states of all viewpoints of a folder.

    Args:
        held: knows the changes.
        served: as for ``operation``.

    Raises:
        KgError: they cannot be served.
    """
    folder = _folder(held, building.opened(served))
    return Answer(json.dumps({"edition": folder.whole().written()}).encode(), "application/json")


def _folder(held: Held, settings: Settings) -> served_folder.Folder:
    if held.folder is None:
        held.folder = served_folder.Folder(settings, held.edition)
    return held.folder


def _told(make: Callable[[], dict[str, Any]]) -> Answer:
    try:
        made = make()
    except DoesNotConform as error:
        results = [str(one) for one in getattr(error.report, "results", ())][:_MOST_RESULTS]
        raise Problem("does-not-conform", str(error), more={"results": results}) from None
    except Inconsistent as error:
        more = {"clashes": list(error.clashes[:_MOST_RESULTS])}
        raise Problem("inconsistent", f"{error}; nothing was changed", more=more) from None
    return Answer(json.dumps(made).encode(), "application/json")
