"""What no text for the engine may hold, be it a query or an update.

Each check is one pass over the tokens; ``kg.sparql.guard`` has the reasons.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kg.errors import ParseFailure, QueryRefused
from kg.sparql.tokens import place

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kg.sparql.guard import Query
    from kg.sparql.tokens import Token

__all__ = [
    "MOST_BYTES",
    "MOST_LINKS",
    "make_unambiguous",
    "readable",
    "refuse_chains",
    "refuse_patterns",
    "refuse_service",
]

#: How long a query may be, in bytes of UTF-8.
MOST_BYTES = 2**20
#: How many keywords, groups and operators a query may have. Each can make the tree of the engine
#: one deeper, and the process dies from 2,400 in a row. Terms, such as rows of VALUES, are free.
MOST_LINKS = 1000

_OPERATORS = frozenset("+-*/|&!=<>^{")
_LITERAL_WORD = re.compile(r"(?i:a|true|false|undef|[0-9]+(?:e[0-9]*)?)\Z")


def readable(text: str, source: str, kind: str = "a query") -> str:
    r"""Return a text without its byte order mark.

    Args:
        text: a query or an update.
        source: what messages call it, such as its file.
        kind: what it is.

    Raises:
        QueryRefused: it is longer than ``MOST_BYTES``.
        ParseFailure: it cannot be written as UTF-8.

    >>> readable("\ufeffASK {}", "query")
    'ASK {}'
    """
    text = text.removeprefix("\ufeff")
    try:
        size = len(text.encode())
    except UnicodeEncodeError as error:
        message = "half of a surrogate pair is no character"
        raise ParseFailure(source, message, *place(text, error.start)) from None
    if size > MOST_BYTES:
        raise QueryRefused(
            f"{source}: {size:,} bytes; {kind} may have {MOST_BYTES:,}", code="too-large"
        )
    return text


def refuse_service(query: Query) -> None:
    """Refuse what asks another server, and what the engine could take for that.

    Raises:
        QueryRefused: it does.
    """
    for token in query.tokens:
        if token.kind == "word" and "service" in token.text.casefold():
            raise QueryRefused(
                f"{query.at(token)}: SERVICE is refused: kg asks no other server",
                code="service-denied",
            )
        if token.kind == "pname" and "service" in token.text.partition(":")[0].casefold():
            prefix = token.text.partition(":")[0]
            raise QueryRefused(
                f'{query.at(token)}: the prefix "{prefix}" is refused: the engine may read SERVICE '
                "in it; rename the prefix",
                code="service-denied",
            )


def refuse_chains(query: Query) -> None:
    """Refuse more keywords, groups and operators than the engine's tree can bear.

    Raises:
        QueryRefused: there are more.
    """
    links = 0
    for token in query.tokens:
        if token.kind == "symbol":
            links += token.text in _OPERATORS
        elif token.kind == "word" and not _LITERAL_WORD.match(token.text):
            # Words that are glued by dots or hyphens are several.
            links += len(re.split(r"[.-]", token.text))
        if links > MOST_LINKS:
            raise QueryRefused(
                f"{query.at(token)}: more than {MOST_LINKS:,} keywords, groups and operators; "
                "list terms with VALUES, or ask several queries",
                code="too-complex",
            )


def refuse_patterns(query: Query, most: int) -> None:
    """Refuse a query with more triple patterns than so many, counted in one pass.

    Raises:
        QueryRefused: it has more.

    >>> from kg.sparql.guard import read
    >>> refuse_patterns(read("ASK { ?s ?p 1, 2 ; ?q [ ?r 3 ] . FILTER(?s IN (1, 2)) }", "q"), 4)
    >>> refuse_patterns(read("ASK { ?s ?p 1, 2 ; ?q [ ?r 3 ] }", "q"), 3)
    Traceback (most recent call last):
    kg.errors.QueryRefused: q:1:28: more than 3 triple patterns; ask several queries
    """
    for number, token in enumerate(_patterns(query.tokens), 1):
        if number > most:
            raise QueryRefused(
                f"{query.at(token)}: more than {most:,} triple patterns; ask several queries",
                code="too-complex",
            )


def _patterns(tokens: Iterable[Token]) -> Iterator[Token]:
    """Find the term that makes a run of terms a triple pattern: the second, or after a comma one.

    Steps of a path, arguments in parentheses and rows of VALUES are none.
    """
    opened: list[str] = []
    terms, needed, is_values = 0, 2, False
    for token in tokens:
        text, is_symbol = token.text, token.kind == "symbol"
        is_keyword = token.kind == "word" and not _LITERAL_WORD.match(text)
        is_term = text in "([" if is_symbol else not is_keyword and token.kind != "language"
        if is_term and opened and opened[-1] in "{[":
            terms += 1
            if terms == needed:
                yield token
        if is_symbol and text in "([{":
            opened.append("VALUES" if is_values and text == "{" else text)
        elif is_symbol and text in ")]}":
            opened.pop()
        if is_keyword or (is_symbol and text in "[]{}.;,"):
            # What was in square brackets goes on as a term itself.
            terms, needed = int(text == "]"), 1 if text == "," else 2
        if is_keyword:
            is_values = text.upper() == "VALUES"


def make_unambiguous(query: Query) -> None:
    r"""Set the text for the engine, in which no IRI can be taken for a comparison.

    In ``FILTER(?a<ex:b)SERVICE?x#>`` the longest token that the grammar allows is an IRI, and the
    engine reads "less than", SERVICE and a comment. With its first character written as a ``\u``
    escape, which may stand in an IRI and nowhere else outside of strings, it can only be an IRI.
    """
    parts, done = [], 0
    for token in query.tokens:
        first = token.start + 1
        if token.kind == "iri" and token.is_ambiguous and query.text[first] not in ">\\":
            parts += [query.text[done:first], f"\\U{ord(query.text[first]):08X}"]
            done = first + 1
            query.escaped.append(first)
    query.sent = "".join([*parts, query.text[done:]])
