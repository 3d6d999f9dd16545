"""The prefixes of kg and the terms its code uses, closed so that a mistyped term fails.

Importing this module imports pyoxigraph and nothing else, so that a command stays quick.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode

from kg.errors import UnknownName

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = [
    "BASE",
    "DEFAULT_VIEWPOINT",
    "EDTF",
    "GRAPH",
    "PREFIXES",
    "REL",
    "Namespace",
    "accepted_graph",
    "compact",
    "expand",
    "inferred_graph",
    "is_inferred",
    "known_prefixes",
    "using",
]

#: Everything kg names lives below this address.
BASE = "https://w3id.org/relations-kg/"

#: Prefix to namespace IRI, own prefixes first; every query knows them without a PREFIX line.
PREFIXES: dict[str, str] = {
    "kg": BASE + "id/",
    "rel": BASE + "ontology#",
    "graph": BASE + "graph/",
    "cameo": BASE + "cameo/",
    "bibo": "http://purl.org/ontology/bibo/",
    "bibo-status": "http://purl.org/ontology/bibo/status/",
    "cc": "http://creativecommons.org/ns#",
    "dcterms": "http://purl.org/dc/terms/",
    "edtf": "http://id.loc.gov/datatypes/edtf/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "geo": "http://www.opengis.net/ont/geosparql#",
    "mod": "https://w3id.org/mod#",
    "oa": "http://www.w3.org/ns/oa#",
    "org": "http://www.w3.org/ns/org#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "https://schema.org/",
    "sem": "http://semanticweb.cs.vu.nl/2009/11/sem/",
    "semapv": "https://w3id.org/semapv/vocab/",
    "sh": "http://www.w3.org/ns/shacl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "sssom": "https://w3id.org/sssom/",
    "vann": "http://purl.org/vocab/vann/",
    "void": "http://rdfs.org/ns/void#",
    "wd": "http://www.wikidata.org/entity/",
    "wdt": "http://www.wikidata.org/prop/direct/",
    "wgs84": "http://www.w3.org/2003/01/geo/wgs84_pos#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


class Namespace:
    """The terms of one vocabulary that kg's code may use.

    Args:
        iri: the namespace IRI.
        terms: the local names that exist, separated by white space.

    >>> REL.Claim.value
    'https://w3id.org/relations-kg/ontology#Claim'
    >>> REL.Clam
    Traceback (most recent call last):
    AttributeError: https://w3id.org/relations-kg/ontology# has no term "Clam" in kg.namespaces
    """

    def __init__(self, iri: str, terms: str) -> None:
        self.terms = {term: NamedNode(iri + term) for term in terms.split()}
        # Attributes of its own are found without a call of a function.
        vars(self).update(self.terms)
        self.iri = iri

    def __getattr__(self, term: str) -> NamedNode:
        """Say that kg knows no term of that name."""
        raise AttributeError(f'{self.iri} has no term "{term}" in kg.namespaces')

    def __getitem__(self, term: str) -> NamedNode:
        """Return a term whose name is no Python name, or is in a variable."""
        return self.terms[term]

    def __contains__(self, node: object) -> bool:
        """Tell whether a node is in the namespace, be it a known term or not."""
        return isinstance(node, NamedNode) and node.value.startswith(self.iri)


REL = Namespace(
    PREFIXES["rel"],
    """BilateralRelation Border City Claim ConsularPost Cooperation DiplomaticMission Embassy Event
    Office Organization Passage Place Province Region Source State TensionEasingEvent
    TensionRaisingEvent Unit Viewpoint acceptsStanding accordingTo accreditedTo actor actsFor
    affectedState assertedBy attributed belongsTo blamedOn citedThrough claimedBy contradicted date
    disputed disputes doubt earliest eventType evidence formerColonyOf goldsteinScore hasParty
    implied initiatingState isoCode latest near neighbours omitsDisputed organOf partOf place
    presentIn receivingState respondsTo seat sectionTitle sendingState standing stated target
    textDigest unit viewpoint""",
)
RDF = Namespace(
    PREFIXES["rdf"],
    """HTML JSON List PlainLiteral Property Statement XMLLiteral dirLangString first langString
    nil object predicate rest subject type""",
)
RDFS = Namespace(
    PREFIXES["rdfs"],
    "label comment subClassOf subPropertyOf domain range seeAlso isDefinedBy Resource Class "
    "Datatype Literal",
)
OWL = Namespace(
    PREFIXES["owl"],
    """AllDifferent AllDisjointClasses AllDisjointProperties Annotation AnnotationProperty
    AsymmetricProperty Axiom Class DatatypeProperty DeprecatedClass DeprecatedProperty
    FunctionalProperty InverseFunctionalProperty IrreflexiveProperty NamedIndividual
    NegativePropertyAssertion Nothing ObjectProperty Ontology ReflexiveProperty Restriction
    SymmetricProperty Thing TransitiveProperty allValuesFrom annotatedProperty annotatedSource
    annotatedTarget assertionProperty backwardCompatibleWith bottomDataProperty
    bottomObjectProperty cardinality complementOf datatypeComplementOf deprecated differentFrom
    disjointUnionOf disjointWith distinctMembers equivalentClass equivalentProperty hasKey hasSelf
    hasValue imports incompatibleWith intersectionOf inverseOf maxCardinality
    maxQualifiedCardinality members minCardinality minQualifiedCardinality onClass onDataRange
    onDatatype oneOf onProperties onProperty priorVersion propertyChainAxiom propertyDisjointWith
    qualifiedCardinality rational real sameAs someValuesFrom sourceIndividual targetIndividual
    targetValue topDataProperty topObjectProperty unionOf versionInfo versionIRI
    withRestrictions""",
)
SKOS = Namespace(
    PREFIXES["skos"],
    "prefLabel altLabel definition notation exactMatch closeMatch broadMatch relatedMatch "
    "inScheme scopeNote example Concept ConceptScheme",
)
PROV = Namespace(
    PREFIXES["prov"],
    "Activity generatedAtTime hadPrimarySource wasDerivedFrom wasGeneratedBy wasQuotedFrom",
)
OA = Namespace(PREFIXES["oa"], "TextPositionSelector start end hasSource")
DCTERMS = Namespace(
    PREFIXES["dcterms"], "identifier source title isPartOf extent license conformsTo created"
)
SSSOM = Namespace(PREFIXES["sssom"], "Mapping NoTermFound")
SH = Namespace(
    PREFIXES["sh"],
    """BlankNode BlankNodeOrIRI BlankNodeOrLiteral IRI IRIOrLiteral Info Literal NodeShape
    PropertyShape SPARQLConstraintComponent ValidationReport ValidationResult Violation Warning
    alternativePath and ask class closed conforms construct datatype deactivated declare
    defaultValue description disjoint entailment equals flags focusNode group hasValue
    ignoredProperties in inversePath languageIn lessThan lessThanOrEquals maxCount maxExclusive
    maxInclusive maxLength message minCount minExclusive minInclusive minLength name namespace
    node nodeKind not oneOrMorePath or order path pattern prefix prefixes property
    qualifiedMaxCount qualifiedMinCount qualifiedValueShape qualifiedValueShapesDisjoint result
    resultMessage resultPath resultSeverity rule select severity sourceConstraint
    sourceConstraintComponent sourceShape sparql targetClass targetNode targetObjectsOf
    targetSubjectsOf uniqueLang update value xone zeroOrMorePath zeroOrOnePath""",
)
XSD = Namespace(
    PREFIXES["xsd"],
    """Name NCName NMTOKEN anyURI base64Binary boolean byte date dateTime dateTimeStamp
    dayTimeDuration decimal double duration float gDay gMonth gMonthDay gYear gYearMonth hexBinary
    int integer language long negativeInteger nonNegativeInteger nonPositiveInteger
    normalizedString positiveInteger short string time token unsignedByte unsignedInt unsignedLong
    unsignedShort yearMonthDuration""",
)
WGS84 = Namespace(PREFIXES["wgs84"], "lat long")
#: The datatype of Extended Date/Time Format literals, https://www.loc.gov/standards/datetime/
EDTF = NamedNode(PREFIXES["edtf"] + "EDTF")
#: The viewpoint that goes without saying.
DEFAULT_VIEWPOINT = "reported"
#: The named graphs of every snapshot; beside them are the graphs that belong to a viewpoint.
#: ``merged`` is all of them as one, where some hold the same triples, and for queries alone.
GRAPH = Namespace(
    PREFIXES["graph"],
    f"asserted reference ontology claims links merged void inferred/{DEFAULT_VIEWPOINT}",
)

# The characters of PN_LOCAL that need no escape (Turtle 1.1, section 6.5), kept narrow on purpose.
_LOCAL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?\Z")
#: The prefixes of the files that are asked.
_NONE: dict[str, str] = {}
_FURTHER: ContextVar[dict[str, str]] = ContextVar("further prefixes", default=_NONE)
_LONGEST_FIRST = sorted(PREFIXES.items(), key=lambda item: -len(item[1]))
_NAMESPACES = tuple(PREFIXES.values())


def inferred_graph(viewpoint: str) -> NamedNode:
    """Name the graph of what follows from what a viewpoint accepts.

    >>> inferred_graph("reported").value
    'https://w3id.org/relations-kg/graph/inferred/reported'
    """
    return NamedNode(f"{GRAPH.iri}inferred/{viewpoint}")


def accepted_graph(viewpoint: str) -> NamedNode:
    """Name the graph of the facts that a viewpoint accepts, where it stands beside others.

    >>> accepted_graph("undisputed").value
    'https://w3id.org/relations-kg/graph/accepted/undisputed'
    """
    return NamedNode(f"{GRAPH.iri}accepted/{viewpoint}")


def is_inferred(graph: object) -> bool:
    """Tell whether a name is that of a graph of what follows, from whatever viewpoint.

    >>> is_inferred(inferred_graph("undisputed")), is_inferred(GRAPH.asserted)
    (True, False)
    """
    return isinstance(graph, NamedNode) and graph.value.startswith(f"{GRAPH.iri}inferred/")


@contextmanager
def using(prefixes: Mapping[str, str]) -> Iterator[None]:
    """Let CURIEs have further prefixes for a while; those of kg keep their meaning.

    Args:
        prefixes: those of the files that are asked.

    >>> with using({"ex": "http://example.org/", "rdf": "http://example.org/rdf#"}):
    ...     compact("http://example.org/a"), compact("http://example.org/rdf#a"), expand("ex:a")
    ('ex:a', '<http://example.org/rdf#a>', 'http://example.org/a')
    """
    namespaces = set(PREFIXES.values())
    token = _FURTHER.set(
        {p: iri for p, iri in prefixes.items() if p not in PREFIXES and iri not in namespaces}
    )
    try:
        yield
    finally:
        _FURTHER.reset(token)


def known_prefixes() -> dict[str, str]:
    """Return the prefixes that CURIEs may have, those of kg first.

    >>> "rel" in known_prefixes()
    True
    """
    return PREFIXES | _FURTHER.get()


def compact(iri: str) -> str:
    """Shorten an IRI to a CURIE, or to ``<iri>`` where no prefix fits.

    >>> compact("http://www.wikidata.org/entity/Q262"), compact("http://example.org/")
    ('wd:Q262', '<http://example.org/>')
    """
    # Of most IRIs of others one look tells that they are in no namespace of kg.
    for prefix, namespace in _LONGEST_FIRST if iri.startswith(_NAMESPACES) else ():
        if iri.startswith(namespace) and _LOCAL.match(iri[len(namespace) :]):
            return f"{prefix}:{iri[len(namespace) :]}"
    further = _FURTHER.get().items()
    for prefix, namespace in sorted(further, key=lambda item: (-len(item[1]), item[0])):
        if iri.startswith(namespace) and _LOCAL.match(iri[len(namespace) :]):
            return f"{prefix}:{iri[len(namespace) :]}"
    return f"<{iri}>"


def expand(curie: str) -> str:
    """Complete a CURIE to an IRI.

    Raises:
        UnknownName: the prefix is not known; carries the close matches.

    >>> expand("wd:Q262")
    'http://www.wikidata.org/entity/Q262'
    >>> expand("wdd:Q262")
    Traceback (most recent call last):
    kg.errors.UnknownName: no prefix "wdd"; did you mean wd or wdt?
    """
    prefix, _, local = curie.partition(":")
    known = known_prefixes()
    if prefix not in known:
        raise UnknownName("prefix", prefix, list(known), hint="write the whole IRI in < >")
    return known[prefix] + local
