"""Mapping sets as Turtle in the standard form, both ways.

Specification: https://mapping-commons.github.io/sssom/spec-formats-rdf/: each mapping is an
``owl:Axiom`` of its subject, predicate and object. ``kg.sssom.triples`` has the form in which kg
itself keeps links.
"""

from __future__ import annotations

import json
import re
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse, serialize

from kg.errors import KgError, ParseFailure
from kg.namespaces import PREFIXES, RDF, SSSOM, XSD
from kg.sssom import slots
from kg.sssom.table import MappingSet, Row, checked, extensions

__all__ = ["from_turtle", "to_turtle"]

_LINKML_URI = "https://w3id.org/linkml/Uriorcurie"
_PAV, _DCTERMS, _PROV = "http://purl.org/pav/", PREFIXES["dcterms"], PREFIXES["prov"]
_OWL, _RDFS = PREFIXES["owl"], PREFIXES["rdfs"]
#: The properties of slots that are not ``sssom:`` and the name of the slot.
_PROPERTIES = {
    "subject_id": _OWL + "annotatedSource",
    "predicate_id": _OWL + "annotatedProperty",
    "object_id": _OWL + "annotatedTarget",
    "author_id": _PAV + "authoredBy",
    "mapping_date": _DCTERMS + "created",
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
#: Read as well: what was written before the form was specified.
_SLOTS[_PAV + "authoredOn"] = "mapping_date"
#: The terms of values that are words in a table, by slot and word.
_TERMS = {
    (slot, word): NamedNode(iri)
    for slot in slots.TYPES
    for iri, word in reversed(slots.ENTITY_TYPES.items())
} | {
    ("predicate_modifier", "Not"): NamedNode(SSSOM.iri + "NegatedPredicate"),
    **{("sssom_version", one): NamedNode(f"{SSSOM.iri}version{one}") for one in ("1.0", "1.1")},
}
_WORDS = {(slot, node.value): word for (slot, word), node in _TERMS.items()} | {
    (slot, iri): word for slot in slots.TYPES for iri, word in slots.ENTITY_TYPES.items()
}
_SET, _MAPPINGS = NamedNode(SSSOM.iri + "MappingSet"), NamedNode(SSSOM.iri + "mappings")
_DEFINITION = NamedNode(SSSOM.iri + "extension_definitions")
_AXIOM, _ONTOLOGY = NamedNode(_OWL + "Axiom"), NamedNode(_OWL + "Ontology")
_EXTENSION = NamedNode(SSSOM.iri + "ExtensionDefinition")
_JUSTIFICATION = NamedNode(SSSOM.iri + "mapping_justification")


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
    named = slots.address(mappings.metadata.get("mapping_set_id", ""))
    node = named if isinstance(named, NamedNode) else BlankNode("set")
    found = [Triple(node, RDF.type, _SET)]
    if isinstance(named, Literal) and named.value:
        found.append(Triple(node, NamedNode(SSSOM.iri + "mapping_set_id"), named))
    for key, value in mappings.metadata.items():
        if key == "extension_definitions":
            found += _definitions(node, mappings)
        elif key not in ("curie_map", "mapping_set_id"):
            texts = value if isinstance(value, list) else [value]
            found += [_statement(node, key, str(text), mappings, 1) for text in texts]
    for number, row in enumerate(mappings.rows, 1):
        own = row.values.get("record_id")
        record = slots.iri(own, mappings.curie_map) if own else BlankNode(f"mapping{number:06}")
        found += [Triple(node, _MAPPINGS, record), Triple(record, RDF.type, _AXIOM)]
        for column, cell in row.values.items():
            for text in slots.split(column, cell) if column != "record_id" else ():
                found.append(_statement(record, column, text, mappings, row.line))
    prefixes = {
        key: PREFIXES[key] for key in ("dcterms", "owl", "rdfs", "semapv", "skos", "sssom", "xsd")
    }
    used = {prefix for row in mappings.rows for prefix in _prefixes(row)}
    prefixes |= {key: slots.BUILT_IN[key] for key in sorted(used & slots.BUILT_IN.keys())}
    prefixes |= {"pav": _PAV} | mappings.curie_map
    content: bytes = serialize(found, format=RdfFormat.TURTLE, prefixes=prefixes) or b""
    return content.decode()


def from_turtle(content: bytes | str, source: str = "mappings.ttl") -> MappingSet:
    """Read a mapping set from Turtle; the prefixes of the text are its prefixes.

    All rules of the table hold for it. What was written before the form was specified is read too,
    and so is an OWL ontology whose axioms are mappings. Triples that link the things themselves
    say nothing of their own.

    Raises:
        ParseFailure: it is not Turtle, or holds no mapping set, or breaks a rule of SSSOM.
    """
    text = content.encode() if isinstance(content, str) else content
    try:
        parser = parse(text, format=RdfFormat.TURTLE)
        quads = list(parser)
        prefixes: dict[str, str] = dict(parser.prefixes)
    except (SyntaxError, ValueError) as error:
        raise ParseFailure(source, f"is not Turtle: {error}") from error
    said: dict[Any, list[tuple[NamedNode, Any]]] = {}
    for quad in quads:
        said.setdefault(quad.subject, []).append((quad.predicate, quad.object))
    node, records = _found(said, source)
    about = [(p, o) for p, o in said[node] if p not in (RDF.type, _MAPPINGS, _DEFINITION)]
    reader = _Reader(prefixes, source)
    definitions = [reader.definition(said.get(o, [])) for p, o in said[node] if p == _DEFINITION]
    told = [_about_record(record, said) for record in records]
    definitions += reader.undefined([about, *told])
    own = {key: iri for key, iri in prefixes.items() if iri not in (PREFIXES.get(key), _PAV)}
    metadata: dict[str, Any] = {"curie_map": own} if own else {}
    if isinstance(node, NamedNode):
        metadata["mapping_set_id"] = node.value
    if definitions:
        metadata["extension_definitions"] = sorted(definitions, key=_definition_order)
    for slot, texts in reader.slots(about).items():
        metadata[slot] = texts if slot in slots.MULTIVALUED else texts[0]
    rows = []
    for number, (record, triples) in enumerate(zip(records, told, strict=True), 1):
        cells = {
            slot: slots.join(texts) if slot in slots.MULTIVALUED else texts[0]
            for slot, texts in reader.slots(triples).items()
        }
        if isinstance(record, NamedNode):
            cells["record_id"] = reader.text("record_id", record)
        rows.append(Row(number, cells))
    return checked(MappingSet(metadata, rows, source))


def _found(said: dict[Any, list[tuple[NamedNode, Any]]], source: str) -> tuple[Any, list[Any]]:
    """Return the node of the mapping set, and those of its mappings."""
    sets = [node for node, told in said.items() if (RDF.type, _SET) in told]
    if len(sets) == 1:
        return sets[0], [target for predicate, target in said[sets[0]] if predicate == _MAPPINGS]
    axioms = [
        node
        for node, told in said.items()
        if (RDF.type, _AXIOM) in told and any(p == _JUSTIFICATION for p, _ in told)
    ]
    ontologies = [node for node, told in said.items() if (RDF.type, _ONTOLOGY) in told]
    if sets or len(ontologies) != 1 or not axioms:
        raise ParseFailure(source, f"holds {len(sets)} mapping sets: there must be one")
    return ontologies[0], axioms


def _about_record(
    record: Any, said: dict[Any, list[tuple[NamedNode, Any]]]
) -> list[tuple[NamedNode, Any]]:
    return [(p, o) for p, o in said.get(record, ()) if p != RDF.type]


class _Reader:
    """Turns what is said of a set or a mapping back into slots."""

    def __init__(self, prefixes: dict[str, str], source: str) -> None:
        self._longest = sorted(
            (slots.BUILT_IN | prefixes).items(),
            key=lambda pair: (-len(pair[1]), pair[0] not in prefixes, pair[0]),
        )
        self._known = slots.BUILT_IN | prefixes
        self._names: dict[str, str] = {}
        self._source = source

    def definition(self, told: list[tuple[NamedNode, Any]]) -> dict[str, str]:
        """Read the definition of an extension, whose terms may be IRIs or CURIEs."""
        found = {
            predicate.value.removeprefix(SSSOM.iri): self.text("", term)
            for predicate, term in told
            if predicate != RDF.type
        }
        if "slot_name" not in found:
            raise ParseFailure(self._source, "an extension is defined without its sssom:slot_name")
        iri = found.setdefault("property", slots.UNDEFINED + found["slot_name"])
        prefix, _, local = iri.partition(":")
        self._names[self._known.get(prefix, f"{prefix}:") + local] = found["slot_name"]
        return found

    def undefined(self, all_told: list[list[tuple[NamedNode, Any]]]) -> list[dict[str, str]]:
        """Return definitions for the properties that neither SSSOM nor the text defines."""
        found = []
        for predicate, term in (pair for told in all_told for pair in told):
            iri = predicate.value
            known = (
                iri in self._names or iri in _SLOTS or iri.startswith((SSSOM.iri, slots.UNDEFINED))
            )
            if not known:
                name = re.sub(r"[^A-Za-z0-9_]", "_", re.split(r"[/#]", iri)[-1])
                name = name if name.startswith("ext_") else f"ext_{name}"
                while name in self._names.values():
                    name += "_"
                self._names[iri] = name
                kind = term.datatype if isinstance(term, Literal) else NamedNode(_LINKML_URI)
                found.append(
                    {
                        "slot_name": name,
                        "property": self.text("", predicate),
                        "type_hint": self.text("", kind),
                    }
                )
        return found

    def slots(self, told: list[tuple[NamedNode, Any]]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for predicate, term in sorted(told, key=str):
            slot = self._slot(predicate.value)
            found.setdefault(slot, []).append(self.text(slot, term))
        return found

    def _slot(self, iri: str) -> str:
        slot = self._names.get(iri) or _SLOTS.get(iri)
        return slot or iri.removeprefix(SSSOM.iri).removeprefix(slots.UNDEFINED)

    def text(self, slot: str, term: Any) -> str:
        """Return a term as a table has it in a slot."""
        word = _WORDS.get((slot, term.value))
        if word is not None and isinstance(term, NamedNode):
            return word
        if isinstance(term, Literal) or slot in slots.URIS:
            return str(term.value)
        if not isinstance(term, NamedNode):
            raise ParseFailure(self._source, f"{slot}: a blank node is no value of a mapping")
        for prefix, iri in self._longest:
            if term.value.startswith(iri):
                return f"{prefix}:{term.value[len(iri) :]}"
        return str(term.value)


def _prefixes(row: Row) -> set[str]:
    entities = (row.values[column] for column in row.values if column in slots.ENTITIES)
    return {text.partition(":")[0] for cell in entities for text in cell.split("|")}


def _definitions(node: Any, mappings: MappingSet) -> list[Triple]:
    found = []
    for number, definition in enumerate(mappings.metadata["extension_definitions"], 1):
        one = BlankNode(f"extension{number:03}")
        found += [Triple(node, _DEFINITION, one), Triple(one, RDF.type, _EXTENSION)]
        for key, value in definition.items():
            term: NamedNode | Literal = Literal(value)
            if key in ("property", "type_hint"):
                try:
                    term = slots.iri(value, mappings.curie_map)
                except (KgError, ValueError) as error:
                    raise ParseFailure(mappings.source, f"{key}: {error}") from error
            found.append(Triple(one, NamedNode(SSSOM.iri + key), term))
    return found


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
    base = SSSOM.iri if known else slots.UNDEFINED
    predicate = NamedNode(_PROPERTIES.get(slot, base + slot))
    if slot in slots.ENTITIES:
        return Triple(subject, predicate, slots.reference(slot, text, mappings.curie_map))
    if slot in slots.URIS:
        return Triple(subject, predicate, slots.address(text))
    if (slot, text) in _TERMS:
        return Triple(subject, predicate, _TERMS[slot, text])
    datatype = XSD.date if slot in slots.DATES else XSD.string
    datatype = XSD.double if slot in slots.NUMBERS else datatype
    return Triple(subject, predicate, Literal(text, datatype=datatype))
