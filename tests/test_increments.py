"""A state that follows from the one before by what changed is the one that the files make anew."""

from __future__ import annotations

import shutil

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, Store, Triple

from kg import build, pipeline, resources, snapshot
from kg.dataset import Document
from kg.dataset.changes import CHANGES, Change
from kg.edit import Origin, revision
from kg.errors import DoesNotConform, Inconsistent, Misuse, WriteFailure
from kg.graph import Graph, load
from kg.namespaces import GRAPH, OWL, RDF, RDFS, REL, XSD, expand, inferred_graph
from kg.snapshot.derived import Difference, derive

MALI, ALGERIA = NamedNode(expand("kg:mali")), NamedNode(expand("kg:algeria"))
NEIGHBOURS, OWN = NamedNode(REL.iri + "neighbours"), GRAPH.asserted
ORIGIN = Origin((resources.data(),), resources.ontology(), gated=False)


@pytest.fixture(scope="module", autouse=True)
def own_cache(tmp_path_factory):
    """Hundreds of snapshots are made, which would push those of other tests out of the cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KG_CACHE", str(tmp_path_factory.mktemp("increments")))
        yield


@pytest.fixture(scope="module")
def shipped():
    return ORIGIN.load()


def after(dataset, added, removed):
    """Return the dataset after one more change, in the graphs that the quads name."""
    number = len(dataset.documents)
    text = Change(list(added), list(removed)).text().encode()
    return dataset.changed(
        Document(resources.data() / f"{number:06}.rdfp", CHANGES, text, "change")
    )


def quads(dataset):
    """Return what a store of the dataset holds when it is made from nothing."""
    store = Store()
    graphs = dataset.state().graphs | {inferred_graph("reported"): pipeline.close(dataset.state())}
    for name, triples in graphs.items():
        store.extend(Quad(t.subject, t.predicate, t.object, name) for t in triples)
    return set(store)


#: What is drawn, the less often what is likely to contradict something.
_KINDS = [*["gone"] * 4, "fact", "fact", "claim", "claim", "same", "same", "kind", "link", "label"]


@st.composite
def changes(draw, dataset):
    """Draw what to add and to remove: facts, kinds, other names, standings of claims, links."""
    facts = sorted(dataset.graph(GRAPH.asserted), key=str)
    things = sorted({one.subject for one in facts}, key=str)
    properties = sorted({t.predicate for t in facts if isinstance(t.object, NamedNode)}, key=str)
    classes = sorted(
        (t.subject for t in dataset.graph(GRAPH.ontology)
         if t.predicate == RDF.type and t.object == OWL.Class and t.subject in REL),
        key=str,
    )  # fmt: skip
    thing, of = st.sampled_from(things), st.sampled_from
    added, removed = set(), set()
    for _ in range(draw(st.integers(1, 3))):
        kind = draw(of(_KINDS))
        if kind == "gone":
            removed.add(_quad(draw(of(facts)), GRAPH.asserted))
        elif kind == "claim":
            old = draw(of(_standings(dataset)))
            removed.add(_quad(old, GRAPH.claims))
            standing = draw(of([REL.contradicted, REL.stated, REL.disputed]))
            added.add(Quad(old.subject, REL.standing, standing, GRAPH.claims))
        elif kind == "link":
            removed.add(_quad(draw(of(sorted(dataset.graph(GRAPH.links), key=str))), GRAPH.links))
        else:
            triple = {
                "fact": (draw(of(properties)), draw(thing)),
                "kind": (RDF.type, draw(of(classes))),
                "same": (OWL.sameAs, NamedNode(f"http://e.org/{draw(of('xy'))}")),
                "label": (RDFS.comment, Literal(draw(st.text("ab", max_size=2)))),
            }[kind]
            added.add(Quad(draw(thing), *triple, GRAPH.asserted))
    present = {quad for quad in added if dataset.holders(quad.triple)}
    return added - present - removed, removed - added


def _standings(dataset):
    claims = dataset.graph(GRAPH.claims)
    return sorted((one for one in claims if one.predicate == REL.standing), key=str)


def _quad(triple, graph):
    return Quad(triple.subject, triple.predicate, triple.object, graph)


@settings(max_examples=5, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_sequence_of_edits_comes_to_what_the_files_make_anew(shipped, data):
    dataset = shipped
    before = build.open_snapshot(dataset.state())
    for _ in range(data.draw(st.integers(1, 3))):
        added, removed = data.draw(changes(dataset))
        if not added | removed:
            continue
        later = after(dataset, added, removed)
        try:
            expected = quads(later)
        except Inconsistent as error:
            expected = (error.clashes, error.places)
        if isinstance(expected, tuple):
            event("inconsistent")
            with pytest.raises(Inconsistent) as refused:
                revision.revised(dataset, later, ORIGIN)
            assert (refused.value.clashes, refused.value.places) == expected
            continue
        followed = revision._followed(before, dataset, later)
        event("followed" if followed else "made anew")
        if followed:
            assert set(followed.after.store) == expected
            old, new = build.written(before), build.written(followed.after)
            assert (followed.follows, followed.ceased) == (new - old, old - new)
        dataset, before = later, revision.revised(dataset, later, ORIGIN).after


@pytest.fixture
def never_anew(monkeypatch):
    """Have the whole closure fail, once the first state is there."""

    def fail(*_, **__):
        pytest.fail("the whole graph was closed")

    _ = load()
    monkeypatch.setattr(pipeline, "derived", fail)


@pytest.mark.usefixtures("never_anew")
def test_an_ordinary_edit_closes_nothing_anew():
    graph = Graph()
    with graph.edit() as edit:
        edit.add('kg:mali skos:altLabel "Republic of Mali"@en . kg:gao skos:altLabel "Gawgaw"@en .')
    with graph.edit() as again:
        again.remove('kg:mali skos:altLabel "Republic of Mali"@en .')

    assert len(edit.changes.added) == 2
    assert len(again.changes.removed) == 1
    assert graph.snapshot.meta()["triples"] != load().snapshot.meta()["triples"]


@pytest.mark.parametrize(
    "text", ['kg:gao rdfs:label "Gao City"@en .', "kg:mali rel:neighbours kg:france ."]
)
def test_what_does_not_conform_any_more_is_told_as_if_all_were_made_anew(text):
    graph = Graph()
    before = graph.snapshot.digest
    with pytest.raises(DoesNotConform) as refused, graph.edit() as edit:
        edit.add(text)
    later = after(graph.dataset, edit._added, ())
    with pytest.raises(DoesNotConform) as anew:
        build.open_snapshot(later.state())

    def told(error):
        return [(one.focus_node, one.path, one.message) for one in error.value.report.results]

    assert told(refused) == told(anew)
    assert graph.snapshot.digest == before


def test_a_graph_seen_from_another_viewpoint_is_changed_as_all_see_it():
    graph = Graph(viewpoint="undisputed")
    with graph.edit() as edit:
        edit.add('kg:mali skos:altLabel "Republic of Mali"@en .')

    assert graph.query('ASK { kg:mali skos:altLabel "Republic of Mali"@en }')
    assert edit.changes.follows == frozenset()
    with pytest.raises(DoesNotConform), graph.edit() as wrong:
        wrong.add("kg:mali rel:neighbours kg:france .")


def test_what_follows_through_a_new_fact_is_told_and_goes_with_it(shipped, monkeypatch):
    before = build.open_snapshot(shipped.state())
    chad = NamedNode("http://e.org/chad")
    fact = Quad(MALI, NEIGHBOURS, chad, GRAPH.asserted)
    later = after(shipped, {fact}, set())
    monkeypatch.setattr(pipeline, "derived", None)

    there = revision._followed(before, shipped, later)
    back = revision._followed(there.after, later, after(later, set(), {fact}))

    assert Triple(chad, NEIGHBOURS, MALI) in there.follows
    assert there.ceased == frozenset()
    assert (back.follows, back.ceased) == (there.ceased, there.follows)
    assert set(back.after.store) == set(before.store)


ANEW = {
    "an axiom": Quad(REL.Event, RDFS.subClassOf, REL.Unit, GRAPH.asserted),
    "an axiom of the ontology": Quad(REL.Unit, RDFS.subClassOf, REL.Source, GRAPH.ontology),
    "a number in another form": Quad(MALI, REL.unit, Literal("01", datatype=XSD.integer), OWN),
    "another name for a class": Quad(REL.Event, OWL.sameAs, MALI, OWN),
    "a claim of what follows": Quad(MALI, NEIGHBOURS, ALGERIA, GRAPH.claims),
}


@pytest.mark.parametrize("quad", ANEW.values(), ids=ANEW)
def test_what_cannot_be_followed_is_made_anew(shipped, quad):
    before = build.open_snapshot(shipped.state())
    later = after(shipped, {quad}, set())

    assert revision._followed(before, shipped, later) is None
    try:
        expected = quads(later)
    except Inconsistent:
        with pytest.raises(Inconsistent):
            revision.revised(shipped, later, ORIGIN)
    else:
        assert set(revision.revised(shipped, later, ORIGIN).after.store) == expected


def test_two_forms_of_a_number_are_told_apart_though_the_store_has_one(shipped):
    decimal, short = (Literal(text, datatype=XSD.decimal) for text in ("1.0", "1"))
    both = after(shipped, {Quad(MALI, REL.unit, one, OWN) for one in (decimal, short)}, set())
    one_less = after(both, set(), {Quad(MALI, REL.unit, short, OWN)})

    found = revision.revised(both, one_less, ORIGIN)

    assert set(found.after.store) == quads(one_less)


# ── The snapshot itself ─────────────────────────────────────────────────────────────────────────

A, B = NamedNode("http://e.org/a"), NamedNode("http://e.org/b")


def small(name="base"):
    triples = {Triple(A, B, Literal(str(number))) for number in range(1000)}
    graphs = {GRAPH.asserted: triples, GRAPH.claims: {Triple(B, B, A)}}
    return snapshot.build(snapshot.digest_of(name), graphs, {"documents": []})


def contents(path):
    return {file.name: file.read_bytes() for file in path.rglob("*") if file.is_file()}


def test_a_derived_snapshot_has_what_differs_and_the_base_stays_as_it_is():
    base = small()
    before, held = contents(base.path), set(base.store)
    added = {Quad(A, A, B, GRAPH.asserted), Quad(A, A, B, GRAPH.links)}
    removed = {Quad(A, B, Literal("7"), GRAPH.asserted), Quad(B, B, A, GRAPH.claims)}

    made = derive(base, snapshot.digest_of("derived"), Difference(added, removed), {"restated": 0})

    assert made.built
    assert set(made.store) == (held - removed) | added
    assert made.meta()["triples"] == {GRAPH.asserted.value: 1000, GRAPH.links.value: 1}
    assert set(made.store.named_graphs()) == {GRAPH.asserted, GRAPH.links}
    assert (contents(base.path), set(base.store)) == (before, held)
    again = snapshot.find(snapshot.digest_of("derived"))
    assert set(again.store) == set(made.store)


def test_a_derived_snapshot_outlives_its_base():
    base = small("short-lived")
    made = derive(
        base, snapshot.digest_of("long-lived"), Difference({Quad(A, A, A, GRAPH.links)}, ()), {}
    )
    path = base.path
    base.close()
    shutil.rmtree(path)

    found = snapshot.find(snapshot.digest_of("long-lived"))
    assert len(set(found.store)) == len(set(made.store)) == 1002


def test_what_is_derived_from_what_was_derived_is_whole():
    made = small("first")
    for number in range(4):
        difference = Difference({Quad(A, A, Literal(str(number)), GRAPH.links)}, ())
        made = derive(made, snapshot.digest_of(str(number)), difference, {})

    assert len(made.store) == 1005
    assert not [file for file in contents(made.path) if "LOG" in file]


@pytest.mark.parametrize(
    ("added", "removed"),
    [
        ({Quad(A, B, Literal("7"), GRAPH.asserted)}, set()),
        (set(), {Quad(A, A, A, GRAPH.asserted)}),
    ],
)
def test_another_base_than_the_one_meant_is_refused(added, removed):
    with pytest.raises(Misuse, match="in the snapshot to begin with"):
        derive(small(), snapshot.digest_of("refused"), Difference(added, removed), {})

    assert snapshot.find(snapshot.digest_of("refused")) is None
    assert not list(snapshot.folder().glob("*.tmp"))


def test_what_cannot_be_copied_is_told_and_leaves_nothing(monkeypatch):
    base = small()
    monkeypatch.setattr(snapshot, "_inventory", _full)
    with pytest.raises(WriteFailure, match="No space left"):
        derive(base, snapshot.digest_of("full"), Difference({Quad(A, A, A, GRAPH.links)}, ()), {})

    assert not list(snapshot.folder().glob("*.tmp"))


def _full(*_):
    raise OSError(28, "No space left on device")
