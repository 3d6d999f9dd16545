"""What is found of shapes is kept on disk, and is the same when it is read again."""

from __future__ import annotations

import pytest
from pyoxigraph import RdfFormat, parse

from kg import pipeline, resources
from kg.errors import Misuse
from kg.snapshot import folder
from kg.validation import analysis
from kg.validation.analysis import Analysis, analyse
from kg.validation.shapes import ShapesGraph

HEAD = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix : <http://e.org/> .
"""
SHAPES = {
    "kg's own": None,
    "closed, so that they look at every property": ":s a sh:NodeShape ; sh:targetClass :C ; "
    "sh:closed true ; sh:ignoredProperties () .",
    "left to pyshacl": ":s a sh:NodeShape ; sh:targetClass :C ; sh:sparql "
    '[ sh:select "SELECT $this { { SELECT $this { $this <urn:p> ?x } } }" ] .',
    "with paths and a value that is ordered": ":s a sh:NodeShape ; sh:targetSubjectsOf :p ; "
    "sh:property [ sh:path ( [ sh:inversePath :p ] [ sh:zeroOrMorePath :q ] ) ; "
    'sh:class :D ] ; sh:sparql [ sh:message "m" ; sh:select '
    '"SELECT $this { $this <urn:a> ?x ; <urn:b> ?y FILTER(?x < ?y) }" ] .',
}


@pytest.fixture
def graph(tmp_path):
    """Shapes as they are read from a file, which gives their blank nodes the same labels again."""

    def read(name):
        if SHAPES[name] is None:
            return ShapesGraph(pipeline.shape_triples(resources.shapes()))
        file = tmp_path / "shapes.ttl"
        file.write_text(HEAD + SHAPES[name])
        return ShapesGraph(pipeline.shape_triples([file]))

    return read


@pytest.fixture
def kept(tmp_path, monkeypatch):
    monkeypatch.setenv("KG_CACHE", str(tmp_path / "cache"))
    return folder().parent / "shapes"


@pytest.mark.parametrize("name", SHAPES)
def test_what_is_read_again_is_what_was_found(name, graph, kept, monkeypatch):
    found = analyse(graph(name))
    assert found == analysis._found(graph(name))
    assert len(list(kept.iterdir())) == 1

    monkeypatch.setattr(analysis, "_found", None)
    assert analyse(graph(name)) == found


def test_shapes_are_told_apart_and_what_is_damaged_is_found_again(graph, kept):
    for name in SHAPES:
        analyse(graph(name))
    assert len(list(kept.iterdir())) == len(SHAPES)
    assert analyse(graph("left to pyshacl")).only_pyshacl

    for path in kept.iterdir():
        path.write_bytes(path.read_bytes()[:-1])
    for name in SHAPES:
        assert analyse(graph(name)) == analysis._found(graph(name))


def test_shapes_that_cannot_be_used_are_refused_again(kept):
    for _ in range(2):
        triples = parse(HEAD + ":s a sh:NodeShape ; sh:minCuont 1 .", RdfFormat.TURTLE)
        with pytest.raises(Misuse, match="sh:minCuont is no term of SHACL"):
            analyse(ShapesGraph(quad.triple for quad in triples))
    assert not kept.exists()


def test_where_nothing_can_be_kept_shapes_are_judged_all_the_same(graph, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("KG_CACHE", str(tmp_path / "file"))

    assert isinstance(analyse(graph("kg's own")), Analysis)
