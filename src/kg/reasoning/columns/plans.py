"""Plans: the rules of a program with numbers for terms, in the order in which they run best."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeAlias

import polars as pl
from pyoxigraph import Variable

from kg.errors import Misuse
from kg.namespaces import OWL, RDF
from kg.reasoning.rules import EQUALITY

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from kg.reasoning.columns.relation import Rows
    from kg.reasoning.rules import Atom, Rule
    from kg.reasoning.statements import Term

__all__ = [
    "SAME",
    "Dictionary",
    "Key",
    "Pattern",
    "Plan",
    "Slot",
    "Terms",
    "able",
    "components",
    "plan",
]

#: A variable by its name, or a term by its number.
Slot: TypeAlias = str | int


class Key(NamedTuple):
    """What a relation is of.

    Args:
        is_class: whether it holds the members of a class, not what a property relates.
        term: the number of the class or property.
    """

    is_class: bool
    term: int


#: owl:sameAs, which is no relation: terms that are the same have one number among them.
SAME = Key(is_class=False, term=-1)

# An attribute of a namespace is looked up anew each time.
_TYPE, _SAME_AS = RDF.type, OWL.sameAs
_OF_EQUALITY = frozenset(rule.name for rule in EQUALITY)


class Pattern(NamedTuple):
    """An atom in numbers; of a class it has a subject alone."""

    key: Key
    subject: Slot
    object: Slot | None

    def variables(self) -> frozenset[str]:
        """Return the variables of the pattern.

        >>> sorted(Pattern(Key(False, 3), "x", 7).variables())
        ['x']
        """
        return frozenset(slot for slot in self[1:] if isinstance(slot, str))


@dataclass(eq=False)
class Plan:
    """A rule in numbers, and how much of each relation it has seen.

    Args:
        rule: where it comes from.
        head: None for a contradiction.
        body: what must hold.
    """

    rule: Rule
    head: Pattern | None
    body: tuple[Pattern, ...]
    seen: list[int] = field(init=False)

    def __post_init__(self) -> None:
        """Begin with nothing seen."""
        self.seen = [0] * len(self.body)

    @property
    def is_transitive(self) -> bool:
        """Return whether the rule makes one property transitive."""
        if self.head is None or len(self.body) != 2 or self.head.key.is_class:  # noqa: PLR2004
            return False
        one, other = self.body
        if {one.key, other.key} != {self.head.key} or self.head.key == SAME:
            return False
        if one.subject == other.object:
            one, other = other, one
        named = self.head.variables() | one.variables() | other.variables()
        ends = (one.subject, other.object) == (self.head.subject, self.head.object)
        return ends and one.object == other.subject and len(named) == 3  # noqa: PLR2004

    def constants(self) -> frozenset[int]:
        """Return the terms that the body names as subject or object."""
        return frozenset(
            slot for pattern in self.body for slot in pattern[1:] if isinstance(slot, int)
        )


def able(rules: Iterable[Rule], used: Collection[Term]) -> list[Rule]:
    """Return the rules that can fire at all, by the classes and properties that they ask for.

    An ontology has many more classes than most graphs have kinds of things.

    Args:
        rules: those with a conclusion, and those that tell a contradiction.
        used: the classes and properties of which something is said.

    >>> x = Variable("x")
    >>> from kg.namespaces import REL
    >>> from kg.reasoning.rules import Atom, Rule
    >>> rule = Rule("cax-sco", Atom(x, _TYPE, REL.Unit), (Atom(x, _TYPE, REL.Claim),))
    >>> able([rule], []), able([rule], [REL.Claim]) == [rule]
    ([], True)
    """
    every = list(rules)
    known: set[object] = {_SAME_AS, *used}
    lacks: dict[int, int] = {}
    waiting: dict[object, list[int]] = {}
    new: list[int] = []
    for place, rule in enumerate(every):
        asked = {_asked(atom) for atom in rule.body} - known
        missing = [term for term in asked if not isinstance(term, Variable)]
        lacks[place] = len(missing)
        for term in missing:
            waiting.setdefault(term, []).append(place)
        if not missing:
            new.append(place)
    while new:
        head = every[new.pop()].head
        for place in () if head is None else waiting.pop(_asked(head), ()):
            lacks[place] -= 1
            if not lacks[place]:
                new.append(place)
    # What a variable stands for in a conclusion is not for this to judge.
    return [rule for n, rule in enumerate(every) if not lacks[n] or _is_open(rule)]


def _is_open(rule: Rule) -> bool:
    return rule.head is not None and isinstance(_asked(rule.head), Variable)


def _asked(atom: Atom) -> Term | Variable:
    """Return the class or the property that an atom is about."""
    return atom.object if atom.predicate == _TYPE else atom.predicate


def plan(rules: Iterable[Rule], encode: Callable[[Sequence[Term]], Sequence[int]]) -> list[Plan]:
    """Put rules into numbers, less those of equality, which need no rules here.

    Args:
        rules: those of a program.
        encode: gives numbers to terms.

    Raises:
        Misuse: a variable stands for a property or a class.

    >>> from kg.reasoning.columns.plans import Terms
    >>> from kg.reasoning.rules import Atom, Rule
    >>> x = Variable("x")
    >>> rule = Rule("cls-nothing2", None, (Atom(x, RDF.type, OWL.Nothing),))
    >>> plan([rule], Terms().encode)[0].body
    (Pattern(key=Key(is_class=True, term=1), subject='x', object=None),)
    """
    rules = [rule for rule in rules if not _is_equality(rule)]
    atoms = [atom for rule in rules for atom in _atoms(rule)]
    named = dict.fromkeys(
        slot
        for atom in atoms
        for slot in (atom.subject, atom.predicate, atom.object)
        if not isinstance(slot, Variable)
    )
    numbers: dict[Term, int] = dict(zip(named, map(int, encode([*named])), strict=True))

    def slot(one: Term | Variable) -> Slot:
        return one.value if isinstance(one, Variable) else numbers[one]

    def pattern(atom: Atom, rule: Rule) -> Pattern:
        is_class = atom.predicate == _TYPE
        named = _asked(atom)
        if isinstance(named, Variable):
            raise Misuse(f"{rule.name}: the variable {named} stands for a property or a class")
        if atom.predicate == _SAME_AS:
            return Pattern(SAME, slot(atom.subject), slot(atom.object))
        return Pattern(
            Key(is_class, numbers[named]),
            slot(atom.subject),
            None if is_class else slot(atom.object),
        )

    return [
        Plan(
            rule,
            None if rule.head is None else pattern(rule.head, rule),
            tuple(pattern(atom, rule) for atom in rule.body),
        )
        for rule in rules
    ]


def _is_equality(rule: Rule) -> bool:
    """Return whether a rule says what equality is, for all properties."""
    atoms = _atoms(rule)
    return rule.name in _OF_EQUALITY and (
        any(isinstance(atom.predicate, Variable) for atom in atoms)
        or all(atom.predicate == _SAME_AS for atom in atoms)
    )


def _atoms(rule: Rule) -> tuple[Atom, ...]:
    return rule.body if rule.head is None else (rule.head, *rule.body)


def components(plans: Iterable[Plan]) -> list[list[Plan]]:
    """Group the rules with a conclusion so that each group only needs itself and earlier ones.

    What makes terms the same comes last: it changes every relation.

    >>> components([])
    []
    """
    makers: dict[Key, list[Plan]] = {}
    for one in plans:
        if one.head is not None and one.body:
            makers.setdefault(one.head.key, []).append(one)
    last = makers.pop(SAME, [])
    needs = {
        key: {pattern.key for one in made for pattern in one.body} & makers.keys()
        for key, made in makers.items()
    }
    groups = [[one for key in group for one in makers[key]] for group in _circles(needs)]
    return [*groups, *([last] if last else [])]


def _circles(needs: dict[Key, set[Key]]) -> list[list[Key]]:
    """Return the keys that need each other together, after those that they need (Tarjan)."""
    found: list[list[Key]] = []
    number: dict[Key, int] = {}
    low: dict[Key, int] = {}
    path: list[Key] = []
    waiting: set[Key] = set()
    for root in list(needs):
        # A stack of its own instead of recursion, since an ontology may be deep.
        work = [] if root in number else [(root, iter(sorted(needs[root])))]
        while work:
            key, rest = work[-1]
            if key not in number:
                number[key] = low[key] = len(number)
                path.append(key)
                waiting.add(key)
            for other in rest:
                if other not in number:
                    work.append((other, iter(sorted(needs[other]))))
                    break
                if other in waiting:
                    low[key] = min(low[key], number[other])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[key])
                if low[key] == number[key]:
                    place = path.index(key)
                    found.append(path[place:])
                    waiting.difference_update(path[place:])
                    del path[place:]
    return found


class Dictionary(Protocol):
    """Gives each term a number, counting from zero, and the term of a number."""

    def __len__(self) -> int:
        """Return how many numbers there are."""

    def encode(self, terms: Iterable[Term]) -> list[int]:
        """Return the numbers of terms, new ones where they have none yet."""

    def decode(self, numbers: Rows) -> Sequence[Term]:
        """Return the terms of numbers."""

    def texts(self) -> pl.Series:
        """Return all terms as N-Triples writes them."""


class Terms:
    """A dictionary of the terms themselves.

    >>> from kg.namespaces import RDF
    >>> terms = Terms()
    >>> terms.encode([RDF.type, RDF.first, RDF.type])
    [0, 1, 0]
    """

    def __init__(self) -> None:
        self._numbers: dict[Term, int] = {}
        self._terms: list[Term] = []

    def __len__(self) -> int:
        """Return how many numbers there are."""
        return len(self._terms)

    def encode(self, terms: Iterable[Term]) -> list[int]:
        """Return the numbers of terms, new ones where they have none yet."""
        numbers, found = self._numbers, []
        for term in terms:
            number = numbers.get(term)
            if number is None:
                number = numbers[term] = len(self._terms)
                self._terms.append(term)
            found.append(number)
        return found

    def decode(self, numbers: Rows) -> list[Term]:
        """Return the terms of numbers."""
        terms = self._terms
        return [terms[number] for number in numbers.tolist()]

    def texts(self) -> pl.Series:
        """Return all terms as N-Triples writes them."""
        return pl.Series("term", list(map(str, self._terms)), dtype=pl.String)
