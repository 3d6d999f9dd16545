"""Asking a graph in Wikidata's words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.sparql import evaluate
from kg.wikidata.rewriting import rewrite
from kg.wikidata.view import view

if TYPE_CHECKING:
    from pyoxigraph import Store

    from kg.sparql import Result
    from kg.sssom import MappingSet

__all__ = ["ask"]


def ask(
    store: Store, text: str, *, mappings: MappingSet | None = None, language: str = "en"
) -> Result:
    """Answer a query that was written for the Wikidata Query Service.

    Args:
        store: of a snapshot; it is only read.
        text: the query.
        mappings: of things, classes and properties; by default the links in the store.
        language: what ``[AUTO_LANGUAGE]`` stands for.

    Raises:
        QueryRefused: it asks a service other than ``wikibase:label``, or is none that kg evaluates.
        ParseFailure: it is not SPARQL; says where.

    >>> from kg import load
    >>> text = "SELECT ?itemLabel { ?item wdt:P137 wd:Q262 . SERVICE wikibase:label { } }"
    >>> sorted(row.itemLabel.value for row in ask(load().store, text))[1]
    'Embassy of Algeria in Bamako'
    """
    query = rewrite(text, language=language)
    return evaluate(view(store, mappings), query)
