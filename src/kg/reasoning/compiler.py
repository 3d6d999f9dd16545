"""The compiler: from a closed ontology to the program of rules that it stands for.

The rules are those of https://www.w3.org/TR/owl2-profiles/ (section 4.3, tables 4 to 8) with the
premises about the ontology filled in. Table 9 is done before, when the ontology is closed.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode, Variable

from kg.namespaces import OWL, RDF, RDFS, compact
from kg.reasoning.datatypes import OWL_2_RL
from kg.reasoning.ontology import Axioms, Order
from kg.reasoning.rules import EQUALITY, RULES, Atom, Program, Rule, substitute
from kg.reasoning.statements import is_vocabulary, nameless

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kg.reasoning.rules import Bound, Entry, Pattern, Slot
    from kg.reasoning.statements import Statement, Term

__all__ = ["clash_rules", "compile_ontology", "in_order", "uncompilable"]

_COUNTS = (OWL.maxCardinality, OWL.maxQualifiedCardinality)
_EVERYTHING = (OWL.Thing, RDFS.Resource)
#: The rules of which an ontology comes to very many: those that the others follow from are enough.
_REDUCED = frozenset(
    {
        *("prp-dom", "prp-rng", "prp-spo1", "prp-eqp1", "prp-eqp2"),
        *("cls-int2", "cls-uni", "cax-sco", "cax-eqc1", "cax-eqc2"),
    }
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
            if None.

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
        *_whole(axioms),
        *_ends_of_properties(axioms, classes),
        *_implications(axioms),
        *_copies(axioms),
    ]
    asked = _asked(rules) | {OWL.Nothing}
    if OWL.Thing not in asked and not classes.wider(OWL.Thing):
        # That each class is a subclass of owl:Thing is of no use to any rule.
        classes = Order(axioms.index.by_subject(RDFS.subClassOf), without=OWL.Thing)
    kept = _useful([*rules, *_subclasses(axioms, classes)], hidden)
    ordered = in_order(kept)
    datatypes = frozenset(
        kind for kind in _asked(ordered) if isinstance(kind, NamedNode) and kind in OWL_2_RL
    )
    return Program((*EQUALITY, *ordered), axioms.statements, hidden, datatypes)


def uncompilable(program: Program) -> str | None:
    """Return why the rules of a program are not all that its ontology means, None where they are.

    >>> program = compile_ontology([(OWL.sameAs, RDFS.subPropertyOf, RDFS.seeAlso)])
    >>> uncompilable(program)
    'an axiom is about owl:sameAs itself'
    """
    rules = program.rules[len(EQUALITY) :]
    in_atoms = (reason for rule in rules for reason in _unfit_atoms(rule))
    return next(in_atoms, None) or next(_unfit_axioms(program), None)


def _unfit_atoms(rule: Rule) -> Iterator[str]:
    """Yield what no engine would follow in a rule."""
    for atom in rule.body:
        is_open = isinstance(atom.subject, Variable) and rule.name != "eq-diff1"
        if atom.predicate == OWL.sameAs and is_open:
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


def clash_rules(axioms: Axioms) -> Iterator[Rule]:
    """Yield the rules that conclude a contradiction; their bodies can never hold together."""
    for entry in chain.from_iterable(RULES.values()):
        if entry.head is None:
            yield from _instances(entry, axioms)


def _whole(axioms: Axioms) -> Iterator[Rule]:
    """Yield the rules with a conclusion about facts, where each axiom is one."""
    for name, entries in RULES.items():
        # The ontology was closed by table 9 before.
        if name not in _REDUCED and not name.startswith("scm-"):
            for entry in entries:
                if entry.head is not None and entry.axioms:
                    yield from _instances(entry, axioms)


def _instances(entry: Entry, axioms: Axioms) -> Iterator[Rule]:
    for said, bound, body in entry.instances(axioms.index, axioms.members, {}):
        yield _rule(entry, axioms, said, bound, body)


def _stated(
    name: str,
    axioms: Axioms,
    said: Statement,
    *,
    member: Term | None = None,
    predicate: Term | None = None,
) -> Rule:
    """Return what a rule comes to by one axiom, its first premise.

    Args:
        name: of the rule.
        axioms: the closed ontology.
        said: the axiom.
        member: of the list that the axiom holds.
        predicate: of the conclusion, where the rule leaves it open.
    """
    entry = RULES[name][0]
    premises: tuple[tuple[object, ...], ...] = (*entry.axioms, *entry.body)
    rest = entry.body if entry.axioms else entry.body[1:]
    bound: dict[Slot, Slot] = {
        slot: term
        for slot, term in zip(premises[0], said, strict=True)
        if isinstance(slot, Variable)
    }
    if entry.listed and member is not None:
        bound[entry.listed.names[0]] = member
    if entry.head and predicate is not None:
        bound[entry.head[1]] = predicate
    return _rule(entry, axioms, (said,), bound, tuple(substitute(one, bound) for one in rest))


def _rule(
    entry: Entry,
    axioms: Axioms,
    said: tuple[Statement, ...],
    bound: Bound,
    body: Iterable[Pattern],
) -> Rule:
    # Each thing is the same as itself without being told (rule eq-ref).
    atoms = [axioms.related(*one) for one in body if one[0] != one[2] or one[1] != OWL.sameAs]
    if entry.head is None:
        # A class or a property may exclude itself.
        atoms = list(dict.fromkeys(atoms))
    head = axioms.related(*substitute(entry.head, bound)) if entry.head else None
    return Rule(entry.name, head, tuple(atoms), said)


def _ends_of_properties(axioms: Axioms, classes: Order) -> Iterator[Rule]:
    """Yield prp-dom and prp-rng, less what follows by other rules from a wider property's."""
    properties = Order(axioms.index.by_subject(RDFS.subPropertyOf))
    for name, predicate in (("prp-dom", RDFS.domain), ("prp-rng", RDFS.range)):
        said = axioms.index.by_subject(predicate)
        for prop in sorted(said, key=str):
            kinds = said[prop]
            indirect = {
                kind
                for better in kinds
                for kind in kinds & classes.wider(better)
                if not classes.implies(kind, better)
            }
            for kind in sorted(kinds - indirect, key=str):
                if not any(
                    (other, better) != (prop, kind)
                    and classes.implies(better, kind)
                    and (
                        not (properties.implies(other, prop) and classes.implies(kind, better))
                        or (str(other), str(better)) < (str(prop), str(kind))
                    )
                    for other in (prop, *properties.wider(prop))
                    for better in said.get(other, ())
                ):
                    yield _stated(name, axioms, (prop, predicate, kind))


def _implications(axioms: Axioms) -> Iterator[Rule]:
    """Yield so few copies from property to property that all others follow from them."""
    for narrower, wider in Order(axioms.index.by_subject(RDFS.subPropertyOf)).steps():
        name, said = "prp-spo1", (narrower, RDFS.subPropertyOf, wider)
        for form, one, other in (("prp-eqp1", narrower, wider), ("prp-eqp2", wider, narrower)):
            equal = (one, OWL.equivalentProperty, other)
            if equal in axioms.index and str(one) < str(other):
                name, said = form, equal
        yield _stated(name, axioms, said)


def _subclasses(axioms: Axioms, classes: Order) -> Iterator[Rule]:
    """Yield so few copies from class to class that all others follow from them.

    A step that comes from an equivalence, an intersection or a union has the name of its rule;
    the closed ontology states all of them as subclasses too (scm-eqc1, scm-int, scm-uni).
    """
    parts = _composed(axioms, OWL.intersectionOf)
    unions = _composed(axioms, OWL.unionOf)
    equals = axioms.index.by_subject(OWL.equivalentClass)
    below, same = RDFS.subClassOf, OWL.equivalentClass
    for narrower, wider in classes.steps():
        name, member = "cax-sco", None
        said: Statement = (narrower, below, wider)
        for form, one, other in (("cax-eqc1", narrower, wider), ("cax-eqc2", wider, narrower)):
            if other in equals.get(one, ()) and str(one) < str(other):
                name, said = form, (one, same, other)
        if name == "cax-sco" and (narrower, wider) in parts:
            name, said, member = "cls-int2", parts[narrower, wider], wider
        elif name == "cax-sco" and (wider, narrower) in unions:
            name, said, member = "cls-uni", unions[wider, narrower], narrower
        yield _stated(name, axioms, said, member=member)


def _composed(axioms: Axioms, predicate: Term) -> dict[tuple[Term, Term], Statement]:
    """Return the axiom for each class and each member of the list that composes it."""
    return {
        (said[0], member): said for said, members in axioms.lists(predicate) for member in members
    }


def _copies(axioms: Axioms) -> Iterator[Rule]:
    """Yield eq-rep-p and eq-rep-o for the properties and classes that are said to be the same."""
    for one, other in Order(axioms.index.by_subject(OWL.sameAs)).steps():
        if not isinstance(one, Literal) and not isinstance(other, Literal):
            said = one, OWL.sameAs, other
            yield _stated("eq-rep-p", axioms, said)
            yield _stated("eq-rep-o", axioms, said, predicate=RDF.type)


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
