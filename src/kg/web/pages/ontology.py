"""The page of the terms: what each means, what the ontology says of it, what the shapes ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import NamedNode

from kg.namespaces import BASE, DCTERMS, OWL, PREFIXES, RDF
from kg.web.pages.rendering import render
from kg.web.pages.terms import sections
from kg.web.pages.words import first

if TYPE_CHECKING:
    from kg.web.links import Links
    from kg.web.responses import Answer
    from kg.web.workers.held import Held

__all__ = ["ontology"]

_DESCRIPTION = NamedNode(PREFIXES["dcterms"] + "description")


def ontology(held: Held, links: Links, *, here: str) -> Answer:
    """Set the page of all terms, each with a place of its own."""
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
        sections=sections(store, links),
    )
