"""Which terms of OWL and RDFS the rules of OWL 2 RL look at: what makes a statement an axiom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import NamedNode

from kg.namespaces import OWL, RDF, RDFS, XSD
from kg.reasoning.index import terms

if TYPE_CHECKING:
    from kg.reasoning.index import Term

__all__ = [
    "AXIOM_CLASSES",
    "AXIOM_PREDICATES",
    "LIST_PREDICATES",
    "OF_INDIVIDUALS",
    "is_vocabulary",
]

#: What a list hangs on that a rule reads.
LIST_PREDICATES = terms(
    OWL, "distinctMembers hasKey intersectionOf members oneOf propertyChainAxiom unionOf"
)
#: Axioms about individuals: that these have other names changes nothing about the terms.
OF_INDIVIDUALS = frozenset({RDF.first, RDF.rest}) | terms(
    OWL,
    """assertionProperty distinctMembers members oneOf sourceIndividual targetIndividual
    targetValue""",
)
#: A statement with one of these is a premise that a rule of OWL 2 RL takes from the ontology.
AXIOM_PREDICATES = (
    LIST_PREDICATES
    | (OF_INDIVIDUALS - {RDF.first, RDF.rest})
    | terms(RDFS, "domain range subClassOf subPropertyOf")
    | terms(
        OWL,
        """allValuesFrom complementOf disjointWith equivalentClass equivalentProperty hasValue
        inverseOf maxCardinality maxQualifiedCardinality onClass onProperty propertyDisjointWith
        someValuesFrom""",
    )
)
#: And so is being of one of these classes.
AXIOM_CLASSES = frozenset({RDF.Property}) | terms(
    OWL,
    """AllDifferent AllDisjointClasses AllDisjointProperties AsymmetricProperty Class
    DatatypeProperty FunctionalProperty InverseFunctionalProperty IrreflexiveProperty
    ObjectProperty SymmetricProperty TransitiveProperty""",
)
_VOCABULARIES = (RDF.iri, RDFS.iri, OWL.iri, XSD.iri)


def is_vocabulary(term: Term) -> bool:
    """Tell whether a term is one of RDF, RDFS, OWL or XML Schema.

    >>> is_vocabulary(OWL.Thing)
    True
    """
    return isinstance(term, NamedNode) and term.value.startswith(_VOCABULARIES)
