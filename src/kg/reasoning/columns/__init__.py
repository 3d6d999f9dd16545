"""Closure by a program on columns of integers (numpy, polars): ``read``, ``run``, the result.

``read`` puts files into columns, ``run`` closes them, and a ``ColumnClosure`` yields or writes
what follows.
"""

from __future__ import annotations

from kg.reasoning.columns.closure import ColumnClosure, run
from kg.reasoning.columns.facts import Facts, read

__all__ = ["ColumnClosure", "Facts", "read", "run"]
