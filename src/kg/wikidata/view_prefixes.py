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
    "geof": "http://www.opengis.net/def/geosparql/function/",
    "schema": "http://schema.org/",
    "dct": PREFIXES["dcterms"],
    "cc": PREFIXES["cc"],
    "foaf": PREFIXES["foaf"],
    "ontolex": "http://www.w3.org/ns/lemon/ontolex#",
    "wikibase": ONTOLOGY,
    "wikibaseqs": "http://wikiba.se/queryService#",
    "mediawiki": "https://www.mediawiki.org/ontology#",
    "mwapi": "https://www.mediawiki.org/ontology#API/",
    "bd": "http://www.bigdata.com/rdf#",
    "bds": "http://www.bigdata.com/rdf/search#",
    "gas": "http://www.bigdata.com/rdf/gas#",
    "hint": "http://www.bigdata.com/queryHints#",
    "fn": "http://www.w3.org/2005/xpath-functions#",
    "wdata": WIKIDATA + "wiki/Special:EntityData/",
    "wdtn": WIKIDATA + "prop/direct-normalized/",
    "wds": WIKIDATA + "entity/statement/",
    "wdv": WIKIDATA + "value/",
    "wdref": WIKIDATA + "reference/",
    "p": WIKIDATA + "prop/",
    "ps": WIKIDATA + "prop/statement/",
    "psv": WIKIDATA + "prop/statement/value/",
    "psn": WIKIDATA + "prop/statement/value-normalized/",
    "pq": WIKIDATA + "prop/qualifier/",
    "pqv": WIKIDATA + "prop/qualifier/value/",
    "pqn": WIKIDATA + "prop/qualifier/value-normalized/",
    "pr": WIKIDATA + "prop/reference/",
    "prv": WIKIDATA + "prop/reference/value/",
    "prn": WIKIDATA + "prop/reference/value-normalized/",
    "wdno": WIKIDATA + "prop/novalue/",
}

LABEL_SERVICE = WDQS_PREFIXES["wikibase"] + "label"
LANGUAGE = WDQS_PREFIXES["wikibase"] + "language"
PARAMETER = WDQS_PREFIXES["bd"] + "serviceParam"
#: What the IRIs of hints to the Query Service's own engine begin with.
HINTS = WDQS_PREFIXES["hint"]
