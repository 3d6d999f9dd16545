"""A stand-in for Wikidata: a Wikibase's API and query service over real HTTP on loopback.

It answers in Wikidata's own layout what ``tests/wikibase_items.py`` describes, refuses who does not
say who asks, and fails in the ways that tests ask for. It was written from the documentation of the
API (https://www.wikidata.org/w/api.php?action=help&modules=wbgetentities); nothing here was
recorded from Wikidata.
"""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from pyoxigraph import Literal, NamedNode, Quad, QueryResultsFormat, Store

from kg.wikidata.client import Client, Site

if TYPE_CHECKING:
    from collections.abc import Iterator

WD = "http://www.wikidata.org/entity/"
WDT = "http://www.wikidata.org/prop/direct/"
LABEL = NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
MOST_IDS = 50
#: What client libraries say of themselves, which tells nobody whom to write to.
ANONYMOUS = ("python-", "curl", "Java", "Go-http", "Mozilla")


@dataclass
class Fault:
    """What goes wrong instead of an answer."""

    status: int = 500
    body: bytes = b"<!DOCTYPE html><html><body>Service Temporarily Unavailable</body></html>"
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "text/html"})
    seconds: float = 0.0


@dataclass
class Wikibase:
    """The site: its entities, what goes wrong next, and what was asked."""

    entities: dict[str, dict[str, Any]]
    url: str = ""
    redirects: dict[str, str] = field(default_factory=dict)
    faults: deque[Fault] = field(default_factory=deque)
    asked: list[dict[str, str]] = field(default_factory=list)
    agents: list[str] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0

    @property
    def site(self) -> Site:
        return Site(f"{self.url}/w/api.php", f"{self.url}/sparql", WD)

    def client(self, **options: Any) -> Client:
        return Client(self.site, contact="mailto:tests@example.org", **options)

    def ids_asked(self) -> list[str]:
        return [one for asked in self.asked for one in asked.get("ids", "").split("|") if one]

    def api(self, given: dict[str, str]) -> dict[str, Any]:
        if given.get("action") == "wbgetentities":
            ids = given["ids"].split("|")
            if len(ids) > MOST_IDS:
                return {"error": {"code": "toomanyvalues", "info": "too many values"}}
            return {"entities": dict(map(self._entity, ids)), "success": 1}
        if given.get("action") == "wbsearchentities":
            return {"search": list(self._found(given)), "success": 1}
        return {"error": {"code": "badvalue", "info": "Unrecognized value for parameter action"}}

    def _entity(self, identifier: str) -> tuple[str, dict[str, Any]]:
        own = self.redirects.get(identifier, identifier)
        if own not in self.entities:
            return own, {"id": own, "missing": ""}
        entity = self.entities[own]
        if own != identifier:
            entity = entity | {"redirects": {"from": identifier, "to": own}}
        return own, entity

    def _found(self, given: dict[str, str]) -> Iterator[dict[str, Any]]:
        wanted = given["search"].casefold()
        number = 0
        for identifier, entity in self.entities.items():
            labels = [one["value"] for one in entity["labels"].values()]
            labels += [one["value"] for several in entity["aliases"].values() for one in several]
            if identifier[0] == "Q" and any(wanted in name.casefold() for name in labels):
                number += 1
                if number <= int(given.get("limit", "7")):
                    yield {"id": identifier, "concepturi": WD + identifier}

    def store(self) -> Store:
        """Return the labels and the direct statements as triples."""
        store = Store()
        for identifier, entity in self.entities.items():
            node = NamedNode(WD + identifier)
            for language, label in entity["labels"].items():
                store.add(Quad(node, LABEL, Literal(label["value"], language=language)))
            for key, statements in entity["claims"].items():
                for one in statements:
                    value = one["mainsnak"].get("datavalue", {})
                    if value.get("type") == "wikibase-entityid":
                        thing = NamedNode(WD + value["value"]["id"])
                        store.add(Quad(node, NamedNode(WDT + key), thing))
                    elif value.get("type") == "string":
                        store.add(Quad(node, NamedNode(WDT + key), Literal(value["value"])))
        return store


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wikibase: Wikibase

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        self._answer(urlsplit(self.path).query)

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", "0"))
        self._answer(self.rfile.read(length).decode())

    def _answer(self, form: str) -> None:
        site = self.wikibase
        site.at_once += 1
        site.most_at_once = max(site.most_at_once, site.at_once)
        try:
            self._answered(dict(parse_qsl(form)))
        finally:
            site.at_once -= 1

    def _answered(self, given: dict[str, str]) -> None:
        site, agent = self.wikibase, self.headers.get("User-Agent", "")
        site.asked.append(given)
        site.agents.append(agent)
        if not agent or agent.startswith(ANONYMOUS) or "(" not in agent:
            self._send(403, b"Please set a user-agent and respect our policy", "text/plain")
            return
        if site.faults:
            fault = site.faults.popleft()
            time.sleep(fault.seconds)
            self._send(fault.status, fault.body, **fault.headers)
            return
        if urlsplit(self.path).path == "/sparql":
            solutions = site.store().query(given["query"])
            content = solutions.serialize(format=QueryResultsFormat.JSON)
            self._send(200, content, "application/sparql-results+json")
            return
        self._send(200, json.dumps(site.api(given)).encode(), "application/json")

    def _send(self, status: int, body: bytes, kind: str = "", **headers: str) -> None:
        self.send_response(status)
        for name, value in ({"Content-Type": kind} if kind else {}).items():
            self.send_header(name, value)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def standing_in(entities: dict[str, dict[str, Any]]) -> Iterator[Wikibase]:
    """Run the stand-in on a free port of loopback."""
    site = Wikibase(dict(entities))
    handler = type("Handler", (_Handler,), {"wikibase": site})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    site.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
