"""What a thing is in other data sets, by the records of mappings or by bare links."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kg.namespaces import PREFIXES, Namespace
from kg.web.pages.words import Link, call, first, linked, values

if TYPE_CHECKING:
    from pyoxigraph import BlankNode, NamedNode, Store

    from kg.web.links import Links
    from kg.web.pages.facts import Facts

__all__ = ["Match", "matches"]

_SSSOM = Namespace(
    PREFIXES["sssom"],
    "subject_id object_id object_label comment confidence mapping_justification NoTermFound",
)


@dataclass(frozen=True)
class Match:
    """What a thing is in another data set, or that it is nothing there.

    Args:
        target: its name there; None where none was found.
        label: what it is called there.
        relation: how the two stand to each other, where there is no record of it.
        comment: of who made the record.
        confidence: how sure that is, up to 1.
    """

    target: Link | None
    label: str
    relation: str
    comment: str
    confidence: str


def matches(store: Store, links: Links, node: NamedNode | BlankNode, found: Facts) -> list[Match]:
    """Tell what a thing is elsewhere: by its record, or else by its bare link."""
    records = {q.subject for q in store.quads_for_pattern(None, _SSSOM.subject_id, node)}
    told = []
    for record in sorted(records, key=str):
        for target in values(store, record, _SSSOM.object_id):
            none = target == _SSSOM.NoTermFound
            told.append(
                Match(
                    target=None if none else linked(store, links, target),
                    label=first(store, record, _SSSOM.object_label),
                    relation="",
                    comment=first(store, record, _SSSOM.comment),
                    confidence=first(store, record, _SSSOM.confidence),
                )
            )
    known = {one.target.text for one in told if one.target}
    told += [
        Match(one.value, "", call(store, one.triple.predicate), "", "")
        for one in found.links
        if one.value.text not in known
    ]
    return told
