"""The guard: what a query or an update must not hold, refused before the engine sees it.

The engine would ask the server that SERVICE names, and would take the process down on text that
nests or chains too far (measured with pyoxigraph 0.5.13). Its parser wants no blank after a
keyword: to it ``SERVICEex:a{}`` is SERVICE and ``ex:a``. So the text is read token by token first,
and nothing that the engine could read as a SERVICE is let through.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kg.errors import ParseFailure, QueryRefused, UnknownName
from kg.namespaces import known_prefixes
from kg.sparql.tokens import MOST_BRACKETS, Token, is_whole, place, tokenize

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = [
    "Query",
    "check",
    "make_unambiguous",
    "read",
    "read_prologue",
    "readable",
    "refuse_chains",
    "refuse_service",
    "refuse_unknown_prefixes",
]

_UPDATES = re.compile(r"(?i:ADD|CLEAR|COPY|CREATE|DELETE|DROP|INSERT|LOAD|MOVE|WITH)\Z")
_ESCAPE = re.compile(
    r"\\u((?![Dd][89A-Fa-f])[0-9A-Fa-f]{4})|\\U(00(?:0[0-9A-Fa-f]|10)[0-9A-Fa-f]{4})"
)


@dataclass
class Query:
    """A query that passed the checks.

    Args:
        text: as the user wrote it.
        source: what messages call it.
        tokens: of the text.
        prefixes: declared by the query.
        base: declared by the query, or else given.
        service: the base that was given, if any.
        graphs: the IRIs that FROM and FROM NAMED name.
        named: those of FROM NAMED.
        sent: the text that the engine gets.
        standing: parts of the text for which the engine gets others.
        escaped: the offsets in ``text`` of the characters that ``sent`` has as escapes.
    """

    text: str
    source: str
    tokens: list[Token]
    prefixes: dict[str, str] = field(default_factory=dict)
    base: str = ""
    service: str = ""
    graphs: list[str] = field(default_factory=list)
    named: list[str] = field(default_factory=list)
    sent: str = ""
    standing: dict[str, str] = field(default_factory=dict)
    escaped: list[int] = field(default_factory=list)

    def iris(self) -> set[str]:
        """Return the IRIs that the query names, written out or with a prefix.

        >>> sorted(read("ASK { kg:mali <http://example.org/p> 'kg:x' }", "query").iris())
        ['http://example.org/p', 'https://w3id.org/relations-kg/id/mali']
        """
        return {self.iri(token) for token in self.tokens if token.kind in ("iri", "pname")}

    def iri(self, token: Token) -> str:
        """Return the IRI that an iri or pname token stands for."""
        if token.kind == "pname":
            prefix, _, local = token.text.partition(":")
            namespace = (known_prefixes() | self.prefixes).get(prefix, "")
            return namespace + re.sub(r"\\(.)", r"\1", local)
        iri = _ESCAPE.sub(lambda found: chr(int(found[1] or found[2], 16)), token.text[1:-1])
        if not self.base or re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", iri):
            return iri
        from urllib.parse import urljoin

        try:
            # A fragment that is empty is one all the same.
            return urljoin(self.base, iri).rstrip("#") + ("#" if iri.endswith("#") else "")
        except ValueError:  # not an IRI, as the engine will say
            return iri

    def names_graphs(self) -> bool:
        """Return whether the query says FROM, FROM NAMED or GRAPH.

        >>> read("ASK { GRAPH ?g { ?s ?p ?o } }", "query").names_graphs()
        True
        """
        return bool(self.graphs) or any(token.text.upper() == "GRAPH" for token in self.tokens)

    def at(self, token: Token) -> str:
        """Tell where a token stands, for the head of a message."""
        line, column = place(self.text, token.start)
        return f"{self.source}:{line}:{column}"


def check(text: str, source: str = "query") -> None:
    """Refuse a query that the engine must not see; no store is needed.

    Args:
        text: a SPARQL query.
        source: what messages call it, such as its file.

    Raises:
        QueryRefused: it has a SERVICE, is an update, nests too deep or is too long.
        ParseFailure: a string or a bracket is not closed, or an IRI is not whole.

    >>> check("ASK { ?service rdfs:label 'SERVICE' }  # SERVICE")
    >>> check("ASK { SERVICE <http://example.org/> { ?s ?p ?o } }")
    Traceback (most recent call last):
    kg.errors.QueryRefused: query:1:7: SERVICE is refused: kg asks no other server
    """
    read(text, source)


def read(
    text: str,
    source: str,
    *,
    depth: int = MOST_BRACKETS,
    patterns: int | None = None,
    base: str = "",
) -> Query:
    """Check a text and tell its prologue and its dataset.

    Args:
        text: a SPARQL query.
        source: what messages call it, such as its file.
        depth: how deep brackets may nest.
        patterns: how many triple patterns it may have; None leaves that to the engine.
        base: what relative IRIs are resolved against where the query declares no base; without
            one they are refused.

    Raises:
        QueryRefused: as ``check``; or it nests deeper, or has more patterns.
        ParseFailure: as ``check``.
    """
    text = readable(text, source)
    query = Query(text, source, tokenize(text, source, depth), base=base, service=base)
    if not query.tokens:
        raise ParseFailure(source, "the query is empty")
    refuse_service(query)
    refuse_chains(query)
    if patterns is not None:
        _refuse_patterns(query, patterns)
    _refuse_update(query, read_prologue(query))
    _dataset(query)
    _refuse_relative_iris(query)
    make_unambiguous(query)
    return query


def read_prologue(query: Query, index: int = 0) -> int:
    """Take in BASE, PREFIX and VERSION from a token on; return the number of the first one after.

    Args:
        query: takes the prefixes and the base.
        index: the number of the token.
    """
    tokens = query.tokens
    while index + 1 < len(tokens) and tokens[index].kind == "word":
        word, following = tokens[index].text.upper(), tokens[index + 1]
        if word == "BASE" and following.kind == "iri":
            query.base = query.iri(following)
            index += 2
        elif word == "VERSION" and following.kind == "string":
            index += 2
        elif word == "PREFIX" and following.kind == "pname" and index + 2 < len(tokens):
            query.prefixes[following.text.partition(":")[0]] = query.iri(tokens[index + 2])
            index += 3
        else:
            break
    return index


def _refuse_update(query: Query, start: int) -> None:
    first = query.tokens[start] if start < len(query.tokens) else None
    if first and first.kind == "word" and _UPDATES.match(first.text):
        raise QueryRefused(
            f"{query.at(first)}: {first.text.upper()} is refused: kg only reads; edit the files of "
            "the graph instead"
        )


def _dataset(query: Query) -> None:
    tokens = query.tokens
    for index, token in enumerate(tokens):
        if token.kind != "word" or token.text.upper() != "FROM":
            continue
        rest = tokens[index + 1 : index + 3]
        is_named = rest and rest[0].kind == "word" and rest[0].text.upper() == "NAMED"
        if is_named:
            del rest[0]
        if rest and rest[0].kind in ("iri", "pname"):
            query.graphs.append(query.iri(rest[0]))
            if is_named:
                query.named.append(query.graphs[-1])


def _refuse_relative_iris(query: Query) -> None:
    for token in query.tokens:
        if token.kind == "iri" and not query.base and not is_whole(token.text):
            message = f"the IRI {token.text} is not whole; write it in full, or as prefix:name"
            raise ParseFailure(query.source, message, *place(query.text, token.start))


def refuse_unknown_prefixes(query: Query) -> None:
    """Refuse a query that uses a prefix which neither it nor kg declares.

    Raises:
        UnknownName: carries the close matches.
    """
    known = known_prefixes() | query.prefixes
    for token in query.tokens:
        prefix = token.text.partition(":")[0]
        if token.kind == "pname" and prefix not in known:
            hint = f"declare it: PREFIX {prefix}: <…>"
            raise UnknownName("prefix", prefix or ":", list(known), hint)


# What no text for the engine may hold, be it a query or an update: one pass over the tokens each.

#: How long a query may be, in bytes of UTF-8.
_MOST_BYTES = 2**20
#: How many keywords, groups and operators a query may have. Each can make the tree of the engine
#: one deeper, and the process dies from 2,400 in a row. Terms, such as rows of VALUES, are free.
_MOST_LINKS = 1000

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
    if size > _MOST_BYTES:
        raise QueryRefused(
            f"{source}: {size:,} bytes; {kind} may have {_MOST_BYTES:,}", code="too-large"
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
        if links > _MOST_LINKS:
            raise QueryRefused(
                f"{query.at(token)}: more than {_MOST_LINKS:,} keywords, groups and operators; "
                "list terms with VALUES, or ask several queries",
                code="too-complex",
            )


def _refuse_patterns(query: Query, most: int) -> None:
    """Refuse a query with more triple patterns than so many, counted in one pass.

    Raises:
        QueryRefused: it has more.

    >>> from kg.sparql.guard import read
    >>> _refuse_patterns(read("ASK { ?s ?p 1, 2 ; ?q [ ?r 3 ] . FILTER(?s IN (1, 2)) }", "q"), 4)
    >>> _refuse_patterns(read("ASK { ?s ?p 1, 2 ; ?q [ ?r 3 ] }", "q"), 3)
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
