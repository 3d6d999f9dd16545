"""Why a triple does not follow: the nearest ways in which it would, and what each lacks."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode, Store, Triple, Variable

from kg.english import listed
from kg.evidence import accounts, agents_of, denials_of, name, say
from kg.explanation.proof import refusal
from kg.namespaces import RDF
from kg.reasoning.proof.entailed import open_terms
from kg.reasoning.rules import reason
from kg.reasoning.statements import statement

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from pyoxigraph import Quad

    from kg.reasoning import Prover, Wording
    from kg.reasoning.proof.near_misses import Near, Nearness
    from kg.reasoning.rules import Pattern
    from kg.reasoning.statements import Statement, Term

__all__ = ["Lacking", "WhyNot", "why_not"]

#: How many ways are told: those after them lack as much or more.
_TOLD = 3


@dataclass(frozen=True)
class Lacking:
    """A way in which a triple would follow.

    Args:
        rule: the rule of OWL 2 RL.
        axioms: what the ontology says to that effect, in words.
        there: the premises that hold, in words.
        missing: the premises that do not, in words, each with the nearest way to it if there is
            one: what is there of that, and what is missing.
    """

    rule: str
    axioms: tuple[str, ...]
    there: tuple[str, ...]
    missing: tuple[tuple[str, Lacking | None], ...]

    def to_dict(self) -> dict[str, object]:
        """Return the way as a plain dictionary, ready for JSON."""
        return {
            "rule": self.rule,
            "reason": reason(self.rule),
            "axioms": list(self.axioms),
            "there": list(self.there),
            "missing": [
                {"statement": sentence, "nearest": inner.to_dict() if inner else None}
                for sentence, inner in self.missing
            ],
        }


@dataclass(frozen=True)
class WhyNot:
    """The answer to why a triple does not hold.

    Args:
        triple: the triple asked about.
        sentence: the same in words.
        holds: whether it does hold after all; then there is nothing else to tell.
        claimed: who claims it, and why it is no fact; empty where nobody does.
        uncounted: that claims about the thing do not count from this viewpoint, with who makes
            them and who denies them; empty where those that are needed count.
        ways: the nearest ways in which it would follow.
        others: how many more ways there are, none of them nearer.
    """

    triple: Triple
    sentence: str
    holds: bool
    claimed: str = ""
    uncounted: str = ""
    ways: tuple[Lacking, ...] = ()
    others: int = 0

    def to_dict(self) -> dict[str, object]:
        """Return the answer as plain dictionaries, ready for JSON."""
        return {
            "statement": self.sentence,
            "holds": self.holds,
            "claimed": self.claimed or None,
            "uncounted": self.uncounted or None,
            "ways": [one.to_dict() for one in self.ways],
            "others": self.others,
        }

    def to_json(self) -> str:
        """Return the answer as a JSON document."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=2)

    def __str__(self) -> str:
        """Return all lines as ``kg explain --why-not`` prints them."""
        return "\n".join(self._lines())

    def _repr_html_(self) -> str:
        from html import escape

        return f"<pre>{escape(str(self))}</pre>"

    def _lines(self) -> Iterator[str]:
        if self.holds:
            yield f"{self.sentence}: this holds"
            return
        yield f"{self.sentence}: this does not follow"
        if self.claimed:
            yield self.claimed
        if self.uncounted:
            yield self.uncounted
        if not self.ways:
            yield ""
            yield "No rule of the ontology concludes such a thing: it would have to be asserted."
        for number, way in enumerate(self.ways, start=1):
            yield ""
            yield f"{number}. It would follow ({reason(way.rule)}; {way.rule}) if:"
            yield from _way(way, "   ")
        if self.others:
            yield ""
            ways = "way" if self.others == 1 else "ways"
            yield f"There are {self.others} more {ways}; none lacks less."


def why_not(store: Store, prover: Prover, goal: Triple) -> WhyNot:
    """Return what is missing for a triple to follow."""
    sentence = say(store, goal)
    if prover.holds(goal):
        return WhyNot(goal, sentence, holds=True)
    nearness = prover.nearness()

    def call(term: Term | Variable) -> str:
        if isinstance(term, Variable):
            return "something" if term.value in ("u", "v", "v1") else "something else"
        return name(store, term)

    words = prover.wording(call)
    found = nearness.ways(statement(goal))
    missing = {one[1] for near in found[:_TOLD] for one in near.missing if one[0] == goal.subject}
    return WhyNot(
        goal,
        sentence,
        holds=False,
        claimed=refusal(store, goal).removeprefix("; "),
        uncounted=_uncounted(store, goal.subject, missing),
        ways=tuple(
            _lacking(near, statement(goal), nearness, words, deep=True) for near in found[:_TOLD]
        ),
        others=len(found[_TOLD:]),
    )


def _uncounted(store: Store, thing: object, missing: Collection[object]) -> str:
    """Return which claims about a thing do not count, with who makes and who denies them.

    Args:
        store: the graph, from a viewpoint.
        thing: what the claims are about.
        missing: the properties whose values are missing; where no claim counts, all are told.
    """
    if not isinstance(thing, NamedNode):
        return ""
    told = accounts(store, thing)
    claims = [
        claim
        for claim in told.uncounted
        if not told.claims or any(quad.object in missing for quad in _predicates(store, claim))
    ]
    if not claims:
        return ""
    label, count = name(store, thing), len(claims)
    if not told.claims:
        start = f"No claim about “{label}” counts"
    else:
        start = f"{count} of the claims about “{label}” {'does' if count == 1 else 'do'} not count"
    makers = listed(agents_of(store, claims)) or "nobody named"
    deniers = agents_of(store, denials_of(store, claims))
    denied = f"denied by {listed(deniers)}" if deniers else "denied by nobody"
    return f"{start} from this viewpoint: asserted by {makers}, {denied}."


def _predicates(store: Store, claim: object) -> Iterator[Quad]:
    return store.quads_for_pattern(claim, RDF.predicate, None)  # type: ignore[arg-type]


def _lacking(
    near: Near, goal: Statement, nearness: Nearness, words: Wording, *, deep: bool
) -> Lacking:
    def inner(one: Pattern) -> Lacking | None:
        if not deep or open_terms(one):
            return None
        # That all is missing there too would be no news.
        found = (way for way in nearness.ways(_whole(one), without=(goal,)) if way.there)
        nearest = next(found, None)
        return _lacking(nearest, goal, nearness, words, deep=False) if nearest else None

    axioms = (one for one in near.axioms if not words.is_part(one))
    return Lacking(
        near.rule,
        tuple(dict.fromkeys(words.sentence(one) for one in axioms)),
        tuple(words.sentence(one) for one in near.there),
        tuple((words.sentence(_whole(one)), inner(one)) for one in near.missing),
    )


def _whole(one: Pattern) -> Statement:
    # Words are found for a variable as for a term.
    return one  # type: ignore[return-value]


def _way(way: Lacking, indent: str) -> Iterator[str]:
    for sentence in way.there:
        yield f"{indent}there    {sentence}"
    for sentence, inner in way.missing:
        yield f"{indent}missing  {sentence}"
        if inner:
            yield f"{indent}         which would follow ({reason(inner.rule)}; {inner.rule}) if:"
            yield from _way(inner, f"{indent}           ")
    for sentence in way.axioms:
        yield f"{indent}since    {sentence}"
