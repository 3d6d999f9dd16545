"""The wheel carries all that an answer needs, and works in an environment of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

from serving import serving

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Build the sdist, and the wheel from it, as a release does."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT]
    subprocess.run(command, check=True, capture_output=True)
    return next(folder.glob("*.whl")), next(folder.glob("*.tar.gz"))


def checked_in(folder: str) -> set[str]:
    found = (ROOT / folder).rglob("*")
    return {
        path.relative_to(ROOT).as_posix()
        for path in found
        if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".pyc"
    }


def test_the_wheel_holds_the_package_and_the_three_folders(built):
    names = set(zipfile.ZipFile(built[0]).namelist())

    expected = {name.removeprefix("src/") for name in checked_in("src/kg")}
    for folder in ("ontology", "data", "queries"):
        expected |= {f"kg/resources/{name}" for name in checked_in(folder)}
    assert {name for name in names if ".dist-info/" not in name} == expected
    licenses = {name.rpartition("/")[2] for name in names if "/licenses/" in name}
    assert licenses == {"LICENSE", "LICENSE-DATA", "THIRD_PARTY.md"}


def test_the_sdist_holds_every_file_that_the_checks_need(built):
    with tarfile.open(built[1]) as archive:
        names = {member.name.partition("/")[2] for member in archive.getmembers()}

    expected = {"Makefile", "pyproject.toml", "requirements.lock", "requirements-dev.lock"}
    for folder in (".ci", "src", "tests", "tools", "ontology", "data", "queries", "docs"):
        expected |= checked_in(folder)
    assert expected <= names


@pytest.fixture(scope="module")
def installed(built, tmp_path_factory, long_lane):  # noqa: ARG001 - only where it is asked for
    """Install the wheel and the locked versions into a new environment, and give its kg."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False)
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    pip = [sys.executable, "-m", "pip", "--python", python, "--disable-pip-version-check"]
    pip += ["install", "--quiet"]
    locked = ["--require-hashes", "-r", ROOT / "requirements.lock"]
    subprocess.run([*pip, *locked], check=True, capture_output=True)
    subprocess.run([*pip, "--no-deps", built[0]], check=True, capture_output=True)
    return python.with_name("kg")


def run(kg, *args, folder):
    # Nothing of this checkout may be found by the way: not the folder, not the path, not the cache.
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "KG_", "XDG_", "VIRTUAL_ENV"))
    }
    environment["XDG_CACHE_HOME"] = str(folder / "cache")
    done = subprocess.run(
        [kg, *args], cwd=folder, env=environment, capture_output=True, encoding="utf-8", check=False
    )
    # How long a step lasts depends on what else runs.
    done.stderr = re.sub(r"^kg: building the graph: .*\n", "", done.stderr, flags=re.MULTILINE)
    return done


def test_the_installed_command_answers_outside_the_checkout(installed, tmp_path):
    asked = run(installed, "query", "ASK {}", folder=tmp_path)
    assert (asked.returncode, asked.stdout, asked.stderr) == (0, "yes\n", "")

    listed = run(installed, "queries", folder=tmp_path)
    assert listed.returncode == 0
    assert "tension-raising-events" in listed.stdout

    events = run(installed, "run", "tension-raising-events", folder=tmp_path)
    assert (events.returncode, events.stderr) == (0, "")
    assert "shoot" in events.stdout.lower()


def test_the_installed_command_serves_pages_pictures_and_scripts(installed, tmp_path):
    own = {"XDG_CACHE_HOME": str(tmp_path), "KG_CACHE": str(tmp_path), "PYTHONPATH": ""}
    with serving(env=own, kg=[installed]) as server:
        page = server.get("/query")
        assert page.status_code == 200
        scripts = re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text)
        assert len(scripts) >= 5
        for path in (*scripts, "/plots/map.png", "/plots/timeline.svg", "/page/mali"):
            assert server.get(path).status_code == 200, path
        assert server.query("ASK { kg:mali rel:neighbours kg:algeria }").json()["boolean"]


def test_the_installed_command_tells_its_version(installed, tmp_path):
    assert run(installed, "--version", folder=tmp_path).stdout == "kg, version 0.1.0\n"
