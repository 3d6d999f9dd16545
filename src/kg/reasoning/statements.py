"""Statements (generalized RDF): the terms, an index in memory, which are axioms and which noise.

A statement is a triple that may also have a literal as subject or a blank node as predicate
("generalized RDF"): rules pass through such statements though no graph may hold them.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Protocol

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kg.errors import Misuse
from kg.namespaces import OWL, RDF, RDFS, XSD, Namespace, compact

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from collections.abc import Set as AbstractSet

__all__ = [
    "AXIOM_CLASSES",
    "AXIOM_PREDICATES",
    "LIST_PREDICATES",
    "OF_INDIVIDUALS",
    "Index",
    "Lookup",
    "Source",
    "Statement",
    "Term",
    "as_triple",
    "is_noise",
    "is_vocabulary",
    "nameless",
    "noise",
    "statement",
    "terms",
]

Term = NamedNode | BlankNode | Literal
Statement = tuple[Term, Term, Term]


def terms(namespace: Namespace, names: str) -> frozenset[NamedNode]:
    """Return the terms of a vocabulary with these names.

    >>> terms(RDF, "first rest") == {RDF.first, RDF.rest}
    True
    """
    return frozenset(namespace[name] for name in names.split())


#: Having one of these makes a blank node part of an axiom, not a thing that is talked about.
STRUCTURE = frozenset(
    {RDF.first, RDF.rest}
    | terms(
        OWL,
        """allValuesFrom annotatedProperty annotatedSource annotatedTarget
        assertionProperty cardinality complementOf datatypeComplementOf distinctMembers hasSelf
        hasValue intersectionOf inverseOf maxCardinality maxQualifiedCardinality members
        minCardinality minQualifiedCardinality onClass onDataRange onDatatype onProperties
        onProperty oneOf qualifiedCardinality someValuesFrom sourceIndividual targetIndividual
        targetValue unionOf withRestrictions""",
    )
)
STRUCTURE_CLASSES = frozenset(
    {RDF.List, RDFS.Class, RDFS.Datatype}
    | terms(
        OWL,
        """AllDifferent AllDisjointClasses AllDisjointProperties Annotation Axiom Class
        NegativePropertyAssertion ObjectProperty Restriction""",
    )
)


def statement(triple: Triple) -> Statement:
    """Take a triple apart.

    Raises:
        Misuse: the object is a triple term of RDF 1.2, which OWL 2 RL does not know.
    """
    if isinstance(triple.subject, Triple) or isinstance(triple.object, Triple):
        raise Misuse(f"{triple}: a triple term of RDF 1.2; reasoning knows RDF 1.1")
    return triple.subject, triple.predicate, triple.object


def as_triple(parts: Statement) -> Triple | None:
    """Return the statement as a triple, None where no graph may hold it."""
    subject, predicate, value = parts
    if isinstance(subject, Literal) or not isinstance(predicate, NamedNode):
        return None
    return Triple(subject, predicate, value)


def nameless(statements: Iterable[Statement]) -> frozenset[BlankNode]:
    """Return the blank nodes that are part of an axiom: class expressions, lists, inverses.

    The other blank nodes are individuals.
    """
    found = set()
    for subject, predicate, value in statements:
        if isinstance(subject, BlankNode) and (
            predicate in STRUCTURE or (predicate == RDF.type and value in STRUCTURE_CLASSES)
        ):
            found.add(subject)
    return frozenset(found)


class Source(Protocol):
    """Where statements are looked up."""

    def __contains__(self, one: Statement, /) -> bool:
        """Return whether a statement holds."""

    def statements(
        self,
        subject: Term | None = None,
        predicate: Term | None = None,
        value: Term | None = None,
    ) -> Iterator[Statement]:
        """Yield, one by one as they are asked for, the statements with the terms that are given."""


class Lookup(Source, Protocol):
    """What can be asked for statements in all ways, wherever they are kept."""

    def objects(self, subject: Term, predicate: Term) -> AbstractSet[Term]:
        """Return what the subject has as this predicate."""
        return frozenset(value for _, _, value in self.statements(subject, predicate))

    def subjects(self, predicate: Term, value: Term) -> AbstractSet[Term]:
        """Return what has the value as this predicate."""
        return frozenset(subject for subject, _, _ in self.statements(None, predicate, value))

    def pairs(self, predicate: Term) -> Iterator[tuple[Term, Term]]:
        """Yield subject and object of each statement with this predicate."""
        return ((subject, value) for subject, _, value in self.statements(None, predicate))


class Index:
    """A growing set of statements.

    >>> from kg.namespaces import REL
    >>> index = Index([(REL.Claim, RDFS.subClassOf, RDF.Statement)])
    >>> index.objects(REL.Claim, RDFS.subClassOf) == {RDF.Statement}
    True
    """

    def __init__(self, statements: Iterable[Statement] = ()) -> None:
        self._objects: dict[Term, dict[Term, set[Term]]] = {}
        self._subjects: dict[Term, dict[Term, set[Term]]] = {}
        self._holders: dict[tuple[Term, Term], list[tuple[Term, Term]]] | None = None
        for one in statements:
            self.add(one)

    def add(self, one: Statement) -> None:
        """Put a statement in."""
        subject, predicate, value = one
        objects = self._objects.get(predicate)
        if objects is None:
            objects = self._objects[predicate] = defaultdict(set)
        objects[subject].add(value)
        if predicate in self._subjects:
            self._subjects[predicate][value].add(subject)

    def __contains__(self, one: Statement) -> bool:
        """Return whether a statement is in."""
        subject, predicate, value = one
        return value in self.objects(subject, predicate)

    def __iter__(self) -> Iterator[Statement]:
        """Yield each statement."""
        for predicate in self._objects:
            yield from ((subject, predicate, value) for subject, value in self.pairs(predicate))

    def objects(self, subject: Term, predicate: Term) -> frozenset[Term] | set[Term]:
        """Return what the subject has as this predicate."""
        return self._objects.get(predicate, {}).get(subject, frozenset())

    def subjects(self, predicate: Term, value: Term) -> frozenset[Term] | set[Term]:
        """Return what has the value as this predicate."""
        return self._by_object(predicate).get(value, frozenset())

    def _by_object(self, predicate: Term) -> dict[Term, set[Term]]:
        """Return the subjects of each object, which few predicates are ever asked for."""
        found = self._subjects.get(predicate)
        if found is None:
            found = defaultdict(set)
            for subject, value in self.pairs(predicate):
                found[value].add(subject)
            self._subjects[predicate] = found
        return found

    def predicates(self) -> Iterable[Term]:
        """Return the predicates of the statements."""
        return self._objects.keys()

    def by_subject(self, predicate: Term) -> Mapping[Term, AbstractSet[Term]]:
        """Return what each subject has as this predicate."""
        return self._objects.get(predicate, {})

    def pairs(self, predicate: Term) -> Iterator[tuple[Term, Term]]:
        """Yield subject and object of each statement with this predicate."""
        for subject, values in self._objects.get(predicate, {}).items():
            for value in values:
                yield subject, value

    def statements(
        self,
        subject: Term | None = None,
        predicate: Term | None = None,
        value: Term | None = None,
    ) -> Iterator[Statement]:
        """Yield the statements with the terms that are given; any stand where none is.

        >>> index = Index([(OWL.Thing, RDF.type, OWL.Class)])
        >>> list(index.statements(value=OWL.Class)) == list(index)
        True
        """
        for p in self._objects if predicate is None else (predicate,):
            if subject is not None and value is not None:
                if value in self.objects(subject, p):
                    yield subject, p, value
            elif subject is not None:
                yield from ((subject, p, found) for found in self.objects(subject, p))
            elif value is not None:
                yield from ((found, p, value) for found in self.subjects(p, value))
            else:
                yield from ((s, p, o) for s, o in self.pairs(p))

    def about(self, value: Term) -> Iterator[Statement]:
        """Yield the statements that have the value as object."""
        for predicate in self._objects:
            for subject in self._by_object(predicate).get(value, ()):
                yield subject, predicate, value

    def check_lists(self) -> None:
        """Read each list once.

        Raises:
            Misuse: a list runs in a circle.
        """
        if not self._has_circle():
            return
        inner = {rest for _, rest in self.pairs(RDF.rest)}
        cells = [cell for cell, _ in self.pairs(RDF.rest)]
        for head in sorted((cell for cell in cells if cell not in inner), key=str):
            self.members(head)
        # A list that is all circle has no head.
        for cell in sorted(cells, key=str):
            self.members(cell)

    def _has_circle(self) -> bool:
        """Return whether a list runs in a circle, with one look at each cell."""
        rests = self._objects.get(RDF.rest, {})
        done: set[Term] = {RDF.nil}
        for start in rests:
            cell, path = start, set[Term]()
            while cell not in done and cell in rests:
                if cell in path:
                    return True
                path.add(cell)
                cell = min(rests[cell], key=str)
            done |= path
        return False

    def members(self, head: Term) -> tuple[Term, ...]:
        """Return the members of an RDF list in order.

        Raises:
            Misuse: the list runs in a circle.
        """
        members: list[Term] = []
        seen = {head}
        while head != RDF.nil:
            members.extend(sorted(self.objects(head, RDF.first), key=str))
            rest = sorted(self.objects(head, RDF.rest), key=str)
            if not rest:
                break
            head = rest[0]
            if head in seen:
                owners = sorted(_named(first) for first in members)
                raise Misuse(f"the list of {', '.join(owners)} runs in a circle: end it by rdf:nil")
            seen.add(head)
        return tuple(members)

    def holders(self, predicate: Term, member: Term) -> list[tuple[Term, Term]]:
        """Return what has, as this predicate, a list with the member; and the list.

        >>> a, b = BlankNode("a"), BlankNode("b")
        >>> index = Index([(a, OWL.unionOf, b), (b, RDF.first, OWL.Thing), (b, RDF.rest, RDF.nil)])
        >>> index.holders(OWL.unionOf, OWL.Thing) == [(a, b)]
        True
        """
        if self._holders is None:
            self._holders = defaultdict(list)
            for kind in (OWL.intersectionOf, OWL.unionOf, OWL.oneOf):
                for holder, head in self.pairs(kind):
                    for one in dict.fromkeys(self.members(head)):
                        self._holders[kind, one].append((holder, head))
        return self._holders.get((predicate, member), [])


def _named(term: Term) -> str:
    return compact(term.value) if isinstance(term, NamedNode) else str(term)


# --- noise: which entailed statements say nothing, and why

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
    """Return whether an entailed triple says nothing that a reader of the graph would want.

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
    elif is_vocabulary(subject):
        reason = "it is about the vocabulary of OWL itself"
    elif any(isinstance(term, BlankNode) and term in nameless for term in (subject, value)):
        reason = "it mentions a part of an axiom that has no name"
    return reason


# --- axioms: which terms of OWL and RDFS the rules of OWL 2 RL look at

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


def is_vocabulary(term: Term) -> bool:
    """Return whether a term is one of RDF, RDFS, OWL or XML Schema.

    >>> is_vocabulary(OWL.Thing)
    True
    """
    return isinstance(term, NamedNode) and term.value.startswith(_VOCABULARIES)
