"""The W3C's tests of SPARQL 1.1 Update: all but LOAD is carried out; nothing is ever fetched.

See https://www.w3.org/TR/sparql11-update/.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pyoxigraph import (
    CanonicalizationAlgorithm,
    Dataset,
    DefaultGraph,
    NamedNode,
    Quad,
    RdfFormat,
    Store,
    parse,
)

from kg.errors import KgError
from kg.lexical import decode_quad, encode_quad
from kg.sparql.update import apply
from kg.validation.shapes import ShapesGraph
from kg.web.resources import update
from kg.web.responses import Problem
from kg.web.settings import Limits

_MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
_UT = "http://www.w3.org/2009/sparql/tests/test-update#"
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
BASE = "http://example.org/base/"


@dataclass(frozen=True)
class Case:
    """A test of a manifest.

    Args:
        name: of the test.
        kind: of the test.
        text: the update.
        before: files of the graphs before, by name; that of the default graph is empty.
        after: those after.
    """

    name: str
    kind: str
    text: str
    before: dict[str, list[Path]] = field(default_factory=dict)
    after: dict[str, list[Path]] = field(default_factory=dict)


def cases():
    root = os.environ.get("KG_SUITES")
    if not root:
        none = pytest.mark.skip("KG_SUITES names no folder of conformance suites")
        return [pytest.param(None, marks=none)]
    manifests = sorted((Path(root) / "sparql11").glob("*/manifest.ttl"))
    found = [case for manifest in manifests for case in _cases(manifest)]
    return [pytest.param(case, id=case.name) for case in found]


def _cases(manifest):
    quads = parse(manifest.read_bytes(), RdfFormat.TURTLE, base_iri=BASE)
    graph = ShapesGraph(quad.triple for quad in quads)

    def values(node, name):
        return graph.values(node, NamedNode(name))

    def file(node):
        return manifest.parent / node.value.rsplit("/")[-1]

    def graphs(node):
        found = {"": [file(one) for one in values(node, _UT + "data")]}
        for one in values(node, _UT + "graphData"):
            (label,) = values(one, _LABEL)
            found.setdefault(label.value, []).extend(map(file, values(one, _UT + "graph")))
        return found

    typed = [t for t in graph.triples if t.predicate.value == _TYPE and "Update" in str(t.object)]
    for triple in sorted(typed, key=str):
        kind = triple.object.value.rpartition("#")[2]
        name = f"{manifest.parent.name}-{triple.subject.value.rpartition('#')[2]}"
        (action,) = values(triple.subject, _MF + "action")
        if kind == "UpdateEvaluationTest":
            (request,) = values(action, _UT + "request")
            (result,) = values(triple.subject, _MF + "result")
            yield Case(name, kind, file(request).read_text("utf-8"), graphs(action), graphs(result))
        else:
            yield Case(name, kind, file(action).read_text("utf-8"))


def loaded(graphs):
    store = Store()
    for name, paths in graphs.items():
        graph = NamedNode(name) if name else DefaultGraph()
        for path in paths:
            for quad in parse(path.read_bytes(), RdfFormat.TURTLE, base_iri=BASE):
                store.add(encode_quad(Quad(quad.subject, quad.predicate, quad.object, graph)))
    return store


def canonical(store):
    dataset = Dataset(map(decode_quad, store))
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return {Quad(q.subject, q.predicate, q.object, q.graph_name) for q in dataset}


@pytest.mark.parametrize("case", cases())
def test_an_update_does_what_the_recommendation_says(case):
    if "load" in case.text.lower():
        with pytest.raises(Problem) as refused:
            update.read(case.text, Limits())
        assert refused.value.code == "load-denied"
    elif case.kind.startswith("Negative"):
        with pytest.raises(KgError):
            apply(Store(), update.read(case.text, Limits()), BASE)
    elif case.kind.startswith("Positive"):
        assert update.read(case.text, Limits()).sent
    else:
        store = loaded(case.before)
        apply(store, update.read(case.text, Limits()), BASE)
        assert canonical(store) == canonical(loaded(case.after))
