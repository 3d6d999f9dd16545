"""Runs a program on facts in columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kg.budget import Budget
from kg.reasoning.columns.arrays import EMPTY, objects, subjects, union
from kg.reasoning.columns.closure import ColumnClosure
from kg.reasoning.columns.contradictions import Contradictions
from kg.reasoning.columns.equality import Equality
from kg.reasoning.columns.facts import Facts
from kg.reasoning.columns.fixpoint import Fixpoint
from kg.reasoning.columns.joins import Joiner
from kg.reasoning.columns.literals import Literals
from kg.reasoning.columns.plans import SAME, Key, able, plan
from kg.reasoning.columns.relation import Relation

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kg.reasoning.columns.arrays import Rows
    from kg.reasoning.columns.plans import Plan
    from kg.reasoning.rules import Program
    from kg.reasoning.statements import Statement

__all__ = ["run"]


def run(
    program: Program, facts: Iterable[Statement] | Facts, *, budget: Budget | None = None
) -> ColumnClosure:
    """Derive all that facts entail by the rules of a program.

    What the program's ontology entails by itself (``program.schema``) counts as entailed.

    Args:
        program: the rules.
        facts: what is given, the ontology included if it is.
        budget: what the work may take.

    Raises:
        BudgetExceeded: it takes too long or too much memory.

    >>> from kg.namespaces import RDF, REL
    >>> from kg.reasoning.rules import Atom, Program, Rule
    >>> from pyoxigraph import Variable
    >>> x = Variable("x")
    >>> rule = Rule("cax-sco", Atom(x, RDF.type, REL.Unit), (Atom(x, RDF.type, REL.Claim),))
    >>> closure = run(Program((rule,)), [(REL.date, RDF.type, REL.Claim)])
    >>> [triple.object == REL.Unit for triple in closure.inferred()]
    [True]
    """
    budget = budget or Budget()
    facts = facts if isinstance(facts, Facts) else Facts.of(facts)
    schema = Facts.of(program.schema, facts.dictionary)
    used = facts.in_use() | schema.in_use() | program.datatypes
    plans = plan(able(program.rules, used), facts.dictionary.encode)
    named = np.array(sorted(_constants(plans)), dtype=np.uint64)
    universe = union([facts.used, schema.used, named])
    seeds = _seeds(plans)
    for key, rows in [*schema.relations.items(), *_kinds(program, facts, universe)]:
        seeds.setdefault(key, []).append(rows)
    same = Key(is_class=False, term=facts.same_as)
    pairs = union([facts.relations.get(same, EMPTY), *seeds.pop(same, []), *seeds.pop(SAME, [])])
    terms = len(facts.dictionary)
    relations = {
        key: Relation(terms, pairs=not key.is_class, rows=rows)
        for key, rows in facts.relations.items()
        if key != same
    }
    joiner = Joiner(relations, Equality(terms), universe, budget)
    fixpoint = Fixpoint(joiner, plans)
    for key, parts in seeds.items():
        fixpoint.add(key, parts)
    fixpoint.merge(subjects(pairs), objects(pairs))
    fixpoint.run()
    literals = Literals(facts.dictionary.texts(), facts.used)
    clashes = Contradictions(joiner, facts, facts.dictionary).find(plans, literals)
    return ColumnClosure(facts, schema, relations, joiner.equality, program.nameless, clashes)


def _kinds(program: Program, facts: Facts, universe: Rows) -> list[tuple[Key, Rows]]:
    """Return which literals are of which datatypes that the rules ask for; rule dt-type2."""
    if not program.datatypes:
        return []
    texts = facts.dictionary.texts()
    found = Literals(texts, universe).by_datatype(program.datatypes)
    numbers = facts.dictionary.encode(found)
    return [
        (Key(is_class=True, term=number), rows)
        for number, rows in zip(numbers, found.values(), strict=True)
    ]


def _seeds(plans: Iterable[Plan]) -> dict[Key, list[Rows]]:
    """Return what holds without any premise."""
    found: dict[Key, list[Rows]] = {}
    for one in plans:
        if one.head is not None and not one.body:
            row = int(one.head.subject)
            if one.head.object is not None:
                row = row << 32 | int(one.head.object)
            found.setdefault(one.head.key, []).append(np.array([row], dtype=np.uint64))
    return found


def _constants(plans: Iterable[Plan]) -> set[int]:
    """Return the terms that the rules name as subject or object."""
    return {
        slot
        for one in plans
        for pattern in (*one.body, *((one.head,) if one.head else ()))
        for slot in pattern[1:]
        if isinstance(slot, int)
    }
