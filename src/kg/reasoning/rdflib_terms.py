"""Conversion of terms from pyoxigraph to rdflib and back, nothing lost on the way.

The two functions are each other's inverse on every term of RDF 1.1.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kg.errors import Misuse

if TYPE_CHECKING:
    from collections.abc import Iterator

    import rdflib.term

    from kg.reasoning.statements import Term

__all__ = ["from_rdflib", "to_rdflib"]


def to_rdflib(term: Term | Triple) -> rdflib.term.Identifier:
    """Write a term of pyoxigraph as a term of rdflib.

    Blank nodes keep their label and literals their lexical form, also where it does not fit the
    datatype. Nothing is logged.

    Raises:
        Misuse: the term is of RDF 1.2 (a triple term, a literal with a direction), which rdflib
            cannot hold.

    >>> to_rdflib(Literal("01", datatype=NamedNode("http://www.w3.org/2001/XMLSchema#integer"))).n3()
    '"01"^^<http://www.w3.org/2001/XMLSchema#integer>'
    """
    import rdflib

    if isinstance(term, NamedNode):
        with _quiet():
            return rdflib.URIRef(term.value)
    if isinstance(term, BlankNode):
        return rdflib.BNode(term.value)
    if isinstance(term, Triple) or term.direction:
        raise Misuse(f"{term}: a term of RDF 1.2; reasoning and validation know RDF 1.1")
    if term.language:
        return rdflib.Literal(term.value, lang=term.language)
    datatype = rdflib.URIRef(term.datatype.value)
    with _quiet():
        literal = rdflib.Literal(term.value, datatype=datatype, normalize=False)
    if str(literal) != term.value:
        # rdflib collapses the white space of xsd:token and xsd:normalizedString whatever
        # `normalize` says; the protocol of pickle sets a literal as it is.
        literal = rdflib.Literal(term.value)
        literal.__setstate__((None, {"language": None, "datatype": datatype}))
    return literal


def from_rdflib(node: rdflib.term.Node) -> Term:
    """Write a term of rdflib as a term of pyoxigraph.

    Raises:
        Misuse: the node is a variable or a formula, which is no term of RDF.

    >>> import rdflib
    >>> from_rdflib(rdflib.Literal("chat", lang="fr"))
    <Literal value=chat language=fr>
    """
    import rdflib

    if isinstance(node, rdflib.URIRef):
        return NamedNode(str(node))
    if isinstance(node, rdflib.BNode):
        return BlankNode(str(node))
    if isinstance(node, rdflib.Literal):
        if node.language:
            return Literal(str(node), language=node.language)
        if node.datatype is not None:
            return Literal(str(node), datatype=NamedNode(str(node.datatype)))
        return Literal(str(node))
    raise Misuse(f"{node!r} is no term of RDF")


def _unheard(_record: logging.LogRecord) -> bool:
    return False


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep rdflib from logging about a literal that does not fit its datatype."""
    logger = logging.getLogger("rdflib.term")
    logger.addFilter(_unheard)
    try:
        yield
    finally:
        logger.removeFilter(_unheard)
