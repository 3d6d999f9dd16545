"""Property paths of a query, and whether they may have no step."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kg.sparql.cursor import NotUnderstood, Pieces
from kg.sparql.expressions import Expressions

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

__all__ = ["Path", "Paths"]


class Path(NamedTuple):
    """What a pattern says between its subject and its object.

    Args:
        text: a predicate, a variable or a path.
        zero: how often it leads from a term to itself by no step.
        is_open: whether it may lead to a literal that the store would change.
    """

    text: str
    zero: int = 0
    is_open: bool = False


class Paths(Expressions):
    """Reads paths from the tokens of a query, and writes them."""

    def path(self, changed: AbstractSet[str]) -> Path:
        """Read a path.

        Args:
            changed: the predicates whose literals the store would change.
        """
        start = self.at
        pieces, zero = self._alternatives()
        tokens = self.tokens[start : self.at]
        named = {self.query.iri(token) for token in tokens if token.kind in ("iri", "pname")}
        is_negated = any(token.text == "!" for token in tokens)
        is_open = bool(changed) and (is_negated or not changed.isdisjoint(named))
        return Path("".join(pieces), zero, is_open)

    def _alternatives(self) -> tuple[Pieces, int]:
        pieces, zero = self._sequence()
        while self.is_symbol("|"):
            pieces.append(self.take())
            more, count = self._sequence()
            pieces, zero = [*pieces, *more], zero + count
        return pieces, zero

    def _sequence(self) -> tuple[Pieces, int]:
        pieces, zero = self._step()
        while self.is_symbol("/"):
            pieces.append(self.take())
            more, count = self._step()
            pieces, zero = [*pieces, *more], zero * count
        return pieces, zero

    def _step(self) -> tuple[Pieces, int]:
        pieces = [self.take()] if self.is_symbol("^") else []
        if self.is_symbol("("):
            opened = self.take()
            inner, zero = self._alternatives()
            pieces += [opened, *inner, self.expect(")")]
        elif self.is_symbol("!"):
            pieces.append(self.take())
            pieces += self.raw_between("(", ")") if self.is_symbol("(") else self._negated()
            zero = 0
        elif self.peek().kind in ("iri", "pname") or self.peek().text == "a":
            pieces.append(self.take())
            zero = 0
        else:
            raise NotUnderstood
        if self.is_symbol("*", "?"):
            return [*pieces, self.take()], 1
        if self.is_symbol("+"):
            return [*pieces, self.take()], min(zero, 1)
        return pieces, zero

    def _negated(self) -> Pieces:
        return [self.take() for _ in range(2 if self.is_symbol("^") else 1)]
