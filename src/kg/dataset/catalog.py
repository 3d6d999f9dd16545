"""What ontologies import: found by a catalogue of local files, or named; nothing is fetched.

A catalogue says which file stands for an IRI. Its form is that of OASIS
(https://www.oasis-open.org/committees/entity/spec-2001-08-06.html and XML Catalogs 1.1), which
Protégé and ROBOT write as ``catalog-v001.xml``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit
from xml.parsers import expat

from pyoxigraph import NamedNode

from kg import files
from kg.dataset.documents import Document, read_documents, shown
from kg.errors import ParseFailure, ResourceNotFound
from kg.namespaces import OWL, RDF

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = ["Catalog", "Reading", "unresolved", "with_imports"]

_SPACE = "urn:oasis:names:tc:entity:xmlns:xml:catalog "
_XML_BASE = "http://www.w3.org/XML/1998/namespace base"
#: What each element of a catalogue maps: the attribute that is matched, and the one that it gives.
_ENTRIES = {
    "uri": ("name", "uri"),
    "rewriteURI": ("uriStartString", "rewritePrefix"),
    "uriSuffix": ("uriSuffix", "uri"),
    "delegateURI": ("uriStartString", "catalog"),
    "nextCatalog": (None, "catalog"),
}
#: How many imports a note names before it counts the rest.
_MOST_NAMED = 10


@dataclass(frozen=True)
class _Entry:
    """One row of a catalogue: what it matches, where it leads, and its line."""

    kind: str
    key: str
    target: str
    line: int


@dataclass(frozen=True)
class Catalog:
    """A catalogue of local files.

    Args:
        path: of its file.
        entries: its rows, in order.
    """

    path: Path
    entries: tuple[_Entry, ...] = field(repr=False)

    @classmethod
    def read(cls, path: Path) -> Catalog:
        """Read a catalogue; it may have a document type, of which nothing is read.

        Raises:
            ResourceNotFound: there is no such file.
            ParseFailure: it is no catalogue; names the line.
        """
        content = files.read(path)
        return cls(path, tuple(_Parser(path).entries(content)))

    def resolve(self, iri: str) -> Path | None:
        """Return the file that stands for an IRI; None where the catalogue knows of none.

        Raises:
            ResourceNotFound: the file is not there, or is an address that would have to be fetched.
        """
        return self.find(iri, {self.path.resolve()})

    def find(self, iri: str, seen: set[Path]) -> Path | None:
        """Return what ``resolve`` does, without looking into catalogues that were seen."""
        for entry in self.entries:
            if entry.kind == "uri" and entry.key == iri:
                return self._local(entry, entry.target)
        starting = [e for e in self.entries if e.kind == "rewriteURI" and iri.startswith(e.key)]
        if starting:
            entry = max(starting, key=lambda one: len(one.key))
            return self._local(entry, entry.target + iri[len(entry.key) :])
        ending = [e for e in self.entries if e.kind == "uriSuffix" and iri.endswith(e.key)]
        if ending:
            entry = max(ending, key=lambda one: len(one.key))
            return self._local(entry, entry.target)
        delegated = [e for e in self.entries if e.kind == "delegateURI" and iri.startswith(e.key)]
        delegated.sort(key=lambda one: -len(one.key))
        further = [e for e in self.entries if e.kind == "nextCatalog"]
        for entry in delegated or further:
            path = self._local(entry, entry.target)
            if path.resolve() not in seen:
                seen.add(path.resolve())
                found = Catalog.read(path).find(iri, seen)
                if found is not None:
                    return found
        return None

    def _local(self, entry: _Entry, target: str) -> Path:
        place = f"{shown(self.path)}:{entry.line}"
        parts = urlsplit(target)
        if parts.scheme != "file" or parts.netloc not in ("", "localhost"):
            raise ResourceNotFound(target, f"{place}: {target} is no file here: nothing is fetched")
        # Importing it takes 20 ms, which every answer would wait for.
        from urllib.request import url2pathname

        path = Path(url2pathname(parts.path))
        if not path.is_file():
            raise ResourceNotFound(path, f"{place}: {path} is not there")
        return path


class _Parser:
    """Reads the rows of a catalogue, each target made absolute by what ``xml:base`` says."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._bases = [path.resolve().as_uri()]
        self._found: list[_Entry] = []
        self._root = ""
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = lambda _: self._bases.pop()
        self._parser.EntityDeclHandler = lambda *_: self._fail("an entity: write it out")

    def entries(self, content: bytes) -> list[_Entry]:
        try:
            self._parser.Parse(content, True)  # noqa: FBT003 - expat's own order
        except expat.ExpatError as error:
            message = f"not well-formed XML: {expat.ErrorString(error.code)}"
            raise ParseFailure(shown(self._path), message, error.lineno) from error
        return self._found

    def _fail(self, message: str) -> None:
        raise ParseFailure(shown(self._path), message, self._parser.CurrentLineNumber)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if not self._root:
            self._root = name
            if name != f"{_SPACE}catalog":
                self._fail("not a catalogue of OASIS: its root is no catalog of that namespace")
        base = urljoin(self._bases[-1], attributes.get(_XML_BASE, ""))
        self._bases.append(base)
        kind = name.removeprefix(_SPACE)
        if kind not in _ENTRIES:
            return
        matched, given = _ENTRIES[kind]
        missing = [key for key in (matched, given) if key and key not in attributes]
        if missing:
            self._fail(f"{kind} without {missing[0]}")
        # Protégé writes the names of files as they are, with blanks.
        target = urljoin(base, attributes[given].replace(" ", "%20"))
        key = attributes[matched] if matched else ""
        self._found.append(_Entry(kind, key, target, self._parser.CurrentLineNumber))


@dataclass(frozen=True)
class Reading:
    """How files are read.

    Args:
        base: what their relative IRIs are resolved against; the address of each file where it is
            None.
        catalog: where to find what they import; nowhere where it is None.
    """

    base: str | None = None
    catalog: Catalog | None = None


def with_imports(
    documents: Sequence[Document], reading: Reading, known: Iterable[Document] = ()
) -> tuple[Document, ...]:
    """Return documents and all that they import, directly or not, by a catalogue.

    Args:
        documents: those to begin with.
        reading: has the catalogue.
        known: further documents that are there.
    """
    if reading.catalog is None:
        return tuple(documents)
    found = {document.path.resolve(): document for document in documents}
    there = {document.path.resolve() for document in known} | set(found)
    names = {name for document in (*documents, *known) for name in _names(document)}
    waiting = list(documents)
    while waiting:
        for iri in _imported(waiting.pop(0)):
            path = None if iri in names else reading.catalog.resolve(iri)
            if path is None or path.resolve() in there:
                continue
            [further] = read_documents([path], reading.base)
            there.add(path.resolve())
            names.update(_names(further))
            found[path.resolve()] = further
            waiting.append(further)
    return tuple(found.values())


def unresolved(documents: Sequence[Document], reading: Reading) -> tuple[str, ...]:
    """Return a sentence that names what documents import and what is not among them."""
    importing = {document: list(_imported(document)) for document in documents if document.content}
    if not any(importing.values()):
        return ()
    there = {name for document in documents for name in _names(document)}
    missing: dict[str, str] = {}
    for document, iris in importing.items():
        for iri in iris:
            resolved = reading.catalog is not None and reading.catalog.resolve(iri) is not None
            if iri not in there and not resolved:
                missing.setdefault(iri, shown(document.path))
    if not missing:
        return ()
    named = [f"<{iri}> (by {name})" for iri, name in list(missing.items())[:_MOST_NAMED]]
    more = f" and {len(missing) - _MOST_NAMED} more" if len(missing) > _MOST_NAMED else ""
    listed = ", ".join(named) + more
    return (f"imported and not read: {listed}; --catalog FILE says where they are",)


def _imported(document: Document) -> Iterator[str]:
    if b"imports" in document.content and document.format.rdf is not None:
        for _, value in document.values(OWL.imports):
            if isinstance(value, NamedNode):
                yield value.value


def _names(document: Document) -> Iterator[str]:
    """Yield what a document is called: its address, and the ontologies and versions in it."""
    if document.address is not None:
        yield document.address
    if b"Ontology" in document.content and document.format.rdf is not None:
        for subject, kind in document.values(RDF.type):
            if kind == OWL.Ontology:
                yield str(subject)[1:-1]
        for _, version in document.values(OWL.versionIRI):
            yield str(version)[1:-1]
