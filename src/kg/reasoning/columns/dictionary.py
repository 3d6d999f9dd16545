"""Terms as numbers: kept as they are for small graphs, as a column of text for large ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kg.reasoning.columns.arrays import Rows
    from kg.reasoning.statements import Term

__all__ = ["Dictionary", "Terms"]


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

    >>> from kg.namespaces import RDF
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
