"""The pages of queries: forms that say what they take, answers as tables, nothing read as HTML."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from kg import resources
from kg.errors import UnknownName
from kg.namespaces import PREFIXES, RDFS
from kg.queries import catalogue
from kg.web.edition import Edition
from kg.web.links import STATIC, Links
from kg.web.resources import home, pictures, query, saved_queries
from kg.web.resources.query import start, terms
from kg.web.resources.results import shown
from kg.web.responses import Problem
from kg.web.settings import Limits
from kg.web.workers.held import Held

BASE = "http://127.0.0.1:8010/"


class Page(HTMLParser):
    """The elements of a page, with their attributes and the text that they begin with."""

    def __init__(self, body):
        super().__init__()
        self.elements = []
        self.feed(body.decode())

    def handle_starttag(self, tag, attrs):
        self.elements.append([tag, dict(attrs), ""])

    def handle_data(self, data):
        if self.elements:
            self.elements[-1][2] += data

    def all(self, tag, **attributes):
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [
            (attrs, text.strip())
            for name, attrs, text in self.elements
            if name == tag and wanted.items() <= attrs.items()
        ]


@pytest.fixture(scope="module")
def held(graph):
    from kg.graph import load

    folders = {
        "reported": graph.snapshot.path,
        "undisputed": load(viewpoint="undisputed").snapshot.path,
    }
    snapshots = {slug: str(folder) for slug, folder in folders.items()}
    holding = Held(Edition("0" * 64, "the graph", "reported", snapshots), Limits())
    yield holding
    holding.close()


def saved(held, slug, **params):
    return saved_queries.page(held, slug=slug, params=params, path=f"/queries/{slug}", base=BASE)


def edited(held, **params):
    return query.page(held, params=params, path="/query", base=BASE)


@pytest.mark.parametrize(
    "slug", [name for name, one in catalogue().items() if "viewpoints" not in one.tags]
)
def test_every_saved_query_has_a_page_that_answers(held, slug):
    answer = saved(held, slug)
    page = Page(answer.body)

    assert answer.status == 200
    assert page.all("h1")[0][1] == catalogue()[slug].summary
    assert not page.all("div", role="alert")


def test_the_page_shows_the_golden_rows(held):
    page = Page(saved(held, "missions-of-state", state="Mali").body)
    labels = [text for attrs, text in page.all("a") if attrs["href"].startswith("/page/")]

    assert "Embassy of Mali in Algiers" in labels
    assert page.all("caption")[0][1] == "3 rows"
    # The State is told by the form, and not once more in each row.
    assert [text for _, text in page.all("th")] == ["role", "mission", "other", "seat"]


def test_a_form_keeps_what_was_asked_and_so_do_its_formats(held):
    page = Page(saved(held, "tension-raising-events", since="2024-01").body)

    field = page.all("input", name="since")[0][0]
    assert field["value"] == "2024-01"
    assert re.fullmatch(field["pattern"], "2024-01")
    links = [attrs["href"] for attrs, _ in page.all("a", rel="alternate")]
    formats = [re.search(r"format=(\w+)", link)[1] for link in links]
    # The last two are tables with labels.
    assert formats == ["csv", "tsv", "json", "xml", "xlsx", "csv"]
    assert all("since=2024-01" in link for link in links)


def test_each_field_has_a_label_and_a_hint(held):
    for slug, one in catalogue().items():
        if not one.parameters or "viewpoints" in one.tags:
            continue
        page = Page(saved(held, slug).body)
        for name in one.parameters:
            control = (page.all("input", name=name) or page.all("select", name=name))[0][0]
            assert page.all("label", for_=control["id"])
            hint = page.all("small", id=control["aria-describedby"])[0][1]
            assert hint.startswith(one.parameters[name].description)


def test_agents_are_chosen_among_those_who_claim_something(graph):
    one = catalogue()["only-according-to"]

    agent, other = saved_queries.fields(one, {"agent": "kg:mali"}, graph.store)

    assert (agent.control, agent.value, other.value) == ("choice", "kg:mali", "kg:mali")
    assert ("kg:algeria", "Algeria") in agent.options
    assert "kg:malian-drone-2025" not in dict(agent.options)


@pytest.mark.parametrize(
    ("slug", "params", "said"),
    [
        ("tension-raising-events", {"since": "yesterday"}, '"yesterday" is no date'),
        ("tension-raising-events", {"until": "2024"}, 'no parameter "until"'),
        ("missions-of-state", {"state": "Malli"}, "did you mean"),
        ("missions-of-state", {"state": 'x" } ; DROP ALL #'}, 'no term "x" } ; DROP ALL #"'),
        ("missions-of-state", {"state": "<http://a> <b"}, "no term"),
    ],
)
def test_a_wrong_value_is_told_on_the_form(held, slug, params, said):
    answer = saved(held, slug, **params)
    page = Page(answer.body)

    assert answer.status == 400
    assert page.all("div", role="alert")
    assert said in answer.body.decode().replace("&#34;", '"').replace("&lt;", "<")
    assert not page.all("table")


def test_no_saved_query_of_that_name_is_not_found(held):
    with pytest.raises(Problem) as refused:
        saved(held, "../../etc/passwd")

    assert refused.value.status == 404


def test_the_list_has_every_question_once_or_those_of_a_tag(held):
    def listed(**params):
        answer = saved_queries.listing(held, params=params, path="/queries", base=BASE)
        return [text for _, text in Page(answer.body).all("a", class_="question")]

    # Those that compare viewpoints which are not here are listed, and lead nowhere.
    known = {one.summary for one in catalogue().values() if "viewpoints" not in one.tags}
    assert known <= set(listed())
    assert len(set(listed())) == len(listed())
    assert set(listed(tag="border")) < set(listed())
    assert listed(tag="border")


def test_a_tag_that_no_question_has_is_told_above_the_list(held):
    answer = saved_queries.listing(held, params={"tag": "bordr"}, path="/queries", base=BASE)
    assert answer.status == 400
    assert "did you mean border" in answer.body.decode()
    assert Page(answer.body).all("a", class_="question")


@pytest.mark.parametrize("name", ["timeline", "tension", "map", "network"])
@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        ({"since": "yesterday"}, "since", "not a date such as 2023"),
        ({"until": "2023-02-30"}, "until", "there is no such day"),
        ({"since": "2020", "until": "2010"}, "until", "there is no day from 2020 to 2010"),
        ({"kind": "warlike"}, "kind", "kind is one of"),
        ({"since": "9" * 50}, "since", "years, months or days"),
    ],
)
def test_what_is_wrong_with_a_field_of_a_picture_is_told_beside_it(held, name, given, field, words):
    answer = pictures.page(held, name=name, params=given, path=f"/{name}", base=BASE)
    page = Page(answer.body)
    assert answer.status == 400
    [(told, text)] = page.all("small", class_="fault")
    assert told["id"] == f"fault-{field}"
    assert words in text
    [(control, _)] = [one for kind in ("input", "select") for one in page.all(kind, id=field)]
    assert f"fault-{field}" in control["aria-describedby"]
    values = [
        attrs.get("value") for attrs, _ in page.all("input") + page.all("option", selected=None)
    ]
    assert set(given.values()) <= set(values)


def test_a_form_that_nobody_has_filled_in_is_no_fault(held, monkeypatch):
    known = catalogue()["missions-of-state"]
    state = replace(known.parameters["state"], default=None)
    needing = replace(known, parameters={"state": state})
    monkeypatch.setattr(saved_queries, "shipped", lambda: {known.slug: needing})
    assert saved(held, known.slug).status == 200
    refused = saved(held, known.slug, state="")
    assert refused.status == 400
    assert "missions-of-state needs state" in refused.body.decode()


@pytest.fixture(scope="module")
def another_pair(tmp_path_factory):
    """Two States that nobody speaks for: no agent of theirs has a viewpoint."""
    from kg.graph import load

    path = tmp_path_factory.mktemp("pair") / "pair.ttl"
    path.write_text(
        f"@prefix rel: <{PREFIXES['rel']}> . @prefix ex: <http://example.org/> .\n"
        "ex:france a rel:State ; rel:neighbours ex:germany . ex:germany a rel:State .\n",
        encoding="utf-8",
    )
    folder = load(path, ontology=resources.ontology()).snapshot.path
    holding = Held(Edition("1" * 64, "pair", "reported", {"reported": str(folder)}), Limits())
    yield holding
    holding.close()


def test_a_question_that_names_what_the_graph_lacks_is_refused(another_pair):
    """As the command refuses it, on its page, as data, and in the words of the list."""
    words = 'no viewpoint "according-to-'
    answer = saved(another_pair, "tension-by-viewpoint")
    assert answer.status == 400
    assert words in answer.body.decode().replace("&#34;", '"')
    text = catalogue()["tension-by-viewpoint"].text
    with pytest.raises(UnknownName, match=words):
        saved_queries.run(another_pair, slug="tension-by-viewpoint", params={})
    with pytest.raises(UnknownName, match=words):
        query.evaluate(another_pair, text=text)
    listing = saved_queries.listing(another_pair, params={}, path="/queries", base=BASE)
    assert "Not a question for this graph: no viewpoint" in listing.body.decode()
    first = home.page(another_pair, params={}, path="/", base=BASE)
    assert "tension-by-viewpoint" not in first.body.decode()
    assert saved_queries.run(another_pair, slug="neighbours", params={}).body.count(b"france") > 0


def test_all_links_keep_the_viewpoint_and_the_path_of_the_base(held):
    answer = saved_queries.page(
        held,
        slug="missions",
        params={"viewpoint": "undisputed"},
        path="/kg/queries/missions",
        base="https://example.org/kg/",
    )
    links = [attrs["href"] for attrs, _ in Page(answer.body).all("a") if "href" in attrs]

    inside = [link for link in links if link.startswith("/")]
    assert all(link.startswith("/kg/") for link in inside)
    pages = [link for link in inside if link.startswith("/kg/page/")]
    assert pages
    assert all(link.endswith("viewpoint=undisputed") for link in pages)
    assert "https://example.org/kg/queries/missions" in answer.body.decode()


def test_the_editor_is_a_form_that_answers_without_scripts(held):
    page = Page(edited(held, query="SELECT ?e { ?e a rel:Embassy }").body)

    assert page.all("form", id="ask", method="get", action="/query")
    assert page.all("textarea", name="query")[0][1] == "SELECT ?e { ?e a rel:Embassy }"
    assert page.all("caption")[0][1] == "2 rows"
    assert page.all("label", for_="query-text")
    downloads = page.all("button", formaction="/sparql", formmethod="post")
    assert {attrs["value"] for attrs, _ in downloads} >= {"csv", "tsv", "json", "xml", "ttl"}


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELECT * {\n ?a ?b\n}", "query:2:2: "),
        ("DROP ALL", ""),
        ("SELECT * { SERVICE <http://127.0.0.1/> { ?a ?b ?c } }", ""),
        ("<script>alert(1)</script>", ""),
    ],
)
def test_what_is_refused_is_told_and_the_text_is_kept(held, query, said):
    answer = edited(held, query=query)
    page = Page(answer.body)

    assert 400 <= answer.status < 500
    assert said in answer.body.decode()
    assert page.all("div", role="alert")
    assert page.all("textarea")[0][1].replace("\r", "") == query
    assert b"<script>alert" not in answer.body


def test_the_editor_starts_with_a_query_that_has_rows(held):
    page = Page(edited(held).body)
    text = page.all("textarea")[0][1]

    assert len(held.query(text)) > 5
    assert len(held.query(start({}, Store()))) == 25
    example = Page(edited(held, example="missions").body).all("textarea")[0][1]
    assert example == catalogue()["missions"].text.strip()


def test_the_scripts_are_told_only_of_this_endpoint(held):
    page = Page(edited(held, viewpoint="undisputed").body)

    told = json.loads(page.all("script", id="query-configuration")[0][1])
    assert told["endpoint"] == "/sparql"
    assert told["viewpoint"] == "undisputed"
    assert ["rel:TensionRaisingEvent", "tension-raising event"] in told["terms"]
    assert told["prefixes"] == PREFIXES
    for attrs, _ in page.all("script") + page.all("link"):
        address = attrs.get("src") or attrs.get("href")
        assert address is None or address.startswith("/static/")


@pytest.mark.parametrize("render", [edited, lambda held: saved(held, "missions")])
def test_a_page_has_no_script_or_style_of_its_own(held, render):
    page = Page(render(held).body)

    for attrs, text in page.all("script"):
        assert attrs.get("type") == "application/json" or (attrs["src"] and not text)
    assert not page.all("style")
    for _, attrs, _ in page.elements:
        assert not [name for name in attrs if name == "style" or name.startswith("on")]


def test_values_are_text_and_links_stay_on_this_endpoint():
    markup = '<img src=x onerror="alert(1)">'
    thing = NamedNode("javascript:alert(1)")
    store = Store()
    store.add(Quad(thing, RDFS.label, Literal(markup)))
    from kg.results import Solutions

    row = shown(
        Solutions(["a", "b", "c"], [[thing, Literal("x", language="fr"), None]]), store, Links()
    )

    named, text, nothing = row.rows[0]
    assert (named.text, named.href) == (markup, "/page?iri=javascript%3Aalert%281%29")
    assert (text.text, text.language, nothing) == ("x", "fr", None)


def test_terms_with_markup_cannot_end_the_script_that_holds_them():
    from kg.namespaces import OWL, RDF, REL
    from kg.web.layout import script_json

    store = Store()
    store.add(Quad(REL.Claim, RDF.type, OWL.Class))
    store.add(Quad(REL.Claim, RDFS.label, Literal("</script><script>alert(1)")))

    written = str(script_json(terms(store)))

    assert "<" not in written
    assert json.loads(written) == [["rel:Claim", "</script><script>alert(1)"]]


@pytest.mark.parametrize("name", ["editor.js", "result.js", "chart.js"])
def test_the_scripts_set_text_and_never_html(name):
    script = (STATIC / name).read_text("utf-8")

    assert not re.findall(r"innerHTML|outerHTML|insertAdjacent|document\.write|\beval\b", script)
    assert not re.findall(r"localStorage|sessionStorage|document\.cookie|indexedDB", script)
    assert not re.findall(r"https?://(?!www\.w3\.org/)", script)
