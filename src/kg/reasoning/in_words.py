"""Statements and class expressions of OWL in words, for people who know no OWL."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode

from kg.english import listed
from kg.namespaces import OWL, RDF, RDFS, compact
from kg.reasoning.statements import Index, Statement, Term, nameless, statement, terms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from kg.reasoning.proof import Derivation

__all__ = ["Wording", "short_name"]

_CHARACTERISTICS: dict[Term, str] = {
    OWL.SymmetricProperty: "“{}” holds both ways or not at all",
    OWL.AsymmetricProperty: "“{}” never holds both ways",
    OWL.IrreflexiveProperty: "nothing has itself as “{}”",
    OWL.TransitiveProperty: "“{}” carries on from one thing to the next",
    OWL.FunctionalProperty: "“{}” has one value at most",
    OWL.InverseFunctionalProperty: "no two things share a value of “{}”",
}
#: The sentence for a predicate, and what to call its subject and its object: by name, as one of a
#: class, or by the members of a list.
_SENTENCES: dict[Term, tuple[str, str, str]] = {
    RDF.type: ("{} is {}", "name", "kind"),
    RDFS.subClassOf: ("whatever is {} is {}", "kind", "kind"),
    OWL.equivalentClass: ("by definition, {} is {}", "kind", "kind"),
    OWL.disjointWith: ("nothing is both {} and {}", "kind", "kind"),
    RDFS.domain: ("whatever has “{}” is {}", "name", "kind"),
    RDFS.range: ("whatever is a value of “{}” is {}", "name", "kind"),
    RDFS.subPropertyOf: ("“{}” implies “{}”", "name", "name"),
    OWL.equivalentProperty: ("“{}” means the same as “{}”", "name", "name"),
    OWL.propertyDisjointWith: ("“{}” excludes “{}”", "name", "name"),
    OWL.inverseOf: ("“{}” is “{}” the other way round", "name", "name"),
    OWL.propertyChainAxiom: ("{1} gives “{0}”", "name", "chain"),
    OWL.hasKey: ("{} is the same as another that agrees with it in {}", "kind", "keys"),
    OWL.sameAs: ("{} is the same as {}", "name", "name"),
    OWL.differentFrom: ("{} is not {}", "name", "name"),
}
_PREPOSITION = re.compile(r"(?:after|as|at|before|by|during|for|from|in|near|of|on|to|with)$")
_LIMITS: dict[Term, str] = {
    OWL.maxCardinality: "at most",
    OWL.maxQualifiedCardinality: "at most",
    OWL.minCardinality: "at least",
    OWL.minQualifiedCardinality: "at least",
    OWL.cardinality: "exactly",
    OWL.qualifiedCardinality: "exactly",
}
#: What a nameless class expression is made of; the words for the expression say it all.
_PARTS = terms(
    OWL,
    """allValuesFrom complementOf hasValue intersectionOf maxCardinality
    maxQualifiedCardinality onClass onProperty oneOf someValuesFrom unionOf inverseOf""",
)


def short_name(term: Term) -> str:
    """Return the CURIE of an IRI, and the text of a literal in quotes.

    >>> short_name(OWL.Thing), short_name(Literal("Gao", language="en"))
    ('owl:Thing', '"Gao"')
    """
    if isinstance(term, NamedNode):
        return compact(term.value)
    return f'"{term.value}"' if isinstance(term, Literal) else str(term)


class Wording:
    """Puts statements into words.

    Args:
        definitions: the statements that nameless class expressions consist of; an index of them
            is taken as it is.
        name: what to call any other term.
    """

    def __init__(
        self, definitions: Iterable[Statement], name: Callable[[Term], str] = short_name
    ) -> None:
        self._index = definitions if isinstance(definitions, Index) else Index(definitions)
        self._nameless = nameless(self._index)
        self._name = name
        self._calls: dict[str, Callable[[Term], str]] = {
            "name": self.name,
            "kind": self.kind,
            "chain": lambda head: " then ".join(self._quoted(head)),
            "keys": lambda head: listed(self._quoted(head)),
        }

    def sentence(self, parts: Statement) -> str:
        """Return a statement as a sentence without its full stop."""
        subject, predicate, value = parts
        if predicate == RDF.type and value in _CHARACTERISTICS:
            return _CHARACTERISTICS[value].format(self.name(subject))
        if predicate in _SENTENCES:
            pattern, call_subject, call_value = _SENTENCES[predicate]
            calls = self._calls
            return pattern.format(calls[call_subject](subject), calls[call_value](value))
        if predicate in _PARTS:
            return f"by definition, {self.kind(subject)} is {self._made_of(predicate, value)}"
        return f"{self.name(subject)} — {self.name(predicate)} — {self.name(value)}"

    def kind(self, term: Term) -> str:
        """Return words for an instance of a class, such as "a thing whose seat is a city"."""
        nouns, clauses = self._kind(term)
        if not clauses:
            return " and ".join(nouns)
        return f"{' and '.join(nouns or ['a thing'])} {' and '.join(clauses)}"

    def name(self, term: Term) -> str:
        """Return what to call a term; the nameless inverse of a property by that property."""
        if isinstance(term, BlankNode) and term in self._nameless:
            inverse = sorted(self._index.objects(term, OWL.inverseOf), key=str)
            return f"{self.name(inverse[0])}, inverted" if inverse else self.kind(term)
        return self._name(term)

    def worth_showing(self, premises: Sequence[Derivation]) -> tuple[Derivation, ...]:
        """Return the premises less those that only say what a nameless expression consists of."""
        return tuple(one for one in premises if not self.is_part(statement(one.conclusion)))

    def _quoted(self, head: Term) -> list[str]:
        return [f"“{self.name(one)}”" for one in self._index.members(head)]

    def is_part(self, parts: Statement) -> bool:
        """Return whether a statement only says what a nameless expression consists of."""
        return parts[0] in self._nameless and parts[1] in _PARTS

    def _made_of(self, predicate: Term, value: Term) -> str:
        """Return words for what a class with a name consists of."""
        single = Index([(OWL.Class, predicate, value), *self._index])
        inner = Wording(single, self._name)
        nouns, clauses = inner._expression(OWL.Class)
        return " ".join(
            [" and ".join(nouns or ["a thing"]), *filter(None, [" and ".join(clauses)])]
        )

    def _kind(self, term: Term) -> tuple[list[str], list[str]]:
        if isinstance(term, BlankNode) and term in self._nameless:
            return self._expression(term)
        noun = self._name(term)
        return [f"{'an' if noun[:1].lower() in tuple('aeiou') else 'a'} {noun}"], []

    def _expression(self, term: Term) -> tuple[list[str], list[str]]:
        """Return the nouns and the relative clauses that say what an expression means."""
        nouns: list[str] = []
        clauses: list[str] = []
        for head in self._sorted(term, OWL.intersectionOf):
            for part in self._index.members(head):
                more_nouns, more_clauses = self._kind(part)
                nouns += more_nouns
                clauses += more_clauses
        for head in self._sorted(term, OWL.unionOf):
            parts = [self.kind(part) for part in self._index.members(head)]
            nouns.append("either " + listed(parts, "or") if len(parts) > 1 else "".join(parts))
        for head in self._sorted(term, OWL.oneOf):
            nouns.append(
                "one of " + listed([self.name(x) for x in self._index.members(head)], "or")
            )
        for other in self._sorted(term, OWL.complementOf):
            clauses.append(f"that is not {self.kind(other)}")
        for prop in self._sorted(term, OWL.onProperty):
            clauses += self._restriction(term, self.name(prop))
        return (nouns, clauses) if nouns or clauses else (["a thing of a nameless kind"], [])

    def _restriction(self, term: Term, prop: str) -> list[str]:
        clauses = [
            f"with some “{prop}”" if filler == OWL.Thing else _has(prop, self.kind(filler))
            for filler in self._sorted(term, OWL.someValuesFrom)
        ]
        clauses += [_has(prop, self.name(value)) for value in self._sorted(term, OWL.hasValue)]
        clauses += [
            f"with nothing as “{prop}” but {self.kind(filler)}"
            for filler in self._sorted(term, OWL.allValuesFrom)
        ]
        kinds = [self.kind(one) for one in self._sorted(term, OWL.onClass)]
        of_kind = f" that is {listed(kinds)}" if kinds else ""
        clauses += [
            f"with {words} {number.value} “{prop}”{of_kind}"
            for limit, words in _LIMITS.items()
            for number in self._sorted(term, limit)
        ]
        clauses += [f"that has itself as “{prop}”" for _ in self._sorted(term, OWL.hasSelf)]
        return clauses

    def _sorted(self, subject: Term, predicate: Term) -> list[Term]:
        return sorted(self._index.objects(subject, predicate), key=str)


def _has(prop: str, value: str) -> str:
    """Return the clause that a property has a value, by the look of the property's label.

    >>> _has("event type", "a threat"), _has("belongs to", "a State"), _has("part of", "Mali")
    ('whose event type is a threat', 'that belongs to a State', 'that is part of Mali')
    """
    words = prop.split()
    if words and words[0].endswith("s") and not words[0].endswith("ss"):
        return f"that {prop} {value}"
    if words and _PREPOSITION.match(words[-1]):
        return f"that is {prop} {value}"
    return f"whose {prop} is {value}"
