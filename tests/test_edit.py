"""An edit changes all that it says, or nothing: in memory, on disk, whoever else edits or dies."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from kg import build, resources
from kg.edit import init, working
from kg.errors import DoesNotConform, Inconsistent, Misuse, ParseFailure, WriteFailure
from kg.graph import Graph, load
from kg.namespaces import GRAPH, OWL, RDFS, REL, SKOS, XSD, expand

E = "http://e.org/"
A, B, C, KNOWS, MEETS = (NamedNode(E + name) for name in ("a", "b", "c", "knows", "meets"))
ONTOLOGY = """
@prefix : <http://e.org/> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
:knows a owl:SymmetricProperty, owl:ObjectProperty ; rdfs:label "knows"@en .
:meets rdfs:subPropertyOf :knows .
:Person owl:disjointWith :Place .
"""
DATA = """
@prefix : <http://e.org/> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
:a :meets :b ; rdfs:label "Ann" . :b rdfs:label "Bob" . :a a :Person .
"""
NUMBER = NamedNode(E + "number")
MALI, ALGERIA = NamedNode(expand("kg:mali")), NamedNode(expand("kg:algeria"))
NAMED = Triple(MALI, SKOS.altLabel, Literal("Republic of Mali", language="en"))


@pytest.fixture
def folder(tmp_path):
    """A small graph in a folder, with an ontology beside it."""
    (tmp_path / "ontology.ttl").write_text(ONTOLOGY)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "data.ttl").write_text(DATA)
    return tmp_path / "mine"


@pytest.fixture
def small(folder):
    return Graph(folder, folder.parent / "ontology.ttl")


def again(graph):
    """Make the graph afresh from the files as they are now."""
    return Graph(*(list(paths) for paths in graph._sources[:2]))


def files(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def state(graph):
    return graph.serialize("nq"), graph.snapshot.digest


def test_a_what_if_changes_the_graph_in_memory_and_no_file(small, folder):
    before = files(folder)
    with small.edit() as edit:
        edit.add([Triple(B, MEETS, C)])

    assert small.query("ASK { <http://e.org/c> <http://e.org/knows> <http://e.org/b> }")
    assert files(folder) == before
    assert not again(small).query("ASK { <http://e.org/c> ?p ?o }")
    assert edit.changes.follows == {Triple(B, KNOWS, C), Triple(C, KNOWS, B)}
    assert not edit.changes.ceased


def test_a_saved_edit_is_one_document_and_the_files_alone_make_the_same_graph(small, folder):
    before = files(folder)
    with small.edit(save=True) as edit:
        edit.add([Triple(B, MEETS, C)])
        edit.remove([Triple(A, MEETS, B)])

    written = files(folder)
    assert set(written) - set(before) == {"changes/000001.rdfp"}
    assert all(written[name] == content for name, content in before.items())
    assert state(again(small)) == state(small)
    assert edit.changes.ceased == {Triple(A, KNOWS, B), Triple(B, KNOWS, A)}
    assert edit.changes.path == folder / "changes" / "000001.rdfp"
    assert str(small.dataset.locate(Triple(B, MEETS, C))).endswith("changes/000001.rdfp:3")


def test_an_edit_is_followed_though_the_ontology_counts_and_compares_values(
    small, folder, monkeypatch
):
    counting = """[] a owl:Restriction ; owl:onProperty :knows ; owl:onClass :Person ;
    owl:maxQualifiedCardinality "1"^^<http://www.w3.org/2001/XMLSchema#nonNegativeInteger> .
    :number a owl:InverseFunctionalProperty ."""
    (folder.parent / "ontology.ttl").write_text(ONTOLOGY + counting)
    _ = small.snapshot
    with monkeypatch.context() as patched:
        patched.setattr(build, "_make", None)
        with small.edit(save=True) as edit:
            edit.add([Triple(B, MEETS, C), Triple(C, RDFS.label, Literal("Cy", language="en"))])
            day = Literal("2024-02-29", datatype=XSD.date)
            edit.add([Triple(C, NUMBER, day), Triple(C, NUMBER, Literal("seven"))])

    assert edit.changes.follows == {Triple(B, KNOWS, C), Triple(C, KNOWS, B)}
    assert state(again(small)) == state(small)


def test_a_literal_that_says_in_other_words_what_another_one_does_is_compared(small, folder):
    axiom = ":number a owl:InverseFunctionalProperty ."
    (folder.parent / "ontology.ttl").write_text(ONTOLOGY + axiom)
    with small.edit(save=True) as edit:
        edit.add([Triple(B, NUMBER, Literal("seven"))])
    with small.edit(save=True) as edit:
        edit.add([Triple(C, NUMBER, Literal("seven", datatype=XSD.token))])

    assert Triple(B, OWL.sameAs, C) in small.infer()
    assert state(again(small)) == state(small)


def test_edits_follow_each_other(small):
    for number in range(3):
        with small.edit(save=True) as edit:
            edit.add([Triple(A, MEETS, NamedNode(f"{E}{number}"))])
    with small.edit(save=True) as edit:
        edit.remove([Triple(A, MEETS, NamedNode(E + "1"))])

    assert edit.changes.path.name == "000004.rdfp"
    assert state(again(small)) == state(small)
    assert len(small.query(f"SELECT ?who {{ <{E}a> <{E}meets> ?who }}")) == 3


def test_an_error_in_the_block_changes_nothing(small, folder):
    before, on_disk = state(small), files(folder)
    with pytest.raises(KeyError), small.edit(save=True) as edit:  # noqa: PT012 - the block is it
        edit.add([Triple(B, MEETS, C)])
        raise KeyError

    assert (state(small), files(folder)) == (before, on_disk)
    with pytest.raises(Misuse, match="before the block"):
        _ = edit.changes


def test_a_contradiction_changes_nothing_and_is_told_with_the_line_given(small, folder, tmp_path):
    before, on_disk = state(small), files(folder)
    (tmp_path / "wrong.ttl").write_text(f"\n<{E}a> a <{E}Place> .")
    with pytest.raises(Inconsistent) as refused, small.edit(save=True) as edit:
        edit.add(tmp_path / "wrong.ttl")

    assert "data.ttl:3" in str(refused.value)
    assert (state(small), files(folder)) == (before, on_disk)


def test_a_graph_that_contradicts_itself_can_be_repaired(small, folder):
    wrong = Triple(A, NamedNode(str(RDFS.label.value)), Literal("Ann"))
    (folder / "more.ttl").write_text(f"<{E}a> a <{E}Place> .")
    broken = again(small)
    with pytest.raises(Inconsistent):
        _ = broken.snapshot
    with pytest.raises(Inconsistent), broken.edit() as edit:
        edit.remove([wrong])
    with broken.edit(save=True) as edit:
        edit.remove(f"<{E}a> a <{E}Place> .")

    assert edit.changes.follows is None
    assert "cannot be told" in str(edit.changes)
    assert again(small).snapshot.digest == broken.snapshot.digest


def test_a_triple_that_is_there_is_noted_and_not_written_again(small, folder):
    before = small.snapshot.digest
    with small.edit(save=True) as edit:
        edit.add([Triple(A, MEETS, B)])

    assert edit.changes.present == (Triple(A, MEETS, B),)
    assert not edit.changes
    assert not (folder / "changes").exists()
    assert small.snapshot.digest == before


def test_within_a_block_the_last_word_counts(small):
    new = Triple(B, MEETS, C)
    with small.edit() as edit:
        edit.add([new])
        edit.remove([new])
        edit.remove([Triple(A, MEETS, B)])
        edit.add([Triple(A, MEETS, B)])

    assert not edit.changes


def test_what_is_said_of_a_claim_goes_to_the_claims(graph):
    what_if = Graph()
    claim = next(iter(graph.dataset.graph(GRAPH.claims))).subject
    with what_if.edit() as edit:
        edit.add([Triple(claim, RDFS.comment, Literal("a remark", language="en"))])

    assert [quad.graph_name for quad in edit.changes.added] == [GRAPH.claims]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"\n<{E}a> <{E}meets> <{E}c> .", "<text>:2: not there to be removed: .*; did you mean"),
        (f"<{E}a> <{E}knows> <{E}b> .", "<text>:1: not there to be removed"),
        (f"<{E}a> <{E}meets> [] .", "<text>:1: a blank node has no name to be removed by"),
        (f"<{E}meets> rdfs:subPropertyOf <{E}knows> .", "is in the ontology.*ontology.ttl:5"),
    ],
)  # fmt: skip
def test_a_removal_that_cannot_be_is_refused_by_its_line(small, text, said):
    before = state(small)
    with pytest.raises(Misuse, match=said), small.edit() as edit:
        edit.remove(text)

    assert state(small) == before


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("kg:a kg:b\n kg:c", "^<text>:2"),
        ("kg:a foo:b kg:c", r"^<text>:1:6: the prefix foo: has not been declared"),
        ("", "no triples"),
    ],
)
def test_a_text_that_does_not_parse_is_told_by_line_and_column(small, text, said):
    with pytest.raises(ParseFailure, match=said), small.edit() as edit:
        edit.add(text)


def test_a_blank_node_of_the_graph_is_not_taken_for_another(folder):
    (folder / "data.ttl").write_text(f"<{E}a> <{E}meets> [ <{E}knows> <{E}b> ] .")
    graph = Graph(folder, ())
    node = next(t.object for t in graph.asserted() if isinstance(t.object, BlankNode))
    with pytest.raises(Misuse, match="is a blank node of the graph"), graph.edit() as edit:
        edit.add([Triple(node, KNOWS, C)])
    with graph.edit() as edit:
        edit.add([Triple(BlankNode("mine"), KNOWS, C), Quad(BlankNode("mine"), KNOWS, A)])

    assert len({quad.subject for quad in edit.changes.added}) == 1


def test_changes_of_others_come_before_ones_own(small):
    other = again(small)
    _ = small.snapshot
    with other.edit(save=True) as edit:
        edit.add([Triple(B, MEETS, C)])
    with small.edit(save=True) as edit:
        edit.add([Triple(C, MEETS, A)])

    assert edit.changes.path.name == "000002.rdfp"
    assert {Triple(B, MEETS, C), Triple(C, MEETS, A)} <= small.asserted()
    assert state(again(small)) == state(small)


def test_a_what_if_is_not_saved_by_the_way(small, folder):
    with small.edit() as edit:
        edit.add([Triple(B, MEETS, C)])
    with pytest.raises(Misuse, match="not saved"), small.edit(save=True) as edit:
        edit.add([Triple(C, MEETS, A)])

    assert not (folder / "changes").exists()


def test_the_graph_that_kg_ships_and_files_are_not_changed(folder):
    for graph in (Graph(), Graph(resources.data()), Graph(folder / "data.ttl", ())):
        with pytest.raises(Misuse, match="kg init DIR"), graph.edit(save=True) as edit:
            edit.add([NAMED])
    with pytest.raises(Misuse, match="several"), Graph([folder, folder], ()).edit(save=True):
        pass


def test_a_new_folder_is_begun_with_the_graph_that_kg_ships(tmp_path, graph):
    folder = init(tmp_path / "new" / "mine")

    assert load(folder).snapshot.digest == graph.snapshot.digest
    with pytest.raises(Misuse, match="is not empty"):
        init(folder)
    with pytest.raises(Misuse, match="is a file"):
        init(folder / "relations.ttl")
    (tmp_path / "empty").mkdir()
    assert init(tmp_path / "empty") == tmp_path / "empty"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty", "new"]


def test_of_those_who_begin_a_folder_at_once_one_does_and_the_others_are_told(tmp_path, graph):
    def begin(_):
        try:
            return init(tmp_path / "mine")
        except (Misuse, WriteFailure) as error:
            return error

    with ThreadPoolExecutor(4) as crowd:
        done = list(crowd.map(begin, range(4)))

    assert [each for each in done if not isinstance(each, Exception)] == [tmp_path / "mine"]
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
    assert load(tmp_path / "mine").snapshot.digest == graph.snapshot.digest


@pytest.fixture(scope="module")
def mine(tmp_path_factory):
    """A copy of the graph that kg ships; the tests that change it say how far it came."""
    return init(tmp_path_factory.mktemp("shipped") / "mine")


def test_a_fact_without_its_claim_is_refused_by_its_line(mine, tmp_path):
    (tmp_path / "fact.ttl").write_text(
        f"\n<{MALI.value}> <{REL.iri}neighbours> <{expand('kg:france')}> ."
    )
    graph, before = load(mine), files(mine)
    with pytest.raises(DoesNotConform) as refused, graph.edit(save=True) as edit:
        edit.add(tmp_path / "fact.ttl")

    said = str(refused.value)
    assert "fact.ttl:2: Violation: Mali (kg:mali): fact without a claim" in said
    assert said.endswith("; nothing was changed")
    assert files(mine) == before
    assert graph.check().conforms


def test_every_command_sees_the_changed_state(cli, tmp_path):
    (tmp_path / "name.nt").write_text(f"{NAMED} .\n")
    begun = init(tmp_path / "begun")

    told = cli("add", tmp_path / "name.nt", "--data", begun, "--format", "json")

    assert told.code == 0
    whole = json.loads(told.out)
    assert [row["text"] for row in whole["added"]] == ["Mali — skos:altLabel — Republic of Mali"]
    assert whole["written_to"].endswith("changes/000001.rdfp")
    assert (whole["newly_follows"], whole["no_longer_follows"]) == ([], [])
    assert "Republic of Mali" in cli("export", "--data", begun, "--format", "nt").out
    assert "Republic of Mali" in cli("diff", resources.data(), begun).out
    assert cli("check", "--data", begun).code == 0
    assert cli("validate", begun).code == 0
    shown = json.loads(cli("stats", "--data", begun, "--format", "json").out)
    shipped = json.loads(cli("stats", "--format", "json").out)
    assert shown["triples"]["asserted"] == shipped["triples"]["asserted"] + 1
    assert cli("remove", tmp_path / "name.nt", "--data", begun).code == 0
    assert cli("diff", resources.data(), begun).code == 0


def test_a_dry_run_tells_and_changes_nothing(cli, mine, tmp_path):
    (tmp_path / "name.nt").write_text(f"{NAMED} .\n")
    before = files(mine)

    told = cli("add", "--dry-run", tmp_path / "name.nt", "--data", mine)

    assert told.code == 0
    assert told.out.startswith("added: 1 fact\nremoved: nothing\nnewly follows: nothing\n")
    assert told.out.endswith("nothing was written: a dry run\n")
    assert files(mine) == before


def test_what_is_refused_exits_with_one_and_the_report(cli, mine, tmp_path):
    (tmp_path / "event.ttl").write_text(f"<{MALI.value}> a <{REL.iri}Event> .")
    (tmp_path / "claim.ttl").write_text(f"<{MALI.value}> <{REL.iri}neighbours> <{ALGERIA.value}> .")
    before = files(mine)

    clash = cli("add", tmp_path / "event.ttl", "--data", mine)
    assert (clash.code, clash.err) == (1, "kg: nothing was changed\n")
    assert "is a State and an event" in clash.out
    drift = cli("add", tmp_path / "claim.ttl", "--data", mine, "--format", "json")
    assert drift.code == 1
    assert json.loads(drift.out)["results"][0]["line"] == 1
    clash = cli("add", tmp_path / "event.ttl", "--data", mine, "--format", "json")
    assert json.loads(clash.out)["clashes"][0]["place"].endswith("relations.ttl:360")
    assert files(mine) == before


def test_misuse_exits_with_two_and_one_line(cli, mine, tmp_path):
    (tmp_path / "name.nt").write_text(f"{NAMED} .\n")
    (tmp_path / "bad.ttl").write_text("kg:a\n kg:b")
    for words in (
        ["add", tmp_path / "name.nt"],
        ["add", "--data", mine],
        ["add", tmp_path / "bad.ttl", "--data", mine],
        ["add", tmp_path / "none.ttl", "--data", mine],
        ["add", tmp_path / "name.nt", "--data", tmp_path / "none"],
        ["remove", tmp_path / "name.nt", "--data", mine],
        ["init", mine],
    ):
        assert cli(*words).code == 2
    assert "bad.ttl:1" in cli("add", tmp_path / "bad.ttl", "--data", mine).err


# ── Other processes ─────────────────────────────────────────────────────────────────────────────

PRELUDE = """
import os, resource, sys, time
from pathlib import Path
from pyoxigraph import NamedNode, Triple
from kg import edit
from kg.edit import working
from kg.errors import KgError
from kg.graph import Graph

folder = Path(sys.argv[1])
graph = Graph(folder, folder.parent / "ontology.ttl")
def node(name):
    return NamedNode("http://e.org/" + name)
def add(name, save=True):
    with graph.edit(save=save) as one:
        one.add([Triple(node("a"), node("meets"), node(name))])
    return one.changes
"""


def start(folder, code):
    return subprocess.Popen(
        [sys.executable, "-c", PRELUDE + code, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def met(folder):
    graph = Graph(folder, folder.parent / "ontology.ttl")
    return {triple.object.value for triple in graph.asserted() if triple.predicate == MEETS}


unix = pytest.mark.skipif(sys.platform == "win32", reason="uses flock, signals and rlimits")


@unix
def test_edits_at_once_come_one_after_the_other_and_none_is_lost(folder):
    code = 'print("ready", flush=True); sys.stdin.readline(); add(str(os.getpid()))'
    editors = [start(folder, code) for _ in range(4)]
    for editor in editors:
        assert editor.stdout.readline() == "ready\n"
    for editor in editors:
        editor.stdin.write("go\n")
        editor.stdin.flush()
    for editor in editors:
        editor.communicate()
        assert editor.returncode == 0

    assert met(folder) == {B.value, *(f"{E}{editor.pid}" for editor in editors)}
    names = sorted(path.name for path in (folder / "changes").iterdir())
    assert names == [f"{number:06}.rdfp" for number in range(1, 5)]


@unix
def test_who_waits_too_long_is_told_and_changes_nothing(small, folder, monkeypatch):
    monkeypatch.setattr(working, "PATIENCE", 0.1)
    with (
        working.alone(folder),
        pytest.raises(WriteFailure, match="another kg is changing it"),
        small.edit(save=True) as edit,
    ):
        edit.add([Triple(B, MEETS, C)])

    assert not (folder / "changes").exists()


#: Where an edit is killed, and whether the change is there afterwards.
STAGES = {
    "edit.revised": False,
    "edit.write_change": False,
    "working.os.fsync": False,
    "working.os.link": False,
    "working.sync_one": True,
    "graph._adopt": True,
}


@unix
@pytest.mark.parametrize("stage", STAGES)
def test_an_edit_that_is_killed_leaves_the_old_state_or_the_new(small, folder, stage):
    stop = f"""
_ = graph.snapshot
add("c", save=False)
graph = Graph(folder, folder.parent / "ontology.ttl")
def stop(*args):
    print("here", flush=True)
    time.sleep(600)
{stage} = stop
add("c")
"""
    before = files(folder)
    with start(folder, stop) as editor:
        assert editor.stdout.readline() == "here\n"
        editor.send_signal(signal.SIGKILL)

    assert met(folder) == ({B.value, C.value} if STAGES[stage] else {B.value})
    assert files(folder).items() >= before.items()
    with small.edit(save=True) as edit:
        edit.add([Triple(A, MEETS, NamedNode(E + "d"))])
    assert state(again(small)) == state(small)
    assert all(path.suffix == ".rdfp" for path in (folder / "changes").iterdir())


@unix
@pytest.mark.parametrize("built", [True, False])
def test_a_full_disk_is_told_and_leaves_the_old_state(folder, built):
    before = files(folder)
    code = f"""
_ = graph.snapshot
if {built}:
    add("c", save=False)
    graph = Graph(folder, folder.parent / "ontology.ttl")
digest = graph.snapshot.digest
resource.setrlimit(resource.RLIMIT_FSIZE, (20, 20))
try:
    add("c")
except KgError as error:
    print(type(error).__name__, graph.snapshot.digest == digest)
"""
    with start(folder, code) as editor:
        assert editor.communicate()[0] == "WriteFailure True\n"
    assert files(folder) == before
    assert not (folder / "changes").exists()


def test_a_place_that_cannot_be_written_to_is_told(small, folder):
    (folder / "changes").write_text("a file where the folder would be")
    before = state(small), files(folder)
    with pytest.raises(WriteFailure, match="changes"), small.edit(save=True) as edit:
        edit.add([Triple(B, MEETS, C)])

    assert (state(small), files(folder)) == before
