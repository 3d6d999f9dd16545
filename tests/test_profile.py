"""OWL 2 RL and nothing outside it: one sentence for each construct that is, with its term."""

from __future__ import annotations

import pytest

from kg.reasoning.profile import judged, violations
from notation import turtle
from suites import each_owl_case, rdf_xml

#: All that the cases below build on, with nothing wrong in it.
BASE = """
<https://w3id.org/relations-kg/ontology> a owl:Ontology ; dcterms:title "Relations"@en ;
    owl:versionInfo "1" ; owl:versionIRI <https://w3id.org/relations-kg/ontology/1> .
dcterms:title a owl:AnnotationProperty .
rel:A a owl:Class ; rdfs:label "a"@en ; skos:definition "An A."@en .
rel:B a owl:Class . rel:C a owl:Class .
rel:p a owl:ObjectProperty . rel:q a owl:ObjectProperty . rel:r a owl:ObjectProperty .
rel:d a owl:DatatypeProperty . rel:e a owl:DatatypeProperty .
rel:note a owl:AnnotationProperty .
"""

ALLOWED = {
    "a range whose values are known, though OWL does not name it": "rel:d rdfs:range xsd:date .",
    "a subclass of named classes": "rel:A rdfs:subClassOf rel:B , rel:C .",
    "an intersection as an equivalent class": """
        rel:A owl:equivalentClass [ a owl:Class ; owl:intersectionOf
            ( rel:B [ a owl:Restriction ; owl:onProperty rel:p ; owl:hasValue kg:x ] ) ] .""",
    "all that a subclass may be": """
        [ a owl:Class ; owl:unionOf ( rel:B [ a owl:Class ; owl:oneOf ( kg:x kg:y ) ]
            [ a owl:Restriction ; owl:onProperty rel:p ; owl:someValuesFrom rel:C ]
            [ a owl:Restriction ; owl:onProperty rel:p ; owl:someValuesFrom owl:Thing ]
            [ a owl:Restriction ; owl:onProperty [ owl:inverseOf rel:q ] ; owl:hasValue kg:x ]
            [ a owl:Restriction ; owl:onProperty rel:d ; owl:someValuesFrom xsd:integer ]
            [ a owl:Restriction ; owl:onProperty rel:d ; owl:hasValue "x" ] ) ]
            rdfs:subClassOf rel:A .""",
    "all that a superclass may be": """
        rel:A rdfs:subClassOf [ a owl:Class ; owl:complementOf rel:B ] ,
            [ a owl:Restriction ; owl:onProperty rel:p ; owl:allValuesFrom rel:C ] ,
            [ a owl:Restriction ; owl:onProperty rel:d ; owl:allValuesFrom xsd:decimal ] ,
            [ a owl:Restriction ; owl:onProperty rel:p ; owl:hasValue kg:x ] ,
            [ a owl:Restriction ; owl:onProperty rel:p ; owl:maxCardinality 1 ] ,
            [ a owl:Restriction ; owl:onProperty rel:p ; owl:maxQualifiedCardinality
                "0"^^xsd:nonNegativeInteger ; owl:onClass rel:B ] ,
            [ a owl:Restriction ; owl:onProperty rel:d ; owl:maxQualifiedCardinality 1 ;
                owl:onDataRange xsd:string ] .""",
    "characteristics of properties": """
        rel:p a owl:SymmetricProperty , owl:FunctionalProperty , owl:IrreflexiveProperty .
        rel:q a owl:TransitiveProperty ; owl:inverseOf rel:r .
        rel:d a owl:FunctionalProperty .""",
    "hierarchies, domains and ranges": """
        rel:p rdfs:subPropertyOf rel:q ; rdfs:domain rel:A ; rdfs:range rel:B .
        rel:d rdfs:subPropertyOf rel:e ; rdfs:domain rel:A ; rdfs:range xsd:dateTime .
        rel:e rdfs:range rdfs:Literal . rel:p owl:propertyDisjointWith rel:r .
        rel:note rdfs:subPropertyOf rdfs:comment ; rdfs:domain rel:Anything .""",
    "chains that have an order": """
        rel:r owl:propertyChainAxiom ( rel:p [ owl:inverseOf rel:q ] ) , ( rel:r rel:p ) .""",
    "keys and disjoint classes": """
        rel:A owl:hasKey ( rel:p rel:d ) ; owl:disjointWith rel:B .
        [] a owl:AllDisjointClasses ; owl:members ( rel:A rel:B rel:C ) .
        [] a owl:AllDifferent ; owl:distinctMembers ( kg:x kg:y ) .""",
    "individuals": """
        kg:x a rel:A , owl:NamedIndividual ; rel:p kg:y , [ a rel:B ; rel:p [ rel:d 1 ] ] ;
            rel:d "x" ; rel:note kg:y , [] , 1 ; owl:differentFrom kg:y ; rdfs:seeAlso kg:y .
        [] a owl:NegativePropertyAssertion ; owl:sourceIndividual kg:x ;
            owl:assertionProperty rel:q ; owl:targetIndividual kg:y .""",
    "a data property with values of a datatype that OWL does not know": """
        rel:date a owl:DatatypeProperty . kg:x rel:date "2024-03~"^^edtf:EDTF .""",
    "terms of SKOS": """
        kg:scheme a skos:ConceptScheme . rel:A skos:exactMatch kg:x .
        kg:x a skos:Concept ; skos:inScheme kg:scheme ; skos:notation "x" ; skos:altLabel "y" .""",
    "an axiom with an annotation": """
        rel:A rdfs:subClassOf rel:B . [] a owl:Axiom ; owl:annotatedSource rel:A ;
            owl:annotatedProperty rdfs:subClassOf ; owl:annotatedTarget rel:B ; rel:note "so" .""",
    "an intersection of datatypes, and a datatype defined by one": """
        rel:Short a rdfs:Datatype ; owl:equivalentClass
            [ a rdfs:Datatype ; owl:intersectionOf ( xsd:integer xsd:nonNegativeInteger ) ] .
        rel:d rdfs:range rel:Short .""",
}


def check(text):
    return violations(turtle(BASE + text))


@pytest.mark.parametrize("case", ALLOWED)
def test_what_the_profile_allows_is_left_alone(case):
    assert check(ALLOWED[case]) == []


_SOME = "[ a owl:Restriction ; owl:onProperty rel:p ; owl:someValuesFrom rel:B ]"
_UNION = "[ a owl:Class ; owl:unionOf ( rel:B rel:C ) ]"

#: What lies outside, and the sentence for it.
OUTSIDE = {
    "someValuesFrom in a superclass": (
        f"rel:A rdfs:subClassOf {_SOME} .",
        (
            "rel:A rdfs:subClassOf “a thing whose rel:p is a rel:B”: "
            "owl:someValuesFrom cannot stand in a superclass in OWL 2 RL"
        ),
    ),
    "someValuesFrom in an equivalent class": (
        f"rel:A owl:equivalentClass {_SOME} .",
        (
            "rel:A owl:equivalentClass “a thing whose rel:p is a rel:B”: "
            "owl:someValuesFrom cannot stand in an equivalent class in OWL 2 RL"
        ),
    ),
    "unionOf in a superclass": (
        f"rel:A rdfs:subClassOf {_UNION} .",
        (
            "rel:A rdfs:subClassOf “either a rel:B or a rel:C”: "
            "owl:unionOf cannot stand in a superclass in OWL 2 RL"
        ),
    ),
    "unionOf in a range": (
        f"rel:p rdfs:range {_UNION} .",
        (
            "rel:p rdfs:range “either a rel:B or a rel:C”: "
            "owl:unionOf cannot stand in a superclass in OWL 2 RL"
        ),
    ),
    "unionOf of a class with a name": (
        "rel:A owl:unionOf ( rel:B rel:C ) .",
        (
            "rel:A owl:unionOf (rel:B rel:C): "
            "owl:unionOf cannot stand in an equivalent class in OWL 2 RL"
        ),
    ),
    "oneOf in a superclass": (
        "rel:A rdfs:subClassOf [ a owl:Class ; owl:oneOf ( kg:x ) ] .",
        ("rel:A rdfs:subClassOf “one of kg:x”: owl:oneOf cannot stand in a superclass in OWL 2 RL"),
    ),
    "complementOf in a subclass": (
        "[ a owl:Class ; owl:complementOf rel:B ] rdfs:subClassOf rel:A .",
        (
            "“a thing that is not a rel:B” rdfs:subClassOf rel:A: "
            "owl:complementOf cannot stand in a subclass in OWL 2 RL"
        ),
    ),
    "allValuesFrom in a subclass": (
        (
            "[ a owl:Restriction ; owl:onProperty rel:p ; owl:allValuesFrom rel:B ]"
            " rdfs:subClassOf rel:A ."
        ),
        (
            "“a thing with nothing as “rel:p” but a rel:B” rdfs:subClassOf rel:A: "
            "owl:allValuesFrom cannot stand in a subclass in OWL 2 RL"
        ),
    ),
    "a fault deep inside": (
        (
            f"rel:A rdfs:subClassOf [ a owl:Class ; owl:intersectionOf ( rel:C"
            " [ a owl:Restriction ;"
            f" owl:onProperty rel:q ; owl:allValuesFrom {_SOME} ] ) ] ."
        ),
        (
            "rel:A rdfs:subClassOf “a rel:C with nothing as “rel:q” but a thing whose rel:p is a "
            "rel:B”: owl:someValuesFrom cannot stand in a superclass in OWL 2 RL"
        ),
    ),
    "minCardinality": (
        (
            "rel:A rdfs:subClassOf [ a owl:Restriction ; owl:onProperty rel:p ;"
            " owl:minCardinality 1 ] ."
        ),
        (
            "rel:A rdfs:subClassOf “a thing with at least 1 “rel:p””: "
            "owl:minCardinality cannot stand in a superclass in OWL 2 RL"
        ),
    ),
    "maxCardinality of two": (
        (
            "rel:A rdfs:subClassOf [ a owl:Restriction ; owl:onProperty rel:p ;"
            " owl:maxCardinality 2 ] ."
        ),
        (
            "rel:A rdfs:subClassOf “a thing with at most 2 “rel:p””: "
            'owl:maxCardinality is 0 or 1 in OWL 2 RL, not "2"'
        ),
    ),
    "hasSelf": (
        "[ a owl:Restriction ; owl:onProperty rel:p ; owl:hasSelf true ] rdfs:subClassOf rel:A .",
        (
            "“a thing that has itself as “rel:p”” rdfs:subClassOf rel:A: "
            "owl:hasSelf cannot stand in a subclass in OWL 2 RL"
        ),
    ),
    "owl:Thing as a subclass": (
        "owl:Thing rdfs:subClassOf rel:A .",
        "owl:Thing rdfs:subClassOf rel:A: owl:Thing cannot be a subclass in OWL 2 RL",
    ),
    "owl:Thing as a range": (
        "rel:p rdfs:range owl:Thing .",
        "rel:p rdfs:range owl:Thing: owl:Thing cannot be a superclass in OWL 2 RL",
    ),
    "a reflexive property": (
        "rel:p a owl:ReflexiveProperty .",
        "rel:p rdf:type owl:ReflexiveProperty: OWL 2 RL has no owl:ReflexiveProperty",
    ),
    "a disjoint union": (
        "rel:A owl:disjointUnionOf ( rel:B rel:C ) .",
        "rel:A owl:disjointUnionOf (rel:B rel:C): OWL 2 RL has no owl:disjointUnionOf",
    ),
    "a top property": (
        "rel:p rdfs:subPropertyOf owl:topObjectProperty .",
        "rel:p rdfs:subPropertyOf owl:topObjectProperty: OWL 2 RL has no owl:topObjectProperty",
    ),
    "a datatype of XML Schema that kg does not know": (
        "rel:d rdfs:range xsd:duration .",
        "rel:d rdfs:range xsd:duration: xsd:duration is not a datatype of OWL 2 RL",
    ),
    "a datatype of OWL that the profile lacks": (
        "rel:d rdfs:range owl:real .",
        "rel:d rdfs:range owl:real: owl:real is not a datatype of OWL 2 RL",
    ),
    "a datatype of one's own": (
        "rel:d rdfs:range edtf:EDTF .",
        "rel:d rdfs:range edtf:EDTF: edtf:EDTF is not a datatype of OWL 2 RL",
    ),
    "a list of values as a range": (
        "rel:d rdfs:range [ a rdfs:Datatype ; owl:oneOf ( 1 2 ) ] .",
        "a data range of OWL 2 RL is a datatype or an intersection of them",
    ),
    "a facet": (
        (
            "rel:d rdfs:range [ a rdfs:Datatype ; owl:onDatatype xsd:integer ;"
            " owl:withRestrictions ( [ xsd:minInclusive 0 ] ) ] ."
        ),
        "a data range of OWL 2 RL is a datatype or an intersection of them",
    ),
    "a chain of one": (
        "rel:p owl:propertyChainAxiom ( rel:q ) .",
        "rel:p owl:propertyChainAxiom (rel:q): a chain has two properties at least",
    ),
    "a property of two kinds": (
        "rel:p a owl:DatatypeProperty .",
        "rel:p: declared both as object property and as data property",
    ),
    "a class that is a datatype": (
        "rel:A a rdfs:Datatype .",
        "rel:A: declared both as class and as datatype",
    ),
    "a subproperty of another kind": (
        "rel:p rdfs:subPropertyOf rel:d .",
        "rel:p rdfs:subPropertyOf rel:d: the two are not the same kind of property",
    ),
    "a symmetric data property": (
        "rel:d a owl:SymmetricProperty .",
        "rel:d: declared both as object property and as data property",
    ),
    "an object property with a literal": (
        'kg:x rel:p "y" .',
        'kg:x rel:p "y": an object property has an individual as value',
    ),
    "a data property with a thing": (
        "kg:x rel:d kg:y .",
        "kg:x rel:d kg:y: a data property has a literal as value",
    ),
    "a reserved term as a class": (
        "rel:A rdfs:subClassOf rdf:Statement .",
        (
            "rel:A rdfs:subClassOf rdf:Statement: rdf:Statement is reserved by its vocabulary and "
            "is no class of OWL 2"
        ),
    ),
    "a reserved term as a property": (
        "rel:p rdfs:subPropertyOf rdf:subject .",
        (
            "rel:p rdfs:subPropertyOf rdf:subject: rdf:subject is reserved by its vocabulary and "
            "is no object property or data property or annotation property of OWL 2"
        ),
    ),
    "a reserved term declared": (
        "rdf:value a owl:DatatypeProperty .",
        "rdf:value: a reserved term, declared as data property",
    ),
    "an axiom about the vocabulary": (
        "rdfs:label rdfs:subPropertyOf rel:note .",
        "rdfs:label rdfs:subPropertyOf rel:note: no axiom may change OWL itself",
    ),
    "a property declared by RDF alone": (
        "rel:old a rdf:Property .",
        (
            "rel:old rdf:type rdf:Property: declare it with the words of OWL, such as owl:Class or "
            "owl:ObjectProperty"
        ),
    ),
    "a transitive property that is functional": (
        "rel:p a owl:TransitiveProperty , owl:FunctionalProperty .",
        "rel:p: it is transitive, so it is not simple and cannot be functional in OWL 2 DL",
    ),
    "the inverse of a chain that is asymmetric": (
        (
            "rel:p owl:propertyChainAxiom ( rel:q rel:q ) ; owl:inverseOf rel:r ."
            " rel:r a owl:AsymmetricProperty ."
        ),
        (
            "rel:r: rel:p, which implies it, is not simple, so it is not simple and cannot be "
            "asymmetric in OWL 2 DL"
        ),
    ),
    "what a transitive property implies, counted": (
        (
            "rel:q a owl:TransitiveProperty ; rdfs:subPropertyOf rel:p . rel:A rdfs:subClassOf"
            " [ a owl:Restriction ; owl:onProperty rel:p ; owl:maxCardinality 1 ] ."
        ),
        (
            "rel:p: rel:q, which implies it, is not simple, so it is not simple and cannot be "
            "counted by owl:maxCardinality in OWL 2 DL"
        ),
    ),
    "a transitive property disjoint with another": (
        "rel:p a owl:TransitiveProperty ; owl:propertyDisjointWith rel:q .",
        (
            "rel:p: it is transitive, so it is not simple and cannot be disjoint with another in "
            "OWL 2 DL"
        ),
    ),
    "chains in a circle": (
        (
            "rel:p owl:propertyChainAxiom ( rel:q rel:r ) . rel:q owl:propertyChainAxiom"
            " ( rel:p rel:r ) ."
        ),
        "rel:p: the chain with rel:q runs in a circle",
    ),
    "a chain with itself in the middle": (
        "rel:p owl:propertyChainAxiom ( rel:q rel:p rel:r ) .",
        "rel:p: the chain with rel:p runs in a circle",
    ),
    "a restriction that says nothing": (
        "rel:A rdfs:subClassOf [ a owl:Restriction ; owl:onProperty rel:p ] .",
        "an owl:Restriction of rel:p says no more",
    ),
    "a restriction that says two things": (
        (
            "rel:A rdfs:subClassOf [ a owl:Restriction ; owl:onProperty rel:p ; owl:hasValue kg:x ;"
            " owl:allValuesFrom rel:B ] ."
        ),
        (
            "rel:A rdfs:subClassOf “a thing whose rel:p is kg:x and with nothing as “rel:p” but a "
            "rel:B”: a nameless class must be built in one way, not with owl:allValuesFrom and "
            "owl:hasValue"
        ),
    ),
    "a restriction without a property": (
        "rel:A rdfs:subClassOf [ a owl:Restriction ; owl:hasValue kg:x ] .",
        "owl:hasValue needs one owl:onProperty, not 0",
    ),
    "a list without an end": (
        "rel:A owl:intersectionOf _:l . _:l rdf:first rel:B .",
        "a list cell with rel:B: it has 1 rdf:first and 0 rdf:rest instead of one each",
    ),
    "a list in a circle": (
        "rel:A owl:intersectionOf _:l . _:l rdf:first rel:B ; rdf:rest _:l .",
        "the list of rel:B runs in a circle: end it by rdf:nil",
    ),
    "a blank node that is the same as a thing": (
        "kg:x owl:sameAs [ a rel:A ] .",
        "kg:x owl:sameAs a blank node: a blank node cannot stand here",
    ),
    "a blank node as a value in a class": (
        "rel:A rdfs:subClassOf [ a owl:Restriction ; owl:onProperty rel:p ; owl:hasValue [] ] .",
        "a blank node cannot be named in a class expression",
    ),
    "blank nodes in a circle": (
        "_:x rel:p _:y . _:y rel:p _:x ; a rel:A .",
        "blank nodes as individuals must form trees, and one (rel:A) does not",
    ),
}


@pytest.mark.parametrize("case", OUTSIDE)
def test_what_lies_outside_is_named(case):
    text, sentence = OUTSIDE[case]

    found = check(text)

    assert any(sentence in one for one in found), found


def test_sentences_are_in_order_and_told_once():
    found = check(
        f"rel:B rdfs:subClassOf {_UNION} . rel:A rdfs:subClassOf {_UNION} , rel:Missing ."
    )

    assert found == sorted(set(found))
    assert len(found) == 2


def test_no_sentence_shows_the_label_of_a_blank_node():
    """Labels of blank nodes differ from one reading of a file to the next."""
    for text, _ in OUTSIDE.values():
        assert "_:" not in " ".join(check(text))
        assert check(text) == check(text)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "rel:A rdfs:subClassOf rel:Missing .",
            (
                "rel:A rdfs:subClassOf rel:Missing: rel:Missing is not declared, "
                "and stands where OWL wants a declared class"
            ),
        ),
        (
            "kg:x rel:missing kg:y .",
            (
                "kg:x rel:missing kg:y: rel:missing is not declared, and stands where OWL wants a "
                "declared object property or data property or annotation property"
            ),
        ),
        (
            "rel:p owl:propertyChainAxiom ( rel:q rel:missing ) .",
            (
                "rel:p owl:propertyChainAxiom (rel:q rel:missing): rel:missing is not declared, "
                "and stands where OWL wants a declared object property"
            ),
        ),
    ],
)
def test_a_term_without_a_declaration_is_told_apart(text, sentence):
    """The rules need no declarations; who writes an ontology wants to know of a slip."""
    assert check(text) == []
    assert [one for one, _ in judged(turtle(BASE + text))[1]] == [sentence]


#: Cases of the profile OWL 2 RL that lie outside of it by its own table of axioms.
NOT_RL = {
    "New-Feature-ReflexiveProperty-001": "section 4.2.5 leaves reflexive object properties out",
}


@each_owl_case
def test_cases_of_the_profile_are_in_it(case):
    found = violations(rdf_xml(case["premise"]))

    assert bool(found) == (case["id"] in NOT_RL), found
