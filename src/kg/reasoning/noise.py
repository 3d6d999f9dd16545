"""Which entailed statements say nothing, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kg.namespaces import OWL, RDF, RDFS, XSD
from kg.reasoning.index import Statement, Term, statement

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["is_noise", "noise"]

_REFLEXIVE = frozenset(
    {
        OWL.sameAs,
        RDFS.subClassOf,
        RDFS.subPropertyOf,
        OWL.equivalentClass,
        OWL.equivalentProperty,
    }
)
_EVERYTHING = frozenset({OWL.Thing, RDFS.Resource})
_OF_EVERYTHING = frozenset({RDF.type, RDFS.subClassOf, RDFS.domain, RDFS.range})
_VOCABULARIES = (RDF.iri, RDFS.iri, OWL.iri, XSD.iri)


def is_noise(triple: Triple, nameless: Collection[BlankNode] = frozenset()) -> bool:
    """Tell whether an entailed triple says nothing that a reader of the graph would want.

    Noise is: that a thing is itself (``owl:sameAs``, ``rdfs:subClassOf`` and the like, from a term
    to itself); that it is one of everything (``owl:Thing``, ``rdfs:Resource``); what is said of
    the terms of RDF, RDFS, OWL and XML Schema themselves, that ``owl:Nothing`` is a subclass of
    each class among it; and whatever mentions a nameless class expression or list, which only the
    axiom that it is part of makes sense of. A triple that a graph cannot hold at all (a literal as
    subject, a blank node as predicate) does not get as far as this.

    Args:
        triple: an entailed triple.
        nameless: the blank nodes that are parts of axioms, not individuals.

    >>> is_noise(Triple(OWL.Thing, RDFS.subClassOf, OWL.Thing))
    True
    """
    return noise(statement(triple), nameless) is not None


def noise(parts: Statement, nameless: Collection[BlankNode]) -> str | None:
    """Return why a statement is noise, None where it is not."""
    subject, predicate, value = parts
    reason = None
    if isinstance(subject, Literal) or isinstance(predicate, BlankNode):
        reason = "no graph may hold it"
    elif subject == value and predicate in _REFLEXIVE:
        reason = "everything is itself"
    elif predicate in _OF_EVERYTHING and value in _EVERYTHING:
        reason = "everything is a thing"
    elif isinstance(subject, NamedNode) and subject.value.startswith(_VOCABULARIES):
        reason = "it is about the vocabulary of OWL itself"
    elif any(isinstance(term, BlankNode) and term in nameless for term in _ends(parts)):
        reason = "it mentions a part of an axiom that has no name"
    return reason


def _ends(parts: Statement) -> tuple[Term, Term]:
    return parts[0], parts[2]
