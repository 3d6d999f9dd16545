"""Commands that are interrupted, limited, or whose standard streams are closed or full."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

_ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
_SORTED = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?a ?d"


def command(*arguments):
    return [sys.executable, "-m", "kg", *arguments]


@pytest.mark.parametrize("query", [_ENDLESS, _SORTED])
def test_ctrl_c_ends_a_query_that_would_run_for_ever(shipped_snapshot, query):
    assert shipped_snapshot
    code = (
        "import os, sys, threading, signal\n"
        "from kg.cli import main\n"
        "threading.Timer(1.5, os.kill, (os.getpid(), signal.SIGINT)).start()\n"
        "sys.argv = ['kg', 'query', sys.argv[1]]\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, query], capture_output=True, timeout=120, check=False
    )
    assert (done.returncode, done.stdout) == (128 + signal.SIGINT, b"")


def test_a_query_ends_after_the_time_that_it_may_take(shipped_snapshot):
    assert shipped_snapshot
    arguments = command("query", _ENDLESS, "--max-seconds", "0.5")
    done = subprocess.run(arguments, capture_output=True, timeout=120, check=False, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "kg: the query was ended after 0.5 s: allow more by --max-seconds, or ask for less\n"
    )


@pytest.mark.parametrize("seconds", ["0", "-1", "nan"])
def test_a_time_that_is_none_is_refused(cli, seconds):
    answer = cli("query", "ASK {}", "--max-seconds", seconds)
    assert answer.code == 2
    assert "give a time above zero" in answer.err


@pytest.mark.skipif(os.name == "nt", reason="needs a POSIX shell")
@pytest.mark.parametrize(
    ("redirection", "arguments", "code", "told"),
    [
        (">&-", "query 'ASK {}'", 2, "kg: standard output is closed: there is nowhere to write"),
        (">&-", "--help", 2, "kg: standard output is closed"),
        (">&-", "run missions --format csv", 2, "kg: standard output is closed"),
        (">&-", "query 'ASK {' ", 2, "kg: query:1:5:"),
        ("2>&-", "query 'ASK {}'", 0, ""),
        ("2>&-", "query 'ASK {'", 2, ""),
        ("<&-", "query -", 2, "kg: query: the query is empty"),
        (">/dev/full", "query 'ASK {}'", 2, "kg: standard output: No space left on device"),
        (">/dev/full", "queries", 2, "kg: standard output: No space left on device"),
        ("2>/dev/full", "query 'ASK {'", 2, ""),
    ],
)
def test_streams_that_are_closed_or_full_are_told_in_one_line(
    shipped_snapshot, redirection, arguments, code, told
):
    assert shipped_snapshot
    if "/dev/full" in redirection and not os.path.exists("/dev/full"):  # noqa: PTH110
        pytest.skip("this system has no /dev/full")
    line = f"'{sys.executable}' -m kg {arguments} {redirection}"
    done = subprocess.run(
        ["/bin/sh", "-c", line], capture_output=True, timeout=120, check=False, text=True
    )
    assert done.returncode == code
    assert done.stderr.startswith(told)
    assert done.stderr.count("\n") == bool(told)
