"""What every page tells besides its own: what is served, and from which viewpoint."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode, Store

from kg.dataset.viewpoints import node_of, slug_of
from kg.evidence import name
from kg.namespaces import DCTERMS, GRAPH, OWL, RDF, RDFS, REL
from kg.web.pages.words import address

if TYPE_CHECKING:
    from pyoxigraph import BlankNode

    from kg.web.workers.held import Held

__all__ = ["Choice", "Site", "kind_of", "site", "viewpoint_label"]

_PREFIX = "according-to-"
_CLASSES = (OWL.Class, RDFS.Class, OWL.ObjectProperty, OWL.DatatypeProperty, RDF.Property)

# Of so many editions are the viewpoints remembered; a store is not, lest it stay open.
_FEW = 4
_REMEMBERED: dict[tuple[object, ...], tuple[Choice, ...]] = {}


@dataclass(frozen=True)
class Choice:
    """A viewpoint to look from.

    Args:
        slug: its name in addresses.
        label: what people call it.
        same_as: the slug of an earlier one that accepts the same facts; empty without one.
    """

    slug: str
    label: str
    same_as: str = ""


@dataclass(frozen=True)
class Site:
    """What is served.

    Args:
        title: in a few words.
        version: of kg.
        digest: of the state of the data.
        made: when that state was made.
        viewpoints: those to look from; empty where there is but one.
        viewpoint: the one that is looked from.
        licence: of what is served, where the graph says so.
        has_events: whether pictures have something to show.
        has_claims: whether the graph tells who says what.
        has_terms: whether there is an ontology to read.
        is_kg: whether the saved questions fit.
    """

    title: str
    version: str = ""
    digest: str = ""
    made: str = ""
    viewpoints: tuple[Choice, ...] = ()
    viewpoint: Choice | None = None
    licence: str = ""
    has_events: bool = False
    has_claims: bool = False
    has_terms: bool = False
    is_kg: bool = False

    @property
    def own_viewpoints(self) -> tuple[Choice, ...]:
        """The viewpoints of which each accepts other facts, and the one that is looked from."""
        return tuple(one for one in self.viewpoints if not one.same_as or one == self.viewpoint)


def site(held: Held, viewpoint: str | None = None) -> Site:
    """Tell what is served, as seen from a viewpoint.

    Raises:
        UnknownName: there is no such viewpoint.
    """
    from importlib.metadata import version

    store, edition = held.store(viewpoint), held.edition
    choices = _choices(held)
    slug = viewpoint or edition.viewpoint
    return Site(
        title=edition.title,
        version=version("relations-kg"),
        digest=edition.digest,
        made=edition.made,
        viewpoints=choices if len(choices) > 1 else (),
        viewpoint=next((one for one in choices if one.slug == slug), None),
        licence=_licence(store),
        has_events=kind_of(store, REL.Event),
        has_claims=kind_of(store, REL.Claim),
        has_terms=any(kind_of(store, kind) for kind in _CLASSES),
        is_kg=kind_of(store, REL.Event) or kind_of(store, REL.Claim),
    )


def kind_of(store: Store, kind: NamedNode) -> bool:
    """Tell whether there is anything of a kind.

    >>> kind_of(Store(), REL.Event)
    False
    """
    return next(store.quads_for_pattern(None, RDF.type, kind), None) is not None


def viewpoint_label(store: Store, slug: str) -> str:
    """Return what people call a viewpoint, as far as a store can tell.

    >>> viewpoint_label(Store(), "undisputed")
    'undisputed'
    """
    for quad in store.quads_for_pattern(node_of(slug), RDFS.label, None):
        if isinstance(quad.object, Literal):
            return quad.object.value
    if slug.startswith(_PREFIX):
        agent = _agents(store).get(slug.removeprefix(_PREFIX))
        if agent is not None:
            return f"according to {name(store, agent)}"
    return slug


def _agents(store: Store) -> dict[str, NamedNode | BlankNode]:
    """Return who makes claims, or has them made, by the names of viewpoints."""
    found = {q.object for q in store.quads_for_pattern(None, REL.assertedBy, None)}
    found |= {q.object for q in store.quads_for_pattern(None, REL.actsFor, None)}
    nodes = sorted((one for one in found if isinstance(one, NamedNode)), key=str)
    return {slug_of(one): one for one in nodes}


def _choices(held: Held) -> tuple[Choice, ...]:
    """Name the viewpoints: the default first, those of agents last."""
    edition = held.edition.whole()
    key = edition.digest, *edition.snapshots.items()
    if key not in _REMEMBERED:
        if len(_REMEMBERED) >= _FEW:
            _REMEMBERED.clear()
        first: dict[str, str] = {}
        found = []
        for slug in sorted(edition.snapshots, key=lambda one: _rank(one, edition.viewpoint)):
            same = first.setdefault(edition.snapshots[slug], slug)
            label = viewpoint_label(held.store(), slug)
            found.append(Choice(slug, label, "" if same == slug else same))
        _REMEMBERED[key] = tuple(found)
    return _REMEMBERED[key]


def _rank(slug: str, default: str) -> tuple[bool, bool, str]:
    return slug != default, slug.startswith(_PREFIX), slug


def _licence(store: Store) -> str:
    ontologies = sorted(
        {q.subject for q in store.quads_for_pattern(None, RDF.type, OWL.Ontology)}, key=str
    )
    for node in (*ontologies, GRAPH.asserted):
        for quad in store.quads_for_pattern(node, DCTERMS.license, None):
            if found := address(quad.object):
                return found
    return ""
