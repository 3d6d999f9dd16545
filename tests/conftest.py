"""What the tests share: a cache of their own, and the command run inside the process."""

from __future__ import annotations

import io
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from browser import browser, site, window  # noqa: F401 - fixtures

# How fast a machine is says nothing of a law. In continuous integration every run tries the same
# examples, so that a change is judged by what it changes; elsewhere each run looks for new ones,
# so that it need not look for many.
settings.register_profile(
    "kg",
    deadline=None,
    max_examples=50,
    derandomize="CI" in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("kg")

_CACHE = "KG_TESTS_CACHE"
#: Files of few tests that take long. They go first, so that no worker ends with one of them alone.
_LONG = [
    "browser_pages",
    "bench",
    "wheel",
    "validation_engines",
    "increment",
    "web_workers",
    "edit",
    "writers",
    "plots",
    "increments",
    "web_states",
    "abuse_data",
    "access",
    "catalogue",
    "successors",
    "stopping",
    "load",
]


def pytest_collection_modifyitems(items):
    """Put the files that take long first, the others in their order."""
    places = {f"test_{name}": place for place, name in enumerate(_LONG)}
    items.sort(key=lambda item: places.get(item.path.stem, len(places)))


def pytest_configure(config):
    """Give the whole run one cache folder, so that snapshots of the user's are neither used nor
    changed, and the workers share what one of them built.
    """
    if hasattr(config, "workerinput"):
        return
    folder = tempfile.mkdtemp(prefix="kg-tests-")
    os.environ[_CACHE] = folder
    os.environ["KG_CACHE"] = folder
    # Colour and width would differ from one terminal to another.
    os.environ["NO_COLOR"] = "1"
    for name in ("COLUMNS", "KG_DEBUG", "FORCE_COLOR"):
        os.environ.pop(name, None)


def pytest_unconfigure(config):
    if not hasattr(config, "workerinput"):
        shutil.rmtree(os.environ.pop(_CACHE, ""), ignore_errors=True)


@dataclass(frozen=True)
class Answer:
    """What a command printed, and its exit code."""

    code: int
    raw: bytes
    err: str

    @property
    def out(self) -> str:
        return self.raw.decode("utf-8")


@pytest.fixture
def cli(monkeypatch):
    """Run the command line in this process: ``cli("query", "ASK {}")``."""
    from kg.cli import main

    def run(*args, stdin=b""):
        out, err = io.BytesIO(), io.BytesIO()
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
            patch.setattr(sys, "stdout", io.TextIOWrapper(out, encoding="ascii"))
            patch.setattr(sys, "stderr", io.TextIOWrapper(err, encoding="ascii"))
            # How long a step lasts depends on what else runs.
            patch.setattr("kg.progress.LONG", 3600)
            with pytest.raises(SystemExit) as left:
                main([str(arg) for arg in args])
            sys.stdout.flush()
            sys.stderr.flush()
            return Answer(left.value.code, out.getvalue(), err.getvalue().decode("utf-8"))

    return run


@pytest.fixture(scope="session")
def graph():
    """The graph that kg ships, open for reading."""
    from kg.graph import load

    return load()


@pytest.fixture(scope="session")
def shipped_snapshot(graph):
    """The folder of the shipped graph's snapshot, built by now."""
    return graph.snapshot.path


@pytest.fixture(scope="session")
def served(graph):  # noqa: ARG001 - its snapshot is there
    """A server of the graph that kg ships, for all who only ask it."""
    from serving import serving

    with serving() as server:
        yield server


@pytest.fixture(scope="session")
def article():
    """The text of the article, for the tests that hold passages against it."""
    path = os.environ.get("KG_ARTICLE")
    if not path:
        pytest.skip("KG_ARTICLE names no source text")
    return Path(path)


@pytest.fixture(scope="session")
def suites():
    """The folder of the conformance suites that others wrote."""
    path = os.environ.get("KG_SUITES")
    if not path:
        pytest.skip("KG_SUITES names no folder of conformance suites")
    return Path(path)


@pytest.fixture(scope="session")
def long_lane():
    """What takes minutes and seldom breaks: it runs in continuous integration."""
    if not os.environ.get("KG_LONG"):
        pytest.skip("KG_LONG is not set: what takes long is tried by .ci/run")
