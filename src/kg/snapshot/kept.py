"""Small files on disk, each under the digest of what it was made from.

A cache and nothing more: what is damaged is taken for absent, and what cannot be written is not
kept.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path

from kg.snapshot import cache

__all__ = ["find", "keep"]

#: So many files of a kind stay on disk, those that were last written.
_MOST = 64


def find(kind: str, name: str) -> bytes | None:
    """Return what is kept under a name, None where there is nothing or it is damaged.

    Args:
        kind: the folder, beside that of the snapshots.
        name: the digest of what it was made from.
    """
    try:
        head, _, body = (_folder(kind) / name).read_bytes().partition(b"\n")
    except OSError:
        return None
    return body if hashlib.sha256(body).hexdigest().encode() == head else None


def keep(kind: str, name: str, body: bytes) -> None:
    """Write something, whole or not at all; where that cannot be, nothing is said."""
    folder = _folder(kind)
    aside = cache.aside(folder / name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        aside.write_bytes(hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
        aside.replace(folder / name)
        # The oldest files go, and with them what a killed process left.
        entries = sorted(os.scandir(folder), key=lambda entry: entry.stat().st_mtime)
        for entry in entries[:-_MOST]:
            Path(entry.path).unlink(missing_ok=True)
    except OSError:
        with suppress(OSError):
            aside.unlink()


def _folder(kind: str) -> Path:
    return cache.folder().parent / kind
