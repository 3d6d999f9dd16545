"""SPARQL text cut into tokens in one linear pass, before any parser sees it.

The pass knows just enough of SPARQL's grammar (https://www.w3.org/TR/sparql11-query/#sparqlGrammar)
to tell code from comments, strings and IRIs, and to match the brackets. It is a guard: where a text
could be read in two ways, it sees to it that the engine reads it as the guard did.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from kg.errors import ParseFailure, QueryRefused

__all__ = ["MOST_BRACKETS", "Token", "is_whole", "place", "tokenize"]

#: How deep brackets may nest. The engine recurses on each, and the process dies near 700 levels.
MOST_BRACKETS = 100


def _class(ascii_characters: str) -> str:
    """Return a class of these characters, and of all beyond ASCII.

    Not all of those may stand in a name; but none begins anything else, and the engine refuses
    the others. Their exact ranges would take 20 ms to compile; what is left out of ASCII takes 1.
    """
    allowed = re.compile(f"[{ascii_characters}]")
    return f"[^{''.join(re.escape(c) for c in map(chr, range(128)) if not allowed.match(c))}]"


# PN_CHARS_BASE and PN_CHARS of the grammar. A name may hold dots and hyphens, and may not end in a
# dot. Each part takes all it can and gives nothing back, so that no text takes more than linear
# time.
_START, _CHAR, _HYPHENED = _class("A-Za-z"), _class("A-Za-z0-9_"), _class("A-Za-z0-9_-")
_MORE = rf"(?:{_HYPHENED}++|\.++(?={_HYPHENED}))*+"
_ESCAPED = r"%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?#@%]"
_LOCAL = (
    rf"(?:{_class('A-Za-z0-9_:')}|{_ESCAPED})"
    rf"(?:{_class('A-Za-z0-9_:-')}++|{_ESCAPED}|\.++(?={_class('A-Za-z0-9_:%-')}|\\))*+"
)

_TOKEN = re.compile(
    rf"""
      (?P<blank>    [\ \t\r\n]++ | \#[^\r\n]*+ )
    | (?P<string>   \"{{3}} (?:[^"\\]++ | \\. | "(?!""))*+ \"{{3}}
                  | '{{3}}  (?:[^'\\]++ | \\. | '(?!''))*+ '{{3}}
                  | "(?!"") (?:[^"\\\r\n]++ | \\.)*+ "
                  | '(?!'') (?:[^'\\\r\n]++ | \\.)*+ ' )
    | (?P<iri>      <(?:[^\x00-\x20<>"{{}}|^`\\]++|\\u[0-9A-Fa-f]{{4}}|\\U[0-9A-Fa-f]{{8}})*+> )
    | (?P<variable> [?$]{_CHAR}++ )
    | (?P<bnode>    _:{_CHAR}{_MORE} )
    | (?P<pname>    (?:{_START}{_MORE})?:(?:{_LOCAL})? )
    | (?P<word>     {_START}{_MORE} | {_CHAR}++ )
    | (?P<language> @[A-Za-z0-9-]*+ )
    | (?P<symbol>   . )
    """,
    re.VERBOSE | re.DOTALL,
)
_CLOSES = {")": "(", "]": "[", "}": "{"}
_BASE = re.compile(r"(?i:base)\Z")


class Token(NamedTuple):
    """One token of a query.

    Args:
        kind: string, iri, variable, bnode, pname, word, language or symbol.
        text: as it is written.
        start: its offset in the query.
        is_outside: no bracket is open around it.
        is_ambiguous: it stands where ``<`` could also be a comparison.
    """

    kind: str
    text: str
    start: int
    is_outside: bool
    is_ambiguous: bool


def place(text: str, offset: int) -> tuple[int, int]:
    r"""Tell the line and the column of an offset, both from 1.

    >>> place("ASK {\n  ?s }", 8)
    (2, 3)
    """
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def tokenize(text: str, source: str = "query", depth: int = MOST_BRACKETS) -> list[Token]:
    """Cut a query into tokens; blanks and comments are left out.

    Args:
        text: a SPARQL query, well formed or not.
        source: what messages call it, such as its file.
        depth: how deep brackets may nest, if not as deep as ``MOST_BRACKETS``.

    Raises:
        ParseFailure: a string is not closed, or a bracket does not match.
        QueryRefused: brackets nest too deep.

    >>> [token.text for token in tokenize("ASK { ?s ?p 'a # b' } # c")]
    ['ASK', '{', '?s', '?p', "'a # b'", '}']
    """
    tokens: list[Token] = []
    opened: list[int] = []
    depth = min(depth, MOST_BRACKETS)
    has_base, position = False, 0
    while match := _TOKEN.match(text, position):
        kind, word, start = str(match.lastgroup), match.group(), position
        position = match.end()
        if kind == "blank":
            continue
        # Comparisons stand in parentheses; "<<" could begin a triple term.
        ambiguous = bool(opened and text[opened[-1]] == "(") or text[start - 1 : start] == "<"
        if kind == "iri" and ambiguous and not has_base and not is_whole(word):
            # Nothing can complete it to an IRI, so that it is none: ?a<?b&&?c>?d
            kind, word, position = "symbol", "<", start + 1
        if kind == "word" and _BASE.match(word):
            has_base = True
        if kind == "symbol":
            _match_brackets(text, source, start, opened, depth)
        outside = len(opened) == (kind == "symbol" and word in "([{")
        tokens.append(Token(kind, word, start, outside, ambiguous))
    if opened:
        message = f'"{text[opened[-1]]}" is not closed'
        raise ParseFailure(source, message, *place(text, opened[-1]))
    return tokens


def is_whole(iri: str) -> bool:
    """Tell whether an IRI token needs no base: it has a scheme, or an escape that may hide one.

    >>> is_whole("<urn:a>"), is_whole("<a>")
    (True, False)
    """
    return "\\" in iri or bool(re.match(r"<[A-Za-z][A-Za-z0-9+.-]*:", iri))


def _match_brackets(text: str, source: str, start: int, opened: list[int], depth: int) -> None:
    """Keep the offsets of the open brackets up to date with the symbol at ``start``."""
    symbol = text[start]
    if symbol in "([{":
        opened.append(start)
        if len(opened) > depth:
            line, column = place(text, start)
            raise QueryRefused(
                f"{source}:{line}:{column}: brackets nest deeper than {depth} levels; "
                "write the query flatter",
                code="too-deep",
            )
    elif symbol in _CLOSES:
        if not opened:
            raise ParseFailure(source, f'"{symbol}" closes nothing', *place(text, start))
        opening = text[opened[-1]]
        if opening != _CLOSES[symbol]:
            line, column = place(text, opened[-1])
            message = f'"{symbol}" does not close the "{opening}" of {line}:{column}'
            raise ParseFailure(source, message, *place(text, start))
        opened.pop()
    elif symbol in "\"'":
        message = f"the string that begins with {symbol} here is not closed"
        raise ParseFailure(source, message, *place(text, start))
