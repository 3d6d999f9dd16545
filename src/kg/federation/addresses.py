"""Which address of the network a service has, looked up once and checked before anything is sent.

What is checked is what is asked: the connection goes to this very address, so that a name that
stands for another one a moment later changes nothing.
"""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from kg.errors import Misuse, QueryRefused, ServiceFailure

__all__ = ["Service", "service"]

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
    """Tell whether an address, and what of IPv4 is inside it, is one of the open Internet."""
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
