"""SPARQL constraints, https://www.w3.org/TR/shacl/#sparql-constraints, one query for all nodes.

SHACL asks a query once for each focus node, with $this bound. Here the focus nodes stand in a
graph of their own, and the query is asked once, joined with them. That means the same where
$this is in scope wherever it is used; other queries are left to pyshacl.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, QuerySolutions, RdfFormat, Store

from kg.errors import QueryRefused
from kg.namespaces import PREFIXES, RDF, RDFS, SH, XSD
from kg.sparql.guard import read
from kg.sparql.tokens import tokenize
from kg.validation.outcome import Outcome, is_in_columns
from kg.validation.shapes import is_off, prefixes, sparql_path, targeted, targets

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from pyoxigraph import Triple

    from kg.tables.triples import Triples
    from kg.validation.index import Term
    from kg.validation.shapes import ShapesGraph

__all__ = ["Constraint", "constraints", "evaluate", "ordered_predicates", "parts", "unlike_pyshacl"]

_FOCUS = NamedNode("urn:x-kg-focus")
_NODES = NamedNode("urn:x-kg-focus-nodes")
_PATH = re.compile(r"[$?]PATH\b")
_PREBOUND = re.compile(r"[$?](currentShape|shapesGraph)\b")
_PLACEHOLDER = re.compile(r"\{[?$](\w+)\}")
_PASSED_OVER = frozenset({"BGP", "Join", "LeftJoin"})
#: Clauses in which $this is not what it is outside of them, unless a query is asked for each node.
_APART = {
    "BindInGroup": "BIND in a group",
    "GraphGraphPattern": "GRAPH",
    "GroupOrUnionGraphPattern": "UNION or a group in a group",
    "InlineData": "VALUES",
    "MinusGraphPattern": "MINUS",
    "SubSelect": "a sub-select",
}
_UNSTABLE = frozenset(f"Builtin_{name}" for name in ("BNODE", "NOW", "RAND", "STRUUID", "UUID"))


@dataclass(frozen=True)
class Constraint:
    """One value of sh:sparql.

    Args:
        shape: has the constraint.
        node: is the constraint.
        text: the query, with its prefixes and its path.
        messages: of the constraint, or else of the shape.
        path: of the shape, if it is a property shape.
        severity: of the shape.
        targeted: the shape whose targets are the focus nodes.
    """

    shape: Term
    node: Term
    text: str
    messages: tuple[Literal, ...]
    path: Term | None
    severity: Term
    targeted: Term

    @property
    def clauses(self) -> frozenset[str]:
        """The names of the clauses of the query, see ``_clauses``."""
        return self._parsed[1]

    @cached_property
    def algebra(self) -> Any:
        """The query in rdflib's algebra."""
        from rdflib.plugins.sparql.algebra import translateQuery

        return translateQuery(self._parsed[0]).algebra

    @cached_property
    def _parsed(self) -> tuple[Any, frozenset[str]]:
        from rdflib.plugins.sparql.parser import parseQuery

        query = parseQuery(self.text)
        # What is parsed is turned into the algebra where it stands.
        return query, frozenset(_clauses(query))

    def outcome(self, row: Mapping[str, Term]) -> Outcome:
        """Turn a solution into a result, section 5.3.2 of SHACL."""
        focus = row["this"]
        value = row.get("value") or (focus if self.path is None else None)
        filled = row if value is None else {**row, "value": value}
        return Outcome(
            focus=focus,
            source=self.shape,
            component=SH.SPARQLConstraintComponent,
            severity=self.severity,
            path=row.get("path") or self.path,
            value=value,
            messages=tuple(_filled(message, filled) for message in self.messages),
            constraint=self.node,
        )


def _filled(message: Literal, row: Mapping[str, Term]) -> Literal:
    def text(found: re.Match[str]) -> str:
        term = row.get(found[1])
        if term is None:
            return found[0]
        return "[]" if isinstance(term, BlankNode) else getattr(term, "value", str(term))

    written = _PLACEHOLDER.sub(text, message.value)
    # As in pyshacl: filled in, a message has no language.
    return Literal(written)


def constraints(graph: ShapesGraph) -> list[Constraint]:
    """Find the SPARQL constraints of a shapes graph, in the order of their text."""
    found = []
    for triple in sorted(graph.triples, key=str):
        if triple.predicate != SH.sparql:
            continue
        shape, node = triple.subject, triple.object
        if is_off(graph, shape) or is_off(graph, node):
            continue
        own = graph.values(node, SH.message) or graph.values(shape, SH.message)
        path = next(iter(graph.values(shape, SH.path)), None)
        holders = [one for one in targeted(graph) if shape in graph.values(one, SH.property)]
        if targets(graph, shape):
            holders.append(shape)
        found += [
            Constraint(
                shape=shape,
                node=node,
                text=_text(graph, node, path),
                messages=tuple(message for message in own if isinstance(message, Literal)),
                path=path,
                severity=next(iter(graph.values(shape, SH.severity)), SH.Violation),
                targeted=holder,
            )
            for holder in holders
        ]
    return found


def _text(graph: ShapesGraph, node: Term, path: Term | None) -> str:
    select = next((x.value for x in graph.values(node, SH.select) if isinstance(x, Literal)), "")
    declared = {prefix: PREFIXES[prefix] for prefix in ("rdf", "rdfs", "owl")}
    declared.update(prefixes(graph, node))
    lines = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in declared.items())
    if path is not None:
        select = _PATH.sub(lambda _: sparql_path(graph, path), select)
    return lines + select


def _clauses(query: Any) -> Iterator[str]:
    """The names of the clauses of a query as it is written, a BIND within another clause apart.

    The algebra does not tell a group within a group from one group, and $this is bound in the
    outer one alone.
    """
    from rdflib.plugins.sparql.parserutils import CompValue

    waiting: list[tuple[Any, int]] = [(query, 0)]
    while waiting:
        part, depth = waiting.pop()
        if isinstance(part, CompValue):
            yield "BindInGroup" if part.name == "Bind" and depth > 1 else part.name
            depth += part.name == "GroupGraphPatternSub"
            waiting += [(value, depth) for value in part.values()]
        elif not isinstance(part, str) and hasattr(part, "__iter__"):
            waiting += [(value, depth) for value in part]


def unlike_pyshacl(constraint: Constraint) -> str | None:
    """Return why a query cannot be asked for all focus nodes at once; None where it can."""
    if found := _PREBOUND.search(constraint.text):
        return f"sh:sparql with ${found[1]}"
    if apart := _APART.keys() & constraint.clauses:
        return f"sh:sparql with {', '.join(sorted(_APART[name] for name in apart))}"
    query = constraint.algebra
    if query.name != "SelectQuery" or query.p.name != "Project":
        return "sh:sparql with a query that is no plain SELECT"
    projected = {str(name) for name in query.p.PV}
    if "this" not in projected or "failure" in projected:
        return "sh:sparql that does not project $this, or projects ?failure"
    strange = set(_strange(query))
    return f"sh:sparql with {', '.join(sorted(strange))}" if strange else None


def _strange(query: Any) -> Iterator[str]:
    """Where $this may be out of scope, or a query does not treat each focus node by itself."""
    part = query.p.p
    while part.name in ("Extend", "Filter"):
        if part.name == "Extend" and str(part.var) == "this":
            yield "a value for $this"
        part = part.p
    yield from set(_names(part, inside_filters=False)) - _PASSED_OVER
    if _depth(part) > 1:
        yield "OPTIONAL in OPTIONAL"
    yield from set(_names(query, inside_filters=True)) & (_UNSTABLE | _NEVER)
    if any(map(_may_stay, _patterns(query))):
        # A focus node that is not in the graph leads to itself, where it is asked for by name.
        yield "a path from $this that may lead nowhere"


def _patterns(query: Any) -> Iterator[tuple[Any, Any, Any]]:
    for part in parts(query):
        if part.name == "BGP":
            yield from part.triples


def _may_stay(pattern: tuple[Any, Any, Any]) -> bool:
    """Return whether a pattern holds of $this without any triple."""
    subject, path, value = pattern
    return "this" in (str(subject), str(value)) and _is_optional(path)


def _is_optional(path: Any) -> bool:
    from rdflib import paths

    if isinstance(path, paths.MulPath):
        return str(path.mod) in ("*", "?") or _is_optional(path.path)
    if isinstance(path, paths.SequencePath):
        return all(map(_is_optional, path.args))
    if isinstance(path, paths.AlternativePath):
        return any(map(_is_optional, path.args))
    return isinstance(path, paths.InvPath) and _is_optional(path.arg)


_NEVER = frozenset(
    {"AggregateJoin", "Graph", "Group", "Minus", "OrderBy", "Slice", "SubSelect", "ToMultiSet"}
)


def _names(part: Any, *, inside_filters: bool) -> Iterator[str]:
    """Yield the names of the parts of a query, without or with those in filters."""
    for one in parts(part, inside_filters=inside_filters):
        if inside_filters or not one.name.startswith(("Builtin", "Conditional", "Relational")):
            yield one.name


def parts(part: Any, *, inside_filters: bool = True) -> Iterator[Any]:
    """Yield the parts of a query in rdflib's algebra, without or with those in filters."""
    from rdflib.plugins.sparql.parserutils import CompValue

    if isinstance(part, CompValue):
        yield part
        for key, value in part.items():
            if inside_filters or key != "expr":
                yield from parts(value, inside_filters=inside_filters)
    elif isinstance(part, list | tuple):
        for one in part:
            yield from parts(one, inside_filters=inside_filters)


def ordered_predicates(constraint: Constraint) -> set[NamedNode]:
    """Return the predicates whose values a query orders by ``<`` and the like."""
    from rdflib.term import URIRef

    query = constraint.algebra
    ordered = {
        str(side)
        for one in parts(query)
        if one.name == "RelationalExpression" and one.op in ("<", ">", "<=", ">=")
        for side in (one.expr, one.other)
    }
    return {
        NamedNode(str(predicate))
        for one in parts(query)
        if one.name == "BGP"
        for _, predicate, value in one.triples
        if str(value) in ordered and isinstance(predicate, URIRef)
    }


def _depth(part: Any) -> int:
    """Return how deep optional parts stand in optional parts."""
    if part.name == "LeftJoin":
        return max(_depth(part.p1), 1 + _depth(part.p2))
    return max(_depth(part.p1), _depth(part.p2)) if part.name == "Join" else 0


def evaluate(
    asked: Sequence[Constraint],
    triples: Sequence[Triple] | Triples,
    focus: Mapping[Term, Collection[Term]] | None = None,
    graph: ShapesGraph | None = None,
) -> list[Outcome]:
    """Ask the queries of some constraints.

    Args:
        asked: none of which is unlike what pyshacl does.
        triples: the graph.
        focus: the focus nodes of each shape; the targets of ``graph`` unless told.
        graph: the shapes.

    Raises:
        QueryRefused: the query is none that kg evaluates.
    """
    if not asked:
        return []
    store = Store()
    if is_in_columns(triples):
        _fill(store, triples)
    else:
        store.bulk_extend(Quad(*triple) for triple in triples)
    outcomes: list[Outcome] = []
    for number, constraint in enumerate(asked):
        shape = NamedNode(f"urn:x-kg-shape:{number}")
        nodes: Collection[Term] = ()
        if focus is not None:
            nodes = focus.get(constraint.targeted, ())
        elif graph is not None:
            nodes = _focus_nodes(store, graph, constraint.targeted)
        if nodes:
            store.extend(Quad(shape, _FOCUS, node, _NODES) for node in nodes)
            outcomes += map(constraint.outcome, _solutions(store, constraint, shape))
    return _as_given(outcomes, triples)


def _as_given(outcomes: list[Outcome], triples: Iterable[Triple] | Triples) -> list[Outcome]:
    """Give values the spelling of the graph: the store keeps 1.0 as 1."""
    met = {
        outcome.value.datatype
        for outcome in outcomes
        if isinstance(outcome.value, Literal) and outcome.value.datatype != XSD.string
    }
    if not met:
        return outcomes
    if is_in_columns(triples):
        triples = _literals_of(triples, met)
    given = {
        t.object for t in triples if isinstance(t.object, Literal) and t.object.datatype in met
    }
    store = Store()
    spelled: dict[Term, list[Literal]] = {}
    for literal in sorted(given, key=str):
        quad = Quad(_NODES, _FOCUS, literal)
        store.add(quad)
        (kept,) = store
        spelled.setdefault(kept.object, []).append(literal)
        store.remove(quad)
    return [
        replace(outcome, value=spelled.get(outcome.value, [outcome.value])[0])
        if outcome.value is not None
        else outcome
        for outcome in outcomes
    ]


def _solutions(store: Store, constraint: Constraint, shape: NamedNode) -> Iterator[dict[str, Term]]:
    before, after = _halves(constraint.text, f"shape {constraint.shape}")
    joined = f"{before} GRAPH {_NODES} {{ {shape} {_FOCUS} $this }} {after}"
    try:
        solutions = store.query(joined)
    except (SyntaxError, RuntimeError) as error:
        raise QueryRefused(f"shape {constraint.shape}: {error}") from None
    if not isinstance(solutions, QuerySolutions):
        raise QueryRefused(f"shape {constraint.shape}: sh:select holds no SELECT")
    names = [variable.value for variable in solutions.variables]
    for row in dict.fromkeys(tuple(solution[name] for name in names) for solution in solutions):
        yield {name: term for name, term in zip(names, row, strict=True) if term is not None}


@lru_cache
def _halves(text: str, source: str) -> tuple[str, str]:
    """Split a query behind the bracket that opens its pattern; the guard reads it first."""
    sent = read(text, source).sent
    opening = next(t.start for t in tokenize(sent) if t.kind == "symbol" and t.text == "{")
    return sent[: opening + 1], sent[opening + 1 :]


def _focus_nodes(store: Store, graph: ShapesGraph, shape: Term) -> list[Term]:
    """Return the targets of a shape, https://www.w3.org/TR/shacl/#targets."""
    asked = {
        SH.targetSubjectsOf: "SELECT DISTINCT ?this { ?this ?given ?value }",
        SH.targetObjectsOf: "SELECT DISTINCT ?this { ?node ?given ?this }",
        SH.targetClass: f"SELECT DISTINCT ?this {{ ?this {RDF.type}/{RDFS.subClassOf}* ?given }}",
    }
    found: dict[Term, None] = {}
    for kind, given in targets(graph, shape):
        if kind == SH.targetNode:
            found[given] = None
            continue
        # An IRI of the shapes stands in the place of ?given, and never text of a user.
        rows = store.query(asked[kind].replace("?given", str(given)))
        if isinstance(rows, QuerySolutions):
            found.update((row["this"], None) for row in rows)
    return list(found)


def _fill(store: Store, triples: Triples) -> None:
    """Put a graph into a store; its blank nodes keep their labels."""
    if triples.has_blank_nodes():
        from pyoxigraph import Quad

        store.bulk_extend(Quad(*triple) for triple in triples)
        return
    for text in triples.lines():
        store.bulk_load(text, RdfFormat.N_TRIPLES, lenient=True)


def _literals_of(triples: Triples, datatypes: Iterable[NamedNode]) -> list[Triple]:
    """Return the triples whose object is a literal of one of some datatypes."""
    import numpy as np

    texts = triples.texts.texts()
    flags = np.zeros(len(texts), dtype=bool)
    for datatype in datatypes:
        end = '"' if datatype == XSD.string else f'"^^{datatype}'
        flags |= (texts.str.starts_with('"') & texts.str.ends_with(end)).to_numpy()
    return list(triples.take(flags[triples.value]))
