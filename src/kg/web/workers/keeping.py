"""Locks on the snapshots of an edition, so that nothing removes what is served."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from kg.errors import ResourceNotFound
from kg.snapshot import locks

if TYPE_CHECKING:
    from kg.web.edition import Edition

__all__ = ["Kept"]


class Kept:
    """The locks of the snapshots of an edition.

    Args:
        edition: a state of what is served.

    Raises:
        ResourceNotFound: a snapshot is not there any more.
    """

    def __init__(self, edition: Edition) -> None:
        self._descriptors: list[int] = []
        folders = {*edition.snapshots.values(), *filter(None, [edition.beside])}
        for folder in sorted(folders):
            self._take(Path(folder))

    def _take(self, folder: Path) -> None:
        try:
            descriptor = os.open(folder / "lock", os.O_RDONLY)
        except OSError as error:
            self.release()
            raise ResourceNotFound(folder, f"{folder}: {error.strerror or error}") from error
        self._descriptors.append(descriptor)
        if locks.shared(descriptor) is False:
            self.release()
            raise ResourceNotFound(folder, f"{folder}: it is being removed")

    def release(self) -> None:
        """Let go of them."""
        while self._descriptors:
            os.close(self._descriptors.pop())
