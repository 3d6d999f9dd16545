"""JSON-LD with the published context, every resource at the top level, readable without a network.

PyLD frames and compacts. The expanded form is made here: PyLD's own ``from_rdf`` loses a list
whose cell is its own member, and refuses some literals of ``rdf:JSON``.
"""

from __future__ import annotations

import json
from itertools import groupby
from json.encoder import encode_basestring
from typing import TYPE_CHECKING, Any, NoReturn

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, RdfFormat, parse

from kg import resources
from kg.errors import Misuse
from kg.export.canonical import Lines, canonical_lines, read_lines
from kg.export.compaction import Compaction, Json, is_plain
from kg.export.nesting import Nesting
from kg.export.statement import by_subject
from kg.namespaces import RDF, XSD

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyoxigraph import Triple

    from kg.export.statement import GraphName, Properties, Subject, Term

__all__ = ["published_context", "to_jsonld"]

#: Begins what stands for the label of a blank node while PyLD frames.
_LABEL = "urn:x-kg-blank-node:"
_FIRST = {key: place for place, key in enumerate(("@id", "id", "@type", "type", "label"))}


def published_context() -> Json:
    """Read the context that the project publishes.

    >>> published_context()["rdfs"]
    'http://www.w3.org/2000/01/rdf-schema#'
    """
    context: Json = json.loads(resources.context().read_text("utf-8"))["@context"]
    return context


def to_jsonld(
    triples: Iterable[Triple],
    context: Json | None = None,
    named: Iterable[tuple[GraphName, Iterable[Triple]]] = (),
) -> str:
    """Write triples as JSON-LD 1.1 that carries its context.

    Args:
        triples: the graph.
        context: the context to compact with; the published one where none is given.
        named: further graphs, each with its name.

    Raises:
        Misuse: JSON-LD with this context would not be the same graph.
    """
    context = published_context() if context is None else context
    graphs = canonical_lines([(DefaultGraph(), triples), *named])
    shared = any(not isinstance(graph.name, DefaultGraph) for graph in graphs)
    identifier = next((key for key, meaning in context.items() if meaning == "@id"), "@id")
    nodes: list[Json] = []
    for name, lines in graphs:
        found = _nodes(lines, context, shared=shared)
        if isinstance(name, DefaultGraph):
            nodes = found
        else:
            nodes.append({identifier: _identifier(name), "@graph": found})
    text = _text({"@context": context, "@graph": nodes}) + "\n"
    _check(graphs, text)
    return text


def _nodes(lines: list[str], context: Json, *, shared: bool) -> list[Json]:
    """Return the resources of one graph, in order.

    Args:
        lines: the graph.
        context: what to compact with.
        shared: as for ``_framed``.
    """
    plain: list[list[str]] = []
    others: list[str] = []
    if is_plain(context):
        for _, group in groupby(lines, key=lambda line: line[: line.index(" ")]):
            said = list(group)
            if Compaction.takes(said):
                plain.append(said)
            else:
                others += said
    else:
        others = lines
    compaction = Compaction(context, lambda expanded: _framed(expanded, context, shared=False))
    try:
        nodes = compaction.nodes(plain)
    except (Misuse, ValueError):
        nodes, others = [], lines
    if others:
        nodes += _framed(_expanded(by_subject(read_lines(others))), context, shared=shared)
    return sorted(map(_arranged, nodes), key=json.dumps)


def _framed(expanded: list[Json], context: Json, *, shared: bool) -> list[Json]:
    """Return expanded resources framed and compacted.

    Args:
        expanded: the resources.
        context: what to compact with.
        shared: whether other graphs may have its blank nodes too, which then keep their labels;
            PyLD gives them new ones in each graph.
    """
    from pyld import jsonld

    options = {"documentLoader": _refuse_to_fetch, "omitGraph": False, "compactToRelative": False}
    frame = {"@context": context, "@embed": "@never"}
    try:
        # PyLD takes the label from a blank node that only a list within a list points at.
        keeps_labels = shared or _has_list_in_list(expanded)
        if keeps_labels:
            expanded = _relabelled(expanded, "_:", _LABEL)
        document = jsonld.frame(expanded, frame, options)
    except jsonld.JsonLdError as error:
        raise Misuse(f"{_reason(error)}: choose another format") from error
    # Framing lists the resources that are only pointed at, too; they say nothing.
    names = {"@id"} | {key for key, meaning in context.items() if meaning == "@id"}
    nodes = [node for node in document["@graph"] if node.keys() - names]
    if keeps_labels:
        nodes = _relabelled(nodes, _LABEL, "_:")
    return nodes


def _text(value: Any, indent: str = "\n") -> str:
    """Write JSON as ``json.dumps`` does with ``indent=2``, which takes three times as long."""
    if isinstance(value, str):
        return encode_basestring(value)
    deeper = indent + "  "
    if isinstance(value, dict) and value:
        members = [f"{encode_basestring(key)}: {_text(value[key], deeper)}" for key in value]
        return f"{{{deeper}{f',{deeper}'.join(members)}{indent}}}"
    if isinstance(value, list) and value:
        entries = [_text(entry, deeper) for entry in value]
        return f"[{deeper}{f',{deeper}'.join(entries)}{indent}]"
    return json.dumps(value, ensure_ascii=False)


def _has_list_in_list(value: Any, *, inside: bool = False) -> bool:
    """Return whether an item of a list is a list, anywhere in an expanded document."""
    if isinstance(value, dict):
        is_list = "@list" in value
        return (inside and is_list) or any(
            _has_list_in_list(inner, inside=is_list) for inner in value.values()
        )
    return isinstance(value, list) and any(
        _has_list_in_list(inner, inside=inside) for inner in value
    )


def _relabelled(value: Any, before: str, after: str) -> Any:
    """Return nodes with other labels; what begins like one and is a literal stays as it is."""
    if isinstance(value, dict):
        return {
            key: inner if key in ("@value", "@language") else _relabelled(inner, before, after)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [_relabelled(inner, before, after) for inner in value]
    if isinstance(value, str) and value.startswith(before):
        return after + value.removeprefix(before)
    return value


def _reason(error: BaseException) -> str:
    """Find what PyLD stumbled over first, which it wraps in what it was doing."""
    while error.__cause__ is not None:
        error = error.__cause__
    iri = (getattr(error, "details", None) or {}).get("iri")
    reason = str(error.args[0]).rstrip(".")
    return f"{iri}: not in JSON-LD: {reason}" if iri else f"not in JSON-LD: {reason}"


def _arranged(value: Any) -> Any:
    """Put the keys in the order in which a person looks for them."""
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: (_FIRST.get(key, len(_FIRST)), key))
        return {key: _arranged(value[key]) for key in keys}
    return [_arranged(entry) for entry in value] if isinstance(value, list) else value


def _check(graphs: list[Lines], text: str) -> None:
    # An IRI such as geo:1,2 is read as a compact IRI where geo is a term of the context (JSON-LD
    # 1.1, section 4.1.5), and no option of PyLD's sees that.
    read: dict[GraphName, list[Triple]] = {}
    for quad in parse(text, RdfFormat.JSON_LD):
        read.setdefault(quad.graph_name, []).append(quad.triple)
    found = {graph.name: set(graph.lines) for graph in canonical_lines(read.items())}
    lost = [line for name, lines in graphs for line in set(lines) - found.get(name, set())]
    if lost:
        triple = min(line.removesuffix(" .") for line in lost)
        raise Misuse(f"{triple}: JSON-LD reads it as something else here: choose another format")


def _refuse_to_fetch(url: str, _options: object = None) -> NoReturn:
    raise Misuse(f"{url}: kg does not fetch JSON-LD contexts: write the context into the document")


def _expanded(properties: Properties) -> list[Json]:
    values = _Values(properties)
    return [
        {"@id": _identifier(node)} | values.properties(objects)
        for node, objects in properties.items()
        if node not in values.lists
    ]


class _Values:
    def __init__(self, properties: Properties) -> None:
        self._nesting = Nesting(properties)
        #: The cells that are written as lists, inside what points at them.
        self.lists = self._nesting.nested & self._nesting.cells

    def properties(self, objects: dict[NamedNode, list[Term]]) -> Json:
        expanded: Json = {}
        for predicate, terms in objects.items():
            values = [self.value(term) for term in terms]
            if predicate == RDF.type:
                # A list or a literal is no class name, and yet may be said to be a type.
                names = [entry["@id"] for entry in values if "@id" in entry]
                values = [entry for entry in values if "@id" not in entry]
                expanded |= {"@type": names} if names else {}
            if values:
                expanded[predicate.value] = values
        return expanded

    def value(self, term: Term) -> Json:
        if isinstance(term, Literal):
            return _literal(term)
        if term == RDF.nil:
            return {"@list": []}
        if isinstance(term, BlankNode) and term in self.lists:
            return {"@list": [self.value(item) for item in self._nesting.items(term)]}
        return {"@id": _identifier(term)}


def _identifier(node: Subject) -> str:
    return node.value if isinstance(node, NamedNode) else str(node)


def _literal(literal: Literal) -> Json:
    if literal.language is not None:
        return {"@value": literal.value, "@language": literal.language}
    if literal.datatype == XSD.string:
        return {"@value": literal.value}
    return {"@value": literal.value, "@type": literal.datatype.value}
