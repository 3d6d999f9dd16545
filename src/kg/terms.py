"""Terms as people and Python callers write them: IRIs, CURIEs, Wikidata ids, labels, values."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, TypeAlias
from typing import Literal as OneOf

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from kg import evidence
from kg.errors import Misuse, ParseFailure, UnknownName
from kg.labels import LABELS
from kg.namespaces import PREFIXES, RDF, SKOS, XSD, compact, expand, known_prefixes
from kg.results.serializers import cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from pyoxigraph import Store

    from kg.results import Term
    from kg.sparql.guard import Query
    from kg.sparql.tokens import Token

    Value: TypeAlias = Term | str | bool | int | float | date

__all__ = ["Position", "absent", "node", "resolve", "shorten", "term", "text", "triple"]

#: Where in a triple a term stands.
Position = OneOf["subject", "predicate", "object"]

_LINKS = (SKOS.exactMatch, SKOS.closeMatch)
_CURIE = re.compile(r"([A-Za-z][\w.-]*):(\S*)\Z")
_WIKIDATA_ID = re.compile(r"Q[1-9][0-9]*\Z")
# A local name may stand for a term of kg's own namespaces.
_OWN = ("kg", "rel")
# Comparing takes long where there are many names: then only those that begin alike are compared.
_MANY_NAMES = 20_000
# Looking through all statements for the neighbours of a name would take seconds.
_MANY_STATEMENTS = 200_000


def resolve(
    text: str, store: Store, position: Position | None = None, *, must_exist: bool = True
) -> NamedNode | Literal:
    """Find the term that a user means.

    Read as the first of these that it is: a literal in quotes, ``<iri>``, an ``http`` address, a
    Wikidata id, ``a`` for rdf:type (as a predicate), a CURIE, a label in any language, a local name
    of kg's own namespaces, a label but for case and accents.

    Args:
        text: what the user wrote.
        store: the graph in which the term is to be.
        position: where it is to stand; a predicate is looked for among predicates.
        must_exist: refuse an IRI that the store does not hold as subject, predicate or object.

    Raises:
        UnknownName: nothing is called so; carries the close matches.
        Misuse: several things are called so; lists them.
        ParseFailure: the literal or the IRI is not well formed.

    >>> from pyoxigraph import Store
    >>> resolve('"2023"^^xsd:gYear', Store()).datatype.value[-5:]
    'gYear'
    >>> resolve("wd:Q262", Store(), must_exist=False)
    <NamedNode value=http://www.wikidata.org/entity/Q262>
    """
    text = text.strip()
    try:
        text.encode()
    except UnicodeEncodeError:  # bytes of the command line that are not UTF-8
        raise ParseFailure(ascii(text), "not UTF-8 text") from None
    if text.startswith(("'", '"')):
        return _literal(text)
    if text == "a" and position == "predicate":
        return RDF.type
    if _WIKIDATA_ID.match(text):
        return _linked(text, store)
    iri = _iri(text)
    if iri is None:
        return _named(text, store, position)
    try:
        node = NamedNode(iri)
    except ValueError as error:
        raise ParseFailure(text, f"not an IRI: {error}") from None
    if must_exist and not _occurs(node, store):
        raise _unknown(compact(iri), {compact(other.value) for other, _ in _labelled(store)})
    return node


def absent(query: str | Query, store: Store, result: object = None) -> list[str]:
    """Return notes on the terms that a query names and the graph does not hold.

    Such a query is well formed, and answers with nothing; most often a name is mistyped.

    Args:
        query: a query that was evaluated.
        store: the graph that it was asked of.
        result: its answer; there are notes where it has nothing to say.

    Returns:
        A sentence for each term of which the graph has neighbours, with the close matches.

    >>> from pyoxigraph import Store
    >>> absent("ASK { ?event a rel:Tensoin }", Store())
    ['no term "rel:Tensoin"; write an IRI in < >, a CURIE or a label']
    """
    if not _says_nothing(result):
        return []
    from kg.sparql.guard import read

    asked = read(query, "query") if isinstance(query, str) else query
    found = {}
    for token in _names(asked):
        prefix, _, local = token.text.partition(":")
        node = asked.iri(token)
        if node in found:
            continue
        if token.kind == "pname" and prefix in _OWN and local and prefix not in asked.prefixes:
            try:
                resolve(token.text, store)
            except (UnknownName, ParseFailure) as error:
                found[node] = str(error)
        elif not _is_known(node, store):
            found[node] = _mistyped(node, token.text, store)
    return [note for note in found.values() if note]


def _says_nothing(result: object) -> bool:
    """Return whether an answer is no, has no rows, or counts nothing."""
    rows = getattr(result, "rows", None)
    if rows is not None and len(rows) == 1:
        return all(isinstance(t, Literal) and t.value == "0" for t in rows[0] if t is not None)
    return not result


def _names(query: Query) -> Iterator[Token]:
    """Yield the tokens of a query that name things: no prefixes, datatypes, functions or graphs."""
    from kg.sparql.guard import read_prologue

    tokens = query.tokens
    for number in range(read_prologue(query), len(tokens)):
        token, before = tokens[number], tokens[number - 1].text.upper()
        after = tokens[number + 1].text if number + 1 < len(tokens) else ""
        is_typed = before == "^" and number > 1 and tokens[number - 2].text == "^"
        is_name = token.kind in ("iri", "pname") and not is_typed and after != "("
        if is_name and before not in ("FROM", "NAMED", "SERVICE", "SILENT"):
            yield token


def _is_known(iri: str, store: Store) -> bool:
    try:
        node = NamedNode(iri)
    except ValueError:
        return True
    return _occurs(node, store) or store.contains_named_graph(node)


def _mistyped(iri: str, text: str, store: Store) -> str:
    """Return a note on a term whose neighbours the graph has; none where it has none."""
    start = iri[: max(iri.rfind("#"), iri.rfind("/")) + 1]
    if not start or len(store) > _MANY_STATEMENTS:
        return ""
    nodes = {term for quad in store for term in quad.triple if isinstance(term, NamedNode)}
    names = [node.value for node in nodes if node.value.startswith(start)]
    if not names:
        return ""
    written = text.partition(":")[0] + ":" if not text.startswith("<") else ""
    shown = [f"{written}{name[len(start) :]}" if written else f"<{name}>" for name in names]
    return str(UnknownName("term", text, sorted(shown), hint="the graph does not hold it"))


def shorten(term: Term, store: Store | None = None) -> str:
    """Return the form of a term that people read.

    Args:
        term: any term.
        store: where given, a thing that has a label there is called by it, English first.

    >>> shorten(NamedNode("http://www.wikidata.org/entity/Q262"))
    'wd:Q262'
    """
    if store is not None and isinstance(term, NamedNode):
        return evidence.label(store, term) or cell(term)
    if store is not None and isinstance(term, Triple):
        return f"<<( {' '.join(shorten(part, store) for part in term)} )>>"
    return cell(term)


def _literal(text: str) -> Literal:
    """Read a literal as Turtle writes it."""
    prefixes = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in known_prefixes().items())
    document = f"{prefixes}<urn:x-kg:s> <urn:x-kg:p> {text} ."
    try:
        quads = list(parse(document, RdfFormat.TURTLE))
    except SyntaxError:
        quads = []
    # More than one triple: the text closed the literal and went on.
    if len(quads) != 1 or not isinstance(quads[0].object, Literal):
        message = 'not a literal; write "text", "text"@en or "2023-12-22"^^xsd:date'
        raise ParseFailure(text, message)
    return quads[0].object


def _iri(text: str) -> str | None:
    """Return the IRI that is written out or as a CURIE; None for what may be a name."""
    if text.startswith("<") and text.endswith(">"):
        return text[1:-1]
    if text.startswith(("http://", "https://")):
        return text
    curie = _CURIE.match(text)
    return expand(text) if curie and curie[1] in known_prefixes() else None


def _occurs(node: NamedNode, store: Store) -> bool:
    patterns = ((node, None, None), (None, node, None), (None, None, node))
    return any(next(store.quads_for_pattern(*pattern), None) for pattern in patterns)


def _linked(item: str, store: Store) -> NamedNode:
    """Find what is linked to a Wikidata item, exactly linked things first."""
    target = NamedNode(expand(f"wd:{item}"))
    for predicate in _LINKS:
        quads = store.quads_for_pattern(None, predicate, target)
        if found := {quad.subject for quad in quads if isinstance(quad.subject, NamedNode)}:
            return _only(item, found)
    raise UnknownName("term", item, hint=f"nothing here is linked to {item} of Wikidata")


def _named(text: str, store: Store, position: Position | None) -> NamedNode:
    """Find a thing by its label or its local name."""
    exact: set[NamedNode] = set()
    folded: set[NamedNode] = set()
    names: set[str] = set()
    key = _folded(text)
    for node, label in _labelled(store):
        if label == text:
            exact.add(node)
        if _folded(label) == key:
            folded.add(node)
        names |= {label, *_own_local_name(node)}
    for found in (exact, _by_local_name(text, store, position), folded):
        fitting = {node for node in found if _fits(node, store, position)}
        if fitting:
            return _only(text, fitting)
    if _CURIE.match(text):
        expand(text)  # which says that the prefix is not known
    raise _unknown(text, names)


def _by_local_name(text: str, store: Store, position: Position | None) -> set[NamedNode]:
    """Find what has this local name: in kg's own namespaces; for a predicate then in any other."""
    if not re.fullmatch(r"[\w.-]+", text):
        return set()
    for prefixes in (_OWN, PREFIXES if position == "predicate" else ()):
        nodes = {NamedNode(PREFIXES[prefix] + text) for prefix in prefixes}
        if found := {node for node in nodes if _occurs(node, store)}:
            return found
    return set()


def _fits(node: NamedNode, store: Store, position: Position | None) -> bool:
    """Tell whether a node may stand there; a predicate is one that is used or declared as such."""
    if position != "predicate":
        return True
    if next(store.quads_for_pattern(None, node, None), None):
        return True
    types = (quad.object for quad in store.quads_for_pattern(node, RDF.type, None))
    return any(isinstance(kind, NamedNode) and kind.value.endswith("Property") for kind in types)


def _labelled(store: Store) -> Iterator[tuple[NamedNode, str]]:
    """Go through the things that have an IRI and a label, and their labels in all languages."""
    for predicate in LABELS:
        for quad in store.quads_for_pattern(None, predicate, None):
            if isinstance(quad.subject, NamedNode) and isinstance(quad.object, Literal):
                yield quad.subject, quad.object.value


def _own_local_name(node: NamedNode) -> list[str]:
    own = [PREFIXES[prefix] for prefix in _OWN if node.value.startswith(PREFIXES[prefix])]
    return [node.value.removeprefix(namespace) for namespace in own]


def _folded(text: str) -> str:
    """Return a text without case and accents.

    >>> _folded("Conseil de Sécurité") == _folded("conseil de securite")
    True
    """
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in apart if not unicodedata.combining(character))


def _only(text: str, found: Iterable[NamedNode]) -> NamedNode:
    nodes = sorted(found, key=lambda node: node.value)
    if len(nodes) > 1:
        names = ", ".join(compact(node.value) for node in nodes)
        raise Misuse(f'"{text}" is the name of {len(nodes)} things; write one of {names}')
    return nodes[0]


def _unknown(name: str, known: Iterable[str]) -> UnknownName:
    names = sorted(known)
    if len(names) > _MANY_NAMES:
        names = [other for other in names if _folded(other[:1]) == _folded(name[:1])]
    return UnknownName("term", name, names, hint="write an IRI in < >, a CURIE or a label")


# What callers write for a term, and the term that it stands for in a graph.


def node(thing: str | Term, store: Store) -> NamedNode | BlankNode:
    """Return the thing that is meant.

    Args:
        thing: a term, or a name as ``kg.terms.resolve`` reads it.
        store: the graph in which it is to be.

    Raises:
        UnknownName: nothing is called so; carries the close matches.
        Misuse: several things are, or it is a value.

    >>> from pyoxigraph import Store
    >>> node(BlankNode("b"), Store())
    <BlankNode value=b>
    """
    found = resolve(thing, store) if isinstance(thing, str) else thing
    if not isinstance(found, NamedNode | BlankNode):
        raise Misuse(f"{found} is a value, and only things can be shown")
    return found


def triple(parts: tuple[str | Term, str | Term, str | Term], store: Store) -> Triple:
    """Return the triple that is meant, in the form in which the store holds it.

    Args:
        parts: subject, predicate and object, each a term or a name.
        store: the graph in which the terms are to be.

    Raises:
        UnknownName: nothing is called so; carries the close matches.
        Misuse: several things are, or a term cannot stand where it is.

    >>> from pyoxigraph import Store
    >>> a, p = NamedNode("http://example.org/a"), NamedNode("http://example.org/p")
    >>> triple((a, p, Literal("1.0", datatype=XSD.decimal)), Store()).object.value
    '1.0'
    """
    positions: tuple[Position, ...] = ("subject", "predicate", "object")
    subject, predicate, value = (
        resolve(part, store, position) if isinstance(part, str) else part
        for part, position in zip(parts, positions, strict=True)
    )
    if not isinstance(subject, NamedNode | BlankNode):
        raise Misuse(f"{subject} is a value, and only a thing can be a subject")
    if not isinstance(predicate, NamedNode):
        raise Misuse(f"{predicate} is no property")
    # The store writes a number or a date in one way: 1.0 as 1.
    held = store.quads_for_pattern(subject, predicate, value)
    return next((quad.triple for quad in held), Triple(subject, predicate, value))


def term(value: Value, store: Store) -> Term:
    """Return the term for a plain value; a text names a thing.

    Args:
        value: a term, a name, a truth value, a number or a date.
        store: the graph in which what is named is to be.

    >>> from pyoxigraph import Store
    >>> term(3, Store()).datatype == XSD.integer
    True
    """
    if isinstance(value, NamedNode | BlankNode | Literal | Triple):
        return value
    if isinstance(value, str):
        return resolve(value, store)
    from datetime import date, datetime

    if isinstance(value, date):
        kind = XSD.dateTime if isinstance(value, datetime) else XSD.date
        return Literal(value.isoformat(), datatype=kind)
    return Literal(value)


def text(value: Value) -> str:
    """Write a value as the command line would have it.

    >>> text(True), text(Literal("x")), text(NamedNode("http://e.org/a"))
    ('true', 'x', '<http://e.org/a>')
    """
    if isinstance(value, NamedNode):
        return f"<{value.value}>"
    if isinstance(value, Literal):
        return value.value
    return str(value).lower() if isinstance(value, bool) else str(value)
