"""Contradictions in a closed graph, and classes of an ontology that cannot have members."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple, Self, TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode, Triple, Variable

from kg import labels
from kg.namespaces import OWL, RDF, RDFS, compact
from kg.reasoning.compiler import clash_rules, in_order
from kg.reasoning.datatypes import OWL_2_RL, belongs, differ, is_ill_typed
from kg.reasoning.in_words import Wording, short_name
from kg.reasoning.ontology import Memory, check_lists, in_use, schema_of
from kg.reasoning.proof import grounds
from kg.reasoning.proof.search import Search
from kg.reasoning.rules import is_count
from kg.reasoning.statements import Index, Statement, Term, as_triple, is_vocabulary, statement

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from kg.reasoning.ontology import Axioms
    from kg.reasoning.rules import Rule

__all__ = ["Clash", "Unsatisfiable", "find_clashes", "plainly", "unsatisfiable"]

#: What a clash rests on in the closed graph, and the sentence that says it.
Found = tuple[tuple[Statement, ...], str]


class Clash(str):
    """A sentence that says what contradicts what.

    Args:
        sentence: the words.
        rule: the name of the rule in the OWL 2 RL specification, such as ``cax-dw``.
        triples: the asserted triples that it follows from, facts and axioms.
    """

    __slots__ = ("rule", "triples")

    rule: str
    triples: tuple[Triple, ...]

    def __new__(cls, sentence: str, rule: str, triples: tuple[Triple, ...]) -> Self:
        """Make a string of the sentence."""
        clash = super().__new__(cls, f"{sentence} ({rule})")
        clash.rule, clash.triples = rule, triples
        return clash


def plainly(rule: str, premises: tuple[Statement, ...]) -> Clash:
    """Return a contradiction by the statements that cannot hold together, traced back no further.

    >>> from kg.namespaces import REL
    >>> plainly("cls-nothing2", ((REL.Claim, RDF.type, OWL.Nothing),)).rule
    'cls-nothing2'
    """
    said = "; ".join(" ".join(map(str, one)) for one in premises)
    triples = tuple(triple for one in premises if (triple := as_triple(one)))
    return Clash(f"these cannot all hold: {said}", rule, triples)


def find_clashes(given: set[Statement], closed: Index) -> list[Clash]:
    """Return the contradictions, in the order of their sentences.

    Args:
        given: what is asserted.
        closed: all that it entails, itself included.
    """
    search = _Search(given, closed)
    # Two ways to find the same clash make one sentence, and always rest on the same premises.
    found = {
        sentence: (rule, premises)
        for _, sentence, rule, premises in sorted(
            ([str(term) for one in premises for term in one], sentence, rule, premises)
            for rule, look in _RULES
            for premises, sentence in look(search)
        )
    }
    if not found:
        return []
    # Where members of a list are the same as others, the closure has lists that no axiom holds.
    kept = Index(one for one in closed if one[1] not in (RDF.first, RDF.rest))
    proofs = Search(Index(given), kept)
    return [
        Clash(sentence, rule, grounds(premises, proofs))
        for sentence, (rule, premises) in sorted(found.items())
    ]


class _Search:
    """What the rules look at, and the words for what they find."""

    def __init__(self, given: set[Statement], closed: Index) -> None:
        self.given = Index(given)
        self.closed = closed
        self.wording = Wording(given, self.name)

    def name(self, term: Term) -> str:
        """Return a label with the CURIE; the label alone for a class or property."""
        if isinstance(term, Literal):
            return self._literal(term)
        label = labels.chosen(lambda predicate: self.given.objects(term, predicate))
        if label is None or isinstance(term, BlankNode):
            return short_name(term)
        kinds = self.closed.objects(term, RDF.type)
        if kinds & {OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty}:
            return label
        return f"{label} ({short_name(term)})"

    def _literal(self, term: Literal) -> str:
        """Return a literal with the place where it is found."""
        subjects = sorted(
            (str(predicate), str(subject), predicate, subject)
            for subject, predicate, _ in self.given.about(term)
        )
        for _, _, predicate, subject in subjects[:1]:
            return f"{short_name(term)} (“{self.name(predicate)}” of {self.name(subject)})"
        return short_name(term)

    def both(self, kind: Term, other: Term, axioms: tuple[Statement, ...]) -> Iterator[Found]:
        """Yield what is of two classes that exclude each other."""
        for x in self.closed.subjects(RDF.type, kind) & self.closed.subjects(RDF.type, other):
            if isinstance(x, Literal) and {kind, other} <= OWL_2_RL:
                # That its value is in one datatype only is what rule dt-not-type tells.
                continue
            kinds = sorted([self.wording.kind(kind), self.wording.kind(other)])
            sentence = f"{self.name(x)} is {' and '.join(kinds)}, and nothing can be both"
            yield (*axioms, (x, RDF.type, kind), (x, RDF.type, other)), sentence

    def doubly(self, p: Term, q: Term, axioms: tuple[Statement, ...]) -> Iterator[Found]:
        """Yield what two properties that exclude each other both relate."""
        for x, y in self.closed.pairs(p):
            if (x, q, y) in self.closed:
                names = sorted([f"“{self.name(p)}”", f"“{self.name(q)}”"])
                sentence = (
                    f"{self.name(x)} has {self.name(y)} as {' and '.join(names)}, "
                    "which exclude each other"
                )
                yield (*axioms, (x, p, y), (x, q, y)), sentence


def _eq_diff1(search: _Search) -> Iterator[Found]:
    p = OWL.differentFrom
    for x, y in search.closed.pairs(p):
        # That a thing differs from itself may follow from the clash that is told.
        told = (x, p, y) not in search.given and search.closed.objects(x, OWL.sameAs) - {x}
        if (x, OWL.sameAs, y) in search.closed if x != y else not told:
            first, second = sorted([search.name(x), search.name(y)])
            sentence = f"{first} is the same as {second} and is said not to be"
            yield ((x, p, y), (x, OWL.sameAs, y)), sentence


def _eq_diff2(search: _Search) -> Iterator[Found]:
    for axiom in search.closed.subjects(RDF.type, OWL.AllDifferent):
        for predicate in (OWL.members, OWL.distinctMembers):
            for head in search.closed.objects(axiom, predicate):
                for x, y in combinations(search.given.members(head), 2):
                    if x == y or (x, OWL.sameAs, y) in search.closed:
                        first, second = sorted([search.name(x), search.name(y)])
                        said = (axiom, predicate, head), (x, OWL.sameAs, y)
                        yield said, f"{first} is the same as {second} and is said not to be"


def _prp_irp(search: _Search) -> Iterator[Found]:
    for p in search.closed.subjects(RDF.type, OWL.IrreflexiveProperty):
        for x, y in search.closed.pairs(p):
            if x == y:
                sentence = f"{search.name(x)} has itself as “{search.name(p)}”, and nothing can"
                yield ((p, RDF.type, OWL.IrreflexiveProperty), (x, p, y)), sentence


def _prp_asyp(search: _Search) -> Iterator[Found]:
    for p in search.closed.subjects(RDF.type, OWL.AsymmetricProperty):
        for x, y in search.closed.pairs(p):
            if (y, p, x) in search.closed:
                first, second = sorted([search.name(x), search.name(y)])
                sentence = (
                    f"“{search.name(p)}” holds both ways between {first} and {second}, "
                    "and it never can"
                )
                yield ((p, RDF.type, OWL.AsymmetricProperty), (x, p, y), (y, p, x)), sentence


def _prp_pdw(search: _Search) -> Iterator[Found]:
    for p, q in search.closed.pairs(OWL.propertyDisjointWith):
        yield from search.doubly(p, q, ((p, OWL.propertyDisjointWith, q),))


def _prp_adp(search: _Search) -> Iterator[Found]:
    for axiom in search.closed.subjects(RDF.type, OWL.AllDisjointProperties):
        for head in search.closed.objects(axiom, OWL.members):
            for p, q in combinations(search.given.members(head), 2):
                yield from search.doubly(p, q, ((axiom, OWL.members, head),))


def _prp_npa(search: _Search) -> Iterator[Found]:
    closed = search.closed
    for axiom, x in closed.pairs(OWL.sourceIndividual):
        for target in (OWL.targetIndividual, OWL.targetValue):
            for p in closed.objects(axiom, OWL.assertionProperty):
                # Of a value in several forms, the one that is denied is told.
                denied = search.given.objects(axiom, target) or closed.objects(axiom, target)
                for y in denied & closed.objects(x, p):
                    words = search.wording.sentence((x, p, y))
                    yield ((axiom, OWL.sourceIndividual, x), (x, p, y)), f"{words} is also denied"


def _cls_nothing2(search: _Search) -> Iterator[Found]:
    for x in search.closed.subjects(RDF.type, OWL.Nothing):
        sentence = f"{search.name(x)} is of a class that nothing can be of"
        yield ((x, RDF.type, OWL.Nothing),), sentence


def _cls_com(search: _Search) -> Iterator[Found]:
    for kind, other in search.closed.pairs(OWL.complementOf):
        yield from search.both(kind, other, ((kind, OWL.complementOf, other),))


def _cls_maxc1(search: _Search) -> Iterator[Found]:
    closed = search.closed
    for limit in (OWL.maxCardinality, OWL.maxQualifiedCardinality):
        for kind, number in closed.pairs(limit):
            qualified = limit == OWL.maxQualifiedCardinality
            fillers = closed.objects(kind, OWL.onClass) if qualified else {OWL.Thing}
            for p in closed.objects(kind, OWL.onProperty) if is_count(number, 0) else ():
                for x in closed.subjects(RDF.type, kind):
                    for y in closed.objects(x, p):
                        of_kind = {OWL.Thing, *closed.objects(y, RDF.type)}
                        if fillers & of_kind:
                            sentence = (
                                f"{search.name(x)} has {search.name(y)} as “{search.name(p)}” "
                                f"and is {search.wording.kind(kind)}"
                            )
                            yield ((kind, limit, number), (x, RDF.type, kind), (x, p, y)), sentence


def _cax_dw(search: _Search) -> Iterator[Found]:
    for kind, other in search.closed.pairs(OWL.disjointWith):
        yield from search.both(kind, other, ((kind, OWL.disjointWith, other),))


def _cax_adc(search: _Search) -> Iterator[Found]:
    for axiom in search.closed.subjects(RDF.type, OWL.AllDisjointClasses):
        for head in search.closed.objects(axiom, OWL.members):
            for kind, other in combinations(search.given.members(head), 2):
                yield from search.both(kind, other, ((axiom, OWL.members, head),))


def _dt_not_type(search: _Search) -> Iterator[Found]:
    for x, p, y in search.given:
        if isinstance(y, Literal) and is_ill_typed(y):
            datatype = compact(y.datatype.value)
            sentence = (
                f"{search.name(x)} has as “{search.name(p)}” {short_name(y)}, "
                f"which is not a valid {datatype}"
            )
            yield ((x, p, y),), sentence
    for x, kind in search.closed.pairs(RDF.type):
        if isinstance(x, Literal) and isinstance(kind, NamedNode) and not belongs(x, kind):
            sentence = f"{search.name(x)} would have to be an {compact(kind.value)}, and is not"
            yield ((x, RDF.type, kind),), sentence


def _dt_diff(search: _Search) -> Iterator[Found]:
    """Yield literals that are made the same though their values differ."""
    same = {
        (x, y)
        for x, y in search.closed.pairs(OWL.sameAs)
        if isinstance(x, Literal) and isinstance(y, Literal) and str(x) < str(y) and differ(x, y)
    }
    told = set()
    for p in search.closed.subjects(RDF.type, OWL.FunctionalProperty):
        for x in {x for x, _ in search.given.pairs(p)}:
            for one, other in combinations(sorted(search.given.objects(x, p), key=str), 2):
                if (one, other) in same:
                    told.add((one, other))
                    sentence = (
                        f"{search.name(x)} has {short_name(one)} and {short_name(other)} "
                        f"as “{search.name(p)}”, which has one value at most"
                    )
                    functional = (p, RDF.type, OWL.FunctionalProperty)
                    yield (functional, (x, p, one), (x, p, other)), sentence
    # What follows from a clash that has been told is not told again.
    for one, other in same if not told else ():
        sentence = f"{search.name(one)} would have to be the same as {search.name(other)}"
        yield ((one, OWL.sameAs, other),), sentence


_RULES: tuple[tuple[str, Callable[[_Search], Iterator[Found]]], ...] = (
    ("eq-diff1", _eq_diff1),
    ("eq-diff2", _eq_diff2),
    ("prp-irp", _prp_irp),
    ("prp-asyp", _prp_asyp),
    ("prp-pdw", _prp_pdw),
    ("prp-adp", _prp_adp),
    ("prp-npa", _prp_npa),
    ("cls-nothing2", _cls_nothing2),
    ("cls-com", _cls_com),
    ("cls-maxc1", _cls_maxc1),
    ("cax-dw", _cax_dw),
    ("cax-adc", _cax_adc),
    ("dt-not-type", _dt_not_type),
    ("dt-diff", _dt_diff),
)

# --- classes with a name that nothing can be of, whatever the facts

#: A rule that says that nothing is of some classes at once, and these classes.
_Exclusion: TypeAlias = "tuple[Rule, set[Term]]"
_EXCLUDING = frozenset({OWL.complementOf, OWL.disjointWith})


class Unsatisfiable(NamedTuple):
    """A class that can have no member.

    Args:
        name: the class.
        sentence: what it is and why, in words.
        premises: the axioms that it follows from, as the closed ontology has them.
    """

    name: NamedNode
    sentence: str
    premises: tuple[Triple, ...]


def unsatisfiable(
    ontology: Iterable[Triple],
    used: Collection[Term] | None = None,
    memory: Memory | None = None,
) -> list[Unsatisfiable]:
    """Return the classes that can have no member by what classes imply and exclude.

    Args:
        ontology: what terms mean.
        used: the predicates and classes of all that is given, where that is more.
        memory: closes the ontology, and may remember it closed.

    Raises:
        Misuse: a triple is of RDF 1.2, or a list runs in a circle.

    >>> from pyoxigraph import Triple
    >>> from kg.namespaces import OWL, REL
    >>> both = [Triple(REL.Claim, one, REL.Event)
    ...         for one in (OWL.equivalentClass, OWL.disjointWith)]
    >>> [one.name.value.rpartition("#")[2] for one in unsatisfiable(both)]
    ['Claim', 'Event']
    """
    given = {statement(triple) for triple in ontology}
    check_lists(given)
    if not any(map(_excludes, given)):
        return []
    axioms = (memory or Memory()).closed(schema_of(given, in_use(given) if used is None else used))
    exclusions = [
        (rule, {one.object for one in rule.body if not isinstance(one.object, Variable)})
        for rule in in_order(clash_rules(axioms))
        if _is_about_one_thing(rule)
    ]
    broken = _broken(axioms, exclusions)
    wording = Wording(given if broken else (), short_name)
    return [_told(kind, *exclusion, wording) for kind, exclusion in broken]


def _broken(axioms: Axioms, exclusions: Sequence[_Exclusion]) -> list[tuple[NamedNode, _Exclusion]]:
    """Return each class that is excluded by what it is below, with the first rule that says so."""
    of_classes: dict[object, set[int]] = defaultdict(set)
    for place, (_, kinds) in enumerate(exclusions):
        for one in kinds:
            of_classes[one].add(place)
    found = []
    for kind in sorted(_named_classes(axioms), key=lambda one: one.value):
        implied = of_classes.keys() & {kind, *axioms.classes.wider(kind)}
        places = sorted(set[int]().union(*(of_classes[one] for one in implied)))
        first = next((one for one in places if exclusions[one][1] <= implied), None)
        if first is not None:
            found.append((kind, exclusions[first]))
    return found


def _told(kind: NamedNode, rule: Rule, kinds: set[Term], wording: Wording) -> Unsatisfiable:
    wider = sorted(kinds - {kind}, key=str)
    premises = (*((kind, RDFS.subClassOf, other) for other in wider), *rule.axioms)
    told = "; ".join(map(wording.sentence, premises))
    triples = tuple(triple for one in premises if (triple := as_triple(one)))
    sentence = f"nothing can be of {wording.name(kind)}: {told} ({rule.name})"
    return Unsatisfiable(kind, sentence, triples)


def _excludes(one: Statement) -> bool:
    """Return whether classes can exclude each other, or be empty, by a statement."""
    return one[1] in _EXCLUDING or one[2] in (OWL.AllDisjointClasses, OWL.Nothing)


def _named_classes(axioms: Axioms) -> set[NamedNode]:
    ends = {one for pair in axioms.index.pairs(RDFS.subClassOf) for one in pair}
    return {one for one in ends if isinstance(one, NamedNode) and not is_vocabulary(one)}


def _is_about_one_thing(rule: Rule) -> bool:
    """Return whether a rule says that nothing is of certain classes at once."""
    subjects = {atom.subject for atom in rule.body}
    typing = all(atom.predicate == RDF.type for atom in rule.body)
    return rule.head is None and len(subjects) == 1 and typing
