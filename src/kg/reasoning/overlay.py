"""A change laid over statements that stay as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.reasoning.index import Index

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from kg.reasoning.index import Statement, Term
    from kg.reasoning.matching import Source

__all__ = ["Overlay"]


class Overlay:
    """Statements as they would be after a change.

    Args:
        base: the statements before it; they must not change meanwhile.
        added: what is added.
        removed: what is removed; what is added as well is there.

    >>> from kg.namespaces import OWL, RDF
    >>> old, new = (OWL.Thing, RDF.type, OWL.Class), (OWL.Nothing, RDF.type, OWL.Class)
    >>> after = Overlay(Index([old]), [new], [old])
    >>> old in after, after.subjects(RDF.type, OWL.Class) == {OWL.Nothing}
    (False, True)
    """

    def __init__(
        self, base: Source, added: Collection[Statement], removed: Collection[Statement]
    ) -> None:
        self._base = base
        self._removed = frozenset(removed)
        self._added = Index(added)

    def __contains__(self, one: Statement) -> bool:
        """Tell whether a statement holds after the change."""
        return one in self._added or (one not in self._removed and one in self._base)

    def objects(self, subject: Term, predicate: Term) -> frozenset[Term]:
        """Return what the subject has as this predicate."""
        return frozenset(value for _, _, value in self.statements(subject, predicate))

    def subjects(self, predicate: Term, value: Term) -> frozenset[Term]:
        """Return what has the value as this predicate."""
        return frozenset(subject for subject, _, _ in self.statements(None, predicate, value))

    def pairs(self, predicate: Term) -> Iterator[tuple[Term, Term]]:
        """Yield subject and object of each statement with this predicate."""
        return ((subject, value) for subject, _, value in self.statements(None, predicate))

    def statements(
        self,
        subject: Term | None = None,
        predicate: Term | None = None,
        value: Term | None = None,
    ) -> Iterator[Statement]:
        """Yield the statements with the terms that are given, each once."""
        yield from self._added.statements(subject, predicate, value)
        for one in self._base.statements(subject, predicate, value):
            if one not in self._removed and one not in self._added:
                yield one
