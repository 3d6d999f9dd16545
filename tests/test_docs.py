"""The documents are true: every command and block in them runs and gives what they show."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))

import documents  # noqa: E402 - tools/ is no package
import pictures  # noqa: E402 - tools/ is no package
import questions  # noqa: E402 - tools/ is no package
import reference  # noqa: E402 - tools/ is no package

PAGES = documents.PAGES
FENCE = re.compile(r"^```(\w+)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def blocks(kind):
    """Find the fenced blocks of one kind in every page, with the line where each begins."""
    found = []
    for page in PAGES:
        text = page.read_text("utf-8")
        for match in FENCE.finditer(text):
            if match[1] == kind and not _only_sets_up(match[2]):
                line = text.count("\n", 0, match.start()) + 1
                found.append(pytest.param(match[2], id=f"{page.relative_to(ROOT)}:{line}"))
    return found


def _only_sets_up(block):
    words = re.findall(r"^\$ (\S+)", block, flags=re.MULTILINE)
    return bool(words) and set(words) <= documents.NOT_RUN


@pytest.fixture(scope="session")
def workplace(tmp_path_factory):
    """A folder that looks like a checkout, where the commands of a page may write."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in ("data", "ontology", "queries", "docs"):
        (folder / name).symlink_to(ROOT / name)
    return folder


@pytest.mark.parametrize("block", blocks("console"))
def test_commands_give_the_output_shown(block, workplace):
    for command, expected in documents.commands(block):
        if not documents.is_run(command):
            continue
        done = documents.answered(command, workplace)
        assert done.returncode in {0, 1}, done.stdout
        if not expected.strip():
            # The page shows the command alone.
            continue
        if "…\n" in expected:
            # A page may leave out the middle of a long answer, at a line of its own.
            head, _, tail = expected.partition("…\n")
            assert done.stdout.startswith(head)
            assert done.stdout.endswith(tail)
        else:
            assert done.stdout == expected


@pytest.fixture(scope="module")
def address(served):
    """The address of a server that answers as the pages say."""
    return served.url


def asked(block):
    return [pair for pair in documents.commands(block) if documents.is_asked(pair[0])]


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
@pytest.mark.parametrize("block", [one for one in blocks("console") if asked(one.values[0])])
def test_requests_give_the_output_shown(block, workplace, address):
    for command, expected in asked(block):
        done = documents.answered(command.replace(documents.SERVED, address), workplace)

        assert done.returncode == 0, done.stdout
        told = done.stdout.replace("\r\n", "\n").replace(address, documents.SERVED)
        assert told.rstrip("\n") == expected.rstrip("\n")


def test_a_server_says_what_the_pages_show(served):
    shown = [
        output
        for page in PAGES
        for match in FENCE.finditer(page.read_text("utf-8"))
        for command, output in documents.commands(match[2])
        if command.startswith("kg serve") and output
    ]
    assert shown
    assert served.ready.replace(served.url, documents.SERVED) in shown


def test_the_pictures_are_those_that_the_graph_gives():
    drawn = pictures.drawn()

    assert {path.name for path in pictures.FOLDER.iterdir()} == drawn.keys()
    for name, content in drawn.items():
        assert (pictures.FOLDER / name).read_bytes() == content, "run `make format`"


def test_the_examples_of_the_tools_hold():
    import doctest

    done = doctest.testmod(documents)

    assert (done.attempted, done.failed) == (1, 0)


@pytest.mark.parametrize("block", blocks("python"))
def test_python_blocks_run(block, workplace, monkeypatch):
    monkeypatch.chdir(workplace)
    if block.lstrip().startswith(">>>"):
        import doctest

        test = doctest.DocTestParser().get_doctest(block, {}, "block", None, None)
        output: list[str] = []
        failed = doctest.DocTestRunner(verbose=False).run(test, out=output.append).failed
        assert not failed, "".join(output)
    else:
        exec(compile(block, "block", "exec"), {"__name__": "block"})  # noqa: S102 - our own page


def test_the_command_reference_is_what_help_prints():
    written = (ROOT / "docs" / "cli.md").read_text("utf-8")

    assert written == reference.page(), "run `make format`"


def test_the_list_of_questions_is_what_the_queries_say():
    written = (ROOT / "docs" / "questions.md").read_text("utf-8")

    assert written == questions.page(), "run `make format`"


@pytest.mark.parametrize("name", list(reference.COMMANDS))
def test_every_command_has_help_with_an_example(name):
    text = reference._help(name)

    assert f"kg {name}" in text.partition("Options:")[0].partition("\n")[2]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_between_pages_lead_somewhere(page):
    targets = LINK.findall(page.read_text("utf-8"))
    missing = [
        target
        for target in targets
        if "://" not in target
        and not target.startswith(("#", "mailto:"))
        and not (page.parent / target.partition("#")[0]).exists()
    ]

    assert not missing
