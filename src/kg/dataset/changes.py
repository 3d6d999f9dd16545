r"""Documents of changes: what is added to a graph, and what is taken away from it, in order.

A graph that is kept in a folder may have a folder ``changes/`` beside its files. What the graph
says is what its files say, and then each change in turn. The form is a subset of RDF Patch
(https://afs.github.io/rdf-delta/rdf-patch.html): statements of N-Quads, one on a line, after
``D`` for what is deleted and ``A`` for what is added, between ``TX .`` and ``TC .``, which shows
that nothing was cut off::

    TX .
    D <https://e.org/a> <https://e.org/b> "old" <https://w3id.org/relations-kg/graph/asserted> .
    A <https://e.org/a> <https://e.org/b> "new" <https://w3id.org/relations-kg/graph/asserted> .
    TC .

What a document deletes goes before what it adds comes. A statement without a graph is deleted
from whatever graph has it, and added where a file's would be.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, RdfFormat, Triple, serialize

from kg.dataset import parsing
from kg.dataset.lines import Positions
from kg.errors import ParseFailure
from kg.formats import FORMATS, Format
from kg.namespaces import RDF

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from kg.dataset.documents import Document

__all__ = [
    "CHANGES",
    "Change",
    "Graphs",
    "Standing",
    "applied",
    "close_match",
    "only",
    "read",
    "standing",
]

#: The form of a document of changes.
CHANGES = Format("changes", None, (".rdfp",), "application/rdf-patch", keeps_graphs=True)

#: The triples of each named graph.
Graphs = dict[NamedNode, frozenset[Triple]]

_ROW = re.compile(r"(?:(?P<bound>T[XC])[ \t]*\.|(?P<kind>[AD])[ \t].*|#.*|)[ \t\r]*\Z")
_DEFAULT = DefaultGraph()


class Change(NamedTuple):
    """What one document of changes says.

    Args:
        added: the quads that it adds; in the default graph where it names none.
        removed: the quads that it takes away; in the default graph for "wherever it is".
    """

    added: list[Quad]
    removed: list[Quad]

    def text(self) -> str:
        r"""Write the change in canonical form: deletions first, each kind sorted.

        >>> from kg.namespaces import GRAPH, REL
        >>> quad = Quad(REL.Claim, REL.unit, REL.Unit, GRAPH.asserted)
        >>> Change([quad], []).text().split("\n")[1][:50]
        'A <https://w3id.org/relations-kg/ontology#Claim> <'
        """
        rows = [f"D {row}" for row in _rows(self.removed)] + [f"A {r}" for r in _rows(self.added)]
        return "\n".join(["TX .", *rows, "TC .", ""])


def _rows(quads: Iterable[Quad]) -> list[str]:
    written = serialize(set(quads), format=RdfFormat.N_QUADS)
    # Only a line feed ends a row: a literal may have other separators of lines.
    return sorted((written or b"").decode("utf-8").split("\n"))[1:]


def read(name: str, content: bytes, blank_prefix: str) -> Change:
    """Parse a document of changes.

    Args:
        name: the file as the user knows it.
        content: its bytes.
        blank_prefix: begins the labels of its blank nodes.

    Raises:
        ParseFailure: a row is not well formed, the end is missing, or a blank node is deleted.
    """
    text = parsing.decode(name, content)
    _check_rows(name, text)
    form = FORMATS["nq"]
    added, removed = (
        parsing.parse(name, form, rows.encode(), blank_prefix) if rows.strip() else []
        for rows in (only("A", text), only("D", text))
    )
    if not added and not removed:
        raise ParseFailure(name, "changes nothing: remove the file")
    for quad in removed:
        if any(isinstance(term, BlankNode) for term in quad):
            line = Positions(only("D", text), form, blank_prefix).line_of(quad.triple)
            message = "a blank node has no name to be deleted by: give it an IRI where it is stated"
            raise ParseFailure(name, message, line)
    return Change(added, removed)


def _check_rows(name: str, text: str) -> None:
    """Refuse what is no row, and a document without its beginning or its end."""
    found = []
    for number, row in enumerate(text.split("\n"), start=1):
        match = _ROW.match(row)
        if match is None:
            raise ParseFailure(name, "a row begins with A, D, TX or TC (RDF Patch)", number)
        if match.lastgroup:
            found.append((match.lastgroup, row[:2], number))
    if not found or found[0][1] != "TX":
        raise ParseFailure(name, "does not begin with TX . (RDF Patch)", 1)
    if found[-1][1] != "TC":
        raise ParseFailure(name, "does not end with TC .: is it cut off?", found[-1][2])
    for group, _, number in found[1:-1]:
        if group == "bound":
            raise ParseFailure(name, "one document is one change: TX and TC stand once", number)


def only(kind: str, text: str) -> str:
    r"""Leave the statements of one kind of row, each where it stood, as N-Quads.

    >>> only("A", "TX .\nA <s> <p> <o> .\nTC .")
    '\n  <s> <p> <o> .\n'
    """
    rows = (f" {row[1:]}" if row.startswith(kind) else "" for row in text.split("\n"))
    return "\n".join(rows)


def applied(graphs: Mapping[NamedNode, frozenset[Triple]], documents: Iterable[Document]) -> Graphs:
    """Return the named graphs after changes in turn; the graphs given stay as they are.

    Raises:
        ParseFailure: a document deletes what is not there; names the line.
    """
    changed: dict[NamedNode, set[Triple]] = {}

    def graph(name: NamedNode) -> Collection[Triple]:
        return changed.get(name, graphs.get(name, frozenset()))

    def own(name: NamedNode) -> set[Triple]:
        if name not in changed:
            changed[name] = set(graphs.get(name, ()))
        return changed[name]

    for document in documents:
        for quad in document.removals():
            named = quad.graph_name
            homes = [named] if isinstance(named, NamedNode) else list({**graphs, **changed})
            holding = [name for name in homes if quad.triple in graph(name)]
            if not holding:
                raise _absent(document, quad.triple, [graph(name) for name in homes])
            for name in holding:
                own(name).discard(quad.triple)
        for quad in document.quads():
            own(quad.graph_name).add(quad.triple)  # type: ignore[arg-type]
    return {**graphs, **{name: frozenset(triples) for name, triples in changed.items()}}


def _absent(
    document: Document, triple: Triple, graphs: Iterable[Collection[Triple]]
) -> ParseFailure:
    from kg.dataset.documents import shown

    place = document.place_of_removal(triple)
    found = close_match(triple, graphs)
    hint = f"; did you mean {found}?" if found else ""
    message = f"not there to be deleted: {triple}{hint}"
    return ParseFailure(shown(place.path), message, place.line)


def close_match(triple: Triple, graphs: Iterable[Collection[Triple]]) -> Triple | None:
    """Find a triple that differs from one that is not there in its object, or in its property.

    >>> from kg.namespaces import REL
    >>> held = Triple(REL.Claim, REL.unit, REL.Unit)
    >>> close_match(Triple(REL.Claim, REL.unit, REL.Claim), [{held}]) == held
    True
    """
    near = [
        (one.predicate != triple.predicate, str(one), one)
        for graph in graphs
        for one in graph
        if one.subject == triple.subject
        and (one.predicate == triple.predicate or one.object == triple.object)
    ]
    return min(near, key=lambda found: found[:2])[2] if near else None


class Standing(NamedTuple):
    """What still stands of a document after the changes that came later; read like a document."""

    triples: frozenset[Triple]
    subjects: frozenset[object]
    typed: frozenset[object]

    def states(self, triple: Triple) -> bool:
        """Return whether a triple still stands."""
        return triple in self.triples

    def describes(self, node: object) -> bool:
        """Return whether something is still said of a node."""
        return node in self.subjects

    def types(self, node: object) -> bool:
        """Return whether a node still has a kind."""
        return node in self.typed


def standing(documents: Sequence[Document]) -> list[Document | Standing]:
    """Tell for each document what is left of it: the document itself where all is.

    Args:
        documents: all of a dataset, in order.
    """
    gone: set[Quad] = set()
    left: list[Document | Standing] = []
    for document in reversed(documents):
        left.append(document if not gone else _without(document, gone))
        gone.update(document.removals())
    return left[::-1]


def _anywhere(quad: Quad) -> Quad:
    return Quad(quad.subject, quad.predicate, quad.object, _DEFAULT)


def _without(document: Document, gone: set[Quad]) -> Document | Standing:
    quads = document.quads()
    kept = [quad for quad in quads if quad not in gone and _anywhere(quad) not in gone]
    if len(kept) == len(quads):
        return document
    return Standing(
        frozenset(quad.triple for quad in kept),
        frozenset(quad.subject for quad in kept),
        frozenset(quad.subject for quad in kept if quad.predicate == RDF.type),
    )
