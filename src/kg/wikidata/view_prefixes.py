"""The prefixes that the Wikidata Query Service knows without a PREFIX line.

Specification: https://www.mediawiki.org/wiki/Wikibase/Indexing/RDF_Dump_Format#Prefixes_used.
"""

from __future__ import annotations

from kg.namespaces import BASE, PREFIXES
from kg.wikidata.terms import BASE as WIKIDATA
from kg.wikidata.terms import ONTOLOGY

__all__ = ["HINTS", "LABEL_SERVICE", "LANGUAGE", "PARAMETER", "STATEMENTS", "WDQS_PREFIXES"]

#: Where the view's own nodes lie: statements, values and references.
STATEMENTS = BASE + "statement/"

WDQS_PREFIXES: dict[str, str] = {
    **{name: PREFIXES[name] for name in ("wd", "wdt", "rdf", "rdfs", "owl", "skos", "xsd", "prov")},
    "geo": "http://www.opengis.net/ont/geosparql#",
    "schema": "http://schema.org/",
    "wikibase": ONTOLOGY,
    "bd": "http://www.bigdata.com/rdf#",
    "hint": "http://www.bigdata.com/queryHints#",
    "wds": WIKIDATA + "entity/statement/",
    "wdv": WIKIDATA + "value/",
    "wdref": WIKIDATA + "reference/",
    "p": WIKIDATA + "prop/",
    "ps": WIKIDATA + "prop/statement/",
    "psv": WIKIDATA + "prop/statement/value/",
    "psn": WIKIDATA + "prop/statement/value-normalized/",
    "pq": WIKIDATA + "prop/qualifier/",
    "pqv": WIKIDATA + "prop/qualifier/value/",
    "pr": WIKIDATA + "prop/reference/",
    "prv": WIKIDATA + "prop/reference/value/",
    "wdno": WIKIDATA + "prop/novalue/",
}

LABEL_SERVICE = WDQS_PREFIXES["wikibase"] + "label"
LANGUAGE = WDQS_PREFIXES["wikibase"] + "language"
PARAMETER = WDQS_PREFIXES["bd"] + "serviceParam"
#: What the IRIs of hints to the Query Service's own engine begin with.
HINTS = WDQS_PREFIXES["hint"]
