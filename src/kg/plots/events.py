"""The events of a graph for pictures: date, actors, effect on tension; and the source line."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pyoxigraph import Literal

from kg.dates import Day, Span, between, span
from kg.english import counted
from kg.errors import Misuse
from kg.evidence import accounts, instances, is_a, kind_of, name, names, objects, value
from kg.namespaces import DEFAULT_VIEWPOINT, RDF, REL

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from pyoxigraph import NamedNode, Store

    from kg.evidence import Term

__all__ = [
    "EFFECTS",
    "Event",
    "Filter",
    "events_in_order",
    "parties",
    "read_event",
    "source_line",
    "spans_of",
    "subject",
]

#: How an event bears on tension between States, with the words for it, in the order of a legend.
EFFECTS = {
    "raising": "raises tension",
    "easing": "eases tension",
    "other": "neither, or not between two States",
}


@dataclass(frozen=True)
class Event:
    """An event.

    Args:
        node: names it.
        label: what to call it.
        kind: what kind of event it is said to be.
        effect: one of ``EFFECTS``.
        spans: when it was, by each of its dates.
        by: the States that act, by name.
        towards: the States that are affected, by name.
        said_by: who asserts what counts of it, those with most claims first.
        denied_by: who denies some of it.
        disputed: the words of the properties of which somebody denies the value.
        score: of its event type after Goldstein; the lowest where there are several.
    """

    node: NamedNode
    label: str
    kind: str
    effect: str
    spans: tuple[Span, ...] = ()
    by: tuple[str, ...] = ()
    towards: tuple[str, ...] = ()
    said_by: tuple[str, ...] = ()
    denied_by: tuple[str, ...] = ()
    disputed: tuple[str, ...] = ()
    score: float | None = None

    @property
    def iri(self) -> str:
        """The IRI of the event."""
        return self.node.value

    @property
    def when(self) -> str:
        """The date in words; empty where there is none."""
        return " or ".join(one.words for one in self.spans)

    @property
    def direction(self) -> str:
        """Who acts towards whom; empty where neither is known."""
        if not self.by and not self.towards:
            return ""
        by, towards = " and ".join(self.by), " and ".join(self.towards)
        # Where the same States act and are affected, they do it together.
        if not towards or by == towards:
            return f"by {by}"
        return f"{by} → {towards}" if by else f"towards {towards}"


@dataclass(frozen=True)
class Filter:
    """Which events a picture shows.

    Args:
        since: those that may have been on this day or later.
        until: those that may have been on this day or earlier.
        effect: those that bear on tension in this way; empty for all.
    """

    since: date | None = None
    until: date | None = None
    effect: str = ""
    words: str = field(default="", compare=False)

    @classmethod
    def read(cls, since: str = "", until: str = "", effect: str = "") -> Filter:
        """Return the filter that a reader wrote; dates are years, months or days.

        Raises:
            Misuse: an effect that is none, or no day is left between the two.
            ParseFailure: a date that is none.

        >>> Filter.read(until="2023-12").until
        datetime.date(2023, 12, 31)
        """
        if effect and effect not in EFFECTS:
            raise Misuse(f"{effect}: kind is one of {', '.join(EFFECTS)}")
        first = span_of_day(since).first if since else None
        last = span_of_day(until).last if until else None
        if first and last and last < first:
            raise Misuse(f"there is no day from {since} to {until}")
        told = [f"from {since}" if since else "", f"to {until}" if until else ""]
        told.append(EFFECTS[effect] if effect else "")
        return cls(first, last, effect, ", ".join(filter(None, told)))

    def admits(self, spans: Iterable[Span]) -> bool:
        """Tell whether one of the spans may lie in the time that is shown."""
        since = Day.of(self.since) if self.since else None
        until = Day.of(self.until) if self.until else None
        return any(
            (since is None or last is None or last >= since)
            and (until is None or first is None or first <= until)
            for first, last in (one.days for one in spans)
        )


def span_of_day(text: str) -> Span:
    """Read a year, a month or a day that a reader wrote.

    Raises:
        ParseFailure: it is none.
    """
    from kg.dates import as_date

    as_date(text)
    return span(text)


def events_in_order(store: Store) -> tuple[list[NamedNode], list[NamedNode]]:
    """Return the events with a date that can be drawn, the first ones first, and the others."""
    keyed = []
    undated = []
    for node in instances(store, REL.Event):
        known = [one.known for one in spans_of(store, node) if one.known]
        if known:
            keyed.append((min(known), node.value, node))
        else:
            undated.append(node)
    return [node for _, _, node in sorted(keyed, key=lambda one: one[:2])], undated


def spans_of(store: Store, node: NamedNode) -> tuple[Span, ...]:
    """Return when an event was, by each of its dates; without one, by the days that bound it."""
    texts = sorted(
        quad.object.value
        for quad in store.quads_for_pattern(node, REL.date, None)
        if isinstance(quad.object, Literal)
    )
    if texts:
        return tuple(span(text) for text in dict.fromkeys(texts))
    first, last = (_day(value(store, node, bound)) for bound in (REL.earliest, REL.latest))
    return (between(first, last),) if first or last else ()


def _day(text: str | None) -> date | None:
    known = span(text[:10]).known if text else None
    return known[0] if known else None


def effect_of(store: Store, node: NamedNode) -> str:
    """Return how an event bears on tension."""
    if is_a(store, node, REL.TensionRaisingEvent):
        return "raising"
    return "easing" if is_a(store, node, REL.TensionEasingEvent) else "other"


def read_event(store: Store, node: NamedNode) -> Event:
    """Collect what a picture tells of an event."""
    types = objects(store, node, REL.eventType)
    scores = [float(score) for one in types if (score := value(store, one, REL.goldsteinScore))]
    told = accounts(store, node)
    return Event(
        node,
        name(store, node),
        kind_of(store, node),
        effect_of(store, node),
        spans_of(store, node),
        names(store, objects(store, node, REL.initiatingState)),
        names(store, objects(store, node, REL.affectedState)),
        tuple(name(store, agent) for agent in told.asserted_by),
        tuple(name(store, agent) for agent in told.denied_by),
        _properties(store, told.disputed),
        min(scores, default=None),
    )


def _properties(store: Store, claims: Iterable[Term]) -> tuple[str, ...]:
    """Return the words of the properties that claims are about."""
    found = {one for claim in claims for one in objects(store, claim, RDF.predicate)}
    return names(store, found)


# Titles, counts and source lines.

_MOST_SOURCES = 2


def parties(store: Store) -> tuple[NamedNode, NamedNode] | None:
    """Return the two States that the graph is about: those of its one bilateral relation."""
    relations = instances(store, REL.BilateralRelation)
    if len(relations) != 1:
        return None
    found = [
        one for one in objects(store, relations[0], REL.hasParty) if is_a(store, one, REL.State)
    ]
    return (found[0], found[1]) if len(found) == 2 else None  # noqa: PLR2004 - it has two


def subject(store: Store) -> str:
    """Return what the graph is about, in a few words."""
    relations = instances(store, REL.BilateralRelation)
    if len(relations) == 1:
        return name(store, relations[0])
    states = names(store, instances(store, REL.State))
    return f"Relations of {counted(len(states), 'State')}" if states else "The graph"


def source_line(store: Store, viewpoint: str) -> str:
    """Say whose data a picture is drawn from."""
    sources = [name(store, one) for one in _main_sources(store)]
    told = ", ".join(sources[:_MOST_SOURCES])
    if len(sources) > _MOST_SOURCES:
        told += f" and {counted(len(sources) - _MOST_SOURCES, 'other source')}"
    seen = f"Viewpoint: {viewpoint or DEFAULT_VIEWPOINT}."
    origin = f"the claims of {told}" if told else "the facts of the graph"
    return f"Drawn by kg from {origin}. {seen}"


def _main_sources(store: Store) -> list[NamedNode]:
    """Return the sources that make most claims in their own voice, those first."""
    from pyoxigraph import NamedNode

    counts: dict[NamedNode, int] = {}
    for quad in store.quads_for_pattern(None, REL.assertedBy, None):
        if isinstance(quad.object, NamedNode):
            counts[quad.object] = counts.get(quad.object, 0) + 1
    ranked = sorted(counts, key=lambda one: (-counts[one], one.value))
    return [one for one in ranked if is_a(store, one, REL.Source)]
