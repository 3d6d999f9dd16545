"""A server that is told to stop answers everybody, says so in a line, and ends."""

from __future__ import annotations

import signal
import threading
import time

import pytest

from serving import problem, serving

SLOW = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


def asked(server, answers):
    """Ask a query that takes long, in a thread; return once it runs."""

    def ask():
        try:
            answers.append(server.query(SLOW))
        except Exception as error:  # noqa: BLE001 - what became of it is for the test to say
            answers.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    while not server.health()["workers"]["busy"]:
        time.sleep(0.02)
    return thread


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_query_that_runs_when_the_server_stops_is_answered_and_the_log_has_a_line(how):
    answers = []
    # It is sent SIGTERM once more when it is gone, and must have ended well.
    with serving("--max-seconds", 60, "--max-cpu-seconds", 60) as server:
        thread = asked(server, answers)
        server.process.send_signal(how)
        thread.join()
        assert server.process.wait(20) == 0
        log = server.log.read_text()
    problem(answers[0], 503, "not-ready")
    assert log == "kg: stopped; unfinished requests, answered with 503: 1\n"


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_server_that_is_told_twice_to_stop_ends_at_once_with_its_workers(how):
    answers = []
    with pytest.raises(AssertionError, match=f"ended with {128 + how}"):  # noqa: PT012, SIM117
        with serving("--max-seconds", 60, "--max-cpu-seconds", 60) as server:
            thread = asked(server, answers)
            below = server.descendants()
            server.process.send_signal(how)
            while server.process.poll() is None:
                server.process.send_signal(how)
                time.sleep(0.02)
            thread.join()
            assert not server.log.read_text()
    assert isinstance(answers[0], Exception)
    assert server.process.returncode == 128 + how
    assert len(below) > 1
