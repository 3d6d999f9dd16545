"""Contradictions in a closed graph, and classes of an ontology that cannot have members."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations
from string import Formatter
from typing import TYPE_CHECKING, NamedTuple, Self, TypeAlias, cast

from pyoxigraph import BlankNode, Literal, NamedNode, Triple, Variable

from kg import labels
from kg.namespaces import OWL, RDF, RDFS, compact
from kg.reasoning.compiler import clash_rules, in_order
from kg.reasoning.datatypes import OWL_2_RL, belongs, differ, is_ill_typed
from kg.reasoning.in_words import Wording, short_name
from kg.reasoning.ontology import Memory, check_lists, in_use, schema_of
from kg.reasoning.proof import grounds
from kg.reasoning.proof.search import Search
from kg.reasoning.rules import RULES, reason, substitute
from kg.reasoning.statements import Index, Statement, Term, as_triple, is_vocabulary, statement

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from kg.reasoning.ontology import Axioms
    from kg.reasoning.rules import Bound, Entry, Pattern, Rule, Slot

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
            for rule, (premises, sentence) in _contradicted(search)
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

    def words(self, field: str, bound: Bound) -> str:
        """Return words for what variables of a rule stand for, as its sentence has them."""
        for sign, place in (("<", 0), (">", 1)):
            if sign in field:
                return sorted(self.words(one, bound) for one in field.split(sign))[place]
        # Of what differs from itself there is one alone.
        found = (bound.get(Variable(name), bound.get(Variable("x"))) for name in field.split())
        terms = [term for term in found if isinstance(term, Term)]
        if len(terms) > 1:
            subject, predicate, value = terms
            return self.wording.sentence((subject, predicate, value))
        if field in ("c", "d"):
            return self.wording.kind(terms[0])
        name = self.name(terms[0])
        return f"“{name}”" if field in ("p", "q") else name

    def contradicted(self, entry: Entry) -> Iterator[Found]:
        """Yield what contradicts a rule of the table."""
        fields = [field for _, field, _, _ in Formatter().parse(reason(entry.name)) if field]
        for axioms, bound, body in entry.instances(self.closed, self.given.members, {}):
            # Of several axioms, the one that holds the list, or the first, stands for all.
            said = axioms[-1:] if entry.listed else axioms[:1]
            for found in self._solutions(body, bound):
                if self._is_reported(entry, axioms, found):
                    words = {field: self.words(field, found) for field in fields}
                    # That a value is of the kind that is limited goes without saying.
                    met = (cast("Statement", substitute(one, found)) for one in entry.body[:2])
                    yield (*said, *met), reason(entry.name).format_map(words)

    def _solutions(self, body: Sequence[Pattern], bound: Bound) -> Iterator[Bound]:
        """Yield the ways in which patterns hold in the closed graph."""
        if not body:
            yield bound
            return
        first, *rest = body
        start, predicate, end = first
        if predicate == OWL.sameAs and start == end:
            # Each thing is the same as itself without being told (rule eq-ref).
            yield from self._solutions(rest, bound)
        elif isinstance(start, Variable) and isinstance(predicate, Term) and isinstance(end, Term):
            alike = [one for one in body if one[:2] == first[:2] and isinstance(one[2], Term)]
            rest = [one for one in body if one not in alike]
            ends = dict.fromkeys(value for *_, value in alike if isinstance(value, Term))
            members, *others = (self.closed.subjects(predicate, value) for value in ends)
            for term in members.intersection(*others):
                filled = [substitute(pattern, {start: term}) for pattern in rest]
                yield from self._solutions(filled, {**bound, start: term})
        else:
            goal = [None if isinstance(slot, Variable) else slot for slot in first]
            for one in self.closed.statements(*goal):
                found: dict[Slot, Slot] = {}
                if all(found.setdefault(s, t) == t for s, t in zip(first, one, strict=True)):
                    filled = [substitute(pattern, found) for pattern in rest]
                    yield from self._solutions(filled, {**bound, **found})

    def _is_reported(self, entry: Entry, axioms: Sequence[Statement], bound: Bound) -> bool:
        """Return whether a contradiction is reported here, not by a rule that says it better."""
        x, y = bound.get(Variable("x")), bound.get(Variable("y"))
        if entry.name == "eq-diff1" and isinstance(x, Term):
            # That a thing differs from itself may follow from the clash that is reported.
            plain = (x, OWL.differentFrom, x) in self.given or not (
                self.closed.objects(x, OWL.sameAs) - {x}
            )
            return x != y if len(entry.body) > 1 else plain
        if entry.name in ("prp-npa1", "prp-npa2"):
            # Of a value in several forms, the one that is denied is reported.
            denied = self.given.objects(*axioms[-1][:2])
            return not denied or y in denied
        # That the value of a literal is in one datatype only is what rule dt-not-type tells.
        kinds = {bound.get(Variable("c")), bound.get(Variable("d"))}
        return not (isinstance(x, Literal) and kinds <= OWL_2_RL)


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
    reported = set()
    for p in search.closed.subjects(RDF.type, OWL.FunctionalProperty):
        for x in {x for x, _ in search.given.pairs(p)}:
            for one, other in combinations(sorted(search.given.objects(x, p), key=str), 2):
                if (one, other) in same:
                    reported.add((one, other))
                    sentence = (
                        f"{search.name(x)} has {short_name(one)} and {short_name(other)} "
                        f"as “{search.name(p)}”, which has one value at most"
                    )
                    functional = (p, RDF.type, OWL.FunctionalProperty)
                    yield (functional, (x, p, one), (x, p, other)), sentence
    # What follows from a clash that is reported is not reported again.
    for one, other in same if not reported else ():
        sentence = f"{search.name(one)} would have to be the same as {search.name(other)}"
        yield ((one, OWL.sameAs, other),), sentence


#: Rules of the table that go by the name of another one in messages.
_CALLED = {
    "eq-diff3": "eq-diff2",
    **dict.fromkeys(("prp-npa1", "prp-npa2"), "prp-npa"),
    **dict.fromkeys(("cls-maxqc1", "cls-maxqc2"), "cls-maxc1"),
}


def _contradicted(search: _Search) -> Iterator[tuple[str, Found]]:
    """Yield what contradicts a rule, with the name of the rule."""
    for name, entries in RULES.items():
        for entry in entries:
            if entry.head is None:
                for found in search.contradicted(entry):
                    yield _CALLED.get(name, name), found
    for name, look in (("dt-not-type", _dt_not_type), ("dt-diff", _dt_diff)):
        for found in look(search):
            yield name, found


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
    return [_unsatisfiable(kind, *exclusion, wording) for kind, exclusion in broken]


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


def _unsatisfiable(
    kind: NamedNode, rule: Rule, kinds: set[Term], wording: Wording
) -> Unsatisfiable:
    wider = sorted(kinds - {kind}, key=str)
    premises = (*((kind, RDFS.subClassOf, other) for other in wider), *rule.axioms)
    reasons = "; ".join(map(wording.sentence, premises))
    triples = tuple(triple for one in premises if (triple := as_triple(one)))
    sentence = f"nothing can be of {wording.name(kind)}: {reasons} ({rule.name})"
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
