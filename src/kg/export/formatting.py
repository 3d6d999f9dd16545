"""Files rewritten in canonical form: ``kg fmt``."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import TYPE_CHECKING

from pyoxigraph import DefaultGraph

from kg import files, formats, sssom
from kg.dataset import Document, comments, parsing
from kg.errors import KgError, Misuse, WriteFailure
from kg.export.canonical import Lines, canonical_lines
from kg.export.turtle import canonical_turtle
from kg.files import write
from kg.namespaces import PREFIXES

if TYPE_CHECKING:
    from pyoxigraph import Triple

__all__ = ["canonical_text", "format_file"]

# A relative IRI must mean the same below one address as below another.
_ROOT = "http://here.kg.invalid/"
_HERE = f"{_ROOT}1/2/3/4/5/6/7/8/file"
_ELSEWHERE = "ftp://there.kg.invalid/a/b/c/d/e/f/g/h/i/other"
_BELOW_ROOT = re.compile(rf"<({re.escape(_ROOT)}[^<>]*)>")


def format_file(path: Path | str, *, check: bool = False) -> str | None:
    """Rewrite a Turtle or SSSOM file in canonical form; the triples stay the same.

    Comments stay with the node that they stand before or inside of, and relative IRIs stay so. A
    file that brings prefixes along keeps those it uses.

    Args:
        path: a file that ends in ``.ttl`` or ``.sssom.tsv``.
        check: say what would change and write nothing.

    Returns:
        The canonical text, or None where the file has it already.

    Raises:
        ParseFailure: the file is not well formed.
        Misuse: it is of another format, or has a comment or a relative IRI that would be lost.
        WriteFailure: it could not be written; it is unchanged.
    """
    path = Path(path)
    content = files.read(path)
    name = files.unpacked_name(path).lower()
    if name.endswith(".sssom.tsv"):
        text = _canonical_links(path, content)
    elif name.endswith(formats.by_name("ttl").suffixes):
        text = canonical_text(path, content)
    else:
        raise Misuse(f"{path}: kg fmt rewrites .ttl and .sssom.tsv files")
    if text.encode() == content:
        return None
    if not check:
        write(path, text.encode(), earlier=content)
    return text


def _canonical_links(path: Path, content: bytes) -> str:
    mappings = sssom.parse(content, str(path))
    text = sssom.canonical(mappings)
    again = sssom.parse(text.encode(), str(path))
    same = again.metadata == mappings.metadata and sorted(
        sorted(row.values.items()) for row in again.rows
    ) == sorted(sorted(row.values.items()) for row in mappings.rows)
    if not same:
        raise _not_the_same(path)
    return text


def canonical_text(path: Path, content: bytes) -> str:
    """Return Turtle in canonical form, with its comments.

    Args:
        path: what messages call it.
        content: the bytes.

    Raises:
        ParseFailure: it is not well formed.
        Misuse: it has a comment or a relative IRI that would be lost.
    """
    parsed = _read(path, content, _HERE)
    triples = _triples(parsed)
    found = comments.read(content.decode("utf-8-sig"), _HERE)
    known = set(PREFIXES.values())
    further = {name: iri for name, iri in parsed.prefixes.items() if iri not in known}
    canonical = canonical_turtle(triples, found.head, further, found.of)
    if found.tail:
        canonical += "\n" + "\n".join(found.tail) + "\n"
    canonical = _BELOW_ROOT.sub(lambda match: f"<{_relative(match[1])}>", canonical)
    if canonical.encode() != content:
        _check(path, content, canonical, triples, found)
    return canonical


def _relative(iri: str) -> str:
    """Return the relative IRI that was resolved to one below the address of a file."""
    path, mark, rest = re.fullmatch(r"([^?#]*)([?#]?)(.*)", iri, re.DOTALL).groups()  # type: ignore[union-attr]
    if path == _HERE:
        return mark + rest
    if not path.startswith(f"{_ROOT}1/"):
        return "/" + path.removeprefix(_ROOT) + mark + rest
    folder = _HERE.rpartition("/")[0]
    found = posixpath.relpath(path, folder)
    if ":" in found.partition("/")[0]:
        found = f"./{found}"
    return found + ("/" if path.endswith("/") else "") + mark + rest


def _check(
    path: Path, content: bytes, canonical: str, triples: list[Triple], found: comments.Comments
) -> None:
    """Refuse to write what would say something else, or less."""
    again = _triples(_read(path, canonical.encode(), _HERE))
    if _lines(again) != _lines(triples):
        raise _not_the_same(path)
    if Document(path, formats.by_name("ttl"), content).has_relative:
        elsewhere = (_read(path, one, _ELSEWHERE) for one in (content, canonical.encode()))
        before, after = (_lines(_triples(parsed)) for parsed in elsewhere)
        if before != after:
            raise Misuse(f"{path}: a relative IRI would change: write whole IRIs, or a base")
    text = content.decode("utf-8-sig")
    written = comments.read(canonical, _HERE)
    for comment in (*found.tail, *(one for said in found.of.values() for one in said)):
        kept = (*written.tail, *(one for said in written.of.values() for one in said))
        if comment not in kept and comment.removeprefix("#").strip() not in written.head:
            line = text.count("\n", 0, text.find(comment)) + 1
            raise Misuse(
                f"{path}:{line}: this comment would be lost: move it into an rdfs:comment or to "
                "the top of the file"
            )


def _read(path: Path, content: bytes, base: str) -> parsing.Parsed:
    return parsing.read(str(path), formats.by_name("ttl"), content, "b", base=base)


def _triples(parsed: parsing.Parsed) -> list[Triple]:
    return [quad.triple for quad in parsed.quads]


def _lines(triples: list[Triple]) -> list[Lines]:
    return canonical_lines([(DefaultGraph(), triples)])


def _not_the_same(path: Path) -> KgError:
    return WriteFailure(path, "the canonical text would say something else: please report this")
