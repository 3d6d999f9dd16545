"""The fast engine: the package ``shacl`` for SHACL Core, one query for each SPARQL constraint.

The package is written in Rust. It takes text and answers in text, and names blank nodes as it
likes. So the blank nodes of the shapes become IRIs first, and each blank node of the data gets a
name that it can be asked for.
"""

from __future__ import annotations

import re
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from itertools import count
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse, serialize

from kg.errors import Misuse
from kg.namespaces import RDF, RDFS, SH
from kg.sparql.regex import for_rust
from kg.validation.analysis import Analysis, Obstacles, analyse
from kg.validation.outcome import Outcome, is_in_columns
from kg.validation.sparql_constraints import Constraint, constraints, evaluate

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    import shacl

    from kg.tables.triples import Triples
    from kg.validation.index import Term
    from kg.validation.reach import Reach
    from kg.validation.shapes import ShapesGraph

__all__ = [
    "ByPredicate",
    "CoreShapes",
    "FastShapes",
    "Scope",
    "by_predicate",
    "refuse_what_shacl_does_not_know",
    "to_ntriples",
]

_SHAPE = "urn:x-kg-shape:"
_BLANK = "urn:x-kg-blank:"
_NAMES = NamedNode("urn:x-kg-names")
_NAMING = NamedNode(_SHAPE + "naming")
_NAMED = NamedNode(_SHAPE + "named")
#: A shape that every blank node of the data breaks: its results tell what the engine calls them.
_NAMING_SHAPE = (
    Triple(_NAMING, RDF.type, SH.NodeShape),
    Triple(_NAMING, SH.targetSubjectsOf, _NAMES),
    Triple(_NAMING, SH.property, _NAMED),
    Triple(_NAMED, SH.path, _NAMES),
    Triple(_NAMED, SH.nodeKind, SH.Literal),
)
# Found in a text of N-Triples where it may hold a term of RDF 1.2; literals can look like it.
_LABEL = re.compile(r"_:([0-9A-Za-z](?:[0-9A-Za-z_.-]*[0-9A-Za-z_-])?)")
_DIRECTION = re.compile(rb"@[A-Za-z0-9-]+--")


def to_ntriples(triples: Sequence[Triple]) -> bytes:
    """Write triples as N-Triples.

    Raises:
        Misuse: a term is none of RDF 1.1.
    """
    text = serialize(triples, format=RdfFormat.N_TRIPLES) or b""
    if b"<<(" in text or (b"--" in text and _DIRECTION.search(text)):
        refuse_what_shacl_does_not_know(triples)
    return text


def refuse_what_shacl_does_not_know(triples: Iterable[Triple]) -> None:
    """Refuse the terms of RDF 1.2.

    Raises:
        Misuse: a triple term, or a literal with a base direction.
    """
    for triple in triples:
        for term in (triple.subject, triple.object):
            if isinstance(term, Triple) or (isinstance(term, Literal) and term.direction):
                raise Misuse(f"{term}: SHACL 1.0 knows no triple terms and no base directions")


class CoreShapes:
    """Shapes made ready once, for any number of graphs.

    Args:
        graph: shapes of SHACL Core; their SPARQL constraints are left out.

    >>> from pyoxigraph import parse
    >>> from kg.validation.shapes import ShapesGraph
    >>> text = "@prefix sh: <http://www.w3.org/ns/shacl#> . <urn:x-s> sh:targetNode <urn:x-a> ;"
    >>> shapes = parse(text + "sh:nodeKind sh:Literal .", RdfFormat.TURTLE)
    >>> [outcome] = CoreShapes(ShapesGraph(quad.triple for quad in shapes)).run("")
    >>> outcome.focus
    <NamedNode value=urn:x-a>
    """

    def __init__(self, graph: ShapesGraph) -> None:
        self._graph = graph
        self._blanks: dict[str, BlankNode] = {}
        self._core = [*self._renamed()]
        self._compiled = _compile(self._core)

    def run(self, text: str) -> list[Outcome]:
        """Check a graph against the shapes.

        Args:
            text: the graph in N-Triples, as :func:`written` gives it in UTF-8.

        Raises:
            Misuse: the engine does not read the text.
        """
        results = self._hold(self._compiled, text)
        blanks: dict[NamedNode, BlankNode] = {}
        if any(_is_blank(result.focus_node) or _is_blank(result.value) for result in results):
            # Few graphs have faults of blank nodes, so names are asked for only then.
            blanks = _numbered(text)
            named = to_ntriples([Triple(name, _NAMES, node) for name, node in blanks.items()])
            results = self._hold(self._naming, text + named.decode())
        return list(self._outcomes(results, blanks))

    @cached_property
    def _naming(self) -> shacl.Shapes:
        return _compile([*self._core, *_NAMING_SHAPE])

    def _hold(self, shapes: shacl.Shapes, text: str) -> Sequence[shacl.Result]:
        try:
            return shapes.validate_text(text, "ntriples").results
        except ValueError as error:
            raise Misuse(f"the graph cannot be validated: {error}") from None
        except BaseException as error:
            # What stops the engine in Rust is no Exception, and the process lives on.
            if type(error).__name__ != "PanicException":
                raise
            raise Misuse(f"the engine shacl broke down ({error}); use pyshacl") from None

    def _renamed(self) -> Iterator[Triple]:
        """Yield the shapes without blank nodes but in paths, where an IRI would be a predicate."""
        paths = {
            part
            for triple in self._graph.triples
            if triple.predicate == SH.path
            for part in (triple.object, *(node for node, _, _ in self._graph.below(triple.object)))
        }
        numbers = count()
        renamed: dict[Term, NamedNode] = {}
        for triple in self._graph.usable():
            if triple.predicate in (SH.sparql, SH.flags):
                continue
            ends: list[Term] = []
            for term in (triple.subject, self._read(triple)):
                if isinstance(term, BlankNode) and term not in paths and term not in renamed:
                    renamed[term] = NamedNode(f"{_SHAPE}{next(numbers)}")
                    self._blanks[renamed[term].value] = term
                ends.append(renamed.get(term, term))
            yield Triple(ends[0], triple.predicate, ends[1])  # type: ignore[arg-type]

    def _read(self, triple: Triple) -> Term:
        """Return the object of a triple of the shapes, a pattern in the words of Rust."""
        if triple.predicate != SH.pattern or not isinstance(triple.object, Literal):
            return triple.object
        flags = (
            x.value for x in self._graph.values(triple.subject, SH.flags) if hasattr(x, "value")
        )
        return Literal(for_rust(triple.object.value, next(flags, "")))

    def _outcomes(
        self, results: Sequence[shacl.Result], blanks: dict[NamedNode, BlankNode]
    ) -> Iterator[Outcome]:
        terms = _terms(results)
        naming = f"<{_NAMED.value}>"
        # The terms of the data: as they were given, or under the engine's name for a blank node.
        data: dict[Term, Term] = {
            terms[result.value]: blanks[terms[result.focus_node]]  # type: ignore[index]
            for result in results
            if result.source_shape == naming and result.value
        }
        for result in results:
            if result.source_shape == naming:
                continue
            if result.source_shape is None:
                raise Misuse("the engine shacl reported a result without its shape")
            focus = terms[result.focus_node]
            value = None if result.value is None else terms[result.value]
            source = self._source(terms[result.source_shape])
            component = NamedNode(result.component_iri)
            yield Outcome(
                focus=data.get(focus, focus),
                source=source,
                component=component,
                severity=NamedNode(result.severity_iri),
                path=self._path(source, result.path),
                value=None if value is None else data.get(value, value),
            )

    def _source(self, node: Term) -> Term:
        return self._blanks.get(node.value, node) if isinstance(node, NamedNode) else node

    def _path(self, source: Term, text: str | None) -> Term | None:
        for path in self._graph.values(source, SH.path):
            return path
        # A closed node shape tells which predicate it does not list.
        return None if text is None else NamedNode(text.strip("<>"))


def _is_blank(text: str | None) -> bool:
    return text is not None and text.startswith("_:")


def _compile(triples: Sequence[Triple]) -> shacl.Shapes:
    import shacl

    try:
        return shacl.Shapes.from_text(to_ntriples(triples).decode(), "ntriples")
    except ValueError as error:
        raise Misuse(f"the shapes cannot be used: {error}") from None


def _numbered(text: str) -> dict[NamedNode, BlankNode]:
    """A name for each blank node of a text; what looks like one in a literal does no harm."""
    labels = sorted(set(_LABEL.findall(text)))
    return {NamedNode(f"{_BLANK}{number}"): BlankNode(label) for number, label in enumerate(labels)}


def _terms(results: Sequence[shacl.Result]) -> dict[str, Term]:
    """Read the terms that the engine wrote, each once."""
    written = dict.fromkeys(
        text
        for result in results
        for text in (result.focus_node, result.value, result.source_shape)
        if text is not None
    )
    lines = "".join(f"<urn:x:s> <urn:x:p> {text} .\n" for text in written)
    return {
        text: quad.object
        for text, quad in zip(written, parse(lines, RdfFormat.N_TRIPLES), strict=True)
    }


# The scope of shapes: the engine in Rust is handed no more of a graph than the shapes look at.

ByPredicate = dict[NamedNode, list[Triple]]
_HIERARCHY = frozenset({RDF.type, RDFS.subClassOf})


def by_predicate(triples: Iterable[Triple]) -> ByPredicate:
    """Group triples by their predicates, in the order of the graph."""
    found: ByPredicate = defaultdict(list)
    for triple in triples:
        found[triple.predicate].append(triple)
    return dict(found)


class Scope:
    """The predicates and the classes that shapes ask for.

    Where nothing but classes is asked of types, a node gets the classes that the shapes name, each
    written out, and the engine has no hierarchy to climb: it takes half of the time.

    Args:
        found: how far the shapes look; None where that is not bounded.

    >>> from pyoxigraph import RdfFormat, parse
    >>> from kg.namespaces import SH
    >>> from kg.validation.reach import reach
    >>> from kg.validation.shapes import ShapesGraph
    >>> shape, path = NamedNode("urn:x:shape"), NamedNode("urn:x:age")
    >>> shapes = [Triple(shape, SH.targetSubjectsOf, path), Triple(shape, SH.path, path)]
    >>> john = NamedNode("urn:x:john")
    >>> data = [Triple(john, path, john), Triple(john, NamedNode("urn:x:knows"), john)]
    >>> seen, unseen = Scope(reach(ShapesGraph(shapes), [])).split(by_predicate(data))
    >>> [triple.predicate.value for triple in seen], len(unseen)
    (['urn:x:age'], 1)
    """

    def __init__(self, found: Reach | None) -> None:
        self._predicates: frozenset[NamedNode] | None = None
        self._classes: frozenset[Term] | None = None
        if found is None:
            return
        steps = found.steps
        self._predicates = frozenset(step.predicate for step in steps)
        if all(step.class_ is not None for step in steps if step.predicate in _HIERARCHY):
            self._classes = frozenset(step.class_ for step in steps if step.class_ is not None)

    def select(self, triples: Triples) -> Triples:
        """Return what the shapes look at of a graph in columns, their classes written out."""
        seen = triples
        if self._predicates is not None:
            seen = triples.with_predicates(self._predicates)
        if self._classes is None:
            return seen
        rest = seen.take(~seen.has_predicate(_HIERARCHY))
        return rest.union([rest, _select_types(triples, self._above)])

    def split(self, data: ByPredicate) -> tuple[list[Triple], list[Triple]]:
        """Part a graph into what the shapes look at, their classes written out, and the rest.

        Args:
            data: the graph, as :func:`by_predicate` gives it.
        """
        seen: list[Triple] = []
        unseen: list[Triple] = []
        for predicate, triples in data.items():
            if self._predicates is not None and predicate not in self._predicates:
                unseen += triples
            elif self._classes is None or predicate not in _HIERARCHY:
                seen += triples
        if self._classes is not None:
            seen += self._typed(data.get(RDF.type, ()), data.get(RDFS.subClassOf, ()))
        return seen, unseen

    def _typed(self, types: Sequence[Triple], below: Sequence[Triple]) -> Iterator[Triple]:
        """Type each node by every class of the shapes that its classes are below."""
        parents: dict[Term, set[Term]] = defaultdict(set)
        for triple in below:
            parents[triple.subject].add(triple.object)
        above: dict[Term, list[Term]] = {}
        kind = RDF.type
        for triple in types:
            own = triple.object
            if own not in above:
                above[own] = sorted(self._above(own, parents), key=str)
            yield from (Triple(triple.subject, kind, one) for one in above[own])

    def _above(self, start: Term, parents: Mapping[Term, set[Term]]) -> frozenset[Term]:
        found, waiting = {start}, [start]
        while waiting:
            for one in parents.get(waiting.pop(), ()):
                if one not in found:
                    found.add(one)
                    waiting.append(one)
        return (self._classes or frozenset()) & found


def _select_types(
    triples: Triples,
    above: Callable[[Term, Mapping[Term, set[Term]]], Collection[Term]],
) -> Triples:
    """Return a type of each node for every class of the shapes that its classes are below.

    Args:
        triples: the graph.
        above: returns the classes of the shapes that a class is below, by the parents of each.
    """
    import numpy as np

    from kg.tables.triples import Triples as InColumns

    texts = triples.texts
    parents: dict[Term, set[Term]] = {}
    for triple in triples.with_predicates([RDFS.subClassOf]):
        parents.setdefault(triple.subject, set()).add(triple.object)
    types = triples.with_predicates([RDF.type])
    (kind,) = texts.encode([RDF.type])
    parts = [InColumns(texts)]
    numbers = np.unique(types.value)
    for number, own in zip(numbers, texts.decode(numbers.astype(np.uint64)), strict=True):
        subject = types.subject[types.value == number]
        for wide in texts.encode(sorted(above(own, parents), key=str)):  # type: ignore[arg-type]
            predicate, value = (np.full(subject.size, one, np.uint32) for one in (kind, wide))
            parts.append(InColumns(texts, subject, predicate, value))
    return InColumns.union(parts)


class FastShapes:
    """Shapes made ready once, for any number of graphs.

    Args:
        graph: shapes of which nothing is left to pyshacl, as :meth:`of` finds.
        asked: their SPARQL constraints.
        found: what is found of them.
    """

    def __init__(self, graph: ShapesGraph, asked: Sequence[Constraint], found: Analysis) -> None:
        self._graph = graph
        self._asked = asked
        self._core = CoreShapes(graph)
        self._obstacles = Obstacles(graph, found.ordered)
        self._scope = Scope(found.reach)

    @classmethod
    def of(cls, graph: ShapesGraph) -> FastShapes | str:
        """Make shapes ready; or else name what only pyshacl evaluates.

        Raises:
            Misuse: as ``require_usable`` does.
            ParseFailure: likewise.
            QueryRefused: likewise.

        >>> from kg.validation.shapes import ShapesGraph
        >>> isinstance(FastShapes.of(ShapesGraph([])), FastShapes)
        True
        """
        found = analyse(graph)
        return found.only_pyshacl or cls(graph, constraints(graph), found)

    def check(self, triples: Sequence[Triple] | Triples, data: ByPredicate) -> list[Outcome] | str:
        """Check a whole graph against the shapes; or else name what only pyshacl reads.

        The engine holds no lock of Python's, so obstacles are looked for beside it.

        Args:
            triples: the graph.
            data: the same, as ``scope.by_predicate`` gives it; not asked for in columns.

        Raises:
            Misuse: a term is none of RDF 1.1, wherever it stands.
        """
        if is_in_columns(triples):
            selected = self._scope.select(triples)
            text, values = selected.text(), selected.distinct_values()
        else:
            seen, unseen = self._scope.split(data)
            refuse_what_shacl_does_not_know(unseen)
            values = to_ntriples(seen)
            text = values.decode()
        with ThreadPoolExecutor(1) as beside:
            outcomes = beside.submit(self._core.run, text)
            del text
            if obstacle := self.obstacle(values):
                return obstacle
            asked = evaluate(self._asked, triples, None, self._graph)
            return outcomes.result() + asked

    def obstacle(self, text: bytes) -> str | None:
        """Name what of a graph only pyshacl reads as pyshacl does; None where there is nothing.

        Args:
            text: the graph, or what the shapes look at of it, in N-Triples, as
                ``shacl_engine.written`` gives it; the subjects make no difference.
        """
        return self._obstacles.find(text)

    def run(
        self,
        triples: Sequence[Triple],
        text: bytes,
        anchors: Sequence[Triple] = (),
        focus: Mapping[Term, Collection[Term]] | None = None,
    ) -> list[Outcome]:
        """Check a graph against the shapes.

        Args:
            triples: the graph.
            text: the same in N-Triples.
            anchors: what gives the shapes their targets and is no part of the graph.
            focus: the targets of each shape, where anchors give them.
        """
        outcomes = self._core.run((text + to_ntriples(anchors) if anchors else text).decode())
        return outcomes + evaluate(self._asked, triples, focus, self._graph)
