"""The label of a thing: one rule for answers, pages, pictures, differences, search and proofs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from kg.namespaces import DCTERMS, PREFIXES, RDFS, SKOS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["LABELS", "NAMES", "chosen", "language_rank", "rank"]

#: The properties whose values are labels.
LABELS = (RDFS.label, SKOS.prefLabel, SKOS.altLabel)
#: Those that name a thing in other vocabularies; one counts where there is no label.
NAMES = (
    NamedNode(PREFIXES["schema"] + "name"),
    NamedNode("http://schema.org/name"),
    NamedNode(PREFIXES["foaf"] + "name"),
    DCTERMS.title,
    NamedNode("http://purl.org/dc/elements/1.1/title"),
)
_TIERS: tuple[tuple[NamedNode, ...], ...] = (
    (RDFS.label, SKOS.prefLabel),
    (SKOS.altLabel,),
    *((name,) for name in NAMES),
)
_PLACES = {
    predicate: (tier, kind)
    for tier, predicates in enumerate(_TIERS)
    for kind, predicate in enumerate(predicates)
}

Rank = tuple[int, int, int, str, str]


def chosen(values: Callable[[NamedNode], Iterable[object]]) -> str | None:
    """Return the label of a thing; None where it has none.

    A label (``rdfs:label``, ``skos:prefLabel``) goes before another name (``skos:altLabel``),
    and that before the names of other vocabularies. Among labels an English one goes first, then
    one without a language or for all of them (``mul``), then any; after that ``rdfs:label``
    before ``skos:prefLabel``. A label of blanks is none.

    Args:
        values: from a property to its values of the thing.

    >>> labels = {RDFS.label: [Literal("Ville", language="fr")]}
    >>> labels[SKOS.prefLabel] = [Literal("Town", language="en")]
    >>> chosen(lambda predicate: labels.get(predicate, ()))
    'Town'
    """
    for tier in _TIERS:
        found = [
            rank(predicate, value)
            for predicate in tier
            for value in values(predicate)
            if isinstance(value, Literal) and value.value.strip()
        ]
        if found:
            return min(found)[-1]
    return None


def rank(predicate: NamedNode, value: Literal) -> Rank:
    """Return what labels are compared by, the text last; the least one is the label."""
    tier, kind = _PLACES[predicate]
    language = value.language or ""
    return tier, language_rank(language), kind, language, value.value


def language_rank(language: str | None) -> int:
    """Return the place of a language among labels: English, none or all, then any other.

    >>> [language_rank(language) for language in ("en-GB", None, "mul", "fr")]
    [0, 1, 1, 2]
    """
    if not language or language.lower() == "mul":
        return 1
    return 0 if language.lower().partition("-")[0] == "en" else 2
