"""Files too large for a dataset: from text through columns to text, no object for each triple."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg import contents
from kg.dataset import load
from kg.dataset.documents import CLAIM_CLASSES
from kg.flow import admit, caveats
from kg.namespaces import DEFAULT_VIEWPOINT, GRAPH
from kg.sources import sources

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from kg.budget import Budget
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
    return all(map(_is_ntriples, paths)) and sum(map(contents.size, paths)) >= LARGE


def _is_ntriples(path: Path) -> bool:
    standard = contents.given(path)
    if standard is not None:
        return standard.format_name == "nt"
    return contents.unpacked_name(path).endswith(".nt") and path.is_file()


def closure(  # noqa: PLR0913 - what a command may ask for
    paths: Sequence[Path],
    ontology: Sequence[Path | str] = (),
    *,
    viewpoint: str = DEFAULT_VIEWPOINT,
    budget: Budget | None = None,
    strict: bool = False,
    tell: Callable[[str], None] = lambda _: None,
) -> ColumnClosure | None:
    """Derive what large files entail; None where a dataset has to.

    That is where the files are not large, where an axiom compares values, which may be equal in
    other words, where they hold claims, which a dataset must weigh first,
    and from another viewpoint than the one that goes without saying.

    Args:
        paths: files and folders of data.
        ontology: what the terms mean, as for ``kg.sources``.
        viewpoint: whom to believe.
        budget: how much time and memory it may take.
        strict: refuse an ontology that goes beyond OWL 2 RL.
        tell: is given what may be lacking of what follows, in sentences.

    Raises:
        ParseFailure: a line is not well formed.
        OutsideProfile: the ontology goes beyond OWL 2 RL, and ``strict`` was asked for.
        Inconsistent: the facts contradict the ontology or each other.
        BudgetExceeded: it took more time or memory than it may.
    """
    if viewpoint != DEFAULT_VIEWPOINT or not is_large(paths):
        return None
    from kg.reasoning.closure import close_columns
    from kg.reasoning.columns import read
    from kg.reasoning.equal_values import matter
    from kg.reasoning.index import statement
    from kg.reasoning.tbox import CLASSES, PREDICATES

    terms = load([], sources(paths, ontology or None).ontology)
    if strict:
        admit(terms)
    facts = read(paths, budget=budget)
    if facts.in_use() & CLAIM_CLASSES:
        return None
    if matter(map(statement, terms.graph(GRAPH.ontology))) or matter(
        facts.select(PREDICATES, CLASSES)
    ):
        return None
    for note in caveats(terms):
        tell(note)
    return close_columns(facts, terms.graph(GRAPH.ontology), budget=budget)
