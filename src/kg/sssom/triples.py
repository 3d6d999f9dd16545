"""Mappings as triples: the link itself, and a record that says who made it and why.

The record follows https://mapping-commons.github.io/sssom/spec-formats-rdf/ with two differences:
it has a readable IRI instead of a blank node, and each property is ``sssom:`` and its column.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from itertools import chain
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode, Triple

from kg.errors import KgError, ParseFailure
from kg.namespaces import PREFIXES, RDF, SSSOM, XSD
from kg.sssom import slots
from kg.sssom.table import MappingSet, Row, extensions, propagated

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["is_match", "row_triples", "to_triples"]

_SIDE_TYPES = ("subject_type", "object_type")


def to_triples(mappings: MappingSet) -> list[Triple]:
    r"""Return the links and their records.

    A row that says that no term was found, that the terms do not match, or that one of them is a
    literal, gives a record alone.

    Raises:
        ParseFailure: a value does not make a term; names the line.

    >>> from kg.sssom.table import parse
    >>> head = b"subject_id\tpredicate_id\tobject_id\tmapping_justification\n"
    >>> row = b"kg:mali\tskos:exactMatch\twd:Q912\tsemapv:ManualMappingCuration\n"
    >>> to_triples(parse(head + row))[1].subject.value
    'https://w3id.org/relations-kg/id/link-mali'
    """
    return list(chain.from_iterable(triples for _, triples in row_triples(mappings)))


def row_triples(mappings: MappingSet) -> Iterator[tuple[Row, list[Triple]]]:
    """Yield each row with the triples that it states.

    Raises:
        ParseFailure: a value does not make a term; names the line.
    """
    shared = propagated(mappings)
    for row, record in zip(mappings.rows, _records(mappings), strict=True):
        try:
            yield row, list(_triples(row, record, shared, mappings))
        except (KgError, ValueError) as error:
            raise ParseFailure(mappings.source, str(error), row.line) from error


def _triples(
    row: Row, record: NamedNode, shared: dict[str, list[str]], mappings: MappingSet
) -> Iterator[Triple]:
    if is_match(row, shared):
        curies = (row.values[column] for column in ("subject_id", "predicate_id", "object_id"))
        subject, predicate, found = (slots.iri(curie, mappings.curie_map) for curie in curies)
        if SSSOM.NoTermFound not in (subject, found):
            yield Triple(subject, predicate, found)
    yield Triple(record, RDF.type, SSSOM.Mapping)
    values = {column: slots.split(column, text) for column, text in row.values.items()}
    for column, texts in (shared | values).items():
        if column != "record_id":
            for text in texts:
                yield _statement(record, column, text, mappings)


def is_match(row: Row, shared: dict[str, list[str]]) -> bool:
    """Tell whether a row says that two things match, and not that they do not, or a literal."""
    kinds = [row.values.get(slot) or "".join(shared.get(slot, ())) for slot in _SIDE_TYPES]
    return row.values.get("predicate_modifier") != "Not" and slots.LITERAL not in kinds


def _statement(record: NamedNode, column: str, text: str, mappings: MappingSet) -> Triple:
    curie_map = mappings.curie_map
    definition = extensions(mappings).get(column)
    if definition is not None:
        predicate = slots.iri(definition["property"], curie_map)
        hint = definition.get("type_hint", "xsd:string")
        if hint.rpartition(":")[2].lower() == "uriorcurie":
            return Triple(record, predicate, slots.iri(text, curie_map))
        return Triple(record, predicate, Literal(text, datatype=slots.iri(hint, curie_map)))
    base = SSSOM.iri if column in slots.COLUMNS else slots.UNDEFINED
    predicate = NamedNode(base + column)
    if column in slots.ENTITIES:
        return Triple(record, predicate, slots.reference(column, text, curie_map))
    if column in slots.URIS:
        return Triple(record, predicate, slots.address(text))
    datatype = XSD.date if column in slots.DATES else XSD.string
    datatype = XSD.double if column in slots.NUMBERS else datatype
    return Triple(record, predicate, Literal(text, datatype=datatype))


def _records(mappings: MappingSet) -> list[NamedNode]:
    """Name each row after its subject, and after more of it where that does not tell it apart."""
    names = [_names(row) for row in mappings.rows]
    subjects = Counter(_subject(row) for row in mappings.rows)
    levels = [min(subjects[_subject(row)], 2) for row in mappings.rows]
    while True:
        chosen = ["-".join(name[:level]) for name, level in zip(names, levels, strict=True)]
        counts = Counter(chosen)
        clashes = [
            number
            for number, name in enumerate(chosen)
            if counts[name] > 1 and levels[number] < len(names[number])
        ]
        if not clashes:
            break
        for number in clashes:
            levels[number] += 1
    records = []
    for row, name in zip(mappings.rows, chosen, strict=True):
        given = row.values.get("record_id")
        own = None if given is None else slots.iri(given, mappings.curie_map)
        records.append(own or NamedNode(f"{PREFIXES['kg']}link-{name}"))
    return records


def _subject(row: Row) -> str:
    return row.values.get("subject_id") or row.values.get("subject_label", "")


def _names(row: Row) -> list[str]:
    """Return the parts of a row's name; the last is that of all its values."""
    other = row.values.get("object_id") or row.values.get("object_label", "")
    curies = [_subject(row), other, row.values["predicate_id"], row.values["mapping_justification"]]
    parts = [curie.partition(":")[2] or curie for curie in curies] + curies[:2]
    digest = hashlib.sha256(json.dumps(sorted(row.values.items())).encode()).hexdigest()[:12]
    return [*(re.sub(r"[^A-Za-z0-9_]+", "-", part).strip("-") for part in parts), digest]
