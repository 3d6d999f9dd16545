"""The OWL 2 RL rules of owlrl: spared what is done in vain, set right where they err.

Only ``close`` imports this module, since it imports rdflib and owlrl.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations
from typing import TYPE_CHECKING

from owlrl.OWLRL import OWLRL_Semantics
from rdflib import Graph, Literal
from rdflib.namespace import OWL, RDF
from rdflib.term import Node

import kg.namespaces
from kg.reasoning.datatypes import OWL_2_RL, broader
from kg.reasoning.rdflib_terms import from_rdflib, to_rdflib
from kg.reasoning.statements import Statement, Term, terms

if TYPE_CHECKING:
    from collections.abc import Collection

    from kg.budget import Budget

__all__ = ["entail"]

Nodes = tuple[Node, Node, Node]

#: The predicates that a rule of owlrl looks for; a triple with another one fires none by itself.
_FIRING = frozenset(
    to_rdflib(term)
    for term in terms(kg.namespaces.RDFS, "domain range subClassOf subPropertyOf")
    | terms(
        kg.namespaces.OWL,
        """allValuesFrom complementOf disjointWith equivalentClass equivalentProperty hasKey
        hasValue intersectionOf inverseOf maxCardinality maxQualifiedCardinality oneOf
        propertyChainAxiom propertyDisjointWith sameAs someValuesFrom sourceIndividual unionOf""",
    )
)
#: Being of one of these classes, such as owl:SymmetricProperty, fires rules too.
_FIRING_CLASSES = (str(OWL), str(RDF.Property))
# An attribute of a namespace costs rdflib a search each time.
_TYPE, _SAME_AS, _HAS_KEY = RDF.type, OWL.sameAs, OWL.hasKey
_COUNTS = (OWL.maxCardinality, OWL.maxQualifiedCardinality)


def entail(
    given: Collection[Statement], budget: Budget | None = None
) -> tuple[set[Statement], list[str]]:
    """Return all that statements entail, them included, and owlrl's words on clashes.

    ``owlrl.DeductiveClosure`` would do the same but swaps rdflib's table of datatypes for its own
    while it runs, for the whole process, and puts back only part of it.
    """
    # The store without named graphs is the faster one.
    graph = Graph(store="SimpleMemory", bind_namespaces="none")
    nodes: dict[Term, Node] = {term: to_rdflib(term) for one in given for term in one}
    for subject, predicate, value in given:
        graph.add((nodes[subject], nodes[predicate], nodes[value]))
    rules = _Rules(graph, budget)
    # What owlrl adds to the graph about clashes is left out: the messages are at hand.
    rules.closure()
    back: dict[Node, Term] = {node: term for term, node in nodes.items()}
    for one in graph:
        back.update((node, from_rdflib(node)) for node in one if node not in back)
    return {(back[s], back[p], back[o]) for s, p, o in graph}, sorted(rules.clashes)


class _Rules(OWLRL_Semantics):  # type: ignore[misc]  # owlrl has no types
    """What owlrl derives, faster, and with the rules prp-key and dt-type2 done right."""

    def __init__(self, graph: Graph, budget: Budget | None) -> None:
        super().__init__(graph, axioms=False, daxioms=False)
        self._budget = budget
        self.clashes: set[str] = set()
        # That each thing is the same as itself (rule eq-ref) is left out as long as no axiom is
        # about owl:sameAs: every rule would then fire once more for each term, to no effect.
        self._reflexive = any(True for _ in graph.triples((None, None, OWL.sameAs))) or any(
            True for _ in graph.triples((OWL.sameAs, None, None))
        )

    def add_error(self, message: str) -> None:
        self.clashes.add(message)

    def post_process(self) -> None:
        """Keep statements whose predicate is a blank node: the caller drops them with the rest."""

    def rules(self, statement: Nodes, cycle_num: int) -> None:
        """Fire the rules that a statement may be a premise of."""
        if self._budget:
            self._budget.check("closing the graph with owlrl")
        _, predicate, value = statement
        if predicate in _COUNTS and not isinstance(value, Literal):
            # owlrl takes the number for granted.
            return
        typing = predicate == _TYPE and str(value).startswith(_FIRING_CLASSES)
        if typing or predicate in _FIRING:
            self._properties(statement, cycle_num)
            self._classes(statement, cycle_num)
            self._class_axioms(statement, cycle_num)
            self._schema_vocabulary(statement, cycle_num)
        if self._reflexive or typing or predicate == _SAME_AS:
            self._equality(statement, cycle_num)

    def _equality(self, statement: Nodes, cycle_num: int) -> None:
        subject, predicate, value = statement
        if self._reflexive or predicate != _SAME_AS or subject != value:
            super()._equality(statement, cycle_num)

    def _properties(self, statement: Nodes, cycle_num: int) -> None:
        subject, predicate, value = statement
        if predicate == _HAS_KEY:
            self._keys(subject, self._list(value))
        else:
            super()._properties(statement, cycle_num)

    def _keys(self, holder: Node, keys: list[Node]) -> None:
        """Apply rule prp-key; owlrl leaves the last key out, and so any two things agree."""
        if not keys:
            return
        agreeing: dict[Node, set[Node]] = defaultdict(set)
        for thing in self.graph.subjects(RDF.type, holder):
            for value in self.graph.objects(thing, keys[0]):
                agreeing[value].add(thing)
        for things in agreeing.values():
            for first, second in combinations(sorted(things, key=str), 2):
                if all(self._share(first, second, key) for key in keys[1:]):
                    self.store_triple((first, OWL.sameAs, second))

    def _share(self, first: Node, second: Node, key: Node) -> bool:
        return any((second, key, value) in self.graph for value in self.graph.objects(first, key))

    def _one_time_rules_datatypes(self) -> None:
        """Apply rule dt-type2; owlrl fails on "1,5"^^xsd:decimal, and refuses -0044-03-15.

        That datatypes are disjoint is left out: whether a literal can be in one is for rule
        dt-not-type to tell, and owlrl would say it of the datatypes alone that literals use.
        """
        literals = {value for _, _, value in self.graph if isinstance(value, Literal)}
        for literal in literals:
            datatype = from_rdflib(literal).datatype  # type: ignore[union-attr]  # a literal has one
            if datatype in OWL_2_RL:
                for wider in map(to_rdflib, broader(datatype)):
                    self.store_triple((literal, RDF.type, wider))
