"""The saved queries as RDF that other programs can read and run.

See https://www.w3.org/TR/shacl/#sparql-constraints and, for how endpoints publish their examples,
https://github.com/sib-swiss/sparql-examples.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode, Triple

from kg.namespaces import DCTERMS, PREFIXES, RDF, RDFS, XSD, Namespace
from kg.sparql import read

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kg.queries import Parameter, SavedQuery
    from kg.sparql import Query

__all__ = ["executables", "standalone"]

_SH = Namespace(
    PREFIXES["sh"],
    """IRI Parameter SPARQLAskExecutable SPARQLConstructExecutable SPARQLExecutable
    SPARQLSelectExecutable ask construct datatype defaultValue description name nodeKind optional
    parameter path select""",
)
_SCHEMA = Namespace(PREFIXES["schema"], "keywords target")
_FORMS = {
    "SELECT": (_SH.SPARQLSelectExecutable, _SH.select),
    "ASK": (_SH.SPARQLAskExecutable, _SH.ask),
    "CONSTRUCT": (_SH.SPARQLConstructExecutable, _SH.construct),
}


def executables(queries: Iterable[SavedQuery], base: str) -> Iterator[Triple]:
    """Describe saved queries.

    Args:
        queries: those to describe.
        base: what addresses begin with.

    >>> from kg.queries import find
    >>> len({triple.subject for triple in executables([find("missions-of-state")], "http://e/")})
    2
    """
    root = base.rstrip("/") + "/"
    for saved in queries:
        node = NamedNode(f"{root}queries/{quote(saved.slug)}")
        yield Triple(node, _SCHEMA.target, NamedNode(f"{root}sparql"))
        yield from _told(saved, node)
        for name, parameter in saved.parameters.items():
            place = NamedNode(f"{node.value}#{quote(name)}")
            yield Triple(node, _SH.parameter, place)
            yield from _parameter(name, parameter, place)


def standalone(saved: SavedQuery) -> str:
    """Return the text of a query without its header, each prefix that it uses declared.

    >>> from kg.queries import find
    >>> standalone(find("missions-of-state"))[:11]
    'PREFIX rel:'
    """
    return _declared(_read(saved))


def _told(saved: SavedQuery, node: NamedNode) -> Iterator[Triple]:
    query = _read(saved)
    yield Triple(node, RDF.type, _SH.SPARQLExecutable)
    yield Triple(node, DCTERMS.identifier, Literal(saved.slug))
    yield Triple(node, RDFS.label, Literal(saved.summary, language="en"))
    if saved.description:
        yield Triple(node, RDFS.comment, Literal(saved.description, language="en"))
    for tag in saved.tags:
        yield Triple(node, _SCHEMA.keywords, Literal(tag))
    words = (token.text.upper() for token in query.tokens if token.kind == "word")
    form = next((word for word in words if word in _FORMS), None)
    if form is not None:
        kind, property_ = _FORMS[form]
        yield Triple(node, RDF.type, kind)
        yield Triple(node, property_, Literal(_declared(query)))


def _parameter(name: str, parameter: Parameter, node: NamedNode) -> Iterator[Triple]:
    yield Triple(node, RDF.type, _SH.Parameter)
    # The variable is called as the IRI of the path ends, https://www.w3.org/TR/shacl/.
    yield Triple(node, _SH.path, node)
    yield Triple(node, _SH.name, Literal(name))
    yield Triple(node, _SH.description, Literal(parameter.description, language="en"))
    yield Triple(node, _SH.optional, Literal(not parameter.required))
    if parameter.type in ("iri", "agent"):
        yield Triple(node, _SH.nodeKind, _SH.IRI)
    else:
        yield Triple(node, _SH.datatype, XSD[parameter.type])
    if parameter.default:
        # As it may be given in an address; a thing may be named by its label there.
        yield Triple(node, _SH.defaultValue, Literal(parameter.default))


def _read(saved: SavedQuery) -> Query:
    lines = saved.text.splitlines(keepends=True)
    text = "".join(line for line in lines if not line.startswith("#+"))
    return read(text, saved.slug)


def _declared(query: Query) -> str:
    used = {token.text.partition(":")[0] for token in query.tokens if token.kind == "pname"}
    missing = sorted(used & PREFIXES.keys() - query.prefixes.keys())
    return "".join(f"PREFIX {one}: <{PREFIXES[one]}>\n" for one in missing) + query.text
