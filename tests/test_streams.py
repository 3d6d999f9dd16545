"""Standard input and output, gzip and Notation3, at every command that reads or writes files."""

from __future__ import annotations

import gzip

import pytest
import rdflib

RDF_TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
SUBCLASS = "<http://www.w3.org/2000/01/rdf-schema#subClassOf>"
NT = f"<http://e/a> {RDF_TYPE} <http://e/C> .\n<http://e/C> {SUBCLASS} <http://e/D> .\n"
INFERRED = f"<http://e/a> {RDF_TYPE} <http://e/D> .\n"
SHAPES = """@prefix sh: <http://www.w3.org/ns/shacl#> .
<http://e/shape> sh:targetClass <http://e/D> ; sh:property <http://e/shape/p> .
<http://e/shape/p> sh:path <http://e/p> ; sh:minCount 1 .
"""
ASK = "ASK { <http://e/a> a <http://e/D> }"
#: The name of each format here, in rdflib, and the usual ending of its files.
FORMATS = {
    "ttl": ("turtle", ".ttl"),
    "nt": ("nt11", ".nt"),
    "nq": ("nquads", ".nq"),
    "trig": ("trig", ".trig"),
    "rdfxml": ("xml", ".rdf"),
    "jsonld": ("json-ld", ".jsonld"),
    "n3": ("n3", ".n3"),
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.nt").write_text(NT)
    (tmp_path / "shapes.ttl").write_text(SHAPES)
    return tmp_path


def written(name):
    """Return the statements in a format, as rdflib writes it."""
    dataset = rdflib.Dataset()
    dataset.parse(data=NT, format="nt11")
    source = dataset if FORMATS[name][0] in ("nquads", "trig") else dataset.default_graph
    return source.serialize(format=FORMATS[name][0], encoding="utf-8")


@pytest.mark.parametrize("name", FORMATS)
def test_each_format_is_read_from_standard_input_and_from_gzip(cli, folder, name):
    content = written(name)
    file = folder / f"b{FORMATS[name][1]}.gz"
    file.write_bytes(gzip.compress(content))

    piped = cli("infer", "-", "--input-format", name, stdin=content)
    assert (piped.code, piped.out) == (0, INFERRED), piped.err
    unpacked = cli("infer", file.name)
    assert (unpacked.code, unpacked.out) == (0, INFERRED), unpacked.err


COMMANDS = [
    ("query", "--data", "IN", ASK),
    ("export", "--data", "IN"),
    ("stats", "--data", "IN"),
    ("show", "--data", "IN", "http://e/a"),
    ("explain", "--data", "IN", "http://e/a", "a", "http://e/D"),
    ("infer", "IN"),
    ("infer", "--ontology", "IN", "a.nt"),
    ("infer", "IN", "--asserted"),
    ("validate", "IN", "--shapes", "shapes.ttl"),
    ("check", "--data", "IN"),
    ("diff", "IN", "a.nt"),
    ("diff", "a.nt", "IN"),
    ("viewpoints", "--data", "IN"),
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_each_command_answers_from_standard_input_and_gzip_as_from_a_file(cli, folder, command):
    def run(place, *options, **more):
        return cli(*(place if word == "IN" else word for word in command), *options, **more)

    (folder / "c.nt").write_text(NT)
    (folder / "c.nt.gz").write_bytes(gzip.compress(NT.encode()))
    plain = run("c.nt")
    assert plain.out
    assert plain.code in (0, 1)

    piped = run("-", "--input-format", "nt", stdin=NT.encode())
    unpacked = run("c.nt.gz")

    for answer, name in ((piped, "<stdin>"), (unpacked, "c.nt.gz")):
        assert (answer.code, answer.out) == (plain.code, plain.out.replace("c.nt", name))
        assert answer.err == plain.err.replace("c.nt", name)


def test_shapes_come_from_standard_input_and_gzip(cli, folder):
    (folder / "s.ttl.gz").write_bytes(gzip.compress(SHAPES.encode()))
    plain = cli("validate", "a.nt", "--shapes", "shapes.ttl")
    assert plain.code == 1

    piped = cli(
        *("validate", "a.nt", "--shapes", "-", "--input-format", "ttl"), stdin=SHAPES.encode()
    )
    assert piped.code == 1
    assert piped.out.replace("<stdin>", "shapes.ttl") == plain.out
    assert cli("validate", "a.nt", "--shapes", "s.ttl.gz").code == 1


def test_fmt_writes_standard_input_to_standard_output(cli, folder):
    text = b"@prefix e: <http://e/> .\n# of a\ne:a a e:C.\n"
    (folder / "d.ttl").write_bytes(text)
    cli("fmt", "d.ttl")

    piped = cli("fmt", "-", "--input-format", "ttl", stdin=text)

    assert (piped.code, piped.raw) == (0, (folder / "d.ttl").read_bytes())
    assert cli("fmt", "--check", "-", "--input-format", "ttl", stdin=text).code == 1
    assert cli("fmt", "--check", "-", "--input-format", "ttl", stdin=piped.raw).code == 0


def test_fmt_rewrites_gzip_as_gzip(cli, folder):
    (folder / "d.ttl.gz").write_bytes(gzip.compress(b"@prefix e: <http://e/> .\ne:a a e:C.\n"))

    assert cli("fmt", "d.ttl.gz").code == 0
    assert b"e:a a e:C ." in gzip.decompress((folder / "d.ttl.gz").read_bytes())
    assert cli("fmt", "--check", "d.ttl.gz").code == 0


@pytest.mark.usefixtures("folder")
def test_the_query_comes_from_standard_input_by_both_its_names(cli):
    for words in (["-"], ["-f", "-"]):
        assert cli("query", *words, "--data", "a.nt", stdin=ASK.encode()).out == "yes\n"


def test_what_is_added_comes_from_standard_input(cli, folder):
    (folder / "mine").mkdir()
    (folder / "mine" / "a.nt").write_text(NT)
    more = b"<http://e/b> a <http://e/C> ."

    added = cli("add", "-", "--input-format", "ttl", "--data", "mine", stdin=more)

    assert added.code == 0, added.err
    assert cli("query", "--data", "mine", "ASK { <http://e/b> a <http://e/D> }").code == 0


@pytest.mark.parametrize(
    ("command", "stdin", "message"),
    [
        (("infer", "-"), NT, "say what standard input is written in: --input-format, one of ttl, "),
        (("infer", "a.nt", "--input-format", "nt"), "", "--input-format is for standard input: "),
        (("diff", "-", "-"), NT, "standard input can be read once: "),
        (("validate", "-", "--shapes", "-"), NT, "standard input can be read once: "),
        (("query", "--data", "-", "-"), ASK, "standard input is either the query or the data"),
        (("query", "--data", "-", "-f", "-"), ASK, "standard input is either the query or the"),
        (("infer", "-", "--input-format", "ttl"), "", "<stdin>: is empty"),
        (("infer", "-", "--input-format", "ttl"), "\n<http://e/a> .", "<stdin>:2:14: "),
        (("infer", "-", "--input-format", "ttl"), "<a> <b> <c> .", "<stdin>:1:1: a relative IRI"),
        (("fmt", "-", "--input-format", "nt"), NT, "kg fmt rewrites Turtle: "),
        (("serve", "--ontology", "-"), NT, "kg serve reads its files more than once: "),
        (("serve", "--data", "-"), NT, "kg serve reads its files more than once: "),
    ],
)
def test_what_standard_input_cannot_be_is_refused_in_one_line(cli, command, stdin, message):
    refused = cli(*command, stdin=stdin.encode())

    assert (refused.code, refused.out) == (2, "")
    assert refused.err.startswith(f"kg: {message}")
    assert refused.err.count("\n") == 1


def test_relative_iris_of_standard_input_begin_at_the_base(cli):
    options = ("--input-format", "ttl", "--base", "http://e/", "--format", "nt")
    answer = cli("infer", "-", "--asserted", *options, stdin=b"<a> <b> <c> .")

    assert answer.out == "<http://e/a> <http://e/b> <http://e/c> .\n"


def test_the_same_bytes_in_two_formats_are_two_graphs(cli):
    text = b"<http://e/a> <http://e/b> '1' ."
    assert cli("stats", "--data", "-", "--input-format", "ttl", stdin=text).code == 0

    assert "<stdin>:1" in cli("stats", "--data", "-", "--input-format", "nt", stdin=text).err


# rdflib warns of what its own parsers do.
@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")
@pytest.mark.parametrize("name", ["ttl", "nt", "nq", "trig", "rdfxml", "jsonld"])
def test_each_format_is_written_as_gzip_the_same_bytes_every_time(cli, folder, name):
    file = folder / f"out{FORMATS[name][1]}.gz"
    assert cli("export", "--data", "a.nt", "-o", file).code == 0
    first = file.read_bytes()
    assert cli("export", "--data", "a.nt", "-o", file).code == 0

    assert file.read_bytes() == first
    assert first[4:8] == bytes(4)
    plain = cli("export", "--data", "a.nt", "--format", name).raw
    assert gzip.decompress(first) == plain
    read = rdflib.Dataset()
    read.parse(data=gzip.decompress(first), format=FORMATS[name][0])
    assert (rdflib.URIRef("http://e/a"), rdflib.RDF.type, None) in {
        (subject, predicate, None) for subject, predicate, *_ in read.quads()
    }


@pytest.mark.parametrize(
    ("command", "file"),
    [
        (("infer", "a.nt"), "i.nt.gz"),
        (("stats", "--data", "a.nt", "--format", "json"), "s.json.gz"),
        (("query", "--data", "a.nt", "SELECT * { ?s ?p ?o }", "--format", "csv"), "q.csv.gz"),
    ],
)
def test_each_command_writes_gzip(cli, folder, command, file):
    assert cli(*command, "-o", file).code == 0

    assert gzip.decompress((folder / file).read_bytes()) == cli(*command).raw


def test_gzip_is_found_in_folders(cli, folder):
    (folder / "in").mkdir()
    (folder / "in" / "a.nt.gz").write_bytes(gzip.compress(NT.encode()))

    assert cli("infer", "in").out == INFERRED


def test_files_are_packed_and_piped(cli, folder):
    (folder / "b.nt.gz").write_bytes(gzip.compress(NT.encode()))

    assert cli("infer", "b.nt.gz").out == INFERRED
    assert cli("infer", "-", "--input-format", "nt", stdin=NT.encode()).out == INFERRED
    assert cli("infer", "b.nt.gz", "-o", "c.nt.gz").code == 0
    assert gzip.decompress((folder / "c.nt.gz").read_bytes()).decode() == INFERRED


PACKED = gzip.compress(NT.encode() * 50)
DAMAGED = [
    ("a.nt.gz", PACKED[:-9], "the gzip data end too early: is it cut off?"),
    ("a.nt.gz", PACKED[:40], "the gzip data end too early: is it cut off?"),
    ("a.nt.gz", PACKED + b"foo", "something else stands after the gzip data: "),
    ("a.nt.gz", PACKED[:-8] + bytes(8), "the gzip data are damaged: "),
    ("a.nt.gz", PACKED[:20] + b"\xff" * 20 + PACKED[40:], "the gzip data are damaged: "),
    ("a.nt.gz", NT.encode(), "is not gzip, though its name ends in .gz"),
    ("a.nt.gz", b"", "is not gzip, though its name ends in .gz"),
    ("b.nt", PACKED, "is gzip, which its name does not say: name it b.nt.gz"),
    ("a.nt.gz", gzip.compress(bytes(101_000_000), 9), "unpacks to more than 200 times its size"),
]


def test_damaged_gzip_is_refused_in_one_line(cli, folder):
    for name, content, message in DAMAGED:
        (folder / name).write_bytes(content)

        refused = cli("infer", name, "-o", "out.nt")

        assert (refused.code, refused.out) == (2, "")
        assert refused.err.startswith(f"kg: {name}: {message}")
        assert refused.err.count("\n") == 1
        assert not (folder / "out.nt").exists()


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("{ e:a e:b e:c } => { e:d e:e e:f } .", "a formula ({)"),
        ("e:a e:b {} .", "a formula ({)"),
        ("e:a => e:b .", "=>"),
        ("e:a <= e:b .", "<="),
        ("e:a = e:b .", "="),
        ("@forAll e:x . e:x e:b e:c .", "@forAll"),
        ("@forSome e:x .", "@forSome"),
        ("?x e:b e:c .", "the variable ?x"),
        ("e:a e:b ?x .", "the variable ?x"),
        ("e:a is e:b of e:c .", "is"),
        ("e:a has e:b e:c .", "has"),
        ("e:a!e:b e:c e:d .", "a path (!)"),
    ],
)
def test_what_notation3_adds_to_turtle_is_refused_by_its_name(cli, folder, statement, name):
    (folder / "rules.n3").write_text(f"@prefix e: <http://e/> .\n{statement}\n")

    refused = cli("infer", "rules.n3")

    assert refused.code == 2
    assert refused.err.startswith("kg: rules.n3:2:")
    assert refused.err.endswith(f": {name} is Notation3 and not RDF: kg reads Turtle\n")


def test_gzip_is_served_to_be_read_alone(folder):
    from kg.errors import Misuse
    from kg.web.writing import served_file

    (folder / "a.nq.gz").write_bytes(gzip.compress(NT.encode()))
    file = folder / "a.nq.gz"

    assert len(served_file.quads(file, served_file.kind_of(file), served_file.content(file))) == 2
    with pytest.raises(Misuse, match="is gzip, which is not served writable"):
        served_file.made(file, writable=True)
