"""Proofs: how a triple follows from what is asserted, by the rules of OWL 2 RL."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kg.errors import NotEntailed
from kg.reasoning.index import Statement, Term, as_triple, nameless, statement
from kg.reasoning.search import Search
from kg.reasoning.wording import Wording, short_name

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

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
        return tuple(one for one in self._all() if one.rule != ASSERTED)

    def leaves(self) -> tuple[Triple, ...]:
        """Return each asserted triple that the proof rests on, in the order of the proof."""
        return tuple(one.conclusion for one in self._all() if one.rule == ASSERTED)

    @property
    def depth(self) -> int:
        """How many steps lie on the longest way from the conclusion to a leaf."""
        depths: dict[Triple, int] = {}
        for one in self._all():
            below = (depths[premise.conclusion] for premise in one.premises)
            depths[one.conclusion] = 0 if one.rule == ASSERTED else 1 + max(below, default=0)
        return depths[self.conclusion]

    def text(self, name: Callable[[Term], str] = short_name) -> str:
        """Write the proof as a tree, one conclusion a line, the rules in the margin.

        Args:
            name: what to call a term: an IRI, a literal, or a blank node that is an individual.
                Nameless class expressions are put into words.
        """
        wording = Wording(map(statement, self.definitions), name)
        return "\n".join(self._lines(wording))

    def __str__(self) -> str:
        """Return the proof with prefixed names."""
        return self.text()

    def _all(self) -> Iterator[Derivation]:
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

    def _lines(self, wording: Wording) -> Iterator[str]:
        width = max(len(one.rule) for one in self._all()) + 2
        told: set[Triple] = set()
        waiting: list[tuple[Derivation, str, str]] = [(self, "", "")]
        while waiting:
            one, branch, indent = waiting.pop()
            again = bool(one.premises) and one.conclusion in told
            told.add(one.conclusion)
            line = wording.sentence(statement(one.conclusion))
            yield f"{one.rule:<{width}}{branch}{line}{' (as above)' if again else ''}"
            below = () if again else wording.worth_telling(one.premises)
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
    return Prover(asserted, inferred).derive(goal)


class Prover:
    """Proves one triple after another of the same closed graph.

    Args:
        asserted: what is given, facts and ontology.
        inferred: what ``close`` made of it.
    """

    def __init__(self, asserted: Iterable[Triple], inferred: Iterable[Triple]) -> None:
        self._inferred = {statement(triple) for triple in inferred}
        self._search = Search({statement(triple) for triple in asserted}, self._inferred)
        self._definitions = _definitions(self._search.asserted)

    def derive(self, goal: Triple) -> Derivation:
        """Return the proof with the fewest steps; see ``derive``."""
        target = statement(goal)
        words = " ".join(short_name(term) for term in target)
        if target not in self._search.asserted and target not in self._inferred:
            raise NotEntailed(f"{words} is neither asserted nor inferred")
        built = _build(target, self._search, self._definitions)
        if not built:
            raise NotEntailed(f"{words} is inferred, but not from what is asserted here")
        return built[0]


def grounds(premises: Iterable[Statement], search: Search) -> tuple[Triple, ...]:
    """Return the asserted triples that statements of the closed graph follow from."""
    proofs = (proof for one in premises for proof in _build(one, search, ()))
    return tuple(dict.fromkeys(leaf for proof in proofs for leaf in proof.leaves()))


def _definitions(asserted: set[Statement]) -> tuple[Triple, ...]:
    hidden = nameless(asserted)
    parts = (one for one in asserted if one[0] in hidden)
    return tuple(sorted((triple for one in parts if (triple := as_triple(one))), key=str))


def _build(
    target: Statement, search: Search, definitions: tuple[Triple, ...]
) -> tuple[Derivation, ...]:
    """Put a proof together, premises before conclusions.

    Returns:
        The proof alone; none where there is none. For a statement that no graph can hold, the
        proofs of what it rests on.
    """
    steps = search.shortest(target)
    if steps is None:
        return ()
    built: dict[Statement, tuple[Derivation, ...]] = {}
    waiting = [target]
    while waiting:
        one = waiting[-1]
        rule, premises = (ASSERTED, ()) if one in search.asserted else steps[one]
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
