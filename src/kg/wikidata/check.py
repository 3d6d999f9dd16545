"""``kg link check``: whether each link still leads to what it is said to lead to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kg.namespaces import REL, compact
from kg.reconciliation.matching import plain
from kg.wikidata.links import distance, iso_property, thing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pyoxigraph import NamedNode, Store

    from kg.wikidata.client import Client
    from kg.wikidata.items import Item
    from kg.wikidata.links import Link, Links, Thing

__all__ = ["Finding", "LinkReport", "ancestors", "check_links", "tolerance"]

#: How far apart two points of the same thing may be, in kilometres: cities are measured at some
#: square, provinces and States at some middle.
_TOLERANCES = ((REL.DiplomaticMission, 10.0), (REL.City, 25.0), (REL.Province, 200.0))
_WIDE, _WIDEST = 100.0, 500.0
#: How many steps up the tree of classes are looked at.
_STEPS = 12
_INSTANCE, _SUBCLASS, _POINT = "P31", "P279", "P625"


@dataclass(frozen=True)
class Finding:
    """What was found of one link.

    Args:
        link: what was looked at.
        fault: missing, redirect, label, class, place or code; empty where all is right.
        message: what is wrong, or what was not looked at.
        fix: what to do, where that is known.
        wrong: whether the link is wrong, and not just nothing to compare.
    """

    link: Link
    fault: str
    message: str
    fix: str = ""
    wrong: bool = True


@dataclass(frozen=True)
class LinkReport:
    """What was found of all links."""

    links: tuple[Link, ...]
    findings: tuple[Finding, ...]

    @property
    def right(self) -> bool:
        """Whether no link is wrong."""
        return not any(finding.wrong for finding in self.findings)

    @property
    def wrong_links(self) -> int:
        """The number of links with something wrong."""
        return len({finding.link for finding in self.findings if finding.wrong})


def check_links(store: Store, links: Links, client: Client) -> LinkReport:
    """Check every link against the item that it leads to.

    Each id must exist, and neither be deleted nor redirect. An exact link needs a name in common,
    a class that fits (P31/P279*), coordinates near ours and the same ISO codes; of a close one,
    and of a class or property, only the name that the table gives is compared.

    Args:
        store: the graph.
        links: of the graph.
        client: asks the site.

    Raises:
        ServiceFailure: the site does not answer as it should.
        ParseFailure: an answer is not in Wikibase's layout.
    """
    found = client.items(link.id for link in links.links)
    exact = [link for link in links.of_things() if link.is_exact]
    kinds = {kind for link in exact for kind in _kinds(found[link.id])}
    above = ancestors(kinds, client)
    classes = links.classes()
    findings: list[Finding] = []
    for link in links.links:
        item = found[link.id]
        if item is None:
            message = f"{link.id} does not exist, or was deleted"
            fix = "link another item, or sssom:NoTermFound with the reason"
            findings.append(Finding(link, "missing", message, fix))
        elif item.redirects:
            message = f'{link.id} redirects to {item.id}, "{item.label()}"'
            fix = f"write wd:{item.id} for wd:{link.id} in {link.place}"
            findings.append(Finding(link, "redirect", message, fix))
        elif link.is_exact and not link.of_term:
            ours = thing(store, link.subject)
            findings += _compared(link, ours, item, classes, above)
        elif link.label and not _share_name(_spellings(link.label), item.names()):
            message = f'is called "{item.label()}", not "{link.label}"'
            findings.append(Finding(link, "label", message))
    return LinkReport(links.links, tuple(findings))


def ancestors(classes: Iterable[str], client: Client) -> dict[str, frozenset[str]]:
    """Return for each class itself and all classes above it (P279*).

    Raises:
        ServiceFailure: the site does not answer as it should.
    """
    parents: dict[str, tuple[str, ...]] = {}
    level = set(classes)
    for _ in range(_STEPS):
        asked = sorted(level - parents.keys())
        if not asked:
            break
        for one, item in client.items(asked).items():
            parents[one] = item.ids(_SUBCLASS) if item else ()
        level = {parent for one in asked for parent in parents[one]}

    def above(one: str) -> frozenset[str]:
        reached, left = {one}, [one]
        while left:
            new = [parent for parent in parents.get(left.pop(), ()) if parent not in reached]
            reached.update(new)
            left += new
        return frozenset(reached)

    return {one: above(one) for one in classes}


def tolerance(types: Iterable[NamedNode]) -> float:
    """Return how far apart two points of a thing of these types may be, in kilometres.

    >>> tolerance([REL.City]), tolerance([REL.State])
    (25.0, 500.0)
    """
    given = set(types)
    if REL.State in given:
        return _WIDEST
    return next((reach for kind, reach in _TOLERANCES if kind in given), _WIDE)


def _kinds(item: Item | None) -> tuple[str, ...]:
    return item.ids(_INSTANCE) if item is not None else ()


def _compared(
    link: Link,
    ours: Thing,
    item: Item,
    classes: Mapping[NamedNode, frozenset[str]],
    above: Mapping[str, frozenset[str]],
) -> Iterator[Finding]:
    if not _share_name([name for name, _ in ours.names], item.names()):
        message = f'is called "{item.label()}", and "{ours.label}" is not among its names'
        yield Finding(link, "label", message)
    wanted = {one for kind in ours.types for one in classes.get(kind, ())}
    kinds = _kinds(item)
    if not wanted:
        told = ", ".join(sorted(compact(kind.value) for kind in ours.types if kind in REL))
        yield Finding(link, "class", f"is not compared: {told} is linked to no class", wrong=False)
    elif wanted.isdisjoint(one for kind in kinds for one in above[kind]):
        message = f"is of {_listed(kinds)}, which is no {_listed(wanted)}"
        yield Finding(link, "class", message)
    yield from _place(link, ours, item)
    for code in ours.codes:
        property_ = iso_property(code)
        theirs = [value for value in item.values(property_) if isinstance(value, str)]
        if theirs and code not in theirs:
            message = f"has {property_} {_listed(theirs)}, we have {code}"
            yield Finding(link, "code", message)
        elif not theirs and _has_own_code(ours):
            yield Finding(link, "code", f"has no {property_}; we have {code}", wrong=False)


def _place(link: Link, ours: Thing, item: Item) -> Iterator[Finding]:
    theirs = item.points()
    if ours.point is None or not theirs:
        return
    apart = min(distance(ours.point, one) for one in theirs)
    if apart > tolerance(ours.types):
        message = (
            f"lies {apart:,.0f} km from where we have it, {ours.point.latitude} N "
            f"{ours.point.longitude} E; {tolerance(ours.types):,.0f} km are allowed"
        )
        yield Finding(link, "place", message)


def _has_own_code(ours: Thing) -> bool:
    # The code of a city is that of the subdivision that it lies in.
    return bool({REL.State, REL.Province} & ours.types)


def _spellings(label: str) -> list[str]:
    """Return a label of the table, whole, and its parts where it gives other names in brackets.

    >>> _spellings("Tin Zaouatine (Tin Zouatine, Tinzaouaten)")[1:]
    ['Tin Zaouatine', 'Tin Zouatine', 'Tinzaouaten']
    """
    first, _, others = label.partition("(")
    parts = [part.strip(" )") for part in (first, *others.replace("/", ",").split(","))]
    return [label, *(part for part in parts if part)]


def _share_name(ours: Iterable[str], theirs: Iterable[str]) -> bool:
    return not {plain(name) for name in ours}.isdisjoint(plain(name) for name in theirs)


def _listed(words: Iterable[str]) -> str:
    return " or ".join(sorted(words)) or "nothing"
