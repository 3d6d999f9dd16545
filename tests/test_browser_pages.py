"""Every kind of page in a real browser: nothing breaks or is refused, nobody else is asked."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

import pytest

from browser import opened, why_raising
from kg.namespaces import REL
from kg.web.links import Links

PHONE = {"width": 360, "height": 740}
WHY = why_raising("drone-shootdown-2025")
WHY_NOT = why_raising("meetings-with-rebel-leaders")
ASKED = Links().to("query", query="SELECT ?s ?label { ?s a rel:State ; rdfs:label ?label }")
#: One page of each kind, with the status that it comes with.
PAGES = {
    "home": ("/", 200),
    "viewpoints": ("/viewpoint", 200),
    "timeline": ("/timeline", 200),
    "tension": ("/tension", 200),
    "map": ("/map", 200),
    "network": ("/network", 200),
    "questions": ("/queries", 200),
    "question": ("/queries/tension-raising-events", 200),
    "question with a form": ("/queries/missions-of-state?state=Mali", 200),
    "question asked wrongly": ("/queries/tension-raising-events?since=soon", 400),
    "query": ("/query", 200),
    "query with its result": (ASKED, 200),
    "ontology": ("/ontology", 200),
    "state": ("/page/mali", 200),
    "event": ("/page/drone-shootdown-2025", 200),
    "mission": ("/page/embassy-of-mali-in-algiers", 200),
    "thing elsewhere": ("/page/alleged-interference", 404),
    "term": (Links().to("page", iri=REL.TensionRaisingEvent.value), 200),
    "proof": (WHY, 200),
    "what is missing of a proof": (WHY_NOT, 404),
    "search": ("/search?q=embassy", 200),
    "search without a hit": ("/search?q=qqqqxxxx", 200),
    "nothing known": ("/page/no-such-thing", 404),
    "no such page": ("/no-such-page", 404),
    "no such viewpoint": ("/?viewpoint=nobody", 400),
    "event from another viewpoint": ("/page/drone-shootdown-2025?viewpoint=undisputed", 200),
    "timeline from another viewpoint": ("/timeline?viewpoint=undisputed", 200),
}
#: How many pages of one kind are walked through, and of all things.
_A_KIND = 3
_THINGS = 12


@pytest.mark.parametrize(("path", "status"), PAGES.values(), ids=PAGES)
def test_a_page_is_readable_in_light_and_dark_and_on_a_phone(window, path, status):
    window.page.emulate_media(reduced_motion="reduce")
    window.open(path, status)

    found = {"light": window.unreadable()}
    window.page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    window.page.set_viewport_size(PHONE)
    found["dark on a phone"] = window.unreadable()
    found["wider than a phone"] = window.wider_than_the_screen()

    assert not any(found.values()), found
    assert window.page.locator("h1").count() == 1
    assert window.page.locator("html").get_attribute("lang") == "en"


def test_a_walk_along_the_links_meets_no_fault(window):
    waiting, seen, walked = ["/"], set(), {}
    while waiting:
        path = waiting.pop(0)
        kind = _kind(path)
        if path in seen or len(walked.setdefault(kind, [])) == (
            _THINGS if kind == "page" else _A_KIND
        ):
            continue
        seen.add(path)
        walked[kind].append(path)
        window.open(path)
        # What it asks for late is asked for before it is left.
        window.settle()
        waiting += _links(window)

    assert {"", "page", "why", "queries", "query", "ontology", "viewpoint", "search"} <= {*walked}
    assert {"timeline", "tension", "map", "network"} <= {*walked}
    assert len(walked["page"]) == _THINGS


@pytest.mark.parametrize("name", ["timeline", "tension", "map", "network"])
def test_a_picture_by_itself_opens_as_svg_and_as_png(window, name):
    for extension in ("svg", "png"):
        response = window.open(f"/plots/{name}.{extension}")
        assert response.headers["content-type"].startswith("image/")


@pytest.mark.parametrize("name", ["timeline", "tension", "map", "network"])
def test_a_picture_has_a_name_and_a_table_beside_it(window, name):
    window.open(f"/{name}")

    picture = window.page.locator("main svg").first
    assert picture.is_visible()
    assert picture.locator("title").first.text_content()
    assert window.page.locator("main table tbody tr").count() > 0


def test_pages_work_where_no_script_runs(browser, site):
    with opened(browser, site.url, java_script_enabled=False) as window:
        for path in ("/", "/timeline", "/map", "/queries/tension-raising-events", WHY):
            window.open(path)
            assert window.page.locator("main h1").is_visible()


def _kind(path):
    return urlsplit(path).path.strip("/").partition("/")[0]


def _links(window):
    """Return the paths of the pages that a page links to, not of data."""
    found = window.page.eval_on_selector_all(
        "a[href]:not([download])",
        "all => all.map(one => new URL(one.getAttribute('href'), location).href.split('#')[0])",
    )
    paths = [link.removeprefix(window.base) for link in found if link.startswith(window.base)]
    kinds = {"sparql", "data", "plots", "void", "health", "store", "static", "id"}
    return [
        f"/{path}"
        for path in dict.fromkeys(paths)
        if _kind(path) not in kinds and "format=" not in path and not unquote(path).endswith(".rq")
    ]
