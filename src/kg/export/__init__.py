"""Export of graphs in every format of kg: the same graph is always the same bytes."""

from __future__ import annotations

import re
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, cast

from pyoxigraph import DefaultGraph, NamedNode, RdfFormat, Triple, parse, serialize

from kg import formats
from kg.errors import UnknownName
from kg.export.canonical import (
    Lines,
    canonical_lines,
    canonical_statements,
    literal_parts,
    nquads,
    split,
)
from kg.export.formatting import canonical_text, format_file
from kg.export.graphml import to_graphml
from kg.export.jsonld import to_jsonld
from kg.export.rdfxml import to_rdfxml
from kg.export.turtle import canonical_turtle
from kg.namespaces import GRAPH, PREFIXES, RDF, XSD, compact
from kg.snapshot.writing import InLines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from kg.export.canonical import GraphName

__all__ = [
    "GRAPHS",
    "canonical_text",
    "canonical_turtle",
    "export",
    "format_file",
    "serialize_triples",
]


#: The first line of the table.
_COLUMNS = ("subject", "predicate", "object", "object_kind", "datatype", "language", "graph")


def _to_csv(graphs: Iterable[Lines]) -> str:
    r"""Write canonical lines as RFC 4180 CSV, with line feeds between the rows.

    IRIs are whole; blank nodes begin with ``_:``; ``datatype`` is there for literals alone.

    >>> from kg.export.canonical import Lines
    >>> text = Lines(DefaultGraph(), ['<x:s> <x:p> "the \\"big\\" one"@en .'])
    >>> _to_csv([text]).splitlines()[1].split(",")[2:4]
    ['"the ""big"" one"', 'literal']
    """
    # A term is put into its form once, wherever it stands.
    named, valued = cache(_node_cell), cache(_object_cells)
    rows = [",".join(_COLUMNS)]
    for name, lines in graphs:
        end = "" if isinstance(name, DefaultGraph) else _node_cell(str(name))
        for line in lines:
            subject, predicate, value = split(line)
            rows.append(f"{named(subject)},{named(predicate)},{valued(value)},{end}")
    return "\n".join([*rows, ""])


def _quote(value: str) -> str:
    # The csv module of Python 3.11 leaves a lone carriage return unquoted, which splits the row.
    return '"' + value.replace('"', '""') + '"' if set(value) & set(',"\r\n') else value


def _node_cell(node: str) -> str:
    return _quote(node[1:-1] if node[0] == "<" else node)


def _object_cells(term: str) -> str:
    """Return the columns of an object."""
    if term[0] != '"':
        return f"{_node_cell(term)},{'iri' if term[0] == '<' else 'bnode'},,"
    value, language, datatype = literal_parts(term)
    return f"{_quote(value)},literal,{_quote(datatype)},{language or ''}"


#: What comes after a text in N-Quads, or an IRI; a text may look as if it had some.
_IRIS = re.compile(r'"(?:[^"\\]++|\\.)*+"(.)|<([^>]*+)>')
#: What ``--graph`` may name.
GRAPHS = ("all", "asserted", "inferred", "claims", "links", "reference", "ontology")


def export(
    graphs: Mapping[NamedNode, Iterable[Triple]],
    format: str,  # noqa: A002 - the word of the command line
    graph: str = "all",
    prefixes: Mapping[str, str] | None = None,
) -> bytes:
    r"""Write named graphs, or one of them.

    Args:
        graphs: the triples by graph name.
        format: a name of ``kg.formats``; N-Quads and TriG keep the graphs, JSON-LD those that
            are not kg's own; the others merge them.
        graph: ``all`` or one of ``GRAPHS``; ``inferred`` is that of every viewpoint given.
        prefixes: those of the files, which Turtle and TriG use before those of kg.

    Raises:
        UnknownName: there is no such format or graph.
        Misuse: the format cannot carry this graph; says why.

    >>> from kg.namespaces import OWL, RDF
    >>> export({GRAPH.asserted: [Triple(OWL.Thing, RDF.type, OWL.Class)]}, "nq").decode()[-49:]
    '<https://w3id.org/relations-kg/graph/asserted> .\n'
    """
    if graph not in GRAPHS:
        raise UnknownName("graph", graph, GRAPHS, hint="one of " + ", ".join(GRAPHS))
    chosen = [(name, triples) for name, triples in graphs.items() if _is_chosen(name, graph)]
    return _serialize(chosen, format, prefixes or {})


def serialize_triples(
    triples: Iterable[Triple],
    format: str,  # noqa: A002 - the word of the command line
    prefixes: Mapping[str, str] | None = None,
) -> bytes:
    r"""Write triples that belong to no named graph, such as the result of a CONSTRUCT.

    Raises:
        UnknownName: there is no such format.
        Misuse: the format cannot carry this graph; says why.

    >>> from kg.namespaces import OWL, RDF
    >>> serialize_triples([Triple(OWL.Thing, RDF.type, OWL.Class)], "csv").split(b"\n")[1][:40]
    b'http://www.w3.org/2002/07/owl#Thing,http'
    """
    return _serialize([(DefaultGraph(), triples)], format, prefixes or {})


def _is_chosen(name: NamedNode, graph: str) -> bool:
    if graph == "inferred":
        return name.value.startswith(GRAPH.iri + "inferred/")
    return graph == "all" or name.value == GRAPH.iri + graph


def _serialize(
    graphs: Iterable[tuple[GraphName, Iterable[Triple]]], name: str, prefixes: Mapping[str, str]
) -> bytes:
    formats.by_name(name)
    if name == "jsonld":
        return _to_jsonld(graphs).encode()
    if name in _MERGED or name == "ttl":
        merged = _merged(triples for _, triples in graphs)
        if name == "ttl":
            return canonical_turtle(merged, prefixes=prefixes).encode()
        return _MERGED[name](merged).encode()
    if name in _TABLES:
        return _TABLES[name](canonical_lines(graphs)).encode()
    if name == "graphml":
        return to_graphml(canonical_statements(graphs)).encode()
    return _to_trig(canonical_lines(graphs), prefixes)


def _merged(parts: Iterable[Iterable[Triple]]) -> Iterable[Triple]:
    """Return the triples of several graphs, in columns where all are in the same ones."""
    found = [*parts]
    if len({id(getattr(part, "texts", None)) for part in found}) == 1 and all(
        isinstance(part, InLines) for part in found
    ):
        from kg.tables.triples import Triples

        return Triples.union(cast("list[Triples]", found))
    return chain.from_iterable(found)


def _to_jsonld(graphs: Iterable[tuple[GraphName, Iterable[Triple]]]) -> str:
    """Write the graphs of kg as one, and each other one by its name."""
    merged, named = [], []
    for name, triples in graphs:
        if isinstance(name, DefaultGraph) or name in GRAPH:
            merged.append(triples)
        else:
            named.append((name, triples))
    return to_jsonld(_merged(merged), named=named)


def _to_ntriples(triples: Iterable[Triple]) -> str:
    return nquads(canonical_lines([(DefaultGraph(), triples)]))


def _to_trig(graphs: Sequence[Lines], given: Mapping[str, str]) -> bytes:
    text = nquads(graphs)
    quads = parse(text, RdfFormat.N_QUADS, lenient=True)
    return serialize(quads, format=RdfFormat.TRIG, prefixes=_prefixes(text, given)) or b""


def _prefixes(text: str, given: Mapping[str, str]) -> dict[str, str]:
    """Return the prefixes that some IRI of N-Quads can use, those given before kg's."""
    found = set(_IRIS.findall(text))
    implied = {"@": RDF.langString.value, " ": XSD.string.value}
    iris = {iri or implied[mark] for mark, iri in found if iri or mark in implied}
    used = {compact(iri).partition(":")[0] for iri in iris}
    own = {
        prefix: iri
        for prefix, iri in PREFIXES.items()
        if prefix in used and prefix not in given and iri not in given.values()
    }
    return own | {
        prefix: start
        for prefix, start in sorted(given.items())
        if any(iri.startswith(start) for iri in iris)
    }


# Formats without graphs, and formats that have a column for them.
_MERGED: dict[str, Callable[[Iterable[Triple]], str]] = {
    "nt": _to_ntriples,
    "rdfxml": to_rdfxml,
}
_TABLES: dict[str, Callable[[Sequence[Lines]], str]] = {
    "nq": nquads,
    "csv": _to_csv,
}
