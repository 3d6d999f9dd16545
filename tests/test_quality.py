"""Quality queries: each finds its fault, and a graph without faults passes them all."""

from __future__ import annotations

import pytest
from pyoxigraph import NamedNode, Triple

from kg.check.quality import quality_queries, run_quality_queries
from kg.dataset import load
from kg.errors import ParseFailure, QueryRefused, ResourceNotFound
from kg.namespaces import PREFIXES, REL, expand

PREFIX_LINES = "".join(
    f"@prefix {prefix}: <{PREFIXES[prefix]}> .\n"
    for prefix in ("kg", "rel", "dcterms", "owl", "rdf", "rdfs", "skos", "xsd")
)
GOOD = {
    "ontology.ttl": """
<https://w3id.org/relations-kg/ontology> a owl:Ontology .
rel:State a owl:Class ; rdfs:label "State"@en ; skos:definition "Political entity."@en ;
    rdfs:isDefinedBy <https://w3id.org/relations-kg/ontology> .
rel:neighbours a owl:ObjectProperty ; rdfs:label "neighbours"@en ;
    skos:definition "Relates States that share a border."@en ;
    rdfs:isDefinedBy <https://w3id.org/relations-kg/ontology> .
""",
    "relations.ttl": """
kg:a a rel:State ; rdfs:label "A"@en ; rel:neighbours kg:b .
kg:b a rel:State ; rdfs:label "B"@en .
""",
    "reference.ttl": "kg:a dcterms:source kg:source-x .",
    "claims.ttl": """
kg:source-x a rel:Source ; rdfs:label "Source X"@en .
""",
}
# Terms for claims, which the small ontology leaves out.
CLAIM_TERMS = "".join(
    f'rel:{name} a owl:Class ; rdfs:label "{name}"@en ; skos:definition "A {name}."@en ;'
    " rdfs:isDefinedBy <https://w3id.org/relations-kg/ontology> .\n"
    for name in ("Source", "Claim", "assertedBy")
)
FAULTS = {
    # the check: the file, what is put at its end, and words of the line that says so
    "missing-label": ("relations.ttl", "kg:c a rel:State .", "kg:c: has no label"),
    "several-labels": (
        "relations.ttl",
        'kg:a rdfs:label "Aa"@en .',
        'A (kg:a): has another label in the same language (rdfs:label "Aa"@en)',
    ),
    "shared-label": (
        "relations.ttl",
        'kg:c a rel:State ; rdfs:label "B"@en .',
        'B (kg:c): has the label of another thing of the same kind (rdfs:label "B"@en)',
    ),
    "missing-definition": (
        "ontology.ttl",
        'rel:x a owl:Class ; rdfs:label "x"@en .',
        "x (rel:x): has no definition: give it one skos:definition tagged @en",
    ),
    "missing-defined-by": (
        "ontology.ttl",
        'rel:x a owl:Class ; rdfs:label "x"@en .',
        "x (rel:x): does not say which ontology defines it",
    ),
    "undefined-term": (
        "relations.ttl",
        "kg:a rel:nieghbours kg:b .",
        "in ontology/relations.ttl; did you mean rel:neighbours?",
    ),
    "unused-term": (
        "ontology.ttl",
        "rel:x a owl:Class ; rdfs:isDefinedBy <https://w3id.org/relations-kg/ontology> .",
        "rel:x: is not used",
    ),
    "deprecated-term": (
        "ontology.ttl",
        "rel:neighbours owl:deprecated true .",
        "A (kg:a): uses a deprecated term (rel:neighbours kg:b)",
    ),
    "circular-hierarchy": (
        "ontology.ttl",
        "rel:State rdfs:subClassOf rel:x . rel:x rdfs:subClassOf rel:State .",
        "State (rel:State): comes out as a part of itself",
    ),
    "inverse-stated-twice": (
        "ontology.ttl",
        "rel:x owl:inverseOf rel:y . rel:y owl:inverseOf rel:x .",
        "rel:y: states an inverse that is stated from the other side",
    ),
    "blank-node": ("relations.ttl", "kg:a rel:neighbours [] .", "A (kg:a): is or leads to a blank"),
    "untyped-thing": ("reference.ttl", 'kg:c skos:notation "C" .', "kg:c: has no rdf:type"),
    "unknown-thing": (
        "relations.ttl",
        "kg:a rel:neighbours kg:nowhere .",
        "names a thing that nothing describes (rel:neighbours kg:nowhere)",
    ),
    "repeated-claim": (
        "claims.ttl",
        "".join(
            f"kg:claim-{n} a rel:Claim ; rdf:subject kg:a ; rdf:predicate rel:neighbours ;"
            " rdf:object kg:b ; rel:assertedBy kg:source-x .\n"
            for n in (1, 2)
        ),
        "kg:claim-2: repeats another claim by the same agent",
    ),
    "reference-without-source": (
        "reference.ttl",
        'kg:b skos:notation "B" .',
        "B (kg:b): gives reference data without a source",
    ),
    "related-to-itself": (
        "relations.ttl",
        "kg:b rel:neighbours kg:b .",
        "B (kg:b): is related to itself (rel:neighbours kg:b)",
    ),
    "stray-space": (
        "relations.ttl",
        'kg:b rdfs:comment "two  spaces"@en .',
        "B (kg:b): has white space at an end, or twice in a row",
    ),
}


@pytest.fixture
def write(tmp_path):
    """Write the good graph with text put at the end of one of its files, and load it."""

    def write(name="", text=""):
        for file, content in GOOD.items():
            extra = CLAIM_TERMS if file == "ontology.ttl" else ""
            added = "\n" + text + "\n" if file == name else ""
            whole = PREFIX_LINES + content + extra + added
            (tmp_path / file).write_text(whole, encoding="utf-8", newline="\n")
        data = [tmp_path / file for file in GOOD if file != "ontology.ttl"]
        return load(data, [tmp_path / "ontology.ttl"])

    return write


def test_every_check_has_a_fault_below():
    assert {query.slug for query in quality_queries()} == set(FAULTS)


def test_a_graph_without_faults_passes_all_but_the_terms_it_does_not_use(write):
    found = run_quality_queries(write())

    assert {(one.check, one.label) for one in found} == {
        ("unused-term", "Claim"),
        ("unused-term", "assertedBy"),
    }


@pytest.mark.parametrize("slug", FAULTS)
def test_each_check_finds_its_fault_with_file_and_line(write, slug):
    file, text, words = FAULTS[slug]

    found = [one for one in run_quality_queries(write(file, text)) if one.check == slug]

    assert any(words in str(one) for one in found), list(map(str, found))
    assert all(one.location and one.location.line for one in found)


def test_the_line_is_that_of_the_triple_at_fault(write, tmp_path):
    file, text, _ = FAULTS["stray-space"]

    (found,) = [one for one in run_quality_queries(write(file, text)) if one.check == "stray-space"]

    lines = (tmp_path / file).read_text(encoding="utf-8").splitlines()
    assert found.location.path == tmp_path / file
    assert lines[found.location.line - 1] == text


def test_what_is_inferred_counts_as_a_use(write):
    inferred = {Triple(NamedNode(expand("kg:a")), REL.assertedBy, NamedNode(expand("kg:b")))}

    found = run_quality_queries(write(), inferred)

    assert [(one.check, one.label) for one in found] == [("unused-term", "Claim")]


def test_levels_become_severities():
    severities = {query.slug: query.severity for query in quality_queries()}

    assert severities["missing-label"] == "Violation"
    assert severities["unused-term"] == "Warning"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("#+ summary: s\nSELECT ?entity ?property ?value {}", 'no "#+ problem: …"'),
        ("#+ sumary: s\n", 'write "#+ summary: …"'),
        ("#+ summary: s\n#+ problem: p\n#+ solution: s\n#+ level: grave\n", "level grave"),
    ],
)
def test_a_header_that_is_not_complete_is_refused_with_its_file(tmp_path, text, words):
    (tmp_path / "new.rq").write_text(text, encoding="utf-8")

    with pytest.raises(ParseFailure) as refused:
        quality_queries(tmp_path)

    assert words in str(refused.value)
    assert "new.rq:1" in str(refused.value)


@pytest.mark.parametrize("query", ["SELECT ?entity {}", "ASK {}", "SELECT ?entity {"])
def test_a_check_that_is_no_such_select_is_refused(tmp_path, write, query):
    header = "#+ summary: s\n#+ problem: p\n#+ solution: s\n#+ level: info\n"
    (tmp_path / "new.rq").write_text(header + query, encoding="utf-8")

    with pytest.raises(ParseFailure, match=r"new\.rq"):
        run_quality_queries(write(), folder=tmp_path)


def test_a_check_that_asks_another_server_is_refused(tmp_path, write):
    header = "#+ summary: s\n#+ problem: p\n#+ solution: s\n#+ level: info\n"
    query = (
        "SELECT ?entity ?property ?value "
        "{ SERVICE <http://127.0.0.1:9/> { ?entity ?property ?value } }"
    )
    (tmp_path / "new.rq").write_text(header + query, encoding="utf-8")

    with pytest.raises(QueryRefused, match="SERVICE is refused"):
        run_quality_queries(write(), folder=tmp_path)


def test_a_folder_without_checks_is_refused(tmp_path):
    with pytest.raises(ResourceNotFound, match="no folder of checks"):
        quality_queries(tmp_path / "nowhere")


def test_the_rows_of_every_check_are_ordered():
    assert all(
        query.text.rstrip().endswith("ORDER BY ?entity ?property ?value")
        for query in quality_queries()
    )
