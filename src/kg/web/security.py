"""Security: headers of every answer, who may write, and messages without the paths of files."""

from __future__ import annotations

import hmac
import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from kg import resources
from kg.web.responses import Problem

if TYPE_CHECKING:
    from starlette.datastructures import Headers

    from kg.web.settings import Settings

__all__ = ["POLICY", "check_writer", "cross_origin", "discreet", "headers", "preflight"]

#: Scripts, styles, pictures and answers come from this server alone, https://www.w3.org/TR/CSP3/.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_ALWAYS = (
    ("Content-Security-Policy", POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
)
#: What a browser calls a request that the page of another site, or of none, has made.
_FOREIGN = frozenset({"cross-site", "same-site"})


def headers(settings: Settings) -> tuple[tuple[str, str], ...]:
    """Return the headers of every answer.

    >>> from kg.web.settings import Settings
    >>> headers(Settings())[-1]
    ('Cross-Origin-Resource-Policy', 'same-origin')
    """
    if settings.cors:
        return (*_ALWAYS, ("Access-Control-Allow-Origin", "*"))
    return (*_ALWAYS, ("Cross-Origin-Resource-Policy", "same-origin"))


def preflight(settings: Settings) -> tuple[tuple[str, str], ...]:
    """Return what tells a browser which requests pages of other sites may make: reading ones.

    See https://fetch.spec.whatwg.org/#http-cors-protocol.
    """
    if not settings.cors:
        return ()
    return (
        ("Access-Control-Allow-Methods", "GET, HEAD, POST"),
        ("Access-Control-Allow-Headers", "Accept, Content-Type"),
        ("Access-Control-Max-Age", "86400"),
    )


def cross_origin(received: Headers, base: str, own: str) -> bool:
    """Tell whether a browser says that the page of another site has made a request.

    Args:
        received: the headers of the request.
        base: what links begin with.
        own: the address that is listened at.
    """
    if received.get("sec-fetch-site") in _FOREIGN:
        return True
    origin = received.get("origin")
    if origin is None:
        return False
    return origin.lower() not in {_origin(base), _origin(own)}


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}".lower()


def check_writer(received: Headers, settings: Settings, own: str) -> None:
    """Refuse whoever may not write.

    Args:
        received: the headers of the request.
        settings: say whether anybody may, and what they show.
        own: the address that is listened at.

    Raises:
        Problem: the endpoint only reads, a page of another site asks, or the token is not shown.
    """
    if not settings.writable:
        raise Problem("read-only", "this endpoint only reads; kg serve --writable takes updates")
    if cross_origin(received, settings.base or own, own):
        raise Problem("cross-origin", "pages of other sites do not write here")
    if settings.token is None:
        return
    kind, _, shown = received.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or not hmac.compare_digest(
        shown.strip().encode(), settings.token.encode()
    ):
        raise Problem(
            "unauthorized",
            "writing takes the token: Authorization: Bearer …",
            headers={"WWW-Authenticate": 'Bearer realm="kg"'},
        )


def discreet(text: str, settings: Settings) -> str:
    """Return a text without the folders of this machine; the names of the files stay.

    Args:
        text: a message that may name files.
        settings: say what is served.

    >>> from kg.web.settings import Settings
    >>> discreet("/srv/kg/mine/claims.ttl:3: no dot", Settings(data=(Path("/srv/kg/mine"),)))
    'claims.ttl:3: no dot'
    >>> discreet("relations-kg/g/claims.ttl, g/x.ttl", Settings(data=(Path("g"),)))
    'relations-kg/g/claims.ttl, x.ttl'
    """
    named = [*settings.data, *(settings.ontology or ())]
    if settings.dataset is not None:
        named.append(settings.dataset)
    own = [resources.data(), *resources.ontology(), *resources.shapes()]
    folders: set[str] = set()
    for path in (*named, *own):
        for one in (path, path.absolute(), path.resolve(), _from_here(path)):
            folders.update((f"{one}/", f"{one.parent}/"))
    folders -= {"./", "/"}
    for folder in sorted(folders, key=len, reverse=True):
        # A folder is not the end of the name of another.
        text = re.sub(rf"(?<![\w./-]){re.escape(folder)}", "", text)
    return text


def _from_here(path: Path) -> Path:
    whole, here = path.absolute(), Path.cwd()
    return whole.relative_to(here) if whole.is_relative_to(here) else whole
