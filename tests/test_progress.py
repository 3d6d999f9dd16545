"""What long work tells of its progress where no terminal shows a bar."""

from __future__ import annotations

import time

from kg import progress


def test_a_step_that_lasts_is_told_once(capsys, monkeypatch):
    monkeypatch.setattr(progress, "LONG", 0)
    seen = ""

    with progress.steps("building", 2) as begin:
        begin("load")
        while "\n" not in seen:
            time.sleep(0.001)
            seen += capsys.readouterr().err

    assert seen == "kg: building: load (1 of 2)\n"


def test_what_is_quick_is_not_told(capsys):
    with progress.steps("building", None) as begin:
        begin("load")
        begin("close")

    assert capsys.readouterr().err == ""


def test_what_is_over_is_told_no_more(capsys, monkeypatch):
    monkeypatch.setattr(progress, "LONG", 0.05)

    with progress.steps("building", 2) as begin:
        begin("load")

    time.sleep(0.1)
    assert capsys.readouterr().err == ""


def test_steps_of_a_task_within_another_are_those_of_the_whole(capsys, monkeypatch):
    monkeypatch.setattr(progress, "LONG", 0)
    seen = ""

    with (
        progress.steps("checking", None),
        progress.steps("building", 2) as begin,
    ):
        begin("close")
        while "\n" not in seen:
            time.sleep(0.001)
            seen += capsys.readouterr().err

    assert seen == "kg: checking: close\n"
