"""The files of folders that kg reads, each as a document."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from kg import contents, formats
from kg.dataset.changes import CHANGES
from kg.dataset.documents import SSSOM, Document
from kg.errors import Misuse, ResourceNotFound, UnknownName
from kg.formats import FORMATS, INPUT_FORMATS, Format

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["read_documents"]

_CONTEXT = "context.jsonld"


def read_documents(paths: Sequence[Path], base: str | None = None) -> tuple[Document, ...]:
    """Read files, and the RDF and SSSOM files of folders, without parsing them.

    A folder is searched at every depth, in the order of the names, leaving out what is hidden
    (its name begins with a dot) and ``context.jsonld``, which only tells how to read other files. A
    file that is met twice is read once.

    Args:
        paths: files and folders.
        base: what relative IRIs are resolved against; the address of each file where it is None.

    Raises:
        ResourceNotFound: a path does not exist, or a folder holds no file that kg reads.
        UnknownName: a file's ending tells no format that kg reads.
    """
    found: dict[Path, Document] = {}
    for path in paths:
        for file, kind in _files(Path(path)):
            if file.resolve() not in found:
                role = "change" if kind is CHANGES else "data"
                found[file.resolve()] = Document(file, kind, contents.read(file), role, base=base)
    return tuple(found.values())


def _files(path: Path) -> Iterable[tuple[Path, Format]]:
    standard = contents.given(path)
    if standard is not None:
        return [(path, _format_of_input(standard.format_name))]
    if not path.exists():
        raise ResourceNotFound(path)
    if not path.is_dir():
        return [(path, _format(path))]

    def refuse(error: OSError) -> None:
        raise ResourceNotFound(path, f"{error.filename}: cannot be read: {error.strerror}")

    files = []
    for folder, folders, names in os.walk(path, onerror=refuse):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            hidden = name.startswith(".") or name == _CONTEXT
            kind = None if hidden else _format_or_none(Path(name))
            if kind is not None:
                files.append((Path(folder) / name, kind))
    if not files:
        endings = " ".join(suffix for kind in _readable() for suffix in kind.suffixes)
        raise ResourceNotFound(path, f"{path}: the folder holds no file that kg reads: {endings}")
    return sorted(files, key=lambda entry: entry[0].relative_to(path).as_posix())


def _readable() -> list[Format]:
    return [*(kind for kind in FORMATS.values() if kind.readable), SSSOM, CHANGES]


def _format_or_none(path: Path) -> Format | None:
    name = contents.unpacked_name(path).lower()
    return next((kind for kind in _readable() if name.endswith(kind.suffixes)), None)


def _format(path: Path) -> Format:
    kind = _format_or_none(path)
    if kind is None:
        name = formats.by_path(path).name
        raise UnknownName("reader for", str(path), hint=f"kg writes {name} but does not read it")
    return kind


def _format_of_input(name: str | None) -> Format:
    if name is None:
        listed = ", ".join(INPUT_FORMATS)
        raise Misuse(f"say what standard input is written in: --input-format, one of {listed}")
    return INPUT_FORMATS[name]
