"""The contradictions that a change brings about, in words."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pyoxigraph import Literal

from kg.labels import LABELS, NAMES
from kg.namespaces import RDF
from kg.reasoning.clashes import Clash, find_clashes, plainly
from kg.reasoning.datatypes import OWL_2_RL
from kg.reasoning.derivation import grounds
from kg.reasoning.hidden import Rules
from kg.reasoning.lookups import Buffered, Overlay
from kg.reasoning.propagation import Propagation
from kg.reasoning.search import Search
from kg.reasoning.statements import AXIOM_CLASSES, AXIOM_PREDICATES, Index, statement

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kg.reasoning.rules import Program
    from kg.reasoning.statements import Lookup, Statement

__all__ = ["told"]


def told(found: Propagation, program: Program, closed: Lookup) -> list[Clash]:
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
