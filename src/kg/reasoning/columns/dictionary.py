"""Terms as numbers: kept as they are for small graphs, as one column of text for large ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import polars as pl
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, parse

from kg.namespaces import RDF
from kg.reasoning.index import statement

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from kg.reasoning.columns.arrays import Rows
    from kg.reasoning.index import Term

__all__ = ["Dictionary", "Terms", "Texts", "read_terms"]


#: So many terms are read one by one and remembered.
_FEW = 8


class Dictionary(Protocol):
    """Gives each term a number, counting from zero, and the term of a number."""

    def __len__(self) -> int:
        """Return how many numbers there are."""

    def encode(self, terms: Iterable[Term]) -> list[int]:
        """Return the numbers of terms, new ones where they have none yet."""

    def decode(self, numbers: Rows) -> Sequence[Term]:
        """Return the terms of numbers."""

    def texts(self) -> pl.Series:
        """Return all terms as N-Triples writes them."""


class Terms:
    """A dictionary of the terms themselves.

    >>> terms = Terms()
    >>> terms.encode([RDF.type, RDF.first, RDF.type])
    [0, 1, 0]
    """

    def __init__(self) -> None:
        self._numbers: dict[Term, int] = {}
        self._terms: list[Term] = []

    def __len__(self) -> int:
        """Return how many numbers there are."""
        return len(self._terms)

    def encode(self, terms: Iterable[Term]) -> list[int]:
        """Return the numbers of terms, new ones where they have none yet."""
        numbers, found = self._numbers, []
        for term in terms:
            number = numbers.get(term)
            if number is None:
                number = numbers[term] = len(self._terms)
                self._terms.append(term)
            found.append(number)
        return found

    def decode(self, numbers: Rows) -> list[Term]:
        """Return the terms of numbers."""
        terms = self._terms
        return [terms[number] for number in numbers.tolist()]

    def texts(self) -> pl.Series:
        """Return all terms as N-Triples writes them."""
        return pl.Series("term", list(map(str, self._terms)), dtype=pl.String)


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
        new = [term for term in dict.fromkeys(wanted) if term not in numbers]
        if new:
            texts = pl.Series("term", list(map(str, new)), dtype=pl.String)
            numbers.update(zip(new, self.number(texts).tolist(), strict=True))
        return [numbers[term] for term in wanted]

    def decode(self, numbers: Rows) -> list[Term]:
        """Return the terms of numbers."""
        if numbers.size > _FEW:
            return read_terms(self.texts().gather(numbers))
        return [self._term(number) for number in numbers.tolist()]

    def _term(self, number: int) -> Term:
        if number not in self._known:
            (self._known[number],) = read_terms(self.texts()[number : number + 1])
        return self._known[number]

    def texts(self) -> pl.Series:
        """Return all terms as N-Triples writes them."""
        if len(self._texts) != self._size:
            self._texts = self._categories.to_series()
        return self._texts


def read_terms(texts: pl.Series) -> list[Term]:
    """Read terms from the way that N-Triples writes them.

    >>> read_terms(pl.Series(['"a"@en']))
    [<Literal value=a language=en>]
    """
    known: dict[str, Term] = {}
    hard = []
    for text in texts.unique(maintain_order=True).to_list():
        if text.startswith("_:"):
            known[text] = BlankNode(text[2:])
        elif "\\" in text or text[-1] not in '>"' or "^^" in text:
            hard.append(text)
        else:
            known[text] = (NamedNode if text[0] == "<" else Literal)(text[1:-1])
    lines = "\n".join(f"<{RDF.type.value}> <{RDF.type.value}> {text} ." for text in hard)
    for text, quad in zip(hard, parse(input=lines, format=RdfFormat.N_TRIPLES), strict=True):
        known[text] = statement(quad.triple)[2]
    return [known[text] for text in texts.to_list()]
