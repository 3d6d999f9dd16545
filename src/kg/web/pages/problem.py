"""A problem as a page, for a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.web.links import Links
from kg.web.pages.rendering import render_bare
from kg.web.pages.site import Site

if TYPE_CHECKING:
    from kg.web.responses import Answer, Problem

__all__ = ["problem_page"]


def problem_page(problem: Problem, links: Links | None = None, title: str = "kg") -> Answer:
    """Set a problem as a page; nothing of the graph is looked at.

    Args:
        problem: what is told; the words that it echoes stay text.
        links: the addresses of the endpoint.
        title: what is served.

    >>> from kg.web.responses import Problem
    >>> problem_page(Problem("not-found", "no <b>")).body.count(b"no &lt;b&gt;")
    1
    """
    matches = problem.more.get("matches", ())
    return render_bare(
        "problem.html",
        Site(title),
        links or Links(),
        status=problem.status,
        problem=problem,
        matches=matches if isinstance(matches, list | tuple) else (),
    )
