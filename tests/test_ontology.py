"""The ontology keeps its promises: inside OWL 2 RL, every term explained, marked and used."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kg import dataset, namespaces, resources
from kg.namespaces import OWL, PREFIXES, RDF, RDFS, REL, SKOS
from kg.reasoning import profile

REPOSITORY = Path(__file__).parent.parent
ONTOLOGY_IRI = NamedNode("https://w3id.org/relations-kg/ontology")
KINDS = {OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty}


def ontology_triples() -> frozenset[Triple]:
    loaded = dataset.load([], resources.ontology())
    return loaded.graph(namespaces.GRAPH.ontology)


TRIPLES = ontology_triples()


def terms() -> list[NamedNode]:
    own = {t.subject for t in TRIPLES if t.predicate == RDF.type and t.subject in REL}
    return sorted(own, key=str)  # type: ignore[type-var]


def values(subject: object, predicate: NamedNode) -> list[object]:
    return [t.object for t in TRIPLES if t.subject == subject and t.predicate == predicate]


def test_ontology_lies_inside_owl_2_rl() -> None:
    assert profile.violations(TRIPLES) == []


@pytest.mark.parametrize("term", terms(), ids=lambda term: term.value.partition("#")[2])
def test_term_has_label_definition_and_home(term: NamedNode) -> None:
    assert [v.language for v in values(term, RDFS.label)] == ["en"]
    assert [v.language for v in values(term, SKOS.definition)] == ["en"]
    assert values(term, RDFS.isDefinedBy) == [ONTOLOGY_IRI]
    (definition,) = values(term, SKOS.definition)
    assert re.fullmatch(r"[A-Z].*\.", definition.value), "a definition is a sentence"


def test_labels_are_unique_among_terms_of_a_kind() -> None:
    seen: dict[tuple[object, str], NamedNode] = {}
    for term in terms():
        kind = next((k for k in values(term, RDF.type) if k in KINDS), None)
        key = (kind, values(term, RDFS.label)[0].value)
        assert key not in seen, f"{term} and {seen.get(key)} share the label {key[1]}"
        seen[key] = term


def test_every_term_is_used_in_an_axiom_the_data_a_shape_or_a_query() -> None:
    texts = [path.read_text("utf-8") for path in resources.queries().rglob("*.rq")]
    texts += [path.read_text("utf-8") for path in resources.data().glob("*.ttl")]
    texts += [path.read_text("utf-8") for path in resources.shapes()]
    used = {name for text in texts for name in re.findall(r"\brel:([A-Za-z]+)", text)}
    for triple in TRIPLES:
        for node in (triple.predicate, triple.object):
            # A term that only appears as its own isDefinedBy, or only as a parent, is not used.
            if node in REL and triple.predicate not in (RDFS.isDefinedBy, RDFS.subClassOf):
                used.add(node.value.partition("#")[2])  # type: ignore[union-attr]
            if isinstance(triple.subject, BlankNode) and node in REL:
                used.add(node.value.partition("#")[2])  # type: ignore[union-attr]
    unused = [t.value.partition("#")[2] for t in terms()]
    assert [name for name in unused if name not in used] == []


def test_terms_used_in_code_exist_in_the_ontology() -> None:
    defined = {term.value.partition("#")[2] for term in terms()}
    assert set(REL.terms) - defined == set()


def test_every_term_used_in_data_and_queries_is_defined() -> None:
    defined = {term.value.partition("#")[2] for term in terms()}
    paths = [*resources.queries().rglob("*.rq"), *resources.data().glob("*.ttl")]
    for path in [*paths, *resources.shapes()]:
        text = re.sub(r"#[^\n]*", "", path.read_text("utf-8"))
        for name in set(re.findall(r"\brel:([A-Za-z]+)", text)):
            assert name in defined, f"{path.name} uses rel:{name}, which no ontology file defines"


@pytest.mark.parametrize(
    "name",
    [
        "dcterms:title", "dcterms:description", "dcterms:license", "dcterms:creator",
        "dcterms:created", "dcterms:issued", "dcterms:bibliographicCitation", "owl:versionIRI",
        "owl:versionInfo", "vann:preferredNamespacePrefix", "vann:preferredNamespaceUri",
        "bibo:status", "mod:acronym",
    ],
)  # fmt: skip
def test_header_says(name: str) -> None:
    """The minimum and recommended metadata of FOOPS!."""
    assert len(values(ONTOLOGY_IRI, NamedNode(namespaces.expand(name)))) == 1


def test_version_agrees_everywhere() -> None:
    project = (REPOSITORY / "pyproject.toml").read_text("utf-8")
    (version,) = re.findall(r'^version = "(.*)"$', project, re.MULTILINE)
    assert values(ONTOLOGY_IRI, OWL.versionInfo) == [Literal(version)]
    assert values(ONTOLOGY_IRI, OWL.versionIRI) == [NamedNode(f"{ONTOLOGY_IRI.value}/{version}")]
    assert f"version: {version}" in (REPOSITORY / "CITATION.cff").read_text("utf-8")
    assert f"## [{version}]" in (REPOSITORY / "CHANGELOG.md").read_text("utf-8")


def test_prefixes_in_files_are_those_of_the_code() -> None:
    for path in [*resources.ontology(), *resources.shapes(), *resources.data().glob("*.ttl")]:
        declared = re.findall(
            r"^@prefix ([\w-]+): <(.*)> \.$", path.read_text("utf-8"), re.MULTILINE
        )
        for prefix, iri in declared:
            assert PREFIXES.get(prefix, iri) == iri, f"{path.name}: {prefix}:"
