"""Facts and claims: a small graph without a fault, and each way in which it can drift."""

from __future__ import annotations

import hashlib

import pytest
from pyoxigraph import NamedNode, Triple

from kg.check.citations import drift, passages, uncited_units
from kg.dataset import load
from kg.namespaces import PREFIXES, expand

TEXT = "= États A, B =\nA banned flights on 7 April 2025. B said that this is wrong.\n==Notes==\n"
PREFIX_LINES = "".join(
    f"@prefix {prefix}: <{PREFIXES[prefix]}> .\n"
    for prefix in ("kg", "rel", "dcterms", "edtf", "oa", "owl", "prov", "rdf", "rdfs", "xsd")
)


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


def position(words):
    start = TEXT.index(words)
    return start, start + len(words)


def unit(name, words):
    start, end = position(words)
    return (
        f'kg:unit-{name} a rel:Unit ; rdfs:label "{name.upper()}" ; oa:start {start} ;'
        f" oa:end {end} ; oa:hasSource kg:source-article .\n"
    )


def passage(name, words, of_unit):
    start, end = position(words)
    return (
        f"kg:{name} a rel:Passage ; oa:start {start} ; oa:end {end} ; rel:unit kg:unit-{of_unit} ;"
        f' rel:textDigest "{digest(words)}" ; oa:hasSource kg:source-article .\n'
    )


FACTS = """
kg:ban a rel:Event ; rdfs:label "flight ban"@en ;
    rel:actor kg:a ;
    rel:date "2025-04-07"^^edtf:EDTF ;
    rel:earliest "2025-04-07"^^xsd:date ;
    rel:latest "2025-04-07"^^xsd:date .
"""
CLAIMS = """
kg:claim-1 a rel:Claim ; dcterms:identifier "F1" ; rdf:subject kg:ban ; rdf:predicate rel:actor ;
    rdf:object kg:a ; rel:assertedBy kg:source-article ; rel:standing rel:stated ;
    prov:wasQuotedFrom kg:passage-ban .
kg:claim-2 a rel:Claim ; dcterms:identifier "F2" ; rdf:subject kg:ban ; rdf:predicate rel:date ;
    rdf:object "2025-04-07"^^edtf:EDTF ; rel:assertedBy kg:a ; rel:standing rel:attributed ;
    prov:wasQuotedFrom kg:passage-day .
kg:claim-3 a rel:Claim ; dcterms:identifier "F3" ; rdf:subject kg:ban ; rdf:predicate rel:actor ;
    rdf:object kg:b ; rel:assertedBy kg:b ; rel:standing rel:contradicted ;
    rel:doubt "The press names A."@en ; rel:evidence kg:source-press ;
    prov:hadPrimarySource kg:source-press .
"""
PASSAGES = passage("passage-ban", "A banned flights", "s1") + passage(
    "passage-day", "7 April", "s1"
)
SOURCES = (
    f"kg:source-article a rel:Source ; dcterms:extent {len(TEXT)}"
    f' ; rel:textDigest "{digest(TEXT)}" .\n'
    "kg:source-press a rel:Source .\n"
    + unit("t1", "= États A, B =")
    + unit("s1", "A banned flights on 7 April 2025.")
    + unit("s2", "B said that this is wrong.")
    + unit("h1", "==Notes==")
)
ONTOLOGY = """
rel:earliest a owl:DatatypeProperty ; rel:citedThrough rel:date .
rel:latest a owl:DatatypeProperty ; rel:citedThrough rel:date .
"""
FILES = {
    "relations.ttl": FACTS,
    "claims.ttl": CLAIMS + PASSAGES,
    "sources.ttl": SOURCES,
    "reference.ttl": 'kg:a rel:isoCode "AA" ; dcterms:source kg:source-press .',
    "ontology.ttl": ONTOLOGY,
}


@pytest.fixture
def small(tmp_path):
    """Write the small graph, with one text replaced by another, and load it."""

    def write(old="", new=""):
        assert not old or any(old in text for text in FILES.values()), old
        for name, text in FILES.items():
            content = PREFIX_LINES + text.replace(old, new) if old else PREFIX_LINES + text
            (tmp_path / name).write_text(content, encoding="utf-8", newline="\n")
        data = [tmp_path / name for name in FILES if name != "ontology.ttl"]
        return load(data, [tmp_path / "ontology.ttl"])

    return write


def line_of(words, name):
    lines = (PREFIX_LINES + FILES[name]).splitlines()
    return next(number for number, line in enumerate(lines, start=1) if words in line)


def test_a_graph_in_which_facts_and_claims_agree_has_no_drift(small):
    assert drift(small()) == []


DRIFTS = [
    # what is replaced, by what, the check that says so, and words of its message
    ("rel:actor kg:a ;\n", "rel:actor kg:a , kg:c ;\n", "fact-without-claim", "rel:actor kg:c"),
    (
        "rel:actor kg:a ;\n",
        "",
        "claim-without-fact",
        "claim F1 without a fact: kg:ban rel:actor kg:a",
    ),
    ("rel:actor kg:a ;\n", "rel:actor kg:a , kg:b ;\n", "contradicted-fact", "claim F3"),
    (
        " rdf:predicate rel:actor ;\n    rdf:object kg:a",
        " rdf:object kg:a",
        "claim-incomplete",
        "F1",
    ),
    ("rdf:object kg:a ;", "rdf:object kg:a , kg:c ;", "claim-incomplete", "2 values of rdf:object"),
    (" rel:standing rel:stated ;", "", "claim-incomplete", "has no rel:standing"),
    ("rel:stated", "rel:certain", "claim-incomplete", "rel:certain is no standing"),
    ("rel:assertedBy kg:a ;", "", "claim-incomplete", "claim F2 has no rel:assertedBy"),
    ("wasQuotedFrom kg:passage-day", "value kg:passage-day", "claim-incomplete", "says nowhere"),
    (
        '    rel:doubt "The press names A."@en ; rel',
        "    rel",
        "claim-without-doubt",
        "contradicted",
    ),
    (
        " rel:evidence kg:source-press ;",
        "",
        "claim-without-doubt",
        "give rel:doubt and rel:evidence",
    ),
    (
        "rel:assertedBy kg:b",
        "rel:disputes kg:claim-9 ; rel:assertedBy kg:b",
        "claim-reference",
        "9",
    ),
    ("kg:passage-day .", "kg:passage-nowhere .", "citation", "kg:passage-nowhere"),
    ("kg:passage-day .", "kg:passage-ban .", "passage-unused", "no claim quotes this passage"),
    ("evidence kg:source-press", "evidence kg:source-pres", "citation", "kg:source-pres:"),
    ("dcterms:source kg:source-press", "dcterms:source kg:source-iso", "citation", "kg:source-iso"),
    (
        "a rel:Source .\n",
        "a rel:Source . kg:source-x a rel:Source .",
        "source-unused",
        "nothing cites",
    ),
    (f"oa:start {position('7 April')[0]}", "oa:start 900", "passage", "empty or runs backwards"),
    (f"oa:end {position('7 April')[1]}", "oa:end 9000", "passage", "past the end"),
    (f"oa:end {position('7 April')[1]} ;", "", "passage", "one oa:start and one oa:end"),
    (f'rel:textDigest "{digest("7 April")}"', 'rel:textDigest "F00D"', "passage", "64 hexadecimal"),
    (f"oa:end {position('7 April')[1]}", "oa:end 50", "passage", "does not lie in its unit"),
    ("rel:unit kg:unit-s1", "rel:unit kg:unit-s9", "passage", "name exactly one rel:unit"),
    (f"dcterms:extent {len(TEXT)} ;", "", "passage", "has no dcterms:extent"),
    ('"2025-04-07"^^edtf:EDTF', '"2024-13-45"^^edtf:EDTF', "date", "2024-13-45"),
    ('"2025-04-07"^^edtf:EDTF', '"2025-04-07"^^xsd:date', "date", "is no EDTF literal"),
    ('"2025-04-07"^^edtf:EDTF', '"2025-04"^^edtf:EDTF', "date", 'makes it "2025-04-01"^^xsd:date'),
    ('"2025-04-07"^^edtf:EDTF', '"2025-04-07/.."^^edtf:EDTF', "date", "which is open there"),
    ('rel:earliest "2025-04-07"^^xsd:date ;', "", "date", "rel:earliest is missing"),
    ('    rel:date "2025-04-07"^^edtf:EDTF ;\n', "", "date", "rel:earliest without a rel:date"),
]


@pytest.mark.parametrize(("old", "new", "check", "words"), DRIFTS)
def test_each_drift_is_found_where_it_is_written(small, old, new, check, words):
    found = [result for result in drift(small(old, new)) if result.check == check]

    assert any(words in result.message for result in found)
    assert all(result.location and result.location.line for result in found)
    assert all(result.severity == "Violation" for result in found)


def test_a_fact_without_a_claim_names_its_own_line_and_what_to_do(small, tmp_path):
    (result,) = drift(small("rel:actor kg:a ;\n", "rel:actor kg:a ; rel:place kg:c ;\n"))

    assert result.location.path == tmp_path / "relations.ttl"
    assert result.location.line == line_of("rel:actor kg:a ;", "relations.ttl")
    assert str(result).endswith(
        "Violation: flight ban (kg:ban): fact without a claim: rel:place kg:c: "
        "add a rel:Claim that states this triple, or remove it"
    )


def test_bounds_of_a_date_need_a_claim_of_the_date(small):
    results = drift(small("rdf:predicate rel:date", "rdf:predicate rel:day"))

    uncited = [result.path for result in results if result.check == "fact-without-claim"]
    assert uncited == ["rel:date", "rel:earliest", "rel:latest"]


def test_a_contradicted_claim_must_not_follow_from_the_facts(small):
    said = Triple(*(NamedNode(expand(curie)) for curie in ("kg:ban", "rel:actor", "kg:b")))

    (result,) = drift(small(), frozenset({said}))

    assert "claim F3 is contradicted, but kg:ban rel:actor kg:b follows" in result.message


def test_a_disputing_claim_is_reason_enough(small):
    alone = drift(small("rel:standing rel:attributed", "rel:standing rel:disputed"))
    answered = drift(
        small(
            "rel:standing rel:attributed ;",
            "rel:standing rel:disputed . kg:claim-3 rel:disputes kg:claim-2 . kg:claim-2",
        )
    )

    assert [result.check for result in alone] == ["claim-without-doubt"]
    assert answered == []


def test_passages_that_the_text_holds_raise_nothing(small):
    assert passages(small(), TEXT) == []


def test_a_passage_that_is_not_in_the_text_is_named(small):
    moved = TEXT.replace("7 April", "8 April")

    results = passages(small(), moved)

    assert [result.check for result in results] == ["passage-text", "source-text"]
    assert str(position("7 April")[0]) in results[0].message
    assert "another SHA-256 digest" in results[1].message


def test_positions_count_code_points_and_not_bytes(small):
    # The first letter is two bytes in UTF-8, and every passage comes after it.
    assert len(TEXT.encode()) == len(TEXT) + 1
    assert passages(small(), TEXT) == []


def test_windows_line_ends_are_named_as_the_reason(small):
    results = passages(small(), TEXT.replace("\n", "\r\n"))

    whole = [result.message for result in results if result.check == "source-text"]
    assert len(whole) == 2
    assert all("Windows line ends" in message for message in whole)


def test_units_that_no_claim_cites_are_listed_headings_as_remarks(small):
    results = uncited_units(small(), TEXT)

    assert [(result.severity, result.label) for result in results] == [
        ("Warning", "S2"),
        ("Info", "T1"),
        ("Info", "H1"),
    ]


def test_text_that_stands_in_no_unit_is_reported(small):
    start, end = position("B said that this is wrong.")
    old = unit("s2", "B said that this is wrong.")

    results = uncited_units(small(old, ""), TEXT)

    (result,) = [result for result in results if result.check == "text-uncovered"]
    assert f"{start}-{end}" in result.message
    assert result.message.endswith("B said that this is wrong.")


def test_a_source_without_a_text_is_not_held_against_one(small):
    old = f' ; rel:textDigest "{digest(TEXT)}"'

    assert passages(small(old, ""), "another text") == []


def test_results_do_not_depend_on_the_order_of_the_files(small, tmp_path):
    forwards = small("kg:passage-day .", "kg:passage-nowhere .")
    data = [tmp_path / name for name in reversed(FILES) if name != "ontology.ttl"]
    backwards = load(data, [tmp_path / "ontology.ttl"])

    assert len(drift(forwards)) == 2
    assert [str(one) for one in drift(forwards)] == [str(one) for one in drift(backwards)]


def test_a_literal_is_compared_with_its_datatype(small):
    results = drift(small('rdf:object "2025-04-07"^^edtf:EDTF', 'rdf:object "2025-04-07"'))

    checks = {result.check for result in results}
    assert checks == {"claim-without-fact", "date", "fact-without-claim"}
