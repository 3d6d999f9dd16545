"""The package ``shacl``, written in Rust: SHACL Core on graphs of any size.

It takes text and answers in text, and names blank nodes as it likes. So the blank nodes of the
shapes become IRIs first, and each blank node of the data gets a name that it can be asked for.
"""

from __future__ import annotations

import re
from functools import cached_property
from itertools import count
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse, serialize

from kg.errors import Misuse
from kg.namespaces import RDF, SH
from kg.sparql.regex import for_rust
from kg.validation.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import shacl

    from kg.validation.index import Term
    from kg.validation.shapes import ShapesGraph

__all__ = ["CoreShapes", "refuse_what_shacl_does_not_know", "written"]

_SHAPE = "urn:x-kg-shape:"
_BLANK = "urn:x-kg-blank:"
_NAMES = NamedNode("urn:x-kg-names")
_NAMING = NamedNode(_SHAPE + "naming")
_NAMED = NamedNode(_SHAPE + "named")
#: A shape that every blank node of the data breaks: its results tell what the engine calls them.
_NAMING_SHAPE = (
    Triple(_NAMING, RDF.type, SH.NodeShape),
    Triple(_NAMING, SH.targetSubjectsOf, _NAMES),
    Triple(_NAMING, SH.property, _NAMED),
    Triple(_NAMED, SH.path, _NAMES),
    Triple(_NAMED, SH.nodeKind, SH.Literal),
)
# Found in a text of N-Triples where it may hold a term of RDF 1.2; literals can look like it.
_LABEL = re.compile(r"_:([0-9A-Za-z](?:[0-9A-Za-z_.-]*[0-9A-Za-z_-])?)")
_DIRECTION = re.compile(rb"@[A-Za-z0-9-]+--")


def written(triples: Sequence[Triple]) -> bytes:
    """Write triples as N-Triples.

    Raises:
        Misuse: a term is none of RDF 1.1.
    """
    text = serialize(triples, format=RdfFormat.N_TRIPLES) or b""
    if b"<<(" in text or (b"--" in text and _DIRECTION.search(text)):
        refuse_what_shacl_does_not_know(triples)
    return text


def refuse_what_shacl_does_not_know(triples: Iterable[Triple]) -> None:
    """Refuse the terms of RDF 1.2.

    Raises:
        Misuse: a triple term, or a literal with a base direction.
    """
    for triple in triples:
        for term in (triple.subject, triple.object):
            if isinstance(term, Triple) or (isinstance(term, Literal) and term.direction):
                raise Misuse(f"{term}: SHACL 1.0 knows no triple terms and no base directions")


class CoreShapes:
    """Shapes made ready once, for any number of graphs.

    Args:
        graph: shapes of SHACL Core; their SPARQL constraints are left out.

    >>> from pyoxigraph import parse
    >>> from kg.validation.shapes import ShapesGraph
    >>> text = "@prefix sh: <http://www.w3.org/ns/shacl#> . <urn:x-s> sh:targetNode <urn:x-a> ;"
    >>> shapes = parse(text + "sh:nodeKind sh:Literal .", RdfFormat.TURTLE)
    >>> [outcome] = CoreShapes(ShapesGraph(quad.triple for quad in shapes)).run("")
    >>> outcome.focus
    <NamedNode value=urn:x-a>
    """

    def __init__(self, graph: ShapesGraph) -> None:
        self._graph = graph
        self._blanks: dict[str, BlankNode] = {}
        self._core = [*self._renamed()]
        self._compiled = _compile(self._core)

    def run(self, text: str) -> list[Outcome]:
        """Check a graph against the shapes.

        Args:
            text: the graph in N-Triples, as :func:`written` gives it in UTF-8.

        Raises:
            Misuse: the engine does not read the text.
        """
        results = self._hold(self._compiled, text)
        blanks: dict[NamedNode, BlankNode] = {}
        if any(_is_blank(result.focus_node) or _is_blank(result.value) for result in results):
            # Few graphs have faults of blank nodes, so names are asked for only then.
            blanks = _numbered(text)
            named = written([Triple(name, _NAMES, node) for name, node in blanks.items()])
            results = self._hold(self._naming, text + named.decode())
        return list(self._outcomes(results, blanks))

    @cached_property
    def _naming(self) -> shacl.Shapes:
        return _compile([*self._core, *_NAMING_SHAPE])

    def _hold(self, shapes: shacl.Shapes, text: str) -> Sequence[shacl.Result]:
        try:
            return shapes.validate_text(text, "ntriples").results
        except ValueError as error:
            raise Misuse(f"the graph cannot be validated: {error}") from None
        except BaseException as error:
            # What stops the engine in Rust is no Exception, and the process lives on.
            if type(error).__name__ != "PanicException":
                raise
            raise Misuse(f"the engine shacl broke down ({error}); use pyshacl") from None

    def _renamed(self) -> Iterator[Triple]:
        """The shapes without blank nodes but in paths, where an IRI would be a predicate."""
        paths = {
            part
            for triple in self._graph.triples
            if triple.predicate == SH.path
            for part in (triple.object, *(node for node, _, _ in self._graph.below(triple.object)))
        }
        numbers = count()
        renamed: dict[Term, NamedNode] = {}
        for triple in self._graph.usable():
            if triple.predicate in (SH.sparql, SH.flags):
                continue
            ends: list[Term] = []
            for term in (triple.subject, self._read(triple)):
                if isinstance(term, BlankNode) and term not in paths and term not in renamed:
                    renamed[term] = NamedNode(f"{_SHAPE}{next(numbers)}")
                    self._blanks[renamed[term].value] = term
                ends.append(renamed.get(term, term))
            yield Triple(ends[0], triple.predicate, ends[1])  # type: ignore[arg-type]

    def _read(self, triple: Triple) -> Term:
        """Return the object of a triple of the shapes, a pattern in the words of Rust."""
        if triple.predicate != SH.pattern or not isinstance(triple.object, Literal):
            return triple.object
        flags = (
            x.value for x in self._graph.values(triple.subject, SH.flags) if hasattr(x, "value")
        )
        return Literal(for_rust(triple.object.value, next(flags, "")))

    def _outcomes(
        self, results: Sequence[shacl.Result], blanks: dict[NamedNode, BlankNode]
    ) -> Iterator[Outcome]:
        terms = _terms(results)
        naming = f"<{_NAMED.value}>"
        # The terms of the data: as they were given, or under the engine's name for a blank node.
        data: dict[Term, Term] = {
            terms[result.value]: blanks[terms[result.focus_node]]  # type: ignore[index]
            for result in results
            if result.source_shape == naming and result.value
        }
        for result in results:
            if result.source_shape == naming:
                continue
            if result.source_shape is None:
                raise Misuse("the engine shacl reported a result without its shape")
            focus = terms[result.focus_node]
            value = None if result.value is None else terms[result.value]
            source = self._source(terms[result.source_shape])
            component = NamedNode(result.component_iri)
            yield Outcome(
                focus=data.get(focus, focus),
                source=source,
                component=component,
                severity=NamedNode(result.severity_iri),
                path=self._path(source, result.path),
                value=None if value is None else data.get(value, value),
            )

    def _source(self, node: Term) -> Term:
        return self._blanks.get(node.value, node) if isinstance(node, NamedNode) else node

    def _path(self, source: Term, text: str | None) -> Term | None:
        for path in self._graph.values(source, SH.path):
            return path
        # A closed node shape tells which predicate it does not list.
        return None if text is None else NamedNode(text.strip("<>"))


def _is_blank(text: str | None) -> bool:
    return text is not None and text.startswith("_:")


def _compile(triples: Sequence[Triple]) -> shacl.Shapes:
    import shacl

    try:
        return shacl.Shapes.from_text(written(triples).decode(), "ntriples")
    except ValueError as error:
        raise Misuse(f"the shapes cannot be used: {error}") from None


def _numbered(text: str) -> dict[NamedNode, BlankNode]:
    """A name for each blank node of a text; what looks like one in a literal does no harm."""
    labels = sorted(set(_LABEL.findall(text)))
    return {NamedNode(f"{_BLANK}{number}"): BlankNode(label) for number, label in enumerate(labels)}


def _terms(results: Sequence[shacl.Result]) -> dict[str, Term]:
    """Read the terms that the engine wrote, each once."""
    written = dict.fromkeys(
        text
        for result in results
        for text in (result.focus_node, result.value, result.source_shape)
        if text is not None
    )
    lines = "".join(f"<urn:x:s> <urn:x:p> {text} .\n" for text in written)
    return {
        text: quad.object
        for text, quad in zip(written, parse(lines, RdfFormat.N_TRIPLES), strict=True)
    }
