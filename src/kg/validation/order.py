"""How literals compare: the operators of SPARQL, https://www.w3.org/TR/sparql11-query/#OperatorMapping."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode, QuerySolutions, Store, Triple, Variable

from kg.namespaces import XSD
from kg.reasoning.datatypes import broader
from kg.validation.lexical import is_well_typed

if TYPE_CHECKING:
    from kg.validation.index import Term

__all__ = ["is_less"]

_ASKED = {
    False: "SELECT ?first ?second (?first < ?second AS ?answer) {}",
    True: "SELECT ?first ?second (?first <= ?second AS ?answer) {}",
}


@lru_cache(maxsize=1 << 14)
def is_less(first: Term, second: Term, *, or_equal: bool = False) -> bool:
    """Return whether a term is less than another; False where they do not compare.

    Oxigraph answers, as it does in queries, but for numbers that are too long for it.

    >>> is_less(Literal(9), Literal("10.5", datatype=XSD.decimal))
    True
    >>> ides, future = (Literal(day, datatype=XSD.date) for day in ("-0044-03-15", "12024-01-01"))
    >>> is_less(ides, future), is_less(Literal("9"), Literal(10))
    (True, False)
    """
    if not isinstance(first, Literal) or not isinstance(second, Literal):
        return False
    # Texts with a language do not compare, though Oxigraph orders them.
    if first.language or second.language:
        return False
    if not is_well_typed(first) or not is_well_typed(second):
        return False
    one, other = _number(first), _number(second)
    if one is None or other is None:
        return _is_answered(first, second, or_equal=or_equal)
    if one[0] != other[0]:
        return False
    return one <= other if or_equal else one < other


def _is_answered(first: Literal, second: Literal, *, or_equal: bool) -> bool:
    bound: dict[Variable, NamedNode | BlankNode | Literal | Triple] = {
        Variable("first"): first,
        Variable("second"): second,
    }
    answers = Store().query(_ASKED[or_equal], substitutions=bound)
    if not isinstance(answers, QuerySolutions):
        return False
    answer = next(answers)["answer"]
    return isinstance(answer, Literal) and answer.value == "true"


def _number(literal: Literal) -> tuple[str, Decimal] | None:
    """Return the exact value of an integer, a decimal or a boolean, with its kind."""
    text, kinds = literal.value, broader(literal.datatype)
    if XSD.boolean in kinds:
        return "boolean", Decimal(text in ("true", "1"))
    return ("number", Decimal(text)) if XSD.decimal in kinds else None
