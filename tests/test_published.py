"""Ontologies and data that packages ship: each command gives what rdflib, owlrl and pyshacl give.

The files stand in the packages of PyPI, npm and Debian that `tools/published.sh` fetches into the
folder that `$KG_PUBLISHED` names, and in pyshacl, which is always there.
"""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.sax import SAXParseException

import pyoxigraph as ox
import pytest
import rdflib
from rdflib.graph import DATASET_DEFAULT_GRAPH_ID
from rdflib.namespace import RDF, SH, XSD
from rdflib.util import from_n3

from kg.namespaces import GRAPH
from kg.reasoning import is_noise

pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")

_PYSHACL = Path(find_spec("pyshacl").origin).parent / "assets"
_FOLDER = os.environ.get("KG_PUBLISHED")

#: The file, and what it stands for here.
FILES = {
    # pyshacl 0.40, PyPI
    "dash": _PYSHACL / "dash.ttl",
    "shacl-shacl": _PYSHACL / "shacl-shacl.ttl",
    "schema.org": _PYSHACL / "schema.ttl",
    # brickschema 0.8.0 and case-utils 0.18.0, PyPI
    "brick": "brickschema/brickschema/ontologies/1.1/Brick.ttl",
    "brick-bot": "brickschema/brickschema/ontologies/1.4/alignments/Brick-BOT-alignment.ttl",
    "case": "case-utils/case_utils/ontology/case-1.5.0.ttl",
    # owlready2 0.51, PyPI
    "dublin-core": "owlready2/ontos/dcterms.owl",
    "reasoning": "owlready2/test/test_reasoning.owl",
    # @vocabulary 1.0.6, npm: N-Quads, without a default graph
    "owl-time": "time/time.nq",
    "prov": "prov/prov.nq",
    "org": "org/org.nq",
    "sosa": "sosa/sosa.nq",
    # lv2-dev, Debian: relative IRIs, blank nodes, lists
    "lv2": "lv2-dev/usr/lib/lv2/core.lv2/lv2core.ttl",
    "lv2-units": "lv2-dev/usr/lib/lv2/units.lv2/units.ttl",
    "foaf": "lv2-dev/usr/lib/lv2/schemas.lv2/foaf.ttl",
    "doap": "lv2-dev/usr/lib/lv2/schemas.lv2/doap.ttl",
}
#: Options that take a file alone, as one graph.
ALONE = ("--ontology", "none")
LARGE = {"brick", "schema.org", "case"}
#: owlrl takes minutes for more; kg takes seconds.
CLOSED = ("foaf", "sosa", "lv2", "lv2-units", "reasoning", "dublin-core")


def path_of(name):
    """Return the path of a published file; skip the test where it is not to be had."""
    given = FILES[name]
    if isinstance(given, Path):
        return given
    if _FOLDER is None:
        pytest.skip("KG_PUBLISHED names no folder of published files (tools/published.sh)")
    path = Path(_FOLDER) / given
    if not path.exists():
        pytest.skip(f"{given.partition('/')[0]} could not be fetched (tools/published.sh)")
    return path


@pytest.fixture(autouse=True)
def _as_written(monkeypatch):
    """Have rdflib keep the forms of literals."""
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)


def read(path):
    """Return what rdflib reads of a file: all triples, whatever graph they are in."""
    formats = {
        ".ttl": "turtle",
        ".owl": "xml",
        ".rdf": "xml",
        ".nq": "nquads",
        ".nt": "nt",
        ".trig": "trig",
    }
    dataset = rdflib.Dataset(default_union=True)
    dataset.parse(path, format=formats.get(path.suffix, "json-ld"))
    return dataset


#: A published file as rdflib reads it, which takes long: nobody changes it.
published = functools.cache(read)


@functools.cache
def stated(path):
    """Return the triples of a published file as text, with canonical labels of blank nodes."""
    return canonical(all_of(published(path)))


def written(triples):
    """Return triples of rdflib as N-Triples."""
    graph = rdflib.Graph()
    for triple in triples:
        graph.add(triple)
    return graph.serialize(format="nt", encoding="utf-8")


def canonical(triples):
    """Return triples of rdflib as text, with canonical labels of blank nodes."""
    made = ox.Dataset(ox.parse(written(triples), ox.RdfFormat.N_TRIPLES))
    made.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return {str(quad.triple) for quad in made}


def all_of(dataset):
    """Return each triple of a dataset once."""
    return set(dataset.triples((None, None, None)))


ASKED = {
    "predicates": "SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p",
    "classes": "SELECT ?c (COUNT(DISTINCT ?s) AS ?n) { ?s a ?c FILTER isIRI(?c) } GROUP BY ?c",
    "labels": "SELECT ?s ?l { ?s rdfs:label ?l FILTER isIRI(?s) }",
    "above": "SELECT ?s ?o { ?s rdfs:subClassOf+ ?o FILTER(isIRI(?s) && isIRI(?o)) }",
}


@pytest.mark.parametrize("name", FILES)
def test_queries_are_answered_as_rdflib_answers_them(cli, name):
    path = path_of(name)
    dataset = published(path)
    # What follows from the axioms of a file is in a graph of its own.
    named = {graph.identifier for graph in dataset.graphs()} - {DATASET_DEFAULT_GRAPH_ID}
    graphs = "".join(f"FROM <{iri}> " for iri in named or {GRAPH.iri + "asserted"})
    for asked, query in ASKED.items():
        if asked in {"labels", "above"} and name in LARGE:
            continue
        from_file = query.replace("{", graphs + "{", 1)
        answer = cli("query", "--data", path, *ALONE, "--format", "tsv", from_file)
        rows = [line.split("\t") for line in answer.out.splitlines()[1:]]

        assert answer.code == 0, answer.err
        assert sorted([same(from_n3(cell)) for cell in row] for row in rows) == sorted(
            [same(term) for term in row] for row in dataset.query(query)
        )


def same(term):
    """Return a term so that what RDF 1.1 takes for the same is written alike.

    A string has the datatype xsd:string whether that is written or not, and a language tag is the
    same in large and in small letters (RDF 1.1 Concepts, 3.3).
    """
    if getattr(term, "language", None):
        return rdflib.Literal(term, lang=term.language.lower()).n3()
    return term.n3().removesuffix(f"^^{XSD.string.n3()}")


@pytest.mark.parametrize("form", ["ttl", "nt", "rdf", "jsonld", "trig", "nq"])
@pytest.mark.parametrize("name", FILES)
def test_exports_are_read_back_by_rdflib(cli, tmp_path, name, form):
    path = path_of(name)
    if name in LARGE and form != "ttl":
        pytest.skip("one format is enough of a large file")
    keeps_graphs = form in {"trig", "nq"}
    if keeps_graphs is not (path.suffix == ".nq"):
        pytest.skip("only a file with graphs is written with them")
    output = tmp_path / f"written.{form}"

    answer = cli(
        *("export", "--data", path, *ALONE, "-o", output),
        *(() if keeps_graphs else ("--graph", "asserted")),
    )

    assert answer.code == 0, answer.err
    found = read(output)
    names = {graph.identifier for graph in published(path).graphs()}
    assert canonical(
        {triple for graph in found.graphs() if graph.identifier in names for triple in graph}
    ) == stated(path)


@pytest.mark.parametrize(
    "name",
    [name for name, path in FILES.items() if str(path)[-3:] == "ttl" and name not in LARGE],
)
def test_fmt_changes_the_form_and_not_the_triples(cli, tmp_path, name):
    path = path_of(name)
    copy = Path(shutil.copy(path, tmp_path / path.name))
    # Its relative IRIs are below the place of the copy.
    before = canonical(all_of(read(copy)))

    assert cli("fmt", copy).code == 0
    assert canonical(all_of(read(copy))) == before
    assert cli("fmt", "--check", copy).code == 0


@pytest.mark.parametrize("name", sorted(FILES.keys() - LARGE))
def test_diff_finds_nothing_between_a_file_and_what_rdflib_makes_of_it(cli, tmp_path, name):
    path = path_of(name)
    other = tmp_path / "other.nq"
    published(path).serialize(other, format="nquads")

    answer = cli("diff", path, other)

    assert answer.code == 0, answer.out + answer.err


@pytest.mark.parametrize("name", CLOSED)
def test_infer_writes_what_owlrl_derives(cli, tmp_path, name):
    import owlrl

    path = path_of(name)
    graph = rdflib.Graph()
    for triple in all_of(published(path)):
        graph.add(triple)
    before = named(graph)
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)
    written = tmp_path / "inferred.nt"

    answer = cli("infer", path, "--ontology", "none", "-o", written)

    assert answer.code == 0, answer.err
    assert named(read(written)) == {
        triple for triple in named(graph) - before if not is_noise(ox_triple(triple))
    }


def named(graph):
    """Return the triples between things with a name, and literals."""
    return {
        triple
        for triple in all_of(graph)
        if not any(isinstance(term, rdflib.BNode) for term in triple)
        and isinstance(triple[0], rdflib.URIRef)
    }


def ox_triple(triple):
    """Return a triple of rdflib as pyoxigraph has it."""
    return next(ox.parse(written([triple]), ox.RdfFormat.N_TRIPLES)).triple


#: What is validated, by which shapes.
VALIDATED = {"dash": "shacl-shacl", "brick-bot": "shacl-shacl", "org": "shacl-shacl"}


@pytest.mark.parametrize("engine", ["pyshacl", "auto"])
@pytest.mark.parametrize(("name", "shapes"), VALIDATED.items())
def test_validate_reports_what_the_command_of_pyshacl_reports(cli, tmp_path, name, shapes, engine):
    path, other = path_of(name), path_of(shapes)
    data = tmp_path / "data.nt"
    data.write_bytes(written(all_of(published(path))))
    code, report = reference(path, other)

    answer = cli(
        *("validate", data, "--shapes", other, "--ontology", "none"),
        *("--engine", engine, "--format", "ttl"),
    )

    assert answer.code == code, answer.err
    assert results(answer.out) == report


@functools.cache
def reference(path, shapes):
    """Return the exit code of pyshacl's command, and what its report says of each result."""
    with TemporaryDirectory() as folder:
        data = Path(folder) / "data.nt"
        data.write_bytes(written(all_of(published(path))))
        command = [sys.executable, "-m", "pyshacl", "-s", shapes, "-f", "turtle", data]
        done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    return done.returncode, results(done.stdout)


def results(report):
    """Return what a report says of each result, blank nodes by their kind alone."""
    graph = rdflib.Graph().parse(data=report, format="turtle")
    parts = (SH.focusNode, SH.resultPath, SH.value, SH.sourceConstraintComponent, SH.resultSeverity)
    return sorted(
        [
            "a blank node" if isinstance(term, rdflib.BNode) else str(term)
            for term in (graph.value(result, part) for part in parts)
        ]
        for result in graph.subjects(RDF.type, SH.ValidationResult)
    )


#: What rdflib reads wrongly, and how.
MISREAD = {
    "test_url.owl": "rdflib drops the empty query of an IRI that ends in ? (RFC 3986, 6.2.3)"
}


def test_owl_in_rdf_xml_is_read_as_rdflib_reads_it_and_owl_in_xml_is_refused(cli):
    folder = path_of("reasoning").parent
    read_by_kg = refused = 0
    for path in sorted(folder.glob("*.owl")):
        if path.name in MISREAD:
            continue
        answer = cli("export", "--data", path, *ALONE, "--graph", "asserted", "--format", "nt")
        try:
            expected = canonical(all_of(read(path)))
        except (rdflib.exceptions.ParserError, SAXParseException):
            refused += 1
            assert answer.code == 2
            assert f"{path.name}:" in answer.err
            continue
        triples = rdflib.Graph().parse(data=answer.out, format="nt")
        assert answer.code == 0, answer.err
        assert canonical(triples) == expected, path
        read_by_kg += 1

    assert read_by_kg > 20
    assert refused > 5
