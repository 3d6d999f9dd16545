"""Look-ups that read all there is about a thing at once, where that is little."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kg.reasoning.index import Lookup, Statement, Term

__all__ = ["Buffered"]

#: A thing is looked up piece by piece until this many pieces were asked for, and ever after if it
#: has more statements than this.
_FEW, _MOST = 8, 32

_Sorted = dict["Term", dict["Term", None]]


class Buffered:
    """Statements that are kept elsewhere, and do not change meanwhile.

    The rules ask dozens of things about an event of ten statements, and a store on disk takes
    about as long for one of them as for all ten.

    >>> from kg.namespaces import OWL, RDF
    >>> from kg.reasoning.index import Index
    >>> (OWL.Thing, RDF.type, OWL.Class) in Buffered(Index([(OWL.Thing, RDF.type, OWL.Class)]))
    True
    """

    def __init__(self, base: Lookup) -> None:
        self._base = base
        self._by_subject: dict[Term, _Sorted | None] = {}
        self._by_value: dict[Term, _Sorted | None] = {}
        self._asked: dict[tuple[Term, int], int] = {}
        self._held: dict[Statement, bool] = {}

    def __contains__(self, one: Statement) -> bool:
        """Tell whether a statement holds."""
        subject, predicate, value = one
        near = self._about(subject)
        if near is not None:
            return value in near.get(predicate, ())
        if one not in self._held:
            self._held[one] = one in self._base
        return self._held[one]

    def statements(
        self,
        subject: Term | None = None,
        predicate: Term | None = None,
        value: Term | None = None,
    ) -> Iterator[Statement]:
        """Yield the statements with the terms that are given."""
        if subject is not None and (near := self._about(subject)) is not None:
            for p in near if predicate is None else (predicate,):
                for o in near.get(p, ()):
                    if value is None or o == value:
                        yield subject, p, o
        elif value is not None and subject is None and (near := self._with(value)) is not None:
            for p in near if predicate is None else (predicate,):
                for s in near.get(p, ()):
                    yield s, p, value
        else:
            yield from self._base.statements(subject, predicate, value)

    def _about(self, subject: Term) -> _Sorted | None:
        if subject not in self._by_subject:
            if self._is_asked_little(subject, 0):
                return None
            self._by_subject[subject] = _sorted(self._base.statements(subject), 2)
        return self._by_subject[subject]

    def _with(self, value: Term) -> _Sorted | None:
        if value not in self._by_value:
            if self._is_asked_little(value, 2):
                return None
            self._by_value[value] = _sorted(self._base.statements(value=value), 0)
        return self._by_value[value]

    def _is_asked_little(self, term: Term, place: int) -> bool:
        asked = self._asked.get((term, place), 0) + 1
        self._asked[term, place] = asked
        return asked < _FEW


def _sorted(statements: Iterator[Statement], place: int) -> _Sorted | None:
    """Return the subjects or objects by predicate, None where there are many."""
    first = list(islice(statements, _MOST + 1))
    if len(first) > _MOST:
        return None
    found: _Sorted = {}
    for one in first:
        found.setdefault(one[1], {})[one[place]] = None
    return found
