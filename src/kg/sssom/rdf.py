"""Mapping sets as Turtle in the standard form, both ways.

Specification: https://mapping-commons.github.io/sssom/spec-formats-rdf/: each mapping is an
``owl:Axiom`` of its subject, predicate and object. ``kg.sssom.triples`` has the form in which kg
itself keeps links.
"""

from __future__ import annotations

import json
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse, serialize

from kg.errors import ParseFailure
from kg.namespaces import OWL, PREFIXES, RDF, RDFS, SKOS, SSSOM, XSD
from kg.sssom import slots
from kg.sssom.table import MappingSet, Row, extensions

__all__ = ["from_turtle", "to_turtle"]

_PAV, _DCTERMS, _PROV = "http://purl.org/pav/", PREFIXES["dcterms"], PREFIXES["prov"]
_OWL, _RDFS = PREFIXES["owl"], PREFIXES["rdfs"]
#: The properties of slots that are not ``sssom:`` and the name of the slot.
_PROPERTIES = {
    "subject_id": _OWL + "annotatedSource",
    "predicate_id": _OWL + "annotatedProperty",
    "object_id": _OWL + "annotatedTarget",
    "author_id": _PAV + "authoredBy",
    "mapping_date": _PAV + "authoredOn",
    "creator_id": _DCTERMS + "creator",
    "license": _DCTERMS + "license",
    "publication_date": _DCTERMS + "issued",
    "mapping_set_title": _DCTERMS + "title",
    "mapping_set_description": _DCTERMS + "description",
    "mapping_set_version": _OWL + "versionInfo",
    "mapping_set_source": _PROV + "wasDerivedFrom",
    "comment": _RDFS + "comment",
    "see_also": _RDFS + "seeAlso",
}
_SLOTS = {iri: slot for slot, iri in _PROPERTIES.items()}
#: What kinds of entities are in RDF.
_KINDS: dict[str, NamedNode] = {
    "owl class": OWL.Class,
    "owl object property": OWL.ObjectProperty,
    "owl data property": OWL.DatatypeProperty,
    "owl annotation property": OWL.AnnotationProperty,
    "owl named individual": OWL.NamedIndividual,
    "skos concept": SKOS.Concept,
    "rdfs resource": RDFS.Resource,
    "rdfs class": RDFS.Class,
    "rdfs literal": RDFS.Literal,
    "rdfs datatype": RDFS.Datatype,
    "rdf property": RDF.Property,
}
_KIND_NAMES = {node: name for name, node in _KINDS.items()}
_OF_KIND = ("subject_type", "object_type", "predicate_type")
#: Where a column that no definition gives a property gets its own.
_UNDECLARED = "http://sssom.invalid/"
_SET, _MAPPINGS = NamedNode(SSSOM.iri + "MappingSet"), NamedNode(SSSOM.iri + "mappings")
_DEFINITION = NamedNode(SSSOM.iri + "extension_definitions")
_AXIOM = NamedNode(_OWL + "Axiom")


def to_turtle(mappings: MappingSet) -> str:
    r"""Write a mapping set as Turtle; its prefixes are those of the file.

    Raises:
        ParseFailure: a value does not make a term; names the line.

    >>> from kg.sssom.table import parse as table
    >>> head = b"subject_id\tpredicate_id\tobject_id\tmapping_justification\n"
    >>> row = b"kg:mali\tskos:exactMatch\twd:Q912\tsemapv:ManualMappingCuration\n"
    >>> "owl:annotatedTarget wd:Q912" in to_turtle(table(head + row))
    True
    """
    named = mappings.metadata.get("mapping_set_id")
    node = NamedNode(named) if named else BlankNode("set")
    found = [Triple(node, RDF.type, _SET)]
    for key, value in mappings.metadata.items():
        if key == "extension_definitions":
            found += _definitions(node, value)
        elif key not in ("curie_map", "mapping_set_id"):
            texts = value if isinstance(value, list) else [value]
            found += [_statement(node, key, str(text), mappings, 1) for text in texts]
    for number, row in enumerate(mappings.rows, 1):
        record = BlankNode(f"mapping{number:06}")
        found += [Triple(node, _MAPPINGS, record), Triple(record, RDF.type, _AXIOM)]
        for column, cell in row.values.items():
            for text in slots.split(column, cell):
                found.append(_statement(record, column, text, mappings, row.line))
    prefixes = {
        key: PREFIXES[key] for key in ("dcterms", "owl", "rdfs", "semapv", "skos", "sssom", "xsd")
    }
    used = {prefix for row in mappings.rows for prefix in _prefixes(row)}
    prefixes |= {key: PREFIXES[key] for key in sorted(used & PREFIXES.keys())}
    prefixes |= {"pav": _PAV} | mappings.curie_map
    content: bytes = serialize(found, format=RdfFormat.TURTLE, prefixes=prefixes) or b""
    return content.decode()


def from_turtle(content: bytes | str, source: str = "mappings.ttl") -> MappingSet:
    """Read a mapping set from Turtle; the prefixes of the text are its prefixes.

    Raises:
        ParseFailure: it is not Turtle, or holds no mapping set, or something unknown of it.
    """
    text = content.encode() if isinstance(content, str) else content
    try:
        parser = parse(text, format=RdfFormat.TURTLE)
        quads = list(parser)
        prefixes: dict[str, str] = dict(parser.prefixes)
    except (SyntaxError, ValueError) as error:
        raise ParseFailure(source, f"is not Turtle: {error}") from error
    said: dict[object, list[tuple[NamedNode, Any]]] = {}
    for quad in quads:
        said.setdefault(quad.subject, []).append((quad.predicate, quad.object))
    sets = [node for node, told in said.items() if (RDF.type, _SET) in told]
    if len(sets) != 1:
        raise ParseFailure(source, f"holds {len(sets)} mapping sets: there must be one")
    [node] = sets
    own = {key: iri for key, iri in prefixes.items() if PREFIXES.get(key) != iri and key != "pav"}
    metadata: dict[str, Any] = {"curie_map": own} if own else {}
    if isinstance(node, NamedNode):
        metadata["mapping_set_id"] = node.value
    definitions = [dict(_plain(said.get(one, []))) for p, one in said[node] if p == _DEFINITION]
    if definitions:
        metadata["extension_definitions"] = sorted(definitions, key=_definition_order)
    reader = _Reader(prefixes, {one["property"]: one["slot_name"] for one in definitions}, source)
    about = [(p, o) for p, o in said[node] if p not in (RDF.type, _MAPPINGS, _DEFINITION)]
    for slot, texts in reader.slots(about).items():
        metadata[slot] = texts if slot in slots.MULTIVALUED else texts[0]
    rows = []
    for number, (_, record) in enumerate([t for t in said[node] if t[0] == _MAPPINGS], 1):
        told = [(p, o) for p, o in said.get(record, []) if p != RDF.type]
        cells = {
            slot: slots.join(texts) if slot in slots.MULTIVALUED else texts[0]
            for slot, texts in reader.slots(told).items()
        }
        rows.append(Row(number, cells))
    return MappingSet(metadata, rows, source)


class _Reader:
    """Turns what is said of a set or a mapping back into slots."""

    def __init__(self, prefixes: dict[str, str], names: dict[str, str], source: str) -> None:
        self._longest = sorted(
            (PREFIXES | prefixes).items(),
            key=lambda pair: (-len(pair[1]), pair[0] not in prefixes, pair[0]),
        )
        self._own = prefixes
        self._names = {self._expanded(one): name for one, name in names.items()}
        self._source = source

    def slots(self, told: list[tuple[NamedNode, Any]]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for predicate, term in sorted(told, key=str):
            slot = self._slot(predicate.value)
            found.setdefault(slot, []).append(self._text(slot, term))
        return found

    def _slot(self, iri: str) -> str:
        if iri in self._names:
            return self._names[iri]
        if iri in _SLOTS:
            return _SLOTS[iri]
        for base in (SSSOM.iri, _UNDECLARED):
            if iri.startswith(base):
                return iri.removeprefix(base)
        raise ParseFailure(self._source, f"<{iri}> is no property of a mapping")

    def _text(self, slot: str, term: Any) -> str:
        if isinstance(term, Literal):
            return term.value
        if slot in _OF_KIND and term in _KIND_NAMES:
            return _KIND_NAMES[term]
        if slot in slots.URIS:
            return str(term.value)
        for prefix, iri in self._longest:
            if term.value.startswith(iri) and (prefix in self._own or prefix in PREFIXES):
                return f"{prefix}:{term.value[len(iri) :]}"
        return str(term.value)

    def _expanded(self, curie: str) -> str:
        prefix, _, local = curie.partition(":")
        return (PREFIXES | self._own).get(prefix, f"{prefix}:") + local


def _prefixes(row: Row) -> set[str]:
    entities = (row.values[column] for column in row.values if column in slots.ENTITIES)
    return {text.partition(":")[0] for cell in entities for text in cell.split("|")}


def _definitions(node: Any, definitions: list[dict[str, str]]) -> list[Triple]:
    found = []
    for number, definition in enumerate(definitions, 1):
        one = BlankNode(f"extension{number:03}")
        found.append(Triple(node, _DEFINITION, one))
        for key, value in definition.items():
            found.append(Triple(one, NamedNode(SSSOM.iri + key), Literal(value)))
    return found


def _plain(told: list[tuple[NamedNode, Any]]) -> list[tuple[str, str]]:
    return [(predicate.value.removeprefix(SSSOM.iri), term.value) for predicate, term in told]


def _definition_order(definition: dict[str, str]) -> str:
    return json.dumps([definition.get("property"), definition])


def _statement(subject: Any, slot: str, text: str, mappings: MappingSet, line: int) -> Triple:
    try:
        return _made(subject, slot, text, mappings)
    except (KeyError, ValueError) as error:
        raise ParseFailure(mappings.source, f"{slot}: {error}", line) from error


def _made(subject: Any, slot: str, text: str, mappings: MappingSet) -> Triple:
    definition = extensions(mappings).get(slot)
    if definition is not None:
        predicate = slots.iri(definition["property"], mappings.curie_map)
        hint = definition.get("type_hint", "xsd:string")
        if hint.rpartition(":")[2].lower() == "uriorcurie":
            return Triple(subject, predicate, slots.iri(text, mappings.curie_map))
        datatype = slots.iri(hint, mappings.curie_map)
        return Triple(subject, predicate, Literal(text, datatype=datatype))
    known = slot in slots.COLUMNS or slot in slots.METADATA
    base = SSSOM.iri if known else _UNDECLARED
    predicate = NamedNode(_PROPERTIES.get(slot, base + slot))
    if slot in slots.ENTITIES:
        return Triple(subject, predicate, slots.iri(text, mappings.curie_map))
    if slot in slots.URIS:
        return Triple(subject, predicate, NamedNode(text))
    if slot in _OF_KIND and text in _KINDS:
        return Triple(subject, predicate, _KINDS[text])
    datatype = XSD.date if slot in slots.DATES else XSD.string
    datatype = XSD.double if slot in slots.NUMBERS else datatype
    return Triple(subject, predicate, Literal(text, datatype=datatype))
