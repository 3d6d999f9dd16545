"""Answers kept on disk with the time when they were read."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

__all__ = ["Cache", "Kept", "default_folder"]


def default_folder() -> Path:
    """Return the folder of the user's cache where answers are kept unless told otherwise."""
    from platformdirs import user_cache_path

    return user_cache_path("relations-kg") / "wikidata"


@dataclass(frozen=True)
class Kept:
    """An answer and when it was read."""

    retrieved: datetime
    content: Any


class Cache:
    """A folder of answers, each a file named by the digest of what was asked.

    Args:
        folder: made when the first answer is kept.
        max_age: how old an answer may be to be given again; None is any age.

    >>> from tempfile import mkdtemp
    >>> cache = Cache(Path(mkdtemp()), timedelta(hours=1))
    >>> cache.get("Q912") is None
    True
    >>> cache.put("Q912", {"id": "Q912"}, datetime.now(UTC))
    >>> cache.get("Q912").content
    {'id': 'Q912'}
    """

    def __init__(self, folder: Path, max_age: timedelta | None = None) -> None:
        self._folder = folder
        self._max_age = max_age

    def get(self, key: str) -> Kept | None:
        """Return what is kept, or None where there is nothing, or where it is too old.

        A file that is damaged counts as nothing: what it held can be read again.
        """
        try:
            kept = json.loads(self._path(key).read_bytes())
            retrieved = datetime.fromisoformat(kept["retrieved"])
            if kept["key"] != key or retrieved.tzinfo is None:
                return None
        except (OSError, ValueError, KeyError, TypeError):
            return None
        if self._max_age is not None and datetime.now(UTC) - retrieved > self._max_age:
            return None
        return Kept(retrieved, kept["content"])

    def put(self, key: str, content: Any, retrieved: datetime) -> None:
        """Keep an answer; the file is there whole or not at all.

        Raises:
            OSError: the folder cannot be written.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        whole = {"key": key, "retrieved": retrieved.isoformat(), "content": content}
        descriptor, name = tempfile.mkstemp(dir=self._folder, prefix=".", suffix=".part")
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(whole, file, ensure_ascii=False)
            Path(name).replace(self._path(key))
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise

    def _path(self, key: str) -> Path:
        return self._folder / f"{hashlib.sha256(key.encode()).hexdigest()}.json"
