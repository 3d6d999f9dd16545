"""What the endpoint says of itself and of what it serves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.web.formats import GRAPHS, agreed, written
from kg.web.pages.site import site
from kg.web.service import dataset
from kg.web.service import service as described

if TYPE_CHECKING:
    from kg.web.responses import Answer
    from kg.web.workers.held import Held

__all__ = ["service", "void"]


def service(
    held: Held,
    *,
    accept: str | None = None,
    format: str | list[str] | None = None,  # noqa: A002 - the word of the address
    base: str,
    writable: bool,
) -> Answer:
    """Describe the endpoint.

    Args:
        held: what is served.
        accept: the header.
        format: the name of a format of graphs, which goes before the header.
        base: what addresses begin with.
        writable: whether updates are taken.

    Raises:
        Problem: none of the formats asked for is given.
    """
    kind = agreed(GRAPHS, accept, format)
    return written(described(held, base, writable=writable), kind)


def void(
    held: Held,
    *,
    accept: str | None = None,
    format: str | list[str] | None = None,  # noqa: A002 - the word of the address
    base: str,
) -> Answer:
    """Describe what is served.

    Args:
        held: it.
        accept: the header.
        format: the name of a format of graphs, which goes before the header.
        base: what addresses begin with.

    Raises:
        Problem: none of the formats asked for is given.
    """
    kind = agreed(GRAPHS, accept, format)
    return written(dataset(held, base, site(held).licence), kind)
