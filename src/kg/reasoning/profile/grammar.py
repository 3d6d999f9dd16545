"""The grammar of OWL 2 RL: declarations, class expressions and data ranges.

After https://www.w3.org/TR/owl2-profiles/#Class_Expressions_3: what may stand on the left of a
subclass axiom differs from what may stand on its right; an equivalence allows only what both do.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode

from kg.namespaces import OWL, RDF, RDFS, SKOS, XSD, compact
from kg.reasoning.datatypes import OWL_2_RL, is_recognized
from kg.reasoning.in_words import short_name
from kg.reasoning.rules import is_count
from kg.reasoning.statements import Index, Term, nameless, terms

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["SIDES", "Declared", "Grammar"]


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
        """Return whether a term is declared as one of these kinds."""
        return bool(self._kinds.get(term, set()) & set(kinds))

    def is_individual(self, term: Term) -> bool:
        """Return whether a term may stand for an individual; any IRI may."""
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
    """Return whether a term belongs to RDF, RDFS, OWL or XML Schema.

    >>> is_reserved(RDF.Statement), is_reserved(SKOS.Concept)
    (True, False)
    """
    return isinstance(term, NamedNode) and term.value.startswith(_RESERVED)


def _curie(term: Term) -> str:
    return compact(term.value) if isinstance(term, NamedNode) else "a blank node"


#: Where a class expression stands, and the words for it.
SIDES = {"sub": "a subclass", "super": "a superclass", "equivalent": "an equivalent class"}

_CONNECTIVES = (OWL.intersectionOf, OWL.unionOf, OWL.oneOf, OWL.complementOf)
_RESTRICTIONS = terms(
    OWL,
    """someValuesFrom allValuesFrom hasValue hasSelf maxCardinality minCardinality
    cardinality maxQualifiedCardinality minQualifiedCardinality qualifiedCardinality""",
)
_ALLOWED: dict[str, frozenset[NamedNode]] = {
    "sub": frozenset(
        {OWL.intersectionOf, OWL.unionOf, OWL.oneOf, OWL.someValuesFrom, OWL.hasValue}
    ),
    "super": frozenset(
        {OWL.intersectionOf, OWL.complementOf, OWL.allValuesFrom, OWL.hasValue}
        | {OWL.maxCardinality, OWL.maxQualifiedCardinality}
    ),
    "equivalent": frozenset({OWL.intersectionOf, OWL.hasValue}),
}


class Grammar:
    """Checks class expressions against the grammar.

    Args:
        index: the statements of the ontology.
        declared: what its terms are declared as.
    """

    def __init__(self, index: Index, declared: Declared) -> None:
        self._index = index
        self._declared = declared
        built = (*_CONNECTIVES, *_RESTRICTIONS)
        self._constructors = [one for one in built if index.by_subject(one)]

    def faults(self, term: Term, side: str) -> Iterator[str]:
        """Yield why a class expression cannot stand on a side: a key of ``SIDES``."""
        if term == OWL.Thing:
            yield f"owl:Thing cannot be {SIDES[side]} in OWL 2 RL"
        elif not isinstance(term, BlankNode):
            yield from filter(None, [self._declared.fault(term, CLASS)])
        else:
            yield from self._expression(term, side)

    def constructors(self, term: Term) -> list[NamedNode]:
        """Return what a nameless class is built with; there should be one."""
        return [one for one in self._constructors for _ in self._index.objects(term, one)]

    def connective_faults(self, term: Term, connective: NamedNode, side: str) -> Iterator[str]:
        """Yield why what a class is composed of cannot stand on a side."""
        if connective not in _ALLOWED[side]:
            yield f"{compact(connective.value)} cannot stand in {SIDES[side]} in OWL 2 RL"
            return
        for value in self._index.objects(term, connective):
            if connective == OWL.complementOf:
                yield from self.faults(value, "sub")
                continue
            members = self._index.members(value)
            if not members:
                yield f"{compact(connective.value)} of nothing"
            for member in members:
                if connective == OWL.oneOf:
                    yield from self._individual(member)
                else:
                    yield from self.faults(member, side)

    def data_range_faults(self, term: Term) -> Iterator[str]:
        """Yield why a data range is outside OWL 2 RL."""
        if isinstance(term, Literal):
            yield f"{short_name(term)} is a literal and no datatype"
        elif isinstance(term, NamedNode):
            if not is_recognized(term) and not self._is_defined(term):
                yield f"{compact(term.value)} is not a datatype of OWL 2 RL"
        else:
            heads = self._index.objects(term, OWL.intersectionOf)
            if not heads:
                yield "a data range of OWL 2 RL is a datatype or an intersection of them"
            for head in heads:
                for member in self._index.members(head):
                    yield from self.data_range_faults(member)

    def _is_defined(self, datatype: NamedNode) -> bool:
        """Return whether the ontology itself defines a datatype by others."""
        definitions = self._index.objects(datatype, OWL.equivalentClass)
        return self._declared.is_a(datatype, DATATYPE) and any(
            isinstance(one, BlankNode) and not [*self.data_range_faults(one)] for one in definitions
        )

    def _expression(self, term: Term, side: str) -> Iterator[str]:
        built = self.constructors(term)
        if len(built) != 1:
            said = " and ".join(sorted(compact(one.value) for one in built)) or "nothing"
            yield f"a nameless class must be built in one way, not with {said}"
        elif built[0] in _CONNECTIVES:
            yield from self.connective_faults(term, built[0], side)
        elif built[0] not in _ALLOWED[side]:
            yield f"{compact(built[0].value)} cannot stand in {SIDES[side]} in OWL 2 RL"
        else:
            yield from self._restriction(term, built[0], side)

    def _restriction(self, term: Term, kind: NamedNode, side: str) -> Iterator[str]:
        properties = self._index.objects(term, OWL.onProperty)
        if len(properties) != 1:
            yield f"{compact(kind.value)} needs one owl:onProperty, not {len(properties)}"
            return
        (prop,) = properties
        if fault := self._declared.fault(prop, OBJECT, DATA):
            yield fault
            return
        of_data = DATA in self._declared.property_kinds(prop)
        for value in self._index.objects(term, kind):
            if kind == OWL.hasValue:
                yield from self._literal(value) if of_data else self._individual(value)
            elif kind in (OWL.someValuesFrom, OWL.allValuesFrom):
                yield from self._filler(value, side, of_data=of_data, or_thing=side == "sub")
            elif not (is_count(value, 0) or is_count(value, 1)):
                yield f"{compact(kind.value)} is 0 or 1 in OWL 2 RL, not {short_name(value)}"
        if kind == OWL.maxQualifiedCardinality:
            yield from self._qualification(term, of_data=of_data)

    def _qualification(self, term: Term, *, of_data: bool) -> Iterator[str]:
        wanted = OWL.onDataRange if of_data else OWL.onClass
        fillers = self._index.objects(term, wanted)
        if len(fillers) != 1:
            yield f"owl:maxQualifiedCardinality needs one {compact(wanted.value)}"
        for filler in fillers:
            yield from self._filler(filler, "sub", of_data=of_data, or_thing=True)

    def _filler(self, value: Term, side: str, *, of_data: bool, or_thing: bool) -> Iterator[str]:
        if of_data:
            yield from self.data_range_faults(value)
        elif not (or_thing and value == OWL.Thing):
            yield from self.faults(value, side)

    def _individual(self, value: Term) -> Iterator[str]:
        if isinstance(value, Literal):
            yield f"{short_name(value)} is a literal where OWL wants an individual"
        elif isinstance(value, BlankNode):
            yield "a blank node cannot be named in a class expression"

    def _literal(self, value: Term) -> Iterator[str]:
        if not isinstance(value, Literal):
            yield f"{short_name(value)} is no literal, though the property is a data property"
        elif not value.language:
            yield from self.data_range_faults(value.datatype)
