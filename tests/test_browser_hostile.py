"""What the data says is text: on no page and in no picture does it run, load or lead astray."""

from __future__ import annotations

import re

import pytest

import small
from browser import opened, why_raising
from kg.web.links import Links
from serving import serving

#: It ends a script, a title, a style, a comment and an attribute, and then runs.
EVIL = "--></title></style></script><script>alert(1)</script><img src=x onerror=alert(2)>'`{{7*7}}"
#: As Turtle writes it in a literal.
WRITTEN = EVIL.replace("\\", "\\\\").replace('"', '\\"')
#: Other names are facts, which claims repeat.
LABEL = re.compile(r'((?:rdfs:label|skos:definition|rel:doubt|dcterms:title) )"')
THINGS = f"""\
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX foaf: <http://xmlns.com/foaf/0.1/>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX ex: <http://example.org/>
ex:thing a ex:Kind ;
    rdfs:label "{WRITTEN}"@en , "{WRITTEN}"@en-x-onload , "\\u202Egnp.exe\\u202C"@ar ;
    rdfs:comment "{WRITTEN}" ;
    rdfs:seeAlso <javascript:alert(3)> , <JavaScript:alert(4)> , <data:text/html,alert(5)> ,
        <vbscript:alert(6)> , <http://example.org/'onmouseover='alert(7)> ;
    foaf:homepage <javascript:alert(8)> ; dcterms:license <javascript:alert(9)> ;
    dcterms:source <javascript:alert(10)> ; owl:sameAs <javascript:alert(11)> ;
    <javascript:alert(12)> ex:other ; ex:number 7 .
ex:Kind a owl:Class ; rdfs:label "{WRITTEN}" .
ex:ontology a owl:Ontology ; dcterms:license <javascript:alert(13)> ; rdfs:label "{WRITTEN}" .
<javascript:alert(14)> rdfs:label "a thing whose name runs" .
[] rdfs:label "{WRITTEN}" ; ex:part ex:thing .
"""
SHIPPED_PAGES = [
    "/",
    "/viewpoint",
    "/timeline",
    "/tension",
    "/map",
    "/network",
    "/queries",
    "/queries/tension-raising-events",
    "/ontology",
    "/search?q=Mali",
    "/page/mali",
    "/page/drone-shootdown-2025",
    why_raising("drone-shootdown-2025"),
    "/plots/timeline.svg",
    "/plots/tension.svg",
    "/plots/map.svg",
    "/plots/network.svg",
    why_raising("drone-shootdown-2025", format="svg"),
]
OTHER_PAGES = [
    "/",
    "/ontology",
    "/query",
    "/search?q=onerror",
    Links().to("page", iri="http://example.org/thing"),
    Links().to("page", iri="http://example.org/Kind"),
    Links().to("page", iri="javascript:alert(14)"),
    Links().to("query", query="SELECT * { ?s ?p ?o }"),
    Links().to("query", query="DESCRIBE <http://example.org/thing>"),
]
ECHOED = [
    Links().to("search", q=EVIL),
    Links().to("page/" + EVIL.replace("/", "%2F").replace("<", "%3C").replace("{", "%7B")),
    Links().to("page", iri=f"http://example.org/{EVIL}"),
    Links().to("page", iri="javascript:alert(1)"),
    Links().to("query", query=EVIL),
    Links().to("queries/tension-raising-events", since=EVIL),
    Links().to("queries", tag=EVIL),
    Links().to("why", s=EVIL, p=EVIL, o=EVIL),
    Links().to("timeline", **{"from": EVIL, "kind": EVIL}),
    Links().to("/", viewpoint=EVIL),
    Links().to("viewpoint", viewpoint=EVIL, back=EVIL),
    Links().to("viewpoint", viewpoint="undisputed", back="//example.org/"),
    Links().to("viewpoint", viewpoint="undisputed", back="javascript:alert(1)"),
]
#: Elements that only the data could have brought, and links that would run.
ASTRAY = """() => [...document.querySelectorAll("*")].filter((one) => {
    const links = ["href", "src", "action", "formaction", "xlink:href"]
        .map((name) => (one.getAttribute(name) || "").trim().toLowerCase());
    return one.getAttribute("src") === "x"
        || [...one.attributes].some((each) => each.name.startsWith("on"))
        || (one.localName === "script" && one.textContent.includes("alert(1)")
            && one.type !== "application/ld+json" && one.type !== "application/json")
        || links.some((link) => /^(javascript|vbscript|data:text)/.test(link));
}).map((one) => one.outerHTML.slice(0, 200))"""


@pytest.fixture(scope="module")
def shipped(browser, tmp_path_factory):  # noqa: ARG001 - without a browser no server is started
    """A part of the graph that kg ships, each name of which is hostile."""
    folder = tmp_path_factory.mktemp("hostile") / "data"
    small.part(folder, "kg:drone-shootdown-2025", "kg:embassy-of-mali-in-algiers")
    for path in folder.glob("*.ttl"):
        text = path.read_text("utf-8")
        path.write_text(LABEL.sub(lambda found: f'{found[1]}"{WRITTEN} ', text), "utf-8")
    with serving("--data", folder) as server:
        yield server


@pytest.fixture(scope="module")
def other(browser, tmp_path_factory):  # noqa: ARG001 - as above
    """A file that knows nothing of kg, with names and links that would run."""
    path = tmp_path_factory.mktemp("hostile") / "things.ttl"
    path.write_text(THINGS, "utf-8")
    with serving("--dataset", path) as server:
        yield server


def hold(window, path):
    """Open a page, whatever its status, and hold that nothing of it ran or leads astray."""
    response = window.page.goto(window.base + path.lstrip("/"))
    window.expected = {str(response.status)}
    window.settle()
    assert response.status < 500, path
    assert window.page.evaluate(ASTRAY) == []
    assert window.page.url.startswith(window.base)
    # A picture that is not there is told by the console before the status is known.
    window.faults = [one for one in window.faults if "the server responded" not in one]
    return window.page


@pytest.mark.parametrize("path", SHIPPED_PAGES)
def test_hostile_names_are_text_on_every_kind_of_page(browser, shipped, path):
    with opened(browser, shipped.url) as window:
        page = hold(window, path)
        if not path.startswith(("/queries?", "/queries/")) and path != "/queries":
            assert "alert(2)" in page.content()


@pytest.mark.parametrize("path", OTHER_PAGES)
def test_hostile_files_are_text_on_every_kind_of_page(browser, other, path):
    with opened(browser, other.url) as window:
        hold(window, path)


@pytest.mark.parametrize("path", ECHOED, ids=range(len(ECHOED)))
def test_what_an_address_says_is_text(window, path):
    hold(window, path)


def test_hostile_names_are_text_in_a_result_a_chart_and_a_suggestion(browser, other):
    with opened(browser, other.url) as window:
        page = window.page
        window.open("/query")
        page.locator("#query-editor").click()
        page.keyboard.press("ControlOrMeta+A")
        page.keyboard.insert_text("SELECT ?o (7 AS ?n) { ?s ?p ?o }")
        page.get_by_role("button", name="Run").click()
        page.locator("#result table tbody tr").first.wait_for()
        page.get_by_text("Chart", exact=True).first.click()
        assert page.locator("svg.chart .bar").count() > 10
        assert "onerror=alert(2)" in page.locator("#result table").inner_text()
        assert page.evaluate(ASTRAY) == []

        page.get_by_role("combobox", name="Search by name").press_sequentially("onerror")
        page.get_by_role("option").first.wait_for()
        assert "onerror" in page.get_by_role("option").first.inner_text()
        assert page.evaluate(ASTRAY) == []
