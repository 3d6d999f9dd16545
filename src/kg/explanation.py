"""Why a triple holds: the proof, and the passages that its asserted premises come from."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode, Store, Triple

from kg.evidence import Claim, Evidence, evidence, name, say
from kg.namespaces import SKOS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kg.reasoning import Derivation

__all__ = ["Explanation", "explanation", "refusal"]


@dataclass(frozen=True)
class Explanation:
    """The answer to why a triple holds.

    Args:
        conclusion: the triple asked about, with what is said of it directly.
        derivation: how it follows.
        proof: the same in words, one conclusion a line, with the rules in the margin.
        steps: each inferred conclusion, its rule and its premises in words.
        premises: the facts that it rests on, each with its claims and passages.
        definitions: the terms of the ontology that it rests on, with their definitions.
    """

    conclusion: Evidence
    derivation: Derivation
    proof: str
    steps: tuple[tuple[str, str, tuple[str, ...]], ...]
    premises: tuple[Evidence, ...]
    definitions: tuple[tuple[str, str], ...]

    def to_dict(self) -> dict[str, object]:
        """Return the explanation as plain dictionaries, ready for JSON."""
        return {
            "conclusion": self.conclusion.to_dict(),
            "steps": [
                {"conclusion": conclusion, "rule": rule, "premises": list(premises)}
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

    def __str__(self) -> str:
        """Return all lines as ``kg explain`` prints them."""
        return "\n".join(self._lines())

    def _repr_html_(self) -> str:
        from html import escape

        return f"<pre>{escape(str(self))}</pre>"

    def _lines(self) -> Iterator[str]:
        yield f"{self.conclusion.statement} ({'inferred' if self.steps else 'asserted'})"
        if self.steps:
            yield ""
            yield "Proof, each line from those below it:"
            yield from (f"  {line}" for line in self.proof.splitlines())
        if self.definitions:
            yield ""
            yield "Definitions:"
            for term, definition in self.definitions:
                yield f"  {term}: {definition}"
        told = [premise for premise in self.premises if premise.claims or premise.sources]
        if told:
            yield ""
            yield "Where the facts are written:"
        for number, premise in enumerate(told, start=1):
            yield f"  {number}. {premise.statement}"
            for line in _support(premise):
                yield f"     {line}"
        given = [premise for premise in self.premises if premise not in told]
        if given:
            yield ""
            yield "Given without a claim, as kinds and names are:"
            yield from (f"  {premise.statement}" for premise in given)


def explanation(store: Store, derivation: Derivation) -> Explanation:
    """Put a derivation into words, and look up the claims of what it rests on."""
    leaves = [evidence(store, triple) for triple in derivation.leaves()]
    facts = [leaf for leaf in leaves if leaf.origin != "ontology"]
    steps = [
        (
            say(store, step.conclusion),
            step.rule,
            tuple(say(store, premise.conclusion) for premise in step.premises),
        )
        for step in derivation.steps()
    ]
    return Explanation(
        conclusion=evidence(store, derivation.conclusion),
        derivation=derivation,
        proof=derivation.text(lambda term: name(store, term)),
        steps=tuple(steps),
        premises=tuple(sorted(facts, key=_first)),
        definitions=tuple(_definitions(store, leaves)),
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


def _support(premise: Evidence) -> Iterator[str]:
    for claim in premise.claims:
        yield from _claim(claim)
    if premise.sources:
        yield "reference data, from " + "; ".join(source.name for source in premise.sources)


def _claim(claim: Claim) -> Iterator[str]:
    said = f", asserted by {' and '.join(claim.asserted_by)}" if claim.asserted_by else ""
    yield f"{claim.name}, {claim.standing}{said}"
    for passage in claim.passages:
        section = f', section "{passage.section}"' if passage.section else ""
        place = f"characters {passage.start} to {passage.end}"
        yield f"  {passage.source}, {passage.unit}{section}, {place}"
        if passage.address:
            yield f"  {passage.address}"
    for source in claim.sources:
        yield f"  {source}"
    for doubt in claim.doubts:
        yield f"  doubt: {doubt}"
    if claim.evidence:
        yield "  evidence: " + "; ".join(source.name for source in claim.evidence)
    for other in claim.disputes:
        yield f"  disputes {other}"
