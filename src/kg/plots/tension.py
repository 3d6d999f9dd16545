"""Tension over time: the score of each event between States, and their sum."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.evidence import name
from kg.plots.chart import Chart, by_year
from kg.plots.events import EFFECTS, Filter
from kg.plots.picture import WIDE, NothingToDraw, Picture
from kg.plots.scores import scores, signed
from kg.plots.wording import counted, parties, source_line, subject

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyoxigraph import Store

    from kg.plots.picture import Row
    from kg.plots.scores import Scored, Scores

__all__ = ["MOST", "tension"]

#: More events than these are added up by year, since they would hide each other.
MOST = 30
_HOW = (
    "How it is made: each event that raises or eases tension, as the ontology derives it, has the "
    "Goldstein score of its CAMEO event type, from \N{MINUS SIGN}10 (conflict) to +10 "
    "(cooperation); the lowest where it has several types. The score says what such events are "
    "like, not how grave this one was. What lasts counts from its start, and a date that is about "
    "right counts on its day."
)
_EACH = ("event", "date", "tension", "score", "by → towards", "in the sum")
_YEARS = ("year", "conflict", "cooperation", "events")


def tension(
    store: Store,
    *,
    link: Callable[[str], str] | None = None,
    viewpoint: str = "",
    shown: Filter | None = None,
) -> Picture:
    """Draw how events between States bear on tension, and the sum of their scores.

    Args:
        store: the graph; where it has one bilateral relation, the two States of that.
        link: from the IRI of a thing to the address of its page.
        viewpoint: the one that the store is of, for the source line.
        shown: which events; all unless given.

    Raises:
        NothingToDraw: no event with a date and a score bears on tension.
    """
    found = scores(store, shown or Filter(), MOST)
    if not found.placed:
        raise NothingToDraw(
            "no event that raises or eases tension has a date and a score, "
            "so that there is nothing to draw"
        )
    many = len(found.placed) > MOST
    chart = Chart(found.placed, found.undated, link, many=many)
    last = chart.sums[-1]
    total = signed(last.low) if last.low == last.high else f"{signed(last.low)} or more"
    rows = _years(found) if many else tuple(map(_row, _drawn(found)))
    return Picture(
        name="tension",
        title=f"{_title(store)}: tension over time",
        summary=f"{counted(len(found.placed), 'dated event')}; their scores add up to {total}.",
        draw=chart.draw,
        columns=_YEARS if many else _EACH,
        rows=rows,
        notes=(*_notes(found, many=many), _HOW, *filter(None, [chart.axis(WIDE).note()])),
        source=source_line(store, viewpoint),
        linked=link is not None and not many,
    )


def _title(store: Store) -> str:
    pair = parties(store)
    return " and ".join(name(store, one) for one in pair) if pair else subject(store)


def _drawn(found: Scores) -> list[Scored]:
    return [one for one in (*found.placed, *found.undated) if one.event]


def _notes(found: Scores, *, many: bool) -> list[str]:
    notes = list(found.notes)
    if many:
        words = counted(len(found.placed), "event")
        notes.append(f"{words}, more than {MOST}, are added up by the year in which each ended.")
    if found.undated:
        listed = sum(one.event is not None for one in found.undated)
        words = counted(len(found.undated), "event")
        notes.append(f"Not in the sum: {words} without a date; {listed} of them listed.")
    return notes


def _row(one: Scored) -> Row:
    told = one.event
    if told is None:
        return ()
    return (
        (told.label, told.iri),
        (told.when or "none given", ""),
        (EFFECTS[one.effect], ""),
        (signed(one.score), ""),
        (told.direction, ""),
        ("yes" if one.last else "no", ""),
    )


def _years(found: Scores) -> tuple[Row, ...]:
    return tuple(
        ((str(year), ""), (signed(low), ""), (signed(high), ""), (f"{count:,}", ""))
        for year, (low, high, count) in by_year(found.placed).items()
    )
