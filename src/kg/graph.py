"""The Python interface of kg: a graph that is asked, explained, checked and exported."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyoxigraph import Literal

from kg import build, pipeline, terms
from kg.caveats import admit
from kg.caveats import caveats as caveats_of
from kg.dataset import Reading
from kg.dataset import load as load_dataset
from kg.dataset.viewpoints import DEFAULT
from kg.errors import NotEntailed
from kg.namespaces import GRAPH, PREFIXES, RDF, REL, XSD, compact, inferred_graph
from kg.sources import includes_kg, shape_files, sources, unexplained

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    import rdflib
    from pyoxigraph import NamedNode, Store, Triple

    from kg.budget import Budget
    from kg.check import CheckReport
    from kg.dataset import Dataset
    from kg.dataset.state import State
    from kg.diff import Diff
    from kg.edit import Edit
    from kg.entity import Entity
    from kg.explanation import Consequences, Explanation, Explanations, WhyNot
    from kg.perspectives import Outcome
    from kg.plots import Picture
    from kg.queries import SavedQuery
    from kg.reasoning import Closure, Prover
    from kg.results import Term
    from kg.snapshot import Snapshot
    from kg.snapshot.written import Written
    from kg.sources import Paths
    from kg.sparql import Result
    from kg.terms import Value
    from kg.validation import Engine
    from kg.validation.report import ValidationReport
    from kg.wikidata.links import Links

__all__ = ["Graph", "load", "to_rdflib"]


def load(
    data: Paths | None = None,
    ontology: Paths | None = None,
    viewpoint: str = DEFAULT,
    reading: Reading | None = None,
    *,
    strict: bool = False,
) -> Graph:
    """Open a graph for asking; make its snapshot first where there is none.

    Args:
        data: files or folders of facts, claims and links; by default the graph that kg ships.
        ontology: files that say what the terms mean, ``"kg"`` for those that kg ships, ``"none"``
            or ``()`` for none. By default those that kg ships for its own graph and for a folder
            that ``kg init`` made; other files are taken as they are.
        viewpoint: whom to believe: ``reported``, ``undisputed``, ``according-to:`` and an agent, or
            the node of a viewpoint in the data.
        reading: what relative IRIs are resolved against, and where imports are found.
        strict: refuse an ontology that goes beyond OWL 2 RL (``OutsideProfile``).

    Raises:
        ResourceNotFound: a path does not exist.
        ParseFailure: a file is not well formed; says where.
        DoesNotConform: the graph that kg ships, or a folder that ``kg init`` made, breaks the
            shapes or the citation checks.
        Inconsistent: the facts contradict the ontology or each other.
        UnknownName: there is no such viewpoint; carries the close matches.

    >>> g = load()
    >>> bool(g.query("ASK { kg:algeria rel:neighbours kg:mali }"))
    True
    """
    graph = Graph(data, ontology, viewpoint, reading)
    if strict:
        admit(graph.dataset)
    _ = graph.snapshot
    return graph


class Graph:
    """A graph made from files; it is read when it is first asked for anything.

    The arguments are those of ``load``. A graph that does not conform can be checked, not asked.
    """

    def __init__(
        self,
        data: Paths | None = None,
        ontology: Paths | None = None,
        viewpoint: str = DEFAULT,
        reading: Reading | None = None,
    ) -> None:
        self._viewpoint = viewpoint
        self._reading = reading or Reading()
        self._sources = sources(data, ontology)
        self._is_told_ontology = ontology is not None
        self._asked: tuple[Store, Prover] | None = None

    @cached_property
    def dataset(self) -> Dataset:
        """The files that the graph is made from."""
        return load_dataset(*self._sources[:2], self._reading, gated=self._sources.gated)

    @cached_property
    def viewpoint(self) -> str:
        """The name of the viewpoint that the graph is seen from, as in the names of its graphs."""
        from kg.perspectives import meant

        return meant(self._viewpoint, self.dataset)

    @property
    def _state(self) -> State:
        return self.dataset.state(self.viewpoint)

    @cached_property
    def snapshot(self) -> Snapshot:
        """The snapshot that answers come from."""
        return build.open_snapshot(self._state)

    @property
    def notes(self) -> tuple[str, ...]:
        """What was not loaded of the files, and whose terms nothing explains, in sentences."""
        unclear = () if self._is_told_ontology else unexplained(self.dataset)
        return (*self.dataset.notes, *unclear)

    @property
    def store(self) -> Store:
        """The Oxigraph store of the snapshot, read only."""
        return self.snapshot.store

    def query(self, text: str, **bindings: Value) -> Result:
        """Answer a SPARQL query over asserted and inferred triples.

        A query that names graphs of other viewpoints, such as ``<…/graph/inferred/undisputed>``,
        finds them there; no other query sees them.

        Args:
            text: SELECT, ASK, CONSTRUCT or DESCRIBE; kg's prefixes need no PREFIX line.
            bindings: values for variables, which a SELECT must project. A ``str`` names a thing
                (an IRI in < >, a CURIE, a Wikidata id or a label); give text as a ``Literal``.

        Raises:
            ParseFailure: the text is not SPARQL.
            QueryRefused: it is an update, or asks for more than the graph.

        >>> rows = load().query("SELECT ?state ?label { ?state rdfs:label ?label }", state="Mali")
        >>> [row.label.value for row in rows]
        ['Mali']
        """
        bound = {name: terms.term(value, self.store) for name, value in bindings.items()}
        return self._evaluate(text, bound, "query")

    def run(self, name: str, **params: Value) -> Result:
        """Answer a saved query.

        Args:
            name: one of :meth:`queries`.
            params: values for its parameters, written as on the command line.

        Raises:
            UnknownName: there is no such query or parameter; carries the close matches.

        >>> events = load().run("tension-raising-events", since="2023")
        >>> len(events) > 0
        True
        """
        from kg.queries import find

        raw = {key: terms.text(value) for key, value in params.items()}
        saved = find(name)
        return self._evaluate(saved.text, saved.bind(raw, self.store), str(saved.path))

    def queries(self) -> dict[str, SavedQuery]:
        """Return the saved queries by name.

        >>> "missions" in load().queries()
        True
        """
        from kg.queries import catalogue

        return catalogue()

    def viewpoints(self) -> tuple[Outcome, ...]:
        """Tell from which viewpoints the graph can be seen, and what each comes to.

        >>> [one.viewpoint.slug for one in load().viewpoints()][:2]
        ['reported', 'undisputed']
        """
        from kg.perspectives import outcomes

        return outcomes(self.dataset)

    def name(self, node: NamedNode) -> str:
        """Return what to call a thing: its English label, or else its CURIE.

        >>> (graph := load()).name(graph.show("Q912").node)
        'Mali'
        """
        from kg.evidence import name

        return name(self.store, node)

    def show(self, thing: str | NamedNode) -> Entity:
        """Return all that the graph knows about one thing.

        >>> print(load().show("Mali").label)
        Mali
        """
        from kg.entity import entity

        return entity(self.store, terms.node(thing, self.store))

    @property
    def links(self) -> Links:
        """What the table of links says of each thing, class and property.

        >>> from kg import load
        >>> [link.id for link in load().links.of_things() if link.label == "Gao"]
        ['Q188904']
        """
        from kg.wikidata.links import links_of

        return links_of(self.dataset)

    def wikidata_view(self) -> Store:
        """Return what the graph says in Wikidata's words, as a store of its own."""
        from kg.wikidata.view import view

        return view(self.store)

    def ask_wikidata(self, text: str) -> Result:
        """Answer a query that was written for the Wikidata Query Service.

        Raises:
            QueryRefused: it asks a service other than ``wikibase:label``, or is none that kg
                evaluates.
            ParseFailure: it is not SPARQL; says where.

        >>> from kg import load
        >>> [row.name.value for row in load().ask_wikidata(
        ...     "SELECT ?name { ?m wdt:P137 wd:Q912 ; wdt:P131 wd:Q3561 ; rdfs:label ?name }"
        ... )]
        ['Embassy of Mali in Algiers']
        """
        from kg.wikidata.query_service import ask

        return _with_writer(ask(self.store, text))

    def asserted(self) -> frozenset[Triple]:
        """Return the facts as they are given."""
        return self._state.facts

    def close(
        self,
        engine: str = pipeline.DEFAULT_ENGINE,
        *,
        budget: Budget | None = None,
        strict: bool = False,
    ) -> Closure:
        """Derive what the facts entail, by a chosen engine and within limits.

        Args:
            engine: ``compiled``, or ``owlrl`` for the reference that it is held to.
            budget: how much time and memory it may take.
            strict: refuse an ontology that goes beyond OWL 2 RL, which ``caveats`` tell otherwise.

        Raises:
            OutsideProfile: the ontology goes beyond OWL 2 RL, and ``strict`` was asked for.
            BudgetExceeded: it took more time or memory than it may.
            Inconsistent: the facts contradict the ontology or each other.

        >>> load().close().inferred == load().infer()
        True
        """
        if strict:
            admit(self.dataset)
        found = pipeline.derived(self._state, engine=engine, budget=budget)
        return replace(found, inferred=pipeline.beyond(self._state, found.inferred))

    def infer(self) -> frozenset[Triple]:
        """Return what the facts entail by OWL 2 RL and the ontology, and no fact itself.

        Raises:
            Inconsistent: the facts contradict the ontology or each other.
        """
        return build.inferred(self._state)

    @cached_property
    def caveats(self) -> tuple[str, ...]:
        """Why what follows may not be all that the ontology means, in sentences."""
        if "snapshot" in self.__dict__:
            return build.caveats(self.snapshot)
        # What kg ships is held to the profile by its check.
        return () if self.dataset.gated else caveats_of(self.dataset)

    def explain(
        self,
        subject: str | Term,
        predicate: str | NamedNode,
        object: str | Term,  # noqa: A002 - the word of the API
    ) -> Explanation:
        """Tell why a triple holds, down to the passages that it rests on.

        Each part is a term or a name; the predicate ``a`` is rdf:type.

        Raises:
            NotEntailed: the triple is neither asserted nor inferred; tells who claims it all the
                same, and why it is no fact.
        """
        from kg.explanation import explain

        goal = terms.triple((subject, predicate, object), self.store)
        try:
            return explain(self.store, self._prover, goal)
        except NotEntailed as error:
            raise NotEntailed(f"{error}{self._elsewhere(goal)}") from None

    def explain_all(
        self,
        subject: str | Term,
        predicate: str | NamedNode,
        object: str | Term,  # noqa: A002 - the word of the API
        *,
        limit: int = 10,
    ) -> Explanations:
        """Tell why a triple holds in each way that there is, the shortest first.

        No two proofs take the same steps.

        Args:
            subject: as for :meth:`explain`.
            predicate: as for :meth:`explain`.
            object: as for :meth:`explain`.
            limit: how many proofs to give at most; whether there are more is told.

        Raises:
            NotEntailed: as for :meth:`explain`.

        >>> from kg import load
        >>> proofs = load().explain_all("Mali", "has diplomatic ties with", "Algeria")
        >>> len(proofs[0].steps) <= len(proofs[1].steps)
        True
        """
        from kg.explanation import explain_all

        goal = terms.triple((subject, predicate, object), self.store)
        return explain_all(self.store, self._prover, goal, limit)

    def why_not(
        self,
        subject: str | Term,
        predicate: str | NamedNode,
        object: str | Term,  # noqa: A002 - the word of the API
    ) -> WhyNot:
        """Tell what is missing for a triple to follow.

        Each part is as for :meth:`explain`.

        >>> from kg import load
        >>> load().why_not("Algeria", "rel:neighbours", "Mali").holds
        True
        """
        from kg.explanation import why_not

        return why_not(
            self.store, self._prover, terms.triple((subject, predicate, object), self.store)
        )

    def consequences(self, thing: str | NamedNode) -> Consequences:
        """Tell all that was derived about one thing, and why.

        >>> from kg import load
        >>> kinds = [one for one in load().consequences("Mali") if one.relation == "kind"]
        >>> len(kinds) > 0
        True
        """
        from kg.explanation import consequences

        return consequences(self.store, self._prover, terms.node(thing, self.store))

    def validate(
        self, shapes: Paths | None = None, *, engine: Engine = "auto", allow: str = ""
    ) -> ValidationReport:
        """Check the graph, with what is inferred, against SHACL shapes; nothing is changed.

        Args:
            shapes: files, and ``"kg"`` for those that kg ships; by default these, for a kg graph.
            engine: pyshacl, the reference; shacl, fast; auto takes what fits the graph.
            allow: the gravest severity it conforms with: ``Warning``, ``Info``, or none.
        """
        paths = shape_files(shapes, self._sources.ontology)
        return build.validated(self._state, paths, engine, self._reading).allowing(allow)

    def plot(self, picture: str, *, since: str = "", until: str = "", kind: str = "") -> Picture:
        """Draw timeline, tension, map or network, as ``kg.plots.plot`` does."""
        from kg.plots import plot

        return plot(picture, self.store, self.viewpoint, since, until, kind)

    def edit(self, *, save: bool = False) -> Edit:
        """Change the graph in a ``with`` block: all that it says, or nothing and an error.

        The graph takes the new state when the block ends, where that is consistent and conforms.

        Args:
            save: write the change into the folder of the graph; else it is a what-if in memory.

        >>> graph = load()
        >>> with graph.edit() as edit:
        ...     edit.add('kg:mali skos:altLabel "Republic of Mali"@en .')
        >>> len(edit.changes.added)
        1
        """
        from kg.edit import Edit, Origin

        origin = Origin(*self._sources, self.viewpoint, self._reading)
        current = self.__dict__.get("snapshot")
        return Edit(self.dataset, origin, self._adopt, save=save, current=current)

    def check(
        self, source: Path | str | None = None, *, shapes: Paths | None = None
    ) -> CheckReport:
        """Check the graph in every way that kg knows; files of others in those that hold for any.

        Args:
            source: the file of the source text, to check every passage against it as well.
            shapes: as for :meth:`validate`; files of others are checked against none unless told.
        """
        from kg.check import check

        own = not includes_kg(self._sources.ontology)
        paths = None if shapes is None else shape_files(shapes, self._sources.ontology)
        text = None if source is None else Path(source)
        return check(self.dataset, self._sources.ontology, paths, source_text=text, own=own)

    def serialize(self, format: str, graph: str = "all") -> bytes:  # noqa: A002 - the word of the API
        """Write the graph, or one of its named graphs, the same bytes every time.

        Args:
            format: ttl, nt, nq, trig, rdfxml, jsonld, graphml or csv.
            graph: all, asserted, inferred, claims, links, reference or ontology.

        >>> load().serialize("nt", "links").decode().count("exactMatch") > 0
        True
        """
        from kg.export import export

        state = self._state
        columns = None if state.columns is None else self.dataset.columns
        graphs: dict[NamedNode, AbstractSet[Triple]] = {**(columns or state.whole)}
        graphs[inferred_graph(self.viewpoint)] = build.closure_of(self.snapshot, state)
        if not state.is_default:
            graphs[GRAPH.void] = build.described(state)
        return export(graphs, format, graph, self.dataset.prefixes)

    def export(self, path: Path | str, format: str | None = None, graph: str = "all") -> None:  # noqa: A002 - the word of the API
        """Write the graph to a file, whole or not at all.

        Args:
            path: the file; its ending tells the format unless that is given.
            format: as for :meth:`serialize`.
            graph: as for :meth:`serialize`.
        """
        from kg.files import write
        from kg.formats import by_path

        write(Path(path), self.serialize(format or by_path(path).name, graph))

    def diff(self, other: Graph) -> Diff:
        """Tell in words what is different in another graph, from this one to that one."""
        from kg.diff import diff

        @cache
        def name(node: NamedNode) -> str:
            labels = (one.dataset.label(node) for one in (other, self))
            return next(filter(None, labels), None) or compact(node.value)

        return diff(self.dataset.named_graphs(), other.dataset.named_graphs(), name)

    def stats(self) -> dict[str, dict[str, int]]:
        """Count the triples of each graph, the things of each kind, the claims of each standing.

        >>> load().stats()["things"]["State"] > 1
        True
        """
        return _statistics(self.store, build.overlaps(self.snapshot), self.snapshot.written)

    def to_rdflib(self, beside: Sequence[str] = ()) -> rdflib.Dataset:
        """Return a copy as an rdflib dataset, its default graph being all graphs together.

        Args:
            beside: names of other viewpoints, whose graphs are there to be named and are no part
                of the default graph.

        >>> dataset = load().to_rdflib()
        >>> len(dataset.query("SELECT ?state { ?state a rel:State }")) > 1
        True
        """
        if not beside and not build.overlaps(self.snapshot):
            return to_rdflib(self.store, written=self.snapshot.written)
        snapshot, graphs = self._beside(beside)
        return to_rdflib(snapshot.store, graphs, snapshot.written)

    @property
    def _prover(self) -> Prover:
        """What proves; it remembers what it was asked as long as the graph stays the same."""
        from kg.reasoning import Prover
        from kg.reasoning.lookups import derived, given

        if self._asked is None or self._asked[0] is not self.store:
            self._asked = self.store, Prover(given(self.store), derived(self.store))
        return self._asked[1]

    def _elsewhere(self, triple: Triple) -> str:
        """Say from which other viewpoint a triple holds; without claims there is but one."""
        if not next(self.store.quads_for_pattern(None, REL.assertedBy, None, GRAPH.claims), None):
            return ""
        from kg.perspectives import elsewhere

        return elsewhere(triple, self._state)

    def _adopt(self, dataset: Dataset, snapshot: Snapshot) -> None:
        self.dataset = dataset
        self.__dict__.pop("snapshot", None)
        if self.viewpoint == DEFAULT:
            self.snapshot = snapshot

    def __repr__(self) -> str:
        """Return how many files the graph is made from."""
        return f"<Graph: {len(self.dataset.documents)} files>"

    def _repr_html_(self) -> str:
        rows = self.stats()["triples"].items()
        cells = "".join(f"<tr><td>{name}</td><td>{n}</td></tr>" for name, n in rows)
        return f"<table><tr><th>graph</th><th>triples</th></tr>{cells}</table>"

    def _evaluate(self, text: str, terms: Mapping[str, Term], source: str) -> Result:
        """Evaluate a query, with the graphs of the other viewpoints that it names at hand."""
        from kg.perspectives import compared
        from kg.sparql import Scope, evaluate, read

        query = read(text, source)
        others = compared(query, terms.values(), self.store, self.viewpoint)
        if not (others or (query.names_graphs() and build.overlaps(self.snapshot))):
            found = evaluate(self.store, query, bindings=terms, written=self.snapshot.written)
            return _with_writer(found)
        snapshot, graphs = self._beside(others)
        scope, written = Scope(default_graphs=graphs), snapshot.written
        found = evaluate(snapshot.store, query, bindings=terms, scope=scope, written=written)
        return _with_writer(found)

    def _beside(self, others: Collection[str]) -> tuple[Snapshot, list[NamedNode]]:
        return build.open_beside(self._state, others)


def _with_writer(result: Result) -> Result:
    """Return the result of a query; a graph among them can be serialized."""
    from kg.results import GraphResult

    if isinstance(result, GraphResult):
        from kg.export import serialize_triples

        result.writer = serialize_triples
    return result


def to_rdflib(
    store: Store,
    default_graphs: Collection[NamedNode] | None = None,
    written: Written | None = None,
) -> rdflib.Dataset:
    """Copy a store into an rdflib dataset that queries all its graphs as one.

    Lexical forms are kept, and so are the labels of blank nodes.

    Args:
        store: the graphs.
        default_graphs: those that are queried as one, unless all are; the others have to be named.
        written: what keeps literals as they are written, where the store does not.
    """
    import rdflib

    from kg.lexical import decode
    from kg.reasoning.rdflib_terms import to_rdflib as convert
    from kg.snapshot.written import as_written

    store = as_written(store, written)

    def term(value: Any) -> Any:
        # Parsers of rdflib give a string no datatype, and to rdflib the two are not equal.
        if isinstance(value, Literal) and not value.language and value.datatype == XSD.string:
            return rdflib.Literal(value.value)
        return convert(value)

    dataset = rdflib.Dataset(default_union=default_graphs is None)
    for prefix, namespace in PREFIXES.items():
        dataset.bind(prefix, namespace, replace=True)
    for name in store.named_graphs():
        graph = dataset.graph(term(name))
        graphs = [graph, dataset.default_graph] if name in (default_graphs or ()) else [graph]
        for quad in store.quads_for_pattern(None, None, None, name):
            for one in graphs:
                one.add((term(quad.subject), term(quad.predicate), term(decode(quad.object))))
    return dataset


def _statistics(
    store: Store, whole: Mapping[str, int] | None = None, written: Written | None = None
) -> dict[str, dict[str, int]]:
    """Count the triples of each graph, the things of each kind, the claims of each standing.

    A thing is counted by what the facts say it is, and not by what is inferred.

    Args:
        store: the graphs, each triple in one of them.
        whole: the sizes of those that hold triples of others as well, by name.
        written: what keeps literals as they are written; None where the store does.
    """
    from kg.snapshot.written import as_written

    counted = as_written(store, written)
    triples = {
        graph.value.removeprefix(GRAPH.iri): sum(
            1 for _ in counted.quads_for_pattern(None, None, None, graph)
        )
        for graph in sorted(store.named_graphs(), key=str)
    }
    for graph_name, size in (whole or {}).items():
        triples[graph_name.removeprefix(GRAPH.iri)] = size
    return {
        "triples": dict(sorted(triples.items())) | {"all": len(counted)},
        "things": _counts(store, RDF.type, GRAPH.asserted),
        "claims": _counts(store, REL.standing, GRAPH.claims),
    }


def _counts(store: Store, predicate: NamedNode, graph: NamedNode) -> dict[str, int]:
    """Count by object, the most frequent first."""
    from kg.evidence import name

    found = Counter(
        name(store, quad.object) for quad in store.quads_for_pattern(None, predicate, None, graph)
    )
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))
