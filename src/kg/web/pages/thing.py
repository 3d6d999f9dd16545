"""The page of one thing: what is said of it and by whom, what follows, and what others say."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from markupsafe import Markup
from pyoxigraph import BlankNode, Literal, NamedNode, Store, Triple

from kg.labels import LABELS, NAMES
from kg.namespaces import DCTERMS, PREFIXES, RDF, RDFS, REL, SKOS, WGS84, compact
from kg.web.pages.citing import citation, embedded
from kg.web.pages.claims import about, stated
from kg.web.pages.facts import facts, grouped
from kg.plots.map_ground import SOURCE
from kg.web.pages.locator import locator
from kg.web.pages.matches import matches
from kg.web.pages.rendering import render
from kg.web.pages.site import viewpoint_label
from kg.web.pages.words import Link, address, call, claimed, first, linked, sentence, values
from kg.web.resource import described

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kg.web.links import Links
    from kg.web.pages.claims import Said
    from kg.web.pages.facts import Fact, Facts
    from kg.web.responses import Answer
    from kg.web.workers.held import Held

__all__ = ["Account", "thing"]

#: Every form in which a thing is given as data: the ending of its address, and its name.
FORMATS = (
    ("ttl", "Turtle"),
    ("jsonld", "JSON-LD"),
    ("nt", "N-Triples"),
    ("rdf", "RDF/XML"),
    ("trig", "TriG"),
)
#: So many uses of a property are shown.
_USES = 200
_TOLD = (
    SKOS.definition,
    RDFS.comment,
    NamedNode(PREFIXES["dcterms"] + "description"),
    NamedNode(PREFIXES["schema"] + "description"),
    NamedNode("http://schema.org/description"),
)


@dataclass(frozen=True)
class Account:
    """A claim about the thing that does not count as a fact from here.

    Args:
        sentence: what it says.
        said: who says it, and where.
        holds: the viewpoints from which it is a fact.
    """

    sentence: str
    said: Said
    holds: tuple[Link, ...]


def thing(held: Held, links: Links, node: NamedNode | BlankNode, *, here: str) -> Answer:
    """Set the page of a thing; one that says where it is known, when it is not known here."""
    store = held.store(links.viewpoint)
    found = facts(store, links, node)
    accounts = _accounts(held, links, node, found)
    uses = _uses(store, links, node)
    point = _point(store, node)
    if not (found.outward or found.inward or accounts or uses or first(store, node, *_named())):
        return _absent(held, links, node, here)
    label = claimed(store, node) or call(store, node)
    own = [one for one in found.outward if one.triple.predicate not in {DCTERMS.source, *_TOLD}]
    told = [one for one in own if one.origin not in {"inferred", "reference", "links"}]
    disputed = [one for one in found.outward if one.is_disputed]
    return render(
        "thing.html",
        held,
        links,
        here=here,
        node=node,
        label=label,
        iri=node.value,
        is_iri=isinstance(node, NamedNode),
        short=_short(node),
        address=address(node),
        names=[] if claimed(store, node) else _names(store, node, label),
        told=first(store, node, *_TOLD),
        kinds=found.kinds,
        stated=grouped(store, links, _but_kinds(told)),
        reference=grouped(store, links, found.of("reference")),
        sources=[linked(store, links, one) for one in values(store, node, DCTERMS.source)],
        follows=grouped(store, links, found.of("inferred")),
        accounts=accounts,
        claim=_claim(held, links, node),
        is_record=all(one.origin == "claims" for one in told),
        disputed=[f"{call(store, one.triple.predicate)}: {one.value.text}" for one in disputed],
        inward=grouped(store, links, [one for one in found.inward if one.origin != "links"]),
        matches=matches(store, links, node, found),
        point=point,
        locator=_map(point, label) if point else None,
        borders=SOURCE,
        more=found.more,
        uses=uses[:_USES],
        uses_more=len(uses) > _USES,
        formats=[(name, links.data(node, ext)) for ext, name in _given(held, store, node)],
        cite=citation(held, node, label, links.viewpoint),
        embedded=embedded(store, node),
    )


def _map(point: tuple[float, float], label: str) -> Markup | None:
    drawn = locator(*point, label)
    return Markup(drawn) if drawn else None  # noqa: S704 - kg.plots escapes what it writes


def _given(held: Held, store: Store, node: NamedNode | BlankNode) -> Iterator[tuple[str, str]]:
    """Yield the formats that the data of a thing is given in; none where it is too much."""
    from kg.export.rdfxml import is_writable

    most = held.limits.triples
    triples = {quad.triple for quad in islice(described(store, node), most + 1)}
    if len(triples) <= most:
        is_xml = is_writable(triples)
        yield from (one for one in FORMATS if is_xml or one[0] != "rdf")


def _named() -> tuple[NamedNode, ...]:
    return (*LABELS, *NAMES)


def _but_kinds(told: list[Fact]) -> list[Fact]:
    return [one for one in told if one.triple.predicate != RDF.type]


def _names(store: Store, node: NamedNode | BlankNode, label: str) -> list[Link]:
    found = {
        one
        for predicate in _named()
        for one in values(store, node, predicate)
        if isinstance(one, Literal) and one.value != label
    }
    return [
        Link(one.value, language=one.language or "")
        for one in sorted(found, key=lambda one: (one.language or "", one.value))
    ]


def _accounts(held: Held, links: Links, node: NamedNode | BlankNode, found: Facts) -> list[Account]:
    """Collect the claims about a thing that are no facts here, and say from where they are."""
    store = held.store(links.viewpoint)
    here = {one.triple for one in (*found.outward, *found.inward)}
    told = []
    for triple, said in about(store, links, node):
        if triple in here or _holds(store, triple):
            continue
        told.append(Account(sentence(store, triple), said, tuple(_where(held, links, triple))))
    return told


def _claim(held: Held, links: Links, node: NamedNode | BlankNode) -> list[tuple[Link, list[Link]]]:
    """Tell of a claim what it says, and from where that is a fact."""
    store = held.store(links.viewpoint)
    if REL.Claim not in values(store, node, RDF.type):
        return []
    return [
        (
            Link(sentence(store, one), links.why(tuple(one)) if _holds(store, one) else ""),
            _where(held, links, one),
        )
        for one in stated(store, node)
    ]


def _where(held: Held, links: Links, triple: Triple) -> list[Link]:
    opened: set[str] = set()
    found = []
    edition = held.edition.whole()
    default = edition.viewpoint
    for slug in sorted(edition.snapshots, key=lambda one: (len(one), one)):
        folder = edition.snapshots[slug]
        if folder in opened:
            continue
        opened.add(folder)
        if _holds(held.store(slug), triple):
            seen = replace(links, viewpoint=None if slug == default else slug)
            label = viewpoint_label(held.store(slug), slug)
            found.append(Link(label, seen.why(tuple(triple))))
    return found


def _holds(store: Store, triple: Triple) -> bool:
    pattern = (triple.subject, triple.predicate, triple.object)
    return next(store.quads_for_pattern(*pattern), None) is not None


def _point(store: Store, node: NamedNode | BlankNode) -> tuple[float, float] | None:
    """Return the latitude and the longitude of a thing, where it has one of each."""
    try:
        parts = [
            [float(one.value) for one in values(store, node, p) if isinstance(one, Literal)]
            for p in (WGS84.lat, WGS84.long)
        ]
    except ValueError:
        return None
    latitudes, longitudes = parts
    if len(latitudes) != 1 or len(longitudes) != 1:
        return None
    return latitudes[0], longitudes[0]


def _short(node: NamedNode | BlankNode) -> str:
    if isinstance(node, BlankNode):
        return str(node)
    short = compact(node.value)
    return node.value if short.startswith("<") else short


def _uses(store: Store, links: Links, node: NamedNode | BlankNode) -> list[tuple[Link, Link]]:
    """Return the triples that have a node as their property, one more than are shown at most."""
    if not isinstance(node, NamedNode):
        return []
    quads = islice(store.quads_for_pattern(None, node, None), _USES + 1)
    triples = sorted({quad.triple for quad in quads}, key=str)
    told = [
        (linked(store, links, one.subject), linked(store, links, one.object)) for one in triples
    ]
    return sorted(told, key=lambda one: (one[0].text, one[1].text))


def _absent(held: Held, links: Links, node: NamedNode | BlankNode, here: str) -> Answer:
    """Say that nothing is known of a thing here, and where there is."""
    from kg.web.search import similar

    elsewhere = []
    default = held.edition.viewpoint
    for slug in held.edition.whole().viewpoints:
        store = held.store(slug)
        if next(store.quads_for_pattern(node, None, None), None) is not None:
            seen = replace(links, viewpoint=None if slug == default else slug)
            elsewhere.append(Link(viewpoint_label(store, slug), seen.page(node)))
    return render(
        "absent.html",
        held,
        links,
        here=here,
        status=404,
        short=_short(node),
        elsewhere=elsewhere,
        near=similar(held, node, viewpoint=links.viewpoint),
    )
