"""What the editor of queries is given: a text to start with, and the names it completes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import NamedNode

from kg import evidence
from kg.namespaces import OWL, PREFIXES, RDF, RDFS, REL, SKOS, compact
from kg.web.pages.catalogue import chosen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyoxigraph import Store

    from kg.web.links import Links

__all__ = ["configuration", "start", "terms"]

_OF_EVENTS = """\
# Which events raised tension, and when? The prefixes of kg need no PREFIX line.
SELECT ?date ?event ?label WHERE {
  ?event a rel:TensionRaisingEvent ;
    rdfs:label ?label .
  OPTIONAL { ?event rel:date ?date }
}
ORDER BY ?date ?event
"""
_OF_ANYTHING = """\
# What is there? The first 25 triples.
SELECT ?subject ?predicate ?object WHERE {
  ?subject ?predicate ?object .
}
LIMIT 25
"""
_KINDS = (
    OWL.Class,
    RDFS.Class,
    OWL.ObjectProperty,
    OWL.DatatypeProperty,
    OWL.AnnotationProperty,
    RDF.Property,
    SKOS.Concept,
)


def start(params: Mapping[str, str], store: Store) -> str:
    """Return the text that the editor starts with.

    Args:
        params: of the request: ``query`` is the text itself, ``example`` a saved query.
        store: decides which first query makes sense.

    Raises:
        KgError: there is no such example.

    >>> from pyoxigraph import Store
    >>> start({"query": "ASK {}", "example": "missions"}, Store())
    'ASK {}'
    >>> start({}, Store()).splitlines()[0]
    '# What is there? The first 25 triples.'
    """
    if params.get("query", "").strip():
        return params["query"]
    if params.get("example"):
        return chosen(params["example"]).text
    event = next(store.quads_for_pattern(None, RDF.type, REL.TensionRaisingEvent), None)
    return _OF_EVENTS if event else _OF_ANYTHING


def terms(store: Store) -> list[tuple[str, str]]:
    """Return the classes, properties and concepts that have a prefix, with their labels, in order.

    >>> from pyoxigraph import Quad, Store
    >>> store = Store()
    >>> store.add(Quad(REL.Claim, RDF.type, OWL.Class))
    >>> terms(store)
    [('rel:Claim', '')]
    """
    found = {
        quad.subject
        for kind in _KINDS
        for quad in store.quads_for_pattern(None, RDF.type, kind)
        if isinstance(quad.subject, NamedNode)
    }
    named = ((compact(node.value), evidence.label(store, node) or "") for node in found)
    return sorted(pair for pair in named if not pair[0].startswith("<"))


def configuration(store: Store, links: Links) -> dict[str, object]:
    """Return what the scripts of the page are told, which JSON can write."""
    return {
        "endpoint": f"{links.base_path}sparql",
        "search": f"{links.base_path}search",
        "base": links.base_path,
        "thing": PREFIXES["kg"],
        "term": PREFIXES["rel"],
        "viewpoint": links.viewpoint,
        "prefixes": PREFIXES,
        "terms": terms(store),
    }
