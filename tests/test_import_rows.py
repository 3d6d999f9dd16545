"""Reading the table of ``kg import missions``: each line is a row that is taken or one refused."""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import Misuse
from kg.imports.missions import COLUMNS, import_missions
from kg.imports.rows import read
from kg.namespaces import PREFIXES
from test_import_missions import ROWS, row, text

HEAD = ("a", "b", "QID")
WD = "http://www.wikidata.org/entity/"


def table(tmp_path, *lines, end="\n"):
    path = tmp_path / "table.csv"
    path.write_bytes(end.join([";".join(HEAD), *lines, ""]).encode())
    return read(path, HEAD, ";")


def seen(found):
    """Return the lines of the rows taken, and of those refused."""
    return [row.line for row in found.rows], [fault.line for fault in found.faults]


# What a text may hold and no editor takes for the end of a line.
@pytest.mark.parametrize("mark", ["\u0085", "\u2028", "\u2029", "\x0b", "\x0c", "\x1c", "\x1e"])
def test_a_line_ends_where_an_editor_says_so(tmp_path, mark):
    found = table(tmp_path, f"x{mark}y;2;3", "4;5;6")

    assert seen(found) == ([2, 3], [])
    assert found.rows[0].cells["a"] == f"x{mark}y"


@pytest.mark.parametrize("line", ['"x;2;3', '1;"x;3', '1;2;"', '"x"y;2;3'])
def test_a_quote_that_does_not_end_costs_its_own_line_only(tmp_path, line):
    found = table(tmp_path, line, "4;5;6", "7;8;9")

    assert seen(found) == ([3, 4], [2])
    assert found.count == 3


def test_two_quotes_that_do_not_end_cost_their_two_lines(tmp_path):
    found = table(tmp_path, '"x;2;3', "4;5;6", '"y;8;9', "10;11;12")

    assert seen(found) == ([3, 5], [2, 4])


def test_a_quote_that_ends_in_another_row_does_not_hide_that_row(tmp_path):
    assert seen(table(tmp_path, '"x;2;3', 'y";5', "7;8;9")) == ([4], [2, 3])


def test_a_quoted_cell_may_hold_a_line_end_a_semicolon_and_a_quote(tmp_path):
    found = table(tmp_path, '"x\ny;z""";2;3', "4;5;6")

    assert seen(found) == ([2, 4], [])
    assert found.rows[0].cells["a"] == 'x\ny;z"'


def test_a_carriage_return_inside_a_line_is_refused(tmp_path):
    assert seen(table(tmp_path, "x\ry;2;3", "4;5;6")) == ([3], [2])


def test_empty_lines_are_no_rows_and_count_as_lines(tmp_path):
    assert seen(table(tmp_path, "1;2;3", "", "4;5;6", "", "")) == ([2, 4], [])


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@given(
    rows=st.lists(
        st.lists(
            st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=8),
            min_size=3,
            max_size=3,
        ),
        max_size=6,
    )
)
def test_what_csv_writes_is_read_back(tmp_path_factory, end, rows):
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writerows([HEAD, *rows])
    path = tmp_path_factory.mktemp("rows") / "table.csv"
    path.write_bytes(text.getvalue().encode())

    found = read(path, HEAD, ";")

    assert [list(row.cells.values()) for row in found.rows] == [
        [cell.strip() for cell in row] for row in rows
    ]
    assert not found.faults


def test_a_column_that_is_there_twice_is_a_misuse(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("a;b;QID;b\n1;2;3;4\n", "utf-8")

    with pytest.raises(Misuse, match="the column b is there twice"):
        read(path, HEAD, ";")


# --- Rows of missions. Ids from Q999999001 on do not exist. ---------------------------------------


def missions(tmp_path, *changes, columns=COLUMNS):
    """Import embassies of Mali and Algeria in each other, each changed as told."""
    path = tmp_path / "missions.csv"
    lines = [";".join(columns)]
    pairs = (("Mali", "Q912", "Algeria", "Q262"), ("Algeria", "Q262", "Mali", "Q912"))
    for number, (pair, change) in enumerate(zip(pairs, changes, strict=True), 1):
        given_cells = dict(
            zip(("operator", "operatorQID", "country", "countryQID"), pair, strict=True)
        )
        city = {"city": "Gao", "cityQID": "Q188904"} if number > 1 else {"city": "", "cityQID": ""}
        kind = {"type": "embassy", "typeQID": "Q3917681", "QID": f"Q99999900{number}"}
        cells = dict.fromkeys(columns, "") | given_cells | city | kind | change
        lines.append(
            ";".join(
                WD + cells[one] if one.endswith("QID") and cells[one] else cells[one]
                for one in columns
            )
        )
    path.write_text("\n".join([*lines, ""]), "utf-8")
    return import_missions(path)


def told(found, column):
    return [(one.line, one.message, one.refused) for one in found.faults if one.column == column]


@pytest.mark.parametrize("identifier", ["Q912", "Q188904"])
def test_a_mission_that_is_a_state_or_a_city_of_others_is_refused(tmp_path, identifier):
    found = missions(tmp_path, {"QID": identifier}, {})

    wrong = "is a State or city in this file, and no mission: the row is left out"
    assert told(found, "QID") == [(2, wrong, True)]
    assert (found.rows, found.imported, found.refused) == (2, 1, 1)


@pytest.mark.parametrize("column", ["operator", "country"])
def test_a_thing_without_a_name_is_told(tmp_path, column):
    found = missions(tmp_path, {column: ""}, {})

    assert told(found, column) == [(2, "has no name in this row", False)]
    labels = {q.object.value for q in found.quads if q.predicate.value.endswith("#label")}
    assert {
        "operator": "embassy of Q912 in Algeria",
        "country": "embassy of Mali in Q262",
    }[column] in labels


@pytest.mark.parametrize(
    ("creation", "value", "datatype"),
    [
        ("1960-01-01T00:00:00Z", "1960", "gYear"),
        ("1960-10-01T00:00:00Z", "1960-10", "gYearMonth"),
        ("1960-10-02T00:00:00Z", "1960-10-02", "date"),
        ("1960-02-29T00:00:00Z", "1960-02-29", "date"),
    ],
)
def test_a_date_is_as_precise_as_the_file_can_be(tmp_path, creation, value, datatype):
    found = missions(tmp_path, {"creation": creation}, {})

    (date,) = [q.object for q in found.quads if q.predicate.value.endswith("P571")]
    assert (date.value, date.datatype.value.rpartition("#")[2]) == (value, datatype)


@pytest.mark.parametrize("creation", ["1961-02-29T00:00:00Z", "1960-13-01T00:00:00Z"])
def test_a_day_that_never_was_is_told_and_not_written(tmp_path, creation):
    found = missions(tmp_path, {"creation": creation}, {})

    assert told(found, "creation") == [(2, "is no day of the calendar: left out", False)]
    assert not [q for q in found.quads if q.predicate.value.endswith("P571")]


def test_a_column_that_is_not_of_the_layout_is_told(tmp_path):
    found = missions(tmp_path, {"fax": "1"}, {}, columns=(*COLUMNS, "fax"))

    told_of_it = "is no column of this layout: what it says is not read"
    assert told(found, "fax") == [(1, told_of_it, False)]


# --- What the shapes say of the result ------------------------------------------------------------

#: Where the shapes complain, by what the report says of the row.
PATHS = {
    "is missing: the mission has no seat": "rel:seat",
    "lies in several countries by this file: in which is not said": "rel:seat",
    "lies in another country by most rows of this file": "rel:seat",
}


def assert_violations_are_those_told(path: Path, tmp_path: Path) -> None:
    """Hold each violation against the line of the report that foretells it, and the reverse."""
    from kg.export import export
    from kg.graph import Graph
    from kg.imports.missions import GRAPH

    found = import_missions(path)
    target = tmp_path / "missions.nt"
    target.write_bytes(export({GRAPH: [quad.triple for quad in found.quads]}, "nt"))
    with path.open(encoding="utf-8", newline="") as file:
        # No cell of such a file has a line end, so that the second row is the second line.
        ids = {line: one["QID"] for line, one in enumerate(csv.DictReader(file, delimiter=";"), 2)}
    foretold = {(ids[one.line], PATHS[one.message]) for one in found.faults if one.message in PATHS}
    # A mission that two rows give may have two senders, and then two labels.
    said: dict[tuple[str, str], set[str]] = {}
    once = {PREFIXES["rel"] + "sendingState": "rel:sendingState"}
    once[PREFIXES["rdfs"] + "label"] = "rdfs:label"
    for quad in found.quads:
        if path_ := once.get(quad.predicate.value):
            said.setdefault((quad.subject.value, path_), set()).add(quad.object.value)
    foretold |= {told_twice for told_twice, values in said.items() if len(values) > 1}

    results = Graph(target, "kg").validate().results

    assert {(one.focus_node.value, one.path) for one in results} == foretold
    assert foretold


def test_the_slice_conforms_but_for_the_faults_that_are_told(tmp_path):
    path = tmp_path / "missions.csv"
    path.write_text(text([row(**one) for one in ROWS]), "utf-8")

    assert_violations_are_those_told(path, tmp_path)


@pytest.mark.skipif("KG_MISSIONS" not in os.environ, reason="KG_MISSIONS names no file of missions")
def test_the_whole_file_conforms_but_for_the_faults_that_are_told(tmp_path):
    assert_violations_are_those_told(Path(os.environ["KG_MISSIONS"]), tmp_path)
