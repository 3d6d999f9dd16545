"""What a JSON-LD document says that pyoxigraph's reader leaves out without a word.

The algorithm of the specification drops statements whose terms are not well formed
(https://www.w3.org/TR/json-ld11-api/#deserialize-json-ld-to-rdf-algorithm). Here they are named,
with the line of the text that they were written in.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, parse

from kg.errors import ParseFailure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyoxigraph import Quad

__all__ = ["lone_surrogate", "omitted", "relative"]

_STRING = re.compile(r'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_HIGH, _LOW = r"\\u[dD][89abAB][0-9a-fA-F]{2}", r"\\u[dD][c-fC-F][0-9a-fA-F]{2}"
_SURROGATES = re.compile(rf"{_HIGH}{_LOW}|(?P<lone>{_HIGH}|{_LOW})|\\.", re.DOTALL)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


def omitted(name: str, text: str, base: str | None, read: int) -> tuple[str, ...]:
    """Check that a document was read whole.

    Args:
        name: the file as the user knows it.
        text: the document.
        base: what its relative IRIs are resolved against.
        read: the number of quads that were read.

    Returns:
        The keys that are no terms of the context, which the specification leaves out.

    Raises:
        ParseFailure: an IRI, a language tag or a blank node is not well formed; names the line.
    """
    keys: dict[str, None] = {}
    quads = list(parse(text, RdfFormat.JSON_LD, base_iri=base, lenient=True))
    if len(quads) == read:
        return ()
    for quad in quads:
        key = quad.predicate.value
        if ":" not in key:
            keys[key] = None
            continue
        for term, problem in _problems(quad):
            raise ParseFailure(name, problem, _line_of(text, term))
    return tuple(keys)


def relative(iri: str | None) -> str:
    """Return what is wrong with an IRI that nothing says the beginning of."""
    which = "" if iri is None else f' "{iri}"'
    return f"a relative IRI{which}, and no base: write the whole IRI, or give --base IRI"


def lone_surrogate(text: str) -> tuple[str, int] | None:
    r"""Find half of a character, and the place in the text where it stands.

    >>> lone_surrogate(r'{"a": "\ud83d\ude00 \ud83d"}')
    ('\\ud83d', 20)
    """
    for match in _SURROGATES.finditer(text):
        if match["lone"]:
            return match["lone"], match.start()
    return None


def _problems(quad: Quad) -> Iterator[tuple[str, str]]:
    """Yield what is not well formed in a quad: how it is written, and what is wrong."""
    if quad.predicate.value.startswith("_:"):
        yield quad.predicate.value, f'the property "{quad.predicate.value}" is a blank node'
    terms: list[Any] = [quad.subject, quad.predicate, quad.object, quad.graph_name]
    for term in terms:
        if isinstance(term, Literal):
            if term.language is not None:
                yield from _refused(term.language, Literal, "", language=term.language)
            else:
                yield from _refused(term.datatype.value, NamedNode, term.datatype.value)
        elif isinstance(term, NamedNode):
            yield from _refused(term.value, NamedNode, term.value)
        elif isinstance(term, BlankNode):
            yield from _refused(f"_:{term.value}", BlankNode, term.value)


def _refused(text: str, kind: Any, *given: str, **named: str) -> Iterator[tuple[str, str]]:
    try:
        kind(*given, **named)
    except ValueError as error:
        reason = str(error).replace("\n", " ").rpartition(": ")[2] or str(error)
        if kind is Literal:
            yield text, f'"{text}" is no language tag: {reason}'
        elif kind is BlankNode:
            yield text, f'"{text}" is no name of a blank node: {reason}'
        elif not _SCHEME.match(text):
            yield text, relative(text)
        else:
            yield text, f'the IRI "{text}" is not well formed: {reason}'


def _line_of(text: str, term: str) -> int | None:
    """Return the line of the string that a term was made of: whole, its end or its beginning."""
    import json

    best, offset = (False, 0), None
    for match in _STRING.finditer(text):
        try:
            value = json.loads(match.group())
        except ValueError:
            continue
        if value == term:
            offset = match.start()
            break
        local = value.partition(":")[2] if ":" in value else value
        shared = value if term.startswith(value) else local if term.endswith(local) else ""
        # What the string has in common with the term is to blame where it is wrong by itself.
        rank = (_is_wrong(shared), len(shared))
        if shared and rank > best:
            best, offset = rank, match.start()
    return None if offset is None else text.count("\n", 0, offset) + 1


def _is_wrong(part: str) -> bool:
    return any(_refused(f"x:{part}", NamedNode, f"x:{part}"))
