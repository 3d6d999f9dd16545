"""Files and standard input: read, unpacked, written whole or not at all, locked."""

from __future__ import annotations

import io
import os
import secrets
import stat
import sys
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cached_property
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from kg.errors import ParseFailure, ResourceNotFound, WriteFailure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = [
    "STDIN",
    "StandardInput",
    "given",
    "is_packed",
    "is_running",
    "lock_exclusive",
    "lock_shared",
    "packing",
    "pieces",
    "read",
    "size",
    "standard_input",
    "sync_one",
    "unpacked_name",
    "write",
]


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
    if is_packed(path):
        pieces = [_packed(b"".join(pieces))]
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
    if earlier is not None and read(path) != earlier:
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


# The bytes of files and of standard input, unpacked where they are gzip.

__all__ += ["pieces", "read", "size", "standard_input", "unpacked_name"]

#: What the name of a file ends with that is gzip; its format is what stands before.
_GZIP = ".gz"
#: Stands for standard input where a path does.
STDIN = Path("<stdin>")
_MAGIC = b"\x1f\x8b"
_PIECE = 8 << 20
#: A file may unpack to so many bytes, however small it is, and to so many times its size.
_ALWAYS, _RATIO = 100_000_000, 200


class StandardInput:
    """Standard input, read once, when its bytes are first asked for.

    Args:
        file: to read from.
        format_name: returns what it is written in; None where nobody said it.
    """

    def __init__(
        self, file: Callable[[], IO[bytes]], format_name: Callable[[], str | None]
    ) -> None:
        self._file, self._format_name = file, format_name

    @cached_property
    def content(self) -> bytes:
        """The bytes."""
        return self._file().read()

    @property
    def format_name(self) -> str | None:
        """What it is written in."""
        return self._format_name()


_INPUT: ContextVar[StandardInput | None] = ContextVar("standard input", default=None)


@contextmanager
def standard_input(given: StandardInput) -> Iterator[None]:
    """Let ``STDIN`` stand for standard input for a while."""
    token = _INPUT.set(given)
    try:
        yield
    finally:
        _INPUT.reset(token)


def given(path: Path) -> StandardInput | None:
    """Return standard input, where a path stands for it."""
    return _INPUT.get() if path == STDIN else None


def is_packed(path: Path | str) -> bool:
    """Check whether a file is gzip by its name.

    >>> is_packed("a.nt.gz"), is_packed("a.nt")
    (True, False)
    """
    return str(path).lower().endswith(_GZIP)


def unpacked_name(path: Path | str) -> str:
    """Return the name of a file without what says that it is gzip.

    >>> unpacked_name(Path("data/a.nt.gz"))
    'a.nt'
    """
    name = Path(path).name
    return name[: -len(_GZIP)] if is_packed(name) else name


def _packed(content: bytes) -> bytes:
    """Return bytes as gzip, the same ones every time."""
    target = io.BytesIO()
    with packing(target) as file:
        file.write(content)
    return target.getvalue()


def packing(target: IO[bytes]) -> IO[bytes]:
    """Return a file to write to what ``target`` is to have as gzip, without name and time."""
    import gzip

    return cast("IO[bytes]", gzip.GzipFile(filename="", mode="wb", fileobj=target, mtime=0))


def read(path: Path) -> bytes:
    """Return the bytes of a file, or of standard input, unpacked where its name ends in ``.gz``.

    Raises:
        ResourceNotFound: there is no such file, or it cannot be read.
        ParseFailure: it is gzip by its name alone, or by its content alone, or damaged.
    """
    return b"".join(pieces(path, -1))


def pieces(path: Path, length: int = _PIECE) -> Iterator[bytes]:
    """Yield what ``read`` returns in pieces.

    Args:
        path: of the file.
        length: of a piece of a plain file; -1 for the whole.

    Raises:
        ResourceNotFound: as ``read`` does.
        ParseFailure: as ``read`` does.
    """
    standard = given(path)
    if standard is not None:
        file = io.BytesIO(standard.content)
        yield from _unlike_gzip(path, iter(lambda: file.read(length), b""))
        return
    try:
        if path.exists() and not path.is_file():
            hint = "save its content to one first"
            raise ResourceNotFound(path, f"{path}: not a regular file: {hint}")
        with path.open("rb") as opened:
            plain = iter(lambda: opened.read(length), b"")
            yield from _unpacked(path, opened) if is_packed(path) else _unlike_gzip(path, plain)
    except OSError as error:
        raise ResourceNotFound(path, f"{path}: cannot be read: {error.strerror}") from error


def size(path: Path) -> int:
    """Return about how many bytes ``read`` returns, without reading a file."""
    standard = given(path)
    if standard is not None:
        return len(standard.content)
    length = path.stat().st_size
    if not is_packed(path) or length < 4:  # noqa: PLR2004 - the bytes that say it
        return length
    with path.open("rb") as file:
        file.seek(-4, 2)
        return max(length, int.from_bytes(file.read(4), "little"))


def _unlike_gzip(path: Path, plain: Iterator[bytes]) -> Iterator[bytes]:
    for number, piece in enumerate(plain):
        if not number and piece.startswith(_MAGIC):
            unpack = "unpack it first, with gzip -dc" if path == STDIN else f"name it {path}{_GZIP}"
            raise ParseFailure(path, f"is gzip, which its name does not say: {unpack}")
        yield piece


def _unpacked(path: Path, file: IO[bytes]) -> Iterator[bytes]:
    import gzip
    import zlib

    if file.read(len(_MAGIC)) != _MAGIC:
        raise ParseFailure(path, f"is not gzip, though its name ends in {_GZIP}")
    file.seek(0)
    most, total = max(_ALWAYS, _RATIO * path.stat().st_size), 0
    try:
        with gzip.GzipFile(fileobj=file) as unpacking:
            while piece := unpacking.read(_PIECE):
                total += len(piece)
                if total > most:
                    raise ParseFailure(path, f"unpacks to more than {_RATIO} times its size")
                yield piece
    except EOFError:
        raise ParseFailure(path, "the gzip data end too early: is it cut off?") from None
    except (gzip.BadGzipFile, zlib.error) as error:
        if "Not a gzipped file" not in str(error):
            problem = f"the gzip data are damaged: {error}"
        else:
            problem = "something else stands after the gzip data: leave it out"
        raise ParseFailure(path, problem) from None
