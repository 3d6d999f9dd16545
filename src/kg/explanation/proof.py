"""Why a triple holds: the proof, and the passages that its asserted premises come from."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, overload

from pyoxigraph import NamedNode, Store, Triple

from kg.errors import NotEntailed
from kg.evidence import Evidence, evidence, name
from kg.explanation import drawing, statements, text
from kg.namespaces import SKOS
from kg.reasoning.proof import ASSERTED, Derivation
from kg.reasoning.rules import reason
from kg.reasoning.statements import statement

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kg.reasoning import Prover, Wording

__all__ = ["Explanation", "Explanations", "Line", "explain", "explain_all", "refusal"]


@dataclass(frozen=True)
class Line:
    """One statement of a proof.

    Args:
        triple: the statement.
        sentence: the same in words.
        rule: the rule of OWL 2 RL that gives it; ``asserted`` where it is given.
        premises: what the rule takes.
        evidence: what speaks for it, where it is given.
    """

    triple: Triple
    sentence: str
    rule: str
    premises: tuple[Triple, ...]
    evidence: Evidence | None


@dataclass(frozen=True)
class Explanation:
    """The answer to why a triple holds.

    Args:
        conclusion: the triple asked about, with what is said of it directly.
        derivation: how it follows.
        proof: the same in words, one conclusion a line, with the rules in the margin.
        lines: each statement of the proof once, premises first.
        steps: each inferred conclusion, its rule and its premises in words.
        premises: the facts that it rests on, each with its claims and passages.
        definitions: the terms of the ontology that it rests on, with their definitions.
    """

    conclusion: Evidence
    derivation: Derivation
    proof: str
    lines: tuple[Line, ...]
    steps: tuple[tuple[str, str, tuple[str, ...]], ...]
    premises: tuple[Evidence, ...]
    definitions: tuple[tuple[str, str], ...]

    @property
    def triples(self) -> tuple[Triple, ...]:
        """The proof as RDF: each statement reified, with what it was derived from."""
        return statements.triples(self.lines, self.derivation.definitions)

    def to_dict(self) -> dict[str, object]:
        """Return the explanation as plain dictionaries, ready for JSON."""
        return {
            "conclusion": self.conclusion.to_dict(),
            "steps": [
                {
                    "conclusion": conclusion,
                    "rule": rule,
                    "reason": reason(rule),
                    "premises": list(premises),
                }
                for conclusion, rule, premises in self.steps
            ],
            "premises": [premise.to_dict() for premise in self.premises],
            "definitions": [
                {"term": term, "definition": definition} for term, definition in self.definitions
            ],
        }

    def to_json(self) -> str:
        """Return the explanation as a JSON document."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=2)

    def to_dot(self) -> str:
        """Return the proof as a picture in Graphviz's language."""
        return drawing.dot([self.lines])

    def to_svg(self) -> bytes:
        """Return the proof as a picture, drawn by Graphviz.

        Raises:
            Misuse: Graphviz is not installed.
        """
        return drawing.svg(self.to_dot())

    def __str__(self) -> str:
        """Return all lines as ``kg explain`` prints them."""
        return "\n".join(text.explanation(self))

    def _repr_html_(self) -> str:
        from html import escape

        return f"<pre>{escape(str(self))}</pre>"


@dataclass(frozen=True)
class Explanations:
    """Several proofs of one triple, the shortest first; no two take the same steps.

    Args:
        proofs: the proofs.
        more: whether there are more than was asked for.
    """

    proofs: tuple[Explanation, ...]
    more: bool

    @property
    def triples(self) -> tuple[Triple, ...]:
        """The proofs as RDF."""
        found = {
            triple: None
            for number, one in enumerate(self.proofs, start=1)
            for triple in statements.triples(
                one.lines, one.derivation.definitions, f"proof{number}-"
            )
        }
        return tuple(found)

    def to_dict(self) -> dict[str, object]:
        """Return the proofs as plain dictionaries, ready for JSON."""
        return {"proofs": [one.to_dict() for one in self.proofs], "more": self.more}

    def to_json(self) -> str:
        """Return the proofs as a JSON document."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=2)

    def to_dot(self) -> str:
        """Return the proofs side by side as a picture in Graphviz's language."""
        return drawing.dot([one.lines for one in self.proofs])

    def to_svg(self) -> bytes:
        """Return the proofs side by side as a picture, drawn by Graphviz."""
        return drawing.svg(self.to_dot())

    def __len__(self) -> int:
        """Return how many proofs there are."""
        return len(self.proofs)

    def __iter__(self) -> Iterator[Explanation]:
        """Yield the proofs, the shortest first."""
        return iter(self.proofs)

    @overload
    def __getitem__(self, number: int) -> Explanation: ...
    @overload
    def __getitem__(self, number: slice) -> Sequence[Explanation]: ...
    def __getitem__(self, number: int | slice) -> Explanation | Sequence[Explanation]:
        """Return a proof by its place."""
        return self.proofs[number]

    def __str__(self) -> str:
        """Return all lines as ``kg explain --all`` prints them."""
        return "\n".join(text.explanations(self))

    def _repr_html_(self) -> str:
        from html import escape

        return f"<pre>{escape(str(self))}</pre>"


def explain(store: Store, prover: Prover, goal: Triple) -> Explanation:
    """Tell why a triple holds, by its shortest proof.

    Raises:
        NotEntailed: the triple is neither asserted nor inferred; tells who claims it all the
            same, and why it is no fact.
    """
    return _told(store, _derivations(store, prover, goal, None)[0])


def explain_all(store: Store, prover: Prover, goal: Triple, limit: int) -> Explanations:
    """Tell why a triple holds, in each way that there is, up to a limit.

    Raises:
        NotEntailed: as for ``explain``.
    """
    found = _derivations(store, prover, goal, limit + 1)
    return Explanations(tuple(_told(store, one) for one in found[:limit]), len(found) > limit)


def _derivations(store: Store, prover: Prover, goal: Triple, most: int | None) -> list[Derivation]:
    if not prover.holds(goal):
        # Claims and links are not reasoned over: one of them proves itself and nothing else.
        if next(store.quads_for_pattern(goal.subject, goal.predicate, goal.object), None):
            return [Derivation(goal, ASSERTED)]
        try:
            prover.derive(goal)
        except NotEntailed as error:
            raise NotEntailed(f"{error}{refusal(store, goal)}") from None
    if most is None:
        return [prover.derive(goal)]
    return list(islice(prover.derivations(goal, most), most))


def _told(store: Store, derivation: Derivation) -> Explanation:
    """Put a derivation into words, and look up the claims of what it rests on."""
    leaves = {triple: evidence(store, triple) for triple in derivation.leaves()}
    facts = [leaf for leaf in leaves.values() if leaf.origin != "ontology"]
    wording = derivation.wording(lambda term: name(store, term))
    steps = [
        (
            wording.sentence(statement(step.conclusion)),
            step.rule,
            tuple(
                wording.sentence(statement(premise.conclusion))
                for premise in wording.worth_telling(step.premises)
            ),
        )
        for step in wording.worth_telling(tuple(derivation.steps()))
    ]
    return Explanation(
        conclusion=evidence(store, derivation.conclusion),
        derivation=derivation,
        proof=derivation.text(lambda term: name(store, term), reasons=True),
        lines=tuple(_lines(derivation, wording, leaves)),
        steps=tuple(steps),
        premises=tuple(sorted(facts, key=_first)),
        definitions=tuple(_definitions(store, list(leaves.values()))),
    )


def _lines(
    derivation: Derivation, wording: Wording, leaves: dict[Triple, Evidence]
) -> Iterator[Line]:
    for one in wording.worth_telling(tuple(derivation.parts())):
        below = wording.worth_telling(one.premises)
        yield Line(
            triple=one.conclusion,
            sentence=wording.sentence(statement(one.conclusion)),
            rule=one.rule,
            premises=tuple(premise.conclusion for premise in below),
            evidence=leaves.get(one.conclusion),
        )


def refusal(store: Store, triple: Triple) -> str:
    """Say who claims a triple that is no fact, and why it is none; empty where nobody does."""
    return "".join(
        f"; {claim.name} claims it"
        + "".join(f" in {passage.unit}" for passage in claim.passages)
        + f", {claim.standing}: {' '.join(claim.doubts)}"
        for claim in evidence(store, triple).claims
    )


def _definitions(store: Store, leaves: list[Evidence]) -> Iterator[tuple[str, str]]:
    terms = {leaf.triple.subject for leaf in leaves if leaf.origin == "ontology"}
    for term in sorted(terms, key=str):
        if not isinstance(term, NamedNode):
            continue
        for quad in store.quads_for_pattern(term, SKOS.definition, None):
            yield name(store, term), name(store, quad.object)


def _first(premise: Evidence) -> tuple[int, str, str]:
    """Order premises as the source tells them, and those of other sources after that."""
    starts = [passage.start for claim in premise.claims for passage in claim.passages]
    return (min(starts, default=sys.maxsize), premise.statement, str(premise.triple))
