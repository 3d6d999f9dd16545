"""The HTTP requests that the W3C's manifests write out, and what each must be answered."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse

from kg.validation.shapes import ShapesGraph

_MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
_HT = "http://www.w3.org/2011/http#"
_CNT = "http://www.w3.org/2011/content#"
_UT = "http://www.w3.org/2009/sparql/tests/test-update#"
_LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
_CLASSES = {f"StatusCode{n}xx": range(n * 100, n * 100 + 100) for n in range(1, 6)}
_STATUS = {
    "OK": range(200, 201),
    "Created": range(201, 202),
    "NoContent": range(204, 205),
    "NotFound": range(404, 405),
    **_CLASSES,
}


@dataclass(frozen=True)
class Exchange:
    """One request, and what its response must be.

    Args:
        method: of HTTP.
        path: as the manifest writes it, with its query.
        headers: of the request.
        body: in the encoding that the manifest names.
        status: those that will do, as ranges.
        boolean: what an ASK must answer.
        form: "boolean", "tabular" or "RDF".
        media_type: of the response.
        graph: the response, in Turtle.
        location: the name that the response's Location takes in later requests.
    """

    method: str
    path: str
    headers: dict[str, str]
    body: bytes | None
    status: list[range]
    boolean: bool | None = None
    form: str | None = None
    media_type: str | None = None
    graph: str | None = None
    location: str | None = None


@dataclass(frozen=True)
class Case:
    """A test of a manifest: the graphs that must be there, and the requests in their order."""

    name: str
    graphs: dict[str, Path]
    requires: frozenset[str]
    exchanges: list[Exchange]


def each_case(folder, manifest="manifest.ttl"):
    """Run a test on each case of a manifest below ``$KG_SUITES/sparql11``, or skip it."""
    root = os.environ.get("KG_SUITES")
    if not root:
        none = pytest.mark.skip("KG_SUITES names no folder of conformance suites")
        return pytest.mark.parametrize("case", [pytest.param(None, marks=none)])
    listed = cases(Path(root) / "sparql11" / folder / manifest)
    return pytest.mark.parametrize("case", [pytest.param(one, id=one.name) for one in listed])


def cases(manifest):
    """Return the cases of a manifest."""
    base = f"http://www.w3.org/2009/sparql/docs/tests/data-sparql11/{manifest.parent.name}/"
    quads = parse(manifest.read_bytes(), RdfFormat.TURTLE, base_iri=base + manifest.name)
    graph = ShapesGraph(quad.triple for quad in quads)
    (entries,) = (t.object for t in graph.triples if t.predicate.value == _MF + "entries")
    return [_case(graph, node, manifest.parent) for node in graph.members(entries)]


def _case(graph, node, folder):
    def values(subject, name):
        return graph.values(subject, NamedNode(name))

    graphs = {
        values(data, _LABEL)[0].value: folder / values(data, _UT + "graph")[0].value.rsplit("/")[-1]
        for data in values(node, _UT + "graphData")
    }
    requires = {one.value.removeprefix(_MF) for one in values(node, _MF + "requires")}
    requests = [
        request
        for action in values(node, _MF + "action")
        for listed in values(action, _HT + "requests")
        for request in graph.members(listed)
    ]
    name = node.value.partition("#")[2]
    exchanges = [_exchange(graph, request) for request in requests]
    return Case(name, graphs, frozenset(requires), exchanges)


def _exchange(graph, request):
    def one(subject, name):
        found = graph.values(subject, NamedNode(name)) if subject is not None else []
        return found[0] if found else None

    def text(subject, name):
        found = one(subject, name)
        return found.value if found is not None else None

    def headers(subject):
        listed = one(subject, _HT + "headers")
        fields = graph.members(listed) if listed is not None else []
        return {text(one, _HT + "fieldName"): text(one, _HT + "fieldValue") for one in fields}

    body, response = one(request, _HT + "body"), one(request, _HT + "resp")
    chars = text(body, _CNT + "chars")
    encoding = text(body, _CNT + "characterEncoding") or "utf-8"
    status = graph.values(response, NamedNode(_MF + "expectedStatus"))
    boolean = text(response, _MF + "expectedBoolean")
    return Exchange(
        method=text(request, _HT + "methodName"),
        path=text(request, _HT + "absolutePath"),
        headers=headers(request),
        body=chars.encode(encoding) if chars is not None else None,
        status=[_STATUS[one.value.partition("#")[2]] for one in status],
        boolean=None if boolean is None else boolean == "true",
        form=text(response, _MF + "expectedFormat"),
        media_type=headers(response).get("content-type"),
        graph=text(one(response, _HT + "body"), _CNT + "chars"),
        location=text(response, _MF + "expectedLocation"),
    )
