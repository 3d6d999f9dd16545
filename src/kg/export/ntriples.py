"""The parts of a line of N-Triples as Oxigraph writes it (https://www.w3.org/TR/n-triples/)."""

from __future__ import annotations

from typing import NamedTuple

from kg.dataset.statements import unescaped
from kg.namespaces import RDF, XSD

__all__ = ["LiteralParts", "literal_parts", "split"]


class LiteralParts(NamedTuple):
    """What a literal is made of; the datatype is an IRI."""

    value: str
    language: str | None
    datatype: str


def split(line: str) -> tuple[str, str, str]:
    """Return subject, predicate and object of a line, as they are written.

    >>> split('<x:s> <x:p> "a text" .')
    ('<x:s>', '<x:p>', '"a text"')
    """
    subject, _, rest = line.partition(" ")
    predicate, _, value = rest.partition(" ")
    return subject, predicate, value[:-2]


def literal_parts(text: str) -> LiteralParts:
    r"""Return the parts of a literal.

    >>> literal_parts('"a\\n"@en')
    LiteralParts(value='a\n', language='en', datatype='http://www.w3.org/1999/02/22-rdf-syntax-ns#langString')
    """
    end = text.rindex('"')
    value, kind = text[1:end], text[end + 1 :]
    if "\\" in value:
        value = unescaped(value)
    if not kind:
        return LiteralParts(value, None, XSD.string.value)
    if kind[0] == "@":
        return LiteralParts(value, kind[1:], RDF.langString.value)
    return LiteralParts(value, None, kind[3:-1])
