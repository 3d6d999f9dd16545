"""The closure of a graph by OWL 2 RL, kept apart from what is given."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol, TypeVar

from pyoxigraph import BlankNode, Literal, NamedNode

from kg.errors import Inconsistent, Misuse
from kg.namespaces import OWL
from kg.reasoning.clashes import Clash, find_clashes, plainly
from kg.reasoning.compiler import compile_ontology, uncompilable
from kg.reasoning.datatypes import OWL_2_RL, broader, equalities, matter, without_copies
from kg.reasoning.ontology import (
    CLASSES,
    PREDICATES,
    Memory,
    check_lists,
    in_use,
    schema_of,
    schema_terms,
    unforeseen,
)
from kg.reasoning.statements import (
    AXIOM_CLASSES,
    AXIOM_PREDICATES,
    Index,
    Term,
    as_triple,
    nameless,
    noise,
    statement,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator
    from collections.abc import Set as AbstractSet

    from pyoxigraph import Triple

    from kg.budget import Budget
    from kg.reasoning.columns import ColumnClosure, Facts
    from kg.reasoning.rules import Program, Rule
    from kg.reasoning.statements import Statement

__all__ = ["ENGINES", "Closure", "close", "close_columns"]

#: What may derive: the rules that the ontology compiles to, or owlrl, which the others are held to.
ENGINES = ("compiled", "owlrl")

#: Up to so many statements, a contradiction has words of its own, down to what is asserted.
_MOST_IN_WORDS = 100_000


@dataclass(frozen=True)
class Closure:
    """What an engine derived.

    Args:
        inferred: the triples that are entailed and not given, less the noise.
        engine: the name of what derived them.
        reason: why it was not the engine that was asked for; empty where it was.
    """

    inferred: AbstractSet[Triple]
    engine: str = "owlrl"
    reason: str = ""


AnyRun = TypeVar("AnyRun", bound="Run")


class Run(Protocol):
    """What an engine makes of a program and facts."""

    @property
    def clashes(self) -> list[tuple[Rule, tuple[Statement, ...]]]:
        """The contradictions, each as a rule and the statements that it met."""

    def statements(self) -> Iterator[Statement]:
        """Yield all that follows, facts included."""

    def inferred(self) -> Iterator[Triple]:
        """Yield what follows and was not given, less the noise."""

    def select(
        self, predicates: Collection[Term], classes: Collection[Term]
    ) -> Iterable[Statement]:
        """Return what follows beyond the ontology, and has some predicate or is of some class."""

    def equalities(self) -> list[frozenset[Term]]:
        """Return the terms that are the same, in groups."""


def close(
    facts: Iterable[Triple],
    ontology: Iterable[Triple] = (),
    *,
    engine: str = "compiled",
    budget: Budget | None = None,
    memory: Memory | None = None,
) -> Closure:
    """Derive what facts and ontology entail by the rules of OWL 2 RL.

    Whether a triple comes with the facts or the ontology makes no difference to what follows. The
    two share their blank nodes: give those of different files different labels.

    Args:
        facts: what is said about things.
        ontology: what the terms mean.
        engine: ``compiled`` turns the ontology into rules and runs these on columns of integers;
            ``owlrl`` is the reference, thousands of times slower. Both give the same. An axiom
            about the vocabulary of OWL itself, which does not compile, is left to owlrl.
        budget: how much time and memory it may take.
        memory: closes the ontology, and remembers it closed.

    Returns:
        The entailed triples without those given, and without noise (see ``is_noise``).

    Raises:
        Inconsistent: facts and ontology contradict each other; each clash is a ``Clash``, which
            carries the triples that it rests on.
        BudgetExceeded: it took more time or memory than it may.
        Misuse: a triple is of RDF 1.2, a list of the ontology runs in a circle, or there is no
            such engine.

    >>> from pyoxigraph import NamedNode, Triple
    >>> from kg.namespaces import OWL, RDF, REL
    >>> borders = NamedNode("http://example.org/borders")
    >>> symmetric = Triple(borders, RDF.type, OWL.SymmetricProperty)
    >>> closure = close([Triple(REL.Event, borders, REL.Claim)], [symmetric])
    >>> closure.inferred == {Triple(REL.Claim, borders, REL.Event)}
    True
    """
    if engine not in ENGINES:
        raise Misuse(f'no engine "{engine}": there are {" and ".join(ENGINES)}')
    given = {statement(triple) for triple in [*facts, *ontology]}
    check_lists(given)
    equal = equalities(given)
    known = given | equal
    if engine == "owlrl":
        found = _by_owlrl(known, budget)
    else:
        from kg.reasoning.columns import run

        found = _by_rules(known, run, budget, memory)
    # Only equalities make copies; what follows without them keeps every form.
    inferred = frozenset(found.inferred)
    return replace(found, inferred=without_copies(inferred, given)) if equal else found


def close_columns(
    facts: Facts,
    ontology: Iterable[Triple] = (),
    *,
    budget: Budget | None = None,
    memory: Memory | None = None,
) -> ColumnClosure:
    """Derive what facts in columns entail, without an object for each triple.

    Does as ``close`` does, for what is too large for it.

    Args:
        facts: what is said about things; the ontology is put among it.
        ontology: what the terms mean.
        budget: how much time and memory it may take.
        memory: as for ``close``.

    Raises:
        Inconsistent: as for ``close``; the words are shorter, since nothing is traced back.
        BudgetExceeded: it took more time or memory than it may.
        Misuse: an axiom is about the vocabulary of OWL itself, which does not compile, or a list
            runs in a circle.

    >>> from kg.reasoning.columns import Facts
    >>> close_columns(Facts.of([])).counts
    {'given': 0, 'inferred': 0, 'equal': 0}
    """
    from kg.reasoning.columns import run

    facts.add(map(statement, ontology))
    stated = set(facts.select(PREDICATES, CLASSES))
    check_lists(stated)
    if matter(stated):
        facts.add_equal_values()
        stated = set(facts.select(PREDICATES, CLASSES))

    def follow(program: Program) -> ColumnClosure:
        return run(program, facts, budget=budget)

    found = _followed(stated, facts.in_use(), nameless(stated), follow, budget, memory)
    if isinstance(found, str):
        raise Misuse(f"{found}: only --engine owlrl can follow that, on small files")
    if found.clashes:
        raise Inconsistent(_shortly(found))
    return found


def _by_owlrl(given: set[Statement], budget: Budget | None, reason: str = "") -> Closure:
    from kg.reasoning.owlrl_engine import entail

    entailed, messages = entail(given, budget)
    clashes = find_clashes(given, Index(entailed))
    # What owlrl finds and kg does not is not lost, though its words are owlrl's.
    if clashes or messages:
        raise Inconsistent(clashes or messages)
    hidden = nameless(given)
    new = (one for one in entailed - given if noise(one, hidden) is None)
    inferred = frozenset(triple for one in new if (triple := as_triple(one)))
    return Closure(inferred, "owlrl", reason)


def _by_rules(
    given: set[Statement],
    run: Callable[..., Run],
    budget: Budget | None = None,
    memory: Memory | None = None,
) -> Closure:
    """Close a graph by the rules that its axioms compile to, or by owlrl where they do not."""
    used, hidden = in_use(given), nameless(given)

    def follow(program: Program) -> Run:
        return run(program, given, budget=budget)

    found = _followed(given, used, hidden, follow, budget, memory)
    if isinstance(found, str):
        return _by_owlrl(given, budget, found)
    if found.clashes:
        raise Inconsistent(_clashes_in_words(given, found))
    return Closure(frozenset(found.inferred()), "compiled")


def _followed(  # noqa: PLR0913, PLR0917 - what is given, what is known of it, and what follows it
    stated: Collection[Statement],
    used: Collection[Term],
    hidden: frozenset[BlankNode],
    follow: Callable[[Program], AnyRun],
    budget: Budget | None,
    memory: Memory | None,
) -> AnyRun | str:
    """Compile the axioms and run the rules, anew where facts turn out to say what terms mean.

    Args:
        stated: what is given, or what ``schema_of`` needs of it.
        used: the predicates and classes of all that is given.
        hidden: the blank nodes that are part of axioms.
        follow: runs a program on what is given.
        budget: how much time and memory it may take.
        memory: closes the ontology.

    Returns:
        What follows, or else why compiled rules cannot derive it.
    """
    memory = memory or Memory()
    schema = schema_of(stated, used)
    datatypes: frozenset[NamedNode] = frozenset()
    while True:
        axioms = memory.closed(schema, budget)
        program = compile_ontology(axioms, hidden)
        if reason := uncompilable(program):
            return reason
        program = replace(program, datatypes=program.datatypes | datatypes)
        found = follow(program)
        groups = found.equalities()
        derived, closed = found.select(AXIOM_PREDICATES, AXIOM_CLASSES), axioms.statements
        more = unforeseen(derived, groups, closed, schema_terms(closed, used) if groups else ())
        met = _datatypes(groups) - program.datatypes
        if not more and not met:
            return found
        schema |= more
        datatypes |= met


def _datatypes(groups: Iterable[Collection[Term]]) -> frozenset[NamedNode]:
    """Return the datatypes of literals that are the same as something of another kind.

    That is then of these datatypes too (rules dt-type2 and eq-rep-s).
    """
    mixed = (
        group
        for group in groups
        if len({one.datatype if isinstance(one, Literal) else None for one in group}) > 1
    )
    literals = (one for group in mixed for one in group if isinstance(one, Literal))
    return frozenset(
        wider for one in literals if one.datatype in OWL_2_RL for wider in broader(one.datatype)
    )


def _clashes_in_words(given: set[Statement], found: Run) -> list[Clash]:
    """Return the contradictions that an engine found, in words."""
    clashes: list[Clash] = []
    if len(given) <= _MOST_IN_WORDS:
        index = Index(found.statements())
        for p, inverse in [*index.pairs(OWL.inverseOf)]:
            # The rules pass over nameless inverses, and proofs do not.
            if isinstance(inverse, BlankNode):
                for x, y in [*index.pairs(p)]:
                    index.add((y, inverse, x))
        clashes = find_clashes(given, index)
    return clashes or _shortly(found)


def _shortly(found: Run) -> list[Clash]:
    return sorted({plainly(rule.name, (*rule.axioms, *met)) for rule, met in found.clashes})
