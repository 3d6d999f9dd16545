"""``kg check``: a small graph in which nothing is wrong, and more than 25 ways to break it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from kg import resources
from kg.check import check
from kg.check.citations import passages, uncited_units
from kg.dataset import load
from kg.errors import ParseFailure, ResourceNotFound
from kg.export import format_file
from kg.namespaces import PREFIXES

TEXT = "= A and B =\nA closed its airspace on 7 April 2025. B denied that.\n"
PREFIX_LINES = "".join(f"@prefix {prefix}: <{PREFIXES[prefix]}> .\n" for prefix in PREFIXES)
HOME = "<https://w3id.org/relations-kg/ontology>"


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


def position(words):
    return f"oa:start {TEXT.index(words)} ; oa:end {TEXT.index(words) + len(words)} ;"


def term(name, *more):
    return (
        f'rel:{name} rdfs:label "{name}"@en ; skos:definition "What {name} means."@en ;'
        f" rdfs:isDefinedBy {HOME} ; a {' ; '.join(more)} .\n"
    )


CLASSES = ("State", "Event", "Claim", "Passage", "Unit", "Source")
OBJECT_PROPERTIES = ("actor", "assertedBy", "standing", "evidence", "unit", "disputes")
ONTOLOGY = (
    f"{HOME} a owl:Ontology .\n"
    + "".join(term(name, "owl:Class") for name in CLASSES)
    + term("Standing", "owl:Class")
    + term("Ban", "owl:Class", "rdfs:subClassOf rel:Event", "owl:disjointWith rel:State")
    + "".join(term(name, "owl:ObjectProperty") for name in OBJECT_PROPERTIES)
    + "".join(term(name, "owl:DatatypeProperty") for name in ("date", "doubt", "textDigest"))
    + term("earliest", "owl:DatatypeProperty", "rel:citedThrough rel:date")
    + term("latest", "owl:DatatypeProperty", "rel:citedThrough rel:date")
    + term("citedThrough", "owl:AnnotationProperty")
    + "".join(term(name, "rel:Standing") for name in ("stated", "contradicted"))
)
SHAPES = """
<https://w3id.org/relations-kg/shapes#Event> a sh:NodeShape ; sh:targetClass rel:Event ;
    sh:property [ sh:path rel:actor ; sh:minCount 1 ; sh:class rel:State ;
        sh:message "Name a State that acts."@en ] .
"""
FACTS = """
kg:a a rel:State ; rdfs:label "A"@en .
kg:b a rel:State ; rdfs:label "B"@en .
kg:ban a rel:Ban ; rdfs:label "closing of airspace"@en ; rel:actor kg:a ;
    rel:date "2025-04-07"^^edtf:EDTF ;
    rel:earliest "2025-04-07"^^xsd:date ; rel:latest "2025-04-07"^^xsd:date .
"""
CLAIMS = f"""
kg:claim-1 a rel:Claim ; dcterms:identifier "F1" ; rdf:subject kg:ban ; rdf:predicate rel:actor ;
    rdf:object kg:a ; rel:assertedBy kg:source-text ; rel:standing rel:stated ;
    prov:wasQuotedFrom kg:passage-1 .
kg:claim-2 a rel:Claim ; dcterms:identifier "F2" ; rdf:subject kg:ban ; rdf:predicate rel:date ;
    rdf:object "2025-04-07"^^edtf:EDTF ; rel:assertedBy kg:source-text ; rel:standing rel:stated ;
    prov:wasQuotedFrom kg:passage-1 .
kg:claim-3 a rel:Claim ; dcterms:identifier "F3" ; rdf:subject kg:ban ; rdf:predicate rel:actor ;
    rdf:object kg:b ; rel:assertedBy kg:source-text ; rel:standing rel:contradicted ;
    rel:doubt "The other source says so."@en ; rel:evidence kg:source-other ;
    prov:wasQuotedFrom kg:passage-2 .
kg:passage-1 a rel:Passage ; {position("A closed its airspace")} oa:hasSource kg:source-text ;
    rel:unit kg:unit-s1 ; rel:textDigest "{digest("A closed its airspace")}" .
kg:passage-2 a rel:Passage ; {position("B denied that")} oa:hasSource kg:source-text ;
    rel:unit kg:unit-s2 ; rel:textDigest "{digest("B denied that")}" .
"""
SOURCES = f"""
kg:source-text a rel:Source ; rdfs:label "the text"@en ; dcterms:extent {len(TEXT)} ;
    rel:textDigest "{digest(TEXT)}" .
kg:source-other a rel:Source ; rdfs:label "another source"@en .
kg:unit-t1 a rel:Unit ; rdfs:label "T1" ; {position("= A and B =")} oa:hasSource kg:source-text .
kg:unit-s1 a rel:Unit ; rdfs:label "S1" ;
    {position("A closed its airspace on 7 April 2025.")} oa:hasSource kg:source-text .
kg:unit-s2 a rel:Unit ; rdfs:label "S2" ; {position("B denied that.")} oa:hasSource kg:source-text .
"""
COLUMNS = (
    "subject_id subject_label predicate_id object_id object_label mapping_justification"
    " confidence comment"
)
ROWS = [
    "kg:a A skos:exactMatch wd:Q1 State_A MANUAL 1.0 -",
    "kg:b B skos:exactMatch wd:Q2 State_B MANUAL 1.0 -",
    "kg:ban closing_of_airspace skos:exactMatch sssom:NoTermFound - MANUAL - No_item_was_found.",
]


def table(*rows):
    cells = [row.replace("MANUAL", "semapv:ManualMappingCuration").split() for row in rows]
    return "".join(
        "\t".join("" if cell == "-" else cell.replace("_", " ") for cell in row) + "\n"
        for row in cells
    )


LINKS = (
    "#mapping_set_id: https://example.org/links\n"
    "#license: https://creativecommons.org/licenses/by/4.0/\n"
    "#curie_map:\n"
    f"#  kg: {PREFIXES['kg']}\n"
    f"#  wd: {PREFIXES['wd']}\n" + COLUMNS.replace(" ", "\t") + "\n" + table(*ROWS)
)
IDS = "id\tlabel\tevidence\nQ1\tState A\ta public file\nQ2\tState B\ta public file\n"
QUERY = "#+ summary: Who acts?\nSELECT ?event ?state { ?event rel:actor ?state }\n"
FILES = {
    "data/relations.ttl": PREFIX_LINES + FACTS,
    "data/claims.ttl": PREFIX_LINES + CLAIMS,
    "data/sources.ttl": PREFIX_LINES + SOURCES,
    "data/wikidata.sssom.tsv": LINKS,
    "data/wikidata-ids.tsv": IDS,
    "ontology.ttl": PREFIX_LINES + ONTOLOGY,
    "shapes.ttl": PREFIX_LINES + SHAPES,
    "queries/who-acts.rq": QUERY,
    "article.txt": TEXT,
}


@pytest.fixture(scope="session")
def canonical(tmp_path_factory):
    """The files of the small graph, the data in canonical form."""
    folder = tmp_path_factory.mktemp("canonical")
    texts = {}
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
        if name.startswith("data/") and not name.endswith("ids.tsv"):
            format_file(path)
        texts[name] = path.read_bytes().decode()
    return texts


@pytest.fixture
def small(canonical, tmp_path, monkeypatch):
    """Write the small graph into the current folder; the function given back checks it."""
    monkeypatch.chdir(tmp_path)
    for name, text in canonical.items():
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_bytes(text.encode())
    checks = Path(__file__).resolve().parent.parent / "queries" / "checks"
    Path("queries/checks").symlink_to(checks)

    def run(source_text=None):
        return check(
            [Path("data")],
            [Path("ontology.ttl")],
            [Path("shapes.ttl")],
            queries=Path("queries"),
            source_text=source_text,
        )

    return run


def change(name, old, new):
    path = Path(name)
    text = path.read_bytes().decode()
    assert old in text, f"{old} is not in {name}:\n{text}"
    path.write_bytes(text.replace(old, new, 1).encode())


def contents():
    return {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()}


def test_nothing_is_wrong_with_the_small_graph(small):
    report = small(Path("article.txt"))

    assert [(section.name, section.problems) for section in report.sections] == [
        ("form", 0),
        ("profile", 0),
        ("consistency", 0),
        ("shapes", 0),
        ("citations", 0),
        ("quality", 0),
        ("terms", 0),
        ("links", 0),
        ("source", 0),
    ]
    assert report.exit_code == 0
    assert report.passes
    remarks = [(one.severity, one.check, one.label) for one in report.results]
    assert remarks == [("Warning", "unused-term", "disputes"), ("Info", "unit-uncited", "T1")]


BREAKS = [
    # the file, what is replaced, by what, and words of the line that says so
    ("data/relations.ttl", '2025-04-07"^^edtf', '2024-13-45"^^edtf', "2024-13-45"),
    ("data/relations.ttl", '2025-04-07"^^edtf', '2025-04-08/2025-04-07"^^edtf', "ends before"),
    ("data/relations.ttl", 'latest "2025-04-07"', 'latest "2025-04-06"', "rel:latest is"),
    ("data/relations.ttl", "rel:actor kg:a", "rel:actor kg:ban", "Name a State that acts."),
    ("data/relations.ttl", "rel:actor kg:a", "rel:actor kg:a , kg:b", "claim F3 of it is contrad"),
    ("data/relations.ttl", "kg:b a rel:State", "kg:b a rel:Stat", "did you mean rel:State?"),
    ("data/relations.ttl", '"B"@en', '"B"@de', "has no label that English readers"),
    (
        "data/relations.ttl",
        "kg:b a rel:State",
        "kg:b a rel:State ; rel:actor kg:c",
        "rel:actor kg:c",
    ),
    ("data/relations.ttl", "kg:b a rel:State", "kg:b a rel:State ; rel:actor kg:b", "to itself"),
    ("data/relations.ttl", "kg:b a rel:State", "kg:b a rel:State ; rel:actor []", "blank node"),
    ("data/relations.ttl", "kg:ban a rel:Ban", "kg:ban a rel:Ban , rel:State", "consistency: 1"),
    ("data/relations.ttl", "kg:b a rel:State ;", "kg:b   a   rel:State ;", "not in canonical form"),
    ("data/claims.ttl", "kg:claim-2 a rel:Claim", "kg:claim-2 a rel:Passage", "without a claim"),
    ("data/claims.ttl", "rdf:object kg:a", "rdf:object kg:b", "without a fact"),
    (
        "data/claims.ttl",
        "rel:standing rel:contradicted",
        "rel:standing rel:stated",
        "claim F3 with",
    ),
    ("data/claims.ttl", "rel:evidence kg:source-other", "rel:evidence kg:source-x", "kg:source-x"),
    ("data/claims.ttl", "wasQuotedFrom kg:passage-2", "wasQuotedFrom kg:passage-9", "kg:passage-9"),
    ("data/claims.ttl", digest("B denied that"), "0" * 63, "64 hexadecimal digits"),
    ("data/claims.ttl", digest("B denied that"), "0" * 64, "is not the one that was cited"),
    ("data/claims.ttl", "rel:unit kg:unit-s2", "rel:unit kg:unit-s1", "does not lie in its unit"),
    ("data/sources.ttl", f"extent {len(TEXT)}", "extent 9", "runs past the end"),
    ("data/sources.ttl", digest(TEXT), "f" * 64, "another SHA-256 digest"),
    ("data/wikidata.sssom.tsv", "wd:Q2", "wd:Q66065", "Q66065 is not among the verified ids"),
    ("data/wikidata.sssom.tsv", "State B", "State Bee", 'the verified label of Q2 is "State B"'),
    ("data/wikidata.sssom.tsv", "wd:Q2\tState B", "wd:Q1\tState A", "would make them one thing"),
    ("data/wikidata.sssom.tsv", "No item was found.", "", "say why in the comment"),
    ("data/wikidata.sssom.tsv", "kg:b\tB", "kg:bee\tB", "B (kg:b): has no link to Wikidata"),
    ("data/wikidata.sssom.tsv", "ManualMappingCuration\t1.0", "LexicalMatching\t1.0", "by hand"),
    ("data/wikidata-ids.tsv", "Q2\tState B\ta public file", "Q2\tState B\t", "wikidata-ids.tsv:3"),
    (
        "ontology.ttl",
        "a owl:ObjectProperty",
        "owl:sameAs wd:Q9 ; a owl:ObjectProperty",
        "Q9 is not",
    ),
    ("ontology.ttl", "a owl:ObjectProperty", "a owl:ObjectPropertie", "owl:ObjectPropertie"),
    ("ontology.ttl", '; skos:definition "What actor means."@en ', "", "has no definition"),
    ("shapes.ttl", "sh:path rel:actor", "sh:path rel:aktor", "did you mean rel:actor?"),
    ("queries/who-acts.rq", "rel:actor", "rel:acter", "queries/who-acts.rq:2: Violation: "),
]


@pytest.mark.parametrize(("name", "old", "new", "words"), BREAKS)
def test_each_fault_is_one_clear_line_with_file_and_line(small, name, old, new, words):
    change(name, old, new)
    before = contents()

    report = small(Path("article.txt"))

    lines = [line for line in str(report).splitlines() if words in line]
    assert lines, str(report)
    assert report.exit_code == 1
    assert not report.conforms
    assert contents() == before
    for result in report.results:
        if result.severity == "Violation" and result.check not in ("consistency", "profile"):
            assert result.location, result


UNREADABLE = [
    (
        "data/relations.ttl",
        lambda content: content.replace(b"rel:State", b"rell:State", 1),
        "rell:",
    ),
    (
        "data/relations.ttl",
        lambda content: content[: content.index(b"rel:latest")],
        "relations.ttl",
    ),
    ("data/relations.ttl", lambda _: b"", "relations.ttl"),
    ("data/claims.ttl", lambda content: content + b"<<<<<<< HEAD\n", "claims.ttl"),
    ("data/claims.ttl", lambda content: content.replace(b"source", b"sour\xffce", 1), "claims.ttl"),
    ("data/wikidata.sssom.tsv", lambda content: content + b"kg:a\n", "wikidata.sssom.tsv:"),
    ("ontology.ttl", lambda content: content + b'rel:x rdfs:label "open .\n', "ontology.ttl:"),
    ("shapes.ttl", lambda content: content + b"]", "shapes.ttl:"),
]


@pytest.mark.parametrize(("name", "damage", "words"), UNREADABLE)
def test_a_file_that_does_not_parse_is_one_line_and_exit_2(small, name, damage, words):
    Path(name).write_bytes(damage(Path(name).read_bytes()))

    report = small()

    assert report.exit_code == 2
    assert not report.conforms
    (failure,) = report.failures
    assert words in failure
    assert failure.startswith(name)
    assert "\n" not in failure
    assert str(report) == failure


def test_all_files_that_do_not_parse_are_named(small):
    for name in ("data/relations.ttl", "data/claims.ttl", "shapes.ttl"):
        Path(name).write_bytes(b"kg:a a kg:b .")

    report = small()

    assert [failure.split(":")[0] for failure in report.failures] == [
        "data/claims.ttl",
        "data/relations.ttl",
        "shapes.ttl",
    ]


def test_all_faults_are_found_together(small):
    change("data/relations.ttl", '"B"@en', '"B"@de')
    change("data/wikidata.sssom.tsv", "wd:Q2", "wd:Q66065")
    change("queries/who-acts.rq", "rel:actor", "rel:acter")

    report = small()

    assert {section.name: section.problems for section in report.sections} == {
        "form": 0,
        "profile": 0,
        "consistency": 0,
        "shapes": 0,
        "citations": 0,
        "quality": 1,
        "terms": 1,
        "links": 1,
    }


def test_a_missing_file_is_named(small):
    assert small().exit_code == 0
    with pytest.raises(ResourceNotFound, match="nowhere"):
        check([Path("nowhere")])
    with pytest.raises(ResourceNotFound, match=r"nowhere\.txt"):
        small(Path("nowhere.txt"))


def test_a_source_text_that_is_not_utf_8_is_named_with_its_line(small):
    Path("article.txt").write_bytes(b"= A =\n\xff\n")

    with pytest.raises(ParseFailure, match=r"article\.txt:2: is not UTF-8"):
        small(Path("article.txt"))


def test_a_shape_and_the_citations_do_not_say_the_same_twice(small):
    change(
        "shapes.ttl",
        "sh:property [",
        "sh:property [ sh:path rel:date ; sh:maxCount 0 ] , [",
    )
    change("data/relations.ttl", '2025-04-07"^^edtf', '2024-13-45"^^edtf')

    report = small()

    said = {one.check for one in report.results if one.path == "rel:date"}
    assert said == {"shapes", "fact-without-claim"}


@pytest.mark.usefixtures("small")
def test_the_checks_of_another_ontology_leave_the_queries_of_kg_alone():
    report = check([Path("data")], [Path("ontology.ttl")], [Path("shapes.ttl")])

    assert [one for one in report.results if one.check == "term"] == []


def test_counts_and_rows_cover_all_sections(small):
    change("data/wikidata.sssom.tsv", "wd:Q2", "wd:Q66065")

    report = small(Path("article.txt"))

    assert report.counts()["Violation"] == 1
    assert len(report.rows()) == len(report.results) == sum(report.counts().values())
    row = next(row for row in report.rows() if row["severity"] == "Violation")
    assert (row["file"], row["check"]) == ("data/wikidata.sssom.tsv", "link")
    assert str(row["line"]).isdigit()


def test_the_graph_that_kg_ships_has_nothing_wrong():
    report = check()

    assert report.exit_code == 0, str(report)


def test_the_passages_that_kg_ships_are_in_the_article(article):
    text = article.read_bytes().decode()
    dataset = load([resources.data()], resources.ontology())

    assert passages(dataset, text) == []
    assert {one.severity for one in uncited_units(dataset, text)} <= {"Info"}
