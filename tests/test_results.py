"""Results: SPARQL's formats to the letter, tables for people, typed data frames."""

from __future__ import annotations

import csv
import io
import json
import sys
from datetime import UTC, date, datetime
from xml.etree import ElementTree as ET

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import (
    BaseDirection,
    BlankNode,
    Literal,
    NamedNode,
    QueryResultsFormat,
    RdfFormat,
    Store,
    Triple,
    parse_query_results,
)

from kg.errors import Misuse, UnknownName
from kg.export import serialize_triples
from kg.namespaces import EDTF, RDFS, XSD, expand
from kg.results import FORMATS, Boolean, GraphResult, Solutions, serialize
from kg.results.serializers import cell
from kg.sparql import evaluate

ALGERIA, MALI = NamedNode(expand("kg:algeria")), NamedNode(expand("kg:mali"))

YES = Boolean(bool("yes"))

# --- any terms ----------------------------------------------------------------------------------

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20) | st.sampled_from(
    [
        "",
        " ",
        '"',
        "a\"b'c",
        "a\nb",
        "a\rb",
        "a\r\nb",
        "\t",
        "a,b",
        "\\",
        "\\n",
        "|",
        "<b>&amp;",
        "]]>",
        " x ",
    ]
)
iris = st.sampled_from(
    ["http://example.org/a(b)'c", "urn:x:y#z", "http://example.org/é?q=1&r=2"]
).map(NamedNode)
blanks = st.sampled_from(["b0", "x1"]).map(BlankNode)
literals = st.one_of(
    text.map(Literal),
    st.builds(
        lambda value, tag: Literal(value, language=tag), text, st.sampled_from(["en", "fr-ca"])
    ),
    st.builds(
        lambda value, kind: Literal(value, datatype=kind),
        text,
        st.sampled_from([XSD.integer, XSD.decimal, XSD.boolean, XSD.double, XSD.date, EDTF]),
    ),
    st.sampled_from(["1", "-1", "+01", "1.50", ".5", "1.", "1e6", "true", "INF"]).flatmap(
        lambda value: st.sampled_from([XSD.integer, XSD.decimal, XSD.double, XSD.boolean]).map(
            lambda kind: Literal(value, datatype=kind)
        )
    ),
)
directed = text.map(lambda value: Literal(value, language="ar", direction=BaseDirection("rtl")))
triples = st.builds(Triple, iris | blanks, iris, iris | blanks | literals)
terms = st.one_of(iris, blanks, literals, directed, triples)
solutions = st.lists(st.tuples(terms | st.none(), terms | st.none()), max_size=4).map(
    lambda rows: Solutions(["a", "b"], rows)
)


def element(written):
    return ET.fromstring(written)  # noqa: S314  # kg wrote it a line ago


def parsed(written, form):
    return [tuple(row) for row in parse_query_results(written, form)]


def text_of(term):
    if isinstance(term, Triple):
        return "".join(map(text_of, term))
    return "" if term is None else term.value


def is_xml(result):
    """Whether XML 1.0 can hold every character of a result."""
    held = {"\t", "\n", "\r"}
    characters = {c for row in result for term in row for c in text_of(term)} - held
    return all(ord(c) >= 32 and c not in "\ufffe\uffff" for c in characters)


@given(solutions)
def test_json_comes_back_the_same(result):
    assert parsed(result.to_json(), QueryResultsFormat.JSON) == list(result.rows)
    assert json.loads(result.to_json())["head"] == {"vars": ["a", "b"]}


@given(solutions)
def test_tsv_comes_back_the_same(result):
    assert parsed(result.to_tsv(), QueryResultsFormat.TSV) == list(result.rows)
    assert len(result.to_tsv().splitlines()) >= len(result) + 1


@given(solutions.filter(is_xml))
def test_xml_comes_back_the_same(result):
    assert parsed(result.to_xml(), QueryResultsFormat.XML) == list(result.rows)


@given(
    st.lists(literals, min_size=1, max_size=3)
    .map(lambda ls: Solutions(["a"], [[x] for x in ls]))
    .filter(is_xml)
)
def test_any_xml_parser_reads_the_same_text(result):
    """The engine's own reader does not see that a bare carriage return is lost."""
    name = "{http://www.w3.org/2005/sparql-results#}literal"
    read = [node.text or "" for node in element(result.to_xml()).iter(name)]

    assert read == [row.a.value for row in result]


@given(solutions)
def test_csv_has_the_plain_values(result):
    def plain(term):
        return text_of(term) if term is None or isinstance(term, NamedNode | Literal) else str(term)

    written = result.to_csv()
    read = list(csv.reader(io.StringIO(written, newline=""), strict=True))

    assert written.endswith("\r\n")
    assert read == [["a", "b"], *([plain(term) for term in row] for row in result)]


def test_formats_of_sparql_to_the_letter():
    rows = [[ALGERIA, Literal('a "b"\r\nc', language="en")], [None, Literal(5)]]
    result = Solutions(["s", "o"], rows)
    iri = ALGERIA.value

    assert result.to_csv() == f's,o\r\n{iri},"a ""b""\r\nc"\r\n,5\r\n'
    assert result.to_tsv() == f'?s\t?o\n<{iri}>\t"a \\"b\\"\\r\\nc"@en\n\t5\n'
    assert result.to_json() == (
        '{"head":{"vars":["s","o"]},"results":{"bindings":[\n'
        f'{{"s":{{"type":"uri","value":"{iri}"}},'
        '"o":{"type":"literal","value":"a \\"b\\"\\r\\nc","xml:lang":"en"}},\n'
        '{"o":{"type":"literal","value":"5","datatype":"http://www.w3.org/2001/XMLSchema#integer"}}\n'
        "]}}\n"
    )
    assert result.to_xml() == (
        '<?xml version="1.0"?><sparql xmlns="http://www.w3.org/2005/sparql-results#"><head>'
        '<variable name="s"/><variable name="o"/></head><results>'
        f'<result><binding name="s"><uri>{iri}</uri></binding><binding name="o">'
        '<literal xml:lang="en">a &quot;b&quot;&#13;\nc</literal></binding></result>'
        '<result><binding name="o"><literal datatype="http://www.w3.org/2001/XMLSchema#integer">'
        "5</literal></binding></result></results></sparql>\n"
    )


@pytest.mark.parametrize("character", ["\x00", "\x01", "\x1b", "\ufffe"])
def test_character_that_xml_cannot_hold_is_refused_with_its_place(character):
    result = Solutions(["a", "b"], [[None, None], [None, Literal(f"x{character}")]])

    with pytest.raises(Misuse, match=rf"row 2, \?b: XML cannot hold U\+{ord(character):04X}"):
        result.to_xml()
    assert parsed(result.to_json(), QueryResultsFormat.JSON) == list(result.rows)


def test_result_without_variables_keeps_its_rows():
    result = evaluate(Store(), "SELECT * {}")

    assert parsed(result.to_json(), QueryResultsFormat.JSON) == [()]
    assert (len(result), result.to_csv(), result.to_tsv()) == (1, "\r\n\r\n", "\n\n")
    assert result.to_table() == "1 row\n"


@pytest.mark.parametrize("name", ["csvtsv01", "csvtsv02"])
def test_csv_and_tsv_are_those_of_the_w3c_suite(suites, name):
    folder = suites / "sparql11" / "csv-tsv-res"
    store = Store()
    store.load(path=folder / "data.ttl", format=RdfFormat.TURTLE)
    query = (folder / f"{name}.rq").read_text("utf-8")
    # The order of the variables of * is left open; the engine's is that of the alphabet.
    names = "?s ?p ?o ?p2 ?o2" if "?o2" in query else "?s ?p ?o"
    result = evaluate(store, query.replace("*", names, 1))
    label = next(t.value for row in result for t in row if isinstance(t, BlankNode))

    expected = (folder / f"{name}.csv").read_text("utf-8").replace("_:a", f"_:{label}")
    assert result.to_csv().replace("\r\n", "\n") == expected
    expected = (folder / f"{name}.tsv").read_text("utf-8").replace("_:b0", f"_:{label}")
    assert result.to_tsv() == expected


# --- rows ---------------------------------------------------------------------------------------


def test_row_is_a_tuple_whose_terms_are_found_by_variable():
    row = Solutions(["s", "count", "2x"], [[ALGERIA, Literal(1), None]])[0]

    assert row == (ALGERIA, Literal(1), None)
    subject, number, nothing = row
    assert (subject, number, nothing) == (row["s"], row["count"], row["2x"])
    assert (row.s, row.count, row[1], row[-1], row[:2]) == (
        ALGERIA,
        Literal(1),
        Literal(1),
        None,
        (ALGERIA, Literal(1)),
    )
    assert {row: 1}[(ALGERIA, Literal(1), None)] == 1


def test_unknown_variable_of_a_row_gets_close_matches():
    row = Solutions(["event"], [[ALGERIA]])[0]

    with pytest.raises(UnknownName, match=r'no variable "evnt"; did you mean event'):
        row["evnt"]
    with pytest.raises(AttributeError):
        _ = row.evnt


def test_solutions_are_a_sequence_of_rows():
    result = Solutions(["n"], [[Literal(1)], [Literal(2)]])

    assert len(result) == 2
    assert [row.n.value for row in result] == ["1", "2"]
    assert result[-1].n.value == "2"
    assert repr(result) == "<Solutions: 2 rows of n>"
    assert not Solutions(["n"], [])


def test_row_must_have_as_many_terms_as_there_are_variables():
    with pytest.raises(ValueError, match=r"shorter|longer"):
        Solutions(["a", "b"], [[ALGERIA]]).to_json()


# --- tables -------------------------------------------------------------------------------------


def test_table_has_short_terms_and_says_parameters_and_number_of_rows_below():
    rows = [
        [
            Literal("2023-01-01", datatype=XSD.date),
            ALGERIA,
            Literal("Algérie", language="fr"),
            Literal(7),
        ],
        [Literal("2023-01-01", datatype=XSD.date), NamedNode("urn:x:y"), None, Literal(1000)],
    ]
    result = Solutions(["since", "thing", "label", "n"], rows, {"since": rows[0][0]})

    assert result.to_table() == (
        "thing       label       n\n"
        "──────────  ───────  ────\n"
        "kg:algeria  Algérie     7\n"
        "<urn:x:y>            1000\n"
        "\n"
        "since = 2023-01-01\n"
        "2 rows\n"
    )


def test_table_outside_a_terminal_is_never_cut_folded_or_coloured():
    long = "word " * 500 + "end"
    table = Solutions(["a", "b"], [[Literal(long), MALI]]).to_table()

    assert long + "  kg:mali" in table
    assert len(table.splitlines()) == 5
    assert "\x1b" not in table


@given(solutions, st.integers(1, 60))
def test_table_on_a_terminal_folds_and_loses_nothing(result, width):
    folded = result.to_table(width)
    whole = result.to_table()

    def letters(table):
        return sorted(c for c in table if not c.isspace() and c != "─")

    assert letters(folded) == letters(whole)


def test_table_on_a_terminal_keeps_to_its_width_and_breaks_at_blanks():
    result = Solutions(["text", "n"], [[Literal("one two three four five"), Literal(1)]])

    assert result.to_table(18).splitlines() == [
        "text             n",
        "───────────────  ─",
        "one two three    1",
        "four five",
        "",
        "1 row",
    ]
    assert Solutions(["u"], [[Literal("x" * 20)]]).to_table(9).splitlines()[2:5] == [
        "x" * 9,
        "x" * 9,
        "xx",
    ]


def test_wide_characters_keep_the_columns_straight():
    result = Solutions(["a", "b"], [[Literal("日本"), MALI], [Literal("e\u0301"), MALI]])

    assert result.to_table().splitlines()[2:4] == ["日本  kg:mali", "e\u0301     kg:mali"]


def test_colour_marks_the_header_and_iris_when_asked_for():
    table = Solutions(["a"], [[MALI], [Literal("kg")]]).to_table(80, color=True)

    assert table.splitlines() == [
        "\x1b[1ma\x1b[0m",
        "───────",
        "\x1b[36mkg:mali\x1b[0m",
        "kg",
        "",
        "2 rows",
    ]


@pytest.mark.parametrize("evil", ["\x1b[31mred", "\x9b31m", "a\rb", "bell\x07", "a\nb", "\x7f"])
def test_control_characters_cannot_reach_the_terminal(evil):
    result = Solutions(["a", "p"], [[Literal(evil), MALI]], {"p": Literal(evil)})

    for written in (
        result.to_table(),
        result.to_table(20),
        result.to_markdown(),
        result._repr_html_(),
    ):
        assert not any((ord(c) < 32 and c != "\n") or 127 <= ord(c) < 160 for c in written)
    assert len(result.to_table().splitlines()) == 6


def test_empty_result_is_a_header_and_0_rows():
    assert Solutions(["a", "b"], []).to_table() == "a  b\n─  ─\n\n0 rows\n"


def test_cell_of_a_blank_node_and_of_a_triple_term():
    assert cell(BlankNode("x")) == "_:x"
    assert cell(Triple(MALI, RDFS.label, Literal("Mali"))) == "<<( kg:mali rdfs:label Mali )>>"


def test_markdown_links_iris_and_escapes_what_would_be_markup():
    rows = [
        [ALGERIA, Literal("a | b\nc <script> *x* `y` [z](u) &lt; \\")],
        [NamedNode("javascript:alert(1)"), None],
    ]
    result = Solutions(["thing", "text"], rows)

    assert result.to_markdown() == (
        "| thing | text |\n"
        "| --- | --- |\n"
        "| [kg:algeria](<https://w3id.org/relations-kg/id/algeria>) "
        "| a \\| b<br>c \\<script\\> \\*x\\* \\`y\\` \\[z\\](u) \\&lt; \\\\ |\n"
        "| \\<javascript:alert(1)\\> |  |\n"
    )


def test_markdown_leaves_parameters_out_of_the_columns():
    result = Solutions(["since", "s"], [[Literal("2023"), MALI]], {"since": Literal("2023")})

    assert result.to_markdown().splitlines() == [
        "| s |",
        "| --- |",
        "| [kg:mali](<https://w3id.org/relations-kg/id/mali>) |",
        "",
        "since = 2023  ",
    ]


@given(solutions)
def test_markdown_table_has_the_same_number_of_cells_in_each_line(result):
    import re

    for line in result.to_markdown().removesuffix("\n").split("\n"):
        assert len(re.findall(r"(?<!\\)(?:\\\\)*\|", line)) == 3


@given(solutions)
def test_html_is_well_formed_and_terms_are_text_in_it(result):
    html = result._repr_html_()

    table = element(html)
    allowed = {"table", "caption", "thead", "tbody", "tr", "th", "td", "a", "br"}
    assert {node.tag for node in table.iter()} <= allowed
    links = [node.get("href") for node in table.iter("a")]
    assert all(link.startswith(("http://", "https://")) for link in links)


def test_html_shows_long_results_in_part_and_says_so():
    html = Solutions(["n"], [[Literal(n)] for n in range(1001)])._repr_html_()

    assert html.count("<tr>") == 1001
    assert "the first 1,000 of 1,001 rows" in html


# --- data frames --------------------------------------------------------------------------------


def column(*terms):
    frame = Solutions(["x"], [[term] for term in terms]).to_polars()
    return frame.schema["x"], frame["x"].to_list()


def typed(kind, *values):
    return [Literal(value, datatype=kind) for value in values]


@pytest.mark.parametrize(
    ("kind", "lexical", "type_", "values"),
    [
        (XSD.integer, ["1", "-007", "9223372036854775807"], pl.Int64, [1, -7, 2**63 - 1]),
        (XSD.decimal, ["1.5", "-.5", "2."], pl.Float64, [1.5, -0.5, 2.0]),
        (XSD.double, ["1e3", "-INF", "5"], pl.Float64, [1000.0, float("-inf"), 5.0]),
        (XSD.float, ["0.1"], pl.Float64, [0.1]),
        (XSD.boolean, ["true", "0"], pl.Boolean, [True, False]),
        (XSD.date, ["2023-12-22"], pl.Date, [date(2023, 12, 22)]),
        (
            XSD.dateTime,
            ["2023-12-22T10:00:00", "2023-12-22T10:00:00.25"],
            pl.Datetime("us"),
            [datetime(2023, 12, 22, 10), datetime(2023, 12, 22, 10, 0, 0, 250_000)],  # noqa: DTZ001
        ),
        (
            XSD.dateTime,
            ["2023-12-22T10:00:00Z", "2023-12-22T10:00:00+01:00"],
            pl.Datetime("us", "UTC"),
            [datetime(2023, 12, 22, 10, tzinfo=UTC), datetime(2023, 12, 22, 9, tzinfo=UTC)],
        ),
    ],
)
def test_column_of_one_datatype_is_typed(kind, lexical, type_, values):
    assert column(*typed(kind, *lexical), None) == (type_, [*values, None])


@pytest.mark.parametrize(
    "terms",
    [
        typed(XSD.integer, "1", "9223372036854775808"),
        typed(XSD.integer, "1", "one"),
        typed(XSD.integer, "1", "1_000"),
        typed(XSD.integer, "1", " 2"),
        typed(XSD.decimal, "1.5", "0.1234567890123456789"),
        typed(XSD.decimal, "1.5", "1e3"),
        typed(XSD.double, "1.5", "infinity"),
        typed(XSD.boolean, "true", "TRUE"),
        typed(XSD.date, "2023-12-22", "2023-12-22Z"),
        typed(XSD.date, "2023-12-22", "2024-13-45"),
        typed(XSD.date, "2023-12-22", "20231222"),
        typed(XSD.date, "2023-12-22", "-0044-03-15"),
        typed(XSD.dateTime, "2023-12-22T10:00:00", "2023-12-22T10:00:00Z"),
        typed(XSD.dateTime, "2023-12-22T24:00:00"),
        typed(XSD.dateTime, "2023-12-22T10:00:00.1234567"),
        typed(XSD.gYear, "2023"),
        [*typed(XSD.integer, "1"), *typed(XSD.decimal, "1.5")],
        [*typed(XSD.integer, "1"), Literal("1")],
        [*typed(XSD.integer, "1"), ALGERIA],
        [Literal("Mali", language="en"), Literal("")],
        [ALGERIA, MALI],
        [None, None],
        [],
    ],
    ids=str,
)
def test_any_other_column_is_text_as_it_stands(terms):
    expected = [None if term is None else term.value for term in terms]

    assert column(*terms) == (pl.String, expected)


def test_blank_nodes_and_triple_terms_are_text():
    triple = Triple(MALI, RDFS.label, Literal("Mali"))

    assert column(BlankNode("x"), triple) == (pl.String, ["_:x", str(triple)])


def test_date_times_that_leave_the_calendar_in_utc_are_text():
    assert column(*typed(XSD.dateTime, "0001-01-01T00:00:00+14:00"))[0] == pl.String


def test_parquet_and_arrow_files_come_back_with_their_types(tmp_path):
    result = Solutions(["s", "n"], [[MALI, Literal(1)], [None, Literal(2)]])
    expected = pl.DataFrame({"s": [MALI.value, None], "n": [1, 2]})

    result.write_parquet(tmp_path / "a.parquet")
    assert pl.read_parquet(tmp_path / "a.parquet").equals(expected)
    assert pl.read_parquet(serialize(result, "parquet")).equals(expected)
    assert pl.read_ipc(serialize(result, "arrow")).equals(expected)
    assert serialize(result, "parquet") == serialize(result, "parquet")


@pytest.mark.parametrize("name", ["pandas", "arrow"])
def test_missing_package_is_named_with_what_to_do(monkeypatch, name):
    for package in ("pandas", "pyarrow"):
        for module in [m for m in sys.modules if m == package or m.startswith(f"{package}.")]:
            monkeypatch.delitem(sys.modules, module)
        monkeypatch.setitem(sys.modules, package, None)

    with pytest.raises(Misuse, match=r"pip install .*pyarrow"):
        getattr(Solutions(["n"], [[Literal(1)]]), f"to_{name}")()


def test_pandas_and_arrow_have_the_types_of_polars():
    pytest.importorskip("pandas", reason="pandas is not installed")
    pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    result = Solutions(["s", "n"], [[MALI, Literal(1)]])

    assert result.to_pandas()["n"].dtype == "int64"
    assert result.to_arrow().to_pylist() == [{"s": MALI.value, "n": 1}]


# --- ASK, CONSTRUCT, and choosing a format ------------------------------------------------------


@pytest.mark.parametrize(("value", "word"), [(True, "yes"), (False, "no")])
def test_boolean_is_what_it_answers(value, word):
    answer = Boolean(value)
    parse = parse_query_results

    assert bool(answer) is value
    assert answer.to_table() == f"{word}\n"
    assert bool(parse(answer.to_json(), QueryResultsFormat.JSON)) is value
    assert bool(parse(answer.to_xml(), QueryResultsFormat.XML)) is value
    assert repr(answer) == f"<Boolean: {word}>"


def test_graph_result_has_each_triple_once_in_order():
    one, two = Triple(MALI, RDFS.label, Literal("b")), Triple(ALGERIA, RDFS.label, Literal("a"))
    result = GraphResult(iter([one, two, one]))

    assert result.triples == (two, one)
    assert list(result) == [two, one]
    assert repr(result) == "<GraphResult: 2 triples>"
    assert element(result._repr_html_()).tag == "table"


@pytest.mark.parametrize("name", FORMATS[GraphResult])
def test_graph_result_is_written_in_each_format_of_graphs(name):
    from kg import formats

    triple = Triple(MALI, RDFS.label, Literal("Mali", language="en"))
    written = serialize(GraphResult([triple]), name, serialize_triples)
    store = Store()
    store.load(written, format=formats.by_name(name).rdf)

    assert [quad.triple for quad in store] == [triple]


def test_graph_result_without_a_writer_says_so():
    with pytest.raises(Misuse, match=r"no writer: give kg\.export.serialize_triples"):
        serialize(GraphResult([]), "ttl")


@pytest.mark.parametrize("name", FORMATS[Solutions])
def test_rows_are_written_in_each_of_their_formats(name):
    assert serialize(Solutions(["n"], [[Literal(1)]]), name)


@pytest.mark.parametrize(
    ("result", "name", "message"),
    [
        (
            GraphResult([]),
            "csv",
            "csv does not hold the graph of a CONSTRUCT or DESCRIBE; one of ttl, nt,",
        ),
        (
            Solutions([], []),
            "ttl",
            "ttl does not hold the rows of a SELECT; one of table, csv, tsv,",
        ),
        (
            YES,
            "csv",
            "csv does not hold the yes or no of an ASK; one of table, json, xml does",
        ),
        (YES, "tsv", "tsv does not hold"),
        (YES, "parquet", "parquet does not hold"),
    ],
)
def test_format_of_another_kind_of_result_is_refused_with_those_that_fit(result, name, message):
    with pytest.raises(Misuse, match=message):
        serialize(result, name)


def test_unknown_format_is_refused_with_close_matches():
    with pytest.raises(UnknownName, match='no format "jsn"; did you mean json'):
        serialize(Solutions([], []), "jsn")
    with pytest.raises(UnknownName, match="for the yes or no of an ASK one of table, json, xml"):
        serialize(YES, "§§")
    with pytest.raises(UnknownName):
        serialize(Solutions([], []), "polars")
