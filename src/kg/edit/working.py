"""A folder of files that a user changes: begun, locked while it is changed, and added to.

A change is written and synced beside its place, and committed by giving that file its name, which
fails where the name is taken. So no two writers commit on the same state, and one that is killed
leaves the state before or the one after.
"""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from kg import files, resources
from kg.dataset.changes import CHANGES
from kg.errors import Misuse, ResourceNotFound, WriteFailure
from kg.files import sync_one
from kg.snapshot.writing import sync

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kg.dataset import Document

__all__ = ["LOOK", "PATIENCE", "alone", "init", "next_change", "take_lock"]
__all__ += ["working_folder", "write_change"]

#: How long one change waits for another on the same folder, and how often it looks, in seconds.
PATIENCE = 60.0
LOOK = 0.05
#: What file systems say that have no hard links.
_NO_LINKS = frozenset(
    (errno.EPERM, errno.ENOSYS, errno.EMLINK, errno.EXDEV, errno.ENOTSUP, errno.EOPNOTSUPP)
)
_ADVICE = "make a graph of your own with kg init DIR, and give it with --data DIR"


def init(folder: Path | str) -> Path:
    """Copy the graph that kg ships into a new folder, there to be changed.

    Args:
        folder: a folder that is empty or not there yet.

    Raises:
        Misuse: the folder holds something, or is a file.
        WriteFailure: it could not be written; nothing is left behind.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as place:
    ...     (init(Path(place) / "mine") / "relations.ttl").is_file()
    True
    """
    folder = Path(folder)
    if folder.exists() and not folder.is_dir():
        raise Misuse(f"{folder}: is a file; name a folder that is empty or not there yet")
    if folder.is_dir() and any(folder.iterdir()):
        raise Misuse(f"{folder}: is not empty; name a folder that is empty or not there yet")
    whole = Path(os.path.abspath(folder))  # noqa: PTH100 - resolve() would follow a link to it
    beside = whole.with_name(f".{whole.name}.{secrets.token_hex(4)}.part")
    try:
        whole.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(resources.data(), beside, ignore=shutil.ignore_patterns(".*"))
        sync(beside)
        if whole.is_dir():
            whole.rmdir()
        beside.rename(whole)
        sync_one(whole.parent)
    except (OSError, shutil.Error) as error:
        raise WriteFailure(folder, getattr(error, "strerror", None) or str(error)) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return folder


def working_folder(paths: Sequence[Path]) -> Path:
    """Return the folder that changes of a graph are written to.

    Args:
        paths: what the graph is made from.

    Raises:
        Misuse: that is not one folder of the user's own.
        ResourceNotFound: it is not there.
    """
    if len(paths) != 1:
        raise Misuse(f"a graph of several files or folders cannot be changed: {_ADVICE}")
    [folder] = paths
    if not folder.exists():
        raise ResourceNotFound(folder)
    if not folder.is_dir():
        raise Misuse(f"{folder}: only a graph in a folder can be changed: {_ADVICE}")
    if folder.samefile(resources.data()):
        raise Misuse(f"the graph that kg ships is not changed: {_ADVICE}")
    return folder


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Keep other processes from changing a folder; wait until they have.

    Raises:
        WriteFailure: another one does not come to its end, or the file system has no locks.
    """
    if os.name == "nt":
        # There a folder has no lock; that a change never takes the name of another is enough.
        yield
        return
    until = time.monotonic() + PATIENCE
    while (descriptor := take_lock(folder)) is None:
        if time.monotonic() > until:
            raise WriteFailure(folder, "another kg is changing it: try again when it is done")
        time.sleep(LOOK)
    try:
        yield
    finally:
        os.close(descriptor)


def take_lock(folder: Path) -> int | None:
    """Return a descriptor that keeps others from changing a folder until it is closed.

    The system closes it when the process ends, however it ends.

    Args:
        folder: is there.

    Returns:
        The descriptor; None where another process changes the folder at present.

    Raises:
        WriteFailure: the folder cannot be opened, or its file system has no locks.
    """
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise WriteFailure(folder, error.strerror or str(error)) from error
    is_taken = files.lock_exclusive(descriptor)
    if is_taken:
        return descriptor
    os.close(descriptor)
    if is_taken is None:
        raise WriteFailure(folder, "its file system has no locks: copy it to another disk")
    return None


def next_change(folder: Path, documents: Iterable[Document]) -> Path:
    """Return the place of the next change of a folder.

    Args:
        folder: of the graph.
        documents: of the graph as it is.
    """
    names = [document.path.stem for document in documents if document.format is CHANGES]
    number = 1 + max((int(name) for name in names if name.isdecimal()), default=0)
    return folder / "changes" / f"{number:06}{CHANGES.suffixes[0]}"


def write_change(path: Path, content: bytes) -> None:
    """Write a document of changes that was not there, whole or not at all.

    Args:
        path: its place, in the folder ``changes`` of a folder that is held by ``alone``.
        content: the document.

    Raises:
        WriteFailure: the disk is full, the folder may not be written to, or the name is taken.
    """
    folder = path.parent
    made = not folder.exists()
    beside = folder / f".{path.name}.{secrets.token_hex(4)}.part"
    try:
        folder.mkdir(exist_ok=True)
        # What a killed process left; nobody else is writing here.
        for left in folder.glob(".*.rdfp.*.part"):
            left.unlink(missing_ok=True)
        with beside.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        _name(beside, path)
        for changed in (folder, folder.parent):
            sync_one(changed)
    except FileExistsError as error:
        raise WriteFailure(path, "there is such a change already: load the graph again") from error
    except OSError as error:
        raise WriteFailure(path, error.strerror or str(error)) from error
    finally:
        if folder.is_dir():
            beside.unlink(missing_ok=True)
        if made and folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def _name(beside: Path, path: Path) -> None:
    """Give a file a name that must be free.

    Raises:
        FileExistsError: the name is taken.
    """
    try:
        os.link(beside, path)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if path.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from None
        beside.rename(path)
