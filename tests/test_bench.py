"""The benchmarks run, and what they compare is equal; how fast it is, no test says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).parent.parent / "bench"


def python(*arguments):
    command = [sys.executable, *map(str, arguments)]
    env = {**os.environ, "KG_BENCH_ROUNDS": "1"}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=env)


def measured(job, *arguments):
    done = python(BENCH / "measure.py", job, json.dumps(arguments, default=str), "0")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def generated(folder, size, *arguments):
    path = folder / f"{size}.nt"
    assert python(BENCH / "generate.py", "--triples", size, "-o", path, *arguments).returncode == 0
    return path


@pytest.fixture(scope="module")
def quick(tmp_path_factory, long_lane):  # noqa: ARG001 - only where it is asked for
    results = BENCH / "RESULTS.md"
    before = results.read_bytes() if results.exists() else None
    done = python(BENCH / "table.py", "--quick", "--folder", tmp_path_factory.mktemp("graphs"))
    assert (results.read_bytes() if results.exists() else None) == before
    return done


def test_a_quick_run_ends_with_equal_results_everywhere(quick):
    assert quick.returncode == 0, quick.stdout + quick.stderr
    assert "NOT " not in quick.stdout


def test_the_table_has_a_row_for_each_promise(quick):
    rows = [line.split(" | ")[0] for line in quick.stdout.splitlines() if line.startswith("| ")][1:]
    promises = (
        "kg infer against owlrl",
        "against parsing",
        "kg query, the first",
        "kg validate against pyshacl",
        "kg export to Turtle",
        "kg export to JSON-LD",
        "kg diff",
        "kg infer against reasonable",
        "against owlrl",
        "packaged reasoner",
        "merely parsing",
        "into a store",
        "one new event",
        "SHACL Core",
        "cold start",
        "saved queries",
        "doubling",
        "file to file",
    )
    assert len(rows) == len(promises)
    assert all(promise in row for promise, row in zip(promises, rows, strict=True))


def test_the_table_says_what_machine_and_packages_it_is_of(quick):
    assert "processors" in quick.stdout
    assert all(f"{name} " in quick.stdout for name in ("owlrl", "pyshacl", "nemo-python"))


def test_a_part_that_is_not_there_is_refused_in_one_line():
    done = python(BENCH / "table.py", "--only", "speed")
    assert done.returncode == 2
    assert "no part speed: there are commands, closing" in done.stderr.splitlines()[-1]


def test_nemo_derives_the_same_from_20_000_triples(tmp_path):
    found = measured("closing.agreement", generated(tmp_path, 20_000))["told"]
    assert found["missing"] == found["extra"] == 0
    assert found["inferred"] > 20_000


def test_the_closure_is_that_of_owlrl_at_500_triples(tmp_path):
    path = generated(tmp_path, 500, "--seed", "5", "--faults", "13")
    mine, theirs = (measured("closing.close", path, one)["told"] for one in ("compiled", "owlrl"))
    assert mine == theirs
    assert mine["triples"] > 500


def test_a_contradiction_is_found_by_nemo_too(tmp_path):
    path = generated(tmp_path, 500)
    with path.open("a") as file:
        state, event = (
            "<http://example.org/id/state-0>",
            "https://w3id.org/relations-kg/ontology#Event",
        )
        file.write(f"{state} <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{event}> .\n")
    done = python(BENCH / "measure.py", "closing.nemo_rules", json.dumps([str(path)]), "0")
    assert "nemo finds a contradiction by cax-adc" in done.stderr
