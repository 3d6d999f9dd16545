"""Files written whole or not at all, and files rewritten in canonical form."""

from __future__ import annotations

import os
import re
import secrets
import stat
from collections import deque
from pathlib import Path

from pyoxigraph import RdfFormat, Triple
from pyoxigraph import parse as parse_rdf

from kg import formats, sssom
from kg.dataset import parsing
from kg.errors import KgError, Misuse, ResourceNotFound, WriteFailure
from kg.export.canonical import canonical_triples
from kg.export.turtle import canonical_turtle

__all__ = ["format_file", "write"]

# What can hold a "#" that begins no comment, before what a comment is (Turtle 1.1, section 6).
_TOKEN = re.compile(
    r"""\"{3}(?:\"{0,2}(?:[^"\\]|\\.))*\"{3} | '{3}(?:'{0,2}(?:[^'\\]|\\.))*'{3}
    | "(?:[^"\\\n\r]|\\.)*" | '(?:[^'\\\n\r]|\\.)*' | <[^<>"{}|^`\x00-\x20]*> | \\.
    | (?P<comment>\#[^\n\r]*)""",
    re.VERBOSE | re.DOTALL,
)


def write(path: Path | str, content: bytes) -> None:
    """Write a file so that it is there whole, or as it was before.

    What is no regular file, such as a pipe or ``/dev/null``, is written to as it is.

    Raises:
        WriteFailure: the folder is missing, may not be written to, or the disk is full.
    """
    target = Path(os.path.realpath(path))
    try:
        if target.exists() and not target.is_file():
            target.write_bytes(content)
        elif target.exists() and not os.access(target, os.W_OK):
            raise WriteFailure(path, "the file is read-only")
        else:
            _replace(target, content)
    except OSError as error:
        raise WriteFailure(path, error.strerror or str(error)) from error


def _replace(target: Path, content: bytes) -> None:
    beside = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else None
    try:
        with beside.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if mode is not None:
            beside.chmod(mode)
        beside.replace(target)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def format_file(path: Path | str, *, check: bool = False) -> str | None:
    """Rewrite a Turtle or SSSOM file in canonical form; the triples stay the same.

    Comments at the very top stay. A file that brings prefixes along keeps those it uses.

    Args:
        path: a file that ends in ``.ttl`` or ``.sssom.tsv``.
        check: say what would change and write nothing.

    Returns:
        The canonical text, or None where the file has it already.

    Raises:
        ParseFailure: the file is not well formed.
        Misuse: it is of another format, or has a comment that would be lost.
        WriteFailure: it could not be written; it is unchanged.
    """
    path = Path(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ResourceNotFound(path, f"{path}: cannot be read: {error.strerror}") from error
    if path.name.lower().endswith(".sssom.tsv"):
        text = _canonical_links(path, content)
    elif path.suffix.lower() in formats.by_name("ttl").suffixes:
        text = _canonical_turtle(path, content)
    else:
        raise Misuse(f"{path}: kg fmt rewrites .ttl and .sssom.tsv files")
    if text.encode() == content:
        return None
    if not check:
        write(path, text.encode())
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


def _canonical_turtle(path: Path, content: bytes) -> str:
    triples = _triples(path, content)
    text = content.decode("utf-8-sig")
    comment = _leading_comment(path, text)
    parser = parse_rdf(text, RdfFormat.TURTLE)
    deque(parser, maxlen=0)
    canonical = canonical_turtle(triples, comment, parser.prefixes)
    if canonical_triples(_triples(path, canonical.encode())) != canonical_triples(triples):
        raise _not_the_same(path)
    return canonical


def _triples(path: Path, content: bytes) -> list[Triple]:
    quads = parsing.parse(str(path), formats.by_name("ttl"), content, "b")
    return [quad.triple for quad in quads]


def _leading_comment(path: Path, text: str) -> str:
    """Return the comment at the top without its ``#``, and refuse any other."""
    top = re.match(r"(?:[ \t]*(?:#[^\n]*)?\n)*", text)
    end = top.end() if top else 0
    for token in _TOKEN.finditer(text, end):
        if token["comment"]:
            line = text.count("\n", 0, token.start()) + 1
            raise Misuse(
                f"{path}:{line}: this comment would be lost: move it into an rdfs:comment or to "
                "the top of the file"
            )
    lines = [re.sub(r"^\s*# ?", "", line).rstrip() for line in text[:end].splitlines()]
    return "\n".join(lines).strip("\n")


def _not_the_same(path: Path) -> KgError:
    return WriteFailure(path, "the canonical text would say something else: please report this")
