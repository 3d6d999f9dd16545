"""The addresses of an endpoint as its pages link to them, and what a link to a term is called."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote_to_bytes, urlencode, urlsplit

from pyoxigraph import BlankNode, Literal, NamedNode, Store, Triple

from kg.dates import in_words
from kg.evidence import label, say
from kg.evidence import name as name_of
from kg.formats import FORMATS
from kg.labels import language_rank
from kg.namespaces import DCTERMS, EDTF, OA, PREFIXES, RDF, REL, XSD, compact

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kg.results import Term

__all__ = [
    "ENDINGS",
    "STATIC",
    "Link",
    "Links",
    "address",
    "call",
    "claimed",
    "first",
    "iris_of",
    "is_plain",
    "linked",
    "origin",
    "property_of",
    "sentence",
    "values",
]

#: The folder of the files that are served as they are.
STATIC = Path(__file__).parent / "static"
#: The format that an ending of ``/data/NAME`` asks for.
ENDINGS: dict[str, str] = {
    ending.removeprefix("."): one.name
    for one in FORMATS.values()
    if one.rdf is not None
    for ending in (one.name, *one.suffixes)
} | {"json": "json"}

#: A part of a path that no client, proxy or server writes in another way, as long as it is not
#: made of dots, https://www.rfc-editor.org/rfc/rfc3986#section-6.2.2.
_PLAIN = re.compile(r"(?!\.{1,2}\Z)[A-Za-z0-9._~-]+\Z")
_ESCAPES = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_FIRST_NOT_ASCII = "\x80"
#: What a path may hold as itself: ``pchar`` of RFC 3986, section 3.3, without letters and digits.
_OF_PATHS = "-._~!$&'()*+,;=:@"


@dataclass(frozen=True)
class Links:
    """Addresses on this endpoint, root-relative.

    Args:
        base_path: what they begin with, such as ``/`` or ``/kg/``.
        viewpoint: the slug of the one that is looked from; None for the default, which none names.

    >>> Links(viewpoint="undisputed").to("timeline", kind="raising")
    '/timeline?kind=raising&viewpoint=undisputed'
    """

    base_path: str = "/"
    viewpoint: str | None = None

    def to(self, path: str, fragment: str = "", /, **params: str | float | None) -> str:
        """Return the address of a path with parameters; those that are None are left out.

        >>> Links().to("/search", q="Mali & co", page=None)
        '/search?q=Mali+%26+co'
        """
        told = {name: str(value) for name, value in params.items() if value is not None}
        if self.viewpoint and "viewpoint" not in params:
            told["viewpoint"] = self.viewpoint
        query = f"?{urlencode(told)}" if told else ""
        anchor = f"#{quote(fragment)}" if fragment else ""
        return f"{self.base_path}{path.removeprefix('/')}{query}{anchor}"

    def page(self, node: NamedNode | BlankNode | str) -> str:
        """Return the page of a thing, or of a term of the ontology.

        Args:
            node: or its IRI.

        >>> Links().page(PREFIXES["kg"] + "mali"), Links().page(PREFIXES["rel"] + "Event")
        ('/page/mali', '/ontology#Event')
        >>> Links().page("http://example.org/a?b")
        '/page?iri=http%3A%2F%2Fexample.org%2Fa%3Fb'
        >>> Links().page(PREFIXES["kg"] + "a%2Fb")
        '/page?iri=https%3A%2F%2Fw3id.org%2Frelations-kg%2Fid%2Fa%252Fb'
        """
        iri = node if isinstance(node, str) else str(node) if _is_blank(node) else node.value
        if slug := _slug(iri):
            return self.to(f"page/{slug}")
        if iri.startswith(PREFIXES["rel"]) and len(iri) > len(PREFIXES["rel"]):
            return self.to("ontology", iri.removeprefix(PREFIXES["rel"]))
        return self.to("page", iri=iri)

    def data(self, node: NamedNode | BlankNode | str, ext: str = "") -> str:
        """Return what is known of a thing as RDF.

        Args:
            node: or its IRI.
            ext: the ending of a format: ttl, nt, jsonld, rdf, trig, json; negotiated without one.

        >>> Links().data(PREFIXES["kg"] + "mali", "ttl"), Links().data("http://example.org/", "nt")
        ('/data/mali.ttl', '/data?iri=http%3A%2F%2Fexample.org%2F&format=nt')
        """
        iri = node if isinstance(node, str) else str(node) if _is_blank(node) else node.value
        slug = _slug(iri)
        if slug and (ext or slug.rpartition(".")[2] not in ENDINGS):
            return self.to(f"data/{slug}" + (f".{ext}" if ext else ""))
        return self.to("data", iri=iri, format=ext or None)

    def why(
        self,
        triple: Sequence[Term],
        format: str | None = None,  # noqa: A002 - the word of the address
    ) -> str:
        """Return the proof of a triple, whose three terms the address has as N-Triples."""
        subject, predicate, target = (str(term) for term in triple)
        return self.to("why", s=subject, p=predicate, o=target, format=format)

    def query(self, slug: str, **params: str | None) -> str:
        """Return the page of a saved query.

        >>> Links().query("missions-of-state", state="Mali")
        '/queries/missions-of-state?state=Mali'
        """
        return self.to(f"queries/{quote(slug)}", **params)

    def plot(self, name: str, ext: str = "svg", **params: str | None) -> str:
        """Return a picture by itself.

        >>> Links().plot("timeline", "png")
        '/plots/timeline.png'
        """
        return self.to(f"plots/{quote(name)}.{ext}", **params)

    def static(self, path: str) -> str:
        """Return a file that is served as it is; its version lets browsers keep it for good.

        >>> Links().static("no-such.css")
        Traceback (most recent call last):
        FileNotFoundError: no-such.css is no file of static/
        """
        return f"{self.base_path}static/{quote(path)}?v={_version(path)}"


def _is_blank(node: object) -> bool:
    return type(node).__name__ == "BlankNode"


def origin(base: str) -> str:
    """Return scheme and authority of an address; empty for a path.

    >>> origin("https://example.org/kg/"), origin("/kg/")
    ('https://example.org', '')
    """
    parts = urlsplit(base)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme else ""


def is_plain(name: str) -> bool:
    """Return whether a name stands in a path as it is, however the path is written.

    >>> [is_plain(name) for name in ("mali", "a/b", "a%2Fb", "../a", "")]
    [True, True, False, False, False]
    """
    return all(_PLAIN.match(part) for part in name.split("/"))


def iris_of(path: str, query: str | None = None) -> tuple[str, ...]:
    """Return the IRIs of kg's own that an address may mean by what follows ``/id/``.

    The first is the IRI that is written so. Others are equivalent to it: characters beyond ASCII
    are always percent-encoded in an address (RFC 3987, section 3.1), and others may be. ``%2F``,
    ``%3F``, ``%23`` and ``%25`` are part of the IRI; after ``/page/`` and ``/data/`` the last three
    may also stand for the character, where no IRI is written so.

    Args:
        path: percent-encoded, as it was sent.
        query: of an address below ``/id/``, which may be part of the IRI; None for other addresses.

    >>> [iri.removeprefix(PREFIXES["kg"]) for iri in iris_of("caf%C3%A9%2F%41", "")]
    ['caf%C3%A9%2F%41', 'café%2F%41', 'café%2FA']
    >>> [iri.removeprefix(PREFIXES["kg"]) for iri in iris_of("a%23b")]
    ['a%23b', 'a#b']
    """
    texts = [f"{path}?{query}", path] if query else [path]
    names = [
        name for text in texts for name in (text, _decoded(text, None), _decoded(text, _OF_PATHS))
    ]
    if query is None:
        names.append(_decoded(path, _OF_PATHS + "?#%"))
    return tuple(dict.fromkeys(PREFIXES["kg"] + name for name in names))


def _decoded(text: str, also: str | None) -> str:
    """Return a text with characters beyond ASCII decoded, and letters, digits and ``also``."""

    def decode(escapes: re.Match[str]) -> str:
        try:
            characters = unquote_to_bytes(escapes[0]).decode("utf-8")
        except UnicodeDecodeError:
            return escapes[0]
        return "".join(
            one
            if one >= _FIRST_NOT_ASCII or (also is not None and (one.isalnum() or one in also))
            else f"%{ord(one):02X}"
            for one in characters
        )

    return _ESCAPES.sub(decode, text)


def _slug(iri: str) -> str:
    """Return the name of a thing of kg's own where a path can hold it; empty for others."""
    name = iri.removeprefix(PREFIXES["kg"]) if iri.startswith(PREFIXES["kg"]) else ""
    return name if is_plain(name) else ""


@lru_cache
def _version(path: str) -> str:
    file = STATIC / path
    if not file.is_file():
        raise FileNotFoundError(f"{path} is no file of static/")
    return hashlib.sha256(file.read_bytes()).hexdigest()[:12]


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
