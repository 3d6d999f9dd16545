"""The addresses of an endpoint, as its pages link to them: below its root, viewpoint kept."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from kg.namespaces import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyoxigraph import BlankNode, NamedNode

    from kg.results import Term

__all__ = ["STATIC", "Links"]

#: The folder of the files that are served as they are.
STATIC = Path(__file__).parent / "static"


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
        if slug := _slug(iri):
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


def _slug(iri: str) -> str:
    """Return the name of a thing of kg's own, as an address writes it; empty for others."""
    return quote(iri.removeprefix(PREFIXES["kg"])) if iri.startswith(PREFIXES["kg"]) else ""


@lru_cache
def _version(path: str) -> str:
    file = STATIC / path
    if not file.is_file():
        raise FileNotFoundError(f"{path} is no file of static/")
    return hashlib.sha256(file.read_bytes()).hexdigest()[:12]
