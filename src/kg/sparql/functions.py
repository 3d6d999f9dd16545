"""Functions and aggregates that kg adds to the engine, for what a rewritten query asks of them.

See ``kg.sparql.rewriting``. A query calls them by names that no data use; each query has its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyoxigraph import BlankNode, Literal, NamedNode, QuerySolutions, Store, Variable

from kg.lexical import decode, encode

if TYPE_CHECKING:
    from collections.abc import Callable

    from kg.results import Term

__all__ = ["FUNCTION", "Functions", "kind"]

#: What the names of the functions begin with.
FUNCTION = "urn:x-kg:function:"
#: Stands for a value that is none; no text of a user's is this node.
_NONE = NamedNode(f"{FUNCTION}none")


class Functions:
    """The functions of one query, which remember what it asked before."""

    def __init__(self) -> None:
        self._rows = 0
        self._nodes: dict[tuple[str, str], BlankNode] = {}
        self._aggregates: dict[NamedNode, Callable[[], Any]] = {}

    def concatenation(self, separator: str, *, is_distinct: bool) -> str:
        """Return the IRI of an aggregate that puts texts together.

        Args:
            separator: what goes between two texts.
            is_distinct: whether each text counts once.
        """
        name = f"{FUNCTION}concat-{len(self._aggregates)}"
        self._aggregates[NamedNode(name)] = lambda: _Concatenation(separator, is_distinct)
        return name

    def options(self) -> dict[str, Any]:
        """Return what the engine is told of the functions."""
        functions = {
            "value": decode,
            "text": _text,
            "datatype": _datatype,
            "strdt": _strdt,
            "row": self._row,
            "bnode": self._node,
            "plus": _plus,
            "matches": _matches,
        }
        aggregates: dict[NamedNode, Callable[[], Any]] = {
            NamedNode(f"{FUNCTION}min"): lambda: _Extreme("ASC"),
            NamedNode(f"{FUNCTION}max"): lambda: _Extreme("DESC"),
            NamedNode(f"{FUNCTION}sum"): lambda: _OfTerms("SUM"),
            NamedNode(f"{FUNCTION}avg"): lambda: _OfTerms("AVG"),
        }
        return {
            "custom_functions": {
                NamedNode(FUNCTION + name): function for name, function in functions.items()
            },
            "custom_aggregate_functions": aggregates | self._aggregates,
        }

    def _row(self) -> Literal:
        """Return a number that no other solution has."""
        self._rows += 1
        return Literal(self._rows)

    def _node(self, row: Term, text: Term) -> BlankNode | None:
        """Return the node of a text in a solution, https://www.w3.org/TR/sparql11-query/#func-bnode."""
        if not isinstance(text, Literal) or not isinstance(row, Literal):
            return None
        return self._nodes.setdefault((row.value, text.value), BlankNode())


def _matches(text: Term, pattern: Term, flags: Term | None = None) -> Literal | None:
    """Return whether a regular expression is found, https://www.w3.org/TR/sparql11-query/#func-regex."""
    from kg.sparql.regex import PatternError, matching

    given = (text, pattern, Literal("") if flags is None else flags)
    if not all(isinstance(term, Literal) for term in given):
        return None
    words, expression, options = (term.value for term in given)  # type: ignore[union-attr]
    try:
        return Literal(words in matching(expression, (words,), options))
    except PatternError:
        return None


class _Concatenation:
    def __init__(self, separator: str, is_distinct: bool) -> None:  # noqa: FBT001
        self._separator, self._is_distinct = separator, is_distinct
        self._terms: list[Term] = []

    def accumulate(self, term: Term) -> None:
        """Take one more value."""
        if term != _NONE:
            self._terms.append(term)

    def finish(self) -> Literal:
        """Return the text of all of them."""
        terms = dict.fromkeys(self._terms) if self._is_distinct else self._terms
        texts = (text.value for text in map(_text, terms) if text is not None)
        return Literal(self._separator.join(texts))


class _Extreme:
    """The first of the terms as ORDER BY puts them."""

    def __init__(self, order: str) -> None:
        self._order = order
        self._terms: dict[Term, None] = {}

    def accumulate(self, term: Term) -> None:
        """Take one more term."""
        self._terms[term] = None

    def finish(self) -> Term | None:
        """Return the term; none where there was none."""
        if not self._terms:
            return None
        text = f"SELECT ?t {{ VALUES ?t {{ {' '.join(map(str, self._terms))} }} }}"
        value = f"<{FUNCTION}value>(?t)"
        ordered = f"{text} ORDER BY {self._order}({kind(value)}) {self._order}({value}) LIMIT 1"
        functions: dict[NamedNode, Callable[..., Term | None]] = {
            NamedNode(f"{FUNCTION}value"): decode
        }
        found = Store().query(ordered, custom_functions=functions)
        return next(found)["t"] if isinstance(found, QuerySolutions) else None


class _OfTerms:
    """A sum or mean of the values of terms, of which each counts once."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._terms: dict[Term, None] = {}

    def accumulate(self, term: Term) -> None:
        """Take one more term."""
        self._terms[term] = None

    def finish(self) -> Term | None:
        """Return the sum or mean; none where a term has no number."""
        store = Store()
        rows = " ".join(f"({n} {term})" for n, term in enumerate(map(decode, self._terms)))
        found = store.query(f"SELECT ({self._name}(?t) AS ?r) {{ VALUES (?n ?t) {{ {rows} }} }}")
        return next(found)["r"] if isinstance(found, QuerySolutions) else None


def _text(term: Term) -> Literal | None:
    """Return the text of a term, https://www.w3.org/TR/sparql11-query/#func-str."""
    return Literal(term.value) if isinstance(term, NamedNode | Literal) else None


def _datatype(term: Term) -> NamedNode | None:
    return decode(term).datatype if isinstance(term, Literal) else None


def _strdt(text: Term, datatype: Term) -> Literal | None:
    is_plain = isinstance(text, Literal) and text.datatype.value.endswith("#string")
    if not is_plain or not isinstance(datatype, NamedNode):
        return None
    try:
        return encode(Literal(text.value, datatype=datatype))  # type: ignore[union-attr]
    except ValueError:
        return None


def _plus(date: Term, duration: Term) -> Term | None:
    """Return a date after so long, which the engine knows as the date before less than nothing."""
    kinds = [
        term.datatype.value.rpartition("#")[2] if isinstance(term, Literal) else ""
        for term in (date, duration)
    ]
    if "uration" in kinds[0]:
        date, duration, kinds = duration, date, kinds[::-1]
    if kinds[0] not in ("date", "dateTime", "time") or "uration" not in kinds[1]:
        return None
    if not isinstance(duration, Literal):
        return None
    form = duration.value
    form = form[1:] if form.startswith("-") else f"-{form}"
    less = Literal(form, datatype=duration.datatype)
    given = {Variable("date"): date, Variable("less"): less}
    asked = "SELECT ?date ?less (?date - ?less AS ?after) {}"
    found = Store().query(asked, substitutions=given)
    return next(found)["after"] if isinstance(found, QuerySolutions) else None


# What ORDER BY compares before the terms themselves. The engine puts two literals that do not
# compare in the order of their texts, and others in that of their values. Together these may go in
# a circle (1 before "a", "a" before -1), on which a sort of many rows ends the process. So literals
# of a kind come together.

_XSD = "http://www.w3.org/2001/XMLSchema#"
#: Datatypes that compare with themselves by another order than that of their texts.
_ORDERED = (
    *("boolean", "date", "dateTime", "time", "gYear", "gYearMonth", "gMonth", "gMonthDay", "gDay"),
    *("duration", "dayTimeDuration", "yearMonthDuration"),
)
_NAMES = ", ".join(f"<{_XSD}{name}>" for name in _ORDERED)


def kind(term: str) -> str:
    """Return an expression that gives the kind of a literal: numbers, each ordered datatype, texts.

    It gives an error, which comes first, where there is no literal, as SPARQL orders terms.

    Args:
        term: an expression that gives the term.
    """
    duration = f'CONTAINS(STR(DATATYPE({term})), "uration")'
    named = f'IF({duration}, "duration", STR(DATATYPE({term})))'
    compares = f"DATATYPE({term}) IN ({_NAMES}) && {term} <= {term}"
    other = f'IF(ISLITERAL({term}), "~", 1/0)'
    return f'IF(ISNUMERIC({term}), "0", COALESCE(IF({compares}, {named}, 1/0), {other}))'
