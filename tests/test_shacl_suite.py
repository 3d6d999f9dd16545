"""SHACL by the W3C's own suite, as the command prints it: each report, by each engine and format.

https://github.com/w3c/data-shapes: read from $KG_SUITES.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
import rdflib
from pyoxigraph import RdfFormat, serialize
from rdflib.compare import isomorphic

from suites import ShaclSuite

SH = rdflib.SH
NT = RdfFormat.N_TRIPLES

#: Cases that kg does not pass, with the reason.
KNOWN: dict[str, str] = {}
#: Cases that only pyshacl evaluates, with what the fast engine refuses by name.
LEFT_TO_PYSHACL = {
    "core/node/maxExclusive-001": "sh:maxExclusive without sh:path",
    "core/node/maxInclusive-001": "sh:maxInclusive without sh:path",
    "core/node/minExclusive-001": "sh:minExclusive without sh:path",
    "core/node/minInclusive-001": "sh:minInclusive without sh:path",
    "core/node/minInclusive-002": 'sh:minInclusive "2002-10-10T12:00:00-05:00"^^xsd:dateTime',
    "core/node/minInclusive-003": "sh:minInclusive without sh:path",
    "core/node/qualified-001": 'sh:qualifiedValueShapesDisjoint "1"^^xsd:boolean',
    "core/property/datatype-001": 'the literal "2011-01-01"^^xsd:dateTime',
    "core/property/lessThan-002": "the values of first, second",
    "core/property/maxExclusive-001": "the values of property",
    "core/property/maxInclusive-001": "the values of property",
    "core/property/minExclusive-002": "the values of testProperty",
    "core/property/or-datatypes-001": "sh:datatype rdf:HTML",
    "core/property/qualifiedValueShape-001": "sh:nodeShape",
    "core/property/uniqueLang-002": 'sh:uniqueLang "1"^^xsd:boolean',
    "sparql/component/optional-001": "sh:parameter",
    "sparql/component/propertyValidator-select-001": "sh:labelTemplate",
    "sparql/component/validator-001": "sh:parameter",
}


def _cases():
    folder = os.environ.get("KG_SUITES")
    if not folder:
        none = pytest.mark.skip("KG_SUITES names no folder of conformance suites")
        return [pytest.param(None, None, marks=none)]
    suite = ShaclSuite(Path(folder) / "shacl")
    return [
        pytest.param(graph, case, id=name)
        for name, graph, case in suite.cases()
        if name not in KNOWN
    ]


def _by_itself(graph, root):
    """Return a report with what hangs on it, without the words, which engines choose."""
    found, waiting = rdflib.Graph(), [root]
    while waiting:
        node = waiting.pop()
        for predicate, value in graph.predicate_objects(node):
            if predicate != SH.resultMessage and (node, predicate, value) not in found:
                found.add((node, predicate, value))
                if isinstance(value, rdflib.BNode):
                    waiting.append(value)
    return found


def _expected(graph, case):
    whole = rdflib.Graph().parse(data=serialize(graph.triples, format=NT), format="nt")
    result = rdflib.URIRef("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#result")
    return _by_itself(whole, whole.value(rdflib.URIRef(case.value), result))


@pytest.mark.parametrize(("graph", "case"), _cases())
def test_the_command_prints_the_expected_report(graph, case, cli):
    data, shapes = ShaclSuite.files(graph, case)
    expected = _expected(graph, case)
    (conforms,) = (value.toPython() for value in expected.objects(None, SH.conforms))
    code, size = (0 if conforms else 1), len(list(expected.objects(None, SH.result)))
    command = ("validate", data, "--shapes", shapes)

    for engine in ("pyshacl", "shacl"):
        answer = cli(*command, "--engine", engine, "--format", "ttl")
        name = "/".join(case.value.rsplit("/", 3)[1:])
        if engine == "shacl" and name in LEFT_TO_PYSHACL:
            said = re.sub(r"<\S*\W(\w+)>", r"\1", answer.err)
            assert f"the engine shacl does not do {LEFT_TO_PYSHACL[name]}" in said
            assert answer.code == 2
            continue
        assert answer.code == code, answer.err
        printed = rdflib.Graph().parse(data=answer.out, format="turtle")
        reached = _by_itself(printed, printed.value(None, rdflib.RDF.type, SH.ValidationReport))
        assert isomorphic(reached, expected), answer.out
    rows = json.loads(cli(*command, "--format", "json").out)
    assert (rows["conforms"], len(rows["results"])) == (conforms, size)
    answer = cli(*command)
    *lines, verdict = answer.out.splitlines()
    assert (answer.code, len(lines)) == (code, size)
    assert verdict.startswith("conforms" if conforms else "does not conform")
