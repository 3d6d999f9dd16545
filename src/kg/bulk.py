"""Files too large for a dataset: from text through columns to text, no object for each triple."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.dataset.documents import CLAIM_CLASSES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from kg.budget import Budget
    from kg.dataset import Dataset
    from kg.reasoning.columns import ColumnClosure

__all__ = ["LARGE", "closure", "is_large"]

#: From so many bytes on, files are closed in columns.
LARGE = 32_000_000


def is_large(paths: Sequence[Path]) -> bool:
    """Tell whether files are N-Triples, and so large together that columns are worth it.

    >>> from pathlib import Path
    >>> is_large([Path("events.ttl")])
    False
    """
    plain = all(path.suffix == ".nt" and path.is_file() for path in paths)
    return plain and sum(path.stat().st_size for path in paths) >= LARGE


def closure(paths: Sequence[Path], terms: Dataset, *, budget: Budget) -> ColumnClosure | None:
    """Derive what files entail; None where they hold claims, which a dataset must weigh first.

    Args:
        paths: files of N-Triples.
        terms: a dataset with the ontology alone.
        budget: how much time and memory it may take.

    Raises:
        ParseFailure: a line is not well formed.
        Inconsistent: the facts contradict the ontology or each other.
        BudgetExceeded: it took more time or memory than it may.
    """
    from kg.namespaces import GRAPH
    from kg.reasoning.closure import close_columns
    from kg.reasoning.columns import read

    facts = read(paths, budget=budget)
    if facts.in_use() & CLAIM_CLASSES:
        return None
    return close_columns(facts, terms.graph(GRAPH.ontology), budget=budget)
