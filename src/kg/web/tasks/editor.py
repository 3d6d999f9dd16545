"""The page with the editor of queries; without scripts it is a form, and the result a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.errors import KgError
from kg.web.pages.catalogue import groups, shipped
from kg.web.pages.editor import configuration, start
from kg.web.pages.rendering import links_for, place, render
from kg.web.pages.results import shown
from kg.web.responses import Problem, problem_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kg.web.responses import Answer
    from kg.web.workers.held import Held

__all__ = ["page"]


def page(held: Held, *, params: Mapping[str, str], path: str, base: str) -> Answer:
    """Return the editor, with the result of the query where the request has one.

    Args:
        held: what is served.
        params: of the request: ``query`` is asked and its result shown; ``example`` names a saved
            query to start from.
        path: of the request.
        base: what absolute links begin with.
    """
    links = links_for(held, base, params)
    store = held.store(links.viewpoint)
    problem, result, text = None, None, params.get("query", "")
    notes: list[str] = []
    try:
        text = start(params, store)
        if params.get("query", "").strip():
            answer = held.query(text, viewpoint=links.viewpoint)
            result = shown(answer, store, links)
            notes = held.notes(text, answer, links.viewpoint)
    except Problem as refused:
        problem = refused
    except KgError as error:
        problem = problem_of(error)
    examples = [saved for saved in shipped().values() if not saved.parameters]
    return render(
        "query.html",
        held,
        links,
        here=place(path, {name: params[name] for name in ("example", "query") if name in params}),
        status=problem.status if problem else 200,
        text=text,
        result=result,
        notes=notes,
        problem=problem,
        groups=groups(examples),
        configuration=configuration(store, links),
    )
