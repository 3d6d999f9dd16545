"""Runs a program on facts in columns; the closure that comes of it, to yield or to write."""

from __future__ import annotations

from functools import cached_property
from typing import IO, TYPE_CHECKING

import numpy as np
from pyoxigraph import NamedNode

from kg.budget import Budget
from kg.namespaces import OWL, RDF, RDFS, XSD
from kg.reasoning.columns.contradictions import Contradictions
from kg.reasoning.columns.equality import Equality
from kg.reasoning.columns.facts import Facts, keys_of, listed
from kg.reasoning.columns.fixpoint import Fixpoint
from kg.reasoning.columns.joins import Joiner
from kg.reasoning.columns.literals import Literals
from kg.reasoning.columns.plans import SAME, Key, able, plan
from kg.reasoning.columns.relation import (
    EMPTY,
    Relation,
    Rows,
    objects,
    subjects,
    union,
    within,
    without,
)
from kg.reasoning.datatypes import without_copies
from kg.reasoning.statements import as_triple, noise
from kg.tables.triples import Texts, Triples

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray
    from pyoxigraph import BlankNode, Triple

    from kg.reasoning.columns.contradictions import Found
    from kg.reasoning.columns.plans import Plan
    from kg.reasoning.rules import Program
    from kg.reasoning.statements import Statement, Term

__all__ = ["ColumnClosure", "run"]

#: So many triples are written at a time.
_PIECE = 1 << 20
_VOCABULARIES = [f"<{one.iri}" for one in (RDF, RDFS, OWL, XSD)]
#: A term that stands for any.
_ONE = NamedNode("urn:one")


class ColumnClosure:
    """What facts entail by a program, with terms that are the same kept together.

    Args:
        facts: what is given.
        schema: what the ontology entails among itself.
        relations: what holds, said of the terms that stand for others.
        equality: which terms are the same.
        nameless: the blank nodes that are part of axioms.
        clashes: rules that are broken, each with statements that break it; some for each rule.

    Attributes:
        clashes: see above; empty where the facts contradict nothing.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - what was given, and all that came of it
        self,
        facts: Facts,
        schema: Facts,
        relations: dict[Key, Relation],
        equality: Equality,
        nameless: Collection[BlankNode],
        clashes: list[Found],
    ) -> None:
        self.clashes = clashes
        self._facts, self._dictionary = facts, facts.dictionary
        self._schema = schema.relations
        self._relations, self._nameless = relations, nameless
        self._groups = equality.groups()
        self._expansion = equality.expansion()

    def statements(self) -> Iterator[Statement]:
        """Yield all that is entailed: what is given, and what no graph may hold too."""
        for key in self._keys():
            yield from listed(self._dictionary, key, self._rows(key))

    def inferred(self) -> Iterator[Triple]:
        """Yield what is entailed and not given, less the noise."""
        for key, rows in self._inferred.items():
            for one in listed(self._dictionary, key, rows):
                triple = as_triple(one)
                if triple is not None:
                    yield triple

    def triples(self) -> Triples | frozenset[Triple]:
        """Return what is entailed and not given, less the noise; in columns where the facts are."""
        if not isinstance(self._dictionary, Texts):
            return frozenset(self.inferred())
        return self._in_texts()

    def select(self, predicates: Collection[Term], classes: Collection[Term]) -> list[Statement]:
        """Return what the ontology does not say itself, with some predicates or of some classes."""
        keys = keys_of(self._dictionary, predicates, classes)
        return [
            one
            for key in self._keys()
            if key in keys
            for one in listed(
                self._dictionary, key, without(self._rows(key), self._schema.get(key, EMPTY))
            )
        ]

    def equalities(self) -> list[frozenset[Term]]:
        """Return the groups of terms that are the same, those with more than one."""
        return [frozenset(self._dictionary.decode(group)) for group in self._groups]

    @property
    def counts(self) -> dict[str, int]:
        """How many triples are given and how many inferred, and how many groups are the same."""
        return {
            "given": len(self._facts),
            "inferred": sum(rows.size for rows in self._inferred.values()),
            "equal": len(self._groups),
        }

    def write(
        self,
        target: Path | str | IO[bytes],
        graph: NamedNode | None = None,
        *,
        ordered: bool = False,
        budget: Budget | None = None,
    ) -> None:
        """Write what is inferred, as ``Triples.write`` does."""
        self._in_texts().write(target, graph, ordered=ordered, budget=budget)

    def _in_texts(self) -> Triples:
        columns = [column.astype(np.uint32) for column in self._columns()]
        if isinstance(self._dictionary, Texts):
            return Triples(self._dictionary, *columns)
        texts = Texts()
        numbers = texts.number(self._dictionary.texts())
        return Triples(texts, *(numbers[column] for column in columns))

    def _columns(self) -> tuple[Rows, ...]:
        """Return subjects, predicates and objects of what is inferred."""
        parts: list[tuple[Rows, Rows, Rows]] = [(EMPTY, EMPTY, EMPTY)]
        for key, rows in self._inferred.items():
            named = np.full(rows.size, key.term, dtype=np.uint64)
            if key.is_class:
                types = np.full(rows.size, self._facts.type, dtype=np.uint64)
                parts.append((rows, types, named))
            else:
                parts.append((subjects(rows), named, objects(rows)))
        return tuple(np.concatenate(column) for column in zip(*parts, strict=True))

    def _keys(self) -> list[Key]:
        same = Key(is_class=False, term=self._facts.same_as)
        return [*self._relations, same]

    def _rows(self, key: Key) -> Rows:
        """Return what holds of a relation, of all terms that are the same."""
        if key.term == self._facts.same_as and not key.is_class:
            given = self._facts.relations.get(key, EMPTY)
            return union([given, self._expansion.same()]) if self._expansion else given
        rows = self._relations[key].rows()
        if self._expansion is None:
            return rows
        return self._expansion.terms(rows) if key.is_class else self._expansion.pairs(rows)

    @cached_property
    def _inferred(self) -> dict[Key, Rows]:
        silent = self._silent()
        found = {}
        for key in self._keys():
            rows = self._rows(key)
            given = self._facts.relations.get(key, EMPTY)
            if given.size == rows.size:
                continue
            new = np.ones(rows.size, dtype=bool)
            new[np.searchsorted(rows, given)] = False
            rows = self._telling(key, rows[new], *silent)
            if self._facts.equal.size and not key.is_class:
                rows = without(rows, self._copies(key, rows))
            if rows.size:
                found[key] = rows
        return found

    def _copies(self, key: Key, rows: Rows) -> Rows:
        """Return the rows that say of an equal literal what is said already."""
        equal = self._facts.equal
        asked = rows[within(objects(rows), equal)]
        if not asked.size:
            return EMPTY
        given = self._facts.relations.get(key, EMPTY)
        given = given[within(objects(given), equal)]
        inferred = dict(zip(listed(self._dictionary, key, asked), asked.tolist(), strict=True))
        kept = without_copies(
            frozenset(filter(None, map(as_triple, inferred))),
            listed(self._dictionary, key, given),
        )
        copies = [row for one, row in inferred.items() if as_triple(one) not in kept]
        return np.array(sorted(copies), dtype=np.uint64)

    def _silent(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Return for each term whether it says nothing as a subject, and whether as an object."""
        hidden = self._dictionary.encode(sorted(self._nameless, key=str))
        texts = self._dictionary.texts()
        parts = np.zeros(len(texts), dtype=bool)
        parts[hidden] = True
        subject = texts.str.starts_with('"')
        for vocabulary in _VOCABULARIES:
            subject |= texts.str.starts_with(vocabulary)
        return parts | subject.to_numpy(), parts

    def _telling(
        self, key: Key, rows: Rows, subject: NDArray[np.bool_], value: NDArray[np.bool_]
    ) -> Rows:
        """Return the rows that are no noise."""
        (named,) = self._dictionary.decode(np.array([key.term], dtype=np.uint64))
        if key.is_class:
            if value[key.term] or noise((_ONE, RDF.type, named), ()):
                return EMPTY
            return rows[~subject[rows]]
        if not isinstance(named, NamedNode):
            return EMPTY
        rows = rows[~(subject[subjects(rows)] | value[objects(rows)])]
        if noise((_ONE, named, _ONE), ()):
            rows = rows[subjects(rows) != objects(rows)]
        for thing in (OWL.Thing, RDFS.Resource):
            if noise((_ONE, named, thing), ()):
                (number,) = self._dictionary.encode([thing])
                rows = rows[objects(rows) != number]
        return rows


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
