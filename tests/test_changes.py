"""What a folder says is what its files say, and then each document of changes in turn."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Triple

from kg.dataset import load
from kg.dataset.changes import Change, read
from kg.errors import ParseFailure
from kg.namespaces import GRAPH, RDF, REL

A, B, C = (NamedNode(f"http://e.org/{name}") for name in "abc")
GRAPHS = [DefaultGraph(), GRAPH.asserted, GRAPH.claims, NamedNode("http://e.org/graph")]
HEAD = "@prefix : <http://e.org/> .\n"


def rows(*lines):
    return "\n".join(("TX .", *lines, "TC .", ""))


def row(kind, *terms, graph=None):
    return f"{kind} {' '.join(map(str, terms))} {'' if graph is None else graph} ."


@pytest.fixture
def folder(tmp_path):
    """A folder of one file and no changes."""
    (tmp_path / "data.ttl").write_text(HEAD + ":a :b :c .\n:a :b 1.0 .\n:b a :C .\n")
    (tmp_path / "changes").mkdir()
    return tmp_path


def change(folder, number, *lines):
    path = folder / "changes" / f"{number:06}.rdfp"
    path.write_text(rows(*lines))
    return path


def said(folder):
    return load([folder], []).graph(GRAPH.asserted)


def refusal(folder):
    with pytest.raises(ParseFailure) as refused:
        said(folder)
    return str(refused.value)


def test_a_change_adds_and_deletes_in_the_order_of_the_numbers(folder):
    change(folder, 2, row("D", A, B, Literal("new")), row("A", A, B, Literal("newer")))
    change(folder, 1, row("D", A, B, C), row("A", A, B, Literal("new")))

    found = said(folder)

    assert Triple(A, B, Literal("newer")) in found
    assert not {Triple(A, B, C), Triple(A, B, Literal("new"))} & found
    assert len(found) == 3


def test_what_one_change_deletes_goes_before_what_it_adds_comes(folder):
    change(folder, 1, row("A", A, B, C), row("D", A, B, C))

    assert Triple(A, B, C) in said(folder)


def test_an_added_triple_goes_to_the_graph_it_names_or_else_where_a_file_would_put_it(folder):
    claim = NamedNode("http://e.org/claim")
    change(folder, 1, row("A", A, B, B, graph=GRAPH.links), row("A", claim, RDF.type, REL.Claim))

    dataset = load([folder], [])

    assert dataset.graph(GRAPH.links) == {Triple(A, B, B)}
    assert dataset.graph(GRAPH.claims) == {Triple(claim, RDF.type, REL.Claim)}


def test_a_triple_is_deleted_from_the_graph_named_or_else_from_every_graph(folder):
    (folder / "more.trig").write_text(HEAD + ":g { :a :b :c . :b :b :b }")
    change(folder, 1, row("D", A, B, C, graph="<http://e.org/g>"))
    assert Triple(A, B, C) in said(folder)

    change(folder, 1, row("D", A, B, C))
    dataset = load([folder], [])

    assert not any(Triple(A, B, C) in dataset.graph(name) for name in dataset.graphs())
    assert dataset.graph(NamedNode("http://e.org/g")) == {Triple(B, B, B)}


def test_a_literal_is_deleted_in_the_form_that_it_is_written_in(folder):
    decimal = "<http://www.w3.org/2001/XMLSchema#decimal>"
    change(folder, 1, row("D", A, B, f'"1"^^{decimal}'))
    assert "not there to be deleted" in refusal(folder)

    change(folder, 1, row("D", A, B, f'"1.0"^^{decimal}'))
    assert len(said(folder)) == 2


def test_places_are_those_of_what_still_stands(folder):
    added = change(folder, 1, row("D", A, B, C), row("A", A, B, A), row("D", B, RDF.type, C))
    (folder / "data.ttl").write_text(HEAD + ":a :b :c .\n:b a :c .\n:c :c :c .")
    again = change(folder, 2, row("A", A, B, C), row("A", B, C, C))

    dataset = load([folder], [])

    assert str(dataset.locate(Triple(A, B, A))).endswith(f"{added.name}:3")
    assert str(dataset.locate(Triple(A, B, C))).endswith(f"{again.name}:2")
    assert dataset.locate(Triple(B, RDF.type, C)) is None
    assert str(dataset.locate_node(B)).endswith(f"{again.name}:3")
    assert str(dataset.locate_node(C)).endswith("data.ttl:4")


def test_the_blank_nodes_of_a_change_are_its_own_and_leave_the_numbers_of_others(folder, tmp_path):
    (folder / "data.ttl").write_text(HEAD + ":a :b [ :c 1 ] .")
    ontology = tmp_path / "terms.ttl"
    ontology.write_text(HEAD + ":C :b [ :c 2 ] .")
    before = load([folder / "data.ttl"], [ontology])
    change(folder, 1, row("A", A, B, "_:b0"), row("A", "_:b0", C, Literal("3")))
    after = load([folder], [ontology])

    assert before.graph(GRAPH.asserted) < after.graph(GRAPH.asserted)
    assert before.graph(GRAPH.ontology) == after.graph(GRAPH.ontology)
    nodes = {t.object for t in after.graph(GRAPH.asserted) if isinstance(t.object, BlankNode)}
    assert len(nodes) == 2


def test_a_change_makes_another_digest(folder):
    before = load([folder], []).digest()
    change(folder, 1, row("A", A, B, A))

    assert load([folder], []).digest() != before


def test_what_is_inferred_is_not_taken_from_a_change(folder):
    change(folder, 1, row("A", A, B, A, graph="<https://w3id.org/relations-kg/graph/inferred/x>"))

    dataset = load([folder], [])

    assert len(dataset.graph(GRAPH.asserted)) == 3
    assert "000001.rdfp: 1 inferred triples were left out" in dataset.notes[0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (rows(row("D", A, B, B)), "; did you mean <http://e.org/a> <http://e.org/b> "),
        (rows(row("D", C, C, C)), "000001.rdfp:2: not there to be deleted: "),
        (rows("", "# why", row("D", A, B, "_:x")), "000001.rdfp:4: a blank node has no name"),
        (rows(row("A", A, B, "<not an iri>")), "000001.rdfp:2:"),
        (rows(row("A", A, B)), "000001.rdfp:2:"),
        (rows("PA x <http://e.org/> ."), "000001.rdfp:2: a row begins with A, D, TX or TC"),
        (rows(row("A", A, B, C), "TC .", "TX .", row("A", A, B, A)), "000001.rdfp:3: one document"),
        (rows(row("A", A, B, C))[:-5], "000001.rdfp:2: does not end with TC .: is it cut off?"),
        (row("A", A, B, C), "000001.rdfp:1: does not begin with TX ."),
        (rows(), "000001.rdfp: changes nothing: remove the file"),
        ("", "000001.rdfp: is empty"),
        ("TX .\n<<<<<<< HEAD\nA\n=======\n>>>>>>> x\nTC .\n", "000001.rdfp:2: unresolved merge"),
    ],
)  # fmt: skip
def test_a_broken_change_is_refused_by_its_line(folder, text, message):
    (folder / "changes" / "000001.rdfp").write_text(text)

    assert message in refusal(folder)


iris = st.sampled_from([A, B, C])
texts = st.text(st.characters(codec="utf-8"), max_size=8)
literals = (
    texts.map(Literal)
    | st.integers().map(Literal)
    | texts.map(lambda text: Literal(text, language="en"))
)
quads = st.builds(Quad, iris, iris, iris | literals, st.sampled_from(GRAPHS))
added_quads = quads | st.builds(
    Quad, st.sampled_from([BlankNode("x"), BlankNode("y")]), iris, iris, st.just(GRAPH.asserted)
)


@given(st.lists(added_quads, unique=True), st.lists(quads, unique=True))
def test_a_change_is_read_back_as_it_was_written(added, removed):
    if not added + removed:
        return
    text = Change(added, removed).text()

    found = read("x.rdfp", text.encode(), "b")

    assert set(found.removed) == set(removed)
    named = [quad for quad in added if isinstance(quad.subject, NamedNode)]
    assert {q for q in found.added if isinstance(q.subject, NamedNode)} == set(named)
    assert len(found.added) == len(added)
    assert Change(named[::-1], removed[::-1]).text() == Change(named, removed).text()
