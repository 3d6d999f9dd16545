"""What is not well formed is refused in one line that names the file, the line and the reason."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys

import pytest

from kg.dataset.parsing import parse
from kg.errors import KgError, ParseFailure
from kg.formats import FORMATS

GOOD = "<http://e.org/a> <http://e.org/b> <http://e.org/c> .\n"
XML = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e.org/">\n'


def read(content, kind="ttl"):
    content = content.encode() if isinstance(content, str) else content
    return parse(f"some.{kind}", FORMATS[kind], content, "b")


CONFLICT = "unresolved merge conflict ({}): keep one side and delete the marker lines"
CUT_OFF_XML = "not well-formed XML: the file ends before its last element does: is it cut off?"
RELATIVE = "a relative IRI{}, and no base: write the whole IRI, or give --base IRI"
ELSEWHERE = "is elsewhere and kg fetches none: write it into the file"
TRIPLE_TERM = (
    "RDF 1.2 is not supported: a triple about a triple: state it as an rdf:Statement instead"
)
DIRECTION = "RDF 1.2 is not supported: a text with a base direction: leave the direction out"

REFUSED = {
    "empty": ("ttl", "", "some.ttl: is empty: no triples"),
    "blank": ("ttl", " \n\n", "some.ttl: is empty: no triples"),
    "only a byte order mark": ("jsonld", b"\xef\xbb\xbf", "some.jsonld: is empty: no triples"),
    "empty XML": ("rdfxml", "", "some.rdfxml: is empty: no triples"),
    "prefixes alone": (
        "ttl",
        "@prefix e: <http://e.org/> .\n# e:a e:b e:c .",
        "some.ttl: has no triples, only prefixes, comments or unknown keys",
    ),
    "unknown JSON keys": (
        "jsonld",
        '{"name": "x"}',
        "some.jsonld: has no triples, only prefixes, comments or unknown keys",
    ),
    "Latin-1": (
        "ttl",
        b'# a\n# b\n<http://e.org/a> <http://e.org/b> "caf\xe9" .',
        "some.ttl:3: byte 0xe9 at offset 46 is not UTF-8: save the file as UTF-8",
    ),
    "UTF-16": (
        "ttl",
        GOOD.encode("utf-16"),
        "some.ttl:1: byte 0xff at offset 0 is not UTF-8: save the file as UTF-8",
    ),
    "conflict": (
        "ttl",
        f"{GOOD}<<<<<<< HEAD\n{GOOD}=======\n{GOOD}>>>>>>> theirs\n",
        f"some.ttl:2: {CONFLICT.format('<<<<<<<')}",
    ),
    "end of a conflict": (
        "nt",
        f"{GOOD}{GOOD}>>>>>>> theirs\n",
        "some.nt:3: unresolved merge conflict (>>>>>>>): keep one side and delete the marker lines",
    ),
    "conflict in a long string": (
        "ttl",
        f'{GOOD}<http://a> <http://b> """\n<<<<<<< HEAD\nx\n=======\ny\n>>>>>>> z\n""" .',
        f"some.ttl:3: {CONFLICT.format('<<<<<<<')}",
    ),
    "conflict in JSON": (
        "jsonld",
        '{\n<<<<<<< HEAD\n"@id": "http://e.org/a"\n=======\n>>>>>>> b\n}',
        f"some.jsonld:2: {CONFLICT.format('<<<<<<<')}",
    ),
    "conflict in XML": (
        "rdfxml",
        XML + "<<<<<<< HEAD\n=======\n>>>>>>> b\n</rdf:RDF>",
        f"some.rdfxml:2: {CONFLICT.format('<<<<<<<')}",
    ),
    "cut off": (
        "ttl",
        GOOD + "<http://e.org/a> <http://e.org/b> ",
        "some.ttl:2:35: the file ends in the middle of a statement: is it cut off?",
    ),
    "cut off in a string": (
        "ttl",
        GOOD + '<http://e.org/a> <http://e.org/b> """x\ny',
        "some.ttl:2:35: the file ends in the middle of a statement: is it cut off?",
    ),
    "cut off JSON": (
        "jsonld",
        '{"@id": "http://e.org/a",\n"http://e.org/b": ',
        "some.jsonld:2:19: the file ends in the middle of a statement: is it cut off?",
    ),
    "cut off XML": (
        "rdfxml",
        XML + '<rdf:Description rdf:about="http://e.org/a"><e:b>x</e:b>',
        f"some.rdfxml:2:57: {CUT_OFF_XML}",
    ),
    "unknown prefix": (
        "ttl",
        GOOD + "<http://e.org/a> x:b 1 .",
        "some.ttl:2:18: the prefix x: has not been declared",
    ),
    "unknown prefix in XML": (
        "rdfxml",
        XML
        + '<rdf:Description rdf:about="http://e.org/a"><x:b>x</x:b></rdf:Description></rdf:RDF>',
        "some.rdfxml:2:45: not well-formed XML: unbound prefix",
    ),
    "wrong XML": (
        "rdfxml",
        XML + "<a>\n</b></rdf:RDF>",
        "some.rdfxml:3:3: not well-formed XML: mismatched tag",
    ),
    "relative IRI": (
        "ttl",
        GOOD + "<a> <b> <c> .",
        f"some.ttl:2:1: {RELATIVE.format('')}",
    ),
    "relative IRI in JSON": (
        "jsonld",
        '{"@id": "http://e.org/a",\n"http://e.org/b": {"@id": "c"}}',
        "some.jsonld:2: " + RELATIVE.format(' "c"'),
    ),
    "relative datatype in JSON": (
        "jsonld",
        '{"@id": "http://e.org/a",\n"http://e.org/b": {"@value": "c", "@type": "d"}}',
        "some.jsonld:2: " + RELATIVE.format(' "d"'),
    ),
    "relative IRI in XML": (
        "rdfxml",
        XML + '<rdf:Description rdf:about="a"><e:b>x</e:b></rdf:Description></rdf:RDF>',
        "some.rdfxml:2: " + RELATIVE.format(' "a"'),
    ),
    "JSON": (
        "jsonld",
        '{"@id": "http://e.org/a",\n"http://e.org/b": c}',
        "some.jsonld:2:19: unexpected char: 'c'",
    ),
    "remote context": (
        "jsonld",
        '{"@id": "http://e.org/a",\n"@context": "http://127.0.0.1:9/c.jsonld"}',
        f'some.jsonld:2: the context "http://127.0.0.1:9/c.jsonld" {ELSEWHERE}',
    ),
    "triple about a triple": (
        "ttl",
        GOOD + "<http://e.org/a> <http://e.org/b> <<( <http://a> <http://b> 1 )>> .",
        f"some.ttl:2: {TRIPLE_TERM}",
    ),
    "base direction": (
        "ttl",
        GOOD + '<http://e.org/a> <http://e.org/b> "x"@ar--rtl .',
        f"some.ttl:2: {DIRECTION}",
    ),
}


@pytest.mark.parametrize(("kind", "content", "message"), REFUSED.values(), ids=REFUSED)
def test_what_is_not_well_formed_is_refused_with_file_line_and_reason(kind, content, message):
    with pytest.raises(ParseFailure) as refusal:
        read(content, kind)
    assert str(refusal.value) == message


def test_a_byte_order_mark_and_windows_line_ends_are_no_obstacle():
    for kind, text in {
        "ttl": GOOD,
        "nt": GOOD,
        "trig": "{" + GOOD + "}",
        "jsonld": '{"@id": "http://e.org/a",\n "http://e.org/b": {"@id": "http://e.org/c"}}',
        "rdfxml": f'<?xml version="1.0" encoding="utf-8"?>\n{XML}<rdf:Description '
        'rdf:about="http://e.org/a"><e:b rdf:resource="http://e.org/c"/></rdf:Description></rdf:RDF>',
    }.items():
        content = b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()
        assert [str(quad) for quad in read(content, kind)] == [GOOD.removesuffix(" .\n")], kind


def test_a_line_of_signs_in_a_text_is_no_conflict():
    text = '<http://e.org/a> <http://e.org/b> """Title\n=======\n""" .'
    assert len(read(text)) == 1


@pytest.mark.parametrize(
    "context",
    [
        '"http://{place}/c.jsonld"',
        '["http://{place}/c.jsonld"]',
        '{{"@import": "http://{place}/c.jsonld"}}',
        '"file://{file}"',
        '"{file}"',
        '{{"@import": "file://{file}"}}',
        '{{"b": {{"@id": "http://e.org/b", "@context": "http://{place}/c.jsonld"}}}}',
    ],
)
def test_a_context_from_elsewhere_is_never_fetched(context, tmp_path):
    # Whoever opened this file would find triples in the document.
    file = tmp_path / "c.jsonld"
    file.write_text('{"@context": {"b": "http://e.org/b"}}')
    with socket.create_server(("127.0.0.1", 0)) as trap:
        trap.settimeout(0.2)
        place = f"127.0.0.1:{trap.getsockname()[1]}"
        written = context.format(place=place, file=file)
        document = f'{{"@context": {written},\n "@id": "http://e.org/a", "b": {{"b": "x"}}}}'
        with pytest.raises(ParseFailure, match=r"^some\.jsonld:1: the context .* kg fetches none"):
            read(document, "jsonld")
        with pytest.raises(TimeoutError):
            trap.accept()


def test_an_xml_entity_never_brings_in_a_file(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("s3cret")
    document = (
        f'<!DOCTYPE a [<!ENTITY x SYSTEM "file://{secret}">]>{XML}'
        '<rdf:Description rdf:about="http://e.org/a"><e:b>&x;</e:b></rdf:Description></rdf:RDF>'
    )
    with pytest.raises(ParseFailure) as refusal:
        read(document, "rdfxml")
    assert "s3cret" not in str(refusal.value)


def test_entities_that_multiply_are_refused_quickly():
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    document = (
        f'<!DOCTYPE a [<!ENTITY e0 "ha">{levels}]>{XML}'
        '<rdf:Description rdf:about="http://e.org/a"><e:b>&e11;</e:b></rdf:Description></rdf:RDF>'
    )
    with pytest.raises(ParseFailure):
        read(document, "rdfxml")


BLANK = {
    "ttl": "[] <http://e.org/p> [ <http://e.org/q> 1 ] , _:x , (_:x 2) .",
    "nt": "_:x <http://e.org/p> _:y .\n_:z <http://e.org/p> _:x .\n",
    "trig": "_:g { _:x <http://e.org/p> [] }",
    "jsonld": '{"http://e.org/p": [{"http://e.org/q": 1}, {"@list": [1, {"http://e.org/r": 2}]}]}',
    "rdfxml": XML + "<rdf:Description><e:p><rdf:Description><e:q>1</e:q></rdf:Description></e:p>"
    '<e:p rdf:parseType="Resource"><e:q>1</e:q></e:p></rdf:Description></rdf:RDF>',
}


@pytest.mark.parametrize("kind", BLANK)
def test_blank_nodes_have_the_same_labels_in_every_run(kind):
    here = [str(quad) for quad in read(BLANK[kind], kind)]
    code = (
        "import sys; from kg.formats import FORMATS; from kg.dataset.parsing import parse\n"
        f"for quad in parse('x', FORMATS[{kind!r}], {BLANK[kind].encode()!r}, 'b'): print(quad)"
    )
    there = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "LC_ALL": "C"},
    )
    assert there.stdout.splitlines() == here
    labels = re.findall(r"_:b(\d+)", " ".join(here))
    assert list(dict.fromkeys(labels)) == [str(n) for n in range(len(set(labels)))]


def outcome(content, kind):
    try:
        return len(read(content, kind)), ""
    except KgError as error:
        return 0, str(error)


@pytest.mark.parametrize(
    ("kind", "whole"), [("ttl", GOOD * 2), ("jsonld", BLANK["jsonld"]), ("rdfxml", BLANK["rdfxml"])]
)
def test_a_document_cut_off_or_spoilt_anywhere_gives_triples_or_one_line(kind, whole):
    content = whole.encode()
    for position in range(len(content)):
        for broken in (content[:position], content[:position] + b"\0<" + content[position:]):
            count, message = outcome(broken, kind)
            assert count > 0 or message.startswith(f"some.{kind}:")
            assert "\n" not in message
