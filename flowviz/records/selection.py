"""Selections of particles."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from flowviz.records.equality import EqualByContent

Combination = Literal["replace", "add", "subtract"]


@dataclass(frozen=True, eq=False)
class Selection(EqualByContent):
    """A selection of particles, which applies to all stages of a trace.

    Attributes:
        chosen: Mask (n,) of the selected particles.
    """

    chosen: NDArray[np.bool_]

    def __hash__(self) -> int:
        return hash(self.chosen.tobytes())

    @classmethod
    def none(cls, count: int) -> "Selection":
        """Return an empty selection of `count` particles."""
        return cls(np.zeros(count, np.bool_))

    @classmethod
    def in_rectangle(
        cls, positions: NDArray[np.floating], corner: tuple[float, float], opposite: tuple[float, float]
    ) -> "Selection":
        """Select the particles inside a rectangle.

        Args:
            positions: Positions of the particles (n, 2).
            corner: A corner of the rectangle.
            opposite: The opposite corner.
        """
        low, high = np.minimum(corner, opposite), np.maximum(corner, opposite)
        inside = (positions >= low) & (positions <= high)
        return cls(inside[:, 0] & inside[:, 1])

    @classmethod
    def in_polygon(cls, positions: NDArray[np.floating], corners: NDArray[np.floating]) -> "Selection":
        """Select the particles inside a polygon, or none if it has fewer than 3 corners.

        Args:
            positions: Positions of the particles (n, 2).
            corners: Corners of the polygon (k, 2).
        """
        if len(corners) < 3:
            return cls.none(len(positions))
        from matplotlib.path import Path  # imported here because it takes a tenth of a second

        return cls(Path(corners, closed=False).contains_points(positions))

    @classmethod
    def nearest(cls, positions: NDArray[np.floating], point: tuple[float, float], reach: float) -> "Selection":
        """Select the particle nearest to a point, or none if it is out of reach.

        Args:
            positions: Positions of the particles (n, 2).
            point: The point.
            reach: Maximum distance from the point.
        """
        found = nearest(positions, point, reach)
        chosen = np.zeros(len(positions), np.bool_)
        if found is not None:
            chosen[found] = True
        return cls(chosen)

    @property
    def count(self) -> int:
        """Return the number of selected particles."""
        return int(self.chosen.sum())

    def combined(self, other: "Selection", how: Combination) -> "Selection":
        """Return this selection replaced by another one, with the other one added, or with it subtracted."""
        if how == "replace":
            return other
        return Selection(self.chosen | other.chosen if how == "add" else self.chosen & ~other.chosen)

    def inverted(self) -> "Selection":
        """Return the selection of all other particles."""
        return Selection(~self.chosen)


def selection_among(particles: int, selection: Selection | None) -> Selection | None:
    """Return a selection if it is one among as many particles, else None."""
    return selection if selection is not None and len(selection.chosen) == particles else None


def nearest(positions: NDArray[np.floating], point: tuple[float, float], reach: float) -> int | None:
    """Return the index of the particle nearest to a point, or None if it is out of reach.

    Args:
        positions: Positions of the particles (n, 2). Those that are not finite are ignored.
        point: The point.
        reach: Maximum distance from the point.
    """
    distance = np.hypot(*(positions - np.asarray(point, positions.dtype)).T)
    distance = np.where(np.isfinite(distance), distance, np.inf)
    found = int(distance.argmin())
    return found if distance[found] <= reach else None
