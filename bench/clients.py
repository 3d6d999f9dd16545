"""Clients that ask an endpoint over HTTP and take little time themselves.

One process asks on many connections, each of which stays open, as those of a browser or a library
do. Only what the endpoints here answer is read: a length, or pieces
(https://www.rfc-editor.org/rfc/rfc9112#name-message-body-length).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Client", "Reply", "asked", "bindings"]

#: Status, headers by name in lower case, and body.
Reply = tuple[int, dict[str, str], bytes]
_LARGEST_HEAD = 1 << 16


class Client:
    """One connection, opened when it is first used, and anew when the other side has closed it.

    Args:
        url: of the endpoint, with the path to which queries go.
    """

    def __init__(self, url: str) -> None:
        self._parts = urlsplit(url)
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, query: str) -> Reply:
        """Ask a query by GET, and read the whole answer.

        Raises:
            OSError: the connection broke.
            asyncio.IncompleteReadError: likewise, in the middle of the answer.
        """
        reader, writer = await self._opened()
        target = f"{self._parts.path}?query={quote(query)}"
        writer.write(
            f"GET {target} HTTP/1.1\r\nHost: {self._parts.netloc}\r\n"
            "Accept: application/sparql-results+json\r\n\r\n".encode()
        )
        try:
            return await self._read(reader)
        except BaseException:
            await self.close()
            raise

    async def _opened(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._streams is None:
            host, port = self._parts.hostname, self._parts.port
            self._streams = await asyncio.open_connection(host, port, limit=_LARGEST_HEAD)
        return self._streams

    async def _read(self, reader: asyncio.StreamReader) -> Reply:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        status = int(head[0].split(" ", 2)[1])
        named = (line.partition(":") for line in head[1:] if line)
        headers = {name.lower(): value.strip() for name, _, value in named}
        if headers.get("transfer-encoding") == "chunked":
            body = await _pieces(reader)
        else:
            body = await reader.readexactly(int(headers.get("content-length", "0")))
        if headers.get("connection") == "close":
            await self.close()
        return status, headers, body

    async def close(self) -> None:
        """Close the connection."""
        if self._streams is not None:
            _, writer = self._streams
            self._streams = None
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()


async def _pieces(reader: asyncio.StreamReader) -> bytes:
    parts = []
    while size := int((await reader.readline()).partition(b";")[0], 16):
        parts.append(await reader.readexactly(size))
        await reader.readexactly(2)
    await reader.readline()
    return b"".join(parts)


def bindings(reply: Reply) -> list[dict[str, str]]:
    """Return the rows of an answer, sorted, with the value of each term."""
    found: dict[str, Any] = json.loads(reply[2])
    rows = [
        {name: term["value"] for name, term in row.items()} for row in found["results"]["bindings"]
    ]
    return sorted(rows, key=lambda row: sorted(row.items()))


async def asked(
    url: str, queries: Iterator[str], clients: int, seconds: float, clock: Callable[[], float]
) -> tuple[int, list[int]]:
    """Ask queries, each client the next one as soon as it has its answer.

    Args:
        url: of the endpoint.
        queries: as many as one likes.
        clients: how many ask at once.
        seconds: for how long.
        clock: tells the time.

    Returns:
        How many were answered, and the status of each answer that was none.
    """
    end, done, failed = clock() + seconds, 0, []

    async def one() -> None:
        nonlocal done
        client = Client(url)
        while clock() < end:
            status, _, _ = await client.ask(next(queries))
            if status == 200:  # noqa: PLR2004 - of HTTP
                done += 1
            else:
                failed.append(status)
        await client.close()

    await asyncio.gather(*(one() for _ in range(clients)))
    return done, failed
