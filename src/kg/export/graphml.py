"""GraphML for Gephi, yEd and networkx: resources are nodes, what lies between them are edges.

Specification: http://graphml.graphdrawing.org/. Nothing is lost. Every literal is a data key of
its node, named by predicate and kind (``rdfs:label@en``, ``rel:date^^edtf:EDTF``); a name that ends
in ``[]`` holds a JSON list, for several values and for text that XML cannot carry; classes are in
``types[]``. The other keys without a colon (``label``, ``type``, ``lat`` …) are there for drawing.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from pyoxigraph import DefaultGraph, Literal, NamedNode

from kg.export.rdfxml import XML_TEXT
from kg.namespaces import OWL, RDF, RDFS, REL, WGS84, XSD, compact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from kg.export.canonical import GraphName, Statement, Subject, Term

__all__ = ["to_graphml"]

# The key that lists the classes of a node.
_TYPES = "types[]"
# Classes that every resource may have; they tell nothing in a drawing.
_VAGUE = (OWL.Thing, OWL.NamedIndividual, RDFS.Resource)
# The keys that an exact copy needs nothing of but the first.
_DRAWN = ("iri", "label", "type", "lat", "long")
_Data = dict[str, str]


def to_graphml(statements: Iterable[Statement]) -> str:
    """Write statements as one directed GraphML graph.

    >>> from kg.export.canonical import Statement
    >>> label = Literal("claim", language="en")
    >>> text = to_graphml([Statement(REL.Claim, RDFS.label, label, DefaultGraph())])
    >>> '<key id="k0" for="node" attr.name="rdfs:label@en" attr.type="string"/>' in text
    True
    """
    statements = list(statements)
    nodes = _nodes(statements)
    names = sorted({name for data in nodes.values() for name in data if name not in _DRAWN})
    keys = {name: f"k{number}" for number, name in enumerate(names)}
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">',
        *(_key(name, name, "node") for name in _DRAWN),
        *(_key(key, name, "node") for name, key in keys.items()),
        *(_key(name, name.removeprefix("edge-"), "edge") for name in ("edge-iri", "edge-label")),
        _key("graph", "graph", "edge"),
        '  <graph id="G" edgedefault="directed">',
    ]
    for node, data in nodes.items():
        lines.append(f"    <node id={quoteattr(_identifier(node))}>")
        lines += [_datum(keys.get(name, name), text) for name, text in data.items()]
        lines.append("    </node>")
    # A name is put into its form once, wherever it stands.
    named, told = cache(_quoted), cache(_edge_data)
    for statement in statements:
        target = _target(statement)
        if target is not None:
            ends = f"source={named(statement.subject)} target={named(target)}"
            lines += [
                f"    <edge {ends}>",
                told(statement.predicate, statement.graph),
                "    </edge>",
            ]
    return "\n".join([*lines, "  </graph>", "</graphml>"]) + "\n"


def _target(statement: Statement) -> Subject | None:
    """Return where an edge leads; classes and literals are data of their node instead."""
    term = statement.object
    if isinstance(term, Literal):
        return None
    return None if statement.predicate == RDF.type and isinstance(term, NamedNode) else term


def _nodes(statements: list[Statement]) -> dict[Subject, _Data]:
    """Collect the data of each node: what is there for drawing first, then what is exact."""
    values: dict[Subject, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    short = cache(compact)
    for statement in statements:
        own, target = values[statement.subject], _target(statement)
        if target is not None:
            values.setdefault(target, defaultdict(list))
        elif isinstance(statement.object, Literal):
            name = short(statement.predicate.value) + _suffix(statement.object, short)
            own[name].append(statement.object.value)
        else:
            own[_TYPES].append(statement.object.value)
    classes = _classes(statements)
    return {
        node: _drawing(node, values[node], classes.get(node)) | _exact(values[node])
        for node in sorted(values, key=str)
    }


def _suffix(literal: Literal, short: Callable[[str], str]) -> str:
    if literal.language is not None:
        return f"@{literal.language}"
    return "" if literal.datatype == XSD.string else f"^^{short(literal.datatype.value)}"


def _exact(values: dict[str, list[str]]) -> _Data:
    data = {}
    for name in sorted(values):
        # Two graphs may hold the same triple.
        texts = list(dict.fromkeys(values[name]))
        plain = len(texts) == 1 and texts[0] and XML_TEXT.fullmatch(texts[0])
        if plain and "\r" not in texts[0] and name != _TYPES:
            data[name] = texts[0]
        else:
            # Escaped to ASCII, a list carries the characters that XML does not.
            clean = all(map(XML_TEXT.fullmatch, texts))
            data[name.removesuffix("[]") + "[]"] = json.dumps(texts, ensure_ascii=not clean)
    return data


def _drawing(node: Subject, values: dict[str, list[str]], kind: str | None) -> _Data:
    data = {"iri": node.value} if isinstance(node, NamedNode) else {}
    names = ("rdfs:label@en", "rdfs:label")
    labels = (text for name in names for text in sorted(values.get(name, ())))
    label = next(filter(XML_TEXT.fullmatch, labels), None)
    data["label"] = _identifier(node) if label is None else label
    if kind is not None:
        data["type"] = kind
    for key, predicate in (("lat", WGS84.lat), ("long", WGS84.long)):
        prefix = compact(predicate.value)
        numbers = (text for name in sorted(values) if _is_of(name, prefix) for text in values[name])
        number = next(filter(_is_number, numbers), None)
        if number is not None:
            data[key] = str(float(number))
    return data


def _is_of(name: str, predicate: str) -> bool:
    return name == predicate or name.startswith(f"{predicate}^^")


def _is_number(text: str) -> bool:
    try:
        return abs(float(text)) <= 180  # noqa: PLR2004 - degrees
    except ValueError:
        return False


def _classes(statements: list[Statement]) -> dict[Subject, str]:
    """Find the most telling class of each node: specific, stated rather than inferred, ours."""
    broader: dict[Term, set[Term]] = defaultdict(set)
    types: dict[Subject, dict[Term, int]] = defaultdict(dict)
    for statement in statements:
        if statement.predicate == RDFS.subClassOf and statement.subject != statement.object:
            broader[statement.subject].add(statement.object)
        elif statement.predicate == RDF.type and isinstance(statement.object, NamedNode):
            inferred = "/inferred/" in str(statement.graph)
            rank = types[statement.subject].get(statement.object, 1)
            types[statement.subject][statement.object] = min(rank, int(inferred))
    telling = {}
    for node, ranks in types.items():
        covered = {other for kind in ranks for other in broader[kind] if kind not in broader[other]}
        telling[node] = min(
            ranks,
            key=lambda kind: (
                kind in _VAGUE,
                kind in covered,
                ranks[kind],
                kind not in REL,
                str(kind),
            ),
        )
    return {node: compact(kind.value) for node, kind in telling.items()}


def _identifier(node: Subject) -> str:
    """Name a node by what XML allows in an id: its CURIE, or a digest of its IRI."""
    if not isinstance(node, NamedNode):
        return f"bnode:{node.value}"
    name = compact(node.value)
    if name[0] != "<":
        return name
    return "iri:" + hashlib.sha256(node.value.encode()).hexdigest()[:16]


def _key(identifier: str, name: str, element: str) -> str:
    kind = "double" if name in ("lat", "long") else "string"
    return (
        f'  <key id="{identifier}" for="{element}" attr.name={quoteattr(name)} attr.type="{kind}"/>'
    )


def _datum(key: str, text: str) -> str:
    return f'      <data key="{key}">{escape(text)}</data>'


def _quoted(node: Subject) -> str:
    return quoteattr(_identifier(node))


def _edge_data(predicate: NamedNode, graph: GraphName) -> str:
    """Return the data of the edges of a predicate in a graph."""
    data = {"edge-iri": predicate.value, "edge-label": compact(predicate.value)}
    if not isinstance(graph, DefaultGraph):
        data["graph"] = compact(graph.value)
    return "\n".join(_datum(key, text) for key, text in data.items())
