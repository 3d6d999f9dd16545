"""A change followed through rules and shapes, from the snapshots before it to those after it."""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from pyoxigraph import Literal, NamedNode, Quad, Triple

from kg import build, pipeline, resources, snapshot
from kg.check.citations import drift
from kg.dataset.viewpoints import DEFAULT
from kg.lexical import decode_quad
from kg.namespaces import GRAPH, OWL, RDF, XSD, accepted_graph, inferred_graph
from kg.reasoning.compiler import compile_ontology, uncompilable
from kg.reasoning.datatypes import identity, matter, other_forms
from kg.reasoning.hierarchy import close_schema, is_plain
from kg.reasoning.increment import NeedsRecompute, update
from kg.reasoning.lookups import Overlay, StoredIndex, closed, derived, given
from kg.reasoning.ontology import in_use, is_axiom, schema_of, schema_terms
from kg.reasoning.statements import AXIOM_CLASSES, AXIOM_PREDICATES, as_triple, statement
from kg.snapshot.derived import Difference, derive
from kg.snapshot.written import as_written, kept_forms
from kg.validation.revalidation import Revalidator

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from kg.dataset import Dataset
    from kg.edit.revision import Origin
    from kg.reasoning.rules import Program
    from kg.reasoning.statements import Lookup, Statement, Term
    from kg.snapshot import Snapshot

__all__ = [
    "After",
    "Inferred",
    "Step",
    "Unfollowed",
    "prepare",
    "prepare_shapes",
    "require_conformance",
    "succeed",
]

#: Not reasoned over.
_APART = frozenset({GRAPH.claims, GRAPH.links})
_COUNTS = frozenset({OWL.maxCardinality, OWL.maxQualifiedCardinality})
_PLAIN = frozenset({XSD.string, RDF.langString})
_Graphs = dict[NamedNode, frozenset[Triple]]


class Unfollowed(Exception):
    """The change is one that only making all anew gets right.

    Args:
        reason: what of it.
    """

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class Inferred(NamedTuple):
    """How the inferred triples change."""

    added: frozenset[Triple]
    removed: frozenset[Triple]


class After:
    """The graph after a change, looked up in what it is made of: a snapshot and the change.

    Args:
        before: the snapshot.
        added: what comes, asserted or inferred.
        removed: what goes.
        change: what of that is inferred.
    """

    def __init__(
        self,
        before: Snapshot,
        added: Collection[Statement],
        removed: Collection[Statement],
        change: Inferred,
    ) -> None:
        self._before, self._change = before, change
        names = [name for name in before.store.named_graphs() if isinstance(name, NamedNode)]
        self.statements = Overlay(StoredIndex(before.store, names), added, removed)
        fresh, gone = (list(map(statement, triples)) for triples in change)
        self._inferred = Overlay(derived(before.store), fresh, gone)

    def __contains__(self, triple: object) -> bool:
        """Return whether a triple follows."""
        return isinstance(triple, Triple) and statement(triple) in self._inferred

    def closure(self) -> frozenset[Triple]:
        """Return all that follows."""
        return (build.written(self._before) - self._change.removed) | self._change.added


class Step:
    """From one snapshot to the next.

    Args:
        before: the snapshot of the dataset before.
        earlier: the dataset before.
        later: the dataset after.
        viewpoint: tells which claims count as facts.

    Raises:
        Unfollowed: the snapshot does not tell enough, or the store would take two of the values
            for the same.
    """

    def __init__(
        self, before: Snapshot, earlier: Dataset, later: Dataset, viewpoint: str = DEFAULT
    ) -> None:
        if before.meta()["made_from"].get("restated") != 0 or before.notes():
            raise Unfollowed("claims or links say what follows")
        states = earlier.state(viewpoint), later.state(viewpoint)
        if any(state.overlapping for state in states):
            raise Unfollowed("graphs of the files hold the same triples")
        old, new = (state.graphs for state in states)
        self._before, self._store = before, before.store
        self._later = later
        self.added = _beyond(new, old)
        self.removed = _beyond(old, new)
        self._check_literals(old.keys())
        if any(quad.graph_name == GRAPH.ontology for quad in self.added | self.removed):
            raise Unfollowed("the ontology changes")

    def inferred(self) -> Inferred:
        """Return how what follows changes.

        Raises:
            Unfollowed: facts say what terms mean, or claims say what follows.
            Inconsistent: the later graph contradicts itself.
        """
        add, remove = (
            [statement(quad.triple) for quad in quads if quad.graph_name not in _APART]
            for quads in (self.added, self.removed)
        )
        if any(is_axiom(one) for one in (*add, *remove)):
            raise Unfollowed("a fact says what a term means")
        if not add and not remove:
            self._check_restated(frozenset())
            return Inferred(frozenset(), frozenset())
        try:
            change = update(self._program(), given(self._store), closed(self._store), add, remove)
        except NeedsRecompute as signal:
            raise Unfollowed(signal.reason) from signal
        added, removed = _triples(change.added), _triples(change.removed)
        self._check_restated(added)
        return Inferred(added, removed)

    def after(self, change: Inferred) -> After:
        """Return the graph after the change."""
        come, gone = ([statement(quad.triple) for quad in q] for q in (self.added, self.removed))
        fresh, ceased = (list(map(statement, triples)) for triples in change)
        return After(self._before, come + fresh, gone + ceased, change)

    def touched(self, change: Inferred) -> list[Statement]:
        """Return every statement that comes or goes, asserted or inferred."""
        stated = (quad.triple for quad in self.added | self.removed)
        return [statement(triple) for triple in (*stated, *change.added, *change.removed)]

    @staticmethod
    def quads(triples: Iterable[Triple], graph: NamedNode) -> frozenset[Quad]:
        """Put triples into a graph."""
        return frozenset(Quad(one.subject, one.predicate, one.object, graph) for one in triples)

    def _program(self) -> Program:
        """Compile the ontology, which must say alone what the terms mean."""
        program, known, terms = _compiled(self._later.graph(GRAPH.ontology))
        # What the graph of the ontology says is known.
        for index in (given(self._store, GRAPH.ontology), derived(self._store)):
            for one in _axioms(index):
                if one not in known:
                    raise Unfollowed("facts say what a term means, or it follows from them")
        self._check_names(terms)
        if matter(known) and not self._are_told_apart():
            raise Unfollowed("an axiom compares values, which may be equal in other words")
        return program

    def _are_told_apart(self) -> bool:
        """Return whether no literal of the change means what another one does."""
        index = closed(self._store)
        literals = {q.object for q in self.added | self.removed if isinstance(q.object, Literal)}
        values = [meant for one in literals if (meant := identity(one)) is not None]
        if len(set(values)) < len(values):
            return False
        for literal in literals:
            forms = other_forms(literal)
            if forms is None or any(next(index.statements(None, None, f), None) for f in forms):
                return False
        return True

    def _check_names(self, terms: Collection[object]) -> None:
        """Leave it to the whole closure where a term of the ontology has another name."""
        index = closed(self._store)
        for pair in index.pairs(OWL.sameAs):
            for term in pair:
                if isinstance(term, Literal) or term in terms:
                    raise Unfollowed("a literal or a term of the ontology has another name")
                as_class = next(index.statements(None, RDF.type, term), None)
                if as_class or next(index.statements(None, term), None):
                    raise Unfollowed("a class or a property has another name")

    def _check_restated(self, added: frozenset[Triple]) -> None:
        """Leave it to the whole closure where claims or links come to say what follows."""
        apart = [self._later.graph(name) for name in _APART]
        said = {quad.triple for quad in self.added | self.removed if quad.graph_name in _APART}
        follows = derived(self._store)
        if any(triple in graph for triple in added for graph in apart) or any(
            statement(triple) in follows for triple in said
        ):
            raise Unfollowed("claims or links say what follows")

    def _check_literals(self, graphs: Collection[NamedNode]) -> None:
        """Leave it to a new store where this one takes two literals for the same, as 1 and 1.0."""
        valued = {quad for quad in self.added | self.removed if _has_value(quad.object)}
        if not valued:
            return
        if kept_forms(valued) != valued:
            raise Unfollowed("a literal is not in the form that a store keeps")
        store = as_written(self._store, self._before.written)
        for subject, predicate in {(quad.subject, quad.predicate) for quad in valued}:
            for quad in store.quads_for_pattern(subject, predicate, None):
                if quad.graph_name in graphs and decode_quad(quad) != quad:
                    raise Unfollowed("a literal is not in the form that a store keeps")


def prepare(dataset: Dataset) -> None:
    """Compile the ontology of a dataset, once for all changes."""
    with suppress(Unfollowed):
        _compiled(dataset.graph(GRAPH.ontology))


@lru_cache(maxsize=4)
def _compiled(ontology: frozenset[Triple]) -> tuple[Program, frozenset[Statement], set[Term]]:
    """Return the rules of an ontology, what it says and entails, and its terms."""
    stated = {statement(triple) for triple in ontology}
    used = in_use(stated)
    schema = schema_of(stated, used)
    axioms = close_schema(schema)
    known = stated | axioms
    # A store keeps the values of numbers that axioms count with, in the form of integers.
    counts = (Quad(*one) for one in known if one[1] in _COUNTS)  # type: ignore[arg-type]
    known |= {statement(quad.triple) for quad in kept_forms(counts)}
    program = compile_ontology(axioms)
    if not is_plain(schema) or uncompilable(program):
        raise Unfollowed("the ontology is left to owlrl")
    return program, frozenset(known), schema_terms(axioms, used)


def _has_value(term: object) -> bool:
    return isinstance(term, Literal) and term.datatype not in _PLAIN


def _beyond(one: Mapping[NamedNode, frozenset[Triple]], other: _Graphs) -> frozenset[Quad]:
    """Return the quads that only the first graphs have."""
    none: frozenset[Triple] = frozenset()
    return frozenset(
        quad
        for name, triples in one.items()
        for quad in Step.quads(triples - other.get(name, none), name)
    )


def _triples(statements: Iterable[Statement]) -> frozenset[Triple]:
    return frozenset(triple for one in statements if (triple := as_triple(one)))


def _axioms(index: Lookup | StoredIndex) -> Iterable[Statement]:
    for predicate in AXIOM_PREDICATES:
        yield from index.statements(None, predicate)
    for kind in AXIOM_CLASSES:
        yield from index.statements(None, RDF.type, kind)


def require_conformance(
    earlier: Dataset, later: Dataset, after: After, changed: Collection[Statement]
) -> None:
    """Check a changed graph against kg's shapes and its citations.

    Args:
        earlier: the dataset before, of which there is a snapshot: it went through the gate.
        later: the dataset after.
        after: the graph after, with what follows.
        changed: every statement that came or went.

    Raises:
        Unfollowed: it does not conform any more; ``build.require`` tells all that is wrong.
        DoesNotConform: as ``build.require`` does, where the shapes look at the whole graph.
    """
    ready = prepare_shapes()
    # Without claims it went through no gate.
    if ready.unbounded is not None or not earlier.graph(GRAPH.claims):
        build.require(later, after.closure())
        return
    report = ready.revalidate(after.statements, changed)
    drifts = drift(later, after)
    if report.violations or any(result.is_violation for result in drifts):
        raise Unfollowed("the graph does not conform any more")


def prepare_shapes() -> Revalidator:
    """Return kg's shapes, made ready once."""
    return _ready(tuple(path.read_bytes() for path in resources.shapes()))


@lru_cache(maxsize=2)
def _ready(_contents: tuple[bytes, ...]) -> Revalidator:
    return Revalidator(pipeline.shape_triples(resources.shapes()))


#: What counts as a fact before and after a change, which tells what follows.
_Facts = tuple["frozenset[Triple]", "frozenset[Triple]"]


def succeed(earlier: Dataset, later: Dataset, origin: Origin) -> list[Snapshot]:
    """Make what a graph with all its viewpoints is opened from after one change or several.

    Args:
        earlier: the dataset before, of which there are snapshots.
        later: the dataset after, of which there is that of the viewpoint that goes without saying.
        origin: what they are made from.

    Returns:
        The snapshots of the other viewpoints, and those that they were made from, open.

    Raises:
        Unfollowed: they cannot be made from those before, and have to be made anew.
        Inconsistent: a viewpoint contradicts itself.
    """
    if origin.viewpoint != DEFAULT:
        raise Unfollowed("another viewpoint is meant")
    if not earlier.graph(GRAPH.claims) and not later.graph(GRAPH.claims):
        return []
    return _Succession(earlier, later).snapshots()


class _Succession:
    """From the snapshots of one state to those of the next."""

    def __init__(self, earlier: Dataset, later: Dataset) -> None:
        self._earlier, self._later = earlier, later
        self._held: list[Snapshot] = []
        self._slugs = sorted(one.slug for one in later.viewpoints)
        if self._slugs != sorted(one.slug for one in earlier.viewpoints):
            raise Unfollowed("there are other viewpoints")
        self._step = Step(self._before(DEFAULT), earlier, later)
        self._changes: dict[_Facts, Inferred] = {self._facts(DEFAULT): self._step.inferred()}

    def snapshots(self) -> list[Snapshot]:
        """Make and return those of the other viewpoints, and the one that holds them all."""
        for slug in (one.slug for one in self._later.viewpoints):
            if self._facts(slug) not in self._changes:
                self._changes[self._facts(slug)] = self._followed(slug)
        before = self._before(DEFAULT, self._slugs)
        added, removed = set(self._step.added), set(self._step.removed)
        quads = self._step.quads
        for slug in self._slugs:
            old, new = self._facts(slug)
            added |= quads(new - old, accepted_graph(slug))
            removed |= quads(old - new, accepted_graph(slug))
            come, gone = self._changes[old, new]
            added |= quads(come, inferred_graph(slug))
            removed |= quads(gone, inferred_graph(slug))
        meta = build.made_from(self._later.state()) | {"beside": self._slugs}
        self._made(before, DEFAULT, (added, removed), meta, self._slugs)
        return self._held

    def _facts(self, slug: str) -> _Facts:
        return self._earlier.state(slug).facts, self._later.state(slug).facts

    def _before(self, slug: str, beside: Collection[str] = ()) -> Snapshot:
        name = build.digest(self._earlier.state(slug), beside)
        found = snapshot.find(name)
        if found is None:
            raise Unfollowed("a snapshot of the state before is not there")
        self._held.append(found)
        return found

    def _followed(self, slug: str) -> Inferred:
        before = self._before(slug)
        step = Step(before, self._earlier, self._later, slug)
        change = step.inferred()
        graph = inferred_graph(slug)
        added = step.added | step.quads(change.added, graph)
        removed = step.removed | step.quads(change.removed, graph)
        meta = build.made_from(self._later.state(slug))
        self._made(before, slug, (added, removed), meta)
        return change

    def _made(
        self,
        before: Snapshot,
        slug: str,
        changed: tuple[Collection[Quad], Collection[Quad]],
        meta: dict[str, object],
        beside: Collection[str] = (),
    ) -> None:
        name = build.digest(self._later.state(slug), beside)
        made = snapshot.find(name)
        if made is None:
            come, gone = (set(quads) for quads in changed)
            old, new = (
                build.described(dataset.state(slug), *beside)
                if slug != DEFAULT or beside
                else frozenset()
                for dataset in (self._earlier, self._later)
            )
            come |= self._step.quads(new - old, GRAPH.void)
            gone |= self._step.quads(old - new, GRAPH.void)
            made = derive(before, name, Difference(come, gone), meta)
        self._held.append(made)
