"""Classes with a name that nothing can be of, whatever the facts."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from pyoxigraph import NamedNode, Variable

from kg.namespaces import OWL, RDF, RDFS
from kg.reasoning.clash_rules import clash_rules
from kg.reasoning.compiler import in_order
from kg.reasoning.in_words import Wording, short_name
from kg.reasoning.ontology import Memory, check_lists, in_use, schema_of
from kg.reasoning.statements import as_triple, is_vocabulary, statement

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from pyoxigraph import Triple

    from kg.reasoning.ontology import Axioms
    from kg.reasoning.rules import Rule
    from kg.reasoning.statements import Statement, Term

__all__ = ["Unsatisfiable", "unsatisfiable"]

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
    """Tell whether classes can exclude each other, or be empty, by a statement."""
    return one[1] in _EXCLUDING or one[2] in (OWL.AllDisjointClasses, OWL.Nothing)


def _named_classes(axioms: Axioms) -> set[NamedNode]:
    ends = {one for pair in axioms.index.pairs(RDFS.subClassOf) for one in pair}
    return {one for one in ends if isinstance(one, NamedNode) and not is_vocabulary(one)}


def _is_about_one_thing(rule: Rule) -> bool:
    """Tell whether a rule says that nothing is of certain classes at once."""
    subjects = {atom.subject for atom in rule.body}
    typing = all(atom.predicate == RDF.type for atom in rule.body)
    return rule.head is None and len(subjects) == 1 and typing
