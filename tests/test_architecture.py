"""The table of ARCHITECTURE.md leads to the file for a change."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kg.cli import COMMANDS
from kg.plots import PLOTS

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
TABLE = TEXT.partition("## To change")[2].partition("\n## ")[0]
ROWS = [line.strip("|").split("|") for line in TABLE.splitlines() if line.startswith("| ")][1:]
ASKED = {word for row in ROWS for word in re.findall(r"`([^`]+)`", row[0])}
FILES = sorted({word for row in ROWS for word in re.findall(r"`([^`]+)`", row[1]) if "." in word})


def test_there_are_rows_for_what_is_changed_most():
    assert len(ROWS) >= 30


@pytest.mark.parametrize("path", FILES)
def test_a_file_that_a_row_names_is_there(path):
    assert (ROOT / path).is_file()


def test_each_command_has_its_row():
    assert {f"kg {name}" for name in COMMANDS} <= ASKED


def test_each_picture_has_its_row():
    assert {*PLOTS} <= ASKED


def test_each_address_has_its_row():
    text = (ROOT / "src/kg/web/app.py").read_text("utf-8")
    listed = re.findall(r'^ +\("(/[^"]*)", ', text, re.MULTILINE)
    assert len(listed) > 20
    assert {f"/{path.split('/')[1]}" for path in listed} <= ASKED


def test_a_module_that_the_code_map_names_is_there():
    text = TEXT.partition("## Code map")[2].partition("\n## ")[0]
    package = ROOT / "src/kg"
    there = {path.stem for path in package.rglob("*.py")}
    there |= {path.name for path in package.rglob("*") if path.is_dir()}
    assert set(re.findall(r"`([a-z_]+)`", text)) <= there
