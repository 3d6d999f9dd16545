"""The snapshots of all viewpoints, made from those before a change, are those of the files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, Triple

from kg import build
from kg.edit import init
from kg.edit.working import write_change
from kg.namespaces import DCTERMS, GRAPH, PROV, RDF, RDFS, REL, SKOS, expand
from kg.web import building
from kg.web.edition import Edition
from kg.web.settings import Limits, Settings
from kg.web.workers.held import Held
from kg.web.writing import served_folder


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
    return folder.name, counts, [lines(Store.read_only(str(store))) for store in stores]


def lines(store):
    return set(store.dump(format=RdfFormat.N_QUADS).splitlines())


@pytest.mark.usefixtures("long_lane")
def test_changes_lead_to_the_state_that_the_files_make(tmp_path, monkeypatch):
    settings = Settings(data=(init(tmp_path / "mine"),), writable=True)
    before = building.made(settings)
    folder = served_folder.Folder(settings, before.edition)
    holding = Held(before.edition, Limits())
    holding.warm()

    def change(added, removed=()):
        nonlocal holding
        told = folder.changed(removed, added)
        write_change(Path(told["path"]), told["document"].encode())
        edition = Edition.read(told["edition"])
        assert "undisputed" in edition.pending
        earlier, holding = holding, Held(edition, Limits())
        holding.take_over(earlier)
        place = Path(edition.snapshots["reported"])
        in_memory = holding._copies[str(place)], holding._written_copies[str(place)].store
        assert held(place)[2] == [*map(lines, in_memory)]
        return edition

    change([Triple(MALI, SKOS.altLabel, Literal("Republic of Mali", language="en"))])
    change(CLAIMED)
    # What is disputed counts from fewer viewpoints.
    stated = Quad(CLAIM, REL.standing, REL.stated, GRAPH.claims)
    part = change(DOUBT, [stated])
    monkeypatch.setattr(build, "_make", None)
    last = folder.whole()
    assert last.snapshots["reported"] == part.snapshots["reported"]
    monkeypatch.undo()

    monkeypatch.setenv("KG_CACHE", str(tmp_path / "cache"))
    afresh = building.made(settings).edition
    assert last.digest != before.edition.digest
    assert (last.digest, last.graphs) == (afresh.digest, afresh.graphs)
    assert contents(last) == contents(afresh)
    accepted = {slug: b"\n".join(stores[0]) for slug, (_, _, stores) in contents(last)}
    assert str(FACT).encode() in accepted["reported"]
    assert str(FACT).encode() not in accepted["undisputed"]
