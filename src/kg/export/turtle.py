"""Canonical Turtle: the same graph is the same text, and a small change is a small diff.

rdflib's ``longturtle`` was tried first and does not keep lexical forms: ``007`` becomes ``7``,
``1E2`` becomes ``1e+02``, ``"1"^^xsd:boolean`` becomes ``true`` or ``1``. Its layout is kept:
one predicate a line, several objects one a line, the closing full stop on its own line.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kg.export.canonical import canonical_triples
from kg.export.nesting import Nesting
from kg.export.statement import by_subject
from kg.namespaces import OWL, PREFIXES, RDF, RDFS, XSD, compact, known_prefixes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kg.export.statement import Properties, Subject, Term

__all__ = ["canonical_turtle"]

# Lexical forms that Turtle 1.1, section 2.5.2, reads as the datatype without quotes; of these, the
# ones that readers such as rdflib, which makes a number of them, keep as they are.
_BARE = {
    XSD.integer: re.compile(r"0|-?[1-9][0-9]*"),
    XSD.decimal: re.compile(r"-?(?:0|[1-9][0-9]*)\.[0-9]{1,6}"),
    XSD.double: re.compile(r"[+-]?(?:[0-9]+\.[0-9]+|[0-9]+)[eE][+-]?[0-9]+"),
    XSD.boolean: re.compile(r"true|false"),
}
# The same narrow local names as in kg.namespaces, for the prefixes that a file brings along.
_LOCAL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?")
_INDENT = "    "
#: Stands for the comments of a node while it has its place: what is blank is named on the way.
_REMARK = NamedNode("urn:x-kg:remark")


def canonical_turtle(
    triples: Iterable[Triple],
    comment: str = "",
    prefixes: Mapping[str, str] | None = None,
    remarks: Mapping[Subject, list[str]] | None = None,
) -> str:
    """Write triples as Turtle that is the same for the same graph.

    Prefixes come first, own ones before others and only those used; then the ontology, the other
    resources by name, and the blank nodes that cannot be nested. Each lexical form is kept.

    Args:
        triples: the graph.
        comment: what to say at the top, without ``#``.
        prefixes: further prefixes that may be used; they go before those of kg.
        remarks: comments to stand with what is said of a node, each with ``#``.

    Raises:
        Misuse: a term is of RDF 1.2.

    >>> from kg.namespaces import WGS84
    >>> number = Literal("28.50", datatype=XSD.decimal)
    >>> print(canonical_turtle([Triple(RDF.List, WGS84.lat, number)]), end="")
    @prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
    @prefix wgs84: <http://www.w3.org/2003/01/geo/wgs84_pos#> .
    <BLANKLINE>
    rdf:List
        wgs84:lat 28.50 ;
    .
    """
    names = _Names(prefixes or {})
    told = (Triple(n, _REMARK, Literal("\n".join(lines))) for n, lines in (remarks or {}).items())
    blocks = _Writer(by_subject(canonical_triples([*triples, *told])), names).blocks()
    head = "\n".join(f"# {line}".rstrip() for line in comment.split("\n")) if comment else ""
    parts = [part for part in (head, names.declarations(), *blocks) if part]
    return "\n\n".join(parts) + "\n" if parts else ""


class _Names:
    """Shortens IRIs and remembers which prefixes that took."""

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        further = {prefix: iri for prefix, iri in prefixes.items() if PREFIXES.get(prefix) != iri}
        self._further = sorted(further.items(), key=lambda item: (-len(item[1]), item[0]))
        self._taken = further.keys() & known_prefixes().keys()
        self._all = known_prefixes() | dict(sorted(further.items()))
        self._names: dict[NamedNode, str] = {}
        self._used: set[str] = set()

    def __call__(self, node: NamedNode) -> str:
        if node not in self._names:
            self._names[node] = self._shorten(node.value)
        return self._names[node]

    def declarations(self) -> str:
        return "\n".join(
            f"@prefix {p}: <{iri}> ." for p, iri in self._all.items() if p in self._used
        )

    def _shorten(self, iri: str) -> str:
        for prefix, namespace in self._further:
            if iri.startswith(namespace) and _LOCAL.fullmatch(iri, len(namespace)):
                self._used.add(prefix)
                return f"{prefix}:{iri[len(namespace) :]}"
        name = compact(iri)
        prefix = name.partition(":")[0]
        if name[0] == "<" or prefix in self._taken:
            return f"<{iri}>"
        self._used.add(prefix)
        return name


class _Writer:
    def __init__(self, properties: Properties, names: _Names) -> None:
        self._name = names
        self._properties = properties
        self._nesting = Nesting(properties)

    def blocks(self) -> list[str]:
        """Write each subject that is not nested in another, in order."""
        nodes = (node for node in self._properties if node not in self._nesting.nested)
        placed = sorted(
            (self._rank(node), self._block(node), self._remarks(node)) for node in nodes
        )
        return ["\n".join([*remarks, text]) for _, text, remarks in placed]

    def _remarks(self, node: Subject, indent: str = "") -> list[str]:
        """Return the comments of a node, a line each."""
        found = self._properties.get(node, {}).get(_REMARK, [])
        return [f"{indent}{line}" for term in found for line in term.value.split("\n")]

    def _rank(self, node: Subject) -> int:
        if isinstance(node, NamedNode):
            return 0 if OWL.Ontology in self._properties[node].get(RDF.type, ()) else 1
        return 2 if node in self._nesting.referenced else 3

    def _block(self, node: Subject) -> str:
        # A blank node that nothing points at needs no label, so that no label can change.
        anonymous = isinstance(node, BlankNode) and node not in self._nesting.referenced
        name = "[]" if anonymous else self._term(node, "")
        lines = self._lines(node, _INDENT)
        if RDF.type in self._properties[node]:
            # The class stands where the eye, a search and the hunk heading of a diff find it.
            name += " " + lines.pop(0).lstrip()
        return "\n".join([name, *lines, "."]) if lines else name.removesuffix(";") + "."

    def _lines(self, node: Subject, indent: str) -> list[str]:
        lines = []
        properties = {p: o for p, o in self._properties[node].items() if p != _REMARK}
        for _, name, terms in sorted((*self._verb(p), terms) for p, terms in properties.items()):
            if len(terms) == 1:
                lines.append(f"{indent}{name} {self._term(terms[0], indent)} ;")
                continue
            deeper = indent + _INDENT
            texts = sorted((_kind(term), self._term(term, deeper)) for term in terms)
            lines += [indent + name, " ,\n".join(deeper + text for _, text in texts) + " ;"]
        return lines

    def _verb(self, predicate: NamedNode) -> tuple[int, str]:
        if predicate == RDF.type:
            return 0, "a"
        return 1 if predicate == RDFS.label else 2, self._name(predicate)

    def _term(self, term: Term, indent: str) -> str:
        if isinstance(term, NamedNode):
            return self._name(term)
        if isinstance(term, Literal):
            return self._literal(term)
        if term not in self._nesting.nested:
            return str(term)
        deeper = indent + _INDENT
        if term in self._nesting.cells:
            items = [deeper + self._term(item, deeper) for item in self._nesting.items(term)]
            return "\n".join(["(", *items, indent + ")"])
        if term not in self._properties:
            return "[]"
        lines = [*self._remarks(term, deeper), *self._lines(term, deeper)]
        return "\n".join(["[", *lines, indent + "]"])

    def _literal(self, literal: Literal) -> str:
        if literal.language is not None or literal.datatype == XSD.string:
            return str(literal)
        bare = _BARE.get(literal.datatype)
        if bare is not None and bare.fullmatch(literal.value):
            return literal.value
        return f"{Literal(literal.value)}^^{self._name(literal.datatype)}"


def _kind(term: Term) -> int:
    return (NamedNode, Literal, BlankNode).index(type(term))
