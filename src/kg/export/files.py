"""Files written whole or not at all."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path

from kg.errors import WriteFailure

__all__ = ["write"]


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
