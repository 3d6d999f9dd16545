"""Each graph of a file is whole, whatever the others say, and a merge of graphs is a set."""

# ruff: noqa: E501 - each case of a table is one row

from __future__ import annotations

import json

import pytest
import rdflib
import rdflib.compare
from pyoxigraph import NamedNode, RdfFormat, parse

from kg.namespaces import GRAPH

E = "http://example.org/"
DAYS = """@prefix ex: <http://example.org/> .
ex:a ex:saw ex:b . ex:a ex:saw ex:d .
ex:monday { ex:a ex:saw ex:b . }
ex:tuesday { ex:a ex:saw ex:b . ex:a ex:saw ex:c . }
ex:wednesday { ex:a ex:saw ex:b , ex:c . }
"""
#: Subject, property, object, graph, without what they all begin with.
QUADS = {
    ("b", "asserted"),
    ("d", "asserted"),
    ("b", "monday"),
    ("b", "tuesday"),
    ("c", "tuesday"),
    ("b", "wednesday"),
    ("c", "wednesday"),
}


@pytest.fixture(scope="module")
def days(tmp_path_factory):
    folder = tmp_path_factory.mktemp("days")
    (folder / "days.trig").write_text(DAYS)
    (folder / "terms.ttl").write_text("<urn:t> a <http://www.w3.org/2002/07/owl#Ontology> .")
    return folder


@pytest.fixture
def ask(cli, days):
    def run(*args):
        where = ("--data", days / "days.trig", "--ontology", days / "terms.ttl")
        answer = cli(*args, *where)
        assert answer.code == 0, answer.err
        return answer.out

    return run


def short(node):
    return str(node).strip("<>").replace(E, "").replace(GRAPH.iri, "")


@pytest.mark.parametrize("kind", ["nq", "trig"])
def test_every_quad_is_exported(ask, kind):
    text = ask("export", "--format", kind)
    form = {"nq": RdfFormat.N_QUADS, "trig": RdfFormat.TRIG}[kind]
    found = {(short(q.object), short(q.graph_name)) for q in parse(text, form)}
    assert {pair for pair in found if pair[1] != "ontology"} == QUADS


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph:DeprecationWarning")
def test_json_ld_keeps_the_graphs_of_files(ask):
    text = ask("export", "--format", "jsonld")
    theirs = rdflib.Dataset()
    theirs.parse(data=text, format="json-ld")
    found = {
        (short(o), short(g) if str(g).startswith(E) else "asserted")
        for s, p, o, g in theirs.quads()
        if str(s).startswith(E)
    }
    assert found == QUADS


def test_a_plain_query_gives_a_triple_once(ask):
    rows = ask("query", "--format", "csv", f"SELECT ?o {{ <{E}a> <{E}saw> ?o }} ORDER BY ?o")
    assert rows.split() == ["o", f"{E}b", f"{E}c", f"{E}d"]
    count = ask("query", "--format", "csv", f"SELECT (COUNT(*) AS ?n) {{ ?s <{E}saw> ?o }}")
    assert count.split() == ["n", "3"]


def test_graph_reaches_all_that_a_graph_holds(ask):
    text = f"SELECT ?o ?g {{ GRAPH ?g {{ ?s <{E}saw> ?o }} }}"
    rows = ask("query", "--format", "csv", text).split()[1:]
    pairs = [tuple(map(short, row.split(","))) for row in rows]
    assert sorted(pairs) == sorted(QUADS)
    one = f"SELECT ?o {{ GRAPH <{E}monday> {{ ?s ?p ?o }} }}"
    assert ask("query", "--format", "csv", one).split() == ["o", f"{E}b"]
    both = f"SELECT ?o {{ ?s <{E}saw> ?o GRAPH <{E}wednesday> {{ ?s ?p ?o }} }} ORDER BY ?o"
    assert ask("query", "--format", "csv", both).split() == ["o", f"{E}b", f"{E}c"]
    asked = "SELECT ?o FROM ex:wednesday { ?s ?p ?o } ORDER BY ?o"
    asked = f"PREFIX ex: <{E}> {asked}"
    assert ask("query", "--format", "csv", asked).split() == ["o", f"{E}b", f"{E}c"]


def test_several_graphs_named_as_one_are_a_set(ask, days):
    days_of = "FROM ex:monday FROM ex:tuesday FROM ex:wednesday"
    asked = f"PREFIX ex: <{E}> SELECT (COUNT(*) AS ?n) {days_of} {{ ?s ?p ?o }}"
    assert ask("query", "--format", "csv", asked).split() == ["n", "2"]

    from kg.web.settings import Limits
    from kg.web.workers.held import Held
    from kg.web.writing.served_file import made

    held = Held(made(days / "days.trig").edition, Limits())
    named = [E + name for name in ("monday", "tuesday")]
    text = "SELECT ?o { ?s ?p ?o }"
    assert len(held.query(text, default_graphs=named).rows) == 2
    both = "SELECT ?o { ?s ?p ?o GRAPH ?g { ?s ?p ?o } }"
    found = held.query(both, default_graphs=named, named_graphs=[E + "wednesday"])
    assert len(found.rows) == 2
    held.close()


def test_every_quad_is_counted(ask):
    counts = json.loads(ask("stats", "--format", "json"))["triples"]
    assert {short(name): n for name, n in counts.items()} == {
        "asserted": 2,
        "monday": 1,
        "tuesday": 2,
        "wednesday": 2,
        "ontology": 1,
        "all": 4,
    }


def test_rdflib_and_the_endpoint_have_every_graph_whole(days):
    from kg.graph import load
    from kg.web.building import made
    from kg.web.resources.data import named_graph
    from kg.web.settings import Limits, Settings
    from kg.web.workers.held import Held

    graph = load(days / "days.trig", days / "terms.ttl")
    dataset = graph.to_rdflib()
    for name, size in {"monday": 1, "tuesday": 2, "wednesday": 2}.items():
        assert len(dataset.graph(rdflib.URIRef(E + name))) == size
    asked = dataset.query(f"SELECT ?o {{ ?s <{E}saw> ?o }}")
    assert len(asked) == 3

    settings = Settings(data=(days / "days.trig",), ontology=(days / "terms.ttl",))
    built = made(settings)
    held = Held(built.edition, Limits())
    for name, size in {"monday": 1, "tuesday": 2, "wednesday": 2}.items():
        answer = named_graph(held, graph=E + name, format="nt")
        assert answer.body.count(b"\n") == size
    assert named_graph(held, format="nt").body.count(b"saw") == 3
    assert len(held.query(f"SELECT ?o {{ ?s <{E}saw> ?o }}").rows) == 3
    assert len(held.query(f"SELECT ?g {{ GRAPH ?g {{ ?s <{E}saw> ?o }} }}").rows) == len(QUADS)
    held.close()


def test_what_is_removed_from_one_graph_stays_in_the_others(tmp_path):
    from kg.graph import Graph

    (tmp_path / "days.trig").write_text(DAYS)
    (tmp_path / "terms.ttl").write_text("<urn:t> a <http://www.w3.org/2002/07/owl#Ontology> .")
    graph = Graph(tmp_path / "days.trig", tmp_path / "terms.ttl")
    with graph.edit() as edit:
        edit.remove(f"<{E}tuesday> {{ <{E}a> <{E}saw> <{E}b> }}")
        edit.add(f"<{E}monday> {{ <{E}a> <{E}saw> <{E}c> }}")
    sizes = {
        name: len(graph.dataset.graph(NamedNode(E + name)))
        for name in ("monday", "tuesday", "wednesday")
    }
    assert sizes == {"monday": 2, "tuesday": 1, "wednesday": 2}


# Graphs that blank nodes name, and what else is said of these.
BLANK = {
    "trig": "_:s <http://e.org/says> _:g . _:g { _:v <http://e.org/p> 'x' . _:v <http://e.org/q> _:s }",
    "two.trig": "_:s <http://e.org/says> _:g , _:h . _:g { _:s <http://e.org/p> 'x' } _:h { _:s <http://e.org/p> 'x' }",
    "list.trig": "[] <http://e.org/says> _:g . _:g { <http://e.org/a> <http://e.org/l> ( 1 [ <http://e.org/p> _:g ] ) }",
    "nq": "<http://e.org/s> <http://e.org/says> _:g .\n<http://e.org/a> <http://e.org/p> _:b _:g .\n",
    "jsonld": json.dumps(
        {
            "@context": {"says": {"@id": "http://e.org/says", "@container": "@graph"}},
            "@id": "http://e.org/s",
            "says": [{"@id": "http://e.org/a", "http://e.org/p": [1, {"@id": "_:z"}]}],
            "http://e.org/q": {"@id": "_:z"},
        }
    ),
}  # fmt: skip


def canonical(text, form):
    from pyoxigraph import CanonicalizationAlgorithm, Dataset, DefaultGraph, Quad

    own = {GRAPH.asserted, DefaultGraph()}
    dataset = Dataset(
        Quad(q.subject, q.predicate, q.object, DefaultGraph() if q.graph_name in own else q.graph_name)
        for q in parse(text, form)
        if q.graph_name != GRAPH.ontology and "urn:t" not in str(q.subject)
    )  # fmt: skip
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return sorted(map(str, dataset))


@pytest.mark.parametrize("out", ["nq", "trig", "jsonld"])
@pytest.mark.parametrize(("name", "text"), BLANK.items(), ids=BLANK)
def test_a_blank_node_that_names_a_graph_is_the_same_node(cli, tmp_path, name, text, out):
    forms = {"nq": RdfFormat.N_QUADS, "trig": RdfFormat.TRIG, "jsonld": RdfFormat.JSON_LD}
    (tmp_path / f"a.{name}").write_text(text)
    (tmp_path / "t.ttl").write_text("<urn:t> a <http://www.w3.org/2002/07/owl#Ontology> .")
    where = ("--data", tmp_path / f"a.{name}", "--ontology", tmp_path / "t.ttl")
    answer = cli("export", *where, "--format", out)
    assert answer.code == 0, answer.err
    assert canonical(answer.out, forms[out]) == canonical(text, forms[name.split(".")[-1]])


def test_a_graph_named_by_a_blank_node_is_so_in_rdflib(tmp_path):
    from kg.graph import load

    (tmp_path / "a.trig").write_text(BLANK["trig"])
    dataset = load(tmp_path / "a.trig", ()).to_rdflib()
    [name] = dataset.objects(None, rdflib.URIRef("http://e.org/says"))
    assert len(dataset.graph(name)) == 2
