"""Small graphs as tests write them: Turtle without its prefixes."""

from __future__ import annotations

from pyoxigraph import RdfFormat, parse

from kg.namespaces import PREFIXES
from kg.reasoning.statements import statement

#: The prefixes that kg knows, and two for examples: `ex:` and none.
HEAD = "".join(
    f"@prefix {name}: <{iri}> .\n"
    for name, iri in {**PREFIXES, "ex": "http://example.org/", "": "http://example.org/"}.items()
)


def turtle(text):
    """Return the triples that a text says, in order."""
    return [quad.triple for quad in parse(HEAD + text, format=RdfFormat.TURTLE)]


def statements(text):
    """Return what a text says as tuples."""
    return {statement(triple) for triple in turtle(text)}
