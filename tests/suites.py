"""The conformance suites of the W3C, read from the folder that `$KG_SUITES` names."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse

from kg.validation.shapes import ShapesGraph

_MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
_SHT = "http://www.w3.org/ns/shacl-test#"


# --- OWL 2 RL -------------------------------------------------------------------------------------


def owl_cases():
    """Return the cases for OWL 2 RL; none where no folder is named."""
    folder = os.environ.get("KG_SUITES")
    if not folder:
        return []
    lines = (Path(folder) / "owl2-rl" / "cases.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def each_owl_case(test):
    """Run a test on every case, or skip it and say why."""
    none = pytest.mark.skip("KG_SUITES names no folder of conformance suites")
    cases = [pytest.param(case, id=case["id"]) for case in owl_cases()]
    return pytest.mark.parametrize("case", cases or [pytest.param({}, marks=none)])(test)


def rdf_xml(text):
    """Return the triples of a graph as the cases write it."""
    quads = parse(input=text, format=RdfFormat.RDF_XML, base_iri="http://example.org/")
    return [quad.triple for quad in quads]


# --- SHACL ----------------------------------------------------------------------------------------


class ShaclSuite:
    """The cases for SHACL, each file of which is read once.

    Args:
        folder: holds the folders `core` and `sparql`; part of the suite will do.
    """

    def __init__(self, folder):
        self._root = folder.resolve()
        self._read = {}

    def cases(self):
        """Yield the name of each case, the graph it stands in, and its node."""
        for part in ("core", "sparql"):
            for graph, case in self._listed(self._root / part / "manifest.ttl"):
                name = case.value.removeprefix(self._root.as_uri() + "/").removesuffix(".ttl")
                yield name, graph, case

    @staticmethod
    def files(graph, case):
        """Return the files of the data and of the shapes of a case."""
        (action,) = graph.values(case, NamedNode(_MF + "action"))
        return tuple(
            Path(graph.values(action, NamedNode(_SHT + part))[0].value.removeprefix("file://"))
            for part in ("dataGraph", "shapesGraph")
        )

    def _listed(self, manifest):
        graph = self._graph(manifest)
        for triple in graph.triples:
            if triple.predicate.value == _MF + "include":
                included = Path(triple.object.value.removeprefix("file://"))
                # The folder holds part of the suite; its manifests name all of it.
                if included.is_file():
                    yield from self._listed(included)
            elif triple.predicate.value == _MF + "entries":
                yield from ((graph, case) for case in graph.members(triple.object))

    def _graph(self, path):
        path = path.resolve()
        if path not in self._read:
            quads = parse(path.read_bytes(), RdfFormat.TURTLE, base_iri=path.as_uri())
            self._read[path] = ShapesGraph(quad.triple for quad in quads)
        return self._read[path]
