"""A proof as RDF, in the words of RDF and of the PROV ontology alone."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kg.namespaces import DCTERMS, PROV, RDF, RDFS, expand
from kg.reasoning.proof import ASSERTED
from kg.reasoning.rules import reason

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from kg.explanation.proof import Line

__all__ = ["triples"]


def triples(
    lines: Sequence[Line], definitions: Collection[Triple] = (), prefix: str = "step"
) -> tuple[Triple, ...]:
    """Return a proof as triples.

    Each statement of it is an ``rdf:Statement``; one that is inferred ``prov:wasDerivedFrom`` its
    premises and ``prov:wasGeneratedBy`` the rule, whose name is the activity's identifier; one
    that is given was derived from the claims that state it.

    Args:
        lines: the statements of the proof, premises first.
        definitions: what nameless classes and lists consist of; those of the proof are added.
        prefix: what the labels of the blank nodes begin with.

    >>> triples([])
    ()
    """
    return (*_triples(lines, prefix), *_defined(lines, definitions))


def _defined(lines: Sequence[Line], definitions: Collection[Triple]) -> Iterator[Triple]:
    """Yield the definitions of the nameless nodes that the statements of a proof mention."""
    parts: dict[object, list[Triple]] = defaultdict(list)
    for triple in definitions:
        parts[triple.subject].append(triple)
    waiting = [term for line in lines for term in (line.triple.subject, line.triple.object)]
    while waiting:
        for triple in parts.pop(waiting.pop(), ()):
            yield triple
            waiting.append(triple.object)


def _triples(lines: Sequence[Line], prefix: str) -> Iterator[Triple]:
    nodes = {
        line.triple: BlankNode(f"{prefix}{number}") for number, line in enumerate(lines, start=1)
    }
    for line in lines:
        node = nodes[line.triple]
        yield Triple(node, RDF.type, RDF.Statement)
        yield Triple(node, RDF.subject, line.triple.subject)
        yield Triple(node, RDF.predicate, line.triple.predicate)
        yield Triple(node, RDF.object, line.triple.object)
        yield Triple(node, RDFS.label, Literal(line.sentence, language="en"))
        for claim in line.evidence.claims if line.evidence else ():
            yield Triple(node, PROV.wasDerivedFrom, _node(claim.node))
        if line.rule != ASSERTED:
            activity = BlankNode(f"{node.value}-rule")
            yield Triple(node, PROV.wasGeneratedBy, activity)
            yield Triple(activity, RDF.type, PROV.Activity)
            yield Triple(activity, DCTERMS.identifier, Literal(line.rule))
            yield Triple(activity, RDFS.label, Literal(reason(line.rule), language="en"))
        for premise in line.premises:
            yield Triple(node, PROV.wasDerivedFrom, nodes[premise])


def _node(written: str) -> NamedNode | BlankNode:
    """Read the name of a claim back: a CURIE, an IRI in < >, or a blank node."""
    if written.startswith("_:"):
        return BlankNode(written[2:])
    return NamedNode(written[1:-1] if written.startswith("<") else expand(written))
