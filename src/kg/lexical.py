"""Literals as they are written, in a store that keeps only values.

To Oxigraph ``"01"^^xsd:integer`` and ``"1"^^xsd:int`` are both ``1``. Where the two must stay
apart, a literal that the store would change is kept under a datatype of kg's own, which the store
knows nothing of, and is turned back when it comes out: ``encode`` and ``decode``.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar, cast

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Store, Triple

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "KEPT",
    "decode",
    "decode_lines",
    "decode_quad",
    "encode",
    "encode_quad",
    "is_kept",
    "iter_changed",
]

_XSD = "http://www.w3.org/2001/XMLSchema#"
#: What the datatype of a literal that is kept as it is written begins with.
KEPT = "https://w3id.org/relations-kg/as-written/"
#: Forms that the store gives back as they came, by far the most frequent ones.
_PLAIN = re.compile(r"0|-?[1-9][0-9]{0,17}")
_DATE = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])")
# A typed literal of a line that pyoxigraph wrote.
_TYPED = re.compile(rb'"((?:[^"\\\n]|\\.)*)"\^\^<http://www\.w3\.org/2001/XMLSchema#([A-Za-z]+)>')
# A literal that is kept as it is written, which nothing but the end of its line follows.
_ENCODED = re.compile(rb'"\^\^<' + re.escape(KEPT).encode() + rb"([A-Za-z]+)> \.$", re.MULTILINE)
_ESCAPE = re.compile(r"\\(.)")
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}

_Term = TypeVar("_Term", bound=NamedNode | BlankNode | Literal | Triple)


def is_kept(literal: Literal) -> bool:
    """Return whether a store gives a literal back as it is written.

    >>> is_kept(Literal("1")), is_kept(Literal(1))
    (True, True)
    >>> is_kept(Literal("1.0", datatype=NamedNode("http://www.w3.org/2001/XMLSchema#decimal")))
    False
    """
    datatype = literal.datatype.value
    return not datatype.startswith(_XSD) or _keeps(literal.value, datatype[len(_XSD) :])


@lru_cache(maxsize=1 << 16)
def _keeps(form: str, kind: str) -> bool:
    if kind == "string":
        return True
    if (kind == "integer" and _PLAIN.fullmatch(form)) or (kind == "date" and _DATE.fullmatch(form)):
        return True
    node, store = NamedNode(_XSD), Store()
    literal = Literal(form, datatype=NamedNode(_XSD + kind))
    store.add(Quad(node, node, literal))
    return Quad(node, node, literal) in set(store)


def encode(term: _Term) -> _Term:
    """Return a term as a store can keep it: a literal that it would change under a name of kg's.

    >>> encode(Literal("01", datatype=NamedNode("http://www.w3.org/2001/XMLSchema#integer"))).value
    '01'
    """
    if isinstance(term, Literal) and not is_kept(term):
        name = KEPT + term.datatype.value[len(_XSD) :]
        return cast("_Term", Literal(term.value, datatype=NamedNode(name)))
    if isinstance(term, Triple):
        return cast("_Term", Triple(term.subject, term.predicate, encode(term.object)))
    return term


def decode(term: _Term) -> _Term:
    """Return a term as it was before ``encode``.

    >>> one = Literal("01", datatype=NamedNode("http://www.w3.org/2001/XMLSchema#integer"))
    >>> decode(encode(one)) == one
    True
    """
    if isinstance(term, Literal):
        datatype = term.datatype.value
        if datatype.startswith(KEPT):
            name = _XSD + datatype[len(KEPT) :]
            return cast("_Term", Literal(term.value, datatype=NamedNode(name)))
    if isinstance(term, Triple):
        return cast("_Term", Triple(term.subject, term.predicate, decode(term.object)))
    return term


def encode_quad(quad: Quad) -> Quad:
    """Return a quad as a store can keep it."""
    changed = encode(quad.object)
    if changed is quad.object or changed == quad.object:
        return quad
    return Quad(quad.subject, quad.predicate, changed, quad.graph_name)


def decode_quad(quad: Quad) -> Quad:
    """Return a quad as it was before ``encode_quad``."""
    changed = decode(quad.object)
    if changed is quad.object or changed == quad.object:
        return quad
    return Quad(quad.subject, quad.predicate, changed, quad.graph_name)


def decode_lines(text: bytes) -> bytes:
    r"""Return lines of N-Triples as they were before their literals were encoded.

    >>> line = f'<urn:a> <urn:b> "01"^^<{KEPT}integer> .\n'
    >>> decode_lines(line.encode())
    b'<urn:a> <urn:b> "01"^^<http://www.w3.org/2001/XMLSchema#integer> .\n'
    """
    return _ENCODED.sub(rb'"^^<' + _XSD.encode() + rb"\1> .", text)


def iter_changed(text: bytes) -> Iterator[bytes]:
    """Yield the lines of N-Triples or N-Quads with a literal that a store would change.

    Args:
        text: as pyoxigraph writes it, whole lines.
    """
    found = {each for each in _TYPED.findall(text) if not _keeps(_read(each[0]), each[1].decode())}
    if not found:
        return
    last = -1
    for match in _TYPED.finditer(text):
        if match.groups() in found:
            start = text.rfind(b"\n", 0, match.start()) + 1
            if start != last:
                last, end = start, text.find(b"\n", match.end())
                yield text[start : end if end >= 0 else len(text)]


def _read(form: bytes) -> str:
    """Return the text of a literal; an escaped character is one that no number or date has."""
    return _ESCAPE.sub(lambda found: _ESCAPED.get(found[1], found[1]), form.decode())
