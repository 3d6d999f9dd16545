"""Canonicalization: sorted lines of N-Triples, the same for every isomorphic graph.

Oxigraph writes and reads whole graphs as N-Triples; a Python object is made for no statement
without a blank node. Blank nodes are named by RDFC-1.0, or by their place in a tree.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    RdfFormat,
    Triple,
    parse,
    serialize,
)

from kg.dataset.statements import unescaped
from kg.errors import Misuse
from kg.namespaces import BASE, RDF, XSD
from kg.snapshot.writing import InLines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = [
    "GraphName",
    "Lines",
    "Properties",
    "Statement",
    "Subject",
    "Term",
    "by_subject",
    "canonical_lines",
    "canonical_statements",
    "canonical_triples",
    "has_blank_node",
    "lines_of",
    "literal_parts",
    "name_by_content",
    "nquads",
    "read_lines",
    "split",
]


class _LiteralParts(NamedTuple):
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


def literal_parts(text: str) -> _LiteralParts:
    r"""Return the parts of a literal.

    >>> literal_parts('"a\\n"@en')
    _LiteralParts(value='a\n', language='en', datatype='http://www.w3.org/1999/02/22-rdf-syntax-ns#langString')
    """
    end = text.rindex('"')
    value, kind = text[1:end], text[end + 1 :]
    if "\\" in value:
        value = unescaped(value)
    if not kind:
        return _LiteralParts(value, None, XSD.string.value)
    if kind[0] == "@":
        return _LiteralParts(value, kind[1:], RDF.langString.value)
    return _LiteralParts(value, None, kind[3:-1])


Subject = NamedNode | BlankNode
Term = NamedNode | BlankNode | Literal
GraphName = NamedNode | BlankNode | DefaultGraph
#: What is said of each subject: the objects by predicate.
Properties = dict[Subject, dict[NamedNode, list[Term]]]


class Statement(NamedTuple):
    """A triple of RDF 1.1 and the graph that it stands in."""

    subject: Subject
    predicate: NamedNode
    object: Term
    graph: GraphName

    @property
    def triple(self) -> Triple:
        """The triple without its graph."""
        return Triple(self.subject, self.predicate, self.object)


def by_subject(statements: Iterable[Statement]) -> Properties:
    """Gather what is said of each subject, in the order of the statements.

    >>> from kg.namespaces import OWL, RDF
    >>> said = by_subject([Statement(OWL.Thing, RDF.type, OWL.Class, DefaultGraph())])
    >>> said == {OWL.Thing: {RDF.type: [OWL.Class]}}
    True
    """
    properties: Properties = {}
    for statement in statements:
        objects = properties.setdefault(statement.subject, {})
        objects.setdefault(statement.predicate, []).append(statement.object)
    return properties


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
    trees = _Trees(statements)
    return trees.grown(_renamed(trees.core()))


def _renamed(statements: list[Statement]) -> list[Statement]:
    if not any(isinstance(term, BlankNode) for statement in statements for term in statement):
        return statements
    dataset = Dataset(Quad(*statement) for statement in statements)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return [Statement(q.subject, q.predicate, q.object, q.graph_name) for q in dataset]


# Most blank nodes hang together as trees, named by their place and their content: the cells of
# lists, restrictions, nested descriptions. What is left, blank nodes that are pointed at twice or
# go round in a circle, is the core of a graph.


class _Trees:
    """The trees of blank nodes in some statements.

    Args:
        statements: each one once.

    >>> from pyoxigraph import DefaultGraph
    >>> from kg.export.canonical import Statement
    >>> from kg.namespaces import OWL, RDF
    >>> trees = _Trees([Statement(BlankNode("x"), RDF.type, OWL.Thing, DefaultGraph())])
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
                    name = _blank_node(map(str, said))
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
                yield _blank_node([digest, str(number)]), digest

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


def _blank_node(parts: Iterable[str]) -> BlankNode:
    return BlankNode(f"b{_digest(parts)[:16]}")


def name_by_content(triples: Iterable[Triple]) -> list[Statement]:
    """Rename blank nodes after all that is said of them, so that graphs can be compared as sets.

    The canonical names of RDFC-1.0 hang on the whole graph, so that one change renames them all;
    here each cluster of blank nodes is named by itself.

    Returns:
        The statements, sorted: equal lists for isomorphic graphs.

    >>> from pyoxigraph import Triple
    >>> from kg.namespaces import OWL, RDF
    >>> name_by_content([Triple(BlankNode("a"), RDF.type, OWL.Class)]) == name_by_content(
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
        statements += _name_cluster(group, copies)
    return sorted(statements, key=lambda statement: str(statement.triple))


def _name_cluster(group: list[Triple], copies: Counter[str]) -> list[Statement]:
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
