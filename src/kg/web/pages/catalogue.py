"""The saved queries as the pages list them: by what they are about."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from kg.errors import KgError, Misuse, UnknownName
from kg.queries import SavedQuery, catalogue

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kg.web.workers.held import Held

__all__ = ["Group", "chosen", "groups", "misfit", "shipped", "tags"]


@dataclass(frozen=True)
class Group:
    """The saved queries of one tag."""

    tag: str
    queries: tuple[SavedQuery, ...]


def groups(saved: Iterable[SavedQuery], tag: str | None = None) -> tuple[Group, ...]:
    """Return the queries, each under its first tag, or all those of one tag.

    Args:
        saved: the queries.
        tag: the only one that is wanted.

    Raises:
        UnknownName: no query has the tag; carries the close matches.

    >>> [group.tag for group in groups(catalogue().values(), "border")]
    ['border']
    """
    listed = sorted(saved, key=lambda one: one.slug)
    if tag:
        found = tuple(one for one in listed if tag in one.tags)
        if not found:
            raise UnknownName("tag", tag, tags(listed))
        return (Group(tag, found),)
    first: dict[str, list[SavedQuery]] = {}
    for one in listed:
        first.setdefault(one.tags[0] if one.tags else "other", []).append(one)
    return tuple(Group(name, tuple(first[name])) for name in sorted(first))


@lru_cache(maxsize=1)
def shipped() -> dict[str, SavedQuery]:
    """Return the saved queries that kg ships, read once for the life of the process.

    >>> "missions" in shipped()
    True
    """
    return catalogue()


def tags(saved: Iterable[SavedQuery]) -> list[str]:
    """Return all tags, in order.

    >>> "tension" in tags(catalogue().values())
    True
    """
    return sorted({tag for one in saved for tag in one.tags})


def chosen(slug: str) -> SavedQuery:
    """Return one saved query by its name, as an example to start from.

    Raises:
        UnknownName: there is none of that name.
        Misuse: it takes parameters, which its own page asks for.

    >>> chosen("missions-of-state")
    Traceback (most recent call last):
    kg.errors.Misuse: missions-of-state takes parameters: ask it on its own page
    """
    known = shipped()
    if slug not in known:
        raise UnknownName("query", slug, list(known))
    if known[slug].parameters:
        raise Misuse(f"{slug} takes parameters: ask it on its own page")
    return known[slug]


def misfit(held: Held, saved: SavedQuery, viewpoint: str | None = None) -> str:
    """Return why a saved query cannot be asked of a graph as it stands; empty where it can.

    Args:
        held: what is served.
        saved: the query.
        viewpoint: the one it would be asked from; None for the default.
    """
    if any(one.required for one in saved.parameters.values()):
        return ""  # what is filled in decides
    try:
        held.check(saved.text, viewpoint, saved.bind({}, held.store(viewpoint)))
    except KgError as error:
        return str(error)
    return ""
