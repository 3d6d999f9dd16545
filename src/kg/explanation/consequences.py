"""All that was derived about one thing, and why."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from kg.evidence import name
from kg.namespaces import RDF, compact
from kg.reasoning.rules import reason
from kg.reasoning.statements import statement

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyoxigraph import BlankNode, NamedNode, Store, Triple

    from kg.reasoning import Derivation, Prover, Wording

__all__ = ["Consequence", "Consequences", "consequences"]


@dataclass(frozen=True)
class Consequence:
    """One triple that was derived.

    Args:
        triple: the triple.
        sentence: the same in words.
        relation: what it says of the thing: a kind, or a property, from whichever end.
        rule: the last rule of its shortest proof.
        premises: what the rule takes, in words.
        length: how many steps the proof has.
    """

    triple: Triple
    sentence: str
    relation: str
    rule: str
    premises: tuple[str, ...]
    length: int

    def to_dict(self) -> dict[str, object]:
        """Return it as a plain dictionary, ready for JSON."""
        return {
            "subject": str(self.triple.subject),
            "predicate": str(self.triple.predicate),
            "object": str(self.triple.object),
            "statement": self.sentence,
            "rule": self.rule,
            "reason": reason(self.rule),
            "premises": list(self.premises),
            "steps": self.length,
        }


@dataclass(frozen=True)
class Consequences:
    """All that was derived about a thing, by what it says of the thing.

    Args:
        node: the thing.
        label: what it is called.
        told: what was derived.
    """

    node: NamedNode | BlankNode
    label: str
    told: tuple[Consequence, ...]

    def to_dict(self) -> dict[str, object]:
        """Return all as plain dictionaries, ready for JSON."""
        return {
            "iri": self.node.value,
            "label": self.label,
            "inferred": [one.to_dict() for one in self.told],
        }

    def to_json(self) -> str:
        """Return all as a JSON document."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=2)

    def __len__(self) -> int:
        """Return how many triples were derived."""
        return len(self.told)

    def __iter__(self) -> Iterator[Consequence]:
        """Yield what was derived."""
        return iter(self.told)

    def __str__(self) -> str:
        """Return all lines as ``kg explain`` prints them."""
        return "\n".join(self._lines())

    def _repr_html_(self) -> str:
        from html import escape

        return f"<pre>{escape(str(self))}</pre>"

    def _lines(self) -> Iterator[str]:
        yield f"{self.label}  ({_curie(self.node)})"
        if not self.told:
            yield ""
            yield "Nothing was derived about it: all that is known is asserted."
        width = max((len(one.rule) for one in self.told), default=0) + 2
        for relation, group in groupby(self.told, key=lambda one: one.relation):
            yield ""
            yield f"{relation}:"
            for one in group:
                steps = f", {one.length} steps in all" if one.length > 1 else ""
                yield f"  {one.rule:<{width}}{one.sentence} ({reason(one.rule)}{steps})"
                yield from (f"  {'':<{width}}  from: {premise}" for premise in one.premises)


def consequences(store: Store, prover: Prover, node: NamedNode | BlankNode) -> Consequences:
    """Collect what was derived with a thing as subject or object, each with its shortest proof."""
    told = [_consequence(store, node, prover.derive(one)) for one in prover.derived(node)]
    kinds_first = sorted(
        told,
        key=lambda one: (
            one.triple.subject != node,
            one.triple.predicate != RDF.type,
            one.relation,
            one.sentence,
            str(one.triple),
        ),
    )
    return Consequences(node, name(store, node), tuple(kinds_first))


def _consequence(store: Store, node: NamedNode | BlankNode, proof: Derivation) -> Consequence:
    wording: Wording = proof.wording(lambda term: name(store, term))
    triple = proof.conclusion
    said = "kind" if triple.predicate == RDF.type else name(store, triple.predicate)
    return Consequence(
        triple=triple,
        sentence=wording.sentence(statement(triple)),
        relation=said if triple.subject == node else f"{said}, the other way round",
        rule=proof.rule,
        premises=tuple(
            wording.sentence(statement(one.conclusion))
            for one in wording.worth_showing(proof.premises)
        ),
        length=len(proof.steps()),
    )


def _curie(node: NamedNode | BlankNode) -> str:
    from pyoxigraph import NamedNode

    return compact(node.value) if isinstance(node, NamedNode) else str(node)
