"""A query: answered whole, in the format that is asked for; and the page with the editor.

Without scripts the page is a form, and the result a table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import NamedNode

from kg import evidence
from kg.errors import KgError
from kg.namespaces import OWL, PREFIXES, RDF, RDFS, REL, SKOS, compact
from kg.web.layout import links_for, place, render
from kg.web.negotiation import acceptable, answered, known, noted
from kg.web.resources.results import shown
from kg.web.resources.saved_queries import chosen, groups, shipped
from kg.web.responses import Problem, problem_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pyoxigraph import Store

    from kg.web.links import Links
    from kg.web.responses import Answer
    from kg.web.workers.held import Held

__all__ = ["evaluate", "page", "start", "terms"]


def evaluate(  # noqa: PLR0913 - what the protocol lets a client choose
    held: Held,
    *,
    text: str,
    default_graphs: Sequence[str] | None = None,
    named_graphs: Sequence[str] | None = None,
    viewpoint: str | None = None,
    accept: str | None = None,
    format: str | list[str] | None = None,  # noqa: A002 - the word of the address
    hints: Sequence[str] = (),
    base: str = "",
) -> Answer:
    """Evaluate a query.

    Args:
        held: what is asked.
        text: SELECT, ASK, CONSTRUCT or DESCRIBE.
        default_graphs: IRIs of ``default-graph-uri``.
        named_graphs: IRIs of ``named-graph-uri``.
        viewpoint: the one it is asked from; None for the default.
        accept: the header.
        format: the names of some; the first that is known goes before the header.
        hints: values of parameters that name a format elsewhere; others mean nothing here.
        base: what relative IRIs are resolved against; without one they are refused.

    Raises:
        KgError: as ``kg.sparql.evaluate`` does.
        Problem: none of the formats asked for is given.
    """
    names = [*([format] if isinstance(format, str) else format or ()), *known(hints)]
    acceptable(accept, names)
    result = held.query(
        text,
        viewpoint=viewpoint,
        default_graphs=default_graphs,
        named_graphs=named_graphs,
        base=base,
    )
    return noted(answered(result, accept, names), held.notes(text, result, viewpoint, base))


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


def _configuration(store: Store, links: Links) -> dict[str, object]:
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


def page(held: Held, *, params: Mapping[str, str], path: str, base: str) -> Answer:
    """Return the editor, with the result of the query where the request has one.

    Args:
        held: what is served.
        params: of the request: ``query`` is asked and its result shown; ``example`` names a saved
            query to start from.
        path: of the request.
        base: what absolute links begin with.
    """
    links = links_for(held, base, params)
    store = held.store(links.viewpoint)
    problem, result, text = None, None, params.get("query", "")
    notes: list[str] = []
    try:
        text = start(params, store)
        if params.get("query", "").strip():
            answer = held.query(text, viewpoint=links.viewpoint)
            result = shown(answer, store, links)
            notes = held.notes(text, answer, links.viewpoint)
    except Problem as refused:
        problem = refused
    except KgError as error:
        problem = problem_of(error)
    examples = [saved for saved in shipped().values() if not saved.parameters]
    return render(
        "query.html",
        held,
        links,
        here=place(path, {name: params[name] for name in ("example", "query") if name in params}),
        status=problem.status if problem else 200,
        text=text,
        result=result,
        notes=notes,
        problem=problem,
        groups=groups(examples),
        configuration=_configuration(store, links),
    )
