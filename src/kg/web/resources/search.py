"""Search for things by name, in every language and nearly right too, with its page and JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode, Store

from kg.errors import KgError
from kg.labels import LABELS, NAMES
from kg.namespaces import DCTERMS, OWL, PREFIXES, RDF, REL, SSSOM, compact, expand, is_inferred
from kg.reconciliation.matching import plain
from kg.web.layout import opened, render
from kg.web.links import call
from kg.web.responses import Answer, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kg.web.workers.held import Held

__all__ = ["Hit", "Names", "names", "page", "search", "similar"]

#: The longest text that is looked for: a name has no more.
LONGEST = 200
# These have names only to be told apart; they are found by their number, and not by likeness.
_APART = frozenset((REL.Claim, REL.Passage, REL.Unit, SSSOM.Mapping))
_EXACT, _START, _WORD, _NEAR = 100.0, 95.0, 90.0, 66.0
_FEW = 4
_REMEMBERED: dict[tuple[str, str], Names] = {}


@dataclass(frozen=True)
class Hit:
    """A thing that was found.

    Args:
        node: the thing.
        label: what it is called.
        matched: the name of it that was found.
        kind: what it is, in words.
        score: how near the name is, up to 100.
    """

    node: NamedNode
    label: str
    matched: str
    kind: str
    score: float

    @property
    def curie(self) -> str:
        """The IRI, shortened."""
        return compact(self.node.value)


class Names:
    """The names of the things of a store, folded, to be looked through.

    Args:
        store: where the things are; it is read once, and not kept.
    """

    def __init__(self, store: Store) -> None:
        apart = {
            quad.subject
            for kind in _APART
            for quad in store.quads_for_pattern(None, RDF.type, kind)
        }
        found = {
            (quad.subject, quad.object.value)
            for predicate in (*LABELS, *NAMES)
            for quad in store.quads_for_pattern(None, predicate, None)
            if isinstance(quad.object, Literal) and isinstance(quad.subject, NamedNode)
        }
        found |= {
            (quad.subject, quad.object.value)
            for quad in store.quads_for_pattern(None, DCTERMS.identifier, None)
            if isinstance(quad.object, Literal)
            and isinstance(quad.subject, NamedNode)
            and quad.subject in apart
        }
        entries = sorted(found, key=lambda one: (one[1], str(one[0])))
        self.nodes = [node for node, _ in entries]
        self.names = [name for _, name in entries]
        self.folded = [plain(name) for name in self.names]
        self.apart = [node in apart for node in self.nodes]

    def near(self, text: str) -> list[tuple[float, int]]:
        """Return the places of the names that a text may mean, each with how near it is."""
        wanted = plain(text)
        if not wanted:
            return []
        found = {
            place: _plain(wanted, name) for place, name in enumerate(self.folded) if wanted in name
        }
        for place, score in self._alike(wanted):
            found[place] = max(found.get(place, 0.0), score)
        kept = [
            (score - (5 if self.apart[place] else 0), place)
            for place, score in found.items()
            if score >= _NEAR and (not self.apart[place] or score == _EXACT)
        ]
        return sorted(kept, key=lambda one: (-one[0], len(self.names[one[1]]), one[1]))

    def _alike(self, wanted: str) -> list[tuple[int, float]]:
        from rapidfuzz import fuzz, process

        if len(wanted) < 3:  # noqa: PLR2004 - two letters are like everything
            return []
        # A name that is as long is like it as a whole; a longer one has words that are like it.
        whole = process.extract(wanted, self.folded, scorer=fuzz.ratio, score_cutoff=70, limit=200)
        words = process.extract(
            wanted, self.folded, scorer=fuzz.token_set_ratio, score_cutoff=80, limit=200
        )
        parts = process.extract(
            wanted, self.folded, scorer=fuzz.partial_ratio, score_cutoff=80, limit=200
        )
        return [
            (place, score * weight)
            for found, weight in ((whole, 0.95), (words, 0.88), (parts, 0.85))
            for _, score, place in found
        ]


def names(held: Held, viewpoint: str | None = None) -> Names:
    """Return the names of what is held; they are made once for each state and viewpoint."""
    slug = viewpoint or held.edition.viewpoint
    store = held.store(slug)
    key = held.edition.digest, held.edition.snapshots[slug]
    if key not in _REMEMBERED:
        if len(_REMEMBERED) >= _FEW:
            _REMEMBERED.clear()
        _REMEMBERED[key] = Names(store)
    return _REMEMBERED[key]


def search(
    held: Held,
    text: str,
    *,
    viewpoint: str | None = None,
    kinds: Sequence[NamedNode] = (),
    limit: int = 50,
) -> list[Hit]:
    """Find things by a name.

    Args:
        held: what is served.
        text: the name, or part of it, or nearly it.
        viewpoint: the one that is looked from.
        kinds: only things of one of these are found, if any are given.
        limit: how many to find at most.
    """
    store = held.store(viewpoint)
    known = names(held, viewpoint)
    found: dict[NamedNode, Hit] = {}
    for score, place in known.near(text[:LONGEST]):
        node = known.nodes[place]
        if node in found or (kinds and not _is_one(store, node, kinds)):
            continue
        found[node] = Hit(node, call(store, node), known.names[place], _kind(store, node), score)
        if len(found) >= limit:
            break
    return list(found.values())


def similar(
    held: Held, node: NamedNode | BlankNode, *, viewpoint: str | None = None, most: int = 6
) -> list[Hit]:
    """Find things whose IRI ends nearly as that of a node does, which may be mistyped."""
    from rapidfuzz import fuzz, process

    if isinstance(node, BlankNode):
        return []
    store, known = held.store(viewpoint), names(held, viewpoint)
    local = {
        one: plain(_local(one))
        for one, apart in zip(known.nodes, known.apart, strict=True)
        if not apart
    }
    found = process.extract(
        plain(_local(node)), local, scorer=fuzz.ratio, score_cutoff=75, limit=most
    )
    return [
        Hit(one, call(store, one), _local(one), _kind(store, one), score) for _, score, one in found
    ]


def _local(node: NamedNode) -> str:
    return node.value.rstrip("/#").rsplit("/", 1)[-1].rsplit("#", 1)[-1]


def _plain(wanted: str, name: str) -> float:
    if name == wanted:
        return _EXACT
    if name.startswith(wanted):
        return _START
    return _WORD if f" {wanted}" in f" {name}" else _NEAR + 4


def _is_one(store: Store, node: NamedNode, kinds: Sequence[NamedNode]) -> bool:
    return any(
        next(store.quads_for_pattern(node, RDF.type, kind), None) is not None for kind in kinds
    )


def _kind(store: Store, node: NamedNode) -> str:
    """Return what a thing is: what is asserted of it before what is inferred."""
    found = sorted(
        (is_inferred(quad.graph_name), quad.object in OWL, call(store, quad.object))
        for quad in store.quads_for_pattern(node, RDF.type, None)
    )
    return found[0][2] if found else "thing"


_SHOWN, _SUGGESTED = 100, 12


def page(held: Held, *, params: Mapping[str, str], path: str, base: str) -> Answer:
    """Return the page of a search; with ``format=json`` the nearest few as JSON.

    Args:
        held: what is served.
        params: of the request: ``q``, the name; ``kind``, an IRI or CURIE, several apart by
            spaces: only things of one of these; ``format``.
        path: of the request.
        base: what absolute links begin with.

    Raises:
        Problem: the text is too long; a kind is no IRI, which the page of a search says itself.
        UnknownName: there is no such viewpoint.
    """
    links, here = opened(held, params, path, base)
    text = params.get("q", "").strip()
    if len(text) > LONGEST:
        raise Problem("bad-request", f"a name is no longer than {LONGEST} characters")
    form = params.get("format") or "html"
    if form not in {"html", "json"}:
        raise Problem("not-acceptable", "a search is given as html or json")
    limit = _SUGGESTED if form == "json" else _SHOWN
    fault, kinds = "", []
    try:
        kinds = [_chosen_kind(one) for one in params.get("kind", "").split()]
    except Problem as problem:
        if form == "json":
            raise
        fault = problem.detail
    is_asked = bool(text) and not fault
    found = (
        search(held, text, viewpoint=links.viewpoint, kinds=kinds, limit=limit) if is_asked else []
    )
    if form == "json":
        results = [
            {
                "iri": hit.node.value,
                "curie": hit.curie,
                "label": hit.label,
                "matched": hit.matched,
                "kind": hit.kind,
                "page": links.page(hit.node),
            }
            for hit in found
        ]
        body = json.dumps({"q": text, "results": results}, ensure_ascii=False)
        return Answer(body.encode("utf-8", "replace"), "application/json")
    return render(
        "search.html",
        held,
        links,
        here=here,
        status=400 if fault else 200,
        text=text,
        fault=fault,
        found=found,
        full=len(found) == _SHOWN,
    )


def _chosen_kind(text: str) -> NamedNode:
    try:
        prefix = text.partition(":")[0]
        return NamedNode(expand(text) if prefix in PREFIXES else text.strip("<>"))
    except (KgError, ValueError) as error:
        raise Problem("bad-request", f"kind is an IRI or a CURIE: {error}") from None
