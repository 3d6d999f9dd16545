"""The OWL 2 RL profile: what an ontology says that it does not allow.

After https://www.w3.org/TR/owl2-profiles/#OWL_2_RL, section 4.2, and the restrictions of OWL 2 DL,
which every profile shares.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kg.errors import Misuse
from kg.namespaces import OWL, RDF, RDFS, compact
from kg.reasoning.in_words import Wording, short_name
from kg.reasoning.profile.grammar import (
    ANNOTATION,
    CLASS,
    DATA,
    DATATYPE,
    OBJECT,
    UNDECLARED,
    Declared,
    Grammar,
    is_reserved,
)
from kg.reasoning.statements import Index, Statement, Term, statement, terms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["Fault", "faults", "judged", "violations"]

#: A sentence, and the statement or the term that it is about.
Fault: TypeAlias = "tuple[str, Statement | Term | None]"

#: The classes that say what a term is, or what kind of axiom a blank node begins.
_SYNTAX = frozenset(
    {RDF.List, RDFS.Datatype}
    | terms(
        OWL,
        """AllDifferent AllDisjointClasses AllDisjointProperties Annotation
        AnnotationProperty Axiom Class DatatypeProperty DeprecatedClass DeprecatedProperty
        NamedIndividual NegativePropertyAssertion ObjectProperty Ontology Restriction""",
    )
)
_CHARACTERISTICS = terms(
    OWL,
    """AsymmetricProperty FunctionalProperty InverseFunctionalProperty
    IrreflexiveProperty SymmetricProperty TransitiveProperty""",
)
#: Checked with the class expression or the axiom that they are part of.
_PARTS = frozenset(
    {RDF.first, RDF.rest}
    | terms(
        OWL,
        """allValuesFrom annotatedProperty annotatedSource annotatedTarget cardinality
        datatypeComplementOf distinctMembers hasSelf hasValue maxCardinality
        maxQualifiedCardinality members minCardinality minQualifiedCardinality onClass onDataRange
        onDatatype onProperties onProperty qualifiedCardinality someValuesFrom targetIndividual
        targetValue withRestrictions""",
    )
)


def violations(ontology: Iterable[Triple]) -> list[str]:
    """Return one sentence for each construct that lies outside OWL 2 RL.

    The values of annotation properties are free. A data property without a range may have values
    of any datatype, also of one that OWL does not know. A term without a declaration counts as
    what it is used as (see ``judged``), and a nameless class may stand in several axioms: to
    the rules of OWL 2 RL/RDF, which hold for any graph, neither makes a difference.

    Args:
        ontology: all triples of the ontology, those of the files that it builds on included.

    Returns:
        The sentences in order, none where the ontology is in the profile.

    >>> from kg.namespaces import REL
    >>> violations([Triple(REL.actor, RDF.type, OWL.ReflexiveProperty)])
    ['rel:actor rdf:type owl:ReflexiveProperty: OWL 2 RL has no owl:ReflexiveProperty']
    """
    return sorted({sentence for sentence, _ in faults(ontology)})


def faults(ontology: Iterable[Triple]) -> list[Fault]:
    """Return what ``violations`` does, each sentence with the statement or the term it is about.

    >>> from kg.namespaces import REL
    >>> faults([Triple(REL.Claim, RDF.type, OWL.ReflexiveProperty)])[0][1] == (
    ...     REL.Claim, RDF.type, OWL.ReflexiveProperty)
    True
    """
    return judged(ontology)[0]


def judged(ontology: Iterable[Triple]) -> tuple[list[Fault], list[Fault]]:
    """Return what ``faults`` does, and where a term stands that the ontology does not declare.

    OWL 2 DL wants each term declared.

    >>> from kg.namespaces import REL
    >>> judged([Triple(REL.Claim, RDF.type, OWL.Class),
    ...         Triple(REL.Claim, RDFS.subClassOf, REL.Source)])[1][0][0]
    'rel:Claim rdfs:subClassOf rel:Source: rel:Source is not declared, and stands where OWL wants a declared class'
    """  # noqa: E501 - the output of the example is one sentence
    found = _found(ontology)
    slips = [one for one in found if UNDECLARED in one[0]]
    return [one for one in found if UNDECLARED not in one[0]], slips


def _found(ontology: Iterable[Triple]) -> list[Fault]:
    index = Index(map(statement, ontology))
    try:
        index.check_lists()
    except Misuse as circle:
        # No expression can be read as long as a list has no end.
        return [(str(circle), None)]
    check = _Check(index)
    found: list[Fault] = [
        *check.axioms(),
        *check.declared.faults(),
        *check.shape(),
        *_role_faults(index),
    ]
    return sorted(dict.fromkeys(found), key=lambda one: (one[0], str(one[1])))


class _Check:
    """One reading of an ontology."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.declared = Declared(index)
        self.grammar = Grammar(index, self.declared)
        self._wording = Wording(index, _named)
        self._names: dict[Term, str] = {}
        self._axioms: dict[Term, Callable[[Term, Term], Iterator[str | None]]] = {
            RDF.type: self._typing,
            RDFS.subClassOf: self._sub_class,
            OWL.equivalentClass: self._equivalent_class,
            OWL.disjointWith: self._disjoint_with,
            OWL.disjointUnionOf: self._disjoint_union,
            OWL.hasKey: self._has_key,
            RDFS.subPropertyOf: self._same_kind,
            OWL.equivalentProperty: self._same_kind,
            OWL.propertyDisjointWith: self._same_kind,
            OWL.inverseOf: self._inverse_of,
            OWL.propertyChainAxiom: self._chain,
            RDFS.domain: self._domain,
            RDFS.range: self._range,
            OWL.sameAs: self._individuals,
            OWL.differentFrom: self._individuals,
            OWL.assertionProperty: self._denied_property,
            OWL.sourceIndividual: self._denied_subject,
            **dict.fromkeys(
                (OWL.intersectionOf, OWL.unionOf, OWL.oneOf, OWL.complementOf), _nothing
            ),
            **dict.fromkeys(_PARTS, _nothing),
        }

    def axioms(self) -> Iterator[tuple[str, Statement]]:
        """Yield the faults of each statement."""
        for predicate in self.index.predicates():
            check = self._axioms.get(predicate)
            # What is said by way of comment is free.
            is_comment = check is None and self._is_annotation(predicate)
            for subject, values in self.index.by_subject(predicate).items():
                is_changed = is_reserved(subject) and predicate not in (RDF.type, *_PARTS)
                if is_comment and not is_changed:
                    continue
                for value in values:
                    one = subject, predicate, value
                    for fault in check(subject, value) if check else self._assertion(*one):
                        if fault:
                            yield f"{self._words(one)}: {fault}", one
                    if is_changed:
                        yield f"{self._words(one)}: no axiom may change OWL itself", one
        yield from self._members()
        yield from self._named_compositions()

    # --- classes ----------------------------------------------------------------------------------

    def _sub_class(self, narrower: Term, wider: Term) -> Iterator[str | None]:
        yield from self.grammar.faults(narrower, "sub")
        yield from self.grammar.faults(wider, "super")

    def _equivalent_class(self, one: Term, other: Term) -> Iterator[str | None]:
        if self.declared.is_a(one, DATATYPE):
            yield from self.grammar.data_range_faults(other)
            return
        yield from self.grammar.faults(one, "equivalent")
        yield from self.grammar.faults(other, "equivalent")

    def _disjoint_with(self, one: Term, other: Term) -> Iterator[str | None]:
        yield from self.grammar.faults(one, "sub")
        yield from self.grammar.faults(other, "sub")

    def _disjoint_union(self, _: Term, __: Term) -> Iterator[str | None]:
        yield "OWL 2 RL has no owl:disjointUnionOf"

    def _has_key(self, kind: Term, head: Term) -> Iterator[str | None]:
        yield from self.grammar.faults(kind, "sub")
        for prop in self.index.members(head):
            yield self.declared.fault(prop, OBJECT, DATA)

    def _named_compositions(self) -> Iterator[tuple[str, Statement]]:
        """Yield the faults of compositions that are said of a class with a name.

        They count as equivalences (mapping to RDF graphs, table 18).
        """
        for connective in (OWL.intersectionOf, OWL.unionOf, OWL.oneOf, OWL.complementOf):
            for kind, head in self.index.pairs(connective):
                if isinstance(kind, NamedNode):
                    one = kind, connective, head
                    for fault in self.grammar.connective_faults(kind, connective, "equivalent"):
                        yield f"{self._words(one)}: {fault}", one

    def _members(self) -> Iterator[tuple[str, Statement]]:
        """Yield the faults of axioms about several terms at once."""
        for axiom, predicate, head in [
            *self.index.statements(predicate=OWL.members),
            *self.index.statements(predicate=OWL.distinctMembers),
        ]:
            kinds = self.index.objects(axiom, RDF.type)
            members = self.index.members(head)
            for member in members:
                faults: list[str | None] = []
                if OWL.AllDisjointClasses in kinds:
                    faults += self.grammar.faults(member, "sub")
                elif OWL.AllDisjointProperties in kinds:
                    faults.append(self.declared.fault(member, OBJECT, DATA))
                elif OWL.AllDifferent in kinds:
                    faults.append(self._named_individual(member))
                for fault in filter(None, faults):
                    names = ", ".join(self._name(one) for one in members)
                    yield f"the axiom about {names}: {fault}", (axiom, predicate, head)

    # --- properties -------------------------------------------------------------------------------

    def _same_kind(self, one: Term, other: Term) -> Iterator[str | None]:
        kinds = OBJECT, DATA, ANNOTATION
        faults = [self.declared.fault(one, *kinds), self.declared.fault(other, *kinds)]
        yield from faults
        if not any(faults) and not (
            self.declared.property_kinds(one) & self.declared.property_kinds(other)
        ):
            yield "the two are not the same kind of property"

    def _inverse_of(self, one: Term, other: Term) -> Iterator[str | None]:
        if one not in self.declared.nameless:
            yield self.declared.fault(one, OBJECT)
        yield self.declared.fault(other, OBJECT)

    def _chain(self, prop: Term, head: Term) -> Iterator[str | None]:
        members = self.index.members(head)
        yield self.declared.fault(prop, OBJECT)
        if len(members) < 2:  # noqa: PLR2004 - a chain of one is a subproperty
            yield "a chain has two properties at least"
        for member in members:
            yield self.declared.fault(member, OBJECT)

    def _domain(self, prop: Term, kind: Term) -> Iterator[str | None]:
        if fault := self.declared.fault(prop, OBJECT, DATA, ANNOTATION):
            yield fault
        elif not self.declared.is_a(prop, ANNOTATION):
            yield from self.grammar.faults(kind, "super")

    def _range(self, prop: Term, kind: Term) -> Iterator[str | None]:
        if fault := self.declared.fault(prop, OBJECT, DATA, ANNOTATION):
            yield fault
        elif DATA in self.declared.property_kinds(prop):
            yield from self.grammar.data_range_faults(kind)
        elif not self.declared.is_a(prop, ANNOTATION):
            yield from self.grammar.faults(kind, "super")

    def _denied_property(self, _: Term, prop: Term) -> Iterator[str | None]:
        yield self.declared.fault(prop, OBJECT, DATA)

    def _denied_subject(self, _: Term, subject: Term) -> Iterator[str | None]:
        yield self._named_individual(subject)

    # --- individuals ------------------------------------------------------------------------------

    def _individuals(self, one: Term, other: Term) -> Iterator[str | None]:
        yield self._named_individual(one)
        yield self._named_individual(other)

    def _named_individual(self, term: Term) -> str | None:
        if isinstance(term, Literal):
            return f"{short_name(term)} is a literal where OWL wants an individual"
        return "a blank node cannot stand here" if isinstance(term, BlankNode) else None

    def _typing(self, term: Term, kind: Term) -> Iterator[str | None]:
        if kind == OWL.ReflexiveProperty:
            yield "OWL 2 RL has no owl:ReflexiveProperty"
        elif kind == OWL.FunctionalProperty:
            yield self.declared.fault(term, OBJECT, DATA)
        elif kind in _CHARACTERISTICS:
            yield self.declared.fault(term, OBJECT)
        elif kind in (RDF.Property, RDFS.Class):
            if not self.declared.is_a(term, OBJECT, DATA, ANNOTATION, CLASS, DATATYPE):
                yield "declare it with the words of OWL, such as owl:Class or owl:ObjectProperty"
        elif kind not in _SYNTAX:
            yield from self.grammar.faults(kind, "super")

    def _is_annotation(self, prop: Term) -> bool:
        """Return whether a property may have any value."""
        return not self.declared.fault(prop, OBJECT, DATA, ANNOTATION) and self.declared.is_a(
            prop, ANNOTATION
        )

    def _assertion(self, subject: Term, prop: Term, value: Term) -> Iterator[str | None]:
        if self._is_annotation(prop):
            return
        if fault := self.declared.fault(prop, OBJECT, DATA, ANNOTATION):
            yield fault
        elif DATA in self.declared.property_kinds(prop):
            if not isinstance(value, Literal):
                yield "a data property has a literal as value"
        elif not self.declared.is_individual(value):
            yield "an object property has an individual as value"
        if not self.declared.is_individual(subject):
            yield "only an individual can have it"

    # --- the shape of the graph -------------------------------------------------------------------

    def shape(self) -> Iterator[tuple[str, Term]]:
        """Yield where the triples do not make up axioms (mapping to RDF graphs, section 3)."""
        yield from self._lists()
        for node in self.declared.nameless:
            kinds = self.index.objects(node, RDF.type)
            if OWL.Restriction in kinds and not self.grammar.constructors(node):
                props = sorted(_named(one) for one in self.index.objects(node, OWL.onProperty))
                yield f"an owl:Restriction of {', '.join(props) or 'nothing'} says no more", node
        yield from self._forest()

    def _lists(self) -> Iterator[tuple[str, Term]]:
        cells = {cell for p in (RDF.first, RDF.rest) for cell, _ in self.index.pairs(p)}
        for cell in cells:
            firsts = self.index.objects(cell, RDF.first)
            rests = self.index.objects(cell, RDF.rest)
            if len(firsts) != 1 or len(rests) != 1:
                names = ", ".join(sorted(_named(one) for one in firsts)) or "nothing"
                found = f"{len(firsts)} rdf:first and {len(rests)} rdf:rest"
                yield f"a list cell with {names}: it has {found} instead of one each", cell
            for rest in rests - cells - {RDF.nil}:
                yield f"a list goes on with {_named(rest)}, which is no list", cell

    def _forest(self) -> Iterator[tuple[str, Term]]:
        """Yield where blank nodes are not a tree of individuals (structural spec., 11.2)."""
        above: dict[Term, set[Term]] = {}
        for subject, predicate, value in self.index:
            if (
                isinstance(subject, BlankNode)
                and isinstance(value, BlankNode)
                and OBJECT in self.declared.property_kinds(predicate)
            ):
                above.setdefault(value, set()).add(subject)
        for node, parents in above.items():
            if len(parents) > 1 or self._is_above_itself(node, above):
                kinds = sorted(_named(one) for one in self.index.objects(node, RDF.type))
                what = f" ({', '.join(kinds)})" if kinds else ""
                yield f"blank nodes as individuals must form trees, and one{what} does not", node

    def _is_above_itself(self, node: Term, above: dict[Term, set[Term]]) -> bool:
        seen: set[Term] = set()
        waiting = [node]
        while waiting:
            for parent in above.get(waiting.pop(), ()):
                if parent == node:
                    return True
                if parent not in seen:
                    seen.add(parent)
                    waiting.append(parent)
        return False

    def _is_class(self, node: Term) -> bool:
        kinds = self.index.objects(node, RDF.type)
        return bool(kinds & {OWL.Class, OWL.Restriction}) or bool(self.grammar.constructors(node))

    # --- words ------------------------------------------------------------------------------------

    def _words(self, parts: Statement) -> str:
        return " ".join(self._name(term) for term in parts)

    def _name(self, term: Term) -> str:
        if term not in self._names:
            self._names[term] = self._new_name(term)
        return self._names[term]

    def _new_name(self, term: Term) -> str:
        if isinstance(term, BlankNode) and self._is_class(term):
            return f"“{self._wording.kind(term)}”"
        if isinstance(term, BlankNode) and self.index.objects(term, RDF.first):
            return f"({' '.join(self._name(one) for one in self.index.members(term))})"
        return self._wording.name(term)


def _nothing(_: Term, __: Term) -> Iterator[str | None]:
    yield from ()


def _named(term: Term) -> str:
    return "a blank node" if isinstance(term, BlankNode) else short_name(term)


# --- object properties: the restrictions that OWL 2 DL, and so OWL 2 RL, puts on them
#
# https://www.w3.org/TR/owl2-syntax/#Global_Restrictions_on_Axioms_in_OWL_2_DL: a property that is
# transitive or that a chain gives is not simple and cannot be counted; chains must not go round.

_NEEDS_SIMPLE: dict[Term, str] = {
    OWL.FunctionalProperty: "functional",
    OWL.InverseFunctionalProperty: "inverse functional",
    OWL.IrreflexiveProperty: "irreflexive",
    OWL.AsymmetricProperty: "asymmetric",
}
_COUNTING = terms(
    OWL,
    """cardinality hasSelf maxCardinality maxQualifiedCardinality minCardinality
    minQualifiedCardinality qualifiedCardinality""",
)


def _role_faults(index: Index) -> Iterator[tuple[str, Term]]:
    """Yield what is wrong with how object properties hang together, and of which property."""
    not_simple = _not_simple(index)
    for prop, use in _uses(index):
        if prop in not_simple:
            so = f"so it is not simple and cannot be {use} in OWL 2 DL"
            yield f"{_curie(prop)}: {not_simple[prop]}, {so}", prop
    yield from _circles(index)


def _not_simple(index: Index) -> dict[Term, str]:
    """Return each property that is not simple, with the reason."""
    reasons: dict[Term, str] = {}
    for prop in index.subjects(RDF.type, OWL.TransitiveProperty):
        reasons[_base(prop, index)] = "it is transitive"
    for prop, _ in index.pairs(OWL.propertyChainAxiom):
        reasons[_base(prop, index)] = "a property chain gives it"
    waiting = sorted(reasons, key=str)
    while waiting:
        prop = waiting.pop()
        for wider in sorted(_wider(prop, index), key=str):
            if wider not in reasons:
                reasons[wider] = f"{_curie(prop)}, which implies it, is not simple"
                waiting.append(wider)
    return reasons


def _wider(prop: Term, index: Index) -> set[Term]:
    """Return the properties that a property, or its inverse, implies."""
    forms = {prop, *(one for one in index.subjects(OWL.inverseOf, prop))}
    forms |= {*index.objects(prop, OWL.inverseOf)}
    found = {_base(one, index) for one in forms}
    for form in forms:
        for predicate in (RDFS.subPropertyOf, OWL.equivalentProperty):
            found |= {_base(one, index) for one in index.objects(form, predicate)}
        found |= {_base(one, index) for one in index.subjects(OWL.equivalentProperty, form)}
    return found


def _base(prop: Term, index: Index) -> Term:
    """Return the property itself for a nameless inverse: the two are simple together."""
    if isinstance(prop, BlankNode):
        for inverse in sorted(index.objects(prop, OWL.inverseOf), key=str):
            return inverse
    return prop


def _uses(index: Index) -> Iterator[tuple[Term, str]]:
    """Yield each property where only a simple one may stand."""
    for kind, word in _NEEDS_SIMPLE.items():
        yield from ((_base(prop, index), word) for prop in index.subjects(RDF.type, kind))
    groups: list[tuple[Term, ...]] = [*index.pairs(OWL.propertyDisjointWith)]
    for axiom in index.subjects(RDF.type, OWL.AllDisjointProperties):
        groups += [index.members(head) for head in index.objects(axiom, OWL.members)]
    for group in groups:
        yield from ((_base(prop, index), "disjoint with another") for prop in group)
    for kind in _COUNTING:
        use = f"counted by {compact(kind.value)}"
        for restriction, _ in index.pairs(kind):
            for prop in index.objects(restriction, OWL.onProperty):
                yield _base(prop, index), use


def _circles(index: Index) -> Iterator[tuple[str, Term]]:
    """Yield each chain that cannot be put in an order (section 11.2, regularity)."""
    implied: dict[Term, set[Term]] = {}
    for narrower, wider in index.pairs(RDFS.subPropertyOf):
        implied.setdefault(_base(narrower, index), set()).add(_base(wider, index))
    for one, other in index.pairs(OWL.equivalentProperty):
        implied.setdefault(_base(one, index), set()).add(_base(other, index))
        implied.setdefault(_base(other, index), set()).add(_base(one, index))
    chains = [
        (_base(prop, index), [_base(one, index) for one in index.members(head)])
        for prop, head in index.pairs(OWL.propertyChainAxiom)
    ]
    steps = [(part, prop) for prop, chain in chains for part in _below(prop, chain)]
    for part, prop in steps:
        implied.setdefault(part, set()).add(prop)
    for part, prop in steps:
        if part == prop or part in _reached(prop, implied):
            yield f"{_curie(prop)}: the chain with {_curie(part)} runs in a circle", prop


def _below(prop: Term, chain: list[Term]) -> list[Term]:
    """Return the parts of a chain that must come before the property it gives."""
    if chain == [prop, prop]:
        return []
    if chain and chain[0] == prop:
        return chain[1:]
    return chain[:-1] if chain and chain[-1] == prop else chain


def _reached(start: Term, implied: dict[Term, set[Term]]) -> set[Term]:
    found: set[Term] = set()
    waiting = [start]
    while waiting:
        for one in implied.get(waiting.pop(), ()):
            if one not in found:
                found.add(one)
                waiting.append(one)
    return found


def _curie(term: Term) -> str:
    return compact(term.value) if isinstance(term, NamedNode) else "a blank node"
