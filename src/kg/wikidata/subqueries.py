"""Named subqueries of the Query Service: ``WITH { … } AS %name`` and ``INCLUDE %name``.

https://github.com/blazegraph/database/wiki/NamedSubquery: a subquery is evaluated once and joined
where it is included, which is what a group with the subquery in it says.
"""

from __future__ import annotations

import re

from kg.errors import ParseFailure
from kg.sparql.tokens import Token, place, tokenize

__all__ = ["inlined"]

#: How often subqueries may be included, so that a short text does not become a long one.
_MOST = 50


def inlined(text: str, source: str) -> str:
    """Return a query with its named subqueries where they are included.

    Args:
        text: a query.
        source: what messages call it, such as its file.

    Raises:
        ParseFailure: a name has no subquery, or includes itself; or the text is not SPARQL.

    >>> text = "SELECT * WITH { SELECT ?s { ?s ?p 1 } } AS %a { INCLUDE %a }"
    >>> print(" ".join(inlined(text, "query").split()))
    SELECT * { { SELECT ?s { ?s ?p 1 } } }
    """
    if not re.search(r"%\w", text):
        return text
    tokens = tokenize(text, source)
    bodies: dict[str, str] = {}
    blanked = list(text)
    index = 0
    while index < len(tokens):
        found = _named(tokens, index)
        if found:
            name, first, last, after = found
            bodies[name] = text[tokens[first].start + 1 : tokens[last].start]
            end = tokens[after].start + len(tokens[after].text)
            for offset in range(tokens[index].start, end):
                if blanked[offset] not in "\r\n":
                    blanked[offset] = " "
            index = after
        index += 1
    return _included("".join(blanked), bodies, source)


def _named(tokens: list[Token], index: int) -> tuple[str, int, int, int] | None:
    """Return the name, the braces and the last token of a named subquery that begins here."""
    if tokens[index].text.upper() != "WITH" or not _is(tokens, index + 1, "{"):
        return None
    depth = 0
    for last in range(index + 1, len(tokens)):
        depth += (tokens[last].text == "{") - (tokens[last].text == "}")
        if not depth:
            break
    name = _name(tokens, last + 2)
    if not _is(tokens, last + 1, "AS") or name is None:
        return None
    return name, index + 1, last, last + 3


def _included(text: str, bodies: dict[str, str], source: str) -> str:
    for _ in range(_MOST):
        tokens = tokenize(text, source)
        for number, token in enumerate(tokens):
            name = _name(tokens, number + 1) if token.text.upper() == "INCLUDE" else None
            if name is None:
                continue
            if name not in bodies:
                message = f"INCLUDE %{name}: no WITH {{ … }} AS %{name} names a subquery so"
                raise ParseFailure(source, message, *place(text, token.start))
            end = tokens[number + 2].start + len(tokens[number + 2].text)
            # A comment would go on to the end of the line that the subquery is now in.
            body = _on_one_line(bodies[name], source)
            text = f"{text[: token.start]}{{ {body} }}{text[end:]}"
            break
        else:
            return text
    raise ParseFailure(source, "named subqueries include each other without an end")


def _on_one_line(text: str, source: str) -> str:
    """Return a text without its comments, and with blanks for the line ends between tokens."""
    tokens = tokenize(text, source)
    kept = []
    position = 0
    for token in tokens:
        between = text[position : token.start]
        kept.append(re.sub(r"#[^\r\n]*|[\r\n]", " ", between))
        kept.append(token.text)
        position = token.start + len(token.text)
    return "".join([*kept, " "])


def _name(tokens: list[Token], index: int) -> str | None:
    """Return the name after a ``%``."""
    if not _is(tokens, index, "%") or index + 1 >= len(tokens):
        return None
    token = tokens[index + 1]
    return token.text if token.start == tokens[index].start + 1 else None


def _is(tokens: list[Token], index: int, text: str) -> bool:
    return index < len(tokens) and tokens[index].text.upper() == text
