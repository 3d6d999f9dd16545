"""How a page is set: a template, what every page shows of the site, and text that is escaped."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from pyoxigraph import Literal, NamedNode, Store

from kg.dataset.viewpoints import node_of, slug_of
from kg.dates import in_words
from kg.evidence import name
from kg.namespaces import DCTERMS, GRAPH, OWL, PREFIXES, RDF, RDFS, REL, compact
from kg.web.links import Links, address
from kg.web.responses import Answer, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyoxigraph import BlankNode

    from kg.web.workers.held import Held

__all__ = [
    "HTML",
    "Site",
    "links_for",
    "opened",
    "place",
    "problem_page",
    "render",
    "render_bare",
    "script_json",
    "site",
    "viewpoint_label",
]

#: The media type of a page.
HTML = "text/html; charset=utf-8"
_TEMPLATES = Path(__file__).parent / "templates"
#: The longest text that a page is asked about.
_LONGEST = 8000
_PREFIX = "according-to-"
_CLASSES = (OWL.Class, RDFS.Class, OWL.ObjectProperty, OWL.DatatypeProperty, RDF.Property)

# Of so many editions are the viewpoints remembered; a store is not, lest it stay open.
_FEW = 4
_REMEMBERED: dict[tuple[object, ...], tuple[_Choice, ...]] = {}


@dataclass(frozen=True)
class _Choice:
    """A viewpoint to look from.

    Args:
        slug: its name in addresses.
        label: what people call it.
        same_as: the slug of an earlier one that accepts the same facts; empty without one.
    """

    slug: str
    label: str
    same_as: str = ""


@dataclass(frozen=True)
class Site:
    """What is served.

    Args:
        title: in a few words.
        version: of kg.
        digest: of the state of the data.
        made: when that state was made.
        viewpoints: those to look from; empty where there is but one.
        viewpoint: the one that is looked from.
        licence: of what is served, where the graph says so.
        has_events: whether pictures have something to show.
        has_claims: whether the graph tells who says what.
        has_terms: whether there is an ontology to read.
        is_kg: whether the saved questions fit.
    """

    title: str
    version: str = ""
    digest: str = ""
    made: str = ""
    viewpoints: tuple[_Choice, ...] = ()
    viewpoint: _Choice | None = None
    licence: str = ""
    has_events: bool = False
    has_claims: bool = False
    has_terms: bool = False
    is_kg: bool = False

    @property
    def own_viewpoints(self) -> tuple[_Choice, ...]:
        """The viewpoints of which each accepts other facts, and the one that is looked from."""
        return tuple(one for one in self.viewpoints if not one.same_as or one == self.viewpoint)


def site(held: Held, viewpoint: str | None = None) -> Site:
    """Tell what is served, as seen from a viewpoint.

    Raises:
        UnknownName: there is no such viewpoint.
    """
    from importlib.metadata import version

    store, edition = held.store(viewpoint), held.edition
    choices = _choices(held)
    slug = viewpoint or edition.viewpoint
    return Site(
        title=edition.title,
        version=version("relations-kg"),
        digest=edition.digest,
        made=edition.made,
        viewpoints=choices if len(choices) > 1 else (),
        viewpoint=next((one for one in choices if one.slug == slug), None),
        licence=_licence(store),
        has_events=_kind_of(store, REL.Event),
        has_claims=_kind_of(store, REL.Claim),
        has_terms=any(_kind_of(store, kind) for kind in _CLASSES),
        is_kg=_kind_of(store, REL.Event) or _kind_of(store, REL.Claim),
    )


def _kind_of(store: Store, kind: NamedNode) -> bool:
    """Tell whether there is anything of a kind.

    >>> _kind_of(Store(), REL.Event)
    False
    """
    return next(store.quads_for_pattern(None, RDF.type, kind), None) is not None


def viewpoint_label(store: Store, slug: str) -> str:
    """Return what people call a viewpoint, as far as a store can tell.

    >>> viewpoint_label(Store(), "undisputed")
    'undisputed'
    """
    for quad in store.quads_for_pattern(node_of(slug), RDFS.label, None):
        if isinstance(quad.object, Literal):
            return quad.object.value
    if slug.startswith(_PREFIX):
        agent = _agents(store).get(slug.removeprefix(_PREFIX))
        if agent is not None:
            return f"according to {name(store, agent)}"
    return slug


def _agents(store: Store) -> dict[str, NamedNode | BlankNode]:
    """Return who makes claims, or has them made, by the names of viewpoints."""
    found = {q.object for q in store.quads_for_pattern(None, REL.assertedBy, None)}
    found |= {q.object for q in store.quads_for_pattern(None, REL.actsFor, None)}
    nodes = sorted((one for one in found if isinstance(one, NamedNode)), key=str)
    return {slug_of(one): one for one in nodes}


def _choices(held: Held) -> tuple[_Choice, ...]:
    """Name the viewpoints: the default first, those of agents last."""
    edition = held.edition.whole()
    key = edition.digest, *edition.snapshots.items()
    if key not in _REMEMBERED:
        if len(_REMEMBERED) >= _FEW:
            _REMEMBERED.clear()
        first: dict[str, str] = {}
        found = []
        for slug in sorted(edition.snapshots, key=lambda one: _rank(one, edition.viewpoint)):
            same = first.setdefault(edition.snapshots[slug], slug)
            label = viewpoint_label(held.store(), slug)
            found.append(_Choice(slug, label, "" if same == slug else same))
        _REMEMBERED[key] = tuple(found)
    return _REMEMBERED[key]


def _rank(slug: str, default: str) -> tuple[bool, bool, str]:
    return slug != default, slug.startswith(_PREFIX), slug


def _licence(store: Store) -> str:
    ontologies = sorted(
        {q.subject for q in store.quads_for_pattern(None, RDF.type, OWL.Ontology)}, key=str
    )
    for node in (*ontologies, GRAPH.asserted):
        for quad in store.quads_for_pattern(node, DCTERMS.license, None):
            if found := address(quad.object):
                return found
    return ""


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


def opened(held: Held, params: Mapping[str, str], path: str, base: str) -> tuple[Links, str]:
    """Return the addresses for a page, and where its reader is.

    Args:
        held: what is served.
        params: those of the request.
        path: that of the request, such as ``/page/mali``.
        base: what absolute links begin with.

    Raises:
        Problem: a parameter is longer than any needs to be.
        UnknownName: there is no such viewpoint.
    """
    if any(len(value) > _LONGEST for value in params.values()):
        raise Problem("bad-request", f"a parameter is longer than {_LONGEST:,} characters")
    return links_for(held, base, params), place(path, params)


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
