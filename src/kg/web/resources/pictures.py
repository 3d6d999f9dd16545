"""The pictures of the graph: by themselves, and in a page with what they are drawn from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from kg.errors import KgError
from kg.plots import NARROW, PLOTS, WIDE, Filter, NothingToDraw
from kg.plots.events import EFFECTS
from kg.web.layout import links_for, place, render, viewpoint_label
from kg.web.links import origin
from kg.web.responses import Answer, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kg.plots import Picture
    from kg.web.links import Links
    from kg.web.workers.held import Held

__all__ = ["FORMATS", "page", "picture"]

#: What a picture is given as, with its media type.
FORMATS = {"svg": "image/svg+xml; charset=utf-8", "png": "image/png"}
_FILTERS = ("since", "until", "kind")
_LONGEST = 40


def picture(  # noqa: PLR0913 - what the address says, and whom to believe
    held: Held,
    *,
    name: str,
    format: str,  # noqa: A002 - the word of the address
    params: Mapping[str, str],
    base: str,
    viewpoint: str | None = None,
) -> Answer:
    """Return a picture by itself.

    Args:
        held: what is served.
        name: timeline, tension, map or network.
        format: svg or png.
        params: of the request: ``viewpoint``; ``since``, ``until`` and ``kind`` choose events;
            ``size=narrow`` is for a phone.
        base: what the links in it begin with.
        viewpoint: the one it is drawn from, where the parameters name none.

    Raises:
        Problem: there is no such picture, or nothing to draw.
        UnknownName: there is no such viewpoint.
    """
    if format not in FORMATS:
        raise Problem("not-found", f"a picture is given as {' or '.join(FORMATS)}")
    told = {**({"viewpoint": viewpoint} if viewpoint else {}), **params}
    links = links_for(held, base, told)
    size = told.get("size", "wide")
    if size not in {"wide", "narrow"}:
        raise Problem("bad-request", "size is wide or narrow")
    try:
        drawn = _drawn(held, links, name, told, lambda iri: origin(base) + links.page(iri))
    except NothingToDraw as error:
        raise Problem("not-found", str(error)) from None
    width = NARROW if size == "narrow" else WIDE
    body = drawn.svg(width) if format == "svg" else drawn.png(width=width)
    return Answer(body, FORMATS[format])


def page(held: Held, *, name: str, params: Mapping[str, str], path: str, base: str) -> Answer:
    """Return the page of a picture: the picture, choices, notes, and the table beside it.

    Args:
        held: what is served.
        name: timeline, tension, map or network.
        params: of the request, as for :func:`picture`.
        path: of the request.
        base: what absolute links begin with.

    Raises:
        Problem: there is no such picture.
        UnknownName: there is no such viewpoint.
    """
    links = links_for(held, base, params)
    drawn, refused, faults = None, "", _faults(params)
    try:
        drawn = None if faults else _drawn(held, links, name, params, links.page)
    except NothingToDraw as error:
        refused = str(error)
    chosen = {key: params[key] for key in _FILTERS if params.get(key)}
    wide, narrow = _inline(drawn)
    return render(
        "picture.html",
        held,
        links,
        here=place(path, params),
        status=400 if faults else 200,
        faults=faults,
        name=name,
        picture=drawn,
        wide=wide,
        narrow=narrow,
        refused=refused,
        chosen=chosen,
        effects=EFFECTS,
        downloads=[(kind.upper(), links.plot(name, kind, **chosen)) for kind in FORMATS],
    )


def _faults(params: Mapping[str, str]) -> dict[str, str]:
    """Return what is wrong with each field of the form."""
    given = {name: params.get(name, "").strip() for name in _FILTERS}
    faults = {}
    for name, value in given.items():
        try:
            _filter(**{name: value})
        except (KgError, Problem) as error:
            faults[name] = error.detail if isinstance(error, Problem) else str(error)
    if not faults:
        try:
            _filter(**given)
        except KgError as error:
            faults["until"] = str(error)
    return faults


def _filter(since: str = "", until: str = "", kind: str = "") -> Filter:
    if max(len(since), len(until), len(kind)) > _LONGEST:
        raise Problem("bad-request", "since and until are years, months or days")
    return Filter.read(since, until, kind)


def _drawn(
    held: Held,
    links: Links,
    name: str,
    params: Mapping[str, str],
    link: Callable[[str], str],
) -> Picture:
    if name not in PLOTS:
        raise Problem("not-found", f"there is no picture {name!r}: {', '.join(PLOTS)}")
    shown = _filter(**{key: params.get(key, "").strip() for key in _FILTERS})
    slug = links.viewpoint or held.edition.viewpoint
    store = held.store(slug)
    label = viewpoint_label(store, slug)
    return PLOTS[name](store, link=link, viewpoint=label, shown=shown)


def _inline(drawn: Picture | None) -> tuple[Markup, Markup]:
    """Return the picture for a screen and for a phone; the drawing escapes what it holds."""
    if drawn is None:
        return Markup(), Markup()
    wide = drawn.svg(prefix="wide-", kind="wide", bare=True).decode()
    narrow = drawn.svg(NARROW, prefix="narrow-", kind="narrow", bare=True).decode()
    return Markup(wide), Markup(narrow)  # noqa: S704 - written by kg.plots.svg, which escapes
