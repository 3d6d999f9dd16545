"""Terms as numbers: a column of their texts, as N-Triples writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, cast

import numpy as np
import polars as pl
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, parse

from kg.namespaces import RDF

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    Term: TypeAlias = NamedNode | BlankNode | Literal

__all__ = ["Texts", "read_terms"]

#: So many terms are read one by one and remembered.
_FEW = 8


class Texts:
    """A dictionary of the canonical texts of terms, which polars keeps.

    >>> texts = Texts()
    >>> texts.encode([RDF.type])
    [0]
    >>> texts.texts()[0]
    '<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>'
    """

    def __init__(self) -> None:
        # Each dictionary has categories of its own, which are gone when it is.
        self._categories = pl.Categories.random()
        self._type = pl.Categorical(self._categories)
        # Categories are forgotten as soon as no column has them.
        self._anchor = pl.Series([None], dtype=self._type)
        self._texts = pl.Series("term", [], dtype=pl.String)
        self._size = 0
        # The terms of rules and axioms, which are asked for again and again.
        self._numbers: dict[Term, int] = {}
        # The few terms that are asked for one by one, such as properties.
        self._known: dict[int, Term] = {}

    def __len__(self) -> int:
        """Return how many numbers there are."""
        return self._size

    def number(self, texts: pl.Series) -> NDArray[np.uint32]:
        """Return the numbers of terms by their texts."""
        # One piece is numbered in its own order; several would be at the same time.
        numbers = texts.rechunk().cast(self._type).to_physical().to_numpy()
        if numbers.size:
            self._size = max(self._size, int(numbers.max()) + 1)
        return numbers

    def encode(self, terms: Iterable[Term]) -> list[int]:
        """Return the numbers of terms, new ones where they have none yet."""
        wanted, numbers = list(terms), self._numbers
        found = list(map(numbers.get, wanted))
        places = [place for place, number in enumerate(found) if number is None]
        if places:
            new = list(dict.fromkeys(wanted[place] for place in places))
            texts = pl.Series("term", list(map(str, new)), dtype=pl.String)
            numbers.update(zip(new, self.number(texts).tolist(), strict=True))
            for place in places:
                found[place] = numbers[wanted[place]]
        return cast("list[int]", found)

    def decode(self, numbers: NDArray[np.uint64]) -> list[Term]:
        """Return the terms of numbers."""
        if numbers.size > _FEW:
            return read_terms(self.texts().gather(numbers))
        return [self._term(number) for number in numbers.tolist()]

    def _term(self, number: int) -> Term:
        if number not in self._known:
            text = self.texts()[number]
            self._known[number] = _plain(text) or next(_parsed([text]))
        return self._known[number]

    def texts(self) -> pl.Series:
        """Return all terms as N-Triples writes them."""
        if len(self._texts) != self._size:
            numbers = pl.Series("term", np.arange(self._size, dtype=np.uint32))
            self._texts = numbers.cat.to(self._type).cast(pl.String)
        return self._texts


def read_terms(texts: pl.Series) -> list[Term]:
    """Read terms from the way that N-Triples writes them.

    >>> read_terms(pl.Series(['"a"@en']))
    [<Literal value=a language=en>]
    """
    known: dict[str, Term] = {}
    hard = []
    for text in texts.unique(maintain_order=True).to_list():
        term = _plain(text)
        if term is None:
            hard.append(text)
        else:
            known[text] = term
    known.update(zip(hard, _parsed(hard), strict=True))
    return [known[text] for text in texts.to_list()]


def _plain(text: str) -> Term | None:
    """Return a term that needs no parser; None where it needs one."""
    if text.startswith("_:"):
        return BlankNode(text[2:])
    if "\\" in text or text[-1] not in '>"' or "^^" in text:
        return None
    return (NamedNode if text[0] == "<" else Literal)(text[1:-1])


def _parsed(texts: Sequence[str]) -> Iterator[Term]:
    lines = "\n".join(f"<{RDF.type.value}> <{RDF.type.value}> {text} ." for text in texts)
    for quad in parse(input=lines, format=RdfFormat.N_TRIPLES):
        yield quad.object
