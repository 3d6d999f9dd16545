"""Proofs: how a triple follows from what is asserted, by the rules of OWL 2 RL."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from kg.errors import NotEntailed
from kg.reasoning.in_words import Wording, short_name
from kg.reasoning.proof.near_misses import Nearness
from kg.reasoning.proof.search import Search, Step
from kg.reasoning.rules import reason
from kg.reasoning.statements import Index, Lookup, Statement, Term, as_triple, statement

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from pyoxigraph import Triple

__all__ = ["Derivation", "Prover", "derive", "grounds"]

#: The rule of a leaf: the triple is given.
ASSERTED = "asserted"


@dataclass(frozen=True)
class Derivation:
    """A conclusion with the rule that gives it and the derivations of its premises.

    Args:
        conclusion: the triple that holds.
        rule: the name of the rule in the OWL 2 RL specification, such as ``prp-symp``;
            ``asserted`` for a triple that is given.
        premises: what the rule takes; empty for a triple that is given. What an axiom says in an
            RDF list is not repeated: the triple that holds the list stands for it.
        definitions: the triples that make up the nameless class expressions of the ontology, so
            that a rendering can say what they mean.
    """

    conclusion: Triple
    rule: str
    premises: tuple[Derivation, ...] = ()
    definitions: tuple[Triple, ...] = field(default=(), repr=False, compare=False)

    def steps(self) -> tuple[Derivation, ...]:
        """Return each step once, what it rests on before it; leaves are no steps."""
        return tuple(one for one in self.parts() if one.rule != ASSERTED)

    def leaves(self) -> tuple[Triple, ...]:
        """Return each asserted triple that the proof rests on, in the order of the proof."""
        return tuple(one.conclusion for one in self.parts() if one.rule == ASSERTED)

    @property
    def depth(self) -> int:
        """How many steps lie on the longest way from the conclusion to a leaf."""
        depths: dict[Triple, int] = {}
        for one in self.parts():
            below = (depths[premise.conclusion] for premise in one.premises)
            depths[one.conclusion] = 0 if one.rule == ASSERTED else 1 + max(below, default=0)
        return depths[self.conclusion]

    def text(self, name: Callable[[Term], str] = short_name, *, reasons: bool = False) -> str:
        """Write the proof as a tree, one conclusion a line, the rules in the margin.

        Args:
            name: what to call a term: an IRI, a literal, or a blank node that is an individual.
                Nameless class expressions are put into words.
            reasons: whether to add what each rule says, in words.
        """
        return "\n".join(self._lines(self.wording(name), reasons=reasons))

    def wording(self, name: Callable[[Term], str] = short_name) -> Wording:
        """Return what puts the conclusions of the proof into words."""
        return Wording(map(statement, self.definitions), name)

    def __str__(self) -> str:
        """Return the proof with prefixed names."""
        return self.text()

    def parts(self) -> Iterator[Derivation]:
        """Yield each derivation once, premises before conclusions.

        A proof may be deeper than Python's stack.
        """
        seen: set[Triple] = set()
        waiting: list[tuple[Derivation, bool]] = [(self, False)]
        while waiting:
            one, ready = waiting.pop()
            if ready:
                yield one
            elif one.conclusion not in seen:
                seen.add(one.conclusion)
                waiting.append((one, True))
                waiting.extend((premise, False) for premise in reversed(one.premises))

    def _lines(self, wording: Wording, *, reasons: bool) -> Iterator[str]:
        width = max(len(one.rule) for one in self.parts()) + 2
        shown: set[Triple] = set()
        waiting: list[tuple[Derivation, str, str]] = [(self, "", "")]
        while waiting:
            one, branch, indent = waiting.pop()
            again = bool(one.premises) and one.conclusion in shown
            shown.add(one.conclusion)
            line = wording.sentence(statement(one.conclusion))
            note = "as above" if again else reason(one.rule) if reasons and one.premises else ""
            yield f"{one.rule:<{width}}{branch}{line}{f' ({note})' if note else ''}"
            below = () if again else wording.worth_showing(one.premises)
            for number, premise in enumerate(reversed(below)):
                corner, bar = ("└─ ", "   ") if number == 0 else ("├─ ", "│  ")
                waiting.append((premise, indent + corner, indent + bar))


def derive(goal: Triple, asserted: Collection[Triple], inferred: Collection[Triple]) -> Derivation:
    """Return the shortest proof of a triple.

    Args:
        goal: the triple asked about.
        asserted: what is given, facts and ontology.
        inferred: what ``close`` made of it.

    Raises:
        NotEntailed: the triple is neither asserted nor inferred.

    >>> from pyoxigraph import NamedNode, Triple
    >>> from kg.namespaces import OWL, RDF, REL
    >>> borders = NamedNode("http://example.org/borders")
    >>> given = [Triple(borders, RDF.type, OWL.SymmetricProperty),
    ...          Triple(REL.Event, borders, REL.Claim)]
    >>> inferred = Triple(REL.Claim, borders, REL.Event)
    >>> proof = derive(inferred, given, [inferred])
    >>> proof.rule, list(proof.leaves()) == given
    ('prp-symp', True)
    """
    return Prover.of(asserted, inferred).derive(goal)


class Prover:
    """Proves one triple after another of the same closed graph, wherever it is kept.

    Args:
        given: what is asserted, facts and ontology.
        derived: what follows from it.
    """

    def __init__(self, given: Lookup, derived: Lookup) -> None:
        self._derived = derived
        self._search = Search(given, derived)
        parts = map(as_triple, self._search.entailed.definitions)
        self._definitions = tuple(sorted(filter(None, parts), key=str))

    def nearness(self) -> Nearness:
        """Return what tells how near a statement is that does not follow."""
        return Nearness(self._search)

    def wording(self, name: Callable[[Term], str] = short_name) -> Wording:
        """Return what puts statements of this graph into words."""
        return Wording(map(statement, self._definitions), name)

    def derived(self, node: Term) -> tuple[Triple, ...]:
        """Return what was derived with a thing as subject or object."""
        found = {
            one: None
            for ends in ((node, None, None), (None, None, node))
            for one in self._derived.statements(*ends)
            if not self._search.entailed.is_given(one)
        }
        return tuple(triple for one in found if (triple := as_triple(one)))

    @classmethod
    def of(cls, asserted: Iterable[Triple], inferred: Iterable[Triple]) -> Self:
        """Return the prover of a graph that is at hand, as ``close`` takes and gives it.

        >>> from pyoxigraph import Triple
        >>> from kg.namespaces import OWL, RDF
        >>> Prover.of([], []).holds(Triple(OWL.Thing, RDF.type, OWL.Class))
        False
        """
        return cls(Index(map(statement, asserted)), Index(map(statement, inferred)))

    def holds(self, triple: Triple) -> bool:
        """Return whether a triple is asserted or inferred."""
        return self._search.entailed.holds(statement(triple))

    def derive(self, goal: Triple) -> Derivation:
        """Return the proof with the fewest steps; see ``derive``."""
        target = self._held(goal)
        steps = self._search.shortest(target)
        if steps is None:
            raise NotEntailed(f"{_words(target)} is inferred, but not from what is asserted here")
        return _build(target, steps, self._definitions)[0]

    def derivations(self, goal: Triple, most: int) -> Iterator[Derivation]:
        """Yield the proofs of a triple, the shortest first.

        No two take the same steps. That the triple is asserted is the first proof where it is, and
        the others do without.

        Args:
            goal: the triple asked about.
            most: how many are wanted at most.

        Raises:
            NotEntailed: the triple is neither asserted nor inferred.
        """
        target = self._held(goal)
        shown: set[frozenset[tuple[object, ...]]] = set()
        if self._search.entailed.is_given(target):
            shown.add(frozenset())
            yield Derivation(goal, ASSERTED, (), self._definitions)
        for steps in self._search.proofs(target, most):
            if len(shown) >= most:
                return
            (proof,) = _build(target, steps, self._definitions)
            # Proofs that differ in steps that no graph can hold are the same to a reader.
            kind = frozenset(
                (step.rule, step.conclusion, *(one.conclusion for one in step.premises))
                for step in proof.steps()
            )
            if kind not in shown:
                shown.add(kind)
                yield proof

    def _held(self, goal: Triple) -> Statement:
        if not self.holds(goal):
            raise NotEntailed(f"{_words(statement(goal))} is neither asserted nor inferred")
        return statement(goal)


def _words(parts: Statement) -> str:
    return " ".join(short_name(term) for term in parts)


def grounds(premises: Iterable[Statement], search: Search) -> tuple[Triple, ...]:
    """Return the asserted triples that statements of the closed graph follow from."""
    proofs = (
        proof
        for one in premises
        if (steps := search.shortest(one)) is not None
        for proof in _build(one, steps, ())
    )
    return tuple(dict.fromkeys(leaf for proof in proofs for leaf in proof.leaves()))


def _build(
    target: Statement, steps: Mapping[Statement, Step], definitions: tuple[Triple, ...]
) -> tuple[Derivation, ...]:
    """Put a proof together, premises before conclusions.

    Returns:
        The proof alone. For a statement that no graph can hold, the proofs of what it rests on.
    """
    built: dict[Statement, tuple[Derivation, ...]] = {}
    waiting = [target]
    while waiting:
        one = waiting[-1]
        rule, premises = steps.get(one, (ASSERTED, ()))
        lacking = [premise for premise in premises if premise not in built]
        waiting.extend(reversed(lacking))
        if not lacking:
            waiting.pop()
            below = (part for premise in premises for part in built[premise])
            parts = tuple({part.conclusion: part for part in below}.values())
            triple = as_triple(one)
            # What no graph can hold is left out, and what it rests on takes its place.
            made = (Derivation(triple, rule, parts, definitions),) if triple else parts
            built.setdefault(one, made)
    return built[target]
