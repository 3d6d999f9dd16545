"""What follows from a graph by OWL 2 RL, kept apart from what is given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kg.errors import Inconsistent
from kg.reasoning.clashes import find_clashes
from kg.reasoning.index import Index, as_triple, nameless, statement
from kg.reasoning.noise import noise

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyoxigraph import Triple

__all__ = ["Closure", "close"]


@dataclass(frozen=True)
class Closure:
    """What an engine derived.

    Args:
        inferred: the triples that are entailed and not given, less the noise.
        engine: the name of what derived them.
    """

    inferred: frozenset[Triple]
    engine: str = "owlrl"


def close(facts: Iterable[Triple], ontology: Iterable[Triple] = ()) -> Closure:
    """Derive what facts and ontology entail by the rules of OWL 2 RL.

    Whether a triple comes with the facts or the ontology makes no difference to what follows. The
    two share their blank nodes: give those of different files different labels.

    Args:
        facts: what is said about things.
        ontology: what the terms mean.

    Returns:
        The entailed triples without those given, and without noise (see ``is_noise``).

    Raises:
        Inconsistent: facts and ontology contradict each other; each clash is a ``Clash``, which
            carries the triples that it rests on.
        Misuse: a triple is of RDF 1.2, or a list of the ontology runs in a circle.

    >>> from pyoxigraph import NamedNode, Triple
    >>> from kg.namespaces import OWL, RDF, REL
    >>> borders = NamedNode("http://example.org/borders")
    >>> symmetric = Triple(borders, RDF.type, OWL.SymmetricProperty)
    >>> closure = close([Triple(REL.Event, borders, REL.Claim)], [symmetric])
    >>> closure.inferred == {Triple(REL.Claim, borders, REL.Event)}
    True
    """
    from kg.reasoning.engine import entail

    given = {statement(triple) for triple in [*facts, *ontology]}
    Index(given).check_lists()
    entailed, messages = entail(given)
    clashes = find_clashes(given, Index(entailed))
    # What owlrl finds and kg does not is not lost, though its words are owlrl's.
    if clashes or messages:
        raise Inconsistent(clashes or messages)
    hidden = nameless(given)
    new = (one for one in entailed - given if noise(one, hidden) is None)
    return Closure(frozenset(triple for one in new if (triple := as_triple(one))))
