"""Each IRI has an address of its own, every link leads somewhere, and HTTP is as specified."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import quote, urljoin

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse

from kg.namespaces import PREFIXES
from kg.web.links import Links, iris_of
from serving import problem, serving

KG = PREFIXES["kg"]
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
#: Local names whose characters mean something in an address, each with the name that it is not.
NAMES = [
    *("a/b", "a%2Fb", "a%252Fb", "c%20d", "c%2520d", "h%23i", "h#i", "100%25", "é?x=1&y=2", "é"),
    *(
        "%C3%A9",
        "o'n+m",
        "a;b=c:d",
        "عربي",
        "..",
        "../x",
        "%2e%2e/x",
        "./y",
        "a//b",
        "/z",
        "z/",
        "",
    ),
    *("mali", "mali.ttl", "x.json", "mali?viewpoint=reported", "(1),2!", "@a~b", "%FF", "a%2fb"),
]
FOREIGN = [
    *(
        "http://example.org/x?y=é&z=%2F#k",
        "http://example.org/p%23",
        "urn:x:y%2F",
        "javascript:a(1)",
    ),
    *("http://example.org/", "mailto:a@example.org"),
]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Serve a file in which each thing has a label of its own and leads to the next."""
    iris = [*(KG + name for name in NAMES), *FOREIGN]
    lines = [
        f'<{iri}> a rel:State ; rdfs:label "thing {n}" ; rel:neighbours <{iris[n - 1]}> .'
        for n, iri in enumerate(iris)
    ]
    lines.append(f'<{FOREIGN[0]}> <{FOREIGN[1]}> [ rdfs:label "blank" ] , "1"^^<urn:kind> .')
    prefixes = (f"@prefix {name}: <{PREFIXES[name]}> ." for name in ("rel", "rdfs"))
    path = tmp_path_factory.mktemp("addresses") / "iris.ttl"
    path.write_text("\n".join([*prefixes, *lines]), encoding="utf-8")
    with serving("--dataset", path) as running:
        yield running


def headings(server, address):
    """Return the heading of a page, whatever its status."""
    answer = server.client.get(address, headers=BROWSER, follow_redirects=True)
    return re.findall(r"<h1[^>]*>\s*([^<]*?)\s*<", answer.text)


def sent(server, text):
    """Return what the server answers to bytes, until it closes the connection."""
    with server.connect() as connection, connection.makefile("rb") as answer:
        connection.sendall(text.encode())
        return answer.read().decode()


class Found(HTMLParser):
    """The addresses that a page leads to."""

    def __init__(self, text):
        super().__init__()
        self.links = []
        self.feed(text)

    def handle_starttag(self, _tag, attrs):
        names = ("href", "src", "xlink:href", "data-example")
        self.links += [value for name, value in attrs if name in names and value]


@pytest.mark.parametrize("name", NAMES)
def test_an_iri_has_a_page_and_data_of_its_own(server, name):
    iri, label = KG + name, f"thing {NAMES.index(name)}"

    assert headings(server, urljoin(server.url, Links().page(iri))) == [label]
    assert headings(server, f"{server.url}page?iri={quote(iri, safe='')}") == [label]
    data = server.get(Links().data(iri, "nt"))
    labels = [
        quad.object.value
        for quad in parse(data.content, RdfFormat.N_TRIPLES)
        if (quad.subject, quad.predicate.value) == (NamedNode(iri), f"{PREFIXES['rdfs']}label")
    ]
    assert labels == [label]
    assert server.get(Links().data(iri), headers={"Accept": "text/turtle"}).status_code == 200


@pytest.mark.parametrize(
    "name",
    # What no client sends as it is: a fragment, and segments of dots, which it takes away.
    [name for name in NAMES if "#" not in name and not name.startswith((".", "%2e"))],
)
def test_an_iri_is_looked_up_as_it_is_written(server, name):
    if name in ("é", "mali?viewpoint=reported"):  # as another thing, or a page of mali, is written
        return
    path = quote(name, safe="%/?&=+;:,!()'@~")
    for accept in (BROWSER, {"Accept": "application/n-triples"}):
        kind = accept["Accept"]
        head = f"GET /id/{path} HTTP/1.1\r\nHost: x\r\nAccept: {kind}\r\nConnection: close\r\n\r\n"
        answer = sent(server, head)
        assert answer.startswith("HTTP/1.1 303 ")
        to = re.search(r"(?im)^location: (\S+)", answer)[1]
        assert "/.." not in to.partition("?")[0]
        if kind == "application/n-triples":
            assert f"<{KG + name}>" in server.get(to, headers=accept).text
        else:
            assert headings(server, urljoin(server.url, to)) == [f"thing {NAMES.index(name)}"]


@pytest.mark.parametrize("path", ["%2e%2e/x", "..%2Fx", "%2E%2E/%2e%2e/health", ".%2e/x", "a/../x"])
def test_no_path_with_dots_is_ever_sent_on_to(server, path):
    for address in (f"/id/{path}", f"/viewpoint?back=/{path}"):
        head = f"GET {address} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        answer = sent(server, head)
        to = re.search(r"(?im)^location: (\S+)", answer)[1].partition("?")[0]
        assert ".." not in to
        assert "%2e" not in to.lower()


def test_a_name_that_is_not_there_is_no_other(server):
    for path in (
        "page/mal%69%2Fx",
        "id/c%2Fd",
        "page/h%2Fi",
        "data/a%252fc",
        "id%2Fmali",
        "page%2Fmali",
    ):
        answer = server.get(path, headers=BROWSER, follow_redirects=True)
        assert answer.status_code == 404


def test_every_link_leads_somewhere(server):
    """Follow every link of every page, and of the pages of every term that is used."""
    todo, seen, refused, checked = [server.url], {server.url}, [], 0
    while todo:
        address = todo.pop()
        answer = server.client.get(address, headers=BROWSER, follow_redirects=True)
        checked += 1
        if answer.status_code != 200:
            refused.append((answer.status_code, address))
        elif answer.headers["content-type"].startswith("text/html"):
            for link in Found(answer.text).links:
                full = urljoin(str(answer.url), link).partition("#")[0]
                if full.startswith(server.url) and full not in seen:
                    seen.add(full)
                    todo.append(full)
    assert refused == []
    assert checked > 300


def test_an_address_may_mean_what_is_equivalent_and_nothing_else():
    names = [iri.removeprefix(KG) for iri in iris_of("a%2fb%7E%D8%B9", "x=%C3%A9")]

    assert names == [
        *("a%2fb%7E%D8%B9?x=%C3%A9", "a%2Fb%7Eع?x=é", "a%2Fb~ع?x=é"),
        *("a%2fb%7E%D8%B9", "a%2Fb%7Eع", "a%2Fb~ع"),
    ]


# Requests


@pytest.mark.parametrize(
    ("target", "status"),
    [
        *(("http://example.org/sparql?query=ASK%7B%7D", 200), ("HTTP://Example.org/health", 200)),
        *(("https://other.example:8443/health", 200), ("http://example.org", 200)),
        *(("http://example.org?a=b", 200), ("http://example.org/id/mali", 303)),
        *(("http://example.org/nothing", 404), ("example.org/health", 404)),
    ],
)
def test_a_target_may_be_an_absolute_address(server, target, status):
    answer = sent(server, f"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")

    assert int(answer.split()[1]) == status
    assert "example.org" not in "".join(re.findall(r"(?im)^location: (\S+)", answer))


@pytest.mark.parametrize(
    ("version", "fields"),
    [
        ("1.1", "Content-Length: 6\r\nTransfer-Encoding: chunked"),
        ("1.1", "Transfer-Encoding: chunked\r\nContent-Length: 6"),
        ("1.0", "Transfer-Encoding: chunked"),
    ],
)
def test_a_body_of_two_lengths_is_refused_and_the_connection_closed(server, version, fields):
    kind = "Content-Type: application/sparql-query"
    answer = sent(
        server,
        f"POST /sparql HTTP/{version}\r\nHost: x\r\n{kind}\r\n{fields}\r\n\r\n"
        "5\r\nASK{}\r\n0\r\n\r\nGET /health HTTP/1.1\r\nHost: x\r\n\r\n",
    )

    assert answer.startswith("HTTP/1.1 400 ")
    assert answer.count("HTTP/1.1 ") == 1


READ = "GET, HEAD, OPTIONS"


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        *(
            ("", READ),
            ("page/a/b", READ),
            ("health", READ),
            ("store", READ),
            ("plots/map.svg", READ),
        ),
        *(("sparql", "GET, HEAD, POST, OPTIONS"), ("reconcile", "GET, HEAD, POST, OPTIONS")),
        *(("update", "OPTIONS"), ("reconcile/suggest/type", READ)),
    ],
)
def test_options_tell_the_methods_of_an_address(server, path, allowed):
    answer = server.request("OPTIONS", path)

    assert (answer.status_code, answer.headers["allow"]) == (204, allowed)
    refused = server.request("PATCH", path)
    assert (refused.status_code, refused.headers["allow"]) == (405, allowed)


def test_options_of_no_address_are_not_found(server):
    problem(server.request("OPTIONS", "nothing/here"), 404, "not-found")
    answer = sent(server, "OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert (
        "allow: GET, HEAD, POST, PUT, DELETE, OPTIONS"
        in answer.lower().replace(
            "get, head, post, put, delete, options", "GET, HEAD, POST, PUT, DELETE, OPTIONS"
        )
        or "allow: GET, HEAD, POST, OPTIONS" in answer
    )


@pytest.mark.parametrize("path", ["page/mali", "data/mali", "", "health", "sparql?query=ASK%7B%7D"])
def test_what_is_only_wanted_where_there_is_none_is_not_sent(server, path):
    for method in ("GET", "HEAD"):
        assert server.request(method, path, headers={"If-None-Match": "*"}).status_code == 304
    absent = server.get("page/nothing", headers={"If-None-Match": "*"})
    assert absent.status_code == 404


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_query_in_a_browser_is_shown_in_the_editor(server, method):
    asked = {"query": "SELECT * { ?s ?p 'é&+' }", "viewpoint": "", "timeout": "5"}

    answer = server.request(method, "sparql", params=asked, headers=BROWSER)

    assert answer.status_code == 303
    assert answer.headers["vary"] == "Accept"
    page = server.get(answer.headers["location"], headers=BROWSER)
    assert page.status_code == 200
    assert "SELECT * { ?s ?p &#39;é&amp;+&#39; }" in page.text


@pytest.mark.parametrize(
    ("accept", "more"),
    [
        *((None, ""), ("*/*", ""), ("application/json", ""), ("text/turtle, text/html;q=0.5", "")),
        ("text/html, application/sparql-results+json", ""),
        (BROWSER["Accept"], "&format=json"),
        (BROWSER["Accept"], "&default-graph-uri=urn:a"),
    ],
)
def test_a_program_that_asks_gets_its_answer(server, accept, more):
    headers = {"Accept": accept} if accept else {}
    query = "CONSTRUCT%7B%7D%7B%7D" if "turtle" in (accept or "") else "ASK%7B%7D"

    assert server.get(f"sparql?query={query}{more}", headers=headers).status_code == 200


def test_a_form_in_a_browser_that_is_posted_gets_its_answer(server):
    answer = server.post("sparql", data={"query": "ASK {}", "format": "json"}, headers=BROWSER)

    assert answer.json()["boolean"] is True
