"""Files: written to disk whole or not at all, synced, and locked between processes."""

from __future__ import annotations

import os
import secrets
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from kg import contents
from kg.errors import WriteFailure

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["is_running", "lock_exclusive", "lock_shared", "sync_one", "write"]


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


# Locks between processes, on systems that have them.

# Windows has no flock; there kg relies on renaming alone.
if sys.platform != "win32":
    import fcntl


def lock_shared(descriptor: int) -> bool | None:
    """Take a lock together with others, without waiting.

    Returns:
        Whether it was taken; None where the system or the file system has no locks.
    """
    return _take(descriptor, exclusively=False)


def lock_exclusive(descriptor: int) -> bool | None:
    """Take a lock alone, without waiting; returns what ``lock_shared`` returns."""
    return _take(descriptor, exclusively=True)


def _take(descriptor: int, *, exclusively: bool) -> bool | None:
    if sys.platform == "win32":
        return None
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_EX if exclusively else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True


def is_running(process: int) -> bool:
    """Return whether a process of that number runs; on Windows always, since asking would end it.

    >>> is_running(os.getpid())
    True
    """
    if os.name == "nt":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
