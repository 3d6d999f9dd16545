"""JSON-LD with the published context, every resource at the top level, readable without a network.

PyLD frames and compacts. The expanded form is made here: PyLD's own ``from_rdf`` loses a list
whose cell is its own member, and refuses some literals of ``rdf:JSON``.
"""

from __future__ import annotations

import json
from itertools import groupby
from json.encoder import encode_basestring
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, RdfFormat, parse

from kg import resources
from kg.errors import Misuse
from kg.export.canonical import (
    Lines,
    by_subject,
    canonical_lines,
    has_blank_node,
    literal_parts,
    read_lines,
    split,
)
from kg.export.turtle import Nesting
from kg.namespaces import RDF, XSD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from pyoxigraph import Triple

    from kg.export.canonical import GraphName, Properties, Subject, Term

__all__ = ["published_context", "to_jsonld"]

#: Begins what stands for the label of a blank node while PyLD frames.
_LABEL = "urn:x-kg-blank-node:"
_FIRST = {key: place for place, key in enumerate(("@id", "id", "@type", "type", "label"))}


def published_context() -> _Json:
    """Read the context that the project publishes.

    >>> published_context()["rdfs"]
    'http://www.w3.org/2000/01/rdf-schema#'
    """
    context: _Json = json.loads(resources.context().read_text("utf-8"))["@context"]
    return context


def to_jsonld(
    triples: Iterable[Triple],
    context: _Json | None = None,
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
    nodes: list[_Json] = []
    for name, lines in graphs:
        found = _nodes(lines, context, shared=shared)
        if isinstance(name, DefaultGraph):
            nodes = found
        else:
            nodes.append({identifier: _identifier(name), "@graph": found})
    text = _text({"@context": context, "@graph": nodes}) + "\n"
    _check(graphs, text)
    return text


def _nodes(lines: list[str], context: _Json, *, shared: bool) -> list[_Json]:
    """Return the resources of one graph, in order.

    Args:
        lines: the graph.
        context: what to compact with.
        shared: as for ``_framed``.
    """
    plain: list[list[str]] = []
    others: list[str] = []
    if _has_plain_terms(context):
        for _, group in groupby(lines, key=lambda line: line[: line.index(" ")]):
            said = list(group)
            if _Compaction.takes(said):
                plain.append(said)
            else:
                others += said
    else:
        others = lines
    compaction = _Compaction(context, lambda expanded: _framed(expanded, context, shared=False))
    try:
        nodes = compaction.nodes(plain)
    except (Misuse, ValueError):
        nodes, others = [], lines
    if others:
        nodes += _framed(_expanded(by_subject(read_lines(others))), context, shared=shared)
    return sorted(map(_arranged, nodes), key=json.dumps)


def _framed(expanded: list[_Json], context: _Json, *, shared: bool) -> list[_Json]:
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


def _expanded(properties: Properties) -> list[_Json]:
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

    def properties(self, objects: dict[NamedNode, list[Term]]) -> _Json:
        expanded: _Json = {}
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

    def value(self, term: Term) -> _Json:
        if isinstance(term, Literal):
            return _literal(term)
        if term == RDF.nil:
            return {"@list": []}
        if isinstance(term, BlankNode) and term in self.lists:
            return {"@list": [self.value(item) for item in self._nesting.items(term)]}
        return {"@id": _identifier(term)}


def _identifier(node: Subject) -> str:
    return node.value if isinstance(node, NamedNode) else str(node)


def _literal(literal: Literal) -> _Json:
    if literal.language is not None:
        return {"@value": literal.value, "@language": literal.language}
    if literal.datatype == XSD.string:
        return {"@value": literal.value}
    return {"@value": literal.value, "@type": literal.datatype.value}


# Resources without blank nodes, as PyLD frames and compacts them. PyLD is asked once for each kind
# of value that a property has (IRIs, a language, a datatype): as it writes one value of a kind it
# writes them all. https://www.w3.org/TR/json-ld11-api/#compaction

_Json = dict[str, Any]

_SAMPLE = "urn:x-kg-sample:"
_TEXT = "text"
#: A prefix may stand for an IRI that ends in one of these.
_DELIMITERS = tuple(":/?#[]@")
_TYPE = str(RDF.type)
#: Lists, and JSON as a literal, are written otherwise than as a value of some kind.
_APART = (f" {RDF.nil} .", f"^^{RDF.JSON} .")


def _has_plain_terms(context: Mapping[str, Any]) -> bool:
    """Return whether a context has only names, prefixes, datatypes and language maps.

    >>> _has_plain_terms({"@version": 1.1, "label": {"@id": "urn:x", "@container": "@set"}})
    False
    """
    return all(
        term == "@version" or (":" not in term and term[:1] != "@" and _is_plain(meaning, context))
        for term, meaning in context.items()
    )


def _is_plain(meaning: Any, context: Mapping[str, Any]) -> bool:
    if isinstance(meaning, str):
        return not meaning.endswith(_DELIMITERS) or meaning.partition(":")[0] not in context
    kind = meaning.get("@type", "@id") if isinstance(meaning, dict) else "@none"
    return (
        (kind == "@id" or kind[:1] != "@")
        and meaning.keys() <= {"@id", "@type", "@container"}
        and meaning.get("@container", "@language") == "@language"
    )


class _Value(NamedTuple):
    """The kind of a value (an IRI, a language, a datatype), and the value."""

    kind: str
    value: str


class _Form(NamedTuple):
    """How the values of a kind are written.

    Args:
        key: the key that the property has for them.
        object: what stands around each value, if anything.
        slot: the key of the value in that object; in a language map, the language.
        is_map: whether they stand in one language map.
    """

    key: str
    object: _Json
    slot: str
    is_map: bool


class _Compaction:
    """Compacts resources.

    Args:
        context: what to compact with, of plain terms only.
        frame: frames and compacts any expanded resources.
    """

    def __init__(
        self, context: Mapping[str, Any], frame: Callable[[list[_Json]], list[_Json]]
    ) -> None:
        self._frame = frame
        self._prefixes = {
            term: iri
            for term, iri in context.items()
            if isinstance(iri, str) and iri.endswith(_DELIMITERS)
        }
        self._identifier = next((key for key, iri in context.items() if iri == "@id"), "@id")
        self._type = next((key for key, iri in context.items() if iri == "@type"), "@type")
        self._values: dict[str, _Value] = {}
        self._names: dict[str, str] = {}

    @staticmethod
    def takes(lines: Iterable[str]) -> bool:
        """Return whether the lines about one subject have nothing that is written apart."""
        return not any(
            line.endswith(_APART)
            or ("_:" in line and has_blank_node(line))
            or f' {_TYPE} "' in line
            for line in lines
        )

    def nodes(self, subjects: Iterable[list[str]]) -> list[_Json]:
        """Return resources, compacted, in their order.

        Args:
            subjects: the canonical lines about each.

        Raises:
            ValueError: they are not to be written in this way.
        """
        described = [self._described(lines) for lines in subjects]
        kinds = {
            (predicate, value.value if predicate == _TYPE else value.kind)
            for _, said in described
            for predicate, values in said.items()
            for value in values
        }
        forms = self._forms(sorted(kinds))
        return [self._node(subject, said, forms) for subject, said in described]

    def _described(self, lines: list[str]) -> tuple[str, dict[str, list[_Value]]]:
        said: dict[str, list[_Value]] = {}
        subject = ""
        for line in lines:
            subject, predicate, term = split(line)
            if term not in self._values:
                self._values[term] = self._value(term)
            said.setdefault(predicate, []).append(self._values[term])
        return subject[1:-1], said

    @staticmethod
    def _value(term: str) -> _Value:
        if term[0] == "<":
            return _Value("@id", term[1:-1])
        value, language, datatype = literal_parts(term)
        return _Value(f"@{language}" if language else f"^{datatype}", value)

    def _forms(self, kinds: list[tuple[str, str]]) -> dict[tuple[str, str], _Form]:
        """Have a resource framed with one value of each kind."""
        samples = [
            {"@id": f"{_SAMPLE}{number}"} | _sample(predicate, kind)
            for number, (predicate, kind) in enumerate(kinds)
        ]
        framed = {node.pop(self._identifier): node for node in self._frame(samples)}
        found = [framed.get(sample["@id"], {}) for sample in samples]
        return {kind: _form(kind, node) for kind, node in zip(kinds, found, strict=True)}

    def _node(
        self, subject: str, said: dict[str, list[_Value]], forms: dict[tuple[str, str], _Form]
    ) -> _Json:
        node: _Json = {self._identifier: self._name(subject)}
        for predicate, values in said.items():
            for value in values:
                if predicate == _TYPE:
                    form = forms[predicate, value.value]
                    _add(node, form.key, form.object[form.slot])
                    continue
                form = forms[predicate, value.kind]
                written = self._name(value.value) if value.kind == "@id" else value.value
                if form.is_map:
                    _add(node.setdefault(form.key, {}), form.slot, written)
                elif form.slot:
                    _add(node, form.key, {**form.object, form.slot: written})
                else:
                    _add(node, form.key, written)
        return node

    def _name(self, iri: str) -> str:
        if iri not in self._names:
            self._names[iri] = self._compact(iri)
        return self._names[iri]

    def _compact(self, iri: str) -> str:
        """Return the shortest name with a prefix; of several, the first."""
        found = [
            f"{prefix}:{iri.removeprefix(start)}"
            for prefix, start in self._prefixes.items()
            if iri.startswith(start) and iri != start
        ]
        if found:
            return min(found, key=lambda name: (len(name), name))
        if iri.partition(":")[0] in self._prefixes:
            raise ValueError(iri)
        return iri


def _sample(predicate: str, kind: str) -> _Json:
    if predicate == _TYPE:
        return {"@type": [kind]}
    value: _Json = {"@value": _TEXT}
    if kind == "@id":
        value = {"@id": f"{_SAMPLE}{_TEXT}"}
    elif kind[0] == "@":
        value["@language"] = kind[1:]
    elif kind != f"^{XSD.string.value}":
        value["@type"] = kind[1:]
    return {predicate[1:-1]: [value]}


def _form(kind: tuple[str, str], node: _Json) -> _Form:
    """Return the form of a kind of value, as it is in a resource that has one.

    Raises:
        ValueError: it is a form of another sort.
    """
    [(key, written)] = node.items()
    if kind[0] == _TYPE:
        return _Form(key, {"": written}, "", is_map=False)
    value = f"{_SAMPLE}{_TEXT}" if kind[1] == "@id" else _TEXT
    if written == value:
        return _Form(key, {}, "", is_map=False)
    [slot] = (name for name, inner in written.items() if inner == value)
    is_map = kind[1] != "@id" and slot != "@value"
    return _Form(key, written, slot, is_map=is_map)


def _add(node: _Json, key: str, value: Any) -> None:
    """Add a value to those that a key has, as compaction does."""
    if key not in node:
        node[key] = value
    elif isinstance(node[key], list):
        node[key].append(value)
    else:
        node[key] = [node[key], value]
