"""Files become named graphs: which triple goes where, what it is called, where it stands."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kg.dataset import Dataset, Location, load, read_documents
from kg.errors import ParseFailure, ResourceNotFound, UnknownName
from kg.namespaces import GRAPH, PREFIXES, RDF, RDFS

HEAD = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())
HEAD_LINES = HEAD.count("\n")


def thing(name):
    return NamedNode(PREFIXES["kg"] + name)


def triple(subject, predicate, value):
    return Triple(thing(subject), thing(predicate), thing(value))


@pytest.fixture
def write(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def one(name, text, head=HEAD):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(head + text, "utf-8")
        return path

    return one


def test_each_file_and_each_claim_goes_to_its_graph(write):
    facts = write(
        "facts.ttl", "kg:a kg:p kg:b . kg:c a rel:Claim ; kg:q kg:d . kg:d a rel:Source ."
    )
    reference = write("reference.ttl", "kg:a kg:r kg:b . kg:e a rel:Source .")
    terms = write("terms.ttl", "kg:p a owl:ObjectProperty . kg:f a rel:Claim .")
    dataset = load([facts, reference], [terms])
    assert dataset.graph(GRAPH.asserted) == {triple("a", "p", "b")}
    assert dataset.graph(GRAPH.claims) == {
        Triple(thing("c"), RDF.type, NamedNode(PREFIXES["rel"] + "Claim")),
        Triple(thing("d"), RDF.type, NamedNode(PREFIXES["rel"] + "Source")),
        triple("c", "q", "d"),
    }
    assert triple("a", "r", "b") in dataset.graph(GRAPH.reference)
    assert len(dataset.graph(GRAPH.reference)) == 2
    assert len(dataset.graph(GRAPH.ontology)) == 2
    assert dataset.graph(GRAPH.links) == frozenset()
    assert dataset.graphs() == (GRAPH.asserted, GRAPH.reference, GRAPH.ontology, GRAPH.claims)


def test_named_graphs_are_kept_and_inferred_ones_left_out_with_a_note(write):
    path = write(
        "all.trig",
        "graph:reference { kg:a kg:p kg:b } graph:claims { kg:a kg:p kg:c }"
        "kg:own { kg:a kg:p kg:d }"
        "<https://w3id.org/relations-kg/graph/inferred/reported> { kg:a kg:p kg:e, kg:f }"
        "{ kg:a kg:p kg:g . kg:h a rel:Passage }",
    )
    dataset = load([path], [])
    assert dataset.graphs() == (GRAPH.asserted, GRAPH.reference, GRAPH.claims, thing("own"))
    assert dataset.graph(GRAPH.asserted) == {triple("a", "p", "g")}
    assert dataset.graph(thing("own")) == {triple("a", "p", "d")}
    assert len(dataset.graph(GRAPH.claims)) == 2
    assert dataset.notes == ("all.trig: 2 inferred triples were left out: kg derives them anew",)


def test_a_triple_in_several_graphs_of_kg_is_in_the_first_of_them_only(write):
    same = "kg:a kg:p kg:b ."
    files = [
        write("more.trig", f"kg:own {{ {same} kg:a kg:p kg:c }} graph:claims {{ {same} }}"),
        write("reference.ttl", f"{same} kg:x kg:p kg:y ."),
    ]
    terms = [write("terms.ttl", f"{same} kg:x kg:p kg:y . kg:x kg:p kg:z .")]
    dataset = load(files, terms)
    own = dataset.graph(thing("own"))
    assert own == {triple("a", "p", "b"), triple("a", "p", "c")}
    graphs = [dataset.graph(name) for name in dataset.graphs() if name in GRAPH]
    assert sum(map(len, graphs)) == len(frozenset().union(*graphs)) == 3
    assert dataset.graphs() == (GRAPH.reference, GRAPH.ontology, thing("own"))
    assert dataset.graph(GRAPH.ontology) == {triple("x", "p", "z")}


def test_links_are_read_from_sssom_tables_with_the_line_of_their_row(write):
    columns = "subject_id\tpredicate_id\tobject_id\tmapping_justification\n"
    rows = [
        f"{name}\tskos:exactMatch\twd:{number}\tsemapv:ManualMappingCuration\n"
        for name, number in (("kg:algeria", "Q262"), ("kg:mali", "Q912"))
    ]
    path = write("wikidata.sssom.tsv", columns + "".join(rows), head="")
    dataset = load([path], [])
    link = Triple(
        thing("mali"),
        NamedNode(PREFIXES["skos"] + "exactMatch"),
        NamedNode(PREFIXES["wd"] + "Q912"),
    )
    assert link in dataset.graph(GRAPH.links)
    assert dataset.graphs() == (GRAPH.links,)
    assert str(dataset.locate(link)) == "wikidata.sssom.tsv:3"
    assert str(dataset.locate_node(thing("mali"))) == "wikidata.sssom.tsv:3"


def test_a_folder_gives_its_files_at_every_depth_in_order_and_once(write, tmp_path):
    for name in ("b.ttl", "a/z.nt", "a/y.TTL", "c.sssom.tsv", ".hidden.ttl", ".git/x.ttl", "R.md"):
        write(name, "<http://e.org/a> <http://e.org/b> 1 .")
    documents = read_documents([tmp_path, tmp_path / "b.ttl", tmp_path / "a" / ".." / "b.ttl"])
    names = [document.path.relative_to(tmp_path).as_posix() for document in documents]
    assert names == ["a/y.TTL", "a/z.nt", "b.ttl", "c.sssom.tsv"]


def test_a_file_in_both_roles_is_of_the_ontology(write, tmp_path):
    write("facts.ttl", "kg:a kg:p kg:b .")
    terms = write("terms.ttl", "kg:p kg:p kg:p .")
    dataset = load([tmp_path], [terms])
    assert dataset.graph(GRAPH.asserted) == {triple("a", "p", "b")}
    assert dataset.graph(GRAPH.ontology) == {triple("p", "p", "p")}


def test_what_is_missing_is_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ResourceNotFound, match=r"^no\.ttl: no such file or folder$"):
        load([Path("no.ttl")], [])
    (tmp_path / "empty" / "deep").mkdir(parents=True)
    (tmp_path / "empty" / "R.md").write_text("x")
    with pytest.raises(ResourceNotFound, match=r"^empty: the folder holds no file that kg reads"):
        load([Path("empty")], [])
    with pytest.raises(UnknownName, match=r"^no format for empty/R\.md by its ending"):
        load([Path("empty/R.md")], [])
    (tmp_path / "table.csv").write_text("a,b")
    with pytest.raises(UnknownName, match=r'no reader for "table\.csv"; kg writes csv but'):
        load([Path("table.csv")], [])
    os.mkfifo(tmp_path / "pipe.ttl")
    with pytest.raises(ResourceNotFound, match=r"^pipe\.ttl: not a regular file"):
        load([Path("pipe.ttl")], [])


def test_a_file_that_does_not_parse_is_named_only_when_its_triples_are_asked_for(write):
    dataset = load([write("broken.ttl", "kg:a x:b kg:c .")], [])
    assert len(dataset.digest()) == 64
    with pytest.raises(ParseFailure, match=rf"^broken\.ttl:{HEAD_LINES + 1}:6: the prefix x:"):
        dataset.graphs()


def test_the_digest_follows_role_name_order_and_bytes_and_not_the_folder(write):
    one, other = write("x/one.ttl", "kg:a kg:b 1 ."), write("x/other.ttl", "kg:a kg:b 2 .")
    first = load([one, other], []).digest()
    moved = [write(f"y/{path.name}", path.read_text(), head="") for path in (one, other)]
    assert load(moved, []).digest() == first
    different = [
        load([other, one], []),
        load([one], [other]),
        load([one], []),
        load([one, write("y/renamed.ttl", other.read_text(), head="")], []),
        load([one, write("y/other.ttl", "kg:a kg:b 3 .")], []),
    ]
    assert first not in {dataset.digest() for dataset in different}
    assert len({dataset.digest() for dataset in different}) == len(different)


def test_blank_nodes_of_two_files_are_never_the_same_node(write):
    files = [write(name, "_:x kg:p _:y .") for name in ("one.ttl", "two.ttl")]
    dataset = load(files, [])
    assert len(dataset.graph(GRAPH.asserted)) == 2
    nodes = {node for found in dataset.graph(GRAPH.asserted) for node in (found[0], found[2])}
    assert nodes == {BlankNode(f"d{document}b{n}") for document in (0, 1) for n in (0, 1)}


def test_a_triple_and_a_node_are_found_by_file_and_line(write):
    files = [
        write("one.ttl", "kg:a kg:p kg:b ;\n kg:p kg:c .\n[] kg:p [ kg:q 1 ;\n kg:q 2 ] .\n"),
        write("two/two.ttl", "kg:b\n kg:p kg:c .\n"),
    ]
    dataset = load(files, [])
    assert str(dataset.locate(triple("a", "p", "c"))) == f"one.ttl:{HEAD_LINES + 2}"
    assert str(dataset.locate(triple("b", "p", "c"))) == f"two/two.ttl:{HEAD_LINES + 2}"
    assert str(dataset.locate_node(thing("b"))) == f"two/two.ttl:{HEAD_LINES + 1}"
    assert dataset.locate(triple("c", "p", "c")) is None
    assert dataset.locate_node(thing("c")) is None
    for found in dataset.graph(GRAPH.asserted):
        if isinstance(found.object, Literal):
            line = HEAD_LINES + (3 if found.object.value == "1" else 4)
            assert dataset.locate(found) == Location(files[0], line)


def test_a_label_is_in_english_where_there_is_one(write):
    path = write(
        "one.ttl",
        'kg:a rdfs:label "Mali"@fr, "Mali (en)"@en-GB, "plain" ; skos:prefLabel "pref"@en .\n'
        'kg:b skos:prefLabel "pref"@en ; rdfs:label "plain" .\n'
        'kg:c rdfs:label "bambara"@bm, "arabic"@ar .\nkg:d rdfs:label kg:a .',
    )
    dataset = load([path], [])
    labels = [dataset.label(thing(name)) for name in "abcd"]
    assert labels == ["Mali (en)", "pref", "arabic", None]


def claim(name, value, standing):
    return (
        f"kg:{name} a rel:Claim ; rdf:subject kg:a ; rdf:predicate kg:p ; rdf:object kg:{value} ;"
        f" rel:standing rel:{standing} .\n"
    )


def test_a_triple_that_every_claim_contradicts_is_no_fact(write):
    facts = write("facts.ttl", "kg:a kg:p kg:b, kg:c, kg:d .")
    reference = write("reference.ttl", "kg:a kg:p kg:e .")
    claims = write(
        "claims.ttl",
        claim("c1", "b", "contradicted")
        + claim("c2", "b", "contradicted")
        + claim("c3", "c", "contradicted")
        + claim("c4", "c", "disputed")
        + claim("c5", "d", "stated")
        + claim("c6", "e", "contradicted"),
    )
    dataset = load([facts, reference, claims], [])
    assert dataset.state().accepted == {triple("a", "p", "c"), triple("a", "p", "d")}
    assert dataset.graph(GRAPH.asserted) > dataset.state().accepted


def test_what_is_accepted_is_found_out_once_for_each_dataset(write):
    claims = write("claims.ttl", claim("c1", "b", "disputed"))
    first = load([write("facts.ttl", "kg:a kg:p kg:b , kg:c ."), claims], [])
    second = load([write("more.ttl", "kg:a kg:p kg:b ."), claims], [])

    reported = first.state().accepted

    assert first.state().accepted is reported
    assert second.state().accepted == reported - {triple("a", "p", "c")}
    assert first.state().accepted is reported
    assert first.state("undisputed").accepted == reported - {triple("a", "p", "b")}
    assert first.state().accepted == reported


def test_an_unknown_viewpoint_is_refused(write):
    dataset = load([write("facts.ttl", "kg:a kg:p kg:b .")], [])
    with pytest.raises(UnknownName, match="did you mean reported"):
        _ = dataset.state("reportd").accepted


def test_documents_can_be_put_together_without_files(write):
    documents = read_documents([write("facts.ttl", f"kg:a <{RDFS.label.value}> 'x' .")])
    dataset = Dataset.from_documents(documents, [])
    assert dataset.label(thing("a")) == "x"


def test_every_triple_that_kg_ships_is_found_with_its_line():
    from kg import resources

    dataset = load([resources.data()], resources.ontology())
    missing = [
        str(found)
        for name in dataset.graphs()
        for found in dataset.graph(name)
        if (place := dataset.locate(found)) is None or place.line is None
    ]
    assert missing == []
    assert dataset.notes == ()
