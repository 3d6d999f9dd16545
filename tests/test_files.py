"""Files: written whole or not at all, and rewritten in canonical form without loss."""

from __future__ import annotations

import os
import stat
import subprocess
import sys

import pytest

from kg.errors import Misuse, ParseFailure, ResourceNotFound, WriteFailure
from kg.export import format_file, write
from kg.namespaces import PREFIXES

EX = "http://example.org/"


# --- files ------------------------------------------------------------------------------------


def files(folder):
    return sorted(path.name for path in folder.iterdir())


def test_write_replaces_the_whole_file_and_keeps_its_mode(tmp_path):
    target = tmp_path / "out.ttl"
    target.write_bytes(b"before, and longer")
    target.chmod(0o640)

    write(target, b"after")

    assert target.read_bytes() == b"after"
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert files(tmp_path) == ["out.ttl"]


def test_write_follows_a_link(tmp_path):
    (tmp_path / "link.ttl").symlink_to(tmp_path / "real.ttl")

    write(tmp_path / "link.ttl", b"content")

    assert (tmp_path / "link.ttl").is_symlink()
    assert (tmp_path / "real.ttl").read_bytes() == b"content"


def test_write_does_not_replace_what_is_no_regular_file(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write(pipe, b"content")

        assert os.read(reader, 100) == b"content"
    finally:
        os.close(reader)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@pytest.mark.parametrize("name", ["missing/out.ttl", "folder", "file.ttl/out.ttl"])
def test_a_place_that_cannot_be_written_to_is_named(name, tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file.ttl").write_bytes(b"before")

    with pytest.raises(WriteFailure) as failure:
        write(tmp_path / name, b"after")

    assert str(failure.value).startswith(f"{tmp_path / name}: not written: ")
    assert files(tmp_path) == ["file.ttl", "folder"]
    assert (tmp_path / "file.ttl").read_bytes() == b"before"


def test_a_read_only_file_stays_as_it_is(tmp_path):
    target = tmp_path / "out.ttl"
    target.write_bytes(b"before")
    target.chmod(0o444)
    if os.access(target, os.W_OK):
        pytest.skip("this user may write to read-only files")

    with pytest.raises(WriteFailure, match="the file is read-only"):
        write(target, b"after")

    assert target.read_bytes() == b"before"


FILL = """
import resource, sys
from kg.errors import WriteFailure
from kg.export import write
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    write(sys.argv[1], b"x" * 100_000)
except WriteFailure as failure:
    print(failure)
"""


def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path):
    target = tmp_path / "out.nt"
    target.write_bytes(b"before")

    done = subprocess.run(
        [sys.executable, "-c", FILL, str(target)], capture_output=True, text=True, check=True
    )

    assert done.stdout == f"{target}: not written: File too large\n"
    assert target.read_bytes() == b"before"
    assert files(tmp_path) == ["out.nt"]


# --- canonical form of files ------------------------------------------------------------------

HAND_WRITTEN = """\
# What this file holds.

#   And by whom.
@prefix : <http://example.org/> .
@prefix s: <http://www.w3.org/2004/02/skos/core#> .
@prefix unused: <http://example.org/unused/> .
:b s:notation "#no comment", '#', \"\"\"a
# still none\"\"\" ; s:exactMatch <http://example.org/#c> . :a a :C .
"""


def test_format_keeps_the_head_and_the_prefixes_that_are_used(tmp_path):
    file = tmp_path / "a.ttl"
    file.write_text(HAND_WRITTEN, "utf-8")

    text = format_file(file)

    assert file.read_text("utf-8") == text
    assert text == (
        "# What this file holds.\n#\n#   And by whom.\n\n"
        f"@prefix skos: <{PREFIXES['skos']}> .\n@prefix : <{EX}> .\n\n"
        ":a a :C .\n\n"
        ":b\n    skos:exactMatch <http://example.org/#c> ;\n    skos:notation\n"
        '        "#" ,\n        "#no comment" ,\n        "a\\n# still none" ;\n.\n'
    )
    assert format_file(file) is None


def test_a_check_of_the_form_writes_nothing(tmp_path):
    file = tmp_path / "a.ttl"
    file.write_text(HAND_WRITTEN, "utf-8")

    assert format_file(file, check=True) is not None
    assert file.read_text("utf-8") == HAND_WRITTEN


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("<a:a> <a:b> <a:c> .\n# lost", 2),
        ("# head\n\n<a:a> <a:b> 'x#' ; # lost\n <a:c> 1 .\n", 3),
        ('<a:a> <a:b> """x\n#\n""" .\n\n\t# lost\n', 5),
    ],
)
def test_a_comment_that_would_be_lost_is_refused_with_its_line(text, line, tmp_path):
    file = tmp_path / "a.ttl"
    file.write_text(text, "utf-8")

    with pytest.raises(Misuse) as refusal:
        format_file(file)

    assert str(refusal.value) == (
        f"{file}:{line}: this comment would be lost: move it into an rdfs:comment or to the top "
        "of the file"
    )
    assert file.read_text("utf-8") == text


def test_format_takes_turtle_and_links_alone(tmp_path):
    (tmp_path / "a.nt").write_bytes(b"<a:a> <a:b> <a:c> .\n")
    (tmp_path / "b.ttl").write_bytes(b"<a:a> <a:b> .\n")

    with pytest.raises(Misuse, match=r"rewrites \.ttl and \.sssom\.tsv"):
        format_file(tmp_path / "a.nt")
    with pytest.raises(ParseFailure, match=r"b\.ttl:1"):
        format_file(tmp_path / "b.ttl")
    with pytest.raises(ResourceNotFound, match=r"c\.ttl"):
        format_file(tmp_path / "c.ttl")


def test_format_puts_links_in_order(tmp_path):
    file = tmp_path / "links.sssom.tsv"
    head = "subject_id\tpredicate_id\tobject_id\tmapping_justification\n"
    rows = [
        f"kg:{name}\tskos:exactMatch\twd:Q1\tsemapv:ManualMappingCuration\n" for name in ("b", "a")
    ]
    file.write_text(head + "".join(rows), "utf-8")

    assert format_file(file) == head + rows[1] + rows[0]
    assert format_file(file, check=True) is None
