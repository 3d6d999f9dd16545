"""``kg link suggest``: which items a thing without a link may be, and why; a person decides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kg.namespaces import REL
from kg.reconciliation.matching import plain
from kg.wikidata.check import ancestors, tolerance
from kg.wikidata.items import Time
from kg.wikidata.links import distance, nodes, thing, values

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pyoxigraph import NamedNode, Store

    from kg.wikidata.client import Client
    from kg.wikidata.items import Item
    from kg.wikidata.links import Links, Thing

__all__ = ["LANGUAGES", "Candidate", "Reason", "judged", "suggest"]

#: The languages that names are searched in.
LANGUAGES = ("en", "fr", "ar")
#: What each kind of agreement counts; what cannot be compared counts for nothing.
_WEIGHTS = {"name": 50, "class": 20, "country": 15, "place": 10, "date": 10}
#: How well names have to agree before anything else is looked at, of 1.
_LEAST_NAME = 0.6
_BEST = 100
#: A name alone is not enough for the best score.
_LEAST_WEIGHT = 70
_SAME, _LIMIT = 1.0, 10
#: What leads from a thing to the States that it has to do with.
_TO_STATES = (
    *(REL.sendingState, REL.receivingState, REL.hasParty, REL.belongsTo, REL.actsFor),
    *(REL.initiatingState, REL.affectedState, REL.partOf, REL.actor, REL.target),
)
#: What leads from an item to its States: country, operator, jurisdiction, participant.
_OF_STATES = ("P17", "P137", "P1001", "P710")
_OF_PLACES = ("P131", "P276", "P159")
_OF_DATES = ("P585", "P580", "P571")


@dataclass(frozen=True)
class Reason:
    """One agreement, from 0 to 1, with what was compared."""

    kind: str
    value: float
    told: str


@dataclass(frozen=True)
class Candidate:
    """An item that a thing may be.

    Args:
        thing: the one without a link.
        id: of the item.
        label: of the item.
        description: of the item.
        score: from 0 to 100.
        reasons: what the score is made of.
    """

    thing: NamedNode
    id: str
    label: str
    description: str
    score: float
    reasons: tuple[Reason, ...]

    @property
    def told(self) -> str:
        """The reasons in words."""
        return "; ".join(reason.told for reason in self.reasons)


def suggest(  # noqa: PLR0913 - what is searched for, and how
    store: Store,
    links: Links,
    client: Client,
    things: Sequence[NamedNode] | None = None,
    *,
    languages: Sequence[str] = LANGUAGES,
    least: float = 50,
    limit: int = 5,
) -> list[Candidate]:
    """Return the items that things without a link may be, the best first for each.

    Items that another thing is linked to as the same are left out.

    Args:
        store: the graph.
        links: of the graph.
        client: asks the site.
        things: which ones; None is all that have no link.
        languages: that names are searched in.
        least: the least score that is told.
        limit: how many for each thing at most.

    Raises:
        ServiceFailure: the site does not answer as it should.
    """
    unlinked = {one.subject for one in links.unlinked}
    wanted = [node for node in things or sorted(unlinked, key=str) if node in unlinked]
    taken = set(links.thing_of())
    found = []
    for node in wanted:
        ours = thing(store, node)
        names = list(dict.fromkeys(name for name, _ in ours.names))
        ids = [
            one
            for name in names
            for language in languages
            for one in client.search(name, language, _LIMIT)
        ]
        items = [
            item
            for item in client.items(one for one in ids if one not in taken).values()
            if item is not None and item.id not in taken
        ]
        scored = _scored(store, links, client, ours, {item.id: item for item in items}.values())
        best = sorted(scored, key=lambda one: (-one.score, int(one.id[1:])))
        found += [one for one in best if one.score >= least][:limit]
    return found


def judged(store: Store, links: Links, client: Client, node: NamedNode, item: Item) -> Candidate:
    """Return an item as a candidate for a thing, however little it agrees.

    Raises:
        ServiceFailure: the site does not answer as it should.
    """
    return next(_scored(store, links, client, thing(store, node), [item], 0.0))


def _scored(  # noqa: PLR0913, PLR0917 - a thing, its candidates, and what they are held against
    store: Store,
    links: Links,
    client: Client,
    ours: Thing,
    items: Iterable[Item],
    least: float = _LEAST_NAME,
) -> Iterator[Candidate]:
    several = list(items)
    above = ancestors({kind for item in several for kind in item.ids("P31")}, client)
    classes = links.classes()
    wanted = {one for kind in ours.types for one in classes.get(kind, ())}
    for item in several:
        name = _name(ours, item)
        if name.value < least:
            continue
        kinds = {one for kind in item.ids("P31") for one in above[kind]}
        reasons = [
            name,
            *_class(wanted, kinds, item),
            *_states(store, links, ours, item),
            *_places(store, links, ours, item),
            *_dates(store, ours, item),
        ]
        total = max(_LEAST_WEIGHT, sum(_WEIGHTS[reason.kind] for reason in reasons))
        score = sum(_WEIGHTS[reason.kind] * reason.value for reason in reasons) / total
        description = item.descriptions.get("en", "")
        label = item.label()
        yield Candidate(
            ours.node, item.id, label, description, round(score * _BEST, 1), tuple(reasons)
        )


def _name(ours: Thing, item: Item) -> Reason:
    from rapidfuzz.fuzz import token_sort_ratio

    pairs = [
        (token_sort_ratio(plain(own), plain(theirs)) / _BEST, own, theirs)
        for own, _ in ours.names
        for theirs in item.names()
    ]
    value, own, theirs = max(pairs, default=(0.0, ours.label, item.label()))
    if value == _SAME:
        return Reason("name", value, f'same name "{theirs}"')
    return Reason("name", value, f'"{own}" is like "{theirs}" ({value:.2f})')


def _class(wanted: set[str], kinds: set[str], item: Item) -> Iterator[Reason]:
    if not wanted or not kinds:
        return
    common = sorted(wanted & kinds)
    told = " or ".join(item.ids("P31"))
    if common:
        yield Reason("class", 1.0, f"class {told} fits {' and '.join(common)}")
    else:
        yield Reason("class", 0.0, f"class {told} is no {' or '.join(sorted(wanted))}")


def _states(store: Store, links: Links, ours: Thing, item: Item) -> Iterator[Reason]:
    linked = links.item_of()
    own = {
        linked[node]
        for predicate in _TO_STATES
        for node in nodes(store, ours.node, predicate)
        if node in linked and _is_state(store, node)
    }
    theirs = {one for key in _OF_STATES for one in item.ids(key)}
    if not own or not theirs:
        return
    common = sorted(own & theirs)
    told = f"country {' and '.join(common)}" if common else f"no country of {sorted(own)}"
    yield Reason("country", len(common) / len(own), told)


def _is_state(store: Store, node: NamedNode) -> bool:
    return REL.State in thing(store, node).types


def _places(store: Store, links: Links, ours: Thing, item: Item) -> Iterator[Reason]:
    theirs = item.points()
    if ours.point is not None and theirs:
        apart = min(distance(ours.point, one) for one in theirs)
        value = max(0.0, 1 - apart / (4 * tolerance(ours.types)))
        yield Reason("place", value, f"{apart:,.0f} km apart")
        return
    linked = links.item_of()
    own = {
        linked[node]
        for predicate in (REL.seat, REL.place)
        for node in nodes(store, ours.node, predicate)
        if node in linked
    }
    where = {one for key in _OF_PLACES for one in item.ids(key)}
    if own and where:
        common = sorted(own & where)
        told = f"in {' and '.join(common)}" if common else f"not in {' or '.join(sorted(own))}"
        yield Reason("place", float(bool(common)), told)


def _dates(store: Store, ours: Thing, item: Item) -> Iterator[Reason]:
    years = {
        int(term.value[:4])
        for predicate in (REL.earliest, REL.latest)
        for term in values(store, ours.node, predicate)
    }
    theirs = {
        value.year for key in _OF_DATES for value in item.values(key) if isinstance(value, Time)
    }
    if not years or not theirs:
        return
    within = any(min(years) <= year <= max(years) for year in theirs)
    told = " or ".join(str(year) for year in sorted(theirs))
    yield Reason("date", float(within), f"{'date' if within else 'another date'} {told}")
