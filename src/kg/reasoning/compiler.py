"""The compiler: from a closed ontology to the program of rules that it stands for.

The rules are those of https://www.w3.org/TR/owl2-profiles/ (section 4.3, tables 4 to 8) with the
premises about the ontology filled in. Table 9 is done before, when the ontology is closed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode, Variable

from kg.namespaces import OWL, RDF, RDFS, compact
from kg.reasoning.clash_rules import clash_rules
from kg.reasoning.class_rules import class_rules, subclass_rules
from kg.reasoning.datatypes import OWL_2_RL
from kg.reasoning.ontology import Axioms, Order
from kg.reasoning.property_rules import property_rules
from kg.reasoning.rules import Atom, Program, Rule, V, falls_under
from kg.reasoning.statements import is_vocabulary, nameless

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kg.reasoning.statements import Statement, Term

__all__ = ["compile_ontology", "in_order", "uncompilable"]

_X, _Y, _Z, _P, _X2, _P2 = V["x"], V["y"], V["z"], V["p"], V["x2"], V["p2"]
_COUNTS = (OWL.maxCardinality, OWL.maxQualifiedCardinality)
_EVERYTHING = (OWL.Thing, RDFS.Resource)
_SAME = Atom(_X, OWL.sameAs, _X2)
#: Table 4; that each thing is the same as itself (eq-ref) is left out as noise.
_EQUALITY = (
    Rule("eq-sym", Atom(_Y, OWL.sameAs, _X), (Atom(_X, OWL.sameAs, _Y),)),
    Rule(
        "eq-trans",
        Atom(_X, OWL.sameAs, _Z),
        (Atom(_X, OWL.sameAs, _Y), Atom(_Y, OWL.sameAs, _Z)),
    ),
    Rule("eq-rep-s", Atom(_X2, _P, _Y), (_SAME, Atom(_X, _P, _Y))),
    Rule("eq-rep-o", Atom(_Y, _P, _X2), (_SAME, Atom(_Y, _P, _X))),
    Rule("eq-rep-p", Atom(_X, _P2, _Y), (Atom(_P, OWL.sameAs, _P2), Atom(_X, _P, _Y))),
)


def compile_ontology(
    schema: Iterable[Statement] | Axioms, hidden: frozenset[BlankNode] | None = None
) -> Program:
    """Turn an ontology into rules.

    Rules that cannot add anything are left out: those that conclude a premise, that something is
    a thing, or that it is of a nameless class that no other rule asks for. Of the copies from
    class to class and from property to property, those stay that the others follow from.

    Args:
        schema: the statements of the ontology and all that they entail among themselves.
        hidden: the blank nodes that are part of axioms; those that the ontology shows to be so,
            unless told.

    >>> from kg.namespaces import REL
    >>> program = compile_ontology([(REL.Claim, RDFS.subClassOf, REL.Unit)])
    >>> [rule.name for rule in program.rules if rule.axioms]
    ['cax-sco']
    """
    axioms = schema if isinstance(schema, Axioms) else Axioms(schema)
    hidden = nameless(axioms.statements) if hidden is None else hidden
    classes = axioms.classes
    rules = [
        *clash_rules(axioms),
        *property_rules(axioms, classes),
        *class_rules(axioms),
        *_copies(axioms),
    ]
    asked = _asked(rules) | {OWL.Nothing}
    if OWL.Thing not in asked and not classes.wider(OWL.Thing):
        # That each class is a subclass of owl:Thing is of no use to any rule.
        classes = Order(axioms.index.by_subject(RDFS.subClassOf), without=OWL.Thing)
    kept = _useful([*rules, *subclass_rules(axioms, classes)], hidden)
    ordered = in_order(kept)
    datatypes = frozenset(
        kind for kind in _asked(ordered) if isinstance(kind, NamedNode) and kind in OWL_2_RL
    )
    return Program((*_EQUALITY, *ordered), axioms.statements, hidden, datatypes)


def uncompilable(program: Program) -> str | None:
    """Return why the rules of a program are not all that its ontology means, None where they are.

    >>> program = compile_ontology([(OWL.sameAs, RDFS.subPropertyOf, RDFS.seeAlso)])
    >>> uncompilable(program)
    'an axiom is about owl:sameAs itself'
    """
    rules = program.rules[len(_EQUALITY) :]
    in_atoms = (reason for rule in rules for reason in _unfit_atoms(rule))
    return next(in_atoms, None) or next(_unfit_axioms(program), None)


def _unfit_atoms(rule: Rule) -> Iterator[str]:
    """Yield what no engine would follow in a rule."""
    for atom in rule.body:
        told = isinstance(atom.subject, Variable) and rule.name != "eq-diff1"
        if atom.predicate == OWL.sameAs and told:
            yield "an axiom is about owl:sameAs itself"
    for atom in (*rule.body, *((rule.head,) if rule.head else ())):
        typing = atom.predicate == RDF.type
        if typing and isinstance(atom.object, Variable):
            yield "an axiom is about rdf:type itself"
        if isinstance(atom.object if typing else atom.predicate, Literal):
            yield "a literal stands where a property or a class should"


def _unfit_axioms(program: Program) -> Iterator[str]:
    """Yield what was read in one way and may mean something else."""
    cells = {cell for cell, predicate, _ in program.schema if predicate == RDF.rest}
    for one, predicate, other in program.schema:
        if predicate == OWL.sameAs and one != other:
            for term in (one, other):
                if is_vocabulary(term):
                    yield f"{_named(term)} is said to be the same as something else"
                if term in program.nameless or term in cells:
                    yield "a part of an axiom is said to be the same as something else"
        if predicate in _COUNTS and isinstance(other, Literal) and not other.value.isdecimal():
            # Only its datatype tells that 1.0 is one.
            yield f"the limit {other} is no plain number"


def _copies(axioms: Axioms) -> Iterator[Rule]:
    """Yield eq-rep-p and eq-rep-o for the properties and classes that are said to be the same."""
    for one, other in Order(axioms.index.by_subject(OWL.sameAs)).steps():
        said = ((one, OWL.sameAs, other),)
        if not isinstance(one, Literal) and not isinstance(other, Literal):
            head, body = axioms.related(_X, other, _Y), (axioms.related(_X, one, _Y),)
            yield Rule("eq-rep-p", head, body, said)
            yield Rule("eq-rep-o", falls_under(_X, other), (falls_under(_X, one),), said)


def _useful(rules: Iterable[Rule], hidden: frozenset[BlankNode]) -> list[Rule]:
    """Leave out the rules that can add nothing, and again those that only they would need."""
    kept = [rule for rule in rules if rule.head not in rule.body]
    while True:
        asked = _asked(kept)
        fewer = [
            rule
            for rule in kept
            if rule.head is None
            or rule.head.predicate != RDF.type
            or rule.head.object in asked
            or not (rule.head.object in _EVERYTHING or rule.head.object in hidden)
        ]
        if len(fewer) == len(kept):
            return kept
        kept = fewer


def _asked(rules: Iterable[Rule]) -> set[object]:
    """Return the classes that something must be of for a rule to fire."""
    return {atom.object for rule in rules for atom in rule.body if atom.predicate == RDF.type}


def in_order(rules: Iterable[Rule]) -> list[Rule]:
    """Return each of some rules once, always in the same order."""
    return sorted(dict.fromkeys(rules), key=_place)


def _place(rule: Rule) -> tuple[str, str, str]:
    end = ",)" if len(rule.body) == 1 else ")"
    body = f"({', '.join(map(_text, rule.body))}{end}"
    return rule.name, "None" if rule.head is None else _text(rule.head), body


def _text(atom: Atom) -> str:
    # As the dataclass writes itself, which takes three times as long.
    return f"Atom(subject={atom.subject!r}, predicate={atom.predicate!r}, object={atom.object!r})"


def _named(term: Term) -> str:
    return compact(term.value) if isinstance(term, NamedNode) else str(term)
