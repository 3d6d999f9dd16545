"""Asking a graph in Wikidata's words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from kg.namespaces import PREFIXES, RDFS, SKOS
from kg.results import Solutions
from kg.sparql import evaluate, read
from kg.sparql.tokens import tokenize
from kg.wikidata.functions import FUNCTIONS
from kg.wikidata.rewriting import rewrite
from kg.wikidata.view import view
from kg.wikidata.view_prefixes import LABEL_SERVICE, WDQS_PREFIXES

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyoxigraph import Store

    from kg.sparql import Result
    from kg.sssom import MappingSet

__all__ = ["ask"]


#: Words of the Query Service that say how to answer, and are in no graph.
_NOT_DATA = tuple(
    WDQS_PREFIXES[name] for name in ("bd", "bds", "hint", "gas", "mwapi", "geof", "xsd", "fn")
)


def ask(
    store: Store,
    text: str,
    *,
    mappings: MappingSet | None = None,
    language: str = "en",
    note: Callable[[str], object] = lambda _: None,
) -> Result:
    """Answer a query that was written for the Wikidata Query Service.

    Args:
        store: of a snapshot; it is only read.
        text: the query.
        mappings: of things, classes and properties; by default the links in the store.
        language: what ``[AUTO_LANGUAGE]`` stands for.
        note: called with a sentence for each word of the query that the graph does not have, where
            the answer has nothing.

    Raises:
        QueryRefused: it asks a service other than ``wikibase:label``, or is none that kg evaluates.
        ParseFailure: it is not SPARQL; says where.
        UnknownName: it uses a prefix or a function that is not known.

    >>> from kg import load
    >>> text = "SELECT ?itemLabel { ?item wdt:P137 wd:Q262 . SERVICE wikibase:label { } }"
    >>> sorted(row.itemLabel.value for row in ask(load().store, text))[1]
    'Embassy of Algeria in Bamako'
    """
    query = rewrite(text, language=language)
    seen = view(store, mappings)
    result = evaluate(seen, query, functions=FUNCTIONS)
    if _is_nothing(result):
        for word in _absent(query, seen):
            note(f"{word}: nothing in this graph has it, in the words of Wikidata")
    return result


def _is_nothing(result: Result) -> bool:
    """Tell whether an answer has nothing: no rows, or counts of nothing alone."""
    rows = result.rows if isinstance(result, Solutions) else ()
    counts = [term.value for row in rows for term in row if isinstance(term, Literal)]
    return not result or (bool(counts) and set(counts) == {"0"})


def _absent(query: str, seen: Store) -> list[str]:
    """Return the words of a rewritten query that no triple of the view has."""
    prefixes = PREFIXES | WDQS_PREFIXES | read(query, "query").prefixes
    found: dict[str, None] = {}
    tokens = tokenize(query)
    for before, token in zip([None, *tokens], tokens, strict=False):
        prefix, _, local = token.text.partition(":")
        iri = prefixes.get(prefix, "") + local if token.kind == "pname" else token.text[1:-1]
        is_term = token.kind == "iri" or (token.kind == "pname" and local != "")
        is_declared = before is not None and before.kind == "pname" and before.text.endswith(":")
        if is_term and not is_declared and not _is_apart(iri) and not _occurs(iri, seen):
            found[token.text] = None
    return list(found)


def _is_apart(iri: str) -> bool:
    known = iri in (LABEL_SERVICE, RDFS.label.value, SKOS.altLabel.value)
    return known or iri.startswith(_NOT_DATA) or any(iri == one.value for one in FUNCTIONS)


def _occurs(iri: str, seen: Store) -> bool:
    node = NamedNode(iri)
    patterns = ((node, None, None), (None, node, None), (None, None, node))
    return any(next(seen.quads_for_pattern(*pattern), None) for pattern in patterns)
