"""Blank nodes that hang together as trees, named by their place and their content.

Most blank nodes are of this kind: the cells of lists, restrictions, nested descriptions. What is
left, blank nodes that are pointed at twice or go round in a circle, is the core of a graph.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, NamedNode

from kg.namespaces import BASE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kg.export.statement import Statement, Subject, Term

__all__ = ["Trees"]


class Trees:
    """The trees of blank nodes in some statements.

    Args:
        statements: each one once.

    >>> from pyoxigraph import DefaultGraph
    >>> from kg.export.statement import Statement
    >>> from kg.namespaces import OWL, RDF
    >>> trees = Trees([Statement(BlankNode("x"), RDF.type, OWL.Thing, DefaultGraph())])
    >>> trees.core(), [statement.subject.value for statement in trees.grown([])]
    ([], ['bdcc148bcc03999dc'])
    """

    def __init__(self, statements: list[Statement]) -> None:
        self._statements = statements
        self._said: dict[Subject, list[Statement]] = defaultdict(list)
        self._parents: dict[BlankNode, list[Subject]] = defaultdict(list)
        for statement in statements:
            self._said[statement.subject].append(statement)
            if isinstance(statement.object, BlankNode):
                self._parents[statement.object].append(statement.subject)
        self._digests: dict[Term, str] = {}
        self._fell()
        self._content = {digest: self._said[node] for node, digest in self._digests.items()}  # type: ignore[index]
        self._stands_for: dict[Term, str] = {}

    def _fell(self) -> None:
        """Take off leaf after leaf, giving each a digest of all that hangs on it."""
        graphs = {statement.graph for statement in self._statements}
        # What stands in a graph without a name of its own is named together with that graph.
        graphs |= {said.subject for said in self._statements if isinstance(said.graph, BlankNode)}
        missing = Counter(parent for parents in self._parents.values() for parent in parents)
        nodes = {node for node in self._said if isinstance(node, BlankNode)} | set(self._parents)
        waiting = [node for node in nodes if not missing[node]]
        while waiting:
            node = waiting.pop()
            parents = self._parents.get(node, [])
            if node in graphs or len(parents) > 1:
                continue
            content = (
                f"{said.graph} {said.predicate} {self._digests.get(said.object, said.object)}"
                for said in self._said.get(node, [])
            )
            self._digests[node] = _digest(sorted(content))
            for parent in parents:
                missing[parent] -= 1
                if not missing[parent] and isinstance(parent, BlankNode):
                    waiting.append(parent)

    def core(self) -> list[Statement]:
        """Return the statements about what is in no tree, an IRI standing for each tree."""
        core = (said for said in self._statements if said.subject not in self._digests)
        return list(self._replaced(core))

    def grown(self, core: Iterable[Statement]) -> list[Statement]:
        """Put the trees back, now with names.

        Args:
            core: what :meth:`core` returned, its blank nodes named as they are to be.
        """
        grown: list[Statement] = []
        waiting = list(self._roots())

        def put(statements: Iterable[Statement]) -> None:
            for said in statements:
                digest = self._stands_for.get(said.object)
                if digest is None:
                    grown.append(said)
                else:
                    name = _named(map(str, said))
                    grown.append(said._replace(object=name))
                    waiting.append((name, digest))

        put(core)
        while waiting:
            name, digest = waiting.pop()
            put(said._replace(subject=name) for said in self._replaced(self._content[digest]))
        return grown

    def _roots(self) -> Iterator[tuple[BlankNode, str]]:
        roots = Counter(d for node, d in self._digests.items() if node not in self._parents)
        for digest, count in roots.items():
            for number in range(count):
                yield _named([digest, str(number)]), digest

    def _replaced(self, statements: Iterable[Statement]) -> Iterator[Statement]:
        """Let an IRI stand for each tree, with a number where two are the same."""
        numbers: Counter[tuple[object, ...]] = Counter()
        for said in statements:
            digest = self._digests.get(said.object)
            if digest is None:
                yield said
                continue
            key = (said.subject, said.predicate, said.graph, digest)
            place = NamedNode(f"{BASE}tree/{digest}/{numbers[key]}")
            numbers[key] += 1
            self._stands_for[place] = digest
            yield said._replace(object=place)


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _named(parts: Iterable[str]) -> BlankNode:
    return BlankNode(f"b{_digest(parts)[:16]}")
