"""All that the graph knows about one thing, in a form for people and in a form for programs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Store, Triple

from kg.dates import in_words
from kg.evidence import Claim, Evidence, evidence, label, name
from kg.labels import LABELS
from kg.namespaces import DCTERMS, EDTF, RDF, REL, compact

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Entity", "entity"]

_NAMES = {*LABELS}
_PLAIN = re.compile(r"\d{4}(-\d\d){0,2}", re.ASCII)
_TOLD_ABOVE = {*_NAMES, RDF.type, DCTERMS.source}
# A claim names its triple by these; `show` tells the claim beside the triple instead.
_REIFICATION = {RDF.subject, RDF.predicate, RDF.object}


@dataclass(frozen=True)
class Entity:
    """One thing: its names, its kinds, and every triple that it stands in, each with its source.

    ``facts`` have the thing as their subject, ``mentions`` as their object.
    """

    node: NamedNode | BlankNode
    label: str
    other_names: tuple[str, ...]
    kinds: tuple[tuple[str, str], ...]
    facts: tuple[Evidence, ...]
    mentions: tuple[Evidence, ...]
    words: dict[NamedNode, str]

    @property
    def iri(self) -> str:
        """The IRI of the thing, shortened."""
        return compact(self.node.value) if isinstance(self.node, NamedNode) else str(self.node)

    @property
    def sources(self) -> tuple[str, ...]:
        """The sources of the reference data on the thing."""
        return tuple(
            one.object_name for one in self.facts if one.triple.predicate == DCTERMS.source
        )

    @property
    def triples(self) -> tuple[Triple, ...]:
        """The triples that the thing stands in, names and kinds included."""
        return tuple(one.triple for one in (*self.facts, *self.mentions))

    def to_dict(self) -> dict[str, object]:
        """Return the thing as plain dictionaries, ready for JSON."""
        return {
            "iri": self.node.value,
            "label": self.label,
            "otherNames": list(self.other_names),
            "kinds": [{"label": kind, "origin": origin} for kind, origin in self.kinds],
            "facts": [one.to_dict() for one in self.facts],
            "mentions": [one.to_dict() for one in self.mentions],
        }

    def __str__(self) -> str:
        """Return all lines as ``kg show`` prints them."""
        return "\n".join(self._lines())

    def _repr_html_(self) -> str:
        from html import escape

        return f"<pre>{escape(str(self))}</pre>"

    def _lines(self) -> Iterator[str]:
        yield f"{self.label}  ({self.iri})"
        if self.other_names:
            yield f"  also called {', '.join(self.other_names)}"
        if self.sources:
            yield f"  reference data from {'; '.join(self.sources)}"
        if self.kinds:
            yield "  kind: " + ", ".join(
                kind + (" (inferred)" if origin == "inferred" else "")
                for kind, origin in self.kinds
            )
        facts = [one for one in self.facts if one.triple.predicate not in _TOLD_ABOVE]
        yield from self._section("", facts, backward=False)
        # What the thing says of itself, or says of the other as the other of it, is told already.
        told = {(one.triple.predicate, one.triple.object) for one in self.facts}
        mentions = [
            one
            for one in self.mentions
            if (one.triple.predicate, one.triple.subject) not in told
            and one.triple.subject != self.node
            and one.origin != "links"
        ]
        yield from self._section("Mentioned by", mentions, backward=True)

    def _section(self, title: str, facts: list[Evidence], *, backward: bool) -> Iterator[str]:
        if not facts:
            return
        yield ""
        if title:
            yield title
        for predicate, group in groupby(facts, key=lambda one: one.triple.predicate):
            yield f"  {self.words[predicate]}"
            for one in group:
                end = one.subject_name if backward else _value(one)
                yield f"    {end}{_note(one)}"


def entity(store: Store, node: NamedNode | BlankNode) -> Entity:
    """Collect what the graph says about one node."""
    facts = _ordered(store, store.quads_for_pattern(node, None, None))
    inward = (
        quad
        for quad in store.quads_for_pattern(None, None, node)
        if quad.predicate not in _REIFICATION
    )
    mentions = _ordered(store, inward)
    kinds = [(one.object_name, one.origin) for one in facts if one.triple.predicate == RDF.type]
    names = {one.object_name for one in facts if one.triple.predicate in _NAMES}
    main = label(store, node) or name(store, node)
    return Entity(
        node=node,
        label=main,
        other_names=tuple(sorted(other for other in names - {main} if other.strip())),
        kinds=tuple(sorted(kinds, key=lambda kind: (kind[1] == "inferred", kind))),
        facts=facts,
        mentions=mentions,
        words={
            one.triple.predicate: name(store, one.triple.predicate) for one in (*facts, *mentions)
        },
    )


def _ordered(store: Store, quads: Iterable[Quad]) -> tuple[Evidence, ...]:
    triples = {quad.triple for quad in quads}
    found = [evidence(store, triple) for triple in triples]
    # The words of kg before those of other vocabularies; of each, what is inferred comes last.
    return tuple(
        sorted(
            found,
            key=lambda one: (
                one.triple.predicate not in REL,
                str(one.triple.predicate),
                one.origin == "inferred",
                str(one.triple.object),
                str(one.triple.subject),
            ),
        )
    )


def _value(one: Evidence) -> str:
    """Return the name of an object; a date of EDTF is put in words too, unless it is plain."""
    value = one.triple.object
    if not isinstance(value, Literal) or value.datatype != EDTF or _PLAIN.fullmatch(value.value):
        return one.object_name
    words = in_words(value.value)
    return one.object_name if words == value.value else f"{one.object_name} ({words})"


def _note(one: Evidence) -> str:
    if one.origin == "inferred":
        return "  (inferred)"
    if one.claims:
        return "  [" + "; ".join(_cite(claim) for claim in one.claims) + "]"
    return "  (reference data)" if one.origin == "reference" else ""


def _cite(claim: Claim) -> str:
    units = sorted({passage.unit for passage in claim.passages if passage.unit})
    where = units or [source.name for source in claim.sources]
    return f"{claim.name}, {', '.join([claim.standing, *where])}"
