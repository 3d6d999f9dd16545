"""Files: written whole or not at all, and rewritten in canonical form without loss."""

from __future__ import annotations

import os
import stat
import subprocess
import sys

import pytest
import rdflib.compare

from kg.errors import Misuse, ParseFailure, ResourceNotFound, WriteFailure
from kg.export import format_file
from kg.files import write
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


def test_what_was_changed_meanwhile_is_not_overwritten(tmp_path):
    target = tmp_path / "out.ttl"
    target.write_bytes(b"what an editor saved")

    with pytest.raises(WriteFailure, match="changed meanwhile"):
        write(target, b"made of what was there before", earlier=b"what was there before")

    assert target.read_bytes() == b"what an editor saved"
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
from kg.files import write
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


COMMENTED = """# The head.

@prefix : <#> .
# About ex.
@prefix ex: <http://example.org/> .

#### Classes ####

# The dog.
ex:Dog a ex:Class ; # its kind
    # its label
    ex:label "Dog # no comment" ;
    ex:part [ # inside
        ex:of ( 1 # in a list
            2 ) ; # at the end
    ] .  # after it

# The file.
<> ex:see <b.ttl#x> , <../up> , </root> , :part .
# An axiom.
[] a ex:Axiom .
_:x ex:knows _:y . # of x
# The dog again.
ex:Dog ex:more 1 .
# The end.
"""


def test_format_keeps_comments_with_what_they_are_about(tmp_path):
    file = tmp_path / "a.ttl"
    file.write_text(COMMENTED, "utf-8")

    text = format_file(file)

    assert text == file.read_text("utf-8")
    assert format_file(file) is None
    before = rdflib.Graph().parse(data=COMMENTED, publicID="http://e.org/d/e/f")
    after = rdflib.Graph().parse(data=text, publicID="http://e.org/d/e/f")
    assert rdflib.compare.isomorphic(before, after)
    assert text.startswith("# The head.\n#\n# About ex.\n\n@prefix")
    assert text.endswith(".\n\n# The end.\n")
    for block in (
        "\n#### Classes ####\n# The dog.\n# its kind\n# its label\n# after it\n",
        "\n# after it\n# The dog again.\nex:Dog a ex:Class ;\n",
        "[\n        # inside\n        # in a list\n        # at the end\n        ex:of (\n",
        "\n# The file.\n<>\n    ex:see\n",
        "\n# An axiom.\n[] a ex:Axiom",
        "# of x\n",
    ):
        assert block in text
    for iri in ("<b.ttl#x>", "<../up>", "</root>", ":part"):
        assert iri in text


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("<a:a> <a:b> <a:c> .\n# end", "\n\n# end\n"),
        ("# head\n\n<a:a> <a:b> 'x#' ; # one\n <a:c> 1 .\n", "# head\n\n# one\n<a:a>"),
        ('<a:a> <a:b> """x\n#\n""" .\n\n\t# end\n', "\n\n# end\n"),
        ("# of a\n<a:a> <a:b> 1 .", "# of a\n<a:a>"),
        ("# only\n\n# comments\n<a:a> <a:b> 1 . #x\n", "# only\n\n# comments\n#x\n<a:a>"),
        ("<a:a> <a:b> # why\r\n 1 .\r\n", "# why\n<a:a>"),
    ],
)
def test_no_comment_is_lost(text, kept, tmp_path):
    file = tmp_path / "a.ttl"
    file.write_bytes(text.encode())

    assert kept in format_file(file)
    assert format_file(file) is None


def test_a_relative_iri_that_would_change_is_refused(tmp_path):
    file = tmp_path / "a.ttl"
    file.write_text("<//host/a> <urn:b> 1 .")

    with pytest.raises(Misuse, match="a relative IRI would change"):
        format_file(file)
    assert file.read_text() == "<//host/a> <urn:b> 1 ."


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
