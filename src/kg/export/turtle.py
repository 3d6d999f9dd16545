"""Canonical Turtle: the same graph is the same text, and a small change is a small diff.

rdflib's ``longturtle`` was tried first and does not keep lexical forms: ``007`` becomes ``7``,
``1E2`` becomes ``1e+02``, ``"1"^^xsd:boolean`` becomes ``true`` or ``1``. Its layout is kept:
one predicate a line, several objects one a line, the closing full stop on its own line.

What is said of a resource without blank nodes goes from N-Triples to Turtle as text, each term
shortened once. Only the others are taken apart into terms.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Triple

from kg.export.canonical import by_subject, canonical_lines, has_blank_node, read_lines, split
from kg.namespaces import OWL, PREFIXES, RDF, RDFS, XSD, compact, known_prefixes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from kg.export.canonical import Properties, Subject, Term

__all__ = ["Nesting", "canonical_turtle"]


#: Blank nodes nested deeper are labelled instead: parsers recurse, and a reader gets lost.
_DEEPEST = 12


class Nesting:
    """Sorts the blank nodes of a graph by the way they are written.

    Args:
        properties: the objects by subject and predicate.

    >>> cell = BlankNode()
    >>> nesting = Nesting({RDF.List: {RDF.first: [cell]}, cell: {RDF.rest: [RDF.nil]}})
    >>> cell in nesting.nested, cell in nesting.cells, cell in nesting.referenced
    (True, False, True)
    """

    def __init__(self, properties: Properties) -> None:
        self._properties = properties
        self._parents: dict[Subject, tuple[Subject, NamedNode]] = {}
        references: Counter[BlankNode] = Counter()
        for node, objects in properties.items():
            for predicate, terms in objects.items():
                for term in terms:
                    if isinstance(term, BlankNode):
                        references[term] += 1
                        self._parents[term] = (node, predicate)
        #: The blank nodes that some triple points at.
        self.referenced = frozenset(references)
        for node, count in references.items():
            if count > 1:
                del self._parents[node]
        #: The cells of well-formed lists, which Turtle writes as ``( )``.
        self.cells = self._find_cells()
        #: The blank nodes that are written inside their only parent.
        self.nested = self._find_nested()

    def items(self, cell: BlankNode) -> list[Term]:
        """List the members of a list from one of its cells on.

        >>> cell = BlankNode()
        >>> properties = {cell: {RDF.first: [RDF.type], RDF.rest: [RDF.nil]}}
        >>> Nesting(properties | {RDF.List: {RDF.first: [cell]}}).items(cell) == [RDF.type]
        True
        """
        members: list[Term] = []
        node: Term = cell
        while isinstance(node, BlankNode):
            members += self._properties[node][RDF.first]
            node = self._properties[node][RDF.rest][0]
        return members

    def _find_cells(self) -> frozenset[Subject]:
        # From each end backwards, so that a broken list costs no second walk.
        cells: set[Subject] = set()
        for node, objects in self._properties.items():
            if objects.get(RDF.rest) != [RDF.nil]:
                continue
            cell, predicate = node, RDF.rest
            while predicate == RDF.rest and cell in self._parents and self._is_cell(cell):
                cells.add(cell)
                cell, predicate = self._parents[cell]
        return frozenset(cells)

    def _is_cell(self, node: Subject) -> bool:
        objects = self._properties[node]
        return objects.keys() == {RDF.first, RDF.rest} and all(
            len(terms) == 1 for terms in objects.values()
        )

    def _find_nested(self) -> frozenset[Subject]:
        depths: dict[Subject, int] = {}
        for start in self._parents:
            chain: dict[Subject, int] = {}
            node: Subject = start
            while node in self._parents and node not in depths and node not in chain:
                chain[node] = len(chain)
                node = self._parents[node][0]
            ascending = list(chain)
            if node in chain:
                ascending = self._cut(ascending, chain[node], depths)
            for member in reversed(ascending):
                self._set_depth(member, depths)
        return frozenset(node for node, depth in depths.items() if depth)

    def _cut(self, chain: list[Subject], start: int, depths: dict[Subject, int]) -> list[Subject]:
        """Open a chain that came round: one node of the cycle gets a label, the others follow."""
        cycle = chain[start:]
        pivot = min(range(len(cycle)), key=lambda i: (cycle[i] in self.cells, cycle[i].value))
        depths[cycle[pivot]] = 0
        return chain[:start] + cycle[pivot + 1 :] + cycle[:pivot]

    def _set_depth(self, node: Subject, depths: dict[Subject, int]) -> None:
        parent, predicate = self._parents[node]
        depth = depths.get(parent, 0)
        continues = predicate == RDF.rest and node in self.cells and parent in self.cells
        if not (continues and depth):
            depth += 1
        depths[node] = depth if depth <= _DEEPEST else 0


# Lexical forms that Turtle 1.1, section 2.5.2, reads as the datatype without quotes; of these, the
# ones that readers such as rdflib, which makes a number of them, keep as they are.
_BARE = {
    XSD.integer: re.compile(r"0|-?[1-9][0-9]*"),
    XSD.decimal: re.compile(r"-?(?:0|[1-9][0-9]*)\.[0-9]{1,6}"),
    XSD.double: re.compile(r"[+-]?(?:[0-9]+\.[0-9]+|[0-9]+)[eE][+-]?[0-9]+"),
    XSD.boolean: re.compile(r"true|false"),
}
_BARE_TEXTS = {datatype.value: pattern for datatype, pattern in _BARE.items()}
# The same narrow local names as in kg.namespaces, for the prefixes that a file brings along.
_LOCAL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?")
_INDENT = "    "
#: Stands for the comments of a node while it has its place: what is blank is named on the way.
_REMARK = NamedNode("urn:x-kg:remark")
_TOLD = str(_REMARK)
_TYPE = str(RDF.type)
#: How the line of an ontology ends.
_IS_ONTOLOGY = f" {RDF.type} {OWL.Ontology} ."
#: A block of Turtle: where it stands, its text, and the comments before it.
_Block = tuple[int, str, list[str]]


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
    if remarks:
        told = (Triple(n, _REMARK, Literal("\n".join(lines))) for n, lines in remarks.items())
        triples = [*triples, *told]
    blocks = _blocks(triples, names)
    head = "\n".join(f"# {line}".rstrip() for line in comment.split("\n")) if comment else ""
    parts = [part for part in (head, names.declarations(), *blocks) if part]
    return "\n\n".join(parts) + "\n" if parts else ""


def _blocks(triples: Iterable[Triple], names: _Names) -> list[str]:
    """Write what is said of each resource, in order."""
    texts = _Texts(names)
    placed: list[_Block] = []
    nested: list[str] = []
    for lines in _subjects(triples):
        if any(("_:" in line and has_blank_node(line)) or _TOLD in line for line in lines):
            nested += lines
        else:
            placed.append(texts.block(lines))
    placed += _Writer(by_subject(read_lines(nested)), names).blocks()
    return ["\n".join([*remarks, text]) for _, text, remarks in sorted(placed)]


def _subjects(triples: Iterable[Triple]) -> Iterator[list[str]]:
    """Yield the canonical lines about each subject."""
    for graph in canonical_lines([(DefaultGraph(), triples)]):
        for _, lines in groupby(graph.lines, key=lambda line: line[: line.index(" ")]):
            yield list(lines)


class _Names:
    """Shortens IRIs and remembers which prefixes that took."""

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        further = {prefix: iri for prefix, iri in prefixes.items() if PREFIXES.get(prefix) != iri}
        self._further = sorted(further.items(), key=lambda item: (-len(item[1]), item[0]))
        self._taken = further.keys() & known_prefixes().keys()
        self._all = known_prefixes() | dict(sorted(further.items()))
        self._names: dict[str, str] = {}
        self._used: set[str] = set()

    def __call__(self, iri: str) -> str:
        if iri not in self._names:
            self._names[iri] = self._shorten(iri)
        return self._names[iri]

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


class _Texts:
    """Writes resources without blank nodes: what is N-Triples becomes Turtle, term by term."""

    def __init__(self, names: _Names) -> None:
        self._name = names
        self._verbs: dict[str, tuple[int, str]] = {}
        self._terms: dict[str, tuple[int, str]] = {}

    def block(self, lines: list[str]) -> _Block:
        """Write what is said of one resource.

        Args:
            lines: canonical lines about it.
        """
        said: dict[str, list[tuple[int, str]]] = {}
        for line in lines:
            subject, predicate, value = split(line)
            said.setdefault(predicate, []).append(self._term(value))
        written = sorted((*self._verb(predicate), objects) for predicate, objects in said.items())
        texts = [text for _, verb, objects in written for text in _said(verb, objects)]
        name = self._name(subject[1:-1])
        if _TYPE in said:
            # The class stands where the eye, a search and the hunk heading of a diff find it.
            name += " " + texts.pop(0).lstrip()
        is_ontology = any(line.endswith(_IS_ONTOLOGY) for line in lines)
        return 0 if is_ontology else 1, _whole(name, texts), []

    def _verb(self, predicate: str) -> tuple[int, str]:
        if predicate not in self._verbs:
            self._verbs[predicate] = _verb(predicate[1:-1], self._name)
        return self._verbs[predicate]

    def _term(self, text: str) -> tuple[int, str]:
        """Return the kind of a term and how it is written."""
        if text not in self._terms:
            is_iri = text[0] == "<"
            self._terms[text] = (0, self._name(text[1:-1])) if is_iri else (1, self._literal(text))
        return self._terms[text]

    def _literal(self, text: str) -> str:
        quoted, mark, datatype = text.rpartition('"^^<')
        if not mark or text[-1] != ">":
            return text
        datatype = datatype[:-1]
        bare = _BARE_TEXTS.get(datatype)
        if bare is not None and bare.fullmatch(quoted, 1):
            return quoted[1:]
        return f'{quoted}"^^{self._name(datatype)}'


def _said(verb: str, objects: list[tuple[int, str]]) -> list[str]:
    """Return the lines of one property, given the kind and the text of each object."""
    if len(objects) == 1:
        return [f"{_INDENT}{verb} {objects[0][1]} ;"]
    deeper = _INDENT * 2
    return [_INDENT + verb, " ,\n".join(deeper + text for _, text in sorted(objects)) + " ;"]


def _whole(name: str, lines: list[str]) -> str:
    return "\n".join([name, *lines, "."]) if lines else name.removesuffix(";") + "."


def _verb(predicate: str, name: _Names) -> tuple[int, str]:
    """Return where a property stands among those of its subject, and how it is written."""
    if predicate == RDF.type.value:
        return 0, "a"
    return 1 if predicate == RDFS.label.value else 2, name(predicate)


class _Writer:
    """Writes resources that have to do with blank nodes, or have comments."""

    def __init__(self, properties: Properties, names: _Names) -> None:
        self._name = names
        self._properties = properties
        self._nesting = Nesting(properties)

    def blocks(self) -> list[_Block]:
        """Write each subject that is not nested in another."""
        nodes = (node for node in self._properties if node not in self._nesting.nested)
        return [(self._rank(node), self._block(node), self._remarks(node)) for node in nodes]

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
        return _whole(name, lines)

    def _lines(self, node: Subject, indent: str) -> list[str]:
        lines = []
        properties = {p: o for p, o in self._properties[node].items() if p != _REMARK}
        verbs = ((*_verb(p.value, self._name), terms) for p, terms in properties.items())
        for _, name, terms in sorted(verbs):
            if len(terms) == 1:
                lines.append(f"{indent}{name} {self._term(terms[0], indent)} ;")
                continue
            deeper = indent + _INDENT
            texts = sorted((_kind(term), self._term(term, deeper)) for term in terms)
            lines += [indent + name, " ,\n".join(deeper + text for _, text in texts) + " ;"]
        return lines

    def _term(self, term: Term, indent: str) -> str:
        if isinstance(term, NamedNode):
            return self._name(term.value)
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
        return f"{Literal(literal.value)}^^{self._name(literal.datatype.value)}"


def _kind(term: Term) -> int:
    return (NamedNode, Literal, BlankNode).index(type(term))
