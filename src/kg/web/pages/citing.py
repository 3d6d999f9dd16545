"""How a thing is cited, and the same thing as data within its page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from pyoxigraph import BlankNode, Literal, NamedNode, Store, Triple

from kg.dates import in_words
from kg.namespaces import PREFIXES, RDF, RDFS, XSD, compact

if TYPE_CHECKING:
    from kg.web.workers.held import Held

__all__ = ["Citation", "citation", "embedded"]

_MOST = 500
_SPECIAL = re.compile(r"[\\{}$&#^_%~]")


@dataclass(frozen=True)
class Citation:
    """What to write where a thing is cited: as a line, and for BibTeX."""

    plain: str
    bibtex: str


def citation(
    held: Held, node: NamedNode | BlankNode, label: str, viewpoint: str | None
) -> Citation | None:
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
    return Citation(
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


def embedded(store: Store, node: NamedNode | BlankNode) -> dict[str, Any]:
    """Return what a thing says of itself as a JSON-LD document that names no context elsewhere.

    >>> embedded(Store(), NamedNode("http://example.org/a"))
    {'@context': {}, '@id': 'http://example.org/a'}
    """
    document: dict[str, Any] = {}
    used: set[str] = set()
    quads = islice(store.quads_for_pattern(node, None, None), _MOST)
    for triple in sorted({quad.triple for quad in quads}, key=str):
        value = _written(triple, used)
        if value is not None:
            key = "@type" if triple.predicate == RDF.type else _short(triple.predicate, used)
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
        return _short(term, used)
    written = term.value if isinstance(term, NamedNode) else str(term)
    return written if triple.predicate == RDF.type else {"@id": written}


def _literal(term: Literal, used: set[str]) -> object:
    if term.language:
        return {"@value": term.value, "@language": term.language}
    if term.datatype == XSD.string:
        return term.value
    return {"@value": term.value, "@type": _short(term.datatype, used)}


def _short(term: NamedNode, used: set[str]) -> str:
    short = compact(term.value)
    if short.startswith("<"):
        return term.value
    used.add(short.partition(":")[0])
    return short
