"""The rules of OWL 2 RL: one table of them in the W3C's form, and what an ontology makes of them.

The table is that of https://www.w3.org/TR/owl2-profiles/#Reasoning_in_OWL_2_RL (tables 4 to 9). The
compiler reads it forwards, with the premises about the ontology filled in; a search for proofs
reads it backwards, from a conclusion to premises; the sentences are what people read of a rule.

A compiled ontology is a program of rules without variables for its properties and classes. It is
data and knows no engine: one engine runs it on integer columns, another follows a change through
it, and others can write it as SPARQL or as operations on tables.
"""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode, Variable

from kg.namespaces import OWL, RDF, RDFS
from kg.reasoning.datatypes import OWL_2_RL, broader
from kg.reasoning.statements import Index, Statement, Term

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

__all__ = [
    "EQUALITY",
    "RULES",
    "Atom",
    "Bound",
    "Entry",
    "Pattern",
    "Program",
    "Rule",
    "Slot",
    "is_count",
    "reason",
    "substitute",
    "variables",
]

#: A rule is a line with its name and a sentence, which follows a conclusion, and a line for each
#: way to read it: what the ontology says; what else holds -> what follows. Words stand for terms of
#: RDF, RDFS and OWL, numbers for literals of that value, and ?x for any term. "?x not T" is that
#: they differ, as another rule says it more plainly; "?x in ?d" that a literal is of a datatype.
#:
#: Of a list, (?d) is a member, (?x ?y) are two members in their order, and (?d ...) is each of the
#: members in turn. A premise that ends in "..." then holds for each, with variables of its own
#: numbered where nothing else has them, and "?x ?q ... ?y" is a path of all of them in order.
#:
#: The sentence for a contradiction has what its variables stand for: {x} as it is called, {c} and
#: {d} as kinds, {p} and {q} in quotes, {x p y} as a sentence; {x<y} is the first of two by name.
TABLE = """
asserted: given

eq-ref: everything is itself
    -> ?x sameAs ?x
eq-sym: being the same holds both ways
    ?x sameAs ?y -> ?y sameAs ?x
eq-trans: both are the same as a third
    ?x sameAs ?v, ?v sameAs ?z -> ?x sameAs ?z
eq-rep-s: what holds of a thing holds under its other name
    ?p not sameAs; ?u sameAs ?s, ?u ?p ?o -> ?s ?p ?o
eq-rep-p: the relation goes by another name too
    ?u sameAs ?p, ?s ?u ?o -> ?s ?p ?o
eq-rep-o: what holds of a thing holds under its other name
    ?p not sameAs; ?u sameAs ?o, ?s ?p ?u -> ?s ?p ?o
eq-diff1: {x<y} is the same as {x>y} and is said not to be
    ?x differentFrom ?y, ?x sameAs ?y -> false
    ?x differentFrom ?x -> false
eq-diff2: {x<y} is the same as {x>y} and is said not to be
    ?a type AllDifferent, ?a members (?x ?y); ?x sameAs ?y -> false
eq-diff3: {x<y} is the same as {x>y} and is said not to be
    ?a type AllDifferent, ?a distinctMembers (?x ?y); ?x sameAs ?y -> false

prp-dom: only such a thing can have that relation
    ?p domain ?c; ?x ?p ?v -> ?x type ?c
prp-rng: only such a thing can stand at the end of that relation
    ?p range ?c; ?u ?p ?y -> ?y type ?c
prp-fp: there is one value at most, so the two are one
    ?p type FunctionalProperty; ?u ?p ?x, ?u ?p ?y -> ?x sameAs ?y
prp-ifp: no two things share that value, so the two are one
    ?p type InverseFunctionalProperty; ?x ?p ?v, ?y ?p ?v -> ?x sameAs ?y
prp-irp: {x} has itself as {p}, and nothing can
    ?p type IrreflexiveProperty; ?x ?p ?x -> false
prp-symp: holds both ways
    ?p type SymmetricProperty; ?x ?p ?y -> ?y ?p ?x
prp-asyp: {p} holds both ways between {x<y} and {x>y}, and it never can
    ?p type AsymmetricProperty; ?x ?p ?y, ?y ?p ?x -> false
prp-trp: carries on from one thing to the next
    ?p type TransitiveProperty; ?x ?p ?v, ?v ?p ?z -> ?x ?p ?z
prp-spo1: implied by a narrower relation
    ?q subPropertyOf ?p; ?x ?q ?y -> ?x ?p ?y
prp-spo2: a chain of relations gives it
    ?p propertyChainAxiom (?q ...); ?x ?q ... ?y -> ?x ?p ?y
prp-eqp1: another relation means the same
    ?q equivalentProperty ?p; ?x ?q ?y -> ?x ?p ?y
prp-eqp2: another relation means the same
    ?p equivalentProperty ?q; ?x ?q ?y -> ?x ?p ?y
prp-pdw: {x} has {y} as {p<q} and {p>q}, which exclude each other
    ?p propertyDisjointWith ?q; ?x ?p ?y, ?x ?q ?y -> false
prp-adp: {x} has {y} as {p<q} and {p>q}, which exclude each other
    ?a type AllDisjointProperties, ?a members (?p ?q); ?x ?p ?y, ?x ?q ?y -> false
prp-inv1: the same, the other way round
    ?q inverseOf ?p; ?x ?q ?y -> ?y ?p ?x
prp-inv2: the same, the other way round
    ?p inverseOf ?q; ?x ?q ?y -> ?y ?p ?x
prp-key: they agree in what tells such things apart
    ?c hasKey (?k ...); ?x type ?c, ?y type ?c, ?x ?k ?v ..., ?y ?k ?v ... -> ?x sameAs ?y
prp-npa1: {x p y} is also denied
    ?a sourceIndividual ?x, ?a assertionProperty ?p, ?a targetIndividual ?y; ?x ?p ?y -> false
prp-npa2: {x p y} is also denied
    ?a sourceIndividual ?x, ?a assertionProperty ?p, ?a targetValue ?y; ?x ?p ?y -> false

cls-nothing2: {x} is of a class that nothing can be of
    ?x type Nothing -> false
cls-int1: it meets each part of the definition
    ?c intersectionOf (?d ...); ?y type ?d ... -> ?y type ?c
cls-int2: part of the definition of what it is
    ?c intersectionOf (?d); ?y type ?c -> ?y type ?d
cls-uni: one of the alternatives holds
    ?c unionOf (?d); ?y type ?d -> ?y type ?c
cls-com: {x} is {c<d} and {c>d}, and nothing can be both
    ?c complementOf ?d; ?x type ?c, ?x type ?d -> false
cls-svf1: it has a value of that kind
    ?c someValuesFrom ?d, ?c onProperty ?p, ?d not Thing; ?u ?p ?v, ?v type ?d -> ?u type ?c
cls-svf2: it has such a value
    ?c someValuesFrom Thing, ?c onProperty ?p; ?u ?p ?v -> ?u type ?c
cls-avf: such things have nothing else there
    ?c allValuesFrom ?d, ?c onProperty ?p; ?u type ?c, ?u ?p ?v -> ?v type ?d
cls-hv1: all such things have this value
    ?c hasValue ?y, ?c onProperty ?p; ?u type ?c -> ?u ?p ?y
cls-hv2: it has the value that such things have
    ?c hasValue ?y, ?c onProperty ?p; ?u ?p ?y -> ?u type ?c
cls-maxc1: {u} has {y} as {p} and is {c}
    ?c maxCardinality 0, ?c onProperty ?p; ?u type ?c, ?u ?p ?y -> false
cls-maxc2: there is one at most, so the two are one
    ?c maxCardinality 1, ?c onProperty ?p; ?u type ?c, ?u ?p ?x, ?u ?p ?y -> ?x sameAs ?y
cls-maxqc1: {u} has {y} as {p} and is {c}
    ?c maxQualifiedCardinality 0, ?c onProperty ?p, ?c onClass ?d, ?d not Thing; \
    ?u type ?c, ?u ?p ?y, ?y type ?d -> false
cls-maxqc2: {u} has {y} as {p} and is {c}
    ?c maxQualifiedCardinality 0, ?c onProperty ?p, ?c onClass Thing; ?u type ?c, ?u ?p ?y -> false
cls-maxqc3: there is one of that kind at most, so the two are one
    ?c maxQualifiedCardinality 1, ?c onProperty ?p, ?c onClass ?d, ?d not Thing; \
    ?u type ?c, ?u ?p ?x, ?x type ?d, ?u ?p ?y, ?y type ?d -> ?x sameAs ?y
cls-maxqc4: there is one at most, so the two are one
    ?c maxQualifiedCardinality 1, ?c onProperty ?p, ?c onClass Thing; \
    ?u type ?c, ?u ?p ?x, ?u ?p ?y -> ?x sameAs ?y
cls-oo: it is on the list
    ?c oneOf (?y); -> ?y type ?c

cax-sco: a narrower kind is of the wider kind
    ?d subClassOf ?c; ?x type ?d -> ?x type ?c
    ?w subClassOf Thing, ?x type ?w -> ?x type Thing
cax-eqc1: by definition the same kind
    ?d equivalentClass ?c; ?x type ?d -> ?x type ?c
cax-eqc2: by definition the same kind
    ?c equivalentClass ?d; ?x type ?d -> ?x type ?c
cax-dw: {x} is {c<d} and {c>d}, and nothing can be both
    ?c disjointWith ?d; ?x type ?c, ?x type ?d -> false
cax-adc: {x} is {c<d} and {c>d}, and nothing can be both
    ?a type AllDisjointClasses, ?a members (?c ?d); ?x type ?c, ?x type ?d -> false

dt-type2: the value is written as one
    ?x in ?d; -> ?x type ?d

scm-cls: every kind is
    ?c type Class -> ?c subClassOf ?c
    ?c type Class -> ?c subClassOf Thing
scm-sco: a kind of a kind
    ?c subClassOf ?v, ?v subClassOf ?e -> ?c subClassOf ?e
scm-eqc1: by definition the same kind
    ?c equivalentClass ?d -> ?c subClassOf ?d
    ?c equivalentClass ?d -> ?d subClassOf ?c
scm-eqc2: each is a kind of the other
    ?c subClassOf ?d, ?d subClassOf ?c -> ?c equivalentClass ?d
scm-op: every relation implies itself
    ?p type ObjectProperty -> ?p subPropertyOf ?p
scm-dp: every relation implies itself
    ?p type DatatypeProperty -> ?p subPropertyOf ?p
scm-spo: implied by what is implied
    ?p subPropertyOf ?v, ?v subPropertyOf ?r -> ?p subPropertyOf ?r
scm-eqp1: they mean the same
    ?p equivalentProperty ?q -> ?p subPropertyOf ?q
    ?p equivalentProperty ?q -> ?q subPropertyOf ?p
scm-eqp2: each implies the other
    ?p subPropertyOf ?q, ?q subPropertyOf ?p -> ?p equivalentProperty ?q
scm-dom1: what is of a kind is of the wider kind
    ?p domain ?v, ?v subClassOf ?c -> ?p domain ?c
scm-dom2: a narrower relation starts from no other kind
    ?v domain ?c, ?p subPropertyOf ?v -> ?p domain ?c
scm-rng1: what is of a kind is of the wider kind
    ?p range ?v, ?v subClassOf ?c -> ?p range ?c
scm-rng2: a narrower relation leads to no other kind
    ?v range ?c, ?p subPropertyOf ?v -> ?p range ?c
scm-hv: a narrower relation to the same value
    ?c hasValue ?y, ?c onProperty ?p, ?d hasValue ?y, ?d onProperty ?q; \
    ?p subPropertyOf ?q -> ?c subClassOf ?d
scm-svf1: a value of a narrower kind
    ?c someValuesFrom ?y, ?c onProperty ?p, ?d someValuesFrom ?z, ?d onProperty ?p; \
    ?y subClassOf ?z -> ?c subClassOf ?d
scm-svf2: a value by a narrower relation
    ?c someValuesFrom ?y, ?c onProperty ?p, ?d someValuesFrom ?y, ?d onProperty ?q; \
    ?p subPropertyOf ?q -> ?c subClassOf ?d
scm-avf1: values of a narrower kind
    ?c allValuesFrom ?y, ?c onProperty ?p, ?d allValuesFrom ?z, ?d onProperty ?p; \
    ?y subClassOf ?z -> ?c subClassOf ?d
scm-avf2: fewer relations, the same kind
    ?c allValuesFrom ?y, ?c onProperty ?p, ?d allValuesFrom ?y, ?d onProperty ?q; \
    ?q subPropertyOf ?p -> ?c subClassOf ?d
scm-int: part of the definition
    ?c intersectionOf (?d); -> ?c subClassOf ?d
scm-uni: one of the alternatives
    ?c unionOf (?d); -> ?d subClassOf ?c
"""

#: A term, or a variable that stands for any.
Slot: TypeAlias = Term | Variable
#: A statement, some of whose terms are still to be found.
Pattern: TypeAlias = tuple[Slot, Slot, Slot]
#: What the variables of a rule stand for.
Bound: TypeAlias = "Mapping[Slot, Slot]"


@dataclass(frozen=True, slots=True)
class Atom:
    """A pattern for statements.

    Args:
        subject: a term or a variable.
        predicate: a term; a variable only in the rules of equality (``eq-rep-s`` and its like).
        object: a term or a variable; a term where the predicate is ``rdf:type``, except in the
            rules of equality.
    """

    subject: Slot
    predicate: Slot
    object: Slot


@dataclass(frozen=True, slots=True)
class Rule:
    """If all of the body holds, so does the head.

    Args:
        name: the rule of the OWL 2 RL specification that it comes from, such as ``prp-symp``.
        head: what follows; None for "false", a contradiction.
        body: what must hold of the data; empty for what holds anyhow.
        axioms: the statements of the closed ontology that were the other premises of the rule.
    """

    name: str
    head: Atom | None
    body: tuple[Atom, ...]
    axioms: tuple[Statement, ...] = ()


@dataclass(frozen=True)
class Program:
    """An ontology compiled to rules.

    Args:
        rules: those with a head, and those that conclude a contradiction.
        schema: the statements of the ontology and all that they entail among themselves.
        nameless: the blank nodes that are part of axioms; what is said of them is not for readers.
        datatypes: those that a rule asks for as a class: a literal is of its own and all broader
            ones without being told (rule dt-type2).
    """

    rules: tuple[Rule, ...]
    schema: frozenset[Statement] = frozenset()
    nameless: frozenset[BlankNode] = frozenset()
    datatypes: frozenset[NamedNode] = frozenset()


def variables(atom: Atom) -> frozenset[Variable]:
    """Return the variables of an atom.

    >>> from kg.namespaces import REL
    >>> sorted(one.value for one in variables(Atom(Variable("x"), REL.unit, Variable("y"))))
    ['x', 'y']
    """
    return frozenset(
        slot for slot in (atom.subject, atom.predicate, atom.object) if isinstance(slot, Variable)
    )


def is_count(term: Term, number: int) -> bool:
    """Return whether a term is the number of a cardinality restriction.

    >>> from kg.namespaces import XSD
    >>> is_count(Literal("1", datatype=XSD.nonNegativeInteger), 1)
    True
    """
    return isinstance(term, Literal) and term.value.isdecimal() and int(term.value) == number


def substitute(pattern: Pattern, bound: Bound) -> Pattern:
    """Return a pattern with terms in place of its variables.

    >>> x = Variable("x")
    >>> substitute((x, RDF.type, x), {x: OWL.Class})[2] == OWL.Class
    True
    """
    subject, predicate, value = pattern
    return bound.get(subject, subject), bound.get(predicate, predicate), bound.get(value, value)


# --- the table, read ------------------------------------------------------------------------------


class _List(NamedTuple):
    """What an axiom says of the members of its list: of one, of two, or of each."""

    head: Variable
    names: tuple[Variable, ...]
    each: bool


@dataclass(frozen=True)
class Entry:
    """One reading of a rule of the table.

    Args:
        name: of the rule.
        axioms: what the ontology says; a number stands for a literal of that value.
        conditions: on what its variables stand for: "not" or "in", and the two terms.
        listed: what is said of a list.
        body: what else must hold.
        repeated: what must hold for each member of the list.
        is_path: whether these are links of a path.
        head: what follows; None for a contradiction.
    """

    name: str
    axioms: tuple[tuple[Slot, Term, Slot | int], ...]
    conditions: tuple[tuple[str, Slot, Slot], ...]
    listed: _List | None
    body: tuple[Pattern, ...]
    repeated: tuple[Pattern, ...]
    is_path: bool
    head: Pattern | None

    @cached_property
    def places(self) -> tuple[int, ...]:
        """The places of the conclusion that the ontology has a say in."""
        named: set[object] = {slot for pattern in self.axioms for slot in pattern}
        named.update(slot for _, *both in self.conditions for slot in both)
        named.update(self.listed.names if self.listed else ())
        return tuple(place for place, slot in enumerate(self.head or ()) if slot in named)

    @cached_property
    def _own(self) -> frozenset[Slot]:
        """The variables that each member of the list has to itself."""
        shared = {slot for one in (*self.body, self.head or ()) for slot in one}
        shared.update(self.listed.names if self.listed else ())
        found = {slot for one in self.repeated for slot in one if isinstance(slot, Variable)}
        return frozenset(found - shared)

    def match(self, goal: Statement) -> dict[Slot, Term] | None:
        """Return what the variables of the conclusion stand for, None where it is not the goal."""
        bound: dict[Slot, Term] = {}
        for slot, term in zip(self.head or (), goal, strict=True):
            if bound.setdefault(slot, term if isinstance(slot, Variable) else slot) != term:
                return None
        return bound

    def instances(
        self, index: Index, members: Callable[[Term], tuple[Term, ...]], bound: Bound
    ) -> Iterator[tuple[tuple[Statement, ...], Bound, tuple[Pattern, ...]]]:
        """Yield the ways in which an ontology meets what the rule asks of it, in order.

        Args:
            index: the ontology.
            members: reads a list.
            bound: what variables stand for already.

        Yields:
            The axioms, what the variables stand for, and what else must hold.
        """
        for axioms, found, listed in self._with_members(index, members, bound):
            if all(
                _CONDITIONS[word](found.get(one, one), found.get(other, other))
                for word, one, other in self.conditions
            ):
                patterns = (*self.body, *self._for_each(listed))
                yield axioms, found, tuple(substitute(one, found) for one in patterns)

    def _with_members(
        self, index: Index, members: Callable[[Term], tuple[Term, ...]], bound: Bound
    ) -> Iterator[tuple[tuple[Statement, ...], Bound, tuple[Term, ...]]]:
        for axioms, found in self._with_axioms(index, bound, ()):
            if self.listed is None:
                yield axioms, found, ()
                continue
            listed = members(axioms[-1][2])
            names = self.listed.names
            if self.listed.each:
                if listed:
                    yield axioms, found, listed
            elif names[0] in found:
                if found[names[0]] in listed:
                    yield axioms, found, ()
            else:
                chosen = combinations(listed, 2) if len(names) > 1 else zip(dict.fromkeys(listed))
                for some in chosen:
                    yield axioms, {**found, **dict(zip(names, some, strict=True))}, ()

    def _with_axioms(
        self, index: Index, bound: Bound, before: tuple[Statement, ...]
    ) -> Iterator[tuple[tuple[Statement, ...], Bound]]:
        """Yield each way to find the axioms that come after some, with what is bound then."""
        if len(before) == len(self.axioms):
            yield before, bound
            return
        start, predicate, end = self.axioms[len(before)]
        for subject, value in self._ends(index, predicate, bound.get(start), end, bound):
            found = {**bound, start: subject}
            if isinstance(end, Variable):
                found[end] = value
            yield from self._with_axioms(index, found, (*before, (subject, predicate, value)))

    def _ends(
        self, index: Index, predicate: Term, subject: Slot | None, end: Slot | int, bound: Bound
    ) -> list[tuple[Term, Term]]:
        """Return subject and object of the statements that may be one of the axioms, in order."""
        value = bound.get(end) if isinstance(end, Variable) else end
        member = self.listed and end == self.listed.head and bound.get(self.listed.names[0])
        if isinstance(subject, Term):
            found = [(subject, other) for other in index.objects(subject, predicate)]
        elif isinstance(value, Term):
            found = [(one, value) for one in index.subjects(predicate, value)]
        elif isinstance(member, Term):
            found = index.holders(predicate, member)
        else:
            found = list(index.pairs(predicate))
        if isinstance(value, int):
            found = [pair for pair in found if is_count(pair[1], value)]
        elif value is not None:
            found = [pair for pair in found if pair[1] == value]
        return sorted(found, key=_texts) if len(found) > 1 else found

    def _for_each(self, listed: Sequence[Term]) -> Iterator[Pattern]:
        """Yield what must hold for each member of a list, one member after the other."""
        if self.is_path:
            ((start, _, end),) = self.repeated
            stops = (start, *(Variable(f"v{number}") for number in range(1, len(listed))), end)
            for link, (one, other) in zip(listed, pairwise(stops), strict=True):
                yield one, link, other
        elif self.listed and self.repeated:
            for number, member in enumerate(dict.fromkeys(listed)):
                numbered: dict[Slot, Slot] = {
                    slot: Variable(f"{slot.value}{number}")
                    for slot in self._own
                    if isinstance(slot, Variable)
                }
                numbered[self.listed.names[0]] = member
                yield from (substitute(pattern, numbered) for pattern in self.repeated)


def _texts(pair: tuple[Term, Term]) -> tuple[str, str]:
    return str(pair[0]), str(pair[1])


def _is_in(literal: Slot, datatype: Slot) -> bool:
    own = literal.datatype if isinstance(literal, Literal) else None
    return own in OWL_2_RL and datatype in broader(own)


_CONDITIONS: dict[str, Callable[[Slot, Slot], bool]] = {"not": operator.ne, "in": _is_in}


def _read_table() -> Iterator[tuple[str, str, list[Entry]]]:
    """Yield the rules: name, sentence, readings."""
    for block in re.split(r"\n+(?! )", TABLE.strip()):
        title, *lines = block.split("\n")
        name, _, sentence = title.partition(": ")
        yield name, sentence, [_entry(name, line) for line in lines]


def _entry(name: str, line: str) -> Entry:
    left, _, right = line.partition("->")
    ontology, _, data = left.rpartition(";")
    axioms: list[tuple[Slot, Term, Slot | int]] = []
    conditions: list[tuple[str, Slot, Slot]] = []
    listed = None
    for start, word, *rest in _premises(ontology):
        if word in _CONDITIONS:
            conditions.append((word, _slot(start), _slot(rest[0])))
            continue
        end: Slot | int
        if rest[0].startswith("("):
            names = " ".join(rest).strip("()").split()
            end = Variable("list")
            chosen = tuple(_variable(one) for one in names if one != "...")
            listed = _List(end, chosen, "..." in names)
        else:
            end = int(rest[0]) if rest[0].isdecimal() else _slot(rest[0])
        axioms.append((_slot(start), _vocabulary(word), end))
    premises = _premises(data)
    head = _pattern(right.split()) if right.strip() != "false" else None
    return Entry(
        name,
        tuple(axioms),
        tuple(conditions),
        listed,
        tuple(_pattern(words) for words in premises if "..." not in words),
        tuple(_pattern(words) for words in premises if "..." in words),
        any("..." in words[:-1] for words in premises),
        head,
    )


def _premises(text: str) -> list[list[str]]:
    return [part.split() for part in text.split(",") if part.strip()]


def _pattern(words: list[str]) -> Pattern:
    subject, predicate, value = (_slot(word) for word in words if word != "...")
    return subject, predicate, value


def _slot(word: str) -> Slot:
    return _variable(word) if word.startswith("?") else _vocabulary(word)


def _variable(word: str) -> Variable:
    return Variable(word.removeprefix("?"))


def _vocabulary(word: str) -> NamedNode:
    if word == "type":
        return RDF.type
    return RDFS[word] if word in _OF_RDFS else OWL[word]


_OF_RDFS = ("domain", "range", "subClassOf", "subPropertyOf")
_TABLE = list(_read_table())
#: The readings of each rule by its name.
RULES: dict[str, tuple[Entry, ...]] = {name: tuple(found) for name, _, found in _TABLE}
#: What equality is (table 4); that each thing is the same as itself (eq-ref) is left out as noise.
EQUALITY = tuple(
    Rule(name, Atom(*one.head), tuple(Atom(*pattern) for pattern in one.body))
    for name, found in RULES.items()
    for one in found
    if name.startswith("eq-") and one.head is not None and one.body
)
_REASONS = {name: sentence for name, sentence, _ in _TABLE if sentence}


def reason(rule: str) -> str:
    """Return why a conclusion holds, by the rule that gives it: in words, after the conclusion.

    Of a rule that gives no conclusion, what it says of a contradiction.

    >>> reason("prp-symp")
    'holds both ways'
    """
    return _REASONS[rule]
