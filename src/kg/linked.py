"""A graph and Wikidata: the part of ``kg.Graph`` that knows links and speaks in its words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyoxigraph import Store

    from kg.dataset import Dataset
    from kg.sparql import Result
    from kg.wikidata.links import Links

__all__ = ["Linked"]


class Linked:
    """The links of a graph; a class of graphs takes this over and says what they are of."""

    if TYPE_CHECKING:

        @property
        def dataset(self) -> Dataset:
            """The files that the graph is made from."""

        @property
        def store(self) -> Store:
            """The Oxigraph store of the snapshot."""

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

        return ask(self.store, text)
