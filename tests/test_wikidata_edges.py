"""What Wikidata may have and kg does not use: new kinds of values, calendars, units, globes."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Store, parse

import small
from kg.namespaces import PREFIXES
from kg.wikidata.items import Time
from kg.wikidata.items import parse as parse_item
from kg.wikidata.vocabulary import moment
from wikibase import standing_in
from wikibase_items import coordinate, entities, entity, item, statement, string, text, time

ROOT = Path(__file__).parent.parent
WD, XSD = "http://www.wikidata.org/entity/", "http://www.w3.org/2001/XMLSchema#"


@pytest.fixture(scope="module")
def running():
    rows = csv.DictReader(
        (ROOT / "data" / "wikidata-ids.tsv").read_text("utf-8").splitlines(),
        delimiter="\t",
        quoting=csv.QUOTE_NONE,
    )
    documents = entities({row["id"]: row["label"] for row in rows})
    with standing_in(documents) as site:
        yield site, documents


@pytest.fixture
def site(running):
    """The stand-in, with its items as they were at first."""
    site, documents = running
    site.entities = {
        key: one | {"claims": {k: list(v) for k, v in one["claims"].items()}}
        for key, one in documents.items()
    }
    return site


@pytest.fixture
def link(cli, site, tmp_path, monkeypatch):
    """Run ``kg link`` in this process, against the stand-in."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("KG_CONTACT", "mailto:tests@example.org")

    def run(command, *words):
        where = ["--api", site.site.api, "--query-service", site.site.sparql, "--max-age", "0"]
        return cli("link", command, *words, *where)

    return run


# What cannot be read is passed over, and told


def value(kind, content, **more):
    return {"value": content, "type": kind, **more}


def without(*keys):
    document = statement("Q142", "P1630", string("x"))
    for key in keys[:-1]:
        document = document[key]
    document.pop(keys[-1])
    return document


UNREADABLE = {
    "bad": statement("Q142", "P1630", value("bad", {"x": 1}, error="Can't unserialize")),
    "a new kind": statement("Q142", "P1630", value("wikibase-something", {"id": "X1"})),
    "a point without a place": statement(
        "Q142", "P1630", value("globecoordinate", {"latitude": None, "longitude": None})
    ),
    "a time that is none": statement(
        "Q142", "P1630", value("time", {"time": "yesterday", "precision": 11})
    ),
    "an amount that is none": statement("Q142", "P1630", value("quantity", {"amount": "many"})),
    "a text that is a number": statement("Q142", "P1630", value("string", 5)),
    "an entity without an id": statement("Q142", "P1630", value("wikibase-entityid", {})),
    "no value at all": without("rank") | {"rank": "normal", "mainsnak": {
        "snaktype": "value", "property": "P1630"}},
    "no rank": {k: v for k, v in statement("Q142", "P1630", string("x")).items() if k != "rank"},
    "a new rank": statement("Q142", "P1630", string("x"), "doubted"),
    "a qualifier": statement("Q142", "P1630", string("x"), qualifiers={
        "P1": [{"snaktype": "value", "property": "P1", "datavalue": value("new", 1)}]}),
    "nothing": {},
}  # fmt: skip


@pytest.mark.parametrize("document", UNREADABLE.values(), ids=UNREADABLE)
def test_one_value_that_cannot_be_read_is_told_and_the_rest_is_there(document):
    found = parse_item(
        item("Q142", "France", P17=entity("Q142")) | {"claims": {
            "P1630": [document, statement("Q142", "P1630", string("good"))],
            "P17": [statement("Q142", "P17", entity("Q142"))],
        }}
    )  # fmt: skip

    assert [key for key, _ in found.unread] in (["P1630"], ["P1"])
    assert "good" in found.values("P1630")
    assert found.ids("P17") == ("Q142",)


@pytest.mark.parametrize("command", ["check", "pull", "diff"])
def test_no_command_ends_for_it(link, site, command):
    site.entities["Q142"]["claims"]["P1630"] = [UNREADABLE["bad"]]

    done = link(command)

    assert done.code == 0
    assert done.out
    note = 'kg: note: skipped what kg cannot read: Q142 P1630 (a value of the kind "bad")\n'
    assert note in done.err


def test_lexemes_schemas_and_notes_are_values_like_any_other():
    claims = {
        "P1": [statement("Q1", "P1", value("wikibase-entityid", {"id": "L7-F1"}))],
        "P2": [statement("Q1", "P2", value("wikibase-entityid", {"id": "E123"}))],
        "P3": [statement("Q1", "P3", string("c'4 d' e'"))],
    }

    found = parse_item(item("Q1", "x") | {"claims": claims})

    assert found.ids("P1") + found.ids("P2") == ("L7-F1", "E123")
    assert found.values("P3") == ("c'4 d' e'",)
    assert found.unread == ()


# Names


@pytest.mark.parametrize(
    ("labels", "name"),
    [
        ({"ar": "أزواد", "mul": "Azawad"}, "Azawad"),
        ({"ar": "أزواد", "mul": "Azawad", "en": "State of Azawad"}, "State of Azawad"),
        ({"ar": "أزواد", "en": "Azawad"}, "Azawad"),
        ({"ar": "أزواد"}, "أزواد"),
    ],
)
def test_the_default_of_all_languages_is_the_name_where_english_has_none(
    link, site, tmp_path, labels, name
):
    folder = small.part(tmp_path / "graph", "kg:azawad")
    named = {code: {"language": code, "value": label} for code, label in labels.items()}
    site.entities["Q999999301"] = item("Q999999301", "x") | {"labels": named}

    done = link("suggest", "kg:azawad", "--accept", "Q999999301", "--data", folder)

    assert done.code == 0, done.err
    [row] = [
        line.split("\t")
        for line in (folder / "wikidata.sssom.tsv").read_text("utf-8").splitlines()
        if line.startswith("kg:azawad\t")
    ]
    assert row[4] == name


# What is read is as in Wikidata's own RDF


def julian(when, precision=11):
    document = time(when, precision)
    document["value"]["calendarmodel"] = WD + "Q1985786"
    return document


def moon():
    document = coordinate(0.67, 23.47)
    document["value"]["globe"] = WD + "Q405"
    return document


def area():
    amounts = {"amount": "+1240192", "unit": WD + "Q712226"}
    return value("quantity", amounts | {"upperBound": "+1240193", "lowerBound": "+1240191"})


def typed(document, datatype):
    document["mainsnak"]["datatype"] = datatype
    return document


@pytest.fixture
def read(link, site):
    """Pull one statement of Mali, and ask what was read with a query."""

    def run(document, query, key="P571"):
        site.entities["Q912"]["claims"][key] = [document]
        done = link("pull", "--property", key)
        assert done.code == 0, done.err
        store = Store()
        store.bulk_extend(parse(done.raw, format=RdfFormat.TRIG))
        prefixes = {"kg": PREFIXES["kg"], "wikibase": "http://wikiba.se/ontology#", "wd": WD}
        for name, path in (("wdt", "direct/"), ("p", ""), ("psv", "statement/value/")):
            prefixes[name] = f"http://www.wikidata.org/prop/{path}"
        prefixes["wdno"] = "http://www.wikidata.org/prop/novalue/"
        rows = store.query(query, prefixes=prefixes, use_default_graph_as_union=True)
        return [tuple(row) for row in rows]

    return run


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (time("-0044-03-15T00:00:00Z"), "-0043-03-15T00:00:00Z"),
        (time("-0001-00-00T00:00:00Z", 9), "0000-01-01T00:00:00Z"),
        (julian("+1582-10-04T00:00:00Z"), "1582-10-14T00:00:00Z"),
        (julian("-0044-03-15T00:00:00Z"), "-0043-03-13T00:00:00Z"),
        (julian("+1500-00-00T00:00:00Z", 9), "1500-01-01T00:00:00Z"),
        (time("+1960-09-00T00:00:00Z", 10), "1960-09-01T00:00:00Z"),
        (time("+1960-00-00T00:00:00Z", 9), "1960-01-01T00:00:00Z"),
        (time("+1960-00-00T00:00:00Z", 8), "1960-01-01T00:00:00Z"),
        (time("+12024-05-01T00:00:00Z"), "12024-05-01T00:00:00Z"),
    ],
)
def test_a_time_is_the_moment_that_wikidata_gives_it(read, document, expected):
    [(found, precision, calendar)] = read(
        statement("Q912", "P571", document),
        "SELECT ?when ?precision ?calendar { kg:mali wdt:P571 ?when ; p:P571/psv:P571 [ "
        "wikibase:timeValue ?when ; wikibase:timePrecision ?precision ; "
        "wikibase:timeCalendarModel ?calendar ] }",
    )

    assert found == Literal(expected, datatype=NamedNode(XSD + "dateTime"))
    assert precision.value == str(document["value"]["precision"])
    assert calendar.value == document["value"]["calendarmodel"]


@pytest.mark.parametrize(
    ("julian_day", "gregorian_day"),
    [
        ("+0004-02-29", "0004-02-27"),
        ("+0200-02-29", "0200-02-28"),
        ("+0300-02-29", "0300-03-01"),
        ("+1066-10-14", "1066-10-20"),
        ("+1700-02-29", "1700-03-11"),
        ("+1917-10-25", "1917-11-07"),
        ("-4713-01-01", "-4713-11-24"),  # the year before 1 is 0 in the answer
    ],
)
def test_days_of_the_julian_calendar_are_those_that_tables_give(julian_day, gregorian_day):
    assert moment(Time(f"{julian_day}T00:00:00Z", 11, is_julian=True)).value == (
        f"{gregorian_day}T00:00:00Z"
    )


def test_an_amount_keeps_its_unit_and_bounds(read):
    [(amount, unit, lower)] = read(
        statement("Q912", "P2046", area()),
        "SELECT ?amount ?unit ?lower { kg:mali wdt:P2046 ?amount ; p:P2046/psv:P2046 [ "
        "wikibase:quantityAmount ?amount ; wikibase:quantityUnit ?unit ; "
        "wikibase:quantityLowerBound ?lower ] }",
        "P2046",
    )

    assert (amount.value, unit.value, lower.value) == ("1240192", WD + "Q712226", "1240191")


def test_a_point_on_the_moon_is_none_on_earth(read, link):
    [(point, globe)] = read(
        statement("Q912", "P625", moon()),
        "SELECT ?point ?globe { kg:mali wdt:P625 ?point ; "
        "p:P625/psv:P625/wikibase:geoGlobe ?globe }",
        "P625",
    )

    assert point.value == f"<{WD}Q405> Point(23.47 0.67)"
    assert globe.value == WD + "Q405"
    assert link("check").code == 0
    assert "P625" not in link("pull").err


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (typed(statement("Q912", "P41", string("Flag of Mali.svg")), "commonsMedia"),
         NamedNode("http://commons.wikimedia.org/wiki/Special:FilePath/Flag%20of%20Mali.svg")),
        (typed(statement("Q912", "P41", string("https://e.x/a")), "url"), NamedNode("https://e.x/a")),
        (typed(statement("Q912", "P41", string("Data:A b.map")), "geo-shape"),
         NamedNode("http://commons.wikimedia.org/data/main/Data%3AA%20b.map")),
        (typed(statement("Q912", "P41", string("x^2")), "math"),
         Literal("x^2", datatype=NamedNode("http://www.w3.org/1998/Math/MathML"))),
        (statement("Q912", "P41", string("plain")), Literal("plain")),
        (statement("Q912", "P41", text("Mali", "fr")), Literal("Mali", language="fr")),
    ],
)  # fmt: skip
def test_a_text_is_what_its_datatype_says(read, document, expected):
    assert read(document, "SELECT ?o { kg:mali wdt:P41 ?o }", "P41") == [(expected,)]


def test_no_value_and_an_unknown_one_are_told_apart(read):
    one = statement("Q912", "P41", string("x"))
    one["mainsnak"] = {"snaktype": "novalue", "property": "P41"}
    assert read(one, "SELECT ?s { ?s a wdno:P41 }", "P41") != []

    one["mainsnak"] = {"snaktype": "somevalue", "property": "P41"}
    [(found,)] = read(one, "SELECT ?o { kg:mali wdt:P41 ?o }", "P41")
    assert found.value.startswith("http://www.wikidata.org/.well-known/genid/")
