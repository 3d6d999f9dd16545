"""Writing a mapping set the same way every time."""

from __future__ import annotations

import re

from kg.sssom import slots
from kg.sssom.metadata import write_metadata
from kg.sssom.table import MappingSet, Row, extensions

__all__ = ["canonical"]


def canonical(mappings: MappingSet) -> str:
    r"""Write a mapping set in the canonical form of SSSOM/TSV, with every value as it is.

    Columns, keys and prefixes come in canonical order, rows by subject, predicate and object.
    Unlike https://mapping-commons.github.io/sssom/spec-formats-tsv/#canonical-sssomtsv-format
    this moves no value between rows and metadata, rounds no number and drops no prefix.

    >>> from kg.sssom.table import parse
    >>> head = b"predicate_id\tobject_id\tsubject_id\tmapping_justification\n"
    >>> row = b"skos:exactMatch\twd:Q912\tkg:mali\tsemapv:ManualMappingCuration\n"
    >>> canonical(parse(head + row)).split("\n")[0]
    'subject_id\tpredicate_id\tobject_id\tmapping_justification'
    """
    used = {column for row in mappings.rows for column in row.values} | set(slots.REQUIRED)
    properties = {name: entry["property"] for name, entry in extensions(mappings).items()}
    columns = [column for column in slots.COLUMNS if column in used]
    further = used - set(columns)
    columns += sorted(further, key=lambda column: (properties.get(column, ""), column))

    def order(row: Row) -> list[str]:
        first = ("subject_id", "predicate_id", "object_id")
        return [row.values.get(column, "") for column in (*first, *columns)]

    table = [columns]
    table += [[row.values.get(c, "") for c in columns] for row in sorted(mappings.rows, key=order)]
    lines = [*write_metadata(mappings.metadata), *("\t".join(map(_quoted, row)) for row in table)]
    return "\n".join(lines) + "\n"


def _quoted(value: str) -> str:
    if re.search(r'[\t\r\n"]', value):
        return '"' + value.replace('"', '""') + '"'
    return value
