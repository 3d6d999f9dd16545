"""The pages of the saved queries: the list of them, and each with its form and its answer."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from kg.errors import KgError, UnknownName
from kg.results import Solutions
from kg.web.pages.catalogue import groups, misfit, shipped, tags
from kg.web.pages.forms import OWN, fields, given
from kg.web.pages.rendering import links_for, place, render
from kg.web.pages.results import shown
from kg.web.responses import Problem, problem_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kg.queries import SavedQuery
    from kg.web.responses import Answer
    from kg.web.workers.held import Held

__all__ = ["listing", "page"]

#: The formats of each kind of result, as their buttons call them.
_FORMATS = {
    "rows": (("csv", "CSV"), ("tsv", "TSV"), ("json", "JSON"), ("xml", "XML")),
    "answer": (("json", "JSON"), ("xml", "XML")),
    "graph": (("ttl", "Turtle"), ("jsonld", "JSON-LD"), ("nt", "N-Triples"), ("rdfxml", "RDF/XML")),
}


def listing(held: Held, *, params: Mapping[str, str], path: str, base: str) -> Answer:
    """Return the list of the saved queries.

    Args:
        held: what is served.
        params: of the request: ``tag`` leaves those that have it.
        path: of the request.
        base: what absolute links begin with.

    A tag that no query has is told on the page, which then lists them all.
    """
    links = links_for(held, base, params)
    known = shipped().values()
    tag, fault = params.get("tag") or None, ""
    try:
        listed = groups(known, tag)
    except UnknownName as error:
        listed, tag, fault = groups(known), None, str(error)
    return render(
        "queries.html",
        held,
        links,
        here=place(path, params),
        status=400 if fault else 200,
        fault=fault,
        groups=listed,
        misfits={saved.slug: misfit(held, saved, links.viewpoint) for saved in known},
        tags=tags(known),
        tag=tag,
    )


def page(held: Held, *, slug: str, params: Mapping[str, str], path: str, base: str) -> Answer:
    """Return a saved query with its form and its answer.

    Args:
        held: what is served.
        slug: the name of the query.
        params: of the request, the values of the parameters among them.
        path: of the request.
        base: what absolute links begin with.

    Raises:
        Problem: there is no saved query of that name.
    """
    known = shipped()
    if slug not in known:
        raise Problem(
            "not-found", f'there is no saved query "{slug}"; {path.rpartition("/")[0]} lists them'
        )
    saved, values = known[slug], given(params)
    links = links_for(held, base, params)
    store = held.store(links.viewpoint)
    problem = result = None
    # A form that nobody has filled in yet is no fault.
    is_asked = bool(params.keys() - OWN) or not any(
        one.required for one in saved.parameters.values()
    )
    try:
        if is_asked:
            bindings = saved.bind(values, store)
            answer = held.query(
                saved.text, viewpoint=links.viewpoint, bindings=bindings, source=saved.slug
            )
            # The first columns hold the parameters, which the form tells.
            fixed = len(saved.parameters) if isinstance(answer, Solutions) else 0
            result = shown(answer, store, links, fixed)
    except Problem as refused:
        problem = refused
    except KgError as error:
        problem = problem_of(error)
    return render(
        "query-saved.html",
        held,
        links,
        here=place(path, params),
        status=problem.status if problem else 200,
        saved=saved,
        fields=fields(saved, values, store),
        values=values,
        result=result,
        problem=problem,
        formats=_FORMATS[result.kind] if result else (),
        snippets=_snippets(saved, values, base, links.viewpoint),
    )


def _snippets(
    saved: SavedQuery, values: Mapping[str, str], base: str, viewpoint: str | None
) -> tuple[tuple[str, str], ...]:
    """Return how else the same question is asked: by curl, by the command, from Python."""
    asked = {**values, **({"viewpoint": viewpoint} if viewpoint else {})}
    address = f"{base.rstrip('/')}/queries/{saved.slug}"
    curl = ["curl", "--get", "--header", "Accept: text/csv", address]
    for name, value in asked.items():
        curl += ["--data-urlencode", f"{name}={value}"]
    command = ["kg", "run", saved.slug]
    for name, value in values.items():
        command += ["--param", f"{name}={value}"]
    if viewpoint:
        command += ["--viewpoint", viewpoint]
    keywords = "".join(f", {name}={value!r}" for name, value in values.items())
    loaded = f"kg.load(viewpoint={viewpoint!r})" if viewpoint else "kg.load()"
    python = f'import kg\n\nresult = {loaded}.run("{saved.slug}"{keywords})\n'
    return (("curl", shlex.join(curl)), ("kg", shlex.join(command)), ("Python", python))
