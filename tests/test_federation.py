"""Asking other services: those that are allowed, at the address that was checked, within limits."""

from __future__ import annotations

import json
import shutil
import socket
import ssl
import subprocess
import threading
import time
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import httpx
import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from kg import sparql
from kg.errors import Misuse, ParseFailure, QueryRefused, ServiceFailure, UnknownName
from kg.federation import Limits, evaluate, forwarding, service
from kg.namespaces import RDFS, expand

MALI = NamedNode(expand("kg:mali"))
NAMED = {"type": "uri", "value": MALI.value}
RESULT = {"head": {"vars": ["s"]}, "results": {"bindings": [{"s": NAMED}]}}
JSON = "application/sparql-results+json"


@pytest.fixture
def store():
    store = Store()
    store.add(Quad(MALI, RDFS.label, Literal("Mali", language="en")))
    return store


@pytest.fixture(scope="module")
def endpoint(served):
    """The shipped graph behind a real `kg serve`."""
    return served.url + "sparql"


class Other(ThreadingHTTPServer):
    """A service on this machine that answers as a test wants."""

    daemon_threads = True

    def __init__(self, answer):
        self.answer, self.asked = answer, []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                length = int(self.headers.get("Content-Length") or 0)
                self.server.asked.append((dict(self.headers), self.rfile.read(length).decode()))
                with suppress(OSError):
                    self.server.answer(self)

            def log_message(self, *_told):
                pass

        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}/sparql"


@contextmanager
def other(answer):
    server = Other(answer)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def answering(content=None, status=200, kind=JSON, length=None, headers=()):
    content = json.dumps(RESULT).encode() if content is None else content

    def answer(request):
        request.send_response(status)
        request.send_header("Content-Type", kind)
        request.send_header("Content-Length", str(len(content) if length is None else length))
        for name, value in headers:
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(content)
        request.close_connection = True

    return answer


def ask(store, url, *, silent=False, limits=None, **options):
    word = "SERVICE SILENT" if silent else "SERVICE"
    return evaluate(
        store,
        f"SELECT ?s ?label {{ ?s rdfs:label ?label . {word} <{url}> {{ ?s a ?kind }} }}",
        limits=limits or Limits(),
        **{"allowed": [url], "allow_private": True, **options},
    )


def test_a_real_endpoint_is_asked_and_joined(store, endpoint):
    text = (
        f"SELECT ?s ?label ?code {{ ?s rdfs:label ?label . SERVICE <{endpoint}> "
        "{ ?s rel:isoCode ?code } }"
    )
    found = evaluate(store, text, allowed=[endpoint], allow_private=True)

    assert found.variables == ("s", "label", "code")
    assert [[term.value for term in row] for row in found.rows] == [[MALI.value, "Mali", "ML"]]


def test_it_equals_the_same_question_without_a_service(store, endpoint):
    from kg import load

    inner = "?event rel:actor ?who ; rdfs:label ?name . FILTER(?who != kg:algeria)"
    text = f"SELECT ?event ?who ?name {{ SERVICE <{endpoint}> {{ {inner} }} }} ORDER BY ?event ?who"

    here = load().query(f"SELECT ?event ?who ?name {{ {inner} }} ORDER BY ?event ?who")
    there = evaluate(store, text, allowed=[endpoint], allow_private=True)

    assert there.rows == here.rows
    assert len(here.rows) > 3


def test_the_service_may_be_named_with_a_prefix_and_stand_anywhere(store, endpoint):
    base = endpoint.removesuffix("sparql")
    text = (
        f"PREFIX e: <{base}> ASK {{ ?s rdfs:label ?label "
        "OPTIONAL { SERVICE SILENT e:sparql { ?s rel:isoCode ?code } } FILTER(?code = 'ML') }"
    )
    assert evaluate(store, text, allowed=[endpoint], allow_private=True)


def test_two_services_in_one_query(store, endpoint):
    with other(answering()) as server:
        text = (
            f"SELECT ?s ?code {{ SERVICE <{server.url}> {{ ?s a rel:State }} "
            f"SERVICE <{endpoint}> {{ ?s rel:isoCode ?code }} }}"
        )
        found = evaluate(store, text, allowed=[server.url, endpoint], allow_private=True)
    assert [[term.value for term in row] for row in found.rows] == [[MALI.value, "ML"]]


def test_a_service_is_told_who_asks_and_where(store):
    with other(answering()) as server:
        ask(store, server.url)

    headers, query = server.asked[0]
    assert headers["User-Agent"].startswith("relations-kg/")
    assert "https://w3id.org/relations-kg/" in headers["User-Agent"]
    assert headers["Host"] == urlsplit(server.url).netloc
    assert headers["Accept"] == JSON
    assert headers["Accept-Encoding"] == "identity"
    assert query.startswith("SELECT")
    assert "127.0.0.1" not in query


def test_the_same_question_is_asked_once(store):
    with other(answering()) as server:
        text = (
            f"SELECT * {{ {{ SERVICE <{server.url}> {{ ?s a ?o }} }} UNION "
            f"{{ SERVICE <{server.url}> {{ ?s a ?o }} }} }}"
        )
        assert len(evaluate(store, text, allowed=[server.url], allow_private=True)) == 2
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "allowed", [[], ["http://example.org/sparql"], ["URL/"], ["http://127.0.0.1/"]]
)
def test_a_service_that_is_not_allowed_is_never_asked(store, allowed):
    with other(answering()) as server:
        listed = [one.replace("URL", server.url) for one in allowed]
        for silent in (False, True):
            with pytest.raises(QueryRefused, match="not among the services that you allow") as no:
                ask(store, server.url, silent=silent, allowed=listed)
            assert no.value.code == "service-denied"
            assert str(no.value).startswith("query:1:43: ")
    assert server.asked == []


@pytest.mark.parametrize("silent", [False, True])
def test_a_private_address_is_never_asked_unless_told(store, silent):
    with other(answering()) as server:
        for host in ("127.0.0.1", "localhost", "0.0.0.0", "127.1", "2130706433"):  # noqa: S104
            url = server.url.replace("127.0.0.1", host)
            with pytest.raises(QueryRefused, match="it is no public address"):
                ask(store, url, silent=silent, allow_private=False)
    assert server.asked == []


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.255.0.9", "10.0.0.1", "172.16.3.4", "192.168.1.1", "169.254.169.254"),
        *("100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255", "240.0.0.1", "192.0.2.1"),  # noqa: S104
        *("[::1]", "[::]", "[fe80::1]", "[fc00::1]", "[fec0::1]", "[ff02::1]"),
        *("[::ffff:127.0.0.1]", "[::ffff:a9fe:a9fe]", "[64:ff9b::7f00:1]", "[64:ff9b::a00:1]"),
        *("[2002:7f00:1::1]", "[2002:a00:1::]", "[::7f00:1]", "[64:ff9b:1::a9fe:a9fe]"),
        *("[2001:0:4136:e378:8000:63bf:3fff:fdd2]", "localhost", "0x7f.1", "017700000001"),
    ],
)
def test_addresses_that_are_not_of_the_open_internet_are_refused(address):
    with pytest.raises(QueryRefused, match="it is no public address"):
        service(f"http://{address}/sparql")


@pytest.mark.parametrize("address", ["8.8.8.8", "[2606:4700:4700::1111]", "[2002:808:808::1]"])
def test_addresses_of_the_open_internet_are_not_refused(address):
    found = service(f"https://{address}:8443/sparql?a=b#c")

    assert found.target == f"https://{address}:8443/sparql?a=b"
    assert found.authority == f"{address}:8443"


def names(monkeypatch, *answers):
    """Have the system's look-up give these addresses for any name, one answer after the other."""
    left = [list(answer) for answer in answers]

    def look_up(_host, port, *_rest, **_options):
        found = left.pop(0) if len(left) > 1 else left[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in found]

    monkeypatch.setattr(forwarding.socket, "getaddrinfo", look_up)


def test_a_name_with_one_private_address_among_others_is_refused(monkeypatch):
    names(monkeypatch, ["8.8.8.8", "10.1.2.3"])
    with pytest.raises(QueryRefused, match=r"rebound\.example is 10\.1\.2\.3, which is refused"):
        service("https://rebound.example/sparql")


def test_a_name_that_changes_after_the_check_changes_nothing(store, monkeypatch):
    with other(answering()) as first, other(answering()) as second:
        port = urlsplit(first.url).port
        asked = []
        real = forwarding.socket.getaddrinfo

        def look_up(host, *rest, **options):
            asked.append(host)
            return real("127.0.0.1" if host == "rebound.example" else host, *rest, **options)

        monkeypatch.setattr(socket, "getaddrinfo", look_up)
        ask(store, f"http://rebound.example:{port}/sparql")

    assert asked.count("rebound.example") == 1
    assert [headers["Host"] for headers, _ in first.asked] == [f"rebound.example:{port}"]
    assert second.asked == []


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_over_tls_the_name_is_asked_for_and_its_certificate_checked(store, tmp_path, monkeypatch):
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    command += ["-keyout", key, "-out", certificate, "-subj", "/CN=rebound.example"]
    subprocess.run(command, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    wanted = []
    context.sni_callback = lambda _socket, name, _context: wanted.append(name)
    names(monkeypatch, ["127.0.0.1"])
    with other(answering()) as server:
        server.handle_error = lambda *_told: None
        server.socket = context.wrap_socket(server.socket, server_side=True)
        url = server.url.replace("http://127.0.0.1", "https://rebound.example")
        with pytest.raises(ServiceFailure, match=r"cannot be asked: .*certificate"):
            ask(store, url)
    assert wanted == ["rebound.example"]
    assert server.asked == []


@pytest.mark.parametrize(
    "url",
    [
        *("ftp://example.org/", "file:///etc/passwd", "https:///sparql", "http://a b/", "sparql"),
        *("http://example.org:99999/", "http://[::1/", "http://exämple.org/", "http://a:0/"),
    ],
)
def test_what_is_no_url_of_a_service_is_refused(url):
    with pytest.raises(Misuse, match="is no URL of a service"):
        service(url)


def test_a_password_in_the_url_is_refused_and_not_repeated():
    with pytest.raises(Misuse) as refused:
        service("https://me:secret@example.org/sparql")
    assert "secret" not in str(refused.value)


def slow(request):
    request.send_response(200)
    request.send_header("Content-Type", JSON)
    request.end_headers()
    for _ in range(600):
        request.wfile.write(b" ")
        request.wfile.flush()
        time.sleep(0.05)


def slow_from_the_start(request):
    for _ in range(600):
        request.wfile.write(b"H")
        request.wfile.flush()
        time.sleep(0.05)


def endless(request):
    request.send_response(200)
    request.send_header("Content-Type", JSON)
    request.end_headers()
    while True:
        request.wfile.write(b" " * 65536)


def hanging_up(request):
    request.connection.shutdown(socket.SHUT_RDWR)


FAULTS = {
    "slow": (slow, "no answer within 0.5 seconds"),
    "slow-head": (slow_from_the_start, "no answer within 0.5 seconds"),
    "endless": (endless, "the answer has more than 1 MB"),
    "cut": (answering(length=9999), "the answer breaks off"),
    "half": (answering(b'{"head": {"vars": ["s"]}, "res'), "not a whole SPARQL result"),
    "other-json": (answering(b"[]"), "not a whole SPARQL result"),
    "deep": (answering(b"[" * 200_000), "not a whole SPARQL result"),
    "500": (answering(b"<h1>", 500, "text/html"), "answers 500 Internal Server Error"),
    "429": (answering(b"", 429, "text/plain"), "answers 429"),
    "html": (answering(b"<h1>Hello</h1>", kind="text/html"), "answers with text/html instead of"),
    "packed": (answering(headers=[("Content-Encoding", "gzip")]), "a packed form"),
    "hangs-up": (hanging_up, "breaks off"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_the_service_is_told_or_with_silent_kept_silent(store, fault):
    answer, message = FAULTS[fault]
    limits = Limits(seconds=0.5 if fault.startswith("slow") else 30, megabytes=1)
    with other(answer) as server:
        with pytest.raises(ServiceFailure) as told:
            ask(store, server.url, limits=limits)
        quiet = ask(store, server.url, silent=True, limits=limits)

    assert str(told.value).startswith(f"{server.url}: ")
    assert message in str(told.value)
    assert "\n" not in str(told.value)
    assert forwarding_is_hidden(str(told.value), server)
    assert [row[1].value for row in quiet.rows] == ["Mali"]


def forwarding_is_hidden(text, server):
    return text.count("127.0.0.1") == text.count(server.url.split("/")[2])


def test_a_redirect_is_not_followed(store):
    with other(answering()) as target:
        headers = [("Location", target.url)]
        with (
            other(answering(b"", 307, headers=headers)) as server,
            pytest.raises(ServiceFailure, match=r"redirects to http.*which is not followed") as no,
        ):
            ask(store, server.url, allowed=[server.url, target.url])
    assert target.asked == []
    assert target.url in str(no.value)


def test_a_redirect_that_would_paint_the_terminal_is_told_in_plain_words(store):
    for place in ("http://example.org/\x1b[31m", "/\x9b31m"):
        answer = answering(b"", 302, headers=[("Location", place)])
        with other(answer) as server, pytest.raises(ServiceFailure, match="redirects to") as no:
            ask(store, server.url)
        assert str(no.value).isprintable()


def test_nobody_there(store):
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}/sparql"
    with pytest.raises(ServiceFailure, match="cannot be asked"):
        ask(store, url)
    assert len(ask(store, url, silent=True)) == 1


def test_a_name_that_stands_for_nothing(store):
    url = "http://nothing.invalid/sparql"
    with pytest.raises(ServiceFailure, match=r"the name nothing\.invalid stands for no address"):
        ask(store, url)
    assert len(ask(store, url, silent=True)) == 1


def test_requests_are_counted(store):
    def answer(request):
        answering()(request)

    with other(answer) as server:
        parts = " UNION ".join(
            f"{{ SERVICE <{server.url}> {{ ?s a ?o . FILTER(?o != {n}) }} }}" for n in range(4)
        )
        with pytest.raises(QueryRefused, match="more than 2 requests for one query"):
            evaluate(
                store,
                f"SELECT * {{ {parts} }}",
                allowed=[server.url],
                allow_private=True,
                limits=Limits(requests=2),
            )
    assert len(server.asked) == 2


def test_the_forwarder_answers_nobody_but_the_engine():
    with forwarding.forwarding(Limits()) as forwarder:
        parts = urlsplit(forwarder.base)
        root = f"http://{parts.netloc}/"
        with httpx.Client(trust_env=False) as client:
            assert client.post(root).status_code == 404
            assert client.post(root + "0").status_code == 404
            assert client.post(forwarder.base + "x").status_code == 404
            assert client.get(forwarder.base + "0").status_code == 501
        assert len(parts.path.strip("/")) >= 40
        with socket.create_connection((parts.hostname, parts.port), 10) as connection:
            connection.sendall(b"POST 0 HTTP/1.0\r\n\r\n")
            assert b" 404 " in connection.recv(100)
    with pytest.raises(httpx.ConnectError), httpx.Client(trust_env=False) as client:
        client.post(root)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SELECT * { VALUES ?u { <URL> } SERVICE ?u { ?s ?p ?o } }", "SERVICE ?u is refused: name"),
        ("SELECT * { SERVICE SILENT $u { } }", "SERVICE $u is refused"),
        ("ASK { SERVICE { } }", "SERVICE { is refused"),
        ("ASK { SERVICE <sparql> { } }", "write its IRI in full"),
        ("BASE <http://127.0.0.1/> ASK { SERVICE <x> { } }", "write its IRI in full"),
        (r"ASK { SERVICE <http\u003A//example.org/> { } }", "write its IRI in full"),
        ("ASK { SERVICE <URL> { SERVICE <URL> { } } }", "SERVICE inside SERVICE is refused"),
        ("ASK { SERVICE <URL> { OPTIONAL { SERVICE <URL> { } } } }", "SERVICE inside SERVICE"),
        ("PREFIX SERVICEe: <URL> ASK { SERVICEe:x{} }", 'the prefix "SERVICEe" is refused'),
        ("ASK { SERVICE <URL> { } SERVICESILENT <URL> { } }", "SERVICE is refused"),
        ("INSERT { ?s ?p 1 } WHERE { SERVICE <URL> { ?s ?p ?o } }", "INSERT is refused"),
        ("ASK { SERVICE <URL> { ?s ?p " + "(" * 120 + "1" + ")" * 120 + " } }", "nest deeper"),
    ],
)
def test_traps_hold_with_the_option_too(store, text, message):
    with other(answering()) as server:
        with pytest.raises(QueryRefused) as refused:
            evaluate(
                store, text.replace("URL", server.url), allowed=[server.url], allow_private=True
            )
        assert message in str(refused.value)
    assert server.asked == []


def test_without_the_option_every_service_is_refused(store, cli):
    with other(answering()) as server:
        text = f"ASK {{ SERVICE <{server.url}> {{ ?s ?p ?o }} }}"
        with pytest.raises(QueryRefused, match="kg asks no other server"):
            sparql.evaluate(store, text)
        done = cli("query", text)
    assert (done.code, server.asked) == (2, [])
    assert "SERVICE is refused: kg asks no other server" in done.err


def test_an_endpoint_never_asks_another(endpoint):
    with other(answering()) as server, httpx.Client(trust_env=False) as client:
        text = f"ASK {{ SERVICE <{server.url}> {{ ?s ?p ?o }} }}"
        found = client.post(
            endpoint, content=text, headers={"Content-Type": "application/sparql-query"}
        )
    assert found.status_code == 403
    assert server.asked == []


def test_a_query_that_asks_no_service_is_answered_as_ever(store):
    text = "SELECT ?s { ?s rdfs:label 'Mali'@en } # SERVICE <http://example.org/>"
    assert evaluate(store, text).rows == sparql.evaluate(store, text).rows
    assert evaluate(store, "ASK { ?service rdfs:label 'SERVICE' }").value is False


def test_what_is_no_query_is_refused_at_its_place_before_anything_is_asked(store):
    with other(answering()) as server:
        text = f"SELECT * {{\n SERVICE <{server.url}> {{ ?s ?p }} }}"
        with pytest.raises(ParseFailure, match="query:2:"):
            evaluate(store, text, allowed=[server.url], allow_private=True)
        with pytest.raises(UnknownName, match='no prefix "nope"'):
            evaluate(store, text.replace("?s ?p", "?s nope:p ?o"), allowed=[server.url])
    assert server.asked == []


def test_values_that_are_given_reach_the_service(store):
    with other(answering()) as server:
        found = evaluate(
            store,
            f"SELECT ?s {{ VALUES ?s {{ UNDEF }} SERVICE <{server.url}> {{ ?s a rel:State }} }}",
            allowed=[server.url],
            allow_private=True,
            bindings={"s": MALI},
        )
    assert found.rows == ((MALI,),)


def test_the_command_asks_the_services_that_are_named(cli, endpoint):
    text = f"SELECT ?code {{ SERVICE <{endpoint}> {{ kg:mali rel:isoCode ?code }} }}"

    done = cli("query", text, "--service", endpoint, "--service-private", "--format", "csv")
    private = cli("query", text, "--service", endpoint)
    another = cli("query", text, "--service", "https://example.org/", "--service-private")

    assert (done.code, done.out.splitlines()) == (0, ["code", "ML"])
    assert (private.code, private.err.count("\n")) == (2, 1)
    assert "127.0.0.1 is refused: it is no public address" in private.err
    assert "not among the services that you allow" in another.err


def test_one_text_for_the_list_of_services_is_refused(store):
    with pytest.raises(Misuse, match="give a list"):
        evaluate(store, "ASK {}", allowed="http://example.org/")
