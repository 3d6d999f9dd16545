"""Where pyshacl is not what the specifications say, and what it is made to do instead.

Its own checks go by Python's regular expressions, by what Python's ``datetime`` can hold, and by
rdflib's order of literals. https://www.w3.org/TR/shacl/#core-components
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pyoxigraph import Literal, NamedNode

from kg.reasoning.rdflib_terms import from_rdflib
from kg.sparql.regex import matching
from kg.validation.lexical import is_well_typed
from kg.validation.order import is_less

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kg.validation.index import Term

__all__ = ["corrected"]


@contextmanager
def corrected() -> Iterator[None]:
    """Correct pyshacl for as long as it runs; hold the lock for it."""
    before = [(kind, name, kind.__dict__[name]) for kind, name, _ in _corrections()]
    try:
        for kind, name, method in _corrections():
            setattr(kind, name, method)
        yield
    finally:
        for kind, name, method in before:
            setattr(kind, name, method)


def _corrections() -> list[tuple[Any, str, Any]]:
    """Return each class of pyshacl with the name of a method and what stands in its place."""
    from pyshacl.constraints.core import property_pair_constraints as pairs
    from pyshacl.constraints.core import string_based_constraints as strings
    from pyshacl.constraints.core import value_constraints as values
    from pyshacl.constraints.core import value_range_constraints as ranges

    least, most = "_evaluate_min_rule", "_evaluate_max_rule"
    return [
        (values.DatatypeConstraintComponent, "evaluate", _evaluate_datatype),
        (strings.PatternConstraintComponent, "__init__", _read_patterns),
        (strings.PatternConstraintComponent, "_evaluate_string_rule", _evaluate_pattern),
        (ranges.MinExclusiveConstraintComponent, least, _bounded(is_less)),
        (ranges.MinInclusiveConstraintComponent, least, _bounded(_at_most)),
        (ranges.MaxExclusiveConstraintComponent, most, _bounded(lambda b, v: is_less(v, b))),
        (ranges.MaxInclusiveConstraintComponent, most, _bounded(lambda b, v: _at_most(v, b))),
        (pairs.LessThanConstraintComponent, "_compare_lt", _paired(is_less)),
        (pairs.LessThanOrEqualsConstraintComponent, "_compare_ltoe", _paired(_at_most)),
    ]


def _at_most(first: Term, second: Term) -> bool:
    return is_less(first, second, or_equal=True)


def _failing(component: Any, graph: Any, nodes: Any, conforms: Callable[[Any], bool]) -> Any:
    """Make a result for each value that does not conform, as the methods of pyshacl do."""
    reports = [
        component.make_v_result(graph, focus, value_node=value)
        for focus, values in nodes.items()
        for value in values
        if not conforms(value)
    ]
    return bool(reports), reports


def _evaluate_datatype(self: Any, executor: Any, graph: Any, nodes: Any, path: list[Any]) -> Any:  # noqa: ARG001  # pyshacl's own signature
    datatype = NamedNode(str(self.datatype_rule))

    def conforms(value: Any) -> bool:
        term = from_rdflib(value)
        return isinstance(term, Literal) and term.datatype == datatype and is_well_typed(term)

    failed, reports = _failing(self, graph, nodes, conforms)
    return not failed, reports


def _read_patterns(self: Any, shape: Any) -> None:
    from pyshacl.constraints.core.string_based_constraints import (
        SH_flags,
        SH_pattern,
        StringBasedConstraintBase,
    )

    StringBasedConstraintBase.__init__(self, shape)
    self.string_rules = list(shape.objects(SH_pattern))
    self.flags = next(iter(shape.objects(SH_flags)), "")


def _evaluate_pattern(self: Any, rule: Any, graph: Any, nodes: Any) -> Any:
    import rdflib

    texts = {str(v) for values in nodes.values() for v in values if not isinstance(v, rdflib.BNode)}
    found = matching(str(rule), texts, str(self.flags))

    def conforms(value: Any) -> bool:
        return not isinstance(value, rdflib.BNode) and str(value) in found

    return _failing(self, graph, nodes, conforms)


def _bounded(holds: Callable[[Term, Term], bool]) -> Any:
    def evaluate(self: Any, bound: Any, graph: Any, nodes: Any) -> Any:
        given = from_rdflib(bound)
        return _failing(self, graph, nodes, lambda value: holds(given, from_rdflib(value)))

    return evaluate


def _paired(holds: Callable[[Term, Term], bool]) -> Any:
    def compare(self: Any, values: Any, others: Any, graph: Any, focus: Any) -> Any:
        reports = [
            self.make_v_result(graph, focus, value_node=value)
            for value in values
            for other in others
            if not holds(from_rdflib(value), from_rdflib(other))
        ]
        return bool(reports), reports

    return compare
