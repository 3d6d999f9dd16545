"""The page of the ontology: what each term means, where it is used, what the shapes ask."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, TypeGuard

from pyoxigraph import BlankNode, Literal, NamedNode, QuerySolutions, RdfFormat, Store

from kg import resources
from kg.namespaces import BASE, DCTERMS, GRAPH, OWL, PREFIXES, RDF, RDFS, REL, SH, SKOS, compact
from kg.reasoning.in_words import Wording
from kg.reasoning.statements import statement
from kg.web.layout import opened, render
from kg.web.links import Link, call, first, linked, values

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from kg.results import Term
    from kg.web.links import Links
    from kg.web.responses import Answer
    from kg.web.workers.held import Held

__all__ = ["messages", "page"]

_TARGETS = SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf
_PARTS = SH.property, SH.sparql


def messages() -> dict[NamedNode, tuple[str, ...]]:
    """Return the messages of kg's shapes by the classes and properties that they are about.

    >>> from kg.namespaces import REL
    >>> any("label" in message for message in messages()[REL.Event])
    True
    """
    return _messages(tuple(resources.shapes()))


@lru_cache(maxsize=1)
def _messages(paths: tuple[Path, ...]) -> dict[NamedNode, tuple[str, ...]]:
    store = Store()
    for path in paths:
        store.bulk_load(path=str(path), format=RdfFormat.TURTLE)
    found: dict[NamedNode, dict[str, None]] = {}
    for quad in store.quads_for_pattern(None, RDF.type, SH.NodeShape):
        targets = _ends(store, quad.subject, *_TARGETS)
        for part in (quad.subject, *_ends(store, quad.subject, *_PARTS)):
            texts = filter(_is_text, _ends(store, part, SH.message))
            said = [one.value for one in texts]
            for term in (*targets, *_ends(store, part, SH.path)):
                if isinstance(term, NamedNode):
                    found.setdefault(term, {}).update(dict.fromkeys(said))
    return {term: tuple(sorted(said)) for term, said in found.items() if said}


def _is_text(term: Term) -> TypeGuard[Literal]:
    return isinstance(term, Literal)


def _ends(store: Store, subject: Term, *predicates: NamedNode) -> list[Term]:
    return [one for predicate in predicates for one in values(store, subject, predicate)]


_CLASSES = (OWL.Class, RDFS.Class)
_PROPERTIES = (OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty, RDF.Property)
_SCHEMA = PREFIXES["schema"]
_RELATED = {
    "a kind of": RDFS.subClassOf,
    "the same kind as": OWL.equivalentClass,
    "narrower than": RDFS.subPropertyOf,
    "the other way round": OWL.inverseOf,
    "starts from": RDFS.domain,
    "leads to": RDFS.range,
    "used of": NamedNode(_SCHEMA + "domainIncludes"),
    "leads to, as used": NamedNode(_SCHEMA + "rangeIncludes"),
    "cited through": REL.citedThrough,
    "see also": RDFS.seeAlso,
    "close to": SKOS.closeMatch,
    "the same as": SKOS.exactMatch,
}
_CHARACTERISTICS = {
    OWL.SymmetricProperty: "holds both ways",
    OWL.TransitiveProperty: "carries on from one thing to the next",
    OWL.FunctionalProperty: "has one value at most",
    OWL.InverseFunctionalProperty: "no two things share a value",
    OWL.AsymmetricProperty: "never holds both ways",
    OWL.IrreflexiveProperty: "never holds of a thing and itself",
}
_AXIOMS = (RDFS.subClassOf, OWL.equivalentClass, OWL.propertyChainAxiom, OWL.disjointWith)
# So many uses are counted, and no more.
_COUNTED = 10_000


@dataclass(frozen=True)
class _TermEntry:
    """A term.

    Args:
        node: the term.
        anchor: its place on the page.
        label: what it is called.
        short: its CURIE.
        definition: what it means.
        notes: what there is to know besides.
        examples: of its use.
        related: how it stands to other terms, in words.
        axioms: what the ontology says of it, in sentences.
        messages: what the shapes ask of what it is used for.
        uses: how often it is used; None where it is not counted.
        more: whether it is used more often than is counted.
    """

    node: NamedNode
    anchor: str
    label: str
    short: str
    definition: str
    notes: tuple[str, ...]
    examples: tuple[str, ...]
    related: tuple[tuple[str, tuple[Link, ...]], ...]
    axioms: tuple[str, ...]
    messages: tuple[str, ...]
    uses: int | None
    more: bool


@dataclass(frozen=True)
class _Section:
    """Terms of one sort."""

    anchor: str
    title: str
    terms: tuple[_TermEntry, ...]


def _anchor(node: NamedNode) -> str:
    """Return the place of a term on the page: its local name, where it is kg's own.

    >>> _anchor(REL.Event), _anchor(SKOS.Concept)
    ('Event', 'skos:Concept')
    """
    own = PREFIXES["rel"]
    return node.value.removeprefix(own) if node.value.startswith(own) else compact(node.value)


def _sections(store: Store, links: Links) -> list[_Section]:
    """Return the terms that a graph declares or uses, own terms before others."""
    classes = _declared(store, _CLASSES)
    properties = _declared(store, _PROPERTIES) - classes
    individuals = {
        node
        for kind in classes
        for node in _of(store, kind, GRAPH.ontology)
        if node not in classes | properties
    }
    if not any(node in REL for node in classes):
        classes |= _used_as_kinds(store)
        properties |= _used_as_predicates(store)
    make = _Maker(store, links)
    own, others = _split(classes), _split(properties)
    found = [
        _Section("classes", "Kinds of things", make.all(own[0])),
        _Section("properties", "Properties", make.all(others[0])),
        _Section("individuals", "Values", make.all(individuals)),
        _Section("other-classes", "Kinds of other vocabularies", make.all(own[1])),
        _Section("other-properties", "Properties of other vocabularies", make.all(others[1])),
    ]
    return [one for one in found if one.terms]


class _Maker:
    """Describes one term after another of a store."""

    def __init__(self, store: Store, links: Links) -> None:
        self._store, self._links = store, links
        ontology = store.quads_for_pattern(None, None, None, GRAPH.ontology)
        self._wording = Wording(
            (statement(quad.triple) for quad in ontology), lambda term: call(store, term)
        )
        own = next(store.quads_for_pattern(None, None, OWL.Class, GRAPH.ontology), None)
        self._messages = messages() if own else {}

    def all(self, nodes: Iterable[NamedNode]) -> tuple[_TermEntry, ...]:
        made = [self._one(node) for node in nodes]
        return tuple(sorted(made, key=lambda one: (one.label.casefold(), one.short)))

    def _one(self, node: NamedNode) -> _TermEntry:
        store = self._store
        uses, more = _uses(store, node)
        return _TermEntry(
            node=node,
            anchor=_anchor(node),
            label=call(store, node),
            short=compact(node.value).strip("<>"),
            definition=first(store, node, SKOS.definition, RDFS.comment),
            notes=self._texts(node, SKOS.scopeNote),
            examples=self._texts(node, SKOS.example),
            related=tuple(self._related(node)),
            axioms=tuple(self._axioms(node)),
            messages=self._messages.get(node, ()),
            uses=uses,
            more=more,
        )

    def _texts(self, node: NamedNode, predicate: NamedNode) -> tuple[str, ...]:
        return tuple(call(self._store, one) for one in values(self._store, node, predicate))

    def _related(self, node: NamedNode) -> Iterable[tuple[str, tuple[Link, ...]]]:
        for words, predicate in _RELATED.items():
            ends = values(self._store, node, predicate)
            named = [self._linked(one) for one in ends if isinstance(one, NamedNode)]
            named = [one for one in named if one.text != call(self._store, node)]
            if named:
                yield words, tuple(named)
        narrower = sorted(
            {
                quad.subject
                for predicate in (RDFS.subClassOf, RDFS.subPropertyOf)
                for quad in self._store.quads_for_pattern(None, predicate, node, GRAPH.ontology)
                if isinstance(quad.subject, NamedNode) and quad.subject != node
            },
            key=str,
        )
        if narrower:
            yield "narrower ones", tuple(self._linked(one) for one in narrower)
        said = [
            _CHARACTERISTICS[k]
            for k in values(self._store, node, RDF.type)
            if isinstance(k, NamedNode) and k in _CHARACTERISTICS
        ]
        if said:
            yield "it", tuple(Link(one) for one in said)

    def _linked(self, node: Term) -> Link:
        return linked(self._store, self._links, node)

    def _axioms(self, node: NamedNode) -> Iterable[str]:
        for predicate in _AXIOMS:
            for quad in self._store.quads_for_pattern(node, predicate, None, GRAPH.ontology):
                if isinstance(quad.object, BlankNode):
                    yield self._wording.sentence(statement(quad.triple))
        for predicate in (OWL.intersectionOf, OWL.unionOf, OWL.oneOf):
            for quad in self._store.quads_for_pattern(node, predicate, None, GRAPH.ontology):
                yield self._wording.sentence(statement(quad.triple))


def _declared(store: Store, kinds: Iterable[NamedNode]) -> set[NamedNode]:
    return {node for kind in kinds for node in _of(store, kind, None)}


def _of(store: Store, kind: NamedNode, graph: NamedNode | None) -> set[NamedNode]:
    """Return what is declared to be of a kind; what is inferred is not declared."""
    from kg.namespaces import is_inferred

    return {
        quad.subject
        for quad in store.quads_for_pattern(None, RDF.type, kind, graph)
        if isinstance(quad.subject, NamedNode) and not is_inferred(quad.graph_name)
    }


def _used_as_kinds(store: Store) -> set[NamedNode]:
    return _distinct(store, "SELECT DISTINCT ?o { { ?s a ?o } UNION { GRAPH ?g { ?s a ?o } } }")


def _used_as_predicates(store: Store) -> set[NamedNode]:
    text = "SELECT DISTINCT ?p { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"
    return _distinct(store, text) - {RDF.type}


def _distinct(store: Store, text: str) -> set[NamedNode]:
    rows = store.query(text)
    if not isinstance(rows, QuerySolutions):
        return set()
    return {row[0] for row in rows if isinstance(row[0], NamedNode)}


def _split(nodes: set[NamedNode]) -> tuple[set[NamedNode], set[NamedNode]]:
    own = {node for node in nodes if node in REL}
    return (own, nodes - own) if own else (nodes, set())


def _uses(store: Store, node: NamedNode) -> tuple[int | None, bool]:
    """Count what is of a kind, or the triples of a property."""
    from itertools import islice

    found = 0
    for pattern in ((None, RDF.type, node), (None, node, None)):
        quads = islice(store.quads_for_pattern(*pattern), _COUNTED + 1)
        found += len({quad.triple for quad in quads})
    return min(found, _COUNTED), found > _COUNTED


_DESCRIPTION = NamedNode(PREFIXES["dcterms"] + "description")


def page(held: Held, *, params: Mapping[str, str], path: str, base: str) -> Answer:
    """Return the page of all terms, each with a place of its own.

    Args:
        held: what is served.
        params: of the request.
        path: of the request.
        base: what absolute links begin with.

    Raises:
        UnknownName: there is no such viewpoint.
    """
    links, here = opened(held, params, path, base)
    store = held.store(links.viewpoint)
    own = NamedNode(BASE + "ontology")
    declared = sorted(
        {q.subject for q in store.quads_for_pattern(None, RDF.type, OWL.Ontology)}, key=str
    )
    node = own if own in declared else next(iter(declared), None)
    return render(
        "ontology.html",
        held,
        links,
        here=here,
        iri=node.value if isinstance(node, NamedNode) else "",
        title=first(store, node, DCTERMS.title) if node else "",
        told=first(store, node, _DESCRIPTION) if node else "",
        version=first(store, node, OWL.versionInfo) if node else "",
        sections=_sections(store, links),
    )
