"""Incremental closure: what is inferred when statements are added or removed."""

from __future__ import annotations

import weakref
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pyoxigraph import Literal

from kg.errors import Inconsistent
from kg.labels import LABELS, NAMES
from kg.namespaces import RDF
from kg.reasoning.clashes import Clash, find_clashes, plainly
from kg.reasoning.datatypes import OWL_2_RL
from kg.reasoning.increment.before import Rules
from kg.reasoning.increment.propagation import NeedsRecompute, Propagation
from kg.reasoning.lookups import Buffered, Overlay
from kg.reasoning.proof import grounds
from kg.reasoning.proof.search import Search
from kg.reasoning.statements import AXIOM_CLASSES, AXIOM_PREDICATES, Index, statement

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

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
        raise Inconsistent(_clashes_in_words(found, program, closed))
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


def _clashes_in_words(found: Propagation, program: Program, closed: Lookup) -> list[Clash]:
    """Return what contradicts itself after a change, in the words of ``find_clashes``.

    These look at a whole graph, so they are given a small one: the ontology, what the
    contradictions follow from, and the names of all that.

    Args:
        found: the change, followed through the rules.
        program: what the ontology compiles to.
        closed: what was asserted and what followed before the change.
    """
    seen = (one for one in found.fresh if not found.rules.hides(one))
    search = Search(found.asserted, Overlay(closed, list(seen), found.gone))
    premises = sorted({one for _, met in found.clashes for one in met}, key=_order)
    small = {statement(triple) for triple in grounds(premises, search)}
    axioms = set(_axioms(found.asserted))
    small.update(_names(small | axioms, premises, found.asserted))
    ontology = Index([*program.schema, *axioms])
    # A literal that is made the same as another is of its datatypes too, asked for or not.
    all_types = Rules(replace(program, datatypes=OWL_2_RL))
    again = Propagation(
        all_types, Buffered(Index(axioms)), Buffered(ontology), small - axioms, set()
    )
    clashes = find_clashes(small | axioms, Index([*ontology, *small, *again.fresh]))
    return clashes or sorted({plainly(rule.name, met) for rule, met in found.clashes})


def _order(one: Statement) -> list[str]:
    return [str(term) for term in one]


def _axioms(given: Overlay) -> Iterator[Statement]:
    for predicate in (*AXIOM_PREDICATES, RDF.first, RDF.rest):
        yield from given.statements(None, predicate)
    for kind in AXIOM_CLASSES:
        yield from given.statements(None, RDF.type, kind)


def _names(small: set[Statement], premises: list[Statement], given: Overlay) -> Iterator[Statement]:
    """Yield what things are called; a literal is told by the first place where it is found."""
    for literal in {term for one in premises for term in one if isinstance(term, Literal)}:
        yield from given.statements(value=literal)
    for term in {term for one in small for term in one}:
        for predicate in (*LABELS, *NAMES):
            yield from given.statements(term, predicate)
