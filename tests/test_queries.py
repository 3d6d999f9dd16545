"""Saved queries: headers read strictly, values bound as terms, the catalogue's rules."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, Store

from kg.errors import Misuse, ParseFailure, ResourceNotFound, UnknownName
from kg.namespaces import GRAPH, RDFS, SKOS, XSD, expand
from kg.queries import Parameter, SavedQuery, catalogue, find, problems, read, run
from kg.results import Boolean, GraphResult, Solutions

MALI = NamedNode(expand("kg:mali"))
HEADER = """\
#+ summary: What happened since then?
#+ description: One row an event.
#+ tags: [events, "time"]
#+ parameters:
#+   since: {type: date, description: Leave out what came before., example: 2023-12}
#+   state:
#+     type: iri
#+     description: Whose events.
#+     default: "kg:mali"
"""
SELECT = """\
SELECT ?since ?state ?e {
  ?e rel:actor ?state ; rel:earliest ?d FILTER(?d >= ?since)
} ORDER BY ?e
"""
EVIL = ['" } #', "' . ?s ?p ?o", "} ; DROP ALL", "\\", "<x>", "?s", '"""']


@pytest.fixture
def store():
    store = Store()
    for triple in (
        (MALI, RDFS.label, Literal("Mali", language="en")),
        (MALI, SKOS.exactMatch, NamedNode(expand("wd:Q912"))),
        (NamedNode(expand("kg:recall")), NamedNode(expand("rel:actor")), MALI),
        (
            NamedNode(expand("kg:recall")),
            NamedNode(expand("rel:earliest")),
            Literal("2023-12-22", datatype=XSD.date),
        ),
    ):
        store.add(Quad(*triple, GRAPH.asserted))
    return store


@pytest.fixture
def save(tmp_path):
    def write(text, name="events-since.rq"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def changed(text, old, new):
    assert old in text
    return text.replace(old, new)


# --- the header ---------------------------------------------------------------------------------


def test_header_is_read_whole(save):
    saved = read(save(HEADER + SELECT))

    assert (saved.slug, saved.summary) == ("events-since", "What happened since then?")
    assert (saved.description, saved.tags) == ("One row an event.", ("events", "time"))
    assert saved.text == HEADER + SELECT
    assert saved.parameters == {
        "since": Parameter("date", "Leave out what came before.", example="2023-12"),
        "state": Parameter("iri", "Whose events.", default="kg:mali"),
    }
    assert [one.required for one in saved.parameters.values()] == [True, False]


def test_header_of_a_summary_is_enough_to_be_read(save):
    saved = read(save("#+ summary: Is it?\nASK {}"))

    assert (saved.description, saved.tags, saved.parameters) == ("", (), {})


@pytest.mark.parametrize(
    ("written", "default"),
    [
        ("2023", "2023"),
        ("2023-12-22", "2023-12-22"),
        ("yes", "yes"),
        ("0x1F", "0x1F"),
        ("1.50", "1.50"),
        ("null", "null"),
    ],
)
def test_values_stay_the_text_they_are_however_yaml_would_read_them(save, written, default):
    parameter = f"{{type: string, description: P., default: {written}}}"
    header = f"#+ summary: Q?\n#+ parameters:\n#+   p: {parameter}\n"

    assert read(save(header)).parameters["p"].default == default


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("ASK {}", 1, 'the header lacks its question: "#+ summary: Which …?"'),
        ("", 1, "the header lacks its question"),
        ("#+ description: x\n", 1, "the header lacks its question"),
        ("#+ summary: Q?\n#+ summry: x\n", 2, 'the header has no "summry"; did you mean summary?'),
        (
            "#+ summary: Q?\n#+ zzz: x\n",
            2,
            'the header has no "zzz"; it may have summary, description',
        ),
        ("#+ summary: Q?\n#+ summary: R?\n", 2, '"summary" is given twice'),
        (
            "#+ summary: Q?\n#+ description: Derived: a thing\n",
            2,
            'the header is not YAML: put text that holds ": " in quotes',
        ),
        ("#+ summary: Q?\n#+ tags: [a, b\n", 2, "the header is not YAML"),
        ("#+ summary: 'Q?\n", 1, "the header is not YAML"),
        ("#+ summary: \x07\n", 1, "the header is not YAML"),
        ("#+ summary: *x\n", 1, "the header is not YAML"),
        ("#+ - summary\n", 1, "names and values are wanted here"),
        ("#+ just text\n", 1, "names and values are wanted here"),
        ("#+ summary:\n", 1, "text is wanted here"),
        ("#+ summary: [a]\n", 1, "text is wanted here"),
        ("#+ summary: Q?\n#+ tags: events\n", 2, "a list is wanted here"),
        ("#+ summary: Q?\n#+ tags:\n#+   - [a]\n", 3, "text is wanted here"),
        ("#+ summary: Q?\n#+ parameters: [p]\n", 2, "names and values are wanted here"),
        ("#+ summary: Q?\n#+ parameters:\n#+   p: date\n", 3, "names and values are wanted here"),
        (
            "#+ summary: Q?\n#+ parameters:\n#+   p: {type: date}\n",
            3,
            "the parameter p lacks its description",
        ),
        (
            "#+ summary: Q?\n#+ parameters:\n#+   p: {description: x}\n",
            3,
            "the parameter p lacks its type",
        ),
        (
            "#+ summary: Q?\n#+ parameters:\n#+   p:\n#+     description: x\n#+     type: day\n",
            5,
            'no type "day"; one of date, iri, agent, string, integer, decimal, boolean',
        ),
        (
            "#+ summary: Q?\n#+ parameters:\n#+   p: {type: date, description: x, defualt: y}\n",
            3,
            'a parameter has no "defualt"; did you mean default?',
        ),
        (
            "#+ summary: Q?\nASK {\n#+ tags: [a]\n}",
            3,
            "the header must stand at the top, in one piece",
        ),
        (b"#+ summary: Q?\n# caf\xe9\nASK {}", 2, "not UTF-8 text"),
    ],
)
def test_malformed_header_is_refused_with_file_and_line(save, text, line, message):
    path = save(text)

    with pytest.raises(ParseFailure) as refused:
        read(path)

    assert str(refused.value).startswith(f"{path}:{line}: {message}")


def test_line_ends_of_windows_are_fine(save):
    saved = read(save((HEADER + SELECT).replace("\n", "\r\n")))

    assert saved.parameters["state"].default == "kg:mali"
    assert problems(saved) == []


# --- values -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("date", "2023", Literal("2023-01-01", datatype=XSD.date)),
        ("date", "2023-12", Literal("2023-12-01", datatype=XSD.date)),
        ("date", "2023-12-22", Literal("2023-12-22", datatype=XSD.date)),
        ("date", "0001", Literal("0001-01-01", datatype=XSD.date)),
        ("string", 'any "text" }', Literal('any "text" }')),
        ("string", "", Literal("")),
        ("integer", "-5", Literal("-5", datatype=XSD.integer)),
        ("decimal", "1.5", Literal("1.5", datatype=XSD.decimal)),
        ("decimal", "2", Literal("2", datatype=XSD.decimal)),
        ("boolean", "true", Literal("true", datatype=XSD.boolean)),
        ("iri", "Mali", MALI),
        ("iri", "kg:mali", MALI),
        ("iri", "Q912", MALI),
        ("iri", "https://w3id.org/relations-kg/id/mali", MALI),
    ],
)
def test_value_becomes_a_term_of_its_type(store, kind, value, expected):
    assert Parameter(kind, "x").term("p", value, store) == expected


def test_bytes_that_are_no_text_are_refused(store):
    with pytest.raises(Misuse, match="parameter p: not UTF-8 text"):
        Parameter("string", "x").term("p", "\udcff", store)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        *[
            ("date", value)
            for value in (
                "",
                "soon",
                "2023-13",
                "2023-02-30",
                "22.12.2023",
                "2023-12-22'",
                "\uff12\uff10\uff12\uff13",
            )
        ],
        *[
            ("integer", value)
            for value in ("", "1.5", "one", "1_000", "1e3", " 1", "1\n", "\u0663")
        ],
        *[("decimal", value) for value in ("", "1e3", "1.", "INF", "1,5")],
        *[("boolean", value) for value in ("", "yes", "1", "True")],
    ],
)
def test_value_of_another_type_is_refused_with_what_is_wanted(store, kind, value):
    with pytest.raises(Misuse, match=rf"(?s)^parameter p: .* is no {kind}; write "):
        Parameter(kind, "x").term("p", value, store)


def test_unknown_thing_is_refused_with_close_matches(store):
    with pytest.raises(UnknownName, match="did you mean Mali"):
        Parameter("iri", "x").term("p", "Malli", store)


def test_bind_takes_values_and_defaults_in_the_order_of_the_header(save, store):
    saved = read(save(HEADER + SELECT))

    bound = saved.bind({"since": "2023"}, store)

    assert list(bound.items()) == [
        ("since", Literal("2023-01-01", datatype=XSD.date)),
        ("state", MALI),
    ]


def test_missing_value_is_refused_with_an_example(save, store):
    saved = read(save(HEADER + SELECT))

    with pytest.raises(Misuse) as refused:
        saved.bind({"state": "Mali"}, store)

    assert str(refused.value) == (
        "events-since needs since (Leave out what came before, for example since=2023-12)"
    )


def test_unknown_parameter_is_refused_with_close_matches(save, store):
    saved = read(save(HEADER + SELECT))

    with pytest.raises(UnknownName, match='no parameter "sincce"; did you mean since'):
        saved.bind({"sincce": "2023"}, store)
    with pytest.raises(UnknownName, match="events-since takes since, state"):
        saved.bind({"§": "2023"}, store)
    with pytest.raises(UnknownName, match="q takes none"):
        read(save("#+ summary: Q?\nASK {}", "q.rq")).bind({"since": "2023"}, store)


# --- running ------------------------------------------------------------------------------------


def test_run_answers_with_the_parameters_that_were_used(save, store):
    result = run(store, read(save(HEADER + SELECT)), {"since": "2023", "state": "Q912"})

    assert isinstance(result, Solutions)
    assert [row.e.value.rpartition("/")[2] for row in result] == ["recall"]
    assert result.parameters == {"since": Literal("2023-01-01", datatype=XSD.date), "state": MALI}
    assert result.to_table().splitlines()[-3:] == ["since = 2023-01-01", "state = kg:mali", "1 row"]
    assert len(run(store, read(save(HEADER + SELECT)), {"since": "2024"})) == 0


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40) | st.sampled_from(EVIL))
def test_value_is_never_text_of_the_query(value):
    store = Store()
    node = NamedNode("http://example.org/a")
    store.add(Quad(node, RDFS.label, Literal(value)))
    store.add(Quad(node, RDFS.label, Literal("another" + value)))
    text = "SELECT ?label ?s { ?s rdfs:label ?label } ORDER BY ?s"
    parameters = {"label": Parameter("string", "The label.")}
    saved = SavedQuery("q", "Q?", "", (), parameters, text, Path("q.rq"))

    assert [row.label.value for row in run(store, saved, {"label": value})] == [value]


def test_ask_and_construct_take_parameters_too(save, store):
    header = "#+ summary: Q?\n#+ parameters:\n#+   state: {type: iri, description: The State.}\n"
    ask = read(save(header + "ASK { VALUES ?state { UNDEF } ?e rel:actor ?state }"))
    construct = read(save(header + "CONSTRUCT { ?e a rel:Event } { ?e rel:actor ?state }"))

    assert isinstance(run(store, ask, {"state": "Mali"}), Boolean)
    assert isinstance(run(store, construct, {"state": "Mali"}), GraphResult)
    assert len(run(store, construct, {"state": "Mali"})) == 1


def test_mistake_in_a_saved_query_names_its_file(save, store):
    path = save("#+ summary: Q?\nASK { ?s ?p }")

    with pytest.raises(ParseFailure) as refused:
        run(store, read(path), {})

    assert str(refused.value).startswith(f"{path}:2:")


# --- the catalogue ------------------------------------------------------------------------------


def test_catalogue_has_the_queries_of_a_folder_by_name(save, tmp_path):
    save("#+ summary: B?\nASK {}", "b.rq")
    save("#+ summary: A?\nASK {}", "a-1.rq")
    save("not a query", "readme.md")

    assert [(slug, one.summary) for slug, one in catalogue(tmp_path).items()] == [
        ("a-1", "A?"),
        ("b", "B?"),
    ]


def test_query_is_found_with_or_without_its_suffix(save, tmp_path):
    save("#+ summary: Q?\nASK {}", "has-embassy.rq")

    assert find("has-embassy", tmp_path) == find("has-embassy.rq", tmp_path)


def test_unknown_query_is_refused_with_close_matches(save, tmp_path):
    save("#+ summary: Q?\nASK {}", "has-embassy.rq")

    with pytest.raises(UnknownName, match='no query "embassy"; did you mean has-embassy'):
        find("embassy", tmp_path)
    with pytest.raises(UnknownName, match="kg queries lists them"):
        find("../has-embassy", tmp_path / "..")


def test_missing_folder_is_named(tmp_path):
    with pytest.raises(ResourceNotFound, match="nowhere"):
        catalogue(tmp_path / "nowhere")
    with pytest.raises(ResourceNotFound, match="nowhere"):
        find("a", tmp_path / "nowhere")


def test_query_that_keeps_the_rules_has_no_problems(save):
    assert problems(read(save(HEADER + SELECT))) == []


@pytest.mark.parametrize(
    ("name", "old", "new", "problem"),
    [
        ("Events_since.rq", "", "", "the file's name is not lower case words joined by hyphens"),
        ("a--b.rq", "", "", "the file's name is not lower case"),
        ("a.rq", "then?", "then", "the summary does not end with a question mark"),
        ("a.rq", "#+ description: One row an event.\n", "", "the description is missing"),
        ("a.rq", '#+ tags: [events, "time"]\n', "", "it has no tags"),
        ("a.rq", " ORDER BY ?e", "", "it has no ORDER BY"),
        ("a.rq", "} ORDER BY ?e", "{ SELECT ?e { ?e a ?k } ORDER BY ?e } }", "it has no ORDER BY"),
        (
            "a.rq",
            "SELECT ?since ?state ?e",
            "SELECT ?e ?since ?state",
            "SELECT does not begin with its parameters: since, state",
        ),
        (
            "a.rq",
            "SELECT ?since ?state ?e",
            "SELECT ?state ?since ?e",
            "SELECT does not begin with its parameters",
        ),
        ("a.rq", "SELECT ?since ?state ?e", "SELECT ?since ?e", "?state cannot be given a value"),
        ("a.rq", "rel:actor ?state ; ", "", "the text does not use its parameter state"),
        ("a.rq", "FILTER(", "FILTER((", '"}" does not close the "("'),
        ("a.rq", "rel:actor", "real:actor", 'no prefix "real"; did you mean rel'),
        (
            "a.rq",
            "?e rel:actor",
            "SERVICE <http://example.org/> {} ?e rel:actor",
            "SERVICE is refused",
        ),
        ("a.rq", "example: 2023-12", "example: soon", 'parameter since: "soon" is no date'),
        ("a.rq", "type: iri", "type: integer", 'parameter state: "kg:mali" is no integer'),
    ],
)
def test_each_rule_of_the_catalogue_is_checked(save, name, old, new, problem):
    found = problems(read(save(changed(HEADER + SELECT, old, new), name)))

    assert any(problem in one for one in found), found


def test_ask_needs_no_order_and_its_parameter_in_a_pattern(save):
    header = HEADER[: HEADER.index("#+   since")] + "#+   s: {type: iri, description: S.}\n"

    assert problems(read(save(header + "ASK { ?s ?p ?o }"))) == []
    [problem] = problems(read(save(header + "ASK { ?x ?p ?o FILTER(?x = ?s) }")))
    assert "VALUES ?s { UNDEF }" in problem


@pytest.mark.parametrize("text", ["", "INSERT DATA {}", "ASK { ?s ?p 'a }", "ASK FROM"])
def test_problems_are_told_and_never_raised(save, text):
    header = "#+ summary: Q?\n#+ description: D.\n#+ tags: [t]\n"

    assert len(problems(read(save(header + text)))) == 1
