"""Files written to disk whole or not at all."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from kg import contents
from kg.errors import WriteFailure

if TYPE_CHECKING:
    from collections.abc import Iterable


__all__ = ["sync_one", "write"]


def write(
    path: Path | str, content: bytes | Iterable[bytes], *, earlier: bytes | None = None
) -> None:
    """Write a file so that it is there whole, or as it was before.

    A file whose name ends in ``.gz`` is gzip. What is no regular file, such as a pipe or
    ``/dev/null``, is written to as it is.

    Args:
        path: of the file.
        content: what it is to hold, whole or in pieces.
        earlier: what it must hold until then, where the content was made from that.

    Raises:
        WriteFailure: the folder is missing, may not be written to, or the disk is full; or the
            file has changed meanwhile.
    """
    target = Path(os.path.realpath(path))
    pieces = [content] if isinstance(content, bytes) else content
    if contents.is_packed(path):
        pieces = [contents.packed(b"".join(pieces))]
    try:
        if target.exists() and not target.is_file():
            with target.open("wb") as file:
                file.writelines(pieces)
        elif target.exists() and not os.access(target, os.W_OK):
            raise WriteFailure(path, "the file is read-only")
        else:
            _replace(target, pieces, Path(path), earlier)
    except OSError as error:
        raise WriteFailure(path, error.strerror or str(error)) from error


def _replace(target: Path, pieces: Iterable[bytes], path: Path, earlier: bytes | None) -> None:
    beside = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else None
    try:
        with beside.open("xb") as file:
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())
        if mode is not None:
            beside.chmod(mode)
        _check_unchanged(path, earlier)
        beside.replace(target)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    sync_one(target.parent)


def _check_unchanged(path: Path, earlier: bytes | None) -> None:
    if earlier is not None and contents.read(path) != earlier:
        raise WriteFailure(path, "the file has changed meanwhile: try again")


def sync_one(path: Path) -> None:
    """Sync a file, or the names in a folder, to disk; Windows syncs no folder."""
    # Windows syncs only what is open for writing; a folder can only be opened for reading.
    if os.name == "nt" and path.is_dir():
        return
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
