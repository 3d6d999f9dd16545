"""JSON-LD: the published context, offline, and the same graph for every reader."""

from __future__ import annotations

import json
import socket

import pytest
import rdflib
from pyld import jsonld
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from kg import resources
from kg.errors import Misuse
from kg.export import jsonld as export_jsonld
from kg.export import serialize_triples
from kg.export.canonical import canonical_triples
from kg.export.jsonld import published_context, to_jsonld
from kg.namespaces import OWL, PREFIXES, RDF, RDFS, REL, XSD, compact, expand

#: rdflib warns of itself when it reads JSON-LD.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")

PROPERTIES = {OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty}


def triples_of(*paths):
    return [quad.triple for path in paths for quad in parse(path=path)]


@pytest.fixture(scope="module")
def shipped():
    """Everything that kg ships, and what follows from it."""
    return triples_of(*sorted(resources.data().glob("*.ttl")), *resources.ontology())


@pytest.fixture(scope="module")
def document(shipped):
    return to_jsonld(shipped)


@pytest.fixture
def offline(monkeypatch):
    """Fail the test when anything opens a connection."""

    def refuse(*_args, **_options):
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def same(found, wanted):
    return canonical_triples(found) == canonical_triples(wanted)


def read_by_pyld(text):
    """PyLD writes doubles in canonical form (1.0E0), whatever they were; so they are left out."""
    quads = jsonld.to_rdf(json.loads(text), {"format": "application/n-quads"})
    return [q.triple for q in parse(quads, RdfFormat.N_QUADS)]


def read_by_rdflib(text, monkeypatch):
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)
    written = rdflib.Graph().parse(data=text, format="json-ld").serialize(format="nt11")
    return [q.triple for q in parse(written, RdfFormat.N_TRIPLES)]


# --- three readers, one graph -----------------------------------------------------------------


@pytest.mark.usefixtures("offline")
def test_oxigraph_reads_the_shipped_graph_back(document, shipped):
    assert same([q.triple for q in parse(document, RdfFormat.JSON_LD)], shipped)


@pytest.mark.usefixtures("offline")
def test_rdflib_reads_the_shipped_graph_back(document, shipped, monkeypatch):
    assert same(read_by_rdflib(document, monkeypatch), shipped)


@pytest.mark.usefixtures("offline")
def test_pyld_reads_the_shipped_graph_back(document, shipped):
    assert XSD.double not in {getattr(t.object, "datatype", None) for t in shipped}
    assert same(read_by_pyld(document), shipped)


@pytest.mark.usefixtures("offline")
@pytest.mark.parametrize("reader", ["oxigraph", "rdflib", "pyld"])
def test_several_kinds_of_values_of_one_property_stay_apart(reader, monkeypatch):
    event = NamedNode(expand("kg:event"))
    values = [
        Literal("2025-03-31~", datatype=NamedNode(PREFIXES["edtf"] + "EDTF")),
        Literal("2025-03-31", datatype=XSD.date),
        Literal("2025-03-31"),
        Literal("März", language="de"),
        Literal("007", datatype=XSD.integer),
        Literal("1", datatype=XSD.boolean),
        event,
    ]
    graph = [
        Triple(event, p, value) for p in (REL.date, RDFS.label, RDFS.seeAlso) for value in values
    ]

    text = to_jsonld(graph)

    readers = {
        "oxigraph": lambda: [q.triple for q in parse(text, RdfFormat.JSON_LD)],
        "rdflib": lambda: read_by_rdflib(text, monkeypatch),
        "pyld": lambda: read_by_pyld(text),
    }
    assert same(readers[reader](), graph)


# --- what it looks like -----------------------------------------------------------------------


def test_a_node_has_short_names_and_plain_values():
    event, mali = NamedNode(expand("kg:event")), NamedNode(expand("kg:mali"))
    graph = [
        Triple(event, RDF.type, REL.Event),
        Triple(event, RDFS.label, Literal("recall", language="en")),
        Triple(event, RDFS.label, Literal("rappel", language="fr")),
        Triple(event, NamedNode(expand("rel:actor")), mali),
        Triple(event, REL.date, Literal("2023-12", datatype=NamedNode(expand("edtf:EDTF")))),
    ]

    document = json.loads(to_jsonld(graph))

    assert document["@context"] == published_context()
    assert document["@graph"] == [
        {
            "id": "kg:event",
            "type": "Event",
            "label": {"en": "recall", "fr": "rappel"},
            "actor": "kg:mali",
            "date": "2023-12",
        }
    ]
    assert list(document["@graph"][0]) == ["id", "type", "label", "actor", "date"]


def test_resources_without_blank_nodes_are_written_as_pyld_writes_them(monkeypatch):
    thing, other = NamedNode(expand("kg:thing")), NamedNode("http://example.org/a#b")
    properties = [
        RDFS.label,
        RDFS.seeAlso,
        REL.date,
        REL.actor,
        REL.seat,
        NamedNode(expand("rdf:value")),
    ]
    values = [
        other,
        REL.Event,
        NamedNode(PREFIXES["rel"]),
        RDF.nil,
        Literal('a "b"\n\u2028é'),
        *(Literal(text, language=tag) for text in ("", "x") for tag in ("en", "id", "de-at")),
        *(Literal("1", datatype=kind) for kind in (XSD.date, XSD.integer, RDF.JSON, other)),
    ]
    graph = [Triple(node, p, v) for node in (thing, other) for p in properties for v in values]
    graph += [Triple(thing, RDF.type, kind) for kind in (REL.Event, other, OWL.Class)]
    graph += [Triple(other, RDF.type, REL.Event), Triple(REL.Event, RDF.type, Literal("class"))]
    graph += [Triple(REL.actor, p, v) for p in properties for v in values if v != RDF.nil]

    fast = to_jsonld(graph)

    monkeypatch.setattr(export_jsonld, "_has_plain_terms", lambda _context: False)
    assert fast == to_jsonld(graph)


def test_every_resource_stands_at_the_top_and_once(document):
    nodes = json.loads(document)["@graph"]
    names = [node["id"] for node in nodes if "id" in node]

    def nested(value):
        if isinstance(value, dict):
            if "id" in value or "@id" in value:
                return len(value) > 1
            return any(map(nested, value.values()))
        return isinstance(value, list) and any(map(nested, value))

    assert len(names) == len(set(names))
    assert not any(nested(value) for node in nodes for value in node.values())
    assert document.endswith("}\n")
    assert "\\u" not in document


def test_an_iri_that_looks_like_a_prefixed_name_is_refused():
    place = Triple(NamedNode("geo:37.7,-122.4"), RDFS.label, Literal("x"))

    with pytest.raises(Misuse, match=r"geo:37\.7,-122\.4: not in JSON-LD: Absolute IRI confused"):
        serialize_triples([place], "jsonld")


def test_an_iri_that_would_be_read_as_another_is_refused():
    odd = Triple(NamedNode(PREFIXES["rel"] + "//a"), RDFS.label, Literal("x"))

    with pytest.raises(Misuse, match="JSON-LD reads it as something else here"):
        serialize_triples([odd], "jsonld")


@pytest.mark.usefixtures("offline")
def test_a_context_elsewhere_is_never_fetched():
    context = {"@version": 1.1, "@import": "https://example.org/c"}

    with pytest.raises(Misuse, match=r"https://example\.org/c: kg does not fetch"):
        to_jsonld([Triple(REL.Event, RDFS.label, Literal("x"))], context)


# --- the context keeps up with the vocabulary -------------------------------------------------


@pytest.fixture(scope="module")
def ontology():
    return triples_of(resources.ontology()[0])


def definition(term):
    found = published_context().get(term)
    return {"@id": found} if isinstance(found, str) else found


def test_the_context_knows_every_prefix_of_kg():
    context = published_context()

    assert {prefix: context.get(prefix) for prefix in PREFIXES} == PREFIXES


def test_every_class_has_a_short_name(ontology):
    classes = {t.subject for t in ontology if (t.predicate, t.object) == (RDF.type, OWL.Class)}
    own = [compact(node.value) for node in classes if node in REL]

    assert own
    assert {name for name in own if definition(name.removeprefix("rel:")) != {"@id": name}} == set()


def test_every_property_has_a_short_name_and_its_type(ontology):
    kinds = {t.subject: t.object for t in ontology if t.object in PROPERTIES and t.subject in REL}
    ranges = {t.subject: t.object for t in ontology if t.predicate == RDFS.range}
    text = {REL.date: "edtf:EDTF", REL.earliest: "xsd:date", REL.latest: "xsd:date"}

    wrong = {}
    for node, kind in kinds.items():
        name = compact(node.value)
        wanted = {"@id": name}
        if kind != OWL.DatatypeProperty:
            wanted["@type"] = "@id"
        elif node in text:
            wanted["@type"] = text[node]
        elif ranges.get(node) is None:
            wanted["@container"] = "@language"
        elif ranges[node] != XSD.string:
            wanted["@type"] = compact(ranges[node].value)
        if definition(name.removeprefix("rel:")) != wanted:
            wrong[name] = wanted

    assert kinds
    assert wrong == {}, "write these into ontology/context.jsonld"


def test_the_context_names_no_term_that_the_vocabulary_lacks(ontology):
    known = {t.subject.value for t in ontology if t.predicate == RDF.type}
    iris = {
        expand(found["@id"])
        for term in published_context()
        if (found := definition(term))
        and isinstance(found, dict)
        and ":" in found.get("@id", "")
        and found["@id"].startswith("rel:")
    }

    assert iris
    assert iris - known == set()


def test_the_context_is_laid_out_one_term_a_line():
    text = resources.context().read_text("utf-8")

    terms = [line for line in text.splitlines() if line.startswith("    ")]
    assert len(terms) == len(published_context())
