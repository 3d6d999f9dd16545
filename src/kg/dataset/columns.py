"""Documents in columns: read without an object for each triple."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pyoxigraph import RdfFormat

from kg.dataset import parsing, rdfxml
from kg.errors import Misuse, ParseFailure
from kg.namespaces import RDF

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from pyoxigraph import NamedNode

    from kg.dataset.documents import Document
    from kg.formats import Format
    from kg.tables.triples import Table

__all__ = ["Read", "read"]

_LINES = (RdfFormat.N_TRIPLES, RdfFormat.N_QUADS)
#: So many bytes are read at a time.
_PIECE = 8 << 20
_BOM = b"\xef\xbb\xbf"
#: What no graph of RDF 1.1 has: a base direction, and a text in a language that names none.
_REFUSED = rf'"@[A-Za-z0-9-]+--[a-z]+$|\^\^<{RDF.iri}(?:langString|dirLangString)>$'


class Read(NamedTuple):
    """What a document says.

    Args:
        table: its quads.
        prefixes: the prefixes that it declares.
        notes: sentences about what was left out.
    """

    table: Table
    prefixes: dict[str, str]
    notes: tuple[str, ...]


def read(  # noqa: PLR0913, PLR0917 - what is known of the document
    name: str,
    document: Document,
    home: NamedNode,
    base: str | None,
    blank_prefix: str,
    claim_classes: Collection[NamedNode],
) -> Read | None:
    """Return a document in columns; None where only objects will do.

    That is where it holds claims, graphs that kg derives anew, or what kg refuses for another
    reason than that it is not well formed.

    Args:
        name: the file as the user knows it.
        document: RDF.
        home: the graph of what is in none.
        base: what relative IRIs are resolved against.
        blank_prefix: begins the labels of its blank nodes.
        claim_classes: what claims and their parts are of.

    Raises:
        ParseFailure: it is not well formed; names the line.
    """
    kind, may_be_empty = document.format, document.role == "ontology"
    text = parsing.prepared(name, kind, document.content, may_be_empty=may_be_empty)
    if rdfxml.NO_LANGUAGE in text:
        return None
    try:
        table, prefixes = _table(name, document.content, kind, text, base)
    except (SyntaxError, ParseFailure):
        parsing.refuse(name, kind, text, base)
        return None
    except Misuse:
        return None
    if not len(table) and not may_be_empty:
        return None
    if _is_apart(table, claim_classes, document.role):
        return None
    table.rename_blank_nodes(f"_:{blank_prefix}")
    table.rename_graphs({"": str(home)})
    return Read(table, prefixes, parsing.notes_on(name, kind, text, base, len(table)))


def _table(
    name: str, content: bytes, kind: Format, text: str, base: str | None
) -> tuple[Table, dict[str, str]]:
    from kg.tables.reading import Reader, iter_quads
    from kg.tables.triples import Table, Texts

    texts = Texts()
    if kind.rdf in _LINES:
        reader = Reader(texts)
        return Table(texts, reader.columns(name, _pieces(content), kind.rdf)), {}
    parser = parsing.parser_of(kind, text, base)
    table = Table(texts, iter_quads(texts, parser))
    return table, parsing.prefixes_of(kind, text, parser)


def _pieces(content: bytes) -> Iterator[bytes]:
    begin = len(_BOM) if content.startswith(_BOM) else 0
    for place in range(begin, len(content), _PIECE):
        yield content[place : place + _PIECE]


def _is_apart(table: Table, claim_classes: Collection[NamedNode], role: str) -> bool:
    """Return whether a document has quads that have another home, or none."""
    from kg.dataset.documents import DERIVED

    texts = table.texts.texts()
    if texts.str.contains(_REFUSED).any() or texts.str.starts_with("<<(").any():
        return True
    if any(name.startswith(DERIVED) for name in table.graphs()):
        return True
    if role == "ontology":
        return False
    return any(table.has_instances(each) for each in claim_classes)
