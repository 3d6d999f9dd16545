"""One graph, whole: what the SPARQL 1.1 Graph Store HTTP Protocol reads.

See https://www.w3.org/TR/sparql11-http-rdf-update/#http-get.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from pyoxigraph import DefaultGraph, NamedNode, Triple
from pyoxigraph import serialize as serialize_rdf

from kg.formats import by_name
from kg.lexical import decode_quad
from kg.namespaces import PREFIXES
from kg.snapshot.written import as_written
from kg.web.formats import GRAPHS, agreed
from kg.web.responses import Answer, Problem
from kg.web.updates import iri

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kg.web.workers.held import Held

__all__ = ["get"]


def get(
    held: Held,
    *,
    graph: str | None = None,
    accept: str | None = None,
    format: str | list[str] | None = None,  # noqa: A002 - the word of the address
) -> Answer:
    """Give one graph.

    Args:
        held: has it.
        graph: its name; None is the default graph.
        accept: the header.
        format: the name of one, or several; the first known goes before the header.

    Raises:
        Problem: there is no such graph, it is larger than this endpoint gives, or none of the
            formats asked for is given.
    """
    kind = agreed(GRAPHS, accept, format)
    most = held.limits.triples
    triples = list(islice(_triples(held, graph), most + 1))
    if len(triples) > most:
        told = f"the graph has more than {most:,} triples, as many as are given: ask with CONSTRUCT"
        raise Problem("too-many-triples", told, more={"triples": most})
    if graph is not None and not triples:
        raise Problem("not-found", f"there is no graph {iri(graph)}")
    triples.sort(key=str)
    prefixes = _used(triples) if kind.name in ("ttl", "trig", "rdfxml") else None
    try:
        body = serialize_rdf(triples, format=by_name(kind.name).rdf, prefixes=prefixes)
    except (ValueError, OSError) as error:
        raise Problem("not-acceptable", f"{kind.name} cannot say this graph: {error}") from None
    return Answer(body or b"", kind.content_type, headers=(("Vary", "Accept"),))


def _triples(held: Held, graph: str | None) -> Iterable[Triple]:
    store, written = held.store(), held.written()
    name: NamedNode | DefaultGraph | None
    if graph is None:
        name = None if held.edition.union else DefaultGraph()
    else:
        name = iri(graph)
        is_whole = not held.edition.overlaps and store.contains_named_graph(name)
        if not is_whole and held.edition.whole().beside is not None:
            store, written = held.beside(), held.written_beside()
    # No triple is in two of the graphs that are one.
    quads = as_written(store, written).quads_for_pattern(None, None, None, name)
    return (decode_quad(quad).triple for quad in quads)


def _used(triples: Iterable[Triple]) -> dict[str, str]:
    """Return the prefixes of kg that some IRI of the triples begins with."""
    found = {
        term.value
        for triple in triples
        for term in (triple.subject, triple.predicate, triple.object)
        if isinstance(term, NamedNode)
    }
    return {
        prefix: start
        for prefix, start in PREFIXES.items()
        if any(value.startswith(start) for value in found)
    }
