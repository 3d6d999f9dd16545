"""The snapshots of all viewpoints, made from those before a change, are those of the files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store, Triple

from kg.edit import init
from kg.namespaces import DCTERMS, GRAPH, PROV, RDF, RDFS, REL, SKOS, expand
from kg.web import building, editing
from kg.web.settings import Settings


def node(name):
    return NamedNode(expand(f"kg:{name}"))


MALI, MEETINGS, CLAIM = node("mali"), node("meetings-with-rebel-leaders"), node("claim-new")
FACT = Triple(MEETINGS, REL.affectedState, MALI)
CLAIMED = [
    FACT,
    Triple(CLAIM, RDF.type, RDF.Statement),
    Triple(CLAIM, RDF.type, REL.Claim),
    Triple(CLAIM, RDFS.label, Literal("new", language="en")),
    Triple(CLAIM, DCTERMS.identifier, Literal("new")),
    Triple(CLAIM, PROV.wasQuotedFrom, node("passage-s01-69-121")),
    Triple(CLAIM, RDF.subject, FACT.subject),
    Triple(CLAIM, RDF.predicate, FACT.predicate),
    Triple(CLAIM, RDF.object, FACT.object),
    Triple(CLAIM, REL.assertedBy, node("source-article")),
    Triple(CLAIM, REL.standing, REL.stated),
]
DOUBT = [
    Triple(CLAIM, REL.standing, REL.disputed),
    Triple(CLAIM, REL.doubt, Literal("Nobody else says so.", language="en")),
    Triple(CLAIM, REL.evidence, node("source-article")),
]


def contents(edition):
    """What is in each snapshot of an edition, however it was made."""
    paths = {**edition.snapshots, "all": edition.beside}
    return [(slug, held(Path(path))) for slug, path in sorted(paths.items())]


def held(folder):
    stores = [folder / name for name in ("store", "written") if (folder / name).exists()]
    counts = json.loads((folder / "meta.json").read_text())["triples"]
    return folder.name, counts, [set(Store.read_only(str(store))) for store in stores]


def test_changes_lead_to_the_state_that_the_files_make(tmp_path, monkeypatch):
    settings = Settings(data=(init(tmp_path / "mine"),), writable=True)
    before = building.made(settings)

    def change(added, removed=()):
        dataset, origin = editing._opened(settings)
        told = editing._edited(settings, dataset, origin, removed, added)
        path = Path(told["path"])
        path.parent.mkdir(exist_ok=True)
        path.write_text(told["document"])
        return told["edition"]

    change([Triple(MALI, SKOS.altLabel, Literal("Republic of Mali", language="en"))])
    change(CLAIMED)
    # What is disputed counts from fewer viewpoints.
    stated = Quad(CLAIM, REL.standing, REL.stated, GRAPH.claims)
    last = building.Edition.read(change(DOUBT, [stated]))

    monkeypatch.setenv("KG_CACHE", str(tmp_path / "cache"))
    afresh = building.made(settings).edition
    assert last.digest != before.edition.digest
    assert (last.digest, last.graphs) == (afresh.digest, afresh.graphs)
    assert contents(last) == contents(afresh)
    accepted = {
        slug: {quad.triple for quad in stores[0]} for slug, (_, _, stores) in contents(last)
    }
    assert FACT in accepted["reported"]
    assert FACT not in accepted["undisputed"]


@pytest.fixture(autouse=True)
def _let_go():
    yield
    editing._MADE.clear()
