"""The page of one thing: what is said of it and by whom, its matches elsewhere, how to cite it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from markupsafe import Markup
from pyoxigraph import BlankNode, Literal, NamedNode, Store, Triple

from kg.dates import in_words
from kg.errors import KgError
from kg.labels import LABELS, NAMES
from kg.namespaces import DCTERMS, PREFIXES, RDF, RDFS, REL, SKOS, WGS84, XSD, Namespace, compact
from kg.plots.map import locator
from kg.plots.map_ground import SOURCE
from kg.web.layout import HTML, links_for, opened, render, viewpoint_label
from kg.web.links import Link, address, call, claimed, first, linked, sentence, values
from kg.web.resources.data import described, named
from kg.web.resources.facts import about, facts, grouped, stated
from kg.web.responses import Answer, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kg.web.links import Links
    from kg.web.resources.facts import Fact, Facts, Said
    from kg.web.workers.held import Held

__all__ = ["Account", "identified", "page"]

#: Every form in which a thing is given as data: the ending of its address, and its name.
FORMATS = (
    ("ttl", "Turtle"),
    ("jsonld", "JSON-LD"),
    ("nt", "N-Triples"),
    ("rdf", "RDF/XML"),
    ("trig", "TriG"),
)
#: The properties by which a thing has a name.
_NAMING = (*LABELS, *NAMES)
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


def page(held: Held, *, params: Mapping[str, str], path: str, base: str) -> Answer:
    """Return the page of a thing; one that says where it is known, when it is not known here.

    Args:
        held: what is served.
        params: of the request: ``iri`` for a thing that has no name of kg's own.
        path: of the request.
        base: what absolute links begin with.

    Raises:
        Problem: nothing is named.
        UnknownName: there is no such viewpoint.
    """
    links, here = opened(held, params, path, base)
    node = _node(held, links, params, path)
    store = held.store(links.viewpoint)
    found = facts(store, links, node)
    accounts = _accounts(held, links, node, found)
    uses = _uses(store, links, node)
    point = _point(store, node)
    if not (found.outward or found.inward or accounts or uses or first(store, node, *_NAMING)):
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
        matches=_matches(store, links, node, found),
        point=point,
        locator=_map(point, label) if point else None,
        borders=SOURCE,
        more=found.more,
        uses=uses[:_USES],
        uses_more=len(uses) > _USES,
        formats=[(name, links.data(node, ext)) for ext, name in _given(held, store, node)],
        cite=_citation(held, node, label, links.viewpoint),
        embedded=_embedded(store, node),
    )


def identified(  # noqa: PLR0913 - what an address says
    held: Held,
    *,
    path: str,
    query: str,
    viewpoint: str | None = None,
    is_page: bool,
    base: str,
) -> Answer:
    """Send on from an identifier to the page of what it names, or to its data.

    Args:
        held: what is served.
        path: what follows ``/id/``, percent-encoded, as it was sent.
        query: of the address, which may be part of the IRI.
        viewpoint: the one that is looked from; None for the default.
        is_page: whether the page is wanted.
        base: what absolute links begin with.

    Raises:
        Problem: it is no IRI.
        UnknownName: there is no such viewpoint.
    """
    params = {"viewpoint": viewpoint} if viewpoint else {}
    links = links_for(held, base, params)
    node = _named(held, links, "", path, query)
    to = links.page(node) if is_page else links.data(node)
    return Answer(b"", HTML, 303, (("Location", to), ("Vary", "Accept")))


def _node(held: Held, links: Links, params: Mapping[str, str], path: str) -> NamedNode | BlankNode:
    iri, (_, named_so, name) = params.get("iri", ""), path.partition("/page/")
    if not iri and not named_so:
        raise Problem("not-found", "name a thing: /page/NAME or /page?iri=IRI")
    return _named(held, links, iri, name)


def _named(
    held: Held, links: Links, iri: str, path: str, query: str | None = None
) -> NamedNode | BlankNode:
    try:
        return named(held.store(links.viewpoint), iri, path, query)
    except KgError as error:
        raise Problem("bad-request", str(error)) from None


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


def _but_kinds(told: list[Fact]) -> list[Fact]:
    return [one for one in told if one.triple.predicate != RDF.type]


def _names(store: Store, node: NamedNode | BlankNode, label: str) -> list[Link]:
    found = {
        one
        for predicate in _NAMING
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
    from kg.web.resources.search import similar

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


# What a thing is in other data sets, by the records of mappings or by bare links.

_SSSOM = Namespace(
    PREFIXES["sssom"],
    "subject_id object_id object_label comment confidence mapping_justification NoTermFound",
)


@dataclass(frozen=True)
class _Match:
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


def _matches(store: Store, links: Links, node: NamedNode | BlankNode, found: Facts) -> list[_Match]:
    """Tell what a thing is elsewhere: by its record, or else by its bare link."""
    records = {q.subject for q in store.quads_for_pattern(None, _SSSOM.subject_id, node)}
    told = []
    for record in sorted(records, key=str):
        for target in values(store, record, _SSSOM.object_id):
            none = target == _SSSOM.NoTermFound
            told.append(
                _Match(
                    target=None if none else linked(store, links, target),
                    label=first(store, record, _SSSOM.object_label),
                    relation="",
                    comment=first(store, record, _SSSOM.comment),
                    confidence=first(store, record, _SSSOM.confidence),
                )
            )
    known = {one.target.text for one in told if one.target}
    told += [
        _Match(one.value, "", call(store, one.triple.predicate), "", "")
        for one in found.links
        if one.value.text not in known
    ]
    return told


# How a thing is cited, and the same thing as data within its page.

_MOST = 500
_SPECIAL = re.compile(r"[\\{}$&#^_%~]")


@dataclass(frozen=True)
class _Citation:
    """What to write where a thing is cited: as a line, and for BibTeX."""

    plain: str
    bibtex: str


def _citation(
    held: Held, node: NamedNode | BlankNode, label: str, viewpoint: str | None
) -> _Citation | None:
    """Return how to cite a thing; None where it has no name that lasts."""
    if isinstance(node, BlankNode):
        return None
    edition = held.edition
    day = edition.made.partition("T")[0]
    seen = f", viewpoint {viewpoint}" if viewpoint else ""
    state = f"state {edition.digest[:12]}{seen}" if edition.digest else seen.removeprefix(", ")
    dated = f" of {in_words(day)}" if day else ""
    key = re.sub(r"[^A-Za-z0-9]+", "-", node.value.rsplit("/", 1)[-1]).strip("-") or "thing"
    fields = {
        "title": f"{{{_tex(label)}}}",
        "howpublished": f"\\url{{{node.value.replace('%', chr(92) + '%')}}}",
        "note": f"{_tex(edition.title)}, {_tex(state)}",
        "year": day[:4],
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return _Citation(
        plain=f"“{label}”, {edition.title}, {state}{dated}. {node.value}",
        bibtex="\n".join([f"@misc{{{key},", *lines, "}"]),
    )


def _tex(text: str) -> str:
    r"""Write text for BibTeX, where some characters are commands.

    >>> print(_tex("R&D {50%}"))
    R\&D \{50\%\}
    """
    words = {"\\": r"\textbackslash{}", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}"}
    return _SPECIAL.sub(lambda found: words.get(found[0], f"\\{found[0]}"), text)


def _embedded(store: Store, node: NamedNode | BlankNode) -> dict[str, Any]:
    """Return what a thing says of itself as a JSON-LD document that names no context elsewhere.

    >>> _embedded(Store(), NamedNode("http://example.org/a"))
    {'@context': {}, '@id': 'http://example.org/a'}
    """
    document: dict[str, Any] = {}
    used: set[str] = set()
    quads = islice(store.quads_for_pattern(node, None, None), _MOST)
    for triple in sorted({quad.triple for quad in quads}, key=str):
        value = _written(triple, used)
        if value is not None:
            key = "@type" if triple.predicate == RDF.type else _shortened(triple.predicate, used)
            document.setdefault(key, []).append(value)
    context = {prefix: PREFIXES[prefix] for prefix in sorted(used)}
    label = document.pop(compact(RDFS.label.value), None)
    named = {} if label is None else {compact(RDFS.label.value): label}
    about = node.value if isinstance(node, NamedNode) else str(node)
    return {"@context": context, "@id": about, **named, **document}


def _written(triple: Triple, used: set[str]) -> object | None:
    term = triple.object
    if isinstance(term, Triple):
        return None  # JSON-LD 1.1 has no form for a triple
    if isinstance(term, Literal):
        return _literal(term, used)
    if triple.predicate == RDF.type and isinstance(term, NamedNode):
        return _shortened(term, used)
    written = term.value if isinstance(term, NamedNode) else str(term)
    return written if triple.predicate == RDF.type else {"@id": written}


def _literal(term: Literal, used: set[str]) -> object:
    if term.language:
        return {"@value": term.value, "@language": term.language}
    if term.datatype == XSD.string:
        return term.value
    return {"@value": term.value, "@type": _shortened(term.datatype, used)}


def _shortened(term: NamedNode, used: set[str]) -> str:
    short = compact(term.value)
    if short.startswith("<"):
        return term.value
    used.add(short.partition(":")[0])
    return short
