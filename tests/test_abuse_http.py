"""Requests that are malformed, endless, or made to fool whoever reads the answer. The number in
front of a case is that of its row in the table of abuses.
"""

from __future__ import annotations

import csv
import io
import json
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import pytest

from serving import problem, serving

EVIL = "<img src=x onerror=alert(1)>"
CELLS = [
    "=cmd|' /C calc'!A0",
    "+1",
    "-1",
    "@SUM(A1)",
    "\tx",
    'a,"b"',
    "two\nlines",
    "\r",
    "é漢\U0001f600",
    "",
]
DATASET = """
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
<http://example.org/evil> rdfs:label "EVIL", "EVIL"@en ; rdfs:comment "</script>EVIL" ;
  <http://example.org/see?a=1&b="onmouseover="> <javascript:alert(1)> , <http://example.org/other> .
""".replace('b="onmouseover="', "b=%22")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    path = tmp_path_factory.mktemp("abuse") / "evil.ttl"
    path.write_text(DATASET.replace("EVIL", EVIL), encoding="utf-8")
    with serving("--dataset", path, "--max-seconds", 5) as server:
        yield server


@pytest.fixture(autouse=True)
def alive(server):
    yield
    assert server.query("ASK {}").json()["boolean"] is True


def sent(server, *parts, timeout=30.0, enough=None):
    """Send bytes as they are; return what comes back until there is enough, or the server closes.

    Args:
        server: where they are sent.
        parts: the bytes.
        timeout: how many seconds nothing may come.
        enough: bytes, after which nothing more is waited for.
    """
    with server.connect(timeout) as client:
        for part in parts:
            client.sendall(part)
        received = b""
        try:
            while piece := client.recv(65536):
                received += piece
                if enough and enough in received:
                    break
        except ConnectionResetError:
            pass
        return received


# --- Encodings ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "charset"),
    [
        pytest.param("ASK {}".encode("utf-16"), "", id="15-utf-16-undeclared"),
        pytest.param("ASK {}".encode("utf-16"), "; charset=UTF-16", id="15-utf-16"),
        pytest.param(
            "ASK { ?s ?p 'é' }".encode("latin-1"), "; charset=ISO-8859-1", id="15-latin-1"
        ),
        pytest.param(b"ASK { ?s ?p '\xff' }", "", id="15-no-utf-8"),
        pytest.param(b"ASK { ?s ?p '\xc0\xaf' }", "", id="15-overlong"),
        pytest.param(b"ASK { ?s ?p '\xed\xa0\x80' }", "", id="15-surrogate"),
        pytest.param(rb"ASK { ?s ?p '\uD800' }", "", id="15-surrogate-escaped"),
        pytest.param(b"ASK { ?s ?p '\x00' }", "; charset=nonsense", id="15-unknown-charset"),
    ],
)
def test_a_body_that_is_not_utf_8_is_refused(server, body, charset):
    response = server.post(
        "sparql", content=body, headers={"Content-Type": f"application/sparql-query{charset}"}
    )
    assert response.status_code in {400, 415}
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "query",
    ["query=%FF", "query=ASK+%7B%7D&default-graph-uri=%C0%AF", "query=%ED%A0%80", "query=%"],
)
def test_an_address_that_is_not_utf_8_is_refused(server, query):
    assert server.get(f"sparql?{query}").status_code == 400


def test_utf_8_that_is_declared_in_any_spelling_is_read(server):
    for charset in ("UTF-8", "utf-8", '"utf-8"', "utf8"):
        headers = {"Content-Type": f"application/sparql-query; charset={charset}"}
        assert server.post("sparql", content="ASK {}", headers=headers).status_code == 200


# --- Size and time --------------------------------------------------------------------------------


def test_16_a_query_of_one_mebibyte_is_read_and_one_more_byte_is_not(server):
    text = "ASK {} #"
    whole = text + "x" * (2**20 - len(text))
    assert server.query(whole).status_code == 200
    problem(server.query(whole + "x"), 413, "too-large")
    assert server.post("sparql", data={"query": whole + "x"}).status_code == 413


def test_16_an_address_that_is_too_long_is_refused_with_a_status(server):
    request = b"GET /sparql?query=" + b"x" * 65536 + b" HTTP/1.1\r\nHost: x\r\n\r\n"
    received = sent(server, request, enough=b"\r\n\r\n")
    assert received.split(b" ", 2)[1] in {b"414", b"431"}


def test_headers_that_are_too_long_are_refused_with_a_status(server):
    headers = b"".join(b"X-%d: %s\r\n" % (n, b"x" * 1000) for n in range(64))
    request = b"GET / HTTP/1.1\r\nHost: x\r\n" + headers + b"\r\n"
    received = sent(server, request, enough=b"\r\n\r\n")
    assert received.split(b" ", 2)[1] == b"431"


def test_a_length_that_is_a_lie_is_refused_before_the_body(server):
    received = sent(
        server,
        b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
        b"Content-Length: 99999999999\r\n\r\n",
    )
    assert received.split(b" ", 2)[1] == b"413"


@pytest.mark.parametrize(
    "raw",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"GET /\x00 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX: a\r\n b\x00\r\n\r\n",
    ],
)
def test_what_is_no_http_is_no_failure(server, raw):
    received = sent(server, raw + b"\r\n", timeout=15)
    assert not received or received.split(b" ", 2)[1][:1] == b"4"


@pytest.fixture(scope="module")
def cut(server):
    """What requests that never end came to, which have all waited at the same time."""
    head = b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
    endless = [
        b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ",
        b"G",
        head + b"Content-Length: 6\r\n\r\nAS",
        head + b"Transfer-Encoding: chunked\r\n\r\n1\r\nA\r\n",
    ]
    with ThreadPoolExecutor(len(endless) * 3 + 1) as threads:
        dripped = threads.submit(is_cut_while_it_drips, server)
        answers = threads.map(lambda part: sent(server, part, timeout=25), endless * 3)
        meanwhile = [server.query("ASK {}").status_code for _ in range(5)]
        return {"meanwhile": meanwhile, "answers": list(answers), "dripped": dripped.result()}


def is_cut_while_it_drips(server):
    """Send a byte a second; tell whether the server ends the connection within 25 seconds."""
    with server.connect(5) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        for _ in range(25):
            try:
                client.sendall(b"x")
                client.settimeout(1)
                if client.recv(4096) is not None:
                    return True
            except TimeoutError:
                continue
            except OSError:
                return True
    return False


def test_17_requests_that_never_end_are_cut_and_others_are_served(cut):
    assert cut["meanwhile"] == [200] * 5
    for answer in cut["answers"]:
        assert not answer or answer.split(b" ", 2)[1] in {b"400", b"408"}
    assert any(b" 408 " in answer for answer in cut["answers"])


def test_17_a_byte_a_second_is_cut_as_well(cut):
    assert cut["dripped"]


# --- Negotiation ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accept", "status", "media_type"),
    [
        pytest.param("image/png", 406, "application/problem+json", id="40-none-of-ours"),
        pytest.param("*/*", 200, "application/sparql-results+json", id="40-any"),
        pytest.param("", 200, "application/sparql-results+json", id="40-empty"),
        pytest.param("text/csv", 200, "text/csv", id="40-csv"),
        pytest.param(
            "application/sparql-results+json;q=0, text/csv", 200, "text/csv", id="40-zero"
        ),
        pytest.param(
            "text/csv;q=0.1, application/sparql-results+xml;q=0.2",
            *(200, "application/sparql-results+xml"),
            id="40-preference",
        ),
        pytest.param("text/csv;q=0", 406, "application/problem+json", id="40-only-zero"),
        pytest.param("text", 400, "application/problem+json", id="40-malformed"),
        pytest.param("text/csv;q=2", 400, "application/problem+json", id="40-bad-quality"),
        pytest.param("a/b," * 2048, 431, "application/problem+json", id="40-long"),
    ],
)
def test_accept_decides(server, accept, status, media_type):
    response = server.query("SELECT * { ?s ?p ?o }", headers={"Accept": accept})
    assert response.status_code == status, response.text
    assert response.headers["content-type"].partition(";")[0] == media_type
    if status == 200:
        assert "accept" in response.headers["vary"].lower()


@pytest.mark.parametrize(
    "form",
    [
        pytest.param("../../x", id="41-path"),
        pytest.param("no-such-format", id="41-unknown"),
        pytest.param("json\r\nSet-Cookie: x=1", id="41-new-line"),
        pytest.param("ttl", id="41-of-another-form"),
    ],
)
def test_a_format_that_is_not_known_is_refused(server, form):
    params = {"query": "SELECT * { ?s ?p ?o }", "format": form}
    problem(server.get("sparql", params=params), 400, "bad-request")
    assert "set-cookie" not in server.get("sparql", params=params).headers


# --- What an answer must not carry ----------------------------------------------------------------


def test_42_no_other_site_may_read(server):
    headers = {"Origin": "http://evil.example", "Cookie": "a=b"}
    response = server.query("ASK {}", headers=headers)
    preflight = server.request(
        "OPTIONS", "sparql", headers={**headers, "Access-Control-Request-Method": "POST"}
    )
    for answer in (response, preflight):
        assert not [name for name in answer.headers if name.startswith("access-control-")]
    assert response.headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize("path", ["", "sparql", "page?iri=http://example.org/evil", "void"])
def test_43_links_do_not_follow_what_the_client_calls_the_server(server, path):
    spoofed = {
        **dict.fromkeys(("Host", "X-Forwarded-Host", "X-Host"), "evil.example"),
        "X-Forwarded-Proto": "gopher",
        "X-Forwarded-Prefix": "/evil",
        "Forwarded": "host=evil.example;proto=gopher",
    }
    response = server.get(path, headers=spoofed)
    assert response.status_code < 400
    told = response.text + json.dumps(dict(response.headers))
    assert "evil.example" not in told
    assert "gopher" not in told


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("page?iri=http://example.org/evil", id="46-page"),
        pytest.param(f"page?iri={quote('javascript:alert(1)', safe='')}", id="46-script-address"),
        pytest.param(f"search?q={quote(EVIL)}", id="46-search"),
        pytest.param(f"query?query={quote(EVIL)}", id="46-editor"),
        pytest.param(f"page?iri={quote('http://example.org/' + EVIL)}", id="48-unknown-page"),
        pytest.param(f"{quote(EVIL)}", id="48-no-such-address"),
        pytest.param(f"queries/{quote(EVIL)}", id="48-no-such-query"),
        pytest.param("", id="46-home"),
    ],
)
def test_no_page_lets_text_become_markup(server, path):
    response = server.get(path, headers={"Accept": "text/html"})
    assert "<img src=x" not in response.text
    assert 'href="javascript:' not in response.text
    assert "</script>" + EVIL not in response.text
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'; script-src 'self'" in policy
    assert "unsafe" not in policy
    assert response.headers["x-content-type-options"] == "nosniff"


def test_48_a_message_that_echoes_markup_is_read_by_no_browser(server):
    for path in (f"sparql?query={quote(EVIL)}", f"sparql?query=ASK+%7B%7D&format={quote(EVIL)}"):
        response = server.get(path, headers={"Accept": "text/html,*/*"})
        assert response.status_code == 400
        assert response.headers["x-content-type-options"] == "nosniff"
        if response.headers["content-type"].startswith("text/html"):
            assert EVIL not in response.text
        else:
            assert response.headers["content-type"] == "application/problem+json"


def test_49_cells_come_back_as_they_were(server):
    values = " ".join(json.dumps(cell, ensure_ascii=False) for cell in CELLS)
    params = {"query": f"SELECT ?x {{ VALUES ?x {{ {values} }} }}", "format": "csv"}
    text = server.get("sparql", params=params).text
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert rows[0] == ["x"]
    assert [row[0] if row else "" for row in rows[1:]] == CELLS
