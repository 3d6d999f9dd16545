"""Proofs as text: labels first, the rules in words, and where each fact is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from kg.evidence import Claim, Evidence
    from kg.explanation.proof import Explanation, Explanations

__all__ = ["explanation", "explanations"]


def explanation(told: Explanation) -> Iterator[str]:
    """Yield the lines of a proof with all that it rests on."""
    yield f"{told.conclusion.statement} ({'inferred' if told.steps else 'asserted'})"
    if told.steps:
        yield ""
        yield "Proof, each line from those below it:"
        yield from (f"  {line}" for line in told.proof.splitlines())
    if told.definitions:
        yield ""
        yield "Definitions:"
        for term, definition in told.definitions:
            yield f"  {term}: {definition}"
    yield from _facts(told.premises)


def explanations(told: Explanations) -> Iterator[str]:
    """Yield the lines of several proofs."""
    first = told.proofs[0]
    yield first.conclusion.statement
    for number, one in enumerate(told.proofs, start=1):
        yield ""
        length = len(one.steps)
        if not length:
            yield f"{number}. It is asserted."
        else:
            yield f"{number}. By {length} {'step' if length == 1 else 'steps'}:"
            yield from (f"  {line}" for line in one.proof.splitlines())
    yield from _facts({fact.triple: fact for one in told.proofs for fact in one.premises}.values())
    yield ""
    count = len(told.proofs)
    counted = f"{count} {'proof' if count == 1 else 'proofs'}"
    yield f"{counted}, and there are more: raise the limit" if told.more else counted


def _facts(premises: Collection[Evidence]) -> Iterator[str]:
    """Yield what the facts rest on, and then those that rest on nothing."""
    written = {one.triple: one for one in premises if one.claims or one.sources}
    given = {one.triple: one for one in premises if not (one.claims or one.sources)}
    if written:
        yield ""
        yield "Where the facts are written:"
    for number, premise in enumerate(written.values(), start=1):
        yield f"  {number}. {premise.statement}"
        for line in _support(premise):
            yield f"     {line}"
    if given:
        yield ""
        yield "Given without a claim, as kinds and names are:"
        yield from (f"  {premise.statement}" for premise in given.values())


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
