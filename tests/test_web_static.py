"""Static files: what is there and nothing else, once, small, and kept by browsers for good."""

from __future__ import annotations

import gzip

import pytest

from kg.web.links import STATIC, Links
from kg.web.responses import Problem
from kg.web.static_files import MEDIA_TYPES, StaticFiles, static_files

NAME = "vendor/yasqe/yasqe.min.js"


def headers(answer):
    return dict(answer.headers)


def test_a_file_is_given_as_it_is():
    answer = static_files().answer(NAME)

    assert answer.status == 200
    assert answer.body == (STATIC / NAME).read_bytes()
    assert answer.media_type == "text/javascript; charset=utf-8"
    assert "Content-Encoding" not in headers(answer)


def test_a_client_that_takes_gzip_gets_the_same_bytes_in_less():
    plain = static_files().answer(NAME)
    zipped = static_files().answer(NAME, accept_encoding="br, gzip, deflate")

    assert headers(zipped)["Content-Encoding"] == "gzip"
    assert gzip.decompress(zipped.body) == plain.body
    assert len(zipped.body) < len(plain.body) / 3
    assert headers(zipped)["ETag"] != headers(plain)["ETag"]
    assert headers(zipped)["Vary"] == headers(plain)["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize("encoding", ["", "gzip"])
def test_a_file_that_the_client_has_is_not_sent_again(encoding):
    first = static_files().answer(NAME, accept_encoding=encoding)

    again = static_files().answer(
        NAME, accept_encoding=encoding, if_none_match=headers(first)["ETag"]
    )

    assert (again.status, again.body) == (304, b"")
    assert headers(again)["ETag"] == headers(first)["ETag"]


def test_only_the_address_with_the_right_version_is_kept_for_good():
    version = Links().static(NAME).partition("?v=")[2]

    def cached(given):
        return headers(static_files().answer(NAME, version=given))["Cache-Control"]

    assert "immutable" in cached(version)
    assert [cached(given) for given in (None, "", "0" * 12, version[:4])] == ["no-cache"] * 4


@pytest.mark.parametrize(
    "path",
    [
        "",
        ".",
        "..",
        "../answers.py",
        "vendor/../../answers.py",
        "/etc/passwd",
        "vendor",
        "vendor/yasqe/",
        "vendor//yasqe/yasqe.min.js",
        "vendor\\yasqe\\yasqe.min.js",
        "vendor/yasqe/yasqe.min.js\0",
        "VENDOR/yasqe/yasqe.min.js",
    ],
)
def test_nothing_else_is_given(path):
    with pytest.raises(Problem) as refused:
        static_files().answer(path)

    assert refused.value.status == 404
    assert not path or path not in refused.value.detail


def test_a_kind_of_file_that_is_not_known_is_not_served(tmp_path):
    (tmp_path / "page.html").write_text("<script>alert(1)</script>")
    (tmp_path / "notes").write_text("x")
    (tmp_path / "kg.css").write_text("a {}")

    assert set(StaticFiles(tmp_path).files) == {"kg.css"}


def test_every_file_in_the_folder_is_served():
    there = {path.relative_to(STATIC).as_posix() for path in STATIC.rglob("*") if path.is_file()}

    assert there == set(static_files().files)
    assert {path.suffix for path in STATIC.rglob("*") if path.is_file()} <= set(MEDIA_TYPES)
