"""Dates in queries as the Wikidata Query Service reads them, in plain SPARQL.

There a date needs no time, ``xsd:date`` and ``xsd:dateTime`` compare, and the difference of two
dates is a number of days.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.errors import ParseFailure
from kg.namespaces import PREFIXES
from kg.sparql.tokens import Token, place
from kg.wikidata.functions import DAYS, MOMENT, midnight

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Edit", "date_edits"]

#: A piece of the query, from one offset to another, and what stands there instead.
Edit = tuple[int, int, str]

_DATE, _DATE_TIME = PREFIXES["xsd"] + "date", PREFIXES["xsd"] + "dateTime"
_OPERANDS = ("variable", "string", "pname", "iri", "word")
#: What ends a sum on either side; all else in it binds more closely.
_BOUNDS = (",", "=", "<", ">", "!", "&", "|", ";", "AS", "IN", "NOT", "DISTINCT")


def date_edits(
    text: str, source: str, tokens: list[Token], iri: Callable[[Token], str]
) -> list[Edit]:
    """Return what is to be changed in a query.

    Args:
        text: the query.
        source: what messages call it, such as its file.
        tokens: of the text.
        iri: tells the IRI of a token.

    Raises:
        ParseFailure: a literal of a date is no date.
    """
    found = list(_literals(text, source, tokens, iri))
    for number, token in enumerate(tokens[:-1]):
        if iri(token) == _DATE_TIME and tokens[number + 1].text == "(":
            found.append((token.start, _end(token), f"<{MOMENT}>"))
        last = _matching(tokens, number + 1) if token.text.upper() == "STRDT" else 0
        if last and iri(tokens[last - 1]) in (_DATE, _DATE_TIME):
            found.append((token.start, _end(token), f"<{MOMENT}>"))
            found.append((tokens[last - 2].start, _end(tokens[last - 1]), ""))
    for first, last in dict.fromkeys(_differences(tokens)):
        found.append((tokens[first].start, tokens[first].start, f"<{DAYS}>("))
        found.append((_end(tokens[last]), _end(tokens[last]), ")"))
    return found


def _literals(
    text: str, source: str, tokens: list[Token], iri: Callable[[Token], str]
) -> Iterator[Edit]:
    """Yield the literals of dates, each as xsd:dateTime."""
    casts = _casts(tokens, iri)
    for number, token in enumerate(tokens[:-3]):
        marks, datatype = tokens[number + 1 : number + 3], tokens[number + 3]
        if token.kind != "string" or [one.text for one in marks] != ["^", "^"]:
            continue
        if iri(datatype) not in (_DATE, _DATE_TIME):
            continue
        lexical = token.text.strip("\"'")
        moment = midnight(lexical)
        if iri(datatype) == _DATE and _is_compared(tokens, number, number + 3, casts):
            # A cast has the zone of its moment, and without one the same day would not be the same.
            if moment is not None:
                yield token.start, _end(token), f'"{moment.partition("T")[0]}Z"'
            continue
        if moment is not None:
            yield token.start, _end(datatype), f'"{moment}"^^<{_DATE_TIME}>'
        elif "T" not in lexical:
            message = f'"{lexical}" is no date: write it as "2023-01-01T00:00:00Z"'
            raise ParseFailure(source, message, *place(text, token.start))


def _casts(tokens: list[Token], iri: Callable[[Token], str]) -> set[int | str]:
    """Return where the casts to xsd:date end, and the variables that have their values."""
    found: set[int | str] = set()
    for number, token in enumerate(tokens[:-1]):
        if iri(token) == _DATE and tokens[number + 1].text == "(":
            last = _matching(tokens, number + 1)
            found |= {number, last}
            if last + 2 < len(tokens) and tokens[last + 1].text.upper() == "AS":
                found.add(tokens[last + 2].text)
    return found


def _is_compared(tokens: list[Token], first: int, last: int, casts: set[int | str]) -> bool:
    """Tell whether a literal is compared with what was cast to xsd:date."""
    before, after = first - 1, last + 1
    while before > 0 and tokens[before].text in ("<", ">", "=", "!"):
        before -= 1
    while after < len(tokens) - 1 and tokens[after].text in ("<", ">", "=", "!"):
        after += 1
    sides = [number for number in (before, after) if number not in (first - 1, last + 1)]
    return any(number in casts or tokens[number].text in casts for number in sides)


def _differences(tokens: list[Token]) -> Iterator[tuple[int, int]]:
    """Yield the first and the last token of each sum in an expression that takes something away."""
    opened: list[int] = []
    values = _values(tokens)
    for number, token in enumerate(tokens):
        if token.text in ("(", "[", "{") and token.kind == "symbol":
            opened.append(number)
        elif token.text in (")", "]", "}") and token.kind == "symbol":
            opened.pop()
        elif token.text == "-" and opened and number not in values:
            before = tokens[number - 1]
            is_binary = before.kind in _OPERANDS or before.text == ")"
            # What a number is taken from, or is taken from a number, is no date.
            is_binary &= not (before.text.isdecimal() or tokens[number + 1].text.isdecimal())
            if tokens[opened[-1]].text == "(" and is_binary and not _is_bound(before):
                yield _sum(tokens, number, opened[-1])


def _sum(tokens: list[Token], number: int, opening: int) -> tuple[int, int]:
    """Return the first and the last token of the sum around a minus."""
    first = opening + 1
    depth = 0
    for index in range(number - 1, opening, -1):
        depth += (tokens[index].text == ")") - (tokens[index].text == "(")
        if not depth and _is_bound(tokens[index]):
            first = index + 1
            break
    last, closing = number, _matching(tokens, opening)
    for index in range(number + 1, closing):
        depth += (tokens[index].text == "(") - (tokens[index].text == ")")
        if not depth and _is_bound(tokens[index]):
            break
        last = index
    return first, last


def _is_bound(token: Token) -> bool:
    return token.kind in ("symbol", "word") and token.text.upper() in _BOUNDS


def _values(tokens: list[Token]) -> set[int]:
    """Return the tokens of the data of VALUES, in which a minus is part of a number."""
    found: set[int] = set()
    for number, token in enumerate(tokens):
        if token.kind == "word" and token.text.upper() == "VALUES":
            index = number + 1
            while index < len(tokens) and tokens[index].text != "{":
                index += 1
            if index < len(tokens):
                found.update(range(index, _matching(tokens, index)))
    return found


def _matching(tokens: list[Token], opening: int) -> int:
    """Return the bracket that closes one; the tokenizer has seen to it that there is one."""
    depth = 0
    for index in range(opening, len(tokens)):
        if tokens[index].kind == "symbol":
            depth += (tokens[index].text in "([{") - (tokens[index].text in ")]}")
        if not depth:
            return index
    return len(tokens) - 1


def _end(token: Token) -> int:
    return token.start + len(token.text)
