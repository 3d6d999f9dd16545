"""Which terms an ontology declares, and as what."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode

from kg.namespaces import OWL, RDF, RDFS, SKOS, XSD, compact
from kg.reasoning.datatypes import OWL_2_RL
from kg.reasoning.statements import Index, Term, nameless, terms

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Declared"]

CLASS, DATATYPE = "class", "datatype"
OBJECT, DATA, ANNOTATION = "object property", "data property", "annotation property"

#: In the sentence about a term without any declaration.
UNDECLARED = "is not declared"

_DECLARATIONS: dict[Term, str] = {
    OWL.Class: CLASS,
    RDFS.Datatype: DATATYPE,
    OWL.ObjectProperty: OBJECT,
    OWL.DatatypeProperty: DATA,
    OWL.AnnotationProperty: ANNOTATION,
    # OWL 1 took these for declarations, and so does OWL 2 (mapping to RDF graphs, table 6).
    OWL.InverseFunctionalProperty: OBJECT,
    OWL.SymmetricProperty: OBJECT,
    OWL.TransitiveProperty: OBJECT,
}
_BUILT_IN: dict[Term, str] = {
    OWL.Thing: CLASS,
    OWL.Nothing: CLASS,
    **dict.fromkeys(OWL_2_RL, DATATYPE),
    **dict.fromkeys((RDFS.label, RDFS.comment, RDFS.seeAlso, RDFS.isDefinedBy), ANNOTATION),
    **dict.fromkeys(
        terms(
            OWL,
            """backwardCompatibleWith deprecated imports incompatibleWith priorVersion
        versionIRI versionInfo""",
        ),
        ANNOTATION,
    ),
}
#: What SKOS declares its terms to be; an ontology may declare them anew for itself.
_SKOS: dict[Term, str] = {
    **dict.fromkeys(terms(SKOS, "Concept ConceptScheme"), CLASS),
    **dict.fromkeys(terms(SKOS, "broadMatch closeMatch exactMatch inScheme relatedMatch"), OBJECT),
    **dict.fromkeys(terms(SKOS, "altLabel definition example prefLabel scopeNote"), ANNOTATION),
    SKOS.notation: DATA,
}
#: One IRI cannot be two of these (OWL 2 structural specification, section 5.8.1).
_EXCLUSIVE = [(CLASS, DATATYPE), *combinations((OBJECT, DATA, ANNOTATION), 2)]
_RESERVED = (RDF.iri, RDFS.iri, OWL.iri, XSD.iri)
#: OWL 2 has these properties; its profile RL does not.
_UNSUPPORTED = frozenset(
    {
        OWL.topObjectProperty,
        OWL.bottomObjectProperty,
        OWL.topDataProperty,
        OWL.bottomDataProperty,
    }
)


class Declared:
    """What each term is declared as.

    Args:
        index: the statements of the ontology.
    """

    def __init__(self, index: Index) -> None:
        self._index = index
        self.nameless = nameless(index)
        self._kinds: dict[Term, set[str]] = defaultdict(set)
        for term, kind in index.pairs(RDF.type):
            if kind in _DECLARATIONS:
                self._kinds[term].add(_DECLARATIONS[kind])
        for term, known in _SKOS.items():
            self._kinds[term] = self._kinds.get(term) or {known}
        for term, known in _BUILT_IN.items():
            self._kinds[term].add(known)

    def is_a(self, term: Term, *kinds: str) -> bool:
        """Tell whether a term is declared as one of these kinds."""
        return bool(self._kinds.get(term, set()) & set(kinds))

    def is_individual(self, term: Term) -> bool:
        """Tell whether a term may stand for an individual; any IRI may."""
        return isinstance(term, NamedNode) or (
            isinstance(term, BlankNode) and term not in self.nameless
        )

    def property_kinds(self, term: Term) -> set[str]:
        """Return what kinds of property a property expression is."""
        inverted = self._index.objects(term, OWL.inverseOf) if term in self.nameless else ()
        if inverted and all(self.is_a(one, OBJECT) for one in inverted):
            return {OBJECT}
        return self._kinds.get(term, set()) & {OBJECT, DATA, ANNOTATION}

    def fault(self, term: Term, *kinds: str) -> str | None:
        """Return why a term cannot stand where one of these kinds is wanted."""
        wanted = " or ".join(kinds)
        if isinstance(term, Literal):
            return f'"{term.value}" is a literal and no {wanted}'
        if term in _UNSUPPORTED:
            return f"OWL 2 RL has no {_curie(term)}"
        if self.property_kinds(term) & set(kinds) or self.is_a(term, *kinds):
            return None
        if is_reserved(term):
            return f"{_curie(term)} is reserved by its vocabulary and is no {wanted} of OWL 2"
        found = self._kinds.get(term)
        said = f"is declared as {' and '.join(sorted(found))}" if found else UNDECLARED
        return f"{_curie(term)} {said}, and stands where OWL wants a declared {wanted}"

    def faults(self) -> Iterator[tuple[str, Term]]:
        """Yield what is wrong with the declarations themselves, and with that of which term."""
        for term, kinds in self._kinds.items():
            for one, other in _EXCLUSIVE:
                if one in kinds and other in kinds:
                    yield f"{_curie(term)}: declared both as {one} and as {other}", term
            if is_reserved(term) and (extra := kinds - {_BUILT_IN.get(term)}):
                said = " and ".join(sorted(extra))
                yield f"{_curie(term)}: a reserved term, declared as {said}", term


def is_reserved(term: Term) -> bool:
    """Tell whether a term belongs to RDF, RDFS, OWL or XML Schema.

    >>> is_reserved(RDF.Statement), is_reserved(SKOS.Concept)
    (True, False)
    """
    return isinstance(term, NamedNode) and term.value.startswith(_RESERVED)


def _curie(term: Term) -> str:
    return compact(term.value) if isinstance(term, NamedNode) else "a blank node"
