"""Changes: what is to be is made here, in a process that may be killed, and taken over elsewhere.

These tasks run in workers of their own (``kg.web.writing.writer``), one after the other. They
answer with JSON for the process that asks, and not for clients.
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from kg.errors import DoesNotConform, Inconsistent
from kg.web import building, updates, uploads
from kg.web.responses import Answer, Problem
from kg.web.writing import served_file, served_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pyoxigraph import Store

    from kg.web.settings import Settings
    from kg.web.workers.held import Held

__all__ = ["operation", "ready", "whole", "write"]

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
    update = updates.read(text, held.limits, using_default, using_named)
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
    settings, name = building.opened(served), None if graph is None else updates.iri(graph)
    triples = []
    if method != "DELETE":
        content = base64.b64decode(body)
        depth = held.limits.depth
        triples = uploads.triples(content, media_type, base=graph or base, depth=depth)
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
