"""Formats are found by name and by a file's ending, and nothing else is taken for one."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Triple, parse, serialize

from kg.errors import UnknownName
from kg.formats import FORMATS, by_name, by_path


def test_the_names_are_those_that_the_commands_take():
    assert list(FORMATS) == ["ttl", "nt", "nq", "trig", "rdfxml", "jsonld", "graphml", "csv"]
    assert [name for name, kind in FORMATS.items() if not kind.readable] == ["graphml", "csv"]


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_is_found_by_its_name_and_by_each_ending(name):
    assert by_name(name).name == name
    for suffix in FORMATS[name].suffixes:
        assert by_path(f"folder.csv/some{suffix}").name == name
        assert by_path(Path("SOME" + suffix.upper())).name == name


def test_no_two_formats_share_an_ending():
    suffixes = [suffix for kind in FORMATS.values() for suffix in kind.suffixes]
    assert len(suffixes) == len(set(suffixes))


@pytest.mark.parametrize("name", [name for name, kind in FORMATS.items() if kind.readable])
def test_what_is_readable_is_written_and_read_as_the_same_triple(name):
    kind = by_name(name)
    triple = Triple(NamedNode("http://e.org/a"), NamedNode("http://e.org/b"), Literal("c"))
    content = serialize([triple], format=kind.rdf)
    assert [quad.triple for quad in parse(content, format=kind.rdf)] == [triple]
    assert kind.media_type == kind.rdf.media_type
    assert kind.keeps_graphs == kind.rdf.supports_datasets


def test_an_unknown_name_gets_close_matches_or_the_list():
    with pytest.raises(UnknownName, match=r'^no format "turtl"; did you mean ttl\?$'):
        by_name("turtl")
    with pytest.raises(UnknownName, match="one of ttl, nt, nq, trig, rdfxml, jsonld, graphml, csv"):
        by_name("quux")


@pytest.mark.parametrize("path", ["notes.txt", "notes", "data.gz", "data.txt.gz", ".ttl"])
def test_an_unknown_ending_is_refused_with_the_name_of_the_file(path):
    with pytest.raises(UnknownName, match=f"^no format for {path} by its ending"):
        by_path(path)
