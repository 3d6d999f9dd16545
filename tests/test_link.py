"""``kg link``: links checked, found, filled, compared and given back, against the stand-in."""

from __future__ import annotations

import csv
import io
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse

import kg
import quickstatements
import small
from kg.namespaces import PREFIXES
from test_recipes import copied
from wikibase import Fault, standing_in
from wikibase_items import (
    coordinate,
    entities,
    entity,
    item,
    quantity,
    statement,
    string,
    time,
)

ROOT = Path(__file__).parent.parent
IDS = ROOT / "data" / "wikidata-ids.tsv"
TABLE = ROOT / "data" / "wikidata.sssom.tsv"
KG = PREFIXES["kg"]


def table_of(path: Path) -> list[dict[str, str]]:
    lines = path.read_text("utf-8").splitlines()
    rows = [line for line in lines if not line.startswith("#")]
    return list(csv.DictReader(rows, delimiter="\t"))


@pytest.fixture
def documents():
    rows = csv.DictReader(
        IDS.read_text("utf-8").splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE
    )
    return entities({row["id"]: row["label"] for row in rows})


@pytest.fixture
def site(documents):
    with standing_in(documents) as running:
        yield running


@pytest.fixture
def against(site, tmp_path, monkeypatch):
    """Return the words of ``kg link`` against the stand-in."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("KG_CONTACT", "mailto:tests@example.org")

    def all_of(*words):
        where = ["--api", site.site.api, "--query-service", site.site.sparql]
        age = [] if "--max-age" in words or "--offline" in words else ["--max-age", "0"]
        return ["link", *words, *where, *age]

    return all_of


@pytest.fixture
def link(against, cli):
    """Run ``kg link`` against the stand-in."""

    def run(*told, answers=""):
        command = against(*told)
        answer = cli(*command, stdin=answers.encode())
        return subprocess.CompletedProcess(command, answer.code, answer.out, answer.err)

    return run


def found_by(done: subprocess.CompletedProcess[str]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(done.stdout)))


def said_of(node: str) -> list[dict[str, str]]:
    return [row for row in table_of(TABLE) if row["subject_id"] == node]


# kg link check


def test_all_links_are_right(link):
    done = link("check", "--format", "csv")

    assert done.returncode == 0, done.stdout
    assert [row for row in found_by(done) if row["verdict"] == "wrong"] == []
    linked = [row for row in table_of(TABLE) if row["object_id"].startswith("wd:")]
    assert done.stderr == f"{len(linked)} of {len(linked)} links are right\n"


def test_every_link_is_asked_about(link, site):
    link("check")

    linked = {row["object_id"][3:] for row in table_of(TABLE) if row["object_id"][:3] == "wd:"}
    assert linked <= set(site.ids_asked())


def deleted(site):
    del site.entities["Q3561"]


def redirected(site):
    site.redirects["Q3561"] = "Q999999101"
    site.entities["Q999999101"] = site.entities.pop("Q3561") | {"id": "Q999999101"}


def renamed(site):
    site.entities["Q3561"]["labels"] = {"en": {"language": "en", "value": "Blida"}}


def of_another_class(site):
    site.entities["Q3561"]["claims"]["P31"] = [statement("Q3561", "P31", entity("Q41710"))]


def elsewhere(site):
    site.entities["Q3561"]["claims"]["P625"] = [
        statement("Q3561", "P625", coordinate(36.776, -103.059))
    ]


def of_another_code(site):
    site.entities["Q262"]["claims"]["P297"] = [statement("Q262", "P297", string("AG"))]


def term_deleted(site):
    del site.entities["Q3917681"]


def term_renamed(site):
    site.entities["Q3917681"]["labels"] = {"en": {"language": "en", "value": "cheese"}}


def property_deleted(site):
    del site.entities["P137"]


@pytest.mark.parametrize(
    ("seed", "thing", "fault", "message"),
    [
        (deleted, "kg:algiers", "missing", "Q3561 does not exist, or was deleted"),
        (redirected, "kg:algiers", "redirect", 'Q3561 redirects to Q999999101, "Algiers"'),
        (renamed, "kg:algiers", "label", 'is called "Blida", and "Algiers" is not among its names'),
        (of_another_class, "kg:algiers", "class", "is of Q41710, which is no Q515"),
        (elsewhere, "kg:algiers", "place", "km from where we have it"),
        (of_another_code, "kg:algeria", "code", "has P297 AG, we have DZ"),
        (term_deleted, "rel:Embassy", "missing", "Q3917681 does not exist, or was deleted"),
        (term_renamed, "rel:Embassy", "label", 'is called "cheese", not "embassy"'),
        (property_deleted, "rel:sendingState", "missing", "P137 does not exist, or was deleted"),
    ],
    ids=lambda one: getattr(one, "__name__", None),
)
def test_each_fault_is_found_and_nothing_written(  # noqa: PLR0913, PLR0917 - a fault and its row
    link, site, seed, thing, fault, message
):
    before = {path: path.read_bytes() for path in (TABLE, IDS)}
    seed(site)

    done = link("check", "--format", "csv")

    wrong = [row for row in found_by(done) if row["verdict"] == "wrong"]
    assert done.returncode == 1
    assert (thing, fault) in [(row["thing"], row["fault"]) for row in wrong]
    [row] = [row for row in wrong if (row["thing"], row["fault"]) == (thing, fault)]
    assert message in row["message"]
    assert {path: path.read_bytes() for path in before} == before


def test_a_redirect_comes_with_its_fix(link, site):
    redirected(site)

    [row] = [row for row in found_by(link("check", "--format", "csv")) if row["fix"]]

    line = next(
        number
        for number, text in enumerate(TABLE.read_text("utf-8").splitlines(), 1)
        if text.startswith("kg:algiers\t")
    )
    assert row["fix"] == f"write wd:Q999999101 for wd:Q3561 in data/wikidata.sssom.tsv:{line}"


def test_a_class_above_counts(link, site):
    site.entities["Q999999102"] = item("Q999999102", "harbour city", within=("Q999999103",))
    site.entities["Q999999103"] = item("Q999999103", "kind of city", within=("Q515",))
    site.entities["Q3561"]["claims"]["P31"] = [statement("Q3561", "P31", entity("Q999999102"))]

    assert link("check").returncode == 0


def test_classes_in_a_circle_end(link, site):
    site.entities["Q999999102"] = item("Q999999102", "a", within=("Q999999103",))
    site.entities["Q999999103"] = item("Q999999103", "b", within=("Q999999102",))
    site.entities["Q3561"]["claims"]["P31"] = [statement("Q3561", "P31", entity("Q999999102"))]

    done = link("check", "--format", "csv")

    assert [
        (row["thing"], row["fault"]) for row in found_by(done) if row["verdict"] == "wrong"
    ] == [("kg:algiers", "class")]


def test_a_deprecated_statement_does_not_count(link, site):
    old = statement("Q262", "P297", string("AG"), "deprecated")
    site.entities["Q262"]["claims"]["P297"].append(old)

    assert link("check").returncode == 0


def test_a_site_that_fails_is_no_verdict(link, site, tmp_path):
    site.faults.extend(Fault(404, b"gone", {}) for _ in range(9))

    done = link("check", "-o", str(tmp_path / "found.csv"))

    assert done.returncode == 2
    assert done.stderr == f"kg: {site.site.api}: answers 404 (gone)\n"
    assert not (tmp_path / "found.csv").exists()


def test_what_was_read_serves_again_without_the_site(link, site):
    assert link("check", "--max-age", "24").returncode == 0
    asked = len(site.asked)

    done = link("check", "--offline")

    assert done.returncode == 0
    assert len(site.asked) == asked


# kg check, without a network


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    return copied(tmp_path, monkeypatch)


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("wikidata.sssom.tsv", "rel:Embassy\tembassy\t.*\n", "", "has no link to Wikidata"),
        ("wikidata.sssom.tsv", "rel:actor\tactor\t.*\n", "", "has no link to Wikidata"),
        ("wikidata-ids.tsv", "P530\t.*\n", "", "P530 is not among the verified ids"),
        (
            "wikidata.sssom.tsv",
            "(kg:gao\t.*)exactMatch",
            r"\1broadMatch",
            "write skos:exactMatch or",
        ),
    ],
)
def test_a_term_without_its_row_or_its_evidence_is_told(checkout, file, old, new, told):
    path = checkout / "data" / file
    text = path.read_text("utf-8")
    changed = re.sub(f"(?m)^{old}", new, text)
    assert changed != text
    path.write_text(changed, "utf-8")

    report = kg.Graph().check()

    assert not report.conforms
    [line, *_] = [str(one) for one in report.results if told in str(one)]
    assert ":" in line


# kg link suggest


@pytest.fixture
def candidates(site):
    """Items that are not linked: one that fits, one of the same name elsewhere, one of others."""
    site.entities["Q999999201"] = item(
        "Q999999201",
        "Embassy of Mali, Algiers",
        "Embassy of Mali in Algiers",
        kinds=("Q3917681",),
        P137=entity("Q912"),
        P17=entity("Q262"),
        P131=entity("Q3561"),
    )
    site.entities["Q999999202"] = item(
        "Q999999202",
        "Embassy of Mali in Algiers",
        kinds=("Q41710",),
        P17=entity("Q142"),
    )
    site.entities["Q999999203"] = item("Q999999203", "Embassy of Mali in Algiers, Iowa, and more")
    site.entities["Q999999204"] = item(
        "Q999999204",
        "Tuareg rebellion of 2012",
        kinds=("Q124734",),
        P585=time("+2012-00-00T00:00:00Z", 9),
    )
    return site


@pytest.mark.usefixtures("candidates")
def test_candidates_come_with_reasons_the_best_first(link):
    done = link("suggest", "kg:embassy-of-mali-in-algiers", "--format", "csv")

    assert done.returncode == 0
    rows = found_by(done)
    assert [row["id"] for row in rows] == ["Q999999201", "Q999999202", "Q999999203"]
    assert rows[0]["score"] == "100"
    assert rows[0]["reasons"] == (
        'same name "Embassy of Mali in Algiers"; class Q3917681 fits Q213283 and Q3917681; '
        "country Q262 and Q912; in Q3561"
    )
    assert rows[1]["score"] == "59"
    assert "class Q41710 is no Q213283 or Q3917681" in rows[1]["reasons"]


@pytest.mark.usefixtures("candidates")
def test_dates_count(link):
    [row] = found_by(link("suggest", "kg:tuareg-rebellion-2012", "--format", "csv"))

    assert row["id"] == "Q999999204"
    assert row["reasons"].endswith("date 2012")


def test_what_is_linked_is_not_suggested_again(link, site):
    site.entities["Q262"]["aliases"] = {"en": [{"language": "en", "value": "Azawad"}]}

    assert found_by(link("suggest", "kg:azawad", "--format", "csv")) == []


@pytest.mark.usefixtures("candidates")
def test_suggesting_writes_nothing(link, folder):
    table = folder / TABLE.name
    rows = table.read_text("utf-8").splitlines(keepends=True)
    # Terms without a link are many, and would all be searched.
    kept = [row for row in rows if not (row[:4] == "rel:" and "sssom:NoTermFound" in row)]
    table.write_text("".join(kept), "utf-8")
    before = {path: path.read_bytes() for path in (TABLE, IDS, *folder.iterdir())}

    done = link("suggest", "--data", str(folder), "--format", "csv")

    assert done.returncode == 0, done.stderr
    assert "Q999999201" in done.stdout
    assert {path: path.read_bytes() for path in before} == before


def test_names_are_searched_in_each_language(link, site):
    link("suggest", "kg:azawad", "--language", "fr", "--language", "ar")

    searched = {(one["search"], one["language"]) for one in site.asked if "search" in one}
    assert {("Azawad", "fr"), ("Azawad", "ar")} <= searched


def test_a_thing_with_a_link_is_not_searched(link):
    done = link("suggest", "kg:mali")

    assert done.returncode == 2
    assert done.stderr == "kg: kg:mali has a link, or no row: see kg show\n"


@pytest.fixture
def folder(tmp_path):
    unlinked = ("kg:embassy-of-mali-in-algiers", "kg:azawad", "kg:tuareg-rebellion-2012")
    return small.part(tmp_path / "graph", *unlinked)


def test_a_yes_writes_the_row_with_its_justification(link, candidates, folder):
    words = ("kg:embassy-of-mali-in-algiers", "--accept", "Q999999201", "--confidence", "0.9")
    before = len(table_of(folder / TABLE.name))

    done = link("suggest", *words, "--data", str(folder))

    assert done.returncode == 0, done.stderr
    [row] = [
        row
        for row in table_of(folder / TABLE.name)
        if row["subject_id"] == "kg:embassy-of-mali-in-algiers"
    ]
    assert row["predicate_id"] == "skos:exactMatch"
    assert row["object_id"] == "wd:Q999999201"
    assert row["object_label"] == "Embassy of Mali, Algiers"
    assert row["mapping_justification"] == "semapv:ManualMappingCuration"
    assert row["confidence"] == "0.9"
    assert row["comment"].startswith("Accepted by hand on 20")
    assert "class Q3917681 fits" in row["comment"]
    [listed] = [
        line
        for line in (folder / IDS.name).read_text("utf-8").splitlines()
        if line.startswith("Q999999201\t")
    ]
    assert f"{candidates.site.api} revision " in listed
    assert kg.Graph([folder]).check().conforms
    assert len(table_of(folder / TABLE.name)) == before


def test_what_was_accepted_is_checked_like_any_link(link, candidates, folder):
    data = ("--data", str(folder))
    link("suggest", "kg:embassy-of-mali-in-algiers", "--accept", "Q999999201", *data)

    assert link("check", *data).returncode == 0
    del candidates.entities["Q999999201"]
    assert link("check", *data).returncode == 1


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("kg:azawad", "--accept", "Q999999999"), "Q999999999 does not exist, or was deleted"),
        (("kg:azawad", "--accept", "Q262"), "Q262 is kg:algeria already (data/"),
        (("kg:azawad", "--accept", "azawad"), '"azawad" is no id of an item or property'),
        (("kg:mali", "--accept", "Q999999201"), "kg:mali is linked to wd:Q912 already"),
        (("--accept", "Q999999201"), "--accept links one THING: name it"),
    ],
)
@pytest.mark.usefixtures("candidates")
def test_a_yes_that_makes_no_sense_changes_nothing(link, words, told):
    before = {path: path.read_bytes() for path in (TABLE, IDS)}

    done = link("suggest", *words)

    assert done.returncode == 2
    assert told in done.stderr
    assert done.stderr.count("\n") == 1
    assert {path: path.read_bytes() for path in before} == before


def test_a_link_with_which_the_graph_would_not_be_right_is_not_written(link, candidates, folder):
    candidates.entities["Q999999206"] = item("Q999999206", "Azawad  with two spaces")
    before = {path: path.read_bytes() for path in folder.iterdir()}

    done = link("suggest", "kg:azawad", "--accept", "Q999999206", "--data", str(folder))

    assert done.returncode == 1
    assert "write the text with single spaces" in done.stderr
    assert done.stderr.endswith("nothing was changed\n")
    assert done.stderr.startswith(f"kg: {folder}/wikidata.sssom.tsv:")
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.usefixtures("candidates")
def test_two_links_that_are_accepted_at_once_are_both_there(against, folder):
    chosen = {
        "kg:embassy-of-mali-in-algiers": "Q999999201",
        "kg:tuareg-rebellion-2012": "Q999999204",
    }

    def accept(pair):
        command = against("suggest", pair[0], "--accept", pair[1], "--data", str(folder))
        return subprocess.run(
            [sys.executable, "-m", "kg", *command], capture_output=True, text=True, check=False
        )

    with ThreadPoolExecutor(2) as both:
        done = list(both.map(accept, chosen.items()))

    assert [one.returncode for one in done] == [0, 0], [one.stderr for one in done]
    rows = {row["subject_id"]: row["object_id"] for row in table_of(folder / TABLE.name)}
    assert {thing: rows[thing] for thing in chosen} == {
        thing: f"wd:{identifier}" for thing, identifier in chosen.items()
    }
    listed = (folder / IDS.name).read_text("utf-8")
    assert all(f"\n{identifier}\t" in listed for identifier in chosen.values())


def test_an_item_that_redirects_is_not_accepted(link, candidates, folder):
    candidates.redirects["Q999999205"] = "Q999999201"

    done = link(
        "suggest", "kg:embassy-of-mali-in-algiers", "--accept", "Q999999205", "--data", str(folder)
    )

    assert done.returncode == 2
    assert "Q999999205 redirects to Q999999201: accept that" in done.stderr


# kg link pull


def pulled(done: subprocess.CompletedProcess[str]):
    return list(parse(done.stdout.encode(), format=RdfFormat.TRIG))


def wikidata(kind: str, key: str) -> NamedNode:
    return NamedNode(f"http://www.wikidata.org/prop/{kind}{key}")


def test_what_is_read_has_rank_reference_and_time_in_its_own_graph(link):
    quads = pulled(link("pull"))

    assert {quad.graph_name.value for quad in quads} == {PREFIXES["graph"] + "import/wikidata"}
    algeria = NamedNode(KG + "algeria")
    [direct] = [
        q for q in quads if (q.subject, q.predicate) == (algeria, wikidata("direct/", "P1082"))
    ]
    assert direct.object.value == "+45000000"
    [to] = [q for q in quads if (q.subject, q.predicate) == (algeria, wikidata("", "P1082"))]
    said = {
        (q.predicate.value.rpartition("/")[2], q.object) for q in quads if q.subject == to.object
    }
    names = {name.rpartition("#")[2] for name, _ in said}
    assert names == {"rank", "generatedAtTime", "wasDerivedFrom", "P1082"}
    [source] = [
        q.object for q in quads if q.subject == to.object and "Derived" in q.predicate.value
    ]
    read = {
        q.predicate.value.rpartition("/")[2]: q.object.value for q in quads if q.subject == source
    }
    assert read["P854"] == "https://example.org/count"
    assert source.value.startswith("http://www.wikidata.org/reference/")
    assert ("P813", "2024-05-01T00:00:00Z") in {
        (q.predicate.value.rpartition("/")[2], q.object.value) for q in quads if q.subject == source
    }


def test_things_of_ours_keep_their_names(link):
    quads = pulled(link("pull"))

    algeria, mali = NamedNode(KG + "algeria"), NamedNode(KG + "mali")
    borders = [
        q.object for q in quads if (q.subject, q.predicate) == (algeria, wikidata("direct/", "P47"))
    ]
    members = [
        q.object for q in quads if (q.subject, q.predicate) == (mali, wikidata("direct/", "P463"))
    ]
    assert borders == [mali]
    assert members == [NamedNode("http://www.wikidata.org/entity/Q7159")]


def test_names_come_in_arabic_english_and_french(link, site):
    german = {"text": "Demokratische Volksrepublik Algerien", "language": "de"}
    site.entities["Q262"]["claims"]["P1448"].append(
        statement("Q262", "P1448", {"value": german, "type": "monolingualtext"})
    )

    quads = pulled(link("pull", "--property", "P1448"))

    direct = [q.object for q in quads if q.predicate == wikidata("direct/", "P1448")]
    assert {name.language for name in direct} == {"ar", "fr"}


def test_only_the_best_rank_is_direct_and_all_are_kept(link, site):
    site.entities["Q262"]["claims"]["P1082"].append(
        statement("Q262", "P1082", quantity("+46000000"), "preferred")
    )

    quads = pulled(link("pull", "--property", "P1082"))

    direct = [q.object.value for q in quads if q.predicate == wikidata("direct/", "P1082")]
    kept = [q.object.value for q in quads if q.predicate == wikidata("statement/", "P1082")]
    assert direct == ["+46000000"]
    assert sorted(kept) == ["+45000000", "+46000000"]


def test_what_differs_from_ours_is_told(link, site):
    elsewhere(site)
    of_another_code(site)

    done = link("pull")

    assert done.returncode == 0
    conflicts = [line for line in done.stderr.splitlines() if line.startswith("kg: conflict:")]
    assert conflicts == [
        "kg: conflict: kg:algeria P297: we have DZ, Q262 AG",
        "kg: conflict: kg:algiers P625: we have 36.7323 N 3.0875 E, Q3561 36.7760 N -103.0590 E",
    ]


def test_nothing_differs_otherwise(link):
    assert link("pull").stderr.splitlines()[-1].endswith(" statements of 23 items, 0 conflicts")


def test_what_was_read_is_the_same_bytes_again(link, tmp_path):
    first, second = tmp_path / "a.trig", tmp_path / "b.nq"
    link("pull", "-o", str(first), "--max-age", "24")

    assert link("pull", "-o", str(second), "--max-age", "24").returncode == 0

    assert link("pull", "--max-age", "24").stdout.encode() == first.read_bytes()
    quads = {RdfFormat.TRIG: first, RdfFormat.N_QUADS: second}
    read = [set(parse(path.read_bytes(), format=format_)) for format_, path in quads.items()]
    assert read[0] == read[1]
    assert len(read[0]) > 100


def test_a_deleted_item_is_told_and_the_rest_read(link, site):
    deleted(site)

    done = link("pull")

    assert "kg: note: kg:algiers: Q3561 is not there\n" in done.stderr
    assert len(pulled(done)) > 100


# kg link diff


def differing(link, kind: str) -> dict[tuple[str, str, str], dict[str, str]]:
    rows = found_by(link("diff", "--format", "csv"))
    return {
        (row["item"], row["property"], row["value"]): row for row in rows if row["kind"] == kind
    }


def test_what_wikidata_lacks(link):
    lacks = differing(link, "wikidata-lacks")

    ties = lacks["Q262", "P530", "Q912"]
    assert ties["told"] == "Algeria — has diplomatic ties with — Mali"
    assert ties["refused"] == ""
    assert ties["reference"].startswith("https://en.wikipedia.org/wiki/Algeria")
    assert ("Q262", "P47", "Q912") not in lacks


def test_a_new_item_is_proposed_with_its_class_first(link):
    rows = [
        row
        for row in found_by(link("diff", "--format", "csv"))
        if row["item"] == "new" and "Embassy of Mali in Algiers" in row["told"]
    ]

    assert rows[0]["property"] == "P31"
    assert rows[0]["value"] == "Q3917681"
    assert {(row["property"], row["value"]) for row in rows[1:]} >= {
        ("P137", "Q912"),
        ("P17", "Q262"),
    }


def test_what_is_given_once_is_lacked_no_more(link, site):
    site.entities["Q262"]["claims"]["P530"].append(statement("Q262", "P530", entity("Q912")))

    assert ("Q262", "P530", "Q912") not in differing(link, "wikidata-lacks")


def of_rank(site, rank):
    """Let Algeria have the diplomatic relation in a rank."""
    site.entities["Q262"]["claims"]["P530"].append(statement("Q262", "P530", entity("Q912"), rank))


def deprecated(site):
    of_rank(site, "deprecated")


def without_value(site, kind="novalue"):
    one = statement("Q262", "P530", entity("Q912"))
    one["mainsnak"] = {"snaktype": kind, "property": "P530"}
    site.entities["Q262"]["claims"]["P530"].append(one)


def of_an_unknown_value(site):
    without_value(site, "somevalue")


def of_a_new_kind(site):
    new = {"value": {"x": 1}, "type": "wikibase-somethingnew"}
    site.entities["Q262"]["claims"]["P530"].append(statement("Q262", "P530", new))


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (deprecated, "Q262 has it, deprecated"),
        (without_value, "Q262 says that there is no value of P530"),
        (of_an_unknown_value, "Q262 says that the value of P530 is unknown"),
        (of_a_new_kind, "Q262 has a value of P530 that kg cannot read"),
    ],
)
def test_what_wikidata_has_in_its_own_way_is_not_offered_again(link, site, state, reason):
    state(site)

    assert differing(link, "wikidata-lacks")["Q262", "P530", "Q912"]["refused"] == reason

    given = link("quickstatements", "--yes")
    assert ["Q262", "P530", "Q912"] not in [line[:3] for line in commands(given)]
    assert f"kg: refused: Algeria — has diplomatic ties with — Mali: {reason}\n" in given.stderr


def test_what_we_lack(link, site):
    site.entities["Q912"]["claims"]["P530"] = [statement("Q912", "P530", entity("Q142"))]

    assert ("Q912", "P530", "Q142") in differing(link, "we-lack")


@pytest.fixture(params=["disputed", "contradicted"])
def doubted(request, folder):
    """A graph in which the claim that Sunni Islam predominates in Algeria is not accepted by all.

    What is contradicted is no fact, so that it is not even compared.
    """
    claims, facts = folder / "claims.ttl", folder / "relations.ttl"
    text = claims.read_text("utf-8")
    start = text.index("kg:claim-f022 a")
    end = text.index("\n.\n", start)
    why = f"rel:{request.param} ;\n    rel:evidence kg:source-article"
    claim = text[start:end].replace("rel:stated", why)
    if request.param == "disputed":
        denial = claim.replace("claim-f022", "claim-f022-denied").replace("F022", "F022D")
        agent = "rel:assertedBy kg:mali ;\n    rel:disputes kg:claim-f022 ;"
        denial = denial.replace("rel:assertedBy kg:source-article ;", agent)
        claim += "\n.\n\n" + denial
    else:
        old = facts.read_text("utf-8")
        line = "    rel:predominantReligion kg:sunni-islam ;\n"
        place = old.index(line, old.index("kg:algeria a"))
        facts.write_text(old[:place] + old[place + len(line) :], "utf-8")
    claims.write_text(text[:start] + claim + text[end:], "utf-8")
    return request.param, folder


def test_what_is_doubted_is_not_given_to_others(link, doubted):
    standing, folder = doubted
    data = ("--data", str(folder))

    compared_by = link("diff", "--format", "csv", *data)
    assert compared_by.returncode == 0, compared_by.stderr
    compared = found_by(compared_by)
    given = link("quickstatements", "--yes", *data)

    religion = ("Q262", "P140")
    said = [row["refused"] for row in compared if (row["item"], row["property"]) == religion]
    assert said == (["F022 is disputed"] if standing == "disputed" else [])
    assert given.returncode == 0, given.stderr
    assert ["Q262", "P140", "Q483654"] not in [line[:3] for line in commands(given)]
    assert ["Q912", "P140", "Q483654"] in [line[:3] for line in commands(given)]
    if standing == "disputed":
        told = "kg: refused: Algeria — predominant religion — Sunni Islam: F022 is disputed"
        assert told in given.stderr.splitlines()


# kg link quickstatements


def commands(done: subprocess.CompletedProcess[str]) -> list[list[str]]:
    return [line.split("\t") for line in done.stdout.splitlines()]


def test_statements_as_commands_with_references(link):
    done = link("quickstatements", "--yes")

    assert done.returncode == 0
    written = commands(done)
    [ties] = [line for line in written if line[:3] == ["Q262", "P530", "Q912"]]
    assert ties[3] == "S854"
    assert ties[4].startswith('"https://en.wikipedia.org/wiki/Algeria')
    start = written.index(["LAST", "Len", '"Embassy of Mali in Algiers"'])
    assert written[start - 1] == ["CREATE"]
    assert written[start + 1][:3] == ["LAST", "P31", "Q3917681"]
    assert all(line == ["CREATE"] or line[0] == "LAST" or line[0][0] == "Q" for line in written)
    read = quickstatements.read(done.stdout)
    made = [one for one in read if one.id is None]
    assert sum(len(one.statements) for one in read) + 2 * len(made) == len(written)
    assert all(one.labels["en"] and one.statements[0][0] == "P31" for one in made)
    assert not any(one.labels for one in read if one.id is not None)


def test_no_refused_statement_is_written(link):
    rows = found_by(link("diff", "--format", "csv"))
    refused = {(row["item"], row["property"], row["value"]) for row in rows if row["refused"]}

    done = link("quickstatements", "--yes")

    written = {tuple(line[:3]) for line in commands(done) if line[0] not in ("CREATE", "LAST")}
    assert refused
    assert written
    assert written.isdisjoint(refused)
    assert done.stderr.count("kg: refused: ") >= len(refused)


def test_each_statement_is_asked_about(link):
    whole = commands(link("quickstatements", "--yes"))
    count = sum(line != ["CREATE"] and line[1] != "Len" for line in whole)

    done = link("quickstatements", answers="maybe\ny\n" + "n\n" * count)

    assert len(commands(done)) == 1
    assert commands(done)[0] == whole[0]
    assert f"1/{count} " in done.stderr
    assert "1 statement written, " in done.stderr


def test_what_is_said_of_a_new_item_goes_with_it(link):
    whole = commands(link("quickstatements", "--yes"))
    first = whole.index(["CREATE"])
    answers = "y\n" * first + "n\n" * 100

    done = link("quickstatements", answers=answers)

    assert commands(done) == whole[:first]


@pytest.mark.parametrize("answers", ["", "y\n", "y\nq\n"])
def test_a_review_that_ends_early_writes_nothing(link, tmp_path, answers):
    target = tmp_path / "commands.tsv"

    done = link("quickstatements", "-o", str(target), answers=answers)

    assert done.returncode == 2
    assert "nothing was written" in done.stderr
    assert not target.exists()


def test_help_has_examples(cli):
    for command in ("check", "suggest", "pull", "diff", "quickstatements"):
        shown = cli("link", command, "--help").out
        assert f"kg link {command}" in shown.split("Options:")[0].partition("\n\n")[2]


def test_the_page_shows_what_is_printed(link):
    page = (ROOT / "docs" / "wikidata.md").read_text("utf-8")

    blocks = re.findall(r"^```text\n\$ kg link (.*)\n((?:.*\n)*?)```$", page, re.MULTILINE)

    assert len(blocks) == 2
    for command, shown in blocks:
        done = link(*command.split())
        printed = done.stdout + (done.stderr if command == "check" else "")
        printed = re.sub(r" +$", "", printed, flags=re.MULTILINE)
        assert shown.strip().strip("…").strip() in printed
