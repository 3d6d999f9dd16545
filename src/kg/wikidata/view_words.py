"""Which word of Wikidata stands for a thing, a class or a property of ours."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from kg import sssom
from kg.namespaces import PREFIXES, SKOS, SSSOM

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyoxigraph import Store, Triple

    from kg.sssom import MappingSet

__all__ = ["Words", "words_of", "words_of_store"]

_ITEM, _PROPERTY = re.compile(r"Q[1-9]\d*\Z"), re.compile(r"P[1-9]\d*\Z")
_NARROW = NamedNode(PREFIXES["skos"] + "narrowMatch")
_OBJECT_ID, _OBJECT_LABEL = (NamedNode(SSSOM.iri + name) for name in ("object_id", "object_label"))


@dataclass
class Words:
    """The words of Wikidata for those of a graph.

    Args:
        items: the item that is the same as a thing, or the same as or near to a class.
        broader: items that are broader than a class.
        properties: the ids of the properties that are the same as one of ours, near or broader.
        narrower: the ids of the properties that are narrower: they fit some values only.
        labels: the labels of the properties, by id.
    """

    items: dict[NamedNode, NamedNode] = field(default_factory=dict)
    broader: dict[NamedNode, set[NamedNode]] = field(default_factory=dict)
    properties: dict[NamedNode, set[str]] = field(default_factory=dict)
    narrower: dict[NamedNode, set[str]] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)

    def item(self, node: NamedNode) -> NamedNode:
        """Return the item that stands for a node, or the node itself where there is none."""
        return self.items.get(node, node)


def words_of(mappings: MappingSet) -> Words:
    r"""Return the words that a table of mappings gives.

    >>> head = b"#curie_map:\n#  rel: https://w3id.org/relations-kg/ontology#\n"
    >>> head += b"subject_id\tpredicate_id\tobject_id\tmapping_justification\n"
    >>> row = b"rel:place\tskos:exactMatch\twd:P276\tsemapv:ManualMappingCuration\n"
    >>> sorted(words_of(sssom.parse(head + row)).properties.values())
    [{'P276'}]
    """
    return _words(sssom.to_triples(mappings))


def words_of_store(store: Store) -> Words:
    """Return the words that the links in a store give."""
    predicates = (*_predicates(), _OBJECT_ID, _OBJECT_LABEL)
    return _words(
        quad.triple
        for predicate in predicates
        for quad in store.quads_for_pattern(None, predicate, None, None)
    )


def _predicates() -> tuple[NamedNode, ...]:
    return (SKOS.exactMatch, SKOS.closeMatch, SKOS.broadMatch, _NARROW)


def _words(triples: Iterable[Triple]) -> Words:
    words = Words()
    ids: dict[NamedNode, str] = {}
    labels: dict[NamedNode, str] = {}
    for triple in sorted(triples, key=str):
        subject, predicate, value = triple.subject, triple.predicate, triple.object
        if not isinstance(subject, NamedNode):
            continue
        if predicate == _OBJECT_LABEL and isinstance(value, Literal):
            labels[subject] = value.value
        elif isinstance(value, NamedNode):
            entity = value.value.removeprefix(PREFIXES["wd"])
            if predicate == _OBJECT_ID:
                ids[subject] = entity
            elif predicate in _predicates() and _ITEM.match(entity):
                _take_item(words, subject, predicate, value)
            elif predicate in _predicates() and _PROPERTY.match(entity):
                found = words.narrower if predicate == _NARROW else words.properties
                found.setdefault(subject, set()).add(entity)
    words.labels = {ids[row]: label for row, label in labels.items() if row in ids}
    return words


def _take_item(words: Words, subject: NamedNode, predicate: NamedNode, item: NamedNode) -> None:
    # A thing that is only near to an item is not that item; a class that is near to one is the
    # best word for it that Wikidata has.
    is_thing = subject.value.startswith(PREFIXES["kg"])
    if predicate == SKOS.exactMatch:
        words.items[subject] = item
    elif predicate == SKOS.closeMatch and not is_thing:
        words.items.setdefault(subject, item)
    elif predicate == SKOS.broadMatch and not is_thing:
        words.broader.setdefault(subject, set()).add(item)
