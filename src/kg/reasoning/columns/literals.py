"""What literals are without being told: their datatypes, and whether they are ill-typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from pyoxigraph import Literal

from kg.namespaces import RDF, XSD
from kg.reasoning.datatypes import OWL_2_RL, broader, identity, is_ill_typed
from kg.tables.triples import read_terms

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from pyoxigraph import NamedNode

    from kg.reasoning.columns.relation import Rows
    from kg.reasoning.datatypes import Value

__all__ = ["Literals"]

_MONTH_AND_DAY = "(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])"
_DATE = rf"-?([1-9][0-9]{{3,}}|0[0-9]{{3}})-{_MONTH_AND_DAY}"
_NUMBER = r"[+-]?[0-9]+(\.[0-9]+)?"
#: Forms that are surely right. They are not all that are: the others are looked at one by one.
_PLAIN: dict[NamedNode, str] = {
    XSD.date: rf"{_DATE}Z?",
    XSD.dateTime: rf"{_DATE}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]+)?Z?",
    XSD.gYear: r"-?([1-9][0-9]{3,}|0[0-9]{3})Z?",
    XSD.integer: r"[+-]?[0-9]+",
    XSD.nonNegativeInteger: r"[0-9]+",
    XSD.decimal: _NUMBER,
    XSD.double: rf"{_NUMBER}([eE][+-]?[0-9]+)?",
    XSD.float: rf"{_NUMBER}([eE][+-]?[0-9]+)?",
    XSD.boolean: "true|false",
}
#: Forms that no other form of their kind is equal to, and the kind of their meaning.
_CANONICAL: dict[NamedNode, tuple[str, str]] = {
    XSD.integer: ("number", "0|-?[1-9][0-9]{0,17}"),
    XSD.date: (str(XSD.date), rf"[0-9]{{4}}-{_MONTH_AND_DAY}"),
    XSD.string: ("text", ".*"),
    RDF.langString: ("text", ".*"),
}


class Literals:
    """The literals among some terms.

    Args:
        texts: all terms as N-Triples writes them.
        used: the numbers of the terms to look at.
    """

    def __init__(self, texts: pl.Series, used: Rows) -> None:
        shown = texts.gather(used)
        is_literal = shown.str.starts_with('"')
        literals = shown.filter(is_literal)
        # What follows the last quotation mark: nothing, a language, or a datatype.
        marks = literals.str.extract(r'"([^"]*)$')
        self._frame = pl.DataFrame(
            {"mark": marks, "text": literals, "number": used[is_literal.to_numpy()]}
        )

    def by_datatype(self, wanted: Collection[NamedNode]) -> dict[NamedNode, Rows]:
        """Return, for each datatype that is wanted, the literals of it or a narrower one."""
        found: dict[NamedNode, list[Rows]] = {}
        for narrow, part in self._kinds() if wanted else ():
            for wide in broader(narrow) if narrow in OWL_2_RL else ():
                if wide in wanted:
                    found.setdefault(wide, []).append(part["number"].to_numpy())
        return {kind: np.sort(np.concatenate(parts)) for kind, parts in found.items()}

    def _kinds(self) -> Iterator[tuple[NamedNode, pl.DataFrame]]:
        parts = self._frame.partition_by("mark", as_dict=True, maintain_order=True)
        for (mark,), part in parts.items():
            (sample,) = read_terms(pl.Series([f'""{mark}']))
            if isinstance(sample, Literal):
                yield sample.datatype, part

    def equal_values(self) -> list[Rows]:
        """Return the groups of literals that have one value in several forms."""
        parts = list(self._kinds())
        odd = [(kind, part.filter(~_is_canonical(kind, part["text"]))) for kind, part in parts]
        met = list(_identities(part for _, part in odd))
        kinds = {meant[0] for meant, _ in met}
        # A form in canonical form is equal to none of its kind but to one that is not.
        for kind, part in parts:
            if kind in _CANONICAL and _CANONICAL[kind][0] in kinds:
                met += _identities([part.filter(_is_canonical(kind, part["text"]))])
        groups: dict[Value, list[int]] = {}
        for meant, number in met:
            groups.setdefault(meant, []).append(number)
        return [np.array(group, dtype=np.uint64) for group in groups.values() if len(group) > 1]

    def ill_typed(self) -> Rows:
        """Return the literals whose form does not belong to their datatype; rule dt-not-type."""
        found: list[Rows] = [np.empty(0, dtype=np.uint64)]
        for kind, part in self._kinds():
            # A datatype that has even this form is not one whose forms are known, or has all.
            if kind == RDF.langString or not is_ill_typed(Literal("\t", datatype=kind)):
                continue
            rest = part
            if kind in _PLAIN:
                rest = part.filter(~part["text"].str.contains(f'^"(?:{_PLAIN[kind]})"[^"]*$'))
            ill = [
                isinstance(term, Literal) and is_ill_typed(term)
                for term in read_terms(rest["text"])
            ]
            found.append(rest["number"].to_numpy()[np.array(ill, dtype=bool)])
        return np.concatenate(found)


def _is_canonical(kind: NamedNode, texts: pl.Series) -> pl.Series:
    if kind not in _CANONICAL:
        return pl.repeat(value=False, n=len(texts), eager=True)
    return texts.str.contains(f'(?s)^"(?:{_CANONICAL[kind][1]})"[^"]*$')


def _identities(parts: Iterable[pl.DataFrame]) -> Iterator[tuple[Value, int]]:
    """Yield what tells the value of each literal from others, and its number."""
    for part in parts:
        for term, number in zip(read_terms(part["text"]), part["number"].to_list(), strict=True):
            if isinstance(term, Literal) and (meant := identity(term)) is not None:
                yield meant, number
