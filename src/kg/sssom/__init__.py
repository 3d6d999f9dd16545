"""Links to other graphs as SSSOM/TSV tables, https://mapping-commons.github.io/sssom/."""

from kg.sssom.json import from_json, to_json
from kg.sssom.rdf import from_turtle, to_turtle
from kg.sssom.table import MappingSet, Row, canonical, parse, propagated, read
from kg.sssom.triples import is_match, row_triples, to_triples

__all__ = ["MappingSet", "Row", "canonical", "from_json", "from_turtle", "is_match"]
__all__ += ["parse", "propagated", "read", "row_triples", "to_json", "to_triples", "to_turtle"]
