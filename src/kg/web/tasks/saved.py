"""The saved queries by address: the answer of one, its text, and all of them as RDF."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.evidence import name as name_of
from kg.results import Solutions
from kg.web.executables import executables
from kg.web.formats import GRAPHS, acceptable, agreed, answered, written
from kg.web.pages.catalogue import shipped
from kg.web.pages.forms import given
from kg.web.responses import Answer, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kg.queries import SavedQuery
    from kg.web.workers.held import Held

__all__ = ["catalogue", "run", "text"]


def run(  # noqa: PLR0913 - what an address says
    held: Held,
    *,
    slug: str,
    params: Mapping[str, str],
    accept: str | None = None,
    format: str | list[str] | None = None,  # noqa: A002 - the word of the address
    viewpoint: str | None = None,
) -> Answer:
    """Answer a saved query.

    Args:
        held: what is asked.
        slug: the name of the query.
        params: of the request, the values of the parameters among them; with ``labels``, things
            are called by their labels instead of their IRIs.
        accept: the header.
        format: the name of a format, which goes before the header.
        viewpoint: the one it is asked from; None for the default.

    Raises:
        Problem: there is no such query, or none of the formats asked for is given.
        KgError: a value does not fit its parameter; or as ``kg.sparql.evaluate`` does.
    """
    saved = _found(slug)
    acceptable(accept, format)
    for name, value in params.items():
        if not isinstance(value, str):
            raise Problem("bad-request", f"{name} is there {len(value)} times, and may be once")
    values = saved.bind(given(params), held.store(viewpoint))
    result = held.query(saved.text, viewpoint=viewpoint, bindings=values, source=saved.slug)
    if params.get("labels") is not None and isinstance(result, Solutions):
        store = held.store(viewpoint)
        result = result.labelled(lambda node: name_of(store, node))
    return answered(result, accept, format)


def text(held: Held, *, slug: str) -> Answer:
    """Give the text of a saved query, its header with it.

    Raises:
        Problem: there is no such query.
    """
    del held  # the queries are the same whatever is served
    return Answer(_found(slug).text.encode(), "application/sparql-query; charset=utf-8")


def catalogue(
    held: Held,
    *,
    accept: str | None = None,
    format: str | list[str] | None = None,  # noqa: A002 - the word of the address
    base: str,
) -> Answer:
    """Describe the saved queries in RDF, each with its text.

    Args:
        held: what they are asked of.
        accept: the header.
        format: the name of a format of graphs, which goes before the header.
        base: what addresses begin with.

    Raises:
        Problem: none of the formats asked for is given.
    """
    del held
    kind = agreed(GRAPHS, accept, format)
    return written(executables(shipped().values(), base), kind)


def _found(slug: str) -> SavedQuery:
    known = shipped()
    if slug not in known:
        raise Problem("not-found", f'there is no saved query "{slug[:80]}"; /queries lists them')
    return known[slug]
