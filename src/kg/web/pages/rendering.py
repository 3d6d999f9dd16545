"""How a page is set: a template, filled with text that is escaped wherever it comes from."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from kg.dates import in_words
from kg.namespaces import PREFIXES, compact
from kg.web.links import Links
from kg.web.pages.site import site
from kg.web.responses import Answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kg.web.pages.site import Site
    from kg.web.workers.held import Held

__all__ = ["HTML", "links_for", "place", "render", "render_bare", "script_json"]

#: The media type of a page.
HTML = "text/html; charset=utf-8"
_TEMPLATES = Path(__file__).parent.parent / "templates"


def links_for(held: Held, base: str, params: Mapping[str, str]) -> Links:
    """Return the addresses for a page: below the path of the base, its viewpoint kept.

    Args:
        held: what is served.
        base: what absolute links begin with, such as ``http://127.0.0.1:8010/``.
        params: those of the request.

    Raises:
        UnknownName: there is no such viewpoint.
    """
    slug = params.get("viewpoint") or held.edition.viewpoint
    held.store(slug)
    path = urlsplit(base).path
    path = path if path.endswith("/") else f"{path}/"
    return Links(path, None if slug == held.edition.viewpoint else slug)


def place(path: str, params: Mapping[str, str]) -> str:
    """Return where a reader is, whatever the viewpoint, to come back to after a switch.

    >>> place("/search", {"q": "Mali", "viewpoint": "undisputed"})
    '/search?q=Mali'
    """
    kept = {key: value for key, value in params.items() if key != "viewpoint"}
    return f"{path}?{urlencode(kept)}" if kept else path


def render(  # noqa: PLR0913 - what a page needs to know of itself
    template: str,
    held: Held,
    links: Links,
    *,
    here: str = "/",
    status: int = 200,
    headers: tuple[tuple[str, str], ...] = (),
    **context: object,
) -> Answer:
    """Set a page about what is held.

    Args:
        template: its name in ``templates``.
        held: what is served; it gives the page its title, its switch of viewpoints and its foot.
        links: the addresses, which keep the viewpoint.
        here: where the reader is, as :func:`place` tells it.
        status: of HTTP.
        headers: further ones.
        context: what the template names.
    """
    about = site(held, links.viewpoint)
    body = _set(template, about, links, here=here, **context)
    return Answer(body, HTML, status, headers)


def render_bare(
    template: str, about: Site, links: Links, *, status: int = 200, **context: object
) -> Answer:
    """Set a page where nothing is held, such as one that tells of a problem."""
    here = f"{links.base_path}problem"
    return Answer(_set(template, about, links, here=here, **context), HTML, status)


def script_json(value: object) -> Markup:
    r"""Write JSON that may stand in a ``script`` element.

    >>> print(script_json("</script>"))
    "\u003c/script\u003e"
    """
    text = json.dumps(value, ensure_ascii=False, indent=1, sort_keys=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704 - no character in it means anything to HTML


def _set(template: str, about: Site, links: Links, *, here: str, **context: object) -> bytes:
    below = here.removeprefix(links.base_path).lstrip("/")
    text = (
        _environment()
        .get_template(template)
        .render(
            site=about,
            links=links,
            here=here,
            section=below.partition("?")[0].partition("/")[0],
            **context,
        )
    )
    # A lone surrogate cannot be sent; nothing that was read as UTF-8 has one.
    return text.encode("utf-8", "replace")


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters |= {
        "curie": compact,
        "date": in_words,
        "number": _number,
        "count": _counted,
        "script_json": script_json,
    }
    environment.globals |= {"prefixes": PREFIXES}
    return environment


def _number(value: int) -> str:
    return f"{value:,}"


def _counted(value: int, noun: str, plural: str = "") -> str:
    return f"{value:,} {noun if value == 1 else plural or noun + 's'}"
