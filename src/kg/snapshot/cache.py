"""The cache on disk: the folder of snapshots, what in it may go, and small files beside it.

A folder that ends in ``.tmp`` is being written or being removed by the process in its name.
"""

from __future__ import annotations

import hashlib
import os
import sys
import time
from contextlib import suppress
from pathlib import Path

from kg import files

__all__ = [
    "KEPT",
    "NAME_LENGTH",
    "aside",
    "discard",
    "find_file",
    "folder",
    "keep_file",
    "prune",
    "remove",
]

#: So many hex digits of its digest name a snapshot.
NAME_LENGTH = 32
#: So many snapshots stay that nobody holds.
KEPT = 8

_AN_HOUR = 3600
# How often a folder is removed, and the seconds between: what is not gone then is locked or shared.
_TRIES = 5
_PAUSE = 0.05
# A name of its own: mypy would take the code for other systems as never reached.
_PLATFORM: str = sys.platform


def folder() -> Path:
    """Return the folder of all snapshots: below ``KG_CACHE``, or where the system keeps caches."""
    cache = os.environ.get("KG_CACHE")
    return Path(cache or _system_cache()) / "snapshots"


def _system_cache() -> str:
    if _PLATFORM == "linux":
        # What platformdirs says there, without the 5 ms that importing it adds to every answer;
        # a path that is not absolute does not count,
        # https://specifications.freedesktop.org/basedir-spec/latest/
        caches = os.environ.get("XDG_CACHE_HOME", "")
        if not caches.startswith("/"):
            caches = str(Path.home() / ".cache")
        return f"{caches}/relations-kg"
    from platformdirs import user_cache_dir

    return user_cache_dir("relations-kg", appauthor=False)


def prune(keep: int = KEPT) -> None:
    """Remove the snapshots that were not used for longest, and what a killed build left.

    What a reader holds stays, and so does what a living process is building.

    Args:
        keep: how many snapshots stay.
    """
    try:
        entries = [entry for entry in folder().iterdir() if entry.is_dir()]
    except OSError:
        return
    for entry in entries:
        if entry.suffix == ".tmp" and _is_abandoned(entry):
            remove(entry)
    snapshots = [entry for entry in entries if len(entry.name) == NAME_LENGTH]
    for entry in sorted(snapshots, key=_last_used, reverse=True)[keep:]:
        descriptor = _lock_of(entry)
        if descriptor is None:
            continue
        try:
            if files.lock_exclusive(descriptor):
                discard(entry)
        finally:
            os.close(descriptor)


def _last_used(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _lock_of(path: Path) -> int | None:
    try:
        return os.open(path / "lock", os.O_RDWR)
    except OSError:
        return None


def _is_abandoned(path: Path) -> bool:
    """Return whether the process that was writing a folder is gone.

    A lock that somebody holds is sure. One that nobody holds may be about to be taken, so that
    the process must be dead too. Where another has its number by now, or there are no locks and
    the process may be on another machine, an hour decides.
    """
    descriptor = _lock_of(path)
    taken: bool | None = True
    if descriptor is not None:
        try:
            taken = files.lock_exclusive(descriptor)
        finally:
            os.close(descriptor)
    number = path.name.split(".")[1]
    dead = number.isdigit() and not files.is_running(int(number))
    old = time.time() - _last_used(path) > _AN_HOUR
    return taken is not False and (old or (dead and taken is True))


def aside(path: Path) -> Path:
    """Return a name beside a snapshot's that tells which process uses it."""
    return Path(f"{path}.{os.getpid()}.{os.urandom(4).hex()}.tmp")


def discard(path: Path) -> None:
    """Move a snapshot out of its place, then remove it, so that nobody sees half of it."""
    going = aside(path)
    try:
        path.rename(going)
    except OSError:
        return
    remove(going)


def remove(path: Path) -> None:
    """Remove a folder as far as that can be done; what is left is tried again by ``prune``.

    A store that is still open may put one more file there while the others go.
    """
    from shutil import rmtree

    for _ in range(_TRIES):
        rmtree(path, ignore_errors=True)
        if not path.exists():
            return
        time.sleep(_PAUSE)


# Small files, each under the digest of what it was made from. A cache and nothing more: what is
# damaged is taken for absent, and what cannot be written is not kept.

#: So many files of a kind stay on disk, those that were last written.
_MOST = 64


def find_file(kind: str, name: str) -> bytes | None:
    """Return what is kept under a name, None where there is nothing or it is damaged.

    Args:
        kind: the folder, beside that of the snapshots.
        name: the digest of what it was made from.
    """
    try:
        head, _, body = (_files_of(kind) / name).read_bytes().partition(b"\n")
    except OSError:
        return None
    return body if hashlib.sha256(body).hexdigest().encode() == head else None


def keep_file(kind: str, name: str, body: bytes) -> None:
    """Write something, whole or not at all; where that cannot be, nothing is said."""
    folder = _files_of(kind)
    beside = aside(folder / name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
        beside.replace(folder / name)
        # The oldest files go, and with them what a killed process left.
        entries = sorted(os.scandir(folder), key=lambda entry: entry.stat().st_mtime)
        for entry in entries[:-_MOST]:
            Path(entry.path).unlink(missing_ok=True)
    except OSError:
        with suppress(OSError):
            beside.unlink()


def _files_of(kind: str) -> Path:
    return folder().parent / kind
