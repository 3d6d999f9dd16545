"""The page that tells how kg is tested tells of the tests that there are."""

from __future__ import annotations

import doctest
import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))

import tested  # noqa: E402 - tools/ is no package


@pytest.fixture(scope="module")
def names(request):
    """The names of all tests: this run has them, where it is of all tests and knows no suite."""
    config = request.config
    chosen = config.option.keyword or config.option.markexpr or config.option.deselect
    everything = {Path(one).name for one in config.args} == {*config.getini("testpaths")}
    if everything and not chosen and "KG_SUITES" not in os.environ:
        return [item.nodeid for item in request.session.items]
    return tested.collected()


def shown():
    """Return the blocks of numbers that the page shows, by their names."""
    text = tested.PAGE.read_text("utf-8")
    return {block[2]: block[0] for block in tested.BLOCK.finditer(text)}


@pytest.mark.parametrize("name", tested.BLOCKS)
def test_the_numbers_of_the_page_are_those_of_the_tests(name, names):
    if name == "suites" and "KG_SUITES" not in os.environ:
        pytest.skip("KG_SUITES names no folder of conformance suites")
    made = tested.BLOCKS[name](names)

    assert shown()[name] == f"<!-- numbers: {name} -->\n\n{made}\n", "run `make format`"
    print(made)  # noqa: T201 - with -rP the run tells its numbers


def test_the_page_has_every_block_of_numbers():
    assert shown().keys() == tested.BLOCKS.keys()


def test_a_case_of_abuse_has_a_test_or_a_reason_for_none():
    rows = list(tested.cases_of_abuse())

    assert len({row["row"] for row in rows}) == len(rows) > 50
    for row in rows:
        assert bool(row["expected"]) is not bool(row["not_tested"]), row


def test_the_files_of_each_kind_of_test_are_there():
    named = [file for files in tested.KINDS.values() for file in files]

    assert len(set(named)) == len(named)
    assert [file for file in named if not (tested.TESTS / f"test_{file}.py").is_file()] == []


def test_the_examples_of_the_tool_hold():
    assert doctest.testmod(tested).failed == 0
