"""The page of what a search found, and the same for a field that suggests names."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode

from kg.errors import KgError
from kg.namespaces import PREFIXES, expand
from kg.web.pages.rendering import render
from kg.web.responses import Answer, Problem
from kg.web.search import LONGEST, search

if TYPE_CHECKING:
    from kg.web.links import Links
    from kg.web.workers.held import Held

__all__ = ["searching"]

_SHOWN, _SUGGESTED = 100, 12


def searching(held: Held, links: Links, params: dict[str, str], *, here: str) -> Answer:
    """Set the page of a search; with ``format=json`` give the nearest few as JSON.

    Args:
        held: what is served.
        links: the addresses.
        params: ``q``, the name; ``kind``, an IRI or CURIE, several apart by spaces: only things of
            one of these; ``format``.
        here: where the reader is.

    Raises:
        Problem: the text is too long; a kind is no IRI, which the page of a search says itself.
    """
    text = params.get("q", "").strip()
    if len(text) > LONGEST:
        raise Problem("bad-request", f"a name is no longer than {LONGEST} characters")
    form = params.get("format") or "html"
    if form not in {"html", "json"}:
        raise Problem("not-acceptable", "a search is given as html or json")
    limit = _SUGGESTED if form == "json" else _SHOWN
    fault, kinds = "", []
    try:
        kinds = [_kind(one) for one in params.get("kind", "").split()]
    except Problem as problem:
        if form == "json":
            raise
        fault = problem.detail
    is_asked = bool(text) and not fault
    found = (
        search(held, text, viewpoint=links.viewpoint, kinds=kinds, limit=limit) if is_asked else []
    )
    if form == "json":
        results = [
            {
                "iri": hit.node.value,
                "curie": hit.curie,
                "label": hit.label,
                "matched": hit.matched,
                "kind": hit.kind,
                "page": links.page(hit.node),
            }
            for hit in found
        ]
        body = json.dumps({"q": text, "results": results}, ensure_ascii=False)
        return Answer(body.encode("utf-8", "replace"), "application/json")
    return render(
        "search.html",
        held,
        links,
        here=here,
        status=400 if fault else 200,
        text=text,
        fault=fault,
        found=found,
        full=len(found) == _SHOWN,
    )


def _kind(text: str) -> NamedNode:
    try:
        prefix = text.partition(":")[0]
        return NamedNode(expand(text) if prefix in PREFIXES else text.strip("<>"))
    except (KgError, ValueError) as error:
        raise Problem("bad-request", f"kind is an IRI or a CURIE: {error}") from None
