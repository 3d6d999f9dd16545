"""What a page calls a term, and where it leads when it is clicked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode, Store, Triple

from kg.dates import in_words
from kg.evidence import label, say
from kg.evidence import name as name_of
from kg.labels import language_rank
from kg.namespaces import DCTERMS, EDTF, OA, PREFIXES, RDF, REL, XSD, compact

if TYPE_CHECKING:
    from kg.results import Term
    from kg.web.links import Links

__all__ = [
    "Link",
    "address",
    "call",
    "claimed",
    "first",
    "linked",
    "property_of",
    "sentence",
    "values",
]

_DATES = {EDTF, XSD.date, XSD.dateTime, XSD.gYear, XSD.gYearMonth}


@dataclass(frozen=True)
class Link:
    """A word or several, and where they lead.

    Args:
        text: the words.
        href: where they lead; empty for a plain value.
        language: of the words, where that is told and is not English.
        outside: whether it leads to another site.
        hint: the same as it is written, where the words are not that.
    """

    text: str
    href: str = ""
    language: str = ""
    outside: bool = False
    hint: str = ""


def call(store: Store, term: Term) -> str:
    """Return what to call a term: its label, or its IRI.

    >>> call(Store(), NamedNode(PREFIXES["wd"] + "Q262"))
    'wd:Q262'
    """
    words = name_of(store, term)
    nameless = isinstance(term, NamedNode) and words == f"<{term.value}>"
    return term.value if isinstance(term, NamedNode) and nameless else words


def linked(store: Store, links: Links, term: Term) -> Link:
    """Return a term as words that lead to its page; to another site where nothing is known here."""
    if isinstance(term, Literal):
        return _value(term)
    if isinstance(term, Triple):
        return Link(f"“{sentence(store, term)}”", links.why(tuple(term)))
    words = claimed(store, term) or _passage(store, term) or call(store, term)
    outside = address(term)
    if outside and not PREFIXES["rel"] <= outside < PREFIXES["rel"] + "\uffff":
        known = next(store.quads_for_pattern(term, None, None), None)
        if known is None and not outside.startswith(PREFIXES["kg"]):
            return Link(words, outside, outside=True)
    return Link(words, links.page(term))


def claimed(store: Store, node: Term) -> str:
    """Return what a claim says, with its name before it; empty for what is no claim."""
    triple = _reified(store, node)
    if triple is None:
        return ""
    known = first(store, node, DCTERMS.identifier) or name_of(store, node)
    return f"{known}: {sentence(store, triple)}"


def sentence(store: Store, triple: Triple) -> str:
    """Put a triple into words, its date as a reader says it.

    >>> date = Literal("2023-12", datatype=EDTF)
    >>> sentence(Store(), Triple(REL.Event, REL.date, date))
    'rel:Event — rel:date — December 2023'
    """
    if isinstance(triple.object, Literal) and triple.object.datatype in _DATES:
        words = in_words(triple.object.value)
        return f"{call(store, triple.subject)} — {call(store, triple.predicate)} — {words}"
    return say(store, triple)


def property_of(store: Store, links: Links, node: NamedNode) -> Link:
    """Return a property as words: its label, or else its local name, taken apart.

    >>> from kg.web.links import Links
    >>> property_of(Store(), Links(), NamedNode(PREFIXES["prov"] + "wasQuotedFrom")).text
    'was quoted from'
    """
    words = call(store, node)
    short = compact(node.value)
    if words == short and not short.startswith("<"):
        apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", short.partition(":")[2])
        return Link(apart.replace("_", " ").lower(), links.page(node), hint=short)
    return Link(words, links.page(node), hint="" if short.startswith("<") else short)


def address(term: Term) -> str:
    """Return an address that a browser may be sent to; empty for any other scheme than the web's.

    >>> address(NamedNode("javascript:alert(1)")), address(NamedNode("https://example.org/"))
    ('', 'https://example.org/')
    """
    if isinstance(term, NamedNode) and term.value.lower().startswith(("http://", "https://")):
        return term.value
    return ""


def values(store: Store, subject: Term, predicate: NamedNode) -> list[Term]:
    """Return what a node has there, in order.

    >>> values(Store(), RDF.type, RDF.type)
    []
    """
    if isinstance(subject, Literal | Triple):
        return []
    found = {quad.object for quad in store.quads_for_pattern(subject, predicate, None)}
    return sorted(found, key=str)


def first(store: Store, subject: Term, *predicates: NamedNode) -> str:
    """Return the first text that a node has by one of several properties, an English one before."""
    for predicate in predicates:
        found = [one for one in values(store, subject, predicate) if isinstance(one, Literal)]
        if found:
            return min(found, key=lambda one: (language_rank(one.language), str(one))).value
    return ""


def _passage(store: Store, node: Term) -> str:
    """Name a passage by the sentence that it lies in; empty for what is no passage."""
    if not isinstance(node, NamedNode | BlankNode):
        return ""
    if REL.Passage not in values(store, node, RDF.type) or label(store, node):
        return ""
    units = [call(store, unit) for unit in values(store, node, REL.unit)]
    sources = [call(store, source) for source in values(store, node, OA.hasSource)]
    start, end = first(store, node, OA.start), first(store, node, OA.end)
    return ", ".join(filter(None, [*sources, *units, f"characters {start} to {end}"]))


def _value(term: Literal) -> Link:
    if term.datatype in _DATES:
        return Link(in_words(term.value), hint=term.value)
    language = term.language or ""
    return Link(term.value, language="" if language == "en" else language)


def _reified(store: Store, node: Term) -> Triple | None:
    if not isinstance(node, NamedNode | BlankNode):
        return None
    if REL.Claim not in values(store, node, RDF.type):
        return None
    parts = [values(store, node, one) for one in (RDF.subject, RDF.predicate, RDF.object)]
    if not all(parts):
        return None
    subject, predicate, target = (part[0] for part in parts)
    if not isinstance(subject, NamedNode | BlankNode) or not isinstance(predicate, NamedNode):
        return None
    return Triple(subject, predicate, target)
