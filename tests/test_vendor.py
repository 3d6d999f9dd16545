"""The files of others are those that were reviewed, with their licenses, and nothing else."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = Path("web/static/vendor/yasqe")


@pytest.fixture
def vendor():
    spec = importlib.util.spec_from_file_location("vendor_tool", ROOT / "tools" / "vendor.py")
    module = importlib.util.module_from_spec(spec)
    # Its dataclass looks its own module up.
    import sys

    sys.modules["vendor_tool"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["vendor_tool"]


def test_the_files_are_those_of_the_page(vendor):
    assert vendor.check() == []
    assert vendor.NOTICE.read_text("utf-8") == vendor.notice()


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda folder: (folder / SCRIPTS / "yasqe.min.js").write_text("x"), "was changed"),
        (lambda folder: (folder / SCRIPTS / "yasqe.min.css").unlink(), "is missing"),
        (lambda folder: (folder / SCRIPTS / "more.js").write_text("x"), "is not in THIRD_PARTY.md"),
    ],
    ids=["changed", "missing", "added"],
)
def test_a_difference_is_named(vendor, tmp_path, monkeypatch, spoil, message):
    for name in vendor.digests():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes((vendor.PLACE / name).read_bytes())
    monkeypatch.setattr(vendor, "PLACE", tmp_path)
    assert vendor.check() == []

    spoil(tmp_path)

    assert [problem for problem in vendor.check() if problem.endswith(message)]
    assert vendor.main(["--check"]) == 1


def test_each_package_with_a_license_text_has_it_beside_the_script(vendor):
    text = (vendor.PLACE / vendor.LICENSES).read_text("utf-8")

    for package in vendor.PACKAGES:
        assert (f"{package.name} ({package.license})" in text) == bool(package.notice)
    assert text.count("Permission is hereby granted") >= 10
