"""The shapes graph: targets, references, prefixes, property paths, and what kg refuses in it.

SHACL, https://www.w3.org/TR/shacl/, leaves a processor free to ignore what it does not know and to
do as it likes with shapes that refer to themselves. kg refuses both: a shape that checks nothing
looks like a graph without faults.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from itertools import groupby

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kg.errors import Misuse, ParseFailure, QueryRefused
from kg.namespaces import OWL, PREFIXES, RDF, RDFS, SH, XSD, compact
from kg.sparql.regex import PatternError, matching
from kg.validation.index import Index, Term
from kg.validation.report import describe

__all__ = [
    "REFERENCES",
    "TARGETS",
    "ShapesGraph",
    "is_off",
    "prefixes",
    "references",
    "sparql_path",
    "targeted",
    "targets",
]

TARGETS = (SH.targetClass, SH.targetNode, SH.targetObjectsOf, SH.targetSubjectsOf)
REFERENCES = (SH.node, SH.property, SH["not"], SH.qualifiedValueShape)
_LISTS_OF_REFERENCES = (SH["and"], SH["or"], SH.xone)
# Rules would add triples, imports would fetch them: validation does neither.
_LEFT_OUT = (SH.rule, OWL.imports)
_QUERIES = (SH.select, SH.ask, SH.construct)
# A node with one of these is a shape, typed or not.
_MARKS = (
    *TARGETS,
    SH.property,
    SH.path,
    SH.sparql,
)
# SPARQL 1.1, rule [108]: a variable may start with ? or $.
_PATH_VARIABLE = re.compile(r"[$?]PATH\b")
_JAVASCRIPT = re.compile(re.escape(SH.iri) + "(js|JS)")
_PATH_STAND_IN = "<urn:x-path>"
_SUFFIXES = ((SH.zeroOrMorePath, "*"), (SH.oneOrMorePath, "+"), (SH.zeroOrOnePath, "?"))


class ShapesGraph:
    """The triples of some shapes, indexed by subject.

    Args:
        triples: the shapes, and whatever else stands in their files.

    >>> from pyoxigraph import parse, RdfFormat
    >>> text = "@prefix sh: <http://www.w3.org/ns/shacl#> . <urn:x-s> a sh:Shape ; sh:minCuont 1 ."
    >>> quads = parse(text, RdfFormat.TURTLE)
    >>> ShapesGraph(quad.triple for quad in quads).require_usable()
    Traceback (most recent call last):
    kg.errors.Misuse: shape <urn:x-s>: sh:minCuont is no term of SHACL; did you mean sh:minCount?
    """

    def __init__(self, triples: Iterable[Triple]) -> None:
        self.triples = tuple(triples)
        self._index = Index(self.triples)
        self._subjects: dict[Term, list[Term]] = defaultdict(list)
        for triple in self.triples:
            self._subjects[triple.object].append(triple.subject)

    def values(self, node: Term, predicate: NamedNode) -> Sequence[Term]:
        """Return the objects of a node's triples with one predicate."""
        return self._index.values(node, predicate)

    def members(self, head: Term) -> Iterator[Term]:
        """Yield the members of an RDF list; a list that runs into itself ends there."""
        seen: set[Term] = set()
        while head != RDF.nil and head not in seen:
            seen.add(head)
            yield from self.values(head, RDF.first)
            head = next(iter(self.values(head, RDF.rest)), RDF.nil)

    def below(self, start: Term) -> tuple[tuple[BlankNode, NamedNode, Term], ...]:
        """Return what describes a blank node, and the blank nodes within it."""
        found: list[tuple[BlankNode, NamedNode, Term]] = []
        waiting, seen = [start], {start}
        while waiting:
            node = waiting.pop()
            if not isinstance(node, BlankNode):
                continue
            for predicate in self._index.predicates(node):
                for value in self.values(node, predicate):
                    found.append((node, predicate, value))
                    if value not in seen:
                        seen.add(value)
                        waiting.append(value)
        return tuple(found)

    def name(self, node: Term) -> str:
        """Return the CURIE of a node, or of the nearest named node that leads to it."""
        waiting, seen = [node], {node}
        while waiting:
            named = sorted(
                compact(found.value) for found in waiting if isinstance(found, NamedNode)
            )
            if named:
                return named[0]
            above = {subject for found in waiting for subject in self._subjects[found]}
            waiting = [subject for subject in above if subject not in seen]
            seen |= above
        return "without a name"

    def path(self, node: Term) -> str:
        """Write a property path as SPARQL does, https://www.w3.org/TR/shacl/#property-paths.

        >>> from kg.namespaces import REL
        >>> ShapesGraph([]).path(REL.date)
        'rel:date'
        """
        if not isinstance(node, BlankNode):
            return describe(node)
        if self.values(node, RDF.first):
            return "/".join(self._step(member) for member in self.members(node))
        for inverted in self.values(node, SH.inversePath):
            return "^" + self._step(inverted)
        for choices in self.values(node, SH.alternativePath):
            return "|".join(self._step(member) for member in self.members(choices))
        for predicate, suffix in _SUFFIXES:
            for repeated in self.values(node, predicate):
                return self._step(repeated) + suffix
        return describe(node)

    def _step(self, node: Term) -> str:
        text = self.path(node)
        return f"({text})" if isinstance(node, BlankNode) else text

    def require_usable(self) -> None:
        """Refuse shapes that would be ignored in part, reach outside, or refer to themselves.

        Raises:
            Misuse: an unknown SHACL term, JavaScript, an entailment regime, recursion, or a pattern
                that is no regular expression.
            ParseFailure: the SPARQL text of a shape does not parse.
            QueryRefused: it contains SERVICE, FROM or an update.
        """
        self._refuse_unknown_terms()
        self._refuse_what_kg_does_not_run()
        self._refuse_patterns()
        self._refuse_queries()
        self._refuse_recursion()

    def named_shapes(self) -> list[NamedNode]:
        """Return the shapes with an IRI of their own, sorted."""
        nodes: set[Term] = set()
        for triple in self.triples:
            if triple.predicate in _MARKS or (triple.predicate == RDF.type and triple.object in SH):
                nodes.add(triple.subject)
        named = [node for node in nodes if isinstance(node, NamedNode)]
        return sorted(named, key=lambda node: node.value)

    def usable(self) -> list[Triple]:
        """Return the triples for an engine: no rules, no imports, prefixes where they are used."""
        kept = [
            triple
            for triple in self.triples
            if triple.predicate not in _LEFT_OUT and not _is_without_effect(triple)
        ]
        for triple in self.triples:
            if triple.predicate == SH.prefixes and isinstance(triple.object, NamedNode | BlankNode):
                for imported in self._imported(triple.object):
                    kept += [
                        Triple(triple.object, SH.declare, declaration)
                        for declaration in self.values(imported, SH.declare)
                    ]
        return kept

    def _imported(self, node: Term) -> set[Term]:
        # SHACL section 5.2.1: a prefix may be declared by an ontology that this one imports.
        found, waiting = {node}, [node]
        while waiting:
            for imported in self.values(waiting.pop(), OWL.imports):
                if imported not in found:
                    found.add(imported)
                    waiting.append(imported)
        return found

    def only(self, shape: NamedNode) -> ShapesGraph:
        """The part of the graph that one shape stands on: all that can be reached from it."""
        reached: set[Term] = {shape}
        waiting: list[Term] = [shape]
        while waiting:
            node = waiting.pop()
            for predicate in self._index.predicates(node):
                values = self.values(node, predicate)
                waiting += [value for value in values if value not in reached]
                reached.update(values)
        return ShapesGraph(triple for triple in self.triples if triple.subject in reached)

    def _refuse_unknown_terms(self) -> None:
        known = _vocabulary()
        for node in self._index.nodes():
            values = self._index.predicates(node)
            kinds = [*self.values(node, RDF.type), *self.values(node, SH.nodeKind)]
            used = [
                term for term in (*values, *kinds) if isinstance(term, NamedNode) and term in SH
            ]
            # A node of the data may carry a lone sh: property that no shape has.
            if any(term.value in known for term in used):
                for term in used:
                    if term.value not in known:
                        raise Misuse(f"shape {self.name(node)}: {_unknown(term, known)}")

    def _refuse_what_kg_does_not_run(self) -> None:
        for triple in self.triples:
            name = self.name(triple.subject)
            for term in (triple.predicate, triple.object):
                if isinstance(term, NamedNode) and _JAVASCRIPT.match(term.value):
                    raise Misuse(
                        f"shape {name}: {describe(term)}: kg does not run JavaScript; "
                        "write the constraint in SHACL Core or SPARQL"
                    )
            if triple.predicate == SH.entailment:
                raise Misuse(
                    f"shape {name}: sh:entailment {describe(triple.object)}: validation infers "
                    "nothing; run kg infer first and validate its output"
                )

    def _refuse_patterns(self) -> None:
        for triple in self.triples:
            if triple.predicate != SH.pattern or not isinstance(triple.object, Literal):
                continue
            for flags in self.values(triple.subject, SH.flags) or [Literal("")]:
                try:
                    matching(triple.object.value, (), getattr(flags, "value", ""))
                except PatternError as error:
                    raise Misuse(
                        f"shape {self.name(triple.subject)}: sh:pattern "
                        f"{describe(triple.object)}: {error}"
                    ) from None

    def _refuse_queries(self) -> None:
        for triple in self.triples:
            if triple.predicate == SH.update:
                raise QueryRefused(
                    f"shape {self.name(triple.subject)}: sh:update: validation changes nothing; "
                    "use sh:select"
                )
            if triple.predicate in _QUERIES and isinstance(triple.object, Literal):
                self._refuse_query(triple.subject, triple.object.value)

    def _refuse_query(self, node: Term, text: str) -> None:
        # The parser that will evaluate the query decides what is in it: another one could
        # read SERVICE:x as a name where this one reads a keyword.
        from rdflib.plugins.sparql.parser import parseQuery

        from kg.sparql import check

        name = self.name(node)
        declared = "".join(
            f"PREFIX {prefix}: <{namespace}>\n" for prefix, namespace in self._prefixes()
        )
        query = _PATH_VARIABLE.sub(_PATH_STAND_IN, text)
        try:
            parsed = parseQuery(declared + query)
        except RecursionError:
            raise QueryRefused(f"shape {name}: its SPARQL text is nested too deep") from None
        except Exception as error:  # noqa: BLE001  # rdflib lets through what pyparsing raises
            raise ParseFailure(f"shape {name}", f"its SPARQL text: {_one_line(error)}") from None
        for found in _clauses(parsed):
            if found in ("ServiceGraphPattern", "DatasetClause"):
                word = "SERVICE" if found == "ServiceGraphPattern" else "FROM"
                raise QueryRefused(
                    f"shape {name}: its SPARQL text contains {word}: shapes see only the graph "
                    "that is validated"
                )
        check(query, f"shape {name}")

    def _prefixes(self) -> list[tuple[str, str]]:
        """Return the prefixes that pyshacl adds, then those that the shapes declare."""
        usual = [(prefix, PREFIXES[prefix]) for prefix in ("rdf", "rdfs", "owl")]
        declared = [
            (prefix.value, namespace.value)
            for triple in self.triples
            if triple.predicate == SH.declare
            for prefix in self.values(triple.object, SH.prefix)
            for namespace in self.values(triple.object, SH.namespace)
            if isinstance(prefix, Literal) and isinstance(namespace, Literal)
        ]
        return usual + sorted(set(declared))

    def _refuse_recursion(self) -> None:
        # Section 3.4.3 of SHACL leaves recursive shapes undefined: processors differ.
        finished: set[Term] = set()
        for start in self._index.nodes():
            self._walk(start, [], finished)

    def _walk(self, node: Term, path: list[Term], finished: set[Term]) -> None:
        if node in path:
            names = [self.name(step) for step in (*path[path.index(node) :], node)]
            chain = " → ".join(name for name, _ in groupby(names))
            raise Misuse(
                f"shape {names[0]} refers to itself ({chain}): recursive shapes have no meaning "
                "in SHACL; break the circle"
            )
        if node in finished:
            return
        for _, referred in references(self, node):
            self._walk(referred, [*path, node], finished)
        finished.add(node)


def _is_without_effect(triple: Triple) -> bool:
    # Section 4.4.5 of SHACL compares with the literal "true": "1" switches sh:uniqueLang off.
    value = triple.object
    return (
        triple.predicate == SH.uniqueLang
        and isinstance(value, Literal)
        and value.datatype == XSD.boolean
        and value.value != "true"
    )


def _vocabulary() -> frozenset[str]:
    import rdflib

    # rdflib leaves out of its listing what is a keyword in Python.
    keywords = ("and", "class", "in", "not", "or")
    return frozenset({str(term) for term in dir(rdflib.SH)} | {SH.iri + word for word in keywords})


def _unknown(term: NamedNode, known: Iterable[str]) -> str:
    close = get_close_matches(term.value, sorted(known), n=1, cutoff=0.9)
    hint = f"did you mean {compact(close[0])}?" if close else "it would check nothing; remove it"
    return f"{compact(term.value)} is no term of SHACL; {hint}"


def _one_line(error: object) -> str:
    # The position counts from the first PREFIX line, which the author did not write.
    return " ".join(str(error).split("(at char")[0].split()).rstrip(", ")


def _clauses(parsed: object) -> Iterator[str]:
    """Yield the names of all the clauses in what rdflib's SPARQL parser returns."""
    waiting = [parsed]
    while waiting:
        part = waiting.pop()
        name = getattr(part, "name", None)
        if isinstance(name, str):
            yield name
        # pyparsing's results are a mapping of the named parts and a sequence of all.
        if isinstance(part, Mapping):
            waiting.extend(part.values())
        if isinstance(part, Sequence) and not isinstance(part, str):
            waiting.extend(part)


def is_off(graph: ShapesGraph, node: Term) -> bool:
    """Return whether a shape or a constraint is deactivated."""
    return any(
        isinstance(value, Literal) and value.value in ("true", "1")
        for value in graph.values(node, SH.deactivated)
    )


def _is_shape(graph: ShapesGraph, node: Term) -> bool:
    """Return whether a node is said to be a shape, https://www.w3.org/TR/shacl/#dfn-shape."""
    kinds = graph.values(node, RDF.type)
    return SH.NodeShape in kinds or SH.PropertyShape in kinds


def targets(graph: ShapesGraph, shape: Term) -> list[tuple[NamedNode, Term]]:
    """Return the targets of a shape: the kind of each, and its value.

    A shape that is a class has its own instances as targets, too.
    """
    found = [(kind, value) for kind in TARGETS for value in graph.values(shape, kind)]
    classes = {RDFS.Class, OWL.Class} & set(graph.values(shape, RDF.type))
    if classes and _is_shape(graph, shape):
        found.append((SH.targetClass, shape))
    return found


def targeted(graph: ShapesGraph) -> list[Term]:
    """Return the shapes that have targets and are not deactivated, in the order of their text."""
    nodes = dict.fromkeys(triple.subject for triple in sorted(graph.triples, key=str))
    return [node for node in nodes if targets(graph, node) and not is_off(graph, node)]


def references(graph: ShapesGraph, shape: Term) -> Iterator[tuple[NamedNode, Term]]:
    """Yield the shapes that a shape refers to, and by what."""
    for kind in REFERENCES:
        yield from ((kind, value) for value in graph.values(shape, kind))
    for kind in _LISTS_OF_REFERENCES:
        for head in graph.values(shape, kind):
            yield from ((kind, member) for member in graph.members(head))


def prefixes(graph: ShapesGraph, constraint: Term) -> dict[str, str]:
    """Return the prefixes of a query, https://www.w3.org/TR/shacl/#sparql-prefixes."""
    usable = Index(graph.usable())
    ontologies = usable.of_type(OWL.Ontology)
    found: dict[str, str] = {}
    for holder in graph.values(constraint, SH.prefixes):
        own = usable.values(holder, SH.declare)
        if not own or holder not in ontologies:
            own = [*own, *(one for node in ontologies for one in usable.values(node, SH.declare))]
        for declaration in own:
            for prefix in graph.values(declaration, SH.prefix):
                for namespace in graph.values(declaration, SH.namespace):
                    found[prefix.value] = namespace.value  # type: ignore[union-attr]
    return found


def sparql_path(graph: ShapesGraph, node: Term) -> str:
    """Write a path in SPARQL, with whole IRIs.

    >>> from kg.namespaces import REL
    >>> from kg.validation.shapes import ShapesGraph
    >>> sparql_path(ShapesGraph([]), REL.date)
    '<https://w3id.org/relations-kg/ontology#date>'
    """
    if not isinstance(node, BlankNode):
        return str(node)
    if graph.values(node, RDF.first):
        return "(" + "/".join(sparql_path(graph, step) for step in graph.members(node)) + ")"
    for inverted in graph.values(node, SH.inversePath):
        return f"(^{sparql_path(graph, inverted)})"
    for choices in graph.values(node, SH.alternativePath):
        return "(" + "|".join(sparql_path(graph, step) for step in graph.members(choices)) + ")"
    for predicate, suffix in _SUFFIXES:
        for repeated in graph.values(node, predicate):
            return f"({sparql_path(graph, repeated)}){suffix}"
    return str(node)
