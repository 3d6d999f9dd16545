"""The command: its answers, its exit codes, and one clear line for every mistake."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet
import pytest

from kg.cli import COMMANDS

KG = Path(sys.executable).with_name("kg")

#: As the graph has it, with an en dash.
BORDER = "Algeria\u2013Mali border"
EVENTS = """\
@prefix ex: <http://example.org/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
"""


@pytest.fixture
def own(tmp_path):
    """A graph of the user's own: facts, an ontology and shapes that kg knows nothing of."""
    (tmp_path / "facts.ttl").write_text(EVENTS + "ex:a ex:borders ex:b .\n", "utf-8")
    (tmp_path / "meaning.ttl").write_text(
        EVENTS + "ex:borders a owl:SymmetricProperty .\n", "utf-8"
    )
    (tmp_path / "shapes.ttl").write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> .\n"
        + EVENTS
        + "ex:Shape a sh:NodeShape ; sh:targetSubjectsOf ex:borders ;\n"
        '  sh:property [ sh:path ex:name ; sh:minCount 1 ; sh:message "give a name" ] .\n',
        "utf-8",
    )
    return tmp_path


# Asking


def test_ask_says_yes_and_exits_0(cli):
    answer = cli("query", "ASK { kg:algeria rel:neighbours kg:mali }")

    assert (answer.code, answer.out, answer.err) == (0, "yes\n", "")


def test_ask_says_no_and_exits_1(cli):
    answer = cli("query", "ASK { kg:algeria rel:neighbours kg:france }")

    assert (answer.code, answer.out, answer.err) == (1, "no\n", "")


def test_a_query_is_read_from_standard_input(cli):
    assert cli("query", "-", stdin=b"ASK {}").out == "yes\n"


def test_a_query_is_read_from_a_file(cli, tmp_path):
    file = tmp_path / "q.rq"
    file.write_text("\ufeffASK {}", "utf-8")

    assert cli("query", "-f", file).out == "yes\n"


@pytest.mark.parametrize(
    ("format_name", "expected"),
    [
        ("csv", b"name\r\nMali\r\n"),
        ("tsv", b'?name\n"Mali"@en\n'),
        ("md", None),
        ("json", None),
        ("xml", None),
    ],
)
def test_rows_come_in_each_format(cli, format_name, expected):
    answer = cli("query", "SELECT ?name { kg:mali rdfs:label ?name }", "--format", format_name)

    assert answer.code == 0
    assert b"Mali" in answer.raw
    if expected is not None:
        assert answer.raw == expected


def test_the_ending_of_the_file_tells_the_format(cli, tmp_path):
    question = "SELECT ?name { kg:mali rdfs:label ?name }"

    answer = cli("query", question, "-o", tmp_path / "a.csv")
    assert (answer.code, answer.out) == (0, "")
    assert (tmp_path / "a.csv").read_bytes() == b"name\r\nMali\r\n"

    cli("query", question, "-o", tmp_path / "a.parquet")
    table = pyarrow.parquet.read_table(io.BytesIO((tmp_path / "a.parquet").read_bytes()))
    assert table.to_pydict() == {"name": ["Mali"]}


def test_an_ending_that_tells_no_format_is_refused_and_nothing_is_written(cli, tmp_path):
    answer = cli("query", "SELECT ?s { ?s ?p ?o }", "-o", tmp_path / "a.docx")

    assert answer.code == 2
    assert "a.docx: no format that fits has this suffix; give --format" in answer.err
    assert list(tmp_path.iterdir()) == []


def test_parquet_is_not_printed(cli):
    answer = cli("query", "SELECT ?s { ?s ?p ?o }", "--format", "parquet")

    assert (answer.code, answer.raw) == (2, b"")
    assert answer.err == "kg: parquet is not text: give -o FILE.parquet\n"


def test_a_format_of_another_kind_of_answer_is_refused(cli):
    answer = cli("query", "ASK {}", "--format", "ttl")

    assert answer.code == 2
    assert answer.err.startswith("kg: ttl does not hold the yes or no of an ASK")


def test_a_graph_is_turtle_unless_told(cli):
    answer = cli("query", "CONSTRUCT { ?s a ?c } WHERE { ?s a ?c FILTER (?s = kg:mali) }")

    assert answer.out.startswith("@prefix kg: ")
    assert "kg:mali" in answer.out


def test_run_answers_a_saved_query_with_its_parameters(cli):
    answer = cli("run", "tension-raising-events", "--param", "since=2025", "--format", "csv")

    assert answer.code == 0
    assert "drone-shootdown-2025" in answer.out
    assert "recall-of-malian-ambassador-2023" not in answer.out


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["run", "tension-rising-events"], "did you mean tension-raising-events"),
        (["run", "tension-raising-events", "--param", "sinc=2023"], "did you mean since?"),
        (["run", "tension-raising-events", "--param", "since=soon"], '"soon" is no date'),
        (["run", "tension-raising-events", "--param", "since"], "write it as NAME=VALUE"),
        (
            ["run", "tension-raising-events", "--param", "since=1", "--param", "since=2"],
            "given twice",
        ),
        (["query"], "give one query"),
        (["query", "ASK {}", "-f", "q.rq"], "give one query"),
        (["query", "-f", "missing.rq"], "missing.rq: no such file or folder"),
        (["query", "SELECT ?s {"], "query:1:"),
        (["query", "ASK { SERVICE <http://example.org/> {} }"], "SERVICE is refused"),
        (["query", "DROP ALL"], "DROP is refused"),
        (["query", "ASK { ?s skso:broader ?o }"], "did you mean skos"),
        (["query", "ASK {}", "--data", "missing.ttl"], "missing.ttl: no such file or folder"),
        (["show", "Maly"], "did you mean Mali"),
        (["queries", "--tag", "weather"], 'no query has the tag "weather"; the tags are '),
        (["export", "-o", "missing/folder/a.ttl"], "not written"),
    ],
)
def test_a_mistake_is_one_line_and_exits_2(cli, args, said):
    answer = cli(*args)

    assert answer.code == 2
    assert answer.err.startswith("kg: ")
    assert answer.err.count("\n") == 1
    assert said in answer.err
    assert answer.out == ""


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["qery"], "Did you mean query or queries?"),
        (["weather"], "Try: kg --help"),
        (["query", "ASK {}", "--format", "jsno"], "did you mean json or jsonld?"),
        (["query", "--formta", "json"], "--format"),
        (["export", "--graph", "asserted-facts"], "did you mean asserted?"),
        (["infer"], "Missing argument 'DATA...'"),
    ],
)
def test_a_mistyped_word_is_answered_with_the_close_ones(cli, args, said):
    answer = cli(*args)

    assert answer.code == 2
    assert said in answer.err


def test_a_query_that_is_not_utf_8_is_refused_with_its_line(cli):
    answer = cli("query", "-", stdin=b"ASK {\n# \xff\n}")

    assert answer.code == 2
    assert answer.err.startswith("kg: standard input:2: not UTF-8 text")


def test_queries_lists_each_question_with_its_name(cli, graph):
    answer = cli("queries")

    assert len(answer.out.splitlines()) == len(graph.queries())
    assert all(line.endswith("?") for line in answer.out.splitlines())


def test_queries_with_a_tag_lists_fewer(cli):
    tagged = cli("queries", "--tag", "missions").out.splitlines()

    assert 0 < len(tagged) < len(cli("queries").out.splitlines())


def test_queries_shows_one_with_its_parameters_and_text(cli):
    shown = cli("queries", "tension-raising-events").out

    assert "--param since=VALUE  date" in shown
    assert "SELECT" in shown
    assert "#+" not in shown


# Looking


@pytest.mark.parametrize(
    "thing", ["Mali", "Q912", "kg:mali", "<https://w3id.org/relations-kg/id/mali>"]
)
def test_show_takes_a_thing_in_each_way_of_naming_it(cli, thing):
    assert cli("show", thing).out.startswith("Mali  (kg:mali)\n")


def test_show_tells_each_fact_with_its_claim_and_unit(cli):
    shown = cli("show", "kg:embassy-of-algeria-in-bamako").out

    assert "    Bamako  [F007, stated, S02]\n" in shown


def test_show_marks_what_is_inferred(cli):
    assert "    Algeria  (inferred)\n" in cli("show", "kg:mali").out


def test_show_gives_json_and_turtle(cli):
    told = json.loads(cli("show", "Mali", "--format", "json").out)
    assert told["label"] == "Mali"
    assert {"label": "State", "origin": "asserted"} in told["kinds"]

    assert "kg:mali" in cli("show", "Mali", "--format", "ttl").out


def test_explain_goes_down_to_the_passage(cli):
    answer = cli("explain", "kg:drone-shootdown-2025", "a", "rel:TensionRaisingEvent")

    assert answer.code == 0
    first, *_ = answer.out.splitlines()
    assert first.endswith("is a tension-raising event (inferred)")
    assert "F071" in answer.out
    assert "S10" in answer.out
    assert "#:~:text=" in answer.out


def test_explain_gives_json(cli):
    args = ("explain", "kg:drone-shootdown-2025", "a", "rel:TensionRaisingEvent")
    told = json.loads(cli(*args, "--format", "json").out)

    assert told["conclusion"]["origin"] == "inferred"
    assert told["steps"]
    passages = [p for one in told["premises"] for c in one["claims"] for p in c["passages"]]
    assert {"S10"} <= {passage["unit"] for passage in passages}


def test_explain_of_a_fact_tells_who_says_it(cli):
    answer = cli("explain", "Algeria", "rel:neighbours", "Mali")

    assert "(asserted)" in answer.out
    assert "F017, stated, asserted by" in answer.out


def test_explain_of_what_does_not_hold_exits_1(cli):
    answer = cli("explain", "kg:algeria", "rel:neighbours", "kg:france")

    assert (answer.code, answer.out) == (1, "")
    assert "neither asserted nor inferred" in answer.err


def test_stats_counts_each_graph(cli):
    counted = json.loads(cli("stats", "--format", "json").out)

    triples = counted["triples"]
    assert triples["all"] == sum(n for name, n in triples.items() if name != "all")
    assert counted["claims"]["stated"] > 100
    assert "inferred/reported" in cli("stats").out


# Checking


def test_check_of_the_shipped_graph_says_that_it_conforms(cli):
    answer = cli("check")

    assert (answer.code, answer.err) == (0, "")
    assert answer.out.splitlines()[-1].startswith("conforms")


def test_check_holds_the_passages_against_the_article(cli, article):
    answer = cli("check", "--source", article)

    assert answer.code == 0
    assert "source: 0" in answer.out


def test_validate_of_the_shipped_graph_conforms(cli):
    assert cli("validate").code == 0


def test_validate_works_on_any_rdf_with_any_shapes(cli, own):
    answer = cli("validate", "--shapes", own / "shapes.ttl", own / "facts.ttl")

    assert answer.code == 1
    assert "facts.ttl:4: Violation: <http://example.org/a>: give a name" in answer.out
    assert answer.out.endswith("does not conform (pyshacl): 1 Violation\n")


def test_validate_sees_what_an_ontology_entails(cli, own):
    args = ["--shapes", own / "shapes.ttl", "--ontology", own / "meaning.ttl", own / "facts.ttl"]
    report = json.loads(cli("validate", *args, "--format", "json").out)

    assert [result["focus_node"] for result in report["results"]] == [
        "<http://example.org/a>",
        "<http://example.org/b>",
    ]


def test_validate_writes_a_shacl_report(cli, own):
    answer = cli("validate", "--shapes", own / "shapes.ttl", own / "facts.ttl", "--format", "ttl")

    assert "sh:ValidationReport" in answer.out
    assert "sh:conforms false" in answer.out


def test_validate_changes_no_file(cli, own):
    before = {path: path.read_bytes() for path in own.iterdir()}
    cli("validate", "--shapes", own / "shapes.ttl", own / "facts.ttl")

    assert {path: path.read_bytes() for path in own.iterdir()} == before


def test_fmt_check_changes_nothing_and_exits_1(cli, own):
    before = (own / "facts.ttl").read_bytes()
    answer = cli("fmt", "--check", own / "facts.ttl")

    assert answer.code == 1
    assert "not in canonical form: run kg fmt" in answer.out
    assert (own / "facts.ttl").read_bytes() == before


def test_fmt_rewrites_once(cli, own):
    assert "rewritten" in cli("fmt", own / "facts.ttl").out
    assert cli("fmt", own / "facts.ttl").out == ""
    assert cli("fmt", "--check", own / "facts.ttl").code == 0


def test_the_shipped_files_are_in_canonical_form(cli):
    assert cli("fmt", "--check").out == ""


# Writing


def test_infer_writes_what_follows_and_nothing_else(cli, own):
    args = ["--ontology", own / "meaning.ttl", own / "facts.ttl"]

    assert cli("infer", *args, "-o", own / "out.nt").code == 0
    ex = "http://example.org"
    written = (own / "out.nt").read_text("utf-8").splitlines()
    assert f"<{ex}/b> <{ex}/borders> <{ex}/a> ." in written
    assert f"<{ex}/a> <{ex}/borders> <{ex}/b> ." not in written


def test_infer_writes_the_facts_too_where_asked(cli, own):
    answer = cli("infer", "--asserted", "--ontology", own / "meaning.ttl", own / "facts.ttl")

    assert (
        "<http://example.org/a> <http://example.org/borders> <http://example.org/b> ." in answer.out
    )


def test_a_graph_of_the_users_own_is_asked_with_what_follows(cli, own):
    question = "ASK { <http://example.org/b> <http://example.org/borders> <http://example.org/a> }"
    graph = ["--data", own / "facts.ttl", "--ontology", own / "meaning.ttl"]

    assert cli("query", question, *graph).out == "yes\n"
    assert cli("query", question, "--data", own / "facts.ttl").out == "no\n"


def test_a_graph_that_does_not_conform_is_not_asked(cli, tmp_path):
    claim = "kg:claim-x a rel:Claim ; rdf:subject kg:mali ."
    prefixes = "".join(
        f"@prefix {name}: <{iri}> .\n"
        for name, iri in {
            "kg": "https://w3id.org/relations-kg/id/",
            "rel": "https://w3id.org/relations-kg/ontology#",
            "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        }.items()
    )
    (tmp_path / "claims.ttl").write_text(f"{prefixes}{claim}\n", "utf-8")
    answer = cli("query", "ASK {}", "--data", tmp_path)

    assert answer.code == 1
    assert answer.err.startswith("kg: the graph does not conform")
    assert "claims.ttl:4: Violation" in answer.err
    assert answer.err.endswith("run kg check\n")


@pytest.mark.parametrize(
    "format_name", ["ttl", "nt", "nq", "trig", "rdfxml", "jsonld", "graphml", "csv"]
)
def test_export_writes_each_format(cli, format_name):
    answer = cli("export", "--graph", "links", "--format", format_name)

    assert (answer.code, answer.err) == (0, "")
    assert b"Q912" in answer.raw


def test_export_is_the_same_bytes_whatever_the_surroundings(shipped_snapshot):
    assert shipped_snapshot
    outputs = set()
    for seed, locale, zone in (
        ("0", "C", "UTC"),
        ("1", "C.UTF-8", "Africa/Algiers"),
        ("2", "POSIX", "Asia/Tokyo"),
    ):
        environment = os.environ | {"PYTHONHASHSEED": seed, "LC_ALL": locale, "TZ": zone}
        done = subprocess.run([KG, "export"], env=environment, capture_output=True, check=True)
        outputs.add(done.stdout)

    assert len(outputs) == 1
    assert BORDER.encode() in outputs.pop()


def test_diff_says_what_changed_and_exits_1(cli, own):
    (own / "later.ttl").write_text(EVENTS + "ex:a ex:borders ex:b , ex:c .\n", "utf-8")
    answer = cli("diff", own / "facts.ttl", own / "later.ttl")

    assert (answer.code, answer.err) == (1, "")
    assert "<http://example.org/c>" in answer.out


def test_diff_of_the_same_graph_in_two_formats_finds_nothing(cli, own):
    cli("query", "CONSTRUCT { ?s ?p ?o } { GRAPH graph:asserted { ?s ?p ?o } }",
        "--data", own / "facts.ttl", "--format", "nt", "-o", own / "same.nt")  # fmt: skip
    answer = cli("diff", own / "facts.ttl", own / "same.nt")

    assert (answer.code, answer.out) == (0, "no differences\n")


# The process around it


def test_a_closed_pipe_is_no_error(shipped_snapshot):
    assert shipped_snapshot
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run([KG, "export"], stdout=writing, stderr=subprocess.PIPE, check=False)
    os.close(writing)

    assert (done.returncode, done.stderr) == (141, b"")


def test_an_interrupt_is_quiet(shipped_snapshot):
    assert shipped_snapshot
    process = subprocess.Popen([KG, "query", "-"], stdin=subprocess.PIPE, stderr=subprocess.PIPE)
    with process:
        # It waits for its standard input; the time is for Python to start.
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(1.5)
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        assert process.stderr.read() == b""
    assert process.returncode == 130


def test_a_full_disk_is_told(shipped_snapshot):
    assert shipped_snapshot
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run([KG, "export"], stdout=full, stderr=subprocess.PIPE, check=False)

    assert done.returncode == 2
    assert done.stderr == b"kg: standard output: No space left on device\n"


def test_a_fault_of_kg_is_one_line(cli, monkeypatch):
    def broken(*_args, **_options):
        raise ZeroDivisionError("by nought")

    monkeypatch.setattr("kg.graph.Graph.stats", broken)
    answer = cli("stats")

    assert answer.code == 2
    assert answer.err == (
        "kg: this is a fault of kg: ZeroDivisionError: by nought (KG_DEBUG=1 shows where)\n"
    )


def test_output_is_utf_8_under_the_c_locale(shipped_snapshot):
    assert shipped_snapshot
    environment = os.environ | {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = subprocess.run(
        [KG, "show", "kg:algeria-mali-border"], env=environment, capture_output=True, check=True
    )

    assert done.stdout.startswith(BORDER.encode())


def test_without_a_terminal_nothing_is_coloured(cli):
    assert "\x1b" not in cli("run", "missions").out


@pytest.mark.parametrize("name", [None, *COMMANDS])
def test_help_is_printed(cli, name):
    answer = cli(*filter(None, [name]), "--help")

    assert (answer.code, answer.err) == (0, "")
    assert answer.out.startswith("Usage: kg")


def test_a_saved_question_calls_things_by_their_labels(cli):
    shown = cli("run", "escalation-chains").out

    assert "ban on flights to and from Mali, 2025" in shown
    assert "kg:flight-ban-by-algeria-2025" not in shown


def test_a_table_has_iris_where_they_are_asked_for(cli):
    shown = cli("run", "escalation-chains", "--iris").out

    assert "kg:flight-ban-by-algeria-2025" in shown


def test_a_query_has_iris_and_on_request_labels(cli):
    text = "SELECT ?state { ?state a rel:State } ORDER BY ?state"

    assert "kg:algeria" in cli("query", text).out
    assert "Algeria" in cli("query", text, "--labels").out


def test_labels_are_refused_where_the_format_always_has_iris(cli):
    answer = cli("run", "missions", "--labels", "--format", "json")

    assert (answer.code, answer.raw) == (2, b"")
    assert "json always has IRIs" in answer.err


def test_a_mistyped_term_is_noted_where_nothing_answers(cli):
    answer = cli("query", "SELECT ?event { ?event a rel:TensionRaisingEvnt }")

    assert answer.code == 0
    assert 'kg: note: no term "rel:TensionRaisingEvnt"; did you mean' in answer.err
    assert "rel:TensionRaisingEvent" in answer.err


def test_an_empty_answer_without_a_mistyped_term_is_not_noted(cli):
    assert cli("query", "ASK { kg:mali rel:neighbours kg:france }").err == ""


@pytest.mark.parametrize(
    "command",
    [
        ("query", "ASK {}", "--data"),
        ("infer",),
        ("validate", "--shapes", "kg"),
        ("check", "--data"),
    ],
    ids=lambda command: command[0],
)
def test_inferred_triples_in_a_file_are_left_out_and_it_is_said(cli, graph, tmp_path, command):
    path = tmp_path / "all.nq"
    graph.export(path)
    with path.open("a") as file:
        # It is said when the files are read: for a query, when there is no snapshot of them.
        file.write(f"# {tmp_path}\n")

    answer = cli(*command, path)

    told = f"{len(graph.infer()):,} inferred triples were left out"
    assert told in " ".join((answer.err + answer.out).split())


@pytest.mark.parametrize("command", [["infer", "--ontology", "kg"], ["validate", "--shapes", "kg"]])
def test_data_may_be_given_as_an_option_or_as_arguments(cli, command, tmp_path):
    path = tmp_path / "state.ttl"
    path.write_text(
        "PREFIX kg: <https://w3id.org/relations-kg/id/>\n"
        "PREFIX rel: <https://w3id.org/relations-kg/ontology#>\nkg:x a rel:Shootdown .\n"
    )

    assert cli(*command, "--data", path) == cli(*command, path)
    assert cli(*command, path).raw
