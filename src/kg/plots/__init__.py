"""Pictures of a graph: its events in time, tension, a map, and what ties two States.

Each is drawn from a store alone, as SVG that kg writes itself; the same store gives the same bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.errors import UnknownName
from kg.plots.events import Filter
from kg.plots.map import map_
from kg.plots.network import network
from kg.plots.picture import NARROW, WIDE, NothingToDraw, Picture
from kg.plots.tension import tension
from kg.plots.timeline import timeline

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyoxigraph import Store

__all__ = [
    "NARROW",
    "PLOTS",
    "WIDE",
    "Filter",
    "NothingToDraw",
    "Picture",
    "map_",
    "network",
    "plot",
    "tension",
    "timeline",
]

#: The pictures by name, in the order in which they are offered.
PLOTS: dict[str, Callable[..., Picture]] = {
    "timeline": timeline,
    "tension": tension,
    "map": map_,
    "network": network,
}


def plot(  # noqa: PLR0913, PLR0917 - what a picture is of, and what of it is left out
    picture: str,
    store: Store,
    viewpoint: str,
    since: str = "",
    until: str = "",
    kind: str = "",
) -> Picture:
    """Draw one of the pictures.

    Args:
        picture: its name.
        store: what it is drawn from.
        viewpoint: from which that is seen.
        since: leaves out events that ended before this year, month or day.
        until: leaves out events that began after it.
        kind: raising, easing or other, to leave out the other events.

    Raises:
        UnknownName: there is no such picture.
        Misuse: there is nothing to draw, or a date is none.

    >>> import kg
    >>> kg.load().plot("tension", since="2025").svg()[:4]
    b'<svg'
    """
    if picture not in PLOTS:
        raise UnknownName("picture", picture, list(PLOTS), hint="one of " + ", ".join(PLOTS))
    return PLOTS[picture](store, viewpoint=viewpoint, shown=Filter.read(since, until, kind))
