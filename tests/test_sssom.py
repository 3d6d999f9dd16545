"""SSSOM tables: what is read, what is refused with its line, what comes out as triples."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Triple

from kg import sssom
from kg.errors import ParseFailure, ResourceNotFound
from kg.namespaces import PREFIXES, RDF, SKOS, SSSOM, XSD, expand

METADATA = """\
#curie_map:
#  ex: http://example.org/
#license: https://creativecommons.org/licenses/by/4.0/
#mapping_set_id: https://example.org/links
"""
HEADER = ["subject_id", "predicate_id", "object_id", "mapping_justification"]
ROW = ["kg:mali", "skos:exactMatch", "wd:Q912", "semapv:ManualMappingCuration"]
FIRST_ROW = 6


def table(*rows, header=(), metadata=METADATA):
    lines = [[*HEADER, *header], *rows]
    return (metadata + "".join("\t".join(line) + "\n" for line in lines)).encode()


def node(curie):
    return NamedNode(expand(curie))


def column(name):
    return NamedNode(SSSOM.iri + name)


def test_rows_keep_their_lines_and_their_text():
    content = table([*ROW, 'a "quoted"\nremark'], ["kg:gao", *ROW[1:], ""], header=["comment"])
    content = content.replace(b'a "quoted"\nremark', b'"a ""quoted""\nremark"')

    mappings = sssom.parse(content, "links.sssom.tsv")

    assert [row.line for row in mappings.rows] == [FIRST_ROW, FIRST_ROW + 2]
    assert mappings.rows[0].values["comment"] == 'a "quoted"\nremark'
    assert "comment" not in mappings.rows[1].values
    assert mappings.metadata["mapping_set_id"] == "https://example.org/links"


def test_metadata_stay_text_whatever_yaml_would_make_of_them():
    metadata = "# mapping_date: 2025-03-31\n# mapping_set_version: 1.10\n# other: no\n"

    found = sssom.parse(table(ROW, metadata=metadata)).metadata

    assert found == {
        "mapping_date": "2025-03-31",
        "mapping_set_version": "1.10",
        "other": "no",
    }


def test_line_endings_of_windows_are_read_with_the_same_lines():
    content = table(ROW, [*ROW[:2], "ex:Mali", ROW[3]]).replace(b"\n", b"\r\n")

    assert [row.line for row in sssom.parse(content).rows] == [FIRST_ROW, FIRST_ROW + 1]


REFUSED = {
    "is empty": (b"", ": the file is empty"),
    "is only spaces": (b" \n\n", ": the file is empty"),
    "is not UTF-8": (table(ROW, [*ROW[:2], "wd:\xe9", ROW[3]]).decode().encode("latin-1"), ":7: b"),
    "has conflict markers": (b"<<<<<<< HEAD\n" + table(ROW), ":1: unresolved merge conflict"),
    "ends after the metadata": (METADATA.encode(), ":5: no header row"),
    "has no header row": ((METADATA + "\t".join(ROW) + "\n").encode(), ":5: no header row"),
    "lacks a required column": (
        table(ROW).replace(b"\tobject_id", b"\tobject_label"),
        ":5: no column object_id",
    ),
    "names a column twice": (
        table([*ROW, "", ""], header=["comment", "comment"]),
        ":5: the column comment is there twice",
    ),
    "misspells a column": (
        table([*ROW, "Mali"], header=["object_lable"]),
        ':5: no SSSOM column "object_lable", nor in extension_definitions; did you mean object_',
    ),
    "has a row that is too short": (table(ROW, ROW[:3]), ":7: 3 columns, but the header names 4"),
    "has a row that is too long": (table([*ROW, "x"]), ":6: 5 columns, but the header names 4"),
    "lacks a required value": (table(["", *ROW[1:]]), ":6: no subject_id, which SSSOM requires"),
    "uses an unknown prefix": (
        table([*ROW[:2], "wdd:Q912", ROW[3]]),
        ':6: no prefix "wdd"; did you mean wd',
    ),
    "has no CURIE": (table([*ROW[:2], "Q912", ROW[3]]), ':6: "Q912" is not a CURIE'),
    "has an impossible IRI": (table([*ROW[:2], "wd:Q 912", ROW[3]]), ':6: object_id "wd:Q 912": '),
    "gives two rows one record_id": (
        table([*ROW, "ex:1"], ["kg:gao", *ROW[1:], "ex:1"], header=["record_id"]),
        ":7: the record_id ex:1 is that of line 6: give each its own",
    ),
    "has a literal without its text": (
        table([*ROW[:2], "", ROW[3], "rdfs literal", ""], header=["object_type", "object_label"]),
        ":6: no object_id, which SSSOM requires",
    ),
    "misspells a justification": (
        table([*ROW[:3], "semapv:ManualMapingCuration"]),
        "did you mean semapv:ManualMappingCuration",
    ),
    "has an impossible confidence": (
        table([*ROW, "1.5"], header=["confidence"]),
        ':6: confidence "1.5" is not a number from 0 to 1',
    ),
    "has an impossible date": (
        table([*ROW, "2025-02-30"], header=["mapping_date"]),
        ':6: mapping_date "2025-02-30" is not a date',
    ),
    "has a modifier of its own": (
        table([*ROW, "not"], header=["predicate_modifier"]),
        ':6: predicate_modifier "not"',
    ),
    "leaves a quote open": (table([*ROW, '"open'], header=["comment"]), ":6: the row is not TSV"),
    "has metadata that are not YAML": (table(ROW, metadata="#a: [\n"), "metadata are not YAML"),
    "has metadata without keys": (table(ROW, metadata="# Links\n"), ":1: the metadata must be"),
    "repeats a key": (table(ROW, metadata="#other: a\n#other: b\n"), ":2: the key other is there"),
    "uses a YAML anchor": (
        table(ROW, metadata="#other: &a b\n#comment: *a\n"),
        "does not allow YAML anchors",
    ),
    "maps a prefix to a list": (
        table(ROW, metadata="#curie_map:\n#  ex: [a]\n"),
        ":1: curie_map must map prefixes to IRIs",
    ),
    "has a wrong date in the metadata": (
        table(ROW, metadata="#other: a\n#mapping_date: 31.3.2025\n"),
        ':2: mapping_date "31.3.2025" is not a date',
    ),
}


@pytest.mark.parametrize(("content", "message"), REFUSED.values(), ids=REFUSED)
def test_a_file_is_refused_with_one_line_where_it(content, message, tmp_path):
    file = tmp_path / "links.sssom.tsv"
    file.write_bytes(content)

    with pytest.raises(ParseFailure) as failure:
        sssom.read(file)

    assert str(failure.value).startswith(f"{file}:")
    assert message in str(failure.value)
    assert "\n" not in str(failure.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ResourceNotFound, match=r"none\.sssom\.tsv"):
        sssom.read(tmp_path / "none.sssom.tsv")


def test_a_row_is_a_link_and_a_record_of_who_made_it():
    row = [*ROW, "0.90", "2025-03-31", "Mali", "orcid:0000-0001|orcid:0000-0002"]
    header = ["confidence", "mapping_date", "object_label", "author_id"]
    metadata = METADATA.replace("#license", "#  orcid: https://orcid.org/\n#license")
    record = node("kg:link-mali")

    triples = sssom.to_triples(sssom.parse(table(row, header=header, metadata=metadata)))

    assert set(triples) == {
        Triple(node("kg:mali"), SKOS.exactMatch, node("wd:Q912")),
        Triple(record, RDF.type, SSSOM.Mapping),
        Triple(record, column("subject_id"), node("kg:mali")),
        Triple(record, column("predicate_id"), SKOS.exactMatch),
        Triple(record, column("object_id"), node("wd:Q912")),
        Triple(record, column("mapping_justification"), node("semapv:ManualMappingCuration")),
        Triple(record, column("confidence"), Literal("0.90", datatype=XSD.double)),
        Triple(record, column("mapping_date"), Literal("2025-03-31", datatype=XSD.date)),
        Triple(record, column("object_label"), Literal("Mali")),
        Triple(record, column("author_id"), NamedNode("https://orcid.org/0000-0001")),
        Triple(record, column("author_id"), NamedNode("https://orcid.org/0000-0002")),
    }
    assert len(triples) == len(set(triples))


@pytest.mark.parametrize(
    ("row", "header"),
    [
        ([*ROW[:2], "sssom:NoTermFound", ROW[3]], []),
        (["sssom:NoTermFound", *ROW[1:]], []),
        ([*ROW, "Not"], ["predicate_modifier"]),
    ],
    ids=["no object", "no subject", "negated"],
)
def test_a_row_that_denies_a_link_gives_a_record_alone(row, header):
    triples = sssom.to_triples(sssom.parse(table(row, header=header)))

    assert SKOS.exactMatch not in {triple.predicate for triple in triples}
    assert Triple(triples[0].subject, RDF.type, SSSOM.Mapping) in triples


def test_records_are_named_by_as_much_of_the_row_as_tells_them_apart():
    rows = [
        ROW,
        ["kg:gao", *ROW[1:]],
        ["kg:gao", "skos:closeMatch", "wd:Q2", ROW[3]],
        ["kg:kidal", "skos:closeMatch", "wd:Q3", ROW[3]],
        ["kg:kidal", "skos:exactMatch", "wd:Q3", ROW[3]],
        ["ex:mali", "skos:exactMatch", "wd:Q4", ROW[3]],
    ]

    records = [
        next(t.subject.value for t in triples if t.predicate == RDF.type)
        for _, triples in sssom.row_triples(sssom.parse(table(*rows)))
    ]

    names = [record.removeprefix(PREFIXES["kg"]) for record in records]
    assert names == [
        "link-mali-Q912",
        "link-gao-Q912",
        "link-gao-Q2",
        "link-kidal-Q3-closeMatch",
        "link-kidal-Q3-exactMatch",
        "link-mali-Q4",
    ]


def test_a_record_id_names_the_record():
    triples = sssom.to_triples(sssom.parse(table([*ROW, "ex:r1"], header=["record_id"])))

    assert NamedNode("http://example.org/r1") in {triple.subject for triple in triples}
    assert column("record_id") not in {triple.predicate for triple in triples}


def test_what_the_metadata_say_of_all_rows_holds_for_each_unless_a_row_says_it():
    metadata = METADATA + "#mapping_date: 2025-03-31\n#mapping_tool: by hand\n"
    rows = [[*ROW, "a tool"], ["kg:gao", *ROW[1:], ""]]

    triples = sssom.to_triples(
        sssom.parse(table(*rows, header=["mapping_tool"], metadata=metadata))
    )

    date = Literal("2025-03-31", datatype=XSD.date)
    dated = {
        t.subject for t in triples if (t.predicate, t.object) == (column("mapping_date"), date)
    }
    assert dated == {node("kg:link-mali"), node("kg:link-gao")}
    assert [t.object.value for t in triples if t.predicate == column("mapping_tool")] == ["a tool"]


def test_a_declared_extension_is_stated_by_its_own_property():
    metadata = METADATA + (
        "#extension_definitions:\n"
        "#  - slot_name: ext_size\n#    property: ex:size\n#    type_hint: xsd:integer\n"
        "#  - slot_name: ext_kin\n#    property: ex:kin\n#    type_hint: linkml:Uriorcurie\n"
    )

    content = table([*ROW, "3", "ex:a"], header=["ext_size", "ext_kin"], metadata=metadata)
    stated = {(t.predicate.value, t.object) for t in sssom.to_triples(sssom.parse(content))}

    assert ("http://example.org/size", Literal("3", datatype=XSD.integer)) in stated
    assert ("http://example.org/kin", NamedNode("http://example.org/a")) in stated


def test_canonical_form_has_one_order_of_keys_columns_and_rows():
    metadata = "# license: https://x.org/\n# other: '1.10'\n# curie_map: {b: 'http://b/', a: 'http://a/'}\n"
    rows = [["kg:mali", "b", *ROW[1:]], ["kg:gao", "", *ROW[1:]]]
    lines = ["\t".join(["subject_id", "comment", *HEADER[1:]]), *map("\t".join, rows)]

    text = sssom.canonical(sssom.parse((metadata + "\n".join(lines)).encode()))

    assert text == (
        "#curie_map:\n#  a: http://a/\n#  b: http://b/\n"
        '#license: https://x.org/\n#other: "1.10"\n'
        "subject_id\tpredicate_id\tobject_id\tmapping_justification\tcomment\n"
        "kg:gao\tskos:exactMatch\twd:Q912\tsemapv:ManualMappingCuration\t\n"
        "kg:mali\tskos:exactMatch\twd:Q912\tsemapv:ManualMappingCuration\tb\n"
    )


def same(a, b):
    def rows(mappings):
        return sorted(sorted(row.values.items()) for row in mappings.rows)

    return a.metadata == b.metadata and rows(a) == rows(b)


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
# YAML has no way to write a few control characters unescaped, and reads none of them.
PRINTABLE = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20)


@given(comments=st.lists(TEXT, min_size=1, max_size=4), remark=PRINTABLE)
def test_canonical_form_says_the_same_and_is_stable(comments, remark):
    rows = [
        sssom.Row(
            0, dict(zip(HEADER, [f"ex:{n}", *ROW[1:]], strict=True)) | ({"comment": c} if c else {})
        )
        for n, c in enumerate(comments)
    ]
    metadata = {"curie_map": {"ex": "http://example.org/"}, "comment": remark}
    mappings = sssom.MappingSet(metadata, rows)

    text = sssom.canonical(mappings)
    again = sssom.parse(text.encode())

    assert same(again, mappings)
    assert sssom.canonical(again) == text


@pytest.mark.parametrize("name", ["mp-hp-exact-0.0.1", "foodie-inc-2022-05-01"])
def test_examples_of_the_specification_keep_every_value(name, suites):
    mappings = sssom.read(suites / "sssom" / "embedded" / f"{name}.sssom.tsv")

    assert mappings.rows
    assert same(sssom.parse(sssom.canonical(mappings).encode()), mappings)
    assert len(sssom.to_triples(mappings)) > 6 * len(mappings.rows)


#: Examples that kg refuses, and why.
NOT_READ = {
    "curation_rule_text2": "7 columns, but the header names 8",  # the example is short of a tab
}


def test_examples_of_each_slot_are_read_or_refused_for_a_known_reason(suites):
    refused = {}
    files = sorted((suites / "sssom" / "schema").glob("*.sssom.tsv"))
    for file in files:
        try:
            mappings = sssom.read(file)
        except ParseFailure as failure:
            refused[file.name.removesuffix(".sssom.tsv")] = str(failure)
        else:
            assert same(sssom.parse(sssom.canonical(mappings).encode()), mappings), file.name

    assert len(files) > len(NOT_READ)
    assert refused.keys() == NOT_READ.keys()
    assert all(reason in refused[name] for name, reason in NOT_READ.items())
