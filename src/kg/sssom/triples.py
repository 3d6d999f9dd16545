"""Mappings as triples: the link itself, and a record that says who made it and why.

The record follows https://mapping-commons.github.io/sssom/spec-formats-rdf/ with two differences:
it has a readable IRI instead of a blank node, and each property is ``sssom:`` and its column.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import chain
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode, Triple

from kg.errors import KgError, ParseFailure
from kg.namespaces import PREFIXES, RDF, SSSOM, XSD
from kg.sssom import slots
from kg.sssom.table import MappingSet, Row, extensions

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["row_triples", "to_triples"]


def to_triples(mappings: MappingSet) -> list[Triple]:
    r"""Return the links and their records.

    A row that says that no term was found, or that the terms do not match, gives no link.

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
    for row in mappings.rows:
        if not {"subject_id", "object_id"} <= row.values.keys():
            raise ParseFailure(mappings.source, "kg links things, not literals", row.line)
    shared = _propagated(mappings)
    for row, record in zip(mappings.rows, _records(mappings), strict=True):
        try:
            yield row, list(_triples(row, record, shared, mappings))
        except (KgError, ValueError) as error:
            raise ParseFailure(mappings.source, str(error), row.line) from error


def _triples(
    row: Row, record: NamedNode, shared: dict[str, list[str]], mappings: MappingSet
) -> Iterator[Triple]:
    curies = (row.values[column] for column in ("subject_id", "predicate_id", "object_id"))
    subject, predicate, found = (slots.iri(curie, mappings.curie_map) for curie in curies)
    matches = row.values.get("predicate_modifier") != "Not"
    if matches and SSSOM.NoTermFound not in (subject, found):
        yield Triple(subject, predicate, found)
    yield Triple(record, RDF.type, SSSOM.Mapping)
    values = {column: slots.split(column, text) for column, text in row.values.items()}
    for column, texts in (shared | values).items():
        if column != "record_id":
            for text in texts:
                yield _statement(record, column, text, mappings)


def _statement(record: NamedNode, column: str, text: str, mappings: MappingSet) -> Triple:
    curie_map = mappings.curie_map
    definition = extensions(mappings).get(column)
    if definition is not None:
        predicate = slots.iri(definition["property"], curie_map)
        hint = definition.get("type_hint", "xsd:string")
        if hint.rpartition(":")[2].lower() == "uriorcurie":
            return Triple(record, predicate, slots.iri(text, curie_map))
        return Triple(record, predicate, Literal(text, datatype=slots.iri(hint, curie_map)))
    predicate = NamedNode(SSSOM.iri + column)
    if column in slots.ENTITIES:
        return Triple(record, predicate, slots.iri(text, curie_map))
    if column in slots.URIS:
        return Triple(record, predicate, NamedNode(text))
    datatype = XSD.date if column in slots.DATES else XSD.string
    datatype = XSD.double if column in slots.NUMBERS else datatype
    return Triple(record, predicate, Literal(text, datatype=datatype))


def _propagated(mappings: MappingSet) -> dict[str, list[str]]:
    """Collect what the metadata say of every row, where no row says it of itself."""
    own = {column for row in mappings.rows for column in row.values}
    shared = {}
    for slot in slots.PROPAGATED:
        found = mappings.metadata.get(slot)
        if found and slot not in own:
            shared[slot] = found if isinstance(found, list) else [found]
    return shared


def _records(mappings: MappingSet) -> list[NamedNode]:
    """Name each row after its subject, and after more of it where that does not tell it apart."""
    names = [_names(row) for row in mappings.rows]
    subjects = Counter(row.values["subject_id"] for row in mappings.rows)
    levels = [min(subjects[row.values["subject_id"]], 2) for row in mappings.rows]
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
        if own is None and counts[name] > 1:
            message = f"another row is named link-{name}, too: give each a record_id"
            raise ParseFailure(mappings.source, message, row.line)
        records.append(own or NamedNode(f"{PREFIXES['kg']}link-{name}"))
    return records


def _names(row: Row) -> list[str]:
    columns = ("subject_id", "object_id", "predicate_id", "mapping_justification")
    curies = [row.values[column] for column in columns]
    parts = [curie.partition(":")[2] for curie in curies] + curies[:2]
    return [re.sub(r"[^A-Za-z0-9_]+", "-", part).strip("-") for part in parts]
