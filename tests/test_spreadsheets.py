"""Labels in tables that programs read, and spreadsheets in which nothing is a formula."""

from __future__ import annotations

import csv
import io
import re
import xml.etree.ElementTree as ET
import zipfile

import polars as pl
import pytest
from pyoxigraph import BlankNode, Literal, NamedNode

from kg.errors import Misuse
from kg.namespaces import XSD
from kg.results import Solutions

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def sheet(content):
    """Return the cells of a spreadsheet as pairs of their kind and their text."""
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        assert file.testzip() is None
        root = ET.fromstring(file.read("xl/worksheets/sheet1.xml"))  # noqa: S314 - kg wrote it
    assert not list(root.iter(f"{MAIN}f"))
    return [
        [(cell.get("t", "n"), "".join(cell.itertext())) for cell in row]
        for row in root.iter(f"{MAIN}row")
    ]


@pytest.mark.parametrize(
    "text",
    ['=HYPERLINK("http://e.org","x")', "+1", "-1", "@SUM(A1)", "\t=1", "007", "1e5", "a<b&c"],
)
def test_text_is_text_whatever_it_begins_with(text):
    assert sheet(Solutions(["n"], [[Literal(text)]]).to_xlsx())[1] == [("inlineStr", text)]


@pytest.mark.parametrize(
    ("text", "datatype", "cell"),
    [
        ("-5", XSD.integer, ("n", "-5")),
        ("+1.50", XSD.decimal, ("n", "1.50")),
        ("12345678901234567890", XSD.integer, ("inlineStr", "12345678901234567890")),
        ("INF", XSD.double, ("inlineStr", "INF")),
        ("ab", XSD.integer, ("inlineStr", "ab")),
        ("2023-12-22", XSD.date, ("inlineStr", "2023-12-22")),
    ],
)
def test_a_number_is_one_where_a_spreadsheet_keeps_it(text, datatype, cell):
    content = Solutions(["n"], [[Literal(text, datatype=datatype)]]).to_xlsx()
    assert sheet(content)[1] == [cell]


def test_a_spreadsheet_holds_what_xml_cannot_and_empty_cells_and_the_same_bytes():
    rows = [
        [Literal("a\x07\r\n_x0041_ \U0001d11e"), None],
        [BlankNode("b"), NamedNode("http://e/")],
    ]
    content = Solutions(["a", "b"], rows).to_xlsx()
    assert content == Solutions(["a", "b"], rows).to_xlsx()
    assert sheet(content)[1:] == [
        [("inlineStr", "a_x0007__x000D_\n_x005F_x0041_ \U0001d11e"), ("n", "")],
        [("inlineStr", "_:b"), ("inlineStr", "http://e/")],
    ]
    with pytest.raises(Misuse, match=r"row 1, .a: 32,768 characters"):
        Solutions(["a"], [[Literal("x" * 32_768)]]).to_xlsx()


QUERY = "SELECT ?state { ?state a rel:State } ORDER BY ?state LIMIT 2"


@pytest.mark.parametrize("form", ["csv", "tsv", "md"])
def test_labels_stand_in_every_table_that_is_asked_for_them(cli, form):
    labelled, plain = (
        cli("query", QUERY, flag, "--format", form) for flag in ("--labels", "--iris")
    )
    assert "Algeria" in labelled.out
    assert "https://w3id.org" not in labelled.out
    assert "Algeria" not in plain.out
    assert cli("query", QUERY, "--format", form).out == plain.out


def test_labels_stand_in_parquet_and_spreadsheets(cli, tmp_path):
    for name in ("a.parquet", "a.xlsx"):
        assert cli("query", QUERY, "--labels", "-o", tmp_path / name).code == 0
    assert pl.read_parquet(tmp_path / "a.parquet")["state"][0] == "Algeria"
    assert sheet((tmp_path / "a.xlsx").read_bytes())[1] == [("inlineStr", "Algeria")]
    # A saved question has labels in a spreadsheet unless told otherwise, as in a table.
    assert cli("run", "neighbours", "-o", tmp_path / "b.xlsx").code == 0
    assert "https://" not in str(sheet((tmp_path / "b.xlsx").read_bytes())[1:])


def test_formats_for_programs_refuse_labels_by_name(cli):
    refused = cli("query", QUERY, "--labels", "--format", "json")
    assert refused.code == 2
    assert "csv, tsv, md, parquet, xlsx" in re.sub(r"\s+", " ", refused.err)


def test_a_saved_question_has_labels_over_http(served):
    table = served.get("/queries/events-since?labels&format=csv")
    book = served.get("/queries/events-since?labels&format=xlsx")
    rows = list(csv.DictReader(io.StringIO(table.text)))
    denied = {row["event"]: row["denied_by"] for row in rows if row["denied_by"]}
    assert "Mali" in denied.values()
    assert book.headers["content-type"].endswith("spreadsheetml.sheet")
    assert len(sheet(book.content)) == len(rows) + 1
