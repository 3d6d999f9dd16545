"""Links to other graphs as SSSOM/TSV tables, https://mapping-commons.github.io/sssom/."""

from kg.sssom.canonical import canonical
from kg.sssom.table import MappingSet, Row, parse, read
from kg.sssom.triples import row_triples, to_triples

__all__ = ["MappingSet", "Row", "canonical", "parse", "read", "row_triples", "to_triples"]
