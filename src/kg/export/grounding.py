"""Blank nodes named by what is said of them, so that two graphs can be compared as sets."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode

from kg.export.canonical import canonical_triples
from kg.export.statement import Statement

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyoxigraph import Triple

__all__ = ["grounded"]


def grounded(triples: Iterable[Triple]) -> list[Statement]:
    """Rename blank nodes after everything that is said of them and of their neighbours.

    The canonical names of RDFC-1.0 hang on the whole graph, so that one change renames them all;
    here each cluster of blank nodes is named by itself.

    Returns:
        The statements, sorted: equal lists for isomorphic graphs.

    >>> from pyoxigraph import Triple
    >>> from kg.namespaces import OWL, RDF
    >>> grounded([Triple(BlankNode("a"), RDF.type, OWL.Class)]) == grounded(
    ...     [Triple(BlankNode("b"), RDF.type, OWL.Class)])
    True
    """
    neighbours: dict[BlankNode, BlankNode] = {}

    def cluster(node: BlankNode) -> BlankNode:
        while neighbours.setdefault(node, node) != node:
            neighbours[node] = neighbours[neighbours[node]]
            node = neighbours[node]
        return node

    plain, clustered = [], []
    for triple in triples:
        blank = [term for term in (triple.subject, triple.object) if isinstance(term, BlankNode)]
        if blank:
            clustered.append((triple, blank[0]))
            neighbours[cluster(blank[0])] = cluster(blank[-1])
        else:
            plain.append(triple)
    groups: dict[BlankNode, list[Triple]] = defaultdict(list)
    for triple, node in clustered:
        groups[cluster(node)].append(triple)
    statements = canonical_triples(plain)
    copies: Counter[str] = Counter()
    for group in groups.values():
        statements += _named(group, copies)
    return sorted(statements, key=lambda statement: str(statement.triple))


def _named(group: list[Triple], copies: Counter[str]) -> list[Statement]:
    statements = canonical_triples(group)
    said = "\n".join(str(statement.triple) for statement in statements)
    digest = hashlib.sha256(said.encode()).hexdigest()[:16]
    # Two clusters that say the same are still two.
    label = f"{digest}x{copies[digest]}"
    copies[digest] += 1
    named = []
    for subject, predicate, term, graph in statements:
        source = BlankNode(label + subject.value) if isinstance(subject, BlankNode) else subject
        target = BlankNode(label + term.value) if isinstance(term, BlankNode) else term
        named.append(Statement(source, predicate, target, graph))
    return named
