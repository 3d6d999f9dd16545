"""Terms: what a user writes is found, or refused with what could have been meant."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Store, Triple

from kg import terms
from kg.errors import KgError, Misuse, ParseFailure, UnknownName
from kg.namespaces import EDTF, GRAPH, OWL, PREFIXES, RDF, RDFS, SKOS, XSD, expand
from kg.terms import resolve, shorten


def kg(curie):
    return NamedNode(expand(curie))


ALGERIA, MALI = kg("kg:algeria"), kg("kg:mali")
FACTS = [
    (ALGERIA, RDFS.label, Literal("Algeria", language="en")),
    (ALGERIA, RDFS.label, Literal("Algérie", language="fr")),
    (ALGERIA, SKOS.altLabel, Literal("الجزائر", language="ar")),
    (MALI, RDFS.label, Literal("Mali", language="en")),
    (MALI, SKOS.prefLabel, Literal("Mali")),
    (kg("kg:mali-empire"), SKOS.altLabel, Literal("MALI")),
    (kg("kg:council-a"), RDFS.label, Literal("Security Council", language="en")),
    (kg("kg:council-b"), RDFS.label, Literal("Security Council", language="en")),
    (kg("kg:council-c"), RDFS.label, Literal("Conseil de sécurité", language="fr")),
    (kg("kg:operation-x"), RDFS.label, Literal("Operation: X", language="en")),
    (kg("kg:neighbours"), RDFS.label, Literal("the neighbours", language="en")),
    (kg("rel:neighbours"), RDFS.label, Literal("neighbours", language="en")),
    (kg("kg:unlabelled"), kg("rel:neighbours"), MALI),
    (kg("rel:TensionRaisingEvent"), RDF.type, OWL.Class),
    (kg("rel:TensionRaisingEvent"), RDFS.label, Literal("tension-raising event", language="en")),
    (kg("rel:actor"), RDF.type, OWL.ObjectProperty),
    (kg("rel:actor"), RDFS.label, Literal("actor", language="en")),
    (kg("kg:actor-of-a-play"), RDFS.label, Literal("actor", language="en")),
    (BlankNode("b"), RDFS.label, Literal("nameless", language="en")),
]
LINKS = [
    (MALI, SKOS.exactMatch, kg("wd:Q912")),
    (kg("kg:mali-empire"), SKOS.closeMatch, kg("wd:Q912")),
    (ALGERIA, SKOS.closeMatch, kg("wd:Q262")),
    (kg("kg:council-a"), SKOS.exactMatch, kg("wd:Q37470")),
    (kg("kg:council-b"), SKOS.exactMatch, kg("wd:Q37470")),
]


@pytest.fixture(scope="module")
def store():
    store = Store()
    for graph, triples in ((GRAPH.asserted, FACTS), (GRAPH.links, LINKS)):
        for triple in triples:
            store.add(Quad(*triple, graph))
    return store


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<https://w3id.org/relations-kg/id/mali>", MALI),
        ("https://w3id.org/relations-kg/id/mali", MALI),
        ("kg:mali", MALI),
        ("  kg:mali  ", MALI),
        ("wd:Q912", kg("wd:Q912")),
        ("Q912", MALI),
        ("Q262", ALGERIA),
        ("Algeria", ALGERIA),
        ("Algérie", ALGERIA),
        ("الجزائر", ALGERIA),
        ("algerie", ALGERIA),
        ("ALGÉRIE", ALGERIA),
        ("Mali", MALI),
        ("mali", MALI),
        ("MALI", kg("kg:mali-empire")),
        ("conseil de securite", kg("kg:council-c")),
        ("Operation: X", kg("kg:operation-x")),
        ("unlabelled", kg("kg:unlabelled")),
        ("TensionRaisingEvent", kg("rel:TensionRaisingEvent")),
        ("tension-raising event", kg("rel:TensionRaisingEvent")),
    ],
)
def test_thing_is_found_by_what_it_is_called(store, text, expected):
    assert resolve(text, store) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", RDF.type),
        ("neighbours", kg("rel:neighbours")),
        ("rel:neighbours", kg("rel:neighbours")),
        ("actor", kg("rel:actor")),
        ("Actor", kg("rel:actor")),
        ("altLabel", SKOS.altLabel),
        ("exactMatch", SKOS.exactMatch),
    ],
)
def test_predicate_is_looked_for_among_predicates(store, text, expected):
    assert resolve(text, store, "predicate") == expected


@pytest.mark.parametrize("position", [None, "subject", "object"])
def test_a_is_rdf_type_as_a_predicate_only(store, position):
    with pytest.raises(UnknownName):
        resolve("a", store, position)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"Mali"', Literal("Mali")),
        ("'Mali'", Literal("Mali")),
        ('"""a "b" c"""', Literal('a "b" c')),
        ('"Mali"@fr', Literal("Mali", language="fr")),
        ('"15"^^xsd:integer', Literal("15", datatype=XSD.integer)),
        ('"2023~"^^edtf:EDTF', Literal("2023~", datatype=EDTF)),
        (f'"1"^^<{XSD.decimal.value}>', Literal("1", datatype=XSD.decimal)),
        (r'"a\"b\n\u00e9"', Literal('a"b\né')),
        ('" Mali "', Literal(" Mali ")),
    ],
)
def test_literal_is_read_as_turtle_writes_it(store, text, expected):
    assert resolve(text, store) == expected


@pytest.mark.parametrize(
    "text",
    [
        '"Mali',
        '"',
        '"a" . <urn:x:s> <urn:x:p> "b"',
        '"a", "b"',
        '"a" ; a "b"',
        '"a"^^nope:x',
        '"a"@',
        '"a" # comment',
        '"a" }',
    ],
)
def test_text_that_is_not_one_literal_is_refused(store, text):
    with pytest.raises(ParseFailure, match="not a literal; write"):
        resolve(text, store)


@given(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
    st.sampled_from(["", "@en", "^^xsd:date"]),
)
def test_any_literal_comes_back_the_same(value, suffix):
    escaped = (
        value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
    )

    assert resolve(f'"{escaped}"{suffix}', Store()).value == value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Algera", 'no term "Algera"; did you mean Algeria'),
        ("malli", 'no term "malli"; did you mean mali'),
        ("kg:algera", 'no term "kg:algera"; did you mean kg:algeria'),
        ("rel:neighbour", 'no term "rel:neighbour"; did you mean rel:neighbours'),
        (
            "<https://w3id.org/relations-kg/id/algera>",
            'no term "kg:algera"; did you mean kg:algeria',
        ),
        ("Q42", 'no term "Q42"; nothing here is linked to Q42 of Wikidata'),
        ("skso:broader", 'no prefix "skso"; did you mean skos'),
        ("nameless", 'no term "nameless"; write an IRI in < >, a CURIE or a label'),
        ("zzzzzz", 'no term "zzzzzz"; write an IRI'),
        ("", 'no term ""; write an IRI'),
    ],
)
def test_unknown_name_is_refused_with_close_matches(store, text, message):
    with pytest.raises(UnknownName) as refused:
        resolve(text, store)

    assert str(refused.value).startswith(message)


@pytest.mark.parametrize(
    ("text", "candidates"),
    [
        ("Security Council", "kg:council-a, kg:council-b"),
        ("security council", "kg:council-a, kg:council-b"),
        ("Q37470", "kg:council-a, kg:council-b"),
        ("neighbourS", None),
        ("actor", "kg:actor-of-a-play, rel:actor"),
    ],
)
def test_name_of_several_things_is_refused_with_all_of_them(store, text, candidates):
    if candidates is None:
        assert resolve(text, store) == kg("rel:neighbours")
        return
    with pytest.raises(Misuse, match=f"is the name of 2 things; write one of {candidates}$"):
        resolve(text, store)


@pytest.mark.parametrize("text", ["<not an iri>", "<>", "<a>", "http://exa mple.org/", "kg:a|b"])
def test_text_that_is_no_iri_is_refused(store, text):
    with pytest.raises(ParseFailure, match="not an IRI"):
        resolve(text, store)


def test_iri_need_not_exist_where_that_is_said(store):
    assert resolve("kg:atlantis", store, must_exist=False) == kg("kg:atlantis")
    assert resolve("<urn:x:y>", store, must_exist=False) == NamedNode("urn:x:y")
    with pytest.raises(UnknownName):
        resolve("Atlantis", store, must_exist=False)


@pytest.mark.parametrize("curie", ["kg:unlabelled", "rel:neighbours", "wd:Q912", "skos:altLabel"])
def test_iri_may_occur_as_subject_predicate_or_object(store, curie):
    assert resolve(curie, store) == kg(curie)


@given(st.text(st.characters(exclude_categories=["Cs"])), st.sampled_from([None, "predicate"]))
def test_any_text_is_found_or_refused(store, text, position):
    with suppress(KgError):
        assert isinstance(resolve(text, store, position), NamedNode | Literal)


@pytest.mark.parametrize("text", ["\udcff", '"\udcff"', "<\udcff>", "kg:\udcff"])
def test_bytes_that_are_no_text_are_refused(store, text):
    """Python hands bytes of the command line that are not UTF-8 over as halves of surrogates."""
    with pytest.raises(ParseFailure, match=r"udcff.*not UTF-8 text"):
        resolve(text, store)


def test_close_matches_are_quick_among_many_names(monkeypatch):
    monkeypatch.setattr(terms, "_MANY_NAMES", 10)
    store = Store()
    for number in range(30):
        store.add(Quad(kg(f"kg:x{number}"), RDFS.label, Literal(f"other {number}")))
    store.add(Quad(MALI, RDFS.label, Literal("Mali")))

    with pytest.raises(UnknownName, match="did you mean Mali"):
        resolve("Malli", store)


@pytest.mark.parametrize(
    ("term", "short", "called"),
    [
        (ALGERIA, "kg:algeria", "Algeria"),
        (MALI, "kg:mali", "Mali"),
        (kg("kg:council-c"), "kg:council-c", "Conseil de sécurité"),
        (kg("kg:unlabelled"), "kg:unlabelled", "kg:unlabelled"),
        (NamedNode("urn:x:y"), "<urn:x:y>", "<urn:x:y>"),
        (Literal("Mali", language="fr"), "Mali", "Mali"),
        (BlankNode("b"), "_:b", "_:b"),
        (
            Triple(MALI, kg("rel:neighbours"), ALGERIA),
            "<<( kg:mali rel:neighbours kg:algeria )>>",
            "<<( Mali neighbours Algeria )>>",
        ),
    ],
)
def test_term_is_shortened_to_a_curie_or_to_its_english_label(store, term, short, called):
    assert shorten(term) == short
    assert shorten(term, store) == called


def test_label_is_chosen_in_english_then_without_language_then_by_language():
    labels = [
        Literal("Germany", language="en-GB"),
        Literal("Deutschland"),
        Literal("Alemania", language="es"),
        Literal("Allemagne", language="fr"),
    ]
    store = Store()
    for label in labels:
        store.add(Quad(MALI, RDFS.label, label))

    for label in labels:
        assert shorten(MALI, store) == label.value
        store.remove(Quad(MALI, RDFS.label, label))


@given(
    st.sampled_from(sorted(PREFIXES)),
    st.from_regex(r"[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_-])?", fullmatch=True),
)
def test_shortened_iri_resolves_to_itself(prefix, local):
    node = NamedNode(PREFIXES[prefix] + local)

    assert resolve(shorten(node), Store(), must_exist=False) == node
