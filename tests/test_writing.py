"""What is given as text is in the store as if it had been given as triples."""

from __future__ import annotations

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Store, Triple, serialize

from kg.errors import Misuse
from kg.namespaces import GRAPH
from kg.snapshot import build, digest_of, folder, writing
from kg.snapshot.writing import Lines

A, B = NamedNode("http://e.org/a"), NamedNode("http://e.org/b")
TRIPLES = frozenset(Triple(A, B, Literal(f'"\n{number}é')) for number in range(200))
ABOUT_BLANK = frozenset(Triple(BlankNode(f"x{n}"), B, BlankNode(f"x{n + 1}")) for n in range(100))


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("KG_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def small_pieces(monkeypatch):
    monkeypatch.setattr(writing, "_PIECE", 2000)
    monkeypatch.setattr(writing, "_TRIPLES", 60)


def text_of(triples):
    return serialize(triples, format=RdfFormat.N_TRIPLES)


def in_graph(store, name):
    return {quad.triple for quad in store.quads_for_pattern(None, None, None, name)}


def as_quads(triples, name):
    return text_of(triples).replace(b" .\n", b" " + str(name).encode() + b" .\n")


@pytest.mark.usefixtures("small_pieces")
def test_triples_lines_and_files_are_written_alike(tmp_path):
    file = tmp_path / "closure.nt"
    file.write_bytes(text_of(TRIPLES))
    quads = Lines(as_quads(TRIPLES, GRAPH.reference), RdfFormat.N_QUADS)
    graphs = {
        GRAPH.asserted: TRIPLES,
        GRAPH.links: Lines(text_of(TRIPLES)),
        GRAPH.claims: Lines(file),
        GRAPH.reference: quads,
    }
    made = build(digest_of("lines"), graphs, {})
    assert {name.value: 200 for name in graphs} == made.meta()["triples"]
    assert all(in_graph(made.store, name) == TRIPLES for name in graphs)
    assert len(made.store) == 800


@pytest.mark.usefixtures("small_pieces")
@pytest.mark.parametrize("kind", ["triples", "lines", "quads"])
def test_a_blank_node_stays_the_same_in_all_pieces_and_graphs(tmp_path, kind):
    given = {
        "triples": ABOUT_BLANK,
        "lines": Lines(text_of(ABOUT_BLANK)),
        "quads": Lines(as_quads(ABOUT_BLANK, GRAPH.ontology), RdfFormat.N_QUADS),
    }[kind]
    asserted = {Triple(BlankNode("x1"), B, A)}
    writing.write_store(tmp_path / "store", {GRAPH.ontology: given, GRAPH.asserted: asserted})
    store = Store.read_only(str(tmp_path / "store"))
    assert in_graph(store, GRAPH.ontology) == ABOUT_BLANK
    assert in_graph(store, GRAPH.asserted) == asserted


@pytest.mark.parametrize(
    ("stray", "wording"),
    [(as_quads(TRIPLES, GRAPH.claims), "graph/claims>"), (text_of(TRIPLES), "the default graph")],
)
def test_lines_of_another_graph_are_refused_and_nothing_is_left(stray, wording):
    with pytest.raises(Misuse, match=wording):
        build(digest_of("stray"), {GRAPH.links: Lines(stray, RdfFormat.N_QUADS)}, {})
    assert list(folder().iterdir()) == []


@pytest.mark.usefixtures("small_pieces")
def test_text_that_is_cut_short_is_refused_and_nothing_is_left():
    with pytest.raises(SyntaxError):
        build(digest_of("cut"), {GRAPH.links: Lines(text_of(TRIPLES)[:-9])}, {})
    assert list(folder().iterdir()) == []
