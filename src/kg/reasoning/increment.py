"""How the closure of a graph changes when statements are added to it or removed from it."""

from __future__ import annotations

import weakref
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kg.errors import Inconsistent
from kg.reasoning.contradictions import told
from kg.reasoning.hidden import Rules
from kg.reasoning.lookups import Buffered
from kg.reasoning.propagation import NeedsRecompute, Propagation

if TYPE_CHECKING:
    from collections.abc import Collection

    from kg.reasoning.rules import Program
    from kg.reasoning.statements import Lookup, Statement

__all__ = ["Change", "NeedsRecompute", "update"]


@dataclass(frozen=True)
class Change:
    """How the inferred statements change; those that are noise are not among them.

    Args:
        added: what is inferred now and was not: it was asserted, or did not follow.
        removed: what was inferred and is not: it is asserted now, or no longer follows.
    """

    added: frozenset[Statement]
    removed: frozenset[Statement]


def update(
    program: Program,
    given: Lookup,
    closed: Lookup,
    add: Collection[Statement],
    remove: Collection[Statement],
) -> Change:
    """Follow a change through the rules.

    What is both removed and added is as if it were added. Nothing is changed by this function: the
    caller does to ``given`` what is added and removed, and to ``closed`` that and the change.

    Args:
        program: what the ontology compiles to.
        given: what is asserted before the change, facts and ontology.
        closed: what is asserted, and what follows less the noise, before the change.
        add: statements to assert.
        remove: statements to assert no longer.

    Raises:
        Inconsistent: the graph would contradict itself; each clash is a ``Clash``.
        NeedsRecompute: the change reaches the ontology itself.

    >>> from pyoxigraph import Variable
    >>> from kg.namespaces import REL
    >>> from kg.reasoning.statements import Index
    >>> from kg.reasoning.rules import Atom, Program, Rule
    >>> x, y = Variable("x"), Variable("y")
    >>> mutual = Rule("prp-symp", Atom(y, REL.disputes, x), (Atom(x, REL.disputes, y),))
    >>> change = update(
    ...     Program((mutual,)), Index(), Index(), [(REL.Claim, REL.disputes, REL.Unit)], []
    ... )
    >>> change.added == {(REL.Unit, REL.disputes, REL.Claim)}, change.removed == frozenset()
    (True, True)
    """
    added = {one for one in add if one not in given}
    removed = {one for one in remove if one in given} - set(add)
    found = Propagation(_rules(program), Buffered(given), Buffered(closed), added, removed)
    if found.clashes:
        raise Inconsistent(told(found, program, closed))
    return Change(*found.changes())


_KNOWN: dict[int, tuple[weakref.ref[Program], Rules]] = {}


def _rules(program: Program) -> Rules:
    """Return the rules of a program, sorted once for all changes."""
    known = _KNOWN.get(id(program))
    if known is not None and known[0]() is program:
        return known[1]
    rules, number = Rules(program), id(program)
    _KNOWN[number] = weakref.ref(program, lambda _: _KNOWN.pop(number, None)), rules
    return rules
