"""What an ontology comes to: rules over its properties and classes, without variables for them.

A program is data and knows no engine. One engine runs it on integer columns, another follows a
change through it, and others can write it as SPARQL or as operations on tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from pyoxigraph import BlankNode, NamedNode, Variable

from kg.reasoning.index import Statement, Term

__all__ = ["Atom", "Program", "Rule", "Slot", "variables"]

#: A term, or a variable that stands for any.
Slot: TypeAlias = Term | Variable


@dataclass(frozen=True, slots=True)
class Atom:
    """A pattern for statements.

    Args:
        subject: a term or a variable.
        predicate: a term; a variable only in the rules of equality (``eq-rep-s`` and its like).
        object: a term or a variable; a term where the predicate is ``rdf:type``, except in the
            rules of equality.
    """

    subject: Slot
    predicate: Slot
    object: Slot


@dataclass(frozen=True, slots=True)
class Rule:
    """If all of the body holds, so does the head.

    Args:
        name: the rule of the OWL 2 RL specification that it comes from, such as ``prp-symp``.
        head: what follows; None for "false", a contradiction.
        body: what must hold of the data; empty for what holds anyhow.
        axioms: the statements of the closed ontology that were the other premises of the rule.
    """

    name: str
    head: Atom | None
    body: tuple[Atom, ...]
    axioms: tuple[Statement, ...] = ()


@dataclass(frozen=True)
class Program:
    """An ontology compiled to rules.

    Args:
        rules: those with a head, and those that tell a contradiction.
        schema: the statements of the ontology and all that they entail among themselves.
        nameless: the blank nodes that are part of axioms; what is said of them is not for readers.
        datatypes: those that a rule asks for as a class: a literal is of its own and all broader
            ones without being told (rule dt-type2).
    """

    rules: tuple[Rule, ...]
    schema: frozenset[Statement] = frozenset()
    nameless: frozenset[BlankNode] = frozenset()
    datatypes: frozenset[NamedNode] = frozenset()


def variables(atom: Atom) -> frozenset[Variable]:
    """Return the variables of an atom.

    >>> from kg.namespaces import REL
    >>> sorted(one.value for one in variables(Atom(Variable("x"), REL.unit, Variable("y"))))
    ['x', 'y']
    """
    return frozenset(
        slot for slot in (atom.subject, atom.predicate, atom.object) if isinstance(slot, Variable)
    )
