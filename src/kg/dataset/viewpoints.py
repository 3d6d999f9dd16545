"""Viewpoints: which claims count as facts depends on whom one believes.

A viewpoint is data (``rel:Viewpoint``): the standings that it accepts, the agents that it is
according to, and whether it leaves out what these dispute. For every agent that makes claims there
is the viewpoint according to that agent, made after ``kg:viewpoint-according-to``.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode, Triple

from kg import resources
from kg.dataset.documents import read_documents
from kg.errors import Misuse, UnknownName
from kg.namespaces import DEFAULT_VIEWPOINT as DEFAULT
from kg.namespaces import GRAPH, PREFIXES, RDF, RDFS, REL, SKOS, XSD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from kg.dataset import Dataset

__all__ = [
    "DEFAULT",
    "Viewpoint",
    "below",
    "find",
    "is_slug",
    "node_of",
    "slug_named",
    "slug_of",
    "viewpoints",
]

_PREFIX = "viewpoint-"
_ACCORDING_TO = "according-to"
_PATTERN = NamedNode(f"{PREFIXES['kg']}{_PREFIX}{_ACCORDING_TO}")
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")


@dataclass(frozen=True)
class Viewpoint:
    """Which claims count as facts.

    Args:
        slug: its name in the names of graphs and on the command line.
        node: the node that says so, or would.
        label: what people call it.
        definition: whom it believes, in a sentence.
        standings: the claims of these count, whoever makes them.
        agents: all claims of these count, and of whoever acts for them.
        omits_disputed: whether what these dispute is left out.
        speakers: the agents, and those who act for them.
    """

    slug: str
    node: NamedNode
    label: str
    definition: str
    standings: frozenset[NamedNode]
    agents: frozenset[NamedNode] = frozenset()
    omits_disputed: bool = False
    speakers: frozenset[NamedNode] = frozenset()

    def triples(self) -> Iterator[Triple]:
        """Say in triples what the viewpoint is."""
        yield Triple(self.node, RDF.type, REL.Viewpoint)
        yield Triple(self.node, RDFS.label, Literal(self.label, language="en"))
        yield Triple(self.node, SKOS.definition, Literal(self.definition, language="en"))
        for standing in self.standings:
            yield Triple(self.node, REL.acceptsStanding, standing)
        for agent in self.agents:
            yield Triple(self.node, REL.accordingTo, agent)
        if self.omits_disputed:
            true = Literal("true", datatype=XSD.boolean)
            yield Triple(self.node, REL.omitsDisputed, true)


def is_slug(text: str) -> bool:
    """Return whether a text may be the name of a viewpoint, without looking for one.

    >>> is_slug("according-to-algeria"), is_slug("according-to:Algeria")
    (True, False)
    """
    return _SLUG.match(text) is not None


def slug_of(node: NamedNode) -> str:
    """Return the last part of an IRI as the name of a viewpoint.

    >>> slug_of(_PATTERN), slug_of(NamedNode("http://example.org/agents#Press_Office"))
    ('according-to', 'press-office')
    """
    local = re.split(r"[/#:]", node.value.rstrip("/#"))[-1]
    return re.sub(r"[^a-z0-9]+", "-", local.lower()).strip("-").removeprefix(_PREFIX)


def node_of(slug: str) -> NamedNode:
    """Return the node of a viewpoint that no file declares.

    >>> node_of("according-to-mali").value
    'https://w3id.org/relations-kg/id/viewpoint-according-to-mali'
    """
    return NamedNode(f"{PREFIXES['kg']}{_PREFIX}{slug}")


def slug_named(text: str, resolve: Callable[[str], NamedNode]) -> str:
    """Return the name of the viewpoint that a user means, which need not exist.

    Args:
        text: a name, ``according-to:`` and an agent, or the node of a viewpoint.
        resolve: finds the thing that a user's word stands for.

    >>> slug_named("according-to:Mali", lambda text: NamedNode("http://example.org/" + text))
    'according-to-mali'
    """
    if is_slug(text):
        return text
    kind, separator, agent = text.partition(":")
    if separator and kind == _ACCORDING_TO:
        return f"{_ACCORDING_TO}-{slug_of(resolve(agent))}"
    return slug_of(resolve(text))


def viewpoints(dataset: Dataset) -> tuple[Viewpoint, ...]:
    """Return the viewpoints that there are: those declared, and one for each agent with claims."""
    acting = _acting(dataset)
    given, pattern = _given(dataset)
    asserters = {t.object for t in dataset.graph(GRAPH.claims) if t.predicate == REL.assertedBy}
    made = [
        _made(dataset, pattern, agent, speakers & asserters, speakers)
        for agent, speakers in _agents(asserters, acting)
    ]
    return (*given, *sorted(made, key=lambda one: one.slug))


def _given(dataset: Dataset) -> tuple[list[Viewpoint], Viewpoint]:
    """Return the viewpoints that are declared, and the one that others are made after."""
    declared = {one.node: one for one in _declared(dataset.graph(GRAPH.claims))}
    # The files of another graph need not repeat the viewpoints that every graph has.
    for one in _described(resources.viewpoints()):
        declared.setdefault(one.node, one)
    pattern = declared.pop(_PATTERN)
    acting = _acting(dataset) if any(one.agents for one in declared.values()) else {}
    given = [
        replace(one, speakers=_speakers(one.agents, acting))
        for one in sorted(declared.values(), key=lambda one: (one.agents != set(), one.slug))
    ]
    return given, pattern


def find(dataset: Dataset, slug: str) -> Viewpoint:
    """Return the viewpoint of a name.

    Raises:
        UnknownName: there is none; carries the close matches, or lists all.
        Misuse: several have that name.
    """
    found = []
    if not slug.startswith(f"{_ACCORDING_TO}-"):
        # What is declared is found without a look at who claims what.
        found = [one for one in _given(dataset)[0] if one.slug == slug]
    known = () if found else dataset.viewpoints
    found = found or [one for one in known if one.slug == slug]
    if not found:
        hint = "one of " + ", ".join(one.slug for one in known)
        names = [one.slug for one in known]
        if f"{_ACCORDING_TO}-{slug}" in names:
            # With the name of an agent alone, it lies too far from what was meant.
            names, hint = [], f"did you mean {_ACCORDING_TO}-{slug}?"
        raise UnknownName("viewpoint", slug, names, hint)
    if len(found) > 1:
        nodes = ", ".join(
            str(agent) for one in found for agent in sorted(one.agents or {one.node}, key=str)
        )
        raise Misuse(f'"{slug}" is the name of {len(found)} viewpoints: of {nodes}; rename one')
    return found[0]


def _declared(graph: AbstractSet[Triple]) -> list[Viewpoint]:
    """Read the viewpoints that a graph describes."""
    kind = REL.Viewpoint
    typed = (t.subject for t in graph if t.object == kind and t.predicate == RDF.type)
    described: dict[object, list[Triple]] = {
        node: [] for node in typed if isinstance(node, NamedNode)
    }
    for triple in graph if described else ():
        if (about := described.get(triple.subject)) is not None:
            about.append(triple)
    return [_read(node, triples) for node, triples in described.items()]  # type: ignore[arg-type]


def _read(node: NamedNode, triples: list[Triple]) -> Viewpoint:
    def values(predicate: NamedNode) -> list[object]:
        return sorted((t.object for t in triples if t.predicate == predicate), key=str)

    def text(predicate: NamedNode) -> str:
        return next((one.value for one in values(predicate) if isinstance(one, Literal)), "")

    return Viewpoint(
        slug=slug_of(node),
        node=node,
        label=text(RDFS.label) or slug_of(node),
        definition=text(SKOS.definition),
        standings=_nodes(values(REL.acceptsStanding)),
        agents=_nodes(values(REL.accordingTo)),
        omits_disputed=text(REL.omitsDisputed) in ("true", "1"),
    )


def _nodes(terms: Iterable[object]) -> frozenset[NamedNode]:
    return frozenset(term for term in terms if isinstance(term, NamedNode))


@lru_cache(maxsize=1)
def _described(path: Path) -> tuple[Viewpoint, ...]:
    (document,) = read_documents([path])
    return tuple(_declared(document.triples))


def below(dataset: Dataset, top: NamedNode, relation: NamedNode) -> set[object]:
    """Return a class or property and all that the ontology puts below it."""
    steps = [t for t in dataset.graph(GRAPH.ontology) if t.predicate == relation]
    found: set[object] = {top}
    while further := {t.subject for t in steps if t.object in found} - found:
        found |= further
    return found


def _acting(dataset: Dataset) -> dict[object, set[NamedNode]]:
    """Tell for each agent who acts for it, by ``rel:actsFor`` or a property below that one."""
    properties = below(dataset, REL.actsFor, RDFS.subPropertyOf)
    acting: dict[object, set[NamedNode]] = defaultdict(set)
    for triple in dataset.graph(GRAPH.asserted) | dataset.graph(GRAPH.reference):
        if triple.predicate in properties and isinstance(triple.subject, NamedNode):
            acting[triple.object].add(triple.subject)
    return acting


def _speakers(
    agents: Iterable[NamedNode], acting: dict[object, set[NamedNode]]
) -> frozenset[NamedNode]:
    speakers = set(agents)
    while further := {one for agent in speakers for one in acting.get(agent, ())} - speakers:
        speakers |= further
    return frozenset(speakers)


def _agents(
    asserters: AbstractSet[object], acting: dict[object, set[NamedNode]]
) -> Iterator[tuple[NamedNode, frozenset[NamedNode]]]:
    """Yield who makes claims, or has them made by who acts for it, with all who speak for it."""
    for node in {*asserters, *acting}:
        if isinstance(node, NamedNode):
            speakers = _speakers({node}, acting)
            if not asserters.isdisjoint(speakers):
                yield node, speakers


def _made(
    dataset: Dataset,
    pattern: Viewpoint,
    agent: NamedNode,
    asserting: AbstractSet[NamedNode],
    speakers: frozenset[NamedNode],
) -> Viewpoint:
    """Make the viewpoint according to an agent after the pattern for all of them."""
    slug = f"{_ACCORDING_TO}-{slug_of(agent)}"
    name = dataset.label(agent) or slug_of(agent)
    others = [dataset.label(one) or slug_of(one) for one in asserting - {agent}]
    also = f", and of {' and '.join(sorted(others))} for it" if others else ""
    return replace(
        pattern,
        slug=slug,
        node=node_of(slug),
        label=f"according to {name}",
        definition=(
            f"All claims of {name}{also}, whoever denies them; with what nobody disputes, and "
            "without what it disputes."
        ),
        agents=frozenset((agent,)),
        speakers=speakers,
    )
