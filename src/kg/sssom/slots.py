"""The slots of the SSSOM data model: their order, their types, and what a value must look like.

Specification: https://mapping-commons.github.io/sssom/spec-model/, the slots in the order of
https://mapping-commons.github.io/sssom/Mapping/ and https://mapping-commons.github.io/sssom/MappingSet/.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode

from kg.errors import UnknownName
from kg.namespaces import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "COLUMNS",
    "DATES",
    "ENTITIES",
    "METADATA",
    "MULTIVALUED",
    "NUMBERS",
    "PROPAGATED",
    "REQUIRED",
    "URIS",
    "check",
    "iri",
    "join",
    "split",
]


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


#: The columns of a table, in canonical order.
COLUMNS = _words(
    """record_id subject_id subject_label subject_category predicate_id predicate_label
    predicate_modifier object_id object_label object_category mapping_justification author_id
    author_label reviewer_id reviewer_label creator_id creator_label license subject_type
    subject_source subject_source_version object_type object_source object_source_version
    predicate_type mapping_provider mapping_source mapping_cardinality cardinality_scope
    mapping_tool mapping_tool_id mapping_tool_version mapping_date publication_date review_date
    confidence reviewer_agreement curation_rule curation_rule_text subject_match_field
    object_match_field match_string subject_preprocessing object_preprocessing similarity_score
    similarity_measure see_also issue_tracker_item other comment"""
)
#: The keys of the metadata, in canonical order.
METADATA = _words(
    """curie_map sssom_version mapping_set_id mapping_set_version mapping_set_source
    mapping_set_title mapping_set_description mapping_set_confidence creator_id creator_label
    license subject_type subject_source subject_source_version object_type object_source
    object_source_version predicate_type mapping_provider cardinality_scope mapping_tool
    mapping_tool_id mapping_tool_version mapping_date publication_date subject_match_field
    object_match_field subject_preprocessing object_preprocessing similarity_measure curation_rule
    curation_rule_text see_also issue_tracker other comment extension_definitions"""
)
#: What every row needs.
REQUIRED = ("subject_id", "predicate_id", "object_id", "mapping_justification")
#: Slots of type EntityReference: CURIEs.
ENTITIES = frozenset(
    _words(
        """record_id subject_id predicate_id object_id mapping_justification author_id reviewer_id
    creator_id subject_source object_source mapping_source mapping_tool_id curation_rule
    subject_match_field object_match_field subject_preprocessing object_preprocessing
    issue_tracker_item"""
    )
)
#: Slots of type NonRelativeURI.
URIS = frozenset(
    _words("license mapping_provider see_also issue_tracker mapping_set_id mapping_set_source")
)
DATES = frozenset(("mapping_date", "publication_date", "review_date"))
#: Slots of type double, with the least and the greatest value.
NUMBERS = {
    "confidence": (0, 1),
    "mapping_set_confidence": (0, 1),
    "reviewer_agreement": (-1, 1),
    "similarity_score": (0, 1),
}
#: Slots with several values, ``|`` between them in a table.
MULTIVALUED = frozenset(
    _words(
        """author_id author_label cardinality_scope creator_id creator_label curation_rule
    curation_rule_text mapping_set_source match_string object_match_field object_preprocessing
    reviewer_id reviewer_label see_also subject_match_field subject_preprocessing"""
    )
)
#: Slots that the metadata give for every row, unless a row has its own.
PROPAGATED = _words(
    """subject_type subject_source subject_source_version object_type object_source
    object_source_version predicate_type mapping_provider cardinality_scope mapping_tool
    mapping_tool_id mapping_tool_version mapping_date subject_match_field object_match_field
    subject_preprocessing object_preprocessing similarity_measure curation_rule
    curation_rule_text"""
)
# https://mapping-commons.github.io/sssom/mapping_justification/
_JUSTIFICATIONS = _words(
    """BackgroundKnowledgeBasedMatching CompositeMatching InstanceBasedMatching
    LexicalMatching LexicalSimilarityThresholdMatching LogicalReasoning ManualMappingCuration
    MappingChaining MappingInversion MappingReview SemanticSimilarityThresholdMatching
    StructuralMatching UnspecifiedMatching"""
)
_ESCAPED = re.compile(r"\\([\\|])|\|")


def split(slot: str, text: str) -> list[str]:
    r"""Take the values of a cell apart; ``\|`` and ``\\`` stand for themselves.

    >>> split("author_label", r"Alice\|Bob|Charlie\\"), split("comment", "a|b")
    (['Alice|Bob', 'Charlie\\'], ['a|b'])
    """
    if slot not in MULTIVALUED:
        return [text]
    values, start = [""], 0
    for match in _ESCAPED.finditer(text):
        values[-1] += text[start : match.start()] + (match.group(1) or "")
        if match.group(1) is None:
            values.append("")
        start = match.end()
    values[-1] += text[start:]
    return [value for value in values if value]


def join(values: list[str]) -> str:
    r"""Put values into one cell.

    >>> join(["Alice|Bob", "Charlie"])
    'Alice\\|Bob|Charlie'
    """
    return "|".join(value.replace("\\", "\\\\").replace("|", "\\|") for value in values)


def iri(curie: str, curie_map: Mapping[str, str]) -> NamedNode:
    """Expand a CURIE by the map of its file, or else by the prefixes of kg.

    A whole IRI stands for itself: SSSOM lets a reader reject it, and much data has it.

    Raises:
        UnknownName: the prefix is in neither; carries the close matches.
        ValueError: what comes out is no IRI.

    >>> iri("HP:0000175", {"HP": "http://purl.obolibrary.org/obo/HP_"}).value
    'http://purl.obolibrary.org/obo/HP_0000175'
    """
    prefix, colon, local = curie.partition(":")
    if not colon:
        raise ValueError(f'"{curie}" is not a CURIE: write prefix:name')
    if local.startswith("//"):
        return NamedNode(curie)
    known = PREFIXES | dict(curie_map)
    if prefix not in known:
        raise UnknownName("prefix", prefix, list(known), hint="declare it in the curie_map")
    return NamedNode(known[prefix] + local)


def check(slot: str, text: str, curie_map: Mapping[str, str]) -> None:
    """Hold one value against the type of its slot.

    Raises:
        UnknownName: a prefix is not known.
        ValueError: the value is not of the type; says what is.

    >>> check("confidence", "1.5", {})
    Traceback (most recent call last):
    ValueError: confidence "1.5" is not a number from 0 to 1
    """
    if slot in ENTITIES:
        iri(text, curie_map)
    elif slot in URIS:
        NamedNode(text)
    elif slot in DATES and not _is_date(text):
        raise ValueError(f'{slot} "{text}" is not a date: write 2025-03-31')
    elif slot in NUMBERS:
        least, greatest = NUMBERS[slot]
        if not _is_number(text) or not least <= float(text) <= greatest:
            raise ValueError(f'{slot} "{text}" is not a number from {least} to {greatest}')
    elif slot == "predicate_modifier" and text != "Not":
        raise ValueError(f'predicate_modifier "{text}": only Not is allowed')
    if slot == "mapping_justification":
        _check_justification(text)


def _check_justification(text: str) -> None:
    prefix, _, name = text.partition(":")
    if prefix != "semapv" or name not in _JUSTIFICATIONS:
        known = [f"semapv:{term}" for term in _JUSTIFICATIONS]
        raise UnknownName("mapping_justification", text, known, hint="see semapv:")


def _is_date(text: str) -> bool:
    try:
        return bool(re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII)) and bool(
            date.fromisoformat(text)
        )
    except ValueError:
        return False


def _is_number(text: str) -> bool:
    # The lexical forms of xsd:double that are numbers.
    return bool(re.fullmatch(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", text, re.ASCII))
