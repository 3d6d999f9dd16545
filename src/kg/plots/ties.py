"""What ties two States: missions, events, organs, groups, other States, and by which relation."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kg.evidence import name
from kg.namespaces import REL
from kg.plots.events import Event, Filter, effect_of, event, ordered, spans_of
from kg.plots.reading import instances, is_a, kind_of, objects, subjects
from kg.plots.wording import counted, parties

if TYPE_CHECKING:
    from pyoxigraph import NamedNode, Store

__all__ = ["GROUPS", "Thing", "Tie", "Web", "told", "web"]

#: The groups of things, with their heading and how many of each are drawn at most.
GROUPS = {
    "event": ("Events", 24),
    "mission": ("Missions", 8),
    "tie": ("Relations, borders, cooperation", 8),
    "organ": ("Offices and government bodies", 8),
    "group": ("Organizations", 8),
    "state": ("Other States", 6),
}
#: How a thing is related to a State: the property, its group, and whether the thing comes first.
_TO_STATE = (
    ("initiatingState", "event"),
    ("affectedState", "event"),
    ("sendingState", "mission"),
    ("receivingState", "mission"),
    ("hasParty", "tie"),
    ("organOf", "organ"),
    ("accreditedTo", "organ"),
    ("presentIn", "group"),
)
#: How things that are drawn are related to each other.
_BETWEEN = ("respondsTo", "blamedOn", "claimedBy", "partOf")
#: By these, an organization is related to an event.
_ROLES = ("blamedOn", "claimedBy", "target", "actor")


@dataclass(frozen=True)
class Tie:
    """A relation between two things: from the one that comes first in the triple."""

    source: NamedNode
    property: str
    words: str
    target: NamedNode


@dataclass
class Thing:
    """A thing that is drawn.

    Args:
        node: names it.
        label: what to call it.
        group: one of ``GROUPS``.
        kind: what it is said to be.
        event: what is known of it where it is one.
        states: the States of the two that it is related to, each with the properties by which.
    """

    node: NamedNode
    label: str
    group: str
    kind: str
    event: Event | None = None
    states: dict[NamedNode, list[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Web:
    """Two States, what is related to them, and what is said of what was left out."""

    pair: tuple[NamedNode, NamedNode]
    things: list[Thing]
    ties: list[Tie]
    notes: list[str]


def web(store: Store, shown: Filter) -> Web | None:
    """Collect what ties the two States that the graph is about; None where it has no two."""
    pair = parties(store) or _busiest(store)
    if pair is None:
        return None
    found: dict[NamedNode, Thing] = {}
    for local, group in _TO_STATE:
        for state in pair:
            for node in subjects(store, REL[local], state):
                if node not in pair and (group != "event" or _shown(store, node, shown)):
                    thing = found.setdefault(node, _thing(store, node, group))
                    thing.states.setdefault(state, []).append(local)
    _colonies(store, pair, found)
    kept, notes = _limited(store, found)
    _organizations(store, pair, kept)
    if shown.words:
        notes.insert(0, f"Events shown: {shown.words}.")
    return Web(pair, list(kept.values()), _ties(store, pair, kept), notes)


def _shown(store: Store, node: NamedNode, shown: Filter) -> bool:
    if shown.effect not in ("", effect_of(store, node)):
        return False
    return not (shown.since or shown.until) or shown.admits(spans_of(store, node))


def _thing(store: Store, node: NamedNode, group: str) -> Thing:
    return Thing(node, name(store, node), group, kind_of(store, node))


def _busiest(store: Store) -> tuple[NamedNode, NamedNode] | None:
    """Return the two States with most events between them."""
    counts: dict[tuple[NamedNode, NamedNode], int] = {}
    for state in instances(store, REL.State):
        for node in subjects(store, REL.initiatingState, state):
            for other in objects(store, node, REL.affectedState):
                if other != state:
                    first, second = sorted((state, other), key=lambda one: one.value)
                    counts[first, second] = counts.get((first, second), 0) + 1
    ranked = sorted(counts, key=lambda two: (-counts[two], two[0].value, two[1].value))
    if ranked:
        return ranked[0]
    states = instances(store, REL.State)
    return (states[0], states[1]) if len(states) > 1 else None


def _colonies(
    store: Store, pair: tuple[NamedNode, NamedNode], found: dict[NamedNode, Thing]
) -> None:
    for state in pair:
        for node in objects(store, state, REL.formerColonyOf):
            if node not in pair:
                thing = found.setdefault(node, _thing(store, node, "state"))
                thing.states.setdefault(state, []).append("formerColonyOf")
    # A State that acts or is affected beside the two, such as in talks.
    for thing in [one for one in found.values() if one.group == "event"]:
        for node in objects(store, thing.node, REL.initiatingState, REL.affectedState):
            if node not in pair and is_a(store, node, REL.State):
                found.setdefault(node, _thing(store, node, "state"))


def _limited(
    store: Store, found: dict[NamedNode, Thing]
) -> tuple[dict[NamedNode, Thing], list[str]]:
    """Keep so many of each group as a picture can hold, and say how many there are."""
    kept: dict[NamedNode, Thing] = {}
    notes = []
    order = {node: place for place, node in enumerate(ordered(store)[0])}
    for group, (heading, most) in GROUPS.items():
        # What ties both States comes before what ties one of them.
        every = [one for one in found.values() if one.group == group]
        every.sort(key=lambda one: (-len(one.states), -order.get(one.node, -1), one.node.value))
        if len(every) > most:
            then = "the latest" if group == "event" else "in the order of their identifiers"
            notes.append(
                f"{heading}: {most} of {len(every):,} are drawn, those of both States first, "
                f"{then}."
            )
        chosen = every[:most]
        for one in chosen:
            one.event = event(store, one.node) if group == "event" else None
        chosen.sort(key=lambda one: (order.get(one.node, len(order)), one.node.value))
        kept |= {one.node: one for one in chosen}
    return kept, notes


def _organizations(
    store: Store, pair: tuple[NamedNode, NamedNode], kept: dict[NamedNode, Thing]
) -> None:
    """Add the organizations that have a part in an event that is drawn."""
    for thing in [one for one in kept.values() if one.group == "event"]:
        for local in _ROLES:
            for node in objects(store, thing.node, REL[local]):
                if node in kept or node in pair or not is_a(store, node, REL.Organization):
                    continue
                if sum(one.group == "group" for one in kept.values()) < GROUPS["group"][1]:
                    kept[node] = _thing(store, node, "group")


def _ties(
    store: Store, pair: tuple[NamedNode, NamedNode], kept: dict[NamedNode, Thing]
) -> list[Tie]:
    found = []
    for thing in kept.values():
        for state, properties in thing.states.items():
            for local in dict.fromkeys(properties):
                words = name(store, REL[local])
                ends = (state, thing.node) if local == "formerColonyOf" else (thing.node, state)
                found.append(Tie(ends[0], local, words, ends[1]))
        among = (*_BETWEEN, *(_ROLES if thing.group == "event" else ()))
        among += ("initiatingState", "affectedState") if thing.group == "event" else ()
        found += [
            Tie(thing.node, local, name(store, REL[local]), node)
            for local in dict.fromkeys(among)
            for node in objects(store, thing.node, REL[local])
            if node in kept and node not in pair
        ]
    neighbours = REL.neighbours
    if pair[1] in objects(store, pair[0], neighbours):
        found.append(Tie(pair[0], "neighbours", name(store, neighbours), pair[1]))
    return found


def told(things: list[Thing]) -> str:
    """Say how many things of each group are drawn."""
    parts = []
    for group, (heading, _) in GROUPS.items():
        count = sum(one.group == group for one in things)
        if count:
            parts.append(f"{heading}: {counted(count, 'thing')}")
    return "; ".join(parts)
