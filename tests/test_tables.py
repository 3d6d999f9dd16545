"""Files in columns: what they say, and what follows, is the same as by objects."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse, serialize

import kg
from kg import build, pipeline
from kg.dataset import load
from kg.dataset.documents import Document
from kg.errors import KgError
from kg.namespaces import GRAPH, RDF, RDFS, XSD
from kg.reasoning import close
from kg.tables.triples import Texts, Triples

FACTS = """
<http://example.org/recall> <https://w3id.org/relations-kg/ontology#actor> <http://example.org/a> .
<http://example.org/a> <https://w3id.org/relations-kg/ontology#actsFor> <http://example.org/A> .
<http://example.org/A> <http://www.w3.org/2002/07/owl#sameAs> <http://example.org/B> .
<http://example.org/A> <https://w3id.org/relations-kg/ontology#neighbours> <http://example.org/C> .
<http://example.org/C> <http://www.w3.org/2000/01/rdf-schema#label> "\\u00c9tat \\"C\\"\\n"@fr .
<http://example.org/C> <urn:p> "01.50"^^<http://www.w3.org/2001/XMLSchema#decimal> .
<http://example.org/C> <urn:p> "x"^^<http://www.w3.org/2001/XMLSchema#string> .
_:b <https://w3id.org/relations-kg/ontology#partOf> <http://example.org/C> .
_:a <https://w3id.org/relations-kg/ontology#partOf> _:b .
"""
ENDINGS = {
    ".nt": RdfFormat.N_TRIPLES,
    ".ttl": RdfFormat.TURTLE,
    ".nq": RdfFormat.N_QUADS,
    ".trig": RdfFormat.TRIG,
    ".rdf": RdfFormat.RDF_XML,
    ".jsonld": RdfFormat.JSON_LD,
}
COMMANDS = {
    "infer": ("infer", "FILE", "--ontology", "kg"),
    "infer to Turtle": ("infer", "FILE", "--ontology", "kg", "--format", "ttl"),
    "infer with all": ("infer", "FILE", "--ontology", "kg", "--asserted"),
    "export": ("export", "--data", "FILE", "--ontology", "kg", "--format", "nq"),
    "validate": ("validate", "FILE", "--ontology", "kg", "--shapes", "kg", "--format", "json"),
    "query": ("query", "--data", "FILE", "--format", "csv", "SELECT * { ?s ?p ?o } ORDER BY ?s ?o"),
}


@pytest.fixture
def objects(monkeypatch):
    """Return a function after which files are read as objects."""
    none = property(lambda _: False)
    return lambda: monkeypatch.setattr(Document, "may_be_in_columns", none)


@pytest.fixture(params=ENDINGS)
def path(request, tmp_path):
    file = tmp_path / f"facts{request.param}"
    quads = parse(FACTS, RdfFormat.N_TRIPLES)
    file.write_bytes(serialize(quads, format=ENDINGS[request.param]))
    return file


@pytest.mark.parametrize("command", COMMANDS)
def test_columns_give_the_bytes_that_objects_give(cli, path, objects, command, monkeypatch):
    arguments = [str(path) if part == "FILE" else part for part in COMMANDS[command]]
    assert load([path], ()).columns is not None
    by_columns = cli(*arguments)
    objects()
    monkeypatch.setenv("KG_CACHE", str(path.parent / "cache"))
    assert load([path], ()).columns is None

    by_objects = cli(*arguments)

    assert (by_columns.code, by_columns.raw, by_columns.err) == (
        by_objects.code,
        by_objects.raw,
        by_objects.err,
    )
    assert by_columns.raw


def _files():
    folder = os.environ.get("KG_SUITES")
    if not folder:
        none = pytest.mark.skip("KG_SUITES names no folder of conformance suites")
        return [pytest.param(None, marks=none)]
    return [
        pytest.param(sorted(part.rglob(f"*{ending}")), id=f"{part.name}{ending}")
        for part in sorted(Path(folder).iterdir())
        for ending in ENDINGS
        if any(part.rglob(f"*{ending}"))
    ]


def said(path):
    """Return all that reading a file gives, or why it is refused."""
    try:
        dataset = load([path], ())
        graphs = {name: dataset.graph(name) for name in dataset.graphs()}
        return graphs, dataset.prefixes, dataset.notes, dataset.state().overlapping
    except KgError as error:
        return str(error)


@pytest.mark.parametrize("files", _files())
def test_each_file_of_the_suites_is_read_as_by_objects(files, objects):
    by_columns = [said(path) for path in files]
    objects()
    assert by_columns == [said(path) for path in files]


def test_a_file_with_claims_is_weighed_as_ever(cli, tmp_path):
    path = tmp_path / "claims.nt"
    claim = "https://w3id.org/relations-kg/ontology#Claim"
    path.write_text(f"<http://example.org/c> <{RDF.type.value}> <{claim}> .\n", "utf-8")

    answer = cli("infer", str(path))

    assert load([path], ()).graphs() == (GRAPH.claims,)
    assert answer.code == 0
    assert b"example.org/c" not in answer.raw


def test_what_is_wrong_is_told_and_nothing_is_written(cli, tmp_path):
    broken, target = tmp_path / "broken.nt", tmp_path / "out.nt"
    broken.write_text(FACTS + "<http://example.org/a> nonsense .\n", "utf-8")
    same = tmp_path / "same.nt"
    code = "https://w3id.org/relations-kg/ontology#isoCode"
    same.write_text("".join(f'<http://example.org/a> <{code}> "{one}" .\n' for one in ("DZ", "ML")))

    malformed = cli("infer", str(broken), "-o", str(target))
    contradicting = cli("infer", "--ontology", "kg", str(same), "-o", str(target))
    hurried = cli(
        "infer", "--ontology", "kg", str(same), "-o", str(target), "--max-seconds", "0.000001"
    )

    assert malformed.code == 2
    assert f"{broken}:11:" in malformed.err
    assert contradicting.code == 1
    assert "dt-diff" in contradicting.err
    assert hurried.code == 2
    assert "--max-seconds" in hurried.err
    assert not target.exists()


def test_what_follows_goes_where_an_output_leads_as_any_other_does(cli, tmp_path):
    path, target, link = (tmp_path / name for name in ("facts.nt", "target.nt", "link.nt"))
    path.write_text(FACTS.partition("_:b")[0], "utf-8")
    target.write_text("before")
    target.chmod(0o640)
    link.symlink_to(target)

    answer = cli("infer", path, "--ontology", "kg", "-o", link)

    assert answer.code == 0, answer.err
    assert target.read_bytes()
    assert link.is_symlink()
    assert target.stat().st_mode & 0o777 == 0o640
    assert target.read_bytes() == cli("infer", path, "--ontology", "kg").raw
    assert cli("infer", path, "--ontology", "kg", "--format", "nt", "-o", "/dev/null").code == 0
    assert Path("/dev/null").is_char_device()


def test_places_on_this_machine_are_noted_whatever_the_format(cli, tmp_path):
    path = tmp_path / "relative.ttl"
    path.write_text("<a> <p> <b> . <p> a <http://www.w3.org/2002/07/owl#SymmetricProperty> .")

    for form in ("nt", "ttl"):
        answer = cli("infer", path, "--ontology", "none", "--format", form)
        assert "names this machine's" in answer.err


def test_the_shipped_facts_are_closed_in_columns_as_by_objects(tmp_path):
    path = tmp_path / "shipped.nt"
    path.write_bytes(kg.load().serialize("nt", "asserted"))
    ontology = load((), kg.resources.ontology())
    dataset = load([path], kg.resources.ontology())

    found = pipeline.derived(dataset.state())

    assert isinstance(found.inferred, Triples)
    facts = dataset.graph(GRAPH.asserted)
    assert found.inferred == close(facts, ontology.graph(GRAPH.ontology)).inferred


A, B, P = (NamedNode(f"http://example.org/{name}") for name in "abp")
MANY = [
    Triple(A, RDF.type, B),
    Triple(A, P, Literal("1.50", datatype=XSD.decimal)),
    Triple(A, P, Literal('é\n"\\ <b> .', language="fr")),
    Triple(BlankNode("x"), P, A),
    Triple(B, RDFS.label, BlankNode("x")),
]


def test_triples_in_columns_are_a_set():
    texts = Texts()
    triples, other = Triples.of(texts, MANY), Triples.of(texts, MANY[3:])

    assert list(triples) == MANY
    assert triples == set(MANY)
    assert all(triple in triples for triple in MANY)
    assert Triple(A, P, A) not in triples
    assert triples.without([other]) == set(MANY[:3])
    assert Triples.union([other, triples]) == set(MANY)
    assert triples.about(A) == set(MANY[:3])
    assert triples.with_predicates([P, RDF.first]) == {MANY[1], MANY[2], MANY[3]}
    assert triples.blank_subjects() == {MANY[3]}
    assert list(triples.ordered()) == sorted(MANY, key=lambda t: tuple(map(str, t)))
    assert b"".join(triples.lines()) == serialize(MANY, format=RdfFormat.N_TRIPLES)


def test_the_values_of_predicates_are_written_once():
    one, two = NamedNode("urn:x:one"), NamedNode("urn:x:two")
    same = [Triple(node, RDF.type, Literal("ä")) for node in (one, two)]
    triples = Triples.of(Texts(), [*same, Triple(one, RDF.type, two)])
    assert triples.text().encode() == b"".join(triples.lines())
    values = [quad.triple for quad in parse(triples.distinct_values(), RdfFormat.N_TRIPLES)]
    assert sorted(str(triple.object) for triple in values) == ['"ä"', str(two)]
    assert Triples(Texts()).distinct_values() == b""


def test_the_closure_of_a_snapshot_is_read_into_columns(tmp_path, monkeypatch):
    monkeypatch.setenv("KG_CACHE", str(tmp_path / "cache"))
    file = tmp_path / "data.nt"
    file.write_text(
        '<urn:x:a> <urn:x:p> "01"^^<http://www.w3.org/2001/XMLSchema#integer> .\n'
        "<urn:x:a> <http://www.w3.org/2002/07/owl#sameAs> _:b .\n"
    )
    graph = kg.load(file, "none")
    found = build.closure_of(graph.snapshot, graph.dataset.state())
    assert isinstance(found, Triples)
    assert set(found) == build.written(graph.snapshot)
    assert any(str(triple.object).startswith('"01"') for triple in found)
