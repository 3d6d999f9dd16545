"""RDF/XML, for the programs that read nothing else.

pyoxigraph writes RDF/XML that is not well-formed XML where a predicate or a class ends in a digit,
and writes control characters as they are; so each is written, or refused, here.
Specification: https://www.w3.org/TR/rdf-syntax-grammar/
"""

from __future__ import annotations

import re
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from pyoxigraph import DefaultGraph, Literal, NamedNode, Triple

from kg.errors import Misuse
from kg.export.canonical import canonical_lines, literal_parts, split
from kg.namespaces import PREFIXES, RDF, XSD

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["XML_TEXT", "is_writable", "to_rdfxml"]

#: Text that XML 1.0, section 2.2, can carry.
XML_TEXT = re.compile("[\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*")
# XML names without colon: https://www.w3.org/TR/xml-names/#NT-NCName
_START = (
    "A-Z_a-z\xc0-\xd6\xd8-\xf6\xf8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f"
    "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_NAME = re.compile(rf"[{_START}][{_START}\-.0-9\xb7\u0300-\u036f\u203f-\u2040]*\Z")
# Names of the syntax itself, section 5.1 of the specification: no property may be called so.
_RESERVED = re.compile(
    "RDF|ID|about|bagID|parseType|resource|nodeID|datatype|li|aboutEach(Prefix)?|Description"
)


def to_rdfxml(triples: Iterable[Triple]) -> str:
    """Write triples as RDF/XML, one element a triple.

    Raises:
        Misuse: a predicate is no XML name, or a literal has a character that XML cannot carry.

    >>> print(to_rdfxml([Triple(RDF.List, RDF.rest, Literal("a & b"))]), end="")
    <?xml version="1.0" encoding="UTF-8"?>
    <rdf:RDF
        xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
      <rdf:Description rdf:about="http://www.w3.org/1999/02/22-rdf-syntax-ns#List">
        <rdf:rest>a &amp; b</rdf:rest>
      </rdf:Description>
    </rdf:RDF>
    """
    lines = [line for graph in canonical_lines([(DefaultGraph(), triples)]) for line in graph.lines]
    statements = list(map(split, lines))
    names = _names({NamedNode(iri[1:-1]) for iri in {predicate for _, predicate, _ in statements}})
    prefixes = {name.partition(":")[0]: iri for name, iri in names.values()} | {"rdf": RDF.iri}
    short = {f"{predicate}": name for predicate, (name, _) in names.items()}
    texts = ['<?xml version="1.0" encoding="UTF-8"?>', "<rdf:RDF"]
    texts += [f"    xmlns:{prefix}={quoteattr(iri)}" for prefix, iri in sorted(prefixes.items())]
    texts[-1] += ">"
    for subject, group in groupby(statements, key=itemgetter(0)):
        texts.append(f"  <rdf:Description {_reference(subject, 'about')}>")
        texts += [_element(entry, short[entry[1]]) for entry in group]
        texts.append("  </rdf:Description>")
    return "\n".join([*texts, "</rdf:RDF>"]) + "\n"


def is_writable(triples: Iterable[Triple]) -> bool:
    """Return whether RDF/XML can carry every triple.

    >>> is_writable([Triple(RDF.List, NamedNode("http://example.org/1"), Literal("a"))])
    False
    """
    predicates = set()
    for triple in triples:
        term = triple.object
        if isinstance(term, Triple) or (
            isinstance(term, Literal) and not XML_TEXT.fullmatch(term.value)
        ):
            return False
        predicates.add(triple.predicate)
    try:
        _names(predicates)
    except Misuse:
        return False
    return True


def _names(predicates: set[NamedNode]) -> dict[NamedNode, tuple[str, str]]:
    """Give each predicate a qualified name, and the namespace that it stands in."""
    known = {namespace: prefix for prefix, namespace in PREFIXES.items()}
    names = {}
    for predicate in sorted(predicates, key=str):
        local = _NAME.search(predicate.value)
        reserved = predicate in RDF and _RESERVED.fullmatch(predicate.value, len(RDF.iri))
        if local is None or reserved:
            why = "is a word of RDF/XML itself" if reserved else "does not end in an XML name"
            raise Misuse(f"{predicate}: not in RDF/XML: the predicate {why}: choose another format")
        namespace = predicate.value[: local.start()]
        prefix = known.setdefault(namespace, f"ns{len(known) - len(PREFIXES)}")
        names[predicate] = (f"{prefix}:{local.group()}", namespace)
    return names


def _reference(node: str, attribute: str) -> str:
    if node[0] == "<":
        return f"rdf:{attribute}={quoteattr(node[1:-1])}"
    return f'rdf:nodeID="{node[2:]}"'


def _element(statement: tuple[str, str, str], name: str) -> str:
    term = statement[2]
    if term[0] != '"':
        return f"    <{name} {_reference(term, 'resource')}/>"
    value, language, datatype = literal_parts(term)
    if not XML_TEXT.fullmatch(value):
        why = "the text has a character that XML cannot carry"
        raise Misuse(f"{' '.join(statement)}: not in RDF/XML: {why}: choose another format")
    kind = ""
    if language is not None:
        kind = f' xml:lang="{language}"'
    elif datatype != XSD.string.value:
        kind = f" rdf:datatype={quoteattr(datatype)}"
    # A bare carriage return would be read as a line feed (XML 1.0, section 2.11).
    return f"    <{name}{kind}>{escape(value, {chr(13): '&#13;'})}</{name}>"
