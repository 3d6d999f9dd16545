"""Mapping sets as TSV, JSON and Turtle: what goes round comes back whole."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg import sssom
from kg.errors import ParseFailure
from kg.namespaces import SKOS

ROOT = Path(__file__).parent.parent
SUITES = os.environ.get("KG_SUITES")
OURS = ROOT / "data" / "wikidata.sssom.tsv"
REQUIRED = ("subject_id", "predicate_id", "object_id", "mapping_justification")
GUESSED = ("kg:a", "skos:exactMatch", "wd:Q1", "semapv:Guess")
no_suites = pytest.mark.skipif(SUITES is None, reason="KG_SUITES names no folder of suites")
FOLDER = Path(SUITES or "") / "sssom"


#: What is wrong with an example itself.
INVALID = {"version.sssom.tsv": ["'mapping_set_id' is a required property"]}


def examples():
    """Return every example with the file of its metadata, where that lies apart."""
    if SUITES is None:
        return [pytest.param(OURS, None, marks=no_suites, id="none")]
    found = [
        pytest.param(path, None, id=f"{part}/{path.name}")
        for part in ("schema", "embedded")
        for path in sorted((FOLDER / part).glob("*.tsv"))
    ]
    return found + [
        pytest.param(path, path.with_suffix(".yml"), id=f"external/{path.name}")
        for path in sorted((FOLDER / "external").glob("*.tsv"))
    ]


def read(path, metadata=None):
    return sssom.read(path, metadata, lenient=True)


def content(mappings):
    """Return what a set says: values in any order, rows in any order."""
    rows = [
        {column: sorted(sssom.slots.split(column, cell)) for column, cell in row.values.items()}
        for row in mappings.rows
    ]
    metadata = {
        key: sorted(value, key=str) if isinstance(value, list) else value
        for key, value in mappings.metadata.items()
    }
    return sorted(rows, key=lambda row: sorted(row.items())), metadata


def test_there_are_as_many_examples_as_the_suite_has():
    if SUITES is None:
        pytest.skip("KG_SUITES names no folder of suites")
    assert len(examples()) == len(list(FOLDER.rglob("*.sssom.tsv"))) == 29 + 2


@pytest.mark.parametrize(("path", "metadata"), examples())
def test_an_example_goes_through_tsv(path, metadata):
    first = read(path, metadata)

    text = sssom.canonical(first)

    assert content(sssom.parse(text.encode(), lenient=True)) == content(first)
    assert sssom.canonical(sssom.parse(text.encode(), lenient=True)) == text


@pytest.mark.parametrize(("path", "metadata"), examples())
def test_an_example_goes_through_json(path, metadata):
    first = read(path, metadata)

    again = sssom.from_json(sssom.to_json(first))

    assert content(again) == content(first)
    assert sssom.canonical(again) == sssom.canonical(first)


@pytest.mark.parametrize(("path", "metadata"), examples())
def test_an_example_goes_through_turtle(path, metadata):
    first = read(path, metadata)

    again = sssom.from_turtle(sssom.to_turtle(first))

    rows, about = content(again)
    expected_rows, expected = content(first)
    assert rows == expected_rows
    # Prefixes that every reader knows need no declaration; all others are there.
    given_map = expected.pop("curie_map", {})
    assert about.pop("curie_map", {}).items() <= given_map.items()
    assert about == expected


@no_suites
@pytest.mark.parametrize(("path", "metadata"), [*examples(), pytest.param(OURS, None, id="ours")])
def test_json_is_valid_by_the_schema(path, metadata):
    from jsonschema import Draft201909Validator

    schema = json.loads((FOLDER / "jsonschema" / "sssom_schema.schema.json").read_text("utf-8"))
    whole = {"$schema": schema["$schema"], "$defs": schema["$defs"], "$ref": "#/$defs/MappingSet"}
    mappings = read(path, metadata)

    written = json.loads(sssom.to_json(mappings))

    # The schema knows neither columns of extensions nor a map of prefixes that is no list of them.
    known = schema["$defs"]["Mapping"]["properties"]
    for mapping in written["mappings"]:
        for extra in mapping.keys() - known.keys():
            assert extra.startswith("ext_")
            del mapping[extra]
    assert "semapv" in written.pop("@context")
    for extra in written.keys() - schema["$defs"]["MappingSet"]["properties"].keys():
        assert extra.startswith("ext_")
        del written[extra]
    if "curie_map" in written:
        written["curie_map"] = {
            name: {"prefix_name": name, "prefix_url": iri}
            for name, iri in written["curie_map"].items()
        }
    if "extension_definitions" in written:
        assert all("slot_name" in one for one in written["extension_definitions"])
    errors = [error.message for error in Draft201909Validator(whole).iter_errors(written)]
    assert errors == INVALID.get(path.name, [])


@no_suites
def test_the_schema_can_fail():
    from jsonschema import Draft201909Validator

    schema = json.loads((FOLDER / "jsonschema" / "sssom_schema.schema.json").read_text("utf-8"))
    whole = {"$schema": schema["$schema"], "$defs": schema["$defs"], "$ref": "#/$defs/MappingSet"}
    written = json.loads(sssom.to_json(sssom.read(OURS)))
    written.pop("curie_map")
    written.pop("@context")
    written["mappings"][0]["confidence"] = 2

    assert [error.message for error in Draft201909Validator(whole).iter_errors(written)]


def test_our_table_goes_through_every_form_in_the_same_bytes():
    text = OURS.read_text("utf-8")
    first = sssom.parse(text.encode())

    through = sssom.from_json(sssom.to_json(sssom.from_turtle(sssom.to_turtle(first))))

    assert sssom.canonical(sssom.from_json(sssom.to_json(first))) == text
    # Turtle declares kg's own prefixes for all; they come back with the table.
    kept = sssom.MappingSet(first.metadata, through.rows)
    assert sssom.canonical(kept) == text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is not JSON"),
        ("[]", "is no mapping set"),
        ('{"mappings": {}}', "is no mapping set"),
        ('{"mappings": [1]}', "mapping 1 is no object"),
        ('{"mappings": [{"subject_id": "kg:mali"}]}', "no predicate_id, which SSSOM requires"),
        (
            json.dumps({"mappings": [dict(zip(REQUIRED, GUESSED, strict=True))]}),
            'no mapping_justification "semapv:Guess"',
        ),
    ],
)
def test_json_that_breaks_a_rule_is_refused(text, message):
    with pytest.raises(ParseFailure, match=message):
        sssom.from_json(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<a", "is not Turtle"),
        ("", "holds 0 mapping sets"),
        (
            "@prefix : <https://w3id.org/sssom/> . [] a :MappingSet ; :mappings [] .",
            "mapping 1: no subject_id, which SSSOM requires",
        ),
    ],
)
def test_turtle_that_is_no_mapping_set_is_refused(text, message):
    with pytest.raises(ParseFailure, match=message):
        sssom.from_turtle(text)


def test_a_short_row_is_refused_unless_told():
    head = b"subject_id\tpredicate_id\tobject_id\tmapping_justification\tcomment\n"
    row = b"kg:mali\tskos:exactMatch\twd:Q912\tsemapv:ManualMappingCuration\n"

    with pytest.raises(ParseFailure, match="4 columns, but the header names 5"):
        sssom.parse(head + row)
    assert len(sssom.parse(head + row, lenient=True).rows) == 1


def test_a_literal_is_a_mapping_but_no_link_of_a_graph():
    head = b"subject_label\tsubject_type\tpredicate_id\tobject_id\tmapping_justification\n"
    row = b"Mali\trdfs literal\tskos:closeMatch\twd:Q912\tsemapv:ManualMappingCuration\n"
    mappings = sssom.parse(head + row)

    assert mappings.rows[0].values["subject_label"] == "Mali"
    assert SKOS.closeMatch not in {triple.predicate for triple in sssom.to_triples(mappings)}


def test_a_label_without_a_type_is_no_literal():
    head = b"subject_label\tsubject_type\tpredicate_id\tobject_id\tmapping_justification\n"
    row = b"Mali\towl class\tskos:closeMatch\twd:Q912\tsemapv:ManualMappingCuration\n"

    with pytest.raises(ParseFailure, match="no subject_id, which SSSOM requires"):
        sssom.parse(head + row)


LINES = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1).filter(str.strip)


@given(
    comment=LINES,
    labels=st.lists(LINES.filter(lambda text: text == text.strip()), max_size=3, unique=True),
    confidence=st.decimals(0, 1, places=3),
)
def test_any_values_go_through_every_form(comment, labels, confidence):
    values = {
        "subject_id": "kg:mali",
        "predicate_id": "skos:exactMatch",
        "object_id": "wd:Q912",
        "mapping_justification": "semapv:ManualMappingCuration",
        "comment": comment,
        "confidence": str(confidence),
    }
    if labels:
        values["author_label"] = sssom.slots.join(labels)
    first = sssom.MappingSet({"license": "https://example.org/"}, [sssom.Row(1, values)])

    assert content(sssom.from_json(sssom.to_json(first))) == content(first)
    assert content(sssom.from_turtle(sssom.to_turtle(first))) == content(first)
