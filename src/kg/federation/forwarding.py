"""The forwarder between the engine and SERVICE addresses: checks them, and asks within limits.

The engine would ask whom it likes, follow redirects, and take any answer. So it gets an address of
this machine in place of the service's: a path that nobody can guess, on a port that is open for as
long as one query runs.
"""

from __future__ import annotations

import ipaddress
import json
import secrets
import socket
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, urlsplit

from kg.errors import KgError, Misuse, QueryRefused, ServiceFailure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import httpx

__all__ = ["Forwarder", "Limits", "Service", "forwarding", "service"]

# The address of a service is looked up once and checked before anything is sent. What is checked is
# what is asked: the connection goes to this very address, so that a name that stands for another
# one a moment later changes nothing.

_PORTS = {"http": 80, "https": 443}
# Addresses of IPv6 that stand for one of IPv4: https://www.rfc-editor.org/rfc/rfc6052 and
# https://www.rfc-editor.org/rfc/rfc8215.
_TRANSLATED = [ipaddress.IPv6Network(one) for one in ("64:ff9b::/96", "64:ff9b:1::/48")]
_COMPATIBLE = ipaddress.IPv6Network("::/96")


@dataclass(frozen=True)
class Service:
    """A service that may be asked.

    Args:
        url: as the user wrote it.
        host: its name, as for the header Host and for TLS.
        address: the address that the name stood for when it was checked.
        port: of the service.
    """

    url: str
    host: str
    address: str
    port: int

    @property
    def target(self) -> str:
        """The URL with the address in place of the name."""
        parts = urlsplit(self.url)
        address = f"[{self.address}]" if ":" in self.address else self.address
        return parts._replace(netloc=f"{address}:{self.port}", fragment="").geturl()

    @property
    def authority(self) -> str:
        """The name with its port, where that is not the usual one, as in the header Host."""
        scheme = urlsplit(self.url).scheme
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if _PORTS[scheme] == self.port else f"{host}:{self.port}"


def service(url: str, *, allow_private: bool = False) -> Service:
    """Look up the address of a service, and refuse one that is no address of the open Internet.

    Args:
        url: begins with http:// or https://.
        allow_private: whether this machine and the networks around it may be asked too.

    Raises:
        Misuse: the text is no URL of a service.
        QueryRefused: the name stands for a private address.
        ServiceFailure: the name stands for none.

    >>> service("http://127.0.0.1:7878/sparql")
    Traceback (most recent call last):
    kg.errors.QueryRefused: http://127.0.0.1:7878/sparql: 127.0.0.1 is refused: it is no public \
address
    """
    parts, host, port = _parts(url)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        told = getattr(error, "strerror", None) or str(error)
        raise ServiceFailure(url, f"the name {host} stands for no address: {told}") from None
    addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
    if not addresses:
        raise ServiceFailure(url, f"the name {host} stands for no address")
    for address in addresses:
        if not allow_private and not _is_public(address):
            shown = address if address == parts.hostname else f"{host} is {address}, which"
            raise QueryRefused(
                f"{url}: {shown} is refused: it is no public address", code="service-denied"
            )
    return Service(url, host, addresses[0], port)


def _parts(url: str) -> tuple[SplitResult, str, int]:
    wrong = Misuse(f"{url}: is no URL of a service: write http:// or https://, a name and a path")
    if not url.isascii() or not url.isprintable() or " " in url:
        raise wrong
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise wrong from None
    if parts.scheme not in _PORTS or not host or port == 0:
        raise wrong
    if "@" in parts.netloc:
        raise Misuse(f"{parts.scheme}://…@{host}: a name and a password do not belong in the URL")
    return parts, host, _PORTS[parts.scheme] if port is None else port


def _is_public(text: str) -> bool:
    """Return whether an address, and what of IPv4 is inside it, is one of the open Internet."""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address.teredo:
            inner = address.teredo[1]
        if address in _COMPATIBLE or any(address in network for network in _TRANSLATED):
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return _is_public(str(inner))
        if address.is_site_local:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


_RESULTS = "application/sparql-results+json"
_PROJECT = "https://w3id.org/relations-kg/"
_OK, _REDIRECTS, _BAD_GATEWAY, _NOT_FOUND = 200, range(300, 400), 502, 404
_SHOWN = 200


@dataclass(frozen=True)
class Limits:
    """How much a query may take from services.

    Args:
        seconds: how long all requests together may take.
        megabytes: how large one answer may be.
        requests: how many there may be.
    """

    seconds: float = 60.0
    megabytes: float = 16.0
    requests: int = 100


class Forwarder:
    """Asks services on behalf of one query.

    Args:
        limits: of all that it asks.
        base: the address that the engine gets, without the number of the service.
    """

    def __init__(self, limits: Limits, base: str = "") -> None:
        from importlib.metadata import version

        self.base = base
        #: What went wrong first with a service that is not asked SILENT.
        self.failure: KgError | None = None
        self._limits = limits
        self._services: list[tuple[Service, bool]] = []
        self._agent = f"relations-kg/{version('relations-kg')} ({_PROJECT})"
        self._answers: dict[tuple[str, bytes], bytes] = {}
        self._asked = 0
        self._end = time.monotonic() + limits.seconds
        self._one_at_a_time = threading.Lock()

    def add(self, service: Service, *, is_silent: bool) -> str:
        """Return the address that stands for a service."""
        self._services.append((service, is_silent))
        return f"{self.base}{len(self._services) - 1}"

    def answer(self, number: int, query: bytes) -> bytes | None:
        """Ask a service; None says that it failed."""
        service, is_silent = self._services[number]
        with self._one_at_a_time:
            key = (service.url, query)
            try:
                if key not in self._answers:
                    self._answers[key] = self._ask(service, query)
            except KgError as error:
                if not is_silent and self.failure is None:
                    self.failure = error
                return None
            return self._answers[key]

    def _ask(self, service: Service, query: bytes) -> bytes:
        import httpx

        self._asked += 1
        if self._asked > self._limits.requests:
            raise QueryRefused(
                f"{service.url}: more than {self._limits.requests} requests for one query; put "
                "what binds its variables into the SERVICE, or ask less",
                code="too-complex",
            )
        streams: list[Any] = []
        try:
            with (
                _ending(self._left(service), streams),
                httpx.Client(trust_env=False, follow_redirects=False) as client,
                client.stream(
                    "POST",
                    service.target,
                    content=query,
                    headers=self._headers(service),
                    extensions={"sni_hostname": service.host, "trace": _kept(streams)},
                    timeout=self._left(service),
                ) as response,
            ):
                _check_head(service, response)
                content = self._body(service, response)
        except httpx.TimeoutException:
            raise self._late(service) from None
        except httpx.RemoteProtocolError as error:
            self._left(service)
            if "location header" in str(error):  # which httpx reads before it follows none
                raise ServiceFailure(
                    service.url, "redirects to something that is not an address"
                ) from None
            raise ServiceFailure(service.url, f"the answer breaks off: {error}") from None
        except httpx.HTTPError as error:
            self._left(service)
            told = str(error) or type(error).__name__
            raise ServiceFailure(service.url, f"cannot be asked: {told}") from None
        _check_body(service, content)
        return content

    def _headers(self, service: Service) -> dict[str, str]:
        return {
            "Host": service.authority,
            "User-Agent": self._agent,
            "Accept": _RESULTS,
            # What is not packed cannot be larger than what is counted.
            "Accept-Encoding": "identity",
            "Content-Type": "application/sparql-query",
        }

    def _left(self, service: Service) -> float:
        left = self._end - time.monotonic()
        if left <= 0:
            raise self._late(service)
        return left

    def _late(self, service: Service) -> ServiceFailure:
        return ServiceFailure(service.url, f"no answer within {self._limits.seconds:g} seconds")

    def _body(self, service: Service, response: httpx.Response) -> bytes:
        content, most = bytearray(), self._limits.megabytes * 1_000_000
        for piece in response.iter_raw():
            content += piece
            self._left(service)
            if len(content) > most:
                raise ServiceFailure(
                    service.url, f"the answer has more than {self._limits.megabytes:g} MB; ask less"
                )
        self._left(service)  # the answer may have ended because the time did
        return bytes(content)


@contextmanager
def forwarding(limits: Limits) -> Iterator[Forwarder]:
    """Open a forwarder for the time of a query."""
    secret = secrets.token_urlsafe(32)
    forwarder = Forwarder(limits)

    class Handler(_Handler):
        prefix, asked = f"/{secret}/", forwarder

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    forwarder.base = f"http://127.0.0.1:{server.server_address[1]}/{secret}/"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield forwarder
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    prefix: str
    asked: Forwarder

    def do_POST(self) -> None:
        """Answer the engine; it alone knows the path."""
        number = self.path.removeprefix(self.prefix)
        if not self.path.startswith(self.prefix) or not number.isdecimal():
            self.send_error(_NOT_FOUND)
            return
        query = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        content = self.asked.answer(int(number), query)
        if content is None:
            self.send_error(_BAD_GATEWAY)
            return
        self.send_response(_OK)
        self.send_header("Content-Type", _RESULTS)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_told: Any) -> None:
        """Say nothing: what went wrong is told once, by the query."""


def _kept(streams: list[Any]) -> Callable[[str, dict[str, Any]], None]:
    """Return what keeps the connections that httpx opens."""

    def keep(name: str, told: dict[str, Any]) -> None:
        if name in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            streams.append(told["return_value"])

    return keep


@contextmanager
def _ending(seconds: float, streams: list[Any]) -> Iterator[None]:
    """End the connections after a time: the timeouts of httpx begin anew with every byte."""

    def end() -> None:
        for stream in streams:
            with suppress(OSError):
                stream.get_extra_info("socket").shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()


def _check_head(service: Service, response: httpx.Response) -> None:
    """Refuse whatever is no answer to a query.

    Raises:
        ServiceFailure: it is a redirect, a failure, another format, or packed.
    """
    status, kind = response.status_code, response.headers.get("Content-Type", "no format")
    if status in _REDIRECTS:
        place = _plain(response.headers.get("Location", "elsewhere"))
        raise ServiceFailure(
            service.url, f"redirects to {place}, which is not followed; allow that address itself"
        )
    if status != _OK:
        raise ServiceFailure(service.url, f"answers {status} {response.reason_phrase}".strip())
    if kind.partition(";")[0].strip().lower() not in (_RESULTS, "application/json"):
        raise ServiceFailure(service.url, f"answers with {_plain(kind)} instead of {_RESULTS}")
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise ServiceFailure(service.url, "answers in a packed form that was not asked for")


def _check_body(service: Service, content: bytes) -> None:
    try:
        found = json.loads(content)
        found["head"]["vars"], found["results"]["bindings"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ServiceFailure(
            service.url, "the answer is not a whole SPARQL result in JSON"
        ) from None


def _plain(text: str) -> str:
    """Return a header of theirs as it can be shown on a terminal."""
    return "".join(one for one in text[:_SHOWN] if one.isprintable())
