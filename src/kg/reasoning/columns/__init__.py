"""Closing a graph by a program on columns of numbers; numpy and polars are imported here.

``read`` puts files into columns, ``run`` closes them, and a ``ColumnClosure`` tells or writes what
follows.
"""

from __future__ import annotations

from kg.reasoning.columns.closure import ColumnClosure
from kg.reasoning.columns.engine import run
from kg.reasoning.columns.facts import Facts
from kg.reasoning.columns.reading import read

__all__ = ["ColumnClosure", "Facts", "read", "run"]
