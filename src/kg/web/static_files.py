"""The files that are served as they are: read once, compressed once, found by name alone."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from kg.web.links import STATIC
from kg.web.responses import Answer, Problem

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["MEDIA_TYPES", "StaticFile", "StaticFiles", "static_files", "takes_gzip"]

#: What a file is, by its ending; a file with another ending is not served.
MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/vnd.microsoft.icon",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
}
_COMPRESSED = {".css", ".js", ".svg", ".txt"}
# Less than a packet: compressing saves nothing.
_SMALL = 1024
_FOR_GOOD = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class StaticFile:
    """One file, ready to be sent.

    Args:
        body: what it holds.
        media_type: what it is.
        digest: of what it holds, SHA-256 in hexadecimal; the version in its address is the
            beginning of it.
        gzipped: the same, compressed; None where that is of no use.
    """

    body: bytes
    media_type: str
    digest: str
    gzipped: bytes | None


class StaticFiles:
    """The files below a folder, held in memory: no request reads the disk, so none leaves it.

    Args:
        folder: is read once.

    >>> StaticFiles(STATIC).answer("../static_files.py")
    Traceback (most recent call last):
    kg.web.responses.Problem: not-found: there is no static file of that name
    """

    def __init__(self, folder: Path) -> None:
        self.files = {
            path.relative_to(folder).as_posix(): _read(path)
            for path in sorted(folder.rglob("*"))
            if path.is_file() and path.suffix in MEDIA_TYPES
        }

    def answer(
        self,
        path: str,
        *,
        version: str | None = None,
        accept_encoding: str = "",
        if_none_match: str = "",
    ) -> Answer:
        """Answer a request for one file.

        Args:
            path: below ``/static/``, decoded.
            version: the parameter ``v`` of the address; where it is that of the file, browsers may
                keep the file for good.
            accept_encoding: the header of that name.
            if_none_match: the header of that name.

        Raises:
            Problem: there is no such file.
        """
        file = self.files.get(path)
        if file is None:
            raise Problem("not-found", "there is no static file of that name")
        zipped = file.gzipped if takes_gzip(accept_encoding) else None
        tag = f'"{file.digest[:32]}{"-gzip" if zipped else ""}"'
        kept = bool(version) and file.digest.startswith(version or "-") and len(version or "") >= 12  # noqa: PLR2004 - as links have it
        headers = [("ETag", tag), ("Cache-Control", _FOR_GOOD if kept else "no-cache")]
        if file.gzipped is not None:
            headers.append(("Vary", "Accept-Encoding"))
        if _matches(if_none_match, file.digest[:32]):
            return Answer(b"", file.media_type, 304, tuple(headers))
        if zipped:
            headers.append(("Content-Encoding", "gzip"))
        return Answer(zipped or file.body, file.media_type, 200, tuple(headers))


@lru_cache(maxsize=1)
def static_files() -> StaticFiles:
    """Return the files that kg ships, read when they are first asked for."""
    return StaticFiles(STATIC)


def _read(path: Path) -> StaticFile:
    body = path.read_bytes()
    worth = path.suffix in _COMPRESSED and len(body) > _SMALL
    return StaticFile(
        body=body,
        media_type=MEDIA_TYPES[path.suffix],
        digest=hashlib.sha256(body).hexdigest(),
        # Without a time, the same file gives the same bytes.
        gzipped=gzip.compress(body, 9, mtime=0) if worth else None,
    )


def takes_gzip(header: str) -> bool:
    """Tell whether gzip may be sent; RFC 9110, section 12.5.3.

    >>> takes_gzip("br, gzip;q=0.5"), takes_gzip("gzip;q=0"), takes_gzip("")
    (True, False, False)
    """
    taken = {}
    for part in header.lower().split(","):
        name, _, quality = part.partition(";")
        taken[name.strip()] = quality.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return taken.get("gzip", taken.get("*", False))


def _matches(header: str, digest: str) -> bool:
    """Tell whether the client has the file, in whatever encoding.

    >>> _matches('W/"abc-gzip", "other"', "abc"), _matches("*", "abc"), _matches('"ab"', "abc")
    (True, True, False)
    """
    tags = {tag.strip().removeprefix("W/").strip('"') for tag in header.split(",")}
    return bool(tags & {"*", digest, f"{digest}-gzip"})
