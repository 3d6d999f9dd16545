"""Where labels go on a map: beside their mark, on nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Box", "Labels", "Point"]

#: Longitude and latitude in degrees, WGS 84.
Point = tuple[float, float]

#: How far from its mark a label may be, nearest first, and in which direction.
_DISTANCES = (9.0, 16.0, 26.0, 40.0, 58.0, 80.0, 110.0, 150.0)
_DIRECTIONS = ((1, 0), (-1, 0), (1, -0.8), (1, 0.8), (-1, -0.8), (-1, 0.8), (0, -1), (0, 1))


@dataclass(frozen=True)
class Box:
    """A rectangle on paper."""

    left: float
    top: float
    width: float
    height: float

    def overlap(self, other: Box) -> float:
        """Return how much of another box it covers.

        >>> Box(0, 0, 2, 2).overlap(Box(1, 1, 2, 2))
        1.0
        """
        across = min(self.left + self.width, other.left + other.width) - max(self.left, other.left)
        down = min(self.top + self.height, other.top + other.height) - max(self.top, other.top)
        return float(max(0.0, across) * max(0.0, down))

    def rim(self) -> list[Point]:
        """Return points around its edge, and its middle."""
        return [
            (self.left + self.width * across / 4, self.top + self.height * down / 2)
            for across in range(5)
            for down in range(3)
        ]

    def nearest(self, point: Point) -> Point:
        """Return the point of the box that is nearest to another."""
        return (
            min(max(point[0], self.left), self.left + self.width),
            min(max(point[1], self.top), self.top + self.height),
        )


@dataclass
class Labels:
    """The labels of one map, placed one after the other.

    Args:
        frame: what they must stay in.
        taken: where something is already.
    """

    frame: Box
    taken: list[Box] = field(default_factory=list)

    def take(self, boxes: Iterable[Box]) -> None:
        """Keep places free."""
        self.taken.extend(boxes)

    def place(self, mark: Point, width: float, height: float) -> Box | None:
        """Return where a label goes, and keep that place; None where there is no room.

        Args:
            mark: what it belongs to.
            width: of the label.
            height: of the label.
        """
        return self.first(self._candidates(mark, width, height))

    def first(self, boxes: Iterable[Box]) -> Box | None:
        """Return the first of some boxes that is free and inside the frame, and keep it."""
        for box in boxes:
            inside = box.overlap(self.frame) >= box.width * box.height - 0.01
            if inside and not any(box.overlap(other) > 0 for other in self.taken):
                self.taken.append(box)
                return box
        return None

    @staticmethod
    def _candidates(mark: Point, width: float, height: float) -> Iterable[Box]:
        for distance in _DISTANCES:
            for across, down in _DIRECTIONS:
                x = mark[0] + across * distance + (across - 1) * width / 2
                y = mark[1] + down * distance + (down - 1) * height / 2
                if not down:
                    x = mark[0] + (distance if across > 0 else -distance - width)
                yield Box(x, y, width, height)
