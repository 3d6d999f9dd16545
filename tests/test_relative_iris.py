"""Relative IRIs begin from the address of their file; what it imports is found or named."""

# ruff: noqa: E501 - each case of a table is one row

from __future__ import annotations

import pytest
import rdflib

from kg.errors import Misuse, ParseFailure, ResourceNotFound

OWL = "http://www.w3.org/2002/07/owl#"
FILES = {
    "ttl": "<> a <http://e.org/T> ; <http://e.org/p> <#part> , <other.ttl> , <../up> .",
    "trig": "<g> { <> a <http://e.org/T> . <#part> <http://e.org/p> <other.ttl> , <../up> . }",
    "jsonld": '{"@id": "", "http://e.org/p": [{"@id": "#part"}, {"@id": "other.ttl"}, {"@id": "../up"}]}',
    "rdf": '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e.org/">'
    '<e:T rdf:about=""><e:p rdf:resource="other.ttl"/><e:p rdf:resource="../up"/></e:T>'
    '<e:T rdf:ID="part"/></rdf:RDF>',
}  # fmt: skip


@pytest.fixture
def run(cli, tmp_path):
    def run(name, text, *args):
        path = tmp_path / name
        path.write_text(text)
        return cli("export", "--data", path, "--ontology", "none", *args)

    return run


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize(("ending", "text"), FILES.items(), ids=FILES)
def test_relative_iris_begin_from_the_files_own_address(run, tmp_path, ending, text):
    answer = run(f"a.{ending}", text, "--format", "nq")
    assert answer.code == 0, answer.err
    theirs = rdflib.Dataset(default_union=True)
    theirs.parse(tmp_path / f"a.{ending}")
    ours = rdflib.Dataset(default_union=True).parse(data=answer.out, format="nquads")
    assert {quad[:3] for quad in ours.quads()} == {quad[:3] for quad in theirs.quads()}
    folder = tmp_path.resolve().as_uri()
    [note] = [line for line in answer.err.splitlines() if "this machine" in line]
    assert f"{folder}/" in note
    assert "--base" in note


@pytest.mark.parametrize(("ending", "text"), FILES.items(), ids=FILES)
def test_base_sets_another_address(run, ending, text):
    answer = run(f"a.{ending}", text, "--format", "nt", "--base", "http://e.org/d/x")
    assert answer.code == 0
    for iri in (
        "http://e.org/d/x",
        "http://e.org/d/x#part",
        "http://e.org/d/other.ttl",
        "http://e.org/up",
    ):
        assert f"<{iri}>" in answer.out
    assert "file:" not in answer.out + answer.err


def test_a_base_of_the_file_comes_first(run):
    text = "@base <http://e.org/own/> . <a> <p> <c> ."
    answer = run("a.ttl", text, "--format", "nt", "--base", "http://e.org/other/")
    assert answer.out == "<http://e.org/own/a> <http://e.org/own/p> <http://e.org/own/c> .\n"


@pytest.mark.parametrize("base", ["x", "/data/", "http://e.org/a b"])
def test_a_base_is_a_whole_iri(run, base):
    answer = run("a.ttl", FILES["ttl"], "--base", base)
    assert answer.code == 2
    assert answer.err.startswith(f"kg: --base {base}: ")


@pytest.mark.parametrize("ending", ["nt", "nq"])
def test_n_triples_have_no_relative_iris(run, ending):
    answer = run(
        f"a.{ending}", "<http://e.org/a> <http://e.org/p> <b> .\n", "--base", "http://e.org/"
    )
    assert answer.code == 2
    assert f"a.{ending}:1:" in answer.err


def test_the_same_bytes_elsewhere_are_another_graph(cli, tmp_path):
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        path = tmp_path / folder / "a.ttl"
        path.write_text("<> <http://e.org/p> <#x> .")
        query = "SELECT ?s { ?s ?p ?o }"
        answer = cli("query", "--data", path, "--ontology", "none", "--format", "csv", query)
        assert answer.out.splitlines() == ["s", path.resolve().as_uri()]


def test_a_place_is_told_for_what_is_relative(tmp_path):
    from kg.dataset import load

    (tmp_path / "a.ttl").write_text("\n<#a> <#p> 1 ;\n  <#q> <#b> .\n")
    dataset = load([tmp_path / "a.ttl"], [])
    lines = {
        dataset.locate(triple).line for name in dataset.graphs() for triple in dataset.graph(name)
    }
    assert lines == {2, 3}


def test_shapes_that_name_themselves_validate(cli, tmp_path):
    path = tmp_path / "a.ttl"
    path.write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix : <#> .\n"
        "<> a <http://www.w3.org/2002/07/owl#Ontology> .\n"
        ":S a sh:NodeShape ; sh:targetNode :a ; sh:property [ sh:path :p ; sh:minCount 1 ] .\n"
        ":a :q 1 .\n"
    )
    answer = cli("validate", path, "--shapes", path, "--ontology", "none")
    assert answer.code == 1
    assert "a.ttl:4" in answer.out


def test_a_file_that_would_be_rewritten_with_this_machines_path_is_not_served_writable(tmp_path):
    from kg.web.writing.served_file import made

    (tmp_path / "a.ttl").write_text("<> <http://e.org/p> 1 .")
    assert len(list(made(tmp_path / "a.ttl").snapshots[0].store)) == 1
    with pytest.raises(Misuse, match="this machine's path"):
        made(tmp_path / "a.ttl", writable=True)
    (tmp_path / "c.ttl").write_text("<> <http://e.org/p> <http://e.org/%> .")
    with pytest.raises(ParseFailure, match=r"invalid IRI percent encoding '%'$"):
        made(tmp_path / "c.ttl", writable=True)
    (tmp_path / "b.ttl").write_text("<http://e.org/a> <http://e.org/p> '<>' .")
    assert made(tmp_path / "b.ttl", writable=True)


CATALOG = """<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<!DOCTYPE catalog PUBLIC "-//OASIS//DTD Entity Resolution XML Catalog V1.0//EN" "http://127.0.0.1:9/c.dtd">
<catalog prefer="public" xmlns="urn:oasis:names:tc:entity:xmlns:xml:catalog">
    <uri id="User Entered Import Resolution" name="http://e.org/b" uri="im/b%20b.ttl"/>
    <group id="Folder Repository, directory=, recursive=true, version=2" prefer="public" xml:base="im/">
        <uri id="Automatically generated entry, Timestamp=1" name="http://e.org/c" uri="c.owl"/>
        <uri name="duplicate:http://e.org/c" uri="missing.owl"/>
    </group>
    <rewriteURI uriStartString="http://e.org/r" rewritePrefix="nowhere/"/>
    <rewriteURI uriStartString="http://e.org/r/" rewritePrefix="im/"/>
    <nextCatalog catalog="im/next.xml"/>
</catalog>
"""


@pytest.fixture
def ontologies(tmp_path):
    """Write a.ttl, which imports b, which imports c and a again, and so on."""

    def ontology(name, *imports, more=""):
        rows = "".join(f"<http://e.org/{name}> <{OWL}imports> <{one}> .\n" for one in imports)
        return f"<http://e.org/{name}> a <{OWL}Ontology> .\n{rows}{more}"

    below = "<http://www.w3.org/2000/01/rdf-schema#subClassOf>"
    classes = "".join(f"<http://e.org/{c}> a <{OWL}Class> .\n" for c in "BCD")
    (tmp_path / "im").mkdir()
    (tmp_path / "a.ttl").write_text(
        ontology(
            "a",
            "http://e.org/b",
            "urn:none",
            more=classes + "<http://e.org/x> a <http://e.org/B> .",
        )
    )
    (tmp_path / "im/b b.ttl").write_text(
        ontology(
            "b",
            "http://e.org/c",
            "http://e.org/a",
            more=f"<http://e.org/B> {below} <http://e.org/C> .",
        )
    )
    (tmp_path / "im/c.owl").write_text(
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:owl="http://www.w3.org/2002/07/owl#"'
        ' xmlns:rdfs="http://www.w3.org/2000/01/rdf-schema#"><owl:Ontology rdf:about="http://e.org/c">'
        '<owl:imports rdf:resource="http://e.org/r/d.ttl"/><owl:imports rdf:resource="http://e.org/e"/></owl:Ontology>'
        '<owl:Class rdf:about="http://e.org/C"><rdfs:subClassOf rdf:resource="http://e.org/D"/></owl:Class></rdf:RDF>'
    )
    (tmp_path / "im/d.ttl").write_text(ontology("r/d.ttl"))
    (tmp_path / "im/e.ttl").write_text(ontology("e"))
    (tmp_path / "im/next.xml").write_text(
        '<catalog xmlns="urn:oasis:names:tc:entity:xmlns:xml:catalog"><uri name="http://e.org/e" uri="e.ttl"/>'
        '<nextCatalog catalog="../catalog-v001.xml"/></catalog>'
    )
    (tmp_path / "catalog-v001.xml").write_text(CATALOG)
    return tmp_path


ASK = "SELECT ?c { <http://e.org/x> a ?c } ORDER BY ?c"


def test_what_is_imported_and_not_there_is_named_each_time(cli, ontologies):
    for _ in range(2):
        answer = cli(
            "query", "--data", ontologies / "a.ttl", "--ontology", "none", "--format", "csv", ASK
        )
        assert answer.out.split() == ["c", "http://e.org/B"]
        assert "imported and not read: <http://e.org/b> (by " in answer.err
        assert "<urn:none> (by " in answer.err
        assert "--catalog" in answer.err


def test_a_catalogue_finds_imports_of_imports(cli, ontologies):
    where = ("--catalog", ontologies / "catalog-v001.xml")
    path = ontologies / "a.ttl"
    answer = cli("query", "--data", path, "--ontology", "none", "--format", "csv", *where, ASK)
    assert answer.out.split() == ["c", "http://e.org/B", "http://e.org/C", "http://e.org/D"]
    assert answer.err.count("kg: note") == 1
    assert "<urn:none>" in answer.err
    assert "e.org" not in answer.err
    inferred = cli("infer", path, "--ontology", path, *where, "--format", "nt", "--partial")
    assert (
        "<http://e.org/x> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://e.org/D> ."
        in inferred.out
    )


def test_files_that_are_given_need_no_catalogue(cli, ontologies):
    files = [
        ontologies / name for name in ("a.ttl", "im/b b.ttl", "im/c.owl", "im/d.ttl", "im/e.ttl")
    ]
    given = [part for path in files for part in ("--data", path)]
    answer = cli("query", *given, "--ontology", "none", "--format", "csv", ASK)
    assert answer.out.split() == ["c", "http://e.org/B", "http://e.org/C", "http://e.org/D"]
    assert "e.org" not in answer.err


def test_shapes_import_too(cli, ontologies):
    shapes = ontologies / "shapes.ttl"
    shapes.write_text(f"<http://e.org/s> a <{OWL}Ontology> ; <{OWL}imports> <http://e.org/t> .")
    (ontologies / "t.ttl").write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> . <http://e.org/S> a sh:NodeShape ; "
        "sh:targetNode <http://e.org/x> ; sh:property [ sh:path <http://e.org/p> ; sh:minCount 1 ] ."
    )
    catalog = ontologies / "c.xml"
    catalog.write_text(
        '<catalog xmlns="urn:oasis:names:tc:entity:xmlns:xml:catalog"><uri name="http://e.org/t" uri="t.ttl"/></catalog>'
    )
    asked = ("validate", ontologies / "im/d.ttl", "--ontology", "none", "--shapes", shapes)
    without = cli(*asked)
    assert without.code == 0
    assert "<http://e.org/t> (by " in without.err
    assert cli(*asked, "--catalog", catalog).code == 1


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("<catalog/>", r":1: not a catalogue of OASIS"),
        ("<catalog xmlns='urn:oasis:names:tc:entity:xmlns:xml:catalog'>\n<uri name='a'/></catalog>", r":2: uri without uri"),
        ("<catalog", r":1: not well-formed XML"),
        ("<!DOCTYPE catalog [<!ENTITY a 'b'>]>\n<catalog/>", r":1: an entity"),
    ],
)  # fmt: skip
def test_what_is_no_catalogue_is_refused_with_its_line(tmp_path, text, named):
    from kg.dataset import Catalog

    (tmp_path / "c.xml").write_text(text)
    with pytest.raises(ParseFailure, match=named):
        Catalog.read(tmp_path / "c.xml")


@pytest.mark.parametrize(
    "target", ["http://127.0.0.1:9/b.ttl", "missing.ttl", "file://server/b.ttl"]
)
def test_a_catalogue_that_leads_to_no_file_is_refused(tmp_path, target):
    from kg.dataset import Catalog

    (tmp_path / "c.xml").write_text(
        "<catalog xmlns='urn:oasis:names:tc:entity:xmlns:xml:catalog'>"
        f"\n<uri name='urn:b' uri='{target}'/></catalog>"
    )
    with pytest.raises(ResourceNotFound, match=r"c\.xml:2: "):
        Catalog.read(tmp_path / "c.xml").resolve("urn:b")
