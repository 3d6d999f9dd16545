"""The Python interface: the same words as the command line, for notebooks and programs."""

from __future__ import annotations

import ast
import inspect
import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
import rdflib
from pyoxigraph import Literal, NamedNode, Triple

import kg
import kg.edit
import kg.imports.missions
import kg.wikidata.check
import kg.wikidata.differences
import kg.wikidata.pull
import kg.wikidata.quickstatements
import kg.wikidata.suggest
from kg import build, resources, wikidata
from kg.cli import COMMANDS
from kg.cli.link import link
from kg.dataset import Dataset
from kg.errors import DoesNotConform, Misuse, NotEntailed, UnknownName
from kg.namespaces import GRAPH, PREFIXES, RDF, REL

MALI = NamedNode(PREFIXES["kg"] + "mali")


def test_all_public_names_are_listed_and_sorted():
    public = [
        name
        for name, value in vars(kg).items()
        if not name.startswith("_") and not inspect.ismodule(value) and name != "annotations"
    ]

    assert kg.__all__ == sorted(public)


def test_each_command_is_a_method_of_the_same_name():
    # `fmt` rewrites files, which a graph that is read does not; `add` and `remove` are two ways
    # of `edit`, `init` makes the folder of a graph, and `serve` is for those who are not in Python.
    # What `link` and `import` do are functions of their parts, on the links of a graph or a file.
    for name in COMMANDS.keys() - {"fmt", "init", "add", "remove", "serve", "link", "import"}:
        assert callable(getattr(kg.Graph, name))
    for name in ("add", "remove"):
        assert callable(getattr(kg.edit.Edit, name))
    assert callable(kg.edit.init)
    assert callable(kg.imports.missions.import_missions)
    does = {
        "check": wikidata.check.check_links,
        "suggest": wikidata.suggest.suggest,
        "pull": wikidata.pull.pull,
        "diff": wikidata.differences.differences,
        "quickstatements": wikidata.quickstatements.written,
    }
    assert does.keys() == link.commands.keys()
    assert all(map(callable, does.values()))


def test_loading_twice_opens_the_same_snapshot(graph):
    again = kg.load()

    assert not again.snapshot.built
    assert again.snapshot.digest == graph.snapshot.digest


def test_graphs_of_a_snapshot_are_disjoint(graph):
    triples = [quad.triple for quad in graph.store]

    assert len(set(triples)) == len(triples)


def test_contradicted_claims_state_no_fact(graph):
    contradicted = graph.query(
        "SELECT ?s ?p ?o { ?c rel:standing rel:contradicted ;"
        " rdf:subject ?s ; rdf:predicate ?p ; rdf:object ?o }"
    )

    assert len(contradicted) > 0
    for row in contradicted:
        assert not list(graph.store.quads_for_pattern(row.s, row.p, row.o))


def test_bindings_are_terms_names_or_plain_values(graph):
    question = "SELECT ?state ?label { ?state rdfs:label ?label }"

    for value in (MALI, "Mali", "kg:mali", "Q912"):
        assert [row.label.value for row in graph.query(question, state=value)] == ["Mali"]


def test_plain_values_are_bound_with_their_datatype(graph):
    def bound(value):
        return graph.query("SELECT ?x { VALUES ?x { UNDEF } }", x=value)[0].x

    assert bound(3) == Literal(3)
    assert bound(date(2023, 12, 22)).datatype.value.endswith("#date")
    assert bound(Literal("Mali")) == Literal("Mali")


def test_run_takes_the_same_values_as_the_command_line(graph):
    written = graph.run("tension-raising-events", since="2025")
    dated = graph.run("tension-raising-events", since=date(2025, 1, 1))

    assert len(written) > 0
    assert list(written) == list(dated)


def test_run_of_an_unknown_query_names_the_close_ones(graph):
    with pytest.raises(UnknownName) as failure:
        graph.run("mission")

    assert "missions" in failure.value.matches


def test_show_holds_every_triple_that_the_thing_stands_in(graph):
    shown = graph.show(MALI)

    store = graph.store
    expected = {quad.triple for quad in store.quads_for_pattern(MALI, None, None)}
    expected |= {
        quad.triple
        for quad in store.quads_for_pattern(None, None, MALI)
        if quad.predicate not in (RDF.subject, RDF.predicate, RDF.object)
    }
    assert set(shown.triples) == expected
    assert [one.triple for one in shown.facts if one.claims]


def test_show_of_a_value_is_refused(graph):
    with pytest.raises(Misuse, match="only things can be shown"):
        graph.show('"Mali"')


def test_every_tension_raising_event_is_explained_by_claims_with_passages_or_sources(graph):
    events = graph.query("SELECT ?event { ?event a rel:TensionRaisingEvent }")

    assert len(events) >= 3
    for row in events:
        told = graph.explain(row.event, "a", REL.TensionRaisingEvent)
        claims = [claim for premise in told.premises for claim in premise.claims]
        assert told.steps
        assert claims
        assert all(claim.passages or claim.sources for claim in claims)


def test_every_inferred_triple_has_a_proof_from_what_is_asserted(graph):
    inferred = GRAPH["inferred/reported"]
    found = [quad.triple for quad in graph.store.quads_for_pattern(None, None, None, inferred)]
    chosen = sorted(found, key=str)[:: max(1, len(found) // 25)]

    given = {quad.triple for quad in graph.store if quad.graph_name != inferred}
    for triple in chosen:
        derivation = graph.explain(*triple).derivation
        assert derivation.conclusion == triple
        assert set(derivation.leaves()) <= given


def test_explaining_what_does_not_hold_is_refused(graph):
    with pytest.raises(NotEntailed):
        graph.explain("Algeria", "rel:neighbours", "France")


def test_export_writes_what_parses_back_to_the_same_graph(graph, tmp_path):
    graph.export(tmp_path / "facts.nq")
    graph.export(tmp_path / "facts.ttl", graph="asserted")

    back = kg.Graph(tmp_path / "facts.ttl", ())
    given = {
        quad.triple for quad in graph.store.quads_for_pattern(None, None, None, GRAPH.asserted)
    }
    assert set(back.asserted()) == given
    assert not kg.Graph(tmp_path / "facts.nq", ()).diff(graph)


def test_rdflib_holds_the_same_triples(graph):
    dataset = graph.to_rdflib()

    assert isinstance(dataset, rdflib.Dataset)
    assert len(dataset) == len(graph.store)
    ask = "ASK { kg:mali rel:neighbours kg:algeria }"
    assert dataset.query(ask).askAnswer


def test_a_graph_can_be_checked_without_being_asked(tmp_path):
    facts = kg.Graph().serialize("ttl", "asserted").decode()
    (tmp_path / "relations.ttl").write_text(facts, "utf-8")
    (tmp_path / "claims.ttl").write_text(
        f"<{PREFIXES['kg']}claim-x> a <{REL.Claim.value}> .\n", "utf-8"
    )
    graph = kg.Graph(tmp_path)

    assert not graph.check().conforms
    with pytest.raises(DoesNotConform) as failure:
        _ = graph.snapshot
    assert not failure.value.report.conforms


def test_named_graphs_of_the_users_own_are_facts(tmp_path):
    ex = "http://example.org/"
    (tmp_path / "facts.nq").write_text(f"<{ex}a> <{ex}p> <{ex}b> <{ex}g> .\n", "utf-8")
    (tmp_path / "meaning.nt").write_text(
        f"<{ex}p> <{RDF.type.value}> <{PREFIXES['owl']}SymmetricProperty> .\n", "utf-8"
    )
    graph = kg.Graph(tmp_path / "facts.nq", tmp_path / "meaning.nt")

    a, p, b = (NamedNode(ex + name) for name in "apb")
    assert Triple(b, p, a) in graph.infer()
    assert graph.query(f"ASK {{ GRAPH <{ex}g> {{ <{ex}a> <{ex}p> <{ex}b> }} }}")


def test_notebooks_show_graphs_things_and_explanations(graph):
    assert "<table>" in graph._repr_html_()
    assert graph.show("Mali")._repr_html_().startswith("<pre>Mali")
    assert "&lt;" not in graph.explain("Algeria", "rel:neighbours", "Mali").proof


@pytest.mark.parametrize("ending", ["ttl", "nt", "nq", "trig", "rdf", "jsonld"])
def test_an_export_of_everything_can_be_asked_like_the_graph_itself(ending, graph, tmp_path):
    path = tmp_path / f"all.{ending}"
    graph.export(path)

    again = kg.load(path)

    events = {row.event for row in graph.run("tension-raising-events")}
    assert {row.event for row in again.run("tension-raising-events")} == events


def test_a_folder_with_claims_is_held_to_its_citations(tmp_path):
    folder = shutil.copytree(resources.data(), tmp_path / "data")
    path = folder / "relations.ttl"
    text = path.read_text("utf-8")
    path.write_text(text.replace("rel:neighbours kg:mali", "rel:neighbours kg:mali , kg:france"))

    with pytest.raises(DoesNotConform, match="fact without a claim"):
        kg.load(folder)


def test_a_snapshot_of_other_code_is_not_taken_for_this_one(tmp_path):
    package = shutil.copytree(Path(kg.__file__).parent, tmp_path / "kg")
    shutil.copytree(resources.data(), package / "resources" / "data", dirs_exist_ok=True)
    code = (
        "from kg import build; from kg.dataset import Dataset;"
        "print(build.digest(Dataset([]).state()))"
    )

    def digest():
        environment = os.environ | {"PYTHONPATH": str(tmp_path)}
        command = [sys.executable, "-c", code]
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, check=True
        ).stdout

    def changed(name):
        with (package / "reasoning" / name).open("r+") as file:
            file.seek(0, os.SEEK_END)
            file.write("# another rule\n")

    before = digest()
    assert before == build.digest(Dataset([]).state()) + "\n"

    changed("in_words.py")
    assert digest() == before
    changed("rules.py")
    assert digest() != before


def test_what_names_a_snapshot_needs_none_of_the_code_that_does_not_but_to_tell():
    """A contradiction is told by its proof, and an ontology refused in words: nothing else is."""
    package = Path(kg.__file__).parent
    apart = {
        ".".join(path.relative_to(package.parent).with_suffix("").parts).removesuffix(".__init__")
        for path in set((package / "reasoning").rglob("*.py")) - set(build.made_by())
    }
    using = set()
    for path in build.made_by():
        nodes = ast.walk(ast.parse(path.read_text("utf-8")))
        named = {node.module for node in nodes if isinstance(node, ast.ImportFrom)}
        if apart & named:
            using.add(path.relative_to(package).as_posix())

    assert len(apart) == 7
    assert using == {
        "caveats.py",
        "reasoning/__init__.py",
        "reasoning/clashes.py",
        "reasoning/increment/__init__.py",
    }
