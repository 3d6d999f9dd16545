"""The tokens of a query, read one after the other and written again, with their literals.

A literal that the store would change is kept under another name (``kg.lexical``). So an expression
is written in two ways: as the term that it is, and as the value that an operator works on.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from pyoxigraph import Literal, NamedNode

from kg.lexical import KEPT, is_kept
from kg.sparql.functions import FUNCTION, Functions
from kg.sparql.tokens import Token

if TYPE_CHECKING:
    from kg.sparql.guard import Query

__all__ = [
    "NUMBER",
    "OWN",
    "Cursor",
    "Expression",
    "Label",
    "NotUnderstood",
    "Pieces",
    "call",
    "unquoted",
]

_XSD = "http://www.w3.org/2001/XMLSchema#"
NUMBER = re.compile(r"[+-]?(?:(?:[0-9]+\.[0-9]*|\.?[0-9]+)[eE][+-]?[0-9]+|[0-9]*\.[0-9]+|[0-9]+)")
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
#: What the variables begin with that only the engine sees.
OWN = "kg_own_"
#: Parts of a text, in order.
Pieces = list[str]


class NotUnderstood(Exception):
    """The text is not what was expected; the engine may know why."""


class Label(str):
    """The label of a blank node, a part of a text that a copy has another one for."""

    __slots__ = ()


class Expression(NamedTuple):
    """An expression, written anew.

    Args:
        term: gives a literal as the store keeps it.
        value: gives its value.
    """

    term: Pieces
    value: Pieces

    @classmethod
    def of_value(cls, pieces: Pieces) -> Expression:
        """Return an expression whose value is its term."""
        return cls(pieces, pieces)

    @classmethod
    def of_term(cls, pieces: Pieces) -> Expression:
        """Return an expression whose value has to be asked for."""
        return cls(pieces, call("value", pieces))

    @property
    def is_plain(self) -> bool:
        """Whether the value is the term."""
        return self.term is self.value


def call(name: str, *arguments: Pieces) -> Pieces:
    """Return a call of a function of kg's."""
    pieces: Pieces = []
    for argument in arguments:
        pieces += [", ", *argument] if pieces else argument
    return [f" <{FUNCTION}{name}>(", *pieces, ")"]


class Cursor:
    """Reads the tokens of a query, and writes them.

    Args:
        query: as the guard read it.
    """

    def __init__(self, query: Query) -> None:
        self.query = query
        self.tokens = query.tokens
        self.at = 0
        #: Variables that may have a literal whose value has to be asked for; None is all.
        self.unsafe: set[str] = set()
        self.asks_values = False
        self.has_changed_constants = False
        self.is_mended = False
        self.functions = Functions()
        self.row = ""
        self.uses_row = False

    # --- tokens ---

    def peek(self, ahead: int = 0) -> Token:
        """Return a token that comes; an empty one at the end."""
        index = self.at + ahead
        if index < len(self.tokens):
            return self.tokens[index]
        return Token("end", "", len(self.query.text), True, False)  # noqa: FBT003

    def is_word(self, *words: str, ahead: int = 0) -> bool:
        """Return whether a keyword comes."""
        token = self.peek(ahead)
        return token.kind == "word" and token.text.upper() in words

    def is_symbol(self, *symbols: str, ahead: int = 0) -> bool:
        """Return whether one of the symbols comes, its characters without a gap."""
        for symbol in symbols:
            tokens = [self.peek(ahead + number) for number in range(len(symbol))]
            joined = all(
                token.kind == "symbol"
                and token.text == character
                and token.start == tokens[0].start + n
                for n, (token, character) in enumerate(zip(tokens, symbol, strict=True))
            )
            if joined:
                return True
        return False

    def take(self) -> str:
        """Return the next token as it is written, a blank before it where there was a gap."""
        token = self.peek()
        if token.kind == "end":
            raise NotUnderstood
        self.at += 1
        text = token.text
        if token.kind == "iri" and token.is_ambiguous and text[1] not in ">\\":
            text = f"<\\U{ord(text[1]):08X}{text[2:]}"
        before = self.tokens[self.at - 2] if self.at > 1 else None
        gap = before is None or before.start + len(before.text) < token.start
        return f" {text}" if gap else text

    def take_label(self) -> str:
        """Return a token that may be the label of a blank node."""
        is_label = self.peek().kind == "bnode"
        text = self.take()
        return Label(text) if is_label else text

    def expect(self, symbol: str) -> str:
        """Return a symbol that must come."""
        if not self.is_symbol(symbol):
            raise NotUnderstood
        return "".join(self.take() for _ in symbol)

    def expect_word(self, *words: str) -> str:
        """Return a keyword that must come."""
        if not self.is_word(*words):
            raise NotUnderstood
        return self.take()

    # --- literals ---

    def is_literal(self) -> bool:
        """Return whether a literal comes."""
        token = self.peek()
        if token.kind == "string" or self.is_word("TRUE", "FALSE"):
            return True
        return NUMBER.match(self.query.text, token.start) is not None

    def literal(self) -> Expression:
        """Read a literal."""
        token = self.peek()
        if self.is_word("TRUE", "FALSE"):
            self.is_mended |= token.text.lower() != token.text
            return Expression.of_value([self.take().lower()])
        if token.kind != "string":
            return self._number(token)
        text = self.take()
        if self.peek().kind == "language":
            return Expression.of_value([text, self.take()])
        if not self.is_symbol("^^"):
            return Expression.of_value([text])
        marks = self.expect("^^")
        named = self.peek()
        if named.kind not in ("iri", "pname"):
            raise NotUnderstood
        datatype = self.query.iri(named)
        pieces = [text, marks, self.take()]
        return self._literal(pieces, unquoted(token.text), datatype)

    def _number(self, token: Token) -> Expression:
        found = NUMBER.match(self.query.text, token.start)
        if not found:
            raise NotUnderstood
        while self.peek().start < found.end():
            self.take()
        form = found[0]
        kind = "double" if "e" in form.lower() else "decimal" if "." in form else "integer"
        return self._literal([f" {form}"], form, _XSD + kind)

    def _literal(self, pieces: Pieces, form: str, datatype: str) -> Expression:
        if not datatype.startswith(_XSD):
            return Expression.of_value(pieces)
        try:
            literal = Literal(form, datatype=NamedNode(datatype))
        except ValueError:
            return Expression.of_value(pieces)
        if is_kept(literal):
            return Expression.of_value(pieces)
        kept = Literal(form, datatype=NamedNode(KEPT + datatype[len(_XSD) :]))
        return Expression([f" {kept}"], pieces)

    def as_term(self, expression: Expression) -> Pieces:
        """Return the form of an expression that gives its term, and remember what that needs."""
        if not expression.is_plain:
            self.has_changed_constants = True
        return expression.term


def unquoted(token: str) -> str:
    """Return the text of a string token."""
    size = 3 if token[:3] in ('"""', "'''") else 1

    def character(found: re.Match[str]) -> str:
        if code := found[1] or found[2]:
            return chr(int(code, 16)) if int(code, 16) < 0x110000 else found[0]  # noqa: PLR2004
        return _ESCAPED.get(found[3], found[3])

    return _ESCAPE.sub(character, token[size:-size])
