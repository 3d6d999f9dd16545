"""Statements that count how often they are asked for, and how many are given out."""

from __future__ import annotations


class Counted:
    """What another lookup holds.

    Args:
        lookup: where the statements are.
    """

    def __init__(self, lookup):
        self._lookup = lookup
        self.asked = self.read = 0

    def __contains__(self, one):
        self.asked += 1
        return one in self._lookup

    def objects(self, subject, predicate):
        return self._all(self._lookup.objects(subject, predicate))

    def subjects(self, predicate, value):
        return self._all(self._lookup.subjects(predicate, value))

    def pairs(self, predicate):
        return self._each(self._lookup.pairs(predicate))

    def statements(self, subject=None, predicate=None, value=None):
        return self._each(self._lookup.statements(subject, predicate, value))

    def _all(self, found):
        self.asked += 1
        self.read += len(found)
        return found

    def _each(self, found):
        self.asked += 1
        for one in found:
            self.read += 1
            yield one
