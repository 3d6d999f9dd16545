"""The slots of the SSSOM data model: their order, their types, and what a value must look like.

Specification: https://mapping-commons.github.io/sssom/spec-model/, the slots in the order of
https://mapping-commons.github.io/sssom/Mapping/ and https://mapping-commons.github.io/sssom/MappingSet/.
"""

from __future__ import annotations

import json
import re
from datetime import date
from typing import TYPE_CHECKING, Any

from pyoxigraph import Literal, NamedNode

from kg.errors import ParseFailure, UnknownName
from kg.namespaces import PREFIXES, XSD

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = [
    "BUILT_IN",
    "COLUMNS",
    "DATES",
    "ENTITIES",
    "ENTITY_TYPES",
    "LITERAL",
    "METADATA",
    "MULTIVALUED",
    "NUMBERS",
    "PROPAGATED",
    "REQUIRED",
    "TYPES",
    "UNDEFINED",
    "URIS",
    "address",
    "check",
    "iri",
    "join",
    "read_metadata",
    "reference",
    "split",
    "write_metadata",
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
_IDENTIFIERS = (*REQUIRED, "record_id")
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
_SEMAPV = PREFIXES["semapv"]
#: The kinds of entities, by the term of each in RDF.
ENTITY_TYPES = {
    PREFIXES[term.partition(":")[0]] + term.partition(":")[2]: name
    for term, name in (
        ("owl:Class", "owl class"),
        ("owl:ObjectProperty", "owl object property"),
        # So the schema of SSSOM has it; OWL itself calls it owl:DatatypeProperty.
        ("owl:DataProperty", "owl data property"),
        ("owl:DatatypeProperty", "owl data property"),
        ("owl:AnnotationProperty", "owl annotation property"),
        ("owl:NamedIndividual", "owl named individual"),
        ("skos:Concept", "skos concept"),
        ("rdfs:Resource", "rdfs resource"),
        ("rdfs:Class", "rdfs class"),
        ("rdfs:Literal", "rdfs literal"),
        ("rdfs:Datatype", "rdfs datatype"),
        ("rdf:Property", "rdf property"),
        ("sssom:ComposedEntityExpression", "composed entity expression"),
    )
}
LITERAL = "rdfs literal"
#: The prefixes that need no declaration: kg's own, and what SSSOM has beyond them.
BUILT_IN = PREFIXES | {"linkml": "https://w3id.org/linkml/"}
#: What the IRI of a column begins with that no definition gives a property.
UNDEFINED = "http://sssom.invalid/"
#: The slots whose values are kinds of entities.
TYPES = frozenset(("subject_type", "object_type", "predicate_type"))
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
    if local.startswith("//") or prefix.lower() == "urn":
        return NamedNode(curie)
    known = BUILT_IN | dict(curie_map)
    if prefix not in known:
        raise UnknownName("prefix", prefix, list(known), hint="declare it in the curie_map")
    return NamedNode(known[prefix] + local)


def reference(slot: str, text: str, curie_map: Mapping[str, str]) -> NamedNode | Literal:
    """Return the value of a slot that names an entity; a bare word for a source is a literal.

    Raises:
        UnknownName: the prefix is not known.
        ValueError: it is no IRI.

    >>> reference("subject_source", "x", {}).value, reference("object_id", "wd:Q912", {}).value[-4:]
    ('x', 'Q912')
    """
    if ":" not in text and slot not in _IDENTIFIERS:
        return Literal(text)
    return iri(text, curie_map)


def address(text: str) -> NamedNode | Literal:
    """Return an address as a term: one that is relative, as before SSSOM 1.1, is a literal.

    >>> address("https://example.org/").value, address("a.tsv").datatype.value[-6:]
    ('https://example.org/', 'anyURI')
    """
    try:
        return NamedNode(text)
    except ValueError:
        return Literal(text, datatype=XSD.anyURI)


def check(slot: str, text: str, curie_map: Mapping[str, str], version: str = "1.0") -> None:
    """Check one value against the type of its slot.

    Args:
        slot: its name.
        text: the value.
        curie_map: the prefixes of its file.
        version: of SSSOM, as the file has it; before 1.1 an address may be relative.

    Raises:
        UnknownName: a prefix is not known.
        ValueError: the value is not of the type; says what is.

    >>> check("confidence", "1.5", {})
    Traceback (most recent call last):
    ValueError: confidence "1.5" is not a number from 0 to 1
    """
    if slot in ENTITIES:
        reference(slot, text, curie_map)
    elif slot in URIS and version != "1.0":
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
        _check_justification(text, curie_map)


def _check_justification(text: str, curie_map: Mapping[str, str]) -> None:
    if iri(text, curie_map).value.removeprefix(_SEMAPV) not in _JUSTIFICATIONS:
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


# The metadata of a mapping set: a block of YAML in which every scalar is kept as text.

# What YAML 1.2, section 5.1, or a reader of YAML 1.1 would not take as it is.
_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def read_metadata(source: str, block: str) -> tuple[dict[str, Any], dict[str, int]]:
    r"""Parse a block of YAML to texts, lists and mappings.

    Args:
        source: the file, for messages.
        block: the lines without their ``#``.

    Returns:
        The metadata, and the line of each key.

    Raises:
        ParseFailure: the block is not YAML, repeats a key, or uses what SSSOM forbids.

    >>> read_metadata("a.sssom.tsv", "license: https://x.org/\nmapping_date: 2025-03-31")[0]
    {'license': 'https://x.org/', 'mapping_date': '2025-03-31'}
    """
    import yaml

    try:
        root = yaml.compose(block, Loader=yaml.BaseLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise ParseFailure(source, f"the metadata are not YAML: {error.problem}", line) from error
    except (yaml.YAMLError, RecursionError) as error:
        reason = str(error).splitlines()[0]
        raise ParseFailure(source, f"the metadata are not YAML: {reason}") from error
    if root is None:
        return {}, {}
    if not isinstance(root, yaml.MappingNode):
        raise ParseFailure(source, "the metadata must be lines of the form key: value", 1)
    metadata = _Plain(source).value(root)
    for key in metadata.keys() & MULTIVALUED:
        if isinstance(metadata[key], str):
            metadata[key] = [metadata[key]] if metadata[key] else []
    if isinstance(metadata.get("extension_definitions"), list):
        # Their order says nothing, and the canonical form has it by property.
        metadata["extension_definitions"].sort(key=_definition_order)
    lines = {key.value: key.start_mark.line + 1 for key, _ in root.value}
    return {key: value for key, value in metadata.items() if value not in ("", [], {})}, lines


def _definition_order(definition: Any) -> str:
    known = definition if isinstance(definition, dict) else {}
    return json.dumps([known.get("property"), definition])


class _Plain:
    """Turns YAML nodes into plain values, and refuses what would be lost on the way."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._seen: set[int] = set()

    def value(self, node: Any) -> Any:
        line = node.start_mark.line + 1
        if id(node) in self._seen:
            raise ParseFailure(self._source, "SSSOM does not allow YAML anchors: repeat it", line)
        self._seen.add(id(node))
        if isinstance(node.value, str):
            return node.value
        if node.id == "sequence":
            return [self.value(entry) for entry in node.value]
        values: dict[str, Any] = {}
        for key, entry in node.value:
            if not isinstance(key.value, str) or key.value in values:
                line = key.start_mark.line + 1
                raise ParseFailure(self._source, f"the key {key.value} is there twice", line)
            values[key.value] = self.value(entry)
        return values


def write_metadata(metadata: dict[str, Any]) -> Iterator[str]:
    """Write metadata as the lines of a canonical block, each with its ``#``.

    >>> list(write_metadata({"license": "https://x.org/", "creator_id": ["orcid:1"]}))
    ['#creator_id:', '#  - orcid:1', '#license: https://x.org/']
    """
    order = {key: number for number, key in enumerate(METADATA)}
    for key in sorted(metadata, key=lambda key: (order.get(key, len(order)), key)):
        value = metadata[key]
        if key == "curie_map":
            value = dict(sorted(value.items()))
        for line in _lines({key: value}, numeric=key in NUMBERS):
            yield f"#{line}"


def _lines(value: Any, *, numeric: bool = False) -> Iterator[str]:
    if isinstance(value, dict) and value:
        for key, entry in value.items():
            if isinstance(entry, str):
                yield f"{_scalar(key)}: {_scalar(entry, numeric=numeric)}"
            else:
                yield f"{_scalar(key)}:"
                yield from (f"  {line}" for line in _lines(entry))
    elif isinstance(value, list) and value:
        for entry in value:
            first, *others = _lines(entry)
            yield f"- {first}"
            yield from (f"  {line}" for line in others)
    elif isinstance(value, str):
        yield _scalar(value)
    else:
        yield "[]" if isinstance(value, list) else "{}"


def _scalar(text: str, *, numeric: bool = False) -> str:
    """Write a text plain where YAML reads it as that text, and else in double quotes."""
    import yaml

    kinds = ("str", "timestamp", "float", "int") if numeric else ("str", "timestamp")
    try:
        root = yaml.compose(f"- {text}", Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        root = None
    for node in root.value if root is not None else ():
        plain = isinstance(node, yaml.ScalarNode) and node.style is None and node.value == text
        if plain and node.tag.rpartition(":")[2] in kinds:
            return text
    quoted = json.dumps(text, ensure_ascii=False)
    return _UNPRINTABLE.sub(lambda match: f"\\u{ord(match.group()):04x}", quoted)
