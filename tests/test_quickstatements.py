"""QuickStatements: what is written is read as meant, by a reader that does not know the writer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import NamedNode

import quickstatements
from kg.errors import Misuse
from kg.wikidata.differences import Difference
from kg.wikidata.items import Coordinate, EntityId, Quantity, Text, Time
from kg.wikidata.quickstatements import givable, shown, written

NEW = NamedNode("https://w3id.org/relations-kg/id/new")
MALI = NamedNode("https://w3id.org/relations-kg/id/mali")
URL = "https://example.org/a"


def difference(value, thing=MALI, identifier="Q912", key="P1", url=URL):
    return Difference("wikidata-lacks", thing, identifier, key, value, "told", (url,))


def read_back(value, url=URL):
    [entity] = quickstatements.read(written([difference(value, url=url)], "v1", {}))
    [(key, found, [source])] = entity.statements
    assert (entity.id, key, source["property"]) == ("Q912", "P1", "P854")
    return found, source["text"]


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        (EntityId("Q262"), {"kind": "entity", "id": "Q262"}),
        ("ML", {"kind": "text", "text": "ML"}),
        ('the "Embassy"', {"kind": "text", "text": 'the "Embassy"'}),
        ('"', {"kind": "text", "text": '"'}),
        ("C:\\Y\\", {"kind": "text", "text": "C:\\Y\\"}),
        ("a|b", {"kind": "text", "text": "a|b"}),
        ("a /* b */", {"kind": "text", "text": "a /* b */"}),
        ("somevalue", {"kind": "text", "text": "somevalue"}),
        (Text('l\'"ambassade"', "fr"), {"kind": "monolingual", "language": "fr"}),
        (
            Time("+2023-12-00T00:00:00Z", 10),
            {"kind": "time", "time": "+2023-12-00T00:00:00Z", "precision": "10"},
        ),
        (Time("+1500-01-01T00:00:00Z", 11, is_julian=True), {"kind": "time", "julian": "/J"}),
        (
            Coordinate(0.00001, -7.5),
            {"kind": "point", "latitude": "0.00001", "longitude": "-7.5"},
        ),
        (Coordinate(-1e-7, 0.0), {"kind": "point", "latitude": "-0.0000001", "longitude": "0.0"}),
        (Quantity("+5", "Q11573"), {"kind": "amount", "amount": "+5", "unit": "11573"}),
        (Quantity("+1e3"), {"kind": "amount", "amount": "+1000"}),
        (Quantity("-0.05"), {"kind": "amount", "amount": "-0.05"}),
        (
            Quantity("+5", None, "+4.5", "+5.5"),
            {"kind": "amount", "amount": "+5", "error": "0.5"},
        ),
    ],
)
def test_a_value_is_read_as_it_is_meant(value, meant):
    found, source = read_back(value)

    assert found.items() >= meant.items()
    assert source == URL


@pytest.mark.parametrize(
    "url", [URL, 'https://example.org/a"b', "https://example.org/#:~:text=a,b"]
)
def test_an_address_is_read_as_it_is(url):
    assert read_back("x", url)[1] == url


@given(st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1))
def test_any_text_arrives_or_is_refused(text):
    one = difference(text)
    taken, refused = givable([one])
    if taken:
        assert read_back(text)[0] == {"kind": "text", "text": text}
    else:
        assert text != text.strip() or "||" in text
        assert refused[0].refused


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("a\tb", "cannot say a tab"),
        ("a\nb", "cannot say a tab, a new line"),
        ("a\rb", "cannot say a tab"),
        ("a||b", "or ||"),
        (" a", "takes away the blanks"),
        ("", "empty text"),
        (Text("  ", "fr"), "empty text"),
        ("\udc80", "cannot say"),
        (Coordinate(1.0, 2.0, None, "Q405"), "for one on Earth"),
        (Quantity("+5", None, "+4", "+5"), "bounds"),
    ],
)
def test_what_cannot_be_said_is_refused_and_the_rest_written(value, reason):
    taken, [refused] = givable([difference(value), difference("ML")])

    assert reason in refused.refused
    assert [one.value for one in taken] == ["ML"]
    with pytest.raises(Misuse, match="must not be given to Wikidata"):
        written([difference(value)], "v1", {})
    assert shown(value)  # a table of differences has it all the same


def test_a_new_item_has_its_label_and_no_label_is_removed():
    found = [
        difference(EntityId("Q1"), NEW, None, "P31"),
        difference("x", NEW, None, "P2"),
        difference("y"),
    ]

    old, new = quickstatements.read(written(found, "v1", {NEW.value: 'Embassy of "X" in C:\\Y'}))

    assert (old.id, old.labels, len(old.statements)) == ("Q912", {}, 1)
    assert (new.id, new.labels) == (None, {"en": 'Embassy of "X" in C:\\Y'})
    assert [key for key, _, _ in new.statements] == ["P31", "P2"]


def test_a_label_that_is_not_english_is_written_in_its_language():
    text = written(
        [difference(EntityId("Q1"), NEW, None, "P31")], "v1", {NEW.value: Text("É", "fr")}
    )

    assert quickstatements.read(text)[0].labels == {"fr": "É"}


@pytest.mark.parametrize("labels", [{}, {NEW.value: "a\tb"}])
def test_a_new_item_without_a_label_to_write_is_refused_whole(labels):
    found = [difference(EntityId("Q1"), NEW, None, "P31"), difference("x", NEW, None, "P2")]

    assert givable(found, labels)[0] == []


def test_another_form_is_refused():
    with pytest.raises(Misuse, match='no form "v2"'):
        written([], "v2", {})
