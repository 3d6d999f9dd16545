"""Mapping sets as others write them: sssom-py, spreadsheets, the specification of SSSOM/RDF."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse

from kg import sssom
from kg.errors import ParseFailure
from kg.namespaces import PREFIXES, SKOS

ROOT = Path(__file__).parent.parent
OURS = ROOT / "data" / "wikidata.sssom.tsv"
PROGRAM = os.environ.get("KG_SSSOM")
A, B, SSSOM = "https://example.org/a/", "https://example.org/b/", PREFIXES["sssom"]

#: A set with all that was read wrongly once: rows that share four values, one that denies, one to a
#: literal, names of records, values with quotes and pipes.
TABLE = f"""\
#curie_map:
#  A: {A}
#  B: {B}
#  R: https://example.org/record/
#mapping_set_id: https://example.org/set
#license: https://creativecommons.org/licenses/by/4.0/
#sssom_version: "1.1"
#mapping_date: "2025-07-14"
record_id\tsubject_id\tpredicate_id\tpredicate_modifier\tobject_id\tobject_label\tobject_type\t\
mapping_justification\tauthor_label\tconfidence\tcomment
R:1\tA:1\tskos:exactMatch\t\tB:1\tone\towl class\tsemapv:ManualMappingCuration\tAnn|Bob\t0.9\t\
"a ""quoted"" word"
R:2\tA:1\tskos:exactMatch\tNot\tB:2\ttwo\t\tsemapv:ManualMappingCuration\t\t\t
R:3\tA:2\tskos:exactMatch\t\t\tmale\trdfs literal\tsemapv:ManualMappingCuration\t\t\t
R:4\tA:1\tskos:exactMatch\t\tB:1\tone\t\tsemapv:ManualMappingCuration\t\t0.1\t
"""
HEADER = "subject_id\tpredicate_id\tobject_id\tmapping_justification"
ROW, OTHER = (
    f"{one}\tskos:exactMatch\tB:1\tsemapv:ManualMappingCuration" for one in ("A:1", "A:2")
)
MAP = f"#curie_map:\n#  A: {A}\n#  B: {B}\n"


def rows(mappings):
    """Return the rows by the name of their record; numbers as numbers."""
    found = {}
    for row in mappings.rows:
        values = {slot: sorted(sssom.slots.split(slot, cell)) for slot, cell in row.values.items()}
        if "confidence" in values:
            values["confidence"] = [float(values["confidence"][0])]
        found[row.values["record_id"]] = values
    return found


def links(mappings):
    """Return the links that a set makes in a graph, as pairs of local names."""
    return sorted(
        (triple.subject.value[-1], triple.object.value[-1])
        for triple in sssom.to_triples(mappings)
        if triple.predicate == SKOS.exactMatch
    )


# What sssom-py, the reference implementation, writes and reads

#: Run by the Python that has sssom-py: reads a table and writes it in each form it has, then reads
#: what kg wrote and prints the triples.
SCRIPT = """
import json, sys
from pathlib import Path
from sssom.parsers import parse_sssom_json, parse_sssom_rdf, parse_sssom_table
from sssom.writers import write_json, write_owl, write_rdf, write_table

folder = Path(sys.argv[1])
theirs = parse_sssom_table(str(folder / "given.sssom.tsv"))
writers = {"tsv": write_table, "json": write_json, "ttl": write_rdf, "owl": write_owl}
for name, write in writers.items():
    with open(folder / f"theirs.{name}", "w", encoding="utf-8") as file:
        write(theirs, file)
readers = {"tsv": parse_sssom_table, "json": parse_sssom_json, "ttl": parse_sssom_rdf}
found = {}
for name, read in readers.items():
    frame = read(str(folder / f"ours.{name}")).df
    columns = frame[["subject_id", "predicate_id", "object_id"]]
    found[name] = sorted(map(list, columns.values.tolist()))
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def exchanged(tmp_path_factory):
    """What sssom-py wrote of our table, by form, and what it read of what we wrote."""
    if PROGRAM is None:
        pytest.skip("KG_SSSOM names no sssom command")
    folder = tmp_path_factory.mktemp("sssom")
    (folder / "given.sssom.tsv").write_text(TABLE, "utf-8")
    ours = sssom.read(OURS)
    for name, text in {
        "tsv": sssom.canonical(ours),
        "json": sssom.to_json(ours),
        "ttl": sssom.to_turtle(ours),
    }.items():
        (folder / f"ours.{name}").write_text(text, "utf-8")
    done = subprocess.run(
        [Path(PROGRAM).with_name("python"), "-c", SCRIPT, folder],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder, json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("form", ["tsv", "json", "ttl", "owl"])
def test_what_the_reference_program_writes_is_read_whole(exchanged, form):
    folder, _ = exchanged
    content = (folder / f"theirs.{form}").read_bytes()
    readers = {"tsv": sssom.parse, "json": sssom.from_json}

    found = readers.get(form, sssom.from_turtle)(content)

    expected = sssom.parse(TABLE.encode())
    assert rows(found) == rows(expected)
    assert links(found) == [("1", "1"), ("1", "1")]
    for slot in ("mapping_set_id", "license", "mapping_date", "sssom_version"):
        assert found.metadata[slot] == expected.metadata[slot]
    assert found.curie_map.items() >= expected.curie_map.items()


@pytest.mark.parametrize("form", ["tsv", "json", "ttl"])
def test_the_reference_program_reads_what_we_write(exchanged, form):
    _, read = exchanged

    assert read[form] == sorted(
        [row.values[slot] for slot in ("subject_id", "predicate_id", "object_id")]
        for row in sssom.read(OURS).rows
    )


# SSSOM/RDF

PROLOGUE = f"""
@prefix A: <{A}> . @prefix B: <{B}> . @prefix R: <https://example.org/record/> .
@prefix dcterms: <http://purl.org/dc/terms/> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix pav: <http://purl.org/pav/> . @prefix semapv: <https://w3id.org/semapv/vocab/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix sssom: <{SSSOM}> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @prefix ex: <https://example.org/terms/> .
"""
AXIOM = """ a owl:Axiom ; owl:annotatedSource A:1 ; owl:annotatedProperty skos:exactMatch ;
  owl:annotatedTarget B:1 ; sssom:mapping_justification semapv:ManualMappingCuration"""


def turtle(more, about="<https://example.org/set> a sssom:MappingSet"):
    return f"{PROLOGUE}{about} ; sssom:mappings R:1 . R:1 {AXIOM}{more} ."


@pytest.mark.parametrize(
    ("more", "slot", "value"),
    [
        ("; sssom:predicate_modifier sssom:NegatedPredicate", "predicate_modifier", "Not"),
        ('; sssom:predicate_modifier "Not"', "predicate_modifier", "Not"),
        ('; dcterms:created "2025-07-14"^^xsd:date', "mapping_date", "2025-07-14"),
        ('; pav:authoredOn "2025-07-14"^^xsd:date', "mapping_date", "2025-07-14"),
        ("; sssom:object_type owl:DataProperty", "object_type", "owl data property"),
        ("; sssom:object_type owl:DatatypeProperty", "object_type", "owl data property"),
        (
            "; sssom:object_type sssom:ComposedEntityExpression",
            "object_type",
            "composed entity expression",
        ),
        ('; sssom:object_type "owl class"', "object_type", "owl class"),
        ('; dcterms:license "https://e.x/l"^^xsd:anyURI', "license", "https://e.x/l"),
        ("; dcterms:license <https://e.x/l>", "license", "https://e.x/l"),
        ("", "record_id", "R:1"),
        ("; sssom:record_id R:1", "record_id", "R:1"),
        ("; ex:certainty 3", "ext_certainty", "3"),
        ("; <http://sssom.invalid/ext_word> 'x'", "ext_word", "x"),
        (". A:1 skos:exactMatch B:1 . A:9 skos:exactMatch B:9", "subject_id", "A:1"),
    ],
)
def test_rdf_is_read_as_specified_and_as_it_was_before(more, slot, value):
    mappings = sssom.from_turtle(turtle(more))

    assert mappings.rows[0].values[slot] == value
    assert len(mappings.rows) == 1
    assert links(mappings) == ([] if value == "Not" else [("1", "1")])
    again = sssom.from_turtle(sssom.to_turtle(mappings))
    assert again.rows[0].values == mappings.rows[0].values


@pytest.mark.parametrize(
    "about",
    [
        "[] a sssom:MappingSet ; sssom:mapping_set_id <https://example.org/set>",
        '[] a sssom:MappingSet ; sssom:mapping_set_id "https://example.org/set"^^xsd:anyURI',
        "<https://example.org/set> a sssom:MappingSet ; sssom:sssom_version sssom:version1.1",
    ],
)
def test_a_set_is_named_by_its_node_or_by_its_slot(about):
    assert sssom.from_turtle(turtle("", about)).metadata["mapping_set_id"] == (
        "https://example.org/set"
    )


def test_what_is_written_has_the_terms_of_the_specification():
    triples = {
        (quad.predicate.value, quad.object.value)
        for quad in parse(sssom.to_turtle(sssom.parse(TABLE.encode())), format=RdfFormat.TURTLE)
        if quad.subject == NamedNode("https://example.org/record/2")
        or quad.subject == NamedNode("https://example.org/set")
    }

    assert (SSSOM + "predicate_modifier", SSSOM + "NegatedPredicate") in triples
    assert (SSSOM + "sssom_version", SSSOM + "version1.1") in triples
    assert ("http://purl.org/dc/terms/created", "2025-07-14") in triples
    assert SSSOM + "record_id" not in {predicate for predicate, _ in triples}


def test_the_definition_of_an_extension_may_be_made_of_iris():
    definition = (
        "<https://example.org/set> a sssom:MappingSet ; sssom:extension_definitions [ "
        'a sssom:ExtensionDefinition ; sssom:slot_name "ext_size" ; sssom:property ex:size ; '
        "sssom:type_hint xsd:integer ]"
    )

    mappings = sssom.from_turtle(turtle("; ex:size 3", definition))

    assert mappings.rows[0].values["ext_size"] == "3"
    assert mappings.metadata["extension_definitions"] == [
        {"slot_name": "ext_size", "property": "ex:size", "type_hint": "xsd:integer"}
    ]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ('; sssom:confidence "high"', 'mapping 1: confidence "high" is not a number'),
        ('; dcterms:created "soon"', 'mapping 1: mapping_date "soon" is not a date'),
        ("; sssom:object_source []", "object_source: a blank node is no value"),
    ],
)
def test_rdf_that_breaks_a_rule_is_refused(more, message):
    with pytest.raises(ParseFailure, match=message):
        sssom.from_turtle(turtle(more))


# Tables

LITERAL = "subject_id\tpredicate_id\tobject_label\tmapping_justification"
VALID = {
    "rows that share four values": f"{MAP}{HEADER}\tconfidence\n{ROW}\t0.9\n{ROW}\t0.8\n",
    "a row twice": f"{MAP}{HEADER}\n{ROW}\n{ROW}\n",
    "tabs of a spreadsheet": "".join(
        f"{line}\t\t\t\n" for line in f"{MAP}{HEADER}\n{ROW}\n{OTHER}".splitlines()
    ),
    "a line of tabs": f"{MAP}{HEADER}\n{ROW}\n\t\t\t\n{OTHER}\n",
    "quotes of a spreadsheet": (
        f'#curie_map:\t\n"#  A: ""{A}"""\t\n#  B: {B}\t\n{HEADER}\n{ROW}\n"A:2"\t{ROW[4:]}\n'
    ),
    "line ends of Windows": f"{MAP}{HEADER}\n{ROW}\n{OTHER}\n".replace("\n", "\r\n"),
    "a byte order mark": f"\ufeff{MAP}{HEADER}\n{ROW}\n{OTHER}\n",
    "a column of an extension": f"{MAP}{HEADER}\text_word\n{ROW}\tx\n{ROW}\ty\n",
    "a column that SSSOM lacks": f"{MAP}{HEADER}\tverdict\n{ROW}\tx\n{ROW}\ty\n",
    "an address that is relative": f"{MAP}#mapping_set_id: a.tsv\n{HEADER}\n{ROW}\n{OTHER}\n",
    "a source that is a word": f"{MAP}#subject_source: x\n{HEADER}\n{ROW}\n{OTHER}\n",
    "a literal by the metadata": (
        f"{MAP}#object_type: rdfs literal\n{LITERAL}\n"
        "A:1\tskos:exactMatch\tmale\tsemapv:ManualMappingCuration\n"
        "A:1\tskos:exactMatch\tmâle\tsemapv:ManualMappingCuration\n"
    ),
    "a literal by its row": (
        f"{MAP}{HEADER}\tobject_label\tobject_type\n"
        f"{ROW}\tone\towl class\n"
        "A:1\tskos:exactMatch\t\tsemapv:ManualMappingCuration\tmale\trdfs literal\n"
    ),
}


@pytest.mark.parametrize("text", VALID.values(), ids=VALID)
def test_a_valid_table_is_read_and_nothing_of_it_lost(text):
    mappings = sssom.parse(text.encode())

    assert len(mappings.rows) == 2
    for again in (
        sssom.parse(sssom.canonical(mappings).encode()),
        sssom.from_json(sssom.to_json(mappings)),
        sssom.from_turtle(sssom.to_turtle(mappings)),
    ):
        assert sorted(sorted(row.values.items()) for row in again.rows) == sorted(
            sorted(row.values.items()) for row in mappings.rows
        )
    assert sssom.to_triples(mappings)


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("rows that share four values", 2),
        ("a row twice", 1),
        ("a literal by the metadata", 2),
    ],
)
def test_each_record_has_a_name_of_its_own(name, count):
    triples = sssom.to_triples(sssom.parse(VALID[name].encode()))

    records = {t.subject for t in triples if t.object == NamedNode(SSSOM + "Mapping")}
    assert len(records) == count


def test_a_table_with_literals_is_data_like_any_other(cli, tmp_path):
    path = tmp_path / "links.sssom.tsv"
    path.write_text(VALID["a literal by its row"], "utf-8")

    done = cli("export", "--data", path, "--ontology", path, "--format", "nt")

    assert done.code == 0, done.err
    match = f"<{A}1> <{SKOS.exactMatch.value}> "
    assert [line for line in done.out.splitlines() if line.startswith(match)] == [
        f"{match}<{B}1> ."
    ]
    assert '"male"' in done.out


# JSON

MAPPING = dict(zip(HEADER.split("\t"), ROW.split("\t"), strict=True))


@pytest.mark.parametrize(
    "context",
    [
        {"@context": {"A": A, "B": {"@id": B, "@prefix": True}, "subject_id": {"@type": "@id"}}},
        {"@context": ["https://example.org/c", {"A": A}, {"B": B}]},
        {"curie_map": {"A": A, "B": B}},
        {"curie_map": {"A": {"prefix_name": "A", "prefix_url": A}, "B": {"prefix_url": B}}},
        {"curie_map": [{"prefix_name": n, "prefix_url": i} for n, i in (("A", A), ("B", B))]},
    ],
)
def test_the_prefixes_of_json_are_read_wherever_they_stand(context):
    mappings = sssom.from_json(json.dumps(context | {"mappings": [MAPPING], "@type": "MappingSet"}))

    assert mappings.curie_map == {"A": A, "B": B}
    assert links(mappings) == [("1", "1")]


def test_json_may_have_whole_iris_nothing_and_single_values():
    mapping = {
        "subject_id": A + "1",
        "predicate_id": SKOS.exactMatch.value,
        "object_id": B + "1",
        "mapping_justification": PREFIXES["semapv"] + "ManualMappingCuration",
        "author_label": "Ann|Bob",
        "comment": None,
        "confidence": 0,
    }

    mappings = sssom.from_json(json.dumps({"mappings": [mapping], "creator_label": "Ann"}))

    values = mappings.rows[0].values
    assert links(mappings) == [("1", "1")]
    assert sssom.slots.split("author_label", values["author_label"]) == ["Ann|Bob"]
    assert values["confidence"] == "0"
    assert "comment" not in values
    assert mappings.metadata["creator_label"] == ["Ann"]
