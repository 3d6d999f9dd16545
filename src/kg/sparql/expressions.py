"""Expressions of a query, read and written again so that each operand has its value."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pyoxigraph import Literal

from kg.sparql.cursor import NUMBER, Cursor, Expression, NotUnderstood, Pieces, call, unquoted
from kg.sparql.functions import FUNCTION
from kg.sparql.regex import BackReferenceError, PatternError, for_rust

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Expressions"]

#: Functions that take terms as they are.
_OF_TERMS = frozenset(
    ("BOUND", "SAMETERM", "ISIRI", "ISURI", "ISBLANK", "ISLITERAL", "LANG", "LANGDIR", "HASLANG")
)
#: Functions that give one of their arguments, and the first of these.
_CHOOSE = {"IF": 1, "COALESCE": 0}
_AGGREGATES = frozenset(("COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT"))
#: Functions with a pattern for their second argument, and where their flags are.
_FLAGS_OF = {"REGEX": 2, "REPLACE": 3}
#: What XPath and the engine read differently.
_DIFFERENT = re.compile(r"[\\\[]")
_DIFFERENT_FLAGS = frozenset("xq")
_LEVELS = (
    ("||",),
    ("&&",),
    ("!=", "<=", ">=", "=", "<", ">"),
    ("+", "-"),
    ("*", "/"),
)
_COMPARISON = 2
#: An operand of so many parts is no variable, literal or call of a function by itself.
_SHORT = 6


class Expressions(Cursor):
    """Reads expressions from the tokens of a query, and writes them."""

    # --- operators, from the loosest ---

    def expression(self, level: int = 0) -> Expression:
        """Read an expression.

        Args:
            level: operators that bind less than this end it.
        """
        first = self._unary()
        while True:
            symbol, binds = self._operator()
            if not symbol or binds < level:
                return first
            if symbol == "IN":
                first = Expression.of_value([*first.value, *self._membership()])
                continue
            operator = "".join(self.take() for _ in symbol)
            second = self.expression(binds + 1)
            if symbol == "+":
                first = self._sum(first, operator, second)
            else:
                first = Expression.of_value([*first.value, operator, *second.value])

    def _operator(self) -> tuple[str, int]:
        """Return the operator that comes, and how much it binds."""
        if self.is_word("IN") or (self.is_word("NOT") and self.is_word("IN", ahead=1)):
            return "IN", _COMPARISON
        if self.peek().kind == "symbol":
            for binds, symbols in enumerate(_LEVELS):
                for symbol in symbols:
                    if self.is_symbol(symbol):
                        return symbol, binds
        return "", 0

    def _membership(self) -> Pieces:
        pieces = [self.take()] if self.is_word("NOT") else []
        pieces.append(self.take())
        return [*pieces, *self._arguments_of(lambda item: item.value)]

    def _sum(self, first: Expression, operator: str, second: Expression) -> Expression:
        """Add, also a duration to a date, which the engine gives no value for."""
        plain = [*first.value, operator, *second.value]
        if (
            _is_number(first)
            or _is_number(second)
            or max(map(len, (first.value, second.value))) > _SHORT
        ):
            return Expression.of_value(plain)
        self.is_mended = True
        after = call("plus", first.value, second.value)
        return Expression.of_value([" COALESCE(", *plain, ",", *after, ")"])

    def _unary(self) -> Expression:
        marks: Pieces = []
        while self.is_symbol("!") or (self.is_symbol("+", "-") and not self.is_literal()):
            marks.append(self.take())
        operand = self._primary()
        return Expression.of_value([*marks, *operand.value]) if marks else operand

    def _primary(self) -> Expression:  # noqa: PLR0911 - one for each kind
        token = self.peek()
        if self.is_symbol("("):
            opened = self.take()
            inner = self.expression()
            closed = self.expect(")")
            if inner.is_plain:
                return Expression.of_value([opened, *inner.value, closed])
            return Expression(
                [opened, *inner.term, closed],
                [opened, *inner.value, closed],
            )
        if self.is_symbol("<<"):
            return Expression.of_value(self.raw_between("<<", ">>"))
        if self.is_literal():
            return self.literal()
        if token.kind == "variable":
            text = self.take()
            if self.asks_values and token.text[1:] in self.unsafe:
                return Expression.of_term([text])
            return Expression.of_value([text])
        if token.kind in ("iri", "pname"):
            name = self.take()
            if self.is_symbol("("):
                return Expression.of_value([name, *self._arguments_of(lambda item: item.value)])
            return Expression.of_value([name])
        if token.kind == "word":
            return self._called()
        raise NotUnderstood

    def raw_between(self, opening: str, closing: str) -> Pieces:
        """Return the tokens from one mark to the one that closes it, as they are."""
        pieces, depth = [], 0
        while True:
            if self.is_symbol(opening):
                depth += 1
                pieces += [self.take() for _ in opening]
            elif self.is_symbol(closing):
                depth -= 1
                pieces += [self.take() for _ in closing]
                if not depth:
                    return pieces
            else:
                pieces.append(self.take_label())

    # --- functions ---

    def _called(self) -> Expression:
        name = self.peek().text.upper()
        if name == "EXISTS" or (name == "NOT" and self.is_word("EXISTS", ahead=1)):
            words = [self.take() for _ in range(1 + (name == "NOT"))]
            return Expression.of_value([*words, *self.group()])
        if not self.is_symbol("(", ahead=1):
            raise NotUnderstood
        if name in _AGGREGATES:
            return self._aggregate(name)
        written = self.take()
        arguments = self._arguments()
        return self._of_function(name, written, arguments)

    def _of_function(self, name: str, written: str, items: list[Expression]) -> Expression:  # noqa: PLR0911 - one for each kind
        values = [item.value for item in items]
        if name in _FLAGS_OF and len(values) > 1:
            return self._of_pattern(name, written, values)
        if name in _OF_TERMS:
            return _applied(written, [item.term for item in items])
        if name in ("STR", "DATATYPE") and items and not items[0].is_plain:
            return Expression.of_value(
                call("text" if name == "STR" else "datatype", self.as_term(items[0]))
            )
        if name == "STRDT" and len(items) == 2:  # noqa: PLR2004 - a text and a datatype
            self.has_changed_constants = True
            return Expression.of_term(call("strdt", *values))
        if name == "BNODE" and items:
            self.is_mended = self.uses_row = True
            return Expression.of_value(call("bnode", [self.row], values[0]))
        if name in _CHOOSE and not all(item.is_plain for item in items[_CHOOSE[name] :]):
            chosen = [
                item.term if number >= _CHOOSE[name] else item.value
                for number, item in enumerate(items)
            ]
            return Expression(
                _applied(written, chosen).value,
                _applied(written, values).value,
            )
        return _applied(written, values)

    def _of_pattern(self, name: str, written: str, values: list[Pieces]) -> Expression:
        """Write a regular expression, which is one of XPath, in the words of the engine."""
        at = _FLAGS_OF[name]
        pattern, flags = (_constant(piece) for piece in (values[1], (values[at:] or [['""']])[0]))
        if pattern is not None and flags is not None:
            if not _DIFFERENT.search(pattern) and not _DIFFERENT_FLAGS & set(flags):
                return _applied(written, values)
            try:
                values[1], values[at:] = [f" {Literal(for_rust(pattern, flags))}"], []
            except BackReferenceError:
                pass
            except PatternError:
                # The engine reads more than XPath does, such as a group for its flags alone.
                return _applied(written, values)
            else:
                self.is_mended = True
                return _applied(written, values)
        if name == "REPLACE":
            return _applied(written, values)
        self.is_mended = True
        return Expression.of_value(call("matches", *values))

    def _arguments(self) -> list[Expression]:
        self.expect("(")
        items: list[Expression] = []
        while not self.is_symbol(")"):
            if items:
                self.expect(",")
            items.append(self.expression())
        self.expect(")")
        return items

    def _arguments_of(self, form: Callable[[Expression], Pieces]) -> Pieces:
        if self.is_word("DISTINCT", ahead=1):
            raise NotUnderstood
        return _listed([form(item) for item in self._arguments()])

    def _aggregate(self, name: str) -> Expression:
        written = self.take()
        opened = self.expect("(")
        distinct = [self.take()] if self.is_word("DISTINCT") else []
        if name == "COUNT" and self.is_symbol("*"):
            return Expression.of_value([written, opened, *distinct, self.take(), self.expect(")")])
        item = self.expression()
        if name == "GROUP_CONCAT":
            return self._concatenation(item, is_distinct=bool(distinct))
        self.expect(")")
        if name in ("MIN", "MAX") and not item.is_plain:
            return Expression.of_term(call(name.lower(), self.as_term(item)))
        if name in ("SUM", "AVG") and distinct and not item.is_plain:
            return Expression.of_value(call(name.lower(), self.as_term(item)))
        if name in ("COUNT", "SAMPLE"):
            pieces = [written, opened, *distinct, *item.term, ")"]
            is_term = name == "SAMPLE" and not item.is_plain
            return (Expression.of_term if is_term else Expression.of_value)(pieces)
        return Expression.of_value([written, opened, *distinct, *item.value, ")"])

    def _concatenation(self, item: Expression, *, is_distinct: bool) -> Expression:
        separator = " "
        if self.is_symbol(";"):
            self.take()
            self.expect_word("SEPARATOR")
            self.expect("=")
            if self.peek().kind != "string":
                raise NotUnderstood
            separator = unquoted(self.take().strip())
        self.expect(")")
        self.is_mended = True
        name = self.functions.concatenation(separator, is_distinct=is_distinct)
        return Expression.of_value([f" <{name}>(COALESCE(", *item.term, f", <{FUNCTION}none>))"])

    def group(self) -> Pieces:
        """Read a group of patterns."""
        raise NotImplementedError


def _constant(pieces: Pieces) -> str | None:
    """Return the text of a literal without language and datatype; None for all else."""
    text = "".join(pieces).strip()
    return unquoted(text) if len(pieces) == 1 and text[:1] in ('"', "'") else None


def _is_number(expression: Expression) -> bool:
    return NUMBER.fullmatch("".join(expression.value).strip()) is not None


def _listed(arguments: list[Pieces]) -> Pieces:
    pieces: Pieces = ["("]
    for number, argument in enumerate(arguments):
        pieces += [", ", *argument] if number else argument
    return [*pieces, ")"]


def _applied(written: str, arguments: list[Pieces]) -> Expression:
    return Expression.of_value([written, *_listed(arguments)])
