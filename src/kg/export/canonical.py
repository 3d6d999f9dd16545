"""The canonical order and names that make every export the same bytes for the same graph.

Oxigraph writes and reads whole graphs as N-Triples; a Python object is made for no statement
without a blank node.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    DefaultGraph,
    Quad,
    RdfFormat,
    parse,
    serialize,
)

from kg.errors import Misuse
from kg.export.statement import Statement
from kg.export.trees import Trees
from kg.snapshot.writing import InLines

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyoxigraph import Triple

    from kg.export.statement import GraphName

__all__ = [
    "Lines",
    "canonical_lines",
    "canonical_statements",
    "canonical_triples",
    "has_blank_node",
    "lines_of",
    "nquads",
    "read_lines",
]

#: What ends every line of N-Triples.
_END = " ."


class Lines(NamedTuple):
    """The lines of N-Triples of one graph, without line feeds.

    Args:
        name: the name of the graph.
        lines: a line for each triple, sorted.
    """

    name: GraphName
    lines: list[str]


def canonical_lines(graphs: Iterable[tuple[GraphName, Iterable[Triple]]]) -> list[Lines]:
    """Name the blank nodes of a dataset canonically and sort its lines.

    Two isomorphic datasets give the same lines. Blank nodes that form trees, lists among them, are
    named by where they hang and what hangs on them; the others by RDFC-1.0
    (https://www.w3.org/TR/rdf-canon/), which alone would take minutes for a list of a thousand.

    Returns:
        The lines of each graph that has any, sorted by its name; the default graph comes first.

    Raises:
        Misuse: a term is of RDF 1.2, which the formats of kg cannot carry alike.

    >>> from kg.namespaces import OWL, RDF
    >>> from pyoxigraph import Triple
    >>> def one(label):
    ...     return [(DefaultGraph(), [Triple(BlankNode(label), RDF.type, OWL.Thing)])]
    >>> canonical_lines(one("a")) == canonical_lines(one("b"))
    True
    """
    found: dict[GraphName, set[str]] = {}
    blank: list[Statement] = []
    for name, triples in graphs:
        lines = set(lines_of(triples))
        anonymous = [line for line in lines if has_blank_node(line)]
        if isinstance(name, BlankNode):
            anonymous = list(lines)
        blank += read_lines(anonymous, name)
        found.setdefault(name, set()).update(lines.difference(anonymous))
    for statement in _named(list(dict.fromkeys(blank))):
        found.setdefault(statement.graph, set()).add(f"{statement.triple}{_END}")
    ordered = sorted(found.items(), key=lambda item: _graph_order(item[0]))
    return [Lines(name, sorted(lines)) for name, lines in ordered if lines]


def nquads(graphs: Iterable[Lines]) -> str:
    """Write canonical lines as N-Quads."""
    texts = []
    for name, lines in graphs:
        if isinstance(name, DefaultGraph):
            texts += [f"{line}\n" for line in lines]
        else:
            end = f" {name}{_END}\n"
            texts += [line[: -len(_END)] + end for line in lines]
    return "".join(texts)


def canonical_statements(graphs: Iterable[tuple[GraphName, Iterable[Triple]]]) -> list[Statement]:
    """Return the statements of canonical lines, in their order."""
    found = canonical_lines(graphs)
    return [statement for name, lines in found for statement in read_lines(lines, name)]


def canonical_triples(triples: Iterable[Triple]) -> list[Statement]:
    """Name the blank nodes of one graph canonically and sort its triples.

    Raises:
        Misuse: a term is of RDF 1.2, which the formats of kg cannot carry alike.

    >>> from kg.namespaces import OWL, RDF
    >>> from pyoxigraph import Triple
    >>> len(canonical_triples([Triple(OWL.Thing, RDF.type, OWL.Class)] * 2))
    1
    """
    return canonical_statements([(DefaultGraph(), triples)])


def read_lines(lines: Iterable[str], name: GraphName = DefaultGraph()) -> list[Statement]:  # noqa: B008 - it never changes
    """Return the statements of lines of N-Triples.

    Args:
        lines: without line feeds.
        name: the graph that they stand in.
    """
    read = parse("\n".join(lines), RdfFormat.N_TRIPLES, lenient=True)
    return [Statement(quad.subject, quad.predicate, quad.object, name) for quad in read]


def has_blank_node(line: str) -> bool:
    """Return whether the subject or the object of a line of N-Triples is a blank node."""
    if line[0] == "_":
        return True
    # A text may have the same signs in it.
    return "> _:" in line and line.split(" ", 2)[2].startswith("_:")


def _graph_order(name: GraphName) -> str:
    return "" if isinstance(name, DefaultGraph) else str(name)


def lines_of(triples: Iterable[Triple]) -> list[str]:
    """Return triples as lines of N-Triples, in their order and with their blank nodes.

    Raises:
        Misuse: a term is of RDF 1.2.
    """
    if isinstance(triples, InLines):
        text = b"".join(triples.lines()).decode()
    else:
        text = (serialize(triples, format=RdfFormat.N_TRIPLES) or b"").decode()
    lines = text.split("\n")[:-1]
    if "<<(" in text or "--" in text:
        for line in lines:
            if _is_beyond(line):
                raise Misuse(
                    f"{line[: -len(_END)]}: a triple term or a text direction is RDF 1.2, which kg "
                    "does not export: state it in RDF 1.1"
                )
    return lines


def _is_beyond(line: str) -> bool:
    """Return whether the object of a line is a triple or a text with a direction."""
    value = line[: -len(_END)].split(" ", 2)[2]
    directed = value[0] == '"' and "--" in value[value.rindex('"') :].partition("^^")[0]
    return directed or value.startswith("<<(")


def _named(statements: list[Statement]) -> list[Statement]:
    """Name the blank nodes of some statements, each of which has one."""
    if not statements:
        return []
    trees = Trees(statements)
    return trees.grown(_renamed(trees.core()))


def _renamed(statements: list[Statement]) -> list[Statement]:
    if not any(isinstance(term, BlankNode) for statement in statements for term in statement):
        return statements
    dataset = Dataset(Quad(*statement) for statement in statements)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return [Statement(q.subject, q.predicate, q.object, q.graph_name) for q in dataset]
