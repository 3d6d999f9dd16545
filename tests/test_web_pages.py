"""The pages of the graph: who says so, where it is written, what follows; and text stays text."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from importlib import import_module
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, parse

from kg.errors import UnknownName
from kg.namespaces import GRAPH, PREFIXES, RDF, RDFS, REL
from kg.web.edition import Edition
from kg.web.layout import problem_page
from kg.web.links import STATIC, Links
from kg.web.resources.search import Names, search
from kg.web.resources.viewpoints import way_back
from kg.web.responses import Problem
from kg.web.settings import Limits
from kg.web.workers.held import Held

BASE = "http://127.0.0.1:8010/"
SHOOTDOWN = NamedNode(PREFIXES["kg"] + "drone-shootdown-2025")
RAISING = (SHOOTDOWN, RDF.type, REL.TensionRaisingEvent)
EVIL = "--></title></script><script>alert(1)</script><img src=x onerror=alert(2)>\"'{{7*7}}"


class Page(HTMLParser):
    """What a browser would make of a page: its elements, its text, its links."""

    def __init__(self, answer):
        super().__init__()
        self.status, self.html = answer.status, answer.body.decode()
        self.elements, self.text, self.scripts, self._inside = [], "", [], ""
        self.feed(self.html)
        self.text = " ".join(self.text.split())

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self._inside = tag
        if tag == "script":
            self.scripts.append("")

    def handle_endtag(self, _tag):
        self._inside = ""

    def handle_data(self, data):
        if self._inside == "script":
            self.scripts[-1] += data
        else:
            self.text += data

    def all(self, tag):
        return [attrs for name, attrs in self.elements if name == tag]

    @property
    def links(self):
        return [attrs["href"] for attrs in self.all("a") if "href" in attrs]

    @property
    def ids(self):
        return [attrs["id"] for _, attrs in self.elements if "id" in attrs]


@pytest.fixture(scope="module")
def held(graph):
    from kg.graph import load

    paths = {
        one.viewpoint.slug: load(viewpoint=one.same_as or one.viewpoint.slug).snapshot.path
        for one in graph.viewpoints()
    }
    snapshots = {slug: str(path) for slug, path in paths.items()}
    edition = Edition(
        graph.snapshot.digest,
        "Algeria–Mali relations",  # noqa: RUF001
        "reported",
        snapshots,
        made="2026-11-24T00:32:25Z",
    )
    found = Held(edition, Limits())
    yield found
    found.close()


class Plain(Held):
    """One store served as it is, without a viewpoint to choose."""

    def __init__(self, store):
        # What is remembered of an edition is remembered by its digest.
        edition = Edition(str(id(store)), "things", "reported", {"reported": "-"})
        super().__init__(edition, Limits())
        self._store = store

    def store(self, viewpoint=None):
        self._slug(viewpoint)
        return self._store


def page(held, *, name, **arguments):
    """Return a page as its address gives it."""
    return import_module(f"kg.web.resources.{name}").page(held, **arguments)


def open_page(held, address, name="thing", **params):
    parts = urlsplit(address)
    given = dict(parse_qsl(parts.query)) | params
    return Page(page(held, name=name, params=given, path=parts.path, base=BASE))


def why(held, triple, **params):
    return open_page(held, Links().why(triple), "why", **params)


def things(store):
    """Return every node of kg's own that is the subject of something."""
    nodes = {quad.subject for quad in store}
    own = PREFIXES["kg"]
    return sorted(n.value for n in nodes if isinstance(n, NamedNode) and n.value.startswith(own))


# --- Home -----------------------------------------------------------------------------------------


def test_home_tells_the_latest_tension_and_who_says_so(held, graph):
    found = open_page(held, "/", "home")
    events = graph.query("SELECT ?e ?l { ?e a rel:TensionRaisingEvent ; rdfs:label ?l }")
    assert len(events) > 6
    assert f"The 6 latest of {len(events)} events" in found.text
    told = [row.l.value for row in events if row.l.value in found.text]
    assert len(told) == 6
    assert found.text.index("from 7 April 2025 on") < found.text.index("December 2023")
    assert "according to Algerian Ministry of National Defence" in found.text


def test_home_counts_what_the_graph_holds(held, graph):
    counts = graph.stats()["triples"]
    text = open_page(held, "/", "home").text
    assert f"facts {counts['asserted'] + counts['reference']:,}" in _spaced(text)
    assert f"facts that follow {counts['inferred/reported']:,}" in _spaced(text)


def _spaced(text):
    return re.sub(r"(?<=[a-z])(?=\d)", " ", text)


# --- A thing --------------------------------------------------------------------------------------


def test_a_fact_stands_beside_who_says_it_and_the_passage_that_says_so(held):
    found = open_page(held, "/page/drone-shootdown-2025")
    assert "Algerian Ministry of National Defence says so, in Algeria–Mali relations" in found.text  # noqa: RUF001
    passages = [link for link in found.links if ":~:text=" in link]
    assert len(passages) > 5
    assert all(link.startswith("https://en.wikipedia.org/wiki/Algeria") for link in passages)


def test_what_is_disputed_is_said_first_and_by_whom(held):
    text = open_page(held, "/page/drone-incursion-2025").text
    assert text.index("Part of this is disputed") < text.index("What is said")
    assert re.search(r"Denied by Mali, who says: .*came down in mali", text)


def test_a_doubt_and_its_evidence_are_told(held):
    text = open_page(held, "/page/constantine").text
    assert "Other accounts" in text
    assert "Constantine is a coastal city" in text
    assert "Constantine is about 64 km from the sea. Evidence: Natural Earth" in text
    assert "A fact from the viewpoint according to Algeria–Mali relations (Wikipedia)" in text  # noqa: RUF001


def test_what_follows_has_its_proof(held):
    found = open_page(held, "/page/drone-shootdown-2025")
    assert Links().why(RAISING) in found.links


def test_another_viewpoint_moves_what_it_denies_to_the_other_accounts(held):
    seen = open_page(held, "/page/drone-shootdown-2025", viewpoint="undisputed")
    accounts = seen.text.partition("Other accounts")[2].partition("What follows")[0]
    assert "shoot-down of a Malian drone, 2025 — place — Mali" in accounts
    assert "A fact from the viewpoints reported and according to Mali" in _and(accounts)
    assert "You see what holds from the viewpoint “undisputed”" in seen.text
    inside = [link for link in seen.links if link.startswith("/page/")]
    assert all("viewpoint=" in link for link in inside)


def _and(text):
    return text.replace("reported, according to Mali", "reported and according to Mali")


def test_a_claim_says_what_it_states_and_where_that_is_a_fact(held):
    text = open_page(held, "/page/claim-x09-came-down-in-mali").text
    assert "The claim is that shoot-down of a Malian drone, 2025 — place — Mali." in text
    assert "from the viewpoints reported and according to Mali." in text


def test_a_thing_is_cited_by_its_iri_and_the_state_of_the_data(held, graph):
    found = open_page(held, "/page/mali")
    state = graph.snapshot.digest[:12]
    iri = "https://w3id.org/relations-kg/id/mali"
    assert f"state {state} of 24 November 2026. {iri}" in found.text
    assert f"howpublished = {{\\url{{{iri}}}}}" in found.text
    for ext in ("ttl", "jsonld", "nt", "rdf", "trig"):
        assert f"/data/mali.{ext}" in found.links


def test_the_json_ld_in_a_page_says_what_the_graph_says_of_the_thing(held):
    store = held.store()
    for node in (SHOOTDOWN, NamedNode(PREFIXES["kg"] + "mali")):
        found = open_page(held, Links().page(node))
        (document,) = [text for text in found.scripts if text.strip()]
        quads = list(parse(document, RdfFormat.JSON_LD))
        expected = {quad.triple for quad in store.quads_for_pattern(node, None, None)}
        assert {quad.triple for quad in quads} == expected


def test_a_thing_without_a_wikidata_item_says_why(held):
    text = open_page(held, "/page/algeria-mali-border").text
    assert "No public source read gives an item" in text


def test_a_thing_that_is_not_here_is_404_and_told_where_it_is(held):
    missing = open_page(held, "/page/drone-shotdown-2025")
    assert missing.status == 404
    assert "/page/drone-shootdown-2025" in missing.links


def test_what_is_known_from_another_viewpoint_alone_leads_there(held):
    seen = open_page(held, "/page/viewpoint-according-to-mali")
    assert seen.status == 404
    assert "/page/viewpoint-according-to-mali?viewpoint=according-to-mali" in seen.links


def test_of_what_only_others_believe_it_is_said_that_nothing_is_a_fact(held):
    said = "From this viewpoint nothing is a fact about this."
    assert said in open_page(held, "/page/drone-incursion-2025", viewpoint="undisputed").text
    assert said not in open_page(held, "/page/drone-incursion-2025").text


def test_every_thing_has_a_page_and_every_link_on_it_leads_somewhere(held):
    nodes = things(held.store())
    terms = set(open_page(held, "/ontology", "ontology").ids)
    assert len(nodes) > 300
    own, pages = {iri: Links().page(iri) for iri in nodes}, set()
    for iri, path in own.items():
        found = open_page(held, path)
        assert found.status == 200
        assert len(found.ids) == len(set(found.ids)), iri
        assert found.all("h1")
        for link in found.links:
            if link.startswith("/ontology#"):
                assert unquote(link.partition("#")[2]) in terms
            elif link.startswith("/page"):
                pages.add(link)
    for link in pages.difference(own.values()):
        assert open_page(held, link).status == 200, link


# --- A proof --------------------------------------------------------------------------------------


def test_a_proof_goes_down_to_the_sentences_of_its_sources(held, graph):
    found = why(held, RAISING)
    told = graph.explain(*RAISING)
    assert "shoot-down of a Malian drone, 2025 is a tension-raising event" in found.text
    assert f"in {len([one for one in told.lines if one.rule != 'asserted'])} steps" in found.text
    assert any(":~:text=" in link for link in found.links)
    numbers = [link[1:] for link in found.links if link.startswith("#p1-")]
    assert numbers
    assert set(numbers) < set(found.ids)


def test_each_step_follows_from_statements_above_it(held):
    found = why(held, RAISING)
    here = 0
    for tag, attrs in found.elements:
        if tag == "li" and attrs.get("id", "").startswith("p1-"):
            here = int(attrs["id"][3:])
        elif tag == "a" and attrs.get("href", "").startswith("#p1-"):
            assert int(attrs["href"][4:]) < here


def test_other_proofs_are_shown_where_they_are_asked_for(held):
    ties = NamedNode(PREFIXES["rel"] + "hasDiplomaticTiesWith")
    mali, algeria = (NamedNode(PREFIXES["kg"] + name) for name in ("mali", "algeria"))
    found = why(held, (mali, ties, algeria), all="1")
    assert "Proof 2" in found.text


@pytest.mark.parametrize(
    ("form", "media_type"),
    [("json", "application/json"), ("ttl", "text/turtle; charset=utf-8"), ("txt", "text/plain")],
)
def test_a_proof_is_given_as_data(held, graph, form, media_type):
    params = dict(parse_qsl(urlsplit(Links().why(RAISING)).query)) | {"format": form}
    answer = page(held, name="why", params=params, path="/why", base=BASE)
    assert answer.media_type.startswith(media_type)
    told = graph.explain(*RAISING)
    if form == "json":
        assert answer.body.decode() == told.to_json()
    elif form == "ttl":
        quads = parse(answer.body, RdfFormat.TURTLE)
        assert len({quad.triple for quad in quads}) == len(set(told.triples))
    else:
        assert answer.body.decode() == f"{told}\n"


def test_what_does_not_hold_is_404_and_tells_who_claims_it(held):
    city = NamedNode(PREFIXES["kg"] + "constantine")
    found = why(held, (city, RDF.type, NamedNode(PREFIXES["rel"] + "CoastalCity")))
    assert found.status == 404
    assert "It is claimed all the same" in found.text
    assert "64 km from the sea" in found.text


def test_what_does_not_hold_tells_that_no_claim_counts_from_this_viewpoint(held):
    violation = NamedNode(PREFIXES["rel"] + "AirspaceViolation")
    incursion = NamedNode(PREFIXES["kg"] + "drone-incursion-2025")
    found = why(held, (incursion, RDF.type, violation), viewpoint="according-to-mali")
    assert found.status == 404
    assert "No claim about “incursion of a Malian drone, 2025” counts" in found.text


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"s": "<http://a.example/>", "p": "<http://a.example/>"},
        {"s": "<a b>", "p": "<http://a.example/>", "o": "1"},
        {"s": '"text"', "p": "<http://a.example/>", "o": "<http://a.example/>"},
        {"s": "<http://a.example/>", "p": "_:b", "o": "<http://a.example/>"},
        {"s": "_:", "p": "<http://a.example/>", "o": "<http://a.example/>"},
        {"s": "<http://a.example/>", "p": "<http://a.example/>", "o": '"a" . <x:a> <x:b> "c"'},
        {"s": EVIL, "p": EVIL, "o": EVIL},
    ],
)
def test_a_proof_of_what_is_no_triple_is_refused(held, params):
    with pytest.raises(Problem) as caught:
        page(held, name="why", params=params, path="/why", base=BASE)
    assert caught.value.status == 400


# --- The terms ------------------------------------------------------------------------------------


def test_every_term_has_a_place_its_definition_and_what_authors_are_told(held, graph):
    found = open_page(held, "/ontology", "ontology")
    rows = graph.query(
        "SELECT ?t ?d { GRAPH graph:ontology { ?t rdfs:isDefinedBy [] ; skos:definition ?d } }"
    )
    own = PREFIXES["rel"]
    terms = {row.t.value: row.d.value for row in rows if row.t.value.startswith(own)}
    assert len(terms) > 100
    for iri, definition in terms.items():
        assert iri.removeprefix(own) in found.ids
        assert " ".join(definition.split()) in found.text
    assert "Write the ISO 3166-1 alpha-2 code of the State in two capital letters." in found.text
    assert "by definition, a tension-raising event is a conflictual event and" in found.text
    assert len(found.ids) == len(set(found.ids))


# --- Search ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Mali", "Mali"),
        ("aljeria", "Algeria"),
        ("ALGÉRIA", "Algeria"),
        ("mnla", "National Movement for the Liberation of Azawad"),
        ("AQIM", "al-Qaeda in the Islamic Maghreb"),
        ("embassy mali", "Embassy of Mali in Algiers"),
        ("drone shoot-down", "shoot-down of a Malian drone, 2025"),
        ("Bamakko", "Bamako"),
    ],
)
def test_a_name_is_found_by_whatever_is_nearly_it(held, text, label):
    assert label in [hit.label for hit in search(held, text)[:3]]


def test_a_claim_is_found_by_its_number_alone(held):
    (first, *_) = search(held, "F071")
    assert first.curie.startswith("kg:claim-f071")
    assert not any(hit.curie.startswith("kg:claim-") for hit in search(held, "fact"))


def test_nothing_is_found_where_nothing_is_like_it(held):
    assert search(held, "qqqqxxxx") == []
    assert search(held, "") == []
    assert search(held, "…") == []


def test_only_things_of_a_kind_are_found_where_one_is_asked_for(held):
    hits = search(held, "algeria", kinds=[NamedNode(PREFIXES["rel"] + "State")])
    assert [hit.label for hit in hits] == ["Algeria"]


def test_suggestions_are_json_with_pages_that_keep_the_viewpoint(held):
    params = {"q": "Mali", "format": "json", "viewpoint": "undisputed", "kind": "rel:State"}
    answer = page(held, name="search", params=params, path="/search", base=BASE)
    assert answer.media_type == "application/json"
    assert json.loads(answer.body)["results"][0] == {
        "iri": PREFIXES["kg"] + "mali",
        "curie": "kg:mali",
        "label": "Mali",
        "matched": "Mali",
        "kind": "State",
        "page": "/page/mali?viewpoint=undisputed",
    }


def test_a_search_with_a_kind_that_is_no_iri_says_so_where_it_was_asked(held):
    refused = open_page(held, "/search", "search", q="a", kind="no such kind<")
    assert refused.status == 400
    assert "kind is an IRI" in refused.text
    assert "Name, in any language" in refused.text
    with pytest.raises(Problem, match="kind is an IRI"):
        open_page(held, "/search", "search", q="a", kind="no such kind<", format="json")


def test_names_are_found_in_every_language(held):
    store = Store()
    node = NamedNode("http://example.org/council")
    for text, language in (
        ("Security Council", "en"),
        ("Conseil de sécurité", "fr"),
        ("مجلس الأمن", "ar"),
    ):
        store.add(Quad(node, RDFS.label, Literal(text, language=language)))
    names = Names(store)
    for text in ("conseil de securite", "security counsil", "مجلس الامن", "مجلس"):
        assert names.near(text), text
    assert held.edition.digest


# --- Viewpoints -----------------------------------------------------------------------------------


def test_the_viewpoints_come_to_what_the_command_says(held, graph):
    found = open_page(held, "/viewpoint", "viewpoints")
    for one in graph.viewpoints():
        assert one.viewpoint.label in found.text
        if not one.same_as:
            numbers = (one.facts, one.inferred, one.tension_raising)
            cells = "".join(rf'<td class="num">{number:,}</td>\s*' for number in numbers)
            assert re.search(rf'href="#{one.viewpoint.slug}".*?</th>\s*{cells}', found.html)
            assert one.viewpoint.definition in found.text


def test_a_viewpoint_tells_what_counts_from_it_and_what_does_not(held):
    text = open_page(held, "/viewpoint", "viewpoints").text
    assert "Counts from the default viewpoint, and not here: 19 facts" in text
    assert "Takes for facts the claims that are attributed, implied or stated." in text


@pytest.mark.parametrize(
    "back",
    [
        "//evil.example/",
        "https://evil.example/",
        "\\\\evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/a\r\nSet-Cookie: a=b",
        "http:///evil.example",
        "[",
        "//[",
    ],
)
def test_the_switch_leads_nowhere_else(back):
    assert way_back(back, None, "/") == "/"


def test_the_switch_leads_back_with_the_new_viewpoint(held):
    params = {"back": "/search?q=a%26b&viewpoint=reported", "viewpoint": "according-to-mali"}
    answer = page(held, name="viewpoints", params=params, path="/viewpoint", base=BASE)
    assert answer.status == 303
    assert dict(answer.headers) == {"Location": "/search?q=a%26b&viewpoint=according-to-mali"}


def test_a_viewpoint_that_there_is_none_of_is_refused(held):
    with pytest.raises(UnknownName, match="no viewpoint"):
        open_page(held, "/", "home", viewpoint="nobody")


# --- Any RDF file ---------------------------------------------------------------------------------


@pytest.fixture
def plain():
    store = Store()
    store.load(
        b"""@prefix ex: <http://example.org/> . @prefix foaf: <http://xmlns.com/foaf/0.1/> .
        ex:alice a foaf:Person ; foaf:name "Alice" ; foaf:knows ex:bob , [ foaf:name "Nobody" ] .
        ex:bob a foaf:Person ; foaf:name "Bob" .""",
        RdfFormat.TURTLE,
    )
    return Plain(store)


def test_a_file_that_knows_nothing_of_kg_has_pages_too(plain):
    home = open_page(plain, "/", "home")
    assert "/timeline" not in home.links
    assert "/queries" not in home.links
    assert not home.all("select")
    alice = open_page(plain, "/page", iri="http://example.org/alice")
    assert alice.status == 200
    assert "What is known" in alice.text
    assert "/page?iri=http%3A%2F%2Fexample.org%2Fbob" in alice.links
    blank = [link for link in alice.links if "_%3A" in link]
    assert "Nobody" in open_page(plain, blank[0]).text
    terms = open_page(plain, "/ontology", "ontology")
    assert {"foaf:Person", "foaf:knows"} <= set(terms.ids)
    assert open_page(plain, "/page", iri=PREFIXES["foaf"] + "knows").status == 200
    assert "Alice" in open_page(plain, "/search", "search", q="alise").text
    assert open_page(plain, "/viewpoint", "viewpoints").status == 200


def test_a_thing_with_more_than_a_page_holds_says_so():
    store = Store()
    hub, knows = NamedNode("http://example.org/hub"), NamedNode("http://example.org/knows")
    for number in range(1500):
        store.add(Quad(NamedNode(f"http://example.org/{number}"), knows, hub))
    found = open_page(Plain(store), "/page", iri=hub.value)
    assert "There is more than a page holds." in found.text
    assert "988 more" in found.text


# --- Text stays text ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def hostile(held):
    """The shipped graph with hostile text in every literal that is not typed."""
    store = Store()
    for quad in held.store():
        term = quad.object
        if isinstance(term, Literal) and term.datatype.value.endswith("tring"):
            term = Literal(term.value + EVIL, language=term.language)
        store.add(Quad(quad.subject, quad.predicate, term, quad.graph_name))
    bad = NamedNode("javascript:alert(3)")
    store.add(Quad(SHOOTDOWN, RDFS.seeAlso, bad, GRAPH.asserted))
    store.add(Quad(bad, RDFS.label, Literal(EVIL), GRAPH.asserted))
    for quad in held.store().quads_for_pattern(None, RDF.type, REL.Passage):
        store.add(Quad(quad.subject, RDFS.seeAlso, bad, GRAPH.claims))
    return Plain(store)


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/", "home"),
        ("/page/drone-shootdown-2025", "thing"),
        ("/page/mali", "thing"),
        ("/page/claim-f071", "thing"),
        ("/page/source-article", "thing"),
        ("/page?iri=javascript%3Aalert%283%29", "thing"),
        ("/page/no-such-thing", "thing"),
        ("/ontology", "ontology"),
        ("/viewpoint", "viewpoints"),
        ("/search?q=onerror", "search"),
        (f"/search?q={EVIL.replace('&', '%26').replace('#', '%23')}", "search"),
        (Links().why(RAISING), "why"),
        (Links().why((SHOOTDOWN, REL.date, SHOOTDOWN)), "why"),
    ],
)
def test_46_hostile_names_are_text(hostile, address, name):
    found = open_page(hostile, address, name)
    _is_harmless(found)
    assert "alert(2)" in found.html or name == "viewpoints" or found.status == 404


def test_48_what_a_problem_echoes_is_text():
    for status in ("bad-request", "not-found", "unknown-name"):
        problem = Problem(status, f"no {EVIL}", more={"matches": [EVIL]})
        found = Page(problem_page(problem, Links(), EVIL))
        assert found.status == problem.status
        assert EVIL in found.text.replace("\n", " ")
        _is_harmless(found)


def test_no_page_has_a_script_or_a_style_of_its_own(held):
    for address, name in (("/", "home"), ("/page/mali", "thing"), (Links().why(RAISING), "why")):
        _is_harmless(open_page(held, address, name))


def _is_harmless(found):
    for tag, attrs in found.elements:
        assert not [name for name in attrs if name.startswith("on") or name == "style"]
        assert tag not in {"style", "iframe", "object", "embed", "base"}
        for name in ("href", "src", "action"):
            assert not re.match(
                r"\s*(javascript|data|vbscript):", attrs.get(name) or "", re.IGNORECASE
            )
        if tag == "img":
            assert attrs["src"].startswith("/")
        if tag == "script":
            assert attrs.get("src", "").startswith("/static/") or (
                attrs.get("type") == "application/ld+json"
            )
    for text in filter(str.strip, found.scripts):
        json.loads(text)
        assert "<" not in text


# --- The look -------------------------------------------------------------------------------------


def _colours(css, dark):
    light, shade = re.findall(r":root \{(.*?)\}", css, re.DOTALL)[:2]
    found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", light))
    return found | dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", shade)) if dark else found


def _luminance(colour):
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_text_can_be_read_against_what_it_stands_on(dark):
    colours = _colours((STATIC / "kg.css").read_text("utf-8"), dark)
    plain = ("paper", "surface", "sunk", "accent-wash")
    pairs = [(text, ground) for text in ("ink", "muted", "accent") for ground in plain]
    pairs += [(name, f"{name}-wash") for name in ("mark", "bad", "good", "derived")]
    pairs += [("ink", f"{name}-wash") for name in ("mark", "bad")]
    pairs += [("accent-ink", "accent"), ("muted", "mark-wash"), ("accent", "mark-wash")]
    for text, ground in pairs:
        lighter, darker = sorted(map(_luminance, (colours[text], colours[ground])), reverse=True)
        assert (lighter + 0.05) / (darker + 0.05) >= 4.5, (text, ground)
