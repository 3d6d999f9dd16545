"""``kg import missions``: every row imported or refused by line, and nothing lost."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, RdfFormat, Store, parse

from kg.imports.missions import COLUMNS, GRAPH, import_missions
from kg.namespaces import PREFIXES

WD = "http://www.wikidata.org/entity/"
REAL = os.environ.get("KG_MISSIONS")
EMBASSY, CONSULATE, HONORARY, OFFICE = "Q3917681", "Q7843791", "Q23891529", "Q999999900"

#: The slice is made by hand. Ids from Q999999001 on do not exist.
ROWS = [
    {
        "operator": "Algeria",
        "country": "Mali",
        "city": "Bamako",
        "QID": "Q100268078",
        "latitude": "12.6089",
        "longitude": "-7.9768",
        "jurisdictions": "Mali|Atlantis",
        "jurisdictionQIDs": f"{WD}Q912|{WD}Q999999010",
        "phone": "+223 1",
        "creation": "1963-01-01T00:00:00Z",
        "website": "https://embassy.example/",
        "email": "mailto:a@embassy.example",
        "facebook": "Embassy",
    },
    {
        "operator": "Mali",
        "country": "Algeria",
        "city": "Algiers",
        "QID": "Q999999001",
        "creation": "1964-05-06T00:00:00Z",
    },
    {
        "operator": "Mali",
        "country": "Algeria",
        "city": "Tamanrasset",
        "QID": "Q999999002",
        "type": CONSULATE,
    },
    {"operator": "France", "country": "Mali", "city": "Bamako", "QID": "Q999999003"},
    {"operator": "Mali", "country": "France", "city": "", "QID": "Q999999004"},
    {
        "operator": "Borduria",
        "country": "Mali",
        "city": "Bamako",
        "QID": "Q999999005",
        "type": OFFICE,
    },
    {"operator": "Mali", "country": "Mali", "city": "Bamako", "QID": "Q999999006"},
    {
        "operator": "Lilliput",
        "country": "Mali",
        "city": "Bamako",
        "QID": "Q999999007",
        "type": HONORARY,
    },
    {"operator": "Mali", "country": "Lilliput", "city": "Lilliput", "QID": "Q999999008"},
    {"operator": "Lilliput", "country": "France", "city": "Tamanrasset", "QID": "Q999999009"},
]
IDS = {
    "Algeria": "Q262",
    "Mali": "Q912",
    "France": "Q142",
    "Bamako": "Q3703",
    "Algiers": "Q3561",
    "Tamanrasset": "Q205792",
    "Borduria": "Q999999011",
    "Lilliput": "Q999999012",
    "": "",
}
TYPES = {
    EMBASSY: "embassy",
    CONSULATE: "consulate",
    HONORARY: "honorary consulate",
    OFFICE: "office",
}


def row(**given: str) -> str:
    cells = dict.fromkeys(COLUMNS, "") | given
    cells["typeQID"] = given.get("type", EMBASSY)
    cells["type"] = TYPES[cells["typeQID"]]
    for column in ("operator", "country", "city"):
        cells[f"{column}QID"] = given.get(f"{column}QID", IDS[cells[column]])
    for column in ("QID", "typeQID", "operatorQID", "countryQID", "cityQID"):
        if cells[column].startswith("Q"):
            cells[column] = WD + cells[column]
    return ";".join(cells[column] for column in COLUMNS)


def text(rows: list[str], end: str = "\n", head: str = ";".join((*COLUMNS, ""))) -> str:
    return end.join([head, *rows, ""])


@pytest.fixture
def slice_(tmp_path):
    path = tmp_path / "missions.csv"
    path.write_text(text([row(**one) for one in ROWS]), "utf-8")
    return path


def triples(found) -> set[tuple[str, str, str]]:
    return {(q.subject.value, q.predicate.value, q.object.value) for q in found.quads}


def wd(identifier: str) -> str:
    return WD + identifier


def rel(name: str) -> str:
    return PREFIXES["rel"] + name


def told(found) -> list[tuple[int, str, str]]:
    return [(fault.line, fault.column, fault.message) for fault in found.faults]


def test_a_mission_in_the_terms_of_kg(slice_):
    found = triples(import_missions(slice_))

    node = wd("Q100268078")
    about = {(predicate, value) for subject, predicate, value in found if subject == node}
    assert about == {
        (PREFIXES["rdf"] + "type", rel("Embassy")),
        (PREFIXES["rdf"] + "type", wd(EMBASSY)),
        (PREFIXES["rdfs"] + "label", "embassy of Algeria in Bamako"),
        (PREFIXES["dcterms"] + "source", GRAPH.value),
        (rel("sendingState"), wd("Q262")),
        (rel("receivingState"), wd("Q912")),
        (rel("seat"), wd("Q3703")),
        (PREFIXES["wgs84"] + "lat", "12.6089"),
        (PREFIXES["wgs84"] + "long", "-7.9768"),
        (PREFIXES["wdt"] + "P137", wd("Q262")),
        (PREFIXES["wdt"] + "P17", wd("Q912")),
        (PREFIXES["wdt"] + "P1001", wd("Q912")),
        (PREFIXES["wdt"] + "P1001", wd("Q999999010")),
        (PREFIXES["wdt"] + "P571", "1963"),
        (PREFIXES["schema"] + "telephone", "+223 1"),
        (PREFIXES["schema"] + "identifier", "facebook:Embassy"),
        (PREFIXES["foaf"] + "homepage", "https://embassy.example/"),
        (PREFIXES["foaf"] + "mbox", "mailto:a@embassy.example"),
    }
    assert (wd("Q3703"), rel("partOf"), wd("Q912")) in found
    assert (wd("Q262"), PREFIXES["rdf"] + "type", rel("State")) in found


def test_a_first_of_january_is_a_year_and_another_day_a_day(slice_):
    dates = {
        (q.subject.value, q.object.value, q.object.datatype.value.rpartition("#")[2])
        for q in import_missions(slice_).quads
        if q.predicate.value.endswith("P571")
    }

    assert dates == {
        (wd("Q100268078"), "1963", "gYear"),
        (wd("Q999999001"), "1964-05-06", "date"),
    }


def test_kinds_of_missions(slice_):
    found = triples(import_missions(slice_))

    kinds = {s: o for s, p, o in found if p.endswith("#type") and o.startswith(PREFIXES["rel"])}
    assert kinds[wd("Q999999002")] == rel("ConsularPost")
    assert kinds[wd("Q999999007")] == rel("ConsularPost")
    assert wd("Q999999005") not in kinds
    assert (wd("Q999999005"), PREFIXES["wdt"] + "P137", wd("Q999999011")) in found


def test_what_is_wrong_in_the_file_is_told_by_line(slice_):
    found = import_missions(slice_)

    several = "lies in several countries by this file: in which is not said"
    assert told(found) == [
        (4, "city", several),
        (6, "cityQID", "is missing: the mission has no seat"),
        (7, "operator", "is no State by this file: the mission keeps Wikidata's words"),
        (8, "country", "sends the mission to itself: it keeps Wikidata's words"),
        (11, "city", several),
    ]
    assert (found.rows, found.imported, found.refused, found.missions) == (10, 10, 0, 10)


def test_a_city_that_is_a_state_too_is_a_place_of_its_own(slice_):
    found = triples(import_missions(slice_))

    place = f"{GRAPH.value}#Q999999012"
    assert (wd("Q999999008"), rel("seat"), place) in found
    assert (place, rel("partOf"), wd("Q999999012")) in found
    assert (place, PREFIXES["skos"] + "closeMatch", wd("Q999999012")) in found


def test_things_that_kg_knows_keep_their_names(slice_):
    mali = NamedNode(PREFIXES["kg"] + "mali")

    found = triples(import_missions(slice_, {"Q912": mali}, {mali: "Mali"}))

    assert (wd("Q100268078"), rel("receivingState"), mali.value) in found
    assert wd("Q912") not in {s for s, _, _ in found}


@pytest.mark.parametrize(
    ("change", "line", "column", "message"),
    [
        ({"QID": ""}, 2, "QID", "is missing: the row is left out"),
        ({"QID": "Q0"}, 2, "QID", "is no item of Wikidata: the row is left out"),
        ({"operatorQID": "Mali"}, 2, "operatorQID", "is no item of Wikidata: the row is left out"),
        ({"countryQID": " "}, 2, "countryQID", "is missing: the row is left out"),
    ],
)
def test_a_row_without_its_ids_is_refused_by_line(tmp_path, change, line, column, message):
    path = tmp_path / "missions.csv"
    path.write_text(text([row(**(ROWS[0] | change)), row(**ROWS[1])]), "utf-8")

    found = import_missions(path)

    assert (line, column, message) in told(found)
    assert (found.rows, found.imported, found.refused) == (2, 1, 1)
    assert wd("Q100268078") not in {s for s, _, _ in triples(found)}


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"latitude": "91"}, "latitude"),
        ({"latitude": "north"}, "latitude"),
        ({"longitude": ""}, "latitude"),
        ({"latitude": "nan"}, "latitude"),
        ({"website": "www.embassy.example"}, "website"),
        ({"website": "https://a b"}, "website"),
        ({"email": "javascript:alert(1)"}, "email"),
        ({"jurisdictionQIDs": "Mali"}, "jurisdictionQIDs"),
        ({"creation": "1963"}, "creation"),
        ({"pictureAuthor": "somebody"}, "picture"),
    ],
)
def test_a_cell_that_cannot_be_used_is_told_and_the_row_taken(tmp_path, change, column):
    path = tmp_path / "missions.csv"
    path.write_text(text([row(**(ROWS[0] | change)), *(row(**one) for one in ROWS[1:])]), "utf-8")

    found = import_missions(path)

    assert found.refused == 0
    assert [fault.message for fault in found.faults if fault.line == 2 and fault.column == column]


def test_a_row_that_is_cut_is_refused(tmp_path):
    path = tmp_path / "missions.csv"
    path.write_text(text([row(**ROWS[1]), row(**ROWS[0])])[:-300], "utf-8")

    found = import_missions(path)

    assert (found.rows, found.imported) == (2, 1)
    assert [(fault.line, fault.refused) for fault in found.faults if fault.refused] == [(3, True)]
    assert "cells, but the first line names 25: left out" in found.faults[-1].message


def test_a_cell_of_a_megabyte_and_more_is_refused_and_the_rest_read(tmp_path):
    path = tmp_path / "missions.csv"
    large = row(**(ROWS[1] | {"address": "x" * (1 << 21)}))
    path.write_text(text([row(**ROWS[0]), large, row(**ROWS[3])]), "utf-8")

    found = import_missions(path)

    assert (found.rows, found.imported) == (3, 2)
    assert [fault.line for fault in found.faults if fault.refused] == [3]


def test_windows_line_ends_and_a_byte_order_mark(slice_, tmp_path):
    other = tmp_path / "other" / "missions.csv"
    other.parent.mkdir()
    lines = text([row(**one) for one in ROWS], "\r\n")
    other.write_bytes(b"\xef\xbb\xbf" + lines.encode())

    about = PREFIXES["dcterms"] + "identifier"
    kept = {one for one in triples(import_missions(slice_)) if one[1] != about}
    assert kept == {one for one in triples(import_missions(other)) if one[1] != about}


def test_a_mission_that_is_there_twice_is_told(tmp_path):
    path = tmp_path / "missions.csv"
    path.write_text(text([row(**ROWS[0]), row(**ROWS[1]), row(**ROWS[0])]), "utf-8")

    found = import_missions(path)

    assert (4, "QID", "is the mission of line 2 too: both are taken as one") in told(found)
    assert (found.imported, found.missions) == (3, 2)


def command(*words: str | Path, seed: str = "0") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kg", "import", "missions", *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONHASHSEED": seed},
    )


def test_the_command_writes_the_same_bytes_whatever_the_hash_seed(slice_, tmp_path):
    outputs = []
    for seed in ("1", "2"):
        target = tmp_path / f"{seed}.ttl"
        assert command(slice_, "-o", target, seed=seed).returncode == 0
        outputs.append(target.read_bytes())

    assert outputs[0] == outputs[1]
    assert b"kg:embassy-of-algeria-in-bamako" in outputs[0]


@pytest.mark.parametrize("suffix", ["ttl", "nt", "nq", "trig"])
def test_every_format_says_the_same(slice_, tmp_path, suffix):
    target = tmp_path / f"missions.{suffix}"
    assert command(slice_, "-o", target).returncode == 0

    form = RdfFormat.from_extension(suffix)
    quads = list(parse(target.read_bytes(), format=form))
    first = tmp_path / "first.nt"
    command(slice_, "-o", first)
    assert {q.triple for q in quads} == {
        q.triple for q in parse(first.read_bytes(), format=RdfFormat.N_TRIPLES)
    }
    if form in (RdfFormat.N_QUADS, RdfFormat.TRIG):
        assert {q.graph_name for q in quads} == {GRAPH}


def test_the_report_lists_each_fault(slice_, tmp_path):
    report = tmp_path / "faults.tsv"

    done = command(slice_, "-o", tmp_path / "m.ttl", "--report", report)

    rows = list(csv.DictReader(report.read_text("utf-8").splitlines(), delimiter="\t"))
    assert rows[1] == {
        "line": "6",
        "column": "cityQID",
        "value": "",
        "message": "is missing: the mission has no seat",
    }
    assert done.stderr.startswith("10 rows: 10 imported, 0 refused; 10 missions, ")
    assert sum(int(line.split()[0]) for line in done.stderr.splitlines()[1:]) == len(rows)


def test_a_refused_row_makes_the_exit_code_1(tmp_path):
    path = tmp_path / "missions.csv"
    path.write_text(text([row(**(ROWS[0] | {"QID": ""})), row(**ROWS[1])]), "utf-8")

    assert command(path, "-o", tmp_path / "m.ttl").returncode == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "no column operator"),
        (b"a;b\n1;2\n", "no column operator"),
        (text([]).replace("latitude;", "").encode(), "no column latitude"),
        (text([]).encode() + b"\xff;", ":2: byte 0xff is not UTF-8: save the file as UTF-8"),
    ],
)
def test_a_file_of_another_layout_is_refused(tmp_path, content, message):
    path, target = tmp_path / "missions.csv", tmp_path / "m.ttl"
    path.write_bytes(content)

    done = command(path, "-o", target)

    assert done.returncode == 2
    assert message in done.stderr
    assert done.stderr.count("\n") == 1
    assert not target.exists()


def test_a_file_that_is_not_there(tmp_path):
    done = command(tmp_path / "no.csv", "-o", tmp_path / "m.ttl")

    assert (done.returncode, done.stderr.count("\n")) == (2, 1)


def independent(path: Path) -> tuple[Counter[str], Counter[str], Counter[str], set[str]]:
    """Count missions by sending State, class and city with nothing of kg."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    by_state = Counter(s for _, s in {(r["QID"], r["operatorQID"]) for r in rows})
    by_type = Counter(t for _, t in {(r["QID"], r["typeQID"]) for r in rows})
    by_city = Counter(c for _, c in {(r["QID"], r["cityQID"]) for r in rows if r["cityQID"]})
    return by_state, by_type, by_city, {r["QID"] for r in rows}


def counted(store: Store, query: str) -> Counter[str]:
    return Counter({row["one"].value: int(row["n"].value) for row in store.query(query)})


def assert_counts_agree(path: Path) -> None:
    found = import_missions(path)
    store = Store()
    store.extend(found.quads)
    by_state, by_type, by_city, ids = independent(path)

    of = "SELECT ?one (COUNT(DISTINCT ?m) AS ?n) {{ GRAPH ?g {{ ?m {} ?one {} }} }} GROUP BY ?one"
    types = of.format("a", f"FILTER STRSTARTS(STR(?one), '{WD}')")
    assert counted(store, of.format(f"<{PREFIXES['wdt']}P137>", "")) == by_state
    assert counted(store, types) == by_type
    cities = counted(store, of.format(f"<{rel('seat')}>", ""))
    cities = Counter({c.replace(f"{GRAPH.value}#", WD): n for c, n in cities.items()})
    without = {
        q.subject.value for q in found.quads if q.predicate.value == PREFIXES["wdt"] + "P137"
    } - {q.subject.value for q in found.quads if q.predicate.value == rel("sendingState")}
    with path.open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file, delimiter=";"):
            if line["QID"] in without and line["cityQID"]:
                by_city[line["cityQID"]] -= 1
    assert cities == +by_city
    assert found.missions == len(ids)


def test_counts_of_the_slice_are_those_of_the_csv(slice_):
    assert_counts_agree(slice_)


@pytest.mark.skipif(REAL is None, reason="KG_MISSIONS names no file of missions")
def test_counts_of_the_whole_file_are_those_of_the_csv():
    assert_counts_agree(Path(str(REAL)))


@pytest.mark.skipif(REAL is None, reason="KG_MISSIONS names no file of missions")
def test_the_whole_file_conforms_but_for_faults_of_the_file(tmp_path):
    target, report = tmp_path / "missions.ttl", tmp_path / "faults.tsv"
    done = command(str(REAL), "-o", target, "--report", report)
    assert done.returncode == 0, done.stderr

    checked = subprocess.run(
        [sys.executable, "-m", "kg", "validate", str(target), "--shapes", "kg", "--format", "json"],
        capture_output=True,
        text=True,
        check=False,
    )

    results = json.loads(checked.stdout)["results"]
    faults = list(csv.DictReader(report.read_text("utf-8").splitlines(), delimiter="\t"))
    lines = {int(fault["line"]) for fault in faults}
    with Path(str(REAL)).open(encoding="utf-8", newline="") as file:
        rows = list(enumerate(csv.DictReader(file, delimiter=";"), 2))
    listed = {one["QID"] for line, one in rows if line in lines}
    kinds = Counter(one["message"] for one in results)
    assert results
    assert {expanded(one["focus_node"]) for one in results} <= listed, kinds


def expanded(node: str) -> str:
    """Return the id of a thing of the report, be it Wikidata's or ours."""
    return {"kg:embassy-of-algeria-in-bamako": wd("Q100268078")}.get(node, node.replace("wd:", WD))
