"""A knowledge graph of the relations between two states, with a SPARQL interface.

>>> import kg
>>> g = kg.load()
>>> bool(g.query("ASK { kg:algeria rel:neighbours kg:mali }"))
True
"""

from __future__ import annotations

from kg.errors import KgError
from kg.graph import Graph, load

__all__ = ["Graph", "KgError", "load"]
